"""Bounds in continuous time: they hold for plans that leave at moments off the grid as well."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest

from planner import load, pipeline
from planner.movements import Integrals
from planner.pipeline import Limits, Result
from planner.scenario import Scenario
from planner.solvers import anymoment
from planner.timeline import Intervals, RateFunction
from planner.units import TimeGrid
from tests.known.cases import shuttle

SMALL = Path(__file__).parent / "scenarios"
LIMITS = Limits(time_s=20, node_limit=12, any_moment_s=20)


def plan(scenario: Scenario, limits: Limits = LIMITS) -> Result:
    return pipeline.make_plan(scenario, limits, remedies=False)


def test_one_bus_by_hand() -> None:
    """25 min out, 10 to load, 25 back, 10 to unload; 150 people, 50 seats, departures each 10 min.

    Whenever it may leave, the bus unloads after 70, 140 and 210 min: 50 x 420 / 60 = 350
    person-hours. On the grid the way out takes 30 min and the way back 50: unloaded after 75, 155
    and 235 min, 50 x 465 / 60 = 387.5.
    """
    found = plan(shuttle({"town": (25, 150)})).verdict
    assert found.verified
    arrival = next(level for level in found.plan.levels if level.name == "arrival")
    assert arrival.value == arrival.bound == pytest.approx(387.5)
    assert arrival.any_moment_bound == pytest.approx(350.0)
    assert arrival.grid_gap == pytest.approx(37.5 / 387.5)


@pytest.mark.parametrize("name", ["small_bridge", "small_ship", "small_walkout"])
def test_plans_on_a_finer_grid_do_not_beat_it(name: str) -> None:
    """Level by level, as long as the finer plan is no worse on the levels before."""
    coarse = load.read(SMALL / f"{name}.yaml")
    tree = copy.deepcopy(coarse.origin.tree)
    tree["step"] = "1 min"
    levels = plan(coarse).verdict.plan.levels
    finer = plan(load.from_tree(tree), Limits(time_s=30, node_limit=12)).verdict
    assert finer.verified
    compared = 0
    for level, other in zip(levels[:-1], finer.plan.levels[:-1], strict=True):
        assert level.any_moment_bound is not None
        assert level.any_moment_bound <= min(level.bound, other.value) + 1e-6
        compared += 1
        if other.value > level.value + 1e-6:
            break
    assert compared > 1


def test_nothing_is_sought_unless_asked() -> None:
    found = plan(shuttle({"town": (25, 50)}), Limits(time_s=10)).verdict.plan
    assert all(level.any_moment_bound is None and level.grid_gap is None for level in found.levels)


def test_a_span_is_a_part_of_the_step_and_no_longer_than_any_movement() -> None:
    near = shuttle({"town": (2, 50)})  # two minutes empty
    problem = pipeline.make_problem(near, pipeline.make_network(near))
    assert anymoment.span_s(problem) == 120
    far = shuttle({"town": (25, 50)})
    problem = pipeline.make_problem(far, pipeline.make_network(far))
    assert anymoment.span_s(problem) == 300


def test_least_danger_within_a_span() -> None:
    """A rate of 3.6 an hour from 100 s to 160 s: 0.001 a second; a stay of 30 s, spans of 40 s.

    Begun between 80 and 120 s it meets from 10 to 30 s of danger, from 120 to 160 s 30 down to 0,
    from 40 to 80 s none up to 10.
    """
    rate = RateFunction.on(Intervals(((100, 160),)), 3_600_000_000)
    grid = TimeGrid.cells(40, 200)
    least = Integrals({"fire": rate}).least("fire", grid, 0, 30)
    assert least * 1000 == pytest.approx([0, 0, 10, 0, 0, 0])
    anywhere = np.arange(0, 241)
    exact = Integrals({"fire": rate}).between("fire", anywhere, 30)
    for step in range(grid.steps):
        inside = exact[step * 40 : step * 40 + 41]
        assert least[step] == pytest.approx(inside.min())
