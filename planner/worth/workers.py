"""Processes that look at candidates side by side, each with the base at hand."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from planner import workers
from planner.errors import ScenarioError
from planner.solvers import Memory
from planner.worth.duals import Priced
from planner.worth.trials import Answer, Base, Job, Trials

MOST = 4
Question = Callable[[], bool]


@dataclass(frozen=True)
class Fault:
    """Why a job has no answer, in one sentence."""

    sentence: str


def default_count() -> int:
    """As many as there are cores, four at most."""
    return min(MOST, os.cpu_count() or 1)


def answered(trials: Trials, job: Job, should_stop: Question | None = None) -> Answer | Fault:
    """The job's answer; whatever goes wrong with one candidate ends none of the others."""
    try:
        return trials.do(job, should_stop)
    except ScenarioError as error:
        return Fault(f"the changed scenario has a fault: {error.issues[0].problem}")
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        return Fault(f"an error inside the program ({type(error).__name__}: {reason})")


class Answering:
    """Answers jobs in a process of its own."""

    def __init__(self, base: Base, priced: Priced, memory: Memory | None) -> None:
        self._trials = Trials(base, priced, memory)

    def __call__(self, job: Job) -> Answer | Fault:
        """The job's answer, or why it has none."""
        return answered(self._trials, job)


class Workers(workers.Workers[Job, Answer | Fault]):
    """``count`` processes; with 0 the work is done here, one job after the other."""

    def __init__(
        self, base: Base, priced: Priced, count: int, memory: Memory | None = None
    ) -> None:
        super().__init__(count, Answering, base, priced, memory)
        self._here = Trials(base, priced, memory) if count == 0 else None

    def told(
        self, jobs: Iterable[Job], may_begin: Question, should_stop: Question
    ) -> Iterator[tuple[Job, Answer | Fault]]:
        """As ``answers``, with a Fault for a job whose process ended."""
        if self._here is None:
            for job, answer in self.answers(jobs, may_begin, should_stop):
                if isinstance(answer, workers.Lost):
                    yield job, Fault("its process ended without an answer")
                else:
                    yield job, answer
            return
        waiting = deque(jobs)
        while waiting and may_begin() and not should_stop():
            job = waiting.popleft()
            found = answered(self._here, job, should_stop)
            if not should_stop():
                yield job, found
