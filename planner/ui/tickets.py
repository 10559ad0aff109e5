"""The queue of solves: one at a time over all tabs and all desks of this workspace.

``queue.json`` lists the tickets; it is changed by whoever holds the workspace's lock, and a lock
goes with the process that holds it. A ticket names the desk's process that will start the worker
(its owner) and, once it runs, the worker; both by number and time of birth, so that a number that
the system gives out anew is not taken for the old process. Tickets of dead workers are dropped by
whoever looks next; tickets whose owner died wait until their desk is opened again.

The order is by turns: a desk that asks for ten plans gets one, then every other desk that waits
gets one, and so on.
"""

from __future__ import annotations

import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from planner.ui import runner
from planner.ui.runner import Ending
from planner.ui.workspace import alone, read_json, root, write_json

EVERY_S = 0.2
DROPPED_S = 7 * 24 * 3600
"""A ticket whose desk's process died is dropped when nobody has come back for so long."""
Born = tuple[int, float]  # a process: number, time of birth


@dataclass(frozen=True)
class Ticket:
    """One solve that waits or runs: its folder, its desk, its turn."""

    number: int
    folder: str
    desk: str
    turn: int
    time_s: float
    owner: Born
    asked: float
    worker: Born | None = None


@dataclass(frozen=True)
class Place:
    """Where a ticket stands: how many before it, and seconds until its turn where they are told."""

    ahead: int
    left_s: float | None


# ------------------------------------------------------------------ processes


@cache
def myself() -> Born:
    """This process."""
    import os

    import psutil

    return os.getpid(), psutil.Process().create_time()


def lives(process: Born | None) -> bool:
    """Whether that very process is there and no zombie."""
    import psutil

    if process is None:
        return False
    try:
        found = psutil.Process(process[0])
        alike = abs(found.create_time() - process[1]) < 1.0
        return alike and bool(found.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


_started: dict[str, subprocess.Popen[bytes]] = {}
"""The workers of this process, by folder; their standard input stays open as long as we live."""


# ------------------------------------------------------------------ the list


def _path() -> Path:
    return root() / "queue.json"


def read() -> tuple[list[Ticket], dict[str, int], int]:
    """Tickets, the last turn that each desk had, and the next number."""
    found = read_json(_path()) or {}
    tickets = []
    for told in found.get("tickets", ()):
        with suppress(TypeError):
            worker = told.get("worker")
            pairs: dict[str, Any] = {"owner": tuple(told["owner"])}
            tickets.append(Ticket(**{**told, **pairs, "worker": tuple(worker) if worker else None}))
    return tickets, dict(found.get("turns", {})), int(found.get("next", 1))


def _write(tickets: list[Ticket], turns: dict[str, int], following: int) -> None:
    if not tickets:
        turns = {}
    told = {"next": following, "turns": turns, "tickets": [asdict(ticket) for ticket in tickets]}
    write_json(_path(), told, durable=False)


def in_order(tickets: list[Ticket]) -> list[Ticket]:
    """The one that runs, then the others as they will come."""
    return sorted(tickets, key=lambda t: (t.worker is None, t.turn, t.number))


def next_turn(desk: str, tickets: list[Ticket], turns: dict[str, int]) -> int:
    """The turn of one more ticket of a desk: not before the others have had theirs."""
    present = min((ticket.turn for ticket in tickets), default=0)
    return max(present, turns.get(desk, -1) + 1)


# ------------------------------------------------------------------ coming and going


def join(folder: Path, desk: str, wish: runner.Wish) -> None:
    """Wish for a plan; it is made when its turn comes."""
    with alone():
        tickets, turns, number = read()
        turn = next_turn(desk, tickets, turns)
        turns[desk] = turn
        ticket = Ticket(number, str(folder), desk, turn, float(wish.time_s), myself(), time.time())
        _write([*tickets, ticket], turns, number + 1)
        runner.write_wish(folder, wish)
    _keep_turning()


def leave(folder: Path) -> None:
    """Give a ticket back; a worker that runs already is ended, and nothing of it is kept."""
    with alone():
        tickets, turns, number = read()
        mine = [ticket for ticket in tickets if ticket.folder == str(folder)]
        if folder.is_dir():
            runner.finish(folder, Ending("ended"))
        _write([ticket for ticket in tickets if ticket not in mine], turns, number)
    for ticket in mine:
        if ticket.worker is not None and lives(ticket.worker):
            runner.end_with_children(ticket.worker[0])
    _reap(str(folder))


def mend(folder: Path) -> None:
    """Make sure that a job which has not ended is in the queue and that somebody starts it.

    Where its desk's process died while it waited, this process takes it over; where its worker
    died too, the job is told to have crashed.
    """
    tickets, _, _ = read()
    ticket = next((t for t in tickets if t.folder == str(folder)), None)
    if ticket is not None and (lives(ticket.owner) or lives(ticket.worker)):
        if ticket.owner == myself():
            _keep_turning()
        return
    with alone():
        tickets, turns, number = _current()
        tickets = [
            replace(t, owner=myself()) if t.folder == str(folder) and t.worker is None else t
            for t in tickets
        ]
        _write(tickets, turns, number)
        if not any(t.folder == str(folder) for t in tickets):
            runner.finish(folder, Ending("crashed", "the desk was ended in the middle"))
    _keep_turning()


def place(folder: Path) -> Place | None:
    """Where a job that waits stands; None where it runs or has ended."""
    tickets = [t for t in in_order(read()[0]) if t.worker is not None or lives(t.owner)]
    at = next((i for i, ticket in enumerate(tickets) if ticket.folder == str(folder)), None)
    if at is None or tickets[at].worker is not None:
        return None
    lefts = [_left_s(ticket) for ticket in tickets[:at]]
    return Place(at, sum(lefts) if lefts else None)


def _left_s(ticket: Ticket) -> float:
    """Seconds until a solve is over, by its limit of time."""
    job = runner.Job(Path(ticket.folder), _NOTHING)
    return max(0.0, ticket.time_s - job.elapsed_s)


_NOTHING = runner.Wish("", "", "", None, 0, 0.0, 0, False)


# ------------------------------------------------------------------ turning


def turn() -> bool:
    """One step: drop what is over, start what is next where it is ours; whether we have tickets."""
    with alone():
        before, turns, number = read()
        tickets, turns, number = _current()
        if not any(t.worker is not None for t in tickets):
            tickets = _start_next(tickets)
        if tickets != before:
            _write(tickets, turns, number)
    return any(t.owner == myself() for t in tickets)


def _start_next(tickets: list[Ticket]) -> list[Ticket]:
    """The tickets, the first one running where it is ours."""
    import psutil

    waiting = [t for t in in_order(tickets) if lives(t.owner)]
    if not waiting or waiting[0].owner != myself():
        return tickets
    first = waiting[0]
    try:
        worker = runner.launch(Path(first.folder))
        born = (worker.pid, psutil.Process(worker.pid).create_time())
    except (OSError, psutil.Error) as error:
        runner.finish(Path(first.folder), Ending("crashed", f"it could not be started: {error}"))
        return [t for t in tickets if t is not first]
    _started[first.folder] = worker
    return [replace(t, worker=born) if t is first else t for t in tickets]


def _current() -> tuple[list[Ticket], dict[str, int], int]:
    """The tickets without those that are over; what was not told of their end is told."""
    tickets, turns, number = read()
    kept = []
    for ticket in tickets:
        folder = Path(ticket.folder)
        if ticket.worker is None:
            lost = not lives(ticket.owner) and (
                not (folder / "job.json").exists() or time.time() - ticket.asked > DROPPED_S
            )
            if folder.is_dir() and not lost and not (folder / "done.json").exists():
                kept.append(ticket)
            continue
        code = _reap(ticket.folder)
        if code is None and lives(ticket.worker):
            kept.append(ticket)
        elif folder.is_dir():
            runner.finish(folder, Ending("crashed", _sentence(code)))
    return kept, turns, number


def _reap(folder: str) -> int | None:
    """The exit code of a worker of this process that has ended."""
    worker = _started.get(folder)
    code = worker.poll() if worker else None
    if worker is not None and code is not None:
        del _started[folder]
        if worker.stdin is not None:
            with suppress(OSError):
                worker.stdin.close()
    return code


def _sentence(code: int | None) -> str:
    if code is None:
        return "its process is gone"
    if code == -9:
        return "the system ended its process (signal 9); most often the memory ran out"
    return f"its process ended with signal {-code}" if code < 0 else f"it ended with code {code}"


_turning: threading.Thread | None = None
_guard = threading.Lock()


def _keep_turning() -> None:
    """A thread of this process turns as long as it has tickets; tabs may come and go."""
    global _turning
    with _guard:
        if _turning is None or not _turning.is_alive():
            _turning = threading.Thread(target=_turn_on, name="queue of solves", daemon=True)
            _turning.start()


def _turn_on() -> None:
    global _turning
    while True:
        try:
            busy = turn()
        except OSError:  # the workspace was forgotten, or the disk is full for a moment
            busy = bool(_started)
        if not busy:
            with _guard:
                # Whoever joined in the meantime saw this thread alive: look once more.
                if not any(t.owner == myself() for t in read()[0]):
                    _turning = None
                    return
        time.sleep(EVERY_S)
