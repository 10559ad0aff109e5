"""The page When: start dates tried in a worker, their sentence, table, picture, calendar."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from planner import load
from planner.errors import ScenarioError
from planner.ui import longwork, timing, worker
from planner.ui.result import dates
from planner.ui.runner import Wish, read_wish, write_wish
from planner.ui.session import Session
from planner.units import HOUR_S
from tests.app.desk_case import BRIDGE, HOSTILE, ROOT, press, show, told

UNSURE = f"""\
uncertainty:
  people: {{common: 50 %}}
  events:
    - {{id: falls, name: The bridge falls, chance: 60 %, after: 1 h, closes: [bridge]}}
    - {{id: yes, name: A yes, chance: 50 %, after: 1 h, grants: [government_pending]}}
triggers:
  - {{id: cut_off, name: "{HOSTILE}", closed: [bridge], then: stay}}
  - {{id: unasked, name: No word yet, withdrawn: [government_pending], then: wait}}
"""
STARTS = [0, 6 * HOUR_S, 10 * HOUR_S]


def text() -> str:
    return BRIDGE.read_text(encoding="utf-8") + UNSURE


def wish(**changes: Any) -> Wish:
    asked = {"starts": STARTS, "now": 0, "each": 20, "node_limit": 3}
    whole = {"text": text(), "file": BRIDGE.name, "title": "t", "what_if": None, "time_s": 60,
             "gap": 0.005, "seed": 0, "remedies": False, "kind": timing.KIND, "draws": 6,
             "asked": asked}  # fmt: skip
    return Wish(**{**whole, **changes})


def worked(folder: Path, stop_after: int | None = None, **changes: Any) -> Path:
    """The folder of a job, worked off here; stopped once so many dates have been begun."""
    write_wish(folder, wish(**changes))
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    progress, begun = worker.ProgressFile(folder), [0]

    def tell(news: Any) -> None:
        begun[0] += news.phase == "dates"
        progress(news)

    timing.work(folder, job, tell, lambda: stop_after is not None and begun[0] > stop_after)
    return folder


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return worked(tmp_path_factory.mktemp("when") / "1")


@pytest.fixture
def desk(session: Session, tried: Path) -> Session:
    shutil.copytree(tried, session.folder / "runs" / "1")
    session.edit(text(), "a test")
    session.refresh()
    session.collect()
    assert [job.number for job in session.reports] == [1]
    return session


def report(session: Session) -> dict[str, Any]:
    found = timing.read(session.reports[0])
    assert found is not None
    return found


def test_the_page_says_what_a_decision_maker_reads(desk: Session) -> None:
    app = show("when", desk)
    page, found = told(app), report(desk)
    assert [row["start_s"] for row in found["dates"]] == STARTS
    assert dates.lead(found) in page and dates.going(found) in page
    assert all(sentence in page for sentence in dates.further(found))
    # Ten hours of twelve are too late for most.
    lead = dates.lead(found)
    assert lead.startswith(("Go at once: beginning Thu 13 Dec 12:00", "Until Thu 13 Dec 12:00"))
    assert "Fired at Thu 13 Dec 06:00:" in page and "No word yet: decided beforehand: wait." in page
    assert "3 dates, 6 draws of each, seed 0." in page
    frame = app.dataframe[0].value
    assert list(frame["begin"]) == [dates.when(row["start"]) for row in found["dates"]]
    assert list(frame["out"]) == [row["out"] for row in found["dates"]]
    labels = [button.proto.label for button in app.get("download_button")]
    assert labels == ["Everything as one file (3 files)", "The table as CSV"]
    files = {path.name: path for path in longwork.files(desk.reports[0])}
    rows = list(csv.DictReader(files["dates.csv"].read_text("utf-8").splitlines()))
    assert [int(row["out"]) for row in rows] == list(frame["out"])


def test_the_calendar_says_what_is_lost_when_and_escapes_names(desk: Session) -> None:
    app = show("when", desk, when_tab="What is lost when")
    html = next(
        block.body for block in app.html if "sp-calendar" in block.body and "<td" in block.body
    )
    assert html.count('<th scope="col">') == 3
    assert "The bridge" in html and "closed, share of draws" in html and HOSTILE not in html
    share = report(desk)["ways"][0]["chance_closed_by_date"][-1]
    assert share and f">{share:.0%}</td>" in html
    assert "Upper town" in html or "upper_town" in html


def test_the_picture_and_its_table(desk: Session) -> None:
    app = show("when", desk, when_tab="Picture")
    assert len(app.get("vega_lite_chart")) == 2
    app = show("when", desk, when_tab="Picture", as_tables=True)
    assert not app.get("vega_lite_chart") and len(app.dataframe[-1].value) == 3


def test_dates_are_wished_for(session: Session) -> None:
    session.edit(text(), "a test")
    app = show("when", session)
    # Twelve hours: a date every three, of which the last leaves an hour at least.
    assert "4 dates · 100 draws of each" in told(app)
    span = next(one for one in app.select_slider if one.label.startswith("From the first"))
    span.set_range(3 * HOUR_S, 6 * HOUR_S)
    app.select_slider(key="when_draws").set_value(20)
    press(app, "Try the dates")
    job = session.job
    assert job is not None and job.wish.draws == 20
    assert job.wish.asked == {"starts": [3 * HOUR_S, 6 * HOUR_S], "now": 0, "each": 20}
    assert read_wish(job.folder) == job.wish
    job.end()


def test_what_was_done_when_it_was_stopped_is_kept(session: Session, tmp_path: Path) -> None:
    folder = worked(tmp_path / "1", stop_after=1, draws=0)
    shutil.copytree(folder, session.folder / "runs" / "1")
    session.edit(text() + "# changed\n", "a test")
    session.refresh()
    session.collect()
    page = told(show("when", session))
    assert len(report(session)["dates"]) == 1
    assert "Stopped: this is what was known by then." in page
    assert "The scenario has been changed since this search." in page


def test_stopped_before_anything_is_no_report(tmp_path: Path) -> None:
    folder = worked(tmp_path / "1", stop_after=0, draws=0)
    done = json.loads((folder / "done.json").read_text(encoding="utf-8"))
    assert done == {"outcome": "ended", "sentence": "no date was planned"}


def test_a_scenario_without_triggers_or_chances_is_told_so(session: Session) -> None:
    app = show("when", session)
    assert "says of nothing that it is unsure" in told(app)
    faulty = session.text.replace("horizon: 12 h", "horizon: 12")
    session.edit(faulty, "a fault")
    app = show("when", session)
    assert "No date can be tried." in told(app)
    assert not [b for b in app.button if b.label == "Try the dates"]


def test_a_what_if_that_is_gone_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="no_such"):
        worked(tmp_path / "1", what_if="no_such")


def row(**changes: Any) -> dict[str, Any]:
    whole = {"start": "2012-12-13T06:00:00+02:00", "start_s": 0, "verdict": "VERIFIED", "out": 90,
             "left": 10, "harm": 1.0, "harm_waiting": 0.0, "left_by_group": {"A": 10},
             "drawn": None}  # fmt: skip
    return {**whole, **changes}


LATER = {"start": "2012-12-14T06:00:00+02:00", "start_s": 86400}


@pytest.mark.parametrize(
    ("rows", "safe_s", "expected"),
    [
        ([row(verdict="FAILED")], 0, "fails its check: use none of this."),
        ([row()], 0, "Beginning Thu 13 Dec 06:00, 90 of 100 people get out and 10 stay"),
        (
            [row(), row(left=30, left_by_group={"A": 10, "B": 20}, **LATER)],
            0,
            "Go at once: beginning Fri 14 Dec 06:00 leaves 30 people behind instead of 10 (B: +20)",
        ),
        ([row(), row(**LATER)], 86400, "You can wait: no date up to Fri 14 Dec 06:00 leaves any"),
    ],
)
def test_the_sentence(rows: list[dict[str, Any]], safe_s: int, expected: str) -> None:
    whole = {"dates": rows, "people": 100, "harm_of_staying": 5.0,
             "last_safe": {"planned": rows[-1]["start"], "planned_s": safe_s}}  # fmt: skip
    assert expected in dates.lead(whole)


def test_without_draws_the_calendar_tells_what_the_scenario_states() -> None:
    way = {"name": "Bridge", "chance_closed_by_date": [None, None], "stated_by_date": [False, True]}
    whole = {"dates": [row(), row(**LATER)], "draws": 0, "ways": [way], "permissions": [],
             "triggers": []}  # fmt: skip
    parts = dict(dates.calendar(whole))
    assert [cell[0] for cell in parts["closed"][0][1]] == ["–", "yes"]


@pytest.mark.parametrize(("message", "share"), [("", 0.0), ("3/4", 0.75), ("1/4 50/100", 0.375)])
def test_a_finer_count_is_part_of_the_coarser_one(message: str, share: float) -> None:
    assert longwork.share(longwork.counts(message)) == share


def test_the_usual_dates_of_the_two_crises_are_days() -> None:
    for name in ("deir_al_zor_2012", "russian_citizens_2012"):
        scenario = load.read(ROOT / "scenarios" / f"{name}.yaml")
        assert timing.usual_step(scenario) == 24
