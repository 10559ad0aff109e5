"""The next round of an idle vehicle: the best one, though few are looked at."""

from __future__ import annotations

import random

import pytest

from planner.problem import EvacuationProblem
from planner.solvers.dispatch import Dispatcher
from planner.solvers.extend import Extender, _Choice, _Idle
from tests.test_solvers import _crowded


def _every_round(extender: Extender, vehicle: _Idle, earliest: int) -> _Choice | None:
    """The best of all rounds, each fitted and rated in turn."""
    best: _Choice | None = None
    for option in extender.loaded.get(vehicle.mover, []):
        wanted = [c for c in option.carries if extender._waiting(c.commodity) > 0.5]
        for moves in extender.dispatcher.ways([(option.index, 0)], vehicle.at):
            starts = extender.dispatcher.fit(moves, earliest, vehicle.moves)
            if starts is None or not wanted:
                continue
            extender.dispatcher.cancel(starts, vehicle.moves)
            open_ = [c.commodity for c in wanted if c.may[starts[-1][1]]]
            choice = extender._rate(vehicle, option, starts, open_)
            if choice is not None and (best is None or choice.rating < best.rating):
                best = choice
    return best


@pytest.mark.parametrize("seed", range(6))
def test_the_round_found_early_is_the_best_of_all(seed: int) -> None:
    problem: EvacuationProblem = _crowded()
    lot = random.Random(seed)
    extender = Extender(problem, Dispatcher(problem, problem.plan), lot, fear=3.0 * (seed % 2))
    home = {c.index: float(c.demand) for c in problem.commodities if not c.is_hub}
    looked_at = []
    fitted = extender._next_round

    def both(vehicle: _Idle, earliest: int) -> _Choice | None:
        expected = _every_round(extender, vehicle, earliest)
        found = fitted(vehicle, earliest)
        looked_at.append(found)
        assert found == expected
        return found

    extender._next_round = both  # type: ignore[method-assign]
    placed = extender.extend([], home, until=float("inf"))
    assert placed and sum(found is not None for found in looked_at) > 5
    assert any(moves and problem.plan.movers[mover].mode == "sea" for mover, moves in placed), (
        "people are to wait in the hub too"
    )
