"""Shared limits as rows: what one movement, one person on board or one walker uses of each."""

from __future__ import annotations

from dataclasses import dataclass, field

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
Ints = NDArray[np.int64]
Entry = tuple[int, int, float]
"""Seconds after the start from when and until when something is used, and how much."""


@dataclass(frozen=True)
class Uses:
    """What movements use of a row: ``amounts`` by ``keys``, ascending; all else uses nothing.

    A key is option x ``steps`` + step, ``steps`` the length of the grid.
    """

    steps: int
    keys: Ints
    amounts: Floats

    def at(self, option: int, step: int) -> float:
        """The use by one start of one option."""
        return float(self.of(np.array([option * self.steps + step]))[0])

    def of(self, keys: Ints) -> Floats:
        """The use by each of many starts."""
        if not len(self.keys):
            return np.zeros(len(keys))
        position = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[position] == keys, self.amounts[position], 0.0)


@dataclass
class Row:
    """One limit at one moment: Σ use ≤ ``cap``.

    ``vehicle`` is the use by one mover, ``person`` that by one head on board; ``walk`` maps a self
    option's index to the use by one unit at each start.
    """

    limit: Limit
    moment_s: int
    cap: float
    width_s: int
    vehicle: Uses
    person: Uses
    walk: dict[int, Floats] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, int, int, int]:
        """What tells rows apart."""
        limit = self.limit
        return (limit.kind, limit.at, self.moment_s, limit.window[1], self.width_s)


@dataclass(frozen=True)
class _Touch:
    """Whatever touches one limit, one entry each: an option, from when until when after its start
    (the same moment for what passes by), and how much of the limit it takes."""

    option: Ints
    since_s: Ints
    until_s: Ints
    amount: Floats


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
        self.steps, self.step_s = problem.grid.steps, problem.grid.step_s
        self.moments = np.arange(self.steps, dtype=np.int64) * self.step_s
        self.spread_s = problem.grid.spread_s
        """Of who goes by own means; a row counts what surely falls into it."""
        self.none = Uses(self.steps, np.zeros(0, dtype=np.int64), np.zeros(0))
        self._touches: dict[tuple[str, str], _Touch] = {}

    def row(self, limit: Limit, moment_s: int) -> Row:
        """The row of a limit at a moment (start of the 60 minutes, or the instant)."""
        if limit.kind == "intake" or limit.kind in WORK:
            moment_s = limit.window[0]
        cap = limit.cap
        if self.width_s and limit.kind in RATES:
            cap = limit.cap * self.width_s / HOUR_S
        if self.problem.earlier and not self.width_s:
            span_s = HOUR_S if limit.kind in RATES else 1
            used = self.problem.earlier.used(limit.kind, limit.at, moment_s, moment_s + span_s)
            cap = max(0.0, cap - used)
        uses = self._uses(limit, moment_s)
        by_head = limit.kind in _PERSON_KINDS
        row = Row(
            limit, moment_s, cap, self.width_s,
            self.none if by_head else uses, uses if by_head else self.none,
        )  # fmt: skip
        for walk in self.problem.walks:
            use = self.walk_use(limit, moment_s, walk)
            if use is not None and use.any():
                row.walk[walk.index] = use
        return row

    def _uses(self, limit: Limit, moment_s: int) -> Uses:
        """Use per start: of one mover, or of one head on board where persons are limited."""
        touch = self._touch(limit)
        first, end = self._span(limit, moment_s, touch)
        length = np.maximum(0, end - first)
        entry = np.repeat(np.arange(len(length)), length)
        step = np.arange(len(entry)) - np.repeat(np.cumsum(length) - length, length) + first[entry]
        amount = touch.amount[entry]
        if self.width_s and limit.kind in STAYS:
            start = step * self.step_s
            since = np.maximum(start + touch.since_s[entry], moment_s)
            until = np.minimum(start + touch.until_s[entry], moment_s + self.stay_s)
            amount = amount * np.maximum(0, until - since) / self.stay_s
        if limit.kind == "duty":
            start = step * self.step_s
            since = np.maximum(start + touch.since_s[entry], limit.window[0])
            until = np.minimum(start + touch.until_s[entry], limit.window[1])
            amount = amount * np.maximum(0, until - since) / HOUR_S
        keys, place = np.unique(touch.option[entry] * self.steps + step, return_inverse=True)
        total = np.bincount(place, weights=amount, minlength=len(keys))
        return Uses(self.steps, keys[total != 0], total[total != 0])

    def _span(self, limit: Limit, moment_s: int, touch: _Touch) -> tuple[Ints, Ints]:
        """The first step at which each entry counts, and the one after the last."""
        if limit.kind in STAYS:
            since, until = moment_s - touch.until_s + 1, moment_s - touch.since_s + 1
            if self.width_s:
                until = until + self.stay_s - 1
        elif limit.kind == "waiting":
            since, until = np.zeros_like(touch.since_s), moment_s - touch.since_s + 1
        elif limit.kind == "duty":
            since, until = limit.window[0] - touch.until_s + 1, limit.window[1] - touch.since_s
        else:
            start, end = self._hour(limit, moment_s)
            since, until = start - touch.since_s, end - touch.until_s
        first = np.clip(-(-since // self.step_s), 0, self.steps)
        return first, np.clip(-(-until // self.step_s), 0, self.steps)

    def _hour(self, limit: Limit, moment_s: int) -> tuple[int, int]:
        """The half-open span of time in which what passes counts."""
        if limit.kind in ("intake", "fuel"):
            return limit.window
        if limit.kind == "headway":
            return moment_s, moment_s + limit.window[1]
        return moment_s, moment_s + (self.width_s or HOUR_S)

    def _touch(self, limit: Limit) -> _Touch:
        key = (limit.kind, limit.at)
        if key not in self._touches:
            entries = getattr(self, "_" + limit.kind)
            found = [(o.index, *entry) for o in self.options for entry in entries(limit.at, o)]
            option, since, until, amount = zip(*found, strict=True) if found else ((),) * 4
            self._touches[key] = _Touch(
                np.array(option, dtype=np.int64), np.array(since, dtype=np.int64),
                np.array(until, dtype=np.int64), np.array(amount, dtype=np.float64),
            )  # fmt: skip
        return self._touches[key]

    def _link(self, at: str, option: Option) -> list[Entry]:
        cars = self.car_equivalents(option)
        return [
            _past(at_s, option.spread_s, cars) for link, at_s in option.link_entries if link == at
        ]

    def _link_persons(self, at: str, option: Option) -> list[Entry]:
        if not option.loaded:
            return []
        return [
            _past(at_s, option.spread_s, 1.0) for link, at_s in option.link_entries if link == at
        ]

    def _ends(self, at: str, option: Option, end_s: int) -> list[Entry]:
        ships = float(self.ships(option))
        late_s = option.spread_s
        found = [(late_s, option.depart_s, ships)] if option.origin == at else []
        if option.destination == at:
            found.append((option.arrive_s + late_s, end_s, ships))
        return [(since, until, use) for since, until, use in found if until > since]

    def _bays(self, at: str, option: Option) -> list[Entry]:
        handled = self.mode(option) == "road" and option.loaded
        return self._ends(at, option, option.end_s) if handled else []

    def _berths(self, at: str, option: Option) -> list[Entry]:
        handled = self.mode(option) == "sea" and option.loaded
        return self._ends(at, option, option.end_s) if handled else []

    def _stands(self, at: str, option: Option) -> list[Entry]:
        """On the ground while loading and unloading; the wait is priced by the itinerary."""
        stays = self.mode(option) == "air"
        return self._ends(at, option, option.steps * self.step_s) if stays else []

    def _slots(self, at: str, option: Option) -> list[Entry]:
        return self._passes(at, option) if self.mode(option) == "air" else []

    def _vehicles_rate(self, at: str, option: Option) -> list[Entry]:
        return self._passes(at, option) if self.mode(option) == "road" else []

    def _passes(self, at: str, option: Option) -> list[Entry]:
        ships = float(self.ships(option))
        found = []
        if option.origin == at:
            found.append(_past(option.depart_s, option.spread_s, ships))
        if option.destination == at:
            found.append(_past(option.arrive_s, option.spread_s, ships))
        return found

    def _persons_rate(self, at: str, option: Option) -> list[Entry]:
        offset = registered_s(option, at, self.problem.hubs)
        late_s = option.end_spread_s if option.destination == at else option.spread_s
        return [] if offset is None else [_past(offset, late_s, 1.0)]

    def _intake(self, at: str, option: Option) -> list[Entry]:
        comes = option.destination == at and option.loaded
        return [_past(option.end_s, option.end_spread_s, 1.0)] if comes else []

    def _waiting(self, at: str, option: Option) -> list[Entry]:
        if not option.loaded or at not in (option.origin, option.destination):
            return []
        if option.destination == at:
            return [(option.end_s, option.end_s, 1.0)]
        return [(option.depart_s, option.depart_s, -1.0)]

    def _duty(self, at: str, option: Option) -> list[Entry]:
        """C14: hours of the movement, loading and unloading included, inside the span of time."""
        if self.movers[option.mover].fleet != at:
            return []
        start_s = 0 if option.loaded else option.depart_s
        return [(start_s + option.spread_s, option.end_s, float(self.ships(option)))]

    def _fuel(self, at: str, option: Option) -> list[Entry]:
        """C14: hours of the movement, and its share of those for filling up."""
        scenario = self.problem.scenario
        worked = self._duty(at, option)
        tank = tank_of(scenario, scenario.fleet(at)) if worked else None
        if tank is None:
            return []
        share = self.problem.network.routes[option.route].length_m / tank.range_m
        ((start_s, end_s, ships),) = worked
        return [(0, 0, (end_s - start_s + share * tank.refuel_s) * ships / HOUR_S)]

    def _headway(self, at: str, option: Option) -> list[Entry]:
        """C13: vehicles that leave by the route inside the span of a headway."""
        stamp_s = headway_s(at, option, self.movers[option.mover].fleet)
        ships = float(self.ships(option))
        return [] if stamp_s is None else [_past(stamp_s, option.spread_s, ships)]

    def walk_use(self, limit: Limit, moment_s: int, walk: SelfOption) -> Floats | None:
        """Use by one unit of people who go by their own means."""
        passes = walk.passes(limit.kind, limit.at)
        if passes:
            return passes[0][1] * self._entered(limit, moment_s, [at for at, _ in passes])
        if limit.kind == "intake" and walk.destination == limit.at:
            return self._entered(limit, moment_s, [walk.ride_s]) * self.heads(walk.commodity)
        return None

    def _entered(self, limit: Limit, moment_s: int, offsets: list[int]) -> Floats:
        """How often the hour is entered at one of the offsets, for each start."""
        start_s, end_s = self._hour(limit, moment_s)
        use = np.zeros(len(self.moments))
        for offset in offsets:
            stamps = self.moments + offset
            use += (stamps >= start_s) & (stamps + self.spread_s < end_s)
        return use

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


def _past(offset_s: int, spread_s: int, amount: float) -> Entry:
    """Somebody who passes at a moment, or up to so much later."""
    return offset_s, offset_s + spread_s, amount


def registered_s(option: Option, place: str, hubs: frozenset[str]) -> int | None:
    """When those on board are registered: on coming in to embark, elsewhere on leaving."""
    if not option.loaded:
        return None
    if place in hubs:
        return option.end_s if option.destination == place else None
    return option.depart_s if option.origin == place else None


def headway_s(at: str, option: Option, fleet: str) -> int | None:
    """When after its start a movement counts for a headway limit; None where it does not.

    Empty vehicles are left out: they leave at once where loading is relaxed, and those with people
    earlier than in a plan, all alike.
    """
    return option.depart_s if option.loaded and at == f"{fleet} {option.route}" else None
