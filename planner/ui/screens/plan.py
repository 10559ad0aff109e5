"""Page: choose a what-if, plan, watch, stop; the plans made so far."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from planner.cli.text import LEVEL_WORDS, number, percent
from planner.scenario import Scenario
from planner.ui import look, tables
from planner.ui.runner import Ending, Job, Wish
from planner.ui.session import BASE, Session, current, fingerprint

LIMITS_S = {"20 s": 20, "60 s": 60, "2 min": 120, "5 min": 300, "15 min": 900}


def render() -> None:
    """The whole page."""
    session = current()
    with st.spinner("Checking the scenario …"):
        checked = session.check()
    head = checked.scenario.title if checked.scenario else session.file
    look.title("Plan", head)
    left, right = st.columns([2, 3], gap="large")
    with left:
        if checked.scenario is None:
            look.banner("bad", f"{checked.errors} fault(s).", "Mend the scenario first.")
        else:
            _wishes(session, checked.scenario)
    with right:
        if session.job is not None:
            _watch(session)
        else:
            _last(session.last)
            _made(session)


def _wishes(session: Session, scenario: Scenario) -> None:
    cases = [BASE, *scenario.what_ifs]
    case = st.selectbox("What if", cases, key="what_if", persist_state="session") or BASE
    what_if = None if case == BASE else case
    if what_if:
        st.dataframe(tables.changes(scenario, what_if), hide_index=True, width="stretch")
    else:
        look.note("The scenario as it is written.")
    st.select_slider(
        "Time for the search", list(LIMITS_S), value="60 s", key="limit", persist_state="session"
    )
    with st.expander("More"):
        st.number_input(
            "Good enough: gap in %", 0.0, 20.0, 0.5, 0.5, key="gap", persist_state="session"
        )
        st.number_input("Seed", 0, 10**6, 0, 1, key="seed", persist_state="session")
        st.checkbox(
            "Search what would help those left behind",
            value=True,
            key="remedies",
            persist_state="session",
        )
    st.button(
        "Plan",
        type="primary",
        icon=":material/play_arrow:",
        disabled=session.job is not None,
        on_click=_begin,
        args=(session, scenario.title),
        width="stretch",
    )


def _begin(session: Session, title: str) -> None:
    """Start what the page says at the moment of the click.

    The values are read here and not handed over by the button: a click that follows a choice at
    once comes before the button has been drawn again, and would plan the choice before it.
    """
    said = st.session_state
    case = said["what_if"] or BASE
    session.begin(
        Wish(
            text=session.text,
            file=session.file,
            title=title,
            what_if=None if case == BASE else case,
            time_s=LIMITS_S[said["limit"]],
            gap=float(said["gap"]) / 100,
            seed=int(said["seed"]),
            remedies=bool(said["remedies"]),
        )
    )


@st.fragment(run_every=0.7)
def _watch(session: Session) -> None:
    job = session.job
    if job is None or job.ending() is not None:
        st.rerun()  # the whole app: the router takes the plan in
    found = job.progress() or {}
    now: dict[str, Any] = found.get("now") or {}
    what = job.wish.what_if or BASE
    phase = str(now.get("phase", "starting")).replace("_", " ")
    look.banner("plain", f"Planning {what}.", "" if job.stopping else phase)
    share = min(1.0, job.elapsed_s / max(job.wish.time_s, 1))
    st.progress(share, text=f"{job.elapsed_s:.0f} s of at most {job.wish.time_s} s of search")
    _now(now)
    history = found.get("history", [])
    if history:
        look.table(LEVEL_COLUMNS, _level_rows(history), right=(1, 2, 3))
    _buttons(session, job)


def _now(now: dict[str, Any]) -> None:
    level, value = now.get("level"), now.get("value")
    figures = {
        "Level now": LEVEL_WORDS.get(level, level) if level else "–",
        "Best so far": number(value) if value is not None else "–",
        "Gap": _gap(now.get("gap")),
    }
    look.figures((label, figure, "", "") for label, figure in figures.items())


def _gap(gap: float | None) -> str:
    # The first bounds of a search are far out: a gap above 100 % tells nobody anything.
    return "–" if gap is None or gap > 1 else percent(gap)


LEVEL_COLUMNS = ("level", "best so far", "proven bound", "gap")


def _level_rows(history: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """The last news of each level, in the order in which the levels came up."""
    last = {entry["level"]: entry for entry in history}
    rows: list[tuple[str, ...]] = []
    for level, entry in last.items():
        gap = _gap(entry["gap"])
        bound = "–" if gap == "–" else number(entry["bound"])
        rows.append((LEVEL_WORDS.get(level, level), number(entry["value"]), bound, gap))
    return rows


def _buttons(session: Session, job: Job) -> None:
    keep, drop = st.columns(2)
    keep.button(
        "Stopping …" if job.stopping else "Stop, keep the best plan",
        icon=":material/stop_circle:",
        on_click=job.stop,
        disabled=job.stopping,
        width="stretch",
    )
    drop.button(
        "End without a plan",
        icon=":material/cancel:",
        on_click=job.end,
        width="stretch",
    )


def _last(ending: Ending | None) -> None:
    if ending is None or ending.outcome == "plan":
        return
    if ending.outcome == "faults":
        lines = [str(issue) for issue in ending.issues[:8]]
        look.banner("bad", "No plan: the scenario has faults.", lines=lines)
    elif ending.outcome == "error":
        look.banner("bad", "No plan: an error inside the program.", ending.sentence)
    else:
        look.banner("wait", "Ended without a plan.", ending.sentence)


def _made(session: Session) -> None:
    if not session.runs:
        look.note("No plan has been made in this window yet.")
        return
    mark = fingerprint(session.text)
    rows = [
        {
            "plan": f"{run.number} · {run.case}",
            "scenario": run.verdict.scenario.title,
            "out": run.verdict.figures.evacuated,
            "left behind": run.verdict.figures.left_behind - run.verdict.figures.unwilling,
            "check": run.verdict.status,
            "last one safe": tables.after(run.verdict),
            "seconds": round(run.ending.wall_s),
            "text": "as now" if run.fingerprint == mark else "earlier",
        }
        for run in reversed(session.runs)
    ]
    look.heading("Plans made in this window", f"{len(rows)} made, the newest first")
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")
    if st.button("Look at the result", type="primary", icon=":material/map:"):
        st.switch_page("screens/result.py")


render()
