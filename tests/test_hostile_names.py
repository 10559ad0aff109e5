"""Hostile names in every document and format: text, readable, and nothing else."""

from __future__ import annotations

import io
import zipfile

import pytest

from planner import documents
from planner.documents import Order
from tests.bench import hostile_names as names
from tests.readers import Opened

FORMATS_WITHOUT_NAMES = {"flee"}


def zipped(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("_", "."), text)
    return out.getvalue()


def test_hostile_names_are_text_in_every_document_and_format() -> None:
    found = names.table()
    told = names.lines(found)
    assert not told[len(found) + 3 :], "\n".join(told)
    formats = {one for row in found.values() for one in row}
    assert formats == {*documents.FORMATS, "zip"}
    for kind, row in found.items():
        assert {one for one, state in row.items() if state == "-"} == FORMATS_WITHOUT_NAMES, kind


@pytest.mark.parametrize(
    ("name", "content", "wrong"),
    [
        ("a.csv", b"x,y\n1,=1+1\n", "begins a formula at ','"),
        ("a.csv", b"x,y\n1,Ford;+1+1\n", "begins a formula at ';'"),
        ("a.csv", b"x\n\x1b[2J\n", "controls"),
        ("a.xlsx", zipped(xl_xml="<c><f>1+1</f></c>"), "a formula"),
        ("a.xlsx", zipped(xl_xml="<hyperlink r:id='1'/>"), "a link"),
        ("a.kml", b"<kml><Document><script/></Document></kml>", "a script"),
        (
            "a.kml", b"<kml><Document><description>&lt;img/&gt;</description></Document></kml>",
            "HTML in a description",
        ),
        ("a.kml", b"<kml><Document/><Document/></kml>", "more"),
        ("a.pdf", b"%PDF /JavaScript", "/JavaScript"),
        ("a.json", b'{"a": "\\u0000"}', "controls"),
        ("a.ics", b"BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nEND:VTODO\r\nEND:VCALENDAR\r\n", "parts"),
        ("../a.csv", b"x\n", "path"),
    ],
)  # fmt: skip
def test_what_must_not_be_is_found(
    name: str, content: bytes, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name.endswith(".pdf"):
        monkeypatch.setattr(names, "opened", lambda *_: Opened(()))
    assert any(told.startswith(wrong) for told in names.faults({name: content}))


def test_a_name_that_is_lost_is_found() -> None:
    for kind in ("csv", "pdf", "kml", "ics"):
        assert names.readable(kind, "Ford Transit", "xFordTransitx")
        assert not names.readable(kind, "Ford Transit", "xFordx")
    assert not names.readable("pdf", names.KINDS["Arabic"], "no letters of it")
    assert not names.readable("pdf", names.KINDS["10,000 letters"], "ZZZ")


def test_a_folder_for_a_reader_bears_no_word_that_somebody_wrote() -> None:
    hostile = ("../../x", "C:\\x", "<b>", "=1", "NUL")
    order = Order("movement-table", "csv", "parties")
    found = [name for name, _made in documents.issue_to_everyone(names.plan(hostile), order)]
    assert found == ["parties-council", "parties-navy"]
    for audience in ("partners", "crew"):
        order = Order("movement-table", "csv", audience)  # type: ignore[arg-type]
        for name, _made in documents.issue_to_everyone(names.plan(hostile), order):
            assert documents.archive.is_safe(name) and "/" not in name
