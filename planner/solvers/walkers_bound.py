"""A bound for people who move by their own means alone: a linear programme by the hour.

A limit of c in any half-open 60 minutes holds in particular in hours that follow each other without
overlapping; they begin where somebody could first pass. Departures of one way that fall into the
same hours of all its limits are one column, at the least that any of them costs. People may be
split and cars part-filled. Everything that a plan can do is in it, so that what is least here no
plan betters. Told is Lagrange's bound at the programme's prices, not the solver's word.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.math_opt.python import mathopt

from planner.movements import Floats, SelfOption
from planner.problem import EvacuationProblem
from planner.solvers.rows import RATES
from planner.units import HOUR_S

Ints = NDArray[np.int64]
STAYS = -1
SLACK = 1e-9


@dataclass(frozen=True)
class Hours:
    """The programme: column j moves units of commodity ``who[j]``; ``row``, ``column`` and ``use``
    are the entries of the rows, each at most ``cap[row]``; ``costs[level][column]``. ``starts`` are
    the self option of a column and its steps, or STAYS and the commodity that is left behind."""

    starts: tuple[tuple[int, tuple[int, ...]], ...]
    who: Ints
    demand: Floats
    row: Ints
    column: Ints
    use: Floats
    cap: Floats
    costs: Mapping[str, Floats]

    def bound(self, level: str, held: Mapping[str, float]) -> float:
        """No plan that is as good as ``held`` on the levels before has less on this one; minus
        infinity where the programme was not solved."""
        if not self.costs[level].any():
            return 0.0
        solved = self._solve(level, held)
        return solved[0] if solved else -np.inf

    def units(self, levels: tuple[str, ...]) -> Floats | None:
        """Units by column that are best on one level after the other; None if not solved."""
        held: dict[str, float] = {}
        units: Floats | None = None
        for level in levels:
            if not self.costs[level].any():
                continue
            solved = self._solve(level, held)
            if solved is None:
                break
            units = solved[1]
            held[level] = float(self.costs[level] @ units)
        return units

    def _solve(self, level: str, held: Mapping[str, float]) -> tuple[float, Floats] | None:
        """(Lagrange's bound, units by column)."""
        costs = self.costs[level]
        holds = [
            (self.costs[name], value + SLACK * max(1.0, value)) for name, value in held.items()
        ]
        model, columns, rows = self._programme(holds)
        model.minimize(
            mathopt.LinearSum(c * x for c, x in zip(costs.tolist(), columns, strict=True))
        )
        result = mathopt.solve(model, mathopt.SolverType.GLOP)
        if not (result.has_dual_feasible_solution() and result.has_primal_feasible_solution()):
            return None
        duals = result.dual_values()
        prices = np.array([max(0.0, -duals[row]) for row in rows])
        hourly, others = prices[: len(self.cap)], prices[len(self.cap) :]
        reduced = costs.copy()
        np.add.at(reduced, self.column, hourly[self.row] * self.use)
        paid = float(hourly @ self.cap)
        for price, (own, most) in zip(others.tolist(), holds, strict=True):
            reduced += price * own
            paid += price * most
        least = np.full(len(self.demand), np.inf)
        np.minimum.at(least, self.who, reduced)
        values = result.variable_values()
        return float(least @ self.demand) - paid, np.array([values[x] for x in columns])

    def _programme(
        self, holds: list[tuple[Floats, float]]
    ) -> tuple[mathopt.Model, list[mathopt.Variable], list[mathopt.LinearConstraint]]:
        """The model, its columns, and its rows: limits by the hour, then the levels held."""
        model = mathopt.Model()
        columns = [model.add_variable(lb=0.0) for _ in self.who]
        rows = [model.add_linear_constraint(ub=cap) for cap in self.cap.tolist()]
        entries = (self.row.tolist(), self.column.tolist(), self.use.tolist())
        for r, j, use in zip(*entries, strict=True):
            rows[r].set_coefficient(columns[j], use)
        people = [model.add_linear_constraint(lb=n, ub=n) for n in self.demand.tolist()]
        for column, k in zip(columns, self.who.tolist(), strict=True):
            people[k].set_coefficient(column, 1.0)
        for own, most in holds:
            rows.append(model.add_linear_constraint(ub=most))
            for j in np.flatnonzero(own).tolist():
                rows[-1].set_coefficient(columns[j], float(own[j]))
        return model, columns, rows


def cost_of_staying(problem: EvacuationProblem, commodity: int) -> dict[str, float]:
    """By level, of one unit that is left behind."""
    who = problem.commodities[commodity]
    return {
        "left_behind": float(who.weight * who.persons),
        "missed_deadlines": who.persons * float(who.deadline_s is not None),
        "harm": float(problem.wait_harm[commodity][-1]),
        "changes": 0.0,
        "arrival": who.persons * problem.grid.horizon_s / HOUR_S,
        "effort": 0.0,
    }


def cost_of_going(problem: EvacuationProblem, walk: SelfOption, step: int) -> dict[str, float]:
    """By level, of one unit that leaves at a step."""
    persons = problem.commodities[walk.commodity].persons
    return {
        "left_behind": 0.0,
        "missed_deadlines": float(walk.missed[step]),
        "harm": float(walk.harm[step]),
        "changes": 0.0,
        "arrival": persons * (step * problem.grid.step_s + walk.ride_s) / HOUR_S,
        "effort": 0.0,
    }


def by_hours(problem: EvacuationProblem) -> Hours:
    """The programme of a problem without vehicles."""
    return _Builder(problem).built()


class _Builder:
    def __init__(self, problem: EvacuationProblem) -> None:
        self.problem = problem
        self.step_s = problem.grid.step_s
        self.rows: dict[tuple[str, str, int], int] = {}
        self.cap: list[float] = []
        self.who: list[int] = []
        self.starts: list[tuple[int, tuple[int, ...]]] = []
        self.costs: dict[str, list[float]] = defaultdict(list)
        self.entries: list[tuple[int, int, float]] = []
        self.begins = {
            (x.kind, x.at): self._hours(x.kind, x.at) for x in problem.limits if x.kind in RATES
        }
        self.caps = {(x.kind, x.at): x.cap for x in problem.limits if x.kind in RATES}
        self.totals = {
            x.at: x.cap for x in problem.limits
            if x.kind == "intake" and x.window == (0, problem.grid.horizon_s + 1)
        }  # fmt: skip

    def _hours(self, kind: str, at: str) -> list[int]:
        """Beginnings of hours that do not overlap and hold every moment of passing a limit."""
        moments: set[int] = set()
        for walk in self.problem.walks:
            for offset, _ in walk.passes(kind, at):
                moments.update((np.flatnonzero(walk.may) * self.step_s + offset).tolist())
        begins: list[int] = []
        for moment in sorted(moments):
            if not begins or moment >= begins[-1] + HOUR_S:
                begins.append(moment)
        return begins

    def built(self) -> Hours:
        for commodity in self.problem.commodities:
            if not commodity.is_hub:
                self._stay(commodity.index)
        for walk in self.problem.walks:
            self._go(walk)
        used = sorted({c.index for c in self.problem.commodities if not c.is_hub})
        number = {k: i for i, k in enumerate(used)}
        entries = sorted(self.entries)
        return Hours(
            tuple(self.starts),
            np.array([number[k] for k in self.who], dtype=np.int64),
            np.array([float(self.problem.commodities[k].demand) for k in used]),
            np.array([e[0] for e in entries], dtype=np.int64),
            np.array([e[1] for e in entries], dtype=np.int64),
            np.array([e[2] for e in entries]), np.array(self.cap),
            {level: np.array(costs) for level, costs in self.costs.items()},
        )  # fmt: skip

    def _stay(self, k: int) -> None:
        """The column of those who are left behind."""
        self.who.append(k)
        self.starts.append((STAYS, (k,)))
        for level, cost in cost_of_staying(self.problem, k).items():
            self.costs[level].append(cost)

    def _go(self, walk: SelfOption) -> None:
        """The columns of one way: steps that fall into the same hours of every limit."""
        steps = np.flatnonzero(walk.may)
        passing = [
            (key, offset, use) for key in self.caps for offset, use in walk.passes(*key)
        ]  # fmt: skip
        alike: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for step in steps.tolist():
            moment = step * self.step_s
            alike[
                tuple(bisect_right(self.begins[key], moment + at) for key, at, _ in passing)
            ].append(step)
        persons = self.problem.commodities[walk.commodity].persons
        for hours, same in alike.items():
            column = len(self.who)
            self.who.append(walk.commodity)
            self.starts.append((walk.index, tuple(same)))
            least = cost_of_going(self.problem, walk, same[0])
            least["missed_deadlines"] = float(walk.missed[same].min())
            least["harm"] = float(walk.harm[same].min())
            for level, cost in least.items():
                self.costs[level].append(cost)
            for (key, _, use), hour in zip(passing, hours, strict=True):
                self._enter((*key, hour), self.caps[key], column, use)
            if walk.destination in self.totals:
                total = self.totals[walk.destination]
                self._enter(("intake", walk.destination, 0), total, column, float(persons))

    def _enter(self, key: tuple[str, str, int], cap: float, column: int, use: float) -> None:
        if key not in self.rows:
            self.rows[key] = len(self.cap)
            self.cap.append(cap)
        self.entries.append((self.rows[key], column, use))
