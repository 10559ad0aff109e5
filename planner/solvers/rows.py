"""Shared limits as rows: what one movement, one person on board or one walker uses of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from planner.movements import Floats, Option, SelfOption
from planner.problem import Conveyance, EvacuationProblem, Limit
from planner.rotations import tank_of
from planner.units import HOUR_S

RATES = ("link", "link_persons", "persons_rate", "vehicles_rate", "slots")
STAYS = ("bays", "berths", "stands")
WORK = ("duty", "fuel")
STAY_SHARE = 4
_PERSON_KINDS = ("persons_rate", "intake", "waiting", "link_persons")


@dataclass
class Row:
    """One limit at one moment: Σ use ≤ ``cap``.

    ``vehicle`` maps an option's index to its use at each start; ``person`` to the use by one head
    on board; ``walk`` maps a self option's index to the use by one unit.
    """

    limit: Limit
    moment_s: int
    cap: float
    width_s: int = 0
    vehicle: dict[int, Floats] = field(default_factory=dict)
    person: dict[int, Floats] = field(default_factory=dict)
    walk: dict[int, Floats] = field(default_factory=dict)

    @cached_property
    def uses(self) -> tuple[tuple[int, int, float, float], ...]:
        """(option, step, use by the vehicle, use by one head on board) wherever there is any."""
        found = []
        for option in sorted({*self.vehicle, *self.person}):
            none = np.zeros(1)
            vehicle, head = self.vehicle.get(option, none), self.person.get(option, none)
            both = np.broadcast_arrays(vehicle, head)
            for step in np.flatnonzero((both[0] != 0) | (both[1] != 0)).tolist():
                found.append((option, step, float(both[0][step]), float(both[1][step])))
        return tuple(found)

    @property
    def key(self) -> tuple[str, str, int, int, int]:
        """What tells rows apart."""
        limit = self.limit
        return (limit.kind, limit.at, self.moment_s, limit.window[1], self.width_s)


class RowMaker:
    """Makes rows for one conveyance of a problem.

    With a ``width_s`` rows are sums over spans of that length, for stays over a part of it: implied
    by the exact ones (what holds in every hour holds in two, what is never more than two berths is
    no more on average), so that a bound stays a bound, and far fewer.
    """

    def __init__(
        self, problem: EvacuationProblem, conveyance: Conveyance, width_s: int = 0
    ) -> None:
        self.width_s = width_s
        self.stay_s = width_s // STAY_SHARE
        self.problem = problem
        self.movers = conveyance.movers
        self.options = conveyance.options
        self.moments = np.arange(problem.grid.steps, dtype=np.int64) * problem.grid.step_s

    def row(self, limit: Limit, moment_s: int) -> Row:
        """The row of a limit at a moment (start of the 60 minutes, or the instant)."""
        if limit.kind == "intake" or limit.kind in WORK:
            moment_s = limit.window[0]
        cap = limit.cap
        if self.width_s and limit.kind in RATES:
            cap = limit.cap * self.width_s / HOUR_S
        row = Row(limit, moment_s, cap, self.width_s)
        for option in self.options:
            use = self.use(limit, moment_s, option)
            if use is None or not use.any():
                continue
            (row.person if limit.kind in _PERSON_KINDS else row.vehicle)[option.index] = use
        for walk in self.problem.walks:
            use = self.walk_use(limit, moment_s, walk)
            if use is not None and use.any():
                row.walk[walk.index] = use
        return row

    def use(self, limit: Limit, moment_s: int, option: Option) -> Floats | None:
        """Use per start: of one mover, or of one head on board where persons are limited."""
        handler = getattr(self, "_" + limit.kind)
        found: Floats | None = handler(limit, moment_s, option)
        return found

    def _hour(self, stamps: NDArray[np.int64], moment_s: int) -> Floats:
        width = self.width_s or HOUR_S
        return ((stamps >= moment_s) & (stamps < moment_s + width)).astype(np.float64)

    def _hours(self, offsets: list[int], moment_s: int) -> Floats:
        """How often the hour is entered at one of the offsets, for each start."""
        use = np.zeros(len(self.moments))
        for offset in offsets:
            use += self._hour(self.moments + offset, moment_s)
        return use

    def _during(self, start_s: int, end_s: int, moment_s: int) -> Floats:
        if self.width_s:
            first = np.maximum(self.moments + start_s, moment_s)
            last = np.minimum(self.moments + end_s, moment_s + self.stay_s)
            return np.asarray(np.maximum(0, last - first) / self.stay_s)
        inside = (self.moments + start_s <= moment_s) & (moment_s < self.moments + end_s)
        return inside.astype(np.float64)

    def _link(self, limit: Limit, moment_s: int, option: Option) -> Floats | None:
        offsets = [offset for link, offset in option.link_entries if link == limit.at]
        if not offsets:
            return None
        cars = self.car_equivalents(option)
        return cars * self._hours(offsets, moment_s)

    def _link_persons(self, limit: Limit, moment_s: int, option: Option) -> Floats | None:
        offsets = [offset for link, offset in option.link_entries if link == limit.at]
        if not offsets or not option.loaded:
            return None
        return self._hours(offsets, moment_s)

    def _ends(self, limit: Limit, moment_s: int, option: Option, mode: str) -> Floats | None:
        if self.mode(option) != mode or not option.loaded:
            return None
        use = np.zeros(len(self.moments))
        if option.origin == limit.at:
            use += self._during(0, option.depart_s, moment_s)
        if option.destination == limit.at:
            use += self._during(option.arrive_s, option.end_s, moment_s)
        return use * self.ships(option)

    def _bays(self, limit: Limit, moment_s: int, option: Option) -> Floats | None:
        return self._ends(limit, moment_s, option, "road")

    def _berths(self, limit: Limit, moment_s: int, option: Option) -> Floats | None:
        return self._ends(limit, moment_s, option, "sea")

    def _stands(self, limit: Limit, moment_s: int, option: Option) -> Floats | None:
        """On the ground while loading and unloading; the wait is priced by the itinerary."""
        if self.mode(option) != "air":
            return None
        end = option.steps * self.problem.grid.step_s
        use = np.zeros(len(self.moments))
        if option.origin == limit.at:
            use += self._during(0, option.depart_s, moment_s)
        if option.destination == limit.at:
            use += self._during(option.arrive_s, end, moment_s)
        return use * self.ships(option)

    def _slots(self, limit: Limit, moment_s: int, option: Option) -> Floats | None:
        if self.mode(option) != "air":
            return None
        return self._passes(limit, moment_s, option)

    def _vehicles_rate(self, limit: Limit, moment_s: int, option: Option) -> Floats | None:
        return self._passes(limit, moment_s, option) if self.mode(option) == "road" else None

    def _passes(self, limit: Limit, moment_s: int, option: Option) -> Floats:
        use = np.zeros(len(self.moments))
        if option.origin == limit.at:
            use += self._hour(self.moments + option.depart_s, moment_s)
        if option.destination == limit.at:
            use += self._hour(self.moments + option.arrive_s, moment_s)
        return use * self.ships(option)

    def _persons_rate(self, limit: Limit, moment_s: int, option: Option) -> Floats | None:
        offset = registered_s(option, limit.at, self.problem.hubs)
        return None if offset is None else self._hour(self.moments + offset, moment_s)

    def _intake(self, limit: Limit, moment_s: int, option: Option) -> Floats | None:
        if option.destination != limit.at or not option.loaded:
            return None
        stamps = self.moments + option.end_s
        inside = (stamps >= limit.window[0]) & (stamps < limit.window[1])
        return inside.astype(np.float64)

    def _waiting(self, limit: Limit, moment_s: int, option: Option) -> Floats | None:
        if not option.loaded or limit.at not in (option.origin, option.destination):
            return None
        if option.destination == limit.at:
            return (self.moments + option.end_s <= moment_s).astype(np.float64)
        return -(self.moments + option.depart_s <= moment_s).astype(np.float64)

    def _duty(self, limit: Limit, moment_s: int, option: Option) -> Floats | None:
        """C14: hours of the movement, loading and unloading included, inside the span of time."""
        if self.movers[option.mover].fleet != limit.at:
            return None
        start_s = 0 if option.loaded else option.depart_s
        first = np.maximum(self.moments + start_s, limit.window[0])
        last = np.minimum(self.moments + option.end_s, limit.window[1])
        return np.asarray(np.maximum(0, last - first) * self.ships(option) / HOUR_S)

    def _fuel(self, limit: Limit, moment_s: int, option: Option) -> Floats | None:
        """C14: hours of the movement, and its share of those for filling up."""
        hours = self._duty(limit, moment_s, option)
        if hours is None:
            return None
        scenario = self.problem.scenario
        tank = tank_of(scenario, scenario.fleet(limit.at))
        assert tank is not None
        share = self.problem.network.routes[option.route].length_m / tank.range_m
        return hours + share * tank.refuel_s * self.ships(option) / HOUR_S

    def _headway(self, limit: Limit, moment_s: int, option: Option) -> Floats | None:
        """C13: vehicles that leave by the route inside the span of a headway."""
        stamp_s = headway_s(limit, option, self.movers[option.mover].fleet)
        if stamp_s is None:
            return None
        stamps = self.moments + stamp_s
        inside = (stamps >= moment_s) & (stamps < moment_s + limit.window[1])
        return inside.astype(np.float64) * self.ships(option)

    def walk_use(self, limit: Limit, moment_s: int, walk: SelfOption) -> Floats | None:
        """Use by one unit of people who go by their own means."""
        passes = walk.passes(limit.kind, limit.at)
        if passes:
            return passes[0][1] * self._hours([offset for offset, _ in passes], moment_s)
        if limit.kind == "intake" and walk.destination == limit.at:
            stamps = self.moments + walk.ride_s
            inside = (stamps >= limit.window[0]) & (stamps < limit.window[1])
            return inside.astype(np.float64) * self.heads(walk.commodity)
        return None

    def heads(self, commodity: int) -> int:
        """Persons in one unit of a commodity."""
        return self.problem.commodities[commodity].persons

    def mode(self, option: Option) -> str:
        """Mode of the option's mover."""
        return self.movers[option.mover].mode

    def ships(self, option: Option) -> int:
        """Vehicles that move as one."""
        return self.movers[option.mover].ships

    def car_equivalents(self, option: Option) -> float:
        """What the mover counts for on a link."""
        return self.movers[option.mover].car_equivalents


def registered_s(option: Option, place: str, hubs: frozenset[str]) -> int | None:
    """When those on board are registered: on coming in to embark, elsewhere on leaving."""
    if not option.loaded:
        return None
    if place in hubs:
        return option.end_s if option.destination == place else None
    return option.depart_s if option.origin == place else None


def headway_s(limit: Limit, option: Option, fleet: str) -> int | None:
    """When after its start a movement counts for a headway limit; None where it does not.

    Empty vehicles are left out: they leave at once where loading is relaxed, and those with people
    earlier than in a plan, all alike.
    """
    counted = option.loaded and limit.at == f"{fleet} {option.route}"
    return option.depart_s if counted else None
