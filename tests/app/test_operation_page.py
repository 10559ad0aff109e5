"""The page Operation: a report on a running plan, contradictions, the new plan, what changes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from planner import load
from planner.documents import planjson
from planner.errors import ScenarioError
from planner.replan import read_report
from planner.replan.template import blank
from planner.ui import renewing, worker
from planner.ui.renewing import Draft
from planner.ui.result import changes
from planner.ui.runner import Wish, read_wish, write_wish
from planner.ui.session import Session
from tests.app.desk_case import HOSTILE, press, show, told
from tests.replan_case import running

NOW = "2012-12-13T08:00"
REPORT = """\
at: 2012-12-13T08:00
links:
  - {link: bridge, state: closed, until: 5 h}
refused:
  - {group: far_people, people: 8, reason: the cattle}
"""


def wish(**asked: Any) -> Wish:
    return Wish(
        text="", file="two_buses.yaml", title="t", what_if=None, time_s=30, gap=0.0, seed=0,
        remedies=False, kind=renewing.KIND, plan=1,
        asked={"report": REPORT, "now": "", "node_limit": 12, **asked},
    )  # fmt: skip


def work(folder: Path, **asked: Any) -> None:
    write_wish(folder, wish(**asked))
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    renewing.work(folder, job, worker.ProgressFile(folder), lambda: False)


@pytest.fixture(scope="module")
def plan() -> bytes:
    return planjson.dumps(running().plan).encode("utf-8")


@pytest.fixture(scope="module")
def renewed(tmp_path_factory: pytest.TempPathFactory, plan: bytes) -> Path:
    """The folder of a job that made the plan anew."""
    runs = tmp_path_factory.mktemp("operation") / "runs"
    documents = runs / "1" / "documents"
    documents.mkdir(parents=True)
    (documents / "plan.json").write_bytes(plan)
    work(runs / "2")
    return runs / "2"


@pytest.fixture
def desk(session: Session, plan: bytes) -> Session:
    session.open_plan(plan)
    return session


@pytest.fixture
def changed(desk: Session, renewed: Path) -> Session:
    """That desk once the job has ended."""
    shutil.copytree(renewed, desk.folder / "runs" / "2")
    desk.refresh()
    desk.collect()
    assert [run.number for run in desk.runs] == [1, 2]
    return desk


def test_the_new_plan_is_a_run_and_every_change_is_told(changed: Session) -> None:
    app = show("operation", changed)
    verdict = changed.runs[1].verdict
    assert verdict.verified and verdict.plan.under_way is not None
    page = told(app)
    assert changes.sentence(verdict) in page and "From Thu 13 Dec 08:00 on: " in page
    frame = app.dataframe[0].value
    assert len(frame) == len(verdict.plan.under_way.changes) > 0
    assert all(frame["because"]) and all(frame["tell"])
    labels = [button.proto.label for button in app.get("download_button")]
    assert labels[-2:] == [
        "Amendments: all documents, each with what changed", "The changes as CSV"
    ]  # fmt: skip
    assert changes.csv_bytes(verdict).decode("utf-8-sig").count("\r\n") == len(frame) + 1
    assert renewing.former(changed, changed.runs[1]) is changed.runs[0]
    # The Plan page shows it like any other; after a restart it is found again as what it is.
    assert "two buses" in told(show("plan", changed))
    again = Session(changed.folder)
    assert [run.number for run in renewing.renewed(again)] == [2]


def test_contradictions_are_told_by_line_and_nothing_is_begun(desk: Session) -> None:
    app = show("operation", desk)
    text = "at: 2012-12-13T08:00\nlinks:\n  - {link: no_such, state: closed}\nheld: [{sortie: x}]\n"
    app.text_area(key="operation_text").set_value(text)
    app.run()
    page = told(app)
    assert "2 problem(s) in the report:" in page
    assert "line 3" in page and "no_such" in page and "line 4" in page
    press(app, "Plan anew")
    assert desk.job is None and "The report has problems" in told(app)


def test_a_report_is_kept_and_wished_for(desk: Session) -> None:
    app = show("operation", desk)
    app.text_area(key="operation_text").set_value(REPORT)
    app.text_input(key="operation_now").set_value(NOW)
    app.run()
    assert "contradicts neither itself nor the plan" in told(app)
    assert renewing.load(desk.folder) == Draft(1, REPORT, NOW)
    press(app, "Plan anew")
    job = desk.job
    assert job is not None and job.wish.kind == renewing.KIND and job.wish.plan == 1
    assert job.wish.asked == {"report": REPORT, "now": NOW}
    assert read_wish(job.folder) == job.wish
    job.end()
    # A tab that is opened later finds the report as it was left.
    later = show("operation", Session(desk.folder))
    assert later.text_area(key="operation_text").value == REPORT


def test_a_template_begins_a_report(desk: Session) -> None:
    app = show("operation", desk)
    press(app, "Begin with a template")
    text = app.text_area(key="operation_text").value
    assert text.startswith("# What has become of plan SP-") and "#held:" in text
    assert "contradicts neither itself nor the plan" in told(app)
    assert renewing.load(desk.folder).text == text


def test_a_template_says_nothing_and_every_kind_in_it_can_be_read() -> None:
    case = running()
    for now_s in (0, 2 * 3600, 9 * 3600):
        text = blank(case.plan, case.scenario, now_s)
        found = read_report(case, text, "t").report.situation
        assert not any((found.held, found.departed, found.links, found.refused, found.new_people))
        # With the # of every example taken away the form is sound.
        lines = [line[1:] if line.startswith(("#  - ", "#held", "#dep", "#arr", "#veh", "#links",
                 "#ref", "#new", "#source")) else line for line in text.split("\n")]  # fmt: skip
        situation, issues = load.examine_situation("\n".join(lines), "t")
        assert situation is not None, issues
        assert situation.held and situation.new_people and situation.refused


def test_a_hostile_report_is_escaped(desk: Session) -> None:
    app = show("operation", desk)
    app.text_area(key="operation_text").set_value(f"at: '{HOSTILE}'\n{HOSTILE}: 1\n")
    app.run()
    assert "problem(s) in the report" in told(app)
    assert not [block for block in app.html if "<img" in block.body]


def test_without_a_plan_there_is_no_operation(session: Session) -> None:
    assert "There is no plan yet" in told(show("operation", session))


def test_nothing_said_is_nothing_begun(desk: Session) -> None:
    app = show("operation", desk)
    press(app, "Plan anew")
    assert desk.job is None and "Say from when on to plan" in told(app)


@pytest.mark.parametrize(
    ("asked", "told_of"),
    [
        ({"report": "at: 2012-12-13T08:00\nlinks: [{link: no_such, state: closed}]\n"}, "no_such"),
        ({"report": "", "now": "soon"}, "soon"),
    ],
)
def test_the_worker_tells_what_contradicts(
    tmp_path: Path, plan: bytes, asked: dict[str, str], told_of: str
) -> None:
    documents = tmp_path / "1" / "documents"
    documents.mkdir(parents=True)
    (documents / "plan.json").write_bytes(plan)
    with pytest.raises(ScenarioError, match=told_of):
        work(tmp_path / "2", **asked)
    shutil.rmtree(tmp_path / "1")
    with pytest.raises(ScenarioError, match="no longer there"):
        work(tmp_path / "3")
