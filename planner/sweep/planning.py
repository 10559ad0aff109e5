"""One case: planned, checked by the witness, told as one row. What a worker runs."""

from __future__ import annotations

import os
import pickle
import platform
import time
import zlib
from dataclasses import dataclass, replace
from typing import Any

import planner
from planner import pipeline
from planner.errors import ScenarioError
from planner.pipeline import Limits, Result
from planner.sweep.cases import Case, Identity, Order, scenario_of

Row = dict[str, Any]
PLANNED, UNVERIFIED, FAULT, ERROR, LOST = "planned", "unverified", "fault", "error", "lost"
AGAIN = frozenset({ERROR, LOST})
"""Outcomes that are no answer: such a case is tried again by the next run."""
SHARE_OF_MEMORY = 0.9


@dataclass(frozen=True)
class Brief:
    """What every case of a sweep needs; a worker gets it once."""

    packed: bytes
    """The scenario's text, compressed."""
    file: str
    seed: int
    limits: Limits
    version: str
    config: dict[str, str]
    maps: dict[str, str]

    @staticmethod
    def of(order: Order, known: Identity) -> Brief:
        """The brief of an order."""
        return Brief(
            zlib.compress(order.text, 9), order.file, order.seed, order.limits, known.version,
            known.config, known.maps,
        )  # fmt: skip


def plan_case(brief: Brief, case: Case) -> Row:
    """The row of a case. Nothing is raised: where there is no plan the row says why."""
    begun, busy = time.monotonic(), time.process_time()
    row = blank(case, brief.seed)
    try:
        row |= _figures(_planned(brief, case))
    except ScenarioError as error:
        more = f" (and {len(error.issues) - 1} more)" if len(error.issues) > 1 else ""
        row |= {"outcome": FAULT, "why": f"{error.issues[0]}{more}"}
    except Exception as error:
        row |= {"outcome": ERROR, "why": sentence(error)}
    row |= {
        "seconds": time.monotonic() - begun, "cpu_s": time.process_time() - busy,
        "memory_mb": pipeline.peak_rss_mb(), "worker": f"{platform.node()}:{os.getpid()}",
    }  # fmt: skip
    row["bytes"] = len(pickle.dumps(case)) + len(pickle.dumps(row))
    return row


def sentence(error: BaseException) -> str:
    """An error that nobody foresaw, in one sentence."""
    reason = " ".join(str(error).split())[:200]
    return f"an error inside the program ({type(error).__name__}{': ' if reason else ''}{reason})"


def blank(case: Case, seed: int) -> Row:
    """The row of a case of which nothing is known yet but which one it is."""
    return {
        "key": case.key, "what_if": case.what_if, "draw": case.draw, "seed": seed,
        "start": case.start, "start_s": case.start_s, "why": None,
    }  # fmt: skip


def _planned(brief: Brief, case: Case) -> Result:
    from planner.searches import config_digests

    if (planner.__version__, config_digests()) != (brief.version, brief.config):
        raise RuntimeError(
            f"this worker has version {planner.__version__} or another configuration, the sweep "
            f"needs {brief.version}"
        )
    text = zlib.decompress(brief.packed)
    scenario = scenario_of(text, brief.file, brief.seed, case)
    network = pipeline.make_network(scenario)
    if network.map_hashes != brief.maps and case.what_if is None:
        raise RuntimeError("this worker has another map")
    limits = replace(brief.limits, memory_mb=brief.limits.memory_mb or allowance_mb())
    return pipeline.make_plan(scenario, limits, remedies=False, network=network)


def allowance_mb() -> float:
    """What one plan may take on this worker, in MB: most of the worker's bound where it has one."""
    from distributed import get_worker

    cap_mb = pipeline.memory_cap_mb()
    try:
        bound = get_worker().memory_manager.memory_limit
    except ValueError:  # not on a worker
        return cap_mb
    return min(cap_mb, bound / 1e6 * SHARE_OF_MEMORY) if bound else cap_mb


def _figures(found: Result) -> Row:
    verdict = found.verdict
    plan, figures = verdict.plan, verdict.figures
    row: Row = {
        "outcome": UNVERIFIED if verdict.status == "FAILED" else PLANNED,
        "verdict": verdict.status, "plan_status": plan.status, "stopped_by": plan.stopped_by,
        "engine": plan.provenance.engine, "conditional_on": ", ".join(plan.conditional_on),
        "people": figures.people, "evacuated": figures.evacuated, "by_sortie": figures.by_sortie,
        "self_moved": figures.self_moved, "left_behind": figures.left_behind,
        "unwilling": figures.unwilling, "harm": figures.levels.get("harm"),
        "harm_of_staying": figures.harm_of_staying, "clearance_s": figures.clearance_s,
        "sorties": figures.sorties,
    }  # fmt: skip
    if verdict.status == "FAILED":
        row["why"] = "; ".join(str(violation) for violation in verdict.violations[:3])
    for level in plan.levels:
        row[f"{level.name}_value"], row[f"{level.name}_bound"] = level.value, level.bound
    return row
