"""Figures that make no sense, and times outside the horizon."""

from __future__ import annotations

from planner.errors import Issue
from planner.load.config import solver_config
from planner.load.sense import (
    aid,
    claims,
    fleets,
    ground,
    permissions,
    persons,
    rotations,
    times,
    uncertain,
    whole,
)  # fmt: skip
from planner.load.sense.look import Look
from planner.load.yamltext import Node
from planner.scenario import Scenario


def faults(scenario: Scenario, root: Node, file: str, timed: bool = True) -> list[Issue]:
    """Errors and warnings; ``timed`` tells whether start, horizon and zone mean anything.

    ``root`` is the tree that the Scenario was made of. Ids that name nothing are passed over here:
    ``references`` tells them.
    """
    look = Look(scenario, root, file, solver_config().check, timed)
    for part in (whole, persons, fleets, rotations, aid, ground, permissions, claims, uncertain):
        part.look_at(look)
    if timed and scenario.horizon_s:
        times.look_at(look)
    return look.issues
