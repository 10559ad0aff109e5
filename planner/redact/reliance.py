"""Which authorisations a movement relies on: whose ground it passes, and by whose leave."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from planner.plan import PlanLeg
from planner.scenario import Authorisation, Fleet, Scenario

if TYPE_CHECKING:
    from planner.network import Route, TransportNetwork
    from planner.verify import Verdict

Stay = tuple[str, int, int, tuple[int, int]]


def relied_on(verdict: Verdict) -> dict[tuple[str, int], tuple[str, ...]]:
    """(sortie id, index of its leg) → ids of the authorisations for it, in the scenario's order.

    All that are granted or assumed, for this fleet, over a ground that its party holds while the
    movement is there. Where several cover the same ground each is named.
    """
    scenario, network = verdict.scenario, verdict.network
    fleets = {fleet.id: fleet for fleet in scenario.fleets}
    found = {}
    for sortie in verdict.plan.sorties:
        fleet = fleets[sortie.fleet]
        overhead_s = scenario.vehicle(fleet).overhead_s
        for index, leg in enumerate(sortie.legs):
            needed = {
                name
                for stay in stays(network.routes[leg.route], leg, overhead_s)
                for name in _permits(scenario, network, fleet, stay)
            }
            found[sortie.id, index] = tuple(
                item.id for item in scenario.authorisations if item.id in needed
            )
    return found


def stays(route: Route | None, leg: PlanLeg, overhead_s: int) -> Iterator[Stay]:
    """(ground, from, until, offsets on the route) of a leg; its two ends alone without a route."""
    yield leg.origin, leg.load_start_s, leg.depart_s, (0, 0)
    if route is not None:
        start_s = leg.depart_s + overhead_s // 2
        riding_s, span_s = leg.arrive_s - leg.depart_s - overhead_s, max(1, route.travel_s)
        for passage in route.passages:
            enter_s = start_s + passage.enter_s * riding_s // span_s
            exit_s = start_s + passage.exit_s * riding_s // span_s
            yield passage.ground, enter_s, exit_s, (passage.enter_s, passage.exit_s)
    span_s = 0 if route is None else route.travel_s
    yield leg.destination, leg.arrive_s, leg.unload_end_s, (span_s, span_s)


def _permits(
    scenario: Scenario, network: TransportNetwork, fleet: Fleet, stay: Stay
) -> Iterator[str]:
    name, enter_s, exit_s, _ = stay
    ground = network.grounds.get(name)
    if ground is None:
        return
    asking = {party.id for party in scenario.parties if party.requires_authorisation}
    for from_s, until_s, party in ground.spans:
        begin, end = max(from_s, enter_s), min(until_s, max(exit_s, enter_s + 1))
        if party in asking and begin < end:
            for item in scenario.authorisations:
                its_leave = item.party == party and _is_for(scenario, item, fleet, ground.names)
                if its_leave and _holds(scenario, item, begin, end):
                    yield item.id


def _is_for(scenario: Scenario, item: Authorisation, fleet: Fleet, names: tuple[str, ...]) -> bool:
    given = item.state == "granted" or (item.state == "requested" and item.assume == "granted")
    kind = item.for_
    return (
        given
        and (not kind.fleets or fleet.id in kind.fleets)
        and (not kind.modes or scenario.vehicle(fleet).mode in kind.modes)
        and (not kind.neutral or fleet.neutral)
        and (not item.over or any(name in item.over for name in names))
    )


def _holds(scenario: Scenario, item: Authorisation, begin_s: int, end_s: int) -> bool:
    """Whether it is valid for some of the stretch."""
    return scenario.at_s(item.from_) < end_s and begin_s < scenario.at_s(item.until)
