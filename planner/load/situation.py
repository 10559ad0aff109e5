"""YAML text → the Situation that it reports, or every fault of its form and shape at once.

Whether it contradicts itself or the plan is looked at where the plan is at hand (``replan``);
``located`` gives those contradictions their lines.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from planner.errors import Issue, ScenarioError
from planner.load.shape import issues_of, without_nulls
from planner.load.yamltext import decode, node_of, parse
from planner.scenario.situation import Situation

VERSION = 1


def examine_situation(
    content: bytes | str, file: str = "situation.yaml"
) -> tuple[Situation | None, list[Issue]]:
    """The Situation of a text (None where it has a fault), and every fault."""
    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    text, issues = decode(raw, file)
    root, more = (None, []) if text is None else parse(text, file)
    issues = [*issues, *more]
    if root is None:
        return None, sorted(issues)
    version = root.get("schema_version")
    told = version.text or ""
    if told.isascii() and told.isdigit() and int(told[:9]) > VERSION:
        problem = f"version {told[:9]} is newer than the {VERSION} that this planner reads"
        return None, [Issue(file, version.line, "schema_version", problem, "update the planner")]
    try:
        found = Situation.model_validate(without_nulls(root.plain))
    except ValidationError as error:
        return None, sorted([*issues, *issues_of(error, root, file, Situation)])
    return (None if issues else found), sorted(issues)


def situation_tree(content: bytes | str) -> dict[str, Any]:
    """The tree of texts of a report that ``examine_situation`` has read without a fault."""
    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    text, _ = decode(raw, "")
    root = parse(text, "")[0] if text is not None else None
    tree: dict[str, Any] = without_nulls(root.plain) if root is not None else {}
    return tree


def situation_from_tree(tree: dict[str, Any]) -> Situation:
    """The Situation out of a tree of texts, as plan.json embeds it. Raises ScenarioError."""
    root = node_of(tree)
    try:
        return Situation.model_validate(without_nulls(root.plain))
    except ValidationError as error:
        raise ScenarioError(issues_of(error, root, "plan.json", Situation)) from None
