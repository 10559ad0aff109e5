"""Whether the routes that a plan uses fit the scenario's own outlines and speeds.

The network is shared with what makes plans, so a fault in it would mislead both. Here every route
that a plan uses is compared with the raw legs it is made of (their lengths, times and speeds), and
its drawn points with the outlines of threats and control areas.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from planner.timeline import Intervals
from planner.units import HOUR_S
from planner.verify.geometry import LatLon, depth_m, distance_m
from planner.verify.places import entries_for
from planner.verify.replay import Movement, Replay

if TYPE_CHECKING:
    from planner.network import LinkUse, Route

Found = Iterator[tuple[str, str]]
Told = tuple[str, int, int]
DEEP_M = 2000  # nearer to an outline than this, a drawn point says nothing
OFF_ROAD_M = 10_000  # a place may lie this far from where its route begins
APPROACH_M = 8_000  # flights touch the ground's zones only near their ends
GROUND = {"road", "foot"}
OWN_SPEED_MPH = {"foot": 4000, "car": 70_000}


def routes(replay: Replay) -> Found:
    """Each route in use adds up, is no faster than its vehicle, tells of the zones it crosses."""
    done: set[tuple[str, str]] = set()
    for m in replay.movements:
        key = (m.route.id, m.fleet.id if m.fleet else "")
        if key not in done:
            done.add(key)
            for problem in (*_sums(m), *_offsets(replay, m.route), *_ends(replay, m.route)):
                yield m.route.id, problem
            for problem in _zones(replay, m.route):
                yield m.route.id, problem


def _speed_mph(m: Movement) -> int:
    return m.kind.speed_mph if m.kind else OWN_SPEED_MPH[m.own.means if m.own else "car"]


def _sums(m: Movement) -> Iterator[str]:
    route = m.route
    if not route.segments:
        yield "has no segments to check its travel time by"
        return
    room = len(route.segments)
    length_m = sum(length for _, length, _ in route.segments)
    travel_s = sum(seconds for _, _, seconds in route.segments)
    if abs(length_m - route.length_m) > room or abs(travel_s - route.travel_s) > room:
        yield (
            f"is {route.length_m} m and {route.travel_s} s long, "
            f"its segments add up to {length_m} m and {travel_s} s"
        )
    for kind, length, seconds in route.segments:
        if length * HOUR_S > _speed_mph(m) * (seconds + 1) * 1.001:
            yield f"covers {length} m of {kind} in {seconds} s, faster than the vehicle can"


def _offsets(replay: Replay, route: Route) -> Iterator[str]:
    threats = {threat.id for threat in replay.scenario.threats}
    for zone in route.exposures:
        if zone.threat not in threats:
            yield f"names a threat '{zone.threat}' that the scenario does not know"
    for passage in route.passages:
        if passage.ground not in replay.network.grounds:
            yield f"names a ground '{passage.ground}' that the network does not know"
    parts = [(part.enter_s, part.exit_s) for part in route.links]
    parts += [(part.enter_s, part.exit_s) for part in route.exposures]
    parts += [(part.enter_s, part.exit_s) for part in route.passages]
    if any(not 0 <= enter <= leave <= route.travel_s + 1 for enter, leave in parts):
        yield "has a part outside its travel time"


def _ends(replay: Replay, route: Route) -> Iterator[str]:
    points = route.points
    if len(points) < 2:
        return
    offsets = [offset for _, _, offset in points]
    if offsets != sorted(offsets) or offsets[0] != 0 or abs(offsets[-1] - route.travel_s) > 1:
        yield "has drawn points that are not in order of time"
    positions = replay.network.positions
    for place, point in ((route.origin, points[0]), (route.destination, points[-1])):
        if place in positions and distance_m(positions[place], point[:2]) > OFF_ROAD_M:
            yield f"does not touch '{place}'"
    added = {link.mode for link in replay.scenario.links if link.from_ is not None}
    own_ways = GROUND if route.mode in GROUND else {route.mode}
    if added & own_ways or not {route.origin, route.destination} <= positions.keys():
        return  # a link's stated length may be anything
    straight_m = distance_m(positions[route.origin], positions[route.destination])
    if route.length_m < 0.95 * straight_m - OFF_ROAD_M:
        yield f"is {route.length_m} m long, the straight line is {straight_m:.0f} m"


def _links(replay: Replay, route: Route, exposed: list[Told], held: list[Told]) -> Iterator[str]:
    """Links on the way with a threat or a holder of their own that the route does not tell of."""
    for use in route.links:
        for entry in entries_for(replay, use.link):
            for threat in replay.scenario.threats:
                if entry.id in threat.zone.links and not _told(exposed, threat.id, use):
                    yield f"is on '{entry.id}' without telling of threat '{threat.id}' there"
            owners = replay.permissions.holders(replay.permissions.link_names(entry.id, ()))
            if any(party for _, _, party in owners) and not _told(held, entry.id, use):
                yield f"is on '{entry.id}' without telling that somebody holds it"


def _told(told: list[Told], name: str, use: LinkUse) -> bool:
    """Whether stays under that name, joined where they touch, hold the whole of the use."""
    stays = [(a, b) for n, a, b in told if n == name]
    joined = Intervals.of(stays).spans
    return any(a <= use.enter_s and use.exit_s <= b for a, b in (*stays, *joined))


def _zones(replay: Replay, route: Route) -> Iterator[str]:
    """Drawn points deep inside an outline that the route does not tell of."""
    slack_s = 60 + round(route.travel_s * DEEP_M / max(1, route.length_m))
    exposed = [(zone.threat, zone.enter_s, zone.exit_s) for zone in route.exposures]
    held = [
        (name, passage.enter_s, passage.exit_s)
        for passage in route.passages
        for name in replay.ground_names(passage.ground)
    ]
    yield from _links(replay, route, exposed, held)
    outlines = [(t.id, t.zone, exposed, "threat") for t in replay.scenario.threats]
    outlines += [(c.id, c.zone, held, "control area") for c in replay.scenario.control]
    for name, zone, told, what in outlines:
        for lat, lon, offset_s in _near_ground(route):
            depth = depth_m(zone, (lat, lon), replay.network.positions)
            if depth is None or depth < DEEP_M:
                continue
            if what == "control area" and not _is_held(replay, (lat, lon)):
                continue
            if not any(n == name and a - slack_s <= offset_s <= b + slack_s for n, a, b in told):
                yield f"crosses {what} '{name}' at ({lat:.3f}, {lon:.3f}) without telling of it"
                break


def _near_ground(route: Route) -> Iterator[tuple[float, float, int]]:
    """The drawn points; of a flight those of climb and approach only."""
    for point in route.points:
        ends = (route.points[0], route.points[-1])
        if route.mode != "air" or min(distance_m(point[:2], e[:2]) for e in ends) < APPROACH_M:
            yield point


def _is_held(replay: Replay, point: LatLon) -> bool:
    """Whether anybody ever holds the ground at the point (contested ground is nobody's)."""
    names = tuple(
        entry.id
        for entry in replay.scenario.control
        if (depth_m(entry.zone, point, replay.network.positions) or -1.0) >= 0
    )
    return any(party is not None for _, _, party in replay.permissions.holders(names))
