"""A plan becomes paper, tables and tracks, for one audience. Same plan and time, same bytes.

Everything but plan.json is written from the redacted plan alone (``planner.redact``). Which
documents and formats there are stands in ``registry``. A plan that fails its check is stamped in
every document and goes to nobody outside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from planner.documents import archive, ics, planjson
from planner.documents.everyone import Heard, folder_name, for_everyone
from planner.documents.paper import Paper, prepare
from planner.documents.press import Printed
from planner.documents.registry import DOCUMENTS, FORMATS, NAMES, Document, Files, named, offered
from planner.errors import Issue, ScenarioError
from planner.redact import AUDIENCES, Audience, Whole, refusals
from planner.wording import LANGUAGES

if TYPE_CHECKING:
    from planner.verify import Verdict

__all__ = [
    "ALL", "DOCUMENTS", "FORMATS", "NAMES", "Document", "Files", "Issued", "Order", "archive",
    "content", "faults", "files", "flat", "folder_name", "issue", "issue_to_everyone", "named",
    "offered", "pictures", "prepare", "save", "write", "write_all",
]  # fmt: skip

ALL = "all"
_BLANKS = ("manifest", "pdf")
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Order:
    """What is to be written: which documents in which formats, for whom, in which language.

    ``recipient`` is the id behind ``--for`` (see ``planner.redact.recipients``). ``issued_at`` is
    an aware time; where it is not given, the scenario's start.

    A re-issue names the plan that it ``supersedes`` or the calendar that the reader was given last;
    ``against`` is another plan that the comparison is made with, for the office alone.
    ``revision`` counts from 1; where it is not given it follows the calendar's, or is 2.
    """

    document: str = ALL
    format: str = ALL
    audience: Audience = "internal"
    recipient: str | None = None
    language: str = "en"
    issued_at: datetime | None = None
    supersedes: Verdict | Whole | None = None
    against: Verdict | Whole | None = None
    revision: int | None = None
    calendar_before: bytes | None = None
    with_hxl: bool = False
    """Whether tables in CSV have a row of HXL hashtags."""
    with_blanks: bool = True
    """Whether blank passenger lists are printed: hundreds of pages, several seconds."""

    def rows(self) -> tuple[Document, ...]:
        """The documents that are meant and that the audience gets."""
        found = offered(self.audience)
        return tuple(one for one in found if self.document in (ALL, one.name))

    def formats_of(self, document: Document) -> tuple[str, ...]:
        """The formats of a document that are meant."""
        known = document.formats
        if not self.with_blanks:
            known = tuple(name for name in known if (document.name, name) != _BLANKS)
        return tuple(name for name in known if self.format in (ALL, name))


def faults(verdict: Verdict | Whole, order: Order) -> list[Issue]:
    """Everything that is wrong with an order, with what would be right; empty where it can be met.

    That the plan has nothing for a recipient is found by writing.
    """
    found = _unknown("audience", order.audience, AUDIENCES)
    found += _unknown("document", order.document, (*NAMES, ALL))
    found += _unknown("format", order.format, (*FORMATS, ALL))
    found += _unknown("language", order.language, LANGUAGES)
    if order.issued_at is not None and order.issued_at.tzinfo is None:
        problem = "--issued-at has no offset from UTC"
        found.append(Issue("", 0, "", problem, "write for example 2012-12-13T06:00+00:00"))
    again = order.supersedes is not None or order.calendar_before is not None
    if order.revision is not None and order.revision < (2 if again else 1):
        problem = f"revision {order.revision} of a re-issue" if again else "a revision below 1"
        found.append(Issue("", 0, "", problem, "the first issue is 1, the next one 2"))
    if order.document == "comparison" and order.against is None:
        problem = "a comparison wants a second plan"
        found.append(Issue("", 0, "", problem, "name it: --against OTHER_PLAN"))
    if order.audience not in AUDIENCES:
        return found
    found += refusals(verdict, order.audience, order.recipient)
    if order.document not in (*NAMES, ALL) or order.format not in (*FORMATS, ALL):
        return found
    meant = order.rows()
    if not meant:
        got = ", ".join(one.name for one in offered(order.audience))
        problem = f"{order.audience} get no document '{order.document}'"
        found.append(Issue("", 0, "", problem, f"write one of: {got}"))
    elif not any(order.formats_of(one) for one in meant):
        got = ", ".join(dict.fromkeys(name for one in meant for name in one.formats))
        problem = f"'{order.document}' is not written as {order.format} for {order.audience}"
        found.append(Issue("", 0, "", problem, f"write one of: {got}"))
    return found


def _unknown(what: str, given: str, known: tuple[str, ...]) -> list[Issue]:
    if given in known:
        return []
    near = get_close_matches(given, known, 1, 0.6)
    remedy = f"did you mean {near[0]}?" if near else f"write one of: {', '.join(known)}"
    return [Issue("", 0, "", f"no {what} '{given[:60]}'", remedy)]


def files(verdict: Verdict | Whole, order: Order, progress: Progress | None = None) -> Files:
    """The files that an order gives, path below a folder → bytes; same order, same bytes.

    Pass a :class:`planner.redact.Whole` where many orders of one plan are made.
    Raises ScenarioError with every fault of the order.
    """
    return issue(verdict, order, progress).files


@dataclass(frozen=True)
class Issued:
    """What an order gave: the redacted plan, and the files that were written from it.

    ``written`` are the names of the files by (document, format), in the order of the table.
    """

    paper: Paper
    files: Files
    written: dict[tuple[str, str], tuple[str, ...]]
    left_out: tuple[str, ...] = ()
    """Titles of documents that the audience gets and that have nothing for this reader."""

    def bundle(self) -> bytes:
        """All of it as one ZIP, with a list of hashes (see ``planner.documents.archive``)."""
        return archive.bundle(self.paper, self.files)


def issue(verdict: Verdict | Whole, order: Order, progress: Progress | None = None) -> Issued:
    """As :func:`files`, with the paper that they were written from."""
    whole = Whole.of(verdict)
    found = faults(whole, order)
    if found:
        raise ScenarioError(found)
    paper = _paper(whole, order)
    out: Files = {}
    names: dict[tuple[str, str], tuple[str, ...]] = {}
    left_out = []
    for document in order.rows():
        # What was asked for by name is written all the same, and says that there is nothing.
        if order.document == ALL and document.concerns and not document.concerns(paper):
            left_out.append(document.title)
            continue
        for name in order.formats_of(document):
            if progress is not None:
                progress(f"{document.name} {name}")
            made = _written(whole.verdict, paper, document, name)
            names[document.name, name] = tuple(made)
            out |= made
    return Issued(paper, out, names, tuple(left_out))


def pictures(verdict: Verdict | Whole, order: Order, name: str, ppi: float = 80.0) -> list[bytes]:
    """The pages of a PDF of an order as PNG, before it leaves; none where it writes no such PDF."""
    paper = _paper(Whole.of(verdict), order)
    for document in order.rows():
        writer = document.writers.get("pdf")
        pages = writer.pictures(paper, name, ppi) if isinstance(writer, Printed) else []
        if pages:
            return pages
    return []


def issue_to_everyone(
    verdict: Verdict | Whole, order: Order, heard: Heard | None = None
) -> Iterator[tuple[str, Issued | None]]:
    """(folder, what was made) for each recipient of the audience; None where nothing concerns them.

    See ``planner.documents.everyone``; raises ScenarioError as :func:`files`.
    """
    return for_everyone(Whole.of(verdict), order, issue, heard)


def _paper(whole: Whole, order: Order) -> Paper:
    reader = (order.audience, order.recipient, order.language)
    paper = prepare(whole, order.issued_at, *reader)
    again = order.supersedes is not None or order.calendar_before is not None
    last = 1 if again else 0
    if order.calendar_before is not None:
        last = ics.revision_of(order.calendar_before) or last
    revision = order.revision or last + 1
    before = None
    if order.supersedes is not None:
        # A reader whom the former plan did not concern has no former paper.
        with suppress(ScenarioError):
            before = replace(prepare(order.supersedes, None, *reader), revision=revision - 1)
    against = None
    if order.against is not None and paper.internal:
        against = prepare(order.against, None, *reader)
    return replace(
        paper, revision=revision, before=before, calendar_before=order.calendar_before,
        against=against, with_hxl=order.with_hxl,
    )  # fmt: skip


def _written(verdict: Verdict, paper: Paper, document: Document, format: str) -> Files:
    if format in document.whole:
        return {"plan.json": planjson.dumps(verdict.plan).encode("utf-8")}
    return document.writers[format](paper)


def save(made: Files, folder: Path) -> list[Path]:
    """Write files below a folder and return their paths; tracks of an earlier plan are removed.

    Raises OSError where the folder cannot be written, ValueError for a path that leads out of it.
    """
    written = []
    for name in made:
        parts = PurePosixPath(name).parts
        if not parts or name.startswith("/") or ".." in parts or "\\" in name or ":" in name:
            raise ValueError(f"not a path below the folder: {name[:80]!r}")
    _remove_old_tracks(made, folder)
    for name, content in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        written.append(path)
    if not made:
        folder.mkdir(parents=True, exist_ok=True)
    return written


def _remove_old_tracks(made: Files, folder: Path) -> None:
    """One file a convoy: those of convoys that are no more would be taken for orders."""
    for ending, parts in ((".gpx", ("gpx",)), (".kml", ("drivers",))):
        told = [folder / name for name in made if name.endswith(ending)]
        single = [path for path in told if ending == ".gpx" or path.parent.name in parts]
        for parent in sorted({path.parent for path in single}):
            for pattern in (f"c[0-9][0-9][0-9][0-9]*{ending}", f"C-?????*{ending}"):
                for old in sorted(parent.glob(pattern)):
                    old.unlink()


def write_all(
    verdict: Verdict,
    out_dir: Path,
    *,
    issued_at: datetime | None = None,
    progress: Progress | None = None,
) -> list[Path]:
    """Write every document for the office into ``out_dir`` and return the paths.

    Blank passenger lists come as tables, not as PDF.

    ``progress`` hears of each document before it is written. Raises ScenarioError where a protected
    place has no handover point, OSError where the folder cannot be written.
    """
    return save(
        files(verdict, Order(issued_at=issued_at, with_blanks=False), progress), Path(out_dir)
    )


_SINGLE = {
    "json": ("plan", "json"), "pdf": ("plan", "pdf"), "csv": ("movement-table", "csv"),
    "xlsx": ("movement-table", "xlsx"), "geojson": ("routes", "geojson"),
    "gpx": ("routes", "gpx"), "people": ("people", "csv"), "left-behind": ("left-behind", "csv"),
}  # fmt: skip


def write(
    verdict: Verdict, format: str, out: Path, *, issued_at: datetime | None = None
) -> list[Path]:
    """Write one document for the office to the file ``out`` (gpx: into that folder).

    ``format``: json, pdf, csv, xlsx, geojson, gpx, people or left-behind; KeyError for another.
    """
    document, kind = _SINGLE[format]
    made = files(verdict, Order(document, kind, issued_at=issued_at))
    if format == "gpx":
        return save(flat(made), Path(out))
    return save({out.name: next(iter(made.values()))}, out.parent)


def flat(made: Files) -> Files:
    """The files without the folders in their names."""
    return {PurePosixPath(name).name: content for name, content in made.items()}


def content(verdict: Verdict, paper: Paper, name: str) -> bytes:
    """The bytes of one document for the office, by the names that :func:`write` takes (not gpx)."""
    document, kind = _SINGLE[name]
    return next(iter(_written(verdict, paper, named(document), kind).values()))
