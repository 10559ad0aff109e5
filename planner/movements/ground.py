"""When a movement may start, and what it costs in harm: windows, permissions, threats."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from planner.movements.options import Bools, Condition, Floats
from planner.network import Route, TransportNetwork
from planner.timeline import Intervals, RateFunction
from planner.units import TimeGrid

CASUALTIES = 3.6e12  # nano x seconds in one expected casualty


class Integrals:
    """Vectorised integrals of hazard rates: expected casualties per person."""

    def __init__(self, rates: dict[str, RateFunction]) -> None:
        self._rates = {
            name: (
                np.array(rate.from_s, dtype=np.int64),
                np.array(rate.rate_nano, dtype=np.float64),
                np.array(rate.total, dtype=np.float64),
            )
            for name, rate in rates.items()
        }

    def upto(self, threat: str, moments: NDArray[np.int64]) -> Floats:
        """Expected casualties per person from long ago up to each moment."""
        from_s, rate, total = self._rates[threat]
        at = np.searchsorted(from_s, moments, side="right") - 1
        return np.asarray((total[at] + rate[at] * (moments - from_s[at])) / CASUALTIES)

    def between(self, threat: str, start: NDArray[np.int64], length_s: int) -> Floats:
        """Expected casualties per person over ``length_s`` seconds from each start."""
        return self.upto(threat, start + length_s) - self.upto(threat, start)

    def least(self, threat: str, grid: TimeGrid, shift_s: int, length_s: int) -> Floats:
        """Expected casualties per person over ``length_s`` seconds, ``shift_s`` after each step.

        Where steps are spans of time: the least of any moment in each. As a function of its start
        the integral is linear between the moments at which either end meets a change of the rate,
        so that it is least at one of these, or at an end of the span.
        """
        moments = np.arange(grid.steps, dtype=np.int64) * grid.step_s + shift_s
        found = self.between(threat, moments, length_s)
        if not grid.spread_s:
            return found
        found = np.minimum(found, self.between(threat, moments + grid.spread_s, length_s))
        changes = self._rates[threat][0]
        turns = np.concatenate([changes, changes - length_s])
        steps = (turns - shift_s) // grid.step_s
        inside = (steps >= 0) & (steps < grid.steps)
        turns, steps = turns[inside], steps[inside]
        np.minimum.at(found, steps, self.between(threat, turns, length_s))
        return found


def start_mask(grid: TimeGrid, conditions: Iterable[Condition], last_s: int) -> Bools:
    """Grid moments t for which every condition ``(open, a, b)`` has ``[t+a, t+b]`` inside one span.

    ``last_s`` is the offset at which the movement ends; nothing ends past the horizon. Where steps
    are spans of time, each condition holds at some moment of the span.
    """
    mask = np.zeros(grid.steps, dtype=np.bool_)
    if grid.horizon_s >= last_s:
        mask[: (grid.horizon_s - last_s) // grid.step_s + 1] = True
    for intervals, enter_s, exit_s in conditions:
        allowed = np.zeros(grid.steps, dtype=np.bool_)
        for start, end in intervals.spans:
            first = max(0, -(-(start - enter_s - grid.spread_s) // grid.step_s))
            last = (end - exit_s) // grid.step_s
            if last >= first and end - exit_s >= start - enter_s:
                allowed[first : last + 1] = True
        mask &= allowed
    return mask


class Ground:
    """Asks the network whether a mover may be on its way, and what a ride costs in harm."""

    def __init__(self, network: TransportNetwork, grid: TimeGrid) -> None:
        self.network = network
        self.grid = grid
        self.hazard = Integrals(network.hazard)
        self.moments = np.arange(grid.steps, dtype=np.int64) * grid.step_s
        self._open: dict[tuple[str, str | None], Intervals] = {}
        self._place: dict[tuple[str, str | None], Intervals] = {}
        self._allowed: dict[tuple[str, str], Intervals] = {}
        self._acceptable: dict[tuple[str, str], Intervals] = {}

    def fits(self, fleet: str, place: str) -> bool:
        """C15: whether the vehicle may load or unload at the place at all."""
        scenario = self.network.scenario
        vehicle_fleet, spot = scenario.fleet(fleet), scenario.place(place)
        vehicle = scenario.vehicle(vehicle_fleet)
        if vehicle_fleet.serves and place not in vehicle_fleet.serves:
            return False
        if vehicle.mode == "sea":
            if vehicle.length_m and spot.berth_length_m and vehicle.length_m > spot.berth_length_m:
                return False
            if vehicle.draught_m and spot.depth_m and vehicle.draught_m + 0.5 > spot.depth_m:
                return False
            return spot.berths != 0
        if vehicle.mode == "air":
            runway = self.runway_m(place)
            short = vehicle.runway_m and (runway is None or vehicle.runway_m > runway)
            return not short and spot.stands != 0
        return spot.loading_bays != 0

    def runway_m(self, place: str) -> int | None:
        """Runway of a place: the scenario's figure, else the map's; None where neither knows."""
        spot = self.network.scenario.place(place)
        if spot.runway_m is not None or self.network.region is None or not isinstance(spot.at, str):
            return spot.runway_m
        return self.network.region.places[spot.at].runway_m

    def ride(self, route: Route, fleet: str | None, shift_s: int) -> list[Condition]:
        """C9 and C10 for the ride; offsets from the start, the ride begins at ``shift_s``."""
        key = (route.mode, fleet)
        if key not in self._open:
            self._open[key] = self.network.movement_open(route.mode, fleet)
        overhead = self._overhead(fleet)
        found = [(self._open[key], shift_s, shift_s + route.travel_s + overhead)]
        inside = shift_s + overhead // 2
        found += [
            (self.network.link_open[use.link], inside + use.enter_s, inside + use.exit_s)
            for use in route.links
            if use.link in self.network.link_open
        ]
        if fleet is not None:
            found += [
                (self.allowed(pas.ground, fleet), inside + pas.enter_s, inside + pas.exit_s)
                for pas in route.passages
            ]
        return found

    def stop(self, place: str, fleet: str | None, enter_s: int, exit_s: int) -> list[Condition]:
        """C9 and C10 while standing at a place."""
        key = (place, fleet)
        if key not in self._place:
            self._place[key] = self.network.place_open(place, fleet)
        found = [(self._place[key], enter_s, exit_s)]
        if fleet is not None:
            found.append((self.allowed(place, fleet), enter_s, exit_s))
        return found

    def allowed(self, ground: str, fleet: str) -> Intervals:
        """When the fleet may be on the ground (cached)."""
        key = (ground, fleet)
        if key not in self._allowed:
            self._allowed[key] = self.network.allowed(ground, fleet)
        return self._allowed[key]

    def accepts(
        self, route: Route, group: str, depart_s: int, arrive_s: int, overhead_s: int
    ) -> list[Condition]:
        """C11: the group meets no party that it refuses, at either end or on the way."""
        if not self.network.scenario.group(group).refuses:
            return []
        inside = depart_s + overhead_s // 2
        spots = [(route.origin, depart_s, depart_s), (route.destination, arrive_s, arrive_s)]
        spots += [(p.ground, inside + p.enter_s, inside + p.exit_s) for p in route.passages]
        found = []
        for ground, enter, leave in spots:
            if (ground, group) not in self._acceptable:
                self._acceptable[ground, group] = self.network.acceptable(ground, group)
            found.append((self._acceptable[ground, group], enter, leave))
        return found

    def ride_harm(
        self, route: Route, shift_s: int, overhead_s: int, multiplier: dict[str, float]
    ) -> Floats:
        """Expected casualties per person on the ride, for each grid start."""
        harm = np.zeros(self.grid.steps)
        for exposure in route.exposures:
            shift = shift_s + overhead_s // 2 + exposure.enter_s
            factor = multiplier.get(exposure.threat, 1.0)
            length = exposure.exit_s - exposure.enter_s
            harm += factor * self.hazard.least(exposure.threat, self.grid, shift, length)
        return harm

    def stay_harm(
        self, place: str, shift_s: int, length_s: int, multiplier: dict[str, float]
    ) -> Floats:
        """Expected casualties per person who stays at a place, for each grid start."""
        harm = np.zeros(self.grid.steps)
        for threat in self.network.threats_at.get(place, ()):
            factor = multiplier.get(threat, 1.0)
            harm += factor * self.hazard.least(threat, self.grid, shift_s, length_s)
        return harm

    def upto(self, place: str, moments: NDArray[np.int64], multiplier: dict[str, float]) -> Floats:
        """Expected casualties per person at a place from the start up to each moment."""
        harm = np.zeros(len(moments))
        for threat in self.network.threats_at.get(place, ()):
            factor = multiplier.get(threat, 1.0)
            zero = self.hazard.upto(threat, np.zeros(1, dtype=np.int64))[0]
            harm += factor * (self.hazard.upto(threat, moments) - zero)
        return harm

    def safe_to_end(self, place: str) -> Bools:
        """C2: grid moments from which no threat is active at the place until the horizon's end."""
        moments = self.moments
        rest = np.zeros(len(moments))
        for threat in self.network.threats_at.get(place, ()):
            end = np.full(len(moments), self.grid.horizon_s, dtype=np.int64)
            since = np.minimum(moments + self.grid.spread_s, end)
            rest += self.hazard.upto(threat, end) - self.hazard.upto(threat, since)
        return rest <= 1e-15

    def _overhead(self, fleet: str | None) -> int:
        if fleet is None:
            return 0
        scenario = self.network.scenario
        return scenario.vehicle(scenario.fleet(fleet)).overhead_s


def entries(network: TransportNetwork, route: Route, shift_s: int) -> tuple[tuple[str, int], ...]:
    """Limited links with the offset at which the route enters each of them."""
    return tuple(
        (use.link, shift_s + use.enter_s)
        for use in route.links
        if use.link in network.link_capacity
    )
