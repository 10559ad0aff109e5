"""A plan from the routes that the bound was proven with, each driven by whole buses."""

from __future__ import annotations

import math
from datetime import timedelta

from ortools.math_opt.python import mathopt

from planner.solvers.trips.busloads_bound import Master
from planner.solvers.trips.busloads_fleet import BusEvacuation, Route


def whole_routes(master: Master, limit: int, time_s: float, nodes: int) -> list[list[Route]] | None:
    """Per base the buses' routes, chosen within the limit (in the master's time).

    They may be chosen to visit a point too often; what is too much is left out afterwards, which
    makes a route longer only where ways break the triangle inequality. None where the columns have
    no such plan, or none that was found with these nodes.
    """
    master.limit(limit)
    model = mathopt.Model.from_model_proto(master.model.export_model())
    for row in master.visit:
        model.get_linear_constraint(row.id).upper_bound = math.inf
    for column in master.columns.values():
        model.get_variable(column.variable.id).integer = True
    parameters = mathopt.SolveParameters(
        time_limit=timedelta(seconds=max(0.05, time_s)), node_limit=nodes
    )
    result = mathopt.solve(model, mathopt.SolverType.GSCIP, params=parameters)
    if not result.has_primal_feasible_solution() or result.objective_value() > 1e-6:
        return None
    values = result.variable_values()
    routes: list[list[Route]] = [[] for _ in master.fleet.members]
    for column in master.columns.values():
        count = round(values[model.get_variable(column.variable.id)])
        routes[column.base] += [column.route] * count
    return trimmed(master.fleet, routes)


def trimmed(fleet: BusEvacuation, routes: list[list[Route]]) -> list[list[Route]]:
    """The routes without visits that are too many, each time the one that saves most."""
    found = [list(group) for group in routes]
    surplus = -fleet.visits
    for group in found:
        for route in group:
            for point, _ in route:
                surplus[point] += 1
    while (surplus > 0).any():
        options = [
            (_saving(fleet, base, route, at), base, number, at)
            for base, group in enumerate(found)
            for number, route in enumerate(group)
            for at, (point, _) in enumerate(route)
            if surplus[point] > 0
        ]
        _, base, number, at = max(options)
        route = found[base][number]
        surplus[route[at][0]] -= 1
        found[base][number] = route[:at] + route[at + 1 :]
    return found


def _saving(fleet: BusEvacuation, base: int, route: Route, at: int) -> float:
    """What a route becomes shorter by without its visit ``at``."""
    before, after = fleet.length(base, route), fleet.length(base, route[:at] + route[at + 1 :])
    return -math.inf if before is None or after is None else before - after
