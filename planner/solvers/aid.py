"""Aid carried in: vehicles on their way to collect people take it along.

Once it is settled who goes when, an empty leg between the places of a consignment is begun earlier,
where the vehicle stands idle, to load the aid and to unload it. People may leave later for it by as
much as the consignment says, as long as every round is still made.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from planner.movements import Option
from planner.problem import EvacuationProblem
from planner.scenario import Consignment
from planner.solvers.dispatch import Dispatcher, Start
from planner.solvers.extend import Vehicle


@dataclass(frozen=True)
class _Leg:
    step: int
    vehicle: int
    position: int
    """Which of the vehicle's movements it is; they may be made later, but none comes or goes."""


class AidCarrier:
    """Finds legs for aid among those of vehicles that a Dispatcher has booked."""

    def __init__(
        self, problem: EvacuationProblem, dispatcher: Dispatcher, *, may_delay: bool = True
    ) -> None:
        self.problem = problem
        self.dispatcher = dispatcher
        self.conveyance = dispatcher.conveyance
        self.may_delay = may_delay
        self.step_s = problem.grid.step_s
        self.twins = {(o.mover, o.route): o for o in self.conveyance.options if o.goods}
        self.left = {aid.id: aid.mass_kg for aid in problem.scenario.aid}

    def run(self, placed: tuple[Vehicle, ...], until: float) -> list[Vehicle]:
        """The vehicles with time for aid on as many legs as it takes; none more are sought after
        the moment ``until`` (time.monotonic)."""
        moves = [list(starts) for _, starts in placed]
        legs = [
            _Leg(move[1], number, position)
            for number, starts in enumerate(moves)
            for position, move in enumerate(starts) if self._twin(move)
        ]  # fmt: skip
        for leg in sorted(legs, key=lambda leg: (leg.step, leg.vehicle, leg.position)):
            move = moves[leg.vehicle][leg.position]
            twin = self._twin(move)
            wanted = self._wanted(twin) if twin else []
            if not twin or not wanted or time.monotonic() > until:
                continue
            longest_s = max(aid.delay_s for aid in wanted) if self.may_delay else 0
            changed = self._changed(moves[leg.vehicle], move, twin, longest_s)
            if changed is not None:
                moves[leg.vehicle] = changed
                self._load(twin, wanted)
        return [(mover, tuple(own)) for (mover, _), own in zip(placed, moves, strict=True)]

    def _twin(self, move: Start) -> Option | None:
        option = self.conveyance.options[move[0]]
        return None if option.loaded else self.twins.get((option.mover, option.route))

    def _wanted(self, twin: Option) -> list[Consignment]:
        """Consignments of which something is left that may ride on a leg; none where a team goes
        in by it."""
        fleet = self.conveyance.movers[twin.mover].fleet
        ends = (twin.origin, twin.destination)
        scenario = self.problem.scenario
        by_team = any((t.start, t.to) == ends and fleet in t.fleets for t in scenario.teams)
        if by_team or self.dispatcher.counts_stands(twin.mover):
            return []
        return [
            aid for aid in scenario.aid
            if (aid.from_, aid.to) == ends and fleet in aid.fleets and self.left[aid.id]
        ]  # fmt: skip

    def _load(self, twin: Option, wanted: list[Consignment]) -> None:
        mover = self.conveyance.movers[twin.mover]
        scenario = self.problem.scenario
        room = mover.ships * (scenario.vehicle(scenario.fleet(mover.fleet)).payload_kg or 0)
        for aid in wanted:
            kg = min(room, self.left[aid.id])
            self.left[aid.id] -= kg
            room -= kg

    def _changed(
        self, moves: list[Start], move: Start, twin: Option, longest_s: int
    ) -> list[Start] | None:
        """The vehicle's movements with the twin instead of one, booked; None where people would
        have to wait for too long."""
        rounds = self.dispatcher.rounds(moves)
        first = next(i for i, part in enumerate(rounds) if move in part)
        kept = [start for part in rounds[:first] for start in part]
        old = [start for part in rounds[first:] for start in part]
        collects = any(self.conveyance.options[index].loaded for index, _ in old)
        promised = self.conveyance.openings[twin.mover].starts
        if not collects or any(start in promised for start in old):
            return None
        self.dispatcher.cancel(old, kept)
        made: list[Start] = []
        for part in rounds[first:]:
            placed = self._again(part, move, twin, [*kept, *made], longest_s)
            if placed is None:
                self.dispatcher.cancel(made, kept)
                self.dispatcher.book(old, kept)
                return None
            made += placed
        return kept + made

    def _again(
        self, part: list[Start], move: Start, twin: Option, done: list[Start], longest_s: int
    ) -> list[Start] | None:
        """One round once more after what is done, its empty legs as early as can be."""
        mover = self.conveyance.options[part[-1][0]].mover
        _, free = self.dispatcher.stands(mover, done)
        planned = [
            (twin.index, free) if start == move
            else start if self.conveyance.options[start[0]].loaded or move not in part
            else (start[0], free)
            for start in part
        ]  # fmt: skip
        starts = self.dispatcher.fit(planned, free, done)
        if starts is None:
            return None
        before, after = part[-1], starts[-1]
        late_s = (after[1] - before[1]) * self.step_s
        if self.conveyance.options[before[0]].loaded and late_s > longest_s:
            self.dispatcher.cancel(starts, done)
            return None
        return starts
