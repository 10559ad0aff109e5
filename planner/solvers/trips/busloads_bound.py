"""What no plan can beat: columns of whole routes, and a proof in integers.

The master counts routes by base so that every point gets its visits and no shelter more than it
takes in (Dantzig and Wolfe 1960; routes are not elementary, time is at most T). Pricing is one
backward pass over the time that is left. Whatever prices p the master offers, rounded to integers
they prove by themselves (Lagrange): routes within T earn at most W(T) together, so that T is too
short where W(T) is less than what all visits are worth. W does not fall in T, thus one pass gives
the first T that these prices do not exclude.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from ortools.math_opt.python import mathopt

from planner.solvers.trips.busloads_fleet import NO_WAY, BusEvacuation, Ints, Route
from planner.solvers.trips.busloads_kernels import worth

PRICE = 1 << 20
"""Integer prices are the master's duals times this."""
SERVED = 1e-7
MOST_NEW = 20
"""Routes that a base adds a round at most."""


@dataclass
class Prices:
    """Integer duals: what a visit, a person fetched and a person taken in are worth."""

    visit: Ints
    person: Ints
    place: Ints
    """At most 0."""
    bus: Ints
    """At most 0, by base; only tells which routes are worth adding."""

    def reward(self, capacity: int, whole: bool) -> Ints:
        """[point, shelter] what one trip earns."""
        if whole:
            return np.ascontiguousarray(self.visit[:, None] + self.place[None, :])
        carried = np.maximum(0, self.person[:, None] + self.place[None, :])
        return np.ascontiguousarray(self.visit[:, None] + capacity * carried)


class Pricing:
    """Worth of routes at given prices, for every time up to a horizon at once."""

    def __init__(self, fleet: BusEvacuation, horizon: int) -> None:
        self.fleet = fleet
        self.horizon = horizon
        points, shelters = fleet.loaded.shape
        self.stand = np.empty((points, horizon + 1), dtype=np.int64)
        self.free = np.empty((shelters, horizon + 1), dtype=np.int64)
        legs = np.concatenate((fleet.loaded.ravel(), fleet.empty.ravel()))
        self.sweeps = 1 if legs[legs != NO_WAY].min(initial=1) > 0 else points + shelters + 2

    def price(self, prices: Prices) -> bool:
        """Fills the tables; False where a round trip in no time earns something."""
        self.reward = prices.reward(self.fleet.capacity, self.fleet.whole)
        ways = self.fleet.loaded, self.fleet.empty
        return bool(worth(*ways, self.reward, self.sweeps, self.stand, self.free))

    def earned(self, base: int) -> Ints:
        """[T] the most that one bus of a base earns within T."""
        most = np.zeros(self.horizon + 1, dtype=np.int64)
        for point, ride in enumerate(self.fleet.start[base]):
            if ride != NO_WAY and ride <= self.horizon:
                reach = self.stand[point, : self.horizon + 1 - ride]
                np.maximum(most[ride:], reach, out=most[ride:])
        return most

    def due(self, prices: Prices) -> int:
        """What the routes of any plan earn together at least."""
        total = int(self.fleet.demand @ prices.person) + int(self.fleet.room @ prices.place)
        return total + int(self.fleet.visits @ prices.visit)

    def first_open(self, prices: Prices) -> int:
        """The first T not excluded by the prices; horizon + 1 where all are."""
        counts = enumerate(self.fleet.buses)
        total = sum(int(count) * self.earned(base) for base, count in counts)
        return int(np.searchsorted(total, self.due(prices)))

    def route(self, base: int, point: int, limit: int) -> Route:
        """The best route within the limit that begins at a point, from the filled tables."""
        fleet, stops = self.fleet, []
        left = limit - int(fleet.start[base, point])
        while True:
            shelter = self._onward(point, left)
            stops.append((point, shelter))
            left -= int(fleet.loaded[point, shelter])
            if self.free[shelter, left] <= 0:
                return tuple(stops)
            point = self._back(shelter, left)
            left -= int(fleet.empty[shelter, point])

    def _onward(self, point: int, left: int) -> int:
        for shelter, carry in enumerate(self.fleet.loaded[point]):
            if carry != NO_WAY and carry <= left:
                worth_ = self.reward[point, shelter] + self.free[shelter, left - carry]
                if worth_ == self.stand[point, left]:
                    return shelter
        raise RuntimeError("the tables of pricing do not fit together")

    def _back(self, shelter: int, left: int) -> int:
        for point, ride in enumerate(self.fleet.empty[shelter]):
            within = ride != NO_WAY and ride <= left
            if within and self.stand[point, left - ride] == self.free[shelter, left]:
                return point
        raise RuntimeError("the tables of pricing do not fit together")


@dataclass
class Column:
    """A route of one base with its variable."""

    base: int
    route: Route
    length: int
    variable: mathopt.Variable
    pairs: dict[tuple[int, int], int] = field(default_factory=dict)


class Master:
    """Routes in fractions that serve as many visits as they can."""

    def __init__(self, fleet: BusEvacuation) -> None:
        self.fleet = fleet
        self.model = mathopt.Model(name="busloads")
        points, shelters = fleet.loaded.shape
        add = self.model.add_linear_constraint
        self.visit = [add(lb=float(n), ub=float(n)) for n in fleet.visits]
        self.place = [add(ub=float(n)) for n in fleet.room]
        self.bus = [add(ub=float(n)) for n in fleet.buses]
        self.person: list[mathopt.LinearConstraint] = []
        self.link: dict[tuple[int, int], mathopt.LinearConstraint] = {}
        cost = []
        for row in self.visit:
            for sign in (1.0, -1.0):
                slack = self.model.add_variable(lb=0.0)
                row.set_coefficient(slack, sign)
                cost.append(slack)
        if not fleet.whole:
            cost += self._persons(points, shelters)
        self.model.minimize(mathopt.LinearSum(cost))
        self.columns: dict[tuple[int, Route], Column] = {}
        self.solver = mathopt.IncrementalSolver(self.model, mathopt.SolverType.GLOP)

    def _persons(self, points: int, shelters: int) -> list[mathopt.LinearTypes]:
        """Variables of persons by point and shelter; what they cost where some stay."""
        lack = []
        for point in range(points):
            row = self.model.add_linear_constraint(lb=float(self.fleet.demand[point]))
            self.person.append(row)
            stays = self.model.add_variable(lb=0.0)
            row.set_coefficient(stays, 1.0)
            lack.append(stays * (1.0 / self.fleet.capacity))
            for shelter in range(shelters):
                carried = self.model.add_variable(lb=0.0)
                row.set_coefficient(carried, 1.0)
                self.place[shelter].set_coefficient(carried, 1.0)
                self.link[point, shelter] = self.model.add_linear_constraint(ub=0.0)
                self.link[point, shelter].set_coefficient(carried, 1.0)
        return lack

    def add(self, base: int, route: Route) -> bool:
        """A column; False where it is there already."""
        if (base, route) in self.columns:
            return False
        length = self.fleet.length(base, route)
        if length is None:
            return False
        variable = self.model.add_variable(lb=0.0)
        column = Column(base, route, length, variable)
        for pair in route:
            column.pairs[pair] = column.pairs.get(pair, 0) + 1
        self.columns[base, route] = column
        self.bus[base].set_coefficient(variable, 1.0)
        by_point: dict[int, int] = {}
        by_shelter: dict[int, int] = {}
        for (point, shelter), times in column.pairs.items():
            by_point[point] = by_point.get(point, 0) + times
            by_shelter[shelter] = by_shelter.get(shelter, 0) + times
            if self.link:
                seats = -float(self.fleet.capacity * times)
                self.link[point, shelter].set_coefficient(variable, seats)
        for point, times in by_point.items():
            self.visit[point].set_coefficient(variable, float(times))
        for shelter, times in by_shelter.items():
            if not self.link:
                self.place[shelter].set_coefficient(variable, float(times))
        return True

    def limit(self, longest: int) -> None:
        """Only routes within this time may be used."""
        for column in self.columns.values():
            ub = np.inf if column.length <= longest else 0.0
            if column.variable.upper_bound != ub:
                column.variable.upper_bound = ub

    def solve(self) -> tuple[float, Prices]:
        """(visits not served, in visits; the duals as integers)."""
        result = self._optimum()
        duals = result.dual_values()

        def rounded(rows: list[mathopt.LinearConstraint]) -> Ints:
            return np.rint([PRICE * duals[row] for row in rows]).astype(np.int64)

        points = len(self.visit)
        person = rounded(self.person) if self.person else np.zeros(points, dtype=np.int64)
        place, bus = (np.minimum(0, rounded(rows)) for rows in (self.place, self.bus))
        prices = Prices(rounded(self.visit), person, place, bus)
        self.values = result.variable_values()
        return result.objective_value(), prices

    def _optimum(self) -> mathopt.SolveResult:
        """Raises RuntimeError where neither solver finds it."""
        try:
            result = self.solver.solve()
            if result.has_primal_feasible_solution() and result.has_dual_feasible_solution():
                return result
        except Exception:  # GLOP gave up inside; MathOpt tells so by a status, not by a result
            self.solver = mathopt.IncrementalSolver(self.model, mathopt.SolverType.GLOP)
        result = mathopt.solve(self.model, mathopt.SolverType.HIGHS)
        if not (result.has_primal_feasible_solution() and result.has_dual_feasible_solution()):
            raise RuntimeError("the linear programme of routes has not been solved")
        return result


class RouteBound:
    """The least T for which fractional routes serve everyone, approached from below by proofs."""

    def __init__(self, fleet: BusEvacuation, upper: int, stop: Callable[[], bool]) -> None:
        self.fleet = fleet
        self.stop = stop
        self.pricing = Pricing(fleet, upper)
        self.master = Master(fleet)
        self.bound = 0
        self.prices: Prices | None = None
        """Those that prove the bound."""
        self.rounds = 0

    def excluded(self, limit: int) -> bool | None:
        """Whether T = limit is proven too short; None where there was no time to tell.

        ``bound`` rises with every proof on the way.
        """
        while not self.stop():
            self.rounds += 1
            self.master.limit(limit)
            missing, prices = self.master.solve()
            if missing < SERVED:
                return False
            if not self.pricing.price(prices):
                return None
            first = self.pricing.first_open(prices)
            if first >= self.bound:
                self.bound, self.prices = first, prices
            if self.bound > limit:
                return True
            if not self._more(limit, prices):
                return False
        return None

    def _more(self, limit: int, prices: Prices) -> bool:
        """The best routes by base and first point join the master; False where none is new."""
        found = False
        for base, ways in enumerate(self.fleet.start):
            first = [
                (int(self.pricing.stand[point, limit - ride]), point)
                for point, ride in enumerate(ways)
                if ride != NO_WAY and ride <= limit
            ]
            for earned, point in sorted(first, reverse=True)[:MOST_NEW]:
                if earned > -int(prices.bus[base]):
                    found |= self.master.add(base, self.pricing.route(base, point, limit))
        return found

    def raise_to(self, upper: int) -> None:
        """Bisection: ``bound`` becomes the least T that fractions allow, if there is time."""
        self.upper = upper
        while self.bound < self.upper:
            middle = (self.bound + self.upper) // 2
            verdict = self.excluded(middle)
            if verdict is None:
                return
            if not verdict:
                self.upper = middle
