"""Finished plans: a folder each, read again from disk when they are looked at.

A verdict of a shipped crisis weighs tens of megabytes in memory, so a tab holds the few that were
looked at last (``VERDICTS_KEPT``) and replays the others from their plan.json when they are needed.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.ui.runner import DOCUMENTS, Ending
from planner.ui.whatif.cases import BASE, mark_of_tree
from planner.ui.workspace import read_json, write_json

if TYPE_CHECKING:
    from planner.verify import Verdict

FILE = "run.json"
WRITTEN = "documents_written"
VERDICTS_KEPT = 4


class Shown:
    """The verdicts that one tab holds in memory; the one looked at longest ago goes first."""

    def __init__(self, most: int = VERDICTS_KEPT) -> None:
        self._most = most
        self._held: OrderedDict[int, Verdict] = OrderedDict()

    def get(self, run: Run) -> Verdict:
        """The verdict of a run, replayed anew where it is not held. Raises ScenarioError."""
        from planner import pipeline

        found = self._held.pop(run.number, None)
        if found is None:
            found = pipeline.verify_file(run.plan_file)
        self.put(run.number, found)
        return found

    def put(self, number: int, verdict: Verdict) -> None:
        """Hold a verdict; the oldest of too many goes."""
        self._held[number] = verdict
        while len(self._held) > self._most:
            self._held.popitem(last=False)

    def let_go(self) -> None:
        """Hold the one looked at last alone."""
        while len(self._held) > 1:
            self._held.popitem(last=False)

    def __len__(self) -> int:
        return len(self._held)


@dataclass
class Run:
    """A finished plan: its folder, what is known of it at a glance, and its verdict on demand."""

    number: int
    folder: Path
    """The folder of its documents."""
    fingerprint: str
    ending: Ending
    what_if: str | None = None
    title: str = ""
    shelf: str = ""
    mark: str = ""
    """Of what was planned (``whatif.cases.mark``): the same for the same scenario."""
    figures: dict[str, Any] = field(default_factory=dict)
    """Out, left behind, harm and so on: what a list of plans shows without opening them."""
    held: Shown = field(default_factory=lambda: Shown(1), repr=False, compare=False)

    @property
    def verdict(self) -> Verdict:
        """The judged plan. Raises ScenarioError where it can no longer be read."""
        return self.held.get(self)

    @property
    def plan_file(self) -> Path:
        """Its plan.json."""
        return self.folder / "plan.json"

    @property
    def case(self) -> str:
        """The what-if's name, or 'base'."""
        return self.what_if or BASE

    def documents(self) -> list[Path]:
        """The files of its documents; written now where they are not there yet."""
        whole = self.folder.parent / WRITTEN
        if not whole.exists():
            from planner import documents

            documents.write_all(self.verdict, self.folder)
            whole.touch()
        return sorted(path for path in self.folder.rglob("*") if path.is_file())

    @property
    def label(self) -> str:
        """How the run is called in lists."""
        return f"{self.number} · {self.case} · {self.title}"

    def save(self) -> None:
        """Write down what is known at a glance, beside the documents' folder."""
        told = {
            key: value
            for key, value in asdict_of(self).items()
            if key not in ("number", "folder", "held")
        }
        write_json(self.folder.parent / FILE, told)


def asdict_of(run: Run) -> dict[str, Any]:
    """The fields of a run as plain objects, its ending too."""
    told = {key: value for key, value in vars(run).items() if key not in ("held", "folder")}
    return {**told, "ending": asdict(run.ending)}


def of_verdict(
    verdict: Verdict, number: int, folder: Path, mark: str, ending: Ending, held: Shown
) -> Run:
    """A run of a verdict that is at hand; ``folder`` holds its plan.json."""
    run = Run(
        number, folder, mark, ending, verdict.plan.provenance.what_if,
        verdict.scenario.title, mark=mark_of_tree(verdict.plan.provenance.tree),
        figures=glance(verdict), held=held,
    )  # fmt: skip
    held.put(number, verdict)
    return run


def glance(verdict: Verdict) -> dict[str, Any]:
    """The figures that a list of plans shows."""
    figures, under_way = verdict.figures, verdict.plan.under_way
    gaps = [level.gap for level in verdict.plan.levels[:2]]
    return {
        "people": figures.people,
        "out": figures.evacuated,
        "left": figures.left_behind - figures.unwilling,
        "harm": figures.levels.get("harm", 0.0),
        "clearance_s": figures.clearance_s,
        "effort": figures.levels.get("effort", 0.0),
        "sorties": figures.sorties,
        "gap": max(gaps, default=0.0),
        "status": verdict.status,
        "follows": under_way.former if under_way else "",
    }


def load(folder: Path, held: Shown) -> Run | None:
    """The run of a job's folder; None where it holds none."""
    told = read_json(folder / FILE)
    if told is None or not folder.name.isdigit():
        return None
    try:
        ending = Ending(**{**told.pop("ending"), "issues": ()})
        return Run(int(folder.name), folder / DOCUMENTS, ending=ending, held=held, **told)
    except (TypeError, KeyError, AttributeError):
        return None
