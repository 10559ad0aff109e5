"""Zones and links of the scenario as GeoJSON geometries (RFC 7946: lon, lat; right-hand rings)."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

from planner.scenario import Circle, Link, Ring, Zone

if TYPE_CHECKING:
    from planner.network import Route, TransportNetwork

EARTH_RADIUS_M = 6_371_009.0
_CORNERS = 64
_PLACE_RADIUS_M = 1000  # a zone that is a list of places is drawn as small discs

Geometry = dict[str, Any]
LonLat = list[float]


def collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    """A GeoJSON FeatureCollection."""
    return {"type": "FeatureCollection", "features": features}


def feature(geometry: Geometry, **properties: Any) -> dict[str, Any]:
    """A GeoJSON Feature."""
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def lon_lat(lat: float, lon: float) -> LonLat:
    """A position as GeoJSON has it, to about a metre."""
    return [round(lon, 5), round(lat, 5)]


def line(points: list[LonLat]) -> Geometry:
    """A LineString; where all points are one, it is given twice, as the format wants."""
    return {"type": "LineString", "coordinates": points if len(points) > 1 else points * 2}


def circle_ring(lat: float, lon: float, radius_m: float) -> list[LonLat]:
    """A closed counter-clockwise ring of the points at ``radius_m`` from a centre.

    Destination points on a sphere: sin φ2 = sin φ1 cos δ + cos φ1 sin δ cos θ.
    """
    reach, start = radius_m / EARTH_RADIUS_M, math.radians(lat)
    ring = []
    for corner in range(_CORNERS):
        bearing = -2 * math.pi * corner / _CORNERS
        sine = math.sin(start) * math.cos(reach)
        sine += math.cos(start) * math.sin(reach) * math.cos(bearing)
        end = math.asin(max(-1.0, min(1.0, sine)))
        east = math.sin(bearing) * math.sin(reach) * math.cos(start)
        turn = math.atan2(east, math.cos(reach) - math.sin(start) * sine)
        ring.append(lon_lat(math.degrees(end), lon + math.degrees(turn)))
    return [*ring, ring[0]]


def signed_area(ring: list[LonLat]) -> float:
    """Twice the ring's area in square degrees, positive where it runs counter-clockwise."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring))


def polygon(outer: list[LonLat], holes: tuple[list[LonLat], ...] = ()) -> Geometry:
    """A Polygon with the outer ring counter-clockwise and the holes clockwise."""
    rings = [outer if signed_area(outer) >= 0 else outer[::-1]]
    rings += [hole if signed_area(hole) <= 0 else hole[::-1] for hole in holes]
    return {"type": "Polygon", "coordinates": rings}


def zone_geometries(network: TransportNetwork, zone: Zone) -> list[Geometry]:
    """Where a zone is: discs, a ring, a polygon, stretches of road, or small discs at places."""
    if zone.circle is not None:
        return [_disc(network, zone.circle)]
    if zone.ring is not None:
        return [_ring(network, zone.ring)]
    if zone.polygon is not None:
        corners = [lon_lat(lat, lon) for lat, lon in zone.polygon]
        closed = corners if corners[0] == corners[-1] else [*corners, corners[0]]
        return [polygon(closed)]
    if zone.places:
        spots = [network.positions[place] for place in zone.places if place in network.positions]
        return [polygon(circle_ring(lat, lon, _PLACE_RADIUS_M)) for lat, lon in spots]
    links = {link.id: link for link in network.scenario.links}
    return [shape for link in zone.links if link in links
            for shape in link_geometries(network, links[link])]  # fmt: skip


def _centre(network: TransportNetwork, at: tuple[float, float] | str) -> tuple[float, float]:
    return network.positions[at] if isinstance(at, str) else at


def _disc(network: TransportNetwork, circle: Circle) -> Geometry:
    lat, lon = _centre(network, circle.centre)
    return polygon(circle_ring(lat, lon, circle.radius_m))


def _ring(network: TransportNetwork, ring: Ring) -> Geometry:
    lat, lon = _centre(network, ring.from_)
    holes = (circle_ring(lat, lon, ring.beyond_m),) if ring.beyond_m else ()
    return polygon(circle_ring(lat, lon, ring.range_m), holes)


def link_geometries(network: TransportNetwork, link: Link) -> list[Geometry]:
    """Where a link runs: the map's edges, a stretch of a route over it, or a straight line."""
    if link.map_link and network.region is not None:
        found = _map_edges(network, link.map_link)
        if found:
            return found
    if link.from_ and link.mode in ("road", "foot"):
        return _straight(network, link)
    for route in network.routes.values():
        for use in route.links:
            if use.link == link.id:
                return [line(_stretch(route, use.enter_s, use.exit_s))]
    return _straight(network, link)


def _map_edges(network: TransportNetwork, name: str) -> list[Geometry]:
    from planner.roads import edge_points

    region = network.region
    if region is None:
        return []
    drawn: dict[str, Geometry] = {}
    for u, v, key in region.named_links.get(name, ()):
        edge = region.roads.edges[u, v, key]
        points = [lon_lat(lat, lon) for lon, lat in edge_points(region.roads, u, v, edge)]
        drawn.setdefault(str(edge["link_id"]), line(points))
    return list(drawn.values())


def _stretch(route: Route, enter_s: int, exit_s: int) -> list[LonLat]:
    """The route's points between two offsets, its ends interpolated."""
    from planner.charts.convoys import position

    start, end = position(route.points, enter_s), position(route.points, exit_s)
    between = [(lat, lon) for lat, lon, offset in route.points if enter_s < offset < exit_s]
    return [lon_lat(lat, lon) for lat, lon in [start, *between, end]]


def _straight(network: TransportNetwork, link: Link) -> list[Geometry]:
    ends = link.along or (link.from_, link.to)
    spots = [_spot(network, end) for end in ends if end is not None]
    known = [lon_lat(*spot) for spot in spots if spot is not None]
    return [line(known)] if len(known) == 2 else []


def _spot(network: TransportNetwork, place: str) -> tuple[float, float] | None:
    if place in network.positions:
        return network.positions[place]
    named = network.region.places.get(place) if network.region is not None else None
    return None if named is None else (float(named.lat), float(named.lon))
