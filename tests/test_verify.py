"""The witness' figures against arithmetic done by hand, and its clock, outlines and counts."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from planner import network as ground
from planner.network import Exposure
from planner.plan import ManifestLine, SelfMovement, TeamDelivery, TeamRide
from planner.scenario import Circle, Control, Ring, Scenario, Threat, Window, Zone
from planner.timeline import Intervals
from planner.verify import Verdict, check, conditional_on, staying_harm, values
from planner.verify.clock import Clock
from planner.verify.figures import ride_harm, stays_at_hubs, team_delivery
from planner.verify.geometry import depth_m, distance_m, holds_place
from planner.verify.permission import Permissions
from planner.verify.replay import Replay
from planner.verify.tally import busiest_hour, peak
from tests.laws.witness_case import (
    POSITIONS,
    Case,
    case,
    left,
    leg,
    level_results,
    line,
    own,
    sortie,
    sorties,
    tree,
)

HOUR = 3600


def verdict_of(found: Case) -> Verdict:
    return check(found.plan, found.scenario, found.network)


def replay_of(found: Case) -> Replay:
    return Replay(found.plan, found.scenario, found.network)


def nobody_moves(**fields: Any) -> Case:
    stay = (
        left("residents", 20, "unwilling", "they stay by choice"),
        left("residents", 80),
        left("wary", 10),
        left("wounded", 4),
    )
    return case(
        [], (), stay, teams=(TeamDelivery(team="medics", persons=0, arrive_s=None),),
        edit=lambda text: text.update(commitments=[]), **fields,
    )  # fmt: skip


# ------------------------------------------------------------------ known answers


def test_harm_of_staying() -> None:
    """Shelling 07:00 to 11:00 without the pause of half an hour: 3.5 h at 0.5 per 1,000 an hour.

    90 willing in the town: 90 x 3.5 x 0.0005 = 0.1575. Four in the clinic, who suffer twice as
    much: 4 x 3.5 x 0.001 = 0.014. The 20 who stay by choice are not counted. Together 0.1715.
    """
    found = nobody_moves()
    assert values(found.plan, found.scenario, found.network)["harm"] == pytest.approx(0.1715)
    assert staying_harm(found.plan, found.scenario, found.network) == pytest.approx(0.1715)
    assert verdict_of(found).figures.harm_of_staying == pytest.approx(0.1715)


def test_levels_when_nobody_moves() -> None:
    """Left behind: 90 x weight 1 + 4 x weight 3 = 102. Missed: the 4 who have a deadline.

    Arrival: 94 willing x 24 h = 2256 person-hours. Effort: nothing drives.
    """
    found = nobody_moves()
    got = values(found.plan, found.scenario, found.network)
    assert got["left_behind"] == 102
    assert got["missed_deadlines"] == 4
    assert got["arrival"] == pytest.approx(2256)
    assert got["effort"] == 0
    assert verdict_of(found).violations == ()


def test_arrival_of_the_whole_case() -> None:
    """Persons x hours: 4 wounded at 8400 s, 20 by bus at 11700 s, 20 by car at 7200 s, 20 on foot
    at 28800 s, 15 by ship at 27000 s, 10 by air at 22800 s, 5 left behind at 86400 s:
    (33.6 + 234 + 144 + 576 + 405 + 228 + 432) x 1000 / 3600 = 2052.6 / 3.6 = 570.1667 person-hours.
    """
    got = verdict_of(case()).figures.levels
    assert got["arrival"] == pytest.approx(2_052_600 / 3600)
    assert got["left_behind"] == 5
    assert got["missed_deadlines"] == 0


def test_effort_of_the_whole_case() -> None:
    """Kilometres at cost 1: ambulance 30 + 60 + 30, bus 1 30 + 60 + 30, bus 2 30 + 45 + 60 and
    30 + 30 + 30, ferry and frigate 111.12 each, plane 300 + 300: 120 + 120 + 135 + 90 + 222.24 +
    600 = 1287.24. Loaded legs: 6 x 10. Empty legs: 10 x 2. Together 1367.24.
    """
    assert verdict_of(case()).figures.levels["effort"] == pytest.approx(1367.24)


def test_harm_of_one_bus_by_hand() -> None:
    """One household of 5 leaves by bus 1: at home until 07:10 (departure at 4200 s), 240 s of
    shelled road, then the bridge for 60 s at 36 per 1,000 person-hours; the driver comes and goes.

    In expected casualties per person: home 600 s, road 240 s at 0.0005 per hour = 0.14 h x 0.0005;
    bridge 60 s = 1/60 h x 0.036 = 0.0006. The five: 5 x (840 / 3600 x 0.0005 + 0.0006) =
    0.000583333 + 0.003. The driver: coming, 06:59 to 07:00 without shelling; loading from 07:00,
    600 s, then the same ride: 840 / 3600 x 0.0005 + 0.0006 = 0.000716667. Those who stay: the other
    85 in town for 3.5 h, 85 x 0.00175 = 0.14875, and the wounded, 0.014.
    """
    ride = "town>haven:road-60#1"
    bus = sortie(
        "buses", 1, 1,
        leg("depot>town:road-60#1", 1740, 0, 1800, 0),
        leg(ride, 3600, 600, 3600, 300, line("residents", 1)),
        leg("haven>depot:road-60#1", 8100, 0, 1800, 0),
    )  # fmt: skip
    found = case([bus], (), settle=False)
    harm = values(found.plan, found.scenario, found.network)["harm"]
    five = 5 * (840 / 3600 * 0.0005 + 0.0006)
    driver = 840 / 3600 * 0.0005 + 0.0006
    assert harm == pytest.approx(five + driver + 85 * 0.00175 + 0.014, rel=1e-9)


def test_harm_goes_on_in_a_hub_until_departure() -> None:
    """A port under fire all day at 0.1 per 1,000: 15 people arrive at 8700 s and leave at 10800 s.

    15 x 2100 s more harm than in a quiet port, unloading included; the bus driver 300 s while
    unloading; the ferry's crew of 5 while loading, 1200 s. (31500 + 300 + 6000) / 3600 x 0.0001.
    """

    def fire(text: dict[str, Any]) -> None:
        threat = {"id": "fire", "zone": {"places": ["port"]}, "rate": "0.1 per 1000 person-hours"}
        text["threats"].append(threat)

    quiet = verdict_of(case()).figures.levels["harm"]
    got = verdict_of(case(edit=fire)).figures.levels["harm"]
    assert got - quiet == pytest.approx((15 * 2100 + 300 + 5 * 1200) / 3600 * 0.0001, rel=1e-9)


def test_harm_stops_where_people_are_safe_and_multipliers_hold() -> None:
    """The haven under fire at 0.1 per 1,000, three times for the wounded: only unloading counts.

    Four wounded 600 s x 3, their crew of 2 600 s; 20 by bus and the driver 300 s; who comes by own
    means does not unload. (7200 + 1200 + 6000 + 300) / 3600 x 0.0001.
    """

    def fire(text: dict[str, Any]) -> None:
        text["threats"].append(
            {
                "id": "fire", "zone": {"places": ["haven"]}, "multiplier": {"wounded": 3},
                "rate": "0.1 per 1000 person-hours",
            }
        )  # fmt: skip

    quiet = verdict_of(case()).figures.levels["harm"]
    got = verdict_of(case(edit=fire)).figures.levels["harm"]
    expected = (4 * 600 * 3 + 2 * 600 + 20 * 300 + 300) / 3600 * 0.0001
    assert got - quiet == pytest.approx(expected, rel=1e-9)


def test_an_overhead_comes_half_before_and_half_after_the_route() -> None:
    """The ferry leaves at 10800 s; with 10 min of overhead it is on the route from 11100 s."""
    ferry = next(m for m in replay_of(case()).movements if m.where.startswith("ferries"))
    assert ferry.at_s(0) == 11_100
    assert ferry.at_s(14_400) == 25_500
    assert ferry.arrive_s == 25_800


def test_the_slower_of_a_company_sets_the_pace() -> None:
    """Escorted by a frigate that takes 28800 s, the ferry is at every point twice as late."""
    found = case()
    slow = replace(
        found.network.routes["port>island:sea-28#1"],
        id="port>island:sea-14#1",
        profile="sea-14",
        travel_s=28_800,
    )
    routes = {**found.network.routes, slow.id: slow}
    network = replace(found.network, routes=routes)
    network.profile_of["frigates"] = "sea-14"
    ferry, frigate = sorties()[4], sorties()[5]
    late = {"arrive_s": 40_200, "unload_end_s": 41_400}
    moved = [
        ferry.model_copy(update={"legs": (ferry.legs[0].model_copy(update=late),)}),
        frigate.model_copy(
            update={
                "legs": (
                    frigate.legs[0].model_copy(
                        update={"route": slow.id, "arrive_s": 40_200, "unload_end_s": 40_200}
                    ),
                )
            }
        ),
    ]
    plan = found.plan.model_copy(update={"sorties": tuple(moved)})
    replay = Replay(plan, found.scenario, network)
    first, second = replay.movements[0], replay.movements[1]
    assert first.ride_s == second.ride_s == 29_400
    assert first.at_s(7200) == 10_800 + 300 + 14_400
    assert second.at_s(14_400) == 10_800 + 300 + 14_400
    assert first.at_s(1, up=True) - first.at_s(0) == 2


# ------------------------------------------------------------------ figures and verdict


def test_figures_count_everybody_once() -> None:
    figures = verdict_of(case()).figures
    assert figures.people == 114 == figures.evacuated + figures.left_behind
    assert (figures.by_sortie, figures.self_moved) == (49, 40)
    assert (figures.left_behind, figures.unwilling) == (25, 20)
    assert figures.clearance_s == 28_800
    assert figures.sorties == 7
    residents = figures.groups["residents"]
    assert (residents.people, residents.by_sortie, residents.self_moved) == (100, 35, 40)
    assert (residents.evacuated, residents.left_willing) == (75, 5)
    assert figures.peak_waiting == {"airfield": 10, "port": 15}
    for group in figures.groups.values():
        assert group.people == group.evacuated + group.left_behind


def test_the_curve_of_the_evacuation() -> None:
    figures = verdict_of(case()).figures
    assert figures.evacuated_by(7199) == 0
    assert figures.evacuated_by(7200) == 20
    assert figures.evacuated_by(11_700) == 44
    assert figures.evacuated_by(28_799) == 69
    assert figures.evacuated_by(86_400) == 89


def test_a_plan_that_assumes_a_permission_is_conditional() -> None:
    found = case()
    verdict = verdict_of(found)
    assert (verdict.status, verdict.verified) == ("CONDITIONAL", True)
    assert verdict.figures.conditional_on == ("port_pending",)
    assert conditional_on(found.plan, found.scenario, found.network) == ("port_pending",)


def test_a_plan_that_relies_on_what_is_granted_is_verified() -> None:
    def granted(text: dict[str, Any]) -> None:
        text["authorisations"][2].update(state="granted", assume=None)

    verdict = verdict_of(case(edit=granted))
    assert (verdict.status, verdict.violations) == ("VERIFIED", ())
    assert verdict.figures.conditional_on == ()


def test_an_assumed_permission_that_nobody_needs_is_no_condition() -> None:
    def both(text: dict[str, Any]) -> None:
        text["authorisations"].append(
            {"id": "more", "party": "government", "state": "granted", "over": ["port"]}
        )

    assert verdict_of(case(edit=both)).figures.conditional_on == ()


def test_a_violation_reads_as_a_sentence() -> None:
    bus = sorties()[1]
    short = bus.legs[1].model_copy(update={"arrive_s": bus.legs[1].arrive_s - 60})
    moved = [bus.model_copy(update={"legs": (bus.legs[0], short, bus.legs[2])})]
    verdict = verdict_of(case([*moved, *sorties()[:1], *sorties()[2:]]))
    assert verdict.status == "FAILED"
    assert [str(violation) for violation in verdict.violations] == [
        "C4 ride: buses-1-1 leg 2: the ride takes 3600 s, the plan gives it 3540 s"
    ]


def test_an_empty_plan_that_tells_why_is_verified() -> None:
    verdict = verdict_of(nobody_moves())
    assert verdict.status == "VERIFIED"
    assert verdict.figures.clearance_s == 0
    assert verdict.figures.evacuated_by(86_400) == 0


def test_nonsense_is_refused_and_never_raises() -> None:
    """Unknown things, negative counts, times in reverse: violations, no traceback."""
    bad = leg("town>haven:road-60#1", 7200, -5, -10, -20, line("residents", -3))
    ghost = bad.model_copy(update={"route": "no>way", "origin": "no", "destination": "way"})
    rider = bad.model_copy(
        update={"teams": (TeamRide(team="ghosts", persons=0),), "escorted_by": ("ghost",)}
    )
    ghosts = ManifestLine(group="ghosts", means="ride", unit_persons=1, units=1)
    walkers = SelfMovement(
        id="ghosts", means="foot", route="nowhere", origin="no", destination="way", depart_s=9,
        arrive_s=1, vehicles=-1, manifest=(ghosts,),
    )  # fmt: skip
    moved = [
        sortie("buses", 0, 1, bad, ghost, rider),
        sortie("ghosts", 1, 1, bad),
        sortie("frigates", 9, 9, bad),
    ]
    found = case(moved, (walkers, own("car", 5, -5, -1)), (left("ghosts", -4, reason=""),))
    verdict = verdict_of(found)
    assert verdict.status == "FAILED"
    assert {"references", "C2 vehicles", "C4 ride", "C12 escort", "left behind"} <= {
        violation.rule for violation in verdict.violations
    }


# ------------------------------------------------------------------ teams and hubs


def test_a_team_that_is_left_on_the_way_is_told() -> None:
    """Half of the team gets in, half is put off at the haven."""
    half = (TeamRide(team="medics", persons=1),)
    moved = [
        sortie("ambulances", 1, 1, leg("depot>clinic:road-60#1", 0, 600, 1800, 0, teams=half)),
        sortie("ambulances", 2, 1, leg("haven>depot:road-60#1", 600, 600, 1800, 0, teams=half)),
    ]
    replay = replay_of(case(moved, settle=False))
    delivered, arrive_s, fault = team_delivery(replay, "medics")
    assert (delivered, arrive_s) == (1, None)
    assert fault == "more members leave 'haven' than are there"


def test_who_waits_at_a_hub_and_how_long() -> None:
    stays = stays_at_hubs(replay_of(case()))
    assert stays == {"airfield": [(18_900, 19_800, 10)], "port": [(9000, 10_800, 15)]}


def test_risk_of_a_ride_is_the_zones_crossed() -> None:
    """240 s at 0.0005 an hour, 60 s at 0.036; the wounded suffer twice from shells alone."""
    replay = replay_of(case())
    bus = next(m for m in replay.movements if m.where == "buses-1-1 leg 2")
    shells, mines = 240 / 3600 * 0.0005, 60 / 3600 * 0.036
    assert ride_harm(replay, bus, None) == pytest.approx(shells + mines)
    assert ride_harm(replay, bus, "wounded") == pytest.approx(2 * shells + mines)
    unknown = replace(bus, route=replace(bus.route, exposures=(Exposure("ghost", 0, 9),)))
    assert ride_harm(replay, unknown, None) == 0


# ------------------------------------------------------------------ counting


def test_peak_is_half_open() -> None:
    assert peak([(0, 10, 2), (10, 20, 3), (5, 6, 1)]) == (3, 5)
    assert peak([(0, 10, 2), (9, 20, 3)]) == (5, 9)
    assert peak([(5, 5, 9), (7, 3, 9)]) == (0, 0)


def test_any_half_open_60_minutes() -> None:
    """Two at the edges of an hour do not meet; one second nearer they do."""
    assert busiest_hour([(0, 2.0), (3600, 2.0)]) == (2.0, 0)
    assert busiest_hour([(0, 2.0), (3599, 2.0)]) == (4.0, 0)
    assert busiest_hour([(100, 1.0), (200, 1.0), (3650, 1.0), (3750, 1.0)]) == (3.0, 100)
    assert busiest_hour([]) == (0.0, 0)


# ------------------------------------------------------------------ clock


def clock_at(
    start: str, zone: str, days: int = 3, position: tuple[float, float] = (35.0, 36.0)
) -> Clock:
    scenario = Scenario.model_validate(
        {
            "title": "t", "timezone": zone, "start": start, "horizon": f"{days} days",
            "places": [{"id": "here", "role": "safe_haven", "at": list(position)}],
        }
    )  # fmt: skip
    return Clock(scenario, {"here": position}, days * 24 * HOUR)


def test_hours_of_the_day_follow_the_wall_clock_when_clocks_change() -> None:
    """Berlin, 24 March 2012 18:00: the next day loses an hour, so 08:00 comes after 13 hours."""
    clock = clock_at("2012-03-24T18:00", "Europe/Berlin")
    spans = clock.daily([(8 * HOUR, 10 * HOUR)]) & Intervals(((0, 48 * HOUR),))
    assert spans.spans == ((13 * HOUR, 15 * HOUR), (37 * HOUR, 39 * HOUR))


def test_a_night_spans_midnight_from_the_day_before() -> None:
    clock = clock_at("2012-12-13T02:00", "Asia/Damascus")
    night = clock.daily([(20 * HOUR, 30 * HOUR)])
    assert night.covers(0, 4 * HOUR)
    assert not night.contains(4 * HOUR)
    assert night.contains(18 * HOUR)


def test_daylight_is_near_the_almanac() -> None:
    """Deir al-Zor (35.34 N, 40.14 E), 13 December 2012, UTC+2: sunrise about 06:20, sunset 16:07.

    By the sunrise equation: declination -23.2 degrees, cos H = (sin(-0.833) - sin 35.34
    sin(-23.2)) / (cos 35.34 cos(-23.2)) gives H = 73.2 degrees = 4.88 h; noon at
    12 h - (40.14 - 30) / 15 h - 5.5 min = 11:14; 11:14 -+ 4:53.
    """
    clock = clock_at("2012-12-13T00:00", "Asia/Damascus", 1, (35.34, 40.14))
    day = (clock.daylight() & Intervals(((0, 24 * HOUR),))).spans
    assert len(day) == 1
    assert day[0][0] == pytest.approx(6 * HOUR + 21 * 60, abs=180)
    assert day[0][1] == pytest.approx(16 * HOUR + 7 * 60, abs=180)


def test_where_the_sun_does_not_rise_or_set() -> None:
    winter = clock_at("2012-12-21T00:00", "Europe/Oslo", 1, (78.0, 15.0)).daylight()
    summer = clock_at("2012-06-21T00:00", "Europe/Oslo", 1, (78.0, 15.0)).daylight()
    assert winter.spans == ()
    assert summer.covers(0, 24 * HOUR)


def test_a_window_restricts_only_while_it_matters() -> None:
    clock = clock_at("2012-12-13T00:00", "Asia/Damascus")
    window = Window.model_validate(
        {
            "id": "w",
            "open": ["06:00-18:00"],
            "closed": ["12:00-13:00"],
            "from": "24 h",
            "until": "48 h",
        }
    )
    assert (clock.inside(window) & clock.always).spans == (
        (30 * HOUR, 36 * HOUR), (37 * HOUR, 42 * HOUR),
    )  # fmt: skip
    assert clock.passable(window).covers(0, 24 * HOUR)
    assert clock.passable(window).covers(48 * HOUR, 72 * HOUR)
    assert not clock.passable(window).covers(26 * HOUR, 27 * HOUR)


def test_a_pause_suspends_the_threat_that_it_names() -> None:
    text = tree()
    threat = Threat.model_validate(text["threats"][0])
    scenario = Scenario.model_validate(text)
    clock = Clock(scenario, dict(POSITIONS), 24 * HOUR)
    active = clock.active(threat) & Intervals(((0, 24 * HOUR),))
    assert active.spans == ((3600, 12_600), (14_400, 18_000))
    assert clock.hazard(threat).between(0, 24 * HOUR) == 500_000 * 12_600


# ------------------------------------------------------------------ outlines


def zone(**shape: Any) -> Zone:
    return Zone.model_validate(shape)


def test_distances_on_the_sphere() -> None:
    """One degree of a meridian is pi x 6371.0088 km / 180 = 111.195 km; half of it along 60 N."""
    assert distance_m((0, 0), (1, 0)) == pytest.approx(math.pi * 6_371_008.8 / 180)
    assert distance_m((60, 10), (60, 11)) == pytest.approx(111_195 / 2, rel=1e-3)


def test_depth_inside_a_circle_and_a_ring() -> None:
    disc = zone(circle={"centre": "here", "radius": "10 km"})
    ring = zone(ring={"from": "here", "range": "300 km", "beyond": "50 km"})
    at = {"here": (35.0, 36.0)}
    degree_m = math.pi * 6_371_008.8 / 180
    assert depth_m(disc, (35.05, 36.0), at) == pytest.approx(10_000 - 0.05 * degree_m, abs=1)
    assert depth_m(disc, (35.0, 36.0), {}) is None
    assert depth_m(ring, (36.0, 36.0), at) == pytest.approx(degree_m - 50_000, abs=1)
    assert (depth_m(ring, (35.1, 36.0), at) or 0) < 0
    assert isinstance(disc.circle, Circle)
    assert isinstance(ring.ring, Ring)


def test_depth_inside_a_polygon() -> None:
    """A square of one degree: its centre lies half a degree of latitude from the southern side,
    and cos(0.5 deg) of half a degree from the western one."""
    square = zone(polygon=[[0, 0], [0, 1], [1, 1], [1, 0]])
    half_m = math.pi * 6_371_008.8 / 360
    assert depth_m(square, (0.5, 0.5), {}) == pytest.approx(
        half_m * math.cos(math.radians(0.5)), rel=1e-6
    )
    assert depth_m(square, (0.5, 1.5), {}) == pytest.approx(
        -half_m * math.cos(math.radians(0.5)), rel=1e-3
    )
    assert depth_m(zone(places=["here"]), (0.0, 0.0), {}) is None


def test_a_zone_holds_the_places_that_it_lists() -> None:
    listed = zone(places=["here"])
    assert holds_place(listed, "here", {})
    assert not holds_place(listed, "there", {"there": (0.0, 0.0)})
    assert not holds_place(zone(circle={"centre": [0, 0], "radius": "1 km"}), "there", {})


# ------------------------------------------------------------------ control


def permissions_of(edit: dict[str, Any]) -> Permissions:
    scenario = Scenario.model_validate(tree() | edit)
    return Permissions(scenario, Clock(scenario, dict(POSITIONS), 24 * HOUR), dict(POSITIONS))


def test_the_last_active_entry_prevails_and_contested_is_nobodys() -> None:
    base = {"zone": {"places": ["town"]}}
    entries = [
        {"id": "a", "party": "government", "from": "2 h", "until": "10 h", **base},
        {"id": "b", "party": "contested", "from": "4 h", "until": "6 h", **base},
    ]
    found = permissions_of({"control": entries})
    assert found.place_names("town") == ("town", "a", "b")
    held = [(s, party) for s, _, party in found.holders(("town", "a", "b")) if s >= 0]
    assert held == [
        (2 * HOUR, "government"), (4 * HOUR, None), (6 * HOUR, "government"),
        (10 * HOUR, "opposition"),
    ]  # fmt: skip
    assert isinstance(found.scenario.control[0], Control)


def test_links_are_held_by_who_is_named_and_by_areas_that_list_them() -> None:
    entries = [{"id": "a", "party": "government", "zone": {"links": ["bridge"]}}]
    found = permissions_of({"control": entries})
    names = found.link_names("bridge", ("bridge",))
    assert names == ("bridge", "a")
    assert {party for _, _, party in found.holders(names)} == {"government"}
    plain = permissions_of(
        {"control": [], "links": [{"id": "bridge", "map_link": "m", "control": "opposition"}]}
    )
    assert {p for _, _, p in plain.holders(plain.link_names("bridge", ()))} == {"opposition"}


# ------------------------------------------------------------------ with the real network


def test_a_network_made_from_links_is_accepted_by_the_witness() -> None:
    """One bus on one road of the scenario's own, over the network that ``build`` makes of it.

    Road 20 km at 40 km/h: 1800 s. 6 people load for 300 s, arrive at 2100 s, are off at 2400 s.
    Arrival: 6 x 2400 / 3600 = 4 person-hours. Effort: 20 km + 20 km, 10 + 2 points.
    """
    text = {
        "title": "one road", "timezone": "UTC", "start": "2012-12-13T06:00", "horizon": "6 h",
        "places": [
            {"id": "home", "role": "assembly_point", "at": [35.0, 36.0]},
            {"id": "haven", "role": "safe_haven", "at": [35.1, 36.1]},
        ],
        "groups": [{"id": "people", "at": "home", "people": 6, "households": {"3": "100 %"}}],
        "vehicles": {
            "bus": {
                "mode": "road", "seats": 6, "speed": "60 km/h", "loading": "5 min",
                "unloading": "5 min",
            }
        },
        "fleets": [
            {"id": "bus", "vehicle": "bus", "count": 1, "base": "home", "return_to_base": "true"}
        ],
        "links": [
            {"id": "road", "from": "home", "to": "haven", "length": "20 km", "speed": "40 km/h"}
        ],
    }  # fmt: skip
    scenario = Scenario.model_validate(text)
    network = ground.build(scenario, None)
    there = network.between[("home", "haven", network.profile_of["bus"])][0]
    back = network.between[("haven", "home", network.profile_of["bus"])][0]
    ride = sortie(
        "bus",
        1,
        1,
        leg(there, 0, 300, 1800, 300, line("people", 2, 3)),
        leg(back, 2400, 0, 1800, 0),
    )
    draft = case([ride], (), (), settle=False).plan.model_copy(
        update={"horizon_s": 6 * HOUR, "people": 6, "teams": ()}
    )
    got = values(draft, scenario, network)
    assert got == {
        "left_behind": 0, "missed_deadlines": 0, "harm": 0, "arrival": pytest.approx(4.0),
        "effort": pytest.approx(52.0),
    }  # fmt: skip
    plan = draft.model_copy(update={"levels": level_results(got)})
    verdict = check(plan, scenario, network)
    assert verdict.violations == ()
    assert verdict.status == "VERIFIED"
