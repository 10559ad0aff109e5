"""Sweeps: speed on two workers beside one, and what is left after whatever ended in the middle.

``python -m tests.bench.sweep [--cases 200] [--only speed,worker,client,scheduler,hosts] [--json]``

speed      the same cases on one worker and on two, one solver thread a worker; the rows must agree
worker     a worker is killed (SIGKILL) when a third is done
client     the sweep itself is killed when a third is done, and given again
scheduler  scheduler and workers of their own; the scheduler is killed, and started again
hosts      client and two workers, each in a network namespace (root, ``ip``): bytes a case

Cases are draws of a small scenario, planned by count of rounds: each run does the same work.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil

from planner.pipeline import Limits
from planner.sweep import Ground, News, Order, sweep
from planner.sweep.rows import COLUMNS, read

Told = dict[str, Any]
SCENARIO = Path(__file__).parents[1] / "scenarios" / "small_bridge.yaml"
UNSURE = b"\nuncertainty:\n  people: {common: 50 %}\n"
OF_THE_RUN = ("seconds", "cpu_s", "memory_mb", "bytes", "worker")


def order(count: int, rounds: int) -> Order:
    """So many draws of the small scenario."""
    text = SCENARIO.read_bytes() + UNSURE
    return Order(text, SCENARIO.name, draws=count, limits=Limits(time_s=60.0, node_limit=rounds))


def facts(folder: Path) -> Told:
    """What lies in a folder: rows, keys, outcomes."""
    rows = read(folder)
    outcomes = [row["outcome"] for row in rows]
    return {
        "rows": len(rows), "keys": len({row["key"] for row in rows}),
        "outcomes": {name: outcomes.count(name) for name in sorted(set(outcomes))},
    }  # fmt: skip


def plans(folder: Path) -> list[Told]:
    """The rows without what tells of the run."""
    return [{k: row[k] for k in COLUMNS if k not in OF_THE_RUN} for row in read(folder)]


def once(when: Callable[[News], bool], act: Callable[[], Any]) -> Callable[[News], None]:
    """Does something when it is time for it, once."""
    waiting = [act]

    def on_news(news: News) -> None:
        if waiting and when(news):
            waiting.pop()()

    return on_news


def third(news: News) -> bool:
    """A third is done."""
    return 3 * news.done >= news.of


# ------------------------------------------------------------------ the parts


def speed(place: Path, count: int, rounds: int) -> Told:
    """Wall seconds of the same sweep on one worker and on two, the start of processes included."""
    told: Told = {}
    for workers in (1, 2):
        out = place / f"speed{workers}"
        first: list[float] = []
        begin = once(
            lambda news: news.workers > 0, lambda kept=first: kept.append(time.monotonic())
        )  # type: ignore[misc]
        found = sweep(order(count, rounds), out, Ground(workers=workers), begin)
        rows = read(out)
        told[f"{workers}"] = {
            **facts(out), "seconds": round(found.elapsed_s, 1),
            "seconds_of_cases": round(time.monotonic() - first[0], 1),
            "case_mean_s": round(sum(row["seconds"] for row in rows) / len(rows), 2),
            "case_cpu_mean_s": round(sum(row["cpu_s"] for row in rows) / len(rows), 2),
            "case_most_s": round(max(row["seconds"] for row in rows), 2),
            "worker_mb": round(max(row["memory_mb"] for row in rows)),
        }  # fmt: skip
    told["ratio"] = round(told["1"]["seconds"] / told["2"]["seconds"], 2)
    told["ratio_of_cases"] = round(told["1"]["seconds_of_cases"] / told["2"]["seconds_of_cases"], 2)
    told["same_plans"] = plans(place / "speed1") == plans(place / "speed2")
    return told


def worker(place: Path, count: int, rounds: int) -> Told:
    """One of two workers is killed."""
    killed: list[int] = []

    def kill() -> None:
        busy = [p for p in psutil.Process().children(recursive=True) if p.memory_info().rss > 2e8]
        victim = busy[-1]
        killed.append(victim.pid)
        victim.send_signal(signal.SIGKILL)

    out = place / "worker"
    found = sweep(order(count, rounds), out, Ground(workers=2), once(third, kill))
    workers = {row["worker"] for row in found.rows}
    return {**facts(out), "of": found.of, "killed": len(killed), "workers_seen": len(workers)}


def client(place: Path, count: int, rounds: int) -> Told:
    """The command is killed, and given again."""
    out, path = place / "client", place / "small.yaml"
    path.write_bytes(SCENARIO.read_bytes() + UNSURE)
    command = [sys.executable, "-m", "planner", "sweep", str(path), "--draws", str(count),
               "--node-limit", str(rounds), "--workers", "2", "--out", str(out),
               "--json"]  # fmt: skip
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while len(read(out)) < count // 3 and first.poll() is None:
        time.sleep(0.5)
    family = psutil.Process(first.pid).children(recursive=True)
    first.kill()
    first.wait()
    _, alive = psutil.wait_procs(family, timeout=20)
    before = {row["key"]: row for row in read(out)}
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    after = {row["key"]: row for row in read(out)}
    return {
        **facts(out), "of": count, "before": len(before), "orphans": len(alive),
        "untouched": all(after[key] == row for key, row in before.items()),
        "status": again.returncode, "done_before": json.loads(again.stdout)["done_before"],
    }  # fmt: skip


def scheduler(place: Path, count: int, rounds: int) -> Told:
    """The scheduler is killed and started again; so are the workers, which end without it."""
    out, port = place / "scheduler", _free_port()
    with Crew(f"127.0.0.1:{port}") as crew:
        restart = once(third, lambda: threading.Thread(target=crew.lose_scheduler).start())
        found = sweep(order(count, rounds), out, Ground(scheduler=crew.address), restart)
        lost = crew.lost
    return {**facts(out), "of": found.of, "schedulers_lost": lost, "seconds": found.elapsed_s}


def hosts(place: Path, count: int, rounds: int) -> Told:
    """Each in a network namespace of its own; what passed their interfaces, headers included."""
    out = place / "hosts"
    with namespaces(("client", "one", "two")) as within:
        path = place / "small.yaml"
        path.write_bytes(SCENARIO.read_bytes() + UNSURE)
        with Crew("10.77.0.1:8786", (within("one"), within("two"))) as crew:
            time.sleep(8)
            start = {name: passed(name) for name in ("client", "one", "two")}
            time.sleep(10)
            idle = {name: passed(name) - start[name] for name in start}
            start = {name: passed(name) for name in start}
            begun = time.monotonic()
            command = [sys.executable, "-m", "planner", "sweep", str(path), "--draws", str(count),
                       "--node-limit", str(rounds), "--scheduler", crew.address, "--out", str(out),
                       "--json"]  # fmt: skip
            run = subprocess.run([*within("client"), *command], capture_output=True, check=False)
            seconds = time.monotonic() - begun
            total = {name: passed(name) - start[name] for name in start}
    calm = {name: idle[name] / 10 * seconds for name in idle}
    by_workers = total["one"] + total["two"]
    return {
        **facts(out), "of": count, "status": run.returncode, "seconds": round(seconds, 1),
        "scenario_bytes": path.stat().st_size, "bytes": total,
        "idle_bytes_a_second": {name: round(value / 10) for name, value in idle.items()},
        "client_bytes_a_case": round(total["client"] / count),
        "workers_bytes_a_case": round(by_workers / count),
        "workers_bytes_a_case_beyond_idle": round(
            (by_workers - calm["one"] - calm["two"]) / count
        ),
    }  # fmt: skip


# ------------------------------------------------------------------ schedulers and hosts


class Crew:
    """A scheduler and workers as processes of their own, started again when they end."""

    def __init__(self, at: str, within: tuple[list[str], ...] = ([], [])) -> None:
        self._host, _, self._port = at.rpartition(":")
        self.address, self._within, self.lost = f"tcp://{at}", within, 0
        self._ended = threading.Event()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Crew:
        self._start("scheduler", [], "dask_scheduler", "--host", self._host, "--port", self._port)
        threading.Thread(target=self._keep_workers, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        time.sleep(1)
        for process in self._processes.values():
            _end(process)

    def lose_scheduler(self) -> None:
        """Killed; another one in its place after three seconds."""
        self._processes["scheduler"].kill()
        self._processes["scheduler"].wait()
        self.lost += 1
        time.sleep(3)
        self._start("scheduler", [], "dask_scheduler", "--host", self._host, "--port", self._port)

    def _keep_workers(self) -> None:
        while not self._ended.wait(0.5):
            for number, within in enumerate(self._within):
                known = self._processes.get(f"worker {number}")
                if known is None or known.poll() is not None:
                    self._start(
                        f"worker {number}", within, "dask_worker", self.address, "--nthreads", "1",
                        "--no-dashboard", "--death-timeout", "30",
                    )  # fmt: skip

    def _start(self, name: str, within: list[str], module: str, *rest: str) -> None:
        silent = subprocess.DEVNULL
        command = [*within, sys.executable, "-m", f"distributed.cli.{module}", *rest]
        if module == "dask_scheduler":
            command += ["--no-dashboard", "--dashboard-address", f"{self._host}:0"]
        self._processes[name] = subprocess.Popen(command, stdout=silent, stderr=silent)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    family = psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    _, alive = psutil.wait_procs([*family, psutil.Process(process.pid)], timeout=5)
    for one in alive:
        one.kill()
    process.wait()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


BRIDGE, SPACE = "sweepbr0", "sweep-{}"


@contextmanager
def namespaces(names: tuple[str, ...]) -> Iterator[Callable[[str], list[str]]]:
    """Hosts on one bridge, 10.77.0.0/24, that sees no other network; a command's prefix by name."""

    def ip(*words: str) -> None:
        subprocess.run(["ip", *words], check=True, capture_output=True)

    with ExitStack() as stack:
        ip("link", "add", BRIDGE, "type", "bridge")
        stack.callback(ip, "link", "del", BRIDGE)
        ip("addr", "add", "10.77.0.1/24", "dev", BRIDGE)
        ip("link", "set", BRIDGE, "up")
        for number, name in enumerate(names, start=2):
            space = SPACE.format(name)
            ip("netns", "add", space)
            stack.callback(ip, "netns", "del", space)
            ip("link", "add", f"sw{name}", "type", "veth", "peer", "name", "eth0", "netns", space)
            ip("link", "set", f"sw{name}", "master", BRIDGE, "up")
            ip("-n", space, "addr", "add", f"10.77.0.{number}/24", "dev", "eth0")
            ip("-n", space, "link", "set", "eth0", "up")
            ip("-n", space, "link", "set", "lo", "up")
        yield lambda name: ["ip", "netns", "exec", SPACE.format(name)]


def passed(name: str) -> int:
    """Bytes that have passed a host's interface, both ways."""
    counts = Path(f"/sys/class/net/sw{name}/statistics")
    return sum(int((counts / f"{way}_bytes").read_text()) for way in ("rx", "tx"))


PARTS: dict[str, Callable[[Path, int, int], Told]] = {
    "speed": speed, "worker": worker, "client": client, "scheduler": scheduler, "hosts": hosts,
}  # fmt: skip


def failed(told: Told) -> bool:
    """Whether rows are lost or doubled, or one worker plans otherwise than two."""
    parts = [one for one in told.values() if isinstance(one, dict) and "rows" in one]
    uneven = any(one["rows"] != one["keys"] or one["rows"] != one.get("of", one["rows"])
                 for one in [*parts, told] if "rows" in one)  # fmt: skip
    return uneven or told.get("same_plans") is False or told.get("untouched") is False


def main(argv: list[str] | None = None) -> int:
    """The command; exit status 1 where a row was lost or doubled."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.sweep", description=__doc__)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=4, help="of the search of each case")
    default = [name for name in PARTS if name != "hosts" or os.geteuid() == 0]
    parser.add_argument("--only", default=",".join(default))
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    told: dict[str, Told] = {}
    with tempfile.TemporaryDirectory(prefix="sweep-bench-") as place:
        for name in given.only.split(","):
            told[name] = PARTS[name](Path(place), given.cases, given.rounds)
            print(f"{name}: {json.dumps(told[name])}", file=sys.stderr, flush=True)
    if given.json:
        print(json.dumps(told))
    return int(any(map(failed, told.values())))


if __name__ == "__main__":
    sys.exit(main())
