"""Every export of every audience of a plan, searched for what its reader must not know.

``python -m tests.leaks PLAN [--audience A] [--language L] [--every N | --for ID] [--show N]``
prints a table: recipients, files, bytes, values looked for, hits. ``--every N`` takes each Nth
recipient alone. Exit status 1 where anything is found.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from planner import documents, pipeline
from planner.errors import ScenarioError
from planner.redact import AUDIENCES, Audience, Whole, recipients
from tests.leaks.exports import exports
from tests.leaks.search import Hit, Search
from tests.leaks.unpack import unpacked
from tests.leaks.withheld import Withheld, withheld


def main(arguments: list[str] | None = None) -> int:
    """Search, print, and tell by the exit status."""
    given = _parser().parse_args(arguments)
    whole = Whole(pipeline.verify_file(given.plan))
    print(f"{'audience':10} {'readers':>7} {'files':>6} {'bytes':>12} {'values':>8} {'hits':>5}")
    found = 0
    for audience in given.audience or AUDIENCES:
        found += _audience(whole, audience, given)
    return int(found > 0)


def _audience(whole: Whole, audience: Audience, given: argparse.Namespace) -> int:
    counted: Counter[str] = Counter()
    hits: dict[tuple[str | None, str, Withheld], Hit] = {}
    readers = [one.id for one in recipients(whole, audience)] or [None]
    for reader in given.reader or readers[:: given.every]:
        order = documents.Order(audience=audience, recipient=reader, language=given.language)
        try:
            made = exports(whole, order)
        except ScenarioError:
            continue  # nothing in the plan is theirs
        values, told = withheld(whole, audience, reader)
        search = Search(values, told)
        counted["values"] += len(values)
        counted["readers"] += 1
        for name, content in made.items():
            counted["files"] += 1
            counted["bytes"] += len(content)
            for hit in search.hits(unpacked(content, name)):
                hits.setdefault((reader, name, hit.found), hit)
    numbers = " ".join(
        (f"{counted['readers']:>7}", f"{counted['files']:>6}", f"{counted['bytes']:>12,}",
         f"{counted['values']:>8}", f"{len(hits):>5}")
    )  # fmt: skip
    print(f"{audience:10} {numbers}", flush=True)
    different = {hit.found: (reader, hit) for (reader, _, _), hit in hits.items()}
    for reader, hit in list(different.values())[: given.show]:
        print(f"    for {reader}: {hit}")
    return len(hits)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.leaks", description=__doc__)
    parser.add_argument("plan", type=Path)
    parser.add_argument("--audience", action="append", choices=AUDIENCES)
    parser.add_argument("--language", default="en")
    parser.add_argument("--for", dest="reader", action="append")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--show", type=int, default=20)
    return parser


if __name__ == "__main__":
    sys.exit(main())
