"""A running plan small enough to follow by hand: two buses, two homes, one bridge.

One kilometre is one minute; loading and unloading take ten minutes, departures lie on ten minutes.
``near`` is 20 km from the haven, ``far`` 40 km beyond a bridge of 10 km that ends at the haven.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from planner import load
from planner.pipeline import Limits, make_network, make_plan
from planner.replan import Running
from planner.scenario import Origin, Scenario
from tests.network_case import link, place, vehicle

COUNTED = Limits(node_limit=12, time_s=30.0)
TREE: dict[str, Any] = {
    "title": "two buses",
    "timezone": "Asia/Damascus",
    "start": "2012-12-13T06:00",
    "horizon": "10 h",
    "step": "10 min",
    "places": [
        place("haven", 0, "safe_haven"),
        place("near", -20),
        place("far", 40),
        place("east_bank", 10),
    ],
    "links": [
        link("near_road", "near", "haven", "20 km", speed="60 km/h"),
        link("bridge", "east_bank", "haven", "10 km", speed="60 km/h"),
        link("far_road", "far", "east_bank", "30 km", speed="60 km/h"),
    ],
    "groups": [
        {"id": "near_people", "at": "near", "people": 200, "households": {"5": "100 %"}},
        {"id": "far_people", "at": "far", "people": 100, "households": {"4": "100 %"}},
    ],
    "vehicles": {"bus": vehicle()},
    "fleets": [{"id": "buses", "vehicle": "bus", "count": 2, "base": "haven"}],
}


def case(**more: Any) -> Scenario:
    """The scenario with other keys, as if read from a file."""
    tree = {**TREE, **more}
    return load.from_tree(tree, Origin(file="two_buses.yaml", sha256="0" * 64))


def started(scenario: Scenario) -> Running:
    """Its plan, running."""
    network = make_network(scenario)
    result = make_plan(scenario, COUNTED, remedies=False, network=network)
    assert result.verdict.verified, result.verdict.violations
    return Running(result.verdict.plan, scenario, network)


@cache
def running() -> Running:
    """The plan of the plain case."""
    return started(case())
