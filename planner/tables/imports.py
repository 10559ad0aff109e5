"""A list of people's own → the text with its rows as items, or every row that does not fit.

A row whose id (or, where the file has no ids, whose name) is known changes that item in the cells
that it fills; the others are added. Nothing is taken in by halves: the new text is there only where
every row fits. Who wants the good rows without the bad ones asks for that text by its own name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping as Pairs
from dataclasses import dataclass, field

from planner import edit
from planner.errors import Issue, ScenarioError
from planner.load.yamltext import node_of
from planner.scenario.parts import IDENTIFIER
from planner.tables.changes import FILE, Changes, changed
from planner.tables.columns import Column, column, columns
from planner.tables.grid import Grid, read_grid
from planner.tables.mapping import BOTH, LAT, LON, Mapping, mapped, normal
from planner.tables.rows import Cell, Table, table

_THOUSANDS = re.compile(r"[0-9]{1,3}(?:[ ,'’\u00a0\u202f\u2009][0-9]{3})+")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_TRUE, _FALSE = frozenset({"true", "yes", "y", "1", "x"}), frozenset({"false", "no", "n", "0"})
_HEADER = {LAT: "at", LON: "at", BOTH: "at"}


@dataclass(frozen=True, order=True)
class Fault:
    """What is wrong in one row of a file; ``row`` counts as a spreadsheet does, 0 is the whole."""

    row: int
    column: str
    problem: str
    remedy: str


@dataclass(frozen=True)
class Import:
    """What a file would do to a text; ``text`` is None where a row does not fit."""

    text: str | None
    without_bad: str | None
    """The text with the good rows alone; None where there is none, or no bad one."""
    faults: tuple[Fault, ...]
    added: int
    updated: int
    how: str
    taken: tuple[tuple[str, str, str], ...]
    """(header, column, first cell) of what is taken."""
    ignored: tuple[str, ...]
    missing: tuple[str, ...]
    """Columns that every item needs and the file does not have."""
    rows: int = 0

    @property
    def bad_rows(self) -> int:
        """How many rows do not fit."""
        return len({fault.row for fault in self.faults if fault.row})


@dataclass
class _Work:
    """The rows of a file on their way."""

    table: Table
    mapping: Mapping
    faults: list[Fault] = field(default_factory=list)
    cells: dict[int, dict[str, Cell]] = field(default_factory=dict)  # row → cells
    at: dict[int, int | None] = field(default_factory=dict)  # row → item that it changes

    @property
    def bad(self) -> set[int]:
        """The rows that do not fit."""
        return {fault.row for fault in self.faults}

    def fault(self, row: int, key: str, problem: str, remedy: str) -> None:
        self.faults.append(Fault(row, self.header(key), problem, remedy))

    def header(self, key: str) -> str:
        """What the file calls a column of ours."""
        named = zip(self.mapping.headers, self.mapping.targets, strict=True)
        for header, target in named:
            if target and (target == key or _HEADER.get(target) == key):
                return header
        return key


def imported(
    text: str,
    section: str,
    content: bytes,
    name: str,
    defaults: Pairs[str, Cell] | None = None,
    encoding: str = "",
    file: str = FILE,
) -> Import:
    """What the rows of a file would do to a section of the text.

    ``defaults`` are cells for new items in whose row nothing is written. Raises ScenarioError
    where the file is no table or the text is in no form.
    """
    found = table(node_of(edit.tree_of(text, file)), section)
    grid = read_grid(content, name, section, encoding)
    work = _Work(found, mapped(grid.rows, section))
    _read_rows(work, grid, defaults or {})
    after = without_bad = None
    if work.cells:
        after = _written(text, section, work, file, tell=True)
        bad = work.bad
        if bad and 0 not in bad and set(work.cells) - bad:
            without_bad = _written(text, section, work, file, tell=False)
    return _told(work, grid, None if work.faults else after, without_bad, defaults or {})


def _told(
    work: _Work, grid: Grid, text: str | None, good_only: str | None, defaults: Pairs[str, Cell]
) -> Import:
    targets = work.mapping.targets
    there = {_HEADER.get(target, target) for target in targets}
    there |= {key for key, cell in defaults.items() if cell}
    needed = [c.key for c in work.table.columns if c.required and c.key not in there]
    first = grid.rows[work.mapping.first : work.mapping.first + 1] or ([""] * len(targets),)
    named = zip(work.mapping.headers, targets, first[0], strict=True)
    return Import(
        text, good_only, tuple(sorted(set(work.faults))),
        added=sum(index is None for index in work.at.values()),
        updated=sum(index is not None for index in work.at.values()),
        how=grid.how + (", HXL" if work.mapping.hxl else ""),
        taken=tuple((header, _HEADER.get(t, t), cell) for header, t, cell in named if t),
        ignored=work.mapping.ignored,
        missing=tuple(key for key in needed if not (key == "id" and "name" in there)),
        rows=len(work.cells),
    )  # fmt: skip


# ---------------------------------------------------------------------- rows of texts → cells


def _read_rows(work: _Work, grid: Grid, defaults: Pairs[str, Cell]) -> None:
    if not any(work.mapping.targets):
        known = ", ".join(c.key for c in work.table.columns[:6])
        work.fault(0, "", "no column is known", f"write a row of headers, for example: {known}")
        return
    by_id = {row.id: row.index for row in work.table.rows}
    by_name = _by_name(work.table)
    taken = set(by_id)
    seen: dict[str, int] = {}
    for number, row in enumerate(grid.rows[work.mapping.first :], start=work.mapping.first + 1):
        if not any(cell.strip() for cell in row):
            continue
        cells = _cells(work, number, row)
        ident = str(cells.get("id") or "").strip()
        name = str(cells.get("name") or "")
        if not ident and normal(name) in by_name and "id" not in work.mapping.targets:
            ident = by_name[normal(name)]
        if not ident:
            ident = _new_id(name, work.table.section, taken)
        if ident in seen:
            work.fault(number, "id", f"'{ident[:60]}' stands in row {seen[ident]} too", "keep one")
        elif not IDENTIFIER.fullmatch(ident):
            remedy = "write lower-case letters, digits and underscores, at most 60"
            work.fault(number, "id", f"cannot take '{ident[:60]}'", remedy)
        seen.setdefault(ident, number)
        taken.add(ident)
        work.at[number] = by_id.get(ident)
        if ident not in by_id:
            filled = {key: cell for key, cell in cells.items() if cell is not None}
            cells = {**defaults, **filled, "id": ident}
            _tell_missing(work, number, cells)
        work.cells[number] = {key: cell for key, cell in cells.items() if cell not in (None, ())}


def _tell_missing(work: _Work, row: int, cells: Pairs[str, Cell]) -> None:
    for known in work.table.columns:
        told = any(f.row == row and f.column == work.header(known.key) for f in work.faults)
        if known.required and cells.get(known.key) in (None, "", ()) and not told:
            work.fault(row, known.key, "nothing is written", f"write it: {known.means}")


def _cells(work: _Work, number: int, row: tuple[str, ...]) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    position: dict[str, str] = {}
    for target, raw in zip(work.mapping.targets, row, strict=True):
        text = _tidy(raw)
        if not target or not text:
            continue
        if target in _HEADER:
            position[target] = text
            continue
        known = column(work.table.section, target)
        try:
            cells[target] = _READERS.get(known.kind, _as_text)(text, known, work.table)
        except ValueError as error:
            problem, _, remedy = str(error).partition("; ")
            work.fault(number, target, problem, remedy)
    if position and "at" not in cells:
        _position(work, number, position, cells)
    return cells


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip().strip("\u00a0\u200e\u200f\ufeff")


def _position(work: _Work, number: int, found: dict[str, str], cells: dict[str, Cell]) -> None:
    both = [part for part in re.split(r"[;,\s]+", found.get(BOTH, "")) if part]
    pair = [found.get(LAT, ""), found.get(LON, "")] if BOTH not in found else both
    pair = [_digits(part).replace(",", ".").strip("° ") for part in pair]
    if len(pair) != 2 or not all(_NUMBER.fullmatch(part) for part in pair):
        shown = ", ".join(found.values())[:60]
        remedy = "write latitude and longitude in degrees, for example 35.33 and 40.11"
        work.fault(number, "at", f"no position: '{shown}'", remedy)
        return
    cells["at"] = f"{pair[0]}, {pair[1]}"


def _digits(text: str) -> str:
    """Arabic and other digits as 0 to 9."""
    return "".join(str(unicodedata.digit(c)) if c.isdigit() and c > "9" else c for c in text)


def _as_text(text: str, known: Column, found: Table) -> Cell:
    return text


def _as_number(text: str, known: Column, found: Table) -> Cell:
    plain = _digits(text)
    if _THOUSANDS.fullmatch(plain):
        plain = re.sub(r"[^0-9]", "", plain)
    return re.sub(r"\.0+$", "", plain)


def _as_share(text: str, known: Column, found: Table) -> Cell:
    return _digits(text).replace("٪", "%")


def _as_flag(text: str, known: Column, found: Table) -> Cell:
    word = text.lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise ValueError(f"cannot take '{text[:60]}'; write true or false")


def _as_choice(text: str, known: Column, found: Table) -> Cell:
    options = {normal(option): option for option in known.options}
    if normal(text) in options:
        return options[normal(text)]
    raise ValueError(f"cannot take '{text[:60]}'; known: {', '.join(known.options)}")


def _as_one(text: str, known: Column, found: Table) -> Cell:
    """An id, or the name of a place where a place is meant; what is unknown the reader tells."""
    if text in found.options(known):
        return text
    return found.called.get(known.names, {}).get(normal(text), text)


def _as_many(text: str, known: Column, found: Table) -> Cell:
    parts = [part.strip() for part in re.split(r"[,;|\n]", text) if part.strip()]
    reader = _as_choice if known.options else _as_one
    return tuple(str(reader(part, known, found)) for part in parts)


_READERS = {
    "number": _as_number,
    "share": _as_share,
    "flag": _as_flag,
    "choice": _as_choice,
    "one": _as_one,
    "many": _as_many,
}


def _by_name(found: Table) -> dict[str, str]:
    """Names that one item alone bears → its id."""
    out: dict[str, str] = {}
    for row in found.rows:
        name = normal(str(row.cells.get("name") or ""))
        if name:
            out[name] = "" if name in out else row.id
    return {name: ident for name, ident in out.items() if ident}


def _new_id(name: str, section: str, taken: set[str]) -> str:
    """An id out of a name: Latin letters and digits, numbered where it is taken or empty."""
    stem = re.sub(r"[^a-z0-9_]+", "", normal(name))[:50].strip("_")
    if stem and stem not in taken:
        return stem
    number = 2 if stem else 1
    stem = stem or section.removesuffix("s")
    while f"{stem}_{number}" in taken:
        number += 1
    return f"{stem}_{number}"


# ---------------------------------------------------------------------- cells → the text


def _written(text: str, section: str, work: _Work, file: str, tell: bool) -> str | None:
    """The text with the rows that have no fault; what the reader finds is told by row."""
    updates: dict[int, dict[str, Cell]] = {}
    added: list[dict[str, Cell]] = []
    for number, cells in work.cells.items():
        index = work.at[number]
        if number in work.bad:
            continue
        if index is None:
            added.append(cells)
        else:
            updates[index] = {key: cell for key, cell in cells.items() if key != "id"}
    try:
        return changed(text, section, Changes(updates, added), file)
    except ScenarioError as error:
        for issue in error.issues if tell else ():
            _tell(work, section, issue)
        return None


def _tell(work: _Work, section: str, issue: Issue) -> None:
    """A finding of the reader as a fault of the row that it speaks of."""
    found = re.search(rf"{section}\[([^\[\]]+)\](?:\.([\w.]+))?", issue.where)
    ident, key = (found[1], found[2] or "") if found else ("", "")
    rows = [number for number, cells in work.cells.items() if _id_of(work, number, cells) == ident]
    keys = [c.key for c in columns(section)]
    near = next((k for k in keys if k == key or k.startswith(f"{key}.") or key.startswith(k)), key)
    where = "" if rows else f"{issue.where}: "
    work.fault(rows[0] if rows else 0, near, f"{where}{issue.problem}", issue.remedy)


def _id_of(work: _Work, number: int, cells: Pairs[str, Cell]) -> str:
    index = work.at.get(number)
    return work.table.rows[index].id if index is not None else str(cells.get("id", ""))
