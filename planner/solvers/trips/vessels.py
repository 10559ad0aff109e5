"""Few, different vessels: everyone out as early as the last drop-off can be, with a proof.

The makespan takes finitely many values: the moments at which some vessel's day can be over. A
bisection over them asks each time for one day a vessel so that all are out (``vessels_cover``);
a *no* raises the bound to the next moment, a *yes* gives a plan. Where days are too many to be
listed, prices bound the makespan and leave the days of use (``vessels_prices``); where these are
too many still, the most promising give plans. What is left is for trip counts
(``vessels_counts``); its bounds hold within HiGHS's tolerance, the others are exact.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from planner.solvers.trips import Trip, TripPlan, TripProblem
from planner.solvers.trips.vessels_counts import by_counts
from planner.solvers.trips.vessels_cover import Cover, OutOfTime
from planner.solvers.trips.vessels_days import Days, Good, TooManyDays, kinds
from planner.solvers.trips.vessels_moments import (
    DAYS,
    PROBE,
    Bisection,
    Clock,
    Standing,
    plan_of,
)
from planner.solvers.trips.vessels_prices import Bounds
from planner.solvers.trips.vessels_start import greedy, impossible, makespan_ms, within_room

DAYS_SHARE = 0.95
"""The share of the time that the days may take."""
ROOMY_SHARE = 0.3
"""The share that a search without room may take where drop-offs have little."""
OF_USE = 600_000
"""The most days that are listed of those that prices leave of use."""
COUNTS_SHARE = 0.1
"""Trip counts are tried where a larger share is left."""
BEAM = 400
"""How many days of each number of trips are kept where not all can be."""
SHARP = 0.0005
"""How near, as a share, the moment is found that prices alone refute."""
RISES = (0.001, 0.003, 0.006, 0.01, 0.015, 0.02, 0.03, 0.05, 0.08, 0.15, 0.3)
"""How far above it a cover is looked for, one after the other."""


def solve(
    problem: TripProblem,
    *,
    time_s: float = 60.0,
    seed: int = 0,
    gap: float = 0.0,
    should_stop: Callable[[], bool] = lambda: False,
) -> TripPlan:
    """The plan with the earliest last drop-off that was found in ``time_s``, and its bound.

    Stops at the relative ``gap``. Status OPTIMAL, FEASIBLE, PROVEN_IMPOSSIBLE (with the reason), or
    NO_PLAN_IN_TIME (no plan was found, none is proven impossible; the bound still holds).
    """
    clock = Clock(time_s, should_stop)
    nothing: tuple[tuple[Trip, ...], ...] = tuple(() for _ in problem.vessels)
    if not problem.people:
        return TripPlan(nothing, 0, 0, "OPTIMAL")
    reason = impossible(problem)
    if reason:
        return TripPlan(nothing, 0, 0, "PROVEN_IMPOSSIBLE", reason)
    standing = Standing(None, 0, 0)
    start = greedy(problem)
    if start is not None:
        standing.take(start, makespan_ms(problem, start))
        _by_days(problem, standing, clock, seed, gap)
    if not standing.closed(gap) and clock.left_s() > COUNTS_SHARE * time_s:
        found = by_counts(problem, standing.bound_ms, clock.left_s)
        if found.impossible:
            return TripPlan(nothing, 0, 0, "PROVEN_IMPOSSIBLE", found.impossible)
        standing.bound_ms = max(standing.bound_ms, found.bound_ms)
        if found.trips is not None:
            standing.take(found.trips, makespan_ms(problem, found.trips))
    if standing.trips is None:
        return TripPlan(nothing, 0, standing.bound_ms, "NO_PLAN_IN_TIME", "no plan within the time")
    bound = min(standing.bound_ms, standing.value_ms)
    if bound == standing.value_ms:
        return TripPlan(standing.trips, standing.value_ms, bound, "OPTIMAL")
    reason = "within the gap asked for" if standing.closed(gap) else "no proof within the time"
    return TripPlan(standing.trips, standing.value_ms, bound, "FEASIBLE", reason)


def _by_days(problem: TripProblem, standing: Standing, clock: Clock, seed: int, gap: float) -> None:
    """First as if drop-offs had room for all; where the plan found does not keep it, with it."""
    wanted = [source for source, demand in enumerate(problem.demand) if demand]
    tight = [
        drop
        for drop, room in enumerate(problem.drop_capacity)
        if room is not None and room < problem.people
    ]
    goods = tuple(Good(source) for source in wanted)
    first = Clock(clock.left_s() * ROOMY_SHARE, clock.should_stop) if tight else clock
    _search(problem, goods, standing, first, seed, gap)
    if not tight or standing.closed(gap):
        return
    elsewhere = len(tight) < len(problem.drops)
    ends: list[int | None] = [*tight, None] if elsewhere else [*tight]
    goods = tuple(Good(source, drop) for source in wanted for drop in ends)
    _search(problem, goods, standing, clock, seed, gap)


def _search(
    problem: TripProblem,
    goods: tuple[Good, ...],
    standing: Standing,
    clock: Clock,
    seed: int,
    gap: float,
) -> None:
    """Bisection over the moments at which a day can be over."""
    roomy = all(good.drop is None for good in goods)
    relaxed = TripProblem(
        problem.vessels, problem.pickups, problem.drops, problem.source_of, problem.demand,
        (None,) * len(problem.drops) if roomy else problem.drop_capacity,
        problem.start_ms, problem.loaded_ms, problem.empty_ms,
    )  # fmt: skip
    enough = clock.left_s() * (1 - DAYS_SHARE)
    left = DAYS
    days = []
    try:
        for kind in kinds(problem):
            days.append(
                Days(relaxed, kind, goods, standing.value_ms, left, lambda: clock.left_s() < enough)
            )
            left -= len(days[-1].keys)
    except TooManyDays:
        _by_prices(problem, relaxed, goods, standing, clock, seed, gap)
        return
    Bisection(problem, Cover(relaxed, days, goods, seed), standing, clock, gap).run(enough)


def _by_prices(
    problem: TripProblem,
    relaxed: TripProblem,
    goods: tuple[Good, ...],
    standing: Standing,
    clock: Clock,
    seed: int,
    gap: float,
) -> None:
    """A bound by prices; then, above it in growing steps, a cover by the days of use there."""
    enough = clock.left_s() * (1 - DAYS_SHARE)

    def left_s() -> float:
        return clock.left_s() - enough

    try:
        bounds = Bounds(relaxed, goods, standing.value_ms)
    except TooManyDays:
        return
    low = _refuted_until(bounds, standing, left_s)
    if standing.closed(gap):
        return
    try:
        for rise in RISES:
            within = min(standing.value_ms, int(low * (1 + rise)))
            if within <= low or bounds.refuted(within, left_s):
                continue
            days = bounds.days(within, OF_USE, lambda: left_s() <= 0)
            cover = Cover(relaxed, days, goods, seed)
            search = Bisection(problem, cover, standing, clock, gap)
            if search.begin(within, left_s):
                search.run(enough)
                return
    except OutOfTime:
        return
    except TooManyDays:
        _by_beam(problem, relaxed, goods, bounds, standing, left_s, seed)


def _by_beam(
    problem: TripProblem,
    relaxed: TripProblem,
    goods: tuple[Good, ...],
    bounds: Bounds,
    standing: Standing,
    left_s: Callable[[], float],
    seed: int,
) -> None:
    """Plans from the most promising days alone, above the bound in growing steps: no proofs."""
    low = standing.bound_ms
    for rise in RISES:
        within = int(low * (1 + rise))
        if within >= standing.value_ms or left_s() <= 0:
            return
        bounds.refuted(within, left_s)
        until = time.monotonic() + PROBE * left_s()
        with suppress(TooManyDays, OutOfTime):
            days = bounds.days(within, OF_USE, lambda: left_s() <= 0, BEAM)
            cover = Cover(relaxed, days, goods, seed)
            found = cover.find(within, lambda until=until: until - time.monotonic())  # type: ignore[misc]
            if found is not None:
                trips = plan_of(problem, cover, found, within)
                if within_room(problem, trips):
                    standing.take(trips, makespan_ms(problem, trips))
                    return


def _refuted_until(bounds: Bounds, standing: Standing, left_s: Callable[[], float]) -> int:
    """The last moment that prices refute, to within a small share of it."""
    low, high = standing.bound_ms, standing.value_ms
    while high - low > SHARP * high and left_s() > 0:
        middle = (low + high) // 2
        if bounds.refuted(middle, left_s):
            low = middle
            standing.bound_ms = max(standing.bound_ms, middle + 1)
        else:
            high = middle
    return low
