"""Tables as CSV, XLSX and JSON bytes."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from planner import wording
from planner.cells import guarded
from planner.documents import hxl
from planner.documents.paper import Paper, stamps
from planner.documents.rows import Cell, Table
from planner.wording import word, words

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

_MAX_WIDTH = 44


def csv_bytes(table: Table, with_hxl: bool = False) -> bytes:
    """UTF-8, a header row, text cells that look like formulas with an apostrophe in front.

    Moments are ISO 8601 with their offset; an empty cell means that there is nothing to say.
    ``with_hxl`` adds the row of hashtags under the header.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    names = [column.name for column in table.columns]
    writer.writerow(names)
    if with_hxl:
        writer.writerow(hxl.row(table.columns))
    for row in table.rows:
        writer.writerow([_text(row[name]) for name in names])
    return out.getvalue().encode("utf-8")


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    return guarded(cell) if isinstance(cell, str) else str(cell)


def json_bytes(paper: Paper, document: str, table: Table) -> bytes:
    """A table as JSON: what every document says, the data dictionary, a mapping a row.

    Nothing is guarded against spreadsheets here; moments are ISO 8601 with their offset.
    """
    tree = {
        "document": paper.say(document),
        "safe_passage": stamps(paper),
        "columns": [{"name": one.name, "means": paper.say(one.means)} for one in table.columns],
    }
    head = json.dumps(tree, ensure_ascii=False, indent=1, allow_nan=False).removesuffix("\n}")
    rows = (
        json.dumps({name: _plain(cell) for name, cell in row.items()}, ensure_ascii=False)
        for row in table.rows
    )
    # A row a line: short, and what changed can be seen.
    return (head + ',\n "rows": [\n' + ",\n".join(rows) + "\n ]\n}\n").encode("utf-8")


def _plain(cell: Cell) -> str | int | float | None:
    return cell.isoformat(timespec="seconds") if isinstance(cell, datetime) else cell


def xlsx_bytes(paper: Paper, document: str, tables: list[Table]) -> bytes:
    """A workbook: the header as 'About', a sheet a table, the data dictionary as 'Columns'.

    ``document`` and the tables' titles are English; they are told in the paper's language.

    Text is written as text whatever it looks like. The time of issue is the only clock time in the
    file's metadata.
    """
    import xlsxwriter

    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "remove_timezone": True,
    }
    with xlsxwriter.Workbook(out, options) as book:
        issued = paper.issued_at.astimezone(UTC).replace(tzinfo=None)
        book.set_properties(
            {
                "title": f"{document} {paper.plan_id}",
                "subject": f"{paper.addressee} · valid until {paper.expiry}",
                "keywords": paper.addressee,
                "author": "Safe Passage",
                "comments": f"{paper.disclaimer}. {paper.warning}".strip(),
                "created": issued,
            }
        )
        formats = _formats(book)
        _about(book, formats, paper, document)
        for table in tables:
            _sheet(book, formats, paper, table)
        _dictionary(book, formats, paper, tables)
    return out.getvalue()


def _formats(book: Workbook) -> dict[str, Any]:
    return {
        "title": book.add_format({"bold": True, "font_size": 16}),
        "warning": book.add_format(
            {"bold": True, "font_color": "#FFFFFF", "bg_color": "#B03A00", "text_wrap": True}
        ),
        "stamp": book.add_format({"bold": True, "font_color": "#B03A00"}),
        "head": book.add_format(
            {"bold": True, "bg_color": "#12354F", "font_color": "#FFFFFF", "valign": "top"}
        ),
        "field": book.add_format({"bold": True, "valign": "top"}),
        "text": book.add_format({"num_format": "@", "valign": "top"}),
        "wrapped": book.add_format({"num_format": "@", "valign": "top", "text_wrap": True}),
        "whole": book.add_format({"num_format": "#,##0", "valign": "top"}),
        "decimal": book.add_format({"num_format": "#,##0.0", "valign": "top"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top"}),
    }


def _page(sheet: Worksheet, paper: Paper, title: str) -> None:
    warned = f" · {paper.warning}" if paper.warning else ""
    sheet.set_landscape()
    sheet.set_paper(9)
    # An ampersand begins a code in headers; two are one.
    line = f"{paper.addressee} · {paper.say(title)} · {paper.plan_id}{warned}".replace("&", "&&")
    sheet.set_header(f"&L{line}"[:250])
    foot = f"{paper.disclaimer} · {paper.say('Valid until')} {paper.expiry}".replace("&", "&&")
    sheet.set_footer(f"&L{foot}"[:200] + "&R&P / &N")


def _new(book: Workbook, paper: Paper, title: str) -> Worksheet:
    """A sheet; its name in the paper's language, as far as a name may be long."""
    sheet = book.add_worksheet(paper.say(title)[:31])
    if paper.language in wording.RIGHT_TO_LEFT:
        sheet.right_to_left()
    return sheet


def _about(book: Workbook, formats: dict[str, Any], paper: Paper, document: str) -> None:
    sheet = _new(book, paper, word("About"))
    _page(sheet, paper, document)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 90)
    sheet.write_string(0, 0, paper.say(document), formats["title"])
    sheet.write_string(1, 0, paper.addressee, formats["stamp"])
    if paper.warning:
        sheet.write_string(1, 1, paper.warning, formats["warning"])
    for number, (field, value) in enumerate(paper.header(document), start=3):
        sheet.write_string(number, 0, field, formats["field"])
        sheet.write_string(number, 1, value, formats["wrapped"])
    remark = wording.remark(paper.language)
    if remark:
        sheet.write_string(2, 0, remark, formats["stamp"])


def _sheet(book: Workbook, formats: dict[str, Any], paper: Paper, table: Table) -> None:
    sheet = _new(book, paper, table.title)
    _page(sheet, paper, table.title)
    names = [column.name for column in table.columns]
    for at, name in enumerate(names):
        sheet.write_string(0, at, paper.say(name), formats["head"])
    widths = [len(paper.say(name)) + 3 for name in names]
    for number, row in enumerate(table.rows, start=1):
        for at, name in enumerate(names):
            _cell(sheet, number, at, row[name], formats)
            wanted = 17 if isinstance(row[name], datetime) else len(str(row[name] or "")) + 1
            widths[at] = max(widths[at], min(wanted, _MAX_WIDTH))
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width)
    last = max(1, len(table.rows))
    sheet.autofilter(0, 0, last, len(names) - 1)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.print_area(0, 0, last, len(names) - 1)
    sheet.fit_to_pages(1, 0)


def _cell(sheet: Worksheet, row: int, at: int, cell: Cell, formats: dict[str, Any]) -> None:
    if cell is None:
        return
    if isinstance(cell, datetime):
        sheet.write_datetime(row, at, cell.replace(tzinfo=None), formats["moment"])
    elif isinstance(cell, int):
        sheet.write_number(row, at, cell, formats["whole"])
    elif isinstance(cell, float):
        sheet.write_number(row, at, cell, formats["decimal"])
    elif cell:
        sheet.write_string(row, at, cell[:32767], formats["text"])


def _dictionary(book: Workbook, formats: dict[str, Any], paper: Paper, tables: list[Table]) -> None:
    sheet = _new(book, paper, word("Columns"))
    _page(sheet, paper, "Columns")
    sheet.set_column(0, 1, 22)
    sheet.set_column(2, 2, 100)
    for at, name in enumerate(words("sheet", "column", "means")):
        sheet.write_string(0, at, paper.say(name), formats["head"])
    number = 0
    for table in tables:
        for column in table.columns:
            number += 1
            for at, text in enumerate((table.title, column.name, column.means)):
                text = paper.say(text)
                sheet.write_string(number, at, text, formats["wrapped"])
    sheet.freeze_panes(1, 0)
