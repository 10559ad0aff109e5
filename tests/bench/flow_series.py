"""Series of networks: several shapes beside OR-Tools, and the growth of time with arcs."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from planner.solvers.flow import solve_flow
from tests.bench.flow_files import Roads
from tests.bench.flow_peer import compiled, posed
from tests.bench.flow_shapes import MADE, SHAPES

GROWTH = (
    ("grid", 12, 700), ("grid", 20, 1800), ("grid", 32, 4200), ("grid", 48, 9000),
    ("grid", 64, 16000), ("grid", 90, 32000), ("region", 400, 1000), ("region", 1300, 4200),
    ("region", 4000, 14000), ("river", 40, 1800), ("river", 64, 4000), ("river", 100, 8000),
)  # fmt: skip
"""Shape, size, people: from ten thousand to tens of millions of arcs in time."""


def shapes(run: Callable[[Roads, bool], dict[str, Any]]) -> dict[str, Any]:
    """Every network of SHAPES by us and by OR-Tools, with the least and the median ratio."""
    rows = []
    for shape, size, people, seed in SHAPES:
        found = run(MADE[shape](size, people, seed), True)
        row = {
            "instance": f"{shape} {size}, {people} people, seed {seed}",
            "seconds": found["seconds"], "cpu_seconds": found["cpu_seconds"],
            "clearance": found["clearance"], "total_arrival": found["total_arrival"],
            "verified": found["verified"] and found["certificate"]["optimal_at_every_step"],
            "peer": found["peer"],
        }  # fmt: skip
        print(row, file=sys.stderr, flush=True)
        rows.append(row)
    ratios = [row["peer"]["cpu_ratio"] for row in rows]
    return {
        "least_cpu_ratio": min(ratios),
        "median_cpu_ratio": statistics.median(ratios),
        "least_arcs": min(row["peer"]["arcs"] for row in rows),
        "all_verified": all(row["verified"] and row["peer"]["same_optimum"] for row in rows),
        "rows": rows,
    }


def growth(seed: int) -> dict[str, Any]:
    """Arcs in time (until clearance) against processor seconds (the median of three runs), and by
    shape the exponent of a power fitted to them: 1 is linear."""
    compiled()
    rows: list[dict[str, Any]] = []
    for shape, size, people in GROWTH:
        network = posed(MADE[shape](size, people, seed))
        taken = []
        for _ in range(3):
            began = time.process_time()
            flow = solve_flow(network)
            taken.append(time.process_time() - began)
        steps = int(np.flatnonzero(flow.arrivals)[-1]) + 1
        arcs = int(np.maximum(0, steps - network.transit).sum())
        seconds = statistics.median(taken)
        row = {
            "instance": f"{shape} {size}, {people} people", "shape": shape, "steps": steps,
            "arcs": arcs, "seconds": round(seconds, 4),
            "us_per_arc": round(seconds / arcs * 1e6, 3),
        }  # fmt: skip
        print(row, file=sys.stderr, flush=True)
        rows.append(row)
    return {"exponent": {name: _exponent(rows, name) for name in MADE}, "rows": rows}


def _exponent(rows: list[dict[str, Any]], shape: str) -> float | None:
    """Slope of log seconds over log arcs by least squares; None for fewer than two sizes."""
    own = [row for row in rows if row["shape"] == shape]
    if len(own) < 2:
        return None
    logs = [np.log([row[name] for row in own]) for name in ("arcs", "seconds")]
    return round(float(np.polyfit(logs[0], logs[1], 1)[0]), 3)
