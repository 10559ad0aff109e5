"""Prices of people by source and of room by drop-off: what a cover by whole days is worth.

A linear programme over days gives prices; at any whole prices the best day of every vessel bounds
what all can bring (Lagrange), so that no figure rests on the programme's tolerance. Where a
kind of vessel has too many days to list, its best day is bounded on a grid of time whose rounds are
rounded down, and only the days are listed that a cover can still use.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt
from ortools.math_opt.python import mathopt

from planner.solvers.trips import TripProblem
from planner.solvers.trips.vessels_days import (
    FAR,
    Days,
    Good,
    Integers,
    Kind,
    TooManyDays,
    kinds,
    most_moved,
    steps_of,
)
from planner.solvers.trips.vessels_kernels import best_rounds

Reals = npt.NDArray[np.float64]
SCALE = 1 << 22
"""Prices become whole numbers with the dearest at about this."""
TINY = 1e-12
FEW = 30_000
"""Up to so many days a kind has all of them listed."""
UNITS = 20_000
"""Steps of the grid of time, at least, where days are not listed."""
ROUNDS = 60


def whole(prices: Reals) -> Integers:
    """The same prices as whole numbers."""
    return np.rint(prices / max(float(prices.max()), TINY) * SCALE).astype(np.int64)


def by_good(problem: TripProblem, goods: Sequence[Good], prices: Reals) -> Reals:
    """What one person is worth by good: the source's price less the drop-off's, at least 0."""
    sources = len(problem.demand)
    found = [
        prices[good.source] - (0 if good.drop is None else prices[sources + good.drop])
        for good in goods
    ]
    return np.asarray(np.maximum(np.array(found), 0))


def value_of(problem: TripProblem, goods: Sequence[Good], prices: Integers) -> Integers:
    """As ``by_good``, in whole numbers."""
    return by_good(problem, goods, prices.astype(np.float64)).astype(np.int64)


def asked(problem: TripProblem, prices: Integers) -> int:
    """What every cover brings at least: demand at its prices less the room at its own."""
    sources = len(problem.demand)
    total = sum(int(p) * d for p, d in zip(prices, problem.demand, strict=False))
    return total - sum(
        int(p) * room
        for p, room in zip(prices[sources:], problem.drop_capacity, strict=True)
        if room is not None
    )


def cover_prices(
    problem: TripProblem,
    goods: Sequence[Good],
    members: Sequence[int],
    columns: Iterable[tuple[int, Sequence[int]]],
) -> tuple[Reals, list[float]]:
    """Prices (sources, then drop-offs), and what each kind's best day is worth.

    The programme brings out the largest equal share of every source with the days in ``columns``
    (kind, people by good), of each kind at most its members.
    """
    model = mathopt.Model(name="cover")
    share = model.add_variable(lb=0.0)
    model.maximize(share)
    limit = [model.add_linear_constraint(ub=float(count)) for count in members]
    source = [model.add_linear_constraint(lb=0.0) for _ in problem.demand]
    for row, demand in zip(source, problem.demand, strict=True):
        row.set_coefficient(share, -float(demand))
    room = [
        model.add_linear_constraint(ub=np.inf if r is None else float(r))
        for r in problem.drop_capacity
    ]
    row_of = []
    for good in goods:
        if good.drop is None:
            row_of.append(source[good.source])
            continue
        moved = model.add_variable(lb=0.0)
        source[good.source].set_coefficient(moved, 1.0)
        room[good.drop].set_coefficient(moved, 1.0)
        row_of.append(model.add_linear_constraint(lb=0.0))
        row_of[-1].set_coefficient(moved, -1.0)
    for kind, brings in columns:
        column = model.add_variable(lb=0.0)
        limit[kind].set_coefficient(column, 1.0)
        for at, people in enumerate(brings):
            if people:
                row_of[at].set_coefficient(column, float(people))
    duals = mathopt.solve(model, mathopt.SolverType.GLOP).dual_values()
    prices = [abs(duals[row]) for row in [*source, *room]]
    return np.array(prices), [abs(duals[row]) for row in limit]


class Pricer:
    """The best day of one kind of vessel at any prices: exact where days are few, else a bound."""

    def __init__(
        self, problem: TripProblem, kind: Kind, goods: tuple[Good, ...], within_ms: int
    ) -> None:
        self.problem, self.kind, self.goods = problem, kind, goods
        self.most = np.array([most_moved(problem, good) for good in goods], dtype=np.int64)
        self.listed: Days | None = None
        try:
            self.listed = Days(problem, kind, goods, within_ms, FEW, lambda: False)
        except TooManyDays:
            steps = np.stack([steps_of(problem, kind, goods, g) for g in range(len(goods))], axis=1)
            ways = steps[steps < FAR]
            self.unit = self._unit(ways, within_ms)
            self.steps = np.where(steps < FAR, steps // self.unit, 0)

    @staticmethod
    def _unit(ways: Integers, within_ms: int) -> int:
        """All ways' common divisor where the grid stays small, else fine enough."""
        shortest = int(ways.min())
        if shortest <= 0:
            raise TooManyDays
        common = math.gcd(*ways.tolist())
        fine = max(1, within_ms // UNITS)
        return min(shortest, common if common >= fine // 2 else fine)

    def people(self, counts: Integers) -> Integers:
        """People by good whom so many trips can take."""
        return np.minimum(counts * self.kind.capacity, self.most)

    def best(self, value: Integers, within_ms: int) -> tuple[int, Integers]:
        """(no day is worth more than this, the trips by good of a day that may be worth it)."""
        if self.listed is not None:
            fits = np.flatnonzero(self.listed.ends <= within_ms)
            worth = self.people(self.listed.counts[fits]) @ value
            at = int(np.argmax(worth))
            return int(worth[at]), self.listed.counts[fits[at]]
        table = self.table(value, within_ms)
        return int(table[0, -1]), self._trace(table, value)

    def table(self, value: Integers, within_ms: int) -> Integers:
        """[row, units left] the most that can still be brought, caps left aside."""
        left = max(0, within_ms - self.kind.available_ms) // self.unit
        best = np.zeros((self.steps.shape[0], left + 1), dtype=np.int64)
        best_rounds(self.steps, value * self.kind.capacity, best)
        return best

    def _trace(self, table: Integers, value: Integers) -> Integers:
        gain = value * self.kind.capacity
        counts = np.zeros(len(self.goods), dtype=np.int64)
        row, left = 0, table.shape[1] - 1
        while table[row, left]:
            took = self.steps[row]
            fits = (took > 0) & (took <= left)
            after = np.where(fits, left - took, 0)
            total = np.where(
                fits, gain[:, None] + table[1 + np.arange(took.shape[1])[None, :], after], -1
            )
            good, drop = divmod(int(np.argmax(total)), took.shape[1])
            counts[good] += 1
            row, left = 1 + drop, int(after[good, drop])
        return counts

    def near(
        self,
        value: Integers,
        within_ms: int,
        least: int,
        most: int,
        stop: Callable[[], bool],
        beam: int | None = None,
    ) -> Days:
        """The days that are, or may become, worth at least ``least``. Raises TooManyDays.

        With a ``beam`` only so many of each number of trips, those of most promise: no proof then.
        """
        if self.listed is not None:
            return self.listed
        table = self.table(value, within_ms)

        def keep(counts: Integers, ends: Integers) -> npt.NDArray[np.bool_]:
            left = (within_ms - ends) // self.unit
            drops = np.arange(ends.shape[1])[None, :]
            still = np.where(left >= 0, table[1 + drops, np.maximum(left, 0)], -FAR)
            promise = self.people(counts) @ value + still.max(axis=1)
            found: npt.NDArray[np.bool_] = promise >= least
            if beam is not None and len(promise) > beam:
                drawn = np.random.default_rng(len(promise)).permutation(len(promise))
                last = drawn[np.argsort(-promise[drawn], kind="stable")[beam:]]
                found[last] = False
            return found

        return Days(self.problem, self.kind, self.goods, within_ms, most, stop, keep)


class Bounds:
    """Moments refuted by prices alone, and the days that a cover can use, without all days."""

    def __init__(self, problem: TripProblem, goods: tuple[Good, ...], within_ms: int) -> None:
        self.problem, self.goods = problem, goods
        self.pricers = [Pricer(problem, kind, goods, within_ms) for kind in kinds(problem)]
        self.members = [len(pricer.kind.members) for pricer in self.pricers]
        self.pool: dict[tuple[int, tuple[int, ...]], int] = {}
        """Columns (kind, trips by good) and a moment from which on they may be used."""
        self.prices = np.array(
            [SCALE] * len(problem.demand) + [0] * len(problem.drops), dtype=np.int64
        )

    def slack(self, within_ms: int) -> int:
        """What the best days bring at the present prices beyond what is asked."""
        value = value_of(self.problem, self.goods, self.prices)
        total = 0
        for kind, (pricer, count) in enumerate(zip(self.pricers, self.members, strict=True)):
            worth, counts = pricer.best(value, within_ms)
            total += worth * count
            key = kind, tuple(counts.tolist())
            self.pool[key] = min(within_ms, self.pool.get(key, within_ms))
        return total - asked(self.problem, self.prices)

    def refuted(self, within_ms: int, left_s: Callable[[], float]) -> bool:
        """Whether prices prove that nobody can be done by then; they are left as sharp as found."""
        sharpest, kept = self.slack(within_ms), self.prices
        share = self._share(sharpest)
        for _ in range(ROUNDS):
            if sharpest < 0 or left_s() <= 0:
                break
            before = len(self.pool)
            columns = [
                (kind, self.pricers[kind].people(np.array(counts)).tolist())
                for (kind, counts), since in self.pool.items()
                if since <= within_ms
            ]
            self.prices = whole(cover_prices(self.problem, self.goods, self.members, columns)[0])
            slack = self.slack(within_ms)
            if self._share(slack) < share:
                sharpest, kept, share = slack, self.prices, self._share(slack)
            if len(self.pool) == before:
                break
        self.prices = kept
        return sharpest < 0

    def _share(self, slack: int) -> float:
        """The slack as a share of what is asked: prices differ in size."""
        wanted = asked(self.problem, self.prices)
        return slack / wanted if wanted > 0 else math.inf

    def days(
        self, within_ms: int, most: int, stop: Callable[[], bool], beam: int | None = None
    ) -> list[Days]:
        """Per kind the days that a cover by then can use (with a ``beam`` the best of them).

        Raises TooManyDays.
        """
        value = value_of(self.problem, self.goods, self.prices)
        slack = self.slack(within_ms)
        found = []
        for pricer in self.pricers:
            least = pricer.best(value, within_ms)[0] - slack
            found.append(pricer.near(value, within_ms, least, most, stop, beam))
            most -= len(found[-1].keys)
        return found
