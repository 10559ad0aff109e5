"""What the papers of a plan cost, and whether the same plan gives the same bytes.

``python -m tests.bench.papers PLAN [--audience A [--for ID|all]] [--language L] [--json]`` makes
every document in every format twice, each time in a process of its own with another
``PYTHONHASHSEED``, and prints a row for each: seconds, files, bytes, the peak of memory so far, and
``same`` or ``differs``. Exit status 1 where bytes differ.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from planner import documents, pipeline
from planner.documents.typesetter import TYPESETTER
from planner.errors import ScenarioError
from planner.redact import AUDIENCES, Whole, recipients, wants_recipient

Row = dict[str, Any]
SEEDS = ("0", "4711")


def main(arguments: list[str] | None = None) -> int:
    """Measure twice, compare, print."""
    given = _parser().parse_args(arguments)
    if given.child:
        print(json.dumps(measured(given)))
        return 0
    first, second = (_apart(seed, arguments or sys.argv[1:]) for seed in SEEDS)
    for row, again in zip(first["rows"], second["rows"], strict=True):
        row["same"] = row.pop("sha256") == again["sha256"]
    if given.json:
        print(json.dumps(first))
    else:
        _print(first)
    return int(not all(row["same"] for row in first["rows"]))


def _apart(seed: str, arguments: list[str]) -> Row:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    command = [sys.executable, "-m", "tests.bench.papers", *arguments, "--child"]
    told = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True)
    found: Row = json.loads(told.stdout)
    return found


def measured(given: argparse.Namespace) -> Row:
    """Rows by document and format, and the whole in one go; memory of both processes in MB."""
    whole = Whole(pipeline.verify_file(given.plan))
    sorties, convoys = len(whole.verdict.plan.sorties), len(whole.convoys)
    begin = time.perf_counter()
    rows = list(_rows(whole, given))
    seconds = time.perf_counter() - begin
    TYPESETTER.close()
    return {
        "sorties": sorties, "convoys": convoys, "rows": rows, "seconds": round(seconds, 2),
        "peak_mb": _peak_mb(), "typesetter_peak_mb": _peak_mb(children=True),
    }  # fmt: skip


def _rows(whole: Whole, given: argparse.Namespace) -> Iterator[Row]:
    asked = documents.Order(audience=given.audience, language=given.language)
    counted: dict[tuple[str, str], Row] = {}
    for order in _orders(whole, asked, given.recipient):
        try:
            begin = time.perf_counter()
            paper = documents.prepare(whole, None, order.audience, order.recipient, order.language)
            _count(counted, ("redaction", ""), time.perf_counter() - begin, {})
        except ScenarioError:
            continue  # nothing in the plan is theirs
        for document in order.rows():
            for kind in (name for name in document.formats if name not in document.whole):
                begin = time.perf_counter()
                made = document.writers[kind](paper)
                spent = time.perf_counter() - begin
                _count(counted, (document.name, kind), spent, made)
    for row in counted.values():
        row["sha256"] = row["sha256"].hexdigest()
        yield row


def _orders(
    whole: Whole, asked: documents.Order, recipient: str | None
) -> Iterator[documents.Order]:
    if not wants_recipient(asked.audience):
        yield asked
        return
    meant = [one.id for one in recipients(whole, asked.audience)]
    for name in meant if recipient in (None, "all") else [recipient]:
        yield replace(asked, recipient=name)


def _count(
    counted: dict[tuple[str, str], Row],
    key: tuple[str, str],
    seconds: float,
    made: dict[str, bytes],
) -> None:
    row = counted.setdefault(
        key,
        {"document": key[0], "format": key[1], "seconds": 0.0, "files": 0, "bytes": 0,
         "sha256": hashlib.sha256()},
    )  # fmt: skip
    row["seconds"] = round(row["seconds"] + seconds, 3)
    row["files"] += len(made)
    row["bytes"] += sum(map(len, made.values()))
    row["peak_mb"] = _peak_mb()
    for name, content in made.items():
        row["sha256"].update(name.encode("utf-8") + b"\0" + hashlib.sha256(content).digest())


def _peak_mb(children: bool = False) -> int | None:
    try:
        import resource
    except ImportError:  # Windows
        return None
    who = resource.RUSAGE_CHILDREN if children else resource.RUSAGE_SELF
    return resource.getrusage(who).ru_maxrss // 1024


def _print(told: Row) -> None:
    print(f"{told['sorties']} sorties, {told['convoys']} convoys")
    print(f"{'document':16} {'format':10} {'s':>8} {'files':>6} {'bytes':>12} {'MB':>5}  bytes")
    for row in told["rows"]:
        numbers = (
            f"{row['seconds']:>8.2f} {row['files']:>6} {row['bytes']:>12,} {row['peak_mb']:>5}"
        )
        same = "same" if row["same"] else "DIFFERS"
        print(f"{row['document']:16} {row['format']:10} {numbers}  {same}")
    size = sum(row["bytes"] for row in told["rows"])
    print(f"in all {told['seconds']:.1f} s, {size:,} bytes, {told['peak_mb']} MB,")
    print(f"the typesetter's own process {told['typesetter_peak_mb']} MB")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.papers", description=__doc__)
    parser.add_argument("plan", type=Path)
    parser.add_argument("--audience", choices=AUDIENCES, default="internal")
    parser.add_argument("--for", dest="recipient")
    parser.add_argument("--language", default="en")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
