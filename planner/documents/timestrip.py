"""A strip of times: boarding, the way, alighting, darkness and hours without movement."""

from __future__ import annotations

from collections.abc import Sequence

from planner.charts import Convoy, palette
from planner.documents import svg
from planner.documents.course import Stretch
from planner.documents.drawing import Anchor, Drawing
from planner.documents.hours import Clockwork
from planner.documents.paper import Paper
from planner.timeline import Intervals
from planner.units import HOUR_S, MINUTE_S

WIDTH, HEIGHT = 720.0, 94.0
_LEFT, _RIGHT = 12.0, 12.0
_TOP, _BAR, _FOOT = 26.0, 20.0, 66.0
_STEPS = (10 * MINUTE_S, 15 * MINUTE_S, 30 * MINUTE_S, HOUR_S, 2 * HOUR_S, 3 * HOUR_S, 6 * HOUR_S,
          12 * HOUR_S, 24 * HOUR_S)  # fmt: skip
_NIGHT, _STAND = "#c9d2d9", palette.ORANGE
_CHARACTER = 4.9  # width of a character of the clock times


def strip(paper: Paper, clockwork: Clockwork, convoy: Convoy, pieces: Sequence[Stretch]) -> Drawing:
    """The strip of one convoy, local time from left to right."""
    first_s = min(leg.load_start_s for leg in convoy.legs)
    last_s = max(leg.unload_end_s for leg in convoy.legs)
    axis = _Axis.around(first_s, last_s)
    drawing = Drawing(WIDTH, HEIGHT)
    drawing.shapes.append(svg.element("defs", _hatching()))
    whole = Intervals(((axis.from_s, axis.until_s),))
    for start, end in (whole - clockwork.daylight(convoy)).spans:
        _band(drawing, axis, (start, end), _TOP - 8, _FOOT - _TOP + 8, fill=_NIGHT)
    for start, end in (whole & clockwork.shut(convoy)).spans:
        _band(drawing, axis, (start, end), _FOOT - 7, 7, fill="url(#shut)")
    _ticks(drawing, paper, axis)
    _bars(drawing, paper, axis, convoy, pieces)
    return drawing


class _Axis:
    """From seconds to the strip."""

    def __init__(self, from_s: int, until_s: int, step_s: int) -> None:
        self.from_s, self.until_s, self.step_s = from_s, until_s, step_s

    @staticmethod
    def around(first_s: int, last_s: int) -> _Axis:
        span = max(20 * MINUTE_S, last_s - first_s)
        step_s = next((step for step in _STEPS if span <= 12 * step), _STEPS[-1])
        from_s = (first_s - span // 16) // step_s * step_s
        until_s = -((-last_s - span // 16) // step_s) * step_s
        return _Axis(from_s, until_s, step_s)

    def x(self, t_s: float) -> float:
        share = (t_s - self.from_s) / (self.until_s - self.from_s)
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * share


def _hatching() -> str:
    stripe = svg.element("path", d="M0 6L6 0", stroke="#000", stroke_width=1.0)
    return svg.element(
        "pattern", stripe, id="shut", width=6, height=6, patternUnits="userSpaceOnUse"
    )


def _band(
    drawing: Drawing, axis: _Axis, span: tuple[int, int], top: float, height: float,
    **style: str | float,
) -> None:  # fmt: skip
    left, right = axis.x(span[0]), axis.x(span[1])
    drawing.add("rect", x=left, y=top, width=max(0.8, right - left), height=height, **style)


def _ticks(drawing: Drawing, paper: Paper, axis: _Axis) -> None:
    scenario = paper.verdict.scenario
    line = svg.path([(_LEFT, _FOOT), (WIDTH - _RIGHT, _FOOT)])
    drawing.add("path", d=line, stroke="#333", stroke_width=0.9)
    for t_s in range(axis.from_s, axis.until_s + 1, axis.step_s):
        x, local = axis.x(t_s), scenario.local(t_s)
        tick = svg.path([(x, _FOOT), (x, _FOOT + 4)])
        drawing.add("path", d=tick, stroke="#333", stroke_width=0.9)
        side: Anchor = "middle"
        if t_s in (axis.from_s, axis.until_s):
            side = "start" if t_s == axis.from_s else "end"
        drawing.write((x, _FOOT + 14), f"{local:%H:%M}", 8.5, side, colour="#333333")
    day = f"{scenario.local(axis.from_s):%Y-%m-%d}"
    end = f"{scenario.local(axis.until_s - 1):%Y-%m-%d}"
    words = day if day == end else f"{day} – {end}"
    zone = f"{words}, {paper.say('local time')} ({scenario.timezone})"
    drawing.write((WIDTH / 2, _FOOT + 24), zone, 8.0, "middle", colour="#555555")


def _bars(
    drawing: Drawing, paper: Paper, axis: _Axis, convoy: Convoy, pieces: Sequence[Stretch]
) -> None:
    """Standing bars at both ends, the riding bar between them, cut as in the table."""
    load_s = min(leg.load_start_s for leg in convoy.legs)
    end_s = max(leg.unload_end_s for leg in convoy.legs)
    colour = palette.MODE_COLOURS[convoy.mode]
    for span in ((load_s, convoy.depart_s), (convoy.arrive_s, end_s)):
        if span[0] < span[1]:
            _band(drawing, axis, span, _TOP + 4, _BAR - 8, fill=_STAND, stroke="#000",
                  stroke_width=0.7)  # fmt: skip
    ride = (convoy.depart_s, convoy.arrive_s)
    _band(drawing, axis, ride, _TOP, _BAR, fill=colour, stroke="#000", stroke_width=0.7)
    for number, one in enumerate(pieces, start=1):
        left, right = axis.x(one.start_s), axis.x(one.end_s)
        if number > 1:
            cut = svg.path([(left, _TOP), (left, _TOP + _BAR)])
            drawing.add("path", d=cut, stroke="#fff", stroke_width=1.0)
        if len(pieces) > 1 and right - left > 12:
            spot = ((left + right) / 2, _TOP + 14)
            drawing.write(spot, str(number), 9.5, "middle", colour="#ffffff", bold=True)
    _moments(drawing, paper, axis, (load_s, convoy.depart_s, convoy.arrive_s, end_s))


def _moments(
    drawing: Drawing, paper: Paper, axis: _Axis, moments: tuple[int, int, int, int]
) -> None:
    """The four clock times above the bars, moved apart where they would touch."""
    told = [t_s for t_s in dict.fromkeys(moments)]
    words = [f"{paper.local(t_s):%H:%M}" for t_s in told]
    wide = len("00:00") * _CHARACTER + 6
    spots = [axis.x(t_s) for t_s in told]
    placed = list(spots)
    for _ in range(20):
        for n in range(len(placed) - 1):
            gap = placed[n + 1] - placed[n]
            if gap < wide:
                placed[n] -= (wide - gap) / 2
                placed[n + 1] += (wide - gap) / 2
    for x, spot, clock in zip(placed, spots, words, strict=True):
        x = min(max(x, _LEFT + wide / 2), WIDTH - _RIGHT - wide / 2)
        line = svg.path([(x, 12), (spot, _TOP - 1)])
        drawing.add("path", d=line, stroke="#555", stroke_width=0.6)
        drawing.write((x, 10), clock, 9.5, "middle", bold=True)
