"""What the next round of an idle vehicle is worth at best, before anybody looks whether it fits.

A round can begin no earlier than the windows allow and carry no more than seats and those who wait.
Rounds are tried in the order of that best case, so that few of them have to be fitted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.movements import Floats, Option
from planner.problem import EvacuationProblem
from planner.solvers.dispatch import Dispatcher, Start

LEAST = 0.5
"""Nobody sends a vehicle for fewer units."""
Ints = NDArray[np.int64]
Round = tuple[float, int, Option, list[Start]]
"""Least rating, number, the loaded movement, and all movements of the round."""


@dataclass(frozen=True)
class _Carries:
    """Who can ride with which loaded movement of one mover, flat: one entry each."""

    row: Ints
    commodity: Ints
    seats: Floats


@dataclass(frozen=True)
class _Ways:
    """Rounds of one mover from one place: rows of the loaded movement among the mover's loaded
    ones, and numbers of the loaded movement and of the empty one before it (or -1)."""

    moves: list[list[Start]]
    rows: Ints
    loaded: Ints
    empty: Ints


class Outlook:
    """Rounds of vehicles in the order of the least that each can cost a head."""

    def __init__(
        self, problem: EvacuationProblem, dispatcher: Dispatcher,
        loaded: dict[int, list[Option]], urgency: list[float], taste: list[float],
    ) -> None:  # fmt: skip
        """``urgency`` by commodity and ``taste`` by option weigh gains and time spent."""
        self.problem = problem
        self.dispatcher = dispatcher
        self.options = dispatcher.conveyance.options
        self.loaded = loaded
        people = problem.commodities
        self.persons = np.array([float(c.persons) for c in people])
        self.weight = np.array([float(c.weight) for c in people])
        self.urgency = np.array(urgency)
        self.taste = np.array(taste)
        self.steps = np.array([o.steps for o in self.options], dtype=np.int64)
        self.waiting = np.zeros(len(people))
        """Units of each commodity that still want a seat."""
        self._tables: dict[int, tuple[Ints, Ints]] = {}
        self._carries: dict[int, _Carries] = {}
        self._ways: dict[tuple[int, str], _Ways] = {}

    def rounds(self, mover: int, at: str, free: int, earliest: int) -> Iterator[Round]:
        """Rounds of a vehicle that is free from a step on and may set out from another one on.

        The rating is time spent a head, as ``Extender`` rates; it cannot be less.
        """
        ways = self._ways_from(mover, at)
        if not ways.moves:
            return
        begin = self._begin(mover, ways, earliest)
        gain = self._gains(mover)[ways.rows]
        able = np.flatnonzero((begin < self.problem.grid.steps) & (gain > 0))
        loaded = ways.loaded[able]
        spent = begin[able] + self.steps[loaded] - free
        least = self.taste[loaded] * spent / gain[able]
        for position in np.argsort(least, kind="stable").tolist():
            number = int(able[position])
            option = self.options[int(ways.loaded[number])]
            yield float(least[position]), number, option, ways.moves[number]

    def _ways_from(self, mover: int, at: str) -> _Ways:
        if (mover, at) not in self._ways:
            moves: list[list[Start]] = []
            rows = []
            for row, option in enumerate(self.loaded.get(mover, [])):
                for way in self.dispatcher.ways([(option.index, 0)], at):
                    moves.append(way)
                    rows.append(row)
            loaded = [way[-1][0] for way in moves]
            empty = [way[0][0] if len(way) > 1 else -1 for way in moves]
            found = (np.array(numbers, dtype=np.int64) for numbers in (rows, loaded, empty))
            self._ways[mover, at] = _Ways(moves, *found)
        return self._ways[mover, at]

    def _begin(self, mover: int, ways: _Ways, earliest: int) -> Ints:
        """The first step at which each round's loaded movement may start; too late: the last."""
        table, row_of = self._table(mover)
        last = self.problem.grid.steps
        reached = np.full(len(ways.moves), min(earliest, last), dtype=np.int64)
        led = np.flatnonzero(ways.empty >= 0)
        empty = ways.empty[led]
        reached[led] = np.minimum(last, table[row_of[empty], reached[led]] + self.steps[empty])
        return table[row_of[ways.loaded], reached]

    def _table(self, mover: int) -> tuple[Ints, Ints]:
        """First start of each of a mover's movements from every step on; rows by option."""
        if mover not in self._tables:
            own = [option for option in self.options if option.mover == mover]
            steps = self.problem.grid.steps
            table = np.full((len(own), steps + 1), steps, dtype=np.int64)
            row_of = np.zeros(len(self.options), dtype=np.int64)
            for row, option in enumerate(own):
                row_of[option.index] = row
                table[row, :-1][option.starts] = np.flatnonzero(option.starts)
            table = np.minimum.accumulate(table[:, ::-1], axis=1)[:, ::-1]
            self._tables[mover] = (table, row_of)
        return self._tables[mover]

    def _gains(self, mover: int) -> Floats:
        """By loaded movement the most that a round's load can be worth."""
        carries = self._carries_of(mover)
        units = np.minimum(carries.seats, self.waiting[carries.commodity])
        who = carries.commodity
        gain = units * self.persons[who] * self.weight[who] * self.urgency[who]
        best = np.zeros(len(self.loaded[mover]))
        np.maximum.at(best, carries.row, np.where(units >= LEAST, gain, 0.0))
        return best

    def _carries_of(self, mover: int) -> _Carries:
        if mover not in self._carries:
            spec = self.dispatcher.conveyance.movers[mover]
            entries = [
                (row, carry.commodity)
                for row, option in enumerate(self.loaded[mover])
                for carry in option.carries
            ]
            rows = np.array([row for row, _ in entries], dtype=np.int64)
            who = np.array([commodity for _, commodity in entries], dtype=np.int64)
            units = [self.problem.commodities[k].unit for _, k in entries]
            seats = [float(spec.stretchers if u.stretchers else spec.seats) for u in units]
            self._carries[mover] = _Carries(rows, who, np.array(seats))
        return self._carries[mover]
