"""The front door: which engine, why, and what both together make of small cases."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from planner import load, pipeline
from planner.pipeline import Limits, make_network, make_plan, make_problem
from planner.problem import EvacuationProblem, Limit
from planner.scenario import Fleet, Scenario
from planner.schedule import Chosen, Manning, Scheduler
from planner.solvers import Solver, choice, choose
from tests.known.cases import Shuttle, bridge, ferry, posed, shuttle

SMALL = Path(__file__).parent / "scenarios"
COUNTED = Limits(seed=3, node_limit=40)


def test_the_reason_is_told_in_words_and_in_the_plan() -> None:
    result = make_plan(load.read(SMALL / "small_walkout.yaml"), COUNTED, remedies=False)
    said = result.verdict.plan.provenance
    assert said.engine == choice.COMPACT
    assert said.engine_reason.startswith("few vehicles, short horizon: 131 possible departures")
    told = pipeline.summary(result)
    assert (told["engine"], told["engine_reason"]) == (said.engine, said.engine_reason)


def _with(problem: EvacuationProblem, **fleet: object) -> EvacuationProblem:
    tree = {"id": "more", "vehicle": "bus", "count": 1, "base": "haven", **fleet}
    fleets = (*problem.scenario.fleets, Fleet.model_validate(tree))
    return replace(problem, scenario=problem.scenario.model_copy(update={"fleets": fleets}))


@pytest.mark.parametrize(
    ("fleet", "words"),
    [
        ({"duty": {"longest": "8 h", "rest": "8 h"}}, "crew duty and rest"),
        ({"fuel": {"range": "300 km", "refuel": "20 min"}}, "refuelling"),
        ({"convoy": {"min": 2, "headway": "10 min"}}, "headway of convoys"),
    ],
)
def test_an_engine_that_cannot_take_a_constraint_is_not_chosen(
    fleet: dict[str, object], words: str
) -> None:
    problem, _ = posed(shuttle({"home": (20, 50)}))
    assert choose(problem).engine == choice.COMPACT
    told = choose(_with(problem, **fleet))
    assert told.engine == choice.COLUMNS
    assert told.reason.split("; ")[0] == f"the compact programme cannot take {words}"


def test_a_limit_of_an_unknown_kind_is_never_dropped() -> None:
    problem, _ = posed(shuttle({"home": (20, 50)}))
    told = choose(replace(problem, limits=(*problem.limits, Limit("dock_hours", "haven", 3))))
    assert told.engine == choice.COLUMNS and "a limit on dock hours" in told.reason


PROVABLE = {
    "ferry": ferry(),
    "bridge": bridge(),
    "two buses, two homes": Shuttle((20, 40), (100, 70), 2, 40, 300).scenario(),
    "a deadline for the far ones": Shuttle((20, 40), (60, 30), 1, 30, 360, (None, 100)).scenario(),
    "walk-out": load.read(SMALL / "small_walkout.yaml"),
    "walk-out without the bus": load.read(SMALL / "small_walkout.yaml", "without_the_bus"),
    "walk-out over a wide bridge": load.read(SMALL / "small_walkout.yaml", "bridge_repaired"),
}


@pytest.mark.parametrize("case", PROVABLE.values(), ids=PROVABLE)
def test_small_cases_are_proven_best_on_every_level(case: Scenario) -> None:
    verdict = make_plan(case, COUNTED, remedies=False).verdict
    assert [str(violation) for violation in verdict.violations] == []
    assert verdict.plan.status == "OPTIMAL"
    assert {level.gap for level in verdict.plan.levels} == {0.0}


def _judged(problem: EvacuationProblem, solver: Solver, manning: Manning) -> dict[str, float]:
    draft = pipeline.to_plan(problem, solver, manning)
    return pipeline.verify.values(draft, problem.scenario, problem.network)


def test_the_better_plan_of_two_engines_is_taken() -> None:
    """The columns alone leave a gap here that the compact programme closes."""
    scenario = load.read(SMALL / "small_walkout.yaml")
    problem = make_problem(scenario, make_network(scenario))

    def man(chosen: Chosen) -> Manning:
        return Scheduler(problem, chosen).man()

    alone = Solver(problem, COUNTED)
    columns = _judged(problem, alone, alone.search(man))
    both = Solver(problem, COUNTED)
    found = both.search(man, lambda manning: _judged(problem, both, manning))
    best = _judged(problem, both, found)
    assert (alone.made_by, both.made_by) == (choice.COLUMNS, choice.COMPACT)
    assert [best[level] for level in both.levels] < [columns[level] for level in both.levels]
    assert both.memorise().vehicles


@pytest.mark.parametrize("name", ["small_bridge", "small_ship"])
def test_bounds_of_both_engines_lie_below_the_plan(name: str) -> None:
    verdict = make_plan(load.read(SMALL / f"{name}.yaml"), COUNTED, remedies=False).verdict
    assert [str(violation) for violation in verdict.violations] == []
    levels = {level.name: level for level in verdict.plan.levels}
    assert levels["left_behind"].status == "OPTIMAL"
    assert all(level.bound <= level.value for level in levels.values())
    assert any("compact programme" in level.method for level in levels.values())
