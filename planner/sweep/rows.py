"""The rows of a sweep on disk, as Parquet: one a case, whatever ends in the middle.

A folder: ``sweep.json`` says which sweep it is, ``results.parquet`` holds the rows, ``parts/`` the
newest of them, one file a case under its key, each written beside its place and moved into it. Now
and then the parts are folded into the results; a row that is in both counts once.
"""

from __future__ import annotations

import json
import os
import platform
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from planner.errors import Issue, ScenarioError
from planner.scenario import LEVELS
from planner.sweep.cases import Identity
from planner.sweep.planning import Row

if TYPE_CHECKING:
    import pyarrow

COLUMNS: dict[str, str] = {
    "key": "string", "what_if": "string", "draw": "int64", "seed": "int64", "start": "string",
    "start_s": "int64", "outcome": "string", "why": "string", "verdict": "string",
    "plan_status": "string", "stopped_by": "string", "engine": "string",
    "conditional_on": "string", "people": "int64", "evacuated": "int64", "by_sortie": "int64",
    "self_moved": "int64", "left_behind": "int64", "unwilling": "int64", "harm": "double",
    "harm_of_staying": "double", "clearance_s": "int64", "sorties": "int64",
    **{f"{level}_{kind}": "double" for level in LEVELS for kind in ("value", "bound")},
    "seconds": "double", "cpu_s": "double", "memory_mb": "double", "bytes": "int64",
    "worker": "string",
}  # fmt: skip
"""Column to its type.

``what_if`` null: the base; ``draw`` -1: as the scenario states itself; ``start_s``, ``clearance_s``
count from the scenario's start; ``left_behind`` holds the unwilling, ``left_behind_value`` is the
objective level, by weight and without them; ``why`` says what is wrong where ``outcome`` is not
``planned``; ``bytes`` are those of case and row as they are sent.
"""
RESULTS, SAYS, PARTS, LOCK = "results.parquet", "sweep.json", "parts", "sweep.lock"
FOLD_AFTER = 250
FORMAT = 1


class Full(ScenarioError):
    """Raised where the disk does not take a row; those before it are kept."""


class Rows:
    """Rows by key; see ``opened``."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._parts = folder, folder / PARTS
        self._known: dict[str, Row] = {}
        self._loose = 0

    @property
    def known(self) -> dict[str, Row]:
        """All rows that are on disk, by key."""
        return self._known

    @property
    def path(self) -> Path:
        """The file that holds them all once they are folded."""
        return self._folder / RESULTS

    def load(self) -> None:
        """Looks at what there is; a file that cannot be read is taken for not written."""
        paths = [*sorted(self._parts.glob("*.parquet")), self.path]
        self._loose = len(paths) - 1
        for path in paths:
            for row in _read(path):
                self._known.setdefault(row["key"], row)  # a part is newer than the results

    def put(self, row: Row) -> None:
        """Keeps a row; a row of its key is replaced. Raises Full."""
        told = {name: row.get(name) for name in COLUMNS}
        try:
            self._parts.mkdir(exist_ok=True)
            write(self._parts / f"{row['key']}.parquet", [told])
        except OSError as error:
            raise self._full(error) from None
        self._known[row["key"]] = told
        self._loose += 1
        if self._loose >= FOLD_AFTER:
            self.fold()

    def fold(self) -> None:
        """All rows into the one file, in order; then the parts go. Raises Full."""
        parts = sorted(self._parts.glob("*.parquet"))
        if not parts and self.path.exists():
            return
        try:
            write(self.path, sorted(self._known.values(), key=in_order))
        except OSError as error:
            raise self._full(error) from None
        for part in parts:
            part.unlink(missing_ok=True)
        with suppress(OSError):
            self._parts.rmdir()
        self._loose = 0

    def _full(self, error: OSError) -> Full:
        problem = f"cannot be written ({error.strerror or error}); {len(self._known)} rows are kept"
        remedy = "make room, then give the same command again: it goes on with the rest"
        return Full([Issue(str(self._folder), 0, "", problem, remedy)])


def in_order(row: Row) -> tuple[bool, str, int, int]:
    """The base first, then what-ifs by name, dates, draws."""
    return row["what_if"] is not None, row["what_if"] or "", row["start_s"], row["draw"]


@contextmanager
def opened(folder: Path, known: Identity) -> Iterator[Rows]:
    """The rows of a sweep in its folder, which nobody else writes meanwhile.

    Raises ScenarioError where the folder is another sweep's or in use. On the way out everything
    is in the one file, as far as the disk takes it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder):
        _same_sweep(folder, known)
        rows = Rows(folder)
        rows.load()
        try:
            yield rows
        except Full:
            raise
        except BaseException:
            with suppress(ScenarioError):
                rows.fold()
            raise
        rows.fold()


def _same_sweep(folder: Path, known: Identity) -> None:
    said = {"format": FORMAT, **asdict(known)}
    path = folder / SAYS
    try:
        before = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        _whole(path, json.dumps(said, indent=1, sort_keys=True).encode("utf-8"))
        return
    except ValueError:
        before = {}
    was = before if isinstance(before, dict) else {}
    others = [name for name, value in said.items() if was.get(name) != value]
    if others:
        problem = f"holds another sweep's results: its {', '.join(others)} differ"
        remedy = "name another folder with --out, or delete this one"
        raise ScenarioError([Issue(str(folder), 0, "", problem, remedy)])


# ------------------------------------------------------------------ files


def read(folder: Path) -> list[Row]:
    """The rows of a sweep's folder in order, those of one that is under way included."""
    rows = Rows(folder)
    rows.load()
    return sorted(rows.known.values(), key=in_order)


def _read(path: Path) -> list[Row]:
    import pyarrow
    from pyarrow import parquet

    try:
        found: list[Row] = parquet.read_table(path).to_pylist()
    except (OSError, pyarrow.ArrowException):
        return []
    return found


def write(path: Path, rows: list[Row]) -> None:
    """Rows as one Parquet file, there whole or not at all. Raises OSError."""
    import pyarrow
    from pyarrow import parquet

    sink = pyarrow.BufferOutputStream()
    parquet.write_table(pyarrow.Table.from_pylist(rows, schema=_schema()), sink)
    _whole(path, sink.getvalue().to_pybytes())


def _schema() -> pyarrow.Schema:
    import pyarrow

    kinds = {"string": pyarrow.string(), "int64": pyarrow.int64(), "double": pyarrow.float64()}
    return pyarrow.schema([(name, kinds[kind]) for name, kind in COLUMNS.items()])


def _whole(path: Path, content: bytes) -> None:
    """Writes a file so that it is there whole or not at all. Raises OSError."""
    handle, name = tempfile.mkstemp(suffix=".half", dir=path.parent)
    try:
        with open(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except OSError:
        with suppress(OSError):
            Path(name).unlink(missing_ok=True)
        raise


# ------------------------------------------------------------------ one writer


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    path = folder / LOCK
    mine = json.dumps({**_me(), "says": "a sweep writes here"})
    for _ in range(2):
        try:
            with open(path, "x", encoding="utf-8") as file:
                file.write(mine)
            break
        except FileExistsError:
            if _in_use(path):
                raise _busy(path) from None
            path.unlink(missing_ok=True)  # its writer is gone
    else:
        raise _busy(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _me() -> dict[str, Any]:
    process = psutil.Process()
    return {"host": platform.node(), "pid": process.pid, "since": process.create_time()}


def _in_use(path: Path) -> bool:
    """Whether the writer may still be there: of another machine nobody here can tell."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        if said["host"] != platform.node():
            return True
        return bool(psutil.Process(said["pid"]).create_time() == said["since"])
    except (OSError, ValueError, KeyError, TypeError, psutil.Error):
        return False


def _busy(path: Path) -> ScenarioError:
    problem = "another sweep writes into this folder"
    remedy = "wait for it, or name another folder; where none is running, delete the file"
    return ScenarioError([Issue(str(path), 0, "", problem, remedy)])
