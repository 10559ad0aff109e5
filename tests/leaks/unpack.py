"""Bytes in, out comes every text in them: what a reader with tools could read out of a file.

``unpacked`` goes down into archives, workbooks, PDF streams, databases and encoded text. It knows
nothing of the product and trusts no extension: what a file is is seen from its first bytes.
"""

from __future__ import annotations

import base64
import bz2
import html
import io
import json
import lzma
import quopri
import re
import sqlite3
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import Any
from urllib.parse import unquote

View = tuple[str, str]
"""Where it was found (a path of containers), and the text."""
DEEPEST = 6
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\n?endstream", re.DOTALL)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){8,}")
_FOLD = re.compile(r"\r?\n[ \t]")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_TAG = re.compile(r"<[^<>]*>")
_NUMBER_CELL = re.compile(r'<c r="[A-Z]+\d+"(?![^>]*t="s")[^>]*><v>([^<]*)</v>')
_ENDS = re.compile(r"</(?:si|p|row|td|li|name|desc|text)>")
_UNWRITTEN = re.compile("[^ -~\u0100-\u024f\u0400-\u04ff\u0600-\u06ff]+")
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\u00ad\u0640]")
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufefc]+")


def unpacked(data: bytes, name: str, depth: int = 0) -> Iterator[View]:
    """Every text view of a file, its own name first."""
    yield f"{name} (name)", plain(name)
    if depth > DEEPEST:
        return
    for told, inner in _inside(data):
        yield from unpacked(inner, f"{name}!{told}", depth + 1)
    yield from ((f"{name} ({how})", text) for how, text in _texts(data))


def plain(text: str) -> str:
    """Compatibility forms become letters; joiners and marks of direction go."""
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text)).casefold()


# ------------------------------------------------------------------ containers


def _inside(data: bytes) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of what lies inside a container; broken ones are read as far as they go."""
    for magic, open_up in _CONTAINERS:
        if data.startswith(magic):
            yield from open_up(data)
            return
    at = data.find(b"PK\x03\x04")  # an archive behind something else
    if at > 0:
        yield from _zip(data[at:])


def _zip(data: bytes) -> Iterator[tuple[str, bytes]]:
    with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(data)) as archive:
        yield "comment", archive.comment
        for info in archive.infolist():
            yield f"{info.filename}#about", info.comment + b" " + info.extra
            yield info.filename, archive.read(info)


def _gzip(data: bytes) -> Iterator[tuple[str, bytes]]:
    with suppress(zlib.error):
        yield "gzip", zlib.decompressobj(wbits=47).decompress(data)


def _bz2(data: bytes) -> Iterator[tuple[str, bytes]]:
    with suppress(OSError, ValueError):
        yield "bz2", bz2.decompress(data)


def _xz(data: bytes) -> Iterator[tuple[str, bytes]]:
    with suppress(lzma.LZMAError):
        yield "xz", lzma.decompress(data)


def _pdf(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The pages as a reader shows them, the metadata, and each stream without its compression."""
    import pypdfium2

    with suppress(pypdfium2.PdfiumError), closing(pypdfium2.PdfDocument(data)) as book:
        yield "metadata", json.dumps(book.get_metadata_dict()).encode()
        for item in book.get_toc():
            yield "outline", str(item.get_title()).encode()
        for number in range(len(book)):
            with closing(book[number]) as page, closing(page.get_textpage()) as words:
                yield f"page {number + 1}", words.get_text_range().encode("utf-8", "replace")
    for number, found in enumerate(_STREAM.finditer(data)):
        with suppress(zlib.error):
            yield f"stream {number}", zlib.decompressobj().decompress(found[1])


def _png(data: bytes) -> Iterator[tuple[str, bytes]]:
    at = 8
    while at + 8 <= len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        if kind in (b"tEXt", b"iTXt", b"eXIf"):
            yield kind.decode(), body
        if kind in (b"zTXt", b"iCCP"):
            with suppress(zlib.error):
                yield kind.decode(), zlib.decompress(body.split(b"\0", 1)[-1][1:])
        at += 12 + length


def _sqlite(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Every row of every table, and the shapes of a GeoPackage as degrees."""
    with closing(sqlite3.connect(":memory:")) as base, suppress(sqlite3.DatabaseError):
        base.deserialize(data)
        names = [row[0] for row in base.execute("select name from sqlite_master")]
        yield "schema", "\n".join(names).encode()
        for name in names:
            with suppress(sqlite3.DatabaseError):
                rows = base.execute(f'select * from "{name}"').fetchall()
                if {row[0] for row in rows} == set(range(1, len(rows) + 1)):
                    rows = [row[1:] for row in rows]  # numbers of rows, which say nothing else
                yield name, "\n".join(" | ".join(map(_cell, row)) for row in rows).encode()


def _cell(value: Any) -> str:
    if not isinstance(value, bytes):
        return str(value)
    return _shape(value) or value.decode("latin-1")


def _shape(blob: bytes) -> str:
    """The positions of a GeoPackage geometry, in both of its orders; empty for anything else."""
    import shapely

    if not blob.startswith(b"GP"):
        return ""
    box = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}.get(blob[3] >> 1 & 7, 0)
    with suppress(shapely.errors.ShapelyError):
        points = shapely.get_coordinates(shapely.from_wkb(blob[8 + box :]))
        return " ".join(f"{x:.7f} {y:.7f}" for x, y in points)
    return ""


_CONTAINERS: tuple[tuple[bytes, Callable[[bytes], Iterator[tuple[str, bytes]]]], ...] = (
    (b"PK\x03\x04", _zip), (b"PK\x05\x06", _zip), (b"\x1f\x8b", _gzip), (b"BZh", _bz2),
    (b"\xfd7zXZ", _xz), (b"%PDF", _pdf), (b"\x89PNG", _png), (b"SQLite format 3\0", _sqlite),
)  # fmt: skip


# ------------------------------------------------------------------ texts


def _texts(data: bytes) -> Iterator[tuple[str, str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Binary: what stands between the rest, in each width of letters.
        yield "bytes", plain(_UNWRITTEN.sub("\n", data.decode("latin-1")))
        yield "bytes as UTF-8", plain(_UNWRITTEN.sub("\n", data.decode("utf-8", "ignore")))
        for side in ("utf-16-le", "utf-16-be"):
            for start in (0, 1):
                wide = _UNWRITTEN.sub("\n", data[start:].decode(side, "ignore"))
                yield f"bytes as {side} from {start}", plain(wide)
        return
    yield "text", plain(text)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:64]:
        yield "utf-16", plain(data.decode("utf-16", "ignore"))
    for how, read in _ENCODINGS:
        other = read(text)
        if other != text:
            yield how, plain(other)
    yield from _reversed(text)
    yield from _encoded(text)


def _reversed(text: str) -> Iterator[tuple[str, str]]:
    """Right-to-left letters the other way round, as some readers give them."""
    runs = _RTL.findall(unicodedata.normalize("NFKC", text))
    if runs:
        yield "right to left", plain(" ".join(run[::-1] for run in reversed(runs)))


def _encoded(text: str) -> Iterator[tuple[str, str]]:
    for how, pattern, read in (
        ("base64", _BASE64, lambda run: base64.b64decode(run + "==", altchars=_altchars(run))),
        ("hexadecimal", _HEX, bytes.fromhex),
    ):
        found = []
        for run in dict.fromkeys(pattern.findall(text)):
            with suppress(ValueError, UnicodeDecodeError):
                found.append(read(run).decode("utf-8"))
        if found:
            yield how, plain("\n".join(found))


def _altchars(run: str) -> bytes | None:
    return b"-_" if "-" in run or "_" in run else None


def _strings(text: str) -> str:
    """Keys and strings of JSON, and its numbers side by side."""
    try:
        tree = json.loads(text)
    except ValueError:
        return text
    found: list[str] = []

    def walk(item: Any) -> None:
        if isinstance(item, dict):
            for key, value in item.items():
                found.append(str(key))
                walk(value)
        elif isinstance(item, list):
            for value in item:
                walk(value)
        else:
            found.append(str(item))

    walk(tree)
    return "\n".join(found)


def _cells(text: str) -> str:
    """The numbers in the cells of a worksheet; those that count shared texts are none."""
    return "\n".join(_NUMBER_CELL.findall(text))


_ENCODINGS: tuple[tuple[str, Callable[[str], str]], ...] = (
    # At a line's end of a page a hyphen stands as this sign, whoever put it there.
    ("hyphens", lambda text: text.replace("\ufffe", "-")),
    ("JSON", lambda text: _strings(text) if text.lstrip()[:1] in ("{", "[") else text),
    ("unfolded", lambda text: _FOLD.sub("", text)),
    ("unescaped", lambda text: _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)),
    ("entities", html.unescape),
    ("percent", unquote),
    ("quoted-printable", lambda text: quopri.decodestring(text.encode()).decode("utf-8", "ignore")),
    # XML's marks between two words, and between the letters of one (runs of rich text).
    ("between tags", lambda text: html.unescape(_TAG.sub(" ", text))),
    ("numbers in cells", lambda text: _cells(text) if "<sheetData" in text else text),
    ("without tags", lambda text: html.unescape(_TAG.sub("", _ENDS.sub("\n", text)))),
)
