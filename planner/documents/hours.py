"""Hours in which a convoy may be under way: daylight, curfews, closures, by the local day."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from planner.cells import clean
from planner.charts import Convoy
from planner.documents.paper import Paper
from planner.network.clock import governs_movement, governs_place
from planner.scenario import Window
from planner.timeline import Intervals
from planner.units import DAY_S, MINUTE_S
from planner.wording import word

KINDS = {
    "daylight": word("daylight"), "curfew": word("curfew"), "pause": word("pause"),
    "weather": word("weather"), "sea_state": word("sea state"), "other": word("hours"),
}  # fmt: skip
"""What kinds of windows are called."""


class Hours(NamedTuple):
    """What may be done when: ``label`` in words, ``open`` over the days of the convoy."""

    label: str
    open: Intervals


class Clockwork:
    """Daylight and windows of one paper; each window is reckoned once."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.clock = paper.verdict.network.clock
        self._open: dict[str, Intervals] = {}

    def days(self, convoy: Convoy) -> tuple[int, int]:
        """Seconds of the midnights before loading and after unloading."""
        scenario = self.paper.verdict.scenario
        first = scenario.local(min(leg.load_start_s for leg in convoy.legs))
        last = scenario.local(max(leg.unload_end_s for leg in convoy.legs))
        begin = scenario.at_s(datetime(first.year, first.month, first.day))
        return begin, scenario.at_s(datetime(last.year, last.month, last.day)) + DAY_S

    def daylight(self, convoy: Convoy) -> Intervals:
        """Sunrise to sunset on the days of the convoy."""
        return self.clock.daylight & Intervals((self.days(convoy),))

    def windows(self, convoy: Convoy) -> list[Hours]:
        """The windows that govern this convoy: everywhere, on its links or at its ends."""
        found = []
        for window in self.paper.verdict.scenario.windows:
            if self._governs(window, convoy):
                told = Intervals((self.days(convoy),)) & self._passable(window)
                found.append(Hours(self._label(window), told))
        return found

    def shut(self, convoy: Convoy) -> Intervals:
        """When being under way is not allowed, on the days of the convoy."""
        whole = Intervals((self.days(convoy),))
        open_ = whole
        for window in self.paper.verdict.scenario.windows:
            if any(governs_movement(window, convoy.mode, name) for name in convoy.vehicles()):
                open_ = open_ & self._passable(window)
        return (whole & self.clock.always) - open_

    def _governs(self, window: Window, convoy: Convoy) -> bool:
        links = {use.link for use in self.paper.verdict.network.routes[convoy.route].links}
        if links & set(window.links):
            return True
        return any(
            governs_movement(window, convoy.mode, name)
            or governs_place(window, place, (convoy.mode,), name)
            for name in convoy.vehicles()
            for place in (convoy.origin, convoy.destination)
        )

    def _passable(self, window: Window) -> Intervals:
        if window.id not in self._open:
            self._open[window.id] = self.clock.passable(window)
        return self._open[window.id]

    def _label(self, window: Window) -> str:
        return clean(window.name) if window.name else self.paper.say(KINDS[window.kind])


def told(paper: Paper, spans: Intervals) -> str:
    """'06:31 to 16:29', several with commas; with the date where they are of several days."""
    days = {paper.local(t_s).date() for start, end in spans.spans for t_s in (start, end - 1)}
    form = "%H:%M" if len(days) <= 1 else "%m-%d %H:%M"
    words = paper.say("{first} to {last}")
    pieces = []
    for start, end in spans.spans:
        start = -(-start // MINUTE_S) * MINUTE_S  # seconds are left out, and hours never widened
        clock = paper.local(end).strftime("%H:%M").replace("00:00", "24:00")
        pieces.append(words.format(first=paper.local(start).strftime(form), last=clock))
    return ", ".join(pieces)
