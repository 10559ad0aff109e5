"""Desks that the page tests look at, with and without plans of the small bridge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.ui.session import Session
from tests.ready_plans import Made

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"
BRIDGE = SCENARIOS / "small_bridge.yaml"


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
