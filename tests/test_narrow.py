"""The compact programme over the departures that the itineraries found."""

from __future__ import annotations

import pytest

from planner import bounds, pipeline, verify
from planner.pipeline import to_plan
from planner.problem import EvacuationProblem
from planner.schedule import Scheduler
from planner.solvers import Limits, Solver, narrow
from planner.solvers.compact_solve import Stop
from tests.bench import lift_case
from tests.bench.lift_case import Size

GAP = 0.01


@pytest.fixture(scope="module")
def chain() -> EvacuationProblem:
    case = lift_case.scenario(Size(4, 48, seed=0, chain=True))
    return pipeline.make_problem(case, pipeline.make_network(case))


def test_a_chain_is_planned_and_proven(chain: EvacuationProblem) -> None:
    solver = Solver(chain, Limits(time_s=60, gap=GAP))
    manning = solver.search(lambda chosen: Scheduler(chain, chosen).man())
    plan = to_plan(chain, solver, manning)
    verdict = verify.check(plan, chain.scenario, chain.network)
    rules = {violation.rule for violation in verdict.violations}
    assert rules <= {"levels", "C1 people", "reasons", "status", "bounds"}  # not told yet
    values = verify.values(plan, chain.scenario, chain.network)
    for proof in solver.prove(values):
        assert proof.bound <= values[proof.level] + 1e-6
        if proof.certificate is not None:
            again = bounds.bound(chain, proof.certificate, values)
            assert again is not None and again >= proof.bound - 1e-6 * max(1.0, proof.bound)


def test_nothing_is_chosen_where_no_departure_is_offered_or_somebody_stops(
    chain: EvacuationProblem,
) -> None:
    aim = narrow.Aim({"arrival": 1.0}, 0.0, 0.0)
    everything = {
        (option.index, step)
        for option in chain.plan.options for step in range(len(option.starts))
        if option.starts[step]
    }  # fmt: skip
    assert narrow.choose(chain, chain.plan, [], aim, Stop(5.0)) is None
    stopped = Stop(5.0, asked=lambda: True)
    assert narrow.choose(chain, chain.plan, [everything], aim, stopped) is None


def test_only_departures_that_are_offered_are_used(chain: EvacuationProblem) -> None:
    offered = {
        (option.index, step)
        for option in chain.plan.options for step in range(0, len(option.starts), 4)
        if option.starts[step]
    }  # fmt: skip
    aim = narrow.Aim({"arrival": 1.0}, 0.0, 1e12)
    chosen = narrow.choose(chain, chain.plan, [offered], aim, Stop(20.0))
    assert chosen is not None
    used = {move for _, moves, _ in chosen.itineraries for move in moves}
    assert used and used <= offered
