"""Whether points lie in a zone, for many points at once. Great circles on OSMnx's sphere."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from planner.roads import EARTH_RADIUS_M
from planner.scenario import Zone

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Positions = Mapping[str, tuple[float, float]]


def distance_m(lat: Floats, lon: Floats, to_lat: Floats | float, to_lon: Floats | float) -> Floats:
    """Great-circle distances in metres between points in degrees (haversine formula)."""
    a, b = np.radians(lat), np.radians(to_lat)
    half = (
        np.sin((b - a) / 2) ** 2
        + np.cos(a) * np.cos(b) * np.sin(np.radians(np.asarray(to_lon) - lon) / 2) ** 2
    )
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(half, 1.0))))


def is_outlined(zone: Zone) -> bool:
    """Whether the zone is a shape on the ground (and no list of links or places)."""
    return zone.circle is not None or zone.ring is not None or zone.polygon is not None


def inside(zone: Zone, lat: Floats, lon: Floats, positions: Positions) -> Bools:
    """Which points (degrees) an outlined zone holds, its edge included; none for a list."""
    if zone.circle is not None:
        centre = _located(zone.circle.centre, positions)
        return np.asarray(distance_m(lat, lon, *centre) <= zone.circle.radius_m)
    if zone.ring is not None:
        away = distance_m(lat, lon, *_located(zone.ring.from_, positions))
        return np.asarray((away <= zone.ring.range_m) & (away >= zone.ring.beyond_m))
    if zone.polygon is not None:
        return _in_polygon(zone.polygon, lat, lon)
    return np.zeros(len(lat), dtype=np.bool_)


def holds_place(zone: Zone, place: str, positions: Positions) -> bool:
    """Whether the zone lists the place or its outline holds the place's position."""
    if place in zone.places:
        return True
    if place not in positions:
        return False
    lat, lon = positions[place]
    return bool(inside(zone, np.array([lat]), np.array([lon]), positions)[0])


def bounds(zone: Zone, positions: Positions) -> tuple[float, float, float, float]:
    """South, west, north, east of an outlined zone in degrees, a little too large."""
    if zone.polygon is not None:
        lats = [corner[0] for corner in zone.polygon]
        lons = [corner[1] for corner in zone.polygon]
        return min(lats), min(lons), max(lats), max(lons)
    if zone.circle is not None:
        (lat, lon), reach = _located(zone.circle.centre, positions), zone.circle.radius_m
    else:
        assert zone.ring is not None
        (lat, lon), reach = _located(zone.ring.from_, positions), zone.ring.range_m
    north = 1.01 * math.degrees(reach / EARTH_RADIUS_M)
    widest = math.radians(min(89.0, abs(lat) + north))
    east = min(360.0, north / math.cos(widest))
    return lat - north, lon - east, lat + north, lon + east


def _located(where: tuple[float, float] | str, positions: Positions) -> tuple[float, float]:
    return positions[where] if isinstance(where, str) else where


def _in_polygon(corners: tuple[tuple[float, float], ...], lat: Floats, lon: Floats) -> Bools:
    """Even-odd rule on the plate carrée; sides are straight there."""
    odd = np.zeros(len(lat), dtype=np.bool_)
    for index, (y, x) in enumerate(corners):
        back_y, back_x = corners[index - 1]
        if y == back_y:
            continue
        crosses = (y > lat) != (back_y > lat)
        odd ^= crosses & (lon < x + (lat - y) / (back_y - y) * (back_x - x))
    return odd
