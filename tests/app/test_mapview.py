"""The map's Python side: sheets, moments, the still picture, the files that the browser gets."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from streamlit.testing.v1 import AppTest

from planner import charts, load, pipeline
from planner.timeline import Intervals
from planner.ui.mapview import Sheet, at_moment, backdrop_sheet, clock_of, feature, named
from planner.ui.mapview.component import FOLDER
from planner.ui.mapview.plain import picture
from planner.ui.mapview.view import _click, _shape, _view

ROOT = Path(__file__).resolve().parents[2]
POINT = {"type": "Point", "coordinates": [40.0, 35.0]}
LINE = {"type": "LineString", "coordinates": [[40.0, 35.0], [40.5, 35.2]]}
SQUARE = {"type": "Polygon", "coordinates": [[[40, 35], [41, 35], [41, 36], [40, 36], [40, 35]]]}
HOSTILE = "<script>alert(1)</script>\u202e" + "x" * 10_000


def test_what_was_vendored_is_unchanged() -> None:
    noted = json.loads((FOLDER / "VENDORED.json").read_text(encoding="utf-8"))
    found = {
        name: hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() for name in noted["sha256"]
    }
    assert found == noted["sha256"]
    assert f"v{noted['version']}" in (FOLDER / "maplibre-gl.mjs").read_text("utf-8")[:200]
    assert {path.name for path in FOLDER.glob("maplibre-gl*")} == set(noted["sha256"])
    licence = (FOLDER / "maplibre-gl.LICENSE.txt").read_text(encoding="utf-8")
    assert "Redistribution and use in source and binary forms" in licence


def test_our_own_scripts_name_no_address() -> None:
    scripts = [path for path in FOLDER.glob("*.mjs") if not path.name.startswith("maplibre-gl")]
    assert len(scripts) >= 5
    assert [path.name for path in scripts if "://" in path.read_text(encoding="utf-8")] == []


def test_a_feature_is_there_in_its_spans_only() -> None:
    found = feature(POINT, kind="zone", id="z", when=Intervals.of([(10, 20), (30, 40)]))
    assert [len(at_moment([found], t)) for t in (9, 10, 19, 20, 35, 40)] == [0, 1, 1, 0, 1, 0]


def test_a_series_holds_its_last_step_that_has_begun() -> None:
    found = feature(POINT, kind="place", id="p", series={"radius": [(0, 5), (100, 9)]})
    radii = [at_moment([found], t)[0]["properties"]["radius"] for t in (-5, 0, 99, 100)]
    assert radii == [5, 5, 5, 9]


def test_a_sheet_is_known_by_what_it_shows() -> None:
    one, two = (Sheet("s", "points", [feature(POINT, id=name)]) for name in "ab")
    assert one.mark != two.mark
    assert one.mark == Sheet("other", "points", [feature(POINT, id="a")]).mark


def test_names_are_cut_and_lose_marks_that_turn_them() -> None:
    said = feature(POINT, kind="place", id="p", caption=HOSTILE, text=HOSTILE)["properties"]
    assert "\u202e" not in said["caption"] + said["text"]
    assert len(said["caption"]) <= 48 and len(said["text"]) <= 400


def test_what_can_be_picked_is_named_once() -> None:
    first = feature(POINT, kind="place", id="p", text="Port\nopen")
    again = feature(LINE, kind="place", id="p", text="other")
    sheets = [Sheet("a", "points", [first]), Sheet("b", "lines", [again, feature(LINE)])]
    assert named(sheets) == {("place", "p"): "Port"}


def test_the_still_picture_shows_every_name_as_text() -> None:
    sheets = [
        Sheet("g", "ground", [{**feature(SQUARE), "properties": {"layer": "countries"}}]),
        Sheet("a", "areas", [feature(SQUARE, text=HOSTILE, colour='"><script>')]),
        Sheet("l", "lines", [feature(LINE, dash="dashed")]),
        Sheet("p", "points", [feature(POINT, caption="Tom & <b>", sign="<", radius=9)]),
    ]
    drawn = picture(sheets, (39, 34, 42, 37), 0, 900, 400)
    root = ElementTree.fromstring(drawn)
    assert not [item for item in root.iter() if "script" in item.tag]
    words = [item.text for item in root.iter() if item.tag.endswith("text")]
    assert "Tom & <b>" in words
    circle = next(item for item in root.iter() if item.tag.endswith("circle"))
    assert 0 < float(circle.attrib["cx"]) < 900 and 0 < float(circle.attrib["cy"]) < 400


def test_the_still_picture_keeps_to_the_moment() -> None:
    sheet = Sheet("p", "points", [feature(POINT, when=Intervals.of([(0, 10)]))])
    assert picture([sheet], (39, 34, 42, 37), 5, 900, 400).count("<circle") == 1
    assert picture([sheet], (39, 34, 42, 37), 15, 900, 400).count("<circle") == 0


def test_the_ground_of_a_shipped_crisis_is_small_enough_to_send() -> None:
    scenario = load.read(ROOT / "scenarios" / "deir_al_zor_2012.yaml")
    sheet = backdrop_sheet(charts.backdrop(pipeline.make_network(scenario)))
    layers = [item["properties"]["layer"] for item in sheet.features]
    assert layers == ["countries", "rivers", "coast", "borders", "roads"]
    assert len(sheet.body) < 600_000


def test_the_clock_shades_nights_and_names_days() -> None:
    scenario = load.read(ROOT / "tests" / "scenarios" / "small_bridge.yaml")
    clock = clock_of(scenario, end_s=86400, daylight=Intervals.of([(3600, 36000)]))
    assert clock.nights == ((0, 3600), (36000, 86400))
    assert clock.midnights == (64800,)
    assert clock.start_ms == 1_355_371_200_000  # 2012-12-13 04:00 UTC


@pytest.mark.parametrize("value", [None, "text", 5])
def test_a_browser_that_says_nothing_is_read_as_nothing(value: Any) -> None:
    assert (_click(value), _shape(value), _view(value)) == (None, None, None)


def test_clicks_and_shapes_are_read() -> None:
    hit = {"kind": "place", "id": "p", "sheet": "places"}
    click = _click({"lat": 35, "lon": 40.5, "zoom": 9, "hits": [hit]})
    assert click is not None and click.hits[0].id == "p" and (click.lat, click.lon) == (35, 40.5)
    circle = _shape({"shape": "circle", "centre": [35.1, 40.2], "radius_m": 900})
    assert circle is not None and circle.centre == (35.1, 40.2) and circle.radius_m == 900
    outline = _shape({"shape": "polygon", "corners": [[1, 2], [3, 4], [5, 6]]})
    assert outline is not None and outline.corners == ((1, 2), (3, 4), (5, 6))


def map_page() -> None:
    import streamlit as st

    from planner.ui.mapview import Clock, Sheet, feature, map_view

    spot = {"type": "Point", "coordinates": [40.0, 35.0]}
    sheet = Sheet("p", "points", [feature(spot, kind="place", id="port", text="Port")])
    clock = Clock(start_ms=0, end_s=7200, zone="UTC", at_s=600)
    reading = map_view([sheet], key="one", label="Map", clock=clock)
    st.text(f"{reading.time_s} {reading.clicked.hits[0].id if reading.clicked else '-'}")


def test_a_page_with_a_map_runs() -> None:
    app = AppTest.from_function(map_page).run()
    assert not app.exception
    assert app.text[0].value == "600 -"


def test_without_webgl_there_is_a_picture_and_a_list() -> None:
    app = AppTest.from_function(map_page)
    app.session_state["map_failed"] = "no WebGL"
    app.run()
    assert not app.exception
    assert "cannot draw the map" in app.html[0].body and "no WebGL" in app.html[0].body
    app.slider[0].set_value(1.5).run()
    assert app.text[0].value == "5400 -"
    app.selectbox[0].select_index(0).run()
    assert app.text[0].value == "5400 port"
    app.run()
    assert app.text[0].value == "5400 -"  # told once
    app.button[0].click().run()
    assert not app.exception and app.text[0].value.endswith(" -") and not app.selectbox
