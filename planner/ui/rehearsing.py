"""A plan played through many draws in a worker's process, and read back for the page.

A job of the kind ``rehearsal`` leaves what ``planner rehearse --out`` leaves.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import Issue, ScenarioError
from planner.ui.runner import DOCUMENTS, Job
from planner.ui.workspace import read_json, write_json

if TYPE_CHECKING:
    from planner.pipeline import Progress
    from planner.scenario import Scenario

KIND = "rehearsal"
FILE = "rehearsal.json"
A_DRAW_S = 0.2
"""About what a draw of a crisis takes; for the queue alone."""


def work(
    folder: Path,
    job: dict[str, Any],
    tell: Callable[[Progress], None],
    should_stop: Callable[[], bool],
) -> None:
    """Play the draws and write the report. Raises ScenarioError where the plan cannot be read."""
    from planner import load, pipeline, rehearsals
    from planner.documents import rehearsals as files

    begun = time.monotonic()
    tell(pipeline.Progress("network", 0.0, None))
    plan = folder.parent / str(job["plan"]) / DOCUMENTS / "plan.json"
    if not plan.is_file():
        raise ScenarioError([Issue("", 0, "", "the plan is no longer there", "choose another")])
    text = (folder / "scenario.yaml").read_text(encoding="utf-8")
    written: Scenario = load.read_text(text, job["file"])
    verdict = pipeline.verify_file(plan)
    # What the text says now of chances counts, of the plan all else.
    course = rehearsals.course_of(verdict, written if written.uncertainty else None)

    def on_draw(phase: str, done: int, of: int) -> None:
        tell(pipeline.Progress(phase, time.monotonic() - begun, None, message=f"{done}/{of}"))

    told = rehearsals.rehearse(course, job["draws"], job["seed"], on_draw, should_stop)
    if not told["draws"]:
        write_json(folder / "done.json", {"outcome": "ended", "sentence": "no draw was played"})
        return
    files.write(folder / DOCUMENTS, {**told, "plan_number": job["plan"]})
    figures = {"wall_s": time.monotonic() - begun, "peak_rss_mb": pipeline.peak_rss_mb()}
    write_json(folder / "done.json", {"outcome": "plan", **figures})


def read(job: Job) -> dict[str, Any] | None:
    """The report of a job that has ended; None where it left none."""
    found = read_json(job.folder / DOCUMENTS / FILE)
    return found if found is not None and isinstance(found.get("fan"), list) else None


def files(job: Job) -> list[Path]:
    """The files of a report."""
    return sorted(path for path in (job.folder / DOCUMENTS).rglob("*") if path.is_file())
