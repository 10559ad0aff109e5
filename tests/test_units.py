"""Quantities as people write them, and whole things that add up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner import units
from planner.units import Rate, TimeGrid


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (units.parse_duration_s, "3 h 20 min", 12_000),
        (units.parse_duration_s, "1.5 h", 5_400),
        (units.parse_duration_s, "7 days", 604_800),
        (units.parse_duration_s, "8.4 min", 504),
        (units.parse_duration_s, "10s", 10),
        (units.parse_length_m, "412 km", 412_000),
        (units.parse_length_m, "20 nmi", 37_040),
        (units.parse_length_m, "450 m", 450),
        (units.parse_speed_mph, "60 km/h", 60_000),
        (units.parse_speed_mph, "15 kn", 27_780),
        (units.parse_speed_mph, "10 m/s", 36_000),
        (units.parse_mass_kg, "40 t", 40_000),
        (units.parse_share_bp, "85 %", 8_500),
        (units.parse_share_bp, "0.5 %", 50),
        (units.parse_count, " 120 ", 120),
        (units.parse_rate, "60 vehicles/h", Rate(60, "vehicles")),
        (units.parse_rate, "400 persons / h", Rate(400, "persons")),
        (units.parse_hazard_nano, "0.4 per 1000 person-hours", 400_000),
        (units.parse_hazard_nano, "0.002 per 1,000 person-hours", 2_000),
        (units.parse_clock_span, "07:00-11:00", (25_200, 39_600)),
        (units.parse_clock_span, "20:00-06:00", (72_000, 108_000)),
        (units.parse_clock_span, "00:00-24:00", (0, 86_400)),
    ],
)
def test_what_is_written_is_what_is_meant(parse, text, value) -> None:
    assert parse(text) == value


@pytest.mark.parametrize(
    ("parse", "text", "told"),
    [
        (units.parse_duration_s, "200", "state the unit, for example '3 h 20 min' (got '200')"),
        (units.parse_duration_s, "3 hrs", "unknown unit 'hrs'"),
        (units.parse_duration_s, "", "empty duration"),
        (units.parse_duration_s, "-3 h", "not a duration"),
        (units.parse_length_m, "12 miles", "unknown unit 'miles'"),
        (units.parse_speed_mph, "60", "state the unit"),
        (units.parse_share_bp, "0.85", "state a percentage"),
        (units.parse_share_bp, "101 %", "write 100 % at most"),
        (units.parse_count, "12.5", "whole number"),
        (units.parse_count, "-3", "whole number"),
        (units.parse_count, "99999999", "past belief"),
        (units.parse_rate, "60/h", "not a rate"),
        (units.parse_hazard_nano, "0.4", "not a hazard rate"),
        (units.parse_clock_span, "7-11", "not a span of the day"),
        (units.parse_clock_span, "07:70-09:00", "no such time"),
        (units.parse_clock_span, "07:00-07:00", "is empty"),
    ],
)
def test_what_is_unclear_is_refused_with_the_remedy(parse, text, told) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        parse(text)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (12_000, "3 h 20 min"),
        (172_800, "2 d"),
        (176_460, "2 d 1 h 1 min"),
        (-3_600, "-1 h"),
    ],
)
def test_durations_are_printed(seconds: int, text: str) -> None:
    assert units.format_duration(seconds) == text


def test_lengths_are_printed() -> None:
    assert [units.format_length(m) for m in (999, 45_300)] == ["999 m", "45.3 km"]


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_travel_time_rounds_up_and_no_further(length_m: int, speed_mph: int) -> None:
    seconds = units.travel_s(length_m, speed_mph)
    assert seconds * speed_mph >= length_m * 3600 > (seconds - 1) * speed_mph or length_m == 0


@given(st.integers(0, 10**6), st.lists(st.integers(0, 10**4), min_size=1, max_size=9))
def test_largest_remainder_splits_all_and_stays_within_one(total: int, weights: list[int]) -> None:
    """Hamilton's method: parts add up, and each is its exact share rounded up or down."""
    if not sum(weights):
        if total:
            with pytest.raises(ValueError, match="all weights are zero"):
                units.largest_remainder(total, weights)
        return
    parts = units.largest_remainder(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert total * weight // sum(weights) <= part <= -(-total * weight // sum(weights))


def test_the_grid_rounds_only_whole_movements() -> None:
    """A shuttle of 110 min on a 60 min grid takes two steps; a bound gives it one."""
    grid = TimeGrid(3600, 7200)
    assert (grid.steps, grid.up(6600), grid.time_s(2)) == (3, 2, 7200)
    assert TimeGrid.cells(3600, 7200).up(6600) == 1
