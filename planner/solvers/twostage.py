"""One compact programme over several worlds at once, with the same first departures in all of them.

Each world has the rows and columns of its own problem (``compact``). Departures before the first
stage is over are those of the first block, the case as it is stated. Where one of these cannot be
made in a world, or not be boarded by somebody who could board it in the first, it and what its
mover does after it may be left out there: that is looser than the truth, so that the bound holds.
The measure is the mean of the worst 1 - alpha share of the worlds (the mean of all with alpha 0),
in the linear form of Rockafellar and Uryasev (2000).
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from planner.movements import Bools, Floats, Option
from planner.network import Route
from planner.problem import EvacuationProblem
from planner.schedule import Chosen
from planner.solvers.compact import Compact, build
from planner.solvers.compact_program import Builder, Ints, Program
from planner.solvers.compact_scope import not_taken
from planner.solvers.compact_size import estimate
from planner.solvers.compact_solve import Hold, Outcome, Stop, staged
from planner.solvers.engine import Limits
from planner.solvers.memory import names_of_movers

FEW_WHOLE = 4000
"""Possible departures over all worlds up to which the programme is tried."""
CAP_MB = 3000.0
CRUMB = 1e-6
WHOLE = ("left_behind", "missed_deadlines")
OptionKey = tuple[object, tuple[object, ...], bool, bool]


@dataclass(frozen=True)
class TwoStage:
    """``chosen``: what the first block does; ``bound``: what no first stage can beat by the
    measure of people left behind; ``value`` what was found (both by heads, not households)."""

    chosen: Chosen | None
    value: float
    bound: float


def two_stage_fits(first: EvacuationProblem, worlds: int) -> bool:
    """Whether so many worlds like the first are small enough, and ask nothing that is not known."""
    size = estimate(first, first.plan)
    several = worlds + 1
    return (
        not not_taken(first)
        and first.relaxed is first.plan
        and size.whole * several <= FEW_WHOLE
        and size.megabytes * several <= CAP_MB
    )


def two_stage(
    first: EvacuationProblem, worlds: Sequence[EvacuationProblem], until_s: int, alpha: float,
    levels: Sequence[str], limits: Limits,
) -> TwoStage | None:  # fmt: skip
    """The best first stage for equally likely worlds; None where they cannot be laid side by side.

    ``levels`` are minimised one after the other by the measure, people left behind first, and then
    in the first block alone. Problems are posed with ``every_way``.
    """
    problems = [first, *worlds]
    if any(names_of_movers(p) != names_of_movers(first) for p in worlds):
        return None
    if any(p.relaxed is not p.plan for p in problems):
        return None
    nodes = limits.node_limit
    stop = Stop(time_s=limits.time_s, seed=limits.seed, nodes=nodes)
    # CP-SAT alone has a clock that runs alike on every machine, and takes whole numbers alone.
    solver = "gscip" if nodes is None else "cpsat"
    known = [x for x in levels if nodes is None or x in WHOLE]
    return _Joint(problems, until_s, alpha).solve(known, stop, solver)


class _Joint:
    """The blocks, the rows between them, and the measure of each level."""

    def __init__(self, problems: list[EvacuationProblem], until_s: int, alpha: float) -> None:
        self.blocks: list[Compact] = [build(p, p.plan, plan=False) for p in problems]
        self.alpha = alpha
        self.until = -(-until_s // problems[0].grid.step_s)
        """The first step that is not decided now."""
        self.builder = Builder(())
        self.columns: list[Ints] = [self._add(block.program) for block in self.blocks]
        for number in range(1, len(self.blocks)):
            self._link(number)

    def _add(self, program: Program) -> Ints:
        columns = self.builder.columns(
            len(program.lower), program.upper, lower=program.lower, integer=program.integer
        )
        rows = self.builder.rows(len(program.row_lower), program.row_lower, program.row_upper)
        self.builder.put(rows[program.rows], columns[program.columns], program.values)
        return columns

    # ------------------------------------------------------------------ the same first departures

    def _options(self, number: int) -> dict[OptionKey, Option]:
        problem = self.blocks[number].problem
        names = names_of_movers(problem)
        return {
            (names[o.mover], _way(problem.network.routes[o.route]), o.loaded, o.goods): o
            for o in problem.plan.options
        }

    def _link(self, number: int) -> None:
        """Rows by which a world departs on the first day as the first block does, and no more."""
        base, here = self._options(0), self._options(number)
        breaks = self._breaks(number, base, here)
        for key, option in here.items():
            own = self.blocks[number].at.vehicles[option.index][: self.until]
            twin = base.get(key)
            others = (
                np.full(len(own), -1, dtype=np.int64) if twin is None
                else self.blocks[0].at.vehicles[twin.index][: self.until]
            )  # fmt: skip
            for step in range(len(own)):
                self._pair(number, int(own[step]), int(others[step]), step < breaks[option.mover])

    def _pair(self, number: int, own: int, other: int, is_sure: bool) -> None:
        """x = y where it is sure that it can be made, else x at most y."""
        if own < 0:
            return
        row = self.builder.rows(1, 0.0 if is_sure and other >= 0 else -np.inf, 0.0)
        self.builder.put(row, self.columns[number][own], 1.0)
        if other >= 0:
            self.builder.put(row, self.columns[0][other], -1.0)

    def _breaks(
        self, number: int, base: dict[OptionKey, Option], here: dict[OptionKey, Option]
    ) -> list[int]:
        """By mover the first step from which on a departure of the first block may be impossible
        in a world, or not boarded by all who could."""
        found = [self.until] * len(self.blocks[0].problem.plan.movers)
        for key, option in base.items():
            twin = here.get(key)
            lost = option.starts.copy()
            if twin is not None:
                lost &= ~twin.starts
                lost |= self._less_boarded(number, option, twin)
            steps = np.flatnonzero(lost[: self.until])
            if len(steps):
                found[option.mover] = min(found[option.mover], int(steps[0]))
        return found

    def _less_boarded(self, number: int, option: Option, twin: Option) -> Bools:
        who = self.blocks[0].problem.commodities
        there = self.blocks[number].problem.commodities
        mine = {_name(there[c.commodity]): c.may for c in twin.carries}
        lost = np.zeros(len(option.starts), dtype=np.bool_)
        for carry in option.carries:
            may = mine.get(_name(who[carry.commodity]))
            if may is not None:
                lost |= carry.may & ~may
        return lost

    # ------------------------------------------------------------------ solving

    def _measure(self, level: str) -> list[tuple[Ints, Floats]]:
        """The columns of a level's measure and what they cost: a threshold, and by world what lies
        above it. Their rows are made here."""
        worlds = len(self.blocks) - 1
        most = [
            float(np.abs(block.program.costs[level]) @ np.minimum(block.program.upper, 2.0**40))
            for block in self.blocks[1:]
        ]  # fmt: skip
        top = max([*most, 1.0])
        threshold = self.builder.columns(1, math.ceil(top))
        over = self.builder.columns(worlds, math.ceil(top))
        rows = self.builder.rows(worlds, -np.inf, 0.0)
        self.builder.put(rows, over, -1.0)
        self.builder.put(rows, threshold, -1.0)
        for row, block, columns in zip(
            rows.tolist(), self.blocks[1:], self.columns[1:], strict=True
        ):
            cost = block.program.costs[level]
            used = np.flatnonzero(cost)
            self.builder.put(row, columns[used], cost[used])
        return [(threshold, np.ones(1)), (over, np.full(worlds, 1 / ((1 - self.alpha) * worlds)))]

    def solve(self, levels: Sequence[str], stop: Stop, solver: str) -> TwoStage:
        """See ``two_stage``."""
        asked = [x for x in levels if any(b.program.costs[x].any() for b in self.blocks)]
        measured = {level: self._measure(level) for level in asked}
        program = self.builder.finish()
        objectives = [self._vector(program, measured[level]) for level in asked]
        for level in asked:
            own = np.zeros(len(program.lower))
            own[self.columns[0]] = self.blocks[0].program.costs[level]
            objectives.append(own)
        begun = time.monotonic()
        holds: list[Hold] = []
        first: Outcome | None = None
        best: Floats | None = None
        for number, objective in enumerate(objectives):
            left_s = begun + stop.time_s - time.monotonic()
            if best is not None and (left_s < 0.2 or stop.asked()):
                break
            part = replace(stop, time_s=max(0.5, left_s / min(2, len(objectives) - number)))
            found = staged(program, objective, holds, solver, part, best)
            first = first or found
            if found.solution is None:
                break
            best = found.solution
            value = float(objective @ best)
            holds.append((objective, value + CRUMB * max(1.0, abs(value))))
        assert first is not None
        bound = first.bound if math.isfinite(first.bound) else 0.0
        chosen = None if best is None else self.blocks[0].chosen(best[self.columns[0]])
        value = math.inf if first.solution is None else first.value
        return TwoStage(chosen, value, max(0.0, bound))

    def _vector(self, program: Program, parts: list[tuple[Ints, Floats]]) -> Floats:
        found = np.zeros(len(program.lower))
        for columns, costs in parts:
            found[columns] = costs
        return found


def _way(route: Route) -> tuple[object, ...]:
    """What makes a way the same in every network, whatever it is called there."""
    ends = (route.origin, route.destination, route.profile)
    return (*ends, route.length_m, route.travel_s, route.points)


def _name(commodity: object) -> tuple[object, ...]:
    """What a commodity is called in every world."""
    fields = ("group", "means", "unit", "place", "is_hub")
    return tuple(getattr(commodity, field) for field in fields)
