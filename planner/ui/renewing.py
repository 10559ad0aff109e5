"""A running plan made anew from a situation report, in a worker's process; the report on the desk.

A job of the kind ``replan`` is asked for ``report`` (YAML) and ``now`` (a moment, or '' for the
report's own); what it leaves is a plan like any other. The report that is being written lies in the
desk's folder, so that neither a closed tab nor a killed server loses it.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import Issue, ScenarioError
from planner.ui import longwork, runner
from planner.ui.runner import DOCUMENTS
from planner.ui.workspace import private, read_json, write_bytes, write_json

if TYPE_CHECKING:
    from planner.replan import Reading
    from planner.ui.runs import Run
    from planner.ui.session import Session
    from planner.verify import Verdict

KIND = "replan"
FILE = "operation.json"
REPORT = "situation.yaml"
"""What the report is called where faults are told."""


@dataclass
class Draft:
    """The report that is being written: on which plan, its text, from when to plan."""

    plan: int = 0
    text: str = ""
    now: str = ""


def load(folder: Path) -> Draft:
    """The desk's draft; an empty one where there is none."""
    found = read_json(folder / FILE) or {}
    try:
        return Draft(int(found["plan"]), str(found["text"]), str(found["now"]))
    except (KeyError, TypeError, ValueError):
        return Draft()


def keep(folder: Path, draft: Draft) -> None:
    """Write the draft down. Raises OSError."""
    private(folder)
    write_json(folder / FILE, asdict(draft))


def reading(verdict: Verdict, text: str, now: str) -> tuple[Reading | None, tuple[Issue, ...]]:
    """The report against its plan; None, and every fault and contradiction by line."""
    from planner import replan

    running = replan.Running(verdict.plan, verdict.scenario, verdict.network)
    try:
        return replan.read_report(running, _said(text, now), REPORT, now.strip() or None), ()
    except ScenarioError as error:
        return None, tuple(error.issues)


def _said(text: str, now: str) -> str:
    """The report; where it is empty, that all went as planned by now."""
    return text if text.strip() else f"at: {now.strip()}\n"


def work(
    folder: Path, job: dict[str, Any], tell: longwork.Tell, should_stop: longwork.Stop
) -> None:
    """Plan the rest anew and write the plan. Raises ScenarioError with every contradiction."""
    from planner import pipeline, replan
    from planner.documents import planjson

    begun = time.monotonic()
    asked = job["asked"]
    longwork.counting(tell, begun)("network")
    former = folder.parent / str(job["plan"]) / DOCUMENTS / "plan.json"
    if not former.is_file():
        raise ScenarioError([Issue("", 0, "", "the plan is no longer there", "choose another")])
    running = replan.running(former)
    read = replan.read_report(
        running, _said(asked["report"], asked["now"]), REPORT, asked["now"].strip() or None
    )
    limits = pipeline.Limits(time_s=job["time_s"], seed=job["seed"], gap=job["gap"])
    if asked.get("node_limit"):
        limits = pipeline.Limits(
            time_s=job["time_s"], seed=job["seed"], node_limit=asked["node_limit"]
        )

    def on_update(news: Any) -> None:  # of the solver, whose names the desk does not know
        elapsed_s = time.monotonic() - begun
        tell(pipeline.Progress(news.phase, elapsed_s, None, news.level, news.value))

    found = replan.replan(read, limits, on_update, should_stop)
    out = folder / DOCUMENTS
    out.mkdir(exist_ok=True)
    write_bytes(out / "plan.json", planjson.dumps(found.verdict.plan).encode("utf-8"))
    longwork.done(folder, begun)


# ------------------------------------------------------------------ what came of it


def renewed(session: Session) -> list[Run]:
    """The plans that were made from another one that was running, the oldest first."""
    return [run for run in session.runs if run.figures.get("follows")]


def former(session: Session, run: Run) -> Run | None:
    """The plan that it was made from, where that is still there."""
    wish = runner.read_wish(run.folder.parent)
    if wish is None:
        return None
    return next((one for one in session.runs if one.number == wish.plan), None)
