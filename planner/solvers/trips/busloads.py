"""Like buses between points and shelters, the last drop-off as early as can be (Bish 2011).

Annealing finds plans, columns of whole routes prove what none can beat and are combined to plans
themselves, and where the two do not meet a flow over time decides limit after limit, from the bound
upwards. What is taken and how it is
read: ``busloads_fleet``. The bound holds for every plan that visits a point exactly as often as it
has busloads.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from planner.solvers.trips import TripPlan, TripProblem
from planner.solvers.trips.busloads_bound import RouteBound
from planner.solvers.trips.busloads_fleet import (
    NO_WAY,
    BusEvacuation,
    NotLikeBuses,
    Route,
    read,
)
from planner.solvers.trips.busloads_flow import BusFlow, arcs_within, priced, visits_of
from planner.solvers.trips.busloads_pool import whole_routes
from planner.solvers.trips.busloads_search import FAR, Incumbent, NoShelter, Search, share

__all__ = ["NotLikeBuses", "solve"]

FIRST_ROUNDS, ROUNDS = 1, 4
"""Rounds of annealing before the bound and before the flow over time."""
MANY_LOADS, MORE_ROUNDS = 40, 5
"""From so many loads on there are more rounds before either."""
MOST_CELLS = 8_000_000
"""Of the tables of pricing; longer horizons are priced in coarser time, rounded down."""
MOST_ARCS = 25_000
COARSE_STEPS = 4000
"""Longer horizons are priced in about so many steps first."""
COARSE_SHARE, FINE_SHARE = 0.3, 0.5
"""Of the time that is left, the most that goes there, and to the bound in fine time after it."""
COMBINED, COMBINED_SHARE = 5, 0.2
"""Limits at which columns of many loads are combined to a plan (of few: one), and the share of the
time left for each."""
FIRST_NODES = 500
"""Of the first try at a limit; fourfold at every further one."""


class _Solver:
    """One run: the incumbent, the bound, and the clock."""

    def __init__(
        self, fleet: BusEvacuation, time_s: float, seed: int, should_stop: Callable[[], bool] | None
    ) -> None:
        self.fleet = fleet
        self.end = time.monotonic() + time_s
        self.should_stop = should_stop
        self.bound = 0
        self.routes: RouteBound | None = None
        """What proved the bound last, in time of ``factor`` units."""
        self.factor = 1
        self.many = int(fleet.visits.sum()) >= MANY_LOADS
        self.search = Search(fleet, seed)

    def stop(self, until: float = math.inf) -> bool:
        """Whether the time is over (or the moment ``until``), or stopping was asked for."""
        over = time.monotonic() >= min(until, self.end)
        return over or (self.should_stop is not None and self.should_stop())

    def left(self) -> float:
        """Seconds."""
        return self.end - time.monotonic()

    @property
    def open(self) -> bool:
        """Whether bound and value have not met."""
        best = self.search.best
        return best is None or self.bound < best.makespan

    def run(self) -> Incumbent | None:
        """The best plan; ``bound`` is then what was proven."""
        more = MORE_ROUNDS if self.many else 0
        self._anneal(FIRST_ROUNDS + more)
        self._price()
        self._anneal(ROUNDS + 2 * more)
        self._decide()
        nodes = FIRST_NODES
        while self.open and not self.stop():
            self._anneal(self.search.rounds + 2)
            nodes *= 4
            self._combine(nodes)
        return self.search.best

    def _anneal(self, rounds: int) -> None:
        while self.search.rounds < rounds and self.open and not self.stop():
            self.search.round(self.bound)

    def _price(self) -> None:
        """The bound by columns of routes: of a long horizon in coarse time first."""
        if self.search.best is None or not self.open:
            return
        upper = self.search.best.makespan
        finest = max(1, -(-upper * sum(self.fleet.loaded.shape) // MOST_CELLS))
        factors = sorted({max(finest, upper // COARSE_STEPS), finest}, reverse=True)
        for factor in factors:
            last = factor == finest
            until = time.monotonic() + self.left() * (FINE_SHARE if last else COARSE_SHARE)
            fleet = coarser(self.fleet, factor) if factor > 1 else self.fleet
            routes = RouteBound(fleet, upper // factor, partial(self.stop, until))
            for base, route in self.routes.master.columns if self.routes else ():
                routes.master.add(base, route)
            routes.bound = self.bound // factor
            routes.raise_to(upper // factor)
            self.bound = max(self.bound, min(upper, routes.bound * factor))
            self.routes, self.factor = routes, factor
            self._combine(FIRST_NODES)

    def _combine(self, nodes: int) -> None:
        """Plans of the columns that are there, first within the bound, then nearer to the best."""
        routes, factor = self.routes, self.factor
        if routes is None or self.search.best is None:
            return
        routes.stop = self.stop
        for base, group in enumerate(self.search.best.routes):
            for route in filter(None, group):
                routes.master.add(base, route)
        limit = low = self.bound // factor
        for _ in range(COMBINED if self.many else 1):
            if not self.open or self.stop():
                return
            found = None
            if not routes.excluded(limit):
                share_s = self.left() * COMBINED_SHARE
                found = whole_routes(routes.master, limit, share_s, nodes)
            self.bound = max(self.bound, min(self.search.best.makespan, routes.bound * factor))
            if found is None:
                low = limit + 1
            else:
                self._take(found)
            limit = (low + self.search.best.makespan // factor) // 2

    def _take(self, routes: list[list[Route]]) -> None:
        """Routes that serve everyone become the best plan, if they are better."""
        ends = [self.fleet.length(b, route) for b, group in enumerate(routes) for route in group]
        makespan = max((FAR if end is None else end for end in ends), default=FAR)
        if self.search.best is None or makespan < self.search.best.makespan:
            try:
                persons = share(self.fleet, visits_of(routes))
            except NoShelter:  # part loads were left out that others had counted on
                return
            self.search.best = Incumbent(makespan, routes, persons)

    def _decide(self) -> None:
        """Limits from the bound upwards, each proven too short, until one can be kept.

        Where the nodes do not suffice annealing has another try before there are more.
        """
        nodes = FIRST_NODES
        while self.open and not self.stop() and _takes_time(self.fleet):
            arcs = arcs_within(self.fleet, self.bound, MOST_ARCS)
            if arcs is None:
                return
            proof = self.routes if self.factor == 1 else None
            if proof is not None and proof.prices is not None:
                arcs = priced(self.fleet, arcs, self.bound, proof.pricing, proof.prices)
            feasible, routes = BusFlow(self.fleet, arcs).solve(self.left(), nodes)
            if feasible:
                self._take(routes)
                return
            if feasible is False:
                self.bound += 1
            else:
                self._anneal(self.search.rounds + 1)
                nodes *= 4


def coarser(fleet: BusEvacuation, factor: int) -> BusEvacuation:
    """The same with every time rounded down to multiples of ``factor`` units.

    A plan within T is one within T // factor there.
    """
    start, loaded, empty = (
        np.where(times == NO_WAY, NO_WAY, times // factor)
        for times in (fleet.start, fleet.loaded, fleet.empty)
    )
    return replace(fleet, unit_ms=fleet.unit_ms * factor, start=start, loaded=loaded, empty=empty)


def _takes_time(fleet: BusEvacuation) -> bool:
    """Whether every leg between points and shelters takes some."""
    return bool((fleet.loaded != 0).all() and (fleet.empty != 0).all())


def solve(
    problem: TripProblem,
    *,
    time_s: float,
    seed: int,
    should_stop: Callable[[], bool] | None = None,
) -> TripPlan:
    """The best plan within ``time_s`` seconds, with a proven bound on its makespan.

    The same for the same problem and seed, unless the clock or ``should_stop`` ended the search:
    then the status is FEASIBLE. Raises NotLikeBuses for problems of another kind, and TimeoutError
    where no plan was found in time although none is proven impossible.
    """
    fleet = read(problem)
    none = tuple(() for _ in problem.vessels)
    if not len(fleet.visits):
        return TripPlan(none, 0, 0, "OPTIMAL")
    reason = _impossible(problem, fleet)
    if reason:
        return TripPlan(none, 0, 0, "PROVEN_IMPOSSIBLE", reason)
    try:
        run = _Solver(fleet, time_s, seed, should_stop)
    except NoShelter as error:
        if fleet.capacity * fleet.load > 1:
            raise NotLikeBuses(f"whole busloads do not fit: {error}") from None
        return TripPlan(none, 0, 0, "PROVEN_IMPOSSIBLE", str(error))
    best = run.run()
    if best is None or best.makespan >= FAR:
        raise TimeoutError("no plan was found in the time given")
    return TripPlan(
        trips=tuple(tuple(trips) for trips in fleet.trips(best.routes, best.persons)),
        makespan_ms=best.makespan * fleet.unit_ms,
        bound_ms=run.bound * fleet.unit_ms,
        status="OPTIMAL" if run.bound >= best.makespan else "FEASIBLE",
    )


def _impossible(problem: TripProblem, fleet: BusEvacuation) -> str:
    """Why nobody can bring everyone; empty where that is not plain."""
    names = [problem.pickups[i] for i in fleet.pickups]
    room = sum(problem.people if most is None else most for most in problem.drop_capacity)
    if room < problem.people:
        return f"{problem.people} people are to be sheltered, the shelters have room for {room}"
    for point, name in enumerate(names):
        if (fleet.loaded[point] == NO_WAY).all():
            return f"no shelter can be reached from {name}"
        if (fleet.start[:, point] == NO_WAY).all() and (fleet.empty[:, point] == NO_WAY).all():
            return f"no bus can reach {name}"
    return ""
