"""An appraisal of start dates as files: JSON, a table, and a picture of what waiting does."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from planner.charts import palette
from planner.documents import folder as files
from planner.documents import svg
from planner.documents.curve import nice_step

Row = dict[str, Any]
WIDTH, HEIGHT = 760.0, 434.0
_LEFT, _RIGHT = 66.0, 20.0
_PEOPLE, _HARM = (66.0, 220.0), (272.0, 400.0)
_COLUMNS = (
    "start", "plan", "verdict", "out", "left", "missed", "harm", "harm_waiting", "harm_after",
    "clearance_s", "drawn_mean", "drawn_p5", "drawn_p50", "drawn_p95", "drawn_harm_mean", "safe",
)  # fmt: skip


def write(folder: Path, told: Row) -> list[Path]:
    """Write everything into the folder and return the paths. OSError where that is impossible."""
    content = {
        "trigger.json": json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False) + "\n",
        "dates.csv": files.csv_text(_COLUMNS, _rows(told), digits=4),
        "dates.svg": dates_svg(told),
    }
    return files.write(folder, content)


def _rows(told: Row) -> list[Row]:
    shares = (told["last_safe"] or {}).get("shares") or [""] * len(told["dates"])
    found = []
    for row, share in zip(told["dates"], shares, strict=True):
        drawn, harm = row["drawn"] or {}, row["drawn_harm"] or {}
        extra = {f"drawn_{key}": drawn.get(key, "") for key in ("mean", "p5", "p50", "p95")}
        extra |= {"drawn_harm_mean": harm.get("mean", ""), "safe": share}
        found.append({**row, **extra, "harm": _or_blank(row["harm"]),
                      "harm_after": _or_blank(row["harm_after"])})  # fmt: skip
    return found


def _or_blank(value: float | None) -> float | str:
    return "" if value is None else value


def dates_svg(told: Row) -> str:
    """Above: people out by start date, as planned and in 9 of 10 draws. Below: casualties expected,
    while everybody waits and after, beside those if all stay."""
    rows = told["dates"]
    case = f"{told['scenario']}, what-if {told['what_if']}" if told["what_if"] else told["scenario"]
    parts = [
        svg.text((8, 18), f"When to begin: {case}"[:96], 12, font_weight="600"),
        svg.text((8, 33), f"{told['draws']:,} draws a date, seed {told['seed']}. Decision support, "
                 "not clearance.", 9, fill="#444"),
    ]  # fmt: skip
    if not rows:
        return svg.document(WIDTH, HEIGHT, "".join([*parts, svg.text((8, 80), "No date.", 10)]))
    parts += _people(rows)
    parts += _harm(rows, told["harm_of_staying"])
    for number, row in enumerate(rows):
        x = _middle(number, len(rows))
        parts.append(svg.text((x, _HARM[1] + 14), row["start"][5:10], 8, text_anchor="middle"))
        parts.append(svg.text((x, _HARM[1] + 24), row["start"][11:16], 7, text_anchor="middle"))
    return svg.document(WIDTH, HEIGHT, "".join(parts))


def _middle(number: int, count: int) -> float:
    return _LEFT + (WIDTH - _LEFT - _RIGHT) * (number + 0.5) / count


def _bar_width(count: int) -> float:
    return min(46.0, (WIDTH - _LEFT - _RIGHT) / count * 0.6)


def _axis(box: tuple[float, float], most: float, title: str) -> tuple[float, list[str]]:
    """Units a pixel and the grid lines."""
    top, bottom = box
    step = nice_step(max(1, math.ceil(most)), 4)
    full = step * -(-most // step) or step
    parts = [svg.text((8, top - 8), title, 9, font_weight="600")]
    value = 0.0
    while value <= full + 1e-9:
        y = bottom - (bottom - top) * value / full
        parts.append(svg.element("line", x1=_LEFT, y1=y, x2=WIDTH - _RIGHT, y2=y, stroke="#ddd",
                                 stroke_width=0.6))  # fmt: skip
        parts.append(svg.text((_LEFT - 6, y + 3), f"{value:,.10g}", 8, text_anchor="end"))
        value += step
    return (bottom - top) / full, parts


def _people(rows: list[Row]) -> list[str]:
    most = max(max(row["out"], (row["drawn"] or {}).get("p95", 0)) for row in rows)
    scale, parts = _axis(_PEOPLE, most, "people out: bar as planned, line 9 of 10 draws")
    bottom, wide = _PEOPLE[1], _bar_width(len(rows))
    for number, row in enumerate(rows):
        x, high = _middle(number, len(rows)), row["out"] * scale
        parts.append(svg.element("rect", x=x - wide / 2, y=bottom - high, width=wide, height=high,
                                 fill=palette.SKY))  # fmt: skip
        if row["drawn"]:
            low, mid, top = (bottom - row["drawn"][key] * scale for key in ("p5", "p50", "p95"))
            parts.append(svg.element("path", d=svg.path([(x, low), (x, top)]), stroke="#222",
                                     stroke_width=1.4, fill="none"))  # fmt: skip
            parts += [
                svg.element("line", x1=x - half, y1=y, x2=x + half, y2=y, stroke="#222",
                            stroke_width=1.4)
                for y, half in ((low, 4.0), (mid, 8.0), (top, 4.0))
            ]  # fmt: skip
    return parts


def _harm(rows: list[Row], staying: float | None) -> list[str]:
    most = max(staying or 0.0, *(row["harm"] or 0.0 for row in rows))
    title = "casualties expected: dark while all wait, light after; dashed if all stay"
    scale, parts = _axis(_HARM, most, title)
    bottom, wide = _HARM[1], _bar_width(len(rows))
    for number, row in enumerate(rows):
        if row["harm"] is None:
            continue
        x, waiting = _middle(number, len(rows)) - wide / 2, row["harm_waiting"] * scale
        after = max(0.0, row["harm"] * scale - waiting)
        parts.append(
            svg.element(
                "rect", x=x, y=bottom - waiting, width=wide, height=waiting, fill=palette.VERMILLION
            )
        )
        parts.append(
            svg.element(
                "rect",
                x=x,
                y=bottom - waiting - after,
                width=wide,
                height=after,
                fill="#f3c9b4",
                stroke=palette.VERMILLION,
                stroke_width=0.8,
            )
        )
    if staying:
        y = bottom - staying * scale
        parts.append(svg.element("line", x1=_LEFT, y1=y, x2=WIDTH - _RIGHT, y2=y, stroke="#222",
                                 stroke_width=1.4, stroke_dasharray="6 4"))  # fmt: skip
    return parts
