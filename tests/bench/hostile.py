"""Hostile inputs: an honest answer each time, within the time limit and the memory cap.

``python -m tests.bench.hostile [--time-limit 60] [--memory 4000] [--only NAME] [--json]`` plans
each case in a process of its own and prints the answer: what is proven, who is out and who is left
and why, what the witness says, wall seconds beside the limit, peak memory.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from typing import Any

from planner import pipeline
from planner.errors import ScenarioError
from planner.pipeline import Limits
from tests.bench.hostile_case import CASES

ROOM = 1.1
"""Of the time limit: what may be taken."""
PATIENCE = 6


def answer(name: str, limits: Limits) -> dict[str, Any]:
    """One case in this process: the answer, or the faults."""
    begun = time.monotonic()
    scenario = CASES[name]()
    made_s = time.monotonic() - begun
    begun = time.monotonic()
    said: dict[str, Any] = {"case": name, "made_s": round(made_s, 1)}
    try:
        result = pipeline.make_plan(scenario, limits, remedies=False, begun=begun)
    except ScenarioError as error:
        said |= {"status": "REFUSED", "reason": str(error.issues[0]), "people": None}
    else:
        plan, figures = result.verdict.plan, result.verdict.figures
        told = [entry.reason for entry in plan.left_behind if not entry.unwilling]
        said |= {
            "status": plan.status, "stopped_by": plan.stopped_by, "verdict": result.verdict.status,
            "people": figures.people, "out": figures.evacuated, "left": figures.left_behind,
            "adds_up": figures.people == figures.evacuated + figures.left_behind,
            "gap": max((level.gap for level in plan.levels), default=0.0),
            "gap_of_the_left": plan.levels[0].gap if plan.levels else 0.0,
            "reason": told[0] if told else "", "engine": plan.provenance.engine,
        }  # fmt: skip
    said["wall_s"] = round(time.monotonic() - begun, 1)
    said["peak_mb"] = round(pipeline.peak_rss_mb())
    said["in_time"] = said["wall_s"] <= ROOM * limits.time_s
    return said


def apart(name: str, given: list[str], time_s: float) -> dict[str, Any]:
    """One case in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.hostile", "--child", name, *given]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=PATIENCE * time_s + 60, check=False
        )
    except subprocess.TimeoutExpired:
        return {"case": name, "status": "ENDED", "reason": "never came back"}
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["?"])[-1]
        return {"case": name, "status": "CRASHED", "reason": last}
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def line(said: dict[str, Any]) -> str:
    """One case as a line of text."""
    if said.get("people") is None:
        people = ""
    else:
        people = f"{said['out']:,} out, {said['left']:,} left of {said['people']:,}"
    state = f"{said['status']} {said.get('verdict', '')}".strip()
    gap = f"{said['gap_of_the_left']:.2g}/{said['gap']:.2g}" if "gap" in said else ""
    cost = f"{said.get('wall_s', 0):.1f} s, {said.get('peak_mb', 0):,} MB"
    late = "" if said.get("in_time", False) else " LATE"
    return (
        f"{said['case']:<34} {state:<27} {people:<44} {gap:<11} {cost}{late}\n    {said['reason']}"
    )


def main() -> None:
    """Print every case."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0] if __doc__ else None)
    parser.add_argument("--time-limit", type=float, default=60.0)
    parser.add_argument("--memory", type=float, default=4000.0, help="cap in MB")
    parser.add_argument("--only", action="append", choices=sorted(CASES))
    parser.add_argument("--child", choices=sorted(CASES), help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true")
    said = parser.parse_args()
    limits = Limits(time_s=said.time_limit, memory_mb=said.memory)
    if said.child:
        print(json.dumps(answer(said.child, limits)))
        return
    given = ["--time-limit", str(said.time_limit), "--memory", str(said.memory)]
    found = []
    if not said.json:
        print(f"time limit {said.time_limit:g} s, memory cap {said.memory:,.0f} MB; "
              "gap of the first level / widest gap")  # fmt: skip
    for name in said.only or CASES:
        found.append(apart(name, given, said.time_limit))
        if not said.json:
            print(line(found[-1]), flush=True)
    if said.json:
        print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
