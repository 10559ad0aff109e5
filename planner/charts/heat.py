"""Cells in rows and columns, the darker the more, with the figure in each: a heat map."""

from __future__ import annotations

from typing import Any

from planner.charts import palette
from planner.charts.specs import SCHEMA, Spec

Cell = dict[str, Any]
LIGHT, DARK = "#f7fbff", "#08306b"  # one hue: order shows without seeing colours
_ROW_PX = 30


def heat_map(cells: list[Cell], rows: list[str], columns: list[str], measure: str) -> Spec:
    """``cells``: row, column, value (None: there is no plan) and ``told``, the words in it."""
    known = [cell["value"] for cell in cells if cell["value"] is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    values = [
        {**cell, "ink": "white" if _share(cell["value"], low, high) > 0.5 else "black"}
        for cell in cells
    ]
    place = {
        "x": {
            "field": "column", "type": "nominal", "sort": columns,
            "axis": {"title": None, "orient": "top", "labelAngle": 0, "labelLimit": 140},
        },
        "y": {
            "field": "row", "type": "nominal", "sort": rows,
            "axis": {"title": None, "labelLimit": 260},
        },
    }  # fmt: skip
    colour = {
        "field": "value",
        "type": "quantitative",
        "scale": {"domain": [low, high if high > low else low + 1], "range": [LIGHT, DARK]},
        "legend": None,
    }
    tooltip = [
        {"field": "row", "title": "what-if"},
        {"field": "column", "title": "from"},
        {"field": "told", "title": measure},
    ]
    return {
        "$schema": SCHEMA,
        "width": "container",
        "height": {"step": _ROW_PX},
        "data": {"values": values},
        "layer": [
            {
                "transform": [{"filter": "datum.value !== null"}],
                "mark": {"type": "rect", "stroke": palette.GREY, "strokeWidth": 0.5},
                "encoding": {**place, "color": colour, "tooltip": tooltip},
            },
            {
                "transform": [{"filter": "datum.value === null"}],
                "mark": {"type": "rect", "fillOpacity": 0, "stroke": palette.GREY,
                         "strokeDash": [3, 2]},
                "encoding": {**place, "tooltip": tooltip},
            },
            {
                "transform": [{"filter": "datum.value !== null"}],
                "mark": {"type": "text"},
                "encoding": {
                    **place,
                    "text": {"field": "told"},
                    "color": {"field": "ink", "type": "nominal", "scale": None, "legend": None},
                },
            },
            {
                "transform": [{"filter": "datum.value === null"}],
                "mark": {"type": "text", "color": palette.GREY},
                "encoding": {**place, "text": {"field": "told"}},
            },
        ],
        "resolve": {"scale": {"color": "independent"}},
    }  # fmt: skip


def _share(value: float | None, low: float, high: float) -> float:
    return 0.0 if value is None or high <= low else (value - low) / (high - low)
