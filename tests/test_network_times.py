"""When movement is possible: local clocks, windows, control, permission, refusal, threats."""

from __future__ import annotations

from datetime import timedelta

import pytest

from planner.network import build
from planner.timeline import Intervals
from tests.network_case import circle, link, place, scenario

H = 3600
DAY = 86_400
ALWAYS = Intervals(((0, 2 * DAY),))


def windows(*listed, **more):
    return build(scenario(windows=list(listed), **more), None)


# ------------------------------------------------------------------ windows (the start is 06:00)


def test_open_hours_by_the_local_clock() -> None:
    network = windows({"id": "w", "modes": ["road"], "open": ["08:00-16:00"]})
    assert network.movement_open("road", "buses").spans == (
        (2 * H, 10 * H), (26 * H, 34 * H),
    )  # fmt: skip
    assert network.movement_open("road", None) == network.movement_open("road", "buses")
    assert network.movement_open("sea", None) == ALWAYS


def test_a_curfew_over_midnight_closes_both_sides_of_it() -> None:
    network = windows({"id": "w", "kind": "curfew", "closed": ["20:00-07:00"]})
    assert network.movement_open("foot", None).spans == ((H, 14 * H), (25 * H, 38 * H))


def test_a_window_matters_from_and_until_and_not_outside() -> None:
    window = {"id": "w", "open": ["08:00-10:00"], "from": "12 h", "until": "1 day"}
    assert windows(window).movement_open("road", None).spans == ((0, 12 * H), (24 * H, 48 * H))


def test_windows_for_a_fleet_do_not_bind_the_others() -> None:
    network = windows({"id": "w", "fleets": ["buses"], "open": ["08:00-16:00"]})
    assert network.movement_open("road", "buses") != ALWAYS
    assert network.movement_open("road", "others") == ALWAYS
    assert network.movement_open("road", None) == ALWAYS


def test_windows_of_places_and_links_bind_nobody_elsewhere() -> None:
    network = windows(
        {"id": "w", "places": ["haven"], "open": ["08:00-16:00"], "modes": ["road"]},
        {"id": "l", "links": ["road"], "closed": ["00:00-24:00"], "until": "1 h"},
    )
    assert network.movement_open("road", "buses") == ALWAYS
    assert network.place_open("home", "buses") == ALWAYS
    assert network.place_open("haven", "buses").spans == ((2 * H, 10 * H), (26 * H, 34 * H))
    assert network.place_open("haven", None) == network.place_open("haven", "buses")
    assert network.link_open["road"].spans == ((H, 2 * DAY),)


def test_windows_of_one_place_by_mode() -> None:
    network = windows({"id": "w", "places": ["haven"], "open": ["08:00-16:00"], "modes": ["sea"]})
    assert network.place_open("haven", "buses") == network.place_open("haven", None) == ALWAYS


def test_daylight_is_sunrise_to_sunset_day_by_day() -> None:
    """Tartus, 13 December 2012: noon is at 12:00 - 5.89 x 4 min (east of 30 E) - 6 min (equation of
    time) = 11:30, the day 9 h 49 min long: the sun is up from 06:36 to 16:25, to a few minutes.
    """
    tartus = [34.89, 35.89]
    case = scenario(
        places=[
            {"id": "home", "role": "assembly_point", "at": tartus},
            {"id": "haven", "role": "safe_haven", "at": tartus},
        ],
        windows=[{"id": "w", "kind": "daylight", "modes": ["road"], "open": "daylight"}],
    )
    (first, second) = build(case, None).movement_open("road", None).spans
    assert first == pytest.approx((36 * 60, 10 * H + 25 * 60), abs=240)
    assert [b - a for a, b in zip(first, second, strict=True)] == pytest.approx([DAY, DAY], abs=90)


def test_polar_day_and_night_are_no_error() -> None:
    def open_at(start):
        north = [
            {"id": ident, "role": role, "at": [78.2, 15.6]}
            for ident, role in (("home", "assembly_point"), ("haven", "safe_haven"))
        ]
        window = {"id": "w", "open": "daylight"}
        case = scenario(places=north, windows=[window], start=start, timezone="Arctic/Longyearbyen")
        return build(case, None).movement_open("road", None)

    assert open_at("2012-12-20T12:00").spans == ()
    assert open_at("2012-06-20T12:00") == ALWAYS


def test_hours_stay_hours_when_the_clocks_change() -> None:
    """Damascus, 30 March 2012: midnight became 01:00, so 08:00 is one hour sooner."""
    case = scenario(
        start="2012-03-29T06:00", windows=[{"id": "w", "modes": ["road"], "open": ["08:00-16:00"]}]
    )
    opened = build(case, None).movement_open("road", None)
    assert opened.spans == ((2 * H, 10 * H), (25 * H, 33 * H))
    for start, end in opened.spans:
        assert (case.local(start).hour, case.local(end).hour) == (8, 16)
        assert case.local(end) - case.local(start) == timedelta(hours=8)


# ------------------------------------------------------------------ threats


def shelling(**more):
    return {"id": "t", "zone": {"places": ["home"]}, "rate": "3.6 per 1000 person-hours", **more}


def test_threats_keep_their_hours_and_days() -> None:
    network = build(scenario(threats=[shelling(daily=["07:00-11:00"], until="1 day")]), None)
    hazard = network.hazard["t"]
    assert hazard.between(0, 2 * DAY) == 3_600_000 * 4 * H
    assert hazard.between(0, H) == 0
    assert hazard.between(H, H + 1) == 3_600_000


def test_a_pause_suspends_its_threats_and_stops_nobody() -> None:
    pause = {"id": "p", "kind": "pause", "open": ["08:00-10:00"], "suspends": ["t"]}
    network = build(scenario(threats=[shelling(daily=["07:00-11:00"])], windows=[pause]), None)
    hazard = network.hazard["t"]
    assert hazard.between(0, DAY) == 3_600_000 * 2 * H
    assert hazard.between(2 * H, 4 * H) == 0
    assert network.movement_open("road", "buses") == ALWAYS
    scoped = build(scenario(threats=[shelling()], windows=[{**pause, "modes": ["road"]}]), None)
    assert scoped.movement_open("road", "buses").spans == ((2 * H, 4 * H), (26 * H, 28 * H))


def test_places_know_the_threats_that_reach_them() -> None:
    reach = {"ring": {"from": "home", "range": "30 km", "beyond": "5 km"}}
    network = build(scenario(threats=[shelling(), shelling(id="scud", zone=reach)]), None)
    assert network.threats_at == {"home": ("t",), "haven": ("scud",)}


# ------------------------------------------------------------------ control and permission


def held(*control, **more):
    return build(scenario(control=list(control), **more), None)


def test_the_last_active_entry_prevails_and_contested_ground_is_nobodys() -> None:
    places = [place("home", 0, control="opp"), place("haven", 20, "safe_haven")]
    network = held(
        {"id": "a", "party": "gov", "zone": {"places": ["home"]}, "from": "6 h"},
        {
            "id": "b", "party": "contested", "zone": circle(0, "1 km"),
            "from": "8 h", "until": "10 h",
        },
        places=places,
        links=[link("road", "home", "haven", "20 km")],
    )  # fmt: skip
    assert network.grounds["home"].spans == (
        (0, 6 * H, "opp"), (6 * H, 8 * H, "gov"), (8 * H, 10 * H, None), (10 * H, 2 * DAY, "gov"),
    )  # fmt: skip
    assert network.grounds["home"].names == ("home", "a", "b")
    assert network.grounds["haven"].spans == ((0, 2 * DAY, None),)


GOV_HOME = {"id": "c", "party": "gov", "zone": {"places": ["home"]}}
YES = {"id": "yes", "party": "gov", "state": "granted"}


@pytest.mark.parametrize(
    ("permission", "spans"),
    [
        (None, ()),
        (YES, ((0, 2 * DAY),)),
        ({**YES, "state": "requested"}, ()),
        ({**YES, "state": "refused"}, ()),
        ({**YES, "state": "expired"}, ()),
        ({**YES, "party": "opp"}, ()),
        ({**YES, "from": "3 h", "until": "1 day"}, ((3 * H, DAY),)),
        ({**YES, "over": ["c"]}, ((0, 2 * DAY),)),
        ({**YES, "over": ["home"]}, ((0, 2 * DAY),)),
        ({**YES, "over": ["haven"]}, ()),
        ({**YES, "for": {"fleets": ["buses"]}}, ((0, 2 * DAY),)),
        ({**YES, "for": {"fleets": ["others"]}}, ()),
        ({**YES, "for": {"modes": ["road"]}}, ((0, 2 * DAY),)),
        ({**YES, "for": {"modes": ["sea"]}}, ()),
        ({**YES, "for": {"neutral": "true"}}, ()),
        ({**YES, "state": "requested", "assume": "granted"}, ((0, 2 * DAY),)),
        (
            {**YES, "state": "requested", "assume": "granted", "requested_at": "1 h",
             "lead_time": "24 h", "from": "2 h"},
            ((25 * H, 2 * DAY),),
        ),
    ],
)  # fmt: skip
def test_only_what_is_granted_is_allowed(permission, spans) -> None:
    network = held(GOV_HOME, authorisations=[permission] if permission else [])
    assert network.allowed("home", "buses").spans == spans
    assert network.allowed("haven", "buses") == ALWAYS


def test_what_is_assumed_can_be_left_out_and_what_is_asked_put_in() -> None:
    asked = {**YES, "state": "requested", "lead_time": "5 h"}
    network = held(GOV_HOME, authorisations=[asked])
    assert network.allowed("home", "buses", with_requested=True).spans == ((5 * H, 2 * DAY),)
    assert network.requests("home", "buses") == ("yes",)
    assumed = held(GOV_HOME, authorisations=[{**asked, "assume": "granted"}])
    assert assumed.allowed("home", "buses").spans == ((5 * H, 2 * DAY),)
    assert assumed.allowed("home", "buses", with_assumed=False).spans == ()
    assert assumed.requests("home", "buses") == ()


def test_impartial_vehicles_have_a_permission_of_their_own() -> None:
    fleets = [
        {"id": "buses", "vehicle": "bus", "count": 2, "base": "haven"},
        {"id": "msf", "vehicle": "bus", "count": 2, "base": "haven", "neutral": "true"},
    ]
    yes = {**YES, "for": {"neutral": "true"}}
    network = held(GOV_HOME, fleets=fleets, authorisations=[yes])
    assert network.allowed("home", "msf") == ALWAYS
    assert network.allowed("home", "buses").spans == ()


def test_a_party_that_asks_for_nothing_lets_everybody_pass() -> None:
    assert held({**GOV_HOME, "party": "elders"}).allowed("home", "buses") == ALWAYS


def test_each_holder_answers_for_its_own_time() -> None:
    network = held(
        GOV_HOME,
        {"id": "d", "party": "opp", "zone": {"places": ["home"]}, "from": "1 day"},
        authorisations=[{"id": "o", "party": "opp", "state": "granted"}],
    )
    assert network.allowed("home", "buses").spans == ((DAY, 2 * DAY),)


def test_a_group_waits_until_the_party_that_it_refuses_is_gone() -> None:
    network = held(
        {**GOV_HOME, "until": "1 day"},
        groups=[
            {"id": "wary", "at": "home", "people": 5, "refuses": ["gov"]},
            {"id": "any", "at": "home", "people": 5},
        ],
    )
    assert network.acceptable("home", "wary").spans == ((DAY, 2 * DAY),)
    assert network.acceptable("home", "any") == ALWAYS
