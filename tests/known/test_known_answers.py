"""Known answers: the real solver on evacuations whose best plan can be reckoned without it.

A plan's value may never be better than the optimum, a bound never worse than it: both are tested on
their own, because a wrong bound that meets a wrong value would look like a proof.
"""

from __future__ import annotations

import pytest

from planner.pipeline import Limits
from planner.solvers import Solver
from tests.known.cases import HOUR, MIN, Shuttle, bridge, ferry, posed, shuttle, solve, values

SHUTTLES = {
    "one bus, all out": Shuttle((20,), (120,), 1, 50, 300),
    "one bus, too little time": Shuttle((20,), (260,), 1, 50, 240),
    "two homes": Shuttle((20, 30), (90, 60), 1, 50, 360),
    "two buses, two homes": Shuttle((20, 40), (100, 70), 2, 40, 300),
    "a deadline for the far ones": Shuttle((20, 40), (60, 30), 1, 30, 360, (None, 100)),
    "a deadline nobody can meet": Shuttle((40,), (30,), 1, 30, 300, (60,)),
    "roads open for two hours": Shuttle((20, 30), (80, 80), 2, 40, 300, (), (60, 180)),
    "odd distances": Shuttle((13, 27), (50, 50), 1, 25, 300),
}
BOUNDED = ("left_behind", "missed_deadlines", "arrival")
every_shuttle = pytest.mark.parametrize("case", SHUTTLES.values(), ids=SHUTTLES)


@every_shuttle
def test_no_plan_is_better_than_brute_force_and_the_first_levels_are_met(case: Shuttle) -> None:
    optimum = case.optimum()
    found = values(solve(case.scenario()))
    assert found["left_behind"] == optimum[0]
    assert tuple(found[level] for level in BOUNDED) >= tuple(x - 1e-6 for x in optimum)
    assert found["missed_deadlines"] == optimum[1]
    assert found["arrival"] <= 1.1 * optimum[2]


@every_shuttle
def test_bounds_lie_below_the_optimum(case: Shuttle) -> None:
    """The raw bounds, before anything caps them at the plan's value."""
    optimum = dict(zip(BOUNDED, case.optimum(), strict=True))
    problem, _ = posed(case.scenario())
    prover = Solver(problem, Limits(time_s=10.0)).prover
    holds: dict[str, float] = {}
    for level in BOUNDED:
        told = prover.optimise(level, holds, until=float("inf"))
        assert told.bound <= optimum[level] + 1e-6 * max(1.0, optimum[level])
        holds[level] = optimum[level]


def test_one_bus_by_hand() -> None:
    """Out 20 min, load 10, back 20, unload 10: fifty people an hour, the last ten in the sixth."""
    result = solve(shuttle({"home": (20, 260)}))
    assert values(result)["left_behind"] == 0
    assert values(result)["arrival"] == pytest.approx(50 * (1 + 2 + 3 + 4 + 5) + 10 * 6)
    levels = {level.name: level for level in result.verdict.plan.levels}
    assert levels["arrival"].bound == pytest.approx(810, rel=0.01)


def test_ferry() -> None:
    """Load 20 min, 40 of pilotage, 4 h at sea, unload 20; back empty in 4 h 40."""
    result = solve(ferry())
    ends_min = [320, 320 + 600, 320 + 1200]
    expected = (100 * ends_min[0] + 100 * ends_min[1] + 50 * ends_min[2]) / 60
    assert values(result)["left_behind"] == 0
    assert values(result)["arrival"] == pytest.approx(expected)
    assert result.verdict.figures.clearance_s == ends_min[2] * MIN


def test_bridge_with_a_rate() -> None:
    """A bus counts as two cars: two enter at 00:10 and unload by 00:40, two more every hour."""
    result = solve(bridge())
    assert values(result)["left_behind"] == 0
    assert values(result)["arrival"] == pytest.approx(100 * (40 + 100 + 160 + 220) / 60)
    entered = sorted(leg.depart_s for sortie in result.verdict.plan.sorties for leg in sortie.legs)
    assert len(entered) == 8
    for first in entered:
        assert sum(2 for moment in entered if first <= moment < first + HOUR) <= 4


def test_a_search_that_stops_early_tells_an_honest_gap() -> None:
    """One round of pricing proves little: the bound stays below the optimum."""
    case = SHUTTLES["two buses, two homes"]
    optimum = case.optimum()
    problem, _ = posed(case.scenario())
    prover = Solver(problem, Limits(node_limit=1)).prover
    early = prover.optimise("arrival", {"left_behind": optimum[0]}, until=float("inf"), rounds=1)
    assert not early.converged
    assert early.bound < optimum[2] - 1.0
    late = prover.optimise("arrival", {"left_behind": optimum[0]}, until=float("inf"))
    assert early.bound < late.bound <= optimum[2] + 1e-6


def test_bound_of_a_bad_plan_is_not_its_value() -> None:
    """Proving a plan that leaves everyone behind must not make it look best."""
    case = SHUTTLES["one bus, too little time"]
    problem, _ = posed(case.scenario())
    bad = {
        "left_behind": 260.0,
        "missed_deadlines": 0.0,
        "harm": 0.0,
        "arrival": 1e4,
        "effort": 0.0,
    }
    first = Solver(problem, Limits(time_s=10.0)).prove(bad)[0]
    assert first.level == "left_behind"
    assert first.bound <= case.optimum()[0] + 1e-6 < 260
