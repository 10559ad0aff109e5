"""Which documents there are, in which formats, for whom: a row each.

A further format is a further entry of ``writers``; a further document is a further row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from planner.documents import (
    ics,
    leadtimes,
    manifests,
    notices,
    noticetables,
    outside,
    rows,
    sheets,
    summary,
    tracks,
)
from planner.documents.columns import FACT_COLUMNS
from planner.documents.paper import Paper
from planner.redact import Audience

Files = dict[str, bytes]
"""Path below the folder of the export → bytes. Names hold no word of a scenario."""
Writer = Callable[[Paper], Files]
_MOVING: tuple[Audience, ...] = ("internal", "partners", "crew", "parties")


@dataclass(frozen=True)
class Document:
    """One document: ``title`` in English, who gets it, and by format who writes it.

    ``whole`` are formats that hold the plan itself, not a redacted one: for the office alone.
    """

    name: str
    title: str
    audiences: tuple[Audience, ...]
    writers: Mapping[str, Writer]
    whole: frozenset[str] = frozenset()

    @property
    def formats(self) -> tuple[str, ...]:
        """Names of its formats."""
        return (*sorted(self.whole), *self.writers)


def _one(name: str, write: Callable[[Paper], bytes]) -> Writer:
    return lambda paper: {name: write(paper)}


def _table(name: str, make: Callable[[Paper], rows.Table]) -> Writer:
    return lambda paper: {name: sheets.csv_bytes(make(paper))}


def _workbook(paper: Paper) -> Files:
    tables = [rows.movements(paper), rows.convoy_table(paper)]
    if paper.internal:
        tables += [rows.people(paper), rows.left_behind(paper), rows.code_table(paper)]
    return {"movement_table.xlsx": sheets.xlsx_bytes(paper, "Movement table", tables)}


def _requests(paper: Paper) -> Files:
    made = sheets.xlsx_bytes(paper, "Requests and messages", [leadtimes.table(paper)])
    return {"requests.xlsx": made}


def _notice(paper: Paper) -> bytes:
    return notices.as_json(notices.notice(paper))


def _notice_book(paper: Paper) -> Files:
    tables = noticetables.tables(notices.notice(paper))
    return {"notification.xlsx": sheets.xlsx_bytes(paper, "Notification", tables)}


def _waypoints(paper: Paper) -> Files:
    table = noticetables.waypoints(notices.notice(paper))
    return {"notification_waypoints.csv": sheets.csv_bytes(table)}


def _manifests(paper: Paper) -> Files:
    made = sheets.xlsx_bytes(paper, "Passenger manifest", [manifests.blanks(paper)])
    return {"manifest_blank.xlsx": made}


def _gpx(paper: Paper) -> Files:
    """One file a convoy."""
    return {f"gpx/{c.id}.gpx": tracks.gpx_bytes(paper, c) for c in paper.convoys}


def _facts(paper: Paper) -> rows.Table:
    told: list[rows.Row] = [
        {"what": what, "value": value} for what, value in outside.brief_rows(paper)
    ]
    return rows.Table("brief", "Public brief", FACT_COLUMNS, tuple(told))


DOCUMENTS: tuple[Document, ...] = (
    Document(
        "plan", "Evacuation plan", ("internal",),
        {"pdf": _one("summary.pdf", summary.pdf_bytes)}, frozenset({"json"}),
    ),
    Document(
        "movement-table", "Movement table", _MOVING,
        {"csv": _table("movement_table.csv", rows.movements), "xlsx": _workbook},
    ),
    Document(
        "routes", "Routes", _MOVING,
        {"geojson": _one("routes.geojson", tracks.geojson_bytes), "gpx": _gpx},
    ),
    Document("people", "People", ("internal",), {"csv": _table("people.csv", rows.people)}),
    Document(
        "left-behind", "People left behind", ("internal",),
        {"csv": _table("left_behind.csv", rows.left_behind)},
    ),
    Document("codes", "Codes", ("internal",), {"csv": _table("codes.csv", rows.code_table)}),
    Document(
        "movements", "Movements", ("partners", "crew", "parties"),
        {"pdf": _one("movements.pdf", outside.movements_pdf)},
    ),
    Document("calendar", "Calendar", _MOVING, {"ics": _one(ics.NAME, ics.ics_bytes)}),
    Document(
        "requests", "Requests and messages", ("internal",),
        {"csv": _table("requests.csv", leadtimes.table), "xlsx": _requests},
    ),
    Document(
        "notification", "Notification", ("parties",),
        {"json": _one("notification.json", _notice), "xlsx": _notice_book, "csv": _waypoints},
    ),
    Document(
        "manifest", "Passenger manifest", ("internal",),
        {"csv": _table("manifest_blank.csv", manifests.blanks), "xlsx": _manifests},
    ),
    Document(
        "brief", "Public brief", ("public",),
        {
            "pdf": _one("brief.pdf", outside.brief_pdf), "csv": _table("brief.csv", _facts),
            "geojson": _one("brief.geojson", outside.brief_geojson),
        },
    ),
)  # fmt: skip


def offered(audience: Audience) -> tuple[Document, ...]:
    """The documents that an audience gets, in the order of the table."""
    return tuple(document for document in DOCUMENTS if audience in document.audiences)


def named(name: str) -> Document:
    """The document of that name; KeyError where there is none."""
    return {document.name: document for document in DOCUMENTS}[name]


NAMES = tuple(document.name for document in DOCUMENTS)
FORMATS = tuple(dict.fromkeys(name for document in DOCUMENTS for name in document.formats))
