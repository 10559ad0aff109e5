"""A case as one file for a colleague: text, what-ifs, plans, hashes of the map. For internal use.

A ZIP of ``case.json``, ``scenario.yaml``, ``plans/N.json`` and a note for people. It is read in
memory and by these names alone, so that nothing in it can be written anywhere; sizes are counted
while it is unpacked, so that a bomb stops at the limit. Every plan is judged anew on opening.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import time
import zipfile
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import planner
from planner.errors import Issue, ScenarioError
from planner.ui.bundles import EARLIEST
from planner.ui.session import Session, safe_name
from planner.ui.whatif import cases
from planner.ui.whatif.cases import Case
from planner.ui.words import _

ENDING = ".safepassage.zip"
FORMAT = 1
STAMP = "INTERNAL"
LARGEST_BYTES = 64_000_000
"""Of the file as it is uploaded."""
OPENED_BYTES = 400_000_000
"""Of everything in it together, unpacked."""
TEXT_BYTES = 2_000_000
MOST_PLANS = 60
_PLAN = re.compile(r"plans/([1-9][0-9]{0,5})\.json")
_NOTE = """INTERNAL - not to be passed on outside the planning office.

This case of Safe Passage {version} holds a scenario, what-ifs and plans: places, times, routes.
Open it on the page "What-ifs" of the desk (`planner desk`), under "Case file". Every plan in it is
judged anew there, on the map of that machine.
"""


@dataclass(frozen=True)
class Packed:
    """What a case file holds, read but not judged yet."""

    text: str
    file: str
    origin: str
    version: str
    made_at: str
    shelf: tuple[Case, ...]
    plans: dict[int, bytes]
    """By number, in order."""
    told: dict[int, dict[str, str]]
    """By number: the shelf's id of the case, and the mark of the desk's text."""


# ------------------------------------------------------------------ writing


def name_of(session: Session) -> str:
    """The file's name; it says that it is internal."""
    return f"{Path(session.file or 'case').stem}-internal{ENDING}"


def pack(session: Session, now: float | None = None) -> bytes:
    """The case of this desk as one file."""
    plans, told = {}, []
    for run in session.runs[-MOST_PLANS:]:
        try:
            content = run.plan_file.read_bytes()
        except OSError:
            continue
        said = json.loads(content).get("provenance", {})
        plans[run.number] = content
        told.append(
            {
                "number": run.number,
                "sha256": hashlib.sha256(content).hexdigest(),
                "what_if": run.what_if,
                "shelf": run.shelf,
                "text": run.fingerprint,
                "map": said.get("map"),
                "map_sha256": said.get("map_sha256", {}),
                "planner_version": said.get("planner_version", ""),
            }
        )
    made_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() if now is None else now))
    listed = cases.own_cases(session.folder)
    index = {
        "format": FORMAT,
        "audience": STAMP,
        "planner_version": planner.__version__,
        "made_at": made_at,
        "file": session.file,
        "origin": session.origin,
        "shelf": [{k: v for k, v in asdict(case).items() if k != "own"} for case in listed],
        "plans": told,
    }
    entries = {
        "INTERNAL.txt": _NOTE.format(version=planner.__version__).encode("utf-8"),
        "case.json": json.dumps(index, ensure_ascii=False, indent=1).encode("utf-8"),
        "scenario.yaml": session.text.encode("utf-8", "surrogatepass"),
        **{f"plans/{number}.json": content for number, content in plans.items()},
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = STAMP.encode("ascii")
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name, EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()


# ------------------------------------------------------------------ reading


def read(content: bytes, name: str = "case") -> Packed:
    """What is in a case file. Raises ScenarioError with what is wrong with it."""
    file = Path(name.replace("\\", "/")).name[:80]
    if len(content) > LARGEST_BYTES:
        raise _refused(file, _("is larger than a case file may be"), _("send fewer plans"))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = _entries(archive, file)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        why = str(error)[:100] or type(error).__name__
        raise _refused(file, _("is no whole ZIP file ({why})").format(why=why)) from error
    return _packed(entries, file)


def _refused(file: str, problem: str, remedy: str = "") -> ScenarioError:
    return ScenarioError([Issue(file, 0, "", problem, remedy)])


def _entries(archive: zipfile.ZipFile, file: str) -> dict[str, bytes]:
    """The entries of known names; anything else in the file is not even looked at."""
    infos = [info for info in archive.infolist() if _known(info.filename)]
    names = [info.filename for info in infos]
    if len(set(names)) < len(names) or len(names) > MOST_PLANS + 2:
        raise _refused(file, _("holds an entry twice, or too many"))
    missing = {"case.json", "scenario.yaml"} - set(names)
    if missing:
        told = _("is no case file: {names} is missing").format(names=", ".join(sorted(missing)))
        raise _refused(file, told, _("open a file that was saved under Case file"))
    found: dict[str, bytes] = {}
    left = OPENED_BYTES
    for info in infos:
        most = min(left, OPENED_BYTES if _PLAN.fullmatch(info.filename) else TEXT_BYTES)
        with archive.open(info) as entry:
            content = entry.read(most + 1)
        if len(content) > most:
            raise _refused(file, _("unpacks to more than a case may hold"))
        left -= len(content)
        found[info.filename] = content
    return found


def _known(name: str) -> bool:
    return name in ("case.json", "scenario.yaml") or _PLAN.fullmatch(name) is not None


def _packed(entries: dict[str, bytes], file: str) -> Packed:
    try:
        index = json.loads(entries["case.json"].decode("utf-8"))
        text = entries["scenario.yaml"].decode("utf-8")
        newer = int(index["format"]) > FORMAT
        listed = [case for told in index["shelf"] if (case := cases.case_of(told)) is not None]
        rows = {int(row["number"]): row for row in index["plans"]}
        given = {"file": safe_name(str(index["file"])), "origin": str(index["origin"])[:200]}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _refused(file, _("is damaged: its index cannot be read")) from error
    if newer:
        raise _refused(file, _("was made by a newer program"), _("update the planner"))
    plans = {}
    for name, content in entries.items():
        match = _PLAN.fullmatch(name)
        if match is None:
            continue
        number = int(match[1])
        row = rows.get(number)
        if row is None or hashlib.sha256(content).hexdigest() != row.get("sha256"):
            raise _refused(
                file, _("is damaged: {name} is not what its index says").format(name=name)
            )
        plans[number] = content
    told = {
        number: {"shelf": str(row.get("shelf") or "")[:32], "text": str(row.get("text") or "")[:32]}
        for number, row in rows.items()
    }
    return Packed(
        text, given["file"], given["origin"], str(index.get("planner_version", ""))[:40],
        str(index.get("made_at", ""))[:40], tuple(listed[: cases.MOST]),
        dict(sorted(plans.items())), told,
    )  # fmt: skip


# ------------------------------------------------------------------ opening


def open_into(session: Session, packed: Packed) -> list[str]:
    """Put a case into a desk: text, shelf, plans, each judged anew; what the planner must hear."""
    said = []
    session.open(
        packed.file, packed.text, _("a case file of {day}").format(day=packed.made_at[:10])
    )
    for case in packed.shelf:
        cases.put(session.folder, case)
    judged: dict[str, int] = {}
    for number, content in packed.plans.items():
        try:
            session.open_plan(content)
        except ScenarioError as error:
            told = _("Plan {n} cannot be opened here: {why}")
            said.append(told.format(n=number, why="; ".join(map(str, error.issues[:2]))[:300]))
            continue
        run = session.runs[-1]
        row: dict[str, Any] = packed.told.get(number, {})
        run.shelf, run.fingerprint = row.get("shelf", ""), row.get("text", "")
        run.save()
        verdict = run.verdict
        judged[verdict.status] = judged.get(verdict.status, 0) + 1
        if verdict.plan.provenance.map_sha256 != verdict.network.map_hashes:
            told = _("{plan} was made on another map than the one on this machine: do not use it.")
            said.append(told.format(plan=run.label))
    counts = ", ".join(f"{n} {status}" for status, n in sorted(judged.items()))
    if counts:
        said.insert(0, _("Every plan was judged anew here: {counts}.").format(counts=counts))
    if packed.version != planner.__version__:
        told = _("The case was made by version {theirs}; this is {ours}.")
        said.append(told.format(theirs=packed.version, ours=planner.__version__))
    return said
