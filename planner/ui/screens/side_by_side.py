"""Page: two plans side by side."""

from __future__ import annotations

import streamlit as st

from planner import charts, compare
from planner.ui import look, tables
from planner.ui.session import BASE, Run, Session, current
from planner.ui.time_map import time_map


def render() -> None:
    """The whole page."""
    session = current()
    if len(session.runs) < 2:
        look.title("Side by side")
        look.banner("plain", "Two plans are needed.", "Make the base and a what-if on page Plan.")
        return
    first, second = _choose(session)
    if first.number == second.number:
        look.banner("plain", "Choose two different plans.")
        return
    _figures(first, second)
    maps, curves, numbers = st.tabs(["Maps", "Curves", "Figures"], key="pair", on_change="rerun")
    if maps.open:
        with maps:
            time_map([first, second], key=f"pair-{first.number}-{second.number}", height=370)
    if curves.open:
        with curves:
            _curves(first, second)
    if numbers.open:
        with numbers:
            frame = compare.compare(first.verdict, second.verdict)
            st.dataframe(frame, hide_index=True, width="stretch", height=460)


def _choose(session: Session) -> tuple[Run, Run]:
    runs = {run.number: run for run in session.runs}
    numbers = list(runs)
    bases = [number for number in numbers if runs[number].case == BASE]
    first_default = bases[-1] if bases else numbers[0]
    others = [number for number in numbers if number != first_default]
    columns = st.columns(2)
    chosen = []
    for column, label, default in zip(
        columns, ("Left", "Right"), (first_default, others[-1]), strict=True
    ):
        number = column.selectbox(
            label,
            numbers,
            index=numbers.index(default),
            format_func=lambda number: runs[number].label,
            key=f"side-{label}-{session.count}",
            label_visibility="collapsed",
        )
        chosen.append(runs[number])
    return chosen[0], chosen[1]


def _figures(first: Run, second: Run) -> None:
    a, b = first.verdict, second.verdict
    for column, verdict in zip(st.columns(2, gap="medium"), (a, b), strict=True):
        with column:
            if verdict.status == "FAILED":
                look.banner("bad", "FAILED: do not use.")
            elif verdict.status == "CONDITIONAL":
                awaited = ", ".join(verdict.figures.conditional_on)
                look.banner("wait", "NOT AUTHORISED: awaits", awaited)
            else:
                look.banner("good", "VERIFIED.")
            shown = tables.headline(verdict)
            look.figures(
                (label, shown[label], *(_delta(label, first, second) if verdict is b else ("", "")))
                for label in ("Out", "Left behind", "Last one safe", "Expected casualties")
            )


def _delta(label: str, first: Run, second: Run) -> tuple[str, str]:
    """The difference to the left plan with its sign, and whether it is good or bad."""
    a, b = first.verdict.figures, second.verdict.figures
    differences = {
        "Out": float(b.evacuated - a.evacuated),
        "Left behind": float((b.left_behind - b.unwilling) - (a.left_behind - a.unwilling)),
        "Last one safe": round((b.clearance_s - a.clearance_s) / 3600, 1),
        "Expected casualties": round(b.levels.get("harm", 0.0) - a.levels.get("harm", 0.0), 2),
    }
    found = differences[label]
    if not found:
        return "no difference", ""
    kind = "good" if (found > 0) == (label == "Out") else "bad"
    unit = " h" if label == "Last one safe" else ""
    return f"{found:+,.10g}{unit}", kind


def _curves(first: Run, second: Run) -> None:
    for column, run in zip(st.columns(2, gap="medium"), (first, second), strict=True):
        with column:
            look.note(run.label)
            spec = charts.evacuation_curve(run.verdict)
            st.vega_lite_chart(spec, width="stretch", theme=None)


render()
