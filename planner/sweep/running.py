"""Hands cases out, keeps their rows as they come, and goes on after whatever ended."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import ScenarioError
from planner.sweep import rows as kept
from planner.sweep.cases import Case, Order, cases, identity
from planner.sweep.ground import FAILURES, Ground, connected
from planner.sweep.planning import (
    AGAIN,
    ERROR,
    LOST,
    PLANNED,
    Brief,
    Row,
    blank,
    plan_case,
    sentence,
)  # fmt: skip
from planner.sweep.rows import Rows

if TYPE_CHECKING:
    from distributed import Client, Future

POLL_S = 0.2
LOOK_S = 2.0
ABREAST = 2000
"""So many cases are in a scheduler's hands at a time."""
PATIENCE_S = 120.0
"""So long a scheduler that was there is waited for when it is gone."""


@dataclass(frozen=True)
class News:
    """How far a sweep is; ``before`` rows were there when it began."""

    done: int
    of: int
    before: int
    failed: int
    workers: int
    elapsed_s: float
    left_s: float | None
    message: str = ""


@dataclass(frozen=True)
class Outcome:
    """What came of a sweep: the rows of all its cases that are done, and where they lie."""

    rows: list[Row]
    of: int
    before: int
    path: Path
    elapsed_s: float

    @property
    def whole(self) -> bool:
        """Whether every case has its row."""
        return len(self.rows) == self.of


class SchedulerGone(Exception):
    """Raised where the scheduler has ended, or cannot be reached any more."""


def sweep(
    order: Order,
    out: Path,
    ground: Ground | None = None,
    on_news: Callable[[News], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    patience_s: float = PATIENCE_S,
) -> Outcome:
    """Plans every case of the order that has no row in ``out`` yet.

    Once ``should_stop`` says yes nothing more is begun, and what is done is returned. Raises
    ScenarioError: faults of the scenario or the order, another sweep's folder, a scheduler that
    does not answer (or not again within ``patience_s``), a disk that is full. Rows that were told
    are kept in all of these.
    """
    begun = time.monotonic()
    known = identity(order)
    wanted = cases(order, known)
    stopped = should_stop or (lambda: False)
    with kept.opened(out, known) as rows:
        todo = [case for case in wanted if not _is_done(rows, case)]
        before = len(wanted) - len(todo)
        told = _Teller(len(wanted), before, begun, on_news or (lambda news: None))
        if todo and not stopped():
            brief = Brief.of(order, known)
            if ground is None:
                ground = Ground(memory_mb=order.limits.memory_mb)
            _all(brief, todo, rows, ground, told, stopped, patience_s)
        rows.fold()
        mine = [rows.known[case.key] for case in wanted if case.key in rows.known]
        mine.sort(key=kept.in_order)
        return Outcome(mine, len(wanted), before, rows.path, time.monotonic() - begun)


def _is_done(rows: Rows, case: Case) -> bool:
    row = rows.known.get(case.key)
    return row is not None and row["outcome"] not in AGAIN


def _all(
    brief: Brief,
    todo: Sequence[Case],
    rows: Rows,
    ground: Ground,
    told: _Teller,
    should_stop: Callable[[], bool],
    patience_s: float,
) -> None:
    """Until every case has its row: a scheduler that is gone is waited for and asked again."""
    waiting = {case.key: case for case in todo}
    deadline: float | None = None
    while waiting and not should_stop():
        try:
            with connected(ground) as client:
                deadline = None
                for row in answers(client, brief, list(waiting.values()), told, should_stop):
                    rows.put(row)
                    del waiting[row["key"]]
                    told.row(row)
            return
        except SchedulerGone:
            deadline = deadline or time.monotonic() + patience_s
        except ScenarioError as error:
            is_here = isinstance(error, kept.Full) or deadline is None
            if is_here or time.monotonic() > deadline:  # type: ignore[operator]
                raise
        told.say("the scheduler is gone; waiting for it")
        time.sleep(POLL_S)


def answers(
    client: Client,
    brief: Brief,
    todo: Sequence[Case],
    told: _Teller,
    should_stop: Callable[[], bool],
) -> Iterator[Row]:
    """Rows in the order in which they come, one a case. Raises SchedulerGone.

    The brief is a task of its own: whoever needs it fetches it once, and where its holder ends it
    is made again from what the scheduler knows.
    """
    shared = client.submit(_itself, brief, key=f"brief-{todo[0].key}-{time.time_ns()}")
    finished: queue.SimpleQueue[Future[Row]] = queue.SimpleQueue()
    out: dict[str, tuple[Case, Future[Row]]] = {}
    ahead = iter(todo)
    more, look = True, 0.0
    try:
        while (out or more) and not should_stop():
            if more and len(out) <= ABREAST // 2:
                batch = [case for case, _ in zip(ahead, range(ABREAST - len(out)), strict=False)]
                more = bool(batch)
                for case, future in _handed(client, shared, batch):
                    out[str(future.key)] = case, future
                    future.add_done_callback(finished.put)
            came = _came(finished)
            if time.monotonic() >= look:
                told.workers(_count(client))
                look = time.monotonic() + LOOK_S
            yield from _gathered(client, brief, came, out)
    finally:
        if out and client.status == "running":
            client.cancel([future for _, future in out.values()], force=True)


def _itself(brief: Brief) -> Brief:
    return brief


def _handed(
    client: Client, shared: Future[Brief], batch: list[Case]
) -> list[tuple[Case, Future[Row]]]:
    if not batch:
        return []
    try:
        futures = client.map(
            _told, [case.key for case in batch], *_columns(batch), brief=shared,
            key=[f"case-{case.key}" for case in batch], pure=False, retries=0,
        )  # fmt: skip
    except Exception as error:
        if client.status != "running":
            raise SchedulerGone from error
        raise
    return list(zip(batch, futures, strict=True))


def _columns(batch: list[Case]) -> tuple[list[Any], ...]:
    return tuple(
        [getattr(case, name) for case in batch] for name in ("what_if", "draw", "start_s", "start")
    )


def _told(
    key: str, what_if: str | None, number: int, start_s: int, start: str, brief: Brief
) -> Row:
    """``plan_case`` of plain values: they take fewer bytes on the way than a noun."""
    return plan_case(brief, Case(key, what_if, number, start_s, start))


def _came(finished: queue.SimpleQueue[Future[Row]]) -> list[Future[Row]]:
    """Those that have ended: waits for the first one for a moment."""
    found = []
    try:
        found.append(finished.get(timeout=POLL_S))
        while True:
            found.append(finished.get_nowait())
    except queue.Empty:
        return found


def _gathered(
    client: Client, brief: Brief, came: list[Future[Row]], out: dict[str, tuple[Case, Future[Row]]]
) -> Iterator[Row]:
    if client.status != "running":
        raise SchedulerGone
    good = [future for future in came if future.status == "finished"]
    try:
        results = client.gather(good, errors="skip") if good else []
    except Exception as error:
        raise SchedulerGone from error
    by_key = {row["key"]: row for row in results}
    for future in came:
        case, _ = out[str(future.key)]
        if future.status == "error":
            row = _row_of(future, brief, case)
        elif case.key in by_key:
            row = by_key[case.key]
        else:  # cancelled: the scheduler has forgotten it
            raise SchedulerGone
        del out[str(future.key)]
        future.release()
        yield row


def _row_of(future: Future[Row], brief: Brief, case: Case) -> Row:
    """The row of a case that ended its workers, or that no worker could begin."""
    from distributed import KilledWorker

    error = future.exception()
    if isinstance(error, KilledWorker):
        times = f"{FAILURES} times" if FAILURES > 1 else "once"
        why = (
            f"the worker that planned it ended, {times}; it may need more memory than a worker has"
        )
        return blank(case, brief.seed) | {"outcome": LOST, "why": why}
    return blank(case, brief.seed) | {"outcome": ERROR, "why": sentence(error)}


def _count(client: Client) -> int:
    return int(client.scheduler_info(n_workers=0).get("n_workers", 0))


class _Teller:
    """Counts, and passes news on."""

    def __init__(self, of: int, before: int, begun: float, tell: Callable[[News], None]) -> None:
        self._begun, self._tell = begun, tell
        self._news = News(before, of, before, 0, 0, 0.0, None)
        self.say("starting")

    def workers(self, count: int) -> None:
        """So many workers are there now."""
        self._news = replace(self._news, workers=count)
        self.say("")

    def row(self, row: Row) -> None:
        """A case is done, and its row on disk."""
        failed = self._news.failed + (row["outcome"] != PLANNED)
        self._news = replace(self._news, done=self._news.done + 1, failed=failed)
        self.say("")

    def say(self, message: str) -> None:
        """News, with the time that is left at the pace so far."""
        elapsed_s = time.monotonic() - self._begun
        mine = self._news.done - self._news.before
        left_s = elapsed_s / mine * (self._news.of - self._news.done) if mine else None
        self._news = replace(self._news, elapsed_s=elapsed_s, left_s=left_s, message=message)
        self._tell(self._news)
