"""The engine's parts against plain counting, bounds told as they are, and repeatability."""

from __future__ import annotations

import itertools
import json
import os
import random
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.math_opt.python import mathopt

from planner import load, pipeline
from planner.documents import planjson
from planner.problem import EvacuationProblem
from planner.scenario import Scenario
from planner.schedule import Scheduler
from planner.solvers import Limits, Solver, Update
from planner.solvers.columns import ColumnEngine
from planner.solvers.dispatch import Dispatcher, _Rate, _Room
from planner.solvers.rows import Row, RowMaker
from planner.solvers.traffic import Separator, Traffic
from tests.known.cases import HOUR, SINGLES, posed, shuttle
from tests.network_case import link, place, scenario, vehicle

SMALL = Path(__file__).parent / "scenarios"
EVENTS = st.lists(st.tuples(st.integers(0, 4 * HOUR), st.integers(1, 3)), max_size=12)


# ------------------------------------------------------------------ limits


@given(EVENTS)
def test_a_rate_holds_in_every_half_open_hour(events: list[tuple[int, int]]) -> None:
    rate = _Rate(5.0)
    kept: list[tuple[int, int]] = []

    def within(wanted: list[tuple[int, int]]) -> bool:
        return all(
            sum(n for t, n in wanted if first <= t < first + HOUR) <= 5 for first, _ in wanted
        )

    for moment, use in events:
        assert rate.fits(moment, use) == within([*kept, (moment, use)])
        if rate.fits(moment, use):
            rate.book(moment, use)
            kept.append((moment, use))
    for moment, use in kept:
        rate.unbook(moment, use)
    assert rate.moments == [] and rate.uses == {}


@given(
    st.lists(
        st.tuples(st.integers(0, 50), st.integers(0, 20), st.integers(1, 2)), max_size=12
    )
)  # fmt: skip
def test_a_berth_is_never_taken_twice(stays: list[tuple[int, int, int]]) -> None:
    room = _Room(3.0)
    kept: list[tuple[int, int, int]] = []

    def within(wanted: list[tuple[int, int, int]]) -> bool:
        return all(sum(n for a, b, n in wanted if a <= at < b) <= 3 for at in range(80))

    for start, length, use in stays:
        stay = (start, start + length, use)
        assert room.fits(*stay) == (length == 0 or within([*kept, stay]))
        if room.fits(*stay):
            room.book(*stay)
            kept.append(stay)


def _crowded() -> EvacuationProblem:
    """A town, a port and an island with every kind of shared limit."""
    case = scenario(
        horizon="10 h",
        step="30 min",
        places=[
            place("city", 0, loading_bays=1, processing="3 vehicles/h"),
            place("port", 30, "embarkation_port", berths=1, capacity=30,
                  processing="40 persons/h"),
            place("island", 60, "safe_haven", berths=1, intake={"total": 60, "per_day": 50}),
        ],
        links=[
            link("road", "city", "port", "30 km", speed="60 km/h", capacity="3 vehicles/h"),
            link("path", "city", "port", "31 km", speed="60 km/h", capacity="30 persons/h"),
            link("crossing", "port", "island", "15 nmi", mode="sea"),
        ],
        groups=[{"id": "people", "at": "city", "people": 100, "households": SINGLES}],
        vehicles={"bus": vehicle(seats=20), "ship": vehicle("sea", "15 kn", seats=60)},
        fleets=[
            {"id": "buses", "vehicle": "bus", "count": 4, "base": "city"},
            {"id": "ferries", "vehicle": "ship", "count": 2, "base": "port"},
        ],
    )  # fmt: skip
    return posed(case)[0]


def _traffic(problem: EvacuationProblem, lot: random.Random) -> Traffic:
    traffic = Traffic()
    for option in problem.plan.options:
        for step in range(problem.grid.steps):
            if option.starts[step] and lot.random() < 0.25:
                traffic.vehicles[option.index, step] += lot.randint(1, 2)
                for carry in option.carries:
                    if carry.may[step]:
                        key = (option.index, step, carry.commodity)
                        traffic.units[key] += lot.randint(0, 20)
    return traffic


def _use(traffic: Traffic, problem: EvacuationProblem, made: Row) -> float:

    total = 0.0
    for (index, step), count in traffic.vehicles.items():
        total += count * made.vehicle.at(index, step)
    for (index, step, commodity), units in traffic.units.items():
        heads = units * problem.commodities[commodity].persons
        total += heads * made.person.at(index, step)
    return total


@pytest.mark.parametrize("width_s", [0, 7200])
@pytest.mark.parametrize("seed", range(4))
def test_what_separation_calls_broken_is_exactly_what_a_row_forbids(
    seed: int, width_s: int
) -> None:
    """Rows at every moment, counted one by one, against the moments that separation finds."""
    problem = _crowded()
    traffic = _traffic(problem, random.Random(seed))
    maker = RowMaker(problem, problem.plan, width_s)
    broken = Separator(problem, problem.plan, width_s).broken(traffic)
    assert broken
    for limit, moment in broken:
        row = maker.row(limit, moment)
        assert _use(traffic, problem, row) > row.cap, (limit, moment)
    told = {limit for limit, _ in broken}
    step_s = width_s or 600
    for limit in problem.limits:
        if limit in told:
            continue
        for moment in range(0, problem.grid.horizon_s + 1, step_s):
            row = maker.row(limit, moment)
            use = _use(traffic, problem, row)
            assert use <= row.cap * (1 + 1e-6) + 1e-6, (limit, moment)


def test_rounds_queue_for_the_only_bay() -> None:
    """Three buses are to load at once in one bay: they come out ten minutes apart."""
    case = shuttle(
        {"home": (20, 150)},
        buses=3,
        places=[place("haven", 0, "safe_haven"), place("home", -20, loading_bays=1)],
    )
    problem, _ = posed(case)
    loaded = next(o.index for o in problem.plan.options if o.loaded)
    empty = next(o.index for o in problem.plan.options if not o.loaded)
    dispatcher = Dispatcher(problem, problem.plan)
    placed = dispatcher.place([(0, ((empty, 0), (loaded, 2)))] * 3)
    starts = sorted(step for _, moves in placed for option, step in moves if option == loaded)
    assert starts == [2, 3, 4]


# ------------------------------------------------------------------ bounds


def _knapsack(seed: int) -> tuple[mathopt.Model, float]:
    """A knapsack of several sacks, and its best value by a solve to the end."""
    lot = random.Random(seed)
    model = mathopt.Model(name="knapsack")
    take = [model.add_binary_variable() for _ in range(40)]
    worth = [lot.randint(60, 100) for _ in take]
    for _ in range(6):
        weights = [lot.randint(20, 100) for _ in take]
        load_ = mathopt.LinearSum([w * x for w, x in zip(weights, take, strict=True)])
        model.add_linear_constraint(load_ <= sum(weights) // 3)
    model.maximize(mathopt.LinearSum([w * x for w, x in zip(worth, take, strict=True)]))
    params = mathopt.SolveParameters(time_limit=timedelta(seconds=30))
    best = mathopt.solve(model, mathopt.SolverType.CP_SAT, params=params)
    assert best.termination.reason is mathopt.TerminationReason.OPTIMAL
    return model, best.objective_value()


def test_a_solve_stopped_at_five_percent_does_not_call_its_value_its_bound() -> None:
    """The gap is planted: MathOpt must tell it, bound on the one side, value on the other."""
    gaps = []
    for seed in range(3):
        model, best = _knapsack(seed)
        params = mathopt.SolveParameters(
            relative_gap_tolerance=0.05, time_limit=timedelta(seconds=30)
        )
        early = mathopt.solve(model, mathopt.SolverType.HIGHS, params=params)
        value, bound = early.objective_value(), early.dual_bound()
        assert value <= best + 1e-6 <= bound + 2e-6
        gaps.append(bound - value)
    assert max(gaps) > 1.0


@pytest.mark.parametrize("level", ["left_behind", "arrival"])
def test_bounds_only_rise_with_more_rounds_and_never_pass_the_master(level: str) -> None:
    problem, _ = posed(shuttle({"near": (20, 90), "far": (40, 90)}, buses=2, horizon="4 h"))
    told = [
        ColumnEngine(problem, problem.plan).optimise(
            level, {}, until=float("inf"), tolerance=1e-9, rounds=rounds
        )
        for rounds in (1, 3, 100)
    ]
    for early, late in itertools.pairwise(told):
        assert early.bound <= late.bound + 1e-6
        assert late.value <= early.value + 1e-6
    assert told[-1].converged
    assert told[-1].bound == pytest.approx(told[-1].value, rel=1e-6)
    assert told[0].bound < told[0].value - 1.0


# ------------------------------------------------------------------ stopping and repeating


def _manned(problem: EvacuationProblem, solver: Solver) -> int:
    manning = solver.search(lambda chosen: Scheduler(problem, chosen).man())
    return sum(leg.persons for sortie in manning.sorties for leg in sortie.legs)


def test_a_stop_at_once_still_yields_a_plan() -> None:
    problem, _ = posed(shuttle({"home": (20, 100)}))
    news: list[Update] = []
    solver = Solver(problem, Limits(time_s=60.0), news.append, lambda: True)
    assert _manned(problem, solver) > 0
    assert solver.stopped_by == "interrupt"
    assert news


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    """Three runs, two of them in processes whose hashes differ: one plan.json, byte by byte."""
    names = ("small_bridge", "small_ship", "small_walkout")
    limits = Limits(seed=7, node_limit=20)
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from planner import load, pipeline\n"
        "from planner.documents import planjson\n"
        "limits = pipeline.Limits(seed=7, node_limit=20)\n"
        "for path in map(Path, sys.argv[2:]):\n"
        "    made = pipeline.make_plan(load.read(path), limits, remedies=False)\n"
        "    text = planjson.dumps(made.verdict.plan)\n"
        "    Path(sys.argv[1], path.stem).write_text(text, encoding='utf-8', newline='')\n"
    )
    for hash_seed in ("1", "4242"):
        (tmp_path / hash_seed).mkdir()
        subprocess.run(
            [sys.executable, "-c", script, str(tmp_path / hash_seed),
             *(str(SMALL / f"{name}.yaml") for name in names)],
            check=True,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            cwd=Path(__file__).parents[1],
        )  # fmt: skip
    for name in names:
        made = pipeline.make_plan(load.read(SMALL / f"{name}.yaml"), limits, remedies=False)
        text = planjson.dumps(made.verdict.plan).encode("utf-8")
        for hash_seed in ("1", "4242"):
            assert (tmp_path / hash_seed / name).read_bytes() == text, name
        assert json.loads(text)["sorties"]


# ------------------------------------------------------------------ law


@st.composite
def tiny(draw: st.DrawFn) -> Scenario:
    """A random small evacuation with a few of the limits that there are."""
    homes = draw(st.integers(1, 2))
    names = [f"home{i}" for i in range(homes)]
    distances = [draw(st.integers(5, 40)) for _ in names]
    groups = [
        {
            "id": f"{name}_people", "at": name, "people": draw(st.integers(1, 120)),
            "households": draw(st.sampled_from([{1: "100 %"}, {2: "50 %", 5: "50 %"},
                                                {7: "100 %"}])),
            "willing": draw(st.sampled_from(["100 %", "70 %"])),
            **draw(st.sampled_from([{}, {"deadline": "3 h"}, {"ready": "2012-12-13T07:00"}])),
            **draw(st.sampled_from([{}, {"own_car": "30 %"}, {"on_foot": "40 %"}])),
        }
        for name in names
    ]  # fmt: skip
    haven = draw(st.sampled_from([{}, {"intake": {"total": 60}}, {"loading_bays": 1}]))
    home = draw(st.sampled_from([{}, {"loading_bays": 1}, {"processing": "30 persons/h"}]))
    road = draw(st.sampled_from([{}, {"capacity": "4 vehicles/h"}]))
    threats = draw(
        st.sampled_from(
            [
                [],
                [{"id": "shelling", "zone": {"circle": {"centre": "home0", "radius": "5 km"}},
                  "rate": "1 per 1000 person-hours", "daily": ["07:00-08:00"]}],
            ]
        )
    )  # fmt: skip
    return scenario(
        horizon="6 h",
        step="15 min",
        places=[
            place("haven", 0, "safe_haven", **haven),
            *(place(name, -km, **home) for name, km in zip(names, distances, strict=True)),
        ],
        links=[
            link(f"{name}_road", name, "haven", f"{km} km", speed="60 km/h", **road)
            for name, km in zip(names, distances, strict=True)
        ],
        groups=groups,
        vehicles={"bus": vehicle(seats=draw(st.integers(5, 50)))},
        fleets=[
            {"id": "buses", "vehicle": "bus", "count": draw(st.integers(0, 3)), "base": "haven"}
        ],
        threats=threats,
    )


@given(tiny())
@settings(max_examples=40, deadline=None, derandomize=True)
def test_whatever_the_scenario_the_plan_verifies_and_people_add_up(case: Scenario) -> None:
    limits = Limits(time_s=5.0, node_limit=20)
    result = pipeline.make_plan(case, limits, remedies=False)
    figures = result.verdict.figures
    assert [str(violation) for violation in result.verdict.violations] == []
    assert figures.people == figures.evacuated + figures.left_behind
    assert figures.evacuated == figures.by_sortie + figures.self_moved
    for level in result.verdict.plan.levels:
        assert level.bound <= level.value + 1e-9 * max(1.0, abs(level.value))
        assert level.value == pytest.approx(figures.levels[level.name], abs=1e-6)


def test_own_cars_count_where_vehicles_are_counted(tmp_path: Path) -> None:
    """Half of the old town would drive at once; the haven lets eight vehicles an hour through."""
    text = (SMALL / "small_bridge.yaml").read_text(encoding="utf-8")
    text = text.replace(
        "willing: 90 %\n", "willing: 90 %\n    own_car: 50 %\n    persons_per_car: 4\n"
    )
    text = text.replace("loading_bays: 3}", "loading_bays: 3, processing: 8 vehicles/h}")
    path = tmp_path / "gate.yaml"
    path.write_text(text, encoding="utf-8")
    found = pipeline.make_plan(load.read(path), Limits(time_s=6, node_limit=8), remedies=False)
    assert [str(violation) for violation in found.verdict.violations] == []
    assert found.verdict.figures.self_moved > 0
    arrivals = sorted(
        moment
        for movement in found.verdict.plan.self_movements
        for moment in [movement.arrive_s] * movement.vehicles
    )
    assert all(later - first >= HOUR for first, later in zip(arrivals, arrivals[8:], strict=False))


def test_a_level_near_enough_is_proven_no_further() -> None:
    """With a wide gap the search and the proof take fewer rounds; a bound it is all the same."""
    scenario = load.read(SMALL / "small_bridge.yaml")

    def proof(gap: float) -> tuple[dict[str, float], dict[str, float], int]:
        limits = Limits(time_s=30, node_limit=20, gap=gap)
        result = pipeline.make_plan(scenario, limits, remedies=False)
        levels = result.verdict.plan.levels
        counted = [level.method.split() for level in levels if "rounds" in level.method]
        rounds = sum(int(words[-2]) for words in counted)
        return (
            {level.name: level.value for level in levels},
            {level.name: level.bound for level in levels},
            rounds,
        )

    best, tight, many = proof(0.0)
    good, loose, few = proof(0.3)
    assert few < many
    assert best["left_behind"] == good["left_behind"] == loose["left_behind"]
    for name in ("harm", "arrival"):
        assert loose[name] <= best[name]
        assert good[name] - loose[name] <= 0.3 * max(1.0, good[name])
    assert tight["left_behind"] == loose["left_behind"]
