"""The blank manifest: a line for each place that the plan fills, for a pen or for Excel.

A blank names nobody. Its tokens are random, so that it differs from copy to copy; without tokens
(as among a plan's other documents) it is the same bytes for the same plan.
"""

from __future__ import annotations

from planner.documents.columns import Column, columns
from planner.documents.paper import Paper
from planner.documents.rows import Cell, Row, Table
from planner.manifest import UPDATE_FIELDS, Frame, Planned, fields_for, frames

_TO_TICK = "☐"


def places(frame: Frame) -> int:
    """How many places the plan fills: the lines of the blank, and the tokens that it takes."""
    return sum(line.persons for line in frame.planned)


def blank(frame: Frame, tokens: tuple[str, ...] = (), needs: frozenset[str] = frozenset()) -> Table:
    """The table to fill in: what the plan knows is there, a token a line, the rest is empty.

    ``needs`` adds the columns that only some lists may have: "medical", "border".
    """
    told = tuple(Column(field.name, field.means) for field in fields_for(needs))
    rows = []
    for number, (line, kind) in enumerate(lines(frame)):
        row: Row = {column.name: "" for column in told}
        known: Row = {"movement": frame.movement, "vehicle": line.vehicle, "kind": kind}
        person = tokens[number] if tokens else ""
        rows.append(row | known | {"group": line.group, "person": person})
    return Table(f"manifest_{frame.movement}", "Manifest", told, tuple(rows))


def blanks(paper: Paper) -> Table:
    """The blank of every movement with people as one table, without tokens; for the office.

    A plan that fails its check has none: nobody boards by it.
    """
    told = tuple(Column(field.name, field.means) for field in fields_for(frozenset()))
    found = () if paper.status == "FAILED" else frames(paper.verdict, paper.plan_id)
    rows = tuple(row for frame in found for row in blank(frame).rows)
    return Table("manifest", "Manifest", told, rows)


def report(frame: Frame) -> Table:
    """The boarding report to fill in: the columns without any row."""
    told = tuple(Column(field.name, field.means) for field in UPDATE_FIELDS)
    return Table(f"status_{frame.movement}", "Status", told, ())


PRINTED = columns(
    """
    line: number of the line
    vehicle: which vehicle, as people say it
    plate: its plate; blank where nobody gave it
    kind: seat or stretcher
    group: code of the group
    person: token
    family: number of the family unit, to fill in
    consent: explicit, implicit or proxy, to fill in
    present: to tick
    boarded: to tick
    no_show: to tick
    refused: to tick
    arrived: to tick
    handed_over_to: to fill in on arrival
    """
)
"""The columns of the print sheet."""


def print_sheet(frame: Frame, tokens: tuple[str, ...] = ()) -> Table:
    """The blank as rows for one printed page a vehicle: boxes to tick instead of words to write."""
    vehicles = {vehicle.id: vehicle for vehicle in frame.vehicles}
    ticks: dict[str, Cell] = dict.fromkeys(
        ("present", "boarded", "no_show", "refused", "arrived"), _TO_TICK
    )
    rows: list[Row] = []
    for number, (line, kind) in enumerate(lines(frame)):
        vehicle = vehicles[line.vehicle]
        row: Row = {"line": number + 1, "vehicle": vehicle.label, "plate": vehicle.plate}
        row |= {"kind": kind, "group": line.group}
        row |= {"person": tokens[number] if tokens else "", "family": "", "consent": ""}
        rows.append({**row, **ticks, "handed_over_to": ""})
    return Table(f"print_{frame.movement}", "Print sheet", PRINTED, tuple(rows))


def lines(frame: Frame) -> list[tuple[Planned, str]]:
    """(what is planned, seat or stretcher) of each place, vehicle by vehicle; stretchers first."""
    found = []
    for line in frame.planned:
        found += [(line, "stretcher")] * line.stretchers
        found += [(line, "seat")] * line.seats
    return found
