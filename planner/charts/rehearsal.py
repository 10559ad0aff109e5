"""What a rehearsal found as charts: the fan of people out over time, and the tornado of causes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from planner.charts import palette
from planner.charts.specs import SCHEMA, Spec, time_axis

Row = dict[str, Any]
BANDS = (("p5", "p95", "9 of 10 draws"), ("p25", "p75", "half of the draws"))
"""Lower and upper quantile of each band, and what it is called."""
BAND_COLOURS = {"9 of 10 draws": "#c6dbef", "half of the draws": "#7fb1d8"}
LINES = {"median": palette.BLUE, "as planned": palette.VERMILLION}
MOST_BARS, LEAST_BARS = 14, 4
LOW, HIGH = "low, or it does not happen", "high, or it happens"
SIDES = {LOW: palette.SKY, HIGH: palette.ORANGE}


def local_clock(told: Row, at_s: int) -> str:
    """Local clock time of a moment of a report, on the UTC axis that charts use."""
    start, zone = datetime.fromisoformat(told["start"]), ZoneInfo(told["timezone"])
    moment = (start.astimezone(ZoneInfo("UTC")) + timedelta(seconds=at_s)).astimezone(zone)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def fan_chart(told: Row) -> Spec:
    """People safe over time: bands of the draws, their median, and the plan as it was made."""
    rows = [{**row, "local": local_clock(told, row["at_s"])} for row in told["fan"]]
    bands = [
        {"local": r["local"], "low": r[low], "high": r[high], "band": name}
        for low, high, name in BANDS
        for r in rows
    ]
    lines = [
        {"local": row["local"], "persons": row[key], "line": name}
        for key, name in (("p50", "median"), ("plan", "as planned"))
        for row in rows
    ]
    x = time_axis("local", f"local time ({told['timezone']})")
    return {
        "$schema": SCHEMA,
        "width": "container",
        "height": 300,
        "layer": [
            {
                "data": {"values": bands},
                "mark": {"type": "area", "interpolate": "step-after"},
                "encoding": {
                    "x": x,
                    "y": {"field": "low", "type": "quantitative", "axis": {"title": "people out"}},
                    "y2": {"field": "high"},
                    "color": _legend("band", BAND_COLOURS),
                },
            },
            {
                "data": {"values": lines},
                "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
                "encoding": {
                    "x": x,
                    "y": {"field": "persons", "type": "quantitative"},
                    "stroke": _legend("line", LINES),
                    "strokeDash": {
                        "field": "line",
                        "type": "nominal",
                        "scale": {"domain": list(LINES), "range": [[1, 0], [5, 3]]},
                        "legend": {"title": None, "orient": "top"},
                    },
                },
            },
        ],
        "resolve": {"scale": {"color": "independent", "stroke": "independent"}},
    }


def _legend(field: str, colours: dict[str, str]) -> Spec:
    return {
        "field": field,
        "type": "nominal",
        "scale": {"domain": list(colours), "range": list(colours.values())},
        "legend": {"title": None, "orient": "top"},
    }


def tornado_rows(told: Row, measure: str = "left") -> list[Row]:
    """The levers that move a figure most: label, low, high and the standard error between them.

    ``measure``: left, evacuated or harm. What two standard errors cover is left out as long as
    there are ``LEAST_BARS`` without it: it cannot be told from chance.
    """
    rows = [
        {
            "label": row["label"] if row["kind"] != "people" else "number of people",
            "kind": row["kind"],
            "low": row[f"{measure}_low"],
            "high": row[f"{measure}_high"],
            "error": row[f"{measure}_error"],
        }
        for row in told["tornado"]
    ]
    rows.sort(key=lambda row: (-abs(row["high"] - row["low"]), row["label"]))
    sure = [row for row in rows if abs(row["high"] - row["low"]) > 2 * row["error"]]
    return (sure if len(sure) >= LEAST_BARS else rows[:LEAST_BARS])[:MOST_BARS]


MEASURE_WORDS = {
    "left": "people left behind, mean",
    "evacuated": "people out, mean",
    "harm": "expected casualties, mean",
}


def tornado_chart(told: Row, measure: str = "left") -> Spec:
    """Bars from the mean of all draws to the mean where a lever was low, and where it was high."""
    rows = tornado_rows(told, measure)
    middle = told["figures"][measure]["mean"] if measure in told["figures"] else 0.0
    values = [
        {"label": row["label"], "side": side, "from": middle, "to": row[key]}
        for row in rows
        for side, key in ((LOW, "low"), (HIGH, "high"))
    ]
    return {
        "$schema": SCHEMA,
        "width": "container",
        "height": {"step": 22},
        "layer": [
            {
                "data": {"values": values},
                "mark": {"type": "bar", "height": 14, "opacity": 0.85},
                "encoding": {
                    "y": {
                        "field": "label",
                        "type": "nominal",
                        "sort": [row["label"] for row in rows],
                        "axis": {"title": None, "labelLimit": 260},
                    },
                    "x": {
                        "field": "from",
                        "type": "quantitative",
                        "scale": {"zero": False},
                        "axis": {"title": MEASURE_WORDS[measure]},
                    },
                    "x2": {"field": "to"},
                    "color": _legend("side", SIDES),
                    "tooltip": [
                        {"field": "label", "title": "what"},
                        {"field": "side", "title": "where it is"},
                        {"field": "to", "title": MEASURE_WORDS[measure], "format": ",.1f"},
                    ],
                },
            },
            {
                "data": {"values": [{"mean": middle}]},
                "mark": {"type": "rule", "color": palette.BLACK, "strokeDash": [3, 2]},
                "encoding": {"x": {"field": "mean", "type": "quantitative"}},
            },
        ],
    }
