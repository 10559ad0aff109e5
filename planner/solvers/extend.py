"""More rounds for who was left: vehicles that stand idle go again, while anybody waits for them.

Itineraries end where the relaxed optimum had no more use for them; queues for bays and whole households
leave some people behind all the same. Every idle vehicle is given its next best round, earliest first:
those on the road for people at home, then ships and aircraft for those whom the road brings to a hub.
"""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass

from planner.movements import Option
from planner.problem import EvacuationProblem
from planner.solvers.dispatch import Dispatcher, Start

Vehicle = tuple[int, tuple[Start, ...]]


@dataclass
class _Idle:
    mover: int
    moves: list[Start]
    at: str
    free: int


class Extender:
    """Adds rounds to vehicles that a Dispatcher has placed."""

    def __init__(self, problem: EvacuationProblem, dispatcher: Dispatcher) -> None:
        self.problem = problem
        self.dispatcher = dispatcher
        self.conveyance = dispatcher.conveyance
        self.loaded: dict[int, list[Option]] = {}
        for option in self.conveyance.options:
            if option.loaded:
                self.loaded.setdefault(option.mover, []).append(option)
        self.step_s = problem.grid.step_s

    def extend(self, placed: list[Vehicle], left: dict[int, float], until: float) -> list[Vehicle]:
        """The vehicles with more rounds for ``left`` (units by home commodity)."""
        fleet = self._fleet(placed)
        need = {k: units for k, units in left.items() if units > 0.5}
        modes = ("road", "sea", "air")
        since = dict.fromkeys(need, 0)
        for mode in modes:
            own = [v for v in fleet if self.conveyance.movers[v.mover].mode == mode]
            onward = self._serve(own, need, since, until)
            for hub, (units, first) in onward.items():
                need[hub] = need.get(hub, 0.0) + units
                since[hub] = min(first, since.get(hub, first))
        return [(v.mover, tuple(v.moves)) for v in fleet if v.moves]

    def _fleet(self, placed: list[Vehicle]) -> list[_Idle]:
        fleet = []
        used: dict[int, int] = {}
        for mover, moves in placed:
            last = self.conveyance.options[moves[-1][0]]
            used[mover] = used.get(mover, 0) + 1
            fleet.append(_Idle(mover, list(moves), last.destination, moves[-1][1] + last.steps))
        for index, mover in enumerate(self.conveyance.movers):
            for _ in range(mover.count - used.get(index, 0)):
                first = self.problem.grid.up(mover.from_s)
                fleet.append(_Idle(index, [], mover.base, first))
        return fleet

    def _serve(
        self, fleet: list[_Idle], need: dict[int, float], since: dict[int, int], until: float
    ) -> dict[int, tuple[float, int]]:
        """Rounds for who is in need; tells who then waits at which hub, and from which step on."""
        onward: dict[int, tuple[float, int]] = {}
        queue = [(v.free, i) for i, v in enumerate(fleet)]
        heapq.heapify(queue)
        while queue and any(units > 0.5 for units in need.values()) and time.monotonic() < until:
            _, index = heapq.heappop(queue)
            found = self._next_round(fleet[index], need, since)
            if found is None:
                continue
            starts, commodity, seats = found
            vehicle = fleet[index]
            option = self.conveyance.options[starts[-1][0]]
            vehicle.moves += starts
            vehicle.at, vehicle.free = option.destination, starts[-1][1] + option.steps
            taken = min(need[commodity], float(seats))
            need[commodity] -= taken
            who = self.problem.commodities[commodity]
            hub = self.problem.at_hub(who.transit, option.destination)
            if hub is not None:
                units, first = onward.get(hub, (0.0, vehicle.free))
                onward[hub] = (units + taken, min(first, vehicle.free))
            heapq.heappush(queue, (vehicle.free, index))
        return onward

    def _next_round(
        self, vehicle: _Idle, need: dict[int, float], since: dict[int, int]
    ) -> tuple[list[Start], int, int] | None:
        best: tuple[float, list[Start], int, int] | None = None
        mover = self.conveyance.movers[vehicle.mover]
        for option in self.loaded.get(vehicle.mover, []):
            wanted = [c for c in option.carries if need.get(c.commodity, 0.0) > 0.5]
            if not wanted:
                continue
            earliest = max(vehicle.free, min(since.get(c.commodity, 0) for c in wanted))
            for moves in self.dispatcher.ways([(option.index, 0)], vehicle.at):
                starts = self.dispatcher.fit(moves, earliest)
                if starts is None:
                    continue
                self.dispatcher.cancel(starts)
                open_ = [c.commodity for c in wanted if c.may[starts[-1][1]]]
                if not open_:
                    continue
                commodity = max(open_, key=lambda k: (need[k], -k))
                seats = mover.seats if self._seated(commodity) else mover.stretchers
                worth = min(float(seats), need[commodity])
                spent = starts[-1][1] + option.steps - vehicle.free
                rating = spent / max(1.0, worth)
                if best is None or rating < best[0]:
                    best = (rating, starts, commodity, seats)
        if best is None:
            return None
        self.dispatcher.book(best[1])
        return best[1], best[2], best[3]

    def _seated(self, commodity: int) -> bool:
        return self.problem.commodities[commodity].unit.stretchers == 0
