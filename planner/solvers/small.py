"""Small cases: the compact programme beside the itinerary columns.

SCIP finds the plans and HiGHS proves them: measured on the small scenarios and the known answers,
SCIP had every best plan in 3 s (HiGHS and CP-SAT missed some), HiGHS closed in 0.2 s a proof that
took SCIP more than 4. Where rounds are counted instead of seconds CP-SAT does both: it alone has a
clock of its own that runs alike on every machine, where one node of SCIP may take minutes.
"""

from __future__ import annotations

from collections.abc import Callable

from planner.problem import EvacuationProblem
from planner.schedule import Chosen, Manning
from planner.solvers import compact
from planner.solvers.compact_solve import Stop
from planner.solvers.engine import Candidate, Limits

SEARCHED, PROVED = 0.2, 0.1
"""Shares of the time limit."""
LEAST_S = 1.0


class SmallCase:
    """The compact programme of one problem, within shares of the limits."""

    def __init__(
        self, problem: EvacuationProblem, limits: Limits, asked: Callable[[], bool]
    ) -> None:
        self.problem = problem
        self.limits = limits
        self.asked = asked
        self.is_late = False
        """Whether the clock has ended a solve before its optimum."""

    def _on_late(self) -> None:
        self.is_late = True

    def _stop(self, share: float, left_s: float) -> Stop:
        counted = self.limits.node_limit
        share_s = max(LEAST_S, share * self.limits.time_s)
        return Stop(
            time_s=min(share_s, left_s), seed=self.limits.seed, asked=self.asked,
            nodes=counted, on_late=self._on_late,
        )  # fmt: skip

    def _by(self, solver: str) -> str:
        return solver if self.limits.node_limit is None else "cpsat"

    def search(
        self, man: Callable[[Chosen], Manning], left_s: float
    ) -> tuple[Candidate, Manning] | None:
        """The best manned choice; None where nothing was found in time."""
        try:
            stop = self._stop(SEARCHED, left_s)
            manning, answer = compact.search(self.problem, man, solver=self._by("gscip"), stop=stop)
        except compact.NothingFound:
            return None
        assert answer.chosen is not None
        placed = tuple(
            (mover, moves) for mover, moves, count in answer.chosen.itineraries
            for _ in range(count)
        )  # fmt: skip
        return Candidate(placed, answer.chosen, answer.values, {}), manning

    def prove(self, values: dict[str, float], left_s: float) -> dict[str, float]:
        """A bound for each level, those before held at ``values``; minus infinity for none."""
        solver = self._by("highs")
        ordered: dict[str, float] = {x: values[x] for x in self.problem.scenario.priorities.levels}
        return compact.prove(self.problem, ordered, solver=solver, stop=self._stop(PROVED, left_s))
