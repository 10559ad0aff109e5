"""``planner sweep``: many cases of one scenario, their rows as Parquet and a table of them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.cli.planning import ProgressPrinter, interruptible, limits_of
from planner.cli.scenarios import scenario_file
from planner.cli.text import number, plain, table, write_json
from planner.errors import Issue, ScenarioError
from planner.units import format_duration

if TYPE_CHECKING:
    from planner.scenario import Scenario
    from planner.scenario.quantities import Moment
    from planner.sweep import News, Order, Outcome

BASE, ALL = "base", "all"
BAR = 20
SHOWN = 40
HEADING = ("what-if", "from", "cases", "planned", "out", "left behind", "harm", "cleared")


def sweep(arguments: argparse.Namespace) -> int:
    """Plan what has no row yet and print the table; 0 where every case has a verified plan."""
    from planner import sweep as sweeping
    from planner.sweep.cases import read

    path = scenario_file(arguments.file)
    order = _order(path, arguments)
    ground = sweeping.Ground(arguments.scheduler, arguments.workers, arguments.memory)
    out = arguments.out or Path("out") / f"{path.stem}--sweep"
    told = ProgressPrinter()
    with interruptible("what is done") as should_stop:
        try:
            found = sweeping.sweep(
                order, out, ground, lambda news: told(_as_progress(news)), should_stop
            )
        finally:
            told.close()
    rows = sweeping.summary(found.rows)
    picture = out / "heatmap.svg"
    title = read(order.text, order.file, None).title
    picture.write_text(sweeping.heatmap(title, rows), encoding="utf-8")
    if arguments.json:
        write_json(_object(found, rows))
    else:
        for line in _lines(found, rows):
            print(line)
    return int(not found.whole or any(row["outcome"] != "planned" for row in found.rows))


def _order(path: Path, arguments: argparse.Namespace) -> Order:
    from planner.sweep import Order
    from planner.sweep.cases import read

    text = path.read_bytes()
    base = read(text, str(path), None)
    what_ifs: list[str | None] = []
    for name in arguments.what_ifs:
        what_ifs += [None, *base.what_ifs] if name == ALL else [None if name == BASE else name]
    unique = tuple(dict.fromkeys(what_ifs))
    dates = _dates(arguments.dates, base, path)
    limits = limits_of(arguments)
    return Order(text, str(path), unique, arguments.draws, arguments.seed, dates, limits)


def _dates(texts: list[str], scenario: Scenario, path: Path) -> tuple[Moment, ...]:
    from planner.sweep.cases import moment_of

    found: list[Moment] = []
    issues = []
    for text in texts:
        try:
            found.append(moment_of(text, scenario))
        except ValueError as error:
            issues.append(Issue("", 0, "--dates", str(error)))
    if issues:
        raise ScenarioError(issues)
    return tuple(found)


def _as_progress(news: News) -> Any:
    from planner.pipeline import Progress

    share = news.done / news.of if news.of else 1.0
    bar = "█" * round(share * BAR) + "░" * (BAR - round(share * BAR))
    parts = [f"{bar} {news.done} of {news.of}"]
    if news.failed:
        parts.append(f"{news.failed} without a plan")
    parts.append(f"{news.workers} worker{'' if news.workers == 1 else 's'}")
    if news.message:
        parts.append(news.message)
    return Progress("cases", news.elapsed_s, news.left_s, message=" · ".join(parts))


# ------------------------------------------------------------------ what is told


def _object(found: Outcome, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "cases": found.of, "done": len(found.rows), "done_before": found.before,
        "outcomes": _outcomes(found), "seconds": round(found.elapsed_s, 2),
        "results": str(found.path), "summary": rows,
    }  # fmt: skip


def _outcomes(found: Outcome) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in found.rows:
        counts[row["outcome"]] = counts.get(row["outcome"], 0) + 1
    return counts


def _lines(found: Outcome, rows: list[dict[str, Any]]) -> list[str]:
    shown = [HEADING, *(_row(row) for row in rows[:SHOWN])]
    lines = table(shown, right=range(2, 8))
    if len(rows) > SHOWN:
        lines.append(f"… and {len(rows) - SHOWN} more in the file")
    lines.append("Means over the draws that were planned; 'left behind' holds who stays by choice.")
    for row in [row for row in found.rows if row["outcome"] != "planned"][:5]:
        which = f"{row['what_if'] or BASE}, draw {row['draw']}, from {row['start'][:16]}"
        lines.append(plain(f"{which}: {row['outcome']}: {row['why']}"))
    missing = found.of - len(found.rows)
    counts = ", ".join(f"{count:,} {name}" for name, count in _outcomes(found).items())
    done = f"{len(found.rows):,} of {found.of:,} cases ({counts or 'none'}"
    lines.append("Decision support, not clearance.")
    lines.append(
        f"{done}; {found.before:,} were there before), {found.elapsed_s:.0f} s. "
        f"Rows: {plain(found.path)}, a picture beside them."
    )
    if missing:
        lines.append(f"{missing:,} are not done; the same command goes on with them.")
    return lines


def _row(row: dict[str, Any]) -> tuple[str, ...]:
    means = [row[name]["mean"] if row[name] else None for name in ("evacuated", "left_behind")]
    harm, cleared = row["harm"], row["clearance_s"]
    return (
        plain(row["what_if"] or BASE),
        row["start"][:16],
        f"{row['cases']:,}",
        f"{row['planned']:,}",
        *("–" if mean is None else f"{mean:,.0f}" for mean in means),
        "–" if harm is None else number(harm["mean"]),
        "–" if cleared is None else format_duration(round(cleared["mean"] / 60) * 60),
    )
