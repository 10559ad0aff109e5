"""Build a region from registry packages and its reviewed files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx as nx

from planner import assets, speeds
from planner.mapbuild import (
    attributes,
    city,
    crossings,
    frontier,
    gazetteer,
    ground,
    highways,
    reviewed,
    surroundings,
)
from planner.mapbuild.ground import Progress
from planner.mapbuild.reviewed import Reviewed
from planner.mapbuild.surroundings import Bbox, Inside
from planner.mapbuild.writing import Origin, Region, write_region
from planner.roads import MapPlace

DEFAULT_CLASS = "primary"
_JOIN_LIMIT_M = 2_000.0
_SAME = ("highway", "name", "km_source", "estimate_of", "link_id", "status", "capacity_vph")


def build(bbox: Bbox | None, name: str, out: Path, progress: Progress, date: str = "") -> Region:
    """Build the region ``name`` within ``bbox`` (south, west, north, east) into the folder ``out``.

    Without a ``bbox``, or with theirs, all reviewed files of that name are used; with another one
    only their joins, names and runways. ``date`` (ISO) goes into the sidecars, today by default.
    Raises ScenarioError when a package is missing, the bbox is wrong or there is no road in it.
    """
    decided, area = _decided(name, bbox, out)
    inside = Inside(area, decided.clip)
    roads, release = highways.read(inside, progress)
    if not roads.number_of_edges():
        raise surroundings.fault("no main road in this bounding box", "give a larger one")
    _join(roads, decided, progress)
    window = decided.drawing_bbox or surroundings.widened(area)
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
    region.lanes = surroundings.sea_lanes(places, progress)
    origins = surroundings.origins(_roads_origin(release), borders.release)
    write_region(region, out, origins, date or surroundings.today())
    progress(f"{len(graph):,} nodes, {graph.number_of_edges():,} edges, {len(places):,} places")
    return region


def _decided(name: str, bbox: Bbox | None, out: Path) -> tuple[Reviewed, Bbox]:
    decided = reviewed.read(name)
    area = bbox or decided.bbox
    if area is None:
        raise surroundings.fault(
            f"no bounding box for a new region '{name}'", "give --bbox S,W,N,E"
        )
    surroundings.check_bbox(area)
    if area == decided.bbox:
        return decided, area
    if decided.bbox and out.resolve() == (assets.maps_dir() / name).resolve():
        raise surroundings.fault(
            f"this would put another area in the place of the shipped map '{name}'",
            "give the new map a name of its own with --name",
        )
    kept = Reviewed(joins=decided.joins, names=decided.names, runways_m=decided.runways_m)
    return kept, area


def _roads_origin(release: str) -> Origin:
    return Origin(
        source="PyPI scgraph-data (OpenStreetMap's main roads, no classes), reviewed joins, "
        "corridors and city links",
        package=release,
        as_of="2024",
        licence="ODbL-1.0",
        credit=f"{surroundings.OSM_CREDIT}; reviewed files by the Safe Passage contributors",
        note=f"lengths × {attributes.LENGTH_FACTOR}, one factor for all; classes, speeds and "
        "capacities are estimates",
    )


def _join(roads: nx.Graph[int], decided: Reviewed, progress: Progress) -> None:
    roads.remove_edges_from(list(nx.selfloop_edges(roads)))
    for u, v, why in decided.joins:
        if u in roads and v in roads:
            ground.join(roads, u, v, f"reviewed: {why}")
    ground.joined_components(roads, _JOIN_LIMIT_M, progress)


def _named_points(
    roads: nx.Graph[int],
    inside: Inside,
    decided: Reviewed,
    taken: Mapping[str, MapPlace],
    progress: Progress,
) -> dict[str, MapPlace]:
    named = surroundings.named_points(inside, decided)
    points = {key: place for key, place in named.items() if key not in taken}
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
    return float(edge["length"] if "length" in edge else edge["source_m"])


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
        raise surroundings.fault(f"no road at '{key}'", "mend the reviewed files of the region")
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
    graph.graph = {"crs": "epsg:4326", "simplified": True, "credit": surroundings.OSM_CREDIT}
    return graph


def _described(edge: Mapping[str, Any], release: str) -> dict[str, Any]:
    """Source, length and what is estimated of an edge, from how it came into the graph."""
    kept = {key: value for key, value in edge.items() if key not in ("source_m", "joined", "city")}
    kept = {"highway": DEFAULT_CLASS, "estimate": True, "as_of": "2024", **kept}
    if "city" in edge:
        how = "straight line" if edge.get("bridge") else f"straight line × {city.STREET_FACTOR}"
        return kept | {
            "source": "reviewed file of the city",
            "km_source": how,
            "as_of": "2012-12",
            "estimate_of": "existence, position, length, class, speed, capacity",
        }
    length = edge["source_m"] * attributes.LENGTH_FACTOR
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
