"""A Verdict becomes paper, tables and tracks. Same plan and time of issue, same bytes.

Everything but plan.json is made from the redacted Verdict: protected places appear as their
handover points. A plan that fails its check is stamped in every document.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from planner.documents import planjson, rows, sheets, summary, tracks
from planner.documents.paper import Paper, prepare

if TYPE_CHECKING:
    from planner.verify import Verdict

NAMES = {
    "json": "plan.json",
    "csv": "movement_table.csv",
    "xlsx": "movement_table.xlsx",
    "geojson": "routes.geojson",
    "gpx": "gpx",
    "pdf": "summary.pdf",
    "left-behind": "left_behind.csv",
    "people": "people.csv",
}
"""Format → name of its file (of its folder for gpx)."""
FORMATS = tuple(NAMES)
Progress = Callable[[str], None]


def write_all(
    verdict: Verdict,
    out_dir: Path,
    *,
    issued_at: datetime | None = None,
    progress: Progress | None = None,
) -> list[Path]:
    """Write every document into ``out_dir`` and return the paths.

    ``issued_at`` is an aware time of issue (the scenario's start where it is not given);
    ``progress`` hears the name of each document before it is written. Raises ScenarioError where a
    protected place has no handover point, OSError where the folder cannot be written.
    """
    paper = prepare(verdict, issued_at)
    written: list[Path] = []
    for name, file in NAMES.items():
        if progress is not None:
            progress(file)
        written += _write(verdict, paper, name, Path(out_dir) / file)
    return written


def write(
    verdict: Verdict, format: str, out: Path, *, issued_at: datetime | None = None
) -> list[Path]:
    """Write one format to the file ``out`` (for gpx: into the folder) and return the paths.

    Raises KeyError for a format that FORMATS does not name, else as :func:`write_all`.
    """
    return _write(verdict, prepare(verdict, issued_at), format, Path(out))


def _write(verdict: Verdict, paper: Paper, name: str, target: Path) -> list[Path]:
    if name == "gpx":
        return _write_gpx(paper, target)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content(verdict, paper, name))
    return [target]


def content(verdict: Verdict, paper: Paper, name: str) -> bytes:
    """The bytes of one document (not gpx, which is a file a convoy)."""
    makers: dict[str, Callable[[], bytes]] = {
        "json": lambda: planjson.dumps(verdict.plan).encode("utf-8"),
        "csv": lambda: sheets.csv_bytes(rows.movements(paper)),
        "xlsx": lambda: sheets.xlsx_bytes(
            paper,
            "Movement table",
            [
                rows.movements(paper), rows.convoy_table(paper), rows.people(paper),
                rows.left_behind(paper),
            ],
        ),
        "geojson": lambda: tracks.geojson_bytes(paper),
        "pdf": lambda: summary.pdf_bytes(paper),
        "left-behind": lambda: sheets.csv_bytes(rows.left_behind(paper)),
        "people": lambda: sheets.csv_bytes(rows.people(paper)),
    }  # fmt: skip
    return makers[name]()


def _write_gpx(paper: Paper, folder: Path) -> list[Path]:
    """One file a convoy; files of an earlier plan in the same folder are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in sorted(folder.glob("c[0-9][0-9][0-9][0-9]*.gpx")):
        old.unlink()
    written = []
    for convoy in paper.convoys:
        path = folder / f"{convoy.id}.gpx"
        path.write_bytes(tracks.gpx_bytes(paper, convoy))
        written.append(path)
    return written
