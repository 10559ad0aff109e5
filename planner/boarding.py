"""Who sits where: whole households packed into the departures that the solver chose.

A departure says how many of each commodity it would like to take. Households are chosen so that
they fill the seats exactly wherever sizes allow; large ones first, so that small ones remain as
filling.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from planner.plan import ManifestLine
from planner.problem import Commodity, EvacuationProblem
from planner.scenario import Unit, segments
from planner.units import HOUR_S

Who = tuple[str, str, Unit]  # group, means, unit
EXACT_UP_TO = 60


def choose(pool: dict[Unit, int], seats: int) -> dict[Unit, int]:
    """Whole units out of ``pool`` that fill as many of ``seats`` as possible, large units first.

    Far from the end units are taken in proportion; the last 60 seats are filled by exact
    enumeration.
    """
    sizes = sorted((u for u, n in pool.items() if n > 0 and u.persons <= seats), reverse=True)
    taken: dict[Unit, int] = defaultdict(int)
    total = sum(pool[u] * u.persons for u in sizes)
    if total <= seats:
        return {u: pool[u] for u in sizes}
    bulk = seats - EXACT_UP_TO
    if bulk > 0:
        for unit in sizes:
            taken[unit] = min(pool[unit], pool[unit] * bulk // total)
            seats -= taken[unit] * unit.persons
    reach: dict[int, tuple[tuple[Unit, int], ...]] = {0: ()}
    for unit in sizes:
        free = pool[unit] - taken[unit]
        grown = dict(reach)
        for size, mix in sorted(reach.items(), key=lambda item: -item[0]):
            for count in range(1, min(free, (seats - size) // unit.persons) + 1):
                grown.setdefault(size + count * unit.persons, (*mix, (unit, count)))
        reach = grown
        if seats in reach:
            break
    for unit, count in reach[max(reach)]:
        taken[unit] += count
    return {u: n for u, n in taken.items() if n}


@dataclass
class Load:
    """What one vehicle takes on one departure."""

    seats: int
    stretchers: int
    lines: dict[Who, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def persons(self) -> int:
        """Heads on board."""
        return sum(unit.persons * n for (_, _, unit), n in self.lines.items())

    def manifest(self) -> tuple[ManifestLine, ...]:
        """Lines in a fixed order."""
        return tuple(
            ManifestLine(
                group=g, means=m, unit_persons=u.persons, unit_stretchers=u.stretchers, units=n
            )
            for (g, m, u), n in sorted(self.lines.items())
            if n
        )  # fmt: skip


@dataclass
class Stop:
    """One departure of one vehicle, in true seconds."""

    key: tuple[int, int]
    vehicle: tuple[int, int, int]  # mover, instance, ship
    depart_s: int
    end_s: int
    origin: str
    destination: str
    load: Load
    links: tuple[tuple[str, int], ...] = ()
    """Links that it enters, and when."""


@dataclass(frozen=True)
class Offer:
    """A departure straight from home to a haven: what it holds, and which commodities may board.

    ``promise`` is the number of the commitment that it keeps.
    """

    stop: Stop
    seats: int
    stretchers: int
    may: frozenset[int]
    promise: int | None = None


@dataclass(frozen=True)
class Passing:
    """People on one movement, as limits count them; ``stop`` is the identity of its Stop."""

    origin: str
    depart_s: int
    destination: str
    end_s: int
    persons: int
    links: tuple[tuple[str, int], ...] = ()
    stop: int = 0

    @classmethod
    def of(cls, stop: Stop) -> Passing:
        """The people on board a departure."""
        return cls(stop.origin, stop.depart_s, stop.destination, stop.end_s, stop.load.persons,
                   stop.links, id(stop))  # fmt: skip


class Crowd:
    """Who still waits where, as whole units: at home, and class by class in the hubs."""

    def __init__(self, problem: EvacuationProblem) -> None:
        self.problem = problem
        self.waiting: dict[int, dict[Who, int]] = defaultdict(lambda: defaultdict(int))
        self.coming: list[tuple[int, int, int, Who, int]] = []
        self._serial = 0
        homes = {(c.group, c.means, c.unit): c for c in problem.commodities if not c.is_hub}
        for group in problem.scenario.groups:
            for segment in segments(problem.scenario, group):
                if segment.means == "unwilling":
                    continue
                for unit, count in segment.units:
                    counted = unit if unit.stretchers else Unit(1)
                    home = homes[group.id, segment.means, counted]
                    self.waiting[home.index][group.id, segment.means, unit] += count

    def arrive(self, moment_s: int, hub: int, who: Who, units: int) -> None:
        """Units that will reach a hub."""
        self._serial += 1
        heapq.heappush(self.coming, (moment_s, self._serial, hub, who, units))

    def settle(self, moment_s: int) -> None:
        """Lets everyone arrive who is there by ``moment_s``."""
        while self.coming and self.coming[0][0] <= moment_s:
            _, _, hub, who, units = heapq.heappop(self.coming)
            self.waiting[hub][who] += units

    def take(self, commodity: int, persons: int, load: Load) -> dict[Who, int]:
        """Moves whole units of a commodity on board, at most ``persons`` heads and what fits."""
        pool = self.waiting[commodity]
        lying = self.problem.commodities[commodity].unit.stretchers > 0
        if lying:
            taken = self._lying(pool, persons, load)
        else:
            taken = self._seated(pool, min(persons, load.seats))
        for who, units in taken.items():
            pool[who] -= units
            load.lines[who] += units
            load.seats -= units * who[2].seats
            load.stretchers -= units * who[2].stretchers
        return taken

    @staticmethod
    def _lying(pool: dict[Who, int], persons: int, load: Load) -> dict[Who, int]:
        taken: dict[Who, int] = {}
        seats, places = load.seats, load.stretchers
        for who in sorted(w for w, n in pool.items() if n):
            unit = who[2]
            room = min(places // unit.stretchers, persons // unit.persons)
            if unit.seats:
                room = min(room, seats // unit.seats)
            units = min(pool[who], room)
            if units > 0:
                taken[who] = units
                seats -= units * unit.seats
                places -= units * unit.stretchers
                persons -= units * unit.persons
        return taken

    @staticmethod
    def _seated(pool: dict[Who, int], seats: int) -> dict[Who, int]:
        by_unit: dict[Unit, int] = defaultdict(int)
        for (_, _, unit), n in pool.items():
            by_unit[unit] += n
        taken: dict[Who, int] = {}
        for unit, count in sorted(choose(dict(by_unit), seats).items()):
            for who in sorted(w for w in pool if w[2] == unit and pool[w]):
                units = min(count, pool[who])
                if units:
                    taken[who] = units
                    count -= units
        return taken

    def stay(self, kept: Mapping[Who, int]) -> None:
        """Units that were kept at home are there again."""
        for index, pool in self.waiting.items():
            if not self.problem.commodities[index].is_hub:
                for who in pool:
                    pool[who] += kept.get(who, 0)

    def left(self) -> dict[Who, int]:
        """Everyone who is still at home."""
        found: dict[Who, int] = defaultdict(int)
        for index, pool in self.waiting.items():
            if not self.problem.commodities[index].is_hub:
                for who, units in pool.items():
                    if units:
                        found[who] += units
        return dict(found)

    def stranded(self) -> dict[int, dict[Who, int]]:
        """Hub commodities with people whom nothing takes on."""
        self.settle(1 << 60)
        return {
            index: {who: n for who, n in pool.items() if n}
            for index, pool in sorted(self.waiting.items())
            if self.problem.commodities[index].is_hub and any(pool.values())
        }


Entries = tuple[tuple[str, int], ...]
"""Links on the way, each with the moment at which it is entered."""


class Ledger:
    """What has been used of the limits that count persons; departures come in order of time."""

    def __init__(self, problem: EvacuationProblem) -> None:
        self.problem = problem
        self.rates = {
            (limit.kind, limit.at): limit.cap
            for limit in problem.limits
            if limit.kind in ("persons_rate", "link_persons")
        }
        self.taken: dict[int, int] = defaultdict(int)
        self.pledged: dict[int, float] = defaultdict(float)
        self.passed: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)

    def counted(
        self, origin: str, depart_s: int, destination: str, end_s: int, links: Entries
    ) -> list[tuple[tuple[str, str], int]]:
        """Limits that count these people by the hour, each with the moment at which it does."""
        hubs = self.problem.hubs
        found = [(("link_persons", link), moment) for link, moment in links]
        if origin not in hubs:
            found.append((("persons_rate", origin), depart_s))
        if destination in hubs:
            found.append((("persons_rate", destination), end_s))
        return [(key, moment) for key, moment in found if key in self.rates]

    def pledge(self, destination: str, end_s: int, heads: float) -> None:
        """Keeps a haven's room for people who are still to come as planned; negative: no longer."""
        for index in self.problem.intakes(destination, end_s):
            self.pledged[index] += heads

    def spare(self, destination: str, end_s: int) -> int:
        """Heads whom a haven can take in beyond those that are planned."""
        return min(
            (
                max(0, int(self.problem.limits[i].cap - self.taken[i] - self.pledged[i] + 1e-6))
                for i in self.problem.intakes(destination, end_s)
            ),
            default=1 << 30,
        )

    def room(
        self, origin: str, depart_s: int, destination: str, end_s: int, links: Entries = ()
    ) -> int:
        """Heads that may still board this departure."""
        room = 1 << 30
        for index in self.problem.intakes(destination, end_s):
            room = min(room, int(self.problem.limits[index].cap) - self.taken[index])
        for key, moment in self.counted(origin, depart_s, destination, end_s, links):
            near = [e for e in self.passed[key] if abs(e[0] - moment) < HOUR_S]
            starts = [t for t, _ in near if t <= moment] + [moment]
            most = max(sum(n for t, n in near if start <= t < start + HOUR_S) for start in starts)
            room = min(room, int(self.rates[key]) - most)
        return max(0, room)

    def book(
        self, origin: str, depart_s: int, destination: str, end_s: int, persons: int,
        links: Entries = (),
    ) -> None:  # fmt: skip
        """Counts a load."""
        for index in self.problem.intakes(destination, end_s):
            self.taken[index] += persons
        for key, moment in self.counted(origin, depart_s, destination, end_s, links):
            self.passed[key].append((moment, persons))


def seat_first(problem: EvacuationProblem, targets: Iterable[int]) -> list[Commodity]:
    """Commodities in the order of boarding: who lies first, then by index."""
    who = [problem.commodities[k] for k in targets]
    return sorted(who, key=lambda c: (-c.unit.stretchers, c.index))
