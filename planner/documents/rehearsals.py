"""A rehearsal as files: JSON, tables, the fan and the tornado as drawings and as specifications."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from planner.cells import clean
from planner.charts import palette
from planner.charts.rehearsal import (
    BAND_COLOURS,
    BANDS,
    LINES,
    MEASURE_WORDS,
    SIDES,
    fan_chart,
    tornado_chart,
    tornado_rows,
)  # fmt: skip
from planner.documents import folder as files
from planner.documents import svg
from planner.documents.curve import nice_step
from planner.units import DAY_S, HOUR_S

Row = dict[str, Any]
WIDTH, HEIGHT = 760.0, 330.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 60.0, 24.0, 62.0, 58.0
_LABEL, _BAR, _FIGURE = 250.0, 20.0, 66.0
_CHARACTERS = 46
_CAUSES = ("kind", "id", "label", "share", "movements", "hours", "persons")
_COSTS = ("kind", "id", "label", "share", "draws", "evacuated", "error", "harm", "missed", "a_draw")
_LOADS = (
    "sortie", "leg", "fleet", "origin", "destination", "depart_s", "arrive_s", "persons", "in_time",
    "arrives", "late_p50_s", "late_p95_s", "broken_by",
)  # fmt: skip


def write(folder: Path, told: Row) -> list[Path]:
    """Write everything into the folder and return the paths. OSError where that is impossible."""
    content = {
        "rehearsal.json": json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False) + "\n",
        "draws.csv": table(list(told["draw_rows"][0]) if told["draw_rows"] else [],
                           told["draw_rows"]),
        "causes.csv": table(_CAUSES, told["causes"]),
        "costs.csv": table(_COSTS, told["costs"]),
        "sorties.csv": table(_LOADS, told["sorties"]),
        "fan.svg": fan_svg(told),
        "tornado.svg": tornado_svg(told),
        "fan.vl.json": json.dumps(fan_chart(told), ensure_ascii=False) + "\n",
        "tornado.vl.json": json.dumps(tornado_chart(told), ensure_ascii=False) + "\n",
    }  # fmt: skip
    return files.write(folder, content)


def table(columns: Sequence[str], rows: list[Row]) -> str:
    """CSV with a heading; shares keep four digits."""
    return files.csv_text(columns, rows, digits=4)


# ------------------------------------------------------------------ the fan


def fan_svg(told: Row) -> str:
    """Bands of the draws, their median, and the plan as it was made, over local time."""
    rows = told["fan"]
    parts = _heading(told, "People out over time")
    if not rows:
        return svg.document(WIDTH, HEIGHT, "".join([*parts, _nothing()]))
    last_s = rows[-1]["at_s"] or 1
    most = max(1, *(int(max(row["p95"], row["plan"])) for row in rows))
    step = nice_step(most, 5)
    top = step * -(-most // step)

    def spot(at_s: float, persons: float) -> svg.Point:
        x = _LEFT + (WIDTH - _LEFT - _RIGHT) * at_s / last_s
        return (x, _TOP + (HEIGHT - _TOP - _BOTTOM) * (1 - persons / top))

    parts += _grid(told, spot, top, step, last_s)
    for low, high, name in BANDS:
        upper = _steps([(row["at_s"], row[high]) for row in rows])
        lower = _steps([(row["at_s"], row[low]) for row in rows])
        edge = [spot(*point) for point in [*upper, *reversed(lower)]]
        parts.append(svg.element("path", d=svg.path(edge, closed=True), fill=BAND_COLOURS[name]))
    for key, name, dash in (("p50", "median", ""), ("plan", "as planned", "5 3")):
        line = [spot(*point) for point in _steps([(row["at_s"], row[key]) for row in rows])]
        parts.append(_line(line, LINES[name], 2.0, dash))
    parts += _key()
    return svg.document(WIDTH, HEIGHT, "".join(parts))


def _steps(points: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """Level until the next moment."""
    found = points[:1]
    for (_, before), (at_s, value) in pairwise(points):
        found += [(at_s, before), (at_s, value)]
    return found


def _heading(told: Row, words: str) -> list[str]:
    case = f"{told['scenario']}, what-if {told['what_if']}" if told["what_if"] else told["scenario"]
    draws = f"{told['draws']:,} draws, seed {told['seed']}"
    short = f"{words}: {case}"[:96]
    return [
        svg.text((8, 18), short, 12, font_weight="600"),
        svg.text((8, 33), f"{draws}, plan {told['plan']}. Decision support, not clearance.", 9,
                 fill="#444"),
    ]  # fmt: skip


def _nothing() -> str:
    return svg.text((8, _TOP + 20), "No draw was played.", 10)


def _key() -> list[str]:
    parts, left = [], _LEFT
    for name, colour in BAND_COLOURS.items():
        parts.append(svg.element("rect", x=left, y=42, width=14, height=10, fill=colour))
        parts.append(svg.text((left + 19, 51), name, 9))
        left += 38 + 5.2 * len(name)
    for name, colour in LINES.items():
        dash = "5 3" if name == "as planned" else ""
        parts.append(_line([(left, 47), (left + 20, 47)], colour, 2.0, dash))
        parts.append(svg.text((left + 25, 51), name, 9))
        left += 44 + 5.2 * len(name)
    return parts


def _grid(told: Row, spot: Any, top: int, step: int, last_s: int) -> list[str]:
    parts = []
    for persons in range(0, top + 1, step):
        left, right = spot(0, persons), spot(last_s, persons)
        parts.append(_line([left, right], "#333" if persons == 0 else "#ddd", 0.7))
        at = (left[0] - 6, left[1] + 3)
        parts.append(svg.text(at, f"{persons:,}", 8.5, text_anchor="end", fill="#333"))
    for at_s, words in _ticks(told, last_s):
        foot = spot(at_s, 0)
        parts.append(_line([foot, spot(at_s, top)], "#eee", 0.7))
        parts.append(svg.text((foot[0], foot[1] + 14), words, 8.5, text_anchor="middle"))
    middle = (_LEFT + WIDTH - _RIGHT) / 2
    zone = f"local time ({told['timezone']})"
    parts.append(svg.text((middle, HEIGHT - 26), zone, 8.5, text_anchor="middle", fill="#555"))
    return parts


def _ticks(told: Row, last_s: int) -> list[tuple[int, str]]:
    """Local midnights, or every few hours of a short span; at most about eight."""
    start, zone = datetime.fromisoformat(told["start"]), ZoneInfo(told["timezone"])
    hours = next(h for h in (1, 2, 3, 6, 12, 24, 48, 96, 24 * 365) if last_s <= 8 * h * HOUR_S)
    begin = start.astimezone(ZoneInfo("UTC"))
    ticks = []
    for at_s in range(0, last_s + 1, HOUR_S):
        local = (begin + timedelta(seconds=at_s)).astimezone(zone)
        if hours >= 24:
            days = (local.date() - start.date()).days
            if local.hour == 0 and days % (hours * HOUR_S // DAY_S) == 0:
                ticks.append((at_s, local.strftime("%d %b")))
        elif local.hour % hours == 0:
            ticks.append((at_s, local.strftime("%d %b" if local.hour == 0 else "%H:%M")))
    return ticks


def _line(points: list[svg.Point], colour: str, width: float, dash: str = "") -> str:
    more = {"stroke_dasharray": dash} if dash else {}
    return svg.element(
        "path", d=svg.path(points), fill="none", stroke=colour, stroke_width=width,
        stroke_linejoin="round", **more,
    )  # fmt: skip


# ------------------------------------------------------------------ the tornado


def tornado_svg(told: Row, measure: str = "left") -> str:
    """Bars from the mean of all draws to that where a lever was low, and where it was high."""
    rows = tornado_rows(told, measure)
    height = _TOP + _BAR * max(1, len(rows)) + 44
    parts = _heading(told, "What moves the result most")
    if not rows:
        words = "Too few draws, or nothing that varies: nothing can be told apart."
        parts.append(svg.text((8, _TOP + 16), words, 10))
        return svg.document(WIDTH, height, "".join(parts))
    middle = told["figures"][measure]["mean"]
    ends = [middle, *(row[key] for row in rows for key in ("low", "high"))]
    first, last = min(ends), max(ends)
    unit = (WIDTH - _LABEL - 2 * _FIGURE) / ((last - first) or 1.0)

    def x_of(value: float) -> float:
        return float(_LABEL + _FIGURE + (value - first) * unit)

    left = _LABEL
    for name, colour in SIDES.items():
        parts.append(svg.element("rect", x=left, y=42, width=14, height=10, fill=colour))
        parts.append(svg.text((left + 19, 51), name, 9))
        left += 44 + 5.0 * len(name)
    for number, row in enumerate(rows):
        parts += _bar(row, x_of, middle, _TOP + _BAR * number)
    foot = _TOP + _BAR * len(rows)
    line = [(x_of(middle), _TOP - 4), (x_of(middle), foot + 2)]
    parts.append(_line(line, palette.BLACK, 0.9, "3 2"))
    words = f"{MEASURE_WORDS[measure]}; of all draws {middle:,.0f}"
    parts.append(svg.text((x_of(middle), foot + 16), words, 9, text_anchor="middle"))
    return svg.document(WIDTH, height, "".join(parts))


def _bar(row: Row, x_of: Any, middle: float, y: float) -> list[str]:
    words = clean(row["label"])
    words = words if len(words) <= _CHARACTERS else words[: _CHARACTERS - 1].rstrip() + "…"
    parts = [svg.text((_LABEL - 8, y + 13), words, 9, text_anchor="end", fill="#222")]
    for key, colour in zip(("low", "high"), SIDES.values(), strict=True):
        start, end = sorted((x_of(middle), x_of(row[key])))
        tall = 13 if key == "low" else 9  # told apart without colour too
        parts.append(
            svg.element("rect", x=start, y=y + 9 - tall / 2, width=max(0.8, end - start),
                        height=tall, fill=colour)
        )  # fmt: skip
    for key in ("low", "high"):
        other = row["high" if key == "low" else "low"]
        is_left = row[key] < other or (row[key] == other and key == "low")
        x = min(x_of(row[key]), x_of(middle)) - 4 if is_left else max(x_of(row[key]), x_of(middle))
        anchor = {"text_anchor": "end"} if is_left else {}
        spot = (x if is_left else x + 4, y + 12.5)
        parts.append(svg.text(spot, _figure(row[key]), 8.5, fill="#333", **anchor))
    return parts


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
