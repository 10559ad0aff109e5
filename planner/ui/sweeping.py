"""Many plans of one scenario made in a worker's process, and read back for the page.

A job of the kind ``sweep`` is asked for ``what_ifs`` (null: the base), ``starts`` (seconds after
the scenario's start), ``each`` (seconds of search a case) and ``scheduler`` (an address, or '').
Its rows lie in the desk's folder ``sweeps``, in one folder a scenario, seed and limits: what was
done by a job that was stopped, or whose process died, is not done again by the next.
"""

from __future__ import annotations

import hashlib
import json
import os
import statistics
import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.ui import longwork
from planner.ui.runner import DOCUMENTS, Job
from planner.ui.workspace import private, write_json

if TYPE_CHECKING:
    from planner.sweep import News, Order, Outcome

KIND = "sweep"
FILE, LIST = "summary.json", "cells"
FOLDER = "sweeps"
PLANNED = "planned"
TOLD = 50
"""Cases without a plan that the report tells one by one."""
Row = dict[str, Any]


def count(what_ifs: int, draws: int, dates: int) -> int:
    """How many cases there are."""
    return what_ifs * max(1, draws) * max(1, dates)


def about_s(cases: int, each_s: float) -> int:
    """How long a job takes at most on this machine, about; what is done already is not known."""
    return round(10 + cases * (each_s + 1.0) / (os.cpu_count() or 1))


def work(
    folder: Path, job: dict[str, Any], tell: longwork.Tell, should_stop: longwork.Stop
) -> None:
    """Plan what has no row yet, write rows and report. Raises ScenarioError as the sweep does."""
    from planner import pipeline, sweep
    from planner.sweep.cases import identity

    begun = time.monotonic()
    asked = job["asked"]
    if asked.get("node_limit"):
        limits = pipeline.Limits(
            time_s=asked["each"], seed=job["seed"], node_limit=asked["node_limit"]
        )
    else:
        limits = pipeline.Limits(time_s=asked["each"], seed=job["seed"], gap=job["gap"])
    order = sweep.Order(
        longwork.text(folder).encode("utf-8"), job["file"], tuple(asked["what_ifs"]),
        job["draws"], job["seed"], tuple(asked["starts"]), limits,
    )  # fmt: skip
    said = json.dumps(asdict(identity(order)), sort_keys=True)
    mark = hashlib.sha256(said.encode("utf-8")).hexdigest()[:16]
    rows = private(private(folder.parent.parent / FOLDER) / mark)
    ground = sweep.Ground(asked["scheduler"] or None, asked.get("workers"))
    found = sweep.sweep(order, rows, ground, lambda news: tell(_as_progress(news)), should_stop)
    if not found.rows:
        longwork.ended(folder, "no case was planned")
        return
    _write(folder / DOCUMENTS, order, found)
    longwork.done(folder, begun)


def _as_progress(news: News) -> Any:
    from planner.pipeline import Progress

    phase = "waiting for the scheduler" if "scheduler" in news.message else "cases"
    message = f"{news.done}/{news.of} workers={news.workers} failed={news.failed}"
    return Progress(phase, news.elapsed_s, news.left_s, message=message)


def _write(out: Path, order: Order, found: Outcome) -> None:
    from planner import sweep
    from planner.documents import folder as files
    from planner.sweep import rows as kept
    from planner.sweep.cases import read as scenario_of

    out.mkdir(exist_ok=True)
    title = scenario_of(order.text, order.file, None).title
    kept.write(out / "results.parquet", found.rows)
    content = {
        "results.csv": files.csv_text(list(kept.COLUMNS), found.rows),
        "heatmap.svg": sweep.heatmap(title, sweep.summary(found.rows)),
    }
    files.write(out, content)
    write_json(out / FILE, report(order, found))


def report(order: Order, found: Outcome) -> Row:
    """What the page shows: a cell a what-if and date, and cases without a plan."""
    without = [row for row in found.rows if row["outcome"] != PLANNED]
    names = ("what_if", "draw", "start", "outcome", "why")
    return {
        "cases": found.of, "done": len(found.rows), "before": found.before,
        "planned": len(found.rows) - len(without), "draws": order.draws, "seed": order.seed,
        "seconds": round(found.elapsed_s, 1), "cells": cells(found.rows),
        "without": [{name: row[name] for name in names} for row in without[:TOLD]],
    }  # fmt: skip


def cells(rows: Iterable[Row]) -> list[Row]:
    """One object a what-if and date in the order of the rows, each figure with its quantiles."""
    from planner.sweep import summary

    return summary(rows, spread)


def spread(values: Iterable[float | None]) -> dict[str, float] | None:
    """Mean and quantiles; None where there is nothing."""
    told = [float(value) for value in values if value is not None]
    if not told:
        return None
    cuts = statistics.quantiles(told, n=20, method="inclusive") if len(told) > 1 else told * 19
    return {"mean": statistics.fmean(told), "p5": cuts[0], "p50": cuts[9], "p95": cuts[18]}


def read(job: Job) -> dict[str, Any] | None:
    """The report of a job that has ended; None where it left none."""
    return longwork.report(job, FILE, LIST)
