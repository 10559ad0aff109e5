"""Speed and capacity by class: the shipped table and what a bad one says."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner import assets, speeds
from planner.errors import ScenarioError

SHIPPED = (assets.config_dir() / "speeds.yaml").read_text(encoding="utf-8")


def test_shipped_table() -> None:
    table = speeds.shipped()
    faster = ["motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "service"]
    figures = [table.figures(name) for name in faster]
    assert [f.speed_mph for f in figures] == sorted((f.speed_mph for f in figures), reverse=True)
    assert all(f.capacity_vph > 0 for f in figures)
    assert table.conditions_bp["good"] == 10_000 and table.conditions_bp["bad"] < 5_000
    assert table.status_bp == {"operational": 10_000, "restricted": 5_000, "closed": 0}
    assert table.foot_mph == 4_000 and table.foot_pph > 0


def test_links_and_unknown_classes_stand_for_others() -> None:
    table = speeds.shipped()
    assert table.figures("trunk_link") == table.figures("trunk")
    assert table.figures("living_street") == table.figures("residential")
    assert table.figures("road") == table.figures("unclassified")
    assert table.figures("raceway") == table.figures("unclassified")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("speed: 80 km/h", "speed: 80", r"state the unit.*got '80'"),
        ("capacity: 900 vehicles/h", "capacity: many", "not a rate"),
        ("damaged: 60 %", "damaged: 0.6", "state a percentage"),
        ("  trunk: {", "  trunc: {", r"classes\.trunk: missing"),
        ("classes:", "classes:\n\tmotorway", "tab"),
    ],
)
def test_faults_are_told(old: str, new: str, problem: str, tmp_path: Path) -> None:
    assert old in SHIPPED
    path = tmp_path / "speeds.yaml"
    path.write_text(SHIPPED.replace(old, new), encoding="utf-8")
    with pytest.raises(ScenarioError, match=problem):
        speeds.read(path)


def test_every_fault_at_once(tmp_path: Path) -> None:
    path = tmp_path / "speeds.yaml"
    path.write_text(SHIPPED.replace("km/h", "").replace("%", ""), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        speeds.read(path)
    assert len(caught.value.issues) == 16
    assert all(issue.line > 1 for issue in caught.value.issues)
    assert "classes.trunk.speed" in {issue.where for issue in caught.value.issues}
