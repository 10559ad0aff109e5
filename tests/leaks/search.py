"""Withheld values in text views: as words, as parts of words, as counts, as positions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from planner import wording
from tests.leaks.positions import Readings, Spotter
from tests.leaks.unpack import View, plain
from tests.leaks.withheld import Allowed, Withheld

_WORD = re.compile(r"[^\W_]+")
_GROUPED = re.compile(r"(?<![\w.,])(?:\d{1,3}(?:[ ,'\u066c]\d{3})+|\d{4,9})(?!\w|[.,]\d)")
_NAME = re.compile(r"[^\W_]+(?:[\s'’.,-]+[^\W_]+)*")
_HOLES = re.compile(r"\{[^{}]*\}")
_AROUND = 40
_MAPS = ("movement_orders", "drivers_card")
"""Files with a map of one's own way, and tables of it by the towns that it passes."""


@dataclass(frozen=True)
class _Lookup:
    """Values by their words; ``lengths``: how many words those have that begin with a word."""

    values: dict[tuple[str, ...], list[Withheld]]
    lengths: dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Hit:
    """One withheld value that was found, with what stands around it."""

    where: str
    found: Withheld
    around: str

    def __str__(self) -> str:
        value = self.found.text or self.found.number or self.found.spot
        return f"{self.where}: {self.found.kind} {value!r} in {self.around!r}"


class Search:
    """Looks for one reader's withheld values; make it once, ask it for every file."""

    def __init__(self, values: Iterable[Withheld], told: Allowed) -> None:
        self.values = list(values)
        # As words too, so that a name is found across a line's end.
        self._words = _lookup(value for value in self.values if value.text)
        self._told = _lookup(Withheld("", phrase) for phrase in told.phrases)
        self._phrases = sorted({plain(phrase) for phrase in told.phrases})
        self._on_maps = _lookup(Withheld("", name) for name in told.on_maps)
        self._parts = [(plain(value.text), value) for value in self.values if value.inside]
        self._counts = {value.number: value for value in self.values if value.number}
        self._seen: dict[tuple[int, bool, bool], tuple[tuple[Withheld, str], ...]] = {}
        spots = {value.spot: value for value in self.values if value.spot is not None}
        self._spots = [(value, Spotter(spot, told.spots)) for spot, value in spots.items()]

    def hits(self, views: Iterable[View]) -> Iterator[Hit]:
        """Every value in every view, with the text around it."""
        for where, text in views:
            # The same fonts and heads stand in many files.
            key = (hash(text), _is_machines(where), where.startswith(_MAPS))
            if key not in self._seen:
                self._seen[key] = tuple(self._found(text, *key[1:]))
            for value, around in self._seen[key]:
                yield Hit(where, value, around)

    def _found(self, text: str, machines: bool, maps: bool) -> Iterator[tuple[Withheld, str]]:
        yield from self._by_words(text, machines, maps)
        for part, value in self._parts:
            at = text.find(part)
            if at >= 0:
                yield value, _around(text, at)
        if self._counts and not machines:
            for found in _GROUPED.finditer(text):
                counted = self._counts.get(int(re.sub(r"\D", "", found[0])))
                if counted is not None:
                    yield counted, _around(text, found.start())
        if self._spots:
            told = Readings(text)
            for value, spotter in self._spots:
                for form in spotter.forms(told):
                    yield value, form

    def _by_words(self, text: str, machines: bool, maps: bool) -> Iterator[tuple[Withheld, str]]:
        words = _WORD.findall(text)
        hidden = list(_matches(self._words, words))
        if not hidden:
            return
        told = _covered(self._told, words)
        ours = told | _covered(own_words(), words)
        mapped = ours | _covered(self._on_maps, words) if maps else ours
        starts: list[int] = []
        for at, length, value in hidden:
            is_risk = value.kind == "risk word"  # the program's own words may not say it either
            # Where a place hides, not even the map may seem to say it.
            masks = told if is_risk else ours if value.kind == "protected" else mapped
            if masks.issuperset(range(at, at + length)) or (is_risk and machines):
                continue
            starts = starts or [found.start() for found in _WORD.finditer(text)]
            start = starts[at]
            if self._inside_told(text, start, words[at : at + length]):
                continue
            if not (value.inside or _is_name(value.text) or _stands(text, start, value.text)):
                continue
            yield value, _around(text, start)

    def _inside_told(self, text: str, start: int, words: list[str]) -> bool:
        """Whether it stands within what may be told, its neighbours grown on to it."""
        for phrase in self._phrases:
            at = phrase.find(words[0])
            while at >= 0:
                end = at + len(" ".join(words))
                if start >= at and text.startswith(phrase, start - at) and end <= len(phrase):
                    return True
                at = phrase.find(words[0], at + 1)
        return False


@cache
def own_words() -> _Lookup:
    """What the documents say by themselves, in every language."""
    said: set[str] = set()
    for language in wording.LANGUAGES:
        for english, other in wording.catalog(language).items():
            said |= {part for text in (english, other) for part in _HOLES.split(text)}
    return _lookup(Withheld("", phrase) for phrase in said)


def _lookup(values: Iterable[Withheld]) -> _Lookup:
    found: dict[tuple[str, ...], list[Withheld]] = {}
    lengths: dict[str, set[int]] = {}
    for value in values:
        words = tuple(_WORD.findall(plain(value.text)))
        # Among right-to-left letters a page gives other words from behind.
        for way in {words, words[::-1]} - {()}:
            found.setdefault(way, []).append(value)
            lengths.setdefault(way[0], set()).add(len(way))
    return _Lookup(found, {word: tuple(sorted(many)) for word, many in lengths.items()})


def _matches(lookup: _Lookup, words: list[str]) -> Iterator[tuple[int, int, Withheld]]:
    """(index of the first word, number of words, value) of each value that stands in the words."""
    for at, word in enumerate(words):
        for length in lookup.lengths.get(word, ()):
            for value in lookup.values.get(tuple(words[at : at + length]), ()):
                yield at, length, value


def _covered(lookup: _Lookup, words: list[str]) -> set[int]:
    return {n for at, length, _ in _matches(lookup, words) for n in range(at, at + length)}


def _is_name(text: str) -> bool:
    """Whether it is one with any space between its words; ids and signs are not."""
    letters = sum(map(str.isalpha, text))
    return letters >= 4 and "-" not in text and _NAME.fullmatch(text) is not None


def _stands(text: str, start: int, value: str) -> bool:
    """Whether the value stands there with its own signs, from the front or from behind."""
    parts = re.split(r"([^\W_]+)", plain(value).strip())
    return any(
        text[max(0, start - len(way[0])) :].startswith("".join(way)) for way in (parts, parts[::-1])
    )


def _is_machines(where: str) -> bool:
    if "xl/worksheets" in where:
        return "(numbers in cells)" not in where  # the rest counts rows, columns and texts
    return any(sign in where for sign in ("(bytes", "!stream", "xl/theme", "xl/styles"))


def _around(text: str, at: int) -> str:
    return text[max(0, at - _AROUND) : at + _AROUND]
