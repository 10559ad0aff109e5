"""How often each vessel makes each round: a compact programme for instances with too many days.

A round goes from a drop-off (or the first place) by way of a source to a drop-off, at its least
time. Per vessel the rounds form a walk: in and out balance at every drop-off, and what hangs
together with the first place only by subtour cuts, added when violated. The makespan is at least
each vessel's total. Minutes, so that a solver's tolerance of 1e-6 stays below a millisecond.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from ortools.graph.python import max_flow
from ortools.math_opt.python import mathopt

from planner.solvers.trips import Trip, TripProblem
from planner.solvers.trips.vessels_days import FAR, Kind, Legs, kinds

MINUTE_MS = 60_000
ROUNDING_MS = 0.5
"""Times are whole milliseconds: a bound may be rounded up from within half of one."""
SOLVER = mathopt.SolverType.HIGHS
Round = tuple[int, int, int]
"""Row (0: the first place, 1 + d: drop-off d), source, drop-off."""
Plan = tuple[tuple[Trip, ...], ...]


@dataclass
class _Ship:
    member: int
    kind: Kind
    legs: Legs
    rounds: dict[Round, mathopt.Variable] = field(default_factory=dict)
    people: dict[tuple[int, int], mathopt.Variable] = field(default_factory=dict)


class Programme:
    """The compact programme."""

    def __init__(self, problem: TripProblem) -> None:
        self.problem = problem
        self.model = mathopt.Model(name="rounds")
        self.last = self.model.add_variable(lb=0.0, name="makespan")
        self.model.minimize(self.last)
        self.ships = [
            _Ship(member, kind, Legs(problem, kind.members[0]))
            for kind in kinds(problem)
            for member in kind.members
        ]
        for ship in self.ships:
            self._sail(ship)
        self._serve()

    def _most(self, ship: _Ship) -> list[int]:
        """Per source the trips beyond which a vessel has nothing to carry."""
        return [-(-demand // ship.kind.capacity) for demand in self.problem.demand]

    def _sail(self, ship: _Ship) -> None:
        """Rounds, their balance, their time."""
        hop, most = ship.legs.hop, self._most(ship)
        into: dict[int, list[mathopt.Variable]] = defaultdict(list)
        out: dict[int, list[mathopt.Variable]] = defaultdict(list)
        total: list[mathopt.LinearTypes] = []
        for row in range(hop.shape[0]):
            for source, limit in enumerate(most):
                for drop in range(hop.shape[2]):
                    if not limit or hop[row, source, drop] >= FAR:
                        continue
                    times = self.model.add_integer_variable(lb=0, ub=limit if row else 1)
                    ship.rounds[row, source, drop] = times
                    out[row].append(times)
                    into[1 + drop].append(times)
                    total.append(float(hop[row, source, drop]) / MINUTE_MS * times)
                    if not row:
                        total.append(ship.kind.available_ms / MINUTE_MS * times)
        self.model.add_linear_constraint(mathopt.fast_sum(out[0]) <= 1)
        for row in range(1, hop.shape[0]):
            self.model.add_linear_constraint(
                mathopt.fast_sum(out[row]) <= mathopt.fast_sum(into[row])
            )
        self.model.add_linear_constraint(mathopt.fast_sum(total) <= self.last)

    def _serve(self) -> None:
        """People by vessel, source and drop-off; seats, demand, room."""
        problem = self.problem
        taken: dict[int, list[mathopt.Variable]] = defaultdict(list)
        brought: dict[int, list[mathopt.Variable]] = defaultdict(list)
        for ship in self.ships:
            served: dict[tuple[int, int], list[mathopt.Variable]] = defaultdict(list)
            for (_, source, drop), times in ship.rounds.items():
                served[source, drop].append(times)
            for (source, drop), times in served.items():
                people = self.model.add_variable(lb=0.0, ub=problem.demand[source])
                ship.people[source, drop] = people
                self.model.add_linear_constraint(
                    people <= ship.kind.capacity * mathopt.fast_sum(times)
                )
                taken[source].append(people)
                brought[drop].append(people)
        for source, demand in enumerate(problem.demand):
            self.model.add_linear_constraint(mathopt.fast_sum(taken[source]) == demand)
        for drop, room in enumerate(problem.drop_capacity):
            if room is not None:
                self.model.add_linear_constraint(mathopt.fast_sum(brought[drop]) <= room)

    def cut(self, ship: _Ship, apart: set[int]) -> None:
        """No round among these drop-offs without a way to them."""
        entries = mathopt.fast_sum(
            times
            for (row, _, drop), times in ship.rounds.items()
            if row not in apart and 1 + drop in apart
        )
        for (row, _, drop), times in ship.rounds.items():
            if row in apart and 1 + drop in apart:
                self.model.add_linear_constraint(times <= times.upper_bound * entries)


@dataclass
class Found:
    """A plan, a proven bound in milliseconds, and why there is no plan where that is proven."""

    trips: Plan | None
    bound_ms: int
    impossible: str = ""


def by_counts(problem: TripProblem, bound_ms: int, left_s: Callable[[], float]) -> Found:
    """Solves the programme, adding subtour cuts, until its plan hangs together or time is up."""
    programme = Programme(problem)
    found = Found(None, bound_ms)
    while left_s() > 0:
        parameters = mathopt.SolveParameters(
            time_limit=timedelta(seconds=left_s()),
            relative_gap_tolerance=0.0,
            absolute_gap_tolerance=0.0,
        )
        result = mathopt.solve(programme.model, SOLVER, params=parameters)
        if result.termination.reason == mathopt.TerminationReason.INFEASIBLE:
            return Found(None, bound_ms, "no trips of these vessels bring everyone away")
        proven = result.termination.objective_bounds.dual_bound
        if math.isfinite(proven):
            found.bound_ms = max(found.bound_ms, math.ceil(proven * MINUTE_MS - ROUNDING_MS))
        if not result.has_primal_feasible_solution():
            break
        if not _cut_off(programme, result):
            found.trips = _plan(programme, result)
            break
    return found


def _times(ship: _Ship, result: mathopt.SolveResult) -> Counter[Round]:
    """How often a vessel makes each round."""
    values = result.variable_values()
    return Counter({key: n for key, v in ship.rounds.items() if (n := round(values[v]))})


def _cut_off(programme: Programme, result: mathopt.SolveResult) -> bool:
    """Whether some vessel's rounds do not hang together; cuts are added for those."""
    cut = False
    for ship in programme.ships:
        rounds = _times(ship, result)
        reached = {0}
        while more := {1 + d for row, _, d in rounds if row in reached} - reached:
            reached |= more
        apart = {row for row, _, _ in rounds} - reached
        if apart:
            programme.cut(ship, apart)
            cut = True
    return cut


def _walk(rounds: Counter[Round]) -> list[Round]:
    """All rounds in one walk from the first place (Hierholzer)."""
    left = sorted(rounds.elements(), reverse=True)
    by_row: dict[int, list[Round]] = defaultdict(list)
    for one in left:
        by_row[one[0]].append(one)
    stack: list[tuple[int, Round | None]] = [(0, None)]
    walk: list[Round] = []
    while stack:
        row, came = stack[-1]
        if by_row[row]:
            after = by_row[row].pop()
            stack.append((1 + after[2], after))
        else:
            stack.pop()
            if came is not None:
                walk.append(came)
    return walk[::-1]


def _plan(programme: Programme, result: mathopt.SolveResult) -> Plan:
    """Walks with people: who rides where is a flow from the sources to the drop-offs."""
    problem = programme.problem
    rounds = [_times(ship, result) for ship in programme.ships]
    flow = max_flow.SimpleMaxFlow()
    sources, drops = len(problem.demand), len(problem.drops)
    top, bottom = sources + drops, sources + drops + 1
    for source, demand in enumerate(problem.demand):
        flow.add_arc_with_capacity(top, source, demand)
    for drop, room in enumerate(problem.drop_capacity):
        most = problem.people if room is None else room
        flow.add_arc_with_capacity(sources + drop, bottom, most)
    arcs: list[dict[tuple[int, int], int]] = []
    for ship, its in zip(programme.ships, rounds, strict=True):
        seats: Counter[tuple[int, int]] = Counter()
        for (_, source, drop), times in its.items():
            seats[source, drop] += times * ship.kind.capacity
        arcs.append(
            {
                (source, drop): flow.add_arc_with_capacity(source, sources + drop, room)
                for (source, drop), room in seats.items()
            }
        )
    flow.solve(top, bottom)
    found: list[tuple[Trip, ...]] = [() for _ in problem.vessels]
    for ship, its, mine in zip(programme.ships, rounds, arcs, strict=True):
        people = {key: flow.flow(arc) for key, arc in mine.items()}
        found[ship.member] = _aboard(ship, _walk(its), people)
    return tuple(found)


def _aboard(ship: _Ship, walk: list[Round], people: dict[tuple[int, int], int]) -> tuple[Trip, ...]:
    """A walk's trips, full first; trailing trips that carry nobody are left out."""
    trips: list[Trip] = []
    for row, source, drop in walk:
        persons = min(ship.kind.capacity, people[source, drop])
        people[source, drop] -= persons
        for pickup, to, serves in ship.legs.trace(row, source, drop):
            trips.append(Trip(pickup, to, persons if serves else 0))
    while trips and not trips[-1].persons:
        trips.pop()
    return tuple(trips)
