"""Ways of movements that have left, which the network of today may know no more."""

from __future__ import annotations

from dataclasses import asdict, replace

from planner.network.nouns import Exposure, LinkUse, Passage, Route, TransportNetwork
from planner.plan import KeptRoute, Plan

_PARTS = {"links": LinkUse, "exposures": Exposure, "passages": Passage}


def kept_route(route: Route, name: str) -> KeptRoute:
    """A route as plan.json keeps it, under another name."""
    known = asdict(route) | {"id": name}
    for part in _PARTS:
        known[part] = tuple(tuple(use.values()) for use in known[part])
    return KeptRoute(**known)


def with_kept(network: TransportNetwork, plan: Plan) -> TransportNetwork:
    """The network with the ways that the plan has kept of a running one, for who looks at them."""
    if plan.under_way is None or not plan.under_way.routes:
        return network
    routes = dict(network.routes)
    for one in plan.under_way.routes:
        known = one.model_dump()
        for part, noun in _PARTS.items():
            known[part] = tuple(noun(*use) for use in known[part])
        for part in ("points", "segments", "sources"):
            known[part] = tuple(known[part])
        routes[one.id] = Route(**known)
    return replace(network, routes=routes)
