"""What a scenario says that its ground cannot bear: far roads, clashing names, odd windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.errors import Issue
from planner.network.roadgraph import ACCESS_LIMIT_M, ROAD_MODES, RoadGraph
from planner.scenario import Place, Scenario
from planner.units import format_length

if TYPE_CHECKING:
    from planner.roads import RegionMap

ON_ROADS = frozenset({"assembly_point", "hospital", "evacuation_control_point", "border_crossing"})


def ground_faults(scenario: Scenario, region: RegionMap | None, graph: RoadGraph) -> list[Issue]:
    """Places that need a road and have none, ids that stand for two things."""
    return [*_roadless(scenario, region, graph), *_twice(scenario), *_windows(scenario)]


def _roadless(scenario: Scenario, region: RegionMap | None, graph: RoadGraph) -> list[Issue]:
    if region is None:
        return []
    linked = {
        end for link in scenario.links if link.mode in ROAD_MODES for end in (link.from_, link.to)
    }
    found = []
    for place in scenario.places:
        if place.id in graph.joined or place.id in linked or place.id not in graph.place_node:
            continue
        if _needs_road(scenario, place):
            away = graph.access_m.get(place.id)
            how_far = (
                f"{format_length(round(away))} from the nearest road of the map '{region.name}'"
                f" (at most {format_length(ACCESS_LIMIT_M)})"
                if away is not None
                else f"the map '{region.name}' has no road to it"
            )
            found.append(
                Issue(
                    scenario.origin.file, 0, f"places[{place.id}].at", how_far,
                    "correct the position, or add a link with `from`, `to` and `length`",
                )
            )  # fmt: skip
    return found


def _needs_road(scenario: Scenario, place: Place) -> bool:
    modes = {f.id: scenario.vehicle(f).mode for f in scenario.fleets}
    if not any(mode == "road" for mode in modes.values()) and not any(
        group.own_car or group.on_foot for group in scenario.groups
    ):
        return False
    is_base = any(f.base == place.id and modes[f.id] == "road" for f in scenario.fleets)
    return is_base or place.role in ON_ROADS


def _twice(scenario: Scenario) -> list[Issue]:
    """A place and a link of one name could not be told apart in a permission."""
    places = {place.id for place in scenario.places}
    return [
        Issue(
            scenario.origin.file, 0, f"links[{link.id}]", "a place has the same id",
            "give the link an id of its own",
        )
        for link in scenario.links
        if link.id in places
    ]  # fmt: skip


def _windows(scenario: Scenario) -> list[Issue]:
    return [
        Issue(
            scenario.origin.file, 0, f"windows[{window.id}]",
            "a window for some fleets on some links is not planned by this version",
            "leave out `fleets`, or `links`",
        )
        for window in scenario.windows
        if window.links and window.fleets
    ]  # fmt: skip
