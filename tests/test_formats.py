"""Every document in every format for every audience and language, pairwise: opened by a reader that
is none of ours, and its figures recounted from the bytes.
"""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import json
import re
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from planner import documents, wording
from planner.documents import Issued, Order, archive, flee, hxl
from planner.documents.columns import MOVEMENT_COLUMNS, PEOPLE_COLUMNS, PLACE_COLUMNS
from planner.documents.paper import prepare
from planner.errors import ScenarioError
from planner.plan import Plan
from planner.redact import AUDIENCES, Audience
from tests import paper_case as case
from tests.command import run
from tests.readers import Opened, opened, squeezed, xml_of

ISSUED = datetime(2012, 12, 12, 21, 30, tzinfo=UTC)
READERS: dict[Audience, str | None] = {
    "internal": None, "partners": "buses", "crew": "c0005", "parties": "navy", "public": None,
}  # fmt: skip
# Counted by hand in tests/paper_case.py: people who reach a haven on the reader's own legs, and on
# board of all convoys that the reader is shown, one after the other.
SAFE = {"internal": 40, "partners": 8, "crew": 24, "parties": 24, "public": 0}
ABOARD = {"internal": 8 + 24 + 24, "partners": 8 + 24, "crew": 24, "parties": 24 + 24, "public": 0}
CONVOYS = {"internal": 5, "partners": 3, "crew": 1, "parties": 2, "public": 0}
PLACES = {"internal": 5, "partners": 4, "crew": 2, "parties": 3, "public": 1}
Case = tuple[str, str, Audience, str]


def pairwise() -> list[Case]:
    """Cases in which each two of document, format, audience and language meet that ever meet."""
    whole = [
        (one.name, kind, audience, language)
        for audience in AUDIENCES
        for one in documents.offered(audience)
        for kind in one.formats
        for language in wording.LANGUAGES
    ]
    seen: set[Any] = set()
    found = []
    # In stripes, so that the languages take turns.
    for number, made in enumerate(itertools.chain(whole[::3], whole[1::3], whole[2::3])):
        pairs = {pair for pair in itertools.combinations(enumerate(made), 2)}
        if number == 0 or not pairs <= seen:
            seen |= pairs
            found.append(made)
    assert {p for made in whole for p in itertools.combinations(enumerate(made), 2)} == seen
    return found


@cache
def paper(audience: Audience, language: str) -> Any:
    made = prepare(case.conditional(), ISSUED, audience, READERS[audience], language)
    if audience != "internal":
        return made
    return replace(made, against=prepare(case.verified(), ISSUED, language=language))


def written(made: Case) -> dict[str, bytes]:
    name, kind, audience, language = made
    document = documents.named(name)
    if kind in document.whole:
        return documents.files(case.conditional(), Order(name, kind, audience))
    return document.writers[kind](paper(audience, language))


@pytest.mark.parametrize("made", pairwise(), ids="-".join)
def test_a_reader_opens_it_and_the_figures_are_the_plan_s(made: Case) -> None:
    document, kind, audience, language = made
    files = written(made)
    read = {name: opened(name, content) for name, content in files.items()}
    assert read and all(archive.is_safe(name) for name in files)
    told = " ".join(one.words for one in read.values())
    assert "NaN" not in told and "object at 0x" not in told
    if kind not in ("flee", "csv") and document != "plan":
        assert squeezed(paper(audience, language).plan_id) in told or kind == "gpkg"
    as_table = None if kind == "pdf" else RECOUNTS.get((document, ""))
    counted = RECOUNTS.get((document, kind)) or as_table
    if counted is not None:
        counted(audience, language, read)


# ------------------------------------------------------------------ recounts

Read = dict[str, Opened]


def only(read: Read) -> Opened:
    (one,) = read.values()
    return one


def table(read: Read, language: str = "en") -> list[dict[str, Any]]:
    """Rows of the one table; a workbook's sheet and heads are in its language."""
    rows = only(read).rows
    if len(rows) == 1:
        return next(iter(rows.values()))
    sheet = list(rows.values())[1]
    back = {wording.text(one.name, language): one.name
            for one in (*MOVEMENT_COLUMNS, *PEOPLE_COLUMNS, *PLACE_COLUMNS)}  # fmt: skip
    return [{back.get(key, key): value for key, value in row.items()} for row in sheet]


def movement_table(audience: Audience, language: str, read: Read) -> None:
    rows = table(read, language)
    safe = {"yes", wording.text("yes", language)}
    assert sum(int(row["persons"]) for row in rows if row["final"] in safe) == SAFE[audience]
    assert len({row["convoy"] for row in rows if row["convoy"]}) == CONVOYS[audience]


def lines(audience: Audience, _language: str, read: Read) -> None:
    layers = only(read).rows
    rows = [row for told in layers.values() for row in told]
    ways = [row for row in rows if row.get("kind") == "convoy"]
    assert len(ways) == CONVOYS[audience]
    assert sum(int(row["persons"]) for row in ways) == ABOARD[audience]
    assert len([row for row in rows if row.get("kind") == "place"]) == PLACES[audience]
    own = [row for row in rows if row.get("kind") == "own means" and "movement" in row]
    own = [row for row in own if isinstance(row["movement"], str)]
    assert sum(int(row["persons"]) for row in own) == (8 if audience == "internal" else 0)
    for row in ways:
        assert row["geometry"].geom_type == "LineString" and len(row["geometry"].coords) >= 2


def spans(audience: Audience, language: str, read: Read) -> None:
    lines(audience, language, read)
    rows = [row for told in only(read).rows.values() for row in told]
    for row in rows:
        if row.get("kind") == "convoy":
            assert f"{row['begin']:%Y-%m-%dT%H:%M:%SZ}" == row["depart_utc"]
            assert timedelta(0) < row["end"] - row["begin"] < timedelta(days=2)


def package(audience: Audience, _language: str, read: Read) -> None:
    layers = only(read).rows
    assert len(layers["places"]) == PLACES[audience]
    assert sum(row["persons"] for row in layers["convoys"]) == ABOARD[audience]
    final = [row for row in layers["legs"] if row["final"] == "yes"]
    assert sum(row["persons"] for row in final) == SAFE[audience]
    assert set(layers) - {"places", "convoys", "legs"} == (
        {"own_means", "roads", "dangers"} if audience == "internal" else set()
    )
    assert all(row["depart_utc"].utcoffset() == timedelta(0) for row in layers["convoys"])


def phones(audience: Audience, language: str, read: Read) -> None:
    assert len(read) == CONVOYS[audience]
    told = [one.words for one in read.values()]
    counts = [squeezed(f"{wording.text('people', language)}: ") in words for words in told]
    assert all(counts)
    for one in read.values():
        if "track_points" in one.rows:
            assert len(one.rows["route_points"]) == len(one.rows["track_points"]) >= 2
            assert len(one.rows["waypoints"]) == 2
        else:
            (placemarks,) = one.rows.values()
            shapes = [row["geometry"].geom_type for row in placemarks]
            assert shapes == ["Point", "Point", "LineString"]


def spots(audience: Audience, language: str, read: Read) -> None:
    rows = table(read, language)
    where = {row["id"]: (float(row["lat"]), float(row["lon"])) for row in rows}
    assert len(where) == PLACES[audience] and where["port"] == (35.1, 39.9)
    if audience == "internal":
        assert sum(int(row["people"]) for row in rows) == case.PEOPLE


def people(_audience: Audience, language: str, read: Read) -> None:
    rows = table(read, language)
    parts = {"people": 58, "out_by_sortie": 32, "own_means": 8, "unwilling": 10, "left_behind": 8}
    assert {part: sum(int(row[part]) for row in rows) for part in parts} == parts


def left(_audience: Audience, language: str, read: Read) -> None:
    assert sum(int(row["persons"]) for row in table(read, language)) == case.LEFT + case.UNWILLING


def rows_of(number: int) -> Callable[[Audience, str, Read], None]:
    def check(_audience: Audience, language: str, read: Read) -> None:
        assert len(table(read, language)) == number

    return check


def calendar(audience: Audience, _language: str, read: Read) -> None:
    events = only(read).rows["events"]
    assert len(events) == CONVOYS[audience]
    assert {event["STATUS"] for event in events} == (
        {"CONFIRMED", "TENTATIVE"} if audience in ("internal", "partners") else {"TENTATIVE"}
    )


def notice(_audience: Audience, _language: str, read: Read) -> None:
    one = only(read)
    if not one.rows:
        assert "48" in one.texts
    elif len(one.rows) == 1:
        (rows,) = one.rows.values()
        assert len({row["movement"] for row in rows}) == 2
    else:
        assert len(list(one.rows.values())[2]) == 2


def displacement(_audience: Audience, _language: str, read: Read) -> None:
    places = read["flee/locations.csv"].rows[""]
    kinds = [row["location_type"] for row in places]
    homes = [row for row in places if row["location_type"] != "camp"]
    assert sum(int(row["population/capacity"]) for row in homes) == case.PEOPLE
    assert kinds.count("camp") == 2
    known = {row["#name"] for row in places}
    for row in read["flee/routes.csv"].rows[""]:
        assert {row["#name1"], row["name2"]} <= known and float(row["distance[km]"]) > 0


def brief(_audience: Audience, _language: str, read: Read) -> None:
    # In Arabic the sign stands on the other side of the number.
    words = only(read).words
    assert ("<100" in words or "100" in words) and "2012-12-13" not in words
    assert not {"40", "58"} & set(only(read).texts)


def printed(*figures: int) -> Callable[[Audience, str, Read], None]:
    """A page says these numbers somewhere, each by itself."""

    def check(_audience: Audience, _language: str, read: Read) -> None:
        numbers = set(re.findall(r"\d+", " ".join(only(read).texts)))
        assert {str(figure) for figure in figures} <= numbers

    return check


def whole(_audience: Audience, _language: str, read: Read) -> None:
    assert str(case.PEOPLE) in only(read).texts or "40" in only(read).words


RECOUNTS: dict[tuple[str, str], Callable[[Audience, str, Read], None]] = {
    ("movement-table", ""): movement_table,
    ("routes", "geojson"): lines,
    ("routes", "kml"): spans,
    ("routes", "kmz"): spans,
    ("routes", "gpkg"): package,
    ("routes", "gpx"): phones,
    ("routes", "driver-kml"): phones,
    ("places", ""): spots,
    ("people", ""): people,
    ("left-behind", ""): left,
    ("codes", ""): rows_of(12),
    ("requests", ""): rows_of(1),
    ("manifest", ""): rows_of(8 + 24 + 24),
    ("calendar", ""): calendar,
    ("notification", ""): notice,
    ("displacement", ""): displacement,
    ("brief", ""): brief,
    ("brief", "pdf"): brief,
    ("left-behind", "pdf"): printed(case.LEFT, case.UNWILLING),
    ("notification", "pdf"): printed(24),
    ("plan", "pdf"): printed(case.PEOPLE, case.EVACUATED),
    ("comparison", "pdf"): printed(case.PEOPLE, case.EVACUATED),
    ("plan", ""): whole,
}


# ------------------------------------------------------------------ what a format has to keep


@cache
def made(audience: Audience) -> Issued:
    order = Order(audience=audience, recipient=READERS[audience], issued_at=ISSUED)
    return documents.issue(case.conditional(), order)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_same_plan_and_time_give_the_same_bytes(audience: Audience) -> None:
    order = Order(audience=audience, recipient=READERS[audience], issued_at=ISSUED)
    again = documents.issue(case.conditional(), order)
    assert [name for name, told in again.files.items() if told != made(audience).files[name]] == []
    assert again.bundle() == made(audience).bundle()


def test_a_geopackage_knows_the_time_of_issue_and_no_other() -> None:
    with closing(sqlite3.connect(":memory:")) as base:
        base.deserialize(made("internal").files["routes.gpkg"])
        stamps = {row[0] for row in base.execute("SELECT last_change FROM gpkg_contents")}
        stamps |= {row[0] for row in base.execute("SELECT timestamp FROM gpkg_metadata_reference")}
        assert stamps == {"2012-12-12T21:30:00.000Z"}
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_phones_get_no_areas_and_nobody_fetches_anything() -> None:
    files = made("internal").files
    for name in (name for name in files if name.endswith((".kml", ".kmz"))):
        tags = {node.tag.rpartition("}")[2] for node in xml_of(name, files[name]).iter()}
        assert not tags & {"NetworkLink", "href", "Icon", "GroundOverlay", "Model"}, name
        assert ("Polygon" in tags) == name.startswith("routes"), name
    assert any(name.startswith("drivers/") for name in files)


@pytest.mark.parametrize("audience", ["partners", "crew", "parties"])
def test_no_file_for_maps_says_more_than_another(audience: Audience) -> None:
    """Fields of the GeoJSON and columns of the movement table are all that there is."""
    files = made(audience).files
    tree = json.loads(files["routes.geojson"])
    known = {key for item in tree["features"] for key in item["properties"]}
    head = next(csv.reader(io.StringIO(files["movement_table.csv"].decode())))
    layers = opened("routes.gpkg", files["routes.gpkg"]).rows
    for name, rows in layers.items():
        allowed = set(head) if name == "legs" else known
        assert set(rows[0]) - {"geometry"} <= allowed, name
    fields = {node.get("name") for node in xml_of("routes.kml", files["routes.kml"]).iter()
              if node.tag.endswith("}Data")}  # fmt: skip
    assert fields <= known


def test_the_row_of_hashtags_stands_under_the_heads() -> None:
    order = Order(audience="internal", issued_at=ISSUED, with_hxl=True)
    files = documents.issue(case.conditional(), order).files
    rows = list(csv.reader(io.StringIO(files["places.csv"].decode())))
    told = dict(zip(rows[0], rows[1], strict=True))
    assert (told["lat"], told["lon"], told["name"]) == ("#geo+lat", "#geo+lon", "#loc+name")
    assert told["people"] == "#affected" and told["valid_until"].startswith("#date")
    assert (
        rows[2:] == list(csv.reader(io.StringIO(made("internal").files["places.csv"].decode())))[1:]
    )
    # What is filled in by hand and what another program reads stays as it is.
    for name in ("manifest_blank.csv", "flee/locations.csv"):
        assert files[name] == made("internal").files[name]
    everything = (*MOVEMENT_COLUMNS, *PEOPLE_COLUMNS, *PLACE_COLUMNS)
    assert all(tag == "" or tag.startswith("#") for tag in hxl.row(everything))


def test_a_road_that_is_closed_for_whole_days_is_closed_for_the_model() -> None:
    assert flee._days(0, 86400, 10 * 86400) == (0, 1)
    assert flee._days(3600, 3 * 86400, 10 * 86400) == (1, 3)
    assert flee._days(3600, 80_000, 10 * 86400) is None
    assert flee._days(86400, 10 * 86400, 10 * 86400) == (1, -1)


# ------------------------------------------------------------------ everything as one file


def rezipped(content: bytes, change: Callable[[dict[str, bytes]], None]) -> io.BytesIO:
    with zipfile.ZipFile(io.BytesIO(content)) as before:
        files = {name: before.read(name) for name in before.namelist()}
    change(files)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as after:
        for name, told in files.items():
            after.writestr(name, told)
    out.seek(0)
    return out


def faults(change: Callable[[dict[str, bytes]], Any]) -> list[str]:
    content = rezipped(made("public").bundle(), change)
    return [issue.problem for issue in archive.check(content, "x.zip").faults]


def test_a_bundle_is_checked_file_by_file() -> None:
    assert faults(lambda files: None) == []
    assert (
        "brief.csv: is not what was packed"
        in faults(
            lambda files: files.update({"brief.csv": files["brief.csv"].replace(b"100", b"900")})
        )[0]
    )
    assert faults(lambda files: files.pop("brief.pdf")) == ["brief.pdf: is listed and missing"]
    assert faults(lambda files: files.update({"more.txt": b""})) == [
        "more.txt: is in the file and not listed"
    ]
    for name in ("../../evil", "/etc/x", "C:/x", "a\\b", "brief.csv/../x", "NUL.csv", "BRIEF.csv"):
        assert faults(lambda files, name=name: files.update({name: b"x"})), name  # type: ignore[misc]
    assert "no list" in faults(lambda files: files.pop("manifest.json"))[0]
    assert "no list" in faults(lambda files: files.update({"manifest.json": b"[" * 99_999}))[0]
    (told,) = archive.check(io.BytesIO(b"PK no zip"), "x.zip").faults
    assert "not a ZIP" in told.problem


def test_a_bundle_says_what_it_is_and_outside_not_where_it_comes_from() -> None:
    for audience in AUDIENCES:
        with zipfile.ZipFile(io.BytesIO(made(audience).bundle())) as packed:
            names = packed.namelist()
            tree = json.loads(packed.read("manifest.json"))
            assert {entry.date_time for entry in packed.infolist()} <= {
                (2012, 12, 12, 21, 30, 0), (2012, 12, 12, 0, 0, 0)
            }  # fmt: skip
        assert names == sorted(names)
        assert "not a signature" in tree["note"] and tree["audience"]
        assert ("scenario_sha256" in tree) == ("seed" in tree) == (audience == "internal")
        assert {one["path"] for one in tree["files"]} == set(made(audience).files)


def test_a_bundle_takes_no_name_that_leads_elsewhere() -> None:
    for name in ("../x", "/x", "a/../../x", "C:\\x", "x\x00y", "aux", "con.txt", "a.", ""):
        assert not archive.is_safe(name), name
        with pytest.raises(ValueError, match="not a path"):
            archive.packed({name: b""})


# ------------------------------------------------------------------ the command


@pytest.fixture(scope="module")
def plan_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small shipped scenario, planned once: the command line verifies what it exports."""
    folder = tmp_path_factory.mktemp("plan")
    scenario = Path(__file__).parent / "scenarios" / "small_ship.yaml"
    assert run("plan", scenario, "--out", folder, "--plan-only", "--no-cache") == 0
    return folder


def _with_more_aboard(bundle: bytes) -> bytes:
    """The same ZIP with a plan that seats more people than it has, and a list that agrees."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as source:
        files = {name: source.read(name) for name in source.namelist()}
    plan, told = json.loads(files["plan.json"]), json.loads(files[archive.LIST])
    leg = next(leg for one in plan["sorties"] for leg in one["legs"] if leg["manifest"])
    leg["manifest"][0]["units"] += 400
    files["plan.json"] = json.dumps(plan).encode()
    entry = next(one for one in told["files"] if one["path"] == "plan.json")
    entry["bytes"] = len(files["plan.json"])
    entry["sha256"] = hashlib.sha256(files["plan.json"]).hexdigest()
    return archive.packed({**files, archive.LIST: json.dumps(told).encode()})


def test_one_command_writes_everything_as_one_file_and_another_checks_it(
    plan_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "all.zip"
    assert run("export", plan_folder, "--out", out, "--issued-at", "2012-12-12T21:30Z") == 0
    first = out.read_bytes()
    assert run("export", plan_folder, "--format", "zip", "--out", tmp_path,
               "--issued-at", "2012-12-12T21:30Z") == 0  # fmt: skip
    (other,) = [path for path in tmp_path.glob("SP-*-internal.zip")]
    assert other.read_bytes() == first
    capsys.readouterr()
    assert run("verify", out) == 0
    told = capsys.readouterr().out
    assert "audience: INTERNAL" in told and "not a signature" in told
    assert "plan.json in it, replayed" in told and "Verified" in told
    assert run("verify", out, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["faults"] == [] and found["replayed"]["verified"] is True
    forged = tmp_path / "forged.zip"
    forged.write_bytes(_with_more_aboard(first))
    assert run("verify", forged) == 1
    assert "FAILED" in capsys.readouterr().out
    brief = tmp_path / "brief.zip"
    assert run("export", plan_folder, "--audience", "public", "--out", brief) == 0
    assert run("verify", brief) == 0
    assert "nothing was replayed" in capsys.readouterr().out
    out.write_bytes(first[:-4000] + bytes(4000))
    assert run("verify", out) == 1
    assert "all.zip: " in (told := capsys.readouterr().err) and "do not use it" in told


def test_one_command_writes_a_folder_for_each_reader(
    plan_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = Plan.model_validate_json((plan_folder / "plan.json").read_text("utf-8"))
    for as_zip in ((), ("--zip",)):
        where = tmp_path / f"crew{len(as_zip)}"
        assert run("export", plan_folder, "--audience", "crew", "--for", "all", "--format", "csv",
                   "--out", where, *as_zip) == 0  # fmt: skip
        capsys.readouterr()
        vehicles = {(sortie.fleet, sortie.vehicle) for sortie in plan.sorties}
        found = sorted(path.name for path in where.iterdir())
        assert sum("crew-V-" in name for name in found) == len(vehicles)
        assert all(archive.is_safe(name) for name in found)
        assert not any(sortie.fleet in name for name in found for sortie in plan.sorties)
    assert run("export", plan_folder, "--audience", "crew", "--for", "all",
               "--out", tmp_path / "one.csv") == 1  # fmt: skip
    assert "writes a folder" in capsys.readouterr().err
    assert run("export", plan_folder, "--for", "all") == 1
    assert "--for says nothing for internal" in capsys.readouterr().err


def test_whom_the_plan_does_not_concern_gets_no_folder() -> None:
    verdict = case.conditional()
    found = dict(documents.issue_to_everyone(verdict, Order("movement-table", "csv", "parties")))
    assert set(found) == {"parties-council", "parties-navy"} and all(found.values())
    nobody = case.mapped()
    with pytest.raises(ScenarioError, match="no partners"):
        list(documents.issue_to_everyone(nobody, Order(audience="partners")))
