"""Another way for a movement, should its own be shut: open then, and allowed to its fleet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner.network import Route, TransportNetwork
    from planner.plan import PlanLeg
    from planner.verify import Verdict


def alternates(verdict: Verdict) -> dict[tuple[str, int], str]:
    """(sortie id, index of its leg) → id of the fastest other route that could be taken instead.

    It is open and allowed if one leaves at the planned moment; hours of movement at its end are not
    looked at. Legs without one, or with an end in a protected place, are left out.
    """
    hidden = {place.id for place in verdict.scenario.places if place.protected}
    found = {}
    for sortie in verdict.plan.sorties:
        for index, leg in enumerate(sortie.legs):
            if not hidden & {leg.origin, leg.destination}:
                for route in _others(verdict.network, leg):
                    if _usable(verdict.network, route, sortie.fleet, leg.depart_s):
                        found[sortie.id, index] = route.id
                        break
    return found


def _others(network: TransportNetwork, leg: PlanLeg) -> Iterator[Route]:
    taken = network.routes[leg.route]
    names = network.between.get((taken.origin, taken.destination, taken.profile), ())
    return (network.routes[name] for name in names if name != taken.id)


def _usable(network: TransportNetwork, route: Route, fleet: str, depart_s: int) -> bool:
    for use in route.links:
        opened = network.link_open.get(use.link)
        if opened and not opened.covers(depart_s + use.enter_s, depart_s + use.exit_s):
            return False
    for passage in route.passages:
        if passage.ground in network.grounds:
            allowed = network.allowed(passage.ground, fleet)
            if not allowed.covers(depart_s + passage.enter_s, depart_s + passage.exit_s):
                return False
    return True
