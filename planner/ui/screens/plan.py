"""Page: plan a what-if, watch, stop; then what the plan says, part by part."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from planner import documents
from planner.documents import Order
from planner.scenario import Scenario
from planner.ui import look, tables, watching
from planner.ui.result import papers, parts, tell
from planner.ui.runner import Wish
from planner.ui.session import BASE, Run, Session, current, fingerprint
from planner.ui.words import _, limit_word

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
    # Each in a place of its own: the map below is not built anew because a search begins or ends.
    with st.container():
        if session.jobs:
            watching.watch(session)
        else:
            watching.ended(session)
    with st.container():
        if run is None and session.job is None:
            look.note(_("No plan has been made yet: press Plan. It takes a minute or less."))
        elif run is not None and run.fingerprint != fingerprint(session.text):
            look.note(_("This plan was made from another text than the one that is open now."))
    if run is not None:
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
    beside = right.container(horizontal=True, vertical_alignment="bottom")
    with beside:
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
        with beside:
            _download(run)
        checks = {
            "VERIFIED": _("VERIFIED: replayed in true time by a second program, no rule is broken"),
            "CONDITIONAL": _("CONDITIONAL: no rule is broken, but it awaits somebody's yes"),
            "FAILED": _("FAILED"),
        }
        case = _("what-if: {name}").format(name=run.case)
        with left:
            look.title(run.verdict.scenario.title, f"{case} · {checks[run.verdict.status]}")
    return run


def _download(run: Run) -> None:
    """Every document of the office in one file; they are written when somebody asks for them."""
    order = Order()
    st.download_button(
        _("Download"), lambda: documents.issue(run.verdict, order).bundle(),
        file_name=f"{papers.stem(run, order)}.zip", mime="application/zip", on_click="ignore",
        icon=":material/download:", help=_("All documents for the office, as one file"),
    )  # fmt: skip


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
                persist_state="session", format_func=limit_word(LIMITS_S),
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
