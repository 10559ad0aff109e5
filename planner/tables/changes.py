"""Changes of a table → the new text: cells, new rows, rows that go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from planner import edit
from planner.errors import Issue, ScenarioError
from planner.load.yamltext import parse
from planner.tables.columns import SECTIONS, columns
from planner.tables.rows import Cell, Item, Table, table, with_cell

FILE = "scenario.yaml"


@dataclass(frozen=True)
class Changes:
    """What a planner did in a table; rows are counted from 0 as the table showed them."""

    cells: Mapping[int, Mapping[str, Cell]] = field(default_factory=dict)
    added: Sequence[Mapping[str, Cell]] = ()
    removed: Sequence[int] = ()

    def __bool__(self) -> bool:
        return bool(self.cells or self.added or self.removed)


@lru_cache(maxsize=8)
def tables(text: str, file: str = FILE) -> dict[str, Table] | None:
    """Every section's table; None while the text is in no form to be read. Kept for a few texts."""
    root, issues = parse(text, file)
    if root is None or issues:
        return None
    return {section: table(root, section) for section in SECTIONS}


def changed(text: str, section: str, changes: Changes, file: str = FILE) -> str:
    """The text with the changes made. Raises ScenarioError with every one that is refused."""
    tree = edit.tree_of(text, file)
    items = _items(tree, section)
    issues: list[Issue] = []
    names: list[tuple[str, str]] = []
    for index, cells in changes.cells.items():
        if not (0 <= index < len(items)) or index in changes.removed:
            continue
        items[index] = filled(items[index], section, cells, issues)
        new = cells.get("id")
        if "id" in cells and new != items[index].get("id"):
            names.append((str(items[index].get("id")), str(new or "").strip()))
    more = [filled({}, section, cells, issues, new=True) for cells in changes.added]
    if issues:
        raise ScenarioError([replace(issue, file=file) for issue in issues])
    tree = {**tree, section: items} if items or section in tree else tree
    for old, new in names:
        tree = edit.renamed(tree, section, old, new)
    after = edit.rewritten(text, tree, file)
    if more or changes.removed:
        left = [item for i, item in enumerate(_items(tree, section)) if i not in changes.removed]
        tree = edit.put(tree, (section,), [*left, *more] or None)
        after = edit.rewritten(after, tree, file)
    return edit.agreed(text, after, file)


def filled(
    item: Item,
    section: str,
    cells: Mapping[str, Cell],
    issues: list[Issue],
    new: bool = False,
) -> Item:
    """The item with its cells; the id of one that exists is renamed elsewhere, with all that
    names it."""
    if new and "id" in cells:
        item = {"id": str(cells["id"] or "").strip()}
    for known in columns(section):
        if known.key not in cells or known.key == "id":
            continue
        try:
            item = with_cell(item, section, known, cells[known.key])
        except ScenarioError as error:
            where = f"{section}[{item.get('id', '')}].{known.key}"
            issues += [replace(issue, where=where) for issue in error.issues]
    return item


def _items(tree: Mapping[str, Any], section: str) -> list[Any]:
    found = tree.get(section)
    return list(found) if isinstance(found, list) else []
