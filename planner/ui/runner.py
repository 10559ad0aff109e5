"""A plan in the making: a folder that tells what is wished and how far it is, and its process.

job.json, scenario.yaml   what is wished
progress.json             how far the worker is
stop                      there where the best plan so far is wanted
done.json                 how it ended; the last file that is written
worker.log, error.log     what the worker said
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import planner
from planner.errors import Issue
from planner.ui.workspace import private, read_json, write_bytes, write_json

DOCUMENTS = "documents"
LOG_MOST = 200_000
PLANS = frozenset({"plan", "replan"})
"""Kinds of jobs that leave a plan."""


@dataclass(frozen=True)
class Wish:
    """What to plan: the text, its name, a what-if, and the limits.

    ``shelf`` is the id of the what-if on the desk's shelf that this is for, whose text has it
    written in; ``mark`` is that of the desk's text without it. ``kind`` is what the worker does;
    of a rehearsal ``plan`` is the number of the plan and ``draws`` how often it is played;
    ``asked`` is what other kinds are asked for besides, plain JSON.
    """

    text: str
    file: str
    title: str
    what_if: str | None
    time_s: int
    gap: float
    seed: int
    remedies: bool
    shelf: str = ""
    mark: str = ""
    kind: str = "plan"
    plan: int = 0
    draws: int = 0
    asked: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Ending:
    """How a job ended.

    ``outcome`` is plan, faults, error (inside the program), crashed (the process died), or ended
    (by the planner's own hand).
    """

    outcome: str
    sentence: str = ""
    issues: tuple[Issue, ...] = ()
    wall_s: float = 0.0
    peak_rss_mb: float = 0.0


@dataclass
class Job:
    """One wish and its folder; it may wait, run, or have ended."""

    folder: Path
    wish: Wish
    _seen: float = field(default_factory=time.time)

    @property
    def number(self) -> int:
        """Its number among the plans of its desk."""
        return int(self.folder.name) if self.folder.name.isdigit() else 0

    @property
    def plan_file(self) -> Path:
        """The plan.json that a successful worker leaves."""
        return self.folder / DOCUMENTS / "plan.json"

    @property
    def started(self) -> float | None:
        """When its worker was started, in seconds since 1970; None while it waits."""
        found = read_json(self.folder / "started.json")
        return float(found["at"]) if found and isinstance(found.get("at"), int | float) else None

    @property
    def waiting(self) -> bool:
        """Whether its turn has not come yet."""
        return self.started is None and self.ending() is None

    @property
    def elapsed_s(self) -> float:
        """Seconds since the worker was started; 0 while it waits."""
        started = self.started
        return 0.0 if started is None else max(0.0, time.time() - started)

    @property
    def stopping(self) -> bool:
        """Whether the best plan so far has been asked for."""
        return (self.folder / "stop").exists()

    def progress(self) -> dict[str, Any] | None:
        """What the worker wrote last: ``now`` and ``history``; None before the first."""
        return read_json(self.folder / "progress.json")

    def stop(self) -> None:
        """Ask for the best plan so far."""
        with suppress(OSError):
            (self.folder / "stop").touch()

    def end(self) -> None:
        """End it without a plan, whether it runs or waits."""
        from planner.ui import tickets

        tickets.leave(self.folder)

    def ending(self) -> Ending | None:
        """How it ended, or None while it waits or runs."""
        found = read_json(self.folder / "done.json")
        return None if found is None else _ending(found)

    def log(self) -> str:
        """What the worker said, its last part where that is long; for a planner to pass on."""
        parts = []
        for name in ("error.log", "worker.log"):
            with suppress(OSError):
                text = (self.folder / name).read_text(encoding="utf-8", errors="replace")
                if text.strip():
                    parts.append(f"--- {name}\n{text[-LOG_MOST:]}")
        done = read_json(self.folder / "done.json") or {}
        head = (
            f"Safe Passage {planner.__version__}, Python {sys.version.split()[0]}, {sys.platform}"
        )
        return "\n".join([head, f"ended: {done.get('outcome')} {done.get('sentence', '')}", *parts])


def _ending(found: dict[str, Any]) -> Ending:
    issues = tuple(Issue(**issue) for issue in found.get("issues", ()))
    known = {f.name for f in fields(Ending)} - {"issues"}
    return Ending(issues=issues, **{key: found[key] for key in known if key in found})


def finish(folder: Path, ending: Ending) -> None:
    """Write down how a job ended, where it has not told so itself."""
    if not (folder / "done.json").exists():
        write_json(folder / "done.json", asdict(ending))


def write_wish(folder: Path, wish: Wish) -> None:
    """Write the job's files into its folder; job.json comes last and makes it a job."""
    private(folder)
    write_bytes(folder / "scenario.yaml", wish.text.encode("utf-8", "surrogatepass"))
    told = {key: value for key, value in asdict(wish).items() if key != "text"}
    write_json(folder / "job.json", told)


def read_wish(folder: Path) -> Wish | None:
    """The wish of a job's folder; None where it is none."""
    told = read_json(folder / "job.json")
    if told is None:
        return None
    try:
        text = (folder / "scenario.yaml").read_bytes().decode("utf-8", "surrogatepass")
        known = {f.name for f in fields(Wish)}
        return Wish(text=text, **{key: value for key, value in told.items() if key in known})
    except (OSError, TypeError, ValueError):
        return None


def launch(folder: Path) -> subprocess.Popen[bytes]:
    """Start the worker of a job's folder; it notices the end of its input when the desk dies."""
    # The worker finds the package even where the desk was started from a bare checkout.
    parent = str(Path(planner.__file__).resolve().parents[1])
    paths = [parent, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1"}
    # Ctrl-C in the desk's terminal is the desk's: the worker shall save its best plan.
    apart: dict[str, Any] = (
        {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
        if sys.platform == "win32"
        else {"start_new_session": True}
    )
    with (folder / "worker.log").open("wb") as log:
        found = subprocess.Popen(
            [sys.executable, "-m", "planner.ui.worker", str(folder)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
            **apart,
        )
    (folder / "started.json").write_text(
        json.dumps({"at": time.time(), "pid": found.pid}), encoding="utf-8"
    )
    return found


def end_with_children(pid: int, patience_s: float = 1.2) -> None:
    """End a process and everything that it started, first asking, then by force."""
    import psutil

    try:
        top = psutil.Process(pid)
        family = [top, *top.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for member in family:
        with_no_such(member.terminate)
    _, alive = psutil.wait_procs(family, timeout=patience_s)
    for member in alive:
        with_no_such(member.kill)
    psutil.wait_procs(alive, timeout=patience_s)


def with_no_such(action: Callable[[], Any]) -> None:
    """Do it; a process that has gone in the meantime is fine."""
    import psutil

    with suppress(psutil.NoSuchProcess):
        action()
