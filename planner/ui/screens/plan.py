"""Page: plan a what-if, watch, stop; then what the plan says, part by part."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from planner import charts
from planner.scenario import Scenario
from planner.ui import look, tables, tickets
from planner.ui.result import frames, parts, tell
from planner.ui.runner import Job, Wish
from planner.ui.session import BASE, Run, Session, current, fingerprint
from planner.ui.words import _, counted
from planner.units import format_duration

LIMITS_S = {"20 s": 20, "60 s": 60, "2 min": 120, "5 min": 300, "15 min": 900}


def render() -> None:
    """The whole page."""
    session = current()
    with st.spinner(_("Checking the scenario …")):
        checked = session.check()
    run = _head(session, checked.scenario.title if checked.scenario else session.file)
    if checked.scenario is None:
        told = _("Mend the scenario first: {n} fault(s).").format(n=checked.errors)
        look.banner("bad", _("It cannot be planned."), told)
    else:
        _start(session, checked.scenario)
    if session.jobs:
        _watch(session)
    else:
        _last(session)
    if run is None:
        if session.job is None:
            look.note(_("No plan has been made yet: press Plan. It takes a minute or less."))
        return
    _result(run)


# ------------------------------------------------------------------ start


def _head(session: Session, title: str) -> Run | None:
    """Whose plan it is, and which of the plans of this tab is shown."""
    if not session.runs:
        look.title(_("Plan"), title)
        return None
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    numbers = [run.number for run in reversed(session.runs)]
    labels = {run.number: run.label for run in session.runs}
    shown = session.run()
    with right, st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.selectbox(
            _("Shown plan"), numbers, index=numbers.index(shown.number) if shown else 0,
            format_func=lambda number: labels[number], label_visibility="collapsed",
        )  # fmt: skip
        with st.popover(_("All plans"), icon=":material/list:"):
            look.note(parts.made_note(len(numbers)))
            tell.table(pd.DataFrame(parts.made(session.runs, fingerprint(session.text))))
    session.shown = number
    run = session.run(number)
    if run is not None:
        checks = {
            "VERIFIED": _("VERIFIED: replayed in true time by a second program, no rule is broken"),
            "CONDITIONAL": _("CONDITIONAL: no rule is broken, but it awaits somebody's yes"),
            "FAILED": _("FAILED"),
        }
        case = _("what-if: {name}").format(name=run.case)
        with left:
            look.title(run.verdict.scenario.title, f"{case} · {checks[run.verdict.status]}")
    return run


def _start(session: Session, scenario: Scenario) -> None:
    """What to plan and for how long, in one row."""
    with st.container(key="start"):
        columns = st.columns([4, 4, 1.4, 1.8], vertical_alignment="bottom")
        cases = [BASE, *scenario.what_ifs]
        with columns[0]:
            case = st.selectbox(
                _("What if"), cases, key="what_if", persist_state="session",
                format_func=lambda name: _("the scenario as it is written") if name == BASE
                else name,
            ) or BASE  # fmt: skip
        with columns[1]:
            st.select_slider(
                _("Time for the search"), list(LIMITS_S), value="60 s", key="limit",
                persist_state="session",
            )  # fmt: skip
        with columns[2], st.popover(_("More"), icon=":material/tune:", width="stretch"):
            _more()
        with columns[3]:
            st.button(
                _("Plan"), type="primary", icon=":material/play_arrow:", on_click=_begin,
                args=(session, scenario.title), width="stretch",
            )  # fmt: skip
        if case != BASE:
            with st.expander(_("What this what-if changes")):
                st.dataframe(tables.changes(scenario, case), hide_index=True, width="stretch")


def _more() -> None:
    kept: dict[str, Any] = {"persist_state": "session"}
    st.number_input(_("Good enough: gap in %"), 0.0, 20.0, 0.5, 0.5, key="gap", **kept)
    st.number_input(_("Seed"), 0, 10**6, 0, 1, key="seed", **kept)
    st.checkbox(_("Search what would help those left behind"), True, key="remedies", **kept)


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
            gap=float(said.get("gap", 0.5)) / 100,
            seed=int(said.get("seed", 0)),
            remedies=bool(said.get("remedies", True)),
        )
    )


# ------------------------------------------------------------------ progress


@st.fragment(run_every=0.8)
def _watch(session: Session) -> None:
    session.refresh()
    jobs = session.jobs
    if not jobs or any(job.ending() is not None for job in jobs):
        st.rerun()  # the whole app: the router takes the plan in
    with st.container(border=True, key="progress"):
        for number, job in enumerate(jobs):
            if job.waiting:
                _waiting(job)
            else:
                _progress(job)
            _buttons(job, number)


def _waiting(job: Job) -> None:
    place = tickets.place(job.folder)
    head = _("{name} waits for its turn.").format(name=job.wish.what_if or BASE)
    told = _("Every solve has this machine for itself.")
    if place is not None:
        told = counted("{n} solve is before it", "{n} solves are before it", place.ahead)
        if place.left_s:
            wait = format_duration(max(1, round(place.left_s)))
            told += ", " + _("at most {time}").format(time=wait)
    look.banner("plain", head, told)


def _progress(job: Job) -> None:
    found = job.progress() or {}
    now: dict[str, Any] = found.get("now") or {}
    phase = str(now.get("phase", "starting")).replace("_", " ")
    head = _("Planning {name}.").format(name=job.wish.what_if or BASE)
    look.banner("plain", head, _("The best plan so far is being kept …") if job.stopping else phase)
    share = min(1.0, job.elapsed_s / max(job.wish.time_s, 1))
    left = max(0, round(job.wish.time_s - job.elapsed_s))
    told = _("{elapsed} s of the search; at most {left} s are left")
    st.progress(share, text=told.format(elapsed=f"{job.elapsed_s:.0f}", left=left))
    history: list[dict[str, Any]] = found.get("history", [])
    if not history:
        return
    left_half, right_half = st.columns([2, 3])
    with left_half:
        heading = (_("level"), _("best so far"), _("proven bound"), _("gap"))
        look.table(heading, frames.level_rows(history), right=(1, 2, 3))
    with right_half:
        # The rows go beside the specification: as long as that stays the same the picture does
        # not blink.
        spec = charts.search_curve(history, frames.level_words())
        rows = spec.pop("data")["values"]
        st.vega_lite_chart(pd.DataFrame(rows), spec, alt=_("Value and bound of each level"))


def _buttons(job: Job, number: int) -> None:
    with st.container(horizontal=True):
        if not job.waiting:
            st.button(
                _("Stopping …") if job.stopping else _("Stop, keep the best plan"),
                icon=":material/stop_circle:", on_click=job.stop, disabled=job.stopping,
                key=f"stop-{number}",
            )  # fmt: skip
        st.button(
            _("Leave the queue") if job.waiting else _("End without a plan"),
            icon=":material/cancel:", on_click=job.end, key=f"end-{number}",
        )  # fmt: skip


def _last(session: Session) -> None:
    """How the last job ended, where it left no plan."""
    ending = session.last
    if ending is None or ending.outcome == "plan":
        return
    if ending.outcome == "faults":
        lines = [str(issue) for issue in ending.issues[:8]]
        look.banner("bad", _("No plan: the scenario has faults."), lines=lines)
    elif ending.outcome == "ended":
        look.banner("wait", _("Ended without a plan."), ending.sentence)
    else:
        crashed = _("No plan: the solver's process broke off.")
        inside = _("No plan: an error inside the program.")
        look.banner("bad", crashed if ending.outcome == "crashed" else inside, ending.sentence)
        if session.last_job is not None:
            st.download_button(
                _("The log, for whoever looks into it"), session.last_job.log,
                file_name="safe-passage-log.txt", mime="text/plain", on_click="ignore",
                icon=":material/download:",
            )  # fmt: skip


# ------------------------------------------------------------------ result


def _result(run: Run) -> None:
    parts.standing(run.verdict)
    parts.head(run.verdict)
    shows = parts.tabs()
    tell.switch()
    for tab, show in zip(
        st.tabs(list(shows), key="result_tab", on_change="rerun"), shows.values(), strict=True
    ):
        if tab.open:
            with tab:
                show(run)


render()
