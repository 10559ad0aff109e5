"""Who moves when, as a solution says it, and which shared limits that breaks."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from planner.problem import Conveyance, EvacuationProblem, Limit
from planner.solvers.rows import RATES, WORK, RowMaker, Uses, headway_s, registered_s
from planner.units import HOUR_S

Event = tuple[int, float]


@dataclass
class Traffic:
    """Vehicles and units by start: ``vehicles[option, step]``, ``units[option, step, commodity]``,
    ``walks[self option, step]``; whole or fractional."""

    vehicles: dict[tuple[int, int], float] = field(default_factory=lambda: defaultdict(float))
    units: dict[tuple[int, int, int], float] = field(default_factory=lambda: defaultdict(float))
    walks: dict[tuple[int, int], float] = field(default_factory=lambda: defaultdict(float))


class Separator:
    """Finds the limits that a traffic breaks, and the moments at which it breaks them most."""

    def __init__(
        self, problem: EvacuationProblem, conveyance: Conveyance, width_s: int = 0
    ) -> None:
        self.problem = problem
        self.width_s = width_s
        self.options = conveyance.options
        self.maker = RowMaker(problem, conveyance, width_s)
        self.step_s = problem.grid.step_s
        self.spread_s = problem.grid.spread_s
        self._worked: dict[Limit, Uses] = {}

    def broken(
        self, traffic: Traffic, most: int = 4, slack: float = 1e-6
    ) -> list[tuple[Limit, int]]:
        """(limit, moment) pairs whose rows the traffic violates, the worst ``most`` of each."""
        found = []
        taken_in = self._arrivals(traffic)
        self._sort(traffic)
        for limit in self.problem.limits:
            total = self._total(limit, taken_in)
            if total is not None:
                if total > limit.cap * (1 + slack) + 1e-7:
                    found.append((limit, limit.window[0]))
                continue
            peaks = self._peaks(traffic, limit)
            cap = limit.cap
            if self.width_s and limit.kind in RATES:
                cap = limit.cap * self.width_s / HOUR_S
            over = [(use, moment) for moment, use in peaks if use > cap * (1 + slack) + 1e-7]
            over.sort(key=lambda item: (-item[0], item[1]))
            taken: list[int] = []
            apart = (
                1
                if self.width_s or limit.kind in ("bays", "berths", "stands", "waiting", "headway")
                else HOUR_S // 4
            )
            for _, moment in over:
                if len(taken) < most and all(abs(moment - other) >= apart for other in taken):
                    taken.append(moment)
                    found.append((limit, moment))
        return found

    def hubs_broken(self, traffic: Traffic, most: int = 4) -> list[tuple[int, int]]:
        """(hub commodity, moment) where more have left than had arrived."""
        events: dict[int, list[Event]] = defaultdict(list)
        for (index, step, commodity), units in traffic.units.items():
            option, who = self.options[index], self.problem.commodities[commodity]
            if who.is_hub:
                leaves = step * self.step_s + option.depart_s + option.spread_s
                events[commodity].append((leaves, units))
            hub = self.problem.at_hub(who.transit, option.destination)
            if hub is not None:
                events[hub].append((step * self.step_s + option.end_s, -units))
        found = []
        for hub, happening in sorted(events.items()):
            happening.sort()
            level, short = 0.0, []
            for position, (moment, change) in enumerate(happening):
                level += change
                ahead = happening[position + 1][0] if position + 1 < len(happening) else 1 << 60
                if ahead > moment and level > 1e-5:
                    short.append((level, moment))
            short.sort(key=lambda item: (-item[0], item[1]))
            taken: list[int] = []
            for _, moment in short:
                if len(taken) < most and all(abs(moment - o) > 2 * self.step_s for o in taken):
                    taken.append(moment)
                    found.append((hub, moment))
            if short and not taken:
                found.append((hub, short[0][1]))
        return found

    def _sort(self, traffic: Traffic) -> None:
        """Starts by option, so that each limit looks only at those that can touch it."""
        self.vehicles_by: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for (index, step), count in traffic.vehicles.items():
            self.vehicles_by[index].append((step, count))
        self.heads_by: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for (index, step, commodity), units in traffic.units.items():
            heads = units * self.problem.commodities[commodity].persons
            self.heads_by[index].append((step, heads))

    def _arrivals(self, traffic: Traffic) -> dict[str, list[Event]]:
        found: dict[str, list[Event]] = defaultdict(list)
        for (index, step, commodity), units in traffic.units.items():
            option = self.options[index]
            heads = units * self.problem.commodities[commodity].persons
            found[option.destination].append((step * self.step_s + option.end_s, heads))
        for (index, step), units in traffic.walks.items():
            walk = self.problem.walks[index]
            heads = units * self.problem.commodities[walk.commodity].persons
            found[walk.destination].append((step * self.step_s + walk.ride_s, heads))
        return found

    def _peaks_stay(self, traffic: Traffic, limit: Limit) -> list[tuple[int, float]]:
        mode = {"bays": "road", "berths": "sea", "stands": "air"}[limit.kind]
        events: dict[int, float] = defaultdict(float)
        for index, starts in self.vehicles_by.items():
            option = self.options[index]
            mover = self.maker.movers[option.mover]
            if mover.mode != mode or not (option.loaded or mode == "air"):
                continue
            if limit.at not in (option.origin, option.destination):
                continue
            end = option.steps * self.step_s if mode == "air" else option.end_s
            for step, count in starts:
                start = step * self.step_s
                for at, since, until in (
                    (option.origin, option.spread_s, option.depart_s),
                    (option.destination, option.arrive_s + option.spread_s, end),
                ):
                    if at == limit.at and until > since:
                        events[start + since] += count * mover.ships
                        events[start + until] -= count * mover.ships
        return _means(events, self.maker.stay_s) if self.width_s else _running(events)

    def _total(self, limit: Limit, taken_in: dict[str, list[Event]]) -> float | None:
        """What counts against a limit over a whole span of time; None where moments count."""
        if limit.kind in WORK:
            return self._hours(limit)
        if limit.kind != "intake":
            return None
        return sum(
            heads
            for moment, heads in taken_in.get(limit.at, ())
            if limit.window[0] <= moment < limit.window[1]
        )

    def _peaks(self, traffic: Traffic, limit: Limit) -> list[tuple[int, float]]:
        """Use of a limit at the moments that matter."""
        if limit.kind in ("bays", "berths", "stands"):
            return self._peaks_stay(traffic, limit)
        if limit.kind == "waiting":
            return self._peaks_waiting(traffic, limit)
        if limit.kind == "headway":
            return self._peaks_headway(limit)
        return self._peaks_rate(traffic, limit)

    def _hours(self, limit: Limit) -> float:
        """Vehicle-hours of a fleet inside a span of time."""
        if limit not in self._worked:
            self._worked[limit] = self.maker.row(limit, 0).vehicle
        uses = self._worked[limit]
        found = [
            (index * uses.steps + step, count)
            for index, starts in self.vehicles_by.items()
            for step, count in starts
        ]
        keys = np.array([key for key, _ in found], dtype=np.int64)
        return float(uses.of(keys) @ np.array([count for _, count in found]))

    def _peaks_headway(self, limit: Limit) -> list[tuple[int, float]]:
        """Vehicles that leave in the span of a headway that begins with each departure."""
        events: dict[int, float] = defaultdict(float)
        for index, starts in self.vehicles_by.items():
            option = self.options[index]
            mover = self.maker.movers[option.mover]
            stamp_s = headway_s(limit.at, option, mover.fleet)
            for step, count in starts if stamp_s is not None else ():
                events[step * self.step_s + (stamp_s or 0)] += count * mover.ships
        return _hourly(events, limit.window[1])

    def _peaks_waiting(self, traffic: Traffic, limit: Limit) -> list[tuple[int, float]]:
        events: dict[int, float] = defaultdict(float)
        for index, starts in self.heads_by.items():
            option = self.options[index]
            for step, heads in starts:
                if option.destination == limit.at:
                    events[step * self.step_s + option.end_s] += heads
                if option.origin == limit.at:
                    events[step * self.step_s + option.depart_s] -= heads
        return _sampled(_running(events), self.width_s)

    def _peaks_rate(self, traffic: Traffic, limit: Limit) -> list[tuple[int, float]]:
        events: dict[int, float] = defaultdict(float)
        if limit.kind in ("persons_rate", "link_persons"):
            by_option = self.heads_by
        else:
            by_option = self.vehicles_by
        for index, starts in by_option.items():
            for offset, use in self._passes(limit, index):
                for step, amount in starts:
                    events[step * self.step_s + offset] += use * amount
        for (index, step), units in traffic.walks.items():
            for offset, use in self.problem.walks[index].passes(limit.kind, limit.at):
                events[step * self.step_s + offset] += use * units
        if self.width_s:
            last = self.width_s - self.spread_s
            sure = {moment: n for moment, n in events.items() if moment % self.width_s < last}
            return _sums(sure, self.width_s)
        return _hourly(events, HOUR_S - self.spread_s)

    def _passes(self, limit: Limit, index: int) -> list[tuple[int, float]]:
        option = self.options[index]
        mover = self.maker.movers[option.mover]
        if limit.kind == "link":
            entered = [offset for link, offset in option.link_entries if link == limit.at]
            return [(offset, mover.car_equivalents) for offset in entered]
        if limit.kind == "link_persons":
            return [(offset, 1.0) for link, offset in option.link_entries if link == limit.at]
        if limit.kind == "persons_rate":
            offset = registered_s(option, limit.at, self.problem.hubs)
            return [] if offset is None else [(offset, 1.0)]
        mode = "air" if limit.kind == "slots" else "road"
        if mover.mode != mode:
            return []
        found = [(option.depart_s, float(mover.ships))] if option.origin == limit.at else []
        if option.destination == limit.at:
            found.append((option.arrive_s, float(mover.ships)))
        return found


def _sums(events: dict[int, float], width_s: int) -> list[tuple[int, float]]:
    """Sum in each span of ``width_s``."""
    sums: dict[int, float] = defaultdict(float)
    for moment, use in events.items():
        sums[moment // width_s * width_s] += use
    return sorted(sums.items())


def _hourly(events: dict[int, float], span_s: int = HOUR_S) -> list[tuple[int, float]]:
    """Sum in the half-open hour (or span) that begins with each event."""
    moments = sorted(events)
    found, total, head = [], 0.0, 0
    for moment in moments:
        while head < len(moments) and moments[head] < moment + span_s:
            total += events[moments[head]]
            head += 1
        found.append((moment, total))
        total -= events[moment]
    return found


def _running(events: dict[int, float]) -> list[tuple[int, float]]:
    level, found = 0.0, []
    for moment in sorted(events):
        level += events[moment]
        found.append((moment, level))
    return found


def _mark(moment: int, ahead: int, width_s: int) -> int | None:
    """The moment to look at between two events: the first, or the next multiple of the width."""
    if ahead == moment:
        return None
    if not width_s:
        return moment
    mark = -(-moment // width_s) * width_s
    return mark if mark < ahead else None


def _sampled(levels: list[tuple[int, float]], width_s: int) -> list[tuple[int, float]]:
    found = []
    for position, (moment, level) in enumerate(levels):
        ahead = levels[position + 1][0] if position + 1 < len(levels) else moment + max(1, width_s)
        mark = _mark(moment, ahead, width_s)
        if mark is not None:
            found.append((mark, level))
    return found


def _means(events: dict[int, float], width_s: int) -> list[tuple[int, float]]:
    """Mean level in each span of ``width_s``."""
    sums: dict[int, float] = defaultdict(float)
    levels = _running(events)
    for (moment, level), (ahead, _) in pairwise(levels):
        at = moment
        while at < ahead and level:
            span = at // width_s * width_s
            end = min(ahead, span + width_s)
            sums[span] += level * (end - at) / width_s
            at = end
    return sorted(sums.items())
