"""Scenario and network → problem."""

from __future__ import annotations

from dataclasses import replace

from planner.earlier import Earlier
from planner.errors import Impossible, ScenarioError
from planner.movements import Effort, Ground, movers
from planner.network import TransportNetwork
from planner.problem.commodities import commodities_of
from planner.problem.limits import limits_of, working
from planner.problem.model import HUB_ROLES, EvacuationProblem, Limit
from planner.problem.options import Options
from planner.promises import too_close
from planner.scenario import Scenario
from planner.units import TimeGrid


def pose(
    scenario: Scenario, network: TransportNetwork, *, step_s: int | None = None,
    effort: Effort | None = None, any_moment: bool = False, earlier: Earlier | None = None,
    every_way: bool = False,
) -> EvacuationProblem:  # fmt: skip
    """Scenario and network → problem. Departures lie on ``step_s`` (else the scenario's).

    With ``any_moment`` steps are spans of time, and every plan, whenever its departures are, has
    its like in the problem, at no higher cost: for bounds alone. Who waits in a hub is not limited
    there. ``earlier`` is what a running plan leaves to this one. With ``every_way`` movements are
    kept too that another one is better than, or that nobody can make or board here: they may be
    the better ones in another world.

    Raises ScenarioError with every commitment that no movement can keep: Impossible where one
    contradicts another, or the ground, at whatever step.
    """
    make = TimeGrid.cells if any_moment else TimeGrid
    grid = make(step_s or scenario.step_s, scenario.horizon_s)
    ground = Ground(network, grid)
    hubs = tuple(p.id for p in scenario.places if p.role in HUB_ROLES)
    commodities, transit_of = commodities_of(scenario, hubs)
    weights = effort or Effort()
    builder = Options(scenario, ground, commodities, weights, earlier, every_way)
    stands = earlier.stands if earlier else None
    plan = builder.conveyance(movers(scenario, network, relaxed=any_moment, stands=stands))
    faults = [fault for found in plan.openings for fault in found.faults]
    faults += too_close(scenario, grid, plan.options, plan.openings)
    if faults and not any_moment:
        contradicts = any(found.contradicts for found in plan.openings)
        raise Impossible(faults) if contradicts else ScenarioError(faults)
    loose = movers(scenario, network, relaxed=True, stands=stands)
    relaxed = plan if loose == plan.movers else builder.conveyance(loose)
    limits = list(limits_of(scenario, network))
    if earlier:
        limits = [_less_taken_in(limit, earlier) for limit in limits]
    if any_moment:
        limits = [limit for limit in limits if limit.kind != "waiting"]
    else:
        limits += working(scenario, plan)
    wait_harm = tuple(
        c.persons * ground.upto(c.place, ground.moments, builder.multiplier[c.group])
        for c in commodities
    )
    return EvacuationProblem(
        scenario, network, grid, ground, tuple(commodities), transit_of, plan, relaxed,
        builder.walks(), tuple(limits), wait_harm, weights, earlier,
    )  # fmt: skip


def _less_taken_in(limit: Limit, earlier: Earlier) -> Limit:
    """What a haven still takes in, once those are there who are on the way."""
    if limit.kind != "intake":
        return limit
    start_s, end_s = limit.window
    came = (n for at, n in earlier.taken_in.get(limit.at, ()) if start_s <= at < end_s)
    return replace(limit, cap=max(0.0, limit.cap - sum(came)))
