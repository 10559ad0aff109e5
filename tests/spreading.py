"""How a run of all tests is spread: a file stays with one worker, and the longest ones come first.

A long file that is begun last keeps one worker busy while the other has nothing left to do.
"""

from __future__ import annotations

import pytest
from xdist.scheduler import LoadFileScheduling

SCENARIOS = "tests/scenarios/test_scenarios.py"
CRISES = {"deir_al_zor_2012": "TestDeirAlZor", "russian_citizens_2012": "TestRussianCitizens"}
LONGEST = (
    SCENARIOS,
    "tests/browser/test_desk.py",
    "tests/browser/test_survival.py",
    "tests/laws/test_bounds.py",
    "tests/browser/test_situation.py",
    "tests/laws/test_rotating_variations.py",
    "tests/browser/test_plan_page.py",
    "tests/test_mapbuild.py",
    "tests/browser/test_every_page.py",
    "tests/test_worth_of_a_yes.py",
    "tests/browser/test_scenario_page.py",
    "tests/leaks/test_leaks.py",
    "tests/browser/test_what_ifs.py",
    "tests/app/test_documents_page.py",
    "tests/app/test_situation.py",
    "tests/test_sweep.py",
    "tests/test_solvers.py",
    "tests/test_memory.py",
    "tests/laws/test_variations.py",
    "tests/test_busloads.py",
    "tests/app/test_plan_page.py",
    "tests/test_cli.py",
    "tests/test_levels.py",
)
"""Files that take long, the longest first; the others follow by name."""


class Spreading(LoadFileScheduling):
    """Files in the order in which they were collected; of the scenarios a crisis stays together."""

    def _split_scope(self, nodeid: str) -> str:
        return part_of(nodeid)


def part_of(nodeid: str) -> str:
    """What stays with one worker: the tests of a file, or those that look at one crisis."""
    file, _, name = nodeid.partition("::")
    if file == SCENARIOS:
        for crisis, tests in CRISES.items():
            if f"[{crisis}" in name or name.startswith(f"{tests}::"):
                return f"{file} {crisis}"
    return file


def longest_first(items: list[pytest.Item]) -> None:
    """Sort the tests by their files."""
    places = {file: number for number, file in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(places)))
