"""Rehearsals: known chances in closed form, what dispatchers do, sums of rows, report and files."""

from __future__ import annotations

import json
import multiprocessing
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import binom

from planner import load, pipeline, rehearsals
from planner.charts.rehearsal import fan_chart, tornado_chart
from planner.cli import main
from planner.documents import planjson
from planner.documents import rehearsals as files
from planner.draws import draw
from planner.errors import ScenarioError
from planner.simulate import Course, Outcome, play
from planner.simulate.gates import Gate
from planner.units import HOUR_S, MINUTE_S
from planner.verify import Verdict

# Two buses of 50 ride half an hour, load and unload in ten minutes: 100 people are out after 80
# minutes. In the 20 that are left nobody makes another round.
VILLAGE = """\
schema_version: 1
title: Two buses
timezone: Asia/Damascus
start: 2012-12-13T06:00
horizon: HORIZON
step: 10 min
parties: [{id: council}]
places:
  - {id: village, role: assembly_point, at: [35.30, 40.00], control: council}
  - {id: haven, role: safe_haven, at: [35.40, 40.20]}
groups:
  - {id: people, at: village, people: {low: 60, base: 100, high: 140}, deadline: 90 min}
vehicles:
  bus: {mode: road, seats: 50, speed: 60 km/h, loading: 10 min, unloading: 10 min}
fleets: [{id: buses, vehicle: bus, count: 2, base: haven}]
links:
  - {id: road, from: haven, to: village, length: 30 km, speed: 60 km/h, class: secondary}
DETOUR
threats: [{id: shelling, zone: {places: [village]}, rate: 0.5 per 1000 person-hours}]
authorisations: [{id: yes, party: council, state: granted}]
uncertainty:
  breakdowns: [{id: none_yet, chance: 0 %, repair: 1 h}]
"""
DETOUR = (
    "  - {id: detour, from: haven, to: village, length: 50 km, speed: 60 km/h, class: secondary}"
)
SMALL = Path(__file__).parent / "scenarios"


@cache
def planned(horizon: str = "100 min", detour: bool = False) -> Verdict:
    text = VILLAGE.replace("HORIZON", horizon).replace("DETOUR\n", f"{DETOUR}\n" if detour else "")
    return pipeline.make_plan(load.read_text(text), pipeline.Limits(time_s=20)).verdict


@cache
def small(name: str) -> Verdict:
    scenario = load.read(SMALL / f"{name}.yaml")
    return pipeline.make_plan(scenario, pipeline.Limits(time_s=20, node_limit=3)).verdict


def course(verdict: Verdict, **section: Any) -> Course:
    """The plan with an ``uncertainty:`` of these entries."""
    origin = verdict.scenario.origin
    scenario = load.from_tree({**origin.tree, "uncertainty": section}, origin)
    other = scenario.with_origin(origin.model_copy(update={"tree": {"uncertainty": section}}))
    return rehearsals.course_of(verdict, other)


def outcomes(on: Course, count: int, seed: int = 5) -> list[Outcome]:
    return [play(on, draw(on.scenario, seed, number)) for number in range(count)]


def probable(hits: int, chance: float, count: int) -> bool:
    """Whether so many hits lie between the exact binomial bounds that one in a million leaves."""
    low, high = binom.ppf([5e-7, 1 - 5e-7], count, chance)
    return bool(low <= hits <= high)


def event(**keys: Any) -> dict[str, Any]:
    return {"id": "it_happens", "chance": "100 %", **keys}


def did(outcome: Outcome) -> Counter[tuple[str, str, str]]:
    return Counter((one.kind, one.thing, one.did) for one in outcome.incidents)


# ------------------------------------------------------------------ closed forms


def test_the_small_plan_is_what_the_sums_say() -> None:
    figures = planned().figures
    assert (figures.evacuated, figures.clearance_s) == (100, 80 * MINUTE_S)


def test_a_breakdown_for_good_of_known_chance_is_binomial() -> None:
    """A bus brings its 50 out where it breaks down neither on the way in nor out: 0.8 x 0.8."""
    broken = {"id": "b", "chance": "20 %", "repair": "1 h", "beyond_repair": "100 %"}
    count = 1500
    found = Counter(o.evacuated for o in outcomes(course(planned(), breakdowns=[broken]), count))
    assert set(found) == {0, 50, 100}
    for buses in (0, 1, 2):
        assert probable(found[50 * buses], float(binom.pmf(buses, 2, 0.64)), count), buses


def test_a_breakdown_that_is_mended_delays_by_its_repair() -> None:
    """Both buses get out; the last one safe is late by as many repairs of 10 min as it had."""
    broken = {"id": "b", "chance": "30 %", "repair": "10 min"}
    count = 1500
    found = outcomes(course(planned(), breakdowns=[broken]), count)
    assert {o.evacuated for o in found} == {100}
    late = Counter((o.clearance_s - 80 * MINUTE_S) // (10 * MINUTE_S) for o in found)
    one_bus = [float(binom.pmf(k, 2, 0.3)) for k in (0, 1, 2)]
    most = [sum(one_bus[: k + 1]) ** 2 for k in (0, 1, 2)]
    for repairs in (0, 1, 2):
        chance = most[repairs] - (most[repairs - 1] if repairs else 0)
        assert probable(late[repairs], chance, count)
    # The deadline is 90 minutes: with two repairs a bus is 10 minutes too late.
    missed = Counter(o.missed for o in found)
    assert probable(missed[0], (1 - one_bus[2]) ** 2, count)


def test_a_road_that_closes_at_any_moment_stops_whom_it_meets() -> None:
    """Loaded buses are on it from minute 40 to 70 of 100: out unless it closes before minute 70."""
    falls = event(chance="60 %", closes=["road"])
    count = 1500
    found = outcomes(course(planned(), events=[falls]), count)
    assert {o.evacuated for o in found} == {0, 100}
    assert probable(sum(o.evacuated == 0 for o in found), 0.6 * 0.7, count)


# ------------------------------------------------------------------ what dispatchers do


def test_a_movement_waits_until_the_road_is_open_again() -> None:
    shut = event(until="0 min", lasts="15 min", closes=["road"])
    (found,) = outcomes(course(planned("4 h"), events=[shut]), 1)
    assert found.evacuated == 100 and found.clearance_s == (80 + 15) * MINUTE_S
    assert did(found) == {("link", "road", "held"): 2}
    assert {one.event for one in found.incidents} == {"it_happens"}


def test_it_takes_the_other_road_where_one_is_open() -> None:
    (found,) = outcomes(
        course(planned("4 h", True), events=[event(until="0 min", closes=["road"])]), 1
    )
    # In and out by the detour: 50 minutes each instead of 30.
    assert found.evacuated == 100 and found.clearance_s == 120 * MINUTE_S
    assert did(found) == {("link", "road", "diverted"): 4}


def test_it_turns_back_where_the_road_ends_in_front_of_it() -> None:
    cut = event(after="50 min", closes=["road"])
    (found,) = outcomes(course(planned("8 h"), events=[cut]), 1)
    assert found.evacuated == 0 and found.left == 100 and found.stranded == 0
    assert did(found)["link", "road", "turned_back"] == 2


@pytest.mark.parametrize(
    ("done", "kind"),
    [
        ({"withdraws": ["yes"]}, ("permission", "yes")),
        ({"shuts": ["village"]}, ("place", "village")),
        ({"stops": ["buses"]}, ("fleet", "buses")),
    ],
)
def test_what_was_taken_away_is_told_by_name(done: dict[str, Any], kind: tuple[str, str]) -> None:
    shut = event(until="0 min", lasts="15 min", **done)
    (found,) = outcomes(course(planned("4 h"), events=[shut]), 1)
    assert found.evacuated == 100 and found.clearance_s == 95 * MINUTE_S
    assert set(did(found)) == {(*kind, "held")}


def test_nobody_is_driven_through_what_has_become_too_dangerous() -> None:
    shelled = event(until="0 min", lasts="1 h", raises={"fire": 100})
    tree = planned("4 h").scenario.origin.tree
    fire = {"id": "fire", "zone": {"links": ["road"]}, "rate": "1 per 1000 person-hours"}
    risky = {**tree, "threats": [fire]}
    scenario = load.from_tree({**risky, "uncertainty": {"events": [shelled]}})
    on = Course.of(planned("4 h").plan, scenario, pipeline.make_network(scenario))
    (found,) = outcomes(on, 1)
    assert did(found) == {("danger", "fire", "held"): 2}
    assert found.clearance_s == (80 + 30) * MINUTE_S  # looked at again every half hour


def test_more_people_than_planned_get_the_free_seats_and_more_rounds() -> None:
    on = course(planned("4 h"), people={"shape": "uniform"})
    found = outcomes(on, 60)
    for one in found:
        assert one.left == 0 or one.left < 50 / 4, "fewer than a quarter of the seats: no round"
        assert one.evacuated >= min(100, one.people)
    assert max(one.evacuated for one in found) > 120
    assert max(one.clearance_s for one in found) > 150 * MINUTE_S


def test_ships_wait_for_their_passengers_but_not_for_ever() -> None:
    on = course(
        small("small_ship"),
        delays=[{"id": "late_buses", "fleets": ["city_buses"], "by": "150 min"}],
    )
    (found,) = outcomes(on, 1)
    assert found.evacuated == 100
    assert ("passengers", "port", "held") in did(found)


# ------------------------------------------------------------------ sums of rows

EVERYTHING: dict[str, Any] = {
    "people": {"common": "50 %"},
    "willing": [{"id": "w", "share": {"low": "60 %", "base": "90 %", "high": "100 %"}}],
    "no_shows": [{"id": "n", "share": {"low": "0 %", "base": "5 %", "high": "30 %"}}],
    "travel": [{"id": "t", "modes": ["road"], "factor": {"low": 0.9, "base": 1, "high": 2}}],
    "delays": [{"id": "d", "modes": ["road", "sea"], "chance": "40 %",
                "by": {"low": "5 min", "base": "20 min", "high": "3 h"}}],
    "breakdowns": [{"id": "b", "chance": "10 %", "repair": "2 h", "beyond_repair": "40 %"}],
    "threats": [{"id": "h", "factor": {"low": 0.5, "base": 1, "high": 4}}],
}  # fmt: skip
EVENTS: dict[str, list[dict[str, Any]]] = {
    "small_bridge": [
        {"id": "falls", "per_day": "60 %", "lasts": "2 h", "closes": ["bridge"]},
        {"id": "no", "chance": "40 %", "lasts": "1 h", "withdraws": ["opposition_yes"]},
        {"id": "taken", "chance": "20 %", "takes": {"old_town": "government"}},
        {"id": "yes", "chance": "50 %", "after": "3 h", "grants": ["government_pending"]},
    ],
    "small_ship": [
        {"id": "storm", "per_day": "50 %", "lasts": "5 h", "stops": ["ferry", "frigate"]},
        {"id": "cut", "chance": "50 %", "lasts": "3 h", "closes": ["coast_road"]},
    ],
    "small_walkout": [
        {"id": "falls", "per_day": "60 %", "lasts": "2 h", "closes": ["bridge"]},
    ],
}


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_every_person_of_every_draw_is_somewhere(name: str) -> None:
    on = course(small(name), **EVERYTHING, events=EVENTS[name])
    found = outcomes(on, 80)
    for one in found:
        assert one.people == one.evacuated + one.unwilling + one.no_shows + one.left
        assert one.evacuated == one.by_sortie + one.self_moved
        assert one.evacuated == sum(a.persons for a in one.arrivals if a.safe)
        assert 0 <= one.stranded <= one.left and one.missed >= 0
        assert sum(out for out, _ in one.by_group.values()) == one.evacuated
        assert sum(left for _, left in one.by_group.values()) == one.left
        assert one.clearance_s <= on.scenario.horizon_s
    assert len({one.evacuated for one in found}) > 10
    assert any(one.incidents for one in found)


def test_nobody_exceeds_seats_or_what_a_haven_takes_in() -> None:
    on = course(small("small_bridge"), **EVERYTHING, events=EVENTS["small_bridge"])
    seats = {s.id: on.scenario.vehicle(on.scenario.fleet(s.fleet)) for s in on.plan.sorties}
    for one in outcomes(on, 40):
        for arrival in one.arrivals:
            kind = seats.get(arrival.sortie)
            if kind is not None:
                assert arrival.persons <= kind.seats + kind.stretchers


def test_a_gate_lets_in_so_many_an_hour() -> None:
    gate = Gate(2)
    for moment in (0, 0, 3000):
        moment = gate.earliest_s(moment, 1.0)
        gate.enter(moment, 1.0)
    assert gate.earliest_s(3000, 1.0) == HOUR_S and gate.earliest_s(7200, 1.0) == 7200
    gate.enter(gate.earliest_s(3601, 1.0), 1.0)
    assert gate.earliest_s(3602, 1.0) == 7200  # one at 3600, one at 3601: the next an hour later
    assert Gate(1).earliest_s(50, 9.0) == 50  # heavier than the limit: alone


# ------------------------------------------------------------------ the report


@cache
def told(draws: int = 40) -> dict[str, Any]:
    on = course(small("small_bridge"), **EVERYTHING, events=EVENTS["small_bridge"])
    return rehearsals.rehearse(on, draws, 3)


def test_a_report_repeats_and_does_not_depend_on_how_many_draws_there_are() -> None:
    on = course(small("small_bridge"), **EVERYTHING, events=EVENTS["small_bridge"])
    again = rehearsals.rehearse(on, 40, 3)
    assert json.dumps(again) == json.dumps(told())
    assert rehearsals.rehearse(on, 7, 3)["draw_rows"] == told()["draw_rows"][:7]
    assert rehearsals.rehearse(on, 7, 4)["draw_rows"] != told()["draw_rows"][:7]


def test_a_report_is_the_same_however_many_processes_play_it() -> None:
    """Also where one of them is ended in the middle; and none of them is left."""
    on = course(small("small_bridge"), **EVERYTHING, events=EVENTS["small_bridge"])

    def end_one(phase: str, done: int, of: int) -> None:
        if (phase, done) == ("draws", 5):
            multiprocessing.active_children()[0].kill()

    shared = rehearsals.rehearse(on, 40, 3, end_one, processes=2)
    assert json.dumps(shared) == json.dumps(told())
    assert multiprocessing.active_children() == []


def test_shared_work_ends_where_it_is_stopped() -> None:
    on = course(small("small_bridge"), **EVERYTHING)
    seen: list[int] = []
    report = rehearsals.rehearse(
        on, 300, 3, lambda phase, done, of: seen.append(done), lambda: len(seen) >= 3, 2
    )
    assert report["stopped"] and 3 <= report["draws"] < 300
    assert [row["draw"] for row in report["draw_rows"]] == list(range(report["draws"]))
    assert multiprocessing.active_children() == []


def test_a_report_says_what_was_found() -> None:
    report = told()
    assert report["draws"] == report["draws_wanted"] == 40 and not report["stopped"]
    out = [row["evacuated"] for row in report["draw_rows"]]
    assert report["figures"]["evacuated"]["mean"] == pytest.approx(sum(out) / 40)
    assert report["planned"]["evacuated"] == small("small_bridge").figures.evacuated
    for row in report["fan"]:
        assert row["p5"] <= row["p25"] <= row["p50"] <= row["p75"] <= row["p95"]
    assert report["fan"][-1]["plan"] == report["planned"]["evacuated"]
    assert {"link", "breakdown"} <= {row["kind"] for row in report["causes"]}
    assert all(0 < row["share"] <= 1 for row in report["causes"])
    loads = report["sorties"]
    assert {r["sortie"] for r in loads} >= {s.id for s in small("small_bridge").plan.sorties if
                                            any(leg.manifest for leg in s.legs)}  # fmt: skip
    assert all(0 <= row["in_time"] <= row["arrives"] <= 1 for row in loads)
    costs = {row["id"]: row for row in report["costs"]}
    assert costs["falls"]["draws"] > 0 and costs["falls"]["evacuated"] > 0
    assert {row["kind"] for row in report["tornado"]} >= {"people", "willing", "events"}


def test_stopped_it_keeps_what_is_done() -> None:
    on = course(small("small_bridge"), **EVERYTHING)
    seen: list[int] = []
    report = rehearsals.rehearse(
        on, 30, 3, lambda phase, done, of: seen.append(done), lambda: len(seen) >= 4
    )
    assert report["stopped"] and report["draws"] == 4 and report["draws_wanted"] == 30
    assert len(report["draw_rows"]) == 4 and report["figures"]["left"]["mean"] >= 0
    none = rehearsals.rehearse(on, 30, 3, None, lambda: True)
    assert none["draws"] == 0 and none["figures"] == {} and none["fan"] == []
    assert "No draw" in files.fan_svg(none)


def test_charts_and_files(tmp_path: Path) -> None:
    report = told()
    written = files.write(tmp_path, report)
    assert {path.name for path in written} == {
        "rehearsal.json", "draws.csv", "causes.csv", "costs.csv", "sorties.csv", "fan.svg",
        "tornado.svg", "fan.vl.json", "tornado.vl.json",
    }  # fmt: skip
    assert json.loads((tmp_path / "rehearsal.json").read_text(encoding="utf-8")) == report
    assert (tmp_path / "draws.csv").read_bytes().count(b"\r\n") == 41
    for name in ("fan.svg", "tornado.svg"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert text.startswith("<svg") and "not clearance" in text
    import altair

    altair.Chart.from_dict(fan_chart(report))
    altair.Chart.from_dict(tornado_chart(report, "evacuated"))


# ------------------------------------------------------------------ the command


def _saved(folder: Path, verdict: Verdict) -> Path:
    path = folder / "plan.json"
    path.write_text(planjson.dumps(verdict.plan), encoding="utf-8")
    return path


def test_the_command_plays_a_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _saved(tmp_path, planned())
    assert (
        main(["rehearse", str(path), "--draws", "6", "--json", "--out", str(tmp_path / "o")]) == 0
    )
    shown = json.loads(capsys.readouterr().out)
    assert shown["draws"] == 6 and shown["figures"]["evacuated"]["mean"] == 100
    assert (tmp_path / "o" / "fan.svg").is_file()
    assert main(["rehearse", str(path), "--draws", "6"]) == 0
    text = capsys.readouterr().out
    assert "people out" in text and "not clearance" in text
    assert max(map(len, text.splitlines())) <= 100


def test_the_command_takes_the_uncertainty_of_another_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bridge = small("small_bridge")
    path = _saved(tmp_path, bridge)
    assert main(["rehearse", str(path), "--draws", "50", "--json"]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["draws"] == 1 and "every draw is the plan itself" in shown.err
    # Of another crisis: its links, fleets and groups are not those of the plan.
    other = tmp_path / "other.yaml"
    text = VILLAGE.replace("HORIZON", "4 h").replace("DETOUR\n", "")
    events = "events: [{id: cut, chance: 10 %, closes: [road], stops: [buses]}]"
    other.write_text(text + f"  {events}\n", encoding="utf-8")
    assert main(["rehearse", str(path), "--draws", "5", "--uncertainty", str(other)]) == 1
    assert "no link called 'road'" in capsys.readouterr().err
    with pytest.raises(ScenarioError, match="no `uncertainty:`"):
        rehearsals.course_of(bridge, load.read(SMALL / "small_bridge.yaml"))
