"""The page Documents: for whom, what leaves, what is withheld, and the files themselves."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from planner import documents
from planner.documents import summary
from planner.documents.paper import prepare
from planner.ui import maps
from planner.ui.bundles import bundle
from planner.ui.result import papers
from planner.ui.session import Session
from tests import paper_case as case
from tests.app.desk_case import show, told


def test_documents_are_offered_singly_and_together(planned: Session) -> None:
    app = show("documents", planned)
    labels = [found.proto.label for found in app.get("download_button")]
    run = planned.runs[-1]
    assert labels[0] == f"Everything as one file ({len(run.documents())} documents)"
    assert labels[1] == "Download summary.pdf"
    assert set(app.radio(key="document").options) == set(papers.offered(run.documents()))
    content = bundle(run.folder, run.documents())
    assert content == bundle(run.folder, run.documents())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert "plan.json" in archive.namelist()
        assert any(name.startswith("gpx/") for name in archive.namelist())


def test_without_a_plan_there_is_nothing_to_hand_out(session: Session) -> None:
    assert "No plan yet." in told(show("documents", session))


@pytest.mark.parametrize("name", list(papers.kinds()))
def test_every_document_can_be_looked_at(name: str, planned: Session) -> None:
    app = show("documents", planned, document=name)
    labels = [found.proto.label for found in app.get("download_button")]
    wanted = "c0001.gpx" if name == "gpx" else name
    assert labels == [labels[0], f"Download {wanted}"]
    if name.endswith(".csv"):
        run = planned.runs[-1]
        rows = list(csv.reader(io.StringIO((run.folder / name).read_text("utf-8-sig"))))
        shown = app.dataframe[0].value
        assert list(shown.columns) == rows[0]
        assert shown.values.tolist() == rows[1 : papers.HEAD + 1]
    elif name == "summary.pdf":
        assert len(app.get("image")) == len(summary.pictures(prepare(planned.runs[-1].verdict)))
    elif name in ("routes.geojson", "gpx"):
        assert len(app.get("deck_gl_json_chart")) == 1
    elif name == "plan.json":
        assert "For the office alone." in told(app)


def test_the_stamps_of_the_plan_stand_on_the_page(session: Session, made: Any) -> None:
    import json

    session.open_plan(made.granted)
    assert "NOT AUTHORISED: this plan awaits" in told(show("documents", session))
    plan = json.loads(made.base)
    leg = next(leg for sortie in plan["sorties"] for leg in sortie["legs"] if leg["manifest"])
    leg["manifest"][0]["units"] += 40
    session.open_plan(json.dumps(plan).encode())
    assert "FAILED: this plan breaks rules" in told(show("documents", session))


def test_what_is_withheld_is_told_with_its_reason() -> None:
    rows = papers.withheld(case.conditional())
    (place, why, instead), (ways, *_rest), *_more = rows
    assert "Merciful Clinic" in place and "protected" in why and "North gate" in instead
    assert ways.startswith("The ways of 2 movements")
    assert papers.withheld(case.mapped()) == []


def test_what_is_withheld_is_in_no_file_but_the_plan(tmp_path: Path) -> None:
    files = documents.write_all(case.conditional(), tmp_path)
    found = papers.offered(files)
    assert list(found) == list(papers.kinds())
    for name, paths in found.items():
        for path in paths:
            text = path.read_bytes().decode("utf-8", "replace")
            if path.suffix in (".csv", ".geojson", ".gpx"):
                assert not [secret for secret in case.SECRETS if secret in text], name
    kept = (tmp_path / papers.INTERNAL_ALONE).read_text("utf-8")
    assert "Merciful Clinic" in kept


def test_the_pictures_are_the_pages_of_the_pdf(tmp_path: Path) -> None:
    import pypdfium2

    paper = prepare(case.conditional())
    document = pypdfium2.PdfDocument(summary.pdf_bytes(paper))
    pages = summary.pictures(paper)
    assert len(pages) == len(document)
    assert all(page.startswith(b"\x89PNG") for page in pages)
    document.close()


def test_a_file_on_the_map_shows_its_own_lines_and_nothing_is_fetched(tmp_path: Path) -> None:
    import json

    verdict = case.conditional()
    documents.write_all(verdict, tmp_path)
    collection = papers.features(tmp_path / "routes.geojson")
    deck = maps.file_deck(verdict, collection, (800, 480)).to_json()
    layer = next(one for one in json.loads(deck)["layers"] if one["id"] == "file")
    assert len(layer["data"]["features"]) == len(collection["features"])
    assert "35.347" not in deck and "http" not in deck.replace("http://x.example", "")


def test_a_track_has_the_points_of_its_file(tmp_path: Path) -> None:
    documents.write_all(case.conditional(), tmp_path)
    paths = papers.offered(sorted(tmp_path.rglob("*.gpx")))["gpx"]
    assert papers.size_words(paths).startswith(f"{len(paths)} files, ")
    points = papers.track(paths[0])
    assert len(points) >= 2 and all(at.startswith("2012-12-13T") for _lat, _lon, at in points)


def test_sheets_are_shown_as_text(tmp_path: Path) -> None:
    documents.write_all(case.conditional(), tmp_path)
    found = papers.sheets(tmp_path / "movement_table.xlsx")
    assert len(found) >= 4
    assert any("+cmd" in value for sheet in found.values() for value in sheet.to_numpy().flat)
    assert papers.csv_head(b"")[1] == 0
