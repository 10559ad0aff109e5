"""The nouns of the witness: a Violation, the Figures it recomputed, and the Verdict."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from planner.plan import Plan
from planner.scenario import Scenario

if TYPE_CHECKING:
    from planner.network import TransportNetwork

VerdictStatus = Literal["VERIFIED", "CONDITIONAL", "FAILED"]


@dataclass(frozen=True, order=True)
class Violation:
    """One broken rule: its name (a key of ``RULES``), the thing it concerns, and a sentence."""

    rule: str
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.where}: {self.message}"


@dataclass(frozen=True)
class GroupFigures:
    """What becomes of one group, in persons.

    ``people = by_sortie + self_moved + left_behind``; ``left_behind`` includes ``unwilling``.
    """

    group: str
    people: int
    by_sortie: int
    self_moved: int
    left_behind: int
    unwilling: int

    @property
    def evacuated(self) -> int:
        """Persons who reach a haven."""
        return self.by_sortie + self.self_moved

    @property
    def left_willing(self) -> int:
        """Persons left behind who want to leave."""
        return self.left_behind - self.unwilling


@dataclass(frozen=True)
class Figures:
    """Everything the witness recomputed from the manifests; nothing is copied from the plan."""

    people: int
    evacuated: int
    by_sortie: int
    self_moved: int
    left_behind: int
    unwilling: int
    clearance_s: int
    sorties: int
    levels: dict[str, float]
    groups: dict[str, GroupFigures]
    harm_of_staying: float
    conditional_on: tuple[str, ...]
    peak_waiting: dict[str, int] = field(default_factory=dict)
    arrivals: tuple[tuple[int, int], ...] = ()
    """(moment of safety in seconds, persons evacuated up to and including it), in order of time."""

    def evacuated_by(self, moment_s: int) -> int:
        """Persons who are safe at ``moment_s`` or before."""
        index = bisect_right(self.arrivals, (moment_s, 1 << 62)) - 1
        return self.arrivals[index][1] if index >= 0 else 0


@dataclass(frozen=True)
class Verdict:
    """A Plan, what it was checked against, and what came of it. All documents are made from one."""

    plan: Plan
    scenario: Scenario
    network: TransportNetwork
    violations: tuple[Violation, ...]
    figures: Figures
    status: VerdictStatus

    @property
    def verified(self) -> bool:
        """No rule is broken (a CONDITIONAL plan still awaits somebody's yes)."""
        return not self.violations
