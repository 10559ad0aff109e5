"""Bounds by the prices of another problem: what a change can gain at most, without a search.

Lagrange's bound holds at any prices (``solvers.columns``). The base's own prices are nearly the
best ones for a base that differs in one thing, so one round of pricing bounds each level of the
changed problem; where nothing that changed has a price, the bound is the base's own.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from planner.problem import EvacuationProblem
from planner.solvers import Limits, Solver
from planner.solvers.columns import ColumnEngine, LevelBound

TOLERANCE = 2e-4
Prices = dict[tuple[object, ...], float]
RowKey = tuple[str, str, int, int, int]
"""Kind, place or link, moment, end of the window, width: what tells rows of limits apart."""


@dataclass(frozen=True)
class Priced:
    """What is known of one problem: ``bounds`` and ``prices`` by level, and its rows and marks.

    The bound of a level holds for every plan no worse than ``values`` on the levels before.
    ``open``: the share by which it might still rise had there been more time.
    """

    values: dict[str, float]
    bounds: dict[str, float]
    open: dict[str, float]
    prices: dict[str, Prices]
    rows: tuple[RowKey, ...]
    marks: tuple[tuple[int, int], ...]


def price(
    problem: EvacuationProblem, values: dict[str, float], time_s: float,
    should_stop: Callable[[], bool] | None = None,
) -> Priced:  # fmt: skip
    """Bounds and prices of every level of the problem, those before held at ``values``.

    ``should_stop`` is asked after every round; what is known by then is a bound all the same.
    """
    engine, begun = _engine(problem), time.monotonic()
    levels = problem.scenario.priorities.levels
    found: dict[str, LevelBound] = {}
    for position, level in enumerate(levels):
        until = begun + time_s * (position + 1) / len(levels)
        found[level] = _optimised(engine, levels, level, values, until, should_stop=should_stop)
    return Priced(
        {level: values[level] for level in levels},
        {level: _told(result, values) for level, result in found.items()},
        {level: _open(result) for level, result in found.items()},
        {level: result.prices or {} for level, result in found.items()},
        tuple(row.key for row, _ in engine.master.rows.values()),
        tuple((hub, m) for hub, marks in engine.master.hubs.marks.items() for m in marks[:-1]),
    )


def bounds_at(
    problem: EvacuationProblem, known: Priced, time_s: float, *, same_people: bool
) -> dict[str, float]:
    """Bounds of the levels of a changed problem for plans no worse than ``known.values``.

    First at the prices of ``known`` (where the problems have the ``same_people``); then the first
    level, where its bound is weaker than without the change, at prices of its own for ``time_s`` at
    most.
    """
    engine, begun = _engine(problem), time.monotonic()
    levels, values = problem.scenario.priorities.levels, known.values
    found: dict[str, float] = dict.fromkeys(levels, 0.0)
    if same_people:
        _take_rows(engine, problem, known)
        for level in levels:
            if known.prices[level]:
                at_once = _optimised(
                    engine, levels, level, values, begun, known.prices[level], rounds=0
                )
                found[level] = _told(at_once, values)
    first = levels[0]
    if found[first] < known.bounds[first] - 1e-6:
        own = _optimised(engine, levels, first, values, begun + time_s)
        found[first] = max(found[first], _told(own, values))
    return found


def _engine(problem: EvacuationProblem) -> ColumnEngine:
    """The engine that proves: its vehicles are relaxed."""
    return Solver(problem, Limits()).prover


def _take_rows(engine: ColumnEngine, problem: EvacuationProblem, known: Priced) -> None:
    """The rows that prices of ``known`` belong to, with the limits of the problem at hand."""
    for hub, mark in known.marks:
        engine.master.hubs.split(hub, mark)
    limits = {(x.kind, x.at, x.window[1]): x for x in problem.limits}
    for kind, at, moment_s, window_end, width_s in known.rows:
        limit = limits.get((kind, at, window_end))
        if limit is not None:
            engine.master.add_limit_row(limit, moment_s, width_s)


def _optimised(
    engine: ColumnEngine, levels: tuple[str, ...], level: str, values: dict[str, float],
    until: float, prices: Prices | None = None, rounds: int = 1000,
    should_stop: Callable[[], bool] | None = None,
) -> LevelBound:  # fmt: skip
    stop = should_stop or (lambda: False)
    holds = {
        before: values[before] + 1e-9 * max(1.0, abs(values[before]))
        for before in levels[: levels.index(level)]
    }
    target = values[level] - 1e-6 * max(1.0, abs(values[level]))
    return engine.optimise(
        level, holds, until=until, tolerance=TOLERANCE, target=target, prices=prices,
        rounds=rounds, on_round=lambda value, bound: stop(),
    )  # fmt: skip


def _open(result: LevelBound) -> float:
    """Between the bound and the relaxed optimum over the columns found, as a share of it."""
    if result.converged:
        return 0.0
    return max(0.0, result.value - result.bound) / max(1e-9, abs(result.value))


def _told(result: LevelBound, values: dict[str, float]) -> float:
    """No bound is below zero, and none above a value that was reached with less."""
    return max(0.0, min(result.bound, values[result.level]))
