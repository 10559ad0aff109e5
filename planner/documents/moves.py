"""The movements of a paper, and which of them are the same ones in an earlier paper.

Numbers of convoys change from plan to plan. A movement is known again by what everybody sees of it:
means, vehicles, ends and departure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from planner.charts import Convoy
from planner.documents.paper import Paper

Change = Literal["times", "way", "vehicles", "people", "permission"]
_ANOTHER_WAY = timedelta(hours=12)
"""So far apart a movement to another place is still the same one, led elsewhere."""


@dataclass(frozen=True)
class Move:
    """A movement: moments in UTC; ``vehicles`` are (fleet id, how many), by fleet.

    ``way`` are its points to about ten metres; empty where they are not known, which compares with
    nothing. ``settled``: no permission that it relies on is still awaited.
    """

    id: str
    mode: str
    origin: str
    destination: str
    depart: datetime
    arrive: datetime
    vehicles: tuple[tuple[str, int], ...]
    persons: int
    settled: bool
    way: tuple[tuple[float, float], ...] = field(default=(), repr=False)

    @property
    def fleets(self) -> tuple[str, ...]:
        """Ids of its fleets."""
        return tuple(fleet for fleet, _ in self.vehicles)


@dataclass(frozen=True)
class Changed:
    """A movement that is in both papers, and what is different."""

    before: Move
    after: Move
    what: tuple[Change, ...]


@dataclass(frozen=True)
class Amendment:
    """What became of each movement from one paper to the next."""

    added: tuple[Move, ...] = ()
    dropped: tuple[Move, ...] = ()
    changed: tuple[Changed, ...] = ()
    kept: tuple[Changed, ...] = ()
    """Without any change; ids may differ."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is different."""
        return not (self.added or self.dropped or self.changed)


def moves(paper: Paper) -> tuple[Move, ...]:
    """Every convoy of the paper, by departure."""
    return tuple(move(paper, convoy) for convoy in paper.convoys)


def move(paper: Paper, convoy: Convoy) -> Move:
    """One convoy as a movement."""
    route = paper.verdict.network.routes[convoy.route]
    return Move(
        id=convoy.id,
        mode=convoy.mode,
        origin=convoy.origin,
        destination=convoy.destination,
        depart=paper.utc(convoy.depart_s),
        arrive=paper.utc(convoy.arrive_s),
        vehicles=tuple(sorted(convoy.vehicles().items())),
        persons=convoy.persons,
        settled=not awaited(paper, convoy),
        way=tuple((round(lat, 4), round(lon, 4)) for lat, lon, _ in route.points),
    )


def awaited(paper: Paper, convoy: Convoy) -> tuple[str, ...]:
    """Ids of the permissions that a convoy relies on and that are not granted yet."""
    state = {item.id: item.state for item in paper.verdict.scenario.authorisations}
    names = dict.fromkeys(
        name
        for sortie, index in convoy.members
        for name in paper.authorisations.get((sortie.id, index), ())
    )
    return tuple(name for name in names if state.get(name) != "granted")


# ------------------------------------------------------------------ the same one again

_Key = tuple[object, ...]
_STEPS: tuple[tuple[Callable[[Move], _Key], timedelta | None], ...] = (
    (lambda m: (m.mode, m.vehicles, m.origin, m.destination, m.depart), None),
    (lambda m: (m.mode, m.fleets, m.origin, m.destination, m.depart), None),
    (lambda m: (m.mode, m.origin, m.destination, m.depart), None),
    (lambda m: (m.mode, m.fleets, m.origin, m.destination), None),
    (lambda m: (m.mode, m.fleets, m.origin), _ANOTHER_WAY),
)
"""From the surest to the least sure: what two movements have in common to be taken for one."""


def paired(
    before: Iterable[Move], after: Iterable[Move]
) -> tuple[list[tuple[Move, Move]], list[Move], list[Move]]:
    """(pairs, those of ``before`` alone, those of ``after`` alone), each by departure.

    What has most in common is paired first; among equals those nearest in time.
    """
    old, new = sorted(before, key=_order), sorted(after, key=_order)
    pairs: list[tuple[Move, Move]] = []
    for key, most in _STEPS:
        found = _step(old, new, key, most)
        pairs += found
        gone = {id(one) for pair in found for one in pair}
        old = [one for one in old if id(one) not in gone]
        new = [one for one in new if id(one) not in gone]
    return sorted(pairs, key=lambda pair: _order(pair[1])), old, new


def _step(
    old: list[Move], new: list[Move], key: Callable[[Move], _Key], most: timedelta | None
) -> list[tuple[Move, Move]]:
    places: dict[_Key, list[Move]] = {}
    for one in new:
        places.setdefault(key(one), []).append(one)
    near = [
        (abs(a.depart - b.depart), n, m)
        for n, a in enumerate(old)
        for m, b in enumerate(places.get(key(a), ()))
        if most is None or abs(a.depart - b.depart) <= most
    ]
    used: set[int] = set()
    found = []
    for _, n, m in sorted(near):
        a = old[n]
        b = places[key(a)][m]
        if id(a) not in used and id(b) not in used:
            used |= {id(a), id(b)}
            found.append((a, b))
    return found


def _order(one: Move) -> tuple[object, ...]:
    return (one.depart, one.arrive, one.mode, one.origin, one.destination, one.vehicles, one.id)


def amendment(before: Paper, after: Paper) -> Amendment:
    """What became of each movement. Both papers are for the same reader."""
    pairs, dropped, added = paired(moves(before), moves(after))
    changed = [Changed(a, b, differences(a, b)) for a, b in pairs]
    return Amendment(
        added=tuple(added),
        dropped=tuple(dropped),
        changed=tuple(one for one in changed if one.what),
        kept=tuple(one for one in changed if not one.what),
    )


def differences(a: Move, b: Move) -> tuple[Change, ...]:
    """What is different in a movement that is in both papers."""
    found: list[Change] = []
    if (a.depart, a.arrive) != (b.depart, b.arrive):
        found.append("times")
    moved = bool(a.way and b.way) and a.way != b.way
    if moved or (a.origin, a.destination) != (b.origin, b.destination):
        found.append("way")
    if a.vehicles != b.vehicles:
        found.append("vehicles")
    if a.persons != b.persons:
        found.append("people")
    if a.settled != b.settled:
        found.append("permission")
    return tuple(found)
