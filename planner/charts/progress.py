"""How a search came along: value and bound of each level over the seconds."""

from __future__ import annotations

from typing import Any

from planner.charts import palette
from planner.charts.specs import SCHEMA, Spec

VALUE, BOUND = "best so far", "proven bound"
Row = dict[str, Any]


def search_rows(history: list[Row], words: dict[str, str] | None = None) -> list[Row]:
    """Points of the curves: seconds, level, series, value; news that say nothing new left out.

    ``history``: rows with elapsed_s, level, value, bound and gap, as the desk's worker keeps them.
    A bound further off than the value itself is left out: it would flatten everything else.
    """
    rows: list[Row] = []
    last: dict[tuple[str, str], float] = {}
    for entry in history:
        level = str((words or {}).get(entry["level"], entry["level"]))
        near = entry.get("gap") is not None and entry["gap"] <= 1
        for series, value in ((VALUE, entry["value"]), (BOUND, entry["bound"] if near else None)):
            if value is None or last.get((level, series)) == value:
                continue
            last[level, series] = value
            rows.append(
                {"s": round(entry["elapsed_s"], 1), "level": level, "series": series,
                 "value": value}
            )  # fmt: skip
    ends = history[-1]["elapsed_s"] if history else 0.0
    rows += [
        {"s": round(ends, 1), "level": level, "series": series, "value": value}
        for (level, series), value in last.items()
    ]
    return rows


def search_curve(history: list[Row], words: dict[str, str] | None = None) -> Spec:
    """A small picture a level: the value comes down, the bound goes up, between them the gap."""
    rows = search_rows(history, words)
    levels = list(dict.fromkeys(row["level"] for row in rows))
    series = {
        "field": "series",
        "type": "nominal",
        "scale": {"domain": [VALUE, BOUND], "range": [palette.BLUE, palette.VERMILLION]},
        "legend": {"title": None, "orient": "top"},
    }
    dash = {
        "field": "series",
        "type": "nominal",
        "scale": {"domain": [VALUE, BOUND], "range": [[1, 0], [5, 3]]},
        "legend": {"title": None, "orient": "top"},
    }
    return {
        "$schema": SCHEMA,
        "data": {"values": rows},
        "facet": {
            "field": "level", "type": "nominal", "sort": levels, "title": None,
            "header": {"labelFontWeight": "bold"},
        },
        "columns": 2,
        "resolve": {"scale": {"y": "independent"}},
        "spec": {
            "width": 250,
            "height": 84,
            "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
            "encoding": {
                "x": {"field": "s", "type": "quantitative", "axis": {"title": "seconds"}},
                "y": {
                    "field": "value", "type": "quantitative", "scale": {"zero": False},
                    "axis": {"title": None, "tickCount": 4},
                },
                "color": series,
                "strokeDash": dash,
            },
        },
    }  # fmt: skip
