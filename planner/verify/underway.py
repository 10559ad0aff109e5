"""A plan that follows a running one: what had begun is in it as it went, and nothing else is early.

From the running plan's movements and the situation report the witness works out anew which legs
had begun by when, without what made the plan. What had happened is no fault of the new plan: a rule
that the past alone breaks already is not held against it (``past``, ``EXCUSED``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from planner.load import situation_from_tree
from planner.plan import ManifestLine, Plan, PlanLeg, SelfMovement, Sortie, UnderWay

if TYPE_CHECKING:
    from planner.scenario import Situation, Unit
    from planner.verify.replay import Replay

Found = Iterator[tuple[str, str]]
Key = tuple[str, int]
"""Sortie and number of the leg, from 1."""
_Load = tuple[str, str, str, int | None]
"""Fleet, ends, and the moment at which loading begins."""

EXCUSED = (
    "C1 ready", "C2 vehicles", "C2 availability", "C2 end", "C3 capacity", "C4 handling", "C4 ride",
    "C5 bays", "C5 berths", "C5 stands", "C6 slots", "C6 processing", "C7 waiting", "C7 intake",
    "C8 links", "C9 windows", "C9 closures", "C10 authorisation", "C11 acceptability",
    "C12 escort", "C13 convoy", "C14 duty", "C14 fuel", "C14 range", "C15 fitness", "team first",
    "horizon", "risk cap", "geography", "aid loads",
)  # fmt: skip
"""Rules that what really happened may have broken."""


@dataclass
class _Told:
    """The situation report by leg and by vehicle, in seconds."""

    replay: Replay
    under_way: UnderWay
    held: dict[str, int] = field(default_factory=dict)
    left: dict[Key, int | None] = field(default_factory=dict)
    aboard: dict[Key, dict[str, int]] = field(default_factory=dict)
    there: dict[Key, int] = field(default_factory=dict)
    back: dict[tuple[str, int], str] = field(default_factory=dict)
    broken: dict[tuple[str, int], tuple[int, int]] = field(default_factory=dict)
    at_s: int = 0

    def __post_init__(self) -> None:
        report: Situation = situation_from_tree(self.under_way.situation)
        at_s = self.replay.scenario.at_s
        self.at_s = at_s(report.at)
        legs = {sortie.id: sortie.legs for sortie in self.under_way.sorties}
        for hold in report.held:
            self.held[hold.sortie] = hold.leg
        for gone in report.departed:
            key = (gone.sortie, gone.leg or _loaded(legs.get(gone.sortie, ())))
            self.left[key] = None if gone.at is None else at_s(gone.at)
            self.aboard[key] = dict(gone.aboard)
        for come in report.arrived:
            key = (come.sortie, come.leg or _loaded(legs.get(come.sortie, ())))
            self.there[key] = at_s(come.at)
        for seen in report.vehicles:
            vehicle = (seen.fleet, seen.vehicle)
            if seen.at is not None:
                self.back[vehicle] = seen.at
            if seen.broken:
                self.broken[vehicle] = (at_s(seen.from_, self.at_s), at_s(seen.until))


def _loaded(legs: tuple[PlanLeg, ...]) -> int:
    return next((n for n, leg in enumerate(legs, start=1) if leg.manifest), 1)


def begun(replay: Replay) -> dict[Key, PlanLeg]:
    """The running plan's legs that had begun, at the times at which they really were."""
    under_way = replay.plan.under_way
    if under_way is None:
        return {}
    told = _Told(replay, under_way)
    vehicles: dict[tuple[str, int], list[tuple[int, int, Key, PlanLeg]]] = {}
    for sortie in under_way.sorties:
        for number, leg in enumerate(sortie.legs, start=1):
            own = vehicles.setdefault((sortie.fleet, sortie.vehicle), [])
            own.append((leg.load_start_s, leg.unload_end_s, (sortie.id, number), leg))
    found: dict[Key, PlanLeg] = {}
    for vehicle, legs in vehicles.items():
        free_s = 0
        for _, _, key, leg in sorted(legs, key=lambda item: item[:2]):
            went = _as_it_went(told, key, leg, free_s)
            if not _had_begun(told, vehicle, key, went):
                break
            found[key] = went
            free_s = went.unload_end_s
    return found


def _as_it_went(told: _Told, key: Key, leg: PlanLeg, free_s: int) -> PlanLeg:
    """Reported times where there are any; else as planned, or later where the vehicle was busy."""
    load_s = leg.depart_s - leg.load_start_s
    left, there = told.left.get(key), told.there.get(key)
    if left is None:
        start = max(leg.load_start_s, free_s)
        depart = max(leg.depart_s, start + load_s)
        if there is not None:
            depart = max(start, min(depart, there))
    else:
        depart = max(left, free_s)
        start = min(depart, max(free_s, left - load_s))
    arrive = depart + leg.arrive_s - leg.depart_s if there is None else max(there, depart)
    times = {"load_start_s": start, "depart_s": depart, "arrive_s": arrive}
    end = arrive + leg.unload_end_s - leg.arrive_s
    return leg.model_copy(update={**times, "unload_end_s": end})


def _had_begun(told: _Told, vehicle: tuple[str, int], key: Key, leg: PlanLeg) -> bool:
    if key[0] in told.held and key[1] >= told.held[key[0]]:
        return False
    broke = told.broken.get(vehicle)
    if broke is not None and leg.load_start_s >= broke[0]:
        return False
    if key in told.left or key in told.there:
        reported = True
    else:
        reported = False
        if leg.load_start_s >= told.under_way.now_s:
            return False
    still = leg.unload_end_s > told.at_s and not (reported and key in told.there)
    turned = still and told.back.get(vehicle) == leg.origin and leg.origin != leg.destination
    return not turned


def past(replay: Replay) -> Plan | None:
    """The plan with nothing but what had begun; None where no plan was running."""
    if replay.plan.under_way is None:
        return None
    known = replay.begun
    sorties = tuple(
        sortie.model_copy(update={"legs": legs})
        for sortie in replay.plan.sorties
        if (legs := tuple(
            leg for n, leg in enumerate(sortie.legs, start=1) if (sortie.id, n) in known
        ))
    )  # fmt: skip
    early = tuple(m for m in replay.plan.self_movements if _is_early(replay, m))
    return replay.plan.model_copy(update={"sorties": sorties, "self_movements": early})


def _is_early(replay: Replay, own: SelfMovement) -> bool:
    under_way = replay.plan.under_way
    return under_way is not None and own.depart_s < under_way.now_s


def left_at(replay: Replay, place: str, kind: tuple[str, str, Unit]) -> int:
    """Units that may be left at a hub: as many as had set out for it before the plan was made."""
    under_way = replay.plan.under_way
    if under_way is None:
        return 0
    there = 0
    known = replay.begun
    for sortie in replay.plan.sorties:
        for number, leg in enumerate(sortie.legs, start=1):
            if (sortie.id, number) not in known or place not in (leg.origin, leg.destination):
                continue
            units = sum(
                line.units for line in leg.manifest
                if (line.group, line.means) == kind[:2]
                and (line.unit_persons, line.unit_stretchers)
                == (kind[2].persons, kind[2].stretchers)
            )  # fmt: skip
            there += units if leg.destination == place else -units
    return max(0, there)


def kept(replay: Replay) -> Found:
    """What had begun is in the plan as it went, nothing else begins before now, nobody drives a
    broken vehicle."""
    under_way = replay.plan.under_way
    if under_way is None:
        return
    known, told = replay.begun, _Told(replay, under_way)
    have = {
        (sortie.id, number): (sortie, leg)
        for sortie in replay.plan.sorties
        for number, leg in enumerate(sortie.legs, start=1)
    }
    for key, leg in known.items():
        where = f"{key[0]} leg {key[1]}"
        if key not in have:
            yield where, "it had begun, and the plan has it no more"
            continue
        yield from _same(replay, where, leg, have[key][1], told.aboard.get(key, {}))
    for key, (sortie, leg) in have.items():
        if key in known:
            continue
        where = f"{key[0]} leg {key[1]}"
        if leg.load_start_s < under_way.now_s:
            yield where, f"begins before {replay.when(under_way.now_s)}, from when on this plan is"
        broke = told.broken.get((sortie.fleet, sortie.vehicle))
        if broke is not None and broke[0] <= leg.load_start_s < broke[1]:
            yield where, "its vehicle is broken then"
    early = tuple(m for m in replay.plan.self_movements if _is_early(replay, m))
    wanted = tuple(m for m in under_way.self_movements if m.depart_s < under_way.now_s)
    if [_essence(m) for m in early] != [_essence(m) for m in wanted]:
        yield "self_movements", "who had left by own means is not who had left in the running plan"


def _essence(own: SelfMovement) -> tuple[object, ...]:
    """A movement by own means without the name of its way, which may be another one today."""
    return own.id, own.origin, own.destination, own.depart_s, own.arrive_s, own.manifest


def _same(
    replay: Replay, where: str, wanted: PlanLeg, leg: PlanLeg, aboard: dict[str, int]
) -> Found:
    """A leg is the running plan's: ends, true times, and who was on board."""
    if (leg.origin, leg.destination) != (wanted.origin, wanted.destination):
        yield where, f"went from '{wanted.origin}' to '{wanted.destination}', the plan says else"
    times = [(one.load_start_s, one.depart_s, one.arrive_s, one.unload_end_s)
             for one in (leg, wanted)]  # fmt: skip
    if times[0] != times[1]:
        yield where, f"left at {replay.when(wanted.depart_s)}, the plan tells other times"
    planned, told = _heads(wanted.manifest), _heads(leg.manifest)
    if aboard:
        planned = Counter({**planned, **aboard})
        if +planned != +told:
            yield where, "others are on board than were reported"
    elif sorted(leg.manifest, key=str) != sorted(wanted.manifest, key=str):
        yield where, "others are on board than were planned, and nothing was reported"
    if leg.teams != wanted.teams or leg.aid != wanted.aid:
        yield where, "another team or other aid is on board than was planned"


def _heads(manifest: tuple[ManifestLine, ...]) -> Counter[str]:
    found = Counter[str]()
    for line in manifest:
        found[line.group] += line.persons
    return found


def told(replay: Replay) -> Found:
    """Every loaded movement that is dropped, new or at another moment is among the changes."""
    under_way = replay.plan.under_way
    if under_way is None:
        return
    known = set(replay.begun)
    before, after = _loads(under_way.sorties, known), _loads(replay.plan.sorties, known)
    listed = [c for c in under_way.changes if c.kind in ("dropped", "moved", "added")]
    gone = Counter[_Load]((c.fleet, c.origin, c.destination, c.before_s) for c in listed
                   if c.before_s is not None)  # fmt: skip
    new = Counter[_Load]((c.fleet, c.origin, c.destination, c.after_s) for c in listed
                  if c.after_s is not None)  # fmt: skip
    for what, said, real in (("dropped", gone, before - after), ("new", new, after - before)):
        for fleet, origin, destination, moment in sorted(said - real | (real - said), key=str):
            yield (
                f"{fleet} {origin} > {destination}",
                f"a movement at {replay.when(moment or 0)} is {what}, and the changes tell "
                "otherwise",
            )
    for change in under_way.changes:
        if not change.reason.strip():
            yield f"{change.fleet} {change.origin} > {change.destination}", "no reason is given"


def _loads(sorties: tuple[Sortie, ...], known: set[Key]) -> Counter[_Load]:
    """Loaded legs that had not begun, by fleet, ends and moment of loading."""
    return Counter[_Load](
        (sortie.fleet, leg.origin, leg.destination, leg.load_start_s)
        for sortie in sorties
        for number, leg in enumerate(sortie.legs, start=1)
        if leg.manifest and (sortie.id, number) not in known
    )
