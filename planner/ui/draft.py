"""The text in the making: what it says now, what can be undone and redone, what was saved.

On disk ``draft.json`` names states of the text by their mark, and ``texts/MARK.yaml`` holds each
text once. A text is there before anything names it, so whatever was saved opens again.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from planner.ui.workspace import (
    desk_folders,
    private,
    read_json,
    sweep,
    touched,
    write_bytes,
    write_json,
)

FORMAT = 1
UNDO_STEPS = 200
SAVED_MOST = 50
FILE = "draft.json"
LISTS = ("undo", "redo", "saved")


@dataclass(frozen=True)
class State:
    """One state of the text: its mark, its file's name, where it came from, what was done to it."""

    mark: str
    file: str
    origin: str
    what: str = ""
    at: float = 0.0


@dataclass
class Draft:
    """The states of one desk's text.

    ``revision`` rises with every writing, ``version`` whenever the editor must show another text.
    """

    folder: Path
    revision: int = 0
    version: int = 1
    now: State | None = None
    undo: list[State] = field(default_factory=list)
    redo: list[State] = field(default_factory=list)
    saved: list[State] = field(default_factory=list)
    title: str = ""

    # -------------------------------------------------------------- changing

    def put(self, text: str, file: str, origin: str, what: str) -> None:
        """The text is now this; what it was can be had back under the name of what was done."""
        mark = self.keep(text)
        if self.now is not None:
            self.undo = [*self.undo, self.now][-UNDO_STEPS:]
        self.redo = []
        self.now = State(mark, file, origin, what, time.time())
        self.title = title_of(text)

    def step_back(self) -> bool:
        """Undo; False where there is nothing to undo."""
        if self.now is None or not self.undo:
            return False
        self.redo.append(self.now)
        self.now = self.undo.pop()
        return True

    def step_forth(self) -> bool:
        """Redo; False where there is nothing to redo."""
        if self.now is None or not self.redo:
            return False
        self.undo.append(self.now)
        self.now = self.redo.pop()
        return True

    def save_as(self, name: str) -> None:
        """Keep the present text under a name; the oldest of too many is dropped."""
        if self.now is not None:
            kept = State(self.now.mark, self.now.file, self.now.origin, name, time.time())
            self.saved = [*self.saved, kept][-SAVED_MOST:]

    def let_go(self, saved: State) -> None:
        """Drop a saved revision."""
        self.saved = [state for state in self.saved if state != saved]

    # -------------------------------------------------------------- texts

    def text(self, state: State | None = None) -> str:
        """The text of a state, of the present one where none is given."""
        state = state or self.now
        if state is None:
            return ""
        try:
            return self._path(state.mark).read_bytes().decode("utf-8", "surrogatepass")
        except OSError:
            return ""

    def _path(self, mark: str) -> Path:
        return self.folder / "texts" / f"{mark}.yaml"

    def keep(self, text: str) -> str:
        """Make sure that a text is on the disk; its mark."""
        mark = fingerprint(text)
        path = self._path(mark)
        if not path.exists():
            private(self.folder)
            private(path.parent)
            write_bytes(path, text.encode("utf-8", "surrogatepass"))
        return mark

    # -------------------------------------------------------------- disk

    def save(self) -> None:
        """Write it down as the next revision. Raises OSError where the disk does not take it."""
        private(self.folder)
        self.revision += 1
        told = {
            "format": FORMAT,
            "revision": self.revision,
            "version": self.version,
            "title": self.title,
            "now": asdict(self.now) if self.now else None,
            **{
                name: [asdict(s) for s in getattr(self, name)] for name in ("undo", "redo", "saved")
            },
        }
        write_json(self.folder / FILE, told)
        if self.revision % 50 == 0:
            self._tidy()

    def _tidy(self) -> None:
        """Take away texts that nothing names any more."""
        states = [*self.undo, *self.redo, *self.saved, *([self.now] if self.now else [])]
        named = {state.mark for state in states}
        for path in (self.folder / "texts").glob("*.yaml"):
            if path.stem not in named and time.time() - path.stat().st_mtime > 60:
                path.unlink(missing_ok=True)
        sweep(self.folder)
        sweep(self.folder / "texts")


def title_of(text: str) -> str:
    """What the text says its title is, as far as one line tells; for lists of drafts."""
    found = re.search(r"^title:[ \t]*(.+)$", text, re.MULTILINE)
    return found[1].strip().strip("'\"")[:120] if found else ""


def fingerprint(text: str) -> str:
    """A short mark of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True)
class Found:
    """A desk on this machine, for a list of them."""

    name: str
    title: str
    file: str
    plans: int
    changed: float


def found(most: int = 20) -> list[Found]:
    """The desks of the workspace that hold something, the one changed last first."""
    out = []
    for folder in desk_folders()[:most]:
        told = read_json(folder / FILE) or {}
        now = told.get("now")
        if not isinstance(now, dict):
            continue
        plans = sum(1 for _ in (folder / "runs").glob("*/run.json"))
        title, file = str(told.get("title", "")), str(now.get("file", ""))
        out.append(Found(folder.name, title or file, file, plans, touched(folder)))
    return out


def revision_on_disk(folder: Path) -> int:
    """The revision that lies in the folder; 0 where none does."""
    found = read_json(folder / FILE)
    revision = found.get("revision") if found else 0
    return revision if isinstance(revision, int) else 0


def load(folder: Path) -> Draft | None:
    """The draft of a folder; None where there is none.

    Where draft.json is damaged (a disk, not a kill, does that), the newest text is all there is.
    """
    found = read_json(folder / FILE)
    try:
        if found is not None and found["format"] == FORMAT:
            return _read(folder, found)
    except (KeyError, TypeError):
        pass
    return _rescued(folder)


def _read(folder: Path, found: dict[str, Any]) -> Draft:
    lists = {name: [State(**s) for s in found[name]] for name in LISTS}
    now = State(**found["now"]) if found["now"] else None
    revision, version = int(found["revision"]), int(found["version"])
    return Draft(folder, revision, version, now, title=str(found.get("title", "")), **lists)


def _rescued(folder: Path) -> Draft | None:
    texts = sorted((folder / "texts").glob("*.yaml"), key=lambda path: path.stat().st_mtime)
    if not texts:
        return None
    states = [State(path.stem, "scenario.yaml", "", "", path.stat().st_mtime) for path in texts]
    return Draft(folder, 0, 1, states[-1], undo=states[:-1][-UNDO_STEPS:])


def differences(before: str, after: str, context: int = 3) -> list[str]:
    """What differs, line by line, as a unified diff without its two heading lines."""
    lines = difflib.unified_diff(before.split("\n"), after.split("\n"), lineterm="", n=context)
    return list(lines)[2:]
