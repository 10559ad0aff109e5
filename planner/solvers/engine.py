"""The search for a plan and the proof of how good it is, level by level."""

from __future__ import annotations

import math
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from planner.plan import Certificate
from planner.problem import EvacuationProblem
from planner.scenario import LevelName
from planner.schedule import Chosen, Manning
from planner.solvers import anymoment, narrow
from planner.solvers.aid import AidCarrier
from planner.solvers.certificate import certify
from planner.solvers.columns import ColumnEngine, LevelBound
from planner.solvers.compact_size import estimate
from planner.solvers.compact_solve import Stop
from planner.solvers.dispatch import Dispatcher, Start
from planner.solvers.dive import Diver
from planner.solvers.extend import Extender, Vehicle
from planner.solvers.itineraries import Column, Departure
from planner.solvers.master import SCALE, Key, Walk
from planner.solvers.memory import Memory, alone, recall, remember, vehicles
from planner.solvers.passengers import Passengers
from planner.solvers.tighten import Tightener
from planner.units import HOUR_S

TINY = 1e-6
OUTWEIGHS = 20.0
WHOLE = ("left_behind", "missed_deadlines")
GIVE = 0.001
SEARCHED = (0.15, 0.5)
DIVED = 0.76
MENDED = (0.2, 0.9)
KEPT = 800
DIVERS = 800
DIVES = ((0, 0.7), (0, 0.7), (1, 0.7), (2, 0.7), (1, 0.5), (2, 0.9))
"""By dive: rounds more than the least, and the fraction from which on a vehicle is sent at once.

They are gone through again and again until all of them have brought nothing better."""
COUNTED_DIVES = 3
QUICK_DIVES = (0.7, 0.5, 0.9)
"""The fractions of dives without new itineraries, tried before all others: with many like vehicles
they are often good enough, in a tenth of the time."""
LAST, LAST_S, LAST_MORE_S = 1.1, 0.2, 0.8
"""The proof of the last level takes a tenth of the time that all before took, and a fifth of a
second; more where nothing is known from a like scenario."""
PROVED = (0.76, 0.82)
SHARPENED = (0.8, 0.97)
"""Shares of the time limit at which the parts of the work begin and end."""
WIDTH_S = 7200
FINE_ROWS = 100_000
"""Rows of the compact programme up to which limits hold at every moment from the start on.

Averages first take 1.4 s instead of 2.8 for the first level of the citizens' departure (320,000),
but 1.9 instead of 1.3 on a chain of 20 districts over a week (22,000)."""
NARROWED = 0.1
"""The share of the time that is left for the compact programme over the departures found."""
NEARER = 0.95
"""The share of the gap within which it stops."""
RULES = 16
FIRST_RULES = 2
FEW_VEHICLES = 20
"""Up to so many all rules are tried at once; with more, itineraries nearly always win."""
RULED = 0.7
FILL = 0.05
FIRST_S = 5.0
"""What the first vehicles may take, also where the time is up or somebody wants to stop: without
them there is no plan to keep."""
FEW_ROUNDS = 16
REMEMBERED = 400
MENDS = 6
TIGHTENED_S = 2.0
"""The longest that rounds are looked at once more for a better way: some tenths on the crises."""
FEARS = (0.0, 3.0, 10.0, 30.0)


def aims(levels: tuple[LevelName, ...]) -> tuple[LevelName, ...]:
    """The levels that the search looks after: effort is what comes of the others where it is the
    last."""
    return levels[:-1] if levels[-1] == "effort" and len(levels) > 1 else levels


@dataclass(frozen=True)
class Limits:
    """How long to search, and when to be content.

    Within ``gap`` of its bound a level is good enough, but the ones that count whole people.
    ``memory_mb`` None: the configured share of the machine's.
    """

    time_s: float = 60.0
    seed: int = 0
    node_limit: int | None = None
    gap: float = 0.005
    any_moment_s: float = 0.0
    """Seconds beyond the others for bounds in continuous time; none are sought with 0."""
    memory_mb: float | None = None


@dataclass(frozen=True)
class Update:
    """News for whoever waits."""

    phase: str
    level: str | None
    value: float | None
    bound: float | None


@dataclass(frozen=True)
class LevelProof:
    """The proven bound of one level as it was found, and what it holds for."""

    level: str
    bound: float
    holds_for: str
    method: str
    certificate: Certificate | None = None


@dataclass(frozen=True)
class Candidate:
    """A choice with its vehicles as placed, its value by level, and whom it leaves by commodity."""

    placed: tuple[Vehicle, ...]
    chosen: Chosen
    values: dict[str, float]
    left: dict[int, float]


class Solver:
    """Keeps its columns between the search and the proof."""

    def __init__(
        self, problem: EvacuationProblem, limits: Limits,
        on_update: Callable[[Update], None] | None = None,
        should_stop: Callable[[], bool] | None = None, begun: float | None = None,
        memory: Memory | None = None,
    ) -> None:  # fmt: skip
        """``memory`` of a search on a scenario that differs in a few things makes this one short;
        what it finds is proven all the same."""
        self.problem = problem
        self.limits = limits
        listed = problem.scenario.priorities.levels
        self.levels = tuple(n for n in listed if n != "changes" or problem.earlier)
        self.aims = aims(self.levels)
        self.begun = time.monotonic() if begun is None else begun
        self.on_update = on_update or (lambda update: None)
        self.should_stop = should_stop or (lambda: False)
        hubs = {c.index for c in problem.commodities if c.is_hub}
        chains = any(c.commodity in hubs for o in problem.plan.options for c in o.carries)
        fine = estimate(problem, problem.plan).rows <= FINE_ROWS
        self.width_s = WIDTH_S if chains and not fine else 0
        self.narrow = chains and fine and limits.node_limit is None and narrow.suits(problem)
        self.narrow &= problem.earlier is None
        """Whether the compact programme over the departures found is to make them whole."""
        self.engine = ColumnEngine(problem, problem.plan, self.width_s)
        self.prover = self.engine
        if problem.relaxed is not problem.plan:
            self.prover = ColumnEngine(problem, problem.relaxed, self.width_s)
        self.memory = memory if memory and memory.step_s == problem.grid.step_s else None
        self.best: Candidate | None = None
        self.relaxed: dict[str, float] = {}
        """By level the relaxed optimum, those before held; as far as known."""
        self.assured: dict[str, float] = {}
        """By level the bound of that optimum."""
        few = sum(mover.count for mover in problem.plan.movers) <= FEW_VEHICLES
        self.rules = RULES if few else FIRST_RULES
        self.stopped_by = "gap"
        self.prices: dict[str, dict[Key, float]] = {}
        """By level the prices with which the search goes on; the master knows few limits then."""
        self.proofs: dict[str, dict[Key, float]] = {}
        """By level the prices of the best bound."""
        self.inflated: dict[int, int] = {}
        self.tight: set[str] = set()
        self.stuck: dict[int, float] = {}
        """Units by commodity that stay in the relaxed optimum: nothing can move them all."""
        self.alone: dict[int, float] | None = None
        """Units by commodity that go by their own means in the relaxed optimum, once known."""

    def left_s(self, share: float = 1.0) -> float:
        """Seconds until ``share`` of the time limit is used up; no end where nodes are counted."""
        if self.limits.node_limit is not None:
            return 1e9
        return self.begun + share * self.limits.time_s - time.monotonic()

    def _spent(self) -> float:
        """The share of the time limit that is used up."""
        return (time.monotonic() - self.begun) / max(1.0, self.limits.time_s)

    def _ended(self, share: float) -> bool:
        """Whether it is time for the next part of the work, and why."""
        if self.should_stop():
            self.stopped_by = "interrupt"
        elif self.left_s(share) <= 0:
            self.stopped_by = "time"
        else:
            return False
        return True

    # -- search -------------------------------------------------------------------------------

    def search(self, man: Callable[[Chosen], Manning]) -> Manning:
        """The best manned choice: of an earlier plan mended, dispatch rules, itinerary columns."""
        first = best = self._first(man)
        if not self._proven(best[0]) and not self._ended(SEARCHED[1]):
            found = self._mend(self._columns(best[0]), man, MENDED[1])
            won = self._better(found, best) is found
            best = found if won else best
            more_rules = not won and self.rules < RULES and self.left_s(RULED) > 0
            if more_rules and not self._near(best[0]):
                more = self._dispatch_rules(range(self.rules, RULES), RULED)
                best = self._better(best, self._mend(more, man, MENDED[1]))
        best = self._calmer(first, best) if self.problem.earlier else self._tightened(best, man)
        best = self._with_aid(best, man)
        self.best = best[0]
        return best[1]

    def _calmer(
        self, first: tuple[Candidate, Manning], best: tuple[Candidate, Manning]
    ) -> tuple[Candidate, Manning]:
        """The running plan gone on with, where what is better without it is not worth its changes:
        no whole person, and elsewhere no more than the gap within which a level is good enough."""
        for level, kept, other in zip(
            self.aims, self._score(*first), self._score(*best), strict=True
        ):
            if level == "changes":
                return first if kept < other else best
            gap = 0.0 if level in WHOLE else self.limits.gap
            if kept > other * (1 + gap) + TINY:
                return best
        return best

    def _tightened(
        self, best: tuple[Candidate, Manning], man: Callable[[Chosen], Manning]
    ) -> tuple[Candidate, Manning]:
        """The same with no round by a longer or later way than need be."""
        if self.should_stop() or self.left_s() <= 0:
            return best
        until = math.inf if self.limits.node_limit is not None else time.monotonic() + TIGHTENED_S
        dispatcher = self._dispatcher(best[0].chosen.walks)
        tightener = Tightener(self.problem, dispatcher, best[0].chosen)
        placed = tightener.run(best[0].placed, until)
        if not tightener.changed:
            return best
        found = self._board(placed)
        if self._better_fill(best[0], found) is best[0]:
            return best
        return self._better(best, (found, man(found.chosen)))

    @property
    def _shown_near(self) -> tuple[str, ...]:
        """The levels whose bounds say whether a choice is good enough: changes are whole numbers,
        and a relaxed plan makes fractions of them."""
        return tuple(level for level in self.aims if level != "changes")

    def _with_aid(
        self, best: tuple[Candidate, Manning], man: Callable[[Chosen], Manning]
    ) -> tuple[Candidate, Manning]:
        """Aid rides along, as long as that leaves nobody behind or late who is not so anyway."""
        for may_delay in (True, False) if self.problem.scenario.aid else ():
            dispatcher = self._dispatcher(best[0].chosen.walks)
            for _, moves in best[0].placed:
                dispatcher.book(list(moves), [])
            carrier = AidCarrier(self.problem, dispatcher, may_delay=may_delay)
            until = time.monotonic() + max(1.0, min(1e8, self.left_s(MENDED[1])))
            found = self._board(carrier.run(best[0].placed, until))
            manned = man(found.chosen)
            if self._whole(found, manned) <= self._whole(*best):
                return found, manned
        return best

    def _whole(self, candidate: Candidate, manning: Manning) -> list[float]:
        """Value of the levels that count whole people."""
        values = zip(self.levels, self._score(candidate, manning), strict=False)
        return [value for level, value in values if level in WHOLE]

    def _first(self, man: Callable[[Chosen], Manning]) -> tuple[Candidate, Manning]:
        """A first choice: the earlier plan as far as it holds, or what a few rules find."""
        if self.memory is not None:
            self.prices, self.proofs = recall(self.memory, self.engine)
            if self.prover is not self.engine:
                recall(self.memory, self.prover)
        self._look()
        if self.memory is None:
            found = self._dispatch_rules(range(self.rules), SEARCHED[0])
        else:
            dispatcher = self._dispatcher(alone(self.memory, self.problem))
            placed = dispatcher.place(vehicles(self.memory, self.problem))
            found = self._seated(dispatcher, placed)
        return self._mend(found, man, MENDED[0])

    def _proven(self, found: Candidate) -> bool:
        """Whether an earlier plan's choice is proven good enough still, with few rounds."""
        if self.memory is None:
            return False
        for level in self._shown_near:
            value = found.values[level]
            result = self._bound(level, found.values, PROVED[0], rounds=FEW_ROUNDS, hope=True)
            if result.bound < self._enough(level, value):
                return False
        return True

    def _near(self, found: Candidate, to: Mapping[str, float] | None = None) -> bool:
        """Whether a choice is as near to the relaxed optimum of each level as is asked for."""
        to = self.relaxed if to is None else to
        return all(
            to.get(level, -math.inf)
            >= self._enough(level, found.values[level]) - (0.5 if level in WHOLE else 0.0)
            for level in self._shown_near
        )

    def memorise(self) -> Memory:
        """What the next search, on a scenario that differs in a few things, can begin with."""
        engines = (self.engine,) if self.prover is self.engine else (self.engine, self.prover)
        assert self.best is not None
        alone_ = self.best.chosen.walks
        return remember(engines, self.best.placed, alone_, (self.prices, self.proofs), REMEMBERED)

    def _better(
        self, a: tuple[Candidate, Manning], b: tuple[Candidate, Manning]
    ) -> tuple[Candidate, Manning]:
        return min(a, b, key=lambda pair: self._score(*pair))

    def _score(self, candidate: Candidate, manning: Manning) -> tuple[float, ...]:
        """Value by level; people left and what comes before them recounted in whole households."""
        counted = self._recounted(manning)
        return tuple(counted.get(level, round(candidate.values[level], 6)) for level in self.aims)

    def _recounted(self, manning: Manning) -> dict[str, float]:
        """People left behind, by weight, and arrival where it comes before them."""
        found = {"left_behind": self._weighed(manning)}
        if self.problem.hours_first:
            horizon_h = self.problem.grid.horizon_s / HOUR_S
            stay = sum(w[2].persons * n for w, n in manning.left.items())
            ends: list[tuple[int, int]] = [
                (leg.unload_end_s, leg.persons)
                for sortie in manning.sorties for leg in sortie.legs
                if leg.destination in self.problem.havens
            ]  # fmt: skip
            ends += [(move.arrive_s, move.persons) for move in manning.self_movements]
            hours = sum(moment / HOUR_S * persons for moment, persons in ends)
            found["arrival"] = round(stay * horizon_h + hours, 6)
        return found

    def _look(self) -> None:
        """The relaxed first level: who can leave at all, and which limits stand in the way."""
        first = self.levels[0]
        tolerance = max(1e-3, 0.0 if first in WHOLE else self.limits.gap / 5)
        self._generate(
            self.engine, first, {}, share=SEARCHED[0], tolerance=tolerance,
            prices=self.prices.get(first),
        )  # fmt: skip
        duals, rows = self.engine.master.duals(), self.engine.master.rows
        self.stuck = self._staying()
        self.tight = {row.limit.at for k, (row, _) in rows.items() if duals["r", k] > 1e-6}

    def _staying(self) -> dict[int, float]:
        """Units by commodity that stay in the last relaxed optimum."""
        values = self.engine.master.result.variable_values()
        return {k: values.get(v, 0.0) for k, v in self.engine.master.left.items()}

    def _wanted(self, found: Candidate) -> dict[int, float]:
        """Units without a seat that the relaxation seats: left, or sent off by their own means."""
        surplus = {k: units - self.stuck.get(k, 0.0) for k, units in found.left.items()}
        if self.alone is not None:
            for k, units in self._walkers(found.chosen.walks).items():
                surplus[k] = surplus.get(k, 0.0) + max(0.0, units - self.alone.get(k, 0.0))
        return {k: units for k, units in surplus.items() if units > 0.5}

    def _walkers(self, walks: Mapping[tuple[int, int], float]) -> dict[int, float]:
        """Units that go by their own means, by commodity."""
        found: dict[int, float] = {}
        for (option, _), units in walks.items():
            commodity = self.problem.walks[option].commodity
            found[commodity] = found.get(commodity, 0.0) + units
        return found

    def _spare(self, left: dict[int, float]) -> dict[int, float]:
        """Units that go though the relaxation leaves them, in others' stead."""
        spare = {k: units - left.get(k, 0.0) for k, units in self.stuck.items()}
        return {k: units for k, units in spare.items() if units > 0.5}

    def _dispatch_rules(self, numbers: range, share: float) -> Candidate:
        """Vehicles sent out one after the other by a rule; the best of several rules by lot."""
        everyone = {c.index: float(c.demand) for c in self.problem.commodities if not c.is_hub}
        best: Candidate | None = None
        for number in numbers:
            if best is not None and self._ended(share):
                self.stopped_by = "gap"
                break
            lot = random.Random(self.limits.seed * 1000 + number)
            dispatcher = self._dispatcher()
            dispatcher.turns.thrifty = number % 2 == 1
            fear = FEARS[number % len(FEARS)]
            extender = Extender(
                self.problem, dispatcher, lot if number >= len(FEARS) else None, fear
            )
            found = self._fill_up([], everyone, extender)
            rank = [found.values[level] for level in self.aims]
            if best is None or rank < [best.values[level] for level in self.aims]:
                best = found
            self.on_update(
                Update("dispatch rules", self.levels[0], best.values[self.levels[0]], None)
            )
        assert best is not None
        return best

    def _dispatcher(self, walks: Mapping[Start, float] | None = None) -> Dispatcher:
        """With those who go by their own means on the roads: the relaxed optimum's, or these."""
        dispatcher = Dispatcher(self.problem, self.engine.conveyance)
        dispatcher.reserve_walks(dict(self.engine.traffic.walks if walks is None else walks))
        return dispatcher

    def _fill_up(
        self, placed: list[Vehicle], wanted: dict[int, float], extender: Extender
    ) -> Candidate:
        """Adds rounds as long as that gets more people out."""
        best: Candidate | None = None
        for _ in range(4):
            least_s = FIRST_S if not placed else 1.0
            until = time.monotonic() + max(least_s, min(1e8, FILL * self.left_s()))
            placed = extender.extend(placed, wanted, until)
            found = self._board(placed)
            extender.regard(found.chosen, self._spare(found.left))
            if best is not None and self._better_fill(best, found) is best:
                break
            best = found
            wanted = self._wanted(found)
            if not wanted or self.left_s(MENDED[1]) <= 0:
                break
        assert best is not None
        return best

    def _columns(self, seed: Candidate) -> Candidate:
        """Itineraries generated level by level, whole numbers of them, placed."""
        for column in self._as_columns(seed):
            self.engine.master.add_column(column)
        weights = self._relax()
        quick = self._quick_dives(weights)
        if quick is not None and (self._near(quick, self.assured) or self._proven(quick)):
            return quick
        quick = self._narrowed(weights, quick)
        if quick is not None and self._near(quick):
            return quick
        return self._dive_on(weights, quick)

    def _narrowed(self, weights: dict[str, float], quick: Candidate | None) -> Candidate | None:
        """The better one of a choice and of what the compact programme makes of the departures
        found, where people change vehicles and it is small enough."""
        if not self.narrow or self._ended(SEARCHED[1]):
            return quick
        self.on_update(Update("whole vehicles", None, None, None))
        master = self.engine.master
        everything = {move for column, _, _ in master.columns for move in column.moves}
        used = {move for n, _ in master.amounts() for move in master.columns[n][0].moves}
        unit = {level: weight * SCALE[level] for level, weight in weights.items()}
        aim = narrow.Aim(
            unit, sum(unit[level] * self.relaxed[level] for level in unit),
            sum(unit[level] * self._near_enough(level) for level in unit),
        )  # fmt: skip
        stop = Stop(NARROWED * self.left_s(), seed=self.limits.seed, asked=self.should_stop)
        chosen = narrow.choose(self.problem, self.engine.conveyance, [used, everything], aim, stop)
        if chosen is None:
            return quick
        for option, step in sorted(chosen.walks):
            master.add_walk(Walk(option, step))
        found = self._board(
            [(mover, moves) for mover, moves, n in chosen.itineraries for _ in range(n)]
        )
        return found if quick is None else self._better_fill(found, quick)

    def _near_enough(self, level: str) -> float:
        """A value that is within the gap of the relaxed optimum, with a little to spare."""
        if level in WHOLE:
            return self.relaxed[level] + TINY
        return self.relaxed[level] / (1 - NEARER * self.limits.gap)

    def _dive_on(self, weights: dict[str, float], quick: Candidate | None) -> Candidate:
        """The best of dives that each go on from the best before, until it is near enough, none of
        a whole turn has brought anything better, or time is up."""
        began = time.monotonic()
        found = self._dive(weights, *DIVES[0])
        found = found if quick is None else self._better_fill(found, quick)
        most = None if self.limits.node_limit is None else COUNTED_DIVES
        number, best = 1, 0
        while number != most and number - best <= len(DIVES):
            took = (time.monotonic() - began) / number
            if self._near(found) or self.left_s(DIVED) < 1.5 * took or self.should_stop():
                break
            if self._proven(found):
                break
            self._learn(found)
            again = self._dive(weights, *DIVES[number % len(DIVES)])
            if self._better_fill(found, again) is again:
                found, best = again, number
            number += 1
        return found

    def _learn(self, found: Candidate) -> None:
        """The vehicles of a choice as columns: the next dive goes on from what could be placed."""
        for column in self._as_columns(found):
            self.engine.master.add_column(column)
        self.engine.solve(0)

    def _quick_dives(self, weights: dict[str, float]) -> Candidate | None:
        """The best of a few dives with the itineraries at hand; none where limits hold on average
        alone, one where the compact programme comes after it."""
        best: Candidate | None = None
        dives = () if self.width_s else QUICK_DIVES[:1] if self.narrow else QUICK_DIVES
        for clear in dives:
            if best is not None and (self._near(best, self.assured) or self._ended(SEARCHED[1])):
                break
            found = self._dive(weights, None, clear)
            best = found if best is None else self._better_fill(best, found)
        return best

    def _dive(self, weights: dict[str, float], more: int | None, clear: float) -> Candidate:
        """Whole numbers of itineraries, placed; a dive with more rounds knows more columns too."""
        dispatcher = self._dispatcher()
        until = time.monotonic() + max(1.0, min(1e8, self.left_s(DIVED)))
        newest = 0 if more is None else DIVERS * (1 + more)
        diver = Diver(self.engine.lean(newest), dispatcher, more, clear)
        placed = diver.run(weights, until=until, on_step=self._step)
        return self._seated(dispatcher, placed)

    def _seated(self, dispatcher: Dispatcher, placed: list[Vehicle]) -> Candidate:
        """Who boards what of the vehicles as placed; more rounds for whoever is left over."""
        found = self._board(placed)
        wanted = self._wanted(found)
        if wanted and self.left_s(MENDED[1]) > 0:
            extender = Extender(self.problem, dispatcher, None)
            extender.regard(found.chosen, self._spare(found.left))
            found = self._better_fill(found, self._fill_up(list(placed), wanted, extender))
        return found

    def _better_fill(self, a: Candidate, b: Candidate) -> Candidate:
        return min(a, b, key=lambda c: [round(c.values[level], 6) for level in self.aims])

    def _relax(self) -> dict[str, float]:
        """Every level's relaxed optimum, the ones before held; what each level weighs then.

        A level that can be traded off finely may get a little worse for the sake of the next one:
        at the very optimum the next one would pay a high price for very little.
        """
        holds: dict[str, float] = {}
        levels = self.aims
        for position, level in enumerate(levels):
            share = SEARCHED[0] + (SEARCHED[1] - SEARCHED[0]) * (position + 1) / len(levels)
            whole = level in WHOLE
            tolerance = 1e-6 if whole else max(5e-4, self.limits.gap / 5)
            relaxed = self._generate(
                self.engine, level, holds, share=share, tolerance=tolerance,
                prices=self.prices.get(level),
            )  # fmt: skip
            if relaxed.prices is not None:
                self.prices[level] = relaxed.prices
            self.relaxed[level], self.assured[level] = relaxed.value, relaxed.bound
            holds[level] = relaxed.value * (1 + (0.0 if whole else GIVE)) + TINY
        self.stuck, self.alone = self._staying(), self._walkers(self.engine.traffic.walks)
        return self._weights(holds)

    def _weights(self, holds: dict[str, float]) -> dict[str, float]:
        """What a unit of each level weighs against the last of them.

        Whole numbers of people outweigh all the levels after them, and so does whatever comes
        before them; the others weigh what the last linear programme paid for them, and a hundredth
        of one no less than a hundredth of the next.
        """
        stay: dict[str, float] = {
            level: sum(
                SCALE[level] * self.engine.master.stay_cost[c.index][level] * c.demand
                for c in self.problem.commodities
                if not c.is_hub
            )
            for level in self.levels
        }
        paid = self.engine.master.duals()
        weights: dict[str, float] = {}
        for level in reversed(self.aims):
            if stay[level] <= 0:
                continue
            rest = sum(w * stay[other] for other, w in weights.items())
            if level in WHOLE or any(other in WHOLE for other in weights):
                weights[level] = OUTWEIGHS * (rest or 1.0) / stay[level]
            else:
                size = max(SCALE[level] * holds[level], TINY)
                like = sum(w * SCALE[other] * holds[other] for other, w in weights.items()
                           if other not in WHOLE) / size  # fmt: skip
                weights[level] = max(paid.get(("w", level), 0.0), like) if weights else 1.0
        return weights

    def _step(self) -> bool:
        self.on_update(Update("whole vehicles", None, None, None))
        return self.should_stop()

    def _as_columns(self, seed: Candidate) -> list[Column]:
        """The seed's vehicles with an even share of what boards each departure."""
        together = Counter(move for _, moves in seed.placed for move in moves)
        aboard: dict[tuple[int, int], list[tuple[int, float]]] = {}
        for (option, step, commodity), units in sorted(seed.chosen.boarding.items()):
            share = units / together[option, step]
            aboard.setdefault((option, step), []).append((commodity, share))
        return [
            Column(
                mover, tuple(Departure(*move) for move in moves),
                tuple(tuple(aboard.get(move, ())) for move in moves),
                self.problem.grid.up(self.engine.conveyance.movers[mover].from_s),
            )
            for mover, moves in seed.placed
        ]  # fmt: skip

    def _mend(
        self, candidate: Candidate, man: Callable[[Chosen], Manning], share: float
    ) -> tuple[Candidate, Manning]:
        """Mans a choice with whole households; sends more vehicles for those who did not fit in."""
        best = (candidate, man(candidate.chosen))
        self.inflated = {}
        for _ in range(MENDS):
            spilled = self._spilled(*best)
            if not spilled or self.left_s(share) <= 0 or self.should_stop():
                break
            for index, units in spilled.items():
                self.inflated[index] = self.inflated.get(index, 0) + units
            dispatcher = self._dispatcher()
            placed = dispatcher.place(list(best[0].placed))
            extender = Extender(self.problem, dispatcher, None)
            extender.regard(best[0].chosen, self._spare(best[0].left))
            more = {k: float(self.inflated[k]) for k in spilled}
            pause = 2.0 if self.limits.node_limit is None else 1e8
            found = self._board(extender.extend(placed, more, time.monotonic() + pause))
            mended = (found, man(found.chosen))
            best = self._better(best, mended)
        self.inflated = {}
        return best

    def _weighed(self, manning: Manning) -> float:
        weight = {g.id: g.weight for g in self.problem.scenario.groups}
        return float(sum(weight[w[0]] * w[2].persons * n for w, n in manning.left.items()))

    def _spilled(self, candidate: Candidate, manning: Manning) -> dict[int, int]:
        """Units that were to go, but whose households did not fit in."""
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
            meant = candidate.left.get(who.index, 0.0)
            if stayed > meant + 0.5:
                found[who.index] = int(stayed - meant + 0.5)
        return found

    def _generate(
        self, engine: ColumnEngine, level: str, holds: dict[str, float], *, share: float,
        tolerance: float, target: float | None = None, prices: dict[Key, float] | None = None,
        rounds: int = 1000, hope: bool = False,
    ) -> LevelBound:  # fmt: skip
        until = time.monotonic() + max(0.0, min(1e8, self.left_s(share)))

        def tell(value: float, bound: float) -> bool:
            self.on_update(Update("itineraries", level, value, bound))
            return self.should_stop()

        return engine.optimise(
            level, holds, until=until, tolerance=tolerance, target=target, on_round=tell,
            rounds=min(rounds, self.limits.node_limit or 1000), prices=prices, hope=hope,
        )  # fmt: skip

    def _board(self, placed: list[Vehicle]) -> Candidate:
        """Who boards what of the vehicles as placed."""
        departures = Counter(move for _, moves in placed for move in moves)
        walks = [walk for walk, _, _ in self.engine.master.walks]
        conveyance = self.engine.conveyance
        model = Passengers(self.problem, conveyance, departures, walks, self.inflated)
        found = model.optimise(self.aims, max(2.0, min(1e6, self.left_s(0.9))))
        values = dict.fromkeys(self.levels, float("inf")) | found.values
        together = Counter(placed)
        chosen = Chosen(
            tuple((mover, moves, count) for (mover, moves), count in together.items()),
            found.boarding, found.walks,
        )  # fmt: skip
        return Candidate(tuple(placed), chosen, values, found.left)

    def least_left(self) -> dict[str, float]:
        """Persons left behind by group in the relaxed optimum of the first level."""
        self._generate(self.engine, "left_behind", {}, share=1.0, tolerance=1e-3)
        found: dict[str, float] = {}
        values = self.engine.master.result.variable_values()
        for index, variable in self.engine.master.left.items():
            who = self.problem.commodities[index]
            found[who.group] = found.get(who.group, 0.0) + who.persons * values.get(variable, 0.0)
        return found

    # -- proof --------------------------------------------------------------------------------

    def prove(self, values: dict[str, float]) -> list[LevelProof]:
        """A bound for every level, the levels before held at the plan's own values."""
        if self.prover is not self.engine:
            self.prover.adopt(self.engine, keep=KEPT)
        found: dict[str, LevelBound] = {}
        for position, level in enumerate(self.levels):
            share = PROVED[0] + (PROVED[1] - PROVED[0]) * (position + 1) / len(self.levels)
            if level == self.levels[-1] and level not in self.aims:
                extra = LAST_S + (0.0 if self.memory else LAST_MORE_S)
                share = min(share, self._spent() * LAST + extra / max(1.0, self.limits.time_s))
            found[level] = self._bound(level, values, share)
        open_ = [
            level for level in self.aims
            if found[level].bound < self._enough(level, values[level])
        ]  # fmt: skip
        if open_ and not self._ended(SHARPENED[1]) and self.prover.sharpen():
            for position, level in enumerate(open_):
                share = SHARPENED[0] + (SHARPENED[1] - SHARPENED[0]) * (position + 1) / len(open_)
                again = self._bound(level, values, share)
                rounds = found[level].rounds + again.rounds
                better = again if again.bound >= found[level].bound else found[level]
                found[level] = replace(better, rounds=rounds)
        step_min = self.problem.grid.step_s / 60
        return [
            LevelProof(
                level, max(0.0, result.bound),
                f"departures on a grid of {step_min:g} min",
                f"Lagrange over itinerary columns, {result.rounds} rounds",
                None if result.prices is None
                else certify(level, result.prices, self._holds(level, values)),
            )
            for level, result in found.items()
        ]  # fmt: skip

    def prove_any_moment(self, values: dict[str, float]) -> dict[str, float]:
        """By level a bound that holds whenever vehicles leave; after ``prove``."""
        if not self.limits.any_moment_s:
            return {}
        return anymoment.bounds(
            self.problem, self.memorise(), values, self.aims, width_s=self.width_s,
            time_s=self.limits.any_moment_s, should_stop=self.should_stop,
        )  # fmt: skip

    def _enough(self, level: str, value: float) -> float:
        """The bound that is good enough: whole numbers of people are proven to the head."""
        gap = 0.0 if level in WHOLE else self.limits.gap
        return value - (gap + TINY) * max(1.0, abs(value))

    def _holds(self, level: str, values: dict[str, float]) -> dict[str, float]:
        """The levels before one, and the values that they are held at."""
        before = self.levels[: self.levels.index(level)]
        return {name: values[name] + 1e-9 * max(1.0, abs(values[name])) for name in before}

    def _bound(
        self, level: str, values: dict[str, float], share: float, rounds: int = 1000,
        hope: bool = False,
    ) -> LevelBound:  # fmt: skip
        """The bound of one level, until a share of the time limit; its prices are kept.

        With ``hope`` only as long as it can still become good enough.
        """
        result = self._generate(
            self.prover, level, self._holds(level, values), share=share, tolerance=2e-4,
            target=self._enough(level, values[level]), rounds=rounds,
            prices=self.proofs.get(level) or self.prices.get(level), hope=hope,
        )  # fmt: skip
        if result.prices is not None:
            self.proofs[level] = result.prices
        if not result.converged and self.stopped_by == "gap" and self.left_s(share) <= 0:
            self.stopped_by = "time"
        if self.limits.node_limit is not None and result.rounds >= self.limits.node_limit:
            self.stopped_by = "nodes"
        return result
