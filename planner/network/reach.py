"""Who can reach a haven at all, however few the vehicles: and if not, why not.

Capacities and numbers of vehicles are left out; permission, acceptability, closures, windows, the
risk cap and fitness are kept. Whoever is cut off here is left behind in every plan.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field

from planner.network.departures import NOTHING, Barrier, Waiver, departures, fits, handling
from planner.network.nouns import Route, TransportNetwork
from planner.scenario import Fleet, Group, Place, Segment, Unit, segments
from planner.timeline import Intervals

HUB_ROLES = frozenset(
    {"embarkation_port", "embarkation_airport", "border_crossing", "evacuation_control_point"}
)
PERSON_KG = 100


def _is_shut(haven: Place) -> bool:
    """Whether a haven takes in nobody at all."""
    intake = haven.intake
    return intake is not None and 0 in (intake.total, intake.per_day)


@dataclass(frozen=True)
class Journey:
    """The earliest way out that was found.

    ``legs`` are (route id, fleet id; None by own means) in order of time, ``approaches`` how the
    vehicles come from their bases.
    """

    legs: tuple[tuple[str, str | None], ...]
    arrive_s: int
    approaches: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Party:
    """Who travels: like units of one group that have one means."""

    group: Group
    means: str
    unit: Unit


def parties(network: TransportNetwork, group: Group) -> tuple[Party, ...]:
    """The willing of a group by means and by whether they lie; the smallest unit of each."""
    found: dict[tuple[str, int], Party] = {}
    for segment in segments(network.scenario, group):
        if segment.means != "unwilling":
            for unit in _smallest(segment):
                party = Party(group, segment.means, unit)
                found.setdefault((segment.means, unit.stretchers), party)
    return tuple(found.values())


def _smallest(segment: Segment) -> list[Unit]:
    lying = [unit for unit, _ in segment.units if unit.stretchers]
    seated = [unit for unit, _ in segment.units if not unit.stretchers]
    return [min(units, key=lambda unit: unit.seats) for units in (lying, seated) if units]


@dataclass
class Reach:
    """Earliest journeys over one network; what ``waived`` names does not count.

    People change at hubs and stop at the first haven that takes them. A vehicle is where it is
    wanted as soon as it can come from its base.
    """

    network: TransportNetwork
    waived: Waiver = NOTHING
    _departures: dict[tuple[str, str | None, tuple[str, ...], str], Intervals] = field(
        default_factory=dict
    )
    _coming: dict[tuple[str, str], tuple[int, str] | None] = field(default_factory=dict)
    _leaving: dict[tuple[str, str], list[Route]] = field(default_factory=dict)

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
                return Journey(legs, moment, self._approaches(legs))
            for arrive_s, route, fleet in self._onward(party, place, moment):
                heapq.heappush(queue, (arrive_s, route.destination, (*legs, (route.id, fleet))))
        return None

    def _approaches(self, legs: tuple[tuple[str, str | None], ...]) -> tuple[tuple[str, str], ...]:
        found = []
        for route, fleet in legs:
            if fleet is not None:
                come = self._coming.get((fleet, self.network.routes[route].origin))
                if come is not None and come[1]:
                    found.append((come[1], fleet))
        return tuple(found)

    def _ignores(self, barrier: Barrier) -> bool:
        return barrier in self.waived.barriers

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
                    come = self._comes(fleet, place)
                    end = None
                    if come is not None:
                        end = self._arrival(route, fleet, party, max(moment, come[0]))
                    if end:
                        yield end, route, fleet.id

    def _routes(self, origin: str, profile: str) -> list[Route]:
        """Routes from a place, in the order of the places that they lead to."""
        if not self._leaving:
            order = {place.id: i for i, place in enumerate(self.network.scenario.places)}
            pairs = sorted(self.network.between.items(), key=lambda pair: order[pair[0][1]])
            for (start, _, by), routes in pairs:
                known = self._leaving.setdefault((start, by), [])
                known += [self.network.routes[route] for route in routes]
        return self._leaving.get((origin, profile), [])

    def _takes(self, party: Party, route: Route) -> bool:
        """Whether the destination is a hub, or a haven that the group accepts."""
        place = self.network.scenario.place(route.destination)
        if place.role in HUB_ROLES:
            return party.means == "ride" or route.profile not in ("car", "foot")
        wanted = party.group.destinations
        accepted = not wanted or place.id in wanted or self._ignores("acceptability")
        takes_in = self._ignores("intake") or not _is_shut(place)
        return place.role == "safe_haven" and accepted and takes_in

    def _carries(self, fleet: Fleet, party: Party) -> bool:
        """Whether such vehicles exist, suit the unit, and are accepted with their escort."""
        vehicle, unit = self.network.scenario.vehicle(fleet), party.unit
        if fleet.is_escort or not (self._ignores("vehicles") or self._exists(fleet)):
            return False
        if not self._ignores("fitness"):
            too_heavy = vehicle.payload_kg is not None and (
                vehicle.payload_kg < PERSON_KG * unit.persons
            )
            if unit.stretchers > vehicle.stretchers or unit.seats > vehicle.seats or too_heavy:
                return False
        company = {fleet.id} | ({fleet.escort.by} if fleet.escort else set())
        return self._ignores("acceptability") or company.isdisjoint(party.group.refuses)

    def _exists(self, fleet: Fleet) -> bool:
        by = fleet.escort.by if fleet.escort else None
        return fleet.count > 0 and (by is None or self.network.scenario.fleet(by).count > 0)

    def _fits_both(self, fleet: Fleet, route: Route) -> bool:
        if self._ignores("fitness"):
            return True
        return all(fits(self.network, fleet, end) for end in (route.origin, route.destination))

    def _comes(self, fleet: Fleet, place: str) -> tuple[int, str] | None:
        """Earliest moment at which a vehicle can be at the place, and the route that it comes by.

        The route is empty at its base; None where it cannot come.
        """
        key = (fleet.id, place)
        if key not in self._coming:
            start = max(0, self.network.scenario.at_s(fleet.available.from_, 0))
            found: list[tuple[int, str]] = [(start, "")] if fleet.base == place else []
            profile = self.network.profile_of[fleet.id]
            for route in self.network.between.get((fleet.base, place, profile), ()):
                end = self._arrival(self.network.routes[route], fleet, None, start)
                found += [] if end is None else [(end, route)]
            self._coming[key] = min(found, default=None)
        return self._coming[key]

    def _arrival(
        self, route: Route, fleet: Fleet | None, party: Party | None, ready_s: int
    ) -> int | None:
        """Earliest end of unloading for who is ready at ``ready_s``."""
        load_s, overhead_s, unload_s = handling(self.network, fleet, party is not None)
        ride_s = route.travel_s + overhead_s
        first = ready_s + load_s
        for start, end in self._open(route, fleet, party).spans:
            depart = max(first, start)
            if depart < end:
                arrive = depart + ride_s + unload_s
                until = self.network.scenario.horizon_s
                if fleet is not None:
                    until = min(until, self.network.scenario.at_s(fleet.available.until))
                return arrive if self._ignores("time") or arrive <= until else None
        return None

    def _open(self, route: Route, fleet: Fleet | None, party: Party | None) -> Intervals:
        group = party.group if party else None
        key = (
            route.id, fleet.id if fleet else None, group.refuses if group else (),
            group.id if group else "",
        )  # fmt: skip
        if key not in self._departures:
            when = departures(self.network, route, fleet, group, self.waived)
            self._departures[key] = when
        return self._departures[key]
