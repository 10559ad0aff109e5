"""The evacuation problem: who is to be moved, by what, within which shared limits.

Constraints in English (ids as in the verifier):

C1 people are conserved: a commodity's units leave home at most once; what reaches a hub leaves it.
C2 a mover's movements follow each other in place and time, inside its availability, to safety.
C3 seats and stretcher places of a departure hold who rides on it.
C4 loading and unloading are part of every movement.
C5 bays, berths and stands at a place hold the vehicles that are on them at any moment.
C6 slots, processing and border rates hold in any half-open 60 minutes.
C7 who waits at a hub fits in, and a haven takes in no more than its total and its day's limit.
C8 a link takes no more than its capacity in any half-open 60 minutes.
C9 a movement starts only where every window on its way is open while it is there.
C10 a movement starts only where every party on its way has granted it.
C11 a commodity boards only what it accepts.
C12 escorted vehicles move as formations of up to ``ratio`` ships and one escort.
C13 vehicles that go in convoys move as formations of a convoy's size, a headway apart.
C14 no movement is longer than a vehicle's range or a crew's duty; ``Rota`` follows both.
C15 a mover goes only to places that it fits.
C16 households travel whole: counted in persons here, packed by ``schedule``.
C17 arriving after the deadline, or never, counts in the second level.
C18 commitments are movements that one vehicle must make, before anything else that it does.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property

import numpy as np

from planner.earlier import Earlier
from planner.errors import Impossible, ScenarioError
from planner.movements import (
    WALKERS_PER_CAR,
    Bools,
    Carry,
    Condition,
    Effort,
    Floats,
    Ground,
    Mover,
    Option,
    SelfOption,
    entries,
    movers,
    start_mask,
)  # fmt: skip
from planner.network import Route, TransportNetwork
from planner.promises import Opening, opening, too_close
from planner.rotations import Rota, crew_of, spacing_of, tank_of
from planner.scenario import Group, Place, Scenario, Segment, Unit, segments
from planner.timeline import Intervals
from planner.units import HOUR_S, TimeGrid

EMBARKATION = {"embarkation_port": "sea", "embarkation_airport": "air"}
HUB_ROLES = (
    "embarkation_port",
    "embarkation_airport",
    "border_crossing",
    "evacuation_control_point",
)


@dataclass(frozen=True)
class Commodity:
    """Like people at one place: a part of a group at home, or a class of people in a hub.

    ``demand`` counts units; a unit is one person, or one stretcher patient with companions. At a
    hub the demand is 0 and ``transit`` names the class that the home commodities turn into.
    """

    index: int
    place: str
    transit: int
    group: str
    means: str
    unit: Unit
    demand: int
    weight: int
    ready_s: int
    deadline_s: int | None
    needs_team: str | None
    is_hub: bool

    @property
    def persons(self) -> int:
        """Heads in one unit."""
        return self.unit.persons


@dataclass(frozen=True)
class Limit:
    """A shared limit. Separation makes rows of it at the moments where a solution breaks it.

    ``kind`` is one of link, link_persons, bays, berths, stands, slots, persons_rate, vehicles_rate,
    intake, waiting, duty, fuel, headway. ``at`` names the link or place, or the fleet (for headway
    with the route); ``cap`` is in vehicles, car equivalents, persons or vehicle-hours. ``window``
    are the seconds in which an intake, duty or fuel counts, and from 0 on the headway.
    """

    kind: str
    at: str
    cap: float
    window: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Conveyance:
    """The movers and what they can do; one for plans, one relaxed for bounds."""

    movers: tuple[Mover, ...]
    options: tuple[Option, ...]
    places: tuple[tuple[str, ...], ...]
    """Per mover the places that it can be at."""
    may_end: tuple[Bools, ...]
    """Per mover, [place, step]: whether it may stop for good."""
    openings: tuple[Opening, ...]
    """Per mover what has been promised of it."""
    rotas: tuple[Rota | None, ...]
    """Per mover what duty and fuel ask of it; None where nothing."""


@dataclass(frozen=True)
class EvacuationProblem:
    """Everything a solver may know, in integers and arrays over the time grid."""

    scenario: Scenario
    network: TransportNetwork
    grid: TimeGrid
    ground: Ground
    commodities: tuple[Commodity, ...]
    transit_of: tuple[tuple[str, tuple[str, ...]], ...]
    """Per transit class: the group that stands for it, and all the groups in it."""
    plan: Conveyance
    relaxed: Conveyance
    walks: tuple[SelfOption, ...]
    limits: tuple[Limit, ...]
    wait_harm: tuple[Floats, ...]
    """Per commodity: expected casualties of one unit from the start until each grid moment."""
    effort: Effort = field(default_factory=Effort)
    """What a leg counts in the level of that name, beside its kilometres."""
    earlier: Earlier | None = None
    """The running plan that this one follows; None where nothing has begun."""

    def intakes(self, place: str, moment_s: int) -> list[int]:
        """Numbers of the limits that count people who are taken in at a place at a moment."""
        return [
            index
            for index, limit in enumerate(self.limits)
            if limit.kind == "intake"
            and limit.at == place
            and limit.window[0] <= moment_s < limit.window[1]
        ]

    def counts(self, walk: SelfOption) -> bool:
        """Whether a limit counts who goes this way by his own means."""
        return any(walk.passes(limit.kind, limit.at) for limit in self.limits)

    def at_hub(self, transit: int, place: str) -> int | None:
        """Index of the hub commodity of a class at a place."""
        return self._hub_at.get((transit, place))

    @cached_property
    def hubs(self) -> frozenset[str]:
        """Places where people change to a ship or an aircraft."""
        return frozenset(p.id for p in self.scenario.places if p.role in HUB_ROLES)

    @cached_property
    def hours_first(self) -> bool:
        """Whether the level of arrival comes before people left behind, or alone."""
        levels = [*self.scenario.priorities.levels, "left_behind"]
        return "arrival" in levels[: levels.index("left_behind")]

    @cached_property
    def havens(self) -> frozenset[str]:
        """Places where people are safe."""
        return frozenset(p.id for p in self.scenario.places if p.role == "safe_haven")

    @cached_property
    def _hub_at(self) -> dict[tuple[int, str], int]:
        return {(c.transit, c.place): c.index for c in self.commodities if c.is_hub}


def _signature(scenario: Scenario, group: Group, unit: Unit) -> tuple[object, ...]:
    multipliers = tuple(
        (t.id, t.multiplier[group.id]) for t in scenario.threats if group.id in t.multiplier
    )
    return (
        unit, tuple(sorted(group.destinations)), tuple(sorted(group.refuses)), group.weight,
        group.deadline_s, multipliers,
    )  # fmt: skip


def _home_units(segment: Segment) -> list[tuple[Unit, int]]:
    """Seated people counted by heads; stretcher patients by units."""
    seated = sum(u.persons * n for u, n in segment.units if u.stretchers == 0)
    found = [(Unit(1), seated)] if seated else []
    return found + [(u, n) for u, n in segment.units if u.stretchers]


def commodities_of(
    scenario: Scenario, hubs: tuple[str, ...]
) -> tuple[list[Commodity], tuple[tuple[str, tuple[str, ...]], ...]]:
    """Commodities at home, then those at hubs; the groups of each transit class."""
    classes: dict[tuple[object, ...], int] = {}
    members: list[list[str]] = []
    found: list[Commodity] = []
    for group in scenario.groups:
        for segment in segments(scenario, group):
            if segment.means == "unwilling":
                continue
            for unit, count in _home_units(segment):
                key = _signature(scenario, group, unit)
                transit = classes.setdefault(key, len(classes))
                if transit == len(members):
                    members.append([])
                if group.id not in members[transit]:
                    members[transit].append(group.id)
                found.append(
                    Commodity(
                        len(found), group.at, transit, group.id, segment.means, unit, count,
                        group.weight, scenario.at_s(group.ready, 0), group.deadline_s,
                        group.needs_team, is_hub=False,
                    )
                )  # fmt: skip
    for transit in range(len(members)):
        like = next(c for c in found if c.transit == transit)
        for hub in hubs:
            found.append(
                replace(like, index=len(found), place=hub, demand=0, ready_s=0, needs_team=None,
                        means="ride", is_hub=True)
            )  # fmt: skip
    return found, tuple((m[0], tuple(m)) for m in members)


def pose(
    scenario: Scenario, network: TransportNetwork, *, step_s: int | None = None,
    effort: Effort | None = None, any_moment: bool = False, earlier: Earlier | None = None,
) -> EvacuationProblem:  # fmt: skip
    """Scenario and network → problem. Departures lie on ``step_s`` (else the scenario's).

    With ``any_moment`` steps are spans of time, and every plan, whenever its departures are, has
    its like in the problem, at no higher cost: for bounds alone. Who waits in a hub is not limited
    there. ``earlier`` is what a running plan leaves to this one.

    Raises ScenarioError with every commitment that no movement can keep: Impossible where one
    contradicts another, or the ground, at whatever step.
    """
    make = TimeGrid.cells if any_moment else TimeGrid
    grid = make(step_s or scenario.step_s, scenario.horizon_s)
    ground = Ground(network, grid)
    hubs = tuple(p.id for p in scenario.places if p.role in HUB_ROLES)
    commodities, transit_of = commodities_of(scenario, hubs)
    weights = effort or Effort()
    builder = _Builder(scenario, ground, commodities, weights, earlier)
    stands = earlier.stands if earlier else None
    plan = builder.conveyance(movers(scenario, network, relaxed=any_moment, stands=stands))
    faults = [fault for found in plan.openings for fault in found.faults]
    faults += too_close(scenario, grid, plan.options, plan.openings)
    if faults and not any_moment:
        contradicts = any(found.contradicts for found in plan.openings)
        raise Impossible(faults) if contradicts else ScenarioError(faults)
    loose = movers(scenario, network, relaxed=True, stands=stands)
    relaxed = plan if loose == plan.movers else builder.conveyance(loose)
    limits = list(_limits(scenario, network))
    if earlier:
        limits = [_less_taken_in(limit, earlier) for limit in limits]
    if any_moment:
        limits = [limit for limit in limits if limit.kind != "waiting"]
    else:
        limits += working(scenario, plan)
    wait_harm = tuple(
        c.persons * ground.upto(c.place, ground.moments, builder.multiplier[c.group])
        for c in commodities
    )
    return EvacuationProblem(
        scenario, network, grid, ground, tuple(commodities), transit_of, plan, relaxed,
        builder.walks(), tuple(limits), wait_harm, weights, earlier,
    )  # fmt: skip


def _less_taken_in(limit: Limit, earlier: Earlier) -> Limit:
    """What a haven still takes in, once those are there who are on the way."""
    if limit.kind != "intake":
        return limit
    start_s, end_s = limit.window
    came = (n for at, n in earlier.taken_in.get(limit.at, ()) if start_s <= at < end_s)
    return replace(limit, cap=max(0.0, limit.cap - sum(came)))


class _Builder:
    """Builds options; keeps what all of them need at hand."""

    def __init__(
        self, scenario: Scenario, ground: Ground, commodities: list[Commodity], effort: Effort,
        earlier: Earlier | None = None,
    ) -> None:  # fmt: skip
        self.scenario = scenario
        self.earlier = earlier
        self.ground = ground
        self.network = ground.network
        self._grounds: dict[int, Ground] = {}
        self.grid = ground.grid
        self.effort = effort
        self.commodities = commodities
        self.havens = {p.id for p in scenario.places if p.role == "safe_haven"}
        self.hubs = {p.id for p in scenario.places if p.role in HUB_ROLES}
        self.homes = {c.place for c in commodities if not c.is_hub}
        self.multiplier = {
            g.id: {t.id: t.multiplier.get(g.id, 1.0) for t in scenario.threats}
            for g in scenario.groups
        }
        self.risk_cap = scenario.priorities.risk_cap_bp / 10000
        self.team_ready = {team.id: self._team_ready(team.id) for team in scenario.teams}

    def conveyance(self, chosen: tuple[Mover, ...]) -> Conveyance:
        options: list[Option] = []
        places: list[tuple[str, ...]] = []
        ends: list[Bools] = []
        openings: list[Opening] = []
        rotas: list[Rota | None] = []
        for index, mover in enumerate(chosen):
            own = self._loaded(index, mover, len(options))
            own = self._undominated(own)
            rota = Rota(self.scenario, self.network, mover)
            spots = (
                {mover.base, mover.start} | {o.origin for o in own} | {o.destination for o in own}
            )
            spots |= rota.stops if own else set()
            own = [replace(o, index=len(options) + i) for i, o in enumerate(own)]
            empty = self._empty(index, mover, own, rota.stops, len(options) + len(own))
            goods = self._goods(index, mover, empty, len(options) + len(own) + len(empty))
            options += own + empty + goods
            places.append(tuple(sorted(spots)))
            ends.append(self._may_end(mover, sorted(spots)))
            openings.append(opening(self.scenario, self.grid, mover, own + empty, rota))
            rotas.append(rota or None)
        return Conveyance(
            chosen, tuple(options), tuple(places), tuple(ends), tuple(openings), tuple(rotas)
        )

    def _may_end(self, mover: Mover, spots: list[str]) -> Bools:
        rows = []
        for spot in spots:
            if spot == mover.base:
                rows.append(np.ones(self.grid.steps, dtype=np.bool_))
            elif mover.return_to_base:
                rows.append(np.zeros(self.grid.steps, dtype=np.bool_))
            else:
                rows.append(self.ground.safe_to_end(spot))
        return np.array(rows)

    def _loaded(self, index: int, mover: Mover, first: int) -> list[Option]:
        found: list[Option] = []
        sources = [p for p in sorted(self.homes | self.hubs) if self.ground.fits(mover.fleet, p)]
        targets = [p for p in sorted(self.havens | self.hubs) if self.ground.fits(mover.fleet, p)]
        for origin in sources:
            for destination in targets:
                if origin == destination or not self._leads_on(origin, destination, mover.mode):
                    continue
                for route_id in self.network.between.get((origin, destination, mover.profile), ()):
                    route = self.network.routes[route_id]
                    option = self._option(
                        index, mover, route, loaded=True, number=first + len(found)
                    )
                    if option.starts.any() and option.carries:
                        found.append(option)
        return found

    def _leads_on(self, origin: str, destination: str, mode: str) -> bool:
        """People embark once: from a port by sea, from an airport by air, and then for a haven."""
        role = self.scenario.place(origin).role
        if role not in EMBARKATION:
            return True
        return destination in self.havens and EMBARKATION[role] == mode

    def _undominated(self, options: list[Option]) -> list[Option]:
        """The options without those that another one of the same ends and length dominates."""
        best: dict[tuple[str, str, int], Option] = {}
        kept = []
        for option in options:
            key = (option.origin, option.destination, option.steps)
            twin = best.get(key)
            if twin is not None and _dominates(twin, option):
                continue
            best.setdefault(key, option)
            kept.append(option)
        return kept

    def _empty(
        self, index: int, mover: Mover, own: list[Option], stops: frozenset[str], first: int
    ) -> list[Option]:
        """Ways to where people are, home, and to places with fuel and on from there."""
        pickups = {o.origin for o in own}
        drops = (
            {o.destination for o in own}
            | {mover.base, mover.start}
            | (stops if own else frozenset())
        )
        homes = {mover.base} | (stops if own else frozenset())
        spots = sorted(pickups | drops)
        found: list[Option] = []
        for origin in spots:
            goals = (pickups if origin in drops else set()) | homes
            for destination in sorted(goals - {origin}):
                best: list[Option] = []
                for route_id in self.network.between.get((origin, destination, mover.profile), ()):
                    route = self.network.routes[route_id]
                    option = self._option(
                        index, mover, route, loaded=False, number=first + len(found) + len(best)
                    )
                    if option.starts.any() and not any(_dominates(b, option) for b in best):
                        best.append(option)
                found += best
        return found

    def _goods(self, index: int, mover: Mover, empty: list[Option], first: int) -> list[Option]:
        """The empty legs once more, with time to handle aid, on which a consignment may ride."""
        kind = self.scenario.vehicle(self.scenario.fleet(mover.fleet))
        ends = {
            (aid.from_, aid.to) for aid in self.scenario.aid if mover.fleet in aid.fleets
        } if kind.payload_kg else set()  # fmt: skip
        found: list[Option] = []
        for twin in empty:
            fit = all(self.ground.fits(mover.fleet, p) for p in (twin.origin, twin.destination))
            if (twin.origin, twin.destination) not in ends or not fit:
                continue
            route = self.network.routes[twin.route]
            option = self._option(
                index, mover, route, loaded=False, number=first + len(found), goods=True
            )
            if option.starts.any():
                found.append(option)
        return found

    def _boards_team(self, mover: Mover, route: Route) -> bool:
        return any(
            team.start == route.origin
            and team.to == route.destination
            and mover.fleet in team.fleets
            for team in self.scenario.teams
        )

    def _option(
        self, index: int, mover: Mover, route: Route, *, loaded: bool, number: int,
        goods: bool = False,
    ) -> Option:  # fmt: skip
        boards = loaded or goods or self._boards_team(mover, route)
        ground = self._blurred(mover.spare_load_s if boards else 0)
        depart = mover.load_s if boards else 0
        arrive = depart + mover.overhead_s + route.travel_s
        end = arrive + (mover.unload_s if loaded or goods else 0)
        conditions: list[Condition] = [(_span(mover.from_s, mover.until_s), 0, end)]
        conditions += ground.ride(route, mover.fleet, depart)
        conditions += ground.stop(route.origin, mover.fleet, 0, depart)
        conditions += ground.stop(route.destination, mover.fleet, arrive, end)
        starts = start_mask(ground.grid, conditions, end)
        if mover.range_m is not None and route.length_m > mover.range_m:
            starts[:] = False
        if end - (0 if loaded or goods else depart) > self._longest_s(mover):
            starts[:] = False
        harm = ground.ride_harm(route, depart, mover.overhead_s, {})
        starts &= harm <= self.risk_cap + 1e-12
        harm += ground.stay_harm(route.origin, 0, depart, {})
        harm += ground.stay_harm(route.destination, arrive, end - arrive, {})
        leg = self.effort.per_loaded_leg if loaded else self.effort.per_empty_leg
        option = Option(
            index=number, mover=index, route=route.id, origin=route.origin,
            destination=route.destination, loaded=loaded, depart_s=depart, arrive_s=arrive,
            end_s=end, steps=max(1, self.grid.up(end)),
            effort=mover.cost_per_km * route.length_m / 1000 + leg * mover.ships, starts=starts,
            crew_harm=mover.crew * harm,
            link_entries=entries(self.network, route, depart + mover.overhead_s // 2), goods=goods,
            spread_s=ground.grid.spread_s,
            end_spread_s=ground.grid.spread_s + (mover.spare_unload_s if loaded or goods else 0),
        )  # fmt: skip
        if not loaded or not starts.any():
            return option
        changes = self._changes(mover, route)
        carries = tuple(self._carries(mover, route, option, ground))
        return replace(option, carries=carries, changes=changes)

    def _changes(self, mover: Mover, route: Route) -> Floats | None:
        """What each start of a loaded movement weighs as a change of the running plan."""
        if self.earlier is None:
            return None
        planned = self.earlier.planned.get((mover.fleet, route.origin, route.destination))
        weight = self.earlier.moved if planned else self.earlier.added
        found = np.full(self.grid.steps, weight * mover.ships)
        for moment_s in planned or ():
            step, rest = divmod(moment_s, self.grid.step_s)
            if not rest and 0 <= step < self.grid.steps:
                found[step] = 0.0
        return found

    def _blurred(self, spare_load_s: int) -> Ground:
        """The ground for a bound's movement whose vehicle really loads so much longer.

        Its like here may begin later by as many whole steps as that takes; what is left over makes
        it leave that much earlier than in the plan.
        """
        rest_s = 0 if self.grid.spread_s else spare_load_s % self.grid.step_s
        if not rest_s:
            return self.ground
        if rest_s not in self._grounds:
            grid = replace(self.grid, spread_s=rest_s)
            self._grounds[rest_s] = Ground(self.network, grid)
        return self._grounds[rest_s]

    def _longest_s(self, mover: Mover) -> int:
        """C14: the longest duty of any crew that goes along."""
        names = [mover.fleet, *([mover.escort_fleet] if mover.escort_fleet else [])]
        crews = [crew_of(self.scenario.fleet(name)) for name in names]
        return min((crew.longest_s for crew in crews if crew), default=self.grid.horizon_s + 1)

    def _carries(self, mover: Mover, route: Route, option: Option, ground: Ground) -> list[Carry]:
        found = []
        for commodity in self.commodities:
            if commodity.place != route.origin or commodity.unit.stretchers > mover.stretchers:
                continue
            if commodity.unit.seats > mover.seats:
                continue
            group = self.scenario.group(commodity.group)
            company = self.scenario.fleet(mover.fleet).escort
            if mover.fleet in group.refuses or (company and company.by in group.refuses):
                continue
            carry = self._carry(
                commodity, group, route, (option.depart_s, option.arrive_s, option.end_s),
                mover.overhead_s, option.starts, ground,
            )  # fmt: skip
            if carry is not None:
                found.append(carry)
        return found

    def _carry(
        self, commodity: Commodity, group: Group, route: Route, offsets: tuple[int, int, int],
        overhead_s: int, starts: Bools, ground: Ground,
    ) -> Carry | None:  # fmt: skip
        depart, arrive, end = offsets
        final = route.destination in self.havens
        if final and group.destinations and route.destination not in group.destinations:
            return None
        conditions = ground.accepts(route, group.id, depart, arrive, overhead_s)
        ready = commodity.ready_s
        if commodity.needs_team:
            ready = max(ready, self.team_ready.get(commodity.needs_team, 0))
        conditions.append((_span(ready, self.grid.horizon_s), depart, depart))
        may = starts & start_mask(ground.grid, conditions, end)
        multiplier = self.multiplier[group.id]
        ride = ground.ride_harm(route, depart, overhead_s, multiplier)
        may &= ride <= self.risk_cap + 1e-12
        if not may.any():
            return None
        origin = route.origin
        zero = ground.upto(origin, ground.moments + depart, multiplier)
        harm = zero + ride
        if final:
            harm = harm + ground.stay_harm(route.destination, arrive, end - arrive, multiplier)
        else:
            there = ground.moments + arrive + ground.grid.spread_s
            harm = harm - ground.upto(route.destination, there, multiplier)
        missed = np.zeros(self.grid.steps)
        if final and commodity.deadline_s is not None:
            missed = (ground.moments + end > commodity.deadline_s).astype(np.float64)
        return Carry(commodity.index, may, commodity.persons * harm, commodity.persons * missed)

    def walks(self) -> tuple[SelfOption, ...]:
        """People with a car or on foot, straight from home to a haven."""
        found: list[SelfOption] = []
        for commodity in self.commodities:
            if commodity.is_hub or commodity.means not in ("car", "foot") or not commodity.demand:
                continue
            group = self.scenario.group(commodity.group)
            cars = 1 / group.persons_per_car if commodity.means == "car" else 0.0
            use = cars if commodity.means == "car" else 1 / WALKERS_PER_CAR
            for haven in sorted(self.havens):
                key = (commodity.place, haven, commodity.means)
                for route_id in self.network.between.get(key, ()):
                    route = self.network.routes[route_id]
                    conditions = self.ground.ride(route, None, 0)
                    conditions += self.ground.stop(route.origin, None, 0, 0)
                    conditions += self.ground.stop(haven, None, route.travel_s, route.travel_s)
                    starts = start_mask(self.grid, conditions, route.travel_s)
                    carry = self._carry(
                        commodity,
                        group,
                        route,
                        (0, route.travel_s, route.travel_s),
                        0,
                        starts,
                        self.ground,
                    )
                    if carry is not None:
                        found.append(
                            SelfOption(
                                len(found), commodity.index, route.id, route.origin, haven,
                                route.travel_s, cars, use, entries(self.network, route, 0),
                                carry.may, carry.harm, carry.missed,
                            )
                        )  # fmt: skip
        return tuple(found)

    def _team_ready(self, team_id: str) -> int:
        """Earliest moment at which the whole team can be at its place, by any of its fleets."""
        team = next(t for t in self.scenario.teams if t.id == team_id)
        best: int | None = None
        stands = self.earlier.stands if self.earlier else None
        for mover in movers(self.scenario, self.network, relaxed=True, stands=stands):
            if mover.fleet not in team.fleets:
                continue
            for route_id in self.network.between.get((team.start, team.to, mover.profile), ()):
                option = self._team_option(mover, self.network.routes[route_id])
                steps = np.flatnonzero(option.starts)
                if len(steps):
                    there = int(steps[0]) * self.grid.step_s + option.arrive_s
                    best = there if best is None else min(best, there)
        return self.grid.horizon_s + 1 if best is None else best

    def _team_option(self, mover: Mover, route: Route) -> Option:
        return self._option(0, mover, route, loaded=False, number=0)


def _span(start_s: int, end_s: int) -> Intervals:
    """From the one moment to the other, both included."""
    return Intervals(((start_s, end_s),)) if end_s >= start_s else Intervals()


def _dominates(a: Option, b: Option) -> bool:
    """Whether ``a`` can do all that ``b`` can, at no moment worse (same limited links)."""
    if a.steps > b.steps or a.end_s > b.end_s or a.effort > b.effort:
        return False
    if {link for link, _ in a.link_entries} - {link for link, _ in b.link_entries}:
        return False
    if (b.starts & ~a.starts).any() or (a.crew_harm > b.crew_harm + 1e-15)[b.starts].any():
        return False
    mine = {carry.commodity: carry for carry in a.carries}
    for carry in b.carries:
        twin = mine.get(carry.commodity)
        if twin is None or (carry.may & ~twin.may).any():
            return False
        if (twin.harm > carry.harm + 1e-15)[carry.may].any():
            return False
        if (twin.missed > carry.missed)[carry.may].any():
            return False
    return True


def working(scenario: Scenario, conveyance: Conveyance) -> tuple[Limit, ...]:
    """C13 and C14 as sums over a fleet, which hold in every plan: they guide the search, and a
    bound keeps them.

    Between two rests of r lies a duty of at most d: in any span of d + r nobody works longer than
    d. A tank that lasts for m metres is filled up after as many at the latest. In any span of a
    headway one convoy of a fleet leaves by a route.
    """
    found: list[Limit] = []
    for fleet in scenario.fleets:
        crew, tank = crew_of(fleet), tank_of(scenario, fleet)
        if crew is not None and not fleet.is_escort:
            rest_s = min(crew.rest_s, crew.change_s or crew.rest_s)
            span_s = crew.longest_s + rest_s
            for start in range(0, scenario.horizon_s, span_s):
                cap = fleet.count * crew.longest_s / HOUR_S
                window = (start, min(start + span_s, scenario.horizon_s + 1))
                if window[1] - start > crew.longest_s:
                    found.append(Limit("duty", fleet.id, cap, window))
        if tank is not None and not fleet.is_escort:
            cap = fleet.count * (scenario.horizon_s + tank.refuel_s) / HOUR_S
            found.append(Limit("fuel", fleet.id, cap, (0, scenario.horizon_s + 1)))
    return tuple(found + _headways(scenario, conveyance))


def _headways(scenario: Scenario, conveyance: Conveyance) -> list[Limit]:
    found: list[Limit] = []
    for fleet in scenario.fleets:
        spacing = spacing_of(fleet)
        if spacing is None or spacing.most is None or fleet.is_escort:
            continue
        routes = {
            option.route for option in conveyance.options
            if option.loaded and conveyance.movers[option.mover].fleet == fleet.id
        }  # fmt: skip
        found += [
            Limit("headway", f"{fleet.id} {route}", spacing.most, (0, spacing.headway_s))
            for route in sorted(routes)
        ]
    return found


def _limits(scenario: Scenario, network: TransportNetwork) -> tuple[Limit, ...]:
    found = []
    for link, rate in sorted(network.link_capacity.items()):
        kind = "link_persons" if rate.what == "persons" else "link"
        found.append(Limit(kind, link, rate.count))
    for place in scenario.places:
        for kind, cap in (
            ("bays", place.loading_bays), ("berths", place.berths), ("stands", place.stands)
        ):  # fmt: skip
            if cap is not None:
                found.append(Limit(kind, place.id, cap))
        if place.slots is not None:
            found.append(Limit("slots", place.id, place.slots.count))
        if place.processing is not None:
            kind = "persons_rate" if place.processing.what == "persons" else "vehicles_rate"
            found.append(Limit(kind, place.id, place.processing.count))
        if place.capacity is not None and place.role in HUB_ROLES:
            found.append(Limit("waiting", place.id, place.capacity))
        if place.role == "safe_haven":
            found += _intakes(scenario, place)
    return tuple(found)


def _intakes(scenario: Scenario, place: Place) -> list[Limit]:
    """What a haven takes in, in all and on each local day."""
    intake = place.intake
    if intake is None:
        return []
    found = []
    if intake.total is not None:
        found.append(Limit("intake", place.id, intake.total, (0, scenario.horizon_s + 1)))
    if intake.per_day is not None:
        found += [
            Limit("intake", place.id, intake.per_day, window) for window in local_days(scenario)
        ]
    return found


def local_days(scenario: Scenario) -> list[tuple[int, int]]:
    """Local calendar days as half-open spans of seconds after the start, the first cut short."""
    days = []
    start = 0
    while start <= scenario.horizon_s:
        midnight = (scenario.local(start) + timedelta(days=1)).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        end = scenario.at_s(midnight.replace(tzinfo=None))
        days.append((start, end))
        start = end
    return days
