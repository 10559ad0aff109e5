"""Ctrl-C is heard whatever has been solved before, and there is a plan to keep from the first."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from planner import load, pipeline
from planner.pipeline import Limits
from tests.command import run

ROOT = Path(__file__).resolve().parents[1]
BRIDGE = ROOT / "tests" / "scenarios" / "small_bridge.yaml"
AFTER_CP_SAT = """
import signal
from ortools.sat.python import cp_model
from planner.cli.planning import interruptible
from planner.solvers import cpsat

with interruptible() as asked:
    model = cp_model.CpModel()
    model.maximize(model.new_int_var(0, 5, ""))
    cpsat.solver().solve(model)
    signal.raise_signal(signal.SIGINT)
    print("heard" if asked() else "not heard")
"""


def test_ctrl_c_is_heard_after_cp_sat_has_solved_something() -> None:
    found = subprocess.run(
        [sys.executable, "-c", AFTER_CP_SAT], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (found.returncode, found.stdout) == (0, "heard\n")


def test_every_cp_sat_is_made_in_the_one_place_that_leaves_ctrl_c_alone() -> None:
    made = [
        path.name for path in (ROOT / "planner").rglob("*.py")
        if "cp_model.CpSolver()" in path.read_text(encoding="utf-8")
    ]  # fmt: skip
    assert made == ["cpsat.py"]


def test_whoever_stops_at_once_keeps_a_plan_that_moves_people() -> None:
    case = load.read(BRIDGE)
    result = pipeline.make_plan(case, Limits(time_s=30), should_stop=lambda: True, remedies=False)
    assert result.verdict.verified and result.verdict.plan.stopped_by == "interrupt"
    assert sum(leg.persons for sortie in result.verdict.plan.sorties for leg in sortie.legs)


def test_getting_ready_for_longer_than_the_limit_costs_no_plan() -> None:
    """Also not where an earlier search is remembered, of which nothing has been solved again."""
    case = load.read(BRIDGE)
    first = pipeline.make_plan(case, Limits(time_s=10, node_limit=2), remedies=False)
    late = pipeline.make_plan(
        case, Limits(time_s=1), remedies=False, memory=first.memory, begun=time.monotonic() - 1000
    )
    assert late.verdict.verified
    assert late.verdict.figures.evacuated >= 0.9 * first.verdict.figures.evacuated


def test_a_folder_that_cannot_be_written_is_told_before_the_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file", encoding="utf-8")
    monkeypatch.setattr(pipeline, "make_plan", lambda *_, **__: pytest.fail("searched"))
    assert run("plan", BRIDGE, "--out", taken) == 1
    said = capsys.readouterr().err
    assert "nothing can be written there" in said and "name another folder" in said
