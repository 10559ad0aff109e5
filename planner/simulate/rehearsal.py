"""A rehearsal: the plan in draw after draw, and what each thing that went wrong cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from planner.draws import Draw, draw, nothing_happens
from planner.scenario import Uncertainty
from planner.simulate.course import Course
from planner.simulate.outcome import Outcome
from planner.simulate.play import play
from planner.simulate.tally import FIGURES, Played, Tally

COST_DRAWS = 30
"""Draws that are played again without one cause, to see what it cost."""
_SECTIONS = ("events", "breakdowns", "delays")
Row = dict[str, float]


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


@dataclass(frozen=True)
class Turn:
    """One draw to be played; with a cause named, again without it."""

    number: int
    kind: str = ""
    """events, breakdowns or delays."""
    ident: str = ""


class Player:
    """Plays turns of one rehearsal: any of them, in any order, here or in another process."""

    def __init__(self, course: Course, seed: int) -> None:
        self.course, self.seed = course, seed
        self._tally = Tally(course)

    def __call__(self, turn: Turn) -> Played:
        """What is kept of the draw."""
        drawn = draw(self.course.scenario, self.seed, turn.number)
        if turn.kind:
            drawn = without(drawn, turn.kind, turn.ident)
        return self._tally.played(drawn, play(self.course, drawn))


Players = Callable[[Sequence[Turn]], Iterable[Played]]
"""Plays turns and gives what is kept of each, in their order; it may end before the last one."""


def rehearse(
    course: Course,
    draws: int,
    seed: int,
    on_draw: Callable[[str, int, int], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    players: Players | None = None,
) -> Rehearsal:
    """Play draws 0 … ``draws`` - 1 of ``seed``; stopped, it keeps what is done.

    ``on_draw`` gets the phase ("draws" or "costs"), how many are done and how many there are.
    ``players`` share the work; without them it is done here. What is found is the same.
    """
    told = on_draw or (lambda phase, done, of: None)
    found = Rehearsal(
        course, seed, draws, play(course, nothing_happens(course.scenario)), Tally(course)
    )
    by_turns = players or alone(Player(course, seed), should_stop)
    for played in by_turns([Turn(number) for number in range(draws)]):
        found.tally.add(played)
        told("draws", len(found.tally.numbers), draws)
    found.stopped = len(found.tally.numbers) < draws
    if not found.stopped:
        _costs(found, by_turns, told)
    return found


def alone(player: Player, should_stop: Callable[[], bool]) -> Players:
    """Turn after turn, in this process."""

    def play_all(turns: Sequence[Turn]) -> Iterator[Played]:
        for turn in turns:
            if should_stop():
                return
            yield player(turn)

    return play_all


def _costs(found: Rehearsal, by_turns: Players, told: Callable[[str, int, int], None]) -> None:
    """Draws in which a cause came, played again without it; stopped, the causes that are done."""
    unsure = found.course.scenario.uncertainty
    if unsure is None:
        return
    causes = [(kind, entry.id) for kind in _SECTIONS for entry in getattr(unsure, kind)]
    tally = found.tally
    came = {
        (kind, ident): [
            number for number, levers in zip(tally.numbers, tally.levers, strict=True)
            if levers.get(f"{kind}/{ident}")
        ]
        for kind, ident in causes
    }  # fmt: skip
    turns = [Turn(n, *cause) for cause in causes for n in came[cause][:COST_DRAWS]]
    calm: dict[tuple[str, str], list[Played]] = {cause: [] for cause in causes}
    done = 0
    for turn, played in zip(turns, by_turns(turns), strict=False):
        calm[turn.kind, turn.ident].append(played)
        done += 1
        told("costs", done, len(turns))
    found.stopped = done < len(turns)
    real = {
        number: dict(zip(FIGURES, figures, strict=True))
        for number, figures in zip(tally.numbers, tally.figures, strict=True)
    }
    for cause in causes:
        if len(calm[cause]) < min(COST_DRAWS, len(came[cause])):
            return
        pairs = [(real[played.number], played) for played in calm[cause]]
        share = len(came[cause]) / max(1, len(tally.numbers))
        found.costs.append(_cost(*cause, share, pairs))


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


def _cost(kind: str, ident: str, share: float, pairs: list[tuple[Row, Played]]) -> Cost:
    count = len(pairs)
    lost = [calm.figure("evacuated") - real["evacuated"] for real, calm in pairs]
    mean = sum(lost) / count if count else 0.0
    spread = sum((one - mean) ** 2 for one in lost) / (count - 1) if count > 1 else 0.0
    return Cost(
        kind, ident, share, count, mean, (spread / count) ** 0.5 if count else 0.0,
        sum(real["harm"] - calm.figure("harm") for real, calm in pairs) / count if count else 0.0,
        sum(real["missed"] - calm.figure("missed") for real, calm in pairs) / count
        if count else 0.0,
    )  # fmt: skip
