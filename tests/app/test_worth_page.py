"""The page Worth: what would help most, searched in a worker, ranked, made into a what-if."""

from __future__ import annotations

import csv
import io
import json
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from planner import load
from planner.documents import gains
from planner.ui import appraising, longwork, worker
from planner.ui.result import worths
from planner.ui.runner import Wish, read_wish, write_wish
from planner.ui.session import Session
from planner.ui.whatif import cases
from tests.app.desk_case import BRIDGE, press, show, told


def wish(**changes: Any) -> Wish:
    whole = {"text": BRIDGE.read_text(encoding="utf-8"), "file": BRIDGE.name, "title": "t",
             "what_if": None, "time_s": 30, "gap": 0.005, "seed": 0, "remedies": False,
             "kind": appraising.KIND}  # fmt: skip
    return Wish(**{**whole, **changes})


@pytest.fixture(scope="module")
def appraised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a job that has ended, worked off in this process."""
    folder = tmp_path_factory.mktemp("worth") / "1"
    write_wish(folder, wish())
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    appraising.work(folder, job, worker.ProgressFile(folder), lambda: False)
    return folder


@pytest.fixture
def found(session: Session, appraised: Path) -> Session:
    """A desk that finds that job among its own."""
    shutil.copytree(appraised, session.folder / "runs" / "1")
    session.refresh()
    session.collect()
    assert [job.number for job in session.reports] == [1]
    return session


def report(session: Session) -> dict[str, Any]:
    found = appraising.read(session.reports[0])
    assert found is not None
    return found


def test_the_report_is_that_of_the_command_line(found: Session) -> None:
    told = report(found)
    table = worths.table(told)
    files = {path.name: path for path in longwork.files(found.reports[0])}
    assert {"worth.json", "worth.csv", "worth.svg", "base.plan.json"} <= set(files)
    written = list(csv.DictReader(io.StringIO(files["worth.csv"].read_text("utf-8"))))
    shown = [row for row in written if row["screened"] == "no"]
    assert list(table["what"]) == [row["what"] for row in shown]
    for column, name in (("people", "people_gained"), ("sure", "people_gained_at_least"),
                         ("ceiling", "people_gained_at_most")):  # fmt: skip
        ours = ["" if x is None or x != x else str(int(x)) for x in table[column]]
        assert ours == [row[name] for row in shown], column
    assert (
        gains.csv_text(told["candidates"]).splitlines()[1:]
        == (files["worth.csv"].read_text("utf-8").splitlines()[1:])
    )


def test_the_best_change_stands_first_and_in_the_sentence(found: Session) -> None:
    app = show("worth", found)
    page = told(app)
    best = worths.ranked(report(found))[0]
    assert best["id"] == "authorisation:government_pending" and best["people_gained"] == 80
    assert f"What helps most: {best['what']}; 80 more people get out" in page
    assert list(app.dataframe[0].value["rank"])[:2] == [1, 2]
    labels = [button.proto.label for button in app.get("download_button")]
    assert labels[-1] == "The table as CSV"
    assert "The scenario has been changed" not in page


def test_the_bars_and_their_table(found: Session) -> None:
    app = show("worth", found, worth_tab="Bars")
    assert len(app.get("vega_lite_chart")) == 1
    app = show("worth", found, worth_tab="Bars", as_tables=True)
    assert not app.get("vega_lite_chart") and len(app.dataframe[-1].value)


SCRIPT = """
import streamlit as st
from planner.ui.appraising import make_what_if

state = st.session_state
make_what_if(state["desk"], state["desk"].reports[0], state["row"])
"""


def made_of(session: Session, row: dict[str, Any]) -> str:
    """What the button says once the change is made a what-if."""
    app = AppTest.from_string(SCRIPT, default_timeout=60)
    app.session_state["desk"], app.session_state["row"] = session, row
    app.run()
    assert not app.exception
    return str(app.session_state[appraising.MADE][1])


def test_a_change_becomes_a_what_if_on_the_shelf(found: Session) -> None:
    row = worths.ranked(report(found))[0]
    assert made_of(found, row).startswith("It is on the shelf of what-ifs as Government grants")
    (case,) = cases.own_cases(found.folder)
    text, name = cases.written(found.text, case, found.file)
    changed = load.read_text(text, found.file, name)
    assert next(a for a in changed.authorisations if a.id == "government_pending").assume
    made_of(found, row)
    names = [case.name for case in cases.own_cases(found.folder)]
    assert len(set(names)) == 2
    told = made_of(found, {**row, "patch": {"fleets[no_such].count": "4"}})
    assert told.startswith("That cannot be done:") and len(cases.own_cases(found.folder)) == 2


@pytest.mark.parametrize("what", ["one more in 'Buses', <b>", "_x", "=1+1", "لا " * 60, "'…'"])
def test_a_change_has_a_name_that_a_what_if_may_have(what: str) -> None:
    from planner import edit

    name = worths.name_of({"what": what})
    text = BRIDGE.read_text(encoding="utf-8")
    changed = edit.add_what_if(text, name, {"fleets[buses].count": "4"})
    assert name in load.read_text(changed, BRIDGE.name).what_ifs


def test_a_search_is_wished_for_and_can_be_ended(session: Session) -> None:
    app = show("worth", session)
    app.select_slider(key="worth_time").set_value("2 min")
    press(app, "Search")
    job = session.job
    assert job is not None and job.wish.kind == "worth" and job.wish.time_s == 120
    again = read_wish(job.folder)
    assert again == job.wish
    drop = next(b.label for b in app.button if b.label.startswith(("End without", "Leave")))
    press(app, drop)
    ends = time.monotonic() + 30
    while job.ending() is None:
        assert time.monotonic() < ends
        time.sleep(0.1)
    app.run()
    assert not session.reports and session.job is None


def test_a_faulty_scenario_is_not_searched(session: Session) -> None:
    session.edit(session.text.replace("horizon: 12 h", "horizon: 12"), "a fault")
    app = show("worth", session)
    assert "Mend the scenario first" in told(app)
    assert not [b for b in app.button if b.label == "Search"]


def row(**changes: Any) -> dict[str, Any]:
    whole = {"id": "a", "what": "A", "kind": "link", "people_gained": 0, "searched": True,
             "people_gained_at_least": 0, "people_gained_at_most": 0, "harm_saved": 0.0,
             "arrival_hours_saved": 0.0, "gain": "proven", "screened": False, "why_not": None,
             "verified": True, "conditional_on": []}  # fmt: skip
    return {**whole, **changes}


@pytest.mark.parametrize(
    ("candidate", "expected"),
    [
        (
            row(people_gained=9, people_gained_at_least=4),
            "9 more people get out (4 of them proven)",
        ),
        (row(harm_saved=1.25), "1.25 fewer expected casualties (proven)"),
        (row(arrival_hours_saved=70.0, gain="seen, not proven"), "70 person-hours sooner (seen,"),
        (row(), "No single change was found that helps."),
        (row(searched=False, people_gained=None), "No single change was found that helps."),
    ],
)
def test_the_sentence_says_what_helps_most(candidate: dict[str, Any], expected: str) -> None:
    assert expected in worths.sentence({"verified": True, "candidates": [candidate]})
    assert "fails its check" in worths.sentence({"verified": False, "candidates": []})


def test_what_was_not_searched_or_failed_is_not_told_as_nothing() -> None:
    rows = [row(people_gained=9), row(people_gained=None, searched=False, verified=False)]
    told = worths.sentence({"verified": True, "candidates": rows})
    assert told.endswith("1 change that may gain more was not searched in the time.")
    failed = row(people_gained=None, verified=False, gain="not searched")
    assert list(worths.table({"candidates": [failed, *rows]})["gain"]) == [
        "FAILED: its plan does not count", "proven", "proven",
    ]  # fmt: skip


def test_what_cannot_gain_is_told_by_reason() -> None:
    rows = [row(), row(screened=True, why_not="no", what="B"), row(screened=True, why_not="no")]
    assert worths.without({"candidates": rows}) == [("no", 2, ["B", "A"])]


def test_every_kind_has_its_words() -> None:
    from planner.worth.candidates import KINDS
    from planner.worth.gains import PROOFS

    assert set(worths.kind_words()) == set(KINDS)
    assert set(worths.gain_words()) == set(PROOFS)


@pytest.mark.parametrize(("time_s", "each_s"), [(600, 15.0), (120, 6.0), (20, 3.0)])
def test_each_search_has_its_share_of_the_time(time_s: int, each_s: float) -> None:
    assert appraising.budget_s(time_s) == (float(time_s), each_s)
    assert longwork.counts("3/12") == [(3, 12)] and longwork.counts("") == []
