"""The blank passenger list on paper, vehicle by vehicle, to be filled in where people board.

It names nobody. What the plan knows stands in each line: seat or stretcher, and the group's code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from planner.documents import press
from planner.documents.manifests import lines
from planner.documents.paper import TO_FILL, Paper
from planner.manifest import Frame, frames
from planner.wording import figures, word

TITLE, TEMPLATE = word("Passenger manifest"), "manifest.typ"
LINES = 32
"""Lines of one page: high enough for a pen."""
_IN_A_FILE = 400
"""Sheets: some 250 MB while they are set."""


def sheets(paper: Paper) -> list[press.Sheet]:
    """The blanks of every movement with people, a file for each local day, for the office.

    A day of very many sheets is several files: '2012-12-21.pdf', '2012-12-21_2.pdf'. None where
    the plan fails its check: nobody boards by it.
    """
    if paper.status == "FAILED":
        return []
    wanted = {convoy.id for convoy in paper.convoys}
    zone = paper.verdict.scenario.zone
    days: dict[str, list[tuple[Frame, tuple[str, ...]]]] = {}
    for one in frames(paper.verdict, paper.plan_id):
        if one.movement in wanted:
            days.setdefault(f"{one.depart.astimezone(zone):%Y-%m-%d}", []).append((one, ()))
    return [one for day, found in days.items() for one in _day(paper, day, found)]


def _day(
    paper: Paper, day: str, blanks: list[tuple[Frame, tuple[str, ...]]]
) -> Iterator[press.Sheet]:
    """A movement stays in one file."""
    parts: list[list[tuple[Frame, tuple[str, ...]]]] = [[]]
    sheets_of_part = 0
    for frame, tokens in blanks:
        number = sum(1 for _ in _pages(paper, frame, tokens))
        if parts[-1] and sheets_of_part + number > _IN_A_FILE:
            parts.append([])
            sheets_of_part = 0
        parts[-1].append((frame, tokens))
        sheets_of_part += number
    for at, part in enumerate(parts, start=1):
        name = f"manifest_blank/{day}.pdf" if at == 1 else f"manifest_blank/{day}_{at}.pdf"
        yield sheet(paper, name, part)


def sheet(paper: Paper, name: str, blanks: Iterable[tuple[Frame, tuple[str, ...]]]) -> press.Sheet:
    """The blanks of these movements, each with its tokens (none: a column to fill in)."""
    pages = [page for frame, tokens in blanks for page in _pages(paper, frame, tokens)]
    content = {**press.frame(paper, TITLE, paper.say(TITLE)), "pages": pages}
    return press.Sheet(name, TEMPLATE, content)


def _pages(paper: Paper, frame: Frame, tokens: tuple[str, ...]) -> Iterable[dict[str, Any]]:
    say = paper.say
    places: dict[str, list[tuple[str, str, str]]] = {}
    for number, (planned, kind) in enumerate(lines(frame)):
        token = tokens[number] if tokens else ""
        places.setdefault(planned.vehicle, []).append((say(kind), planned.group, token))
    for vehicle in frame.vehicles:
        told = places.get(vehicle.id, [])
        count = -(-len(told) // LINES)
        facts = [
            [say("Movement"), f"{frame.movement}: {frame.origin} - {frame.destination}"],
            [say("Vehicle"), vehicle.label],
            [say("plate"), vehicle.plate or TO_FILL],
            [say("leaves"), _moment(paper, frame.depart)],
            [say("arrives"), _moment(paper, frame.arrive)],
            [say("Places that the plan fills"), _places(paper, frame, vehicle.id)],
        ]
        for page in range(count):
            first = page * LINES
            yield {
                "id": frame.id,
                "part": say("sheet {n} of {all}").format(n=page + 1, all=count),
                "facts": facts,
                "first": first + 1,
                "places": [f"{kind} {group}" for kind, group, _ in told[first : first + LINES]],
                "tokens": [token for _, _, token in told[first : first + LINES]],
            }


def _moment(paper: Paper, utc: Any) -> str:
    local = utc.astimezone(paper.verdict.scenario.zone)
    return f"{figures.clock(local, paper.language)} ({paper.latin(f'{utc:%H:%M} UTC')})"


def _places(paper: Paper, frame: Frame, vehicle: str) -> str:
    seats = frame.places("seat", vehicle)
    lying = frame.places("stretcher", vehicle)
    return paper.say("seats {seats}, stretchers {lying}").format(seats=seats, lying=lying)
