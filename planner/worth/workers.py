"""Processes that look at candidates side by side, each with the base at hand.

Spawned, so that it is the same on every system. Ctrl-C reaches the parent alone: it ends the others
when it has asked for nothing more.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType

from planner.errors import ScenarioError
from planner.interrupts import deaf
from planner.solvers import Memory
from planner.worth.duals import Priced
from planner.worth.trials import Answer, Base, Job, Trials

MOST = 4
POLL_S = 0.2
PATIENCE_S = 3.0
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


def serve(connection: Connection, given: str) -> None:
    """Answers jobs until the other end is closed.

    ``given`` is the file of the base, its prices and its search; jobs come as names of files too.
    What goes through a pipe keeps the sender waiting until it is read; a new process reads late.
    """
    with contextlib.suppress(ValueError):  # only a process's first thread may say so
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    trials = Trials(*pickle.loads(Path(given).read_bytes()))
    with contextlib.suppress(EOFError, OSError):
        while True:
            job = pickle.loads(Path(connection.recv()).read_bytes())
            connection.send(answered(trials, job))


@dataclass
class _Worker:
    process: BaseProcess
    connection: Connection
    job: Job | None = None


class Workers:
    """``count`` processes; with 0 the work is done here, one job after the other."""

    def __init__(
        self, base: Base, priced: Priced, count: int, memory: Memory | None = None
    ) -> None:
        self._count = count
        self._workers: list[_Worker] = []
        self._here = Trials(base, priced, memory) if count == 0 else None
        self._folder = tempfile.TemporaryDirectory(prefix="planner-worth-")
        self._written = 0
        self._given = self._kept((base, priced, memory))

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()

    def answers(
        self, jobs: Iterable[Job], may_begin: Question, should_stop: Question
    ) -> Iterator[tuple[Job, Answer | Fault]]:
        """Answers in the order in which they come.

        No job is begun once ``may_begin`` says no; once ``should_stop`` says yes, those under way
        are given up. Whatever is not answered is not told of.
        """
        waiting = deque(jobs)
        if self._here is not None:
            while waiting and may_begin() and not should_stop():
                job = waiting.popleft()
                answer = answered(self._here, job, should_stop)
                if not should_stop():
                    yield job, answer
            return
        while not should_stop():
            self._hand_out(waiting, may_begin)
            busy = {worker.connection: worker for worker in self._workers if worker.job}
            if not busy:
                return
            for ready in wait(list(busy), POLL_S):
                worker = busy[ready]  # type: ignore[index]
                assert worker.job is not None
                job, worker.job = worker.job, None
                yield job, self._received(worker)

    def _hand_out(self, waiting: deque[Job], may_begin: Question) -> None:
        idle = [worker for worker in self._workers if worker.job is None]
        while waiting and may_begin() and (idle or len(self._workers) < self._count):
            worker = idle.pop() if idle else self._started()
            try:
                worker.connection.send(self._kept(waiting[0]))
            except OSError:  # it ended while it had nothing to do
                self._workers.remove(worker)
                _end([worker])
            else:
                worker.job = waiting.popleft()

    def _kept(self, thing: object) -> str:
        """The name of a file that holds it."""
        path = Path(self._folder.name) / f"{self._written}.pickle"
        path.write_bytes(pickle.dumps(thing))
        self._written += 1
        return str(path)

    def _received(self, worker: _Worker) -> Answer | Fault:
        try:
            answer: Answer | Fault = worker.connection.recv()
        except (EOFError, OSError):
            self._workers.remove(worker)
            _end([worker])
            return Fault("its process ended without an answer")
        return answer

    def _started(self) -> _Worker:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs, self._given), daemon=True)
        with deaf():
            process.start()
        theirs.close()
        self._workers.append(_Worker(process, ours))
        return self._workers[-1]

    def close(self) -> None:
        """Ends all processes, whatever they are doing."""
        _end(self._workers)
        self._workers = []
        self._folder.cleanup()


def _end(workers: list[_Worker]) -> None:
    for worker in workers:
        worker.connection.close()
        worker.process.terminate()
    for worker in workers:
        worker.process.join(PATIENCE_S)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()
        worker.process.close()
