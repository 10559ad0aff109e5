"""The compact engine: one time-expanded mixed-integer programme, solved level by level.

Whole vehicles per start, people by heads. Every shared limit stands at every moment at which it can
bind, so that nothing has to be separated. Its use is the small case: few vehicles and few starts,
where it proves every level optimal. People are counted by heads: households are packed afterwards,
and where that loses people the plan is worse than the value told here.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from planner.movements import Floats
from planner.problem import Conveyance, EvacuationProblem
from planner.schedule import Chosen, Manning
from planner.solvers.compact_flow import Columns, Draft, Vehicles
from planner.solvers.compact_limits import SharedLimits
from planner.solvers.compact_paths import itineraries
from planner.solvers.compact_people import Hubs, People
from planner.solvers.compact_program import Ints, Program
from planner.solvers.compact_size import Estimate, estimate
from planner.solvers.compact_solve import Hold, Outcome, Stop, staged

__all__ = ["Answer", "Compact", "Estimate", "NothingFound", "Stop", "TooLarge", "build",
           "estimate", "prove", "search", "solve"]  # fmt: skip

CRUMB = 1e-6
WHOLE = ("left_behind", "missed_deadlines")
CAP_MB = 4000.0
SOLVER = "cpsat"
NOTHING = Outcome(None, math.inf, -math.inf, "nothing found", 0.0)


class TooLarge(ValueError):
    """The programme would not fit; says how large it would be."""

    def __init__(self, size: Estimate, cap_mb: float) -> None:
        super().__init__(f"the compact model would have {size}; it may take {cap_mb:,.0f} MB")
        self.size = size


class NothingFound(RuntimeError):
    """No plan was found within the time given."""


@dataclass(frozen=True)
class Compact:
    """The programme of one conveyance of a problem, and where everything is in it."""

    problem: EvacuationProblem
    conveyance: Conveyance
    program: Program
    at: Columns

    def objective(self, weights: dict[str, float]) -> Floats:
        """Cost of every column as a weighted sum of levels."""
        total = np.zeros(len(self.program.lower))
        for level, weight in weights.items():
            total += weight * self.program.costs[level]
        return total

    def values(self, solution: Floats) -> dict[str, float]:
        """What a solution costs on every level."""
        return {level: float(cost @ solution) for level, cost in self.program.costs.items()}

    def chosen(self, solution: Floats) -> Chosen:
        """A solution as itineraries, boardings and departures by own means."""
        boarding = {
            (option, step, commodity): units
            for (option, commodity), columns in self.at.units.items()
            for step, units in _used(columns, solution)
        }
        walks = {
            (walk, step): units
            for walk, columns in enumerate(self.at.walks)
            for step, units in _used(columns, solution)
        }
        ways = itineraries(self.conveyance, self.at, solution)
        return Chosen(ways, boarding, walks)


@dataclass(frozen=True)
class Answer:
    """What the engine found: a choice (None: nothing in time), values and bounds by level.

    A bound holds for all plans whose values on the levels before are no worse than those here, with
    departures on the problem's grid. ``solved`` names the levels whose value is proven the least.
    """

    chosen: Chosen | None
    values: dict[str, float]
    bounds: dict[str, float]
    solved: tuple[str, ...]
    seconds: float = field(compare=False)


def _used(columns: Ints, solution: Floats) -> list[tuple[int, float]]:
    """(step, amount) wherever a column is more than a crumb; what is nearly whole is whole."""
    found = []
    for step in np.flatnonzero(columns >= 0).tolist():
        amount = float(solution[columns[step]])
        if amount > CRUMB:
            near = round(amount)
            found.append((step, float(near) if abs(amount - near) < CRUMB else amount))
    return found


def build(
    problem: EvacuationProblem, conveyance: Conveyance, *, plan: bool = True,
    spare: bool = False, cap_mb: float = CAP_MB,
) -> Compact:  # fmt: skip
    """The programme of a conveyance.

    For a ``plan`` counted cars set out full and promises leave room for whole households, as
    ``schedule`` wants them; without it nothing is asked for that a plan need not keep, so that a
    bound is one for every plan. With ``spare`` seats whole households always pack into small
    vehicles, at the price of seats. Raises TooLarge before anything is built.
    """
    size = estimate(problem, conveyance)
    if size.megabytes > cap_mb:
        raise TooLarge(size, cap_mb)
    draft = Draft(problem, conveyance)
    Vehicles(draft).make()
    People(draft, plan=plan, spare=spare).make()
    Hubs(draft).make()
    SharedLimits(draft).make()
    return Compact(problem, conveyance, draft.builder.finish(), draft.at)


def solve(
    problem: EvacuationProblem, levels: tuple[str, ...] | None = None, *, solver: str = SOLVER,
    stop: Stop | None = None, spare: bool = False, proof: bool = True, cap_mb: float = CAP_MB,
) -> Answer:  # fmt: skip
    """Level by level (those of the scenario, or the ones given), the levels before held.

    With ``spare`` seats (see ``build``) bounds are those of a programme without them. Where a
    bound needs a programme of its own and no ``proof`` is asked for, all bounds are minus infinity.
    Raises TooLarge before anything is built.
    """
    begun = time.monotonic()
    stop = stop or Stop()
    levels = levels or problem.scenario.priorities.levels
    compact = build(problem, problem.plan, spare=spare, cap_mb=cap_mb)
    loose = spare or _is_looser(problem)
    share = 0.6 if loose and proof else 1.0
    best: Floats | None = None
    holds: list[Hold] = []
    values: dict[str, float] = {}
    bounds: dict[str, float] = {}
    for number, level in enumerate(levels):
        left_s = begun + share * stop.time_s - time.monotonic()
        part = _for(stop, left_s, len(levels) - number)
        asked = best is not None and stop.asked()
        outcome = NOTHING if asked else _level(compact, level, holds, solver, part, best)
        cost = compact.program.costs[level]
        best = _better(cost, best, outcome.solution)
        if best is None:
            return Answer(None, {}, {level: _proven(level, outcome)}, (), time.monotonic() - begun)
        value = float(cost @ best)
        values[level], bounds[level] = value, min(_proven(level, outcome), value)
        holds.append((cost, _held(level, value)))
    assert best is not None
    if loose:
        bounds = dict.fromkeys(levels, -math.inf)
    if loose and proof:
        left_s = begun + stop.time_s - time.monotonic()
        bounds = prove(problem, values, solver=solver, stop=_for(stop, left_s, 1), cap_mb=cap_mb)
    solved = tuple(x for x in levels if values[x] - bounds[x] <= CRUMB * max(1.0, abs(values[x])))
    return Answer(compact.chosen(best), values, bounds, solved, time.monotonic() - begun)


def search(
    problem: EvacuationProblem, man: Callable[[Chosen], Manning], *, solver: str = SOLVER,
    stop: Stop | None = None, cap_mb: float = CAP_MB,
) -> tuple[Manning, Answer]:  # fmt: skip
    """The best manned choice, and the answer that it was made from; ``prove`` is asked apart.

    Where packing whole households leaves more people behind than the model did by heads, it is
    solved again with seats to spare, and the plan with fewer left behind is taken. Raises
    NothingFound where nothing was found in time, TooLarge before anything is built.
    """
    begun = time.monotonic()
    stop = stop or Stop()
    found: list[tuple[float, Manning, Answer]] = []
    for spare in (False, True):
        left_s = begun + stop.time_s - time.monotonic()
        part = _for(stop, left_s, 1 if spare else 2)
        answer = solve(problem, solver=solver, stop=part, spare=spare, proof=False,
                       cap_mb=cap_mb)  # fmt: skip
        if answer.chosen is None:
            break
        manning = man(answer.chosen)
        found.append((_weighed(problem, manning), manning, answer))
        if found[-1][0] <= answer.values.get("left_behind", 0.0) + 0.5:
            break
    if not found:
        raise NothingFound(f"the compact model found no plan within {stop.time_s:g} s")
    _, best, answer = min(found, key=lambda item: item[0])
    return best, answer


def _weighed(problem: EvacuationProblem, manning: Manning) -> float:
    weight = {group.id: group.weight for group in problem.scenario.groups}
    return float(sum(weight[w[0]] * w[2].persons * n for w, n in manning.left.items()))


def prove(
    problem: EvacuationProblem, values: dict[str, float], *, solver: str = SOLVER,
    stop: Stop | None = None, cap_mb: float = CAP_MB,
) -> dict[str, float]:  # fmt: skip
    """A bound for each level of ``values``, the levels before held at them, in their order.

    It holds for every plan on the problem's grid: vehicles move as freely as any plan lets them.
    Bounds are as proven, not cut off at the values; minus infinity says that nothing is proven.
    """
    begun = time.monotonic()
    stop = stop or Stop()
    compact = build(problem, problem.relaxed, plan=False, cap_mb=cap_mb)
    holds: list[Hold] = []
    bounds: dict[str, float] = {}
    for number, (level, value) in enumerate(values.items()):
        left_s = begun + stop.time_s - time.monotonic()
        part = _for(stop, left_s, len(values) - number)
        outcome = NOTHING if stop.asked() else _level(compact, level, holds, solver, part, None)
        bounds[level] = _proven(level, outcome)
        holds.append((compact.program.costs[level], _held(level, value)))
    return bounds


def _is_looser(problem: EvacuationProblem) -> bool:
    """Whether the bound needs a programme of its own, one that asks for less than the plan's."""
    counted = any(problem.counts(walk) and walk.vehicles_per_unit for walk in problem.walks)
    return problem.relaxed is not problem.plan or counted or bool(problem.scenario.commitments)


def _level(
    compact: Compact, level: str, holds: list[Hold], solver: str, stop: Stop,
    hint: Floats | None,
) -> Outcome:  # fmt: skip
    cost = compact.program.costs[level]
    if hint is not None and not (cost > 0).any() and not (cost < 0).any():
        return Outcome(hint, 0.0, 0.0, "optimal", 0.0)
    return staged(compact.program, cost, holds, solver, stop, hint)


def _held(level: str, value: float) -> float:
    """What a level may cost from now on: its value, and a crumb for the solver's tolerance."""
    return value + CRUMB * max(1e-3 if level == "harm" else 1.0, abs(value))


def _better(cost: Floats, best: Floats | None, found: Floats | None) -> Floats | None:
    """The solution that costs less; the new one where they cost the same."""
    if best is None or found is None:
        return best if found is None else found
    return found if cost @ found <= cost @ best + CRUMB else best


def _proven(level: str, outcome: Outcome) -> float:
    """The bound of a solve, of whole people the next number; none where nothing was feasible."""
    if outcome.status == "infeasible" or not math.isfinite(outcome.bound):
        return -math.inf
    return float(math.ceil(outcome.bound - 1e-4)) if level in WHOLE else outcome.bound


def _for(stop: Stop, left_s: float, parts: int) -> Stop:
    """The same stop with a share of what is left of its time, half of it but for the last part.

    What comes first matters most, and what is over early leaves its time to the others.
    """
    return replace(stop, time_s=max(0.5, left_s / min(2, parts)))
