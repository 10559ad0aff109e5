"""Case files: what goes in comes out, and nothing hostile in one does anything."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from planner import roads
from planner.errors import ScenarioError
from planner.ui import casefile, tickets, workspace
from planner.ui.session import Session, open_desk
from planner.ui.whatif import cases
from planner.ui.whatif.cases import Case
from tests.app.desk_case import BRIDGE, HOSTILE, show, told

TEXT = BRIDGE.read_text(encoding="utf-8")
GRANT = {"authorisations[government_pending].assume": "granted"}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv(workspace.VARIABLE, str(tmp_path / "desk"))
    yield tmp_path / "desk"
    for ticket in tickets.read()[0]:
        tickets.leave(Path(ticket.folder))


@pytest.fixture
def session(place: Path, made: Any) -> Session:
    session = open_desk("a" * 16)
    session.open(BRIDGE.name, TEXT, "a test")
    case = cases.put(session.folder, Case("with a yes", changes=GRANT, own=True))
    session.open_plan(made.base)
    session.open_plan(made.granted)
    session.runs[1].shelf = case.id
    session.runs[1].save()
    return session


def entries(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(found: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in found.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def index(**changes: Any) -> bytes:
    whole = {"format": 1, "file": "x.yaml", "origin": "", "shelf": [], "plans": [],
             "planner_version": "0", "made_at": "2012-12-13T06:00:00Z"}  # fmt: skip
    return json.dumps({**whole, **changes}).encode()


def test_a_case_opens_on_another_laptop(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = casefile.pack(session)
    assert casefile.name_of(session) == "small_bridge-internal.safepassage.zip"
    monkeypatch.setenv(workspace.VARIABLE, str(tmp_path / "another laptop"))
    there = open_desk()
    said = casefile.open_into(there, casefile.read(content))
    assert said == ["Every plan was judged anew here: 1 CONDITIONAL, 1 VERIFIED."]
    assert there.text == TEXT and there.file == "small_bridge.yaml"
    assert cases.own_cases(there.folder) == cases.own_cases(session.folder)
    assert [(run.case, run.shelf, run.mark, run.figures) for run in there.runs] == [
        (run.case, run.shelf, run.mark, run.figures) for run in session.runs
    ]
    # It is on that laptop's disk now.
    assert [run.case for run in open_desk(there.id).runs] == ["base", "government_grants"]


def test_a_case_says_that_it_is_internal_and_what_it_was_made_with(session: Session) -> None:
    content = casefile.pack(session, now=0)
    assert content == casefile.pack(session, now=0)
    found = entries(content)
    said = json.loads(found["case.json"])
    assert said["audience"] == "INTERNAL" and b"INTERNAL" in found["INTERNAL.txt"]
    assert said["made_at"] == "1970-01-01T00:00:00Z"
    for row in said["plans"]:
        plan = found[f"plans/{row['number']}.json"]
        assert row["sha256"] == hashlib.sha256(plan).hexdigest()
        assert row["map_sha256"] == json.loads(plan)["provenance"]["map_sha256"]


def test_a_plan_that_was_tampered_with_fails_its_check_where_it_is_opened(
    session: Session,
) -> None:
    found = entries(casefile.pack(session))
    plan = json.loads(found["plans/1.json"])
    leg = next(leg for s in plan["sorties"] for leg in s["legs"] if leg["manifest"])
    leg["manifest"][0]["units"] += 40
    found["plans/1.json"] = json.dumps(plan).encode()
    with pytest.raises(ScenarioError, match="not what its index says"):
        casefile.read(zipped(found))
    said = json.loads(found["case.json"])
    said["plans"][0]["sha256"] = hashlib.sha256(found["plans/1.json"]).hexdigest()
    found["case.json"] = json.dumps(said).encode()
    there = open_desk("b" * 16)
    told = casefile.open_into(there, casefile.read(zipped(found)))
    assert "1 CONDITIONAL, 1 FAILED" in told[0]
    assert there.runs[0].verdict.status == "FAILED"


def test_another_map_and_another_version_are_told(session: Session) -> None:
    found = entries(casefile.pack(session))
    said = json.loads(found["case.json"])
    plan = json.loads(found["plans/1.json"])
    plan["provenance"]["map_sha256"] = {"elsewhere": "0" * 64}
    found["plans/1.json"] = json.dumps(plan).encode()
    said["plans"][0]["sha256"] = hashlib.sha256(found["plans/1.json"]).hexdigest()
    said["planner_version"] = "99.0"
    found["case.json"] = json.dumps(said).encode()
    told = " ".join(casefile.open_into(open_desk("b" * 16), casefile.read(zipped(found))))
    assert "made on another map" in told and "made by version 99.0" in told and "FAILED" in told


def test_a_plan_that_cannot_be_opened_here_is_told_and_the_rest_opens(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = entries(casefile.pack(session))
    said = json.loads(found["case.json"])
    found["plans/1.json"] = b"{}"
    said["plans"][0]["sha256"] = hashlib.sha256(b"{}").hexdigest()
    found["case.json"] = json.dumps(said).encode()
    there = open_desk("b" * 16)
    told = " ".join(casefile.open_into(there, casefile.read(zipped(found))))
    assert "Plan 1 cannot be opened here" in told
    assert [run.case for run in there.runs] == ["government_grants"]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "no whole ZIP"),
        (b"PK\x03\x04 and then nothing", "no whole ZIP"),
        (zipped({}), "is missing"),
        (zipped({"case.json": index()}), "scenario.yaml is missing"),
        (zipped({"case.json": b"[" * 100_000, "scenario.yaml": b""}), "cannot be read"),
        (zipped({"case.json": b"{}", "scenario.yaml": b""}), "cannot be read"),
        (zipped({"case.json": index(shelf=3), "scenario.yaml": b""}), "cannot be read"),
        (zipped({"case.json": index(), "scenario.yaml": b"\xff"}), "cannot be read"),
        (zipped({"case.json": index(format=2), "scenario.yaml": b""}), "newer program"),
        (
            zipped({"case.json": index(), "scenario.yaml": b"", "plans/1.json": b"{}"}),
            "not what its index says",
        ),
        (zipped({"case.json": index(), "scenario.yaml": b"#" * 2_000_001}), "unpacks to more"),
    ],
)
def test_what_is_no_case_file_is_refused_with_the_reason(content: bytes, fault: str) -> None:
    with pytest.raises(ScenarioError, match=fault):
        casefile.read(content)


def test_a_file_that_is_too_large_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casefile, "LARGEST_BYTES", 10)
    with pytest.raises(ScenarioError, match="larger than a case file"):
        casefile.read(zipped({}))


def test_a_bomb_stops_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casefile, "OPENED_BYTES", 3_000_000)
    bomb = zipped({"case.json": index(), "scenario.yaml": b"", "plans/1.json": b"\0" * 50_000_000})
    assert len(bomb) < 100_000
    with pytest.raises(ScenarioError, match="unpacks to more"):
        casefile.read(bomb)
    # One that lies about its size is no better off.
    at = bomb.rindex(b"PK\x01\x02")
    liar = bytearray(bomb)
    struct.pack_into("<I", liar, at + 24, 100)
    with pytest.raises(ScenarioError):
        casefile.read(bytes(liar))


def test_entries_of_other_names_are_not_even_looked_at(place: Path, tmp_path: Path) -> None:
    hostile = {
        "../../evil.py": b"x",
        "/etc/cron.d/evil": b"x",
        "plans/../../evil.json": b"x",
        "plans/01.json": b"x",
        "C:\\evil": b"x",
        "plans/\u202e.json": b"x",
    }
    packed = casefile.read(zipped({"case.json": index(), "scenario.yaml": b"a", **hostile}))
    assert packed.plans == {} and packed.text == "a"
    casefile.open_into(open_desk("b" * 16), packed)
    written = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert not [name for name in written if "evil" in name]


def test_an_entry_twice_is_refused() -> None:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w") as archive:
        warnings.simplefilter("ignore")
        for content in (index(), index(file="other.yaml")):
            archive.writestr("case.json", content)
        archive.writestr("scenario.yaml", "a")
    with pytest.raises(ScenarioError, match="twice"):
        casefile.read(buffer.getvalue())


def test_hostile_names_in_a_case_are_harmless(place: Path) -> None:
    shelf = [
        {"name": HOSTILE, "id": "../../x", "uses": ["<b>"], "changes": {"<i>": "<u>"}},
        {"name": "x" * 10_000, "id": "y" * 10_000, "uses": [], "changes": {}},
        {"name": 1},
        None,
    ]
    packed = casefile.read(
        zipped({
            "case.json": index(file="../../../etc/passwd", shelf=shelf, origin="<script>"),
            "scenario.yaml": TEXT.encode(),
        })
    )  # fmt: skip
    assert packed.file == "passwd.yaml"
    assert [len(case.name) for case in packed.shelf] == [min(80, len(HOSTILE)), 80]
    there = open_desk("b" * 16)
    casefile.open_into(there, packed)
    app = show("what_ifs", there)
    assert "does not fit the text any more" in list(app.dataframe[0].value["state"])
    assert not [block for block in app.html if "<img" in block.body]


def test_a_case_file_is_opened_from_the_page(session: Session) -> None:
    content = casefile.pack(session)
    app = show("what_ifs", session)
    labels = [found.proto.label for found in app.get("download_button")]
    assert "Save the case" in labels
    app.file_uploader[0].upload("../bad.zip", b"nothing", "application/zip").run()
    assert "no whole ZIP file" in told(app) and app.session_state["desk"] is session
    app.file_uploader[0].upload("case.zip", content, "application/zip").run()
    there = app.session_state["desk"]
    assert there.id != session.id and [run.case for run in there.runs] == [
        "base", "government_grants",
    ]  # fmt: skip
    assert "Every plan was judged anew here" in told(app)
    assert not app.exception


def test_the_map_of_a_shipped_crisis_has_hashes() -> None:
    assert roads.load_map("syria").hashes
