"""An independent count of trip plans: times, loads and makespan from the trips alone.

Shares no code with the engines. Indices and times mean what the nouns in ``planner.solvers.trips``
say; ``recount_exported`` reads the exported form, in which docks bear names and times are minutes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.solvers.trips import Trip, TripProblem

MINUTE_MS = 60_000
ROUNDED_MS = 1
"""Exported minutes carry more than enough digits for a millisecond."""


def recount(problem: TripProblem, trips: Sequence[Sequence[Trip]]) -> tuple[int, list[str]]:
    """The makespan in milliseconds (0 without a trip), and every fault as a sentence.

    ``trips`` has one sequence a vessel. A trip that cannot be sailed counts no time.
    """
    faults: list[str] = []
    if len(trips) != len(problem.vessels):
        return 0, [f"{len(trips)} lists of trips for {len(problem.vessels)} vessels"]
    taken = [0] * len(problem.demand)
    brought = [0] * len(problem.drops)
    makespan = 0
    for index, vessel in enumerate(problem.vessels):
        clock, berth = vessel.available_ms, -1
        for number, trip in enumerate(trips[index], start=1):
            where = f"{vessel.id}, trip {number}"
            wrong = _misplaced(problem, trip)
            if wrong:
                faults.append(f"{where}: {wrong}")
                continue
            spent = _spent(problem, index, berth, trip)
            if spent is None:
                faults.append(f"{where}: {_no_way(problem, index, berth, trip)}")
            else:
                clock += spent
                makespan = max(makespan, clock)
            if trip.persons > vessel.capacity:
                faults.append(f"{where}: {trip.persons} on board, room for {vessel.capacity}")
            taken[problem.source_of[trip.pickup]] += trip.persons
            brought[trip.drop] += trip.persons
            berth = trip.drop
    return makespan, faults + _balance(problem, taken, brought)


def _misplaced(problem: TripProblem, trip: Trip) -> str:
    """What is wrong with a trip's numbers by themselves."""
    if not 0 <= trip.pickup < len(problem.pickups):
        return f"no pick-up has the number {trip.pickup}"
    if not 0 <= trip.drop < len(problem.drops):
        return f"no drop-off has the number {trip.drop}"
    if trip.persons < 0:
        return f"{trip.persons} on board"
    return ""


def _spent(problem: TripProblem, vessel: int, berth: int, trip: Trip) -> int | None:
    """Empty way and loaded way together; ``berth`` -1 is where the vessel lies at first."""
    if berth < 0:
        empty = problem.start_ms[vessel][trip.pickup]
    else:
        empty = problem.empty_ms[vessel][berth][trip.pickup]
    loaded = problem.loaded_ms[vessel][trip.pickup][trip.drop]
    return None if empty is None or loaded is None else empty + loaded


def _no_way(problem: TripProblem, vessel: int, berth: int, trip: Trip) -> str:
    pickup, drop = problem.pickups[trip.pickup], problem.drops[trip.drop]
    if problem.loaded_ms[vessel][trip.pickup][trip.drop] is None:
        return f"no way from {pickup} to {drop}"
    origin = problem.drops[berth] if berth >= 0 else "its first place"
    return f"no way from {origin} to {pickup}"


def _balance(problem: TripProblem, taken: list[int], brought: list[int]) -> list[str]:
    faults = []
    for source, wanted in enumerate(problem.demand):
        if taken[source] != wanted:
            docks = [
                name
                for name, its in zip(problem.pickups, problem.source_of, strict=True)
                if its == source
            ]
            at = ", ".join(docks) or f"source {source}"
            faults.append(f"{at}: {taken[source]} people taken, {wanted} to be moved")
    for drop, room in enumerate(problem.drop_capacity):
        if room is not None and brought[drop] > room:
            faults.append(f"{problem.drops[drop]}: {brought[drop]} people brought, room for {room}")
    return faults


def recount_exported(
    problem: TripProblem, exported: Sequence[Mapping[str, Any]], makespan_min: float | None = None
) -> tuple[int, list[str]]:
    """As ``recount``, from the exported form; stated times and makespan are held against it.

    A vessel's entry: ``vessel`` (its id) and ``trips``, each with ``pickup`` and ``drop`` (names of
    docks), ``persons``, and ``depart_min``, ``load_min``, ``arrive_min`` (minutes from the order).
    """
    from planner.solvers.trips import Trip

    faults: list[str] = []
    docks = {name: index for index, name in enumerate(problem.pickups)}
    havens = {name: index for index, name in enumerate(problem.drops)}
    places = {vessel.id: index for index, vessel in enumerate(problem.vessels)}
    trips: list[list[Trip]] = [[] for _ in problem.vessels]
    for entry in exported:
        index = places.get(str(entry["vessel"]))
        if index is None:
            faults.append(f"{entry['vessel']}: no such vessel")
            continue
        if trips[index]:
            faults.append(f"{entry['vessel']}: listed twice")
            continue
        for item in entry["trips"]:
            pickup = docks.get(str(item["pickup"]), -1)
            drop = havens.get(str(item["drop"]), -1)
            trips[index].append(Trip(pickup, drop, int(item["persons"])))
        faults += _stated(problem, index, trips[index], entry["trips"])
    makespan, more = recount(problem, trips)
    if makespan_min is not None and abs(makespan - makespan_min * MINUTE_MS) > ROUNDED_MS:
        faults.append(
            f"makespan: {makespan_min} min stated, {makespan / MINUTE_MS:.5f} min counted"
        )
    return makespan, faults + more


def _stated(
    problem: TripProblem, vessel: int, trips: Sequence[Trip], items: Sequence[Mapping[str, Any]]
) -> list[str]:
    """Faults in the times that the export states for one vessel."""
    name, clock, berth = problem.vessels[vessel].id, problem.vessels[vessel].available_ms, -1
    faults = []
    for number, (trip, item) in enumerate(zip(trips, items, strict=True), start=1):
        if _misplaced(problem, trip):
            return faults  # told by the recount
        spent = _spent(problem, vessel, berth, trip)
        loaded = problem.loaded_ms[vessel][trip.pickup][trip.drop]
        if spent is None or loaded is None:
            return faults
        there = clock + spent
        for key, moment in (
            ("depart_min", clock),
            ("load_min", there - loaded),
            ("arrive_min", there),
        ):
            if abs(float(item[key]) * MINUTE_MS - moment) > ROUNDED_MS:
                faults.append(
                    f"{name}, trip {number}: {key} {item[key]} stated, "
                    f"{moment / MINUTE_MS:.5f} counted"
                )
        clock, berth = there, trip.drop
    return faults
