"""The process that plans for the desk: ``python -m planner.ui.worker FOLDER``.

The folder holds ``job.json`` and ``scenario.yaml``. The worker leaves ``progress.json`` (replaced
as a whole, never half written), the plan, and at the end ``done.json``. A file called
``stop``, or the end of standard input because the desk has gone, makes it finish with the best
plan so far.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import ScenarioError
from planner.ui.longwork import Stop, Tell, Work, text
from planner.ui.runner import DOCUMENTS
from planner.ui.workspace import write_bytes, write_json

if TYPE_CHECKING:
    from planner.pipeline import Limits, Progress, Result

WRITE_EVERY_S = 0.2
HISTORY = 600


class ProgressFile:
    """Takes the pipeline's progress and leaves it where the desk looks."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "progress.json"
        self._history: list[dict[str, Any]] = []
        self._last = 0.0
        self._phase = ""

    def __call__(self, progress: Progress) -> None:
        """Keep it; write where the last writing is long enough ago or the phase is new."""
        entry = asdict(progress)
        if progress.level is not None and progress.value is not None:
            keys = ("elapsed_s", "level", "value", "bound", "gap")
            self._history = [*self._history[-HISTORY:], {key: entry[key] for key in keys}]
        now = time.monotonic()
        if progress.phase != self._phase or now - self._last >= WRITE_EVERY_S:
            self._phase, self._last = progress.phase, now
            write_json(self._path, {"now": entry, "history": self._history}, durable=False)


def work(folder: Path) -> None:
    """Plan what the folder asks for; everything that happens is written there."""
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    gone = threading.Event()
    threading.Thread(target=_wait_for_the_end_of_input, args=(gone,), daemon=True).start()
    try:
        known = _works().get(str(job.get("kind")), _plan)
        stop = folder / "stop"
        known(folder, job, ProgressFile(folder), lambda: gone.is_set() or stop.exists())
    except ScenarioError as error:
        issues = [asdict(issue) for issue in error.issues]
        write_json(folder / "done.json", {"outcome": "faults", "issues": issues})
    except KeyboardInterrupt:
        told = "stopped before there was a plan"
        write_json(folder / "done.json", {"outcome": "ended", "sentence": told})
    except Exception as error:
        import traceback

        (folder / "error.log").write_text(
            "".join(traceback.format_exception(error)), encoding="utf-8"
        )
        sentence = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
        write_json(folder / "done.json", {"outcome": "error", "sentence": sentence})


def _plan(folder: Path, job: dict[str, Any], tell: Tell, should_stop: Stop) -> None:
    from planner import load, pipeline, searches
    from planner.documents import planjson

    scenario = load.read_text(text(folder), job["file"], job["what_if"])
    limits: Limits = pipeline.Limits(time_s=job["time_s"], seed=job["seed"], gap=job["gap"])
    result: Result = searches.make_plan(
        scenario,
        limits,
        searches.kept(),
        on_progress=tell,
        should_stop=should_stop,
        remedies=job["remedies"],
    )
    out = folder / DOCUMENTS
    out.mkdir(exist_ok=True)
    # The plan alone: paper is made of it where somebody asks for it.
    write_bytes(out / "plan.json", planjson.dumps(result.verdict.plan).encode("utf-8"))
    figures = {"wall_s": result.wall_s, "peak_rss_mb": result.peak_rss_mb}
    write_json(folder / "done.json", {"outcome": "plan", **figures})


def _works() -> dict[str, Work]:
    from planner.ui import appraising, rehearsing, renewing, sweeping, timing

    kinds = (appraising, rehearsing, renewing, sweeping, timing)
    return {one.KIND: one.work for one in kinds}


def _wait_for_the_end_of_input(gone: threading.Event) -> None:
    while sys.stdin.read(4096):
        pass
    gone.set()


if __name__ == "__main__":
    work(Path(sys.argv[1]))
