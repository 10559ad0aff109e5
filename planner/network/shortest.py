"""Shortest paths between chosen nodes, all pairs at once (scipy's Dijkstra)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planner.network.ways import Ints
from planner.network.zones import Bools, Floats


@dataclass(frozen=True)
class Chains:
    """One path a row: ``ways[start[i]:start[i+1]]`` leads from ``source[i]`` to ``target[i]``.

    Sources and targets are positions in the lists asked for; pairs without a path have no row.
    """

    source: Ints
    target: Ints
    start: Ints
    ways: Ints


def shortest_paths(
    graph: tuple[Ints, Ints, int],
    cost: Floats,
    usable: Bools,
    sources: Sequence[int],
    targets: Sequence[int],
    wanted: Bools,
) -> Chains:
    """Cheapest paths by ``cost`` over usable ways of ``(tail, head, number of nodes)``.

    ``wanted[i, j]`` says whether a path from ``sources[i]`` to ``targets[j]`` is asked for. Costs
    are not negative. Ties go the same way for the same input.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    tail, head, nodes = graph
    rows, columns = np.nonzero(wanted)
    origin = np.asarray(sources, dtype=np.int64)[rows]
    goal = np.asarray(targets, dtype=np.int64)[columns]
    ways = np.flatnonzero(usable)
    order = np.lexsort((ways, cost[ways], head[ways], tail[ways]))
    ways = ways[order]
    arc = tail[ways] * nodes + head[ways]
    first = np.ones(len(ways), dtype=np.bool_)
    first[1:] = arc[1:] != arc[:-1]  # of parallel ways the cheapest
    ways, arc = ways[first], arc[first]
    asked, row_of = np.unique(origin, return_inverse=True)
    if not len(asked) or not len(ways):
        none = np.zeros(0, dtype=np.int64)
        return Chains(none, none, np.zeros(1, dtype=np.int64), none)
    # A tiny cost a way keeps ways of no length in the matrix and paths free of idle loops.
    matrix = csr_array((cost[ways] + 1e-6, (tail[ways], head[ways])), shape=(nodes, nodes))
    _, before = dijkstra(matrix, indices=asked, return_predecessors=True)
    steps = _unrolled(before, row_of, origin, goal)
    found = (steps[0] >= 0) if len(steps) else np.zeros(len(goal), dtype=np.bool_)
    return _chains(steps, found, (rows, columns, goal), (ways, arc, nodes))


def _unrolled(before: Ints, row_of: Ints, origin: Ints, goal: Ints) -> list[Ints]:
    """The nodes before each goal, one step back a list entry, for all pairs; -1 past the origin."""
    steps: list[Ints] = []
    here = goal.copy()
    open_ = here != origin
    while open_.any():
        back = np.full(len(here), -1, dtype=np.int64)
        back[open_] = before[row_of[open_], here[open_]]
        back[back < 0] = -1
        steps.append(back)
        here = back
        open_ = (here >= 0) & (here != origin)
    return steps


def _chains(
    steps: list[Ints],
    found: Bools,
    pairs: tuple[Ints, Ints, Ints],
    kept: tuple[Ints, Ints, int],
) -> Chains:
    rows, columns, goal = pairs
    ways, arc, nodes = kept
    index = np.flatnonzero(found)
    if not len(index):
        none = np.zeros(0, dtype=np.int64)
        return Chains(none, none, np.zeros(1, dtype=np.int64), none)
    trail = np.stack([goal[index], *(step[index] for step in steps)])[::-1].T
    there = trail >= 0
    joined = there[:, 1:] & there[:, :-1]
    keys = trail[:, :-1][joined] * nodes + trail[:, 1:][joined]
    start = np.concatenate([[0], np.cumsum(joined.sum(axis=1))]).astype(np.int64)
    return Chains(rows[index], columns[index], start, ways[np.searchsorted(arc, keys)])
