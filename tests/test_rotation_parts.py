"""Convoys, duty, fuel and aid in the scenario language: quantities, defaults, faults, warnings."""

from __future__ import annotations

from typing import Any

import pytest

from planner import load
from planner.errors import Issue
from planner.scenario import Convoy, Duty, Fuel, Scenario

TEXT = """
title: Rounds
timezone: Asia/Damascus
start: 2012-12-13T06:00
horizon: 2 days
places:
  - {id: town, role: assembly_point, at: [35.33, 40.13]}
  - {id: depot, role: staging_base, at: [35.30, 40.10]}
  - {id: haven, role: safe_haven, at: [35.48, 40.25]}
groups:
  - {id: residents, at: town, people: 240}
vehicles:
  coach: {payload: 5 t}
fleets:
  - id: buses
    vehicle: coach
    count: 3
    base: depot
    FLEET
links:
  - {id: road, from: town, to: haven, length: 25 km}
  - {id: lane, from: depot, to: town, length: 6 km}
AID
"""
CONVOY = "convoy: {min: 2, max: 3, headway: 10 min, alone_when_empty: false}"
DUTY = "duty: {longest: 12 h, rest: 8 h, crews: 2, change: 20 min}"
FUEL = "fuel: {range: 600 km, refuel: 45 min, at: [depot, haven]}"
FLOUR = """aid:
  - {id: flour, goods: flour, mass: 8 t, from: depot, to: town, fleets: [buses], by: 30 h}"""
WHAT_IF = """
overrides:
  tired: {"fleets[buses].duty.longest": 9 h}
  less: {"aid[flour].mass": 4 t}
what_ifs:
  hard: [tired, less]
"""
PARTS = {"headway": (CONVOY, ""), "duty": (DUTY, ""), "fuel": (FUEL, ""), "aid": ("", FLOUR)}


def text(*fleet: str, aid: str = "") -> str:
    listed = "\n    ".join(fleet) or "neutral: false"
    return TEXT.replace("FLEET", listed).replace("AID", aid)


def issues(written: str) -> list[Issue]:
    return load.examine(written, "x.yaml")[1]


def said(written: str) -> list[str]:
    """Warnings and errors without file, line and place in the text."""
    return [f"{issue.severity}: {issue.problem}" for issue in issues(written)]


def fleet_of(scenario: Scenario) -> Any:
    return scenario.fleet("buses")


def test_parts_arrive_in_the_units_of_their_names() -> None:
    scenario = load.read_text(text(CONVOY, DUTY, FUEL, aid=FLOUR))
    fleet = fleet_of(scenario)
    assert (fleet.convoy.min_vehicles, fleet.convoy.max_vehicles) == (2, 3)
    assert (fleet.convoy.headway_s, fleet.convoy.alone_when_empty) == (600, False)
    assert (fleet.duty.longest_s, fleet.duty.rest_s) == (43_200, 28_800)
    assert (fleet.duty.crews, fleet.duty.change_s) == (2, 1200)
    assert (fleet.fuel.range_m, fleet.fuel.refuel_s) == (600_000, 2700)
    assert fleet.fuel.at == ("depot", "haven")
    (flour,) = scenario.aid
    assert (flour.goods, flour.mass_kg, flour.from_, flour.to) == ("flour", 8000, "depot", "town")
    assert flour.fleets == ("buses",)
    assert scenario.at_s(flour.by) == 30 * 3600


def test_what_is_not_given_has_its_stated_default() -> None:
    convoy = Convoy.model_validate({})
    assert (convoy.min_vehicles, convoy.max_vehicles) == (1, None)
    assert (convoy.headway_s, convoy.alone_when_empty) == (0, True)
    duty = Duty.model_validate({"longest": "12 h", "rest": "8 h"})
    assert (duty.crews, duty.change_s) == (1, 1800)
    fuel = Fuel.model_validate({"refuel": "45 min"})
    assert (fuel.range_m, fuel.at) == (None, ())


def test_a_fleets_own_range_goes_before_that_of_its_kind() -> None:
    kind = "coach: {payload: 5 t, range: 500 km}"
    written = text("fuel: {refuel: 45 min}").replace("coach: {payload: 5 t}", kind)
    scenario = load.read_text(written)
    assert scenario.vehicle(fleet_of(scenario)).range_m == 500_000
    own = load.read_text(written.replace("refuel: 45", "range: 400 km, refuel: 45"))
    assert own.vehicle(fleet_of(own)).range_m == 400_000
    assert own.vehicles["coach"].range_m == 500_000


def test_what_was_read_is_read_again_out_of_the_plan() -> None:
    scenario = load.read_text(text(CONVOY, DUTY, FUEL, aid=FLOUR))
    again = load.from_tree(scenario.origin.tree)
    assert (again.fleets, again.aid) == (scenario.fleets, scenario.aid)


@pytest.mark.parametrize("part", PARTS)
def test_every_part_is_taken(part: str) -> None:
    keys, aid = PARTS[part]
    assert said(text(keys or "neutral: false", aid=aid)) == []


def test_a_range_below_the_shortest_leg_is_a_fault() -> None:
    """The shortest leg from the town is 15 km at least."""
    written = text().replace("coach: {payload: 5 t}", "coach: {payload: 5 t, range: 25 km}")
    assert said(written) == []
    assert said(written.replace("25 km}", "10 km}", 1)) == [
        "error: its range is 10.0 km, the shortest loaded leg 15.9 km at least"
    ]


def test_faults_in_two_parts_are_both_told() -> None:
    wrong = text("convoy: {min: 3, max: 2}", "duty: {longest: 20 min, rest: 8 h}", FUEL, aid=FLOUR)
    assert [where.where for where in issues(wrong)] == [
        "fleets[buses].convoy.max",
        "fleets[buses].duty.longest",
    ]


@pytest.mark.parametrize(
    ("keys", "aid", "told"),
    [
        ("convoy: {min: 4}", "", "warning: larger than the fleet's count of 3: nobody"),
        ("duty: {longest: 12 h, rest: 8 h, change: 1 h}", "", "warning: one crew has nobody"),
        ("fuel: {range: 9 km, refuel: 1 h}", "", "error: its range is 9.0 km, the shortest"),
        ("fuel: {range: 600 km, refuel: 1 h, at: [mars]}", "", "error: no place called 'mars'"),
        ("", FLOUR.replace("to: town", "to: mars"), "error: no place called 'mars'"),
        ("", FLOUR.replace("[buses]", "[cars]"), "error: no fleet called 'cars'"),
        ("", FLOUR.replace("30 h", "60 h"), "warning: later than the end of the plan"),
        ("", FLOUR.replace("goods:", "estimate: true, goods:"), "warning: an estimate without"),
        ("", FLOUR + FLOUR.removeprefix("aid:"), "error: id 'flour' stands twice in aid"),
    ],
)
def test_what_is_wrong_is_told(keys: str, aid: str, told: str) -> None:
    (found,) = said(text(keys or "neutral: false", aid=aid))
    assert found.startswith(told)


def test_a_convoy_needs_room_to_load_and_unload_together() -> None:
    narrow = text("convoy: {min: 3}").replace("at: [35.48, 40.25]}", "at: [35.48, 40.25], BAYS}")
    assert said(narrow.replace("BAYS", "loading_bays: 3")) == []
    assert said(narrow.replace("BAYS", "loading_bays: 2")) == [
        "warning: a convoy loads and unloads together, 'haven' has no room for 3"
    ]


def test_a_duty_longer_than_the_shortest_leg_is_believed_where_places_are_the_maps() -> None:
    """20 min of loading and 10 of unloading are certain, whatever the way."""
    written = text("duty: {longest: 31 min, rest: 8 h}")
    assert said(written) == ["error: the shortest loaded leg takes 41 min at least"]
    unknown = written.replace("at: [35.48, 40.25]", "at: haven_town").replace(
        "timezone", "map: syria_2012\ntimezone"
    )
    assert said(unknown) == []
    assert said(unknown.replace("31 min", "29 min")) == [
        "error: the shortest loaded leg takes 30 min at least"
    ]


def test_what_ifs_change_the_parts() -> None:
    written = text(DUTY, aid=FLOUR) + WHAT_IF
    scenario = load.read_text(written, what_if="hard")
    assert fleet_of(scenario).duty.longest_s == 9 * 3600
    assert scenario.aid[0].mass_kg == 4000
