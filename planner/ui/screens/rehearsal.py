"""Page: what if it goes wrong: a plan played through many draws of what nobody knows for sure."""

from __future__ import annotations

from typing import Any

import streamlit as st

from planner.scenario import Scenario
from planner.ui import look, rehearsing, workpage
from planner.ui.result import rehearsed, tell
from planner.ui.runner import Job, Wish
from planner.ui.runs import Run
from planner.ui.session import Session, current
from planner.ui.words import _

DRAWS = (50, 200, 1000, 3000)
MEASURES = ("left", "evacuated", "harm")
CHART_PX = 480


def render() -> None:
    """The whole page."""
    session = current()
    scenario = workpage.head(
        session, _("Rehearsal: what if it goes wrong"), impossible=_("Nothing can be rehearsed.")
    )
    if scenario is not None and not session.runs:
        look.banner("plain", _("There is no plan yet."), _("Make one on the page Plan."))
    elif scenario is not None:
        _start(session, scenario)
    workpage.under_way(session)
    reports = workpage.reports(session, rehearsing.KIND, rehearsing.FILE, rehearsing.LIST)
    if reports:
        job = workpage.chosen(
            reports, _("Shown rehearsal"), lambda job: f"{_('Plan')} {job.wish.plan}"
        )
        _report(session, job)
    else:
        look.note(
            _(
                "The plan is played again and again with numbers of people, roads, permissions, "
                "weather and breakdowns as the scenario's `uncertainty:` spreads them; movements "
                "wait, take another way, turn back or give up, as dispatchers would."
            )
        )


def _start(session: Session, scenario: Scenario) -> None:
    if scenario.uncertainty is None:
        look.banner(
            "wait",
            _("The scenario says of nothing that it is unsure."),
            _("Write `uncertainty:` into its text; the shipped crises show how."),
        )
    runs = {run.number: run for run in reversed(session.runs)}
    left, middle, right = st.columns([4, 4, 2], vertical_alignment="bottom")
    with left:
        st.selectbox(
            _("Which plan"), list(runs), key="rehearsal_plan", format_func=lambda n: runs[n].label
        )
    with middle:
        st.select_slider(
            _("How many draws"), list(DRAWS), value=200, key="rehearsal_draws",
            persist_state="session", format_func=lambda n: f"{n:,}",
        )  # fmt: skip
    with right:
        st.button(
            _("Rehearse"), type="primary", icon=":material/casino:", on_click=_begin,
            args=(session, runs), disabled=scenario.uncertainty is None, width="stretch",
        )  # fmt: skip


def _begin(session: Session, runs: dict[int, Run]) -> None:
    """Wish for what the page says at the moment of the click."""
    said = st.session_state
    run, draws = runs[said["rehearsal_plan"]], int(said["rehearsal_draws"])
    session.begin(
        Wish(
            text=session.text,
            file=session.file,
            title=run.title,
            what_if=run.what_if,
            time_s=round(20 + draws * rehearsing.A_DRAW_S),
            gap=0.0,
            seed=int(said.get("seed", 0)),
            remedies=False,
            kind=rehearsing.KIND,
            plan=run.number,
            draws=draws,
        )
    )


def _report(session: Session, job: Job) -> None:
    told = rehearsing.read(job)
    if told is None:
        return
    look.lead(rehearsed.sentence(told), rehearsed.base(told))
    workpage.remarks(session, job, stopped=told["stopped"])
    tell.switch()
    tell.table(rehearsed.figures(told))
    names = [_("Over time"), _("What matters"), _("What breaks it"), _("Load by load")]
    tabs = st.tabs(names, key="rehearsal_tab", on_change="rerun")
    for tab, draw in zip(tabs, (_fan, _levers, _causes, _loads), strict=True):
        if tab.open:
            with tab:
                draw(told)
    workpage.downloads(job, "rehearsal")


def _fan(told: dict[str, Any]) -> None:
    from planner.charts.rehearsal import fan_chart

    tell.chart(lambda: fan_chart(told), lambda: rehearsed.fan(told))
    look.note(
        _(
            "Numbers of people differ from draw to draw: more people want to go in some than in "
            "others."
        )
    )


def _levers(told: dict[str, Any]) -> None:
    from planner.charts.rehearsal import tornado_chart

    words = {
        "left": _("people left behind"),
        "evacuated": _("people out"),
        "harm": _("expected casualties"),
    }
    measure = st.segmented_control(
        _("Measured by"), MEASURES, default="left", key="rehearsal_measure",
        format_func=lambda name: words[name],
    )  # fmt: skip
    chosen = measure or "left"
    if not told["tornado"]:
        look.note(_("Too few draws to tell one thing from another."))
        return
    tell.chart(
        lambda: tornado_chart(told, chosen), lambda: rehearsed.levers(told, chosen), CHART_PX
    )
    look.note(
        _(
            "Means of the fifth of the draws in which a thing was lowest, and of the fifth in "
            "which it was highest; of events, of the draws without and with it."
        )
    )


def _causes(told: dict[str, Any]) -> None:
    tell.table(rehearsed.causes(told), height=320)
    look.note(
        _(
            "In draws: where it stopped a movement, or cost it an hour or more. Then, of the "
            "average draw, movements hit, hours lost, people whose ride was called off."
        )
    )
    look.heading(_("What it costs"))
    tell.table(rehearsed.costs(told), height=320)
    look.note(
        _(
            "Where it came, some of those draws were played again without it: the difference, and "
            "two standard errors of it."
        )
    )


def _loads(told: dict[str, Any]) -> None:
    tell.table(rehearsed.loads(told), height=460)
    look.note(
        _("In time: everyone off board at most {minutes} min later than planned.").format(
            minutes=told["in_time_s"] // 60
        )
    )


render()
