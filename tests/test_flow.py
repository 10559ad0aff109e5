"""The earliest arrival flow: closed forms, OR-Tools on random networks, its kernels and proof."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ortools.graph.python import max_flow, min_cost_flow

from planner.solvers import flow, flow_kernels
from planner.solvers.flow import EARLIEST_ARRIVAL, LEAST_TOTAL_ARRIVAL, UNLIMITED, FlowNetwork
from tests.bench import flow as bench
from tests.bench.flow_files import BadFile, Roads, read_dynamic, read_tntp
from tests.bench.flow_peer import against_peer
from tests.bench.flow_recount import Trip, cut_bound, recount
from tests.bench.flow_series import growth, shapes
from tests.bench.flow_shapes import MADE

Arc = tuple[str, str, int, int]


def roads_of(
    arcs: list[Arc], supply: dict[str, int], havens: dict[str, int | None], horizon: int | None
) -> Roads:
    roads = Roads(arcs, supply, havens, horizon)
    for tail, head, _, _ in arcs:
        roads.place(tail)
        roads.place(head)
    for name in (*supply, *havens):
        roads.place(name)
    return roads


def solved(
    arcs: list[Arc], supply: dict[str, int], havens: dict[str, int | None],
    horizon: int | None = None,
) -> flow.DynamicFlow:  # fmt: skip
    """Solves and recounts: a fault fails the test that called."""
    roads = roads_of(arcs, supply, havens, horizon)
    found = flow.solve_flow(bench.posed(roads), horizon)
    counted, faults = recount(roads, bench.trips(roads, found))
    assert faults == []
    assert counted == {t: n for t, n in enumerate(found.arrivals.tolist()) if n}
    if found.criterion == EARLIEST_ARRIVAL:
        assert bench.proven_steps(roads, found) == len(found.arrivals)
    return found


def drawn(seed: int, limited: bool = False) -> Roads:
    """A random network: 9 places, 22 arcs of which some take no time, 3 sources, 2 havens."""
    rng = np.random.default_rng(seed)
    arcs = [
        (str(u), str(v), int(rng.integers(0, 4)), int(rng.integers(0, 4)))
        for u, v in rng.integers(0, 9, (22, 2)).tolist()
    ]
    supply = {str(v): int(rng.integers(1, 9)) for v in range(3)}
    havens = {str(v): int(rng.integers(2, 9)) if limited else None for v in (7, 8)}
    return roads_of(arcs, supply, havens, 14)


def expanded(roads: Roads, horizon: int, waits: bool) -> list[tuple[Any, Any, int, int]]:
    """The time-expanded network as (from, to, capacity, cost), by the definition."""
    rows: list[tuple[Any, Any, int, int]] = []
    for t in range(horizon + 1):
        for tail, head, capacity, transit in roads.arcs:
            if t + transit <= horizon:
                rows.append(((tail, t), (head, t + transit), capacity, 0))
        rows += [(("home", s), (s, t), n, 0) for s, n in roads.supply.items()]
        rows += [((h, t), ("full", h), 999, t) for h in roads.havens]
        if waits and t < horizon:
            rows += [((v, t), (v, t + 1), 999, 0) for v in roads.names]
    rows += [("start", ("home", s), n, 0) for s, n in roads.supply.items()]
    rows += [(("full", h), "end", 999 if n is None else n, 0) for h, n in roads.havens.items()]
    return rows


def most_by(roads: Roads, horizon: int, waits: bool) -> int:
    """OR-Tools: the most that can have arrived by a step."""
    solver, number = max_flow.SimpleMaxFlow(), {"start": 0, "end": 1}
    for tail, head, capacity, _ in expanded(roads, horizon, waits):
        ends = [number.setdefault(end, len(number)) for end in (tail, head)]
        solver.add_arc_with_capacity(*ends, capacity)
    assert solver.solve(0, 1) == solver.OPTIMAL
    return int(solver.optimal_flow())


def least_total(roads: Roads, horizon: int, persons: int, waits: bool) -> int:
    """OR-Tools: the least total arrival time of so many persons."""
    solver, number = min_cost_flow.SimpleMinCostFlow(), {"start": 0, "end": 1}
    for tail, head, capacity, cost in expanded(roads, horizon, waits):
        ends = [number.setdefault(end, len(number)) for end in (tail, head)]
        solver.add_arc_with_capacity_and_unit_cost(*ends, capacity, cost)
    solver.set_node_supply(0, persons)
    solver.set_node_supply(1, -persons)
    assert solver.solve() == solver.OPTIMAL
    return int(solver.optimal_cost())


@pytest.mark.parametrize(("people", "capacity", "transit"), [(7, 2, 5), (1, 1, 0), (9, 3, 100)])
def test_one_road_takes_transit_plus_ceil_less_one(
    people: int, capacity: int, transit: int
) -> None:
    found = solved([("a", "b", capacity, transit)], {"a": people}, {"b": None})
    assert found.clearance == transit + -(-people // capacity) - 1


def test_two_roads_in_parallel() -> None:
    """2 per step from step 1, 1 more from step 4: 2 4 6 9 12 by steps 1 … 5."""
    found = solved([("a", "b", 2, 1), ("a", "b", 1, 4)], {"a": 12}, {"b": None})
    assert np.cumsum(found.arrivals).tolist() == [0, 2, 4, 6, 9, 12]


def test_who_is_at_a_haven_is_safe_at_once() -> None:
    assert solved([("h", "x", 5, 1)], {"h": 4}, {"h": None}).arrivals.tolist() == [4]


def test_ways_without_transit_time_and_rounds_of_them() -> None:
    """a and b reach each other in no time; together they share 1 + 2 per step."""
    arcs = [("a", "b", 9, 0), ("b", "a", 9, 0), ("a", "h", 1, 0), ("b", "h", 2, 1)]
    found = solved(arcs, {"a": 7}, {"h": None})
    assert np.cumsum(found.arrivals).tolist() == [1, 4, 7]


def test_nobody_waits_but_at_home() -> None:
    """10 through m, where 1 per step goes on: the others are still at home, not at m."""
    found = solved([("a", "m", 9, 1), ("m", "h", 1, 1)], {"a": 10}, {"h": None})
    assert found.clearance == 11
    assert sorted(m.leaves for m in found.movements()) == list(range(10))


def test_unreachable_and_too_late_are_counted() -> None:
    arcs = [("a", "h", 1, 3), ("h", "c", 5, 1), ("d", "h", 0, 1)]
    found = solved(arcs, {"a": 9, "c": 4, "d": 2}, {"h": None}, 5)
    assert (found.people, found.arrived, found.left_at_horizon) == (15, 3, 6)
    assert found.unreachable.sum() == 6
    assert found.clearance is None


def test_no_people() -> None:
    found = solved([("a", "h", 1, 3)], {}, {"h": None}, 5)
    assert (found.people, found.arrived, found.clearance) == (0, 0, None)


def test_bottleneck_names_the_narrow_road() -> None:
    arcs = [("a", "m", 9, 1), ("m", "n", 2, 1), ("n", "h", 9, 1)]
    found = solved(arcs, {"a": 10}, {"h": None})
    cut = found.bottleneck()
    assert (cut.step, cut.persons) == (6, 8)
    assert [(arc.tail, arc.head, arc.persons) for arc in cut.arcs] == [(1, 2, 8)]
    with pytest.raises(ValueError, match="no cut is known for step 99"):
        found.bottleneck(99)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("waits", [False, True])
def test_as_many_as_possible_at_every_step(seed: int, waits: bool) -> None:
    """Against a maximum flow for every horizon; waiting on the way changes nothing."""
    roads = drawn(seed)
    found = solved(roads.arcs, roads.supply, roads.havens, 14)
    assert found.criterion == EARLIEST_ARRIVAL
    best = [most_by(roads, t, waits) for t in range(15)]
    assert np.cumsum(found.arrivals).tolist() == best
    assert found.total_arrival == least_total(roads, 14, found.arrived, waits)
    assert found.bottleneck(14).persons == best[14]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("waits", [False, True])
def test_limited_havens_give_the_least_total(seed: int, waits: bool) -> None:
    roads = drawn(seed, limited=True)
    network = bench.posed(roads)
    asked = FlowNetwork(
        network.nodes, network.tail, network.head, network.capacity, network.transit,
        network.supply, network.intake, waits,
    )  # fmt: skip
    found = flow.least_total_arrival(asked, 14)
    counted, faults = recount(roads, bench.trips(roads, found), waits)
    assert faults == []
    assert sum(counted.values()) == found.arrived == most_by(roads, 14, waits)
    assert found.total_arrival == least_total(roads, 14, found.arrived, waits)


def test_where_no_earliest_arrival_flow_exists() -> None:
    """s1 reaches h1 in 1 and h2 in 3, s2 only h1 in 2, one place each. One by step 1 is possible,
    and two by step 3, but not both: then s1 has h1, and s2 nothing. Two arrive after 2 + 3."""
    arcs = [("s1", "h1", 1, 1), ("s1", "h2", 1, 3), ("s2", "h1", 1, 2)]
    found = solved(arcs, {"s1": 1, "s2": 1}, {"h1": 1, "h2": 1})
    assert found.criterion == LEAST_TOTAL_ARRIVAL
    assert (found.arrived, found.total_arrival) == (2, 5)
    with pytest.raises(ValueError, match="no cut is known"):
        found.bottleneck()


def test_limits_that_nobody_meets_do_not_count() -> None:
    found = solved([("a", "h", 1, 1), ("a", "g", 1, 1)], {"a": 6}, {"h": 4, "g": 4})
    assert (found.criterion, found.clearance) == (EARLIEST_ARRIVAL, 3)


def test_havens_too_small_leave_people() -> None:
    found = solved([("a", "h", 1, 1)], {"a": 6}, {"h": 4})
    assert (found.arrived, found.left_at_horizon, found.clearance) == (4, 2, None)


@pytest.mark.parametrize(
    ("shape", "size", "people"),
    [("grid", 12, 700), ("river", 12, 150), ("coast", 12, 200), ("region", 60, 300)],
)
@pytest.mark.parametrize("seed", range(3))
def test_every_shape_is_proven_at_every_step(shape: str, size: int, people: int, seed: int) -> None:
    """Large enough for places that refer to each other in a round (back in time, and on again)."""
    roads = MADE[shape](size, people, seed)
    found = solved(roads.arcs, roads.supply, roads.havens)
    assert found.arrived + found.unreachable.sum() == found.people
    peer = against_peer(found.network, found, 1.0, 1.0)
    assert peer["same_optimum"]


def test_order_of_arcs_changes_no_arrival() -> None:
    roads = drawn(3)
    turned = drawn(3)
    turned.arcs.reverse()
    one, other = (flow.solve_flow(bench.posed(r), 14).arrivals.tolist() for r in (roads, turned))
    assert one == other


def test_long_evacuations_outgrow_their_first_columns() -> None:
    found = solved([("a", "m", 3, 40), ("m", "h", 2, 50)], {"a": 400}, {"h": None})
    assert found.clearance == 90 + 200 - 1
    short = solved([("a", "h", 2, 1)], {"a": 4}, {"h": None}, 300)
    assert (len(short.arrivals), short.clearance, short.bottleneck(300).persons) == (301, 2, 4)
    with pytest.raises(ValueError, match="a horizon is a step from 0"):
        solved([("a", "h", 2, 1)], {"a": 4}, {"h": None}, 10**9)


@pytest.mark.parametrize("seed", range(4))
def test_compiled_and_plain_agree(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    roads = drawn(seed)
    compiled = flow.solve_flow(bench.posed(roads), 14)
    for name in dir(flow_kernels):
        kernel = getattr(flow_kernels, name)
        if hasattr(kernel, "py_func"):
            monkeypatch.setattr(flow_kernels, name, kernel.py_func)
    plain = flow.solve_flow(bench.posed(roads), 14)
    np.testing.assert_array_equal(compiled.arrivals, plain.arrivals)
    np.testing.assert_array_equal(compiled.table, plain.table)
    np.testing.assert_array_equal(compiled.cut_rows, plain.cut_rows)


def test_a_round_without_time_is_taken_out_of_the_flow() -> None:
    """1 person a → b → h, and 2 going round b → c → b at step 0 for ever."""
    first, arc = np.array([0, 1, 3, 4, 4], np.int32), np.array([0, 1, 2, 3], np.int32)
    head, transit = np.array([1, 2, 3, 1], np.int32), np.zeros(4, np.int32)
    rest = np.array([[1], [2], [1], [2]], np.int32)
    ends, taken = np.array([-1, -1, -1, 0], np.int32), np.array([[1]], np.int32)
    for decompose in (flow_kernels.decompose, flow_kernels.decompose.py_func):
        table, arcs, enters = decompose(
            first, arc, head, transit, rest.copy(), np.array([[1]], np.int32), ends, taken.copy(),
            np.array([0], np.int32), np.empty(20, np.int32), np.empty(20, np.int32),
        )  # fmt: skip
        assert (table.tolist(), arcs.tolist()) == ([[0, 0, 1, 3, 0, 2]], [0, 2])
        assert enters.tolist() == [0, 0]


ROADS = roads_of([("a", "m", 2, 1), ("m", "h", 2, 2)], {"a": 3}, {"h": 2}, None)
TRIP = Trip("a", 0, 2, "h", 3, [(0, 0), (1, 1)])


@pytest.mark.parametrize(
    ("trips", "fault"),
    [
        ([TRIP._replace(persons=3)], "arc 0 at step 0: 3 > 2"),
        ([TRIP, TRIP], "4 leave, 3 are there"),
        ([TRIP, TRIP._replace(leaves=1, persons=1, ways=[(0, 1), (1, 2)], arrives=4)], "takes 3"),
        ([TRIP._replace(arrives=2)], "ends at h at step 3"),
        ([TRIP._replace(arrives=4)], "arrives at 3, not 4"),
        ([TRIP._replace(ways=[(0, 0), (1, 2)])], "entered at 2, people are there at 1"),
        ([TRIP._replace(ways=[(0, 0), (1, 0)])], "entered at 0, people are there at 1"),
        ([TRIP._replace(ways=[(1, 0)])], "leaves from m, not from a"),
        ([TRIP._replace(ways=[(0, 0)], haven="m")], "m is no haven"),
        ([TRIP._replace(persons=0)], "nobody moves"),
    ],
)
def test_the_recount_finds_a_tampered_plan(trips: list[Trip], fault: str) -> None:
    assert recount(ROADS, [TRIP])[1] == []
    assert any(fault in found for found in recount(ROADS, trips)[1])


def test_a_worse_pattern_is_not_proven() -> None:
    """One road, one person late: the cut at that step is above the arrivals."""
    arcs: list[Arc] = [("a", "h", 1, 1)]
    roads = roads_of(arcs, {"a": 3}, {"h": None}, None)
    found = solved(arcs, {"a": 3}, {"h": None})
    found.arrivals[:] = [0, 1, 0, 2]
    assert bench.proven_steps(roads, found) == 3
    with pytest.raises(ValueError, match="leaves out h at step 2"):
        cut_bound(roads, {"a": -1, "h": 1}, 2)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"tail": [0, 0]}, "differ in number"),
        ({"head": [9]}, "outside"),
        ({"capacity": [-1]}, "negative"),
        ({"intake": {1: -7}}, "intake is negative"),
        ({"supply": [1 << 29, 0]}, "too many people"),
    ],
)
def test_a_network_that_makes_no_sense(change: dict[str, Any], text: str) -> None:
    sound: dict[str, Any] = {
        "nodes": 2, "tail": [0], "head": [1], "capacity": [1], "transit": [1], "supply": [1, 0],
        "intake": {1: UNLIMITED},
    }  # fmt: skip
    with pytest.raises(ValueError, match=text):
        FlowNetwork(**{**sound, **change})


DAT = """% made up
N 4
TIME 9
SCALE 5
V 1 0 3.5 4.5
S 2 3
T 8
T 9 5
E 2 1 2 0 % no time
E 1 8 1 2
"""


def test_the_bench_reads_and_prints_one_value(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.dat"
    file.write_text(DAT)
    assert bench.main([str(file), "--json", "--peer"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["arrivals"] == [0, 0, 1, 2, 3, 3, 3, 3, 3, 3]
    assert shown["verified"] and shown["certificate"]["optimal_at_every_step"]
    assert (shown["clearance"], shown["peer"]["same_optimum"]) == (4, True)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("T 8\nE 1 8 1\n", "line 2: E needs 4 values, not 3"),
        ("T 8\nE 1 8 one 2\n", "line 2: the capacity is not a whole number: 'one'"),
        ("T 8\nS 1 -4\n", "line 2: the supply is negative: -4"),
        ("Q 8\n", "line 1: a line begins with"),
        ("S 1 4\n", "no haven"),
    ],
)
def test_a_bad_file_is_one_sentence(
    text: str, fault: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.dat"
    file.write_text(text)
    assert bench.main([str(file), "--json"]) == 1
    assert fault in capsys.readouterr().err
    with pytest.raises(BadFile):
        read_dynamic(file)


def test_tntp_capacity_per_minute(tmp_path: Path) -> None:
    file = tmp_path / "net.tntp"
    file.write_text("<X> 1\n<END OF METADATA>\n~ a b\n1 2 150.9 6 0.2 0 ;\n2 3 60 6 2.5 0 ;\n")
    assert read_tntp(file, {"1": 5}, ["3"]).arcs == [("1", "2", 2, 1), ("2", "3", 1, 3)]
    with pytest.raises(BadFile, match="no link touches 7"):
        read_tntp(file, {"1": 5}, ["7"])


def test_the_series_tell_ratios_and_an_exponent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    small = (("grid", 5, 30, 0), ("river", 6, 20, 1))
    monkeypatch.setattr("tests.bench.flow_series.SHAPES", small)
    told = shapes(bench.run)
    assert told["all_verified"] and len(told["rows"]) == 2
    assert told["least_arcs"] == min(row["peer"]["arcs"] for row in told["rows"])
    sizes = (("grid", 4, 20), ("grid", 8, 200), ("river", 6, 20))
    monkeypatch.setattr("tests.bench.flow_series.GROWTH", sizes)
    curve = growth(0)
    assert isinstance(curve["exponent"]["grid"], float) and curve["exponent"]["river"] is None
    assert curve["rows"][1]["arcs"] > curve["rows"][0]["arcs"]


def test_wrong_usage_is_status_2() -> None:
    with pytest.raises(SystemExit) as stopped:
        bench.main(["--growth", "--grid", "4:9"])
    assert stopped.value.code == 2
