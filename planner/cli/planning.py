"""``planner plan``: solve, verify, write documents; Ctrl-C keeps the best plan so far."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from planner.cli.scenarios import scenario_file
from planner.cli.text import WIDTH, number, plain, progress_line, summary_lines, table, write_json
from planner.errors import Issue, ScenarioError
from planner.units import format_duration

if TYPE_CHECKING:
    from planner.pipeline import Limits, Progress, Result
    from planner.scenario import Scenario
    from planner.solvers import Memory

LINE_EVERY_S = 5.0
HEADING = (
    "what-if", "status", "check", "out", "left behind", "harm", "of staying", "cleared", "s",
)  # fmt: skip
NO_PLAN = ("NO_PLAN_IN_TIME", "PROVEN_IMPOSSIBLE")


class ProgressPrinter:
    """Progress on standard error: one living line on a terminal, else a line every few seconds."""

    def __init__(self) -> None:
        self._living = sys.stderr.isatty()
        self._width = 0
        self._last = -LINE_EVERY_S
        self._phase = ""

    def __call__(self, progress: Progress) -> None:
        """Print it, unless it comes too soon after the last one of the same phase."""
        now = time.monotonic()
        pause = 0.1 if self._living else LINE_EVERY_S
        if progress.phase == self._phase and now - self._last < pause:
            return
        self._last, self._phase = now, progress.phase
        line = progress_line(progress)
        if self._living:
            line = line[:118]
            sys.stderr.write("\r" + line.ljust(self._width))
            self._width = len(line)
        else:
            sys.stderr.write(line + "\n")
        sys.stderr.flush()

    def close(self) -> None:
        """End the living line."""
        if self._living and self._width:
            sys.stderr.write("\n")
            self._width = 0


@contextmanager
def interruptible(kept: str = "the best plan so far") -> Iterator[Callable[[], bool]]:
    """A function that tells whether Ctrl-C was pressed once; the second Ctrl-C ends the command.

    ``kept`` names what the command keeps when it is stopped.
    """
    asked = False

    def on_interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        print(f"\nStopping: {kept} is kept (Ctrl-C again ends at once).", file=sys.stderr)

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)


def plan(arguments: argparse.Namespace) -> int:
    """Plan one case, or the base and every what-if; the exit status is the worst of them."""
    from planner import load

    path = scenario_file(arguments.file)
    limits = limits_of(arguments)
    out = arguments.out or default_out(path, None if arguments.every_what_if else arguments.what_if)
    with interruptible() as should_stop:
        if not arguments.every_what_if:
            scenario = load.read(path, arguments.what_if)
            _make_room(out)
            done = _one(scenario, limits, should_stop, arguments, out, begun=arguments.begun)
            _print_one(done, arguments.json, out)
            return exit_status(done.result)
        base = load.read(path)
        cases = [_Case(None, base)]
        cases += [_Case(name, load.read(path, name)) for name in base.what_ifs]
        _make_room(out)
        return _every(cases, limits, should_stop, arguments, out)


def _make_room(out: Path) -> None:
    """The folder for the documents, before anybody waits for a plan that could not be written.

    Raises ScenarioError where nothing can be written there.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        problem = f"nothing can be written there ({error.strerror or error})"
        raise ScenarioError(
            [Issue(str(out), 0, "--out", problem, "name another folder")]
        ) from error


def limits_of(arguments: argparse.Namespace) -> Limits:
    """What the command line says, else what config/solver.yaml does."""
    from planner import load, pipeline

    known = load.solver_config().limits
    said = {
        "time_s": arguments.time_limit, "seed": arguments.seed, "gap": arguments.gap,
        "memory_mb": arguments.memory, "node_limit": arguments.node_limit,
        "any_moment_s": arguments.any_moment,
    }  # fmt: skip
    given = {key: value for key, value in said.items() if value is not None}
    default = pipeline.Limits(time_s=known.time_s, seed=known.seed, gap=known.gap)
    return replace(default, **given)


class _Case:
    def __init__(self, name: str | None, scenario: Scenario) -> None:
        self.name, self.scenario = name, scenario


class _Done:
    def __init__(self, result: Result, files: list[Path]) -> None:
        self.result, self.files = result, files

    def object(self) -> dict[str, Any]:
        from planner import pipeline

        found = pipeline.summary(self.result)
        plans = [str(path) for path in self.files if path.name == "plan.json"]
        return {**found, "plan": plans[0] if plans else None}


def default_out(path: Path, what_if: str | None) -> Path:
    """Where documents go when nobody says: ``out/SCENARIO`` or ``out/SCENARIO--WHATIF``."""
    return Path("out") / (path.stem + (f"--{what_if}" if what_if else ""))


def exit_status(result: Result) -> int:
    """0 where a verified plan is in hand, else 1."""
    verdict = result.verdict
    return int(verdict.status == "FAILED" or verdict.plan.status in NO_PLAN)


def _one(
    scenario: Scenario,
    limits: Limits,
    should_stop: Callable[[], bool],
    arguments: argparse.Namespace,
    out: Path,
    memory: Memory | None = None,
    begun: float | None = None,
) -> _Done:
    from planner import documents, searches

    told = ProgressPrinter()
    try:
        result = searches.make_plan(
            scenario,
            limits,
            None if arguments.no_cache else searches.kept(),
            on_progress=told,
            should_stop=should_stop,
            remedies=not arguments.no_remedies,
            memory=memory,
            begun=begun,
        )
    finally:
        told.close()
    out.mkdir(parents=True, exist_ok=True)
    if arguments.plan_only:
        target = out / "plan.json"
        documents.write(result.verdict, "json", target)
        return _Done(result, [target])
    return _Done(result, documents.write_all(result.verdict, out))


def _print_one(done: _Done, as_json: bool, out: Path) -> None:
    if as_json:
        write_json(done.object())
        return
    for line in summary_lines(done.result.verdict):
        print(line)
    seconds, memory = done.result.wall_s, done.result.peak_rss_mb
    said = done.result.verdict.plan.provenance
    made = plain(f"Made by: {said.engine} ({said.engine_reason}).")
    print(textwrap.fill(made, WIDTH, subsequent_indent="  "))
    print(f"{seconds:.0f} s, {memory:,.0f} MB. {len(done.files)} documents in {plain(out)}")


def _every(
    cases: list[_Case],
    limits: Limits,
    should_stop: Callable[[], bool],
    arguments: argparse.Namespace,
    folder: Path,
) -> int:
    worst, objects = 0, []
    memory: Memory | None = None  # of the base: each what-if's search begins with it
    rows: list[tuple[str, ...]] = [HEADING]
    for case in cases:
        if should_stop():
            break
        label = case.name or "base"
        print(f"{plain(label)}:", file=sys.stderr)
        done = _one(case.scenario, limits, should_stop, arguments, folder / label, memory)
        memory = memory or done.result.memory
        proven = case.name is not None and done.result.verdict.plan.status == "PROVEN_IMPOSSIBLE"
        if not proven:  # that a what-if is impossible is an answer, and stands in the table
            worst = max(worst, exit_status(done.result))
        objects.append(done.object())
        rows.append(_row(label, done.result))
    if arguments.json:
        write_json(objects)
    else:
        print(plain(cases[0].scenario.title))
        for line in table(rows, right=range(3, 9)):
            print(line)
        print(f"'left behind' leaves out those who stay by choice. Documents in {plain(folder)}")
    return worst


def _row(label: str, result: Result) -> tuple[str, ...]:
    figures, plan = result.verdict.figures, result.verdict.plan
    return (
        plain(label),
        plan.status,
        result.verdict.status,
        f"{figures.evacuated:,}",
        f"{figures.left_behind - figures.unwilling:,}",
        number(figures.levels.get("harm", 0.0)),
        number(figures.harm_of_staying),
        format_duration(figures.clearance_s),
        f"{result.wall_s:.0f}",
    )
