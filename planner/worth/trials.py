"""One candidate looked at: what it could gain at most, and what a search with it finds."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from planner import network as ground
from planner import pipeline, roads, verify
from planner.network import TransportNetwork
from planner.plan import LevelResult, Plan
from planner.problem import EvacuationProblem
from planner.scenario import Scenario
from planner.solvers import Limits, Memory
from planner.verify import Figures, Verdict, VerdictStatus
from planner.worth.duals import Priced, bounds_at, price
from planner.worth.ways import Ways

LAST = "effort"
"""The level that no gain is told of."""
TINY = 1e-6
FINE = 0.001
"""Gap at which a search is content: what a change gains may be less than a plan's usual gap."""


@dataclass(frozen=True)
class Base:
    """The plan without any change, as the witness judged it."""

    scenario: Scenario
    plan: Plan
    figures: Figures

    @property
    def seed(self) -> int:
        """The seed of everything drawn by lot, for every candidate alike."""
        return self.plan.provenance.seed


@dataclass(frozen=True)
class Job:
    """What is to be done with a candidate: bounds, a search, or ``plan`` tried with the change."""

    id: str
    task: Literal["screen", "search", "settle"]
    scenario: Scenario
    time_s: float = 0.0
    plan: Plan | None = None
    like: Plan | None = None


@dataclass(frozen=True)
class Screened:
    """What a candidate could gain: nothing (``same``: it changes no number), or up to its bounds.

    ``bounds`` by level hold for every plan with the change that is no worse than the base plan on
    the levels before. ``held_back``: persons by group who have no way out even with the change.
    """

    same: bool
    bounds: dict[str, float]
    held_back: dict[str, int]
    seconds: float


@dataclass(frozen=True)
class Searched:
    """A plan with the change and what the witness says of it.

    ``carried``: a plan that was found without the change, holds with it too, and is better than
    what the search found. ``without``: the plan found with the change where it holds without it
    and is better than the base: then it is no merit of the change.
    """

    plan: Plan
    figures: Figures
    verdict: VerdictStatus
    violations: tuple[str, ...]
    seconds: float
    carried: bool = False
    without: Base | None = None


Answer = Screened | Searched | None
"""None: there was nothing to settle."""


class Trials:
    """Looks at candidates against one base; keeps the base's network and problem."""

    def __init__(
        self, base: Base, priced: Priced | None = None, memory: Memory | None = None
    ) -> None:
        """``memory`` of the search for the base's plan: every other search begins with it."""
        self.base = base
        self.priced = priced
        self.memory = memory

    def do(self, job: Job, should_stop: Callable[[], bool] | None = None) -> Answer:
        """One job. Raises ScenarioError where the changed scenario does not fit its map."""
        if job.task == "screen":
            return self.screen(job.scenario, job.time_s)
        if job.task == "search":
            return self.search(job.scenario, job.time_s, should_stop)
        assert job.plan is not None and job.like is not None
        return self.settle(job.scenario, job.plan, job.like)

    @cached_property
    def _region(self) -> roads.RegionMap | None:
        name = self.base.scenario.map
        return roads.load_map(name) if name else None

    def _posed(self, scenario: Scenario) -> EvacuationProblem:
        measured = _measured(scenario)
        return pipeline.make_problem(measured, ground.build(measured, self._region))

    @cached_property
    def problem(self) -> EvacuationProblem:
        """The base's problem without the level of effort."""
        return self._posed(self.base.scenario)

    def price(self, time_s: float, should_stop: Callable[[], bool] | None = None) -> Priced:
        """Bounds and prices of the base, for all candidates to be screened by."""
        self.priced = price(self.problem, self.base.figures.levels, time_s, should_stop)
        return self.priced

    def screen(self, scenario: Scenario, time_s: float) -> Screened:
        """Bounds with the change. Raises ScenarioError as ``pipeline`` does."""
        assert self.priced is not None
        begun = time.monotonic()
        problem = self._posed(scenario)
        stay = held_back(problem)
        if alike(problem, self.problem):
            return Screened(True, dict(self.priced.bounds), stay, time.monotonic() - begun)
        same_people = problem.commodities == self.problem.commodities
        bounds = bounds_at(problem, self.priced, time_s, same_people=same_people)
        return Screened(False, bounds, stay, time.monotonic() - begun)

    def search(
        self, scenario: Scenario, time_s: float, should_stop: Callable[[], bool] | None = None
    ) -> Searched:
        """A plan with the change, or the base's where that is better and holds with it too."""
        begun = time.monotonic()
        limits = Limits(time_s=time_s, seed=self.base.seed, gap=FINE)
        found = pipeline.make_plan(
            scenario, limits, None, should_stop, remedies=False, memory=self.memory
        ).verdict
        ours = rank(self.base.figures, scenario)
        if not found.verified or rank(found.figures, scenario) > ours:
            kept = carry(self.base.plan, found.plan, scenario, found.network)
            if kept.verified:
                return _searched(kept, begun, carried=True)
            return _searched(found, begun)
        without = None
        if rank(found.figures, scenario) < ours:
            without = self._without(found.plan)
        return _searched(found, begun, without=without)

    def _without(self, plan: Plan) -> Base | None:
        """The plan as a base, where it holds without the change and is better than the base."""
        base = self.base
        held = carry(plan, base.plan, base.scenario, self.problem.network)
        better = rank(held.figures, base.scenario) < rank(base.figures, base.scenario)
        return Base(base.scenario, held.plan, held.figures) if held.verified and better else None

    def settle(self, scenario: Scenario, plan: Plan, like: Plan) -> Searched | None:
        """A base plan found since, where it holds with the change; None where it does not."""
        begun = time.monotonic()
        kept = carry(plan, like, scenario, ground.build(scenario, self._region))
        return _searched(kept, begun, carried=True) if kept.verified else None


def _searched(
    verdict: Verdict, begun: float, *, carried: bool = False, without: Base | None = None
) -> Searched:
    told = tuple(str(violation) for violation in verdict.violations)
    seconds = time.monotonic() - begun
    return Searched(
        verdict.plan, verdict.figures, verdict.status, told, seconds, carried, without
    )  # fmt: skip


def carry(plan: Plan, like: Plan, scenario: Scenario, network: TransportNetwork) -> Verdict:
    """A plan of one scenario judged under another, which the plan ``like`` was made for.

    It takes over that plan's origin and, level by level, its bound: that holds for every plan no
    worse than ``like`` on the levels before, so it is dropped from where this plan is worse.
    """
    values = verify.values(plan, scenario, network)
    levels, holds = list[LevelResult](), True
    for level in like.levels:
        levels.append(_level(level, values[level.name], level.bound if holds else 0.0))
        holds = holds and values[level.name] <= level.value + TINY * max(1.0, abs(level.value))
    draft = plan.model_copy(
        update={
            "levels": tuple(levels),
            "status": "OPTIMAL" if all(x.status == "OPTIMAL" for x in levels) else "FEASIBLE",
            "provenance": like.provenance,
            "conditional_on": verify.conditional_on(plan, scenario, network),
            "harm_of_staying": verify.staying_harm(plan, scenario, network),
        }
    )
    return verify.check(draft, scenario, network)


def _level(level: LevelResult, value: float, bound: float) -> LevelResult:
    bound = min(bound, value)
    gap = abs(value - bound) / max(1.0, abs(value))
    if gap <= TINY:
        bound, gap = value, 0.0
    status = "OPTIMAL" if gap <= TINY else "FEASIBLE"
    return level.model_copy(update={"value": value, "bound": bound, "gap": gap, "status": status})


def rank(figures: Figures, scenario: Scenario) -> tuple[float, ...]:
    """Values by level in the scenario's order, effort left out: less is better."""
    levels = scenario.priorities.levels
    return tuple(round(figures.levels[level], 6) for level in levels if level != LAST)


def _measured(scenario: Scenario) -> Scenario:
    """The scenario without the level that no gain is told of: its bound would be proven in vain."""
    levels = tuple(level for level in scenario.priorities.levels if level != LAST)
    priorities = scenario.priorities.model_copy(update={"levels": levels})
    return scenario.model_copy(update={"priorities": priorities})


def held_back(problem: EvacuationProblem) -> dict[str, int]:
    """Persons by group whom no movement leads to a haven, however many the vehicles."""
    ways, found = Ways(problem), dict[str, int]()
    for home in problem.commodities:
        if not home.is_hub and not ways.onward(home.index).havens:
            found[home.group] = found.get(home.group, 0) + home.demand * home.persons
    return found


def alike(a: EvacuationProblem, b: EvacuationProblem) -> bool:
    """Whether two problems have the same people, movements and limits, in every number."""
    parts = ("commodities", "plan", "relaxed", "walks", "limits", "wait_harm", "grid")
    return all(_equal(getattr(a, part), getattr(b, part)) for part in parts)


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and np.array_equal(a, b)
    if isinstance(a, tuple):
        return (
            isinstance(b, tuple)
            and len(a) == len(b)
            and all(_equal(x, y) for x, y in zip(a, b, strict=True))
        )
    if is_dataclass(a) and not isinstance(a, type):
        return type(a) is type(b) and all(
            _equal(getattr(a, item.name), getattr(b, item.name)) for item in fields(a)
        )
    return bool(a == b)
