"""``planner rehearse``: a plan in many draws, and what breaks it."""

from __future__ import annotations

import argparse
import sys
import textwrap
import time
from collections.abc import Callable
from typing import Any

from planner.cli.papers import plan_file
from planner.cli.planning import ProgressPrinter, interruptible
from planner.cli.scenarios import scenario_file
from planner.cli.text import WIDTH, cut, number, plain, table, write_json
from planner.units import HOUR_S, format_duration

FIGURES = (
    ("evacuated", "people out"),
    ("left", "left behind against their will"),
    ("stranded", "of them, on the way or at a hub"),
    ("clearance_s", "last one safe after"),
    ("harm", "expected casualties"),
    ("missed", "deadlines missed"),
)
CAUSES_SHOWN, COSTS_SHOWN, LOADS_SHOWN, LEVERS_SHOWN = 10, 12, 8, 8
CERTAIN = "The scenario states no `uncertainty:`: every draw is the plan itself, one was played."


def rehearse(arguments: argparse.Namespace) -> int:
    """Play the draws and print what was found; 0 where at least one draw was played."""
    from planner import rehearsals

    path = plan_file(arguments.plan)
    other = scenario_file(arguments.uncertainty) if arguments.uncertainty else None
    course = rehearsals.course_of_file(path, other)
    told = ProgressPrinter()
    with interruptible("what is done") as should_stop:
        try:
            found = rehearsals.rehearse(
                course, arguments.draws, arguments.seed, _progress(told), should_stop
            )
        finally:
            told.close()
    files = _written(found, arguments)
    if arguments.json:
        write_json(found)
    else:
        for line in lines(found):
            print(line)
        if files:
            print(f"{files} files in {plain(arguments.out)}")
    if found["is_certain"]:
        print(CERTAIN, file=sys.stderr)
    return int(found["draws"] == 0)


def _written(found: dict[str, Any], arguments: argparse.Namespace) -> int:
    if arguments.out is None:
        return 0
    from planner.documents import rehearsals

    return len(rehearsals.write(arguments.out, found))


def _progress(told: ProgressPrinter) -> Callable[[str, int, int], None]:
    from planner.pipeline import Progress

    begun = time.monotonic()
    words = {"draws": "draw", "costs": "what each cause cost"}

    def tell(phase: str, done: int, of: int) -> None:
        elapsed = time.monotonic() - begun
        left = elapsed / done * (of - done) if phase == "draws" and done else None
        told(Progress(words[phase], elapsed, left, message=f"{done:,} of {of:,}"))

    return tell


def lines(told: dict[str, Any]) -> list[str]:
    """The report as text of at most 100 columns."""
    what_if = f" · what-if: {told['what_if']}" if told["what_if"] else ""
    title = plain(told["scenario"] + what_if)
    found = [title, "=" * min(len(title), WIDTH)]
    if told["draws"] == 0:
        return [*found, "Stopped before the first draw was played."]
    rows: list[tuple[str, ...]] = [("", "plan", "mean", "5 %", "median", "95 %")]
    for name, words in FIGURES:
        figure = told["figures"][name]
        shown = [told["planned"][name], *(figure[key] for key in ("mean", "p5", "p50", "p95"))]
        rows.append((words, *(_figure(name, value) for value in shown)))
    share = told["share_out"]
    if share:
        cells = [f"{share[key]:.0%}" for key in ("mean", "p5", "p50", "p95")]
        rows.append(("of those who came, out", _planned_share(told["planned"]), *cells))
    found += [*table(rows, right=range(1, 6)), ""]
    found += _causes(told["causes"])
    found += _costs(told["costs"])
    found += _levers(told["tornado"])
    found += _loads(told["sorties"])
    return [*found, *_foot(told)]


def _planned_share(planned: dict[str, Any]) -> str:
    came = planned["evacuated"] + planned["left"]
    return f"{planned['evacuated'] / came:.0%}" if came else "–"


def _figure(name: str, value: float) -> str:
    if name == "clearance_s":
        return format_duration(round(value / HOUR_S) * HOUR_S)
    return number(value) if name == "harm" else f"{value:,.0f}"


def _causes(causes: list[dict[str, Any]]) -> list[str]:
    if not causes:
        return []
    rows: list[tuple[str, ...]] = [
        ("what breaks it", "by", "draws", "movements", "hours", "people")
    ]
    for row in causes[:CAUSES_SHOWN]:
        rows.append(
            (
                cut(row["label"], 40), row["kind"], f"{row['share']:.0%}",
                f"{row['movements']:.1f}", f"{row['hours']:.0f}", f"{row['persons']:,.0f}",
            )
        )  # fmt: skip
    legend = (
        "draws: share of the draws in which it stopped a movement, or cost it an hour or more; "
        "then, of the average draw, movements hit, hours lost, people whose ride was called off."
    )
    return [*table(rows, right=range(2, 6)), *_wrapped(legend, "  "), ""]


def _costs(costs: list[dict[str, Any]]) -> list[str]:
    ranked = sorted((c for c in costs if c["draws"]), key=lambda c: -c["a_draw"])
    if not ranked:
        return []
    rows: list[tuple[str, ...]] = [("what it costs", "comes in", "people fewer out", "±", "harm")]
    for row in ranked[:COSTS_SHOWN]:
        rows.append(
            (
                cut(row["label"], 44), f"{row['share']:.0%}", f"{row['evacuated']:,.0f}",
                f"{2 * row['error']:,.0f}", number(row["harm"]),
            )
        )  # fmt: skip
    legend = (
        "where it came, at most 30 such draws played again without it: people fewer out because of "
        "it (±: two standard errors), and expected casualties more."
    )
    return [*table(rows, right=range(1, 5)), *_wrapped(legend, "  "), ""]


def _levers(tornado: list[dict[str, Any]]) -> list[str]:
    if not tornado:
        return []
    rows: list[tuple[str, ...]] = [("left behind, mean, where it is", "low", "high", "±")]
    for row in tornado[:LEVERS_SHOWN]:
        label = "number of people" if row["kind"] == "people" else row["label"]
        rows.append(
            (
                cut(label, 44), f"{row['left_low']:,.0f}", f"{row['left_high']:,.0f}",
                f"{2 * row['left_error']:,.0f}",
            )
        )  # fmt: skip
    return [*table(rows, right=range(1, 4)), ""]


def _loads(loads: list[dict[str, Any]]) -> list[str]:
    if not loads:
        return []
    rows: list[tuple[str, ...]] = [
        ("least likely to be in time", "way", "people", "in time", "arrives", "mostly by")
    ]
    for row in sorted(loads, key=lambda r: (r["in_time"], r["arrives"]))[:LOADS_SHOWN]:
        way = f"{row['origin']} → {row['destination']}"
        rows.append(
            (
                cut(row["sortie"], 24), cut(way, 30), f"{row['persons']}", f"{row['in_time']:.0%}",
                f"{row['arrives']:.0%}", cut(row["broken_by"] or "–", 24),
            )
        )  # fmt: skip
    mean = sum(row["in_time"] for row in loads) / len(loads)
    legend = f"in time: off board at most 30 min later than planned; {mean:.0%} on average."
    return [*table(rows, right=range(2, 5)), *_wrapped(legend, "  "), ""]


def _foot(told: dict[str, Any]) -> list[str]:
    stopped = "Stopped: " if told["stopped"] else ""
    text = f"{stopped}{told['draws']:,} of {told['draws_wanted']:,} draws, seed {told['seed']}. "
    return _wrapped(text + told["note"])


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(plain(text), WIDTH, initial_indent=indent, subsequent_indent=indent)
