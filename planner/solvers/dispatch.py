"""Itineraries made to fit: each round starts at the first moment at which every limit holds.

Column generation keeps shared limits on average over an hour or more; here vehicles queue as
they would on the day: for a bay, a berth, a stand, a slot, a place on the bridge. Rounds (out to
collect people, and on to where they are put down) are placed in the order of their planned start;
a round that no longer fits is dropped.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from planner.earlier import Earlier
from planner.movements import Option
from planner.problem import Conveyance, EvacuationProblem
from planner.solvers.rows import RATES, registered_s
from planner.solvers.turns import Convoys, Headways, Turn, Turns
from planner.units import HOUR_S

Start = tuple[int, int]  # option, step
LONGEST_WAIT_S = 72 * HOUR_S
NOTHING = 1e-12
PART_LOADS = ("link_persons", "persons_rate")
"""A vehicle with more seats than such a limit may still go, with fewer on board."""
MODES = {"bays": "road", "berths": "sea", "stands": "air"}


@dataclass
class _Rate:
    """Uses by moment, in order of time."""

    cap: float
    moments: list[int] = field(default_factory=list)
    uses: dict[int, float] = field(default_factory=dict)

    def fits(self, moment_s: int, use: float) -> bool:
        """Whether every half-open hour that holds the moment has room for ``use`` more."""
        moments, uses = self.moments, self.uses
        tail = bisect_right(moments, moment_s - HOUR_S)
        here = bisect_right(moments, moment_s)
        total, most = use, self.cap + 1e-9
        for position in range(tail, here):
            total += uses[moments[position]]
        if total > most:
            return False
        for position in range(here, len(moments)):
            moment = moments[position]
            if moment >= moment_s + HOUR_S:
                break
            total += uses[moment]
            while moments[tail] <= moment - HOUR_S:
                total -= uses[moments[tail]]
                tail += 1
            if total > most:
                return False
        return True

    def book(self, moment_s: int, use: float) -> None:
        """Uses some of it."""
        if moment_s not in self.uses:
            insort(self.moments, moment_s)
        self.uses[moment_s] = self.uses.get(moment_s, 0.0) + use

    def unbook(self, moment_s: int, use: float) -> None:
        """Takes a booking back."""
        rest = self.uses[moment_s] - use
        if rest > NOTHING:
            self.uses[moment_s] = rest
            return
        del self.uses[moment_s]
        del self.moments[bisect_left(self.moments, moment_s)]


@dataclass
class _Room:
    """Stays (from, until, how many) in order of their beginning, and how long the longest is."""

    cap: float
    stays: list[tuple[int, int, int]] = field(default_factory=list)
    longest_s: int = 0

    def fits(self, start_s: int, end_s: int, use: int) -> bool:
        """Whether there is room for ``use`` from one moment to the other."""
        if end_s <= start_s:
            return True
        first = bisect_left(self.stays, (start_s - self.longest_s,))
        last = bisect_left(self.stays, (end_s,))
        over = [stay for stay in self.stays[first:last] if start_s < stay[1]]
        for moment in [start_s, *(stay[0] for stay in over if stay[0] > start_s)]:
            inside = sum(n for a, b, n in over if a <= moment < b)
            if inside + use > self.cap + 1e-9:
                return False
        return True

    def book(self, start_s: int, end_s: int, use: int) -> None:
        """Takes up room."""
        insort(self.stays, (start_s, end_s, use))
        self.longest_s = max(self.longest_s, end_s - start_s)

    def unbook(self, start_s: int, end_s: int, use: int) -> None:
        """Takes a booking back."""
        del self.stays[bisect_left(self.stays, (start_s, end_s, use))]


@dataclass
class _Round:
    vehicle: int
    moves: list[Start]
    planned: int


Uses = tuple[list[tuple[_Rate | Convoys, int, float]], list[tuple[_Room, int, int, int]]]


class Dispatcher:
    """Places rounds one after the other; keeps what is booked."""

    def __init__(self, problem: EvacuationProblem, conveyance: Conveyance) -> None:
        self.problem = problem
        self.conveyance = conveyance
        self.step_s = problem.grid.step_s
        self.empties: dict[tuple[int, str, str], list[Option]] = defaultdict(list)
        self.turns = Turns(problem, conveyance)
        self.headways = Headways(problem, conveyance)
        for option in conveyance.options:
            if not option.loaded and not option.goods:
                key = (option.mover, option.origin, option.destination)
                self.empties[key].append(option)
        self.rates: dict[tuple[str, str], _Rate] = {}
        self.rooms: dict[tuple[str, str], _Room] = {}
        self._uses_of: dict[int, Uses] = {}
        self._starts: dict[int, list[int]] = {}
        for limit in problem.limits:
            if limit.kind in RATES:
                self.rates[limit.kind, limit.at] = _Rate(limit.cap)
            elif limit.kind in MODES:
                self.rooms[limit.kind, limit.at] = _Room(limit.cap)
        if problem.earlier:
            self._reserve(problem.earlier)

    def _reserve(self, earlier: Earlier) -> None:
        """What is under way uses bays, links and slots before the first vehicle is placed."""
        for one in earlier.booked:
            if (rate := self.rates.get((one.kind, one.at))) is not None:
                rate.book(one.from_s, one.use)
            elif (room := self.rooms.get((one.kind, one.at))) is not None:
                room.book(one.from_s, one.until_s, round(one.use))

    def reserve_walks(self, walks: dict[Start, float]) -> None:
        """Cars and walkers are on links and at gates before the first vehicle is placed."""
        for (index, step), units in sorted(walks.items()):
            for (kind, at), rate in self.rates.items():
                for offset, use in self.problem.walks[index].passes(kind, at):
                    rate.book(step * self.step_s + offset, units * use)

    def place(
        self, itineraries: list[tuple[int, tuple[Start, ...]]]
    ) -> list[tuple[int, tuple[Start, ...]]]:
        """(mover, starts) per vehicle → the same with starts that fit, without dropped rounds."""
        queue = [
            _Round(number, moves, moves[0][1])
            for number, (_, starts) in enumerate(itineraries)
            for moves in self.rounds(starts)
        ]
        queue.sort(key=lambda r: (r.planned, r.vehicle))
        placed = {n: self.begin(mover) for n, (mover, _) in enumerate(itineraries)}
        for item in queue:
            mover = itineraries[item.vehicle][0]
            done = placed[item.vehicle]
            if item.moves[-1] in done:
                continue  # promised, and booked before all others
            at, free = self.stands(mover, done)
            done += self.place_round(item.moves, at, max(free, item.planned), done) or []
        found = [(mover, self.bring_home(mover, placed[n])) for n, (mover, _) in
                 enumerate(itineraries)]  # fmt: skip
        return [(mover, tuple(starts)) for mover, starts in found if starts]

    def begin(self, mover: int) -> list[Start]:
        """What has been promised of a vehicle (C18), booked; nothing for most."""
        starts = list(self.conveyance.openings[mover].starts)
        self.book(starts, [])
        return starts

    def rounds(self, starts: Iterable[Start]) -> list[list[Start]]:
        """An itinerary in parts that each end with a loaded movement; the last may not."""
        found: list[list[Start]] = []
        current: list[Start] = []
        for move in starts:
            current.append(move)
            if self._option(move).loaded:
                found.append(current)
                current = []
        return [*found, current] if current else found

    def stands(self, mover: int, starts: list[Start]) -> tuple[str, int]:
        """Where a vehicle is after its movements, and from which step on it is free."""
        if not starts:
            spec = self.conveyance.movers[mover]
            return spec.start, self.problem.grid.up(spec.from_s)
        last = self._option(starts[-1])
        return last.destination, starts[-1][1] + last.steps

    def place_round(
        self, moves: list[Start], at: str, earliest: int, done: list[Start]
    ) -> list[Start] | None:
        """The round from where the vehicle is after what it has done, booked; None where it does
        not fit. Where crews rest and tanks are filled the way counts that ends first."""
        best: list[Start] | None = None
        for way in self.ways(moves, at):
            starts = self.fit(way, earliest, done)
            if starts is None:
                continue
            if self.turns.log(self._option(moves[-1]).mover, done) is None:
                return starts
            self.cancel(starts, done)
            if best is None or self._ends(starts) < self._ends(best):
                best = starts
        self.book(best or [], done)
        return best

    def _ends(self, starts: list[Start]) -> int:
        return starts[-1][1] + self._option(starts[-1]).steps

    def bring_home(self, mover: int, starts: list[Start]) -> list[Start]:
        """The movements with a last one, if need be, to where a vehicle may stay for good.

        Without a way home the last round is given up, and so on.
        """
        starts = list(starts)
        while starts:
            at, free = self.stands(mover, starts)
            spec = self.conveyance.movers[mover]
            spot = self.conveyance.places[mover].index(at)
            end = min(self.problem.grid.steps - 1, free)
            if self.conveyance.may_end[mover][spot, end] and self._stays(starts[-1]):
                return starts
            home = [[(option.index, free)] for option in self._empties(mover, at, spec.base)]
            for planned in [*home, *self._past(mover, at, spec.base, [])]:
                way = self.fit(planned, free, starts)
                if way is not None:
                    self._stays(way[-1])
                    return starts + way
            last = self.rounds(starts)[-1]
            del starts[-len(last) :]
            self.cancel(last, starts)
        return starts

    def leave_home(self, mover: int, starts: list[Start]) -> list[Start]:
        """The movements without a last empty one to the base: the vehicle is to go on instead."""
        base = self.conveyance.movers[mover].base
        last = self._option(starts[-1]) if starts else None
        if last is not None and (tail := self._stand(starts[-1], None)):
            tail[0].unbook(*tail[1:])
        if last is None or last.loaded or last.destination != base:
            return starts
        self.cancel(starts[-1:], starts[:-1])
        return starts[:-1]

    def ways(self, moves: list[Start], at: str) -> list[list[Start]]:
        """The round from where the vehicle really is: as planned, or by another empty leg; past
        fuel or a change of crews too, where its fleet has need of such."""
        last = self._option(moves[-1])
        if self._option(moves[0]).origin == at:
            found = [moves]
        elif not last.loaded:
            found = [[(o.index, 0)] for o in self._empties(last.mover, at, last.destination)]
        elif last.origin == at:
            found = [[moves[-1]]]
        else:
            found = [[(o.index, 0), moves[-1]] for o in self._empties(last.mover, at, last.origin)]
        if not last.loaded:
            return found + self._past(last.mover, at, last.destination, [])
        return found + self._past(last.mover, at, last.origin, moves[-1:])

    def _past(self, mover: int, at: str, to: str, then: list[Start]) -> list[list[Start]]:
        """Empty ways by the places where the mover's vehicles may want to stop, and on."""
        return [
            [(out.index, 0), (on.index, 0), *then]
            for stop in self.turns.detours(mover, at)
            for out in self._empties(mover, at, stop)
            for on in self._empties(mover, stop, to)
        ]

    def _empties(self, mover: int, origin: str, destination: str) -> list[Option]:
        return self.empties.get((mover, origin, destination), [])

    def _option(self, move: Start) -> Option:
        return self.conveyance.options[move[0]]

    def fit(self, moves: list[Start], earliest: int, done: list[Start]) -> list[Start] | None:
        """First moments from ``earliest`` on at which all moves of a round fit, in turn, after
        what the vehicle has done. No move starts before its own planned step.
        """
        mover = self._option(moves[-1]).mover
        log = self.turns.log(mover, done)
        if log is None:
            starts = self._fit(moves, earliest, done)
            self._hold(starts or [], done)
            return starts
        best: list[Start] | None = None
        rank: tuple[int, ...] = ()
        for turn in self.turns.ways(mover, log, moves):
            starts = self._fit(moves, earliest, done, turn)
            if starts is None:
                continue
            self._release(starts)
            found = self.turns.rank(mover, [*done, *starts])
            if found is not None and (best is None or found < rank):
                best, rank = starts, found
        self.book(best or [], done)
        return best

    def _fit(
        self, moves: list[Start], earliest: int, done: list[Start], turn: Turn | None = None
    ) -> list[Start] | None:
        begin = earliest
        while begin < self.problem.grid.steps:
            found, late = self._in_turn(moves, begin, done, turn)
            if len(found) == len(moves):
                return found
            self._release(found)
            if not late:
                return None
            begin = self._sooner(found[0], late)
            if begin > earliest + LONGEST_WAIT_S // self.step_s:
                return None
        return None

    def _in_turn(
        self, moves: list[Start], begin: int, done: list[Start], turn: Turn | None
    ) -> tuple[list[Start], int]:
        """The moves that fit one after the other, booked, and by how many steps the first of them
        is too early for the next one (0: it is no use to begin later)."""
        found: list[Start] = []
        at = begin
        log = turn.log if turn else None
        for number, move in enumerate(moves):
            option = self._option(move)
            at = turn.earliest(number, log, at) if turn and log else at
            step = self._next(option, max(at, move[1]), (found or done)[-1:])
            if step is None:
                return found, 0  # whoever begins later finds no more room
            late = step - at if found else 0
            if late and self._mode(move) == "air":
                return found, 1  # an aircraft does not wait on a stand for its turn
            if turn and log:
                log = turn.rota.after(log, option, step * self.step_s)
                if log is None:
                    return found, late
            found.append((move[0], step))
            self._book(found[-1])
            at = step + option.steps
        return found, 0

    def _sooner(self, first: Start, late: int) -> int:
        """When a round should begin that now has to wait on its way: as much later as it can."""
        option = self._option(first)
        for step in range(first[1] + late, first[1], -1):
            if step < self.problem.grid.steps and option.starts[step] and self._room(option, step):
                return step
        return first[1] + late + 1

    def _mode(self, move: Start) -> str:
        return self.conveyance.movers[self._option(move).mover].mode

    def _next(self, option: Option, earliest: int, before: list[Start]) -> int | None:
        """The first step at which a movement fits after the one before; None where it does not."""
        starts = self._starts.get(option.index)
        if starts is None:
            starts = self._starts[option.index] = np.flatnonzero(option.starts).tolist()
        for position in range(bisect_left(starts, earliest), len(starts)):
            start = (option.index, starts[position])
            if self._room(option, start[1]):
                stand = self._stand(before[0], start) if before else None
                # Whoever cannot stand where it is until then cannot do so for longer either.
                return start[1] if stand is None or stand[0].fits(*stand[1:]) else None
        return None

    def _uses(self, option: Option) -> Uses:
        """What one movement books: rates and rooms, in seconds after its start."""
        if option.index not in self._uses_of:
            self._uses_of[option.index] = (self._rates(option), self._rooms(option))
        return self._uses_of[option.index]

    def _rates(self, option: Option) -> list[tuple[_Rate | Convoys, int, float]]:
        mover = self.conveyance.movers[option.mover]
        heads = float(mover.seats + mover.stretchers)
        passing = {"air": "slots", "road": "vehicles_rate"}.get(mover.mode, "")
        wanted: list[tuple[str, str, int | None, float]] = []
        for link, offset in option.link_entries:
            wanted.append(("link", link, offset, mover.car_equivalents))
            if option.loaded:
                wanted.append(("link_persons", link, offset, heads))
        ends = ((option.origin, option.depart_s), (option.destination, option.arrive_s))
        for place, moment in ends:
            registered = registered_s(option, place, self.problem.hubs)
            wanted.append(("persons_rate", place, registered, heads))
            wanted.append((passing, place, moment, float(mover.ships)))
        return [
            (rate, offset, min(use, rate.cap) if kind in PART_LOADS else use)
            for kind, at, offset, use in wanted
            if (rate := self.rates.get((kind, at))) is not None and offset is not None
        ] + list(self.headways.uses(option))

    def _rooms(self, option: Option) -> list[tuple[_Room, int, int, int]]:
        mover = self.conveyance.movers[option.mover]
        kind = next((k for k, mode in MODES.items() if mode == mover.mode), "")
        handled = option.loaded or option.goods or option.depart_s
        if not handled and mover.mode != "air":
            return []
        end = option.steps * self.step_s if mover.mode == "air" else option.end_s
        stays = ((option.origin, 0, option.depart_s), (option.destination, option.arrive_s, end))
        return [
            (room, since, until, mover.ships)
            for place, since, until in stays
            if (room := self.rooms.get((kind, place))) is not None
        ]

    def has_room(self, start: Start) -> bool:
        """Whether every limit has room for one movement."""
        return self._room(self._option(start), start[1])

    def _room(self, option: Option, step: int) -> bool:
        rates, rooms = self._uses(option)
        start = step * self.step_s
        for rate, offset, use in rates:
            if not rate.fits(start + offset, use):
                return False
        for room, since, until, use in rooms:
            if not room.fits(start + since, start + until, use):
                return False
        return True

    def book(self, starts: list[Start], done: list[Start]) -> None:
        """Keeps what ``fit`` found for a vehicle that has ``done`` something before."""
        for move in starts:
            self._book(move)
        self._hold(starts, done)

    def cancel(self, starts: list[Start], done: list[Start]) -> None:
        """Gives back what ``fit`` booked."""
        self._release(starts)
        self._hold(starts, done, back=True)

    def _release(self, starts: list[Start]) -> None:
        for move in starts:
            self._book(move, back=True)

    def _stand(self, before: Start, after: Start | None) -> tuple[_Room, int, int, int] | None:
        """C5: the stand that an aircraft takes up between two movements, or for good after its
        last one away from base; None where nobody counts them."""
        option = self._option(before)
        room = self.rooms.get(("stands", option.destination))
        mover = self.conveyance.movers[option.mover]
        if room is None or mover.mode != "air":
            return None
        since = before[1] + option.steps
        if after is None and option.destination == mover.base:
            return None
        until_s = self.problem.grid.horizon_s if after is None else after[1] * self.step_s
        return room, since * self.step_s, until_s, mover.ships

    def counts_stands(self, mover: int) -> bool:
        """Whether a mover is an aircraft and somebody counts its stands."""
        counted = any(kind == "stands" for kind, _ in self.rooms)
        return counted and self.conveyance.movers[mover].mode == "air"

    def _hold(self, starts: list[Start], done: list[Start], *, back: bool = False) -> None:
        """Takes up stands between movements, or gives them back."""
        for before, after in pairwise([*done[-1:], *starts]):
            stand = self._stand(before, after)
            if stand is not None:
                (stand[0].unbook if back else stand[0].book)(*stand[1:])

    def _stays(self, last: Start) -> bool:
        """Whether an aircraft has a stand for good where it is, booked then."""
        stand = self._stand(last, None)
        if stand is not None and not stand[0].fits(*stand[1:]):
            return False
        if stand is not None:
            stand[0].book(*stand[1:])
        return True

    def _book(self, move: Start, *, back: bool = False) -> None:
        rates, rooms = self._uses(self._option(move))
        start = move[1] * self.step_s
        for rate, offset, use in rates:
            (rate.unbook if back else rate.book)(start + offset, use)
        for room, since, until, use in rooms:
            (room.unbook if back else room.book)(start + since, start + until, use)
