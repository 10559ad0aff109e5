"""One broken scenario a file: every message word for word, with its line.

The first lines of each file say what is expected: ``# expect: LINE: WHERE: PROBLEM -> REMEDY``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from planner import load
from planner.errors import ScenarioError

FOLDER = Path(__file__).parent / "broken"
FILES = sorted(FOLDER.glob("*.yaml"))
MARK = "# expect: "


def expected(path: Path) -> list[str]:
    text = path.read_bytes().decode("utf-8", "replace")
    return [line.removeprefix(MARK) for line in text.splitlines() if line.startswith(MARK)]


def test_there_is_a_file_for_every_kind_of_fault() -> None:
    assert len(FILES) >= 100
    # Three faults of different sections, and faults of form, shape, reference, sense and what-if.
    assert len(expected(FOLDER / "three_faults.yaml")) == 3
    assert len(expected(FOLDER / "fault_of_every_floor.yaml")) >= 5


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_fault_is_told_with_its_line_and_remedy(path: Path) -> None:
    scenario, issues = load.examine_file(path)
    assert scenario is None
    told = [str(issue).removeprefix(f"{path}:").strip() for issue in issues]
    assert told == expected(path)
    for issue in issues:
        assert issue.remedy and issue.problem
        assert issue.line <= len(path.read_bytes().splitlines())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_broken_is_not_read(path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        load.read(path)
    assert caught.value.issues
    assert all(issue.severity == "error" for issue in caught.value.issues)
