"""Shared limits as rows, at all moments at which they can bind.

A rate holds in every half-open hour; of the hours that begin with an event only those are rows that
are not part of another. A room (bays, berths, stands) holds at every moment at which somebody comes
in, unless at a later such moment all of the same are there. Rows that cannot bind are left out, and
in a bound movements of which it is not known to the second when they pass.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np

from planner.movements import Floats, Option
from planner.problem import Limit
from planner.solvers.compact_flow import Draft
from planner.solvers.compact_program import Ints
from planner.solvers.rows import registered_s
from planner.units import HOUR_S

NEVER = 1 << 60
FINEST = 1000
DENSE = 4
"""Entries of a rate's hours per event from which on running totals are made instead."""
MODES = {"bays": "road", "berths": "sea", "stands": "air"}


@dataclass
class Uses:
    """What uses a limit: from when until when (seconds), by which column, and how much of it."""

    start: Ints
    end: Ints
    column: Ints
    amount: Floats


class SharedLimits:
    """Makes the rows of limits (C5 to C8); who waits in a hub is counted with the hub."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.problem = draft.problem
        self.builder = draft.builder
        self.options = draft.conveyance.options
        self.movers = draft.conveyance.movers
        self.upper = draft.builder.uppers()

    def make(self) -> None:
        """All limits."""
        for limit in self.problem.limits:
            if limit.kind == "intake":
                uses = _gathered(self._taken_in(limit))
                inside = (uses.start >= limit.window[0]) & (uses.start < limit.window[1])
                self._row(uses, np.flatnonzero(inside), limit.cap)
            elif limit.kind in MODES:
                self._room(limit)
            elif limit.kind != "waiting":
                self._rate(limit)

    def _row(self, uses: Uses, which: Ints, cap: float) -> None:
        columns, amounts = uses.column[which], uses.amount[which]
        if float(self.upper[columns] @ amounts) > cap:
            self.builder.put(self.builder.rows(1, -np.inf, cap), columns, amounts)

    # -- rates --------------------------------------------------------------------------------

    def _rate(self, limit: Limit) -> None:
        uses = _gathered(self._passes(limit))
        order = np.argsort(uses.start, kind="stable")
        start = uses.start[order]
        firsts = np.unique(start)
        low = np.searchsorted(start, firsts, side="left")
        high = np.searchsorted(start, firsts + HOUR_S, side="left")
        widest = np.diff(high, prepend=0) > 0
        low, high = low[widest], high[widest]
        scale = _whole_scale(uses.amount)
        if scale and int((high - low).sum()) > DENSE * (len(order) + len(firsts)):
            uses.amount = np.round(uses.amount * scale)
            self._running(uses, order, (low, high), limit.cap * scale)
            return
        for first, last in zip(low.tolist(), high.tolist(), strict=True):
            self._row(uses, order[first:last], limit.cap)

    def _running(self, uses: Uses, order: Ints, hours: tuple[Ints, Ints], cap: float) -> None:
        """Where hours overlap much: totals up to every event, and an hour's use as a difference.

        Uses are whole numbers here, so that totals are.
        ``hours`` are from where to where in ``order``. Totals begin anew where an hour has nothing.
        """
        moments, where = np.unique(uses.start[order], return_inverse=True)
        total = self.builder.columns(len(moments), np.inf)
        rows = self.builder.rows(len(moments), 0.0, 0.0)
        self.builder.put(rows, total, 1.0)
        self.builder.put(rows[where], uses.column[order], -uses.amount[order])
        goes_on = np.diff(moments) < HOUR_S
        self.builder.put(rows[1:][goes_on], total[:-1][goes_on], -1.0)
        first, last = where[hours[0]], where[hours[1] - 1]
        limits = self.builder.rows(len(first), -np.inf, cap)
        self.builder.put(limits, total[last], 1.0)
        before = first > 0
        before[before] &= goes_on[first[before] - 1]
        self.builder.put(limits[before], total[first[before] - 1], -1.0)

    def _passes(self, limit: Limit) -> Iterator[Uses]:
        """Everything that a rate counts."""
        for option in self.options:
            if limit.kind in ("link_persons", "persons_rate"):
                for offset in self._registered(limit, option):
                    yield from self._heads(option, offset)
                continue
            if option.spread_s:
                continue
            for offset, each in self._counted(limit, option):
                steps, columns = self.draft.starts(option.index)
                yield _uses(self.draft.moments[steps] + offset, columns, each)
        for walk in self.problem.walks:
            for offset, each in walk.passes(limit.kind, limit.at):
                steps, columns, by_car = self._who_walks(walk.index, limit)
                per = 1 / walk.vehicles_per_unit if by_car else 1.0
                yield _uses(self.draft.moments[steps] + offset, columns, each * per)

    def _who_walks(self, walk: int, limit: Limit) -> tuple[Ints, Ints, bool]:
        """(steps, columns, whether these are cars) of those who go by their own means."""
        by_car = limit.kind in ("link", "vehicles_rate") and walk in self.draft.at.cars
        all_ = self.draft.at.cars[walk] if by_car else self.draft.at.walks[walk]
        steps = np.flatnonzero(all_ >= 0)
        return steps, all_[steps], by_car

    def _registered(self, limit: Limit, option: Option) -> list[int]:
        """Offsets at which those on board are counted."""
        if not option.loaded or option.end_spread_s:
            return []
        if limit.kind == "link_persons":
            return [offset for link, offset in option.link_entries if link == limit.at]
        offset = registered_s(option, limit.at, self.problem.hubs)
        return [] if offset is None else [offset]

    def _counted(self, limit: Limit, option: Option) -> list[tuple[int, float]]:
        """(offset, use) of one mover on a link, a gate or a runway."""
        mover = self.movers[option.mover]
        if limit.kind == "link":
            entered = [offset for link, offset in option.link_entries if link == limit.at]
            return [(offset, mover.car_equivalents) for offset in entered]
        if mover.mode != ("air" if limit.kind == "slots" else "road"):
            return []
        ends = ((option.origin, option.depart_s), (option.destination, option.arrive_s))
        return [(offset, float(mover.ships)) for place, offset in ends if place == limit.at]

    def _heads(self, option: Option, offset: int) -> Iterator[Uses]:
        """Everybody on board of an option, by heads."""
        for carry in option.carries:
            if (option.index, carry.commodity) in self.draft.at.units:
                steps, columns = self.draft.boardings(option.index, carry.commodity)
                persons = self.problem.commodities[carry.commodity].persons
                yield _uses(self.draft.moments[steps] + offset, columns, persons)

    # -- havens and rooms ---------------------------------------------------------------------

    def _taken_in(self, limit: Limit) -> Iterator[Uses]:
        for option in self.options:
            known = option.loaded and not option.end_spread_s
            if known and option.destination == limit.at:
                yield from self._heads(option, option.end_s)
        for walk in self.problem.walks:
            if walk.destination == limit.at:
                steps, columns, _ = self._who_walks(walk.index, limit)
                persons = self.problem.commodities[walk.commodity].persons
                yield _uses(self.draft.moments[steps] + walk.ride_s, columns, persons)

    def _room(self, limit: Limit) -> None:
        uses = _gathered(self._stays(limit))
        moments, ends = np.unique(uses.start), np.unique(uses.end)
        for moment, ahead in pairwise([*moments.tolist(), NEVER]):
            goes = int(np.searchsorted(ends, moment, side="right"))
            if ahead == NEVER or (goes < len(ends) and ends[goes] <= ahead):
                inside = (uses.start <= moment) & (moment < uses.end)
                self._row(uses, np.flatnonzero(inside), limit.cap)

    def _stays(self, limit: Limit) -> Iterator[Uses]:
        """Who loads or unloads in a bay or at a berth; of aircraft who is on the ground."""
        air = limit.kind == "stands"
        for option in self.options:
            mover = self.movers[option.mover]
            if mover.mode != MODES[limit.kind] or not (option.loaded or air):
                continue
            steps, columns = self.draft.starts(option.index)
            start = self.draft.moments[steps]
            end = option.steps * self.draft.grid.step_s if air else option.end_s
            late = option.spread_s
            if option.origin == limit.at and option.depart_s > late:
                stay = (start + late, start + option.depart_s)
                yield Uses(*stay, columns, _same(columns, mover.ships))
            if option.destination == limit.at and end > option.arrive_s + late:
                stay = (start + option.arrive_s + late, start + end)
                yield Uses(*stay, columns, _same(columns, mover.ships))
        if air:
            yield from self._waiting(limit)

    def _waiting(self, limit: Limit) -> Iterator[Uses]:
        """Aircraft that wait on the ground; who has not flown yet takes no stand at its base."""
        for there in self.draft.at.standing:
            if there.place == limit.at and self.movers[there.mover].mode == "air":
                start = there.steps * self.draft.grid.step_s
                over = self.draft.grid.horizon_s + self.draft.grid.step_s
                end = np.append(start[1:], max(over, int(start[-1]) + 1)) if len(start) else start
                ships = self.movers[there.mover].ships
                yield Uses(start, end, there.hold, _same(there.hold, ships))


def _whole_scale(amounts: Floats) -> int:
    """What makes all amounts whole numbers; 0 where no number below ``FINEST`` does."""
    each = np.unique(amounts).tolist()
    scale = math.lcm(*(Fraction(x).limit_denominator(FINEST).denominator for x in each))
    near = all(abs(x * scale - round(x * scale)) < 1e-9 * scale for x in each)
    return scale if near and scale <= FINEST else 0


def _same(columns: Ints, amount: float) -> Floats:
    return np.full(len(columns), float(amount))


def _uses(moments: Ints, columns: Ints, amount: float) -> Uses:
    return Uses(moments, moments, columns, _same(columns, amount))


def _gathered(parts: Iterator[Uses]) -> Uses:
    none: Ints = np.empty(0, dtype=np.int64)
    all_ = [Uses(none, none, none, np.empty(0)), *parts]
    return Uses(
        np.concatenate([part.start for part in all_]), np.concatenate([part.end for part in all_]),
        np.concatenate([part.column for part in all_]),
        np.concatenate([part.amount for part in all_]),
    )  # fmt: skip
