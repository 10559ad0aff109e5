"""People on roads: the earliest arrival flow and, where havens fill up, the least total arrival.

For interchangeable people and havens without limit there is a flow that has brought, at every step
at once, as many people to safety as any flow can by then (Gale 1959; for several sources Hoppe and
Tardos 2000; Baumann and Skutella 2009). It is found by augmenting towards the havens in increasing
time. Waiting on the way never helps then, so that nobody waits but at home; with ``reach`` (waiting
everywhere) it is known at which step somebody more can arrive, and a minimum cut for every step
falls out. With limited havens an earliest arrival flow need not exist: the least total arrival time
of as many as possible is found by a minimum cost flow, and ``criterion`` says so.

Units: steps of time, persons, persons per step.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import max_flow, min_cost_flow

from planner.solvers import flow_kernels as kernels

Ints = NDArray[Any]

UNLIMITED = -1
EARLIEST_ARRIVAL = "earliest arrival"
LEAST_TOTAL_ARRIVAL = "least total arrival"
LARGEST = 2**31 - 1
LONGEST = 1_000_000  # steps of a horizon


@dataclass(frozen=True)
class FlowNetwork:
    """Roads with capacity and transit time, people at sources, havens.

    Arc a leads from ``tail[a]`` to ``head[a]``, takes ``capacity[a]`` persons per step and
    ``transit[a]`` ≥ 0 steps. ``supply[v]`` persons start at place v at step 0 or later. ``intake``
    is what a haven takes in all, by place; UNLIMITED where it has no limit. People wait at home
    before they leave; with ``waits_everywhere`` at any place. Raises ValueError.
    """

    nodes: int
    tail: Ints
    head: Ints
    capacity: Ints
    transit: Ints
    supply: Ints
    intake: dict[int, int]
    waits_everywhere: bool = False

    def __post_init__(self) -> None:
        for name in ("tail", "head", "capacity", "transit", "supply"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=np.int64))
        sizes = {self.tail.shape, self.head.shape, self.capacity.shape, self.transit.shape}
        if len(sizes) > 1 or self.tail.ndim != 1 or self.supply.shape != (self.nodes,):
            raise ValueError("arcs or supplies differ in number")
        ends = np.concatenate((self.tail, self.head, np.array(list(self.intake), dtype=np.int64)))
        if len(ends) and (ends.min() < 0 or ends.max() >= self.nodes):
            raise ValueError("an arc or a haven lies outside the network")
        amounts = np.concatenate((self.capacity, self.transit, self.supply))
        if len(amounts) and amounts.min() < 0:
            raise ValueError("a capacity, a transit time or a supply is negative")
        if min(self.intake.values(), default=0) < UNLIMITED:
            raise ValueError("an intake is negative")
        if int(self.supply.sum()) >= kernels.NEVER or self.transit.max(initial=0) >= 1 << 24:
            raise ValueError("too many people, or too long a transit time")

    @property
    def havens(self) -> list[int]:
        """Places that take somebody in."""
        return sorted(v for v, most in self.intake.items() if most)

    @property
    def has_limited_havens(self) -> bool:
        """Is there a haven that could fill up?"""
        people = int(self.supply.sum())
        return any(UNLIMITED < most < people for most in self.intake.values())


class Movement(NamedTuple):
    """Persons who keep together: arc ``arcs[i]`` is entered at step ``enters[i]``."""

    source: int
    leaves: int
    persons: int
    haven: int
    arrives: int
    arcs: Ints
    enters: Ints


class Limiting(NamedTuple):
    """An arc of a minimum cut: full at every entering step from ``since`` to ``until``."""

    arc: int
    tail: int
    head: int
    since: int
    until: int
    persons: int


class Cut(NamedTuple):
    """Why no more can have arrived by ``step``: ``persons`` = people of the ``sources`` that are
    all safe by then + what the arcs let through in time to count."""

    step: int
    persons: int
    sources: Ints
    arcs: list[Limiting]


@dataclass(frozen=True)
class DynamicFlow:
    """Who moves when. ``arrivals[t]`` persons arrive at step t, for t = 0 … ``horizon``.

    ``table``, ``path_arcs``, ``path_enters`` hold the movements (see ``movements``). ``cut_rows``
    and ``cut_of`` prove an earliest arrival flow: at step t who is at v at or before step
    ``cut_rows[cut_of[t], v]`` is beyond the cut. ``unreachable[v]`` persons at v have no way to any
    haven that takes anybody; ``left_at_horizon`` could arrive, but not by the horizon (or the
    havens are full). ``people`` = ``arrived`` + unreachable + ``left_at_horizon``.
    """

    network: FlowNetwork
    criterion: str
    horizon: int
    arrivals: Ints
    table: Ints
    path_arcs: Ints
    path_enters: Ints
    unreachable: Ints
    cut_rows: Ints
    cut_of: Ints

    @property
    def people(self) -> int:
        return int(self.network.supply.sum())

    @property
    def arrived(self) -> int:
        return int(self.arrivals.sum())

    @property
    def left_at_horizon(self) -> int:
        return self.people - self.arrived - int(self.unreachable.sum())

    @property
    def clearance(self) -> int | None:
        """The step at which the last of those who can ever arrive does; None if not all do."""
        if self.left_at_horizon or not self.arrived:
            return None
        return int(np.flatnonzero(self.arrivals)[-1])

    @property
    def total_arrival(self) -> int:
        """Sum of the arrival steps of those who arrive, in person-steps."""
        return int(self.arrivals @ np.arange(len(self.arrivals)))

    def movements(self) -> Iterator[Movement]:
        """The path decomposition, by source and first step."""
        begin = 0
        for source, leaves, persons, haven, arrives, end in self.table.tolist():
            yield Movement(
                source, leaves, persons, haven, arrives,
                self.path_arcs[begin:end], self.path_enters[begin:end],
            )  # fmt: skip
            begin = end

    def arc_flow(self) -> tuple[Ints, Ints, Ints]:
        """(arc, entering step, persons), each pair once, in order."""
        lengths = np.diff(self.table[:, 5], prepend=0)
        persons = np.repeat(self.table[:, 2], lengths)
        wide = self.horizon + 1
        keys, place = np.unique(
            self.path_arcs.astype(np.int64) * wide + self.path_enters, return_inverse=True
        )
        sums = np.bincount(place, weights=persons, minlength=len(keys)).astype(np.int64)
        return keys // wide, keys % wide, sums

    def bottleneck(self, step: int | None = None) -> Cut:
        """The minimum cut that limits the arrivals by ``step``, by default the last step before
        clearance (why it cannot be over sooner). Raises ValueError where no cut is known: for a
        least total arrival, and outside of the horizon."""
        if step is None:
            step = self.horizon if self.clearance is None else self.clearance - 1
        if self.criterion != EARLIEST_ARRIVAL or not 0 <= step < len(self.cut_of):
            raise ValueError(f"no cut is known for step {step}")
        network, late = self.network, self.cut_rows[self.cut_of[step]].astype(np.int64)
        late = np.minimum(late, step)
        sources = np.flatnonzero((network.supply > 0) & (late >= 0))
        since = late[network.tail] + 1
        until = late[network.head] - network.transit
        is_way = ~np.isin(network.tail, network.havens)
        arcs = [
            Limiting(
                a, int(network.tail[a]), int(network.head[a]), int(since[a]), int(until[a]),
                int(network.capacity[a] * (until[a] - since[a] + 1)),
            )
            for a in np.flatnonzero(is_way & (until >= since) & (network.capacity > 0)).tolist()
        ]  # fmt: skip
        persons = int(network.supply[sources].sum()) + sum(arc.persons for arc in arcs)
        return Cut(step, persons, sources, sorted(arcs, key=lambda arc: (-arc.persons, arc.arc)))


def solve_flow(network: FlowNetwork, horizon: int | None = None) -> DynamicFlow:
    """The earliest arrival flow, or the least total arrival where havens fill up.

    Havens with a limit that nobody runs into do not count: then the earliest arrival flow is the
    answer. ``horizon`` is the last step at which an arrival counts; by default as long as it takes
    (with havens that fill up: twice as long as it takes to bring in as many as possible).
    """
    if not network.has_limited_havens:
        return earliest_arrival(network, horizon)
    relaxed = earliest_arrival(network, horizon)
    taken = np.bincount(relaxed.table[:, 3], relaxed.table[:, 2], minlength=network.nodes)
    if all(most == UNLIMITED or taken[v] <= most for v, most in network.intake.items()):
        return relaxed
    if horizon is not None:
        return least_total_arrival(network, horizon)
    return _least_in_time(network, max(1, relaxed.horizon))


def _least_in_time(network: FlowNetwork, horizon: int) -> DynamicFlow:
    """Doubles the horizon until as many arrive as ever can, then once more."""
    most = _most_ever(network)
    while least_total_arrival(network, horizon).arrived < most:
        horizon *= 2
    return least_total_arrival(network, 2 * horizon)


def _most_ever(network: FlowNetwork) -> int:
    """How many the havens can take in, however long it takes: a maximum flow without time."""
    graph, v = max_flow.SimpleMaxFlow(), network.nodes
    people = int(network.supply.sum())
    for a in np.flatnonzero(network.capacity > 0).tolist():
        graph.add_arc_with_capacity(int(network.tail[a]), int(network.head[a]), people)
    for place in np.flatnonzero(network.supply).tolist():
        graph.add_arc_with_capacity(v, place, int(network.supply[place]))
    for haven in network.havens:
        limit = network.intake[haven]
        graph.add_arc_with_capacity(haven, v + 1, people if limit == UNLIMITED else limit)
    if graph.solve(v, v + 1) != graph.OPTIMAL:
        raise RuntimeError("the maximum flow was not found")
    return int(graph.optimal_flow())


def reaches_haven(network: FlowNetwork) -> NDArray[np.bool_]:
    """By place: is there any way to a haven that takes anybody?"""
    found = np.zeros(network.nodes, dtype=bool)
    found[network.havens] = True
    open_arcs = network.capacity > 0
    tail, head = network.tail[open_arcs], network.head[open_arcs]
    order = np.argsort(head, kind="stable")
    first = np.concatenate(([0], np.cumsum(np.bincount(head, minlength=network.nodes))))
    stack = np.flatnonzero(found).tolist()
    while stack:
        v = stack.pop()
        for u in tail[order[first[v] : first[v + 1]]].tolist():
            if not found[u]:
                found[u] = True
                stack.append(u)
    return found


def earliest_arrival(network: FlowNetwork, horizon: int | None = None) -> DynamicFlow:
    """As many as possible at every step at once; limits of havens are not looked at.

    The result has a cut for every step. Raises ValueError for a horizon past LONGEST.
    """
    useful = reaches_haven(network)
    supply = np.where(useful, network.supply, 0)
    people = int(supply.sum())
    kept = np.flatnonzero(
        useful[network.tail] & useful[network.head] & (network.capacity > 0)
        & (network.tail != network.head) & ~np.isin(network.tail, network.havens)
    )  # fmt: skip
    ground = _ground(network, kept, supply)
    longest = LONGEST + 1 if horizon is None else horizon + 1
    if not 0 < longest <= LONGEST + 1:
        raise ValueError(f"a horizon is a step from 0 to {LONGEST}, not {horizon}")
    columns = min(64, longest)
    moves = _moves(len(kept), network, supply, columns)
    begun = np.full(len(kept), kernels.NEVER, dtype=np.int32)
    rows, cut_of, moment = np.empty((0, network.nodes), dtype=np.int32), np.empty(0, np.int32), 0
    while True:
        lists, stack = _room(network.nodes, columns)
        cuts = np.empty((columns, network.nodes), dtype=np.int32)
        of = np.zeros(columns, dtype=np.int32)
        marks = np.zeros_like(moves.hops), np.zeros_like(moves.star_hops)
        since = moment
        moment, people, written = kernels.advance(
            ground, moves, begun, moment, people, cuts, of, marks, lists, stack
        )
        if written < 0:
            raise RuntimeError("the search and its bound contradict each other")
        cut_of = np.concatenate((cut_of, of[since:moment] + len(rows)))
        rows = np.concatenate((rows, cuts[:written]))
        if not people or columns == longest:
            break
        columns = min(2 * columns, longest)
        moves = _grown(moves, columns)
    last = horizon if horizon is not None else _last(moves.arrivals)
    if not people:
        rows[-1] = max(last, columns - 1)  # nobody is left who could be anywhere
    rows[:, ~useful] = -1
    arrivals = np.zeros(last + 1, dtype=np.int64)
    arrivals[: len(moves.arrivals)] = moves.arrivals[: last + 1]
    cut_of = np.concatenate((cut_of, np.full(last + 1, cut_of[-1])))[: last + 1]
    ends = {v: s for s, v in enumerate(network.havens)}
    table, arcs, enters = _paths(network, kept, moves.flow, moves.leaving, ground.source, ends)
    return DynamicFlow(
        network, EARLIEST_ARRIVAL, last, arrivals, table, arcs, enters,
        np.where(useful, 0, network.supply), rows[: cut_of.max(initial=-1) + 1],
        cut_of,
    )  # fmt: skip


def _last(arrivals: Ints) -> int:
    steps = np.flatnonzero(arrivals)
    return int(steps[-1]) if len(steps) else 0


def _ground(network: FlowNetwork, kept: Ints, supply: Ints) -> kernels.Ground:
    """The arcs ``kept``, numbered anew, and the ways of every place (those into it first)."""
    tail, head = network.tail[kept], network.head[kept]
    number = np.arange(len(kept))
    near, other = np.concatenate((head, tail)), np.concatenate((tail, head))
    arc, outward = np.concatenate((number, number)), np.repeat((0, 1), len(kept))
    order = np.lexsort((arc, outward, near))
    first = np.concatenate(([0], np.cumsum(np.bincount(near, minlength=network.nodes))))
    middle = first[:-1] + np.bincount(head, minlength=network.nodes)
    has_people = supply > 0
    source = np.where(has_people, np.cumsum(has_people) - 1, -1)
    capacity = np.minimum(network.capacity[kept], max(1, int(supply.sum())))
    havens = np.array(network.havens, dtype=np.int32)
    return kernels.Ground(
        first.astype(np.int32), middle.astype(np.int32), arc[order].astype(np.int32),
        other[order].astype(np.int32), network.transit[kept][arc[order]].astype(np.int32),
        capacity[arc[order]].astype(np.int32), source.astype(np.int32), havens,
    )  # fmt: skip


def _moves(arcs: int, network: FlowNetwork, supply: Ints, columns: int) -> kernels.Moves:
    left = supply[supply > 0].astype(np.int32)
    return kernels.Moves(
        np.zeros((arcs, columns), np.int32),
        np.zeros((len(left), columns), np.int32),
        np.full(len(left), LARGEST, np.int32), np.full(len(left), -1, np.int32), left,
        np.zeros(columns, np.int32), np.zeros((network.nodes, columns), np.int32),
        np.zeros(len(left), np.int32),
    )  # fmt: skip


def _grown(moves: kernels.Moves, columns: int) -> kernels.Moves:
    """The same with more columns of time, the new ones zero."""

    def wider(old: Ints) -> Ints:
        new = np.zeros((*old.shape[:-1], columns), old.dtype)
        new[..., : old.shape[-1]] = old
        return new

    return moves._replace(
        flow=wider(moves.flow), leaving=wider(moves.leaving), arrivals=wider(moves.arrivals),
        hops=wider(moves.hops),
    )  # fmt: skip


def _room(nodes: int, columns: int) -> tuple[tuple[Any, ...], tuple[Ints, ...]]:
    """Working room of ``kernels.advance``: lists by place and step, and the stack."""
    known = tuple(np.empty(nodes, np.int32) for _ in range(6))
    lists = known, *(np.empty(size, np.int32) for size in (nodes, nodes, columns, nodes, nodes))
    height = min(nodes * (columns + 1) + 2, 1 << 22)
    return lists, tuple(np.empty(height, np.int32) for _ in range(3))


def _paths(
    network: FlowNetwork, kept: Ints, flow: Ints, leaving: Ints, source: Ints, ends: dict[int, int]
) -> tuple[Ints, Ints, Ints]:
    """Movements of a dense flow over the arcs ``kept`` (``kernels.decompose``), with the network's
    arc numbers. Raises RuntimeError if the flow is none."""
    nodes, columns = network.nodes, flow.shape[1]
    tail, head = network.tail[kept], network.head[kept].astype(np.int32)
    transit = network.transit[kept].astype(np.int32)
    order = np.argsort(tail, kind="stable").astype(np.int32)
    first = np.concatenate(([0], np.cumsum(np.bincount(tail, minlength=nodes)))).astype(np.int32)
    end = np.full(nodes, -1, np.int32)
    taken = np.zeros((max(1, len(ends)), columns), np.int32)
    for v, s in ends.items():
        end[v] = s
        for a in np.flatnonzero(head == v).tolist():
            taken[s, transit[a] :] += flow[a, : columns - transit[a]]
        for a in np.flatnonzero(tail == v).tolist():
            taken[s] -= flow[a]
        if source[v] >= 0:
            taken[s] += leaving[source[v]]
    at = np.flatnonzero(source >= 0).astype(np.int32)
    room = np.empty((2, min(nodes * (columns + 1), 1 << 22) + 2), np.int32)
    table, arcs, enters = kernels.decompose(
        first, order, head, transit, flow, leaving, end, taken, at, room[0], room[1]
    )
    if len(table) and table[-1, 0] < 0:
        raise RuntimeError("the flow is not conserved")
    return table, kept[arcs], enters.astype(np.int64)


def least_total_arrival(network: FlowNetwork, horizon: int) -> DynamicFlow:
    """As many as can arrive by ``horizon``, and of all such flows one of least total arrival time.

    A minimum cost flow on the time-expanded network, cut down to where somebody can be and still
    reach a haven in time; arriving at step t costs t, being left more than any exchange can save
    (every haven once, the whole horizon each). Raises RuntimeError where OR-Tools finds none.
    """
    useful = reaches_haven(network)
    supply = np.where(useful, network.supply, 0)
    roads = _with_holdover(network) if network.waits_everywhere else network
    kept = np.flatnonzero(useful[roads.tail] & useful[roads.head] & (roads.capacity > 0))
    tail, head, transit = roads.tail[kept], roads.head[kept], roads.transit[kept]
    sources = np.flatnonzero(supply)
    soonest = _times(network.nodes, sources, tail, head, transit, horizon)
    latest = horizon - _times(network.nodes, np.array(network.havens), head, tail, transit, horizon)
    expanded = _Expanded(horizon, soonest, latest)
    arc, enter = expanded.arcs(tail, head, transit, roads.capacity[kept])
    expanded.terminals(network, supply, sources)
    persons = expanded.solve()
    flow = np.zeros((len(kept), horizon + 1), np.int32)
    flow[arc, enter] = persons[: len(arc)]
    leaving = np.zeros((len(sources), horizon + 1), np.int32)
    number = np.full(network.nodes, -1, np.int32)
    number[sources] = np.arange(len(sources))
    place, step = expanded.departures
    leaving[number[place], step] = persons[len(arc) : len(arc) + len(place)]
    ends = {v: s for s, v in enumerate(network.havens)}
    table, arcs, enters = _paths(roads, kept, flow, leaving, number, ends)
    is_road = arcs < len(network.tail)
    table[:, 5] = np.concatenate(([0], np.cumsum(is_road)))[table[:, 5]]
    arrivals = np.bincount(table[:, 4], table[:, 2], minlength=horizon + 1).astype(np.int64)
    nothing = np.empty((0, network.nodes), np.int32)
    return DynamicFlow(
        network, LEAST_TOTAL_ARRIVAL, horizon, arrivals, table, arcs[is_road], enters[is_road],
        np.where(useful, 0, network.supply), nothing, np.empty(0, np.int32),
    )  # fmt: skip


def _with_holdover(network: FlowNetwork) -> FlowNetwork:
    """Waiting for a step as an arc from every place to itself, after the others."""
    places = np.arange(network.nodes)
    people = np.full(network.nodes, max(1, int(network.supply.sum())))
    return FlowNetwork(
        network.nodes, np.concatenate((network.tail, places)),
        np.concatenate((network.head, places)), np.concatenate((network.capacity, people)),
        np.concatenate((network.transit, np.ones(network.nodes, np.int64))),
        network.supply, network.intake, True,
    )  # fmt: skip


def _times(nodes: int, starts: Ints, tail: Ints, head: Ints, transit: Ints, horizon: int) -> Ints:
    """Steps from the nearest of ``starts`` to every place, horizon + 1 where it is out of reach."""
    found = np.full(nodes, horizon + 1)
    found[starts] = 0
    while True:
        before = found.copy()
        np.minimum.at(found, head, before[tail] + transit)
        if np.array_equal(before, found):
            return found


class _Expanded:
    """The time-expanded network for OR-Tools: v at step t for soonest[v] ≤ t ≤ latest[v]."""

    def __init__(self, horizon: int, soonest: Ints, latest: Ints) -> None:
        self.horizon, self.soonest, self.latest = horizon, soonest, latest
        steps = np.maximum(0, latest - soonest + 1)
        self.offset = np.concatenate(([0], np.cumsum(steps))) - np.append(soonest, 0)
        self.nodes = int(steps.sum())
        self.graph = min_cost_flow.SimpleMinCostFlow()
        self.departures: tuple[Ints, Ints] = (np.empty(0, np.int64), np.empty(0, np.int64))

    def arcs(self, tail: Ints, head: Ints, transit: Ints, capacity: Ints) -> tuple[Ints, Ints]:
        """Adds every arc at every step of use; returns (arc, entering step) in their order."""
        since = np.maximum(self.soonest[tail], self.soonest[head] - transit)
        until = np.minimum(self.latest[tail], self.latest[head] - transit)
        arc, enter = _each(since, until)
        self._add(
            self.offset[tail[arc]] + enter, self.offset[head[arc]] + enter + transit[arc],
            np.minimum(capacity[arc], LARGEST), np.zeros(len(arc), np.int64),
        )  # fmt: skip
        return arc, enter

    def terminals(self, network: FlowNetwork, supply: Ints, sources: Ints) -> None:
        """Adds departures, havens, and the way of those who are left."""
        people, end = int(supply.sum()), self.nodes
        which, step = _each(np.zeros(len(sources), np.int64), self.latest[sources])
        self.departures = sources[which], step
        self._add(end + 1 + which, self.offset[sources[which]] + step, supply[sources[which]], 0)
        havens = np.array(network.havens, dtype=np.int64)
        first = end + 1 + len(sources)
        number, step = _each(self.soonest[havens], self.latest[havens])
        self._add(self.offset[havens[number]] + step, first + number, people, step)
        limit = np.array([network.intake[v] for v in havens.tolist()], dtype=np.int64)
        self._add(first + np.arange(len(havens)), end, np.where(limit < 0, people, limit), 0)
        left = (len(havens) + 1) * (self.horizon + 2)
        self._add(end + 1 + np.arange(len(sources)), end, supply[sources], left)
        self.graph.set_nodes_supplies(
            np.concatenate((end + 1 + np.arange(len(sources)), [end])),
            np.concatenate((supply[sources], [-people])),
        )

    def _add(self, tail: Ints, head: Ints | int, capacity: Ints | int, cost: Ints | int) -> None:
        full = np.broadcast_arrays(tail, head, capacity, cost)
        self.graph.add_arcs_with_capacity_and_unit_cost(
            *(np.ascontiguousarray(row, dtype=np.int64) for row in full)
        )

    def solve(self) -> Ints:
        """Persons on every arc, in the order in which they were added."""
        status = self.graph.solve()
        if status != self.graph.OPTIMAL:
            raise RuntimeError(f"the minimum cost flow was not found: {status}")
        return np.asarray(self.graph.flows(np.arange(self.graph.num_arcs())))


def _each(since: Ints, until: Ints) -> tuple[Ints, Ints]:
    """(which, step) for every step of every stretch from ``since`` to ``until``."""
    counts = np.maximum(0, until - since + 1)
    which = np.repeat(np.arange(len(counts)), counts)
    begun = np.cumsum(counts) - counts
    return which, np.arange(int(counts.sum())) - begun[which] + since[which]
