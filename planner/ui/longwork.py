"""A long piece of work in a worker's process, and its report read back: what all kinds share.

A job of a kind other than ``plan`` leaves in its documents' folder what the command of that name
leaves with ``--out``: a report as JSON, tables, pictures. ``workpage`` is the same for their pages.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.ui.runner import DOCUMENTS, Job
from planner.ui.workspace import read_json, write_json

if TYPE_CHECKING:
    from planner.pipeline import Progress

Tell = Callable[["Progress"], None]
Stop = Callable[[], bool]
Work = Callable[[Path, dict[str, Any], Tell, Stop], None]
"""(the job's folder, its job.json, progress, whether to stop and keep what is known)."""
_PAIR = re.compile(r"(\d+)/(\d+)")


def text(folder: Path) -> str:
    """The scenario's text as it was when the work was wished for."""
    return (folder / "scenario.yaml").read_text(encoding="utf-8")


def done(folder: Path, begun: float) -> None:
    """Say that the work has ended with what was asked for; ``begun`` by ``time.monotonic``."""
    from planner import pipeline

    figures = {"wall_s": time.monotonic() - begun, "peak_rss_mb": pipeline.peak_rss_mb()}
    write_json(folder / "done.json", {"outcome": "plan", **figures})


def ended(folder: Path, sentence: str) -> None:
    """Say that it was stopped before anything was known."""
    write_json(folder / "done.json", {"outcome": "ended", "sentence": sentence})


def counting(tell: Tell, begun: float) -> Callable[..., None]:
    """Tells a phase with how many of how many are done, in pairs from coarse to fine."""
    from planner.pipeline import Progress

    def told(phase: str, *pairs: tuple[int, int]) -> None:
        message = " ".join(f"{count}/{of}" for count, of in pairs)
        tell(Progress(phase, time.monotonic() - begun, None, message=message))

    return told


def counts(message: str) -> list[tuple[int, int]]:
    """The pairs that a job's progress tells, from coarse to fine."""
    return [(int(count), int(of)) for count, of in _PAIR.findall(message) if int(of)]


def share(pairs: list[tuple[int, int]]) -> float:
    """How much is done, 0 to 1: each finer pair counts within one of the pair before it."""
    whole = 0.0
    for count, of in reversed(pairs):
        whole = (count + whole) / of
    return min(1.0, whole)


def report(job: Job, file: str, key: str) -> dict[str, Any] | None:
    """The report of a job that has ended; None where it left none, or no list under ``key``."""
    found = read_json(job.folder / DOCUMENTS / file)
    return found if found is not None and isinstance(found.get(key), list) else None


def files(job: Job) -> list[Path]:
    """The files of a report."""
    return sorted(path for path in (job.folder / DOCUMENTS).rglob("*") if path.is_file())
