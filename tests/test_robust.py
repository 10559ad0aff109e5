"""Robust plans: known answers by hand and by enumeration, and what every comparison keeps to."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import Any
from xml.etree import ElementTree

import pandas
import pytest
import yaml

from planner import pipeline, verify
from planner.documents import robust as papers
from planner.draws import draw
from planner.errors import ScenarioError
from planner.replan import resumed
from planner.robust import Asked, Comparison, compare, cvar, report
from planner.robust.stage import FirstStage, held
from planner.robust.worlds import base
from planner.scenario import Scenario
from planner.solvers import Limits
from planner.units import MINUTE_S
from tests.command import run
from tests.enumerated import Day, first_stages, remain
from tests.robust_case import TREE, case, fallen_bridge, people, unknown_sizes

COUNTED = Limits(node_limit=12, time_s=30.0)
FIRST_S = 100 * MINUTE_S
Row = dict[str, Any]


def asked(draws: int, seed: int = 0, rehearsed: int = 0) -> Asked:
    return Asked(draws=draws, seed=seed, nodes=12, each_s=30.0, rehearsed=rehearsed)


@cache
def bridge() -> Comparison:
    """Three draws: it stays in the first, and falls in the two others."""
    scenario = fallen_bridge(what_ifs={"closed": ["cut"]},
                             overrides={"cut": {"links[left_road].status": "closed"}})  # fmt: skip
    links = tuple(
        link.model_copy(update={"status": "closed"}) if link.id == "left_road" else link
        for link in scenario.links
    )
    cut = scenario.model_copy(update={"links": links}).with_origin(scenario.origin)
    return compare(scenario, asked(3, rehearsed=6), {"closed": cut})


@cache
def told() -> Row:
    return report(bridge())


# ------------------------------------------------------------------ the measure


def test_the_mean_of_the_worst_share() -> None:
    values = [10, 40, 20, 30]
    assert cvar(values, 0.75) == 40
    assert cvar(values, 0.5) == 35
    assert cvar(values, 0.7) == pytest.approx((40 + 0.2 * 30) / 1.2)
    assert cvar(values, 0.99) == 40
    assert cvar([7], 0.75) == 7


def test_with_nothing_left_out_it_is_the_mean() -> None:
    values = [3.0, 8.0, 1.0, 0.0, 5.0]
    assert cvar(values, 0) == pytest.approx(fmean(values))
    assert cvar(values, 1e-9) == pytest.approx(fmean(values))


def test_it_grows_with_the_share_that_is_left_out() -> None:
    values = [0, 3, 90, 12, 12]
    figures = [cvar(values, alpha / 20) for alpha in range(20)]
    assert figures == sorted(figures)
    assert figures[0] < figures[-1] == 90


@pytest.mark.parametrize("alpha", [1.0, -0.1, 2.0])
def test_a_share_that_is_none_is_refused(alpha: float) -> None:
    with pytest.raises(ValueError, match="alpha"):
        cvar([1], alpha)


# ------------------------------------------------------------------ by hand: the bridge may fall


def test_whoever_thinks_of_the_bridge_goes_there_first() -> None:
    """Right first (there is shelling): 40 stay behind the bridge wherever it falls, two draws of
    three. Left first: nobody does, and whoever knew could do no better."""
    one = told()["summary"]
    assert one["eev"] == pytest.approx(80 / 3)
    assert (one["rp"], one["ws"], one["evpi"]) == (0, 0, 0)
    assert one["vss"] == one["vss_at_least"] == one["vss_at_most"] == pytest.approx(80 / 3)
    assert one["proven"] and not one["is_base"]
    places = [(row["from"], row["to"], row["persons"]) for row in told()["first_day"]]
    assert places == [("haven", "left", 0), ("left", "haven", 40)]


def test_what_it_costs_where_the_bridge_stays() -> None:
    """40 people wait 100 minutes longer under shelling, 1 in 1000 an hour: a fifteenth."""
    price = told()["summary"]["price"]
    assert price["left_behind"] == 0
    assert price["harm"] == pytest.approx(40 * 100 / 60 / 1000)


def test_regrets_are_against_the_best_plan_that_is_known() -> None:
    first, chosen = told()["candidates"][0], told()["candidates"][told()["chosen"]]
    assert [cell["regret"] for cell in first["cells"]] == [0, 0, 40, 40, 0]
    assert (first["max_regret"], first["max_regret_in"]) == (40, "draw 1")
    # Closed from the beginning nobody gets out on the left: the bus stands before it and waits.
    assert [cell["regret"] for cell in chosen["cells"]] == [0, 0, 0, 0, 0]
    assert chosen["cells"][-1]["called_off"] == 2
    assert chosen["cells"][-1]["left"] == 40


def test_the_plan_is_an_ordinary_one_that_passes_its_check() -> None:
    plan = bridge().plan
    assert plan is not None and plan.verified and plan.plan.under_way is None
    again = verify.check(plan.plan, bridge().scenario, plan.network)
    assert again.verified
    levels = {level.name: level for level in plan.plan.levels}
    # Its bounds are those of every plan, not of plans with this first day: harm could be less.
    assert levels["harm"].bound == pytest.approx(levels["harm"].value - 40 * 100 / 60 / 1000)


def test_out_of_sample_the_plan_is_played_as_it_stands() -> None:
    """The bridge falls or stays; 40 fewer remain wherever it falls."""
    found = bridge().rehearsed
    assert found is not None and found.numbers == (3, 9)
    falls = [bool(draw(bridge().scenario, 0, n).happenings) for n in range(3, 9)]
    assert found.robust == (0,) * 6
    assert found.base == tuple(40 * fallen for fallen in falls)
    assert told()["rehearsed"]["saved"] == pytest.approx(40 * fmean(falls))


def test_sums_of_the_rows() -> None:
    one, rows = told()["summary"], told()["candidates"]
    for row in rows:
        drawn_ = [cell["left"] for cell in row["cells"] if cell["kind"] == "draw"]
        assert row["mean"] == pytest.approx(fmean(drawn_))
        assert row["worst"] == max(drawn_) >= row["cvar"] >= row["mean"]
        for cell, world in zip(row["cells"], told()["worlds"], strict=True):
            assert cell["regret"] == cell["left"] - world["left"] >= 0
            assert world["bound"] <= world["left"]
            assert cell["bound"] <= cell["left"]
    assert one["eev"] == one["rp"] + one["vss"]
    assert one["rp"] == one["ws"] + one["evpi"]
    assert one["ws_bound"] <= one["ws"] <= one["rp"] <= one["eev"]


def test_what_a_planner_reads() -> None:
    text = "\n".join(told()["sentences"])
    assert "Until 2012-12-13 07:40 leave as in the plan for all draws at once" in text
    assert "Over the 3 draws 0 people remain on average" in text
    assert "with the base plan's first day 26.7, 40 and 40" in text
    assert "value of the stochastic solution; at least 26.7, at most 26.7" in text
    assert "proven" in text


# ------------------------------------------------------------------ by enumeration


def days(scenario: Scenario, draws: int, seed: int) -> list[Day]:
    """What the draws are, for the enumeration."""
    found = []
    for number in range(draws):
        one = draw(scenario, seed, number)
        falls = [h.start_s // MINUTE_S for h in one.happenings]
        sizes = one.people
        found.append(Day(sizes["left_people"], sizes["right_people"], falls[0] if falls else None))
    return found


@pytest.mark.parametrize(
    ("buses", "measure", "draws", "seed"),
    [(1, "expected", 3, 3), (1, "cvar", 3, 3), (2, "expected", 3, 5), (2, "cvar", 2, 11)],
)
def test_the_best_first_stage_of_all(buses: int, measure: str, draws: int, seed: int) -> None:
    scenario = unknown_sizes(buses, measure)
    horizon = scenario.horizon_s // scenario.step_s
    alpha = 0.5 if measure == "cvar" else 0.0
    turned_out = days(scenario, draws, seed)
    values = {
        first: [remain(first, day, horizon) for day in turned_out]
        for first in first_stages(buses, horizon)
    }
    assert len(values) > 20
    best = min(cvar(of, alpha) for of in values.values())
    known = cvar([min(of[n] for of in values.values()) for n in range(draws)], alpha)
    one = report(compare(scenario, asked(draws, seed)))["summary"]
    assert one["rp"] == pytest.approx(best)
    assert one["ws"] == pytest.approx(known)
    assert one["rp_bound"] <= best + 1e-6
    assert one["ws_bound"] <= one["ws"] <= one["rp"] <= one["eev"]
    assert one["proven"]


# ------------------------------------------------------------------ a first day elsewhere


def planned(scenario: Scenario) -> FirstStage:
    result = pipeline.make_plan(scenario, COUNTED, remedies=False)
    plan, network = result.verdict.plan, result.verdict.network
    return FirstStage("base", plan, scenario, network, FIRST_S)


def sized(left: int, right: int, **more: Any) -> Scenario:
    return case(groups=people(str(left), str(right)), **more)


def test_in_its_own_world_a_first_day_is_as_it_was() -> None:
    stage = planned(sized(45, 10))
    world = base(stage.scenario)
    first = held(stage, world.scenario, world.network)
    assert first.plan == stage.plan and not first.called_off
    verdict = resumed(first.plan, world.scenario, world.network, FIRST_S, COUNTED)
    assert verdict.verified and verdict.plan.sorties == stage.plan.sorties


@pytest.mark.parametrize(
    ("there", "aboard"), [(45, 45), (30, 30), (0, 0), (48, 48), (50, 50), (90, 50)]
)
def test_who_is_there_boards_up_to_the_seats(there: int, aboard: int) -> None:
    """45 were planned with, in a bus of 50 seats."""
    stage = planned(sized(45, 0))
    world = base(sized(there, 0))
    first = held(stage, world.scenario, world.network)
    assert not first.called_off and first.aboard == aboard
    verdict = resumed(first.plan, world.scenario, world.network, FIRST_S, COUNTED)
    assert verdict.verified, verdict.violations
    begun = [leg for s in verdict.plan.sorties for leg in s.legs if leg.load_start_s < FIRST_S]
    assert [(leg.load_start_s, leg.route) for leg in begun] == [
        (leg.load_start_s, leg.route) for _, _, leg in stage.legs
    ]
    assert begun[-1].persons == aboard
    assert verdict.figures.left_behind == max(0, there - 100)


def test_households_of_another_size_take_the_places() -> None:
    stage = planned(case(groups=people("48", "0", households={"4": "100 %"})))
    world = base(case(groups=people("60", "0", households={"3": "100 %"})))
    first = held(stage, world.scenario, world.network)
    assert first.aboard == 48
    assert resumed(first.plan, world.scenario, world.network, FIRST_S, COUNTED).verified


def test_what_cannot_leave_is_called_off_and_the_bus_waits() -> None:
    """The left road closes at 06:30: the bus that is to go there at 06:00 stays at the haven, and
    goes to the right once the first stage is over."""
    stage = planned(sized(40, 0))
    closed = [{**link} for link in TREE["links"]]
    closed[0] = {**closed[0], "closed": [["2012-12-13T06:30", "2012-12-14T06:00"]]}
    world = base(sized(40, 20, links=closed))
    first = held(stage, world.scenario, world.network)
    assert len(first.called_off) == 2 and first.aboard == 0
    verdict = resumed(first.plan, world.scenario, world.network, FIRST_S, COUNTED)
    assert verdict.verified
    begun = [(leg.origin, leg.destination, leg.load_start_s)
             for s in verdict.plan.sorties for leg in s.legs]  # fmt: skip
    assert begun == [("haven", "right", FIRST_S), ("right", "haven", FIRST_S + 40 * MINUTE_S)]


def test_a_bus_beyond_a_bridge_that_fell_is_no_fault_of_the_plan() -> None:
    """It has left for the right bank, the only way back falls while it is there."""
    stage = planned(sized(40, 0))
    closed = [{**link} for link in TREE["links"]]
    closed[0] = {**closed[0], "closed": [["2012-12-13T06:45", "2012-12-14T06:00"]]}
    world = base(sized(40, 0, links=closed))
    first = held(stage, world.scenario, world.network)
    assert len(first.called_off) == 1
    verdict = resumed(first.plan, world.scenario, world.network, FIRST_S, COUNTED)
    assert verdict.verified and verdict.figures.left_behind == 40


# ------------------------------------------------------------------ stopped, wrong, again


def test_stopped_it_says_so() -> None:
    found = report(compare(fallen_bridge(), asked(2), should_stop=lambda: True))
    assert found["partial"] and found["summary"] is None and found["plan"] is None
    assert found["sentences"] == [
        "Stopped before any first day was looked at in every draw: nothing to compare."
    ]


def test_out_of_time_what_was_done_is_told() -> None:
    calls: list[str] = []

    def stop() -> bool:
        return any("all draws" in phase for phase in calls)

    found = compare(fallen_bridge(), asked(2), on_step=lambda phase, done, of: calls.append(phase),
                    should_stop=stop)  # fmt: skip
    assert found.is_partial
    assert found.chosen is found.candidates[0]
    assert report(found)["summary"]["is_base"]


def test_every_fault_at_once() -> None:
    scenario = sized(1, 1, robust=None).model_copy(update={"uncertainty": None})
    levels = scenario.priorities.model_copy(update={"levels": ("harm", "left_behind")})
    scenario = scenario.model_copy(update={"priorities": levels})
    with pytest.raises(ScenarioError) as caught:
        compare(scenario, asked(9))
    assert [issue.where for issue in caught.value.issues] == [
        "uncertainty", "--draws", "robust.first_stage", "priorities.levels",
    ]  # fmt: skip
    assert all(issue.remedy for issue in caught.value.issues)
    with pytest.raises(ScenarioError, match="0 draws"):
        compare(fallen_bridge(), asked(0))


def test_the_same_again() -> None:
    scenario = unknown_sizes()
    once, again = (report(compare(scenario, asked(2, 3, rehearsed=2))) for _ in range(2))
    assert once == again


# ------------------------------------------------------------------ the command and its files


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = {**bridge().scenario.origin.tree, "what_ifs": {"half": ["few"]},
            "overrides": {"few": {"groups[right_people].people": "20"}}}  # fmt: skip
    path = tmp_path_factory.mktemp("robust") / "one_bus.yaml"
    path.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    return path


def test_the_command_writes_a_plan_that_is_accepted(
    written: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = written.parent / "out"
    options = ["--draws", "2", "--node-limit", "12", "--rehearse", "3", "--out", str(out)]
    assert run("robust", written, *options) == 0
    text = capsys.readouterr().out
    assert "leave as in the plan for all draws at once" in text
    assert "what if half" in text and "Decision support, not clearance." in text
    assert max(map(len, text.splitlines())) <= 100
    assert run("verify", out / "plan.json") == 0
    known = json.loads((out / "robust.json").read_text(encoding="utf-8"))
    assert known["summary"]["vss"] == 20
    table = pandas.read_csv(out / "regret.csv")
    assert list(table[table["label"] == "the base plan"]["regret"]) == [0, 0, 40, 0]
    assert len(pandas.read_csv(out / "first_day.csv")) == 2
    assert len(pandas.read_csv(out / "candidates.csv")) == len(known["candidates"])
    assert list(pandas.read_csv(out / "worlds.csv")["id"]) == [
        "base", "draw 0", "draw 1", "what-if half",
    ]  # fmt: skip


def test_the_command_tells_what_is_wrong(
    written: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run("robust", written, "--draws", "9") == 1
    assert "write 1 to 8" in capsys.readouterr().err
    bare = tmp_path / "bare.yaml"
    bare.write_text(yaml.safe_dump({**TREE, "groups": people("1", "1")}), encoding="utf-8")
    assert run("robust", bare, "--draws", "9") == 1
    errors = capsys.readouterr().err
    assert "uncertainty" in errors and "--draws" in errors and "first_stage" in errors


def test_the_picture_shows_each_draw_with_a_letter_by_each_bar() -> None:
    root = ElementTree.fromstring(papers.robust_svg(told()))
    words = [node.text for node in root.iter() if node.tag.endswith("text")]
    assert words.count("B") == words.count("R") == words.count("K") == 4
    assert "draw 1: falls" in words and "mean of the draws" in words
    empty = {**told(), "summary": None}
    assert "Nothing to compare." in papers.robust_svg(empty)


def test_names_of_a_scenario_stay_text() -> None:
    hostile = {**told(), "scenario": "<script>alert(1)</script>\u202e"}
    picture = papers.robust_svg(hostile)
    assert "<script" not in picture and "\u202e" not in picture
