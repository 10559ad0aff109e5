"""What leaves the office with a plan: the documents, what is in them, and what was withheld."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.ui.words import _, counted

if TYPE_CHECKING:
    import pandas as pd

    from planner.verify import Verdict

HEAD = 200
"""Rows of a table that are shown; all of them leave."""
TYPES = {
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv",
    ".geojson": "application/geo+json",
    ".json": "application/json",
    ".gpx": "application/gpx+xml",
}
INTERNAL_ALONE = "plan.json"


def audiences() -> dict[str, tuple[str, str]]:
    """Audience → (its name, what it gets), in this tab's language."""
    return {
        "internal": (
            _("Internal: the office and those who run the convoys"),
            _("Everything but the positions and names of protected places, for which their "
              "handover points stand; plan.json alone holds those too."),
        )
    }  # fmt: skip


def kinds() -> dict[str, str]:
    """File → what it is, in this tab's language and in the order of the page."""
    return {
        "summary.pdf": _("Printed summary: map, curve, figures, who is left behind and why"),
        "movement_table.xlsx": _("Movement table for Excel"),
        "movement_table.csv": _("Movement table as CSV"),
        "people.csv": _("What becomes of each group"),
        "left_behind.csv": _("Who is left behind, why, what would help"),
        "codes.csv": _("Key to the codes that outside documents use; for the office alone"),
        "routes.geojson": _("Routes with times for GIS"),
        "gpx": _("Tracks for phones (GPX), one a convoy"),
        "plan.json": _("The whole plan, for planner verify; never hand it on"),
    }


def offered(files: list[Path]) -> dict[str, list[Path]]:
    """Kind of document → its files, in the order of ``kinds``; unknown files come last."""
    found: dict[str, list[Path]] = {name: [] for name in kinds()}
    for path in files:
        found.setdefault("gpx" if path.suffix == ".gpx" else path.name, []).append(path)
    return {name: paths for name, paths in found.items() if paths}


def size_words(paths: list[Path]) -> str:
    """'12 kB', or '40 files, 120 kB'."""
    size = f"{-(-sum(path.stat().st_size for path in paths) // 1024):,} kB"
    if len(paths) == 1:
        return size
    return counted("{n} file", "{n} files", len(paths)) + f", {size}"


def csv_head(content: bytes, rows: int = HEAD) -> tuple[pd.DataFrame, int]:
    """(the first rows as they stand in the file, how many rows there are)."""
    import pandas as pd

    told = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    head, body = (told[0], told[1:]) if told else ([], [])
    return pd.DataFrame(body[:rows], columns=head), len(body)


def sheets(path: Path, rows: int = HEAD) -> dict[str, pd.DataFrame]:
    """Name of a sheet → its first rows as text."""
    import openpyxl
    import pandas as pd

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    found = {}
    for sheet in book.worksheets:
        told = [
            ["" if value is None else str(value) for value in row]
            for row in sheet.iter_rows(max_row=rows + 1, values_only=True)
        ]
        width = max((len(row) for row in told), default=0)
        padded = [row + [""] * (width - len(row)) for row in told]
        found[sheet.title] = pd.DataFrame(padded, columns=[str(n + 1) for n in range(width)])
    book.close()
    return found


def features(path: Path) -> dict[str, Any]:
    """A GeoJSON file as it stands."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def track(path: Path) -> list[tuple[float, float, str]]:
    """The points of a GPX file: latitude, longitude, time in UTC."""
    import gpxpy

    with path.open(encoding="utf-8") as file:
        found = gpxpy.parse(file)
    return [
        (point.latitude, point.longitude, point.time.isoformat() if point.time else "")
        for line in found.tracks
        for segment in line.segments
        for point in segment.points
    ]


def withheld(verdict: Verdict) -> list[tuple[str, str, str]]:
    """(what, why it is withheld, what stands in its place) of everything that does not leave."""
    from planner.redact import hand_over

    shown = hand_over(verdict)
    kept = {place.id for place in shown.scenario.places}
    rows = [_place(verdict, place.id) for place in verdict.scenario.places if place.id not in kept]
    if not rows:
        return []
    gone = {place.id for place in verdict.scenario.places} - kept
    legs = [leg for s in verdict.plan.sorties for leg in s.legs]
    ways = sum(1 for leg in legs if {leg.origin, leg.destination} & gone)
    ways += sum(1 for m in verdict.plan.self_movements if {m.origin, m.destination} & gone)
    if ways:
        rows.append(
            (
                counted("The way of {n} movement to or from them",
                        "The ways of {n} movements to or from them", ways),
                _("the road would lead to the place"),
                _("the way from the handover point, or a straight line"),
            )
        )  # fmt: skip
    rows.append(
        (
            _("The scenario's text inside the documents"),
            _("it names the places"),
            _("nothing; plan.json keeps it"),
        )
    )
    return rows


def _place(verdict: Verdict, name: str) -> tuple[str, str, str]:
    from planner.redact import hand_over

    place = verdict.scenario.place(name)
    following = place.handover_point or ""
    known = {item.id: item.label for item in hand_over(verdict).scenario.places}
    while following not in known and following:
        following = verdict.scenario.place(following).handover_point or ""
    return (
        _("Name, id and position of {place}").format(place=place.label),
        _("a protected place: its position never leaves the office"),
        _("its handover point {place}").format(place=known.get(following, following)),
    )
