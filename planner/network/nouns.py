"""The TransportNetwork: where people can go, how long it takes, and when they may.

Offsets are seconds after departure; a vehicle's own overhead (pilotage, taxi) is not in them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from planner.network.clock import Clock, governs_movement, governs_place
from planner.scenario import Authorisation, Scenario
from planner.timeline import Intervals, RateFunction
from planner.units import Rate

if TYPE_CHECKING:
    from planner.roads import RegionMap

SELF_MODES = ("road", "foot")


@dataclass(frozen=True)
class LinkUse:
    """Being on a link that matters: limited, windowed, closed at times, or a named bridge.

    ``link`` is a scenario link's id, a named bridge of the map, or a place with opening hours that
    the route passes (``enter_s == exit_s``).
    """

    link: str
    enter_s: int
    exit_s: int


@dataclass(frozen=True)
class Exposure:
    """Being inside a threat's zone."""

    threat: str
    enter_s: int
    exit_s: int


@dataclass(frozen=True)
class Passage:
    """Being on a ground that somebody controls; a place passed on the way counts for a moment."""

    ground: str
    enter_s: int
    exit_s: int


@dataclass(frozen=True)
class Route:
    """A contracted leg: one way from place to place for vehicles of one profile.

    ``segments`` are (road class, metres, seconds) and add up to ``length_m`` and ``travel_s``.
    ``points`` are (latitude, longitude, offset) for drawing, both ends included.
    """

    id: str
    origin: str
    destination: str
    mode: str
    profile: str
    length_m: int
    travel_s: int
    links: tuple[LinkUse, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    passages: tuple[Passage, ...] = ()
    points: tuple[tuple[float, float, int], ...] = ()
    segments: tuple[tuple[str, int, int], ...] = ()
    estimate: bool = False
    sources: tuple[str, ...] = ()
    oldest_as_of: str | None = None


@dataclass(frozen=True)
class Ground:
    """A place, a scenario link, or a stretch under the same control areas.

    ``names`` are the ids that an authorisation's ``over`` may name; ``spans`` say who holds it over
    ``[0, horizon]`` (``None``: nobody, or contested).
    """

    id: str
    names: tuple[str, ...]
    spans: tuple[tuple[int, int, str | None], ...]


@dataclass(eq=False)
class TransportNetwork:
    """Places, routes between them, and what holds when. Made by ``build``; nobody writes to it."""

    scenario: Scenario
    region: RegionMap | None
    positions: dict[str, tuple[float, float]]
    """Place id to (latitude, longitude)."""
    routes: dict[str, Route]
    """By id."""
    between: dict[tuple[str, str, str], tuple[str, ...]]
    """(origin, destination, profile) to route ids, fastest first, at most 5."""
    profile_of: dict[str, str]
    """Fleet id to profile; also "car" and "foot"."""
    grounds: dict[str, Ground]
    """By id; every place is one."""
    link_open: dict[str, Intervals]
    """When a link (or a place that is passed) may be used: status, closures, windows."""
    link_capacity: dict[str, Rate]
    """Limited links only."""
    hazard: dict[str, RateFunction]
    """Threat id to its rate, pauses taken out."""
    threats_at: dict[str, tuple[str, ...]]
    """Place id to the threats whose zone holds it."""
    map_hashes: dict[str, str]
    """Map file to SHA-256."""
    convoy_profile_of: dict[str, str] = field(default_factory=dict)
    """Fleet that needs an escort to the profile of the slower of the two."""
    span: tuple[int, int] | None = None
    """What part of the horizon is known, where this is an excerpt; see :class:`Clock`."""
    sun: Intervals | None = None
    """Daylight as it was reckoned with all places, where this is an excerpt."""
    _allowed: dict[tuple[str, str, bool, bool], Intervals] = field(default_factory=dict, repr=False)

    @cached_property
    def clock(self) -> Clock:
        """The scenario's times; daylight at the mean position of its places."""
        return replace(clock_of(self.scenario, self.positions), span=self.span, sun=self.sun)

    def movement_open(self, mode: str, fleet: str | None) -> Intervals:
        """When a movement may be under way (C9); ``fleet`` None is people by own means."""
        found = self.clock.always
        for window in self.scenario.windows:
            if governs_movement(window, mode, fleet):
                found = found & self.clock.passable(window)
        return found

    def place_open(self, place: str, fleet: str | None) -> Intervals:
        """When loading, unloading and passing is possible at the place (C9)."""
        modes = SELF_MODES if fleet is None else (self.mode_of(fleet),)
        return place_open(self.clock, place, modes, fleet)

    def mode_of(self, fleet: str) -> str:
        """Mode of a fleet's vehicles."""
        return self.scenario.vehicle(self.scenario.fleet(fleet)).mode

    def allowed(
        self,
        ground: str,
        fleet: str,
        *,
        with_assumed: bool = True,
        with_requested: bool = False,
    ) -> Intervals:
        """When an organised movement of the fleet may be on the ground (C10).

        Always where nobody is in control or the party asks for no authorisation; otherwise while an
        authorisation of that party for this fleet over this ground is granted, or requested and
        assumed (then not before its lead time is over). ``with_assumed=False`` leaves those out,
        ``with_requested=True`` takes every request for granted.
        """
        key = (ground, fleet, with_assumed, with_requested)
        if key not in self._allowed:
            self._allowed[key] = self._allowed_over(*key)
        return self._allowed[key]

    def _allowed_over(
        self, ground_id: str, fleet: str, with_assumed: bool, with_requested: bool
    ) -> Intervals:
        ground = self.grounds[ground_id]
        free = {p.id for p in self.scenario.parties if not p.requires_authorisation}
        spans: list[tuple[int, int]] = []
        for start, end, party in ground.spans:
            held = Intervals.of([(start, end)])
            if party is None or party in free:
                spans += held.spans
                continue
            for permission in self.scenario.authorisations:
                if permission.party == party and self._covers(permission, ground, fleet):
                    assumed = with_requested or (with_assumed and permission.assume is not None)
                    spans += (held & self._valid(permission, assumed)).spans
        return Intervals.of(spans)

    def _covers(self, permission: Authorisation, ground: Ground, fleet_id: str) -> bool:
        fleet, kind = self.scenario.fleet(fleet_id), permission.for_
        if permission.over and not set(permission.over) & set(ground.names):
            return False
        if kind.fleets and fleet_id not in kind.fleets:
            return False
        if kind.modes and self.mode_of(fleet_id) not in kind.modes:
            return False
        return fleet.neutral or not kind.neutral

    def requests(self, ground: str, fleet: str) -> tuple[str, ...]:
        """Authorisations over this ground for this fleet that are requested and not assumed."""
        holders = {party for _, _, party in self.grounds[ground].spans}
        return tuple(
            permission.id
            for permission in self.scenario.authorisations
            if permission.state == "requested"
            and not permission.assume
            and permission.party in holders
            and self._covers(permission, self.grounds[ground], fleet)
        )

    def _valid(self, permission: Authorisation, is_assumed: bool) -> Intervals:
        start = self.scenario.at_s(permission.from_)
        if permission.state == "requested" and is_assumed:
            asked = self.scenario.at_s(permission.requested_at)
            start = max(start, asked + permission.lead_time_s)
        elif permission.state != "granted":
            return Intervals()
        return self.clock.between(start, permission.until)

    def acceptable(self, ground: str, group: str) -> Intervals:
        """When no party that the group refuses holds the ground (C11)."""
        refused = self.scenario.group(group).refuses
        return Intervals.of(
            (start, end) for start, end, party in self.grounds[ground].spans if party not in refused
        )

    def runway_m(self, place: str) -> int | None:
        """Longest runway of a place: the scenario's figure, else the map's, None if unknown."""
        spot = self.scenario.place(place)
        if spot.runway_m is not None or self.region is None or not isinstance(spot.at, str):
            return spot.runway_m
        return self.region.places[spot.at].runway_m


def clock_of(scenario: Scenario, positions: dict[str, tuple[float, float]]) -> Clock:
    """The scenario's clock, with daylight at the mean position of its places."""
    spots = [positions[place.id] for place in scenario.places if place.id in positions]
    count = max(1, len(spots))
    return Clock(scenario, (sum(s[0] for s in spots) / count, sum(s[1] for s in spots) / count))


def place_open(clock: Clock, place: str, modes: tuple[str, ...], fleet: str | None) -> Intervals:
    """When windows let movements of these modes load, unload or pass at the place."""
    found = clock.always
    for window in clock.scenario.windows:
        if governs_place(window, place, modes, fleet):
            found = found & clock.passable(window)
    return found
