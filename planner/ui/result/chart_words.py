"""Charts in this tab's language: the charts' own English words, looked up in a finished picture.

What stands in the scenario is never translated: only whole texts that are the charts' own are
looked up, and names of fields and functions are left alone.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Literal

from planner.ui.words import _, language

KEPT = frozenset({"field", "type", "timeUnit", "format", "labelExpr", "$schema", "interpolate"})
"""Keys of a specification whose values are no words."""


def chart_words() -> dict[str, str]:
    """English word of the charts → the same in this tab's language."""
    return {
        "9 of 10 draws": _("9 of 10 draws"),
        "after that": _("after that"),
        "if all stay": _("if all stay"),
        "while all wait": _("while all wait"),
        "aircraft": _("aircraft"),
        "as planned": _("as planned"),
        "at most": _("at most"),
        "berths in use": _("berths in use"),
        "best so far": _("best so far"),
        "change": _("change"),
        "convoy": _("convoy"),
        "crews": _("crews"),
        "empty": _("empty"),
        "escort": _("escort"),
        "expected casualties": _("expected casualties"),
        "expected casualties an hour": _("expected casualties an hour"),
        "expected casualties less": _("expected casualties less"),
        "group": _("group"),
        "half of the draws": _("half of the draws"),
        "high, or it happens": _("high, or it happens"),
        "hour from": _("hour from"),
        "landings and take-offs in any 60 minutes": _("landings and take-offs in any 60 minutes"),
        "loading": _("loading"),
        "loading bays in use": _("loading bays in use"),
        "low, or it does not happen": _("low, or it does not happen"),
        "median": _("median"),
        "movement": _("movement"),
        "movements entering in any 60 minutes": _("movements entering in any 60 minutes"),
        "movements processed in any 60 minutes": _("movements processed in any 60 minutes"),
        "expected casualties, mean": _("expected casualties, mean"),
        "number of people": _("number of people"),
        "people": _("people"),
        "people left behind, mean": _("people left behind, mean"),
        "people out": _("people out"),
        "people out, mean": _("people out, mean"),
        "people more out": _("people more out"),
        "people taken in so far": _("people taken in so far"),
        "people taken in this day": _("people taken in this day"),
        "people waiting": _("people waiting"),
        "person-hours until safe less": _("person-hours until safe less"),
        "persons entering in any 60 minutes": _("persons entering in any 60 minutes"),
        "persons processed in any 60 minutes": _("persons processed in any 60 minutes"),
        "phase": _("phase"),
        "proven": _("proven"),
        "proven bound": _("proven bound"),
        "proven most": _("proven most"),
        "river boat": _("river boat"),
        "road convoy": _("road convoy"),
        "road or bridge": _("road or bridge"),
        "safe": _("safe"),
        "seconds": _("seconds"),
        "seen, not proven": _("seen, not proven"),
        "ship": _("ship"),
        "ships entering in any 60 minutes": _("ships entering in any 60 minutes"),
        "ships processed in any 60 minutes": _("ships processed in any 60 minutes"),
        "stands in use": _("stands in use"),
        "under way": _("under way"),
        "unloading": _("unloading"),
        "vehicles": _("vehicles"),
        "vehicles entering in any 60 minutes": _("vehicles entering in any 60 minutes"),
        "vehicles processed in any 60 minutes": _("vehicles processed in any 60 minutes"),
        "want to leave": _("want to leave"),
        "way": _("way"),
        "what is known": _("what is known"),
        "airport of embarkation": _("airport of embarkation"),
        "assembly point": _("assembly point"),
        "border crossing": _("border crossing"),
        "evacuation control point": _("evacuation control point"),
        "hospital": _("hospital"),
        "people on foot": _("people on foot"),
        "port of embarkation": _("port of embarkation"),
        "private cars": _("private cars"),
        "safe haven": _("safe haven"),
        "staging base": _("staging base"),
        "what": _("what"),
        "what-if": _("what-if"),
        "from": _("from"),
        "where it is": _("where it is"),
        "with people": _("with people"),
        "worse": _("worse"),
    }


def word(text: str) -> str:
    """One word of the charts in this tab's language; anything else as it is."""
    return chart_words().get(text, text) if language() != "en" else text


def in_words(spec: dict[str, Any]) -> dict[str, Any]:
    """The specification with the charts' own words in this tab's language."""
    if language() == "en":
        return spec
    found: dict[str, Any] = _walk(spec, chart_words())
    found["config"] = {**found.get("config", {}), "locale": {"time": _dates(language())}}
    return found


@cache
def _dates(name: str) -> dict[str, Any]:
    """Names of days and months, as Vega asks for them: weeks begin on Sunday."""
    from babel.dates import get_day_names, get_month_names

    def days(width: Literal["wide", "abbreviated"]) -> list[str]:
        known = get_day_names(width, locale=name)
        return [known[day] for day in (6, 0, 1, 2, 3, 4, 5)]

    def months(width: Literal["wide", "abbreviated"]) -> list[str]:
        known = get_month_names(width, locale=name)
        return [known[month] for month in range(1, 13)]

    return {
        "dateTime": "%a %e %b %Y %X", "date": "%d.%m.%Y", "time": "%H:%M:%S", "periods": ["", ""],
        "days": days("wide"), "shortDays": days("abbreviated"),
        "months": months("wide"), "shortMonths": months("abbreviated"),
    }  # fmt: skip


def _walk(thing: Any, words: dict[str, str], key: str = "") -> Any:
    if isinstance(thing, dict):
        return {name: _walk(value, words, name) for name, value in thing.items()}
    if isinstance(thing, list):
        return [_walk(value, words, key) for value in thing]
    if isinstance(thing, str) and key not in KEPT:
        if thing.startswith("local time (") and thing.endswith(")"):
            return _("local time ({zone})").format(zone=thing[len("local time (") : -1])
        if key == "text" and re.fullmatch(r"limit [\d,]+", thing):
            return _("limit {n}").format(n=thing.removeprefix("limit "))
        return words.get(thing, thing)
    return thing
