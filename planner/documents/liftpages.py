"""The lift schedule on paper: strips of berths and stands, and a table with lines to fill."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from planner.documents import press
from planner.documents.berthstrip import day_strips
from planner.documents.lifts import lifts, table
from planner.documents.orders import LINE
from planner.documents.paper import Paper
from planner.documents.rows import Row

TITLE, TEMPLATE = "Lift schedule", "lift_schedule.typ"


def pdf_bytes(paper: Paper) -> bytes:
    """The schedule, A4 across; a page that says so where nobody sails or flies."""
    content, drawings = _made(paper)
    return press.pdf(paper, TEMPLATE, content, drawings)


def sheets(paper: Paper) -> list[press.Sheet]:
    """The same, to be printed or looked at."""
    return [press.Sheet("lift_schedule.pdf", TEMPLATE, *_made(paper))]


def content(paper: Paper) -> dict[str, Any]:
    """Everything that the schedule says, as text ready to be set."""
    return _made(paper)[0]


def _made(paper: Paper) -> tuple[dict[str, Any], dict[str, str]]:
    strips = day_strips(paper, lifts(paper))
    drawings = {f"day-{number}": one.drawing.picture() for number, one in enumerate(strips)}
    rows = table(paper).rows
    people = sum(int(str(row["persons"])) for row in rows)
    told = {
        "figures": [
            [paper.say("Sailings and flights"), paper.count(len(rows))],
            [paper.say("People on board, all movements added"), paper.count(people)],
        ],
        "days": [
            {"day": one.day, "name": f"day-{number}", "sheet": one.drawing.sheet()}
            for number, one in enumerate(strips)
        ],
        "lifts": [_line(paper, row) for row in rows],
        "office": paper.internal,
        "line": LINE,
    }
    return {**press.frame(paper, TITLE, paper.verdict.scenario.title), **told}, drawings


def _line(paper: Paper, row: Row) -> dict[str, str]:
    """A lift as text by the names of its columns; times on the local clock."""
    told = {name: _text(cell) for name, cell in row.items() if not isinstance(cell, datetime)}
    day = row["depart_local"]
    for name in ("arrives", "embark_start", "embark_end", "depart", "arrive", "unload_end"):
        told[name] = _clock(row[f"{name}_local"], day)
    told["depart"] = _clock(day, None)
    payload = row["payload_kg"]
    if isinstance(payload, int):
        told["payload"] = paper.say("{n} t").format(n=paper.count(payload / 1000, 1))
    for name in ("registration", "master", "from_slot", "standby", "cancel_by", "crew_rest"):
        told[name] = told[name] or LINE
    return told


def _text(cell: object) -> str:
    return "" if cell is None else press.shortened(str(cell))


def _clock(moment: object, beside: object) -> str:
    if not isinstance(moment, datetime):
        return ""
    same = isinstance(beside, datetime) and moment.date() == beside.date()
    if same:
        return f"{moment:%H:%M}"
    return f"{moment:%Y-%m-%d %H:%M}" if beside is None else f"{moment:%m-%d %H:%M}"
