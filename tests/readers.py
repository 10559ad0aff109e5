"""Files as other programs read them: none of the product's own code opens anything here."""

from __future__ import annotations

import io
import json
import re
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree import ElementTree as ET

Row = dict[str, Any]


@dataclass(frozen=True)
class Opened:
    """What a reader got out of a file: ``texts`` as they stand, ``rows`` by table or layer."""

    texts: tuple[str, ...]
    rows: dict[str, list[Row]] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """All texts in one, white space and marks for the direction of writing left out."""
        return squeezed("\n".join(self.texts))


def squeezed(text: str) -> str:
    """Without white space and marks of direction: pages break lines, and mark foreign words."""
    return re.sub(r"[\s\u200e\u200f\u202a-\u202e\u2066-\u2069]+", "", text)


def opened(name: str, content: bytes) -> Opened:
    """Open a file by its ending; whatever is wrong with it is an error of its reader."""
    return _READERS[PurePosixPath(name).suffix](content)


def _pdf(content: bytes) -> Opened:
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    try:
        found = []
        for number in range(len(document)):
            page = document[number]
            text = page.get_textpage()
            found.append(text.get_text_range())
            text.close()
            page.close()
        assert found, "a PDF without pages"
        return Opened((*found, *document.get_metadata_dict().values()))
    finally:
        document.close()


def _xlsx(content: bytes) -> Opened:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content))
    texts, rows = list(book.sheetnames), {}
    for sheet in book:
        told = list(sheet.iter_rows())
        assert not [
            c.coordinate for line in told for c in line if c.data_type == "f" or c.hyperlink
        ]
        texts += [str(c.value) for line in told for c in line if c.value is not None]
        head = [c.value for c in told[0]] if told else []
        rows[sheet.title] = [
            {str(key): c.value for key, c in zip(head, line, strict=False)} for line in told[1:]
        ]
    return Opened(tuple(texts), rows)


def _csv(content: bytes) -> Opened:
    import pandas

    frame = pandas.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
    texts = [*map(str, frame.columns), *(str(cell) for cell in frame.to_numpy().flat)]
    return Opened(tuple(texts), {"": frame.to_dict("records")})


def _json(content: bytes) -> Opened:
    tree = json.loads(content.decode("utf-8"))
    found = {"": tree["rows"]} if isinstance(tree, dict) and "rows" in tree else {}
    return Opened(tuple(_leaves(tree)), found)


def _leaves(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield str(key)
            yield from _leaves(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _leaves(value)
    else:
        yield str(tree)


def _ics(content: bytes) -> Opened:
    import icalendar

    calendar = icalendar.Calendar.from_ical(content)
    events = [dict(event.items()) for event in calendar.walk("VEVENT")]
    texts = [str(value) for part in calendar.walk() for _, value in part.property_items()]
    return Opened(tuple(texts), {"events": events})


def _gdal(ending: str, layers_of: Any = None) -> Any:
    def read(content: bytes) -> Opened:
        import pyogrio

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"file{ending}"
            path.write_bytes(content)
            texts, rows = [], {}
            for name, _kind in pyogrio.list_layers(path):
                frame = pyogrio.read_dataframe(path, layer=name)
                texts += [str(name), *map(str, frame.columns)]
                told = frame.to_dict("records")
                rows[str(name)] = told
                texts += [str(value) for row in told for key, value in row.items()
                          if key != "geometry" and value is not None]  # fmt: skip
        if layers_of is not None:
            texts += layers_of(content)
        return Opened(tuple(texts), rows)

    return read


def xml_of(name: str, content: bytes) -> ET.Element:
    """The tree of a KML, a KMZ or a GPX; no DOCTYPE, so that nothing can be put in from outside."""
    if name.endswith(".kmz"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert archive.namelist() == ["doc.kml"]
            content = archive.read("doc.kml")
    assert b"<!" not in content
    return ET.fromstring(content)


def _words_of_xml(ending: str) -> Any:
    def read(content: bytes) -> list[str]:
        return [node.text for node in xml_of(f"x{ending}", content).iter() if node.text]

    return read


_READERS: dict[str, Any] = {
    ".pdf": _pdf,
    ".xlsx": _xlsx,
    ".csv": _csv,
    ".json": _json,
    ".geojson": _gdal(".geojson", lambda content: _json(content).texts),
    ".gpkg": _gdal(".gpkg"),
    ".kml": _gdal(".kml", _words_of_xml(".kml")),
    ".kmz": _gdal(".kmz", _words_of_xml(".kmz")),
    ".gpx": _gdal(".gpx", _words_of_xml(".gpx")),
    ".ics": _ics,
}
