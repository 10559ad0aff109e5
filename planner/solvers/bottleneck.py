"""The bottleneck of people on roads, named in places and links: a minimum cut over time.

Every limit by the hour is an arc with its capacity an hour; the ways of the people lead over their
limits one after the other. The earliest arrival flow of that network has a minimum cut for every
hour: the limits across it are why no more can have come by then. Only hours in which somebody may
pass are counted, ways may be recombined where they pass the same limit, and where cars and walkers
share a road it is counted in those who take up least: an explanation, not a bound.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from planner.movements import SelfOption
from planner.problem import EvacuationProblem, Limit
from planner.solvers.flow import UNLIMITED, FlowNetwork, earliest_arrival
from planner.solvers.rows import RATES
from planner.units import HOUR_S

Arc = tuple[str, str]


def bottleneck(problem: EvacuationProblem) -> tuple[Limit, ...]:
    """What keeps people who move by their own means from arriving sooner, or all of them from
    arriving: limits across the minimum cut, those that let most people through first."""
    gates = {f"{x.kind} {x.at}": x for x in problem.limits if x.kind in RATES}
    persons = sum(c.demand * c.persons for c in problem.commodities)
    arcs: dict[Arc, list[int]] = {}
    for walk in problem.walks:
        for tail, head, capacity, transit in _way(problem, walk, gates, persons):
            known = arcs.setdefault((tail, head), [capacity, transit])
            known[:] = max(known[0], capacity), min(known[1], transit)
    hours = _hours(problem)
    if not arcs or not hours:
        return ()
    names = sorted({name for arc in arcs for name in arc})
    number = {name: i for i, name in enumerate(names)}
    ends = sorted(arcs)
    supply = np.zeros(len(names), dtype=np.int64)
    for home in {walk.commodity for walk in problem.walks}:
        who = problem.commodities[home]
        supply[number[f"from {home}"]] = who.demand * who.persons
    network = FlowNetwork(
        len(names), np.array([number[tail] for tail, _ in ends]),
        np.array([number[head] for _, head in ends]),
        np.array([arcs[arc][0] for arc in ends]), np.array([arcs[arc][1] for arc in ends]), supply,
        {number[name]: UNLIMITED for name in names if name.startswith("haven ")},
    )  # fmt: skip
    flow = earliest_arrival(network, hours)
    if flow.clearance == 0:
        return ()
    across = [ends[arc.arc] for arc in flow.bottleneck().arcs]
    return tuple(gates[tail] for tail, head in across if head == f"{tail} on")


def _hours(problem: EvacuationProblem) -> int:
    """Hours in which anybody may set out."""
    steps = np.flatnonzero(np.any([walk.may for walk in problem.walks], axis=0))
    return len(np.unique(steps * problem.grid.step_s // HOUR_S))


def _way(
    problem: EvacuationProblem, walk: SelfOption, gates: dict[str, Limit], persons: int
) -> Iterator[tuple[str, str, int, int]]:
    """Arcs of a way as (from, to, persons an hour, hours), from home through its limits."""
    passed = sorted(
        (offset, name, use) for name, limit in gates.items()
        for offset, use in walk.passes(limit.kind, limit.at)
    )  # fmt: skip
    at, since = f"from {walk.commodity}", 0
    for offset, name, use in passed:
        yield at, name, persons, (offset - since) // HOUR_S
        yield name, f"{name} on", int(gates[name].cap / use + 1e-6), 0
        at, since = f"{name} on", offset
    yield at, f"haven {walk.destination}", persons, (walk.ride_s - since) // HOUR_S


def words(problem: EvacuationProblem, limits: tuple[Limit, ...]) -> str:
    """'the bottleneck is the road A – B: 40 vehicles an hour'; empty for no limits."""
    if not limits:
        return ""
    told = sorted({f"{_where(problem, limit)}: {_rate(limit)}" for limit in limits})
    if len(told) == 1:
        return f"the bottleneck is {told[0]}"
    return f"the bottleneck is {', '.join(told[:-1])} and {told[-1]}"


def _where(problem: EvacuationProblem, limit: Limit) -> str:
    labels = {place.id: place.label for place in problem.scenario.places}
    if limit.kind not in ("link", "link_persons"):
        return f"the passage of {labels.get(limit.at, limit.at)}"
    link = next((x for x in problem.scenario.links if x.id == limit.at), None)
    if link is None:
        return f"the road {limit.at}"
    if link.name is None and link.from_ in labels and link.to in labels:
        return f"the road {labels[link.from_]} – {labels[link.to]}"
    return link.label


def _rate(limit: Limit) -> str:
    what = "persons" if limit.kind in ("link_persons", "persons_rate") else "vehicles"
    return f"{limit.cap:g} {what} an hour"
