"""YAML text and overrides → a Scenario, or every Issue at once, each with its line.

    form        UTF-8, size, YAML without anchors, aliases, tags, duplicate keys     (yamltext)
    shape       keys, quantities, units                                              (shape)
    references  ids that name nothing, or two things                                 (references)
    sense       figures past belief, times outside the horizon, what is not planned  (sense)
    what-ifs    each applied and looked at in the same way                           (overrides)

References to the map are ``network.faults``; ``located`` gives those their lines.
"""

from __future__ import annotations

from pathlib import Path

from planner.errors import Issue, ScenarioError
from planner.load.config import SolverConfig, catalogue, solver_config
from planner.load.lines import located
from planner.load.reading import examine, faults, from_tree, remains
from planner.load.situation import (
    examine_situation,
    situation_from_tree,
    situation_remains,
    situation_tree,
)
from planner.scenario import Scenario

__all__ = [
    "SolverConfig", "catalogue", "examine", "examine_file", "examine_situation", "faults",
    "from_tree", "located", "read", "read_text", "remains", "situation_from_tree",
    "situation_remains", "situation_tree",
    "solver_config",
]  # fmt: skip


def read(path: Path, what_if: str | None = None) -> Scenario:
    """The Scenario of a file with a what-if applied. Raises ScenarioError with every error."""
    scenario, issues = examine_file(path, what_if)
    return _or_raise(scenario, issues)


def read_text(
    text: str | bytes, file: str = "scenario.yaml", what_if: str | None = None
) -> Scenario:
    """As ``read``, of a text at hand."""
    scenario, issues = examine(text, file, what_if)
    return _or_raise(scenario, issues)


def examine_file(path: Path, what_if: str | None = None) -> tuple[Scenario | None, list[Issue]]:
    """As ``examine``; a file that cannot be opened is an Issue too."""
    try:
        content = path.read_bytes()
    except OSError as error:
        problem = f"cannot be read ({error.strerror or error})"
        return None, [Issue(str(path), 0, "", problem, "check the path")]
    return examine(content, str(path), what_if)


def _or_raise(scenario: Scenario | None, issues: list[Issue]) -> Scenario:
    if scenario is None:
        raise ScenarioError(issue for issue in issues if issue.severity == "error")
    return scenario
