from __future__ import annotations

from pathlib import Path

import pytest

from planner import assets


def test_a_checkout_keeps_its_files_beside_the_package() -> None:
    root = Path(__file__).resolve().parents[1]
    assert assets.config_dir() == root / "config"
    assert assets.maps_dir() == root / "maps"
    assert assets.scenarios_dir() == root / "scenarios"


def test_a_wheel_keeps_its_files_inside_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Another package's maps/ beside ours in site-packages must not be taken for ours.
    (tmp_path / "maps").mkdir()
    inner = tmp_path / "planner" / "_data" / "maps"
    inner.mkdir(parents=True)
    monkeypatch.setattr(assets, "_PACKAGE", tmp_path / "planner")
    assert assets.maps_dir() == inner


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for folder, name in (("maps", "delta.graphml"), ("scenarios", "ferry.yaml")):
        (tmp_path / "planner" / "_data" / folder).mkdir(parents=True)
        (tmp_path / "planner" / "_data" / folder / name).write_text("", encoding="utf-8")
    (tmp_path / "planner" / "_data" / "secret.yaml").write_text("", encoding="utf-8")
    monkeypatch.setattr(assets, "_PACKAGE", tmp_path / "planner")
    return tmp_path / "planner" / "_data"


def test_shipped_files_are_found_by_name(shipped: Path) -> None:
    assert assets.map_path("delta.graphml") == shipped / "maps" / "delta.graphml"
    assert assets.scenario_path("ferry") == shipped / "scenarios" / "ferry.yaml"
    assert assets.scenario_path("ferry.yaml") == shipped / "scenarios" / "ferry.yaml"


def test_a_name_that_is_not_there_lists_those_that_are(shipped: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no shipped scenario .*'fery.yaml'.*ferry\.yaml"):
        assets.scenario_path("fery")
    with pytest.raises(FileNotFoundError, match=r"no shipped map file .*'gamma'.*delta\.graphml"):
        assets.map_path("gamma")


def test_a_name_never_leads_out_of_the_folder(shipped: Path) -> None:
    with pytest.raises(FileNotFoundError):
        assets.scenario_path("../secret")


def test_an_empty_installation_says_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "_PACKAGE", tmp_path / "planner")
    with pytest.raises(FileNotFoundError, match="there are: none"):
        assets.map_path("syria.graphml")
