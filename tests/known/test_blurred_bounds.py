"""A bound in which loading is shorter than in the plan does not lie above a plan."""

from __future__ import annotations

import pytest

from planner.pipeline import Limits, make_network, make_plan, make_problem
from planner.scenario import Scenario
from planner.solvers.columns import ColumnEngine
from tests.known.cases import SINGLES, values
from tests.network_case import link, place, scenario, vehicle


def gate() -> Scenario:
    """Two buses at home, one gate for one vehicle an hour, departures every ten minutes.

    The one loads 10 s whoever boards, the other a second a head and only from 07:00 on.
    """
    quick = {
        "unloading": "0 min",
        "seats": 10,
        "car_equivalents": 1,
        "mode": "road",
        "crew": 1,
        "speed": "60 km/h",
    }
    return scenario(
        horizon="4 h", step="10 min",
        places=[place("haven", 0, "safe_haven"), place("home", -30)],
        links=[link("road", "home", "haven", "30 km", speed="60 km/h", capacity="1 vehicles/h")],
        groups=[{"id": "people", "at": "home", "people": 20, "households": SINGLES}],
        vehicles={
            "fixed": vehicle(**{**quick, "loading": "10 s"}),
            "by_head": vehicle(**{**quick, "loading": {"fixed": "0 min", "per_person": "1 s"}}),
        },
        fleets=[
            {"id": "early", "vehicle": "fixed", "count": 1, "base": "home"},
            {"id": "late", "vehicle": "by_head", "count": 1, "base": "home",
             "available": {"from": "1 h"}},
        ],
    )  # fmt: skip


def test_who_loads_longer_in_the_plan_passes_the_gate_later() -> None:
    """Ten leave at 10 s, ten at 3,610 s, an hour later to the second; each ride takes 30 min: 10 x
    (1,810 + 5,410) s = 20.06 person-hours. With no time to load, the second bus would come 10 s too
    early for the gate, or else ten minutes later than in the plan."""
    case = gate()
    found = make_plan(case, Limits(time_s=10, node_limit=20), remedies=False)
    assert [str(violation) for violation in found.verdict.violations] == []
    least = 10 * (1810 + 5410) / 3600
    assert values(found)["left_behind"] == 0
    assert values(found)["arrival"] == pytest.approx(least)
    problem = make_problem(case, make_network(case))
    proof = ColumnEngine(problem, problem.relaxed).optimise(
        "arrival", {"left_behind": 1e-6}, until=float("inf")
    )
    assert proof.bound <= least + 1e-6
