"""Maps and charts as data: everybody is somewhere at every moment, convoys are on their way."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from planner import charts
from planner.charts import palette
from planner.charts.shapes import circle_ring, polygon, signed_area
from planner.roads import great_circle_m
from planner.scenario import Group, Intake
from planner.verify import Verdict
from planner.verify import places as counts
from planner.verify.replay import Replay
from planner.verify.tally import busiest_hour
from tests import paper_case as case

HOUR = 3600


def moments() -> list[int]:
    plan = case.conditional().plan
    found = {0, plan.horizon_s}
    for sortie in plan.sorties:
        for leg in sortie.legs:
            for t_s in (leg.load_start_s, leg.depart_s, leg.arrive_s, leg.unload_end_s):
                found |= {t_s - 1, t_s, t_s + 1}
    return sorted(found)


@pytest.mark.parametrize("t_s", moments())
def test_everybody_is_somewhere_at_every_moment(t_s: int) -> None:
    counts = charts.map_layers(case.conditional(), t_s).counts
    assert sum(counts.values()) == case.PEOPLE
    assert min(counts.values()) >= 0
    assert (counts["left"], counts["staying"]) == (case.LEFT, case.UNWILLING)


def test_convoys_are_sorties_that_leave_together_with_their_escort() -> None:
    found = charts.convoys(case.conditional())
    assert [convoy.id for convoy in found] == [f"c000{n}" for n in range(1, 6)]
    assert [convoy.depart_s for convoy in found] == sorted(c.depart_s for c in found)
    ferry = found[-1]
    assert ferry.vehicles() == {"cutters": 1, "ferries": 1}
    assert (ferry.persons, ferry.mode, ferry.origin) == (24, "sea", "port")
    patients = next(c for c in found if c.origin == "merciful")
    assert (patients.persons, patients.stretchers, patients.loaded) == (8, 2, True)
    assert not found[0].loaded
    assert charts.convoy_ids(found)["cutters-1-1", 0] == ferry.id
    assert charts.convoy_label(case.conditional(), ferry) == "1 x Cutter, 1 x Ferry"


def test_two_buses_at_one_moment_are_one_convoy_and_a_minute_later_two() -> None:
    verdict = case.conditional()
    first = verdict.plan.sorties[1]
    twin = first.model_copy(update={"id": "buses-3-1", "vehicle": 3})
    late = first.legs[0].model_copy(update={"depart_s": first.legs[0].depart_s + 60})
    for legs, together in ((twin.legs, True), ((late, twin.legs[1]), False)):
        sorties = (*verdict.plan.sorties, twin.model_copy(update={"legs": legs}))
        plan = verdict.plan.model_copy(update={"sorties": sorties})
        changed = dataclasses.replace(verdict, plan=plan)
        ids = charts.convoy_ids(charts.convoys(changed))
        assert (ids["buses-2-1", 0] == ids["buses-3-1", 0]) is together


def test_half_of_the_pilotage_lies_before_the_first_point() -> None:
    verdict = case.conditional()
    ferry = charts.convoys(verdict)[-1]
    points = charts.convoy_track(verdict, ferry)
    assert points[0][2] == ferry.depart_s + 20 * 60
    assert points[-1][2] == ferry.arrive_s - 20 * 60


def test_a_ride_slower_than_its_route_is_stretched() -> None:
    route = case.conditional().network.routes["town>port:road-60#1"]
    slow = charts.track(route, 0, 2 * route.travel_s)
    assert slow[-1][2] == 2 * route.travel_s
    assert [point[2] for point in slow] == [2 * point[2] for point in route.points]


def test_position_along_a_track() -> None:
    points = ((35.0, 40.0, 100), (36.0, 41.0, 200), (36.0, 42.0, 400))
    assert charts.position(points, 0) == (35.0, 40.0)
    assert charts.position(points, 150) == (35.5, 40.5)
    assert charts.position(points, 300) == (36.0, 41.5)
    assert charts.position(points, 9999) == (36.0, 42.0)


def test_the_map_at_a_moment() -> None:
    verdict = case.conditional()
    at_sea = charts.map_layers(verdict, 12 * HOUR)
    (ferry,) = at_sea.movers
    assert (ferry["mode"], ferry["persons"], ferry["vehicles"], ferry["state"]) == (
        "sea", 24, 2, "under way",
    )  # fmt: skip
    assert 33.04 < ferry["lon"] < 39.90
    assert ferry["colour"] == palette.rgb(palette.GREEN)
    assert ferry["sign"] == "S"
    assert at_sea.counts["under_way"] == 24
    assert at_sea.local_time == "2012-12-13 18:00 EET"
    town = next(row for row in at_sea.places if row["id"] == "town")
    assert (town["to_leave"], town["left"], town["staying"]) == (0, 8, 10)
    start = charts.map_layers(verdict, 0)
    assert start.movers == []
    town = next(row for row in start.places if row["id"] == "town")
    assert town["to_leave"] == 32
    assert town["text"].endswith("32 waiting, 8 left behind, 10 staying by choice")
    json.dumps([start.places, start.movers, start.threats, start.links, start.background])


def test_people_waiting_at_a_port_are_shown_there() -> None:
    verdict = case.conditional()
    bus, ferry = verdict.plan.sorties[1].legs[1], verdict.plan.sorties[3].legs[0]
    between = (bus.unload_end_s + ferry.depart_s) // 2
    assert charts.crowds(verdict, between)["port"].to_leave == 24
    assert charts.crowds(verdict, ferry.depart_s)["port"].to_leave == 0


def test_cars_under_way_are_shown() -> None:
    (own,) = verdict_movers(2 * HOUR + 60, "car")
    assert (own["persons"], own["vehicles"], own["label"]) == (8, 2, "2 private cars")


def verdict_movers(t_s: int, mode: str) -> list[dict[str, object]]:
    rows = charts.map_layers(case.conditional(), t_s).movers
    return [row for row in rows if row["mode"] == mode]


def test_a_threat_is_drawn_while_it_harms() -> None:
    network = case.conditional().network
    at_eight = {f["properties"]["id"] for f in charts.threat_layer(network, 2 * HOUR)["features"]}
    at_noon = {f["properties"]["id"] for f in charts.threat_layer(network, 6 * HOUR)["features"]}
    assert at_eight == {"shelling", "missiles"}
    assert at_noon == {"missiles"}
    assert len(charts.threat_layer(network)["features"]) == 2


def test_rings_are_right_handed() -> None:
    for item in charts.threat_layer(case.conditional().network)["features"]:
        outer, *holes = item["geometry"]["coordinates"]
        assert outer[0] == outer[-1]
        assert signed_area(outer) > 0
        assert all(signed_area(hole) < 0 for hole in holes)
    clockwise = [[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]]
    assert signed_area(polygon(clockwise)["coordinates"][0]) > 0


@pytest.mark.parametrize(("lat", "radius_m"), [(0.0, 3000.0), (35.3, 60_000.0), (60.0, 700_000.0)])
def test_a_disc_has_its_radius_everywhere(lat: float, radius_m: float) -> None:
    for lon, corner in circle_ring(lat, 40.0, radius_m):
        assert great_circle_m(lat, 40.0, corner, lon) == pytest.approx(radius_m, rel=1e-3)


def test_links_are_drawn_with_their_state() -> None:
    layer = charts.link_layer(case.conditional().network, 0)
    by_id = {item["properties"]["id"]: item for item in layer["features"]}
    assert set(by_id) == {"merciful_lane", "bridge", "coast_road", "hill_road", "crossing"}
    assert by_id["bridge"]["properties"]["status"] == "restricted"
    assert by_id["bridge"]["geometry"]["coordinates"] == [[40.10, 35.30], [40.05, 35.25]]


def test_trips_have_a_time_for_each_point() -> None:
    rows = charts.trips(case.conditional())
    assert len(rows) == 6
    for row in rows:
        assert len(row["path"]) == len(row["timestamps"]) >= 2
        assert all(a <= b for a, b in pairwise(row["timestamps"]))


def test_the_curve_ends_with_all_who_get_out() -> None:
    verdict = case.conditional()
    points = charts.evacuation_points(verdict)
    assert points[0]["safe"] == 0
    assert points[-1]["safe"] == case.EVACUATED
    assert points[-1]["under_way"] == 0
    assert [row["safe"] for row in points] == sorted(row["safe"] for row in points)
    for row in points:
        assert row["safe"] == verdict.figures.evacuated_by(row["t_s"])
    steps = charts.safe_by(verdict)
    assert charts.safe_at(steps, points[-1]["t_s"]) == case.EVACUATED
    assert charts.safe_at(steps, -1) == 0


@pytest.mark.parametrize(("bound", "most"), [(8.0, 40), (7.2, 40), (7.0000001, 41), (0.0, 48)])
def test_the_most_that_can_leave_follows_from_the_bound(bound: float, most: int) -> None:
    verdict = case.conditional()
    level = verdict.plan.levels[0].model_copy(update={"bound": bound})
    plan = verdict.plan.model_copy(update={"levels": (level,)})
    assert charts.most_that_can_leave(dataclasses.replace(verdict, plan=plan)) == most


def test_heavy_heads_stay_first_where_people_are_counted_by_weight() -> None:
    """20 by weight: 10 people of weight 2 stay at least, or a single one who counts for more."""
    verdict = case.conditional()
    scenario = verdict.scenario
    level = verdict.plan.levels[0].model_copy(update={"bound": 20.0})
    plan = verdict.plan.model_copy(update={"levels": (level,)})
    willing = plan.people - plan.unwilling
    twice = [g.model_copy(update={"weight": 2}) for g in scenario.groups]

    def most(groups: Sequence[Group]) -> int | None:
        weighted = scenario.model_copy(update={"groups": tuple(groups)})
        return charts.most_that_can_leave(
            dataclasses.replace(verdict, scenario=weighted, plan=plan)
        )

    assert most(twice) == willing - 10
    few = twice[0].model_copy(update={"weight": 10_000})
    assert most([few, *twice[1:]]) == willing - 1


def test_the_specifications_are_what_altair_takes() -> None:
    import altair

    verdict = case.conditional()
    for spec in (
        charts.evacuation_curve(verdict),
        charts.convoy_gantt(verdict),
        charts.convoy_gantt(verdict, "buses"),
    ):
        drawn = altair.Chart.from_dict(spec)
        assert drawn.to_dict()
        json.dumps(spec)


def test_the_curve_shows_the_proven_most_only_where_it_says_something() -> None:
    def levels(verdict: Verdict) -> set[str]:
        layer = charts.evacuation_curve(verdict)["layer"][1]
        return {value["series"] for value in layer["data"]["values"]}

    verdict = case.conditional()
    assert levels(verdict) == {"want to leave", "proven most"}
    nothing_known = verdict.plan.model_copy(update={"levels": ()})
    assert levels(dataclasses.replace(verdict, plan=nothing_known)) == {"want to leave"}


def test_the_gantt_has_every_phase_of_every_vehicle() -> None:
    rows = charts.gantt_rows(case.conditional())
    assert {row["vehicle"] for row in rows} == {"Buses 1", "Buses 2", "Ferry 1", "Cutter 1"}
    ferry = [row for row in rows if row["vehicle"] == "Ferry 1"]
    assert [row["phase"] for row in ferry] == ["loading", "with people", "unloading"]
    assert ferry[0]["end"] == ferry[1]["start"] == "2012-12-13T09:42:00Z"
    assert {row["phase"] for row in rows if row["vehicle"] == "Cutter 1"} == {"escort"}
    assert {row["vehicle"] for row in charts.gantt_rows(case.conditional(), "buses")} == {
        "Buses 1", "Buses 2",
    }  # fmt: skip


def test_every_mode_and_role_has_colour_sign_and_word() -> None:
    assert set(palette.MODE_COLOURS) == set(palette.MODE_SIGNS) == set(palette.MODE_WORDS)
    assert set(palette.ROLE_COLOURS) == set(palette.ROLE_SIGNS) == set(palette.ROLE_WORDS)
    assert len(set(palette.MODE_SIGNS.values())) == len(palette.MODE_SIGNS)
    assert len(set(palette.ROLE_SIGNS.values())) == len(palette.ROLE_SIGNS)
    assert palette.rgb("#0072B2") == [0, 114, 178]


def test_the_ground_of_a_region_is_drawn() -> None:
    network = case.mapped().network
    ground = charts.backdrop(network)
    assert set(ground) == {"countries", "coast", "borders", "rivers", "roads"}
    assert all(ground[layer]["features"] for layer in ("countries", "rivers", "roads"))
    without = charts.backdrop(case.conditional().network)
    assert not any(layer["features"] for layer in without.values())


def test_links_of_the_map_are_drawn_where_the_map_has_them() -> None:
    layer = charts.link_layer(case.mapped().network, 0)["features"]
    shapes: dict[str, list[list[list[float]]]] = {}
    for item in layer:
        found = shapes.setdefault(item["properties"]["id"], [])
        found.append(item["geometry"]["coordinates"])
    # The bridge lies in the city, on the map's own points.
    assert all(40.10 < lon < 40.20 and 35.30 < lat < 35.40 for lon, lat in shapes["bridge"][0])
    # A road between two towns has the road's course, closed or not, but not inside the towns.
    between = {"west_road": ("al_joura", "raqqa"), "cut_road": ("mayadin", "abu_kamal")}
    for name, towns in between.items():
        assert len(shapes[name][0]) > 2
        region = case.mapped().network.region
        assert region is not None
        ends = [(region.places[town].lat, region.places[town].lon) for town in towns]
        away = [great_circle_m(lat, lon, *end) for lon, lat in shapes[name][0] for end in ends]
        assert 3000 < min(away) < 20_000
    states = {item["properties"]["id"]: item["properties"]["status"] for item in layer}
    assert states == {"bridge": "restricted", "west_road": "operational", "cut_road": "closed"}


def test_zones_of_every_kind_are_drawn() -> None:
    found = charts.threat_layer(case.mapped().network)["features"]
    kinds = {item["properties"]["id"]: item["geometry"]["type"] for item in found}
    assert kinds == {"mortars": "Polygon", "snipers": "LineString", "mines": "Polygon"}
    mortars = found[0]["geometry"]["coordinates"][0]
    assert mortars[0] == mortars[-1]
    assert signed_area(mortars) > 0


# ------------------------------------------------------------------ exposure, loads, progress


def replayed(verdict: Verdict) -> Replay:
    return Replay(verdict.plan, verdict.scenario, verdict.network)


@pytest.mark.parametrize("name", ["small_bridge", "small_ship", "by hand"])
def test_all_hours_of_all_groups_make_the_expected_casualties(name: str, solved: Any) -> None:
    verdict = case.conditional() if name == "by hand" else solved(name, None).verdict
    found = charts.exposure(verdict)
    assert found.total == pytest.approx(verdict.figures.levels["harm"], rel=1e-9)
    assert len(found.hours) >= verdict.plan.horizon_s // HOUR
    assert all(value >= -1e-12 for row in found.harm.values() for value in row)
    rows = charts.exposure_rows(verdict, found)
    told = sum(row["casualties"] for row in rows)
    assert told == pytest.approx(found.total, abs=1e-6 * (len(rows) + 1))


def test_who_has_left_is_no_longer_in_danger_at_home() -> None:
    verdict = case.conditional()
    found = charts.exposure(verdict)
    row = dict(zip(found.hours, found.harm["merciful_patients"], strict=True))
    # Shelling from 07:00 to 11:00 on both days; the patients leave on the first morning.
    assert row[1 * HOUR] > 0 and row[28 * HOUR] == 0
    nobody = verdict.plan.model_copy(update={"sorties": (), "self_movements": ()})
    stayed = charts.exposure(dataclasses.replace(verdict, plan=nobody))
    assert dict(zip(stayed.hours, stayed.harm["merciful_patients"], strict=True))[28 * HOUR] > 0
    assert stayed.total == pytest.approx(verdict.figures.harm_of_staying)


def test_loads_are_what_the_witness_counts(solved: Any) -> None:
    for name in ("small_bridge", "small_ship"):
        verdict = solved(name, None).verdict
        found = charts.loads(verdict)
        assert found, name
        for load in found:
            assert load.limit is None or load.most <= load.limit + 1e-6, load
            assert load.steps == tuple(sorted(load.steps)) and load.steps[-1][1] >= 0
            moment = next(value for t_s, value in load.steps if t_s == load.at_s)
            assert moment == load.most > 0
        waiting = {load.site: load.most for load in found if load.what == "people waiting"}
        assert waiting == {k: v for k, v in verdict.figures.peak_waiting.items() if v}


def test_what_passes_an_hour_is_the_busiest_hour() -> None:
    verdict = case.conditional()
    bridge = next(load for load in charts.loads(verdict) if load.site == "bridge")
    events = counts.entering(replayed(verdict))["bridge"]
    assert (bridge.most, bridge.limit) == (busiest_hour(events)[0], 60)
    assert bridge.kind == "road or bridge" and bridge.steps[-1][1] == 0


def test_a_limit_that_is_reached_counts_the_time_for_which_it_is_full() -> None:
    load = charts.Load("x", "X", "port", "berths in use", 2, ((0, 0.0), (60, 2.0), (100, 1.0)))
    assert (load.full_s, load.at_s, load.most) == (40, 60, 2.0)
    assert dataclasses.replace(load, limit=None).full_s == 0
    assert dataclasses.replace(load, steps=()).most == 0


def test_a_haven_takes_people_in_by_the_local_day() -> None:
    verdict = case.conditional()
    places = tuple(
        place.model_copy(update={"intake": Intake.model_validate({"per_day": "60"})})
        if place.id == "valley" else place
        for place in verdict.scenario.places
    )  # fmt: skip
    scenario = verdict.scenario.model_copy(update={"places": places})
    found = charts.loads(dataclasses.replace(verdict, scenario=scenario))
    (valley,) = [load for load in found if load.site == "valley"]
    assert (valley.most, valley.limit, valley.what) == (16, 60, "people taken in this day")
    midnight_s = scenario.at_s(datetime(2012, 12, 14))
    assert valley.steps[-1] == (midnight_s, 0)
    (island,) = [load for load in found if load.site == "island" and "so far" in load.what]
    assert (island.most, island.limit) == (24, 500)


def test_convoys_on_one_way_at_one_time_have_lanes_of_their_own(solved: Any) -> None:
    verdict = solved("small_bridge", None).verdict
    rows = charts.convoy_rows(verdict)
    assert sum(row["persons"] for row in rows) == sum(
        leg.persons for _, leg in verdict.plan.final_legs
    )
    for a, b in itertools.combinations(rows, 2):
        if (a["way"], a["lane"]) == (b["way"], b["lane"]):
            assert a["end"] <= b["start"] or b["end"] <= a["start"]


HISTORY = [
    {"elapsed_s": 1.0, "level": "harm", "value": 9.0, "bound": 0.0, "gap": 4.0},
    {"elapsed_s": 2.0, "level": "harm", "value": 9.0, "bound": 5.0, "gap": 0.44},
    {"elapsed_s": 3.0, "level": "arrival", "value": 70.0, "bound": None, "gap": None},
    {"elapsed_s": 4.0, "level": "harm", "value": 8.0, "bound": 5.0, "gap": 0.4},
]


def test_the_course_of_a_search_shows_what_is_new() -> None:
    rows = charts.search_rows(HISTORY, {"harm": "expected harm"})
    harm = [(row["s"], row["series"], row["value"]) for row in rows if row["level"] != "arrival"]
    assert harm == [
        (1.0, "best so far", 9.0), (2.0, "proven bound", 5.0), (4.0, "best so far", 8.0),
        (4.0, "best so far", 8.0), (4.0, "proven bound", 5.0),
    ]  # fmt: skip
    assert {row["level"] for row in rows} == {"expected harm", "arrival"}
    assert charts.search_rows([]) == []


def test_the_new_specifications_are_what_altair_takes() -> None:
    import altair

    verdict = case.conditional()
    specs = [charts.load_curve(verdict, load) for load in charts.loads(verdict)]
    specs += [charts.exposure_map(verdict), charts.exposure_map(verdict, dark=True)]
    specs += [charts.convoy_lanes(verdict), charts.convoy_lanes(verdict, loaded_only=False)]
    specs += [charts.search_curve(HISTORY)]
    for spec in specs:
        assert altair.Chart.from_dict(spec).to_dict()
        json.dumps(spec)
