"""Whether a point lies in a zone: the witness' own geometry on a sphere of 6,371,008.8 m radius."""

from __future__ import annotations

import math
from collections.abc import Mapping

from planner.scenario import Zone

EARTH_M = 6_371_008.8
LatLon = tuple[float, float]


def distance_m(a: LatLon, b: LatLon) -> float:
    """Great-circle distance of two (latitude, longitude) points in degrees (haversine formula)."""
    lat_a, lat_b = math.radians(a[0]), math.radians(b[0])
    half_lat = math.sin((lat_b - lat_a) / 2)
    half_lon = math.sin(math.radians(b[1] - a[1]) / 2)
    chord = half_lat**2 + math.cos(lat_a) * math.cos(lat_b) * half_lon**2
    return 2 * EARTH_M * math.asin(min(1.0, math.sqrt(chord)))


def _flat(point: LatLon, origin: LatLon) -> tuple[float, float]:
    """Metres east and north of ``origin`` on a plane that touches there."""
    east = math.radians(point[1] - origin[1]) * EARTH_M * math.cos(math.radians(origin[0]))
    return east, math.radians(point[0] - origin[0]) * EARTH_M


def _edge_distance_m(a: LatLon, b: LatLon, point: LatLon) -> float:
    """Distance of ``point`` from the straight piece between ``a`` and ``b``."""
    (ax, ay), (bx, by) = _flat(a, point), _flat(b, point)
    dx, dy = bx - ax, by - ay
    square = dx * dx + dy * dy
    along = 0.0 if square == 0 else max(0.0, min(1.0, -(ax * dx + ay * dy) / square))
    return math.hypot(ax + along * dx, ay + along * dy)


def _polygon_depth_m(corners: tuple[LatLon, ...], point: LatLon) -> float:
    inside = False
    nearest = math.inf
    for index, corner in enumerate(corners):
        previous = corners[index - 1]
        nearest = min(nearest, _edge_distance_m(previous, corner, point))
        if (corner[0] > point[0]) != (previous[0] > point[0]):
            share = (point[0] - corner[0]) / (previous[0] - corner[0])
            if point[1] < corner[1] + share * (previous[1] - corner[1]):
                inside = not inside
    return nearest if inside else -nearest


def _located(where: LatLon | str, positions: Mapping[str, LatLon]) -> LatLon | None:
    return positions.get(where) if isinstance(where, str) else where


def depth_m(zone: Zone, point: LatLon, positions: Mapping[str, LatLon]) -> float | None:
    """How far inside the zone's edge ``point`` lies in metres; negative outside.

    ``None`` where the zone has no outline (it lists links or places) or is centred on a place that
    ``positions`` does not know.
    """
    if zone.circle is not None:
        centre = _located(zone.circle.centre, positions)
        return None if centre is None else zone.circle.radius_m - distance_m(centre, point)
    if zone.ring is not None:
        centre = _located(zone.ring.from_, positions)
        if centre is None:
            return None
        away = distance_m(centre, point)
        return min(zone.ring.range_m - away, away - zone.ring.beyond_m)
    return None if zone.polygon is None else _polygon_depth_m(zone.polygon, point)


def holds_place(zone: Zone, place: str, positions: Mapping[str, LatLon]) -> bool:
    """Whether the zone lists the place or its outline (edge included) holds its position."""
    if place in zone.places:
        return True
    if place not in positions:
        return False
    depth = depth_m(zone, positions[place], positions)
    return depth is not None and depth >= 0
