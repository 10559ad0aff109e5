"""Plans in worlds: each world planned on its own, and with a given first day."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from planner import pipeline, verify
from planner.errors import ScenarioError
from planner.replan import resumed
from planner.robust.stage import FirstStage, held
from planner.robust.worlds import World
from planner.solvers import Limits, Memory, Solver
from planner.verify import Verdict

LEAST_S = 2.0
LEFT = "left_behind"
BASE = "base"


@dataclass(frozen=True)
class Asked:
    """What a comparison is to take: draws, seed, seconds in all and for one search.

    With ``nodes`` searches end by their own count instead of the clock, and nothing else ends
    them: the same bytes again. ``rehearsed`` draws after the planned ones test what was found.
    """

    draws: int = 4
    seed: int = 0
    time_s: float = 600.0
    each_s: float = 20.0
    nodes: int | None = None
    gap: float = 0.005
    rehearsed: int = 100


@dataclass(frozen=True)
class Outcome:
    """A plan for one world; ``bound`` on people left behind is one for its first day, if given.

    ``called_off``: departures of that first day which the world makes impossible.
    """

    verdict: Verdict
    bound: float
    called_off: int = 0
    seconds: float = field(default=0.0, compare=False)

    @property
    def is_sound(self) -> bool:
        """Whether the witness has accepted the plan."""
        return self.verdict.status != "FAILED"

    @property
    def values(self) -> dict[str, float]:
        """Value by level."""
        return {level.name: level.value for level in self.verdict.plan.levels}

    @property
    def left(self) -> float:
        """People left behind against their will, by weight."""
        return self.values[LEFT]

    @property
    def heads(self) -> int:
        """The same people, counted."""
        return sum(e.persons for e in self.verdict.plan.left_behind if not e.unwilling)

    @property
    def rank(self) -> tuple[float, ...]:
        """Values in the order of the levels."""
        return tuple(round(value, 6) for value in self.values.values())


@dataclass
class Desk:
    """Makes plans within the limits, and tells how far it has come."""

    asked: Asked
    on_step: Callable[[str, int, int], None]
    should_stop: Callable[[], bool]
    begun: float = field(default_factory=time.monotonic)
    pending: int = 1
    done: int = 0
    memories: dict[str, Memory] = field(default_factory=dict)
    """By world what its own search knew."""

    @property
    def left_s(self) -> float:
        """Seconds of the whole that are left; no end where nodes are counted."""
        if self.asked.nodes is not None:
            return 1e9
        return self.begun + self.asked.time_s - time.monotonic()

    def is_over(self, share: float = 1.0) -> bool:
        """Whether somebody asks to stop, or ``share`` of the time is used up."""
        return self.should_stop() or self.left_s <= (1 - share) * self.asked.time_s

    def limits(self) -> Limits:
        """Those of the next search."""
        asked = self.asked
        if asked.nodes is not None:
            return Limits(asked.each_s, asked.seed, asked.nodes, asked.gap)
        fair_s = self.left_s / max(1, self.pending - self.done)
        return Limits(max(LEAST_S, min(asked.each_s, 2 * fair_s)), asked.seed, None, asked.gap)

    def step(self, phase: str) -> None:
        """One more search is under way."""
        self.on_step(phase, self.done, max(self.pending, self.done + 1))
        self.done += 1

    def alone(self, world: World) -> Outcome:
        """The world planned on its own: what one would do if one knew."""
        self.step("each draw" if world.kind != "what_if" else "each what-if")
        begun = time.monotonic()
        made = pipeline.make_plan(
            world.scenario, self.limits(), should_stop=self.should_stop, remedies=False,
            memory=self.memories.get(BASE), network=world.network,
        )  # fmt: skip
        if made.memory is not None:
            self.memories[world.id] = made.memory
        bound = made.verdict.plan.levels[0].bound
        return Outcome(made.verdict, bound, seconds=time.monotonic() - begun)

    def held(self, stage: FirstStage, world: World, phase: str) -> Outcome | None:
        """The world with a first day that is given; None where promises stand against it."""
        self.step(phase)
        begun = time.monotonic()
        first = held(stage, world.scenario, world.network)
        try:
            verdict = resumed(
                first.plan, world.scenario, world.network, stage.until_s, self.limits(),
                should_stop=self.should_stop, memory=self.memories.get(world.id),
            )  # fmt: skip
        except ScenarioError:
            return None
        bound = verdict.plan.levels[0].bound
        off = len(first.called_off)
        return Outcome(verdict, bound, off, time.monotonic() - begun)


def proven(outcome: Outcome, limits: Limits, memory: Memory | None) -> Outcome:
    """A plan of the base case with bounds that hold for every plan, whatever its first day."""
    verdict, values = outcome.verdict, outcome.values
    problem = pipeline.make_problem(verdict.scenario, verdict.network)
    solver = Solver(problem, limits, memory=memory)
    proofs = {proof.level: proof for proof in solver.prove(values)}
    levels = tuple(
        pipeline.level_result(proofs[level.name], values, {}) if level.name in proofs else level
        for level in verdict.plan.levels
    )
    shown = {level.name: level.method for level in levels}
    certificates = tuple(
        proof.certificate for proof in proofs.values()
        if proof.certificate is not None and shown[proof.level] == proof.method
    )  # fmt: skip
    plan = verdict.plan.model_copy(
        update={"levels": levels, "certificates": certificates,
                "status": pipeline.worst_status(levels), "stopped_by": solver.stopped_by}
    )  # fmt: skip
    return replace(outcome, verdict=verify.check(plan, verdict.scenario, verdict.network))
