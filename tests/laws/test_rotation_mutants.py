"""Convoys, crews and fuel: what the witness accepts at the limit, and what it rejects past it.

``MUTANTS`` are plans that break one rule each and no other; ``SOUND`` are plans that keep it by
nothing to spare, or that look as if they broke it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.plan import PlanLeg
from planner.verify import check
from tests.laws.rotation_case import (
    AGAIN,
    BACK,
    GUARD,
    OTHER_RIDE,
    OUT,
    RIDE,
    ROUND_S,
    carry,
    drive,
    once,
    rotation,
    to_and_fro,
    together,
    twice,
)
from tests.laws.test_mutants import Mutant, broken_rules
from tests.laws.witness_case import Case

HOUR = 3600
MIN = 60


def convoy(*buses: tuple[PlanLeg, ...], **keys: Any) -> Callable[[], Case]:
    """Buses that must go in convoys of 3 to 12, or as the keys say (``min_`` for min)."""
    wanted = {"min": "3", "max": "12", **{key.rstrip("_"): value for key, value in keys.items()}}
    return lambda: rotation({"convoy": wanted}, *buses)


def duty(*legs: PlanLeg, **keys: str) -> Callable[[], Case]:
    """One bus whose crew may work three hours and rests for eight, unless told otherwise."""
    wanted = {"longest": "3 h", "rest": "8 h", **keys}
    return lambda: rotation({"duty": wanted}, legs)


def fuel(*legs: PlanLeg, **keys: Any) -> Callable[[], Case]:
    """One bus that goes 200 km on a filling, which takes 45 minutes at its base."""
    wanted = {"range": "200 km", "refuel": "45 min", **keys}
    return lambda: rotation({"fuel": wanted}, legs)


def spread(*starts_s: int) -> list[tuple[PlanLeg, ...]]:
    """Buses that leave the town at moments of their own."""
    return [bus for start_s in starts_s for bus in together(1, start_s)]


def split_roads(first: int, second: int) -> list[tuple[PlanLeg, ...]]:
    """Buses that leave at one moment by two roads."""
    other = (drive(OUT, 0), carry(3600, route=OTHER_RIDE))
    return [*together(first), *[other] * second]


def home_apart(number: int) -> list[tuple[PlanLeg, ...]]:
    """Buses that go out and to the haven together, and home one by one."""
    return [
        (*bus, drive(BACK, 8100 + index * 10 * MIN)) for index, bus in enumerate(together(number))
    ]


def home_together(number: int) -> list[tuple[PlanLeg, ...]]:
    return [(*bus, drive(BACK, 8100)) for bus in together(number)]


def behind_a_guard(loaded: int, empty: int) -> Callable[[], Case]:
    """Loaded buses go with a guard, ten minutes slower than the empty ones that leave with them."""
    ride = {"escorted_by": (GUARD,), "arrive_s": 8400, "unload_end_s": 8700}
    slow = (drive(OUT, 0), carry(3600).model_copy(update=ride))
    fast = (drive(OUT, 0), drive(RIDE, 4200))
    out, along = drive(OUT, 0), drive(RIDE, 4200)
    guard = (
        out.model_copy(update={"arrive_s": 2400, "unload_end_s": 2400}),
        along.model_copy(update={"arrive_s": 8400, "unload_end_s": 8400}),
    )
    fleet = {"convoy": {"min": "3"}, "escort": {"by": "guards", "ratio": "12"}}
    return lambda: rotation(fleet, *[slow] * loaded, *[fast] * empty, guard=guard)


WAIT_IN_TOWN = (drive(OUT, 0), carry(1800 + 6 * HOUR), drive(BACK, 6300 + 6 * HOUR))
REST_IN_TOWN = (drive(OUT, 0), carry(1800 + 8 * HOUR), drive(BACK, 6300 + 8 * HOUR))
FAR_ROUND = (drive(OUT, 0), carry(1800), drive(AGAIN, 6300), carry(9900), drive(BACK, 14_400))
LONG_LOADING = (drive(OUT, 0), carry(1800), drive(AGAIN, 6300), carry(9900, load_s=2700))

MUTANTS = [
    # convoys
    Mutant("two buses where three go together", "C13 convoy", convoy(*together(2))),
    Mutant("a bus alone", "C13 convoy", convoy(*together(1))),
    Mutant("thirteen where seven to twelve go together", "C13 convoy",
           convoy(*together(13), min_="7")),
    Mutant("five where convoys are of three to four", "C13 convoy",
           convoy(*together(5), max_="4")),
    Mutant("three buses ten minutes apart", "C13 convoy", convoy(*spread(0, 600, 1200))),
    Mutant("three buses, the last a second late", "C13 convoy", convoy(*spread(0, 0, 1))),
    Mutant("two on one road and one on the other", "C13 convoy", convoy(*split_roads(2, 1))),
    Mutant("two loaded buses, the empty one by the other road", "C13 convoy", convoy(
        *together(2), (drive(OUT, 0), drive(OTHER_RIDE, 4200)))),
    Mutant("empty buses one by one where they may not", "C13 convoy",
           convoy(*home_apart(3), alone_when_empty="false")),
    Mutant("two empty buses where they may not", "C13 convoy", convoy(
        *home_together(3), *[(drive(OUT, HOUR),)] * 2, alone_when_empty="false")),
    Mutant("a second convoy a minute too near", "C13 convoy", convoy(
        *together(3), *together(3, 9 * MIN), headway="10 min")),
    Mutant("two convoys at one moment in spite of a headway", "C13 convoy", convoy(
        *together(6), max_="3", headway="10 min")),
    Mutant("convoys that no number of buses can be", "C13 convoy",
           convoy(*together(3), min_="3", max_="2")),
    Mutant("convoys of none", "C13 convoy", convoy(*together(3), min_="1", max_="0")),
    Mutant("an empty bus that is faster than its convoy", "C13 convoy", behind_a_guard(2, 1)),
    # crews
    Mutant("a duty a second too long", "C14 duty", duty(
        drive(OUT, 0), carry(1801), drive(BACK, 6301), longest="8100 s")),
    Mutant("two rounds in one duty", "C14 duty", duty(*twice(0))),
    Mutant("a rest a minute short", "C14 duty", duty(*twice(8 * HOUR - MIN))),
    Mutant("a rest at the haven a second short", "C14 duty", duty(*to_and_fro(8 * HOUR - 1))),
    Mutant("waiting for six hours is no rest", "C14 duty", duty(*WAIT_IN_TOWN)),
    Mutant("a rest broken by an empty leg", "C14 duty", duty(
        *once(), drive(OUT, ROUND_S + 7 * HOUR), carry(ROUND_S + 14 * HOUR))),
    Mutant("loading counts", "C14 duty", duty(
        drive(OUT, 0), carry(1800, load_s=5400), longest="3 h")),
    Mutant("loading begins a duty", "C14 duty", duty(*REST_IN_TOWN, longest="6299 s")),
    Mutant("a change of crews a minute short", "C14 duty", duty(
        *twice(29 * MIN), crews="2")),
    Mutant("a change of crews away from base", "C14 duty", duty(*to_and_fro(30 * MIN), crews="2")),
    Mutant("a change of crews that is not there", "C14 duty", duty(*twice(30 * MIN))),
    Mutant("a change that takes an hour", "C14 duty", duty(
        *twice(59 * MIN), crews="2", change="1 h")),
    # fuel
    Mutant("filling up skipped", "C14 fuel", fuel(*twice(0))),
    Mutant("filled up a minute too short", "C14 fuel", fuel(*twice(44 * MIN))),
    Mutant("filled up where there is no fuel", "C14 fuel", fuel(*to_and_fro(45 * MIN))),
    Mutant("at base, but the fuel is at the haven", "C14 fuel", fuel(
        *twice(45 * MIN), at=["haven"])),
    Mutant("filled up while loading", "C14 fuel", fuel(*LONG_LOADING, at=["town"])),
    Mutant("a metre beyond the range", "C14 fuel", fuel(*once(), range="119999 m")),
    Mutant("a whole day on one filling", "C14 fuel", fuel(*FAR_ROUND)),
    Mutant("the range of the kind of vehicle", "C14 fuel", lambda: rotation(
        {"fuel": {"refuel": "45 min"}}, twice(0), vehicle={"range": "200 km"})),
    Mutant("one leg beyond the fleet's own range", "C14 range", lambda: rotation(
        {"fuel": {"range": "59 km", "refuel": "45 min", "at": ["town", "haven"]}},
        (drive(OUT, 0), carry(1800 + 45 * MIN)), vehicle={"range": "600 km"})),
]  # fmt: skip

SOUND: dict[str, Callable[[], Case]] = {
    "three of at least three": convoy(*together(3)),
    "twelve of at most twelve": convoy(*together(12)),
    "thirteen are six and seven": convoy(*together(13)),
    "fourteen are twice seven": convoy(*together(14), min_="7"),
    "twenty-five are three convoys": convoy(*together(25)),
    "an empty bus makes up the third": convoy(*together(3, empty=1)),
    "an empty bus beside a full convoy": convoy(*together(13, empty=1), min_="12"),
    "empty buses go singly": convoy(*home_apart(3)),
    "empty buses go together where they must": convoy(*home_together(3), alone_when_empty="false"),
    "no largest convoy": lambda: rotation({"convoy": {"min": "3"}}, *together(30)),
    "no smallest convoy": lambda: rotation({"convoy": {"max": "2"}}, *together(1)),
    "a second convoy after the headway": convoy(
        *together(3), *together(3, 10 * MIN), headway="10 min"),
    "another road needs no headway": convoy(*split_roads(3, 3), headway="10 min"),
    "a convoy behind a guard": behind_a_guard(3, 1),
    "a duty from loading on, to the second": duty(*REST_IN_TOWN, longest="6300 s"),
    "a duty to the second": duty(*once(), longest="8100 s"),
    "a rest to the second": duty(*twice(8 * HOUR)),
    "a rest in town": duty(*REST_IN_TOWN),
    "a rest at the haven": duty(*to_and_fro(8 * HOUR)),
    "a change of crews to the second": duty(*twice(30 * MIN), crews="2"),
    "a change of an hour": duty(*twice(60 * MIN), crews="2", change="1 h"),
    "a range to the metre": fuel(*once(), range="120 km"),
    "filled up at base to the second": fuel(*twice(45 * MIN)),
    "filled up at the haven": fuel(*to_and_fro(45 * MIN), at=["haven"]),
    "filled up at either": fuel(*to_and_fro(45 * MIN), at=["depot", "haven"]),
    "fuel of a range that nobody knows": lambda: rotation(
        {"fuel": {"refuel": "45 min"}}, twice(0)),
    "no rules at all": lambda: rotation({}, *spread(0, 600), twice(0)),
}  # fmt: skip


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_breaks_its_rule_and_no_other(mutant: Mutant) -> None:
    assert broken_rules(mutant.make()) == {mutant.rule}


@pytest.mark.parametrize("name", SOUND)
def test_what_keeps_to_the_limit_is_accepted(name: str) -> None:
    assert broken_rules(SOUND[name]()) == set()


def test_mutants_have_names_of_their_own() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)


@given(
    vehicles=st.integers(1, 30), fewest=st.integers(1, 12), more=st.integers(0, 12),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_convoys_of_any_size_agree_with_counting_them_out(
    vehicles: int, fewest: int, more: int
) -> None:
    """By brute force: some k has k x fewest <= vehicles <= k x most."""
    most = fewest + more
    expected = any(k * fewest <= vehicles <= k * most for k in range(1, vehicles + 1))
    found = convoy(*together(vehicles), min_=str(fewest), max_=str(most))()
    assert broken_rules(found) == (set() if expected else {"C13 convoy"})


@given(gap_s=st.integers(0, 10 * HOUR), rest_s=st.integers(1, 10 * HOUR))
@settings(max_examples=40, deadline=None)
def test_a_stop_is_a_rest_exactly_when_it_is_long_enough(gap_s: int, rest_s: int) -> None:
    found = duty(*twice(gap_s), longest=f"{ROUND_S} s", rest=f"{rest_s} s")()
    assert broken_rules(found) == (set() if gap_s >= rest_s else {"C14 duty"})


def test_a_violation_tells_how_much() -> None:
    told = {
        mutant.name: [str(v) for v in check(*_parts(mutant.make())).violations]
        for mutant in MUTANTS
    }
    assert told["two buses where three go together"] == [
        "C13 convoy: buses-1-1 leg 2: 2 vehicles leave together, convoys are of 3 to 12"
    ]
    assert told["a second convoy a minute too near"] == [
        "C13 convoy: buses-4-1 leg 2: a convoy leaves at 2012-12-13 07:19, 540 s after the one "
        "before; their headway is 600 s"
    ]
    assert told["a duty a second too long"] == [
        "C14 duty: buses-1-1 leg 3: the crew is on duty for 8101 s since 2012-12-13 06:00, longer "
        "than 8100 s"
    ]
    assert told["a metre beyond the range"] == [
        "C14 fuel: buses-1-1 leg 3: 120000 m since it was filled up, range 119999 m"
    ]


def _parts(found: Case) -> tuple[Any, Any, Any]:
    return found.plan, found.scenario, found.network
