"""The worth of a yes: what each single change would gain, by planning again with it.

First the plan without any change and the prices of its limits; then bounds for every candidate at
those prices; then a search for each that may gain something, the most promising first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from planner import pipeline
from planner.plan import Plan
from planner.scenario import Scenario
from planner.solvers import Limits, Memory
from planner.verify import Verdict
from planner.worth.candidates import KINDS, Candidate, candidates
from planner.worth.duals import Priced
from planner.worth.gains import Standing, Worth
from planner.worth.judging import OVER, STOPPED, Seen, is_screened, moved, worth_of
from planner.worth.trials import (
    Answer,
    Base,
    Job,
    Screened,
    Searched,
    Trials,
    held_back,
    rank,
)  # fmt: skip
from planner.worth.workers import Fault, Workers, default_count

BASE_EACH = 4
"""The base is searched for as long as so many candidates: all of them begin with what it found."""
SCREEN_SHARE = 0.25
"""Of the time for one candidate: longest that its first level is bounded."""


@dataclass(frozen=True)
class Budget:
    """Seconds for everything and for each search, how many processes (0: none but this one)."""

    time_s: float = 600.0
    each_s: float = 15.0
    workers: int = field(default_factory=default_count)
    seed: int = 0


@dataclass(frozen=True)
class News:
    """How far the work is: ``phase``, how many of how many, seconds since the start."""

    phase: str
    done: int
    of: int
    elapsed_s: float


@dataclass(frozen=True)
class Appraisal:
    """What each change is worth, best first, beside the plan without any of them.

    ``base`` may have been found in the search with a candidate: ``found_with`` is its id then.
    ``bounds`` are those of the base. ``plans``: by candidate. ``is_partial``: somebody asked to
    stop.
    """

    base: Base
    verdict: str
    bounds: dict[str, float]
    rows: tuple[Worth, ...]
    plans: dict[str, Plan]
    found_with: str | None
    is_partial: bool
    holds_for: str
    budget: Budget
    seconds: float


def appraise(
    scenario: Scenario,
    budget: Budget | None = None,
    base: Verdict | None = None,
    kinds: tuple[str, ...] = KINDS,
    on_progress: Callable[[pipeline.Progress], None] | None = None,
    on_news: Callable[[News], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    memory: Memory | None = None,
) -> Appraisal:
    """The worth of every change of these kinds. Raises ScenarioError as ``pipeline.make_plan``.

    ``base``: a Verdict of this scenario, where there is a plan already; its bounds are reckoned
    again from its prices, and its seed is the seed of all searches. ``memory``: of the search for
    it. ``should_stop`` is asked often; once it says yes what is known is returned. A base plan that
    fails its check is returned without any rows.
    """
    work = _Work(scenario, budget or Budget(), on_news, should_stop)
    work.memory = memory
    return work.run(base, kinds, on_progress)


class _Work:
    def __init__(
        self, scenario: Scenario, budget: Budget, on_news: Callable[[News], None] | None,
        should_stop: Callable[[], bool] | None,
    ) -> None:  # fmt: skip
        self.scenario = scenario
        self.budget = budget
        self.begun = time.monotonic()
        self.on_news = on_news or (lambda news: None)
        self.should_stop = should_stop or (lambda: False)
        self.seen: dict[str, Seen] = {}
        self.held_back: dict[str, int] = {}
        self.stopped = False
        self.told = ("", 0, 0)
        self.recounted: dict[str, float] | None = None
        self.memory: Memory | None = None

    def run(
        self, given: Verdict | None, kinds: tuple[str, ...],
        on_progress: Callable[[pipeline.Progress], None] | None,
    ) -> Appraisal:  # fmt: skip
        verdict = given or self._planned(on_progress)
        base = Base(verdict.scenario, verdict.plan, verdict.figures)
        if not verdict.verified:
            return self._told(base, verdict, None, [], None)
        if given is not None:
            self._news("prices", 0, 0)
            self.recounted = _recounted(given)
        self._news("candidates", 0, 0)
        found = candidates(verdict.network, kinds)
        self.seen = {c.id: Seen(fault=c.fault) for c in found}
        trials = Trials(base, memory=self.memory)
        self._news("prices", 0, len(found))
        priced = trials.price(min(self.budget.each_s, max(1.0, self._left_s() / 2)), self._asked)
        self.held_back = held_back(trials.problem)
        with Workers(base, priced, self.budget.workers, self.memory) as workers:
            self._screen(workers, found)
            better = self._search(workers, found, base, priced)
            if better is not None:
                base = self._settled(workers, found, *better)
        return self._told(base, verdict, priced, found, better[0] if better else None)

    def _planned(self, on_progress: Callable[[pipeline.Progress], None] | None) -> Verdict:
        time_s = min(BASE_EACH * self.budget.each_s, max(1.0, self.budget.time_s / 4))
        limits = Limits(time_s=time_s, seed=self.budget.seed)
        found = pipeline.make_plan(
            self.scenario, limits, on_progress, self.should_stop, remedies=False
        )
        self.memory = found.memory
        return found.verdict

    def _news(self, phase: str, done: int, of: int) -> None:
        self.told = (phase, done, of)
        self.on_news(News(phase, done, of, time.monotonic() - self.begun))

    def _asked(self) -> bool:
        """Whether somebody asked to stop; asked often, so it tells that the work goes on."""
        self._news(*self.told)
        self.stopped = self.stopped or self.should_stop()
        return self.stopped

    def _left_s(self) -> float:
        return self.begun + self.budget.time_s - time.monotonic()

    # -- the three rounds ---------------------------------------------------------------------

    def _answers(
        self, workers: Workers, jobs: list[Job], phase: str, reserve_s: float
    ) -> Iterator[tuple[Job, Answer]]:
        """Answers as they come; faults are kept. None begins with less than ``reserve_s`` left."""
        if not jobs or self._asked():
            return
        self._news(phase, 0, len(jobs))
        answers = workers.told(jobs, lambda: self._left_s() >= reserve_s, self._asked)
        for number, (job, answer) in enumerate(answers, start=1):
            self._news(phase, number, len(jobs))
            if isinstance(answer, Fault):
                self.seen[job.id].fault = answer.sentence
            else:
                yield job, answer

    def _screen(self, workers: Workers, found: Iterable[Candidate]) -> None:
        time_s = self.budget.each_s * SCREEN_SHARE
        jobs = [Job(c.id, "screen", c.scenario, time_s) for c in found if c.scenario is not None]
        for job, answer in self._answers(workers, jobs, "bounds", self._left_s() / 2):
            assert isinstance(answer, Screened)
            self.seen[job.id].screened = answer

    def _search(
        self, workers: Workers, found: list[Candidate], base: Base, priced: Priced
    ) -> tuple[str, Base] | None:
        """Searches for all that may gain; the best plan that turned out to need no change."""
        order = {c.id: (self._hope(c.id, priced), n) for n, c in enumerate(found)}
        jobs = [
            Job(c.id, "search", c.scenario, self.budget.each_s)
            for c in sorted(found, key=lambda c: order[c.id])
            if c.scenario is not None
            and not self.seen[c.id].fault
            and not is_screened(self.seen[c.id], priced)
        ]
        better: tuple[str, Base] | None = None
        for job, answer in self._answers(workers, jobs, "searches", self.budget.each_s):
            assert isinstance(answer, Searched)
            self.seen[job.id].searched = answer
            one = answer.without
            best = better[1] if better else base
            if one and rank(one.figures, base.scenario) < rank(best.figures, base.scenario):
                better = (job.id, one)
        return better

    def _settled(self, workers: Workers, found: list[Candidate], name: str, base: Base) -> Base:
        """The better base, tried with every change whose own plan is worse than it."""
        ours = rank(base.figures, base.scenario)
        jobs = []
        for candidate in found:
            own = self.seen[candidate.id].searched
            if own is None or candidate.scenario is None or candidate.id == name:
                continue
            if rank(own.figures, base.scenario) > ours or own.verdict == "FAILED":
                jobs.append(
                    Job(candidate.id, "settle", candidate.scenario, 0.0, base.plan, own.plan)
                )
        for job, answer in self._answers(workers, jobs, "checks", -float("inf")):
            if isinstance(answer, Searched):
                self.seen[job.id].searched = answer
        return base

    # -- what may gain ------------------------------------------------------------------------

    def _hope(self, name: str, priced: Priced) -> tuple[float, ...]:
        """Sorts candidates by how far their bounds have moved, level by level.

        Where nothing is known it may yet be people: after those where it is, before the others.
        """
        screened = self.seen[name].screened
        if screened is None:
            return (0.0, 0.0)
        first, *others = (-round(share, 4) for share in moved(screened, priced).values())
        return (first, 1.0, *others)

    # -- telling ------------------------------------------------------------------------------

    def _told(
        self, base: Base, verdict: Verdict, priced: Priced | None, found: list[Candidate],
        found_with: str | None,
    ) -> Appraisal:  # fmt: skip
        bounds = self.recounted
        if bounds is None:
            bounds = {level.name: level.bound for level in verdict.plan.levels}
        for level, bound in (priced.bounds if priced else {}).items():
            bounds[level] = max(bound, bounds.get(level, 0.0))
        standing = Standing(base.figures, bounds, verdict.figures.levels, self.held_back)
        reason = STOPPED if self.stopped else OVER
        rows = [
            worth_of(c, self.seen[c.id], self.scenario, standing, priced, reason)
            for c in found
            if priced
        ]
        plans = {c.id: x.plan for c in found if (x := self.seen[c.id].searched)}
        holds_for = "; ".join(dict.fromkeys(level.holds_for for level in verdict.plan.levels))
        status = verdict.status
        if status != "FAILED":
            status = "CONDITIONAL" if base.figures.conditional_on else "VERIFIED"
        return Appraisal(
            base, status, bounds, tuple(sorted(rows, key=lambda row: row.order)), plans,
            found_with, self.stopped or self.should_stop(), holds_for, self.budget,
            time.monotonic() - self.begun,
        )  # fmt: skip


def _recounted(given: Verdict) -> dict[str, float]:
    """Bounds of a plan at hand by its own prices; what a file says beyond that is no proof."""
    values = given.figures.levels
    return {
        one.level: max(0.0, min(one.again, values[one.level]))
        for one in pipeline.recount_bounds(given)
        if one.again is not None and one.level in values
    }
