"""``planner replan``: a running plan and a situation report → the new plan, and whom to tell."""

from __future__ import annotations

import argparse
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.cli.papers import plan_file
from planner.cli.planning import interruptible, limits_of
from planner.cli.text import WIDTH, plain, summary_lines, write_json

if TYPE_CHECKING:
    from planner.plan import Change
    from planner.replan import Replanned
    from planner.scenario import Scenario
    from planner.verify import Verdict

FOLDER = "replanned"
WORDS = {
    "dropped": "DROPPED",
    "moved": "MOVED",
    "added": "NEW",
    "aboard": "OTHERS ON BOARD",
    "vehicle": "OTHER VEHICLE",
    "promise": "PROMISE BROKEN",
}


def replan(arguments: argparse.Namespace) -> int:
    """Plan what is left, print what changes, write the documents; 1 where the witness objects."""
    from planner import pipeline
    from planner import replan as again

    path = plan_file(arguments.plan)
    running = again.running(path)
    if arguments.situation is None:
        reading = again.read_report(running, f"at: {arguments.now}\n", "--now", arguments.now)
    else:
        reading = again.read_file(running, arguments.situation, arguments.now)
    with interruptible() as should_stop:
        found = again.replan(reading, limits_of(arguments), should_stop=should_stop)
    out = arguments.out or path.resolve().parent / FOLDER
    written = _write(found, path, out, plan_only=arguments.plan_only)
    if arguments.json:
        summary = pipeline.summary(found.verdict)
        under_way = found.verdict.plan.under_way
        told: dict[str, Any] = {
            **summary, "wall_s": round(found.wall_s, 2), "plan": str(out / "plan.json"),
            "former": under_way.former if under_way else None,
            "now_s": under_way.now_s if under_way else None,
            "changes": [change.model_dump(mode="json") for change in found.changes],
            "documents": [str(one) for one in written],
        }  # fmt: skip
        write_json(told)
    else:
        for line in [*change_lines(found.verdict), "", *summary_lines(found.verdict)]:
            print(line)
        print(f"{found.wall_s:.0f} s. {len(written)} documents in {plain(out)}")
    return int(found.verdict.status == "FAILED")


def _write(found: Replanned, former: Path, out: Path, *, plan_only: bool) -> list[Path]:
    """Documents of the new plan, each of which says what changed since the former issue."""
    from planner import documents, pipeline

    out.mkdir(parents=True, exist_ok=True)
    if plan_only:
        documents.write(found.verdict, "json", out / "plan.json")
        return [out / "plan.json"]
    order = documents.Order(supersedes=pipeline.verify_file(former))
    made = documents.files(found.verdict, order)
    if found.verdict.status == "FAILED":
        print("planner: the plan fails its check; every page says so", file=sys.stderr)
    return documents.save(made, out)


def change_lines(verdict: Verdict) -> list[str]:
    """Every change from now on: what, why, and whom to tell."""
    under_way = verdict.plan.under_way
    if under_way is None:
        return []
    scenario = verdict.scenario
    now = scenario.local(under_way.now_s)
    count = len(under_way.changes)
    lines = [f"From {now:%Y-%m-%d %H:%M} on: {count} change{'' if count == 1 else 's'}."]
    for change in under_way.changes:
        words = f"{_what(scenario, change)}. Why: {change.reason}. {_tell(scenario, change)}"
        lines += textwrap.wrap(
            plain(words), WIDTH, initial_indent="- ", subsequent_indent="  "
        )  # fmt: skip
    return lines


def _what(scenario: Scenario, change: Change) -> str:
    fleet = scenario.fleet(change.fleet).label
    ends = f"{scenario.place(change.origin).label} > {scenario.place(change.destination).label}"
    before, after = (
        None if moment is None else f"{scenario.local(moment):%d %b %H:%M}"
        for moment in (change.before_s, change.after_s)
    )  # fmt: skip
    when = f"loading {before}" if after is None else f"loading {after}"
    if change.kind == "moved":
        when = f"loading {after} instead of {before}"
    people = f"{change.after_persons} people"
    if change.before_persons and change.after_persons != change.before_persons:
        people = f"{change.after_persons} people instead of {change.before_persons}"
    return f"{WORDS[change.kind]} {fleet} {change.vehicle}, {ends}, {when}, {people}"


def _tell(scenario: Scenario, change: Change) -> str:
    names = []
    for one in change.tell:
        kind, _, ident = one.partition(":")
        sections: dict[str, Any] = {
            "fleet": scenario.fleets, "place": scenario.places, "party": scenario.parties,
        }  # fmt: skip
        names.append(next((x.label for x in sections[kind] if x.id == ident), ident))
    return f"Tell: {', '.join(names)}"
