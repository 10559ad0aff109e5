"""Known driving distances beside those of a map: a check of the shipped roads."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import networkx as nx

from planner.errors import Issue, ScenarioError
from planner.roads import RegionMap, great_circle_m

TOLERANCE = 0.10
# Driving distances in km as road atlases and route planners give them, rounded: "about".
KNOWN_KM: tuple[tuple[str, str, int], ...] = (
    ("damascus", "homs", 162),
    ("homs", "palmyra", 155),
    ("palmyra", "deir_ez_zor", 215),
    ("deir_ez_zor", "raqqa", 140),
    ("raqqa", "aleppo", 200),
    ("deir_ez_zor", "hasakah", 180),
    ("homs", "tartus", 96),
    ("latakia", "tartus", 90),
    ("aleppo", "latakia", 180),
    ("damascus", "beirut", 115),
    ("damascus", "daraa", 101),
)
# The source has a shorter road than the one that the known distance follows.
_OTHER_ROAD = {("deir_ez_zor", "hasakah"): "shaddadah"}


@dataclass(frozen=True)
class Distance:
    """One known distance and the map's, in metres; ``note`` explains a difference."""

    start: str
    end: str
    known_m: int
    map_m: int
    km_sources: tuple[str, ...]
    note: str = ""

    @property
    def difference(self) -> float:
        """(map − known) / known."""
        return (self.map_m - self.known_m) / self.known_m

    @property
    def holds(self) -> bool:
        """Whether the map's distance is within 10 % of the known one."""
        return abs(self.difference) <= TOLERANCE


def table(region: RegionMap) -> list[Distance]:
    """The eleven known distances beside the shortest paths of the map.

    A path leads from town to town: the straight stubs from each town to its road node count.
    Raises ScenarioError when the map lacks one of the towns or a road between them.
    """
    rows = []
    for start, end, known_km in KNOWN_KM:
        length_m, sources = _way(region, start, end)
        names = region.places[start].name, region.places[end].name
        note = ""
        if (start, end) in _OTHER_ROAD:
            via = _OTHER_ROAD[start, end]
            by_m = _way(region, start, via)[0] + _way(region, via, end)[0]
            note = f"by {region.places[via].name} {by_m / 1000:.0f} km"
        rows.append(Distance(*names, known_km * 1000, round(length_m), sources, note))
    return rows


def _way(region: RegionMap, start: str, end: str) -> tuple[float, tuple[str, ...]]:
    """Length in metres of the shortest way between two towns, and where its lengths come from."""
    (a, a_stub_m), (b, b_stub_m) = _town(region, start), _town(region, end)
    try:
        path: list[int] = nx.dijkstra_path(region.roads, a, b, weight="length")
    except nx.NetworkXNoPath as error:
        raise _fault(f"no road from {start} to {end}") from error
    edges = [
        min(region.roads[u][v].values(), key=lambda edge: float(edge["length"]))
        for u, v in pairwise(path)
    ]
    length_m = sum(edge["length"] for edge in edges) + a_stub_m + b_stub_m
    return length_m, tuple(sorted({edge["km_source"] for edge in edges}))


def _town(region: RegionMap, place_id: str) -> tuple[int, float]:
    """Road node of a town and the straight stub to it in metres."""
    place = region.places.get(place_id)
    if place is None or place.road_node is None:
        raise _fault(f"no town '{place_id}' on a road")
    at = region.roads.nodes[place.road_node]
    return place.road_node, great_circle_m(place.lat, place.lon, at["y"], at["x"])


def _fault(problem: str) -> ScenarioError:
    remedy = "the known distances are those of the shipped map 'syria'"
    return ScenarioError([Issue("", 0, "map distances", problem, remedy)])
