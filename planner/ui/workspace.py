"""Where the desk keeps what planners do: one folder on this machine, an own folder a desk in it.

    lock.sqlite       held while something is changed; the system lets go of it with its process
    queue.json        the solves that wait (planner.ui.tickets)
    desks/ID/         what belongs to ``?desk=ID``: draft.json, texts/, runs/, shelf.json

Whatever is replaced is written beside its place and moved into it, so that a reader, or the next
start after a kill, finds the old content or the new one and never a part.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

VARIABLE = "SAFE_PASSAGE_DESK"
"""Environment: another folder; empty means one that goes with this process."""
MOST_MB = 500
"""All desks together; the ones that were left alone longest are dropped first."""
SPARED_S = 24 * 3600
"""A desk that was touched so lately is never dropped to make room."""
LOCK_PATIENCE_S = 20.0
_ID = re.compile(r"[a-z0-9]{8,32}")


def root() -> Path:
    """The workspace folder, made where it is not there, readable by this user alone."""
    said = os.environ.get(VARIABLE)
    folder = _habit() if said is None else Path(said) if said.strip() else _passing()
    return private(folder)


def _habit() -> Path:
    """Where programs of this system keep what users make."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library" / "Application Support")
    else:
        base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "safe-passage" / "desk"


@cache
def _passing() -> Path:
    return Path(tempfile.mkdtemp(prefix="safe-passage-"))


def private(folder: Path) -> Path:
    """The folder, made where it is not there, that only this user may look into."""
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.name == "posix" and folder.stat().st_mode & 0o077:
        with suppress(PermissionError):
            folder.chmod(0o700)
    return folder


# ------------------------------------------------------------------ desks


def new_id() -> str:
    """A name for a desk that nobody guesses."""
    return secrets.token_hex(8)


def is_id(text: object) -> bool:
    """Whether it has the form of a desk's name; such a one is safe as the name of a folder."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def desk_folder(name: str) -> Path:
    """The folder of a desk; it need not be there. Raises ValueError where the name is none."""
    if not is_id(name):
        raise ValueError("not the name of a desk")
    return root() / "desks" / name


def desk_folders() -> list[Path]:
    """The folders of all desks, the one touched last first."""
    found = [(touched(path), path) for path in (root() / "desks").glob("*") if is_id(path.name)]
    return [path for _, path in sorted(found, reverse=True)]


def touched(folder: Path) -> float:
    """When a desk was changed last, in seconds since 1970."""
    times = [0.0]
    for path in (folder, folder / "draft.json", folder / "runs", folder / "shelf.json"):
        with suppress(OSError):
            times.append(path.stat().st_mtime)
    return max(times)


def size(folder: Path) -> int:
    """Bytes of all files below."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            total += path.stat().st_size if path.is_file() else 0
    return total


def make_room(most: int = MOST_MB * 1_000_000, now: float | None = None) -> list[str]:
    """Drop desks until the rest has at most so many bytes; the names of those dropped."""
    now = time.time() if now is None else now
    desks = desk_folders()
    sizes = {path: size(path) for path in desks}
    total, dropped = sum(sizes.values()), list[str]()
    for path in reversed(desks):
        if total <= most:
            break
        if now - touched(path) > SPARED_S:
            forget(path)
            total -= sizes[path]
            dropped.append(path.name)
    return dropped


def forget(folder: Path) -> None:
    """Take a desk's folder away."""
    # Renamed first: what is half gone must not be opened as if it were whole.
    gone = folder.with_name(f".gone-{secrets.token_hex(4)}")
    with suppress(OSError):
        os.replace(folder, gone)
        shutil.rmtree(gone, ignore_errors=True)


def forget_all() -> None:
    """Take every desk and the queue away."""
    with alone():
        for folder in desk_folders():
            forget(folder)
        (root() / "queue.json").unlink(missing_ok=True)


# ------------------------------------------------------------------ files


@contextmanager
def alone(folder: Path | None = None, patience_s: float = LOCK_PATIENCE_S) -> Iterator[None]:
    """Nobody else is in here at the same time, neither a thread nor another desk's process.

    A lock of SQLite's: it works on every system, and goes when its holder is killed. Raises
    OSError where it cannot be had.
    """
    try:
        connection = sqlite3.connect(
            (folder or root()) / "lock.sqlite", timeout=patience_s, isolation_level=None
        )
    except sqlite3.Error as error:
        raise OSError(f"cannot lock the workspace: {error}") from error
    try:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise OSError(f"cannot lock the workspace: {error}") from error
        yield
    finally:
        connection.close()


def write_bytes(path: Path, content: bytes, durable: bool = True) -> None:
    """Replace a file as a whole; ``durable`` means that it survives a power failure too."""
    temporary = path.with_name(f".{path.name}-{secrets.token_hex(4)}.part")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        _move(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if durable:
        _settle(path.parent)


def _move(temporary: Path, path: Path) -> None:
    for attempt in range(20):
        try:
            os.replace(temporary, path)
            return
        except PermissionError:  # Windows: a reader has the file open for a moment
            if attempt == 19:
                raise
            time.sleep(0.01 * (attempt + 1))


def _settle(folder: Path) -> None:
    """The new name is on the disk as well; only systems that open folders need to be told."""
    if os.name != "posix":
        return
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_json(path: Path, thing: Any, durable: bool = True) -> None:
    """As ``write_bytes``, of an object."""
    text = json.dumps(thing, ensure_ascii=False, separators=(",", ":"))
    write_bytes(path, text.encode("utf-8", "surrogatepass"), durable)


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in a file; None where there is none or it is damaged."""
    try:
        found = json.loads(path.read_bytes().decode("utf-8", "surrogatepass"))
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def sweep(folder: Path, older_s: float = 60.0) -> None:
    """Take away what writers left beside its place when they were killed."""
    for path in folder.glob(".*.part"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > older_s:
                path.unlink()
