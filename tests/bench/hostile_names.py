"""Names that are made to do harm, in every document and format, as a table.

``python -m tests.bench.hostile_names``. A small plan has hostile names on all that people name:
places, groups, fleets, plates, drivers, parties, permissions, links, threats, title, office. Each
file is opened by a reader that is not ours. A cell of the table says what is wrong; "ok" that the
name stands there as text and does nothing, "-" that the format has no place for names.
"""

from __future__ import annotations

import csv
import dataclasses
import html
import io
import itertools
import re
import sys
import tempfile
import unicodedata
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from planner import cells, documents, network, verify
from planner.documents import Order, archive
from planner.redact import Audience
from planner.scenario import Origin, Scenario
from planner.verify import Verdict
from tests import paper_case as case
from tests.readers import opened, squeezed, xml_of

LONG = 10_000
KINDS: dict[str, str] = {
    "formula =": "=cmd|' /C calc'!A0", "formula +": "+1+cmd", "formula -": "-1-cmd",
    "formula @": "@SUM(A1:A9)", "formula after TAB": "\t=1+1 tab", "formula after CR": "\r=1+1 cr",
    "formula after ;": "Ford;=1+1", "<script>": "<script>alert(1)</script>",
    "]]>": "]]><Placemark/>", "XML entity": "&xxe; <!ENTITY xxe SYSTEM 'file:///etc/passwd'>",
    "typst": '#import "/etc/passwd" $x^2$ `raw` #panic()', "../../": "../../etc/passwd",
    "C:\\": "C:\\Windows\\evil.csv", "turned U+202E": "abc\u202egnp.exe",
    "NUL and controls": "nul\x00and\x01bell\x07esc\x1b[2J", "emoji": "Bus \U0001f68c stop",
    "10,000 letters": "Z" * LONG, "Arabic": "مستشفى المدينة", "Cyrillic": "Больница № 5",
}  # fmt: skip
READERS: tuple[tuple[Audience, str | None], ...] = (
    ("internal", None), ("partners", "buses"), ("crew", "c0005"), ("parties", "navy"),
    ("public", None),
)  # fmt: skip
Table = dict[str, dict[str, str]]
Made = dict[tuple[str, str, str], dict[str, bytes]]
SLOTS = 5
"""So many names one plan takes: one a place, and the other things by turns."""
PLAIN = tuple(f"Plainname{letter}" for letter in "ABCDE")
_ARABIC = re.compile("[\u0600-\u06ff]")
_CODES = re.compile(r"\b[A-Z]-[2-9A-Z]{5}\b")


@cache
def plan(names: tuple[str, ...]) -> Verdict:
    """The plan of tests/paper_case.py with these names on everything that has one."""
    turn = itertools.cycle(names)
    tree = {**case.TREE, "title": names[0], "description": names[1]}
    tree["office"] = dict.fromkeys(("organisation", "contact_24h"), names[2])
    for key in ("places", "parties", "groups", "links", "threats", "authorisations", "fleets"):
        # The protected place keeps its own: it must be nowhere.
        tree[key] = [
            item if item.get("protected") else {**item, "name": next(turn)}
            for item in case.TREE[key]
        ]
    tree["fleets"] = [
        {
            **fleet,
            "vehicles": [{"plate": next(turn), "driver": next(turn), "call_sign": next(turn)}],
        }
        for fleet in tree["fleets"]
    ]
    made = Scenario.model_validate(tree).with_origin(Origin(file="town.yaml", sha256="ab" * 32))
    found = network.build(made, None)
    told = verify.check(case.plan(made, found), made, found)
    return dataclasses.replace(told, violations=(), status="CONDITIONAL")


def written(names: tuple[str, ...]) -> Made:
    """(audience, document, format) → files, of the plan with these names."""
    out: Made = {}
    for audience, recipient in READERS:
        made = documents.issue(plan(names), Order(audience=audience, recipient=recipient))
        for (document, kind), found in made.written.items():
            out[audience, document, kind] = {one: made.files[one] for one in found}
    return out


def table(kinds: dict[str, str] = KINDS) -> Table:
    """Kind of name → format → what is wrong, 'ok' or '-'."""
    plain = written(PLAIN)
    seen = {key: told(files) for key, files in plain.items()}
    paths = {key: _paths(files) for key, files in plain.items()}
    out: Table = {kind: {} for kind in kinds}
    for start in range(0, len(kinds), SLOTS):
        batch = list(kinds)[start : start + SLOTS]
        names = (*(kinds[kind] for kind in batch), *PLAIN)[:SLOTS]
        made = written(names)
        for key, files in made.items():
            wrong = faults(files) + ([] if _paths(files) == paths[key] else ["names of files"])
            text = told(files)
            for slot, kind in enumerate(batch):
                expected = PLAIN[slot] in seen[key] and key[1:] != ("plan", "json")
                unread = expected and not readable(key[2], kinds[kind], text)
                found = [*wrong, *(["cannot be read"] if unread else [])]
                _note(out[kind], key, found, expected)
        for kind in batch:
            out[kind]["zip"] = _packed(made)
    return out


def _paths(files: dict[str, bytes]) -> list[str]:
    """Names of the files; codes are another plan's."""
    return sorted(_CODES.sub("CODE", name) for name in files)


def _note(row: dict[str, str], key: tuple[str, str, str], wrong: list[str], seen: bool) -> None:
    before = row.get(key[2], "-")
    if wrong:
        where = f"{key[0]} {key[1]}: {', '.join(wrong)}"
        row[key[2]] = where if before in ("ok", "-") else f"{before}; {where}"
    elif before == "-":
        row[key[2]] = "ok" if seen else "-"


def told(files: dict[str, bytes]) -> str:
    """Everything that can be read in the files."""
    return "".join(opened(name, content).words for name, content in files.items())


def readable(kind: str, name: str, text: str) -> bool:
    """Whether the name can be read where plain names can; pages break and cut long ones."""
    clean = cells.clean(name)
    if kind == "pdf":
        if _ARABIC.search(clean):
            # Letters join into forms, and stand in the order in which they are drawn.
            letters = set(squeezed(clean))
            return letters <= set(unicodedata.normalize("NFKC", text))
        return all(part in text for part in _parts(clean))
    if kind == "ics":
        clean = clean[:100]
    variants = (clean, html.escape(clean, quote=False), cells.guarded(clean))
    return any(squeezed(one) in text for one in variants)


def _parts(name: str) -> list[str]:
    """What a page must show: the words of a name, or how a long one begins."""
    if len(name) > 200:
        return [name[:20]]
    # No font of ours has pictures; the words around them stay.
    return [squeezed(part) for part in re.split(r"\s+|[\U0001f000-\U0001ffff]", name) if part]


# ------------------------------------------------------------------ what must not be


def faults(files: dict[str, bytes]) -> list[str]:
    """Everything in these files that a program could take for more than text."""
    found = []
    for name, content in files.items():
        if not archive.is_safe(name):
            found.append(f"path {name[:40]!r}")
        found += _CHECKS.get(name.rpartition(".")[2], _nothing)(name, content)
    return sorted(set(found))


def _nothing(_name: str, _content: bytes) -> list[str]:
    return []


_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e]")


def _csv(_name: str, content: bytes) -> list[str]:
    text = content.decode("utf-8")
    found = ["controls"] if _CONTROLS.search(text) else []
    for mark in (",", ";"):  # as a spreadsheet cuts it where lists are separated by semicolons
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark):
            for cell in row:
                number = re.fullmatch(r"-?\d+(\.\d+)?", cell)
                if cell.startswith(_FORMULA) and not number:
                    found.append(f"begins a formula at '{mark}'")
    return found


def _xlsx(_name: str, content: bytes) -> list[str]:
    parts = archive_parts(content)
    found = ["a formula"] if any(b"<f>" in part for part in parts.values()) else []
    found += ["a link"] if any(b"<hyperlink " in part for part in parts.values()) else []
    return found + (["macros"] if any("vba" in name for name in parts) else [])


def archive_parts(content: bytes) -> dict[str, bytes]:
    """Every part of a ZIP."""
    with zipfile.ZipFile(io.BytesIO(content)) as found:
        return {name: found.read(name) for name in found.namelist()}


def _xml(name: str, content: bytes) -> list[str]:
    """No element that is not ours, and no HTML in what is read as HTML."""
    root = xml_of(name, content)
    tags = {node.tag.rpartition("}")[2] for node in root.iter()}
    found = ["a script"] if tags & {"script", "Script", "NetworkLink", "href"} else []
    shown = [node.text or "" for node in root.iter() if node.tag.endswith(("description", "desc"))]
    marks = {mark for text in shown for mark in re.findall(r"<\s*/?\s*([a-zA-Z!]+)", text)}
    found += ["HTML in a description"] if marks - {"br"} else []
    known = {"kml": "Document", "kmz": "Document", "gpx": "trk"}[name.rpartition(".")[2]]
    return found + ([] if sum(node.tag.endswith(known) for node in root.iter()) == 1 else ["more"])


def _pdf(_name: str, content: bytes) -> list[str]:
    words = (b"/JavaScript", b"/JS ", b"/Launch", b"/EmbeddedFile", b"/OpenAction", b"/SubmitForm")
    found = [word.decode() for word in words if word in content]
    return found + (["reads files"] if "root:" in opened("x.pdf", content).words else [])


def _ics(_name: str, content: bytes) -> list[str]:
    import icalendar

    kinds = {part.name for part in icalendar.Calendar.from_ical(content).walk()}
    found = [] if kinds <= {"VCALENDAR", "VEVENT", "VTIMEZONE"} else [f"parts {sorted(kinds)}"]
    text = content.decode("utf-8")
    return found + (["controls"] if _CONTROLS.search(text) else [])


def _json(name: str, content: bytes) -> list[str]:
    """plan.json keeps what was written; everything else is clean."""
    if name == "plan.json":
        return []
    return ["controls"] if re.search(r"\\u00[01]|\u202e", content.decode("utf-8")) else []


def _gpkg(_name: str, content: bytes) -> list[str]:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(":memory:")) as base:
        base.deserialize(content)
        layers = {row[0] for row in base.execute("SELECT table_name FROM gpkg_contents")}
        good = base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    ours = {"places", "convoys", "own_means", "legs", "roads", "dangers"}
    return ([] if good else ["damaged"]) + ([] if layers <= ours else ["more layers"])


_CHECKS: dict[str, Callable[[str, bytes], list[str]]] = {
    "csv": _csv, "xlsx": _xlsx, "kml": _xml, "kmz": _xml, "gpx": _xml, "pdf": _pdf, "ics": _ics,
    "json": _json, "geojson": _json, "gpkg": _gpkg,
}  # fmt: skip


def _packed(made: Made) -> str:
    """All of the office's files as one, checked, and saved: nothing lies beside the folder."""
    files = {one: told for (who, *_), found in made.items() if who == "internal"
             for one, told in found.items()}  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        inside = Path(folder) / "inside"
        documents.save(files, inside)
        lost = [path for path in Path(folder).rglob("*") if inside not in (path, *path.parents)]
    try:
        packed = archive.packed(files)
    except ValueError as error:
        return str(error)
    names = archive_parts(packed)
    return "ok" if not lost and set(names) == set(files) else "names"


def lines(found: Table) -> list[str]:
    """The table as Markdown, then what is wrong."""
    formats = list(dict.fromkeys(one for row in found.values() for one in row))
    out = [f"| name | {' | '.join(formats)} |", f"|---|{'---|' * len(formats)}"]
    wrong = []
    for kind, row in found.items():
        shown = ["WRONG" if (t := row.get(one, "-")) not in ("ok", "-") else t for one in formats]
        out.append(f"| {kind} | {' | '.join(shown)} |")
        wrong += [
            f"{kind}, {one}: {row[one]}" for one in formats if row.get(one) not in ("ok", "-")
        ]
    return [*out, "", *wrong]


def main() -> int:
    """Print the table; 1 where something is wrong."""
    found = table()
    print("\n".join(lines(found)))
    return int(any(state not in ("ok", "-") for row in found.values() for state in row.values()))


if __name__ == "__main__":
    sys.exit(main())
