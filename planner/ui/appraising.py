"""What would help most, searched for in a worker's process and read back for the page.

A job of the kind ``worth`` leaves what ``planner worth --out`` leaves: worth.json with the table,
the same as CSV, its bars, and the plan of every change that was searched.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import ScenarioError
from planner.ui import longwork
from planner.ui.runner import DOCUMENTS, Job

if TYPE_CHECKING:
    from planner.pipeline import Progress
    from planner.ui.session import Session
    from planner.worth.appraisal import News

KIND = "worth"
FILE, LIST = "worth.json", "candidates"
MADE = "worth_made"
"""Key of (candidate, what became of it) of the what-if that was made last."""
EACH_S = 15.0
SHARE = 20
"""A search has at most this part of the whole time, so that the most promising ones all fit in."""


def budget_s(time_s: float) -> tuple[float, float]:
    """(seconds for everything, seconds for each search)."""
    return float(time_s), min(EACH_S, max(3.0, time_s / SHARE))


def work(
    folder: Path,
    job: dict[str, Any],
    tell: longwork.Tell,
    should_stop: longwork.Stop,
) -> None:
    """Appraise every change and write the report. Raises ScenarioError as planning does."""
    from planner import load, pipeline, searches
    from planner.documents import gains
    from planner.worth.appraisal import Budget, appraise
    from planner.worth.report import report

    begun = time.monotonic()
    scenario = load.read_text(longwork.text(folder), job["file"], job["what_if"])
    whole_s, each_s = budget_s(job["time_s"])
    # Where this was planned before, the plan is at hand; all searches begin with what it found.
    limits = pipeline.Limits(time_s=min(60.0, whole_s / 4), seed=job["seed"], gap=job["gap"])
    base = searches.make_plan(
        scenario, limits, searches.kept(), on_progress=tell, should_stop=should_stop,
        remedies=False,
    )  # fmt: skip
    found = appraise(
        scenario,
        Budget(time_s=whole_s - (time.monotonic() - begun), each_s=each_s, seed=job["seed"]),
        base=base.verdict,
        memory=base.memory,
        on_progress=tell,
        on_news=lambda news: tell(_as_progress(news)),
        should_stop=should_stop,
    )
    named = gains.plan_files(report(found)["candidates"], found.plans)
    out = folder / DOCUMENTS
    out.mkdir(exist_ok=True)
    gains.write(out, report(found, named), found.plans, found.base.plan)
    longwork.done(folder, begun)


def _as_progress(news: News) -> Progress:
    from planner.pipeline import Progress

    count = f"{news.done}/{news.of}" if news.of else ""
    return Progress(news.phase, news.elapsed_s, None, message=count)


def read(job: Job) -> dict[str, Any] | None:
    """The report of a job that has ended; None where it left none."""
    return longwork.report(job, FILE, LIST)


def make_what_if(session: Session, job: Job, row: dict[str, Any]) -> None:
    """Put the change on the desk's shelf of what-ifs, on top of the case that was searched."""
    import streamlit as st

    from planner.ui.result import worths
    from planner.ui.whatif import cases
    from planner.ui.words import _

    shelf = cases.shelf(session.folder, session.text)
    below = next((case for case in shelf if case.name == job.wish.what_if), cases.THE_BASE)
    name = cases.free_name(worths.name_of(row), shelf)
    case = cases.Case(name, uses=below.uses, changes=dict(row["patch"]), own=True)
    try:
        cases.written(session.text, case, session.file)
        cases.put(session.folder, case)
    except (ScenarioError, OSError) as error:
        why = str(error.issues[0]) if isinstance(error, ScenarioError) else str(error)
        told = _("That cannot be done: {why}").format(why=why)
    else:
        told = _("It is on the shelf of what-ifs as {name}.").format(name=name)
    st.session_state[MADE] = (row["id"], told)
