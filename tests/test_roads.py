"""The shipped map: complete, sealed by its sidecars, and OSMnx's own kind of graph."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys
from pathlib import Path

import matplotlib
import networkx as nx
import pytest
import yaml

from planner import assets, roads
from planner.errors import ScenarioError

DISTRICTS = (
    "al_joura", "al_qusour", "al_mouazafin", "al_jabileh", "al_ommal", "al_hamidiyeh",
    "al_sheikh_yassin", "al_rashidiyeh", "al_huweiqa", "al_sinaa", "harabish",
)  # fmt: skip
BRIDGES = ("siyasiyeh_bridge", "suspension_bridge", "huweiqa_bridge_west", "huweiqa_bridge_east")
# What every edge of every map carries, and as which type.
SCHEMA = {
    "length": float, "highway": str, "speed_kmh": float, "capacity_vph": int, "capacity_pph": int,
    "foot_only": bool, "bridge": bool, "status": str, "oneway": bool, "link_id": str,
    "source": str, "km_source": str, "as_of": str, "estimate": bool, "estimate_of": str,
}  # fmt: skip
ROOT = assets.maps_dir()
FILES = sorted(
    path
    for path in ROOT.rglob("*")
    if path.is_file() and not path.name.endswith((roads.SIDECAR_ENDING, ".md"))
)


@pytest.fixture(scope="module")
def syria() -> roads.RegionMap:
    return roads.load_map("syria")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the shipped region that a test may damage."""
    folder = tmp_path / "copied"
    shutil.copytree(ROOT / "syria", folder)
    return folder


def _reseal(path: Path) -> None:
    beside = path.with_name(path.name + roads.SIDECAR_ENDING)
    fields = yaml.safe_load(beside.read_text(encoding="utf-8"))
    fields["sha256"] = roads.file_sha256(path)
    lines = [f"{key}: {json.dumps(value)}" for key, value in fields.items()]
    beside.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _km(region: roads.RegionMap, graph: nx.MultiDiGraph[int], start: str, end: str) -> float:
    a, b = region.places[start].road_node, region.places[end].road_node
    return float(nx.dijkstra_path_length(graph, a, b, weight="length")) / 1000


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_map_file_has_a_sidecar_with_its_hash(path: Path) -> None:
    beside = path.with_name(path.name + roads.SIDECAR_ENDING)
    fields = yaml.safe_load(beside.read_text(encoding="utf-8"))
    for key in ("file", "source", "date", "as_of", "bbox", "licence", "credit"):
        assert fields[key], f"{beside.name} says nothing on {key}"
    assert fields["file"] == path.name
    assert fields["sha256"] == roads.file_sha256(path), f"{path.name} changed: {beside.name}"


def test_shipped_map_is_small() -> None:
    assert sum(path.stat().st_size for path in FILES) < 4_000_000


def test_every_edge_carries_the_schema(syria: roads.RegionMap) -> None:
    for u, v, edge in syria.roads.edges(data=True):
        kinds = {key: type(edge[key]) for key in SCHEMA}
        assert kinds == SCHEMA, f"{u}–{v}: {edge}"
        assert edge["length"] > 0 and edge["speed_kmh"] > 0
        assert edge["estimate_of"] and edge["estimate"], "the source has no classes"
        assert (edge["capacity_vph"] == 0) == edge["foot_only"]


def test_one_connected_network(syria: roads.RegionMap) -> None:
    assert nx.is_strongly_connected(syria.roads)
    assert len(syria.roads) > 3_000
    drivable = [(u, v) for u, v, edge in syria.roads.edges(data=True) if not edge["foot_only"]]
    assert nx.is_strongly_connected(nx.DiGraph(drivable))


def test_both_directions_of_a_road_share_their_link(syria: roads.RegionMap) -> None:
    ends: dict[str, list[tuple[int, int]]] = {}
    for u, v, edge in syria.roads.edges(data=True):
        ends.setdefault(edge["link_id"], []).append((u, v))
    assert all(len(pair) == 2 and pair[0] == pair[1][::-1] for pair in ends.values())


def test_places(syria: roads.RegionMap) -> None:
    kinds = {place.kind for place in syria.places.values()}
    assert kinds == {
        "town", "port", "airport", "border_crossing", "district", "assembly_point", "bridge_end",
    }  # fmt: skip
    for place in syria.places.values():
        assert place.source and place.country
        assert place.road_node is None or place.road_node in syria.roads
        if place.kind == "town":
            assert place.road_node is not None
        if place.kind in ("district", "assembly_point", "bridge_end", "border_crossing"):
            assert place.estimate
    assert syria.places["airport_osdi"].runway_m == 3600
    assert syria.places["port_tartous"].unlocode == "SYTTS"
    assert syria.places["deir_ez_zor"].name_ar == "دير الزور"
    far = ("port_novorossiysk", "airport_uudd", "airport_uumu", "port_limassol")
    assert all(syria.places[place_id].road_node is None for place_id in far)
    for wanted in ("raqqa", "hasakah", "mayadin", "abu_kamal", "palmyra", "al_tabni", "maadan",
                   "x_masnaa", "x_nassib", "x_bab_hawa", "airport_olba", "airport_oslk",
                   "airport_osap", "airport_osdz", "port_latakia", "port_beirut"):  # fmt: skip
        assert syria.places[wanted].road_node is not None


def test_border_crossings_lie_on_roads_between_two_countries(syria: roads.RegionMap) -> None:
    found = [p for p in syria.places.values() if p.kind == "border_crossing"]
    assert len(found) >= 17
    for place in found:
        assert place.road_node is not None
        one, other = place.country.split("-")
        assert one < other
        at = syria.roads.nodes[place.road_node]
        assert roads.great_circle_m(place.lat, place.lon, at["y"], at["x"]) < 8_000


def test_inside_deir_al_zor(syria: roads.RegionMap) -> None:
    out = ("raqqa", "hasakah", "palmyra", "damascus", "mayadin", "abu_kamal", "airport_osdz")
    for district in DISTRICTS:
        assert syria.places[district].kind == "district"
        for town in out:
            assert 1 < _km(syria, syria.roads, district, town) < 600
    for bridge in BRIDGES:
        edges = [syria.roads.edges[edge] for edge in syria.named_links[bridge]]
        assert len(edges) == 2
        assert all(edge["bridge"] and edge["status"] == "operational" for edge in edges)
        assert all(50 < edge["length"] < 1_000 and edge["capacity_pph"] > 0 for edge in edges)
    (foot, _) = (syria.roads.edges[edge] for edge in syria.named_links["suspension_bridge"])
    assert foot["foot_only"] and foot["capacity_vph"] == 0
    roads_out = ("raqqa_road_right_bank", "raqqa_road_left_bank", "hasakah_road", "palmyra_road")
    for name in (*roads_out, "mayadin_road", "abu_kamal_road"):
        assert all(edge in syria.roads.edges for edge in syria.named_links[name])


def test_without_the_city_bridges_the_other_bank_is_far(syria: roads.RegionMap) -> None:
    before = _km(syria, syria.roads, "al_hamidiyeh", "left_bank_assembly")
    cut = syria.roads.copy()
    for bridge in ("siyasiyeh_bridge", "suspension_bridge"):
        cut.remove_edges_from(syria.named_links[bridge])
    assert before < 3
    assert _km(syria, cut, "al_hamidiyeh", "left_bank_assembly") > 60


def test_nearest_node_is_the_nearest(syria: roads.RegionMap) -> None:
    for lat, lon in ((35.33, 40.14), (33.5, 36.3), (31.6, 44.0)):
        node, distance_m = roads.nearest_node(syria, lat, lon)
        by_hand = {
            n: roads.great_circle_m(lat, lon, at["y"], at["x"])
            for n, at in syria.roads.nodes(data=True)
        }
        assert math.isclose(distance_m, min(by_hand.values()), rel_tol=1e-6)
        assert math.isclose(by_hand[node], distance_m, rel_tol=1e-6)


def test_great_circle() -> None:
    quarter = roads.great_circle_m(0, 0, 0, 90)
    assert math.isclose(quarter, math.pi / 2 * roads.EARTH_RADIUS_M)
    assert roads.great_circle_m(35, 40, 35, 40) == 0


def test_drawing(syria: roads.RegionMap) -> None:
    layers = roads.drawing("syria")
    assert set(layers) == {"countries", "coast", "borders", "rivers", "roads"}
    names = {feature["properties"]["name"] for feature in layers["countries"]["features"]}
    assert {"SY", "LB", "JO", "IQ", "TR", "CY"} <= names
    assert all(layer["type"] == "FeatureCollection" for layer in layers.values())
    assert len(layers["roads"]["features"]) == syria.roads.number_of_edges() / 2
    json.dumps(layers)


def test_sources_and_hashes_name_every_file(syria: roads.RegionMap) -> None:
    files = {"roads.graphml", "places.json", "links.json", "drawing.json", "sea_lanes.json"}
    assert set(syria.hashes) == files == {note.file for note in syria.sources}
    (graph,) = (note for note in syria.sources if note.file == "roads.graphml")
    assert graph.licence == "ODbL-1.0" and "OpenStreetMap contributors" in graph.credit


def test_osmnx_loads_routes_saves_and_plots(syria: roads.RegionMap, tmp_path: Path) -> None:
    matplotlib.use("Agg")
    import osmnx as ox

    graph = ox.load_graphml(ROOT / "syria" / "roads.graphml")
    assert len(graph) == len(syria.roads)
    start, end = (syria.places[name].road_node for name in ("damascus", "homs"))
    route = ox.routing.shortest_path(graph, start, end, weight="length")
    assert route == nx.dijkstra_path(syria.roads, start, end, weight="length")
    part = syria.roads.subgraph(route)
    figure, _ = ox.plot_graph(part, show=False, close=True, node_size=0)
    figure.savefig(tmp_path / "roads.png", dpi=40)
    assert (tmp_path / "roads.png").stat().st_size > 2_000
    ox.save_graphml(part, tmp_path / "again.graphml")
    again = roads._read_roads(tmp_path / "again.graphml")
    assert dict(again.edges) == dict(part.edges)


def test_unknown_map() -> None:
    with pytest.raises(ScenarioError, match=r"no map called 'atlantis'.*shipped: syria"):
        roads.load_map("atlantis")
    with pytest.raises(ScenarioError, match="no map called ''"):
        roads.load_map("")


@pytest.mark.parametrize("file", ["roads.graphml", "places.json", "links.json"])
def test_missing_file(copy: Path, file: str) -> None:
    (copy / file).unlink()
    with pytest.raises(ScenarioError, match=f"incomplete: {file} missing"):
        roads.load_map(str(copy))


def test_changed_file(copy: Path) -> None:
    path = copy / "places.json"
    path.write_text(path.read_text(encoding="utf-8").replace("Damascus", "Dimashq"), "utf-8")
    with pytest.raises(ScenarioError, match=r"is not the one that.*write sha256"):
        roads.load_map(str(copy))
    _reseal(path)
    assert roads.load_map(str(copy)).places["damascus"].name == "Dimashq"


def test_missing_sidecar(copy: Path) -> None:
    (copy / "links.json.source.yaml").unlink()
    with pytest.raises(ScenarioError, match="has no sidecar"):
        roads.load_map(str(copy))


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("roads.graphml", "<graphml"),
        ("roads.graphml", '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"></graphml>'),
        ("places.json", "{"),
        ("places.json", "[]"),
        ("places.json", '{"a": {"name": "A"}}'),
        ("links.json", '{"a": [[1, 2]]}'),
        ("drawing.json", "nothing"),
    ],
)
def test_damaged_file(copy: Path, file: str, content: str) -> None:
    (copy / file).write_text(content, encoding="utf-8")
    _reseal(copy / file)
    with pytest.raises(ScenarioError, match="damaged"):
        roads.drawing(str(copy))


def test_cheap_to_import() -> None:
    heavy = "{'networkx', 'numpy', 'osmnx', 'shapely', 'searoute', 'pandas'}"
    modules = "planner.roads, planner.lanes, planner.mapbuild"
    code = f"import sys, {modules}; print({heavy} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
