"""Small cases of what to do first when nobody knows how it will be: one bus, two places.

One kilometre is one minute; loading and unloading take ten minutes. ``left`` and ``right`` lie
40 km from the haven, on either side, so that a round trip takes 100 min. Departures lie on 20
minutes, the bus makes two round trips in the 200 minutes that there are, and the first is decided
now.
"""

from __future__ import annotations

from typing import Any

from planner import load
from planner.scenario import Origin, Scenario
from tests.network_case import link, place, vehicle

TREE: dict[str, Any] = {
    "schema_version": "1",
    "title": "one bus",
    "timezone": "Asia/Damascus",
    "start": "2012-12-13T06:00",
    "horizon": "3 h 20 min",
    "step": "20 min",
    "places": [
        place("haven", 0, "safe_haven"),
        place("left", -40),
        place("right", 40),
    ],
    "links": [
        link("left_road", "left", "haven", "40 km", speed="60 km/h"),
        link("right_road", "right", "haven", "40 km", speed="60 km/h"),
    ],
    "vehicles": {"bus": vehicle()},
    "fleets": [{"id": "buses", "vehicle": "bus", "count": "1", "base": "haven"}],
}
SINGLE = {"1": "100 %"}


def people(left: Any, right: Any, **more: Any) -> list[dict[str, Any]]:
    """Two groups of single persons."""
    return [
        {"id": "left_people", "at": "left", "people": left, "households": dict(SINGLE), **more},
        {"id": "right_people", "at": "right", "people": right, "households": dict(SINGLE)},
    ]


def case(**more: Any) -> Scenario:
    """The scenario with other keys, as if read from a file."""
    tree = {**TREE, **more}
    return load.from_tree(tree, Origin(file="one_bus.yaml", sha256="0" * 64, tree=tree))


def fallen_bridge(chance: str = "50 %", **more: Any) -> Scenario:
    """40 people on either side. The road to the left may fall once the first round trip is over.

    On the right there is shelling, so that whoever knows nothing of the bridge goes there first.
    """
    event = {"id": "falls", "chance": chance, "from": "110 min", "after": "0 min",
             "closes": ["left_road"]}  # fmt: skip
    threat = {"id": "shelling", "zone": {"places": ["right"]}, "rate": "1 per 1000 person-hours"}
    keys: dict[str, Any] = {
        "groups": people("40", "40"), "threats": [threat], "uncertainty": {"events": [event]},
        "robust": {"first_stage": "100 min"},
    }  # fmt: skip
    return case(**{**keys, **more})


def unknown_sizes(buses: int = 1, measure: str = "expected", **more: Any) -> Scenario:
    """Nobody knows which place is the larger one, nor whether the road to the left will hold.

    As it is stated the left one is; there is time for a pause between two round trips.
    """
    event = {"id": "falls", "chance": "30 %", "from": "110 min", "after": "0 min",
             "closes": ["left_road"]}  # fmt: skip
    threat = {"id": "shelling", "zone": {"places": ["left"]}, "rate": "1 per 1000 person-hours"}
    fleet = {"id": "buses", "vehicle": "bus", "count": str(buses), "base": "haven"}
    size = {
        "left": {"low": "0", "base": str(60 * buses), "high": str(70 * buses)},
        "right": {"low": "0", "base": str(50 * buses), "high": str(200 * buses)},
    }
    keys: dict[str, Any] = {
        "groups": people(size["left"], size["right"]), "threats": [threat], "fleets": [fleet],
        "horizon": "4 h", "uncertainty": {"people": {"shape": "triangular"}, "events": [event]},
        "robust": {"first_stage": "100 min", "measure": measure, "alpha": "0.5"},
    }  # fmt: skip
    return case(**{**keys, **more})
