"""People who move by their own means alone: closed forms, limits recounted, bounds, bottlenecks."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import Any

import numpy as np
import pytest

from planner.pipeline import Limits, make_network, make_plan
from planner.problem import EvacuationProblem
from planner.scenario import Scenario
from planner.schedule import Manning, Scheduler
from planner.solvers.bottleneck import bottleneck, words
from planner.solvers.walkers import OnRoads, _Hourly, send, suits
from planner.solvers.walkers_bound import by_hours
from tests.known.cases import HOUR, MIN, SINGLES, shuttle
from tests.known.cases import posed as both
from tests.network_case import link, place, scenario


def posed(case: Scenario) -> EvacuationProblem:
    return both(case)[0]


def cars(people: int, at: str = "home", **more: Any) -> dict[str, Any]:
    """People who all have a car of five seats."""
    return {"id": f"{at}_people", "at": at, "people": people, "households": SINGLES,
            "own_car": "100 %", "persons_per_car": 5, **more}  # fmt: skip


def one_road(people: int, horizon: str, **more: Any) -> Scenario:
    """20 km at 60 km/h, 10 vehicles an hour."""
    road = link("road", "home", "haven", "20 km", speed="60 km/h", capacity="10 vehicles/h")
    return scenario(
        horizon=horizon, step="10 min", fleets=[], groups=[cars(people)], links=[road],
        places=[place("home", 0), place("haven", 20, "safe_haven", **more)],
    )  # fmt: skip


def manned(problem: EvacuationProblem, *, guided: bool = True) -> Manning:
    chosen = send(problem, by_hours(problem) if guided else None)
    return Scheduler(problem, chosen).man()


def left(manning: Manning) -> int:
    return sum(unit.persons * n for (_, _, unit), n in manning.left.items())


def arrivals(manning: Manning) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for move in manning.self_movements:
        found[move.arrive_s // MIN] += move.persons
    return dict(sorted(found.items()))


def total_h(manning: Manning, horizon_h: float) -> float:
    arrived = sum(m.persons * m.arrive_s / HOUR for m in manning.self_movements)
    return arrived + left(manning) * horizon_h


@pytest.mark.parametrize("guided", [False, True])
def test_one_road_takes_a_burst_an_hour(guided: bool) -> None:
    """24 cars, 10 an hour, 20 min: 50 after 20 min, 50 after 80, 20 after 140.

    1,000 + 4,000 + 2,800 = 7,800 person-minutes = 130 person-hours, and no plan has less.
    """
    problem = posed(one_road(120, "8 h"))
    manning = manned(problem, guided=guided)
    assert arrivals(manning) == {20: 50, 80: 50, 140: 20}
    assert total_h(manning, 8) == pytest.approx(130)
    proof = OnRoads(problem).prove({"left_behind": 0, "missed_deadlines": 0, "harm": 0,
                                    "arrival": 130, "effort": 0})  # fmt: skip
    assert proof["arrival"] == pytest.approx(130)
    assert proof["arrival"] <= 130 + 1e-6


def test_who_is_too_late_stays_and_the_road_is_named() -> None:
    """In 100 minutes two bursts arrive, after 20 and after 80: 100 of 120, and 20 stay."""
    problem = posed(one_road(120, "100 min"))
    roads = OnRoads(problem)
    found = roads.search(lambda chosen: Scheduler(problem, chosen).man())
    assert found is not None
    assert left(found[1]) == 20
    assert found[0].values["left_behind"] == pytest.approx(20)
    assert roads.prove(found[0].values)["left_behind"] == pytest.approx(20)
    said = words(problem, bottleneck(problem))
    assert said == "the bottleneck is the road home – haven: 10 vehicles an hour"
    assert roads.search(lambda chosen: Scheduler(problem, chosen).man(), 0.0) is None


def test_the_planner_reads_the_bottleneck() -> None:
    found = make_plan(one_road(120, "100 min"), Limits(time_s=10.0), remedies=False)
    (entry,) = found.verdict.plan.left_behind
    assert "the bottleneck is the road home – haven: 10 vehicles an hour" in entry.reason


def test_the_last_car_may_be_part_full() -> None:
    """53 people need 11 cars: ten at once, three people in the eleventh an hour later."""
    manning = manned(posed(one_road(53, "8 h")))
    assert arrivals(manning) == {20: 50, 80: 3}
    assert [m.vehicles for m in manning.self_movements] == [10, 1]


def test_without_limits_everybody_leaves_at_once() -> None:
    problem = posed(
        scenario(horizon="8 h", step="10 min", fleets=[], groups=[cars(500)],
                 links=[link("road", "home", "haven", "20 km", speed="60 km/h")],
                 places=[place("home", 0), place("haven", 20, "safe_haven")])
    )  # fmt: skip
    assert arrivals(manned(problem)) == {20: 500}
    assert bottleneck(problem) == ()
    assert words(problem, ()) == ""


def test_where_no_earliest_arrival_exists_the_total_is_least() -> None:
    """s1 reaches h1 in 1 h and h2 in 3 h, s2 only h1 in 2 h; 5 people each, each haven takes 5.

    5 after 1 h is possible, then s2 stays. All 10 leave only with s1 to h2 and s2 to h1:
    5 × 3 + 5 × 2 = 25 person-hours, the least of all plans that leave nobody.
    """
    problem = posed(
        scenario(
            horizon="8 h", step="10 min", fleets=[], groups=[cars(5, "s1"), cars(5, "s2")],
            places=[
                place("s1", 0), place("s2", 30),
                place("h1", 60, "safe_haven", intake={"total": 5}),
                place("h2", -180, "safe_haven", intake={"total": 5}),
            ],
            links=[
                link("a", "s1", "h1", "60 km", speed="60 km/h", one_way=True),
                link("b", "s1", "h2", "180 km", speed="60 km/h", one_way=True),
                link("c", "s2", "h1", "120 km", speed="60 km/h", one_way=True),
            ],
        )
    )  # fmt: skip
    assert arrivals(manned(problem, guided=False)) == {60: 5}
    manning = manned(problem)
    assert arrivals(manning) == {120: 5, 180: 5}
    held = {"left_behind": 0.0, "missed_deadlines": 0.0, "harm": 0.0}
    assert by_hours(problem).bound("arrival", held) == pytest.approx(25)
    assert by_hours(problem).bound("left_behind", {}) == pytest.approx(0)


def test_walkers_take_a_twentieth_of_a_car() -> None:
    """One vehicle an hour for 40 walkers: 20 in the first hour, 20 in the next."""
    road = link("road", "home", "haven", "5 km", speed="60 km/h", capacity="1 vehicles/h")
    people = {"id": "walkers", "at": "home", "people": 40, "households": SINGLES,
              "on_foot": "100 %"}  # fmt: skip
    problem = posed(
        scenario(horizon="8 h", step="10 min", fleets=[], groups=[people], links=[road],
                 places=[place("home", 0), place("haven", 5, "safe_haven")])
    )  # fmt: skip
    times = arrivals(manned(problem))
    assert list(times.values()) == [20, 20]
    assert max(times) - min(times) == 60


def test_a_place_that_lets_thirty_people_leave_in_an_hour() -> None:
    """60 people, no limit on the road: 30 arrive after 20 min, 30 after 80."""
    problem = posed(
        scenario(horizon="8 h", step="10 min", fleets=[], groups=[cars(60)],
                 links=[link("road", "home", "haven", "20 km", speed="60 km/h")],
                 places=[place("home", 0, processing="30 persons/h"),
                         place("haven", 20, "safe_haven")])
    )  # fmt: skip
    for guided in (False, True):
        assert arrivals(manned(problem, guided=guided)) == {20: 30, 80: 30}


def test_heavier_people_go_first() -> None:
    """Ten cars get through in time; the ten of those who weigh more."""
    road = link("road", "home", "haven", "20 km", speed="60 km/h", capacity="10 vehicles/h")
    groups = [cars(50), {**cars(50), "id": "wounded", "weight": 3}]
    problem = posed(
        scenario(horizon="50 min", step="10 min", fleets=[], groups=groups, links=[road],
                 places=[place("home", 0), place("haven", 20, "safe_haven")])
    )  # fmt: skip
    for guided in (False, True):
        manning = manned(problem, guided=guided)
        assert {move.manifest[0].group for move in manning.self_movements} == {"wounded"}
        assert left(manning) == 50
    assert by_hours(problem).bound("left_behind", {}) == pytest.approx(50)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, None),
        ({"fleets": [{"id": "b", "vehicle": "bus", "count": 1, "base": "haven"}]}, "vehicles"),
        ({"groups": [{**cars(20), "own_car": "0 %"}]}, "nobody can leave"),
    ],
)
def test_it_is_chosen_by_structure(change: dict[str, Any], reason: str | None) -> None:
    given: dict[str, Any] = {
        "horizon": "8 h", "step": "10 min", "fleets": [], "groups": [cars(20)],
        "places": [place("home", 0), place("haven", 20, "safe_haven")],
        "links": [link("road", "home", "haven", "20 km", speed="60 km/h")],
    }  # fmt: skip
    said = suits(posed(scenario(**{**given, **change})))
    assert said is None if reason is None else reason in str(said)


def test_buses_that_can_carry_people_need_the_columns() -> None:
    assert suits(posed(shuttle({"home": (20, 60)}))) == "there are vehicles that can carry people"


def test_room_of_an_hour_is_what_no_half_open_hour_exceeds() -> None:
    lot = random.Random(0)
    for _ in range(50):
        events = sorted((lot.randrange(3 * HOUR), float(lot.randrange(1, 4))) for _ in range(9))
        moment = lot.randrange(3 * HOUR)
        near = [t for t, _ in events if abs(t - moment) < HOUR]
        spans = [t for t in [*near, moment] if t <= moment]
        most = max(sum(n for t, n in events if a <= t < a + HOUR) for a in spans)
        assert _Hourly(20.0, events).room(moment) <= 20.0 - most + 1e-9


def towns(seed: int) -> Scenario:
    """Four villages, two junctions, two havens; cars and walkers; every road counts vehicles."""
    lot = random.Random(seed)
    villages = [f"v{i}" for i in range(4)]
    groups = [
        {"id": f"g{v}", "at": v, "people": lot.randint(60, 200), "persons_per_car": 4,
         "households": {1: "30 %", 2: "30 %", 5: "40 %"}, "own_car": "50 %", "on_foot": "40 %"}
        for v in villages
    ]  # fmt: skip
    links = [
        link(f"r{i}", v, f"j{i % 2}", f"{lot.randint(3, 9)} km", speed="40 km/h",
             capacity=f"{lot.randint(4, 12)} vehicles/h")
        for i, v in enumerate(villages)
    ]  # fmt: skip
    links += [
        link(f"m{j}{h}", f"j{j}", f"h{h}", f"{lot.randint(5, 12)} km", speed="40 km/h",
             capacity=f"{lot.randint(6, 18)} vehicles/h")
        for j in range(2) for h in range(2)
    ]  # fmt: skip
    spots = [place(v, i, km_north=float(i)) for i, v in enumerate(villages)]
    spots += [place(f"j{j}", 8, "staging_base", km_north=2.0 * j) for j in range(2)]
    spots += [
        place(f"h{h}", 16, "safe_haven", km_north=3.0 * h, intake={"total": 300}) for h in range(2)
    ]
    return scenario(horizon="5 h", step="5 min", fleets=[], groups=groups, links=links,
                    places=spots)  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_limits_hold_and_bounds_are_below(seed: int) -> None:
    """Every half-open hour on every road, every haven's intake, and whole families, recounted."""
    posed_towns = posed(towns(seed))
    manning = manned(posed_towns)
    routes = posed_towns.network.routes
    entering: dict[str, list[tuple[int, float]]] = defaultdict(list)
    taken: dict[str, int] = defaultdict(int)
    for move in manning.self_movements:
        use = float(move.vehicles) if move.means == "car" else move.persons / 20
        taken[move.destination] += move.persons
        for used in routes[move.route].links:
            entering[used.link].append((move.depart_s + used.enter_s, use))
    for name, rate in posed_towns.network.link_capacity.items():
        for first, _ in entering[name]:
            passed = sum(n for t, n in entering[name] if first <= t < first + HOUR)
            assert passed <= rate.count + 1e-9
    assert all(persons <= 300 for persons in taken.values())
    hours = by_hours(posed_towns)
    stay = hours.bound("left_behind", {})
    riders = sum(c.demand for c in posed_towns.commodities if c.means == "ride" and not c.is_hub)
    assert riders - 1e-6 <= stay <= left(manning) + 1e-6
    held = {"left_behind": float(left(manning)), "missed_deadlines": 0.0, "harm": 0.0}
    assert hours.bound("arrival", held) <= total_h(manning, 5) + 1e-6


def test_the_bound_needs_no_word_of_the_solver() -> None:
    """Lagrange's bound holds at whatever prices: it is below the best of all plans by the hour."""
    problem = posed(towns(0))
    hours = by_hours(problem)
    units = hours.units(problem.scenario.priorities.levels)
    assert units is not None
    best = float(hours.costs["left_behind"] @ units)
    assert hours.bound("left_behind", {}) == pytest.approx(best, abs=1e-4)
    per_row = np.zeros(len(hours.cap))
    np.add.at(per_row, hours.row, units[hours.column] * hours.use)
    assert (per_row <= hours.cap + 1e-6).all()


def test_two_runs_are_alike() -> None:
    problem = posed(towns(1))
    assert send(problem, by_hours(problem)) == send(problem, by_hours(problem))
    assert make_network(problem.scenario).link_capacity == problem.network.link_capacity
