"""Two plans side by side: differences with their sign, nothing invented where one has no figure."""

from __future__ import annotations

import dataclasses
import json

import pandas as pd
import pytest

from planner import compare
from planner.verify import Verdict
from tests import paper_case as case


def better() -> Verdict:
    """Eight more people out, sooner, with less harm."""
    base = case.verified()
    group = base.figures.groups["townspeople"]
    groups = {
        **base.figures.groups,
        "townspeople": dataclasses.replace(group, by_sortie=32, left_behind=10),
    }
    figures = dataclasses.replace(
        base.figures, evacuated=48, by_sortie=40, left_behind=10, clearance_s=80_000, groups=groups,
        levels={**base.figures.levels, "harm": 0.003},
    )  # fmt: skip
    return dataclasses.replace(base, figures=figures)


def row(frame: pd.DataFrame, what: str, section: str = "headline") -> dict[str, float]:
    found = frame[(frame["what"] == what) & (frame["section"] == section)]
    assert len(found) == 1
    return {key: float(found.iloc[0][key]) for key in ("a", "b", "difference")}


def test_differences_have_their_sign() -> None:
    frame = compare.compare(case.conditional(), better())
    assert tuple(frame.columns) == compare.COLUMNS
    assert row(frame, "evacuated") == {"a": 40, "b": 48, "difference": 8}
    assert row(frame, "left behind") == {"a": 8, "b": 0, "difference": -8}
    assert row(frame, "clearance")["difference"] == 80_000 - 99_120
    assert row(frame, "expected harm")["difference"] == pytest.approx(0.003 - 0.004912208)
    assert row(frame, "left behind", "townspeople") == {"a": 8, "b": 0, "difference": -8}
    assert row(frame, "evacuated", "merciful_patients")["difference"] == 0


def test_a_group_of_one_plan_alone_has_no_difference() -> None:
    base = case.conditional()
    groups = {"townspeople": base.figures.groups["townspeople"]}
    other = dataclasses.replace(base, figures=dataclasses.replace(base.figures, groups=groups))
    objects = compare.as_objects(compare.compare(base, other))
    json.dumps(objects, allow_nan=False)
    gone = [found for found in objects if found["section"] == "merciful_patients"]
    assert gone[0]["what"] == "people"
    assert (gone[0]["a"], gone[0]["b"], gone[0]["difference"]) == (8, None, None)
    assert "Patients of the Merciful Clinic" in compare.table_text(base, other)


def test_the_table_is_for_a_terminal() -> None:
    text = compare.table_text(case.conditional(), better())
    assert all(len(line) <= 79 for line in text.splitlines()[3:])
    lines = {line.split("  ")[0]: line.split() for line in text.splitlines()}
    assert lines["evacuated"][-3:] in (["40", "48", "+8"], ["32", "40", "+8"])
    assert lines["expected harm"][-1] == "-0.001912"
    assert "-5 h 19 min" in text
    assert "CONDITIONAL" in text.splitlines()[0]


def test_equal_plans_say_so() -> None:
    text = compare.table_text(case.conditional(), case.conditional())
    assert text.endswith("No group fares differently.")


def test_names_cannot_command_the_terminal() -> None:
    base = case.conditional()
    origin = base.plan.provenance.model_copy(update={"scenario_title": "\x1b[2Jx"})
    plan = base.plan.model_copy(update={"provenance": origin})
    assert "\x1b" not in compare.table_text(base, dataclasses.replace(base, plan=plan))
