"""What one search leaves for the next, on a scenario that differs in a few things.

Numbers of options, movers and commodities mean nothing in another problem: everything is kept in
the scenario's own words (fleet, route, group) and put into numbers again where it still exists.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from planner.movements import Mover, Option
from planner.problem import Commodity, Conveyance, EvacuationProblem
from planner.solvers.columns import ColumnEngine
from planner.solvers.dispatch import Start
from planner.solvers.extend import Vehicle
from planner.solvers.itineraries import Column, Departure
from planner.solvers.master import Key, Walk

Name = tuple[object, ...]
Levels = dict[str, dict[Key, float]]
Leg = tuple[str, bool, int]
"""Route, whether loaded, step."""


@dataclass(frozen=True)
class Trace:
    """One itinerary: the mover's name, its legs, whom each takes, and from when on it was free."""

    mover: Name
    legs: tuple[Leg, ...]
    loads: tuple[tuple[tuple[Name, float], ...], ...]
    since: int


@dataclass(frozen=True)
class Memory:
    """Vehicles as placed, itineraries, prices by level (with the limits that have any)."""

    step_s: int
    vehicles: tuple[Trace, ...] = ()
    columns: tuple[Trace, ...] = ()
    alone: tuple[tuple[Name, str, int, float], ...] = ()
    """Who goes by own means: who, which way, step, units."""
    walks: tuple[tuple[Name, str, int], ...] = ()
    prices: dict[str, dict[Key, float]] = field(default_factory=dict)
    proofs: dict[str, dict[Key, float]] = field(default_factory=dict)
    """Prices by level of the best bounds, with every limit that they needed."""


def _name(mover: Mover) -> Name:
    """A mover by what is promised of it, and by where it stands if not at its base."""
    return mover.fleet, mover.ships, mover.must, mover.id.partition("@")[2]


def names_of_movers(problem: EvacuationProblem) -> list[Name]:
    """What a memory calls the movers of the plan, in their order."""
    return [_name(mover) for mover in problem.plan.movers]


def spelled(problem: EvacuationProblem, prices: Mapping[Key, float]) -> dict[Key, float]:
    """Prices in words, which mean the same in another problem."""
    names = Names(problem, problem.relaxed)
    return {names.spell(key): price for key, price in prices.items()}


class Names:
    """The words for what a problem and one of its conveyances number."""

    def __init__(self, problem: EvacuationProblem, conveyance: Conveyance) -> None:
        self.problem = problem
        self.conveyance = conveyance
        self.movers: list[Name] = [_name(mover) for mover in conveyance.movers]
        self.people: list[Name] = [self._who(c) for c in problem.commodities]
        self.mover_of = {name: index for index, name in enumerate(self.movers)}
        self.person_of = {name: index for index, name in enumerate(self.people)}
        options = conveyance.options
        self.option_of = {(o.mover, o.route, o.loaded): o for o in options if not o.goods}
        self.walk_of = {(w.commodity, w.route): w for w in problem.walks}

    def _who(self, who: Commodity) -> Name:
        like = self.problem.transit_of[who.transit][0] if who.is_hub else who.group
        return like, who.means, who.unit.persons, who.unit.stretchers, who.place, who.is_hub

    # -- into words ---------------------------------------------------------------------------

    def trace(self, column: Column) -> Trace:
        """An itinerary in words."""
        options = self.conveyance.options
        legs = tuple((options[m.option].route, options[m.option].loaded, m.step)
                     for m in column.moves)  # fmt: skip
        loads = tuple(tuple((self.people[k], n) for k, n in load) for load in column.loads)
        return Trace(self.movers[column.mover], legs, loads, column.since)

    def spell(self, key: Key) -> Key:
        """A price's key in words."""
        kind, *rest = key
        if kind not in ("d", "h"):
            return key
        index: Any = rest[0]
        return (kind, self.people[index], *rest[1:])

    # -- into numbers -------------------------------------------------------------------------

    def read(self, key: Key) -> Key | None:
        """A price's key in numbers; None where nothing of that name is left."""
        kind, *rest = key
        if kind not in ("d", "h"):
            return key
        name: Any = rest[0]
        index = self.person_of.get(name)
        return None if index is None else (kind, index, *rest[1:])

    def starts(self, trace: Trace) -> tuple[int, list[Start]] | None:
        """(mover, starts) as far as they exist; None where the mover does not.

        A round (empty movements and the loaded one after them) exists as a whole or not at all:
        without one of its movements the vehicle would stand elsewhere than the next one begins.
        """
        mover = self.mover_of.get(trace.mover)
        if mover is None:
            return None
        found: list[Start] = []
        round_: list[tuple[Option | None, int]] = []
        for position, (route, loaded, step) in enumerate(trace.legs, start=1):
            round_.append((self.option_of.get((mover, route, loaded)), step))
            if loaded or position == len(trace.legs):
                known = [(option.index, at) for option, at in round_ if option is not None]
                found += known if len(known) == len(round_) else []
                round_ = []
        return mover, found

    def column(self, trace: Trace) -> Column | None:
        """The itinerary; None where one of its movements is no longer possible."""
        mover = self.mover_of.get(trace.mover)
        if mover is None:
            return None
        moves: list[Departure] = []
        loads: list[tuple[tuple[int, float], ...]] = []
        free = max(trace.since, self.problem.grid.up(self.conveyance.movers[mover].from_s))
        for (route, loaded, step), load in zip(trace.legs, trace.loads, strict=True):
            option = self.option_of.get((mover, route, loaded))
            if option is None or step < free or not option.starts[step]:
                return None
            free = step + option.steps
            may = {c.commodity for c in option.carries if c.may[step]}
            aboard = [(self.person_of.get(name, -1), units) for name, units in load]
            moves.append(Departure(option.index, step))
            loads.append(tuple((k, units) for k, units in aboard if k in may))
        return Column(mover, tuple(moves), tuple(loads), trace.since) if moves else None

    def walk(self, who: Name, route: str, step: int) -> Walk | None:
        """The start of people who go by themselves; None where it is no longer possible."""
        option = self.walk_of.get((self.person_of.get(who, -1), route))
        if option is None or step >= self.problem.grid.steps or not option.may[step]:
            return None
        return Walk(option.index, step)


def remember(
    engines: Iterable[ColumnEngine], placed: Iterable[Vehicle], alone: Mapping[Start, float],
    prices: tuple[Levels, Levels], keep: int,
) -> Memory:  # fmt: skip
    """What a search found: its vehicles, the first engine's; of each engine the columns in use and
    the ``keep`` newest of the others."""
    first, *_ = engines
    names = Names(first.problem, first.conveyance)
    columns: dict[Trace, None] = {}
    walks: dict[tuple[Name, str, int], None] = {}
    for engine in engines:
        own, master = Names(engine.problem, engine.conveyance), engine.master
        used = {number for number, _ in master.amounts()}
        newest = len(master.columns) - keep
        for number, (column, _, _) in enumerate(master.columns):
            if not column.guests and (number >= newest or number in used):
                columns[own.trace(column)] = None
        for walk, _, _ in master.walks:
            option = engine.problem.walks[walk.option]
            walks[own.people[option.commodity], option.route, walk.step] = None
    vehicles = tuple(
        names.trace(Column(mover, tuple(Departure(*s) for s in starts), ((),) * len(starts)))
        for mover, starts in placed
    )
    options = first.problem.walks
    gone = tuple((names.people[options[option].commodity], options[option].route, step, units)
                 for (option, step), units in sorted(alone.items()))  # fmt: skip
    search, proof = (
        {
            level: {names.spell(k): v for k, v in found.items() if v or k[0] != "r"}
            for level, found in levels.items()
        }
        for levels in prices
    )
    return Memory(
        first.problem.grid.step_s, vehicles, tuple(columns), gone, tuple(walks), search, proof,
    )  # fmt: skip


def vehicles(memory: Memory, problem: EvacuationProblem) -> list[Vehicle]:
    """The vehicles of a memory as far as they still exist, the busiest of each mover."""
    names = Names(problem, problem.plan)
    found: dict[int, list[Vehicle]] = defaultdict(list)
    for trace in memory.vehicles:
        known = names.starts(trace)
        if known is not None and known[1]:
            found[known[0]].append((known[0], tuple(known[1])))
    kept: list[Vehicle] = []
    for mover, own in sorted(found.items()):
        own.sort(key=lambda vehicle: -len(vehicle[1]))
        kept += own[: problem.plan.movers[mover].count]
    return kept


def alone(memory: Memory, problem: EvacuationProblem) -> dict[Start, float]:
    """Who goes by own means, as far as the ways still exist."""
    names = Names(problem, problem.plan)
    found = ((names.walk(*entry[:3]), entry[3]) for entry in memory.alone)
    return {(walk.option, walk.step): units for walk, units in found if walk is not None}


def recall(memory: Memory, engine: ColumnEngine) -> tuple[Levels, Levels]:
    """Puts what still exists into an engine; the prices of search and proof in its own numbers."""
    names, master = Names(engine.problem, engine.conveyance), engine.master
    for column in filter(None, map(names.column, memory.columns)):
        master.add_column(column)
    for walk in filter(None, (names.walk(*entry) for entry in memory.walks)):
        master.add_walk(walk)
    search, proof = (
        {
            level: {key: v for k, v in found.items() if (key := names.read(k)) is not None}
            for level, found in levels.items()
        }
        for levels in (memory.prices, memory.proofs)
    )
    return search, proof
