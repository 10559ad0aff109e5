"""What a scenario may ask for and the compact programme has no rows for."""

from __future__ import annotations

from collections.abc import Callable

from planner.problem import EvacuationProblem
from planner.scenario import Scenario
from planner.solvers.compact_limits import MODES
from planner.solvers.rows import RATES

COUNTED = frozenset({*RATES, *MODES, "intake", "waiting"})
"""Kinds of limits that the compact programme has rows for."""


def not_taken(problem: EvacuationProblem) -> tuple[str, ...]:
    """What the scenario asks for and the compact programme has no rows for, in words."""
    found = [words for words, asks in UNKNOWN if asks(problem.scenario)]
    kinds = sorted({limit.kind for limit in problem.limits} - COUNTED)
    return (*found, *(f"a limit on {kind.replace('_', ' ')}" for kind in kinds))


UNKNOWN: tuple[tuple[str, Callable[[Scenario], bool]], ...] = (
    ("crew duty and rest", lambda s: any(fleet.duty for fleet in s.fleets)),
    ("refuelling", lambda s: any(fleet.fuel for fleet in s.fleets)),
    ("headway of convoys", lambda s: any(f.convoy and f.convoy.headway_s for f in s.fleets)),
    ("aid", lambda s: bool(s.aid)),
    ("changes of a running plan", lambda s: "changes" in s.priorities.levels),
)
