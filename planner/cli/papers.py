"""``planner verify``, ``compare`` and ``export``: what is done with a plan.json."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from planner.cli.text import bound_lines, plain, summary_lines, write_json
from planner.errors import Issue, ScenarioError

ENDINGS = {
    "json": "plan.json",
    "csv": "movement_table.csv",
    "xlsx": "movement_table.xlsx",
    "geojson": "routes.geojson",
    "gpx": "gpx",
    "pdf": "summary.pdf",
    "left-behind": "left_behind.csv",
    "people": "people.csv",
}


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
    """Write documents of a plan that was made before."""
    from planner import documents, pipeline

    issued_at = _issued_at(arguments.issued_at)
    verdict = pipeline.verify_file(plan_file(arguments.plan))
    beside = arguments.plan.resolve().parent
    if arguments.format == "all":
        files = documents.write_all(verdict, arguments.out or beside, issued_at=issued_at)
    else:
        target = arguments.out or beside / ENDINGS[arguments.format]
        files = documents.write(verdict, arguments.format, target, issued_at=issued_at)
    for path in files:
        print(plain(path))
    if verdict.status == "FAILED":
        told = f"planner: the plan fails its check ({len(verdict.violations)} breaches)"
        print(f"{told}; every page says so", file=sys.stderr)
    return int(verdict.status == "FAILED")


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


def _issued_at(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        problem = f"--issued-at: not a time with an offset: '{plain(text)[:40]}'"
        raise ScenarioError([Issue("", 0, "", problem, "write 2012-12-13T06:00+00:00")])
    return moment
