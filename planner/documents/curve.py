"""The evacuation curve as a drawing for print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from planner.charts import evacuation_points, havens, most_that_can_leave, palette
from planner.documents import svg
from planner.documents.paper import Paper
from planner.units import DAY_S, HOUR_S
from planner.wording import figures

WIDTH, HEIGHT = 720.0, 250.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 128.0, 14.0, 34.0
_TICK_HOURS = (1, 2, 3, 6, 12, 24, 48, 96, 168)


def nice_step(largest: int, at_most: int) -> int:
    """The smallest of 1, 2, 5, 10, 20 … that divides ``largest`` into at most ``at_most`` parts."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if largest <= size * factor * at_most:
                return size * factor
        size *= 10


@dataclass(frozen=True)
class Axes:
    """From seconds and persons to the drawing's points."""

    last_s: int
    top: int

    def spot(self, t_s: float, persons: float) -> svg.Point:
        x = _LEFT + (WIDTH - _LEFT - _RIGHT) * t_s / self.last_s
        return (x, _TOP + (HEIGHT - _TOP - _BOTTOM) * (1 - persons / self.top))

    def steps(self, rows: list[dict[str, Any]], key: str) -> list[svg.Point]:
        """A line that stays level until the next change."""
        points = []
        before = 0
        for row in rows:
            points += [self.spot(row["t_s"], before), self.spot(row["t_s"], row[key])]
            before = row[key]
        return [*points, self.spot(self.last_s, before)]


def evacuation_svg(paper: Paper) -> str:
    """Steps of people safe over time, people under way, who wants to leave, the proven most."""
    plan = paper.verdict.plan
    say, willing = paper.say, plan.people - plan.unwilling
    step = nice_step(max(1, willing), 5)
    axes = Axes(_last_s(paper), step * -(-max(1, willing) // step))
    shown = [row for row in evacuation_points(paper.verdict) if row["t_s"] <= axes.last_s]
    safe = shown[-1]["safe"]
    labels = [(willing, palette.BLACK, say("{n} want to leave").format(n=paper.count(willing)))]
    most = most_that_can_leave(paper.verdict)
    if most is not None and most < willing:
        labels.append(
            (most, palette.VERMILLION, say("{n} proven most").format(n=paper.count(most)))
        )
    parts = grid(paper, axes, step)
    for persons, colour, _ in labels:
        ends = [axes.spot(0, persons), axes.spot(axes.last_s, persons)]
        parts.append(line(ends, colour, 1.2, "6 4" if colour == palette.BLACK else "1.5 3"))
    parts.append(line(axes.steps(shown, "under_way"), palette.BLUE, 1.2, "3 2"))
    parts.append(line(axes.steps(shown, "safe"), palette.GREEN, 2.2, ""))
    labels.append((safe, palette.GREEN, say("{n} safe").format(n=paper.count(safe))))
    if shown[-1]["under_way"] == 0:
        labels.append((0, palette.BLUE, say("under way")))
    parts += label_lines(axes, labels)
    return svg.document(WIDTH, HEIGHT, "".join(parts))


def _last_s(paper: Paper) -> int:
    """The axis ends a little after the last arrival, at a full hour, inside the horizon."""
    verdict = paper.verdict
    last = verdict.plan.clearance_time_s(havens(verdict.scenario)) or verdict.plan.horizon_s
    wanted = max(HOUR_S, round(last * 1.03))
    return min(verdict.plan.horizon_s, -(-wanted // HOUR_S) * HOUR_S) or HOUR_S


def line(points: list[svg.Point], colour: str, width: float, dash: str) -> str:
    """A line through the points; ``dash`` as in SVG, empty for a whole one."""
    more = {"stroke_dasharray": dash} if dash else {}
    return svg.element(
        "path", d=svg.path(points), fill="none", stroke=colour, stroke_width=width,
        stroke_linejoin="round", **more,
    )  # fmt: skip


def label_lines(axes: Axes, labels: list[tuple[int, str, str]]) -> list[str]:
    """Names of the lines at their right ends, moved apart where they would cover each other."""
    parts, floor = [], -100.0
    for persons, colour, words in sorted(labels, key=lambda label: -label[0]):
        x, y = axes.spot(axes.last_s, persons)
        y = max(y + 3, floor)
        floor = y + 12
        parts.append(svg.text((x + 7, y), words, 9, fill=colour, font_weight="600"))
    return parts


def grid(paper: Paper, axes: Axes, step: int) -> list[str]:
    """The axes with their words: people upwards, the local clock to the right."""
    parts = []
    for persons in range(0, axes.top + 1, step):
        left, right = axes.spot(0, persons), axes.spot(axes.last_s, persons)
        parts.append(line([left, right], "#333" if persons == 0 else "#ddd", 0.7, ""))
        at = (left[0] - 6, left[1] + 3)
        parts.append(svg.text(at, paper.count(persons), 8.5, text_anchor="end", fill="#333"))
    for t_s, words in _ticks(paper, axes.last_s):
        foot, head = axes.spot(t_s, 0), axes.spot(t_s, axes.top)
        parts.append(line([foot, head], "#eee", 0.7, ""))
        at = (foot[0], foot[1] + 13)
        parts.append(svg.text(at, words, 8.5, text_anchor="middle", fill="#333"))
    zone = paper.verdict.scenario.timezone
    words = paper.say("local time ({zone})").format(zone=paper.latin(zone))
    at = ((_LEFT + WIDTH - _RIGHT) / 2, HEIGHT - 5)
    parts.append(svg.text(at, words, 8.5, text_anchor="middle", fill="#555"))
    return parts


def _ticks(paper: Paper, last_s: int) -> list[tuple[int, str]]:
    """Moments at round hours of the local clock, at most nine, with the date where a day begins."""
    hours = next((h for h in _TICK_HOURS if last_s <= 9 * h * HOUR_S), _TICK_HOURS[-1])
    scenario = paper.verdict.scenario
    midnight = scenario.local(0).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    first_s = scenario.at_s(midnight)
    ticks = []
    for t_s in range(first_s, last_s + 1, min(hours, 24) * HOUR_S):
        local = scenario.local(t_s)
        if t_s < 0 or (hours > 24 and (t_s - first_s) // DAY_S % (hours // 24)):
            continue
        whole = hours >= 24 or local.hour == 0
        ticks.append((t_s, figures.day(local, paper.language) if whole else f"{local:%H:%M}"))
    if ticks and hours < 24 and scenario.local(ticks[0][0]).hour != 0:
        t_s, words = ticks[0]
        ticks[0] = (t_s, f"{figures.day(scenario.local(t_s), paper.language)} {words}")
    return ticks
