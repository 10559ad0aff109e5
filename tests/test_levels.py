"""Objective levels in any order: a verified plan, a bound for each, the first at its best."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import yaml

from planner import load, pipeline, verify
from planner.cli.text import summary_lines
from planner.errors import Issue
from planner.pipeline import Limits
from planner.scenario import LEVELS
from planner.solvers import LevelProof
from planner.solvers.engine import aims
from planner.verify import Verdict
from tests.known.cases import shuttle

SMALL = Path(__file__).parent / "scenarios" / "small_bridge.yaml"
ORDERS = (
    LEVELS,
    ("arrival", "left_behind", "missed_deadlines", "harm", "effort"),
    ("missed_deadlines", "left_behind", "arrival", "harm", "effort"),
    ("harm", "left_behind", "missed_deadlines", "arrival", "effort"),
    ("harm", "arrival", "missed_deadlines", "left_behind", "effort"),
    ("left_behind", "arrival", "effort", "harm", "missed_deadlines"),
    ("left_behind", "effort", "arrival"),
    ("left_behind", "changes", "arrival"),
    ("arrival", "left_behind"),
    ("left_behind",),
)
TOLD = pipeline.level_result  # before a test run begins to watch it
NEAR = 1.01
"""The search is no proof: a first level within a hundredth of the best that any order finds."""


def text(levels: tuple[str, ...]) -> str:
    """The small bridge with one bus, deadlines for all, seven hours, and levels in this order."""
    tree = yaml.safe_load(SMALL.read_text(encoding="utf-8"))
    tree = {key: value for key, value in tree.items() if key not in ("overrides", "what_ifs")}
    next(fleet for fleet in tree["fleets"] if fleet["id"] == "buses")["count"] = 1
    for group in tree["groups"]:
        group.setdefault("deadline", "5 h")
    tree |= {"horizon": "7 h", "priorities": {"levels": list(levels)}}
    return yaml.safe_dump(tree, sort_keys=False, allow_unicode=True)


@cache
def planned(levels: tuple[str, ...]) -> Verdict:
    limits = Limits(time_s=10, node_limit=12)
    return pipeline.make_plan(load.read_text(text(levels)), limits, remedies=False).verdict


@pytest.mark.parametrize("levels", ORDERS, ids="-".join)
def test_any_order_gives_a_verified_plan_with_a_bound_for_each_level(
    levels: tuple[str, ...],
) -> None:
    verdict = planned(levels)
    assert [str(violation) for violation in verdict.violations] == []
    assert tuple(level.name for level in verdict.plan.levels) == levels
    for level in verdict.plan.levels:
        assert 0 <= level.bound <= level.value
    assert verdict.figures.by_sortie > 0


@pytest.mark.parametrize("first", ["left_behind", "missed_deadlines", "harm", "arrival"])
def test_no_order_betters_the_level_that_comes_first(first: str) -> None:
    """A later level never worsens an earlier one."""
    best = min(planned(order).figures.levels[first] for order in ORDERS)
    for order in ORDERS:
        if order[0] == first:
            assert planned(order).figures.levels[first] <= best * NEAR


def test_no_plan_is_better_than_the_bound_of_a_first_level() -> None:
    for order in ORDERS:
        bound = planned(order).plan.levels[0].bound
        for other in ORDERS:
            assert planned(other).figures.levels[order[0]] >= bound - 1e-6


def test_effort_is_what_comes_of_the_others_where_it_is_last() -> None:
    assert aims(LEVELS) == LEVELS[:-1]
    assert aims(("left_behind", "effort", "arrival")) == ("left_behind", "effort", "arrival")
    assert aims(("left_behind",)) == ("left_behind",)


def _issues(levels: tuple[str, ...]) -> list[Issue]:
    return [x for x in load.examine(text(levels), "x.yaml")[1] if x.where == "priorities.levels"]


def test_effort_first_is_warned_of() -> None:
    (issue,) = _issues(("effort", "left_behind"))
    assert (issue.severity, issue.problem) == (
        "warning",
        "effort comes first: nobody moves at all",
    )
    assert _issues(("arrival", "left_behind", "effort")) == []


@pytest.mark.parametrize("excess", [1e-5, 0.5])
def test_a_bound_above_the_value_is_not_told_as_proof(excess: float) -> None:
    """A wrong bound must show: cut down to the value it would read OPTIMAL."""
    level = TOLD(_proof(100 + 100 * excess), {"harm": 100.0}, {})
    assert (level.status, level.bound, level.gap) == ("FEASIBLE", 0.0, 1.0)
    assert level.method.startswith("none: a bound of")


def test_a_bound_off_the_grid_holds_on_it_too() -> None:
    level = TOLD(_proof(90), {"harm": 100.0}, {"harm": 95.0})
    assert (level.bound, level.any_moment_bound, level.gap) == (95.0, 95.0, 0.05)
    assert TOLD(_proof(90), {"harm": 100.0}, {"harm": 101.0}).method.startswith("none:")


def test_rounding_alone_contradicts_nothing() -> None:
    level = TOLD(_proof(100 + 5e-5), {"harm": 100.0}, {})
    assert (level.status, level.bound, level.gap) == ("OPTIMAL", 100.0, 0.0)


def _proof(bound: float) -> LevelProof:
    return LevelProof("harm", bound, "departures on a grid of 30 min", "by hand")


def test_bounds_that_nobody_could_reckon_again_are_not_told_as_proven() -> None:
    """A plan whose bounds are written to equal its values, without the prices that prove them."""
    case = shuttle({"town": (20, 500)}, buses=3)
    verdict = pipeline.make_plan(case, Limits(time_s=10, node_limit=8), remedies=False).verdict
    forged = [
        level.model_copy(update={"bound": level.value, "gap": 0.0, "status": "OPTIMAL"})
        for level in verdict.plan.levels
    ]
    plan = verdict.plan.model_copy(
        update={"levels": tuple(forged), "certificates": (), "status": "OPTIMAL"}
    )
    judged = verify.check(plan, verdict.scenario, verdict.network)
    lines = summary_lines(judged, pipeline.recount_bounds(judged))
    (arrival,) = (line for line in lines if line.strip().startswith("total arrival time"))
    assert arrival.endswith("not reckoned again")
    (word,) = (line for line in lines if line.startswith("Plan:"))
    assert word.startswith("Plan: best by its own word")
