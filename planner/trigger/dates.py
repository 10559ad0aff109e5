"""Start date after start date: planned, checked, and played through the same draws."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from planner import pipeline, rehearsals, verify
from planner.draws import draw, world
from planner.plan import plan_id
from planner.scenario import Scenario
from planner.simulate import Turn
from planner.solvers import Limits, Memory
from planner.trigger.watch import Watch
from planner.units import DAY_S
from planner.verify import Verdict

FIRST = 3.0
"""The first date's search may take so many times as long: it begins with nothing."""


@dataclass(frozen=True)
class Date:
    """Nobody under way before ``start_s``: the plan of that start, and how it goes in the draws.

    ``waiting_harm``: expected casualties among the willing until ``start_s``, part of the plan's.
    ``drawn``: people out, and ``drawn_harm`` expected casualties, draw by draw.
    """

    start_s: int
    verdict: Verdict
    waiting_harm: float
    seconds: float
    drawn: tuple[int, ...] = ()
    drawn_harm: tuple[float, ...] = ()

    @property
    def out(self) -> int:
        """People whom the plan brings out."""
        return self.verdict.figures.evacuated

    @property
    def left(self) -> int:
        """People left behind against their will."""
        return sum(e.persons for e in self.verdict.plan.left_behind if not e.unwilling)


@dataclass(frozen=True)
class Appraisal:
    """Every start date, and by draw when each trigger fires and each pending permission comes.

    ``fires[trigger]``: whether it has fired at each date, draw by draw; ``comes`` likewise whether
    a permission that is asked for or refused is in force, ``gone`` whether a way is closed.
    """

    scenario: Scenario
    now_s: int
    seed: int
    draws: int
    dates: tuple[Date, ...]
    fired: dict[str, tuple[tuple[str, str], ...]]
    """Trigger to what has happened of it at ``now_s``, as the scenario states it."""
    fires: dict[str, tuple[tuple[bool, ...], ...]]
    comes: dict[str, tuple[tuple[bool, ...], ...]]
    gone: dict[str, tuple[tuple[bool, ...], ...]]
    stated: dict[str, dict[str, tuple[bool, ...]]] = field(default_factory=dict)
    """``fires``, ``comes`` and ``gone`` as the scenario states them, date by date."""
    is_partial: bool = False


def daily(scenario: Scenario) -> tuple[int, ...]:
    """The scenario's start and the same hour of each day after it, before the horizon ends."""
    return tuple(range(0, scenario.horizon_s, DAY_S))


def appraise(
    scenario: Scenario,
    starts: Sequence[int],
    limits: Limits,
    draws: int,
    seed: int,
    now_s: int = 0,
    on_step: Callable[[str, int, int], None] = lambda phase, done, of: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Appraisal:
    """Plan for each start (seconds after the scenario's) and play ``draws`` draws of each plan.

    Every date meets the same draws. Each search begins with what the date before found. Whoever may
    begin earlier may follow a later date's plan as well: where that one is better, the earlier date
    is planned again from it. Stopped, it keeps the dates that are done. Raises ScenarioError with
    every fault of the scenario.
    """
    count = draws if scenario.uncertainty is not None else 0
    found: list[Date] = []
    memories: list[Memory | None] = []
    ordered = sorted(set(starts))
    first = replace(limits, time_s=FIRST * limits.time_s)
    for number, start_s in enumerate(ordered):
        on_step("plans", number, len(ordered))
        if should_stop():
            break
        before = memories[-1] if memories else None
        each = limits if before else first
        date, memory = _planned(scenario, start_s, each, before, should_stop, is_first=number == 0)
        found.append(_rehearsed(date, count, seed, on_step, should_stop))
        memories.append(memory)
    for number in reversed(range(len(found) - 1)):
        if should_stop() or _rank(found[number + 1]) >= _rank(found[number]):
            continue
        on_step("plans", number, len(ordered))
        date, memory = _planned(
            scenario, ordered[number], limits, memories[number + 1], should_stop,
            is_first=number == 0,
        )  # fmt: skip
        if _rank(date) < _rank(found[number]):
            found[number] = _rehearsed(date, count, seed, on_step, should_stop)
            memories[number] = memory
    return _watched(scenario, found, now_s, count, seed, should_stop)


def _planned(
    scenario: Scenario,
    start_s: int,
    limits: Limits,
    memory: Memory | None,
    should_stop: Callable[[], bool],
    *,
    is_first: bool,
) -> tuple[Date, Memory | None]:
    begun = time.monotonic()
    made = pipeline.make_plan(
        scenario.not_before(start_s), limits, should_stop=should_stop, remedies=is_first,
        memory=memory,
    )  # fmt: skip
    waited = verify.staying_harm(
        made.verdict.plan.model_copy(update={"sorties": (), "self_movements": ()}),
        made.verdict.scenario, made.verdict.network, start_s,
    )  # fmt: skip
    return Date(start_s, made.verdict, waited, time.monotonic() - begun), made.memory


def _rank(date: Date) -> tuple[float, ...]:
    """By the objective's levels, the less the better; a plan that fails its check is the worst."""
    if date.verdict.status == "FAILED":
        return (math.inf,)
    values = date.verdict.figures.levels
    levels = date.verdict.scenario.priorities.levels
    return tuple(round(values[name], 6) for name in levels if name in values)


def _rehearsed(
    date: Date,
    draws: int,
    seed: int,
    on_step: Callable[[str, int, int], None],
    should_stop: Callable[[], bool],
) -> Date:
    if not draws or date.verdict.status == "FAILED":
        return date
    course = rehearsals.course_of(date.verdict)
    out: list[int] = []
    harm: list[float] = []
    with rehearsals.sharing(course, seed, draws, should_stop) as players:
        for played in players([Turn(number) for number in range(draws)]):
            out.append(round(played.figure("evacuated")))
            harm.append(played.figure("harm"))
            on_step("draws", len(out), draws)
    return replace(date, drawn=tuple(out), drawn_harm=tuple(harm))


def _watched(
    scenario: Scenario,
    dates: list[Date],
    now_s: int,
    draws: int,
    seed: int,
    should_stop: Callable[[], bool],
) -> Appraisal:
    if not dates:
        return Appraisal(scenario, now_s, seed, 0, (), {}, {}, {}, {}, {}, True)
    network = dates[0].verdict.network
    stated = Watch(scenario, network)
    worlds = [Watch(world(draw(scenario, seed, n)), network) for n in range(draws)]
    moments = [date.start_s for date in dates]
    pending = [p.id for p in scenario.authorisations if p.state in ("requested", "refused")]
    ways = _may_close(scenario)
    return Appraisal(
        scenario, now_s, seed, draws, tuple(dates),
        fired={t.id: stated.happened(t, now_s) for t in scenario.triggers},
        fires={
            t.id: tuple(tuple(w.has_fired(t, s) for w in worlds) for s in moments)
            for t in scenario.triggers
        },
        comes={
            p: tuple(tuple(w.is_in_force(p, s) for w in worlds) for s in moments) for p in pending
        },
        gone={
            name: tuple(tuple(w.is_closed(name, s) for w in worlds) for s in moments)
            for name in ways
        },
        stated={
            "fires": {
                t.id: tuple(stated.has_fired(t, s) for s in moments) for t in scenario.triggers
            },
            "comes": {p: tuple(stated.is_in_force(p, s) for s in moments) for p in pending},
            "gone": {name: tuple(stated.is_closed(name, s) for s in moments) for name in ways},
        },
        is_partial=should_stop(),
    )  # fmt: skip


def _may_close(scenario: Scenario) -> list[str]:
    """Links and places that are closed at times, or that an event may close."""
    unsure = scenario.uncertainty
    events = unsure.events if unsure is not None else ()
    named = {name for event in events for name in (*event.closes, *event.shuts)}
    named |= {link.id for link in scenario.links if link.closed or link.status == "closed"}
    order = [*(link.id for link in scenario.links), *(place.id for place in scenario.places)]
    return [name for name in order if name in named]


def number_of(date: Date) -> str:
    """The id of the date's plan."""
    return plan_id(date.verdict.plan)
