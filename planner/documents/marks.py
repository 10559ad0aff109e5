"""Signs and names on the printed map, its legend and scale; and the map put together."""

from __future__ import annotations

import math
from collections.abc import Iterator

from planner.charts import crowds, palette
from planner.charts.crowds import Crowd
from planner.documents import svg
from planner.documents.curve import nice_step
from planner.documents.mapping import (
    _DASHES,
    HEIGHT,
    WIDTH,
    View,
    flows,
    ground,
    inside,
    map_box,
    threats,
    used_places,
    ways,
)
from planner.documents.paper import Paper

_SIZE = 8.5
_ASIDE = ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (1, 1), (-1, -1), (-1, 1))
_Box = tuple[float, float, float, float]  # left, top, right, bottom
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


def map_svg(paper: Paper) -> str:
    """The whole map: homes with how many leave, the ways they take, where they arrive."""
    view = View.of(map_box(paper))
    parts = [*ground(paper, view), *threats(paper, view), *ways(paper, view)]
    parts += _places(paper, view)
    parts += _legend(paper)
    parts.append(_scale(view, paper))
    frame = svg.element(
        "rect", width=WIDTH, height=HEIGHT, fill="none", stroke="#666", stroke_width=1
    )
    clip = svg.element("rect", width=WIDTH, height=HEIGHT)
    defined = svg.element("defs", svg.element("clipPath", clip, id="sheet"))
    body = svg.element("g", "".join(parts), clip_path="url(#sheet)")
    return svg.document(WIDTH, HEIGHT, defined + body + frame)


def sign(role: str, at: svg.Point, size: float = 5.0) -> str:
    """The sign of a place: its form tells the role without its colour."""
    x, y = at
    colour = palette.ROLE_COLOURS[role]
    style: dict[str, str | float] = {"fill": colour, "stroke": "#fff", "stroke_width": 1.2}
    if role not in _FORMS:
        return svg.element("circle", cx=x, cy=y, r=size, **style)
    corners = [(x + a * size, y + b * size) for a, b in _FORMS[role]]
    return svg.element("path", d=svg.path(corners, closed=True), **style)


def _places(paper: Paper, view: View) -> Iterator[str]:
    verdict = paper.verdict
    people = crowds(verdict, verdict.plan.horizon_s)
    homes = crowds(verdict, -1)
    roles = {place.id: place.role for place in verdict.scenario.places}
    taken: list[_Box] = [(WIDTH - 178, HEIGHT - _legend_height(paper), WIDTH, HEIGHT)]
    names, beyond = used_places(paper), []
    spots = {name: view.spot(*verdict.network.positions[name]) for name in names}
    for name, spot in spots.items():
        if inside(spot):
            taken.append((spot[0] - 6, spot[1] - 6, spot[0] + 6, spot[1] + 6))
        else:
            beyond.append(name)
    for name in sorted(names, key=lambda n: (-_weight(homes[n], people[n]), n)):
        if name not in beyond:
            yield sign(roles[name], spots[name])
            yield from _label(_words(paper, name, homes[name], people[name]), spots[name], taken)
    for name in beyond:
        words = _words(paper, name, homes[name], people[name])
        yield from _arrow(words, roles[name], spots[name], taken)


def _weight(home: Crowd, end: Crowd) -> int:
    return home.to_leave + home.left + end.safe


def _words(paper: Paper, name: str, home: Crowd, end: Crowd) -> list[str]:
    """The name, and below it how many leave, remain or arrive."""
    told = []
    if home.to_leave:
        told.append(f"{home.to_leave:,} leave")
    if home.left:
        told.append(f"{home.left:,} left behind")
    if end.safe:
        told.append(f"{end.safe:,} safe")
    return [paper.label(name), *([", ".join(told)] if told else [])]


def _label(words: list[str], spot: svg.Point, taken: list[_Box]) -> Iterator[str]:
    """The words beside the sign where they cover nothing; the name alone where only that fits."""
    for lines, reach in ((words, 10.0), (words, 20.0), (words[:1], 10.0), (words[:1], 24.0)):
        for aside in _ASIDE:
            box = _box(lines, spot, aside, reach)
            if _fits(box, taken):
                taken.append(box)
                yield from _written(lines, box)
                return


def _box(lines: list[str], spot: svg.Point, aside: tuple[int, int], reach: float) -> _Box:
    width = max(len(line) for line in lines) * _SIZE * 0.56 + 2
    height = len(lines) * (_SIZE + 1.5)
    x = spot[0] + aside[0] * reach - (width if aside[0] < 0 else (width / 2 if not aside[0] else 0))
    middle = height / 2 if not aside[1] else (height if aside[1] < 0 else 0)
    y = spot[1] + aside[1] * reach * 0.8 - middle
    return (x, y, x + width, y + height)


def _fits(box: _Box, taken: list[_Box]) -> bool:
    if box[0] < 4 or box[1] < 4 or box[2] > WIDTH - 4 or box[3] > HEIGHT - 4:
        return False
    return all(
        box[2] <= other[0] or other[2] <= box[0] or box[3] <= other[1] or other[3] <= box[1]
        for other in taken
    )


def _written(lines: list[str], box: _Box) -> Iterator[str]:
    for number, words in enumerate(lines):
        at = (box[0] + 1, box[1] + _SIZE + number * (_SIZE + 1.5))
        if number:
            yield svg.haloed(at, words, _SIZE - 1, fill="#333")
        else:
            yield svg.haloed(at, words, _SIZE, fill="#000", font_weight="600")


def _arrow(words: list[str], role: str, spot: svg.Point, taken: list[_Box]) -> Iterator[str]:
    """A place beyond the sheet: a sign at the edge, an arrow that points to it, its name."""
    middle = (WIDTH / 2, HEIGHT / 2)
    away = (spot[0] - middle[0], spot[1] - middle[1])
    share = min(
        (WIDTH / 2 - 22) / max(abs(away[0]), 1e-6), (HEIGHT / 2 - 22) / max(abs(away[1]), 1e-6)
    )
    edge = (middle[0] + away[0] * share, middle[1] + away[1] * share)
    angle = math.atan2(away[1], away[0])
    tip = (edge[0] + 17 * math.cos(angle), edge[1] + 17 * math.sin(angle))
    wings = [
        (tip[0] - 6 * math.cos(angle + turn), tip[1] - 6 * math.sin(angle + turn))
        for turn in (0.5, -0.5)
    ]
    drawn = svg.path([edge, tip]) + svg.path([wings[0], tip, wings[1]])
    yield svg.element("path", d=drawn, fill="none", stroke="#000", stroke_width=1.4)
    yield sign(role, edge)
    taken.append((edge[0] - 8, edge[1] - 8, edge[0] + 8, edge[1] + 8))
    yield from _label([f"to {words[0]}", *words[1:]], edge, taken)


def _legend_rows(paper: Paper) -> list[tuple[str, str]]:
    """(kind, word) of what the map shows: modes, roles, threats."""
    modes = dict.fromkeys(mode for mode, _ in flows(paper))
    used = set(used_places(paper))
    roles = dict.fromkeys(p.role for p in paper.verdict.scenario.places if p.id in used)
    rows = [(f"mode {mode}", palette.MODE_WORDS[mode]) for mode in modes]
    rows += [(f"role {role}", palette.ROLE_WORDS[role]) for role in roles]
    if paper.verdict.scenario.threats:
        rows.append(("threat", "threat zone"))
    return rows


def _legend_height(paper: Paper) -> float:
    return 13.0 * len(_legend_rows(paper)) + 12


def _legend(paper: Paper) -> Iterator[str]:
    rows = _legend_rows(paper)
    left, top = WIDTH - 172.0, HEIGHT - _legend_height(paper) - 6
    yield svg.element(
        "rect", x=left, y=top, width=166, height=_legend_height(paper), fill="#fff",
        fill_opacity=0.92, stroke="#999", stroke_width=0.7,
    )  # fmt: skip
    for number, (kind, words) in enumerate(rows):
        y = top + 13 + 13 * number
        what, _, which = kind.partition(" ")
        if what == "mode":
            more = {"stroke_dasharray": _DASHES[which]} if _DASHES[which] else {}
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


def _scale(view: View, paper: Paper) -> str:
    """A bar of a round number of kilometres, true in the middle of the map, and where north is."""
    box = map_box(paper)
    a_unit = view.metres((box[0] + box[2]) / 2)
    kilometres = max(1, nice_step(round(90 * a_unit / 1000), 1))
    length = kilometres * 1000 / a_unit
    left, y = 14.0, HEIGHT - 14.0
    bar = svg.path([(left, y - 4), (left, y), (left + length, y), (left + length, y - 4)])
    north = svg.path([(left + 4, y - 34), (left + 8, y - 46), (left + 12, y - 34)], closed=True)
    return (
        svg.element("path", d=bar, fill="none", stroke="#000", stroke_width=1.2)
        + svg.haloed((left + length + 5, y), f"{kilometres:,} km", 8.5)
        + svg.element("path", d=north, fill="#000")
        + svg.haloed((left + 4.5, y - 23), "N", 9)
    )
