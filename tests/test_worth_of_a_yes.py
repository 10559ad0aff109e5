"""What a yes is worth, where the answer is known by arithmetic."""

from __future__ import annotations

import itertools
import json
import math
import multiprocessing
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from planner import charts, load, pipeline, verify
from planner.charts.gains import gain_bars, gain_parts, gain_rows
from planner.cli import parser
from planner.cli import worth as command
from planner.documents import gains as papers
from planner.plan import Plan
from planner.scenario import Origin, Scenario, Window
from planner.units import Rate
from planner.verify import Violation
from planner.worth import appraisal as appraisals
from planner.worth import duals, judging, patches, trials, workers
from planner.worth.appraisal import Appraisal, Budget, appraise
from planner.worth.candidates import KINDS, candidates
from planner.worth.gains import Measure as M
from planner.worth.gains import Standing, Worth, fewest_left, proof_of, saved
from planner.worth.report import report
from tests import network_case as case
from tests.bench import hostile_case
from tests.command import run

SMALL = Path(__file__).parent / "scenarios"
HERE = Budget(time_s=120.0, each_s=4.0, workers=0)

# One bus of 50 seats to each of three places, 20 km or 20 minutes from the haven; 10 minutes to
# load and to unload; three hours. A bus goes out empty (20), a round takes 60, the last one 40:
# three loads, 150 people. Of the 300 at home 150 stay; a second bus takes them all. The 60 at the
# far end are cut off by the closed bridge: two loads when it opens. The 40 in the north wait for
# the government's yes: one load. The bus does not go there, permitted or not.
THREE = """\
schema_version: 1
title: Three that wait
timezone: Asia/Damascus
start: 2012-12-13T06:00
horizon: 3 h
step: 10 min
parties:
  - {id: gov, name: Government}
places:
  - {id: home, name: Home, role: assembly_point, at: [0.0, 40.0]}
  - {id: far, name: Far end, role: assembly_point, at: [0.3, 40.0]}
  - {id: north, name: North, role: assembly_point, at: [0.6, 40.0], control: gov}
  - {id: haven, name: Haven, role: safe_haven, at: [0.3, 40.17], intake: {total: 900}, loading_bays: 9}
groups:
  - {id: homers, name: Those at home, at: home, people: 300}
  - {id: farthest, name: Those at the far end, at: far, people: 60}
  - {id: northern, name: Those in the north, at: north, people: 40}
vehicles:
  coach_of_50: {mode: road, seats: 50, crew: 1, speed: 60 km/h, loading: 10 min, unloading: 10 min}
fleets:
  - {id: bus, name: The bus, vehicle: coach_of_50, count: 1, base: haven, serves: [home, haven]}
  - {id: van, name: The van, vehicle: coach_of_50, count: 1, base: haven, serves: [far, haven]}
  - {id: cab, name: The cab, vehicle: coach_of_50, count: 1, base: haven, serves: [north, haven]}
links:
  - {id: road, name: Road, from: home, to: haven, length: 20 km, speed: 60 km/h, class: secondary}
  - {id: bridge, name: Bridge, from: far, to: haven, length: 20 km, speed: 60 km/h, class: secondary, status: closed}
  - {id: pass, name: Pass, from: north, to: haven, length: 20 km, speed: 60 km/h, class: secondary}
threats:
  - {id: fire, name: Fire, zone: {places: [home]}, rate: 1 per 1000 person-hours}
authorisations:
  - {id: asked, name: Passage to the north, party: gov, for: {fleets: [cab]}, state: requested}
  - {id: idle, name: Passage of the bus, party: gov, for: {fleets: [bus]}, state: requested}
overrides:
  truce: {"windows[+truce]": {name: Truce at home, kind: pause, open: ["06:00-08:00"], suspends: [fire]}}
  fewer: {"groups[homers].people": 100}
what_ifs:
  truce_holds: [truce]
  half_empty: [fewer]
"""  # noqa: E501


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("three") / "three.yaml"
    path.write_text(THREE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def found(three: Path) -> Appraisal:
    return appraise(load.read(three), HERE)


def row(found: Appraisal, name: str) -> Worth:
    (only,) = [row for row in found.rows if row.candidate.id == name]
    return only


def arithmetic(worth: Worth) -> tuple[M, str]:
    return worth.people, worth.proof


# ------------------------------------------------------------------ known answers


@pytest.mark.parametrize(
    ("name", "gain"), [("vehicle:bus", 150), ("link:bridge", 60), ("authorisation:asked", 40)]
)
def test_what_is_known_by_arithmetic_is_found_and_proven(
    found: Appraisal, name: str, gain: int
) -> None:
    assert arithmetic(row(found, name)) == (M(gain, gain, gain), "proven")
    assert row(found, name).verdict in ("VERIFIED", "CONDITIONAL")


def test_the_most_comes_first_and_what_was_not_searched_last(found: Appraisal) -> None:
    names = [row.candidate.id for row in found.rows]
    assert names[:3] == ["vehicle:bus", "link:bridge", "authorisation:asked"]
    assert [row.searched for row in found.rows] == sorted(
        (row.searched for row in found.rows), reverse=True
    )


def test_an_assumed_yes_makes_its_plan_conditional_and_no_other(found: Appraisal) -> None:
    asked = row(found, "authorisation:asked")
    assert (asked.verdict, asked.conditional_on) == ("CONDITIONAL", ("asked",))
    assert {r.verdict for r in found.rows if r.searched and r is not asked} == {"VERIFIED"}


def test_what_can_gain_nothing_is_screened_and_told(found: Appraisal) -> None:
    # The van's road is closed, the cab's is not permitted; the haven has room and bays enough.
    idle = ("vehicle:van", "vehicle:cab", "berth:haven", "intake:haven", "authorisation:idle")
    for name in idle:
        worth = row(found, name)
        assert (worth.searched, worth.screened, worth.proof) == (False, True, "cannot gain")
        assert worth.why_not.startswith("cannot gain")
        assert (worth.people.seen, worth.people.at_most) == (None, 0.0)
        assert name not in found.plans


def test_the_same_problem_is_told_from_one_that_is_not_better(found: Appraisal) -> None:
    assert row(found, "authorisation:idle").why_not == judging.SAME
    assert row(found, "intake:haven").why_not == judging.STILL_WORDS


def test_a_pause_that_an_override_describes_is_a_possible_pause(found: Appraisal) -> None:
    # Nobody more gets out. The fire burns two hours less for the 150 who stay, and for those who
    # wait: 300 x 2 h at 1 in 1000 hours, less what those save who have left by then.
    worth = row(found, "pause:truce")
    assert worth.people.seen == 0
    assert worth.harm.seen is not None
    assert 0.3 < worth.harm.seen <= 0.6
    assert worth.proof == "proven"
    assert not [r for r in found.rows if r.candidate.id.startswith("pause:fewer")]


def test_the_base_says_what_it_is_and_how_far_it_is_proven(found: Appraisal) -> None:
    assert (found.verdict, found.is_partial) == ("VERIFIED", False)
    assert found.base.figures.evacuated == 150
    assert found.bounds["left_behind"] == 250.0


def test_a_saved_plan_is_as_good_a_base(three: Path, tmp_path: Path, found: Appraisal) -> None:
    saved = pipeline.make_plan(load.read(three), pipeline.Limits(4.0), remedies=False)
    again = appraise(load.read(three), HERE, saved.verdict, ("authorisation",))
    assert arithmetic(row(again, "authorisation:asked")) == (M(40, 40, 40), "proven")
    assert (again.base.plan, again.base.seed) == (saved.verdict.plan, 0)


def test_a_saved_plan_keeps_the_bounds_that_its_own_prices_prove(
    three: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = pipeline.make_plan(load.read(three), pipeline.Limits(4.0), remedies=False).verdict

    def hasty(problem: Any, values: Any, time_s: float, should_stop: Any) -> duals.Priced:
        return duals.price(problem, values, 0.0, lambda: True)

    monkeypatch.setattr(trials, "price", hasty)
    again = appraise(load.read(three), replace(HERE, time_s=2.0), given, ("authorisation",))
    told = {level.name: level.bound for level in given.plan.levels}
    assert again.bounds["left_behind"] == pytest.approx(told["left_behind"]) == 250.0
    assert again.bounds["harm"] == pytest.approx(told["harm"], abs=1e-6)
    # A bound that no price proves counts for nothing.
    bare = replace(given, plan=given.plan.model_copy(update={"certificates": ()}))
    said = appraise(load.read(three), replace(HERE, time_s=2.0), bare, ("authorisation",))
    assert said.bounds["harm"] < told["harm"]


def test_a_what_if_is_the_base(three: Path) -> None:
    # Of 100 at home all go: a second bus gains nobody, but some get away earlier.
    halved = appraise(load.read(three, "half_empty"), HERE, kinds=("vehicle",))
    bus = row(halved, "vehicle:bus")
    assert bus.people.seen == bus.people.at_most == 0
    assert bus.arrival.seen is not None and bus.arrival.seen > 0
    assert halved.plans["vehicle:bus"].provenance.what_if == "half_empty + vehicle:bus"


# ------------------------------------------------------------------ the witness, and a recount


def recount(plan: Plan, scenario: Scenario) -> tuple[int, float]:
    """(persons who reach a haven, their hours until then), from the manifests alone."""
    havens = {place.id for place in scenario.places if place.role == "safe_haven"}
    loads = [
        (leg.unload_end_s, sum(line.units * line.unit_persons for line in leg.manifest))
        for sortie in plan.sorties
        for leg in sortie.legs
        if leg.destination in havens
    ]
    return sum(n for _, n in loads), sum(at * n for at, n in loads) / 3600


def test_every_plan_is_verified_again_from_its_own_text(found: Appraisal) -> None:
    assert found.plans
    for name, plan in found.plans.items():
        said = plan.provenance
        origin = Origin(file=said.scenario_file, sha256=said.scenario_sha256, what_if=said.what_if)
        scenario = load.from_tree(said.tree, origin)
        verdict = verify.check(plan, scenario, pipeline.make_network(scenario))
        assert verdict.verified, (name, verdict.violations)
        assert said.what_if == name
        assert said.patches


def test_gains_are_recounted_from_the_two_plans(found: Appraisal) -> None:
    scenario = found.base.scenario
    willing = sum(group.people.base for group in scenario.groups)
    out, hours = recount(found.base.plan, scenario)
    for name, plan in found.plans.items():
        more, with_it = recount(plan, scenario)
        worth = row(found, name)
        assert worth.people.seen == more - out
        stayed = (willing - more) - (willing - out)
        saved = hours - with_it - stayed * scenario.horizon_s / 3600
        assert worth.arrival.seen == (None if saved < -1e-6 else pytest.approx(saved))


def test_what_was_seen_lies_between_what_is_proven(found: Appraisal) -> None:
    for worth in found.rows:
        for measure in (worth.people, worth.harm, worth.arrival):
            if measure.seen is not None and measure.at_most is not None:
                assert measure.seen <= measure.at_most + 1e-6
            if measure.seen is not None and measure.at_least:
                assert measure.at_least <= measure.seen + 1e-6


def test_a_plan_that_needs_no_change_becomes_the_base() -> None:
    """A search that is worse than another by luck makes no change look good."""
    found = appraise(load.read(SMALL / "small_bridge.yaml"), HERE, kinds=("vehicle", "acceptance"))
    ours = trials.rank(found.base.figures, found.base.scenario)
    network = pipeline.make_network(found.base.scenario)
    for name, plan in found.plans.items():
        held = trials.carry(plan, found.base.plan, found.base.scenario, network)
        if held.verified:
            assert trials.rank(held.figures, held.scenario) >= ours, name


# ------------------------------------------------------------------ bounds by duals


def test_a_larger_limit_is_bounded_by_its_own_size_and_not_by_the_old_one() -> None:
    # The haven takes 30 of 50. With 1,000 more it takes all: at most, and just, 20 more.
    places = [case.place("home", 0), case.place("haven", 20, "safe_haven", intake={"total": 30})]
    links = [case.link("road", "home", "haven", "20 km")]
    groups = [{"id": "people", "at": "home", "people": 50}]
    scenario = case.scenario(places=places, links=links, groups=groups)
    found = appraise(scenario, HERE, kinds=("intake", "vehicle"))
    assert arithmetic(row(found, "intake:haven")) == (M(20, 20, 20), "proven")
    assert row(found, "vehicle:buses").people.at_most == 0


@pytest.mark.parametrize("name", ["small_bridge", "small_ship", "small_walkout"])
def test_no_plan_beats_a_bound_at_the_prices_of_the_base(name: str) -> None:
    found = appraise(load.read(SMALL / f"{name}.yaml"), HERE, kinds=KINDS[:5])
    base = trials.Trials(found.base)
    base.price(2.0)
    for candidate in candidates(base.problem.network, KINDS[:5]):
        if candidate.id in found.plans and candidate.scenario is not None:
            screened = base.screen(candidate.scenario, 1.0)
            plan = found.plans[candidate.id]
            values = {level.name: level.value for level in plan.levels}
            assert screened.bounds["left_behind"] <= values["left_behind"] + 1e-6


def test_prices_are_bounds_even_when_nobody_waited_for_them(three: Path) -> None:
    found = appraise(load.read(three), replace(HERE, time_s=1.0), kinds=("vehicle",))
    base = trials.Trials(found.base)
    hasty = duals.price(base.problem, found.base.figures.levels, 0.0, lambda: True)
    for level, bound in hasty.bounds.items():
        assert 0 <= bound <= found.base.figures.levels[level] + 1e-6


@pytest.mark.parametrize("weights", [(1, 1, 1), (5, 1, 2), (3, 0, 1)])
@pytest.mark.parametrize("held", [{}, {"b": 2}, {"a": 1, "c": 3}])
def test_the_fewest_heads_behind_a_weighted_bound(
    weights: tuple[int, ...], held: dict[str, int]
) -> None:
    sizes = (2, 4, 3)
    groups = [
        {"id": name, "at": "home", "people": size, "weight": weight}
        for name, size, weight in zip("abc", sizes, weights, strict=True)
    ]
    places = [case.place("home", 0), case.place("haven", 20, "safe_haven")]
    scenario = case.scenario(places=places, groups=groups)
    heads = [range(held.get(n, 0), s + 1) for n, s in zip("abc", sizes, strict=True)]
    ways = list(itertools.product(*heads))
    most = sum(w * s for w, s in zip(weights, sizes, strict=True))
    for bound in range(most + 1):
        enough = [w for w in ways if sum(a * b for a, b in zip(w, weights, strict=True)) >= bound]
        told = fewest_left(scenario, float(bound), held)
        assert told <= min(map(sum, enough))
        if len(set(weights)) == 1:
            assert told == min(map(sum, enough))


def test_proof_is_told_from_what_was_only_seen() -> None:
    levels = ("left_behind", "missed_deadlines", "harm", "arrival", "effort")
    none = {"left_behind": M(0, 0, 0), "harm": M(0, 0, 1), "arrival": M(0, 0, 5)}
    assert proof_of(levels, none) == "nothing seen"
    assert proof_of(levels, {**none, "harm": M(0.5, 0.0, 1)}) == "seen, not proven"
    assert proof_of(levels, {**none, "harm": M(0.5, 0.1, 1)}) == "proven"
    worse = {**none, "harm": M(-0.5, 0.0, 1), "arrival": M(3, None, 5)}
    assert proof_of(levels, worse) == "nothing seen"


def test_bounds_are_dropped_where_they_do_not_hold(found: Appraisal) -> None:
    """A bound is one among plans no worse on the levels before than what it was held at."""
    scenario, figures = found.base.scenario, found.base.figures
    bounds = {**found.bounds, "harm": 0.2}
    standing = Standing(figures, bounds, figures.levels, {})
    better = replace(figures, levels={**figures.levels, "harm": 0.1})
    with_it = Standing(better, {"harm": 0.05}, better.levels, {})
    harm = figures.levels["harm"]
    known = saved(scenario, "harm", standing, with_it, 0.01)
    assert known == M(pytest.approx(harm - 0.1), pytest.approx(0.1), pytest.approx(harm - 0.05))
    held = {**figures.levels, "left_behind": figures.levels["left_behind"] - 1}
    moved = saved(scenario, "harm", replace(standing, held=held), with_it, 0.01)
    assert moved == M(pytest.approx(harm - 0.1), None, pytest.approx(harm - 0.05))
    # A plan with the change that does worse says how far its search came, not what it costs.
    harmful = replace(better, levels={**better.levels, "left_behind": 0.0, "harm": harm + 13})
    short = saved(scenario, "harm", standing, replace(with_it, figures=harmful), 0.01)
    assert (short.seen, short.at_least) == (None, 0.0)
    shown = command._unsure({"harm_saved": short.seen, "harm_saved_at_least": 0.0}, "harm_saved")
    assert shown.strip() == command.NOT_KNOWN
    worse = replace(better, levels={**better.levels, "left_behind": 999.0})
    dearer = saved(scenario, "harm", standing, replace(with_it, figures=worse), 0.01)
    assert dearer.at_least is None


def test_a_plan_carried_over_keeps_only_bounds_that_hold_for_it(found: Appraisal) -> None:
    scenario, plan = found.base.scenario, found.base.plan
    network = pipeline.make_network(scenario)
    kept = trials.carry(plan, plan, scenario, network)
    assert kept.verified
    assert [x.bound for x in kept.plan.levels] == [x.bound for x in plan.levels]
    first = plan.levels[0].model_copy(update={"value": plan.levels[0].value - 5, "bound": 3.0})
    better = plan.model_copy(update={"levels": (first, *plan.levels[1:])})
    carried = trials.carry(plan, better, scenario, network)
    assert carried.verified
    assert [x.bound for x in carried.plan.levels] == [3.0, 0.0, 0.0, 0.0, 0.0]


# ------------------------------------------------------------------ candidates and their text


@pytest.mark.parametrize("name", ["small_bridge", "small_ship", "small_walkout"])
def test_a_change_in_memory_and_its_text_are_the_same_change(name: str) -> None:
    scenario = load.read(SMALL / f"{name}.yaml")
    network = pipeline.make_network(scenario)
    changes = candidates(network)
    assert len({candidate.id for candidate in changes}) == len(changes) > 5
    for candidate in changes:
        assert candidate.scenario is not None, candidate.fault
        assert patches.patch(scenario, candidate.scenario) == candidate.patch
        assert candidate.scenario.origin.sha256 == scenario.origin.sha256
    bare = scenario.with_origin(scenario.origin.model_copy(update={"tree": {}}))
    in_memory = {c.id: c for c in candidates(replace(network, scenario=bare))}
    for candidate in changes:
        twin = in_memory[candidate.id].scenario
        assert twin is None or twin.model_dump() == candidate.scenario.model_dump()


def test_a_change_with_a_fault_is_told_and_not_tried() -> None:
    scenario = load.read_text(THREE.replace("{total: 900}", "{total: 9999500}"))
    (one,) = candidates(pipeline.make_network(scenario), ("intake",))
    assert one.scenario is None and "past belief" in one.fault
    found = appraise(scenario, HERE, kinds=("intake",))
    assert "past belief" in row(found, "intake:haven").why_not
    assert row(found, "intake:haven").proof == "not searched"


def test_large_fleets_are_tried_with_a_tenth_more() -> None:
    fleets = [{"id": "buses", "vehicle": "bus", "count": 45, "base": "haven"}]
    found = candidates(pipeline.make_network(case.scenario(fleets=fleets)), ("vehicle",))
    assert [c.patch for c in found] == [
        {"fleets[buses].count": "46"}, {"fleets[buses].count": "50"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("span", "text"),
    [
        ((25200, 39600), "07:00-11:00"),
        ((72000, 108000), "20:00-06:00"),
        ((0, 86400), "00:00-24:00"),
        ((72000, 158400), "00:00-24:00"),
    ],
)
def test_spans_of_the_day_as_text(span: tuple[int, int], text: str) -> None:
    assert patches.clock_span(*span) == text


def test_values_as_text() -> None:
    assert patches.said(Rate(24, "vehicles")) == "24 vehicles/h"
    assert patches.said(("a", "b")) == ["a", "b"]
    assert patches.said(((25200, 39600),)) == ["07:00-11:00"]
    assert (patches.said(()), patches.said(3), patches.said("open")) == (None, "3", "open")
    with pytest.raises(TypeError):
        patches.said(1.5)


def test_a_window_without_hours_is_removed() -> None:
    window = {"id": "w", "modes": ["road"], "closed": ["18:00-18:30"]}
    scenario = case.scenario(windows=[window])
    idle: Window = scenario.windows[0].model_copy(update={"closed": ()})
    after = scenario.model_copy(update={"windows": (idle,)})
    assert patches.patch(scenario, after) == {"windows[w]": None}


# ------------------------------------------------------------------ budget, stop, processes


def test_what_the_time_does_not_allow_is_not_searched(three: Path) -> None:
    found = appraise(load.read(three), replace(HERE, time_s=2.0))
    late = [worth for worth in found.rows if not worth.screened]
    assert late and not found.plans
    for worth in late:
        assert (worth.searched, worth.proof, worth.why_not) == (
            False, "not searched", judging.OVER,
        )  # fmt: skip
        assert worth.people.seen is None


def stop_after(searches: int) -> tuple[Callable[[appraisals.News], None], Callable[[], bool]]:
    news: list[appraisals.News] = []

    def should_stop() -> bool:
        return any(n.phase == "searches" and n.done >= searches for n in news)

    return news.append, should_stop


def test_whoever_stops_gets_what_is_known(three: Path) -> None:
    told, should_stop = stop_after(1)
    found = appraise(load.read(three), HERE, on_news=told, should_stop=should_stop)
    assert found.is_partial
    assert len(found.plans) == 1
    (done,) = [worth for worth in found.rows if worth.searched]
    assert done.people.seen == done.people.at_most
    assert judging.STOPPED in {worth.why_not for worth in found.rows}


@pytest.mark.parametrize(("open_", "is_spared"), [(0.0, True), (0.5, False)])
def test_a_bound_that_is_none_yet_spares_no_search(open_: float, is_spared: bool) -> None:
    values = {"left_behind": 5.0, "harm": 2.0}
    bounds = {"left_behind": 5.0, "harm": 1.0}
    priced = duals.Priced(values, bounds, {"left_behind": 0.0, "harm": open_}, {}, (), ())
    stands = judging.Seen(trials.Screened(False, dict(bounds), {}, 0.1))
    assert judging.is_screened(stands, priced) is is_spared
    lower = judging.Seen(trials.Screened(False, {**bounds, "left_behind": 4.0}, {}, 0.1))
    assert not judging.is_screened(lower, priced)
    assert not judging.is_screened(judging.Seen(), priced)


def test_processes_find_what_one_finds(three: Path, found: Appraisal) -> None:
    several = appraise(load.read(three), replace(HERE, workers=2), kinds=KINDS[:2])
    assert not several.is_partial
    for worth in several.rows:
        assert arithmetic(worth) == arithmetic(row(found, worth.candidate.id))
    assert multiprocessing.active_children() == []


def test_an_error_with_one_candidate_ends_none_of_the_others(
    three: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = trials.Trials.search

    def broken(self: trials.Trials, scenario: Scenario, *rest: Any) -> trials.Searched:
        if scenario.fleet("bus").count == 2:
            raise ValueError("no such luck")
        return search(self, scenario, *rest)

    monkeypatch.setattr(trials.Trials, "search", broken)
    found = appraise(load.read(three), HERE, kinds=("vehicle", "link"))
    bus = row(found, "vehicle:bus")
    assert (bus.searched, bus.proof) == (False, "not searched")
    assert "ValueError: no such luck" in bus.why_not
    assert row(found, "link:bridge").people.seen == 60


def test_a_process_that_dies_or_is_given_up_harms_nobody_else(three: Path) -> None:
    plan = pipeline.make_plan(load.read(three), pipeline.Limits(4.0), remedies=False).verdict
    base = trials.Base(plan.scenario, plan.plan, plan.figures)
    priced = trials.Trials(base).price(2.0)
    # A job that cannot be done: without a plan to settle the process answers with a fault.
    job = trials.Job("one", "settle", plan.scenario)
    with workers.Workers(base, priced, 1) as pool:
        ((_, first),) = pool.told([job], lambda: True, lambda: False)
        assert isinstance(first, workers.Fault) and "AssertionError" in first.sentence
        pool._workers[0].process.kill()
        pool._workers[0].process.join()
        ((_, second),) = pool.told([job], lambda: True, lambda: False)
        assert isinstance(second, workers.Fault)
        asked = iter([False, False, True])
        long = trials.Job("two", "search", hostile_case.thousand(200), 600.0)
        assert list(pool.told([long], lambda: True, lambda: next(asked, True))) == []
    assert multiprocessing.active_children() == []


# ------------------------------------------------------------------ the command


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command's work without processes of its own."""
    monkeypatch.setattr(workers, "MOST", 0)


KEYS = {
    "id", "kind", "what", "people_gained", "people_gained_at_least", "people_gained_at_most",
    "harm_saved", "arrival_hours_saved", "status", "verified", "conditional", "seconds",
    "searched", "why_not",
}  # fmt: skip


def test_the_command_as_json_with_its_files(
    three: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], in_this_process: None
) -> None:
    out = tmp_path / "out"
    (out / "plans").mkdir(parents=True)
    (out / "plans" / "09-old.plan.json").write_text("{}", encoding="utf-8")
    status = run("worth", three, "--json", "--each", "4 s", "--out", out, "--kind", "link",
                 "--kind", "authorisation")  # fmt: skip
    assert status == 0
    printed = capsys.readouterr()
    told = json.loads(printed.out)
    assert {key for entry in told["candidates"] for key in entry} >= KEYS
    assert [entry["people_gained"] for entry in told["candidates"]] == [60, 40, None]
    assert told["candidates"][1]["conditional"] is True
    assert told["counts"]["proven"] == 2
    assert (told["verified"], told["partial"], told["seed"]) == (True, False, 0)
    assert "searches · 0 of 2" in printed.err
    assert json.loads((out / "worth.json").read_text(encoding="utf-8")) == told
    names = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    plans = {entry["plan"] for entry in told["candidates"] if entry["searched"]}
    assert names == {"worth.json", "worth.csv", "worth.svg", "worth.vl.json",
                     "plans/base.plan.json", *plans}  # fmt: skip
    for plan in (*plans, "plans/base.plan.json"):
        assert pipeline.verify_file(out / plan).verified
    table = (out / "worth.csv").read_text(encoding="utf-8").splitlines()
    assert len(table) == 4 and "Bridge opens" in table[1]


def test_the_table_fits_a_hundred_columns(
    three: Path, capsys: pytest.CaptureFixture[str], in_this_process: None
) -> None:
    assert run("worth", three, "--each", "4 s") == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 100
    told = "\n".join(lines)
    assert lines[0] == "Three that wait"
    assert re.search(r"one more in The bus +\+150 +150 +150 .*proven", told)
    assert re.search(r"Bridge opens +\+60 +60 +60 .*proven", told)
    assert "NOT AUTHORISED" in told and "asked" in told
    assert "Cannot gain: bound" in told and "in The van" in " ".join(told.split())
    assert "150 of 400 people get out, 250 stay" in told


def test_ctrl_c_prints_what_is_known_and_is_no_failure(
    three: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    in_this_process: None,
) -> None:  # fmt: skip
    lines: list[str] = []

    class Listening(command.ProgressPrinter):
        def __call__(self, progress: pipeline.Progress) -> None:
            lines.append(f"{progress.phase} {progress.message}")
            super().__call__(progress)

    @contextmanager
    def pressed() -> Iterator[Callable[[], bool]]:
        yield lambda: "searches 1 of 4" in lines

    monkeypatch.setattr(command, "interruptible", pressed)
    monkeypatch.setattr(command, "ProgressPrinter", Listening)
    assert run("worth", three, "--each", "4 s") == 0
    out = capsys.readouterr().out
    assert "Stopped: this is what was known by then." in out
    assert "stopped before its turn" in out
    assert "+150" in out


def test_a_plan_that_fails_its_check_counts_for_nothing(
    three: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    in_this_process: None,
) -> None:  # fmt: skip
    search = trials.Trials.search

    def failing(self: trials.Trials, *rest: Any) -> trials.Searched:
        breach = str(Violation("C3 capacity", "bus-1-1", "too full"))
        return replace(search(self, *rest), verdict="FAILED", violations=(breach,))

    monkeypatch.setattr(trials.Trials, "search", failing)
    assert run("worth", three, "--each", "4 s", "--kind", "link", "--json") == 1
    (entry,) = json.loads(capsys.readouterr().out)["candidates"]
    assert (entry["verified"], entry["people_gained"], entry["gain"]) == (
        False, None, "not searched",
    )  # fmt: skip
    assert "C3 capacity" in entry["violations"][0]


def test_a_saved_plan_must_be_of_this_scenario(
    three: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], in_this_process: None
) -> None:
    assert run("plan", three, "--out", tmp_path, "--plan-only", "--no-remedies") == 0
    capsys.readouterr()
    assert run("worth", three, "--plan", tmp_path, "--kind", "link", "--each", "4 s") == 0
    assert "+60" in capsys.readouterr().out
    assert run("worth", SMALL / "small_ship.yaml", "--plan", tmp_path, "--json") == 1
    printed = capsys.readouterr()
    assert "another scenario" in json.loads(printed.out)["issues"][0]["problem"]


def test_faults_are_told_as_elsewhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], three: Path
) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(THREE.replace("at: north,", "at: nort,").replace("base: haven, serves: [far",
                      "base: heaven, serves: [far"), encoding="utf-8")  # fmt: skip
    assert run("worth", broken) == 1
    err = capsys.readouterr().err
    assert f"{broken}:17:" in err and f"{broken}:22:" in err
    assert run("worth", broken, "--json") == 1
    assert json.loads(capsys.readouterr().out)["verified"] is False
    assert run("worth", three, "--what-if", "nothing_such") == 1


@pytest.mark.parametrize(
    "arguments", [["worth"], ["worth", "x", "--each", "5"], ["worth", "x", "--kind", "luck"]]
)
def test_wrong_usage_is_two(arguments: list[str]) -> None:
    assert run(*arguments) == 2


def test_the_kinds_on_the_command_line_are_those_there_are() -> None:
    assert parser.YES_KINDS == KINDS


# ------------------------------------------------------------------ the chart


def drawn(what: str, *, seen: float | None, least: float | None, most: float) -> dict[str, Any]:
    row: dict[str, Any] = {"what": what, "screened": False}
    for key in ("people_gained", "harm_saved", "arrival_hours_saved"):
        row |= {key: seen, f"{key}_at_least": least, f"{key}_at_most": most}
    return row


def test_a_bar_is_proven_first_and_then_seen() -> None:
    parts = gain_parts(drawn("x", seen=5, least=2, most=9), "people_gained")
    assert parts == [("proven", 0.0, 2.0), ("seen, not proven", 2.0, 5.0)]
    assert gain_parts(drawn("x", seen=-3, least=0, most=9), "harm_saved") == [("worse", 0.0, -3.0)]
    assert gain_parts(drawn("x", seen=None, least=None, most=9), "harm_saved") == []
    assert gain_parts(drawn("x", seen=0, least=0, most=9), "harm_saved") == []


def test_the_chart_is_what_altair_takes_and_leaves_out_the_screened(found: Appraisal) -> None:
    import altair

    rows = report(found)["candidates"]
    spec = gain_bars(rows)
    assert altair.Chart.from_dict(spec).to_dict()
    text = json.dumps(spec)
    assert "Bridge opens" in text and "The van" not in text
    assert len(gain_rows(rows, at_most=2)) == 2


def test_the_drawing_has_every_row_and_stays_on_its_sheet(found: Appraisal) -> None:
    rows = report(found)["candidates"]
    picture = papers.gains_svg(rows, "Three <that> wait")
    assert "Three &lt;that&gt; wait" in picture
    shown = gain_rows(rows)
    assert all(entry["what"][:20] in picture for entry in shown)
    widths = [
        float(x) + float(w)
        for x, w in re.findall(r'<rect x="([\d.]+)"[^>]*?width="([\d.]+)"', picture)
    ]
    assert widths and max(widths) <= papers.WIDTH
    odd = drawn("x" * 80, seen=-3.0, least=0.0, most=math.pi)
    assert "3.14" not in papers.gains_svg([odd], "t") and "-3" in papers.gains_svg([odd], "t")
    assert "No change" in papers.gains_svg([], "t")
    assert charts.palette.GREEN in picture
