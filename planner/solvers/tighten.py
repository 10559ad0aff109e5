"""Rounds made sooner or safer at nobody's cost, once a choice stands.

A search that ends by the clock leaves rounds by a long way round, or later than need be. Here every
round of a vehicle is tried once more, by each way between its ends and from the moment on at which
the vehicle is free; what has been booked for all others stays. A round is changed only where it
ends no later, endangers those on board no more and misses no deadline more.
"""

from __future__ import annotations

import time
from collections import defaultdict

from planner.movements import Carry, Option
from planner.problem import EvacuationProblem
from planner.schedule import Chosen
from planner.solvers.dispatch import Dispatcher, Start
from planner.solvers.extend import Vehicle

TINY = 1e-12


class Tightener:
    """One choice, its vehicles booked with a Dispatcher that has booked nothing else of them."""

    def __init__(self, problem: EvacuationProblem, dispatcher: Dispatcher, chosen: Chosen) -> None:
        self.problem = problem
        self.dispatcher = dispatcher
        self.options = dispatcher.conveyance.options
        self.aboard: dict[Start, dict[int, float]] = defaultdict(dict)
        """By departure: units that board it, by commodity."""
        for (option, step, commodity), units in chosen.boarding.items():
            self.aboard[option, step][commodity] = units
        self.twins: dict[tuple[int, str, str], list[Option]] = defaultdict(list)
        for one in self.options:
            if one.loaded:
                self.twins[one.mover, one.origin, one.destination].append(one)
        self.changed = 0

    def run(self, placed: tuple[Vehicle, ...], until: float) -> list[Vehicle]:
        """The vehicles with sooner or safer rounds, until a moment (time.monotonic)."""
        found = [(mover, list(moves)) for mover, moves in placed]
        for _, moves in found:
            self.dispatcher.book(moves, [])
        for mover, moves in found:
            if self._may_change(mover):
                self._vehicle(mover, moves, until)
        return [(mover, tuple(moves)) for mover, moves in found]

    def _may_change(self, mover: int) -> bool:
        """Not where something was promised, crews are followed, or stands are counted."""
        dispatcher = self.dispatcher
        promised = dispatcher.conveyance.openings[mover].starts
        followed = dispatcher.turns.log(mover, []) is not None
        return not promised and not followed and not dispatcher.counts_stands(mover)

    def _vehicle(self, mover: int, moves: list[Start], until: float) -> None:
        first = 0
        for old in self.dispatcher.rounds(list(moves)):
            if time.monotonic() > until:
                return
            last = self.options[old[-1][0]]
            if last.loaded and last.destination in self.problem.havens:
                done, rest = moves[:first], moves[first + len(old) :]
                new = self._sooner(mover, old, done)
                moves[:] = [*done, *new, *rest]
                old = new
            first += len(old)

    def _sooner(self, mover: int, old: list[Start], done: list[Start]) -> list[Start]:
        """The round, or a better one, booked."""
        at, free = self.dispatcher.stands(mover, done)
        last = self.options[old[-1][0]]
        aboard = self.aboard.get(old[-1], {})
        self.dispatcher.cancel(old, done)
        best, rank = old, self._cost(old, aboard)
        since = old[-1][1] if last.origin in self.problem.hubs else 0
        for twin in self.twins[mover, last.origin, last.destination]:
            carries = {carry.commodity: carry for carry in twin.carries}
            if not aboard.keys() <= carries.keys():
                continue
            for way in self.dispatcher.ways([(twin.index, since)], at):
                new = self.dispatcher.fit(way, free, done)
                if new is None:
                    continue
                self.dispatcher.cancel(new, done)
                if not all(carries[k].may[new[-1][1]] for k in aboard):
                    continue
                cost = self._cost(new, aboard)
                if self._intakes(new[-1]) != self._intakes(old[-1]):
                    continue
                if cost < rank and all(a <= b + TINY for a, b in zip(cost[:3], rank, strict=False)):
                    best, rank = new, cost
        self.dispatcher.book(best, done)
        self.changed += best is not old
        return best

    def _intakes(self, move: Start) -> list[int]:
        """The limits that count those who arrive."""
        option = self.options[move[0]]
        end_s = move[1] * self.problem.grid.step_s + option.end_s
        return self.problem.intakes(option.destination, end_s)

    def _cost(self, moves: list[Start], aboard: dict[int, float]) -> tuple[float, ...]:
        """Deadlines missed, harm, end and effort of a round, with those on board."""
        option, step = self.options[moves[-1][0]], moves[-1][1]
        carries: dict[int, Carry] = {carry.commodity: carry for carry in option.carries}
        missed = sum(n * carries[k].missed[step] for k, n in aboard.items())
        harm = sum(n * carries[k].harm[step] for k, n in aboard.items())
        for number, moment in moves:
            harm += self.options[number].crew_harm[moment]
        end_s = step * self.problem.grid.step_s + option.end_s
        return missed, harm, float(end_s), sum(self.options[number].effort for number, _ in moves)
