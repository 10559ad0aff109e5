"""Page: what would help most: every yes, road, pause and vehicle by what it would gain."""

from __future__ import annotations

from typing import Any

import streamlit as st

from planner.cli.text import number
from planner.scenario import Scenario
from planner.ui import appraising, look, workpage
from planner.ui.result import tell, worths
from planner.ui.runner import Job, Wish
from planner.ui.session import BASE, Session, current
from planner.ui.words import _, counted, limit_word

TIMES_S = {"2 min": 120, "5 min": 300, "10 min": 600, "20 min": 1200}
CHART_PX = 480


def render() -> None:
    """The whole page."""
    session = current()
    scenario = workpage.head(
        session, _("Worth: what would help most"), impossible=_("Nothing can be searched.")
    )
    if scenario is not None:
        _start(session, scenario)
    workpage.under_way(session)
    reports = workpage.reports(session, appraising.KIND, appraising.FILE, appraising.LIST)
    if reports:
        job = workpage.chosen(reports, _("Shown search"), lambda job: job.wish.what_if or BASE)
        _report(session, scenario, job)
    else:
        look.note(
            _(
                "Each pending authorisation, closed or restricted road, possible pause, vehicle, "
                "berth and intake is tried by planning again with it. Press Search."
            )
        )


def _start(session: Session, scenario: Scenario) -> None:
    left, middle, right = st.columns([4, 4, 2], vertical_alignment="bottom")
    with left:
        workpage.case(scenario, "worth_case")
    with middle:
        st.select_slider(
            _("Time for all searches"), list(TIMES_S), value="5 min", key="worth_time",
            persist_state="session", format_func=limit_word(TIMES_S),
        )  # fmt: skip
    with right:
        st.button(
            _("Search"), type="primary", icon=":material/query_stats:", on_click=_begin,
            args=(session, scenario.title), width="stretch",
        )  # fmt: skip


def _begin(session: Session, title: str) -> None:
    """Wish for what the page says at the moment of the click."""
    said = st.session_state
    case = said["worth_case"] or BASE
    session.begin(
        Wish(
            text=session.text,
            file=session.file,
            title=title,
            what_if=None if case == BASE else case,
            time_s=TIMES_S[said["worth_time"]],
            gap=0.005,
            seed=int(said.get("seed", 0)),
            remedies=False,
            kind=appraising.KIND,
        )
    )


def _report(session: Session, scenario: Scenario | None, job: Job) -> None:
    told = appraising.read(job) or {"candidates": []}
    look.lead(worths.sentence(told), _base(told))
    workpage.remarks(session, job, stopped=told["partial"])
    rows = worths.ranked(told)
    if rows:
        tell.switch()
        table, bars = st.tabs([_("Ranked"), _("Bars")], key="worth_tab", on_change="rerun")
        if table.open:
            with table:
                _ranked(session, scenario, job, told)
        if bars.open:
            with bars:
                _bars(job, told)
    _cannot(told)
    workpage.downloads(job, "worth", [(_("The table as CSV"), "worth.csv")])


def _base(told: dict[str, Any]) -> str:
    base = told["base"]
    parts = _("Without any of it {out} of {people} get out and {left} are left behind.").format(
        out=f"{base['evacuated']:,}", people=f"{base['people']:,}", left=f"{base['left_behind']:,}"
    )
    tried = counted("{n} change was looked at", "{n} changes were looked at",
                    len(told["candidates"]))  # fmt: skip
    took = _("{seconds} s, at most {each} s each").format(
        seconds=f"{told['seconds']:.0f}", each=number(told["each_s"])
    )
    return f"{parts} {tried}: {took}."


def _ranked(session: Session, scenario: Scenario | None, job: Job, told: dict[str, Any]) -> None:
    frame = worths.table(told)
    event = tell.table(
        frame, on_select="rerun", selection_mode="single-row", key=f"worth-{job.number}",
        height=min(460, 36 * (len(frame) + 1) + 3),
    )  # fmt: skip
    look.note(
        _(
            "people: more get out than without it; surely: more than by any plan without it; at "
            "most: by any plan with it. Harm and hours are compared among plans that are no worse "
            "on the levels before."
        )
    )
    rows = worths.ranked(told)
    picked = event.selection.rows if event is not None else []
    if picked and picked[0] < len(rows):
        _picked(session, job, scenario is not None, rows[picked[0]])
    else:
        look.note(_("Pick a row to make a what-if of it."))


def _picked(session: Session, job: Job, is_sound: bool, row: dict[str, Any]) -> None:
    left, right = st.columns([3, 1], vertical_alignment="center")
    with left:
        shown = {path: _("nothing") if new is None else str(new)
                 for path, new in row["patch"].items()}  # fmt: skip
        look.heading(row["what"])
        look.facts(shown)
        if row["why_not"]:
            look.note(row["why_not"])
    with right:
        st.button(
            _("Make it a what-if"), icon=":material/call_split:", on_click=appraising.make_what_if,
            args=(session, job, row), disabled=not is_sound, width="stretch",
        )  # fmt: skip
        made = st.session_state.get(appraising.MADE)
        if made and made[0] == row["id"]:
            look.note(made[1])
            if st.button(_("To the what-ifs"), icon=":material/call_split:", width="stretch"):
                st.switch_page("screens/what_ifs.py")


def _bars(job: Job, told: dict[str, Any]) -> None:
    from planner.charts.gains import gain_bars

    def spec() -> dict[str, Any]:
        return gain_bars(told["candidates"])

    tell.chart(spec, lambda: worths.table(told), CHART_PX)
    look.note(
        _(
            "Green: proven; blue: seen between the two plans, not proven; dashed: the most that "
            "it can be."
        )
    )


def _cannot(told: dict[str, Any]) -> None:
    groups = worths.without(told)
    total = sum(count for _why, count, _names in groups)
    if not total:
        return
    head = counted("{n} change cannot gain anything", "{n} changes cannot gain anything", total)
    with st.expander(head):
        look.table(
            (_("why not"), _("changes")), [(why, "; ".join(names)) for why, _n, names in groups]
        )


render()
