"""A plan.json → a rehearsal of it: reading, checking, playing, reporting."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from planner import load, pipeline, simulate
from planner import network as ground
from planner.errors import Issue, ScenarioError
from planner.scenario import Scenario
from planner.simulate import Course
from planner.verify import Verdict

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
) -> dict[str, Any]:
    """The report of ``draws`` draws (see ``planner.simulate.report``); stopped, of what is done.

    A scenario that is sure of everything is played once.
    """
    count = draws if course.scenario.uncertainty is not None else 1
    return simulate.report(simulate.rehearse(course, count, seed, on_draw, should_stop))
