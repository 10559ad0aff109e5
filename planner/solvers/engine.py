"""The search for a plan and the proof of how good it is, level by level."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from planner.problem import EvacuationProblem, Limit
from planner.schedule import Chosen, Manning
from planner.solvers.columns import ColumnEngine, LevelBound
from planner.solvers.master import SCALE
from planner.solvers.dispatch import Dispatcher
from planner.solvers.extend import Extender
from planner.solvers.fleet import FleetModel, FleetSolution
from planner.solvers.itineraries import Column, Departure

TINY = 1e-6
OUTWEIGHS = 20.0
WIDTH_S = 7200


@dataclass(frozen=True)
class Limits:
    """How long to search, and when to be content."""

    time_s: float = 60.0
    seed: int = 0
    node_limit: int | None = None
    gap: float = 0.01


@dataclass(frozen=True)
class Update:
    """News for whoever waits."""

    phase: str
    level: str | None
    value: float | None
    bound: float | None


@dataclass(frozen=True)
class LevelProof:
    """The proven bound of one level, and what it holds for."""

    level: str
    bound: float
    holds_for: str
    method: str


class Solver:
    """Keeps its columns between the search and the proof."""

    def __init__(
        self, problem: EvacuationProblem, limits: Limits,
        on_update: Callable[[Update], None] | None = None,
        should_stop: Callable[[], bool] | None = None,
    ) -> None:  # fmt: skip
        self.problem = problem
        self.limits = limits
        self.levels = problem.scenario.priorities.levels
        self.begun = time.monotonic()
        self.on_update = on_update or (lambda update: None)
        self.should_stop = should_stop or (lambda: False)
        self.width_s = WIDTH_S
        self.engine = ColumnEngine(problem, problem.plan, self.width_s)
        self.prover = self.engine
        if problem.relaxed is not problem.plan:
            self.prover = ColumnEngine(problem, problem.relaxed, self.width_s)
        self.stopped_by = "gap"
        self.relaxation: dict[str, LevelBound] = {}
        self.inflated: dict[int, int] = {}
        self.tight: set[str] = set()
        self.stuck: dict[int, float] = {}
        self.meant_left: dict[int, float] = {}

    def left_s(self, share: float = 1.0) -> float:
        """Seconds until ``share`` of the time limit is used up."""
        return self.begun + share * self.limits.time_s - time.monotonic()

    # -- search -------------------------------------------------------------------------------

    def search(self, man: Callable[[Chosen], Manning]) -> Manning:
        """The best manned choice: again with room to spare where whole households did not fit."""
        self.grow()
        best, least = None, float("inf")
        for _ in range(4):
            manning = man(self.choose())
            lost = self._weighed(manning)
            if lost < least:
                best, least = manning, lost
            spilled = self._spilled(manning)
            if not spilled or self.left_s(0.7) <= 0:
                break
            for index, units in spilled.items():
                self.inflated[index] = self.inflated.get(index, 0) + units
        assert best is not None
        return best

    def _weighed(self, manning: Manning) -> float:
        weight = {g.id: g.weight for g in self.problem.scenario.groups}
        return float(sum(weight[w[0]] * w[2].persons * n for w, n in manning.left.items()))

    def _spilled(self, manning: Manning) -> dict[int, int]:
        """Units left at home beyond those whom the whole-vehicle solution left there."""
        found = {}
        for who in self.problem.commodities:
            if who.is_hub:
                continue
            lying = who.unit.stretchers > 0
            stayed = sum(
                n if lying else w[2].persons * n
                for w, n in manning.left.items()
                if w[:2] == (who.group, who.means)
                and (w[2] == who.unit if lying else w[2].stretchers == 0)
            )
            meant = self.meant_left.get(who.index, 0.0)
            if stayed > meant + 0.5:
                found[who.index] = int(stayed - meant + 0.5)
        return found

    def grow(self) -> None:
        """Itineraries that are good for all levels at once: one weighted sum, one level first.

        The first level alone tells who can leave at all and which limits stand in the way.
        """
        first = self.levels[0]
        found = self._generate(self.engine, first, {}, share=0.15, tolerance=1e-3)
        self.relaxation[first] = found
        duals, rows = self.engine.master.duals(), self.engine.master.rows
        values = self.engine.master.result.variable_values()
        self.stuck = {k: values[v] for k, v in self.engine.master.left.items()}
        self.tight = {row.limit.at for k, (row, _) in rows.items() if duals["r", k] > 1e-6}
        self._generate(
            self.engine, "all", {}, share=0.45, tolerance=2e-3, weights=self._weights()
        )

    def _weights(self) -> dict[str, float]:
        """One weight a level, so that a level outweighs what the ones after it can gain in all.

        Sizes come from everybody staying: that is the most that a level can cost.
        """
        stay = {
            level: sum(
                SCALE[level] * self.engine.master.stay_cost[c.index][level] * c.demand
                for c in self.problem.commodities
                if not c.is_hub
            )
            for level in self.levels
        }
        weights: dict[str, float] = {}
        size = 1.0
        for level in reversed(self.levels[:-1]):
            if stay[level] > 0:
                weights[level] = size / stay[level]
                size *= OUTWEIGHS
        least = min(weights.values(), default=1.0)
        return {level: weight / least for level, weight in weights.items()}

    def _generate(
        self, engine: ColumnEngine, level: str, holds: dict[str, float], *, share: float,
        tolerance: float, target: float | None = None, weights: dict[str, float] | None = None,
    ) -> LevelBound:  # fmt: skip
        until = time.monotonic() + max(0.5, self.left_s(share))

        def tell(value: float, bound: float) -> None:
            named = None if weights else level
            self.on_update(Update("itineraries", named, value, bound))

        return engine.optimise(
            level, holds, until=until, tolerance=tolerance, target=target, on_round=tell,
            weights=weights,
        )  # fmt: skip

    def choose(self) -> Chosen:
        """Whole vehicles over the itineraries at hand, put where they fit, and who boards what."""
        until = time.monotonic() + max(2.0, min(self.left_s(0.75), 0.3 * self.limits.time_s))
        whole = self.engine.dive(
            self._weights(), until=until,
            on_step=lambda: self.on_update(Update("whole vehicles", None, None, None)),
        )  # fmt: skip
        walks = self.engine.traffic.walks
        dispatcher = Dispatcher(self.problem, self.engine.conveyance)
        dispatcher.reserve_walks(dict(walks))
        vehicles = [
            (column.mover, tuple((m.option, m.step) for m in column.moves))
            for column, count in sorted(whole, key=lambda item: (item[0].mover, item[0].moves))
            for _ in range(count)
        ]
        placed = dispatcher.place(vehicles)
        chosen = self._board(placed)
        extender = Extender(self.problem, dispatcher)
        for _ in range(3):
            wanted = {
                k: units - self.stuck.get(k, 0.0)
                for k, units in self.meant_left.items()
                if units - self.stuck.get(k, 0.0) > 0.5
            }
            if not wanted or self.left_s(0.8) < 0:
                break
            before = sum(self.meant_left.values())
            until = time.monotonic() + max(1.0, 0.1 * self.limits.time_s)
            placed = extender.extend(placed, wanted, until)
            chosen = self._board(placed)
            if sum(self.meant_left.values()) > before - 1:
                break
        return chosen

    def _board(self, placed: list[tuple[int, tuple[tuple[int, int], ...]]]) -> Chosen:
        """Who boards which departure of the vehicles as placed: a linear programme, level by level."""
        columns = [
            Column(mover, tuple(Departure(*move) for move in moves), ((),) * len(moves))
            for mover, moves in placed
        ]
        model = FleetModel(
            self.problem, self.engine.conveyance, columns,
            [walk for walk, _, _ in self.engine.master.walks], [], 0,
        )  # fmt: skip
        model.inflate(self.inflated)
        model.fix(columns)
        best: FleetSolution | None = None
        for level in self.levels[:-1]:
            found = self._stage(model, level)
            if found is None:
                break
            best = found
            model.hold(level, found.value * (1 + 1e-7) + TINY)
        if best is None:
            return Chosen((), {}, {})
        self.meant_left = best.left
        return self._chosen(best)

    def _stage(self, model: FleetModel, level: str) -> FleetSolution | None:
        model.aim({level: 1.0})
        found = None
        for _ in range(12):
            found = model.solve(time_s=max(2.0, self.left_s(0.9)), gap=1e-6, linear=True)
            if found is None:
                return None
            broken: list[tuple[Limit, int]] = model.separator.broken(model.traffic(found), most=20)
            added = [model.add_limit(limit, moment) for limit, moment in broken]
            if not any(added):
                break
        return found

    @staticmethod
    def _chosen(solution: FleetSolution) -> Chosen:
        return Chosen(
            tuple(
                (mover, tuple((m.option, m.step) for m in moves), count)
                for mover, moves, count in solution.itineraries
            ),
            solution.boarding,
            solution.walks,
        )

    def least_left(self) -> dict[str, float]:
        """Persons left behind by group in the relaxed optimum of the first level."""
        self._generate(self.engine, "left_behind", {}, share=1.0, tolerance=1e-3)
        found: dict[str, float] = {}
        values = self.engine.master.result.variable_values()
        for index, variable in self.engine.master.left.items():
            who = self.problem.commodities[index]
            found[who.group] = found.get(who.group, 0.0) + who.persons * values[variable]
        return found

    # -- proof --------------------------------------------------------------------------------

    def prove(self, values: dict[str, float]) -> list[LevelProof]:
        """A bound for every level, the levels before held at the plan's own values."""
        holds: dict[str, float] = {}
        found = []
        step_min = self.problem.grid.step_s / 60
        for level in self.levels:
            result = self._generate(
                self.prover, level, holds, share=1.0, tolerance=1e-4, target=values[level] - TINY
            )
            bound = max(0.0, min(result.bound, values[level]))
            found.append(
                LevelProof(
                    level, bound, f"departures on a grid of {step_min:g} min",
                    f"Lagrange over itinerary columns, {result.rounds} rounds",
                )
            )  # fmt: skip
            holds[level] = values[level] + 1e-9 * max(1.0, abs(values[level]))
        return found
