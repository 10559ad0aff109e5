"""The report on those who are left behind: who, where, why, and what would get them out."""

from __future__ import annotations

from typing import Any

from planner.cells import clean
from planner.documents import press
from planner.documents.paper import Paper
from planner.documents.rows import Row, left_behind
from planner.documents.summary import reason, remedy
from planner.documents.vocabulary import REASONS
from planner.wording import word

TITLE = word("People left behind")


def sheets(paper: Paper) -> list[press.Sheet]:
    """The report on paper, for the office alone."""
    return [press.Sheet("left_behind.pdf", "left_behind.typ", content(paper))]


def content(paper: Paper) -> dict[str, Any]:
    """Everything that the report says, as text ready to be set."""
    rows = left_behind(paper).rows
    forced = [row for row in rows if row["by_choice"] == "no"]
    return {
        **press.frame(paper, TITLE, paper.say(TITLE)),
        "operation": clean(paper.verdict.scenario.title),
        "lead": _lead(paper, forced),
        "figures": _balance(paper),
        "reasons": _reasons(paper, forced),
        "forced": [
            [str(row["group"]), str(row["at"]), paper.count(_persons(row)), reason(paper, row),
             remedy(paper, row)]
            for row in sorted(forced, key=lambda row: -_persons(row))
        ],
        "by_choice": [
            [str(row["group"]), str(row["at"]), paper.count(_persons(row))]
            for row in rows if row["by_choice"] == "yes"
        ],
        "late": _late(paper),
    }  # fmt: skip


def _persons(row: Row) -> int:
    return int(str(row["persons"]))


def _lead(paper: Paper, forced: list[Row]) -> str:
    if not forced:
        return paper.say("Nobody who wants to leave is left behind.")
    words = paper.say(
        "{n} people who want to leave do not get out by this plan. Places where they are: {places}."
    )
    people, places = sum(map(_persons, forced)), {row["at_id"] for row in forced}
    return words.format(n=paper.count(people), places=len(places))


def _balance(paper: Paper) -> list[list[str]]:
    """Everybody is one of four; the first line is the sum of the others."""
    told, say = paper.verdict.figures, paper.say
    rows = (
        (say("People in the scenario"), told.people),
        (say("Safe by vehicle, ship or aircraft"), told.by_sortie),
        (say("Safe by own means"), told.self_moved),
        (say("Stay by choice"), told.unwilling),
        (say("Left behind against their will"), told.left_behind - told.unwilling),
    )
    return [[words, paper.count(number)] for words, number in rows]


def _reasons(paper: Paper, forced: list[Row]) -> list[list[str]]:
    """Reason, people, groups; most people first."""
    found: dict[str, list[Row]] = {}
    for row in forced:
        found.setdefault(str(row["reason_code"]), []).append(row)
    counted = sorted(found.items(), key=lambda item: (-sum(map(_persons, item[1])), item[0]))
    return [
        [
            paper.say(REASONS.get(code, code)), paper.count(sum(map(_persons, rows))),
            paper.count(len({row["group_id"] for row in rows})),
        ]
        for code, rows in counted
    ]  # fmt: skip


def _late(paper: Paper) -> list[list[str]]:
    """Who gets out after the deadline: group, how many, the last, why."""
    scenario = paper.verdict.scenario
    return [
        [
            clean(scenario.group(entry.group).label), paper.count(entry.missed),
            paper.clock(entry.last_s), paper.apart(clean(entry.reason)),
        ]
        for entry in paper.verdict.plan.late if entry.missed
    ]  # fmt: skip
