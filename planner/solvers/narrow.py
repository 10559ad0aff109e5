"""The compact programme over few departures: those that the itineraries found so far make.

Where people change from one vehicle to another, rounding itineraries one by one does not come near
enough: ships and the buses to them have to fit each other. But column generation has named the
departures that a good plan can be made of, and over these alone the compact programme is small.
The few large vehicles are made whole first, everybody else in between; then all the others.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from planner.movements import Bools, Floats, Option
from planner.problem import Conveyance, EvacuationProblem
from planner.schedule import Chosen, Start
from planner.solvers import compact
from planner.solvers.compact_program import Program
from planner.solvers.compact_scope import not_taken
from planner.solvers.compact_size import estimate
from planner.solvers.compact_solve import Stop, optimise

FEW = 4
"""Vehicles of one mover up to which they are made whole before the others."""
ROUGH = 0.005
"""The gap to which these are."""
ROOM = 0.55
"""The share of what may be lost that whole large vehicles may take of it."""
CRUMB = 1e-6
FEW_NODES = 20
"""Where other departures may still be tried: it shows at the root whether these will do."""
MOST_WHOLE = 4000
SOLVER = "highs"
Found = tuple[float, Chosen]


@dataclass(frozen=True)
class Aim:
    """Σ weight × level is to be least: the relaxed optimum, and a value that is good enough."""

    weights: dict[str, float]
    relaxed: float
    enough: float


def suits(problem: EvacuationProblem) -> bool:
    """Whether the compact programme has a row for everything that the problem asks for."""
    return not not_taken(problem)


def choose(
    problem: EvacuationProblem, conveyance: Conveyance, choices: Sequence[Collection[Start]],
    aim: Aim, stop: Stop,
) -> Chosen | None:  # fmt: skip
    """The best choice with no other departures than those of one of ``choices``, tried in turn
    until one is good enough. ``stop`` holds for the large vehicles and for the others in turn.
    None where nothing is found in time, or where there are too many departures.
    """
    best: Found | None = None
    stop = replace(stop, enough=aim.enough)
    for starts in choices:
        narrow = _narrowed(conveyance, starts)
        size = estimate(problem, narrow)
        if size.whole > MOST_WHOLE or size.megabytes > compact.CAP_MB or stop.asked():
            break
        found = _whole(compact.build(problem, narrow), aim, stop, is_last=starts is choices[-1])
        if found is not None and (best is None or found[0] < best[0]):
            best = found
        if best is not None and best[0] <= aim.enough:
            break
    return None if best is None else best[1]


def _whole(model: compact.Compact, aim: Aim, stop: Stop, *, is_last: bool) -> Found | None:
    """Whole vehicles; None where the large ones alone lose too much, unless it is the last try.

    In the last try the others keep at first to the departures that they make beside whole large
    ones while they are not whole themselves.
    """
    objective, program = model.objective(aim.weights), model.program
    tries = [program]
    large = _large(model)
    if large.any() and (program.integer & ~large).any():
        part = replace(program, integer=program.integer & large)
        first = optimise(part, objective, [], SOLVER, replace(stop, gap=ROUGH, enough=-math.inf))
        if first.value > aim.relaxed + ROOM * (aim.enough - aim.relaxed) and not is_last:
            return None
        if first.solution is not None:
            tries = [_fixed(program, large, first.solution)]
        if first.solution is not None and is_last:
            idle = program.integer & ~large & (first.solution < CRUMB)
            tries.insert(0, _fixed(tries[0], idle, np.maximum(program.lower, 0.0)))
    best: Found | None = None
    for number, tried in enumerate(tries):
        nodes = None if is_last and number == len(tries) - 1 else FEW_NODES
        found = optimise(tried, objective, [], SOLVER, replace(stop, most_nodes=nodes))
        if found.solution is not None and (best is None or found.value < best[0]):
            best = found.value, model.chosen(found.solution)
        if found.value <= aim.enough or stop.asked():
            break
    return best


def _narrowed(conveyance: Conveyance, starts: Iterable[Start]) -> Conveyance:
    """The conveyance with these departures, and those that have been promised, alone."""
    steps = len(conveyance.options[0].starts) if conveyance.options else 0
    kept: Bools = np.zeros((len(conveyance.options), steps), dtype=np.bool_)
    promised = (start for opening in conveyance.openings for start in opening.starts)
    for option, step in (*starts, *promised):
        kept[option, step] = True

    def part(option: Option) -> Option:
        own = option.starts & kept[option.index]
        carries = tuple(replace(carry, may=carry.may & own) for carry in option.carries)
        return replace(option, starts=own, carries=carries)

    return replace(conveyance, options=tuple(part(option) for option in conveyance.options))


def _large(model: compact.Compact) -> Bools:
    """The columns that are starts of movers with few vehicles."""
    found: Bools = np.zeros(len(model.program.lower), dtype=np.bool_)
    for option in model.conveyance.options:
        if model.conveyance.movers[option.mover].count <= FEW:
            columns = model.at.vehicles[option.index]
            found[columns[columns >= 0]] = True
    return found


def _fixed(program: Program, which: Bools, solution: Floats) -> Program:
    """The programme with some of its columns as a solution has them."""
    lower, upper = program.lower.copy(), program.upper.copy()
    lower[which] = upper[which] = np.round(solution[which])
    return replace(program, lower=lower, upper=upper)
