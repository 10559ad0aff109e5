"""Many outcomes, kept small: what is needed for quantiles, charts and tables, and no more."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from planner.draws import Draw
from planner.simulate.course import Course, Leg
from planner.simulate.outcome import Incident, Outcome

FIGURES = (
    "people", "evacuated", "by_sortie", "self_moved", "unwilling", "no_shows", "left", "stranded",
    "clearance_s", "harm", "missed", "waiting_s",
)  # fmt: skip
MOMENTS = 240
"""Moments of the curve over the horizon."""
BREAKS = frozenset({"held", "diverted", "turned_back", "called_off", "lost"})
BROKEN_FROM_S = 3600
"""A movement counts as broken by a wait from this on."""
Thing = tuple[str, str]


@dataclass
class Hit:
    """What one thing did in one draw, or in all."""

    draws: int = 0
    movements: int = 0
    seconds: int = 0
    persons: int = 0
    did: dict[str, int] = field(default_factory=dict)

    def add(self, incident: Incident) -> None:
        """One movement more."""
        self.movements += 1
        self.seconds += incident.cost_s
        if incident.did in ("called_off", "lost"):
            self.persons += incident.persons
        self.did[incident.did] = self.did.get(incident.did, 0) + 1

    def merge(self, other: Hit) -> None:
        """Those of another draw."""
        self.draws += 1
        self.movements += other.movements
        self.seconds += other.seconds
        self.persons += other.persons
        for did, count in other.did.items():
            self.did[did] = self.did.get(did, 0) + count


@dataclass(frozen=True)
class Played:
    """What is kept of one draw: small enough to be sent, and to be kept of thousands."""

    number: int
    figures: tuple[float, ...]
    """FIGURES, in their order."""
    curve: NDArray[np.int32]
    """People safe by each of the moments."""
    late: NDArray[np.float32]
    """By planned load how much later than planned it was off board, in seconds; NaN for never."""
    levers: dict[str, float]
    hits: dict[Thing, Hit]
    blamed: tuple[tuple[str, Thing], ...]
    """(sortie, what broke it)."""

    def figure(self, name: str) -> float:
        """One of FIGURES."""
        return self.figures[FIGURES.index(name)]


@dataclass
class Tally:
    """Grows with each draw; the order in which draws come does not matter."""

    course: Course
    numbers: list[int] = field(default_factory=list)
    figures: list[tuple[float, ...]] = field(default_factory=list)
    curves: list[NDArray[np.int32]] = field(default_factory=list)
    late: list[NDArray[np.float32]] = field(default_factory=list)
    levers: list[dict[str, float]] = field(default_factory=list)
    hits: dict[Thing, Hit] = field(default_factory=dict)
    blame: dict[str, dict[Thing, int]] = field(default_factory=dict)
    """Sortie to what broke it, and how often."""

    def __post_init__(self) -> None:
        loaded: list[Leg] = [leg for leg in self.course.legs if leg.manifest]
        self.loaded = sorted(loaded, key=lambda leg: (leg.depart_s, leg.sortie, leg.number))
        self._row = {(leg.sortie, leg.number): n for n, leg in enumerate(self.loaded)}
        horizon_s = self.course.scenario.horizon_s
        self.moments = [horizon_s * n // MOMENTS for n in range(MOMENTS + 1)]

    def played(self, draw: Draw, outcome: Outcome) -> Played:
        """What is kept of a draw; nothing is added."""
        late = np.full(len(self.loaded), np.nan, dtype=np.float32)
        for arrival in outcome.arrivals:
            row = self._row.get((arrival.sortie, arrival.leg))
            if row is not None:
                late[row] = arrival.at_s - self.loaded[row].unload_end_s
        hits, blamed = _hits(outcome.incidents)
        return Played(
            outcome.number, figures_of(outcome), self.curve(outcome), late, levers(draw, outcome),
            hits, blamed,
        )  # fmt: skip

    def add(self, played: Played) -> None:
        """One draw more."""
        self.numbers.append(played.number)
        self.figures.append(played.figures)
        self.curves.append(played.curve)
        self.late.append(played.late)
        self.levers.append(played.levers)
        for thing, found in played.hits.items():
            self.hits.setdefault(thing, Hit()).merge(found)
        for sortie, thing in played.blamed:
            known = self.blame.setdefault(sortie, {})
            known[thing] = known.get(thing, 0) + 1

    def curve(self, outcome: Outcome) -> NDArray[np.int32]:
        """People safe by each moment."""
        steps = outcome.safe_by()
        times = [at for at, _ in steps]
        counts = [0, *(persons for _, persons in steps)]
        found = [counts[bisect_right(times, moment)] for moment in self.moments]
        return np.array(found, dtype=np.int32)

    def column(self, name: str) -> NDArray[np.float64]:
        """A figure of every draw, in the order of their numbers."""
        order = np.argsort(self.numbers, kind="stable")
        index = FIGURES.index(name)
        return np.array([row[index] for row in self.figures], dtype=np.float64)[order]


def figures_of(outcome: Outcome) -> tuple[float, ...]:
    """FIGURES of a draw, in their order."""
    return tuple(float(getattr(outcome, name)) for name in FIGURES)


def _hits(
    incidents: Iterable[Incident],
) -> tuple[dict[Thing, Hit], tuple[tuple[str, Thing], ...]]:
    """What each thing did in a draw, and which sorties it broke."""
    here: dict[Thing, Hit] = {}
    hit: dict[tuple[str, Thing], None] = {}
    for incident in incidents:
        waited = incident.did in ("held", "diverted") and incident.cost_s < BROKEN_FROM_S
        if incident.did in BREAKS and not waited:
            thing = (incident.kind, incident.thing)
            here.setdefault(thing, Hit()).add(incident)
            hit[incident.sortie, thing] = None
    return here, tuple(hit)


def levers(draw: Draw, outcome: Outcome) -> dict[str, float]:
    """What the draw brought, entry by entry: ``kind/id`` to a figure, 0 or 1 for events."""
    unsure = draw.scenario.uncertainty
    if unsure is None or draw.number < 0:
        return {}
    found: dict[str, float] = {}
    if unsure.people is not None:
        found["people/all"] = float(sum(draw.people.values()))
    for kind, entries, drawn in (
        ("willing", unsure.willing, draw.willing), ("no_shows", unsure.no_shows, draw.no_shows),
    ):  # fmt: skip
        named = {group for entry in entries for group in entry.groups}
        for entry in entries:
            those = entry.groups or [g for g in drawn if g not in named]
            found[f"{kind}/{entry.id}"] = float(next((drawn[group] for group in those), 0))
    found |= {f"travel/{ident}": factor for ident, factor in draw.travel.items()}
    for one in unsure.threats:
        spoken = {t for other in unsure.threats for t in other.threats}
        names = one.threats or [t for t in draw.threats if t not in spoken]
        found[f"threats/{one.id}"] = next((draw.threats[t] for t in names), 1.0)
    happened = {h.event for h in draw.happenings}
    found |= {f"events/{event.id}": float(event.id in happened) for event in unsure.events}
    for delay in unsure.delays:
        cost = [i.cost_s for i in outcome.incidents if i.thing == delay.id and i.kind == "lateness"]
        found[f"delays/{delay.id}"] = float(sum(cost))
    for breakdown in unsure.breakdowns:
        those = [i.thing for i in outcome.incidents if i.kind == "breakdown"]
        found[f"breakdowns/{breakdown.id}"] = float(those.count(breakdown.id))
    return found
