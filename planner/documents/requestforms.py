"""The request for a permission on paper: one file for each that is awaited and relied on.

Made for the party alone, or for the office, which sees the internal numbers of movements.
"""

from __future__ import annotations

from typing import Any

from planner.cells import clean
from planner.charts import Convoy
from planner.documents import press
from planner.documents.leadtimes import Ask, asks
from planner.documents.paper import TO_FILL, Paper
from planner.wording import word

TITLE = word("Request for authorisation")


def sheets(paper: Paper) -> list[press.Sheet]:
    """A request for each awaited permission that a movement relies on, by its code."""
    codes = {item.id: item.code for item in paper.codes if item.kind == "permission"}
    return [
        press.Sheet(
            f"authorisation_requests/{codes.get(one.id, one.id)}.pdf", "request.typ",
            content(paper, one, codes.get(one.id, one.id)),
        )
        for one in asks(paper)
        if one.kind == "authorisation"
    ]  # fmt: skip


def content(paper: Paper, one: Ask, code: str) -> dict[str, Any]:
    """Everything that a request says, as text ready to be set."""
    say = paper.say
    convoys = {convoy.id: convoy for convoy in paper.convoys}
    waiting = [convoys[name] for name in one.convoys]
    late = set(one.too_late)
    return {
        **press.frame(paper, TITLE, say(TITLE)),
        "lead": _lead(paper, one, waiting),
        "figures": [
            [say("Asked of"), one.party],
            [say("Number of the request"), code],
            [say("State"), say(one.state)],
            [say("Lead time that the party wants"), paper.span(one.lead_time_s)],
            [say("First movement that waits"), _moment(paper, one.first_s)],
            [say("Latest moment to send"), _moment(paper, one.latest_s)],
            [say("Sent, or to be sent"), _moment(paper, one.sent_s)],
            [say("Lead time"), _met(paper, one)],
            [say("People on board, all movements added"),
             paper.count(sum(convoy.persons for convoy in waiting))],
        ],
        "asked": one.label,
        "conditions": _conditions(paper, one),
        "movements": [_row(paper, convoy, convoy.id in late) for convoy in waiting],
        "reply": [
            [say(words), TO_FILL]
            for words in (
                word("Granted, granted with conditions, or refused"), word("Conditions"),
                word("Valid from and until"), word("Reference"), word("Liaison officer, 24 hours"),
                word("Name, function, date, signature"),
            )
        ],
    }  # fmt: skip


def _lead(paper: Paper, one: Ask, waiting: list[Convoy]) -> str:
    words = paper.say(
        "{party} is asked for permission: {name}. {n} movements wait for it and do not leave "
        "without it; the first would leave on {when}."
    )
    return words.format(
        party=paper.apart(one.party), name=paper.apart(one.label), n=paper.count(len(waiting)),
        when=_moment(paper, one.first_s),
    )  # fmt: skip


def _moment(paper: Paper, t_s: int | None) -> str:
    """'13 Dec 06:30 (04:30 UTC)', or a line to fill."""
    if t_s is None:
        return TO_FILL
    return f"{paper.clock(t_s)} ({paper.latin(f'{paper.utc(t_s):%H:%M} UTC')})"


def _met(paper: Paper, one: Ask) -> str:
    if not one.late_s:
        return paper.say(one.timing)
    words = paper.say("late by {span}; too late for {n} movements")
    return words.format(span=paper.span(one.late_s), n=paper.count(len(one.too_late)))


def _conditions(paper: Paper, one: Ask) -> str:
    found = {item.id: item.conditions for item in paper.verdict.scenario.authorisations}
    return clean(found.get(one.id) or "")


def _row(paper: Paper, convoy: Convoy, late: bool) -> list[str]:
    fleets = {fleet.id: clean(fleet.label) for fleet in paper.verdict.scenario.fleets}
    cars = ", ".join(
        f"{number} × {paper.apart(fleets[name])}" for name, number in convoy.vehicles().items()
    )
    return [
        paper.latin(convoy.id), _moment(paper, convoy.depart_s), _moment(paper, convoy.arrive_s),
        paper.label(convoy.origin), paper.label(convoy.destination), cars,
        paper.count(convoy.persons), paper.say("too late") if late else paper.say("in time"),
    ]  # fmt: skip
