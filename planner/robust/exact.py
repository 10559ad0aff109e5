"""All draws in one programme, where that is small enough: the best first day, and its proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from planner import load, pipeline
from planner.movements import Effort
from planner.plan import Plan
from planner.problem import EvacuationProblem, pose
from planner.robust.worlds import World
from planner.scenario import Robust
from planner.schedule import Scheduler
from planner.solvers import Limits, Solver, TwoStage, pack, two_stage, two_stage_fits

LEVELS = ("left_behind", "missed_deadlines", "harm")


@dataclass(frozen=True)
class Found:
    """A plan of the base case whose first day is the best one found, and what none can beat."""

    plan: Plan | None
    bound: float


def solve(
    base: World, draws: Sequence[World], robust: Robust, limits: Limits
) -> Found | None:  # fmt: skip
    """None where the draws do not fit into one programme."""
    first = _posed(base)
    if not two_stage_fits(first, len(draws)):
        return None
    alpha = robust.alpha if robust.measure == "cvar" else 0.0
    levels = [x for x in base.scenario.priorities.levels if x in LEVELS]
    worlds = [_posed(world) for world in draws]
    found = two_stage(first, worlds, robust.first_stage_s, alpha, levels, limits)
    if found is None:
        return None
    return Found(_plan(base, first, found, limits), found.bound)


def _posed(world: World) -> EvacuationProblem:
    points = load.solver_config().effort
    effort = Effort(points.per_loaded_leg, points.per_empty_leg)
    return pose(world.scenario, world.network, effort=effort, every_way=True)


def _plan(
    base: World, problem: EvacuationProblem, found: TwoStage, limits: Limits
) -> Plan | None:  # fmt: skip
    """What the first block does, manned with whole households."""
    if found.chosen is None:
        return None
    manning = Scheduler(problem, found.chosen, pack).man()
    return pipeline.to_plan(problem, Solver(problem, limits), manning)
