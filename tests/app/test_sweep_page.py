"""The page Sweep: what-ifs by draws and dates planned in a worker, resumed, a heat map, rows."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pandas
import pytest

from planner.errors import ScenarioError
from planner.ui import longwork, sweeping, worker
from planner.ui.result import sweeps
from planner.ui.runner import Wish, read_wish, write_wish
from planner.ui.session import Session
from planner.units import HOUR_S
from tests.app.desk_case import BRIDGE, press, show, told

UNSURE = "uncertainty:\n  people: {common: 50 %}\n"
STARTS = [0, 6 * HOUR_S]
WHAT_IFS = [None, "bridge_destroyed"]


def text() -> str:
    return BRIDGE.read_text(encoding="utf-8") + UNSURE


def wish(**asked: Any) -> Wish:
    whole = {"what_ifs": WHAT_IFS, "starts": STARTS, "each": 20, "node_limit": 2, "workers": 1,
             "scheduler": "", **asked}  # fmt: skip
    return Wish(
        text=text(), file=BRIDGE.name, title="t", what_if=None, time_s=60, gap=0.005, seed=0,
        remedies=False, kind=sweeping.KIND, draws=2, asked=whole,
    )  # fmt: skip


def worked(folder: Path, most: int | None = None, **asked: Any) -> list[int]:
    """A job worked off here, stopped after ``most`` cases; how many were done, from first on."""
    write_wish(folder, wish(**asked))
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    progress, done = worker.ProgressFile(folder), [0]

    def tell(news: Any) -> None:
        done.append(longwork.counts(news.message)[0][0])
        progress(news)

    sweeping.work(folder, job, tell, lambda: most is not None and done[-1] >= most)
    return done[1:]


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[int]]:
    """The folder of a desk with a sweep that was stopped (1) and gone on with (2)."""
    folder = tmp_path_factory.mktemp("sweep")
    worked(folder / "runs" / "1", most=3)
    return folder, worked(folder / "runs" / "2")


@pytest.fixture
def desk(session: Session, swept: tuple[Path, list[int]]) -> Session:
    for name in ("runs", sweeping.FOLDER):
        shutil.copytree(swept[0] / name, session.folder / name)
    session.edit(text(), "a test")
    session.refresh()
    session.collect()
    assert [job.number for job in session.reports] == [1, 2]
    return session


def report(session: Session, at: int = -1) -> dict[str, Any]:
    found = sweeping.read(session.reports[at])
    assert found is not None
    return found


def test_what_was_done_before_is_not_done_again(
    desk: Session, swept: tuple[Path, list[int]]
) -> None:
    first, second = report(desk, 0), report(desk)
    assert 3 <= first["done"] < first["cases"] == 8
    assert swept[1][0] == second["before"] == first["done"] and second["done"] == 8
    files = {path.name: path for path in longwork.files(desk.reports[1])}
    assert set(files) == {"heatmap.svg", "results.csv", "results.parquet", "summary.json"}
    rows = pandas.read_parquet(files["results.parquet"])
    assert len(rows) == len(set(rows["key"])) == 8
    written = list(csv.DictReader(files["results.csv"].read_text("utf-8").splitlines()))
    assert [row["key"] for row in written] == list(rows["key"])
    base = rows[rows["what_if"].isna() & (rows["start_s"] == 0)]
    assert second["cells"][0]["evacuated"]["mean"] == base["evacuated"].mean()


def test_the_page_tells_best_and_worst_and_offers_the_rows(desk: Session) -> None:
    app = show("sweep", desk)
    page, found = told(app), report(desk)
    assert sweeps.sentence(found) in page and "at worst (bridge_destroyed" in page
    assert "8 of 8 cases are done" in page and "were there before." in page
    assert len(app.get("vega_lite_chart")) == 1
    labels = [button.proto.label for button in app.get("download_button")]
    assert labels == [
        "Everything as one file (4 files)", "The rows as Parquet", "The rows as CSV"
    ]  # fmt: skip
    assert not [button for button in app.button if button.label == "Go on"]
    app = show("sweep", desk, sweep_tab="Table")
    frame = app.dataframe[0].value
    assert list(frame["scenario"]) == ["base", "base", "bridge_destroyed", "bridge_destroyed"]
    assert list(frame["cases"]) == [2, 2, 2, 2]


def test_a_sweep_that_was_stopped_can_go_on(desk: Session) -> None:
    desk.reports.pop()
    app = show("sweep", desk)
    assert "Stopped: this is what was known by then." in told(app)
    press(app, "Go on")
    job = desk.job
    assert job is not None and job.wish == desk.reports[0].wish
    job.end()


def test_a_sweep_is_wished_for(session: Session) -> None:
    session.edit(text(), "a test")
    app = show("sweep", session)
    names = next(one for one in app.multiselect if one.label == "Which what-ifs")
    assert len(names.value) == 5  # the base and its four what-ifs
    assert "25 cases · 1 date" in told(app)
    names.set_value(["base", "one_bus_only"])
    app.text_input(key="sweep_scheduler").set_value("tcp://10.0.0.1:8786")
    app.run()
    assert "The scenario goes to that machine." in told(app)
    press(app, "Sweep")
    job = session.job
    assert job is not None and job.wish.draws == 5
    assert job.wish.asked == {"what_ifs": [None, "one_bus_only"], "starts": [0], "each": 5,
                              "scheduler": "tcp://10.0.0.1:8786"}  # fmt: skip
    assert read_wish(job.folder) == job.wish
    job.end()


def test_what_is_no_address_is_told_and_not_wished_for(session: Session) -> None:
    app = show("sweep", session, sweep_scheduler="http://x")
    assert "Not an address:" in told(app)
    press(app, "Sweep")
    assert session.job is None and "Not an address" in told(app)


def test_a_scheduler_that_does_not_answer_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from planner.sweep import ground

    monkeypatch.setattr(ground, "ANSWER_S", 1)
    with pytest.raises(ScenarioError, match="no Dask scheduler answers at tcp"):
        worked(tmp_path / "runs" / "1", scheduler="tcp://127.0.0.1:9")


def test_a_faulty_scenario_is_not_swept(session: Session) -> None:
    session.edit(session.text.replace("horizon: 12 h", "horizon: 12"), "a fault")
    app = show("sweep", session)
    assert "Nothing can be swept." in told(app)
    assert not [b for b in app.button if b.label == "Sweep"]


def row(**changes: Any) -> dict[str, Any]:
    whole = {"what_if": None, "start": "2012-12-13T06:00:00+02:00", "outcome": "planned",
             "evacuated": 90, "left_behind": 10, "harm": 1.0, "clearance_s": 3600}  # fmt: skip
    return {**whole, **changes}


def whole(*rows: dict[str, Any], draws: int = 2) -> dict[str, Any]:
    return {"cells": sweeping.cells(rows), "draws": draws}


def test_a_cell_without_a_plan_is_told_and_a_partial_one_marked() -> None:
    told = whole(
        row(), row(outcome="fault"), row(what_if="none", outcome="lost", left_behind=None)
    )  # fmt: skip
    cells, rows, columns = sweeps.heat(told, "left_behind", "mean")
    assert rows == ["base", "none"] and columns == ["mean", "5 %", "median", "95 %"]
    assert [cell["told"] for cell in cells[:5]] == ["10 *"] * 4 + ["no plan"]
    assert sweeps.sentence(told) == "All cases leave 10 people behind, on average."
    assert sweeps.sentence(whole(row(outcome="lost"))) == "No case has a verified plan."


def test_quantiles_of_one_and_of_many() -> None:
    assert sweeping.spread([4]) == {"mean": 4, "p5": 4, "p50": 4, "p95": 4}
    assert sweeping.spread([None]) is None
    assert sweeping.spread(range(21)) == {"mean": 10, "p5": 1, "p50": 10, "p95": 19}
