"""``planner export``: documents of a plan for one reader, or for every reader of an audience."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from planner.cli.papers import plan_file
from planner.cli.text import plain
from planner.errors import Issue, ScenarioError

if TYPE_CHECKING:
    from planner.documents import Files, Issued, Order
    from planner.redact import Whole
    from planner.verify import Verdict

# What --format named before there was --document.
OLD_FORMATS = {"people": ("people", "csv"), "left-behind": ("left-behind", "csv")}
ZIP = "zip"
EVERYONE = "all"


def export(arguments: argparse.Namespace) -> int:
    """Write documents of a plan that was made before, for one audience."""
    from planner import documents, pipeline
    from planner.redact import Whole

    if EVERYONE in (arguments.audience, arguments.language):
        from planner.cli.everything import export_everything

        return export_everything(arguments)
    issues: list[Issue] = []
    order = order_of(arguments, issues)
    plan = plan_file(arguments.plan)
    verdict = pipeline.verify_file(plan)
    order = replace(
        order,
        supersedes=_verdict(arguments.supersedes),
        against=_verdict(arguments.against),
        calendar_before=_bytes(arguments.former_calendar),
    )
    whole, beside = Whole(verdict), plan.resolve().parent
    everyone = arguments.recipient == EVERYONE and _addressed(order)
    if not everyone:
        issues += documents.faults(whole, order)
    if issues:
        raise ScenarioError(issues)
    if everyone:
        _everyone(whole, order, arguments, beside)
    else:
        _one(whole, order, arguments, beside)
    return told_of_failure(verdict)


def told_of_failure(verdict: Verdict) -> int:
    """1 where the plan fails its check, which is said; else 0."""
    if verdict.status == "FAILED":
        told = f"planner: the plan fails its check ({len(verdict.violations)} breaches)"
        print(f"{told}; every page says so", file=sys.stderr)
    return int(verdict.status == "FAILED")


def order_of(arguments: argparse.Namespace, issues: list[Issue]) -> Order:
    """What the command line asks for, without other plans; faults are added to ``issues``."""
    from planner import documents

    document, kind = arguments.document, arguments.format
    if document == documents.ALL and kind in OLD_FORMATS:
        document, kind = OLD_FORMATS[kind]
    return documents.Order(
        document, documents.ALL if kind == ZIP else kind, arguments.audience, arguments.recipient,
        arguments.language, _issued_at(arguments.issued_at, issues), revision=arguments.revision,
        with_hxl=arguments.hxl,
    )  # fmt: skip


def _addressed(order: Order) -> bool:
    from planner.redact import wants_recipient

    return wants_recipient(order.audience)


def is_zip(arguments: argparse.Namespace) -> bool:
    """Whether all that one reader gets is to be one file."""
    out = arguments.out
    named = out is not None and out.suffix.lower() == ".zip" and not out.is_dir()
    return bool(arguments.zip or arguments.format == ZIP or named)


# ------------------------------------------------------------------ one reader


def _one(whole: Whole, order: Order, arguments: argparse.Namespace, beside: Path) -> None:
    from planner import documents

    out, as_zip = arguments.out, is_zip(arguments)
    if not as_zip and _is_file(out) and order.document == documents.ALL:
        # One file was asked for: the first document that has the format.
        first = next(one for one in order.rows() if order.formats_of(one))
        order = replace(order, document=first.name)
    made = documents.issue(whole, order, _told if sys.stderr.isatty() else None)
    if made.left_out:
        told = f"left out, nothing in it for this reader: {', '.join(made.left_out)}"
        print(f"planner: {told}", file=sys.stderr)
    if not as_zip:
        paths = _saved(made.files, order, out, beside)
    elif _is_file(out):
        paths = documents.save({out.name: made.bundle()}, out.parent)
    else:
        paths = documents.save({_zip_name(whole, order, made): made.bundle()}, out or beside)
    for path in paths:
        print(plain(path))


def _zip_name(whole: Whole, order: Order, made: Issued) -> str:
    """'SP-0966cc1e79ee-crew-V-7K2QX.zip': the plan as the reader knows it, and who that is."""
    from planner import documents

    return f"{made.paper.plan_id}-{documents.folder_name(whole, order, made)}.zip"


def _verdict(plan: Path | None) -> Verdict | None:
    from planner import pipeline

    return None if plan is None else pipeline.verify_file(plan_file(plan))


def _bytes(path: Path | None) -> bytes | None:
    return None if path is None else path.read_bytes()


def _is_file(out: Path | None) -> bool:
    return out is not None and bool(out.suffix) and not out.is_dir()


def _told(what: str) -> None:
    print(f"planner: writing {plain(what)}", file=sys.stderr)


def _saved(made: Files, order: Order, out: Path | None, beside: Path) -> list[Path]:
    """Write where ``--out`` says: a folder; a file where there is one; tracks into it itself.

    Without it the office's documents go beside the plan, those of others into a folder there.
    """
    from planner import documents

    if out is None:
        who = "-".join(filter(None, (order.audience, order.recipient)))
        return documents.save(made, beside if order.audience == "internal" else beside / who)
    if len(made) == 1 and _is_file(out):
        return documents.save({out.name: next(iter(made.values()))}, out.parent)
    tracks = order.format == "gpx" and order.audience == "internal"
    return documents.save(documents.flat(made) if tracks else made, out)


# ------------------------------------------------------------------ everyone


def _everyone(whole: Whole, order: Order, arguments: argparse.Namespace, beside: Path) -> None:
    """A folder or a ZIP for each recipient; who has nothing in the plan is told at the end."""
    from planner import documents

    folder = arguments.out or beside / order.audience
    if _is_file(folder):
        problem = f"--for {EVERYONE} writes a folder, not one file ({plain(folder.name)[:60]})"
        raise ScenarioError(
            [Issue("", 0, "", problem, "write --out FOLDER, with --zip or without")]
        )
    heard = _heard if sys.stderr.isatty() else None
    nothing = []
    for name, made in documents.issue_to_everyone(whole, order, heard):
        if made is None:
            nothing.append(name)
        elif is_zip(arguments):
            content = {f"{made.paper.plan_id}-{name}.zip": made.bundle()}
            for path in documents.save(content, folder):
                print(plain(path))
        else:
            documents.save(made.files, folder / name)
            print(f"{plain(folder / name)}: {len(made.files)} files")
    if nothing:
        print(f"planner: nothing in this plan for {', '.join(nothing)}", file=sys.stderr)


def _heard(number: int, of: int, who: str) -> None:
    print(f"planner: {number} of {of}: {plain(who)}", file=sys.stderr)


def _issued_at(text: str | None, issues: list[Issue]) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        problem = f"--issued-at: not a time with an offset: '{plain(text)[:40]}'"
        issues.append(Issue("", 0, "", problem, "write 2012-12-13T06:00+00:00"))
        return None
    return moment
