"""Reasons and changes of a plan, which are kept in English, in this tab's language.

A plan says why people stay, and what would help, in sentences that are made from patterns. The same
patterns stand here: what fits one is told by its translation, with the names as they were written;
what fits none stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from planner.ui.words import RIGHT_TO_LEFT, _, language


def pattern(english: str) -> str:
    """The same; marks a pattern whose translation is asked for later."""
    return english


DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WHATS = (
    pattern("vehicles"), pattern("persons"), pattern("people"), pattern("movements"),
    pattern("cars"), pattern("berth"), pattern("stand"), pattern("loading bay"),
)  # fmt: skip
WHOLE = (
    pattern("{reason} (by the way that is left: {left})"),
    pattern("they are at '{place}' and get no further: {reason}"),
    pattern("no seat in time: {reason}"),
    pattern("no stretcher place in time: {reason}"),
    pattern("no way out in time: {reason}"),
    pattern("they wait for {team}, and {reason}"),
)
"""Of several reasons: tried before a text is taken apart."""
REASONS = (
    pattern("they choose to stay"),
    pattern("every way passes the cap on risk"),
    pattern("windows, hours and the horizon leave no time for it"),
    pattern("no vehicle that could take them fits the places on the way"),
    pattern("no haven that they accept can be reached"),
    pattern("no vehicle of this scenario has a way from here to a haven"),
    pattern("the search found no seat for them"),
    pattern("the search ended before a seat was found for them (more time may find one)"),
    pattern("{fleet}: free from {when}"),
    pattern("counted in fractions of vehicles and households there is room for everybody here "
            "who has a way out"),
    pattern("counted in fractions of vehicles and households, others could go elsewhere and "
            "make room"),
    pattern("no seat in time"),
    pattern("no stretcher place in time"),
    pattern("no way out in time"),
    pattern("seats go first to those for whom they save more"),
    pattern("they had left before the plan was made anew"),
    # What is asked of others.
    pattern("{reason} (requested: {asked})"),
    pattern("{names} has not authorised the passage of {fleet}"),
    pattern("{names} have not authorised the passage of {fleet}"),
    pattern("{names} has not authorised the passage"),
    pattern("{names} have not authorised the passage"),
    pattern("they refuse {names}"),
    # Seats.
    pattern("{reason}, with stops for rest and fuel"),
    pattern("{reason}, with stops for rest"),
    pattern("{reason}, with stops for fuel"),
    pattern("{fleet}: all {n} in use until {when}"),
    pattern("{fleet}: the only one in use until {when}"),
    pattern("{fleet}: {used} of {n} in use until {when}"),
    pattern("{fleet}: none could come in time"),
    pattern("{fleet}: none used by this plan"),
    pattern("{team}: not brought to them by this plan"),
    pattern("{team}: with them from {when}"),
    pattern("there are no vehicles: {names}"),
    pattern("{n} who travel together fit into no vehicle that may take them "
            "(the largest has {most} seats)"),
    # Limits.
    pattern("{place} takes in nobody"),
    pattern("{place} has taken in {n} of the {most} it can"),
    pattern("{place} takes in its {n} a day on every day"),
    pattern("{place} takes in {n} in all"),
    pattern("{place} takes in {n} a day"),
    pattern("limits used up at {names}"),
    pattern("the bottleneck is {where}: {n} {what} an hour"),
    pattern("{place} lets {n} {what} an hour through"),
    pattern("{place} registers {n} people an hour"),
    pattern("{place} has {n} slots an hour"),
    pattern("{place} has {n} loading bays"),
    pattern("{place} has {n} berths"),
    pattern("{place} has {n} stands"),
    pattern("{place} has room for {n} who wait"),
    pattern("crews of {fleet} must rest"),
    pattern("{fleet} must fill up"),
    pattern("convoys of {fleet} keep their headway"),
    # Ways.
    pattern("the way is closed"),
    pattern("{names} is closed"),
    pattern("{names} are closed"),
    pattern("no way leads its vehicles to {place}"),
    pattern("no departure on a multiple of {step} leads to a haven in time"),
    pattern("every way leads over '{link}', which is closed since {since} until {end}"),
    pattern("every way leads over '{link}', which is closed since {since}"),
    pattern("{reason} ({kinds})"),
)  # fmt: skip
CHANGES = (
    pattern("{change} ({n} fewer of other groups)"),
    pattern("not searched"),
    pattern("not searched from here on: {change}"),
    pattern("search longer: nothing is known to be short yet"),
    pattern("nothing is short; a longer search may seat them"),
    pattern("no single change that was tried gets them out"),
    pattern("agreed: {names}"),
    pattern("{party} grants {asked}"),
    pattern("{group} accept to go to {place}"),
    pattern("{group} accept {names}"),
    pattern("the cap on a leg's risk is {most} instead of {now}"),
    pattern("one more hour of '{window}'"),
    pattern("'{window}' begins one hour later"),
    pattern("one day more"),
    pattern("{link} is open at all times"),
    pattern("{link} opens fully"),
    pattern("{link} opens"),
    pattern("{link} takes {n} {what} an hour"),
    pattern("{place} handles {n} {what} an hour"),
    pattern("one more in {fleet}"),
    pattern("one in {fleet}"),
    pattern("{n} more in {fleet}"),
    pattern("{place} takes in {n} in all and {daily} a day"),
    pattern("{place} takes in {n} in all"),
    pattern("{place} takes in {n} a day"),
    pattern("one more {what} at {place}"),
)  # fmt: skip
JOINTS = (pattern("; and "), pattern("; "))


def reason(english: str) -> str:
    """Why people stay, or are late, in this tab's language."""
    return english if language() == "en" else _reasons(english)


def change(english: str) -> str:
    """What would help, in this tab's language."""
    return english if language() == "en" else _change(english)


@cache
def _fits(english: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", english)
    told = [f"(?P<{part}>.+?)" if i % 2 else re.escape(part) for i, part in enumerate(parts)]
    return re.compile("".join(told), re.DOTALL)


def _told(text: str, patterns: tuple[str, ...]) -> str | None:
    """By the first pattern that it fits; None where there is none."""
    inner: dict[str, Callable[[str], str]] = {
        "reason": _reasons, "left": _reasons, "change": _change, "when": _when,
        "what": lambda word: _(word) if word in WHATS else word,
        "kinds": lambda said: said.replace(" counts ", " = "),
    }  # fmt: skip
    for english in patterns:
        found = _fits(english).fullmatch(text)
        if found is not None:
            parts = found.groupdict().items()
            words = {key: inner.get(key, _apart)(value) for key, value in parts}
            return _(english).format(**words)
    return None


def _apart(name: str) -> str:
    """A name that keeps its own direction within a sentence that runs from right to left."""
    return f"\u2068{name}\u2069" if language() in RIGHT_TO_LEFT else name


def _reasons(text: str) -> str:
    whole = _told(text, WHOLE)
    if whole is not None:
        return whole
    parts = re.split(r"(; and |; )", text)
    return "".join(_(part) if part in JOINTS else _told(part, REASONS) or part for part in parts)


def _change(text: str) -> str:
    return _told(text, CHANGES) or text


def _when(text: str) -> str:
    """'Fri 28 Dec 14:00' with the day and the month in this tab's language."""
    from babel.dates import get_day_names, get_month_names

    parts = text.split(" ")
    if len(parts) != 4 or parts[0] not in DAYS or parts[2] not in MONTHS:
        return text
    day = get_day_names("abbreviated", locale=language())[DAYS.index(parts[0])]
    month = get_month_names("abbreviated", locale=language())[MONTHS.index(parts[2]) + 1]
    return f"{day} {parts[1]} {month} {parts[3]}"
