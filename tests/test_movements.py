"""Movements that exist in true time: start masks, hazard integrals, formations, fitness, C9–C11."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.movements import CASUALTIES, Ground, Integrals, Mover, movers, start_mask
from planner.pipeline import make_network
from planner.scenario import Scenario
from planner.timeline import Intervals, RateFunction
from planner.units import TimeGrid
from tests.known.cases import HOUR, MIN, posed
from tests.network_case import link, place, scenario, vehicle

SPANS = st.lists(
    st.tuples(st.integers(-500, 4000), st.integers(1, 2500)).map(lambda s: (s[0], s[0] + s[1])),
    max_size=4,
).map(Intervals.of)
CONDITIONS = st.lists(
    st.tuples(SPANS, st.integers(0, 700), st.integers(0, 700)).map(
        lambda c: (c[0], c[1], c[1] + c[2])
    ),
    max_size=3,
)


@given(CONDITIONS, st.integers(0, 4000), st.sampled_from([60, 100, 300]))
def test_a_start_is_allowed_exactly_where_every_condition_covers_it(
    conditions: list[tuple[Intervals, int, int]], last_s: int, step_s: int
) -> None:
    grid = TimeGrid(step_s, 3600)
    mask = start_mask(grid, conditions, last_s)
    for step in range(grid.steps):
        at = step * step_s
        inside = all(
            any(start <= at + a and at + b <= end for start, end in spans.spans)
            for spans, a, b in conditions
        )
        assert mask[step] == (inside and at + last_s <= grid.horizon_s), step


@given(SPANS, st.integers(0, 10**6), st.integers(0, 5000), st.integers(0, 3000))
@settings(max_examples=60)
def test_integrals_are_sums_over_seconds(
    spans: Intervals, rate_nano: int, start_s: int, length_s: int
) -> None:
    hazard = Integrals({"shelling": RateFunction.on(spans, rate_nano)})
    found = hazard.between("shelling", np.array([start_s]), length_s)
    seconds = sum(
        any(start <= second < end for start, end in spans.spans)
        for second in range(start_s, start_s + length_s)
    )
    assert found[0] == pytest.approx(seconds * rate_nano / CASUALTIES, abs=1e-12)


def _sea(ships: int, frigates: int, ratio: int) -> Scenario:
    return scenario(
        places=[place("port", 0, "embarkation_port"), place("island", 111, "safe_haven")],
        links=[link("crossing", "port", "island", "60 nmi", mode="sea")],
        groups=[{"id": "people", "at": "port", "people": 50}],
        vehicles={
            "ship": vehicle("sea", "20 kn", seats=100, crew=10),
            "frigate": vehicle("sea", "10 kn", seats=0, crew=60),
        },
        fleets=[
            {"id": "ferries", "vehicle": "ship", "count": ships, "base": "port",
             "escort": {"by": "frigates", "ratio": ratio}},
            {"id": "frigates", "vehicle": "frigate", "count": frigates, "base": "port",
             "is_escort": True},
        ],
    )  # fmt: skip


def _movers(case: Scenario, *, relaxed: bool) -> tuple[Mover, ...]:
    return movers(case, make_network(case), relaxed=relaxed)


@pytest.mark.parametrize(
    ("ships", "frigates", "ratio", "formations"),
    [
        (1, 1, 1, [(1, 1)]),
        (5, 2, 2, [(2, 2)]),
        (5, 2, 3, [(3, 1), (2, 1)]),
        (2, 4, 1, [(1, 2)]),
        (2, 0, 1, []),
    ],
)
def test_escorted_ships_form_as_many_formations_as_there_are_escorts(
    ships: int, frigates: int, ratio: int, formations: list[tuple[int, int]]
) -> None:
    found = _movers(_sea(ships, frigates, ratio), relaxed=False)
    assert [(mover.ships, mover.count) for mover in found] == formations
    for mover in found:
        assert mover.seats == 100 * mover.ships
        assert mover.crew == 10 * mover.ships + 60
        assert mover.escort_fleet == "frigates"
    numbers = [number for mover in found for number in mover.numbers]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_formation_goes_at_the_pace_of_its_slowest() -> None:
    case = _sea(1, 1, 1)
    problem, network = posed(case)
    (mover,) = problem.plan.movers
    loaded = next(option for option in problem.plan.options if option.loaded)
    assert network.routes[loaded.route].travel_s == pytest.approx(6 * HOUR, abs=2)
    assert mover.profile == network.convoy_profile_of["ferries"]


def test_the_relaxation_lets_every_ship_go_alone() -> None:
    (mover,) = _movers(_sea(5, 2, 2), relaxed=True)
    assert (mover.ships, mover.count, mover.escorts) == (1, 5, 0)
    assert _movers(_sea(5, 0, 2), relaxed=True) == ()


def test_a_full_load_is_what_the_plan_s_loading_time_is_for() -> None:
    slow = {"fixed": "5 min", "per_person": "6 s"}
    case = scenario(vehicles={"bus": vehicle(seats=50, loading=slow)})
    (planned,) = _movers(case, relaxed=False)
    (relaxed,) = _movers(case, relaxed=True)
    assert (planned.load_s, relaxed.load_s) == (10 * MIN, 5 * MIN)


def test_payload_limits_seats() -> None:
    case = scenario(vehicles={"bus": vehicle(seats=50, stretchers=2, payload="1000 kg")})
    (mover,) = _movers(case, relaxed=False)
    assert (mover.seats, mover.stretchers) == (8, 2)


def test_a_committed_vehicle_is_a_mover_of_its_own() -> None:
    promise = {
        "id": "promised", "fleet": "buses", "vehicle": 2, "from": "home", "to": "haven",
        "load_start": "2012-12-13T08:00",
    }  # fmt: skip
    case = scenario(
        fleets=[{"id": "buses", "vehicle": "bus", "count": 3, "base": "haven"}],
        commitments=[promise],
    )
    found = _movers(case, relaxed=False)
    assert sorted((mover.count, mover.must) for mover in found) == [(1, (0,)), (2, ())]


@pytest.mark.parametrize(
    ("port", "ship", "fits"),
    [
        ({"depth": "6 m"}, {"draught_metres": 5.5}, True),
        ({"depth": "6 m"}, {"draught_metres": 5.6}, False),
        ({"berth_length": "90 m"}, {"length": "90 m"}, True),
        ({"berth_length": "90 m"}, {"length": "91 m"}, False),
        ({"berths": 0}, {}, False),
    ],
)
def test_ships_go_where_they_fit(port: dict[str, Any], ship: dict[str, Any], fits: bool) -> None:
    case = scenario(
        places=[place("port", 0, "embarkation_port", **port), place("island", 9, "safe_haven")],
        links=[link("crossing", "port", "island", "10 nmi", mode="sea")],
        groups=[{"id": "people", "at": "port", "people": 50}],
        vehicles={"ship": vehicle("sea", "20 kn", **ship)},
        fleets=[{"id": "ferries", "vehicle": "ship", "count": 1, "base": "island"}],
    )
    ground = Ground(make_network(case), TimeGrid(600, case.horizon_s))
    assert ground.fits("ferries", "port") is fits


def test_only_served_places_and_bays_that_exist() -> None:
    case = scenario(
        places=[place("home", 0), place("haven", 20, "safe_haven", loading_bays=0)],
        links=[link("road", "home", "haven", "20 km")],
        groups=[{"id": "people", "at": "home", "people": 50}],
        fleets=[
            {"id": "buses", "vehicle": "bus", "count": 1, "base": "haven", "serves": ["haven"]}
        ],
    )
    ground = Ground(make_network(case), TimeGrid(600, case.horizon_s))
    assert not ground.fits("buses", "home")
    assert not ground.fits("buses", "haven")


def test_harm_at_home_grows_with_the_rate() -> None:
    case = scenario(
        places=[place("home", 0), place("haven", 20, "safe_haven")],
        links=[link("road", "home", "haven", "20 km")],
        groups=[{"id": "people", "at": "home", "people": 50}],
        threats=[{"id": "unrest", "zone": {"places": ["home"]}, "rate": "2 per 1000 person-hours"}],
    )
    problem, _ = posed(case)
    steps = problem.grid.steps
    expected = 0.002 * np.arange(steps) * problem.grid.step_s / HOUR
    np.testing.assert_allclose(problem.wait_harm[0], expected, atol=1e-12)
    assert problem.ground.safe_to_end("haven").all()
    assert not problem.ground.safe_to_end("home")[:-1].any()
