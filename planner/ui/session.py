"""What one browser tab works on: the text, the jobs, the plans. All of it is on disk.

A tab is known by ``?desk=ID`` in its address. Whoever opens that address again, after a reload or
a restart or from a second tab, finds the same text, undo steps, jobs and plans. Two tabs of one
desk see each other's changes: whichever writes later makes the other's text an undo step of its
own, so that nothing is overwritten without a word.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from planner import assets
from planner.errors import Issue, ScenarioError
from planner.ui import draft as drafts
from planner.ui import runner, runs, tickets, workspace
from planner.ui.draft import Draft, State, fingerprint
from planner.ui.runner import DOCUMENTS, Ending, Job, Wish
from planner.ui.runs import Run
from planner.ui.whatif.cases import BASE
from planner.ui.words import _

if TYPE_CHECKING:
    from planner.scenario import Scenario

__all__ = [
    "BASE", "KEY", "RUNS_KEPT", "Checked", "Run", "Session", "current", "fingerprint", "safe_name",
    "shipped",
]  # fmt: skip

KEY = "desk"
TOLD = "told"
FAILED_KEPT = 5
RUNS_KEPT = 40
RUNS_MB = 200
"""Plans on disk a desk, and what they may weigh together; the oldest of more are dropped."""


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


class Session:
    """The text that is being edited, the jobs that wait or run, the plans that were made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # No two desks share a version: a widget's key made of it never shows the other's text.
        self._first_version = zlib.crc32(folder.name.encode()) * 1_000_000
        self.refused = ""
        self.opened = False
        self.told = ""
        """What the planner must hear: that another tab changed the text, that the disk is full."""
        self.parsed: Checked | None = None
        """The last text that had no error."""
        self.last: Ending | None = None
        self.last_job: Job | None = None
        self.runs: list[Run] = []
        self.shown = 0
        self._checked: Checked | None = None
        self._held = runs.Shown()
        self.reports: list[Job] = []
        """Jobs of another kind than plan that have ended with what they were asked for."""
        self._jobs: dict[int, Job] = {}
        self._passed: set[int] = set()
        self._taking = threading.RLock()
        """Held while plans are taken in: a click in the middle begins a second run of the page,
        which waits for the first here and finds the plan, not a gap where the job was."""
        self._draft = Draft(folder)
        self._text = ""
        self._take(drafts.load(folder))
        self._look_for_runs()
        self.shown = self.runs[-1].number if self.runs else 0

    # -------------------------------------------------------------- text

    @property
    def version(self) -> int:
        """Rises whenever the text is another than the editor shows; the same after a restart."""
        return self._first_version + self._draft.version

    @property
    def id(self) -> str:
        """The desk's name in the address."""
        return self.folder.name

    @property
    def text(self) -> str:
        """The scenario's text; ``edit`` changes it."""
        return self._text

    @property
    def file(self) -> str:
        """The name of the scenario's file."""
        return self._draft.now.file if self._draft.now else ""

    @property
    def origin(self) -> str:
        """Where the text was opened from."""
        return self._draft.now.origin if self._draft.now else ""

    @property
    def fresh(self) -> bool:
        """Whether nothing has been done here yet."""
        return not (self._draft.revision or self.runs or self._jobs or self._passed)

    @property
    def held(self) -> int:
        """How many verdicts this tab holds in memory."""
        return len(self._held)

    def let_go(self) -> None:
        """Hold the plan looked at last in memory alone; others are replayed when looked at."""
        self._held.let_go()

    def edit(self, text: str, what: str, *, typed: bool = False) -> None:
        """Change the text; ``what`` names the change for undo.

        ``typed``: it comes out of the editor widget, which shows it already.
        """
        self._put(text, self.file, self.origin, what, typed)

    def open(self, file: str, text: str, origin: str) -> None:
        """Work on another text; plans that were made stay, and the former text can be had back."""
        self._put(text, safe_name(file), origin, _("Open {file}").format(file=safe_name(file)))

    def begin_with(self, file: str, text: str, origin: str) -> None:
        """The text of a new desk; nothing is written down until it is changed."""
        mark = fingerprint(text)
        self._draft.now = State(mark, safe_name(file), origin)
        self._text = _plain(text)

    def _put(self, text: str, file: str, origin: str, what: str, typed: bool = False) -> None:
        text = _plain(text)
        if (text, file, origin) == (self.text, self.file, self.origin):
            return

        def change(draft: Draft) -> None:
            draft.put(text, file, origin, what)
            draft.version += not typed

        if not self._write(change):
            # The text is here all the same, and goes to the disk with the next change.
            self._draft.now = State(fingerprint(text), file, origin, what)
            self._draft.version += not typed
        self._text = text

    def _write(self, change: Callable[[Draft], object]) -> bool:
        """Change the draft on disk, on top of what another tab has written in the meantime."""
        try:
            with workspace.alone():
                newer = drafts.load(self.folder)
                if newer is not None and newer.revision > self._draft.revision:
                    newer.version = max(newer.version, self._draft.version) + 1
                    self._draft = newer
                    self.told = _(
                        "Another tab had changed this text in the meantime; "
                        "what it wrote is one step back (Undo)."
                    )
                elif self._draft.now is not None:
                    self._draft.keep(self._text)  # a new desk's text is not on the disk yet
                change(self._draft)
                self._draft.save()
        except OSError as error:
            why = error.strerror or str(error)
            self.told = _("Not saved on this machine: {why}").format(why=why)
            return False
        return True

    def undo(self) -> None:
        """Take the last change back."""
        self._step(Draft.step_back)

    def redo(self) -> None:
        """Make the change again that was taken back last."""
        self._step(Draft.step_forth)

    def _step(self, step: Callable[[Draft], bool]) -> None:
        def change(draft: Draft) -> None:
            draft.version += step(draft)

        if self._write(change):
            self._text = self._draft.text()

    @property
    def can_undo(self) -> str:
        """What would be undone, or ''."""
        now = self._draft.now
        return (now.what or _("the last change")) if now and self._draft.undo else ""

    @property
    def can_redo(self) -> str:
        """What would be done again, or ''."""
        return (self._draft.redo[-1].what or _("the last change")) if self._draft.redo else ""

    def earlier(self, most: int = 20) -> Iterator[str]:
        """The texts that undo would bring back, the newest first."""
        for state in self._draft.undo[: -most - 1 : -1]:
            yield self._draft.text(state)

    # -------------------------------------------------------------- saved revisions

    @property
    def saved(self) -> list[State]:
        """The revisions that were saved by name, the oldest first."""
        return list(self._draft.saved)

    def save_revision(self, name: str) -> None:
        """Keep the present text under a name."""
        self._write(lambda draft: draft.save_as(name.strip()[:120] or _("without a name")))

    def drop_revision(self, saved: State) -> None:
        """Let a saved revision go."""
        self._write(lambda draft: draft.let_go(saved))

    def text_of(self, saved: State) -> str:
        """The text of a saved revision."""
        return self._draft.text(saved)

    def restore(self, saved: State) -> None:
        """Make a saved revision the present text; that can be undone."""
        what = _("Restore {name}").format(name=saved.what)
        self._put(self.text_of(saved), saved.file, saved.origin, what)

    # -------------------------------------------------------------- check

    def check(self) -> Checked:
        """Every fault of the present text, map references included; asked once a text."""
        mark = fingerprint(self.text)
        if self._checked is None or self._checked.fingerprint != mark:
            self._checked = examine(self.text, self.file, mark)
            if self._checked.scenario is not None:
                self.parsed = self._checked
        return self._checked

    # -------------------------------------------------------------- what others do

    def refresh(self) -> None:
        """Take over what another tab of this desk wrote, and find its jobs and plans."""
        newest = drafts.revision_on_disk(self.folder)
        if newest > self._draft.revision:
            before = self._draft.version
            self._take(drafts.load(self.folder))
            self._draft.version = max(before, self._draft.version) + 1
            self.told = _("Another tab has changed this text; this is its newest state.")
        with self._taking:
            self._look_for_runs()

    def _take(self, found: Draft | None) -> None:
        if found is None or found.now is None:
            return
        self._draft = found
        self._text = found.text()

    def _look_for_runs(self) -> None:
        """Plans and jobs that are on disk and not known here yet."""
        known = {run.number for run in self.runs} | set(self._jobs) | self._passed
        folders = [p for p in (self.folder / "runs").glob("*") if p.name.isdigit()]
        for folder in sorted(folders, key=lambda path: int(path.name)):
            number = int(folder.name)
            if number in known:
                continue
            run = runs.load(folder, self._held)
            wish = None if run else runner.read_wish(folder)
            if run is not None:
                self.runs = sorted([*self.runs, run], key=lambda run: run.number)
            elif wish is not None and (folder / TOLD).exists():
                self._passed.add(number)
                if wish.kind not in runner.PLANS:
                    self.reports.append(Job(folder, wish))
            elif wish is not None:
                self._jobs[number] = Job(folder, wish)
        gone = [number for number, job in self._jobs.items() if not job.folder.is_dir()]
        for number in gone:
            del self._jobs[number]
        for job in self._jobs.values():
            if job.ending() is None:
                with contextlib.suppress(OSError):
                    tickets.mend(job.folder)

    # -------------------------------------------------------------- jobs

    @property
    def jobs(self) -> list[Job]:
        """All jobs that have not been taken in yet, in the order in which they were wished for."""
        return [self._jobs[number] for number in sorted(self._jobs)]

    @property
    def job(self) -> Job | None:
        """The job that runs, or the first that waits; None where there is none."""
        jobs = self.jobs
        return next((job for job in jobs if not job.waiting), jobs[0] if jobs else None)

    @property
    def count(self) -> int:
        """How many plans were begun; part of widgets' keys."""
        return max([0, *(run.number for run in self.runs), *self._jobs, *self._passed])

    @property
    def place_in_queue(self) -> tickets.Place | None:
        """Where the job stands while it waits: how many before it, and for how long about."""
        job = self.job
        return None if job is None else tickets.place(job.folder)

    def begin(self, wish: Wish) -> Job | None:
        """Wish for a plan; the same wish twice is one. It is made when its turn comes."""
        if any(job.wish == wish and job.ending() is None for job in self.jobs):
            return None
        self.last = None
        try:
            if self._draft.revision == 0:
                self._write(lambda draft: None)
            folder = self._new_run()
            tickets.join(folder, self.id, wish)
        except OSError as error:
            self.last = Ending("error", error.strerror or str(error))
            return None
        job = Job(folder, wish)
        self._jobs[job.number] = job
        return job

    def _new_run(self) -> Path:
        """A new folder under the next number; making it is what takes the number."""
        parent = workspace.private(workspace.private(self.folder) / "runs")
        taken = [int(path.name) for path in parent.glob("*") if path.name.isdigit()]
        number = max(taken, default=0) + 1
        while True:
            try:
                (parent / str(number)).mkdir(mode=0o700)
                return parent / str(number)
            except FileExistsError:
                number += 1

    def cancel(self) -> None:
        """End the present job without a plan."""
        job = self.job
        if job is not None:
            job.end()

    def collect(self) -> bool:
        """Take in the jobs that have ended; True where there was one."""
        with self._taking:
            return self._collect()

    def _collect(self) -> bool:
        ended = [(job, found) for job in self.jobs if (found := job.ending()) is not None]
        for job, ending in ended:
            del self._jobs[job.number]
            self._passed.add(job.number)
            self.last, self.last_job = ending, job
            if ending.outcome == "plan" and job.wish.kind in runner.PLANS:
                self._keep(job, ending)
            else:
                self._put_aside(job, ending)
        return bool(ended)

    def _put_aside(self, job: Job, ending: Ending) -> None:
        """A job without a plan: told once; its folder stays a while for its log."""
        with contextlib.suppress(OSError):
            (job.folder / TOLD).touch()
        if job.wish.kind not in runner.PLANS and ending.outcome == "plan":
            self.reports.append(job)
            return
        for path in self._failed()[:-FAILED_KEPT]:
            workspace.forget(path)

    def _failed(self) -> list[Path]:
        plans = {run.number for run in self.runs} | {job.number for job in self.reports}
        found = [path.parent for path in (self.folder / "runs").glob(f"*/{TOLD}")]
        return sorted((p for p in found if int(p.name) not in plans), key=lambda p: int(p.name))

    def _keep(self, job: Job, ending: Ending) -> None:
        from planner import pipeline

        try:
            verdict = pipeline.verify_file(job.plan_file)
        except (ScenarioError, OSError) as error:
            self.last = Ending("error", " ".join(str(error).split())[:300])
            return
        mark = job.wish.mark or fingerprint(job.wish.text)
        run = runs.of_verdict(verdict, job.number, job.plan_file.parent, mark, ending, self._held)
        run.shelf = job.wish.shelf
        run.save()
        self.add(run)

    # -------------------------------------------------------------- plans

    def open_plan(self, content: bytes) -> None:
        """Take in a plan.json that was made before. Raises ScenarioError where it is none."""
        from planner import pipeline

        folder = self._new_run() / DOCUMENTS
        folder.mkdir(mode=0o700)
        path = folder / "plan.json"
        try:
            workspace.write_bytes(path, content)
            verdict = pipeline.verify_file(path)
        except BaseException:
            workspace.forget(folder.parent)
            raise
        run = runs.of_verdict(
            verdict, int(folder.parent.name), folder, "", Ending("plan"), self._held
        )
        run.save()
        self.add(run)

    def add(self, run: Run) -> None:
        """Keep a finished plan and show it first; the oldest of too many is dropped."""
        self._passed.add(run.number)
        kept = [known for known in self.runs if known.number != run.number]
        self.runs = sorted([*kept, run], key=lambda run: run.number)
        self._make_room()
        self.shown = run.number

    def _make_room(self) -> None:
        """Drop the oldest plans of too many, or of too much."""
        sizes = {run.number: workspace.size(run.folder.parent) for run in self.runs}
        while len(self.runs) > 1 and (
            len(self.runs) > RUNS_KEPT
            or sum(sizes[run.number] for run in self.runs) > RUNS_MB * 1_000_000
        ):
            self.drop(self.runs[0])

    def drop(self, run: Run) -> None:
        """Let a plan go, on disk as well."""
        self.runs = [known for known in self.runs if known.number != run.number]
        self._passed.add(run.number)
        if run.folder.parent.parent == self.folder / "runs":
            workspace.forget(run.folder.parent)

    def run(self, number: int | None = None) -> Run | None:
        """The run of that number, or the one shown last; one that cannot be read is dropped."""
        wanted = self.shown if number is None else number
        while self.runs:
            found = next((run for run in self.runs if run.number == wanted), self.runs[-1])
            try:
                _read = found.verdict
            except (ScenarioError, OSError) as error:
                why = " ".join(str(error).split())[:200]
                self.told = _("{plan} cannot be opened: {why}").format(plan=found.label, why=why)
                self.runs = [run for run in self.runs if run is not found]
                self._passed.add(found.number)
            else:
                return found
        return None


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")


def safe_name(file: str) -> str:
    """A file name that is only a name, ending in .yaml."""
    stem = re.sub(r"[^A-Za-z0-9_-]+", "_", Path(file).stem)[:80].strip("_")
    return f"{stem or 'scenario'}.yaml"


def examine(text: str, file: str, mark: str) -> Checked:
    """The faults and warnings of a text, and the scenario where it can be planned."""
    from planner import load, pipeline

    with tempfile.TemporaryDirectory(prefix="safe-passage-") as folder:
        path = Path(folder) / (file or "scenario.yaml")
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


def open_desk(name: str | None = None) -> Session:
    """The desk of that name; a new one begins with the first shipped scenario."""
    session = Session(workspace.desk_folder(name or workspace.new_id()))
    if not session.text:
        with contextlib.suppress(OSError):
            workspace.make_room()
        for stem, path in list(shipped().items())[:1]:
            session.begin_with(path.name, path.read_text(encoding="utf-8"), stem)
    return session


def current() -> Session:
    """This tab's session, found again by ``?desk=ID``; a tab without one gets a new desk."""
    session = st.session_state.get(KEY)
    asked = st.query_params.get("desk")
    other = workspace.is_id(asked) and isinstance(session, Session) and asked != session.id
    if not isinstance(session, Session) or (other and workspace.is_id(session.id)):
        session = open_desk(asked if workspace.is_id(asked) else None)
        st.session_state[KEY] = session
    if asked != session.id:
        st.query_params["desk"] = session.id
    return session
