"""What each start date brings, as rows, cells and sentences for the page, without any widget."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from planner.charts import palette
from planner.cli.text import number
from planner.ui.words import _, counted, duration, language
from planner.units import HOUR_S

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]
Cell = tuple[str, float, str]
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
BAD, GOOD = palette.VERMILLION, palette.SKY


def when(moment: str) -> str:
    """'Fri 14 Dec 06:00' in this tab's language, of a moment as the report has it."""
    at = datetime.fromisoformat(moment).replace(tzinfo=None)
    if language() == "en":
        return f"{DAYS[at.weekday()]} {at.day} {MONTHS[at.month - 1]} {at:%H:%M}"
    from babel.dates import format_datetime

    return str(format_datetime(at, "EEE d MMM HH:mm", locale=language()))


def decision_words() -> dict[str, str]:
    """What was decided beforehand → the same in this tab's language."""
    return {"go": _("go"), "wait": _("wait"), "stay": _("stay")}


def kind_words() -> dict[str, str]:
    """What has happened to a thing that is watched."""
    return {
        "is lost": _("is lost"),
        "is closed": _("is closed"),
        "is granted": _("is granted"),
        "does not hold": _("does not hold"),
    }


# ------------------------------------------------------------------ sentences


def lead(told: Row) -> str:
    """The sentence that a decision maker reads first."""
    rows, safe = told["dates"], told["last_safe"]
    if rows[0]["verdict"] == "FAILED":
        return _("The plan that begins {when} fails its check: use none of this.").format(
            when=when(rows[0]["start"])
        )
    at = next((n for n, row in enumerate(rows) if row["start_s"] == safe["planned_s"]), 0)
    if len(rows) == 1:
        return going(told)
    if at == len(rows) - 1:
        return _("You can wait: no date up to {when} leaves anybody more behind.").format(
            when=when(safe["planned"])
        )
    here, later = rows[at], rows[at + 1]
    cost = _("beginning {when} leaves {left} people behind instead of {here}").format(
        when=when(later["start"]), left=f"{later['left']:,}", here=f"{here['left']:,}"
    )
    who = _who(here, later)
    cost = f"{cost} ({who})" if who else cost
    if at == 0:
        return _("Go at once: {cost}.").format(cost=cost)
    return _("Until {when} waiting leaves nobody more behind; {cost}.").format(
        when=when(here["start"]), cost=cost
    )


def _who(here: Row, later: Row) -> str:
    """Of which groups more are left, the most first."""
    before = here["left_by_group"]
    more = {
        group: count - before.get(group, 0)
        for group, count in later["left_by_group"].items()
        if count > before.get(group, 0)
    }
    worst = sorted(more.items(), key=lambda item: (-item[1], item[0]))[:3]
    return ", ".join(f"{group}: +{count:,}" for group, count in worst)


def going(told: Row) -> str:
    """What beginning at the first date brings, beside staying."""
    first = told["dates"][0]
    parts = [
        _("Beginning {when}, {out} of {people} people get out and {left} stay against their will.")
        .format(
            when=when(first["start"]), out=f"{first['out']:,}", people=f"{told['people']:,}",
            left=f"{first['left']:,}",
        )
    ]  # fmt: skip
    if first["harm"] is not None and told["harm_of_staying"] is not None:
        parts.append(
            _("{harm} casualties are expected, {staying} if all stayed.").format(
                harm=number(first["harm"]), staying=number(told["harm_of_staying"])
            )
        )
    return " ".join(parts)


def is_cut_short(told: Row) -> bool:
    """Whether a later date leaves fewer behind: the search of the earlier one was too short."""
    left = [row["left"] for row in told["dates"]]
    return any(later < earlier for earlier, later in pairwise(left))


def further(told: Row) -> list[str]:
    """The other sentences: how sure it is, what waiting costs, what may come."""
    return [one for one in (_drawn(told), _waiting(told), *_coming(told)) if one]


def _drawn(told: Row) -> str:
    safe, spread = told["last_safe"], told["dates"][0]["drawn"]
    if safe["drawn"] is None or spread is None:
        return ""
    first = _("In 9 of 10 draws beginning first brings out {low} to {high} people.").format(
        low=f"{spread['p5']:,.0f}", high=f"{spread['p95']:,.0f}"
    )
    last = _(
        "The last date by which in {sure} of the draws at most {fewer} fewer get out: {when}."
    ).format(
        sure=f"{safe['confidence']:.0%}", fewer=f"{safe['fewer']:.0%}", when=when(safe["drawn"])
    )  # fmt: skip
    return f"{first} {last}"


def _waiting(told: Row) -> str:
    last = told["dates"][-1]
    if len(told["dates"]) < 2 or last["harm"] is None:
        return ""
    return _(
        "Waiting until {when} is expected to cost {harm} casualties among those who wait, before "
        "anybody has left."
    ).format(when=when(last["start"]), harm=number(last["harm_waiting"]))


def _coming(told: Row) -> list[str]:
    found = []
    for row in told["permissions"]:
        chances = row["chance_by_date"]
        if not row["people_waiting"] or not chances or chances[-1] is None:
            continue
        found.append(
            _("{people} people wait for “{name}”: by {when} it is in force in {share} of draws.")
            .format(
                people=f"{row['people_waiting']:,}", name=row["name"], share=f"{chances[-1]:.0%}",
                when=when(told["dates"][-1]["start"]),
            )
        )  # fmt: skip
    return found


def base(told: Row) -> str:
    """What was tried."""
    parts = [
        counted("{n} date", "{n} dates", len(told["dates"])),
        counted("{n} draw of each", "{n} draws of each", told["draws"]),
        _("seed {n}").format(n=told["seed"]),
    ]
    return ", ".join(parts) + "."


# ------------------------------------------------------------------ triggers


def fired(told: Row) -> tuple[list[str], list[str]]:
    """Of the triggers, at the report's present moment: (those that have fired, the others)."""
    words, kinds = decision_words(), kind_words()
    yes, no = [], []
    for one in told["triggers"]:
        happened = "; ".join(_happened(text, kinds) for text in one["happened"])
        if one["has_fired"]:
            line = _("{name}: decided beforehand: {then}.").format(
                name=one["name"], then=words[one["then"]]
            )
            yes.append(f"{line} {happened}" if happened else line)
        else:
            count = _("{n} of the {needed} that it takes").format(
                n=len(one["happened"]), needed=one["at_least"]
            )
            no.append(f"{one['name']}: {count}" + (f": {happened}" if happened else ""))
    return yes, no


def _happened(text: str, kinds: dict[str, str]) -> str:
    """'Bridge is closed' with its verb in this tab's language."""
    for english, own in kinds.items():
        if text.endswith(f" {english}"):
            return f"{text[: -len(english) - 1]} {own}"
    return text


# ------------------------------------------------------------------ tables


def table(told: Row) -> pd.DataFrame:
    """One row a date."""
    import pandas as pd

    shares = (told["last_safe"] or {}).get("shares") or [None] * len(told["dates"])
    rows = [
        {
            "begin": when(row["start"]),
            "out": row["out"],
            "left_behind": row["left"],
            "missed": row["missed"],
            "casualties": None if row["harm"] is None else round(row["harm"], 2),
            "while_waiting": round(row["harm_waiting"], 2),
            "last_safe": duration(round(row["clearance_s"] / HOUR_S) * HOUR_S),
            "least": _drawn_of(row, "p5"),
            "middle": _drawn_of(row, "p50"),
            "most_of_all": _drawn_of(row, "p95"),
            "safe_share": "" if share is None else f"{share:.0%}",
            "check": row["verdict"],
        }
        for row, share in zip(told["dates"], shares, strict=True)
    ]
    frame = pd.DataFrame(rows)
    empty = ["least", "middle", "most_of_all", "safe_share"]
    return frame if any(row["drawn"] for row in told["dates"]) else frame.drop(columns=empty)


def _drawn_of(row: Row, key: str) -> int | None:
    return round(row["drawn"][key]) if row["drawn"] else None


def chart_rows(told: Row) -> list[Row]:
    """The report's dates, each with its name on the axis."""
    return [{**row, "when": when(row["start"])} for row in told["dates"]]


def calendar(told: Row) -> list[tuple[str, list[tuple[str, list[Cell]]]]]:
    """What is lost and what is gained by which date: (heading, rows of (name, cells))."""
    drawn = bool(told["draws"])
    closed = _("closed, share of draws") if drawn else _("closed")
    force = _("in force, share of draws") if drawn else _("in force")
    fires = _("trigger has fired, share of draws") if drawn else _("trigger has fired")
    return [
        (_("people left behind against their will"), _left(told)),
        (closed, _chances(told["ways"], "chance_closed_by_date", BAD)),
        (force, _chances(told["permissions"], "chance_by_date", GOOD)),
        (fires, _chances(told["triggers"], "chance_by_date", BAD)),
    ]


def _left(told: Row) -> list[tuple[str, list[Cell]]]:
    rows = told["dates"]
    groups = list(dict.fromkeys(group for row in rows for group in row["left_by_group"]))
    found = []
    for group in groups:
        counts = [row["left_by_group"].get(group, 0) for row in rows]
        low, most = min(counts), max(counts)
        # What is the same at every date says nothing of when: it is not tinted.
        tint = [n / most if most > low else 0.0 for n in counts]
        words = [f"{n:,}" if n else "–" for n in counts]
        found.append((group, [(w, share, BAD) for w, share in zip(words, tint, strict=True)]))
    return found


def _chances(rows: Sequence[Row], key: str, colour: str) -> list[tuple[str, list[Cell]]]:
    """Rows in which anything ever happens, by chance or else as the scenario states it."""
    found = []
    for row in rows:
        chances = row[key]
        if not chances or chances[0] is None:
            chances = [float(held) for held in row.get("stated_by_date", ())]
            words = [_("yes") if share else "–" for share in chances]
        else:
            words = [f"{share:.0%}" if share else "–" for share in chances]
        if any(chances):
            cells = [(word, share, colour) for word, share in zip(words, chances, strict=True)]
            found.append((row["name"], cells))
    return found
