"""Rounds that a search has left by a long way, or late, are made sooner; others are let be."""

from __future__ import annotations

import math
from typing import Any

from planner.pipeline import make_network, make_problem
from planner.problem import EvacuationProblem
from planner.schedule import Chosen
from planner.solvers.dispatch import Dispatcher, Start
from planner.solvers.tighten import Tightener
from tests.known.cases import shuttle
from tests.network_case import link

ROADS = [
    link("short", "town", "haven", "20 km", speed="60 km/h"),
    link("long", "town", "haven", "60 km", speed="60 km/h"),
]
FIRE = {"id": "fire", "zone": {"links": ["short"]}, "rate": "5 per 1000 person-hours"}


def posed(**more: Any) -> EvacuationProblem:
    """Fifty people 20 minutes away by one road and an hour by another; ten minutes at each end."""
    case = shuttle({"town": (20, 50)}, links=ROADS, **more)
    return make_problem(case, make_network(case))


def way(problem: EvacuationProblem, minutes: int, *, loaded: bool) -> int:
    """The option of a ride of so many minutes, out or back."""
    ends = ("town", "haven") if loaded else ("haven", "town")
    (found,) = [
        option.index for option in problem.plan.options
        if (option.origin, option.destination, option.loaded) == (*ends, loaded)
        and option.arrive_s - option.depart_s == minutes * 60
    ]  # fmt: skip
    return found


def tightened(problem: EvacuationProblem, moves: tuple[Start, ...]) -> tuple[Start, ...]:
    """What becomes of one bus that takes everybody with its last movement."""
    chosen = Chosen(((0, moves, 1),), {(*moves[-1], 0): 50.0}, {})
    dispatcher = Dispatcher(problem, problem.plan)
    ((_, found),) = Tightener(problem, dispatcher, chosen).run(((0, moves),), math.inf)
    return found


def test_a_round_goes_by_the_short_way_as_soon_as_it_can() -> None:
    """The short road is under fire until 07:00. Out by the long one in an hour, and at 08:00 back
    by it: now at 07:00, by the short one."""
    problem = posed(threats=[{**FIRE, "daily": ["06:00-07:00"]}])
    out, long = way(problem, 60, loaded=False), way(problem, 60, loaded=True)
    assert tightened(problem, ((out, 0), (long, 12))) == (
        (out, 0), (way(problem, 20, loaded=True), 6)
    )  # fmt: skip


def test_what_cannot_be_sooner_stays() -> None:
    problem = posed()
    best = ((way(problem, 20, loaded=False), 0), (way(problem, 20, loaded=True), 2))
    assert tightened(problem, best) == best


def test_nobody_is_endangered_for_an_earlier_arrival() -> None:
    """The short road is under fire, the long one is not: the long one it stays, only sooner."""
    problem = posed(threats=[FIRE])
    out, long = way(problem, 60, loaded=False), way(problem, 60, loaded=True)
    assert tightened(problem, ((out, 0), (long, 12))) == ((out, 0), (long, 6))


def test_what_was_promised_is_not_touched() -> None:
    promise = {
        "id": "first", "fleet": "buses", "vehicle": 1, "from": "town", "to": "haven",
        "load_start": "2012-12-13T08:00",
    }  # fmt: skip
    problem = posed(commitments=[promise])
    moves = problem.plan.openings[0].starts
    assert moves and tightened(problem, tuple(moves)) == tuple(moves)
