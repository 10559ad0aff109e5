"""The shelf of what-ifs of a desk: the scenario as written, its own what-ifs, and those made here.

A what-if made here is a list of overrides of the text that it uses and of changes of its own. To
be planned it is written into the text by ``planner.edit`` and read by the one reader, as if the
planner had written it there; ``shelf.json`` holds those that are not in the text.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from planner import edit
from planner.errors import Issue, ScenarioError
from planner.load import overrides
from planner.load.config import with_catalogue, without_unused
from planner.load.yamltext import Node, node_of, parse
from planner.ui.workspace import alone, private, read_json, write_json

FILE = "shelf.json"
FORMAT = 1
MOST = 60
BASE = "base"
_SECTIONS = ("overrides", "what_ifs")


@dataclass(frozen=True)
class Case:
    """One row of the shelf; ``own`` ones are not in the text."""

    name: str
    id: str = ""
    uses: tuple[str, ...] = ()
    changes: dict[str, Any] = field(default_factory=dict)
    own: bool = False

    @property
    def key(self) -> str:
        """Tells it from the others of the shelf."""
        return self.id or f"text:{self.name}"


THE_BASE = Case(BASE)


# ------------------------------------------------------------------ the shelf


def shelf(folder: Path, text: str) -> list[Case]:
    """The base, the what-ifs of the text in its order, then those made here."""
    root, _issues = parse(text, "scenario.yaml")
    listed = root.get("what_ifs").pairs if root is not None else {}
    written = [
        Case(name, uses=tuple(item.text or "" for item in uses.items))
        for name, uses in listed.items()
    ]
    return [THE_BASE, *written, *own_cases(folder)]


def own_cases(folder: Path) -> list[Case]:
    """Those made here; nothing where there are none, or the file is damaged."""
    found = read_json(folder / FILE) or {}
    if found.get("format") != FORMAT:
        return []
    return [case for told in found.get("cases", ()) if (case := case_of(told)) is not None]


def case_of(told: Any) -> Case | None:
    """A case out of what was written down; None where it is none."""
    try:
        name, uses, changes = str(told["name"]), tuple(map(str, told["uses"])), told["changes"]
        if not isinstance(changes, dict):
            return None
        return Case(name[:80], str(told["id"])[:32], uses, {str(k): v for k, v in changes.items()},
                    own=True)  # fmt: skip
    except (KeyError, TypeError):
        return None


def _changed(folder: Path, change: Callable[[list[Case]], list[Case]]) -> None:
    private(folder)
    with alone():
        cases = change(own_cases(folder))[:MOST]
        told = [{key: v for key, v in asdict(case).items() if key != "own"} for case in cases]
        write_json(folder / FILE, {"format": FORMAT, "cases": told})


def put(folder: Path, case: Case) -> Case:
    """Keep a case made here: a new one at the end, a known one in its place."""
    kept = replace(case, id=case.id or secrets.token_hex(6), own=True)

    def change(cases: list[Case]) -> list[Case]:
        if any(known.id == kept.id for known in cases):
            return [kept if known.id == kept.id else known for known in cases]
        return [*cases, kept]

    _changed(folder, change)
    return kept


def drop(folder: Path, case: Case) -> None:
    """Take a case made here off the shelf."""
    _changed(folder, lambda cases: [known for known in cases if known.id != case.id])


def free_name(name: str, cases: list[Case]) -> str:
    """The name, with a number where another case has it."""
    taken, number, free = {case.name for case in cases}, 1, name[:76]
    while free in taken:
        number += 1
        free = f"{name[:76]} {number}"
    return free


def as_own(case: Case) -> Case:
    """A copy to be changed here: the overrides of one in the text, or the same changes."""
    return Case(case.name, uses=case.uses, changes=dict(case.changes), own=True)


# ------------------------------------------------------------------ what a case means


def written(text: str, case: Case, file: str = "scenario.yaml") -> tuple[str, str | None]:
    """The text with the case in it, and the name that it has there (None for the base).

    Raises ScenarioError with every fault that it brings in.
    """
    if not case.own:
        return text, None if case.name == BASE else case.name
    if not case.uses and not case.changes:
        problem = "changes nothing"
        raise ScenarioError([Issue(file, 0, case.name, problem, "choose at least one change")])
    return edit.add_what_if(text, case.name, case.changes, case.uses, file), case.name


def mark(text: str, case: Case) -> str:
    """A mark of what is planned: the same for the same scenario, whatever the what-if is called
    and wherever it is written. '' where it cannot be read."""
    return _mark(text, case.uses, json.dumps(case.changes, sort_keys=True))


@lru_cache(maxsize=256)
def _mark(text: str, uses: tuple[str, ...], changes: str) -> str:
    root, issues = parse(text, "scenario.yaml")
    if root is None or any(issue.severity == "error" for issue in issues):
        return ""
    full = with_catalogue(root)
    names = [Node(name) for name in uses]
    patches = full.get("overrides")
    own = node_of(json.loads(changes))
    if own.pairs:
        patches = Node({**patches.pairs, _OWN: own}, patches.line)
        names.append(Node(_OWN))
    tree, _patches, faults = overrides.apply(full, patches, names, "scenario.yaml")
    if faults:
        return ""
    return mark_of_tree(without_unused(tree, root.get("vehicles")).plain)


_OWN = "\x00own"


def mark_of_tree(tree: dict[str, Any]) -> str:
    """The mark of a resolved tree, as plan.json embeds it."""
    plain = {key: value for key, value in tree.items() if key not in _SECTIONS}
    spelled = json.dumps(plain, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(spelled.encode("ascii")).hexdigest()[:16]


def mark_of(text: str, what_if: str | None) -> str:
    """The mark of a what-if that is in the text."""
    if what_if is None:
        return mark(text, THE_BASE)
    root, _issues = parse(text, "scenario.yaml")
    if root is None or what_if not in root.get("what_ifs").pairs:
        return ""
    listed = root.get("what_ifs").get(what_if).items
    return mark(text, Case(what_if, uses=tuple(item.text or "" for item in listed)))
