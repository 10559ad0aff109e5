"""The nouns: people cut into whole units, quantities, claims, and what a Scenario answers."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from planner.scenario import (
    CONTESTED,
    LEVELS,
    Count,
    Group,
    Link,
    Place,
    Priorities,
    Scenario,
    Segment,
    Threat,
    Unit,
    Vehicle,
    Window,
    Zone,
    people,
    segments,
)
from planner.units import Rate

PLACES = [
    {"id": "town", "role": "assembly_point", "at": ["35.33", "40.13"]},
    {"id": "haven", "role": "safe_haven", "at": ["35.48", "40.25"]},
]


def scenario(*groups: dict[str, Any], **keys: Any) -> Scenario:
    tree = {
        "title": "Test",
        "timezone": "Asia/Damascus",
        "start": "2012-12-13T06:00",
        "horizon": "7 days",
        "places": PLACES,
        "groups": [{"id": f"g{i}", "at": "town", **group} for i, group in enumerate(groups)],
        **keys,
    }
    return Scenario.model_validate(tree)


def cut(**group: Any) -> dict[str, Segment]:
    made = scenario(group)
    return {segment.means: segment for segment in segments(made, made.groups[0])}


def problem(kind: Any, tree: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as caught:
        kind.model_validate(tree)
    return str(caught.value)


# ------------------------------------------------------------------ people


def test_shares_become_whole_heads_by_largest_remainder() -> None:
    """101 people: 85 % willing = 85.85 → 86; of these 10 % drive = 8.6, 20 % walk = 17.2.

    Whole parts 60 + 8 + 17 = 85, the one left goes to the largest remainder, the drivers'.
    """
    parts = cut(people="101", willing="85 %", own_car="10 %", on_foot="20 %")
    assert {means: part.persons for means, part in parts.items()} == {
        "unwilling": 15,
        "ride": 60,
        "car": 9,
        "foot": 17,
    }


def test_households_are_whole_and_hold_everybody() -> None:
    """Households of 1, 3 and 5 at 30, 40 and 30 %: 3 on the mean, so 80 of them for 240 people."""
    (part,) = cut(people="240", households={"1": "30 %", "3": "40 %", "5": "30 %"}).values()
    assert part.persons == 240
    assert dict(part.units) == {Unit(1): 24, Unit(3): 32, Unit(5): 24}


def test_a_remainder_is_one_smaller_household() -> None:
    (part,) = cut(people="11", households={"4": "100 %"}).values()
    assert dict(part.units) == {Unit(3): 1, Unit(4): 2}


def test_patients_bring_companions_on_top() -> None:
    """10 patients, 40 % lying, 1.5 companions: 4 lying and 6 seated, half of each with 1 and 2."""
    (part,) = cut(people="10", stretcher="40 %", companions="1.5").values()
    assert dict(part.units) == {Unit(2, 1): 2, Unit(3, 1): 2, Unit(2): 3, Unit(3): 3}
    assert part.persons == 25
    assert sum(unit.seats * count for unit, count in part.units) == 21


def test_everybody_counts_companions_and_the_unwilling() -> None:
    made = scenario(
        {"people": "100", "willing": "50 %"},
        {"people": "10", "companions": "2"},
    )
    assert people(made) == 130


def test_the_figure_is_chosen() -> None:
    count = {"low": "60", "base": "90", "high": "120"}
    for figure, heads in (("low", 60), ("base", 90), ("high", 120)):
        assert people(scenario({"people": count}, people_figure=figure)) == heads


@settings(max_examples=200, deadline=None, database=None)
@given(
    heads=st.integers(0, 30_000),
    willing=st.integers(0, 10_000),
    car=st.integers(0, 10_000),
    foot=st.integers(0, 10_000),
    sizes=st.dictionaries(st.integers(1, 12), st.integers(1, 50), min_size=1, max_size=5),
)
def test_no_head_is_lost(
    heads: int, willing: int, car: int, foot: int, sizes: dict[int, int]
) -> None:
    total = sum(sizes.values())
    shares = {size: share * 10_000 // total for size, share in sizes.items()}
    shares[min(sizes)] += 10_000 - sum(shares.values())
    made = scenario(
        {
            "people": str(heads),
            "willing": f"{willing / 100} %",
            "own_car": f"{min(car, 10_000 - foot) / 100 if foot <= 10_000 else 0} %",
            "on_foot": f"{foot / 100} %",
            "households": {str(size): f"{share / 100} %" for size, share in shares.items()},
        }
    )
    parts = segments(made, made.groups[0])
    assert sum(part.persons for part in parts) == heads
    assert all(part.units and all(count > 0 for _, count in part.units) for part in parts)
    largest = max(sizes)
    assert all(unit.persons <= largest for part in parts for unit, _ in part.units)
    # The largest-remainder rule: no share is off by a whole head.
    unwilling = sum(part.persons for part in parts if part.means == "unwilling")
    assert abs(unwilling - heads * (10_000 - willing) / 10_000) < 1


@settings(max_examples=200, deadline=None, database=None)
@given(patients=st.integers(0, 2000), stretcher=st.integers(0, 100), tenths=st.integers(0, 60))
def test_companions_keep_their_mean(patients: int, stretcher: int, tenths: int) -> None:
    made = scenario(
        {
            "people": str(patients),
            "stretcher": f"{stretcher} %",
            "companions": str(tenths / 10),
        }
    )
    units = [pair for part in segments(made, made.groups[0]) for pair in part.units]
    assert sum(count for _, count in units) == patients
    assert abs(sum(u.stretchers * n for u, n in units) - patients * stretcher / 100) < 1
    companions = sum((unit.persons - 1) * count for unit, count in units)
    assert abs(companions - patients * tenths / 10) <= 2  # one rounding for lying, one for seated


# ------------------------------------------------------------------ quantities and shapes


def test_quantities_arrive_in_the_units_of_their_names() -> None:
    made = scenario({"people": "10", "deadline": "24 h"}, step="10 min")
    assert (made.horizon_s, made.step_s, made.groups[0].deadline_s) == (604_800, 600, 86_400)
    vehicle = Vehicle.model_validate(
        {
            "mode": "sea",
            "seats": "100",
            "speed": "15 kn",
            "loading": "20 min",
            "unloading": {"fixed": "10 min", "per_person": "5 s"},
            "payload": "12 t",
            "length": "90 m",
            "draught_metres": "3.5",
        }
    )
    assert vehicle.speed_mph == 27_780
    assert (vehicle.loading.fixed_s, vehicle.loading.per_person_s) == (1200, 0)
    assert (vehicle.unloading.fixed_s, vehicle.unloading.per_person_s) == (600, 5)
    assert (vehicle.payload_kg, vehicle.length_m, vehicle.draught_m) == (12_000, 90, 3.5)


def test_a_bare_count_is_low_base_and_high() -> None:
    count = Count.model_validate("120")
    assert (count.low, count.base, count.high) == (120, 120, 120)
    assert "rising order" in problem(Count, {"low": "3", "base": "2", "high": "4"})


def test_a_place_is_a_position_or_a_name() -> None:
    base = {"id": "a", "role": "hospital"}
    assert Place.model_validate({**base, "at": ["35", "40.5"]}).at == (35.0, 40.5)
    assert Place.model_validate({**base, "at": "raqqa"}).at == "raqqa"
    for wrong in (["95", "40"], ["a", "b"], ["1"], [None, "1"], [["1"], "2"], ["nan", "1"]):
        problem(Place, {**base, "at": wrong})
    assert Place.model_validate({**base, "at": "x", "name": "Clinic"}).label == "Clinic"
    assert Place.model_validate({**base, "at": "x"}).label == "a"


@pytest.mark.parametrize("wrong", ["A", "old town", "", "x" * 61, "_x", "é"])
def test_ids_are_plain(wrong: str) -> None:
    assert "lower-case" in problem(Place, {"id": wrong, "role": "hospital", "at": "x"})


@pytest.mark.parametrize(
    ("zone", "sound"),
    [
        ({"circle": {"centre": "town", "radius": "2 km"}}, True),
        ({"ring": {"from": ["33", "36"], "range": "300 km"}}, True),
        ({"polygon": [["1", "1"], ["1", "2"], ["2", "2"]]}, True),
        ({"places": ["town"]}, True),
        ({"links": ["road"]}, True),
        ({"polygon": [["1", "1"], ["1", "2"]]}, False),
        ({"places": ["town"], "links": ["road"]}, False),
        ({}, False),
    ],
)
def test_a_zone_has_one_shape(zone: dict[str, Any], sound: bool) -> None:
    if sound:
        Zone.model_validate(zone)
    else:
        problem(Zone, zone)


def test_hours_and_rates() -> None:
    window = Window.model_validate({"id": "w", "open": "20:00-06:00"})
    assert window.open == ((72_000, 108_000),)
    assert Window.model_validate({"id": "w", "open": "daylight"}).open == "daylight"
    link = Link.model_validate({"id": "l", "capacity": "60 vehicles/h", "closed": [["2 h", "3 h"]]})
    assert link.capacity == Rate(60, "vehicles")
    assert link.closed == ((7200, 10_800),)
    threat = {"id": "t", "zone": {"places": ["town"]}, "rate": "0.4 per 1000 person-hours"}
    assert Threat.model_validate(threat).rate_nano == 400_000


@pytest.mark.parametrize(
    "change",
    [
        {"households": {"2": "60 %"}},
        {"households": {"0": "100 %"}},
        {"households": "2"},
        {"own_car": "60 %", "on_foot": "50 %"},
        {"stretcher": "10 %"},
        {"companions": "7"},
        {"companions": "1", "on_foot": "10 %"},
        {"persons_per_car": "0"},
        {"willing": "101 %"},
    ],
)
def test_groups_that_cannot_be(change: dict[str, Any]) -> None:
    problem(Group, {"id": "g", "at": "town", "people": "10", **change})


def test_unknown_keys_and_changes_are_refused() -> None:
    assert "Extra inputs" in problem(Group, {"id": "g", "at": "a", "people": "1", "x": "1"})
    made = scenario({"people": "10"})
    with pytest.raises(ValidationError, match="frozen"):
        made.groups[0].at = "haven"


# ------------------------------------------------------------------ the scenario's own answers


def test_moments_are_seconds_after_the_start() -> None:
    made = scenario()
    assert made.at_s(None) == 604_800
    assert made.at_s(None, 5) == 5
    assert made.at_s(3600) == 3600
    assert made.at_s(datetime(2012, 12, 13, 7)) == 3600
    utc = timezone(timedelta(0))
    assert made.at_s(datetime(2012, 12, 13, 4, tzinfo=utc)) == 0  # Damascus is two hours ahead
    assert made.local(3600).isoformat() == "2012-12-13T07:00:00+02:00"


def test_the_clock_goes_over_a_change_of_time() -> None:
    """Damascus went back from +3 to +2 in the night to 26 October 2012: that day has 25 hours."""
    made = scenario(start="2012-10-25T12:00", horizon="3 days")
    assert made.at_s(datetime(2012, 10, 26, 12)) == 25 * 3600
    assert made.local(25 * 3600).hour == 12


def test_parts_are_found_by_id() -> None:
    made = scenario({"people": "10"})
    assert made.place("town").role == "assembly_point"
    assert made.group("g0").at == "town"
    for find in (made.place, made.group, made.fleet):
        with pytest.raises(KeyError):
            find("nothing")


def test_what_is_not_given_has_its_stated_default() -> None:
    made = scenario()
    assert made.priorities == Priorities()
    assert made.priorities.levels == LEVELS
    assert made.priorities.risk_cap_bp == 200
    assert made.origin.file == "" and made.origin.patches == ()
    assert CONTESTED == "contested"


@pytest.mark.parametrize("zone", ["Mars/Base", "", "../etc/passwd", "Asia/Damaskus"])
def test_time_zones_are_known_ones(zone: str) -> None:
    with pytest.raises(ValidationError, match="time zone"):
        scenario(timezone=zone)


@pytest.mark.parametrize("start", ["20121213", "36 h", "soon", "2012-02-30T06:00"])
def test_a_start_is_a_date_and_time(start: str) -> None:
    with pytest.raises(ValidationError, match="date and time"):
        scenario(start=start)
