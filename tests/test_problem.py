"""The problem as posed: who counts as what, which movements are kept, which limits are shared."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from planner.movements import Carry
from planner.problem import local_days
from planner.problem.options import _dominates
from planner.scenario import Unit
from tests.known.cases import HOUR, MIN, ferry, posed, shuttle
from tests.network_case import link, place, scenario, vehicle


def test_seated_people_count_by_heads_and_patients_by_units() -> None:
    case = scenario(
        places=[place("home", 0), place("haven", 20, "safe_haven")],
        links=[link("road", "home", "haven", "20 km")],
        groups=[
            {"id": "families", "at": "home", "people": 50, "willing": "80 %",
             "households": {2: "50 %", 5: "50 %"}},
            {"id": "wounded", "at": "home", "people": 6, "stretcher": "50 %", "companions": 1,
             "precedence": "urgent"},
        ],
    )  # fmt: skip
    problem, _ = posed(case)
    told = {(c.group, c.unit): c.demand for c in problem.commodities}
    assert told["wounded", Unit(2, 1)] == 3
    assert told["wounded", Unit(1)] == 6
    assert told["families", Unit(1)] == pytest.approx(40, abs=4)
    assert (
        sum(c.persons * c.demand for c in problem.commodities)
        == sum(n.persons * count for n, count in [(Unit(2, 1), 3)]) + told["families", Unit(1)] + 6
    )


def test_classes_meet_in_a_hub() -> None:
    """Like people of two groups share one class there; those with a deadline do not."""
    groups = [
        {"id": "one", "at": "city", "people": 10},
        {"id": "two", "at": "city", "people": 10},
        {"id": "due", "at": "city", "people": 10, "deadline": "6 h"},
    ]
    case = scenario(
        places=[
            place("city", 0), place("port", 20, "embarkation_port"),
            place("island", 60, "safe_haven"),
        ],
        links=[
            link("road", "city", "port", "20 km"),
            link("crossing", "port", "island", "20 nmi", mode="sea"),
        ],
        groups=groups,
        vehicles={"bus": vehicle(), "ship": vehicle("sea", "20 kn")},
        fleets=[
            {"id": "buses", "vehicle": "bus", "count": 1, "base": "city"},
            {"id": "ferry", "vehicle": "ship", "count": 1, "base": "port"},
        ],
    )  # fmt: skip
    problem, _ = posed(case)
    assert problem.transit_of == (("one", ("one", "two")), ("due", ("due",)))
    hubs = [c for c in problem.commodities if c.is_hub]
    assert [(c.place, c.transit, c.demand) for c in hubs] == [("port", 0, 0), ("port", 1, 0)]
    assert problem.at_hub(1, "port") == hubs[1].index
    assert problem.at_hub(1, "city") is None


def test_days_are_local_even_when_the_clock_changes() -> None:
    """On 30 March 2012 Syria lost an hour: that day is 23 hours long."""
    case = scenario(start="2012-03-29T06:00", horizon="3 days")
    lengths = [(end - start) / HOUR for start, end in local_days(case)]
    assert lengths == [18, 23, 24, 24]
    days = local_days(case)
    assert all(a[1] == b[0] for a, b in pairwise(days))
    assert days[-1][1] > case.horizon_s


def test_limits_are_those_of_the_scenario() -> None:
    case = shuttle(
        {"home": (20, 100)},
        places=[
            place("haven", 0, "safe_haven", intake={"total": 90, "per_day": 50}, loading_bays=2),
            place("home", -20, processing="40 persons/h"),
        ],
        links=[link("home_road", "home", "haven", "20 km", capacity="3 vehicles/h")],
    )
    problem, _ = posed(case)
    told = {(limit.kind, limit.at, limit.cap) for limit in problem.limits}
    assert told == {
        ("link", "home_road", 3), ("bays", "haven", 2), ("persons_rate", "home", 40),
        ("intake", "haven", 90), ("intake", "haven", 50),
    }  # fmt: skip


def test_nobody_disembarks_in_a_port_to_go_on_by_road() -> None:
    problem, _ = posed(ferry())
    ends = {(o.origin, o.destination, o.loaded) for o in problem.plan.options}
    assert ends == {("port", "island", True), ("island", "port", False)}


def test_a_movement_is_loading_ride_and_unloading_and_only_its_sum_rounds_up() -> None:
    problem, _ = posed(shuttle({"home": (13, 50)}))
    loaded = next(option for option in problem.plan.options if option.loaded)
    empty = next(option for option in problem.plan.options if not option.loaded)
    assert (loaded.depart_s, loaded.arrive_s, loaded.end_s) == (10 * MIN, 23 * MIN, 33 * MIN)
    assert (loaded.steps, empty.steps) == (4, 2)
    assert np.flatnonzero(loaded.starts)[-1] == (8 * HOUR - 33 * MIN) // (10 * MIN)


def test_the_risk_cap_is_a_wall() -> None:
    parts = {
        "threats": [{"id": "unrest", "zone": {"circle": {"centre": "home", "radius": "30 km"}},
                     "rate": "1000 per 1000 person-hours"}],
    }  # fmt: skip
    problem, _ = posed(shuttle({"home": (20, 50)}, **parts))
    assert [option for option in problem.plan.options if option.loaded] == []


def test_domination_is_about_time_effort_harm_and_who_may_board() -> None:
    problem, _ = posed(shuttle({"home": (20, 50)}))
    option = next(option for option in problem.plan.options if option.loaded)
    (carry,) = option.carries
    assert _dominates(option, option)
    assert not _dominates(replace(option, steps=option.steps + 1), option)
    assert not _dominates(replace(option, effort=option.effort + 1), option)
    assert not _dominates(replace(option, crew_harm=option.crew_harm + 1), option)
    assert not _dominates(replace(option, link_entries=(("bridge", 0),)), option)
    assert _dominates(option, replace(option, link_entries=(("bridge", 0),)))
    assert not _dominates(replace(option, starts=option.starts & False), option)
    assert not _dominates(replace(option, carries=()), option)
    for worse in (
        Carry(carry.commodity, carry.may & False, carry.harm, carry.missed),
        Carry(carry.commodity, carry.may, carry.harm + 1, carry.missed),
        Carry(carry.commodity, carry.may, carry.harm, carry.missed + 1),
    ):
        assert not _dominates(replace(option, carries=(worse,)), option)


def test_a_group_rides_only_where_it_is_accepted_and_wanted() -> None:
    case = shuttle(
        {"home": (20, 50)},
        groups=[
            {"id": "wary", "at": "home", "people": 10, "refuses": ["buses"]},
            {"id": "choosy", "at": "home", "people": 10, "destinations": ["elsewhere"]},
            {"id": "late", "at": "home", "people": 10, "ready": "2012-12-13T08:00"},
        ],
        places=[
            place("haven", 0, "safe_haven"), place("home", -20),
            place("elsewhere", 900, "safe_haven"),
        ],
    )  # fmt: skip
    problem, _ = posed(case)
    loaded = [option for option in problem.plan.options if option.loaded]
    carried = {
        (problem.commodities[carry.commodity].group, option.destination)
        for option in loaded
        for carry in option.carries
    }
    assert carried == {("late", "haven")}
    (carry,) = loaded[0].carries
    first = int(np.flatnonzero(carry.may)[0]) * problem.grid.step_s + loaded[0].depart_s
    assert first == 2 * HOUR


def test_people_with_cars_and_on_foot_go_straight_to_a_haven() -> None:
    case = shuttle(
        {"home": (20, 50)},
        groups=[{"id": "people", "at": "home", "people": 50, "own_car": "40 %", "on_foot": "20 %"}],
    )
    problem, _ = posed(case)
    told = {problem.commodities[walk.commodity].means: walk for walk in problem.walks}
    assert set(told) == {"car", "foot"}
    assert told["foot"].ride_s == 5 * HOUR and told["foot"].vehicles_per_unit == 0
    assert told["foot"].link_use_per_unit == pytest.approx(1 / 20)
    assert told["car"].vehicles_per_unit == told["car"].link_use_per_unit > 0
