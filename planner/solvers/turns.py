"""Rounds of vehicles whose crews must rest and whose tanks must be filled (C13, C14).

A round is tried with stops before its movements: a rest, a change of crews or a filling where the
way leads past base or fuel.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from planner.movements import Option
from planner.problem import Conveyance, EvacuationProblem
from planner.rotations import Log, Pauses, Rota, spacing_of

Start = tuple[int, int]  # option, step


@dataclass
class Convoys:
    """C13: departures of one fleet by one route, at least a headway apart.

    Vehicles that leave at one moment are one convoy, up to its largest size.
    """

    headway_s: int
    cap: float
    events: list[tuple[int, float]] = field(default_factory=list)

    def fits(self, moment_s: int, use: float) -> bool:
        """Whether ``use`` more vehicles may leave then."""
        low = bisect_left(self.events, (moment_s - self.headway_s + 1, -1.0))
        high = bisect_left(self.events, (moment_s + self.headway_s, -1.0))
        near = self.events[low:high]
        together = sum(vehicles for moment, vehicles in near if moment == moment_s)
        return all(moment == moment_s for moment, _ in near) and together + use <= self.cap

    def book(self, moment_s: int, use: float) -> None:
        """Vehicles leave."""
        insort(self.events, (moment_s, use))

    def unbook(self, moment_s: int, use: float) -> None:
        """Takes a booking back."""
        self.events.remove((moment_s, use))


class Headways:
    """The departures of every fleet whose convoys keep apart, by fleet and route."""

    def __init__(self, problem: EvacuationProblem, conveyance: Conveyance) -> None:
        self.fleets = {fleet.id: spacing_of(fleet) for fleet in problem.scenario.fleets}
        self.movers = conveyance.movers
        self.begun: dict[tuple[str, str], Convoys] = {}

    def uses(self, option: Option) -> Iterator[tuple[Convoys, int, float]]:
        """What a movement books: convoys, seconds after its start, vehicles."""
        mover = self.movers[option.mover]
        company = [(mover.fleet, mover.ships, option.loaded)]
        if mover.escort_fleet is not None:
            company.append((mover.escort_fleet, mover.escorts, False))
        for fleet, vehicles, loaded in company:
            spacing = self.fleets[fleet]
            if spacing is None or not (loaded or spacing.counts_empty):
                continue
            most = float("inf") if spacing.most is None else float(spacing.most)
            found = self.begun.setdefault((fleet, option.route), Convoys(spacing.headway_s, most))
            yield found, option.depart_s, float(vehicles)


@dataclass(frozen=True)
class Turn:
    """One way to stand before each movement of a round, after what the vehicle has done."""

    rota: Rota
    log: Log
    pauses: Pauses
    step_s: int

    def earliest(self, number: int, log: Log, step: int) -> int:
        """The first step, from ``step`` on, at which a movement may begin after its pause."""
        if log.end_s is None or not self.pauses[number]:
            return step
        return max(step, -(-(log.end_s + self.pauses[number]) // self.step_s))


class Turns:
    """What duty and fuel ask of the rounds of every mover."""

    def __init__(self, problem: EvacuationProblem, conveyance: Conveyance) -> None:
        self.problem = problem
        self.conveyance = conveyance
        self.step_s = problem.grid.step_s
        self.thrifty = False
        """Whether to mind the hours on duty more than an early end."""
        self.reach_m = [
            {} if rota is None else self._reach(mover, rota)
            for mover, rota in enumerate(conveyance.rotas)
        ]

    def _reach(self, mover: int, rota: Rota) -> dict[str, int]:
        """Metres from each place to the nearest one with fuel, empty."""
        found: dict[str, int] = {}
        fuel = {place for tank in rota.tanks for place in tank.at}
        for option in self.conveyance.options:
            if option.mover != mover or option.loaded or option.destination not in fuel:
                continue
            length_m = rota.routes[option.route].length_m
            found[option.origin] = min(length_m, found.get(option.origin, length_m))
        return found

    def log(self, mover: int, done: list[Start]) -> Log | None:
        """The log of a vehicle after what it has done; None where nothing is asked of it."""
        rota = self.conveyance.rotas[mover]
        if rota is None:
            return None
        options = [self.conveyance.options[index] for index, _ in done]
        return rota.follow(options, [step * self.step_s for _, step in done])

    def ways(self, mover: int, log: Log, moves: list[Start]) -> Iterator[Turn]:
        """How to stand before the movements of a round."""
        rota = self.conveyance.rotas[mover]
        assert rota is not None
        for pauses in rota.pauses([self.conveyance.options[index] for index, _ in moves]):
            yield Turn(rota, log, pauses, self.step_s)

    def rank(self, mover: int, done: list[Start]) -> tuple[int, ...] | None:
        """How good it is to have done all this, the best least; None where the vehicle may neither
        go on nor stay. Fuel within reach comes first, then the end of the last movement, rests
        where no threat is, and how much of its duty the crew has used up. Whoever is ``thrifty``
        counts that as the rest that it costs, on top of the end.
        """
        rota, log = self.conveyance.rotas[mover], self.log(mover, done)
        assert rota is not None and log is not None
        goes_on = rota.goes_on(log, self.reach_m[mover])
        index, step = done[-1]
        end = step + self.conveyance.options[index].steps
        if not goes_on and not self._may_stay(mover, log.at, end):
            return None
        used_s = [(log.end_s or 0) - began for began in log.since_s]
        costs_s = end * self.step_s
        if self.thrifty:
            costs_s += max(
                (used * crew.rest_s // crew.longest_s
                 for crew, used in zip(rota.crews, used_s, strict=True)), default=0,
            )  # fmt: skip
        exposed = self._exposed(rota, done)
        return int(not goes_on), costs_s, exposed, max(used_s, default=0), sum(log.gone_m)

    def _exposed(self, rota: Rota, done: list[Start]) -> int:
        """How often the crew rests where a threat is."""
        found = 0
        for (index, step), (_, start) in pairwise(done):
            before = self.conveyance.options[index]
            stop_s = (start - step) * self.step_s - before.end_s
            rests = any(stop_s >= crew.rest_s for crew in rota.crews)
            found += rests and bool(self.problem.network.threats_at.get(before.destination))
        return found

    def _may_stay(self, mover: int, at: str, step: int) -> bool:
        """Whether a vehicle may stay for good where it is."""
        number = self.conveyance.places[mover].index(at)
        end = min(self.problem.grid.steps - 1, step)
        return bool(self.conveyance.may_end[mover][number, end])

    def detours(self, mover: int, at: str) -> list[str]:
        """Places to go past for fuel or a change of crews."""
        rota = self.conveyance.rotas[mover]
        return [] if rota is None else sorted(rota.stops - {at})
