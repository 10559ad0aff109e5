"""How one vehicle goes round: logs, pauses, convoys apart, and what goes together."""

from __future__ import annotations

from typing import Any

import pytest

from planner.movements import Company, Option
from planner.pipeline import Limits, make_plan
from planner.problem import EvacuationProblem, working
from planner.rotations import Log, Rota, crew_of, spacing_of, tank_of
from planner.solvers.dispatch import Dispatcher
from planner.solvers.turns import Convoys
from tests.known.cases import HOUR, MIN, posed
from tests.network_case import link, place, scenario, vehicle


def problem_of(**fleet: Any) -> EvacuationProblem:
    """A bus at the haven; home is 120 km (two hours) away, loading and unloading take 30 min."""
    case = scenario(
        horizon="48 h", step="30 min",
        places=[place("haven", 0, "safe_haven"), place("home", -120)],
        links=[link("road", "home", "haven", "120 km", speed="60 km/h")],
        groups=[{"id": "people", "at": "home", "people": 500, "households": {1: "100 %"}}],
        vehicles={"bus": vehicle(loading="30 min", unloading="30 min")},
        fleets=[{"id": "buses", "vehicle": "bus", "count": 2, "base": "haven", **fleet}],
    )  # fmt: skip
    return posed(case)[0]


def legs(problem: EvacuationProblem) -> tuple[Option, Option]:
    """The way out, and the way back with people."""
    options = problem.plan.options
    return next(o for o in options if not o.loaded), next(o for o in options if o.loaded)


def rota_of(problem: EvacuationProblem) -> Rota:
    rota = problem.plan.rotas[0]
    assert rota is not None
    return rota


DUTY = {"longest": "8 h", "rest": "8 h"}


def test_nothing_is_asked_of_a_fleet_without_duty_or_fuel() -> None:
    problem = problem_of(convoy={"min": 1, "headway": "1 h"})
    assert problem.plan.rotas == (None,)
    assert crew_of(problem.scenario.fleets[0]) is None
    assert tank_of(problem.scenario, problem.scenario.fleets[0]) is None


def test_a_duty_begins_with_the_first_leg_and_ends_with_a_rest() -> None:
    problem = problem_of(duty=DUTY)
    rota, (out, back) = rota_of(problem), legs(problem)
    log = rota.follow([out, back], [0, 2 * HOUR])
    assert log == Log("haven", 5 * HOUR, (0,), ())
    assert rota.after(log, out, 6 * HOUR) == Log("home", 8 * HOUR, (0,), ())
    assert rota.after(log, out, 6 * HOUR + 1) is None
    assert rota.after(log, out, 13 * HOUR - 1) is None
    rested = rota.after(log, out, 13 * HOUR)
    assert rested == Log("home", 15 * HOUR, (13 * HOUR,), ())


def test_crews_change_at_base_alone() -> None:
    problem = problem_of(duty={**DUTY, "crews": 2, "change": "1 h"})
    rota, (out, back) = rota_of(problem), legs(problem)
    home = rota.follow([out, back, out], [0, 2 * HOUR, 6 * HOUR])
    assert home is not None and home.since_s == (6 * HOUR,)
    assert rota.after(home, back, 12 * HOUR) is None  # four hours in town are no change of crews
    assert rota.stops == {"haven"}


def test_a_tank_is_filled_where_there_is_fuel() -> None:
    problem = problem_of(fuel={"range": "500 km", "refuel": "1 h"})
    rota, (out, back) = rota_of(problem), legs(problem)
    twice = rota.follow([out, back, out, back], [0, 2 * HOUR, 5 * HOUR, 7 * HOUR])
    assert twice is not None and twice.gone_m == (480_000,)
    assert rota.after(twice, out, 11 * HOUR - 1) is None
    full = rota.after(twice, out, 11 * HOUR)
    assert full is not None and full.gone_m == (120_000,)
    assert rota.follow([out, back, out, back, out], [0, 0, 0, 0, 0]) is None
    assert rota.goes_on(full, {"home": 120_000})
    assert not rota.goes_on(full, {"home": 390_000})


def test_pauses_are_tried_shortest_first() -> None:
    fuel = {"range": "500 km", "refuel": "1 h", "at": ["home"]}
    problem = problem_of(duty=DUTY, fuel=fuel)
    rota, (out, back) = rota_of(problem), legs(problem)
    pauses = rota.pauses([out, back])
    assert pauses[:3] == [(0, 0), (0, HOUR), (0, 8 * HOUR)]
    assert (8 * HOUR, HOUR) in pauses
    assert [sum(p) for p in pauses] == sorted(sum(p) for p in pauses)


def test_no_leg_is_longer_than_a_duty() -> None:
    """Out takes two hours and back three: with a duty of two and a half nobody can be fetched."""
    problem = problem_of(duty={"longest": "2.5 h", "rest": "8 h"})
    assert not any(option.loaded for option in problem.plan.options)


def test_limits_sum_up_what_crews_and_tanks_ask() -> None:
    """Two buses: in 16 h two duties of 8 h; 48 h and an hour for filling up."""
    duty = problem_of(duty=DUTY)
    told = [(x.kind, x.cap, x.window) for x in working(duty.scenario, duty.plan)]
    assert told[0] == ("duty", 16.0, (0, 16 * HOUR))
    assert [window for _, _, window in told] == [
        (0, 16 * HOUR), (16 * HOUR, 32 * HOUR), (32 * HOUR, 48 * HOUR),
    ]  # fmt: skip
    fuel = problem_of(fuel={"range": "500 km", "refuel": "1 h"})
    assert [(x.kind, x.cap) for x in working(fuel.scenario, fuel.plan)] == [("fuel", 98.0)]


def test_convoys_of_a_headway_leave_apart_or_together() -> None:
    convoys = Convoys(30 * MIN, 3.0)
    convoys.book(0, 2.0)
    assert convoys.fits(0, 1.0) and not convoys.fits(0, 2.0)
    assert not convoys.fits(1, 1.0) and not convoys.fits(30 * MIN - 1, 1.0)
    assert convoys.fits(30 * MIN, 3.0)
    convoys.unbook(0, 2.0)
    assert convoys.fits(1, 3.0)
    spacing = spacing_of(problem_of(convoy={"max": 3, "headway": "30 min"}).scenario.fleets[0])
    assert spacing is not None and (spacing.headway_s, spacing.most) == (30 * MIN, 3)


def test_a_round_begins_so_late_that_waiting_leaves_time_on_duty() -> None:
    """Loading is to begin at 7 h and the load is safe at 10: the crew sets out at 5 h, not at once,
    which would make ten hours of duty out of eight."""
    problem = problem_of(duty=DUTY)
    out, back = legs(problem)
    starts = Dispatcher(problem, problem.plan).fit([(out.index, 0), (back.index, 14)], 0, [])
    assert starts == [(out.index, 10), (back.index, 14)]


@pytest.mark.parametrize(
    ("company", "vehicles", "escorts", "sizes"),
    [
        (Company(1, None, 2, 1), 5, 2, [2, 2]),  # an escort for two: the fifth stays
        (Company(3, None, 2, 1), 4, 2, [4]),  # a convoy of three or more needs both escorts
        (Company(3, None, 2, 1), 4, 1, []),  # one escort is too few for any convoy
        (Company(2, 3, 2, 1), 7, 5, [3, 2, 2]),  # two escorts for the three, one for each two
        (Company(1, None, 4, 2), 8, 4, [4, 4]),  # escorts that do not go singly either
        (Company(2, 2), 5, 0, [2, 2]),
    ],
)
def test_formations(company: Company, vehicles: int, escorts: int, sizes: list[int]) -> None:
    assert company.sizes(vehicles, escorts) == sizes
    assert sum(map(company.escorts, sizes)) <= escorts


def test_whoever_stays_is_told_that_crews_rest() -> None:
    """One bus for 500 people in two days: its rests are named where seats are short."""
    problem = problem_of(duty=DUTY, count=1)
    plan = make_plan(problem.scenario, Limits(node_limit=20), remedies=False).verdict.plan
    (entry,) = plan.left_behind
    assert entry.reason_code == "no_seat"
    assert entry.reason.endswith("with stops for rest")
