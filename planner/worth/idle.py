"""Rides that a plan still has vehicles for: what a search that ended early left undone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from planner.movements import Carry, Mover, Option
from planner.problem import EvacuationProblem
from planner.schedule import Manning
from planner.worth.ways import Ways

Takes = Callable[[str, int], bool]
"""Whether a haven takes in a unit more at that moment."""


@dataclass(frozen=True)
class Idle:
    """A fleet with a vehicle that could still bring people out, idle from this moment on."""

    fleet: str
    since_s: int


class Rides:
    """Vehicles by where their plan ends, and rides straight to a haven that they could add.

    Rests and fuel are allowed for by the rest alone; roads and bays that others use by then are
    not looked at: a ride that is found *may* be one.
    """

    def __init__(self, problem: EvacuationProblem, ways: Ways, manning: Manning) -> None:
        self.problem = problem
        self.ways = ways
        self.manning = manning

    @cached_property
    def _ends(self) -> dict[str, dict[int, tuple[int, str]]]:
        """By fleet and vehicle used: when its last leg ends, and where."""
        found: dict[str, dict[int, tuple[int, str]]] = defaultdict(dict)
        for sortie in self.manning.sorties:
            own = found[sortie.fleet]
            for leg in sortie.legs:
                end = (leg.unload_end_s, leg.destination)
                own[sortie.vehicle] = max(own.get(sortie.vehicle, (-1, "")), end)
        return found

    @cached_property
    def _empty(self) -> dict[tuple[int, str, str], Option]:
        options = self.problem.plan.options
        return {(o.mover, o.origin, o.destination): o for o in options if not o.loaded}

    def idle(self, home: int, takes: Takes) -> Idle | None:
        """A vehicle that could fetch people of this home; the one that is idle the earliest."""
        found: Idle | None = None
        for option, carry in self.ways.onward(home).rides:
            if carry.commodity != home or option.destination not in self.problem.havens:
                continue
            mover = self.problem.plan.movers[option.mover]
            since_s = self._since(mover, option, carry, takes)
            if since_s is not None and (found is None or since_s < found.since_s):
                found = Idle(mover.fleet, since_s)
        return found

    def _since(self, mover: Mover, option: Option, carry: Carry, takes: Takes) -> int | None:
        """When a formation of this mover is free that can make the ride."""
        ends, duty = self._ends[mover.fleet], self.problem.scenario.fleet(mover.fleet).duty
        if any(number not in ends for number in mover.numbers[: mover.ships]):
            stands = {mover.start: mover.from_s}
        else:
            stands = {}
            for end_s, place in sorted(ends.values(), reverse=True):
                stands[place] = end_s + (duty.rest_s if duty else 0)
        for place, free_s in sorted(stands.items(), key=lambda stand: stand[1]):
            if self._fits(option, carry, (free_s, place), takes):
                return free_s
        return None

    def _fits(self, option: Option, carry: Carry, stand: tuple[int, str], takes: Takes) -> bool:
        step_s = self.problem.grid.step_s
        first = -(-stand[0] // step_s)
        if stand[1] != option.origin:
            way = self._empty.get((option.mover, stand[1], option.origin))
            starts = np.flatnonzero(way.starts[first:]) if way is not None else np.zeros(0)
            if way is None or not starts.size:
                return False
            first += int(starts[0]) + way.steps
        may = np.flatnonzero((option.starts & carry.may)[first:]) + first
        return any(takes(option.destination, int(t) * step_s + option.end_s) for t in may)
