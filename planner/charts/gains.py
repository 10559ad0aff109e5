"""What each change is worth as bars: proven, seen, and the most that it could be."""

from __future__ import annotations

from typing import Any

from planner.charts import palette
from planner.charts.specs import SCHEMA, Spec

MEASURES = (
    ("people_gained", "people more out"),
    ("harm_saved", "expected casualties less"),
    ("arrival_hours_saved", "person-hours until safe less"),
)
"""Key of a row, and what it counts."""
PARTS = {"proven": palette.GREEN, "seen, not proven": palette.SKY, "worse": palette.VERMILLION}
MOST = "at most"
Row = dict[str, Any]


def gain_rows(rows: list[Row], at_most: int = 20) -> list[Row]:
    """The rows worth drawing, in their order: searched, or not searched with something to gain."""
    return [row for row in rows if not row["screened"]][:at_most]


def gain_parts(row: Row, key: str) -> list[tuple[str, float, float]]:
    """(part, from, to) of one bar: proven from zero, then what was only seen; a loss on its own."""
    seen, least = row[key], row[f"{key}_at_least"] or 0.0
    if seen is None:
        return []
    if seen < 0:
        return [("worse", 0.0, float(seen))]
    parts = [("proven", 0.0, float(least)), ("seen, not proven", float(least), float(seen))]
    return [part for part in parts if part[2] > part[1]]


def gain_bars(rows: list[Row]) -> Spec:
    """Bars by change, a panel each for people, harm and hours, in the order of the rows.

    ``rows`` as ``planner worth --json`` has them under ``candidates``.
    """
    shown = gain_rows(rows)
    order = [row["what"] for row in shown]
    return {
        "$schema": SCHEMA,
        "hconcat": [_panel(shown, order, *measure) for measure in MEASURES],
        "resolve": {"scale": {"y": "shared"}},
    }


def _panel(rows: list[Row], order: list[str], key: str, title: str) -> Spec:
    bars = [
        {"what": row["what"], "from": start, "to": end, "part": part}
        for row in rows
        for part, start, end in gain_parts(row, key)
    ]
    limits = [
        {"what": row["what"], "from": 0.0, "to": row[f"{key}_at_most"], "part": MOST}
        for row in rows
        if row[f"{key}_at_most"] is not None
    ]
    names = {"title": None, "labelLimit": 260, "labelOverlap": False, "labelFlush": False}
    axis = names if key == MEASURES[0][0] else None
    y = {"field": "what", "type": "nominal", "sort": order, "axis": axis}
    x = {"field": "from", "type": "quantitative", "axis": {"title": title}}
    tooltip = [
        {"field": "what", "title": "change"},
        {"field": "part", "title": "what is known"},
        {"field": "to", "title": title, "type": "quantitative"},
    ]
    colour = {
        "field": "part",
        "type": "nominal",
        "scale": {"domain": list(PARTS), "range": list(PARTS.values())},
        "legend": {"title": None, "orient": "top"},
    }
    outline = {
        "type": "bar", "height": 13, "fillOpacity": 0, "stroke": "#888888", "strokeDash": [3, 2],
    }  # fmt: skip
    layers = [
        ({"type": "bar", "height": 9}, bars, {"color": colour}),
        (outline, limits, {}),
    ]
    return {
        "width": 220,
        "height": {"step": 18},
        "layer": [
            {
                "data": {"values": values},
                "mark": mark,
                "encoding": {"x": x, "x2": {"field": "to"}, "y": y, "tooltip": tooltip, **more},
            }
            for mark, values, more in layers
        ],
    }
