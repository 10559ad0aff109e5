"""Shared limits: of links, places and havens, and of a fleet's crews, tanks and convoys."""

from __future__ import annotations

from datetime import timedelta

from planner.network import TransportNetwork
from planner.problem.model import HUB_ROLES, Conveyance, Limit
from planner.rotations import crew_of, spacing_of, tank_of
from planner.scenario import Place, Scenario
from planner.units import HOUR_S


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


def limits_of(scenario: Scenario, network: TransportNetwork) -> tuple[Limit, ...]:
    """What links, places and havens take."""
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
