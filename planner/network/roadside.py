"""The stretch of road at a spot, and how a scenario can speak of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.network.site import TOWN_M
from planner.network.zones import Floats
from planner.roads import EARTH_RADIUS_M, edge_points, great_circle_m

if TYPE_CHECKING:
    from planner.roads import MapPlace, RegionMap

ENDS = 14
"""So many towns on either side of the stretch are tried as the ends of a road."""
OFFERS = 3
END_KINDS = frozenset({"town", "district", "border_crossing", "port", "airport"})
DEFAULT_KMH = 60.0
FOOT = "foot_only"


@dataclass(frozen=True)
class Stretch:
    """One piece of the map's roads: node ``u`` to ``v``; ``away_m`` from the spot asked about."""

    u: int
    v: int
    key: int
    length_m: float
    away_m: float
    named: tuple[str, ...]
    """Reviewed names of the map that the piece bears: values of a link's ``map_link``."""
    points: tuple[tuple[float, float], ...]
    """(latitude, longitude)."""
    spot: tuple[float, float]
    """The point on it (latitude, longitude) that is nearest to the spot asked about."""

    @property
    def pieces(self) -> list[list[float]]:
        """Its course as GeoJSON has it: [longitude, latitude]."""
        return [[round(lon, 5), round(lat, 5)] for lat, lon in self.points]


@dataclass(frozen=True)
class Between:
    """The quickest road between two places of the map, which passes a stretch off the towns."""

    ends: tuple[str, str]
    names: tuple[str, str]
    length_m: float


class Roadside:
    """The roads of a region, to be asked for what lies at a spot."""

    def __init__(self, region: RegionMap) -> None:
        self.region = region

    def at(self, lat: float, lon: float, within_m: float) -> Stretch | None:
        """The piece of road for vehicles that is nearest to a spot (degrees); None: none is near.

        Distances are on the plane that touches the earth at the spot, right to a few metres nearby.
        """
        wide = math.cos(math.radians(lat))
        reach = math.degrees(within_m / EARTH_RADIUS_M)
        across = reach / max(wide, 0.05)
        best: tuple[float, int, tuple[float, float]] | None = None
        for number in self._lines.near((lon - across, lat - reach, lon + across, lat + reach)):
            away, spot = _nearest(self._lines.coordinates[number], lat, lon, wide)
            if away <= within_m and (best is None or (away, number) < best[:2]):
                best = (away, number, spot)
        return None if best is None else self._stretch(self._lines.edges[best[1]], best[0], best[2])

    def through(self, stretch: Stretch) -> list[Between]:
        """Pairs of places whose quickest road passes the stretch off the towns, shortest first.

        Those are what a link's ``along`` can say of it: the whole road between both is meant.
        """
        towns = self._ends(stretch.points[len(stretch.points) // 2])
        if len(towns) < 2:
            return []
        found = sorted(
            _passing(self._graph, towns, stretch), key=lambda each: (each.length_m, each.ends)
        )
        out: list[Between] = []
        for each in found:
            if not any(abs(each.length_m - other.length_m) < 1.0 for other in out):
                out.append(each)
        return out[:OFFERS]

    def _ends(self, spot: tuple[float, float]) -> list[MapPlace]:
        """Places off which the spot lies, the nearest first, none of two that are one town."""
        known = [
            (great_circle_m(*spot, place.lat, place.lon), place.id, place)
            for place in self.region.places.values()
            if place.road_node is not None and place.kind in END_KINDS
        ]
        chosen: list[MapPlace] = []
        for away, _, place in sorted(known, key=lambda each: each[:2]):
            if away > TOWN_M and not any(
                great_circle_m(place.lat, place.lon, other.lat, other.lon) < TOWN_M
                for other in chosen
            ):
                chosen.append(place)
            if len(chosen) == 2 * ENDS:
                break
        return chosen

    def _stretch(
        self, piece: tuple[int, int, int], away_m: float, spot: tuple[float, float]
    ) -> Stretch:
        u, v, key = piece
        roads = self.region.roads
        edge = roads.edges[u, v, key]
        back = roads.get_edge_data(v, u) or {}
        both = {(u, v, key)} | {
            (v, u, k) for k, twin in back.items() if twin.get("link_id") == edge.get("link_id")
        }
        links = sorted(self.region.named_links.items())
        return Stretch(
            u,
            v,
            key,
            length_m=float(edge["length"]),
            away_m=away_m,
            named=tuple(name for name, edges in links if both & set(edges)),
            points=tuple((y, x) for x, y in edge_points(roads, u, v, edge)),
            spot=spot,
        )

    @cached_property
    def _lines(self) -> _Lines:
        import shapely

        roads = self.region.roads
        edges = sorted((u, v, k) for u, v, k in roads.edges if not roads.edges[u, v, k].get(FOOT))
        drawn = [edge_points(roads, *edge[:2], roads.edges[edge]) for edge in edges]
        tree = shapely.STRtree([shapely.LineString(points) for points in drawn])
        return _Lines(edges, [np.array(points) for points in drawn], tree)

    @cached_property
    def _graph(self) -> _Graph:
        from scipy.sparse import csr_array

        roads = self.region.roads
        index = {node: number for number, node in enumerate(sorted(roads.nodes))}
        best: dict[tuple[int, int], tuple[float, float]] = {}
        for u, v, edge in roads.edges(data=True):
            if not edge.get(FOOT):
                length = float(edge["length"])
                hours = length / 1000 / float(edge.get("speed_kmh") or DEFAULT_KMH)
                pair = (index[u], index[v])
                best[pair] = min(best.get(pair, (math.inf, 0.0)), (hours, length))
        tails, heads = zip(*best, strict=True)
        cost = [hours + 1e-9 for hours, _ in best.values()]
        matrix = csr_array((cost, (tails, heads)), shape=(len(index), len(index)))
        return _Graph(index, matrix, {pair: length for pair, (_, length) in best.items()})


def _passing(graph: _Graph, towns: Sequence[MapPlace], stretch: Stretch) -> Iterator[Between]:
    from scipy.sparse.csgraph import dijkstra

    at = [graph.index[town.road_node] for town in towns if town.road_node is not None]
    _, before = dijkstra(graph.hours, indices=at, return_predecessors=True)
    ends = {graph.index[stretch.u], graph.index[stretch.v]}
    for i, start in enumerate(at):
        for j in range(i + 1, len(at)):
            length, passes = _walk(graph, before[i], start, at[j], ends)
            if passes and towns[i].id != towns[j].id:
                pair = (towns[i], towns[j])
                yield Between((pair[0].id, pair[1].id), (pair[0].name, pair[1].name), length)


def _walk(graph: _Graph, before: Any, start: int, goal: int, ends: set[int]) -> tuple[float, bool]:
    """Length of the path that leads to ``goal``, and whether it uses the piece between ``ends``."""
    length, passes, node = 0.0, False, goal
    while node != start:
        previous = int(before[node])
        if previous < 0:
            return 0.0, False
        length += graph.metres[previous, node]
        passes = passes or {previous, node} == ends
        node = previous
    return length, passes


@dataclass(frozen=True)
class _Lines:
    edges: list[tuple[int, int, int]]
    coordinates: list[Floats]
    tree: Any

    def near(self, box: tuple[float, float, float, float]) -> list[int]:
        import shapely

        return sorted(int(number) for number in self.tree.query(shapely.box(*box)))


@dataclass(frozen=True)
class _Graph:
    index: dict[int, int]
    hours: Any
    metres: dict[tuple[int, int], float]


def _nearest(
    points: Floats, lat: float, lon: float, wide: float
) -> tuple[float, tuple[float, float]]:
    """Metres from a spot to a line of (lon, lat), on the plane, and where it is nearest."""
    metre = math.radians(1.0) * EARTH_RADIUS_M
    xy = (points - np.array([lon, lat])) * np.array([wide * metre, metre])
    start, step = xy[:-1], np.diff(xy, axis=0)
    square = np.maximum((step**2).sum(axis=1), 1e-9)
    share = np.clip(-(start * step).sum(axis=1) / square, 0.0, 1.0)
    nearest = start + share[:, None] * step
    away = np.sqrt((nearest**2).sum(axis=1))
    east, north = nearest[int(np.argmin(away))]
    return float(away.min()), (lat + float(north) / metre, lon + float(east) / (wide * metre))
