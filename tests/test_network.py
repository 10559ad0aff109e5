"""Routes between places: how long, over what, past whom, in which danger."""

from __future__ import annotations

import time
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest

from planner.errors import ScenarioError
from planner.network import Exposure, LinkUse, Passage, build
from planner.roads import load_map
from planner.units import Rate
from tests.network_case import (
    KM_LON,
    circle,
    link,
    place,
    region,
    scenario,
    vehicle,
    way,
    ways,
)

# ------------------------------------------------------------------ times and profiles


@pytest.mark.parametrize(
    ("more", "speed", "travel_s"),
    [
        ({}, "60 km/h", 1200),  # 20 km at 60 km/h
        ({"speed": "40 km/h"}, "60 km/h", 1800),  # the link's own limit
        ({"speed": "100 km/h"}, "60 km/h", 1200),  # a limit above the vehicle's speed
        ({"class": "secondary"}, "60 km/h", 1600),  # 45 km/h by class
        ({"speed": "50 km/h", "condition": "damaged"}, "60 km/h", 2400),  # 60 % of 50 km/h
        ({"speed": "100 km/h", "condition": "damaged"}, "50 km/h", 1440),  # 60 km/h: vehicle slower
        ({"condition": "bad"}, "60 km/h", 6858),  # of no class: 35 % of 30 km/h, rounded up
    ],
)
def test_the_lower_speed_counts(more, speed, travel_s) -> None:
    case = scenario(
        vehicles={"bus": vehicle(speed=speed)},
        links=[link("road", "home", "haven", "20 km", **more)],
        places=[place("home", 0), place("haven", 20, "safe_haven")],
    )  # fmt: skip
    profile = f"road-{speed.split()[0]}"
    assert way(build(case, None), profile=profile).travel_s == travel_s


def test_two_links_add_up_and_only_their_sum_is_rounded() -> None:
    """1,001 m and 1,001 m at 50 km/h are 72.072 s each: 145 s, not 146 s."""
    case = scenario(
        places=[
            place("home", 0), place("middle", 1, "staging_base"), place("haven", 2, "safe_haven"),
        ],
        links=[
            link("a", "home", "middle", "1001 m", speed="50 km/h", **{"class": "primary"}),
            link("b", "middle", "haven", "1001 m", speed="50 km/h", **{"class": "track"}),
        ],
    )  # fmt: skip
    route = way(build(case, None))
    assert (route.length_m, route.travel_s) == (2002, 145)
    assert [name for name, _, _ in route.segments] == ["primary", "track"]
    assert sum(metres for _, metres, _ in route.segments) == 2002
    assert sum(seconds for _, _, seconds in route.segments) == 145


def test_vehicles_alike_share_a_profile_and_escorted_ones_have_the_slower_one() -> None:
    case = scenario(
        places=[place("home", 0), place("haven", 20, "safe_haven")],
        links=[link("road", "home", "haven", "20 km")],
        vehicles={
            "bus": vehicle(), "truck": vehicle(), "coach": vehicle(rough_roads="false"),
            "jeep": vehicle(speed="40 km/h"),
        },
        fleets=[
            {"id": "buses", "vehicle": "bus", "count": 1, "base": "haven"},
            {"id": "trucks", "vehicle": "truck", "count": 1, "base": "haven"},
            {
                "id": "coaches", "vehicle": "coach", "count": 1, "base": "haven",
                "escort": {"by": "jeeps"},
            },
            {"id": "jeeps", "vehicle": "jeep", "count": 1, "base": "haven", "is_escort": "true"},
        ],
    )  # fmt: skip
    network = build(case, None)
    assert network.profile_of == {
        "buses": "road-60", "trucks": "road-60", "coaches": "road-60-paved", "jeeps": "road-40",
        "car": "car", "foot": "foot",
    }  # fmt: skip
    assert network.convoy_profile_of == {"coaches": "road-40-paved"}
    assert way(network, profile="road-40-paved").travel_s == 1800


def test_tracks_are_for_rough_vehicles_and_footpaths_for_walkers() -> None:
    case = scenario(
        places=[place("home", 0), place("haven", 20, "safe_haven")],
        links=[
            link("track", "home", "haven", "20 km", **{"class": "track"}),
            link("detour", "home", "haven", "40 km", speed="60 km/h"),
            link("path", "home", "haven", "8 km", mode="foot"),
        ],
        vehicles={"truck": vehicle(), "coach": vehicle(rough_roads="false")},
        fleets=[
            {"id": "trucks", "vehicle": "truck", "count": 1, "base": "haven"},
            {"id": "coaches", "vehicle": "coach", "count": 1, "base": "haven"},
        ],
        groups=[{"id": "g", "at": "home", "people": 10, "own_car": "20 %", "on_foot": "30 %"}],
        overrides={},
    )  # fmt: skip
    network = build(case, None)
    assert way(network, profile="road-60-paved").length_m == 40_000
    assert way(network, profile="foot").travel_s == 7200  # 8 km at 4 km/h
    # The track takes 80 min at 15 km/h, the detour 40 min: nobody prefers the track.
    assert way(network).length_m == way(network, profile="car").length_m == 40_000
    assert ways(network, "haven", "home", "car") == []  # people by own means go out only


def test_one_way_and_closed_links() -> None:
    places = [place("home", 0), place("haven", 20, "safe_haven")]
    out = link("out", "home", "haven", "20 km", one_way="true")
    network = build(scenario(places=places, links=[out]), None)
    assert len(ways(network, "home", "haven", "road-60")) == 1
    assert ways(network, "haven", "home", "road-60") == []
    shut = build(scenario(places=places, links=[{**out, "status": "closed"}]), None)
    assert shut.between == {}
    assert shut.link_open["out"].spans == ()


# ------------------------------------------------------------------ what lies on the way


def test_limited_links_tell_when_they_are_used() -> None:
    """3 km of road, 6 km of a bridge of 10 vehicles/h, 1 km of road: 180 s, 360 s, 60 s."""
    case = scenario(
        places=[
            place("home", 0), place("west", 3, "staging_base"), place("east", 9, "staging_base"),
            place("haven", 10, "safe_haven"),
        ],
        links=[
            link("a", "home", "west", "3 km"),
            link("bridge", "west", "east", "6 km", capacity="10 vehicles/h"),
            link("b", "east", "haven", "1 km"),
        ],
    )  # fmt: skip
    network = build(case, None)
    assert way(network).links == (LinkUse("bridge", 180, 540),)
    assert way(network, "haven", "home").links == (LinkUse("bridge", 60, 420),)
    assert network.link_capacity == {"bridge": Rate(10, "vehicles")}
    assert ways(network, "home", "west", "road-60") == []  # nobody has business there


@pytest.mark.parametrize(
    ("zone", "enter_s", "exit_s"),
    [
        (circle(10, "2 km"), 480, 720),  # km 8 to 12 of 20, at 1 km a minute
        ({"ring": {"from": [0, 40], "range": "15 km", "beyond": "5 km"}}, 300, 900),
        (
            {"polygon": [[-1, 40 + 4 * KM_LON], [-1, 40 + 6 * KM_LON], [1, 40 + 6 * KM_LON],
                         [1, 40 + 4 * KM_LON]]},
            240, 360,
        ),
        ({"links": ["road"]}, 0, 1200),
    ],
)  # fmt: skip
def test_exposure_begins_and_ends_at_the_edge_of_the_zone(zone, enter_s, exit_s) -> None:
    """To within half a piece of 200 m, 12 s at 60 km/h."""
    threat = {"id": "shelling", "zone": zone, "rate": "0.4 per 1000 person-hours"}
    network = build(scenario(threats=[threat]), None)
    (found,) = way(network).exposures
    assert found.threat == "shelling"
    assert abs(found.enter_s - enter_s) <= 13
    assert abs(found.exit_s - exit_s) <= 13


def test_a_zone_of_places_exposes_who_waits_and_not_who_rides() -> None:
    threat = {"id": "raid", "zone": {"places": ["home"]}, "rate": "1 per 1000 person-hours"}
    network = build(scenario(threats=[threat]), None)
    assert network.threats_at == {"home": ("raid",), "haven": ()}
    assert way(network).exposures == ()


def test_one_threat_can_be_met_twice() -> None:
    ring = {"ring": {"from": [0, 40 + 10 * KM_LON], "range": "8 km", "beyond": "4 km"}}
    network = build(
        scenario(threats=[{"id": "t", "zone": ring, "rate": "1 per 1000 person-hours"}]), None
    )
    times = [moment for e in way(network).exposures for moment in (e.enter_s, e.exit_s)]
    assert times == pytest.approx([120, 360, 840, 1080], abs=13)


def test_passages_follow_who_controls_the_ground() -> None:
    control = [
        {"id": "west", "party": "gov", "zone": circle(0, "5 km")},
        {"id": "east", "party": "contested", "zone": circle(20, "5 km")},
    ]
    network = build(scenario(control=control), None)
    west, east = way(network).passages
    assert (west.ground, west.enter_s, east.exit_s) == ("way:west", 0, 1200)
    assert west.exit_s == pytest.approx(300, abs=13)
    assert network.grounds["way:west"].spans == ((0, 172_800, "gov"),)
    assert network.grounds[east.ground].spans == ((0, 172_800, None),)
    assert network.grounds["home"].names == ("home", "west")


def test_a_link_of_one_party_is_a_ground_of_its_own() -> None:
    case = scenario(
        places=[place("home", 0), place("haven", 20, "safe_haven")],
        links=[link("road", "home", "haven", "20 km", control="opp")],
        control=[{"id": "hill", "party": "gov", "zone": circle(20, "5 km"), "from": "1 day"}],
    )
    network = build(case, None)
    plain, hill = way(network).passages
    assert (plain.ground, plain.enter_s) == ("road", 0)
    assert network.grounds["road"].spans == ((0, 172_800, "opp"),)
    assert network.grounds[hill.ground].names == ("hill", "road")
    assert network.grounds[hill.ground].spans == ((0, 86_400, "opp"), (86_400, 172_800, "gov"))


def test_a_place_on_the_way_is_passed_for_a_moment() -> None:
    """A checkpoint of the opposition, open from 08:00 to 16:00, at km 5 of 20."""
    case = scenario(
        places=[
            place("home", 0), place("checkpoint", 5, "border_crossing", control="opp"),
            place("haven", 20, "safe_haven"),
        ],
        links=[link("a", "home", "checkpoint", "5 km"), link("b", "checkpoint", "haven", "15 km")],
        windows=[{"id": "hours", "open": ["08:00-16:00"], "places": ["checkpoint"]}],
    )  # fmt: skip
    network = build(case, None)
    route = way(network)
    assert route.passages == (Passage("checkpoint", 300, 300),)
    assert route.links == (LinkUse("checkpoint", 300, 300),)
    assert network.link_open["checkpoint"].spans == ((7200, 36_000), (93_600, 122_400))
    assert network.place_open("checkpoint", "buses") == network.link_open["checkpoint"]


def test_points_run_from_end_to_end_in_time() -> None:
    route = way(build(scenario(), None))
    assert route.points[0] == (0.0, 40.0, 0)
    assert route.points[-1] == (0.0, round(40 + 20 * KM_LON, 5), 1200)


# ------------------------------------------------------------------ alternatives


def fork(**parts):
    """A quick way of 20 km through ``middle`` and a slow one of 30 km around it."""
    return scenario(
        places=[
            place("home", 0), place("middle", 10, "staging_base"),
            place("around", 10, "staging_base", km_north=8), place("haven", 20, "safe_haven"),
        ],
        links=[
            link("m1", "home", "middle", "10 km", **parts.pop("quick", {})),
            link("m2", "middle", "haven", "10 km"),
            link("a1", "home", "around", "15 km"),
            link("a2", "around", "haven", "15 km"),
        ],
        **parts,
    )  # fmt: skip


def lengths(network) -> list[int]:
    return [route.length_m for route in ways(network, "home", "haven", "road-60")]


def test_without_a_reason_the_quick_way_alone_is_kept() -> None:
    assert lengths(build(fork(), None)) == [20_000]


@pytest.mark.parametrize(
    "parts",
    [
        {"threats": [{"id": "t", "zone": circle(10, "2 km"), "rate": "1 per 1000 person-hours"}]},
        {"control": [{"id": "c", "party": "gov", "zone": circle(10, "2 km")}]},
        {"quick": {"control": "gov"}},
        {"quick": {"capacity": "5 vehicles/h"}},
        {"quick": {"closed": [["1 h", "2 h"]]}},
        {"windows": [{"id": "w", "open": ["08:00-09:00"], "links": ["m2"]}]},
        {
            "control": [{"id": "c", "party": "gov", "zone": circle(10, "2 km")}],
            "authorisations": [{"id": "a", "party": "gov", "state": "granted"}],
            "groups": [{"id": "g", "at": "home", "people": 5, "refuses": ["gov"]}],
        },
    ],
    ids=["danger", "area", "holder", "limit", "closure", "window", "refusal"],
)  # fmt: skip
def test_the_way_around_is_kept_where_the_quick_one_has_a_catch(parts) -> None:
    network = build(fork(**parts), None)
    assert lengths(network) == [20_000, 30_000]
    quick, slow = ways(network, "home", "haven", "road-60")
    assert quick.id == "home>haven:road-60#1"
    assert (slow.exposures, slow.passages, slow.links) == ((), (), ())


def test_ground_where_everybody_may_always_be_is_no_catch() -> None:
    control = [{"id": "c", "party": "elders", "zone": circle(10, "2 km")}]
    assert lengths(build(fork(control=control), None)) == [20_000]


def test_at_most_five_ways_and_none_that_another_beats() -> None:
    """Eight parallel roads, each slower than the one before, each with a limit of its own."""
    places = [place("home", 0), place("haven", 20, "safe_haven")]
    links = [
        link(f"l{i}", "home", "haven", f"{20 + i} km", capacity="5 vehicles/h") for i in range(8)
    ]
    assert lengths(build(scenario(places=places, links=links), None)) == [
        20_000, 21_000, 22_000, 23_000, 24_000,
    ]  # fmt: skip
    wide = link("wide", "home", "haven", "22500 m")
    # Whoever uses l3 is slower than on the road without a limit, and gains nothing.
    network = build(scenario(places=places, links=[*links, wide]), None)
    assert lengths(network) == [20_000, 21_000, 22_000, 22_500]


def test_a_detour_past_two_parties_is_found_for_who_refuses_both() -> None:
    case = fork(
        quick={"control": "gov"},
        control=[{"id": "north", "party": "opp", "zone": {"places": ["around"]}}],
        authorisations=[
            {"id": "a", "party": "gov", "state": "granted"},
            {"id": "b", "party": "opp", "state": "granted"},
        ],
        groups=[{"id": "g", "at": "home", "people": 5, "refuses": ["gov"]}],
    )  # fmt: skip
    quick, slow = ways(build(case, None), "home", "haven", "road-60")
    assert [p.ground for p in quick.passages] == ["m1"]
    assert [p.ground for p in slow.passages] == ["around"]


# ------------------------------------------------------------------ the map

SQUARE = {1: (0.0, 0.0), 2: (10.0, 0.0), 3: (20.0, 0.0), 4: (10.0, 8.0)}
SIDES = [(1, 2, {}), (2, 3, {}), (1, 4, {}), (4, 3, {})]


def on_map(**parts):
    """Home and haven at two towns of the map."""
    return scenario(
        map="drawn",
        places=[
            {"id": "home", "role": "assembly_point", "at": "west"},
            {"id": "haven", "role": "safe_haven", "at": "east"},
        ],
        **parts,
    )


def drawn(edges=None, bridges=None):
    return region(SQUARE, edges or SIDES, {"west": 1, "middle": 2, "east": 3}, bridges)


def test_roads_of_the_map_are_contracted() -> None:
    network = build(on_map(), drawn())
    route = way(network)
    assert (route.length_m, route.travel_s) == (20_000, 1200)
    assert route.sources == ("drawn",)
    assert route.oldest_as_of == "2012-12"
    assert not route.estimate
    assert network.positions["home"] == (0.0, 40.0)
    assert network.map_hashes == {"roads.graphml": "0" * 64}


def test_a_place_beside_the_road_is_joined_to_it_by_an_estimate() -> None:
    """1 km off the road: 1.2 km at 30 km/h are 144 s more."""
    case = scenario(
        map="drawn",
        places=[place("home", 0, km_north=-1), {"id": "haven", "role": "safe_haven", "at": "east"}],
    )
    route = way(build(case, drawn()))
    assert (route.length_m, route.travel_s) == (21_200, 1344)
    assert route.estimate
    assert route.segments == (("primary", 20_000, 1200), ("unclassified", 1200, 144))


def test_a_link_added_between_two_places_joins_the_map() -> None:
    ferry = link("ferry", "home", "haven", "5 km", speed="60 km/h")
    assert way(build(on_map(links=[ferry]), drawn())).length_m == 5_000


def test_a_named_bridge_has_its_capacity_from_the_map_or_from_the_scenario() -> None:
    bridge = {"bridge": True, "capacity_vph": 300, "capacity_pph": 3000}
    ground = drawn([(1, 2, {}), (2, 3, bridge), (1, 4, {}), (4, 3, {})], {"old_bridge": (2, 3)})
    network = build(on_map(), ground)
    assert network.link_capacity == {"old_bridge": Rate(300, "vehicles")}
    assert ways(network, "home", "haven", "road-60")[0].links == (LinkUse("old_bridge", 600, 1200),)
    told = {"id": "bridge", "map_link": "old_bridge", "capacity": "40 vehicles/h"}
    network = build(on_map(links=[told]), ground)
    assert network.link_capacity == {"bridge": Rate(40, "vehicles")}
    quick, around = ways(network, "home", "haven", "road-60")
    assert quick.links == (LinkUse("bridge", 600, 1200),)
    assert around.length_m == round(2000 * (100 + 64) ** 0.5)
    down = build(on_map(links=[{**told, "status": "closed"}]), ground)
    assert [r.length_m for r in ways(down, "home", "haven", "road-60")] == [around.length_m]


def test_a_foot_bridge_is_for_walkers_and_limited_in_persons() -> None:
    walk = {"foot_only": True, "bridge": True, "capacity_vph": 0, "capacity_pph": 1500}
    ground = drawn([(1, 2, {}), (2, 3, walk), (1, 4, {}), (4, 3, {})], {"plank": (2, 3)})
    case = on_map(groups=[{"id": "g", "at": "home", "people": 9, "on_foot": "50 %"}])
    network = build(case, ground)
    assert network.link_capacity == {"plank": Rate(1500, "persons")}
    assert way(network).length_m > 25_000
    assert ways(network, "home", "haven", "foot")[0].links == (LinkUse("plank", 9000, 18_000),)


def test_what_the_map_calls_impassable_stays_so_unless_the_scenario_says_otherwise() -> None:
    broken = {"bridge": True, "status": "not operational", "capacity_vph": 300}
    ground = drawn([(1, 2, {}), (2, 3, broken), (1, 4, {}), (4, 3, {})], {"old_bridge": (2, 3)})
    assert way(build(on_map(), ground)).length_m > 25_000
    remark = {"id": "bridge", "map_link": "old_bridge", "capacity": "40 vehicles/h"}
    assert way(build(on_map(links=[remark]), ground)).length_m > 25_000
    repaired = build(on_map(links=[{**remark, "status": "restricted"}]), ground)
    assert ways(repaired, "home", "haven", "road-60")[0].length_m == 20_000


def test_along_means_the_road_between_two_towns_and_spares_the_towns() -> None:
    """Ten pieces of 2.4 km: the middles of the first and last alone lie within 3 km of a town."""
    nodes = {i: (2.4 * i, 0.0) for i in range(11)}
    ground = region(nodes, [(i, i + 1, {}) for i in range(10)], {"west": 0, "east": 10, "near": 1})
    remark = {"id": "road", "along": ["west", "east"], "capacity": "9 vehicles/h"}
    network = build(on_map(links=[remark]), ground)
    assert way(network).links == (LinkUse("road", 144, 1296),)
    assert way(network, "haven", "home").links == (LinkUse("road", 144, 1296),)
    slow = {"id": "road", "along": ["west", "east"], "condition": "damaged"}
    assert way(build(on_map(links=[slow]), ground)).travel_s == 2 * 144 + 8 * 240
    shut = build(on_map(links=[{**slow, "status": "closed"}]), ground)
    assert ways(shut, "home", "haven", "road-60") == []


def test_near_means_the_piece_of_road_at_a_spot_in_both_directions() -> None:
    """Ten pieces of 2.4 km; the spot lies 300 m beside the fourth."""
    nodes = {i: (2.4 * i, 0.0) for i in range(11)}
    ground = region(nodes, [(i, i + 1, {}) for i in range(10)], {"west": 0, "east": 10})
    spot = [0.3 * KM_LON, 40 + 8.0 * KM_LON]
    remark = {"id": "piece", "near": spot, "capacity": "9 vehicles/h"}
    network = build(on_map(links=[remark]), ground)
    assert way(network).links == (LinkUse("piece", 3 * 144, 4 * 144),)
    assert way(network, "haven", "home").links == (LinkUse("piece", 6 * 144, 7 * 144),)
    shut = build(on_map(links=[{"id": "piece", "near": spot, "status": "closed"}]), ground)
    assert ways(shut, "home", "haven", "road-60") == []


def test_which_road_is_meant_does_not_depend_on_other_remarks() -> None:
    slow = {"id": "slow", "along": ["west", "east"], "speed": "5 km/h"}
    shut = {"id": "shut", "along": ["west", "east"], "status": "closed"}
    for links in ([slow, shut], [shut, slow]):
        assert way(build(on_map(links=links), drawn())).length_m > 25_000


def test_a_border_crossing_on_the_map_is_passed() -> None:
    case = scenario(
        map="drawn",
        places=[
            {"id": "home", "role": "assembly_point", "at": "west"},
            {"id": "gate", "role": "border_crossing", "at": "middle", "control": "gov"},
            {"id": "haven", "role": "safe_haven", "at": "east"},
        ],
    )
    quick = ways(build(case, drawn()), "home", "haven", "road-60")[0]
    assert quick.passages == (Passage("gate", 600, 600),)


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"links": [{"id": "b", "map_link": "nowhere"}]}, "has no link called 'nowhere'"),
        (
            {"links": [{"id": "b", "along": ["west", "atlantis"]}]},
            "'atlantis' is no place of the map",
        ),
        ({"links": [{"id": "b", "along": ["west", "west"]}]}, "no road on the map joins"),
        ({"links": [{"id": "b", "near": [1.0, 40.0]}]}, "no road of the map within 1000 m"),
        ({"links": [link("home", "home", "haven", "5 km")]}, "a place has the same id"),
        (
            {"windows": [{"id": "w", "links": ["x"], "fleets": ["buses"]}]},
            "not planned by this version",
        ),
    ],
)
def test_faults_against_the_map_are_told(parts, told) -> None:
    with pytest.raises(ScenarioError, match=r".") as caught:
        build(on_map(**parts), drawn())
    (issue,) = caught.value.issues
    assert told in str(issue)


def test_all_faults_come_at_once_with_their_remedies() -> None:
    case = scenario(
        map="drawn",
        places=[
            {"id": "home", "role": "assembly_point", "at": "wets"},
            place("camp", 10, km_north=-20),
            {"id": "haven", "role": "safe_haven", "at": "east"},
        ],
    )
    with pytest.raises(ScenarioError) as caught:
        build(case, drawn())
    lost, far = map(str, caught.value.issues)
    assert "places[home].at: the map 'drawn' has no place called 'wets'" in lost
    assert "did you mean 'west'?" in lost
    assert "places[camp].at: 20.0 km from the nearest road of the map 'drawn'" in far
    assert "(at most 5.0 km)" in far


def test_a_map_is_needed_for_what_speaks_of_one() -> None:
    case = scenario(
        places=[
            {"id": "home", "role": "assembly_point", "at": "west"}, place("haven", 5, "safe_haven"),
        ],
        links=[{"id": "b", "map_link": "old_bridge"}],
    )  # fmt: skip
    with pytest.raises(ScenarioError) as caught:
        build(case, None)
    assert [issue.where for issue in caught.value.issues] == ["places[home].at", "links[b]"]


# ------------------------------------------------------------------ water and air


def test_lanes_join_ports_and_a_link_of_the_scenario_stands_in_their_place() -> None:
    """Latakia to Limassol is 306 km by searoute's lanes, the stubs to the piers apart."""
    parts = {
        "map": "syria",
        "places": [
            {"id": "port", "role": "embarkation_port", "at": "port_latakia", "berths": 1},
            {"id": "limassol", "role": "safe_haven", "at": "port_limassol", "berths": 1},
        ],
        "vehicles": {"ferry": vehicle("sea", "15 kn")},
        "fleets": [{"id": "ferry", "vehicle": "ferry", "count": 1, "base": "port"}],
    }
    ground = load_map("syria")
    names = {place.unlocode: ident for ident, place in ground.places.items() if place.unlocode}
    parts["places"][0]["at"], parts["places"][1]["at"] = names["SYLTK"], names["CYLMS"]
    route = way(build(scenario(**parts), ground), "port", "limassol", "sea-27.78")
    assert route.length_m == pytest.approx(306_000, rel=0.05)
    assert route.travel_s == -(-route.length_m * 3600 // 27_780)
    own = link("crossing", "port", "limassol", "200 nmi", mode="sea", closed=[["1 h", "2 h"]])
    network = build(scenario(**parts, links=[own]), ground)
    assert way(network, "port", "limassol", "sea-27.78").length_m == 370_400
    assert way(network, "port", "limassol", "sea-27.78").links[0].link == "crossing"
    assert network.link_open["crossing"].spans == ((0, 3600), (7200, 172_800))


def test_flights_meet_the_ground_near_their_ends_only() -> None:
    case = scenario(
        map="drawn",
        places=[
            place("home", 0, "embarkation_airport", runway="2 km"),
            place("haven", 200, "safe_haven", stands=2),
        ],
        vehicles={"plane": vehicle("air", "600 km/h", runway="1 km")},
        fleets=[{"id": "planes", "vehicle": "plane", "count": 1, "base": "haven"}],
        threats=[
            {"id": "mid", "zone": circle(100, "50 km"), "rate": "1 per 1000 person-hours"},
            {"id": "rim", "zone": circle(0, "50 km"), "rate": "1 per 1000 person-hours"},
        ],
        control=[{"id": "all", "party": "gov", "zone": circle(100, "300 km")}],
    )
    route = way(build(case, drawn()), profile="air-600")
    (rim,) = route.exposures
    assert (rim.threat, rim.enter_s) == ("rim", 0)
    assert rim.exit_s == pytest.approx(10 / 600 * 3600, abs=5)
    assert [p.enter_s == 0 or p.exit_s == route.travel_s for p in route.passages] == [True, True]


# ------------------------------------------------------------------ large graphs


def grid(side: int, seed: int) -> nx.MultiDiGraph:
    draw = np.random.default_rng(seed)
    nodes = {i * side + j: (float(j), float(i)) for i in range(side) for j in range(side)}
    edges = []
    for i in range(side):
        for j in range(side):
            here = i * side + j
            beside = [here + 1] if j + 1 < side else []
            above = [here + side] if i + 1 < side else []
            for there in beside + above:
                edges.append((here, there, {"length": float(draw.integers(900, 1900))}))
    return region(nodes, edges, {f"t{i}": int(draw.integers(side * side)) for i in range(12)})


def test_contracted_times_are_those_of_networkx() -> None:
    ground = grid(30, 5)
    places = [{"id": ident, "role": "safe_haven", "at": ident} for ident in ground.places]
    bus = {"id": "buses", "vehicle": "bus", "count": 1, "base": "t0"}
    network = build(scenario(map="drawn", places=places, fleets=[bus]), ground)
    for (origin, destination, _), (ident,) in network.between.items():
        nodes = [ground.places[place].road_node for place in (origin, destination)]
        metres = nx.dijkstra_path_length(ground.roads, *nodes, weight="length")
        assert network.routes[ident].length_m == metres
        assert network.routes[ident].travel_s == -(-int(metres) * 60 // 1000)
        assert len(network.routes[ident].points) <= 60
    assert len(network.between) == 12 * 11


@pytest.mark.bench
def test_fifty_thousand_nodes_and_sixty_places(capsys: pytest.CaptureFixture[str]) -> None:
    """Every pair of 60 places on 50,176 nodes, with danger, two parties and four limited links."""
    side = 224
    ground = grid(side, 1)
    draw = np.random.default_rng(2)
    spots = [(float(a), float(b)) for a, b in draw.uniform(1, side - 2, (60, 2))]
    places = [
        place(f"p{i}", east, "safe_haven" if i > 40 else "assembly_point", km_north=north)
        for i, (east, north) in enumerate(spots)
    ]
    limited = {f"b{i}": (1000 * i + 5, 1000 * i + 6) for i in range(1, 5)}
    names = {name: ((u, v, 0), (v, u, 0)) for name, (u, v) in limited.items()}
    case = scenario(
        map="drawn",
        places=places,
        fleets=[{"id": "buses", "vehicle": "bus", "count": 1, "base": "p50"}],
        links=[{"id": f"l{n}", "map_link": n, "capacity": "20 vehicles/h"} for n in limited],
        threats=[{"id": "t", "zone": circle(60, "20 km"), "rate": "1 per 1000 person-hours"}],
        control=[
            {"id": "west", "party": "gov", "zone": circle(0, "80 km")},
            {"id": "east", "party": "opp", "zone": circle(200, "60 km")},
        ],
        authorisations=[{"id": "yes", "party": "opp", "state": "granted"}],
    )
    begun = time.perf_counter()
    network = build(case, replace(ground, named_links=names))
    with capsys.disabled():
        print(f"\n{side * side:,} nodes, 60 places, {len(network.routes):,} routes: "
              f"{time.perf_counter() - begun:.1f} s")  # fmt: skip
    assert len(network.between) == 60 * 59 - 41 * 40  # nobody drives from home to home
    assert len(network.routes) > len(network.between)


def test_the_order_of_entries_changes_nothing() -> None:
    ground = grid(12, 9)
    parts = {
        "map": "drawn",
        "places": [{"id": ident, "role": "safe_haven", "at": ident} for ident in ground.places],
        "fleets": [
            {"id": "buses", "vehicle": "bus", "count": 1, "base": "t0"},
            {"id": "others", "vehicle": "bus", "count": 1, "base": "t5"},
        ],
        "threats": [
            {"id": f"x{i}", "zone": circle(2.0 * i, "2 km"), "rate": f"{i} per 1000 person-hours"}
            for i in range(1, 5)
        ],
    }
    one = build(scenario(**parts), ground)
    turned = {key: value if key == "map" else value[::-1] for key, value in parts.items()}
    other = build(scenario(**turned), ground)
    assert one.routes == other.routes
    assert one.between == other.between
    assert sum(len(found) for found in one.between.values()) > len(one.between)


def test_exposures_of_the_first_and_last_moment_are_kept() -> None:
    threat = {"id": "t", "zone": circle(10, "30 km"), "rate": "1 per 1000 person-hours"}
    assert way(build(scenario(threats=[threat]), None)).exposures == (Exposure("t", 0, 1200),)
