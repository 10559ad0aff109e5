"""What one browser tab works on. Nothing here is shared between tabs."""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
import tempfile
import weakref
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from planner import assets
from planner.errors import Issue, ScenarioError
from planner.ui.runner import Ending, Job, Wish, start
from planner.ui.worker import DOCUMENTS

if TYPE_CHECKING:
    from planner.scenario import Scenario
    from planner.verify import Verdict

KEY = "desk"
BASE = "base"
RUNS_KEPT = 8


@dataclass
class Run:
    """A finished plan with its verdict and the folder of its documents."""

    number: int
    verdict: Verdict
    folder: Path
    fingerprint: str
    ending: Ending

    @property
    def case(self) -> str:
        """The what-if's name, or 'base'."""
        return self.verdict.plan.provenance.what_if or BASE

    def documents(self) -> list[Path]:
        """The files of its documents; written now where the plan was only opened."""
        if not (self.folder / "summary.pdf").exists():
            from planner import documents

            documents.write_all(self.verdict, self.folder)
        return sorted(path for path in self.folder.rglob("*") if path.is_file())

    @property
    def label(self) -> str:
        """How the run is called in lists."""
        return f"{self.number} · {self.case} · {self.verdict.scenario.title}"


@dataclass
class Checked:
    """What is known of one text."""

    fingerprint: str
    issues: tuple[Issue, ...]
    scenario: Scenario | None

    @property
    def errors(self) -> int:
        """Faults that keep it from being planned."""
        return sum(issue.severity == "error" for issue in self.issues)


@dataclass
class Session:
    """The text that is being edited, the job that runs, the plans that were made."""

    folder: Path
    file: str = ""
    text: str = ""
    version: int = 0
    origin: str = ""
    refused: str = ""
    opened: bool = False
    checked: Checked | None = None
    job: Job | None = None
    last: Ending | None = None
    runs: list[Run] = field(default_factory=list)
    shown: int = 0
    count: int = 0

    def open(self, file: str, text: str, origin: str) -> None:
        """Work on another text; plans that were made stay."""
        self.file, self.text, self.origin = safe_name(file), text.replace("\r\n", "\n"), origin
        self.version += 1
        self.checked = None

    def check(self) -> Checked:
        """Every fault of the present text, map references included; asked once a text."""
        mark = fingerprint(self.text)
        if self.checked is None or self.checked.fingerprint != mark:
            self.checked = examine(self.text, self.file, self.folder, mark)
        return self.checked

    def begin(self, wish: Wish) -> None:
        """Start to plan; one job a tab."""
        if self.job is None:
            self.count += 1
            self.last = None
            self.job = start(wish, self.folder / f"run-{self.count}")
            # A tab that is closed takes its process along.
            weakref.finalize(self, _end_quietly, self.job)

    def collect(self) -> bool:
        """Take in a job that has ended; True where there was one."""
        if self.job is None:
            return False
        ending = self.job.ending()
        if ending is None:
            return False
        job, self.job, self.last = self.job, None, ending
        if job.process.stdin is not None:
            with contextlib.suppress(OSError):
                job.process.stdin.close()
        if ending.outcome == "plan":
            self._keep(job, ending)
        return True

    def _keep(self, job: Job, ending: Ending) -> None:
        from planner import pipeline

        verdict = pipeline.verify_file(job.plan_file)
        mark = fingerprint(job.wish.text)
        self.add(Run(self.count, verdict, job.plan_file.parent, mark, ending))

    def open_plan(self, content: bytes) -> None:
        """Take in a plan.json that was made before. Raises ScenarioError where it is none."""
        from planner import pipeline

        self.count += 1
        folder = self.folder / f"run-{self.count}" / DOCUMENTS
        folder.mkdir(parents=True)
        path = folder / "plan.json"
        path.write_bytes(content)
        verdict = pipeline.verify_file(path)
        self.add(Run(self.count, verdict, folder, "", Ending("plan")))

    def add(self, run: Run) -> None:
        """Keep a finished plan and show it first; the oldest of too many is dropped."""
        self.runs = [*self.runs, run][-RUNS_KEPT:]
        self.shown = run.number

    def run(self, number: int | None = None) -> Run | None:
        """The run of that number, or the one shown last."""
        wanted = self.shown if number is None else number
        found = [run for run in self.runs if run.number == wanted]
        return found[0] if found else (self.runs[-1] if self.runs else None)


def _end_quietly(job: Job) -> None:
    with contextlib.suppress(OSError):
        if job.process.poll() is None:
            job.end()


def fingerprint(text: str) -> str:
    """A short mark of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def safe_name(file: str) -> str:
    """A file name that is only a name, ending in .yaml."""
    stem = re.sub(r"[^A-Za-z0-9_-]+", "_", Path(file).stem)[:80].strip("_")
    return f"{stem or 'scenario'}.yaml"


def examine(text: str, file: str, folder: Path, mark: str) -> Checked:
    """The faults and warnings of a text, and the scenario where it can be planned."""
    from planner import load, pipeline

    path = folder / file
    path.write_text(text, encoding="utf-8", newline="\n", errors="replace")
    try:
        issues = tuple(pipeline.check(path))
        faulty = any(issue.severity == "error" for issue in issues)
        scenario = None if faulty else load.read_text(text, file)
    except ScenarioError as error:
        issues, scenario = error.issues, None
    return Checked(mark, issues, scenario)


def shipped() -> dict[str, Path]:
    """Name → file of the scenarios that come with the program."""
    return {path.stem: path for path in sorted(assets.scenarios_dir().glob("*.yaml"))}


def current() -> Session:
    """This tab's session; a new tab starts with the first shipped scenario."""
    session = st.session_state.get(KEY)
    if not isinstance(session, Session):
        folder = Path(tempfile.mkdtemp(prefix="safe-passage-"))
        session = Session(folder)
        weakref.finalize(session, shutil.rmtree, folder, ignore_errors=True)
        for name, path in list(shipped().items())[:1]:
            session.open(path.name, path.read_text(encoding="utf-8"), name)
        st.session_state[KEY] = session
    return session
