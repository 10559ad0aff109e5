"""The worker, its files, and the queue: one solve at a time, in turns, whatever dies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from planner import pipeline
from planner.pipeline import Progress
from planner.ui import runner, tickets, worker, workspace
from planner.ui.runner import Ending, Wish
from planner.ui.session import Session, open_desk
from planner.ui.tickets import Ticket

BRIDGE = Path(__file__).resolve().parents[1] / "scenarios" / "small_bridge.yaml"
TEXT = BRIDGE.read_text(encoding="utf-8")
ONE, TWO = "a" * 16, "b" * 16


def wish(**changes: Any) -> Wish:
    whole = {"text": TEXT, "file": BRIDGE.name, "title": "t", "what_if": None, "time_s": 20,
             "gap": 0.01, "seed": 0, "remedies": False}  # fmt: skip
    return Wish(**{**whole, **changes})


def until(told: Callable[[], Any], patience_s: float = 60.0) -> Any:
    """Wait until it says something."""
    limit = time.monotonic() + patience_s
    while not (found := told()):
        assert time.monotonic() < limit, "it does not come to pass"
        time.sleep(0.05)
    return found


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A workspace of its own; whatever still runs in it is ended."""
    monkeypatch.setenv(workspace.VARIABLE, str(tmp_path / "desk"))
    yield tmp_path / "desk"
    for ticket in tickets.read()[0]:
        tickets.leave(Path(ticket.folder))
    until(lambda: tickets._turning is None)


SLOW = """
import sys, time, threading
from pathlib import Path
folder = Path(sys.argv[1])
threading.Thread(target=lambda: (sys.stdin.read(), (folder / "gone").touch()), daemon=True).start()
while not (folder / "gone").exists() and not (folder / "stop").exists():
    time.sleep(0.02)
(folder / "done.json").write_text('{"outcome": "faults"}')
"""


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers that run until they are told to stop, and never plan."""

    def launch(folder: Path) -> subprocess.Popen[bytes]:
        (folder / "started.json").write_text(json.dumps({"at": time.time()}), encoding="utf-8")
        return subprocess.Popen([sys.executable, "-c", SLOW, str(folder)], stdin=subprocess.PIPE)

    monkeypatch.setattr(runner, "launch", launch)


# ------------------------------------------------------------------ the worker


def started(folder: Path, wished: Wish) -> subprocess.Popen[bytes]:
    runner.write_wish(folder, wished)
    return runner.launch(folder)


def ended(process: subprocess.Popen[bytes], folder: Path) -> Ending:
    process.wait(90)
    if process.stdin is not None and not process.stdin.closed:
        process.stdin.close()
    found = runner.Job(folder, wish()).ending()
    assert found is not None
    return found


def test_a_wish_is_read_as_it_was_written(tmp_path: Path) -> None:
    wished = wish(what_if="x", mark="m", shelf="s", text="title: \u202e\n")
    runner.write_wish(tmp_path, wished)
    assert runner.read_wish(tmp_path) == wished
    (tmp_path / "job.json").write_text("[]", encoding="utf-8")
    assert runner.read_wish(tmp_path) is None


def test_a_faulty_wish_comes_back_with_its_issues(tmp_path: Path) -> None:
    found = ended(started(tmp_path, wish(what_if="no_such")), tmp_path)
    assert found.outcome == "faults"
    assert any("no_such" in str(issue) for issue in found.issues)


def test_a_worker_ends_with_its_best_plan_when_its_desk_is_gone(tmp_path: Path) -> None:
    process = started(tmp_path, wish(time_s=900, gap=0.0))
    assert process.stdin is not None
    process.stdin.close()
    assert ended(process, tmp_path).outcome == "plan"
    assert pipeline.verify_file(tmp_path / "documents" / "plan.json").verified


def in_process(folder: Path, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> Ending:
    """The same work without a process of its own."""
    monkeypatch.setattr(worker, "_wait_for_the_end_of_input", lambda gone: None)
    wished = wish(**changes)
    runner.write_wish(folder, wished)
    worker.work(folder)
    found = runner.Job(folder, wished).ending()
    assert found is not None
    return found


def test_a_worker_told_in_process_writes_what_the_desk_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = in_process(tmp_path, monkeypatch)
    assert found.outcome == "plan" and found.wall_s > 0
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

    monkeypatch.setattr(worker, "_plan", breaks)
    found = in_process(tmp_path, monkeypatch)
    assert found.outcome == outcome and "\n" not in found.sentence
    assert (tmp_path / "error.log").exists() == (outcome == "error")
    assert outcome == "ended" or "ZeroDivisionError: none" in runner.Job(tmp_path, wish()).log()


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
    assert not list(tmp_path.glob(".*.part"))


# ------------------------------------------------------------------ the order


def ticket(number: int, desk: str, turn: int, running: bool = False) -> Ticket:
    return Ticket(
        number, f"/{number}", desk, turn, 60.0, (1, 0.0), 0.0, (2, 0.0) if running else None
    )


def test_a_desk_with_many_wishes_does_not_starve_the_others() -> None:
    asked = ["a"] * 4 + ["b", "c", "b"]
    line: list[Ticket] = []
    turns: dict[str, int] = {}
    for number, name in enumerate(asked):
        turn = tickets.next_turn(name, line, turns)
        turns[name] = turn
        line.append(ticket(number, name, turn, running=number == 0))
    assert [(t.desk, t.number) for t in tickets.in_order(line)] == [
        ("a", 0), ("b", 4), ("c", 5), ("a", 1), ("b", 6), ("a", 2), ("a", 3),
    ]  # fmt: skip


def test_a_desk_that_comes_again_at_once_does_not_starve_the_others() -> None:
    line = [ticket(1, "a", 0, running=True), ticket(2, "a", 1), ticket(3, "c", 0)]
    turns = {"a": 1, "b": 0, "c": 0}  # b has just had its turn
    assert tickets.next_turn("b", line, turns) == 1
    assert tickets.next_turn("new", line, turns) == 0


# ------------------------------------------------------------------ one at a time


def test_one_solve_at_a_time_and_the_rest_know_their_place(place: Path, slow: None) -> None:
    one, two = open_desk(ONE), open_desk(TWO)
    first = one.begin(wish())
    assert one.begin(wish()) is None  # a click that comes twice is one wish
    second, third = one.begin(wish(seed=1)), two.begin(wish(seed=2))
    assert first and second and third
    until(lambda: first.started)
    assert one.place_in_queue is None and not first.waiting
    assert tickets.place(third.folder).ahead == 1  # type: ignore[union-attr]
    waits = tickets.place(second.folder)
    assert waits is not None and waits.ahead == 2
    assert waits.left_s is not None and 20 < waits.left_s <= 40
    assert second.waiting and third.waiting and second.elapsed_s == 0
    assert len([t for t in tickets.read()[0] if t.worker]) == 1

    first.stop()
    assert first.stopping
    until(lambda: third.started)
    assert first.ending() is not None and second.waiting
    third.end()
    until(lambda: second.started)
    assert third.ending() == Ending("ended")
    one.cancel()
    two.refresh()
    assert two.collect() and two.last == Ending("ended") and two.job is None


def test_a_wish_that_waits_is_given_back(place: Path, slow: None) -> None:
    session = open_desk(ONE)
    first, second = session.begin(wish()), session.begin(wish(seed=1))
    assert first and second
    second.end()
    assert second.ending() == Ending("ended") and second.started is None
    assert tickets.place(second.folder) is None
    until(lambda: first.started)
    assert session.job is not None and session.job.folder == first.folder


def test_an_ended_job_leaves_no_process(place: Path) -> None:
    session = open_desk(ONE)
    job = session.begin(wish(time_s=900, gap=0.0))
    assert job is not None
    until(lambda: tickets.read()[0][0].worker)
    number = tickets.read()[0][0].worker[0]  # type: ignore[index]
    session.cancel()
    assert not psutil.pid_exists(number)
    assert job.ending() == Ending("ended")


# ------------------------------------------------------------------ what dies


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
def test_a_killed_worker_is_told_and_the_next_one_starts(place: Path, slow: None) -> None:
    session = open_desk(ONE)
    first, second = session.begin(wish()), session.begin(wish(seed=1))
    assert first and second
    until(lambda: first.started)
    victim = until(lambda: next((t.worker for t in tickets.read()[0] if t.worker), None))
    psutil.Process(victim[0]).kill()
    until(lambda: second.started)
    found = first.ending()
    assert found is not None and found.outcome == "crashed" and "memory" in found.sentence
    assert session.collect() and session.last == found
    assert session.last_job is not None and "crashed" in session.last_job.log()
    # It is told once: whoever opens the desk again is not told again.
    again = open_desk(ONE)
    assert not again.collect() and again.job is not None and again.job.folder == second.folder


DESK = """
import sys, time
from pathlib import Path
from planner.ui.runner import Wish
from planner.ui.session import open_desk
session = open_desk(sys.argv[1])
for seed in range(2):
    session.begin(Wish(Path(sys.argv[2]).read_text(), "b.yaml", "t", None, 600, 0.0, seed, False))
while session.jobs[0].progress() is None:
    time.sleep(0.05)
print("planning", flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
def test_a_killed_desk_loses_neither_its_plan_nor_its_place(place: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", DESK, ONE, str(BRIDGE)], stdout=subprocess.PIPE, text=True
    ) as dying:
        assert dying.stdout is not None and dying.stdout.readline() == "planning\n"
        dying.kill()
    # Another desk may not plan while the orphaned worker still does.
    other = open_desk(TWO)
    mine = other.begin(wish(seed=9, gap=0.5))
    assert mine is not None
    session = open_desk(ONE)
    assert len(session.jobs) == 2 and session.jobs[1].waiting
    until(lambda: session.jobs[0].ending())
    assert session.collect()
    assert [run.number for run in session.runs] == [1]
    assert session.runs[0].verdict.verified
    # What waited goes on waiting, for this process now, and gets its turn.
    session.refresh()
    assert [t.owner for t in tickets.read()[0] if t.folder.endswith(f"{ONE}/runs/2")] == [
        tickets.myself()
    ]
    until(lambda: mine.ending())
    until(lambda: session.jobs[0].started)


def test_a_job_that_nobody_knows_of_has_crashed(place: Path) -> None:
    session = open_desk(ONE)
    folder = session._new_run()
    runner.write_wish(folder, wish())
    session.refresh()
    found = session.jobs[0].ending()
    assert found is not None and found.outcome == "crashed"


def test_a_ticket_of_a_dead_desk_does_not_hold_up_the_living(place: Path, slow: None) -> None:
    session = open_desk(TWO)
    lost = place / "desks" / ONE / "runs" / "1"
    runner.write_wish(lost, wish())
    dead = Ticket(1, str(lost), ONE, 0, 60.0, (2**22 + 5, 1.0), time.time())
    tickets._write([dead], {ONE: 0}, 2)
    job = session.begin(wish())
    assert job is not None
    until(lambda: job.started)
    assert [t.folder for t in tickets.read()[0]] == [str(lost), str(job.folder)]


def test_a_worker_that_cannot_be_started_is_told(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(folder: Path) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(runner, "launch", fails)
    job = open_desk(ONE).begin(wish())
    assert job is not None
    found = until(job.ending)
    assert found.outcome == "crashed" and "no more processes" in found.sentence


def test_a_desk_that_cannot_write_says_so(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = open_desk(ONE)

    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(session, "_new_run", full)
    assert session.begin(wish()) is None
    assert session.last is not None and "No space" in session.last.sentence


def test_finished_plans_are_found_by_every_tab_of_the_desk(place: Path) -> None:
    one: Session = open_desk(ONE)
    job = one.begin(wish(time_s=20, gap=0.5))
    assert job is not None
    until(job.ending)
    two = open_desk(ONE)
    for session in (one, two):
        assert session.collect() and [run.number for run in session.runs] == [1]
    assert one.runs[0].figures["out"] > 0
    assert not open_desk(ONE).jobs


def test_who_looks_while_a_plan_is_taken_in_finds_it(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A click in the middle begins a second run of the page; it must not find neither."""
    session = open_desk(ONE)
    job = session.begin(wish())
    assert job is not None
    until(job.ending)
    begun, go_on = threading.Event(), threading.Event()
    verify = pipeline.verify_file

    def slowly(path: Path) -> Any:
        begun.set()
        assert go_on.wait(60)
        return verify(path)

    monkeypatch.setattr(pipeline, "verify_file", slowly)
    first = threading.Thread(target=session.collect)
    first.start()
    assert begun.wait(60)
    seen: list[tuple[int, int]] = []

    def look() -> None:
        session.refresh()
        seen.append((len(session.jobs), len(session.runs)))

    second = threading.Thread(target=look)
    second.start()
    second.join(0.3)
    go_on.set()
    first.join(60)
    second.join(60)
    assert seen == [(0, 1)]
    assert session.shown == job.number
