"""What is left to plan: the scenario from now on, without those who have left.

People in hubs, or on the way to one, are groups of their own there; vehicles stand where their last
leg ends. What is under way books bays, links and havens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from planner.earlier import Booking, Earlier, Ends, State
from planner.network import Route, TransportNetwork
from planner.plan import PlanLeg, Sortie
from planner.replan.happened import Kind, Past, supply_of
from planner.replan.report import Report, VehicleKey
from planner.scenario import Fleet, Group, Scenario, Vehicle
from planner.scenario.parts import Households
from planner.units import HOUR_S

NOBODY = Households(means="ride", persons=0, units=0)
WALKERS_PER_CAR = 20
HUBS = (
    "embarkation_port", "embarkation_airport", "border_crossing", "evacuation_control_point",
)  # fmt: skip


@dataclass(frozen=True)
class Rest:
    """The remaining problem's scenario, network and past, and whose the groups in hubs are."""

    scenario: Scenario
    network: TransportNetwork
    earlier: Earlier
    whose: dict[str, tuple[str, str]]
    """Id of a group in a hub to the group and the means of its people."""


def remainder(
    report: Report, past: Past, scenario: Scenario, network: TransportNetwork,
    former: dict[str, Route], *, cautious: bool = False,
) -> Rest:  # fmt: skip
    """The rest of a scenario (with what was reported in it).

    ``former`` are the running plan's routes by id. ``cautious``: halls of hubs are taken for full
    of those who wait there, until the end.
    """
    groups, whose = _groups(report, past, scenario)
    threats = tuple(
        threat.model_copy(update={"multiplier": threat.multiplier | {
            name: threat.multiplier[of] for name, (of, _) in whose.items()
            if of in threat.multiplier
        }})
        for threat in scenario.threats
    )  # fmt: skip
    fleets = tuple(_from_now(scenario, fleet, report.now_s) for fleet in scenario.fleets)
    teams, aid = _teams(scenario, past), _aid(scenario, past)
    update: dict[str, Any] = {
        "groups": groups, "threats": threats, "fleets": fleets, "teams": teams, "aid": aid,
    }  # fmt: skip
    if cautious:
        update["places"] = _fuller(scenario, past)
    rest = scenario.model_copy(update=update)
    weights = scenario.priorities.changes
    earlier = Earlier(
        _stands(report, past, scenario, former), tuple(_bookings(report, past, scenario, former)),
        _taken_in(past, scenario), _planned(report, past), weights.moved, weights.added,
    )  # fmt: skip
    return Rest(rest, replace(network, scenario=rest), earlier, whose)


# ---------------------------------------------------------------------- people


def _groups(
    report: Report, past: Past, scenario: Scenario
) -> tuple[tuple[Group, ...], dict[str, tuple[str, str]]]:
    supply = supply_of(scenario)
    known = {group.id: group for group in scenario.groups}
    found = []
    for group in scenario.groups:
        left = {k: n - past.gone[k] for k, n in supply.items() if k[0] == group.id}
        update: dict[str, Any] = {
            "exactly": (*_exactly(left), NOBODY),
            "ready": max(report.now_s, scenario.at_s(group.ready, 0)),
        }  # fmt: skip
        if group.needs_team is not None:
            update |= _once_the_team_is_there(scenario, past, group.needs_team, update["ready"])
        found.append(group.model_copy(update=update))
    whose: dict[str, tuple[str, str]] = {}
    there: dict[str, Counter[Kind]] = {}
    for (place, kind), stock in past.hubs.items():
        for moment, units in stock:
            ready = max(moment, report.now_s)
            name = f"{kind[0]}|{kind[1]}|{place}|{ready}"
            whose[name] = (kind[0], kind[1])
            there.setdefault(name, Counter())[kind[0], "ride", kind[2]] += units
    for name, kinds in sorted(there.items()):
        group = known[whose[name][0]]
        _, _, place, ready_s = name.split("|")
        found.append(group.model_copy(update={
            "id": name, "at": place, "ready": int(ready_s), "needs_team": None, "own_car": 0,
            "on_foot": 0, "exactly": _exactly(kinds), "name": group.label,
        }))  # fmt: skip
    return tuple(found), whose


def _exactly(kinds: dict[Kind, int]) -> tuple[Households, ...]:
    return tuple(
        Households(means=means, persons=unit.persons, stretchers=unit.stretchers, units=units)
        for (_, means, unit), units in sorted(kinds.items()) if units > 0
    )  # fmt: skip


def _once_the_team_is_there(
    scenario: Scenario, past: Past, team_id: str, ready_s: int
) -> dict[str, Any]:
    """A team that has set out whole is waited for no longer than until it is there."""
    team = next(team for team in scenario.teams if team.id == team_id)
    rides = [
        (leg.unload_end_s, ride.persons)
        for leg in past.legs.values() if leg.destination == team.to
        for ride in leg.teams if ride.team == team_id
    ]  # fmt: skip
    latest = max((moment for moment, _ in rides), default=0)
    update: dict[str, Any] = {"ready": max(ready_s, latest)}
    if sum(persons for _, persons in rides) >= team.people:
        update["needs_team"] = None
    return update


def _teams(scenario: Scenario, past: Past) -> tuple[Any, ...]:
    """Teams as far as they have not set out."""
    gone = Counter[str]()
    for leg in past.legs.values():
        for ride in leg.teams:
            gone[ride.team] += ride.persons
    left = [(team, team.people - gone[team.id]) for team in scenario.teams]
    return tuple(team.model_copy(update={"people": n}) for team, n in left if n > 0)


def _aid(scenario: Scenario, past: Past) -> tuple[Any, ...]:
    """Aid as far as it has not set out."""
    gone = Counter[str]()
    for leg in past.legs.values():
        for load in leg.aid:
            gone[load.aid] += load.kg
    left = [(aid, aid.mass_kg - gone[aid.id]) for aid in scenario.aid]
    return tuple(aid.model_copy(update={"mass_kg": kg}) for aid, kg in left if kg > 0)


def _fuller(scenario: Scenario, past: Past) -> tuple[Any, ...]:
    """Places whose halls have only the room that those in them leave."""
    there = Counter[str]()
    for (place, kind), stock in past.hubs.items():
        there[place] += sum(units for _, units in stock) * kind[2].persons
    return tuple(
        place if place.capacity is None
        else place.model_copy(update={"capacity": max(0, place.capacity - there[place.id])})
        for place in scenario.places
    )  # fmt: skip


# ---------------------------------------------------------------------- vehicles


def _from_now(scenario: Scenario, fleet: Fleet, now_s: int) -> Fleet:
    start = max(now_s, scenario.at_s(fleet.available.from_, 0))
    available = fleet.available.model_copy(update={"from_": start})
    return fleet.model_copy(update={"available": available})


def _stands(
    report: Report, past: Past, scenario: Scenario, routes: dict[str, Route]
) -> dict[VehicleKey, State]:
    """Vehicles that are not at base and free by now; with what their crews and tanks have left."""
    found = {}
    for vehicle, stand in past.stands.items():
        fleet = scenario.fleet(vehicle[0])
        free_s = max(stand.free_s, report.now_s)
        worked = None
        if fleet.duty is not None or fleet.fuel is not None:
            worked = _worked(fleet, _legs_of(report, past, vehicle), routes)
        if stand.place == fleet.base and free_s == report.now_s and worked is None:
            continue
        found[vehicle] = State(stand.place, free_s, worked)
    return found


def _legs_of(report: Report, past: Past, vehicle: VehicleKey) -> list[PlanLeg]:
    own = [
        leg for (name, _), leg in past.legs.items()
        if (report.sorties[name].fleet, report.sorties[name].vehicle) == vehicle
    ]  # fmt: skip
    return sorted(own, key=lambda leg: leg.load_start_s)


def _worked(
    fleet: Fleet, legs: list[PlanLeg], routes: dict[str, Route]
) -> tuple[int, int, int] | None:
    """End of the last leg, since when the crew is on duty, metres gone since the last filling."""
    if not legs:
        return None
    since_s, gone_m = legs[0].load_start_s, routes[legs[0].route].length_m
    stations = (fleet.fuel.at or (fleet.base,)) if fleet.fuel else ()
    for before, leg in pairwise(legs):
        stop_s = leg.load_start_s - before.unload_end_s
        if fleet.duty is not None:
            changed = fleet.duty.crews > 1 and before.destination == fleet.base
            if stop_s >= fleet.duty.rest_s or (changed and stop_s >= fleet.duty.change_s):
                since_s = leg.load_start_s
        if fleet.fuel and before.destination in stations and stop_s >= fleet.fuel.refuel_s:
            gone_m = 0
        gone_m += routes[leg.route].length_m
    return legs[-1].unload_end_s, since_s, gone_m


def _planned(report: Report, past: Past) -> dict[Ends, Counter[int]]:
    found: dict[Ends, Counter[int]] = {}
    for sortie, _, leg in ahead(report, past):
        if leg.manifest:
            ends = (sortie.fleet, leg.origin, leg.destination)
            found.setdefault(ends, Counter())[leg.load_start_s] += 1
    return found


def ahead(report: Report, past: Past) -> Iterator[tuple[Sortie, int, PlanLeg]]:
    """The running plan's legs that have not begun: sortie, number from 1, leg."""
    for sortie in report.plan.sorties:
        for number, leg in enumerate(sortie.legs, start=1):
            if (sortie.id, number) not in past.legs:
                yield sortie, number, leg


# ---------------------------------------------------------------------- what is under way


def _taken_in(past: Past, scenario: Scenario) -> dict[str, tuple[tuple[int, int], ...]]:
    havens = {place.id for place in scenario.places if place.role == "safe_haven"}
    found: dict[str, list[tuple[int, int]]] = {}
    for leg in past.legs.values():
        if leg.manifest and leg.destination in havens:
            found.setdefault(leg.destination, []).append((leg.unload_end_s, leg.persons))
    for own in past.self_movements:
        found.setdefault(own.destination, []).append((own.arrive_s, own.persons))
    return {place: tuple(came) for place, came in found.items()}


def _bookings(
    report: Report, past: Past, scenario: Scenario, routes: dict[str, Route]
) -> Iterator[Booking]:
    """What counts against limits from an hour before now on."""
    since_s = report.now_s - HOUR_S
    for (name, _), leg in past.legs.items():
        if leg.unload_end_s > since_s:
            kind = scenario.vehicle(scenario.fleet(report.sorties[name].fleet))
            yield from _leg(scenario, kind, leg, routes[leg.route])
    for own in past.self_movements:
        if own.arrive_s <= since_s:
            continue
        cars = float(own.vehicles) if own.means == "car" else own.persons / WALKERS_PER_CAR
        for use in routes[own.route].links:
            at_s = own.depart_s + use.enter_s
            yield Booking("link", use.link, at_s, at_s, cars)
            yield Booking("link_persons", use.link, at_s, at_s, float(own.persons))
        if own.vehicles:
            ends = ((own.origin, own.depart_s), (own.destination, own.arrive_s))
            for place, at_s in ends:
                yield Booking("vehicles_rate", place, at_s, at_s, float(own.vehicles))


def _leg(scenario: Scenario, kind: Vehicle, leg: PlanLeg, route: Route) -> Iterator[Booking]:
    room = {"road": "bays", "air": "stands"}.get(kind.mode, "berths")
    if leg.manifest or kind.mode == "air":
        yield Booking(room, leg.origin, leg.load_start_s, leg.depart_s, 1.0)
        yield Booking(room, leg.destination, leg.arrive_s, leg.unload_end_s, 1.0)
    for use in route.links:
        at_s = leg.depart_s + kind.overhead_s // 2 + use.enter_s
        yield Booking("link", use.link, at_s, at_s, kind.car_equivalents)
        yield Booking("link_persons", use.link, at_s, at_s, float(leg.persons))
    gate = {"air": "slots", "road": "vehicles_rate"}.get(kind.mode)
    for place, at_s in ((leg.origin, leg.depart_s), (leg.destination, leg.arrive_s)):
        if gate is not None:
            yield Booking(gate, place, at_s, at_s, 1.0)
    persons = float(leg.persons)
    if scenario.place(leg.destination).role in HUBS:
        at_s = leg.unload_end_s
        yield Booking("persons_rate", leg.destination, at_s, at_s, persons)
    if scenario.place(leg.origin).role not in HUBS:
        yield Booking("persons_rate", leg.origin, leg.depart_s, leg.depart_s, persons)
