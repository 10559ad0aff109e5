"""Whole households in seats: filled as well as sizes allow, never split, never over a limit."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from planner.boarding import Crowd, Ledger, Load, choose, seat_first
from planner.scenario import Unit
from tests.known.cases import HOUR, posed
from tests.network_case import link, place, scenario

POOLS = st.dictionaries(
    st.integers(1, 9).map(Unit), st.integers(0, 12), min_size=1, max_size=4
)  # fmt: skip


def _best(pool: dict[Unit, int], seats: int) -> int:
    """Most persons that whole units can fill, by plain subset sums."""
    reach = {0}
    for unit, count in pool.items():
        for _ in range(count):
            reach |= {r + unit.persons for r in reach if r + unit.persons <= seats}
    return max(reach)


@given(POOLS, st.integers(0, 60))
def test_the_last_sixty_seats_are_filled_as_well_as_possible(
    pool: dict[Unit, int], seats: int
) -> None:
    taken = choose(pool, seats)
    assert all(0 < n <= pool[unit] for unit, n in taken.items())
    assert sum(unit.persons * n for unit, n in taken.items()) == _best(pool, seats)


@given(POOLS, st.integers(61, 400))
@settings(max_examples=50)
def test_large_vehicles_take_all_or_are_nearly_full(pool: dict[Unit, int], seats: int) -> None:
    taken = choose(pool, seats)
    persons = sum(unit.persons * n for unit, n in taken.items())
    assert all(n <= pool[unit] for unit, n in taken.items())
    everyone = sum(unit.persons * n for unit, n in pool.items())
    assert persons <= seats
    assert persons == everyone or persons > seats - 9


def _crowd() -> tuple[Crowd, dict[str, int]]:
    case = scenario(
        groups=[
            {"id": "families", "at": "home", "people": 12, "households": {3: "100 %"}},
            {"id": "wounded", "at": "home", "people": 3, "stretcher": "100 %", "companions": 1,
             "precedence": "urgent"},
        ],
        places=[place("home", 0), place("haven", 20, "safe_haven")],
        links=[link("road", "home", "haven", "20 km")],
    )  # fmt: skip
    problem, _ = posed(case)
    return Crowd(problem), {c.group: c.index for c in problem.commodities if not c.is_hub}


def test_a_household_is_never_split() -> None:
    crowd, index = _crowd()
    load = Load(seats=7, stretchers=0)
    taken = crowd.take(index["families"], 7, load)
    assert [(who[2], n) for who, n in taken.items()] == [(Unit(3), 2)]
    assert (load.persons, load.seats) == (6, 1)
    assert sum(who[2].persons * n for who, n in crowd.left().items()) == 12 - 6 + 6


def test_a_patient_lies_beside_a_seated_companion() -> None:
    crowd, index = _crowd()
    load = Load(seats=1, stretchers=4)
    crowd.take(index["wounded"], 100, load)
    (line,) = load.manifest()
    assert (line.units, line.unit_persons, line.unit_stretchers) == (1, 2, 1)
    assert (load.seats, load.stretchers) == (0, 3)


def test_who_lies_boards_first() -> None:
    crowd, index = _crowd()
    order = seat_first(crowd.problem, [index["families"], index["wounded"]])
    assert [commodity.group for commodity in order] == ["wounded", "families"]


def _ledger(**haven: object) -> Ledger:
    case = scenario(
        places=[
            place("home", 0, processing="30 persons/h"),
            place("haven", 20, "safe_haven", **haven),
        ],
        links=[link("road", "home", "haven", "20 km")],
        groups=[{"id": "people", "at": "home", "people": 50}],
    )
    return Ledger(posed(case)[0])


def test_a_haven_takes_in_no_more_than_its_total_and_its_day() -> None:
    ledger = _ledger(intake={"total": 60, "per_day": 25})
    assert ledger.room("elsewhere", 0, "haven", HOUR) == 25
    ledger.book("elsewhere", 0, "haven", HOUR, 25)
    assert ledger.room("elsewhere", 0, "haven", 2 * HOUR) == 0
    assert ledger.room("elsewhere", 0, "haven", 20 * HOUR) == 25  # after midnight (start 06:00)
    ledger.book("elsewhere", 0, "haven", 20 * HOUR, 25)
    assert ledger.room("elsewhere", 0, "haven", 44 * HOUR) == 10


@given(
    st.lists(st.tuples(st.integers(0, 3 * HOUR), st.integers(1, 30)), max_size=12),
    st.integers(0, 3 * HOUR),
)
@settings(max_examples=60, deadline=None)
def test_room_keeps_every_hour_within_the_rate(loads: list[tuple[int, int]], at_s: int) -> None:
    ledger = _LEDGER
    ledger.passed.clear()
    booked: list[tuple[int, int]] = []
    for moment, persons in sorted(loads):
        aboard = min(persons, ledger.room("home", moment, "haven", moment + HOUR))
        if aboard:
            ledger.book("home", moment, "haven", moment + HOUR, aboard)
            booked.append((moment, aboard))
    for first, _ in booked:
        assert sum(n for t, n in booked if first <= t < first + HOUR) <= 30
    late = max([at_s, *(t for t, _ in booked)])
    free = ledger.room("home", late, "haven", late + HOUR)
    assert free == 30 - sum(n for t, n in booked if late - HOUR < t <= late)


_LEDGER = _ledger()
