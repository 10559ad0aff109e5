"""Convoys: sorties that leave one place together on one route, and where each is at a moment."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.plan import Plan, PlanLeg, SelfMovement, Sortie
from planner.scenario import Scenario

if TYPE_CHECKING:
    from planner.network import Route, TransportNetwork
    from planner.verify import Verdict

Track = tuple[tuple[float, float, int], ...]
"""(latitude, longitude, seconds after the start), in order of time."""


@dataclass(frozen=True)
class Convoy:
    """Legs that leave ``origin`` at ``depart_s`` on one route; escorts belong to whom they escort.

    ``members`` holds each sortie with the index of its leg. ``arrive_s`` is the last arrival.
    """

    id: str
    origin: str
    destination: str
    route: str
    mode: str
    depart_s: int
    arrive_s: int
    members: tuple[tuple[Sortie, int], ...]

    @property
    def legs(self) -> tuple[PlanLeg, ...]:
        """The members' legs."""
        return tuple(sortie.legs[index] for sortie, index in self.members)

    @property
    def persons(self) -> int:
        """Evacuees on board."""
        return sum(leg.persons for leg in self.legs)

    @property
    def stretchers(self) -> int:
        """Stretcher places taken."""
        return sum(line.stretchers for leg in self.legs for line in leg.manifest)

    @property
    def loaded(self) -> bool:
        """Whether it carries evacuees."""
        return self.persons > 0

    def vehicles(self) -> dict[str, int]:
        """Fleet id → how many of its vehicles go along, in the order of the plan."""
        counted: dict[str, int] = {}
        for sortie, _ in self.members:
            counted[sortie.fleet] = counted.get(sortie.fleet, 0) + 1
        return counted


_Key = tuple[int, str, str, str]


def _key(leg: PlanLeg) -> _Key:
    return (leg.depart_s, leg.origin, leg.destination, leg.route)


def _escorted(plan: Plan) -> dict[tuple[str, int], _Key]:
    """(escort sortie, departure) → the convoy that it goes along with."""
    found: dict[tuple[str, int], _Key] = {}
    for sortie in plan.sorties:
        for leg in sortie.legs:
            for escort in leg.escorted_by:
                found.setdefault((escort, leg.depart_s), _key(leg))
    return found


def convoys(verdict: Verdict) -> tuple[Convoy, ...]:
    """Every convoy of the plan, empty ones included, numbered ``c0001`` … by departure."""
    plan, scenario = verdict.plan, verdict.scenario
    escorted = _escorted(plan)
    members: dict[_Key, list[tuple[Sortie, int]]] = {}
    for sortie in plan.sorties:
        for index, leg in enumerate(sortie.legs):
            key = escorted.get((sortie.id, leg.depart_s), _key(leg))
            members.setdefault(key, []).append((sortie, index))
    modes = {fleet.id: scenario.vehicle(fleet).mode for fleet in scenario.fleets}
    out = []
    for number, key in enumerate(sorted(members), start=1):
        depart_s, origin, destination, route = key
        group = tuple(members[key])
        arrive_s = max(sortie.legs[index].arrive_s for sortie, index in group)
        first = group[0][0].fleet
        name, mode = f"c{number:04d}", modes[first]
        out.append(Convoy(name, origin, destination, route, mode, depart_s, arrive_s, group))
    return tuple(out)


def convoy_ids(found: tuple[Convoy, ...]) -> dict[tuple[str, int], str]:
    """(sortie id, index of its leg) → convoy id."""
    return {(sortie.id, index): c.id for c in found for sortie, index in c.members}


def overheads(scenario: Scenario) -> dict[str, int]:
    """Fleet id → seconds of pilotage or taxiing in each ride."""
    return {fleet.id: scenario.vehicle(fleet).overhead_s for fleet in scenario.fleets}


def track(route: Route, depart_s: int, arrive_s: int, overhead_s: int = 0) -> Track:
    """The route's points with the moments at which this ride passes them.

    Half of the overhead lies before the first point and the rest after the last. A ride slower than
    the route (in company of a slower vehicle) is stretched evenly.
    """
    start = depart_s + overhead_s // 2
    riding = max(0, arrive_s - depart_s - overhead_s)
    span = max(1, route.travel_s)
    return tuple((lat, lon, start + offset * riding // span) for lat, lon, offset in route.points)


def leg_track(network: TransportNetwork, leg: PlanLeg, overhead_s: int = 0) -> Track:
    """Where the leg passes when."""
    return track(network.routes[leg.route], leg.depart_s, leg.arrive_s, overhead_s)


def self_track(network: TransportNetwork, movement: SelfMovement) -> Track:
    """Where people on their own pass when."""
    return track(network.routes[movement.route], movement.depart_s, movement.arrive_s)


def convoy_track(verdict: Verdict, convoy: Convoy) -> Track:
    """Where the convoy's first vehicle passes when."""
    sortie, index = convoy.members[0]
    overhead_s = verdict.scenario.vehicle(verdict.scenario.fleet(sortie.fleet)).overhead_s
    return leg_track(verdict.network, sortie.legs[index], overhead_s)


def position(points: Track, t_s: int) -> tuple[float, float]:
    """(latitude, longitude) at a moment; at rest before the first point and after the last."""
    index = bisect_right([moment for _, _, moment in points], t_s)
    if index == 0:
        return points[0][:2]
    if index == len(points):
        return points[-1][:2]
    (lat_a, lon_a, a), (lat_b, lon_b, b) = points[index - 1], points[index]
    share = (t_s - a) / (b - a)
    return (lat_a + share * (lat_b - lat_a), lon_a + share * (lon_b - lon_a))
