"""The words of the desk in the language that this tab has chosen.

English is written in the code, ``_("Left behind")``; other languages lie in ``locale/*.po``, which
Babel reads and gettext looks up. A text that nobody has translated is shown in English.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from planner.cli import text
from planner.units import MINUTE_S, format_duration

if TYPE_CHECKING:
    from planner.scenario import Scenario

LANGUAGES = {"en": "English", "ar": "العربية", "ru": "Русский"}
RIGHT_TO_LEFT = frozenset({"ar"})
KEY = "language"
PARAMETER = "lang"
FOLDER = Path(__file__).resolve().parent / "locale"


def remember() -> None:
    """Take the language out of the address where this tab has not chosen yet."""
    if KEY not in st.session_state:
        asked = st.query_params.get(PARAMETER, "en")
        st.session_state[KEY] = asked if asked in LANGUAGES else "en"


def choose() -> None:
    """The choice of a language; kept in the address, so that a reload finds it."""
    with st.container(key=KEY + "-choice"):
        st.selectbox(
            "Language · اللغة · Язык",
            list(LANGUAGES),
            key=KEY,
            format_func=LANGUAGES.__getitem__,
            label_visibility="collapsed",
            persist_state="session",
        )
    if language() == "en":
        st.query_params.pop(PARAMETER, None)
    elif st.query_params.get(PARAMETER) != language():
        st.query_params[PARAMETER] = language()


def reviewed() -> str:
    """A remark on a translation that nobody has been named as reviewer of; else empty."""
    return "" if language() == "en" else _("This translation has not been reviewed.")


def language() -> str:
    """The language of this tab; English where nothing was chosen, or outside a page."""
    chosen = st.session_state.get(KEY, "en")
    return chosen if chosen in LANGUAGES else "en"


@cache
def catalog(name: str) -> NullTranslations:
    """The translations of a language; an empty one for English and where there are none."""
    path = FOLDER / f"{name}.po"
    if not path.is_file():
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=name))
    compiled.seek(0)
    return GNUTranslations(compiled)


def _(text: str) -> str:
    """The text in this tab's language; placeholders are filled afterwards, by ``.format``."""
    return catalog(language()).gettext(text) if text else ""


def counted(one: str, many: str, n: int) -> str:
    """``one`` or ``many`` by the plural rules of this tab's language, with ``{n}`` filled in."""
    return catalog(language()).ngettext(one, many, n).format(n=n)


def duration(seconds: int) -> str:
    """'3 d 10 h 17 min' in this tab's language; whole minutes, seconds below one minute only."""
    if language() == "en":
        return format_duration(seconds)
    from babel.units import format_unit

    if seconds < 0:
        return "-" + duration(-seconds)
    minutes = (seconds + 30) // 60
    days, rest = divmod(minutes, 1440) if minutes >= 2880 else (0, minutes)
    parts = [(days, "day"), (rest // 60, "hour"), (rest % 60, "minute")]
    if seconds < MINUTE_S:
        parts = [(seconds, "second")]
    said = [pair for pair in parts if pair[0]] or parts[-1:]
    return " ".join(
        format_unit(value, f"duration-{unit}", length="short", locale=language())
        for value, unit in said
    )


def limit_word(limits: Mapping[str, int]) -> Callable[[str], str]:
    """How a time limit is shown in this tab's language: English keys stay as they are written."""
    return lambda key: key if language() == "en" else duration(limits[key])


def moment(scenario: Scenario, seconds: int) -> str:
    """Local day and time: 'Fri 14 Dec 16:20' in this tab's language."""
    if language() == "en":
        return text.moment(scenario, seconds)
    return clock_words(scenario.local(seconds).replace(tzinfo=None))


def clock_words(at: datetime) -> str:
    """A day and its time by the clock of the place: 'Fri 14 Dec 16:20' in this tab's language."""
    from babel.dates import format_datetime

    return str(format_datetime(at, "EEE d MMM HH:mm", locale=language()))
