"""What vehicles and people pay, at given prices, for the limits that they share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.movements import Mover, Option, SelfOption
from planner.problem import EvacuationProblem, Limit
from planner.units import HOUR_S

Floats = NDArray[np.float64]
HOURLY = ("link", "link_persons", "persons_rate", "vehicles_rate", "slots")
STANDING = ("bays", "berths", "stands")
BY_HEAD = ("persons_rate", "intake", "link_persons")
MODES = {"bays": "road", "vehicles_rate": "road", "berths": "sea", "stands": "air", "slots": "air"}


@dataclass(frozen=True)
class Toll:
    """A limit's price in a window of time, ``width_s`` long where it holds on average only."""

    limit: Limit
    moment_s: int
    width_s: int
    price: float

    @property
    def cap(self) -> float:
        """What may use it: an average over a span counts as many hours as it is long."""
        averaged = self.width_s and self.limit.kind in HOURLY
        return self.limit.cap * (self.width_s / HOUR_S if averaged else 1.0)

    @property
    def span(self) -> tuple[int, int]:
        """The half-open span of time in which what passes counts."""
        if self.limit.kind in ("intake", "duty", "fuel"):
            return self.limit.window
        if self.limit.kind == "headway":
            return self.moment_s, self.moment_s + self.limit.window[1]
        return self.moment_s, self.moment_s + (self.width_s or HOUR_S)

    def passing(self, since: Floats, until: Floats) -> Floats:
        """1 where somebody who passes from ``since`` to ``until`` surely does so in the span."""
        begin, end = self.span
        return ((since >= begin) & (until < end)).astype(np.float64)

    def standing(self, since: Floats, until: Floats) -> Floats:
        """1 where somebody stands here at the moment; the share of the span where it is one."""
        stretch = self.width_s // 4
        if not stretch:
            return ((since <= self.moment_s) & (self.moment_s < until)).astype(np.float64)
        return _overlap(since, until, self.moment_s, self.moment_s + stretch) / stretch

    def working(self, since: Floats, until: Floats) -> Floats:
        """Hours of the span from ``since`` to ``until`` inside the window."""
        return _overlap(since, until, *self.limit.window) / HOUR_S


def _overlap(since: Floats, until: Floats, begin: int, end: int) -> Floats:
    common = np.minimum(until, end) - np.maximum(since, begin)
    return np.asarray(np.maximum(common, 0), dtype=np.float64)


class Tolls:
    """All that is priced in a problem."""

    def __init__(self, problem: EvacuationProblem, priced: tuple[Toll, ...]) -> None:
        self.problem = problem
        self.priced = priced
        self.steps = problem.grid.steps
        self.starts_s = np.arange(self.steps, dtype=np.float64) * problem.grid.step_s

    @property
    def capacity(self) -> float:
        """What all the limits together are worth."""
        return sum(toll.price * toll.cap for toll in self.priced)

    def room(self, place: str) -> dict[int, float]:
        """What it costs one head to wait at a place, by moment."""
        found: dict[int, float] = {}
        for toll in self.priced:
            if toll.limit.kind == "waiting" and toll.limit.at == place:
                found[toll.moment_s] = found.get(toll.moment_s, 0.0) + toll.price
        return found

    def of_walk(self, walk: SelfOption, heads: int) -> Floats:
        """What a unit that goes by its own means pays at each start."""
        paid = np.zeros(self.steps)
        for toll in self.priced:
            uses = list(walk.passes(toll.limit.kind, toll.limit.at))
            if toll.limit.kind == "intake" and walk.destination == toll.limit.at:
                uses.append((walk.ride_s, float(heads)))
            for offset, use in uses:
                since = self.starts_s + offset
                late = since + self.problem.grid.spread_s
                paid += toll.price * use * toll.passing(since, late)
        return paid

    def of_option(self, mover: Mover, option: Option) -> tuple[Floats, Floats]:
        """What a vehicle, and what each head on board, pays at each start."""
        vehicle, head = np.zeros(self.steps), np.zeros(self.steps)
        for toll in self.priced:
            used = self._used(toll, mover, option)
            if used is None:
                continue
            if toll.limit.kind in BY_HEAD:
                head += toll.price * used
            else:
                vehicle += toll.price * used
        return vehicle, head

    def _used(self, toll: Toll, mover: Mover, option: Option) -> Floats | None:
        kind, at = toll.limit.kind, toll.limit.at
        if kind in ("duty", "fuel"):
            return self._worked(toll, mover, option) if mover.fleet == at else None
        if kind == "headway":
            counts = option.loaded and at == f"{mover.fleet} {option.route}"
            return mover.ships * self._passed(toll, option, option.depart_s) if counts else None
        if kind in ("link", "link_persons"):
            offsets = [offset for link, offset in option.link_entries if link == at]
            if not offsets or (kind == "link_persons" and not option.loaded):
                return None
            each = mover.car_equivalents if kind == "link" else 1.0
            return each * sum((self._passed(toll, option, s) for s in offsets[1:]),
                              self._passed(toll, option, offsets[0]))  # fmt: skip
        if kind == "waiting" or at not in (option.origin, option.destination):
            return None  # whoever waits pays by his worth in the hub
        if kind in STANDING:
            return self._stood(toll, mover, option)
        return self._passed_place(toll, mover, option)

    def _passed(self, toll: Toll, option: Option, offset_s: int, late_s: int = -1) -> Floats:
        since = self.starts_s + offset_s
        return toll.passing(since, since + (option.spread_s if late_s < 0 else late_s))

    def _passed_place(self, toll: Toll, mover: Mover, option: Option) -> Floats | None:
        """Vehicles or people that come and go at a place."""
        kind, at = toll.limit.kind, toll.limit.at
        if kind in ("slots", "vehicles_rate"):
            if mover.mode != MODES[kind]:
                return None
            used = np.zeros(self.steps)
            for place, offset in (
                (option.origin, option.depart_s), (option.destination, option.arrive_s)
            ):  # fmt: skip
                if place == at:
                    used += mover.ships * self._passed(toll, option, offset)
            return used
        comes = option.destination == at
        if not option.loaded or (kind == "intake" and not comes):
            return None
        if kind == "intake" or (comes and at in self.problem.hubs):
            return self._passed(toll, option, option.end_s, option.end_spread_s)
        if comes or at in self.problem.hubs:
            return None
        return self._passed(toll, option, option.depart_s)

    def _stood(self, toll: Toll, mover: Mover, option: Option) -> Floats | None:
        """Vehicles that load, unload or stand at a place."""
        mode = MODES[toll.limit.kind]
        if mover.mode != mode or not (option.loaded or mode == "air"):
            return None
        until_s = option.steps * self.problem.grid.step_s if mode == "air" else option.end_s
        used = np.zeros(self.steps)
        for place, since_s, end_s in (
            (option.origin, option.spread_s, option.depart_s),
            (option.destination, option.arrive_s + option.spread_s, until_s),
        ):
            if place == toll.limit.at and end_s > since_s:
                used += mover.ships * toll.standing(self.starts_s + since_s, self.starts_s + end_s)
        return used

    def _worked(self, toll: Toll, mover: Mover, option: Option) -> Floats:
        """Hours on duty, or hours of which a tank's time and its fillings are made."""
        since_s = (0 if option.loaded else option.depart_s) + option.spread_s
        if toll.limit.kind == "duty":
            since = self.starts_s + since_s
            return mover.ships * toll.working(since, self.starts_s + option.end_s)
        vehicle = self.problem.scenario.vehicle(self.problem.scenario.fleet(mover.fleet))
        fill_s = self._fill_s(option, vehicle.range_m)
        hours = (option.end_s - since_s + fill_s) * mover.ships / HOUR_S
        return np.full(self.steps, hours)

    def _fill_s(self, option: Option, range_m: int | None) -> float:
        fuel = self.problem.scenario.fleet(
            self.problem.relaxed.movers[option.mover].fleet
        ).fuel  # fmt: skip
        if fuel is None or not range_m:
            return 0.0
        return self.problem.network.routes[option.route].length_m / range_m * fuel.refuel_s


def read(problem: EvacuationProblem, entries: Iterator[tuple[Any, ...]]) -> Iterator[Toll]:
    """The priced limits of this problem; a price on anything else buys nothing."""
    vague = {
        place
        for option in problem.relaxed.options
        if option.end_spread_s
        for place in (option.origin, option.destination)
    }
    limits = {(one.kind, one.at, one.window[1], one.window[0]): one for one in problem.limits}
    for kind, at, moment, end, width, price in entries:
        if price < 0:
            raise ValueError(kind)
        begin = int(moment) if kind in ("intake", "duty", "fuel") else 0
        limit = limits.get((kind, at, int(end), begin))
        # Where it is not known to the second who comes and goes, nobody is counted who waits.
        if limit is None or (kind == "waiting" and at in vague):
            continue
        yield Toll(limit, int(moment), int(width), price)
