"""The bus evacuation problem on public, random and own instances (Bish 2011).

    python -m tests.bench.bep FILE [--json]
    python -m tests.bench.bep --generate POINTS --seed S [--buses B] [--write FILE] [--json]
    python -m tests.bench.bep --table [--sizes 2,3,4] [--seeds 10] [--json]

The format and the recipe of random instances are told in ``tests.bench.bep_files``. Makespan and
bound are in the file's unit of distance. Every plan is counted anew by ``tests.bench.trip_recount``
from what is printed as its trips; ``verified`` is false, and the status 1, where that finds a fault
or another makespan. A file that cannot be read is answered with one sentence and status 1, wrong
usage with status 2; an instance without any plan is printed with the reason, and status 0.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from planner.solvers.trips import Trip, TripPlan, busloads
from tests.bench import bep_files
from tests.bench.bep_files import UNIT_MS, BusInstance, FileFault
from tests.bench.trip_recount import recount

GRASP_MARGIN = {3: 0.08, 4: 0.18, 5: 0.08, 6: 0.12}
"""How far the published GRASP (30 s) stays above CPLEX (15 min) on average, by points."""
CPLEX_PROVEN = {2: 10, 3: 8, 4: 3}
"""Instances of ten that the published CPLEX runs (15 min) prove optimal; almost none from 5 on."""


def run(instance: BusInstance, time_s: float, seed: int) -> dict[str, Any]:
    """Solves an instance and counts its plan anew: what ``--json`` prints."""
    problem = instance.problem()
    began = time.perf_counter()
    plan = busloads.solve(problem, time_s=time_s, seed=seed)
    seconds = time.perf_counter() - began
    value, bound = plan.makespan_ms / UNIT_MS, plan.bound_ms / UNIT_MS
    possible = plan.status != "PROVEN_IMPOSSIBLE"
    proven = plan.status == "OPTIMAL"
    shown = exported(instance, plan)
    return {
        "instance": instance.name,
        "depots": len(instance.buses),
        "points": len(instance.demand),
        "shelters": len(instance.room),
        "buses": sum(instance.buses),
        "capacity": instance.capacity,
        "people": sum(instance.demand),
        "status": plan.status,
        "reason": plan.reason,
        "makespan": value if possible else None,
        "bound": bound if possible else None,
        "gap": (value - bound) / max(1.0, value) if possible else None,
        "proven": proven,
        "stopped_by": None if proven or not possible else "time",
        "seconds": round(seconds, 3),
        "verified": verified(instance, shown, value) if possible else None,
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "seed": seed,
        "trips": shown,
    }


def exported(instance: BusInstance, plan: TripPlan) -> list[list[dict[str, int]]]:
    """Per bus its trips in order; points and shelters are numbered from 1 as in the file."""
    return [
        [{"point": t.pickup + 1, "shelter": t.drop + 1, "persons": t.persons} for t in trips]
        for trips in plan.trips
    ]


def verified(
    instance: BusInstance, shown: Sequence[Sequence[dict[str, int]]], makespan: float
) -> bool:
    """Whether exported trips bring everyone, break no rule, and end when it is said."""
    trips = [
        tuple(Trip(t["point"] - 1, t["shelter"] - 1, t["persons"]) for t in own) for own in shown
    ]
    counted, faults = recount(instance.problem(), trips)
    for fault in faults:
        print(f"{instance.name}: {fault}", file=sys.stderr)
    return not faults and counted == round(makespan * UNIT_MS)


def table(sizes: Sequence[int], seeds: int, time_s: float, seed: int) -> list[dict[str, Any]]:
    """The random instances of every size: instances proven, gaps and seconds."""
    rows = []
    for points in sizes:
        found = []
        for number in range(1, seeds + 1):
            found.append(run(bep_files.generate(points, number), time_s, seed))
            told = found[-1]
            print(
                f"{told['instance']}: {told['makespan']:g} (bound {told['bound']:g}) "
                f"in {told['seconds']:.1f} s{'' if told['verified'] else ', NOT VERIFIED'}",
                file=sys.stderr,
            )
        rows.append(
            {
                "points": points,
                "buses": bep_files.BUSES[points],
                "instances": seeds,
                "proven": sum(row["proven"] for row in found),
                "verified": sum(row["verified"] for row in found),
                "mean_makespan": mean(row["makespan"] for row in found),
                "mean_gap": mean(row["gap"] for row in found),
                "worst_gap": max(row["gap"] for row in found),
                "mean_seconds": round(mean(row["seconds"] for row in found), 3),
                "worst_seconds": max(row["seconds"] for row in found),
                "rss_mb": max(row["rss_mb"] for row in found),
                "published_grasp_margin": GRASP_MARGIN.get(points),
                "published_cplex_proven": CPLEX_PROVEN.get(points),
            }
        )
    return rows


def _print_one(told: dict[str, Any]) -> None:
    size = "{depots} depots, {points} points, {shelters} shelters, {buses} buses of {capacity}"
    print(f"{told['instance']}: {size.format(**told)}, {told['people']} people")
    if told["makespan"] is None:
        print(f"  {told['status']}: {told['reason']}")
        return
    print(
        f"  {told['status']}: makespan {told['makespan']:g}, bound {told['bound']:g}, "
        f"gap {told['gap']:.2%}, {told['seconds']:.1f} s, {told['rss_mb']} MB, "
        f"{'verified' if told['verified'] else 'NOT VERIFIED'}"
    )
    for bus, trips in enumerate(told["trips"], start=1):
        legs = ", ".join(f"{t['point']} → {t['shelter']} ({t['persons']})" for t in trips)
        print(f"  bus {bus}: {legs or 'stays'}")


def _print_table(rows: Sequence[dict[str, Any]]) -> None:
    print("points  buses  proven  verified  mean value  mean gap  worst gap  mean s  worst s  MB")
    for row in rows:
        print(
            f"{row['points']:6d} {row['buses']:6d} {row['proven']:4d}/{row['instances']:<3d}"
            f"{row['verified']:4d}/{row['instances']:<4d} {row['mean_makespan']:10.2f} "
            f"{row['mean_gap']:9.2%} {row['worst_gap']:10.2%} {row['mean_seconds']:7.2f} "
            f"{row['worst_seconds']:8.2f} {row['rss_mb']:4d}"
        )
    known = [row for row in rows if row["published_grasp_margin"] is not None]
    for row in known:
        print(
            f"{row['points']} points: value at most {row['mean_gap']:.2%} above the optimum on "
            f"average; published GRASP (30 s) {row['published_grasp_margin']:+.0%} over CPLEX"
        )


def _sizes(text: str) -> list[int]:
    sizes = [int(word) for word in text.split(",")]
    if not all(size in bep_files.BUSES for size in sizes):
        raise argparse.ArgumentTypeError("sizes are 2 to 10, as published")
    return sizes


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.bep", description="The bus evacuation problem."
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("file", nargs="?", type=Path, help="an instance in the public format")
    what.add_argument("--generate", type=int, metavar="POINTS", help="a random instance")
    what.add_argument("--table", action="store_true", help="ten random instances of every size")
    parser.add_argument("--seed", type=int, default=1, help="of the random instance (default 1)")
    parser.add_argument("--buses", type=int, help="of the random instance (default as published)")
    parser.add_argument("--write", type=Path, metavar="FILE", help="keep the random instance")
    parser.add_argument("--sizes", type=_sizes, default=list(bep_files.BUSES), help="e.g. 2,3,4")
    parser.add_argument("--seeds", type=int, default=10, help="instances a size in the table")
    parser.add_argument(
        "--passing", action="store_true", help="buses may pass through points and shelters"
    )
    parser.add_argument("--time", type=float, default=30.0, help="seconds an instance (default 30)")
    parser.add_argument("--search-seed", type=int, default=0, help="of the search (default 0)")
    parser.add_argument("--json", action="store_true", help="one JSON value on standard output")
    return parser


def _asked(parser: argparse.ArgumentParser, args: argparse.Namespace) -> BusInstance:
    if args.generate is None:
        if args.write is not None or args.buses is not None:
            parser.error("--write and --buses go with --generate")
        return bep_files.read(args.file)
    try:
        instance = bep_files.generate(args.generate, args.seed, args.buses)
    except ValueError as error:
        parser.error(str(error))
    if args.write is not None:
        try:
            args.write.write_text(bep_files.write(instance), encoding="utf-8")
        except OSError as error:
            raise FileFault(f"{args.write}: cannot be written ({error.strerror})") from None
    return instance


def main(argv: Sequence[str] | None = None) -> int:
    """The exit status."""
    parser = _parser()
    args = parser.parse_args(argv)
    if not args.time > 0 or args.seeds < 1:
        parser.error("--time and --seeds need a number above 0")
    if args.table:
        rows = table(args.sizes, args.seeds, args.time, args.search_seed)
        print(json.dumps(rows, indent=1)) if args.json else _print_table(rows)
        return 0 if all(row["verified"] == row["instances"] for row in rows) else 1
    try:
        asked = _asked(parser, args)
        told = run(asked.passing() if args.passing else asked, args.time, args.search_seed)
    except (FileFault, busloads.NotLikeBuses, TimeoutError) as error:
        print(error, file=sys.stderr)
        return 1
    if args.json:
        print(json.dumps(told, indent=1))
    else:
        _print_one(told)
    return 1 if told["verified"] is False else 0


if __name__ == "__main__":
    sys.exit(main())
