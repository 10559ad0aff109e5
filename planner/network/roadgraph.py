"""The graph that road vehicles, cars and walkers use: map, added links, access to the places."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from planner import speeds
from planner.errors import Issue
from planner.network.shortest import shortest_paths
from planner.network.ways import Drawing, Figures, Ints, Ways
from planner.network.zones import Bools, Floats, distance_m
from planner.scenario import Link, Place, Scenario
from planner.units import Rate

if TYPE_CHECKING:
    from planner.roads import RegionMap

ACCESS_LIMIT_M = 5000
"""A place farther than this from every road has no road."""
ACCESS_DETOUR = 1.2
"""Estimate: the way from a place to the nearest road is this much longer than the straight line."""
ACCESS_CLASS = "unclassified"
TOWN_M = 3000
"""``along`` spares the towns: nothing within this distance of either end is meant."""
ROAD_MODES = ("road", "foot")
ROUGH_CLASSES = frozenset({"track", "path", "bridleway"})
ROUGH_SURFACES = frozenset({"unpaved", "gravel", "dirt", "earth", "ground", "sand", "mud"})
CLOSED_ON_MAP = ("not operational", "closed")


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


@dataclass
class _Site:
    """Everything while the graph is being put together."""

    scenario: Scenario
    region: RegionMap | None
    positions: dict[str, tuple[float, float]]
    table: speeds.SpeedTable
    drawing: Drawing = field(default_factory=Drawing)
    node_of: dict[int, int] = field(default_factory=dict)
    edge_of: dict[tuple[int, int, int], int] = field(default_factory=dict)
    edge_values: list[dict[str, Any]] = field(default_factory=list)
    capacity: dict[str, Rate] = field(default_factory=dict)
    bridges: set[str] = field(default_factory=set)
    issues: list[Issue] = field(default_factory=list)

    def fault(self, where: str, problem: str, remedy: str) -> None:
        self.issues.append(Issue(self.scenario.origin.file, 0, where, problem, remedy))


def road_graph(
    scenario: Scenario, region: RegionMap | None, positions: dict[str, tuple[float, float]]
) -> RoadGraph:
    """Put the graph together; what the scenario says wrongly about the map is in ``issues``."""
    site = _Site(scenario, region, positions, speeds.shipped())
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
    _apply_remarks(site, joined)
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


def _draw_map(site: _Site) -> None:
    if site.region is None:
        return
    roads = site.region.roads
    site.node_of = {node: index for index, node in enumerate(sorted(roads.nodes))}
    site.drawing.nodes = len(site.node_of)
    at = {node: (float(d["x"]), float(d["y"])) for node, d in roads.nodes(data=True)}
    for u, v, k, edge in sorted(roads.edges(keys=True, data=True), key=lambda row: row[:3]):
        line = edge.get("geometry")
        index = site.drawing.way(
            site.node_of[u], site.node_of[v], _map_figures(site, edge),
            [at[u], at[v]] if line is None else line,
        )  # fmt: skip
        site.edge_of[u, v, k] = index
        site.edge_values.append(edge)


def _map_figures(site: _Site, edge: dict[str, Any]) -> Figures:
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


def _node_positions(site: _Site, count: int) -> tuple[Floats, Floats]:
    lat, lon = np.empty(count), np.empty(count)
    if site.region is not None:
        for node, values in site.region.roads.nodes(data=True):
            lat[site.node_of[node]], lon[site.node_of[node]] = values["y"], values["x"]
    return lat, lon


def _join_places(
    site: _Site, place_node: dict[str, int], lat: Floats, lon: Floats
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
    site: _Site, place: Place, among: Bools, lat: Floats, lon: Floats
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
    site: _Site,
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


def _draw_links(site: _Site, place_node: dict[str, int]) -> None:
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
        _mark(site, link, np.array(made))
        if link.capacity is not None:
            site.capacity[link.id] = link.capacity


def link_figures(
    scenario: Scenario,
    link: Link,
    table: speeds.SpeedTable,
    positions: dict[str, tuple[float, float]],
) -> Figures:
    """What an added link is like. Its speed, or its class's, times the factor of its condition."""
    length = link.length_m
    if length is None:
        assert link.from_ is not None and link.to is not None
        spots = [np.array([x]) for place in (link.from_, link.to) for x in positions[place]]
        length = round(float(distance_m(spots[0], spots[1], spots[2], spots[3])[0]))
    limit: float | None = link.speed_mph
    if limit is None and link.road_class is not None:
        limit = table.figures(link.road_class).speed_mph
    factor = table.conditions_bp.get(link.condition, 10000)
    as_of = "" if link.as_of is None else _date(scenario, link)
    return Figures(
        length_m=float(length),
        road_class=link.road_class or link.mode,
        limit_mph=None if limit is None else limit * factor / 10000,
        motor=link.mode != "foot",
        rough=link.road_class in ROUGH_CLASSES,
        source=link.source or "",
        as_of=as_of,
        estimate=link.estimate or link.length_m is None,
    )


def _date(scenario: Scenario, link: Link) -> str:
    return scenario.local(scenario.at_s(link.as_of)).date().isoformat()


def _mark(site: _Site, link: Link, ways: Ints) -> None:
    for way in ways.tolist():
        site.drawing.marks.setdefault(way, []).append(link.id)
        if link.status == "closed":
            site.drawing.shut.add(way)


def _apply_remarks(site: _Site, joined: dict[str, int]) -> None:
    """What the scenario says about the map's own links, and what the map says about its bridges."""
    remarks = [link for link in site.scenario.links if link.map_link or link.along]
    if site.region is None:
        for link in remarks:
            site.fault(
                f"links[{link.id}]", "speaks of the map's roads, but the scenario has no map",
                "name one with `map:`, or give `from`, `to` and `length`",
            )  # fmt: skip
        return
    twins = _Twins(site)
    meant = [
        _named_ways(site, link) if link.map_link else _along(site, link, joined, twins)
        for link in remarks
    ]
    # Only now: which road is meant must not depend on what another remark does to it.
    reopened: set[int] = set()
    for link, ways in zip(remarks, meant, strict=True):
        _remark(site, link, ways)
        if "status" in link.model_fields_set and link.status != "closed":
            reopened |= set(ways.tolist())
    _apply_map(site)
    shut = [i for i, edge in enumerate(site.edge_values) if edge.get("status") in CLOSED_ON_MAP]
    site.drawing.shut |= set(shut) - reopened


def _apply_map(site: _Site) -> None:
    """Named bridges of the map that the scenario does not speak of."""
    assert site.region is not None
    spoken_of = {link.map_link for link in site.scenario.links}
    for name, edges in sorted(site.region.named_links.items()):
        ways = np.array([site.edge_of[edge] for edge in edges if edge in site.edge_of], dtype=int)
        if name not in spoken_of and _is_bridge(site, ways):
            site.bridges.add(name)
            for way in ways.tolist():
                site.drawing.marks.setdefault(way, []).append(name)
            _map_capacity(site, name, ways)


def _is_bridge(site: _Site, ways: Ints) -> bool:
    """Whether the name is a bridge's: a road that has bridges on it is none."""
    return len(ways) > 0 and all(site.edge_values[way].get("bridge") for way in ways.tolist())


def _map_capacity(site: _Site, mark: str, ways: Ints) -> None:
    """A named bridge takes what its narrowest piece takes."""
    edges = [site.edge_values[way] for way in ways.tolist()]
    share = min(site.table.status_bp.get(str(e.get("status")), 10000) or 10000 for e in edges)
    if all(edge.get("foot_only") for edge in edges):
        counts, what = [edge.get("capacity_pph") for edge in edges], "persons"
    else:
        counts, what = [e.get("capacity_vph") for e in edges if not e.get("foot_only")], "vehicles"
    known = [int(count) for count in counts if count]
    if known:
        site.capacity[mark] = Rate(max(1, min(known) * share // 10000), what)


def _remark(site: _Site, link: Link, ways: Ints) -> None:
    _mark(site, link, ways)
    factor = site.table.conditions_bp.get(link.condition, 10000) / 10000
    for way in ways.tolist():
        known = site.drawing.figures[way]
        limit = known.limit_mph if link.speed_mph is None else float(link.speed_mph)
        road_class = link.road_class or known.road_class
        if link.road_class is not None and link.speed_mph is None:
            limit = site.table.figures(link.road_class).speed_mph
        site.drawing.figures[way] = Figures(
            length_m=known.length_m,
            road_class=road_class,
            limit_mph=None if limit is None else limit * factor,
            motor=known.motor,
            rough=road_class in ROUGH_CLASSES if link.road_class else known.rough,
            source=link.source or known.source,
            as_of=known.as_of if link.as_of is None else _date(site.scenario, link),
            estimate=known.estimate or link.estimate,
        )
    if len(ways) and link.map_link is not None and _is_bridge(site, ways):
        site.bridges.add(link.id)
        _map_capacity(site, link.id, ways)
    if link.capacity is not None:
        site.capacity[link.id] = link.capacity


class _Twins:
    """Both directions of one physical link, by the map's ``link_id``."""

    def __init__(self, site: _Site) -> None:
        self._by_link: dict[str, list[int]] = defaultdict(list)
        self._site = site
        self._key = {index: key for key, index in site.edge_of.items()}
        for index, edge in enumerate(site.edge_values):
            if edge.get("link_id"):
                self._by_link[str(edge["link_id"])].append(index)

    def of(self, way: int) -> list[int]:
        known = self._site.edge_values[way].get("link_id")
        if known:
            return self._by_link[str(known)]
        u, v, k = self._key[way]
        back = self._site.edge_of.get((v, u, k))
        return [way] if back is None else [way, back]


def _named_ways(site: _Site, link: Link) -> Ints:
    assert site.region is not None and link.map_link is not None
    if link.map_link not in site.region.named_links:
        known = ", ".join(sorted(site.region.named_links)) or "none"
        site.fault(
            f"links[{link.id}].map_link",
            f"the map '{site.region.name}' has no link called '{link.map_link}'",
            f"known: {known}",
        )
        return np.zeros(0, dtype=np.int64)
    edges = site.region.named_links[link.map_link]
    return np.array([site.edge_of[edge] for edge in edges if edge in site.edge_of], dtype=np.int64)


def _along(site: _Site, link: Link, joined: dict[str, int], twins: _Twins) -> Ints:
    """Both directions of the quickest road between two places, off the towns themselves.

    A way counts where its middle is more than ``TOWN_M`` from either end.
    """
    none = np.zeros(0, dtype=np.int64)
    ends = [_road_end(site, link, name, joined) for name in link.along or ()]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        return none
    drawing = site.drawing
    count = len(site.edge_values)
    figures = drawing.figures[:count]
    tails, heads = np.array(drawing.ends[:count], dtype=np.int64).reshape(-1, 2).T
    hours = np.array([f.length_m / (f.limit_mph or 60000) for f in figures])
    usable = np.array([f.motor for f in figures])
    chains = shortest_paths(
        (tails, heads, drawing.nodes), hours, usable, [ends[0]], [ends[1]], np.array([[True]])
    )
    if not len(chains.ways):
        site.fault(f"links[{link.id}].along", "no road on the map joins the two places", "")
        return none
    middles = np.array([_middle(drawing.lines[way]) for way in chains.ways.tolist()])
    far = np.ones(len(middles), dtype=np.bool_)
    for path_end in (0, 1):
        lon, lat = _end_position(drawing, chains.ways, path_end)
        far &= distance_m(middles[:, 1], middles[:, 0], lat, lon) > TOWN_M
    found = sorted({twin for way in chains.ways[far].tolist() for twin in twins.of(way)})
    if not found:
        site.fault(
            f"links[{link.id}].along", f"the two places are within {TOWN_M} m of each other", ""
        )
    return np.array(found, dtype=np.int64)


def _middle(line: Any) -> tuple[float, float]:
    points = line if isinstance(line, list) else list(line.coords)
    steps = [
        ((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5
        for a, b in pairwise(points)
    ]
    left = sum(steps) / 2
    for (a, b), step in zip(pairwise(points), steps, strict=True):
        if step >= left and step > 0:
            share = left / step
            return (a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]))
        left -= step
    return (points[0][0], points[0][1])


def _end_position(drawing: Drawing, ways: Ints, which: int) -> tuple[float, float]:
    line = drawing.lines[int(ways[-which])]
    points = line if isinstance(line, list) else list(line.coords)
    return (points[-which][0], points[-which][1])


def _road_end(site: _Site, link: Link, name: str, joined: dict[str, int]) -> int | None:
    assert site.region is not None
    known = site.region.places.get(name)
    if known is not None and known.road_node is not None:
        return site.node_of[known.road_node]
    if name in joined:
        return joined[name]
    what = "is not on a road" if known is not None else "is no place of the map"
    site.fault(
        f"links[{link.id}].along", f"'{name}' {what} ('{site.region.name}')",
        "name two towns of the map",
    )  # fmt: skip
    return None
