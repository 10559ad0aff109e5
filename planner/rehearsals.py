"""A plan.json → a rehearsal of it: reading, checking, playing, reporting."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from planner import load, pipeline, simulate
from planner import network as ground
from planner.draws import nothing_happens
from planner.errors import Issue, ScenarioError
from planner.scenario import Scenario
from planner.simulate import Course, Played, Player, Players, Turn, alone
from planner.verify import Verdict
from planner.workers import Lost, Workers

MOST = 8
"""Processes at most."""
WORTH_S = 6.0
"""A rehearsal that takes one process less is left to it: others need a second to begin."""
OnDraw = Callable[[str, int, int], None]


def course_of_file(path: Path, uncertainty: Path | None = None) -> Course:
    """A verified plan made ready; ``uncertainty`` names a scenario whose section counts instead.

    Raises ScenarioError where the plan cannot be read or fails its check, and with every fault of
    the section against the plan's scenario.
    """
    verdict = pipeline.verify_file(path)
    if verdict.status == "FAILED":
        problem = f"the plan fails its check ({len(verdict.violations)} breaches)"
        raise ScenarioError([Issue(str(path), 0, "", problem, "rehearse a plan that passes")])
    return course_of(verdict, None if uncertainty is None else load.read(uncertainty))


def course_of(verdict: Verdict, other: Scenario | None = None) -> Course:
    """As ``course_of_file``, of a Verdict at hand and a scenario that was read."""
    if other is None:
        return _course(verdict, verdict.scenario)
    section = other.origin.tree.get("uncertainty")
    if section is None:
        problem = "the scenario has no `uncertainty:`"
        raise ScenarioError([Issue(other.origin.file, 0, "", problem, "add it, or name another")])
    origin = verdict.scenario.origin
    scenario = load.from_tree({**origin.tree, "uncertainty": section}, origin)
    return _course(verdict, scenario)


def _course(verdict: Verdict, scenario: Scenario) -> Course:
    """The plan on its own network, and detours round whatever may close."""
    unsure, network = scenario.uncertainty, verdict.network
    if unsure is not None and scenario is not verdict.scenario:
        network = ground.build(scenario, network.region)
    links = unsure.names_of_links if unsure is not None else frozenset()
    wide = ground.build(scenario, network.region, links) if links else None
    return Course.of(verdict.plan, scenario, network, wide)


def rehearse(
    course: Course,
    draws: int,
    seed: int,
    on_draw: OnDraw | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    processes: int | None = None,
) -> dict[str, Any]:
    """The report of ``draws`` draws (see ``planner.simulate.report``); stopped, of what is done.

    A scenario that is sure of everything is played once. The report is the same whatever the number
    of ``processes``; None takes as many as are worth it.
    """
    count = draws if course.scenario.uncertainty is not None else 1
    with sharing(course, seed, count, should_stop, processes) as players:
        found = simulate.rehearse(course, count, seed, on_draw, should_stop, players)
    return simulate.report(found)


@contextmanager
def sharing(
    course: Course,
    seed: int,
    draws: int,
    should_stop: Callable[[], bool] = lambda: False,
    processes: int | None = None,
) -> Iterator[Players]:
    """Who plays turns of a rehearsal: processes side by side, or this one alone where that is less
    work than to start others. About 100 MB each."""
    count = _worth_it(course, draws) if processes is None else processes
    player = Player(course, seed)
    if count < 2:
        yield alone(player, should_stop)
        return
    with Workers[Turn, Played](count, Player, course, seed) as workers:
        yield lambda turns: _in_order(workers, turns, player, should_stop)


def _worth_it(course: Course, draws: int) -> int:
    """As many processes as there are cores, where a draw takes long enough."""
    begun = time.perf_counter()
    simulate.play(course, nothing_happens(course.scenario))
    alone_s = draws * (time.perf_counter() - begun)
    return min(MOST, os.cpu_count() or 1) if alone_s > WORTH_S else 1


def _in_order(
    workers: Workers[Turn, Played],
    turns: Sequence[Turn],
    player: Player,
    should_stop: Callable[[], bool],
) -> Iterator[Played]:
    """A turn whose process ended without an answer is played here."""
    early: dict[Turn, Played] = {}
    following = iter(turns)
    wanted = next(following, None)
    for turn, answer in workers.answers(turns, lambda: True, should_stop):
        early[turn] = player(turn) if isinstance(answer, Lost) else answer
        while wanted is not None and wanted in early:
            yield early.pop(wanted)
            wanted = next(following, None)
