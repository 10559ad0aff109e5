"""What-ifs: levers, the shelf, differences, and the page."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from planner import assets, charts, load
from planner.errors import ScenarioError
from planner.ui import look, tickets, workspace
from planner.ui.session import Session, open_desk
from planner.ui.whatif import cases, differences, editor, levers, rows
from planner.ui.whatif.cases import THE_BASE, Case
from tests.app.desk_case import BRIDGE, HOSTILE, press, show, told

TEXT = BRIDGE.read_text(encoding="utf-8")
DEIR = assets.scenario_path("deir_al_zor_2012").read_text(encoding="utf-8")
RUSSIANS = assets.scenario_path("russian_citizens_2012").read_text(encoding="utf-8")
GRANT = {"authorisations[government_pending].assume": "granted"}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv(workspace.VARIABLE, str(tmp_path / "desk"))
    yield tmp_path / "desk"
    for ticket in tickets.read()[0]:
        tickets.leave(Path(ticket.folder))


@pytest.fixture
def session(place: Path) -> Session:
    session = open_desk("a" * 16)
    session.open(BRIDGE.name, TEXT, "a test")
    session.check()
    return session


@pytest.fixture
def planned(session: Session, made: Any) -> Session:
    session.open_plan(made.base)
    session.open_plan(made.granted)
    return session


def own(name: str = "mine", uses: tuple[str, ...] = (), **changes: Any) -> Case:
    return Case(name, uses=uses, changes=changes, own=True)


# ------------------------------------------------------------------ levers


@pytest.mark.parametrize(
    ("settings", "changes"),
    [
        ({"fleet:raqqa_coaches": 30}, {"fleets[raqqa_coaches].count": 30}),
        ({"road:siyasiyeh_bridge": "closed"}, {"links[siyasiyeh_bridge].status": "closed"}),
        ({"road:raqqa_left_bank": "open"}, {"links[raqqa_left_bank].closed": None}),
        ({"permission:gov_msf": True}, {"authorisations[gov_msf].assume": "granted"}),
        ({"start:": 1}, {"start": "2012-12-14T06:00"}),
        ({"start:": -2}, {"start": "2012-12-11T06:00"}),
        ({"people:": "high"}, {"people_figure": "high"}),
    ],
)
def test_a_setting_becomes_an_override_and_is_read_back(
    settings: dict[str, Any], changes: dict[str, Any]
) -> None:
    scenario = load.read_text(DEIR)
    assert levers.all_changes(scenario, settings) == changes
    assert levers.settings_of(scenario, changes) == (settings, {})


def test_a_pause_stops_every_threat_for_its_hours() -> None:
    scenario = load.read_text(DEIR)
    changes = levers.all_changes(scenario, {"pause:": 2.5})
    assert levers.settings_of(scenario, changes) == ({"pause:": 2.5}, {})
    text, name = cases.written(DEIR, own(**changes))
    window = load.read_text(text, what_if=name).windows[-1]
    assert window.open == ((8 * 3600, 10 * 3600 + 1800),)
    assert set(window.suspends) == {threat.id for threat in scenario.threats}


def test_a_window_is_made_longer() -> None:
    scenario = load.read_text(RUSSIANS)
    changes = levers.all_changes(scenario, {"window:damascus_airport_hours": 11.5})
    assert changes == {"windows[damascus_airport_hours].open": ["07:00-18:30"]}
    assert levers.settings_of(scenario, changes)[0] == {"window:damascus_airport_hours": 11.5}


def test_levers_as_they_stand_change_nothing() -> None:
    for text in (DEIR, RUSSIANS, TEXT):
        scenario = load.read_text(text)
        found = levers.levers(scenario)
        assert len({lever.key for lever in found}) == len(found)
        assert levers.all_changes(scenario, {lever.key: lever.now for lever in found}) == {}


def test_changes_that_no_lever_makes_are_kept_apart() -> None:
    scenario = load.read_text(DEIR)
    told = {"threats[air_raids].rate": "0 per 1000 person-hours", "people_figure": "low"}
    settings, rest = levers.settings_of(scenario, told)
    assert settings == {"people:": "low"} and list(rest) == ["threats[air_raids].rate"]


def test_every_lever_of_a_shipped_crisis_is_taken_by_the_reader() -> None:
    scenario = load.read_text(DEIR)
    settings: dict[str, Any] = {}
    for lever in levers.levers(scenario):
        settings[lever.key] = {
            "fleet": lever.most, "permission": True, "pause": 3.0, "start": 1, "people": "low",
            "road": "closed", "window": lever.most,
        }[lever.kind]  # fmt: skip
    text, name = cases.written(DEIR, own("all at once", **levers.all_changes(scenario, settings)))
    found = load.read_text(text, what_if=name)
    assert found.fleets[0].count == 40 and found.people_figure == "low"
    assert {link.status for link in found.links} == {"closed"}


# ------------------------------------------------------------------ the shelf


def test_the_shelf_has_the_base_the_texts_what_ifs_and_those_made_here(session: Session) -> None:
    kept = cases.put(session.folder, own("two", uses=("one_bus",)))
    found = cases.shelf(session.folder, session.text)
    assert [case.name for case in found] == [
        "base", "bridge_destroyed", "government_grants", "one_bus_only", "high_numbers", "two",
    ]  # fmt: skip
    assert found[-1] == kept and len({case.key for case in found}) == len(found)
    cases.put(session.folder, Case("renamed", kept.id, kept.uses, own=True))
    assert cases.own_cases(session.folder)[0].name == "renamed"
    cases.drop(session.folder, kept)
    assert not cases.own_cases(session.folder)


@pytest.mark.parametrize(
    "written", ["", "[]", '{"format": 2}', '{"format": 1, "cases": [1, {"name": "x"}, {"id": 3}]}']
)
def test_a_damaged_shelf_is_an_empty_one(written: str, session: Session) -> None:
    (session.folder / cases.FILE).write_text(written, encoding="utf-8")
    assert cases.own_cases(session.folder) == []


def test_a_name_that_is_taken_gets_a_number() -> None:
    known = [own("a"), own("a 2")]
    assert cases.free_name("a", known) == "a 3" and cases.free_name("b", known) == "b"


def test_the_same_scenario_has_the_same_mark_however_it_is_written() -> None:
    here = own("anything", **GRANT)
    text, name = cases.written(TEXT, here)
    marks = {
        cases.mark(TEXT, here),
        cases.mark(TEXT, own("else", uses=("government_says_yes",))),
        cases.mark_of(TEXT, "government_grants"),
        cases.mark_of(text, name),
        cases.mark_of("# a remark\n" + TEXT, "government_grants"),
    }
    assert len(marks) == 1 and "" not in marks
    assert cases.mark(TEXT, THE_BASE) not in marks
    assert cases.mark(TEXT, own("x", uses=("no_such",), **{"links[no].status": "closed"})) == ""
    assert cases.mark_of(TEXT, "no_such") == "" and cases.mark("- x: [", THE_BASE) == ""


def test_the_mark_is_that_of_the_tree_in_the_plan(planned: Session) -> None:
    assert [run.mark for run in planned.runs] == [
        cases.mark_of(TEXT, None), cases.mark_of(TEXT, "government_grants"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("case", "fault"),
    [
        (own("nothing"), "changes nothing"),
        (own("x", **{"links[no].status": "closed"}), "nothing there has the id"),
        (own("<script>", **GRANT), "no name for a what-if"),
        (own("x", uses=("government_says_yes",), **GRANT), "sets what"),
    ],
)
def test_a_case_that_does_not_fit_is_refused_with_the_reason(case: Case, fault: str) -> None:
    with pytest.raises(ScenarioError, match=fault):
        cases.written(TEXT, case)


# ------------------------------------------------------------------ rows and differences


def test_rows_know_their_plans_and_what_is_not_planned(planned: Session) -> None:
    cases.put(planned.folder, own("same as granted", **GRANT))
    cases.put(planned.folder, own("lost", **{"links[no].status": "closed"}))
    found = {row.case.name: row for row in rows.rows(planned)}
    assert found["base"].run is planned.runs[0]
    assert found["government_grants"].run is found["same as granted"].run is planned.runs[1]
    assert found["government_grants"].state == "planned, awaits a yes"
    assert found["lost"].state == "does not fit the text any more"
    left = rows.unplanned(list(found.values()))
    assert [row.case.name for row in left] == ["bridge_destroyed", "one_bus_only", "high_numbers"]
    frame = rows.frame(list(found.values()))
    assert list(frame["out"].dropna()) == [
        run.verdict.figures.evacuated for run in (*planned.runs, planned.runs[1])
    ]
    # A change of the text makes the plans those of an earlier text.
    planned.edit(planned.text.replace("horizon: 12 h", "horizon: 11 h"), "less time")
    again = {row.case.name: row for row in rows.rows(planned)}
    assert again["base"].run is None and again["base"].stale
    assert again["base"].state == "changed since it was planned"
    assert again["bridge_destroyed"].state == "not planned yet"


def test_what_a_case_sets_is_told_path_by_path(session: Session) -> None:
    case = own("x", uses=("one_bus", "no_such"), **{"links[bridge].closed": None, "a": [True]})
    assert rows.changes_of(session, case) == [
        ("fleets[buses].count", "1"), ("links[bridge].closed", "as if it were not written"),
        ("a", "True"),
    ]  # fmt: skip


def test_differences_add_up(planned: Session) -> None:
    a, b = (run.verdict for run in planned.runs)
    frame = differences.by_group(a, b)
    gained = b.figures.evacuated - a.figures.evacuated
    assert gained > 0 and frame["out_change"].sum() == gained
    assert frame["left_change"].sum() == -gained
    assert list(frame["out_change"].abs()) == sorted(frame["out_change"].abs(), reverse=True)
    back = differences.by_group(b, a)
    assert back["out_change"].sum() == -gained
    taken = {row["what"]: row for row in differences.effort(a, b)}
    assert taken["sorties"]["b"] == len(b.plan.sorties)
    assert all(row["change"] == row["b"] - row["a"] for row in taken.values())
    fleets = differences.by_fleet(a, b)
    assert fleets["vehicles_b"].sum() == taken["vehicles used"]["b"]
    assert fleets["hours_a"].sum() == pytest.approx(taken["vehicle-hours"]["a"], abs=0.2)


@pytest.mark.parametrize(
    ("name", "value", "colour"),
    [
        ("out_change", 5, differences.GOOD), ("out_change", -5, differences.BAD),
        ("left_change", -5, differences.GOOD), ("left_change", 0, ""), ("left_change", None, ""),
    ],
)  # fmt: skip
def test_a_change_is_tinted_by_what_it_means(name: str, value: Any, colour: str) -> None:
    assert differences.tint(name, value) == colour


def test_a_change_has_its_sign() -> None:
    assert [differences.signed(x) for x in (1234, -2.5, 0, None)] == ["+1,234", "-2.5", "0", "–"]


def test_two_curves_end_together_and_are_told_apart_without_colour(planned: Session) -> None:
    a, b = (run.verdict for run in planned.runs)
    spec = charts.evacuation_curves(a, b, ("same", "same"))
    points = spec["data"]["values"]
    names = spec["encoding"]["strokeDash"]["scale"]["domain"]
    assert names == ["same (A)", "same (B)"]
    ends = [max(p["t_s"] for p in points if p["plan"] == name) for name in names]
    assert ends[0] == ends[1]
    last = {p["plan"]: p["safe"] for p in points}
    assert last == {names[0]: a.figures.evacuated, names[1]: b.figures.evacuated}
    json.dumps(spec)


def test_a_label_is_plain_text() -> None:
    assert look.label("**a** [b](c) :red[d] $x$") == (r"\*\*a\*\* \[b\]\(c\) \:red\[d\] \$x\$")
    assert look.label("x" * 10_000, 10) == "x" * 9 + "…" and "\u202e" not in look.label("\u202ex")


# ------------------------------------------------------------------ the page


def test_the_page_shows_the_shelf_and_nothing_planned(session: Session) -> None:
    app = show("what_ifs", session)
    frame = app.dataframe[0].value
    assert list(frame["what_if"]) == [
        "as written (base)", "bridge_destroyed", "government_grants", "one_bus_only",
        "high_numbers",
    ]  # fmt: skip
    assert set(frame["state"]) == {"not planned yet"}
    assert "Plan 5 not planned" in [b.label for b in app.button]
    assert "Plan the chosen what-if" in told(app)


def test_a_what_if_is_made_with_levers_changed_duplicated_and_written(session: Session) -> None:
    app = show("what_ifs", session)
    press(app, "New what-if")
    (name,) = app.text_input
    name.set_value("Two more buses")
    next(s for s in app.slider if s.label.startswith("Town buses") or "bus" in s.key).set_value(4)
    press(app, "Keep on the shelf")
    (case,) = cases.own_cases(session.folder)
    assert case.name == "Two more buses" and case.changes == {"fleets[buses].count": 4}
    assert app.session_state[editor.CHOSEN] == case.key
    assert "Two more buses" in list(app.dataframe[0].value["what_if"])

    press(app, "Change")
    assert app.slider[0].value == 4
    app.slider[0].set_value(5)
    app.multiselect[0].set_value(["high_figures"])
    press(app, "Keep on the shelf")
    (case,) = cases.own_cases(session.folder)
    assert case.changes == {"fleets[buses].count": 5} and case.uses == ("high_figures",)

    press(app, "Duplicate")
    assert [c.name for c in cases.own_cases(session.folder)] == [
        "Two more buses", "Two more buses 2",
    ]  # fmt: skip
    press(app, "Into the text")
    assert [c.name for c in cases.own_cases(session.folder)] == ["Two more buses"]
    assert load.read_text(session.text, what_if="Two more buses 2").fleets[0].count == 5
    assert session.can_undo == "Write the what-if Two more buses 2"
    assert app.session_state[editor.CHOSEN] == "text:Two more buses 2"
    press(app, "Delete")
    assert session.text == TEXT
    assert not app.exception


def test_what_does_not_fit_is_told_in_the_form(session: Session) -> None:
    app = show("what_ifs", session)
    press(app, "New what-if")
    press(app, "Keep on the shelf")
    assert "changes nothing" in told(app) and not cases.own_cases(session.folder)
    app.text_input[0].set_value("bridge_destroyed")
    app.multiselect[0].set_value(["one_bus"])
    press(app, "Keep on the shelf")
    assert "there is a what-if of that name" in told(app)
    press(app, "Discard")
    assert not app.text_input and not cases.own_cases(session.folder)


def test_everything_is_planned_in_the_queue_and_compared(session: Session) -> None:
    for name in ("one_bus_only", "high_numbers", "bridge_destroyed"):
        from planner import edit

        session.edit(edit.remove_what_if(session.text, name), "less")
    cases.put(session.folder, own("granted here", **GRANT))
    app = show("what_ifs", session)
    app.selectbox(key="case_limit").set_value("20 s").run()
    press(app, "Plan 3 not planned")
    # The one in the text and the one here are the same scenario: it is planned once.
    assert len(session.jobs) == 2
    page = told(app)
    assert "Being planned" in page or "in the queue" in page or "before yours" in page
    limit = time.monotonic() + 90
    while any(job.ending() is None for job in session.jobs):
        assert time.monotonic() < limit, "the plans are not made"
        time.sleep(0.2)
    app.run()
    assert not app.exception
    assert [run.case for run in session.runs] == ["base", "government_grants"]
    states = list(app.dataframe[0].value["state"])
    assert states == ["planned, verified", "planned, awaits a yes", "planned, awaits a yes"]
    assert "NOT AUTHORISED: awaits" in told(app)


@pytest.mark.parametrize("tab", ["Maps", "Curves", "By group", "What it takes"])
def test_base_and_what_if_side_by_side(tab: str, planned: Session) -> None:
    app = show("what_ifs", planned, pair=tab, case="text:government_grants")
    page = told(app)
    base, granted = (run.verdict.figures for run in planned.runs)
    assert f"{granted.evacuated - base.evacuated:+,}" in page
    assert "NOT AUTHORISED: awaits" in page
    if tab == "Maps":
        given = [json.loads(item.proto.json) for item in app.get("bidi_component")]
        assert len(given) == 2 and given[0]["together"] == given[1]["together"] != ""
        assert given[0]["bounds"] == given[1]["bounds"]
    elif tab == "Curves":
        assert len(app.get("vega_lite_chart")) == 1
    elif tab == "By group":
        frame = app.dataframe[1].value
        assert frame["out_change"].sum() == granted.evacuated - base.evacuated
    else:
        assert "vehicle-hours" in page


def test_side_by_side_wants_two_plans(session: Session, made: Any) -> None:
    session.open_plan(made.granted)
    app = show("what_ifs", session, case="text:government_grants")
    assert "Plan the base as well" in told(app)


def test_a_faulty_text_shows_no_shelf(session: Session) -> None:
    session.edit(TEXT.replace("horizon: 12 h", "horizon: 12"), "a slip")
    app = show("what_ifs", session)
    assert "Mend the scenario first" in told(app) and not app.dataframe


def test_hostile_names_stay_text(session: Session) -> None:
    text = TEXT.replace("id: buses,", f'id: buses, name: "{HOSTILE}",', 1)
    if text == TEXT:
        text = TEXT.replace("id: buses\n", f'id: buses\n    name: "{HOSTILE}"\n', 1)
    assert text != TEXT
    session.edit(text, "hostile")
    app = show("what_ifs", session)
    press(app, "New what-if")
    labels = [slider.label for slider in app.slider]
    assert any(r"\<img src" in label for label in labels), labels
    assert not [block for block in app.html if "<img" in block.body]
