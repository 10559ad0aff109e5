"""The printed map of a plan: the ground, the threats and the ways that people take."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape

from planner.charts import havens, palette, self_track, threat_layer
from planner.charts.convoys import convoy_track
from planner.documents import svg
from planner.documents.paper import Paper
from planner.documents.view import Box, View

_MOST_GROWTH = 2.2  # how much a far place may stretch the map before it becomes an arrow
_WIDE = 0.2  # share of the sheet from which on hatching would hide the map
_LEAST_DEGREES = 0.1  # a map shows at least about ten kilometres
DASHES = {"road": "", "sea": "7 3", "river": "7 3", "air": "2 3", "car": "5 2 1 2", "foot": "1 2"}


def map_box(paper: Paper) -> Box:
    """The box of the places in use, without those so far off that the rest would shrink.

    Homes and the ends of road movements come first; the others join from the nearest on, as long as
    the box grows by no more than a factor in either direction.
    """
    network, plan = paper.verdict.network, paper.verdict.plan
    near = {group.at for group in paper.verdict.scenario.groups}
    far: set[str] = set()
    for convoy in paper.convoys:
        (near if convoy.mode == "road" else far).update((convoy.origin, convoy.destination))
    for movement in plan.self_movements:
        near.update((movement.origin, movement.destination))
    used = near or {place.id for place in paper.verdict.scenario.places}
    box = _box([network.positions[name] for name in sorted(used)])
    far |= havens(paper.verdict.scenario)
    least = (max(box[2] - box[0], 0.3), max(box[3] - box[1], 0.3))
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    spots = [network.positions[name] for name in sorted(far - used)]
    for spot in sorted(spots, key=lambda s: (math.dist(s, middle), s)):
        grown = _box([box[:2], box[2:], spot])
        growth = ((grown[2] - grown[0]) / least[0], (grown[3] - grown[1]) / least[1])
        if max(growth) <= _MOST_GROWTH:
            box = grown
    spare = [max(0.0, _LEAST_DEGREES - (box[side + 2] - box[side])) / 2 for side in (0, 1)]
    return (box[0] - spare[0], box[1] - spare[1], box[2] + spare[0], box[3] + spare[1])


def _box(spots: list[tuple[float, float]]) -> Box:
    lats, lons = [lat for lat, _ in spots], [lon for _, lon in spots]
    return (min(lats), min(lons), max(lats), max(lons))


def _paths(view: View, features: list[dict[str, Any]], **style: str | float) -> str:
    """All lines and rings of the features that touch the drawing, as one path."""
    drawn = []
    for item in features:
        for coordinates, closed in _strokes(item["geometry"]):
            points = view.points(coordinates)
            if view.touches(points):
                drawn.append(svg.path(_thinned(points), closed))
    return svg.element("path", d="".join(drawn), **style) if drawn else ""


def _strokes(geometry: dict[str, Any]) -> Iterator[tuple[list[Any], bool]]:
    kind, coordinates = geometry["type"], geometry["coordinates"]
    if kind == "LineString":
        yield coordinates, False
    elif kind == "MultiLineString":
        for part in coordinates:
            yield part, False
    elif kind == "Polygon":
        for ring in coordinates:
            yield ring, True
    elif kind == "MultiPolygon":
        for body in coordinates:
            for ring in body:
                yield ring, True


def _thinned(points: list[svg.Point], least: float = 0.6) -> list[svg.Point]:
    """Without points that nobody could tell apart on paper, and pulled in from far outside."""
    kept = [points[0]]
    for point in points[1:-1]:
        if math.dist(point, kept[-1]) >= least:
            kept.append(point)
    kept += points[-1:] if len(points) > 1 else []
    return [(max(-3000.0, min(3000.0, x)), max(-3000.0, min(3000.0, y))) for x, y in kept]


def danger() -> str:
    """The hatching of threat zones, to be defined once in a drawing."""
    stripe = svg.element("path", d="M0 10L10 0", stroke=palette.THREAT_COLOUR, stroke_width=0.6)
    return svg.element(
        "pattern", stripe, id="danger", width=10, height=10, patternUnits="userSpaceOnUse"
    )


def threats(paper: Paper, view: View) -> Iterator[str]:
    """Zones of all threats, hatched (see :func:`danger`); those over much of the sheet tinted."""
    features = threat_layer(paper.verdict.network)["features"]
    for item in features:
        if item["geometry"]["type"] == "LineString":
            yield _paths(
                view, [item], fill="none", stroke=palette.THREAT_COLOUR, stroke_width=4,
                stroke_opacity=0.35,
            )  # fmt: skip
        else:
            wide = _share(view, item["geometry"]) > _WIDE
            fill, opacity = (palette.THREAT_COLOUR, 0.05) if wide else ("url(#danger)", 0.55)
            yield _paths(
                view, [item], fill=fill, fill_opacity=opacity, fill_rule="evenodd",
                stroke=palette.THREAT_COLOUR, stroke_width=0.6, stroke_opacity=0.6,
            )  # fmt: skip


def _share(view: View, geometry: dict[str, Any]) -> float:
    """How much of the sheet an area covers."""
    area = shapely.transform(
        shape(geometry), lambda spots: np.array([view.spot(lat, lon) for lon, lat in spots])
    )
    sheet = shapely.box(0, 0, view.width, view.height)
    return float(area.buffer(0).intersection(sheet).area / sheet.area)


def flows(paper: Paper) -> dict[tuple[str, str], tuple[int, list[tuple[float, float]]]]:
    """(mode, route) → people carried on it and its points, in the plan's order."""
    verdict = paper.verdict
    found: dict[tuple[str, str], tuple[int, list[tuple[float, float]]]] = {}
    for convoy in paper.convoys:
        if convoy.loaded:
            key = (convoy.mode, convoy.route)
            points = [(lat, lon) for lat, lon, _ in convoy_track(verdict, convoy)]
            found[key] = (found.get(key, (0, points))[0] + convoy.persons, points)
    for movement in verdict.plan.self_movements:
        key = (movement.means, movement.route)
        points = [(lat, lon) for lat, lon, _ in self_track(verdict.network, movement)]
        found[key] = (found.get(key, (0, points))[0] + movement.persons, points)
    return found


def ways(paper: Paper, view: View) -> Iterator[str]:
    """The ways that people take: wider for more people, colour and dashes by mode."""
    found = flows(paper)
    most = max((persons for persons, _ in found.values()), default=1)
    for (mode, _), (persons, points) in sorted(found.items(), key=lambda item: -item[1][0]):
        drawn = _thinned([view.spot(lat, lon) for lat, lon in points])
        width = 1.2 + 3.8 * math.sqrt(persons / most)
        more = {"stroke_dasharray": DASHES[mode]} if DASHES[mode] else {}
        style = {"fill": "none", "stroke_linecap": "butt", "stroke_linejoin": "round"}
        if not view.touches(drawn):
            continue
        yield svg.element("path", d=svg.path(drawn), stroke="#fff", stroke_width=width + 1.4,
                          stroke_opacity=0.8, **style)  # fmt: skip
        yield svg.element("path", d=svg.path(drawn), stroke=palette.MODE_COLOURS[mode],
                          stroke_width=width, **style, **more)  # fmt: skip


def used_places(paper: Paper) -> list[str]:
    """Ids of homes, hubs, havens and bases that matter to this plan, in the scenario's order."""
    used = {group.at for group in paper.verdict.scenario.groups}
    for convoy in paper.convoys:
        used.update((convoy.origin, convoy.destination))
    for movement in paper.verdict.plan.self_movements:
        used.update((movement.origin, movement.destination))
    used |= havens(paper.verdict.scenario)
    return [place.id for place in paper.verdict.scenario.places if place.id in used]
