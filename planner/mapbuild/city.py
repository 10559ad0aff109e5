"""Reviewed additions inside a city: districts, assembly points, bridges and streets by hand.

A GeoJSON file: points are places (``node`` names the road node that a place stands on, otherwise it
gets one of its own), lines are links between two places or to a road node (``node:119174``).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import networkx as nx

from planner.mapbuild.ground import NEW_NODE, distance_m
from planner.roads import MapPlace

STREET_FACTOR = 1.2
_COPIED = ("highway", "name", "capacity_vph", "capacity_pph", "bridge", "foot_only", "status")


def add(roads: nx.Graph[int], path: Path) -> dict[str, MapPlace]:
    """Add the places and links of the file to the graph; the places, with their road nodes.

    A link with an ``id`` becomes a named link of the map. Its length is ``length_m`` or 1.2 times
    the straight line (bridges: the straight line). All of it is marked as an estimate.
    """
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    places: dict[str, MapPlace] = {}
    for feature in features:
        if feature["geometry"]["type"] == "Point":
            place = _place(roads, feature, path.name)
            places[place.id] = place
    for feature in features:
        if feature["geometry"]["type"] == "LineString":
            _link(roads, feature["properties"], places, path.name)
    return places


def _place(roads: nx.Graph[int], feature: dict[str, Any], file: str) -> MapPlace:
    row = feature["properties"]
    lon, lat = feature["geometry"]["coordinates"]
    node = row.get("node")
    if node is None:
        node = max(NEW_NODE, max(roads.nodes) + 1)
        roads.add_node(node, lat=lat, lon=lon)
    elif node not in roads:
        raise ValueError(f"{file}: place '{row['id']}' stands on node {node}, which is not there")
    return MapPlace(
        id=row["id"],
        name=row["name"],
        name_ar=row.get("name_ar"),
        kind=row["kind"],
        lat=lat,
        lon=lon,
        country=row["country"],
        road_node=node,
        source=f"reviewed file {file}: {row['because']}",
        estimate=True,
    )


def _link(
    roads: nx.Graph[int], row: dict[str, Any], places: dict[str, MapPlace], file: str
) -> None:
    ends = []
    for end in (row["from"], row["to"]):
        node = int(end[5:]) if end.startswith("node:") else places[end].road_node
        if node is None or node not in roads:
            raise ValueError(f"{file}: link {row['from']}–{row['to']}: no node '{end}'")
        ends.append(node)
    u, v = ends
    straight_m = distance_m(roads, u, v) * (1.0 if row.get("bridge") else STREET_FACTOR)
    edge = {key: row[key] for key in _COPIED if key in row}
    edge |= {"length": row.get("length_m", straight_m), "city": row["because"]}
    if "id" in row:
        edge["link_id"] = row["id"]
    roads.add_edge(u, v, **edge)
