"""Why those who get out are not out earlier."""

from __future__ import annotations

from planner.cli.text import summary_lines
from planner.pipeline import Limits, Result, make_plan
from planner.plan import Late
from planner.scenario import Scenario
from tests.known.cases import shuttle
from tests.network_case import link, place

LIMITS = Limits(time_s=10, node_limit=12)


def plan(scenario: Scenario) -> Result:
    return make_plan(scenario, LIMITS, remedies=False)


def test_the_only_bus_is_in_use_until_then() -> None:
    """50 seats for 100 people: out 20 + 10 + 20 + 10 min = 60, and again: all safe after 2 h, at
    08:00; the deadline of 90 min is missed by the second fifty."""
    verdict = plan(shuttle({"town": (20, 100)}, deadlines={"town": "90 min"})).verdict
    assert verdict.verified
    (late,) = verdict.plan.late
    begin = verdict.scenario.local(0)
    assert late == Late(
        group="town_people", persons=100, missed=50, last_s=7200, reason=late.reason
    )
    assert late.reason.startswith("buses: the only one in use until ")
    assert f"{begin.hour + 2:02}:{begin.minute:02}" in late.reason
    text = "\n".join(summary_lines(verdict))
    assert "Out last, and why not earlier" in text and "50 after their deadline" in text


def test_a_bay_that_lets_one_at_a_time_load_is_told_of() -> None:
    """Ten buses, one bay: ten minutes each, so that the bay decides."""
    case = shuttle(
        {"town": (20, 500)}, buses=10,
        places=[place("haven", 0, "safe_haven"), place("town", -20, loading_bays=1)],
    )  # fmt: skip
    verdict = plan(case).verdict
    (late,) = verdict.plan.late
    assert "town has 1 loading bays" in late.reason


def test_a_road_tells_what_vehicles_count_for_on_it() -> None:
    """Ten buses, and a road that takes 6 cars an hour: three buses of 2 cars each, both ways."""
    road = link("town_road", "town", "haven", "20 km", speed="60 km/h", capacity="6 vehicles/h")
    verdict = plan(shuttle({"town": (20, 500)}, buses=10, links=[road])).verdict
    (late,) = verdict.plan.late
    assert "town_road lets 6 cars an hour through (bus counts 2)" in late.reason


def test_nobody_is_late_where_nobody_gets_out() -> None:
    assert plan(shuttle({"town": (20, 100)}, buses=0)).verdict.plan.late == ()
