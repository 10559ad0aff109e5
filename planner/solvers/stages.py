"""Itineraries cut once a day: the pieces recombine freely.

A column for two weeks is one of countless combinations of days. Columns are cut at night where
nothing of a mover can be under way, and otherwise once a day between two movements; balance rows
say where vehicles are and from when on they are free.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from itertools import pairwise

import numpy as np
from ortools.math_opt.python import mathopt

from planner.problem import Conveyance
from planner.solvers.itineraries import Column, Departure
from planner.units import HOUR_S, TimeGrid

APART_S = 6 * HOUR_S
DAY_S = 24 * HOUR_S
State = tuple[int, int, str, int]
"""Mover, stage, place, and the step from which on a vehicle is free there."""


def cuts(conveyance: Conveyance, mover: int, grid: TimeGrid) -> tuple[int, ...]:
    """Steps at which the mover's columns are cut: while it stands still, or else once a day."""
    change = np.zeros(grid.steps + 1, dtype=np.int64)
    for option in conveyance.options:
        if option.mover == mover:
            starts = np.flatnonzero(option.starts)
            np.add.at(change, starts + 1, 1)
            np.add.at(change, np.minimum(starts + option.steps, grid.steps), -1)
    still = np.cumsum(change)[: grid.steps] == 0
    found = [0]
    for step in [*(np.flatnonzero(still[1:] & ~still[:-1]) + 1).tolist(), grid.steps]:
        while (step - found[-1]) * grid.step_s > DAY_S + APART_S:
            found.append(found[-1] + DAY_S // grid.step_s)
        if step < grid.steps and (step - found[-1]) * grid.step_s >= APART_S:
            found.append(step)
    return tuple(found[1:])


class Stages:
    """Where every mover's vehicles are at its cuts, as balance rows of one linear programme."""

    def __init__(self, conveyance: Conveyance, grid: TimeGrid, model: mathopt.Model) -> None:
        self.conveyance = conveyance
        self.model = model
        self.grid = grid
        self.cuts = [cuts(conveyance, i, grid) for i in range(len(conveyance.movers))]
        self.rows: dict[State, mathopt.LinearConstraint] = {}
        self.free_at: dict[tuple[int, int, str], list[int]] = {}
        """By mover, stage and place: the steps from which on vehicles are free there, in order."""
        self.strict = True
        self.astray: list[mathopt.Variable] = []
        """Ways to end where a vehicle may not stay for good."""
        for mover, spec in enumerate(conveyance.movers):
            first = self._row(self.state(mover, 0, spec.start, grid.up(spec.from_s)))
            first.lower_bound = first.upper_bound = spec.count
            if not self._may_end(mover, spec.start, grid.up(spec.from_s)):
                first.lower_bound = 0.0  # where a running plan has left it a vehicle may stay

    def state(self, mover: int, stage: int, place: str, free: int) -> State:
        """A vehicle that is free at a place from a step on, seen from the beginning of a stage."""
        begin = self.cuts[mover][stage - 1] if stage else 0
        return mover, stage, place, max(free, begin)

    def _row(self, state: State) -> mathopt.LinearConstraint:
        """The balance row of a state, made with those of standing there in all later stages."""
        if state in self.rows:
            return self.rows[state]
        mover, stage, place, free = state
        row = self.model.add_linear_constraint(lb=0.0, ub=0.0)
        self.rows[state] = row
        last = stage == len(self.cuts[mover])
        idle = self.model.add_variable(lb=0.0)
        if last and not self._may_end(mover, place, free):
            self._strand(idle)
        row.set_coefficient(idle, 1.0)
        if not last:
            later = self._row(self.state(mover, stage + 1, place, free))
            later.set_coefficient(idle, -1.0)
        if self.grid.spread_s:
            self._queue(state)
        return row

    def _queue(self, state: State) -> None:
        """Who is free at a place earlier may as well begin what begins there later.

        Where steps are spans of time only: itineraries found on another grid begin anywhere there,
        while rounding to whole vehicles does better without.
        """
        mover, stage, place, free = state
        known = self.free_at.setdefault((mover, stage, place), [])
        at = bisect_left(known, free)
        known.insert(at, free)
        for earlier, later in pairwise(known[max(0, at - 1) : at + 2]):
            wait = self.model.add_variable(lb=0.0)
            self.rows[mover, stage, place, earlier].set_coefficient(wait, 1.0)
            self.rows[mover, stage, place, later].set_coefficient(wait, -1.0)

    def _may_end(self, mover: int, place: str, free: int) -> bool:
        at = self.conveyance.places[mover].index(place)
        return bool(self.conveyance.may_end[mover][at, min(free, self.grid.steps - 1)])

    def stage(self, column: Column) -> int:
        """Between which cuts a column begins."""
        return bisect_right(self.cuts[column.mover], column.moves[0].step)

    def end_step(self, mover: int, stage: int) -> int:
        """The step at which a stage's last movement may begin at the latest."""
        return self.cuts[mover][stage] - 1 if stage < len(self.cuts[mover]) else self.grid.steps - 1

    def split(self, column: Column) -> list[Column]:
        """The pieces of an itinerary, in order of time; each knows from when on it could begin."""
        cuts_ = self.cuts[column.mover]
        pieces: list[Column] = []
        moves = list(zip(column.moves, column.loads, strict=True))
        since = column.since
        while moves:
            stage = bisect_right(cuts_, moves[0][0].step)
            end = self.end_step(column.mover, stage)
            part = [item for item in moves if item[0].step <= end]
            if self.conveyance.movers[column.mover].mode == "air":
                while len(part) < len(moves) and not self._loaded(part[-1][0]):
                    part.append(moves[len(part)])  # no stand is held overnight
            moves = moves[len(part) :]
            since = max(since, cuts_[stage - 1] if stage else 0)
            starts, loads = zip(*part, strict=True)
            pieces.append(Column(column.mover, tuple(starts), tuple(loads), since))
            since = self.free(pieces[-1])
        return pieces

    def _loaded(self, move: Departure) -> bool:
        return self.conveyance.options[move.option].loaded

    def free(self, column: Column) -> int:
        """The step from which on the vehicle is free after a column."""
        last = column.moves[-1]
        return last.step + self.conveyance.options[last.option].steps

    def count(self, column: Column, variable: mathopt.Variable) -> None:
        """A new piece in the balance rows: from where it begins to where it ends."""
        options, stage = self.conveyance.options, self.stage(column)
        begin = options[column.moves[0].option].origin
        end = options[column.moves[-1].option].destination
        row = self._row(self.state(column.mover, stage, begin, column.since))
        row.set_coefficient(variable, 1.0)
        if stage < len(self.cuts[column.mover]):
            later = self._row(self.state(column.mover, stage + 1, end, self.free(column)))
            later.set_coefficient(variable, -1.0)
        elif not self._may_end(column.mover, end, self.free(column)):
            self._strand(variable)

    def _strand(self, variable: mathopt.Variable) -> None:
        self.astray.append(variable)
        variable.upper_bound = 0.0 if self.strict else math.inf

    def let_stand(self) -> None:
        """From now on vehicles may end anywhere: whoever asks brings them home himself."""
        self.strict = False
        for variable in self.astray:
            variable.upper_bound = math.inf
