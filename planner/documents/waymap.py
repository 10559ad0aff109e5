"""The map of one way, cheap enough to be drawn for every convoy of a large plan."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape

from planner.charts import Convoy, palette, threat_layer
from planner.documents import svg
from planner.documents.course import Stretch, towns
from planner.documents.curve import nice_step
from planner.documents.drawing import Drawing
from planner.documents.labels import Labels
from planner.documents.mapping import DASHES, danger
from planner.documents.marks import sign
from planner.documents.paper import Paper
from planner.documents.terrain import corners, outline, terrain
from planner.documents.view import Box, View

WIDTH, HEIGHT = 460.0, 280.0
_RIM = 0.12  # of the box, around the way
_LEAST_DEGREES = 0.06
Point3 = tuple[float, float, int]


class WayMaps:
    """Draws ways of one paper; threats are read once, a way is drawn once."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self._drawn: dict[tuple[str, str], Drawing] = {}

    def of(self, convoy: Convoy, pieces: Sequence[Stretch], alternate: str) -> Drawing:
        """The way with both ends, towns and numbers of its stretches; ``alternate`` is the id of
        another route, drawn with dashes, or nothing."""
        numbers = tuple((one.from_m, one.to_m) for one in pieces)
        key = (f"{convoy.route} {convoy.mode} {numbers}", alternate)
        if key not in self._drawn:
            self._drawn[key] = self._draw(convoy, pieces, alternate)
        return self._drawn[key]

    def _draw(self, convoy: Convoy, pieces: Sequence[Stretch], alternate: str) -> Drawing:
        routes = self.paper.verdict.network.routes
        points = routes[convoy.route].points
        other = routes[alternate].points if alternate else ()
        view = View.of(_box([*points, *other]), WIDTH, HEIGHT)
        drawing = Drawing(WIDTH, HEIGHT)
        drawing.shapes.append(svg.element("defs", danger(), _clip()))
        body = [terrain(self.paper.verdict.network).sheet(view), *self._dangers(view)]
        way = [view.spot(lat, lon) for lat, lon, _ in points]
        if other:
            body += _stroked([view.spot(lat, lon) for lat, lon, _ in other], palette.ORANGE, "7 4")
        body += _stroked(way, palette.MODE_COLOURS[convoy.mode], DASHES[convoy.mode])
        drawing.add("g", *body, clip_path="url(#sheet)")
        self._named(drawing, view, convoy, way, pieces)
        drawing.add(
            "rect", width=WIDTH, height=HEIGHT, fill="none", stroke="#666", stroke_width=1.0
        )
        return drawing

    # ------------------------------------------------------------------ dangers

    @cached_property
    def _zones(self) -> list[Any]:
        if not self.paper.internal:
            return []
        features = threat_layer(self.paper.verdict.network)["features"]
        return [shape(item["geometry"]) for item in features]

    def _dangers(self, view: View) -> list[str]:
        """Zones of threats, hatched; those over much of the sheet only edged. Office alone."""
        out = []
        window = shapely.box(*corners(view))
        for zone in self._zones:
            cut = shapely.make_valid(zone).intersection(window)
            if cut.is_empty:
                continue
            path = outline(view, np.array([cut]))
            line = cut.geom_type in ("LineString", "MultiLineString")
            wide = cut.area > 0.4 * window.area
            fill = "none" if line or wide else "url(#danger)"
            out.append(
                svg.element(
                    "path", d=path, fill=fill, fill_opacity=0.7, stroke=palette.THREAT_COLOUR,
                    stroke_width=4.0 if line else 0.6, stroke_opacity=0.35 if line else 0.6,
                    fill_rule="evenodd",
                )
            )  # fmt: skip
        return out

    # ------------------------------------------------------------------ names

    def _named(
        self,
        drawing: Drawing,
        view: View,
        convoy: Convoy,
        way: list[svg.Point],
        pieces: Sequence[Stretch],
    ) -> None:
        paper = self.paper
        labels = Labels(WIDTH, HEIGHT)
        labels.keep_free((0, HEIGHT - 42, 120, HEIGHT))
        ends = [(convoy.origin, way[0]), (convoy.destination, way[-1])]
        roles = {place.id: place.role for place in paper.verdict.scenario.places}
        for name, spot in ends:
            drawing.shapes.append(sign(roles[name], spot, 6.0))
            labels.keep_sign(spot, 8.0)
        for name, spot in ends:
            drawing.label(labels, [paper.label(name)], spot)
        if len(pieces) > 1:
            for number, (spot, _) in enumerate(_middles(way, pieces), start=1):
                _badge(drawing, labels, spot, str(number))
        for name, spot in self._towns(convoy.route, view):
            drawing.add("circle", cx=spot[0], cy=spot[1], r=2.4, fill="#fff", stroke="#333",
                        stroke_width=1.0)  # fmt: skip
            drawing.label(labels, [name], spot)
        _scale(drawing, paper, view)

    def _towns(self, name: str, view: View) -> list[tuple[str, svg.Point]]:
        route = self.paper.verdict.network.routes[name]
        moments = [moment for _, _, moment in route.points]
        found = []
        for words, offset_s in towns(self.paper, route):
            lat, lon = (
                float(np.interp(offset_s, moments, [point[side] for point in route.points]))
                for side in (0, 1)
            )
            found.append((words, view.spot(lat, lon)))
        return found


def _box(points: Sequence[Point3]) -> Box:
    lats, lons = [lat for lat, _, _ in points], [lon for _, lon, _ in points]
    high, wide = max(lats) - min(lats), max(lons) - min(lons)
    reach = max(_LEAST_DEGREES, _RIM * max(high, wide))
    return (min(lats) - reach, min(lons) - reach, max(lats) + reach, max(lons) + reach)


def _clip() -> str:
    sheet = svg.element("rect", width=WIDTH, height=HEIGHT)
    return svg.element("clipPath", sheet, id="sheet")


def _stroked(points: list[svg.Point], colour: str, dashes: str) -> list[str]:
    style = {"fill": "none", "stroke_linejoin": "round", "d": svg.path(points)}
    more = {"stroke_dasharray": dashes} if dashes else {}
    return [
        svg.element("path", stroke="#fff", stroke_width=5.0, stroke_opacity=0.85, **style),
        svg.element("path", stroke=colour, stroke_width=3.0, **style, **more),
    ]


def _middles(way: list[svg.Point], pieces: Sequence[Stretch]) -> list[tuple[svg.Point, Stretch]]:
    """The middle of each stretch on the drawn way."""
    steps = [math.dist(a, b) for a, b in itertools.pairwise(way)]
    marks = np.cumsum([0.0, *steps])
    whole = max(1, pieces[-1].to_m)
    found = []
    for one in pieces:
        share = (one.from_m + one.to_m) / 2 / whole * marks[-1]
        x, y = (float(np.interp(share, marks, [spot[side] for spot in way])) for side in (0, 1))
        found.append(((x, y), one))
    return found


def _badge(drawing: Drawing, labels: Labels, spot: svg.Point, words: str) -> None:
    """A number in a disc on the way, as in the table; left out where it would cover another."""
    if labels.covers(spot):
        return
    drawing.add("circle", cx=spot[0], cy=spot[1], r=6.5, fill="#12354f", stroke="#fff",
                stroke_width=1.2)  # fmt: skip
    drawing.write((spot[0], spot[1] + 3.1), words, 8.5, "middle", colour="#ffffff", bold=True)
    labels.keep_sign(spot, 7.0)


def _scale(drawing: Drawing, paper: Paper, view: View) -> None:
    """A bar of a round length, true in the middle of the sheet, and where north is."""
    middle = math.degrees(math.atan(math.sinh(view.north_y - HEIGHT / 2 / view.scale)))
    a_unit = view.metres(middle)
    metres = max(1, nice_step(round(80 * a_unit), 1))
    while metres / a_unit > 110:
        metres = max(1, metres // 2)
    length, left, y = metres / a_unit, 12.0, HEIGHT - 10.0
    bar = svg.path([(left, y - 4), (left, y), (left + length, y), (left + length, y - 4)])
    drawing.add("path", d=bar, fill="none", stroke="#000", stroke_width=1.2)
    words = f"{metres / 1000:,g} km" if metres >= 1000 else f"{metres} m"
    words = paper.latin(words)
    drawing.write((left + 3, y - 5), words, 8.5, lifted=True)
    north = svg.path([(left, y - 20), (left + 4, y - 32), (left + 8, y - 20)], closed=True)
    drawing.add("path", d=north, fill="#000")
    drawing.write((left + 11, y - 21), "N", 9.0, bold=True, lifted=True)
