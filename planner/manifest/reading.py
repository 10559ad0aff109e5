"""A filled table → the manifest, or every row that does not fit.

A fault names file, row and column and says what is wrong, and never what stands in the cell: the
list of faults may go to a log or to somebody else's screen. Tokens are the exception.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from planner.cells import clean
from planner.errors import Issue, ScenarioError
from planner.manifest.fields import Field, field_named, fields_for, forbidden
from planner.manifest.nouns import Frame, Manifest, Passenger
from planner.manifest.tokens import is_token, tidy_token
from planner.tables.grid import Grid, read_grid

SHEET = "Manifest"
NEEDED = ("vehicle", "kind", "person", "group", "consent")
MOST_KG = 200
MOST_LETTERS = 120
_CHOICES: dict[str, tuple[str, ...]] = {
    "kind": ("seat", "stretcher"),
    "consent": ("explicit", "implicit", "proxy"),
    "precedence": ("urgent", "priority", "routine"),
    "mobility": ("walks", "needs help", "wheelchair", "lies"),
    "sex": ("f", "m", "x"),
    "unaccompanied_child": ("yes", "no"),
}
_SHAPES = {
    "family": (re.compile(r"[A-Za-z]?[0-9]{1,4}"), "a number of the family unit, never a name"),
    "number": (re.compile(r"[A-Za-z]?[0-9]{1,3}[A-Za-z]?"), "a number, for example 12 or 3B"),
    "birth_year": (re.compile(r"(?:18|19|20)[0-9]{2}"), "four digits, for example 1974"),
    "nationality": (re.compile(r"[A-Za-z]{2,3}"), "the letters of ISO 3166, for example SY"),
    "document": (re.compile(r"[A-Za-z0-9 /.\-]{3,30}"), "letters and digits of the number"),
}
_TOKENS = ("guardian", "companion_of")


@dataclass
class Sheet:
    """The rows of a table on their way, with every fault so far."""

    file: str
    issues: list[Issue] = field(default_factory=list)

    def fault(self, row: int, column: str, problem: str, remedy: str) -> None:
        """One more fault; ``row`` counts as a spreadsheet does."""
        self.issues.append(Issue(self.file, row, column, problem, remedy))

    def settle(self) -> None:
        """Raises ScenarioError where there is a fault."""
        if self.issues:
            raise ScenarioError(sorted(set(self.issues)))


def read_passengers(
    content: bytes,
    file: str,
    frame: Frame,
    needs: frozenset[str] = frozenset(),
    movements: frozenset[str] = frozenset(),
) -> Manifest:
    """The manifest of a movement from a CSV or XLSX table with the columns of the blank.

    ``needs`` are what the list is for besides boarding ("medical", "border"); ``movements`` are the
    ids of the plan's other movements. Raises ScenarioError with every fault, by row.
    """
    sheet = Sheet(file)
    grid = read_grid(content, file, SHEET)
    columns = matched(sheet, grid, fields_for(needs), NEEDED)
    sheet.settle()
    rows = _rows(sheet, grid, columns, frame, movements)
    _together(sheet, rows, frame)
    sheet.settle()
    passengers = tuple(Passenger.model_validate(_typed(cells)) for cells in rows.values())
    return Manifest(frame=frame, passengers=passengers)


def matched(
    sheet: Sheet, grid: Grid, known: tuple[Field, ...], needed: tuple[str, ...]
) -> dict[str, int]:
    """Column name → index; a column that is forbidden, unknown, doubled or missing is a fault."""
    found: dict[str, int] = {}
    for index, header in enumerate(grid.rows[0]):
        told = clean(header).strip()[:60] or f"column {index + 1}"
        topic = forbidden(header)
        field_ = field_named(header, known)
        if topic:
            problem = f"may never be collected ({topic}); nothing of the file was kept"
            sheet.fault(1, told, problem, "delete the column, in every copy of the file")
        elif field_ is None:
            if any(row[index].strip() for row in grid.rows):
                sheet.fault(1, told, *_unknown(header, known))
        elif field_.name in found:
            sheet.fault(1, told, "stands there twice", "keep one")
        else:
            found[field_.name] = index
    for name in needed:
        if name not in found and not sheet.issues:
            sheet.fault(1, name, "this column is missing", "fill in the blank of `manifest new`")
    return found


def _unknown(header: str, known: tuple[Field, ...]) -> tuple[str, str]:
    field_ = field_named(header, fields_for(frozenset({"medical", "border"})))
    if field_ is not None:
        return f"is for {field_.needs} lists alone", f"delete it, or say --{field_.needs}"
    names = ", ".join(one.name for one in known)
    return "is no column of this table; free text is not taken", f"delete it; there are: {names}"


def _rows(
    sheet: Sheet,
    grid: Grid,
    columns: dict[str, int],
    frame: Frame,
    movements: frozenset[str],
) -> dict[int, dict[str, str]]:
    """Row number → cells, each checked by itself."""
    rows: dict[int, dict[str, str]] = {}
    for number, row in enumerate(grid.rows[1:], start=2):
        cells = {name: tidy(row[index]) for name, index in columns.items()}
        if not any(cells.values()):
            continue
        rows[number] = cells
        _check_movement(sheet, number, cells, frame, movements)
        _check_vehicle(sheet, number, cells, frame)
        for name, text in cells.items():
            _check_cell(sheet, number, name, text, cells)
    if not rows:
        sheet.fault(2, "", "no row is filled in", "one row for each person")
    return rows


def tidy(raw: str) -> str:
    """A cell without control and turning characters; Arabic and other digits as 0 to 9."""
    text = unicodedata.normalize("NFC", clean(raw)).strip().strip("\u00a0\u200e\u200f\ufeff'")
    return "".join(str(unicodedata.digit(c)) if c.isdigit() and c > "9" else c for c in text)


def _check_movement(
    sheet: Sheet, row: int, cells: dict[str, str], frame: Frame, movements: frozenset[str]
) -> None:
    said = cells.get("movement", "")
    if not said or said == frame.movement:
        return
    if said in movements:
        problem = f"is for movement {said}, not {frame.movement}"
        sheet.fault(row, "movement", problem, "make a manifest of each movement")
    else:
        remedy = f"write {frame.movement}, as on the blank"
        sheet.fault(row, "movement", "unknown movement: the plan has none of this id", remedy)


def _check_vehicle(sheet: Sheet, row: int, cells: dict[str, str], frame: Frame) -> None:
    ids = [vehicle.id for vehicle in frame.vehicles]
    if not cells["vehicle"] and len(ids) == 1:
        cells["vehicle"] = ids[0]
    if cells["vehicle"] not in ids:
        problem = "no such vehicle in this movement" if cells["vehicle"] else "nothing is written"
        sheet.fault(row, "vehicle", problem, f"one of {', '.join(ids[:8])}")
        return
    aboard = [line.group for line in frame.planned if line.vehicle == cells["vehicle"]]
    if not cells["group"] and len(aboard) == 1:
        cells["group"] = aboard[0]
    if cells["group"] not in aboard:
        problem = "the plan has nobody of this group in this vehicle"
        sheet.fault(row, "group", problem, f"one of {', '.join(aboard[:8])}, or plan again")


def _check_cell(sheet: Sheet, row: int, name: str, text: str, cells: dict[str, str]) -> None:
    if name == "person":
        _check_token(sheet, row, name, text, cells)
    elif name in _CHOICES:
        cells[name] = chosen = " ".join(text.lower().replace("_", " ").split())
        if chosen not in _CHOICES[name] and (chosen or name in ("kind", "consent")):
            problem = _missing_words(name) if not chosen else "none of the words of this column"
            sheet.fault(row, name, problem, f"write {' or '.join(_CHOICES[name])}")
    elif text and name in _TOKENS:
        _check_token(sheet, row, name, text, cells)
    elif text and name in _SHAPES and not _SHAPES[name][0].fullmatch(text):
        sheet.fault(row, name, "not of its form", f"write {_SHAPES[name][1]}")
    elif text and name == "baggage_kg" and not (text.isascii() and _whole(text) <= MOST_KG):
        sheet.fault(row, name, "no weight", f"write whole kilograms, at most {MOST_KG}")
    elif len(text) > MOST_LETTERS:
        sheet.fault(row, name, f"more than {MOST_LETTERS} letters", "write less")


def _missing_words(name: str) -> str:
    if name == "consent":
        return "consent is missing: nobody is listed who did not agree, or for whom nobody did"
    return "nothing is written"


def _whole(text: str) -> int:
    return int(text) if text.isdigit() and len(text) <= 6 else MOST_KG + 1


def _check_token(sheet: Sheet, row: int, name: str, text: str, cells: dict[str, str]) -> None:
    cells[name] = tidy_token(text)
    if not is_token(cells[name]):
        problem = "no token, or one that was miswritten" if text else "nothing is written"
        remedy = "take it from the blank; delete the row where nobody takes the place"
        sheet.fault(row, name, problem, remedy)


# ------------------------------------------------------------------ what rows say of each other


def _together(sheet: Sheet, rows: dict[int, dict[str, str]], frame: Frame) -> None:
    first_of = _doubles(sheet, rows)
    _ties(sheet, rows, first_of)
    _families(sheet, rows)
    _beyond_plan(sheet, rows, frame)


def _doubles(sheet: Sheet, rows: dict[int, dict[str, str]]) -> dict[str, int]:
    """Token → its first row; tokens and seats that stand there twice are faults."""
    persons: dict[str, int] = {}
    seats: dict[tuple[str, str, str], int] = {}
    for number, cells in rows.items():
        token = cells["person"]
        if is_token(token) and persons.setdefault(token, number) != number:
            problem = f"{token} stands in row {persons[token]} too"
            sheet.fault(number, "person", problem, "a token is one person; take another")
        seat = (cells["vehicle"], cells["kind"], cells.get("number", ""))
        if seat[2] and seats.setdefault(seat, number) != number:
            sheet.fault(number, "number", f"row {seats[seat]} has this place too", "take another")
    return persons


def _ties(sheet: Sheet, rows: dict[int, dict[str, str]], first_of: dict[str, int]) -> None:
    """Guardians and patients are on the list, ride in the same vehicle, and are somebody else."""
    for number, cells in rows.items():
        for name in _TOKENS:
            said = cells.get(name, "")
            if not is_token(said):
                continue
            if said == cells["person"]:
                sheet.fault(number, name, "names the person itself", "name somebody else")
            elif said not in first_of:
                sheet.fault(number, name, f"{said} is not on this list", "list both, or neither")
            elif rows[first_of[said]]["vehicle"] != cells["vehicle"]:
                problem = f"{said} rides in another vehicle"
                sheet.fault(number, name, problem, "put both into one vehicle")
        if cells.get("unaccompanied_child") == "yes" and cells.get("guardian"):
            problem = "a child with a guardian is not unaccompanied"
            sheet.fault(number, "unaccompanied_child", problem, "write no, or leave guardian empty")


def _families(sheet: Sheet, rows: dict[int, dict[str, str]]) -> None:
    homes: dict[str, tuple[str, int]] = {}
    for number, cells in rows.items():
        family = cells.get("family", "").upper()
        if not family:
            continue
        vehicle, row = homes.setdefault(family, (cells["vehicle"], number))
        if vehicle != cells["vehicle"]:
            problem = f"splits a family: row {row} rides in another vehicle"
            sheet.fault(number, "family", problem, "put them into one vehicle")


def _beyond_plan(sheet: Sheet, rows: dict[int, dict[str, str]], frame: Frame) -> None:
    """More people on a vehicle, or of a group on it, than the plan has places for."""
    taken: Counter[tuple[str, str, str]] = Counter()
    ids = {vehicle.id for vehicle in frame.vehicles}
    for number, cells in rows.items():
        vehicle, kind, group = cells["vehicle"], cells["kind"], cells["group"]
        if kind not in ("seat", "stretcher") or vehicle not in ids or group not in frame.groups:
            continue
        for part in (None, group):
            taken[vehicle, kind, part or ""] += 1
            places = frame.places("seat" if kind == "seat" else "stretcher", vehicle, part)
            if taken[vehicle, kind, part or ""] == places + 1:
                of = f" for group {part}" if part else ""
                problem = f"beyond the plan: it has {places} {kind} places here{of}"
                sheet.fault(number, "kind", problem, "move them to another vehicle, or plan again")


def _typed(cells: dict[str, str]) -> dict[str, Any]:
    """The cells as the noun wants them."""
    said = {name: text for name, text in cells.items() if text and name != "movement"}
    typed: dict[str, Any] = dict(said)
    if "unaccompanied_child" in said:
        typed["unaccompanied_child"] = said["unaccompanied_child"] == "yes"
    for name in ("baggage_kg", "birth_year"):
        if name in said:
            typed[name] = int(said[name])
    for name in ("family", "nationality"):
        if name in said:
            typed[name] = said[name].upper()
    return typed
