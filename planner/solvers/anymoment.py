"""Bounds in continuous time: no plan beats them, whenever its vehicles leave.

The steps of the problem that is bounded here are spans of time (``problem.pose``, ``any_moment``):
whatever really happens in a span happens at its beginning, takes whole spans rounded down, meets
the least danger of any moment in it, and uses of a shared limit only what surely falls into the
hour. So every real plan has its like in that problem, at no higher cost. What the grid's bound lies
above this one is the price of the grid (or how much the spans blur); what the plan lies above the
grid's bound is left to the solver.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from planner.problem import EvacuationProblem, pose
from planner.scenario import LevelName
from planner.solvers.columns import ColumnEngine
from planner.solvers.memory import Memory, recall

LONGEST_S = 300
SHORTEST_S = 10
TOLERANCE = 2e-4


def span_s(problem: EvacuationProblem) -> int | None:
    """The longest span, a part of the step, in which no movement fits twice.

    None where some movement is shorter than any span that could be reckoned with.
    """
    shortest = min((o.end_s for o in problem.relaxed.options if o.starts.any()), default=LONGEST_S)
    most = min(problem.grid.step_s, LONGEST_S, shortest)
    for span in range(most, SHORTEST_S - 1, -1):
        if problem.grid.step_s % span == 0:
            return span
    return None


def bounds(
    problem: EvacuationProblem, memory: Memory, values: dict[str, float],
    levels: tuple[LevelName, ...], *, width_s: int, time_s: float, should_stop: Callable[[], bool],
) -> dict[str, float]:  # fmt: skip
    """By each of ``levels`` a bound with those before it held at ``values``.

    ``memory`` is that of a search on the grid. Every level gets an equal share of ``time_s``;
    empty where ``span_s`` finds no span.
    """
    span = span_s(problem)
    if span is None:
        return {}
    spans = pose(
        problem.scenario, problem.network, step_s=span, effort=problem.effort, any_moment=True
    )
    engine = ColumnEngine(spans, spans.relaxed, width_s)
    prices, proofs = recall(_finer(memory, span), engine)
    begun, found, holds = time.monotonic(), dict[str, float](), dict[str, float]()
    for number, level in enumerate(levels, start=1):
        result = engine.optimise(
            level, holds, until=begun + time_s * number / len(levels), tolerance=TOLERANCE,
            prices=proofs.get(level) or prices.get(level), target=values[level] - 1e-6,
            on_round=lambda value, bound: should_stop(),
        )  # fmt: skip
        found[level] = max(0.0, result.bound)
        holds[level] = values[level] + 1e-9 * max(1.0, abs(values[level]))
    return found


def _finer(memory: Memory, span: int) -> Memory:
    """The same search on a grid of spans."""
    factor = memory.step_s // span
    columns = tuple(
        replace(
            trace, since=trace.since * factor,
            legs=tuple((route, loaded, step * factor) for route, loaded, step in trace.legs),
        )
        for trace in memory.columns
    )  # fmt: skip
    walks = tuple((who, route, step * factor) for who, route, step in memory.walks)
    return replace(memory, step_s=span, columns=columns, walks=walks)
