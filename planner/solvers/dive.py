"""Whole vehicles: the relaxed optimum is rounded night by night, and each vehicle put on the road.

Few vehicles that carry many (ships, aircraft) come first, because the many small ones can still be
fitted to them. A piece of an itinerary that is rounded up is placed at once where every shared
limit holds, shifted if it has to queue; the linear programme then goes on from what was placed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from planner.solvers.columns import ColumnEngine
from planner.solvers.dispatch import Dispatcher, Start
from planner.solvers.extend import Vehicle
from planner.solvers.itineraries import Column, Departure
from planner.solvers.traffic import Separator
from planner.units import HOUR_S

YIELD = 200.0
FEW = 4
CLEAR = 0.7
NOTHING = 0.05
PASSES = 3
DAY_S = 24 * HOUR_S
TOGETHER_S = 12 * HOUR_S
AHEAD_S = 48 * HOUR_S
SLACK = 0.05
Stage = tuple[int, int]  # mover, number of the stage
Load = tuple[tuple[int, float], ...]


@dataclass
class _Vehicle:
    mover: int
    moves: list[Start] = field(default_factory=list)
    stage: int = -1
    """The last stage for which it has been given something to do."""


class Diver:
    """Turns the engine's fractional optimum into vehicles that a Dispatcher has placed.

    The engine is used up by it.
    """

    def __init__(
        self, engine: ColumnEngine, dispatcher: Dispatcher, more: int | None = 0,
        clear: float = CLEAR,
    ) -> None:  # fmt: skip
        """``more`` rounds of new itineraries after each step than it takes at least (None: no new
        ones at all); a fraction from ``clear`` on is rounded up at once."""
        self.engine = engine
        self.master = engine.master
        self.stages = engine.master.stages
        self.conveyance = engine.conveyance
        self.dispatcher = dispatcher
        self.grid = engine.problem.grid
        self.rounds = 0 if more is None else (1 if engine.width_s else 2) + more
        self.clear = clear
        self.exact = Separator(engine.problem, engine.conveyance)
        self.taken_in: dict[int, float] = {}
        self.fleet = [
            [_Vehicle(index) for _ in range(spec.count)]
            for index, spec in enumerate(self.conveyance.movers)
        ]

    def run(
        self, weights: dict[str, float], *, until: float, on_step: Callable[[], bool]
    ) -> list[Vehicle]:
        """Vehicles with the starts of their movements; past ``until`` the rest is rounded."""
        self.stages.let_stand()
        self.master.aim(weights, {})
        self.master.yield_rows(YIELD * max(self.master.weighed_stay(), default=1.0))
        self._begin()
        groups = self._groups()
        if groups:
            self._solve(groups[0])
        for group in groups:
            for number in range(PASSES):
                if not any(self._wanted(group).values()):
                    break
                late = on_step() or time.monotonic() > until
                self._regenerate(group, 0 if late else self.rounds)
                if not self._fix_some(group, last=late or number == PASSES - 1):
                    break
            for mover, stage in group:
                self.master.close(mover, stage)
        found = []
        for vehicles in self.fleet:
            for vehicle in vehicles:
                moves = self.dispatcher.bring_home(vehicle.mover, vehicle.moves)
                if moves:
                    found.append((vehicle.mover, tuple(moves)))
        return found

    def _begin(self) -> None:
        """Vehicles of which something has been promised do that first."""
        for mover, vehicles in enumerate(self.fleet):
            starts = self.dispatcher.begin(mover)
            if not starts:
                continue
            (vehicle,) = vehicles
            vehicle.moves = starts
            since = self.grid.up(self.conveyance.movers[mover].from_s)
            moves = tuple(Departure(*start) for start in starts)
            for piece in self.stages.split(Column(mover, moves, ((),) * len(moves), since)):
                self.master.fix(piece)
                vehicle.stage = self.stages.stage(piece)

    def _groups(self) -> list[list[Stage]]:
        """Stages that are rounded together, day by day, in each the few large vehicles first."""
        groups: dict[tuple[int, int, bool], list[Stage]] = {}
        for mover, spec in enumerate(self.conveyance.movers):
            seen: dict[int, int] = {}
            for stage, begin in enumerate((0, *self.stages.cuts[mover])):
                day = (begin * self.grid.step_s + TOGETHER_S) // DAY_S
                seen[day] = seen.get(day, -1) + 1
                groups.setdefault((day, seen[day], spec.count > FEW), []).append((mover, stage))
        return [groups[key] for key in sorted(groups)]

    def _regenerate(self, group: list[Stage], rounds: int) -> None:
        """Solves again; new itineraries start from where vehicles are."""
        self._solve(group)
        for _ in range(rounds):
            prices = self.master.prices(self.engine.duals)
            grown = False
            for mover, spec in enumerate(self.conveyance.movers):
                starts = self._standing(mover)
                if starts:
                    _, columns = self.engine.pricer.best(mover, prices, min(2, spec.count), starts)
                    for column in columns:
                        grown |= self.master.add_column(column)
            grown |= self.engine.add_walks(self.engine.walk_gains(prices))
            if not grown:
                break
            self._solve(group)

    def _solve(self, group: list[Stage]) -> None:
        """The optimum with the limits of the stages at hand exactly, where they were averages."""
        if not self.engine.width_s:
            self.engine.solve()
            return
        self.engine.solve(1)
        begin = min((0, *self.stages.cuts[m])[stage] for m, stage in group) * self.grid.step_s
        broken = [
            (limit, moment)
            for limit, moment in self.exact.broken(self.engine.traffic, most=8, slack=SLACK)
            if begin <= moment < begin + AHEAD_S
        ]
        grown = [self.master.add_limit_row(limit, moment) for limit, moment in broken]
        grown += [
            self.master.hubs.split(hub, moment)
            for hub, moment in self.exact.hubs_broken(self.engine.traffic)
            if begin <= moment < begin + AHEAD_S
        ]
        if any(grown):
            self.engine.solve(1)

    def _standing(self, mover: int) -> tuple[tuple[str, int], ...]:
        """Where and when vehicles of a mover can begin what they have not been given yet."""
        cuts = self.stages.cuts[mover]
        found = set()
        for vehicle in self.fleet[mover]:
            stage = max(vehicle.stage + 1, self.master.closed.get(mover, 0))
            if stage <= len(cuts):
                place, free = self.dispatcher.stands(mover, vehicle.moves)
                found.add(self.stages.state(mover, stage, place, free)[2:])
        return tuple(sorted(found))

    def _wanted(self, group: list[Stage]) -> dict[Stage, list[tuple[float, Column]]]:
        """What the last optimum makes of each stage beyond what is fixed: (how often, piece)."""
        wanted: dict[Stage, list[tuple[float, Column]]] = {stage: [] for stage in group}
        for number, amount in self.master.amounts():
            piece, variable, _ = self.master.columns[number]
            if piece.guests:
                continue
            key = (piece.mover, self.stages.stage(piece))
            if key in wanted and amount - variable.lower_bound > 1e-6:
                wanted[key].append((amount - variable.lower_bound, piece))
        return wanted

    def _fix_some(self, group: list[Stage], *, last: bool) -> bool:
        """Gives vehicles what is whole already and the largest fractions; False when done."""
        wanted = self._wanted(group)
        more = False
        for (mover, stage), entries in wanted.items():
            entries.sort(key=lambda item: (-item[0], item[1].moves, item[1].loads))
            total = sum(amount for amount, _ in entries)
            room = int(total + 1 - NOTHING) if last else len(self.fleet[mover])
            for rank, (amount, piece) in enumerate(entries):
                clear = last or rank == 0 or amount >= self.clear
                count = min(room, int(amount + 1e-6) or int(clear and amount > NOTHING))
                more = more or count > 0
                for _ in range(count):
                    if not self._give(mover, stage, piece):
                        break
                    room -= 1
        return more and not last

    def _give(self, mover: int, stage: int, piece: Column) -> bool:
        """Puts a vehicle on a piece of an itinerary as far as it fits; False where none does."""
        begin = self.conveyance.options[piece.moves[0].option].origin
        free = []
        for number, vehicle in enumerate(self.fleet[mover]):
            at, since = self.dispatcher.stands(mover, vehicle.moves)
            state = self.stages.state(mover, stage, at, since)
            if vehicle.stage < stage and state[2:] == (begin, piece.since):
                free.append((since, number))
        if not free:
            self.master.ban(piece)
            return False
        vehicle = self.fleet[mover][min(free)[1]]
        made = self._place(vehicle, stage, piece)
        if made is None:
            self.master.ban(piece)
            return False
        self.master.fix(made)
        vehicle.moves += [(m.option, m.step) for m in made.moves]
        vehicle.stage = stage
        return True

    def _place(self, vehicle: _Vehicle, stage: int, piece: Column) -> Column | None:
        end = self.stages.end_step(piece.mover, stage)
        load_of = {
            (m.option, m.step): load for m, load in zip(piece.moves, piece.loads, strict=True)
        }
        done: list[Start] = []
        loads: list[Load] = []
        for moves in self.dispatcher.rounds((m.option, m.step) for m in piece.moves):
            before = vehicle.moves + done
            at, free = self.dispatcher.stands(vehicle.mover, before)
            starts = self.dispatcher.place_round(moves, at, max(free, moves[0][1]), before)
            if starts is None:
                continue
            load = self._loading(starts[-1], load_of[moves[-1]])
            option = self.conveyance.options[starts[-1][0]]
            if starts[0][1] > end or (option.loaded and not load):
                self.dispatcher.cancel(starts, before)
                continue
            done += starts
            loads += [()] * (len(starts) - 1) + [load]
        if not any(loads) and any(piece.loads):
            self.dispatcher.cancel(done, vehicle.moves)
            return None
        if not done:
            return None
        for start, load in zip(done, loads, strict=True):
            self._take_in(start, load)
        return Column(piece.mover, tuple(Departure(*s) for s in done), tuple(loads), piece.since)

    def _loading(self, start: Start, load: Load) -> Load:
        """Whom of a planned load a departure takes: who may board, as the haven has room."""
        option = self.conveyance.options[start[0]]
        may = {carry.commodity: bool(carry.may[start[1]]) for carry in option.carries}
        able = [(who, units) for who, units in load if may[who]]
        people = self.engine.problem.commodities
        heads = sum(units * people[who].persons for who, units in able)
        room = min(
            (
                self.engine.problem.limits[index].cap - self.taken_in.get(index, 0.0)
                for index in self._intakes(start)
            ),
            default=heads,
        )
        share = min(1.0, room / heads) if heads else 0.0
        return tuple((who, units * share) for who, units in able) if share > 0.5 else ()

    def _intakes(self, start: Start) -> list[int]:
        option = self.conveyance.options[start[0]]
        moment = start[1] * self.grid.step_s + option.end_s
        return self.engine.problem.intakes(option.destination, moment)

    def _take_in(self, start: Start, load: Load) -> None:
        heads = sum(units * self.engine.problem.commodities[who].persons for who, units in load)
        if heads:
            for index in self._intakes(start):
                self.taken_in[index] = self.taken_in.get(index, 0.0) + heads
