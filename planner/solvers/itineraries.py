"""Pricing: the itinerary of one mover that is worth most at given prices.

Prices turn every movement into a gain per start; the best chain of movements over the whole horizon
is one backward pass (see ``kernels``). A departure's seats are filled with whoever is worth most.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from planner.movements import Bools, Floats, Option
from planner.problem import Conveyance, EvacuationProblem
from planner.solvers.kernels import NONE, STOP, WAIT, best_values
from planner.solvers.rows import Row, Uses
from planner.units import HOUR_S

COSTS = ("left_behind", "missed_deadlines", "harm", "arrival", "effort")
Fill = tuple[Floats, Floats, Floats, Floats]
"""Per start: gain, seated commodity, lying commodity, lying units."""
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


@dataclass
class Prices:
    """Prices of one round: duals of the master, all with the sign of a price to pay.

    ``weight`` of each level's cost; ``demand[k]`` earned by a unit of a home commodity that is
    taken; ``hubs[k]`` the marks in time of a hub commodity and what a unit is worth that enters in
    the span before each (whoever leaves pays as much); ``rows`` the shared limits and prices.
    """

    weight: dict[str, float]
    demand: Floats
    hubs: dict[int, tuple[Floats, Floats]]
    rows: list[tuple[Row, float]] = field(default_factory=list)

    @cached_property
    def vehicle_tolls(self) -> Tolls:
        """By option and start what its vehicle pays for the limits that it uses."""
        return Tolls([(row.vehicle, price) for row, price in self.rows])

    @cached_property
    def head_tolls(self) -> Tolls:
        """By option and start what each head on board pays."""
        return Tolls([(row.person, price) for row, price in self.rows])

    @cached_property
    def walk_tolls(self) -> dict[int, Floats]:
        """By own way and start what one unit pays."""
        found: dict[int, Floats] = {}
        for row, price in self.rows:
            for index, use in row.walk.items():
                found[index] = found.get(index, 0.0) + price * use
        return found


class Tolls:
    """Prices of rows, summed up by option and start."""

    def __init__(self, uses: list[tuple[Uses, float]]) -> None:
        uses = [(use, price) for use, price in uses if len(use.keys)]
        self._rows: Floats | None = None
        if uses:
            steps = uses[0][0].steps
            keys = np.concatenate([use.keys for use, _ in uses])
            prices = np.concatenate([price * use.amounts for use, price in uses])
            options = int(keys.max()) // steps + 1
            total = np.bincount(keys, weights=prices, minlength=options * steps)
            self._rows = total.reshape(options, steps).astype(np.float64, copy=False)

    def of(self, option: int) -> Floats | float:
        """What each start of an option pays."""
        if self._rows is None or option >= len(self._rows):
            return 0.0
        found: Floats = self._rows[option]
        return found


class Pricer:
    """Prices itineraries of one conveyance."""

    def __init__(self, problem: EvacuationProblem, conveyance: Conveyance) -> None:
        self.problem = problem
        self.conveyance = conveyance
        self.moments = np.arange(problem.grid.steps, dtype=np.int64) * problem.grid.step_s
        self.steps = problem.grid.steps
        self.arrival_h = [(self.moments + o.end_s) / HOUR_S for o in conveyance.options]
        self.by_mover: list[list[Option]] = [[] for _ in conveyance.movers]
        for option in conveyance.options:
            if not option.goods:
                self.by_mover[option.mover].append(option)
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

    # -- prices -------------------------------------------------------------------------------

    def _hub_worth(self, prices: Prices, hub: int, stamps: NDArray[np.int64]) -> Floats:
        """What a unit in the hub is worth at each stamp."""
        marks, worth = prices.hubs[hub]
        at = np.minimum(np.searchsorted(marks, stamps, side="left"), len(marks) - 1)
        return np.asarray(worth[at])

    def unit_gains(self, prices: Prices, option: Option) -> list[tuple[int, Floats]]:
        """(commodity, gain per unit for each start) of everyone whom the option can take."""
        found = []
        final = option.destination in self.problem.havens
        weight = prices.weight
        person_price = prices.head_tolls.of(option.index)
        for carry in option.carries:
            commodity = self.problem.commodities[carry.commodity]
            gain = -weight.get("harm", 0.0) * carry.harm - commodity.persons * person_price
            gain = gain - weight.get("missed_deadlines", 0.0) * carry.missed
            if final:
                arrival = commodity.persons * self.arrival_h[option.index]
                gain = gain - weight.get("arrival", 0.0) * arrival
            else:
                hub = self.problem.at_hub(commodity.transit, option.destination)
                if hub is None:
                    continue
                stamps = self.moments + option.end_s
                gain = gain + self._hub_worth(prices, hub, stamps)
            if commodity.is_hub:
                stamps = self.moments + option.depart_s + self.problem.grid.spread_s
                gain = gain - self._hub_worth(prices, commodity.index, stamps)
            else:
                gain = gain + prices.demand[commodity.index]
            found.append((commodity.index, np.where(carry.may, gain, -np.inf)))
        return found

    def move_gain(self, prices: Prices, option: Option) -> Floats:
        """Gain of the empty vehicle's movement: what it costs and what it uses up."""
        gain = -prices.weight.get("harm", 0.0) * option.crew_harm
        gain = gain - prices.weight.get("effort", 0.0) * option.effort
        gain = gain - prices.vehicle_tolls.of(option.index)
        return np.where(option.starts, gain, -np.inf)

    def fill(
        self, option: Option, gains: list[tuple[int, Floats]]
    ) -> tuple[Floats, Floats, Floats, Floats]:
        """Best filling of the seats by start: (gain, who is seated, who lies, units lying)."""
        mover = self.conveyance.movers[option.mover]
        top = np.zeros(self.steps)
        seated = np.full(self.steps, -1.0)
        lying = np.full(self.steps, -1.0)
        units = np.zeros(self.steps)
        for index, gain in gains:
            if self.problem.commodities[index].unit.stretchers == 0:
                better = gain > top
                top = np.where(better, gain, top)
                seated = np.where(better, index, seated)
        total = mover.seats * top
        extra = np.zeros(self.steps)
        for index, gain in gains:
            unit = self.problem.commodities[index].unit
            if unit.stretchers:
                most = mover.stretchers / unit.stretchers
                more = most * (gain - unit.seats * top)
                better = more > extra
                extra = np.where(better, more, extra)
                lying = np.where(better, index, lying)
                units = np.where(better, most, units)
        return total + extra, seated, lying, units

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
        value, fills = self._gains(own, prices)
        forced = self.conveyance.openings[mover].promised
        position = {option.index: i for i, option in enumerate(own)}
        for index, step in forced:
            value[position[index], step] += MUST
        value[~np.isfinite(value)] = -1e300
        spec = self.conveyance.movers[mover]
        starts = starts or ((spec.base, self.problem.grid.up(spec.from_s)),)
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

    def _gains(self, own: list[Option], prices: Prices) -> tuple[Floats, dict[int, Fill]]:
        """Gain of every movement with its seats filled at best, by movement and start."""
        value = np.empty((len(own), self.steps))
        fills = {}
        for i, option in enumerate(own):
            value[i] = self.move_gain(prices, option)
            if option.loaded:
                fills[option.index] = self.fill(option, self.unit_gains(prices, option))
                value[i] += fills[option.index][0]
        return value, fills

    def _one(
        self, mover: int, value: Floats, fills: dict[int, Fill],
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
        self, mover: int, start: tuple[int, int], choice: Ints, fills: dict[int, Fill]
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
            loads.append(self._load(option, step, fills))
            place, step = int(to[act]), step + int(steps[act])
        if not any(loads) and not self.conveyance.openings[mover].promised:
            return None
        return Column(mover, tuple(moves), tuple(loads), since)

    def _load(
        self, option: Option, step: int, fills: dict[int, Fill]
    ) -> tuple[tuple[int, float], ...]:
        if not option.loaded:
            return ()
        _, seated, lying, units = fills[option.index]
        seats = float(self.conveyance.movers[option.mover].seats)
        found: list[tuple[int, float]] = []
        if lying[step] >= 0 and units[step] > 0:
            commodity = self.problem.commodities[int(lying[step])]
            found.append((commodity.index, float(units[step])))
            seats -= float(units[step]) * commodity.unit.seats
        if seated[step] >= 0 and seats > 0:
            found.append((int(seated[step]), seats))
        return tuple(found)
