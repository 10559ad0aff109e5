"""The eleven known distances: ten within 10 %, with one factor for all roads."""

from __future__ import annotations

import dataclasses

import networkx as nx
import pytest

from planner import roads
from planner.errors import ScenarioError
from planner.mapbuild import attributes, distances, highways


@pytest.fixture(scope="module")
def syria() -> roads.RegionMap:
    return roads.load_map("syria")


def test_ten_of_eleven_hold(syria: roads.RegionMap) -> None:
    table = distances.table(syria)
    assert len(table) == 11
    out = [(row.start, row.end) for row in table if not row.holds]
    assert out == [("Deir ez-Zor", "Hasakah")]


def test_the_other_one_is_told_as_it_is(syria: roads.RegionMap) -> None:
    """The source has a shorter road than the one by Shaddadah, which is within 10 %."""
    (row,) = (row for row in distances.table(syria) if row.end == "Hasakah")
    assert row.known_m == 180_000
    assert -0.2 < row.difference < -0.1
    km = int(row.note.removeprefix("by Shaddadah ").removesuffix(" km"))
    assert abs(km - 180) < 18


def test_one_factor_and_nothing_road_by_road(syria: roads.RegionMap) -> None:
    """Lengths come from one of four rules; an edge of the source is as long as there, × 1.03."""
    rules = {edge["km_source"] for _, _, edge in syria.roads.edges(data=True)}
    of_source = f"scgraph-data 2.0.0 × {attributes.LENGTH_FACTOR}"
    assert rules == {of_source, "straight line × 1.03", "straight line × 1.2", "straight line"}
    source, _ = highways.read(lambda lat, lon: 31 < lat < 38 and 32 < lon < 45, lambda _: None)
    compared = 0
    for u, v, edge in syria.roads.edges(data=True):
        if edge["km_source"] == of_source and "geometry" not in edge and source.has_edge(u, v):
            wanted = source.edges[u, v]["source_m"] * attributes.LENGTH_FACTOR
            assert abs(edge["length"] - wanted) < 0.06, (u, v)
            compared += 1
    assert compared > 5_000


def test_a_map_without_the_towns_or_the_road(syria: roads.RegionMap) -> None:
    places = {key: place for key, place in syria.places.items() if key != "homs"}
    with pytest.raises(ScenarioError, match="no town 'homs' on a road"):
        distances.table(dataclasses.replace(syria, places=places))
    bare: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    bare.add_nodes_from(syria.roads.nodes(data=True))
    with pytest.raises(ScenarioError, match="no road from damascus to homs"):
        distances.table(dataclasses.replace(syria, roads=bare))
