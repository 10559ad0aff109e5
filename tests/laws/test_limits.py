"""Every constraint at its limit: a plan that uses it up is accepted, a step past it is rejected.

The step is the smallest that the language knows: a second, a metre, a person, a vehicle. Between
them the pairs name C1 to C18.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from planner.plan import Sortie
from tests.laws.rotation_case import once, rotation, together, twice
from tests.laws.test_mutants import (
    NOBODY_BUT_UNWILLING,
    broken_rules,
    changed,
    edited,
    entry,
    permission,
    place,
    refusing,
    shifted,
    two_ferries,
)  # fmt: skip
from tests.laws.witness_case import Case, case, line, sorties

Make = Callable[[], Case]


@dataclass(frozen=True)
class Limit:
    """What is used up, the constraint and rule that limit it, the plan at the limit and past it."""

    what: str
    constraint: str
    rule: str
    at: Make
    past: Make


def vehicle(name: str, **changes: Any) -> Make:
    """The plan as it was, one kind of vehicle changed."""
    return lambda: case(edit=lambda text: text["vehicles"][name].update(changes))


def fleet(name: str, **changes: Any) -> Make:
    return edited("fleets", name, **changes)


def bus_2_later(by_s: int) -> Make:
    """Bus 2 waits in town and loads so many seconds later; bus 1 loads from 7200 s on."""

    def make() -> Case:
        legs: list[Sortie] = [
            s.model_copy(update={"legs": (s.legs[0], *shifted(s.legs[1:], by_s))})
            if s.id == "buses-2-1"
            else s
            for s in sorties()
        ]
        return case(legs)

    return make


def households(number: int) -> Make:
    """So many of the eight households that ride leave: four on bus 1, the rest by bus and ship."""

    def roomy(text: dict[str, Any]) -> None:
        text["vehicles"]["ferry"]["payload"] = "4 t"

    def make() -> Case:
        loads = (line("residents", number - 4),)
        by_bus = {s.id: s for s in changed("buses-2-1", 1, manifest=loads)}
        by_ship = {s.id: s for s in changed("ferries-1-1", 0, manifest=loads)}
        moved = list({**by_bus, "ferries-1-1": by_ship["ferries-1-1"]}.values())
        return case(moved, stay=NOBODY_BUT_UNWILLING, edit=roomy)

    return make


def behind_one_frigate(ratio: int) -> Make:
    def edit(text: dict[str, Any]) -> None:
        entry(text, "places", "port")["berths"] = 2
        entry(text, "fleets", "ferries")["escort"]["ratio"] = ratio

    return lambda: case(two_ferries(2, 1), edit=edit)


def deadline(limit_s: int) -> Make:
    """The wounded arrive at 8400 s; the plan says that no deadline is missed."""

    def make() -> Case:
        found = edited("groups", "wounded", deadline=f"{limit_s} s")()
        told = case().plan.levels
        return Case(found.plan.model_copy(update={"levels": told}), found.scenario, found.network)

    return make


def in_convoys_of(fewest: int) -> Make:
    return lambda: rotation({"convoy": {"min": str(fewest)}}, *together(3))


def duty_of(longest_s: int) -> Make:
    return lambda: rotation({"duty": {"longest": f"{longest_s} s", "rest": "8 h"}}, once())


def resting(rest_s: int) -> Make:
    return lambda: rotation({"duty": {"longest": "3 h", "rest": f"{rest_s} s"}}, twice(8 * 3600))


def on_one_filling(range_m: int) -> Make:
    return lambda: rotation({"fuel": {"range": f"{range_m} m", "refuel": "45 min"}}, once())


LIMITS = [
    Limit("ready", "C1", "C1 ready",
          edited("groups", "wounded", ready="4200 s"), edited("groups", "wounded", ready="4201 s")),
    Limit("the people who stay", "C1", "C1 people",
          case, edited("groups", "residents", people=99)),
    Limit("the fleet's first moment", "C2", "C2 availability",
          fleet("buses", available={"from": "3600 s", "until": "20 h"}),
          fleet("buses", available={"from": "3601 s", "until": "20 h"})),
    Limit("the fleet's last moment", "C2", "C2 availability",
          fleet("buses", available={"from": "1 h", "until": "20700 s"}),
          fleet("buses", available={"from": "1 h", "until": "20699 s"})),
    Limit("vehicles of a fleet", "C2", "C2 vehicles",
          fleet("buses", count=2), fleet("buses", count=1)),
    Limit("seats", "C3", "C3 capacity", vehicle("bus", seats=20), vehicle("bus", seats=19)),
    Limit("payload", "C3", "C3 capacity",
          vehicle("ferry", payload="1500 kg"), vehicle("ferry", payload="1499 kg")),
    Limit("loading", "C4", "C4 handling",
          vehicle("bus", loading="600 s"), vehicle("bus", loading="601 s")),
    Limit("unloading", "C4", "C4 handling",
          vehicle("bus", unloading="300 s"), vehicle("bus", unloading="301 s")),
    Limit("a loading bay", "C5", "C5 bays", bus_2_later(1200), bus_2_later(1201)),
    Limit("processing", "C6", "C6 processing",
          place("port", processing="15 persons/h"), place("port", processing="14 persons/h")),
    Limit("people in the port", "C7", "C7 waiting",
          place("port", capacity=15), place("port", capacity=14)),
    Limit("a haven's intake", "C7", "C7 intake",
          place("haven", intake={"total": 64}), place("haven", intake={"total": 63})),
    Limit("a bridge", "C8", "C8 links",
          edited("links", "bridge", capacity="4 vehicles/h"),
          edited("links", "bridge", capacity="3 vehicles/h")),
    Limit("a window's first minute", "C9", "C9 windows",
          edited("windows", "bridge_hours", open=["07:10-20:00"]),
          edited("windows", "bridge_hours", open=["07:11-20:00"])),
    Limit("a closure", "C9", "C9 closures",
          edited("links", "bridge", closed=[["8460 s", "14400 s"]]),
          edited("links", "bridge", closed=[["8460 s", "14401 s"]])),
    Limit("a permission's first moment", "C10", "C10 authorisation",
          permission("checkpoint_yes", **{"from": "4920 s"}),
          permission("checkpoint_yes", **{"from": "4921 s"})),
    Limit("whom they will pass", "C11", "C11 acceptability", refusing(), refusing("government")),
    Limit("vehicles behind an escort", "C12", "C12 escort",
          behind_one_frigate(2), behind_one_frigate(1)),
    Limit("vehicles of a convoy", "C13", "C13 convoy", in_convoys_of(3), in_convoys_of(4)),
    Limit("a duty", "C14", "C14 duty", duty_of(8100), duty_of(8099)),
    Limit("a rest", "C14", "C14 duty", resting(8 * 3600), resting(8 * 3600 + 1)),
    Limit("a filling", "C14", "C14 fuel", on_one_filling(120_000), on_one_filling(119_999)),
    Limit("the range of one leg", "C14", "C14 range",
          vehicle("ferry", range="111120 m"), vehicle("ferry", range="111119 m")),
    Limit("water under the keel", "C15", "C15 fitness",
          place("port", depth="4 m"), place("port", depth="3 m")),
    Limit("a berth's length", "C15", "C15 fitness",
          place("port", berth_length="100 m"), place("port", berth_length="99 m")),
    Limit("households", "C16", "C16 households", households(8), households(9)),
    Limit("a deadline", "C17", "C17 deadlines", deadline(8400), deadline(8399)),
    Limit("a promise", "C18", "C18 commitments",
          edited("commitments", "promised", people=20),
          edited("commitments", "promised", people=21)),
]  # fmt: skip


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: f"{limit.constraint} {limit.what}")
def test_up_to_the_limit_and_no_further(limit: Limit) -> None:
    assert broken_rules(limit.at()) == set()
    assert limit.rule in broken_rules(limit.past())
