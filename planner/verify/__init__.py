"""The witness: replays a Plan in true time against its Scenario and recomputes every figure.

It shares no code with what makes plans. From the network it takes routes, positions and grounds;
what is open, dangerous, permitted and refused when, it works out anew from the scenario's entries,
and ``geography`` compares the routes with the scenario's own outlines.

``check`` gives the Verdict, from which alone documents are made. ``RULES`` holds one function a
rule; its keys are the names that a Violation bears. ``REGISTER`` tells which rules judge which
constraint of the model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from planner.plan import Plan
from planner.scenario import Scenario
from planner.verify import (
    aid,
    geography,
    passage,
    people,
    places,
    proof,
    rotations,
    underway,
    vehicles,
)  # fmt: skip
from planner.verify.figures import figures, harm_of_staying, level_values, relied_on
from planner.verify.register import REGISTER, Constraint
from planner.verify.replay import Replay
from planner.verify.verdict import Figures, GroupFigures, Verdict, VerdictStatus, Violation

if TYPE_CHECKING:
    from planner.network import TransportNetwork

__all__ = [
    "REGISTER", "RULES", "Constraint", "Figures", "GroupFigures", "Verdict", "VerdictStatus",
    "Violation", "check", "conditional_on", "judges", "staying_harm", "values",
]  # fmt: skip

Rule = Callable[[Replay], Iterable[tuple[str, str]]]

RULES: dict[str, Rule] = {
    "references": proof.references,
    "C1 people": people.conservation,
    "C1 chain": people.chains,
    "C1 ready": people.readiness,
    "C2 vehicles": vehicles.continuity,
    "C2 availability": vehicles.availability,
    "C2 end": vehicles.ends,
    "C3 capacity": vehicles.capacity,
    "C4 handling": vehicles.handling,
    "C4 ride": vehicles.rides,
    "C5 bays": places.bays,
    "C5 berths": places.berths,
    "C5 stands": places.stands,
    "C6 slots": places.slots,
    "C6 processing": places.processing,
    "C7 waiting": people.waiting,
    "C7 intake": people.intake,
    "C8 links": places.links,
    "C9 windows": passage.windows,
    "C9 closures": passage.closures,
    "C10 authorisation": passage.authorisation,
    "C10 conditions": passage.conditions,
    "C11 acceptability": passage.acceptability,
    "C12 escort": vehicles.escorts,
    "C13 convoy": rotations.convoys,
    "C14 duty": rotations.duty,
    "C14 fuel": rotations.fuel,
    "C14 range": vehicles.reach,
    "C15 fitness": vehicles.fitness,
    "C16 households": people.households,
    "C17 deadlines": proof.deadlines,
    "C18 commitments": vehicles.commitments,
    "under way": underway.kept,
    "changes told": underway.told,
    "teams": people.teams,
    "team first": people.team_first,
    "aid loads": aid.loads,
    "aid told": aid.told,
    "horizon": vehicles.horizon,
    "risk cap": passage.risk,
    "left behind": proof.reasons,
    "totals": proof.totals,
    "levels": proof.levels,
    "bounds": proof.bounds,
    "origin": proof.origin,
    "geography": geography.routes,
}
"""Every rule by name, in the order in which violations are listed."""


def check(plan: Plan, scenario: Scenario, network: TransportNetwork) -> Verdict:
    """Replay the plan and judge it by every rule.

    FAILED with every violation; CONDITIONAL where nothing is broken but a permission is assumed;
    VERIFIED otherwise. Never raises for a wrong plan: what a plan names and nobody knows is a
    violation of ``references``.
    """
    replay = Replay(plan, scenario, network)
    violations = tuple(
        Violation(name, where, message)
        for name, rule in RULES.items()
        for where, message in rule(replay)
    )
    violations = tuple(_to_answer_for(replay, violations))
    found = figures(replay)
    status: VerdictStatus = "FAILED" if violations else "VERIFIED"
    if not violations and found.conditional_on:
        status = "CONDITIONAL"
    return Verdict(plan, scenario, network, violations, found, status)


def _to_answer_for(replay: Replay, violations: tuple[Violation, ...]) -> Iterator[Violation]:
    """Without what had happened before the plan was made: nobody can mend that any more."""
    past = underway.past(replay)
    if past is None:
        yield from violations
        return
    before = Replay(past, replay.scenario, replay.network)
    happened = {
        (name, where, message)
        for name in underway.EXCUSED
        for where, message in RULES[name](before)
    }
    for one in violations:
        if (one.rule, one.where, one.message) not in happened:
            yield one


def judges(constraint: Constraint) -> tuple[str, ...]:
    """Dotted names of the functions that judge a constraint, in the order of its rules."""
    found = (RULES[name] for name in constraint.rules)
    return tuple(f"{rule.__module__}.{rule.__name__}" for rule in found)


def values(plan: Plan, scenario: Scenario, network: TransportNetwork) -> dict[str, float]:
    """Level values by name, recomputed from the manifests (what ``LevelResult.value`` must say)."""
    return level_values(Replay(plan, scenario, network))


def conditional_on(plan: Plan, scenario: Scenario, network: TransportNetwork) -> tuple[str, ...]:
    """Ids of the assumed authorisations without which the plan could not run, sorted."""
    return relied_on(Replay(plan, scenario, network))


def staying_harm(
    plan: Plan, scenario: Scenario, network: TransportNetwork, until_s: int | None = None
) -> float:
    """Expected casualties among the willing if nobody moved until then (to the horizon's end)."""
    return harm_of_staying(Replay(plan, scenario, network), until_s)
