"""What each change is worth, as files: JSON, CSV, a bar chart, and the plans it is told from."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from planner.cells import clean
from planner.charts.gains import MEASURES, PARTS, Row, gain_bars, gain_parts, gain_rows
from planner.documents import folder as files
from planner.documents import planjson, svg
from planner.plan import Plan

WIDTH = 800.0
_LABEL, _PANEL, _GAP, _ROW, _TOP, _BOTTOM = 250.0, 160.0, 20.0, 20.0, 58.0, 42.0
_CHARACTERS = 46
_COLUMNS = (
    "id", "kind", "what", "people_gained", "people_gained_at_least", "people_gained_at_most",
    "harm_saved", "harm_saved_at_least", "harm_saved_at_most", "arrival_hours_saved",
    "arrival_hours_saved_at_least", "arrival_hours_saved_at_most", "gain", "status", "verdict",
    "conditional", "searched", "screened", "why_not", "seconds", "price", "plan",
)  # fmt: skip


def plan_files(rows: list[Row], plans: dict[str, Plan]) -> dict[str, str]:
    """By candidate the name of the file that its plan goes to, in the order of the rows."""
    named: dict[str, str] = {}
    for row in rows:
        if row["id"] in plans:
            slug = re.sub(r"[^a-z0-9_]+", "-", row["id"].lower()).strip("-")[:80]
            named[row["id"]] = f"plans/{len(named) + 1:02d}-{slug}.plan.json"
    return named


def write(folder: Path, told: dict[str, Any], plans: dict[str, Plan], base: Plan) -> list[Path]:
    """Write everything into the folder and return the paths. OSError where that is impossible.

    ``told``: the report with the names of the plans' files in it; plans of an earlier report in the
    same folder are removed.
    """
    kept = folder / "plans"
    kept.mkdir(parents=True, exist_ok=True)
    for old in sorted(kept.glob("[0-9][0-9]*-*.plan.json")):
        old.unlink()
    rows = told["candidates"]
    content = {
        "worth.json": json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False) + "\n",
        "worth.csv": csv_text(rows),
        "worth.svg": gains_svg(rows, told["scenario"], told["what_if"]),
        "worth.vl.json": json.dumps(gain_bars(rows), ensure_ascii=False) + "\n",
        "plans/base.plan.json": planjson.dumps(base),
    }
    content |= {row["plan"]: planjson.dumps(plans[row["id"]]) for row in rows if row["plan"]}
    return files.write(folder, content)


def csv_text(rows: list[Row]) -> str:
    """A line a change."""
    return files.csv_text(_COLUMNS, rows)


# ------------------------------------------------------------------ the drawing


def gains_svg(rows: list[Row], title: str, what_if: str | None = None) -> str:
    """Bars by change in three panels; proven thick, only seen thin, at most dashed."""
    shown = gain_rows(rows)
    height = _TOP + _ROW * max(1, len(shown)) + _BOTTOM
    case = f"{title}, what-if {what_if}" if what_if else title
    parts = [svg.text((8, 18), f"What a yes is worth: {case}"[:110], 12, font_weight="600")]
    parts += _legend()
    for number, row in enumerate(shown):
        at = (_LABEL - 8, _TOP + _ROW * number + 13)
        words = clean(row["what"])
        words = words if len(words) <= _CHARACTERS else words[: _CHARACTERS - 1].rstrip() + "…"
        parts.append(svg.text(at, words, 9, text_anchor="end", fill="#222"))
    if not shown:
        parts.append(svg.text((8, _TOP + 13), "No change that could gain anything was found.", 9))
    for number, (key, words) in enumerate(MEASURES):
        left = _LABEL + number * (_PANEL + _GAP)
        parts += _panel(shown, key, words, left, height)
    return svg.document(WIDTH, height, "".join(parts))


def _legend() -> list[str]:
    parts, left = [], _LABEL
    for name, colour in PARTS.items():
        tall = 10 if name == "proven" else 6
        top = 32.5 - tall / 2
        parts.append(svg.element("rect", x=left, y=top, width=14, height=tall, fill=colour))
        parts.append(svg.text((left + 19, 36), name, 9))
        left += 36 + 5.2 * len(name)
    outline = {"fill": "none", "stroke": "#666", "stroke_dasharray": "3 2"}
    parts.append(svg.element("rect", x=left, y=27, width=14, height=11, **outline))
    return [*parts, svg.text((left + 19, 36), "at most", 9)]


def _panel(rows: list[Row], key: str, words: str, left: float, height: float) -> list[str]:
    """One measure: its bars, the value beside each, and a line at zero."""
    low = min([0.0, *(row[key] or 0.0 for row in rows)])
    top = max([0.0, *(_reach(row, key) for row in rows)])
    unit = (_PANEL - 52) / ((top - low) or 1.0)
    zero = left - low * unit
    foot = height - _BOTTOM + 4
    parts = [
        svg.element("path", d=svg.path([(zero, _TOP - 4), (zero, foot)]), stroke="#333",
                    stroke_width=0.8, fill="none"),
        svg.text((left, foot + 14), words, 9, fill="#333"),
    ]  # fmt: skip
    for number, row in enumerate(rows):
        y = _TOP + _ROW * number
        parts += _bars(row, key, zero, unit, y)
        end = max(zero, zero + _reach(row, key) * unit)
        parts.append(svg.text((end + 4, y + 13), _figure(row, key), 8.5, fill="#333"))
    return parts


def _bars(row: Row, key: str, zero: float, unit: float, y: float) -> list[str]:
    parts = []
    for part, start, end in gain_parts(row, key):
        x, width = zero + min(start, end) * unit, abs(end - start) * unit
        tall = 10 if part == "proven" else 6
        parts.append(
            svg.element("rect", x=x, y=y + 10 - tall / 2, width=width, height=tall,
                        fill=PARTS[part])
        )  # fmt: skip
    most = row[f"{key}_at_most"]
    if most:
        parts.append(
            svg.element("rect", x=zero, y=y + 3, width=most * unit, height=14, fill="none",
                        stroke="#666", stroke_width=0.7, stroke_dasharray="3 2")
        )  # fmt: skip
    return parts


def _reach(row: Row, key: str) -> float:
    return max(0.0, row[key] or 0.0, row[f"{key}_at_most"] or 0.0)


def _figure(row: Row, key: str) -> str:
    """The value seen; where nothing was searched, the most that it can be."""
    value, sign = (row[key], "+") if row[key] is not None else (row[f"{key}_at_most"], "≤ ")
    if value is None:
        return "?"
    if value == 0:
        return "0"
    told = f"{value:,.0f}" if abs(value) >= 100 or value == round(value) else f"{value:.3g}"
    return told if value < 0 else sign + told
