"""A search that begins with another one's: what still exists is used, nothing is taken on trust."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from planner import load, pipeline
from planner.pipeline import Limits, Result
from planner.solvers import Memory, Solver
from planner.solvers.memory import Names, recall, vehicles

SMALL = Path(__file__).parent / "scenarios"
LIMITS = Limits(time_s=20, node_limit=12, gap=0.01)
CASES = [
    (path.stem, what_if)
    for path in sorted(SMALL.glob("small_*.yaml"))
    for what_if in load.read(path).what_ifs
]


def plan(name: str, what_if: str | None = None, memory: Memory | None = None) -> Result:
    scenario = load.read(SMALL / f"{name}.yaml", what_if)
    return pipeline.make_plan(scenario, LIMITS, remedies=False, memory=memory)


@pytest.fixture(scope="module")
def bases() -> dict[str, Result]:
    return {name: plan(name) for name in sorted({name for name, _ in CASES})}


@pytest.mark.parametrize(("name", "what_if"), CASES)
def test_a_what_if_from_the_bases_search_is_as_good_as_from_nothing(
    bases: dict[str, Result], name: str, what_if: str
) -> None:
    """Verified, and on the first level the same; its bound is a bound for the other plan too."""
    cold, warm = plan(name, what_if), plan(name, what_if, bases[name].memory)
    assert [str(violation) for violation in warm.verdict.violations] == []
    assert warm.verdict.status == cold.verdict.status
    least = cold.verdict.plan.levels[0]
    assert warm.verdict.plan.levels[0].value == pytest.approx(least.value)
    assert warm.verdict.plan.levels[0].bound <= least.value + 1e-6


def test_the_same_again_is_proven_without_new_itineraries(bases: dict[str, Result]) -> None:
    base = bases["small_bridge"]
    again = plan("small_bridge", None, base.memory)
    before = {level.name: level.value for level in base.verdict.plan.levels[:-1]}
    after = {level.name: level.value for level in again.verdict.plan.levels[:-1]}
    for level, value in before.items():
        assert after[level] <= value * 1.0001 + 1e-6


def solver(name: str, what_if: str | None = None, memory: Memory | None = None) -> Solver:
    scenario = load.read(SMALL / f"{name}.yaml", what_if)
    problem = pipeline.make_problem(scenario, pipeline.make_network(scenario))
    return Solver(problem, LIMITS, memory=memory)


def test_what_no_longer_exists_is_left_out(bases: dict[str, Result]) -> None:
    """With the bridge gone no earlier vehicle, itinerary or price of its traffic remains."""
    memory = bases["small_bridge"].memory
    assert memory is not None and memory.vehicles and memory.columns
    new = solver("small_bridge", "bridge_destroyed", memory)
    names = Names(new.problem, new.problem.plan)
    assert all(not starts for _, starts in vehicles(memory, new.problem))
    assert not any(names.column(trace) for trace in memory.columns)
    prices, proofs = recall(memory, new.engine)
    assert new.engine.master.columns == []
    homes = {c.index for c in new.problem.commodities}
    for levels in (prices, proofs):
        assert all(key[1] in homes for found in levels.values() for key in found if key[0] == "d")


def test_a_round_that_lost_a_movement_is_left_out_as_a_whole(bases: dict[str, Result]) -> None:
    """Without a loaded movement in between, the vehicle would stand where nothing begins."""
    memory = bases["small_bridge"].memory
    assert memory is not None
    new = solver("small_bridge", None, memory)
    options = new.problem.plan.options
    longest = max(memory.vehicles, key=lambda trace: len(trace.legs))
    loaded = [i for i, (_, is_loaded, _) in enumerate(longest.legs) if is_loaded]
    assert len(loaded) > 1
    legs = list(longest.legs)
    legs[loaded[0]] = ("a road that is no more", True, legs[loaded[0]][2])
    ((_, starts),) = vehicles(
        replace(memory, vehicles=(replace(longest, legs=tuple(legs)),)), new.problem
    )
    assert len(starts) == len(legs) - loaded[0] - 1
    for (before, _), (after, _) in pairwise(starts):
        assert options[before].destination == options[after].origin


def test_no_more_vehicles_than_there_are(bases: dict[str, Result]) -> None:
    memory = bases["small_bridge"].memory
    assert memory is not None
    new = solver("small_bridge", "one_bus_only", memory)
    buses = {i for i, mover in enumerate(new.problem.plan.movers) if mover.fleet == "buses"}
    assert sum(mover in buses for mover, _ in vehicles(memory, new.problem)) == 1


def test_another_step_is_another_search(bases: dict[str, Result]) -> None:
    memory = bases["small_bridge"].memory
    assert memory is not None
    assert solver("small_bridge", None, replace(memory, step_s=memory.step_s * 2)).memory is None


def test_words_come_back_as_the_numbers_they_were(bases: dict[str, Result]) -> None:
    memory = bases["small_ship"].memory
    assert memory is not None
    same = solver("small_ship")
    names = Names(same.problem, same.problem.plan)
    for trace in memory.columns:
        column = names.column(trace)
        if column is not None:
            assert names.trace(column) == trace
    assert memory.proofs.keys() >= {"left_behind", "harm", "arrival"}
    for prices in (*memory.prices.values(), *memory.proofs.values()):
        for key in prices:
            number = names.read(key)
            assert number is not None and names.spell(number) == key
