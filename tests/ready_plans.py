"""Plans of the small bridge that other tests look at: made once in a run, for all its workers."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

BRIDGE = Path(__file__).parent / "scenarios" / "small_bridge.yaml"


@dataclass(frozen=True)
class Made:
    """Two plans of the small bridge, as bytes of plan.json."""

    base: bytes
    granted: bytes


def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """As it stands and with the government's yes; what another worker has made is taken over."""
    here = tmp_path_factory.getbasetemp()
    folder = here.parent if "PYTEST_XDIST_WORKER" in os.environ else here
    return Made(*(_plan(what_if, folder) for what_if in (None, "government_grants")))


def _plan(what_if: str | None, folder: Path) -> bytes:
    from planner import load, pipeline
    from planner.documents import planjson

    kept = folder / f"bridge-{what_if}.json"
    if not kept.exists():
        limits = pipeline.Limits(time_s=20)
        result = pipeline.make_plan(load.read(BRIDGE, what_if), limits, remedies=False)
        half = kept.with_suffix(f".{os.getpid()}")
        half.write_bytes(planjson.dumps(result.verdict.plan).encode("utf-8"))
        half.replace(kept)  # never seen half written
    return kept.read_bytes()
