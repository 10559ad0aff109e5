"""When things hold: windows, daylight, threats by the local clock, in seconds after the start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from planner.scenario import Control, Scenario, Threat, Window
from planner.scenario.quantities import Moment
from planner.timeline import Intervals, RateFunction
from planner.units import DAY_S


@dataclass(frozen=True)
class Clock:
    """Times of a scenario over ``[0, horizon]``; ``here`` is (lat, lon) for daylight.

    ``span`` is the part of the horizon of which anything is known, ``sun`` the daylight where it
    has been reckoned: an excerpt of another scenario has both from there.
    """

    scenario: Scenario
    here: tuple[float, float]
    span: tuple[int, int] | None = None
    sun: Intervals | None = None

    @property
    def always(self) -> Intervals:
        """The whole horizon, as far as it is known."""
        return Intervals((self.span or (0, self.scenario.horizon_s),))

    def between(self, start: Moment, end: Moment | None) -> Intervals:
        """From one moment to another; ``None`` is the end of the horizon."""
        return Intervals.of([(self.scenario.at_s(start), self.scenario.at_s(end))]) & self.always

    def daily(self, spans: Iterable[tuple[int, int]]) -> Intervals:
        """Spans of the local wall clock (seconds after midnight), on every date.

        Each end is looked up in the time zone on its own, so that 06:00 stays 06:00 on the days on
        which the clocks change.
        """
        listed = tuple(spans)
        return Intervals.of(
            (self._wall_s(day, start), self._wall_s(day, end))
            for day in self._dates()
            for start, end in listed
        ) & self.always  # fmt: skip

    @cached_property
    def daylight(self) -> Intervals:
        """Sunrise to sunset at ``here``, local date by local date (astral)."""
        if self.sun is not None:
            return self.sun & self.always
        from astral import Observer
        from astral.sun import elevation, noon, sunrise, sunset

        observer, zone = Observer(*self.here), self.scenario.zone
        spans = []
        for day in self._dates():
            try:
                up = sunrise(observer, date=day, tzinfo=zone)
                down = sunset(observer, date=day, tzinfo=zone)
            except ValueError:  # polar day or night: the sun does not cross the horizon
                if elevation(observer, noon(observer, date=day, tzinfo=zone)) > 0:
                    spans.append((self._wall_s(day, 0), self._wall_s(day, DAY_S)))
                continue
            spans.append((self.scenario.at_s(up), self.scenario.at_s(down)))
        return Intervals.of(spans) & self.always

    def matters(self, window: Window) -> Intervals:
        """The time in which the window restricts anything."""
        return self.between(window.days_from, window.until)

    def inside(self, window: Window) -> Intervals:
        """When the window is open, within the time in which it matters."""
        if window.open == "daylight":
            opened = self.daylight
        else:
            opened = self.always if window.open is None else self.daily(window.open)
        return (opened & self.matters(window)) - self.daily(window.closed)

    def passable(self, window: Window) -> Intervals:
        """When the window lets movements through: while open, and while it does not matter."""
        return self.inside(window) | (self.always - self.matters(window))

    def active(self, threat: Threat) -> Intervals:
        """When the threat does harm: its hours and days, without the pauses that suspend it."""
        when = self.between(threat.from_, threat.until)
        if threat.daily:
            when = when & self.daily(threat.daily)
        for window in self.scenario.windows:
            if threat.id in window.suspends:
                when = when - self.inside(window)
        return when

    def hazard(self, threat: Threat) -> RateFunction:
        """The threat's rate over time."""
        return RateFunction.on(self.active(threat), threat.rate_nano)

    def holding(self, entry: Control) -> Intervals:
        """When a control entry is active."""
        return self.between(entry.from_, entry.until)

    def _dates(self) -> Iterator[date]:
        day = self.scenario.local(0).date() - timedelta(days=1)
        last = self.scenario.local(self.scenario.horizon_s).date()
        while day <= last:
            yield day
            day += timedelta(days=1)

    def _wall_s(self, day: date, second: int) -> int:
        wall = datetime(day.year, day.month, day.day) + timedelta(seconds=second)
        return self.scenario.at_s(wall.replace(tzinfo=self.scenario.zone))


def governs_movement(window: Window, mode: str, fleet: str | None) -> bool:
    """Whether the window is for being under way at all (``fleet`` None: people by own means).

    A pause that only suspends threats restricts nobody.
    """
    if window.links or window.places:
        return False
    if window.kind == "pause" and window.suspends and not (window.modes or window.fleets):
        return False
    if window.modes and mode not in window.modes:
        return False
    return not window.fleets or fleet in window.fleets


def governs_place(window: Window, place: str, modes: tuple[str, ...], fleet: str | None) -> bool:
    """Whether the window is for loading, unloading or passing at the place by one of ``modes``."""
    if place not in window.places:
        return False
    if window.modes and not set(modes) & set(window.modes):
        return False
    return not window.fleets or fleet in window.fleets
