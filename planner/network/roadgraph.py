"""The graph that road vehicles, cars and walkers use: map, added links, access to the places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planner import speeds
from planner.errors import Issue
from planner.network.remarks import apply_remarks
from planner.network.site import ROUGH_CLASSES, Site, link_figures
from planner.network.ways import Figures, Ways
from planner.network.zones import Bools, Floats, distance_m
from planner.scenario import Place, Scenario
from planner.units import Rate

if TYPE_CHECKING:
    from planner.roads import RegionMap

ACCESS_LIMIT_M = 5000
"""A place farther than this from every road has no road."""
ACCESS_DETOUR = 1.2
"""Estimate: the way from a place to the nearest road is this much longer than the straight line."""
ACCESS_CLASS = "unclassified"
ROAD_MODES = ("road", "foot")
ROUGH_SURFACES = frozenset({"unpaved", "gravel", "dirt", "earth", "ground", "sand", "mud"})


@dataclass
class RoadGraph:
    """Ways over the nodes of the map followed by one node a place."""

    ways: Ways
    place_node: dict[str, int]
    joined: dict[str, int]
    """Place to the map node that it is joined to, for places on the map's roads."""
    access_m: dict[str, float]
    """Place to the straight distance to the nearest road, also where that is too far."""
    lat: Floats
    lon: Floats
    capacity: dict[str, Rate]
    """Limited links and named bridges."""
    bridges: frozenset[str]
    """Marks that are bridges."""
    issues: tuple[Issue, ...] = ()


def road_graph(
    scenario: Scenario, region: RegionMap | None, positions: dict[str, tuple[float, float]]
) -> RoadGraph:
    """Put the graph together; what the scenario says wrongly about the map is in ``issues``."""
    site = Site(scenario, region, positions, speeds.shipped())
    _draw_map(site)
    map_nodes = site.drawing.nodes
    lat, lon = _node_positions(site, map_nodes)
    place_node = {}
    for place in sorted(scenario.places, key=lambda p: p.id):
        if place.id in positions:
            place_node[place.id] = site.drawing.nodes
            site.drawing.nodes += 1
    joined, access_m = _join_places(site, place_node, lat, lon)
    _draw_links(site, place_node)
    apply_remarks(site, joined)
    spots = [positions[place] for place in place_node]
    return RoadGraph(
        ways=site.drawing.finish(),
        place_node=place_node,
        joined=joined,
        access_m=access_m,
        lat=np.concatenate([lat, [spot[0] for spot in spots]]),
        lon=np.concatenate([lon, [spot[1] for spot in spots]]),
        capacity=site.capacity,
        bridges=frozenset(site.bridges),
        issues=tuple(site.issues),
    )


def _draw_map(site: Site) -> None:
    if site.region is None:
        return
    roads = site.region.roads
    site.node_of = {node: index for index, node in enumerate(sorted(roads.nodes))}
    site.drawing.nodes = len(site.node_of)
    at = {node: (float(d["x"]), float(d["y"])) for node, d in roads.nodes(data=True)}
    for u in site.node_of:
        beyond = roads.adj[u]
        for v in sorted(beyond):
            for k in sorted(beyond[v]):
                edge = beyond[v][k]
                line = edge.get("geometry")
                site.edge_of[u, v, int(k)] = site.drawing.way(
                    site.node_of[u], site.node_of[v], _map_figures(site, edge),
                    [at[u], at[v]] if line is None else line,
                )  # fmt: skip
                site.edge_values.append(edge)


def _map_figures(site: Site, edge: dict[str, Any]) -> Figures:
    road_class = str(edge.get("highway", "unclassified"))
    speed = edge.get("speed_kmh")
    foot_only = bool(edge.get("foot_only", False))
    return Figures(
        length_m=float(edge["length"]),
        road_class=road_class,
        limit_mph=float(speed) * 1000 if speed else site.table.figures(road_class).speed_mph,
        motor=not foot_only,
        rough=road_class in ROUGH_CLASSES or edge.get("surface") in ROUGH_SURFACES,
        source=str(edge.get("source") or ""),
        as_of=str(edge.get("as_of") or ""),
        estimate=bool(edge.get("estimate", False)),
    )


def _node_positions(site: Site, count: int) -> tuple[Floats, Floats]:
    lat, lon = np.empty(count), np.empty(count)
    if site.region is not None:
        for node, values in site.region.roads.nodes(data=True):
            lat[site.node_of[node]], lon[site.node_of[node]] = values["y"], values["x"]
    return lat, lon


def _join_places(
    site: Site, place_node: dict[str, int], lat: Floats, lon: Floats
) -> tuple[dict[str, int], dict[str, float]]:
    """Join every place to the roads: the map's own places where the map says, others nearest."""
    joined: dict[str, int] = {}
    away: dict[str, float] = {}
    if not len(lat) or site.region is None:
        return joined, away
    drawing = site.drawing
    motor, foot = (np.zeros(len(lat), dtype=np.bool_) for _ in range(2))
    for (tail, head), figures in zip(drawing.ends, drawing.figures, strict=True):
        target = motor if figures.motor else foot
        target[tail] = target[head] = True
    by_id = {place.id: place for place in site.scenario.places}
    for place, node in place_node.items():
        found = _nearest(site, by_id[place], motor, lat, lon)
        if found is None:
            continue
        away[place] = found[1]
        if found[1] <= ACCESS_LIMIT_M:
            joined[place] = found[0]
            _draw_access(site, place, node, found, (lat, lon), motor=True)
        beside = _nearest(site, by_id[place], foot & ~motor, lat, lon)
        if beside is not None and beside[1] < min(found[1], ACCESS_LIMIT_M):
            _draw_access(site, place, node, beside, (lat, lon), motor=False)
    return joined, away


def _nearest(
    site: Site, place: Place, among: Bools, lat: Floats, lon: Floats
) -> tuple[int, float] | None:
    assert site.region is not None
    if isinstance(place.at, str):
        node = site.region.places[place.at].road_node
        if node is None or not among[site.node_of[node]]:
            return None
        return site.node_of[node], 0.0
    if not among.any():
        return None
    nodes = np.flatnonzero(among)
    away = distance_m(lat[nodes], lon[nodes], *site.positions[place.id])
    best = int(np.argmin(away))
    return int(nodes[best]), float(away[best])


def _draw_access(
    site: Site,
    place: str,
    node: int,
    found: tuple[int, float],
    at: tuple[Floats, Floats],
    *,
    motor: bool,
) -> None:
    joint, away = found
    lat, lon = site.positions[place]
    figures = Figures(
        length_m=away * ACCESS_DETOUR,
        road_class=ACCESS_CLASS,
        limit_mph=site.table.figures(ACCESS_CLASS).speed_mph,
        motor=motor,
        estimate=away > 0,
    )
    there = (float(at[1][joint]), float(at[0][joint]))
    site.drawing.both(node, joint, figures, [(lon, lat), there])


def _draw_links(site: Site, place_node: dict[str, int]) -> None:
    """Links that the scenario adds between two of its places, on the ground."""
    for link in site.scenario.links:
        if link.from_ is None or link.to is None or link.mode not in ROAD_MODES:
            continue
        if link.from_ not in place_node or link.to not in place_node:
            continue
        ends = [place_node[link.from_], place_node[link.to]]
        line = [site.positions[place][::-1] for place in (link.from_, link.to)]
        figures = link_figures(site.scenario, link, site.table, site.positions)
        made: tuple[int, ...]
        if link.one_way:
            made = (site.drawing.way(ends[0], ends[1], figures, line),)
        else:
            made = site.drawing.both(ends[0], ends[1], figures, line)
        site.mark(link, np.array(made))
        if link.capacity is not None:
            site.capacity[link.id] = link.capacity
