"""Scenarios in which people move by their own means alone: cars and walkers sent off one by one.

A limited road takes no more than its capacity in any half-open 60 minutes. Whoever enters it as
early as possible enters it in bursts, one full capacity every hour, and no later burst could bring
anybody through sooner. So departures are looked at in the order of their arrivals, the heaviest
people first, and each takes as many as every limit on its way still lets through: whole cars, and
walkers by heads. Where all ways share no more than one limit this is an earliest arrival; where
several limits follow each other it is a good plan, and the bound of the itinerary columns tells
how good. Windows, permissions, refusals and risk caps are in the starts of ``SelfOption.may``.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from planner.movements import SelfOption
from planner.problem import EvacuationProblem
from planner.scenario import segments
from planner.schedule import Chosen, Manning
from planner.solvers.engine import Candidate
from planner.solvers.rows import RATES
from planner.solvers.walkers_bound import STAYS, Hours, by_hours, cost_of_going, cost_of_staying
from planner.units import HOUR_S

TINY = 1e-6
MOST = 1_000_000
"""Departures up to which the programme by the hour is made: 230,000 took 3 s, a level 1 s."""
Start = tuple[int, int]  # self option, step


def suits(problem: EvacuationProblem) -> str | None:
    """None where people can move by their own means alone; else why this engine is not chosen."""
    if any(option.carries for option in problem.plan.options):
        return "there are vehicles that can carry people"
    if problem.scenario.commitments:
        return "there are commitments"
    if not problem.walks:
        return "nobody can leave by car or on foot"
    return None


def send(problem: EvacuationProblem, hours: Hours | None = None) -> Chosen:
    """Everybody who can, as early as every limit allows; no vehicles.

    With ``hours`` first as many by each way and hour as are best there, then the rest. Whole
    households do not always fill what was planned for them: after everybody a few more are planned
    for, so that whoever did not fit in goes as well. Same problem, same choice.
    """
    sender = _Sender(problem)
    if hours is not None:
        sender.follow(hours)
    for weight in sorted({c.weight for c in problem.commodities}, reverse=True):
        sender.send([c.index for c in problem.commodities if c.weight == weight])
    sender.send_spare()
    return Chosen((), {}, dict(sender.walks))


class OnRoads:
    """Plans and bounds for a problem that ``suits``; beside the itinerary columns, which take all
    problems: whichever plan is better on the levels, whichever bound is higher."""

    def __init__(self, problem: EvacuationProblem) -> None:
        self.problem = problem
        columns = sum(int(walk.may.sum()) for walk in problem.walks)
        self.hours = by_hours(problem) if columns <= MOST else None
        """None where the programme would be too large: then people go by order of arrival alone,
        and the bounds are the columns'."""
        self.is_late = False
        """No solve here is ended by the clock."""

    def search(
        self, man: Callable[[Chosen], Manning], left_s: float = np.inf
    ) -> tuple[Candidate, Manning] | None:
        """The plan that is best by the hour, manned; None where there is no time."""
        if left_s <= 0:
            return None
        chosen = send(self.problem, self.hours)
        left = {c.index: float(c.demand) for c in self.problem.commodities if not c.is_hub}
        cost: dict[str, float] = defaultdict(float)
        for (index, step), planned in chosen.walks.items():
            walk = self.problem.walks[index]
            units = min(planned, left[walk.commodity])
            left[walk.commodity] -= units
            for level, each in cost_of_going(self.problem, walk, step).items():
                cost[level] += units * each
        for k, units in left.items():
            for level, each in cost_of_staying(self.problem, k).items():
                cost[level] += units * each
        values = {str(level): cost[level] for level in self.problem.scenario.priorities.levels}
        return Candidate((), chosen, values, left), man(chosen)

    def prove(self, values: Mapping[str, float], left_s: float = np.inf) -> dict[str, float]:
        """A bound for each level, those before held at ``values``; minus infinity for none."""
        held: dict[str, float] = {}
        found: dict[str, float] = {}
        for level in self.problem.scenario.priorities.levels:
            told = self.hours.bound(level, held) if self.hours and left_s > 0 else -np.inf
            found[level] = told
            held[level] = values[level]
        return found


@dataclass
class _Hourly:
    """Events (moment, use) of one limit that counts by the hour."""

    cap: float
    events: list[tuple[int, float]] = field(default_factory=list)

    def room(self, moment_s: int) -> float:
        """What may still pass at a moment: no half-open hour around it may hold more."""
        low = bisect_left(self.events, (moment_s - HOUR_S + 1, -1.0))
        high = bisect_left(self.events, (moment_s + HOUR_S, -1.0))
        near = self.events[low:high]
        most, total, first = 0.0, 0.0, 0
        for moment, use in near:
            total += use
            while near[first][0] <= moment - HOUR_S:
                total -= near[first][1]
                first += 1
            most = max(most, total)
        return self.cap - most


class _Sender:
    """Who has been sent when, and what of each limit is used up."""

    def __init__(self, problem: EvacuationProblem) -> None:
        self.problem = problem
        self.step_s = problem.grid.step_s
        self.hourly = {(x.kind, x.at): _Hourly(x.cap) for x in problem.limits if x.kind in RATES}
        self.taken: dict[int, int] = defaultdict(int)
        self.walks: dict[Start, float] = defaultdict(float)
        self.departures: dict[int, int] = defaultdict(int)
        self.waiting = {c.index: 0 if c.is_hub else c.demand for c in problem.commodities}
        self.is_spare = False
        self.uses = [self._uses(walk) for walk in problem.walks]
        self.whole = [self._whole(walk) for walk in problem.walks]

    def _uses(self, walk: SelfOption) -> list[tuple[_Hourly, int, float]]:
        """(limit, seconds after the start, use by one person), with the people that a place that
        is no hub lets leave in an hour, whom ``schedule`` counts as well."""
        found = [
            (hourly, offset, use)
            for (kind, at), hourly in self.hourly.items()
            for offset, use in walk.passes(kind, at)
        ]
        gate = self.hourly.get(("persons_rate", walk.origin))
        if gate is not None and walk.origin not in self.problem.hubs:
            found.append((gate, 0, 1.0))
        return found

    def _whole(self, walk: SelfOption) -> int:
        """Persons who can only be sent together: a full car where cars are counted."""
        who = self.problem.commodities[walk.commodity]
        if who.means != "car" or not self.problem.counts(walk):
            return 1
        return int(self.problem.scenario.group(who.group).persons_per_car)

    def follow(self, hours: Hours) -> None:
        """Sends what is best by the hour: whole cars, what is left of them in the next hour."""
        units = hours.units(self.problem.scenario.priorities.levels)
        if units is None:
            return
        owed: dict[int, float] = defaultdict(float)
        columns = [j for j in np.flatnonzero(units > TINY).tolist() if hours.starts[j][0] != STAYS]
        for j in sorted(columns, key=lambda j: (hours.starts[j][1][0], j)):
            index, steps = hours.starts[j]
            owed[index] += float(units[j])
            for step in steps:
                if owed[index] < self.whole[index] - TINY:
                    break
                whole = int(owed[index] / self.whole[index] + TINY) * self.whole[index]
                owed[index] -= self._go(index, step, whole)

    def send(self, who: list[int]) -> None:
        """Sends everybody of these commodities, in the order of their possible arrivals."""
        for index, step in self._in_order(set(who)):
            self._go(index, step, 1 << 30)

    def send_spare(self) -> None:
        """Plans for those who may not have fitted in."""
        spare = self._spare()
        for k, persons in spare.items():
            self.waiting[k] += persons
        self.is_spare = True
        self.send(list(spare))

    def _go(self, index: int, step: int, most: int) -> int:
        """Sends persons by one departure, at most so many and as many as fit; how many?"""
        walk = self.problem.walks[index]
        rest = min(self.waiting[walk.commodity], most)
        if rest <= 0:
            return 0
        persons = min(self._room(index, step, rest), most)
        if persons <= 0:
            return 0
        self.waiting[walk.commodity] -= persons
        self.walks[index, step] += persons
        self.departures[walk.commodity] += 1
        start = step * self.step_s
        for hourly, offset, use in self.uses[index]:
            insort(hourly.events, (start + offset, persons * use))
        for limit in self.problem.intakes(walk.destination, start + walk.ride_s):
            self.taken[limit] += min(persons, rest)
        return persons

    def _in_order(self, who: set[int]) -> list[Start]:
        """Possible departures of these commodities by moment of arrival."""
        arrive, option, steps = [], [], []
        for walk in self.problem.walks:
            stretchers = self.problem.commodities[walk.commodity].unit.stretchers
            if walk.commodity in who and not stretchers:
                may = np.flatnonzero(walk.may)
                arrive.append(may * self.step_s + walk.ride_s)
                option.append(np.full(len(may), walk.index))
                steps.append(may)
        if not arrive:
            return []
        columns = [np.concatenate(rows) for rows in (arrive, option, steps)]
        order = np.lexsort((columns[2], columns[1], columns[0]))
        return list(zip(columns[1][order].tolist(), columns[2][order].tolist(), strict=True))

    def _room(self, index: int, step: int, rest: int) -> int:
        """Persons whom one departure can take: whole cars, the last one for fewer people."""
        walk, whole, start = self.problem.walks[index], self.whole[index], step * self.step_s
        groups = -(-rest // whole)
        for hourly, offset, use in self.uses[index]:
            groups = min(groups, int((hourly.room(start + offset) + 1e-6) / (use * whole)))
            if groups <= 0:
                return 0
        room = groups * whole
        if not self.is_spare:
            for limit in self.problem.intakes(walk.destination, start + walk.ride_s):
                left = int(self.problem.limits[limit].cap) - self.taken[limit]
                room = min(
                    room, -(-left // whole) * whole if left >= rest else left // whole * whole
                )
        return room

    def _spare(self) -> dict[int, int]:
        """Persons by commodity who may not have fitted in: less than a household a departure."""
        scenario = self.problem.scenario
        largest: dict[tuple[str, str], int] = {}
        for group in scenario.groups:
            for segment in segments(scenario, group):
                sizes = [unit.persons for unit, n in segment.units if n and not unit.stretchers]
                largest[group.id, segment.means] = max(sizes, default=1)
        found = {}
        for k, times in sorted(self.departures.items()):
            who = self.problem.commodities[k]
            more = times * (largest[who.group, who.means] - 1)
            found[k] = min(who.demand, more)
        return found
