"""One bus whose crew rests and whose tank is filled, against brute force over everything it can do.

Bounds must never lie above the optimum, plans never be better; most plans are the best there is.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from planner.pipeline import Limits
from planner.scenario import Scenario
from planner.solvers import Solver
from tests.known.cases import SINGLES, posed, solve, values
from tests.network_case import link, place, scenario, vehicle

STEP_MIN = 30
SEATS = 50
SEEDS = range(12)
Cost = tuple[int, float]
"""Loads less than wanted, and person-hours until the horizon saved, both negative."""


@dataclass(frozen=True)
class Round:
    """Minutes and kilometres of one bus; ``longest`` 0: no duty, ``reach`` 0: no tank."""

    km: int
    horizon: int
    longest: int
    rest: int
    change: int
    reach: int
    refuel: int
    fuel_at: str

    def scenario(self) -> Scenario:
        """As a scenario: a kilometre is a minute, loading and unloading take half an hour each."""
        fleet: dict[str, Any] = {"id": "buses", "vehicle": "bus", "count": 1, "base": "haven"}
        if self.longest:
            crews = {"crews": 2, "change": f"{self.change} min"} if self.change else {}
            fleet["duty"] = {"longest": f"{self.longest} min", "rest": f"{self.rest} min", **crews}
        if self.reach:
            fleet["fuel"] = {"range": f"{self.reach} km", "refuel": f"{self.refuel} min",
                             "at": [self.fuel_at]}  # fmt: skip
        return scenario(
            horizon=f"{self.horizon} min", step=f"{STEP_MIN} min",
            places=[place("haven", 0, "safe_haven"), place("home", -self.km)],
            links=[link("road", "home", "haven", f"{self.km} km", speed="60 km/h")],
            groups=[{"id": "people", "at": "home", "people": 2000, "households": SINGLES}],
            vehicles={"bus": vehicle(seats=SEATS, loading="30 min", unloading="30 min")},
            fleets=[fleet],
        )  # fmt: skip

    def optimum(self) -> tuple[float, float]:
        """(people left, person-hours) of the best plan, by trying every start of every leg."""

        @cache
        def best(at: str, end: int, since: int, gone: int, fresh: bool) -> Cost:
            top: Cost = (0, 0.0)
            length = self.km + (60 if at == "home" else 0)
            start = -(-end // STEP_MIN) * STEP_MIN
            while start + length <= self.horizon:
                stop = start - end
                rested = fresh or stop >= self.rest
                rested |= bool(self.change) and at == "haven" and stop >= self.change
                full = fresh or (at == self.fuel_at and stop >= self.refuel)
                begun = start if rested else since
                driven = self.km + (0 if full else gone)
                on_duty = not self.longest or start + length - begun <= self.longest
                if on_duty and (not self.reach or driven <= self.reach):
                    arrive = start + length
                    to = "haven" if at == "home" else "home"
                    loads, hours = best(to, arrive, begun, driven, False)
                    if at == "home":
                        loads, hours = loads - 1, hours - (self.horizon - arrive) / 60
                    top = min(top, (loads, hours))
                start += STEP_MIN
            return top

        loads, hours = best("haven", 0, 0, 0, True)
        return 2000 + SEATS * loads, 2000 * self.horizon / 60 + SEATS * hours


def drawn(seed: int) -> Round:
    """Distances, duties and tanks by lot."""
    lot = random.Random(seed)
    km = lot.choice([45, 60, 90, 120])
    return Round(
        km, lot.choice([24, 30]) * 60,
        lot.choice([0, 5, 6, 8]) * 60, lot.choice([3, 6, 8]) * 60, lot.choice([0, 0, 45]),
        lot.choice([0, 2 * km, 3 * km, 5 * km]), lot.choice([30, 60]),
        lot.choice(["haven", "home"]),
    )  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
def test_bounds_lie_below_brute_force_and_plans_do_not(seed: int) -> None:
    case = drawn(seed)
    left, arrival = case.optimum()
    told = values(solve(case.scenario(), Limits(time_s=10, node_limit=30)))
    assert (told["left_behind"], told["arrival"] + 1e-6) >= (left, arrival)
    assert told["left_behind"] <= left + SEATS
    prover = Solver(posed(case.scenario())[0], Limits()).prover
    holds: dict[str, float] = {}
    for level, value in (("left_behind", left), ("arrival", arrival)):
        proof = prover.optimise(level, holds, until=float("inf"))
        assert proof.bound <= value + 1e-6 * value
        holds[level] = value


def test_most_plans_are_the_best_there_is() -> None:
    best = [
        values(solve(case.scenario(), Limits(time_s=10, node_limit=30)))["left_behind"]
        == case.optimum()[0]
        for case in map(drawn, SEEDS)
    ]
    assert sum(best) >= 0.75 * len(best)
