"""The Scenario page: text and problems, tables, lists, history; without a browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from planner import edit, tables
from planner.tables import Changes
from planner.ui import cell_editor, history, look, table_view
from planner.ui.draft import State
from planner.ui.session import Session
from tests.app.desk_case import HOSTILE, press, show, told

ROOT = Path(__file__).resolve().parents[2]
DEIR = (ROOT / "scenarios" / "deir_al_zor_2012.yaml").read_text(encoding="utf-8")
EVIL = "<script>alert(1)</script>\u202e[a](http://x.example)"
TABS = "scenario-tab"
LIST = (
    "id,role,lat,lon\nnew_site,safe_haven,35.4,40.2\n"
    "bad_site,camp,35.4,40.2\nodd_site,hospital,95,40\n"
)


def on(tab: str, session: Session, **state: Any) -> AppTest:
    """The page with that tab open."""
    lists = {f"lists-{section}-open": True for section in ("places", "groups")}
    return show("scenario", session, **{TABS: tab}, **lists, **state)


def item(session: Session, section: str, ident: str) -> Any:
    found = edit.tree_of(session.text)[section]
    return next(entry for entry in found if entry["id"] == ident)


# ------------------------------------------------------------------ text


def test_a_sound_scenario_says_so(session: Session) -> None:
    app = show("scenario", session)
    assert "No fault." in told(app)
    assert "332 in 3 groups" in told(app)
    assert app.text_area[0].value == session.text


def test_a_fault_shows_its_line_and_remedy_and_mending_it_helps(session: Session) -> None:
    sound = session.text
    app = show("scenario", session)
    app.text_area[0].set_value(sound.replace("at: upper_town,", "at: uper_town,")).run()
    line = 1 + sound[: sound.index("at: upper_town,")].count("\n")
    assert f"line {line}" in told(app) and "did you mean 'upper_town'" in told(app)
    assert "cannot be planned yet" in told(app) and "1 fault." in told(app)
    assert "Go on to the plan" not in [button.label for button in app.button]
    tint = next(block.body for block in app.html if "background-image" in block.body)
    assert f"y%3D%22{(line - 1) * 20}%22" in tint.replace('y="', "y%3D%22").replace("=", "%3D")
    app.text_area[0].set_value(sound).run()
    assert "No fault." in told(app)
    assert "Go on to the plan" in [button.label for button in app.button]


def test_a_shipped_scenario_can_be_opened(session: Session) -> None:
    app = show("scenario", session)
    app.selectbox(key="shipped").set_value("russian_citizens_2012").run()
    assert session.file == "russian_citizens_2012.yaml"
    assert app.text_area[0].value == session.text != ""


def test_an_upload_is_opened_or_refused_with_the_reason(session: Session) -> None:
    app = show("scenario", session)
    text = session.text.replace("Small bridge shuttle", "My own")
    app.file_uploader[0].upload("../../mine.yaml", text.encode("utf-8"), "text/yaml").run()
    assert session.file == "mine.yaml" and "My own" in told(app)
    app.file_uploader[0].upload("bad.yaml", b"title: \xff\xfe", "text/yaml").run()
    assert session.file == "mine.yaml" and "not UTF-8" in told(app)
    app.file_uploader[0].upload("big.yaml", b"#" * 2_000_001, "text/yaml").run()
    assert session.file == "mine.yaml" and "more than a scenario may have" in told(app)


def test_a_plan_made_before_can_be_opened(session: Session, made: Any) -> None:
    app = show("scenario", session)
    app.file_uploader[1].upload("plan.json", b"{}", "application/json").run()
    assert "Not opened." in told(app) and not session.runs
    app.file_uploader[1].upload("plan.json", made.base, "application/json").run()
    assert [run.case for run in session.runs] == ["base"]


# ------------------------------------------------------------------ tables


@pytest.mark.parametrize("section", tables.SECTIONS)
def test_every_table_of_both_shipped_scenarios_shows(section: str, session: Session) -> None:
    tab = table_view.title_of(section) if section in table_view.SHOWN else "More"
    state = {} if section in table_view.SHOWN else {"more-section": section}
    app = on(tab, session, **state, **{f"wide-{section}": True})
    assert not app.exception
    for path in sorted((ROOT / "scenarios").glob("*.yaml")):
        session.open(path.name, path.read_text(encoding="utf-8"), "a test")
        app.run()
        assert not app.exception, app.exception[0].message
    assert "Columns marked * are needed." in told(app)


def grid_says(
    session: Session, section: str, monkeypatch: pytest.MonkeyPatch, **report: Any
) -> cell_editor.Memory:
    """The grid of a section reports what was done in it; AppTest has no grid to type into."""
    state: dict[str, Any] = {}
    monkeypatch.setattr(cell_editor.st, "session_state", state)
    held = cell_editor.memory()
    held.section, held.base, held.made = section, session.text, session.text
    state[held.key] = {"edited_rows": {}, "added_rows": [], "deleted_rows": [], **report}
    cell_editor.taken_over(session, section)
    return held


def test_a_cell_that_is_changed_changes_one_line_and_can_be_undone(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = session.text
    held = grid_says(session, "groups", monkeypatch, edited_rows={0: {"people.base": "250"}})
    assert not held.refused and held.made == session.text
    changed = [
        a for a, b in zip(before.split("\n"), session.text.split("\n"), strict=True) if a != b
    ]
    assert len(changed) == 1 and "240" in changed[0]
    assert session.can_undo == "people.base · old_town_people"
    session.undo()
    assert session.text == before and session.can_redo == "people.base · old_town_people"


def test_the_grid_goes_on_from_what_it_began_with(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = grid_says(session, "fleets", monkeypatch, edited_rows={0: {"count": "4"}})
    version = session.version
    edited = {0: {"count": "4"}, 1: {"neutral": True, "serves": ["old_town", "haven"]}}
    cell_editor.st.session_state[held.key] = {"edited_rows": edited, "deleted_rows": []}
    cell_editor.taken_over(session, "fleets")
    found = edit.tree_of(session.text)["fleets"]
    assert found[0]["count"] == "4" and found[1]["serves"] == ["old_town", "haven"]
    assert session.version == version  # the grid stays as it is
    assert session.can_undo.endswith(found[1]["id"])


def test_a_change_that_the_reader_refuses_is_told_and_changes_nothing(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = session.text
    held = grid_says(session, "groups", monkeypatch, edited_rows={0: {"willing": "90"}})
    assert session.text == before and held.made != before  # the grid begins anew
    assert "state a percentage" in table_view.told(held.refused[0])
    held = grid_says(session, "places", monkeypatch, deleted_rows=[0])
    assert session.text == before and "no place called 'old_town'" in table_view.told(
        held.refused[0]
    )
    monkeypatch.undo()
    app = on("Places", session, **{cell_editor.MEMORY: held})
    assert "Not changed." in told(app) and "no place called" in told(app)


def test_rows_go_and_undo_calls_it_so(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    grid_says(session, "threats", monkeypatch, deleted_rows=[0])
    assert "threats" not in edit.tree_of(session.text)
    assert session.can_undo == "1 row removed · threats"


def test_a_new_id_is_carried_to_all_that_names_it(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = grid_says(session, "places", monkeypatch, edited_rows={0: {"id": "old_quarter"}})
    assert item(session, "groups", "old_town_people")["at"] == "old_quarter"
    assert held.made == ""  # others may show the old name


def test_a_text_that_cannot_be_read_leaves_the_last_table_to_look_at(session: Session) -> None:
    sound = session.text
    session.edit(sound.replace("groups:", "groups: ["), "break it")
    session.edit(session.text + "\nmore: [", "break it more")
    assert table_view.last_readable(session) == sound
    app = on("Groups", session)
    assert "Read-only." in told(app)
    grids = app.get("arrow_data_frame") or app.get("dataframe")
    assert grids and all(grid.proto.disabled for grid in grids)
    assert not [button for button in app.button if button.label == "Add"]
    session.undo()
    session.undo()
    app = on("Groups", session)
    assert "Read-only." not in told(app)


def test_faults_of_a_table_stand_above_it(session: Session) -> None:
    session.edit(session.text.replace("at: upper_town,", "at: uper_town,"), "a fault")
    assert "did you mean 'upper_town'" in told(on("Groups", session))
    assert "1 fault elsewhere." in told(on("Places", session))


def test_a_place_is_added_by_a_form(session: Session) -> None:
    app = on("Places", session)

    def field(key: str) -> str:
        return f"add-places-{session.version}-{key}"

    app.text_input(key=field("id")).set_value("new_site")
    app.text_input(key=field("at")).set_value("35.4, 40.2")
    press(app, "Add")
    assert "Not added." in told(app) and "missing" in told(app)  # no role
    app.text_input(key=field("name")).set_value(EVIL)
    app.selectbox(key=field("role")).set_value("safe_haven")
    press(app, "Add")
    assert item(session, "places", "new_site") == {
        "id": "new_site", "name": EVIL, "role": "safe_haven", "at": ["35.4", "40.2"],
    }  # fmt: skip
    assert session.can_undo == "Add new_site to Places"


def test_columns_explain_themselves_and_offer_what_may_be_named() -> None:
    found = (tables.tables(DEIR) or {})["groups"]
    configs = cell_editor.configs(found, found.columns)
    assert configs["at"]["type_config"]["options"][0] == "al_joura"  # type: ignore[index]
    assert "3 h 20 min" in str(configs["deadline"]["help"])
    assert all(config["help"] for config in configs.values())
    frame = cell_editor.frame(found, found.columns)
    assert frame.loc[0, "people.base"] == "4200" and frame.loc[9, "destinations"] == [
        "raqqa",
        "hasakah",
    ]
    assert frame["estimate"].dtype == bool


def test_what_the_grid_reports_is_read() -> None:
    report = {"edited_rows": {"3": {"a": None, "b": ["x", "y"], "c": 1}}, "deleted_rows": [2, 1]}
    assert cell_editor.changes_of(report) == Changes(
        {3: {"a": None, "b": ("x", "y"), "c": "1"}}, removed=(1, 2)
    )


# ------------------------------------------------------------------ lists


def test_a_list_with_bad_rows_is_told_and_its_good_rows_may_be_taken(session: Session) -> None:
    before = session.text
    app = on("Places", session)
    app.file_uploader(key="list-places-0").upload("sites.csv", LIST.encode(), "text/csv").run()
    said = told(app)
    assert "2 rows do not fit." in said and "Nothing has been taken in." in said
    assert "cannot take 'camp'" in said and "no such position" in said
    assert next(b for b in app.button if b.label == "Take in all 3 rows").disabled
    assert session.text == before
    press(app, "Take in 1 rows, leave out 2")
    assert item(session, "places", "new_site")["at"] == ["35.4", "40.2"]
    assert session.can_undo == "Take in sites.csv"
    session.undo()
    assert session.text == before


def test_what_a_list_leaves_out_is_asked_for(session: Session) -> None:
    app = on("Places", session)
    content = b"name,lat,lon\nCamp Hope,35.4,40.2\n"
    app.file_uploader(key="list-places-0").upload("sites.csv", content, "text/csv").run()
    assert "1 row does not fit." in told(app)
    app.selectbox(key="default-places-role").set_value("safe_haven").run()
    assert "1 row fits." in told(app)
    press(app, "Take in all 1 rows")
    assert item(session, "places", "camp_hope")["role"] == "safe_haven"
    assert app.file_uploader(key="list-places-1").value is None


def test_a_file_that_is_no_table_is_refused(session: Session) -> None:
    app = on("Groups", session)
    app.file_uploader(key="list-groups-0").upload("x.xlsx", b"PK\x03\x04nothing", "x").run()
    assert "This file cannot be read." in told(app) and "save it as XLSX or as CSV" in told(app)


# ------------------------------------------------------------------ history


def test_undo_and_redo_say_what_they_do(session: Session) -> None:
    before = session.text
    session.edit(before.replace("horizon: 12 h", "horizon: 13 h"), f"Take in {EVIL}")
    app = show("scenario", session)
    undo = next(button for button in app.button if button.label.startswith("Undo"))
    assert "<script>" not in undo.label.replace("\\", "\0") and "\u202e" not in undo.label
    undo.click().run()
    assert session.text == before == app.text_area[0].value
    redo = next(button for button in app.button if button.label.startswith("Redo"))
    redo.click().run()
    assert "horizon: 13 h" in app.text_area[0].value


def test_a_revision_is_saved_compared_restored_and_dropped(session: Session) -> None:
    before = session.text
    app = on("Revisions", session)
    app.text_input[0].set_value("As agreed <b>").run()
    press(app, "Save this revision")
    assert [saved.what for saved in session.saved] == ["As agreed <b>"]
    assert "The same as the text now." in told(app)
    session.edit(before.replace("horizon: 12 h", f"horizon: 13 h # {EVIL}"), "longer")
    app.run()
    said = [block.body for block in app.html if "<style>" not in block.body]
    diff = next(body for body in said if "sp-plus" in body)
    assert re.search(r'sp-minus">− horizon: 12 h', diff) and 'sp-plus">+ horizon: 13 h' in diff
    assert "<script>" not in diff and "\u202e" not in diff
    press(app, "Restore")
    assert session.text == before and session.can_undo == "Restore As agreed <b>"
    press(app, "Delete")
    assert session.saved == []


def test_a_revision_is_called_by_name_and_time() -> None:
    name = history.title_of(State("m", "a.yaml", "", "x", 1.0))
    assert re.fullmatch(r"x · \d{4}-\d\d-\d\d \d\d:\d\d · a\.yaml", name)


def test_a_long_difference_is_cut() -> None:
    html = history.coloured([f"+line {n}" for n in range(1000)])
    assert html.count("sp-plus") == history.MOST_LINES and "600 more lines" in html


@pytest.mark.parametrize("text", [EVIL, HOSTILE, "**b** `c` :red[d] $x$ # h", "a" * 10_000])
def test_labels_show_names_as_they_are(text: str) -> None:
    label = look.label(text, 60)
    assert not re.search(r"(?<!\\)[*`\[\]<>:$#!_]", label) and len(label) < 140


def test_hostile_names_stay_text(session: Session) -> None:
    text = session.text.replace("title: Small bridge shuttle", f'title: "{HOSTILE}"')
    text = text.replace("name: Old town,", f'name: "{HOSTILE}",')
    session.edit(text, f"a hostile title {HOSTILE}")
    for tab in ("Text", "Places", "Revisions"):
        app = on(tab, session)
        assert HOSTILE in told(app)
        assert not [block for block in app.html if "<img" in block.body]
        assert not [block for block in app.markdown if "x.example" in block.value]
