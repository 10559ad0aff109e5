"""Raw OpenStreetMap ways → a region's road graph and the region around it.

Raw means: one node per point, edges with OSM's tags. Import (pyosmium) and fetch (OSMnx) end here,
in the schema of the shipped map.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx

from planner import speeds
from planner.mapbuild import (
    attributes,
    crossings,
    frontier,
    gazetteer,
    ground,
    reviewed,
    surroundings,
)
from planner.mapbuild.ground import Progress
from planner.mapbuild.writing import Origin, Region, write_region
from planner.roads import MapPlace

_SAME = ("highway", "name", "bridge", "foot_only", "speed_kmh", "oneway")
DRIVABLE = (
    "motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential",
    "living_street", "road",
    "motorway_link", "trunk_link", "primary_link", "secondary_link", "tertiary_link",
)  # fmt: skip
ON_FOOT = ("footway", "path", "pedestrian", "steps")
_SPEED = re.compile(r"(\d+)\s*(mph|knots)?")
_FACTOR = {"mph": 1.609344, "knots": 1.852}


def wanted(tags: Mapping[str, str]) -> bool:
    """Whether a way belongs in the graph: drivable and not barred, or a bridge for walkers."""
    if tags.get("area") == "yes" or tags.get("access") in ("no", "private"):
        return False
    highway = tags.get("highway", "")
    if highway in DRIVABLE:
        return tags.get("motor_vehicle") not in ("no", "private")
    return highway in ON_FOOT and tags.get("bridge", "no") != "no"


def directions(tags: Mapping[str, str]) -> tuple[bool, bool]:
    """Whether vehicles may drive a way (along its points, against them)."""
    oneway = tags.get("oneway", "")
    if oneway in ("-1", "reverse"):
        return False, True
    implied = tags.get("highway") in ("motorway",) or tags.get("junction") == "roundabout"
    if oneway in ("yes", "true", "1") or (implied and oneway != "no"):
        return True, False
    return True, True


def edge_values(osmid: int, tags: Mapping[str, str], length_m: float) -> dict[str, Any]:
    """The attributes of one raw edge: the lower of class speed and posted speed."""
    highway = tags["highway"]
    class_kmh = speeds.shipped().figures(highway).speed_mph / 1000
    posted_kmh = _posted_kmh(tags.get("maxspeed", ""))
    values: dict[str, Any] = {
        "osmid": osmid,
        "highway": highway,
        "length": length_m,
        "speed_kmh": min(class_kmh, posted_kmh) if posted_kmh else class_kmh,
        "bridge": tags.get("bridge", "no") != "no",
        "foot_only": highway in ON_FOOT,
    }
    name = tags.get("name:en") or tags.get("name") or tags.get("ref")
    return values | ({"name": name} if name else {})


def _posted_kmh(text: str) -> float | None:
    found = _SPEED.match(text)
    if found is None or int(found.group(1)) == 0:
        return None
    return round(int(found.group(1)) * _FACTOR.get(found.group(2) or "", 1.0), 1)


def finish(
    raw: nx.MultiDiGraph[int],
    name: str,
    out: Path,
    roads: Origin,
    progress: Progress,
    date: str = "",
) -> Region:
    """Prune, simplify, complete and write a raw graph as the region ``name`` in ``out``.

    Raises ScenarioError when no road is left.
    """
    connected, dropped = attributes.largest_connected(raw)
    if connected.number_of_edges() == 0:
        raise surroundings.fault("no connected roads in it", "give a larger extract or bbox")
    if dropped:
        progress(f"dropped {dropped:,} nodes that cannot be reached and left again")
    area = _bbox(connected)
    progress("simplifying …")
    graph = attributes.simplified(connected, (), _SAME)
    table = speeds.shipped()
    common = {
        "source": roads.package,
        "km_source": f"{roads.package}, along the way's points",
        "as_of": roads.as_of,
        "estimate": False,
        "estimate_of": "speed, capacity",
    }
    for _, _, edge in graph.edges(data=True):
        finished = attributes.finish_edge({**common, **edge}, table)
        edge.clear()
        edge.update(finished)
    attributes.number_links(graph)
    graph.graph = {"crs": "epsg:4326", "simplified": True, "credit": surroundings.OSM_CREDIT}
    region = Region(name, area, graph)
    shore = _surround(region, progress)
    origins = surroundings.origins(roads, shore)
    write_region(region, out, origins, date or surroundings.today())
    progress(
        f"{len(graph):,} nodes, {graph.number_of_edges():,} edges, {len(region.places):,} places"
    )
    return region


def _surround(region: Region, progress: Progress) -> str:
    """Places, layers and sea lanes of a region; the release of the shore's package or ''."""
    inside = surroundings.Inside(region.bbox, ())
    plain = _plain(region.roads)
    shore = ""
    places: dict[str, MapPlace] = {}
    if frontier.is_installed():
        window = surroundings.widened(region.bbox)
        borders = frontier.read(window, gazetteer.town_votes(*window))
        found = crossings.nearest_ends(plain, borders)
        places |= crossings.places(plain, found, (), progress)
        region.layers = borders.layers(0.003, region.bbox)
        shore = borders.release
    else:
        progress(f"no coast and borders: the package {frontier.PACKAGE} is not installed")
    points = surroundings.named_points(inside, reviewed.Reviewed())
    nodes = ground.nearest(plain, {key: (p.lat, p.lon) for key, p in points.items()})
    places |= {
        key: replace(place, road_node=nodes[key])
        for key, place in points.items()
        if nodes[key] is not None or place.kind != "town"
    }
    region.places = places
    region.lanes = surroundings.sea_lanes(places, progress)
    return shore


def _plain(graph: nx.MultiDiGraph[int]) -> nx.Graph[int]:
    plain: nx.Graph[int] = nx.Graph()
    for node, at in graph.nodes(data=True):
        plain.add_node(node, lat=at["y"], lon=at["x"])
    plain.add_edges_from((u, v) for u, v in graph.edges() if u != v)
    return plain


def _bbox(graph: nx.MultiDiGraph[int]) -> surroundings.Bbox:
    lats = [at["y"] for _, at in graph.nodes(data=True)]
    lons = [at["x"] for _, at in graph.nodes(data=True)]
    return (
        round(min(lats) - 5e-4, 3),
        round(min(lons) - 5e-4, 3),
        round(max(lats) + 5e-4, 3),
        round(max(lons) + 5e-4, 3),
    )
