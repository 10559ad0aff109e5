"""Processes that do jobs side by side, each with what all jobs need at hand.

Spawned, so that it is the same on every system. Ctrl-C reaches the parent alone: it ends the others
when it has asked for nothing more. They end by themselves when the parent is gone.
"""

from __future__ import annotations

import contextlib
import multiprocessing
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
from typing import Any, Generic, Self, TypeVar

from planner.interrupts import deaf

POLL_S = 0.2
PATIENCE_S = 3.0
Question = Callable[[], bool]
Job = TypeVar("Job")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Lost:
    """A job without an answer: its process ended, or could not do it."""


def serve(connection: Connection, given: str) -> None:
    """Answers jobs until the other end is closed.

    ``given`` is a file with the maker of the answering function and what it takes; jobs come as
    names of files too. What goes through a pipe keeps the sender waiting until it is read; a new
    process reads late.
    """
    with contextlib.suppress(ValueError):  # only a process's first thread may say so
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    make, parts = pickle.loads(Path(given).read_bytes())
    answer = make(*parts)
    with contextlib.suppress(EOFError, OSError):
        while True:
            file = Path(connection.recv())
            job = pickle.loads(file.read_bytes())
            file.unlink()
            try:
                found = answer(job)
            except Exception:
                found = Lost()
            connection.send(found)


@dataclass
class _Worker:
    process: BaseProcess
    connection: Connection
    job: Any = None


class Workers(Generic[Job, Answer]):
    """At most ``count`` processes; ``make(*parts)`` is called once in each and answers its jobs.

    ``make`` is a function (or class) at the top of a module: a process imports that module alone.
    """

    def __init__(
        self, count: int, make: Callable[..., Callable[[Job], Answer]], *parts: object
    ) -> None:
        self._count = count
        self._workers: list[_Worker] = []
        self._folder = tempfile.TemporaryDirectory(
            prefix="planner-workers-", ignore_cleanup_errors=True
        )
        self._written = 0
        self._given = self._kept((make, parts))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()

    def answers(
        self, jobs: Iterable[Job], may_begin: Question, should_stop: Question
    ) -> Iterator[tuple[Job, Answer | Lost]]:
        """Answers in the order in which they come.

        No job is begun once ``may_begin`` says no; once ``should_stop`` says yes, those under way
        are given up. Whatever is not answered is not told of.
        """
        waiting = deque(jobs)
        while not should_stop():
            self._hand_out(waiting, may_begin)
            busy = {worker.connection: worker for worker in self._workers if worker.job is not None}
            if not busy:
                return
            for ready in wait(list(busy), POLL_S):
                worker = busy[ready]  # type: ignore[index]
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

    def _received(self, worker: _Worker) -> Answer | Lost:
        try:
            answer: Answer | Lost = worker.connection.recv()
        except (EOFError, OSError):
            self._workers.remove(worker)
            _end([worker])
            return Lost()
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
