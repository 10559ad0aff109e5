"""What is otherwise than in the running plan, one by one, for the page, without any widget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.ui.words import _, counted, moment

if TYPE_CHECKING:
    import pandas as pd

    from planner.plan import Change
    from planner.scenario import Scenario
    from planner.verify import Verdict


def kind_words() -> dict[str, str]:
    """Kind of a change → the same in this tab's language."""
    return {
        "dropped": _("dropped"),
        "moved": _("at another time"),
        "added": _("new"),
        "aboard": _("others on board"),
        "vehicle": _("another vehicle"),
        "promise": _("promise broken"),
    }


def sentence(verdict: Verdict) -> str:
    """How much is otherwise, from when on."""
    under_way = verdict.plan.under_way
    if under_way is None:
        return ""
    when = moment(verdict.scenario, under_way.now_s)
    number = len(under_way.changes)
    if not number:
        return _("From {when} on nothing has to change: the running plan holds.").format(when=when)
    head = counted("{n} change", "{n} changes", number)
    whom = len({name for change in under_way.changes for name in change.tell})
    told = counted("{n} has to be told", "{n} have to be told", whom)
    return _("From {when} on: {changes}; {told}.").format(when=when, changes=head, told=told)


def base(verdict: Verdict) -> str:
    """What the new plan brings."""
    figures = verdict.figures
    return _("{out} of {people} people get out, {left} stay against their will.").format(
        out=f"{figures.evacuated:,}", people=f"{figures.people:,}",
        left=f"{figures.left_behind - figures.unwilling:,}",
    )  # fmt: skip


def table(verdict: Verdict) -> pd.DataFrame:
    """One row a change, by time: what, when, who, why, and whom to tell."""
    import pandas as pd

    under_way, scenario = verdict.plan.under_way, verdict.scenario
    changes = under_way.changes if under_way else ()
    columns = ["change", "vehicle", "way", "before", "now", "people", "tell", "because"]
    return pd.DataFrame([_row(scenario, change) for change in changes], columns=columns)


def _row(scenario: Scenario, change: Change) -> dict[str, Any]:
    before, now = (
        "" if at is None else moment(scenario, at) for at in (change.before_s, change.after_s)
    )
    people = f"{change.after_persons:,}"
    if change.before_persons != change.after_persons:
        people = f"{change.before_persons:,} → {change.after_persons:,}"
    ends = (scenario.place(name).label for name in (change.origin, change.destination))
    return {
        "change": kind_words()[change.kind],
        "vehicle": f"{scenario.fleet(change.fleet).label} {change.vehicle}",
        "way": " → ".join(ends),
        "before": before,
        "now": now,
        "people": people,
        "because": change.reason,
        "tell": ", ".join(_named(scenario, one) for one in change.tell),
    }


def _named(scenario: Scenario, told: str) -> str:
    """'fleet:buses' → its name."""
    kind, _colon, ident = told.partition(":")
    sections: dict[str, Any] = {
        "fleet": scenario.fleets, "place": scenario.places, "party": scenario.parties,
    }  # fmt: skip
    return next((str(one.label) for one in sections.get(kind, ()) if one.id == ident), ident)


def csv_bytes(verdict: Verdict) -> bytes:
    """The table as CSV, harmless for spreadsheets."""
    from planner.documents import folder as files

    frame = table(verdict)
    rows = [{str(name): row[name] for name in frame.columns} for _at, row in frame.iterrows()]
    return files.csv_text(list(frame.columns), rows).encode("utf-8-sig")
