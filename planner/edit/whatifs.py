"""What-ifs in a scenario's text: added, copied, renamed, removed with what only they used."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from planner.edit.change import FILE, Tree, agreed, put, rewritten, tree_of
from planner.errors import Issue, ScenarioError
from planner.load.spelling import meant
from planner.load.yamltext import node_of

_NAME = re.compile(r"[^\W_][\w -]{0,79}")


def add_what_if(
    text: str,
    name: str,
    overrides: Mapping[str, Any],
    uses: Sequence[str] = (),
    file: str = FILE,
) -> str:
    """A what-if of that name: the overrides that it ``uses`` and one of its own, path → value.

    A value of None removes what the path names. Raises ScenarioError where the name is taken or
    the reader finds a fault in it.
    """
    tree = tree_of(text, file)
    _free(tree, name, file)
    listed = list(uses)
    if overrides:
        own = _own_name(tree, name)
        tree = put(tree, ("overrides", own), node_of(dict(overrides)).plain)
        listed.append(own)
    tree = put(tree, ("what_ifs", name), listed)
    return agreed(text, rewritten(text, tree, file), file)


def copy_what_if(text: str, old: str, new: str, file: str = FILE) -> str:
    """A second what-if with the same overrides."""
    return add_what_if(text, new, {}, _listed(tree_of(text, file), old, file), file)


def rename_what_if(text: str, old: str, new: str, file: str = FILE) -> str:
    """Another name; its overrides keep theirs."""
    tree = tree_of(text, file)
    _listed(tree, old, file)
    _free(tree, new, file)
    cases = {new if name == old else name: listed for name, listed in tree["what_ifs"].items()}
    return agreed(text, rewritten(text, {**tree, "what_ifs": cases}, file), file)


def remove_what_if(text: str, name: str, file: str = FILE) -> str:
    """The text without a what-if and without the overrides that no other one uses."""
    tree = tree_of(text, file)
    gone = set(_listed(tree, name, file))
    cases = {other: listed for other, listed in tree["what_ifs"].items() if other != name}
    gone -= {item for listed in cases.values() for item in listed or ()}
    patches = {key: patch for key, patch in _pairs(tree, "overrides").items() if key not in gone}
    for section, left in (("what_ifs", cases), ("overrides", patches)):
        if section in tree:
            tree = put(tree, (section,), left or None)
    return agreed(text, rewritten(text, tree, file), file)


def _pairs(tree: Tree, section: str) -> Tree:
    found = tree.get(section)
    return found if isinstance(found, dict) else {}


def _listed(tree: Tree, name: str, file: str) -> list[str]:
    cases = _pairs(tree, "what_ifs")
    if name not in cases:
        problem = f"no what-if called '{name[:60]}'"
        raise ScenarioError([Issue(file, 0, "what_ifs", problem, meant(name, cases))])
    return list(cases[name] or ())


def _free(tree: Tree, name: str, file: str) -> None:
    problem, remedy = "", "choose another name"
    if not _NAME.fullmatch(name):
        problem = f"'{name[:60]}' is no name for a what-if"
        remedy = "write letters, digits, spaces, hyphens and underscores, at most 80"
    elif name in _pairs(tree, "what_ifs"):
        problem = f"there is a what-if called '{name}' already"
    elif name == "base":
        problem = "'base' is what the scenario without a what-if is called"
    if problem:
        raise ScenarioError([Issue(file, 0, "what_ifs", problem, remedy)])


def _own_name(tree: Tree, name: str) -> str:
    """A name for the override that no other one has."""
    taken, number, own = _pairs(tree, "overrides"), 1, name
    while own in taken:
        number += 1
        own = f"{name}_{number}"
    return own
