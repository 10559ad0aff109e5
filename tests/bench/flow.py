"""People on roads: earliest arrivals on public networks, recounted, proven, against OR-Tools.

    python -m tests.bench.flow FILE.dat [--horizon N] [--json]
    python -m tests.bench.flow --tntp NET.tntp --sources 10:15000,15:10000 --havens 1,2 [--json]
    python -m tests.bench.flow --grid SIDE:PEOPLE [--seed S] [--json]
    python -m tests.bench.flow --shape grid|river|coast|region --grid SIZE:PEOPLE [--seed S]
    python -m tests.bench.flow --shapes [--json]
    python -m tests.bench.flow --growth [--json]

``--peer`` has OR-Tools' ``SimpleMinCostFlow`` solve the same time-expanded network (up to the
clearance step) in the same run; ``--shapes`` does so for a fixed list of networks of a million
arcs and more, and tells all of them; ``--growth`` has the time grow with the arcs and fits an
exponent. What is counted: ``tests.bench.flow_peer``. Formats: ``tests.bench.flow_files``.
``verified`` is true if
``tests.bench.flow_recount`` finds in the exported trips no fault and the same arrivals;
``certificate`` says at how many steps a recounted cut equals the arrivals until then (for an
earliest arrival flow that is every step). A file that cannot be read: one sentence, status 1.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from planner.solvers.flow import EARLIEST_ARRIVAL, DynamicFlow, solve_flow
from tests.bench.flow_files import BadFile, Roads, read_dynamic, read_tntp
from tests.bench.flow_peer import against_peer, compiled, posed
from tests.bench.flow_recount import Trip, cut_bound, recount
from tests.bench.flow_series import growth, shapes
from tests.bench.flow_shapes import MADE


def trips(roads: Roads, flow: DynamicFlow) -> list[Trip]:
    """The exported plan, by place name."""
    names = list(roads.names)
    return [
        Trip(names[m.source], m.leaves, m.persons, names[m.haven], m.arrives,
             list(zip(m.arcs.tolist(), m.enters.tolist(), strict=True)))
        for m in flow.movements()
    ]  # fmt: skip


def proven_steps(roads: Roads, flow: DynamicFlow) -> int:
    """At how many steps the recounted cut is no more than the arrivals until then."""
    names, total = list(roads.names), np.cumsum(flow.arrivals)
    proven = 0
    for step in range(len(flow.cut_of)):
        late = dict(zip(names, flow.cut_rows[flow.cut_of[step]].tolist(), strict=True))
        proven += int(cut_bound(roads, late, step) == total[step])
    return proven


def run(roads: Roads, with_peer: bool) -> dict[str, Any]:
    """Solves, recounts, proves: what ``--json`` prints."""
    compile_s = compiled()
    network = posed(roads)
    began, began_cpu = time.perf_counter(), time.process_time()
    flow = solve_flow(network, roads.horizon)
    seconds, cpu_s = time.perf_counter() - began, time.process_time() - began_cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    counted, faults = recount(roads, trips(roads, flow))
    counted_row = np.zeros_like(flow.arrivals)
    for step, persons in counted.items():
        counted_row[step] = persons
    is_earliest = flow.criterion == EARLIEST_ARRIVAL
    proven = proven_steps(roads, flow)
    total = np.cumsum(flow.arrivals)
    is_proven = is_earliest and proven == len(total)
    result = {
        "criterion": flow.criterion,
        "people": flow.people,
        "arrived": flow.arrived,
        "unreachable": int(flow.unreachable.sum()),
        "unreachable_by_source": _unreachable(roads, flow),
        "left_at_horizon": flow.left_at_horizon,
        "horizon": roads.horizon,
        "clearance": flow.clearance,
        "total_arrival": flow.total_arrival,
        "arrivals": total.tolist(),
        "certificate": {
            "steps": len(total),
            "steps_where_cut_equals_arrivals": proven,
            "optimal_at_every_step": is_proven,
            "checked": "by every step: people of sources beyond the cut + capacity × entering "
            "steps of the arcs across it = people arrived by then",
        },
        "bottleneck": _bottleneck(roads, flow) if is_earliest else None,
        "verified": not faults and bool(np.array_equal(counted_row, flow.arrivals)),
        "faults": faults[:10],
        "trips": len(flow.table),
        "seconds": round(seconds, 3),
        "cpu_seconds": round(cpu_s, 3),
        "compile_seconds": round(compile_s, 3),
        "rss_mb": round(peak),
    }
    if with_peer:
        result["peer"] = against_peer(network, flow, seconds, cpu_s)
    return result


def _unreachable(roads: Roads, flow: DynamicFlow) -> dict[str, int]:
    names = list(roads.names)
    return {names[v]: int(flow.unreachable[v]) for v in np.flatnonzero(flow.unreachable)}


def _bottleneck(roads: Roads, flow: DynamicFlow) -> dict[str, Any]:
    names, cut = list(roads.names), flow.bottleneck()
    return {
        "step": cut.step,
        "persons": cut.persons,
        "sources_safe_by_then": len(cut.sources),
        "arcs": [
            {"tail": names[arc.tail], "head": names[arc.head], "entered": [arc.since, arc.until],
             "persons": arc.persons}
            for arc in cut.arcs[:20]
        ],
        "arcs_in_all": len(cut.arcs),
    }  # fmt: skip


def pairs(text: str) -> dict[str, int]:
    """``a:5,b:7`` as a mapping."""
    found = {}
    for part in text.split(","):
        name, colon, count = part.partition(":")
        if not (name and colon and count.isdecimal()):
            raise argparse.ArgumentTypeError(f"write PLACE:PEOPLE, not {part!r}")
        found[name] = int(count)
    return found


def size(text: str) -> tuple[int, int]:
    """``SIDE:PEOPLE`` as two numbers."""
    side, colon, people = text.partition(":")
    if not (colon and side.isdecimal() and people.isdecimal() and int(side) > 1):
        raise argparse.ArgumentTypeError(f"write SIDE:PEOPLE with SIDE from 2 on, not {text!r}")
    return int(side), int(people)


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.bench.flow")
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--tntp", type=Path)
    parser.add_argument("--sources", type=pairs)
    parser.add_argument("--havens", type=lambda text: text.split(","))
    parser.add_argument("--grid", type=size)
    parser.add_argument("--shape", choices=sorted(MADE), default="grid")
    parser.add_argument("--shapes", action="store_true")
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--horizon", type=int)
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    asked = (given.file, given.tntp, given.grid, given.growth, given.shapes)
    if sum(map(bool, asked)) != 1:
        parser.error("give one of FILE, --tntp, --grid, --shapes, --growth")
    if given.tntp and not (given.sources and given.havens):
        parser.error("--tntp needs --sources and --havens")
    if given.horizon is not None and given.horizon < 0:
        parser.error("--horizon is a step, 0 or later")
    return given


def _roads(given: argparse.Namespace) -> Roads:
    if given.tntp:
        roads = read_tntp(given.tntp, given.sources, given.havens)
    elif given.grid:
        roads = MADE[given.shape](*given.grid, given.seed)
    else:
        roads = read_dynamic(given.file)
    if given.horizon is not None:
        roads.horizon = given.horizon
    return roads


def main(argv: list[str] | None = None) -> int:
    """Runs the command line; returns the exit status."""
    given = _arguments(argv)
    if given.growth or given.shapes:
        told = growth(given.seed) if given.growth else shapes(run)
        rows = told.pop("rows")
        print(json.dumps({**told, "rows": rows}) if given.json else told)
        return 0 if given.growth or told["all_verified"] else 1
    try:
        result = run(_roads(given), given.peer)
    except (BadFile, ValueError) as fault:
        print(fault, file=sys.stderr)
        return 1
    if given.json:
        print(json.dumps(result))
    else:
        for name, value in result.items():
            print(f"{name:22} {value[-1] if name == 'arrivals' else value}")
    return 0 if result["verified"] else 1


if __name__ == "__main__":
    sys.exit(main())
