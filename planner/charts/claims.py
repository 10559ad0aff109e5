"""What the scenario's claims rest on: a source and its age, an estimate, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from planner.scenario import Claim, Scenario

OLD_S = 24 * 3600
"""Information on a road is old after a day: what is known of fighting changes that fast."""
VERY_OLD_S = 72 * 3600
ESTIMATE = "estimate"


@dataclass(frozen=True)
class Standing:
    """How far a claim can be relied on, and how old it is at the start of the plan.

    ``kind``: 'sourced', 'estimate', or 'unsourced' where it has neither source nor says that it is
    an estimate. ``age_s`` is None where nobody wrote when it was true.
    """

    kind: Literal["sourced", "estimate", "unsourced"]
    age_s: int | None
    doubtful: bool

    @property
    def is_old(self) -> bool:
        """Whether it must look old."""
        return self.doubtful or self.age_s is None or self.age_s > OLD_S

    @property
    def is_very_old(self) -> bool:
        """Whether it must look faint."""
        return self.age_s is None or self.age_s > VERY_OLD_S


def standing(scenario: Scenario, claim: Claim) -> Standing:
    """What a claim rests on."""
    age = None if claim.as_of is None else max(0, -scenario.at_s(claim.as_of))
    kind: Literal["sourced", "estimate", "unsourced"] = "unsourced"
    if claim.estimate or (claim.source or "").strip().lower() == ESTIMATE:
        kind = "estimate"
    elif claim.source:
        kind = "sourced"
    return Standing(kind, age, claim.reliability in ("doubtful", "unknown"))


@dataclass(frozen=True)
class Unsourced:
    """A claim that nobody published: ``where`` is its path in the text."""

    where: str
    section: str
    label: str
    kind: Literal["estimate", "unsourced"]
    because: str


SECTIONS = (
    "places", "groups", "fleets", "teams", "aid", "links", "threats", "control", "authorisations",
    "windows",
)  # fmt: skip


def without_source(scenario: Scenario) -> list[Unsourced]:
    """Everything that the scenario claims with no source, those that do not say so first.

    A group's claim is its number of people, unless the group itself says more.
    """
    found = []
    for section in SECTIONS:
        for item in getattr(scenario, section):
            claim: Claim = item
            where = f"{section}[{item.id}]"
            stands = standing(scenario, item)
            if section == "groups" and stands.kind == "unsourced":
                claim, where = item.people, f"{where}.people"
                stands = standing(scenario, claim)
            if stands.kind != "sourced":
                found.append(
                    Unsourced(where, section, item.label, stands.kind, claim.because or "")
                )
    return sorted(found, key=lambda claim: claim.kind != "unsourced")
