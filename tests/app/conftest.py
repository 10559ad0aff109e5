"""Plans that the page tests look at: made once, by the pipeline, from the small scenarios."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from planner import load, pipeline
from planner.documents import planjson

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"
BRIDGE = SCENARIOS / "small_bridge.yaml"


@dataclass(frozen=True)
class Made:
    """Two plans of the small bridge, as bytes of plan.json."""

    base: bytes
    granted: bytes


@pytest.fixture(scope="session")
def made() -> Made:
    found = []
    for what_if in (None, "government_grants"):
        scenario = load.read(BRIDGE, what_if)
        result = pipeline.make_plan(scenario, pipeline.Limits(time_s=20), remedies=False)
        found.append(planjson.dumps(result.verdict.plan).encode("utf-8"))
    return Made(*found)
