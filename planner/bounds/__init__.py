"""Bounds reckoned a second time from the prices in the plan, by a plain dynamic programme.

Nothing of the solvers is used: only the posed problem's arrays, and the prices, whoever named them.
At any prices, none below zero,

    Σ price x demand + Σ demand x min(0, staying - price) - Σ price x limit - Σ price x held value
      - Σ vehicles x max(0, worth of the best itinerary) - Σ people x max(0, worth of the best walk)

is no more than the level's cost of any plan that keeps the levels before (Lagrange's bound).
Prices only decide how good it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from planner.bounds.priced import ROOM, Priced
from planner.plan import Certificate, Plan
from planner.problem import EvacuationProblem

__all__ = ["Recount", "bound", "recount"]


@dataclass(frozen=True)
class Recount:
    """One level's bound as told and as reckoned again; ``again`` is None without a certificate."""

    level: str
    told: float
    again: float | None

    @property
    def holds(self) -> bool:
        """Whether what is told is borne out; a bound of nought needs no proof."""
        room = ROOM * max(1.0, abs(self.told))
        return self.told <= room or (self.again is not None and self.told <= self.again + room)


def recount(plan: Plan, problem: EvacuationProblem) -> tuple[Recount, ...]:
    """Every level's bound, reckoned again where the plan says with which prices."""
    known = {certificate.level: certificate for certificate in plan.certificates}
    values = {level.name: level.value for level in plan.levels}
    order = list(values)
    found = []
    for level in plan.levels:
        certificate = known.get(level.name)
        again = None
        if certificate is not None:
            before = {name: values[name] for name in order[: order.index(level.name)]}
            again = bound(problem, certificate, before)
        found.append(Recount(level.name, level.bound, again))
    return tuple(found)


def bound(
    problem: EvacuationProblem, certificate: Certificate, before: dict[str, float]
) -> float | None:
    """The level's bound at the certificate's prices.

    None where the certificate is none: a part that is no number, a price below zero, a level held
    below what the plan reaches (``before``: the values of the levels that come first).
    """
    try:
        priced = Priced.read(problem, certificate, before)
    except (ValueError, IndexError, KeyError):
        return None
    return priced.bound()
