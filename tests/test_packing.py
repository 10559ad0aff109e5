"""Exact loading patterns (C16): no seat stays empty that whole households could use."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from itertools import product

import pytest

from planner.pipeline import Limits
from planner.scenario import Scenario, Unit, segments
from planner.schedule import Chosen, Scheduler
from planner.solvers import pack
from tests.known.cases import posed, solve
from tests.network_case import link, place, scenario, vehicle

SEEDS = (0, 1, 2, 12, 19, 27, 33, 35, 36, 37, 42, 54, 59, 99, 108, 112)
"""Some in which filling one vehicle after the other loses people, and some in which it does not."""


def small_vehicles(seed: int, groups: int) -> tuple[Scenario, int, int]:
    """(crisis with vehicles of 4 to 19 seats that make one to three rounds, seats, departures)."""
    lot = random.Random(seed)
    seats, count, rounds = lot.randint(4, 19), lot.randint(1, 4), lot.randint(1, 3)
    sizes = lot.sample(range(1, min(seats, 9) + 1), min(lot.randint(1, 4), min(seats, 9)))
    raw = [lot.randint(1, 5) for _ in sizes]
    shares = [100 * part // sum(raw) for part in raw]
    shares[0] += 100 - sum(shares)
    mix = {size: f"{share} %" for size, share in zip(sizes, shares, strict=True)}
    rest = max(sizes) + int(seats * count * rounds * lot.choice([0.6, 0.9, 1.0, 1.2]))
    listed = []
    for number in range(groups):
        people = rest if number == groups - 1 else lot.randint(1, max(1, rest - 1))
        rest -= people
        if people > 0:
            listed.append({"id": f"g{number}", "at": "home", "people": people, "households": mix,
                           **({"deadline": "20 h"} if number else {})})  # fmt: skip
    case = scenario(
        horizon=f"{rounds * 60 + 9} min", step="10 min",
        places=[place("haven", 0, "safe_haven"), place("home", -20)],
        links=[link("road", "home", "haven", "20 km", speed="60 km/h")], groups=listed,
        vehicles={"car": vehicle(seats=seats)},
        fleets=[{"id": "cars", "vehicle": "car", "count": count, "base": "haven"}],
    )  # fmt: skip
    return case, seats, count * rounds


def households(case: Scenario) -> dict[int, int]:
    """Households of all groups by size."""
    found: dict[int, int] = {}
    for group in case.groups:
        for segment in segments(case, group):
            for unit, count in segment.units:
                found[unit.persons] = found.get(unit.persons, 0) + count
    return found


def most_out(pool: dict[int, int], seats: int, departures: int) -> int:
    """By brute force: most persons whom so many like vehicles hold in whole households."""
    sizes = tuple(sorted(pool))

    def patterns(counts: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        most = [min(n, seats // size) for n, size in zip(counts, sizes, strict=True)]
        for taken in product(*(range(n + 1) for n in most)):
            used = sum(n * size for n, size in zip(taken, sizes, strict=True))
            room = [used + size <= seats < used + size + 99 and n < there
                    for n, there, size in zip(taken, counts, sizes, strict=True)]  # fmt: skip
            if 0 < used <= seats and not any(room):
                yield taken

    @cache
    def best(counts: tuple[int, ...], left: int) -> int:
        if not left or not any(counts):
            return 0
        return max(
            sum(n * size for n, size in zip(taken, sizes, strict=True))
            + best(tuple(n - k for n, k in zip(counts, taken, strict=True)), left - 1)
            for taken in patterns(counts)
        )

    return best(tuple(pool[size] for size in sizes), departures)


@pytest.mark.parametrize("groups", [1, 3])
@pytest.mark.parametrize("seed", SEEDS)
def test_small_vehicles_lose_nobody_to_packing(seed: int, groups: int) -> None:
    case, seats, departures = small_vehicles(seed, groups)
    pool = households(case)
    if sum(pool.values()) > 60:
        pytest.skip("too many for brute force")
    result = solve(case, Limits(time_s=5, node_limit=20))
    assert result.verdict.figures.evacuated == most_out(pool, seats, departures)


def ambulances() -> Scenario:
    """Two who lie, one with a companion and one with two; an ambulance for one of them."""
    return scenario(
        horizon="70 min", step="10 min",
        groups=[{"id": "wounded", "at": "home", "people": 2, "stretcher": "100 %",
                 "companions": 1.5, "precedence": "urgent"}],
        places=[place("home", -20), place("haven", 0, "safe_haven")],
        links=[link("road", "home", "haven", "20 km", speed="60 km/h")],
        vehicles={"ambulance": vehicle(seats=2, stretchers=1)},
        fleets=[{"id": "cars", "vehicle": "ambulance", "count": 1, "base": "haven"}],
    )  # fmt: skip


def test_the_companions_seat_is_used() -> None:
    """The one with two companions fills both seats: 3 of 5 persons, not 2."""
    (segment,) = segments(ambulances(), ambulances().groups[0])
    assert dict(segment.units) == {Unit(2, 1): 1, Unit(3, 1): 1}
    assert solve(ambulances()).verdict.figures.evacuated == 3


def test_without_packing_the_fullest_vehicle_first_loses_somebody() -> None:
    """Three departures of 8 seats for households of 5, 5, 5, 5, 4, 2, 2 and 1."""
    sizes = {1: "12.5 %", 2: "25 %", 4: "12.5 %", 5: "50 %"}
    case = scenario(
        places=[place("home", 0), place("haven", 20, "safe_haven")], step="10 min",
        links=[link("road", "home", "haven", "20 km", speed="60 km/h")],
        groups=[{"id": "people", "at": "home", "people": 29, "households": sizes}],
        vehicles={"car": vehicle(seats=8)},
        fleets=[{"id": "cars", "vehicle": "car", "count": 3, "base": "home"}],
    )  # fmt: skip
    problem, _ = posed(case)
    option = next(o.index for o in problem.plan.options if o.loaded)
    chosen = Chosen(((0, ((option, 0),), 3),), {(option, 0, 0): 24.0}, {})

    def left(with_patterns: bool) -> int:
        scheduler = Scheduler(problem, chosen, pack if with_patterns else None)
        return sum(who[2].persons * n for who, n in scheduler.man().left.items())

    assert (left(False), left(True)) == (10, 9)
