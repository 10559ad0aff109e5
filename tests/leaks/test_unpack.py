"""What is hidden in a file of any kind is found: names in every container, every position."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Callable

import pytest
import typst
import xlsxwriter

from tests.leaks.positions import Readings, Spotter
from tests.leaks.search import Search
from tests.leaks.unpack import unpacked
from tests.leaks.withheld import Allowed, Withheld

SPOT = (35.34717, 40.14391)
NAME = "Merciful Clinic"
ARABIC = "عيادة الرحمة"
PLANTED = [
    Withheld("name", NAME), Withheld("name", ARABIC, inside=True), Withheld("spot", spot=SPOT),
    Withheld("id", "buses-2-1"), Withheld("count", number=3917),
]  # fmt: skip


def found(content: bytes, name: str = "file.bin", told: Allowed | None = None) -> set[str]:
    search = Search(PLANTED, told or Allowed())
    return {hit.found.kind for hit in search.hits(unpacked(content, name))}


def _zip(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def _commented() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        info = zipfile.ZipInfo("a.txt")
        info.comment = NAME.encode()
        archive.writestr(info, b"nothing")
    return made.getvalue()


def _workbook(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        book.add_worksheet("Movements").write(0, 0, "nothing")
        fill(book)
    return made.getvalue()


def _hidden(book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet("Old")
    sheet.hide()
    sheet.write(4, 4, NAME)


def _rich(book: xlsxwriter.Workbook) -> None:
    bold = book.add_format({"bold": True})
    book.add_worksheet().write_rich_string(0, 0, bold, "Merci", "ful Cl", bold, "inic")


def _pdf(source: str) -> bytes:
    made = typst.compile(source.encode())
    assert isinstance(made, bytes)
    return made


def _png() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + b"\0\0\0\0"

    packed = b"Comment\0\0" + zlib.compress(NAME.encode())
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"\0" * 13) + chunk(b"zTXt", packed)


def _database(*statements: str) -> bytes:
    base = sqlite3.connect(":memory:")
    for statement in statements:
        base.execute(statement)
    base.commit()
    made = base.serialize()
    base.close()
    return made


def _deleted() -> bytes:
    return _database(
        "pragma secure_delete = off", "create table t (name text)",
        f"insert into t values ('{NAME}')", "insert into t values ('x')",
        "delete from t where name <> 'x'",
    )  # fmt: skip


FOLDED = "BEGIN:VEVENT\r\nSUMMARY:to the Merc\r\n iful Clinic\r\nEND:VEVENT\r\n"
CONTAINERS: dict[str, Callable[[], bytes]] = {
    "text": lambda: f"to the {NAME.upper()} at six".encode(),
    "line's end": lambda: b"to the Merciful\r\n  Clinic",
    "csv": lambda: b'"a","Merciful Clinic"\n',
    "json, escaped": lambda: json.dumps({"a": {NAME: 1}}).replace("M", "\\u004d").encode(),
    "json, key": lambda: json.dumps([{NAME: None}]).encode(),
    "xml, entities": lambda: b"<a>Merciful&#32;Clini&#x63;</a>",
    "xml, tags": lambda: b"<a>Merciful</a><b>Clinic</b>",
    "ics, folded": lambda: FOLDED.encode(),
    "url": lambda: b"https://x.example/?q=Merciful%20Clinic",
    "quoted-printable": lambda: b"Merciful=20Cli=6Eic",
    "base64": lambda: b'{"blob": "' + base64.b64encode(b"to the Merciful Clinic at six") + b'"}',
    "hexadecimal": lambda: b"Merciful Clinic at six".hex().encode(),
    "utf-16": lambda: NAME.encode("utf-16"),
    "utf-16 in binary": lambda: b"\xff\x00\x80\x81" + NAME.encode("utf-16-le") + b"\xff\xfe\xfa",
    "zero width": lambda: "Mer\u200bci\u00adful \u202eClinic".encode(),
    "wide letters": lambda: "Ｍｅｒｃｉｆｕｌ Ｃｌｉｎｉｃ".encode(),
    "zip": lambda: _zip(a=NAME.encode()),
    "zip, member's name": lambda: _zip(**{"Merciful Clinic.gpx": b""}),
    "zip in zip (KMZ)": lambda: _zip(doc=_zip(a=NAME.encode())),
    "zip behind text": lambda: b"GIF89a" + _zip(a=NAME.encode()),
    "zip, comment": _commented,
    "gzip": lambda: gzip.compress(NAME.encode()),
    "bzip2": lambda: bz2.compress(NAME.encode()),
    "xz": lambda: lzma.compress(NAME.encode()),
    "xlsx, hidden sheet": lambda: _workbook(_hidden),
    "xlsx, rich text": lambda: _workbook(_rich),
    "xlsx, comment": lambda: _workbook(lambda b: b.worksheets()[0].write_comment("A1", NAME)),
    "xlsx, properties": lambda: _workbook(lambda b: b.set_properties({"keywords": NAME})),
    "xlsx, name of a range": lambda: _workbook(
        lambda b: b.define_name("Merciful_Clinic", "=Movements!$A$1")
    ),
    "xlsx, sheet's name": lambda: _workbook(lambda b: b.add_worksheet(NAME)),
    "pdf, page": lambda: _pdf(f"Drive to the {NAME}"),
    "pdf, white": lambda: _pdf(f'#text(fill: white, size: 2pt)[{NAME}]'),
    "pdf, metadata": lambda: _pdf(f'#set document(title: "{NAME}")\nnothing'),
    "pdf, outline": lambda: _pdf(f"#hide[= {NAME}]\nnothing"),
    "png": _png,
    "gpkg, row": lambda: _database("create table t (a)", f"insert into t values ('{NAME}')"),
    "gpkg, table": lambda: _database('create table "Merciful Clinic" (a)'),
    "gpkg, column": lambda: _database('create table t ("Merciful Clinic" text)'),
    "gpkg, deleted row": _deleted,
}  # fmt: skip


@pytest.mark.parametrize("make", CONTAINERS.values(), ids=CONTAINERS)
def test_a_name_is_found_wherever_it_is_put(make: Callable[[], bytes]) -> None:
    assert "name" in found(make())


def test_a_file_is_known_by_its_name_as_well() -> None:
    assert found(b"nothing", "gpx/Merciful Clinic.gpx") == {"name"}
    assert found(b"nothing", "gpx/buses-2-1.gpx") == {"id"}
    assert found(b"nothing at all") == set()


def test_arabic_is_found_in_joined_letters_and_from_behind() -> None:
    joined = "ﻋﻴﺎﺩﺓ ﺍﻟﺮﺣﻤﺔ"
    for text in (ARABIC, joined, ARABIC[::-1], f"\u2067{ARABIC}\u2069"):
        assert found(text.encode()) == {"name"}


def test_ids_want_their_own_signs_and_counts_stand_alone() -> None:
    assert found(b"buses,2,1\n") == set()
    assert found(b"sortie buses-2-1.") == {"id"}
    assert found(b"3,917 people") == found("3 917".replace(" ", "\u00a0").encode()) == {"count"}
    assert found(b"39170 and a3917 and 0.3917 and 3917.5x") == set()


# ------------------------------------------------------------------ positions

FORMS = {
    "degrees": "35.34717, 40.14391",
    "longitude first": "[40.14391,35.34717]",
    "three decimals": "35.347 40.144",
    "cut off": "35.347 40.143",
    "two decimals": "35.35 N 40.14 E",
    "decimal commas": "35,34717; 40,14391",
    "more decimals": "lat=35.3471701 lon=40.1439101",
    "with a height": "40.14391,35.34717,210",
    "elements": "<lat>35.34717</lat><lon>40.14391</lon>",
    "sixtieths": "35°20'49.8\"N 40°08'38.1\"E",
    "typographic": "35° 20′ 49.8″ N, 40° 8′ 38.1″ E",
    "minutes": "N 35° 20.830' E 40° 08.635'",
    "spaces": "35 20 49.8 N 40 08 38.1 E",
    "packed": "352050N0400838E",
    "NMEA": "3520.830,N,04008.635,E",
    "ISO 6709": "+352049.8+0400838.1/",
    "MGRS": "37S FV 03943 12144",
    "MGRS, 100 m": "37SFV039121",
    "UTM": "37S 603943 3912144",
    "web map": "4468799.6 4211160.8",
    "whole numbers": "3534717 4014391",
    "microdegrees": '{"lat": 35347170, "lng": 40143910}',
    "1e-7 degrees": "353471700 401439100",
    "radians": "0.616924 0.700643",
    "geohash": "syk916zb",
}


def test_the_forms_are_this_position() -> None:
    """The grids of the table above, from the libraries themselves."""
    import mgrs
    import pyproj

    from tests.leaks.positions import _geohash

    assert mgrs.MGRS().toMGRS(*SPOT) == FORMS["MGRS"].replace(" ", "")
    for code, form in (("EPSG:32637", "UTM"), ("EPSG:3857", "web map")):
        x, y = pyproj.Transformer.from_crs("EPSG:4326", code, always_xy=True).transform(*SPOT[::-1])
        numbers = [float(part) for part in FORMS[form].split()[-2:]]
        assert (round(x), round(y)) == tuple(round(number) for number in numbers)
    assert FORMS["geohash"].startswith(_geohash(*SPOT, 7))


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_position_is_found_in_every_form(form: str) -> None:
    assert found(form.encode()) == {"spot"}


def test_a_shape_of_a_geopackage_is_read() -> None:
    import shapely

    blob = b"GP\0\1" + struct.pack("<i", 4326) + shapely.to_wkb(shapely.Point(*SPOT[::-1]))
    assert found(_database("create table t (g)", f"insert into t values (x'{blob.hex()}')")) == {
        "spot"
    }


def test_other_places_are_none() -> None:
    for form in ("35.30000, 40.10000", "35.36 40.14", "35.3 40.1", "35.34717 but 41.14391",
                 "35 40", "1.5 35.34717 2 3 4 5 6 40.14391"):  # fmt: skip
        assert found(form.encode()) == set(), form
    # A place that may be known is no leak where the numbers say rather that one.
    near = Spotter(SPOT, [(35.35, 40.14)])
    assert list(near.forms(Readings("35.35 40.14"))) == []
    assert list(near.forms(Readings("35.347 40.144"))) != []
