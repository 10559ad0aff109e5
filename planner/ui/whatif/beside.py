"""Two plans side by side: one view for both maps, one chart of curves, differences with signs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from planner import charts
from planner.ui import look, tables
from planner.ui.result import tell
from planner.ui.session import Run
from planner.ui.time_map import time_map
from planner.ui.whatif import differences
from planner.ui.words import _

if TYPE_CHECKING:
    from planner.verify import Verdict

KEY = "pair"
MAP_PX = 360


def show(first: Run, second: Run) -> None:
    """Everything about the pair."""
    heads(first, second)
    shows = {
        _("Maps"): _maps,
        _("Curves"): _curves,
        _("By group"): _groups,
        _("What it takes"): _effort,
    }
    tabs = st.tabs(list(shows), key=KEY, on_change="rerun")
    for tab, part in zip(tabs, shows.values(), strict=True):
        if tab.open:
            with tab:
                part(first, second)


def heads(first: Run, second: Run) -> None:
    """Name, check and figures of both, those of the second with their difference."""
    for column, run in zip(st.columns(2, gap="medium"), (first, second), strict=True):
        with column:
            verdict = run.verdict
            look.heading(run.label)
            if verdict.status == "FAILED":
                look.banner("bad", _("FAILED: do not use."))
            elif verdict.status == "CONDITIONAL":
                awaited = ", ".join(verdict.figures.conditional_on)
                look.banner("wait", _("NOT AUTHORISED: awaits"), awaited)
            else:
                look.note(_("Verified: replayed in true time, no rule is broken."))
            look.figures(
                (label, figure, *(change(key, first, second) if run is second else ("", "")))
                for key, label, figure in shown_figures(verdict)
            )


def shown_figures(verdict: Verdict) -> list[tuple[str, str, str]]:
    """(key, label, figure) of the four figures at the head."""
    told = tables.headline(verdict)
    labels = {
        "Out": _("Out"),
        "Left behind": _("Left behind"),
        "Last one safe": _("Last one safe"),
        "Expected casualties": _("Expected casualties"),
    }
    return [(key, label, told[key]) for key, label in labels.items()]


def change(label: str, first: Run, second: Run) -> tuple[str, str]:
    """The difference to the first plan with its sign, and whether it is good or bad."""
    a, b = first.verdict.figures, second.verdict.figures
    found = {
        "Out": float(b.evacuated - a.evacuated),
        "Left behind": float((b.left_behind - b.unwilling) - (a.left_behind - a.unwilling)),
        "Last one safe": round((b.clearance_s - a.clearance_s) / 3600, 1),
        "Expected casualties": round(b.levels.get("harm", 0.0) - a.levels.get("harm", 0.0), 2),
    }[label]
    if not found:
        return _("no difference"), ""
    kind = "good" if (found > 0) == (label == "Out") else "bad"
    unit = " h" if label == "Last one safe" else ""
    return f"{found:+,.10g}{unit}", kind


def _maps(first: Run, second: Run) -> None:
    time_map([first, second], key=f"pair-{first.number}-{second.number}", height=MAP_PX)


def _curves(first: Run, second: Run) -> None:
    names = (first.label, second.label)
    words = (_("local time"), _("people safe"))

    def rows() -> pd.DataFrame:
        return pd.DataFrame(charts.pair_points(first.verdict, second.verdict, names))

    tell.chart(lambda: charts.evacuation_curves(first.verdict, second.verdict, names, words), rows)


def _groups(first: Run, second: Run) -> None:
    frame = differences.by_group(first.verdict, second.verdict)
    heads = {
        "group": _("group"), "people": _("people"), "out_a": _("out, left plan"),
        "out_b": _("out, right plan"), "out_change": _("out, change"),
        "left_a": _("left behind, left plan"), "left_b": _("left behind, right plan"),
        "left_change": _("left behind, change"),
    }  # fmt: skip
    _table(frame, heads)
    look.note(_("Right plan less left plan. Green: better; orange: worse."))


def _effort(first: Run, second: Run) -> None:
    found = differences.effort(first.verdict, second.verdict)
    heading = (_("what"), _("left plan"), _("right plan"), _("change"))
    look.table(
        heading,
        [
            (
                row["what"],
                f"{row['a']:,.10g}",
                f"{row['b']:,.10g}",
                differences.signed(row["change"]),
            )
            for row in found
        ],
        right=(1, 2, 3),
    )
    frame = differences.by_fleet(first.verdict, second.verdict)
    if len(frame):
        heads = {
            "fleet": _("fleet"), "vehicles_a": _("vehicles, left plan"),
            "vehicles_b": _("vehicles, right plan"), "vehicles_change": _("vehicles, change"),
            "hours_a": _("hours, left plan"), "hours_b": _("hours, right plan"),
            "hours_change": _("hours, change"),
        }  # fmt: skip
        _table(frame, heads)


def _table(frame: pd.DataFrame, heads: dict[str, str]) -> None:
    configured = {
        name: st.column_config.TextColumn(head)
        if name in ("group", "fleet")
        else st.column_config.NumberColumn(head)
        for name, head in heads.items()
    }
    st.dataframe(
        differences.styled(frame), hide_index=True, width="stretch", column_config=configured
    )
