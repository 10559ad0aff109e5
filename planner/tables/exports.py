"""A table as CSV or XLSX: a row of headers, a row of HXL hashtags, a row for each item.

What is written can be read back (``imports``). No cell is a formula: text stays text in a workbook,
and in CSV what looks like a formula has an apostrophe in front.
"""

from __future__ import annotations

import csv
import io
import re

from planner.cells import guarded
from planner.load.yamltext import parse
from planner.tables.mapping import LAT, LON, tag_of
from planner.tables.rows import Cell, Table

_POSITION = (("lat", LAT), ("lon", LON))
_MAX_WIDTH = 44


def export_rows(table: Table) -> list[list[str]]:
    """Headers, hashtags and rows as texts; a place's position has columns of its own."""
    keys = [column.key for column in table.used]
    heads = [(key, key) for key in keys]
    if table.section == "places":
        at = keys.index("at") + 1
        heads[at:at] = _POSITION
    out = [
        [head for head, _ in heads],
        [tag_of(table.section, target) for _, target in heads],
    ]
    for row in table.rows:
        cells = {key: _text(cell) for key, cell in row.cells.items()}
        pair = _pair(row.cells.get("at"))
        if table.section == "places" and pair:
            cells |= {LAT: pair[0], LON: pair[1], "at": ""}
        out.append([cells.get(target, "") for _, target in heads])
    return out


def _text(cell: Cell) -> str:
    if isinstance(cell, tuple):
        return ", ".join(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return cell or ""


def _pair(cell: Cell) -> list[str] | None:
    """Latitude and longitude of ``[35.3, 40.1]``."""
    root, _ = parse(f"x: {cell}", "") if isinstance(cell, str) and cell[:1] == "[" else (None, [])
    items = [item.text or "" for item in root.get("x").items] if root else []
    return items if len(items) == 2 else None


def csv_bytes(table: Table) -> bytes:
    """UTF-8 with a byte order mark, so that spreadsheets show every script."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([guarded(cell) for cell in row] for row in export_rows(table))
    return out.getvalue().encode("utf-8-sig")


def xlsx_bytes(table: Table) -> bytes:
    """A workbook with one sheet, named for the section."""
    import xlsxwriter

    rows = export_rows(table)
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        head = book.add_format({"bold": True, "bg_color": "#12354F", "font_color": "#FFFFFF"})
        tags = book.add_format({"italic": True, "font_color": "#5A6672"})
        text = book.add_format({"num_format": "@", "valign": "top"})
        sheet = book.add_worksheet(table.section)
        for number, row in enumerate(rows):
            form = (head, tags)[number] if number < 2 else text
            for at, cell in enumerate(row):
                whole = number > 1 and re.fullmatch(r"[1-9][0-9]{0,8}|0", cell)
                if whole and table.section and rows[0][at] != "id":
                    sheet.write_number(number, at, int(cell))
                elif cell:
                    sheet.write_string(number, at, cell[:32767], form)
        for at in range(len(rows[0])):
            longest = max(len(row[at]) for row in rows)
            sheet.set_column(at, at, min(longest + 2, _MAX_WIDTH))
        sheet.freeze_panes(2, 1)
    return out.getvalue()
