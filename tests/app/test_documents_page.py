"""The page Documents: for whom, what leaves, what is withheld, and the files themselves."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from planner import documents, pipeline, wording
from planner.documents import Issued, Order
from planner.errors import ScenarioError
from planner.redact import AUDIENCES, recipients, wants_recipient
from planner.ui import maps
from planner.ui.bundles import bundle, packed
from planner.ui.result import papers
from planner.ui.session import Session
from planner.verify import Verdict
from tests import paper_case as case
from tests.app.desk_case import show, told


def order_for(verdict: Verdict, audience: Any) -> Order:
    """An order of everything for the audience, for the first of them where it is for one."""
    first = recipients(verdict, audience)[0].id if wants_recipient(audience) else None
    return Order(audience=audience, recipient=first, with_blanks=False)


@pytest.fixture(scope="module")
def office(made: Any, tmp_path_factory: pytest.TempPathFactory) -> Issued:
    """What the office gets of the plan that is shown: made once for all tests."""
    path = tmp_path_factory.mktemp("office") / "plan.json"
    path.write_bytes(made.granted)
    return documents.issue(pipeline.verify_file(path), Order(with_blanks=False))


@cache
def of_the_case(audience: Any) -> Issued:
    """What an audience, or the first of its readers, gets of the small plan of the documents."""
    verdict = case.conditional()
    return documents.issue(verdict, order_for(verdict, audience))


def test_documents_are_offered_singly_and_together(planned: Session, office: Issued) -> None:
    app = show("documents", planned)
    labels = [found.proto.label for found in app.get("download_button")]
    made = office
    assert labels[0] == f"Everything as one file ({len(made.files)} documents)"
    assert labels[1] == "Download summary.pdf"
    wanted = [papers.title(name) for name in papers.offered(made)]
    assert app.radio(key="document-internal").options == wanted
    content = made.bundle()
    assert documents.archive.check(io.BytesIO(content), "all.zip").faults == ()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {*made.files, "manifest.json"}


def test_two_plans_are_laid_side_by_side(session: Session, made: Any) -> None:
    session.open_plan(made.base)
    assert "Compare with" not in [box.label for box in show("documents", session).selectbox]
    session.open_plan(made.granted)
    first, second = session.runs
    app = show("documents", session)
    assert papers.title("comparison") not in app.radio(key="document-internal").options
    box = app.selectbox(key=f"against-{second.number}")
    assert box.options == [first.label] and box.value is None
    box.set_value(first.number).run()
    shown = app.radio(key="document-internal")
    assert papers.title("comparison") in shown.options
    shown.set_value("comparison").run()
    assert not app.exception
    labels = [found.proto.label for found in app.get("download_button")]
    assert "Download comparison.pdf" in labels


def test_every_file_is_named_before_it_leaves(planned: Session, office: Issued) -> None:
    app = show("documents", planned)
    made = office
    rows = papers.leaving(made)
    for shown, what, size in rows:
        assert shown in told(app) and what.split(": ")[0] in told(app) and size.endswith("kB")
    single = {shown for shown, _what, _size in rows if not shown.endswith("/")}
    folders = {shown for shown, _what, _size in rows if shown.endswith("/")}
    left = {name for name in made.files if name not in single}
    assert left and {f"{name.rpartition('/')[0]}/" for name in left} == folders


def test_what_is_shown_is_what_the_command_line_writes(tmp_path: Path) -> None:
    verdict = case.conditional()
    written = documents.write_all(verdict, tmp_path)
    files = documents.files(verdict, Order(with_blanks=False))
    assert {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in written} == files
    paths = [tmp_path / name for name in files]
    assert bundle(tmp_path, paths) == packed(files)


def test_without_a_plan_there_is_nothing_to_hand_out(session: Session) -> None:
    assert "No plan yet." in told(show("documents", session))


@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_audience_gets_its_own_documents(audience: Any, planned: Session) -> None:
    app = show("documents", planned, audience=audience)
    verdict = planned.runs[-1].verdict
    made = documents.issue(verdict, order_for(verdict, audience))
    labels = [found.proto.label for found in app.get("download_button")]
    assert labels[0] == f"Everything as one file ({len(made.files)} documents)"
    wanted = [papers.title(name) for name in papers.offered(made)]
    assert app.radio(key=f"document-{audience}").options == wanted
    assert papers.audiences()[audience][1] in told(app)
    whole = papers.WHOLE in made.files
    assert whole == (audience == "internal")


@pytest.mark.parametrize(
    ("document", "kind", "name"),
    [
        ("plan", "pdf", "summary.pdf"), ("movement-table", "xlsx", "movement_table.xlsx"),
        ("people", "csv", "people.csv"), ("routes", "geojson", "routes.geojson"),
        ("routes", "gpx", "c0001.gpx"), ("routes", "kml", "routes.kml"),
        ("routes", "kmz", "routes.kmz"), ("routes", "gpkg", "routes.gpkg"),
        ("routes", "driver-kml", "c0001.kml"), ("displacement", "flee", "locations.csv"),
        ("plan", "json", "plan.json"),
    ],
)  # fmt: skip
def test_every_document_can_be_looked_at(
    document: str, kind: str, name: str, planned: Session, office: Issued
) -> None:
    chosen = {"document-internal": document, f"format-internal-{document}": kind}
    app = show("documents", planned, **chosen)
    made = office
    labels = [found.proto.label for found in app.get("download_button")]
    assert labels == [labels[0], f"Download {name}"]
    assert not app.exception
    content = made.files[papers.offered(made)[document][kind][0]]
    if name.endswith(".csv"):
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        shown = app.dataframe[0].value
        assert list(shown.columns) == rows[0]
        assert shown.values.tolist() == rows[1 : papers.HEAD + 1]
    elif name == "summary.pdf":
        verdict = planned.runs[-1].verdict
        assert len(app.get("image")) == len(papers.pages(verdict, Order(), name))
    elif kind in ("geojson", "gpx"):
        assert len(app.get("deck_gl_json_chart")) == 1
    elif kind in ("kml", "kmz"):
        assert "<TimeSpan>" in app.code[0].value
    elif kind == "gpkg":
        assert "convoys" in told(app) and "depart_utc" in told(app)
    elif name == "plan.json":
        assert "For the office alone." in told(app)


@pytest.mark.parametrize("audience", ["partners", "crew", "parties", "public"])
def test_the_paper_of_an_audience_is_shown_as_pages(audience: Any, planned: Session) -> None:
    app = show("documents", planned, audience=audience)
    assert len(app.get("image")) >= 1
    assert not app.exception


def test_another_recipient_gets_other_movements(planned: Session) -> None:
    app = show("documents", planned, audience="partners")
    verdict = planned.runs[-1].verdict
    box = next(box for box in app.selectbox if box.label == "Which one")
    ids = [one.id for one in recipients(verdict, "partners")]
    assert len(box.options) == len(ids) >= 2
    made = [documents.files(verdict, Order(audience="partners", recipient=one)) for one in ids]
    assert made[0]["movement_table.csv"] != made[1]["movement_table.csv"]
    box.set_value(ids[1]).run()
    assert not app.exception


def test_a_plan_that_fails_is_handed_to_nobody_outside(session: Session, made: Any) -> None:
    plan = json.loads(made.base)
    leg = next(leg for sortie in plan["sorties"] for leg in sortie["legs"] if leg["manifest"])
    leg["manifest"][0]["units"] += 40
    session.open_plan(json.dumps(plan).encode())
    app = show("documents", session)
    assert "FAILED: this plan breaks rules" in told(app)
    assert app.get("download_button")
    app = show("documents", session, audience="public")
    assert "Nothing may be handed to them." in told(app)
    assert "plan again" in told(app) and not app.get("download_button")


def test_the_stamps_of_the_plan_stand_on_the_page(session: Session, made: Any) -> None:
    session.open_plan(made.granted)
    assert "NOT AUTHORISED: this plan awaits" in told(show("documents", session))


def test_only_languages_that_have_their_words_are_offered(
    planned: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = {"Public brief": "Краткое сообщение", "Month": "Месяц"}
    found = wording.catalog
    monkeypatch.setattr(
        wording, "catalog", lambda code: {**found(code), **words} if code == "ru" else {}
    )
    assert papers.languages() == ["en", "ru"]
    app = show("documents", planned, audience="public", paper_language="ru")
    app.radio(key="format-public-brief").set_value("csv").run()
    assert "Месяц" in list(app.dataframe[0].value["what"])
    monkeypatch.setattr(wording, "catalog", lambda code: {})
    assert papers.languages() == ["en"]


# ------------------------------------------------------------------ withheld


def test_what_is_withheld_is_told_with_its_reason() -> None:
    rows = papers.withheld(case.conditional(), Order())
    (place, why, instead), (ways, *_rest), *_more = rows
    assert "Merciful Clinic" in place and "protected" in why and "North gate" in instead
    assert ways.startswith("The ways of 2 movements")
    assert papers.withheld(case.mapped(), Order()) == []


def test_outside_the_office_more_is_withheld_and_counted() -> None:
    verdict = case.conditional()
    inside = len(papers.withheld(verdict, Order()))
    partners = Order(audience="partners", recipient="ferries")
    told_of = papers.withheld(verdict, partners)
    assert len(told_of) > inside
    # Six legs and a movement by own means; the ferry has one, and its escort's goes along.
    others = next(row[0] for row in told_of if "movements of others" in row[0])
    shown = documents.files(verdict, partners)["movement_table.csv"].decode("utf-8-sig")
    legs = {(row["sortie"], row["leg"]) for row in csv.DictReader(io.StringIO(shown))}
    assert others == f"{7 - len(legs)} movements of others"
    public = [row[0] for row in papers.withheld(verdict, Order(audience="public"))]
    assert "All of 7 movements" in public
    crew = papers.withheld(verdict, Order(audience="crew", recipient="ferries-1"))
    assert any("Ids of fleets" in row[0] for row in crew)
    with pytest.raises(ScenarioError):
        papers.withheld(verdict, Order(audience="partners", recipient="nobody"))


WITHHELD = {
    "partners": {"group_id", "units"},
    "crew": {"group", "fleet_id", "vehicle", "escorts"},
    "parties": {"group", "stretchers", "fleet_id", "vehicle", "driver", "call_sign", "escorts",
                "links"},
}  # fmt: skip
"""Columns of the movement table that the page's words speak of."""


@pytest.mark.parametrize("audience", WITHHELD)
def test_what_the_page_says_is_withheld_is_missing(audience: Any) -> None:
    verdict = case.conditional()
    order = order_for(verdict, audience)
    table = of_the_case(audience).files["movement_table.csv"].decode("utf-8-sig")
    columns = set(next(csv.reader(io.StringIO(table))))
    assert not columns & WITHHELD[audience]
    inside = of_the_case("internal").files["movement_table.csv"].decode("utf-8-sig")
    assert set(next(csv.reader(io.StringIO(inside)))) >= WITHHELD[audience]
    ids = [item.id for item in verdict.scenario.authorisations]
    coded = not any(name in table for name in ids)
    said = any("Names of the permissions" in row[0] for row in papers.withheld(verdict, order))
    assert coded >= said


@pytest.mark.parametrize("audience", AUDIENCES)
def test_what_is_withheld_is_in_no_file_but_the_plan(audience: Any) -> None:
    files = of_the_case(audience).files
    for name, content in files.items():
        if papers.suffix(name) in (".csv", ".geojson", ".gpx", ".kml", ".gpkg", ".json"):
            if name == papers.WHOLE:
                continue
            text = content.decode("utf-8", "replace")
            assert not [secret for secret in case.SECRETS if secret in text], name
    if audience == "internal":
        assert "Merciful Clinic" in files[papers.WHOLE].decode("utf-8")


def test_every_document_of_the_program_has_its_words() -> None:
    assert set(papers.titles()) == set(documents.NAMES)
    assert set(papers.formats()) == set(documents.FORMATS)
    assert set(papers.audiences()) == set(AUDIENCES)
    for audience in AUDIENCES:
        made = of_the_case(audience)
        found = papers.offered(made)
        listed = [name for kinds in found.values() for names in kinds.values() for name in names]
        assert sorted(listed) == sorted(made.files)
        assert {papers.suffix(name) for name in made.files} <= set(papers.TYPES)


# ------------------------------------------------------------------ the files themselves


@pytest.mark.parametrize("audience", ["internal", "parties", "public"])
def test_the_pictures_are_the_pages_of_the_pdf(audience: Any) -> None:
    import pypdfium2

    verdict = case.conditional()
    order = order_for(verdict, audience)
    files = of_the_case(audience).files
    name = next(name for name in files if name.endswith(".pdf"))
    document = pypdfium2.PdfDocument(files[name])
    pages = papers.pages(verdict, order, name)
    assert len(pages) == len(document)
    assert all(page.startswith(b"\x89PNG") for page in pages)
    document.close()


def test_a_file_on_the_map_shows_its_own_lines_and_nothing_is_fetched() -> None:
    verdict = case.conditional()
    collection = papers.features(of_the_case("internal").files["routes.geojson"])
    deck = maps.file_deck(verdict, collection, (800, 480)).to_json()
    layer = next(one for one in json.loads(deck)["layers"] if one["id"] == "file")
    assert len(layer["data"]["features"]) == len(collection["features"])
    assert "35.347" not in deck and "http" not in deck.replace("http://x.example", "")


def test_one_rounded_point_is_not_looked_at_closely() -> None:
    verdict = case.conditional()
    files = of_the_case("public").files
    deck = maps.file_deck(verdict, papers.features(files["brief.geojson"]), (800, 480))
    assert json.loads(deck.to_json())["initialViewState"]["zoom"] < 9


def test_a_track_has_the_points_of_its_file() -> None:
    made = of_the_case("internal")
    files, names = made.files, list(papers.offered(made)["routes"]["gpx"])
    assert papers.size_words(files, names).startswith(f"{len(names)} files, ")
    points = papers.track(files[names[0]])
    assert len(points) >= 2 and all(at.startswith("2012-12-13T") for _lat, _lon, at in points)


def test_sheets_are_shown_as_text() -> None:
    found = papers.sheets(of_the_case("internal").files["movement_table.xlsx"])
    assert len(found) >= 4
    assert any("+cmd" in value for sheet in found.values() for value in sheet.to_numpy().flat)
    assert papers.csv_head(b"")[1] == 0
