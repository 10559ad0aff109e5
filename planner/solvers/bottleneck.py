"""The bottleneck of people on roads, named in places and links: a minimum cut over time.

Every limit by the hour is an arc with its capacity an hour; the ways of the people lead over their
limits one after the other. In the hour before the last one could have arrived (or at the horizon,
where not all can) the limits across a minimum cut are why no more can have come by then. Only hours
in which somebody may set out are counted, ways may be recombined where they pass the same limit,
and where cars and walkers share a road it is counted in those who take up least: an explanation,
not a bound.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from ortools.graph.python import max_flow

from planner.movements import SelfOption
from planner.problem import EvacuationProblem, Limit
from planner.solvers.rows import RATES
from planner.units import HOUR_S

Ways = dict[tuple[str, str], list[int]]
"""(from, to) → [persons an hour, hours]."""


def bottleneck(problem: EvacuationProblem) -> tuple[Limit, ...]:
    """What keeps people who move by their own means from arriving sooner, or all of them from
    arriving: limits across the minimum cut, those that let most people through first."""
    gates = {f"{x.kind} {x.at}": x for x in problem.limits if x.kind in RATES}
    movers = {walk.commodity for walk in problem.walks}
    persons = sum(problem.commodities[k].demand * problem.commodities[k].persons for k in movers)
    arcs: Ways = {}
    for walk in problem.walks:
        for tail, head, capacity, transit in _way(problem, walk, gates, persons):
            known = arcs.setdefault((tail, head), [capacity, transit])
            known[:] = max(known[0], capacity), min(known[1], transit)
    hours = _hours(problem)
    if not arcs or not hours:
        return ()
    people = {
        f"from {k}": problem.commodities[k].demand * problem.commodities[k].persons
        for k in sorted(movers)
    }  # fmt: skip
    across, arrived = _cut(arcs, people, hours)
    least, most = 0, hours
    while arrived == persons and least < most:  # the last hour by which not all have arrived
        middle = (least + most) // 2
        tried, n = _cut(arcs, people, middle)
        if n < persons:
            across, least = tried, middle + 1
        else:
            most = middle
    return tuple(gates[name] for name in across)


def _cut(arcs: Ways, people: dict[str, int], hours: int) -> tuple[list[str], int]:
    """(limits across a minimum cut, most first; how many can have arrived within so many hours)."""
    expanded = _Expanded()
    for hour in range(hours):
        expanded.add_hour(arcs, people, hour, hours)
    for home, persons in people.items():
        expanded.add("start", home, persons)
    graph = expanded.graph
    if graph.solve(0, 1) != graph.OPTIMAL:
        raise RuntimeError("the maximum flow was not found")
    beyond = set(graph.get_sink_side_min_cut())
    through: dict[str, int] = defaultdict(int)
    for arc, name in expanded.limits.items():
        if graph.tail(arc) not in beyond and graph.head(arc) in beyond:
            through[name] += graph.capacity(arc)
    return sorted(through, key=lambda name: (-through[name], name)), int(graph.optimal_flow())


class _Expanded:
    """The network by the hour; ``limits`` names the arcs that stand for one."""

    def __init__(self) -> None:
        self.graph = max_flow.SimpleMaxFlow()
        self.number = {"start": 0, "end": 1}
        self.limits: dict[int, str] = {}

    def add(self, tail: str, head: str, capacity: int) -> int:
        ends = [self.number.setdefault(name, len(self.number)) for name in (tail, head)]
        return int(self.graph.add_arc_with_capacity(*ends, capacity))

    def add_hour(self, arcs: Ways, people: dict[str, int], hour: int, hours: int) -> None:
        """Who may leave, pass and arrive in an hour, as far as that is within ``hours``."""
        for (tail, head), (capacity, later) in sorted(arcs.items()):
            if hour + later < hours:
                arc = self.add(f"{tail} at {hour}", f"{head} at {hour + later}", capacity)
                if head == f"{tail} on":
                    self.limits[arc] = tail
        for home, persons in people.items():
            self.add(home, f"{home} at {hour}", persons)
        for haven in sorted({head for _, head in arcs if head.startswith("haven ")}):
            self.add(f"{haven} at {hour}", "end", sum(people.values()))


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
