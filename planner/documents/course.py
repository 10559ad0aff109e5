"""The course of a convoy: its way cut into stretches, with what the leader must know of each."""

from __future__ import annotations

import itertools
import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import shapely

from planner.cells import clean
from planner.charts import Convoy
from planner.documents.paper import Paper
from planner.roads import EARTH_RADIUS_M, RegionMap
from planner.wording import word

if TYPE_CHECKING:
    from planner.network import Route

NO_ONE = word("nobody, or contested")
_TOWNS = 4  # so many towns on the way are named at most
_PASSED_M = 2500.0  # so near to the way a town is passed
_APART = 0.12  # of the way: towns closer to each other or to an end are not named
_LEAST_M = 800  # a stretch shorter than this joins the one before, unless it is a named link
_MOST = 9  # rows of the table


@dataclass(frozen=True)
class Stretch:
    """A piece of the way: from metre to metre, from moment to moment.

    ``links`` are ids of the scenario's links on it, ``parties`` ids of those who hold it while the
    convoy is there, ``threats`` ids of what does harm there at that time: empty where the reader
    may not know.
    """

    from_name: str
    to_name: str
    from_m: int
    to_m: int
    start_s: int
    end_s: int
    links: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    threats: tuple[str, ...] = ()

    @property
    def length_m(self) -> int:
        """Its length."""
        return self.to_m - self.from_m

    @property
    def speed_kmh(self) -> int:
        """Planned speed, km/h."""
        return round(3.6 * self.length_m / max(1, self.end_s - self.start_s))


@dataclass(frozen=True)
class Course:
    """The way of one convoy: offsets on the route (seconds) as metres and as moments."""

    route: Route
    start_s: int
    riding_s: int
    metres: tuple[float, ...]

    @staticmethod
    def of(paper: Paper, convoy: Convoy) -> Course:
        """As the convoy's first vehicle rides it."""
        verdict = paper.verdict
        sortie, index = convoy.members[0]
        overhead_s = verdict.scenario.vehicle(verdict.scenario.fleet(sortie.fleet)).overhead_s
        leg = sortie.legs[index]
        riding_s = max(0, leg.arrive_s - leg.depart_s - overhead_s)
        route = verdict.network.routes[convoy.route]
        return Course(route, leg.depart_s + overhead_s // 2, riding_s, _metres(route))

    def moment(self, offset_s: int) -> int:
        """When the convoy is so far."""
        return self.start_s + offset_s * self.riding_s // max(1, self.route.travel_s)

    def metre(self, offset_s: int) -> int:
        """How far it is by then."""
        offsets = [offset for _, _, offset in self.route.points]
        at = min(max(bisect_right(offsets, offset_s), 1), len(offsets) - 1)
        a, b = offsets[at - 1], offsets[at]
        share = 1.0 if b == a else min(1.0, max(0.0, (offset_s - a) / (b - a)))
        return round(self.metres[at - 1] + share * (self.metres[at] - self.metres[at - 1]))


def _metres(route: Route) -> tuple[float, ...]:
    """Metres from the start at each point: the points' own distances, stretched to the length."""
    found = [0.0]
    for a, b in itertools.pairwise(route.points):
        found.append(found[-1] + math.dist(_flat(a[0], a[1], b[0]), _flat(b[0], b[1], a[0])))
    whole = found[-1] or 1.0
    return tuple(metre * route.length_m / whole for metre in found)


def _flat(lat: float, lon: float, beside: float) -> tuple[float, float]:
    """Metres north and east of the equator's zero, true at the mean of two latitudes."""
    shrink = math.cos(math.radians((lat + beside) / 2))
    return (math.radians(lat) * EARTH_RADIUS_M, math.radians(lon) * EARTH_RADIUS_M * shrink)


def stretches(paper: Paper, convoy: Convoy, most: int = _MOST) -> tuple[Stretch, ...]:
    """The way from end to end; cut where a named link, another party's ground or a town begins."""
    course = Course.of(paper, convoy)
    route = course.route
    if len(route.points) < 2:
        return (_between(paper, convoy, course, (0, route.travel_s), {}),)
    names: dict[int, str] = {}
    for spot, offset_s in towns(paper, route):
        names.setdefault(offset_s, spot)
    for use in route.links:
        words = clean(_link_name(paper, use.link))
        names[use.enter_s] = names[use.exit_s] = words
    for passage in route.passages:
        for offset_s in (passage.enter_s, passage.exit_s):
            names.setdefault(offset_s, "")
    names |= {0: paper.label(convoy.origin), route.travel_s: paper.label(convoy.destination)}
    cuts = sorted(names)
    found = [_between(paper, convoy, course, pair, names) for pair in itertools.pairwise(cuts)]
    return tuple(_joined(found, most))


def _link_name(paper: Paper, name: str) -> str:
    for item in (*paper.verdict.scenario.links, *paper.verdict.scenario.places):
        if item.id == name:
            return item.label
    return name.replace("_", " ")


def _between(
    paper: Paper, convoy: Convoy, course: Course, pair: tuple[int, int], names: dict[int, str]
) -> Stretch:
    enter_s, exit_s = pair
    route = course.route
    first, last = course.moment(enter_s), course.moment(exit_s)
    on = [use.link for use in route.links if use.enter_s < exit_s and enter_s < use.exit_s]
    return Stretch(
        from_name=names.get(enter_s, paper.label(convoy.origin)),
        to_name=names.get(exit_s, paper.label(convoy.destination)),
        from_m=0 if not enter_s else course.metre(enter_s),
        to_m=route.length_m if exit_s == route.travel_s else course.metre(exit_s),
        start_s=convoy.depart_s if not enter_s else first,
        end_s=convoy.legs[0].arrive_s if exit_s == route.travel_s else last,
        links=tuple(dict.fromkeys(on)),
        parties=tuple(
            dict.fromkeys((*_held(paper, on), *_holders(paper, route, pair, (first, last))))
        ),
        threats=tuple(dict.fromkeys(_dangers(paper, route, pair, course))),
    )


def _held(paper: Paper, links: list[str]) -> Iterator[str]:
    """Parties that the scenario names for these links; outside the office it names none."""
    for link in paper.verdict.scenario.links:
        if link.id in links and link.control:
            yield link.control


def _holders(
    paper: Paper, route: Route, pair: tuple[int, int], when: tuple[int, int]
) -> Iterator[str]:
    held = [(p.ground, p.enter_s, p.exit_s) for p in route.passages]
    ends = [(route.origin, -1, 1), *held, (route.destination, route.travel_s - 1, 1 << 40)]
    for name, enter_s, exit_s in ends:
        ground = paper.verdict.network.grounds.get(name)
        if ground is None or not (enter_s < pair[1] and pair[0] < exit_s):
            continue
        for from_s, until_s, party in ground.spans:
            if from_s < max(when[1], when[0] + 1) and when[0] < until_s:
                yield party or NO_ONE


def _dangers(paper: Paper, route: Route, pair: tuple[int, int], course: Course) -> Iterator[str]:
    for exposure in route.exposures:
        enter_s, exit_s = max(exposure.enter_s, pair[0]), min(exposure.exit_s, pair[1])
        hazard = paper.verdict.network.hazard.get(exposure.threat)
        if hazard is None or enter_s >= exit_s:
            continue
        if hazard.between(course.moment(enter_s), course.moment(exit_s) + 1):
            yield exposure.threat


def _joined(found: list[Stretch], most: int) -> list[Stretch]:
    """Without pieces that nobody could act upon, and with at most so many rows."""
    kept: list[Stretch] = []
    for one in found:
        if kept and _alike(kept[-1], one):
            kept[-1] = _one(kept[-1], one)
        else:
            kept.append(one)
    while len(kept) > 1:
        short = min(range(len(kept)), key=lambda n: (bool(kept[n].links), kept[n].length_m, n))
        if len(kept) <= most and (kept[short].links or kept[short].length_m >= _LEAST_M):
            break
        at = _neighbour(kept, short)
        kept[at : at + 2] = [_one(kept[at], kept[at + 1])]
    return kept


def _neighbour(kept: list[Stretch], short: int) -> int:
    """With which neighbour the piece is joined: the index of the first of the two."""
    sides = [n for n in (short - 1, short) if 0 <= n < len(kept) - 1]
    return min(sides, key=lambda n: (bool(kept[n].links) != bool(kept[n + 1].links), n))


def _alike(a: Stretch, b: Stretch) -> bool:
    """Whether nothing is different beyond a cut without a name."""
    unnamed = not a.to_name or (a.to_name == a.from_name == b.to_name and bool(a.links))
    return unnamed and (a.links, a.parties) == (b.links, b.parties)


def _one(a: Stretch, b: Stretch) -> Stretch:
    return replace(
        a, to_name=b.to_name, to_m=b.to_m, end_s=b.end_s,
        links=tuple(dict.fromkeys(a.links + b.links)),
        parties=tuple(dict.fromkeys(a.parties + b.parties)),
        threats=tuple(dict.fromkeys(a.threats + b.threats)),
    )  # fmt: skip


# ------------------------------------------------------------------ towns on the way


def towns(paper: Paper, route: Route) -> list[tuple[str, int]]:
    """(name, offset in seconds) of towns of the map that the way passes, a few, well apart.

    Which ones, the public map and the way decide: what else the plan uses does not show in it.
    """
    region = paper.verdict.network.region
    if region is None or route.mode != "road" or len(route.points) < 2:
        return []
    ends = {paper.label(route.origin), paper.label(route.destination)}
    passed = [one for one in _passed(region, route.points) if one[0] not in ends]
    kept: list[tuple[str, int]] = []
    least = _APART * route.travel_s
    for name, offset_s in passed:
        taken = [0, route.travel_s, *(moment for _, moment in kept)]
        if all(abs(offset_s - moment) >= least for moment in taken):
            kept.append((name, offset_s))
    while len(kept) > _TOWNS:
        moments = [0, *(moment for _, moment in kept), route.travel_s]
        gaps = [moments[n + 2] - moments[n] for n in range(len(kept))]
        kept.pop(gaps.index(min(gaps)))
    return kept


@lru_cache(maxsize=2048)
def _passed(
    region: RegionMap, points: tuple[tuple[float, float, int], ...]
) -> tuple[tuple[str, int], ...]:
    """(name, offset) of every town near the way, by offset; readers share their ways."""
    names, spots, tree = _gazetteer(region)
    shrink = math.cos(math.radians(points[len(points) // 2][0]))
    line = shapely.LineString([(lon * shrink, lat) for lat, lon, _ in points])
    near = tree.query(shapely.LineString([(lon, lat) for lat, lon, _ in points]).buffer(0.05))
    reach = math.degrees(_PASSED_M / EARTH_RADIUS_M)
    steps = [math.dist(a, b) for a, b in itertools.pairwise(line.coords)]
    marks = np.cumsum([0.0, *steps])
    found = []
    for index in sorted(near.tolist()):
        lat, lon = spots[index]
        point = shapely.Point(lon * shrink, lat)
        if line.distance(point) <= reach:
            offset = np.interp(line.project(point), marks, [moment for _, _, moment in points])
            found.append((names[index], int(offset)))
    return tuple(sorted(found, key=lambda one: (one[1], one[0])))


_Gazetteer = tuple[list[str], list[tuple[float, float]], shapely.STRtree]


@lru_cache(maxsize=1)
def _gazetteer(region: RegionMap) -> _Gazetteer:
    """Names and positions of the map's towns, and a tree to look them up in."""
    towns = [place for place in region.places.values() if place.kind == "town"]
    tree = shapely.STRtree([shapely.Point(place.lon, place.lat) for place in towns])
    return [clean(place.name) for place in towns], [(p.lat, p.lon) for p in towns], tree
