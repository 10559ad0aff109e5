"""``planner verify``, ``compare`` and ``export``: what is done with a plan.json."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from planner.cli.text import bound_lines, plain, summary_lines, write_json
from planner.errors import Issue, ScenarioError

if TYPE_CHECKING:
    from planner.documents import Files, Order
    from planner.verify import Verdict

# What --format named before there was --document.
OLD_FORMATS = {"people": ("people", "csv"), "left-behind": ("left-behind", "csv")}


def verify(arguments: argparse.Namespace) -> int:
    """Replay a plan and reckon its bounds again; 1 where a rule is broken or a bound is not so."""
    from planner import pipeline

    verdict = pipeline.verify_file(plan_file(arguments.plan))
    recounts = pipeline.recount_bounds(verdict)
    if arguments.json:
        told = [{**asdict(one), "holds": one.holds} for one in recounts]
        summary = pipeline.summary(verdict)
        write_json({**summary, "plan": str(arguments.plan), "bounds_recounted": told})
    else:
        for line in [*summary_lines(verdict), *bound_lines(verdict, recounts)]:
            print(line)
    contradicted = any(one.again is not None and not one.holds for one in recounts)
    return int(verdict.status == "FAILED" or contradicted)


def compare_plans(arguments: argparse.Namespace) -> int:
    """Print the differences between two plans; 1 where one of them fails its check."""
    from planner import compare, pipeline

    first = pipeline.verify_file(plan_file(arguments.first))
    second = pipeline.verify_file(plan_file(arguments.second))
    if arguments.json:
        frame = compare.compare(first, second)
        write_json(compare.as_objects(frame))
    else:
        print(compare.table_text(first, second))
    return int("FAILED" in (first.status, second.status))


def export(arguments: argparse.Namespace) -> int:
    """Write documents of a plan that was made before, for one audience."""
    from planner import documents, pipeline
    from planner.redact import Whole

    document, kind = arguments.document, arguments.format
    if document == documents.ALL and kind in OLD_FORMATS:
        document, kind = OLD_FORMATS[kind]
    issues: list[Issue] = []
    issued_at = _issued_at(arguments.issued_at, issues)
    order = documents.Order(
        document, kind, arguments.audience, arguments.recipient, arguments.language, issued_at
    )
    verdict = pipeline.verify_file(plan_file(arguments.plan))
    order = replace(
        order,
        revision=arguments.revision,
        supersedes=_verdict(arguments.supersedes),
        calendar_before=_bytes(arguments.former_calendar),
    )
    whole = Whole(verdict)
    issues += documents.faults(whole, order)
    if issues:
        raise ScenarioError(issues)
    if _is_file(arguments.out) and document == documents.ALL:
        # One file was asked for: the first document that has the format.
        first = next(one for one in order.rows() if order.formats_of(one))
        order = replace(order, document=first.name)
    made = documents.files(whole, order, _told if sys.stderr.isatty() else None)
    for path in _saved(made, order, arguments.out, plan_file(arguments.plan).resolve().parent):
        print(plain(path))
    if verdict.status == "FAILED":
        told = f"planner: the plan fails its check ({len(verdict.violations)} breaches)"
        print(f"{told}; every page says so", file=sys.stderr)
    return int(verdict.status == "FAILED")


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


def plan_file(path: Path) -> Path:
    """The plan.json meant by an argument: the file, or the one in that folder.

    Raises ScenarioError with one Issue where there is none.
    """
    if path.is_dir() and (path / "plan.json").is_file():
        return path / "plan.json"
    if path.is_file():
        return path
    remedy = "make one: planner plan SCENARIO --out DIR"
    raise ScenarioError([Issue(str(path), 0, "", "there is no plan.json here", remedy)])


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
