"""The items of a section as rows of cells, and cells back into the items.

Rows are drawn from the text's tree, not from the typed Scenario: quantities stay as people wrote
them, and a text with a fault of sense has its rows all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from planner.edit import put
from planner.edit.writing import flow
from planner.errors import Issue, ScenarioError
from planner.load import catalogue
from planner.load.references import names
from planner.load.yamltext import Node, node_of, parse
from planner.tables.columns import SECTIONS, Column, columns
from planner.tables.mapping import normal

Cell = str | bool | tuple[str, ...] | None
Item = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """One item: its place in the list from 0, its id, its line, and the cells by column."""

    index: int
    id: str
    line: int
    cells: dict[str, Cell]


@dataclass(frozen=True)
class Table:
    """A section of a text."""

    section: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    known: dict[str, tuple[str, ...]]
    """What may be named, by kind of thing (``Column.names``)."""
    called: dict[str, dict[str, str]]
    """By kind of thing: names that one alone bears, as ``normal`` writes them → its id."""

    @property
    def used(self) -> tuple[Column, ...]:
        """The columns that any row fills, and those that each must."""
        filled = {key for row in self.rows for key, cell in row.cells.items() if cell is not None}
        return tuple(c for c in self.columns if c.required or c.key in filled or c.key == "name")

    def options(self, column: Column) -> tuple[str, ...]:
        """What a cell of the column may be chosen from; empty where it is free text."""
        return column.options or self.known.get(column.names, ())


def table(root: Node, section: str) -> Table:
    """The rows of one section of a tree."""
    found = columns(section)
    rows = tuple(
        Row(index, item.get("id").text or "", item.line, cells(item.plain, found))
        for index, item in enumerate(root.get(section).items)
    )
    there = known(root)
    return Table(section, found, rows, there, called(root, there))


def called(root: Node, there: dict[str, tuple[str, ...]]) -> dict[str, dict[str, str]]:
    """By kind of thing the names, Arabic names and place codes that say which one is meant."""
    labels: dict[str, list[str]] = {}
    for section in SECTIONS:
        for item in root.get(section).items:
            words = [item.get(key).text for key in ("id", "name", "name_ar", "pcode")]
            labels.setdefault(words[0] or "", []).extend(normal(word) for word in words if word)
    out: dict[str, dict[str, str]] = {}
    for kind, idents in there.items():
        found: dict[str, set[str]] = {}
        for ident in idents:
            for label in labels.get(ident, [normal(ident)]):
                found.setdefault(label, set()).add(ident)
        out[kind] = {label: ids.pop() for label, ids in found.items() if len(ids) == 1}
    return out


def known(root: Node) -> dict[str, tuple[str, ...]]:
    """Ids by kind of thing, the catalogue's kinds of vehicles included."""
    found = {kind: tuple(listed) for kind, listed in names(root).items()}
    own = found.get("kind of vehicle", ())
    shipped = tuple(kind for kind in catalogue().pairs if kind not in own)
    return {**found, "kind of vehicle": (*own, *shipped)}


def cells(item: Any, found: tuple[Column, ...]) -> dict[str, Cell]:
    """The cells of one item; None where nothing is written."""
    return {column.key: _cell(_value(item, column), column) for column in found}


def _value(item: Any, column: Column) -> Any:
    value = item
    for step in column.path:
        if isinstance(value, str) and column.key == "people.base":
            return value  # one figure for low, base and high
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _cell(value: Any, column: Column) -> Cell:
    if value is None:
        return None
    if column.kind == "many":
        listed = value if isinstance(value, list) else [value]
        return tuple(item if isinstance(item, str) else flow(item) for item in listed)
    if column.kind == "flag" and value in ("true", "false"):
        return bool(value == "true")
    return value if isinstance(value, str) else flow(value)


# ---------------------------------------------------------------------- back


def with_cell(item: Item, section: str, column: Column, cell: Cell) -> Item:
    """The item with one cell changed. Raises ScenarioError where the cell is in no form."""
    value = value_of(cell, column, item)
    if column.path[0] == "people" and len(column.path) == 2:
        return _with_people(item, section, column.path[1], value)
    if value is None and _value(item, column) is None:
        return item
    return _put(item, section, column.path, value)


def _put(item: Item, section: str, path: tuple[str, ...], value: Any) -> Item:
    above = item
    for step in path[:-1]:
        above = above.get(step, {})
        if not isinstance(above, dict):
            problem = f"`{step}` is a single value there"
            remedy = "change it in the text"
            raise ScenarioError([Issue("", 0, ".".join(path), problem, remedy)])
    changed: Item = put({section: [item]}, (section, 0, *path), value)[section][0]
    for end in range(len(path) - 1, 0, -1):
        # What held this cell alone goes with it.
        inner: Any = changed
        for step in path[:end]:
            inner = inner.get(step) if isinstance(inner, dict) else None
        if inner == {}:
            changed = put({section: [changed]}, (section, 0, *path[:end]), None)[section][0]
    return changed


def _with_people(item: Item, section: str, key: str, value: Any) -> Item:
    """Low, base and high stand together; one bare figure is all three."""
    people = item.get("people")
    if key == "base" and not isinstance(people, dict):
        return _put(item, section, ("people",), value)
    if isinstance(people, str):
        if value is None:
            return item
        whole = {"low": people, "base": people, "high": people}
        item = {**item, "people": whole}
    elif people is None and value is not None:
        item = {**item, "people": {}}
    return _put(item, section, ("people", key), value)


def value_of(cell: Cell, column: Column, item: Item | None = None) -> Any:
    """What a cell means in the text; None where it is empty."""
    if column.kind == "flag":
        return _flag(cell, column, item or {})
    if cell is None or cell == () or (isinstance(cell, str) and not cell.strip()):
        return None
    if isinstance(cell, tuple):
        return [part.strip() for part in cell if part.strip()]
    text = str(cell).strip()
    was_tree = isinstance(_value(item or {}, column), (dict, list))
    return _tree(text, column) if column.kind == "tree" or was_tree else text


def _flag(cell: Cell, column: Column, item: Item) -> str | None:
    if cell is None:
        return None
    text = str(cell).lower()
    wanted = text == "true" if text in ("true", "false") else None
    if wanted is None:
        return str(cell)
    unwritten = _value(item, column) is None and wanted == column.default
    return None if unwritten else text


def _tree(text: str, column: Column) -> Any:
    """A value in the notation of the text; a pair of numbers may go without its brackets."""
    pair = [part.strip() for part in text.split(",")]
    if column.key == "at" and len(pair) == 2 and "[" not in text:
        return pair
    root, issues = parse(f"x: {text}", "")
    if root is None or issues or list(root.pairs) != ["x"] or "\n" in text:
        remedy = "write it as in the text, for example {circle: {centre: some_place, radius: 3 km}}"
        if column.key != "zone":
            remedy = "write it as in the text: [a, b] for a list, {key: value} for pairs"
        raise ScenarioError([Issue("", 0, column.key, f"cannot read '{text[:60]}'", remedy)])
    return node_of(root.plain).plain["x"]
