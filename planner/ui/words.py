"""The words of the desk in the language that this tab has chosen.

English is written in the code, ``_("Left behind")``; other languages lie in ``locale/*.po``, which
Babel reads and gettext looks up. A text that nobody has translated is shown in English.
"""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

import streamlit as st

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
