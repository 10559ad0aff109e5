"""Hostile scenarios: what nobody would plan with, or far more than anybody has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from planner.scenario import Scenario
from tests.network_case import link, place, scenario, vehicle

SINGLES = {1: "100 %"}
FAMILIES = {1: "20 %", 4: "30 %", 6: "50 %"}


def _plain(**more: Any) -> Scenario:
    """200 people 20 km from a haven with three buses of 50 seats; keys of ``more`` instead."""
    given: dict[str, Any] = {
        "horizon": "8 h",
        "step": "10 min",
        "places": [place("home", 0), place("haven", 20, "safe_haven")],
        "links": [link("road", "home", "haven", "20 km", speed="60 km/h")],
        "groups": [{"id": "people", "at": "home", "people": 200, "households": FAMILIES}],
        "fleets": [{"id": "buses", "vehicle": "bus", "count": 3, "base": "haven"}],
    }
    return scenario(**{**given, **more})


def _groups(**more: Any) -> list[dict[str, Any]]:
    return [{"id": "people", "at": "home", "people": 200, "households": FAMILIES, **more}]


def zero_vehicles() -> Scenario:
    """A fleet of none, and nobody has a car."""
    return _plain(fleets=[{"id": "buses", "vehicle": "bus", "count": 0, "base": "haven"}])


def no_fleets() -> Scenario:
    """Not even a fleet of none."""
    return _plain(fleets=[])


def zero_people() -> Scenario:
    """Vehicles, and nobody to fetch."""
    return _plain(groups=_groups(people=0))


def no_groups() -> Scenario:
    """No groups at all."""
    return _plain(groups=[])


def everything_closed() -> Scenario:
    """The only road is closed for good."""
    return _plain(links=[link("road", "home", "haven", "20 km", status="closed")])


def full_haven() -> Scenario:
    """The only haven takes in nobody."""
    places = [place("home", 0), place("haven", 20, "safe_haven", intake={"total": 0})]
    return _plain(places=places)


def short_horizon() -> Scenario:
    """Over before any round trip could be."""
    return _plain(horizon="30 min")


def refused() -> Scenario:
    """The people refuse the party that holds the haven."""
    places = [place("home", 0), place("haven", 20, "safe_haven", control="elders")]
    return _plain(places=places, groups=_groups(refuses=["elders"]))


def forbidden() -> Scenario:
    """A party holds the home and grants nobody anything."""
    places = [place("home", 0, control="gov"), place("haven", 20, "safe_haven")]
    yes = [{"id": "never", "party": "gov", "state": "refused"}]
    return _plain(places=places, authorisations=yes)


def disconnected() -> Scenario:
    """Two towns; no road leads out of the second."""
    return _plain(
        places=[place("home", 0), place("island", 300), place("haven", 20, "safe_haven")],
        groups=[*_groups(), {"id": "islanders", "at": "island", "people": 70}],
    )


def nothing_joined() -> Scenario:
    """No roads whatever."""
    return _plain(links=[])


def million(people: int = 1_000_000) -> Scenario:
    """A million at one point, with 400 buses and cars over a bridge for 600 an hour."""
    road = link("road", "home", "haven", "20 km", speed="60 km/h", capacity="600 vehicles/h")
    return _plain(
        horizon="7 days", step="15 min", links=[road],
        groups=_groups(people=people, own_car="20 %", persons_per_car=4),
        fleets=[{"id": "buses", "vehicle": "bus", "count": 400, "base": "haven"}],
    )  # fmt: skip


def thousand(points: int = 1000) -> Scenario:
    """As many assembly points, each with its own road to one of two havens."""
    homes = [place(f"p{i:04}", 5 + i % 40, km_north=(i // 40) * 1.0) for i in range(points)]
    havens = [place("east", 80, "safe_haven"), place("west", -40, "safe_haven")]
    links = [
        link(f"r{i:04}", f"p{i:04}", ("east", "west")[i % 2], f"{20 + i % 37} km", speed="50 km/h")
        for i in range(points)
    ]
    groups = [
        {"id": f"g{i:04}", "at": f"p{i:04}", "people": 40 + 7 * i % 60, "households": FAMILIES}
        for i in range(points)
    ]
    return scenario(
        horizon="3 days", step="15 min", places=[*homes, *havens], links=links, groups=groups,
        vehicles={"bus": vehicle()},
        fleets=[
            {"id": "eastern", "vehicle": "bus", "count": 60, "base": "east"},
            {"id": "western", "vehicle": "bus", "count": 60, "base": "west"},
        ],
    )  # fmt: skip


def thousand_crossed(points: int = 1000) -> Scenario:
    """The same points along one road, so that ways lead from everywhere to everywhere."""
    homes = [place(f"p{i:04}", 1 + i) for i in range(points)]
    havens = [place("west", 0, "safe_haven"), place("east", points + 1, "safe_haven")]
    line = ["west", *(f"p{i:04}" for i in range(points)), "east"]
    links = [
        link(f"r{i:04}", line[i], line[i + 1], "1 km", speed="60 km/h")
        for i in range(len(line) - 1)
    ]
    groups = [
        {"id": f"g{i:04}", "at": f"p{i:04}", "people": 40, "households": FAMILIES}
        for i in range(points)
    ]
    return scenario(
        horizon="3 days", step="15 min", places=[*homes, *havens], links=links, groups=groups,
        vehicles={"bus": vehicle()},
        fleets=[{"id": "buses", "vehicle": "bus", "count": 120, "base": "west"}],
    )  # fmt: skip


def fine_step() -> Scenario:
    """Thirty points over thirty days, a departure a minute: more than memory holds."""
    case = thousand(300).model_dump(mode="json", by_alias=True, exclude_unset=True)
    return Scenario.model_validate({**case, "horizon": "60 days", "step": "1 min"})


CASES: dict[str, Callable[[], Scenario]] = {
    "zero vehicles": zero_vehicles,
    "no fleets": no_fleets,
    "zero people": zero_people,
    "no groups": no_groups,
    "everything closed": everything_closed,
    "haven of capacity 0": full_haven,
    "horizon shorter than any trip": short_horizon,
    "people refuse the party": refused,
    "party refuses all": forbidden,
    "disconnected graph": disconnected,
    "no roads at all": nothing_joined,
    "a million people at one point": million,
    "1,000 assembly points": thousand,
    "1,000 assembly points on one road": thousand_crossed,
    "a minute's step over 60 days": fine_step,
}
