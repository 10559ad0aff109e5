"""A rehearsal: the plan in draw after draw, and what each thing that went wrong cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from planner.draws import Draw, draw, nothing_happens
from planner.scenario import Uncertainty
from planner.simulate.course import Course
from planner.simulate.outcome import Outcome
from planner.simulate.play import play
from planner.simulate.tally import Tally

COST_DRAWS = 30
"""Draws that are played again without one cause, to see what it cost."""
_SECTIONS = ("events", "breakdowns", "delays")


@dataclass(frozen=True)
class Cost:
    """What one cause costs in the draws in which it came, each played again without it.

    Means over ``draws`` of them; ``share`` of all draws in which it came.
    """

    kind: str
    """events, breakdowns or delays."""
    ident: str
    """Id of the entry."""
    share: float
    draws: int
    evacuated: float
    """People fewer out."""
    error: float
    """Standard error of that mean."""
    harm: float
    """Expected casualties more."""
    missed: float
    """Deadlines missed more."""


@dataclass
class Rehearsal:
    """Everything that was found, whether or not it was stopped on the way."""

    course: Course
    seed: int
    wanted: int
    undisturbed: Outcome
    """The plan as it is."""
    tally: Tally
    costs: list[Cost] = field(default_factory=list)
    stopped: bool = False


def rehearse(
    course: Course,
    draws: int,
    seed: int,
    on_draw: Callable[[str, int, int], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Rehearsal:
    """Play draws 0 … ``draws`` - 1 of ``seed``; stopped, it keeps what is done.

    ``on_draw`` gets the phase ("draws" or "costs"), how many are done and how many there are.
    """
    told = on_draw or (lambda phase, done, of: None)
    tally = Tally(course)
    found = Rehearsal(course, seed, draws, play(course, nothing_happens(course.scenario)), tally)
    kept: dict[int, Outcome] = {}
    for number in range(draws):
        if should_stop():
            found.stopped = True
            return found
        drawn = draw(course.scenario, seed, number)
        outcome = play(course, drawn)
        tally.add(drawn, outcome)
        # Only figures are compared later: what happened on the way would fill the memory.
        kept[number] = replace(outcome, arrivals=(), incidents=())
        told("draws", number + 1, draws)
    _costs(found, kept, told, should_stop)
    return found


def _costs(
    found: Rehearsal,
    kept: dict[int, Outcome],
    told: Callable[[str, int, int], None],
    should_stop: Callable[[], bool],
) -> None:
    unsure = found.course.scenario.uncertainty
    if unsure is None:
        return
    plans = []
    for kind in _SECTIONS:
        for entry in getattr(unsure, kind):
            key = f"{kind}/{entry.id}"
            came = [n for n, levers in zip(found.tally.numbers, found.tally.levers, strict=True)
                    if levers.get(key)]  # fmt: skip
            plans.append((kind, entry.id, came))
    total = sum(min(COST_DRAWS, len(came)) for _, _, came in plans)
    done = 0
    for kind, ident, came in plans:
        pairs = []
        for number in came[:COST_DRAWS]:
            if should_stop():
                found.stopped = True
                return
            calm = play(found.course, without(draw(found.course.scenario, found.seed, number),
                                              kind, ident))  # fmt: skip
            pairs.append((kept[number], calm))
            done += 1
            told("costs", done, total)
        found.costs.append(_cost(kind, ident, len(came) / max(1, len(kept)), pairs))


def without(drawn: Draw, kind: str, ident: str) -> Draw:
    """The same draw without one cause: an event with all that followed it, breakdowns, delays."""
    unsure = drawn.scenario.uncertainty
    assert unsure is not None
    if kind == "events":
        gone = {ident}
        for _ in unsure.events:
            gone |= {event.id for event in unsure.events if event.follows in gone}
        kept = tuple(h for h in drawn.happenings if h.event not in gone)
        return replace(drawn, happenings=kept)
    left = tuple(entry for entry in getattr(unsure, kind) if entry.id != ident)
    fewer: Uncertainty = unsure.model_copy(update={kind: left})
    return replace(drawn, scenario=drawn.scenario.model_copy(update={"uncertainty": fewer}))


def _cost(kind: str, ident: str, share: float, pairs: list[tuple[Outcome, Outcome]]) -> Cost:
    count = len(pairs)
    lost = [calm.evacuated - real.evacuated for real, calm in pairs]
    mean = sum(lost) / count if count else 0.0
    spread = sum((one - mean) ** 2 for one in lost) / (count - 1) if count > 1 else 0.0
    return Cost(
        kind, ident, share, count, mean, (spread / count) ** 0.5 if count else 0.0,
        sum(real.harm - calm.harm for real, calm in pairs) / count if count else 0.0,
        sum(real.missed - calm.missed for real, calm in pairs) / count if count else 0.0,
    )  # fmt: skip
