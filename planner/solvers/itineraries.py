"""Pricing: the itinerary of one mover that is worth most at given prices.

Prices turn every movement into a gain per start; the best chain of movements over the whole horizon
is one backward pass (see ``kernels``). A departure's seats are filled with whoever is worth most.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from planner.movements import Bools, Floats, Option
from planner.problem import Conveyance, EvacuationProblem
from planner.solvers.gains import Fills, Gains, Prices
from planner.solvers.kernels import NONE, STOP, WAIT, best_values

COSTS = ("left_behind", "missed_deadlines", "harm", "changes", "arrival", "effort")
Ints = NDArray[np.int64]
Layout = tuple[dict[str, int], Ints, Ints, Ints, Ints]
"""Of a mover: number of each place, its options by origin, where each origin's begin, and for each
option where it leads to and how many steps it takes."""
MUST = 1e9
DISCOURAGE = 0.3


class Departure(NamedTuple):
    """One start of one option."""

    option: int
    step: int


@dataclass(frozen=True)
class Column:
    """One mover's itinerary or a piece of it: movements, and whom each takes (units, fractional).

    ``since`` is the step from which on the vehicle has been free where it begins. With ``guests``
    it is no vehicle at all, but people who board a departure that is made anyway.
    """

    mover: int
    moves: tuple[Departure, ...]
    loads: tuple[tuple[tuple[int, float], ...], ...]
    since: int = 0
    guests: bool = False


class Pricer:
    """Prices itineraries of one conveyance."""

    def __init__(self, problem: EvacuationProblem, conveyance: Conveyance) -> None:
        self.problem = problem
        self.conveyance = conveyance
        self.moments = np.arange(problem.grid.steps, dtype=np.int64) * problem.grid.step_s
        self.steps = problem.grid.steps
        self.by_mover: list[list[Option]] = [[] for _ in conveyance.movers]
        for option in conveyance.options:
            if not option.goods:
                self.by_mover[option.mover].append(option)
        self.gains = [
            Gains(problem, spec, own)
            for spec, own in zip(conveyance.movers, self.by_mover, strict=True)
        ]
        self._graph = [self._layout(i) for i in range(len(conveyance.movers))]

    def _layout(self, mover: int) -> Layout:
        places = {p: i for i, p in enumerate(self.conveyance.places[mover])}
        own = self.by_mover[mover]
        order = sorted(range(len(own)), key=lambda i: (places[own[i].origin], i))
        first = np.zeros(len(places) + 1, dtype=np.int64)
        for option in own:
            first[places[option.origin] + 1 :] += 1
        to = np.array([places[o.destination] for o in own], dtype=np.int64)
        steps = np.array([o.steps for o in own], dtype=np.int64)
        return places, np.array(order, dtype=np.int64), first, to, steps

    # -- itineraries --------------------------------------------------------------------------

    def best(
        self, mover: int, prices: Prices, most: int = 1,
        starts: tuple[tuple[str, int], ...] | None = None,
    ) -> tuple[float, list[Column]]:  # fmt: skip
        """(worth of the best itinerary, up to ``most`` different good ones) of one mover.

        Vehicles begin at the base when the fleet becomes available, or at each of ``starts``
        (place, step); the worth is that of the first.
        """
        own = self.by_mover[mover]
        value, fills = self.gains[mover].at(prices)
        forced = self.conveyance.openings[mover].promised
        position = {option.index: i for i, option in enumerate(own)}
        for index, step in forced:
            value[position[index], step] += MUST
        spec = self.conveyance.movers[mover]
        starts = starts or ((spec.start, self.problem.grid.up(spec.from_s)),)
        columns: list[Column] = []
        worth = 0.0
        for attempt in range(most):
            found, new = self._one(mover, value, fills, starts)
            if attempt == 0:
                worth = found - MUST * len(forced)
            new = [column for column in new if column not in columns]
            if not new:
                break
            columns += new
            for column in new:
                for move, loads in zip(column.moves, column.loads, strict=True):
                    if loads:
                        near = value[position[move.option], max(0, move.step - 1) : move.step + 2]
                        near -= DISCOURAGE * np.abs(near) * (near > -1e299)
        return worth, columns

    def _one(
        self, mover: int, value: Floats, fills: Fills,
        starts: tuple[tuple[str, int], ...],
    ) -> tuple[float, list[Column]]:  # fmt: skip
        places, order, first, to, steps = self._graph[mover]
        best = np.empty((len(places), self.steps))
        choice = np.empty((len(places), self.steps), dtype=np.int64)
        may_end: Bools = self.conveyance.may_end[mover]
        wait = np.zeros((len(places), self.steps))
        wait[~may_end[:, -2], -2] = np.inf  # whoever may not end there does not sit out the horizon
        best_values(first, order, to, steps, value, wait, may_end, best, choice)
        found = []
        for place, step in starts:
            if step < self.steps:
                column = self._follow(mover, (places[place], step), choice, fills)
                if column is not None:
                    found.append(column)
        place, step = starts[0]
        return float(best[places[place], step]) if step < self.steps else 0.0, found

    def _follow(
        self, mover: int, start: tuple[int, int], choice: Ints, fills: Fills
    ) -> Column | None:
        own = self.by_mover[mover]
        _, _, _, to, steps = self._graph[mover]
        place, step = start
        since = step
        moves: list[Departure] = []
        loads: list[tuple[tuple[int, float], ...]] = []
        while step < self.steps:
            act = int(choice[place, step])
            if act == WAIT:
                step += int(np.argmax(choice[place, step:] != WAIT))
                continue
            if act in (STOP, NONE):
                break
            option = own[act]
            moves.append(Departure(option.index, step))
            loads.append(self._load(act, step, fills) if option.loaded else ())
            place, step = int(to[act]), step + int(steps[act])
        if not any(loads) and not self.conveyance.openings[mover].promised:
            return None
        return Column(mover, tuple(moves), tuple(loads), since)

    def _load(self, own: int, step: int, fills: Fills) -> tuple[tuple[int, float], ...]:
        """Who boards the mover's own n-th movement: (commodity, units)."""
        sits, lies, units = (int(fills.seated[own, step]), int(fills.lying[own, step]),
                             float(fills.units[own, step]))  # fmt: skip
        seats = fills.seats
        found: list[tuple[int, float]] = []
        if lies >= 0 and units > 0:
            found.append((lies, units))
            seats -= units * self.problem.commodities[lies].unit.seats
        if sits >= 0 and seats > 0:
            found.append((sits, seats))
        return tuple(found)
