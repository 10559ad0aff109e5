"""Which engine suits a problem, and why, in words: by its structure and by its size.

An engine that cannot take a constraint of the problem is not chosen; nothing is dropped so that an
engine may have it. Sizes are estimated before anything is built (``compact_size``).

The itinerary columns (``engine``) take every problem: they always plan, and their bounds hold. A
specialist may come beside them: its plan is taken where it is the better one, and of two proven
bounds the higher. A new specialist is an entry in ``SPECIALISTS`` here, and its class in
``door.MAKERS``.

Two engines are not among them. ``trips`` (few different vessels, and bus loads) minimises the
moment at which the last one is safe, as the public benches ask: none of the five levels is that,
and a plan that is best by it may be worse on each of them. ``flow`` moves people on roads without
households, dangers or limits by the hour, for its bench; ``walkers`` is its like for scenarios.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from planner.problem import EvacuationProblem
from planner.solvers.compact_scope import not_taken
from planner.solvers.compact_size import estimate
from planner.solvers.walkers import suits

COLUMNS = "itinerary columns"
COMPACT = "compact programme"
ROADS = "people on roads by the hour"
CAP_MB = 4000.0
FEW_WHOLE = 1000
"""Whole numbers (vehicles by start) up to which the compact programme comes beside the columns.

Measured with HiGHS on shuttles of 2 to 8 homes: up to 532 every level was proven optimal in 7 s
of processor time; at 792 and 1,067 fewer were left behind than by the itinerary columns (166 and
266 instead of 177 and 271), the first level's gap open. At 3,848 (a generated lift, hours alone)
the columns took 3 s to a gap of 1 % where this model took 9.
"""


@dataclass(frozen=True)
class Opinion:
    """Whether an engine suits a problem, and why (not), in words."""

    suits: bool
    words: str


@dataclass(frozen=True)
class Choice:
    """The engine that comes beside the columns, or the columns alone, and the reason."""

    engine: str
    reason: str


def choose(problem: EvacuationProblem, cap_mb: float = CAP_MB) -> Choice:
    """The first specialist that suits; else the columns, with what speaks against the others."""
    if problem.earlier:
        return Choice(COLUMNS, "only the columns go on from a running plan")
    against = []
    for engine, asked in SPECIALISTS.items():
        opinion = asked(problem, cap_mb)
        if opinion.suits:
            return Choice(engine, opinion.words)
        against.append(opinion.words)
    return Choice(COLUMNS, "; ".join(against))


def compact_opinion(problem: EvacuationProblem, cap_mb: float = CAP_MB) -> Opinion:
    """The compact programme suits few vehicles over a short horizon."""
    missing = not_taken(problem)
    if missing:
        return Opinion(False, f"the compact programme cannot take {' and '.join(missing)}")
    size = estimate(problem, problem.plan)
    if size.whole > FEW_WHOLE:
        what = f"{size.whole:,} possible departures"
        return Opinion(False, f"{what}: too many for the compact programme (at most {FEW_WHOLE:,})")
    if size.megabytes > cap_mb:
        what = f"about {size.megabytes:,.0f} MB"
        return Opinion(False, f"the compact programme needs {what}; it may take {cap_mb:,.0f}")
    return Opinion(
        True, f"few vehicles, short horizon: {size.whole:,} possible departures, "
        f"about {size.megabytes:,.0f} MB",
    )  # fmt: skip


def roads_opinion(problem: EvacuationProblem, cap_mb: float = CAP_MB) -> Opinion:
    """People on roads by the hour suits where nothing but their own means can move them."""
    del cap_mb
    against = suits(problem)
    return Opinion(against is None, against or "people move by their own means alone")


SPECIALISTS: dict[str, Callable[[EvacuationProblem, float], Opinion]] = {
    COMPACT: compact_opinion,
    ROADS: roads_opinion,
}
"""Asked in this order."""
