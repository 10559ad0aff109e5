"""One solve of a programme: HiGHS or SCIP by way of MathOpt, or CP-SAT on whole numbers.

The bound is the solver's dual bound, never its value. CP-SAT takes whole numbers alone: people are
whole there, which they are, and coefficients become whole without making anything dearer or
tighter than it is (costs and uses rounded down, caps up), so that its bound holds for the programme
as it was; most coefficients are whole at the scale chosen, and then nothing is rounded at all.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction

import numpy as np
from ortools.math_opt.python import mathopt
from ortools.math_opt.solvers import highs_pb2
from ortools.sat.python import cp_model

from planner.movements import Floats
from planner.solvers import cpsat
from planner.solvers.compact_program import Program

SOLVERS = {"highs": mathopt.SolverType.HIGHS, "gscip": mathopt.SolverType.GSCIP}
THREADED = ("gscip",)
FINE = 10**6
"""Largest common denominator by which a row is made whole without rounding."""
LARGEST = 2.0**55
"""No sum of whole costs may grow beyond this."""
SIZED = 1024.0
FIRST_S, LONGER = 1.0, 2.0
"""Seconds of the first stage of a solve, and how many times as long each later one is."""
FAILED = "the solver failed"
NODE_S = 0.01
"""Seconds of CP-SAT's own, repeatable clock that count as a node."""
ENDED = {
    mathopt.TerminationReason.OPTIMAL: "optimal",
    mathopt.TerminationReason.FEASIBLE: "feasible",
    mathopt.TerminationReason.INFEASIBLE: "infeasible",
    mathopt.TerminationReason.NO_SOLUTION_FOUND: "nothing found",
}


def never() -> bool:
    """Nobody asks to stop."""
    return False


def unheard() -> None:
    """Nobody wants to know."""


@dataclass(frozen=True)
class Stop:
    """When a solve ends: seconds, relative gap, threads where the solver takes them.

    With ``nodes`` a solve ends by its own count instead of the clock, so that it repeats itself:
    CP-SAT and SCIP, not HiGHS. ``asked``: whether somebody asks to stop; heard between stages.
    ``on_late`` is called where the clock ends a solve before its optimum. HiGHS ends as well once
    it has a solution of no more than ``enough``, and after ``most_nodes``, by clock all the same.
    """

    time_s: float = 60.0
    gap: float = 0.0
    threads: int = 1
    seed: int = 0
    nodes: int | None = None
    asked: Callable[[], bool] = never
    on_late: Callable[[], None] = unheard
    enough: float = -math.inf
    most_nodes: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What a solver found: the columns' values (None: nothing), their cost, the proven bound."""

    solution: Floats | None
    value: float
    bound: float
    status: str
    seconds: float


Hold = tuple[Floats, float]


def staged(
    program: Program, objective: Floats, holds: list[Hold], solver: str, stop: Stop,
    hint: Floats | None = None,
) -> Outcome:  # fmt: skip
    """``optimise`` in stages, each longer than the one before and begun with what is known.

    No solver hears reliably of a stop from outside while it solves: whoever asks for one waits for
    the end of a stage, about as long as the solve has taken so far.
    """
    if stop.nodes is not None:
        return optimise(program, objective, holds, solver, stop, hint)
    until = time.monotonic() + stop.time_s
    length_s = FIRST_S
    best: Outcome | None = None
    while True:
        left_s = until - time.monotonic()
        part = replace(stop, time_s=min(left_s, length_s))
        known = hint if best is None or best.solution is None else best.solution
        found = optimise(program, objective, holds, solver, part, known)
        best = found if best is None else _joint(best, found)
        if found.status in ("optimal", "infeasible", FAILED) or stop.asked():
            return best
        if left_s <= length_s:
            stop.on_late()
            return best
        length_s *= LONGER


def _joint(a: Outcome, b: Outcome) -> Outcome:
    """The better solution of two solves of one programme, and the higher bound."""
    better = b if b.value <= a.value else a
    status = b.status if b.status in ("optimal", "infeasible") or better is b else a.status
    return replace(better, bound=max(a.bound, b.bound), status=status,
                   seconds=a.seconds + b.seconds)  # fmt: skip


def optimise(
    program: Program, objective: Floats, holds: list[Hold], solver: str, stop: Stop,
    hint: Floats | None = None,
) -> Outcome:  # fmt: skip
    """Least Σ objective × column, each of ``holds`` (coefficients, cap) kept.

    ``solver`` is highs, gscip or cpsat. ``status`` is optimal (within the gap asked for), feasible,
    infeasible or nothing found.
    """
    if solver == "cpsat":
        return _cpsat(program, objective, holds, stop, hint)
    begun = time.monotonic()
    scale = _scale(objective)
    scaled = [(own * _scale(own), cap * _scale(own)) for own, cap in holds]
    model = program.mathopt(objective * scale, scaled)
    hints = []
    if hint is not None:
        values = {v: float(hint[v.id]) for v in model.variables() if program.integer[v.id]}
        hints.append(mathopt.SolutionHint(variable_values=values))
    parameters = mathopt.SolveParameters(
        time_limit=None if stop.nodes else timedelta(seconds=max(0.1, stop.time_s)),
        relative_gap_tolerance=stop.gap,
        absolute_gap_tolerance=0.0 if stop.gap else 1e-9,
        random_seed=stop.seed, threads=stop.threads if solver in THREADED else None,
        node_limit=stop.nodes, highs=_highs(stop, scale),
    )  # fmt: skip
    try:
        result = mathopt.solve(
            model, SOLVERS[solver], params=parameters,
            model_params=mathopt.ModelSolveParameters(solution_hints=hints),
        )  # fmt: skip
    except (RuntimeError, AttributeError):  # the solver gave up inside: it has proven nothing
        return Outcome(None, math.inf, -math.inf, FAILED, time.monotonic() - begun)
    status = ENDED.get(result.termination.reason, result.termination.reason.name.lower())
    bound = result.termination.objective_bounds.dual_bound / scale
    solution = None
    if result.has_primal_feasible_solution():
        solution = np.zeros(len(program.lower))
        for variable, amount in result.variable_values().items():
            solution[variable.id] = amount
        solution[program.integer] = np.round(solution[program.integer])
    value = math.inf if solution is None else float(objective @ solution)
    return Outcome(solution, value, bound, status, time.monotonic() - begun)


def _highs(stop: Stop, scale: float) -> highs_pb2.HighsOptionsProto:
    """What MathOpt has no parameter for."""
    options = highs_pb2.HighsOptionsProto()
    if math.isfinite(stop.enough):
        options.double_options["objective_target"] = stop.enough * scale
    if stop.most_nodes is not None:
        options.int_options["mip_max_nodes"] = stop.most_nodes
    return options


def relaxation(program: Program, objective: Floats, holds: list[Hold], stop: Stop) -> Outcome:
    """The linear relaxation's optimum, by HiGHS; the value is its bound."""
    begun = time.monotonic()
    scale = _scale(objective)
    scaled = [(own * _scale(own), cap * _scale(own)) for own, cap in holds]
    model = program.mathopt(objective * scale, scaled, relaxed=True)
    parameters = mathopt.SolveParameters(time_limit=timedelta(seconds=max(0.1, stop.time_s)))
    result = mathopt.solve(model, mathopt.SolverType.HIGHS, params=parameters)
    status = ENDED.get(result.termination.reason, result.termination.reason.name.lower())
    bound = result.termination.objective_bounds.dual_bound / scale
    solution = None
    if result.has_primal_feasible_solution():
        solution = np.array([result.variable_values(v) for v in model.variables()])
    value = math.inf if solution is None else float(objective @ solution)
    return Outcome(solution, value, bound, status, time.monotonic() - begun)


def _scale(costs: Floats) -> float:
    """A power of two that brings small costs to a size that a solver's tolerances can tell."""
    most = float(np.abs(costs).max(initial=0.0))
    return 2.0 ** math.floor(math.log2(SIZED / most)) if 0 < most < 1 else 1.0


# ------------------------------------------------------------------ CP-SAT


def _cpsat(
    program: Program, objective: Floats, holds: list[Hold], stop: Stop, hint: Floats | None
) -> Outcome:
    begun = time.monotonic()
    model = cp_model.CpModel()
    most = np.minimum(program.upper, 2.0**40)
    columns = [
        model.new_int_var(math.ceil(low - 1e-9), math.floor(high + 1e-9), "")
        for low, high in zip(program.lower.tolist(), most.tolist(), strict=True)
    ]
    first = np.searchsorted(program.rows, np.arange(len(program.row_lower) + 1))
    for row, (low, high) in enumerate(
        zip(program.row_lower.tolist(), program.row_upper.tolist(), strict=True)
    ):
        inside = slice(first[row], first[row + 1])
        own = [columns[c] for c in program.columns[inside].tolist()]
        _whole_row(model, own, program.values[inside].tolist(), (low, high))
    for own_costs, cap in holds:
        used = np.flatnonzero(own_costs)
        costs, scale = _whole_costs(own_costs[used], most[used])
        expression = cp_model.LinearExpr.weighted_sum([columns[c] for c in used.tolist()], costs)
        model.add_linear_constraint(expression, -(2**60), math.ceil(cap * scale))
    paid = np.flatnonzero(objective)
    costs, scale = _whole_costs(objective[paid], most[paid])
    model.minimize(cp_model.LinearExpr.weighted_sum([columns[c] for c in paid.tolist()], costs))
    if hint is not None:
        for column, value in zip(columns, hint.tolist(), strict=True):
            model.add_hint(column, round(value))
    solver = cpsat.solver()
    if stop.nodes is None:
        solver.parameters.max_time_in_seconds = max(0.1, stop.time_s)
    else:
        solver.parameters.max_deterministic_time = max(1, stop.nodes) * NODE_S
    solver.parameters.num_workers = stop.threads
    solver.parameters.random_seed = stop.seed
    solver.parameters.relative_gap_limit = stop.gap
    ended = solver.solve(model)
    status = {
        cp_model.OPTIMAL: "optimal", cp_model.FEASIBLE: "feasible",
        cp_model.INFEASIBLE: "infeasible",
    }.get(ended, "nothing found")  # fmt: skip
    solution = None
    if ended in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        solution = np.array([solver.value(column) for column in columns], dtype=np.float64)
    value = math.inf if solution is None else float(objective @ solution)
    bound = solver.best_objective_bound / scale if status != "infeasible" else math.inf
    return Outcome(solution, value, bound, status, time.monotonic() - begun)


def _whole_row(
    model: cp_model.CpModel, columns: list[cp_model.IntVar], values: list[float],
    ends: tuple[float, float],
) -> None:  # fmt: skip
    """Σ values × columns within both ends, in whole numbers; where rounded, a little looser."""
    if not columns:
        return
    finite = [x for x in (*values, *ends) if math.isfinite(x)]
    scale = math.lcm(*(Fraction(x).limit_denominator(FINE).denominator for x in finite))
    scale = min(scale, FINE)
    low, high = ends
    if math.isfinite(high):
        down = [math.floor(x * scale + 1e-6) for x in values]
        top = math.ceil(high * scale - 1e-6)
        expression = cp_model.LinearExpr.weighted_sum(columns, down)
        model.add_linear_constraint(expression, -(2**60), top)
    if math.isfinite(low):
        up = [math.ceil(x * scale - 1e-6) for x in values]
        floor = math.floor(low * scale + 1e-6)
        expression = cp_model.LinearExpr.weighted_sum(columns, up)
        model.add_linear_constraint(expression, floor, 2**60)


def _whole_costs(costs: Floats, most: Floats) -> tuple[list[int], float]:
    """Costs rounded down at a scale, and the scale: seconds for hours, else as fine as fits.

    ``most`` is the most that each column may be.
    """
    size = max(float(np.abs(costs) @ most), 1e-9)
    for scale in (1.0, 3600.0):
        whole = np.round(costs * scale)
        if size * scale < LARGEST and np.allclose(costs * scale, whole, rtol=0, atol=1e-6):
            return [int(x) for x in whole.tolist()], scale
    scale = min(2.0**40, 2.0 ** math.floor(math.log2(LARGEST / size)))
    return [math.floor(x) for x in (costs * scale).tolist()], scale
