"""The words of the documents in English, Arabic and Russian.

English is written in the code and in the templates; other languages lie in ``locale/*.po``, which
Babel reads. A text that nobody has translated stays English. Names out of a scenario are never
looked up.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["en", "ar", "ru"]
LANGUAGES: tuple[Language, ...] = ("en", "ar", "ru")
RIGHT_TO_LEFT = frozenset({"ar"})
FOLDER = Path(__file__).resolve().parent / "locale"
_REVIEWER = re.compile(r'^"X-Reviewed-By: *(.*?) *\\n"$', re.MULTILINE)


def word(english: str) -> str:
    """The text itself: marks what is looked up elsewhere, for the translators."""
    return english


def words(*english: str) -> tuple[str, ...]:
    """The same for several."""
    return english


NOT_REVIEWED = word("This translation has not been reviewed.")


def text(english: str, language: str) -> str:
    """The text in that language; placeholders in braces are left for ``str.format``."""
    if language == "en" or not english:
        return english
    return catalog(language).get(english) or english


@cache
def catalog(language: str) -> dict[str, str]:
    """English → the other language, as the wording file has it; empty where there is no file."""
    path = FOLDER / f"{language}.po"
    if not path.is_file():
        return {}
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        found = read_po(file, locale=language)
    return {
        message.id: message.string
        for message in found
        if isinstance(message.id, str) and isinstance(message.string, str) and message.id
    }


@cache
def reviewer(language: str) -> str:
    """Who has reviewed the translation, as the wording file names them; empty for nobody."""
    path = FOLDER / f"{language}.po"
    told = path.read_text(encoding="utf-8") if path.is_file() else ""
    named = _REVIEWER.search(told)
    return named[1] if named else ""


def remark(language: str) -> str:
    """What every page of an unreviewed translation says, in its language and in English."""
    if language == "en" or reviewer(language):
        return ""
    return f"{text(NOT_REVIEWED, language)} · {NOT_REVIEWED}"
