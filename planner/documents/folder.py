"""Reports as files of a folder: texts written as they are, tables as CSV that spreadsheets read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from planner.cells import clean, guarded


def write(folder: Path, content: Mapping[str, str]) -> list[Path]:
    """Name below the folder → text, in that order; the paths. OSError where that is impossible."""
    written = []
    for name, text in content.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
        written.append(path)
    return written


def csv_text(
    columns: Sequence[str], rows: Iterable[Mapping[str, Any]], digits: int | None = None
) -> str:
    """A heading and a line a row; text is made harmless for spreadsheets.

    Truth is yes or no; numbers with a fraction keep ``digits`` decimals, or all of them.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row[column], digits) for column in columns])
    return out.getvalue()


def _cell(value: Any, digits: int | None) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and digits is not None:
        return round(value, digits)
    return guarded(clean(value)) if isinstance(value, str) else value
