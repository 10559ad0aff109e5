"""Itineraries cut where a mover stands still anyhow, as at night: pieces recombine freely.

A column for two weeks is one of countless combinations of days. Where no movement of a mover can be
under way at some moment, its columns end there, and balance rows say where its vehicles are.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from itertools import groupby

import numpy as np
from ortools.math_opt.python import mathopt

from planner.problem import Conveyance
from planner.solvers.itineraries import Column
from planner.units import HOUR_S, TimeGrid

APART_S = 6 * HOUR_S


def cuts(conveyance: Conveyance, mover: int, grid: TimeGrid) -> tuple[int, ...]:
    """Steps between which the mover's columns lie: nothing can be under way then; one a night."""
    change = np.zeros(grid.steps + 1, dtype=np.int64)
    for option in conveyance.options:
        if option.mover == mover:
            starts = np.flatnonzero(option.starts)
            np.add.at(change, starts + 1, 1)
            np.add.at(change, np.minimum(starts + option.steps, grid.steps), -1)
    still = np.cumsum(change)[: grid.steps] == 0
    begins = np.flatnonzero(still[1:] & ~still[:-1]) + 1
    found: list[int] = []
    for step in begins:
        if (step - (found[-1] if found else 0)) * grid.step_s >= APART_S:
            found.append(int(step))
    return tuple(found)


class Stages:
    """Where every mover's vehicles are at its cuts, as balance rows of one linear programme."""

    def __init__(self, conveyance: Conveyance, grid: TimeGrid, model: mathopt.Model) -> None:
        self.conveyance = conveyance
        self.cuts = [cuts(conveyance, i, grid) for i in range(len(conveyance.movers))]
        self.rows: dict[tuple[int, int, str], mathopt.LinearConstraint] = {}
        for mover, spec in enumerate(conveyance.movers):
            idle: dict[str, mathopt.Variable] = {}
            for stage in range(len(self.cuts[mover]) + 1):
                places = conveyance.places[mover] if stage else (spec.base,)
                now: dict[str, mathopt.Variable] = {}
                for place in places:
                    count = 0 if stage else spec.count
                    row = model.add_linear_constraint(lb=count, ub=count)
                    most = math.inf if self._may_stay(mover, stage, place) else 0.0
                    now[place] = model.add_variable(lb=0.0, ub=most)
                    row.set_coefficient(now[place], 1.0)
                    if place in idle:
                        row.set_coefficient(idle[place], -1.0)
                    self.rows[mover, stage, place] = row
                idle = now

    def _may_stay(self, mover: int, stage: int, place: str) -> bool:
        """Whether a vehicle may stand at a place for the whole stage; in the last one, for good."""
        if stage < len(self.cuts[mover]) or not stage:
            return True
        at = self.conveyance.places[mover].index(place)
        return bool(self.conveyance.may_end[mover][at, self.cuts[mover][-1]])

    def stage(self, column: Column) -> int:
        """Between which cuts a column lies."""
        return bisect_right(self.cuts[column.mover], column.moves[0].step)

    def end_step(self, mover: int, stage: int, steps: int) -> int:
        """The last step of a stage: the next cut, or the last of the horizon."""
        return self.cuts[mover][stage] if stage < len(self.cuts[mover]) else steps - 1

    def split(self, column: Column) -> list[Column]:
        """The pieces of an itinerary, in order of time."""
        cuts_ = self.cuts[column.mover]
        moves = zip(column.moves, column.loads, strict=True)
        pieces = []
        for _, group in groupby(moves, key=lambda item: bisect_right(cuts_, item[0].step)):
            starts, loads = zip(*group, strict=True)
            pieces.append(Column(column.mover, tuple(starts), tuple(loads)))
        return pieces

    def count(self, column: Column, variable: mathopt.Variable) -> None:
        """A new column in the balance rows: from where it begins to where it ends."""
        options, stage = self.conveyance.options, self.stage(column)
        begin = options[column.moves[0].option].origin
        end = options[column.moves[-1].option].destination
        self.rows[column.mover, stage, begin].set_coefficient(variable, 1.0)
        later = self.rows.get((column.mover, stage + 1, end))
        if later is not None:
            later.set_coefficient(variable, -1.0)
