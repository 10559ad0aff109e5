"""Why people are left behind, and the cheapest thing that would help: found by solving again."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from planner import load
from planner import network as ground
from planner.network import Route
from planner.plan import LeftBehind, Remedy
from planner.problem import HUB_ROLES, Commodity, EvacuationProblem, pose
from planner.scenario import Fleet, Group, Scenario, Unit, segments
from planner.schedule import Manning
from planner.solvers import Limits, Solver

CODES = (
    "no_route", "closed", "not_authorised", "unacceptable", "risk_cap", "no_fit", "too_late",
    "haven_full", "no_seat",
)  # fmt: skip


@dataclass(frozen=True)
class Cause:
    """A reason by code and in words, and the ids of what stands in the way."""

    code: str
    words: str
    names: tuple[str, ...] = ()


def left_behind(
    problem: EvacuationProblem,
    solver: Solver,
    manning: Manning,
    *,
    search: bool = True,
    should_stop: Callable[[], bool] | None = None,
) -> tuple[LeftBehind, ...]:
    """Everyone who does not get out, by group: the unwilling, and the others with reason and remedy."""
    found = _unwilling(problem.scenario)
    stayed: dict[str, int] = defaultdict(int)
    by_commodity: dict[int, int] = defaultdict(int)
    for (group, means, unit), units in sorted(manning.left.items()):
        stayed[group] += units * unit.persons
        by_commodity[_home(problem, group, means, unit).index] += units * unit.persons
    causes = _causes(problem, solver, by_commodity)
    remedies: dict[str, Remedy] = {}
    if search and stayed:
        remedies = Remedies(problem, causes, stayed, should_stop).search()
    for group in sorted(stayed):
        cause = causes[group]
        found.append(
            LeftBehind(
                group=group, persons=stayed[group], unwilling=False, reason=cause.words,
                reason_code=cause.code, remedy=remedies.get(group, _none(search)),
            )
        )  # fmt: skip
    return tuple(found)


def _none(search: bool) -> Remedy:
    if search:
        return Remedy(kind="none_found", what="no single change that was tried gets them out")
    return Remedy(kind="not_searched", what="not searched")


def _unwilling(scenario: Scenario) -> list[LeftBehind]:
    found = []
    for group in scenario.groups:
        persons = sum(s.persons for s in segments(scenario, group) if s.means == "unwilling")
        if persons:
            found.append(
                LeftBehind(group=group.id, persons=persons, unwilling=True,
                           reason="they choose to stay", reason_code="unwilling")
            )  # fmt: skip
    return found


def _home(problem: EvacuationProblem, group: str, means: str, unit: Unit) -> Commodity:
    counted = unit if unit.stretchers else Unit(1)
    return next(
        c for c in problem.commodities
        if not c.is_hub and (c.group, c.means, c.unit) == (group, means, counted)
    )  # fmt: skip


def _causes(
    problem: EvacuationProblem, solver: Solver, by_commodity: dict[int, int]
) -> dict[str, Cause]:
    """The cause of the largest part of each group that is left behind."""
    largest: dict[str, tuple[int, int]] = {}
    for index, persons in by_commodity.items():
        group = problem.commodities[index].group
        if persons > largest.get(group, (0, -1))[0]:
            largest[group] = (persons, index)
    return {
        group: Explainer(problem, solver).cause(problem.commodities[index])
        for group, (_, index) in sorted(largest.items())
    }


class Explainer:
    """Asks of every way out what blocks it; the way with the fewest obstacles gives the reason."""

    def __init__(self, problem: EvacuationProblem, solver: Solver) -> None:
        self.problem = problem
        self.scenario = problem.scenario
        self.network = problem.network
        self.solver = solver
        self.havens = {p.id for p in self.scenario.places if p.role == "safe_haven"}
        self.hubs = {p.id for p in self.scenario.places if p.role in HUB_ROLES}

    def cause(self, commodity: Commodity) -> Cause:
        """Why units of a home commodity stay."""
        if self._possible(commodity):
            return self._scarce(commodity)
        blocked = self._obstacles(commodity, commodity.place, self.havens | self.hubs)
        onward = [
            obstacles
            for hub in sorted(self.hubs)
            for obstacles in self._obstacles(commodity, hub, self.havens)
        ]
        ways = [b for b in blocked if b] or onward or [b for b in blocked if not b]
        if not ways:
            return self._no_way(commodity)
        fewest = min(ways, key=lambda way: (len(way), [CODES.index(c.code) for c in way]))
        if not fewest:
            return Cause("too_late", "the way that is open leads to no haven within the horizon")
        words = "; and ".join(cause.words for cause in fewest)
        names = tuple(name for cause in fewest for name in cause.names)
        return Cause(fewest[0].code, words, names)

    def _possible(self, commodity: Commodity) -> bool:
        """Whether some chain of movements could take one unit of it to a haven."""
        carriers: dict[tuple[str, int], set[str]] = defaultdict(set)
        for option in self.problem.plan.options:
            for carry in option.carries:
                who = self.problem.commodities[carry.commodity]
                if who.transit == commodity.transit and (who.is_hub or who.index == commodity.index):
                    carriers[option.origin, who.is_hub].add(option.destination)
        for walk in self.problem.walks:
            if walk.commodity == commodity.index:
                return True
        seen, ahead = set(), [(commodity.place, 0)]
        while ahead:
            place, hub = ahead.pop()
            for target in sorted(carriers.get((place, hub), ())):
                if target in self.havens:
                    return True
                if target not in seen:
                    seen.add(target)
                    ahead.append((target, 1))
        return False

    def _fleets(self) -> Iterable[Fleet]:
        return (f for f in self.scenario.fleets if not f.is_escort)

    def _no_way(self, commodity: Commodity) -> Cause:
        group = self.scenario.group(commodity.group)
        if commodity.unit.stretchers and not any(
            self.scenario.vehicle(f).stretchers for f in self._fleets()
        ):
            return Cause("no_fit", "no vehicle has a stretcher place")
        if not any(f.count for f in self._fleets()):
            return Cause("no_seat", "there are no vehicles")
        return Cause("no_route", f"no way leads out of {self._name(group.at)}")

    def _name(self, place: str) -> str:
        return self.scenario.place(place).label

    def _obstacles(
        self, commodity: Commodity, origin: str, targets: set[str]
    ) -> list[list[Cause]]:
        group = self.scenario.group(commodity.group)
        found = []
        for fleet in self._fleets():
            vehicle = self.scenario.vehicle(fleet)
            small = commodity.unit.stretchers > vehicle.stretchers
            if small or vehicle.seats < commodity.unit.seats:
                continue
            for target in sorted(targets - {origin}):
                if not self.problem.ground.fits(fleet.id, target):
                    continue
                key = (origin, target, self.network.profile_of[fleet.id])
                for route in self.network.between.get(key, ()):
                    found.append(self._of_route(group, fleet, self.network.routes[route], target))
        return found

    def _of_route(self, group: Group, fleet: Fleet, route: Route, target: str) -> list[Cause]:
        found: list[Cause] = []
        ground_ = self.problem.ground
        if target in self.havens and group.destinations and target not in group.destinations:
            found.append(
                Cause("unacceptable", f"they do not accept {self._name(target)} as a haven", (target,))
            )
        if fleet.count == 0:
            found.append(Cause("no_seat", f"there is no vehicle in {fleet.label}", (fleet.id,)))
        if fleet.id in group.refuses or (fleet.escort and fleet.escort.by in group.refuses):
            found.append(Cause("unacceptable", f"they refuse to go with {fleet.label}", (fleet.id,)))
        if not ground_.fits(fleet.id, route.origin):
            where = self._name(route.origin)
            found.append(Cause("no_fit", f"{fleet.label} cannot load at {where}", (fleet.id,)))
        vehicle = self.scenario.vehicle(fleet)
        refused = self._refused(group, route)
        if refused:
            found.append(refused)
        denied = self._denied(fleet, route)
        if denied:
            found.append(denied)
        if not self._open(fleet, route):
            found.append(Cause("closed", "the way is closed, or open for too short a time", (route.id,)))
        worst = ground_.ride_harm(route, 0, vehicle.overhead_s, self._multiplier(group))
        if worst.min() > self.scenario.priorities.risk_cap_bp / 10000:
            found.append(
                Cause("risk_cap", f"the way to {self._name(target)} is more dangerous than the cap "
                      f"on a leg's risk allows ({worst.min():.1%})", (route.id,))
            )  # fmt: skip
        return found

    def _multiplier(self, group: Group) -> dict[str, float]:
        return {t.id: t.multiplier.get(group.id, 1.0) for t in self.scenario.threats}

    def _refused(self, group: Group, route: Route) -> Cause | None:
        from planner.movements import start_mask

        conditions = self.problem.ground.accepts(route, group.id, 0, route.travel_s, 0)
        if start_mask(self.problem.grid, conditions, route.travel_s).any():
            return None
        parties = ", ".join(sorted(set(group.refuses)))
        return Cause("unacceptable", f"the way passes those whom they refuse ({parties})", tuple(group.refuses))

    def _denied(self, fleet: Fleet, route: Route) -> Cause | None:
        from planner.movements import start_mask

        spans = [(route.origin, 0, 0), (route.destination, route.travel_s, route.travel_s)]
        spans += [(p.ground, p.enter_s, p.exit_s) for p in route.passages]
        holders: list[str] = []
        for ground_id, enter, leave in spans:
            allowed = self.problem.ground.allowed(ground_id, fleet.id)
            if not start_mask(self.problem.grid, [(allowed, enter, leave)], leave).any():
                holders += [p for _, _, p in self.network.grounds[ground_id].spans if p]
        if not holders:
            return None
        parties = sorted(set(holders))
        waiting = [
            a.id for a in self.scenario.authorisations
            if a.party in parties and a.state == "requested" and not a.assume
        ]  # fmt: skip
        names = {p.id: p.label for p in self.scenario.parties}
        told = " and ".join(names.get(p, p) for p in parties)
        asked = f"; requested: {', '.join(waiting)}" if waiting else ""
        words = f"{told} has not granted passage to {fleet.label}{asked}"
        return Cause("not_authorised", words, tuple(waiting))

    def _open(self, fleet: Fleet, route: Route) -> bool:
        from planner.movements import start_mask

        open_ = self.network.movement_open(route.mode, fleet.id)
        conditions = [(open_, 0, route.travel_s)]
        conditions += [
            (self.network.link_open[u.link], u.enter_s, u.exit_s)
            for u in route.links
            if u.link in self.network.link_open
        ]
        return bool(start_mask(self.problem.grid, conditions, route.travel_s).any())

    def _scarce(self, commodity: Commodity) -> Cause:
        """A way exists, but not room for everyone: haven, link or seats."""
        priced = [
            row for row, _ in self.solver.engine.master.rows.values()
            if row.limit.kind in ("intake", "link", "link_persons", "persons_rate", "berths", "stands", "slots")
            and row.limit.at in self.tight
        ]  # fmt: skip
        for row in priced:
            if row.limit.kind == "intake":
                name = self._name(row.limit.at)
                return Cause("haven_full", f"{name} takes in no more", (row.limit.at,))
        if commodity.unit.stretchers:
            return Cause("no_seat", "no stretcher place is free in time", self._carriers(commodity))
        fleets = [self.scenario.fleet(f).label for f in self._carriers(commodity)]
        words = "no seat is free in time: " + (", ".join(fleets) or "every fleet") + " under way to the end"
        return Cause("no_seat", words, self._carriers(commodity))

    @property
    def tight(self) -> set[str]:
        """Places and links whose limits had a price when the first level was solved."""
        return set(self.solver.tight)

    def _carriers(self, commodity: Commodity) -> tuple[str, ...]:
        movers = self.problem.plan.movers
        return tuple(
            sorted(
                {
                    movers[o.mover].fleet
                    for o in self.problem.plan.options
                    if any(c.commodity == commodity.index for c in o.carries)
                }
            )
        )


class Remedies:
    """Candidates cheapest first, each tried by solving the first level again on the changed scenario."""

    def __init__(
        self, problem: EvacuationProblem, causes: dict[str, Cause], stayed: dict[str, int],
        should_stop: Callable[[], bool] | None,
    ) -> None:  # fmt: skip
        self.problem = problem
        self.scenario = problem.scenario
        self.causes = causes
        self.stayed = stayed
        self.should_stop = should_stop or (lambda: False)
        config = load.solver_config()
        self.prices = {**config.remedy_prices, **self.scenario.remedy_prices}
        self.budget_s = config.limits.remedy_time_s
        self.most = config.limits.remedy_solves

    def search(self) -> dict[str, Remedy]:
        """Cheapest remedy by group that gets somebody of it out; ``not_searched`` past the budget."""
        until = time.monotonic() + self.budget_s
        best: dict[str, Remedy] = {}
        tried = 0
        candidates = sorted(self._candidates(), key=lambda c: (c[0], c[1], c[2]))
        for price, kind, what, groups, scenario in candidates:
            wanted = [g for g in groups if g not in best]
            if not wanted:
                continue
            if tried >= self.most or time.monotonic() > until or self.should_stop():
                for group in wanted:
                    best.setdefault(group, Remedy(kind="not_searched", what=f"not searched: {what}"))
                continue
            tried += 1
            stayed = self._stays(scenario)
            for group in wanted:
                gain = self.stayed[group] - round(stayed.get(group, 0.0))
                if gain >= 1:
                    best[group] = Remedy(kind=kind, what=what, price=price, gain_persons=gain)
        return best

    def _stays(self, scenario: Scenario) -> dict[str, float]:
        """People left behind by group in the relaxed optimum of the first level."""
        region = self.problem.network.region
        problem = pose(scenario, ground.build(scenario, region), step_s=self._step())
        solver = Solver(problem, Limits(time_s=15.0))
        return solver.least_left()

    def _step(self) -> int:
        return max(self.problem.grid.step_s, 1800)

    def _price(self, kind: str) -> int:
        return self.prices.get(kind, 50)

    def _candidates(self) -> list[tuple[int, str, str, tuple[str, ...], Scenario]]:
        found = self._permissions() + self._havens() + self._vehicles() + self._links()
        blocked = tuple(g for g, c in self.causes.items() if c.code == "risk_cap")
        if blocked:
            priorities = self.scenario.priorities
            doubled = priorities.model_copy(update={"risk_cap_bp": 2 * priorities.risk_cap_bp})
            changed = self.scenario.model_copy(update={"priorities": doubled})
            found.append((self._price("risk_cap"), "risk_cap", "double the cap on the risk of a leg", blocked, changed))
        return found

    def _groups(self, *codes: str) -> tuple[str, ...]:
        return tuple(sorted(g for g, c in self.causes.items() if c.code in codes))

    def _permissions(self) -> list[tuple[int, str, str, tuple[str, ...], Scenario]]:
        found = []
        groups = self._groups("not_authorised", "no_seat", "haven_full")
        for asked in self.scenario.authorisations:
            if asked.state != "requested" or asked.assume or not groups:
                continue
            named = tuple(g for g in groups if asked.id in self.causes[g].names) or groups
            granted = tuple(
                a.model_copy(update={"assume": "granted"}) if a.id == asked.id else a
                for a in self.scenario.authorisations
            )
            what = f"{asked.party} grants {asked.label}"
            changed = self.scenario.model_copy(update={"authorisations": granted})
            found.append((self._price("authorisation"), "authorisation", what, named, changed))
        return found

    def _havens(self) -> list[tuple[int, str, str, tuple[str, ...], Scenario]]:
        found = []
        groups = self._groups("haven_full")
        for haven in self.scenario.places:
            if haven.role != "safe_haven" or haven.intake is None or not groups:
                continue
            more = {
                key: None if value is None else value + 1000
                for key, value in (("total", haven.intake.total), ("per_day", haven.intake.per_day))
            }
            intake = haven.intake.model_copy(update=more)
            places = tuple(
                p.model_copy(update={"intake": intake}) if p.id == haven.id else p
                for p in self.scenario.places
            )
            changed = self.scenario.model_copy(update={"places": places})
            what = f"{haven.label} takes in 1,000 more"
            found.append((self._price("intake"), "intake", what, groups, changed))
        return found

    def _vehicles(self) -> list[tuple[int, str, str, tuple[str, ...], Scenario]]:
        found = []
        groups = self._groups("no_seat", "too_late")
        wanted = {name for g in groups for name in self.causes[g].names}
        for fleet in self.scenario.fleets:
            if fleet.is_escort or not groups or (wanted and fleet.id not in wanted):
                continue
            more = max(1, fleet.count // 10)
            fleets = tuple(
                f.model_copy(update={"count": f.count + more}) if f.id == fleet.id else f
                for f in self.scenario.fleets
            )
            changed = self.scenario.model_copy(update={"fleets": fleets})
            what = f"{more} more in {fleet.label}"
            found.append((more * self._price("vehicle"), "vehicle", what, groups, changed))
        return found

    def _links(self) -> list[tuple[int, str, str, tuple[str, ...], Scenario]]:
        found = []
        groups = self._groups("no_route", "closed", "no_seat", "risk_cap")
        for link in self.scenario.links:
            if not groups or (link.status != "closed" and not link.closed):
                continue
            opened = link.model_copy(update={"status": "operational", "closed": ()})
            links = tuple(opened if x.id == link.id else x for x in self.scenario.links)
            changed = self.scenario.model_copy(update={"links": links})
            found.append((self._price("link"), "link", f"{link.label} opens", groups, changed))
        return found

