"""The desk's pieces without a page: labels, background, HTML, names of files."""

from __future__ import annotations

import itertools
import random
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest

from planner.errors import Issue
from planner.ui import captions, ground, look, maps
from planner.ui.session import safe_name

EVIL = "<b onclick=x>&\"'"


# ------------------------------------------------------------------ names on the map


def spot(number: int, lat: float, lon: float, priority: int = 0) -> dict[str, Any]:
    caption = f"Place {number}"
    return {"id": f"p{number:03d}", "lat": lat, "lon": lon, "caption": caption, "radius": 6,
            "priority": priority}  # fmt: skip


def box_of(row: dict[str, Any], zoom: float) -> captions.Box:
    x, y = captions.pixel(row["lat"], row["lon"], zoom)
    x, y = x + row["push"][0], y + row["push"][1]
    width = captions.CHARACTER_PX * len(row["caption"])
    left = {"start": 0.0, "middle": width / 2, "end": width}[row["anchor"]]
    half = captions.LINE_PX / 2
    return (x - left, y - half, x - left + width, y + half)


def test_no_name_covers_another_or_a_circle() -> None:
    chance = random.Random(7)
    rows = [spot(n, 35 + chance.random(), 40 + chance.random()) for n in range(60)]
    zoom = 8.0
    placed = captions.set_captions(rows, zoom)
    assert 5 < len(placed) < 60
    boxes = [box_of(row, zoom) for row in placed]
    for a, b in itertools.combinations(boxes, 2):
        assert (
            min(a[2], b[2]) <= max(a[0], b[0]) + 1e-6 or min(a[3], b[3]) <= max(a[1], b[1]) + 1e-6
        )
    assert len(captions.set_captions(rows, 14.0)) == 60


def test_the_more_important_name_wins() -> None:
    crowd = [spot(n, 35.0, 40.0 + n * 1e-6, priority=n) for n in range(30)]
    placed = {row["id"] for row in captions.set_captions(crowd, 6.0)}
    assert placed == {"p029", "p028", "p027", "p026"}  # right, left, above, below
    pair = [spot(1, 35.0, 40.0, 1), spot(2, 35.0, 40.02, 9)]
    first = captions.set_captions(pair, 8.0)[0]
    assert first["id"] == "p002"


def test_a_pixel_is_web_mercator() -> None:
    assert captions.pixel(0.0, 0.0, 0) == pytest.approx((256.0, 256.0))
    assert captions.pixel(0.0, 180.0, 1) == pytest.approx((1024.0, 512.0))
    assert captions.pixel(85.05112878, -180.0, 0) == pytest.approx((0.0, 0.0), abs=1e-3)


def test_a_view_shows_all_of_its_bounds() -> None:
    view = maps.view_of((33.0, 36.0, 37.0, 41.0), 1200, 400)
    left, bottom = captions.pixel(33.0, 36.0, view["zoom"])
    right, top = captions.pixel(37.0, 41.0, view["zoom"])
    assert right - left <= 1200 and 0.7 * 400 < bottom - top <= 0.8 * 400
    assert maps.view_of((35.0, 40.0, 35.0, 40.0), 1200, 400)["zoom"] == 14.0


# ------------------------------------------------------------------ background


def lines(*paths: list[list[float]]) -> dict[str, Any]:
    features = [
        {
            "type": "Feature",
            "properties": {},
            "geometry": {"type": "LineString", "coordinates": path},
        }
        for path in paths
    ]
    return {"type": "FeatureCollection", "features": features}


def test_the_background_is_cut_simplified_and_single() -> None:
    there = [[40.0, 35.0], [40.1, 35.0], [40.2, 35.00001], [40.4, 35.0]]
    far = [[60.0, 10.0], [61.0, 10.0]]
    view = {"latitude": 35.0, "longitude": 40.2, "zoom": 7.0}
    found = ground.for_view({"roads": lines(there, there[::-1], far)}, view, (600, 400))
    (feature,) = found["roads"]["features"]
    assert feature["geometry"]["coordinates"] == [[[40.0, 35.0], [40.4, 35.0]]] or feature[
        "geometry"
    ]["coordinates"] == [[[40.4, 35.0], [40.0, 35.0]]]
    assert set(found) == set(ground.SHEETS) and not found["coast"]["features"]


def test_what_lies_far_off_the_roads_is_left_out_of_the_region() -> None:
    whole = {"roads": lines([[36.0, 33.0], [40.0, 37.0]])}
    near, far = (35.0, 38.0), (55.7, 37.6)
    assert ground.on_the_roads([near, far], whole) == [near]
    assert ground.on_the_roads([near, far], {}) == [near, far]
    assert maps.bounds_of([near, far]) == (35.0, 37.6, 55.7, 38.0)


# ------------------------------------------------------------------ HTML


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    bodies: list[str] = []
    monkeypatch.setattr(look, "st", SimpleNamespace(html=bodies.append))
    return bodies


def test_every_piece_of_html_escapes_what_it_is_given(written: list[str]) -> None:
    look.title(EVIL, EVIL)
    look.heading(EVIL, EVIL)
    look.note(EVIL)
    look.banner("bad", EVIL, EVIL, [EVIL])
    look.facts({EVIL: EVIL})
    look.figures([(EVIL, EVIL, EVIL, "good")])
    look.table((EVIL,), [(EVIL,)], right=(0,))
    look.legend([(EVIL, "#000000", EVIL, "disc")])
    written.append(look.issue_list([Issue("f", 1, EVIL, EVIL, EVIL)], f"{EVIL}\n"))
    assert len(written) == 9
    for body in written:
        assert "<b onclick" not in body
        assert EVIL in unescape(body)


def test_problems_beyond_the_limit_are_counted() -> None:
    issues = [Issue("f", line, "", "x") for line in range(70)]
    assert "and 10 more" in look.issue_list(issues, "a\n" * 80)


def test_the_gutter_tints_the_lines_with_problems() -> None:
    issues = [Issue("f", 2, "", "x"), Issue("f", 2, "", "y", severity="warning")]
    style = look.gutter("a\nb\nc", issues)
    # A "<" inside a style would make the page drop it.
    assert "<svg" not in style and style.count("<") == 2
    assert "%23d55e00" in style and "%23e69f00" not in style  # a fault outweighs a warning
    assert "http://www.w3.org" in style  # the name of a format, not an address that is fetched


# ------------------------------------------------------------------ session


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a.yaml", "a.yaml"),
        ("../../etc/passwd", "passwd.yaml"),
        ("مستشفى.yaml", "scenario.yaml"),
        ("x" * 300 + ".yml", "x" * 80 + ".yaml"),
        ("con:1 \n<b>.yaml", "con_1_b.yaml"),
    ],
)
def test_an_uploaded_name_is_only_a_name(given: str, kept: str) -> None:
    assert safe_name(given) == kept
