"""Fetch a region's roads from an Overpass server through OSMnx: the one use of the network."""

from __future__ import annotations

import math
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import networkx as nx

from planner.errors import ScenarioError
from planner.mapbuild import osmgraph, surroundings
from planner.mapbuild.ground import Progress
from planner.mapbuild.surroundings import Bbox
from planner.mapbuild.writing import Origin, Region

TILE_DEG = 0.5
_MAX_TILES = 400
_PATIENCE_S = 20
_CACHE = ".overpass"
_TAGS = ["access", "bridge", "highway", "junction", "maxspeed", "name", "oneway", "ref", "area"]


def fetch(
    bbox: Bbox | None,
    place: str | None,
    name: str,
    out: Path,
    progress: Progress,
    server: str = "",
    date: str = "",
) -> Region:
    """Fetch the roads within ``bbox`` (south, west, north, east) or around ``place`` into ``out``.

    Asked in tiles of half a degree; answers are kept in ``out/.overpass``, so that a fetch that
    broke off goes on where it was. ``server`` is another Overpass endpoint than OSMnx's own.
    Raises ScenarioError with one sentence when there is no network or no answer.
    """
    if bbox is not None:
        surroundings.check_bbox(bbox)
    with _settings(out / _CACHE, server), _one_sentence():
        _knock(out / _CACHE)
        area = bbox or _bbox_of(place or "", progress)
        raw = _raw(area, progress)
    if raw.number_of_edges() == 0:
        raise surroundings.fault("no road in this area", "give a larger one")
    day = date or surroundings.today()
    origin = Origin(
        source="OpenStreetMap by way of Overpass and OSMnx",
        package="OpenStreetMap (Overpass)",
        as_of=day,
        licence="ODbL-1.0",
        credit=surroundings.OSM_CREDIT,
        note="speeds and capacities are estimates by class",
    )
    return osmgraph.finish(raw, name, out, origin, progress, day)


def _knock(cache: Path) -> None:
    """Raise at once where there is no network: OSMnx would first wait a minute for a free slot.

    With answers in the cache it goes on without the wait; what is not in there will fail.
    """
    import osmnx as ox
    import requests

    try:
        requests.get(f"{ox.settings.overpass_url.rstrip('/')}/status", timeout=_PATIENCE_S)
    except requests.RequestException:
        if not any(cache.glob("*.json")):
            raise
        ox.settings.overpass_rate_limit = False


def tiles(bbox: Bbox) -> list[Bbox]:
    """The bbox cut into equal tiles of at most half a degree, row by row from the south-west."""
    south, west, north, east = bbox
    rows = max(1, math.ceil((north - south) / TILE_DEG))
    columns = max(1, math.ceil((east - west) / TILE_DEG))
    height, width = (north - south) / rows, (east - west) / columns
    return [
        (
            south + row * height,
            west + column * width,
            south + (row + 1) * height,
            west + (column + 1) * width,
        )
        for row, column in product(range(rows), range(columns))
    ]


def _raw(area: Bbox, progress: Progress) -> nx.MultiDiGraph[int]:
    import osmnx as ox

    parts = tiles(area)
    if len(parts) > _MAX_TILES:
        raise surroundings.fault(
            f"{len(parts)} tiles are too much for a public server",
            "give a smaller area, or import an extract: planner map import FILE.osm.pbf",
        )
    classes = "|".join(osmgraph.DRIVABLE)
    asked = [
        f'["highway"~"^({classes})$"]["area"!~"yes"]["access"!~"^(no|private)$"]',
        f'["highway"~"^({"|".join(osmgraph.ON_FOOT)})$"]["bridge"~"."]',
    ]
    whole: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="epsg:4326")
    for number, (south, west, north, east) in enumerate(parts, 1):
        progress(f"tile {number} of {len(parts)}")
        try:
            tile = ox.graph.graph_from_bbox(
                (west, south, east, north),
                simplify=False,
                retain_all=True,
                truncate_by_edge=True,
                custom_filter=asked,
            )
        except (ox._errors.InsufficientResponseError, ValueError) as error:
            progress(f"tile {number} has no road ({error})")
            continue
        _add(whole, tile)
    return whole


def _add(whole: nx.MultiDiGraph[int], tile: nx.MultiDiGraph[int]) -> None:
    """Add a tile's nodes and edges; an edge that a neighbouring tile brought too is there once."""
    for node, at in tile.nodes(data=True):
        whole.add_node(node, x=round(at["x"], 7), y=round(at["y"], 7))
    known = {(u, v, edge["osmid"]) for u, v, edge in whole.edges(tile.nodes, data=True)}
    for u, v, edge in tile.edges(data=True):
        tags = {key: str(edge[key]) for key in _TAGS if key in edge}
        if u == v or (u, v, edge["osmid"]) in known or not osmgraph.wanted(tags):
            continue
        values = osmgraph.edge_values(edge["osmid"], tags, edge["length"])
        whole.add_edge(u, v, **values, oneway=bool(edge.get("oneway", False)))


def _bbox_of(place: str, progress: Progress) -> Bbox:
    import osmnx as ox

    progress(f"looking up {place} …")
    west, south, east, north = ox.geocode_to_gdf(place).total_bounds
    return float(south), float(west), float(north), float(east)


@contextmanager
def _settings(cache: Path, server: str) -> Iterator[None]:
    """OSMnx's settings for one fetch; afterwards as they were.

    No name is looked up with a third party (OSMnx would ask a public DNS server over HTTPS), and
    the resolver that OSMnx replaces for the whole process is put back.
    """
    import osmnx as ox

    changed: dict[str, Any] = {
        "overpass_rate_limit": ox.settings.overpass_rate_limit,
        "use_cache": True,
        "cache_folder": cache,
        "doh_url_template": None,
        "useful_tags_way": _TAGS,
        "log_console": False,
    }
    if server:
        changed |= {"overpass_url": server, "overpass_rate_limit": False}
    before = {key: getattr(ox.settings, key) for key in changed}
    resolver = socket.getaddrinfo
    for key, value in changed.items():
        setattr(ox.settings, key, value)
    try:
        yield
    finally:
        for key, value in before.items():
            setattr(ox.settings, key, value)
        socket.getaddrinfo = resolver


@contextmanager
def _one_sentence() -> Iterator[None]:
    """Turn what OSMnx and requests raise without a network into one Issue."""
    import osmnx as ox
    import requests

    try:
        yield
    except ScenarioError:
        raise
    except (requests.RequestException, OSError) as error:
        raise surroundings.fault(
            f"no answer from the map server ({type(error).__name__}): is there a network?",
            "connect, or bring a file along: planner map import FILE.osm.pbf",
        ) from error
    except (ox._errors.InsufficientResponseError, ox._errors.ResponseStatusCodeError) as error:
        raise surroundings.fault(
            f"the map server gave no map: {error}", "try again later, or name another place"
        ) from error
