"""Bisection over the finitely many moments at which a vessel's day can be over."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from planner.solvers.trips import Trip, TripProblem
from planner.solvers.trips.vessels_cover import Choice, Cover, OutOfTime
from planner.solvers.trips.vessels_days import Days, Integers, TooManyDays, trips_of
from planner.solvers.trips.vessels_start import makespan_ms, within_room

DAYS = 600_000
"""The most days that all kinds of vessels together are listed with."""
PROBE = 0.2
"""The share of the remaining time that one hard question may take at first."""


@dataclass
class Standing:
    """The best plan so far and what is proven."""

    trips: tuple[tuple[Trip, ...], ...] | None
    value_ms: int
    bound_ms: int

    def take(self, trips: tuple[tuple[Trip, ...], ...], value_ms: int) -> None:
        """Keeps a plan if it is the best."""
        if self.trips is None or value_ms < self.value_ms:
            self.trips, self.value_ms = trips, value_ms

    def closed(self, gap: float) -> bool:
        """Whether the bound is as near to the value as asked for."""
        return self.trips is not None and self.value_ms - self.bound_ms <= gap * self.value_ms


class Clock:
    def __init__(self, time_s: float, should_stop: Callable[[], bool]) -> None:
        self.until, self.should_stop = time.monotonic() + time_s, should_stop

    def left_s(self) -> float:
        """Seconds left; 0 once someone asked to stop."""
        return 0.0 if self.should_stop() else self.until - time.monotonic()


class Bisection:
    """The moments between the last that is refuted and the first at which a plan is known."""

    def __init__(
        self, problem: TripProblem, cover: Cover, standing: Standing, clock: Clock, gap: float
    ) -> None:
        self.problem, self.cover, self.standing = problem, cover, standing
        self.clock, self.gap = clock, gap
        moments = cover.moments()
        self.moments = moments[(moments > 0) & (moments >= standing.bound_ms)].tolist()
        self.low, self.high = 0, len(self.moments) - 1
        """The first moment not refuted; the first at which a cover is known (the last: always)."""
        self.known: Choice | None = None
        self.open: set[int] = set()
        """Moments at which the time for one question did not suffice."""

    def begin(self, within_ms: int, left_s: Callable[[], float]) -> bool:
        """Whether there is a cover by a moment at which none is known; a *no* raises the bound.

        Raises OutOfTime.
        """
        until = time.monotonic() + PROBE * max(0.0, left_s())
        try:
            found = self.cover.find(within_ms, lambda: until - time.monotonic())
        except OutOfTime:
            if left_s() <= 0:
                raise
            return False
        if found is None:
            self.standing.bound_ms = max(self.standing.bound_ms, within_ms + 1)
            return False
        self.known = found
        self.high = bisect_right(self.moments, within_ms) - 1
        self.moments = self.moments[: self.high + 1]
        return True

    def run(self, enough_s: float) -> None:
        """Narrows until one moment is left, the gap is met, or only ``enough_s`` seconds are."""
        try:
            self._refute()
            self._raise()
            self._narrow(enough_s)
        except OutOfTime:
            self._raise()
        if self.known is not None:
            trips = plan_of(self.problem, self.cover, self.known, self.moments[self.high])
            if within_room(self.problem, trips):
                self.standing.take(trips, makespan_ms(self.problem, trips))

    def _raise(self) -> None:
        self.standing.bound_ms = max(self.standing.bound_ms, self.moments[self.low])

    def _refute(self) -> None:
        """The first moment that prices alone do not refute."""
        high = self.high
        while self.low < high:
            middle = (self.low + high) // 2
            if self.cover.relaxed(self.moments[middle], self.clock.left_s):
                high = middle
            else:
                self.low = middle + 1

    def _ask(self, at: int, share: float, enough_s: float) -> bool | None:
        """Whether all can be out by a moment; None where the time for it did not suffice."""
        left = self.clock.left_s() - enough_s
        if left <= 0:
            raise OutOfTime
        until = time.monotonic() + left * share
        try:
            choice = self.cover.find(
                self.moments[at], lambda: min(until - time.monotonic(), self.clock.left_s())
            )
        except OutOfTime:
            self.open.add(at)
            return None
        if choice is None:
            if at == len(self.moments) - 1:
                raise RuntimeError("a moment at which a plan is known was refuted")
            self.low = max(self.low, at + 1)
            self._raise()
            return False
        self.known, self.high = choice, at
        return True

    def _narrow(self, enough_s: float) -> None:
        """Upwards in growing steps to a first cover, then bisection: above the moments that stayed
        open, then below them, and these once more with all the time that is left."""
        share = 1.0 if self.cover.knapsack else PROBE
        at, step = self.low, 1 if not self.cover.knapsack else max(1, (self.high - self.low) // 2)
        while self.known is None and at <= self.high:
            if not self._ask(at, share, enough_s):
                at = at + step if at + step <= self.high or at == self.high else self.high
                step *= 2
        while self.low < self.high and not self._near():
            still = [at for at in self.open if self.low <= at < self.high]
            above = max(still, default=self.low - 1) + 1
            below = min(still, default=self.high)
            if above < self.high:
                self._ask((above + self.high) // 2, share, enough_s)
            elif self.low < below:
                self._ask((self.low + below) // 2, share, enough_s)
            elif self._ask(self.high - 1, 1.0, enough_s) is None:
                raise OutOfTime

    def _near(self) -> bool:
        high, low = self.moments[self.high], self.moments[self.low]
        return bool(high - low <= self.gap * high)


def plan_of(
    problem: TripProblem, cover: Cover, choice: Choice, within_ms: int
) -> tuple[tuple[Trip, ...], ...]:
    """Trips with people on board, by vessel; trips that carry nobody are left out where that
    keeps the moment."""
    left = list(choice.moved)
    found: list[tuple[Trip, ...]] = [() for _ in problem.vessels]
    for days in cover.days:
        room = days.kind.capacity
        for member in days.kind.members:
            counts = choice.counts.get(member)
            if counts is None:
                continue
            loads: dict[int, list[int]] = {}
            needed = counts.copy()
            for good, trips in enumerate(counts.tolist()):
                people = min(left[good], trips * room)
                left[good] -= people
                full, rest = divmod(people, room)
                loads[good] = [room] * full + ([rest] if rest else [])
                needed[good] = len(loads[good])
                loads[good] += [0] * (trips - len(loads[good]))
            found[member] = _aboard(days, counts, needed, loads, within_ms)
    return tuple(found)


def _aboard(
    days: Days, counts: Integers, needed: Integers, loads: dict[int, list[int]], within_ms: int
) -> tuple[Trip, ...]:
    """One vessel's trips: those that carry someone where they suffice, else all."""
    kept, end = counts, days.end(needed)
    if end is not None and end <= within_ms:
        kept = needed
    elif end is None:
        with suppress(TooManyDays):
            fewer = days.fewer(needed, within_ms, DAYS)
            if fewer.end(needed) is not None:
                days, kept = fewer, needed
    return trips_of(days.route(kept), loads)
