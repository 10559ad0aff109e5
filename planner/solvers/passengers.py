"""Who boards what, once vehicles are placed: a linear programme, level by level.

Boarding is free in every departure that is made, so that a ship takes several classes of people and
a last bus leaves part-full; people who go by their own means choose among the starts offered.
"""

from __future__ import annotations

import math
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray
from ortools.math_opt.python import mathopt

from planner.problem import Conveyance, EvacuationProblem, Limit
from planner.promises import promised_heads
from planner.solvers.itineraries import COSTS
from planner.solvers.master import Walk
from planner.solvers.rows import RowMaker
from planner.solvers.traffic import Separator, Traffic
from planner.units import HOUR_S

HALL_FULL = 0.995
WORSE = 1e-7
CUTS = 200
"""Rounds in which broken limits become rows; a boarding that breaks any is of no use."""
BROKEN = 1e4
"""What a head costs that has been promised and does not go."""
Start = tuple[int, int]  # option, step


@dataclass
class Boarding:
    """Units that board each departure, units that go by own means, units left by commodity."""

    boarding: dict[tuple[int, int, int], float] = field(default_factory=dict)
    walks: dict[Start, float] = field(default_factory=dict)
    left: dict[int, float] = field(default_factory=dict)
    values: dict[str, float] = field(default_factory=dict)


class Passengers:
    """The linear programme for the departures of given vehicles."""

    def __init__(
        self, problem: EvacuationProblem, conveyance: Conveyance, departures: Counter[Start],
        walks: list[Walk], more: dict[int, int],
    ) -> None:  # fmt: skip
        """``more`` makes room to spare: as if there were so many units more of a commodity."""
        problem = _with_margin(problem)
        self.problem = problem
        self.conveyance = conveyance
        self.departures = departures
        self.more = more
        self.maker = RowMaker(problem, conveyance)
        self.separator = Separator(problem, conveyance)
        self.model = mathopt.Model(name="passengers")
        self.cost: dict[str, list[mathopt.LinearTypes]] = {level: [] for level in COSTS}
        self.aboard: dict[tuple[int, int, int], mathopt.Variable] = {}
        self.alone: dict[Start, mathopt.Variable] = {}
        self.left: dict[int, mathopt.Variable] = {}
        self.from_home: dict[int, list[mathopt.Variable]] = defaultdict(list)
        self.at_hub: dict[int, list[tuple[int, int, mathopt.Variable]]] = defaultdict(list)
        self._limit_keys: set[tuple[str, str, int, int, int]] = set()
        for start, count in departures.items():
            self._seats(start, count)
        self._walks(walks)
        self._people()
        self._hubs()
        self._promises()
        self.totals = {level: mathopt.LinearSum(terms) for level, terms in self.cost.items()}

    def _seats(self, start: Start, count: int) -> None:
        option = self.conveyance.options[start[0]]
        self.cost["harm"].append(count * float(option.crew_harm[start[1]]))
        self.cost["effort"].append(count * option.effort)
        if not option.loaded:
            return
        if option.changes is not None:
            self.cost["changes"].append(count * float(option.changes[start[1]]))
        mover = self.conveyance.movers[option.mover]
        moment = start[1] * self.problem.grid.step_s
        seats = self.model.add_linear_constraint(ub=count * mover.seats)
        lying = self.model.add_linear_constraint(ub=count * mover.stretchers)
        for carry in option.carries:
            if not carry.may[start[1]]:
                continue
            who = self.problem.commodities[carry.commodity]
            hub = self.problem.at_hub(who.transit, option.destination)
            final = option.destination in self.problem.havens
            if not final and hub is None:
                continue
            units = self.model.add_variable(lb=0.0)
            self.aboard[(*start, who.index)] = units
            seats.set_coefficient(units, float(who.unit.seats))
            lying.set_coefficient(units, float(who.unit.stretchers))
            self.cost["harm"].append(float(carry.harm[start[1]]) * units)
            if carry.missed[start[1]]:
                self.cost["missed_deadlines"].append(float(carry.missed[start[1]]) * units)
            if final:
                hours = who.persons * (moment + option.end_s) / HOUR_S
                self.cost["arrival"].append(hours * units)
            elif hub is not None:
                self.at_hub[hub].append((moment + option.end_s, 1, units))
            if who.is_hub:
                self.at_hub[who.index].append((moment + option.depart_s, -1, units))
            else:
                self.from_home[who.index].append(units)

    def _walks(self, walks: list[Walk]) -> None:
        for walk in walks:
            option = self.problem.walks[walk.option]
            heads = self.problem.commodities[option.commodity].persons
            units = self.model.add_variable(lb=0.0)
            self.alone[walk.option, walk.step] = units
            self.from_home[option.commodity].append(units)
            end = (walk.step * self.problem.grid.step_s + option.ride_s) / HOUR_S
            self.cost["harm"].append(float(option.harm[walk.step]) * units)
            self.cost["missed_deadlines"].append(float(option.missed[walk.step]) * units)
            self.cost["arrival"].append(heads * end * units)

    def _people(self) -> None:
        for who in self.problem.commodities:
            if who.is_hub:
                continue
            total = float(who.demand + self.more.get(who.index, 0))
            left = self.model.add_variable(lb=0.0, ub=total)
            self.left[who.index] = left
            row = self.model.add_linear_constraint(lb=total, ub=total)
            row.set_coefficient(left, 1.0)
            for units in self.from_home[who.index]:
                row.set_coefficient(units, 1.0)
            heads = who.persons
            self.cost["left_behind"].append(float(who.weight * heads) * left)
            if who.deadline_s is not None:
                self.cost["missed_deadlines"].append(float(heads) * left)
            self.cost["harm"].append(float(self.problem.wait_harm[who.index][-1]) * left)
            hours = heads * self.problem.grid.horizon_s / HOUR_S
            self.cost["arrival"].append(hours * left)

    def _hubs(self) -> None:
        """Inventory of each class at each hub between its departures; empty in the end."""
        for _, happening in sorted(self.at_hub.items()):
            happening.sort(key=lambda item: (item[0], -item[1]))
            last = None
            position = 0
            while position < len(happening):
                row = self.model.add_linear_constraint(lb=0.0, ub=0.0)
                if last is not None:
                    row.set_coefficient(last, 1.0)
                while position < len(happening) and happening[position][1] > 0:
                    row.set_coefficient(happening[position][2], 1.0)
                    position += 1
                while position < len(happening) and happening[position][1] < 0:
                    row.set_coefficient(happening[position][2], -1.0)
                    position += 1
                if position == len(happening):
                    break
                last = self.model.add_variable(lb=0.0)
                row.set_coefficient(last, -1.0)

    def _promises(self) -> None:
        """C18: at least the promised people, with room to spare for whole households."""
        scenario = self.problem.scenario
        first = scenario.priorities.levels[0]
        for opening in self.conveyance.openings:
            for start, number in opening.promised.items():
                promise = scenario.commitments[number]
                if promise.group is None or start not in self.departures:
                    continue
                aboard = [
                    (self.problem.commodities[k], units)
                    for (option, step, k), units in self.aboard.items()
                    if (option, step) == start and self._is_of(k, promise.group)
                ]
                there = sum(
                    c.demand * c.persons
                    for c in self.problem.commodities
                    if c.group == promise.group and not c.is_hub
                )
                mover = self.conveyance.movers[self.conveyance.options[start[0]].mover]
                heads = promised_heads(scenario, promise)
                wanted = min(heads, mover.seats + mover.stretchers, there)
                short = self.model.add_variable(lb=0.0)
                row = self.model.add_linear_constraint(lb=float(wanted))
                row.set_coefficient(short, 1.0)
                for who, units in aboard:
                    row.set_coefficient(units, float(who.persons))
                self.cost[first].append(BROKEN * short)

    def _is_of(self, commodity: int, group: str) -> bool:
        """Whether people of a group may be among a commodity."""
        who = self.problem.commodities[commodity]
        return (
            group in self.problem.transit_of[who.transit][1] if who.is_hub else (who.group == group)
        )

    def _add_limit(self, limit: Limit, moment_s: int) -> bool:
        """A shared limit at one moment, less what vehicles use; False where it stands already."""
        made = self.maker.row(limit, moment_s)
        if made.key in self._limit_keys:
            return False
        self._limit_keys.add(made.key)
        counts = np.array(list(self.departures.values()), dtype=np.float64)
        used = float(counts @ made.vehicle.of(self._keys(self.departures)))
        row = self.model.add_linear_constraint(ub=max(0.0, made.cap - used))
        if len(made.person.keys):
            amounts = made.person.of(self._keys(self.aboard))
            boards = list(self.aboard.items())
            for place in np.flatnonzero(amounts).tolist():
                (_, _, commodity), units = boards[place]
                heads = self.problem.commodities[commodity].persons
                row.set_coefficient(units, float(amounts[place]) * heads)
        for (index, step), units in self.alone.items():
            use = made.walk.get(index)
            if use is not None and use[step]:
                row.set_coefficient(units, float(use[step]))
        return True

    def _keys(self, starts: Iterable[tuple[int, ...]]) -> NDArray[np.int64]:
        """Options and steps as rows number them."""
        steps = self.problem.grid.steps
        return np.array([start[0] * steps + start[1] for start in starts], dtype=np.int64)

    def optimise(self, levels: tuple[str, ...], time_s: float) -> Boarding:
        """The best boarding by one level after the other; fewer levels where time runs out.

        Where cars are counted on their way they are planned full (``schedule``): the number at
        each start is rounded down, and who is left over gets a seat in a vehicle that has one.
        """
        until = time.monotonic() + time_s
        best = self._level_by_level(levels, until)
        if best.values and self._fill_cars(best.walks):
            again = self._level_by_level(levels, until)
            if len(again.values) >= len(best.values):
                best = again
        return best

    def _level_by_level(self, levels: tuple[str, ...], until: float) -> Boarding:
        best = Boarding()
        held = []
        for level in levels:
            self.model.minimize(self.totals[level])
            value = self._solve(until)
            if value is None:
                break
            best.values[level] = value
            held.append(
                self.model.add_linear_constraint(self.totals[level] <= value * (1 + WORSE) + 1e-6)
            )
            best = self._read(best.values)
        for row in held:
            self.model.delete_linear_constraint(row)
        return best

    def _fill_cars(self, walks: dict[Start, float]) -> bool:
        """Bounds the starts of counted cars to full cars; whether that changes anything."""
        changed = False
        for start, units in self.alone.items():
            walk = self.problem.walks[start[0]]
            who = self.problem.commodities[walk.commodity]
            if who.means != "car" or not self.problem.counts(walk):
                continue
            full = self.problem.scenario.group(who.group).persons_per_car
            planned = walks.get(start, 0.0)
            most = math.floor(planned / full + 1e-6) * full
            changed |= planned > most + 1e-6
            units.upper_bound = float(most)
        return changed

    def _solve(self, until: float) -> float | None:
        for _ in range(CUTS):
            rest_s = max(0.5, until - time.monotonic())
            params = mathopt.SolveParameters(time_limit=timedelta(seconds=rest_s))
            result = mathopt.solve(self.model, mathopt.SolverType.GLOP, params=params)
            if not result.has_primal_feasible_solution():
                result = mathopt.solve(self.model, mathopt.SolverType.HIGHS, params=params)
            if not result.has_primal_feasible_solution():
                return None
            self.values = result.variable_values()
            broken = self.separator.broken(self._traffic(), most=20)
            if not any([self._add_limit(limit, moment) for limit, moment in broken]):
                break
        return float(result.objective_value())

    def _traffic(self) -> Traffic:
        """The last solution as starts, for separation."""
        traffic = Traffic()
        for start, count in self.departures.items():
            traffic.vehicles[start] += count
        for key, units in self.aboard.items():
            if self.values[units] > 1e-6:
                traffic.units[key] += self.values[units]
        for start, units in self.alone.items():
            if self.values[units] > 1e-6:
                traffic.walks[start] += self.values[units]
        return traffic

    def _read(self, values: dict[str, float]) -> Boarding:
        """What the solver's numbers say; the smallest crumbs are dropped."""
        traffic = self._traffic()
        left = {k: self.values[v] for k, v in self.left.items() if self.values[v] > 1e-6}
        return Boarding(dict(traffic.units), dict(traffic.walks), left, values)


def _with_margin(problem: EvacuationProblem) -> EvacuationProblem:
    """Halls are planned a little emptier: whole households may come a little earlier than heads."""
    limits = tuple(
        replace(limit, cap=limit.cap * (HALL_FULL if limit.kind == "waiting" else 1.0))
        for limit in problem.limits
    )
    return replace(problem, limits=limits)
