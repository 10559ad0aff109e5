"""Situation reports: every contradiction with itself and with the plan, word for word, by line.

The first lines of each file in ``tests/situations/`` say what is expected, as in ``tests/broken``.
The plan is that of ``replan_case``: both buses bring 50 people twice from ``near`` (0:00 to 2:00),
then go over the bridge to ``far`` (2:00 to 3:40), and one goes there once more.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from planner import assets, load, schema
from planner.errors import ScenarioError
from planner.load.yamltext import parse
from planner.replan import read_file, read_report
from planner.scenario.situation import Situation
from tests.replan_case import running
from tests.test_broken import expected
from tests.test_schema import core

FOLDER = Path(__file__).parent / "situations"
FILES = sorted(FOLDER.glob("*.yaml"))
GOOD = """
plan: {plan}
at: 2012-12-13T08:00
source: base radio
departed:
  - {{sortie: buses-1-2, at: 1 h 32 min, aboard: {{near_people: 45}}}}
arrived:
  - {{sortie: buses-1-2, at: 1 h 55 min}}
vehicles:
  - {{fleet: buses, vehicle: 2, at: haven, broken: true, until: 6 h}}
links:
  - {{link: bridge, state: closed, until: 5 h}}
refused:
  - {{group: far_people, people: 8, reason: the cattle}}
new_people:
  - {{id: late_comers, like: near_people, people: 12}}
"""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_contradiction_is_told_at_once(path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        read_file(running(), path)
    told = [str(issue).removeprefix(f"{path}:").strip() for issue in caught.value.issues]
    assert told == expected(path)
    for issue in caught.value.issues:
        assert issue.remedy and issue.problem and issue.line


def test_there_is_a_file_for_every_kind_of_contradiction() -> None:
    assert len(FILES) >= 20
    assert len(expected(FOLDER / "unknown_names.yaml")) >= 8


def good() -> str:
    from planner.plan import plan_id

    return GOOD.format(plan=plan_id(running().plan))


def test_what_happened_is_as_reported_and_else_as_planned() -> None:
    reading = read_report(running(), good(), "x.yaml")
    report, past = reading.report, reading.past
    assert (report.at_s, report.now_s) == (7200, 7200)
    legs = past.legs
    assert set(legs) == {(f"buses-{n}-{s}", leg) for n in (1, 2) for s in (1, 2) for leg in (1, 2)}
    # Reported: left two minutes late, five people fewer on board, there after 23 minutes.
    late = legs["buses-1-2", 2]
    assert (late.depart_s, late.arrive_s, late.unload_end_s) == (92 * 60, 115 * 60, 125 * 60)
    assert late.persons == 45
    # Not mentioned: as planned.
    assert legs["buses-2-2", 2] == running().plan.sorties[3].legs[1]
    # Bus 1 is free once its passengers are off; bus 2 when it is repaired.
    stands = {key: (stand.place, stand.free_s) for key, stand in past.stands.items()}
    assert stands == {("buses", 1): ("haven", 125 * 60), ("buses", 2): ("haven", 6 * 3600)}
    assert sum(kind[2].persons * units for kind, units in past.gone.items()) == 195


def test_a_delay_carries_over_to_what_the_vehicle_does_next() -> None:
    text = "at: 1 h 25 min\narrived:\n  - {sortie: buses-1-1, at: 55 min}\n"
    past = read_report(running(), text, "x.yaml").past
    # Unloaded at 1:05 instead of 1:00: the next leg out begins then, and so does loading at 1:25.
    assert past.legs["buses-1-2", 1].depart_s == 65 * 60
    assert past.legs["buses-1-2", 1].arrive_s == 85 * 60
    assert ("buses-1-2", 2) not in past.legs
    assert past.legs["buses-2-2", 2].depart_s == 90 * 60


def test_a_vehicle_that_turned_back_stands_where_it_set_out_with_whom_it_had() -> None:
    text = (
        "at: 3 h\nlinks:\n  - {link: bridge, state: closed}\n"
        "vehicles:\n  - {fleet: buses, vehicle: 1, at: far}\n"
        "  - {fleet: buses, vehicle: 2, at: far}\n"
    )
    past = read_report(running(), text, "x.yaml").past
    assert ("buses-1-3", 2) not in past.legs and ("buses-1-3", 1) in past.legs
    assert past.stands["buses", 1].place == "far"
    assert sum(kind[2].persons * n for kind, n in past.gone.items()) == 200


def test_now_may_lie_after_the_report_but_not_before_it() -> None:
    reading = read_report(running(), "at: 1 h\n", "x.yaml", now="2012-12-13T07:30")
    report, past = reading.report, reading.past
    assert report.now_s == 5400
    assert ("buses-1-2", 2) in past.legs
    for now, words in (("30 min", "lies after the moment"), ("soon", "not a time"),
                       ("11 h", "the plan ends")):  # fmt: skip
        with pytest.raises(ScenarioError, match=words):
            read_report(running(), "at: 1 h\n", "x.yaml", now=now)


def test_a_report_that_is_not_there_is_told_too(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="cannot be read"):
        read_file(running(), tmp_path / "none.yaml")


def test_the_schema_is_fresh_and_of_one_mind_with_the_reader() -> None:
    path = assets.config_dir() / schema.SITUATION
    shipped = json.loads(path.read_text(encoding="utf-8"))
    assert path.read_text(encoding="utf-8") == schema.text(schema.situation())
    Draft7Validator.check_schema(shipped)
    keys = {field.alias or name for name, field in Situation.model_fields.items()}
    assert shipped["properties"].keys() == keys
    for text, fits in ((good(), True), (good().replace("closed", "shut"), False),
                       (good().replace("at: 2012-12-13T08:00\n", ""), False)):  # fmt: skip
        root, _ = parse(text, "x.yaml")
        assert root is not None
        errors = list(Draft7Validator(shipped).iter_errors(core(root)))
        assert (errors == []) == fits == (load.examine_situation(text)[0] is not None)
