"""C18: what has been promised is in the plan as it was promised, or a fault says why it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner import load, pipeline

BRIDGE = Path(__file__).parent / "scenarios" / "small_bridge.yaml"
PEOPLE = ", group: old_town_people, people: "
ONE_BUS = ('  one_bus: {"fleets[buses].count": 1}\n', "  one_bus_only: [one_bus]\n")


def _write(folder: Path, *promises: str) -> Path:
    """The small bridge with commitments of the fleet of three buses."""
    text = BRIDGE.read_text(encoding="utf-8")
    for line in ONE_BUS:  # a what-if with one bus cannot keep what two have promised
        text = text.replace(line, "")
    lines = "".join(
        f"  - {{id: promise_{number}, fleet: buses, {promise}}}\n"
        for number, promise in enumerate(promises, start=1)
    )
    path = folder / "promised.yaml"
    path.write_text(text.replace("overrides:\n", f"commitments:\n{lines}overrides:\n"), "utf-8")
    return path


def _promise(vehicle: int, begin: str, people: str = "", origin: str = "old_town") -> str:
    return f"vehicle: {vehicle}, from: {origin}, to: haven, load_start: 2012-12-13T{begin}{people}"


@pytest.mark.parametrize(
    "promises",
    [
        [_promise(1, "09:30", f"{PEOPLE}20")],
        [_promise(2, "13:30", f"{PEOPLE}30")],
        [_promise(2, "08:00", f"{PEOPLE}20"), _promise(2, "13:30", f"{PEOPLE}30")],
        [_promise(3, "08:00"), _promise(1, "08:00", f"{PEOPLE}40")],
    ],
    ids=["in time", "after everybody could be gone", "twice the same bus", "nobody named"],
)
def test_a_promise_is_kept_to_the_minute(tmp_path: Path, promises: list[str]) -> None:
    scenario = load.read(_write(tmp_path, *promises))
    found = pipeline.make_plan(scenario, pipeline.Limits(time_s=6, node_limit=8), remedies=False)
    verdict = found.verdict
    assert [str(violation) for violation in verdict.violations] == []
    legs = {
        leg.commitment: (sortie, leg)
        for sortie in verdict.plan.sorties
        for leg in sortie.legs
        if leg.commitment is not None
    }
    assert set(legs) == {promise.id for promise in scenario.commitments}
    for promise in scenario.commitments:
        sortie, leg = legs[promise.id]
        assert (sortie.fleet, sortie.vehicle) == ("buses", promise.vehicle)
        assert leg.load_start_s == scenario.at_s(promise.load_start)
        assert sum(line.persons for line in leg.manifest) >= promise.people
    numbers = {sortie.vehicle for sortie in verdict.plan.sorties if sortie.fleet == "buses"}
    assert numbers <= {1, 2, 3}
    levels = {level.name: level for level in verdict.plan.levels}
    assert levels["left_behind"].value == levels["left_behind"].bound == 80


def test_a_promised_bus_sets_out_as_late_as_it_can(tmp_path: Path) -> None:
    scenario = load.read(_write(tmp_path, _promise(1, "09:30")))
    problem = pipeline.make_problem(scenario, pipeline.make_network(scenario))
    (mover,) = [index for index, mover in enumerate(problem.plan.movers) if mover.must]
    (out, step), kept = problem.plan.openings[mover].starts
    assert kept[1] * problem.grid.step_s == scenario.at_s(scenario.commitments[0].load_start)
    option = problem.plan.options[out]
    assert (option.loaded, option.origin, option.destination) == (False, "haven", "old_town")
    assert step + option.steps == kept[1]


def test_what_cannot_be_kept_is_a_fault_with_its_line(tmp_path: Path) -> None:
    path = _write(
        tmp_path,
        _promise(2, "13:33", f"{PEOPLE}30"),
        _promise(2, "06:00", f"{PEOPLE}20"),
        _promise(1, "08:00", origin="upper_town"),
    )
    told = {
        issue.where: (issue.line, issue.problem, bool(issue.remedy))
        for issue in pipeline.check(path)
        if issue.severity == "error"
    }
    lines = path.read_text(encoding="utf-8").splitlines()
    first = 1 + next(i for i, line in enumerate(lines) if "promise_1" in line)
    assert told == {
        "commitments[promise_1].load_start": (
            first, "loading begins between two steps of 10 min after the start", True,
        ),
        "commitments[promise_2].load_start": (
            first + 1, "the vehicle cannot be at 'old_town' by then", True,
        ),
        "commitments[promise_3].load_start": (
            first + 2,
            "nothing of fleet 'buses' can begin to load at 'upper_town' for 'haven' at that "
            "moment: no way, a window or a permission stands against it",
            True,
        ),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fleet", "promises", "told"),
    [
        (
            "duty: {longest: 6 h, rest: 8 h}",
            [_promise(1, "08:00"), _promise(1, "14:00")],
            "leaves no time for the crew's rest or for fuel",
        ),
        (
            "convoy: {headway: 2 h}",
            [_promise(1, "08:00"), _promise(2, "09:30")],
            "it leaves too soon after the convoy that is promised before it",
        ),
    ],
    ids=["duty", "headway"],
)
def test_promises_that_crews_or_convoys_cannot_keep_are_faults(
    tmp_path: Path, fleet: str, promises: list[str], told: str
) -> None:
    path = _write(tmp_path, *promises)
    text = path.read_text(encoding="utf-8").replace("{id: buses,", f"{{id: buses, {fleet},")
    path.write_text(text, encoding="utf-8")
    (issue,) = [issue for issue in pipeline.check(path) if issue.severity == "error"]
    assert issue.where == "commitments[promise_2].load_start"
    assert told in issue.problem
    fine = text.replace(fleet, fleet.replace("6 h", "14 h").replace("2 h", "1 h"))
    path.write_text(fine, encoding="utf-8")
    assert [issue for issue in pipeline.check(path) if issue.severity == "error"] == []


def test_promises_that_a_limit_does_not_allow_are_faults(tmp_path: Path) -> None:
    """Two buses load at one moment; with one loading bay there is no room for the second one."""
    path = _write(tmp_path, _promise(1, "08:00"), _promise(2, "08:00"))
    text = path.read_text(encoding="utf-8")
    assert not [issue for issue in pipeline.check(path) if issue.severity == "error"]
    path.write_text(text.replace("loading_bays: 2", "loading_bays: 1", 1), encoding="utf-8")
    (issue,) = [issue for issue in pipeline.check(path) if issue.severity == "error"]
    assert issue.where == "commitments[promise_2].load_start"
    assert "no room for its vehicle" in issue.problem
