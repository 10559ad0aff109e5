"""A run of all tests begins with the files that take longest."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from tests.scenarios import expected
from tests.spreading import CRISES, LONGEST, SCENARIOS, longest_first, part_of

ROOT = Path(__file__).resolve().parents[1]


def test_every_file_that_is_said_to_be_long_is_there() -> None:
    assert [name for name in LONGEST if not (ROOT / name).is_file()] == []
    assert len(set(LONGEST)) == len(LONGEST)


def test_a_crisis_is_planned_by_one_worker_alone() -> None:
    assert set(CRISES) == set(expected.CRISES)
    one = f"{SCENARIOS} deir_al_zor_2012"
    assert part_of(f"{SCENARIOS}::test_a[deir_al_zor_2012-None]") == one
    assert part_of(f"{SCENARIOS}::TestDeirAlZor::test_b[x-y]") == one
    assert part_of(f"{SCENARIOS}::TestRussianCitizens::test_c") != one
    assert part_of(f"{SCENARIOS}::test_a[small_ship-None]") == SCENARIOS
    assert part_of("tests/test_load.py::test_a[deir_al_zor_2012]") == "tests/test_load.py"


def test_long_files_come_first_and_the_others_keep_their_order() -> None:
    names = ["tests/b.py::x", f"{LONGEST[-1]}::z", "tests/a.py::y", f"{LONGEST[0]}::w"]
    items: Any = [SimpleNamespace(nodeid=name) for name in names]
    longest_first(items)
    told = [item.nodeid for item in cast("list[Any]", items)]
    assert told == [names[3], names[1], names[0], names[2]]
