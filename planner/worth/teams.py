"""Whether a team can reach the place where it is waited for, and what keeps it away."""

from __future__ import annotations

from dataclasses import replace

from planner.network import Route, TransportNetwork, departures
from planner.network.departures import Waiver
from planner.scenario import Fleet, Team
from planner.worth.cause import Cause


def with_granted(network: TransportNetwork, asked: tuple[str, ...]) -> TransportNetwork:
    """The network with these requests taken for granted."""
    scenario = network.scenario
    permissions = tuple(
        a.model_copy(update={"assume": "granted"}) if a.id in asked else a
        for a in scenario.authorisations
    )
    changed = scenario.model_copy(update={"authorisations": permissions})
    return replace(network, scenario=changed, _allowed={})


def held_up(network: TransportNetwork, team: Team) -> Cause | None:
    """What keeps the team away whatever the number of vehicles; None where it can get there."""
    scenario = network.scenario
    fleets = [f for f in scenario.fleets if f.id in team.fleets]
    ways = [
        (network.routes[route], fleet)
        for fleet in fleets
        for route in network.between.get((team.start, team.to, network.profile_of[fleet.id]), ())
    ]
    if any(fleet.count and _open(network, way, fleet) for way, fleet in ways):
        return None
    waits = f"they wait for {team.label}, and "
    where = scenario.place(team.to).label
    if not ways:
        return Cause("no_route", f"{waits}no way leads its vehicles to {where}")
    if all(fleet.count == 0 for _, fleet in ways):
        names = " and ".join(fleet.label for fleet in fleets)
        return Cause("no_seat", f"{waits}there are no vehicles: {names}")
    for waiver in (Waiver(pending=True), Waiver(parties=_holders(network))):
        for way, fleet in ways:
            if fleet.count and _open(network, way, fleet, waiver):
                return _denied(network, way, fleet, waits)
    return Cause("too_late", f"{waits}windows, hours and the horizon leave no time for it")


def _open(
    network: TransportNetwork, way: Route, fleet: Fleet, waiver: Waiver | None = None
) -> bool:
    """Whether a vehicle of the fleet may depart and arrive before the end."""
    when = departures(network, way, fleet, None, waiver or Waiver())
    ride_s = way.travel_s + network.scenario.vehicle(fleet).overhead_s
    return any(start + ride_s <= network.scenario.horizon_s for start, _ in when.spans)


def _holders(network: TransportNetwork) -> frozenset[str]:
    return frozenset(p for g in network.grounds.values() for _, _, p in g.spans if p is not None)


def _denied(network: TransportNetwork, way: Route, fleet: Fleet, waits: str) -> Cause:
    """Whose yes is missing, and what was asked of them."""
    grounds = (way.origin, *(p.ground for p in way.passages), way.destination)
    always = network.clock.always
    shut = [g for g in grounds if not network.allowed(g, fleet.id).spans]
    shut = shut or [g for g in grounds if network.allowed(g, fleet.id) != always]
    parties = {p.id: p for p in network.scenario.parties}
    holders: dict[str, None] = {}
    asked: dict[str, None] = {}
    for ground in shut:
        asked |= dict.fromkeys(network.requests(ground, fleet.id))
        for _, _, party in network.grounds[ground].spans:
            if party is not None and parties[party].requires_authorisation:
                holders[party] = None
    told = " and ".join(parties[party].label for party in sorted(holders))
    verb = "has" if len(holders) == 1 else "have"
    requests = f" (requested: {', '.join(asked)})" if asked else ""
    words = f"{waits}{told} {verb} not authorised the passage of {fleet.label}{requests}"
    return Cause("not_authorised", words, asked=tuple(asked))
