"""Column generation: the bound of a level, and the itineraries that a good plan is made of.

Dantzig and Wolfe's decomposition. The bound is Lagrange's: at any prices,

    Σ price x demand - Σ price x limit - Σ movers x max(0, worth of the best itinerary)

is no more than the cost of any plan that keeps the levels before; it needs no trust in the master.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from planner.problem import Conveyance, EvacuationProblem
from planner.solvers.gains import Prices
from planner.solvers.itineraries import Column, Departure, Pricer
from planner.solvers.master import SCALE, Key, Master, Walk
from planner.solvers.traffic import Separator, Traffic
from planner.units import HOUR_S

SMOOTHING = 0.75
MOST = 6
BROKEN = (16, 4)
"""Moments at which one limit becomes rows at a time: without hubs, and with them."""
LEAN, FAT, NEWEST = 500, 1200, 150
"""Columns beyond which the master is begun anew, before a level and within one; what is kept."""
ROOMY = (0.8, 3.0, 0.5)
"""The same for each balance row of the master, where that is more."""


@dataclass(frozen=True)
class LevelBound:
    """Outcome for one level: optimum over the columns found, proven bound, and its prices."""

    level: str
    value: float
    bound: float
    rounds: int
    converged: bool
    prices: dict[Key, float] | None = field(default=None, repr=False)


class ColumnEngine:
    """Itinerary columns over one conveyance; keeps its columns from level to level."""

    def __init__(
        self, problem: EvacuationProblem, conveyance: Conveyance, width_s: int = 0
    ) -> None:
        self.problem = problem
        self.conveyance = conveyance
        self.width_s = width_s
        self.master = Master(problem, conveyance)
        self.pricer = Pricer(problem, conveyance)
        self.separator = Separator(problem, conveyance, width_s)
        self.traffic = Traffic()
        self.duals: dict[Key, float] = {}
        self.broken_most = BROKEN[bool(width_s)]
        self.fine = not width_s
        """Whether spans of people in hubs are split where a solution abuses them."""
        if width_s:
            self._mark_hubs()

    def sharpen(self) -> bool:
        """From now on rows hold at every moment, not on average; False where they do already."""
        if not self.width_s:
            return False
        self.width_s, self.fine = 0, True
        self.separator = Separator(self.problem, self.conveyance)
        return True

    def _mark_hubs(self) -> None:
        """A mark in every hour in which somebody may arrive: a span holds one hour's arrivals."""
        step_s = self.problem.grid.step_s
        stamps: dict[str, set[int]] = {}
        for option in self.conveyance.options:
            if option.loaded:
                ends = np.flatnonzero(option.starts) * step_s + option.end_s
                stamps.setdefault(option.destination, set()).update((-(-ends // HOUR_S)).tolist())
        for hub in self.master.hubs.heads:
            for hour in sorted(stamps.get(self.problem.commodities[hub].place, ())):
                if hour * HOUR_S < self.problem.grid.horizon_s:
                    self.master.hubs.split(hub, hour * HOUR_S)

    def adopt(self, other: ColumnEngine, keep: int | None = None) -> None:
        """Rows and columns of another engine, so that its prices mean something here.

        With ``keep`` only columns in use there and the last so many of the others.
        """
        for hub, marks in other.master.hubs.marks.items():
            for mark in marks[:-1]:
                self.master.hubs.split(hub, mark)
        for row, _ in other.master.rows.values():
            self.master.add_limit_row(row.limit, row.moment_s, row.width_s)
        movers = self.conveyance.movers
        fleets = {(mover.fleet, mover.must): i for i, mover in enumerate(movers)}
        options = self.conveyance.options
        twins = {(o.mover, o.route, o.loaded): o for o in options if not o.goods}
        used = {number for number, _ in other.master.amounts()}
        first = 0 if keep is None else len(other.master.columns) - keep
        for number, (column, _, _) in enumerate(other.master.columns):
            if column.guests or (number < first and number not in used):
                continue
            spec = other.conveyance.movers[column.mover]
            mover = fleets[spec.fleet, spec.must]
            made = []
            for move in column.moves:
                option = other.conveyance.options[move.option]
                twin = twins.get((mover, option.route, option.loaded))
                if twin is None or not twin.starts[move.step]:
                    break
                made.append(Departure(twin.index, move.step))
            else:
                share = self.conveyance.movers[mover].ships / spec.ships
                loads = tuple(tuple((k, n * share) for k, n in load) for load in column.loads)
                self.master.add_column(Column(mover, tuple(made), loads, column.since))
        for walk, _, _ in other.master.walks:
            self.master.add_walk(walk)

    def optimise(
        self, level: str, holds: dict[str, float], *, until: float, tolerance: float = 1e-4,
        target: float | None = None, on_round: Callable[[float, float], bool] | None = None,
        rounds: int = 1000, prices: dict[Key, float] | None = None, hope: bool = False,
    ) -> LevelBound:  # fmt: skip
        """Least cost of ``level`` with the levels before held at ``holds``.

        Stops when value and bound are within ``tolerance`` of the value, when the
        bound reaches ``target``, after ``rounds``, or at the moment ``until`` (time.monotonic).
        ``prices`` to begin with may come from another engine whose rows were adopted. With ``hope``
        it stops as well once the optimum shows that the bound cannot reach ``target``.
        """
        unit = SCALE[level]
        if not self.master.solved or not self.master.aims({level: 1.0}, holds):
            self._thin(LEAN)
            self.master.aim({level: 1.0}, holds)
        best, centre = -np.inf, prices
        value, number, converged = np.inf, 0, False
        if centre is not None:
            self.master.know(centre)
            best, _ = self._round(centre)
            if target is not None and best / unit >= target:
                return LevelBound(level, np.inf, float(best / unit), 1, True, centre)
        while number < rounds:
            number += 1
            self._thin(FAT)
            value, clean = self.solve(0)
            duals = self.duals
            smooth = duals if centre is None else _between(duals, centre, SMOOTHING)
            bound, grown = self._round(smooth)
            if not grown and smooth is not duals:
                exact, grown = self._round(duals)
                if exact > bound:
                    bound, smooth = exact, duals
            if bound > best:
                best, centre = bound, smooth
            stop = on_round is not None and on_round(value / unit, best / unit)
            near = value - best <= tolerance * max(unit, abs(value))
            reached = target is not None and best / unit >= target
            if reached or (clean and (near or not grown)):
                converged = True
                break
            lost = hope and clean and target is not None and value / unit < target
            if stop or lost or time.monotonic() > until:
                break
        return LevelBound(level, float(value / unit), float(best / unit), number, converged, centre)

    def lean(self, newest: int) -> ColumnEngine:
        """An engine of its own that knows what mattered in the last optimum."""
        found = copy(self)
        found.master = self.master.thinned(newest)
        return found

    def _thin(self, size: int) -> None:
        """Begins the master anew where most of its columns and rows no longer matter."""
        rows = len(self.master.stages.rows)
        size = max(size, int(rows * ROOMY[size == FAT]))
        if self.master.solved and len(self.master.columns) > size:
            self.master = self.master.thinned(max(NEWEST, int(rows * ROOMY[2])))

    def solve(self, rounds: int = 3) -> tuple[float, bool]:
        """Master optimum with broken limits added as rows; whether none is broken any more.

        ``duals`` are those of the last optimum, before the rows that it made necessary.
        """
        for _ in range(rounds + 1):
            value, self.traffic = self.master.solve()
            self.duals = self.master.duals()
            if not self.separate():
                return value, True
        return value, False

    def separate(self) -> bool:
        """Adds rows for the limits that the last solution breaks; whether there were any."""
        added = False
        if self.fine:
            for hub, moment in self.separator.hubs_broken(self.traffic):
                added |= self.master.hubs.split(hub, moment)
        for limit, moment in self.separator.broken(self.traffic, self.broken_most):
            added |= self.master.add_limit_row(limit, moment, self.width_s)
        return added

    def _round(self, duals: dict[Key, float]) -> tuple[float, bool]:
        prices = self.master.prices(duals)
        bound = self.base(duals)
        grown = False
        for index, mover in enumerate(self.conveyance.movers):
            worth, columns = self.pricer.best(index, prices, most=min(MOST, mover.count))
            bound -= mover.count * max(0.0, worth)
            for column in columns:
                grown |= self.master.add_column(column)
        gains = self.walk_gains(prices)
        for walk, gain in gains.items():
            commodity = self.problem.commodities[self.problem.walks[walk.option].commodity]
            bound -= commodity.demand * max(0.0, gain)
        grown |= self.add_walks(gains)
        return bound, grown

    def add_walks(self, gains: dict[Walk, float]) -> bool:
        """Adds the best start of everybody who gains by going alone; whether any is new."""
        return any([self.master.add_walk(walk) for walk, gain in gains.items() if gain > 1e-9])

    def base(self, duals: dict[Key, float]) -> float:
        """The part of Lagrange's bound that does not depend on itineraries."""
        master = self.master
        bound = 0.0
        for k in master.demand:
            price, demand = duals.get(("d", k), 0.0), self.problem.commodities[k].demand
            stay = sum(
                weight * master.stay_cost[k][level]
                for level, weight in master.prices_weight(duals).items()
            )
            bound += price * demand + demand * min(0.0, stay - price)
        for key, (row, _) in master.rows.items():
            bound -= duals.get(("r", key), 0.0) * row.cap
        for level, held in master.hold_at.items():
            bound -= SCALE[level] * duals.get(("w", level), 0.0) * held
        return bound

    def walk_gains(self, prices: Prices) -> dict[Walk, float]:
        """For each commodity that can go by itself: its best start, and what one unit earns."""
        best: dict[int, tuple[float, Walk]] = {}
        for option in self.problem.walks:
            heads = self.problem.commodities[option.commodity].persons
            end = (self.pricer.moments + option.ride_s) / 3600
            gain = prices.demand[option.commodity] - prices.weight.get("harm", 0.0) * option.harm
            gain = gain - prices.weight.get("missed_deadlines", 0.0) * option.missed
            gain = gain - prices.weight.get("arrival", 0.0) * heads * end
            gain = gain - prices.walk_tolls.get(option.index, 0.0)
            gain = np.where(option.may, gain, -np.inf)
            step = int(np.argmax(gain))
            found = (float(gain[step]), Walk(option.index, step))
            if option.commodity not in best or found[0] > best[option.commodity][0]:
                best[option.commodity] = found
        return {walk: gain for gain, walk in best.values()}


def _between(new: dict[Key, float], centre: dict[Key, float], share: float) -> dict[Key, float]:
    """Prices between the new ones and the best so far (Wentges' smoothing).

    A span of a hub that has been split since had one price then.
    """
    found: dict[Key, float] = {}
    before: dict[Any, float] = {}
    for key in sorted((key for key in new if key[0] == "h"), key=_latest_first):
        before[key[1]] = centre.get(key, before.get(key[1], 0.0))
        found[key] = (1 - share) * new[key] + share * before[key[1]]
    for key, price in new.items():
        if key[0] != "h":
            found[key] = (1 - share) * price + share * centre.get(key, 0.0)
    return found


def _latest_first(key: Key) -> tuple[Any, Any]:
    hub: Any = key[1]
    mark: Any = key[2]
    return hub, -mark
