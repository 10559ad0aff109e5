"""Sea lanes and air legs."""

from __future__ import annotations

import math

import pytest

from planner import lanes, roads


@pytest.fixture(scope="module")
def syria() -> roads.RegionMap:
    return roads.load_map("syria")


def _span(leg: lanes.LaneLeg) -> float:
    a, b = leg.geometry[0], leg.geometry[-1]
    return roads.great_circle_m(*a, *b)


def test_lane_runs_from_port_to_port_and_back(syria: roads.RegionMap) -> None:
    tartus, limassol = syria.places["port_tartous"], syria.places["port_limassol"]
    there, back = lanes.sea_leg(syria, tartus, limassol), lanes.sea_leg(syria, limassol, tartus)
    assert there.geometry[0] == (tartus.lat, tartus.lon)
    assert there.geometry[-1] == (limassol.lat, limassol.lon)
    assert back.geometry == there.geometry[::-1]
    assert back.length_m == there.length_m
    assert "searoute" in there.source and not there.estimate


def test_stubs_are_counted(syria: roads.RegionMap) -> None:
    """searoute gives 263 km for Tartus–Limassol and 306 km for Latakia–Limassol without stubs."""
    places = syria.places
    for port, km in (("port_tartous", 263), ("port_latakia", 306)):
        leg = lanes.sea_leg(syria, places[port], places["port_limassol"])
        along = sum(
            roads.great_circle_m(*a, *b)
            for a, b in zip(leg.geometry, leg.geometry[1:], strict=False)
        )
        assert math.isclose(leg.length_m, along, abs_tol=1)
        assert km * 1000 < leg.length_m < (km + 15) * 1000


def test_shipped_lanes_are_what_searoute_gives(syria: roads.RegionMap) -> None:
    a, b = syria.places["port_latakia"], syria.places["port_mersin"]
    assert lanes.sea_leg(syria, a, b) in (
        lanes.compute_sea_leg((a.lat, a.lon), (b.lat, b.lon)),
        lanes.LaneLeg(
            (back := lanes.compute_sea_leg((b.lat, b.lon), (a.lat, a.lon))).length_m,
            back.geometry[::-1],
            back.source,
            back.estimate,
        ),
    )


def test_every_pair_of_ports_is_shipped(syria: roads.RegionMap) -> None:
    ports = [place for place in syria.places.values() if place.kind == "port"]
    known = lanes._lanes(syria.folder / "sea_lanes.json")
    assert len(known) == len(ports) * (len(ports) - 1) // 2
    for leg in known.values():
        assert leg.length_m >= _span(leg) - 1


def test_the_black_sea_is_reached_through_the_bosphorus(syria: roads.RegionMap) -> None:
    leg = lanes.sea_leg(syria, syria.places["port_tartous"], syria.places["port_novorossiysk"])
    assert 2_300_000 < leg.length_m < 2_450_000
    assert any(40.9 < lat < 41.3 and 28.8 < lon < 29.3 for lat, lon in leg.geometry)


def test_points_that_are_no_ports_of_the_map(syria: roads.RegionMap) -> None:
    leg = lanes.sea_leg(None, (34.9, 35.85), syria.places["port_limassol"])
    assert leg.geometry[0] == (34.9, 35.85)
    assert leg.length_m > 250_000
    same = lanes.sea_leg(None, (34.9, 35.85), (34.9, 35.85))
    assert same.geometry[0] == same.geometry[-1]


def test_air_leg_is_the_great_circle_times_the_factor(syria: roads.RegionMap) -> None:
    latakia, moscow = syria.places["airport_oslk"], syria.places["airport_uudd"]
    leg = lanes.air_leg(latakia, moscow)
    straight = roads.great_circle_m(latakia.lat, latakia.lon, moscow.lat, moscow.lon)
    assert leg.length_m == round(straight * lanes.AIR_FACTOR)
    assert leg.estimate and "1.05" in leg.source
    along = sum(
        roads.great_circle_m(*a, *b) for a, b in zip(leg.geometry, leg.geometry[1:], strict=False)
    )
    assert math.isclose(along, straight, rel_tol=1e-5), "the drawn line is the great circle"
    assert lanes.air_leg((35.0, 40.0), (35.0, 40.0)).length_m == 0
