"""Recount of a dynamic flow from what was exported; knows nothing of how it was found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from tests.bench.flow_files import Roads


class Trip(NamedTuple):
    """An exported movement: persons from ``source``, and (arc, entering step) one after another."""

    source: str
    leaves: int
    persons: int
    haven: str
    arrives: int
    ways: list[tuple[int, int]]


def recount(
    roads: Roads, trips: Iterable[Trip], waits_everywhere: bool = False
) -> tuple[dict[int, int], list[str]]:
    """(arrivals by step, faults): every trip is walked along its arcs, and people are counted.

    Checked are: arcs follow each other from source to haven, nobody enters an arc before having
    come out of the last (or later, unless waiting is allowed), no arc takes more than its capacity
    at any step, no source gives more than it has, no haven takes more than its limit.
    """
    arrivals: dict[int, int] = defaultdict(int)
    entering: dict[tuple[int, int], int] = defaultdict(int)
    left: dict[str, int] = defaultdict(int)
    taken: dict[str, int] = defaultdict(int)
    faults = []
    for number, trip in enumerate(trips):
        faults += [f"trip {number}: {text}" for text in _walk(roads, trip, waits_everywhere)]
        for way in trip.ways:
            entering[way] += trip.persons
        left[trip.source] += trip.persons
        taken[trip.haven] += trip.persons
        arrivals[trip.arrives] += trip.persons
    for (arc, step), persons in entering.items():
        if persons > roads.arcs[arc][2]:
            faults.append(f"arc {arc} at step {step}: {persons} > {roads.arcs[arc][2]}")
    for source, persons in left.items():
        if persons > roads.supply.get(source, 0):
            faults.append(f"{source}: {persons} leave, {roads.supply.get(source, 0)} are there")
    for haven, persons in taken.items():
        limit = roads.havens.get(haven)
        if limit is not None and persons > limit:
            faults.append(f"{haven}: takes {persons} > {limit}")
    return dict(arrivals), faults


def _walk(roads: Roads, trip: Trip, waits_everywhere: bool) -> Iterable[str]:
    if trip.persons <= 0 or trip.leaves < 0:
        yield "nobody moves, or leaves before step 0"
    if trip.haven not in roads.havens:
        yield f"{trip.haven} is no haven"
    place, step = trip.source, trip.leaves
    for arc, enter in trip.ways:
        tail, head, _, transit = roads.arcs[arc]
        if tail != place:
            yield f"arc {arc} leaves from {tail}, not from {place}"
        if enter < step or (enter > step and not waits_everywhere):
            yield f"arc {arc} is entered at {enter}, people are there at {step}"
        place, step = head, enter + transit
    if place != trip.haven or step > trip.arrives:
        yield f"ends at {place} at step {step}, not at {trip.haven} at {trip.arrives}"
    elif step < trip.arrives and not waits_everywhere:
        yield f"arrives at {step}, not {trip.arrives}"


def cut_bound(roads: Roads, late: dict[str, int], step: int) -> int:
    """The most persons that can have arrived by ``step``, by a cut.

    ``late[place]``: whoever is there at that step or before counts as beyond the cut. Nobody gets
    beyond it but from a source that is beyond it from the start (``late`` ≥ 0: all of its people)
    or over an arc entered after ``late`` of its tail that comes out by ``late`` of its head:
    capacity times the number of such steps. Raises ValueError if a haven is not beyond the cut
    until ``step``, so that the cut proves nothing.
    """
    for haven in roads.havens:
        if late[haven] < step:
            raise ValueError(f"the cut leaves out {haven} at step {step}")
    bound = sum(people for source, people in roads.supply.items() if late[source] >= 0)
    for tail, head, capacity, transit in roads.arcs:
        if tail not in roads.havens:
            bound += capacity * max(0, late[head] - transit - max(late[tail], -1))
    return bound
