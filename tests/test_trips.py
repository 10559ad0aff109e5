"""Few, different vessels: makespans by hand and by brute force, the recount, the reader's traps."""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from planner.solvers.trips import Trip, TripPlan, TripProblem, Vessel
from planner.solvers.trips import vessels as engine
from planner.solvers.trips.vessels import solve
from planner.solvers.trips.vessels_counts import by_counts
from planner.solvers.trips.vessels_cover import Cover
from planner.solvers.trips.vessels_days import Days, Good, TooManyDays, kinds
from planner.solvers.trips.vessels_kernels import best_rounds, cover_two, exchange
from planner.solvers.trips.vessels_prices import Pricer
from planner.solvers.trips.vessels_start import greedy, impossible, makespan_ms
from planner.solvers.trips.vessels_states import TooManyStates, cover_states
from tests.bench import icep
from tests.bench.icep_files import BadInput, folders, read
from tests.bench.trip_recount import recount, recount_exported

MIN = 60_000


def shuttle(
    demand: Sequence[int],
    fleet: Sequence[tuple[int, int]],
    start: int = 10,
    loaded: int = 20,
    empty: int = 10,
    room: Sequence[int | None] = (None,),
) -> TripProblem:
    """One pick-up a source, all legs alike (minutes); ``fleet`` as (capacity, available)."""
    sources, drops = range(len(demand)), range(len(room))
    return TripProblem(
        vessels=tuple(Vessel(f"v{i}", c, a * MIN) for i, (c, a) in enumerate(fleet)),
        pickups=tuple(f"p{s}" for s in sources),
        drops=tuple(f"d{d}" for d in drops),
        source_of=tuple(sources),
        demand=tuple(demand),
        drop_capacity=tuple(room),
        start_ms=tuple(tuple(start * MIN for _ in sources) for _ in fleet),
        loaded_ms=tuple(tuple(tuple(loaded * MIN for _ in drops) for _ in sources) for _ in fleet),
        empty_ms=tuple(tuple(tuple(empty * MIN for _ in sources) for _ in drops) for _ in fleet),
    )


def drawn(seed: int, room: bool = False) -> TripProblem:
    """A small random instance: two or three vessels, two sources, some ways missing."""
    rng = np.random.default_rng(seed)
    vessels, drops = int(rng.integers(2, 4)), 2
    source_of = (0, 0, 1)

    def leg(low: int, high: int) -> int | None:
        return None if rng.random() < 0.2 else int(rng.integers(low, high)) * 1000

    demand = tuple(int(n) for n in rng.integers(1, 8, 2))
    total = sum(demand)
    return TripProblem(
        vessels=tuple(
            Vessel(f"v{i}", int(rng.integers(1, 5)), int(rng.integers(0, 5)) * 1000)
            for i in range(vessels)
        ),
        pickups=("p0", "p1", "p2"),
        drops=("d0", "d1"),
        source_of=source_of,
        demand=demand,
        drop_capacity=(total // 2 + 1, total // 2 + 1) if room else (None, None),
        start_ms=tuple(tuple(leg(0, 20) for _ in source_of) for _ in range(vessels)),
        loaded_ms=tuple(
            tuple(tuple(leg(3, 20) for _ in range(drops)) for _ in source_of)
            for _ in range(vessels)
        ),
        empty_ms=tuple(
            tuple(tuple(leg(1, 20) for _ in source_of) for _ in range(drops))
            for _ in range(vessels)
        ),
    )


def better(problem: TripProblem, value_ms: int) -> bool:
    """Whether a plan is over before ``value_ms``, by trying everything, one vessel after another.

    Where drop-offs have room for all, a trip takes as many as it can: nobody gains by an empty
    seat. Else every number of people is tried.
    """
    roomy = all(room is None for room in problem.drop_capacity)
    room = [problem.people if r is None else r for r in problem.drop_capacity]
    left = list(problem.demand)
    refuted: set[object] = set()

    def search(v: int, row: int, clock: int) -> bool:
        if not any(left):
            return True
        key = (v, row, clock, tuple(left), tuple(room))
        if v == len(problem.vessels) or key in refuted:
            return False
        for p, d in itertools.product(range(len(problem.pickups)), range(len(problem.drops))):
            out = (problem.start_ms[v] if row < 0 else problem.empty_ms[v][row])[p]
            back = problem.loaded_ms[v][p][d]
            if out is None or back is None or clock + out + back >= value_ms:
                continue
            s = problem.source_of[p]
            most = min(left[s], problem.vessels[v].capacity, room[d])
            for persons in [most] if roomy else range(most + 1):
                left[s] -= persons
                room[d] -= persons
                found = search(v, d, clock + out + back)
                left[s] += persons
                room[d] += persons
                if found:
                    return True
        after = problem.vessels[v + 1].available_ms if v + 1 < len(problem.vessels) else 0
        if search(v + 1, -1, after):
            return True
        refuted.add(key)
        return False

    return search(0, -1, problem.vessels[0].available_ms)


def fair(problem: TripProblem, plan: TripPlan) -> None:
    """The plan is what the recount says, and its bound is below its value."""
    makespan, faults = recount(problem, plan.trips)
    assert faults == []
    assert makespan == plan.makespan_ms >= plan.bound_ms > 0


# One vessel or a few: by hand


def test_one_vessel_shuttles() -> None:
    """50 people, 20 a trip: 3 trips. 5 wait + 3 × (10 out + 20 back) = 95 minutes."""
    plan = solve(shuttle([50], [(20, 5)]), time_s=10)
    assert (plan.makespan_ms, plan.bound_ms, plan.status) == (95 * MIN, 95 * MIN, "OPTIMAL")
    assert [trip.persons for trip in plan.trips[0]] == [20, 20, 10]


def test_a_late_vessel_is_not_waited_for() -> None:
    """30 people: the ship takes 10 a trip (30, 60, 90 min); one free at 70 would end at 100."""
    problem = shuttle([30], [(10, 0), (500, 70)])
    plan = solve(problem, time_s=10)
    assert plan.makespan_ms == plan.bound_ms == 90 * MIN
    assert plan.trips[1] == ()


def test_two_vessels_share_two_sources() -> None:
    """Trips of 30 min; needed are ceil(25/10) + ceil(15/10) = 5, by two ships 3 rounds: 90 min.
    A third source with nobody in it changes nothing."""
    plan = solve(shuttle([25, 15], [(10, 0), (10, 0)]), time_s=10)
    assert plan.makespan_ms == plan.bound_ms == 90 * MIN
    empty = solve(shuttle([25, 0, 15], [(10, 0), (10, 0)]), time_s=10)
    assert empty.makespan_ms == empty.bound_ms == 90 * MIN


def test_three_sources() -> None:
    """Trips of 30 min, 10 a trip: 2 + 1 + 3 = 6 trips by two ships, 3 rounds each: 90 min."""
    problem = shuttle([20, 10, 30], [(10, 0), (10, 0)])
    plan = solve(problem, time_s=10)
    fair(problem, plan)
    assert (plan.makespan_ms, plan.bound_ms) == (90 * MIN, 90 * MIN)


def test_detour_where_no_straight_way_leads() -> None:
    """From d0 no way leads to p1, only from d1: the vessel sails p0–d1 or p0–d0 and then, empty,
    p0–d1. p0 can only be left for d0 by the load limit of room; 10 people at p0, 10 at p1.
    With room for 10 at d0 and 10 at d1: p0 to d0 (30), p0 to d1 with nobody (60), p1 to d1 (90);
    or p1 first: p1 to d1 (30), p0 to d0 (60). So 60, and 90 where p1 is out of reach at first."""
    problem = shuttle([10, 10], [(10, 0)], room=(10, 10))
    row = ((10 * MIN, None), (10 * MIN, 10 * MIN))
    problem = dataclasses.replace(problem, empty_ms=(row,))
    assert solve(problem, time_s=10).makespan_ms == 60 * MIN
    far = dataclasses.replace(
        problem,
        start_ms=((10 * MIN, None),),
        loaded_ms=(((20 * MIN, 20 * MIN), (None, 20 * MIN)),),
    )
    plan = solve(far, time_s=10)
    fair(far, plan)
    assert plan.makespan_ms == 90 * MIN
    assert Trip(0, 1, 0) in plan.trips[0]


def test_room_at_the_drop_offs_is_kept() -> None:
    """20 people, 10 a trip. The near drop-off (20 min loaded) has room for 10, the far one takes
    40: one ship sails 10 + 40 last or first: 10 + 20 + 10 + 40 = 80, without the limit 60."""
    problem = shuttle([20], [(10, 0)], room=(10, None))
    problem = dataclasses.replace(problem, loaded_ms=(((20 * MIN, 40 * MIN),),))
    plan = solve(problem, time_s=10)
    fair(problem, plan)
    assert (plan.makespan_ms, plan.bound_ms) == (80 * MIN, 80 * MIN)
    free = dataclasses.replace(problem, drop_capacity=(None, None))
    assert solve(free, time_s=10).makespan_ms == 60 * MIN


def test_nobody_to_move() -> None:
    """No trips, and nothing to prove."""
    plan = solve(shuttle([0], [(10, 0)]), time_s=10)
    assert plan == TripPlan(((),), 0, 0, "OPTIMAL")


# Against trying everything


@pytest.mark.parametrize("seed", range(30))
def test_nothing_is_better(seed: int) -> None:
    """What is called optimal cannot be beaten; what is called impossible cannot be done."""
    problem = drawn(seed)
    plan = solve(problem, time_s=20, seed=seed)
    if plan.status == "PROVEN_IMPOSSIBLE":
        assert plan.reason and not better(problem, 120_000)
        return
    fair(problem, plan)
    assert plan.status == "OPTIMAL" and not better(problem, plan.makespan_ms)


@pytest.mark.parametrize("seed", range(30, 50))
def test_nothing_is_better_with_little_room(seed: int) -> None:
    """The same where each drop-off takes hardly more than half."""
    problem = drawn(seed, room=True)
    plan = solve(problem, time_s=20, seed=seed)
    if plan.status == "PROVEN_IMPOSSIBLE":
        assert plan.reason and not better(problem, 80_000)
        return
    fair(problem, plan)
    assert plan.status == "OPTIMAL" and not better(problem, plan.makespan_ms)


@pytest.mark.parametrize("seed", range(6))
def test_ways_to_the_same_optimum(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Knapsack, states and CP-SAT agree, and so does the programme over trip counts."""
    problem = drawn(seed)
    plan = solve(problem, time_s=20)
    if plan.status == "PROVEN_IMPOSSIBLE":
        pytest.skip("this draw cannot be evacuated")
    monkeypatch.setattr("planner.solvers.trips.vessels_cover.STATES", 0)
    assert solve(problem, time_s=20).makespan_ms == plan.makespan_ms
    monkeypatch.setattr("planner.solvers.trips.vessels_states.ROWS", 0)
    monkeypatch.setattr("planner.solvers.trips.vessels_cover.STARTS", 0)
    by_search = solve(problem, time_s=20)
    assert (by_search.makespan_ms, by_search.status) == (plan.makespan_ms, "OPTIMAL")
    monkeypatch.setattr(engine, "DAYS", 0)
    counted = solve(problem, time_s=20)
    fair(problem, counted)
    assert counted.makespan_ms == plan.makespan_ms
    assert plan.makespan_ms - 1 <= counted.bound_ms <= plan.makespan_ms


def test_greedy_and_too_little_time_still_give_a_bound() -> None:
    """With the days forbidden and no time the plan is the greedy one, the bound below it."""
    problem = drawn(3)
    trips = greedy(problem)
    assert trips is not None and recount(problem, trips) == (makespan_ms(problem, trips), [])
    plan = solve(problem, time_s=0.0)
    assert plan.status in ("FEASIBLE", "OPTIMAL") and plan.bound_ms <= plan.makespan_ms
    stopped = solve(problem, time_s=60, should_stop=lambda: True)
    assert stopped.makespan_ms == makespan_ms(problem, trips)


def test_repeats_itself() -> None:
    """Same problem, same seed, same plan."""
    problem = shuttle([37, 21, 44, 18], [(7, 3), (11, 0), (5, 9)])
    assert solve(problem, time_s=30, seed=5) == solve(problem, time_s=30, seed=5)


@pytest.mark.parametrize("seed", range(40, 60))
def test_prices_bound_and_find(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With days too many to list, prices and the days that they leave give the same optimum."""
    problem = drawn(seed, room=seed % 2 == 1)
    monkeypatch.setattr(engine, "DAYS", 2)
    monkeypatch.setattr("planner.solvers.trips.vessels_prices.FEW", 0)
    plan = solve(problem, time_s=20, seed=seed)
    if plan.status == "PROVEN_IMPOSSIBLE":
        assert plan.reason and not better(problem, 80_000)
        return
    fair(problem, plan)
    assert plan.status == "OPTIMAL" and not better(problem, plan.makespan_ms)


def test_promising_days_where_even_those_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six ships of 10, five sources of 100: 50 trips of 30 minutes, so at least 9 rounds: 270 min.
    From a poor first plan the beam gets there, or near; the bound is true."""
    problem = shuttle([100] * 5, [(10, 0)] * 6)
    poor = (tuple(Trip(s, 0, 10) for s in range(5) for _ in range(10)), *([()] * 5))
    monkeypatch.setattr(engine, "greedy", lambda _: poor)
    monkeypatch.setattr(engine, "DAYS", 2)
    monkeypatch.setattr(engine, "BEAM", 40)
    monkeypatch.setattr(engine, "OF_USE", 600)
    monkeypatch.setattr(engine, "COUNTS_SHARE", 1.0)
    monkeypatch.setattr("planner.solvers.trips.vessels_prices.FEW", 0)
    plan = solve(problem, time_s=20)
    fair(problem, plan)
    assert plan.bound_ms <= 270 * MIN <= plan.makespan_ms < 400 * MIN
    assert plan.bound_ms > 240 * MIN


def test_gap_is_enough() -> None:
    """A plan within the gap ends the search; its bound is still below."""
    problem = shuttle([37, 21, 44, 18], [(7, 3), (11, 0), (5, 9)])
    loose = solve(problem, time_s=30, gap=0.5)
    fair(problem, loose)
    assert loose.makespan_ms - loose.bound_ms <= 0.5 * loose.makespan_ms


# What cannot be done


def test_no_vessel_fits() -> None:
    """The reason names the dock and how many are stuck there."""
    problem = shuttle([5, 8], [(10, 0)])
    problem = dataclasses.replace(problem, start_ms=((0, None),), empty_ms=(((0, None),),))
    plan = solve(problem, time_s=10)
    assert plan.status == "PROVEN_IMPOSSIBLE" and plan.trips == ((),)
    assert plan.reason == "no vessel can bring the 8 people away from p1"


def test_no_room_for_all() -> None:
    """12 people, room for 10."""
    plan = solve(shuttle([12], [(10, 0)], room=(10,)), time_s=10)
    assert plan.status == "PROVEN_IMPOSSIBLE"
    assert plan.reason == "the drop-offs within reach take in 10 of 12 people"


def test_one_way_ships_have_too_few_seats() -> None:
    """No way leads back from the drop-off: two trips of 5 for 11 people."""
    problem = shuttle([11], [(5, 0), (5, 0)])
    problem = dataclasses.replace(problem, empty_ms=(((None,),), ((None,),)))
    assert impossible(problem) == ""
    plan = solve(problem, time_s=10)
    assert (plan.status, plan.reason) == (
        "PROVEN_IMPOSSIBLE", "no trips of these vessels bring everyone away",
    )  # fmt: skip


# The parts


def parts(demand: Sequence[int], within: int) -> tuple[TripProblem, list[Days], tuple[Good, ...]]:
    """A shuttle of three ships with its days."""
    problem = shuttle(demand, [(7, 0), (4, 10), (4, 10)])
    goods = tuple(Good(source) for source in range(len(demand)))
    days = [
        Days(problem, kind, goods, within * MIN, 1000, lambda: False) for kind in kinds(problem)
    ]
    return problem, days, goods


def test_days_of_one_ship() -> None:
    """10 out + 20 back: k trips end at 30 k minutes (10 later for the later ships)."""
    _, days, _ = parts([14, 9], 100)
    assert [kind.kind.members for kind in days] == [(0,), (1, 2)]
    for kind, wait in zip(days, (0, 10), strict=True):
        trips = kind.counts.sum(axis=1)
        assert np.array_equal(kind.ends, np.where(trips, (trips * 30 + wait) * MIN, 0))
    full = {tuple(row) for row in days[0].counts[days[0].fullest(60 * MIN)].tolist()}
    assert full == {(2, 0), (1, 1), (0, 2)}


def test_too_many_days() -> None:
    """The limit is told, not silently cut."""
    problem = shuttle([50, 50], [(1, 0)])
    with pytest.raises(TooManyDays):
        Days(problem, kinds(problem)[0], (Good(0), Good(1)), 10**9, 100, lambda: False)


def test_cover_by_prices_is_a_proof() -> None:
    """Four sources, 60 people: by 30 minutes ships take 7 people; prices refute it, not 1,000."""
    _, days, goods = parts([15, 15, 15, 15], 400)
    cover = Cover(days[0].problem, days, goods, 0)
    assert not cover.knapsack
    assert not cover.relaxed(30 * MIN, lambda: 9.0)
    assert cover.find(30 * MIN, lambda: 9.0) is None
    assert cover.find(int(cover.moments()[-1]), lambda: 9.0) is not None


@pytest.mark.parametrize("kernel", [cover_two, cover_two.py_func])
def test_two_sources_by_knapsack(kernel: Callable[..., None]) -> None:
    """Vessel 0: (3, 0) or (1, 1); vessel 1: (2, 2) or (0, 4). At least 3 of the first source leave
    at most 2 of the second with (3, 0) + (2, 2), 4 with (3, 0) + (0, 4), 3 with (1, 1) + (2, 2)."""
    first = np.array([0, 2, 4])
    one, two = np.array([3, 1, 2, 0]), np.array([0, 1, 2, 4])
    most, choice = np.empty((3, 4), dtype=np.int64), np.zeros((3, 4), dtype=np.int64)
    kernel(first, one, two, 3, most, choice)
    assert most[2].tolist() == [-1, 5, -1, 4]
    assert divmod(int(choice[2, 3]), 4) == (3, 3)


@pytest.mark.parametrize("kernel", [exchange, exchange.py_func])
def test_local_search(kernel: Callable[..., int]) -> None:
    """Three vessels with days (4, 0, 0), (0, 4, 0), (0, 0, 4): a cover of (4, 4, 4) takes each
    once; for (4, 4, 5) one stays behind."""
    first = np.array([0, 3, 6, 9])
    brings = np.tile(np.eye(3, dtype=np.int64) * 4, (3, 1))
    chosen = np.array([0, 3, 6])
    assert kernel(first, brings, np.array([4, 4, 4]), chosen, 1, 200, 9) == 0
    assert sorted(brings[chosen].argmax(axis=1).tolist()) == [0, 1, 2]
    assert kernel(first, brings, np.array([4, 4, 5]), chosen, 1, 50, 2) == 1


@pytest.mark.parametrize("kernel", [best_rounds, best_rounds.py_func])
def test_rounds_by_time_left(kernel: Callable[..., None]) -> None:
    """From the first place 2 units for 5, then 3 units for 5 or 1 for 1 each: with 5 units left
    5 + 5 = 10, with 4 units 5 + 1 + 1 = 7, with 1 unit nothing."""
    steps = np.zeros((2, 2, 1), dtype=np.int64)
    steps[0, 0, 0], steps[1, 0, 0], steps[1, 1, 0] = 2, 3, 1
    best = np.zeros((2, 6), dtype=np.int64)
    kernel(steps, np.array([5, 1]), best)
    assert best[0].tolist() == [0, 0, 5, 6, 7, 10]


def test_pricer_agrees_with_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """The grid's bound is never below the best listed day, and equal where caps do not bind."""
    problem = shuttle([500, 500], [(7, 5)], start=11, loaded=17, empty=13)
    kind, goods = kinds(problem)[0], (Good(0), Good(1))
    listed = Pricer(problem, kind, goods, 400 * MIN)
    monkeypatch.setattr("planner.solvers.trips.vessels_prices.FEW", 0)
    gridded = Pricer(problem, kind, goods, 400 * MIN)
    assert listed.listed is not None and gridded.listed is None
    for within in (5, 33, 200, 399):
        value = np.array([3, 5])
        worth, counts = gridded.best(value, within * MIN)
        assert worth == listed.best(value, within * MIN)[0]
        assert (counts * 7) @ value == worth


def test_states_find_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """At prices 1: (2, 1) + (1, 2) covers (3, 3); nothing covers (4, 3) (7 wanted, 6 at most)."""
    brings = [np.array([[2, 1], [0, 3]]), np.array([[3, 0], [1, 2]])]
    ones = np.ones(2, dtype=np.int64)
    assert cover_states(brings, np.array([3, 3]), ones, 0) in ([0, 1], [1, 0])
    assert cover_states(brings, np.array([4, 3]), ones, 0) is None
    monkeypatch.setattr("planner.solvers.trips.vessels_states.ROWS", 1)
    with pytest.raises(TooManyStates):
        cover_states(brings, np.array([3, 3]), ones, 0)


def test_counts_need_their_cuts() -> None:
    """d0 and p0 are near each other, but the vessel begins at d1's side: without subtour cuts the
    programme would let it shuttle at d0 without ever getting there."""
    problem = shuttle([10, 10], [(10, 0)], room=(None, None))
    problem = dataclasses.replace(
        problem,
        start_ms=((None, 10 * MIN),),
        loaded_ms=(((1 * MIN, None), (None, 10 * MIN)),),
        empty_ms=(((1 * MIN, None), (50 * MIN, 10 * MIN)),),
    )
    found = by_counts(problem, 0, lambda: 20.0)
    assert found.trips is not None and recount(problem, found.trips) == (71 * MIN, [])
    assert found.bound_ms == 71 * MIN


# The recount


def honest() -> tuple[TripProblem, list[list[Trip]]]:
    """Two vessels, 30 people, room for 20 at d0."""
    problem = shuttle([30], [(10, 0), (10, 5)], room=(20, None))
    return problem, [[Trip(0, 0, 10), Trip(0, 0, 10)], [Trip(0, 1, 10)]]


def test_recount_of_an_honest_plan() -> None:
    """Two rounds of 30 minutes."""
    problem, trips = honest()
    assert recount(problem, trips) == (60 * MIN, [])


@pytest.mark.parametrize(
    ("vessel", "trip", "said"),
    [
        (0, Trip(0, 0, 11), "v0, trip 1: 11 on board, room for 10"),
        (0, Trip(0, 0, 9), "p0: 29 people taken, 30 to be moved"),
        (1, Trip(0, 0, 10), "d0: 30 people brought, room for 20"),
        (1, Trip(1, 0, 10), "v1, trip 1: no pick-up has the number 1"),
        (1, Trip(0, 2, 10), "v1, trip 1: no drop-off has the number 2"),
        (1, Trip(0, 1, -1), "v1, trip 1: -1 on board"),
    ],
)
def test_recount_catches(vessel: int, trip: Trip, said: str) -> None:
    """One change, its fault."""
    problem, trips = honest()
    trips[vessel][0] = trip
    assert said in recount(problem, trips)[1]


def test_recount_catches_an_incompatible_dock() -> None:
    """The same trips where the second vessel may not berth at d1, or not get back to p0."""
    problem, trips = honest()
    no_d1 = (problem.loaded_ms[0], ((20 * MIN, None),))
    barred = dataclasses.replace(problem, loaded_ms=no_d1)
    assert recount(barred, trips)[1] == ["v1, trip 1: no way from p0 to d1"]
    stuck = dataclasses.replace(problem, empty_ms=(((None,), (0,)), ((0,), (0,))))
    assert recount(stuck, trips)[1] == ["v0, trip 2: no way from d0 to p0"]
    assert recount(problem, trips[:1])[1] == ["1 lists of trips for 2 vessels"]


def test_recount_of_the_exported_form() -> None:
    """Stated times are held against the ways: a trip too fast, a makespan too small, a stranger."""
    problem, trips = honest()
    plan = TripPlan(tuple(tuple(its) for its in trips), 60 * MIN, 0, "FEASIBLE")
    exported = icep.export(problem, plan)
    assert recount_exported(problem, exported, 60.0) == (60 * MIN, [])
    fast = json.loads(json.dumps(exported))
    fast[0]["trips"][1]["arrive_min"] = 59.0
    assert recount_exported(problem, fast, 60.0)[1] == [
        "v0, trip 2: arrive_min 59.0 stated, 60.00000 counted"
    ]
    assert recount_exported(problem, exported, 59.0)[1] == [
        "makespan: 59.0 min stated, 60.00000 min counted"
    ]
    strange = [*exported, {"vessel": "v9", "trips": []}, exported[0]]
    assert recount_exported(problem, strange)[1] == ["v9: no such vessel", "v0: listed twice"]
    wrong = json.loads(json.dumps(exported))
    wrong[0]["trips"][0]["pickup"] = "nowhere"
    assert "v0, trip 1: no pick-up has the number -1" in recount_exported(problem, wrong)[1]


# The reader


FILES = {
    "Input/vessels.csv": "Vessel_name,max_cap,vmax,v_loaded,loading time,time to availability\n"
    "Ferry,40,20,10,5,10\n",
    "Input/initial vessel docks.csv": "Dock,Vessel\nSafe,Ferry\n",
    "Input/island docks.csv": "Dock,Location\nPier,North\nBeach,South\n",
    "Input/mainland docks.csv": "Dock\nSafe\n",
    "Input/scenarios.csv": "Scenario,Location,private_evac,Demand\nS1,North,10,60\n",
    "Input/vessel compatibility.csv": "Dock,Resource,Compatibility\n"
    "Pier,Ferry,1\nBeach,Ferry,0\nSafe,Ferry,1\n",
    "Incidences/zeta.csv": "Origin,Destination,Distance\nSafe,Pier,2.8\nSafe,Beach,1\n",
    "Incidences/gamma.csv": "Origin,Destination,Distance\nPier,Safe,2.8\nBeach,Safe,1\n",
    "Incidences/delta.csv": "Origin,Destination,Distance\nSafe,Pier,2.8\nSafe,Beach,1\n",
}


def folder(root: Path, **changed: str) -> Path:
    """An instance on disk; a key's last word picks the file that is changed."""
    for name, text in FILES.items():
        stem = Path(name).stem.split()[-1]
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(changed.get(stem, text), encoding="utf-8", newline="")
    return root


def test_times_by_hand(tmp_path: Path) -> None:
    """2.8 nm: empty at 20 kn 8.4 min, loaded at 10 kn 16.8 + 2 × 5 = 26.8. Two trips for 50 people:
    10 + 8.4 + 26.8 + 8.4 + 26.8 = 80.4 minutes."""
    (scenario,) = read(folder(tmp_path))
    problem = scenario.problem
    assert (problem.demand, problem.pickups) == ((50,), ("Pier",))
    assert problem.start_ms == ((504_000,),) and problem.loaded_ms == (((1_608_000,),),)
    line = icep.run("x", scenario, 10, 0)
    assert (line["makespan_min"], line["bound_min"]) == (80.4, 80.4)
    assert line["verified"] and line["status"] == "OPTIMAL"


def test_other_layouts_read_alike(tmp_path: Path) -> None:
    """Another order of columns, a byte order mark, blank lines, CRLF, quoted commas, a square
    compatibility, folders and files in other case, no optional column."""
    plain = read(folder(tmp_path / "plain"))[0].problem
    other = folder(
        tmp_path / "other",
        vessels="\ufeffv_loaded,Max_Cap,VESSEL_NAME,vmax,Loading Time,time to availability\r\n\r\n"
        "10,40,Ferry,20,5,10\r\n,,,,,\r\n",
        compatibility=",Ferry\nPier,1\nBeach,0\nSafe,1\n",
        scenarios='Demand,Location,Scenario,private_evac\n"1,060",North,"S1, north","1,010"\n\n',
    )
    (other / "Input").rename(other / "INPUT")
    (other / "Incidences" / "zeta.csv").rename(other / "Incidences" / "Zeta.CSV")
    (scenario,) = read(other)
    assert scenario.name == "S1, north" and scenario.problem == plain


def test_first_legs_from_the_list_or_from_zeta(tmp_path: Path) -> None:
    """A matrix that is a list wins over zeta; a square one is left aside."""
    root = folder(tmp_path)
    matrix = root / "Incidences" / "distance matrix.csv"
    matrix.write_text("Origin,Destination,Distance\nSafe,Pier,5\n")
    assert read(root)[0].problem.start_ms == ((900_000,),)
    matrix.write_text(",Pier,Safe\nPier,0,7\nSafe,7,0\n")
    assert read(root)[0].problem.start_ms == ((504_000,),)


def test_nobody_left_and_nobody_can(tmp_path: Path) -> None:
    """Own boats for all: 0 minutes. A beach that no vessel may use: impossible, and why."""
    root = folder(
        tmp_path,
        scenarios="Scenario,Location,private_evac,Demand\nA,North,60,60\nA,South,9,5\n"
        "B,South,0,7\nB,North,0,1\n",
    )
    first, second = (icep.run("x", scenario, 10, 0) for scenario in read(root))
    assert (first["people"], first["makespan_min"], first["verified"]) == (0, 0.0, True)
    assert second["status"] == "PROVEN_IMPOSSIBLE" and second["makespan_min"] is None
    assert second["reason"] == "no vessel can bring the 7 people away from Beach"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"vessels": "Vessel_name,vmax\nFerry,20\n"}, "line 1: there is no column 'max cap'"),
        (
            {"vessels": "Vessel_name,max_cap,vmax\n\nFerry,many,20\n"},
            "vessels.csv, line 3: 'max cap' is not a number: 'many'",
        ),
        (
            {"vessels": "Vessel_name,max_cap,vmax\nFerry,9,0\n"},
            "vessels.csv, line 2: 'vmax' must be above 0",
        ),
        (
            {"vessels": "Vessel_name,max_cap,vmax\nFerry,9.5,9\n"},
            "line 2: 'max cap' must be a whole number (got 9.5)",
        ),
        (
            {"vessels": "Vessel_name,max_cap,vmax\nFerry,9,9\nFerry,9,9\n"},
            "line 3: the vessel 'Ferry' is there twice",
        ),
        ({"docks": "Dock,Vessel,Location\nSafe,Tug,x\n"}, "at which dock 'Ferry' lies at first"),
        (
            {"scenarios": "Scenario,Location,Demand\nS,Nrth,5\n"},
            "scenarios.csv, line 2: there is no location 'Nrth'",
        ),
        ({"scenarios": "Scenario,Location,Demand\nS,North,-5\n"}, "at least 0 (got '-5')"),
        ({"scenarios": "Scenario,Location,Demand\nS,North,nan\n"}, "at least 0 (got 'nan')"),
        ({"scenarios": "Scenario,Location,Demand\nS,North,\n"}, "'demand' is empty or missing"),
        ({"scenarios": "Scenario,Location,Demand\n"}, "line 1: there is no scenario"),
        ({"gamma": ""}, "gamma.csv, line 1: the table is empty"),
        ({"delta": "Origin,Destination,Distance\na,b,1\na,b,2\n"}, "two distances from 'a' to"),
        ({"delta": "Origin,Destination,Distance\na,b,1,7\n"}, "line 2: more cells than"),
        ({"delta": "Origin,Origin,Distance\n"}, "the column 'origin' is there twice"),
    ],
)
def test_faults_name_file_and_line(tmp_path: Path, changed: dict[str, str], said: str) -> None:
    """Every fault is one sentence."""
    with pytest.raises(BadInput) as told:
        read(folder(tmp_path, **changed))
    assert said in str(told.value)


def test_answers_of_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One JSON value on standard output; a table; 1 with a sentence for bad input; 2 for misuse."""
    root = folder(tmp_path / "a")
    assert icep.main([str(tmp_path), "--json"]) == 0
    (line,) = json.loads(capsys.readouterr().out)
    assert (line["instance"], line["verified"], line["rss_mb"] > 0) == ("a", True, True)
    assert icep.main([str(root)]) == 0
    assert "80.40" in capsys.readouterr().out
    (root / "Input" / "scenarios.csv").write_text("Scenario,Demand\n")
    assert icep.main([str(root), "--json"]) == 1
    captured = capsys.readouterr()
    assert captured.out == "" and "there is no column 'location'" in captured.err
    assert icep.main([str(tmp_path / "none")]) == 1
    with pytest.raises(SystemExit) as misuse:
        icep.main([str(root), "--time-limit", "0"])
    assert misuse.value.code == 2


# The public instances


PROVEN = {
    ("bowen_small_fleet_default", "Scenario 3: Killarney Lake"): 67.0,
    ("greedy_test_1", "Scenario 1"): 72.0,
    ("greedy_test_1", "Scenario 2"): 119.2,
    ("greedy_test_2", "Scenario 1"): 131.67,
    ("greedy_test_2", "Scenario 2"): 158.67,
    ("greedy_test_2", "Scenario 3"): 81.67,
}
AT_MOST = {
    ("bowen_small_fleet_default", "Scenario 1: Mount Collins"): 165.5,
    ("bowen_small_fleet_default", "Scenario 2: Mid Island"): 451.12,
    ("bowen_small_fleet_default", "Scenario 4: Eaglecliff"): 72.84,
}


def test_public_instances() -> None:
    """Known optima are reached, the best values known are reached or beaten, all is proven."""
    root = os.environ.get("PEER_INSTANCES", "")
    if not root:
        pytest.skip("PEER_INSTANCES is not set")
    lines = [
        icep.run(place.name, scenario, 60, 0)
        for place in folders(Path(root) / "icep")
        for scenario in read(place)
    ]
    found = {(line["instance"], line["scenario"]): line for line in lines}
    assert set(found) >= set(PROVEN) | set(AT_MOST)
    for line in lines:
        assert line["verified"] and line["faults"] == []
        assert line["status"] == "OPTIMAL" and line["gap"] == 0.0
    for key, value in PROVEN.items():
        assert abs(found[key]["makespan_min"] - value) < 0.005
    for key, value in AT_MOST.items():
        assert found[key]["makespan_min"] <= value + 0.005
