"""The compact engine against brute force, arithmetic, the columns' bound and the witness."""

from __future__ import annotations

import itertools
import json
import math
import random
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from planner import verify
from planner.pipeline import make_network, make_problem, to_plan
from planner.problem import EvacuationProblem
from planner.scenario import Scenario
from planner.schedule import Scheduler
from planner.solvers import Limits, Solver, choice, compact, compact_limits
from planner.solvers.columns import ColumnEngine
from planner.solvers.compact_flow import Draft, Vehicles
from planner.solvers.compact_limits import SharedLimits
from planner.solvers.compact_paths import itineraries
from planner.solvers.compact_people import People
from planner.solvers.compact_program import Builder
from planner.solvers.compact_solve import Stop, _whole_costs, optimise, relaxation
from planner.solvers.traffic import Separator, Traffic
from tests.bench import lift, lift_case
from tests.bench.lift_case import Size
from tests.known.cases import SINGLES, Shuttle, bridge, ferry, posed, shuttle
from tests.network_case import link, place, scenario, vehicle

SOLVERS = ("highs", "gscip", "cpsat")
QUICK = Stop(time_s=30.0)
SHUTTLES = {
    "one bus, too little time": Shuttle((20,), (260,), 1, 50, 240),
    "two homes": Shuttle((20, 30), (90, 60), 1, 50, 360),
    "two buses, two homes": Shuttle((20, 40), (100, 70), 2, 40, 300),
    "a deadline for the far ones": Shuttle((20, 40), (60, 30), 1, 30, 360, (None, 100)),
    "a deadline nobody can meet": Shuttle((40,), (30,), 1, 30, 300, (60,)),
    "roads open for two hours": Shuttle((20, 30), (80, 80), 2, 40, 300, (), (60, 180)),
}
COUNTED = ("left_behind", "missed_deadlines", "arrival")


def problem_of(case: Scenario) -> EvacuationProblem:
    return make_problem(case, make_network(case))


def witnessed(problem: EvacuationProblem, answer: compact.Answer) -> dict[str, float]:
    """Values that the witness finds in the manned plan; movements and limits have to stand."""
    assert answer.chosen is not None
    manning = Scheduler(problem, answer.chosen).man()
    plan = to_plan(problem, Solver(problem, Limits()), manning)
    verdict = verify.check(plan, problem.scenario, problem.network)
    told = ("levels", "bounds", "C1 people")  # the plan says nothing yet of levels and who is left
    assert [str(v) for v in verdict.violations if v.rule not in told] == []
    return dict(verdict.figures.levels)


# ------------------------------------------------------------------ known answers


@pytest.mark.parametrize("case", SHUTTLES.values(), ids=SHUTTLES)
def test_every_level_is_solved_as_brute_force_solves_it(case: Shuttle) -> None:
    optimum = dict(zip(COUNTED, case.optimum(), strict=True))
    problem = problem_of(case.scenario())
    answer = compact.solve(problem, COUNTED, stop=QUICK)
    assert answer.solved == COUNTED
    found = witnessed(problem, answer)
    for level in COUNTED:
        assert answer.values[level] == pytest.approx(optimum[level], rel=1e-5)
        assert answer.bounds[level] <= optimum[level] + 1e-6 * max(1.0, optimum[level])
        assert found[level] == pytest.approx(optimum[level], rel=1e-9)


@pytest.mark.parametrize("solver", SOLVERS)
def test_all_solvers_prove_the_same(solver: str) -> None:
    case = Shuttle((20, 40), (60, 30), 1, 30, 360, (None, 100))
    answer = compact.solve(problem_of(case.scenario()), solver=solver, stop=QUICK)
    assert answer.solved == ("left_behind", "missed_deadlines", "harm", "arrival", "effort")
    told = tuple(answer.values[level] for level in COUNTED)
    assert told == pytest.approx(case.optimum(), rel=1e-5)


def test_ferry_and_bridge() -> None:
    """The arithmetic is that of the known answers: three crossings; two buses in any hour."""
    for case, expected in (
        (ferry(), (100 * 320 + 100 * 920 + 50 * 1520) / 60),
        (bridge(), 100 * (40 + 100 + 160 + 220) / 60),
    ):
        problem = problem_of(case)
        answer = compact.solve(problem, COUNTED, stop=QUICK)
        assert answer.solved == COUNTED
        assert witnessed(problem, answer)["arrival"] == pytest.approx(expected)


def test_a_weighted_sum_is_one_solve() -> None:
    """Weights that never trade people for hours find what the levels find one by one."""
    case = SHUTTLES["one bus, too little time"]
    model = compact.build(problem_of(case.scenario()), posed(case.scenario())[0].plan)
    cost = model.objective({"left_behind": 1000.0, "arrival": 1.0})
    found = optimise(model.program, cost, [], "highs", QUICK)
    left, _, hours = case.optimum()
    assert found.value == pytest.approx(1000 * left + hours, rel=1e-6)
    assert found.solution is not None
    assert model.program.breach(found.solution) < 1e-6
    assert model.values(found.solution)["left_behind"] == pytest.approx(left, abs=1e-4)


# ------------------------------------------------------------------ one limit at a time


def crowd(people: int = 400, horizon: str = "8 h", **more: Any) -> Scenario:
    """Eight buses of 50 beside 400 people: 10 min loading, 20 on the road, 10 unloading."""
    home, haven = more.pop("home", {}), more.pop("haven", {})
    return scenario(
        horizon=horizon,
        step="10 min",
        places=[place("home", 0, **home), place("haven", 20, "safe_haven", **haven)],
        links=[link("road", "home", "haven", "20 km", speed="60 km/h", **more)],
        groups=[{"id": "people", "at": "home", "people": people, "households": SINGLES}],
        fleets=[{"id": "buses", "vehicle": "bus", "count": 8, "base": "home"}],
    )


BY_HUNDREDS = 100 * (40 + 100 + 160 + 220)
ONE_BY_ONE = 50 * sum(range(40, 120, 10))
BINDING = {
    "nothing": (crowd(), 400 * 40),
    "link, a bus counts as two cars": (crowd(capacity="4 vehicles/h"), BY_HUNDREDS),
    "link_persons": (crowd(capacity="100 persons/h"), BY_HUNDREDS),
    "bays where they load": (crowd(home={"loading_bays": 1}), ONE_BY_ONE),
    "bays where they unload": (crowd(haven={"loading_bays": 1}), ONE_BY_ONE),
    "persons_rate": (crowd(home={"processing": "100 persons/h"}), BY_HUNDREDS),
    "vehicles_rate": (crowd(haven={"processing": "2 vehicles/h"}), BY_HUNDREDS),
    "intake in all": (crowd(haven={"intake": {"total": 100}}), 100 * 40 + 300 * 480),
    "intake a day, the second begins after 18 h": (
        crowd(200, "30 h", haven={"intake": {"per_day": 100}}), 100 * 40 + 100 * 1080,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("case", "minutes"), BINDING.values(), ids=BINDING)
def test_a_limit_that_alone_binds_costs_what_it_should(case: Scenario, minutes: int) -> None:
    problem = problem_of(case)
    answer = compact.solve(problem, ("arrival",), stop=QUICK)
    assert answer.solved == ("arrival",)
    assert answer.values["arrival"] == pytest.approx(minutes / 60, rel=1e-6)
    assert witnessed(problem, answer)["arrival"] == pytest.approx(minutes / 60, rel=1e-6)


def crossing(
    mode: str, origin: dict[str, Any], target: dict[str, Any], back: str = "false", **more: Any
) -> Scenario:
    """Three ships or aircraft of 50 beside 150 people, 20 km, as long as the buses take."""
    role = {"sea": "embarkation_port", "air": "embarkation_airport"}[mode]
    return scenario(
        horizon="8 h",
        step="10 min",
        places=[place("origin", 0, role, **origin), place("target", 20, "safe_haven", **target)],
        links=[{"id": "way", "from": "origin", "to": "target", "mode": mode, "length": "20 km"}],
        groups=[{"id": "people", "at": "origin", "people": 150, "households": SINGLES}],
        vehicles={"craft": vehicle(mode)},
        fleets=[{"id": "craft", "vehicle": "craft", "count": 3, "base": "origin",
                 "return_to_base": back}],
        **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("case", "minutes"),
    [
        (crossing("sea", {"berths": 1}, {}), 50 * (40 + 50 + 60)),
        (crossing("sea", {}, {"berths": 1}), 50 * (40 + 50 + 60)),
        (crossing("air", {}, {"slots": "2 movements/h"}), 50 * (40 + 40 + 100)),
        (crossing("air", {"slots": "1 movements/h"}, {}), 50 * (40 + 100 + 160)),
        (crossing("air", {}, {"stands": 1}, "true"), 50 * (40 + 50 + 60)),
    ],
    ids=["berths at the port", "berths at the haven", "slots to land", "slots to take off",
         "stands"],
)  # fmt: skip
def test_ships_and_aircraft_wait_for_each_other(case: Scenario, minutes: int) -> None:
    """A stand is free again once the aircraft has left empty; two may land in an hour."""
    problem = problem_of(case)
    answer = compact.solve(problem, ("arrival", "effort"), stop=QUICK)
    assert answer.solved == ("arrival", "effort")
    assert answer.values["arrival"] == pytest.approx(minutes / 60, rel=1e-6)
    assert witnessed(problem, answer)["arrival"] == pytest.approx(minutes / 60, rel=1e-6)


def test_an_aircraft_that_cannot_leave_keeps_its_stand() -> None:
    """Flights end at 06:50: who lands stays, and nobody else can."""
    window = [{"id": "day", "kind": "curfew", "modes": ["air"], "open": ["06:00-06:50"]}]
    problem = problem_of(crossing("air", {}, {"stands": 1}, windows=window))
    answer = compact.solve(problem, ("left_behind", "arrival"), stop=QUICK)
    assert answer.values["left_behind"] == pytest.approx(100)
    assert witnessed(problem, answer)["left_behind"] == 100


def chain(capacity: int | None, horizon: str = "4 h") -> Scenario:
    """One bus of 50 (unloads in 15 min), 60 people, one ship of 100 an hour from the island."""
    port = {} if capacity is None else {"capacity": capacity}
    return scenario(
        horizon=horizon,
        step="10 min",
        places=[
            place("city", 0), place("port", 20, "embarkation_port", **port),
            place("island", 80, "safe_haven"),
        ],
        links=[
            link("road", "city", "port", "20 km", speed="60 km/h"),
            {"id": "sea", "from": "port", "to": "island", "mode": "sea", "length": "60 km"},
        ],
        groups=[{"id": "people", "at": "city", "people": 60, "households": SINGLES}],
        vehicles={"bus": vehicle(unloading="15 min"), "ship": vehicle("sea", seats=100)},
        fleets=[
            {"id": "buses", "vehicle": "bus", "count": 1, "base": "city"},
            {"id": "ship", "vehicle": "ship", "count": 1, "base": "port"},
        ],
    )  # fmt: skip


def test_people_wait_in_the_hub_for_the_one_ship() -> None:
    """The second bus is there at 115 min; the ship leaves at 120 and has unloaded at 190."""
    problem = problem_of(chain(None))
    answer = compact.solve(problem, COUNTED, stop=QUICK)
    assert answer.solved == COUNTED
    assert answer.values["left_behind"] == pytest.approx(0, abs=1e-4)
    assert witnessed(problem, answer)["arrival"] == pytest.approx(60 * 190 / 60)


def test_no_more_wait_in_the_hub_than_it_holds() -> None:
    """Nobody comes at the very moment at which the ship leaves: it takes the thirty who fit in."""
    problem = problem_of(chain(30))
    answer = compact.solve(problem, ("left_behind", "arrival"), stop=QUICK)
    assert answer.values["left_behind"] == pytest.approx(30)
    assert witnessed(problem, answer)["left_behind"] == 30


def _limits_only(problem: EvacuationProblem) -> tuple[Draft, Any, int]:
    """Draft, programme, and the number of the first row that is a limit's."""
    draft = Draft(problem, problem.plan)
    Vehicles(draft).make()
    People(draft, plan=True, spare=False).make()
    first = draft.builder.height
    SharedLimits(draft).make()
    return draft, draft.builder.finish(), first


@pytest.mark.parametrize("seed", range(6))
def test_the_rows_forbid_exactly_what_separation_calls_broken(seed: int) -> None:
    """Traffic by lot within what there is of vehicles and seats, thin enough to pass sometimes."""
    case = scenario(
        horizon="8 h",
        step="20 min",
        places=[
            place("city", 0, loading_bays=1, processing="3 vehicles/h"),
            place("port", 30, "embarkation_port", berths=1, processing="40 persons/h"),
            place("island", 60, "safe_haven", berths=1, intake={"total": 150, "per_day": 90}),
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
    problem = problem_of(case)
    draft, program, first = _limits_only(problem)
    verdicts = Counter[bool]()
    separator = Separator(problem, problem.plan)
    for trial in range(60):
        lot = random.Random(f"{seed} {trial}")
        traffic, solution = Traffic(), np.zeros(len(program.lower))
        columns = [
            ((index, step), column)
            for index, by_step in enumerate(draft.at.vehicles)
            for step, column in enumerate(by_step.tolist())
            if column >= 0
        ]
        for start, column in lot.sample(columns, lot.randint(1, 20)):
            solution[column] = traffic.vehicles[start] = 1
        for (index, k), by_step in draft.at.units.items():
            for step, column in enumerate(by_step.tolist()):
                if column >= 0 and solution[draft.at.vehicles[index][step]]:
                    solution[column] = traffic.units[index, step, k] = lot.randint(0, 20)
        use = np.bincount(
            program.rows, weights=program.values * solution[program.columns],
            minlength=len(program.row_upper),
        )  # fmt: skip
        forbidden = bool((use[first:] > program.row_upper[first:] + 1e-6).any())
        assert forbidden == bool(separator.broken(traffic)), (seed, trial)
        verdicts[forbidden] += 1
    assert verdicts[True] > 2 and verdicts[False] > 2


# ------------------------------------------------------------------ vehicles


def _left(case: Scenario) -> float:
    problem = problem_of(case)
    answer = compact.solve(problem, ("left_behind",), stop=QUICK)
    assert witnessed(problem, answer)["left_behind"] == pytest.approx(answer.values["left_behind"])
    return answer.values["left_behind"]


@pytest.mark.parametrize(
    ("more", "left"), [({}, 0), ({"return_to_base": "true"}, 50)], ids=["stays", "comes back"]
)
def test_who_must_be_back_at_base_sets_out_only_in_time(more: dict[str, str], left: int) -> None:
    """Out and unloaded in 40 min, back in 20: more than the 50 that there are."""
    fleet = {"id": "buses", "vehicle": "bus", "count": 1, "base": "home", **more}
    assert _left(shuttle({"home": (20, 50)}, horizon="50 min", fleets=[fleet])) == left


def test_nobody_ends_in_a_zone_that_is_still_dangerous() -> None:
    """The haven is shelled until 08:00 and nothing drives back: who comes earlier may not stay."""
    case = scenario(
        horizon="3 h",
        step="10 min",
        places=[place("home", 0), place("haven", 20, "safe_haven")],
        links=[link("road", "home", "haven", "20 km", speed="60 km/h", one_way="true")],
        groups=[{"id": "people", "at": "home", "people": 100, "households": SINGLES}],
        fleets=[{"id": "buses", "vehicle": "bus", "count": 2, "base": "home"}],
        threats=[{"id": "shells", "zone": {"places": ["haven"]}, "until": "2012-12-13T08:00",
                  "rate": "0.1 per 1000 person-hours"}],
    )  # fmt: skip
    problem = problem_of(case)
    answer = compact.solve(problem, ("left_behind", "arrival"), stop=QUICK)
    assert answer.values["left_behind"] == pytest.approx(0, abs=1e-4)
    assert witnessed(problem, answer)["arrival"] == pytest.approx(100 * 120 / 60)


def test_a_flow_becomes_vehicles_that_follow_in_place_and_time() -> None:
    problem = problem_of(Shuttle((20, 40), (300, 200), 3, 40, 420).scenario())
    answer = compact.solve(problem, ("left_behind", "arrival"), stop=QUICK)
    assert answer.chosen is not None
    for mover, moves, count in answer.chosen.itineraries:
        assert count >= 1
        place_, free = problem.plan.movers[mover].base, 0
        for option, step in moves:
            spec = problem.plan.options[option]
            assert spec.origin == place_ and step >= free and spec.starts[step]
            place_, free = spec.destination, step + spec.steps
    together = sum(count for _, _, count in answer.chosen.itineraries)
    assert together <= problem.plan.movers[0].count


def test_a_start_where_nothing_stands_is_told() -> None:
    problem = problem_of(shuttle({"home": (20, 50)}))
    model = compact.build(problem, problem.plan)
    loaded = next(option for option in problem.plan.options if option.loaded)
    wrong = np.zeros(len(model.program.lower))
    wrong[model.at.vehicles[loaded.index][0]] = 1.0
    with pytest.raises(ValueError, match="'buses' is at 'home'"):
        itineraries(problem.plan, model.at, wrong)


# ------------------------------------------------------------------ people


def test_a_promise_is_kept_even_where_it_costs_time() -> None:
    """Promised to the far home at 07:00 with ten people; by hours alone the bus would go near."""
    promise = {"id": "word", "fleet": "buses", "from": "far", "to": "haven", "group": "far_people",
               "people": 10, "load_start": "2012-12-13T07:00"}  # fmt: skip
    case = shuttle({"near": (20, 50), "far": (60, 10)}, horizon="3 h", commitments=[promise])
    problem = problem_of(case)
    answer = compact.solve(problem, ("left_behind",), stop=QUICK)
    # 60 min to the far home, 10 + 60 + 10 back: 140; near and back again 20 + 40: 200 > 180.
    assert answer.values["left_behind"] == pytest.approx(50)
    assert witnessed(problem, answer)["left_behind"] == 50
    free = shuttle({"near": (20, 50), "far": (60, 10)}, horizon="3 h")
    assert _left(free) == pytest.approx(10)


def test_nobody_boards_before_the_team_has_come() -> None:
    """The team rides out on the empty bus: it loads for 10 min and is there at 30."""
    case = shuttle(
        {"home": (20, 50)},
        groups=[{"id": "people", "at": "home", "people": 50, "households": SINGLES,
                 "needs_team": "medics"}],
        teams=[{"id": "medics", "people": 3, "start": "haven", "to": "home", "fleets": ["buses"]}],
        fleets=[{"id": "buses", "vehicle": "bus", "count": 1, "base": "haven"},
                {"id": "others", "vehicle": "bus", "count": 1, "base": "home"}],
    )  # fmt: skip
    problem = problem_of(case)
    answer = compact.solve(problem, ("left_behind", "arrival"), stop=QUICK)
    assert witnessed(problem, answer)["arrival"] == pytest.approx(answer.values["arrival"])
    assert answer.values["arrival"] == pytest.approx(50 * 60 / 60)
    none = problem_of(case.model_copy(update={"fleets": case.fleets[1:]}))
    assert compact.solve(none, ("left_behind",), stop=QUICK).values["left_behind"] == 50


def test_cars_that_a_bridge_counts_are_whole_cars() -> None:
    """Forty in cars of four, four cars an hour: 16 at a time, and nobody waits for a bus."""
    case = scenario(
        horizon="8 h",
        step="20 min",
        places=[place("home", 0), place("haven", 20, "safe_haven")],
        links=[link("road", "home", "haven", "20 km", speed="60 km/h", capacity="4 vehicles/h")],
        groups=[{"id": "people", "at": "home", "people": 40, "households": SINGLES,
                 "own_car": "100 %", "persons_per_car": 4}],
        fleets=[],
    )  # fmt: skip
    problem = problem_of(case)
    ride = problem.walks[0].ride_s / 3600
    answer = compact.solve(problem, ("left_behind", "arrival"), stop=QUICK)
    expected = 16 * ride + 16 * (1 + ride) + 8 * (2 + ride)
    assert answer.solved == ("left_behind", "arrival")
    assert answer.values["arrival"] == pytest.approx(expected)
    assert witnessed(problem, answer)["arrival"] == pytest.approx(expected)


def test_small_vehicles_keep_seats_for_whole_households() -> None:
    """Pairs in a van of three: by heads eight go in three rounds, whole pairs take four."""
    parts = {
        "groups": [{"id": "pairs", "at": "home", "people": 8, "households": {2: "100 %"}}],
        "vehicles": {"bus": vehicle(seats=3)},
    }  # fmt: skip
    problem = problem_of(shuttle({"home": (20, 8)}, horizon="5 h", **parts))
    plain = compact.solve(problem, ("left_behind",), stop=QUICK)
    assert plain.values["left_behind"] == 0
    manning, answer = compact.search(
        problem, lambda chosen: Scheduler(problem, chosen).man(), stop=QUICK
    )
    assert sum(unit[2].persons * n for unit, n in manning.left.items()) == 0
    assert answer.values["left_behind"] == 0
    proven = compact.prove(problem, {"left_behind": 0.0, "arrival": 1e6}, stop=QUICK)
    assert proven["left_behind"] == 0
    assert 0 < proven["arrival"] <= plain.values.get("arrival", math.inf)


# ------------------------------------------------------------------ bounds


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_solve_stopped_early_tells_a_bound_below_the_optimum(solver: str) -> None:
    """With a gap of half allowed, the bound is no more than the optimum, the value no less."""
    case = SHUTTLES["two homes"]
    model = compact.build(*_plan(case.scenario()))
    cost = model.program.costs["arrival"]
    exact = optimise(model.program, cost, [], "highs", QUICK)
    early = optimise(model.program, cost, [], solver, Stop(time_s=20, gap=0.5))
    assert exact.status == "optimal"
    assert early.bound <= exact.value + 1e-6 <= early.value + 2e-6
    assert relaxation(model.program, cost, [], QUICK).value <= exact.value + 1e-6


def _plan(case: Scenario) -> tuple[EvacuationProblem, Any]:
    problem = problem_of(case)
    return problem, problem.plan


@pytest.mark.parametrize(
    "case",
    [bridge(), chain(None), Shuttle((20, 40), (100, 70), 2, 40, 300).scenario()],
    ids=["bridge", "chain", "two homes"],
)
def test_the_relaxation_is_that_of_the_columns(case: Scenario) -> None:
    """Filling seats whole makes an itinerary no better than a flow: both optima are the same."""
    problem, plan = _plan(case)
    told = ColumnEngine(problem, plan).optimise("arrival", {}, until=float("inf"), tolerance=1e-9)
    model = compact.build(problem, plan)
    cost = model.program.costs["arrival"]
    relaxed = relaxation(model.program, cost, [], QUICK)
    whole = optimise(model.program, cost, [], "highs", QUICK)
    assert relaxed.value <= whole.value + 1e-6
    assert told.bound <= whole.value + 1e-6
    assert told.bound == pytest.approx(relaxed.value, rel=1e-4)


def test_costs_are_made_whole_downwards() -> None:
    costs = np.array([1 / 3, 0.1, 2.0, -0.7])
    whole, scale = _whole_costs(costs, np.full(4, 100.0))
    assert all(n / scale <= c for n, c in zip(whole, costs.tolist(), strict=True))
    assert [n / scale for n in whole] == pytest.approx(costs.tolist(), abs=1e-9)
    assert _whole_costs(np.array([0.5, 41 / 60]), np.ones(2)) == ([1800, 2460], 3600.0)
    assert _whole_costs(np.array([3.0, 5.0]), np.ones(2)) == ([3, 5], 1.0)


def test_what_nothing_can_satisfy_proves_nothing() -> None:
    problem = problem_of(SHUTTLES["one bus, too little time"].scenario())
    proven = compact.prove(problem, {"left_behind": 10.0, "arrival": 1.0}, stop=QUICK)
    assert proven["left_behind"] == 60
    assert proven["arrival"] == -math.inf


# ------------------------------------------------------------------ size


def test_the_size_is_told_before_anything_is_built() -> None:
    problem, plan = _plan(crowd(haven={"loading_bays": 1}))
    told = compact.estimate(problem, plan)
    model = compact.build(problem, plan).program
    assert told.whole == int(model.integer.sum())
    for said, made in (
        (told.rows, len(model.row_lower)), (told.columns, len(model.lower)),
        (told.entries, len(model.values)),
    ):  # fmt: skip
        assert made / 3 <= said <= 3 * made
    with pytest.raises(compact.TooLarge, match=r"rows, .* columns .* entries"):
        compact.build(problem, plan, cap_mb=told.megabytes - 1)


def test_it_is_for_small_problems() -> None:
    small = problem_of(shuttle({"home": (20, 50)}))
    assert choice.choose(small).engine == choice.COMPACT
    homes = {f"home{i}": (20 + i, 50) for i in range(12)}
    told = choice.choose(problem_of(shuttle(homes, horizon="48 h")))
    assert told.engine == choice.COLUMNS and "possible departures: too many" in told.reason
    told = choice.choose(small, cap_mb=10)
    assert told.engine == choice.COLUMNS and "MB; it may take 10" in told.reason


def test_entries_that_meet_are_added_up_and_zeros_left_out() -> None:
    builder = Builder(("arrival",))
    columns = builder.columns(3, [1.0, 2.0, 3.0], integer=True)
    rows = builder.rows(2, 0.0, 5.0)
    builder.put(rows[1], columns[:2], 1.0)
    builder.put(rows[1], columns[0], 2.0)
    builder.put(rows[0], columns[2], 1.0)
    builder.put(rows[0], columns[2], -1.0)
    builder.price("arrival", columns, [1.0, 0.0, 2.0])
    builder.price("arrival", columns[0], 4.0)
    builder.price("effort", columns, 1.0)
    made = builder.finish()
    assert (made.rows.tolist(), made.columns.tolist(), made.values.tolist()) == (
        [1, 1], [0, 1], [3.0, 1.0],
    )  # fmt: skip
    assert {level: cost.tolist() for level, cost in made.costs.items()} == {
        "arrival": [5.0, 0.0, 2.0]
    }
    assert made.breach(np.array([1.0, 2.0, 0.0])) == 0.0
    assert made.breach(np.array([1.0, 3.0, 0.0])) == 1.0


def test_the_same_problem_gives_the_same_choice() -> None:
    case = SHUTTLES["two buses, two homes"].scenario()
    first, again = (compact.solve(problem_of(case), COUNTED, stop=QUICK) for _ in range(2))
    assert first == again
    assert list(itertools.chain(first.values)) == list(COUNTED)


# ------------------------------------------------------------------ the lift bench

TINY = Size(3, 24, seed=5, fleets=2)


@pytest.mark.parametrize("size", [TINY, Size(6, 30, seed=1, fleets=3, chain=True, step_min=30)])
def test_a_generated_lift_is_one_component(size: Size) -> None:
    problem = problem_of(lift_case.scenario(size))
    parts = lift_case.components(problem)
    assert len(parts) == 1
    assert len(parts[0]) == (
        len(problem.commodities) + len(problem.plan.movers) + len(problem.limits)
    )
    kinds = {limit.kind for limit in problem.limits}
    assert {"link", "intake"} <= kinds and ("waiting" in kinds) == size.chain


def test_parts_that_share_nothing_are_told_apart() -> None:
    """Two towns with a haven and buses of their own; a third one that nothing can reach."""
    names = ("one", "two")
    places = [place(f"{n}_home", 100 * i) for i, n in enumerate(names)]
    places += [place(f"{n}_haven", 100 * i + 20, "safe_haven") for i, n in enumerate(names)]
    case = scenario(
        horizon="6 h",
        places=[*places, place("alone", 900)],
        links=[link(f"{n}_road", f"{n}_home", f"{n}_haven", "20 km") for n in names],
        groups=[
            {"id": n, "at": at, "people": 20}
            for n, at in (("one", "one_home"), ("two", "two_home"), ("three", "alone"))
        ],
        fleets=[
            {"id": f"{n}_buses", "vehicle": "bus", "count": 1, "base": f"{n}_home",
             "serves": [f"{n}_home", f"{n}_haven"]} for n in names
        ],
    )  # fmt: skip
    parts = lift_case.components(problem_of(case))
    assert [len(part) for part in parts] == [2, 2, 1]


def test_a_size_makes_one_case_and_another_seed_another() -> None:
    assert lift_case.text(TINY) == lift_case.text(Size(3, 24, seed=5, fleets=2))
    assert lift_case.text(TINY) != lift_case.text(Size(3, 24, seed=6, fleets=2))
    read = lift_case.scenario(TINY)
    assert read.priorities.levels[0] == "arrival"
    assert all(set(group.households) == {1} for group in read.groups)


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lift, "measure", lambda task: lift._run(task))


@pytest.mark.usefixtures("in_this_process")
def test_the_lift_bench_recounts_and_compares(capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--districts", "2", "--hours", "14", "--fleets", "1", "--time-limit", "20", "--json"]
    assert lift.main([*given, "--only", "ours,highs,cpsat"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["wrong"] == [] and said["cases"][0]["components"] == 1
    rows = {row["engine"]: row for row in said["rows"]}
    assert set(rows) == {"ours", "highs", "cpsat"}
    assert all(row["violations"] == [] for row in rows.values())
    bounds = [row["bound"] for row in rows.values()]
    assert max(bounds) <= min(row["value"] for row in rows.values()) * (1 + 1e-6)
    for engine in ("highs", "cpsat"):
        assert rows[engine]["status"] == "within the gap"
        # Manned, a plan may be better than its model: whoever fits in rides along.
        assert rows[engine]["value"] <= rows[engine]["told"] * (1 + 1e-3)


@pytest.mark.usefixtures("in_this_process")
def test_a_model_beyond_the_memory_is_told_with_its_size(
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = ["--districts", "2", "--hours", "14", "--only", "highs", "--memory-mb", "20"]
    assert lift.main(given) == 0
    assert "the compact model would have about" in capsys.readouterr().out


def test_a_bound_above_a_value_is_told() -> None:
    row = lift.Row("a", "ours", 1.0, 100.0, 100.0, 99.0, 0.01, 1.0, 1.0, "within the gap")
    better = replace(row, engine="highs", seconds=8.0, bound=100.5)
    assert lift.crossings([row]) == []
    (told,) = lift.crossings([row, replace(better, value=None)])
    assert told.startswith("a: the bound 100.5 of highs is above the value 100.0 of ours")
    assert lift.crossings([row, replace(better, case="b", value=200.0)]) == []
    assert lift.ratio([row, better]) == 8.0
    assert lift.cpu_ratio([row, replace(better, cpu_s=6.0)]) == 6.0
    assert lift.ratio([replace(row, status="gap not reached"), better]) is None
    assert "8.0" in lift.table([better])


def test_a_bound_that_does_not_come_out_again_is_told() -> None:
    row = lift.Row("a", "ours", 1.0, 100.0, 100.0, 99.0, 0.01, 1.0, 1.0, "", checked=99.0)
    assert lift.crossings([row]) == []
    (told,) = lift.crossings([replace(row, checked=98.0)])
    assert told == "a: the bound 99.0 of ours comes to 98.0 only"


@pytest.mark.parametrize("given", [["--only", "gurobi"], ["--districts", "0"], ["--only", ""]])
def test_what_makes_no_sense_ends_with_status_two(given: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        lift.arguments(given)
    assert ended.value.code == 2


def test_growth_grows() -> None:
    cases = lift.sizes(lift.arguments(["--growth"]))
    assert [(c.districts, c.hours) for c in cases[:3]] == [(10, 168), (10, 336), (20, 168)]
    assert (cases[-1].districts, cases[-1].hours, cases[-1].fleets) == (100, 336, 12)


@pytest.mark.parametrize("dense", [0, 1000])
@pytest.mark.parametrize("solver", SOLVERS)
def test_running_totals_forbid_what_hours_forbid(
    monkeypatch: pytest.MonkeyPatch, solver: str, dense: int
) -> None:
    """Two buses an hour; a walker counts a twentieth of a car, and gains nothing in five hours."""
    monkeypatch.setattr(compact_limits, "DENSE", dense)
    case = crowd(150, "5 h", capacity="4 vehicles/h")
    walkers = case.groups[0].model_copy(update={"on_foot": 5000})
    problem = problem_of(case.model_copy(update={"groups": (walkers,)}))
    model = compact.build(problem, problem.plan)
    totals = int(np.isinf(model.program.upper).sum())
    assert (totals > 0) == (dense == 0)
    found = optimise(model.program, model.program.costs["arrival"], [], solver, QUICK)
    assert found.status == "optimal"
    assert found.value == pytest.approx((100 * 40 + 50 * 100) / 60, rel=1e-6)
