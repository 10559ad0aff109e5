"""Zones and links of the scenario as GeoJSON geometries (RFC 7946: lon, lat; right-hand rings)."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from planner.scenario import Circle, Link, Ring, Zone

if TYPE_CHECKING:
    from planner.network import TransportNetwork

EARTH_RADIUS_M = 6_371_009.0
_CORNERS = 64
TOWN_M = 3000  # a remark on the road between two towns does not speak of the towns themselves
_PLACE_RADIUS_M = 1000  # a zone that is a list of places is drawn as small discs

Geometry = dict[str, Any]
LonLat = list[float]
_FOUND: WeakKeyDictionary[TransportNetwork, dict[str, list[Geometry]]] = WeakKeyDictionary()


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
    """Where a link runs: the map's edges, a lane at sea, or a straight line.

    A network does not change, so that what was found once is kept as long as the network is.
    """
    kept = _FOUND.setdefault(network, {})
    if link.id not in kept:
        kept[link.id] = (
            _map_edges(network, link)
            or _piece(network, link)
            or _road_between(network, link)
            or _straight(network, link)
        )
    return kept[link.id]


def _map_edges(network: TransportNetwork, link: Link) -> list[Geometry]:
    from planner.roads import edge_points

    region = network.region
    if region is None or link.map_link is None:
        return []
    drawn: dict[str, Geometry] = {}
    for u, v, key in region.named_links.get(link.map_link, ()):
        edge = region.roads.edges[u, v, key]
        points = [lon_lat(lat, lon) for lon, lat in edge_points(region.roads, u, v, edge)]
        drawn.setdefault(str(edge["link_id"]), line(points))
    return list(drawn.values())


def _piece(network: TransportNetwork, link: Link) -> list[Geometry]:
    """The piece of the map's roads at a spot."""
    from planner.network.remarks import NEAR_M
    from planner.network.roadside import Roadside

    if network.region is None or link.near is None:
        return []
    stretch = Roadside(network.region).at(*link.near, within_m=NEAR_M)
    return [] if stretch is None else [line(stretch.pieces)]


def _road_between(network: TransportNetwork, link: Link) -> list[Geometry]:
    """The quickest road between the two places of ``along``, without the towns at its ends."""
    import networkx as nx

    from planner.roads import edge_points, great_circle_m

    region = network.region
    if region is None or link.along is None:
        return []
    towns = [region.places[name] for name in link.along if name in region.places]
    nodes = [town.road_node for town in towns if town.road_node is not None]
    if len(nodes) != 2:
        return []
    roads = region.roads

    def quickest(u: int, v: int) -> dict[str, Any] | None:
        ways = [edge for edge in roads[u][v].values() if not edge.get("foot_only")]
        return min(ways, key=_hours, default=None)

    def hours(u: int, v: int, _: dict[Any, Any]) -> float | None:
        edge = quickest(u, v)
        return None if edge is None else _hours(edge)

    try:
        path = nx.shortest_path(roads, nodes[0], nodes[1], weight=hours)
    except nx.NetworkXNoPath:
        return []
    points: list[tuple[float, float]] = []
    for u, v in itertools.pairwise(path):
        points += edge_points(roads, u, v, quickest(u, v) or {})[1 if points else 0 :]
    off = [
        lon_lat(lat, lon)
        for lon, lat in points
        if all(great_circle_m(lat, lon, town.lat, town.lon) > TOWN_M for town in towns)
    ]
    return [line(off)] if len(off) > 1 else []


def _hours(edge: dict[str, Any]) -> float:
    return float(edge["length"]) / float(edge["speed_kmh"])


def _straight(network: TransportNetwork, link: Link) -> list[Geometry]:
    """A lane's course at sea, else the line between the ends."""
    ends = link.along or (link.from_, link.to)
    if link.mode in ("sea", "river"):
        for route in network.routes.values():
            if route.mode == link.mode and {route.origin, route.destination} == set(ends):
                return [line([lon_lat(lat, lon) for lat, lon, _ in route.points])]
    spots = [_spot(network, end) for end in ends if end is not None]
    known = [lon_lat(*spot) for spot in spots if spot is not None]
    return [line(known)] if len(known) == 2 else []


def _spot(network: TransportNetwork, place: str) -> tuple[float, float] | None:
    if place in network.positions:
        return network.positions[place]
    named = network.region.places.get(place) if network.region is not None else None
    return None if named is None else (float(named.lat), float(named.lon))
