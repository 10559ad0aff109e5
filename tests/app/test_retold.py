"""Reasons and changes in the language of the tab, and that no sentence of a plan is forgotten."""

from __future__ import annotations

import re

import pytest

from planner.ui import words
from planner.ui.result import retold
from planner.worth.lateness import OTHERS, WORDS
from planner.worth.reasons import CUT_SHORT, MAKE_ROOM, UNLUCKY
from planner.worth.remedies import LONGER

WAITS = (
    "they wait for Team 7, and Party 1 and Party 2 have not authorised the passage of Vans 3 "
    "(requested: a_1, a_2)"
)
SEATS = (
    "no seat in time: Buses 1: all 4 in use until Fri 28 Dec 14:00, with stops for rest and fuel; "
    "Vans 2: 3 of 7 in use until Sat 29 Dec 07:30; Town 3 has taken in 1,500 of the 1,500 it can; "
    "limits used up at Bridge 4; the bottleneck is Road 5: 40 vehicles an hour; "
    "Team 7: with them from Sun 30 Dec 06:00"
)
REASONS = [
    WAITS, SEATS, MAKE_ROOM, UNLUCKY, OTHERS, CUT_SHORT,
    f"{CUT_SHORT}; Buses 1: free from Fri 28 Dec 14:00",
    "no seat in time: Buses 1: none used by this plan",
    "they choose to stay", "Bridge 4 and Road 5 are closed",
    "Bridge 4 is closed (by the way that is left: every way passes the cap on risk; and they "
    "refuse Party 1)",
    "8 who travel together fit into no vehicle that may take them (the largest has 4 seats)",
    "no departure on a multiple of 1 h leads to a haven in time",
    "Road 5 lets 40 cars an hour through (Buses 1 counts 2.5, Vans 2 counts 1)",
    "they are at '7' and get no further: there are no vehicles: Vans 2",
    *(told.format(at="7", cap="4") for told in WORDS.values()),
]  # fmt: skip
CHANGES = [
    "Party 1 grants a_1 (3 fewer of other groups)",
    "not searched from here on: one more loading bay at 7", "5 more in 3", "agreed: 7",
    "7 takes in 2,500 in all and 267 a day",
    "the cap on a leg's risk is 2 % instead of 1 %", "7 opens", "7 handles 4 movements an hour",
    "not searched", "nothing is short; a longer search may seat them", LONGER,
]  # fmt: skip
NAMES = {"Team", "Party", "Vans", "Buses", "Town", "Bridge", "Road", "and", "a_1", "a_2", "h"}


@pytest.mark.parametrize("language", ["ru", "ar"])
@pytest.mark.parametrize("text", [*REASONS, *CHANGES])
def test_nothing_but_names_is_left_in_english(
    text: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "language", lambda: language)
    monkeypatch.setattr(retold, "language", lambda: language)
    told = (retold.change if text in CHANGES else retold.reason)(text)
    assert set(re.findall(r"[A-Za-z_]+(?:\d)?", told)) <= NAMES, told
    assert sorted(re.findall(r"\d+", told)) == sorted(re.findall(r"\d+", text)), told


def test_english_and_what_nobody_knows_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    assert retold.reason(SEATS) == SEATS
    monkeypatch.setattr(words, "language", lambda: "ru")
    monkeypatch.setattr(retold, "language", lambda: "ru")
    odd = "{reason} <b>\u202e; something {0} that is new"
    assert retold.reason(odd) == odd
    assert retold.reason("they refuse {0} {names}").endswith("{0} {names}")
