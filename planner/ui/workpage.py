"""The page of a long piece of work: its head, what is under way, which report is shown, files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from planner.scenario import Scenario
from planner.ui import longwork, look, watching
from planner.ui.bundles import bundle
from planner.ui.runner import DOCUMENTS, Job
from planner.ui.session import BASE, Session, fingerprint
from planner.ui.words import _

TYPES = {
    ".csv": "text/csv",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
}


def head(session: Session, title: str, *, impossible: str) -> Scenario | None:
    """Title and scenario; None, and why nothing can be begun, where the text has a fault."""
    with st.spinner(_("Checking the scenario …")):
        checked = session.check()
    look.title(title, checked.scenario.title if checked.scenario else session.file)
    if checked.scenario is None:
        told = _("Mend the scenario first: {n} fault(s).").format(n=checked.errors)
        look.banner("bad", impossible, told)
    return checked.scenario


def case(scenario: Scenario, key: str) -> None:
    """The choice of the base or a what-if, under the key of the widget."""
    st.selectbox(
        _("On which case"), [BASE, *scenario.what_ifs], key=key, persist_state="session",
        format_func=lambda name: _("the scenario as it is written") if name == BASE else name,
    )  # fmt: skip


def under_way(session: Session) -> None:
    """What waits or runs, with its buttons; else how the last of it ended."""
    if session.jobs:
        watching.watch(session)
    else:
        watching.ended(session)


def reports(session: Session, kind: str, file: str, key: str) -> list[Job]:
    """The jobs of a kind that have left a report, the oldest first."""
    jobs = [job for job in session.reports if job.wish.kind == kind]
    return [job for job in jobs if longwork.report(job, file, key) is not None]


def chosen(jobs: Sequence[Job], label: str, name: Callable[[Job], str]) -> Job:
    """The newest job, or the one that was chosen where there are several."""
    if len(jobs) == 1:
        return jobs[0]
    known = {job.number: job for job in reversed(jobs)}
    number = st.selectbox(
        label, list(known),
        format_func=lambda n: f"{n} · {name(known[n])} · {known[n].wish.title}",
    )  # fmt: skip
    return known[number]


def remarks(session: Session, job: Job, *, stopped: bool) -> None:
    """What must be known of a report: that the text is another now, that it was stopped."""
    if fingerprint(job.wish.text) != fingerprint(session.text):
        look.banner("plain", _("The scenario has been changed since this search."))
    if stopped:
        look.banner("wait", _("Stopped: this is what was known by then."))


def downloads(job: Job, what: str, singles: Sequence[tuple[str, str]] = ()) -> None:
    """Everything as one file, and single files as (label, name); ``what`` is part of the names."""
    found = longwork.files(job)
    stem = Path(job.wish.file).stem
    with st.container(horizontal=True):
        st.download_button(
            _("Everything as one file ({n} files)").format(n=len(found)),
            lambda: bundle(job.folder / DOCUMENTS, found), file_name=f"{stem}-{what}.zip",
            mime="application/zip", icon=":material/folder_zip:", on_click="ignore",
        )  # fmt: skip
        for label, name in singles:
            path = next((path for path in found if path.name == name), None)
            if path is not None:
                st.download_button(
                    label, path.read_bytes, file_name=f"{stem}-{what}{path.suffix}",
                    mime=TYPES.get(path.suffix, "application/octet-stream"), on_click="ignore",
                    icon=":material/download:",
                )  # fmt: skip
