"""The desk in every language: complete catalogues, plurals, and pages that open."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from streamlit.testing.v1 import AppTest

from planner import load
from planner.ui import words
from planner.ui.session import Session
from tests.app.desk_case import ROOT, show, told

DESK = ROOT / "planner" / "ui"
TRANSLATED = [name for name in words.LANGUAGES if name != "en"]
SCREENS = sorted(path.stem for path in (DESK / "screens").glob("[a-z]*.py"))
REMEDY = "run `make words`, then fill in the empty msgstr in planner/ui/locale/"
# One thing and two things are said without a figure in Arabic; none, too.
WITHOUT_FIGURE = {"ar": (0, 1, 2)}


def texts(folder: Path = DESK) -> set[str | tuple[str, ...]]:
    """Every text that the code marks for translation, as Babel finds them."""
    marks = {"_": None, "pattern": None, "counted": (1, 2)}
    return {found[2] for found in extract_from_dir(folder, keywords=marks) if found[2]}


def catalogue(language: str) -> Catalog:
    with (words.FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def messages(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


def forms(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def places(text: str) -> set[str]:
    return set(re.findall(r"\{\{|\}\}|\{[^{}]*\}", text))


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated_and_nothing_else(language: str) -> None:
    known = {message.id: forms(message) for message in messages(language)}
    found = texts()
    missing = sorted(str(text) for text in found if not all(known.get(text, ("",))))
    assert not missing, f"{language}: no translation of {missing}; {REMEDY}"
    gone = sorted(str(text) for text in known if text not in found)
    assert not gone, f"{language}: no longer in the code: {gone}; {REMEDY}"
    assert not [message.id for message in messages(language) if message.fuzzy]
    assert not catalogue(language).obsolete


def test_a_new_text_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text('_("Nobody")\ncounted("{n} ox", "{n} oxen", 2)\n', "utf-8")
    assert texts(tmp_path) == {"Nobody", ("{n} ox", "{n} oxen")}


@pytest.mark.parametrize("language", TRANSLATED)
def test_placeholders_are_kept(language: str) -> None:
    wrong = []
    for message in messages(language):
        wanted = places(message.id if isinstance(message.id, str) else message.id[1])
        for number, form in enumerate(forms(message)):
            plural = isinstance(message.id, tuple)
            bare = plural and number in WITHOUT_FIGURE.get(language, ())
            if places(form) != wanted and not (bare and places(form) == wanted - {"{n}"}):
                wrong.append(form)
    assert wrong == []


@pytest.mark.parametrize(
    ("language", "figures"),
    [
        ("ru", {1: "1 план", 2: "2 плана", 5: "5 планов", 11: "11 планов", 21: "21 план"}),
        ("ar", {1: "خطة واحدة", 2: "خطتان", 3: "3 خطط", 11: "11 خطة", 103: "103 خطط"}),
        ("en", {1: "1 plan", 2: "2 plans"}),
    ],
)
def test_plurals(language: str, figures: dict[int, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "language", lambda: language)
    assert {n: words.counted("{n} plan", "{n} plans", n) for n in figures} == figures


def test_arabic_tells_tens_from_hundreds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "language", lambda: "ar")
    said = [words.counted("{n} row", "{n} rows", n) for n in (0, 1, 2, 3, 11, 100)]
    assert all(a != b for a, b in pairwise(said))
    assert said[4:] == ["11 صفًا", "100 صف"]


@pytest.fixture(params=TRANSLATED)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_page_opens_in_every_language(planned: Session, language: str) -> None:
    catalog = words.catalog(language)
    remark = catalog.gettext("This translation has not been reviewed.")
    for screen in SCREENS:
        app: AppTest = show(screen, planned, **{words.KEY: language})
        assert remark in told(app), screen


@pytest.mark.parametrize(
    ("language", "lasts", "at"),
    [
        ("en", "3 d 10 h 17 min", "Sun 16 Dec 16:17"),
        ("ru", "3 дн. 10 ч 17 мин", "вс 16 дек. 16:17"),
        ("ar", "3 أيام 10 س 17 د", "الأحد 16 ديسمبر 16:17"),
    ],
)
def test_times_are_told_in_the_language(
    monkeypatch: pytest.MonkeyPatch, language: str, lasts: str, at: str
) -> None:
    scenario = load.read(ROOT / "scenarios" / "deir_al_zor_2012.yaml")
    monkeypatch.setattr(words, "language", lambda: language)
    seconds = (3 * 24 + 10) * 3600 + 17 * 60
    assert words.duration(seconds).replace("\xa0", " ") == lasts
    assert words.moment(scenario, seconds).replace("\xa0", " ") == at
