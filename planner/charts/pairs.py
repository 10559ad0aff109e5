"""Two plans in one chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.charts import palette
from planner.charts.specs import SCHEMA, Spec, clock, evacuation_points, time_axis
from planner.units import HOUR_S

if TYPE_CHECKING:
    from planner.verify import Verdict


def pair_points(a: Verdict, b: Verdict, names: tuple[str, str]) -> list[dict[str, Any]]:
    """Rows with plan, local, t_s and safe of both plans, drawn to the same end."""
    ends_s = min(
        max(a.plan.horizon_s, b.plan.horizon_s),
        max(a.figures.clearance_s, b.figures.clearance_s) + HOUR_S,
    )
    rows = []
    for verdict, name in zip((a, b), names, strict=True):
        points = [row for row in evacuation_points(verdict) if row["t_s"] <= ends_s]
        points.append({**points[-1], "t_s": ends_s, "local": clock(verdict.scenario, ends_s)})
        rows += [
            {"plan": name, "t_s": row["t_s"], "local": row["local"], "safe": row["safe"]}
            for row in points
        ]
    return rows


def evacuation_curves(
    a: Verdict, b: Verdict, names: tuple[str, str], words: tuple[str, str] = ("local time", "safe")
) -> Spec:
    """People safe over time in two plans, over each other; told apart by colour and by dashes.

    ``names`` are what the plans are called, ``words`` the titles of the axes.
    """
    told = tuple(name[:60] for name in names)
    if told[0] == told[1]:
        told = (f"{told[0]} (A)", f"{told[1]} (B)")
    rows = pair_points(a, b, (told[0], told[1]))
    legend = {"title": None, "orient": "top", "labelLimit": 500}
    return {
        "$schema": SCHEMA,
        "width": "container",
        "height": 320,
        "data": {"values": rows},
        "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2.5, "tooltip": True},
        "encoding": {
            "x": time_axis("local", words[0]),
            "y": {"field": "safe", "type": "quantitative", "axis": {"title": words[1]}},
            "color": {
                "field": "plan",
                "type": "nominal",
                "scale": {"domain": list(told), "range": [palette.BLUE, palette.VERMILLION]},
                "legend": legend,
            },
            "strokeDash": {
                "field": "plan",
                "type": "nominal",
                "scale": {"domain": list(told), "range": [[1, 0], [7, 4]]},
                "legend": legend,
            },
        },
    }
