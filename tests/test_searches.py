"""Planning with what earlier runs have found: what is asked, what is kept, what is believed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from planner import load, pipeline, searches
from planner.cli import main
from planner.documents import planjson
from planner.pipeline import Limits, Result
from planner.scenario import Scenario
from planner.solvers import Memory
from planner.solvers.memory import Trace
from planner.store import Store

SMALL = Path(__file__).parent / "scenarios" / "small_walkout.yaml"
LIMITS = Limits(time_s=20.0)


@pytest.fixture
def known(tmp_path: Path) -> Store:
    return Store(tmp_path / "kept")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Memory | None]:
    """The memories that each search was begun with."""
    begun_with: list[Memory | None] = []
    plan = pipeline.make_plan

    def spy(*given: Any) -> Result:
        begun_with.append(given[5])
        return plan(*given)

    monkeypatch.setattr(pipeline, "make_plan", spy)
    return begun_with


def planned(known: Store | None, case: Scenario, limits: Limits = LIMITS) -> Result:
    return searches.make_plan(case, limits, known, remedies=False)


def test_the_same_again_is_checked_and_returned_at_once(
    known: Store, asked: list[Memory | None]
) -> None:
    first = planned(known, load.read(SMALL))
    again = planned(known, load.read(SMALL))
    assert asked == [None]
    assert planjson.dumps(first.verdict.plan) == planjson.dumps(again.verdict.plan)
    assert again.verdict.verified and again.verdict.plan.status == "OPTIMAL"
    assert again.memory == first.memory


def test_a_what_if_begins_with_the_bases_search(known: Store, asked: list[Memory | None]) -> None:
    base = planned(known, load.read(SMALL))
    planned(known, load.read(SMALL, "bridge_repaired"))
    planned(known, load.read(SMALL, "without_the_bus"))
    assert asked == [None, base.memory, base.memory]


def test_a_changed_text_is_another_plan_and_a_changed_comment_is_not(
    known: Store, asked: list[Memory | None], tmp_path: Path
) -> None:
    text = SMALL.read_text(encoding="utf-8")
    planned(known, load.read(SMALL))
    other = tmp_path / "other.yaml"
    other.write_text("# a remark\n" + text, encoding="utf-8")
    found = planned(known, load.read(other))
    assert len(asked) == 1
    assert found.verdict.plan.provenance.scenario_file.endswith("other.yaml")
    assert found.verdict.verified
    other.write_text(text.replace("people: 200", "people: 210"), encoding="utf-8")
    assert planned(known, load.read(other)).verdict.figures.people == 210
    planned(known, load.read(SMALL), replace(LIMITS, seed=5))
    planned(known, load.read(SMALL), replace(LIMITS, gap=0.1))
    assert len(asked) == 4


def test_another_configuration_is_another_plan(
    known: Store, asked: list[Memory | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(known, load.read(SMALL))
    monkeypatch.setattr(searches, "config_digests", lambda: {"solver.yaml": "another"})
    planned(known, load.read(SMALL))
    assert asked == [None, None]


def test_where_rounds_are_counted_nothing_is_asked_and_nothing_kept(
    known: Store, asked: list[Memory | None]
) -> None:
    planned(known, load.read(SMALL))
    before = sorted(known.place.iterdir())
    counted = Limits(node_limit=15)
    texts = [planjson.dumps(planned(at, load.read(SMALL), counted).verdict.plan)
             for at in (known, None)]  # fmt: skip
    assert asked == [None, None, None]
    assert texts[0] == texts[1]
    assert sorted(known.place.iterdir()) == before


def test_a_plan_that_the_witness_refuses_is_not_returned(
    known: Store, asked: list[Memory | None]
) -> None:
    """Somebody writes 210 people into the kept plan: it is made again."""
    case = load.read(SMALL)
    planned(known, case)
    network = pipeline.make_network(case)
    key = searches._keys(case, network, LIMITS, False)[0]
    entry = json.loads(known.get(key) or b"")
    entry["plan"] = entry["plan"].replace('"people": 200,', '"people": 210,')
    known.put(key, json.dumps(entry).encode())
    found = planned(known, case)
    assert len(asked) == 2
    assert found.verdict.verified and found.verdict.figures.people == 200


@pytest.mark.parametrize(
    "entry",
    [
        "not JSON", "[]", "{}", '{"plan": null, "memory": {"noun": "Path", "fields": {}}}',
        '{"plan": null, "memory": {"noun": "Memory", "fields": {"no": 1}}}',
        '{"plan": null, "memory": {"tuple": []}}', '{"plan": "{}", "memory": null}',
    ],
)  # fmt: skip
def test_an_entry_that_is_nothing_of_ours_is_taken_away(known: Store, entry: str) -> None:
    known.put("key", entry.encode())
    assert searches._entry(known, "key") is None
    assert known.get("key") is None


def test_a_memory_is_the_same_after_it_was_written_and_read() -> None:
    who = ("people", "ride", 1, 0, "home", False)
    trace = Trace(("bus", 1, ()), (("home>haven:road-60#1", True, 4),), (((who, 2.5),),), 3)
    prices: dict[str, dict[Any, float]] = {
        "harm": {("d", who): 0.25, ("w", "left_behind"): 1e-12, ("r", ("link", "b"), 5): -3.0}
    }
    told = Memory(900, (trace,), (trace, trace), ((who, "walk", 2, 7.0),), prices=prices)
    text = json.dumps(searches._spelled(told))
    assert searches._read(json.loads(text)) == told


def test_the_command_line_keeps_and_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "kept"
    monkeypatch.setenv("SAFE_PASSAGE_CACHE", str(place))
    given = ["plan", str(SMALL), "--no-remedies", "--plan-only", "--json", "--out",
             str(tmp_path / "out")]  # fmt: skip
    assert main([*given, "--no-cache"]) == 0
    assert not place.exists()
    assert main(given) == 0
    assert list(place.iterdir())
    capsys.readouterr()

    def never(*_: object, **__: object) -> None:
        raise AssertionError("planned again")

    monkeypatch.setattr(pipeline, "make_plan", never)
    assert main(given) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "OPTIMAL"


def test_near_enough_on_every_level_but_the_last_is_done() -> None:
    plan = planned(None, load.read(SMALL)).verdict.plan.model_copy(update={"stopped_by": "time"})

    def with_gap(name: str, gap: float) -> bool:
        levels = tuple(
            level.model_copy(update={"gap": gap}) if level.name == name else level
            for level in plan.levels
        )
        return searches.is_done(plan.model_copy(update={"levels": levels}), 0.01)

    assert with_gap("effort", 0.4)
    assert with_gap("harm", 0.01) and not with_gap("harm", 0.011)
    assert not with_gap("left_behind", 0.001)
