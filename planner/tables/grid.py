"""A file of people's own → rows of texts: CSV in any usual encoding and separator, or XLSX.

Nothing is typed here but what a workbook knows better than its text: a share is written ``85 %``, a
day as ISO 8601, a whole number without ``.0``.
"""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from planner.cells import unguarded
from planner.errors import Issue, ScenarioError

MAX_BYTES = 4_000_000
MAX_UNPACKED = 100_000_000
MAX_ROWS = 5_000
MAX_COLUMNS = 200
MAX_CELL = 20_000
# What lists from the field come in, besides UTF-8: Arabic, Cyrillic, Western Windows.
ENCODINGS = ("cp1256", "cp1251", "cp1252")
_SEPARATORS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Grid:
    """Rows of texts, each as long as the longest, and how the file was read."""

    rows: tuple[tuple[str, ...], ...]
    how: str


def read_grid(content: bytes, file: str, sheet: str = "", encoding: str = "") -> Grid:
    """The rows of a file; of a workbook the sheet of that name, or the first that holds anything.

    Raises ScenarioError where it is no table, or too large a one.
    """
    if len(content) > MAX_BYTES:
        problem = f"{len(content):,} bytes are more than {MAX_BYTES:,}"
        raise _refusal(file, problem, "split the file")
    if content.startswith(b"PK\x03\x04"):
        rows, how = _xlsx(content, file, sheet)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise _refusal(file, "an old or a locked workbook", "save it as XLSX or as CSV")
    else:
        rows, how = _csv(content, file, encoding)
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    width = max((len(row) for row in rows), default=0)
    problem = ""
    if not rows:
        problem = "holds no rows"
    elif len(rows) > MAX_ROWS or width > MAX_COLUMNS:
        problem = f"more than {MAX_ROWS:,} rows or {MAX_COLUMNS} columns"
    elif any(len(cell) > MAX_CELL for row in rows for cell in row):
        problem = f"a cell of more than {MAX_CELL:,} characters"
    if problem:
        raise _refusal(file, problem, "choose a table with one row for each thing")
    return Grid(tuple((*row, *[""] * (width - len(row))) for row in rows), how)


def _refusal(file: str, problem: str, remedy: str) -> ScenarioError:
    return ScenarioError([Issue(file, 0, "", problem, remedy)])


# ---------------------------------------------------------------------- CSV


def _csv(content: bytes, file: str, encoding: str) -> tuple[list[list[str]], str]:
    text, told = _decoded(content, file, encoding)
    if "\0" in text:
        raise _refusal(file, "not a text", "choose a CSV or XLSX file")
    separator = _separator(text)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=False)
        rows = [[unguarded(cell) for cell in row] for row in reader]
    except csv.Error as error:
        raise _refusal(file, f"no CSV: {error}", "save it as CSV or XLSX again") from None
    names = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
    return rows, f"CSV, {told}, {names[separator]}"


def _decoded(content: bytes, file: str, encoding: str) -> tuple[str, str]:
    if encoding:
        return content.decode(encoding, errors="replace"), encoding
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace"), "UTF-16"
    try:
        return content.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        found = from_bytes(content, cp_isolation=list(ENCODINGS)).best()
        if found is None:
            raise _refusal(file, "letters in no known encoding", "save it as UTF-8") from None
        return str(found), found.encoding


def _separator(text: str) -> str:
    """The separator that cuts most of the first lines into equally many cells, more than one."""
    head = text[:20_000]

    def score(separator: str) -> tuple[int, int]:
        try:
            found = list(csv.reader(io.StringIO(head, newline=""), delimiter=separator))[:20]
        except csv.Error:
            return (0, 0)
        widths = [len(row) for row in found if any(cell.strip() for cell in row)]
        common = max(set(widths), key=widths.count, default=1)
        return (widths.count(common) if common > 1 else 0, common)

    return max(_SEPARATORS, key=score)


# ---------------------------------------------------------------------- XLSX


def _xlsx(content: bytes, file: str, wanted: str) -> tuple[list[list[str]], str]:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > MAX_UNPACKED:
            raise _refusal(file, f"unpacks to {size:,} bytes", "save the one sheet as CSV")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and charts that openpyxl does not know
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            try:
                sheets = {name: book[name] for name in book.sheetnames}
                order = [name for name in sheets if name.lower() == wanted.lower()]
                for name in [*order, *sheets]:
                    rows = _sheet(sheets[name])
                    if rows:
                        return rows, f"XLSX, sheet {name!r}"
            finally:
                book.close()
    except ScenarioError:
        raise
    except Exception as error:  # a broken workbook breaks openpyxl in many ways
        problem = f"no workbook that can be read ({type(error).__name__})"
        raise _refusal(file, problem, "save it as XLSX or as CSV again") from None
    return [], "XLSX"


def _sheet(sheet: Any) -> list[list[str]]:
    if not hasattr(sheet, "iter_rows"):  # a sheet that is only a chart
        return []
    sheet.reset_dimensions()
    rows = []
    for number, row in enumerate(sheet.iter_rows()):
        if number > MAX_ROWS:
            break
        rows.append([_text(cell.value, cell.number_format or "") for cell in row])
    return rows if any(any(row) for row in rows) else []


def _text(value: Any, form: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        if form.endswith("%"):
            return f"{value * 100:.10g} %"
        return f"{value:.10g}" if isinstance(value, float) else str(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)
