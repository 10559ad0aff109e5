"""Whole vehicles: an integer programme over the itineraries that column generation found.

Itineraries are whole numbers; who boards which departure is free in every departure that an
itinerary makes, so that a ship takes several classes and a last bus leaves part-full.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import timedelta

from ortools.math_opt.python import mathopt

from planner.problem import Conveyance, EvacuationProblem, Limit
from planner.solvers.itineraries import COSTS, Column, Departure
from planner.solvers.master import Walk
from planner.solvers.rows import RowMaker
from planner.solvers.traffic import Separator, Traffic
from planner.units import HOUR_S

Moves = tuple[Departure, ...]


HALL_FULL = 0.98


@dataclass
class FleetSolution:
    """Whole itineraries with counts, units boarding each departure, units going by own means."""

    itineraries: list[tuple[int, Moves, int]] = field(default_factory=list)
    boarding: dict[tuple[int, int, int], float] = field(default_factory=dict)
    walks: dict[tuple[int, int], float] = field(default_factory=dict)
    value: float = 0.0
    left: dict[int, float] = field(default_factory=dict)
    raw: dict[int, float] = field(default_factory=dict)


class FleetModel:
    """The integer programme for one pool of itineraries."""

    def __init__(
        self, problem: EvacuationProblem, conveyance: Conveyance, pool: list[Column],
        walks: list[Walk], limits: list[tuple[Limit, int]], width_s: int = 0,
    ) -> None:  # fmt: skip
        problem = _with_margin(problem) if width_s == 0 else problem
        self.problem = problem
        self.conveyance = conveyance
        self.maker = RowMaker(problem, conveyance, width_s)
        self.separator = Separator(problem, conveyance, width_s)
        self.havens = {p.id for p in problem.scenario.places if p.role == "safe_haven"}
        self.hub_index = {(c.place, c.transit): c.index for c in problem.commodities if c.is_hub}
        self.model = mathopt.Model(name="fleet")
        self.cost: dict[str, list[mathopt.LinearTypes]] = {level: [] for level in COSTS}
        self.y: list[tuple[int, Moves, mathopt.Variable]] = []
        self.z: dict[tuple[int, int, int], mathopt.Variable] = {}
        self.w: dict[tuple[int, int], mathopt.Variable] = {}
        self.left: dict[int, mathopt.Variable] = {}
        self.demand: dict[int, mathopt.LinearConstraint] = {}
        self._limit_keys: set[tuple[str, str, int, int, int]] = set()
        self._itineraries(pool)
        self._boarding()
        self._walks(walks)
        self._people()
        self._hubs()
        for limit, moment in limits:
            self.add_limit(limit, moment)
        self.totals = {level: mathopt.LinearSum(terms) for level, terms in self.cost.items()}
        self.holds: dict[str, mathopt.LinearConstraint] = {}

    def _itineraries(self, pool: list[Column]) -> None:
        seen: set[tuple[int, Moves]] = set()
        rows = [
            self.model.add_linear_constraint(ub=mover.count) for mover in self.conveyance.movers
        ]
        self.users: dict[Departure, list[mathopt.Variable]] = defaultdict(list)
        for column in pool:
            key = (column.mover, column.moves)
            if key in seen:
                continue
            seen.add(key)
            mover = self.conveyance.movers[column.mover]
            variable = self.model.add_integer_variable(lb=0, ub=mover.count)
            self.y.append((column.mover, column.moves, variable))
            rows[column.mover].set_coefficient(variable, 1.0)
            harm = effort = 0.0
            for move in column.moves:
                option = self.conveyance.options[move.option]
                harm += float(option.crew_harm[move.step])
                effort += option.effort
                self.users[move].append(variable)
            self.cost["harm"].append(harm * variable)
            self.cost["effort"].append(effort * variable)

    def _boarding(self) -> None:
        self.from_home: dict[int, list[mathopt.Variable]] = defaultdict(list)
        self.at_hub: dict[int, list[tuple[int, int, mathopt.Variable]]] = defaultdict(list)
        for departure, users in self.users.items():
            option = self.conveyance.options[departure.option]
            if option.loaded:
                self._board(departure, users)

    def _board(self, departure: Departure, users: list[mathopt.Variable]) -> None:
        option = self.conveyance.options[departure.option]
        mover = self.conveyance.movers[option.mover]
        start = departure.step * self.problem.grid.step_s
        seats = self.model.add_linear_constraint(ub=0.0)
        lying = self.model.add_linear_constraint(ub=0.0)
        for user in users:
            seats.set_coefficient(user, -float(mover.seats))
            lying.set_coefficient(user, -float(mover.stretchers))
        for carry in option.carries:
            if not carry.may[departure.step]:
                continue
            who = self.problem.commodities[carry.commodity]
            hub = self.hub_index.get((option.destination, who.transit))
            final = option.destination in self.havens
            if not final and hub is None:
                continue
            z = self.model.add_variable(lb=0.0)
            self.z[departure.option, departure.step, who.index] = z
            seats.set_coefficient(z, float(who.unit.seats))
            lying.set_coefficient(z, float(who.unit.stretchers))
            self.cost["harm"].append(float(carry.harm[departure.step]) * z)
            if carry.missed[departure.step]:
                self.cost["missed_deadlines"].append(float(carry.missed[departure.step]) * z)
            if final:
                hours = who.persons * (start + option.end_s) / HOUR_S
                self.cost["arrival"].append(hours * z)
            else:
                self.at_hub[hub if hub is not None else -1].append((start + option.end_s, 1, z))
            if who.is_hub:
                self.at_hub[who.index].append((start + option.depart_s, -1, z))
            else:
                self.from_home[who.index].append(z)

    def _walks(self, walks: list[Walk]) -> None:
        for walk in walks:
            option = self.problem.walks[walk.option]
            heads = self.problem.commodities[option.commodity].persons
            variable = self.model.add_variable(lb=0.0)
            self.w[walk.option, walk.step] = variable
            self.from_home[option.commodity].append(variable)
            end = (walk.step * self.problem.grid.step_s + option.ride_s) / HOUR_S
            self.cost["harm"].append(float(option.harm[walk.step]) * variable)
            self.cost["missed_deadlines"].append(float(option.missed[walk.step]) * variable)
            self.cost["arrival"].append(heads * end * variable)

    def _people(self) -> None:
        for who in self.problem.commodities:
            if who.is_hub:
                continue
            left = self.model.add_variable(lb=0.0, ub=float(who.demand))
            self.left[who.index] = left
            row = self.model.add_linear_constraint(lb=who.demand, ub=who.demand)
            row.set_coefficient(left, 1.0)
            self.demand[who.index] = row
            for variable in self.from_home[who.index]:
                row.set_coefficient(variable, 1.0)
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

    def add_limit(self, limit: Limit, moment_s: int) -> bool:
        """A shared limit at one moment; False where it stands already."""
        made = self.maker.row(limit, moment_s)
        if made.key in self._limit_keys:
            return False
        self._limit_keys.add(made.key)
        row = self.model.add_linear_constraint(ub=made.cap)
        if made.vehicle:
            for _, moves, variable in self.y:
                amount = sum(
                    float(made.vehicle[m.option][m.step]) for m in moves if m.option in made.vehicle
                )
                if amount:
                    row.set_coefficient(variable, amount)
        for (index, step, commodity), z in self.z.items():
            use = made.person.get(index)
            if use is not None and use[step]:
                heads = self.problem.commodities[commodity].persons
                row.set_coefficient(z, float(use[step]) * heads)
        for (index, step), w in self.w.items():
            use = made.walk.get(index)
            if use is not None and use[step]:
                row.set_coefficient(w, float(use[step]))
        return True

    def inflate(self, more: dict[int, int]) -> None:
        """Room to spare: as if there were ``more`` units of these commodities."""
        for index, units in more.items():
            total = float(self.problem.commodities[index].demand + units)
            self.demand[index].lower_bound = self.demand[index].upper_bound = total
            self.left[index].upper_bound = total

    def fix(self, columns: list[Column]) -> None:
        """Every given itinerary as often as it is given."""
        wanted = Counter((column.mover, column.moves) for column in columns)
        for mover, moves, variable in self.y:
            variable.integer = False
            variable.lower_bound = variable.upper_bound = wanted[mover, moves]

    def hold(self, level: str, value: float) -> None:
        """No later solve may be worse on this level than ``value``."""
        if level not in self.holds:
            self.holds[level] = self.model.add_linear_constraint(
                mathopt.LinearSum(self.cost[level]) <= value
            )
        self.holds[level].upper_bound = value

    def aim(self, weights: dict[str, float]) -> None:
        """Minimise a weighted sum of levels."""
        self.model.minimize(
            mathopt.LinearSum([w * self.totals[level] for level, w in weights.items()])
        )

    def solve(
        self, *, time_s: float, gap: float, hint: FleetSolution | None = None,
        linear: bool = False, node_limit: int | None = None,
    ) -> FleetSolution | None:  # fmt: skip
        """Best whole-vehicle solution within the limits; None where none was found."""
        params = mathopt.SolveParameters(
            time_limit=timedelta(seconds=time_s), relative_gap_tolerance=gap, node_limit=node_limit
        )
        if linear:
            params = mathopt.SolveParameters(time_limit=timedelta(seconds=time_s))
        solver = mathopt.SolverType.GLOP if linear else mathopt.SolverType.HIGHS
        model_params = mathopt.ModelSolveParameters()
        if hint is not None and hint.raw:
            names = {v.id: v for v in self.model.variables()}
            values = {names[i]: x for i, x in hint.raw.items() if i in names}
            model_params.solution_hints = [mathopt.SolutionHint(variable_values=values)]
        result = mathopt.solve(self.model, solver, params=params, model_params=model_params)
        if linear and not result.has_primal_feasible_solution():
            solver = mathopt.SolverType.HIGHS
            result = mathopt.solve(self.model, solver, params=params, model_params=model_params)
        self.termination = result.termination
        if not result.has_primal_feasible_solution():
            return None
        return self._read(result)

    def _read(self, result: mathopt.SolveResult) -> FleetSolution:
        """What the solver's numbers say: counts are whole, the smallest crumbs are dropped."""
        values = result.variable_values()
        found = FleetSolution(value=result.objective_value())
        found.raw = {v.id: x for v, x in values.items()}
        for mover, moves, variable in self.y:
            count = round(values[variable])
            if count:
                found.itineraries.append((mover, moves, count))
        for key, z in self.z.items():
            if values[z] > 1e-6:
                found.boarding[key] = values[z]
        for place, w in self.w.items():
            if values[w] > 1e-6:
                found.walks[place] = values[w]
        for index, left in self.left.items():
            if values[left] > 1e-6:
                found.left[index] = values[left]
        return found

    def traffic(self, solution: FleetSolution) -> Traffic:
        """The solution as starts, for separation."""
        traffic = Traffic()
        for _, moves, count in solution.itineraries:
            for move in moves:
                traffic.vehicles[move.option, move.step] += count
        for key, units in solution.boarding.items():
            traffic.units[key] += units
        for place, units in solution.walks.items():
            traffic.walks[place] += units
        return traffic


def _with_margin(problem: EvacuationProblem) -> EvacuationProblem:
    """Halls are planned a little emptier: whole households may come a little earlier than heads."""
    limits = tuple(
        replace(limit, cap=limit.cap * (HALL_FULL if limit.kind == "waiting" else 1.0))
        for limit in problem.limits
    )
    return replace(problem, limits=limits)
