"""What comes before the search: is there a way at all, a first plan, and what a plan takes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from planner.solvers.trips import Trip, TripProblem
from planner.solvers.trips.vessels_days import FAR, Legs, kinds


def impossible(problem: TripProblem) -> str:
    """Why not everyone can be brought away however long it takes; empty where nothing shows it.

    Looks at sources that no vessel reaches, and at the room of the drop-offs that are reached.
    """
    ways = _ways(problem)
    for source, demand in enumerate(problem.demand):
        if demand and not ways[source]:
            docks = [
                name
                for name, its in zip(problem.pickups, problem.source_of, strict=True)
                if its == source
            ]
            place = ", ".join(docks) or f"source {source}, which has no pick-up"
            return f"no vessel can bring the {demand} people away from {place}"
    moved = _through(problem, ways)
    if moved < problem.people:
        return f"the drop-offs within reach take in {moved} of {problem.people} people"
    return ""


def _ways(problem: TripProblem) -> list[set[int]]:
    """Per source the drop-offs to which some vessel can bring its people."""
    ways: list[set[int]] = [set() for _ in problem.demand]
    for kind in kinds(problem):
        legs = Legs(problem, kind.members[0])
        reached = legs.move[0] < FAR
        hop = legs.hop[reached].min(axis=0)
        for source, its in enumerate(ways):
            its.update(drop for drop in range(len(problem.drops)) if hop[source, drop] < FAR)
    return ways


def _through(problem: TripProblem, ways: list[set[int]]) -> int:
    """The most people that the drop-offs can take in: augmenting paths, sources to drop-offs."""
    room = [problem.people if r is None else r for r in problem.drop_capacity]
    flow = [[0] * len(room) for _ in ways]
    total = 0
    for source, demand in enumerate(problem.demand):
        left = demand
        while left:
            before = _augmenting(ways, flow, room, source)
            if before is None:
                break
            left -= _augment(flow, room, before, source, left)
        total += demand - left
    return total


def _augmenting(
    ways: list[set[int]], flow: list[list[int]], room: list[int], source: int
) -> list[tuple[int, int]] | None:
    """(source, drop-off) pairs of a path from the source to a drop-off with room left."""
    paths: dict[int, list[tuple[int, int]]] = {source: []}
    queue = [source]
    seen: set[int] = set()
    for here in queue:
        for drop in sorted(ways[here] - seen):
            seen.add(drop)
            path = [*paths[here], (here, drop)]
            if sum(row[drop] for row in flow) < room[drop]:
                return path
            for other, row in enumerate(flow):
                if row[drop] and other not in paths:
                    paths[other] = path
                    queue.append(other)
    return None


def _augment(
    flow: list[list[int]], room: list[int], path: list[tuple[int, int]], source: int, left: int
) -> int:
    """Moves as many as the path allows."""
    last = path[-1][1]
    most = min(left, room[last] - sum(row[last] for row in flow))
    for (_, drop), (other, _) in pairwise(path):
        most = min(most, flow[other][drop])
    for at, (here, drop) in enumerate(path):
        flow[here][drop] += most
        if at + 1 < len(path):
            flow[path[at + 1][0]][drop] -= most
    return most


def makespan_ms(problem: TripProblem, trips: Sequence[Sequence[Trip]]) -> int:
    """The last drop-off; 0 without a trip. Raises ValueError where a trip has no way."""
    last = 0
    for vessel, its in enumerate(trips):
        clock, empty = problem.vessels[vessel].available_ms, problem.start_ms[vessel]
        for trip in its:
            out, back = empty[trip.pickup], problem.loaded_ms[vessel][trip.pickup][trip.drop]
            if out is None or back is None:
                raise ValueError(f"{problem.vessels[vessel].id} has no way for {trip}")
            clock += out + back
            empty = problem.empty_ms[vessel][trip.drop]
            last = max(last, clock)
    return last


def within_room(problem: TripProblem, trips: Sequence[Sequence[Trip]]) -> bool:
    """Whether no drop-off gets more people than it takes in."""
    brought = [0] * len(problem.drops)
    for its in trips:
        for trip in its:
            brought[trip.drop] += trip.persons
    return all(
        room is None or people <= room
        for people, room in zip(brought, problem.drop_capacity, strict=True)
    )


def greedy(problem: TripProblem) -> tuple[tuple[Trip, ...], ...] | None:
    """Always the round that is over first (of those, the fullest); None where it gets stuck."""
    left = list(problem.demand)
    room = [problem.people if r is None else r for r in problem.drop_capacity]
    found: list[list[Trip]] = [[] for _ in problem.vessels]
    fleet = [
        (member, kind.capacity, Legs(problem, kind.members[0]))
        for kind in kinds(problem)
        for member in kind.members
    ]
    clock = [vessel.available_ms for vessel in problem.vessels]
    rows = [0] * len(problem.vessels)
    while any(left):
        options = [
            (clock[member] + int(time), -min(left[s], capacity, room[d]), member, s, d, at)
            for at, (member, capacity, legs) in enumerate(fleet)
            for (s, d), time in _entries(legs, rows[member])
            if left[s] and room[d]
        ]
        if not options:
            return None
        end, negative, member, source, drop, at = min(options)
        persons = -negative
        for pickup, to, serves in fleet[at][2].trace(rows[member], source, drop):
            found[member].append(Trip(pickup, to, persons if serves else 0))
        left[source] -= persons
        room[drop] -= persons
        clock[member], rows[member] = end, 1 + drop
    return tuple(tuple(its) for its in found)


def _entries(legs: Legs, row: int) -> list[tuple[tuple[int, int], int]]:
    hop = legs.hop[row]
    return [
        ((source, drop), int(hop[source, drop]))
        for source in range(hop.shape[0])
        for drop in range(hop.shape[1])
        if hop[source, drop] < FAR
    ]
