"""Why those who get out are not out earlier: what was in use, and what let no more by."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from planner.plan import Late, PlanLeg, SelfMovement
from planner.problem import EvacuationProblem
from planner.scenario import Scenario
from planner.schedule import Manning
from planner.solvers import Solver
from planner.solvers.traffic import Separator, Traffic
from planner.worth.reasons import moment_words

NEARLY = -0.01
MOST = 3
"""Shared limits that are told of one group."""
WORDS = {
    "link": "{at} lets {cap} cars an hour through",
    "link_persons": "{at} lets {cap} people an hour through",
    "vehicles_rate": "{at} lets {cap} vehicles an hour through",
    "persons_rate": "{at} registers {cap} people an hour",
    "slots": "{at} has {cap} slots an hour",
    "bays": "{at} has {cap} loading bays",
    "berths": "{at} has {cap} berths",
    "stands": "{at} has {cap} stands",
    "waiting": "{at} has room for {cap} who wait",
    "duty": "crews of {at} must rest",
    "fuel": "{at} must fill up",
    "headway": "convoys of {at} keep their headway",
}
FLEETS = ("duty", "fuel", "headway")
OTHERS = "seats go first to those for whom they save more"
Move = PlanLeg | SelfMovement
Dear = dict[tuple[str, str, int], list[tuple[int, float]]]


def lateness(problem: EvacuationProblem, solver: Solver, manning: Manning) -> tuple[Late, ...]:
    """For each group with anyone out: its last arrival, who is late, and why; the last one first.

    Reasons are the fleets that carried them, as far as every vehicle was in use, and the shared
    limits on their ways that have a price in the bounds of harm and of arrival, or, where those
    bounds were proven without prices, that are used up.
    """
    explain = _Explainer(problem, solver, manning)
    found = [late for group in problem.scenario.groups if (late := explain.late(group.id))]
    return tuple(sorted(found, key=lambda late: (-late.last_s, late.group)))


class _Explainer:
    def __init__(self, problem: EvacuationProblem, solver: Solver, manning: Manning) -> None:
        self.problem = problem
        self.scenario: Scenario = problem.scenario
        self.manning = manning
        self.dear = _dear(solver) or _used_up(problem, solver)
        self.moves: dict[str, list[tuple[Move, str | None, int]]] = defaultdict(list)
        """By group: its movements, by which fleet, and how many persons of it are on board."""
        for sortie in manning.sorties:
            for leg in sortie.legs:
                self._note(leg, sortie.fleet)
        for walk in manning.self_movements:
            self._note(walk, None)

    def _note(self, move: Move, fleet: str | None) -> None:
        aboard: dict[str, int] = defaultdict(int)
        for line in move.manifest:
            aboard[line.group] += line.persons
        for group, persons in aboard.items():
            self.moves[group].append((move, fleet, persons))

    def late(self, group: str) -> Late | None:
        """None where nobody of the group gets out."""
        moves = self.moves[group]
        final = [(_end_s(m), n) for m, _, n in moves if m.destination in self.problem.havens]
        if not final:
            return None
        last_s = max(end for end, _ in final)
        deadline_s = self.scenario.group(group).deadline_s
        missed = sum(n for end, n in final if deadline_s is not None and end > deadline_s)
        words = [*self._fleets(group, last_s), *self._limits(moves, last_s)]
        return Late(
            group=group, persons=sum(n for _, n in final), missed=missed, last_s=last_s,
            reason="; ".join(words) or OTHERS,
        )  # fmt: skip

    def _fleets(self, group: str, last_s: int) -> list[str]:
        """Fleets that carried them with no vehicle idle, and until when the last one was out."""
        carried = {fleet for _, fleet, _ in self.moves[group] if fleet is not None}
        found = []
        for fleet in self.scenario.fleets:
            if fleet.id not in carried:
                continue
            own = [s for s in self.manning.sorties if s.fleet == fleet.id]
            used = {sortie.vehicle for sortie in own}
            ends = [leg.unload_end_s for s in own for leg in s.legs if leg.manifest]
            if len(used) == fleet.count:
                until = moment_words(self.scenario, min(last_s, max(ends)))
                all_ = "the only one" if fleet.count == 1 else f"all {fleet.count}"
                found.append(f"{fleet.label}: {all_} in use until {until}")
        return found

    def _limits(self, moves: list[tuple[Move, str | None, int]], last_s: int) -> list[str]:
        """Shared limits with a price on the ways that they took, the dearest first."""
        routes = self.problem.network.routes
        on = {fleet for _, fleet, _ in moves if fleet is not None}
        for move, fleet, _ in moves:
            on |= {move.origin, move.destination}
            on |= {use.link for use in routes[move.route].links}
            on.add(f"{fleet} {move.route}")
        found: dict[str, float] = defaultdict(float)
        for limit in self.problem.limits:
            for moment_s, price in self.dear.get((limit.kind, limit.at, limit.window[1]), ()):
                if limit.at in on and moment_s <= last_s:
                    words = self._words(limit.kind, limit.at, limit.cap, limit.window)
                    if limit.kind == "link":
                        words += self._counted(moves, limit.at)
                    found[words] += price
        return sorted(found, key=lambda words: (-found[words], words))[:MOST]

    def _counted(self, moves: list[tuple[Move, str | None, int]], link: str) -> str:
        """What the vehicles that took a link count for there, in cars."""
        routes = self.problem.network.routes
        kinds: dict[str, float] = {}
        for move, fleet, _ in moves:
            if fleet is not None and any(use.link == link for use in routes[move.route].links):
                own = self.scenario.fleet(fleet)
                kind = self.scenario.vehicle(own)
                kinds[kind.name or own.vehicle] = kind.car_equivalents
        said = ", ".join(f"{name} counts {cars:g}" for name, cars in sorted(kinds.items()))
        return f" ({said})" if said else ""

    def _words(self, kind: str, at: str, cap: float, window: tuple[int, int]) -> str:
        names = {x.id: x.label for x in (*self.scenario.links, *self.scenario.places)}
        names |= {fleet.id: fleet.label for fleet in self.scenario.fleets}
        label = names[at.split()[0] if kind in FLEETS else at]
        if kind == "intake":
            span = "in all" if window[1] > self.scenario.horizon_s else "a day"
            return f"{label} takes in {cap:,.0f} {span}"
        return WORDS[kind].format(at=label, cap=f"{cap:,.15g}")


def _end_s(move: Move) -> int:
    return move.unload_end_s if isinstance(move, PlanLeg) else move.arrive_s


def _used_up(problem: EvacuationProblem, solver: Solver) -> Dear:
    """Moments at which the plan uses limits to within a hundredth, each counted as 1."""
    traffic, found = Traffic(), defaultdict[tuple[str, str, int], list[tuple[int, float]]](list)
    if solver.best is not None:
        chosen = solver.best.chosen
        for _, moves, count in chosen.itineraries:
            for move in moves:
                traffic.vehicles[move] += count
        traffic.units.update(chosen.boarding)
        traffic.walks.update(chosen.walks)
    separator = Separator(problem, problem.plan)
    for limit, moment_s in separator.broken(traffic, most=problem.grid.steps, slack=NEARLY):
        found[limit.kind, limit.at, limit.window[1]].append((moment_s, 1.0))
    return found


def _dear(solver: Solver) -> Dear:
    """(moment, price) by limit (kind, where, end of its window), from the bounds of levels that
    count time or danger."""
    found: dict[tuple[str, str, int], list[tuple[int, float]]] = defaultdict(list)
    for level in ("harm", "arrival"):
        for key, price in solver.proofs.get(level, {}).items():
            if key[0] == "r" and price > 1e-9:
                row: Any = key[1]
                kind, at, moment_s, end_s, _ = row
                found[kind, at, end_s].append((moment_s, price))
    return found
