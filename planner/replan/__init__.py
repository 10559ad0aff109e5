"""A running plan and a situation report → a new plan: what has left is kept, the rest is planned.

report          what the report speaks of, in seconds
happened        which legs have begun, as planned or as reported
contradictions  everything that cannot be so, at once
renewed         the scenario with what was reported
remainder       what is left to plan, and what is still in use
changes         what is otherwise from now on, why, and who must be told
renewal         the way from all that to a Verdict
resumed         the same where nothing is reported, in a world that need not be the plan's own
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner import load, pipeline
from planner.errors import Issue, ScenarioError
from planner.network import TransportNetwork, build
from planner.plan import Plan
from planner.replan.contradictions import Grounds, contradictions
from planner.replan.happened import Past, happened
from planner.replan.renewal import Renewal, Replanned, lost_promises
from planner.replan.renewed import with_ground
from planner.replan.report import Report, ordered
from planner.replan.resumed import resumed
from planner.scenario import Scenario
from planner.scenario.quantities import parse_moment
from planner.solvers import Limits, Update

__all__ = [
    "Reading", "Replanned", "Running", "lost_promises", "read_file", "read_report", "replan",
    "resumed", "running",
]  # fmt: skip


@dataclass(frozen=True)
class Running:
    """A plan that is running, with what it was made from."""

    plan: Plan
    scenario: Scenario
    network: TransportNetwork


@dataclass(frozen=True)
class Reading:
    """A report without contradictions, what has happened by it, and today's network."""

    running: Running
    report: Report
    past: Past
    network: TransportNetwork


def running(path: Path) -> Running:
    """The plan of a plan.json. Raises ScenarioError where it cannot be read, or fails its check."""
    verdict = pipeline.verify_file(path)
    if not verdict.verified:
        problem = f"the plan fails its check ({len(verdict.violations)} breaches)"
        raise ScenarioError([Issue(str(path), 0, "", problem, f"planner verify {path}")])
    return Running(verdict.plan, verdict.scenario, verdict.network)


def read_report(
    running: Running, content: bytes | str, file: str, now: str | None = None
) -> Reading:
    """The report of a text and what has happened by ``now`` (else by the report's own time).

    Raises ScenarioError with every fault of the text and every name in it that nobody knows, or
    every contradiction with itself and with the plan.
    """
    situation, issues = load.examine_situation(content, file)
    if situation is None:
        raise ScenarioError(ordered([*issues, *_unknown(running, content, file)]))
    now_s = moment_of(running.scenario, now) if now else running.scenario.at_s(situation.at)
    tree = still_broken(running, load.situation_tree(content))
    report = Report(
        load.situation_from_tree(tree), running.scenario, running.plan, now_s, tree,
        frozenset(running.network.link_open),
    )  # fmt: skip
    past = happened(report)
    tree = with_ground(report)
    network = running.network
    if tree != running.scenario.origin.tree:
        scenario = load.from_tree(tree, running.scenario.origin)
        network = build(scenario, running.network.region)
    found = contradictions(report, past, Grounds(running.network, network), content, file)
    if found:
        raise ScenarioError(found)
    return Reading(running, report, past, network)


def _unknown(running: Running, content: bytes | str, file: str) -> list[Issue]:
    """Names that nobody knows in what can be read of a faulty report."""
    rest, mended = load.situation_remains(content)
    if rest is None:
        return []
    bridges = frozenset(running.network.link_open)
    report = Report(rest, running.scenario, running.plan, 0, {}, bridges)
    told = [issue for issue in report.unknown if issue.where not in mended]
    return load.located(told, content, file)


def still_broken(running: Running, tree: dict[str, Any]) -> dict[str, Any]:
    """The report's tree with the vehicles that broke down before and of which it says nothing."""
    under_way = running.plan.under_way
    if under_way is None:
        return tree
    at_s = running.scenario.at_s
    before = load.situation_from_tree(under_way.situation)
    said = {(one.fleet, one.vehicle) for one in load.situation_from_tree(tree).vehicles}
    carried = []
    for one in before.vehicles:
        if one.broken and (one.fleet, one.vehicle) not in said:
            since_s = at_s(one.from_, at_s(before.at))
            known = {"fleet": one.fleet, "vehicle": str(one.vehicle), "broken": "true"}
            known |= {"from": f"{since_s} s"}
            known |= {} if one.until is None else {"until": f"{at_s(one.until)} s"}
            carried.append(known)
    return {**tree, "vehicles": [*tree.get("vehicles", ()), *carried]} if carried else tree


def moment_of(scenario: Scenario, text: str) -> int:
    """``--now``: a local time or a duration after the start, in seconds after it."""
    try:
        return scenario.at_s(parse_moment(text))
    except ValueError as error:
        problem, _, remedy = str(error).partition("; ")
        raise ScenarioError([Issue("", 0, "--now", problem, remedy)]) from None


def read_file(running: Running, path: Path, now: str | None = None) -> Reading:
    """As ``read_report``, of a file. Raises ScenarioError where it cannot be opened too."""
    try:
        content = path.read_bytes()
    except OSError as error:
        problem = f"cannot be read ({error.strerror or error})"
        raise ScenarioError([Issue(str(path), 0, "", problem, "check the path")]) from None
    return read_report(running, content, str(path), now)


def replan(
    reading: Reading,
    limits: Limits | None = None,
    on_update: Callable[[Update], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Replanned:
    """The new plan. Raises ScenarioError where what was reported makes a faulty scenario."""
    running = reading.running
    renewal = Renewal(
        running.plan, running.network, reading.report, reading.past, limits or Limits(),
        reading.network, on_update, should_stop,
    )  # fmt: skip
    return renewal.make()
