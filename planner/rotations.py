"""How one vehicle goes round: its crew's duty and rest, its tank (C14), convoys apart (C13).

A ``Rota`` follows one mover's movements in true time and tells whether the next one may begin.
Movements count as if vehicles were full: what is judged here holds all the more for the plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from planner.movements import Mover, Option
from planner.network import TransportNetwork
from planner.scenario import Fleet, Scenario

Start = tuple[int, int]  # option, step


@dataclass(frozen=True)
class Crew:
    """Longest duty, what ends it, and the change at base that does too (None: one crew)."""

    longest_s: int
    rest_s: int
    change_s: int | None


@dataclass(frozen=True)
class Tank:
    """Metres between two fillings, how long a filling takes, and where there is fuel."""

    range_m: int
    refuel_s: int
    at: frozenset[str]


@dataclass(frozen=True)
class Log:
    """Where a vehicle is, since when, how long each crew has been on duty, how far it has gone.

    ``end_s`` is None for one that has not moved yet: its crew is rested, its tank full.
    """

    at: str
    end_s: int | None
    since_s: tuple[int, ...]
    gone_m: tuple[int, ...]


MOST = 24
Pauses = tuple[int, ...]
"""Seconds to stand before each movement of a round."""


class Rota:
    """What duty and fuel ask of one mover: of its fleet, and of the escort that goes along."""

    def __init__(self, scenario: Scenario, network: TransportNetwork, mover: Mover) -> None:
        names = [mover.fleet, *([mover.escort_fleet] if mover.escort_fleet else [])]
        self.fleets = [scenario.fleet(name) for name in names]
        self.routes = network.routes
        self.base, self.start, self.worked = mover.base, mover.start, mover.worked
        self.crews = tuple(crew for fleet in self.fleets if (crew := crew_of(fleet)))
        self.tanks = tuple(tank for fleet in self.fleets if (tank := tank_of(scenario, fleet)))

    def __bool__(self) -> bool:
        """Whether anything is asked at all."""
        return bool(self.crews or self.tanks)

    @property
    def stops(self) -> frozenset[str]:
        """Places worth a detour: where there is fuel, or crews change."""
        found = {place for tank in self.tanks for place in tank.at}
        if any(crew.change_s is not None for crew in self.crews):
            found.add(self.base)
        return frozenset(found)

    def fresh(self) -> Log:
        """Where it stands at first: rested and full, or as it comes from what it did before."""
        crews, tanks = len(self.crews), len(self.tanks)
        if self.worked is None:
            return Log(self.start, None, (0,) * crews, (0,) * tanks)
        end_s, since_s, gone_m = self.worked
        return Log(self.start, end_s, (since_s,) * crews, (gone_m,) * tanks)

    def after(self, log: Log, option: Option, start_s: int) -> Log | None:
        """The log after a movement that begins at a moment; None where it may not."""
        stop_s = None if log.end_s is None else start_s - log.end_s
        end_s = start_s + option.end_s
        length_m = self.routes[option.route].length_m
        since, gone = [], []
        for crew, began_s in zip(self.crews, log.since_s, strict=True):
            since.append(start_s if self._rested(crew, log.at, stop_s) else began_s)
            if end_s - since[-1] > crew.longest_s:
                return None
        for tank, metres in zip(self.tanks, log.gone_m, strict=True):
            full = stop_s is None or (log.at in tank.at and stop_s >= tank.refuel_s)
            gone.append(length_m + (0 if full else metres))
            if gone[-1] > tank.range_m:
                return None
        return Log(option.destination, end_s, tuple(since), tuple(gone))

    def _rested(self, crew: Crew, at: str, stop_s: int | None) -> bool:
        if stop_s is None or stop_s >= crew.rest_s:
            return True
        return crew.change_s is not None and at == self.base and stop_s >= crew.change_s

    def follow(self, options: Iterable[Option], starts_s: Iterable[int]) -> Log | None:
        """The log after these movements; None where one of them may not begin when it does."""
        log: Log | None = self.fresh()
        for option, start_s in zip(options, starts_s, strict=True):
            if log is None:
                return None
            log = self.after(log, option, start_s)
        return log

    def pauses(self, options: list[Option]) -> list[Pauses]:
        """Ways to stand before each movement of a round, the shortest in all first."""
        choices = [sorted({0, *self._stops_s(option.origin)}) for option in options]
        return sorted(product(*choices), key=lambda pause: (sum(pause), pause))[:MOST]

    def _stops_s(self, place: str) -> Iterator[int]:
        """How long a stop at a place has to be to be of use."""
        for tank in self.tanks:
            if place in tank.at:
                yield tank.refuel_s
        for crew in self.crews:
            yield crew.rest_s
            if crew.change_s is not None and place == self.base:
                yield crew.change_s

    def goes_on(self, log: Log, reach_m: Mapping[str, int]) -> bool:
        """Whether there is fuel where the vehicle is, or it can still get to some.

        ``reach_m`` are the metres from each place to the nearest one with fuel.
        """
        return all(
            log.at in tank.at or gone + reach_m.get(log.at, 1 << 60) <= tank.range_m
            for tank, gone in zip(self.tanks, log.gone_m, strict=True)
        )


def crew_of(fleet: Fleet) -> Crew | None:
    """The crew of a fleet's vehicles; None where nobody counts its hours."""
    duty = fleet.duty
    if duty is None:
        return None
    return Crew(duty.longest_s, duty.rest_s, duty.change_s if duty.crews > 1 else None)


def tank_of(scenario: Scenario, fleet: Fleet) -> Tank | None:
    """The tank of a fleet's vehicles; None where it is filled up at every stop."""
    range_m = scenario.vehicle(fleet).range_m
    if fleet.fuel is None or range_m is None:
        return None
    return Tank(range_m, fleet.fuel.refuel_s, frozenset(fleet.fuel.at or (fleet.base,)))


@dataclass(frozen=True)
class Spacing:
    """Convoys of a fleet by one route: how far apart, and how many vehicles one holds at most."""

    headway_s: int
    most: int | None
    counts_empty: bool


def spacing_of(fleet: Fleet) -> Spacing | None:
    """How far apart a fleet's convoys leave; None where they need not."""
    convoy = fleet.convoy
    if convoy is None or not convoy.headway_s:
        return None
    return Spacing(convoy.headway_s, convoy.max_vehicles, not convoy.alone_when_empty)
