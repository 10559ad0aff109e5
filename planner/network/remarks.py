"""What a scenario says about the map's own roads: named links, roads between two places."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from planner.network.roadside import Roadside
from planner.network.shortest import shortest_paths
from planner.network.site import ROUGH_CLASSES, TOWN_M, Site, claim_date
from planner.network.ways import Drawing, Figures, Ints
from planner.network.zones import distance_m
from planner.scenario import Link
from planner.units import Rate

NEAR_M = 1000
"""``near`` means a road within this distance of the spot."""
CLOSED_ON_MAP = ("not operational", "closed")


def apply_remarks(site: Site, joined: dict[str, int]) -> None:
    """What the scenario says about the map's own links, and what the map says about its bridges."""
    remarks = [link for link in site.scenario.links if link.map_link or link.along or link.near]
    if site.region is None:
        for link in remarks:
            site.fault(
                f"links[{link.id}]", "speaks of the map's roads, but the scenario has no map",
                "name one with `map:`, or give `from`, `to` and `length`",
            )  # fmt: skip
        return
    twins = _Twins(site)
    side = Roadside(site.region)
    meant = [_meant(site, link, joined, twins, side) for link in remarks]
    # Only now: which road is meant must not depend on what another remark does to it.
    reopened: set[int] = set()
    for link, ways in zip(remarks, meant, strict=True):
        _remark(site, link, ways)
        if "status" in link.model_fields_set and link.status != "closed":
            reopened |= set(ways.tolist())
    _apply_map(site)
    shut = [i for i, edge in enumerate(site.edge_values) if edge.get("status") in CLOSED_ON_MAP]
    site.drawing.shut |= set(shut) - reopened


def _apply_map(site: Site) -> None:
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


def _is_bridge(site: Site, ways: Ints) -> bool:
    """Whether the name is a bridge's: a road that has bridges on it is none."""
    return len(ways) > 0 and all(site.edge_values[way].get("bridge") for way in ways.tolist())


def _map_capacity(site: Site, mark: str, ways: Ints) -> None:
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


def _remark(site: Site, link: Link, ways: Ints) -> None:
    site.mark(link, ways)
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
            as_of=known.as_of if link.as_of is None else claim_date(site.scenario, link),
            estimate=known.estimate or link.estimate,
        )
    if len(ways) and link.map_link is not None and _is_bridge(site, ways):
        site.bridges.add(link.id)
        _map_capacity(site, link.id, ways)
    if link.capacity is not None:
        site.capacity[link.id] = link.capacity


def _meant(site: Site, link: Link, joined: dict[str, int], twins: _Twins, side: Roadside) -> Ints:
    if link.map_link is not None:
        return _named_ways(site, link)
    return _along(site, link, joined, twins) if link.along else _near(site, link, twins, side)


def _near(site: Site, link: Link, twins: _Twins, side: Roadside) -> Ints:
    """Both directions of the piece of road at a spot."""
    assert link.near is not None
    stretch = side.at(*link.near, within_m=NEAR_M)
    if stretch is None:
        site.fault(
            f"links[{link.id}].near", f"no road of the map within {NEAR_M} m",
            "correct the position, or name two towns by `along:`",
        )  # fmt: skip
        return np.zeros(0, dtype=np.int64)
    way = site.edge_of[stretch.u, stretch.v, stretch.key]
    return np.array(sorted(twins.of(way)), dtype=np.int64)


class _Twins:
    """Both directions of one physical link, by the map's ``link_id``."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @cached_property
    def _by_link(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for index, edge in enumerate(self._site.edge_values):
            if edge.get("link_id"):
                found[str(edge["link_id"])].append(index)
        return found

    @cached_property
    def _key(self) -> dict[int, tuple[int, int, int]]:
        return {index: key for key, index in self._site.edge_of.items()}

    def of(self, way: int) -> list[int]:
        known = self._site.edge_values[way].get("link_id")
        if known:
            return self._by_link[str(known)]
        u, v, k = self._key[way]
        back = self._site.edge_of.get((v, u, k))
        return [way] if back is None else [way, back]


def _named_ways(site: Site, link: Link) -> Ints:
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


def _along(site: Site, link: Link, joined: dict[str, int], twins: _Twins) -> Ints:
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
    steps = [((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5 for a, b in pairwise(points)]
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


def _road_end(site: Site, link: Link, name: str, joined: dict[str, int]) -> int | None:
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
