"""A plan in the making: a process of its own, watched through files, stopped or ended on demand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import planner
from planner.errors import Issue
from planner.ui.worker import DOCUMENTS


@dataclass(frozen=True)
class Wish:
    """What to plan: the text, its name, a what-if, and the limits."""

    text: str
    file: str
    title: str
    what_if: str | None
    time_s: int
    gap: float
    seed: int
    remedies: bool


@dataclass(frozen=True)
class Ending:
    """How a job ended: ``outcome`` is plan, faults, error or ended (by the planner's own hand)."""

    outcome: str
    sentence: str = ""
    issues: tuple[Issue, ...] = ()
    wall_s: float = 0.0
    peak_rss_mb: float = 0.0


@dataclass
class Job:
    """One running worker process and its folder."""

    wish: Wish
    folder: Path
    process: subprocess.Popen[bytes]
    started: float = field(default_factory=time.monotonic)
    stopping: bool = False

    @property
    def plan_file(self) -> Path:
        """The plan.json that a successful worker leaves."""
        return self.folder / DOCUMENTS / "plan.json"

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    def progress(self) -> dict[str, Any] | None:
        """What the worker wrote last: ``now`` and ``history``; None before the first."""
        return _read(self.folder / "progress.json")

    def stop(self) -> None:
        """Ask for the best plan so far."""
        self.stopping = True
        (self.folder / "stop").touch()

    def end(self) -> None:
        """End the process and all that it started; nothing is kept."""
        end_with_children(self.process)

    def ending(self) -> Ending | None:
        """How it ended, or None while it runs."""
        if self.process.poll() is None:
            return None
        found = _read(self.folder / "done.json")
        if found is None:
            return Ending("ended")
        issues = tuple(Issue(**issue) for issue in found.pop("issues", ()))
        return Ending(issues=issues, **found)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found


def start(wish: Wish, folder: Path) -> Job:
    """Start a worker in a new folder."""
    folder.mkdir(parents=True)
    (folder / "scenario.yaml").write_text(wish.text, encoding="utf-8", newline="\n")
    job = {
        "file": wish.file,
        "what_if": wish.what_if,
        "time_s": wish.time_s,
        "gap": wish.gap,
        "seed": wish.seed,
        "remedies": wish.remedies,
    }
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    # The worker finds the package even where the desk was started from a bare checkout.
    parent = str(Path(planner.__file__).resolve().parents[1])
    paths = [parent, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1"}
    with (folder / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "planner.ui.worker", str(folder)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
        )
    return Job(wish, folder, process)


def end_with_children(process: subprocess.Popen[bytes], patience_s: float = 3.0) -> None:
    """End a process and everything that it started, first asking, then by force."""
    import psutil

    try:
        family = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        family = []
    process.terminate()
    for child in family:
        with_no_such(child.terminate)
    _, alive = psutil.wait_procs(family, timeout=patience_s)
    for child in alive:
        with_no_such(child.kill)
    try:
        process.wait(patience_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdin is not None:
        process.stdin.close()


def with_no_such(action: Any) -> None:
    """Do it; a process that has gone in the meantime is fine."""
    import contextlib

    import psutil

    with contextlib.suppress(psutil.NoSuchProcess):
        action()
