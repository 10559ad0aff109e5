"""Page: one plan: figures, map over time, curve, convoys, movements, who is left behind, proof."""

from __future__ import annotations

import streamlit as st

from planner import charts
from planner.cli.text import awaited_lines
from planner.ui import look, tables
from planner.ui.session import Run, Session, current
from planner.ui.time_map import time_map
from planner.verify import Verdict

TABS = ("Map", "Curve", "Convoys", "Movements", "People", "Left behind", "Proof")
GANTT_PX = 520


def render() -> None:
    """The whole page."""
    session = current()
    if not session.runs:
        look.title("Result")
        look.banner("plain", "No plan yet.", "Make one on the page Plan.")
        return
    run = choose(session)
    verdict = run.verdict
    standing(verdict)
    headline(verdict)
    tabs = st.tabs(TABS, key="result_tab", on_change="rerun")
    shows = (_map, _curve, _convoys, _movements, _people, _left, _proof)
    for tab, show in zip(tabs, shows, strict=True):
        if tab.open:
            with tab:
                show(session, run)


def choose(session: Session) -> Run:
    """The heading with the choice among the plans made in this window."""
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    numbers = [run.number for run in reversed(session.runs)]
    labels = {run.number: run.label for run in session.runs}
    shown = session.run()
    with right:
        number = st.selectbox(
            "Plan",
            numbers,
            index=numbers.index(shown.number) if shown else 0,
            format_func=lambda number: labels[number],
            label_visibility="collapsed",
        )
    session.shown = number
    run = session.run(number)
    assert run is not None  # the number comes out of the list
    told = {
        "VERIFIED": "VERIFIED: replayed in true time by a second program, no rule is broken",
        "CONDITIONAL": "CONDITIONAL: no rule is broken, but it awaits somebody's yes",
        "FAILED": "FAILED",
    }
    with left:
        note = f"what-if: {run.case} · {told[run.verdict.status]}"
        look.title(run.verdict.scenario.title, note)
    return run


def standing(verdict: Verdict) -> None:
    """A plan that fails or waits for a yes says so in a banner that cannot be overlooked."""
    if verdict.status == "FAILED":
        lines = [str(breach) for breach in verdict.violations[:5]]
        look.banner("bad", "FAILED: this plan breaks rules. Do not use it.", lines=lines)
    elif verdict.status == "CONDITIONAL":
        lines = awaited_lines(verdict)
        look.banner("wait", "NOT AUTHORISED: this plan awaits", lines=lines)


def headline(verdict: Verdict) -> None:
    """The row of headline figures."""
    shown = tables.headline(verdict)
    look.figures((label, value, "", "") for label, value in shown.items())


def _map(session: Session, run: Run) -> None:
    time_map([run], key=f"one-{run.number}", height=410)


def _curve(session: Session, run: Run) -> None:
    st.vega_lite_chart(charts.evacuation_curve(run.verdict), width="stretch", theme=None)


def _convoys(session: Session, run: Run) -> None:
    fleets = {fleet.id: fleet.label for fleet in run.verdict.scenario.fleets}
    used = [fleet for fleet in fleets if any(s.fleet == fleet for s in run.verdict.plan.sorties)]
    if not used:
        look.note("No vehicle moves.")
        return
    fleet = st.selectbox("Fleet", used, format_func=lambda name: fleets[name])
    with st.container(height=GANTT_PX, border=False):
        st.vega_lite_chart(charts.convoy_gantt(run.verdict, fleet), width="stretch", theme=None)


def _movements(session: Session, run: Run) -> None:
    frame = tables.sorties(run.verdict)
    loaded = st.toggle("Only movements with people on board", value=True)
    shown = frame[frame["people"] > 0] if loaded and len(frame) else frame
    look.note(f"{len(shown):,} movements")
    st.dataframe(shown, hide_index=True, width="stretch", height=460)


def _people(session: Session, run: Run) -> None:
    st.dataframe(tables.groups(run.verdict), hide_index=True, width="stretch")


def _left(session: Session, run: Run) -> None:
    rows = tables.left_behind(run.verdict)
    if not rows:
        look.banner("good", "Nobody is left behind.")
        return
    look.table(tables.LEFT_COLUMNS, rows, right=(1, 4, 5))
    look.note("Those who stay by choice stand last; no objective counts them.")


def _proof(session: Session, run: Run) -> None:
    verdict = run.verdict
    st.dataframe(tables.levels(verdict), hide_index=True, width="stretch")
    if verdict.violations:
        st.dataframe(tables.violations(verdict), hide_index=True, width="stretch")
    plan = verdict.plan
    told = f"Status {plan.status}, stopped by {plan.stopped_by}, seed {plan.provenance.seed}."
    look.note(f"{told} {run.ending.wall_s:.0f} s, {run.ending.peak_rss_mb:,.0f} MB.")
    if verdict.scenario.sanity:
        look.note("Published figures to compare with; they are never used:")
        st.dataframe(
            [{"published": key, "figure": value} for key, value in verdict.scenario.sanity.items()],
            hide_index=True,
        )


render()
