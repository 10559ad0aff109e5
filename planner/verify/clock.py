"""Windows, daylight and threats by the local clock, worked out from the scenario's own entries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from planner.scenario import Scenario, Threat, Window
from planner.timeline import Intervals, RateFunction
from planner.units import DAY_S

if TYPE_CHECKING:
    from planner.verify.geometry import LatLon

BEFORE_S = -2 * DAY_S  # what is open at the start was open before it


class Clock:
    """When windows are open and threats active, over ``[BEFORE_S, end_s)``."""

    def __init__(self, scenario: Scenario, positions: dict[str, LatLon], end_s: int) -> None:
        self.scenario = scenario
        self.end_s = end_s
        self.always = Intervals(((BEFORE_S, end_s),))
        places = [positions[p.id] for p in scenario.places if p.id in positions]
        count = max(1, len(places))
        self._mean = (sum(p[0] for p in places) / count, sum(p[1] for p in places) / count)

    def _dates(self) -> Iterable[date]:
        day = self.scenario.local(BEFORE_S).date() - timedelta(days=1)
        last = self.scenario.local(self.end_s).date()
        while day <= last:
            yield day
            day += timedelta(days=1)

    def daily(self, spans: Iterable[tuple[int, int]]) -> Intervals:
        """Spans of the local wall clock (seconds after midnight), repeated on every date."""
        found = []
        listed = tuple(spans)
        for day in self._dates():
            midnight = datetime(day.year, day.month, day.day)
            for start, end in listed:
                moments = [
                    self.scenario.at_s(
                        (midnight + timedelta(seconds=s)).replace(tzinfo=self.scenario.zone)
                    )
                    for s in (start, end)
                ]
                found.append((moments[0], moments[1]))
        return Intervals.of(found)

    def daylight(self) -> Intervals:
        """Sunrise to sunset at the mean position of the places, local date by local date."""
        from astral import Observer
        from astral.sun import elevation, noon, sunrise, sunset

        here = Observer(latitude=self._mean[0], longitude=self._mean[1])
        found = []
        for day in self._dates():
            try:
                rise = sunrise(here, date=day, tzinfo=self.scenario.zone)
                fall = sunset(here, date=day, tzinfo=self.scenario.zone)
            except ValueError:  # the sun does not cross the horizon on this date
                midday = noon(here, date=day, tzinfo=self.scenario.zone)
                if elevation(here, midday) > 0:
                    start = self.scenario.at_s(datetime(day.year, day.month, day.day))
                    found.append((start, start + DAY_S))
                continue
            found.append((self.scenario.at_s(rise), self.scenario.at_s(fall)))
        return Intervals.of(found)

    def between(self, from_s: int, until_s: int | None) -> Intervals:
        """From a moment (the start counts as always) to a moment, or to the end."""
        start = BEFORE_S if from_s <= 0 else from_s
        return Intervals.of([(start, self.end_s if until_s is None else until_s)]) & self.always

    def _until_s(self, moment: datetime | int | None) -> int | None:
        return None if moment is None else self.scenario.at_s(moment)

    def inside(self, window: Window) -> Intervals:
        """When the window is open, within the time in which it matters."""
        matters = self.between(self.scenario.at_s(window.days_from), self._until_s(window.until))
        if window.open == "daylight":
            opened = self.daylight()
        elif window.open is None:
            opened = self.always
        else:
            opened = self.daily(window.open)
        return (opened & matters) - self.daily(window.closed)

    def passable(self, window: Window) -> Intervals:
        """When the window lets movements through: while it is open, or does not matter."""
        matters = self.between(self.scenario.at_s(window.days_from), self._until_s(window.until))
        return self.inside(window) | (self.always - matters)

    def active(self, threat: Threat) -> Intervals:
        """When the threat does harm: its hours and span, without the pauses that suspend it."""
        when = self.between(self.scenario.at_s(threat.from_), self._until_s(threat.until))
        if threat.daily:
            when = when & self.daily(threat.daily)
        for window in self.scenario.windows:
            if threat.id in window.suspends:
                when = when - self.inside(window)
        return when

    def hazard(self, threat: Threat) -> RateFunction:
        """The threat's rate over time in millionths of a casualty per person-hour."""
        return RateFunction.on(self.active(threat), threat.rate_nano)
