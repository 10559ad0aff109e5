"""One draw: a figure for everything that the scenario is not sure of, and what happens when."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from planner.draws.luck import Luck, alike, quantile, within
from planner.scenario import Breakdown, Delay, Event, GroupShare, Scenario, Uncertainty
from planner.units import DAY_S

NOBODY_KNOWS = Uncertainty.model_validate({})


@dataclass(frozen=True, order=True)
class Happening:
    """An event that takes place from ``start_s`` until ``end_s`` (the horizon where it lasts)."""

    start_s: int
    end_s: int
    event: str


@dataclass(frozen=True)
class Misfortune:
    """What befalls one leg: the cause's id, how long it costs, and whether the vehicle is lost."""

    cause: str
    seconds: int
    lost: bool = False


@dataclass(frozen=True)
class Draw:
    """Draw ``number`` of ``seed``; everything in the units of the scenario's attributes."""

    scenario: Scenario
    seed: int
    number: int
    people: Mapping[str, int] = field(default_factory=dict)
    """Group id to its number of people (patients, of a medical group)."""
    willing: Mapping[str, int] = field(default_factory=dict)
    """Group id to the share that wants to leave, parts per ten thousand."""
    no_shows: Mapping[str, int] = field(default_factory=dict)
    """Group id to the share of the willing that does not come, parts per ten thousand."""
    travel: Mapping[str, float] = field(default_factory=dict)
    """Id of an entry of ``uncertainty.travel`` to its factor."""
    threats: Mapping[str, float] = field(default_factory=dict)
    """Threat id to the factor on its rate, over the whole plan."""
    happenings: tuple[Happening, ...] = ()
    """Events in order of time."""

    def delays(self, fleet: str, vehicle: int) -> Iterator[Misfortune | None]:
        """For one vehicle, leg by leg, how much later it gets away than told; without end."""
        entries = [d for d in self._unsure.delays if _is_for(self.scenario, d, fleet)]
        return self._befalling("delay", entries, fleet, vehicle)

    def breakdowns(self, fleet: str, vehicle: int) -> Iterator[Misfortune | None]:
        """For one vehicle, leg by leg, its breakdown on the way or None; without end."""
        entries = [b for b in self._unsure.breakdowns if _is_for(self.scenario, b, fleet)]
        return self._befalling("breakdown", entries, fleet, vehicle)

    @property
    def _unsure(self) -> Uncertainty:
        is_certain = self.number < 0 or self.scenario.uncertainty is None
        return NOBODY_KNOWS if is_certain else self.scenario.uncertainty or NOBODY_KNOWS

    def _befalling(
        self, kind: str, entries: Sequence[Delay | Breakdown], fleet: str, vehicle: int
    ) -> Iterator[Misfortune | None]:
        """On each leg the longest of what its entries bring."""
        luck = Luck(self.seed, self.number)
        streams = [(e, luck.stream(kind, e.id, fleet, vehicle)) for e in entries]
        while True:
            worst: Misfortune | None = None
            for entry, stream in streams:
                happens, how_long, for_good = stream.random(3).tolist()
                if happens * 10000 >= entry.chance:
                    continue
                if isinstance(entry, Delay):
                    found = Misfortune(entry.id, round(within(entry.by, how_long)))
                else:
                    lost = for_good * 10000 < entry.beyond_repair
                    found = Misfortune(entry.id, round(within(entry.repair, how_long)), lost)
                if found.seconds or found.lost:
                    worst = max(worst or found, found, key=lambda m: (m.lost, m.seconds))
            yield worst


def draw(scenario: Scenario, seed: int, number: int) -> Draw:
    """Draw ``number`` (from 0) of ``seed``: the same whoever asks, and however many are asked for.

    A scenario without ``uncertainty`` gives what it states.
    """
    unsure = scenario.uncertainty
    if unsure is None:
        return nothing_happens(scenario)
    luck = Luck(seed, number)
    return Draw(
        scenario, seed, number,
        people=_people(scenario, unsure, luck),
        willing=_shares(scenario, unsure.willing, "willing", luck)
        or {group.id: group.willing for group in scenario.groups},
        no_shows=_shares(scenario, unsure.no_shows, "no_shows", luck),
        travel={e.id: within(e.factor, luck.first("travel", e.id)) for e in unsure.travel},
        threats=_threats(scenario, unsure, luck),
        happenings=_happenings(scenario, unsure.events, luck),
    )  # fmt: skip


def nothing_happens(scenario: Scenario) -> Draw:
    """The draw in which everything is as the scenario states it; its number is -1."""
    people = {g.id: getattr(g.people, scenario.people_figure) for g in scenario.groups}
    return Draw(scenario, 0, -1, people, {g.id: g.willing for g in scenario.groups})


def _is_for(scenario: Scenario, entry: Delay | Breakdown, fleet: str) -> bool:
    if entry.fleets:
        return fleet in entry.fleets
    return not entry.modes or scenario.vehicle(scenario.fleet(fleet)).mode in entry.modes


def _people(scenario: Scenario, unsure: Uncertainty, luck: Luck) -> dict[str, int]:
    spread = unsure.people
    if spread is None:
        return {g.id: getattr(g.people, scenario.people_figure) for g in scenario.groups}
    shared, common = luck.first("people"), spread.common / 10000
    found = {}
    for group in scenario.groups:
        chance = alike(common, shared, luck.first("people", group.id))
        count = group.people
        figure = quantile(spread.shape, count.low, count.base, count.high, chance)
        found[group.id] = round(figure)
    return found


def _shares(
    scenario: Scenario, entries: Sequence[GroupShare], kind: str, luck: Luck
) -> dict[str, int]:
    """Share by group: each entry is drawn once for all its groups; groups of no entry keep theirs.

    An entry without groups is for those that no other entry names.
    """
    drawn = {e.id: round(within(e.share, luck.first(kind, e.id))) for e in entries}
    named = {group: drawn[e.id] for e in entries for group in e.groups}
    rest = next((drawn[e.id] for e in entries if not e.groups), None)
    found = {}
    for group in scenario.groups:
        stated = group.willing if kind == "willing" else 0
        found[group.id] = named.get(group.id, stated if rest is None else rest)
    return found


def _threats(scenario: Scenario, unsure: Uncertainty, luck: Luck) -> dict[str, float]:
    drawn = {e.id: within(e.factor, luck.first("threats", e.id)) for e in unsure.threats}
    named = {threat: drawn[e.id] for e in unsure.threats for threat in e.threats}
    rest = next((drawn[e.id] for e in unsure.threats if not e.threats), 1.0)
    return {threat.id: named.get(threat.id, rest) for threat in scenario.threats}


# ------------------------------------------------------------------ events


def _happenings(scenario: Scenario, events: Sequence[Event], luck: Luck) -> tuple[Happening, ...]:
    """What happens when; an event is looked at after the one that it follows."""
    known: dict[str, list[Happening]] = {}
    waiting = list(events)
    while waiting:
        ready = [e for e in waiting if e.follows is None or e.follows in known]
        if not ready:
            break  # they follow each other: `check` tells it
        for event in ready:
            known[event.id] = list(_takings_place(scenario, event, events, known, luck))
        waiting = [event for event in waiting if event.id not in known]
    return tuple(sorted(one for found in known.values() for one in found))


def _takings_place(
    scenario: Scenario,
    event: Event,
    events: Sequence[Event],
    known: Mapping[str, list[Happening]],
    luck: Luck,
) -> Iterator[Happening]:
    first_s = max(0, scenario.at_s(event.from_))
    last_s = min(scenario.horizon_s, scenario.at_s(event.until))
    stream = luck.stream("event", event.id)
    if event.per_day is not None:
        yield from _by_the_day(scenario, event, first_s, last_s, luck)
        return
    roots = [first_s] if event.follows is None else [h.start_s for h in known[event.follows]]
    for number, root_s in enumerate(roots):
        _, when, long = stream.random(3).tolist()
        if not _happens(event, events, number, luck):
            continue
        if event.after is not None or event.follows is not None:
            lag_s = 0 if event.after is None else round(within(event.after, when))
            start_s = max(first_s, root_s + lag_s)
        else:
            start_s = first_s + round((last_s - first_s) * when)
        if start_s <= last_s and start_s < scenario.horizon_s:
            yield _lasting(scenario, event, start_s, long)


def _happens(event: Event, events: Sequence[Event], number: int, luck: Luck) -> bool:
    """By its own lot, or by the one lot of those that exclude each other."""
    chance = event.chance or 0
    if event.either is None:
        return _nth(luck, number, "event", event.id, "whether") * 10000 < chance
    lot = _nth(luck, number, "either", event.either) * 10000
    rivals = [other for other in events if other.either == event.either]
    below = sum(other.chance or 0 for other in rivals[: rivals.index(event)])
    return below <= lot < below + chance


def _nth(luck: Luck, number: int, *name: str) -> float:
    return float(luck.stream(*name).random(number + 1)[number])


def _by_the_day(
    scenario: Scenario, event: Event, first_s: int, last_s: int, luck: Luck
) -> Iterator[Happening]:
    """Memoryless: the chance of a beginning within a day is that of the entry, while it is not on.

    Exponential waiting times with the rate -ln(1 - chance) a day.
    """
    chance = (event.per_day or 0) / 10000
    if chance <= 0:
        return
    stream, rate, moment = luck.stream("event", event.id), -math.log(1 - chance), float(first_s)
    while True:
        wait, long = stream.random(2).tolist()
        moment += -math.log(1 - wait) / rate * DAY_S
        if moment > last_s or moment >= scenario.horizon_s:
            return
        found = _lasting(scenario, event, round(moment), long)
        yield found
        moment = float(found.end_s)


def _lasting(scenario: Scenario, event: Event, start_s: int, chance: float) -> Happening:
    end_s = scenario.horizon_s
    if event.lasts is not None:
        end_s = min(end_s, start_s + round(within(event.lasts, chance)))
    return Happening(start_s, max(end_s, start_s), event.id)
