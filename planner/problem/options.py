"""What movers, and people by their own means, can do: every movement with its starts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planner.earlier import Earlier
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
from planner.network import Route
from planner.problem.model import EMBARKATION, HUB_ROLES, Commodity, Conveyance
from planner.promises import Opening, opening
from planner.rotations import Rota, crew_of
from planner.scenario import Group, Scenario
from planner.timeline import Intervals


class Options:
    """Makes options; keeps what all of them need at hand."""

    def __init__(
        self, scenario: Scenario, ground: Ground, commodities: list[Commodity], effort: Effort,
        earlier: Earlier | None = None, every_way: bool = False,
    ) -> None:  # fmt: skip
        """``every_way``: movements are kept too that another is better than, or nobody can use."""
        self.scenario = scenario
        self.every_way = every_way
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
        """What these movers can do, in the order of the movers."""
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
                    if self.every_way or (option.starts.any() and option.carries):
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
        if self.every_way:
            return options
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
                    useful = option.starts.any() and not any(_dominates(b, option) for b in best)
                    if useful or self.every_way:
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
