"""The cheapest single change that helps, found by solving the first level again with it."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace

from planner import load
from planner import network as ground
from planner.errors import ScenarioError
from planner.network import TransportNetwork
from planner.plan import Remedy
from planner.problem import EvacuationProblem, pose
from planner.scenario import Scenario
from planner.solvers import Limits, Solver
from planner.worth.changes import Change, Changes, Room
from planner.worth.reasons import Stay
from planner.worth.ways import Ways

SOLVE_S = 10.0
"""Longest that one change is planned again; a run that is cut short sees too few people out."""
LONGER = "search longer: nothing is known to be short yet"
Budget = tuple[float, int]


@dataclass(frozen=True)
class Relaxed:
    """Who is left in the relaxed first level: persons by group, and the level's weighted sum."""

    by_group: dict[str, float]
    weighted: float


class Remedies:
    """Tries changes cheapest first; the answers are kept, so nothing is planned twice."""

    def __init__(
        self, problem: EvacuationProblem, solver: Solver, found: tuple[Stay, ...],
        should_stop: Callable[[], bool] | None = None, budget: Budget | None = None,
    ) -> None:  # fmt: skip
        config = load.solver_config()
        self.problem = problem
        self.solver = solver
        self.stays = found
        self.should_stop = should_stop or (lambda: False)
        prices = {**config.remedy_prices, **problem.scenario.remedy_prices}
        self.changes = Changes(problem.network, prices)
        limits = config.limits
        self.budget_s, self.most = budget or (float(limits.remedy_time_s), limits.remedy_solves)
        self.ways = Ways(problem)
        self.solves = 0
        self._until = math.inf
        self._posed: dict[tuple[str, str], tuple[EvacuationProblem, Ways] | None] = {}
        self._solved: dict[tuple[str, str], Relaxed] = {}

    def search(self) -> list[Remedy]:
        """One remedy for each stay, in their order.

        ``not_searched`` where the budget was used up or somebody asked to stop before something
        was found, ``none_found`` where no change helps. Where many stay is searched first.
        """
        self._until = time.monotonic() + self.budget_s
        remedies: dict[int, Remedy] = {}
        order = sorted(range(len(self.stays)), key=lambda i: (-self.stays[i].persons, i))
        for index in order:
            remedies[index] = self._remedy(self.stays[index])
        return [remedies[index] for index in range(len(self.stays))]

    def _remedy(self, stay: Stay) -> Remedy:
        if stay.cause.cut_short:
            return Remedy(kind="none_found", what=LONGER)
        if stay.cause.short_of_nothing:
            return Remedy(kind="none_found", what="nothing is short; a longer search may seat them")
        best: tuple[int, Change, Relaxed] | None = None
        for change in self.changes.of(stay, self._room(stay)):
            if best is not None and change.price > best[1].price:
                break
            if change.key not in self._solved and self._is_over():
                return self._told(stay, best) if best else self._skipped(change)
            if not self._may_help(stay, change):
                continue
            found = self._solve(change)
            if found is None:
                return self._told(stay, best) if best else self._skipped(change)
            gain = self._gain(stay, found)
            if gain >= 1 and (best is None or gain > best[0]):
                best = (gain, change, found)
        if best is not None:
            return self._told(stay, best)
        return Remedy(kind="none_found", what="no single change that was tried gets them out")

    @staticmethod
    def _skipped(change: Change) -> Remedy:
        return Remedy(kind="not_searched", what=f"not searched from here on: {change.what}")

    def _told(self, stay: Stay, best: tuple[int, Change, Relaxed]) -> Remedy:
        gain, change, found = best
        fewer = sum(
            max(0.0, left - self._stayed(group))
            for group, left in found.by_group.items()
            if group != stay.group
        )
        note = f" ({math.ceil(fewer - 0.01):,} fewer of other groups)" if fewer > 1 else ""
        what = f"{change.what}{note}"
        return Remedy(kind=change.kind, what=what, price=change.price, gain_persons=gain)

    def _is_over(self) -> bool:
        spent = self.solves >= self.most or time.monotonic() > self._until
        return spent or self.should_stop()

    def _stayed(self, group: str) -> int:
        return sum(stay.persons for stay in self.stays if stay.group == group)

    def _room(self, stay: Stay) -> Room:
        fleets: dict[str, None] = {}
        used: set[str] = set()
        for home in stay.homes:
            fleets |= dict.fromkeys(self.ways.fleets(home))
            used |= self.ways.grounds(home)
        return Room(tuple(fleets), frozenset(used & self.solver.tight))

    # -- trying -------------------------------------------------------------------------------

    def _may_help(self, stay: Stay, change: Change) -> bool:
        """Whether it gives these people a new way, or new moments on one, or more room."""
        changed = self._pose(change)
        if changed is None:
            return False
        if not change.loosens and stay.cause.is_scarce:
            return True
        for home in stay.homes:
            after = changed[1].onward(home)
            if after.havens and after.freedom > self.ways.onward(home).freedom:
                return True
        return False

    def _pose(self, change: Change) -> tuple[EvacuationProblem, Ways] | None:
        if change.key not in self._posed:
            self._posed[change.key] = self._posed_with(change)
        return self._posed[change.key]

    def _posed_with(self, change: Change) -> tuple[EvacuationProblem, Ways] | None:
        """The changed problem; None where the changed scenario has faults of its own."""
        scenario = change.make()
        try:
            network = self._network(scenario, change.rebuild)
        except ScenarioError:
            return None
        problem = pose(scenario, network, step_s=self.problem.grid.step_s)
        return problem, Ways(problem)

    def _network(self, scenario: Scenario, rebuild: bool) -> TransportNetwork:
        """Permissions, hours and acceptance are read off the scenario; the rest is built again."""
        network = self.problem.network
        if rebuild:
            return ground.build(scenario, network.region)
        return replace(network, scenario=scenario, _allowed={})

    def _solve(self, change: Change) -> Relaxed | None:
        """Who is left with the change; None where somebody asked to stop meanwhile."""
        if change.key not in self._solved:
            posed = self._pose(change)
            assert posed is not None
            self.solves += 1
            solver = Solver(posed[0], Limits(time_s=SOLVE_S), None, self.should_stop)
            left = solver.least_left()
            if self.should_stop():
                return None
            self._solved[change.key] = self._relaxed(left)
        return self._solved[change.key]

    def _relaxed(self, left: dict[str, float]) -> Relaxed:
        weight = {g.id: g.weight for g in self.problem.scenario.groups}
        return Relaxed(left, sum(weight[group] * n for group, n in left.items()))

    def _gain(self, stay: Stay, found: Relaxed) -> int:
        """Persons of this stay more out than in the plan.

        Where seats are scarce, alike groups can change places in the relaxed problem without
        anybody being helped: no more is counted than the whole level gains.
        """
        group = self.problem.scenario.group(stay.group)
        more = self._stayed(stay.group) - found.by_group.get(stay.group, 0.0)
        if stay.cause.is_scarce:
            more = min(more, (self._before().weighted - found.weighted) / max(1, group.weight))
        return max(0, math.floor(min(more, stay.persons) + 0.01))

    def _before(self) -> Relaxed:
        """The relaxed first level without any change, as the solver looked at it."""
        left: dict[str, float] = defaultdict(float)
        for index, units in sorted(self.solver.stuck.items()):
            who = self.problem.commodities[index]
            left[who.group] += units * who.persons
        return self._relaxed(dict(left))
