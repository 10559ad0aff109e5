"""Commitments that shared limits do not allow: found before anything is planned around them."""

from __future__ import annotations

from planner.errors import Issue
from planner.problem import EvacuationProblem
from planner.solvers.dispatch import Dispatcher


def clashes(problem: EvacuationProblem) -> list[Issue]:
    """A fault for every commitment whose vehicle finds no room, promised ones before it considered.

    Ways to where it loads count as they are planned: as late as can be.
    """
    dispatcher = Dispatcher(problem, problem.plan)
    scenario = problem.scenario
    starts = [
        (step, index, opening)
        for opening in problem.plan.openings
        for index, step in opening.starts
    ]
    found: dict[int, Issue] = {}
    for step, index, opening in sorted(starts, key=lambda item: item[:2]):
        if not dispatcher.has_room((index, step)):
            later = [s for s in opening.starts if s[1] >= step and s in opening.promised]
            number = opening.promised[later[0]]
            promise = scenario.commitments[number]
            found[number] = Issue(
                scenario.origin.file, 0, f"commitments[{promise.id}].load_start",
                "no room for its vehicle on the way or where it loads: a limit is used up by what "
                "has been promised before",
                "move it, promise fewer vehicles at a time, or correct the limit",
            )  # fmt: skip
        dispatcher.book([(index, step)], [])
    return [found[number] for number in sorted(found)]
