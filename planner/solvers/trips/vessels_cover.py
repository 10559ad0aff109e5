"""One day a vessel so that everyone is out: can it be done by a given moment?

Two sources or one: an exact knapsack over the vessels. More, or drop-offs that fill up: a linear
programme by column generation over the days; its dual prices prove in whole numbers that a moment
is too early, or else leave few days that can take part (fixing by reduced cost: Lagrange), among
which CP-SAT looks for a cover. Every *no* is exact; no figure rests on a solver's tolerance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from planner.solvers import cpsat
from planner.solvers.trips import TripProblem
from planner.solvers.trips.vessels_days import Days, Good, Integers, most_moved
from planner.solvers.trips.vessels_kernels import cover_two, exchange
from planner.solvers.trips.vessels_prices import asked, by_good, cover_prices, value_of, whole
from planner.solvers.trips.vessels_states import TooManyStates, cover_states

STATES = 40_000_000
"""The largest knapsack table, vessels times people."""
ROUNDS = 400
"""The most rounds of column generation; prices are good enough for a proof after any of them."""
STARTS, PAIRS, WIDTH = 6, 1500, 60
"""Local search: starts, pairs of vessels tried from each, and days tried of the first."""
LOOKS = 1_000_000_000
"""About the most sums that one start may make."""
IMPROVES = 1e-9


class OutOfTime(Exception):
    """The clock ran out, or someone asked to stop, before yes or no was known."""


@dataclass(frozen=True)
class Choice:
    """Per vessel its trips by good (None: it stays), and the people moved by good."""

    counts: dict[int, Integers]
    moved: tuple[int, ...]


class Cover:
    """Days of all vessels against the demand of all sources and the room of all drop-offs."""

    def __init__(
        self,
        problem: TripProblem,
        days: list[Days],
        goods: tuple[Good, ...],
        seed: int,
    ) -> None:
        self.problem, self.days, self.goods, self.seed = problem, days, goods, seed
        self.most = np.array([most_moved(problem, good) for good in goods], dtype=np.int64)
        self.brings = [np.minimum(d.counts * d.kind.capacity, self.most) for d in days]
        """[day, good] people, per kind."""
        self.pool: dict[tuple[int, int], None] = {}
        roomy = all(room is None for room in problem.drop_capacity)
        vessels = sum(len(d.kind.members) for d in days)
        small = (vessels + 1) * (int(self.most.min()) + 1) <= STATES
        self.roomless = any(good.drop is not None for good in goods)
        self.knapsack = len(goods) <= 2 and roomy and small

    def moments(self) -> Integers:
        """Every moment at which some vessel's day can be over, in order: the makespan is one."""
        return np.unique(np.concatenate([days.ends for days in self.days]))

    def relaxed(self, within_ms: int, left_s: Callable[[], float]) -> bool:
        """False where the moment is proven too early by prices alone; True says nothing."""
        if self.knapsack:
            return True
        prices = self._prices(within_ms, left_s)
        return self._slack(within_ms, prices) >= 0

    def find(self, within_ms: int, left_s: Callable[[], float]) -> Choice | None:
        """Days that empty every source by then; None where there are none. Raises OutOfTime."""
        if self.knapsack:
            return self._knapsack(within_ms)
        prices = self._prices(within_ms, left_s)
        slack = self._slack(within_ms, prices)
        if slack < 0:
            return None
        kept = self._kept(within_ms, prices, slack)
        if self.roomless:
            return self._by_room(kept, left_s) or self._search(kept, left_s)
        return self._by_states(kept, prices, slack, left_s)

    def _kept(self, within_ms: int, prices: Integers, slack: int) -> list[Integers]:
        """Per kind the days whose use the prices leave possible."""
        value = value_of(self.problem, self.goods, prices)
        found = []
        for days, brings in zip(self.days, self.brings, strict=True):
            fullest = days.fullest(within_ms)
            worth = brings[fullest] @ value
            found.append(fullest[worth.max() - worth <= slack])
        return found

    def _by_states(
        self, kept: list[Integers], prices: Integers, slack: int, left_s: Callable[[], float]
    ) -> Choice | None:
        """A cover by local search; else all states; else CP-SAT."""
        kind_of = [k for k, days in enumerate(self.days) for _ in days.kind.members]
        members = [m for days in self.days for m in days.kind.members]
        brings = [self.brings[kind][kept[kind]] for kind in kind_of]
        chosen: list[int] | None = self._exchanged(brings, self.most, left_s)
        if chosen is None:
            value = value_of(self.problem, self.goods, prices)
            try:
                chosen = cover_states(brings, self.most, value, slack)
            except TooManyStates:
                return self._search(kept, left_s)
        if chosen is None:
            return None
        counts = {
            member: self.days[kind].counts[kept[kind][day]]
            for member, kind, day in zip(members, kind_of, chosen, strict=True)
        }
        return Choice(counts, tuple(self.most.tolist()))

    def _by_room(self, kept: list[Integers], left_s: Callable[[], float]) -> Choice | None:
        """A cover by local search that fills no drop-off beyond its room, empty seats counted."""
        problem, sources = self.problem, len(self.problem.demand)
        rows = np.zeros((len(self.goods), sources + len(problem.drops)), dtype=np.int64)
        for at, good in enumerate(self.goods):
            rows[at, good.source] = 1
            if good.drop is not None:
                rows[at, sources + good.drop] = -1
        room = [problem.people if r is None else r for r in problem.drop_capacity]
        wanted = np.array([*problem.demand, *(-r for r in room)], dtype=np.int64)
        kind_of = [k for k, days in enumerate(self.days) for _ in days.kind.members]
        members = [m for days in self.days for m in days.kind.members]
        brings = [self.brings[kind][kept[kind]] @ rows for kind in kind_of]
        chosen = self._exchanged(brings, wanted, left_s)
        if chosen is None:
            return None
        picked = [
            (member, kind, int(kept[kind][day]))
            for member, kind, day in zip(members, kind_of, chosen, strict=True)
        ]
        left = list(problem.demand)
        moved = []
        for at, good in enumerate(self.goods):
            seats = sum(int(self.brings[kind][day, at]) for _, kind, day in picked)
            moved.append(min(left[good.source], seats))
            left[good.source] -= moved[-1]
        return Choice(
            {member: self.days[kind].counts[day] for member, kind, day in picked}, tuple(moved)
        )

    def _exchanged(
        self, brings: list[Integers], wanted: Integers, left_s: Callable[[], float]
    ) -> list[int] | None:
        first = np.concatenate([[0], np.cumsum([len(days) for days in brings])])
        rng = np.random.default_rng(self.seed)
        stack = np.ascontiguousarray(np.concatenate(brings))
        sizes = np.diff(first)
        each = int(np.minimum(sizes, WIDTH).mean() * sizes.mean() * len(wanted)) + 1
        pairs = min(PAIRS, LOOKS // each)
        for start in range(STARTS):
            if left_s() <= 0:
                raise OutOfTime
            chosen = first[:-1] + rng.integers(0, sizes)
            if not exchange(first, stack, wanted, chosen, self.seed + start, pairs, WIDTH):
                return [int(c) for c in chosen - first[:-1]]
        return None

    def _knapsack(self, within_ms: int) -> Choice | None:
        short, other = self._order()
        first, members, chosen, parts = [0], [], [], []
        for kind, days in enumerate(self.days):
            fullest = days.fullest(within_ms)
            for member in days.kind.members:
                members.append((kind, member))
                chosen.append(fullest)
                parts.append(self.brings[kind][fullest])
                first.append(first[-1] + len(fullest))
        brings = np.concatenate(parts)
        wanted = int(self.most[short])
        two = brings[:, other] if other >= 0 else np.zeros(len(brings), dtype=np.int64)
        most = np.empty((len(first), wanted + 1), dtype=np.int64)
        choice = np.zeros_like(most)
        one = np.ascontiguousarray(brings[:, short])
        cover_two(np.array(first), one, np.ascontiguousarray(two), wanted, most, choice)
        if most[-1, wanted] < (self.most[other] if other >= 0 else 0):
            return None
        counts: dict[int, Integers] = {}
        at = wanted
        for vessel in range(len(members) - 1, -1, -1):
            column, at = divmod(int(choice[vessel + 1, at]), wanted + 1)
            kind, member = members[vessel]
            day = chosen[vessel][column - first[vessel]]
            counts[member] = self.days[kind].counts[day]
        return Choice(counts, tuple(self.most.tolist()))

    def _order(self) -> tuple[int, int]:
        """The good with fewer people, and the other one (-1: none)."""
        if len(self.goods) == 1:
            return 0, -1
        return (0, 1) if self.most[0] <= self.most[1] else (1, 0)

    def _prices(self, within_ms: int, left_s: Callable[[], float]) -> Integers:
        """Whole prices by source, then by drop-off with limited room: the duals of the cover."""
        fits = [days.ends <= within_ms for days in self.days]
        members = [len(days.kind.members) for days in self.days]
        self._seed_pool(within_ms)
        for _ in range(ROUNDS):
            if left_s() <= 0:
                raise OutOfTime
            columns = [
                (kind, self.brings[kind][day].tolist())
                for kind, day in self.pool
                if fits[kind][day]
            ]
            weights, shadow = cover_prices(self.problem, self.goods, members, columns)
            value = by_good(self.problem, self.goods, weights)
            added = False
            for kind, brings in enumerate(self.brings):
                worth = np.where(fits[kind], brings @ value, -1.0)
                best = int(np.argmax(worth))
                if worth[best] > shadow[kind] + IMPROVES and (kind, best) not in self.pool:
                    self.pool[kind, best] = None
                    added = True
            if not added:
                break
        return whole(weights)

    def _seed_pool(self, within_ms: int) -> None:
        if not self.pool:
            for kind, days in enumerate(self.days):
                fullest = days.fullest(within_ms)
                best = {int(fullest[np.argmax(self.brings[kind][fullest, g])])
                        for g in range(len(self.goods))}  # fmt: skip
                self.pool.update({(kind, day): None for day in sorted(best)})

    def _slack(self, within_ms: int, prices: Integers) -> int:
        """What the best days bring at these prices less what is asked: below 0 is a proof of no."""
        value = value_of(self.problem, self.goods, prices)
        best = 0
        for days, brings in zip(self.days, self.brings, strict=True):
            worth = int((brings[days.ends <= within_ms] @ value).max())
            best += worth * len(days.kind.members)
        return best - asked(self.problem, prices)

    def _search(self, kept: list[Integers], left_s: Callable[[], float]) -> Choice | None:
        """CP-SAT among the days kept."""
        model = cp_model.CpModel()
        brought: list[list[cp_model.LinearExprT]] = [[] for _ in self.goods]
        columns: list[tuple[int, int, cp_model.IntVar]] = []
        for kind, days in enumerate(self.days):
            members = len(days.kind.members)
            mine = [model.new_int_var(0, members, "") for _ in kept[kind]]
            model.add(sum(mine) <= members)
            for day, variable in zip(kept[kind].tolist(), mine, strict=True):
                columns.append((kind, day, variable))
                for at, people in enumerate(self.brings[kind][day].tolist()):
                    if people:
                        brought[at].append(people * variable)
        moved = self._balance(model, brought)
        solver = cpsat.solver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = self.seed
        solver.parameters.max_time_in_seconds = max(0.01, left_s())
        status = solver.solve(model)
        if status == cp_model.INFEASIBLE:
            return None
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            raise OutOfTime
        people = tuple(solver.value(m) for m in moved)
        return Choice(self._assigned(solver, columns), people)

    def _balance(
        self, model: cp_model.CpModel, brought: list[list[cp_model.LinearExprT]]
    ) -> list[cp_model.LinearExprT]:
        """Everyone leaves, no drop-off overflows; the people by good."""
        moved: list[cp_model.LinearExprT] = []
        for parts, most in zip(brought, self.most.tolist(), strict=True):
            moved.append(model.new_int_var(0, most, "") if self.roomless else most)
            model.add(sum(parts) >= moved[-1])
        for source, demand in enumerate(self.problem.demand):
            mine = [m for g, m in zip(self.goods, moved, strict=True) if g.source == source]
            model.add(sum(mine) == demand)
        for drop, room in enumerate(self.problem.drop_capacity):
            mine = [m for g, m in zip(self.goods, moved, strict=True) if g.drop == drop]
            if room is not None and mine:
                model.add(sum(mine) <= room)
        return moved

    def _assigned(
        self, solver: cp_model.CpSolver, columns: list[tuple[int, int, cp_model.IntVar]]
    ) -> dict[int, Integers]:
        counts: dict[int, Integers] = {}
        for kind, day, variable in columns:
            free = [m for m in self.days[kind].kind.members if m not in counts]
            for member in free[: solver.value(variable)]:
                counts[member] = self.days[kind].counts[day]
        return counts
