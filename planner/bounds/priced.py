"""A problem with prices on everything that its vehicles and people share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.bounds import tolls
from planner.bounds.tolls import Tolls
from planner.movements import Mover, Option
from planner.plan import Certificate
from planner.problem import Commodity, EvacuationProblem
from planner.units import HOUR_S

Floats = NDArray[np.float64]
NEVER = -np.inf
FORCED = 1e9
"""What a promised movement is worth on top, so that the best itinerary makes it."""
ROOM = 1e-6


@dataclass(frozen=True)
class Priced:
    """A problem with prices on everything that its vehicles and people share."""

    problem: EvacuationProblem
    weight: dict[str, float]
    held: float
    taken: Floats
    worth: dict[int, tuple[Floats, Floats]]
    tolls: Tolls

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
        priced = Tolls(problem, tuple(tolls.read(problem, _numbers(certificate.limits, 2))))
        worth = _worths(problem, certificate, priced)
        return cls(problem, weight, held, taken, worth, priced)

    def bound(self) -> float:
        """See the module."""
        total = -self.held - self.tolls.capacity
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
        return float(there[spot[mover.start], begin]) - FORCED * len(promised)

    def _gain(self, mover: Mover, option: Option) -> Floats:
        """What one movement earns at each start, its seats and stretchers filled at best."""
        vehicle, head = self.tolls.of_option(mover, option)
        earned = -self._cost("harm") * option.crew_harm - self._cost("effort") * option.effort
        if option.changes is not None:
            earned = earned - self._cost("changes") * option.changes
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
        problem, starts = self.problem, self.tolls.starts_s
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

    # -- people by their own means --------------------------------------------------------------

    def _walks(self) -> Iterator[tuple[int, float]]:
        """By way: whose it is, and what one unit earns at its best start."""
        starts = self.tolls.starts_s
        for walk in self.problem.walks:
            who = self.problem.commodities[walk.commodity]
            end = (starts + walk.ride_s) / HOUR_S
            gain = self.taken[who.index] - self._cost("harm") * walk.harm
            gain = gain - self._cost("missed_deadlines") * walk.missed
            gain = gain - self._cost("arrival") * who.persons * end
            gain = gain - self.tolls.of_walk(walk, who.persons)
            yield who.index, float(np.max(np.where(walk.may, gain, NEVER)))


def _numbers(entries: tuple[str, ...], words: int = 0) -> Iterator[tuple[Any, ...]]:
    """The parts of each entry, numbers but for the first ``words``."""
    for entry in entries:
        parts = entry.split("|")
        numbers = [float(part) for part in parts[words:]]
        if not np.isfinite(numbers).all():
            raise ValueError(entry)
        yield *parts[:words], *numbers


def _worths(
    problem: EvacuationProblem, certificate: Certificate, tolls: Tolls
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
        room = {moment: who.persons * price for moment, price in tolls.room(who.place).items()}
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
