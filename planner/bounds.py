"""Bounds reckoned a second time from the prices in the plan, by a plain dynamic programme.

Nothing of the solvers is used: only the posed problem's arrays, and the prices, whoever named them.
At any prices, none below zero,

    Σ price x demand + Σ demand x min(0, staying - price) - Σ price x limit - Σ price x held value
      - Σ vehicles x max(0, worth of the best itinerary) - Σ people x max(0, worth of the best walk)

is no more than the level's cost of any plan that keeps the levels before (Lagrange's bound).
Prices only decide how good it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.movements import Mover, Option
from planner.plan import Certificate, Plan
from planner.problem import Commodity, EvacuationProblem, Limit
from planner.units import HOUR_S

Floats = NDArray[np.float64]
NEVER = -np.inf
FORCED = 1e9
"""What a promised movement is worth on top, so that the best itinerary makes it."""
ROOM = 1e-6
HOURLY = ("link", "link_persons", "persons_rate", "vehicles_rate", "slots")
STANDING = ("bays", "berths", "stands")
BY_HEAD = ("persons_rate", "intake", "link_persons")


@dataclass(frozen=True)
class Recount:
    """One level's bound as told and as reckoned again; ``again`` is None without a certificate."""

    level: str
    told: float
    again: float | None

    @property
    def holds(self) -> bool:
        """Whether what is told is borne out; a bound of nought needs no proof."""
        room = ROOM * max(1.0, abs(self.told))
        return self.told <= room or (self.again is not None and self.told <= self.again + room)


def recount(plan: Plan, problem: EvacuationProblem) -> tuple[Recount, ...]:
    """Every level's bound, reckoned again where the plan says with which prices."""
    known = {certificate.level: certificate for certificate in plan.certificates}
    values = {level.name: level.value for level in plan.levels}
    order = list(values)
    found = []
    for level in plan.levels:
        certificate = known.get(level.name)
        again = None
        if certificate is not None:
            before = {name: values[name] for name in order[: order.index(level.name)]}
            again = bound(problem, certificate, before)
        found.append(Recount(level.name, level.bound, again))
    return tuple(found)


def bound(
    problem: EvacuationProblem, certificate: Certificate, before: dict[str, float]
) -> float | None:
    """The level's bound at the certificate's prices.

    None where the certificate is none: a part that is no number, a price below zero, a level held
    below what the plan reaches (``before``: the values of the levels that come first).
    """
    try:
        priced = Priced.read(problem, certificate, before)
    except (ValueError, IndexError, KeyError):
        return None
    return priced.bound()


@dataclass(frozen=True)
class _Toll:
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


@dataclass(frozen=True)
class Priced:
    """A problem with prices on everything that its vehicles and people share."""

    problem: EvacuationProblem
    weight: dict[str, float]
    held: float
    taken: Floats
    worth: dict[int, tuple[Floats, Floats]]
    tolls: tuple[_Toll, ...]

    @classmethod
    def read(
        cls, problem: EvacuationProblem, certificate: Certificate, before: dict[str, float]
    ) -> Priced:
        """Raises ValueError, IndexError or KeyError where the certificate is none."""
        weight, held = {certificate.level: 1.0}, 0.0
        for name, value, price in _numbers(certificate.held, 1):
            room = ROOM * max(1.0, abs(before[name]))
            if price < 0 or value < before[name] - room:
                raise ValueError(name)
            weight[name] = weight.get(name, 0.0) + price
            held += price * value
        taken = np.zeros(len(problem.commodities))
        for number, price in _numbers(certificate.taken):
            taken[int(number)] = price
        tolls = tuple(_tolls(problem, certificate))
        return cls(problem, weight, held, taken, _worths(problem, certificate, tolls), tolls)

    def bound(self) -> float:
        """See the module."""
        total = -self.held - sum(toll.price * toll.cap for toll in self.tolls)
        for who in self.problem.commodities:
            if not who.is_hub:
                earned = self.taken[who.index]
                total += who.demand * (earned + min(0.0, self._staying(who) - earned))
        for number, mover in enumerate(self.problem.relaxed.movers):
            total -= mover.count * max(0.0, self._best_itinerary(number))
        walks: dict[int, float] = {}
        for number, gain in self._walks():
            walks[number] = max(walks.get(number, 0.0), gain)
        for number, gain in walks.items():
            total -= self.problem.commodities[number].demand * gain
        return float(total)

    def _cost(self, level: str) -> float:
        return self.weight.get(level, 0.0)

    def _staying(self, who: Commodity) -> float:
        hours = who.persons * self.problem.grid.horizon_s / HOUR_S
        return (
            self._cost("left_behind") * who.weight * who.persons
            + self._cost("missed_deadlines") * (who.persons if who.deadline_s is not None else 0)
            + self._cost("harm") * float(self.problem.wait_harm[who.index][-1])
            + self._cost("arrival") * hours
        )

    @property
    def _starts_s(self) -> Floats:
        grid = self.problem.grid
        return np.arange(grid.steps, dtype=np.float64) * grid.step_s

    # -- vehicles -----------------------------------------------------------------------------

    def _best_itinerary(self, number: int) -> float:
        """What the best itinerary of one vehicle is worth: backwards, by step.

        ``onward`` is the worth of standing at a place from which a movement is still to come,
        ``there`` that of having just arrived, when the vehicle may stop for good as well.
        """
        conveyance, grid = self.problem.relaxed, self.problem.grid
        mover = conveyance.movers[number]
        own = [o for o in conveyance.options if o.mover == number and not o.goods]
        begin = -(-mover.from_s // grid.step_s)
        if not own or begin >= grid.steps:
            return 0.0
        spot = {place: i for i, place in enumerate(conveyance.places[number])}
        promised = conveyance.openings[number].promised
        gain = np.array([self._gain(mover, option) for option in own])
        row = {option.index: i for i, option in enumerate(own)}
        for option_number, step in promised:
            gain[row[option_number], step] += FORCED
        origin = np.array([spot[option.origin] for option in own])
        target = np.array([spot[option.destination] for option in own])
        length = np.array([option.steps for option in own])
        there = np.full((len(spot), grid.steps), NEVER)
        onward = np.full(len(spot), NEVER)
        for step in range(grid.steps - 1, -1, -1):
            (able,) = np.nonzero((gain[:, step] > NEVER) & (step + length < grid.steps))
            later = gain[able, step] + there[target[able], step + length[able]]
            np.maximum.at(onward, origin[able], later)
            stop = np.where(conveyance.may_end[number][:, step], 0.0, NEVER)
            there[:, step] = np.maximum(onward, stop)
        return float(there[spot[mover.base], begin]) - FORCED * len(promised)

    def _gain(self, mover: Mover, option: Option) -> Floats:
        """What one movement earns at each start, its seats and stretchers filled at best."""
        vehicle, head = self._option_tolls(mover, option)
        earned = -self._cost("harm") * option.crew_harm - self._cost("effort") * option.effort
        earned = earned - vehicle
        if option.loaded:
            sits, lies = self._riders(option, head)
            earned = earned + mover.seats * sits
            if lies:
                each = [(gain - seats * sits) / stretchers for gain, seats, stretchers in lies]
                earned = earned + mover.stretchers * np.maximum(0.0, np.max(each, axis=0))
        return np.where(option.starts, earned, NEVER)

    def _riders(self, option: Option, head: Floats) -> tuple[Floats, list[tuple[Floats, int, int]]]:
        """What a seat earns at best, and by kind of patient (what one earns, seats, stretchers)."""
        problem, starts = self.problem, self._starts_s
        end = starts + option.end_s
        sits, lies = np.zeros(len(starts)), []
        for carry in option.carries:
            who = problem.commodities[carry.commodity]
            gain = -who.persons * head - self._cost("harm") * carry.harm
            gain = gain - self._cost("missed_deadlines") * carry.missed
            into = problem.at_hub(who.transit, option.destination)
            if option.destination in problem.havens:
                gain = gain - self._cost("arrival") * who.persons * end / HOUR_S
            elif into is None:
                continue
            else:
                gain = gain + self._worth_at(into, end)
            if who.is_hub:
                leaves = starts + option.depart_s + option.spread_s
                gain = gain - self._worth_at(who.index, leaves)
            else:
                gain = gain + self.taken[who.index]
            gain = np.where(carry.may, gain, NEVER)
            if who.unit.stretchers:
                lies.append((gain, who.unit.seats, who.unit.stretchers))
            else:
                sits = np.maximum(sits, gain / who.unit.seats)
        return sits, lies

    def _worth_at(self, hub: int, moment_s: Floats) -> Floats:
        marks, worth = self.worth[hub]
        place = np.searchsorted(marks, moment_s, side="left")
        return np.asarray(worth[np.minimum(place, len(marks) - 1)])

    # -- shared limits ------------------------------------------------------------------------

    def _option_tolls(self, mover: Mover, option: Option) -> tuple[Floats, Floats]:
        """What a vehicle, and what each head on board, pays at each start."""
        vehicle, head = np.zeros(self.problem.grid.steps), np.zeros(self.problem.grid.steps)
        for toll in self.tolls:
            used = self._used(toll, mover, option)
            if used is None:
                continue
            if toll.limit.kind in BY_HEAD:
                head += toll.price * used
            else:
                vehicle += toll.price * used
        return vehicle, head

    def _used(self, toll: _Toll, mover: Mover, option: Option) -> Floats | None:
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

    def _passed(self, toll: _Toll, option: Option, offset_s: int, late_s: int = -1) -> Floats:
        since = self._starts_s + offset_s
        return toll.passing(since, since + (option.spread_s if late_s < 0 else late_s))

    def _passed_place(self, toll: _Toll, mover: Mover, option: Option) -> Floats | None:
        """Vehicles or people that come and go at a place."""
        kind, at = toll.limit.kind, toll.limit.at
        if kind in ("slots", "vehicles_rate"):
            if mover.mode != ("air" if kind == "slots" else "road"):
                return None
            used = np.zeros(self.problem.grid.steps)
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

    def _stood(self, toll: _Toll, mover: Mover, option: Option) -> Floats | None:
        """Vehicles that load, unload or stand at a place."""
        mode = {"bays": "road", "berths": "sea", "stands": "air"}[toll.limit.kind]
        if mover.mode != mode or not (option.loaded or mode == "air"):
            return None
        until_s = option.steps * self.problem.grid.step_s if mode == "air" else option.end_s
        used = np.zeros(self.problem.grid.steps)
        for place, since_s, end_s in (
            (option.origin, option.spread_s, option.depart_s),
            (option.destination, option.arrive_s + option.spread_s, until_s),
        ):
            if place == toll.limit.at and end_s > since_s:
                used += mover.ships * toll.standing(
                    self._starts_s + since_s, self._starts_s + end_s
                )
        return used

    def _worked(self, toll: _Toll, mover: Mover, option: Option) -> Floats:
        """Hours on duty, or hours of which a tank's time and its fillings are made."""
        since_s = (0 if option.loaded else option.depart_s) + option.spread_s
        if toll.limit.kind == "duty":
            since = self._starts_s + since_s
            return mover.ships * toll.working(since, self._starts_s + option.end_s)
        vehicle = self.problem.scenario.vehicle(self.problem.scenario.fleet(mover.fleet))
        fill_s = self._fill_s(option, vehicle.range_m)
        hours = (option.end_s - since_s + fill_s) * mover.ships / HOUR_S
        return np.full(self.problem.grid.steps, hours)

    def _fill_s(self, option: Option, range_m: int | None) -> float:
        fuel = self.problem.scenario.fleet(
            self.problem.relaxed.movers[option.mover].fleet
        ).fuel  # fmt: skip
        if fuel is None or not range_m:
            return 0.0
        return self.problem.network.routes[option.route].length_m / range_m * fuel.refuel_s

    # -- people by their own means --------------------------------------------------------------

    def _walks(self) -> Iterator[tuple[int, float]]:
        """By way: whose it is, and what one unit earns at its best start."""
        starts = self._starts_s
        for walk in self.problem.walks:
            who = self.problem.commodities[walk.commodity]
            end = (starts + walk.ride_s) / HOUR_S
            gain = self.taken[who.index] - self._cost("harm") * walk.harm
            gain = gain - self._cost("missed_deadlines") * walk.missed
            gain = gain - self._cost("arrival") * who.persons * end
            for toll in self.tolls:
                uses = list(walk.passes(toll.limit.kind, toll.limit.at))
                if toll.limit.kind == "intake" and walk.destination == toll.limit.at:
                    uses.append((walk.ride_s, float(who.persons)))
                for offset, use in uses:
                    since = starts + offset
                    late = since + self.problem.grid.spread_s
                    gain = gain - toll.price * use * toll.passing(since, late)
            yield who.index, float(np.max(np.where(walk.may, gain, NEVER)))


def _numbers(entries: tuple[str, ...], words: int = 0) -> Iterator[tuple[Any, ...]]:
    """The parts of each entry, numbers but for the first ``words``."""
    for entry in entries:
        parts = entry.split("|")
        numbers = [float(part) for part in parts[words:]]
        if not np.isfinite(numbers).all():
            raise ValueError(entry)
        yield *parts[:words], *numbers


def _tolls(problem: EvacuationProblem, certificate: Certificate) -> Iterator[_Toll]:
    """The priced limits of this problem; a price on anything else buys nothing."""
    vague = {
        place
        for option in problem.relaxed.options
        if option.end_spread_s
        for place in (option.origin, option.destination)
    }
    limits = {(one.kind, one.at, one.window[1], one.window[0]): one for one in problem.limits}
    for kind, at, moment, end, width, price in _numbers(certificate.limits, 2):
        if price < 0:
            raise ValueError(kind)
        begin = int(moment) if kind in ("intake", "duty", "fuel") else 0
        limit = limits.get((kind, at, int(end), begin))
        # Where it is not known to the second who comes and goes, nobody is counted who waits.
        if limit is None or (kind == "waiting" and at in vague):
            continue
        yield _Toll(limit, int(moment), int(width), price)


def _worths(
    problem: EvacuationProblem, certificate: Certificate, tolls: tuple[_Toll, ...]
) -> dict[int, tuple[Floats, Floats]]:
    """By people in a hub: marks in time, and what a unit is worth that is there by each.

    Whoever is there may stay on, and pays for the room: a worth below the next one's, less that
    toll, is raised to it.
    """
    said: dict[int, dict[int, float]] = {}
    for who, moment, price in _numbers(certificate.hubs):
        said.setdefault(int(who), {})[int(moment)] = price
    found = {}
    for who in problem.commodities:
        if not who.is_hub:
            continue
        room: dict[int, float] = {}
        for toll in tolls:
            if toll.limit.kind == "waiting" and toll.limit.at == who.place:
                room[toll.moment_s] = room.get(toll.moment_s, 0.0) + who.persons * toll.price
        own = said.get(who.index, {})
        last = problem.grid.horizon_s + 1
        marks = sorted({last, *own, *room})
        worth, later = np.empty(len(marks)), NEVER
        for place in range(len(marks) - 1, -1, -1):
            mark = marks[place]
            stay = later - room.get(mark, 0.0)
            later = max(own.get(mark, NEVER if mark < last else 0.0), stay)
            worth[place] = later
        found[who.index] = np.array(marks, dtype=np.float64), worth
    return found
