"""A trip problem read as a bus evacuation: like buses, and points visited once a busload.

Bish 2011; Goerigk, Grün, Heßler 2013. A point with d people is visited exactly ceil(d / capacity)
times and its people are split among those visits in any way; a bus goes to a point only to fetch
someone. Where demands are whole busloads every trip is full, and a shelter takes whole busloads.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.solvers.trips import Trip, TripProblem

Ints = npt.NDArray[np.int64]
NO_WAY = -1
Route = tuple[tuple[int, int], ...]
"""What one bus does: (point, shelter) in order."""
Counts = dict[tuple[int, int], int]
"""Visits or persons by (point, shelter)."""


class NotLikeBuses(ValueError):
    """The problem is none of like buses with whole busloads; the message says why."""


@dataclass(frozen=True)
class BusEvacuation:
    """The problem in integer units of time. A base is a set of buses with the same ways out."""

    unit_ms: int
    """Every time is a multiple of it."""
    capacity: int
    """Persons a bus; 1 where loads are whole busloads."""
    load: int
    """Persons that one unit of ``capacity``, ``demand`` and ``room`` stands for."""
    members: tuple[tuple[int, ...], ...]
    """[base] the vessels there."""
    pickups: tuple[int, ...]
    """[point] its index in the problem."""
    visits: Ints
    demand: Ints
    room: Ints
    """[shelter] the most it takes in."""
    start: Ints
    """[base, point] from time 0 on; NO_WAY where there is none, as in the next two."""
    loaded: Ints
    """[point, shelter]."""
    empty: Ints
    """[shelter, point]."""

    @property
    def buses(self) -> Ints:
        """[base] number of buses."""
        return np.array([len(group) for group in self.members], dtype=np.int64)

    @property
    def whole(self) -> bool:
        """Whether every trip is a full busload."""
        return self.capacity == 1

    def length(self, base: int, route: Route) -> int | None:
        """Units of time until the last drop-off; None where a way is missing."""
        total, shelter = 0, -1
        for point, drop in route:
            ride = self.start[base, point] if shelter < 0 else self.empty[shelter, point]
            carry = self.loaded[point, drop]
            if ride == NO_WAY or carry == NO_WAY:
                return None
            total += int(ride) + int(carry)
            shelter = drop
        return total

    def trips(self, routes: list[list[Route]], persons: Counts) -> list[list[Trip]]:
        """Per vessel its trips. ``routes`` are by base; ``persons`` by (point, shelter) are shared
        out over the visits there, full buses first."""
        left = dict(persons)
        due: Counts = {}
        for group in routes:
            for route in group:
                for pair in route:
                    due[pair] = due.get(pair, 0) + 1
        found: list[list[Trip]] = [[] for group in self.members for _ in group]
        for base, group in enumerate(routes):
            for vessel, route in zip(self.members[base], group, strict=False):
                for point, drop in route:
                    due[point, drop] -= 1
                    others = due[point, drop]  # each of them keeps someone, where there are enough
                    aboard = min(self.capacity, max(0, left[point, drop] - others))
                    left[point, drop] -= aboard
                    found[vessel].append(Trip(self.pickups[point], drop, aboard * self.load))
        return found


def read(problem: TripProblem) -> BusEvacuation:
    """The problem as a bus evacuation. Raises NotLikeBuses where it is none."""
    capacities = {vessel.capacity for vessel in problem.vessels}
    if len(capacities) != 1 or min(capacities) < 1:
        raise NotLikeBuses("the vessels are not of one capacity, at least 1")
    if len(set(problem.loaded_ms)) > 1 or len(set(problem.empty_ms)) > 1:
        raise NotLikeBuses("the vessels do not need the same times")
    pickups = _pickups(problem)
    bases: dict[tuple[int | None, ...], list[int]] = {}
    for index, vessel in enumerate(problem.vessels):
        row = problem.start_ms[index]
        ways = tuple(
            None if ride is None else ride + vessel.available_ms
            for ride in (row[i] for i in pickups)
        )
        bases.setdefault(ways, []).append(index)
    start = _times(list(bases), len(pickups))
    loaded = _times([problem.loaded_ms[0][i] for i in pickups], len(problem.drops))
    empty = _times([[row[i] for i in pickups] for row in problem.empty_ms[0]], len(pickups))
    unit = max(1, math.gcd(*(int(t) for a in (start, loaded, empty) for t in a.flat if t > 0)))
    capacity, load, demand, room = _whole(problem, pickups, capacities.pop())
    return BusEvacuation(
        unit_ms=unit,
        capacity=capacity,
        load=load,
        members=tuple(map(tuple, bases.values())),
        pickups=pickups,
        visits=-(-demand // capacity),
        demand=demand,
        room=room,
        start=_scaled(start, unit),
        loaded=_scaled(loaded, unit),
        empty=_scaled(empty, unit),
    )


def _pickups(problem: TripProblem) -> tuple[int, ...]:
    """The pick-ups at which someone waits, one a source."""
    chosen: list[int] = []
    for source, people in enumerate(problem.demand):
        at = [i for i, s in enumerate(problem.source_of) if s == source]
        if people and len(at) != 1:
            raise NotLikeBuses(f"source {source + 1} has {len(at)} pick-ups; one is needed")
        chosen += at if people else []
    return tuple(chosen)


def _times(rows: Iterable[Iterable[int | None]], width: int) -> Ints:
    found = [[NO_WAY if t is None else t for t in row] for row in rows]
    return np.array(found, dtype=np.int64).reshape(len(found), width)


def _scaled(times: Ints, unit: int) -> Ints:
    return np.where(times == NO_WAY, NO_WAY, times // unit).astype(np.int64)


def _whole(
    problem: TripProblem, pickups: tuple[int, ...], capacity: int
) -> tuple[int, int, Ints, Ints]:
    """(capacity, persons a unit, demand, room), in busloads where every demand is a multiple."""
    demand = [problem.demand[problem.source_of[i]] for i in pickups]
    room = [problem.people if r is None else min(r, problem.people) for r in problem.drop_capacity]
    load = 1
    if all(people % capacity == 0 for people in demand):
        load = capacity
    units = np.array([d // load for d in demand], dtype=np.int64)
    return capacity // load, load, units, np.array([r // load for r in room], dtype=np.int64)
