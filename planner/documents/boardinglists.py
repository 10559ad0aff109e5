"""The blank passenger list on paper, vehicle by vehicle, to be filled in where people board.

It names nobody. What the plan knows stands in each line: seat or stretcher, and the group's code.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from planner.documents import press
from planner.documents.manifests import lines
from planner.documents.paper import TO_FILL, Paper
from planner.manifest import Frame, frames
from planner.wording import figures, word

TITLE, TEMPLATE = word("Passenger manifest"), "manifest.typ"
LINES = 32
"""Lines of one page: high enough for a pen."""


def sheets(paper: Paper) -> list[press.Sheet]:
    """The blanks of every movement with people, a file for each local day, for the office.

    None where the plan fails its check: nobody boards by it.
    """
    if paper.status == "FAILED":
        return []
    wanted = {convoy.id for convoy in paper.convoys}
    zone = paper.verdict.scenario.zone
    days: dict[str, list[tuple[Frame, tuple[str, ...]]]] = {}
    for one in frames(paper.verdict, paper.plan_id):
        if one.movement in wanted:
            days.setdefault(f"{one.depart.astimezone(zone):%Y-%m-%d}", []).append((one, ()))
    return [sheet(paper, f"manifest_blank/{day}.pdf", found) for day, found in days.items()]


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
