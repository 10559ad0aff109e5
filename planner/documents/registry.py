"""Which documents there are, in which formats, for whom: a row each.

A further format is a further entry of ``writers``; a further document is a further row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from planner.documents import (
    boardinglists,
    cards,
    comparison,
    flee,
    geopackage,
    ics,
    kml,
    leadtimes,
    leftbehind,
    liftpages,
    lifts,
    manifests,
    noticepaper,
    notices,
    noticetables,
    orders,
    outside,
    press,
    requestforms,
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
    concerns: Callable[[Paper], bool] | None = None
    """Whether there is anything in it for the reader of a paper; None: there always is."""

    @property
    def formats(self) -> tuple[str, ...]:
        """Names of its formats."""
        return (*sorted(self.whole), *self.writers)


def _one(name: str, write: Callable[[Paper], bytes]) -> Writer:
    return lambda paper: {name: write(paper)}


Maker = Callable[[Paper], rows.Table]


def _csv(name: str, make: Maker) -> Writer:
    return lambda paper: {f"{name}.csv": sheets.csv_bytes(make(paper), paper.with_hxl)}


def _json(name: str, title: str, make: Maker) -> Writer:
    return lambda paper: {f"{name}.json": sheets.json_bytes(paper, title, make(paper))}


def _book(name: str, title: str, make: Maker) -> Writer:
    return lambda paper: {f"{name}.xlsx": sheets.xlsx_bytes(paper, title, [make(paper)])}


def _blanks(paper: Paper) -> bytes:
    """Without hashtags: what is filled in is read again line by line."""
    return sheets.csv_bytes(manifests.blanks(paper))


def _tables(name: str, title: str, make: Maker) -> dict[str, Writer]:
    """The three formats of a table."""
    return {
        "csv": _csv(name, make),
        "xlsx": _book(name, title, make),
        "json": _json(name, title, make),
    }


def _workbook(paper: Paper) -> Files:
    tables = [rows.movements(paper), rows.convoy_table(paper)]
    if paper.internal:
        tables += [rows.people(paper), rows.left_behind(paper), rows.code_table(paper)]
    return {"movement_table.xlsx": sheets.xlsx_bytes(paper, "Movement table", tables)}


def _notice(paper: Paper) -> bytes:
    return notices.as_json(notices.notice(paper))


def _notice_book(paper: Paper) -> Files:
    tables = noticetables.tables(notices.notice(paper))
    return {"notification.xlsx": sheets.xlsx_bytes(paper, "Notification", tables)}


def _waypoints(paper: Paper) -> rows.Table:
    return noticetables.waypoints(notices.notice(paper))


def _gpx(paper: Paper) -> Files:
    """One file a convoy."""
    return {f"gpx/{c.id}.gpx": tracks.gpx_bytes(paper, c) for c in paper.convoys}


def _drivers(paper: Paper) -> Files:
    """One file a convoy."""
    return {f"drivers/{c.id}.kml": kml.driver_kml(paper, c) for c in paper.convoys}


def _facts(paper: Paper) -> rows.Table:
    told: list[rows.Row] = [
        {"what": what, "value": value} for what, value in outside.brief_rows(paper)
    ]
    return rows.Table("brief", "Public brief", FACT_COLUMNS, tuple(told))


DOCUMENTS: tuple[Document, ...] = (
    Document(
        "plan", "Evacuation plan", ("internal",),
        {"pdf": press.Printed(summary.sheets)}, frozenset({"json"}),
    ),
    Document(
        "movement-table", "Movement table", _MOVING,
        {
            "csv": _csv("movement_table", rows.movements), "xlsx": _workbook,
            "json": _json("movement_table", "Movement table", rows.movements),
        },
    ),
    Document(
        "routes", "Routes", _MOVING,
        {
            "geojson": _one("routes.geojson", tracks.geojson_bytes),
            "gpkg": _one("routes.gpkg", geopackage.gpkg_bytes),
            "kml": _one("routes.kml", kml.kml_bytes),
            "kmz": _one("routes.kmz", kml.kmz_bytes),
            "gpx": _gpx, "driver-kml": _drivers,
        },
    ),
    Document("places", "Places", _MOVING, _tables("places", "Places", rows.places)),
    Document(
        "lift-schedule", "Lift schedule", ("internal", "partners", "crew"),
        {
            "pdf": press.Printed(liftpages.sheets),
            **_tables("lift_schedule", "Lift schedule", lifts.table),
        },
        concerns=lambda paper: paper.internal or bool(lifts.lifts(paper)),
    ),
    Document(
        "drivers-card", "Driver's card", ("crew",),
        {"pdf": press.Printed(cards.sheets)}, concerns=lambda paper: bool(orders.ordered(paper)),
    ),
    Document("people", "People", ("internal",), _tables("people", "People", rows.people)),
    Document(
        "movement-order", "Movement order", ("internal", "partners", "crew"),
        {"pdf": press.Printed(orders.sheets, shown=12)},
        concerns=lambda paper: paper.internal or bool(orders.ordered(paper)),
    ),
    Document(
        "left-behind", "People left behind", ("internal",),
        {
            "pdf": press.Printed(leftbehind.sheets),
            **_tables("left_behind", "People left behind", rows.left_behind),
        },
    ),
    Document(
        "comparison", "Comparison of two plans", ("internal",),
        {"pdf": press.Printed(comparison.sheets)},
    ),
    Document("codes", "Codes", ("internal",), _tables("codes", "Codes", rows.code_table)),
    Document(
        "movements", "Movements", ("partners", "crew", "parties"),
        {"pdf": press.Printed(outside.movement_sheets)},
    ),
    Document("calendar", "Calendar", _MOVING, {"ics": _one(ics.NAME, ics.ics_bytes)}),
    Document(
        "requests", "Requests and messages", ("internal",),
        _tables("requests", "Requests and messages", leadtimes.table),
    ),
    Document(
        "notification", "Notification", ("parties",),
        {
            "pdf": press.Printed(noticepaper.sheets),
            "json": _one("notification.json", _notice), "xlsx": _notice_book,
            "csv": _csv("notification_waypoints", _waypoints),
        },
    ),
    Document(
        "authorisation-request", "Request for authorisation", ("internal", "parties"),
        {"pdf": press.Printed(requestforms.sheets)},
    ),
    Document(
        "manifest", "Passenger manifest", ("internal",),
        {
            "pdf": press.Printed(boardinglists.sheets, shown=8),
            "csv": _one("manifest_blank.csv", _blanks),
            "xlsx": _book("manifest_blank", "Passenger manifest", manifests.blanks),
        },
    ),
    Document(
        "displacement", "Displacement model", ("internal",), {"flee": flee.files},
    ),
    Document(
        "brief", "Public brief", ("public",),
        {
            "pdf": press.Printed(outside.brief_sheets),
            **_tables("brief", "Public brief", _facts),
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
