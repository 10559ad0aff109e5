"""Figures that make no sense, or that this version does not plan."""

from __future__ import annotations

from planner.errors import Issue
from planner.load.yamltext import Node
from planner.scenario import Scenario


def faults(scenario: Scenario, root: Node, file: str, timed: bool = True) -> list[Issue]:
    """Errors and warnings; ``timed`` tells whether start, horizon and zone mean anything."""
    return []
