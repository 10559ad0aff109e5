"""Everything in one file: a ZIP with a list of what is in it, and the check of such a file.

The list holds a SHA-256 of each file. That shows damage and mixed-up files; it is no signature:
whoever changes a file can change the list.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import IO, Any

from planner import __version__
from planner.documents.paper import Paper, stamps
from planner.errors import Issue

LIST, PLAN = "manifest.json", "plan.json"
KIND = "safe-passage-bundle"
NOT_SIGNED = (
    "The hashes show damage and mixed-up files. They are not a signature: whoever changes a file "
    "can change this list."
)
EARLIEST = (1980, 1, 1, 0, 0, 0)
MOST_FILES, MOST_BYTES = 50_000, 4_000_000_000
_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}")
_RESERVED = re.compile(r"(CON|PRN|AUX|NUL|COM\d|LPT\d)(\..*)?", re.IGNORECASE)  # on Windows
_BLOCK = 1 << 20


def sealed(name: str, moment: datetime | None = None) -> zipfile.ZipInfo:
    """An entry of a ZIP that says nothing of the machine that made it.

    ``moment`` is an aware time; where it is not given, the earliest that the format has.
    """
    stamp = EARLIEST
    if moment is not None:
        at = moment.astimezone(UTC)
        stamp = max(EARLIEST, (at.year, at.month, at.day, at.hour, at.minute, at.second))
    entry = zipfile.ZipInfo(name, stamp)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    return entry


def packed(files: Mapping[str, bytes], moment: datetime | None = None) -> bytes:
    """Path → content as a ZIP, by path; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            if not is_safe(name):
                raise ValueError(f"not a path for everybody's disk: {name[:80]!r}")
            archive.writestr(sealed(name, moment), files[name])
    return buffer.getvalue()


def bundle(paper: Paper, files: Mapping[str, bytes]) -> bytes:
    """The files of an order with :data:`LIST`; the time of issue is the only clock time in it."""
    issued = paper.issued_at.astimezone(UTC)
    if paper.audience == "public":
        issued = issued.replace(hour=0, minute=0, second=0, microsecond=0)
    tree = {
        "kind": KIND,
        "version": 1,
        "note": NOT_SIGNED,
        **stamps(paper),
        "language": paper.language,
        "made_with": f"Safe Passage {__version__}",
        **(_origin(paper) if paper.internal else {}),
        "files": [
            {"path": name, "bytes": len(files[name]), "sha256": _digest(files[name])}
            for name in sorted(files)
        ],
    }
    told = json.dumps(tree, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    return packed({**files, LIST: told.encode("utf-8")}, issued)


def _origin(paper: Paper) -> dict[str, Any]:
    """Where the plan comes from. Outside the office the hash would let people try secrets out."""
    origin = paper.verdict.plan.provenance
    return {
        "scenario_file": origin.scenario_file,
        "scenario_sha256": origin.scenario_sha256,
        "what_if": origin.what_if,
        "map_sha256": origin.map_sha256,
        "seed": origin.seed,
        "engine": origin.engine,
        "planned_with": f"Safe Passage {origin.planner_version}",
    }


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def is_safe(name: str) -> bool:
    """Whether a path stays below the folder on every system, and means the same on each."""
    parts = name.split("/")
    if len(parts) > 8 or any(_RESERVED.fullmatch(part) for part in parts):
        return False
    return all(_PART.fullmatch(part) and not part.endswith(".") for part in parts)


# ------------------------------------------------------------------ the check


@dataclass(frozen=True)
class Checked:
    """What a bundle says of itself, and everything that is wrong with it.

    ``plan`` is the plan.json in it, where there is one and nothing is wrong.
    """

    told: dict[str, Any]
    files: tuple[str, ...]
    faults: tuple[Issue, ...]
    plan: bytes | None = None


def check(source: IO[bytes], name: str) -> Checked:
    """Read a bundle and compare each file with the list in it; nothing is unpacked to disk.

    ``name`` is what the faults call the file. Raises OSError where it cannot be read.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            return _checked(archive, name)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        return Checked({}, (), (_fault(name, f"not a ZIP that can be read ({error})"),))


def _checked(archive: zipfile.ZipFile, name: str) -> Checked:
    entries = archive.infolist()
    found = [_fault(name, problem) for problem in _shape(entries)]
    if found:
        return Checked({}, (), tuple(found))
    known = {entry.filename: entry for entry in entries}
    tree = _listed(archive, known)
    if tree is None:
        problem = f"no list of a bundle of this program in it ({LIST})"
        return Checked({}, tuple(known), (_fault(name, problem),))
    listed = {one["path"]: one for one in tree["files"]}
    problems = [f"{path}: is listed and missing" for path in sorted(set(listed) - set(known))]
    more = sorted(set(known) - set(listed) - {LIST})
    problems += [f"{path}: is in the file and not listed" for path in more]
    problems += [
        f"{path}: is not what was packed ({why})"
        for path in sorted(set(known) & set(listed))
        if (why := _difference(archive, known[path], listed[path]))
    ]
    told = {key: value for key, value in tree.items() if key != "files"}
    faults = tuple(_fault(name, one) for one in problems)
    plan = archive.read(known[PLAN]) if PLAN in listed and not faults else None
    return Checked(told, tuple(sorted(listed)), faults, plan)


def _shape(entries: list[zipfile.ZipInfo]) -> list[str]:
    names = [entry.filename for entry in entries]
    out = [f"{ascii(name)[:90]}: leads out of the folder, or not the same on every system"
           for name in names if not is_safe(name)][:20]  # fmt: skip
    seen = Counter(name.casefold() for name in names)
    out += [f"{name}: twice in it" for name, number in sorted(seen.items()) if number > 1][:20]
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_BYTES:
        out.append("more than a plan can have; it is not read")
    return out


def _listed(archive: zipfile.ZipFile, known: dict[str, zipfile.ZipInfo]) -> dict[str, Any] | None:
    entry = known.get(LIST)
    if entry is None or entry.file_size > 64_000_000:
        return None
    try:
        tree = json.loads(archive.read(entry).decode("utf-8"))
        good = tree["kind"] == KIND and all(
            isinstance(one["path"], str) and isinstance(one["bytes"], int)
            and isinstance(one["sha256"], str)
            for one in tree["files"]
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, RecursionError, zipfile.BadZipFile):
        return None
    return tree if good else None


def _difference(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, one: dict[str, Any]) -> str:
    if entry.file_size != one["bytes"]:
        return f"{entry.file_size} bytes, not {one['bytes']}"
    digest, left = hashlib.sha256(), entry.file_size
    try:
        with archive.open(entry) as file:
            while block := file.read(_BLOCK):
                left -= len(block)
                digest.update(block)
                if left < 0:
                    return "longer than it says"
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        return f"cannot be unpacked: {error}"
    return "" if digest.hexdigest() == one["sha256"] else "another SHA-256"


def _fault(name: str, problem: str) -> Issue:
    remedy = "ask for the file again; do not use it"
    return Issue(PurePosixPath(name).name, 0, "", problem, remedy)
