"""A plan made ready to be played many times: its movements in order, each with what it depends on.

What depends on the scenario alone is looked up once here; what a draw changes is ``conditions``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from planner.plan import ManifestLine, Plan, PlanLeg
from planner.scenario import Fleet, Group, Scenario, Unit, Vehicle, segments
from planner.timeline import Intervals
from planner.units import DAY_S

if TYPE_CHECKING:
    from planner.network import Route, TransportNetwork

Key = tuple[str, str, str]
"""What must hold: ("way", mode, fleet), ("link", id, ""), ("place", id, fleet),
("permit", ground, fleet), ("accept", ground, group)."""
HUB_ROLES = frozenset(
    {"embarkation_port", "embarkation_airport", "border_crossing", "evacuation_control_point"}
)
ON_ROUTE, WHOLE_RIDE, AT_ORIGIN, AT_END = range(4)
WALKERS_PER_CAR = 20
KG_PER_PERSON = 100


@dataclass(frozen=True, eq=False)
class Kind:
    """People who are alike; of each one object in a course (see ``Course.kind``), so that it is
    found by what it is, not by what is in it."""

    group: str
    means: str
    unit: Unit

    @cached_property
    def persons(self) -> int:
        """Heads of one unit."""
        return self.unit.persons


@dataclass(frozen=True)
class Check:
    """Something that must hold while a movement is somewhere on its way.

    ``part`` says where: on the route from offset ``enter_s`` to ``exit_s`` (of the undisturbed
    ride), on the whole ride, or while standing at either end.
    """

    key: Key
    part: int
    enter_s: int = 0
    exit_s: int = 0


@dataclass(frozen=True, eq=False)
class Way:
    """A route for one fleet (or own means), with all that must hold on it; one object of each."""

    route: Route
    fleet: str | None
    checks: tuple[Check, ...]
    limited: tuple[tuple[str, int], ...]
    """(link, offset of its beginning) of links under a rolling limit."""

    @property
    def travel_s(self) -> int:
        """Undisturbed time on the route."""
        return self.route.travel_s


@dataclass(eq=False)
class Leg:
    """One planned leg of a vehicle, or one movement by own means."""

    sortie: str
    number: int
    fleet: Fleet | None
    kind: Vehicle | None
    vehicle: int
    origin: str
    destination: str
    load_start_s: int
    depart_s: int
    arrive_s: int
    unload_end_s: int
    manifest: tuple[tuple[Kind, int], ...]
    teams: tuple[tuple[str, int], ...]
    has_aid: bool
    way: Way
    overhead_s: int
    slowed_s: int
    pause_s: int = 0
    """Rest, change of crews or filling up that the plan has before it."""
    company: Company | None = None
    cars: int = 0
    means: str = ""
    is_extra: bool = False
    """A round that no plan has: for those who lost their seats, once the vehicle is free."""

    @cached_property
    def persons(self) -> int:
        """Evacuees that the plan puts on board."""
        return sum(kind.persons * units for kind, units in self.manifest)

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """Groups that the plan puts on board."""
        return tuple(dict.fromkeys(kind.group for kind, _ in self.manifest))

    @property
    def carries(self) -> bool:
        """Whether it is there to take people along."""
        return bool(self.manifest) or self.is_extra

    @property
    def is_handled(self) -> bool:
        """Whether anybody or anything is put on board."""
        return bool(self.carries or self.teams or self.has_aid)


@dataclass(eq=False)
class Company:
    """Legs that leave together: escorts with those whom they escort, and convoys."""

    legs: list[Leg]
    needs_escort: bool


@dataclass
class Course:
    """The plan as it is played."""

    plan: Plan
    scenario: Scenario
    network: TransportNetwork
    vehicles: dict[tuple[str, int], list[Leg]] = field(default_factory=dict)
    own: list[Leg] = field(default_factory=list)
    wide: TransportNetwork | None = None
    """A network with ways round what may close, for detours; the plan's own where it is None."""
    _kinds: dict[tuple[str, str, Unit], Kind] = field(default_factory=dict)
    _ways: dict[tuple[str, str], Way] = field(default_factory=dict)
    _detours: dict[tuple[str, str | None], tuple[Way, ...]] = field(default_factory=dict)
    _accepted: dict[tuple[str, str], tuple[Check, ...]] = field(default_factory=dict)
    _stated_when: dict[Key, Intervals | None] = field(default_factory=dict)

    @staticmethod
    def of(
        plan: Plan,
        scenario: Scenario,
        network: TransportNetwork,
        wide: TransportNetwork | None = None,
    ) -> Course:
        """A verified plan made ready. KeyError where it names what the scenario does not know."""
        course = Course(plan, scenario, network, wide=wide)
        for sortie in plan.sorties:
            fleet = scenario.fleet(sortie.fleet)
            kind = scenario.vehicle(fleet)
            for number, leg in enumerate(sortie.legs):
                ready = course._leg(sortie.id, number, leg, fleet, kind, sortie.vehicle)
                course.vehicles.setdefault((fleet.id, sortie.vehicle), []).append(ready)
        for legs in course.vehicles.values():
            legs.sort(key=lambda leg: (leg.load_start_s, leg.unload_end_s))
            _pauses(legs, scenario)
        for move in plan.self_movements:
            way = course.way(move.route, move.means)
            course.own.append(
                Leg(
                    move.id, 0, None, None, 0, move.origin, move.destination, move.depart_s,
                    move.depart_s, move.arrive_s, move.arrive_s, course._manifest(move.manifest),
                    (), False, way, 0, way.travel_s, cars=move.vehicles, means=move.means,
                )
            )  # fmt: skip
        course._companies()
        return course

    def _leg(
        self, sortie: str, number: int, leg: PlanLeg, fleet: Fleet, kind: Vehicle, vehicle: int
    ) -> Leg:
        way = self.way(leg.route, fleet.id)
        teams = tuple((ride.team, ride.persons) for ride in leg.teams)
        return Leg(
            sortie, number, fleet, kind, vehicle, leg.origin, leg.destination, leg.load_start_s,
            leg.depart_s, leg.arrive_s, leg.unload_end_s, self._manifest(leg.manifest),
            teams,
            bool(leg.aid), way, kind.overhead_s, leg.arrive_s - leg.depart_s - kind.overhead_s,
        )  # fmt: skip

    def kind(self, group: str, means: str, unit: Unit) -> Kind:
        """The one object for people who are alike."""
        key = (group, means, unit)
        if key not in self._kinds:
            self._kinds[key] = Kind(*key)
        return self._kinds[key]

    def _manifest(self, lines: Iterable[ManifestLine]) -> tuple[tuple[Kind, int], ...]:
        found: dict[Kind, int] = {}
        for line in lines:
            unit = Unit(line.unit_persons, line.unit_stretchers)
            kind = self.kind(line.group, line.means, unit)
            found[kind] = found.get(kind, 0) + line.units
        return tuple(found.items())

    def way(self, route_id: str, fleet: str) -> Way:
        """The route for a fleet; ``car`` and ``foot`` are people by own means."""
        key = (route_id, fleet)
        if key not in self._ways:
            self._ways[key] = self._way(self.network.routes[route_id], fleet)
        return self._ways[key]

    def _way(self, route: Route, fleet: str) -> Way:
        who = None if fleet in ("car", "foot") else fleet
        limited = self.network.link_capacity
        entries = tuple((u.link, u.enter_s) for u in route.links if u.link in limited)
        return Way(route, who, tuple(self._checks(route, who)), entries)

    def others(self, way: Way) -> tuple[Way, ...]:
        """Other routes between the same places for the same vehicles, the fastest first."""
        key = (way.route.id, way.fleet)
        if key not in self._detours:
            route, network = way.route, self.wide or self.network
            found = []
            for ident in network.between.get((route.origin, route.destination, route.profile), ()):
                other = network.routes[ident]
                if (other.travel_s, other.points) != (route.travel_s, route.points):
                    named = replace(other, id=f"detour {ident}")
                    found.append(self._way(named, way.fleet or route.profile))
            self._detours[key] = tuple(found)
        return self._detours[key]

    def between(self, origin: str, destination: str, fleet: str) -> Iterator[Way]:
        """Ways of a fleet between two places, the fastest first."""
        profile = self.network.profile_of.get(fleet, "")
        for ident in self.network.between.get((origin, destination, profile), ()):
            yield self.way(ident, fleet)

    def _checks(self, route: Route, fleet: str | None) -> Iterator[Check]:
        who = fleet or ""
        yield Check(("way", route.mode, who), WHOLE_RIDE)
        for use in route.links:
            yield Check(("link", use.link, ""), ON_ROUTE, use.enter_s, use.exit_s)
        for place, part in ((route.origin, AT_ORIGIN), (route.destination, AT_END)):
            yield Check(("place", place, who), part)
            if fleet is not None:
                yield Check(("permit", place, fleet), part)
        if fleet is not None:
            for passage in route.passages:
                key = ("permit", passage.ground, fleet)
                yield Check(key, ON_ROUTE, passage.enter_s, passage.exit_s)

    def acceptance(self, way: Way, group: str) -> tuple[Check, ...]:
        """What must hold besides for a group that refuses some party."""
        key = (way.route.id, group)
        if key not in self._accepted:
            found: list[Check] = []
            if self.groups[group].refuses:
                route = way.route
                found = [
                    Check(("accept", route.origin, group), AT_ORIGIN),
                    Check(("accept", route.destination, group), AT_END),
                    *(
                        Check(("accept", p.ground, group), ON_ROUTE, p.enter_s, p.exit_s)
                        for p in route.passages
                    ),
                ]
            self._accepted[key] = tuple(found)
        return self._accepted[key]

    def _companies(self) -> None:
        together: dict[tuple[str, str, int, int], dict[str, list[Leg]]] = {}
        for legs in self.vehicles.values():
            for leg in legs:
                key = (leg.origin, leg.destination, leg.depart_s, leg.arrive_s)
                together.setdefault(key, {}).setdefault(leg.fleet.id, []).append(leg)  # type: ignore[union-attr]
        for by_fleet in together.values():
            for legs in _formations(by_fleet):
                loaded = any(leg.manifest and leg.fleet and leg.fleet.escort for leg in legs)
                company = Company(legs, needs_escort=loaded)
                overhead_s = max(leg.overhead_s for leg in legs)
                for leg in legs:
                    leg.company = company
                    leg.overhead_s = overhead_s
                    leg.slowed_s = leg.arrive_s - leg.depart_s - overhead_s

    # ------------------------------------------------------------------ what is stated beforehand

    @cached_property
    def always(self) -> Intervals:
        """The whole horizon."""
        return self.network.clock.always

    def stated_when(self, key: Key) -> Intervals | None:
        """When a check holds by the scenario alone; None for always."""
        if key not in self._stated_when:
            found = self._asked(key)
            self._stated_when[key] = None if found == self.always else found
        return self._stated_when[key]

    def _asked(self, key: Key) -> Intervals:
        kind, name, who = key
        if kind == "way":
            return self.network.movement_open(name, who or None)
        if kind == "link":
            return self.network.link_open.get(name, self.always)
        if kind == "place":
            return self.network.place_open(name, who or None)
        if kind == "permit":
            return self.network.allowed(name, who)
        return self.network.acceptable(name, who)

    def link_windows(self, link: str) -> Intervals:
        """When a link would be open were it not closed: its windows."""
        found = self.always
        for window in self.scenario.windows:
            if link in window.links:
                found = found & self.network.clock.passable(window)
        return found

    @cached_property
    def entries(self) -> dict[str, tuple[str, ...]]:
        """Link of a route to the scenario's entries about it: its own, those of a map's name."""
        found: dict[str, tuple[str, ...]] = {}
        for entry in self.scenario.links:
            for name in {entry.id, entry.map_link or entry.id}:
                found[name] = (*found.get(name, ()), entry.id)
        return found

    @cached_property
    def multipliers(self) -> dict[tuple[str, str], float]:
        """(threat, group) to how much more or less the group suffers."""
        return {
            (threat.id, group): factor
            for threat in self.scenario.threats
            for group, factor in threat.multiplier.items()
        }

    @cached_property
    def midnights(self) -> list[int]:
        """Moments at which local calendar days begin, after the first one."""
        first = self.scenario.local(0).replace(hour=0, minute=0, second=0, microsecond=0)
        days = self.scenario.horizon_s // DAY_S + 3
        naive = first.replace(tzinfo=None)
        return [self.scenario.at_s(naive + timedelta(days=day)) for day in range(1, days)]

    # ------------------------------------------------------------------ people

    @cached_property
    def groups(self) -> dict[str, Group]:
        """Groups by id."""
        return {group.id: group for group in self.scenario.groups}

    @cached_property
    def havens(self) -> frozenset[str]:
        """Places that end the journey."""
        return frozenset(p.id for p in self.scenario.places if p.role == "safe_haven")

    @cached_property
    def hubs(self) -> frozenset[str]:
        """Places where people change."""
        return frozenset(p.id for p in self.scenario.places if p.role in HUB_ROLES)

    @cached_property
    def stated(self) -> dict[Kind, int]:
        """Units that want to leave, by the figures of the plan."""
        found: dict[Kind, int] = {}
        for group in self.scenario.groups:
            for part in segments(self.scenario, group):
                if part.means != "unwilling":
                    for unit, count in part.units:
                        found[self.kind(group.id, part.means, unit)] = count
        return found

    @cached_property
    def promised(self) -> dict[tuple[str, Kind], int]:
        """(place, kind) to the units that the plan takes away from there."""
        found: dict[tuple[str, Kind], int] = {}
        for leg in self.legs:
            for kind, units in leg.manifest:
                key = (leg.origin, kind)
                found[key] = found.get(key, 0) + units
        return found

    @cached_property
    def onward(self) -> dict[str, frozenset[str]]:
        """Hub to the groups that the plan takes on from there."""
        found: dict[str, set[str]] = {}
        for leg in self.legs:
            if leg.origin in self.hubs:
                found.setdefault(leg.origin, set()).update(leg.groups)
        return {hub: frozenset(groups) for hub, groups in found.items()}

    @cached_property
    def bookings(self) -> tuple[tuple[str, int, int], ...]:
        """(haven, people, day) of every load that the plan brings to a haven."""
        return tuple(booking for leg in self.legs for booking in self.booked(leg))

    def booked(self, leg: Leg) -> Iterator[tuple[str, int, int]]:
        """(haven, people, day) of one leg that ends at a haven."""
        if leg.manifest and leg.destination in self.havens:
            yield leg.destination, leg.persons, self.day(leg.unload_end_s)

    def day(self, moment_s: int) -> int:
        """The local calendar day, from 0."""
        return bisect_right(self.midnights, moment_s)

    @property
    def legs(self) -> Iterator[Leg]:
        """Every leg and movement."""
        for listed in self.vehicles.values():
            yield from listed
        yield from self.own

    @cached_property
    def teams(self) -> dict[str, tuple[str, str, int]]:
        """Team id to (start, place, members)."""
        return {team.id: (team.start, team.to, team.people) for team in self.scenario.teams}


def _formations(by_fleet: dict[str, list[Leg]]) -> Iterator[list[Leg]]:
    """Escorts with those whom they escort, and the rest of each fleet that goes in convoys."""
    taken: set[str] = set()
    escorted: dict[str, list[Leg]] = {}
    for fleet_id, legs in by_fleet.items():
        fleet = legs[0].fleet
        if fleet is not None and fleet.escort is not None and fleet.escort.by in by_fleet:
            escorted.setdefault(fleet.escort.by, []).extend(legs)
            taken |= {fleet_id, fleet.escort.by}
    for by, legs in escorted.items():
        yield [*by_fleet[by], *legs]
    for fleet_id, legs in by_fleet.items():
        fleet = legs[0].fleet
        grouped = fleet is not None and fleet.convoy is not None and fleet.convoy.min_vehicles > 1
        if grouped and fleet_id not in taken and len(legs) > 1 and legs[0].manifest:
            yield legs


def _pauses(legs: list[Leg], scenario: Scenario) -> None:
    """Where the plan rests, changes crews or fills up between two legs, a rehearsal does so too."""
    for before, after in pairwise(legs):
        fleet = after.fleet
        assert fleet is not None
        gap_s, wanted = after.load_start_s - before.unload_end_s, [0]
        if fleet.duty is not None:
            wanted.append(fleet.duty.rest_s)
            if fleet.duty.crews > 1 and after.origin == fleet.base:
                wanted.append(fleet.duty.change_s)
        if fleet.fuel is not None and after.origin in (fleet.fuel.at or (fleet.base,)):
            wanted.append(fleet.fuel.refuel_s)
        after.pause_s = max(pause for pause in wanted if pause <= gap_s) if gap_s >= 0 else 0
