"""Candidates for the first day, each looked at in every world; the best by the measure is chosen.

Candidates are the first days of the base plan, of each draw's own plan, of plans for the mean, the
lowest and the highest numbers of people, and mixtures of them, fleet by fleet. Where the problem is
small one programme over all draws at once adds the best there is, and proves it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from planner import rehearsals
from planner.draws import draw
from planner.errors import Issue, ScenarioError
from planner.robust import exact
from planner.robust.measure import weigh
from planner.robust.stage import FirstStage, by_ways_of, held
from planner.robust.trials import BASE, LEFT, Asked, Desk, Outcome, proven
from planner.robust.worlds import World, base, by_numbers, drawn, supposed
from planner.scenario import Robust, Scenario
from planner.simulate import play
from planner.units import format_duration
from planner.verify import Verdict

MOST_DRAWS = 8
MIXED = 8
"""Mixtures that are tried at most."""
CHOSEN_BY = ("left_behind", "missed_deadlines", "harm")
"""Levels by which candidates are ranked: one after the other, where the one before is the same."""
TRIED, MIXED_UNTIL, REGRETTED = 0.65, 0.7, 0.9
"""Shares of the time by which the candidates are to be looked at, mixtures, and what-ifs."""


@dataclass
class Candidate:
    """A first day, and how every world goes on from it. ``why_not``: why it cannot be chosen."""

    stage: FirstStage
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    """By world."""
    why_not: str = ""

    @property
    def label(self) -> str:
        """Whose first day it is."""
        return self.stage.label


@dataclass(frozen=True)
class Rehearsed:
    """The plans of the base case with two first days, played through draws not planned for."""

    numbers: tuple[int, int]
    """The first draw and the one after the last."""
    base: tuple[int, ...]
    """People left behind by draw, with the base plan."""
    robust: tuple[int, ...]
    """The same with the plan of the robust first day."""


@dataclass(frozen=True)
class Comparison:
    """Everything that was found. ``alone``: by world its own best plan that is known."""

    scenario: Scenario
    robust: Robust
    asked: Asked
    worlds: tuple[World, ...]
    alone: dict[str, Outcome]
    bounds: dict[str, float]
    """By world what no plan can beat."""
    candidates: tuple[Candidate, ...]
    chosen: Candidate | None
    plan: Verdict | None
    """The base case's plan with the robust first day."""
    two_stage_bound: float | None
    """What no first day can beat by the measure, of one programme over all draws, where it fits."""
    rehearsed: Rehearsed | None
    is_partial: bool

    def worlds_of(self, kind: str) -> list[World]:
        """The worlds of a kind, in order."""
        return [world for world in self.worlds if world.kind == kind]

    def weighed(self, values: Mapping[str, float]) -> float:
        """By the measure, values by draw."""
        return weigh([values[world.id] for world in self.worlds_of("draw")], self.robust)


def robust_of(scenario: Scenario) -> Robust:
    """What the scenario says of robust plans, or what holds where it says nothing."""
    return scenario.robust or Robust.model_validate({})


def faults(scenario: Scenario, asked: Asked) -> list[Issue]:
    """Everything that stands against a robust plan of a scenario that is sound otherwise."""
    file, found = scenario.origin.file, []
    if scenario.uncertainty is None:
        problem = "is not there: every draw would be the same"
        found.append(Issue(file, 0, "uncertainty", problem, "say what nobody knows for sure"))
    if not 1 <= asked.draws <= MOST_DRAWS:
        problem = f"{asked.draws:,} draws to plan for"
        found.append(Issue(file, 0, "--draws", problem, f"write 1 to {MOST_DRAWS}"))
    until_s, longest = robust_of(scenario).first_stage_s, format_duration(scenario.horizon_s)
    if until_s > scenario.horizon_s:
        problem = f"{format_duration(until_s)}, longer than the horizon"
        remedy = f"write `robust: {{first_stage: {longest}}}`, or less"
        found.append(Issue(file, 0, "robust.first_stage", problem, remedy))
    levels = scenario.priorities.levels
    if levels[0] != LEFT:
        problem = f"{levels[0]} comes before left_behind, by which robust plans are measured"
        found.append(Issue(file, 0, "priorities.levels", problem, "write left_behind first"))
    return found


def compare(
    scenario: Scenario,
    asked: Asked | None = None,
    what_ifs: Mapping[str, Scenario] | None = None,
    on_step: Callable[[str, int, int], None] = lambda phase, done, of: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Comparison:
    """Plan on ``asked.draws`` draws at once so that the first day is the same in all of them.

    ``what_ifs`` are scenarios by name for the regret table. ``on_step(phase, done, of)`` is told
    each search before it begins. Stopped, or out of time, what is done is told. Raises
    ScenarioError with every fault, before anything is planned.
    """
    asked = asked or Asked()
    wrong = faults(scenario, asked)
    if wrong:
        raise ScenarioError(wrong)
    return _Comparing(scenario, asked, what_ifs or {}, Desk(asked, on_step, should_stop)).run()


class _Comparing:
    """One comparison in the making."""

    def __init__(
        self, scenario: Scenario, asked: Asked, what_ifs: Mapping[str, Scenario], desk: Desk
    ) -> None:
        self.scenario, self.asked, self.desk = scenario, asked, desk
        self.robust = robust_of(scenario)
        self.until_s = self.robust.first_stage_s
        self.base = base(scenario)
        self.draws = drawn(scenario, asked.seed, range(asked.draws))
        self.numbers = by_numbers(scenario, asked.seed, range(asked.draws))
        self.what_ifs = supposed(what_ifs)
        self.alone: dict[str, Outcome] = {}
        self.bounds: dict[str, float] = {}
        self.candidates: list[Candidate] = []
        self.two_stage_bound: float | None = None
        self.is_partial = False

    def run(self) -> Comparison:
        """All of it, as far as the time goes."""
        each = len(self.draws) + 1
        sources = 1 + len(self.draws) + len(self.numbers)
        self.desk.pending = sources + sources * each + len(self.what_ifs) * 3
        self._alone([self.base, *self.draws])
        if len(self.alone) > len(self.draws):
            self._first_days()
        best = self._best()
        if best is not None:
            self._mix(best)
            best = self._best()
        self._regrets(best)
        self._learn()
        plan = self._plan(best)
        return Comparison(
            self.scenario, self.robust, self.asked, (self.base, *self.draws, *self.what_ifs),
            self.alone, self.bounds, tuple(self.candidates), best, plan, self.two_stage_bound,
            self._rehearse(plan), self.is_partial,
        )  # fmt: skip

    # ------------------------------------------------------------------ each world for itself

    def _alone(self, worlds: Sequence[World]) -> None:
        for world in worlds:
            if self._over(1.0):
                return
            found = self.desk.alone(world)
            if found.is_sound:
                self.alone[world.id], self.bounds[world.id] = found, found.bound

    def _over(self, share: float) -> bool:
        over = self.desk.is_over(share)
        self.is_partial |= over
        return over

    def _learn(self) -> None:
        """A plan with a given first day is a plan: where it is better than a world's own, it is
        the best that is known there."""
        for candidate in self.candidates:
            for name, outcome in candidate.outcomes.items():
                known = self.alone.get(name)
                if outcome.is_sound and known is not None and outcome.rank < known.rank:
                    self.alone[name] = outcome

    # ------------------------------------------------------------------ candidates

    def _first_days(self) -> None:
        own = self.alone[self.base.id]
        self._try(self._stage(self.base, own, "the base plan"))
        self._exact()
        for world in self.draws:
            self._try(self._stage(world, self.alone[world.id]))
        for world in self.numbers:
            best = self._best()
            if best is not None and self._is_proven(best):
                return
            if not self._over(TRIED):
                self._try(self._stage(world, self.desk.alone(world)))

    def _stage(self, world: World, outcome: Outcome, label: str = "") -> FirstStage:
        """The first day of a world's own plan, its ways named as in the base case."""
        label = label or f"the plan for {world.label}"
        plan = outcome.verdict.plan
        own = FirstStage(label, plan, world.scenario, world.network, self.until_s)
        return by_ways_of(own, self.base.network)

    def _exact(self) -> None:
        """One programme over all draws, where it fits."""
        if self.desk.is_over(TRIED):
            return
        self.desk.step("all draws at once")
        found = exact.solve(self.base, self.draws, self.robust, self.desk.limits())
        if found is None:
            return
        self.two_stage_bound = found.bound
        if found.plan is not None:
            label = "the plan for all draws at once"
            network = self.base.network
            self._try(FirstStage(label, found.plan, self.scenario, network, self.until_s))

    def _try(self, stage: FirstStage, beat: tuple[float, ...] | None = None) -> None:
        """Looks at a first day in the base case and every draw, unless it is known already.

        What is impossible in the base case is no part of it. ``beat``: it is given up once it
        cannot be better than that.
        """
        first = held(stage, self.base.scenario, self.base.network)
        stage = stage.without(first.called_off)
        same = next((c for c in self.candidates if c.stage.key == stage.key), None)
        if same is not None:
            return
        candidate = Candidate(stage)
        is_first = not self.candidates
        if beat is None:
            self.candidates.append(candidate)
        for number, world in enumerate([self.base, *self.draws]):
            if self._over(1.0 if is_first else TRIED if beat is None else MIXED_UNTIL):
                candidate.why_not = candidate.why_not or "not looked at in every draw in time"
                return
            if is_first and world is self.base:
                candidate.outcomes[world.id] = self.alone[world.id]
                continue
            self._look(candidate, world)
            if candidate.why_not or (beat is not None and self._is_beaten(candidate, beat, number)):
                return
        if beat is not None:
            self.candidates.append(candidate)

    def _look(self, candidate: Candidate, world: World) -> None:
        outcome = self.desk.held(candidate.stage, world, f"first day of {candidate.label}")
        if outcome is not None and outcome.is_sound:
            candidate.outcomes[world.id] = outcome
        elif world.kind != "what_if":
            candidate.why_not = f"no sound plan goes on from it in {world.label}"

    def _is_beaten(self, candidate: Candidate, beat: tuple[float, ...], known: int) -> bool:
        """Whether even the bounds of the draws that are to come would not make it better."""
        left = [candidate.outcomes[w.id].left for w in self.draws[:known]]
        left += [self.bounds[w.id] for w in self.draws[known:]]
        return round(weigh(left, self.robust), 6) > beat[0]

    def _score(self, candidate: Candidate) -> tuple[float, ...]:
        levels = [x for x in self.scenario.priorities.levels if x in CHOSEN_BY]
        return tuple(
            round(weigh([candidate.outcomes[w.id].values[level] for w in self.draws],
                        self.robust), 6)
            for level in levels
        )  # fmt: skip

    def _best(self) -> Candidate | None:
        """The first of the best: the base plan's where nothing is better."""
        whole = [
            c for c in self.candidates
            if not c.why_not and all(w.id in c.outcomes for w in [self.base, *self.draws])
        ]  # fmt: skip
        return min(whole, key=self._score, default=None)

    def _mix(self, best: Candidate) -> None:
        """Fleet by fleet what other candidates do; what is better is gone on with."""
        tried = 0
        improved = True
        while improved and tried < MIXED:
            improved = False
            if self._is_proven(best):
                return
            for other in sorted(self._whole(), key=self._score):
                for fleet in best.stage.fleets_apart(other.stage):
                    if tried >= MIXED or self.desk.is_over(MIXED_UNTIL):
                        return
                    tried += 1
                    self._try(best.stage.with_fleet(fleet, other.stage), self._score(best))
                    found = self._best()
                    if found is not None and found is not best:
                        best, improved = found, True
                        break
                if improved:
                    break

    def _whole(self) -> list[Candidate]:
        return [c for c in self.candidates if not c.why_not]

    def _is_proven(self, best: Candidate) -> bool:
        """Whether no first day can leave fewer behind, by the measure."""
        bound = weigh([self.bounds[w.id] for w in self.draws], self.robust)
        bound = max(bound, self.two_stage_bound or 0.0)
        return self._score(best)[0] <= bound + 1e-6

    # ------------------------------------------------------------------ what-ifs, the plan, draws

    def _regrets(self, best: Candidate | None) -> None:
        """What-ifs on their own and from each candidate's first day, the best and the base's
        first."""
        if best is None or not self.what_ifs:
            return
        order = [best, self.candidates[0], *sorted(self._whole(), key=self._score)]
        unique = list({id(c): c for c in order}.values())
        self.desk.pending = self.desk.done + len(self.what_ifs) * (1 + len(unique))
        for world in self.what_ifs:
            if not self._over(REGRETTED):
                self._alone([world])
        for candidate in unique:
            for world in self.what_ifs:
                if self._over(REGRETTED) or world.id not in self.alone:
                    continue
                self._look(candidate, world)

    def _plan(self, best: Candidate | None) -> Verdict | None:
        if best is None:
            return None
        if best is self.candidates[0]:
            return best.outcomes[BASE].verdict
        self.desk.step("bounds")
        return proven(best.outcomes[BASE], self.desk.limits(), self.desk.memories.get(BASE)).verdict

    def _rehearse(self, plan: Verdict | None) -> Rehearsed | None:
        """Both plans of the base case in draws that nobody has planned for."""
        if plan is None or not self.asked.rehearsed:
            return None
        stated = self.candidates[0].outcomes[BASE].verdict
        verdicts = [stated] if plan is stated else [stated, plan]
        courses = [rehearsals.course_of(verdict) for verdict in verdicts]
        first = self.asked.draws
        left: list[list[int]] = [[] for _ in courses]
        for number in range(first, first + self.asked.rehearsed):
            if self._over(1.0):
                break
            self.desk.on_step("draws not planned for", number - first, self.asked.rehearsed)
            one = draw(self.scenario, self.asked.seed, number)
            for course, found in zip(courses, left, strict=True):
                found.append(play(course, one).left)
        return Rehearsed((first, first + len(left[0])), tuple(left[0]), tuple(left[-1]))
