"""What leaves the office: recounted from the bytes, harmless, silent about protected places."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from planner import cells, documents
from planner.documents import planjson, svg
from planner.documents.columns import MOVEMENT_COLUMNS
from planner.documents.curve import nice_step
from planner.documents.labels import Labels, overlaps
from planner.documents.mapping import _share, map_box
from planner.documents.marks import find_inset, map_svg
from planner.documents.paper import prepare
from planner.documents.press import band
from planner.documents.summary import content, figure
from planner.documents.view import View
from planner.errors import ScenarioError
from planner.redact import hand_over
from planner.scenario import Place
from planner.verify import Verdict
from tests import paper_case as case

ISSUED = datetime(2012, 12, 12, 21, 30, tzinfo=UTC)
Folder = dict[str, bytes]
SINGLE = {
    "json": "plan.json", "csv": "movement_table.csv", "xlsx": "movement_table.xlsx",
    "geojson": "routes.geojson", "gpx": "gpx", "pdf": "summary.pdf",
    "left-behind": "left_behind.csv", "people": "people.csv",
}  # fmt: skip


def read_folder(folder: Path) -> Folder:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def written(verdict: Verdict, folder: Path, **more: Any) -> Folder:
    documents.write_all(verdict, folder, **more)
    return read_folder(folder)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Folder]:
    """The documents of the conditional, the verified and the failed plan, written once."""
    made: dict[str, Folder] = {}

    def of(name: str) -> Folder:
        if name not in made:
            verdict: Verdict = getattr(case, name)()
            made[name] = written(verdict, tmp_path_factory.mktemp(name))
        return made[name]

    return of


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def recount(content: bytes) -> dict[str, int]:
    """People counted again from the bytes of the movement table alone."""
    final = [row for row in table(content) if row["final"] == "yes"]
    own = [row for row in final if row["kind"] == "own means"]
    return {
        "evacuated": sum(int(row["persons"]) for row in final),
        "self_moved": sum(int(row["persons"]) for row in own),
        "by_sortie": sum(int(row["persons"]) for row in final if row not in own),
        "sorties": len({row["sortie"] for row in table(content) if row["kind"] != "own means"}),
    }


def unzipped(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


def pdf_pages(content: bytes) -> list[str]:
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    try:
        out = []
        for number in range(len(document)):
            page = document[number]
            text = page.get_textpage()
            out.append(re.sub(r"\s+", " ", text.get_text_range()))
            text.close()
            page.close()
        return out
    finally:
        document.close()


# ------------------------------------------------------------------ the set of documents


def test_every_document_is_written(folders: Callable[[str], Folder]) -> None:
    tables = (
        "codes",
        "left_behind",
        "lift_schedule",
        "movement_table",
        "people",
        "places",
        "requests",
    )
    many = [f"gpx/c000{n}.gpx" for n in range(1, 6)] + [f"drivers/c000{n}.kml" for n in range(1, 6)]
    assert sorted(folders("conditional")) == sorted([
        *(f"{name}.{kind}" for name in tables for kind in ("csv", "json", "xlsx")), *many,
        "manifest_blank.csv", "manifest_blank.xlsx", "lift_schedule.pdf",
        "movement_orders.pdf", "movements.ics",
        "plan.json", "summary.pdf",
        "authorisation_requests/P-GZVZG.pdf", "left_behind.pdf",
        *(f"routes.{kind}" for kind in ("geojson", "gpkg", "kml", "kmz")),
        *(f"flee/{name}.csv" for name in ("locations", "routes", "closures")),
    ])  # fmt: skip


def test_progress_names_each_document_and_one_format_can_be_had_alone(tmp_path: Path) -> None:
    heard: list[str] = []
    paths = documents.write_all(case.verified(), tmp_path / "all", progress=heard.append)
    assert heard[:2] == ["plan json", "plan pdf"] and "routes gpx" in heard
    # Blank passenger lists are printed where somebody asks for them.
    assert len(heard) == sum(len(one.formats) for one in documents.offered("internal")) - 1
    assert all(path.is_file() for path in paths)
    for name, file in SINGLE.items():
        (first, *_) = documents.write(case.verified(), name, tmp_path / "one" / name)
        same = tmp_path / "all" / file
        same = same / first.name if name == "gpx" else same
        assert first.read_bytes() == same.read_bytes(), name
    with pytest.raises(KeyError):
        documents.write(case.verified(), "docx", tmp_path / "x")


def test_same_plan_same_bytes_and_the_time_of_issue_enters_by_its_door(tmp_path: Path) -> None:
    first = written(case.conditional(), tmp_path / "a")
    assert first == written(case.conditional(), tmp_path / "b")
    later = written(case.conditional(), tmp_path / "c", issued_at=ISSUED)
    changed = {name for name in first if first[name] != later[name]}
    # CSV has no place for it, a phone's KML would only show it; plan.json is the plan itself.
    silent = {name for name in first if name.endswith(".csv") or name.startswith("drivers/")}
    assert changed == set(first) - silent - {"plan.json"}
    assert b"2012-12-12T21:30:00Z" in later["routes.geojson"]
    assert "2012-12-12T21:30:00Z" in unzipped(later["movement_table.xlsx"])["docProps/core.xml"]
    assert b"20121212213000" in later["summary.pdf"]


def test_gpx_files_of_an_earlier_plan_do_not_stay(tmp_path: Path) -> None:
    (tmp_path / "gpx").mkdir()
    (tmp_path / "gpx" / "c0099.gpx").write_text("old", encoding="utf-8")
    (tmp_path / "gpx" / "mine.gpx").write_text("kept", encoding="utf-8")
    names = set(written(case.verified(), tmp_path))
    assert "gpx/c0099.gpx" not in names
    assert "gpx/mine.gpx" in names


# ------------------------------------------------------------------ plan.json


def test_plan_json_goes_there_and_back() -> None:
    plan = case.conditional().plan
    text = planjson.dumps(plan)
    assert text.endswith("}\n")
    assert planjson.loads(text) == plan
    assert planjson.dumps(planjson.loads(text)) == text
    assert list(json.loads(text))[:3] == ["schema_version", "provenance", "status"]
    assert planjson.plan_id(plan) == "SP-" + hashlib.sha256(text.encode()).hexdigest()[:12]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "plan.json:1: not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "not a plan of schema version 1 (got None)"),
        ('{"schema_version": 2}', "not a plan of schema version 1 (got 2)"),
        ('{"schema_version": 1, "seed": 3}', "provenance: Field required"),
    ],
)
def test_what_is_no_plan_is_told_in_words(text: str, expected: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        planjson.loads(text)
    assert expected in str(caught.value)


# ------------------------------------------------------------------ tables


def test_people_recounted_from_the_movement_table(folders: Callable[[str], Folder]) -> None:
    assert recount(folders("conditional")["movement_table.csv"]) == {
        "evacuated": case.EVACUATED,
        "self_moved": case.SELF_MOVED,
        "by_sortie": case.BY_SORTIE,
        "sorties": 4,
    }


def test_the_recount_can_fail(folders: Callable[[str], Folder]) -> None:
    told = folders("conditional")["movement_table.csv"]
    one_more = told.replace(b",4,2,8,0,yes,", b",4,2,9,0,yes,")
    assert recount(one_more)["evacuated"] == case.EVACUATED + 1


def test_people_and_left_behind_add_up(folders: Callable[[str], Folder]) -> None:
    groups = table(folders("conditional")["people.csv"])
    parts = ("out_by_sortie", "own_means", "unwilling", "left_behind")
    for row in groups:
        assert int(row["people"]) == sum(int(row[part]) for part in parts)
    assert sum(int(row["people"]) for row in groups) == case.PEOPLE
    left = table(folders("conditional")["left_behind.csv"])
    assert [(row["persons"], row["by_choice"]) for row in left] == [("10", "yes"), ("8", "no")]
    assert left[1]["remedy"] == "one more bus at North gate"
    assert (left[1]["remedy_price"], left[1]["remedy_gain"]) == ("5", "8")


def test_a_leg_says_where_when_and_by_whose_leave(folders: Callable[[str], Folder]) -> None:
    rows = table(folders("conditional")["movement_table.csv"])
    ferry = next(row for row in rows if row["fleet_id"] == "ferries")
    assert ferry["depart_local"] == "2012-12-13T09:42:00+02:00"
    assert ferry["depart_utc"] == "2012-12-13T07:42:00+00:00"
    assert (ferry["escorts"], ferry["authorisations"]) == ("cutters-1-1", "port_leave")
    escort = next(row for row in rows if row["fleet_id"] == "cutters")
    assert (escort["kind"], escort["convoy"]) == ("escort", ferry["convoy"])
    team = next(row for row in rows if row["team"])
    assert (team["kind"], team["team"], team["persons"]) == ("team in", "surgeons: 3", "0")
    to_port = next(row for row in rows if row["to_id"] == "port")
    assert (to_port["km"], to_port["units"], to_port["persons"]) == ("30.0", "6", "24")
    bridge = next(row for row in rows if row["links"] == "bridge")
    assert bridge["km"] == "8.0"


def test_no_text_cell_begins_a_formula(folders: Callable[[str], Folder]) -> None:
    for name in ("movement_table.csv", "people.csv", "left_behind.csv"):
        for row in csv.reader(io.StringIO(folders("conditional")[name].decode(), newline="")):
            assert not [cell for cell in row if cell[:1] in tuple("=+-@\t\r\n")]
    rows = table(folders("conditional")["movement_table.csv"])
    assert rows[0]["plate"] == "'=1+1"
    assert cells.unguarded(rows[0]["plate"]) == "=1+1"


@pytest.mark.parametrize(
    "text", ["=1", "+1", "-1", "@a", "\t=1", "\r", "'=1", "''=1", "'Ayn Issa", "＝1", "plain", ""]
)
def test_a_guarded_cell_reads_back_as_it_was(text: str) -> None:
    guarded = cells.guarded(text)
    assert guarded[:1] not in tuple("=+-@\t\r＝")[: len(guarded) * 8]
    assert cells.unguarded(guarded) == text


def test_clean_drops_what_nobody_can_see() -> None:
    assert cells.clean("a\x00b\u202ec\ud800d\u2028e") == "a bcd e"
    assert cells.clean("عيادة Наталья") == "عيادة Наталья"


def test_the_workbook_holds_text_as_text(folders: Callable[[str], Folder]) -> None:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(folders("conditional")["movement_table.xlsx"]))
    assert book.sheetnames == [
        "About", "Movement table", "Convoys", "People", "People left behind",
        "Codes", "Columns",
    ]  # fmt: skip
    parts = unzipped(folders("conditional")["movement_table.xlsx"])
    assert not [name for name, text in parts.items() if "<f>" in text or "<hyperlink " in text]
    sheet = book["Movement table"]
    heads = [cell.value for cell in sheet[1]]
    assert heads == [column.name for column in MOVEMENT_COLUMNS]
    plate = sheet.cell(2, heads.index("plate") + 1)
    assert (plate.value, plate.data_type) == ("=1+1", "s")
    depart = sheet.cell(2, heads.index("depart_local") + 1)
    assert depart.value == datetime(2012, 12, 13, 7, 20)
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref is not None
    assert sheet.print_area
    final, persons = heads.index("final"), heads.index("persons")
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert sum(int(str(r[persons])) for r in rows if r[final] == "yes") == case.EVACUATED
    dictionary = [row[1].value for row in book["Columns"].iter_rows(min_row=2)]
    assert set(heads) <= set(dictionary)


# ------------------------------------------------------------------ tracks


def test_geojson_follows_rfc_7946(folders: Callable[[str], Folder]) -> None:
    document = json.loads(folders("conditional")["routes.geojson"])
    assert "crs" not in document
    lines = [f for f in document["features"] if f["geometry"]["type"] == "LineString"]
    assert len(lines) == 6
    for item in lines:
        coordinates, times = item["geometry"]["coordinates"], item["properties"]["coordTimes"]
        assert len(coordinates) == len(times) >= 2
        assert times == sorted(times)
        assert all(re.fullmatch(r"2012-12-1\dT\d\d:\d\d:\d\dZ", moment) for moment in times)
        assert all(30 < lon < 45 and 30 < lat < 40 for lon, lat in coordinates)
    ferry = next(f for f in lines if f["properties"]["mode"] == "sea")
    # Twenty of the forty minutes of pilotage lie before the first point.
    assert ferry["properties"]["depart_utc"] == "2012-12-13T07:42:00Z"
    assert ferry["properties"]["coordTimes"][0] == "2012-12-13T08:02:00Z"
    assert sum(f["properties"]["persons"] for f in lines) == 8 + 24 + 24 + 8
    assert ferry["properties"]["sorties"] == ["cutters-1-1", "ferries-1-1"]


def test_gpx_is_read_by_gpxpy(folders: Callable[[str], Folder]) -> None:
    import gpxpy

    for name, told in folders("conditional").items():
        if name.startswith("gpx/"):
            parsed = gpxpy.parse(told.decode("utf-8"))
            points = parsed.tracks[0].segments[0].points
            assert len(points) >= 2 and len(parsed.waypoints) == 2
            times = [point.time for point in points]
            assert all(moment is not None for moment in times)
            assert times == sorted(times, key=str)
            assert str(parsed.name).startswith("NOT AUTHORISED c")


# ------------------------------------------------------------------ protected places


def test_nothing_but_the_plan_itself_tells_of_a_protected_place(
    folders: Callable[[str], Folder],
) -> None:
    for status in ("conditional", "verified", "failed"):
        for name, text in every_text(folders(status)):
            told = [secret for secret in case.SECRETS if secret.lower() in text.lower()]
            assert not told or name == "plan.json", (status, name, told)
    assert all(secret in folders("verified")["plan.json"].decode() for secret in case.SECRETS)


def test_the_search_for_secrets_can_find(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.redact.whole.hand_over", lambda verdict: verdict)
    found = {
        name
        for name, text in every_text(written(case.verified(), tmp_path))
        if any(secret in text for secret in case.SECRETS)
    }
    tables = {"movement_table.csv", "movement_table.xlsx", "people.csv", "left_behind.csv"}
    assert found >= {"plan.json", "routes.geojson", "summary.pdf", *tables}
    assert any(name.startswith("gpx/") for name in found)


def every_text(folder: Folder) -> list[tuple[str, str]]:
    """(document, all the text that can be got out of it)."""
    out = []
    for name, told in folder.items():
        if name.endswith((".xlsx", ".kmz")):
            out += [(name, text) for text in unzipped(told).values()]
        elif name.endswith(".gpkg"):
            out.append((name, told.decode("utf-8", "replace")))
        elif name.endswith(".pdf"):
            out.append((name, " ".join(pdf_pages(told))))
            out.append((name, told.decode("latin-1")))
        else:
            out.append((name, told.decode("utf-8")))
    return out


def test_movements_begin_and_end_at_the_handover_point() -> None:
    redacted = hand_over(case.conditional())
    inbound, out = redacted.plan.sorties[0].legs
    assert (inbound.origin, inbound.destination) == ("gate", "gate")
    assert (out.origin, out.destination) == ("gate", "valley")
    # The network's own way from the gate, not the tail of the way from the clinic.
    assert out.route.startswith("gate>valley:")
    route = redacted.network.routes[out.route]
    assert route.points[0][:2] == (35.30, 40.10)
    assert route.length_m == 40_000
    inside = redacted.network.routes[inbound.route]
    assert (inside.length_m, inside.estimate) == (0, True)
    assert "merciful" not in redacted.network.positions
    assert redacted.scenario.group("gate_2_patients").at == "gate"
    assert redacted.scenario.threats[0].zone.circle is not None
    assert redacted.scenario.threats[0].zone.circle.centre == "gate"
    assert redacted.plan.provenance.tree == {} == redacted.scenario.origin.tree
    assert [patch["path"] for patch in redacted.plan.provenance.patches] == [
        "authorisations[port_leave].assume"
    ]
    # Two authorisations stay two, although one was called after the clinic.
    names = [item.id for item in redacted.scenario.authorisations]
    assert names == ["gate_2_leave", "gate_leave", "port_leave"]
    # Its own lane to the gate would be a road from the gate to the gate.
    assert next(link.id for link in redacted.scenario.links) == "bridge"


def test_people_are_the_same_after_redaction() -> None:
    redacted, verdict = hand_over(case.conditional()), case.conditional()
    assert redacted.plan.left_behind_persons == verdict.plan.left_behind_persons
    assert [leg.persons for _, leg in redacted.plan.final_legs] == [
        leg.persons for _, leg in verdict.plan.final_legs
    ]
    figures = redacted.figures.groups["gate_2_patients"]
    assert (figures.people, figures.evacuated) == (8, 8)


def test_where_the_network_has_no_way_from_the_handover_point_the_line_is_straight() -> None:
    verdict = case.conditional()
    between = {
        pair: ids for pair, ids in verdict.network.between.items() if pair[:2] != ("gate", "valley")
    }
    poorer = dataclasses.replace(verdict.network, between=between)
    redacted = hand_over(dataclasses.replace(verdict, network=poorer))
    leg = redacted.plan.sorties[0].legs[1]
    route = redacted.network.routes[leg.route]
    assert leg.route == "gate>valley:road-60#handover"
    assert [point[:2] for point in route.points] == [(35.30, 40.10), (35.60, 39.90)]
    assert 30_000 < route.length_m < 42_000


def test_a_protected_place_without_handover_point_is_refused() -> None:
    verdict = case.conditional()
    places = tuple(
        place.model_copy(update={"handover_point": None}) if place.protected else place
        for place in verdict.scenario.places
    )
    bare = verdict.scenario.model_copy(update={"places": places})
    with pytest.raises(ScenarioError, match="handover point"):
        hand_over(dataclasses.replace(verdict, scenario=bare))


def test_a_chain_of_protected_places_ends_at_an_open_one() -> None:
    verdict = case.conditional()

    def guarded(place: Place) -> Place:
        if place.id == "gate":
            return place.model_copy(update={"protected": True, "handover_point": "town"})
        return place

    places = tuple(guarded(place) for place in verdict.scenario.places)
    scenario = verdict.scenario.model_copy(update={"places": places})
    redacted = hand_over(dataclasses.replace(verdict, scenario=scenario))
    assert [place.id for place in redacted.scenario.places] == ["town", "port", "island", "valley"]
    assert redacted.plan.sorties[0].legs[1].origin == "town"


def test_a_verdict_without_protected_places_stays_as_it_is() -> None:
    redacted = hand_over(case.conditional())
    assert hand_over(redacted) is redacted


# ------------------------------------------------------------------ stamps and the summary


def test_a_conditional_plan_says_whom_it_awaits_on_every_page(
    folders: Callable[[str], Folder],
) -> None:
    pages = pdf_pages(folders("conditional")["summary.pdf"])
    for number, page in enumerate(pages, start=1):
        assert "NOT AUTHORISED: awaits Leave to use the port (@Navy)" in page
        assert "INTERNAL · Decision support, not clearance" in page
        assert f"Page {number} of {len(pages)}" in page


def test_a_failed_plan_is_stamped_in_every_document(folders: Callable[[str], Folder]) -> None:
    folder = folders("failed")
    for page in pdf_pages(folder["summary.pdf"]):
        assert "FAILED ITS CHECK: DO NOT USE" in page
        # In the band, and once more across the page.
        assert page.count("DO NOT USE") >= 2
    assert "31 persons on 30 seats at North gate" in " ".join(pdf_pages(folder["summary.pdf"]))
    for name in ("movement_table.csv", "people.csv", "left_behind.csv"):
        assert {row["plan_status"] for row in table(folder[name])} == {"FAILED / INTERNAL"}
    assert json.loads(folder["routes.geojson"])["safe_passage"]["plan_status"] == "FAILED"
    assert b"<name>FAILED c0001" in folder["gpx/c0001.gpx"]
    sheets = unzipped(folder["movement_table.xlsx"]).values()
    assert any("FAILED ITS CHECK" in text for text in sheets)


def test_a_verified_plan_bears_no_warning(folders: Callable[[str], Folder]) -> None:
    pages = " ".join(pdf_pages(folders("verified")["summary.pdf"]))
    assert "NOT AUTHORISED" not in pages
    assert "DO NOT USE" not in pages
    assert "VERIFIED: replayed in true time" in pages


def test_the_summary_says_what_matters(folders: Callable[[str], Folder]) -> None:
    pages = " ".join(pdf_pages(folders("conditional")["summary.pdf"]))
    for words in (
        "Town by the sea", "What-if: leave_assumed",
        "40 of 48 people who want to leave are safe by 2012-12-14 09:32 local time",
        "8 are left behind", "Expected casualties by this plan 0.00491",
        "sum of arrival times 500 490.5 1.90 %", "no seat is left: the North gate goes first",
        "one more bus at North gate (at most 8 more people by the relaxed reckoning, "
        "cost 5 on the office's scale)", "requested; ASSUMED by this plan",
        "authorisations[port_leave].assume nothing granted",
        "Far island 24 14 Dec 09:32 14 Dec 09:32 500 in all",
        "+Relief & Co", "duty officer", "2012-12-13 04:00 UTC = 2012-12-13 06:00 EET (+02:00)",
    ):  # fmt: skip
        assert words in pages, words
    # What nobody gave is a line to fill, never invented.
    assert re.search(r"Approved by _{10,}", pages)


def test_hostile_words_are_set_as_words(folders: Callable[[str], Folder]) -> None:
    verdict = case.conditional()
    scenario = verdict.scenario.model_copy(
        update={"title": case.HOSTILE_MARKUP, "description": "<script>& #panic() \\ `raw`"}
    )
    origin = verdict.plan.provenance.model_copy(update={"scenario_title": case.HOSTILE_MARKUP})
    plan = verdict.plan.model_copy(update={"provenance": origin})
    hostile = dataclasses.replace(verdict, scenario=scenario, plan=plan)
    paper = prepare(hostile)
    pages = " ".join(pdf_pages(documents.content(hostile, paper, "pdf")))
    assert case.HOSTILE_MARKUP in pages
    assert "<script>& #panic() \\ `raw`" in pages
    assert '=HYPERLINK("http://x.example","click")' in pages


def test_arabic_and_russian_reach_the_paper() -> None:
    verdict = case.verified()
    new = {"valley": {"name": "دير الزور — Новороссийск"}}
    places = tuple(p.model_copy(update=new.get(p.id, {})) for p in verdict.scenario.places)
    told = dataclasses.replace(
        verdict, scenario=verdict.scenario.model_copy(update={"places": places})
    )
    pages = " ".join(pdf_pages(documents.content(told, prepare(told), "pdf")))
    assert "Новороссийск" in pages
    assert re.search("[\u0600-\u06ff\ufb50-\ufeff]{3}", pages)


def test_an_empty_plan_has_documents_too(tmp_path: Path) -> None:
    verdict = case.verified()
    plan = verdict.plan.model_copy(
        update={"sorties": (), "self_movements": (), "levels": (), "teams": (), "left_behind": (),
                "status": "NO_PLAN_IN_TIME"}
    )  # fmt: skip
    groups = {
        name: dataclasses.replace(row, by_sortie=0, self_moved=0)
        for name, row in verdict.figures.groups.items()
    }
    figures = dataclasses.replace(
        verdict.figures, evacuated=0, by_sortie=0, self_moved=0, clearance_s=0, sorties=0,
        levels={}, groups=groups, arrivals=(),
    )  # fmt: skip
    folder = written(dataclasses.replace(verdict, plan=plan, figures=figures), tmp_path)
    assert "Nobody of the 48 people" in " ".join(pdf_pages(folder["summary.pdf"]))
    assert table(folder["movement_table.csv"]) == []
    assert not [name for name in folder if name.startswith("gpx/")]


def test_every_word_for_typst_is_data() -> None:
    told = content(prepare(case.conditional()))
    assert json.loads(json.dumps(told, ensure_ascii=False)).keys() == told.keys()
    template = (Path(documents.__file__).parent / "templates" / "summary.typ").read_text("utf-8")
    assert "eval(" not in template
    assert set(re.findall(r"said\.(\w+)", template)) <= set(told)


# ------------------------------------------------------------------ drawings


def test_the_map_names_every_place_once_or_points_to_it() -> None:
    import xml.etree.ElementTree as ET

    drawn = map_svg(prepare(case.conditional()))
    root = ET.fromstring(drawn)
    words = [node.text for node in root.iter() if node.tag.endswith("text")]
    assert words.count("Valley") == 2  # the words and their halo
    assert words.count("to Far island") == 2
    assert words.count(case.HOSTILE_NAME) == 2
    assert "8 leave" in words and "16 safe" in words
    assert not [node for node in root.iter() if node.tag.endswith(("script", "image"))]


def test_a_far_place_does_not_shrink_the_map() -> None:
    south, west, north, east = map_box(prepare(case.conditional()))
    assert (south, north, east) == (35.10, 35.60, 40.10)
    assert west == 39.90  # the island lies at 33.04
    view = View.of((south, west, north, east))
    x, y = view.spot(35.35, 40.0)
    assert 0 < x < 720 and 0 < y < 560
    assert view.spot(north, west)[1] < view.spot(south, west)[1]


@pytest.mark.parametrize(
    ("largest", "parts", "step"), [(48, 5, 10), (1, 5, 1), (20_000, 5, 5000), (90, 1, 100)]
)
def test_steps_of_an_axis_are_round(largest: int, parts: int, step: int) -> None:
    assert nice_step(largest, parts) == step


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0"), (8.0, "8"), (0.004912, "0.00491"), (490.5, "490.5"), (1091.46, "1,091"),
        (3.14159, "3.14"),
    ],
)  # fmt: skip
def test_figures_show_what_can_be_known(value: float, shown: str) -> None:
    assert figure(prepare(case.verified()), value) == shown


def test_svg_escapes_text_and_attributes() -> None:
    assert svg.text((1, 2), "<b>&\x07") == (
        '<text x="1" y="2" font-size="9" font-family="Noto Sans">&lt;b&gt;&amp; </text>'
    )
    assert svg.element("g", fill='"x"') == "<g fill='\"x\"'/>"
    assert svg.number(-0.04) == "0"


@pytest.mark.parametrize(
    ("warning", "shown"),
    [
        ("", ""),
        ("NOT AUTHORISED: awaits a (b)", "NOT AUTHORISED: awaits a (b)"),
        (
            "NOT AUTHORISED: awaits " + ", ".join(f"{name} (Navy)" for name in "abcdefghijklmnop"),
            "NOT AUTHORISED: awaits "
            + ", ".join(f"{name} (Navy)" for name in "abcdefghijk")
            + " and 5 more",
        ),
        ("NOT AUTHORISED: awaits " + "x" * 400, "NOT AUTHORISED: awaits " + "x" * 117 + " …"),
    ],
)
def test_the_band_of_a_page_has_at_most_two_lines(warning: str, shown: str) -> None:
    assert band(warning) == shown
    assert len(band(warning)) <= 160


def crowded() -> Verdict:
    """The plan with five more havens within 800 metres, far from the rest."""
    verdict = case.verified()
    model = verdict.scenario.place("valley")
    more = {f"shelter_{n}": (35.30 + 0.002 * n, 40.60 + 0.001 * n) for n in range(5)}
    new = tuple(
        model.model_copy(update={"id": name, "name": f"Shelter {name[-1]}"}) for name in more
    )
    scenario = verdict.scenario.model_copy(update={"places": verdict.scenario.places + new})
    network = dataclasses.replace(
        verdict.network, scenario=scenario, positions={**verdict.network.positions, **more}
    )
    homes = tuple(
        group.model_copy(update={"at": "shelter_0"}) if group.id == "townspeople" else group
        for group in scenario.groups
    )
    scenario = scenario.model_copy(update={"groups": homes})
    plan = verdict.plan.model_copy(update={"self_movements": (), "left_behind": ()})
    return dataclasses.replace(verdict, plan=plan, scenario=scenario, network=network)


def test_places_too_close_to_be_named_get_an_inset() -> None:
    assert find_inset(prepare(case.verified()), View.of(map_box(prepare(case.verified())))) is None
    paper = prepare(crowded())
    inset = find_inset(paper, View.of(map_box(paper)))
    assert inset is not None
    assert inset.names == tuple(f"shelter_{n}" for n in range(5))
    spots = [inset.view.spot(35.30 + 0.002 * n, 40.60 + 0.001 * n) for n in range(5)]
    assert all(inset.view.holds(spot) for spot in spots)
    drawn = map_svg(paper)
    assert [drawn.count(f">Shelter {n}<") for n in range(5)] == [2] * 5


def test_words_on_the_map_cover_neither_each_other_nor_signs() -> None:
    labels = Labels(300, 200)
    spots = [(100.0 + 12 * n, 100.0) for n in range(8)]
    for spot in spots:
        labels.keep_sign(spot)
    drawn = [list(labels.put([f"Place {n}", "1,000 leave"], spot)) for n, spot in enumerate(spots)]
    assert sum(bool(parts) for parts in drawn) >= 6
    words = labels.taken[len(spots) :]
    for one in words:
        assert not [other for other in labels.taken if other != one and overlaps(one, other)]
        assert min(one) >= 0 and one[2] <= 300 and one[3] <= 200


def test_far_places_in_one_direction_have_signs_side_by_side() -> None:
    verdict = case.verified()
    model = verdict.scenario.place("valley")
    more = {"moscow": (55.6, 38.0), "kyiv": (50.4, 36.5)}
    new = tuple(model.model_copy(update={"id": name, "name": name}) for name in more)
    scenario = verdict.scenario.model_copy(update={"places": verdict.scenario.places + new})
    network = dataclasses.replace(
        verdict.network, scenario=scenario, positions={**verdict.network.positions, **more}
    )
    drawn = map_svg(prepare(dataclasses.replace(verdict, scenario=scenario, network=network)))
    assert drawn.count(">to moscow<") == drawn.count(">to kyiv<") == 2


def test_the_printed_map_has_land_rivers_roads_and_their_credit() -> None:
    paper = prepare(case.mapped())
    drawn = map_svg(paper)
    # Land (all over the sheet: its four corners), rivers, roads.
    for colour, least in (("#f5f2ea", 30), ("#a9c6dc", 60), ("#cdbf9f", 200)):
        assert re.search(f'<path d="M[^"]{{{least},}}" [^>]*{colour}', drawn), colour
    pages = " ".join(pdf_pages(documents.content(case.mapped(), paper, "pdf")))
    assert "OpenStreetMap contributors" in pages
    assert "10 left behind" in pages


@pytest.mark.parametrize(
    ("corner", "least", "most"), [(0.0, 0.0, 0.0), (1.0, 0.0, 0.02), (10.0, 0.5, 1.0)]
)
def test_a_zone_s_share_of_the_sheet_tells_tint_from_hatching(
    corner: float, least: float, most: float
) -> None:
    ring = [[0.0, 0.0], [corner, 0.0], [corner, corner], [0.0, corner], [0.0, 0.0]]
    view = View.of((0.0, 0.0, 10.0, 10.0))
    assert least <= _share(view, {"type": "Polygon", "coordinates": [ring]}) <= most
