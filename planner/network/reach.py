"""Who can reach a haven at all, however few the vehicles: and if not, why not.

Capacities and numbers of vehicles are left out; permission, acceptability, closures, windows, the
risk cap and fitness are kept. Whoever is cut off here is left behind in every plan.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from planner.network.nouns import Route, TransportNetwork
from planner.scenario import Fleet, Group, Place, Segment, Unit, Vehicle, segments
from planner.timeline import Intervals

HUB_ROLES = frozenset(
    {"embarkation_port", "embarkation_airport", "border_crossing", "evacuation_control_point"}
)
UNDER_KEEL_M = 0.5
PERSON_KG = 100
CASUALTIES = 3.6e9
CAP_STEP_S = 600
"""Departures looked at where the risk cap rules some out."""
Barrier = Literal["risk_cap", "time", "fitness", "acceptability", "authorisation"]
BARRIERS: tuple[Barrier, ...] = ("risk_cap", "time", "fitness", "acceptability", "authorisation")
Condition = tuple[Intervals, int, int]


@dataclass(frozen=True)
class Journey:
    """The earliest way out that was found: legs in order, when it ends."""

    legs: tuple[tuple[str, str | None], ...]
    """(route id, fleet id; None by own means)."""
    arrive_s: int


@dataclass(frozen=True)
class Party:
    """Who travels: like units of one group that have one means."""

    group: Group
    means: str
    unit: Unit


def parties(network: TransportNetwork, group: Group) -> tuple[Party, ...]:
    """The willing of a group by means and by what they need on board, the hardest to carry first."""
    found: dict[tuple[str, int], Party] = {}
    for segment in segments(network.scenario, group):
        if segment.means != "unwilling":
            for unit in _hardest(segment):
                found.setdefault((segment.means, unit.stretchers), Party(group, segment.means, unit))
    return tuple(found.values())


def _hardest(segment: Segment) -> list[Unit]:
    lying = [unit for unit, _ in segment.units if unit.stretchers]
    seated = [unit for unit, _ in segment.units if not unit.stretchers]
    return [min(units, key=lambda unit: unit.seats) for units in (lying, seated) if units]


@dataclass
class Reach:
    """Earliest journeys over one network; ``ignored`` barriers do not count.

    People change at hubs and stop at the first haven that takes them. A vehicle is where it is
    wanted as soon as it can come from its base.
    """

    network: TransportNetwork
    ignored: frozenset[Barrier] = frozenset()
    _departures: dict[tuple[str, str | None, tuple[str, ...], str], Intervals] = field(
        default_factory=dict
    )
    _coming: dict[tuple[str, str], int | None] = field(default_factory=dict)

    def journey(self, party: Party) -> Journey | None:
        """The earliest way out; None where there is none."""
        scenario = self.network.scenario
        home = party.group.at
        ready = max(0, scenario.at_s(party.group.ready))
        queue: list[tuple[int, str, tuple[tuple[str, str | None], ...]]] = [(ready, home, ())]
        done = set()
        while queue:
            moment, place, legs = heapq.heappop(queue)
            if place in done:
                continue
            done.add(place)
            if legs and scenario.place(place).role == "safe_haven":
                return Journey(legs, moment)
            for arrive_s, route, fleet in self._onward(party, place, moment):
                heapq.heappush(queue, (arrive_s, route.destination, (*legs, (route.id, fleet))))
        return None

    def _onward(
        self, party: Party, place: str, moment: int
    ) -> Iterator[tuple[int, Route, str | None]]:
        network = self.network
        if place == party.group.at and party.means in ("car", "foot"):
            for route in self._routes(place, network.profile_of[party.means]):
                end = self._takes(party, route) and self._arrival(route, None, party, moment)
                if end:
                    yield end, route, None
        for fleet in network.scenario.fleets:
            if not self._carries(fleet, party):
                continue
            profile = network.convoy_profile_of.get(fleet.id, network.profile_of[fleet.id])
            for route in self._routes(place, profile):
                if self._takes(party, route) and self._fits_both(fleet, route):
                    come = self._coming_s(fleet, place)
                    end = None
                    if come is not None:
                        end = self._arrival(route, fleet, party, max(moment, come))
                    if end:
                        yield end, route, fleet.id

    def _routes(self, origin: str, profile: str) -> Iterator[Route]:
        for place in self.network.scenario.places:
            for route in self.network.between.get((origin, place.id, profile), ()):
                yield self.network.routes[route]

    def _takes(self, party: Party, route: Route) -> bool:
        """Whether the destination is a hub, or a haven that the group accepts."""
        place = self.network.scenario.place(route.destination)
        if place.role in HUB_ROLES:
            return party.means == "ride" or route.profile not in ("car", "foot")
        wanted = party.group.destinations
        accepted = not wanted or place.id in wanted or "acceptability" in self.ignored
        return place.role == "safe_haven" and accepted

    def _carries(self, fleet: Fleet, party: Party) -> bool:
        """Whether such vehicles exist, suit the unit, and are accepted with their escort."""
        vehicle, unit = self.network.scenario.vehicle(fleet), party.unit
        if fleet.is_escort or not fleet.count:
            return False
        if fleet.escort and not self.network.scenario.fleet(fleet.escort.by).count:
            return False
        if "fitness" not in self.ignored:
            too_heavy = vehicle.payload_kg is not None and (
                vehicle.payload_kg < PERSON_KG * unit.persons
            )
            if unit.stretchers > vehicle.stretchers or unit.seats > vehicle.seats or too_heavy:
                return False
        company = {fleet.id} | ({fleet.escort.by} if fleet.escort else set())
        return "acceptability" in self.ignored or company.isdisjoint(party.group.refuses)

    def _fits_both(self, fleet: Fleet, route: Route) -> bool:
        if "fitness" in self.ignored:
            return True
        return all(fits(self.network, fleet, end) for end in (route.origin, route.destination))

    def _coming_s(self, fleet: Fleet, place: str) -> int | None:
        """Earliest moment at which a vehicle of the fleet is at the place, None if it cannot be."""
        key = (fleet.id, place)
        if key not in self._coming:
            start = max(0, self.network.scenario.at_s(fleet.available.from_, 0))
            found: list[int] = [start] if fleet.base == place else []
            profile = self.network.profile_of[fleet.id]
            for route in self.network.between.get((fleet.base, place, profile), ()):
                end = self._arrival(self.network.routes[route], fleet, None, start)
                found += [] if end is None else [end]
            self._coming[key] = min(found, default=None)
        return self._coming[key]

    def _arrival(
        self, route: Route, fleet: Fleet | None, party: Party | None, ready_s: int
    ) -> int | None:
        """Earliest end of unloading for who is ready at ``ready_s``."""
        load_s, overhead_s, unload_s = _handling(self.network, fleet, party is not None)
        ride_s = route.travel_s + overhead_s
        first = ready_s + load_s
        for start, end in self._open(route, fleet, party).spans:
            depart = max(first, start)
            if depart < end:
                arrive = depart + ride_s + unload_s
                until = self.network.scenario.horizon_s
                if fleet is not None:
                    until = min(until, self.network.scenario.at_s(fleet.available.until))
                return arrive if "time" in self.ignored or arrive <= until else None
        return None

    def _open(self, route: Route, fleet: Fleet | None, party: Party | None) -> Intervals:
        group = party.group if party else None
        key = (
            route.id, fleet.id if fleet else None, group.refuses if group else (),
            group.id if group else "",
        )  # fmt: skip
        if key not in self._departures:
            when = departures(self.network, route, fleet, group, self.ignored)
            self._departures[key] = when
        return self._departures[key]


def departures(
    network: TransportNetwork,
    route: Route,
    fleet: Fleet | None,
    group: Group | None,
    ignored: frozenset[Barrier] = frozenset(),
) -> Intervals:
    """Moments at which a movement may depart (whole seconds, as half-open spans).

    ``fleet`` None is by own means; ``group`` None is a leg without passengers. C9, C10, C11 and the
    risk cap; loading and unloading take their fixed time.
    """
    horizon = network.scenario.horizon_s
    found = Intervals(((0, horizon + 1),))
    for when, enter_s, leave_s in _conditions(network, route, fleet, group, ignored):
        if "time" in ignored:  # it is enough that there is such a time
            found = found if when.spans else Intervals()
            continue
        found = found & Intervals.of((a - enter_s, b - leave_s + 1) for a, b in when.spans)
    if group is not None and "risk_cap" not in ignored:
        _, overhead_s, _ = _handling(network, fleet, True)
        found = _under_cap(network, route, group, overhead_s // 2, found)
    return found


def _conditions(
    network: TransportNetwork,
    route: Route,
    fleet: Fleet | None,
    group: Group | None,
    ignored: frozenset[Barrier],
) -> Iterator[Condition]:
    load_s, overhead_s, unload_s = _handling(network, fleet, group is not None)
    ride_s, shift = route.travel_s + overhead_s, overhead_s // 2
    ident = fleet.id if fleet else None
    stays = [(route.origin, -load_s, 0), (route.destination, ride_s, ride_s + unload_s)]
    passed = [(p.ground, shift + p.enter_s, shift + p.exit_s) for p in route.passages]
    if "time" not in ignored:
        yield network.movement_open(route.mode, ident), 0, ride_s
        for use in route.links:
            if use.link in network.link_open:
                yield network.link_open[use.link], shift + use.enter_s, shift + use.exit_s
        for place, enter_s, leave_s in stays:
            yield network.place_open(place, ident), enter_s, leave_s
    if fleet is not None and "authorisation" not in ignored:
        for ground, enter_s, leave_s in (*stays, *passed):
            yield network.allowed(ground, fleet.id), enter_s, leave_s
    if group is not None and group.refuses and "acceptability" not in ignored:
        ends = [(route.origin, 0, 0), (route.destination, ride_s, ride_s)]
        for ground, enter_s, leave_s in (*ends, *passed):
            yield network.acceptable(ground, group.id), enter_s, leave_s


def _handling(
    network: TransportNetwork, fleet: Fleet | None, is_loaded: bool
) -> tuple[int, int, int]:
    """Seconds of loading (fixed part), overhead and unloading."""
    if fleet is None:
        return 0, 0, 0
    vehicle = network.scenario.vehicle(fleet)
    load, unload = vehicle.loading.fixed_s, vehicle.unloading.fixed_s
    return (load, vehicle.overhead_s, unload) if is_loaded else (0, vehicle.overhead_s, 0)


def _under_cap(
    network: TransportNetwork, route: Route, group: Group, shift: int, when: Intervals
) -> Intervals:
    """Departures on which nobody's risk on the ride passes the cap."""
    cap = network.scenario.priorities.risk_cap_bp / 10000
    factor = {t.id: t.multiplier.get(group.id, 1.0) for t in network.scenario.threats}
    rate = {t.id: t.rate_micro for t in network.scenario.threats}
    worst = sum(
        factor[e.threat] * rate[e.threat] * (e.exit_s - e.enter_s) for e in route.exposures
    )
    if worst / CASUALTIES <= cap:
        return when

    def risk(depart_s: int) -> float:
        begin = depart_s + shift
        return sum(
            factor[e.threat] * network.hazard[e.threat].between(begin + e.enter_s, begin + e.exit_s)
            for e in route.exposures
        )

    return Intervals.of(
        (moment, moment + 1)
        for start, end in when.spans
        for moment in (start, *range(-(-start // CAP_STEP_S) * CAP_STEP_S, end, CAP_STEP_S))
        if risk(moment) / CASUALTIES <= cap
    )


def fits(network: TransportNetwork, fleet: Fleet, place_id: str) -> bool:
    """C15: whether vehicles of the fleet can load and unload at the place."""
    if fleet.serves and place_id not in fleet.serves:
        return False
    place, vehicle = network.scenario.place(place_id), network.scenario.vehicle(fleet)
    check = _FITS.get(vehicle.mode)
    return check is None or check(network, place, vehicle)


def _fits_ship(network: TransportNetwork, place: Place, vehicle: Vehicle) -> bool:
    too_long = (
        vehicle.length_m is not None
        and place.berth_length_m is not None
        and vehicle.length_m > place.berth_length_m
    )
    too_deep = (
        vehicle.draught_m is not None
        and place.depth_m is not None
        and vehicle.draught_m + UNDER_KEEL_M > place.depth_m
    )
    return place.berths != 0 and not too_long and not too_deep


def _fits_aircraft(network: TransportNetwork, place: Place, vehicle: Vehicle) -> bool:
    runway_m = network.runway_m(place.id)
    needed = vehicle.runway_m
    return place.stands != 0 and (
        needed is None or (runway_m is not None and needed <= runway_m)
    )


_FITS: dict[str, Callable[[TransportNetwork, Place, Vehicle], bool]] = {
    "sea": _fits_ship,
    "air": _fits_aircraft,
    "road": lambda network, place, vehicle: place.loading_bays != 0,
}
