"""The documents in every language: complete catalogues, kept placeholders, numbers and dates."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from planner import wording
from planner.documents import DOCUMENTS
from planner.wording import extraction, figures

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("charts", "documents", "manifest", "redact", "wording")
TRANSLATED = [language for language in wording.LANGUAGES if language != "en"]
REMEDY = "run `make words`, then fill in the empty msgstr in planner/wording/locale/"
METHODS = [("**.py", extraction.python), ("**.typ", extraction.template)]


def texts(*folders: Path) -> set[str]:
    """Every text of the documents, as Babel finds it for the translators."""
    return {
        str(found[2])
        for folder in folders
        for found in extract_from_dir(folder, method_map=METHODS)
    }


def catalogue(language: str) -> Catalog:
    with (wording.FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def places(text: str) -> list[str]:
    return sorted(re.findall(r"\{[^{}]*\}", text))


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated_and_nothing_else(language: str) -> None:
    found = texts(*(ROOT / "planner" / name for name in FOLDERS))
    known = {message.id: message.string for message in catalogue(language) if message.id}
    missing = sorted(text for text in found if not known.get(text))
    assert not missing, f"{language}: no translation of {missing}; {REMEDY}"
    gone = sorted(str(text) for text in known if text not in found)
    assert not gone, f"{language}: no longer in the code: {gone}; {REMEDY}"
    assert not [message.id for message in catalogue(language) if message.fuzzy]


@pytest.mark.parametrize("language", TRANSLATED)
def test_placeholders_are_kept(language: str) -> None:
    known = wording.catalog(language)
    assert [text for text in known.values() if "{" in text], "nothing to compare"
    assert [told for text, told in known.items() if places(text) != places(told)] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_titles_and_columns_of_every_document_are_known(language: str) -> None:
    known = wording.catalog(language)
    assert [one.title for one in DOCUMENTS if one.title not in known] == []


def test_a_new_text_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(
        'say("Nobody" if lonely else "All"), word("Ox"), words("a", name, "b")\n'
        'Document("x", "Title", ()); columns("""\n  km: how far\n  plain\n""")\n'
        'say(unknown), svg.text((1, 2), "no"), Table("y", "Sheet", told)\n',
        "utf-8",
    )
    (tmp_path / "page.typ").write_text('#say("On paper") #text("not said")\n', "utf-8")
    found = {"Nobody", "All", "Ox", "a", "b", "Title", "km", "how far", "Sheet", "On paper"}
    assert texts(tmp_path) == found


def test_what_no_reviewer_has_seen_says_so() -> None:
    assert wording.remark("en") == ""
    for language in TRANSLATED:
        assert wording.reviewer(language) == ""
        told = wording.remark(language)
        assert wording.NOT_REVIEWED in told and told != wording.NOT_REVIEWED


def test_numbers_and_dates_are_those_of_the_language_with_western_digits() -> None:
    moment = datetime(2012, 12, 3, 16, 5)
    told = {
        language: [
            figures.number(22759, language), figures.number(0.5, language, 2),
            figures.clock(moment, language), figures.span(4 * 86400 + 12000, language),
        ]
        for language in wording.LANGUAGES
    }  # fmt: skip
    assert told == {
        "en": ["22,759", "0.50", "03 Dec 16:05", "4 d 3 h 20 min"],
        "ru": ["22\u00a0759", "0,50", "03 дек. 16:05", "4 дн. 3 ч 20 мин"],
        "ar": ["22,759", "0.50", "03 ديسمبر 16:05", "4 أيام 3 س 20 د"],
    }
    assert figures.month(date(2012, 12, 1), "ru") == "декабрь 2012"


@pytest.mark.parametrize("seconds", [0, 40, 3600, 12000, 172740, -60])
def test_a_span_has_the_same_figures_in_every_language(seconds: int) -> None:
    counted = {
        tuple(re.findall(r"\d+", figures.span(seconds, language))) for language in ("ru", "ar")
    }
    (found,) = counted
    assert [int(n) for n in found if int(n)] == [
        int(n) for n in re.findall(r"\d+", figures.span(seconds, "en")) if int(n)
    ]


def test_two_days_are_one_word_in_arabic() -> None:
    assert figures.span(2 * 86400 + 7200, "ar") == "يومان 2 س"


def test_names_keep_their_own_direction_in_arabic_alone() -> None:
    assert figures.apart("Raqqa (old)", "ar") == "\u2068Raqqa (old)\u2069"
    assert figures.apart("+02:00", "ar", latin=True) == "\u2066+02:00\u2069"
    assert figures.apart("Raqqa", "ru") == "Raqqa" and figures.apart("", "ar") == ""
