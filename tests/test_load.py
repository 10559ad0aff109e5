"""The reader: form, scalars as written, what-ifs, warnings, round trips, and no traceback ever."""

from __future__ import annotations

import random
import sys
from datetime import datetime
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner import assets, load
from planner.errors import Issue, ScenarioError
from planner.load import overrides
from planner.load.config import with_catalogue
from planner.load.references import find
from planner.load.shape import split
from planner.load.spelling import meant
from planner.load.yamltext import MAX_BYTES, Node, node_of, parse
from planner.scenario import Mode, Origin, Scenario

ROOT = Path(__file__).resolve().parents[1]
SMALL = """\
schema_version: 1
title: Small
timezone: Asia/Damascus
start: 2012-12-13T06:00
horizon: 2 days
parties: [{id: government}, {id: opposition}]
places:
  - {id: town, role: assembly_point, at: [35.33, 40.13], control: government}
  - {id: haven, role: safe_haven, at: [35.48, 40.25]}
groups:
  - {id: residents, at: town, people: 240}
fleets:
  - {id: buses, vehicle: coach, count: 3, base: haven}
links:
  - {id: road, from: town, to: haven, length: 25 km, speed: 40 km/h}
authorisations:
  - {id: asked, party: government, state: requested}
windows:
  - {id: curfew, open: 06:00-18:00}
overrides:
  road_cut: {"links[road].status": closed}
  granted: {"authorisations[asked].assume": granted}
  more: {"groups[residents].people": {low: 200, base: 300, high: 400}}
  no_curfew: {"windows[curfew]": null}
  other_curfew: {"windows[curfew]": {open: 05:00-20:00}}
  truce: {"windows[+truce]": {kind: pause, open: [10:00-12:00]}}
  slow_coach: {vehicles.coach.speed: 50 km/h}
  high: {people_figure: high}
  counted: {"places[haven].intake.total": 500}
what_ifs:
  bridge_destroyed: [road_cut]
  permitted: [granted, more]
  free: [no_curfew]
  longer: [other_curfew]
  pause: [truce]
  slow: [slow_coach]
  high_numbers: [high]
  counted: [counted]
"""


def problems(text: str | bytes, **kwargs: Any) -> list[str]:
    return [str(issue) for issue in load.examine(text, "x.yaml", **kwargs)[1]]


def only(text: str | bytes, **kwargs: Any) -> Issue:
    (issue,) = load.examine(text, "x.yaml", **kwargs)[1]
    return issue


# ------------------------------------------------------------------ form


def test_scalars_arrive_as_they_are_written() -> None:
    written = "18:00 NO on 0123 1_000 1e3 2012-12-14 0x1F .inf yes 1.10"
    text = "a: [" + ", ".join(written.split()) + "]\n"
    root, issues = parse(text, "x.yaml")
    assert root is not None and not issues
    assert root.plain == {"a": written.split()}


def test_null_is_absence_and_quoted_null_is_text() -> None:
    root, _ = parse("a: null\nb: ~\nc:\nd: 'null'\ne: ''\nf: Null\n", "x.yaml")
    assert root is not None
    assert root.plain == {"a": None, "b": None, "c": None, "d": "null", "e": "", "f": None}


def test_an_empty_key_is_as_if_it_were_not_written() -> None:
    text = SMALL.replace("parties: [{id: government}, {id: opposition}]", "parties:")
    text = text.replace(", control: government", ", control: ")
    text = text.replace(
        "authorisations:\n  - {id: asked, party: government, state: requested}\n", ""
    )
    text = text.replace('  granted: {"authorisations[asked].assume": granted}\n', "")
    text = text.replace("[granted, more]", "[more]")
    scenario = load.read_text(text)
    assert scenario.parties == () and scenario.places[0].control is None


def test_lines_are_those_of_the_text() -> None:
    text = (
        "# comment\n\ntitle: >\n  long\n  text\nplaces:\n  - id: a\n    at:\n      - 1\n      - 2\n"
    )
    root, _ = parse(text, "x.yaml")
    assert root is not None
    assert root.line_of(("title",)) == 3
    assert root.line_of(("places", 0)) == 7
    assert root.line_of(("places", 0, "at")) == 8
    assert root.line_of(("places", 0, "at", 1)) == 10
    assert root.line_of(("places", 0, "role")) == 7
    assert root.where(("places", 0, "at", 1)) == "places[a].at[#2]"


def test_a_byte_order_mark_and_windows_line_ends_are_read() -> None:
    text = "\ufeff" + SMALL.replace("\n", "\r\n")
    scenario = load.read_text(text.encode("utf-8"))
    assert scenario.title == "Small"
    broken = text.replace("count: 3", "count: many").encode("utf-8")
    assert only(broken).line == 13


def test_a_file_over_the_size_limit_is_not_parsed() -> None:
    issue = only(SMALL + "#" * MAX_BYTES)
    assert "2,000,000" in issue.problem and issue.line == 0


def test_utf_16_is_told_from_utf_8() -> None:
    assert "not UTF-8" in only(SMALL.encode("utf-16")).problem


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("a: 1\nb: \x07\n", 2, "U+0007"),
        ('a: "\\ud800"\n', 1, "control character"),
        ('a: "\\U00110000"\n', 1, "not YAML"),
        ("%YAML 9.9\n---\na: 1\n", 1, "not YAML"),
        ("? {a: 1}\n: 2\n", 1, "a key that is"),
        ("*a : 1\n", 1, "alias"),
        ("&a x: 1\n", 1, "anchor"),
        ("a: [1, 2\nb: 3\n", 2, "not YAML"),
        ("just text\n", 1, "no mapping"),
        ("# nothing\n", 1, "empty"),
        ("~\n", 1, "empty"),
        ("a: @x\n", 1, "not YAML"),
        ("a: 'open\n", 2, "not YAML"),
    ],
)
def test_what_is_no_plain_yaml_is_refused(text: str, line: int, problem: str) -> None:
    _, issues = parse(text, "x.yaml")
    assert problem in issues[0].problem
    assert issues[0].line in (0, line)


def test_deep_and_wide_nesting_ends_in_an_issue() -> None:
    for hostile in ("[" * 100_000, "{a: " * 30, "- " * 500 + "x", "[" * 25 + "]" * 25):
        _, issues = parse(hostile, "x.yaml")
        assert issues


def test_aliases_cannot_blow_up() -> None:
    levels = "".join(f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 9)}]\n" for i in range(1, 12))
    found = problems("l0: &l0 [x]\n" + levels)
    assert any("alias" in text for text in found) and len(found) < 200


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(ScenarioError, match=r"nowhere\.yaml: cannot be read"):
        load.read(Path("nowhere.yaml"))
    with pytest.raises(ScenarioError, match="cannot be read"):
        load.read(ROOT / "tests")


# ------------------------------------------------------------------ what a Scenario knows of itself


def test_the_origin_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_bytes(SMALL.encode())
    scenario = load.read(path, "permitted")
    origin = scenario.origin
    assert origin.file == "small.yaml"
    assert origin.sha256 == load.read_text(SMALL).origin.sha256
    assert origin.what_if == "permitted"
    assert [(p.override, p.path, p.old, p.new) for p in origin.patches] == [
        ("granted", "authorisations[asked].assume", None, "granted"),
        (
            "more",
            "groups[residents].people",
            "240",
            {"low": "200", "base": "300", "high": "400"},
        ),
    ]
    assert origin.tree["groups"][0]["people"]["base"] == "300"
    assert origin.tree["vehicles"].keys() == {"coach"}


@pytest.mark.parametrize("what_if", [None, "permitted", "free", "pause", "slow"])
def test_a_tree_gives_the_same_scenario(what_if: str | None) -> None:
    scenario = load.read_text(SMALL, what_if=what_if)
    again = load.from_tree(scenario.origin.tree, scenario.origin)
    assert again == scenario
    assert again.origin == scenario.origin


def test_a_tree_of_numbers_is_read_like_one_of_texts() -> None:
    tree = load.read_text(SMALL).origin.tree
    tree = {**tree, "fleets": [{**tree["fleets"][0], "count": 5, "neutral": True}]}
    scenario = load.from_tree(tree)
    assert scenario.fleets[0].count == 5 and scenario.fleets[0].neutral


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"schema_version": "7"}, "newer"),
        ({"places": []}, "missing|no safe haven"),
        ({"title": None}, "missing"),
    ],
)
def test_a_damaged_tree_is_refused(change: dict[str, Any], problem: str) -> None:
    tree = {**load.read_text(SMALL).origin.tree, **change}
    with pytest.raises(ScenarioError, match=problem):
        load.from_tree(tree, Origin(file="plan.json", sha256=""))
    with pytest.raises(ScenarioError, match="holds no scenario"):
        load.from_tree([])


def test_moments_and_the_clock_of_the_zone() -> None:
    scenario = load.read_text(SMALL)
    assert scenario.at_s(datetime(2012, 12, 13, 9, 0)) == 3 * 3600
    summer = load.read_text(SMALL.replace("2012-12-13T06:00", "2012-07-01T06:00+00:00"))
    assert summer.local(0).hour == 9  # Damascus was three hours ahead in July 2012


# ------------------------------------------------------------------ catalogue


def test_the_scenario_goes_before_the_catalogue_key_by_key() -> None:
    text = SMALL.replace("fleets:", "vehicles:\n  coach: {seats: 44}\nfleets:", 1)
    coach = load.read_text(text).vehicles["coach"]
    shipped = load.read_text(SMALL).vehicles["coach"]
    assert coach.seats == 44
    assert coach.model_copy(update={"seats": shipped.seats}) == shipped


def test_a_fleet_goes_before_both() -> None:
    text = SMALL.replace("count: 3,", "count: 3, seats: 30, loading: 5 min,")
    scenario = load.read_text(text)
    bus = scenario.vehicle(scenario.fleets[0])
    assert (bus.seats, bus.loading.fixed_s) == (30, 300)
    assert bus.unloading == scenario.vehicles["coach"].unloading


def test_every_kind_of_the_catalogue_reads_and_tells_its_estimates() -> None:
    kinds = load.catalogue().pairs
    assert len(kinds) >= 14
    listed = "\n".join(
        f"  - {{id: f_{name}, vehicle: {name}, count: 0, base: haven, "
        f"is_escort: {'true' if node.get('seats').text == '0' else 'false'}}}"
        for name, node in kinds.items()
    )
    scenario = load.read_text(SMALL.replace("fleets:\n", f"fleets:\n{listed}\n", 1))
    assert scenario.vehicles.keys() == kinds.keys()
    for name, kind in scenario.vehicles.items():
        assert kind.source or kind.estimate, name
        assert kind.because or not kind.estimate, name
    seats = {name: kind.seats for name, kind in scenario.vehicles.items()}
    assert (seats["il76"], seats["yak42"]) == (120, 120)  # flights of January 2013
    assert scenario.vehicles["ambulance"].stretchers == 2


def test_the_limits_of_the_solver_are_typed() -> None:
    config = load.solver_config()
    assert config.limits.time_s == 60
    assert config.limits.gap_bp == {
        "left_behind": 0,
        "missed_deadlines": 0,
        "harm": 50,
        "arrival": 50,
        "effort": 50,
    }
    assert (config.effort.per_loaded_leg, config.effort.per_empty_leg) == (10.0, 2.0)
    assert all(price > 0 for price in config.remedy_prices.values())
    modes: set[Mode] = {"road", "sea", "air", "foot", "river"}
    assert set(config.check.highest_speed_mph) == set(config.check.most_seats) == modes


def test_a_damaged_catalogue_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = (assets.config_dir() / "solver.yaml").read_text(encoding="utf-8")
    (tmp_path / "solver.yaml").write_text(good.replace("time: 60 s", "time: 60"), encoding="utf-8")
    (tmp_path / "vehicles.yaml").write_text("vehicles: [", encoding="utf-8")
    monkeypatch.setattr(assets, "config_dir", lambda: tmp_path)
    with pytest.raises(ScenarioError, match=r"solver\.yaml:5: limits\.time: cannot take '60'"):
        load.config.solver_config.__wrapped__()
    with pytest.raises(ScenarioError, match=r"vehicles\.yaml:1: not YAML"):
        load.config.catalogue.__wrapped__()


def test_vehicles_that_are_no_mapping_are_a_fault_not_a_crash() -> None:
    root = node_of({"vehicles": ["coach"]})
    assert with_catalogue(root) is root
    text = SMALL.replace("fleets:", "vehicles: [coach]\nfleets:", 1)
    assert any("vehicles: cannot take a list" in problem for problem in problems(text))


# ------------------------------------------------------------------ what-ifs


def test_every_kind_of_path_changes_what_it_names() -> None:
    def case(name: str) -> Scenario:
        return load.read_text(SMALL, what_if=name)

    base = load.read_text(SMALL)
    assert base.links[0].status == "operational"
    assert case("bridge_destroyed").links[0].status == "closed"
    assert case("permitted").authorisations[0].assume == "granted"
    assert case("permitted").groups[0].people.high == 400
    assert case("free").windows == ()
    assert case("longer").windows[0].open == ((5 * 3600, 20 * 3600),)
    assert [window.id for window in case("pause").windows] == ["curfew", "truce"]
    assert case("slow").vehicles["coach"].speed_mph == 50_000
    assert case("high_numbers").people_figure == "high"
    intake = case("counted").places[1].intake
    assert intake is not None and intake.total == 500
    assert base == load.read_text(SMALL)  # nothing of the input changed


def test_the_order_of_what_ifs_does_not_matter_to_the_base() -> None:
    lines = SMALL.splitlines()
    at = lines.index("what_ifs:") + 1
    turned = "\n".join(lines[:at] + lines[at:][::-1]) + "\n"
    for name in load.read_text(SMALL).what_ifs:
        one, two = load.read_text(SMALL, what_if=name), load.read_text(turned, what_if=name)
        assert one.origin.patches == two.origin.patches


def test_a_what_if_that_is_not_there() -> None:
    issue = only(SMALL, what_if="bridge_destroied")
    assert "no what-if called 'bridge_destroied'" in issue.problem
    assert issue.remedy == "did you mean 'bridge_destroyed'?"
    plain = SMALL[: SMALL.index("overrides:")]
    assert only(plain, what_if="any").remedy == "there is none"


def test_a_fault_of_one_what_if_is_told_though_another_is_asked_for() -> None:
    text = SMALL.replace('status": closed', 'status": shut')
    issue = only(text, what_if="free")
    assert issue.where == "what_ifs.bridge_destroyed: links[road].status"
    assert issue.line == 21


def test_faults_of_the_base_are_told_once() -> None:
    text = SMALL.replace("at: town", "at: tow")
    assert only(text).where == "groups[residents].at"


def test_an_override_that_no_what_if_uses_is_looked_at_all_the_same() -> None:
    text = SMALL.replace("bridge_destroyed: [road_cut]", "nothing: []").replace(
        "links[road]", "links[raod]"
    )
    told = problems(text)
    assert any("no 'raod'" in t or "the id 'raod'" in t for t in told)
    assert any("warning: overrides.road_cut: used by no what-if" in t for t in told)
    assert any("warning: what_ifs.nothing: changes nothing" in t for t in told)


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("", "cannot read"),
        ("links", None),
        ("links.", "cannot read"),
        ("[road]", "cannot read"),
        ("links.[road]", "cannot read"),
        ("links[road]status", "cannot read"),
        ("links[road].speed.deeper", "a single value"),
        ("links.road", "it is a list"),
        ("title[a]", "it is no list"),
        ("links[+road]", "exists already"),
        ("links[+new].status", "nothing may follow"),
        ("links[gone]", "has the id 'gone'"),
        ("what_ifs.pause", "no 'what_ifs' to change"),
        ("schema_version", "no 'schema_version' to change"),
    ],
)
def test_paths(path: str, problem: str | None) -> None:
    root, _ = parse(SMALL, "x.yaml")
    assert root is not None
    if problem is None:
        assert overrides.resolve(root, path) == ("links",)
    else:
        with pytest.raises(overrides.PathError, match=problem):
            overrides.resolve(root, path)


@pytest.mark.parametrize(
    ("override", "problem"),
    [
        ('{"windows[+truce]": closed}', "needs the whole item"),
        ('{"windows[+truce]": {id: other, open: 10:00-12:00}}', "another id"),
        ('{"windows[+truce]": {opne: 10:00-12:00}}', "unknown key"),
        ("closed", "cannot take 'closed'"),
        ('{"groups[residents].people.base": 300}', "a single value"),
    ],
)
def test_overrides_that_cannot_be_applied(override: str, problem: str) -> None:
    text = SMALL.replace("{kind: pause, open: [10:00-12:00]}}", "OVERRIDE").replace(
        '{"windows[+truce]": OVERRIDE', override
    )
    assert any(problem in told for told in problems(text)), problems(text)


# ------------------------------------------------------------------ warnings


@pytest.mark.parametrize(
    ("right", "wrong", "where", "problem"),
    [
        ("speed: 40 km/h", "as_of: 2012-12-01", "links[road].as_of", "12 d 6 h old"),
        ("speed: 40 km/h", "as_of: 2013-12-01", "links[road].as_of", "later than the end"),
        ("count: 3,", "count: 3, estimate: true,", "fleets[buses]", "without its reason"),
        (
            "people: 240",
            "people: 240, deadline: 3 days",
            "groups[residents].deadline",
            "later than",
        ),
        (
            "people: 240",
            "people: 240, ready: 5 h, deadline: 4 h",
            "groups[residents].deadline",
            "before they are ready",
        ),
        ("length: 25 km", "length: 5 km", "links[road].length", "straight line of 19"),
        (
            "state: requested",
            "state: requested, lead_time: 3 days",
            "authorisations[asked].lead_time",
            "too late",
        ),
        ("horizon:", "office: {valid_until: 2012-12-01}\nhorizon:", "office.valid_until", "void"),
        (
            "people: 240",
            "people: 240, stretcher: 50 %, companions: 0",
            "groups[residents].stretcher",
            "stretcher place",
        ),
    ],
)
def test_warnings_do_not_stop_the_reading(right: str, wrong: str, where: str, problem: str) -> None:
    plain = SMALL[: SMALL.index("overrides:")]
    assert problems(plain) == []
    assert plain.count(right) == 1
    scenario, (issue,) = load.examine(plain.replace(right, wrong), "x.yaml")
    assert scenario is not None
    assert (issue.severity, issue.where) == ("warning", where)
    assert problem in issue.problem


def test_zero_buses_are_a_scenario() -> None:
    scenario = load.read_text(SMALL.replace("count: 3", "count: 0"))
    assert scenario.fleets[0].count == 0


def test_nobody_to_move_is_a_warning() -> None:
    plain = SMALL[: SMALL.index("fleets:")]
    plain = plain[: plain.index("groups:")]
    assert [issue.severity for issue in load.examine(plain)[1]] == ["warning"]


def test_teams_and_commitments() -> None:
    text = SMALL.replace(
        "links:\n",
        dedent("""\
        teams:
          - {id: medics, people: 0, start: town, to: town, fleets: []}
          - {id: doctors, people: 2, start: haven, to: haven, fleets: [buses]}
        commitments:
          - {id: one, fleet: buses, from: town, to: town, load_start: 3 days, people: 60}
          - {id: two, fleet: buses, from: town, to: haven, load_start: 1 h, group: residents}
        links:
        """),
        1,
    ).replace("people: 240", "people: 240, needs_team: doctors, weight: 0")
    told = {(i.where, i.severity): i.problem for i in load.examine(text)[1]}
    assert told == {
        (
            "groups[residents].needs_team",
            "warning",
        ): "team 'doctors' works at haven, they wait at town",
        ("groups[residents].weight", "error"): "weight 0 would give them up for nothing",
        ("teams[medics].people", "error"): "a team of nobody",
        ("teams[medics].fleets", "error"): "no fleet takes the team in",
        ("teams[medics].to", "error"): "the team works where it starts",
        ("teams[doctors].to", "error"): "the team works where it starts",
        ("commitments[one].people", "error"): "nobody says whom it carries",
        ("commitments[one].to", "error"): "goes nowhere",
        ("commitments[one].load_start", "error"): "lies outside the horizon",
        ("commitments[two].group", "error"): "nobody says how many it carries",
    }


def test_escorts() -> None:
    text = SMALL.replace(
        "links:\n",
        dedent("""\
          - {id: ship, vehicle: ferry, count: 1, base: haven, escort: {by: navy, ratio: 0}}
          - {id: navy, vehicle: frigate, count: 1, base: haven, is_escort: true, escort: {by: navy}}
          - {id: vans, vehicle: minibus, count: 1, base: haven, escort: {by: navy}}
          - {id: boats, vehicle: small_boat, count: 1, base: haven, escort: {by: buses}}
        links:
        """).replace("  - {id: s", "  - {id: s"),
        1,
    )
    text = text.replace("\n- {id: ship", "\n  - {id: ship")
    told = {(i.where, i.problem) for i in load.examine(text)[1]}
    assert told == {
        ("fleets[ship].escort.ratio", "an escort for none"),
        ("fleets[navy].escort.by", "an escort with an escort"),
        ("fleets[vans].escort.by", "'navy' moves by sea, this fleet by road"),
        ("fleets[boats].escort.by", "'buses' is no escort"),
        ("fleets[boats].escort.by", "'buses' moves by road, this fleet by sea"),
    }


def test_remarks_on_roads_of_the_map() -> None:
    text = SMALL.replace("timezone:", "map: syria\ntimezone:").replace(
        "{id: road, from: town, to: haven, length: 25 km, speed: 40 km/h}",
        "{id: road, map_link: b, along: [x, y], from: town, length: 25 km, mode: sea}",
    )
    told = {(i.where, i.problem) for i in load.examine(text)[1]}
    assert told == {
        ("links[road].along", "two ways to say which road"),
        ("links[road].from", "the map knows where 'map_link' leads"),
        ("links[road].length", "the map knows where 'map_link' leads"),
        (
            "links[road].mode",
            "changing the mode of a road of the map is not planned by this version",
        ),
    }


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("near: [35.3, 40.1]", set()),
        ("near: [95.3, 40.1]", {("links[road].near", "no such position: 95.3, 40.1")}),
        (
            "near: [35.3, 40.1], along: [x, y]",
            {("links[road].near", "two ways to say which road")},
        ),
        (
            "near: [35.3, 40.1], length: 3 km",
            {("links[road].length", "the map knows where 'near' leads")},
        ),
    ],
)
def test_a_piece_of_road_named_by_a_spot(said: str, told: set[tuple[str, str]]) -> None:
    text = SMALL.replace("timezone:", "map: syria\ntimezone:").replace(
        "{id: road, from: town, to: haven, length: 25 km, speed: 40 km/h}", f"{{id: road, {said}}}"
    )
    assert {(i.where, i.problem.split(";")[0]) for i in load.examine(text)[1]} == told


@pytest.mark.parametrize(
    ("right", "wrong", "where"),
    [
        ("speed: 40 km/h", "speed: 0 km/h", "links[road].speed"),
        ("speed: 40 km/h", "speed: 400 km/h", "links[road].speed"),
        ("to: haven", "to: town", "links[road].to"),
        ("length: 25 km", "length: 0 km", "links[road].length"),
        ("count: 3", "count: 5001", "fleets[buses].count"),
        ("count: 3", "count: 1, vehicles: [{plate: a}, {plate: b}]", "fleets[buses].vehicles"),
        ("count: 3", "count: 3, speed: 0 km/h", "fleets[buses].speed"),
        ("count: 3", "count: 3, loading: 30 h", "fleets[buses].loading"),
        (
            "count: 3",
            "count: 3, unloading: {fixed: 1 min, per_person: 2 h}",
            "fleets[buses].unloading",
        ),
        ("at: town", "at: haven", "groups[residents].at"),
        ("people: 240", "people: 240, deadline: 0 h", "groups[residents].deadline"),
        ("open: 06:00-18:00", "open: []", "windows[curfew].open"),
        ("horizon: 2 days", "horizon: 0 h", "horizon"),
        ("horizon: 2 days", "horizon: 2 days\nstep: 10 s", "step"),
        ("start: 2012", "start: 1012", "start"),
        ("count: 3", "count: 3, available: {from: 3 days}", "fleets[buses].available.from"),
    ],
)
def test_figures_past_belief(right: str, wrong: str, where: str) -> None:
    plain = SMALL[: SMALL.index("overrides:")]
    assert plain.count(right) == 1
    scenario, issues = load.examine(plain.replace(right, wrong), "x.yaml")
    assert scenario is None
    assert [issue.where for issue in issues if issue.severity == "error"] == [where]


def test_figures_of_a_kind_of_vehicle() -> None:
    kind = "{draught_metres: 40, cost_per_km: -1, car_equivalents: 0, seats: 50}"
    text = SMALL.replace("fleets:", f"vehicles:\n  coach: {kind}\nfleets:", 1)
    told = [issue.where for issue in load.examine(text)[1]]
    assert told == [
        "vehicles.coach.car_equivalents",
        "vehicles.coach.cost_per_km",
        "vehicles.coach.draught_metres",
    ]


def test_a_vehicle_within_its_range_is_planned() -> None:
    text = SMALL.replace("fleets:", "vehicles:\n  coach: {range: 600 km}\nfleets:", 1)
    assert load.read_text(text).vehicles["coach"].range_m == 600_000


def test_one_fault_hides_none_of_the_others() -> None:
    text = (
        SMALL.replace("title: Small\n", "")
        .replace("timezone: Asia/Damascus", "timezone: Mars")
        .replace("speed: 40 km/h", "speed: 400 km/h")
        .replace("party: government", "party: goverment")
        .replace("count: 3", "count: many")
    )
    told = [issue.where for issue in load.examine(text)[1]]
    assert sorted(told) == [
        "authorisations[asked].party",
        "fleets[buses].count",
        "links[road].speed",
        "timezone",
        "title",
    ]


def test_faults_that_are_found_later_get_their_lines() -> None:
    def found(where: str, line: int = 0) -> Issue:
        return Issue("", line, where, "p", "r")

    wheres = ["groups[residents].at", "places[haven]", "places[town].at[#2]", "places[gone].at"]
    wheres += ["nothing", "", "links[road].capacity", "what?"]
    issues = load.located([*map(found, wheres), found("title", 9)], SMALL, "x.yaml")
    assert [issue.line for issue in issues] == [11, 9, 8, 7, 0, 0, 15, 0, 9]
    assert {issue.file for issue in issues} == {"x.yaml"}
    assert load.located([found("title")], b"\xff", "x.yaml")[0].line == 0


# ------------------------------------------------------------------ small parts


def test_did_you_mean() -> None:
    assert meant("al_jora", ["al_joura", "raqqa"]) == "did you mean 'al_joura'?"
    assert meant("x", ["b", "a"]) == "known: a, b"
    assert meant("x", []) == "there is none"
    assert meant("#", [f"p{i:02}" for i in range(15)]).endswith("p11 and 3 more")


def test_messages_part_into_problem_and_remedy() -> None:
    assert split("state the unit, for example '3 h' (got '20')") == (
        "cannot take '20'",
        "state the unit, for example '3 h'",
    )
    assert split("not a length: 'x'; write for example '12 km'") == (
        "not a length: 'x'",
        "write for example '12 km'",
    )
    assert split("plain") == ("plain", "")


def test_ids_are_found_where_the_language_has_them() -> None:
    root = node_of({"a": [{"m": {"k": "1"}}, {"m": {"l": ["x", "y"]}}]})
    assert [text for _, text in find(root, "a[].m{}")] == ["k", "l"]
    assert list(find(root, "a[].m.l[]")) == [
        (("a", 1, "m", "l", 0), "x"),
        (("a", 1, "m", "l", 1), "y"),
    ]
    assert Node(None).plain is None


# ------------------------------------------------------------------ never a traceback

ALPHABET = st.sampled_from([*"abz01 -:{}[],#&*!|>'\"%@`?\n\t.~=<", "\u0627", "\x00", "\ufeff"])
QUICK = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)


def safe(content: str | bytes) -> None:
    scenario, issues = load.examine(content, "fuzz.yaml")
    assert (scenario is None) == any(issue.severity == "error" for issue in issues)
    for issue in issues:
        assert issue.problem and "Traceback" not in issue.problem
        str(issue).encode("utf-8")
    if scenario is not None:
        load.from_tree(scenario.origin.tree, scenario.origin)


@QUICK
@given(st.binary(max_size=300))
def test_any_bytes_end_in_issues(content: bytes) -> None:
    safe(content)


@QUICK
@given(st.text(ALPHABET, max_size=120))
def test_any_text_ends_in_issues(text: str) -> None:
    safe(text)


WORDS = [
    "town", "haven", "closed", "null", "~", "[]", "{}", "[[1]]", "-1", "1e999", "nan",
    "99999999999999999999", "0", "true", "2h", "12km", "9999-12-31T23:59", "0001-01-01T00:00",
    "2012-12-13T06:00+14:00", "'", '"', "&a", "*a", "{a: b}", "2 h", "12 km", "400 %", "[1, 2]",
    "[null, null]", "!!int 3",
]  # fmt: skip


@QUICK
@given(st.integers(0, 2**32), st.integers(1, 4))
def test_any_mutation_of_a_scenario_ends_in_issues(seed: int, changes: int) -> None:
    chance = random.Random(seed)
    lines = (SMALL + RICH).splitlines()
    for _ in range(changes):
        at = chance.randrange(len(lines))
        if chance.random() < 0.2:
            lines.pop(at)
        elif chance.random() < 0.2:
            lines.insert(at, chance.choice(lines))
        else:
            parts = lines[at].replace("{", "{ ").split(" ")
            parts[chance.randrange(len(parts))] = chance.choice(WORDS)
            lines[at] = " ".join(parts)
    safe("\n".join(lines) + "\n")


RICH = """\
threats:
  - {id: shells, zone: {circle: {centre: town, radius: 2 km}}, rate: 1 per 1000 person-hours}
  - {id: scuds, zone: {ring: {from: [33.5, 36.3], range: 300 km}}, rate: 1 per 1000 person-hours}
control:
  - {id: east, party: contested, zone: {polygon: [[35, 40], [36, 40], [36, 41]]}, from: 5 h}
teams:
  - {id: medics, people: 4, start: haven, to: town, fleets: [buses]}
notifications:
  - {id: told, party: opposition, state: sent, sent_at: 2012-12-12T06:00}
commitments:
  - {id: promised, fleet: buses, from: town, to: haven, load_start: 2 h}
priorities: {risk_cap: 1 %}
remedy_prices: {vehicle: 5}
sanity: {bus_trips: 500}
office: {organisation: Example, valid_until: 2012-12-20}
"""


def test_the_rich_scenario_is_sound() -> None:
    assert problems(SMALL + RICH) == []


def test_reading_needs_no_deep_stack() -> None:
    limit = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(260)
        assert problems("a: " + "[" * 10_000)
    finally:
        sys.setrecursionlimit(limit)
