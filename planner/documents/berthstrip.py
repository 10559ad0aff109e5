"""Berths and stands over time, a strip a local day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from planner.charts import palette
from planner.documents import svg
from planner.documents.berths import Stay, stays
from planner.documents.drawing import Drawing
from planner.documents.lifts import Lift
from planner.documents.paper import Paper
from planner.timeline import Intervals
from planner.units import HOUR_S

WIDTH = 1000.0
_LEFT, _RIGHT, _TOP, _ROW, _FOOT = 190.0, 10.0, 6.0, 17.0, 20.0
_HOURS = 2
_CHARACTER = 4.3


@dataclass(frozen=True)
class DayStrip:
    """The strip of one local day."""

    day: str
    drawing: Drawing


def day_strips(paper: Paper, listed: tuple[Lift, ...]) -> list[DayStrip]:
    """A strip for each day on which a ship or an aircraft is at a berth or stand."""
    scenario = paper.verdict.scenario
    found = stays(paper)
    if not found:
        return []
    names = {lift.key: lift.id for lift in listed}
    day = paper.local(min(stay.from_s for stay in found)).date()
    last = paper.local(max(stay.until_s for stay in found)).date()
    out = []
    while day <= last:
        begin = scenario.at_s(datetime(day.year, day.month, day.day))
        day += timedelta(days=1)
        end = scenario.at_s(datetime(day.year, day.month, day.day))
        here = [stay for stay in found if stay.from_s < end and begin < stay.until_s]
        if here:
            told = f"{paper.local(begin):%Y-%m-%d}"
            out.append(DayStrip(told, _strip(paper, here, (begin, end), names)))
    return out


def _strip(
    paper: Paper,
    here: list[Stay],
    span: tuple[int, int],
    names: dict[tuple[str, int], str],
) -> Drawing:
    keys = sorted({(stay.mode == "air", paper.label(stay.place), stay.place, stay.number)
                   for stay in here})  # fmt: skip
    rows = {(place, is_air, number): at for at, (is_air, _, place, number) in enumerate(keys)}
    height = _TOP + _ROW * len(rows) + _FOOT
    drawing = Drawing(WIDTH, height)
    _grid(drawing, paper, span, len(rows))
    before = ""
    for is_air, label, place, number in keys:
        y = _TOP + _ROW * rows[place, is_air, number]
        drawing.write((2, y + 12), _row_name(paper, is_air, label, number), 9.0,
                      bold=label != before)  # fmt: skip
        before = label
    for stay in here:
        y = _TOP + _ROW * rows[stay.place, stay.mode == "air", stay.number]
        _bar(drawing, stay, span, y, names)
    return drawing


def _row_name(paper: Paper, is_air: bool, label: str, number: int) -> str:
    """The place with the number of its berth or stand, which the office alone may know."""
    short = label if len(label) <= 26 else label[:25] + "…"
    if not paper.internal:
        return short
    words = paper.say("{place}, stand {n}" if is_air else "{place}, berth {n}")
    return words.format(place=paper.apart(short), n=number)


def _x(span: tuple[int, int], t_s: float) -> float:
    share = (min(max(t_s, span[0]), span[1]) - span[0]) / (span[1] - span[0])
    return _LEFT + (WIDTH - _LEFT - _RIGHT) * share


def _grid(drawing: Drawing, paper: Paper, span: tuple[int, int], count: int) -> None:
    foot = _TOP + _ROW * count
    light = paper.verdict.network.clock.daylight
    for start, end in (Intervals((span,)) - light).spans:
        left, right = _x(span, start), _x(span, end)
        drawing.add("rect", x=left, y=_TOP, width=right - left, height=foot - _TOP, fill="#e3e8ec")
    for row in range(count + 1):
        y = _TOP + _ROW * row
        line = svg.path([(0, y), (WIDTH - _RIGHT, y)])
        drawing.add("path", d=line, stroke="#c9d2d9", stroke_width=0.5)
    for t_s in range(span[0], span[1] + 1, _HOURS * HOUR_S):
        x, words = _x(span, t_s), f"{paper.local(t_s):%H:%M}"
        line = svg.path([(x, _TOP), (x, foot + 3)])
        drawing.add("path", d=line, stroke="#b5c0c8", stroke_width=0.5)
        side = "end" if t_s == span[1] else "middle"
        drawing.write((x, foot + 13), "24:00" if t_s == span[1] else words, 8.5,
                      "end" if side == "end" else "middle", colour="#333333")  # fmt: skip


def _bar(
    drawing: Drawing, stay: Stay, span: tuple[int, int], y: float,
    names: dict[tuple[str, int], str],
) -> None:  # fmt: skip
    """A stay: filled where people board for a lift, white where a ship or aircraft only comes."""
    left, right = _x(span, stay.from_s), _x(span, stay.until_s)
    out = names.get(stay.leg_out or ("", -1))
    came = names.get(stay.leg_in or ("", -1))
    colour = palette.MODE_COLOURS["air" if stay.mode == "air" else "sea"]
    drawing.add(
        "rect", x=left, y=y + 2, width=max(1.5, right - left), height=_ROW - 4,
        fill=colour if out else "#ffffff", fill_opacity=0.55 if out else 1.0, stroke="#000",
        stroke_width=0.7,
    )  # fmt: skip
    words = out or came
    if words and right - left > len(words) * _CHARACTER + 2:
        drawing.write(((left + right) / 2, y + 12), words, 7.4, "middle", bold=bool(out))
