"""The one front door: the itinerary columns, and beside them the specialist that suits.

``choice`` says which. A specialist's plan is taken where the judge, who recounts it from its
manifests, finds it better; of the bounds of both the higher one is told, since both are proven.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from planner.problem import EvacuationProblem
from planner.schedule import Chosen, Manning
from planner.solvers.choice import CAP_MB, COLUMNS, COMPACT, ROADS, choose
from planner.solvers.engine import Candidate, LevelProof, Limits, Update
from planner.solvers.engine import Solver as ColumnSearch
from planner.solvers.memory import Memory
from planner.solvers.small import SmallCase
from planner.solvers.walkers import OnRoads

COLUMNS_SHARE = 0.5
"""Of the time limit: when the columns' search ends where a specialist comes after it."""
MANNINGS = 4
"""What follows the search takes as long as so many mannings: the last one, values, the witness."""
LEAST = 0.3
"""The least share of the time limit that is left for the search."""

Judge = Callable[[Manning], dict[str, float]]


class Specialist(Protocol):
    """What comes beside the columns: made of (problem, limits, whether somebody asks to stop)."""

    is_late: bool
    """Whether the clock has ended something before its time."""

    def search(
        self, man: Callable[[Chosen], Manning], left_s: float
    ) -> tuple[Candidate, Manning] | None:
        """A manned choice within ``left_s`` seconds; None where there is none."""

    def prove(self, values: dict[str, float], left_s: float) -> dict[str, float]:
        """A bound for levels, those before held at ``values``; levels left out have none."""


Maker = Callable[[EvacuationProblem, Limits, Callable[[], bool]], Specialist]
MAKERS: dict[str, Maker] = {
    COMPACT: SmallCase,
    ROADS: lambda problem, limits, should_stop: OnRoads(problem),
}
"""By the names that ``choice`` gives."""


class Solver(ColumnSearch):
    """Searches and proves with whatever suits the problem; see ``choice``."""

    def __init__(
        self, problem: EvacuationProblem, limits: Limits,
        on_update: Callable[[Update], None] | None = None,
        should_stop: Callable[[], bool] | None = None, begun: float | None = None,
        memory: Memory | None = None,
    ) -> None:  # fmt: skip
        super().__init__(problem, limits, on_update, should_stop, begun, memory)
        self.choice = choose(problem, min(CAP_MB, limits.memory_mb or CAP_MB))
        self.made_by = COLUMNS
        """The engine whose plan the search has returned."""
        maker = MAKERS.get(self.choice.engine)
        self.specialist = None if maker is None else maker(problem, limits, self.should_stop)

    def search(self, man: Callable[[Chosen], Manning], judge: Judge | None = None) -> Manning:
        """The best manned choice. Without a ``judge`` (value by level, recounted) nobody can
        compare the engines, and the columns' choice is returned."""
        if self.specialist is None or judge is None:
            return super().search(self._timed(man))
        whole = self.limits
        self.limits = replace(whole, time_s=COLUMNS_SHARE * whole.time_s)
        manning = super().search(man)
        self.limits = whole
        if self.stopped_by == "interrupt" or self._ended(1.0):
            return manning
        self.stopped_by = "gap"
        self.on_update(Update(self.choice.engine, None, None, None))
        found = self.specialist.search(man, self.left_s())
        if found is not None and self._rank(judge(found[1])) < self._rank(judge(manning)):
            self.best, manning = found
            self.made_by = self.choice.engine
        return manning

    def _timed(self, man: Callable[[Chosen], Manning]) -> Callable[[Chosen], Manning]:
        """The same; once known how long it takes, that is taken off the time limit."""
        whole = self.limits

        def timed(chosen: Chosen) -> Manning:
            begun = time.monotonic()
            found = man(chosen)
            kept_s = whole.time_s - MANNINGS * (time.monotonic() - begun)
            least_s = LEAST * whole.time_s
            self.limits = replace(whole, time_s=max(least_s, min(self.limits.time_s, kept_s)))
            return found

        return timed

    def _rank(self, values: dict[str, float]) -> tuple[float, ...]:
        return tuple(round(values[level], 6) for level in self.levels)

    def prove(self, values: dict[str, float]) -> list[LevelProof]:
        """A bound for every level, the levels before held at the plan's own values."""
        bounds: dict[str, float] = {}
        if self.specialist is not None and not self._ended(1.0):
            bounds = self.specialist.prove(values, self.left_s())
        found: dict[str, float] = {level: bounds.get(level, -math.inf) for level in self.levels}
        if all(found[level] >= self._enough(level, values[level]) for level in self.levels):
            self.stopped_by = "gap"
            self.prover = self.engine  # nothing was asked of another: it has nothing to remember
            return [self._proof(level, found[level], values) for level in self.levels]
        if self.specialist is not None and self.specialist.is_late and self.stopped_by == "gap":
            self.stopped_by = "time"
        return [
            proof if proof.bound >= found[proof.level]
            else self._proof(proof.level, found[proof.level], values)
            for proof in super().prove(values)
        ]  # fmt: skip

    def _proof(self, level: str, bound: float, values: dict[str, float]) -> LevelProof:
        step_min = self.problem.grid.step_s / 60
        return LevelProof(
            level, max(0.0, bound),
            f"departures on a grid of {step_min:g} min", f"{self.choice.engine}, solved by itself",
        )  # fmt: skip
