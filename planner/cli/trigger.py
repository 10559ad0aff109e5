"""``planner trigger``: which triggers have fired, and what each start date costs and gains."""

from __future__ import annotations

import argparse
import textwrap
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.cli.planning import ProgressPrinter, interruptible
from planner.cli.scenarios import scenario_file
from planner.cli.text import WIDTH, cut, number, plain, table, write_json
from planner.errors import Issue, ScenarioError
from planner.units import format_duration

if TYPE_CHECKING:
    from planner.scenario import Scenario

HEADING = (
    "begin", "out", "left", "harm", "waiting", "cleared", "out in draws: 5 %", "median", "95 %",
    "safe",
)  # fmt: skip
LEGEND = (
    "harm: expected casualties of the whole, those while everybody waits for the date included "
    "(waiting); safe: share of the draws in which not more than 5 % fewer get out than by "
    "beginning at the first date."
)


def trigger(arguments: argparse.Namespace) -> int:
    """Appraise the dates and print the table; 0 where every plan passed its check."""
    from planner import load
    from planner import trigger as deciding
    from planner.solvers import Limits

    path = scenario_file(arguments.file)
    scenario = load.read(path, arguments.what_if)
    issues: list[Issue] = []
    starts = _moments(arguments.dates, "--dates", scenario, issues) or deciding.daily(scenario)
    now = _moments([arguments.now] if arguments.now else [], "--now", scenario, issues)
    if issues:
        raise ScenarioError(issues)
    known = load.solver_config().limits
    limits = Limits(time_s=arguments.each, seed=arguments.seed, gap=known.gap)
    if arguments.node_limit is not None:
        limits = replace(limits, node_limit=arguments.node_limit)
    told = ProgressPrinter()
    with interruptible("what is done") as should_stop:
        try:
            found = deciding.appraise(
                scenario, starts, limits, arguments.draws, arguments.seed, now[0] if now else 0,
                _progress(told), should_stop,
            )  # fmt: skip
        finally:
            told.close()
    objects = deciding.report(found)
    files = _written(objects, arguments.out)
    if arguments.json:
        write_json(objects)
    else:
        for line in lines(objects):
            print(line)
        if files:
            print(f"{files} files in {plain(arguments.out)}")
    good = bool(objects["dates"]) and all(row["verdict"] != "FAILED" for row in objects["dates"])
    return int(not good)


def _moments(
    texts: list[str], option: str, scenario: Scenario, issues: list[Issue]
) -> tuple[int, ...]:
    from planner.sweep.cases import moment_of

    found = []
    for text in texts:
        try:
            at_s = scenario.at_s(moment_of(text, scenario))
        except ValueError as error:
            issues.append(Issue("", 0, option, str(error)))
            continue
        if not 0 <= at_s < scenario.horizon_s:
            first, last = scenario.local(0), scenario.local(scenario.horizon_s)
            issues.append(
                Issue(
                    "",
                    0,
                    option,
                    f"{text} is outside the scenario's time",
                    f"write a date from {first:%Y-%m-%dT%H:%M} to before {last:%Y-%m-%dT%H:%M}",
                )
            )
            continue
        found.append(at_s)
    return tuple(found)


def _progress(told: ProgressPrinter) -> Callable[[str, int, int], None]:
    from planner.pipeline import Progress

    begun = time.monotonic()
    words = {"plans": "planning, date", "draws": "playing, draw"}

    def tell(phase: str, done: int, of: int) -> None:
        count = done + 1 if phase == "plans" else done
        elapsed = time.monotonic() - begun
        told(Progress(words[phase], elapsed, None, message=f"{count:,} of {of:,}"))

    return tell


def _written(told: dict[str, Any], out: Path | None) -> int:
    if out is None:
        return 0
    from planner.documents import dates

    return len(dates.write(out, told))


def lines(told: dict[str, Any]) -> list[str]:
    """The report as text of at most 100 columns."""
    from planner.trigger.report import day

    what_if = f" · what-if: {told['what_if']}" if told["what_if"] else ""
    title = plain(f"{told['scenario']}{what_if}: go, wait or stay")
    found = [title, "=" * min(len(title), WIDTH)]
    for sentence in told["sentences"]:
        found += _wrapped(f"• {sentence}", "  ")
    if told["dates"]:
        shares = told["last_safe"]["shares"] or [None] * len(told["dates"])
        rows = [_row(row, share) for row, share in zip(told["dates"], shares, strict=True)]
        found += ["", *table([HEADING, *rows], right=range(1, 10)), *_wrapped(LEGEND, "  ")]
        stay = told["harm_of_staying"]
        found += ["", f"If all stay to the end: {number(stay)} casualties expected."]
    found += _chances("Chance that it has fired", told, "triggers", "chance_by_date")
    found += _chances("Chance that it is in force", told, "permissions", "chance_by_date")
    found += _chances("Chance that it is closed", told, "ways", "chance_closed_by_date")
    for row in told["triggers"]:
        if row["happened"]:
            state = "FIRED" if row["has_fired"] else "not fired"
            count = f"{len(row['happened'])} of {row['at_least']} needed"
            words = f"{row['name']}: {state}, {count}: {'; '.join(row['happened'])}"
            found += _wrapped(words, "  ")
    stopped = "Stopped: this is what was done by then. " if told["partial"] else ""
    foot = f"{stopped}Now: {day(told['now'])}. {told['draws']:,} draws, seed {told['seed']}."
    return [*found, "", foot, "Decision support, not clearance."]


def _row(row: dict[str, Any], share: float | None) -> tuple[str, ...]:
    from planner.trigger.report import day

    drawn = row["drawn"]
    cells = [f"{drawn[key]:,.0f}" for key in ("p5", "p50", "p95")] if drawn else ["–"] * 3
    harm = "–" if row["harm"] is None else number(row["harm"])
    return (
        day(row["start"]), f"{row['out']:,}", f"{row['left']:,}", harm,
        number(row["harm_waiting"]), format_duration(row["clearance_s"]), *cells,
        "–" if share is None else f"{share:.0%}",
    )  # fmt: skip


def _chances(heading: str, told: dict[str, Any], key: str, chances: str) -> list[str]:
    rows = [row for row in told[key] if row[chances] and row[chances][0] is not None]
    if not rows:
        return []
    dates = [row["start"][5:10] for row in told["dates"]]
    cells = [
        (cut(row["name"], 44), *(f"{share:.0%}" for share in row[chances][:8])) for row in rows
    ]
    return ["", *table([(heading, *dates[:8]), *cells], right=range(1, len(dates[:8]) + 1))]


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(plain(text), WIDTH, subsequent_indent=indent)
