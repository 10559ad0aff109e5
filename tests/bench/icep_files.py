"""Reads instances of the Isolated Community Evacuation Problem (Krutein & Goodchild 2022).

A folder has tables in ``Input`` and ``Incidences`` (any case). Columns are found by name, blank
lines and a byte order mark are passed over. Distances are nautical miles, speeds knots, times
minutes; what comes out is integer milliseconds.

Net demand is Demand - private_evac, never below 0. A vessel goes empty at ``vmax``, loaded at
``v_loaded``; ``loading time`` is charged at the pick-up and again at the drop-off. First legs are
in ``distance matrix`` where that is a list, in ``zeta`` where it is a square.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from planner.solvers.trips import TripProblem, Vessel

HOUR_MS = 3_600_000
MINUTE_MS = 60_000
THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?")
INPUT, INCIDENCES = "input", "incidences"
NO_DOCK = "{} (has no dock)"


class BadInput(ValueError):
    """A file that cannot be read as an instance; the text names file and line."""


@dataclass(frozen=True)
class Row:
    """One line of a table: its cells by the plain form of their headers."""

    file: Path
    line: int
    cells: dict[str, str]

    def fault(self, text: str) -> BadInput:
        """An error about this line."""
        return BadInput(f"{self.file}, line {self.line}: {text}")

    def text(self, column: str) -> str:
        """A cell that must be filled."""
        found = self.cells.get(column, "")
        if not found:
            raise self.fault(f"'{column}' is empty or missing")
        return found

    def number(self, column: str, default: float | None = None) -> float:
        """A finite number of at least 0; ``default`` where the cell is empty or missing."""
        found = self.cells.get(column, "")
        if not found and default is not None:
            return default
        return self.parsed(column, self.text(column))

    def parsed(self, column: str, found: str) -> float:
        """The number that a text of this line stands for."""
        plain = found.replace(",", "") if THOUSANDS.fullmatch(found) else found
        try:
            value = float(plain)
        except ValueError:
            raise self.fault(f"'{column}' is not a number: '{found}'") from None
        if not math.isfinite(value) or value < 0:
            raise self.fault(f"'{column}' must be a number of at least 0 (got '{found}')")
        return value

    def whole(self, column: str, default: int | None = None) -> int:
        """A whole number of at least 0."""
        value = self.number(column, default)
        if value != int(value):
            raise self.fault(f"'{column}' must be a whole number (got {value})")
        return int(value)


@dataclass(frozen=True)
class Table:
    """A table with its headers in plain form, in their order, as written in ``titles``."""

    file: Path
    headers: tuple[str, ...]
    titles: tuple[str, ...]
    rows: tuple[Row, ...]

    def needs(self, *columns: str) -> Table:
        """Itself, where it has these columns."""
        for column in columns:
            if column not in self.headers:
                raise BadInput(f"{self.file}, line 1: there is no column '{column}'")
        return self


@dataclass(frozen=True)
class Scenario:
    """One scenario of an instance as a trip problem."""

    name: str
    problem: TripProblem


@dataclass(frozen=True)
class Craft:
    """A vessel as its line says, with the dock at which it lies at first."""

    name: str
    dock: str
    capacity: int
    empty_kn: float
    loaded_kn: float
    loading_ms: int
    available_ms: int


def plain(text: str) -> str:
    """Headers and file names compare without case, underscores and doubled blanks."""
    return re.sub(r"[\s_]+", " ", text).strip().casefold()


def folders(root: Path) -> list[Path]:
    """The instances at ``root``: itself, or the folders in it that look like one."""
    if not root.is_dir():
        raise BadInput(f"{root}: there is no such folder")
    if _within(root, INPUT):
        return [root]
    found = sorted(path for path in root.iterdir() if path.is_dir() and _within(path, INPUT))
    if not found:
        raise BadInput(f"{root}: neither this folder nor one in it has a folder 'Input'")
    return found


def read(folder: Path) -> list[Scenario]:
    """Every scenario of one instance. Raises BadInput."""
    files = _files(folder)
    vessels = _vessels(files, folder)
    docks = _island_docks(files, folder)
    mainland = _table(files, folder, "mainland docks").needs("dock")
    drops = tuple(dict.fromkeys(row.text("dock") for row in mainland.rows))
    fits = _compatibility(files, folder)
    tables = _Distances(files, folder)
    known = set(docks.values()) | _locations(files)
    return [
        Scenario(name, _pose(vessels, docks, drops, fits, tables, demand))
        for name, demand in _demands(files, folder, known).items()
    ]


def _within(folder: Path, name: str) -> Path | None:
    for path in sorted(folder.iterdir()):
        if path.is_dir() and plain(path.name) == name:
            return path
    return None


def _files(folder: Path) -> dict[str, Path]:
    """Every table's path by the plain form of its name."""
    found: dict[str, Path] = {}
    for name in (INPUT, INCIDENCES):
        inner = _within(folder, name)
        for path in sorted(inner.iterdir()) if inner else []:
            if path.suffix.casefold() == ".csv":
                found.setdefault(plain(path.stem), path)
    return found


def _table(files: dict[str, Path], folder: Path, name: str) -> Table:
    if name not in files:
        raise BadInput(f"{folder}: there is no table '{name}.csv'")
    return _parse(files[name])


def _parse(path: Path) -> Table:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_bytes().decode("cp1252", errors="replace")
    reader = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)
    titles: tuple[str, ...] | None = None
    headers: tuple[str, ...] = ()
    rows = []
    for line, cells in _lines(path, reader):
        if titles is None:
            titles = tuple(cells)
            headers = tuple(plain(cell) for cell in cells)
            continue
        if any(cells[len(headers) :]):
            raise BadInput(f"{path}, line {line}: more cells than there are columns")
        rows.append(Row(path, line, dict(zip(headers, cells, strict=False))))
    if titles is None:
        raise BadInput(f"{path}, line 1: the table is empty")
    twice = next((one for one in headers if one and headers.count(one) > 1), None)
    if twice:
        raise BadInput(f"{path}, line 1: the column '{twice}' is there twice")
    return Table(path, headers, titles, tuple(rows))


def _lines(path: Path, reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """The lines that are not blank, with the number of their first line."""
    line = 1
    while True:
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            raise BadInput(f"{path}, line {line}: {error}") from None
        if any(cells):
            yield line, cells
        line = reader.line_num + 1  # type: ignore[attr-defined]


def _vessels(files: dict[str, Path], folder: Path) -> list[Craft]:
    table = _table(files, folder, "vessels").needs("vessel name", "max cap")
    if "vmax" not in table.headers and "v loaded" not in table.headers:
        raise BadInput(f"{table.file}, line 1: there is no column 'vmax'")
    docks = _initial_docks(files)
    found: dict[str, Craft] = {}
    for row in table.rows:
        name = row.text("vessel name")
        if name in found:
            raise row.fault(f"the vessel '{name}' is there twice")
        dock = docks.get(name) or row.cells.get("regular origin", "")
        if not dock:
            raise row.fault(f"no table says at which dock '{name}' lies at first")
        either = row.cells.get("vmax") or row.cells.get("v loaded") or ""
        found[name] = Craft(
            name,
            dock,
            row.whole("max cap"),
            _knots(row, "vmax", either),
            _knots(row, "v loaded", either),
            round(row.number("loading time", 0.0) * MINUTE_MS),
            round(row.number("time to availability", 0.0) * MINUTE_MS),
        )
    return list(found.values())


def _knots(row: Row, column: str, otherwise: str) -> float:
    text = row.cells.get(column) or otherwise
    if not text:
        raise row.fault(f"'{column}' is empty")
    speed = row.parsed(column, text)
    if speed <= 0:
        raise row.fault(f"'{column}' must be above 0")
    return speed


def _initial_docks(files: dict[str, Path]) -> dict[str, str]:
    if "initial vessel docks" not in files:
        return {}
    found: dict[str, str] = {}
    for row in _parse(files["initial vessel docks"]).needs("dock", "vessel").rows:
        name = row.text("vessel")
        if found.setdefault(name, row.text("dock")) != row.text("dock"):
            raise row.fault(f"the vessel '{name}' lies at two docks")
    return found


def _island_docks(files: dict[str, Path], folder: Path) -> dict[str, str]:
    """Location by dock."""
    found: dict[str, str] = {}
    for row in _table(files, folder, "island docks").needs("dock", "location").rows:
        dock, location = row.text("dock"), row.text("location")
        if found.setdefault(dock, location) != location:
            raise row.fault(f"the dock '{dock}' is in two locations")
    return found


def _locations(files: dict[str, Path]) -> set[str]:
    """Locations that exist even where they have no dock."""
    if "island locations" not in files:
        return set()
    return {row.text("location") for row in _parse(files["island locations"]).rows}


def _compatibility(files: dict[str, Path], folder: Path) -> set[tuple[str, str]]:
    """(vessel, dock) of those that fit; a list with a 0 or 1 a line, or a square with 0 and 1."""
    table = _table(files, folder, "vessel compatibility")
    found: set[tuple[str, str]] = set()
    if "compatibility" in table.headers:
        who = "vessel" if "vessel" in table.headers else "resource"
        for row in table.needs("dock", who).rows:
            if row.number("compatibility", 0.0):
                found.add((row.text(who), row.text("dock")))
        return found
    for row in table.rows:
        dock = row.text(table.headers[0])
        for header, title in zip(table.headers[1:], table.titles[1:], strict=True):
            if row.number(header, 0.0):
                found.add((title, dock))
    return found


class _Distances:
    """Nautical miles by kind of leg; ``None`` is no way."""

    def __init__(self, files: dict[str, Path], folder: Path) -> None:
        named = {name: _pairs(files, name) for name in ("gamma", "delta", "zeta")}
        matrix = _pairs(files, "distance matrix")
        for name, other in (("gamma", matrix), ("delta", matrix)):
            if named[name] is None and other is None:
                raise BadInput(f"{folder}: there is no table '{name}.csv'")
        first = named["zeta"] if matrix is None else matrix
        later = named["zeta"] or {}
        if first is None:
            raise BadInput(f"{folder}: no table has the first legs ('zeta.csv')")
        listed = matrix or {}
        self.start = {**later, **first}
        self.loaded = {**listed, **(named["gamma"] or {})}
        self.empty = {**listed, **(named["delta"] or {})}


def _pairs(files: dict[str, Path], name: str) -> dict[tuple[str, str], float] | None:
    """A list of pairs; ``None`` where there is no such table or it is a square."""
    if name not in files:
        return None
    table = _parse(files[name])
    if "origin" not in table.headers and name == "distance matrix":
        return None
    table.needs("origin", "destination", "distance")
    found: dict[tuple[str, str], float] = {}
    for row in table.rows:
        pair = row.text("origin"), row.text("destination")
        miles = row.number("distance")
        if found.setdefault(pair, miles) != miles:
            raise row.fault(f"two distances from '{pair[0]}' to '{pair[1]}'")
    return found


def _demands(files: dict[str, Path], folder: Path, known: set[str]) -> dict[str, dict[str, int]]:
    """Net demand by location, by scenario; locations where nobody is left to move are left out."""
    table = _table(files, folder, "scenarios").needs("scenario", "location", "demand")
    found: dict[str, dict[str, int]] = {}
    for row in table.rows:
        location = row.text("location")
        if location not in known:
            raise row.fault(f"there is no location '{location}'")
        net = max(0, row.whole("demand") - row.whole("private evac", 0))
        demand = found.setdefault(row.text("scenario"), {})
        if net:
            demand[location] = demand.get(location, 0) + net
    if not found:
        raise BadInput(f"{table.file}, line 1: there is no scenario")
    return found


def _pose(
    crafts: list[Craft],
    docks: dict[str, str],
    drops: tuple[str, ...],
    fits: set[tuple[str, str]],
    tables: _Distances,
    demand: dict[str, int],
) -> TripProblem:
    sources = list(demand)
    places = [(dock, sources.index(at)) for dock, at in docks.items() if at in demand]
    places += [
        (NO_DOCK.format(name), index)
        for index, name in enumerate(sources)
        if name not in docks.values()
    ]
    pickups = tuple(dock for dock, _ in places)

    def ride(craft: Craft, table: dict[tuple[str, str], float], a: str, b: str) -> int | None:
        """Milliseconds from one dock to another; the vessel must fit the far one."""
        miles = table.get((a, b))
        if miles is None or (craft.name, b) not in fits:
            return None
        if table is tables.loaded:
            if (craft.name, a) not in fits:
                return None
            return round(miles / craft.loaded_kn * HOUR_MS) + 2 * craft.loading_ms
        return round(miles / craft.empty_kn * HOUR_MS)

    return TripProblem(
        vessels=tuple(Vessel(c.name, c.capacity, c.available_ms) for c in crafts),
        pickups=pickups,
        drops=drops,
        source_of=tuple(index for _, index in places),
        demand=tuple(demand.values()),
        drop_capacity=(None,) * len(drops),
        start_ms=tuple(tuple(ride(c, tables.start, c.dock, p) for p in pickups) for c in crafts),
        loaded_ms=tuple(
            tuple(tuple(ride(c, tables.loaded, p, d) for d in drops) for p in pickups)
            for c in crafts
        ),
        empty_ms=tuple(
            tuple(tuple(ride(c, tables.empty, d, p) for p in pickups) for d in drops)
            for c in crafts
        ),
    )
