"""Drivers' cards: what one vehicle does on one day, in type to be read while driving."""

from __future__ import annotations

from typing import Any

from planner.cells import clean
from planner.documents import press
from planner.documents.orders import LINE, clock_beside, detail, hours, kilometres
from planner.documents.paper import Paper
from planner.documents.tracks import not_drawn
from planner.plan import PlanLeg, Sortie

TITLE, TEMPLATE = "Driver's card", "drivers_card.typ"
LEGS = 3
"""So many legs have room on a card; a longer day goes on on another one."""
_LONGEST = 44
_Turn = tuple[Sortie, int]


def pdf_bytes(paper: Paper) -> bytes:
    """Four cards to a page, to be cut out: a card for each vehicle and day, in order of time."""
    return press.pdf(paper, TEMPLATE, content(paper), {})


def sheets(paper: Paper) -> list[press.Sheet]:
    """The same, to be printed or looked at."""
    return [press.Sheet("drivers_cards.pdf", TEMPLATE, content(paper))]


def content(paper: Paper) -> dict[str, Any]:
    """Everything that the cards say, as text ready to be set."""
    cards = [card for turns in _vehicles(paper) for card in _cards(paper, turns)]
    contact = clean(paper.verdict.scenario.office.contact_24h or LINE)
    frame = press.frame(paper, TITLE, paper.verdict.scenario.title)
    return {**frame, "cards": cards, "contact": contact, "line": LINE}


def _vehicles(paper: Paper) -> list[list[_Turn]]:
    """The legs of each vehicle, by departure; the vehicles by their first departure."""
    found: dict[tuple[str, int], list[_Turn]] = {}
    for sortie in paper.verdict.plan.sorties:
        legs = found.setdefault((sortie.fleet, sortie.vehicle), [])
        legs += [(sortie, index) for index in range(len(sortie.legs))]
    for legs in found.values():
        legs.sort(key=lambda turn: _leg(turn).depart_s)
    return sorted(found.values(), key=lambda legs: (_leg(legs[0]).depart_s, legs[0][0].id))


def _leg(turn: _Turn) -> PlanLeg:
    return turn[0].legs[turn[1]]


def _cards(paper: Paper, turns: list[_Turn]) -> list[dict[str, Any]]:
    days: dict[str, list[int]] = {}
    for at, turn in enumerate(turns):
        days.setdefault(f"{paper.local(_leg(turn).load_start_s):%Y-%m-%d}", []).append(at)
    out = []
    for day, listed in days.items():
        parts = [listed[at : at + LEGS] for at in range(0, len(listed), LEGS)]
        for number, part in enumerate(parts, start=1):
            out.append(_card(paper, turns, part) | {"day": day, "part": f"{number}/{len(parts)}"})
    return out


def _card(paper: Paper, turns: list[_Turn], part: list[int]) -> dict[str, Any]:
    sortie = turns[part[0]][0]
    fleet = paper.verdict.scenario.fleet(sortie.fleet)
    known = detail(paper, sortie)
    after = part[-1] + 1
    then = paper.say("nothing more is planned: released by the leader")
    if after < len(turns):
        leg = _leg(turns[after])
        when = clock_beside(paper, leg.load_start_s, _leg(turns[part[-1]]).load_start_s)
        ends = [_short(paper.label(name)) for name in (leg.origin, leg.destination)]
        then = f"{when} {ends[0]} – {ends[1]}"
    return {
        "vehicle": _short(clean(f"{fleet.label} {sortie.vehicle}")),
        "plate": _short(clean(known.plate or known.name or LINE)),
        "driver": _short(clean(known.driver or LINE)),
        "call_sign": _short(clean(known.call_sign or LINE)),
        "legs": [_row(paper, turns[at]) for at in part],
        "next": then,
    }  # fmt: skip


def _short(words: str) -> str:
    """What one or two lines of a card have room for."""
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"


def _missing(paper: Paper, turn: _Turn) -> str:
    """What the track on the telephone does not show."""
    name = paper.convoy_of[turn[0].id, turn[1]]
    return next((not_drawn(paper, one) for one in paper.convoys if one.id == name), "")


def _row(paper: Paper, turn: _Turn) -> dict[str, Any]:
    """One leg: ends, clock times, the halts at both ends, who is on board."""
    leg = _leg(turn)
    lying = sum(line.stretchers for line in leg.manifest)
    route = paper.verdict.network.routes[leg.route]
    spans = [(paper.say("loading"), leg.load_start_s, leg.depart_s),
             (paper.say("unloading"), leg.arrive_s, leg.unload_end_s)]  # fmt: skip
    words = paper.say("{what} {first} to {last}")
    halts = [
        words.format(what=what, first=f"{paper.local(a):%H:%M}", last=f"{paper.local(b):%H:%M}")
        for what, a, b in spans
        if a < b
    ]
    return {
        "convoy": paper.convoy_of[turn[0].id, turn[1]],
        "from": _short(paper.label(leg.origin)),
        "to": _short(paper.label(leg.destination)),
        "leaves": f"{paper.local(leg.depart_s):%H:%M}",
        "arrives": clock_beside(paper, leg.arrive_s, leg.depart_s),
        "km": kilometres(paper, route.length_m),
        "hours": paper.say("{hours} h").format(hours=hours(leg.arrive_s - leg.depart_s)),
        "halts": ", ".join(halts),
        "missing": _missing(paper, turn),
        "people": paper.count(leg.persons),
        "lying": paper.count(lying),
    }
