"""Paths of ways → Routes: offsets of links, threats and grounds, points for drawing, totals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planner.network.facts import Fact
from planner.network.nouns import Exposure, LinkUse, Passage, Route
from planner.network.stretches import Stretches
from planner.network.ways import Ints, Ways
from planner.network.zones import Floats, distance_m
from planner.units import largest_remainder

POINTS = 60
"""Most points that a route is drawn with."""
_FIRST_TOLERANCE_DEG = 0.0004
Span = tuple[str, int, int]


@dataclass(frozen=True)
class Found:
    """One path that became a leg: which pair, which number among the pair's, which ways."""

    origin: str
    destination: str
    number: int
    ways: Ints


@dataclass(frozen=True)
class Stop:
    """A place that paths can pass: where its ground or its opening hours matter."""

    place: str
    is_ground: bool
    is_timed: bool


@dataclass(frozen=True)
class Maker:
    """Makes the Routes of one profile; ``stops`` by node, ``time_ms`` by way."""

    ways: Ways
    time_ms: Ints
    stretches: Stretches
    facts: tuple[Fact, ...]
    stops: dict[int, Stop]
    mode: str
    profile: str

    def routes(self, found: Sequence[Found]) -> list[Route]:
        """One Route for each path, in the same order."""
        if not found:
            return []
        drawn = self._points(found)
        return [self._route(one, points) for one, points in zip(found, drawn, strict=True)]

    def _route(self, found: Found, points: tuple[tuple[float, float, int], ...]) -> Route:
        ways = found.ways
        taken = self.time_ms[ways]
        total_ms = int(taken.sum())
        travel_s = _seconds(total_ms)
        length_m = round(float(self.ways.length_m[ways].sum()))
        spans = self._spans(ways, taken)
        links, grounds = _Spans(), _Spans()
        threats = _Spans()
        for kind, enter, leave in spans:
            fact = self.facts[kind]
            for threat in fact.threats:
                threats.add(threat, enter, leave)
            if fact.ground is not None:
                grounds.add(fact.ground, enter, leave)
            for link in fact.links:
                links.add(link, enter, leave)
        for stop, moment in self._stops(ways, taken):
            if stop.is_ground:
                grounds.add(stop.place, moment, moment)
            if stop.is_timed:
                links.add(stop.place, moment, moment)
        dates = self.ways.as_of[ways]
        dated = [self.ways.dates[code] for code in np.unique(dates).tolist()]
        sources = np.unique(self.ways.source[ways]).tolist()
        return Route(
            id=f"{found.origin}>{found.destination}:{self.profile}#{found.number}",
            origin=found.origin,
            destination=found.destination,
            mode=self.mode,
            profile=self.profile,
            length_m=length_m,
            travel_s=travel_s,
            links=tuple(LinkUse(*span) for span in links.sorted()),
            exposures=tuple(Exposure(*span) for span in threats.sorted()),
            passages=tuple(Passage(*span) for span in grounds.sorted()),
            points=points,
            segments=self._segments(ways, taken, length_m, travel_s),
            estimate=bool(self.ways.estimate[ways].any()),
            sources=tuple(s for s in (self.ways.sources[code] for code in sources) if s),
            oldest_as_of=next((date for date in dated if date), None),
        )

    def _spans(self, ways: Ints, taken: Ints) -> list[tuple[int, int, int]]:
        """(kind, enter, exit) in seconds along the path, equal neighbours merged."""
        first = self.stretches.start[ways]
        count = self.stretches.start[ways + 1] - first
        owner = np.repeat(np.arange(len(ways)), count)
        run = np.arange(len(owner)) + (first - (np.cumsum(count) - count))[owner]
        begin = np.cumsum(taken) - taken
        ends = begin[owner] + self.stretches.end[run] * taken[owner]
        kind = self.stretches.kind[run]
        last = np.append(kind[1:] != kind[:-1], True)
        leaves = np.ceil(np.round(ends[last]) / 1000).astype(np.int64).tolist()
        return list(zip(kind[last].tolist(), [0, *leaves[:-1]], leaves, strict=True))

    def _stops(self, ways: Ints, taken: Ints) -> list[tuple[Stop, int]]:
        if not self.stops:
            return []
        moments = np.cumsum(taken)[:-1].tolist()
        nodes = self.ways.head[ways[:-1]].tolist()
        ends = {int(self.ways.tail[ways[0]]), int(self.ways.head[ways[-1]])}
        own = {self.stops[node].place for node in ends if node in self.stops}
        found = []
        for node, moment in zip(nodes, moments, strict=True):
            stop = self.stops.get(node)
            if stop is not None and stop.place not in own:
                found.append((stop, _seconds(moment)))
        return found

    def _segments(
        self, ways: Ints, taken: Ints, length_m: int, travel_s: int
    ) -> tuple[tuple[str, int, int], ...]:
        codes, index = np.unique(self.ways.road_class[ways], return_inverse=True)
        millis = np.bincount(index, weights=taken).astype(np.int64).tolist()
        lengths = np.bincount(index, weights=self.ways.length_m[ways] * 1000)
        shares = np.rint(lengths).astype(np.int64).tolist()
        seconds = largest_remainder(travel_s, millis) if travel_s else [0] * len(millis)
        metres = largest_remainder(length_m, shares) if length_m else [0] * len(shares)
        return tuple(
            (self.ways.classes[code], metres[i], seconds[i])
            for i, code in enumerate(codes.tolist())
            if metres[i] or seconds[i]
        )

    def _points(self, found: Sequence[Found]) -> list[tuple[tuple[float, float, int], ...]]:
        """Every path drawn with at most ``POINTS`` points, each with its offset in seconds."""
        share = _shares(self.ways)
        chain = np.concatenate([one.ways for one in found])
        owner = np.repeat(np.arange(len(found)), [len(one.ways) for one in found])
        taken = self.time_ms[chain]
        begin = np.cumsum(taken) - taken
        starts = np.searchsorted(owner, np.arange(len(found)))
        begin = begin - begin[starts][owner]
        count = np.diff(self.ways.start)[chain]
        piece = np.repeat(np.arange(len(chain)), count)
        at = np.arange(len(piece)) + (self.ways.start[chain] - (np.cumsum(count) - count))[piece]
        offset = begin[piece] + share[at] * taken[piece]
        points = np.column_stack([self.ways.xy[at], offset])
        return _drawn(points, owner[piece], len(found))


class _Spans:
    """Stays by id: those that touch are merged."""

    def __init__(self) -> None:
        self._open: dict[str, list[list[int]]] = {}

    def add(self, name: str, enter: int, leave: int) -> None:
        known = self._open.setdefault(name, [])
        if known and known[-1][1] == enter:
            known[-1][1] = leave
        else:
            known.append([enter, leave])

    def sorted(self) -> list[Span]:
        """By time, then by id."""
        spans = [(name, a, b) for name, stays in self._open.items() for a, b in stays]
        return sorted(spans, key=lambda span: (span[1], span[2], span[0]))


def _seconds(millis: int) -> int:
    return -(-millis // 1000)


def _shares(ways: Ways) -> Floats:
    """For every drawn point the share of its way's drawn length that lies before it."""
    lon, lat = ways.xy.T
    step = np.zeros(len(ways.xy))
    step[1:] = distance_m(lat[:-1], lon[:-1], lat[1:], lon[1:])
    step[ways.start[:-1]] = 0.0
    run = np.cumsum(step)
    base = np.repeat(run[ways.start[:-1]], np.diff(ways.start))
    whole = np.repeat(run[ways.start[1:] - 1] - run[ways.start[:-1]], np.diff(ways.start))
    place = np.arange(len(ways.xy)) - np.repeat(ways.start[:-1], np.diff(ways.start))
    even = place / np.repeat(np.maximum(1, np.diff(ways.start) - 1), np.diff(ways.start))
    return np.asarray(np.where(whole > 0, (run - base) / np.where(whole > 0, whole, 1.0), even))


def _drawn(points: Floats, owner: Ints, count: int) -> list[tuple[tuple[float, float, int], ...]]:
    """Simplified until every line has few enough points (Douglas–Peucker, offsets kept)."""
    import shapely

    lines = shapely.linestrings(points, indices=owner)
    tolerance = _FIRST_TOLERANCE_DEG
    plain = shapely.simplify(lines, tolerance, preserve_topology=False)
    while True:
        crowded = np.flatnonzero(shapely.get_num_coordinates(plain) > POINTS)
        if not len(crowded):
            break
        tolerance *= 2
        plain[crowded] = shapely.simplify(lines[crowded], tolerance, preserve_topology=False)
    first = np.searchsorted(owner, np.arange(count))
    last = np.append(first[1:], len(points)) - 1
    coords, line = shapely.get_coordinates(plain, include_z=True, return_index=True)
    begin = np.searchsorted(line, np.arange(count + 1)).tolist()
    rows = [(round(y, 5), round(x, 5), _seconds(round(z))) for x, y, z in coords.tolist()]
    drawn = []
    for i in range(count):
        kept = tuple(rows[begin[i] : begin[i + 1]])
        if len(kept) < 2:  # a line back to where it began
            ends = points[[first[i], last[i]]].tolist()
            kept = tuple((round(y, 5), round(x, 5), _seconds(round(z))) for x, y, z in ends)
        drawn.append(kept)
    return drawn
