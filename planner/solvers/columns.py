"""Column generation: the bound of a level, and the itineraries that a good plan is made of.

Dantzig and Wolfe's decomposition. The bound is Lagrange's: at any prices,

    Σ price x demand - Σ price x limit - Σ movers x max(0, worth of the best itinerary)

is no more than the cost of any plan that keeps the levels before; it needs no trust in the master.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from planner.problem import Conveyance, EvacuationProblem
from planner.solvers.itineraries import Column, Pricer, Prices
from planner.solvers.master import SCALE, Key, Master, Walk
from planner.solvers.traffic import Separator, Traffic

YIELD = 200.0
FEW = 4
CLEAR = 0.7
NOTHING = 0.05
SMOOTHING = 0.75
MOST = 6


@dataclass(frozen=True)
class LevelBound:
    """Outcome for one level: optimum over the columns found, and the proven bound."""

    level: str
    value: float
    bound: float
    rounds: int
    converged: bool


class ColumnEngine:
    """Itinerary columns over one conveyance; keeps its columns from level to level."""

    def __init__(
        self, problem: EvacuationProblem, conveyance: Conveyance, width_s: int = 0
    ) -> None:
        self.problem = problem
        self.conveyance = conveyance
        self.master = Master(problem, conveyance, width_s)
        self.pricer = Pricer(problem, conveyance)
        self.separator = Separator(problem, conveyance, width_s)
        self.traffic = Traffic()

    def optimise(
        self, level: str, holds: dict[str, float], *, until: float, tolerance: float = 1e-4,
        target: float | None = None, on_round: Callable[[float, float], bool] | None = None,
        weights: dict[str, float] | None = None, rounds: int = 1000, size: float | None = None,
    ) -> LevelBound:  # fmt: skip
        """Least cost of ``level`` (or of a weighted sum) with the levels before held at ``holds``.

        Stops when value and bound are within ``tolerance`` (of ``size``, or of the value), when the
        bound reaches ``target``, after ``rounds``, or at the moment ``until`` (time.monotonic).
        """
        unit = 1.0 if weights else SCALE[level]
        weights = weights or {level: 1.0}
        self.master.aim(weights, holds)
        best, centre = -np.inf, None
        value, number, converged = np.inf, 0, False
        for number in range(1, rounds + 1):  # noqa: B007
            value = self._solve_with_rows()
            duals = self.master.duals()
            smooth = duals if centre is None else _between(duals, centre, SMOOTHING)
            bound, grown = self._round(smooth)
            if not grown and smooth is not duals:
                exact, grown = self._round(duals)
                if exact > bound:
                    bound, smooth = exact, duals
            if bound > best:
                best, centre = bound, smooth
            stop = on_round is not None and on_round(value / unit, best / unit)
            near = value - best <= tolerance * (size or max(unit, abs(value)))
            if near or not grown or (target is not None and best / unit >= target):
                converged = True
                break
            if stop or time.monotonic() > until:
                break
        return LevelBound(level, float(value / unit), float(best / unit), number, converged)

    def _solve_with_rows(self) -> float:
        """Master optimum with every broken limit added as a row."""
        value, self.traffic = self.master.solve()
        for _ in range(12):
            added = False
            for hub, moment in self.separator.hubs_broken(self.traffic):
                added |= self.master.add_hub_row(hub, moment)
            for limit, moment in self.separator.broken(self.traffic):
                added |= self.master.add_limit_row(limit, moment)
            if not added:
                break
            value, self.traffic = self.master.solve()
        return value

    def _round(self, duals: dict[Key, float]) -> tuple[float, bool]:
        prices = self.master.prices(duals)
        bound = self.base(duals)
        grown = False
        for index, mover in enumerate(self.conveyance.movers):
            worth, columns = self.pricer.best(index, prices, most=min(MOST, mover.count))
            bound -= mover.count * max(0.0, worth)
            for column in columns:
                grown |= self.master.add_column(column)
        for walk, gain in self.walk_gains(prices).items():
            commodity = self.problem.commodities[self.problem.walks[walk.option].commodity]
            bound -= commodity.demand * max(0.0, gain)
            if gain > 1e-9:
                grown |= self.master.add_walk(walk)
        return bound, grown

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
            for row, price in prices.rows:
                use = row.walk.get(option.index)
                if use is not None:
                    gain = gain - price * use
            gain = np.where(option.may, gain, -np.inf)
            step = int(np.argmax(gain))
            found = (float(gain[step]), Walk(option.index, step))
            if option.commodity not in best or found[0] > best[option.commodity][0]:
                best[option.commodity] = found
        return {walk: gain for gain, walk in best.values()}

    # -- whole numbers ------------------------------------------------------------------------

    def dive(
        self, weights: dict[str, float], *, until: float, on_step: Callable[[], bool]
    ) -> list[tuple[Column, int]]:
        """Whole numbers of itineraries: the clearest are fixed, the rest generated around them.

        Few vehicles that carry many (ships, aircraft) come first, because the many small ones can
        still be fitted to them. Past ``until``, or once ``on_step`` says stop, the rest is rounded.
        """
        self.master.aim(weights, {})
        dearest = max(self.master.weighed_stay(), default=1.0)
        self.master.yield_rows(YIELD * dearest)
        fixed: dict[int, int] = {}
        for few in (True, False):
            for _ in range(40):
                late = on_step() or time.monotonic() > until
                self._regenerate(0 if late else 5)
                if not self._fix_some(fixed, few=few, all_at_once=late):
                    break
        whole = [(self.master.columns[n][0], count) for n, count in sorted(fixed.items()) if count]
        self.master.release()
        return whole

    def _regenerate(self, rounds: int) -> None:
        self._solve_with_rows()
        for _ in range(rounds):
            _, grown = self._round(self.master.duals())
            if not grown:
                break
            self._solve_with_rows()

    def _fix_some(self, fixed: dict[int, int], *, few: bool, all_at_once: bool) -> bool:
        """Fixes what is whole already and the largest fraction of each mover; False when done."""
        open_: dict[int, list[tuple[float, int]]] = {}
        used: dict[int, int] = {}
        for number, count in fixed.items():
            mover = self.master.columns[number][0].mover
            used[mover] = used.get(mover, 0) + count
        for number, amount in self.master.amounts():
            mover = self.master.columns[number][0].mover
            spec = self.conveyance.movers[mover]
            if few == (spec.count <= FEW) and amount - fixed.get(number, 0) > 1e-6:
                open_.setdefault(mover, []).append((amount - fixed.get(number, 0), number))
        done = True
        for mover, entries in sorted(open_.items()):
            free = self.conveyance.movers[mover].count - used.get(mover, 0)
            entries.sort(key=lambda item: (-item[0], item[1]))
            for rank, (amount, number) in enumerate(entries):
                clear = rank == 0 or amount >= CLEAR or all_at_once
                count = min(free, int(amount + 1e-6) or int(clear and amount > NOTHING))
                if count:
                    fixed[number] = fixed.get(number, 0) + count
                    self.master.fix(number, fixed[number])
                    free -= count
                    done = False
        return not done

    def pool(self) -> list[Column]:
        """All itineraries found so far."""
        return [column for column, _, _ in self.master.columns]


def _between(new: dict[Key, float], centre: dict[Key, float], share: float) -> dict[Key, float]:
    """Prices between the new ones and the best so far (Wentges' smoothing)."""
    return {key: (1 - share) * price + share * centre.get(key, 0.0) for key, price in new.items()}
