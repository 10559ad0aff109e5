"""Who is cut off, and the fewest things that would have to change."""

from __future__ import annotations

import pytest

from planner.network import build, cut_off, departures, faults, fits
from planner.roads import load_map
from tests.network_case import circle, link, place, scenario, vehicle, way

H = 3600
HOME = {"id": "c", "party": "gov", "zone": {"places": ["home"]}}
ASKED = {"id": "asked", "party": "gov", "state": "requested"}


def reasons(**parts):
    found = cut_off(build(scenario(**parts), None))
    return [(entry.group, entry.codes, entry.reason) for entry in found]


def test_whoever_has_a_way_is_not_cut_off() -> None:
    assert reasons() == []
    assert faults(scenario(), None) == []


@pytest.mark.parametrize(
    ("parts", "codes", "reason"),
    [
        ({"control": [HOME]}, ("not_authorised",), "gov has not authorised the passage"),
        (
            {"control": [HOME], "authorisations": [ASKED]}, ("not_authorised",),
            "gov has not authorised the passage (requested: asked)",
        ),
        (
            {
                "control": [HOME],
                "authorisations": [{**ASKED, "state": "granted"}],
                "groups": [{"id": "people", "at": "home", "people": 5, "refuses": ["gov"]}],
            },
            ("unacceptable",), "they refuse gov",
        ),
        (
            {"groups": [{"id": "people", "at": "home", "people": 5, "refuses": ["buses"]}]},
            ("unacceptable",), "they refuse buses",
        ),
        (
            {"groups": [{"id": "people", "at": "home", "people": 5, "destinations": ["home"]}]},
            ("unacceptable",), "no haven that they accept can be reached",
        ),
        (
            {"fleets": [{"id": "buses", "vehicle": "bus", "count": 0, "base": "haven"}]},
            ("no_seat",), "there are no vehicles: buses",
        ),
        (
            {"groups": [{"id": "people", "at": "home", "people": 1, "companions": 1,
                         "stretcher": "100 %"}]},
            ("no_fit",), "no vehicle that could take them fits the places on the way",
        ),
        (
            {"fleets": [{"id": "buses", "vehicle": "bus", "count": 1, "base": "haven",
                         "serves": ["haven"]}]},
            ("no_route",), "no vehicle of this scenario has a way from here to a haven",
        ),
        (
            {"horizon": "40 min"}, ("too_late",),
            "windows, hours and the horizon leave no time for it",
        ),
        (
            {"windows": [{"id": "w", "modes": ["road"], "closed": ["00:00-24:00"]}]},
            ("too_late",), "windows, hours and the horizon leave no time for it",
        ),
        (
            {
                "threats": [{"id": "t", "zone": circle(10, "5 km"),
                             "rate": "300 per 1000 person-hours"}],
                "priorities": {"risk_cap": "1 %"},
            },
            ("risk_cap",), "every way passes the cap on risk",
        ),
        (
            {"links": [link("road", "home", "haven", "9 km", status="closed", name="The road")]},
            ("closed",), "The road is closed",
        ),
        (
            {"links": []}, ("no_route",),
            "no vehicle of this scenario has a way from here to a haven",
        ),
    ],
)  # fmt: skip
def test_the_reason_is_told(parts, codes, reason) -> None:
    if "links" in parts:
        parts = {
            **parts,
            "places": [place("home", 0), place("haven", 20, "safe_haven")],
            "groups": [{"id": "people", "at": "home", "people": 5}],
        }
    assert reasons(**parts) == [("people", codes, reason)]


def test_several_reasons_are_told_together() -> None:
    (entry,) = cut_off(
        build(
            scenario(
                control=[HOME],
                authorisations=[ASKED],
                groups=[{"id": "people", "at": "home", "people": 5, "refuses": ["gov"]}],
            ),
            None,
        )
    )
    assert entry.codes == ("not_authorised", "unacceptable")
    assert entry.reason.endswith("(requested: asked); and they refuse gov")


def test_a_closed_link_is_told_with_the_way_that_is_left() -> None:
    """Over the bridge nobody is in the way; the way around is the government's."""
    case = scenario(
        places=[place("home", 0), place("haven", 20, "safe_haven")],
        groups=[{"id": "people", "at": "home", "people": 5}],
        links=[
            link("bridge", "home", "haven", "20 km", status="closed"),
            link("around", "home", "haven", "40 km", control="gov"),
        ],
    )
    (entry,) = cut_off(build(case, None))
    assert entry.codes == ("closed",)
    assert entry.reason == (
        "bridge is closed (by the way that is left: gov has not authorised the passage)"
    )


def test_the_approach_of_the_vehicles_needs_permission_too() -> None:
    case = scenario(
        places=[place("home", 0), place("haven", 20, "safe_haven"),
                place("depot", -10, "staging_base", control="gov")],
        groups=[{"id": "people", "at": "home", "people": 5}],
        links=[link("road", "home", "haven", "20 km"), link("lane", "depot", "home", "10 km")],
        fleets=[{"id": "buses", "vehicle": "bus", "count": 2, "base": "depot"}],
        authorisations=[ASKED],
    )  # fmt: skip
    (entry,) = cut_off(build(case, None))
    assert entry.codes == ("not_authorised",)
    assert "requested: asked" in entry.reason


def test_hubs_are_on_the_way_and_escorts_matter() -> None:
    parts = {
        "places": [
            place("home", 0), place("port", 20, "embarkation_port", berths=1),
            place("haven", 90, "safe_haven", berths=1),
        ],
        "groups": [
            {"id": "any", "at": "home", "people": 5},
            {"id": "wary", "at": "home", "people": 5, "refuses": ["frigate"]},
        ],
        "links": [
            link("road", "home", "port", "20 km"),
            link("sea", "port", "haven", "40 nmi", mode="sea"),
        ],
        "vehicles": {
            "bus": vehicle(), "ship": vehicle("sea", "15 kn"), "grey": vehicle("sea", "20 kn"),
        },
        "fleets": [
            {"id": "buses", "vehicle": "bus", "count": 1, "base": "home"},
            {
                "id": "ferry", "vehicle": "ship", "count": 1, "base": "port",
                "escort": {"by": "frigate"},
            },
            {"id": "frigate", "vehicle": "grey", "count": 1, "base": "port", "is_escort": "true"},
        ],
    }  # fmt: skip
    assert reasons(**parts) == [("wary", ("unacceptable",), "they refuse frigate")]
    gone = [*parts["fleets"][:2], {**parts["fleets"][2], "count": 0}]
    codes = [codes for _, codes, _ in reasons(**{**parts, "fleets": gone})]
    assert codes == [("no_seat",), ("no_seat", "unacceptable")]


def test_people_with_cars_and_walkers_go_by_themselves() -> None:
    nobody_drives_them = [{"id": "buses", "vehicle": "bus", "count": 0, "base": "haven"}]
    group = {"id": "people", "at": "home", "people": 100, "own_car": "30 %", "on_foot": "20 %"}
    case = scenario(control=[HOME], fleets=nobody_drives_them, groups=[group])
    (entry,) = cut_off(build(case, None))
    assert (entry.means, entry.codes) == ("ride", ("not_authorised", "no_seat"))
    (issue,) = faults(case, None)
    assert issue.severity == "warning"
    assert "groups[people]: those who need a seat cannot reach a haven" in str(issue)


def test_a_haven_without_a_way_is_warned_of() -> None:
    case = scenario(
        places=[place("home", 0), place("haven", 20, "safe_haven"), place("far", 90, "safe_haven")],
        links=[link("road", "home", "haven", "20 km")],
        groups=[{"id": "people", "at": "home", "people": 5}],
    )
    (issue,) = faults(case, None)
    assert "places[far]: no vehicle of this scenario has a way to this haven" in str(issue)


def test_a_port_far_from_the_sea_is_warned_of() -> None:
    case = scenario(
        map="syria",
        places=[
            {"id": "damascus", "role": "embarkation_port", "at": [33.51, 36.29], "berths": 1},
            {"id": "haven", "role": "safe_haven", "at": [34.68, 33.05], "berths": 1},
        ],
        vehicles={"ship": vehicle("sea", "15 kn")},
        fleets=[{"id": "ferry", "vehicle": "ship", "count": 1, "base": "haven"}],
    )
    (issue,) = faults(case, load_map("syria"))
    assert "places[damascus].at: the nearest sea lane begins 8" in str(issue)


# ------------------------------------------------------------------ departures


def test_departures_keep_every_window_on_the_way() -> None:
    """Roads open 08:00 to 16:00: loading may begin before, the 20 min ride may not."""
    case = scenario(windows=[{"id": "w", "modes": ["road"], "open": ["08:00-16:00"]}])
    network = build(case, None)
    found = departures(network, way(network), case.fleet("buses"), case.group("people"))
    assert found.spans == ((2 * H, 10 * H - 1200 + 1), (26 * H, 34 * H - 1200 + 1))


def test_permission_is_needed_while_loading() -> None:
    yes = {**ASKED, "state": "granted", "from": "3 h", "until": "5 h"}
    case = scenario(control=[HOME], authorisations=[yes])
    network = build(case, None)
    loaded = departures(network, way(network), case.fleet("buses"), case.group("people"))
    assert loaded.spans == ((3 * H + 600, 5 * H + 1),)
    empty = departures(network, way(network), case.fleet("buses"), None)
    assert empty.spans == ((3 * H, 5 * H + 1),)


def test_the_risk_cap_rules_out_the_hours_of_shelling() -> None:
    """10 min inside at 60 per 1,000 person-hours are a chance of 1 %, over a cap of 0.9 %."""
    threat = {
        "id": "t", "zone": circle(10, "5 km"), "rate": "60 per 1000 person-hours",
        "daily": ["06:00-12:00"],
    }  # fmt: skip
    case = scenario(threats=[threat], priorities={"risk_cap": "0.9 %"})
    network = build(case, None)
    found = departures(network, way(network), case.fleet("buses"), case.group("people"))
    assert not found.contains(H)
    assert found.contains(6 * H)
    freed = scenario(threats=[threat], priorities={"risk_cap": "1.1 %"})
    network = build(freed, None)
    found = departures(network, way(network), freed.fleet("buses"), freed.group("people"))
    assert found.contains(H)


# ------------------------------------------------------------------ fitness


@pytest.mark.parametrize(
    ("kind", "spot", "expected"),
    [
        (vehicle("sea", "15 kn", length="90 m", draught_metres=3.5), {"berths": 1}, True),
        (vehicle("sea", "15 kn", length="90 m"), {"berths": 1, "berth_length": "90 m"}, True),
        (vehicle("sea", "15 kn", length="91 m"), {"berths": 1, "berth_length": "90 m"}, False),
        (vehicle("sea", "15 kn", draught_metres=3.5), {"berths": 1, "depth": "4 m"}, True),
        (vehicle("sea", "15 kn", draught_metres=3.6), {"berths": 1, "depth": "4 m"}, False),
        (vehicle("sea", "15 kn"), {"berths": 0}, False),
        (vehicle("air", "600 km/h", runway="2 km"), {"runway": "2 km"}, True),
        (vehicle("air", "600 km/h", runway="2 km"), {"runway": "1900 m"}, False),
        (vehicle("air", "600 km/h", runway="2 km"), {}, False),
        (vehicle("air", "600 km/h"), {"stands": 0}, False),
        (vehicle(), {"loading_bays": 0}, False),
        (vehicle(), {}, True),
    ],
)
def test_vehicles_fit_the_places(kind, spot, expected) -> None:
    case = scenario(
        places=[place("home", 0), place("haven", 20, "safe_haven", **spot)],
        links=[link("road", "home", "haven", "20 km")],
        vehicles={"bus": kind},
    )
    network = build(case, None)
    assert fits(network, case.fleet("buses"), "haven") is expected


def test_a_fleet_serves_what_it_lists_and_its_base() -> None:
    fleet = {"id": "buses", "vehicle": "bus", "count": 1, "base": "haven", "serves": ["camp"]}
    case = scenario(fleets=[fleet])
    network = build(case, None)
    assert fits(network, case.fleet("buses"), "haven")
    assert not fits(network, case.fleet("buses"), "home")
