"""C13 in plans: vehicles that leave together are so many whole convoys; C14: no leg is too long."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from planner import load, pipeline
from planner.movements import convoy_sizes
from planner.pipeline import Limits, Result
from planner.scenario import Fleet

SMALL = Path(__file__).parent / "scenarios"


def fleet(count: int, least: int, most: int | None) -> Fleet:
    convoy = {"min": str(least)} | ({"max": str(most)} if most else {})
    return Fleet.model_validate(
        {"id": "buses", "vehicle": "coach", "count": str(count), "base": "b", "convoy": convoy}
    )


@pytest.mark.parametrize(
    ("count", "least", "most", "sizes"),
    [
        (7, 3, None, [4, 3]),  # two convoys of three, one vehicle more
        (7, 3, 3, [3, 3]),  # the seventh has no convoy to go with
        (12, 5, 8, [6, 6]),
        (2, 3, None, []),  # fewer than a convoy: nobody goes
    ],
)
def test_as_many_convoys_as_can_be(
    count: int, least: int, most: int | None, sizes: list[int]
) -> None:
    assert convoy_sizes(fleet(count, least, most), count) == sizes


def planned(tmp_path: Path, convoy: str, buses: int = 4) -> Result:
    """The small bridge with so many buses that go in convoys."""
    text = (SMALL / "small_bridge.yaml").read_text(encoding="utf-8")
    line = next(x for x in text.splitlines() if "id: buses" in x)
    count = next(part for part in line.split(",") if "count:" in part)
    changed = line.replace(count, f" count: {buses}").replace("{id:", f"{{convoy: {convoy}, id:")
    path = tmp_path / "convoys.yaml"
    path.write_text(text.replace(line, changed), encoding="utf-8")
    return pipeline.make_plan(load.read(path), Limits(time_s=6, node_limit=8), remedies=False)


def together(result: Result) -> Counter[tuple[str, int]]:
    """Vehicles by way and moment of leaving with people in the convoy."""
    plan = result.verdict.plan
    legs = [leg for sortie in plan.sorties if sortie.fleet == "buses" for leg in sortie.legs]
    loaded = {(leg.route, leg.depart_s) for leg in legs if leg.manifest}
    return Counter((leg.route, leg.depart_s) for leg in legs if (leg.route, leg.depart_s) in loaded)


def test_buses_leave_in_whole_convoys(tmp_path: Path) -> None:
    found = planned(tmp_path, "{min: 2, max: 2}")
    assert [str(violation) for violation in found.verdict.violations] == []
    leaving = together(found)
    assert leaving and all(vehicles % 2 == 0 for vehicles in leaving.values())
    assert found.verdict.figures.evacuated > 0


def test_a_bound_lets_vehicles_go_singly(tmp_path: Path) -> None:
    """What convoys cost is told as a gap, not hidden: the bound is no better than without them."""
    alone, convoys = planned(tmp_path, "{min: 1}"), planned(tmp_path, "{min: 4, max: 4}")
    assert [str(violation) for violation in convoys.verdict.violations] == []
    free = {level.name: level.value for level in alone.verdict.plan.levels}
    for level in convoys.verdict.plan.levels:
        assert level.bound <= level.value
        if level.name == "left_behind":
            assert level.bound <= free[level.name]


def test_fewer_buses_than_a_convoy_move_nobody(tmp_path: Path) -> None:
    found = planned(tmp_path, "{min: 3}", buses=2)
    assert [str(violation) for violation in found.verdict.violations] == []
    assert not together(found)


def test_legs_beyond_the_range_are_left_out(tmp_path: Path) -> None:
    """A bus that goes just less far than its longest leg cannot make that one any more."""
    text = (SMALL / "small_bridge.yaml").read_text(encoding="utf-8")
    path = tmp_path / "range.yaml"

    def legs(reach: str) -> set[int]:
        bus = text.replace("    seats: 40\n", f"    seats: 40\n    range: {reach}\n")
        path.write_text(bus, encoding="utf-8")
        scenario = load.read(path)
        problem = pipeline.make_problem(scenario, pipeline.make_network(scenario))
        buses = {i for i, mover in enumerate(problem.plan.movers) if mover.fleet == "buses"}
        routes = problem.network.routes
        return {routes[o.route].length_m for o in problem.plan.options if o.mover in buses
                and o.starts.any()}  # fmt: skip

    far = legs("900 km")
    near = legs(f"{(max(far) - 1) // 1000} km")
    assert near == {metres for metres in far if metres <= (max(far) - 1) // 1000 * 1000}
    assert near < far
