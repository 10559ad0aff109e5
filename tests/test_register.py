"""The register: every constraint has its rules, its limits and its mutants, and no rule is idle.

For each of C1 to C18 the witness has functions whose descriptions name it, a law that goes to its
limit, and for each rule a mutant that only this rule rejects: a witness that skips it lets it pass.
For each the real solver has a known answer whose arithmetic is told.
"""

from __future__ import annotations

import pydoc
import re
from collections.abc import Iterator

import pytest

from planner import verify
from planner.verify import REGISTER, RULES, Constraint, judges
from planner.verify.replay import Replay
from tests.known.test_constraints import ANSWERS
from tests.laws import (
    test_aid_mutants,
    test_limits,
    test_mutants,
    test_replan_mutants,
    test_rotation_mutants,
)  # fmt: skip
from tests.laws.test_mutants import Mutant, broken_rules

MUTANTS: list[Mutant] = [
    *test_mutants.MUTANTS, *test_rotation_mutants.MUTANTS, *test_aid_mutants.MUTANTS,
    *test_replan_mutants.MUTANTS,
]  # fmt: skip
every_constraint = pytest.mark.parametrize("constraint", REGISTER, ids=lambda found: found.id)
every_rule = pytest.mark.parametrize("rule", sorted(RULES))


def nothing(replay: Replay) -> Iterator[tuple[str, str]]:
    """A rule that finds no fault with anything."""
    return iter(())


def described(rule: str) -> str:
    """The first line of what the rule's function says of itself."""
    return (RULES[rule].__doc__ or "").strip().split("\n")[0]


def test_the_register_is_c1_to_c18() -> None:
    assert [constraint.id for constraint in REGISTER] == [f"C{n}" for n in range(1, 19)]


def test_rules_with_a_number_belong_to_the_constraint_of_that_number() -> None:
    listed = [(rule, constraint.id) for constraint in REGISTER for rule in constraint.rules]
    numbered = [(rule, rule.split()[0]) for rule in RULES if rule[0] == "C" and rule[1].isdigit()]
    assert sorted(listed) == sorted(numbered)


@every_constraint
def test_a_constraint_is_told_in_english(constraint: Constraint) -> None:
    for text in (constraint.english, constraint.in_bound):
        assert text[0].isupper() and text.endswith(".")
    assert len(constraint.english.split()) >= 6


@every_constraint
def test_the_functions_of_a_constraint_name_it(constraint: Constraint) -> None:
    assert constraint.rules
    for rule in constraint.rules:
        assert described(rule).startswith(f"{constraint.id}: "), RULES[rule].__qualname__
    assert [pydoc.locate(name) for name in judges(constraint)] == [
        RULES[rule] for rule in constraint.rules
    ]


@every_constraint
def test_a_law_goes_to_the_limit_of_the_constraint(constraint: Constraint) -> None:
    rules = {limit.rule for limit in test_limits.LIMITS if limit.constraint == constraint.id}
    assert rules and rules <= set(constraint.rules)


@every_constraint
def test_a_known_answer_tells_its_arithmetic(constraint: Constraint) -> None:
    assert ANSWERS.get(constraint.id), f"no known answer for {constraint.id}"
    for case in ANSWERS[constraint.id]:
        told = (case.__doc__ or "").split(":")[0]
        assert constraint.id in told.split(" and "), case.__name__
        assert len(re.findall(r"[0-9]+", case.__doc__ or "")) >= 4, case.__name__


def test_known_answers_are_run() -> None:
    """An answer that pytest does not collect proves nothing."""
    cases = [case for listed in ANSWERS.values() for case in listed]
    assert all(case.__name__.startswith("test_") for case in cases)
    assert set(ANSWERS) == {constraint.id for constraint in REGISTER}


@every_rule
def test_every_rule_says_what_it_judges(rule: str) -> None:
    assert len(described(rule).split()) >= 5


@every_rule
def test_a_witness_that_skips_a_rule_lets_its_mutants_pass(
    rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutants = [mutant for mutant in MUTANTS if mutant.rule == rule and mutant.alone]
    assert mutants, f"no mutant breaks '{rule}' alone"
    caught = [mutant for mutant in mutants if broken_rules(mutant.make()) == {rule}]
    assert caught == mutants
    monkeypatch.setitem(verify.RULES, rule, nothing)
    for mutant in mutants:
        assert broken_rules(mutant.make()) == set(), mutant.name


def test_no_mutant_names_a_rule_that_is_not_there() -> None:
    assert {mutant.rule for mutant in MUTANTS} == set(RULES)
