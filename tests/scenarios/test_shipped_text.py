"""What the shipped scenarios say: they load without a fault, state where every figure comes from,
and their what-ifs change what their names promise. Nothing is solved here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from planner import assets, load
from planner.scenario import Scenario
from planner.scenario.parts import Claim, Group
from planner.scenario.people import people, segments

CRISES = ("deir_al_zor_2012", "russian_citizens_2012")
SMALL = tuple(sorted(Path(__file__).parent.glob("small_*.yaml")))
MOST_LINES = 500

# Whoever may be cited: what was published in December 2012 or the weeks around it, and packages.
PUBLISHERS = re.compile(
    r"MSF|RIA Novosti|Sivkov|ICRC|the embassy|flights of 22 January 2013"
    r"|missiles fired from the Damascus suburbs|npm airport-db|searoute"
)


def _path(name: str) -> Path:
    return assets.scenario_path(name)


def _base(name: str) -> Scenario:
    return load.read(_path(name))


def _cases() -> list[tuple[str, str]]:
    return [(name, what_if) for name in CRISES for what_if in _base(name).what_ifs]


def _claims(scenario: Scenario) -> Iterator[tuple[str, Claim]]:
    """Every claim about the world that carries a figure or a position of its own."""
    for kind in ("places", "fleets", "teams", "links", "threats", "control", "authorisations"):
        for part in getattr(scenario, kind):
            yield f"{kind}[{part.id}]", part
    for group in scenario.groups:
        yield f"groups[{group.id}].people", group.people


@pytest.mark.parametrize("path", [*map(_path, CRISES), *SMALL], ids=lambda path: path.stem)
def test_no_fault_and_every_what_if_applies(path: Path) -> None:
    scenario, issues = load.examine_file(path)
    assert [str(issue) for issue in issues if issue.severity == "error"] == []
    assert scenario is not None
    assert scenario.what_ifs
    for what_if in scenario.what_ifs:
        changed = load.read(path, what_if)
        patches = changed.origin.patches
        assert patches, what_if
        assert all(patch.old != patch.new for patch in patches), what_if


@pytest.mark.parametrize("name", CRISES)
def test_readable_length_and_enough_what_ifs(name: str) -> None:
    text = _path(name).read_text(encoding="utf-8")
    assert text.count("\n") < MOST_LINES
    assert text.startswith("# yaml-language-server: $schema=../config/scenario.schema.json\n")
    scenario = _base(name)
    assert len(scenario.what_ifs) >= 6
    assert all(1 <= len(names) <= 3 for names in scenario.what_ifs.values())
    used = {override for names in scenario.what_ifs.values() for override in names}
    assert used == set(scenario.overrides), "an override that no what-if uses"


@pytest.mark.parametrize("name", CRISES)
def test_every_figure_is_cited_or_an_estimate_with_its_reason(name: str) -> None:
    bare = [
        where
        for where, claim in _claims(_base(name))
        if not (claim.source or (claim.estimate and claim.because))
    ]
    assert bare == []


@pytest.mark.parametrize("name", CRISES)
def test_sources_name_a_publisher(name: str) -> None:
    cited = {
        where: claim.source for where, claim in _claims(_base(name)) if claim.source is not None
    }
    assert cited
    assert {where: text for where, text in cited.items() if not PUBLISHERS.search(text)} == {}


@pytest.mark.parametrize("name", CRISES)
def test_no_figure_is_the_same_low_and_high(name: str) -> None:
    """Nobody knows these numbers exactly: a range that is a point would be a lie."""
    for group in _base(name).groups:
        assert group.people.low < group.people.base < group.people.high, group.id


def _total(name: str, what_if: str | None, figure: str) -> int:
    scenario = load.read(_path(name), what_if)
    return people(scenario.model_copy(update={"people_figure": figure}))


def test_russian_citizens_sum_to_the_published_figures() -> None:
    """8,008 registered; about 25,000 more are 33,008; the estimate of means was for 30,000."""
    totals = {
        figure: _total("russian_citizens_2012", None, figure) for figure in ("low", "base", "high")
    }
    assert totals == {"low": 8008, "base": 30000, "high": 8008 + 25000}
    assert people(load.read(_path("russian_citizens_2012"), "registered_only")) == 8008
    assert people(load.read(_path("russian_citizens_2012"), "high_numbers")) == 33008


def test_half_of_the_citizens_have_limits_that_half_have() -> None:
    """About half would not go with the navy or past the government: a share, nobody's opinion."""
    groups = _base("russian_citizens_2012").groups
    limited = sum(group.people.base for group in groups if group.refuses)
    everyone = sum(group.people.base for group in groups)
    assert 0.45 <= limited / everyone <= 0.55


def test_deir_al_zor_counts_tens_of_thousands() -> None:
    low, base, high = (
        _total("deir_al_zor_2012", None, figure) for figure in ("low", "base", "high")
    )
    assert 10_000 < low < base < high < 50_000
    assert 20_000 <= base <= 25_000


def test_deir_al_zor_has_the_parts_of_the_story() -> None:
    scenario = _base("deir_al_zor_2012")
    districts = [place for place in scenario.places if place.role == "assembly_point"]
    hospital = scenario.place("makeshift_hospital")
    assert len(districts) >= 6
    assert hospital.protected and hospital.handover_point in {place.id for place in districts}
    wounded = [group for group in scenario.groups if group.is_medical]
    assert [group.precedence for group in wounded] == ["urgent", "priority", "routine"]
    assert all(group.needs_team == "msf_team" and group.deadline_s for group in wounded)
    assert {entry.state for entry in scenario.authorisations} >= {"granted", "requested", "refused"}
    changing = [entry for entry in scenario.control if entry.until or entry.from_]
    assert {entry.party for entry in changing} >= {"contested", "opposition"}


def _willing(scenario: Scenario, group: Group) -> int:
    return sum(
        segment.persons for segment in segments(scenario, group) if segment.means != "unwilling"
    )


@pytest.mark.parametrize("name", CRISES)
def test_nobody_plans_on_everyone_leaving(name: str) -> None:
    scenario = _base(name)
    willing = sum(_willing(scenario, group) for group in scenario.groups)
    assert 0.7 <= willing / people(scenario) <= 0.95


def test_published_estimate_of_means_is_shown() -> None:
    sanity = _base("russian_citizens_2012").sanity
    assert sanity["people"] == 30000
    assert (sanity["bus_trips_low"], sanity["bus_trips_high"]) == (500, 600)
    assert (sanity["ships_low"], sanity["ships_high"], sanity["flights"]) == (5, 6, 100)
