"""Start date after start date planned and rehearsed in a worker's process, read back for the page.

A job of the kind ``trigger`` leaves what ``planner trigger --out`` leaves. It is asked for
``starts`` and ``now`` (seconds after the scenario's start) and ``each`` (seconds of search a date).
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.ui import longwork
from planner.ui.runner import DOCUMENTS, Job

if TYPE_CHECKING:
    from planner.scenario import Scenario

KIND = "trigger"
FILE, LIST = "trigger.json", "dates"
A_DRAW_S = 0.2
"""About what a draw of a crisis takes; for the queue alone."""
OVERHEAD_S = 4.0
"""About what a date takes besides its search and its draws."""
STEPS_H = (24, 12, 6, 3, 1)


def starts(first_s: int, last_s: int, step_h: int) -> list[int]:
    """Every start from the first to the last, seconds after the scenario's."""
    return list(range(first_s, last_s + 1, step_h * 3600))


def usual_step(scenario: Scenario) -> int:
    """The longest step in hours that gives four dates at least before the horizon ends."""
    return next((h for h in STEPS_H if scenario.horizon_s > 3 * h * 3600), STEPS_H[-1])


def about_s(dates: int, draws: int, each_s: float) -> int:
    """How long a job takes at most, about."""
    searches_s = (dates + 2) * each_s  # the first may take three times as long
    return round(searches_s + dates * (draws * A_DRAW_S + OVERHEAD_S))


def work(
    folder: Path, job: dict[str, Any], tell: longwork.Tell, should_stop: longwork.Stop
) -> None:
    """Plan and play each date, write the report. Raises ScenarioError as planning does."""
    from planner import load, pipeline, trigger
    from planner.documents import dates

    begun = time.monotonic()
    asked = job["asked"]
    scenario = load.read_text(longwork.text(folder), job["file"], job["what_if"])
    limits = pipeline.Limits(time_s=asked["each"], seed=job["seed"], gap=job["gap"])
    if asked.get("node_limit"):
        limits = pipeline.Limits(
            time_s=asked["each"], seed=job["seed"], node_limit=asked["node_limit"]
        )
    told = longwork.counting(tell, begun)
    at = (0, len(asked["starts"]))

    def on_step(phase: str, done: int, of: int) -> None:
        nonlocal at
        if phase == "plans":
            at = (done, of)
            told("dates", at)
        else:
            told("draws", at, (done, of))

    told("network")
    found = trigger.appraise(
        scenario, asked["starts"], limits, job["draws"], job["seed"], asked["now"], on_step,
        should_stop,
    )  # fmt: skip
    if not found.dates:
        longwork.ended(folder, "no date was planned")
        return
    dates.write(folder / DOCUMENTS, trigger.report(found))
    longwork.done(folder, begun)


def read(job: Job) -> dict[str, Any] | None:
    """The report of a job that has ended; None where it left none."""
    return longwork.report(job, FILE, LIST)
