"""Whether like buses can be done within T: a flow of buses over points and shelters in time.

One node a point or shelter and moment that a bus can be at; buses of one base are one flow, so that
nothing is said twice for being done by another bus. No bus waits. The integer programme is exact,
its relaxation as strong as columns of routes (arc-flow; Valério de Carvalho 1999).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from heapq import heapify, heappop, heappush

import numpy as np
from ortools.math_opt.python import mathopt

from planner.solvers.trips.busloads_bound import Prices, Pricing
from planner.solvers.trips.busloads_fleet import NO_WAY, BusEvacuation, Counts, Ints, Route

POINT, SHELTER = 0, 1
Node = tuple[int, int, int]
"""Kind, index, moment."""


@dataclass
class Arcs:
    """What buses may do within T: (base, point), (point, shelter, from), (shelter, point, from)."""

    start: list[tuple[int, int]] = field(default_factory=list)
    loaded: list[tuple[int, int, int]] = field(default_factory=list)
    empty: list[tuple[int, int, int]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.start) + len(self.loaded) + len(self.empty)


def arcs_within(fleet: BusEvacuation, limit: int, most: int) -> Arcs | None:
    """All arcs on routes within the limit; None where there are more than ``most``."""
    onward = np.where(fleet.loaded == NO_WAY, limit + 1, fleet.loaded).min(axis=1)
    found = Arcs()
    due: list[tuple[int, int, int]] = []
    for base, ways in enumerate(fleet.start):
        for point, ride in enumerate(ways):
            if ride != NO_WAY and ride + onward[point] <= limit:
                found.start.append((base, point))
                due.append((int(ride), POINT, point))
    heapify(due)
    done: set[tuple[int, int, int]] = set()
    while due and len(found) <= most:
        node = heappop(due)
        if node in done:
            continue
        done.add(node)
        moment, kind, at = node
        if kind == POINT:
            _leave_point(fleet, at, moment, limit, found, due)
        else:
            _leave_shelter(fleet, at, moment, limit - onward, found, due)
    return found if len(found) <= most else None


def _leave_point(
    fleet: BusEvacuation,
    point: int,
    moment: int,
    limit: int,
    found: Arcs,
    due: list[tuple[int, int, int]],
) -> None:
    for shelter, ride in enumerate(fleet.loaded[point]):
        if ride != NO_WAY and moment + ride <= limit:
            found.loaded.append((point, shelter, moment))
            heappush(due, (moment + int(ride), SHELTER, shelter))


def _leave_shelter(
    fleet: BusEvacuation,
    shelter: int,
    moment: int,
    latest: Ints,
    found: Arcs,
    due: list[tuple[int, int, int]],
) -> None:
    for point, ride in enumerate(fleet.empty[shelter]):
        if ride != NO_WAY and moment + ride <= latest[point]:
            found.empty.append((shelter, point, moment))
            heappush(due, (moment + int(ride), POINT, point))


def priced(fleet: BusEvacuation, arcs: Arcs, limit: int, pricing: Pricing, prices: Prices) -> Arcs:
    """The arcs that may be used at these prices.

    The buses' earnings together fall short of their best by at most a slack, thus each of them
    does; an arc goes whose best route falls short by more. Legs must take time.
    """
    pricing.price(prices)
    best = [int(pricing.earned(base)[limit]) for base in range(len(fleet.members))]
    slack = int(fleet.buses @ np.array(best)) - pricing.due(prices)
    kept = Arcs()
    reach: dict[Node, int] = {}
    for base, point in arcs.start:
        moment = int(fleet.start[base, point])
        if pricing.stand[point, limit - moment] - best[base] >= -slack:
            kept.start.append((base, point))
            node = (POINT, point, moment)
            reach[node] = max(reach.get(node, -best[base]), -best[base])
    rides = [(moment, POINT, a, b) for a, b, moment in arcs.loaded]
    rides += [(moment, SHELTER, a, b) for a, b, moment in arcs.empty]
    for moment, kind, a, b in sorted(rides):
        if (kind, a, moment) not in reach:
            continue
        earned = reach[kind, a, moment] + (int(pricing.reward[a, b]) if kind == POINT else 0)
        end = moment + int(fleet.loaded[a, b] if kind == POINT else fleet.empty[a, b])
        onward = (pricing.free if kind == POINT else pricing.stand)[b, limit - end]
        if earned + onward >= -slack:
            (kept.loaded if kind == POINT else kept.empty).append((a, b, moment))
            node = (1 - kind, b, end)
            reach[node] = max(reach.get(node, earned), earned)
    return kept


class BusFlow:
    """The integer programme of one limit T."""

    def __init__(self, fleet: BusEvacuation, arcs: Arcs) -> None:
        self.fleet = fleet
        self.arcs = arcs
        self.model = mathopt.Model(name="busflow")
        self.into: dict[Node, list[mathopt.Variable]] = defaultdict(list)
        self.out: dict[Node, list[mathopt.Variable]] = defaultdict(list)
        self.from_base: list[list[mathopt.Variable]] = [[] for _ in fleet.members]
        self.rides: dict[tuple[int, int], list[mathopt.Variable]] = defaultdict(list)
        self.start = [self._start(*arc) for arc in arcs.start]
        self.loaded = [self._loaded(*arc) for arc in arcs.loaded]
        self.empty = [self._empty(*arc) for arc in arcs.empty]
        self._balance()
        self._visits()

    def _variable(self) -> mathopt.Variable:
        return self.model.add_integer_variable(lb=0.0, ub=float(self.fleet.buses.sum()))

    def _start(self, base: int, point: int) -> mathopt.Variable:
        variable = self._variable()
        self.into[POINT, point, int(self.fleet.start[base, point])].append(variable)
        self.from_base[base].append(variable)
        return variable

    def _loaded(self, point: int, shelter: int, moment: int) -> mathopt.Variable:
        variable = self._variable()
        self.out[POINT, point, moment].append(variable)
        there = moment + int(self.fleet.loaded[point, shelter])
        self.into[SHELTER, shelter, there].append(variable)
        self.rides[point, shelter].append(variable)
        return variable

    def _empty(self, shelter: int, point: int, moment: int) -> mathopt.Variable:
        variable = self._variable()
        self.out[SHELTER, shelter, moment].append(variable)
        self.into[POINT, point, moment + int(self.fleet.empty[shelter, point])].append(variable)
        return variable

    def _balance(self) -> None:
        """Whoever comes to a point leaves it; at a shelter a bus may stay for good."""
        add = self.model.add_linear_constraint
        for node in {**self.into, **self.out}:
            comes, goes = mathopt.LinearSum(self.into[node]), mathopt.LinearSum(self.out[node])
            if node[0] == POINT:
                add(comes - goes == 0.0)
            elif self.out[node]:
                add(comes - goes >= 0.0)
        for base, variables in enumerate(self.from_base):
            add(mathopt.LinearSum(variables) <= float(self.fleet.buses[base]))

    def _visits(self) -> None:
        add = self.model.add_linear_constraint
        fleet = self.fleet
        by_point: list[list[mathopt.Variable]] = [[] for _ in fleet.visits]
        persons: list[list[mathopt.LinearTypes]] = [[] for _ in fleet.visits]
        taken: list[list[mathopt.LinearTypes]] = [[] for _ in fleet.room]
        for (point, shelter), variables in self.rides.items():
            by_point[point] += variables
            aboard: list[mathopt.Variable] = variables
            if not fleet.whole:
                aboard = [self.model.add_variable(lb=0.0)]
                add(aboard[0] - fleet.capacity * mathopt.LinearSum(variables) <= 0.0)
                persons[point] += aboard
            taken[shelter] += aboard
        for point, visits in enumerate(fleet.visits):
            add(mathopt.LinearSum(by_point[point]) == float(visits))
            if not fleet.whole:
                add(mathopt.LinearSum(persons[point]) == float(fleet.demand[point]))
        for shelter, room in enumerate(fleet.room):
            add(mathopt.LinearSum(taken[shelter]) <= float(room))

    def solve(self, time_s: float, nodes: int) -> tuple[bool | None, list[list[Route]]]:
        """Whether the buses can do it, None where time or nodes did not suffice; their routes."""
        parameters = mathopt.SolveParameters(
            time_limit=timedelta(seconds=max(0.05, time_s)), node_limit=nodes
        )
        result = mathopt.solve(self.model, mathopt.SolverType.GSCIP, params=parameters)
        if result.has_primal_feasible_solution():
            return True, self._routes(result.variable_values())
        if result.termination.reason == mathopt.TerminationReason.INFEASIBLE:
            return False, []
        return None, []

    def _routes(self, values: dict[mathopt.Variable, float]) -> list[list[Route]]:
        """The flow taken apart into one route a bus."""
        after: dict[Node, list[int]] = defaultdict(list)
        for arc, variable in zip(self.arcs.loaded, self.loaded, strict=True):
            after[POINT, arc[0], arc[2]] += [arc[1]] * round(values[variable])
        for arc, variable in zip(self.arcs.empty, self.empty, strict=True):
            after[SHELTER, arc[0], arc[2]] += [arc[1]] * round(values[variable])
        routes: list[list[Route]] = [[] for _ in self.fleet.members]
        for (base, point), variable in zip(self.arcs.start, self.start, strict=True):
            for _ in range(round(values[variable])):
                routes[base].append(self._walk(base, point, after))
        return routes

    def _walk(self, base: int, point: int, after: dict[Node, list[int]]) -> Route:
        moment = int(self.fleet.start[base, point])
        stops: list[tuple[int, int]] = []
        while True:
            shelter = after[POINT, point, moment].pop()
            stops.append((point, shelter))
            moment += int(self.fleet.loaded[point, shelter])
            if not after[SHELTER, shelter, moment]:
                return tuple(stops)
            point = after[SHELTER, shelter, moment].pop()
            moment += int(self.fleet.empty[shelter, point])


def visits_of(routes: list[list[Route]]) -> Counts:
    """Visits by (point, shelter) of routes by base."""
    counts: Counts = defaultdict(int)
    for group in routes:
        for route in group:
            for pair in route:
                counts[pair] += 1
    return dict(counts)
