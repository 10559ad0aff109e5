"""Draws: by number, each stream its own, with the chances that the file states, and as worlds."""

from __future__ import annotations

from itertools import islice
from textwrap import indent

import pytest
from scipy.stats import binom, kstest, triang

from planner import load
from planner.draws import Draw, Effects, draw, nothing_happens, world
from planner.draws.luck import Luck, alike, quantile
from planner.network.clock import Clock
from planner.scenario import Scenario
from planner.units import DAY_S, HOUR_S

BASE = """\
schema_version: 1
title: Unsure
timezone: Asia/Damascus
start: 2012-12-13T06:00
horizon: 10 days
parties: [{id: government}, {id: opposition}]
places:
  - {id: town, role: assembly_point, at: [35.33, 40.13], control: government}
  - {id: village, role: assembly_point, at: [35.35, 40.13], control: government}
  - {id: haven, role: safe_haven, at: [35.48, 40.25]}
groups:
  - {id: townsfolk, at: town, people: {low: 100, base: 200, high: 400}, willing: 90 %}
  - {id: villagers, at: village, people: {low: 50, base: 60, high: 90}, willing: 80 %}
fleets:
  - {id: buses, vehicle: coach, count: 3, base: haven}
links:
  - {id: bridge, from: town, to: haven, length: 25 km}
  - {id: track, from: village, to: haven, length: 25 km, status: closed}
threats:
  - {id: shelling, zone: {places: [town]}, rate: 0.5 per 1000 person-hours}
authorisations:
  - {id: yes, party: government, state: granted}
  - {id: asked, party: government, state: requested, assume: granted}
"""
DRAWS = 2000


def scenario(section: str = "", base: str = BASE) -> Scenario:
    text = base + ("uncertainty:\n" + indent(section, "  ") if section else "")
    return load.read_text(text)


def events(*lines: str) -> str:
    return "events:\n" + "".join(f"  - {{{line}}}\n" for line in lines)


def draws(made_of: Scenario, count: int = DRAWS) -> list[Draw]:
    return [draw(made_of, 7, number) for number in range(count)]


def probable(hits: int, chance: float, count: int = DRAWS) -> bool:
    """Whether so many hits lie between the exact binomial bounds that one in a million leaves."""
    low, high = binom.ppf([5e-7, 1 - 5e-7], count, chance)
    return bool(low <= hits <= high)


FULL = """\
people: {common: 50 %}
willing: [{id: w, share: {low: 50 %, base: 80 %, high: 100 %}}]
no_shows: [{id: n, groups: [townsfolk], share: {low: 0 %, base: 5 %, high: 20 %}}]
travel: [{id: t, modes: [road], factor: {low: 0.9, base: 1, high: 2}}]
delays: [{id: d, modes: [road], chance: 50 %, by: {low: 0 min, base: 10 min, high: 1 h}}]
breakdowns: [{id: b, chance: 20 %, repair: {low: 1 h, base: 2 h, high: 4 h}, beyond_repair: 30 %}]
threats: [{id: h, factor: {low: 0.5, base: 1, high: 3}}]
events:
  - {id: falls, chance: 30 %, closes: [bridge]}
"""


def test_a_draw_depends_on_its_number_alone() -> None:
    made_of = scenario(FULL)
    alone = draw(made_of, 3, 41)
    assert alone == [draw(made_of, 3, k) for k in range(45)][41]
    assert alone != draw(made_of, 3, 42) and alone != draw(made_of, 4, 41)
    few = list(islice(alone.breakdowns("buses", 2), 5))
    assert few == list(islice(alone.breakdowns("buses", 2), 50))[:5]
    assert few != list(islice(alone.breakdowns("buses", 1), 5))


def test_a_new_entry_moves_none_of_the_others() -> None:
    more = FULL.replace("delays: [", "delays: [{id: a_first_one, modes: [road], by: 1 min}, ")
    more += "  - {id: another, chance: 50 %, opens: [track]}\n"
    for one, other in zip(draws(scenario(FULL), 20), draws(scenario(more), 20), strict=True):
        assert (one.people, one.willing, one.no_shows) == (
            other.people, other.willing, other.no_shows,
        )  # fmt: skip
        assert (one.travel, one.threats) == (other.travel, other.threats)
        known = [h for h in other.happenings if h.event != "another"]
        assert list(one.happenings) == known
        assert list(islice(one.breakdowns("buses", 1), 9)) == list(
            islice(other.breakdowns("buses", 1), 9)
        )


def test_what_is_not_named_is_as_stated() -> None:
    plain = draw(scenario(), 1, 5)
    assert plain == nothing_happens(plain.scenario)
    assert plain.people == {"townsfolk": 200, "villagers": 60}
    only = draw(scenario("no_shows: [{id: n, groups: [villagers], share: 10 %}]\n"), 1, 5)
    assert only.people == plain.people and only.willing == plain.willing
    assert only.no_shows == {"townsfolk": 0, "villagers": 1000}
    assert next(only.delays("buses", 1)) is None and next(only.breakdowns("buses", 1)) is None


def test_figures_are_spread_as_the_file_says() -> None:
    share = "{low: 50 %, base: 80 %, high: 100 %}"
    made_of = scenario(f"people: {{}}\nwilling: [{{id: w, share: {share}}}]\n")
    found = [d.willing["townsfolk"] / 10000 for d in draws(made_of)]
    assert kstest(found, triang(c=0.6, loc=0.5, scale=0.5).cdf).pvalue > 1e-6
    people = [d.people["townsfolk"] for d in draws(made_of)]
    assert min(people) >= 100 and max(people) <= 400
    assert abs(sum(people) / DRAWS - 700 / 3) < 6 * 62.4 / DRAWS**0.5  # triangular: mean, sd
    assert [quantile("triangular", 1, 2, 4, q) for q in (0, 1 / 3, 1)] == pytest.approx([1, 2, 4])
    assert quantile("uniform", 1, 2, 4, 0.5) == 2.5
    assert quantile("pert", 0, 5, 10, 0.5) == pytest.approx(5)


def test_groups_misjudged_alike_rise_and_fall_together() -> None:
    together = [d.people for d in draws(scenario("people: {common: 100 %}\n"), 200)]
    ranked = sorted(together, key=lambda p: p["townsfolk"])
    assert [p["villagers"] for p in ranked] == sorted(p["villagers"] for p in together)
    assert alike(0, 0.1, 0.7) == 0.7 and alike(1, 0.1, 0.7) == pytest.approx(0.1)


def test_an_event_happens_as_often_as_its_chance_says() -> None:
    made_of = scenario(
        events(
            "id: falls, chance: 30 %, closes: [bridge]",
            "id: shelled, follows: falls, chance: 50 %, after: 6 h, raises: {shelling: 2}",
            "id: raid, per_day: 10 %, until: 72 h, lasts: 20 days, withdraws: [yes]",
        )
    )
    names = [{h.event for h in d.happenings} for d in draws(made_of)]
    assert probable(sum("falls" in n for n in names), 0.3)
    # Six hours later: unless the bridge falls in the plan's last six hours.
    late = 6 / 240
    assert probable(sum("shelled" in n for n in names), 0.3 * 0.5 * (1 - late))
    assert all("falls" in n for n in names if "shelled" in n)
    assert probable(sum("raid" in n for n in names), 1 - 0.9**3)
    for one in draws(made_of, 300):
        begun = {h.event: h.start_s for h in one.happenings}
        if "shelled" in begun:
            assert begun["shelled"] == begun["falls"] + 6 * HOUR_S
        assert begun.get("raid", 0) <= 3 * DAY_S


def test_events_that_exclude_each_other_never_happen_together() -> None:
    made_of = scenario(
        events(
            "id: falls, chance: 30 %, either: bridge, closes: [bridge]",
            "id: blocked, chance: 50 %, either: bridge, closes: [bridge], lasts: 3 h",
        )
    )
    names = [tuple(h.event for h in d.happenings) for d in draws(made_of)]
    assert {*names} == {(), ("falls",), ("blocked",)}
    assert probable(names.count(("falls",)), 0.3) and probable(names.count(("blocked",)), 0.5)


def test_breakdowns_and_delays_come_as_often_as_stated() -> None:
    found = [m for d in draws(scenario(FULL), 400) for m in islice(d.breakdowns("buses", 1), 5)]
    broken = [m for m in found if m is not None]
    assert probable(len(broken), 0.2, 2000)
    assert probable(sum(m.lost for m in broken), 0.3, len(broken))
    assert all(HOUR_S <= m.seconds <= 4 * HOUR_S for m in broken)
    luck = Luck(1, 2)
    assert luck.first("a", "b") == luck.first("a", "b") != luck.first("ab")


def certain(*lines: str) -> Draw:
    (made,) = draws(scenario(events(*lines)), 1)
    return made


def test_effects_say_what_holds_when_and_by_which_event() -> None:
    made = certain(
        "id: cut, chance: 100 %, after: 24 h, lasts: 12 h, closes: [bridge], "
        "takes: {town: opposition}",
        "id: free, chance: 100 %, after: 48 h, opens: [track], raises: {shelling: 0}",
    )
    effects = Effects.of(made)
    always = Clock(made.scenario, (35, 40)).always
    day = DAY_S
    assert effects.passable("bridge", always, always).spans == (
        (0, day), (day + 12 * HOUR_S, 10 * day),
    )  # fmt: skip
    assert effects.passable("track", always - always, always).spans == ((2 * day, 10 * day),)
    assert effects.because("closes", "bridge", day) == "cut"
    assert effects.because("closes", "bridge", 0) is None
    assert effects.takings(lambda name: name == "town") == ((day, day * 3 // 2, "opposition"),)
    assert effects.raised("shelling") == ((2 * day, 10 * day, 0.0),)


def test_a_world_is_a_scenario_like_any_other() -> None:
    made = certain(
        "id: cut, chance: 100 %, after: 24 h, lasts: 12 h, closes: [bridge], "
        "takes: {town: opposition}",
        "id: free, chance: 100 %, after: 48 h, opens: [track], raises: {shelling: 0}",
        "id: no, chance: 100 %, after: 24 h, lasts: 24 h, withdraws: [yes], stops: [buses]",
        "id: never, chance: 0 %, grants: [asked], shuts: [haven]",
    )
    found, day = world(made), DAY_S
    assert found.uncertainty is None and found.people_figure == "base"
    bridge, track = found.links
    assert bridge.closed == ((day, day * 3 // 2),)
    assert track.status == "restricted" and track.closed == ((0, 2 * day),)
    assert [(t.id, t.rate_nano, found.at_s(t.until)) for t in found.threats] == [
        ("shelling", 500_000, 2 * day), ("shelling_2", 0, 10 * day),
    ]  # fmt: skip
    states = [(a.id, a.state, a.from_, a.until, a.assume) for a in found.authorisations]
    assert states == [
        ("yes", "granted", 0, day, None),
        ("yes_2", "granted", 2 * day, 10 * day, None),
        ("asked", "requested", 0, None, None),
    ]
    (entry,) = found.control
    assert (entry.party, entry.zone.places, entry.from_) == ("opposition", ("town",), day)
    assert found.fleets[0].available.from_ == 2 * day  # the longer of the two spans
    assert world(nothing_happens(made.scenario)).authorisations[1].assume == "granted"


def test_no_shows_are_unwilling_in_a_world() -> None:
    made = draw(scenario("no_shows: [{id: n, share: 10 %}]\n"), 1, 1)
    assert [g.willing for g in world(made).groups] == [8100, 7200]
