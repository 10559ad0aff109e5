"""The movements as a calendar (iCalendar, RFC 5545), and its next issue as a change of the former.

A movement keeps its UID through every issue. It is TENTATIVE until each permission that it relies
on is granted, then CONFIRMED, and CANCELLED once a plan drops it; the SEQUENCE of an issue is its
revision less one. The only clock time is the time of issue.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from planner import __version__
from planner.cells import clean
from planner.charts import Convoy, convoy_label
from planner.documents.moves import Move, awaited, move, paired
from planner.documents.paper import Paper
from planner.errors import Issue, ScenarioError
from planner.wording import word

if TYPE_CHECKING:
    import icalendar

NAME = "movements.ics"
MAX_BYTES = 16_000_000
_LETTERS = 200
_OURS = tuple(f"X-SAFE-PASSAGE-{word}" for word in ("MODE", "FROM", "TO", "WITH", "TITLE"))
_MODE, _FROM, _TO, _WITH, _TITLE = _OURS
_REVISION, _READER = "X-SAFE-PASSAGE-REVISION", "X-SAFE-PASSAGE-READER"


def ics_bytes(paper: Paper) -> bytes:
    """One event a convoy, and one for each movement of the former calendar that is dropped.

    The former calendar is ``paper.calendar_before``, or what ``paper.before`` gives. Raises
    ScenarioError where it is none of ours, was made for another reader, or where the revision does
    not follow its own.
    """
    import icalendar

    former = paper.calendar_before
    if former is None and paper.before is not None:
        former = ics_bytes(paper.before)
    known = [] if former is None else _read(paper, former)
    calendar = icalendar.Calendar()
    for name, value in _head(paper):
        calendar.add(name, value)
    told = [move(paper, convoy) for convoy in paper.convoys]
    events_before = {one.id: event for one, event in known}
    pairs, dropped, added = paired([one for one, _ in known], told)
    uids = {new.id: str(events_before[old.id]["UID"]) for old, new in pairs}
    taken = {str(event["UID"]) for _, event in known}
    uids |= {one.id: _uid(paper, one, taken) for one in added}
    events = [
        _event(paper, one, convoy, uids[one.id])
        for one, convoy in zip(told, paper.convoys, strict=True)
    ]
    events += [_cancelled(paper, events_before[one.id]) for one in dropped]
    for event in sorted(events, key=lambda event: (event.start, str(event["UID"]))):
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _head(paper: Paper) -> list[tuple[str, str]]:
    words = (paper.addressee, paper.warning, paper.disclaimer)
    return [
        ("PRODID", f"-//Safe Passage//Safe Passage {__version__}//EN"),
        ("VERSION", "2.0"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
        ("X-WR-CALNAME", f"{_short(paper.addressee)} {paper.plan_id}"),
        ("X-WR-CALDESC", " · ".join(word for word in words if word)),
        ("X-SAFE-PASSAGE-PLAN", paper.plan_id),
        ("X-SAFE-PASSAGE-VALID-UNTIL", paper.expiry),
        (_READER, _reader(paper)),
        (_REVISION, str(paper.revision)),
    ]


def _reader(paper: Paper) -> str:
    return f"{paper.audience}:{clean(paper.recipient)}"


def _uid(paper: Paper, one: Move, taken: set[str]) -> str:
    """From what the reader sees of the movement when it is first issued to him.

    Crews are called by codes that change from plan to plan, and so are not in it.
    """
    reader = "crew" if paper.audience == "crew" else _reader(paper)
    fleets = "+".join(f"{fleet}:{count}" for fleet, count in one.vehicles)
    seen = (reader, one.mode, fleets, one.origin, one.destination, one.depart.isoformat())
    number = 0
    while True:
        digest = hashlib.sha256("\n".join((*seen, str(number))).encode()).hexdigest()
        uid = f"{digest[:32]}@safe-passage.invalid"
        if uid not in taken:
            taken.add(uid)
            return uid
        number += 1


def _event(paper: Paper, one: Move, convoy: Convoy, uid: str) -> icalendar.Event:
    import icalendar

    confirmed = one.settled and paper.status != "FAILED"
    label = _short(convoy_label(paper.verdict, convoy))
    ends = f"{_short(paper.label(one.origin))} - {_short(paper.label(one.destination))}"
    title = f"{one.id} {ends}, {label}"
    mark = "" if confirmed else word("FAILED") if paper.status == "FAILED" else word("TENTATIVE")
    awaits = ", ".join(_label(paper, name) for name in awaited(paper, convoy))
    lines = (
        f"{one.persons} {paper.say('people')}" if one.persons else paper.say("nobody on board"),
        label,
        f"{paper.say('Awaits')}: {awaits}" if awaits else "",
        paper.warning if paper.status == "FAILED" else "",
        paper.addressee,
        f"{paper.say('Valid until')}: {paper.expiry}",
        f"{paper.plan_id} {paper.disclaimer}",
    )
    lat, lon = paper.verdict.network.positions[one.origin]
    event = icalendar.Event()
    event.add("UID", uid)
    event.add("DTSTAMP", _stamp(paper))
    event.add("DTSTART", one.depart)
    event.add("DTEND", max(one.depart, one.arrive))
    event.add("SUMMARY", f"{paper.say(mark)}: {title}" if mark else title)
    event.add("LOCATION", _short(paper.label(one.origin)))
    event.add("GEO", (round(lat, 5), round(lon, 5)))
    event.add("DESCRIPTION", "\n".join(line for line in lines if line))
    event.add("STATUS", "CONFIRMED" if confirmed else "TENTATIVE")
    event.add("SEQUENCE", paper.revision - 1)
    event.add("CLASS", "CONFIDENTIAL")
    fleets = " ".join(f"{fleet}:{count}" for fleet, count in one.vehicles)
    values = (one.mode, one.origin, one.destination, fleets, title)
    for name, value in zip(_OURS, values, strict=True):
        event.add(name, value)
    return event


def _cancelled(paper: Paper, former: icalendar.Event) -> icalendar.Event:
    """The former event, called off; it stays in the calendar for whoever missed an issue."""
    import icalendar

    event = icalendar.Event()
    for name in ("UID", "DTSTART", "DTEND", "LOCATION", *_OURS):
        if name in former:
            event[name] = former[name]
    event.add("DTSTAMP", _stamp(paper))
    event.add("SUMMARY", f"{paper.say('CANCELLED')}: {clean(str(former[_TITLE]))}")
    event.add("STATUS", "CANCELLED")
    event.add("SEQUENCE", paper.revision - 1)
    event.add("CLASS", "CONFIDENTIAL")
    return event


def _stamp(paper: Paper) -> datetime:
    return paper.issued_at.astimezone(UTC).replace(microsecond=0)


def _label(paper: Paper, name: str) -> str:
    labels = {item.id: item.label for item in paper.verdict.scenario.authorisations}
    return _short(labels.get(name, name))


def _short(text: str) -> str:
    told = clean(text)
    return told if len(told) <= _LETTERS else told[: _LETTERS - 1] + "…"


# ------------------------------------------------------------------ the former issue


def _read(paper: Paper, content: bytes) -> list[tuple[Move, icalendar.Event]]:
    """The movements of the former calendar with their events."""
    import icalendar

    remedy = f"give the {NAME} that this reader was given last"
    if len(content) > MAX_BYTES:
        raise ScenarioError([Issue(NAME, 0, "", "too large for a calendar of movements", remedy)])
    try:
        calendar = icalendar.Calendar.from_ical(content)
        revision, reader = int(str(calendar[_REVISION])), str(calendar[_READER])
        found = [_former(number, event) for number, event in enumerate(calendar.walk("VEVENT"))]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        problem = f"the former calendar is none of ours ({type(error).__name__})"
        raise ScenarioError([Issue(NAME, 0, "", problem, remedy)]) from None
    known = {_reader(one) for one in (paper, paper.before) if one is not None}
    if reader not in known:
        # What it calls off would tell this reader of movements of another one.
        problem = "the former calendar was made for another reader"
        raise ScenarioError([Issue(NAME, 0, "", problem, remedy)])
    if paper.revision <= revision:
        problem = f"revision {paper.revision} does not follow revision {revision}"
        raise ScenarioError([Issue(NAME, 0, "", problem, f"say --revision {revision + 1}")])
    return found


def revision_of(content: bytes) -> int:
    """The revision of a calendar of ours; 0 where it is none."""
    import icalendar

    try:
        return int(str(icalendar.Calendar.from_ical(content[:MAX_BYTES])[_REVISION]))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return 0


def _former(number: int, event: Any) -> tuple[Move, icalendar.Event]:
    """A movement out of its event; its id is its place in the calendar."""
    depart, arrive = event.decoded("DTSTART"), event.decoded("DTEND")
    for moment in (depart, arrive):
        if not isinstance(moment, datetime) or moment.tzinfo is None:
            raise ValueError("not a moment")
    pairs = (part.rpartition(":") for part in str(event[_WITH]).split())
    one = Move(
        id=f"#{number}", mode=str(event[_MODE]), origin=str(event[_FROM]),
        destination=str(event[_TO]), depart=depart.astimezone(UTC), arrive=arrive.astimezone(UTC),
        vehicles=tuple((fleet, int(count)) for fleet, _, count in pairs), persons=0,
        settled=str(event.get("STATUS", "")) == "CONFIRMED",
    )  # fmt: skip
    if not str(event["UID"]) or not str(event[_TITLE]):
        raise ValueError("no UID")
    return one, event
