"""What leaves the office with a plan: for whom, which documents, what is in them, what is not."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from planner.ui.words import _, counted

if TYPE_CHECKING:
    import pandas as pd

    from planner.documents import Files, Issued, Order
    from planner.redact import Audience
    from planner.ui.session import Run
    from planner.verify import Verdict

HEAD = 200
"""Rows of a table that are shown; all of them leave."""
TYPES = {
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv",
    ".geojson": "application/geo+json",
    ".gpkg": "application/geopackage+sqlite3",
    ".kml": "application/vnd.google-earth.kml+xml",
    ".kmz": "application/vnd.google-earth.kmz",
    ".json": "application/json",
    ".gpx": "application/gpx+xml",
    ".ics": "text/calendar",
}
WHOLE = "plan.json"
"""The one file that holds everything; for the office alone."""


def audiences() -> dict[Audience, tuple[str, str]]:
    """Audience → (its name, what it gets), in this tab's language."""
    return {
        "internal": (
            _("Internal: the office"),
            _("Everything, with handover points in place of protected places; plan.json alone "
              "holds those too."),
        ),
        "partners": (
            _("Partners: who runs a fleet"),
            _("The movements of that fleet alone, with roads, crews, escorts and stretchers."),
        ),
        "crew": (
            _("Crew: a vehicle or a convoy"),
            _("The movements of that vehicle or convoy alone, under code names."),
        ),
        "parties": (
            _("Parties: who is asked for passage"),
            _("The movements over that party's ground, under code names: times and numbers, where "
              "they come in and go out, and the permissions asked for."),
        ),
        "public": (
            _("Public"),
            _("A rounded total, the month and the area to a tenth of a degree; no times, no "
              "ways."),
        ),
    }  # fmt: skip


def stem(run: Run, order: Order) -> str:
    """What a file of all documents is called: the scenario, the what-if, whom it is for."""
    whom = [order.audience, order.recipient] if order.audience != "internal" else []
    file = PurePosixPath(run.verdict.plan.provenance.scenario_file).stem
    return "-".join([file, run.case, *filter(None, whom)])


def languages() -> list[str]:
    """English, and the languages for which there is a wording file."""
    from planner import wording

    return [code for code in wording.LANGUAGES if code == "en" or wording.catalog(code)]


def titles() -> dict[str, str]:
    """Document → what it is, in this tab's language."""
    return {
        "plan": _("Evacuation plan: map, curve, groups, fleet, permissions, what it rests on"),
        "movements": _("Their movements on paper, with a map"),
        "brief": _("The public brief: one page"),
        "notification": _("The notification to this party"),
        "lift-schedule": _("Lift schedule: sailings and flights, berths and stands over time"),
        "drivers-card": _("Drivers' cards: four to a page, to be cut out"),
        "movement-order": _("Movement orders: a page a road convoy, with map and strip of times"),
        "authorisation-request": _("Requests for permission, one each"),
        "movement-table": _("Movement table"),
        "routes": _("Routes with their times"),
        "calendar": _("Calendar of the movements"),
        "requests": _("What is to be asked and told, and until when"),
        "manifest": _("Blank passenger lists; printed and filled in on the command line"),
        "people": _("What becomes of each group"),
        "left-behind": _("Who is left behind, why, what would help"),
        "comparison": _("Two plans side by side"),
        "places": _("Places and their positions"),
        "displacement": _("Places, roads and closures for displacement models"),
        "codes": _("The office's key to the code names; never hand it on"),
    }


def formats() -> dict[str, str]:
    """Format → what it is for, in this tab's language."""
    return {
        "pdf": _("PDF to print"),
        "xlsx": _("Excel"),
        "csv": "CSV",
        "geojson": _("GeoJSON for GIS"),
        "gpkg": _("GeoPackage for GIS"),
        "kml": _("KML for Google Earth"),
        "kmz": _("KMZ: the same, packed"),
        "gpx": _("GPX for phones"),
        "driver-kml": _("KML for drivers' phones"),
        "ics": _("Calendar file"),
        "flee": "FLEE CSV",
        "json": _("JSON for programs"),
    }


def offered(made: Issued) -> dict[str, dict[str, tuple[str, ...]]]:
    """Document → format → names of its files, in the order of ``titles``; others come last.

    A format that gave no file is left out, and so is a document without any.
    """
    order = list(titles())
    names = dict.fromkeys(document for document, _format in made.written)
    found = {}
    for name in sorted(names, key=lambda n: order.index(n) if n in order else len(order)):
        known = {
            kind: made.written[name, kind]
            for kind in sorted(
                (kind for document, kind in made.written if document == name), key=_rank
            )
            if made.written[name, kind]
        }
        if known:
            found[name] = known
    return found


def _rank(kind: str) -> int:
    known = list(formats())
    return known.index(kind) if kind in known else len(known)


def title(name: str) -> str:
    """What a document is; its English title where nobody has translated one."""
    from planner.documents import named

    return titles().get(name) or named(name).title


def leaving(made: Issued) -> list[tuple[str, str, str]]:
    """(file, what it is, how large it is) of every file; many of one kind as one line."""
    known = formats()
    rows = []
    for document, kinds in offered(made).items():
        for kind, names in kinds.items():
            what = f"{title(document)}: {known.get(kind, kind)}"
            shown = names[0] if len(names) == 1 else f"{PurePosixPath(names[0]).parent}/"
            rows.append((shown, what, size_words(made.files, list(names))))
    return rows


def size_words(files: Files, names: list[str]) -> str:
    """'12 kB', or '40 files, 120 kB'."""
    size = f"{-(-sum(len(files[name]) for name in names) // 1024):,} kB"
    if len(names) == 1:
        return size
    return counted("{n} file", "{n} files", len(names)) + f", {size}"


def pages(verdict: Verdict, order: Order, name: str) -> list[bytes]:
    """The pages of a PDF of that order as pictures, set from the same redacted plan."""
    from planner import documents

    return documents.pictures(verdict, order, name)


def csv_head(content: bytes, rows: int = HEAD) -> tuple[pd.DataFrame, int]:
    """(the first rows as they stand in the file, how many rows there are)."""
    import pandas as pd

    told = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    head, body = (told[0], told[1:]) if told else ([], [])
    return pd.DataFrame(body[:rows], columns=head), len(body)


def sheets(content: bytes, rows: int = HEAD) -> dict[str, pd.DataFrame]:
    """Name of a sheet → its first rows as text."""
    import openpyxl
    import pandas as pd

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
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


def features(content: bytes) -> dict[str, Any]:
    """A GeoJSON file as it stands."""
    found: dict[str, Any] = json.loads(content.decode("utf-8"))
    return found


def layers(content: bytes) -> list[tuple[str, str, str]]:
    """(name, how many rows, fields) of each layer of a GeoPackage."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(":memory:")) as base:
        base.deserialize(content)
        names = [row[0] for row in base.execute("SELECT table_name FROM gpkg_contents")]
        found = []
        for name in names:
            quoted = '"' + name.replace('"', '""') + '"'
            count = base.execute(f"SELECT count(*) FROM {quoted}").fetchone()[0]
            fields = [row[1] for row in base.execute(f"PRAGMA table_info({quoted})")]
            told = ", ".join(field for field in fields if field not in ("fid", "geom"))
            found.append((name, f"{count:,}", told))
    return found


def unpacked_kmz(content: bytes) -> str:
    """The KML in a KMZ."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read("doc.kml").decode("utf-8")


def track(content: bytes) -> list[tuple[float, float, str]]:
    """The points of a GPX file: latitude, longitude, time in UTC."""
    import gpxpy

    found = gpxpy.parse(content.decode("utf-8"))
    return [
        (point.latitude, point.longitude, point.time.isoformat() if point.time else "")
        for line in found.tracks
        for segment in line.segments
        for point in segment.points
    ]


def suffix(name: str) -> str:
    """'.gpx' of 'gpx/c0001.gpx'."""
    return PurePosixPath(name).suffix


# ------------------------------------------------------------------ withheld


def withheld(verdict: Verdict, order: Order) -> list[tuple[str, str, str]]:
    """(what, why it is withheld, what stands in its place) of everything that does not leave.

    Raises ScenarioError where the order cannot be met.
    """
    inside = order.audience == "internal"
    rows = _protected(verdict, inside)
    return rows if inside else [*rows, *_of_others(verdict, order)]


def _of_others(verdict: Verdict, order: Order) -> list[tuple[str, str, str]]:
    from planner.redact import redact

    shown = redact(verdict, order.audience, order.recipient).verdict.plan
    legs = sum(len(sortie.legs) for sortie in shown.sorties)
    whole = sum(len(sortie.legs) for sortie in verdict.plan.sorties)
    whole += len(verdict.plan.self_movements)
    rows = []
    if order.audience == "public":
        rows.append(
            (
                counted("All of {n} movement", "All of {n} movements", whole),
                _("times and ways would endanger those who travel"),
                _("a rounded number of people and the month"),
            )
        )
    else:
        others = counted("{n} movement of others", "{n} movements of others", whole - legs)
        rows.append((others, _("they do not concern this reader"), _("nothing")))
    nothing, office = _("nothing"), _("for the office alone")
    rows.append((_("Who is left behind, why, and what would help"), office, nothing))
    rows.append((_("Dangers, expected casualties, proofs"), office, nothing))
    return [*rows, *_by_audience(order.audience)]


def _by_audience(audience: Audience) -> list[tuple[str, str, str]]:
    """What of the reader's own movements is not told."""
    need, heads = _("not needed to carry them out"), _("heads alone")
    passing = _("not needed to let them pass")
    codes = _("code names; the office has the key in codes.csv")
    who = _("Groups and households on board")
    leave = _("Names of the permissions")
    rows = {
        "partners": [(who, need, heads), (leave, need, codes)],
        "crew": [
            (who, need, heads), (leave, need, codes),
            (_("Ids of fleets, vehicles and sorties; escorts"), need, codes),
        ],
        "parties": [
            (_("Groups, households and patients on board"), passing, heads),
            (_("Names and ids of fleets, vehicles and sorties"), passing,
             _("the kind of vehicle, and code names; the office has the key in codes.csv")),
            (_("Drivers, radios, escorts"), passing, _("nothing")),
            (_("The road itself"), _("they are asked for passage over their own ground"),
             _("the ends, and where the way comes in and goes out")),
        ],
    }  # fmt: skip
    return rows.get(audience, [])


def _protected(verdict: Verdict, inside: bool) -> list[tuple[str, str, str]]:
    from planner.redact import hand_over

    kept = {place.id: place.label for place in hand_over(verdict).scenario.places}
    gone = [place.id for place in verdict.scenario.places if place.id not in kept]
    rows = [_place(verdict, name, kept) for name in gone]
    if not rows:
        return []
    legs = [leg for s in verdict.plan.sorties for leg in s.legs]
    ways = sum(1 for leg in legs if {leg.origin, leg.destination} & set(gone))
    own = verdict.plan.self_movements
    ways += sum(1 for m in own if {m.origin, m.destination} & set(gone))
    if ways:
        rows.append(
            (
                counted("The way of {n} movement to or from them",
                        "The ways of {n} movements to or from them", ways),
                _("the road would lead to the place"),
                _("the way from the handover point, or a straight line"),
            )
        )  # fmt: skip
    text = _("The scenario's text inside the documents")
    kept_in = _("nothing; plan.json keeps it") if inside else _("nothing")
    rows.append((text, _("it names the places"), kept_in))
    return rows


def _place(verdict: Verdict, name: str, kept: dict[str, str]) -> tuple[str, str, str]:
    place = verdict.scenario.place(name)
    following = place.handover_point or ""
    while following not in kept and following:
        following = verdict.scenario.place(following).handover_point or ""
    return (
        _("Name, id and position of {place}").format(place=place.label),
        _("a protected place: its position never leaves the office"),
        _("its handover point {place}").format(place=kept.get(following, following)),
    )
