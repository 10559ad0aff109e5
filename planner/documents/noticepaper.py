"""The notification to a party on paper: its movements by way, with points in degrees and MGRS.

Movements that pass the same points after the same time share a way, which is told once.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from planner.cells import clean
from planner.documents import press
from planner.documents.leadtimes import Ask
from planner.documents.marks import map_svg
from planner.documents.notices import PURPOSES, Movement, Notice, notice
from planner.documents.paper import TO_FILL, Paper
from planner.documents.vocabulary import VEHICLES
from planner.wording import figures, word

TITLE = word("Notification")
_LISTED = 12
_Way = tuple[tuple[str, str, str, str, int], ...]


def sheets(paper: Paper) -> list[press.Sheet]:
    """The notification on paper, A4."""
    drawings = {"map": map_svg(paper)}
    return [press.Sheet("notification.pdf", "notification.typ", content(paper), drawings)]


def content(paper: Paper) -> dict[str, Any]:
    """Everything that the notification says, as text ready to be set."""
    found, say = notice(paper), paper.say
    ways = _ways(found)
    return {
        **press.frame(paper, TITLE, say(TITLE)),
        "lead": _lead(paper, found),
        "figures": [
            [say("Category"), say(found.category)],
            [say("Movements"), paper.count(len(found.movements))],
            [say("People on board, all movements added"), paper.count(found.people)],
            [say("First starts"), _both(paper, found.start_local, found.start_utc)],
            [say("Last ends"), _both(paper, found.end_local, found.end_utc)],
        ],
        "recipients": [[say(name), value] for name, value in found.recipients],
        "asked": [asked_row(paper, one) for one in found.asked],
        "given": _given(paper),
        "changes": [
            [_change(paper, what), paper.apart(now), paper.apart(before)]
            for what, now, before in found.change
        ],
        "supersedes": found.supersedes,
        "movements": [_movement(paper, one, ways) for one in found.movements],
        "ways": [
            {"name": f"{say('Way')} {number}", "points": _points(paper, way)}
            for way, number in ways.items()
        ],
        "sites": [
            [
                site.name, paper.latin(site.degrees), paper.latin(site.mgrs),
                _both(paper, site.from_local, site.from_utc),
                _both(paper, site.until_local, site.until_utc),
            ]
            for site in found.sites
        ],
        "vehicles": _vehicles(paper, found),
        "zone": paper.verdict.scenario.timezone,
        "purposes": "; ".join(
            f"{say(purpose)}: {say(PURPOSES[purpose])}"
            for purpose in dict.fromkeys(one.purpose for one in found.movements)
        ),
    }  # fmt: skip


def _lead(paper: Paper, found: Notice) -> str:
    words = paper.say(
        "To {party}: {organisation} tells of {n} movements over ground that you hold or through "
        "what you have a say in."
    )
    told = words.format(
        party=paper.apart(found.party), organisation=paper.apart(found.organisation),
        n=paper.count(len(found.movements)),
    )  # fmt: skip
    if any(one.kind == "authorisation" for one in found.asked):
        more = paper.say("Telling is not asking: what needs your permission stands below.")
        return f"{told} {more}"
    return told


def _given(paper: Paper) -> list[list[str]]:
    """Permissions of this party that movements rely on and that it has given: name, conditions."""
    return [
        [paper.called(item) if item.name else paper.latin(item.id), clean(item.conditions or "–")]
        for item in paper.verdict.scenario.authorisations
        if item.state == "granted"
    ]


def _both(paper: Paper, local: datetime, utc: datetime) -> str:
    """'13 Dec 06:30 (04:30 UTC)'; the day too where it is another one."""
    there = f"{utc:%H:%M} UTC"
    if utc.date() != local.date():
        there = f"{figures.clock(utc, paper.language)} UTC"
    return f"{figures.clock(local, paper.language)} ({paper.latin(there)})"


def asked_row(paper: Paper, one: Ask) -> list[str]:
    """A request or message: kind, name, state, lead time, latest moment to send, whether late."""
    latest = "" if one.latest_utc is None else _utc(paper, one.latest_utc)
    timing = paper.say(one.timing)
    if one.late_s:
        words = paper.say("late by {span}; too late for {movements}")
        listed = ", ".join(one.too_late[:_LISTED])
        if len(one.too_late) > _LISTED:
            listed += " " + paper.say("and {n} more").format(n=len(one.too_late) - _LISTED)
        timing = words.format(span=paper.span(one.late_s), movements=paper.apart(listed))
    return [
        paper.say(one.kind), one.label, paper.say(one.state), paper.span(one.lead_time_s), latest,
        timing,
    ]  # fmt: skip


def _utc(paper: Paper, moment: datetime) -> str:
    local = moment.astimezone(paper.verdict.scenario.zone)
    return _both(paper, local, moment)


def _change(paper: Paper, what: str) -> str:
    """'changed: times, people' word by word."""
    head, colon, parts = what.partition(": ")
    if not colon:
        return paper.say(what)
    told = ", ".join(paper.say(part) for part in parts.split(", "))
    return paper.say("changed: {what}").format(what=told) if head == "changed" else told


def _ways(found: Notice) -> dict[_Way, int]:
    """The ways of a notice in the order of their first use, numbered from 1."""
    numbers: dict[_Way, int] = {}
    for one in found.movements:
        numbers.setdefault(_way(one), len(numbers) + 1)
    return numbers


def _way(one: Movement) -> _Way:
    start = one.waypoints[0].utc
    return tuple(
        (
            point.kind, point.name, point.degrees, point.mgrs,
            round((point.utc - start).total_seconds()),
        )
        for point in one.waypoints
    )  # fmt: skip


def _points(paper: Paper, way: _Way) -> list[list[str]]:
    return [
        [
            str(number), paper.say(kind), name, paper.latin(degrees), paper.latin(mgrs),
            "+" + paper.span(after_s) if after_s else paper.say("leaves"),
        ]
        for number, (kind, name, degrees, mgrs, after_s) in enumerate(way, start=1)
    ]  # fmt: skip


def _movement(paper: Paper, one: Movement, ways: dict[_Way, int]) -> list[str]:
    cars = ", ".join(
        f"{cars.count} × {paper.apart(_kind(paper, cars.kind))}" for cars in one.vehicles
    )
    first, last = one.waypoints[0], one.waypoints[-1]
    remarks = [paper.say("overnight")] if one.overnight else []
    if one.permissions:
        remarks.append(f"{paper.say('awaits')} {paper.latin(' '.join(one.permissions))}")
    return [
        paper.latin(one.id), f"{paper.say('Way')} {ways[_way(one)]}",
        paper.say(one.purpose),
        _both(paper, first.local, first.utc), _both(paper, last.local, last.utc), cars,
        paper.count(one.people), "; ".join(remarks),
    ]  # fmt: skip


def _kind(paper: Paper, name: str) -> str:
    """A kind of vehicle that comes with the program in the paper's language; others as named."""
    return paper.say(name) if name in VEHICLES else name


def _vehicles(paper: Paper, found: Notice) -> list[list[str]]:
    """By kind: the most in one movement, known plates, impartial, colour, logo, roof marking."""
    most: dict[tuple[str, str, bool], int] = {}
    plates: dict[tuple[str, str, bool], dict[str, None]] = {}
    for one in found.movements:
        for cars in one.vehicles:
            key = (cars.kind, cars.mode, cars.marked_impartial)
            most[key] = max(most.get(key, 0), cars.count)
            known = [plate for plate in cars.plates if plate != TO_FILL]
            plates.setdefault(key, {}).update(dict.fromkeys(known))
    return [
        [
            _kind(paper, kind), paper.say(mode), paper.count(number),
            paper.latin(", ".join(plates[kind, mode, impartial])) or TO_FILL,
            paper.say("yes" if impartial else "no"), TO_FILL, TO_FILL, TO_FILL,
        ]
        for (kind, mode, impartial), number in most.items()
    ]  # fmt: skip
