"""A plan played through many draws in a worker's process, and read back for the page.

A job of the kind ``rehearsal`` leaves what ``planner rehearse --out`` leaves.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import Issue, ScenarioError
from planner.ui import longwork
from planner.ui.runner import DOCUMENTS, Job

if TYPE_CHECKING:
    from planner.scenario import Scenario

KIND = "rehearsal"
FILE, LIST = "rehearsal.json", "fan"
A_DRAW_S = 0.2
"""About what a draw of a crisis takes; for the queue alone."""


def work(
    folder: Path,
    job: dict[str, Any],
    tell: longwork.Tell,
    should_stop: longwork.Stop,
) -> None:
    """Play the draws and write the report. Raises ScenarioError where the plan cannot be read."""
    from planner import load, pipeline, rehearsals
    from planner.documents import rehearsals as files

    begun = time.monotonic()
    told_of = longwork.counting(tell, begun)
    told_of("network")
    plan = folder.parent / str(job["plan"]) / DOCUMENTS / "plan.json"
    if not plan.is_file():
        raise ScenarioError([Issue("", 0, "", "the plan is no longer there", "choose another")])
    written: Scenario = load.read_text(longwork.text(folder), job["file"])
    verdict = pipeline.verify_file(plan)
    # What the text says now of chances counts, of the plan all else.
    course = rehearsals.course_of(verdict, written if written.uncertainty else None)

    def on_draw(phase: str, done: int, of: int) -> None:
        told_of(phase, (done, of))

    told = rehearsals.rehearse(course, job["draws"], job["seed"], on_draw, should_stop)
    if not told["draws"]:
        longwork.ended(folder, "no draw was played")
        return
    files.write(folder / DOCUMENTS, {**told, "plan_number": job["plan"]})
    longwork.done(folder, begun)


def read(job: Job) -> dict[str, Any] | None:
    """The report of a job that has ended; None where it left none."""
    return longwork.report(job, FILE, LIST)
