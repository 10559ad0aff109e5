"""Sea lanes and air legs between two points.

Sea: the lane network of the package searoute, plus the stub from each port to its first lane
vertex, which searoute leaves out. Pairs of a map's ports are computed when the map is built
(``sea_lanes.json``). Air: the great circle times one stated factor.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from planner.roads import MapPlace, RegionMap, great_circle_m

# Departure and arrival procedures and airways instead of the straight way.
AIR_FACTOR = 1.05
_ARC_POINTS = 24

Point = tuple[float, float]
End = MapPlace | Point


@dataclass(frozen=True)
class LaneLeg:
    """One way over sea or through air: ``geometry`` is (lat, lon) from end to end."""

    length_m: int
    geometry: tuple[Point, ...]
    source: str
    estimate: bool


def sea_leg(region: RegionMap | None, from_port: End, to_port: End) -> LaneLeg:
    """The sea lane between two ports or points (lat, lon), stubs to the lane included.

    Taken from the map's file where it holds the pair, else computed. A stub that is longer than
    the way itself (a point far from the sea) is not refused here: the caller judges the place.
    """
    if region is not None and isinstance(from_port, MapPlace) and isinstance(to_port, MapPlace):
        known = _lanes(region.folder / "sea_lanes.json")
        there = known.get(f"{from_port.id}|{to_port.id}")
        if there is not None:
            return there
        back = known.get(f"{to_port.id}|{from_port.id}")
        if back is not None:
            return LaneLeg(back.length_m, back.geometry[::-1], back.source, back.estimate)
    return compute_sea_leg(_point(from_port), _point(to_port))


def compute_sea_leg(start: Point, end: Point) -> LaneLeg:
    """The sea lane from searoute between two (lat, lon) points; 2 s the first time, then quick."""
    from importlib.metadata import version

    import searoute

    feature = searoute.searoute([start[1], start[0]], [end[1], end[0]], units="km")
    coordinates = feature["geometry"]["coordinates"]
    lane = [(round(float(lat), 4), round(float(lon), 4)) for lon, lat in coordinates]
    points = tuple(_without_repeats([start, *lane, end]))
    return LaneLeg(
        length_m=round(_length_m(points)),
        geometry=points,
        source=f"searoute {version('searoute')}, stubs from port to lane added",
        estimate=False,
    )


def air_leg(start: End, end: End) -> LaneLeg:
    """The great circle between two airports or points (lat, lon), times 1.05: an estimate."""
    a, b = _point(start), _point(end)
    length_m = great_circle_m(*a, *b) * AIR_FACTOR
    return LaneLeg(
        length_m=round(length_m),
        geometry=_arc(a, b),
        source=f"great circle × {AIR_FACTOR}",
        estimate=True,
    )


@lru_cache(maxsize=8)
def _lanes(path: Path) -> dict[str, LaneLeg]:
    if not path.is_file():
        return {}
    rows = json.loads(path.read_text(encoding="utf-8"))
    return {
        pair: LaneLeg(
            length_m=row["length_m"],
            geometry=tuple((lat, lon) for lat, lon in row["geometry"]),
            source=row["source"],
            estimate=row["estimate"],
        )
        for pair, row in rows.items()
    }


def _point(end: End) -> Point:
    return (end.lat, end.lon) if isinstance(end, MapPlace) else end


def _length_m(points: tuple[Point, ...]) -> float:
    return sum(great_circle_m(*a, *b) for a, b in pairwise(points))


def _without_repeats(points: list[Point]) -> list[Point]:
    return [p for n, p in enumerate(points) if n == 0 or p != points[n - 1]]


def _arc(a: Point, b: Point) -> tuple[Point, ...]:
    """Points on the great circle (spherical interpolation of unit vectors)."""
    import numpy as np

    lat, lon = np.radians([a[0], b[0]]), np.radians([a[1], b[1]])
    ends = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
    angle = float(np.arccos(np.clip(ends[0] @ ends[1], -1.0, 1.0)))
    if angle < 1e-9:
        return (a, b)
    t = np.linspace(0.0, 1.0, _ARC_POINTS)[:, None]
    on = (np.sin((1 - t) * angle) * ends[0] + np.sin(t * angle) * ends[1]) / np.sin(angle)
    lats, lons = np.degrees(np.arcsin(on[:, 2])), np.degrees(np.arctan2(on[:, 1], on[:, 0]))
    inner = [(round(float(y), 4), round(float(x), 4)) for y, x in zip(lats, lons, strict=True)]
    return (a, *inner[1:-1], b)
