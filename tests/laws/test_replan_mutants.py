"""Mutants of a plan that follows a running one: what has left, and the changes that it tells."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from planner.plan import Plan
from planner.replan import read_report, replan
from planner.verify import Verdict
from tests.laws.test_mutants import Mutant, broken_rules
from tests.laws.witness_case import Case
from tests.replan_case import COUNTED, running

REPORT = "at: 2 h\nvehicles:\n  - {fleet: buses, vehicle: 2, at: haven, broken: true}\n"


@cache
def renewed() -> Verdict:
    return replan(read_report(running(), REPORT, "x.yaml"), COUNTED).verdict


def mutant(**changes: Any) -> Case:
    """The new plan with something of what it goes on from told otherwise."""
    verdict = renewed()
    assert verdict.plan.under_way is not None
    under_way = verdict.plan.under_way.model_copy(update=changes)
    plan: Plan = verdict.plan.model_copy(update={"under_way": under_way})
    return Case(plan, verdict.scenario, verdict.network)


def reported(**more: Any) -> Case:
    """The same plan, where more had been reported than it knows of."""
    under_way = renewed().plan.under_way
    assert under_way is not None
    return mutant(situation={**under_way.situation, **more})


def unlisted(number: int) -> Case:
    under_way = renewed().plan.under_way
    assert under_way is not None
    changes = list(under_way.changes)
    del changes[number]
    return mutant(changes=tuple(changes))


def unexplained() -> Case:
    under_way = renewed().plan.under_way
    assert under_way is not None
    first, *rest = under_way.changes
    return mutant(changes=(first.model_copy(update={"reason": " "}), *rest))


MUTANTS = [
    Mutant("a bus came later than the plan tells", "under way",
           lambda: reported(arrived=[{"sortie": "buses-1-2", "at": "1 h 55 min"}])),
    Mutant("fewer were on board than the plan tells", "under way",
           lambda: reported(departed=[{"sortie": "buses-1-2", "aboard": {"near_people": "45"}}])),
    Mutant("a broken bus goes on", "under way",
           lambda: reported(vehicles=[{"fleet": "buses", "vehicle": "1", "broken": "true"}]),
           alone=False),
    Mutant("a change that is not told", "changes told", lambda: unlisted(0)),
    Mutant("a change without a reason", "changes told", unexplained),
]  # fmt: skip


def test_the_plan_itself_is_sound() -> None:
    assert broken_rules(mutant()) == set()


@pytest.mark.parametrize("found", MUTANTS, ids=lambda found: found.name)
def test_the_witness_rejects(found: Mutant) -> None:
    broken = broken_rules(found.make())
    assert found.rule in broken
    assert not found.alone or broken == {found.rule}
