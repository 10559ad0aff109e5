"""``planner export --audience all`` or ``--language all``: every document for every reader."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from planner.cli.exports import EVERYONE, is_zip, order_of, told_of_failure
from planner.cli.papers import plan_file
from planner.cli.text import plain
from planner.errors import Issue, ScenarioError

if TYPE_CHECKING:
    from planner.documents import Issued, Order
    from planner.redact import Whole


@dataclass
class _Count:
    readers: int = 0
    files: int = 0
    size: int = 0

    def add(self, other: _Count) -> None:
        self.readers += other.readers
        self.files += other.files
        self.size += other.size

    def __str__(self) -> str:
        return f"{self.readers:,} readers, {self.files:,} files, {self.size / 1e6:,.1f} MB"


def export_everything(arguments: argparse.Namespace) -> int:
    """Write OUT/LANGUAGE/READER/…, a line for each language and audience, and what it took."""
    from planner import pipeline
    from planner.documents.typesetter import TYPESETTER
    from planner.redact import Whole

    begin = time.monotonic()
    issues = _misplaced(arguments)
    asked = order_of(arguments, issues)
    plan = plan_file(arguments.plan)
    verdict = pipeline.verify_file(plan)
    whole = Whole(verdict)
    orders = list(_orders(whole, asked, arguments, issues))
    if issues:
        raise ScenarioError(issues)
    out = arguments.out or plan.resolve().parent / EVERYONE
    in_all = _Count()
    for order in orders:
        counted = _Count()
        for number, of, name, made in _issued(whole, order):
            if sys.stderr.isatty():
                told = f"{order.language} {order.audience}: {number} of {of}: {plain(name)}"
                print(f"planner: {told}", file=sys.stderr)
            if made is not None:
                counted.add(_saved(made, out / order.language, name, is_zip(arguments)))
        print(f"{plain(out / order.language)} {order.audience}: {counted}", flush=True)
        in_all.add(counted)
    memory = f"memory at most {pipeline.peak_rss_mb() or 0} + {TYPESETTER.most_mb} MB"
    took = f"{time.monotonic() - begin:,.0f} s, {memory}"
    print(f"planner: {in_all.files:,} files, {in_all.size / 1e6:,.1f} MB, {took}", file=sys.stderr)
    return told_of_failure(verdict)


def _misplaced(arguments: argparse.Namespace) -> list[Issue]:
    """What goes with one reader alone."""
    found = []
    if arguments.out is not None and arguments.out.suffix and not arguments.out.is_dir():
        found.append((f"not one file ({plain(arguments.out.name)[:60]})", "write --out FOLDER"))
    if arguments.former_calendar is not None:
        found.append(("no --former-calendar: each reader has another one", "leave it out"))
    if arguments.recipient not in (None, EVERYONE) and arguments.audience == EVERYONE:
        found.append(("no single --for", f"write --for {EVERYONE}, or name the audience"))
    what = f"{EVERYONE} audiences or languages want"
    return [Issue("", 0, "", f"{what} {problem}", remedy) for problem, remedy in found]


def _orders(
    whole: Whole, asked: Order, arguments: argparse.Namespace, issues: list[Issue]
) -> Iterator[Order]:
    """An order for each language and audience that gets one of the documents meant."""
    from planner import documents, pipeline
    from planner.redact import AUDIENCES, recipients, wants_recipient
    from planner.wording import LANGUAGES

    former, against = (
        None if path is None else pipeline.verify_file(plan_file(path))
        for path in (arguments.supersedes, arguments.against)
    )
    asked = replace(asked, supersedes=former, against=against)
    every = asked.audience == EVERYONE
    audiences = AUDIENCES if every else (asked.audience,)
    faults: list[Issue] = []
    found = 0
    for language in LANGUAGES if asked.language == EVERYONE else (asked.language,):
        for audience in audiences:
            order = replace(asked, audience=audience, language=language)
            wrong = documents.faults(whole, _for_somebody(whole, order))
            nobody = wants_recipient(audience) and not recipients(whole, audience)
            nothing = nobody or not any(order.formats_of(one) for one in order.rows())
            faults += wrong
            if not wrong:
                found += 1
                yield order
            elif not (every and nothing):
                issues += wrong
    if not found:
        issues += faults
    issues[:] = list(dict.fromkeys(issues))


def _for_somebody(whole: Whole, order: Order) -> Order:
    """The order as the first reader's, where it is for each of them: to be looked at for faults."""
    from planner.redact import recipients

    if order.recipient not in (None, EVERYONE):
        return order
    first = next((one.id for one in recipients(whole, order.audience)), None)
    return replace(order, recipient=first)


def _issued(whole: Whole, order: Order) -> Iterator[tuple[int, int, str, Issued | None]]:
    """(number, of how many, folder, what was made) for each reader of an order."""
    from planner import documents
    from planner.redact import recipients

    meant = recipients(whole, order.audience)
    if meant and order.recipient in (None, EVERYONE):
        made = documents.issue_to_everyone(whole, order)
        yield from ((n, len(meant), *one) for n, one in enumerate(made, start=1))
        return
    order = replace(order, recipient=order.recipient if meant else None)
    alone = documents.issue(whole, order)
    yield 1, 1, documents.folder_name(whole, order, alone), alone


def _saved(made: Issued, folder: Path, name: str, as_zip: bool) -> _Count:
    from planner import documents

    files = made.files
    if as_zip:
        files = {f"{made.paper.plan_id}-{name}.zip": made.bundle()}
    documents.save(files, folder if as_zip else folder / name)
    return _Count(1, len(files), sum(map(len, files.values())))
