"""The running plan's part that has not begun, as the memory with which the new search begins."""

from __future__ import annotations

from planner.plan import PlanLeg
from planner.problem import EvacuationProblem
from planner.replan.contradictions import Grounds
from planner.replan.happened import Past
from planner.replan.remainder import ahead
from planner.replan.report import Report, VehicleKey
from planner.solvers import Memory, Trace, names_of_movers


def memory_of(report: Report, past: Past, problem: EvacuationProblem, grounds: Grounds) -> Memory:
    """Each vehicle's legs to come, as far as today's network knows their ways."""
    legs: dict[VehicleKey, list[PlanLeg]] = {}
    for sortie, _, leg in ahead(report, past):
        legs.setdefault((sortie.fleet, sortie.vehicle), []).append(leg)
    step_s = problem.grid.step_s
    traces = []
    for mover, name in zip(problem.plan.movers, names_of_movers(problem), strict=True):
        for number in mover.numbers[:: mover.ships]:
            own = sorted(legs.get((mover.fleet, number), []), key=lambda leg: leg.load_start_s)
            told = tuple(
                (grounds.route(leg).id, bool(leg.manifest), leg.load_start_s // step_s)
                for leg in own
            )
            if told:
                since = problem.grid.up(mover.from_s)
                traces.append(Trace(name, told, ((),) * len(told), since))
    alone = []
    for walk in report.plan.self_movements:
        step, rest = divmod(walk.depart_s, step_s)
        if walk.depart_s < report.now_s or rest:
            continue
        for line in walk.manifest:
            lying = line.unit_stretchers
            persons = line.unit_persons if lying else 1
            who = (line.group, line.means, persons, lying, walk.origin, False)
            route = grounds.route(walk).id
            alone.append((who, route, step, line.units if lying else line.persons))
    return Memory(step_s, tuple(traces), (), tuple(alone))
