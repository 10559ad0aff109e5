"""A robust comparison as files: JSON, tables, a picture, and the base case's plan."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from planner.cells import clean
from planner.charts import palette
from planner.documents import folder as files
from planner.documents import planjson, svg
from planner.documents.curve import nice_step
from planner.plan import Plan

Row = dict[str, Any]
WIDTH = 760.0
_LEFT, _RIGHT, _TOP, _ROW = 190.0, 60.0, 74.0, 44.0
_NAME = 30
_FIRST_DAY = ("start", "what", "vehicle", "from", "to", "persons", "groups", "route")
_CANDIDATES = (
    "number", "label", "chosen", "departures", "alone", "mean", "cvar", "worst", "missed", "harm",
    "max_regret", "max_regret_in", "why_not",
)  # fmt: skip
_CELLS = (
    "candidate", "label", "world", "kind", "left", "heads", "bound", "regret", "missed", "harm",
    "called_off", "verdict", "plan",
)  # fmt: skip
_WORLDS = ("id", "kind", "label", "people", "events", "left", "heads", "bound", "verdict")
SERIES = (
    ("base", "the base plan's first day", palette.VERMILLION, "B"),
    ("robust", "the robust first day", palette.BLUE, "R"),
    ("known", "had one known", palette.GREEN, "K"),
)


def write(folder: Path, told: Row, plan: Plan | None) -> list[Path]:
    """Write everything into the folder and return the paths. OSError where that is impossible."""
    content = {
        "robust.json": json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False) + "\n",
        "first_day.csv": files.csv_text(_FIRST_DAY, map(_spelled, told["first_day"])),
        "candidates.csv": files.csv_text(_CANDIDATES, map(_spelled, told["candidates"]), digits=4),
        "regret.csv": files.csv_text(_CELLS, _cells(told), digits=4),
        "worlds.csv": files.csv_text(_WORLDS, map(_spelled, told["worlds"]), digits=4),
        "robust.svg": robust_svg(told),
    }
    if plan is not None:
        content["plan.json"] = planjson.dumps(plan)
    return files.write(folder, content)


def _spelled(row: Row) -> Row:
    return {
        key: "; ".join(value) if isinstance(value, list) and key in ("groups", "events")
        else "" if value is None else value
        for key, value in row.items()
    }  # fmt: skip


def _cells(told: Row) -> list[Row]:
    return [
        _spelled({**cell, "candidate": row["number"], "label": row["label"]})
        for row in told["candidates"]
        for cell in row["cells"]
    ]


# ------------------------------------------------------------------ the picture


def robust_svg(told: Row) -> str:
    """People left behind by draw: as with the base plan's first day, with the robust one, and had
    one known. A letter stands beside each bar."""
    rows = _rows(told)
    case = f"{told['scenario']}, what-if {told['what_if']}" if told["what_if"] else told["scenario"]
    height = _TOP + _ROW * max(1, len(rows)) + 34
    parts = [
        svg.text((8, 18), f"People left behind, by what is decided on the first day: {case}"[:100],
                 12, font_weight="600"),
        svg.text((8, 33), f"{told['draws']} draws, seed {told['seed']}. Decision support, not "
                 "clearance.", 9, fill="#444"),
        *_legend(),
    ]  # fmt: skip
    if not rows:
        words = "Nothing to compare."
        return svg.document(WIDTH, height, "".join([*parts, svg.text((8, _TOP + 12), words, 10)]))
    most = max(max(values.values()) for _, values in rows)
    step = nice_step(max(1, math.ceil(most)), 5)
    scale = (WIDTH - _LEFT - _RIGHT) / (step * max(1, math.ceil(most / step)))
    parts += _grid(step, scale, _TOP + _ROW * len(rows))
    for number, (name, values) in enumerate(rows):
        parts += _group(_TOP + _ROW * number, name, values, scale)
    return svg.document(WIDTH, height, "".join(parts))


def _rows(told: Row) -> list[tuple[str, dict[str, float]]]:
    """What is shown: each draw, then the mean and the worst share."""
    if told["summary"] is None:
        return []
    base, robust = told["candidates"][0], told["candidates"][told["chosen"]]
    found = []
    for place, world in enumerate(told["worlds"]):
        if world["kind"] == "draw":
            values = (base["cells"][place]["left"], robust["cells"][place]["left"], world["left"])
            what = f": {', '.join(world['events'])}" if world["events"] else ""
            found.append((world["label"] + what, dict(zip(_KEYS, values, strict=True))))
    mean = (base["mean"], robust["mean"],
            sum(values["known"] for _, values in found) / len(found))  # fmt: skip
    return [*found, ("mean of the draws", dict(zip(_KEYS, mean, strict=True)))]


_KEYS = tuple(key for key, *_ in SERIES)


def _legend() -> list[str]:
    parts, x = [], 8.0
    for _, words, colour, sign in SERIES:
        parts.append(svg.element("rect", x=x, y=44, width=12, height=10, fill=colour))
        parts.append(svg.text((x + 16, 53), f"{sign}  {words}", 9))
        x += 40 + 5.2 * len(words)
    return parts


def _grid(step: float, scale: float, bottom: float) -> list[str]:
    parts, value = [], 0.0
    while _LEFT + value * scale <= WIDTH - _RIGHT + 0.5:
        x = _LEFT + value * scale
        parts.append(svg.element("line", x1=x, y1=_TOP - 6, x2=x, y2=bottom, stroke="#ddd",
                                 stroke_width=0.6))  # fmt: skip
        parts.append(svg.text((x, bottom + 14), f"{value:,.10g}", 8, text_anchor="middle"))
        value += step
    return parts


def _group(top: float, name: str, values: dict[str, float], scale: float) -> list[str]:
    words = clean(name)
    words = words if len(words) <= _NAME else words[: _NAME - 1].rstrip() + "…"
    parts = [svg.text((_LEFT - 18, top + 21), words, 9, text_anchor="end")]
    for number, (key, _, colour, sign) in enumerate(SERIES):
        y, wide = top + 12 * number, values[key] * scale
        parts.append(svg.text((_LEFT - 12, y + 8), sign, 7, fill="#222"))
        parts.append(svg.element("rect", x=_LEFT, y=y, width=max(wide, 0.8), height=10,
                                 fill=colour))  # fmt: skip
        parts.append(
            svg.text(
                (_LEFT + wide + 4, y + 8),
                f"{values[key]:,.10g}"
                if values[key] == round(values[key])
                else f"{values[key]:,.1f}",
                8,
            )
        )
    return parts
