"""Legs over water and through the air, and the scenario's own sea, river and air links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner import lanes, speeds
from planner.network.site import link_figures
from planner.network.ways import Drawing, Figures, Ways
from planner.scenario import Place, Scenario
from planner.units import Rate

if TYPE_CHECKING:
    from planner.roads import MapPlace, RegionMap

DIRECT_MODES = ("sea", "air", "river")
LANE_CLASS = {"sea": "sea lane", "air": "flight", "river": "river"}


@dataclass(frozen=True)
class DirectLegs:
    """All direct ways of one mode; way i leads from place ``ends[i][0]`` to ``ends[i][1]``."""

    mode: str
    ways: Ways
    ends: tuple[tuple[str, str], ...]
    capacity: dict[str, Rate]


def direct_legs(
    scenario: Scenario,
    region: RegionMap | None,
    positions: dict[str, tuple[float, float]],
    mode: str,
) -> DirectLegs:
    """The scenario's own links of the mode; where a map is named, lanes between all other ports.

    A link of the scenario stands in place of the lane between its two places.
    """
    drawing = Drawing()
    ends: list[tuple[str, str]] = []
    capacity: dict[str, Rate] = {}
    for link in scenario.links:
        if link.mode != mode or link.from_ not in positions or link.to not in positions:
            continue
        assert link.from_ is not None and link.to is not None
        figures = link_figures(scenario, link, speeds.shipped(), positions)
        pairs = [(link.from_, link.to), (link.to, link.from_)][: 1 if link.one_way else 2]
        for pair in pairs:
            line = [positions[place][::-1] for place in pair]
            way = drawing.way(0, 1, figures, line)
            drawing.marks[way] = [link.id]
            if link.status == "closed":
                drawing.shut.add(way)
            ends.append(pair)
        if link.capacity is not None:
            capacity[link.id] = link.capacity
    if region is not None and mode != "river":
        _draw_lanes(drawing, ends, scenario, region, positions, mode)
    drawing.nodes = 2
    return DirectLegs(mode, drawing.finish(), tuple(ends), capacity)


def _draw_lanes(
    drawing: Drawing,
    ends: list[tuple[str, str]],
    scenario: Scenario,
    region: RegionMap,
    positions: dict[str, tuple[float, float]],
    mode: str,
) -> None:
    taken = set(ends)
    places = ports(scenario, region, positions, mode)
    for i, one in enumerate(places):
        for other in places[i + 1 :]:
            there, back = (one.id, other.id), (other.id, one.id)
            if there in taken and back in taken:
                continue
            spots = [_spot(region, place, positions) for place in (one, other)]
            leg = (
                lanes.sea_leg(region, spots[0], spots[1])
                if mode == "sea"
                else lanes.air_leg(spots[0], spots[1])
            )
            line = [(lon, lat) for lat, lon in leg.geometry]
            figures = Figures(
                length_m=float(leg.length_m),
                road_class=LANE_CLASS[mode],
                limit_mph=None,
                source=leg.source,
                estimate=leg.estimate,
            )
            for pair, points in ((there, line), (back, line[::-1])):
                if pair not in taken:
                    drawing.way(0, 1, figures, points)
                    ends.append(pair)


def ports(
    scenario: Scenario,
    region: RegionMap | None,
    positions: dict[str, tuple[float, float]],
    mode: str,
) -> list[Place]:
    """Places that ships (or aircraft) can use, by id.

    Sea: embarkation ports, places with berths, bases of ships. Air: embarkation airports, places
    with a runway or stands (of the scenario or the map), bases of aircraft.
    """
    bases = {f.base for f in scenario.fleets if scenario.vehicle(f).mode == mode}
    found = [
        place
        for place in scenario.places
        if place.id in positions and (place.id in bases or _serves(place, region, mode))
    ]
    return sorted(found, key=lambda place: place.id)


def _serves(place: Place, region: RegionMap | None, mode: str) -> bool:
    if mode == "sea":
        return place.role == "embarkation_port" or bool(place.berths)
    if place.role == "embarkation_airport" or place.runway_m or place.stands:
        return True
    known = region.places.get(place.at) if region and isinstance(place.at, str) else None
    return known is not None and known.kind == "airport"


def _spot(
    region: RegionMap, place: Place, positions: dict[str, tuple[float, float]]
) -> MapPlace | tuple[float, float]:
    return region.places[place.at] if isinstance(place.at, str) else positions[place.id]
