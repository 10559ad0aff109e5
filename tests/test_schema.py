"""The JSON Schema that editors use: fresh, valid draft-07, and of one mind with the reader."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from planner import assets, load, schema
from planner.load.yamltext import Node, parse
from planner.scenario import Scenario

ROOT = Path(__file__).resolve().parents[1]
SCENARIOS = [
    *sorted((ROOT / "scenarios").glob("*.yaml")),
    *sorted((ROOT / "tests" / "scenarios").glob("*.yaml")),
]
SHIPPED: dict[str, Any] = json.loads(
    (assets.config_dir() / schema.NAME).read_text(encoding="utf-8")
)


def core(node: Node) -> Any:
    """The tree as an editor's YAML 1.2 server types it: numbers and booleans by their looks."""
    if isinstance(node.value, dict):
        return {key: core(value) for key, value in node.value.items()}
    if isinstance(node.value, list):
        return [core(item) for item in node.value]
    value = node.value
    if value is None or value in ("true", "false"):
        return None if value is None else value == "true"
    if re.fullmatch(r"[-+]?[0-9]+", value):
        return int(value)
    return float(value) if re.fullmatch(r"[-+]?[0-9]+\.[0-9]*", value) else value


def errors(text: str, typed: bool = True) -> list[str]:
    root, issues = parse(text, "x.yaml")
    assert root is not None and not issues
    found = Draft7Validator(SHIPPED).iter_errors(core(root) if typed else root.plain)
    return [f"{'.'.join(map(str, e.path))}: {e.message}" for e in found]


def test_the_file_is_what_the_nouns_say() -> None:
    path = assets.config_dir() / schema.NAME
    assert path.read_text(encoding="utf-8") == schema.text(), "run: python -m planner.schema"


def test_it_is_written_where_it_is_asked(tmp_path: Path) -> None:
    assert json.loads(schema.write(tmp_path).read_text(encoding="utf-8")) == SHIPPED


def test_it_is_draft_7_through_and_through() -> None:
    Draft7Validator.check_schema(SHIPPED)
    text = json.dumps(SHIPPED)
    assert "draft-07" in SHIPPED["$schema"]
    assert "$defs" not in text and "prefixItems" not in text
    assert set(re.findall(r'"#/definitions/(\w+)"', text)) <= SHIPPED["definitions"].keys()


def test_every_key_of_the_language_is_described() -> None:
    top = {field.alias or name for name, field in Scenario.model_fields.items()}
    assert SHIPPED["properties"].keys() == top
    bare = [
        f"{name}.{key}"
        for name, part in SHIPPED["definitions"].items()
        for key, value in (part.get("properties") or {}).items()
        if not value.get("description")
    ]
    assert bare == []


@pytest.mark.parametrize("typed", [True, False], ids=["as numbers", "as text"])
@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_scenarios_fit_the_schema(path: Path, typed: bool) -> None:
    assert errors(path.read_text(encoding="utf-8"), typed) == []


def test_scenarios_name_the_schema_in_their_first_line() -> None:
    for path in SCENARIOS:
        first = path.read_text(encoding="utf-8").split("\n", 1)[0]
        found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
        assert found, path.name
        assert (path.parent / found[1]).resolve() == (ROOT / "config" / schema.NAME), path.name


SMALL = """
title: 2012
timezone: Asia/Damascus
start: 2012-12-13T06:00
horizon: 2 days
places:
  - {id: haven, role: safe_haven, at: [35, 40.25]}
  - {id: town, role: assembly_point, at: [35.1, 40], capacity: 10}
groups:
  - {id: all, at: town, people: 10, households: {2: 100 %}}
vehicles:
  coach: {seats: 48, loading: 25 min}
fleets:
  - {id: buses, vehicle: coach, count: 1, base: haven, vehicles: [{radio: 146.5}]}
links:
  - {id: road, from: town, to: haven, length: 40 km}
windows:
  - {id: day, open: 06:00-18:00}
"""


def test_shorthands_fit_the_schema_and_the_reader() -> None:
    assert errors(SMALL) == []
    scenario = load.read_text(SMALL)
    assert scenario.title == "2012"
    assert scenario.vehicles["coach"].seats == 48
    assert scenario.fleets[0].vehicles[0].radio == "146.5"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("horizon: 2 days", "horizon: 48"),
        ("people: 10", "poeple: 10"),
        ("people: 10", "people: 10 persons"),
        ("role: safe_haven", "role: haven"),
        ("100 %", "100"),
        ("title: 2012\n", ""),
        ("length: 40 km", "length: 40"),
        ("at: [35, 40.25]", "at: [35, 40.25, 3]"),
    ],
)
def test_what_the_reader_refuses_an_editor_marks(right: str, wrong: str) -> None:
    assert SMALL.count(right) == 1
    text = SMALL.replace(right, wrong)
    assert errors(text) != []
    assert load.examine(text)[0] is None
