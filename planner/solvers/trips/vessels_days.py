"""What one vessel can bring away by when: the fewest minutes for every number of trips.

A vessel's day is a vector of trips by *good* (a source, or a source with a drop-off where that
counts). ``Days`` holds for each vector within the limits the earliest moment at which all of these
trips can be over, by dynamic programming over the number of trips and the drop-off where the last
one ends. Which days fit into a given time is then a look into one array. Trips beyond what a
source needs are never worth counting; where they shorten the way they are sailed as detours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from planner.solvers.trips import Trip, TripProblem

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
FAR = 1 << 50
"""No way, in milliseconds; sums of many of them still fit 64 bits."""
KEYS = 1 << 62
Keep = Callable[[Integers, Integers], Flags]


class TooManyDays(Exception):
    """There are more days to tell apart than memory or time allows."""


@dataclass(frozen=True)
class Good:
    """What trips are counted by: a source, and the drop-off (None: any that no good names)."""

    source: int
    drop: int | None = None


@dataclass(frozen=True)
class Kind:
    """Vessels that are alike in all but their names (indices in ``members``)."""

    members: tuple[int, ...]
    capacity: int
    available_ms: int


def kinds(problem: TripProblem) -> list[Kind]:
    """The vessels that can carry someone, those alike together, in the order of the first."""
    alike: dict[object, list[int]] = defaultdict(list)
    for index, vessel in enumerate(problem.vessels):
        sails = any(
            start is not None and any(ride is not None for ride in rides)
            for start, rides in zip(problem.start_ms[index], problem.loaded_ms[index], strict=True)
        )
        if vessel.capacity > 0 and sails:
            times = problem.start_ms[index], problem.loaded_ms[index], problem.empty_ms[index]
            alike[vessel.capacity, vessel.available_ms, times].append(index)
    return [
        Kind(tuple(m), problem.vessels[m[0]].capacity, problem.vessels[m[0]].available_ms)
        for m in alike.values()
    ]


class Legs:
    """One vessel's shortest rounds. Row 0 is its first place, row 1 + d drop-off d.

    ``hop[row, source, d]`` is the least time from a row to the end of a round that serves the
    source and ends at d, detours on the way included; FAR where there is none.
    """

    def __init__(self, problem: TripProblem, vessel: int) -> None:
        start = _array(problem.start_ms[vessel])[None, :]
        empty = _array(problem.empty_ms[vessel]).reshape(len(problem.drops), -1)
        loaded = _array(problem.loaded_ms[vessel]).reshape(len(problem.pickups), -1)
        self.rounds = np.minimum(np.concatenate([start, empty])[:, :, None] + loaded[None], FAR)
        """[row, pick-up, d]: one round without a detour."""
        rows = 1 + len(problem.drops)
        self.move = np.full((rows, rows), FAR, dtype=np.int64)
        if problem.pickups:
            self.move[:, 1:] = self.rounds.min(axis=1)
        np.fill_diagonal(self.move, 0)
        self.next = np.tile(np.arange(rows), (rows, 1))
        for via in range(1, rows):
            length = self.move[:, [via]] + self.move[[via], :]
            shorter = length < self.move
            self.next = np.where(shorter, self.next[:, [via]], self.next)
            self.move = np.where(shorter, length, self.move)
        self.hop = np.full((rows, len(problem.demand), rows - 1), FAR, dtype=np.int64)
        source_of = np.asarray(problem.source_of, dtype=np.int64)
        self.docks = [np.flatnonzero(source_of == s) for s in range(len(problem.demand))]
        for source, docks in enumerate(self.docks):
            if len(docks):
                plain = self.rounds[:, docks].min(axis=1)
                best = (self.move[:, :, None] + plain[None, :, :]).min(axis=1)
                self.hop[:, source] = np.minimum(best, FAR)

    def trace(self, row: int, source: int, drop: int) -> list[tuple[int, int, bool]]:
        """(pick-up, drop-off, whether it serves the source) of a shortest ``hop``."""
        docks = self.docks[source]
        plain = self.rounds[:, docks, drop]
        via = int(np.argmin(self.move[row] + plain.min(axis=1)))
        detour = self._detour(row, via)
        return [*detour, (int(docks[np.argmin(plain[via])]), drop, True)]

    def _detour(self, row: int, goal: int) -> list[tuple[int, int, bool]]:
        found = []
        while row != goal:
            after = int(self.next[row, goal])
            found.append((int(np.argmin(self.rounds[row][:, after - 1])), after - 1, False))
            row = after
        return found


def _array(times: object) -> Integers:
    """Milliseconds with FAR for None."""
    found = np.asarray(times, dtype=object)
    return np.where(found == None, FAR, found).astype(np.int64)  # noqa: E711


@dataclass(frozen=True)
class _Level:
    """Vectors with one number of trips: sorted keys, and the earliest end by drop-off."""

    keys: Integers
    ends: Integers


class Days:
    """Every vector of trips of one kind of vessel that can be over by ``within_ms``.

    ``keep`` (trips by good and earliest ends by drop-off, per vector) may drop vectors from which
    nothing wanted can come. Raises TooManyDays past ``most``, or where ``should_stop`` says so.
    """

    def __init__(
        self,
        problem: TripProblem,
        kind: Kind,
        goods: tuple[Good, ...],
        within_ms: int,
        most: int,
        should_stop: Callable[[], bool],
        keep: Keep | None = None,
    ) -> None:
        self.problem, self.kind, self.goods, self.keep = problem, kind, goods, keep
        self.legs = Legs(problem, kind.members[0])
        self.steps = [steps_of(problem, kind, goods, good) for good in range(len(goods))]
        self.limits = [self._limit(good, within_ms) for good in range(len(goods))]
        self.radix: list[int] = []
        span = 1
        for limit in self.limits:
            self.radix.append(span)
            span *= limit + 1
        if span > KEYS:
            raise TooManyDays
        self.levels = [_Level(np.zeros(1, dtype=np.int64), np.zeros((1, 1), dtype=np.int64))]
        count = 1
        while len(self.levels[-1].keys):
            if count > most or should_stop():
                raise TooManyDays
            self.levels.append(self._next(within_ms))
            count += len(self.levels[-1].keys)
        self.levels.pop()

    def _limit(self, good: int, within_ms: int) -> int:
        """The most trips of a good that are wanted, or that the time allows."""
        wanted = -(-most_moved(self.problem, self.goods[good]) // self.kind.capacity)
        shortest = int(self.steps[good].min(initial=FAR))
        left = within_ms - self.kind.available_ms
        return min(wanted, max(0, left // max(1, shortest)))

    def _next(self, within_ms: int) -> _Level:
        """All vectors with one trip more."""
        last = self.levels[-1]
        first = len(self.levels) == 1
        drops = len(self.problem.drops)
        keys, ends = [], []
        for good, (radix, limit) in enumerate(zip(self.radix, self.limits, strict=True)):
            free = np.flatnonzero((last.keys // radix) % (limit + 1) < limit)
            step = self.steps[good]
            rows = step[:1] if first else step[1:]
            end = np.full((len(free), drops), FAR, dtype=np.int64)
            for row in range(len(rows)):
                np.minimum(end, last.ends[free, row, None] + rows[row][None, :], out=end)
            if first:
                end += self.kind.available_ms
            fits = end.min(axis=1, initial=FAR) <= within_ms
            keys.append(last.keys[free][fits] + radix)
            ends.append(end[fits])
        level = _merged(keys, ends, drops)
        if self.keep is None or not len(level.keys):
            return level
        kept = self.keep(self._counted(level.keys), level.ends)
        return _Level(level.keys[kept], level.ends[kept])

    def _counted(self, keys: Integers) -> Integers:
        """[vector, good] trips."""
        columns = [
            (keys // radix) % (limit + 1)
            for radix, limit in zip(self.radix, self.limits, strict=True)
        ]
        return np.stack(columns, axis=1)

    @cached_property
    def keys(self) -> Integers:
        """All vectors as sorted numbers."""
        return np.sort(np.concatenate([level.keys for level in self.levels]))

    @cached_property
    def ends(self) -> Integers:
        """The moment at which each vector can be over; 0 for no trip at all."""
        keys = np.concatenate([level.keys for level in self.levels])
        ends = np.concatenate([level.ends.min(axis=1) for level in self.levels])
        return np.asarray(ends[np.argsort(keys, kind="stable")])

    @cached_property
    def counts(self) -> Integers:
        """[vector, good] trips."""
        return self._counted(self.keys)

    @cached_property
    def _more(self) -> Integers:
        """[vector, good]: where the vector with one trip more stands (the length: nowhere)."""
        found = np.full(self.counts.shape, len(self.keys), dtype=np.int64)
        for good, (radix, limit) in enumerate(zip(self.radix, self.limits, strict=True)):
            wanted = self.keys + radix
            at = np.searchsorted(self.keys, wanted)
            at[at == len(self.keys)] = 0
            there = (self.keys[at] == wanted) & (self.counts[:, good] < limit)
            found[there, good] = at[there]
        return found

    def fullest(self, within_ms: int) -> Integers:
        """Positions of the vectors within the time to which no trip can be added."""
        fits: Flags = np.append(self.ends <= within_ms, False)
        fuller = fits[self._more].any(axis=1)
        return np.flatnonzero(fits[:-1] & ~fuller)

    def end(self, counts: Integers) -> int | None:
        """When a vector can be over; None where not within the time asked for."""
        key = sum(int(n) * r for n, r in zip(counts, self.radix, strict=True))
        at = int(np.searchsorted(self.keys, key))
        return int(self.ends[at]) if at < len(self.keys) and self.keys[at] == key else None

    def fewer(self, counts: Integers, within_ms: int, most: int) -> Days:
        """All days with no more trips of any good than these. Raises TooManyDays."""

        def keep(trips: Integers, _: Integers) -> Flags:
            return np.asarray((trips <= counts).all(axis=1))

        return Days(self.problem, self.kind, self.goods, within_ms, most, lambda: False, keep)

    def route(self, counts: Integers) -> list[tuple[int, int, int]]:
        """(pick-up, drop-off, good) of the trips of a vector in order; good -1 is a detour."""
        key = sum(int(n) * r for n, r in zip(counts, self.radix, strict=True))
        total = int(sum(counts))
        found: list[tuple[int, int, int]] = []
        drop, at = -1, total
        while at:
            level = self.levels[at]
            here = level.ends[np.searchsorted(level.keys, key)]
            if drop < 0:
                drop = int(np.argmin(here))
            row, good = self._before(key, at, drop, int(here[drop]))
            legs = self.legs.trace(row, self.goods[good].source, drop)
            found[:0] = [(p, d, good if serves else -1) for p, d, serves in legs]
            key, at, drop = key - self.radix[good], at - 1, row - 1
        return found

    def _before(self, key: int, at: int, drop: int, end: int) -> tuple[int, int]:
        """The row and the good of the last trip of a vector that ends at a drop-off."""
        level = self.levels[at - 1]
        for good, (radix, limit) in enumerate(zip(self.radix, self.limits, strict=True)):
            if not (key // radix) % (limit + 1):
                continue
            place = int(np.searchsorted(level.keys, key - radix))
            if place == len(level.keys) or level.keys[place] != key - radix:
                continue
            step = self.steps[good][:, drop]
            if at == 1:
                if self.kind.available_ms + int(step[0]) == end:
                    return 0, good
                continue
            rows = np.flatnonzero(level.ends[place] + step[1:] == end)
            if len(rows):
                return 1 + int(rows[0]), good
        raise AssertionError("a vector has no last trip")


def steps_of(problem: TripProblem, kind: Kind, goods: tuple[Good, ...], good: int) -> Integers:
    """[row, drop-off]: the least time of one more trip of this good."""
    wanted = goods[good]
    hop = Legs(problem, kind.members[0]).hop[:, wanted.source].copy()
    named = {one.drop for one in goods if one.drop is not None}
    for drop in range(hop.shape[1]):
        if drop != wanted.drop and (wanted.drop is not None or drop in named):
            hop[:, drop] = FAR
    return hop


def _merged(keys: list[Integers], ends: list[Integers], drops: int) -> _Level:
    """Vectors that several paths reach, each once with its earliest ends."""
    if not keys:
        return _Level(np.zeros(0, dtype=np.int64), np.zeros((0, drops), dtype=np.int64))
    every, times = np.concatenate(keys), np.concatenate(ends)
    unique, first = np.unique(every, return_index=True)
    if len(unique) == len(every):
        return _Level(unique, times[first])
    order = np.argsort(every, kind="stable")
    starts = np.searchsorted(every[order], unique)
    return _Level(unique, np.minimum.reduceat(times[order], starts, axis=0))


def most_moved(problem: TripProblem, good: Good) -> int:
    """The most people that trips of a good can be wanted for."""
    room = None if good.drop is None else problem.drop_capacity[good.drop]
    demand = problem.demand[good.source]
    return demand if room is None else min(demand, room)


def trips_of(route: list[tuple[int, int, int]], loads: dict[int, list[int]]) -> tuple[Trip, ...]:
    """A route with people on board: ``loads`` by good, one number a trip of it."""
    left = {good: iter(persons) for good, persons in loads.items()}
    return tuple(
        Trip(pickup, drop, next(left[good]) if good >= 0 else 0) for pickup, drop, good in route
    )
