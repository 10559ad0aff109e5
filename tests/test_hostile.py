"""Hostile inputs answered honestly: proven impossible and why, or the best plan and its gap."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from planner import footprint, load, pipeline, verify
from planner.cli import main
from planner.errors import Impossible, ScenarioError
from planner.pipeline import Limits, Result, make_network, make_plan
from planner.scenario import Scenario
from planner.verify import Verdict
from tests.bench import hostile_case as hostile
from tests.known.cases import shuttle
from tests.network_case import link, place, scenario

SMALL = Path(__file__).parent / "scenarios"
COUNTED = Limits(node_limit=6)

IMPOSSIBLE: dict[str, tuple[Callable[[], Scenario], str, str]] = {
    "zero vehicles": (hostile.zero_vehicles, "no_seat", "there are no vehicles: buses"),
    "no fleets": (hostile.no_fleets, "no_route", "no vehicle of this scenario has a way"),
    "closed": (hostile.everything_closed, "closed", "road is closed"),
    "full haven": (hostile.full_haven, "haven_full", "haven takes in nobody"),
    "short horizon": (hostile.short_horizon, "too_late", "the horizon leave no time for it"),
    "refused": (hostile.refused, "unacceptable", "they refuse elders"),
    "forbidden": (hostile.forbidden, "not_authorised", "gov has not authorised the passage"),
    "no roads": (hostile.nothing_joined, "no_route", "has a way from here to a haven"),
}


def planned(case: Scenario, limits: Limits = COUNTED) -> Result:
    """The plan; it stands before the witness and everyone is accounted for."""
    result = make_plan(case, limits, remedies=False)
    assert [str(violation) for violation in result.verdict.violations] == []
    figures, plan = result.verdict.figures, result.verdict.plan
    assert figures.people == figures.evacuated + figures.left_behind
    assert sum(entry.persons for entry in plan.left_behind) == figures.left_behind
    assert all(entry.reason and entry.reason_code for entry in plan.left_behind)
    for level in plan.levels:
        assert level.bound <= level.value + 1e-9 * max(1.0, abs(level.value))
    return result


@pytest.mark.parametrize(("make", "code", "words"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_where_nobody_can_move_that_is_proven_with_its_reason(
    make: Callable[[], Scenario], code: str, words: str
) -> None:
    plan = planned(make()).verdict.plan
    assert plan.status == "PROVEN_IMPOSSIBLE"
    assert {entry.reason_code for entry in plan.left_behind} == {code}
    assert all(words in entry.reason for entry in plan.left_behind)
    assert not plan.sorties and not plan.self_movements


@pytest.mark.parametrize("make", [hostile.zero_people, hostile.no_groups])
def test_nobody_to_fetch_is_not_impossible(make: Callable[[], Scenario]) -> None:
    verdict = planned(make()).verdict
    assert verdict.plan.status == "OPTIMAL"
    assert (verdict.figures.people, len(verdict.plan.sorties)) == (0, 0)


def test_whoever_is_cut_off_does_not_keep_the_others() -> None:
    verdict = planned(hostile.disconnected()).verdict
    assert verdict.plan.status == "OPTIMAL"
    assert (verdict.figures.evacuated, verdict.figures.left_behind) == (200, 70)
    assert [entry.reason_code for entry in verdict.plan.left_behind] == ["no_route"]


def test_a_crowd_at_one_point_is_counted_to_the_head() -> None:
    plan = planned(hostile.million(40_000), Limits(time_s=4.0)).verdict.plan
    assert plan.people == 40_000
    assert plan.status in ("OPTIMAL", "FEASIBLE")


@pytest.mark.parametrize("make", [hostile.thousand, hostile.thousand_crossed])
def test_many_assembly_points(make: Callable[[int], Scenario]) -> None:
    found = planned(make(60), Limits(time_s=4.0))
    assert found.verdict.plan.levels[0].bound >= 0
    assert found.verdict.figures.evacuated > 0


def test_ways_grow_with_the_points_not_with_their_square() -> None:
    """Nobody drives from home to home: one way there and one back for each point and haven."""
    few, many = (len(make_network(hostile.thousand(n)).routes) for n in (20, 40))
    assert many == 2 * few


# ------------------------------------------------------------------ proven impossible


def _told(verdict: Verdict) -> set[str]:
    return {violation.rule for violation in verdict.violations}


def test_the_witness_catches_a_false_claim_of_impossibility() -> None:
    case = shuttle({"home": (20, 50)})
    verdict = planned(case).verdict
    first, *others = verdict.plan.levels
    liar = verdict.plan.model_copy(
        update={
            "status": "PROVEN_IMPOSSIBLE",
            "levels": (first.model_copy(update={"status": "PROVEN_IMPOSSIBLE"}), *others),
        }
    )
    assert "bounds" in _told(verify.check(liar, case, verdict.network))


def test_commitments_that_contradict_each_other(tmp_path: Path) -> None:
    """One vehicle is promised at two places within ten minutes."""
    promise = {"from": "home", "to": "haven", "fleet": "buses", "vehicle": 1}
    case = scenario(
        horizon="8 h", step="10 min",
        places=[place("home", 0), place("haven", 20, "safe_haven")],
        links=[link("road", "home", "haven", "20 km", speed="60 km/h")],
        groups=[{"id": "people", "at": "home", "people": 100}],
        commitments=[
            {"id": "first", **promise, "load_start": "2012-12-13T07:00"},
            {"id": "second", **promise, "load_start": "2012-12-13T07:10"},
        ],
    )  # fmt: skip
    with pytest.raises(Impossible, match="second"):
        make_plan(case, COUNTED, remedies=False)


def test_the_command_line_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(SMALL / "small_bridge.yaml")
    out = str(tmp_path / "out")
    given = ["plan", file, "--what-if", "bridge_destroyed", "--no-remedies", "--node-limit", "5"]
    assert main([*given, "--out", out]) == 1
    said = capsys.readouterr().out
    assert "It is proven that nobody at all can get out as things stand." in said
    assert "Plan: proven impossible" in said
    assert main([*given, "--out", out, "--json", "--plan-only"]) == 1
    assert json.loads(capsys.readouterr().out)["status"] == "PROVEN_IMPOSSIBLE"


# ------------------------------------------------------------------ interruptions


@pytest.mark.parametrize("question", [1, 2, 3, 5, 8, 13, 21, 34, 55, 89])
def test_an_interruption_at_any_moment_keeps_a_verified_plan(question: int) -> None:
    """Somebody asks to stop at the n-th question, and never takes it back."""
    asked = 0

    def should_stop() -> bool:
        nonlocal asked
        asked += 1
        return asked >= question

    case = load.read(SMALL / "small_walkout.yaml")
    result = make_plan(case, Limits(time_s=20.0), should_stop=should_stop)
    assert [str(violation) for violation in result.verdict.violations] == []
    assert result.verdict.figures.people == 200
    assert result.verdict.figures.evacuated > 0
    if result.verdict.plan.stopped_by != "interrupt":
        assert result.verdict.plan.status == "OPTIMAL"


# ------------------------------------------------------------------ memory


def _fine(case: Scenario, step: str) -> Scenario:
    tree = case.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return Scenario.model_validate({**tree, "step": step})


def test_too_large_a_case_is_told_before_it_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("arrays were made")

    monkeypatch.setattr(pipeline, "pose", never)
    case = _fine(hostile.thousand(200), "1 min")
    with pytest.raises(ScenarioError) as told:
        make_plan(case, replace(COUNTED, memory_mb=400.0))
    (issue,) = told.value.issues
    assert issue.where == "step"
    assert issue.problem.startswith("this scenario needs about ")
    assert " at a step of 1 min; it may take 400 MB" in issue.problem
    assert issue.remedy.startswith("a step of ")


def test_the_step_that_is_offered_fits() -> None:
    case = _fine(hostile.thousand(200), "1 min")
    network = make_network(case)
    need = footprint.megabytes(case, network)
    with pytest.raises(ScenarioError) as told:
        footprint.check(case, network, need / 2)
    minutes = int(told.value.issues[0].remedy.split()[3])
    assert footprint.megabytes(case, network, 60 * minutes) <= need / 2
    footprint.check(case, network, need + 1)


def test_the_command_line_takes_a_cap(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["plan", str(SMALL / "small_walkout.yaml"), "--out", str(tmp_path / "out")]
    assert main([*given, "--memory", "50 MB"]) == 1
    told = capsys.readouterr().err
    assert "it may take 50 MB" in told and "Traceback" not in told
    for wrong in ("lots", "4", "-1 GB", "nan GB", "inf GB"):
        with pytest.raises(SystemExit):
            main([*given, f"--memory={wrong}"])


def test_a_haven_that_is_told_to_take_people_in_is_the_remedy() -> None:
    (entry,) = make_plan(hostile.full_haven(), COUNTED).verdict.plan.left_behind
    assert entry.remedy is not None and entry.remedy.kind == "intake"
    assert (entry.remedy.gain_persons or 0) > 0
