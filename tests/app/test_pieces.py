"""The desk's pieces without a page: labels, background, HTML, the worker's process and files."""

from __future__ import annotations

import itertools
import json
import random
import time
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from planner import pipeline
from planner.errors import Issue
from planner.pipeline import Progress
from planner.ui import captions, ground, look, maps, runner, worker
from planner.ui.session import RUNS_KEPT, Session, safe_name

BRIDGE = Path(__file__).resolve().parents[1] / "scenarios" / "small_bridge.yaml"
EVIL = "<b onclick=x>&\"'"


# ------------------------------------------------------------------ names on the map


def spot(number: int, lat: float, lon: float, priority: int = 0) -> dict[str, Any]:
    caption = f"Place {number}"
    return {"id": f"p{number:03d}", "lat": lat, "lon": lon, "caption": caption, "radius": 6,
            "priority": priority}  # fmt: skip


def box_of(row: dict[str, Any], zoom: float) -> captions.Box:
    x, y = captions.pixel(row["lat"], row["lon"], zoom)
    x, y = x + row["push"][0], y + row["push"][1]
    width = captions.CHARACTER_PX * len(row["caption"])
    left = {"start": 0.0, "middle": width / 2, "end": width}[row["anchor"]]
    half = captions.LINE_PX / 2
    return (x - left, y - half, x - left + width, y + half)


def test_no_name_covers_another_or_a_circle() -> None:
    chance = random.Random(7)
    rows = [spot(n, 35 + chance.random(), 40 + chance.random()) for n in range(60)]
    zoom = 8.0
    placed = captions.set_captions(rows, zoom)
    assert 5 < len(placed) < 60
    boxes = [box_of(row, zoom) for row in placed]
    for a, b in itertools.combinations(boxes, 2):
        assert (
            min(a[2], b[2]) <= max(a[0], b[0]) + 1e-6 or min(a[3], b[3]) <= max(a[1], b[1]) + 1e-6
        )
    assert len(captions.set_captions(rows, 14.0)) == 60


def test_the_more_important_name_wins() -> None:
    crowd = [spot(n, 35.0, 40.0 + n * 1e-6, priority=n) for n in range(30)]
    placed = {row["id"] for row in captions.set_captions(crowd, 6.0)}
    assert placed == {"p029", "p028", "p027", "p026"}  # right, left, above, below
    pair = [spot(1, 35.0, 40.0, 1), spot(2, 35.0, 40.02, 9)]
    first = captions.set_captions(pair, 8.0)[0]
    assert first["id"] == "p002"


def test_a_pixel_is_web_mercator() -> None:
    assert captions.pixel(0.0, 0.0, 0) == pytest.approx((256.0, 256.0))
    assert captions.pixel(0.0, 180.0, 1) == pytest.approx((1024.0, 512.0))
    assert captions.pixel(85.05112878, -180.0, 0) == pytest.approx((0.0, 0.0), abs=1e-3)


def test_a_view_shows_all_of_its_bounds() -> None:
    view = maps.view_of((33.0, 36.0, 37.0, 41.0), 1200, 400)
    left, bottom = captions.pixel(33.0, 36.0, view["zoom"])
    right, top = captions.pixel(37.0, 41.0, view["zoom"])
    assert right - left <= 1200 and 0.7 * 400 < bottom - top <= 0.8 * 400
    assert maps.view_of((35.0, 40.0, 35.0, 40.0), 1200, 400)["zoom"] == 14.0


# ------------------------------------------------------------------ background


def lines(*paths: list[list[float]]) -> dict[str, Any]:
    features = [
        {
            "type": "Feature",
            "properties": {},
            "geometry": {"type": "LineString", "coordinates": path},
        }
        for path in paths
    ]
    return {"type": "FeatureCollection", "features": features}


def test_the_background_is_cut_simplified_and_single() -> None:
    there = [[40.0, 35.0], [40.1, 35.0], [40.2, 35.00001], [40.4, 35.0]]
    far = [[60.0, 10.0], [61.0, 10.0]]
    view = {"latitude": 35.0, "longitude": 40.2, "zoom": 7.0}
    found = ground.for_view({"roads": lines(there, there[::-1], far)}, view, (600, 400))
    (feature,) = found["roads"]["features"]
    assert feature["geometry"]["coordinates"] == [[[40.0, 35.0], [40.4, 35.0]]] or feature[
        "geometry"
    ]["coordinates"] == [[[40.4, 35.0], [40.0, 35.0]]]
    assert set(found) == set(ground.SHEETS) and not found["coast"]["features"]


def test_what_lies_far_off_the_roads_is_left_out_of_the_region() -> None:
    whole = {"roads": lines([[36.0, 33.0], [40.0, 37.0]])}
    near, far = (35.0, 38.0), (55.7, 37.6)
    assert ground.on_the_roads([near, far], whole) == [near]
    assert ground.on_the_roads([near, far], {}) == [near, far]
    assert maps.bounds_of([near, far]) == (35.0, 37.6, 55.7, 38.0)


# ------------------------------------------------------------------ HTML


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    bodies: list[str] = []
    monkeypatch.setattr(look, "st", SimpleNamespace(html=bodies.append))
    return bodies


def test_every_piece_of_html_escapes_what_it_is_given(written: list[str]) -> None:
    look.title(EVIL, EVIL)
    look.heading(EVIL, EVIL)
    look.note(EVIL)
    look.banner("bad", EVIL, EVIL, [EVIL])
    look.facts({EVIL: EVIL})
    look.figures([(EVIL, EVIL, EVIL, "good")])
    look.table((EVIL,), [(EVIL,)], right=(0,))
    look.legend([(EVIL, "#000000", EVIL, "disc")])
    written.append(look.issue_list([Issue("f", 1, EVIL, EVIL, EVIL)], f"{EVIL}\n"))
    assert len(written) == 9
    for body in written:
        assert "<b onclick" not in body
        assert EVIL in unescape(body)


def test_problems_beyond_the_limit_are_counted() -> None:
    issues = [Issue("f", line, "", "x") for line in range(70)]
    assert "and 10 more" in look.issue_list(issues, "a\n" * 80)


def test_the_gutter_tints_the_lines_with_problems() -> None:
    issues = [Issue("f", 2, "", "x"), Issue("f", 2, "", "y", severity="warning")]
    style = look.gutter("a\nb\nc", issues)
    # A "<" inside a style would make the page drop it.
    assert "<svg" not in style and style.count("<") == 2
    assert "%23d55e00" in style and "%23e69f00" not in style  # a fault outweighs a warning
    assert "http://www.w3.org" in style  # the name of a format, not an address that is fetched


# ------------------------------------------------------------------ session


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a.yaml", "a.yaml"),
        ("../../etc/passwd", "passwd.yaml"),
        ("مستشفى.yaml", "scenario.yaml"),
        ("x" * 300 + ".yml", "x" * 80 + ".yaml"),
        ("con:1 \n<b>.yaml", "con_1_b.yaml"),
    ],
)
def test_an_uploaded_name_is_only_a_name(given: str, kept: str) -> None:
    assert safe_name(given) == kept


def test_only_the_last_plans_are_kept(tmp_path: Path) -> None:
    session = Session(tmp_path)
    for number in range(1, RUNS_KEPT + 4):
        session.add(SimpleNamespace(number=number))  # type: ignore[arg-type]
    assert len(session.runs) == RUNS_KEPT and session.shown == RUNS_KEPT + 3
    assert session.run(1) is session.runs[-1]  # what is gone gives way to the newest
    assert Session(tmp_path).run() is None


# ------------------------------------------------------------------ the worker


def wish(**changes: Any) -> runner.Wish:
    whole = {"text": BRIDGE.read_text(encoding="utf-8"), "file": BRIDGE.name, "title": "t",
             "what_if": None, "time_s": 20, "gap": 0.01, "seed": 0, "remedies": False}  # fmt: skip
    return runner.Wish(**{**whole, **changes})


def ended(job: runner.Job, patience_s: float = 60.0) -> runner.Ending:
    limit = time.monotonic() + patience_s
    while (found := job.ending()) is None:
        assert time.monotonic() < limit, "the worker does not come to an end"
        time.sleep(0.05)
    if job.process.stdin is not None:
        job.process.stdin.close()
    return found


def test_a_faulty_wish_comes_back_with_its_issues(tmp_path: Path) -> None:
    found = ended(runner.start(wish(what_if="no_such"), tmp_path / "job"))
    assert found.outcome == "faults"
    assert any("no_such" in str(issue) for issue in found.issues)


def test_a_worker_ends_when_its_desk_is_gone(tmp_path: Path) -> None:
    job = runner.start(wish(time_s=900, gap=0.0), tmp_path / "job")
    assert job.process.stdin is not None
    job.process.stdin.close()
    job.process.stdin = None
    assert ended(job).outcome in ("plan", "ended")


def test_an_ended_job_leaves_no_process(tmp_path: Path) -> None:
    job = runner.start(wish(time_s=900, gap=0.0), tmp_path / "job")
    assert job.ending() is None and job.progress() is None
    job.end()
    assert job.process.poll() is not None
    assert job.ending() == runner.Ending("ended")


def test_a_worker_told_in_process_writes_what_the_desk_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same work without a process of its own."""
    monkeypatch.setattr(worker, "_wait_for_the_end_of_input", lambda gone: None)
    job = {"file": BRIDGE.name, "what_if": None, "time_s": 20, "seed": 0, "gap": 0.01,
           "remedies": False}  # fmt: skip
    (tmp_path / "job.json").write_text(json.dumps(job), encoding="utf-8")
    (tmp_path / "scenario.yaml").write_bytes(BRIDGE.read_bytes())
    worker.work(tmp_path)
    done = json.loads((tmp_path / "done.json").read_text(encoding="utf-8"))
    assert done["outcome"] == "plan" and done["wall_s"] > 0
    progress = json.loads((tmp_path / "progress.json").read_text(encoding="utf-8"))
    assert {"phase", "elapsed_s", "left_s", "gap"} <= set(progress["now"])
    assert pipeline.verify_file(tmp_path / "documents" / "plan.json").verified


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(ZeroDivisionError("none\nleft"), "error"), (KeyboardInterrupt(), "ended")],
)
def test_what_goes_wrong_in_a_worker_is_told(
    error: BaseException, outcome: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*arguments: object) -> None:
        raise error

    monkeypatch.setattr(worker, "_wait_for_the_end_of_input", lambda gone: None)
    monkeypatch.setattr(worker, "_plan", breaks)
    (tmp_path / "job.json").write_text("{}", encoding="utf-8")
    worker.work(tmp_path)
    done = json.loads((tmp_path / "done.json").read_text(encoding="utf-8"))
    assert done["outcome"] == outcome and "\n" not in done["sentence"]
    assert (tmp_path / "error.log").exists() == (outcome == "error")


def test_progress_is_written_whole_and_not_too_often(tmp_path: Path) -> None:
    file = worker.ProgressFile(tmp_path)
    path = tmp_path / "progress.json"
    file(Progress("search", 1.0, 9.0, "harm", 5.0, 4.0, 0.2))
    first = path.stat().st_mtime_ns
    for _ in range(100):
        file(Progress("search", 1.1, 8.9, "harm", 4.5, 4.0, 0.1))
    assert path.stat().st_mtime_ns == first
    file(Progress("verifying", 2.0, 8.0))
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found["now"]["phase"] == "verifying"
    assert [entry["value"] for entry in found["history"]] == [5.0] + [4.5] * 100
    assert not list(tmp_path.glob("*.part"))


def test_a_reader_in_the_way_does_not_break_the_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows refuses to replace a file that somebody reads at that moment."""
    tries: list[int] = []
    real = worker.os.replace

    def refuses_twice(source: Path, target: Path) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise PermissionError
        real(source, target)

    monkeypatch.setattr(worker.os, "replace", refuses_twice)
    worker.write_whole(tmp_path / "x.json", {"a": 1})
    assert json.loads((tmp_path / "x.json").read_text(encoding="utf-8")) == {"a": 1}
