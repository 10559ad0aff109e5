"""What would help most, as rows for the page: from a report to tables, without any widget."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from planner.cli.text import number
from planner.ui.result import retold
from planner.ui.words import _, counted

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]
COLUMNS = ("rank", "what", "kind", "people", "sure", "ceiling", "harm", "hours", "gain", "awaits")


def kind_words() -> dict[str, str]:
    """Kind of a change → its name in this tab's language."""
    return {
        "authorisation": _("authorisation"),
        "link": _("road or bridge"),
        "pause": _("humanitarian pause"),
        "window_hour": _("one more hour"),
        "vehicle": _("vehicle"),
        "intake": _("intake of a haven"),
        "berth": _("berth, stand or bay"),
        "link_capacity": _("capacity of a road"),
        "slots": _("slots of an airport"),
        "processing": _("processing"),
        "acceptance": _("what a group accepts"),
    }


def gain_words() -> dict[str, str]:
    """What is known of a gain → in this tab's language."""
    return {
        "proven": _("proven"),
        "seen, not proven": _("seen, not proven"),
        "nothing seen": _("nothing seen"),
        "not searched": _("not searched"),
        "cannot gain": _("cannot gain"),
    }


def ranked(told: dict[str, Any]) -> list[Row]:
    """The changes that were searched or may gain something, best first, as the report has them."""
    return [row for row in told["candidates"] if not row["screened"]]


def table(told: dict[str, Any]) -> pd.DataFrame:
    """One row a change: people more, how many of them surely, casualties and hours less."""
    import pandas as pd

    rows = [
        {
            "rank": place,
            "what": retold.change(row["what"]),
            "kind": kind_words().get(row["kind"], row["kind"]),
            "people": row["people_gained"],
            "sure": row["people_gained_at_least"],
            "ceiling": row["people_gained_at_most"],
            "harm": _rounded(row["harm_saved"], 2),
            "hours": _rounded(row["arrival_hours_saved"], 0),
            "gain": gain(row),
            "awaits": ", ".join(row["conditional_on"]),
        }
        for place, row in enumerate(ranked(told), start=1)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def gain(row: Row) -> str:
    """What is known of a change's gain; a plan that fails its check tells nothing."""
    if row["searched"] and not row["verified"]:
        return _("FAILED: its plan does not count")
    return gain_words().get(row["gain"], str(row["gain"]))


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits) + 0.0


def without(told: dict[str, Any]) -> list[tuple[str, int, list[str]]]:
    """(why not, how many, their names) of the changes that can gain nothing, by reason."""
    found: dict[str, list[str]] = {}
    for row in told["candidates"]:
        if row["screened"]:
            found.setdefault(row["why_not"] or "", []).append(retold.change(row["what"]))
    return [(reason, len(names), names) for reason, names in found.items()]


def sentence(report: dict[str, Any]) -> str:
    """What would help most, in one sentence."""
    if not report["verified"]:
        return _("The plan without any change fails its check; nothing was tried.")
    best = next(iter(ranked(report)), None)
    if best is None or not best["searched"] or not _gains(best):
        return _("No single change was found that helps.")
    what = retold.change(best["what"])
    if best["people_gained"]:
        told = _("What helps most: {what}; {n} more people get out ({sure}).").format(
            what=what, n=f"{best['people_gained']:,}", sure=_sure(best)
        )
    elif (best["harm_saved"] or 0) > 0:
        told = _("What helps most: {what}; {n} fewer expected casualties ({sure}).").format(
            what=what, n=number(best["harm_saved"]), sure=_sure(best)
        )
    else:
        told = _("What helps most: {what}; {n} person-hours sooner ({sure}).").format(
            what=what,
            n=number(best["arrival_hours_saved"]),
            sure=_sure(best),
        )
    open_ = [row for row in ranked(report) if row["people_gained"] is None]
    return f"{told} {_unsearched(len(open_))}" if open_ else told


def _unsearched(n: int) -> str:
    return counted(
        "{n} change that may gain more was not searched in the time.",
        "{n} changes that may gain more were not searched in the time.",
        n,
    )


def _gains(row: Row) -> bool:
    return any(
        (row[key] or 0) > 0 for key in ("people_gained", "harm_saved", "arrival_hours_saved")
    )


def _sure(row: Row) -> str:
    least = row["people_gained_at_least"]
    if row["people_gained"] and least and least < row["people_gained"]:
        return _("{n} of them proven").format(n=f"{least:,}")
    return gain_words().get(row["gain"], str(row["gain"]))


def name_of(row: Row) -> str:
    """A name for the what-if that the change becomes: its own words, as far as a name may hold
    them."""
    words = " ".join(re.sub(r"[^\w -]+", " ", str(row["what"])).split())
    return words.lstrip("_- ")[:60].strip() or "change"
