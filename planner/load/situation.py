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
_MADE_UP = {
    "at": "0 s", "held.sortie": "nobody", "departed.sortie": "nobody", "arrived.sortie": "nobody",
    "arrived.at": "0 s", "vehicles.fleet": "nobody", "links.link": "nobody",
    "links.state": "closed", "refused.group": "nobody", "refused.people": "0",
    "new_people.id": "nobody", "new_people.like": "nobody", "new_people.people": "0",
}  # fmt: skip
"""By what a report cannot do without: something that fits."""


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


def situation_remains(content: bytes | str) -> tuple[Situation | None, frozenset[str]]:
    """The Situation of a faulty text without what is faulty; None where little is left.

    For a look at the names in the rest alone: what an entry needs and has a fault is made up, and
    the second part says where (``links[#1].state``).
    """
    tree, mended = situation_tree(content), set[str]()
    for _ in range(3):
        try:
            return Situation.model_validate(tree), frozenset(mended)
        except ValidationError as error:
            for details in error.errors(include_url=False):
                mended.add(_mend(tree, details["loc"]))
        if "schema_version" in mended:
            break
    return None, frozenset(mended)


def _mend(tree: dict[str, Any], loc: tuple[int | str, ...]) -> str:
    """Takes a faulty value out, or makes one up where it is needed; says where."""
    section = str(loc[0])
    entries = tree.get(section)
    if len(loc) < 2 or not isinstance(entries, list) or not isinstance(loc[1], int):
        tree.pop(section, None)
        tree.update({section: _MADE_UP[section]} if section in _MADE_UP else {})
        return section
    if len(loc) < 3 or not isinstance(entries[loc[1]], dict):
        entries[loc[1]] = {}
        return f"{section}[#{loc[1] + 1}]"
    entry, key = entries[loc[1]], str(loc[2])
    entry.pop(key, None)
    made_up = _MADE_UP.get(f"{section}.{key}")
    entry.update({key: made_up} if made_up is not None else {})
    return f"{section}[#{loc[1] + 1}].{key}"


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
