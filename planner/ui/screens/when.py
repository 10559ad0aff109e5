"""Page: go, wait or stay: start date after start date planned and played through draws."""

from __future__ import annotations

from typing import Any

import streamlit as st

from planner.scenario import Scenario
from planner.ui import look, timing, workpage
from planner.ui.result import dates, tell
from planner.ui.runner import Job, Wish
from planner.ui.session import BASE, Session, current
from planner.ui.words import _, counted, duration, limit_word, moment
from planner.units import HOUR_S

DRAWS = (0, 20, 50, 100, 200, 500)
EACH_S = {"5 s": 5, "10 s": 10, "20 s": 20, "60 s": 60, "2 min": 120}


def render() -> None:
    """The whole page."""
    session = current()
    scenario = workpage.head(
        session, _("When: go, wait or stay"), impossible=_("No date can be tried.")
    )
    if scenario is not None:
        _start(session, scenario)
    workpage.under_way(session)
    reports = workpage.reports(session, timing.KIND, timing.FILE, timing.LIST)
    if reports:
        _report(session, workpage.chosen(reports, _("Shown dates"), lambda job: _case(job)))
    elif not session.jobs:
        look.note(
            _(
                "Each date is planned as if nobody moved before it, and its plan is played through "
                "the same draws of what nobody knows for sure. What waiting costs, which way is "
                "lost by when, and which of the scenario's triggers have fired is told beside."
            )
        )


def _case(job: Job) -> str:
    return job.wish.what_if or BASE


# ------------------------------------------------------------------ start


def _start(session: Session, scenario: Scenario) -> None:
    columns = st.columns([4, 4, 2, 1.5, 2], vertical_alignment="bottom")
    with columns[0]:
        workpage.case(scenario, "when_case")
    # Options differ from scenario to scenario; what is out of them would be refused.
    mark = f"{scenario.horizon_s}-{scenario.local(0):%Y%m%d%H%M}"
    with columns[2]:
        step_h = _step(scenario, mark)
    with columns[1]:
        options = timing.starts(0, scenario.horizon_s - HOUR_S, step_h)
        if len(options) > 1:
            st.select_slider(
                _("From the first to the last date"), options, value=(options[0], options[-1]),
                key=f"when_span-{mark}-{step_h}", persist_state="session",
                format_func=lambda at_s: moment(scenario, at_s),
            )  # fmt: skip
        else:
            look.note(_("One date: {when}").format(when=moment(scenario, options[0])))
    with columns[3], st.popover(_("More"), icon=":material/tune:", width="stretch"):
        _more(scenario, mark, options)
    starts = _chosen_starts(mark, step_h, options)
    with columns[4]:
        st.button(
            _("Try the dates"), type="primary", icon=":material/event:", on_click=_begin,
            args=(session, scenario.title, mark, step_h, options), width="stretch",
        )  # fmt: skip
    draws = _draws(scenario)
    most = timing.about_s(len(starts), draws, _each())
    told = [counted("{n} date", "{n} dates", len(starts))]
    told += [counted("{n} draw of each", "{n} draws of each", draws)]
    told += [_("about {time}").format(time=duration(60 * -(-most // 60)))]
    look.note(" · ".join(told))
    if scenario.uncertainty is None:
        look.note(
            _("The scenario says of nothing that it is unsure: dates are planned, not played.")
        )


def _step(scenario: Scenario, mark: str) -> int:
    steps = [h for h in timing.STEPS_H if h * HOUR_S < scenario.horizon_s] or [1]
    words = {24: _("a day")}
    return int(
        st.selectbox(
            _("A date every"), steps, index=steps.index(timing.usual_step(scenario)),
            key=f"when_step-{mark}", persist_state="session",
            format_func=lambda h: words.get(h, duration(h * HOUR_S)),
        )
    )  # fmt: skip


def _more(scenario: Scenario, mark: str, options: list[int]) -> None:
    st.select_slider(
        _("How many draws"), list(DRAWS), value=100, key="when_draws", persist_state="session",
        disabled=scenario.uncertainty is None,
    )  # fmt: skip
    st.select_slider(
        _("Longest search for one date"), list(EACH_S), value="20 s", key="when_each",
        persist_state="session", format_func=limit_word(EACH_S),
    )  # fmt: skip
    st.selectbox(
        _("The present moment, for the triggers"), options, key=f"when_now-{mark}",
        format_func=lambda at_s: moment(scenario, at_s), persist_state="session",
    )  # fmt: skip


def _draws(scenario: Scenario) -> int:
    return 0 if scenario.uncertainty is None else int(st.session_state.get("when_draws", 100))


def _each() -> int:
    return EACH_S[st.session_state.get("when_each", "20 s")]


def _chosen_starts(mark: str, step_h: int, options: list[int]) -> list[int]:
    first, last = st.session_state.get(f"when_span-{mark}-{step_h}", (options[0], options[-1]))
    return timing.starts(first, last, step_h)


def _begin(session: Session, title: str, mark: str, step_h: int, options: list[int]) -> None:
    """Wish for what the page says at the moment of the click."""
    said = st.session_state
    case = said["when_case"] or BASE
    scenario = session.check().scenario
    if scenario is None:
        return
    starts, draws = _chosen_starts(mark, step_h, options), _draws(scenario)
    now = said.get(f"when_now-{mark}") or 0
    session.begin(
        Wish(
            text=session.text, file=session.file, title=title,
            what_if=None if case == BASE else case,
            time_s=timing.about_s(len(starts), draws, _each()),
            gap=0.005, seed=int(said.get("seed", 0)), remedies=False, kind=timing.KIND,
            draws=draws, asked={"starts": starts, "now": now, "each": _each()},
        )
    )  # fmt: skip


# ------------------------------------------------------------------ result


def _report(session: Session, job: Job) -> None:
    told = timing.read(job)
    if told is None:
        return
    look.lead(dates.lead(told), " ".join([dates.going(told), dates.base(told)]))
    workpage.remarks(session, job, stopped=told["partial"])
    if dates.is_cut_short(told):
        look.banner(
            "wait", _("A later date leaves fewer people behind than an earlier one."),
            _(
                "Whoever begins earlier can follow that plan as well: the search of the earlier "
                "date was too short. Give each date more time."
            ),
        )  # fmt: skip
    _triggers(told)
    look.points(dates.further(told))
    tell.switch()
    names = [_("Dates"), _("Picture"), _("What is lost when")]
    tabs = st.tabs(names, key="when_tab", on_change="rerun")
    for tab, draw in zip(tabs, (_table, _picture, _calendar), strict=True):
        if tab.open:
            with tab:
                draw(told)
    workpage.downloads(job, "dates", [(_("The table as CSV"), "dates.csv")])


def _triggers(told: dict[str, Any]) -> None:
    at = dates.when(told["now"])
    yes, no = dates.fired(told)
    if yes:
        look.banner("wait", _("Fired at {when}:").format(when=at), lines=yes)
    elif no:
        look.banner("plain", _("No trigger has fired at {when}.").format(when=at), lines=no)
    else:
        look.banner(
            "plain", _("No triggers are set."),
            _("Write “triggers:” into the scenario; the shipped crises show how."),
        )  # fmt: skip


def _table(told: dict[str, Any]) -> None:
    tell.table(dates.table(told))
    look.note(
        _(
            "Casualties are those of the whole time, while everybody waits for the date included. "
            "Safe: share of the draws in which at most 5 % fewer get out than by beginning first."
        )
    )


def _picture(told: dict[str, Any]) -> None:
    from planner.charts.dates import harm_chart, people_chart

    rows = dates.chart_rows(told)
    tell.chart(lambda: people_chart(rows), lambda: dates.table(told))
    if not tell.as_tables():
        look.note(_("Bars: as planned; lines: 9 of 10 draws, their median across."))
        tell.chart(lambda: harm_chart(rows, told["harm_of_staying"]), lambda: dates.table(told))


def _calendar(told: dict[str, Any]) -> None:
    heads = [dates.when(row["start"]) for row in told["dates"]]
    look.calendar(_("What is lost when"), heads, dates.calendar(told))
    look.note(
        _(
            "Closed: nobody can use it at any time of the 24 hours from that date. What never "
            "happens at these dates is left out."
        )
    )


render()
