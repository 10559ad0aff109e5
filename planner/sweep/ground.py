"""Where cases are planned: processes of this machine, or the workers of a Dask scheduler."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from planner import pipeline
from planner.errors import Issue, ScenarioError
from planner.interrupts import deaf

if TYPE_CHECKING:
    from distributed import Client

ANSWER_S = 10
"""So long a scheduler may take to answer."""
WORKERS_S = 30
"""So long to wait for its first worker."""
FAILURES = 3
"""A case whose worker ended so many times is given up."""
SETTINGS: dict[str, Any] = {
    "distributed.scheduler.allowed-failures": FAILURES - 1,
    "distributed.scheduler.worker-saturation": 1.0,  # who ends a worker is known: it had one case
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
    "distributed.admin.tick.limit": "1h",
    "distributed.comm.timeouts.connect": f"{ANSWER_S}s",
}
ONE_THREAD = {
    name: 1
    for name in (
        "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS",
    )
}  # fmt: skip
DEAF = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
"""Run by each worker here as it starts: Ctrl-C reaches this process alone."""


def address_of(text: str) -> str:
    """A scheduler's address as people write it. Raises ValueError with what to write."""
    found = re.fullmatch(r"(tcp|tls)://(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9._-]+):(\d{1,5})", text.strip())
    if found is None or not 0 < int(found[3]) < 65536:
        raise ValueError(f"write tcp://HOST:PORT or tls://HOST:PORT (got '{text}')")
    return text.strip()


@dataclass(frozen=True)
class Ground:
    """``scheduler`` is an address; without one ``workers`` processes are started here.

    Each has one thread, and ends where it takes more than ``memory_mb`` (None: its part of the
    share of this machine's memory that config/solver.yaml allows).
    """

    scheduler: str | None = None
    workers: int | None = None
    memory_mb: float | None = None

    @property
    def count(self) -> int:
        """How many processes are started here."""
        return self.workers or os.cpu_count() or 1

    @property
    def bound_mb(self) -> float:
        """The most that each of them may take."""
        return self.memory_mb or pipeline.memory_cap_mb() / self.count


@contextmanager
def connected(ground: Ground) -> Iterator[Client]:
    """A client of the workers. Raises ScenarioError where no scheduler or no worker answers."""
    with ExitStack() as stack:
        stack.enter_context(settings())
        stack.enter_context(_quiet())
        if ground.scheduler:
            _greet(ground.scheduler)
        address = ground.scheduler or stack.enter_context(_own(ground))
        client = stack.enter_context(_client(address))
        _workers_there(client, address)
        yield client


@contextmanager
def settings() -> Iterator[None]:
    """Our settings of Dask, while it lasts.

    Distributed is imported first: were its own settings read in the middle, they would go at the
    end with ours.
    """
    import dask
    import distributed  # noqa: F401

    threads = {f"distributed.nanny.pre-spawn-environ.{key}": one for key, one in ONE_THREAD.items()}
    with dask.config.set(SETTINGS | threads):
        yield


@contextmanager
def _own(ground: Ground) -> Iterator[str]:
    """A scheduler and workers on this machine that no other can reach; no pages are served."""
    from distributed import LocalCluster

    with ExitStack() as stack:
        folder = stack.enter_context(
            tempfile.TemporaryDirectory(prefix="planner-sweep-", ignore_cleanup_errors=True)
        )
        with deaf():
            cluster = LocalCluster(
                n_workers=ground.count, threads_per_worker=1, processes=True, host="127.0.0.1",
                dashboard_address=None, silence_logs=logging.CRITICAL,
                memory_limit=int(ground.bound_mb * 1e6), local_directory=folder, preload=DEAF,
            )  # fmt: skip
        stack.callback(cluster.close, timeout=10)
        yield cluster.scheduler_address


@contextmanager
def _client(address: str) -> Iterator[Client]:
    from distributed import Client

    try:
        client = Client(address, timeout=ANSWER_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise unanswered(address) from error
    try:
        yield client
    finally:
        client.close(timeout=5)


def _greet(address: str) -> None:
    """Raises ScenarioError where nobody answers as a Dask scheduler does.

    What answers otherwise (a web server, say) makes a client fail with whatever its bytes mean to
    it, and try again as it is forgotten; so nobody becomes a client of it.
    """
    try:
        asyncio.run(_shaken_hands(address))
    except Exception as error:
        raise unanswered(address) from error


async def _shaken_hands(address: str) -> None:
    from distributed.comm.core import connect
    from distributed.security import Security

    secrets = Security().get_connection_args("client")
    comm = await asyncio.wait_for(connect(address, timeout=ANSWER_S, **secrets), ANSWER_S)
    await comm.close()


def unanswered(address: str) -> ScenarioError:
    """Nobody is at the address."""
    problem = f"no Dask scheduler answers at {address}"
    remedy = "check the address (tcp://HOST:PORT), or start one there with `dask scheduler`"
    return ScenarioError([Issue("", 0, "--scheduler", problem, remedy)])


def _workers_there(client: Client, address: str) -> None:
    from distributed import TimeoutError as TooLate

    try:
        client.wait_for_workers(1, timeout=WORKERS_S)
    except (TooLate, TimeoutError):
        problem = f"no worker has come to the scheduler at {address} in {WORKERS_S} s"
        remedy = f"start some with `dask worker {address} --nthreads 1`"
        raise ScenarioError([Issue("", 0, "--scheduler", problem, remedy)]) from None


@contextmanager
def _quiet() -> Iterator[None]:
    """What Dask writes about lost workers is told in our own words."""
    loggers = [
        logging.getLogger(name)
        for name in logging.root.manager.loggerDict
        if name.partition(".")[0] == "distributed"
    ]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            for logger, level in zip(loggers, before, strict=True):
                logger.setLevel(level)
