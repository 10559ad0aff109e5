"""Write a region's folder: GraphML, places, named links, layers for drawing, and a sidecar each."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from planner.roads import ROADS_FILE, SIDECAR_ENDING, MapPlace, file_sha256

if TYPE_CHECKING:
    import networkx as nx


@dataclass
class Region:
    """A region in the making. ``layers`` are GeoJSON collections, ``lanes`` the sea lanes' file."""

    name: str
    bbox: tuple[float, float, float, float]
    roads: nx.MultiDiGraph[int]
    places: dict[str, MapPlace] = field(default_factory=dict)
    named_links: dict[str, list[tuple[int, int, int]]] = field(default_factory=dict)
    layers: dict[str, dict[str, Any]] = field(default_factory=dict)
    lanes: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Origin:
    """Where the content of one map file comes from; see :class:`planner.roads.SourceNote`."""

    source: str
    package: str
    as_of: str
    licence: str
    credit: str
    note: str = ""


def write_region(region: Region, folder: Path, origins: Mapping[str, Origin], date: str) -> None:
    """Write every file of the region that has an origin, and its sidecar.

    ``origins`` maps file names to origins; ``date`` is the day on which the region was made.
    The same region gives the same bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_graphml(region.roads, folder / ROADS_FILE)
    places = {key: _without_id(place) for key, place in sorted(region.places.items())}
    links = {key: list(edges) for key, edges in sorted(region.named_links.items())}
    _write_entries(folder / "places.json", places)
    _write_entries(folder / "links.json", links)
    if "drawing.json" in origins:
        _write_entries(folder / "drawing.json", region.layers)
    if "sea_lanes.json" in origins:
        _write_entries(folder / "sea_lanes.json", region.lanes)
    for file, origin in sorted(origins.items()):
        write_sidecar(folder / file, origin, region.bbox, date)


def write_sidecar(
    path: Path, origin: Origin, bbox: tuple[float, float, float, float], date: str
) -> None:
    """Write ``<path>.source.yaml``; ``bbox`` is south, west, north, east in degrees."""
    south, west, north, east = (f"{value:g}" for value in bbox)
    fields = {
        "file": path.name,
        "source": origin.source,
        "package": origin.package,
        "date": date,
        "as_of": origin.as_of,
        "bbox": f"{south}, {west}, {north}, {east} (south, west, north, east)",
        "licence": origin.licence,
        "sha256": file_sha256(path),
        "credit": origin.credit,
        "note": origin.note,
    }
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in fields.items()]
    path.with_name(path.name + SIDECAR_ENDING).write_text(
        "\n".join(lines) + "\n", encoding="utf-8", newline="\n"
    )


def write_graphml(roads: nx.MultiDiGraph[int], path: Path) -> None:
    """Write the graph as GraphML, sorted; the commonest value of an edge's key is its default.

    All values are typed as strings, as OSMnx does it: its reader gives them their types.
    """
    edges = sorted(roads.edges(keys=True, data=True), key=lambda edge: edge[:3])
    nodes = [(node, dict(roads.nodes[node])) for node in sorted(roads.nodes)]
    edge_names = _names(edge[3] for edge in edges)
    node_names = _names(node[1] for node in nodes)
    graph_names = _names([roads.graph])
    defaults = {
        name: _commonest(edges, name) for name in edge_names if name not in ("geometry", "length")
    }
    keys = {("edge", name): f"e{number}" for number, name in enumerate(edge_names)}
    keys |= {("node", name): f"n{number}" for number, name in enumerate(node_names)}
    keys |= {("graph", name): f"g{number}" for number, name in enumerate(graph_names)}
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write('<?xml version="1.0" encoding="utf-8"?>\n')
        out.write('<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n')
        for (scope, name), key in keys.items():
            out.write(f'<key id="{key}" for="{scope}" attr.name={quoteattr(name)} ')
            default = defaults.get(name) if scope == "edge" else None
            inner = "" if default is None else f"<default>{_text(default)}</default>"
            out.write(f'attr.type="string">{inner}</key>\n')
        out.write('<graph edgedefault="directed">\n')
        for name in graph_names:
            out.write(f'<data key="{keys["graph", name]}">{_text(roads.graph[name])}</data>\n')
        for node, values in nodes:
            out.write(f'<node id="{node}">{_data("node", values, node_names, keys, {})}</node>\n')
        for u, v, k, values in edges:
            inner = _data("edge", values, edge_names, keys, defaults)
            out.write(f'<edge source="{u}" target="{v}" id="{k}">{inner}</edge>\n')
        out.write("</graph>\n</graphml>\n")


def _names(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return sorted({name for row in rows for name, value in row.items() if value is not None})


def _commonest(edges: list[tuple[int, int, int, dict[str, Any]]], name: str) -> Any:
    """The value to leave out; None unless every edge has one and leaving it out saves space."""
    counts = Counter(edge[3].get(name) for edge in edges)
    value, count = min(counts.items(), key=lambda item: (-item[1], str(item[0])))
    return value if None not in counts and count > len(edges) // 4 else None


def _data(
    scope: str,
    values: Mapping[str, Any],
    names: Iterable[str],
    keys: Mapping[tuple[str, str], str],
    defaults: Mapping[str, Any],
) -> str:
    return "".join(
        f'<data key="{keys[scope, name]}">{_text(values[name])}</data>'
        for name in names
        if values.get(name) is not None and values[name] != defaults.get(name)
    )


def _text(value: Any) -> str:
    if hasattr(value, "geom_type"):
        import shapely

        return str(shapely.to_wkt(value, rounding_precision=5))
    return escape(str(value))


def _without_id(place: MapPlace) -> dict[str, Any]:
    row = asdict(place)
    del row["id"]
    return row


def _write_entries(path: Path, entries: Mapping[str, Any]) -> None:
    """JSON with one entry a line: small, and a change reads well in a diff."""
    lines = [
        f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False, separators=(',', ':'))}"
        for key, value in entries.items()
    ]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    path.write_text(text, encoding="utf-8", newline="\n")
