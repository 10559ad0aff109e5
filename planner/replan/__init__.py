"""A running plan and a situation report → a new plan: what has left is kept, the rest is planned.

report          what the report speaks of, in seconds
happened        which legs have begun, as planned or as reported
contradictions  everything that cannot be so, at once
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from planner import load
from planner.errors import Issue, ScenarioError
from planner.load import examine_situation
from planner.network import TransportNetwork, build
from planner.plan import Plan
from planner.replan.contradictions import Grounds, contradictions
from planner.replan.happened import Past, happened
from planner.replan.renewed import with_ground
from planner.replan.report import Report
from planner.scenario import Scenario
from planner.scenario.quantities import parse_moment

__all__ = ["Running", "read_file", "read_report"]


@dataclass(frozen=True)
class Running:
    """A plan that is running, with what it was made from."""

    plan: Plan
    scenario: Scenario
    network: TransportNetwork


def read_report(
    running: Running, content: bytes | str, file: str, now: str | None = None
) -> tuple[Report, Past]:
    """The report of a text and what has happened by ``now`` (else by the report's own time).

    Raises ScenarioError with every fault of the text, or every contradiction with itself and with
    the plan.
    """
    situation, issues = examine_situation(content, file)
    if situation is None:
        raise ScenarioError(issues)
    now_s = moment_of(running.scenario, now) if now else running.scenario.at_s(situation.at)
    bridges = frozenset(running.network.link_open)
    report = Report(situation, running.scenario, running.plan, now_s, bridges)
    past = happened(report)
    tree = with_ground(report)
    scenario = load.from_tree(tree, running.scenario.origin)
    network = running.network
    if tree != running.scenario.origin.tree:
        network = build(scenario, running.network.region)
    grounds = Grounds(running.network, network)
    found = contradictions(report, past, grounds, content, file)
    if found:
        raise ScenarioError(found)
    return report, past


def moment_of(scenario: Scenario, text: str) -> int:
    """``--now``: a local time or a duration after the start, in seconds after it."""
    try:
        return scenario.at_s(parse_moment(text))
    except ValueError as error:
        problem, _, remedy = str(error).partition("; ")
        raise ScenarioError([Issue("", 0, "--now", problem, remedy)]) from None


def read_file(running: Running, path: Path, now: str | None = None) -> tuple[Report, Past]:
    """As ``read_report``, of a file. Raises ScenarioError where it cannot be opened too."""
    try:
        content = path.read_bytes()
    except OSError as error:
        problem = f"cannot be read ({error.strerror or error})"
        raise ScenarioError([Issue(str(path), 0, "", problem, "check the path")]) from None
    return read_report(running, content, str(path), now)
