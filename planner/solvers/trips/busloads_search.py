"""Plans for like buses: every load gets a shelter, then annealing over the buses' routes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ortools.graph.python import max_flow
from ortools.math_opt.python import mathopt

from planner.solvers.trips.busloads_fleet import NO_WAY, BusEvacuation, Counts, Ints, Route
from planner.solvers.trips.busloads_kernels import anneal, length

FAR = 1 << 40
"""A missing way, in units of time: beyond every plan."""
MOVES = 100_000
"""Random changes in the first round; the rounds grow."""
LONGEST_ROUND = 800_000
HEAT = (0.3, 0.005)
"""First and last temperature over the mean loaded ride."""
SLOPE = 0.05
AIMS = (1.0, 0.3, 0.6)
"""Where the rounds aim between bound (0) and the best makespan (1), in turn."""


class NoShelter(ValueError):
    """The shelters that can be reached do not take everyone; the message says so."""


@dataclass
class Incumbent:
    """The best plan so far: per base its buses' routes, and persons by (point, shelter)."""

    makespan: int
    routes: list[list[Route]]
    persons: Counts


def shelters(fleet: BusEvacuation) -> Counts:
    """Visits by (point, shelter) with the least time in loaded rides.

    Raises NoShelter where there is no way to shelter everyone.
    """
    model = mathopt.Model(name="shelters")
    visits: dict[tuple[int, int], mathopt.Variable] = {}
    taken: list[list[mathopt.Variable]] = [[] for _ in fleet.room]
    for point, row in enumerate(fleet.loaded):
        carried = []
        ways = [j for j, ride in enumerate(row) if ride != NO_WAY]
        for shelter in ways:
            visit = visits[point, shelter] = model.add_integer_variable(lb=0.0)
            persons = model.add_variable(lb=0.0)
            model.add_linear_constraint(persons - fleet.capacity * visit <= 0.0)
            carried.append(persons)
            taken[shelter].append(persons)
        total = mathopt.LinearSum(visits[point, j] for j in ways)
        model.add_linear_constraint(total == float(fleet.visits[point]))
        model.add_linear_constraint(mathopt.LinearSum(carried) == float(fleet.demand[point]))
    for shelter, room in enumerate(fleet.room):
        model.add_linear_constraint(mathopt.LinearSum(taken[shelter]) <= float(room))
    model.minimize(mathopt.LinearSum(float(fleet.loaded[ij]) * v for ij, v in visits.items()))
    result = mathopt.solve(model, mathopt.SolverType.HIGHS)
    if not result.has_primal_feasible_solution():
        raise NoShelter("no way to share the people out holds within the shelters' capacities")
    values = result.variable_values()
    return {ij: round(values[v]) for ij, v in visits.items() if values[v] > 0.5}


def share(fleet: BusEvacuation, visits: Counts) -> Counts:
    """Whole persons by (point, shelter) for given visits, by maximum flow.

    Raises NoShelter where these visits cannot carry everyone.
    """
    if fleet.whole:
        return dict(visits)
    flow = max_flow.SimpleMaxFlow()
    points, source = len(fleet.visits), 0
    sink = 1 + points + len(fleet.room)
    for point, people in enumerate(fleet.demand):
        flow.add_arc_with_capacity(source, 1 + point, int(people))
    for shelter, room in enumerate(fleet.room):
        flow.add_arc_with_capacity(1 + points + shelter, sink, int(room))
    arcs = {
        pair: flow.add_arc_with_capacity(1 + pair[0], 1 + points + pair[1], count * fleet.capacity)
        for pair, count in sorted(visits.items())
    }
    flow.solve(source, sink)
    if flow.optimal_flow() != int(fleet.demand.sum()):
        raise NoShelter("these visits do not carry everyone into the shelters")
    return {pair: flow.flow(arc) for pair, arc in arcs.items()}


class Search:
    """Annealing from one start; every round goes on from where the last one ended."""

    def __init__(self, fleet: BusEvacuation, seed: int) -> None:
        self.fleet = fleet
        self.rng = np.random.default_rng(seed)
        self.rounds = 0
        self.base_of = [base for base, group in enumerate(fleet.members) for _ in group]
        self.start = np.where(fleet.start == NO_WAY, FAR, fleet.start)[self.base_of]
        self.loaded = np.where(fleet.loaded == NO_WAY, FAR, fleet.loaded)
        self.empty = np.where(fleet.empty == NO_WAY, FAR, fleet.empty)
        self.scale = float(fleet.loaded[fleet.loaded != NO_WAY].mean()) or 1.0
        visits = shelters(fleet)
        self._set_loads(visits, share(fleet, visits))
        self._set_routes()
        self.best: Incumbent | None = None
        if int(self.lengths.max()) < FAR:
            self._keep()

    def _set_loads(self, visits: Counts, persons: Counts) -> None:
        """One load a visit: its point, shelter and persons, full ones first."""
        loads = []
        for (point, shelter), count in sorted(visits.items()):
            left = persons[point, shelter]
            for _ in range(count):
                loads.append((point, shelter, min(left, self.fleet.capacity)))
                left -= loads[-1][2]
        table = np.array(loads, dtype=np.int64).reshape(-1, 3)
        self.point, self.drop, self.weight = (table[:, k].copy() for k in range(3))
        self.used = np.bincount(self.drop, self.weight, len(self.fleet.room)).astype(np.int64)

    def _set_routes(self) -> None:
        """Loads with long rides first, each to the bus that is done with it first."""
        buses = len(self.base_of)
        self.order = np.zeros((buses, len(self.point)), dtype=np.int64)
        self.size = np.zeros(buses, dtype=np.int64)
        self.lengths = np.zeros(buses, dtype=np.int64)
        rides = self.loaded[self.point, self.drop]
        for load in np.argsort(-rides, kind="stable"):
            here = self.start[:, self.point[load]].copy()
            for bus in np.flatnonzero(self.size):
                last = self.drop[self.order[bus, self.size[bus] - 1]]
                here[bus] = self.lengths[bus] + self.empty[last, self.point[load]]
            chosen = int(np.argmin(here))
            self.order[chosen, self.size[chosen]] = load
            self.size[chosen] += 1
            self.lengths[chosen] = here[chosen] + rides[load]

    def round(self, bound: int) -> None:
        """One round of annealing; stops where the bound is reached."""
        moves = min(LONGEST_ROUND, MOVES << min(self.rounds, 8))
        aim = AIMS[self.rounds % len(AIMS)]
        self.rounds += 1
        makespan = self.best.makespan if self.best else int(self.lengths.max())
        draws = self.rng.random((moves, 6))
        draws[:, 5] = np.log1p(-draws[:, 5])
        target = max(bound, bound + int((makespan - 1 - bound) * aim))
        found = self.order.copy(), self.size.copy(), self.drop.copy()
        reached = anneal(
            target, bound, np.array(HEAT) * self.scale, SLOPE, draws, self.fleet.room, self.weight,
            self.point, self.start, self.loaded, self.empty, self.order, self.size, self.drop,
            self.used, self.lengths, *found,
        )  # fmt: skip
        now = int(self.lengths.max())
        if now < min(makespan, FAR) and (reached < 0 or now < reached):
            self._keep()
        elif 0 <= reached < min(makespan, FAR):
            self._keep(*found)

    def _keep(self, *found: Ints) -> None:
        order, size, drop = found or (self.order, self.size, self.drop)
        routes: list[list[Route]] = [[] for _ in self.fleet.members]
        for bus, base in enumerate(self.base_of):
            loads = order[bus, : size[bus]]
            routes[base].append(tuple((int(self.point[a]), int(drop[a])) for a in loads))
        persons: Counts = {}
        for point, shelter, weight in zip(self.point, drop, self.weight, strict=True):
            pair = int(point), int(shelter)
            persons[pair] = persons.get(pair, 0) + int(weight)
        ends = [
            length(order[b], size[b], self.start[b], self.point, drop, self.loaded, self.empty)
            for b in range(len(size))
        ]
        self.best = Incumbent(int(max(ends)), routes, persons)
