"""Signs and names on the printed map, its inset, legend and scale; and the map put together."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

from planner.charts import crowds, palette
from planner.charts.crowds import Crowd
from planner.documents import svg
from planner.documents.curve import nice_step
from planner.documents.labels import Labels, overlaps
from planner.documents.mapping import (
    DASHES,
    danger,
    flows,
    map_box,
    threats,
    used_places,
    ways,
)
from planner.documents.paper import Paper
from planner.documents.terrain import terrain
from planner.documents.view import HEIGHT, WIDTH, View

_TRIANGLE = ((0, -1.2), (1.1, 0.8), (-1.1, 0.8))
_DIAMOND = ((0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0))
_SQUARE = ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9))
_CROSS = (
    (-0.4, -1), (0.4, -1), (0.4, -0.4), (1, -0.4), (1, 0.4), (0.4, 0.4),
    (0.4, 1), (-0.4, 1), (-0.4, 0.4), (-1, 0.4), (-1, -0.4), (-0.4, -0.4),
)  # fmt: skip
_FORMS: dict[str, tuple[tuple[float, float], ...]] = {
    "safe_haven": _TRIANGLE,
    "embarkation_port": _DIAMOND,
    "embarkation_airport": _DIAMOND,
    "border_crossing": _DIAMOND,
    "hospital": _CROSS,
    "staging_base": _SQUARE,
    "evacuation_control_point": _SQUARE,
}
_LEGEND_WIDTH, _LEGEND_ROW = 166.0, 13.0
_INSET = (262.0, 214.0)
_CLOSE = 22.0  # places whose signs lie so near to each other want an inset
_LEAST_DEGREES = 0.02  # an inset shows at least about two kilometres


@dataclass(frozen=True)
class Inset:
    """A part of the map drawn larger: which places, and where on the sheet it stands."""

    names: tuple[str, ...]
    view: View
    left: float
    top: float


def map_svg(paper: Paper) -> str:
    """The whole map: homes with how many leave, the ways they take, where they arrive."""
    view = View.of(map_box(paper))
    inset = find_inset(paper, view)
    labels = Labels(WIDTH, HEIGHT)
    labels.keep_free((WIDTH - _LEGEND_WIDTH - 6, HEIGHT - _legend_height(paper) - 6, WIDTH, HEIGHT))
    labels.keep_free((0, HEIGHT - 48, 150, HEIGHT))
    ground = terrain(paper.verdict.network)
    parts = [ground.sheet(view), *threats(paper, view), *ways(paper, view)]
    if inset is not None:
        width, height = inset.view.width, inset.view.height
        labels.keep_free((inset.left, inset.top, inset.left + width, inset.top + height))
    parts += _places(paper, view, labels, set(inset.names) if inset else set())
    if inset is not None:
        parts += _enlarged(paper, view, inset)
    parts += _legend(paper)
    parts.append(_scale(view, paper, (14.0, HEIGHT - 14.0), 90.0))
    frame = svg.element(
        "rect", width=WIDTH, height=HEIGHT, fill="none", stroke="#666", stroke_width=1
    )
    defined = svg.element("defs", danger(), _clip("sheet", WIDTH, HEIGHT), _clip("inset", *_INSET))
    body = svg.element("g", *parts, clip_path="url(#sheet)")
    return svg.document(WIDTH, HEIGHT, defined + body + frame)


def _clip(name: str, width: float, height: float) -> str:
    return svg.element("clipPath", svg.element("rect", width=width, height=height), id=name)


def sign(role: str, at: svg.Point, size: float = 5.0) -> str:
    """The sign of a place: its form tells the role without its colour."""
    x, y = at
    colour = palette.ROLE_COLOURS[role]
    style: dict[str, str | float] = {"fill": colour, "stroke": "#fff", "stroke_width": 1.2}
    if role not in _FORMS:
        return svg.element("circle", cx=x, cy=y, r=size, **style)
    corners = [(x + a * size, y + b * size) for a, b in _FORMS[role]]
    return svg.element("path", d=svg.path(corners, closed=True), **style)


def find_inset(paper: Paper, view: View) -> Inset | None:
    """An enlargement of the places that lie too close to be named, in the emptiest free corner.

    None where fewer than four places lie within reach of one of them.
    """
    positions = paper.verdict.network.positions
    spots = {name: view.spot(*positions[name]) for name in used_places(paper)}
    spots = {name: spot for name, spot in spots.items() if view.holds(spot, 8.0)}
    crowds_by_name = {
        name: tuple(other for other in spots if math.dist(spots[other], spot) <= _CLOSE)
        for name, spot in spots.items()
    }
    names = max(crowds_by_name.values(), key=len, default=())
    if len(names) < 4:
        return None
    lats = [positions[name][0] for name in names]
    lons = [positions[name][1] for name in names]
    spare = [max(0.0, _LEAST_DEGREES - (max(part) - min(part))) / 2 for part in (lats, lons)]
    box = (min(lats) - spare[0], min(lons) - spare[1], max(lats) + spare[0], max(lons) + spare[1])
    left, top = _free_corner(paper, view, list(spots.values()))
    return Inset(names, View.of(box, *_INSET), left, top)


def _free_corner(paper: Paper, view: View, spots: list[svg.Point]) -> svg.Point:
    """Where along the left, right or upper edge an inset hides the least."""
    # Words stand to the right of their sign.
    taken = [(x + shift, y) for x, y in spots for shift in (0, 30, 60)]
    for _, points in flows(paper).values():
        taken += _dotted([view.spot(lat, lon) for lat, lon in points])
    # Many convoys on one road hide as much as one.
    cells = sorted({(10.0 * round(x / 10), 10.0 * round(y / 10)) for x, y in taken})
    right, lowest = WIDTH - _INSET[0] - 8, HEIGHT - _INSET[1] - 76
    legend = HEIGHT - _legend_height(paper) - 14 - _INSET[1]
    heights = [8.0 + 40 * step for step in range(9)]
    edges = [(8.0, y) for y in heights if y <= lowest]
    edges += [(right, y) for y in heights if y <= legend]
    edges += [(x, 8.0) for x in (108.0, 208.0, 308.0) if x < right]
    return min(edges, key=lambda corner: _covered(corner, cells))


def _dotted(line: list[svg.Point]) -> Iterator[svg.Point]:
    """Points along a line, about ten units apart."""
    for (x, y), (to_x, to_y) in itertools.pairwise(line):
        count = min(200, int(math.dist((x, y), (to_x, to_y)) / 10) + 1)
        for number in range(count):
            share = number / count
            yield (x + share * (to_x - x), y + share * (to_y - y))


def _covered(corner: svg.Point, taken: list[svg.Point]) -> int:
    """How many of the points an inset at this corner would hide."""
    area = (corner[0], corner[1], corner[0] + _INSET[0], corner[1] + _INSET[1])
    return sum(overlaps(area, (x - 8, y - 8, x + 8, y + 8)) for x, y in taken)


def _enlarged(paper: Paper, outer: View, inset: Inset) -> Iterator[str]:
    """The inset, the frame around what it shows, and a line between the two."""
    positions = paper.verdict.network.positions
    spots = [outer.spot(*positions[name]) for name in inset.names]
    left, top = min(x for x, _ in spots) - 9, min(y for _, y in spots) - 9
    right, bottom = max(x for x, _ in spots) + 9, max(y for _, y in spots) + 9
    width, height = inset.view.width, inset.view.height
    middle = (inset.left + width / 2, inset.top + height / 2)
    near = (min(max(middle[0], left), right), min(max(middle[1], top), bottom))
    line = {"fill": "none", "stroke": "#222", "stroke_width": "0.9"}
    yield svg.element("path", d=svg.path([middle, near]), **line)
    yield svg.element("rect", x=left, y=top, width=right - left, height=bottom - top, **line)
    labels = Labels(width, height)
    labels.keep_free((0, height - 40, 110, height))
    inner = [
        terrain(paper.verdict.network).sheet(inset.view), *threats(paper, inset.view),
        *ways(paper, inset.view),
        *_places(paper, inset.view, labels, set()),
        _scale(inset.view, paper, (10.0, height - 10.0), 70.0),
    ]  # fmt: skip
    body = svg.element("g", *inner, clip_path="url(#inset)")
    frame = svg.element("rect", width=width, height=height, **line)
    place = f"translate({svg.number(inset.left)} {svg.number(inset.top)})"
    yield svg.element("g", body, frame, transform=place)


def _places(paper: Paper, view: View, labels: Labels, unnamed: set[str]) -> Iterator[str]:
    """Signs and words of the places on the sheet; arrows to those beyond the main map."""
    verdict = paper.verdict
    ends, homes = crowds(verdict, verdict.plan.horizon_s), crowds(verdict, -1)
    roles = {place.id: place.role for place in verdict.scenario.places}
    names = used_places(paper)
    spots = {name: view.spot(*verdict.network.positions[name]) for name in names}
    shown = [name for name in names if view.holds(spots[name], 8.0)]
    for name in shown:
        labels.keep_sign(spots[name])
    shown.sort(key=lambda name: -_weight(homes[name], ends[name]))
    for name in shown:
        yield sign(roles[name], spots[name])
    for name in shown:
        if name not in unnamed:
            yield from labels.put(_words(paper, name, homes[name], ends[name]), spots[name])
    if view.width == WIDTH:
        for name in names:
            if name not in shown:
                words = _words(paper, name, homes[name], ends[name])
                yield from _arrow(paper, words, roles[name], spots[name], labels)


def _weight(home: Crowd, end: Crowd) -> int:
    return home.to_leave + home.left + end.safe


def _words(paper: Paper, name: str, home: Crowd, end: Crowd) -> list[str]:
    """The name, and below it how many leave, remain or arrive."""
    told: list[str] = []
    if not paper.internal:
        return [paper.label(name)]
    if home.to_leave:
        told.append(paper.say("{n} leave").format(n=paper.count(home.to_leave)))
    if home.left:
        told.append(paper.say("{n} left behind").format(n=paper.count(home.left)))
    if end.safe:
        told.append(paper.say("{n} safe").format(n=paper.count(end.safe)))
    return [paper.label(name), *([", ".join(told)] if told else [])]


def _arrow(
    paper: Paper, words: list[str], role: str, spot: svg.Point, labels: Labels
) -> Iterator[str]:
    """A place beyond the sheet: a sign at the edge, an arrow that points to it, its name."""
    middle = (WIDTH / 2, HEIGHT / 2)
    away = (spot[0] - middle[0], spot[1] - middle[1])
    share = min(
        (WIDTH / 2 - 22) / max(abs(away[0]), 1e-6), (HEIGHT / 2 - 22) / max(abs(away[1]), 1e-6)
    )
    edge = (middle[0] + away[0] * share, middle[1] + away[1] * share)
    aside = 16.0 if abs(edge[1] - middle[1]) > HEIGHT / 2 - 24 else 0.0
    while labels.covers(edge):
        edge = (edge[0] + aside, edge[1] + (0.0 if aside else 16.0))
    angle = math.atan2(away[1], away[0])
    tip = (edge[0] + 17 * math.cos(angle), edge[1] + 17 * math.sin(angle))
    wings = [
        (tip[0] - 6 * math.cos(angle + turn), tip[1] - 6 * math.sin(angle + turn))
        for turn in (0.5, -0.5)
    ]
    drawn = svg.path([edge, tip]) + svg.path([wings[0], tip, wings[1]])
    yield svg.element("path", d=drawn, fill="none", stroke="#000", stroke_width=1.4)
    yield sign(role, edge)
    labels.keep_sign(edge, 8.0)
    yield from labels.put(
        [paper.say("to {place}").format(place=paper.apart(words[0])), *words[1:]], edge
    )


def _legend_rows(paper: Paper) -> list[tuple[str, str]]:
    """(kind, word) of what the map shows: modes, roles, threats."""
    modes = dict.fromkeys(mode for mode, _ in flows(paper))
    used = set(used_places(paper))
    roles = dict.fromkeys(p.role for p in paper.verdict.scenario.places if p.id in used)
    rows = [(f"mode {mode}", paper.say(palette.MODE_WORDS[mode])) for mode in modes]
    rows += [(f"role {role}", paper.say(palette.ROLE_WORDS[role])) for role in roles]
    if paper.verdict.scenario.threats:
        rows.append(("threat", paper.say("threat zone")))
    return rows


def _legend_height(paper: Paper) -> float:
    return _LEGEND_ROW * len(_legend_rows(paper)) + 12


def _legend(paper: Paper) -> Iterator[str]:
    left, top = WIDTH - _LEGEND_WIDTH - 6, HEIGHT - _legend_height(paper) - 6
    yield svg.element(
        "rect", x=left, y=top, width=_LEGEND_WIDTH, height=_legend_height(paper), fill="#fff",
        fill_opacity=0.92, stroke="#999", stroke_width=0.7,
    )  # fmt: skip
    for number, (kind, words) in enumerate(_legend_rows(paper)):
        y = top + _LEGEND_ROW * (number + 1)
        what, _, which = kind.partition(" ")
        if what == "mode":
            more = {"stroke_dasharray": DASHES[which]} if DASHES[which] else {}
            yield svg.element(
                "path", d=svg.path([(left + 6, y), (left + 30, y)]), fill="none",
                stroke=palette.MODE_COLOURS[which], stroke_width=3, **more,
            )  # fmt: skip
        elif what == "role":
            yield sign(which, (left + 18, y), 4.2)
        else:
            yield svg.element(
                "rect", x=left + 8, y=y - 5, width=20, height=10, fill="url(#danger)",
                stroke=palette.THREAT_COLOUR, stroke_width=0.6,
            )  # fmt: skip
        yield svg.text((left + 38, y + 3), words, 8.5, fill="#222")


def _scale(view: View, paper: Paper, foot: svg.Point, wanted: float) -> str:
    """A bar of a round length, true in the middle of the map, and where north is."""
    box = map_box(paper)
    a_unit = view.metres((box[0] + box[2]) / 2)
    metres = max(1, nice_step(round(wanted * a_unit), 1))
    while metres / a_unit > 1.4 * wanted:
        metres = max(1, metres // 2)
    length = metres / a_unit
    left, y = foot
    bar = svg.path([(left, y - 4), (left, y), (left + length, y), (left + length, y - 4)])
    north = svg.path([(left + 4, y - 20), (left + 8, y - 32), (left + 12, y - 20)], closed=True)
    words = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres} m"
    return (
        svg.element("path", d=bar, fill="none", stroke="#000", stroke_width=1.2)
        + svg.haloed((left + length + 5, y), words, 8.5)
        + svg.element("path", d=north, fill="#000")
        + svg.haloed((left + 4.5, y - 9), "N", 9)
    )
