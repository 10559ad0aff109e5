"""``planner robust``: a first day that is good in several draws, beside the base plan's."""

from __future__ import annotations

import argparse
import textwrap
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from planner.cli.planning import ProgressPrinter, interruptible
from planner.cli.scenarios import scenario_file
from planner.cli.text import WIDTH, cut, number, plain, table, write_json

if TYPE_CHECKING:
    from planner.scenario import Scenario

HEADING = ("first day of", "departures", "mean", "worst", "in the worst", "harm", "regret", "")
LEGEND = (
    "people left behind over the draws, as each goes on from that first day: mean, mean of the "
    "worst share, in the worst draw; harm: expected casualties by the measure; regret: how many "
    "more remain than with the best plan known for a draw, a what-if or the base case, at most "
    "(?: not looked at in all of them)."
)
SHOWN, DEPARTURES_SHOWN = 14, 12


def robust(arguments: argparse.Namespace) -> int:
    """Compare first days and print the table; 0 where one was chosen and its plan is verified."""
    from planner import load
    from planner import robust as several

    path = scenario_file(arguments.file)
    scenario = load.read(path, arguments.what_if)
    asked = several.Asked(
        arguments.draws, arguments.seed, arguments.time_limit, arguments.each,
        arguments.node_limit, load.solver_config().limits.gap, arguments.rehearse,
    )  # fmt: skip
    what_ifs: dict[str, Scenario] = {}
    if arguments.what_if is None and not arguments.no_what_ifs:
        what_ifs = {name: load.read(path, name) for name in scenario.what_ifs}
    told = ProgressPrinter()
    with interruptible("what is done") as should_stop:
        try:
            found = several.compare(scenario, asked, what_ifs, _progress(told), should_stop)
        finally:
            told.close()
    objects = several.report(found)
    files = 0
    if arguments.out is not None:
        from planner.documents import robust as papers

        plan = found.plan.plan if found.plan is not None else None
        files = len(papers.write(arguments.out, objects, plan))
    if arguments.json:
        write_json(objects)
    else:
        for line in lines(objects):
            print(line)
        if files:
            print(f"{files} files in {plain(arguments.out)}")
    return int(objects["plan"] is None or objects["plan"]["verdict"] == "FAILED")


def _progress(told: ProgressPrinter) -> Callable[[str, int, int], None]:
    from planner.pipeline import Progress

    begun = time.monotonic()

    def tell(phase: str, done: int, of: int) -> None:
        elapsed = time.monotonic() - begun
        told(Progress(phase, elapsed, None, message=f"{done + 1:,} of about {of:,}"))

    return tell


def lines(told: dict[str, Any]) -> list[str]:
    """The report as text of at most 100 columns."""
    what_if = f" · what-if: {told['what_if']}" if told["what_if"] else ""
    title = plain(f"{told['scenario']}{what_if}: one first day for {told['draws']} draws")
    found = [title, "=" * min(len(title), WIDTH)]
    for sentence in told["sentences"]:
        found += _wrapped(f"• {sentence}", "  ")
    if told["candidates"]:
        rows = [_row(row) for row in told["candidates"][:SHOWN]]
        found += ["", *table([_heading(told), *rows], right=range(1, 7)), *_wrapped(LEGEND, "  ")]
    found += _regrets(told)
    found += _departures(told["first_day"])
    stopped = "Stopped or out of time: this is what was done by then. " if told["partial"] else ""
    foot = f"{stopped}Seed {told['seed']}. {told['note']} {told['decision_support']}"
    return [*found, "", *_wrapped(foot)]


def _heading(told: dict[str, Any]) -> tuple[str, ...]:
    from planner.robust.words import share

    return tuple(share(told) if word == "worst" else word for word in HEADING)


def _row(row: dict[str, Any]) -> tuple[str, ...]:
    from planner.robust.words import people

    figures = [people(row[key]) if row[key] is not None else "–" for key in
               ("mean", "cvar", "worst")]  # fmt: skip
    regret = "–" if row["max_regret"] is None else people(row["max_regret"])
    regret += "" if row["regrets_known"] == row["regrets_of"] else "?"
    harm = "–" if row["harm"] is None else number(row["harm"])
    mark = "chosen" if row["chosen"] else cut(row["why_not"] or "", 20)
    return (cut(row["label"], 34), f"{row['departures']:,}", *figures, harm, regret, mark)


def _regrets(told: dict[str, Any]) -> list[str]:
    """Candidate by world: how many more remain there than need have, as far as is known."""
    from planner.robust.words import people

    if told["summary"] is None:
        return []
    chosen, base = told["candidates"][told["chosen"]], told["candidates"][0]
    rows: list[tuple[str, ...]] = [
        ("left behind in", "people", "if known", "proven", "base plan's day", "regret", "chosen",
         "regret")
    ]  # fmt: skip
    for place, world in enumerate(told["worlds"]):
        cells = [row["cells"][place] for row in (base, chosen)]
        told_cells = [
            people(cell[key]) if cell[key] is not None else "–"
            for cell in cells for key in ("left", "regret")
        ]  # fmt: skip
        known = "–" if world["left"] is None else people(world["left"])
        bound = "–" if world["bound"] is None else f"≥ {people(world['bound'])}"
        name = (
            f"{world['label']}: {', '.join(world['events'])}"
            if world["events"]
            else (f"what if {world['label']}" if world["kind"] == "what_if" else world["label"])
        )
        rows.append((cut(name, 34), f"{world['people']:,}", known, bound, *told_cells))
    return ["", *table(rows, right=range(1, 8))]


def _departures(rows: list[dict[str, Any]]) -> list[str]:
    """The first of the departures that are decided now, loaded ones alone."""
    loaded = [row for row in rows if row["persons"]]
    if not loaded:
        return []
    shown: list[tuple[str, ...]] = [("decided now", "by", "no.", "from", "to", "people")]
    for row in loaded[:DEPARTURES_SHOWN]:
        shown.append(
            (
                row["start"][5:16].replace("T", " "), cut(row["what"], 22),
                "" if row["vehicle"] is None else f"{row['vehicle']}", cut(row["from"], 20),
                cut(row["to"], 20), f"{row['persons']:,}",
            )
        )  # fmt: skip
    more = len(loaded) - DEPARTURES_SHOWN
    rest = [f"… and {more:,} more loaded departures (first_day.csv)"] if more > 0 else []
    return ["", *table(shown, right=(2, 5)), *rest]


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(plain(text), WIDTH, subsequent_indent=indent)
