"""Which of like vehicles does what: as in the running plan, as far as it goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from planner.plan import PlanLeg, Sortie
from planner.problem import EvacuationProblem

Load = tuple[str, str, int]
"""Ends and the moment at which loading begins."""


def like_before(
    problem: EvacuationProblem, before: Iterable[tuple[Sortie, int, PlanLeg]],
    new: tuple[Sortie, ...],
) -> list[Sortie]:  # fmt: skip
    """The new sorties with like vehicles renumbered, so that most keep what they were to do.

    Vehicles are alike that are free at one place at one moment. Those that go in formations keep
    their numbers.
    """
    planned: dict[tuple[str, int], Counter[Load]] = {}
    for sortie, _, leg in before:
        _note(planned, sortie, leg)
    found: dict[tuple[str, int], Counter[Load]] = {}
    for sortie in new:
        for leg in sortie.legs:
            _note(found, sortie, leg)
    numbers: dict[tuple[str, int], int] = {}
    for mover in problem.plan.movers:
        if mover.ships > 1 or mover.escorts or mover.must:
            continue
        pairs = []
        for a in mover.numbers:
            does = found.get((mover.fleet, a), Counter())
            for b in mover.numbers:
                both = does & planned.get((mover.fleet, b), Counter())
                pairs.append((-both.total(), a != b, a, b))
        pairs.sort()
        taken: set[int] = set()
        for _, _, a, b in pairs:
            if (mover.fleet, a) not in numbers and b not in taken:
                numbers[mover.fleet, a] = b
                taken.add(b)
    return [
        sortie.model_copy(
            update={"vehicle": numbers.get((sortie.fleet, sortie.vehicle), sortie.vehicle)}
        )
        for sortie in new
    ]


def _note(loads: dict[tuple[str, int], Counter[Load]], sortie: Sortie, leg: PlanLeg) -> None:
    if leg.manifest:
        own = loads.setdefault((sortie.fleet, sortie.vehicle), Counter())
        own[leg.origin, leg.destination, leg.load_start_s] += 1
