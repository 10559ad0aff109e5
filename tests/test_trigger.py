"""Go, wait or stay: start dates and triggers of one bus, reckoned by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas
import pytest

from planner import load, pipeline
from planner.documents import dates as papers
from planner.draws import draw, world
from planner.scenario import Scenario
from planner.solvers import Limits
from planner.trigger import Appraisal, Watch, appraise, daily, report
from planner.trigger.report import _course, sentences
from planner.units import HOUR_S
from tests.command import run

TEXT = """\
schema_version: 1
title: One bus
timezone: Asia/Damascus
start: 2012-12-13T06:00
horizon: 10 h
step: 30 min
parties: [{id: government}, {id: opposition}]
places:
  - {id: haven, role: safe_haven, at: [35.48, 40.25]}
  - {id: town, name: The town, role: assembly_point, at: [35.33, 40.13], control: government}
links:
  - {id: road, from: town, to: haven, length: 20 km, speed: 60 km/h, closed: [[2012-12-13T14:05, 2012-12-13T16:00]]}
groups:
  - {id: townsfolk, at: town, people: 60, households: {"4": 100 %}}
vehicles:
  bus: {mode: road, seats: 40, speed: 60 km/h, loading: 10 min, unloading: 10 min}
fleets:
  - {id: buses, vehicle: bus, count: 1, base: haven}
threats:
  - {id: shelling, zone: {places: [town]}, rate: 10 per 1000 person-hours}
control:
  - {id: taken, party: opposition, zone: {places: [town]}, from: 2012-12-13T10:00}
authorisations:
  - {id: yes_government, party: government, state: granted}
  - {id: yes_opposition, party: opposition, state: granted}
  - {id: late_yes, party: government, state: granted, from: 2012-12-13T09:00}
  - {id: asked, party: government, state: requested}
uncertainty:
  events:
    - {id: falls, chance: 100 %, from: 2012-12-13T12:00, after: 0 min, closes: [road]}
    - {id: comes, chance: 100 %, from: 2012-12-13T10:00, after: 0 min, grants: [asked]}
triggers:
  - {id: town_lost, name: The town is lost, lost: [town], by: government, then: go}
  - {id: cut_off, closed: [road], then: stay}
  - {id: both, closed: [road], granted: [late_yes], at_least: 2, then: wait}
  - {id: no_word, withdrawn: [late_yes], then: wait}
"""  # noqa: E501
COUNTED = Limits(node_limit=3, time_s=30.0)
STARTS = (0, 5 * HOUR_S + 1800, 7 * HOUR_S, 7 * HOUR_S + 1800)
DRAWS = 3


@pytest.fixture(scope="module")
def one_bus() -> Scenario:
    return load.read_text(TEXT)


@pytest.fixture(scope="module")
def found(one_bus: Scenario) -> Appraisal:
    return appraise(one_bus, STARTS, COUNTED, DRAWS, seed=1, now_s=5 * HOUR_S)


@pytest.fixture(scope="module")
def told(found: Appraisal) -> dict[str, Any]:
    return report(found)


@pytest.mark.parametrize(
    ("chances", "words"),
    [
        ([1.0, 0.4, 0.0], "closed at A in 100% of the draws, at B in 40%"),
        ([1.0, 0.9, 0.8], "closed at A in 100% of the draws, and mostly so at every later date"),
        ([0.0, 0.3, 0.7], "likely lost from C on (closed in 70% of the draws)"),
        ([0.02, 0.08, 0.05], "closed at B in 8% of the draws, 2% at the first date"),
        ([0.05, 0.0, 0.0], "closed at A in 5% of the draws"),
    ],
)
def test_when_a_way_is_lost_is_told_in_words(chances: list[float], words: str) -> None:
    assert _course(chances, "ABC") == words


def test_a_date_that_is_far_from_proven_is_told_so(told: dict[str, Any]) -> None:
    assert not any("--each" in one for one in told["sentences"])
    loose = {**told["dates"][1], "gaps": {**told["dates"][1]["gaps"], "harm": 0.3}}
    said = sentences({**told, "dates": [told["dates"][0], loose, *told["dates"][2:]]})
    assert "one date ended" in said[-1] and "up to 30% too many" in said[-1]


def test_an_earlier_date_is_never_worse_than_a_later_one(
    one_bus: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first search that finds next to nothing is made again from what the later date found."""
    make_plan = pipeline.make_plan

    def short_sighted(scenario: Scenario, limits: Limits, **more: Any) -> Any:
        lame = more["memory"] is None
        if not lame:
            return make_plan(scenario, limits, **more)
        late = scenario.not_before(7 * HOUR_S)  # as if the first date had been searched for naught
        return make_plan(late, limits, **more)

    monkeypatch.setattr(pipeline, "make_plan", short_sighted)
    found = appraise(one_bus, (0, 2 * HOUR_S), COUNTED, 2, seed=1)
    first, second = found.dates
    assert first.left <= second.left and len(first.drawn) == 2
    assert first.left == 0


def test_who_waits_too_long_is_left_behind(told: dict[str, Any]) -> None:
    """20 min out, 10 to load, 20 back, 10 to unload, each begun at a half hour: 90 min a round.

    From 5 h 30 on the second load (40 + 20 of 60) begins at 7 h 30 and is there at 8 h, before the
    road closes at 8 h 05. From 7 h on one fits (40), from 7 h 30 none: it would load at 8 h.
    """
    assert [row["out"] for row in told["dates"]] == [60, 60, 40, 0]
    assert [row["left"] for row in told["dates"]] == [0, 0, 20, 60]
    assert all(row["verdict"] == "VERIFIED" for row in told["dates"])
    assert told["dates"][2]["left_by_group"] == {"townsfolk": 20}


def test_waiting_costs_what_the_danger_says(told: dict[str, Any]) -> None:
    """60 people × 10 per 1000 person-hours: 0.6 an hour; all 10 hours 6.0."""
    assert told["harm_of_staying"] == pytest.approx(6.0)
    assert [row["harm_waiting"] for row in told["dates"]] == pytest.approx([0, 3.3, 4.2, 4.5])
    assert told["dates"][-1]["harm"] == pytest.approx(6.0)  # nobody gets out: as if all stayed
    for row in told["dates"]:
        assert row["harm"] == pytest.approx(row["harm_waiting"] + row["harm_after"])


def test_the_last_safe_moment_as_planned_and_in_the_draws(told: dict[str, Any]) -> None:
    """As planned 5 h 30; but the road falls at 6 h in every draw: only the first date is safe."""
    safe = told["last_safe"]
    assert safe["planned_s"] == STARTS[1] and safe["drawn_s"] == 0
    assert safe["shares"] == [1.0, 0.0, 0.0, 0.0]
    assert [row["drawn"]["p50"] for row in told["dates"]] == [60, 0, 0, 0]


def test_what_has_happened_by_a_moment(one_bus: Scenario, found: Appraisal) -> None:
    watch = Watch(one_bus, found.dates[0].verdict.network)
    triggers = {trigger.id: trigger for trigger in one_bus.triggers}

    def first(name: str, moments: tuple[int, ...]) -> int | None:
        return next((at for at in moments if watch.has_fired(triggers[name], at)), None)

    minutes = tuple(range(0, 10 * HOUR_S, 60))
    assert first("town_lost", minutes) == 4 * HOUR_S
    assert first("cut_off", minutes) == 8 * HOUR_S + 300  # to the end of the scenario's time
    assert first("both", minutes) == 8 * HOUR_S + 300
    assert watch.has_fired(triggers["no_word"], 3 * HOUR_S - 1)
    assert not watch.has_fired(triggers["no_word"], 3 * HOUR_S)


def test_triggers_and_permissions_in_the_draws(found: Appraisal, told: dict[str, Any]) -> None:
    by_id = {row["id"]: row for row in told["triggers"]}
    assert by_id["town_lost"]["has_fired"] and not by_id["cut_off"]["has_fired"]
    assert by_id["cut_off"]["chance_by_date"] == [0, 0, 1, 1]
    assert by_id["both"]["chance_by_date"] == [0, 0, 1, 1]
    assert [row["id"] for row in told["permissions"]] == ["asked"]
    assert told["permissions"][0]["chance_by_date"] == [0, 1, 1, 1]
    drawn = Watch(world(draw(found.scenario, 1, 0)), found.dates[0].verdict.network)
    assert drawn.is_in_force("asked", 4 * HOUR_S) and not drawn.is_in_force("asked", 0)


def test_the_sentences_say_what_the_figures_say(told: dict[str, Any]) -> None:
    said = " ".join(told["sentences"])
    assert "Fired at 2012-12-13 11:00: The town is lost (decided for it: go)." in said
    assert "Until 2012-12-13 11:30 nobody more is left behind" in said
    assert "leaves 20 instead of 0 (20 of townsfolk)" in said
    assert "than by beginning first: 2012-12-13 06:00." in said


def test_nothing_is_unsure_and_somebody_stops(one_bus: Scenario) -> None:
    sure = one_bus.model_copy(update={"uncertainty": None, "triggers": ()})
    calls: list[str] = []

    def stop() -> bool:
        return bool(calls)

    def step(phase: str, done: int, of: int) -> None:
        if done:
            calls.append(phase)

    found = appraise(sure, (0, HOUR_S), COUNTED, 5, seed=0, on_step=step, should_stop=stop)
    told = report(found)
    assert told["partial"] and len(told["dates"]) == 1 and told["dates"][0]["drawn"] is None
    assert "No triggers are set" in told["sentences"][0]
    nothing = report(appraise(sure, (0,), COUNTED, 5, seed=0, should_stop=lambda: True))
    assert nothing["sentences"] == ["Stopped before the first date was planned."]


def test_waiting_moves_no_clock(one_bus: Scenario) -> None:
    assert one_bus.not_before(0) is one_bus
    later = one_bus.not_before(HOUR_S)
    assert later.start_at == one_bus.start_at and later.horizon_s == one_bus.horizon_s
    assert later.origin == one_bus.origin
    plan = pipeline.make_plan(later, COUNTED, remedies=False).verdict.plan
    assert plan.sorties and all(leg.depart_s >= HOUR_S for s in plan.sorties for leg in s.legs)


def test_every_day_of_the_scenario(one_bus: Scenario) -> None:
    assert daily(one_bus) == (0,)
    assert len(daily(one_bus.model_copy(update={"horizon_s": 49 * HOUR_S}))) == 3


def test_files_are_read_by_others(told: dict[str, Any], tmp_path: Path) -> None:
    paths = {path.name: path for path in papers.write(tmp_path, told)}
    assert json.loads(paths["trigger.json"].read_text(encoding="utf-8")) == told
    frame = pandas.read_csv(paths["dates.csv"])
    assert list(frame["out"]) == [60, 60, 40, 0] and list(frame["safe"]) == [1, 0, 0, 0]
    drawing = ElementTree.fromstring(paths["dates.svg"].read_text(encoding="utf-8"))
    words = [found.text for found in drawing.iter() if found.text]
    assert any("Decision support, not clearance." in word for word in words)
    again = {path.name: path.read_bytes() for path in papers.write(tmp_path / "again", told)}
    assert again == {name: path.read_bytes() for name, path in paths.items()}


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "one_bus.yaml"
    path.write_text(TEXT, encoding="utf-8")
    some = ["--draws", "2", "--node-limit", "3"]
    dates = ["--dates", "2012-12-13T06:00", "2012-12-13T13:00"]
    assert run("trigger", path, *some, *dates, "--now", "2012-12-13T11:00") == 0
    printed = capsys.readouterr().out
    assert "The town is lost (decided for it: go)" in printed
    assert "Decision support, not clearance." in printed
    assert run("trigger", path, *some, *dates, "--json", "--out", tmp_path / "out") == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["out"] for row in told["dates"]] == [60, 40]
    assert (tmp_path / "out" / "dates.svg").is_file()


def test_dates_that_are_none_or_outside(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "one_bus.yaml"
    path.write_text(TEXT, encoding="utf-8")
    assert run("trigger", path, "--dates", "someday", "2013-01-01", "--now", "2011-01-01") == 1
    said = capsys.readouterr().err
    assert "--dates" in said and "someday" in said
    assert "2013-01-01 is outside the scenario's time" in said and "--now" in said


def test_a_date_is_worth_what_a_later_one_brings(found: Appraisal) -> None:
    """Whoever begins earlier can follow the later plan; a search that was cut short hides that."""
    first, *rest = found.dates
    left = (found.dates[2].verdict.plan.left_behind[0].model_copy(update={"persons": 40}),)
    plan = first.verdict.plan.model_copy(update={"left_behind": left})
    cut = replace(first, verdict=replace(first.verdict, plan=plan))
    told = report(replace(found, dates=(cut, *rest)))
    assert [row["left"] for row in told["dates"]] == [40, 0, 20, 60]
    assert told["last_safe"]["planned_s"] == STARTS[1]
