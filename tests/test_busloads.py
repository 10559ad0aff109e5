"""Like buses and busloads: closed forms, brute force, proofs, kernels, files and the bench."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from planner.solvers.trips import TripPlan, TripProblem, Vessel, busloads
from planner.solvers.trips import busloads_fleet as fleets
from planner.solvers.trips.busloads_bound import RouteBound
from planner.solvers.trips.busloads_flow import BusFlow, arcs_within, priced
from planner.solvers.trips.busloads_kernels import NOTHING, anneal, worth
from planner.solvers.trips.busloads_pool import trimmed, whole_routes
from planner.solvers.trips.busloads_search import Search
from tests.bench import bep, bep_files
from tests.bench.bep_files import BusInstance, FileFault
from tests.bench.trip_recount import recount

UNIT = bep_files.UNIT_MS


def instance(
    buses: tuple[int, ...],
    demand: tuple[int, ...],
    room: tuple[int, ...],
    out: list[list[int]],
    across: list[list[int]],
    capacity: int = 1,
) -> BusInstance:
    """An instance with whole distances."""
    return BusInstance(
        "small", capacity, buses, demand, room,
        tuple(tuple(UNIT * d for d in row) for row in out),
        tuple(tuple(UNIT * d for d in row) for row in across),
    )  # fmt: skip


def solved(problem: TripProblem, time_s: float = 20.0) -> TripPlan:
    """A plan that has been counted anew."""
    plan = busloads.solve(problem, time_s=time_s, seed=1)
    if plan.status != "PROVEN_IMPOSSIBLE":
        assert recount(problem, plan.trips) == (plan.makespan_ms, [])
        assert plan.bound_ms <= plan.makespan_ms
    return plan


class BruteForce:
    """Every order of trips, the buses filled one after the other."""

    def __init__(self, case: BusInstance) -> None:
        self.case = case
        self.visits = [-(-d // case.capacity) for d in case.demand]
        self.depots = [d for d, n in enumerate(case.buses) for _ in range(n)]
        self.best: int | None = None

    def fits(self, pairs: tuple[tuple[int, int], ...]) -> bool:
        """Whether visits by (point, shelter) carry everyone into the shelters."""
        graph = nx.DiGraph()
        graph.add_nodes_from("st")
        for i, people in enumerate(self.case.demand):
            graph.add_edge("s", ("p", i), capacity=people)
        for j, room in enumerate(self.case.room):
            graph.add_edge(("d", j), "t", capacity=room)
        for i, j in set(pairs):
            seats = self.case.capacity * pairs.count((i, j))
            graph.add_edge(("p", i), ("d", j), capacity=seats)
        return bool(nx.maximum_flow_value(graph, "s", "t") == sum(self.case.demand))

    def go(
        self, bus: int, now: int, at: int, worst: int, pairs: tuple[tuple[int, int], ...]
    ) -> None:
        """``bus`` is at shelter ``at`` (-1: its depot); the buses before took ``worst`` at most."""
        if self.best is not None and max(worst, now) >= self.best:
            return
        left = [n - sum(i == p for i, _ in pairs) for p, n in enumerate(self.visits)]
        if not any(left):
            if self.fits(pairs):
                self.best = max(worst, now)
            return
        if bus + 1 < len(self.depots):
            self.go(bus + 1, 0, -1, max(worst, now), pairs)
        across, out = self.case.to_shelter, self.case.from_depot[self.depots[bus]]
        for i in (p for p, n in enumerate(left) if n):
            for j, ride in enumerate(across[i]):
                there = now + (out[i] if at < 0 else across[i][at]) + ride
                self.go(bus, there, j, worst, (*pairs, (i, j)))


def brute_force(case: BusInstance) -> int | None:
    """The least makespan in milliseconds, None where there is no plan."""
    force = BruteForce(case)
    force.go(0, 0, -1, 0, ())
    return force.best


def tiny(seed: int, capacity: int = 1) -> BusInstance:
    """A random instance of at most five busloads."""
    rng = random.Random(seed)
    points, shelters, depots = rng.randint(1, 3), rng.randint(1, 2), rng.randint(1, 2)
    demand = [capacity * rng.randint(0, 2) - (rng.randint(0, 1) if capacity > 1 else 0)
              for _ in range(points)]  # fmt: skip
    demand = [max(0, d) for d in demand]
    while sum(-(-d // capacity) for d in demand) > 5:
        demand[demand.index(max(demand))] -= capacity
    room = [rng.randint(1, 4 * capacity) for _ in range(shelters)]
    return instance(
        tuple(rng.randint(1, 2) for _ in range(depots)),
        tuple(demand),
        tuple(room),
        [[rng.randint(1, 9) for _ in range(points)] for _ in range(depots)],
        [[rng.randint(1, 9) for _ in range(shelters)] for _ in range(points)],
        capacity,
    )


# -- closed forms ---------------------------------------------------------------------------------


@pytest.mark.parametrize("buses", [1, 2, 3, 5, 9])
def test_one_road(buses: int) -> None:
    """n loads over one road: the busiest bus has k = ceil(n / b), and takes 2 + 5 (2 k - 1)."""
    plan = solved(instance((buses,), (7,), (7,), [[2]], [[5]]).problem())
    assert plan.status == "OPTIMAL"
    assert plan.makespan_ms == UNIT * (2 + 5 * (2 * -(-7 // buses) - 1))


def test_a_full_shelter_sends_the_last_load_far() -> None:
    """One bus, two loads, the near shelter (1) holds one: far last is 3 + 1 + 1 + 8."""
    plan = solved(instance((1,), (2,), (1, 5), [[3]], [[1, 8]]).problem())
    assert (plan.makespan_ms, plan.status) == (13 * UNIT, "OPTIMAL")


def test_the_nearer_depot_serves() -> None:
    """Each point lies at a depot of its own, 9 from the other: 1 + 2."""
    plan = solved(instance((1, 1), (1, 1), (2,), [[1, 9], [9, 1]], [[2], [2]]).problem())
    assert (plan.makespan_ms, plan.bound_ms) == (3 * UNIT, 3 * UNIT)
    assert [[t.pickup for t in own] for own in plan.trips] == [[0], [1]]


def test_an_odd_load_needs_a_bus_of_its_own() -> None:
    """41 people, 20 a bus: three visits of one road by three buses at once."""
    plan = solved(instance((3,), (41,), (41,), [[1]], [[1]], capacity=20).problem())
    assert plan.makespan_ms == 2 * UNIT
    assert sum(t.persons for own in plan.trips for t in own) == 41


def test_people_of_one_busload_more_than_a_shelter_holds() -> None:
    """25 people in two visits; shelters of 13 and 12 take neither a full bus of 20."""
    plan = solved(instance((2,), (25,), (13, 12), [[1]], [[1, 4]], capacity=20).problem())
    assert (plan.makespan_ms, plan.status) == (5 * UNIT, "OPTIMAL")


def test_waiting_for_a_bus_counts() -> None:
    problem = instance((2,), (2,), (2,), [[1]], [[1]]).problem()
    late = replace(problem, vessels=(problem.vessels[0], Vessel("late", 1, 50 * UNIT)))
    assert solved(late).makespan_ms == 4 * UNIT


def test_nobody_waits() -> None:
    plan = busloads.solve(instance((2,), (0,), (1,), [[1]], [[1]]).problem(), time_s=1, seed=0)
    assert plan == TripPlan(((), ()), 0, 0, "OPTIMAL")


# -- brute force ----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(24))
def test_as_good_as_brute_force(seed: int) -> None:
    case = tiny(seed)
    plan, best = solved(case.problem()), brute_force(case)
    if best is None:
        assert plan.status == "PROVEN_IMPOSSIBLE"
        assert "room for" in plan.reason
    else:
        assert (plan.makespan_ms, plan.status) == (best, "OPTIMAL")


@pytest.mark.parametrize("seed", range(100, 116))
def test_as_good_as_brute_force_with_part_loads(seed: int) -> None:
    case = tiny(seed, capacity=5)
    best = brute_force(case)
    if best is not None:
        plan = solved(case.problem())
        assert (plan.makespan_ms, plan.status) == (best, "OPTIMAL")
    elif sum(case.room) < sum(case.demand):
        assert solved(case.problem()).status == "PROVEN_IMPOSSIBLE"
    else:
        with pytest.raises(busloads.NotLikeBuses, match="do not fit"):
            busloads.solve(case.problem(), time_s=5, seed=0)


@pytest.mark.parametrize("seed", range(3))
def test_the_flow_alone_decides(seed: int) -> None:
    """Feasible from the optimum on, and not below, with all arcs and with those left by prices."""
    case = bep_files.generate(3, seed)
    fleet = fleets.read(case.problem())
    best = solved(case.problem()).makespan_ms // fleet.unit_ms
    bound = RouteBound(fleet, best + 2, lambda: False)
    bound.raise_to(best + 2)
    assert bound.bound <= best
    assert bound.prices is not None
    for limit in (best - 1, best):
        arcs = arcs_within(fleet, limit, 10**6)
        assert arcs is not None
        if limit >= bound.bound:
            fewer = priced(fleet, arcs, limit, bound.pricing, bound.prices)
            assert len(fewer) <= len(arcs)
            assert BusFlow(fleet, fewer).solve(20, 10**6)[0] is (limit == best)
        assert BusFlow(fleet, arcs).solve(20, 10**6)[0] is (limit == best)


def test_columns_are_combined_to_a_plan() -> None:
    """Two roads of one load each: two buses drive one column each within 3, and not within 2."""
    fleet = fleets.read(instance((2,), (1, 1), (2,), [[1, 1]], [[2], [2]]).problem())
    master = RouteBound(fleet, 9, lambda: False).master
    assert whole_routes(master, 3, 10, 100) is None
    assert master.add(0, ((0, 0),)) and master.add(0, ((1, 0),))
    assert not master.add(0, ((1, 0),))
    assert whole_routes(master, 2, 10, 100) is None
    found = whole_routes(master, 3, 10, 100)
    assert found is not None
    assert sorted(found[0]) == [((0, 0),), ((1, 0),)]


def test_surplus_visits_go_where_they_save_most() -> None:
    fleet = fleets.read(instance((2,), (1, 1), (2,), [[1, 1]], [[2], [5]]).problem())
    assert trimmed(fleet, [[((0, 0), (1, 0)), ((1, 0),)]]) == [[((0, 0),), ((1, 0),)]]
    assert trimmed(fleet, [[((0, 0),), ((1, 0),)]]) == [[((0, 0),), ((1, 0),)]]


def test_too_many_arcs_are_none() -> None:
    fleet = fleets.read(bep_files.generate(4, 1).problem())
    assert arcs_within(fleet, 40, 10) is None


# -- bounds, ends and refusals --------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(2))
def test_coarser_time_proves_less_but_no_lie(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(seed)
    across = [[rng.randint(10, 40) for _ in range(3)] for _ in range(3)]
    case = instance((2,), (2, 3, 1), (2, 2, 3), [[rng.randint(10, 40) for _ in range(3)]], across)
    best = solved(case.problem()).makespan_ms
    fleet = fleets.read(case.problem())
    upper = best // fleet.unit_ms
    rough = RouteBound(busloads.coarser(fleet, 3), upper // 3, lambda: False)
    rough.raise_to(upper // 3)
    assert 0 < rough.bound * 3 <= upper
    monkeypatch.setattr(busloads, "MOST_CELLS", 300)
    monkeypatch.setattr(busloads, "MOST_ARCS", 0)
    plan = solved(case.problem(), time_s=0.3)
    assert 0 < plan.bound_ms <= best <= plan.makespan_ms


def test_stopped_at_once_still_gives_a_plan() -> None:
    problem = bep_files.generate(6, 1).problem()
    plan = busloads.solve(problem, time_s=20, seed=0, should_stop=lambda: True)
    assert plan.status == "FEASIBLE"
    assert recount(problem, plan.trips) == (plan.makespan_ms, [])


@pytest.mark.parametrize("points", [3, 6])
def test_same_seed_same_plan(points: int) -> None:
    problem = bep_files.generate(points, 4).problem()
    first, second = (busloads.solve(problem, time_s=60, seed=3) for _ in range(2))
    assert first.status == "OPTIMAL"
    assert first == second


def test_round_trips_in_no_time() -> None:
    plan = solved(instance((1,), (3,), (3,), [[4]], [[0]]).problem(), time_s=0.5)
    assert plan.makespan_ms == 4 * UNIT


def test_one_leg_in_no_time_is_proven() -> None:
    problem = instance((1,), (3,), (3,), [[4]], [[2]]).problem()
    idle = replace(problem, empty_ms=(((0,),),))
    plan = solved(idle, time_s=2)
    assert (plan.makespan_ms, plan.bound_ms) == (10 * UNIT, 10 * UNIT)


def test_a_missing_way_is_not_taken() -> None:
    problem = instance((1,), (1, 1), (2, 2), [[1, 1]], [[1, 7], [1, 7]]).problem()
    table = ((1 * UNIT, 7 * UNIT), (None, 7 * UNIT))
    closed = replace(problem, loaded_ms=(table,))
    assert solved(problem).makespan_ms == 4 * UNIT
    assert solved(closed).makespan_ms == (1 + 1 + 1 + 7) * UNIT


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"drop_capacity": (1, 1)}, "3 people are to be sheltered, the shelters have room for 2"),
        ({"loaded_ms": (((None, None), (5, 5)),)}, "no shelter can be reached from point_1"),
        ({"start_ms": ((None, 3),), "empty_ms": (((None, 3), (None, 3)),)}, "no bus can reach"),
        ({"drop_capacity": (0, 9), "loaded_ms": (((5, None), (5, 5)),)}, "no way to share"),
    ],
)
def test_impossible_with_its_reason(changes: dict[str, object], reason: str) -> None:
    problem = instance((1,), (2, 1), (2, 2), [[1, 1]], [[1, 7], [1, 7]]).problem()
    plan = busloads.solve(replace(problem, **changes), time_s=5, seed=0)  # type: ignore[arg-type]
    assert plan.status == "PROVEN_IMPOSSIBLE"
    assert reason in plan.reason
    assert plan.trips == ((),)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"vessels": (Vessel("a", 1, 0), Vessel("b", 2, 0))}, "not of one capacity"),
        ({"loaded_ms": (((1,),), ((2,),))}, "do not need the same times"),
        ({"source_of": (0, 0), "pickups": ("p", "q")}, "source 1 has 2 pick-ups"),
    ],
)
def test_other_problems_are_refused(changes: dict[str, object], words: str) -> None:
    problem = instance((2,), (2,), (2,), [[1]], [[1]]).problem()
    with pytest.raises(busloads.NotLikeBuses, match=words):
        busloads.solve(replace(problem, **changes), time_s=5, seed=0)  # type: ignore[arg-type]


# -- kernels --------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_worth_compiled_plain_and_by_trying(seed: int) -> None:
    rng = np.random.default_rng(seed)
    loaded = rng.integers(-1, 6, (3, 2))
    empty = rng.integers(1, 6, (2, 3))
    loaded[loaded == 0] = 2
    reward = rng.integers(-4, 9, (3, 2))
    tables = [(np.empty((3, 20), np.int64), np.empty((2, 20), np.int64)) for _ in range(3)]
    assert worth(loaded, empty, reward, 1, *tables[0])
    assert worth.py_func(loaded, empty, reward, 1, *tables[1])
    assert worth(loaded, empty, reward, 7, *tables[2])
    for other in tables[1:]:
        np.testing.assert_array_equal(tables[0][0], other[0])
        np.testing.assert_array_equal(tables[0][1], other[1])

    def most(point: int, left: int) -> int:
        ends = [NOTHING]
        for j in range(2):
            rest = left - int(loaded[point, j])
            if loaded[point, j] >= 0 and rest >= 0:
                onward = [most(i, rest - int(empty[j, i])) for i in range(3) if empty[j, i] <= rest]
                ends.append(int(reward[point, j]) + max([0, *onward]))
        return max(ends)

    for point in range(3):
        assert tables[0][0][point, 12] == most(point, 12)


def test_worth_tells_of_gains_in_no_time() -> None:
    none = np.zeros((1, 1), np.int64)
    for kernel in (worth, worth.py_func):
        tables = np.empty((1, 3), np.int64), np.empty((1, 3), np.int64)
        assert not kernel(none, none, none + 1, 4, *tables)
        assert kernel(none, none, none - 1, 4, *tables)


def test_annealing_compiled_and_plain_agree() -> None:
    fleet = fleets.read(bep_files.generate(5, 2).problem())
    draws = np.random.default_rng(1).random((1500, 6))
    draws[:, 5] = np.log1p(-draws[:, 5])
    ends = []
    for kernel in (anneal, anneal.py_func):
        s = Search(fleet, 0)
        out = s.order.copy(), s.size.copy(), s.drop.copy()
        before = int(s.lengths.max())
        reached = kernel(
            before - 1, 0, np.array([3.0, 0.1]), 0.05, draws, fleet.room, s.weight, s.point,
            s.start, s.loaded, s.empty, s.order, s.size, s.drop, s.used, s.lengths, *out,
        )  # fmt: skip
        ends.append((reached, s.order[:, :3].tolist(), s.lengths.tolist(), out[2].tolist()))
        assert reached < before
        assert sorted(s.order[b, k] for b in range(len(s.size)) for k in range(s.size[b])) == list(
            range(len(s.point))
        )
        np.testing.assert_array_equal(
            s.used, np.bincount(s.drop, s.weight, len(fleet.room)).astype(int)
        )
        assert (s.used <= fleet.room).all()
    assert ends[0] == ends[1]


# -- files ----------------------------------------------------------------------------------------

GOOD = "2 10\n1 2\n2 30 10 20\n1 40 40\n\n1 3 4\n\n1 5\n2 6\n"


def test_rows_with_and_without_numbers_colons_tabs_and_decimals() -> None:
    plain = bep_files.parse(GOOD, "x")
    assert plain.from_depot == ((3 * UNIT, 4 * UNIT),)
    assert bep_files.parse(GOOD.replace("1 3 4", "3 4").replace("2 6", "6"), "x") == plain
    assert bep_files.parse(GOOD.replace("2 10\n", "\n\n 2:\t10 \n"), "x") == plain
    assert bep_files.parse(GOOD.replace("2 6", "2 6.125"), "x").to_shelter[1] == (6125,)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("2 10\n", "", "line 2: 2 depots are told, 3 follow"),
        ("2 10", "2", "line 1: two numbers are needed (buses, capacity), 1 are here"),
        ("2 10", "0 10", "line 1: at least one bus of at least one place is needed"),
        ("1 2\n", "1 3\n", "line 2: buses in line 1 is 2, but the depots' buses add up to 3"),
        ("1 2\n", "2 2\n", "line 2: 2 depots are told, 1 follow"),
        ("2 30", "2 31", "line 3: total demand is 31, but the points add up to 30"),
        ("2 30", "3 30", "line 3: 3 points are told, 2 follow"),
        ("1 40 40", "1 41 40", "line 4: total capacity is 41, but the shelters add up to 40"),
        ("1 40 40", "0", "line 4: the number of shelters is 0, at least 1 is needed"),
        ("10 20", "ten 20", "line 3: 'ten' is not a number"),
        ("10 20", "10.5 19.5", "line 3: a whole number is needed here, not 10.5"),
        ("1 3 4", "1 3", None),
        ("1 3 4", "2 3 4", "line 6: depot 1 needs 2 distances to the points"),
        ("1 3 4", "1 3 -4", "line 6: a distance is at least 0 and has at most three decimals"),
        ("2 6", "2 6.0001", "line 9: a distance is at least 0 and has at most three decimals"),
        ("2 6", "2 6 7", "line 9: point 2 needs 1 distances to the shelters"),
        ("2 6\n", "", "the file ends before the distances of point 2"),
        ("2 10\n1 2", "9999999 1\n1 9999999", "buses times busloads are 299999970, at most"),
        ("2 6\n", "2 6\n3 6\n", "line 10: the instance ends before this line"),
        (GOOD, "", "the file ends before the number of buses and their capacity"),
    ],
)
def test_faults_are_told_by_line(old: str, new: str, message: str | None) -> None:
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    if message is None:  # two numbers are the two distances
        assert bep_files.parse(text, "x").from_depot == ((1 * UNIT, 3 * UNIT),)
        return
    with pytest.raises(FileFault) as fault:
        bep_files.parse(text, "x", "f.txt")
    assert str(fault.value).startswith("f.txt")
    assert message in str(fault.value)


@pytest.mark.parametrize("points", [2, 5, 10])
def test_generated_in_range_and_written_back(points: int, tmp_path: Path) -> None:
    for seed in range(20):
        made = bep_files.generate(points, seed)
        assert made == bep_files.generate(points, seed)
        assert made.buses == (bep_files.BUSES[points],)
        assert len(made.demand) == len(made.room) == points
        assert set(made.demand) <= set(range(1, 6))
        assert set(made.room) <= set(range(1, 11))
        assert sum(made.room) >= sum(made.demand)
        far = {d for row in (*made.from_depot, *made.to_shelter) for d in row}
        assert far <= {UNIT * d for d in range(1, 11)}
        file = tmp_path / f"{made.name}.txt"
        file.write_text(bep_files.write(made), encoding="utf-8")
        assert bep_files.read(file) == made
    assert len({bep_files.generate(points, seed).demand for seed in range(20)}) > 1


def test_decimals_survive_writing() -> None:
    made = bep_files.parse(GOOD.replace("2 6", "2 6.125"), "x")
    assert bep_files.parse(bep_files.write(made), "x") == made


def test_passing_shortens_ways() -> None:
    """Straight to point 1 is 10; past point 2 and the shelter it is 1 + 1 + 2."""
    case = instance((1,), (1, 1), (2,), [[10, 1]], [[2], [1]])
    assert case.passing().from_depot == ((4 * UNIT, 1 * UNIT),)
    assert case.passing().to_shelter == case.to_shelter
    twice = instance((1,), (2, 0), (2,), [[10, 1]], [[2], [1]])
    assert solved(twice.problem()).makespan_ms == 16 * UNIT
    assert solved(twice.passing().problem()).makespan_ms == 10 * UNIT


# -- the bench ------------------------------------------------------------------------------------


def test_tampering_is_caught() -> None:
    case = bep_files.generate(4, 3)
    plan = solved(case.problem())
    value = plan.makespan_ms / UNIT
    shown = bep.exported(case, plan)
    assert bep.verified(case, shown, value)
    assert not bep.verified(case, shown, value - 1)

    def changed(key: str, to: int) -> list[list[dict[str, int]]]:
        copy = json.loads(json.dumps(shown))
        copy[0][0][key] = to
        return copy

    assert not bep.verified(case, changed("persons", 0), value)
    assert not bep.verified(case, changed("persons", 2), value)
    assert not bep.verified(case, changed("point", 9), value)
    assert not bep.verified(case, changed("point", shown[0][0]["point"] % 4 + 1), value)
    assert not bep.verified(case, shown[1:], value)
    assert not bep.verified(case, [shown[0][1:], *shown[1:]], value)


def test_bench_prints_one_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "made.txt"
    asked = ["--generate", "3", "--seed", "5", "--json"]
    assert bep.main([*asked, "--write", str(file)]) == 0
    told = json.loads(capsys.readouterr().out)
    wanted = (
        "instance points shelters buses people makespan bound gap proven seconds verified "
        "rss_mb trips"
    )
    assert set(wanted.split()) <= set(told)
    assert told["proven"] and told["verified"] and told["gap"] == 0
    assert bep.main([str(file), "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["makespan"] == told["makespan"]
    assert bep.main([str(file), "--passing"]) == 0
    assert "verified" in capsys.readouterr().out


def test_bench_tells_what_is_impossible(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "full.txt"
    file.write_text(GOOD.replace("1 40 40", "1 29 29"), encoding="utf-8")
    assert bep.main([str(file), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["status"] == "PROVEN_IMPOSSIBLE"
    assert told["reason"] == "30 people are to be sheltered, the shelters have room for 29"
    assert told["makespan"] is None and told["proven"] is False
    assert bep.main([str(file)]) == 0
    assert "room for 29" in capsys.readouterr().out


def test_bench_answers_bad_files_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bad.txt"
    file.write_text(GOOD.replace("2 30", "2 31"), encoding="utf-8")
    assert bep.main([str(file), "--json"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"{file}, line 3: total demand is 31, but the points add up to 30\n"
    assert bep.main([str(tmp_path / "none.txt")]) == 1
    assert "cannot be read" in capsys.readouterr().err
    file.write_bytes(b"\xff\xfe\x00")
    assert bep.main([str(file)]) == 1
    assert "UTF-8" in capsys.readouterr().err


@pytest.mark.parametrize(
    "argv",
    [
        [], ["--generate", "11"], ["--generate", "0", "--buses", "1"], ["--table", "--sizes", "99"],
        ["x.txt", "--write", "y.txt"], ["--generate", "3", "--time", "0"],
    ],
)  # fmt: skip
def test_wrong_usage_ends_with_two(argv: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        bep.main(argv)
    assert end.value.code == 2


def test_bench_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert bep.main(["--table", "--sizes", "2,3", "--seeds", "2", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    found = [(row["points"], row["proven"], row["verified"]) for row in rows]
    assert found == [(2, 2, 2), (3, 2, 2)]
    assert bep.main(["--table", "--sizes", "3", "--seeds", "1"]) == 0
    assert "GRASP" in capsys.readouterr().out
