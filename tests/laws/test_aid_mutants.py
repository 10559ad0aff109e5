"""Aid that goes in: what the witness accepts and what it rejects.

The plan's nouns may or may not know of aid; the witness reads it where they do, as these do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from planner.plan import Plan, PlanLeg, TeamDelivery, TeamRide
from planner.verify import check
from tests.laws.rotation_case import BACK, OUT, RIDE, carry, drive, once, rotation
from tests.laws.test_mutants import Mutant, broken_rules
from tests.laws.witness_case import Case


@dataclass(frozen=True)
class Load:
    """Part of a consignment on one leg."""

    aid: str
    kg: int


@dataclass(frozen=True)
class Delivery:
    """What the plan tells of a consignment."""

    aid: str
    kg: int
    arrive_s: int | None


class LegWithAid(PlanLeg):
    """A leg that knows what it carries."""

    aid: tuple[Load, ...] = ()


class PlanWithAid(Plan):
    """A plan that tells what arrives."""

    aid: tuple[Delivery, ...] = ()


FLOUR = {
    "id": "flour", "goods": "flour", "mass": "8 t", "from": "depot", "to": "town",
    "fleets": ["buses"],
}  # fmt: skip
ARRIVED_S = 2700


def bringing(
    *loads: tuple[str, int], route: str = OUT, load_s: int = 600, unload_s: int = 300,
    **more: Any,
) -> LegWithAid:  # fmt: skip
    """The leg out from 0 s on, loaded with aid; at most it is unloaded at 2700 s."""
    plain = drive(route, 0)
    ride_s = plain.arrive_s - plain.depart_s
    times = {
        "depart_s": load_s, "arrive_s": load_s + ride_s, "unload_end_s": load_s + ride_s + unload_s,
    }  # fmt: skip
    fields = {name: getattr(plain, name) for name in PlanLeg.model_fields}
    aboard = tuple(Load(*load) for load in loads)
    return LegWithAid(**{**fields, **times, **more, "aid": aboard})


def case_of(
    *vehicles: tuple[PlanLeg, ...],
    told: tuple[tuple[str, int, int | None], ...] = (),
    fleet: dict[str, Any] | None = None,
    flour: dict[str, Any] | None = None,
    **more: Any,
) -> Callable[[], Case]:
    """Buses of three tonnes' payload; the plan tells these deliveries."""

    def make() -> Case:
        found = rotation(
            fleet or {}, *vehicles, vehicle={"payload": "3 t"}, aid=[{**FLOUR, **(flour or {})}],
            **more,
        )  # fmt: skip
        fields = {name: getattr(found.plan, name) for name in Plan.model_fields}
        deliveries = tuple(Delivery(*entry) for entry in told)
        plan = PlanWithAid(**{**fields, "aid": deliveries})
        return Case(plan, found.scenario, found.network)

    return make


def in_and_out(*loads: tuple[str, int], **keys: Any) -> tuple[PlanLeg, ...]:
    """In with aid, out with people, and home."""
    return bringing(*loads, **keys), carry(2700), drive(BACK, 7200)


FULL = in_and_out(("flour", 3000))
ONCE = ("flour", 3000, ARRIVED_S)

MUTANTS = [
    Mutant("aid that nobody knows", "aid loads", case_of(
        in_and_out(("flour", 2000), ("rice", 1000)), told=(("flour", 2000, ARRIVED_S),))),
    Mutant("aid with another fleet", "aid loads", case_of(
        FULL, told=(ONCE,), flour={"fleets": ["trucks"]})),
    Mutant("aid to another place", "aid loads", case_of(FULL, told=(ONCE,), flour={"to": "haven"})),
    Mutant("aid of no weight", "aid loads", case_of(
        in_and_out(("flour", 3000), ("flour", 0)), told=(ONCE,))),
    Mutant("aid beside people", "aid loads", case_of(
        (drive(OUT, 0), bringing(
            ("flour", 500), route=RIDE, load_start_s=1800, depart_s=2400, arrive_s=6000,
            unload_end_s=6300, manifest=carry(0).manifest)),
        told=(("flour", 500, 6300),), flour={"from": "town", "to": "haven"})),
    Mutant("a bus that goes for the aid alone", "aid loads", case_of(
        FULL[:1], told=(ONCE,))),
    Mutant("aid after the people", "aid loads", case_of(
        (*once(), bringing(("flour", 3000), load_start_s=8100, depart_s=8700, arrive_s=10_500,
                           unload_end_s=10_800)), told=(("flour", 3000, 10_800),))),
    Mutant("a kilogram more than the payload", "C3 capacity", case_of(
        in_and_out(("flour", 3001)), told=(("flour", 3001, ARRIVED_S),))),
    Mutant("aid loaded in no time", "C4 handling", case_of(
        (bringing(("flour", 3000), load_s=0), carry(2700)), told=(("flour", 3000, 2100),))),
    Mutant("aid unloaded a second early", "C4 handling", case_of(
        (bringing(("flour", 3000), unload_s=299), carry(2700)), told=(("flour", 3000, 2699),))),
    Mutant("aid to a place that is not served", "C15 fitness", case_of(
        (*FULL[:1], *[drive(RIDE, 2700)]), told=(ONCE,), fleet={"serves": ["haven"]}),
        alone=False),
    Mutant("three loads of two", "aid told", case_of(
        FULL, FULL, told=(("flour", 6000, ARRIVED_S),), flour={"mass": "5 t"})),
    Mutant("aid that is not told", "aid told", case_of(FULL)),
    Mutant("aid that nobody carried", "aid told", case_of(once(), told=(ONCE,))),
    Mutant("aid told too early", "aid told", case_of(FULL, told=(("flour", 3000, 2400),))),
    Mutant("aid told twice", "aid told", case_of(FULL, told=(ONCE, ONCE))),
    Mutant("a tale of other aid", "aid told", case_of(
        FULL, told=(ONCE, ("rice", 1, 0)))),
]  # fmt: skip

SOUND: dict[str, Callable[[], Case]] = {
    "a full load": case_of(FULL, told=(ONCE,)),
    "two loads and the rest": case_of(
        FULL, FULL, in_and_out(("flour", 2000)), told=(("flour", 8000, ARRIVED_S),)),
    "nothing carried, nothing told": case_of(once()),
    "nothing carried, and told so": case_of(once(), told=(("flour", 0, None),)),
    "aid with a team": case_of(
        (bringing(("flour", 2800), teams=(TeamRide(team="medics", persons=2),)),),
        told=(("flour", 2800, ARRIVED_S),),
        teams=[{"id": "medics", "people": 2, "start": "depot", "to": "town", "fleets": ["buses"]}]),
}  # fmt: skip


def broken(found: Case) -> set[str]:
    """Rules that are broken, with every team told as it was delivered."""
    teams = tuple(
        TeamDelivery(team=team.id, persons=team.people, arrive_s=ARRIVED_S)
        for team in found.scenario.teams
    )
    plan = found.plan.model_copy(update={"teams": teams})
    return broken_rules(Case(plan, found.scenario, found.network))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_is_rejected_by_the_rules_name(mutant: Mutant) -> None:
    found = broken(mutant.make())
    assert mutant.rule in found
    if mutant.alone:
        assert found == {mutant.rule}


@pytest.mark.parametrize("name", SOUND)
def test_aid_that_rides_along_is_accepted(name: str) -> None:
    assert broken(SOUND[name]()) == set()


def test_a_violation_tells_how_much() -> None:
    found = case_of(FULL, FULL, told=(("flour", 6000, ARRIVED_S),), flour={"mass": "5 t"})()
    (violation,) = check(found.plan, found.scenario, found.network).violations
    assert str(violation) == "aid told: flour: 6000 kg arrive, there are 5000 kg"
