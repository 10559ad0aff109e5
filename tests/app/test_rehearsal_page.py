"""The page Rehearsal: a plan played in a worker, its fan, its causes, its loads."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from planner import load, pipeline
from planner.documents import planjson
from planner.errors import ScenarioError
from planner.ui import rehearsing, runs, worker
from planner.ui.result import rehearsed
from planner.ui.runner import Ending, Wish, read_wish, write_wish
from planner.ui.session import Session
from tests.app.desk_case import BRIDGE, press, show, told

UNSURE = """\
uncertainty:
  people: {common: 50 %}
  breakdowns: [{id: buses_break, name: Buses break down, chance: 10 %, repair: 2 h}]
  events:
    - {id: falls, name: The bridge falls, chance: 30 %, closes: [bridge]}
"""


def text() -> str:
    return BRIDGE.read_text(encoding="utf-8") + UNSURE


def wish(**changes: object) -> Wish:
    whole = {"text": text(), "file": BRIDGE.name, "title": "t", "what_if": None, "time_s": 30,
             "gap": 0.0, "seed": 0, "remedies": False, "kind": rehearsing.KIND, "plan": 1,
             "draws": 24}  # fmt: skip
    return Wish(**{**whole, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder ``runs`` of a desk with a plan (1) and a rehearsal of it (2)."""
    folder = tmp_path_factory.mktemp("rehearsal")
    verdict = pipeline.make_plan(
        load.read_text(text(), BRIDGE.name), pipeline.Limits(time_s=20, node_limit=3)
    ).verdict
    documents = folder / "1" / "documents"
    documents.mkdir(parents=True)
    (documents / "plan.json").write_text(planjson.dumps(verdict.plan), encoding="utf-8")
    run = runs.of_verdict(verdict, 1, documents, "", Ending("plan"), runs.Shown())
    run.save()
    write_wish(folder / "2", wish())
    job = json.loads((folder / "2" / "job.json").read_text(encoding="utf-8"))
    rehearsing.work(folder / "2", job, worker.ProgressFile(folder / "2"), lambda: False)
    return folder


@pytest.fixture
def desk(session: Session, played: Path) -> Session:
    shutil.copytree(played, session.folder / "runs")
    session.edit(text(), "a test")
    session.refresh()
    session.collect()
    assert [job.number for job in session.reports] == [2]
    return session


def test_the_page_tells_what_to_expect(desk: Session) -> None:
    app = show("rehearsal", desk)
    report = rehearsing.read(desk.reports[0])
    assert report is not None and report["draws"] == 24
    page = told(app)
    assert rehearsed.sentence(report) in page and "Plan 1, 24 draws" in page
    assert len(app.get("vega_lite_chart")) == 1
    figures = app.dataframe[0].value
    assert next(iter(figures["what"])) == "people out"
    assert app.get("download_button")[-1].proto.label.startswith("Everything as one file (9")


@pytest.mark.parametrize(
    ("tab", "heading"),
    [("What breaks it", "bridge"), ("Load by load", "east village"), ("What matters", "")],
)
def test_the_tabs(desk: Session, tab: str, heading: str) -> None:
    app = show("rehearsal", desk, rehearsal_tab=tab, as_tables=tab == "What matters")
    shown = " ".join(str(frame.value.to_dict()) for frame in app.dataframe[1:])
    assert len(app.dataframe) > 1 and heading in shown.lower()


def test_a_rehearsal_is_wished_for(desk: Session) -> None:
    app = show("rehearsal", desk)
    app.select_slider(key="rehearsal_draws").set_value(50)
    press(app, "Rehearse")
    job = desk.job
    assert job is not None and (job.wish.plan, job.wish.draws) == (1, 50)
    assert read_wish(job.folder) == job.wish
    job.end()


def test_without_a_plan_nothing_can_be_asked_for(session: Session) -> None:
    assert "There is no plan yet" in told(show("rehearsal", session))


def test_a_scenario_that_is_sure_of_everything_is_told_so(planned: Session) -> None:
    app = show("rehearsal", planned)
    assert "says of nothing that it is unsure" in told(app)
    assert next(b for b in app.button if b.label == "Rehearse").disabled


def test_a_plan_that_is_gone_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "2"
    write_wish(folder, wish(plan=7))
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    with pytest.raises(ScenarioError, match="no longer there"):
        rehearsing.work(folder, job, worker.ProgressFile(folder), lambda: False)
