"""The shelf as a table: what each what-if is, whether it is planned, and its figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from planner.errors import ScenarioError
from planner.ui.runner import Job, Wish
from planner.ui.session import Run, Session, fingerprint
from planner.ui.whatif import cases
from planner.ui.whatif.cases import BASE, Case
from planner.ui.words import _
from planner.units import HOUR_S

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Row:
    """A case with the newest plan of it, or the job that makes one.

    ``stale`` tells that it was planned once, but the text or the what-if has changed since.
    """

    case: Case
    mark: str
    run: Run | None
    job: Job | None
    stale: bool

    @property
    def state(self) -> str:
        """How it stands, in words."""
        if self.job is not None:
            return _("waits for its turn") if self.job.waiting else _("is being planned")
        if self.run is not None:
            return {
                "VERIFIED": _("planned, verified"),
                "CONDITIONAL": _("planned, awaits a yes"),
            }.get(str(self.run.figures.get("status")), _("planned, FAILED its check"))
        if not self.mark:
            return _("does not fit the text any more")
        return _("changed since it was planned") if self.stale else _("not planned yet")

    @property
    def name(self) -> str:
        """What it is called in lists."""
        return shown_name(self.case)


def shown_name(case: Case) -> str:
    """What a case is called in lists."""
    return _("as written (base)") if case == cases.THE_BASE else case.name


def rows(session: Session) -> list[Row]:
    """The rows of the shelf in its order."""
    text = session.text
    jobs = {
        cases.mark_of(job.wish.text, job.wish.what_if): job
        for job in session.jobs
        if job.wish.kind == "plan" and job.ending() is None
    }
    plans = {run.mark: run for run in session.runs if run.mark}
    out = []
    for case in cases.shelf(session.folder, text):
        mark = cases.mark(text, case)
        run = plans.get(mark) if mark else None
        stale = run is None and any(_is_of(run, case) for run in session.runs)
        out.append(Row(case, mark, run, jobs.get(mark) if mark else None, stale))
    return out


def _is_of(run: Run, case: Case) -> bool:
    return run.shelf == case.id if case.own else not run.shelf and run.case == case.name


def unplanned(found: list[Row]) -> list[Row]:
    """The rows that can be planned and neither are nor will be."""
    return [row for row in found if row.mark and row.run is None and row.job is None]


@dataclass(frozen=True)
class Limits:
    """For how long and how well a what-if is planned."""

    time_s: int = 60
    gap: float = 0.005
    seed: int = 0
    remedies: bool = False


def plan(session: Session, row: Row, limits: Limits) -> Job | None:
    """Wish for a plan of the row. Raises ScenarioError with what does not fit the text."""
    text, what_if = cases.written(session.text, row.case, session.file)
    title = session.parsed.scenario.title if session.parsed and session.parsed.scenario else ""
    return session.begin(
        Wish(
            text=text, file=session.file, title=title, what_if=what_if, time_s=limits.time_s,
            gap=limits.gap, seed=limits.seed, remedies=limits.remedies, shelf=row.case.id,
            mark=fingerprint(session.text),
        )
    )  # fmt: skip


def plan_all(session: Session, found: list[Row], limits: Limits) -> list[str]:
    """Wish for everything that is not planned; the sentences of what could not be.

    Two cases that are the same scenario are planned once.
    """
    told: list[str] = []
    wanted = unplanned(found)
    first = {row.mark: row for row in reversed(wanted)}
    for row in wanted:
        if first[row.mark] is not row:
            continue
        try:
            plan(session, row, limits)
        except ScenarioError as error:
            told += [f"{row.name}: {issue}" for issue in error.issues[:3]]
    return told


def frame(found: list[Row]) -> pd.DataFrame:
    """One row a case, for a table that sorts."""
    import pandas as pd

    return pd.DataFrame([_figures(row) for row in found])


def _figures(row: Row) -> dict[str, Any]:
    figures = row.run.figures if row.run else {}
    kind = _("base") if row.case == cases.THE_BASE else _("here") if row.case.own else _("text")
    return {
        "what_if": row.name,
        "written": kind,
        "state": row.state,
        "out": figures.get("out"),
        "left_behind": figures.get("left"),
        "casualties": figures.get("harm"),
        "hours": round(figures["clearance_s"] / HOUR_S, 1) if "clearance_s" in figures else None,
        "gap": round(100 * figures["gap"], 2) if "gap" in figures else None,
        "effort": round(figures["effort"]) if "effort" in figures else None,
        "sorties": figures.get("sorties"),
    }


def changes_of(session: Session, case: Case) -> list[tuple[str, str]]:
    """What a case sets: (path, value as text), the overrides that it uses first."""
    from planner.load.yamltext import parse

    root, _issues = parse(session.text, "scenario.yaml")
    overrides = root.get("overrides") if root is not None else None
    found: list[tuple[str, str]] = []
    for name in case.uses:
        patch = overrides.get(name).plain if overrides is not None else None
        found += [(path, _told(value)) for path, value in (patch or {}).items()]
    return found + [(path, _told(value)) for path, value in case.changes.items()]


def _told(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_told(inner)}" for key, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_told, value))
    return _("as if it were not written") if value is None else str(value)


__all__ = [
    "BASE", "Limits", "Row", "changes_of", "frame", "plan", "plan_all", "rows", "shown_name",
    "unplanned",
]  # fmt: skip
