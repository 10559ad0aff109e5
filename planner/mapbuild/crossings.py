"""Border crossings: where a road leads from one country into another."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import networkx as nx
import shapely

from planner.mapbuild.frontier import Frontier
from planner.mapbuild.ground import Progress, split
from planner.roads import MapPlace, great_circle_m

_SAME_M = 8_000.0
_REVIEWED_M = 12_000.0


@dataclass(frozen=True)
class Known:
    """A border crossing of the reviewed list; ``countries`` like 'LB-SY'."""

    id: str
    name: str
    countries: str
    lat: float
    lon: float
    note: str = ""


def cut(roads: nx.Graph[int], frontier: Frontier, among: Collection[str]) -> dict[int, str]:
    """Put a node where a road leads into another country; node → countries like 'LB-SY'.

    Only borders between two countries of ``among`` count, all when it is empty.
    """
    ids = sorted(roads.nodes)
    country = dict(zip(ids, _countries(roads, ids, frontier), strict=True))
    found: dict[int, str] = {}
    for u, v in sorted((min(edge), max(edge)) for edge in roads.edges):
        pair = "-".join(sorted((country[u], country[v])))
        if country[u] == country[v] or not country[u] or not country[v]:
            continue
        if among and not {country[u], country[v]} <= set(among):
            continue
        line = shapely.LineString([(roads.nodes[n]["lon"], roads.nodes[n]["lat"]) for n in (u, v)])
        met = shapely.intersection(line, frontier.countries[country[u]].boundary)
        fraction = (
            0.5 if met.is_empty else line.project(shapely.Point(_first(met)), normalized=True)
        )
        node = split(roads, u, v, [min(max(fraction, 0.01), 0.99)])[0]
        found[node] = pair
    return found


def nearest_ends(roads: nx.Graph[int], frontier: Frontier) -> dict[int, str]:
    """As ``cut``, but takes the end of the road instead of a new node: for roads of short edges."""
    ids = sorted(roads.nodes)
    country = dict(zip(ids, _countries(roads, ids, frontier), strict=True))
    found: dict[int, str] = {}
    for u, v in sorted((min(edge), max(edge)) for edge in roads.edges):
        if country[u] != country[v] and country[u] and country[v]:
            found[u] = "-".join(sorted((country[u], country[v])))
    return found


def _countries(roads: nx.Graph[int], ids: list[int], frontier: Frontier) -> list[str]:
    lons = [roads.nodes[n]["lon"] for n in ids]
    lats = [roads.nodes[n]["lat"] for n in ids]
    labels = [""] * len(ids)
    for code, land in frontier.countries.items():
        shapely.prepare(land)
        for index in shapely.contains_xy(land, lons, lats).nonzero()[0]:
            labels[int(index)] = code
    return labels


def _first(met: shapely.Geometry) -> tuple[float, float]:
    x, y = shapely.get_coordinates(met)[0]
    return float(x), float(y)


def places(
    roads: nx.Graph[int], nodes: Mapping[int, str], known: Iterable[Known], progress: Progress
) -> dict[str, MapPlace]:
    """Border crossings as places: the reviewed ones on the nearest cut, the others unnamed.

    Cuts within 8 km of a place between the same countries are the same crossing. A reviewed one
    without a cut within 12 km keeps its own position and no road node.
    """
    found: dict[str, MapPlace] = {}
    for entry in known:
        near = sorted(
            (_distance_m(roads, node, entry.lat, entry.lon), node)
            for node, pair in nodes.items()
            if pair == entry.countries
        )
        node = near[0][1] if near and near[0][0] <= _REVIEWED_M else None
        if node is None:
            progress(f"no road of the source crosses the border near {entry.name}")
        at = roads.nodes[node] if node is not None else {"lat": entry.lat, "lon": entry.lon}
        found[entry.id] = _place(entry.id, entry.name, entry.countries, at, node, entry.note)
    counts: dict[str, int] = {}
    for node, pair in sorted(nodes.items()):
        at = roads.nodes[node]
        if not any(
            place.country == pair
            and great_circle_m(place.lat, place.lon, at["lat"], at["lon"]) < _SAME_M
            for place in found.values()
        ):
            counts[pair] = counts.get(pair, 0) + 1
            place_id = f"x_{pair.lower().replace('-', '_')}_{counts[pair]}"
            name = f"Road crossing {pair.replace('-', '–')} {counts[pair]}"
            found[place_id] = _place(place_id, name, pair, at, node, "")
    return found


def _distance_m(roads: nx.Graph[int], node: int, lat: float, lon: float) -> float:
    at = roads.nodes[node]
    return great_circle_m(at["lat"], at["lon"], lat, lon)


def _place(
    place_id: str,
    name: str,
    pair: str,
    at: Mapping[str, float],
    node: int | None,
    note: str,
) -> MapPlace:
    derived = "where a road of the source meets the border as drawn (good to about 2 km)"
    return MapPlace(
        id=place_id,
        name=name,
        name_ar=None,
        kind="border_crossing",
        lat=round(at["lat"], 5),
        lon=round(at["lon"], 5),
        country=pair,
        road_node=node,
        source=(derived if node is not None else "reviewed list") + (f"; {note}" if note else ""),
        estimate=True,
    )
