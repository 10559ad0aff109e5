"""The Isolated Community Evacuation Problem: every scenario of a folder, solved and counted again.

``python -m tests.bench.icep DIR [--json] [--time-limit SECONDS] [--seed N]``. DIR is one instance
(with ``Input`` and ``Incidences``) or holds several. Makespans are minutes; ``verified`` is the
recount of the exported trips, which shares no code with the engine.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from planner.solvers.trips import TripPlan, TripProblem
from planner.solvers.trips.vessels import solve
from tests.bench.icep_files import BadInput, Scenario, folders, read
from tests.bench.trip_recount import MINUTE_MS, recount_exported

REFERENCE = Path(__file__).with_name("icep_reference.json")
IMPOSSIBLE = "PROVEN_IMPOSSIBLE"
NO_PLAN = (IMPOSSIBLE, "NO_PLAN_IN_TIME")
EVERY_S = 0.02
MEGABYTE = 1 << 20
DIGITS = 6


def minutes(moment_ms: int) -> float:
    """Minutes with digits enough for a millisecond."""
    return round(moment_ms / MINUTE_MS, DIGITS)


def export(problem: TripProblem, plan: TripPlan) -> list[dict[str, Any]]:
    """Per vessel that sails its trips: docks, persons, and the minutes at which it leaves its last
    place, begins to load, and has unloaded."""
    found = []
    for index, trips in enumerate(plan.trips):
        clock, empty = problem.vessels[index].available_ms, problem.start_ms[index]
        items = []
        for trip in trips:
            out, back = empty[trip.pickup], problem.loaded_ms[index][trip.pickup][trip.drop]
            if out is None or back is None:
                raise ValueError(f"{problem.vessels[index].id} has no way for {trip}")
            items.append(
                {
                    "pickup": problem.pickups[trip.pickup],
                    "drop": problem.drops[trip.drop],
                    "persons": trip.persons,
                    "depart_min": minutes(clock),
                    "load_min": minutes(clock + out),
                    "arrive_min": minutes(clock + out + back),
                }
            )
            clock += out + back
            empty = problem.empty_ms[index][trip.drop]
        if items:
            found.append({"vessel": problem.vessels[index].id, "trips": items})
    return found


class Peak:
    """The most memory that this process held while it was open, in MB."""

    def __init__(self) -> None:
        self.rss_mb = 0.0
        self._process = psutil.Process()
        self._done = threading.Event()
        self._watch = threading.Thread(target=self._run, daemon=True)

    def _look(self) -> None:
        self.rss_mb = max(self.rss_mb, self._process.memory_info().rss / MEGABYTE)

    def _run(self) -> None:
        while not self._done.wait(EVERY_S):
            self._look()

    def __enter__(self) -> Peak:
        self._look()
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._watch.join()
        self._look()


def run(
    instance: str,
    scenario: Scenario,
    time_s: float,
    seed: int,
    engine: Callable[..., TripPlan] = solve,
) -> dict[str, Any]:
    """One scenario's line of the answer."""
    problem = scenario.problem
    began = time.perf_counter()
    with Peak() as peak:
        plan = engine(problem, time_s=time_s, seed=seed)
    seconds = time.perf_counter() - began
    line: dict[str, Any] = {
        "instance": instance,
        "scenario": scenario.name,
        "vessels": len(problem.vessels),
        "people": problem.people,
        "makespan_min": None,
        "bound_min": None if plan.status == IMPOSSIBLE else minutes(plan.bound_ms),
        "gap": None,
        "seconds": round(seconds, 3),
        "verified": False,
        "status": plan.status,
        "reason": plan.reason,
        "faults": [],
        "rss_mb": round(peak.rss_mb, 1),
        "trips": [],
    }
    if plan.status in NO_PLAN:
        return line
    exported = json.loads(json.dumps(export(problem, plan)))
    stated = minutes(plan.makespan_ms)
    counted, faults = recount_exported(problem, exported, stated)
    if plan.bound_ms > counted:
        faults.append(f"the bound {minutes(plan.bound_ms)} is above the makespan")
    line["makespan_min"] = stated
    line["gap"] = round((plan.makespan_ms - plan.bound_ms) / max(1, plan.makespan_ms), 9)
    line["verified"], line["faults"], line["trips"] = not faults, faults, exported
    return line


def table(lines: Sequence[Mapping[str, Any]], known: Mapping[str, Any]) -> str:
    """The answers beside what is known of the same scenarios."""
    rows = [
        "instance                   scenario                    ships people  makespan     bound"
        "      gap seconds    MB ok  status             published  earlier (bound)"
    ]
    for line in lines:
        past = known.get(line["instance"], {})
        past = past.get(line["scenario"], {}) if isinstance(past, Mapping) else {}
        value = "-" if line["makespan_min"] is None else f"{line['makespan_min']:.2f}"
        bound = "-" if line["bound_min"] is None else f"{line['bound_min']:.2f}"
        gap = "-" if line["gap"] is None else f"{line['gap']:.3%}"
        before = f"{past['earlier']:.2f} ({past['earlier_bound']:.2f})" if past else "-"
        rows.append(
            f"{line['instance'][:26]:26} {line['scenario'][:27]:27} {line['vessels']:5} "
            f"{line['people']:6} {value:>9} {bound:>9} {gap:>8} {line['seconds']:7.2f} "
            f"{line['rss_mb']:5.0f} {'yes' if line['verified'] else 'no':3} {line['status']:18} "
            f"{past.get('published', '-'):>9}  {before}"
        )
        rows += [f"    {text}" for text in (line["reason"], *line["faults"]) if text]
    return "\n".join(rows)


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError("must be above 0")
    return value


def main(arguments: Sequence[str] | None = None) -> int:
    """0: all scenarios answered and verified (or proven impossible); 1: bad input, or not so."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.icep", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--json", action="store_true", help="one JSON list on standard output")
    parser.add_argument("--time-limit", type=_positive, default=60.0, metavar="SECONDS")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    try:
        work = [
            (folder.resolve().name, scenario)
            for folder in folders(options.folder)
            for scenario in read(folder)
        ]
    except (BadInput, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    lines = []
    for number, (name, scenario) in enumerate(work, start=1):
        print(f"{number}/{len(work)} {name}: {scenario.name}", file=sys.stderr, flush=True)
        lines.append(run(name, scenario, options.time_limit, options.seed))
    if options.json:
        print(json.dumps(lines, indent=1, ensure_ascii=False))
    else:
        print(table(lines, json.loads(REFERENCE.read_text(encoding="utf-8"))))
    answered = all(line["verified"] or line["status"] == IMPOSSIBLE for line in lines)
    return 0 if answered else 1


if __name__ == "__main__":
    sys.exit(main())
