"""The road graph while it is being made: simple, undirected, and small operations on it.

Nodes have ``lat`` and ``lon`` (degrees); edges ``source_m`` (straight or as the source has it) and,
once known, the attributes of the finished map. Lengths get the factor once, at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
import shapely

from planner.roads import great_circle_m

Progress = Callable[[str], None]
Point = tuple[float, float]  # lat, lon

NEW_NODE = 10_000_000
_NEAR_NODE_M = 1_500.0
_NEAR_ROAD_M = 6_000.0
_FAR_NODE_M = 8_000.0
_DEGREE_M = 111_195.0


def distance_m(roads: nx.Graph[int], u: int, v: int) -> float:
    """Great-circle distance between two nodes in metres."""
    a, b = roads.nodes[u], roads.nodes[v]
    return great_circle_m(a["lat"], a["lon"], b["lat"], b["lon"])


def join(roads: nx.Graph[int], u: int, v: int, why: str) -> None:
    """Add a straight road over a gap in the source; its existence and length are estimates."""
    roads.add_edge(u, v, source_m=distance_m(roads, u, v), joined=why)


def split(roads: nx.Graph[int], u: int, v: int, fractions: list[float]) -> list[int]:
    """Put nodes on the edge at these fractions of the way from u to v (sorted); their ids."""
    edge = dict(roads.edges[u, v])
    start, end = roads.nodes[u], roads.nodes[v]
    roads.remove_edge(u, v)
    made, last_node, last_fraction = [], u, 0.0
    for fraction in fractions:
        node = max(NEW_NODE, max(roads.nodes) + 1)
        roads.add_node(
            node,
            lat=start["lat"] + fraction * (end["lat"] - start["lat"]),
            lon=start["lon"] + fraction * (end["lon"] - start["lon"]),
        )
        _part(roads, last_node, node, edge, fraction - last_fraction)
        made.append(node)
        last_node, last_fraction = node, fraction
    _part(roads, last_node, v, edge, 1.0 - last_fraction)
    return made


def _part(roads: nx.Graph[int], u: int, v: int, edge: dict[str, Any], share: float) -> None:
    lengths = {key: edge[key] * share for key in ("source_m", "length") if key in edge}
    roads.add_edge(u, v, **(edge | lengths))


def joined_components(roads: nx.Graph[int], limit_m: float, progress: Progress) -> list[str]:
    """Join components over the shortest gap up to ``limit_m``, one by one; drop what stays apart.

    Returns what was done, a sentence each, also told to ``progress``.
    """
    told: list[str] = []
    parts = sorted(nx.connected_components(roads), key=lambda part: (-len(part), min(part)))
    main, rest = set(parts[0]), [sorted(part) for part in parts[1:]]
    while rest:
        gaps = [(*_gap(roads, main, part), number) for number, part in enumerate(rest)]
        length, u, v, number = min(gaps)
        if length > limit_m:
            break
        join(roads, u, v, f"gap of {length:.0f} m in the source, joined as the shortest one")
        told.append(f"joined {len(rest[number])} nodes over a gap of {length:.0f} m ({u}–{v})")
        main |= set(rest.pop(number))
    dropped = sorted(node for part in rest for node in part)
    roads.remove_nodes_from(dropped)
    if dropped:
        told.append(f"dropped {len(dropped)} nodes in {len(rest)} parts without a connection")
    for sentence in told:
        progress(sentence)
    return told


def _gap(roads: nx.Graph[int], main: set[int], part: list[int]) -> tuple[float, int, int]:
    """(metres, node of main, node of part) of the shortest straight gap between the two."""
    from scipy.spatial import cKDTree

    ids = sorted(main)
    distances, found = cKDTree(_plane(roads, ids)).query(_plane(roads, part))
    best = int(np.argmin(distances))
    u, v = ids[int(found[best])], part[best]
    return distance_m(roads, u, v), u, v


def _plane(roads: nx.Graph[int], nodes: list[int]) -> Any:
    """Rows of x, y: degrees scaled to metres at the middle latitude, good to find the nearest.

    Every distance that is kept is a great circle's.
    """
    degrees = np.array([[roads.nodes[n]["lon"], roads.nodes[n]["lat"]] for n in nodes])
    return degrees * _scale(roads)


def _scale(roads: nx.Graph[int]) -> Any:
    lats = [attributes["lat"] for _, attributes in roads.nodes(data=True)]
    return np.array([np.cos(np.radians(np.mean(lats))), 1.0]) * _DEGREE_M


def nearest(roads: nx.Graph[int], points: Mapping[str, Point]) -> dict[str, int | None]:
    """The nearest node of every point, None beyond 8 km; no road is split."""
    from scipy.spatial import cKDTree

    if not points:
        return {}
    ids, keys = sorted(roads.nodes), sorted(points)
    wanted = np.array([[points[key][1], points[key][0]] for key in keys]) * _scale(roads)
    distances, found = cKDTree(_plane(roads, ids)).query(wanted)
    return {
        key: ids[int(index)] if distance <= _FAR_NODE_M else None
        for key, distance, index in zip(keys, distances, found, strict=True)
    }


@dataclass(frozen=True)
class Snapped:
    """``nodes`` maps each point's key to its road node or None; ``split`` counts new nodes."""

    nodes: dict[str, int | None]
    split: int


def snap(roads: nx.Graph[int], points: Mapping[str, Point]) -> Snapped:
    """Give every point a road node: a node within 1.5 km, else a new one on a road within 6 km.

    Farther than that a node within 8 km does; points without any of them get None. A road is
    split where it passes a town whose nearest node is more than twice as far away.
    """
    keys = sorted(points)
    if not keys or not len(roads):
        return Snapped(dict.fromkeys(keys), 0)
    ids = sorted(roads.nodes)
    edges = sorted((min(u, v), max(u, v)) for u, v in roads.edges)
    scale = _scale(roads)
    flat = dict(zip(ids, _plane(roads, ids), strict=True))
    spots = [shapely.Point(np.array([points[k][1], points[k][0]]) * scale) for k in keys]
    dots = shapely.STRtree([shapely.Point(flat[n]) for n in ids])
    lines = [shapely.LineString([flat[u], flat[v]]) for u, v in edges]
    near_dots, near_lines = dots.nearest(spots), shapely.STRtree(lines).nearest(spots)
    nodes: dict[str, int | None] = {}
    cuts: dict[tuple[int, int], list[tuple[float, str]]] = {}
    for key, spot, dot, line in zip(keys, spots, near_dots, near_lines, strict=True):
        to_node, to_road = spot.distance(dots.geometries[dot]), spot.distance(lines[line])
        if to_node > _NEAR_NODE_M and to_road < min(_NEAR_ROAD_M, to_node / 2):
            fraction = lines[line].project(spot, normalized=True)
            cuts.setdefault(edges[line], []).append((fraction, key))
        else:
            nodes[key] = ids[dot] if to_node <= _FAR_NODE_M else None
    for (u, v), wanted in sorted(cuts.items()):
        wanted.sort()
        made = split(roads, u, v, [fraction for fraction, _ in wanted])
        nodes.update((key, node) for (_, key), node in zip(wanted, made, strict=True))
    return Snapped(nodes, sum(len(wanted) for wanted in cuts.values()))
