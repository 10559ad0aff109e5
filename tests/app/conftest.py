"""Plans that the page tests look at: made once, by the pipeline, from the small scenarios."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from planner import load, pipeline
from planner.documents import planjson
from planner.ui.session import Session

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


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """A desk with the small bridge open; what it still plans at the end is ended."""
    session = Session(tmp_path / "tab")
    session.open(BRIDGE.name, BRIDGE.read_text(encoding="utf-8"), "a test")
    yield session
    for job in session.jobs:
        job.end()


@pytest.fixture
def planned(session: Session, made: Made) -> Session:
    """That desk with two plans, the second with the government's yes."""
    session.open_plan(made.base)
    session.open_plan(made.granted)
    return session
