"""A Plan resolved against its scenario and network: every movement in true time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from planner.plan import ManifestLine, Plan, PlanLeg, SelfMovement, Sortie
from planner.scenario import Fleet, Group, Place, Scenario, Segment, Unit, Vehicle, segments
from planner.timeline import RateFunction
from planner.units import DAY_S
from planner.verify import underway
from planner.verify.clock import Clock
from planner.verify.geometry import holds_place
from planner.verify.permission import Names, Permissions

if TYPE_CHECKING:
    from planner.network import Route, TransportNetwork

HUB_ROLES = frozenset(
    {"embarkation_port", "embarkation_airport", "border_crossing", "evacuation_control_point"}
)
HAVEN_ROLE = "safe_haven"
PER_CASUALTY = 3.6e12  # nano x seconds in one expected casualty


class AidLoad(Protocol):
    """Part of a consignment of aid on one leg."""

    @property
    def aid(self) -> str:
        """Id of the consignment."""

    @property
    def kg(self) -> int:
        """How much of it."""


@dataclass(frozen=True)
class Movement:
    """One leg of a sortie, or one self-movement, with everything it names looked up.

    ``slowed_s`` is the time on the route and ``overhead_s`` what is added to it: the route's and
    the vehicle's own, or in an escorted company the largest of them. ``company`` names its fleets.
    """

    where: str
    route: Route
    origin: str
    destination: str
    load_start_s: int
    depart_s: int
    arrive_s: int
    unload_end_s: int
    manifest: tuple[ManifestLine, ...]
    fleet: Fleet | None = None
    kind: Vehicle | None = None
    number: int = 0
    sortie: Sortie | None = None
    leg: PlanLeg | None = None
    own: SelfMovement | None = None
    slowed_s: int = 0
    overhead_s: int = 0
    company: tuple[str, ...] = ()

    @property
    def persons(self) -> int:
        """Evacuees on board."""
        return sum(line.persons for line in self.manifest)

    @property
    def team_persons(self) -> int:
        """Team members on board."""
        return sum(ride.persons for ride in self.leg.teams) if self.leg else 0

    @property
    def aid(self) -> tuple[AidLoad, ...]:
        """Aid on board; none where the plan's legs know of no aid."""
        return tuple(getattr(self.leg, "aid", ()))

    @property
    def handled(self) -> bool:
        """Whether anybody or anything is put on board and taken off."""
        return bool(self.manifest or self.team_persons or self.aid)

    @property
    def name(self) -> str:
        """The sortie's or self-movement's id."""
        return self.sortie.id if self.sortie else (self.own.id if self.own else self.where)

    @property
    def ride_s(self) -> int:
        """What the ride should take from departure to arrival."""
        return self.slowed_s + self.overhead_s

    @property
    def groups(self) -> tuple[str, ...]:
        """Group ids on board, each once, in the manifest's order."""
        return tuple(dict.fromkeys(line.group for line in self.manifest))

    def at_s(self, offset_s: int, *, up: bool = False) -> int:
        """Moment at which the movement is ``offset_s`` into its route.

        The first half of the overhead is spent before the route begins; a ride slowed by its
        company is slowed evenly. Rounded down to the second, or up.
        """
        start_s = self.depart_s + self.overhead_s // 2
        if self.slowed_s == self.route.travel_s or self.route.travel_s == 0:
            return start_s + offset_s
        exact = Fraction(offset_s * self.slowed_s, self.route.travel_s)
        return start_s + (math.ceil(exact) if up else math.floor(exact))


@dataclass
class Replay:
    """What the rules look at. Movements that name unknown things are only listed in ``unknown``."""

    plan: Plan
    scenario: Scenario
    network: TransportNetwork
    unknown: list[tuple[str, str]] = field(default_factory=list)
    movements: tuple[Movement, ...] = ()

    def __post_init__(self) -> None:
        moved = [m for m in map(self._resolve_leg, self._legs()) if m is not None]
        moved += [m for m in map(self._resolve_own, self.plan.self_movements) if m is not None]
        self.movements = tuple(self._with_company(moved))

    # ------------------------------------------------------------------ looking things up

    @cached_property
    def places(self) -> dict[str, Place]:
        """Places by id."""
        return {place.id: place for place in self.scenario.places}

    @cached_property
    def fleets(self) -> dict[str, Fleet]:
        """Fleets by id."""
        return {fleet.id: fleet for fleet in self.scenario.fleets}

    @cached_property
    def groups(self) -> dict[str, Group]:
        """Groups by id."""
        return {group.id: group for group in self.scenario.groups}

    @cached_property
    def segments(self) -> dict[str, tuple[Segment, ...]]:
        """Group id to its segments."""
        return {group.id: segments(self.scenario, group) for group in self.scenario.groups}

    @cached_property
    def supply(self) -> dict[tuple[str, str, Unit], int]:
        """(group, means, unit) to how many such units there are; the unwilling are none of them."""
        return {
            (group, segment.means, unit): count
            for group, parts in self.segments.items()
            for segment in parts
            if segment.means != "unwilling"
            for unit, count in segment.units
        }

    @cached_property
    def arrivals(self) -> dict[str, list[tuple[int, int, bool]]]:
        """Group id to (moment of safety, persons, by own means) of its loads at a haven, sorted."""
        found: dict[str, list[tuple[int, int, bool]]] = {}
        for m in self.movements:
            if self.is_haven(m.destination):
                for group in m.groups:
                    persons = sum(line.persons for line in m.manifest if line.group == group)
                    if persons:
                        loads = found.setdefault(group, [])
                        loads.append((m.unload_end_s, persons, m.own is not None))
        return {group: sorted(loads) for group, loads in found.items()}

    @cached_property
    def clock(self) -> Clock:
        """Windows and threats by the local clock, reaching past the last movement."""
        latest = [m.unload_end_s for m in self.movements]
        end_s = max([self.scenario.horizon_s, *latest]) + DAY_S
        return Clock(self.scenario, self.network.positions, end_s)

    @cached_property
    def permissions(self) -> Permissions:
        """Control, authorisations and refusals."""
        return Permissions(self.scenario, self.clock, self.network.positions)

    @cached_property
    def hazards(self) -> dict[str, RateFunction]:
        """Threat id to its rate over time, by the witness' own clock."""
        return {threat.id: self.clock.hazard(threat) for threat in self.scenario.threats}

    @cached_property
    def threats_at(self) -> dict[str, tuple[str, ...]]:
        """Place id to the threats whose zone holds it, by the witness' own geometry."""
        return {
            place.id: tuple(
                threat.id
                for threat in self.scenario.threats
                if holds_place(threat.zone, place.id, self.network.positions)
            )
            for place in self.scenario.places
        }

    @cached_property
    def begun(self) -> dict[tuple[str, int], PlanLeg]:
        """(sortie, leg from 1) to what had begun of a running plan, at its true times."""
        return underway.begun(self)

    @property
    def sorties(self) -> tuple[Movement, ...]:
        """Movements of vehicles of fleets, in the plan's order."""
        return tuple(m for m in self.movements if m.fleet is not None)

    @property
    def self_movements(self) -> tuple[Movement, ...]:
        """Movements by own means, in the plan's order."""
        return tuple(m for m in self.movements if m.own is not None)

    def when(self, moment_s: int) -> str:
        """Local date and time, as the planner reads it."""
        return self.scenario.local(moment_s).strftime("%Y-%m-%d %H:%M")

    def is_haven(self, place: str) -> bool:
        """Whether the place ends the journey."""
        return self.places[place].role == HAVEN_ROLE

    def multiplier(self, threat: str, group: str | None) -> float:
        """How much more or less a group suffers from a threat; 1 for crews."""
        return 1.0 if group is None else self._multipliers.get((threat, group), 1.0)

    @cached_property
    def _multipliers(self) -> dict[tuple[str, str], float]:
        return {
            (threat.id, group): factor
            for threat in self.scenario.threats
            for group, factor in threat.multiplier.items()
        }

    @cached_property
    def by_vehicle(self) -> dict[tuple[str, int], tuple[Movement, ...]]:
        """(fleet, number of the vehicle) to its movements in order of time."""
        found: dict[tuple[str, int], list[Movement]] = {}
        for movement in self.sorties:
            assert movement.fleet is not None
            found.setdefault((movement.fleet.id, movement.number), []).append(movement)
        return {
            key: tuple(sorted(moves, key=lambda m: (m.load_start_s, m.unload_end_s)))
            for key, moves in sorted(found.items())
        }

    def grounds(self, movement: Movement) -> Iterator[tuple[Names, int, int]]:
        """(names, from_s, until_s) of every ground that the movement is on, both ends included."""
        yield (
            self.permissions.place_names(movement.origin),
            movement.load_start_s,
            movement.depart_s,
        )
        for passage in movement.route.passages:
            names = self.ground_names(passage.ground)
            yield names, movement.at_s(passage.enter_s), movement.at_s(passage.exit_s, up=True)
        yield (
            self.permissions.place_names(movement.destination),
            movement.arrive_s,
            movement.unload_end_s,
        )

    def ground_names(self, ground: str) -> Names:
        """Names under which control and permissions may speak of a ground of the network."""
        known = self.network.grounds.get(ground)
        names = known.names if known is not None else (ground,)
        if ground in self.places:
            return self.permissions.place_names(ground)
        return self.permissions.link_names(ground, names) if ground in self._links else names

    @cached_property
    def _links(self) -> frozenset[str]:
        return frozenset(link.id for link in self.scenario.links)

    # ------------------------------------------------------------------ resolving

    def _legs(self) -> Iterator[tuple[Sortie, int, PlanLeg]]:
        for sortie in self.plan.sorties:
            for index, leg in enumerate(sortie.legs, start=1):
                yield sortie, index, leg

    def _known(self, where: str, leg: PlanLeg | SelfMovement) -> bool:
        faults = []
        if leg.route not in self.network.routes:
            faults.append(f"no route called '{leg.route}'")
        faults += [
            f"no place called '{place}'"
            for place in (leg.origin, leg.destination)
            if place not in self.places
        ]
        faults += [
            f"no group called '{line.group}'"
            for line in leg.manifest
            if line.group not in self.groups
        ]
        self.unknown += [(where, fault) for fault in faults]
        return not faults

    def _resolve_leg(self, item: tuple[Sortie, int, PlanLeg]) -> Movement | None:
        sortie, index, leg = item
        where = f"{sortie.id} leg {index}"
        known = self._known(where, leg)
        if sortie.fleet not in self.fleets:
            self.unknown.append((where, f"no fleet called '{sortie.fleet}'"))
            known = False
        if not known:
            return None
        fleet = self.fleets[sortie.fleet]
        kind = self.scenario.vehicle(fleet)
        route = self.network.routes[leg.route]
        return Movement(
            where, route, leg.origin, leg.destination, leg.load_start_s, leg.depart_s,
            leg.arrive_s, leg.unload_end_s, leg.manifest, fleet, kind, sortie.vehicle, sortie, leg,
            slowed_s=route.travel_s, overhead_s=kind.overhead_s,
        )  # fmt: skip

    def _resolve_own(self, own: SelfMovement) -> Movement | None:
        if not self._known(own.id, own):
            return None
        route = self.network.routes[own.route]
        return Movement(
            own.id, route, own.origin, own.destination, own.depart_s, own.depart_s, own.arrive_s,
            own.arrive_s, own.manifest, own=own, slowed_s=route.travel_s,
        )  # fmt: skip

    def _with_company(self, moved: list[Movement]) -> Iterator[Movement]:
        """Movements at the pace of the slowest in their company, and with its fleets named."""
        pace: dict[int, dict[str, Any]] = {}
        for company in companies(moved):
            known = {
                "slowed_s": max(moved[i].slowed_s for i in company),
                "overhead_s": max(moved[i].overhead_s for i in company),
                "company": tuple(dict.fromkeys(_fleet_of(moved[i]) for i in company)),
            }
            pace.update((index, known) for index in company)
        for index, movement in enumerate(moved):
            yield replace(movement, **pace.get(index, {}))


def _fleet_of(movement: Movement) -> str:
    return movement.fleet.id if movement.fleet else ""


def companies(moved: list[Movement]) -> list[list[int]]:
    """Indices of legs that go in company: same ends and times, one fleet escorting the others.

    Loaded or not: a formation may come back together too.
    """
    together: dict[tuple[str, str, int, int], dict[str, list[int]]] = {}
    for index, m in enumerate(moved):
        if m.fleet is not None:
            key = (m.origin, m.destination, m.depart_s, m.arrive_s)
            together.setdefault(key, {}).setdefault(m.fleet.id, []).append(index)
    found = []
    for by_fleet in together.values():
        escorted: dict[str, list[int]] = {}
        for indices in by_fleet.values():
            fleet = moved[indices[0]].fleet
            if fleet is not None and fleet.escort is not None and fleet.escort.by in by_fleet:
                escorted.setdefault(fleet.escort.by, []).extend(indices)
        found += [[*by_fleet[by], *indices] for by, indices in escorted.items()]
    return found
