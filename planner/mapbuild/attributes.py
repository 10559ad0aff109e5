"""From the graph in the making to the finished one: every edge gets the schema's attributes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import networkx as nx

from planner.speeds import SpeedTable

# The source leaves out bends, so its roads run short. One factor for all of them.
LENGTH_FACTOR = 1.03


def finish_edge(edge: dict[str, Any], speeds: SpeedTable) -> dict[str, Any]:
    """Fill in what follows from the class: speed, capacity, defaults of the schema."""
    figures = speeds.figures(edge["highway"])
    foot_only = bool(edge.get("foot_only", False))
    filled = {
        "speed_kmh": figures.speed_mph / 1000,
        "capacity_vph": 0 if foot_only else figures.capacity_vph,
        "capacity_pph": speeds.foot_pph,
        "bridge": False,
        "status": "operational",
        "oneway": False,
    }
    return {**filled, **edge, "foot_only": foot_only, "length": round(float(edge["length"]), 1)}


def two_way(roads: nx.Graph[int]) -> nx.MultiDiGraph[int]:
    """Both directions of every edge of an undirected graph; nodes get ``x`` (lon), ``y`` (lat)."""
    made: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="epsg:4326")
    for node in sorted(roads.nodes):
        at = roads.nodes[node]
        made.add_node(node, x=round(at["lon"], 5), y=round(at["lat"], 5))
    for u, v in sorted((min(edge), max(edge)) for edge in roads.edges):
        made.add_edge(u, v, **roads.edges[u, v])
        made.add_edge(v, u, **roads.edges[u, v])
    return made


def simplified(
    roads: nx.MultiDiGraph[int], keep: Iterable[int], same: Iterable[str]
) -> nx.MultiDiGraph[int]:
    """OSMnx's simplification; ``keep`` nodes stay, edges that differ in ``same`` stay apart."""
    import osmnx as ox

    for node in keep:
        roads.nodes[node]["keep"] = True
    made = ox.simplify_graph(
        roads,
        node_attrs_include=["keep"],
        edge_attrs_differ=list(same),
        edge_attr_aggs={"length": sum, "osmid": min},
        remove_rings=False,
    )
    for _, values in made.nodes(data=True):
        values.pop("keep", None)
    return made


def number_links(roads: nx.MultiDiGraph[int]) -> None:
    """Give every edge its ``link_id``: one for both directions of a two-way road.

    ``smaller-larger-key`` of the first direction; an edge that has an id keeps it. Directions
    belong together when they have the same ends, length and way.
    """
    waiting: dict[tuple[Any, ...], list[str]] = {}
    taken: Counter[str] = Counter()
    for u, v, k, edge in sorted(roads.edges(keys=True, data=True), key=lambda row: row[:3]):
        if edge.get("link_id"):
            continue
        way = (round(edge["length"], 1), str(edge.get("osmid", "")))
        back = waiting.get((v, u, *way))
        if back:
            edge["link_id"] = back.pop()
            continue
        link_id = f"{min(u, v)}-{max(u, v)}-{k}"
        taken[link_id] += 1
        edge["link_id"] = link_id if taken[link_id] == 1 else f"{link_id}-{taken[link_id]}"
        waiting.setdefault((u, v, *way), []).append(edge["link_id"])


def largest_connected(roads: nx.MultiDiGraph[int]) -> tuple[nx.MultiDiGraph[int], int]:
    """The largest strongly connected part, in which every node reaches every other; nodes dropped.

    One-way stubs at the rim of a clipped region lead nowhere: a vehicle could not come back.
    """
    parts = sorted(nx.strongly_connected_components(roads), key=lambda p: (-len(p), min(p)))
    if not parts:
        return roads, 0
    kept: nx.MultiDiGraph[int] = roads.subgraph(sorted(parts[0])).copy()
    return kept, len(roads) - len(kept)
