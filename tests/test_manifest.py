"""Manifests: blank, filled, encrypted, boarded, recounted; nothing of a list is ever in clear."""

from __future__ import annotations

import csv
import io
import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from planner import manifest, pipeline
from planner.documents import manifests, sheets
from planner.documents.paper import prepare
from planner.errors import ScenarioError
from planner.manifest import Frame, Manifest, Update, sealed
from planner.manifest.fields import field_named
from planner.manifest.tokens import ALPHABET, tidy_token
from tests import paper_case
from tests.command import run

PASSPHRASE = "seven green herons cross slowly"
NAME, DOCUMENT, NURSE = "Хадиджа عبد الله", "N00728111", "duty nurse Салима"
SECRETS = (PASSPHRASE, NAME, "Хадиджа", "عبد الله", DOCUMENT, NURSE)
HOSTILE = ("<script>alert(1)</script>", "\u202egnp.exe", "=1+1", "a" * 100, "🚌 {x} %s \\n", "@x'")
PLAN = "SP-0123456789ab"


def frames() -> tuple[Frame, ...]:
    return manifest.frames(paper_case.conditional(), PLAN)


def clinic() -> Frame:
    """The bus that takes 8 people out of the clinic: 6 seats, 2 stretchers."""
    return next(frame for frame in frames() if frame.places("stretcher"))


def port() -> Frame:
    """The bus that takes 24 people to the port."""
    return next(frame for frame in frames() if frame.destination == "Port")


def rows_of(frame: Frame, needs: frozenset[str] = frozenset()) -> list[dict[str, Any]]:
    """A blank, every line filled in with the least that is asked."""
    tokens = manifest.new_tokens(manifests.places(frame))
    return [{**row, "consent": "explicit"} for row in manifests.blank(frame, tokens, needs).rows]


def table(rows: list[dict[str, Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(key for row in rows for key in row)))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8")


def read(rows: list[dict[str, Any]], frame: Frame, *needs: str) -> Manifest:
    others = frozenset(one.movement for one in frames())
    return manifest.read_passengers(table(rows), "list.csv", frame, frozenset(needs), others)


def faults(rows: list[dict[str, Any]], frame: Frame, *needs: str) -> list[tuple[int, str, str]]:
    with pytest.raises(ScenarioError) as caught:
        read(rows, frame, *needs)
    return [(issue.line, issue.where, issue.problem) for issue in caught.value.issues]


# ------------------------------------------------------------------ the frame and the blank


def test_a_frame_counts_what_the_plan_has_and_names_the_handover_point() -> None:
    verdict = paper_case.conditional()
    found = frames()
    loaded = sum(leg.persons for _, leg in verdict.plan.final_legs)
    assert sum(manifests.places(frame) for frame in found) == loaded == 56
    assert (clinic().places("seat"), clinic().places("stretcher")) == (6, 2)
    assert clinic().origin == "North gate"
    assert clinic().groups == ("G01",) and port().groups == ("G02",)
    told = json.dumps([frame.model_dump(mode="json") for frame in found], ensure_ascii=False)
    assert [secret for secret in paper_case.SECRETS if secret in told] == []


def test_a_plan_that_fails_its_check_gets_no_manifest() -> None:
    with pytest.raises(ScenarioError, match="fails its check"):
        manifest.frames(paper_case.failed(), PLAN)


def test_a_blank_has_a_line_and_a_token_for_each_place_and_nothing_of_a_person() -> None:
    frame = clinic()
    tokens = manifest.new_tokens(8)
    blank = manifests.blank(frame, tokens)
    assert [row["person"] for row in blank.rows] == list(tokens)
    assert [row["kind"] for row in blank.rows].count("stretcher") == 2
    empty = {"number", "family", "guardian", "unaccompanied_child", "companion_of", "consent"}
    assert all(row[name] == "" for row in blank.rows for name in empty)
    names = {column.name for column in blank.columns}
    assert names.isdisjoint({"name", "sex", "birth_year", "nationality", "document", "precedence"})
    whole = manifests.blank(frame, tokens, frozenset({"medical", "border"}))
    assert {"name", "precedence"} <= {column.name for column in whole.columns}
    printed = manifests.print_sheet(frame, tokens)
    assert [row["person"] for row in printed.rows] == list(tokens)
    assert {row["boarded"] for row in printed.rows} == {"☐"}


def test_a_blank_filled_in_with_excel_comes_back() -> None:
    frame = port()
    tokens = manifest.new_tokens(24)
    tables = [manifests.blank(frame, tokens), manifests.report(frame)]
    paper = prepare(paper_case.conditional())
    book = openpyxl.load_workbook(
        io.BytesIO(sheets.xlsx_bytes(paper, "Passenger manifest", tables))
    )
    sheet = book["Manifest"]
    headers = [cell.value for cell in sheet[1]]
    for row in range(2, 26):
        sheet.cell(row, headers.index("consent") + 1).value = "proxy"
        sheet.cell(row, headers.index("baggage_kg") + 1).value = 15
    sheet.delete_rows(25)
    out = io.BytesIO()
    book.save(out)
    found = manifest.read_passengers(out.getvalue(), "list.xlsx", frame)
    assert [one.person for one in found.passengers] == list(tokens[:23])
    assert {(one.consent, one.baggage_kg, one.kind) for one in found.passengers} == {
        ("proxy", 15, "seat")
    }


# ------------------------------------------------------------------ tokens


def test_a_token_is_random_and_finds_a_slip_of_the_pen() -> None:
    tokens = manifest.new_tokens(300)
    assert len(set(tokens)) == 300
    assert all(manifest.is_token(token) for token in tokens)
    token = tokens[0]
    wrong = {
        token[:at] + other + token[at + 1 :]
        for at in range(2, len(token))
        for other in ALPHABET[:31]
        if other != token[at]
    }
    swapped = {
        token[:at] + token[at + 1] + token[at] + token[at + 2 :]
        for at in range(2, len(token) - 1)
        if token[at] != token[at + 1]
    }
    assert len(wrong) == 8 * 30
    assert not any(manifest.is_token(one) for one in wrong | swapped)
    for name in ("", "P-", "Ahmad", "P-AHMADALI", "P-OOOOOOOO", token + "0", *HOSTILE):
        assert not manifest.is_token(name)
    assert tidy_token(f" {token.lower().replace('0', 'o').replace('1', 'l')} ") == token


# ------------------------------------------------------------------ import: faults by row


def test_a_filled_list_is_taken_with_all_that_it_says() -> None:
    frame = clinic()
    rows = rows_of(frame, frozenset({"medical", "border"}))
    patient, companion, child = rows[0], rows[2], rows[3]
    patient |= {"precedence": "Urgent", "mobility": "lies", "family": "f7", "number": "S1"}
    companion |= {"companion_of": patient["person"], "family": "F7", "mobility": "needs_help"}
    child |= {"guardian": companion["person"].lower(), "family": "F7", "baggage_kg": "٧"}
    child |= {"unaccompanied_child": "no", "birth_year": "2005", "nationality": "sy", "sex": "F"}
    child |= {"name": NAME, "document": DOCUMENT}
    rows[4] |= {"unaccompanied_child": "yes", "consent": "Implicit"}
    found = read(rows, frame, "medical", "border").passengers
    assert found[0].precedence == "urgent" and found[0].family == "F7"
    assert found[2].companion_of == found[0].person and found[2].mobility == "needs help"
    assert (found[3].guardian, found[3].baggage_kg, found[3].birth_year, found[3].nationality) == (
        found[2].person, 7, 2005, "SY",
    )  # fmt: skip
    assert found[3].name == NAME and found[4].unaccompanied_child and found[4].consent == "implicit"
    assert NAME not in repr(found) and NAME not in str(found[3]) and DOCUMENT not in f"{found[3]!r}"


def test_every_fault_is_told_with_its_row_and_none_of_what_stands_there() -> None:
    frame = clinic()
    other = next(one.movement for one in frames() if one.movement != frame.movement)
    rows = rows_of(frame)
    token = rows[0]["person"]
    rows[0] |= {"movement": other}
    rows[1] |= {"movement": "c9999", "person": token}
    rows[2] |= {"consent": "", "family": "Al-Secret family"}
    rows[3] |= {"kind": "stretcher", "baggage_kg": "heavy secret"}
    rows[4] |= {"vehicle": "secret bus", "guardian": manifest.new_tokens(1)[0]}
    rows[5] |= {"person": "Secret Person", "companion_of": token}
    rows[6] |= {"guardian": rows[6]["person"], "unaccompanied_child": "yes"}
    rows[7] |= {"group": "secret_group", "number": "12", "consent": "secret words"}
    told = faults(rows, frame)
    assert {(row, column) for row, column, _ in told} == {
        (2, "movement"), (3, "movement"), (3, "person"), (4, "consent"), (4, "family"),
        (5, "kind"), (5, "baggage_kg"), (6, "vehicle"), (6, "guardian"), (7, "person"),
        (8, "guardian"), (8, "unaccompanied_child"), (9, "group"), (9, "consent"),
    }  # fmt: skip
    words = " ".join(problem for _, _, problem in told)
    assert "unknown movement" in words and f"{token} stands in row 2 too" in words
    assert "beyond the plan: it has 2 stretcher places" in words and "consent is missing" in words
    assert "secret" not in words.lower()


def test_a_family_a_patient_and_a_place_are_not_split_or_doubled() -> None:
    frame = port()
    first, second = frame.vehicles[0], frame.vehicles[0].model_copy(update={"id": "buses-1-9"})
    half = {
        "vehicles": (first, second),
        "planned": tuple(
            line.model_copy(update={"vehicle": vehicle.id, "seats": 12})
            for line in frame.planned
            for vehicle in (first, second)
        ),
    }
    frame = frame.model_copy(update=half)
    rows = rows_of(frame)
    rows[0] |= {"family": "3", "number": "4", "vehicle": first.id}
    rows[1] |= {"number": "4"}
    rows[20] |= {"family": "3", "companion_of": rows[0]["person"], "number": "4"}
    assert {(row, column) for row, column, _ in faults(rows, frame)} == {
        (3, "number"), (22, "family"), (22, "companion_of")
    }  # fmt: skip


def test_one_more_than_planned_is_beyond_the_plan() -> None:
    frame = port()
    rows = rows_of(frame)
    rows.append({**rows[0], "person": manifest.new_tokens(1)[0]})
    told = faults(rows, frame)
    assert {(row, column) for row, column, _ in told} == {(26, "kind")}
    assert any("24 seat places here for group G02" in problem for _, _, problem in told)


@pytest.mark.parametrize(
    ("header", "topic"),
    [
        ("Religion", "religion"), ("r e l i g i o n", "religion"), ("re1igi0n", "religion"),
        ("rеligiоn", "religion"), ("Rel\u200bigion (notes)", "religion"), ("SECT", "religion"),
        ("الدين", "religion"), ("الدِّيانَة", "religion"), ("الطائفة", "religion"),
        ("مذهب", "religion"), ("ملاحظات عن الدين", "religion"), ("вероисповедание", "religion"),
        ("Вера", "religion"), ("Religiöse Zugehörigkeit", "religion"),
        ("political_views", "politics"), ("Party", "politics"), ("الانتماء السياسي", "politics"),
        ("حزب", "politics"), ("Партийность", "politics"), ("политические взгляды", "politics"),
        ("ethnic group", "ethnicity"), ("Race", "ethnicity"), ("tribe/clan", "ethnicity"),
        ("القومية", "ethnicity"), ("العشيرة", "ethnicity"), ("Национальность", "ethnicity"),
        ("этническая группа", "ethnicity"), ("Military Service", "military service"),
        ("army rank", "military service"), ("الخدمة العسكرية", "military service"),
        ("التجنيد", "military service"), ("رتبة", "military service"),
        ("Военная служба", "military service"), ("воинское звание", "military service"),
        ("notes on politics", "politics"), ("Comment: military", "military service"),
    ],
)  # fmt: skip
def test_what_must_never_be_collected_is_refused_by_its_column(header: str, topic: str) -> None:
    assert manifest.forbidden(header) == topic
    rows = [{**row, header: "whatever they said"} for row in rows_of(clinic())]
    told = faults(rows, clinic(), "medical", "border")
    assert len(told) == 1
    row, column, problem = told[0]
    assert row == 1 and topic in problem and "nothing of the file was kept" in problem
    assert column.replace("\u200b", "") and "whatever" not in problem


def test_the_columns_that_there_are_are_not_refused_and_others_are() -> None:
    every = [*manifest.FIELDS, *manifest.UPDATE_FIELDS, *manifests.PRINTED]
    assert [field.name for field in every if manifest.forbidden(field.name)] == []
    for harmless in ("Seat no", "mobility", "birth year", "nationality", "المقعد", "Место", "Age"):
        assert manifest.forbidden(harmless) == ""
    assert field_named("Seat number", manifest.FIELDS) is not None
    for header in ("Notes", "ملاحظات", "Примечания", "phone", *HOSTILE):
        rows = [{**row, header: "x"} for row in rows_of(clinic())]
        (fault,) = faults(rows, clinic())
        assert fault[0] == 1 and "free text is not taken" in fault[2]


@pytest.mark.parametrize("header", ["name", "birth_year", "document", "precedence"])
def test_names_and_medical_detail_are_taken_on_demand_only(header: str) -> None:
    rows = [{**row, header: "1"} for row in rows_of(clinic())]
    (fault,) = faults(rows, clinic())
    assert fault[:2] == (1, header) and fault[2].endswith("lists alone")


def test_hostile_names_are_text_or_a_fault_and_never_more() -> None:
    rows = rows_of(port(), frozenset({"border"}))
    for row, name in zip(rows, HOSTILE, strict=False):
        row["name"] = name
    found = read(rows, port(), "border")
    assert found.passengers[0].name == HOSTILE[0]
    assert "\u202e" not in found.passengers[1].name
    assert found.passengers[3].name == "a" * 100
    again = sealed.loads(sealed.dumps(found), "x")
    assert again == found
    rows[0]["name"] = "n" * 10_000
    assert faults(rows, port(), "border") == [(2, "name", "more than 120 letters")]
    rows[0]["name"] = "x\x00y"
    with pytest.raises(ScenarioError, match="not a text"):
        read(rows, port(), "border")


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"PK\x03\x04nothing", b"\xd0\xcf\x11\xe0", b"a,b"]
)
def test_what_is_no_list_is_told(content: bytes) -> None:
    with pytest.raises(ScenarioError):
        manifest.read_passengers(content, "list.csv", clinic())
    with pytest.raises(ScenarioError):
        manifest.read_updates(content, "status.csv", read(rows_of(clinic()), clinic()))


# ------------------------------------------------------------------ boarding


def reports(*lines: tuple[str, str, str, str], extra: str = "") -> bytes:
    """A boarding report; a time that begins with T is of 13 December."""
    head = "person,status,time,by" + (",handed_over_to" if extra else "")
    full = [[f"2012-12-13{cell}" if cell[:1] == "T" else cell for cell in line] for line in lines]
    return "\n".join([head, *(",".join(line) + extra for line in full)]).encode()


def test_reports_of_several_people_merge_alike_in_any_order() -> None:
    found = read(rows_of(clinic()), clinic())
    a, b, c, d = (one.person for one in found.passengers[:4])
    files = [
        reports((a, "present", "T07:00", "gate"), (b, "no show", "T07:30", "g")),
        reports((a, "boarded", "T05:40+00:00", "bus"), (b, "boarded", "T08:00", "bus")),
        reports((a, "arrived", "T10:00", "haven"), extra=",Red Crescent"),
        reports((c, "boarded", "T08:00", "bus"), (d, "refused", "T07:10", "g")),
        reports((c, "no-show", "T08:00", "gate"), (a, "boarded", "T11:00", "x")),
    ]  # fmt: skip
    read_in = [manifest.read_updates(file, "s.csv", found) for file in files]
    results = set()
    for order in itertools.permutations(read_in):
        after = found
        for updates in order:
            after = manifest.merged(manifest.merged(after, updates), updates)
        results.add(sealed.dumps(after))
    assert len(results) == 1
    state = manifest.standing(after)
    assert [state[one] for one in (a, b, c, d)] == ["boarded", "boarded", "no-show", "refused"]
    told = {clash.person: clash for clash in manifest.conflicts(after)}
    assert set(told) == {a, c}
    assert "arrived at 13 Dec 10:00 (haven), then boarded" in told[a].what
    assert told[c].holds == "no-show" and "bus reports boarded, gate no-show" in told[c].what
    assert [u.handed_over_to for u in after.updates if u.status == "arrived"] == ["Red Crescent"]


def test_who_arrives_without_boarding_is_told() -> None:
    found = read(rows_of(clinic()), clinic())
    a, b = (one.person for one in found.passengers[:2])
    file = reports((a, "no-show", "T08:00", "g"), (a, "arrived", "T09:00", "h"),
                   (b, "listed", "T08:00", "g"), (b, "present", "T08:10", "g"))  # fmt: skip
    after = manifest.merged(found, manifest.read_updates(file, "s.csv", found))
    (clash,) = manifest.conflicts(after)
    assert "never reported as boarded" in clash.what


def test_every_fault_of_a_report_is_told_with_its_row() -> None:
    found = read(rows_of(clinic()), clinic())
    a = found.passengers[0].person
    stranger = manifest.new_tokens(1, {a})[0]
    file = reports(
        (stranger, "boarded", "T08:00", "g"), ("Secret", "boarded", "T08:00", "g"),
        (a, "secret", "T08:00", "g"), (a, "boarded", "08:00", "g"),
        (a, "boarded", "2013-12-13T08:00", "g"), (a, "boarded", "T08:00", ""),
        (a, "boarded", "2012-12-13", "g"),
    )  # fmt: skip
    with pytest.raises(ScenarioError) as caught:
        manifest.read_updates(file, "s.csv", found)
    told = [(issue.line, issue.where) for issue in caught.value.issues]
    assert told == [(2, "person"), (3, "person"), (4, "status"), (5, "time"), (6, "time"),
                    (7, "by"), (8, "time")]  # fmt: skip
    assert "ecret" not in str(caught.value)
    with pytest.raises(ScenarioError, match="politics"):
        manifest.read_updates(b"person,status,time,by,party\n", "s.csv", found)


# ------------------------------------------------------------------ recount


def test_the_recount_says_who_of_how_many_is_missing() -> None:
    rows = rows_of(clinic())
    del rows[7]  # a seat that nobody takes
    found = read(rows, clinic())
    people = found.passengers
    moment = clinic().depart
    updates = [Update(person=one.person, at=moment, status="boarded", by="b") for one in people[:4]]
    updates += [Update(person=people[4].person, at=moment, status="no-show", by="b")]
    updates += [Update(person=people[0].person, at=clinic().arrive, status="arrived", by="h")]
    after = manifest.merged(found, updates)
    lines = {(one.part, one.name): one for one in manifest.recount(after)}
    whole = lines["movement", clinic().movement]
    assert (whole.planned, whole.listed, whole.aboard, whole.missing, whole.unlisted) == (
        8,
        7,
        4,
        4,
        1,
    )
    stretchers, seats = lines["stretcher", "all"], lines["seat", "all"]
    assert (stretchers.planned, stretchers.missing, seats.planned, seats.missing) == (2, 0, 6, 4)
    for part in ("vehicle", "group"):
        assert [one.missing for one in lines.values() if one.part == part] == [4]
    assert {(one.person, one.status) for one in manifest.missing(after)} == {
        (people[4].person, "no-show"), (people[5].person, "listed"), (people[6].person, "listed")
    }  # fmt: skip
    assert manifest.under_way(after) == tuple(one.person for one in people[1:4])
    assert manifest.under_way(found) == ()


def test_a_manifest_of_another_plan_is_told() -> None:
    found = read(rows_of(clinic()), clinic())
    assert manifest.against(found, frames(), "m.age") == []
    other = manifest.frames(paper_case.conditional(), "SP-ffffffffffff")
    assert "was made from SP-0123456789ab" in str(manifest.against(found, other, "m.age")[0])
    moved = tuple(
        frame.model_copy(update={"planned": frame.planned[:0], "destination": "Elsewhere"})
        for frame in frames()
    )
    told = " ".join(str(issue) for issue in manifest.against(found, moved, "m.age"))
    assert "6 seats, 2 lying here, 0 seats, 0 lying in the plan" in told and "Elsewhere" in told
    gone = tuple(frame for frame in frames() if frame.movement != found.frame.movement)
    assert "no such movement" in str(manifest.against(found, gone, "m.age")[-1])


# ------------------------------------------------------------------ encryption


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest]:
    """An encrypted manifest with a name in it."""
    rows = rows_of(clinic(), frozenset({"border"}))
    rows[0] |= {"name": NAME, "document": DOCUMENT}
    found = read(rows, clinic(), "border")
    path = tmp_path_factory.mktemp("closed") / "m.age"
    manifest.save(found, path, PASSPHRASE)
    return path, found


def test_a_sealed_manifest_opens_with_its_passphrase_and_shows_nothing(
    closed: tuple[Path, Manifest],
) -> None:
    path, found = closed
    content = path.read_bytes()
    assert content.startswith(b"age-encryption.org/v1\n-> scrypt ")
    assert not any(secret.encode() in content for secret in (*SECRETS, "passengers", "person"))
    assert os.name == "nt" or path.stat().st_mode & 0o077 == 0
    assert manifest.load(path, PASSPHRASE) == found
    assert [entry.name for entry in path.parent.iterdir()] == ["m.age"]


def test_what_does_not_open_says_why(closed: tuple[Path, Manifest]) -> None:
    content = closed[0].read_bytes()

    def told(sealed_bytes: bytes, passphrase: str = PASSPHRASE) -> str:
        with pytest.raises(ScenarioError) as caught:
            manifest.unseal(sealed_bytes, passphrase, "m.age")
        assert PASSPHRASE not in str(caught.value) and "nope" not in str(caught.value)
        assert caught.value.__context__ is None or PASSPHRASE not in repr(caught.value.__context__)
        return caught.value.issues[0].problem

    assert "does not open with this passphrase" in told(content, "nope")
    flipped = bytearray(content)
    flipped[-20] ^= 1
    assert "damaged or cut short" in told(bytes(flipped))
    assert "damaged or cut short" in told(content[:-1])
    assert "damaged or cut short" in told(content[:40])
    assert "is empty" in told(b"")
    assert "no file that age encrypted" in told(b"person,consent\n")
    greedy = content.replace(content.split(b"\n")[1], content.split(b"\n")[1][:-2] + b"30", 1)
    assert "more memory than any manifest needs" in told(greedy)
    assert "somebody's key" in told(b"age-encryption.org/v1\n-> X25519 abc\n")


def test_what_opens_and_is_no_manifest_is_told_without_its_words() -> None:
    for content in (b"not json", b"{}", json.dumps({"frame": NAME}).encode()):
        with pytest.raises(ScenarioError) as caught:
            sealed.loads(content, "m.age")
        assert "no manifest of version 1" in str(caught.value)
        assert NAME not in str(caught.value) and caught.value.__context__ is None


@pytest.mark.skipif(
    shutil.which("age") is None or not sys.platform.startswith("linux"),
    reason="no age tool: Debian package age",
)
def test_the_age_tool_opens_it(closed: tuple[Path, Manifest]) -> None:
    """The reference implementation, in Go; it asks at a terminal only."""
    import fcntl
    import pty
    import termios

    path, found = closed
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        ["age", "--decrypt", str(path)],
        stdin=theirs,
        stdout=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    ) as process:
        assert b"Enter passphrase" in os.read(ours, 1000)
        os.write(ours, PASSPHRASE.encode() + b"\n")
        assert process.stdout is not None
        clear = process.stdout.read()
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 0
    assert sealed.loads(clear, "m.age") == found


# ------------------------------------------------------------------ the command line


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plan.json whose Verdict is the small plan made by hand."""
    monkeypatch.setattr(pipeline, "verify_file", lambda path: paper_case.conditional())
    path = tmp_path / "plan" / "plan.json"
    path.parent.mkdir()
    path.write_text("{}", encoding="utf-8")
    return path


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key.txt"
    path.write_text(PASSPHRASE + "\nsecond line\n", encoding="utf-8")
    return path


WRITTEN: list[str] = []
WATCHED: list[bool] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and WATCHED and isinstance(arguments[2], int):
        writes = arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writes and isinstance(arguments[0], str | bytes):
            WRITTEN.append(os.fsdecode(arguments[0]))


@pytest.fixture
def written() -> Iterator[list[str]]:
    """Every path that is opened for writing while the test runs."""
    if not getattr(sys, "_manifest_hook", False):
        sys.addaudithook(_hook)
        sys._manifest_hook = True  # type: ignore[attr-defined]
    WRITTEN.clear()
    WATCHED.append(True)
    yield WRITTEN
    WATCHED.clear()


def the_movement(verdict_plan: Path) -> str:
    found = manifest.frames(pipeline.verify_file(verdict_plan), "x")
    return next(frame.movement for frame in found if frame.places("stretcher"))


def test_from_blank_to_arrival_by_command_and_nothing_in_clear(
    plan: Path, key: Path, tmp_path: Path, written: list[str],
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    ident = the_movement(plan)
    assert run("manifest", "new", plan, "--movement", ident, "--border", "--format", "csv") == 0
    blank = plan.parent / "manifests" / f"manifest_{ident}.csv"
    rows = list(csv.DictReader(blank.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 8
    for row in rows:
        row["consent"] = "explicit"
    rows[0] |= {"name": NAME, "document": DOCUMENT}
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    filled, status = inbox / "filled.csv", inbox / "status.csv"
    filled.write_bytes(table(rows))
    status.write_bytes(
        reports(*((row["person"], "boarded", "T08:00", NURSE) for row in rows[:6]))
    )  # fmt: skip
    sealed_path = tmp_path / "m.age"
    written.clear()
    common = ("--passphrase-file", key)
    assert run("manifest", "import", filled, "--plan", plan, "--movement", ident, "--border",
               "--out", sealed_path, *common) == 0  # fmt: skip
    first = sealed_path.read_bytes()
    assert run("manifest", "board", sealed_path, "--status", status, *common) == 0
    assert run("manifest", "check", sealed_path, "--plan", plan, "--json", *common) == 0
    said = capsys.readouterr()
    assert sealed_path.read_bytes() != first
    assert "2 of 8" in said.out and "8 of 8 places listed, encrypted" in said.out
    told = json.loads(said.out[said.out.rindex('{\n "manifest"') :])
    assert told["counts"][0]["missing"] == 2 and len(told["missing"]) == 2
    # Nothing in clear: on the screen, in any file but those that a person wrote, in any write.
    assert not any(secret in said.out + said.err for secret in SECRETS)
    for path in tmp_path.rglob("*"):
        if path.is_file() and path not in (filled, status, key):
            content = path.read_bytes()
            assert not any(secret.encode() in content for secret in SECRETS), path
    beside = [name for name in written if not Path(name).name.startswith(".m.age.")]
    assert [name for name in beside if not name.startswith("/dev/")] == []
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_passphrase_is_never_an_argument(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (("--passphrase", PASSPHRASE), (f"--passphrase={PASSPHRASE}",)):
        assert run("manifest", "check", plan, *words) == 2
        said = capsys.readouterr()
        assert "never an argument" in said.err and PASSPHRASE not in said.err + said.out


def test_a_passphrase_is_asked_for_twice_and_must_be_long(
    plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import getpass

    ident = the_movement(plan)
    frame = manifest.frame_of(manifest.frames(paper_case.conditional(), "x"), ident)
    filled = tmp_path / "filled.csv"
    filled.write_bytes(table(rows_of(frame)))
    answers: list[str] = []
    said: list[str] = []

    def asked(prompt: str) -> str:
        answers.append(prompt)
        return said.pop(0)

    monkeypatch.setattr(getpass, "getpass", asked)
    command = ("manifest", "import", filled, "--plan", plan, "--movement", ident)
    for given, problem in (
        ([PASSPHRASE, PASSPHRASE + "x"], "differ"),
        (["short", "short"], "shorter than 12"),
    ):
        said[:] = given
        assert run(*command, "--out", tmp_path / "m.age") == 1
        err = capsys.readouterr().err
        assert problem in err and PASSPHRASE not in err
        assert not (tmp_path / "m.age").exists()
    assert answers == ["Passphrase: ", "The same again: "] * 2
    monkeypatch.undo()
    monkeypatch.setattr(pipeline, "verify_file", lambda path: paper_case.conditional())
    monkeypatch.setattr(getpass, "getpass", _without_terminal)
    assert run(*command, "--out", tmp_path / "m.age") == 1
    assert "use --passphrase-file" in capsys.readouterr().err
    missing = tmp_path / PASSPHRASE
    assert run(*command, "--out", tmp_path / "m.age", "--passphrase-file", missing) == 1
    assert PASSPHRASE not in capsys.readouterr().err


def _without_terminal(prompt: str) -> str:
    import getpass
    import warnings

    warnings.warn("can not control echo", getpass.GetPassWarning, stacklevel=2)
    return PASSPHRASE


def test_an_error_that_nobody_foresaw_keeps_the_list_to_itself(
    plan: Path, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    def breaks(*arguments: Any) -> None:
        raise ValueError(f"cannot take {NAME} with {PASSPHRASE}")

    monkeypatch.setattr(manifest, "save", breaks)
    ident = the_movement(plan)
    frame = manifest.frame_of(manifest.frames(paper_case.conditional(), "x"), ident)
    filled = tmp_path / "filled.csv"
    filled.write_bytes(table(rows_of(frame)))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    assert run("manifest", "import", filled, "--plan", plan, "--movement", ident,
               "--out", tmp_path / "m.age", "--passphrase-file", key) == 1  # fmt: skip
    said = capsys.readouterr()
    assert "ValueError at test_manifest.py" in said.err
    assert not any(secret in said.out + said.err for secret in SECRETS)
    assert list((tmp_path / "tmp").iterdir()) == [] and not (tmp_path / "m.age").exists()


def test_nothing_that_may_be_filled_in_is_overwritten(
    plan: Path, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("manifest", "new", plan, "--movement", "all", "--out", tmp_path / "lists") == 0
    made = sorted(path.name for path in (tmp_path / "lists").iterdir())
    assert len(made) == 2 * len(frames()) and "is there" not in capsys.readouterr().err
    assert run("manifest", "new", plan, "--movement", "all", "--out", tmp_path / "lists") == 1
    assert capsys.readouterr().err.count("is there already") == len(made)
    (tmp_path / "m.age").write_text("kept", encoding="utf-8")
    ident = the_movement(plan)
    assert run("manifest", "import", tmp_path / "lists" / made[0], "--plan", plan, "--movement",
               ident, "--out", tmp_path / "m.age", "--passphrase-file", key) == 1  # fmt: skip
    assert (tmp_path / "m.age").read_text(encoding="utf-8") == "kept"
    assert run("manifest", "new", plan, "--movement", "../../etc", "--out", tmp_path) == 1
    assert "no such movement" in capsys.readouterr().err


def test_copies_that_others_boarded_with_merge_and_a_bad_row_stops_all(
    closed: tuple[Path, Manifest], key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    store: dict[str, Manifest] = {}
    path, found = closed
    a = found.passengers[0].person
    mine, theirs, other = tmp_path / "mine.age", tmp_path / "theirs.age", tmp_path / "other.age"
    boarded = Update(person=a, at=found.frame.depart, status="boarded", by="b")
    store["mine.age"] = found
    store["theirs.age"] = manifest.merged(found, [boarded])
    store["other.age"] = read(rows_of(clinic()), clinic())
    for name in (mine, theirs, other):
        name.write_bytes(path.read_bytes())
    monkeypatch.setattr(manifest, "load", lambda path, passphrase: store[path.name])
    monkeypatch.setattr(manifest, "save", lambda m, path, _: store.update({path.name: m}))
    common = ("--passphrase-file", key)
    assert run("manifest", "board", mine, "--status", theirs, *common) == 0
    assert store["mine.age"] == store["theirs.age"]
    bad = tmp_path / "bad.csv"
    bad.write_bytes(reports((a, "arrived", "T12:00", "h"), (a, "x", "y", "h")))
    assert run("manifest", "board", mine, "--status", bad, other, *common) == 1
    err = capsys.readouterr().err
    assert "bad.csv:3: status" in err and "is another manifest" in err
    assert store["mine.age"] == store["theirs.age"]
