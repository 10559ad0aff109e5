"""The restricted master: a linear programme over the itineraries found so far."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import numpy as np
from ortools.math_opt.python import mathopt

from planner.problem import Conveyance, EvacuationProblem, Limit
from planner.solvers.gains import Prices
from planner.solvers.hubs import HubRows
from planner.solvers.itineraries import COSTS, Column, Departure
from planner.solvers.rows import Row, RowMaker
from planner.solvers.stages import Stages
from planner.solvers.starts import Starts
from planner.solvers.traffic import Traffic
from planner.units import HOUR_S

SLACK_PRICE = 1e4
EVEN = 1e-9
PARAMETERS = mathopt.SolveParameters(time_limit=timedelta(seconds=10))
SCALE = {
    "left_behind": 1.0, "missed_deadlines": 1.0, "harm": 1e3, "changes": 1.0, "arrival": 0.1,
    "effort": 0.1,
}  # fmt: skip
"""Units of the linear programme: brings the levels to like sizes, which GLOP's tolerances need."""
SPARSE = mathopt.ModelSolveParameters(
    variable_values_filter=mathopt.VariableFilter(skip_zero_values=True),
    dual_values_filter=mathopt.LinearConstraintFilter(skip_zero_values=True),
    reduced_costs_filter=mathopt.VariableFilter(filtered_items=()),
)
"""What GLOP is to tell: reading zeros takes as long as finding the optimum."""
Key = tuple[object, ...]


@dataclass(frozen=True)
class Walk:
    """One start of one way to go by own means, per unit."""

    option: int
    step: int


class _WithoutBasis:
    """MathOpt's solver with answers that leave out the basis, which nobody asks for.

    It cannot be filtered, and reading it in Python takes as long as finding the optimum.
    """

    def __init__(self, solver: Any) -> None:
        self.solver = solver

    def __getattr__(self, name: str) -> Any:
        return getattr(self.solver, name)

    def solve(self, *arguments: Any) -> Any:
        answer = self.solver.solve(*arguments)
        for solution in answer.solutions:
            solution.ClearField("basis")
        return answer


class Master:
    """Holds rows and columns; asks GLOP for the optimum and the duals."""

    def __init__(self, problem: EvacuationProblem, conveyance: Conveyance) -> None:
        self.problem = problem
        self.conveyance = conveyance
        self.makers: dict[int, RowMaker] = {}
        self.carry = [{c.commodity: c for c in o.carries} for o in conveyance.options]
        self.model = mathopt.Model(name="master")
        self.left: dict[int, mathopt.Variable] = {}
        self.demand: dict[int, mathopt.LinearConstraint] = {}
        self.stages = Stages(conveyance, problem.grid, self.model)
        self.seats: dict[
            Departure, tuple[mathopt.LinearConstraint, mathopt.LinearConstraint]
        ] = {}  # fmt: skip
        self.closed: dict[int, int] = {}
        """By mover the first stage in which columns may still be added or changed."""
        self.columns: list[tuple[Column, mathopt.Variable, dict[str, float]]] = []
        self.walks: list[tuple[Walk, mathopt.Variable, dict[str, float]]] = []
        self.give: list[mathopt.Variable] = []
        self.giving = 0.0
        self.hubs = HubRows(problem, self.model)
        self.rows: dict[Key, tuple[Row, mathopt.LinearConstraint]] = {}
        self.starts = Starts(problem.grid.steps)
        self.hold: dict[str, mathopt.LinearConstraint] = {}
        self.hold_at: dict[str, float] = {}
        self.slack: dict[str, mathopt.Variable] = {}
        self.number: dict[Column, int] = {}
        self._known: set[Walk] = set()
        self._blurred = {
            place
            for option in conveyance.options
            if option.end_spread_s
            for place in (option.origin, option.destination)
        }
        """Where it is not known to the second who comes and goes: who waits is not limited."""
        self.solved = False
        self.stay_cost = [self._stay_cost(c.index) for c in problem.commodities]
        for commodity in problem.commodities:
            if commodity.is_hub:
                continue
            row = self.model.add_linear_constraint(lb=commodity.demand)
            left = self.model.add_variable(lb=0.0, ub=commodity.demand)
            row.set_coefficient(left, 1.0)
            self.demand[commodity.index], self.left[commodity.index] = row, left
        for level in COSTS:
            listed = level in problem.scenario.priorities.levels[:-1]
            if listed or level not in ("changes", "effort"):
                self._hold_row(level)
        self._begin()

    def _begin(self) -> None:
        self.solver = mathopt.IncrementalSolver(self.model, mathopt.SolverType.GLOP)
        self.solver._proto_solver = _WithoutBasis(self.solver._proto_solver)

    # -- costs --------------------------------------------------------------------------------

    def _stay_cost(self, index: int) -> dict[str, float]:
        commodity = self.problem.commodities[index]
        heads = commodity.persons
        return {
            "left_behind": float(commodity.weight * heads),
            "missed_deadlines": float(heads if commodity.deadline_s is not None else 0),
            "harm": float(self.problem.wait_harm[index][-1]),
            "changes": 0.0,
            "arrival": heads * self.problem.grid.horizon_s / HOUR_S,
            "effort": 0.0,
        }

    def column_cost(self, column: Column) -> dict[str, float]:
        """Cost of a column by level."""
        cost = dict.fromkeys(COSTS, 0.0)
        for move, loads in zip(column.moves, column.loads, strict=True):
            option = self.conveyance.options[move.option]
            if not column.guests:
                cost["effort"] += option.effort
                if option.changes is not None:
                    cost["changes"] += float(option.changes[move.step])
                cost["harm"] += float(option.crew_harm[move.step])
            arrival = (move.step * self.problem.grid.step_s + option.end_s) / HOUR_S
            for index, units in loads:
                carry = self.carry[move.option][index]
                cost["harm"] += units * float(carry.harm[move.step])
                cost["missed_deadlines"] += units * float(carry.missed[move.step])
                if option.destination in self.problem.havens:
                    cost["arrival"] += units * self.problem.commodities[index].persons * arrival
        return cost

    def _hold_row(self, level: str) -> None:
        row = self.model.add_linear_constraint(ub=math.inf)
        for index, left in self.left.items():
            row.set_coefficient(left, SCALE[level] * self.stay_cost[index][level])
        slack = self.model.add_variable(lb=0.0, ub=0.0)
        row.set_coefficient(slack, -1.0)
        self.hold[level], self.slack[level] = row, slack

    # -- growing ------------------------------------------------------------------------------

    def add_column(self, column: Column) -> bool:
        """Adds the pieces of an itinerary; False where all of them stand already."""
        return any([self._add_piece(piece) for piece in self.stages.split(column)])

    def _add_piece(self, column: Column) -> bool:
        if column in self.number:
            return False
        if not column.guests and self.stages.stage(column) < self.closed.get(column.mover, 0):
            return False
        self.number[column] = len(self.columns)
        cost = self.column_cost(column)
        variable = self.model.add_variable(lb=0.0)
        heads = tuple(
            sum(self.problem.commodities[k].persons * n for k, n in loads) for loads in column.loads
        )
        self.starts.add(len(self.columns), column, heads)
        self.columns.append((column, variable, cost))
        if not column.guests:
            self.stages.count(column, variable)
        for level, row in self.hold.items():
            row.set_coefficient(variable, SCALE[level] * cost[level])
        self._count_people(column, variable)
        for hub, events in self._hub_events(column).items():
            self.hubs.count(variable, hub, events)
        return True

    def _count_people(self, column: Column, variable: mathopt.Variable) -> None:
        """What the column takes from home."""
        use: dict[int, float] = {}
        for loads in column.loads:
            for index, units in loads:
                if not self.problem.commodities[index].is_hub:
                    use[index] = use.get(index, 0.0) + units
        for index, units in use.items():
            self.demand[index].set_coefficient(variable, units)

    def _count_limits(self) -> None:
        """What columns added since last time use of the shared limits that stand as rows."""
        first = self.starts.counted
        if first == len(self.starts):
            return
        for made, row in self.rows.values():
            if made.limit.kind != "waiting":
                self._count_starts(made, row, first)
        self.starts.counted = len(self.starts)

    def _count_starts(self, made: Row, row: mathopt.LinearConstraint, first: int) -> None:
        for number, amount in self.starts.amounts(made, first):
            row.set_coefficient(self.columns[number][1], amount)

    def add_walk(self, walk: Walk) -> bool:
        """Adds one start of people who go by their own means."""
        if walk in self._known:
            return False
        self._known.add(walk)
        option = self.problem.walks[walk.option]
        heads = self.problem.commodities[option.commodity].persons
        end = (walk.step * self.problem.grid.step_s + option.ride_s) / HOUR_S
        cost = dict.fromkeys(COSTS, 0.0)
        cost["harm"] = float(option.harm[walk.step])
        cost["missed_deadlines"] = float(option.missed[walk.step])
        cost["arrival"] = heads * end
        variable = self.model.add_variable(lb=0.0)
        self.walks.append((walk, variable, cost))
        self.demand[option.commodity].set_coefficient(variable, 1.0)
        for level, row in self.hold.items():
            row.set_coefficient(variable, SCALE[level] * cost[level])
        for row_data, row in self.rows.values():
            use = row_data.walk.get(walk.option)
            if use is not None and use[walk.step]:
                row.set_coefficient(variable, float(use[walk.step]))
        return True

    def add_limit_row(self, limit: Limit, moment_s: int, width_s: int = 0) -> bool:
        """A shared limit at one moment, or on average over ``width_s``."""
        if width_s not in self.makers:
            self.makers[width_s] = RowMaker(self.problem, self.conveyance, width_s)
        return self.add_row(self.makers[width_s].row(limit, moment_s))

    def know(self, prices: dict[Key, float]) -> None:
        """Adds the rows and the marks in hubs that prices speak of, where they do not stand."""
        for kind, *rest in prices:
            place: Any = rest[0]
            if kind == "h" and place in self.hubs.marks:
                mark: Any = rest[1]
                if mark < self.hubs.last:
                    self.hubs.split(place, mark)
            if kind == "r" and place not in self.rows:
                self._add_named(*place)

    def _add_named(self, kind: str, at: str, moment_s: int, end_s: int, width_s: int) -> None:
        for limit in self.problem.limits:
            if (limit.kind, limit.at, limit.window[1]) == (kind, at, end_s):
                self.add_limit_row(limit, moment_s, width_s)

    def add_row(self, made: Row) -> bool:
        """A limit's row as made already; False where it stands."""
        blurred = made.limit.kind == "waiting" and made.limit.at in self._blurred
        if made.key in self.rows or blurred:
            return False
        limit, moment_s = made.limit, made.moment_s
        row = self.model.add_linear_constraint(ub=made.cap)
        self._give(row)
        if limit.kind == "waiting":
            self.rows[made.key] = (made, row)
            for stay, heads in self.hubs.waiting(limit.at, moment_s):
                row.set_coefficient(stay, heads)
            return True
        self._count_limits()
        self._count_starts(made, row, 0)
        self.rows[made.key] = (made, row)
        for walk, variable, _ in self.walks:
            use = made.walk.get(walk.option)
            if use is not None and use[walk.step]:
                row.set_coefficient(variable, float(use[walk.step]))
        return True

    def _hub_events(self, column: Column) -> dict[int, list[tuple[int, float]]]:
        """By hub commodity: (moment, units that leave; arrivals negative), in order of time."""
        found: dict[int, list[tuple[int, float]]] = {}
        for move, loads in zip(column.moves, column.loads, strict=True):
            option = self.conveyance.options[move.option]
            start = move.step * self.problem.grid.step_s
            for index, units in loads:
                who = self.problem.commodities[index]
                if who.is_hub:
                    leaves = start + option.depart_s + option.spread_s
                    found.setdefault(index, []).append((leaves, units))
                hub = self.problem.at_hub(who.transit, option.destination)
                if hub is not None:
                    found.setdefault(hub, []).append((start + option.end_s, -units))
        return {hub: sorted(events) for hub, events in found.items()}

    # -- solving ------------------------------------------------------------------------------

    def aim(self, weights: dict[str, float], holds: dict[str, float]) -> None:
        """Minimise a weighted sum of levels while others keep their values."""
        self.weights = weights
        self.hold_at = dict(holds)
        for name, row in self.hold.items():
            row.upper_bound = SCALE[name] * holds[name] if name in holds else math.inf
            self.slack[name].upper_bound = math.inf if name in holds else 0.0
        objective = mathopt.LinearSum(
            [self._weighed(self.stay_cost[i]) * v for i, v in self.left.items()]
            + [self._weighed(cost) * v for _, v, cost in self.columns]
            + [self._weighed(cost) * v for _, v, cost in self.walks]
            + [SLACK_PRICE * v for v in self.slack.values()]
        )
        self.model.minimize(objective)
        self._priced = (len(self.columns), len(self.walks))

    def aims(self, weights: dict[str, float], holds: dict[str, float]) -> bool:
        """Whether that is the aim already."""
        return (self.weights, self.hold_at) == (weights, holds)

    def weighed_stay(self) -> list[float]:
        """What one head that stays costs, by home commodity, in the aim at hand."""
        return [
            self._weighed(self.stay_cost[i]) / self.problem.commodities[i].persons
            for i in self.left
        ]

    def _weighed(self, cost: dict[str, float]) -> float:
        return sum(weight * SCALE[level] * cost[level] for level, weight in self.weights.items())

    def solve(self) -> tuple[float, Traffic]:
        """Optimum over the columns: (value, traffic). Raises RuntimeError where GLOP fails."""
        for _, variable, cost in self.columns[self._priced[0] :]:
            self.model.objective.set_linear_coefficient(variable, self._weighed(cost))
        for _, variable, cost in self.walks[self._priced[1] :]:
            self.model.objective.set_linear_coefficient(variable, self._weighed(cost))
        self._priced = (len(self.columns), len(self.walks))
        self._count_limits()
        try:
            self.result = self.solver.solve(params=PARAMETERS, model_params=SPARSE)
        except Exception:  # GLOP gave up inside; MathOpt tells so by a status, not by a result
            self.result = mathopt.solve(self.model, mathopt.SolverType.HIGHS)
            self._begin()
        if not self._answered():
            self.result = mathopt.solve(self.model, mathopt.SolverType.HIGHS)
        if not self._answered():
            reason = self.result.termination.reason.name
            raise RuntimeError(f"the linear programme ended as {reason}")
        self.solved = True
        return self.result.objective_value(), self.traffic()

    def _answered(self) -> bool:
        result = self.result
        return bool(result.has_primal_feasible_solution() and result.has_dual_feasible_solution())

    def traffic(self) -> Traffic:
        """The current solution as starts."""
        traffic = Traffic()
        self.chosen: list[tuple[Column, float]] = []
        values = self.result.variable_values()
        for column, variable, _ in self.columns:
            amount = values.get(variable, 0.0)
            if amount < 1e-9:
                continue
            self.chosen.append((column, amount))
            for move, loads in zip(column.moves, column.loads, strict=True):
                if not column.guests:
                    traffic.vehicles[move.option, move.step] += amount
                for index, units in loads:
                    traffic.units[move.option, move.step, index] += amount * units
        for walk, variable, _ in self.walks:
            if values.get(variable, 0.0) > 1e-9:
                traffic.walks[walk.option, walk.step] += values[variable]
        return traffic

    def thinned(self, newest: int) -> Master:
        """A master with what mattered in the last optimum: the columns in use and the newest of
        the others, rows that have a price, marks in hubs where the worth of a unit changes."""
        new = Master(self.problem, self.conveyance)
        duals = self.duals()
        for hub, marks in self.hubs.marks.items():
            for mark, later in pairwise(marks):
                if abs(duals["h", hub, mark] - duals["h", hub, later]) > EVEN:
                    new.hubs.split(hub, mark)
        for key, (row, _) in self.rows.items():
            if duals["r", key] > EVEN:
                new.add_row(row)
        used = {number for number, _ in self.amounts()}
        for number, (column, _, _) in enumerate(self.columns):
            if number in used or number >= len(self.columns) - newest:
                new.add_column(column)
        for walk, _, _ in self.walks:
            new.add_walk(walk)
        new.aim(self.weights, self.hold_at)
        return new

    def amounts(self) -> list[tuple[int, float]]:
        """(number of the column, how often it is used) in the last solution; none before it."""
        if not self.solved:
            return []
        values = self.result.variable_values()
        found = [(n, values[v]) for n, (_, v, _) in enumerate(self.columns) if v in values]
        return [(n, amount) for n, amount in found if amount > 1e-9]

    def fix(self, piece: Column) -> None:
        """One more vehicle is to make these movements; who boards them stays open."""
        bare = replace(piece, loads=((),) * len(piece.moves))
        self._add_piece(bare)
        variable = self.columns[self.number[bare]][1]
        variable.lower_bound += 1.0
        variable.upper_bound = max(variable.upper_bound, variable.lower_bound)
        for move in piece.moves:
            if self.conveyance.options[move.option].loaded:
                self._open_seats(piece.mover, move)

    def _open_seats(self, mover: int, move: Departure) -> None:
        """The seats and stretchers of one more vehicle on a departure, for whoever may board it."""
        spec = self.conveyance.movers[mover]
        if move not in self.seats:
            seats = self.model.add_linear_constraint(ub=0.0)
            lying = self.model.add_linear_constraint(ub=0.0)
            self.seats[move] = seats, lying
            for carry in self.conveyance.options[move.option].carries:
                who = self.problem.commodities[carry.commodity]
                if not carry.may[move.step] or not self._leads_on(move, who.transit):
                    continue
                guest = Column(mover, (move,), (((who.index, 1.0),),), guests=True)
                self._add_piece(guest)
                variable = self.columns[self.number[guest]][1]
                variable.upper_bound = math.inf
                seats.set_coefficient(variable, float(who.unit.seats))
                lying.set_coefficient(variable, float(who.unit.stretchers))
        seats, lying = self.seats[move]
        seats.upper_bound += spec.seats
        lying.upper_bound += spec.stretchers

    def _leads_on(self, move: Departure, transit: int) -> bool:
        place = self.conveyance.options[move.option].destination
        return place in self.problem.havens or self.problem.at_hub(transit, place) is not None

    def ban(self, piece: Column) -> None:
        """No further vehicle makes this piece."""
        variable = self.columns[self.number[piece]][1]
        variable.upper_bound = variable.lower_bound

    def close(self, mover: int, stage: int) -> None:
        """What is fixed is all that the mover does in this stage."""
        self.closed[mover] = stage + 1
        for piece, variable, _ in self.columns:
            if not piece.guests and piece.mover == mover and self.stages.stage(piece) == stage:
                variable.upper_bound = variable.lower_bound

    def _give(self, row: mathopt.LinearConstraint) -> None:
        """Lets a row be exceeded at a price, while whole numbers are being fixed; otherwise not."""
        slack = self.model.add_variable(lb=0.0, ub=math.inf if self.giving else 0.0)
        row.set_coefficient(slack, -1.0)
        self.give.append(slack)
        if self.giving:
            self.model.objective.set_linear_coefficient(slack, self.giving)

    def yield_rows(self, price: float) -> None:
        """From now on rows may be exceeded at ``price`` a unit."""
        self.giving = price
        for slack in self.give:
            slack.upper_bound = math.inf
            self.model.objective.set_linear_coefficient(slack, price)

    def duals(self) -> dict[Key, float]:
        """Prices by row, all as a price to pay (demand: what a unit taken earns)."""
        raw = self.result.dual_values()
        found: dict[Key, float] = {("d", k): raw.get(row, 0.0) for k, row in self.demand.items()}
        for (hub, mark), worth in self.hubs.worth(raw).items():
            found["h", hub, mark] = worth
        for key, (_, row) in self.rows.items():
            found["r", key] = max(0.0, -raw.get(row, 0.0))
        for level in self.hold_at:
            found["w", level] = max(0.0, -raw.get(self.hold[level], 0.0))
        return found

    def prices(self, duals: dict[Key, float]) -> Prices:
        """Duals by row → prices as the pricer wants them."""
        weight = self.prices_weight(duals)
        demand = np.zeros(len(self.problem.commodities))
        for k in self.demand:
            demand[k] = duals.get(("d", k), 0.0)
        rows = [(row, duals.get(("r", key), 0.0)) for key, (row, _) in self.rows.items()]
        rows = [(row, price) for row, price in rows if price > 0]
        waiting = {(r.limit.at, r.moment_s): p for r, p in rows if r.limit.kind == "waiting"}
        worth: dict[tuple[Any, Any], float] = {
            (k[1], k[2]): price for k, price in duals.items() if k[0] == "h"
        }
        return Prices(
            weight, demand, self.hubs.prices(worth, waiting),
            [(row, price) for row, price in rows if row.limit.kind != "waiting"],
        )  # fmt: skip

    def prices_weight(self, duals: dict[Key, float]) -> dict[str, float]:
        """What one unit of each level's cost weighs, in the programme's units."""
        weight = {name: SCALE[name] * duals.get(("w", name), 0.0) for name in self.hold_at}
        for level, own in self.weights.items():
            weight[level] = weight.get(level, 0.0) + own * SCALE[level]
        return weight
