"""Sweeps: which cases there are, one row each on disk, whatever ends in the middle."""

from __future__ import annotations

import errno
import json
import os
import signal
import socketserver
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import psutil
import pytest
from pyarrow import parquet

from planner.errors import ScenarioError
from planner.pipeline import Limits
from planner.sweep import Case, Ground, News, Order, cases, heatmap, running, summary, sweep
from planner.sweep import ground as grounds
from planner.sweep import rows as kept
from planner.sweep.cases import STATED, identity, scenario_of
from planner.sweep.ground import connected
from planner.sweep.planning import Brief, Row, plan_case
from tests.command import run

TEXT = b"""\
schema_version: 1
title: One bus
timezone: Asia/Damascus
start: 2012-12-13T06:00
horizon: 10 h
step: 30 min
places:
  - {id: haven, role: safe_haven, at: [35.48, 40.25]}
  - {id: town, role: assembly_point, at: [35.33, 40.13]}
links:
  - {id: road, from: town, to: haven, length: 20 km, speed: 60 km/h}
groups:
  - {id: townsfolk, at: town, people: {low: 40, base: 60, high: 90}, households: {"4": 100 %}}
vehicles:
  bus: {mode: road, seats: 40, speed: 60 km/h, loading: 10 min, unloading: 10 min}
fleets:
  - {id: buses, vehicle: bus, count: 1, base: haven}
overrides:
  closed: {"links[road].status": closed}
  promised:
    "commitments[+early]":
      {fleet: buses, from: town, to: haven, load_start: 90 min, group: townsfolk, people: 8}
what_ifs:
  road_closed: [closed]
  promise: [promised]
uncertainty:
  people: {common: 50 %}
"""
COUNTED = Limits(node_limit=2, time_s=20.0)
CHANCE = ("seconds", "cpu_s", "memory_mb", "bytes", "worker")
"""Columns that tell of the run and not of the plan."""


def ends_at_once(status: int) -> None:
    """What a worker does that is killed; by name, since measuring coverage replaces os._exit."""
    os._exit(status)


def order(**more: Any) -> Order:
    return Order(TEXT, "one_bus.yaml", limits=COUNTED, **more)


def told(error: pytest.ExceptionInfo[ScenarioError]) -> str:
    return str(error.value)


def plain(row: Row) -> Row:
    return {name: row.get(name) for name in kept.COLUMNS if name not in CHANCE}


def here(asked: Order) -> list[Row]:
    """The rows as this process plans them, one after the other."""
    brief = Brief.of(asked, identity(asked))
    found = [plain(plan_case(brief, case)) for case in cases(asked)]
    return sorted(found, key=kept.in_order)


# ------------------------------------------------------------------ cases


def test_cases_are_every_combination_the_base_first() -> None:
    asked = order(what_ifs=(None, "road_closed"), draws=3, dates=(0, 7200))
    found = cases(asked)
    assert [(c.what_if, c.start_s, c.draw) for c in found] == [
        (what_if, start_s, draw)
        for what_if in (None, "road_closed")
        for start_s in (0, 7200)
        for draw in range(3)
    ]
    assert len({case.key for case in found}) == 12
    assert found[3].start == "2012-12-13T08:00:00+02:00"


def test_a_key_hangs_on_its_case_and_on_the_sweep_alone() -> None:
    (alone,) = cases(order(dates=(7200,), draws=1))
    among = {case.key for case in cases(order(dates=(0, 7200), draws=4))}
    assert alone.key in among
    other_seed = cases(order(dates=(7200,), draws=1, seed=1))
    other_text = cases(replace(order(dates=(7200,), draws=1), text=TEXT + b"# more\n"))
    longer = replace(order(dates=(7200,), draws=1), limits=replace(COUNTED, node_limit=3))
    more_memory = replace(order(dates=(7200,), draws=1), limits=replace(COUNTED, memory_mb=900.0))
    assert not among & {case.key for case in other_seed + other_text + cases(longer)}
    assert cases(more_memory)[0].key == alone.key


def test_faults_of_an_order_are_told_at_once() -> None:
    certain = TEXT[: TEXT.index(b"uncertainty")]
    dates = (-3600, datetime(2012, 12, 14))
    with pytest.raises(ScenarioError) as error:
        cases(replace(order(draws=2, dates=dates), text=certain))
    assert len(error.value.issues) == 3
    assert "every draw would be the same" in told(error)
    assert "2012-12-13T05:00 is outside the scenario's time" in told(error)
    with pytest.raises(ScenarioError, match="no what-if called 'road_close'"):
        cases(order(what_ifs=("road_close",)))


def test_nobody_moves_before_the_date_and_waiting_is_part_of_the_plan() -> None:
    early, late = here(order(dates=(0, 3 * 3600)))
    assert (early["outcome"], late["outcome"]) == ("planned", "planned")
    assert late["clearance_s"] >= 3 * 3600 > early["clearance_s"] - 3600
    assert late["evacuated"] == early["evacuated"] == 60


def test_a_draw_is_the_one_of_its_number() -> None:
    drawn = [scenario_of(TEXT, "", 5, Case("", None, n, 0, "")).groups[0] for n in range(6)]
    assert len({group.people.base for group in drawn}) > 1
    assert scenario_of(TEXT, "", 5, Case("", None, STATED, 0, "")).groups[0].people.base == 60


def test_a_case_that_cannot_be_planned_says_why() -> None:
    """A promise to load at half past seven, and nobody on the move before nine."""
    kept_promise, broken = here(order(what_ifs=("promise",), dates=(0, 3 * 3600)))
    assert kept_promise["outcome"] == "planned"
    assert broken["outcome"] == "fault"
    assert "early" in broken["why"]
    assert broken["evacuated"] is None


def test_the_summary_counts_plans_alone() -> None:
    rows = here(order(what_ifs=("promise",), dates=(0, 3 * 3600)))
    good, bad = summary(rows)
    assert (good["cases"], good["planned"], bad["planned"]) == (1, 1, 0)
    assert good["evacuated"] == {"mean": 60.0, "least": 60, "most": 60}
    assert bad["evacuated"] is None
    drawn = heatmap("<One> bus", summary(rows))
    assert ElementTree.fromstring(drawn).tag.endswith("svg")
    texts = ["".join(node.itertext()) for node in ElementTree.fromstring(drawn).iter()]
    assert {"Sweep: <One> bus", "promise", "06:00", "09:00", "no plan"} <= set(texts)
    assert f"{rows[0]['harm']:.3g}" in texts


# ------------------------------------------------------------------ rows on disk


KNOWN = identity(order())


def row(key: str, **more: Any) -> Row:
    return {"key": key, "what_if": None, "start_s": 0, "draw": 0, "outcome": "planned", **more}


def test_a_row_is_there_once_however_often_it_comes(tmp_path: Path) -> None:
    with kept.opened(tmp_path, KNOWN) as rows:
        rows.put(row("a", evacuated=1))
        rows.put(row("b", draw=1))
        rows.fold()
        rows.put(row("a", evacuated=2))
        assert [found["key"] for found in kept.read(tmp_path)] == ["a", "b"]  # part and results
    table = parquet.read_table(tmp_path / "results.parquet")
    assert table.column("key").to_pylist() == ["a", "b"]
    assert table.column("evacuated").to_pylist() == [2, None]
    assert table.column_names == list(kept.COLUMNS)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["results.parquet", "sweep.json"]


def test_parts_are_folded_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "FOLD_AFTER", 3)
    with kept.opened(tmp_path, KNOWN) as rows:
        for number in range(7):
            rows.put(row(f"k{number}", draw=number))
            parts = list((tmp_path / "parts").glob("*")) if (tmp_path / "parts").exists() else []
            assert len(parts) == (number + 1) % 3
            assert len(kept.read(tmp_path)) == number + 1


def test_a_part_that_cannot_be_read_is_not_done(tmp_path: Path) -> None:
    with kept.opened(tmp_path, KNOWN) as rows:
        rows.put(row("a"))
        (tmp_path / "parts" / "b.parquet").write_bytes(b"PAR1 torn")
        (tmp_path / "parts" / "c.half").write_bytes(b"never finished")
    with kept.opened(tmp_path, KNOWN) as rows:
        assert list(rows.known) == ["a"]


def test_a_folder_of_another_sweep_is_left_alone(tmp_path: Path) -> None:
    with kept.opened(tmp_path, KNOWN) as rows:
        rows.put(row("a"))
    before = (tmp_path / "results.parquet").read_bytes()
    other = identity(replace(order(), seed=9))
    with pytest.raises(ScenarioError) as error, kept.opened(tmp_path, other):
        pass
    assert "another sweep's results" in told(error) and "seed" in told(error)
    assert (tmp_path / "results.parquet").read_bytes() == before


def test_a_folder_has_one_writer(tmp_path: Path) -> None:
    with (
        kept.opened(tmp_path, KNOWN),
        pytest.raises(ScenarioError, match="another sweep writes into this folder"),
        kept.opened(tmp_path, KNOWN),
    ):
        pass
    gone = {"host": kept._me()["host"], "pid": 2**22 + 1, "since": 0.0}
    (tmp_path / "sweep.lock").write_text(json.dumps(gone))
    with kept.opened(tmp_path, KNOWN):
        pass
    (tmp_path / "sweep.lock").write_text(json.dumps({**gone, "host": "elsewhere"}))
    with pytest.raises(ScenarioError, match="delete the file"), kept.opened(tmp_path, KNOWN):
        pass


def test_a_full_disk_keeps_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved = os.replace

    def full(source: str, target: Path) -> None:
        if Path(target).name == "b.parquet":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        moved(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(kept.Full) as error, kept.opened(tmp_path, KNOWN) as rows:
        rows.put(row("a"))
        rows.put(row("b"))
    assert "No space left on device" in told(error) and "1 rows are kept" in told(error)
    assert [found["key"] for found in kept.read(tmp_path)] == ["a"]
    assert not list(tmp_path.rglob("*.half")) and not (tmp_path / "sweep.lock").exists()


# ------------------------------------------------------------------ many workers


WIDE = order(what_ifs=(None, "promise"), draws=3, dates=(0, 3 * 3600))


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A scheduler with two workers, each a process."""
    with grounds.settings(), grounds._quiet(), grounds._own(Ground(workers=2)) as at:
        yield at


def workers_of(at: str) -> list[psutil.Process]:
    with connected(Ground(scheduler=at)) as client:
        pids = client.run(os.getpid)
    return [psutil.Process(pid) for pid in pids.values()]


def after(count: int, act: Callable[[], Any]) -> Callable[[News], None]:
    """Does something once when so many cases are done."""
    waiting = [act]

    def on_news(news: News) -> None:
        if news.done - news.before >= count and waiting:
            waiting.pop()()

    return on_news


def test_nothing_is_open_to_other_machines(address: str) -> None:
    assert address.startswith("tcp://127.0.0.1:")
    mine = [psutil.Process(), *workers_of(address)]
    open_at = {c.laddr.ip for p in mine for c in p.net_connections("inet") if c.status == "LISTEN"}
    assert open_at == {"127.0.0.1"}


def test_the_settings_of_dask_are_as_before_after_a_sweep() -> None:
    code = (
        "from planner.sweep import ground\n"
        "with ground.settings(): pass\n"
        "import dask\n"
        "assert dask.config.get('distributed.comm.require-encryption') is not NotImplemented\n"
        "assert dask.config.get('distributed.worker.memory.spill')\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_worker_killed_in_the_middle_costs_no_row(address: str, tmp_path: Path) -> None:
    victim = workers_of(address)[0]
    kill = after(2, lambda: victim.send_signal(signal.SIGKILL))
    found = sweep(WIDE, tmp_path, Ground(scheduler=address), kill)
    assert not victim.is_running() or victim.status() == psutil.STATUS_ZOMBIE
    assert found.whole and len(found.rows) == 12
    stored = parquet.read_table(tmp_path / "results.parquet").to_pylist()
    assert [plain(one) for one in stored] == here(WIDE)
    assert {one["outcome"] for one in stored} == {"planned", "fault"}
    assert max(one["bytes"] for one in stored) < 2000


def test_a_stopped_sweep_goes_on_with_the_rest(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, ground = order(draws=7), Ground(scheduler=address)
    stop: list[bool] = []
    first = sweep(asked, tmp_path, ground, after(3, lambda: stop.append(True)), lambda: bool(stop))
    assert 3 <= len(first.rows) < 7 and not first.whole
    again = sweep(asked, tmp_path, ground)
    assert again.whole and again.before == len(first.rows)
    done = {one["key"]: one for one in first.rows}
    assert [one for one in again.rows if one["key"] in done] == first.rows  # seconds and all
    monkeypatch.setattr(running, "connected", None)  # nobody is asked: nothing is to be done
    assert sweep(asked, tmp_path, ground).before == 7
    fewer = sweep(order(draws=2), tmp_path, ground)
    assert fewer.whole and len(fewer.rows) == 2
    assert len(kept.read(tmp_path)) == 7


def test_a_case_that_ends_its_workers_gets_a_row_and_is_tried_again(
    address: str, tmp_path: Path
) -> None:
    asked = order(draws=1)
    case, brief = cases(asked)[0], Brief.of(asked, identity(asked))
    with connected(Ground(scheduler=address)) as client:
        future = client.submit(ends_at_once, 1, pure=False)
        lost = running._row_of(future, brief, case)
    assert lost["outcome"] == "lost" and "3 times" in lost["why"]
    with kept.opened(tmp_path, identity(asked)) as rows:
        rows.put(lost)
    found = sweep(asked, tmp_path, Ground(scheduler=address))
    assert found.before == 0
    assert [one["outcome"] for one in found.rows] == ["planned"]


def test_a_wrong_address_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(grounds, "ANSWER_S", 1)
    (tmp_path / "one_bus.yaml").write_bytes(TEXT)
    rest = (tmp_path / "one_bus.yaml", "--out", tmp_path / "out", "--scheduler")
    assert run("sweep", *rest, "tcp://127.0.0.1:9") == 1
    said = capsys.readouterr().err
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in said and "Traceback" not in said
    assert run("sweep", *rest, "127.0.0.1:9") == 2
    assert "write tcp://HOST:PORT" in capsys.readouterr().err


def test_whoever_answers_otherwise_is_no_scheduler() -> None:
    """A web server, say, at the address: a sentence, whatever Dask makes of its bytes."""
    with socketserver.TCPServer(("127.0.0.1", 0), WebServer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        with pytest.raises(ScenarioError) as caught, grounds.settings():
            grounds._greet(f"tcp://127.0.0.1:{port}")
        server.shutdown()
    assert "no Dask scheduler answers" in str(caught.value)


class WebServer(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.request.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


def test_the_command_tells_what_came_of_it(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "one_bus.yaml"
    path.write_bytes(TEXT)
    asked = ("sweep", path, "--what-ifs", "all", "--dates", "2012-12-13", "3 h", "--node-limit", 2,
             "--out", tmp_path / "out", "--scheduler", address)  # fmt: skip
    assert run(*asked, "--json") == 1  # the promise cannot be kept from nine on
    output = capsys.readouterr()
    said = json.loads(output.out)
    assert said["outcomes"] == {"planned": 5, "fault": 1} and said["cases"] == said["done"] == 6
    assert [row["what_if"] for row in said["summary"][::2]] == [None, "promise", "road_closed"]
    assert "0 of 6" in output.err
    assert run(*asked) == 1
    printed = capsys.readouterr().out
    assert "6 were there before" in printed
    assert "no plan" in (tmp_path / "out" / "heatmap.svg").read_text(encoding="utf-8")
    assert "promise, draw -1, from 2012-12-13T09:00: fault" in printed
    assert run(*asked, "--dates", "noon") == 1
    assert "not a time: 'noon'" in capsys.readouterr().err
