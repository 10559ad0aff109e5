"""What movements earn at given prices, with their seats filled with whoever is worth most."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from planner.movements import Bools, Carry, Floats, Mover, Option
from planner.problem import EvacuationProblem
from planner.solvers.kernels import movement_gains
from planner.solvers.rows import Row, Uses

Ints = NDArray[np.int64]


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
    def vehicle_tolls(self) -> Floats:
        """By option and start what its vehicle pays for the limits that it uses."""
        return _tolls([(row.vehicle, price) for row, price in self.rows])

    @cached_property
    def head_tolls(self) -> Floats:
        """By option and start what each head on board pays."""
        return _tolls([(row.person, price) for row, price in self.rows])

    @cached_property
    def walk_tolls(self) -> dict[int, Floats]:
        """By own way and start what one unit pays."""
        found: dict[int, Floats] = {}
        for row, price in self.rows:
            for index, use in row.walk.items():
                found[index] = found.get(index, 0.0) + price * use
        return found

    @cached_property
    def spans(self) -> tuple[Ints, Floats, Floats]:
        """The hubs' marks and worths in one array each, and where each commodity's begin."""
        counts = [len(self.hubs[k][0]) if k in self.hubs else 0 for k in range(len(self.demand))]
        first = np.array([0, *accumulate(counts)], dtype=np.int64)
        own = [self.hubs[k] for k in sorted(self.hubs)]
        marks = np.concatenate([marks for marks, _ in own]) if own else np.zeros(0)
        return first, marks, np.concatenate([worth for _, worth in own]) if own else np.zeros(0)


def _tolls(uses: list[tuple[Uses, float]]) -> Floats:
    """Prices summed up by option and start; options beyond the last row pay nothing."""
    uses = [(use, price) for use, price in uses if len(use.keys)]
    if not uses:
        return np.zeros((0, 1))
    steps = uses[0][0].steps
    keys = np.concatenate([use.keys for use, _ in uses])
    prices = np.concatenate([price * use.amounts for use, price in uses])
    options = int(keys.max()) // steps + 1
    total = np.bincount(keys, weights=prices, minlength=options * steps)
    return total.reshape(options, steps).astype(np.float64, copy=False)


@dataclass(frozen=True)
class Fills:
    """Who boards each movement of a mover at each start: numbers of commodities (-1: nobody)."""

    seated: NDArray[np.int32]
    lying: NDArray[np.int32]
    units: Floats
    """Units lying."""
    seats: float


class _Table:
    """Arrays of one length, each kept once."""

    def __init__(self) -> None:
        self.rows: list[NDArray[np.generic]] = []
        self._known: dict[bytes, int] = {}

    def row(self, values: NDArray[np.generic]) -> int:
        """The number of the row that holds these values."""
        number = self._known.setdefault(values.tobytes(), len(self.rows))
        if number == len(self.rows):
            self.rows.append(values)
        return number


class Gains:
    """What the movements of one mover earn, for all starts at once."""

    def __init__(self, problem: EvacuationProblem, mover: Mover, own: list[Option]) -> None:
        self.problem = problem
        self.mover = mover
        flags, harms = _Table(), _Table()
        riders = [self._riders(option) for option in own]
        self.movement = np.array(
            [
                (
                    flags.row(o.starts),
                    harms.row(o.crew_harm),
                    o.index,
                    o.depart_s + o.spread_s,
                    o.end_s,
                )
                for o in own
            ],
            dtype=np.int64,
        ).reshape(len(own), 5)
        self.effort = np.array([o.effort for o in own], dtype=np.float64)
        self.changes = [(i, o.changes) for i, o in enumerate(own) if o.changes is not None]
        self.first = np.array([0, *accumulate(len(some) for some in riders)], dtype=np.int64)
        pairs, units = [], []
        for option, some in zip(own, riders, strict=True):
            for carry in some:
                who = problem.commodities[carry.commodity]
                rows = (flags.row(carry.may), harms.row(carry.harm),
                        harms.row(np.asarray(carry.missed, dtype=np.float64)))  # fmt: skip
                into = problem.at_hub(who.transit, option.destination)
                final = into is None or option.destination in problem.havens
                pairs.append((who.index, *rows, -1 if final else into,
                              who.index if who.is_hub else -1))  # fmt: skip
                units.append((who.persons, who.unit.seats, who.unit.stretchers))
        self.pairs = np.array(pairs, dtype=np.int64).reshape(len(pairs), 6)
        self.units_of = np.array(units, dtype=np.float64).reshape(len(pairs), 3)
        steps = problem.grid.steps
        self.flags: Bools = np.array(flags.rows, dtype=np.bool_).reshape(-1, steps)
        self.harms: Floats = np.array(harms.rows, dtype=np.float64).reshape(-1, steps)

    def _riders(self, option: Option) -> list[Carry]:
        """Who can ride and has somewhere to go from there; those who sit come first."""
        if not option.loaded:
            return []
        people = self.problem.commodities
        found = [
            carry
            for carry in option.carries
            if option.destination in self.problem.havens
            or self.problem.at_hub(people[carry.commodity].transit, option.destination) is not None
        ]
        return sorted(found, key=lambda carry: people[carry.commodity].unit.stretchers > 0)

    def at(self, prices: Prices) -> tuple[Floats, Fills]:
        """Gain of every movement at every start (-1e300: it may not), and who boards."""
        shape = (len(self.movement), self.problem.grid.steps)
        value, units = np.empty(shape), np.empty(shape)
        seated, lying = np.empty(shape, dtype=np.int32), np.empty(shape, dtype=np.int32)
        weight = [
            prices.weight.get(level, 0.0)
            for level in ("harm", "missed_deadlines", "arrival", "effort")
        ]
        movement_gains(
            self.movement, self.effort, self.first, self.pairs, self.units_of, self.flags,
            self.harms, np.array(weight), prices.demand, self.problem.grid.step_s,
            prices.vehicle_tolls, prices.head_tolls, *prices.spans,
            np.array([float(self.mover.seats), float(self.mover.stretchers)]),
            value, seated, lying, units,
        )  # fmt: skip
        changed = prices.weight.get("changes", 0.0)
        for movement, weights in self.changes if changed else ():
            value[movement] -= changed * weights
        return value, Fills(seated, lying, units, float(self.mover.seats))
