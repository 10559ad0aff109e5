"""The ground: a region's roads and named points, read from map files.

A region is a folder (``maps/syria``) that ``planner map build``, ``import`` or ``fetch`` wrote:

* ``roads.graphml`` the road graph of OSMnx's own kind: OSMnx loads, routes and plots it too.
  Values that most edges share stand once, as the ``<default>`` of their GraphML key.
* ``places.json`` named points: towns, ports, airports, border crossings, districts; ``links.json``
  names of links that scenarios speak of; ``drawing.json`` land, borders, rivers for charts;
  ``sea_lanes.json`` see :mod:`planner.lanes`.
* one ``<file>.source.yaml`` each, with source, date, bbox, licence and sha256.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner import assets
from planner.errors import Issue, ScenarioError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    import networkx as nx

EARTH_RADIUS_M = 6_371_009.0
ROADS_FILE = "roads.graphml"
SIDECAR_ENDING = ".source.yaml"
_REQUIRED_FILES = (ROADS_FILE, "places.json", "links.json")
_GRAPHML = "{http://graphml.graphdrawing.org/xmlns}"
_KEY, _GRAPH, _NODE, _EDGE, _DATA = (
    f"{_GRAPHML}{tag}" for tag in ("key", "graph", "node", "edge", "data")
)
# OSMnx's GraphML types every value as a string.
_PARSERS: dict[str, Callable[[str], Any]] = {
    "x": float,
    "y": float,
    "length": float,
    "speed_kmh": float,
    "capacity_vph": int,
    "capacity_pph": int,
    "street_count": int,
    **dict.fromkeys(
        ("bridge", "foot_only", "estimate", "oneway", "reversed", "simplified"),
        lambda text: text == "True",
    ),
}


@dataclass(frozen=True)
class MapPlace:
    """One named point of a map; ``lat`` and ``lon`` in degrees (WGS 84).

    ``kind`` is town, port, airport, border_crossing, district, assembly_point or bridge_end.
    ``road_node`` is the node of the road graph that the place uses, None where no road is near
    enough (a port or airport far outside the region). ``runway_m`` is the longest runway.
    """

    id: str
    name: str
    name_ar: str | None
    kind: str
    lat: float
    lon: float
    country: str
    road_node: int | None
    unlocode: str | None = None
    icao: str | None = None
    runway_m: int | None = None
    source: str = ""
    estimate: bool = False


@dataclass(frozen=True)
class SourceNote:
    """What the sidecar of one map file says: where it comes from and under which licence."""

    file: str
    source: str
    package: str
    date: str
    as_of: str
    bbox: str
    licence: str
    sha256: str
    credit: str
    note: str = ""


@dataclass(frozen=True, eq=False)
class RegionMap:
    """A region's ground; nobody writes to it after it is loaded. Equal only to itself.

    ``roads`` has nodes with ``x`` (lon) and ``y`` (lat), and directed edges with: ``length`` (m),
    ``highway`` (class), ``speed_kmh``, ``capacity_vph`` (vehicles per hour and direction),
    ``capacity_pph`` (persons on foot per hour and direction), ``foot_only``, ``bridge``, ``status``
    (operational, restricted, not operational), ``link_id`` (one per physical link: both directions
    of a two-way road share it), ``source``, ``km_source``, ``as_of``, ``estimate`` with
    ``estimate_of`` (which of the values are estimates), sometimes ``name`` and ``geometry``
    (LineString of lon, lat; without one the edge is straight).
    ``named_links`` maps a reviewed name to edges ``(u, v, key)``, in both directions of a road.
    """

    name: str
    roads: nx.MultiDiGraph[int]
    places: dict[str, MapPlace]
    named_links: dict[str, tuple[tuple[int, int, int], ...]]
    sources: tuple[SourceNote, ...]
    hashes: dict[str, str]
    folder: Path

    @cached_property
    def _positions(self) -> tuple[list[int], Any, Any]:
        import numpy as np

        ids = sorted(self.roads.nodes)
        lat = np.radians([float(self.roads.nodes[node]["y"]) for node in ids])
        lon = np.radians([float(self.roads.nodes[node]["x"]) for node in ids])
        return ids, lat, lon


def load_map(name_or_path: str) -> RegionMap:
    """The shipped region of this name, or the region in this folder.

    Read again only where a file has changed since. Raises ScenarioError when it is missing,
    incomplete, unreadable, or when a file is no longer the one that its sidecar describes.
    """
    folder = region_folder(name_or_path)
    states = [path.stat() for path in sorted(folder.iterdir())]
    return _load(folder, tuple((state.st_mtime_ns, state.st_size) for state in states))


@lru_cache(maxsize=1)
def _load(folder: Path, _stamp: tuple[tuple[int, int], ...]) -> RegionMap:
    missing = [file for file in _REQUIRED_FILES if not (folder / file).is_file()]
    if missing:
        raise _fault(
            folder / missing[0],
            f"the map '{folder.name}' is incomplete: {', '.join(missing)} missing",
            "build it again with 'planner map build', 'map import' or 'map fetch'",
        )
    hashes = {path.name: file_sha256(path) for path in data_files(folder)}
    sources = tuple(_sidecar(folder / file, sha256) for file, sha256 in hashes.items())
    places = _read_json(folder / "places.json", dict)
    links = _read_json(folder / "links.json", dict)
    try:
        return RegionMap(
            name=folder.name,
            roads=_read_roads(folder / ROADS_FILE),
            places={key: MapPlace(id=key, **value) for key, value in places.items()},
            named_links={
                name: tuple((int(u), int(v), int(k)) for u, v, k in edges)
                for name, edges in links.items()
            },
            sources=sources,
            hashes=hashes,
            folder=folder,
        )
    except (TypeError, ValueError, KeyError) as error:
        raise _fault(folder, f"the map '{folder.name}' is damaged: {error}", _RESTORE) from error


_RESTORE = "restore the file, or build the map again"


def region_folder(name_or_path: str) -> Path:
    """Folder of a shipped region, or the given folder. Raises ScenarioError when there is none."""
    shipped = sorted(path.parent.name for path in assets.maps_dir().glob(f"*/{ROADS_FILE}"))
    if name_or_path in shipped:
        return assets.maps_dir() / name_or_path
    given = Path(name_or_path)
    if name_or_path and given.is_dir():
        return given
    raise _fault(
        Path(name_or_path),
        f"there is no map called '{name_or_path}'",
        f"shipped: {', '.join(shipped) or 'none'}; or name a folder written by 'planner map'",
    )


def data_files(folder: Path) -> list[Path]:
    """The map files of a region, without sidecars, sorted by name."""
    return sorted(
        p for p in folder.iterdir() if p.is_file() and not p.name.endswith(SIDECAR_ENDING)
    )


def file_sha256(path: Path) -> str:
    """SHA-256 of the file's bytes, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def nearest_node(region: RegionMap, lat: float, lon: float) -> tuple[int, float]:
    """The road node nearest to a point (degrees) and its great-circle distance in metres."""
    import numpy as np

    ids, lats, lons = region._positions
    here_lat, here_lon = math.radians(lat), math.radians(lon)
    half = (
        np.sin((lats - here_lat) / 2) ** 2
        + np.cos(lats) * math.cos(here_lat) * np.sin((lons - here_lon) / 2) ** 2
    )
    nearest = int(np.argmin(half))
    return ids[nearest], float(2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(half[nearest]))))


def great_circle_m(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Great-circle distance in metres between two points in degrees (haversine formula)."""
    a, b = math.radians(lat_a), math.radians(lat_b)
    half = (
        math.sin((b - a) / 2) ** 2
        + math.cos(a) * math.cos(b) * math.sin(math.radians(lon_b - lon_a) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(half)))


def drawing(region: str | RegionMap) -> dict[str, dict[str, Any]]:
    """GeoJSON FeatureCollections for charts: countries, coast, borders, rivers and roads.

    A layer of which the region has nothing is an empty collection. ``roads`` has one line for each
    physical link with its ``link_id``, ``highway``, ``name`` and ``bridge``.
    """
    ground = region if isinstance(region, RegionMap) else load_map(region)
    drawn = ground.folder / "drawing.json"
    layers: dict[str, dict[str, Any]] = {
        layer: {"type": "FeatureCollection", "features": []}
        for layer in ("countries", "coast", "borders", "rivers")
    }
    if drawn.is_file():
        layers.update(_read_json(drawn, dict))
    layers["roads"] = {"type": "FeatureCollection", "features": _road_lines(ground.roads)}
    return layers


def _road_lines(roads: nx.MultiDiGraph[int]) -> list[dict[str, Any]]:
    lines: dict[str, dict[str, Any]] = {}
    for u, v, edge in roads.edges(data=True):
        if edge["link_id"] in lines:
            continue
        lines[edge["link_id"]] = {
            "type": "Feature",
            "geometry": {
                "type": "LineString",
                "coordinates": [list(point) for point in edge_points(roads, u, v, edge)],
            },
            "properties": {key: edge.get(key) for key in ("link_id", "highway", "name", "bridge")},
        }
    return list(lines.values())


def edge_points(
    roads: nx.MultiDiGraph[int], u: int, v: int, edge: dict[str, Any]
) -> list[tuple[float, float]]:
    """The (lon, lat) points of an edge from ``u`` to ``v``; its two ends if it has no geometry."""
    geometry = edge.get("geometry")
    if geometry is not None:
        return [(x, y) for x, y in geometry.coords]
    return [(roads.nodes[n]["x"], roads.nodes[n]["y"]) for n in (u, v)]


def _read_json(path: Path, kind: type) -> Any:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise _fault(path, f"the map file is damaged: {error}", _RESTORE) from error
    if not isinstance(content, kind):
        raise _fault(path, "the map file is damaged: not what it should hold", _RESTORE)
    return content


def _sidecar(path: Path, sha256: str) -> SourceNote:
    """Read the sidecar of a map file: YAML, restricted to one ``key: "text"`` a line."""
    beside = path.with_name(path.name + SIDECAR_ENDING)
    if not beside.is_file():
        raise _fault(beside, f"the map file '{path.name}' has no sidecar", _RESTORE)
    fields: dict[str, str] = {}
    for line in beside.read_text(encoding="utf-8").splitlines():
        key, colon, value = line.partition(": ")
        if colon and not line.startswith("#"):
            fields[key.strip()] = json.loads(value) if value.startswith('"') else value.strip()
    known = {key: fields.get(key, "") for key in SourceNote.__dataclass_fields__}
    if known["sha256"] != sha256:
        raise _fault(
            path,
            f"the map file '{path.name}' is not the one that '{beside.name}' describes",
            f"{_RESTORE}; if the change was meant, write sha256: {sha256} in the sidecar",
        )
    return SourceNote(**known)


def _read_roads(path: Path) -> nx.MultiDiGraph[int]:
    """GraphML → graph, several times as quick as the general readers, and with key defaults."""
    import xml.etree.ElementTree as ET

    import networkx as nx

    roads: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    keys: dict[str, tuple[str, Callable[[str], Any]]] = {}
    defaults: dict[str, Any] = {}
    body = False
    try:
        for _, element in ET.iterparse(path):
            tag = element.tag
            if tag == _EDGE:
                ends = int(element.attrib["source"]), int(element.attrib["target"])
                values = {**defaults, **_values(element, keys)}
                roads.add_edge(*ends, int(element.attrib["id"]), **values)
                element.clear()  # or the whole file would stay in memory as elements
            elif tag == _NODE:
                roads.add_node(int(element.attrib["id"]), **_values(element, keys))
                element.clear()
            elif tag == _KEY:
                name = element.attrib["attr.name"]
                keys[element.attrib["id"]] = name, _PARSERS.get(name, str)
                default = element.find(f"{_GRAPHML}default")
                if element.attrib["for"] == "edge" and default is not None:
                    defaults[name] = _PARSERS.get(name, str)(default.text or "")
            elif tag == _GRAPH:
                body = True
                roads.graph.update(_values(element, keys))
    except ET.ParseError as error:
        raise _fault(path, f"the map file is damaged: {error}", _RESTORE) from error
    if not body:
        raise ValueError("no graph in the GraphML file")
    _parse_geometries(roads)
    return roads


def _values(
    element: Element, keys: Mapping[str, tuple[str, Callable[[str], Any]]]
) -> dict[str, Any]:
    values = {}
    for datum in element:
        if datum.tag == _DATA:
            name, parse = keys[datum.attrib["key"]]
            values[name] = parse(datum.text or "")
    return values


def _parse_geometries(roads: nx.MultiDiGraph[int]) -> None:
    import shapely

    lined = [edge for _, _, edge in roads.edges(data=True) if "geometry" in edge]
    for edge, line in zip(lined, shapely.from_wkt([e["geometry"] for e in lined]), strict=True):
        edge["geometry"] = line


def _fault(path: Path, problem: str, remedy: str) -> ScenarioError:
    return ScenarioError([Issue(path.name, 0, "map", problem, remedy)])
