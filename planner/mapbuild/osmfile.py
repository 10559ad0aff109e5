"""Import an OpenStreetMap file: .osm.pbf, .osm, .osm.gz, .osm.bz2."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import networkx as nx

from planner.mapbuild import osmgraph, surroundings
from planner.mapbuild.ground import Progress
from planner.mapbuild.writing import Origin, Region
from planner.roads import great_circle_m

Location = tuple[float, float]  # lat, lon


@dataclass(frozen=True)
class Way:
    """One way of the file that belongs in the graph."""

    osmid: int
    tags: dict[str, str]
    refs: tuple[int, ...]


def osm_import(path: Path, out: Path, name: str, progress: Progress, date: str = "") -> Region:
    """Make a region of an OpenStreetMap file in the folder ``out``.

    Ways are filtered by highway class first, then only their nodes are read. A reference to a node
    that the file does not hold (a clipped extract) is dropped, and the way is cut there; the number
    is told. Raises ScenarioError when the file is missing, unreadable or has no road.
    """
    if not path.is_file():
        raise surroundings.fault(f"there is no file '{path.name}'", "give an .osm.pbf or .osm file")
    try:
        ways, as_of = _ways(path)
        progress(f"{len(ways):,} roads in {path.name}")
        locations = _locations(path, {ref for way in ways for ref in way.refs})
    except RuntimeError as error:
        raise surroundings.fault(
            f"'{path.name}' cannot be read as OpenStreetMap data: {error}",
            "give an .osm.pbf, .osm, .osm.gz or .osm.bz2 file",
        ) from error
    if not ways:
        raise surroundings.fault(f"no road in '{path.name}'", "give an extract with highways")
    raw, dangling = raw_graph(ways, locations)
    if dangling:
        progress(f"dropped {dangling:,} dangling references (nodes that the file does not hold)")
    origin = Origin(
        source=f"OpenStreetMap file {path.name}",
        package=f"OpenStreetMap ({path.name})",
        as_of=as_of,
        licence="ODbL-1.0",
        credit=surroundings.OSM_CREDIT,
        note=f"{dangling} dangling references dropped; speed and capacity are estimates by class",
    )
    return osmgraph.finish(raw, name, out, origin, progress, date)


def _ways(path: Path) -> tuple[list[Way], str]:
    """The ways wanted, by id, and the day of the newest change among them (ISO)."""
    import osmium

    ways, newest = [], ""
    only_roads = osmium.filter.KeyFilter("highway")
    for way in osmium.FileProcessor(str(path), osmium.osm.WAY).with_filter(only_roads):
        tags = {tag.k: tag.v for tag in way.tags}
        if isinstance(way, osmium.osm.Way) and osmgraph.wanted(tags):
            ways.append(Way(way.id, tags, tuple(node.ref for node in way.nodes)))
            if way.timestamp.year > 1970:
                newest = max(newest, way.timestamp.date().isoformat())
    return sorted(ways, key=lambda way: way.osmid), newest or "unknown"


def _locations(path: Path, refs: set[int]) -> dict[int, Location]:
    import osmium

    found: dict[int, Location] = {}
    needed = osmium.filter.IdFilter(refs)
    for node in osmium.FileProcessor(str(path), osmium.osm.NODE).with_filter(needed):
        if isinstance(node, osmium.osm.Node) and node.location.valid():
            found[node.id] = (round(node.location.lat, 7), round(node.location.lon, 7))
    return found


def raw_graph(ways: list[Way], locations: dict[int, Location]) -> tuple[nx.MultiDiGraph[int], int]:
    """One edge per pair of neighbouring points and direction; how many references dangled."""
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="epsg:4326")
    dangling: set[int] = set()
    for way in ways:
        dangling.update(ref for ref in way.refs if ref not in locations)
        along, against = osmgraph.directions(way.tags)
        for u, v in pairwise(way.refs):
            if u == v or u not in locations or v not in locations:
                continue
            for node in (u, v):
                graph.add_node(node, y=locations[node][0], x=locations[node][1])
            length_m = great_circle_m(*locations[u], *locations[v])
            values = osmgraph.edge_values(way.osmid, way.tags, length_m)
            values["oneway"] = not (along and against)
            if along:
                graph.add_edge(u, v, **values)
            if against:
                graph.add_edge(v, u, **values)
    return graph, len(dangling)
