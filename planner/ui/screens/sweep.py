"""Page: every what-if in every draw from every date: planned, resumed, a heat map, rows."""

from __future__ import annotations

from typing import Any

import streamlit as st

from planner.scenario import Scenario
from planner.ui import look, sweeping, workpage
from planner.ui.result import sweeps, tell
from planner.ui.runner import Job, Wish
from planner.ui.session import BASE, Session, current, fingerprint
from planner.ui.words import _, counted, duration, limit_word, moment
from planner.units import DAY_S

DRAWS = (0, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
EACH_S = {"2 s": 2, "5 s": 5, "10 s": 10, "20 s": 20, "60 s": 60}


def render() -> None:
    """The whole page."""
    session = current()
    scenario = workpage.head(
        session, _("Sweep: every what-if, draw after draw"), impossible=_("Nothing can be swept.")
    )
    if scenario is not None:
        _start(session, scenario)
    workpage.under_way(session)
    reports = workpage.reports(session, sweeping.KIND, sweeping.FILE, sweeping.LIST)
    if reports:
        _report(session, workpage.chosen(reports, _("Shown sweep"), _name))
    elif not session.jobs:
        look.note(
            _(
                "Each what-if is planned and checked in each draw, on all cores of this machine or "
                "by the workers of a Dask scheduler. What is done is kept: a sweep that was "
                "stopped, or whose process died, goes on where it ended when it is asked for again."
            )
        )


def _name(job: Job) -> str:
    asked = job.wish.asked
    cases = sweeping.count(len(asked["what_ifs"]), job.wish.draws, len(asked["starts"]))
    return counted("{n} case", "{n} cases", cases)


# ------------------------------------------------------------------ start


def _start(session: Session, scenario: Scenario) -> None:
    names = [BASE, *scenario.what_ifs]
    # Options differ from scenario to scenario; what is out of them would be refused.
    mark = f"{scenario.horizon_s}-{fingerprint(' '.join(names))[:8]}"
    columns = st.columns([5, 3, 1.5, 2], vertical_alignment="bottom")
    with columns[0]:
        st.multiselect(
            _("Which what-ifs"), names, default=names, key=f"sweep_cases-{mark}",
            persist_state="session",
            format_func=lambda name: _("the scenario as it is written") if name == BASE else name,
        )  # fmt: skip
    with columns[1]:
        if scenario.uncertainty is None:
            look.note(_("The scenario says of nothing that it is unsure."))
        else:
            st.select_slider(
                _("How many draws"), list(DRAWS), value=5, key="sweep_draws",
                persist_state="session", format_func=lambda n: f"{n:,}",
            )  # fmt: skip
    with columns[2], st.popover(_("More"), icon=":material/tune:", width="stretch"):
        _more(scenario, mark)
    what_ifs, draws, starts = _chosen(scenario, mark)
    with columns[3]:
        st.button(
            _("Sweep"), type="primary", icon=":material/grid_on:", on_click=_begin,
            args=(session, scenario, mark), disabled=not what_ifs, width="stretch",
        )  # fmt: skip
    cases = sweeping.count(len(what_ifs), draws, len(starts))
    most = duration(60 * -(-sweeping.about_s(cases, _each()) // 60))
    look.note(
        " · ".join(
            [
                counted("{n} case", "{n} cases", cases),
                counted("{n} date", "{n} dates", len(starts)),
                _("about {time} on this machine").format(time=most),
            ]
        )
    )


def _more(scenario: Scenario, mark: str) -> None:
    days = list(range(0, scenario.horizon_s, DAY_S))
    st.multiselect(
        _("From which dates"), days, default=days[:1], key=f"sweep_dates-{mark}",
        format_func=lambda at_s: moment(scenario, at_s), persist_state="session",
    )  # fmt: skip
    st.select_slider(
        _("Longest search for one case"), list(EACH_S), value="5 s", key="sweep_each",
        persist_state="session", format_func=limit_word(EACH_S),
    )  # fmt: skip
    address = st.text_input(
        _("Address of a Dask scheduler; empty: this machine's cores"), key="sweep_scheduler",
        placeholder="tcp://10.0.0.1:8786", persist_state="session", max_chars=200,
    )  # fmt: skip
    if _address() is None:
        look.banner("bad", _("Not an address:"), _("write tcp://HOST:PORT or tls://HOST:PORT"))
    elif address:
        look.note(
            _(
                "The scenario goes to that machine. Dask executes what it is sent: use a network "
                "that nobody else is on, or tls://."
            )
        )


def _chosen(scenario: Scenario, mark: str) -> tuple[list[str | None], int, list[int]]:
    """(what-ifs, draws, start dates) as the page says them now."""
    said = st.session_state
    names = said.get(f"sweep_cases-{mark}", [])
    what_ifs = [None if name == BASE else name for name in names]
    draws = int(said.get("sweep_draws", 0)) if scenario.uncertainty else 0
    return what_ifs, draws, sorted(said.get(f"sweep_dates-{mark}") or [0])


def _each() -> int:
    return EACH_S[st.session_state.get("sweep_each", "5 s")]


def _address() -> str | None:
    """The scheduler's address, '' for none; None where it is no address."""
    text = str(st.session_state.get("sweep_scheduler") or "").strip()
    if not text:
        return ""
    from planner.sweep.ground import address_of

    try:
        return address_of(text)
    except ValueError:
        return None


def _begin(session: Session, scenario: Scenario, mark: str) -> None:
    """Wish for what the page says at the moment of the click."""
    what_ifs, draws, starts = _chosen(scenario, mark)
    scheduler = _address()
    if scheduler is None or not what_ifs:
        session.told = _("Not an address: write tcp://HOST:PORT or tls://HOST:PORT")
        return
    cases = sweeping.count(len(what_ifs), draws, len(starts))
    session.begin(
        Wish(
            text=session.text, file=session.file, title=scenario.title, what_if=None,
            time_s=sweeping.about_s(cases, _each()), gap=0.005,
            seed=int(st.session_state.get("seed", 0)), remedies=False, kind=sweeping.KIND,
            draws=draws,
            asked={"what_ifs": what_ifs, "starts": starts, "each": _each(),
                   "scheduler": scheduler},
        )
    )  # fmt: skip


def _go_on(session: Session, wish: Wish) -> None:
    session.begin(wish)


# ------------------------------------------------------------------ result


def _report(session: Session, job: Job) -> None:
    told = sweeping.read(job)
    if told is None:
        return
    look.lead(sweeps.sentence(told), sweeps.base(told))
    workpage.remarks(session, job, stopped=False)
    if told["done"] < told["cases"]:
        left, right = st.columns([5, 1.5], vertical_alignment="center")
        with left:
            look.banner("wait", _("Stopped: this is what was known by then."))
        right.button(
            _("Go on"), icon=":material/resume:", on_click=_go_on, args=(session, job.wish),
            width="stretch", disabled=bool(session.jobs),
        )  # fmt: skip
    tell.switch()
    tabs = st.tabs([_("Heat map"), _("Table")], key="sweep_tab", on_change="rerun")
    for tab, draw in zip(tabs, (_heat, _table), strict=True):
        if tab.open:
            with tab:
                draw(told)
    _without(told)
    workpage.downloads(
        job, "sweep",
        [(_("The rows as Parquet"), "results.parquet"), (_("The rows as CSV"), "results.csv")],
    )  # fmt: skip


def _heat(told: dict[str, Any]) -> None:
    from planner.charts.heat import heat_map

    words = sweeps.measure_words()
    left, right = st.columns([3, 2])
    with left:
        measure = st.segmented_control(
            _("Measured by"), sweeps.MEASURES, default="left_behind", key="sweep_measure",
            format_func=lambda name: words[name],
        )  # fmt: skip
    dates = {cell["start"] for cell in told["cells"]}
    statistic = "mean"
    if len(dates) > 1 and told["draws"] > 1:
        names = sweeps.statistic_words()
        with right:
            statistic = st.segmented_control(
                _("Of the draws"), sweeps.STATISTICS, default="mean", key="sweep_statistic",
                format_func=lambda name: names[name],
            ) or "mean"  # fmt: skip
    shown = measure or "left_behind"
    cells, rows, columns = sweeps.heat(told, shown, statistic)
    tell.chart(lambda: heat_map(cells, rows, columns, words[shown]), lambda: sweeps.table(told))
    look.note(
        _(
            "The darker, the more. People left behind hold those who stay by choice. *: not every "
            "draw was planned; the figure is of those that were."
        )
    )


def _table(told: dict[str, Any]) -> None:
    tell.table(sweeps.table(told))


def _without(told: dict[str, Any]) -> None:
    number = told["done"] - told["planned"]
    if not number:
        return
    head = counted("{n} case without a plan", "{n} cases without a plan", number)
    with st.expander(head):
        look.table((_("case"), _("what came of it"), _("why not")), sweeps.without(told))


render()
