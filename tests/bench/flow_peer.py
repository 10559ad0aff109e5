"""Our engine and OR-Tools on the same roads.

What is counted: ours from the arrays of a static network to the flow, its paths and the cuts of
every step; OR-Tools' ``solve()`` alone, not the building of the time-expanded graph. Reading files
and compiling kernels count for neither.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from planner.solvers.flow import UNLIMITED, DynamicFlow, FlowNetwork, solve_flow
from tests.bench.flow_files import Roads


def posed(roads: Roads) -> FlowNetwork:
    """The engine's network of a file."""
    supply = np.zeros(len(roads.names), dtype=np.int64)
    for name, people in roads.supply.items():
        supply[roads.names[name]] = people
    columns = [list(column) for column in zip(*roads.arcs, strict=True)] or [[], [], [], []]
    return FlowNetwork(
        len(roads.names), np.array([roads.names[v] for v in columns[0]], dtype=np.int64),
        np.array([roads.names[v] for v in columns[1]], dtype=np.int64),
        np.array(columns[2], dtype=np.int64), np.array(columns[3], dtype=np.int64), supply,
        {roads.names[v]: UNLIMITED if most is None else most for v, most in roads.havens.items()},
    )  # fmt: skip


def compiled() -> float:
    """Seconds until the kernels can run (compiling, or reading what was compiled before)."""
    began = time.perf_counter()
    solve_flow(FlowNetwork(3, [0, 1], [1, 2], [2, 1], [1, 1], [5, 0, 0], {2: UNLIMITED}), 20)
    return time.perf_counter() - began


def against_peer(
    network: FlowNetwork, flow: DynamicFlow, seconds: float, cpu_s: float
) -> dict[str, Any]:
    """OR-Tools on the time-expanded network until the last arrival (waiting at home).

    Every place at every step, every arc at every step at which it can still be left in time;
    arriving at step t costs t. People who do not arrive are left out of the supply at the source.
    """
    from ortools.graph.python import min_cost_flow

    steps = int(np.flatnonzero(flow.arrivals)[-1]) + 1 if flow.arrived else 1
    sent = np.bincount(flow.table[:, 0], flow.table[:, 2], minlength=network.nodes)
    sources = np.flatnonzero(sent)
    solver, base = min_cost_flow.SimpleMinCostFlow(), network.nodes * steps
    end = base + network.nodes

    def add(tail: Any, head: Any, capacity: Any, cost: Any) -> None:
        rows = np.broadcast_arrays(tail, head, capacity, cost)
        solver.add_arcs_with_capacity_and_unit_cost(
            *(np.ascontiguousarray(row, dtype=np.int64) for row in rows)
        )

    for t in range(steps):
        late = t + network.transit
        fits = late < steps
        add(network.tail[fits] * steps + t, network.head[fits] * steps + late[fits],
            np.minimum(network.capacity[fits], flow.people), 0)  # fmt: skip
        add(base + sources, sources * steps + t, sent[sources], 0)
        add(np.array(network.havens) * steps + t, end, flow.people, t)
    solver.set_nodes_supplies(base + sources, sent[sources].astype(np.int64))
    solver.set_node_supply(end, -flow.arrived)
    began, began_cpu = time.perf_counter(), time.process_time()
    status = solver.solve()
    peer_s, peer_cpu_s = time.perf_counter() - began, time.process_time() - began_cpu
    optimal = status == solver.OPTIMAL
    return {
        "arcs": solver.num_arcs(),
        "seconds": round(peer_s, 3),
        "cpu_seconds": round(peer_cpu_s, 3),
        "ratio": round(peer_s / max(seconds, 1e-9), 1),
        "cpu_ratio": round(peer_cpu_s / max(cpu_s, 1e-9), 1),
        "total_arrival": solver.optimal_cost() if optimal else None,
        "same_optimum": optimal and solver.optimal_cost() == flow.total_arrival,
    }
