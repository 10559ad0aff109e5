"""More rounds for who was left: vehicles that stand idle go again, while anybody waits for them.

Itineraries end where the relaxed optimum had no more use for them; queues for bays and whole
households leave some people behind all the same. Every idle vehicle is given its next best round,
in the order in which they are free; ships and aircraft wait until enough people have come to a hub.
"""

from __future__ import annotations

import heapq
import math
import random
import time
from bisect import bisect_right
from dataclasses import dataclass

from planner.movements import Option
from planner.problem import EvacuationProblem
from planner.schedule import Chosen
from planner.solvers.dispatch import Dispatcher, Start
from planner.solvers.outlook import LEAST, Outlook

FULL = 0.5
PATIENCE_S = 7200
Vehicle = tuple[int, tuple[Start, ...]]


@dataclass
class _Idle:
    mover: int
    moves: list[Start]
    at: str
    free: int


@dataclass(frozen=True)
class _Choice:
    rating: float
    starts: list[Start]
    commodity: int
    units: float


class Extender:
    """Adds rounds to vehicles that a Dispatcher has placed."""

    def __init__(
        self, problem: EvacuationProblem, dispatcher: Dispatcher, lot: random.Random | None,
        fear: float = 0.0,
    ) -> None:  # fmt: skip
        self.problem = problem
        self.dispatcher = dispatcher
        self.conveyance = dispatcher.conveyance
        self.loaded: dict[int, list[Option]] = {}
        for option in self.conveyance.options:
            if option.loaded:
                self.loaded.setdefault(option.mover, []).append(option)
        self.step_s = problem.grid.step_s
        self.patience = max(1, PATIENCE_S // self.step_s)
        self.taken_in: dict[int, float] = {}
        """Heads that havens take in already, by the number of the limit."""
        self.held: dict[str, list[tuple[int, float]]] = {}
        """By hub: (moment, most heads that are there from then on), in order of time."""
        danger = [float(problem.wait_harm[c.index][-1]) / c.persons for c in problem.commodities]
        worst = max((d for d, c in zip(danger, problem.commodities, strict=True) if not c.is_hub),
                    default=0.0) or 1.0  # fmt: skip
        self.urgency = [1.0 + fear * d / worst for d in danger]
        self.taste = [
            1.0 if lot is None else lot.uniform(0.6, 1.6) for _ in self.conveyance.options
        ]
        self.outlook = Outlook(problem, dispatcher, self.loaded, self.urgency, self.taste)

    def regard(self, chosen: Chosen, spare: dict[int, float]) -> None:
        """Leaves the room alone that a choice needs in havens and in the halls of hubs.

        ``spare`` units by commodity, the last to leave, may give up theirs for somebody else.
        """
        self.taken_in = {}
        spare = dict(spare)
        people, options = self.problem.commodities, self.conveyance.options
        passing: dict[str, list[tuple[int, float]]] = {}
        latest_first = sorted(chosen.boarding.items(), key=lambda item: (-item[0][1], item[0]))
        for (number, step, commodity), units in latest_first:
            option, begin = options[number], step * self.step_s
            who = people[commodity]
            given = min(units, spare.get(commodity, 0.0))
            if given:
                spare[commodity] -= given
                units -= given
            self._arrive(option.destination, begin + option.end_s, units * who.persons)
            if self.problem.at_hub(who.transit, option.destination) is not None:
                arrival = (begin + option.end_s, units * who.persons)
                passing.setdefault(option.destination, []).append(arrival)
            if who.is_hub:
                departure = (begin + option.depart_s, -units * who.persons)
                passing.setdefault(option.origin, []).append(departure)
        for (number, step), units in chosen.walks.items():
            walk = self.problem.walks[number]
            heads = units * people[walk.commodity].persons
            self._arrive(walk.destination, step * self.step_s + walk.ride_s, heads)
        self.held = {}
        for place, events in passing.items():
            heads, later = 0.0, []
            for moment, change in sorted(events):
                heads += change
                later.append((moment, heads))
            most = 0.0
            for moment, there in reversed(later):
                most = max(most, there)
                self.held.setdefault(place, []).append((moment, most))
            self.held[place].reverse()

    def _arrive(self, place: str, moment_s: int, heads: float) -> None:
        for index in self.problem.intakes(place, moment_s):
            self.taken_in[index] = self.taken_in.get(index, 0.0) + heads

    def extend(self, placed: list[Vehicle], left: dict[int, float], until: float) -> list[Vehicle]:
        """The vehicles with more rounds for ``left`` (units by home commodity)."""
        fleet = self._fleet(placed)
        self.need = {k: units for k, units in left.items() if units > 0.5}
        self.coming: dict[int, list[tuple[int, float]]] = {}
        self.outlook.waiting[:] = 0.0
        self._recount(*self.need)
        queue = [(v.free, i) for i, v in enumerate(fleet)]
        heapq.heapify(queue)
        while queue and time.monotonic() < until:
            free, index = heapq.heappop(queue)
            vehicle = fleet[index]
            found = self._next_round(vehicle, max(free, vehicle.free))
            if found is not None:
                self._take(vehicle, found)
                heapq.heappush(queue, (vehicle.free, index))
            elif self._may_hope(vehicle) and free + self.patience < self.problem.grid.steps:
                heapq.heappush(queue, (max(free, vehicle.free) + self.patience, index))
        for vehicle in fleet:
            vehicle.moves = self.dispatcher.bring_home(vehicle.mover, vehicle.moves)
        return [(v.mover, tuple(v.moves)) for v in fleet if v.moves]

    def _may_hope(self, vehicle: _Idle) -> bool:
        """Whether somebody may still come to where it collects people."""
        if not any(units > 0.5 for units in self.need.values()):
            hubs = {k for k, arrivals in self.coming.items() if sum(n for _, n in arrivals) > 0.5}
        else:
            hubs = {c.index for c in self.problem.commodities if c.is_hub}
        return any(
            c.commodity in hubs or self.need.get(c.commodity, 0.0) > 0.5
            for option in self.loaded.get(vehicle.mover, [])
            for c in option.carries
        )

    def _fleet(self, placed: list[Vehicle]) -> list[_Idle]:
        fleet = []
        used: dict[int, int] = {}
        for mover, moves in placed:
            used[mover] = used.get(mover, 0) + 1
            going = self.dispatcher.leave_home(mover, list(moves))
            fleet.append(_Idle(mover, going, *self.dispatcher.stands(mover, going)))
        for index, spec in enumerate(self.conveyance.movers):
            for _ in range(spec.count - used.get(index, 0)):
                starts = self.dispatcher.begin(index)
                fleet.append(_Idle(index, starts, *self.dispatcher.stands(index, starts)))
        return fleet

    def _next_round(self, vehicle: _Idle, earliest: int) -> _Choice | None:
        """The round that spends least time a head, or None where nobody is to be had."""
        best: _Choice | None = None
        at_best = (math.inf, 0)
        for least, rank, option, moves in self.outlook.rounds(
            vehicle.mover, vehicle.at, vehicle.free, earliest
        ):
            if (least, rank) >= at_best:
                break
            starts = self.dispatcher.fit(moves, earliest, vehicle.moves)
            if starts is None:
                continue
            self.dispatcher.cancel(starts, vehicle.moves)
            open_ = [
                c.commodity
                for c in option.carries
                if c.may[starts[-1][1]] and self._waiting(c.commodity) > LEAST
            ]
            choice = self._rate(vehicle, option, starts, open_)
            if choice is not None and (choice.rating, rank) < at_best:
                best, at_best = choice, (choice.rating, rank)
        return best

    def _rate(
        self, vehicle: _Idle, option: Option, starts: list[Start], open_: list[int]
    ) -> _Choice | None:
        mover = self.conveyance.movers[vehicle.mover]
        begin = starts[-1][1] * self.step_s
        room = self._room(option.destination, begin + option.end_s)
        best: _Choice | None = None
        for commodity in open_:
            who = self.problem.commodities[commodity]
            seats = mover.seats if who.unit.stretchers == 0 else mover.stretchers
            there = self._there(commodity, begin + option.depart_s)
            units = min(float(seats), there, room / who.persons)
            if units < LEAST or (
                who.is_hub and units < FULL * min(seats, self._waiting(commodity))
            ):
                continue
            spent = starts[-1][1] + option.steps - vehicle.free
            gain = units * who.persons * who.weight * self.urgency[commodity]
            rating = self.taste[option.index] * spent / gain
            if best is None or rating < best.rating:
                best = _Choice(rating, starts, commodity, units)
        return best

    def _waiting(self, commodity: int) -> float:
        at_hub = sum(units for _, units in self.coming.get(commodity, ()))
        return self.need.get(commodity, 0.0) + at_hub

    def _there(self, commodity: int, moment_s: int) -> float:
        there = sum(units for moment, units in self.coming.get(commodity, ()) if moment <= moment_s)
        return self.need.get(commodity, 0.0) + there

    def _room(self, place: str, moment_s: int) -> float:
        """Heads that a haven still takes in at that moment, or a hub can hold."""
        room = 1e9
        for index, limit in enumerate(self.problem.limits):
            if limit.at != place:
                continue
            if limit.kind == "intake" and limit.window[0] <= moment_s < limit.window[1]:
                room = min(room, limit.cap - self.taken_in.get(index, 0.0))
            if limit.kind == "waiting":
                held = sum(
                    self._waiting(c.index) * c.persons
                    for c in self.problem.commodities
                    if c.is_hub and c.place == place
                )
                room = min(room, limit.cap - held - self._held(place, moment_s))
        return max(0.0, room)

    def _held(self, place: str, moment_s: int) -> float:
        """Most heads of the choice regarded that are in a hub at the moment or later."""
        held = self.held.get(place, [])
        at = max(0, bisect_right(held, (moment_s, float("inf"))) - 1)
        return held[at][1] if held else 0.0

    def _take(self, vehicle: _Idle, choice: _Choice) -> None:
        self.dispatcher.book(choice.starts, vehicle.moves)
        option = self.conveyance.options[choice.starts[-1][0]]
        who = self.problem.commodities[choice.commodity]
        end = choice.starts[-1][1] * self.step_s + option.end_s
        vehicle.moves += choice.starts
        vehicle.at, vehicle.free = option.destination, choice.starts[-1][1] + option.steps
        self._arrive(option.destination, end, choice.units * who.persons)
        self._leave(choice.commodity, choice.units)
        hub = self.problem.at_hub(who.transit, option.destination)
        if hub is not None:
            self.coming.setdefault(hub, []).append((end, choice.units))
            self.coming[hub].sort()
            self._recount(hub)
        self._recount(choice.commodity)

    def _recount(self, *commodities: int) -> None:
        """Tells the outlook how many still want a seat."""
        for commodity in commodities:
            self.outlook.waiting[commodity] = self._waiting(commodity)

    def _leave(self, commodity: int, units: float) -> None:
        if commodity in self.need:
            self.need[commodity] -= units
            return
        rest = []
        for moment, there in self.coming.get(commodity, ()):
            used = min(there, units)
            units -= used
            if there - used > 1e-9:
                rest.append((moment, there - used))
        self.coming[commodity] = rest
