"""Typst sets the pages: a template, words as data, drawings as SVG."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import Any, Literal

from planner import wording
from planner.cells import clean
from planner.documents.paper import Paper
from planner.documents.typesetter import TYPESETTER
from planner.wording.extraction import sayings

FOLDER = Path(__file__).resolve().parent / "templates"


@dataclass(frozen=True)
class Sheet:
    """What becomes one PDF: the path of the file, and what :func:`pdf` takes."""

    name: str
    template: str
    content: dict[str, Any]
    drawings: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Printed:
    """A writer of PDFs whose pages can be looked at as pictures before they leave.

    Where there is a page a convoy, the first ``shown`` convoys are looked at.
    """

    sheets: Callable[[Paper], Iterable[Sheet]]
    shown: int | None = None

    def __call__(self, paper: Paper) -> dict[str, bytes]:
        return {
            one.name: pdf(paper, one.template, one.content, one.drawings)
            for one in self.sheets(paper)
        }

    def pictures(self, paper: Paper, name: str, ppi: float = 80.0) -> list[bytes]:
        """The pages of the file of that path as PNG; none where it is not one of these."""
        few = paper if self.shown is None else replace(paper, convoys=paper.convoys[: self.shown])
        for one in self.sheets(few):
            if one.name == name:
                return pictures(paper, one.template, one.content, one.drawings, ppi)
        return []


def pdf(paper: Paper, template: str, content: dict[str, Any], drawings: dict[str, str]) -> bytes:
    """A PDF, A4; the time of issue is the only clock time in its metadata.

    ``template`` is the name of a file in ``templates/``, ``content`` what it reads besides
    :func:`frame`, ``drawings`` are SVG by the names that it knows.
    """
    (told,) = _set(paper, template, content, drawings, "pdf")
    return told


def pictures(
    paper: Paper, template: str, content: dict[str, Any], drawings: dict[str, str], ppi: float
) -> list[bytes]:
    """The same pages as PNG, to be looked at before they leave."""
    return _set(paper, template, content, drawings, "png", ppi)


def _set(
    paper: Paper,
    template: str,
    content: dict[str, Any],
    drawings: dict[str, str],
    kind: Literal["pdf", "png"],
    ppi: float | None = None,
) -> list[bytes]:
    import fontpkg_noto_sans
    import fontpkg_noto_sans_arabic

    said = {**content, "words": words(template, paper.language)}
    job = {
        "input": str(FOLDER / template),
        "root": str(FOLDER),
        "font_paths": [
            str(Path(fontpkg_noto_sans.ROOT) / "files"),
            str(Path(fontpkg_noto_sans_arabic.ROOT) / "files"),
        ],
        "ignore_system_fonts": True,
        "format": kind,
        "ppi": ppi,
        "sys_inputs": {"content": json.dumps(said, ensure_ascii=False), **drawings},
        "timestamp": int(paper.issued_at.timestamp()),
    }
    return TYPESETTER.pages(job)


@cache
def words(template: str, language: str) -> dict[str, str]:
    """What the template and the letterhead say, English → the language."""
    found = {}
    for name in ("page.typ", template):
        for english in sayings((FOLDER / name).read_text(encoding="utf-8")):
            found[english] = wording.text(english, language)
    return found


def frame(paper: Paper, document: str, title: str) -> dict[str, Any]:
    """What every page of every document says; ``document`` is its title in English."""
    issued = paper.issued_at.astimezone(UTC)
    return {
        "title": clean(title),
        "language": paper.language,
        "rtl": paper.language in wording.RIGHT_TO_LEFT,
        "remark": wording.remark(paper.language),
        "audience": paper.addressee,
        "expiry": f"{paper.say('Valid until')} {paper.latin(paper.expiry)}",
        "disclaimer": paper.disclaimer,
        "warning": paper.warning,
        "band": band(paper.warning),
        "failed": paper.verdict.status == "FAILED",
        "plan_id": paper.plan_id,
        "date": [issued.year, issued.month, issued.day, issued.hour, issued.minute, issued.second],
        "header": [(name, shortened(value)) for name, value in paper.header(document)],
    }


def band(warning: str) -> str:
    """The warning in at most two lines of a page; the table of authorisations has the rest."""
    if len(warning) <= 160:
        return warning
    names = warning.split(", ")
    kept = 1
    while kept < len(names) and len(", ".join(names[: kept + 1])) <= 140:
        kept += 1
    told = ", ".join(names[:kept])[:140]
    return f"{told} and {len(names) - kept} more" if kept < len(names) else f"{told} …"


def shortened(value: str) -> str:
    """What would not fit its line: a hash by its first digits, a name by its first words."""
    if len(value) > LONGEST:
        return value[: LONGEST - 1] + "…"
    return value if len(value) < 64 or " " in value else value[:24] + "…"


LONGEST = 240
