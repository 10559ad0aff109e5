"""The ways out that a posed problem knows, as a graph over its commodities."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from planner.movements import Carry, Option, SelfOption
from planner.problem import EvacuationProblem


@dataclass(frozen=True)
class Onward:
    """Everything that one commodity can use on its way to the havens."""

    havens: tuple[str, ...]
    """Havens that the problem has a way to, by id."""
    rides: tuple[tuple[Option, Carry], ...]
    """Loaded movements, those on from hubs included."""
    walks: tuple[SelfOption, ...]
    """Movements by own means."""

    @property
    def freedom(self) -> int:
        """How many (movement, moment) pairs there are: a change that leaves it as it is cannot help
        by way of permission, hours or risk.
        """
        ridden = sum(int(carry.may.sum()) for _, carry in self.rides)
        return ridden + sum(int(walk.may.sum()) for walk in self.walks)


class Ways:
    """Follows commodities from home over hubs to havens; capacities are left out."""

    def __init__(self, problem: EvacuationProblem) -> None:
        self.problem = problem
        self._carried: dict[int, list[tuple[Option, Carry]]] = defaultdict(list)
        spots = self._spots()
        for option in problem.plan.options:
            if option.origin in spots[option.mover]:
                for carry in option.carries:
                    self._carried[carry.commodity].append((option, carry))
        self._walked: dict[int, list[SelfOption]] = defaultdict(list)
        for walk in problem.walks:
            self._walked[walk.commodity].append(walk)
        self._hubs = {(c.transit, c.place): c.index for c in problem.commodities if c.is_hub}
        self._known: dict[int, Onward] = {}

    def _spots(self) -> list[set[str]]:
        """Per mover the places that it can come to from where it stands."""
        leads: dict[tuple[int, str], set[str]] = defaultdict(set)
        for option in self.problem.plan.options:
            if option.starts.any():
                leads[option.mover, option.origin].add(option.destination)
        found = []
        for index, mover in enumerate(self.problem.plan.movers):
            seen, ahead = {mover.start}, [mover.start]
            while ahead:
                new = leads[index, ahead.pop()] - seen
                seen |= new
                ahead += sorted(new)
            found.append(seen)
        return found

    def onward(self, commodity: int) -> Onward:
        """What the commodity of that index can use."""
        if commodity not in self._known:
            self._known[commodity] = self._follow(commodity)
        return self._known[commodity]

    def _follow(self, home: int) -> Onward:
        walks = tuple(self._walked[home])
        havens = {walk.destination for walk in walks}
        rides: list[tuple[Option, Carry]] = []
        ahead, seen = [home], {home}
        while ahead:
            index = ahead.pop()
            transit = self.problem.commodities[index].transit
            for option, carry in self._carried[index]:
                rides.append((option, carry))
                if option.destination in self.problem.havens:
                    havens.add(option.destination)
                hub = self._hubs.get((transit, option.destination))
                if hub is not None and hub not in seen:
                    seen.add(hub)
                    ahead.append(hub)
        return Onward(tuple(sorted(havens)), tuple(rides), walks)

    def fleets(self, commodity: int, *, at_home: bool = False) -> tuple[str, ...]:
        """Fleets that can carry it on some stretch, in the order of the scenario.

        ``at_home``: on the first stretch only.
        """
        rides = self.onward(commodity).rides
        movers = self.problem.plan.movers
        found = {
            movers[option.mover].fleet
            for option, carry in rides
            if not at_home or carry.commodity == commodity
        }
        return tuple(f.id for f in self.problem.scenario.fleets if f.id in found)

    def grounds(self, commodity: int) -> set[str]:
        """Places and counted links that it can come by."""
        onward = self.onward(commodity)
        found: set[str] = set(onward.havens)
        for option, _ in onward.rides:
            found |= {option.origin, option.destination, *(link for link, _ in option.link_entries)}
        for walk in onward.walks:
            found |= {link for link, _ in walk.link_entries}
        return found

    def arrivals(self, commodity: int, haven: str) -> set[int]:
        """Moments on the grid's terms at which a movement with it can end at the haven."""
        onward, step_s = self.onward(commodity), self.problem.grid.step_s
        moments: set[int] = set()
        for option, carry in onward.rides:
            if option.destination == haven:
                moments |= {int(t) * step_s + option.end_s for t in np.flatnonzero(carry.may)}
        for walk in onward.walks:
            if walk.destination == haven:
                moments |= {int(t) * step_s + walk.ride_s for t in np.flatnonzero(walk.may)}
        return moments
