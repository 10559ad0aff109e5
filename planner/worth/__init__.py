"""Why people are left behind or late, and the cheapest single thing that would help."""

from __future__ import annotations

from collections.abc import Callable

from planner.plan import LeftBehind, Remedy
from planner.problem import EvacuationProblem
from planner.scenario import Scenario, segments
from planner.schedule import Manning
from planner.solvers import Solver
from planner.worth.cause import Cause
from planner.worth.lateness import lateness
from planner.worth.reasons import Stay, stays
from planner.worth.remedies import Remedies

__all__ = ["Cause", "Remedies", "Stay", "lateness", "left_behind", "stays"]


def left_behind(
    problem: EvacuationProblem,
    solver: Solver,
    manning: Manning,
    *,
    search: bool = True,
    should_stop: Callable[[], bool] | None = None,
) -> tuple[LeftBehind, ...]:
    """Everyone who does not get out: the unwilling, then the others by group and reason.

    A group whose people stay for different reasons has an entry for each. ``search``: look for
    remedies, within the budget of config/solver.yaml; ``should_stop`` is asked between two solves.
    """
    found = stays(problem, solver, manning)
    remedies = [Remedy(kind="not_searched", what="not searched")] * len(found)
    if search and found:
        remedies = Remedies(problem, solver, found, should_stop).search()
    told = _unwilling(problem.scenario)
    for stay, remedy in zip(found, remedies, strict=True):
        told.append(
            LeftBehind(
                group=stay.group, persons=stay.persons, unwilling=False, reason=stay.cause.words,
                reason_code=stay.cause.code, remedy=remedy,
            )
        )  # fmt: skip
    return tuple(told)


def _unwilling(scenario: Scenario) -> list[LeftBehind]:
    found = []
    for group in scenario.groups:
        persons = sum(s.persons for s in segments(scenario, group) if s.means == "unwilling")
        if persons:
            found.append(
                LeftBehind(group=group.id, persons=persons, unwilling=True,
                           reason="they choose to stay", reason_code="unwilling")
            )  # fmt: skip
    return found
