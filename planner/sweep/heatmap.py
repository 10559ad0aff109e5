"""What-ifs by start dates as a picture: the darker the worse, with the figure in each cell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from planner.cells import clean
from planner.documents import svg

Cell = dict[str, Any]
MEASURES = (
    ("left_behind", "people left behind, those by choice included"),
    ("harm", "expected casualties, from the scenario's own start on"),
)
NOTE = "Means over the draws that were planned (*: not all were). Decision support, not clearance."
LIGHT, DARK = (247, 251, 255), (8, 48, 107)  # one hue: order shows without seeing colours
_LEFT, _TOP, _ROW, _WIDE, _LETTERS = 190.0, 84.0, 22.0, 74.0, 30
MOST_DATES = 40


def heatmap(title: str, cells: Sequence[Cell]) -> str:
    """An SVG of ``figures.summary``: a panel a measure, a row a what-if, a column a date.

    A cell without any plan is crossed out. At most 40 dates are drawn.
    """
    names = list(dict.fromkeys(cell["what_if"] for cell in cells))
    dates = sorted({cell["start"] for cell in cells})[:MOST_DATES]
    by_place = {(cell["what_if"], cell["start"]): cell for cell in cells}
    panel = _TOP + _ROW * len(names) - 6
    width = max(620.0, _LEFT + _WIDE * len(dates) + 16)
    parts = [svg.text((8, 20), f"Sweep: {title}"[:100], 13, font_weight="600")]
    for number, (key, words) in enumerate(MEASURES):
        top = number * panel
        parts.append(svg.text((8, top + 44), words, 10, fill="#333"))
        parts += [
            svg.text((_LEFT + _WIDE * (at + 0.5), top + _TOP - 8 - 11 * line), told, 9,
                     text_anchor="middle", fill="#333")
            for at, date in enumerate(dates) for line, told in enumerate(_date(date))
        ]  # fmt: skip
        rows = [[by_place.get((name, date)) for date in dates] for name in names]
        parts += _grid(rows, [_name(name) for name in names], key, top + _TOP)
    height = panel * len(MEASURES) + 24
    parts.append(svg.text((8, height - 8), NOTE, 9, fill="#333"))
    return svg.document(width, height, "".join(parts))


def _date(text: str) -> tuple[str, str]:
    """The hour, and above it the day."""
    moment = datetime.fromisoformat(text)
    return f"{moment:%H:%M}", f"{moment.day} {moment:%b}"


def _name(what_if: str | None) -> str:
    name = clean(what_if or "base")
    return name if len(name) <= _LETTERS else name[: _LETTERS - 1] + "…"


def _grid(rows: list[list[Cell | None]], names: list[str], key: str, top: float) -> list[str]:
    known = [cell[key]["mean"] for row in rows for cell in row if cell and cell[key]]
    low, high = min(known, default=0.0), max(known, default=0.0)
    parts = []
    for down, (row, name) in enumerate(zip(rows, names, strict=True)):
        y = top + _ROW * down
        parts.append(svg.text((_LEFT - 8, y + 15), name, 10, text_anchor="end", fill="#222"))
        for at, cell in enumerate(row):
            parts += _cell(cell, key, (low, high), (_LEFT + _WIDE * at, y))
    return parts


def _cell(cell: Cell | None, key: str, ends: tuple[float, float], at: svg.Point) -> list[str]:
    (x, y), box = at, {"width": _WIDE - 2, "height": _ROW - 2}
    if cell is None or not cell[key]:
        cross = svg.path([(x, y), (x + _WIDE - 2, y + _ROW - 2)])
        empty = svg.element("rect", x=x, y=y, fill="#fff", stroke="#999", **box)
        words = "no plan" if cell else "–"
        line = svg.element("path", d=cross, stroke="#999", fill="none")
        return [empty, line, svg.haloed((x + _WIDE / 2, y + 14), words, 9, text_anchor="middle")]
    mean, (low, high) = cell[key]["mean"], ends
    share = (mean - low) / (high - low) if high > low else 0.0
    told = f"{mean:,.0f}" if mean >= 100 or mean == int(mean) else f"{mean:.3g}"
    told += "*" if cell["planned"] < cell["cases"] else ""
    ink = "#fff" if share > 0.5 else "#111"
    return [
        svg.element("rect", x=x, y=y, fill=_colour(share), stroke="#999", **box),
        svg.text((x + _WIDE / 2, y + 14), told, 10, text_anchor="middle", fill=ink),
    ]


def _colour(share: float) -> str:
    mixed = (round(a + (b - a) * share) for a, b in zip(LIGHT, DARK, strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)
