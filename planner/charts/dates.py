"""What each start date brings, as charts: people out, and expected casualties while and after."""

from __future__ import annotations

from typing import Any

from planner.charts import palette
from planner.charts.specs import SCHEMA, Spec

Row = dict[str, Any]
WAITING, AFTER, STAYING = "while all wait", "after that", "if all stay"
HARM_PARTS = {WAITING: palette.VERMILLION, AFTER: palette.ORANGE}


def _x(rows: list[Row]) -> Spec:
    """Dates as names, in their order: they may be any distance apart."""
    return {
        "field": "when",
        "type": "nominal",
        "sort": [row["when"] for row in rows],
        "axis": {"title": None, "labelAngle": -35 if len(rows) > 8 else 0},
    }


def people_chart(rows: list[Row]) -> Spec:
    """Bars: people out as planned; lines: 9 of 10 draws, with the median.

    ``rows``: the report's dates, each with ``when``, its name on the axis.
    """
    x = _x(rows)
    bars = [{"when": row["when"], "people": row["out"]} for row in rows]
    drawn = [{"when": row["when"], **row["drawn"]} for row in rows if row["drawn"]]
    y = {"type": "quantitative", "axis": {"title": "people out"}}
    layers: list[Spec] = [
        {
            "data": {"values": bars},
            "mark": {"type": "bar", "color": palette.SKY, "width": {"band": 0.6}},
            "encoding": {
                "x": x,
                "y": {"field": "people", **y},
                "tooltip": [
                    {"field": "when", "title": "from"},
                    {"field": "people", "title": "as planned", "format": ",d"},
                ],
            },
        }
    ]
    if drawn:
        tips = [
            {"field": "when", "title": "from"},
            {"field": "p50", "title": "median", "format": ",.0f"},
            {"field": "p5", "title": "5 %", "format": ",.0f"},
            {"field": "p95", "title": "95 %", "format": ",.0f"},
        ]
        ink = {"color": palette.VERMILLION}
        layers += [
            {
                "data": {"values": drawn},
                "mark": {"type": "rule", "strokeWidth": 2, **ink},
                "encoding": {"x": x, "y": {"field": "p5", **y}, "y2": {"field": "p95"}},
            },
            {
                "data": {"values": drawn},
                "mark": {"type": "tick", "thickness": 3, "width": {"band": 0.3}, **ink},
                "encoding": {"x": x, "y": {"field": "p50", **y}, "tooltip": tips},
            },
        ]
    return {"$schema": SCHEMA, "width": "container", "height": 230, "layer": layers}


def harm_chart(rows: list[Row], staying: float | None) -> Spec:
    """Bars: casualties expected until the date and after it; dashed: if all stay."""
    parts = [
        {"when": row["when"], "part": part, "order": order, "harm": row[key]}
        for row in rows
        if row["harm"] is not None
        for order, (part, key) in enumerate(((WAITING, "harm_waiting"), (AFTER, "harm_after")))
    ]
    colour = {
        "field": "part",
        "type": "nominal",
        "scale": {"domain": list(HARM_PARTS), "range": list(HARM_PARTS.values())},
        "legend": {"title": None, "orient": "top"},
    }
    y = {"type": "quantitative", "axis": {"title": "expected casualties"}}
    layers: list[Spec] = [
        {
            "data": {"values": parts},
            "mark": {"type": "bar", "width": {"band": 0.6}},
            "encoding": {
                "x": _x(rows),
                "y": {"field": "harm", **y},
                "color": colour,
                "order": {"field": "order"},
                "tooltip": [
                    {"field": "when", "title": "from"},
                    {"field": "part", "title": "phase"},
                    {"field": "harm", "title": "expected casualties", "format": ",.2f"},
                ],
            },
        }
    ]
    if staying is not None:
        line = {"harm": staying, "line": STAYING}
        layers.append(
            {
                "data": {"values": [line]},
                "mark": {"type": "rule", "strokeDash": [6, 4], "strokeWidth": 2},
                "encoding": {
                    "y": {"field": "harm", **y},
                    "stroke": {
                        "field": "line",
                        "type": "nominal",
                        "scale": {"domain": [STAYING], "range": [palette.GREY]},
                        "legend": {"title": None, "orient": "top"},
                    },
                },
            }
        )
    return {"$schema": SCHEMA, "width": "container", "height": 230, "layer": layers}
