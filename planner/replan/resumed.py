"""A plan's beginning kept as it is, the rest planned anew, in whatever world it is laid.

A world may differ from the plan's own in anything that a draw of ``planner.draws`` or a what-if
changes; the beginning must be possible in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from planner import load, verify
from planner.errors import ScenarioError
from planner.network import TransportNetwork
from planner.plan import LevelResult, Plan
from planner.problem import EvacuationProblem
from planner.replan.happened import happened
from planner.replan.remainder import Rest, remainder
from planner.replan.renewal import HALLS, Renewal, Search, lost_promises, posed, without_begun
from planner.replan.report import Report
from planner.scenario import Commitment, Scenario
from planner.solvers import Limits, Memory, Update
from planner.verify import Verdict


def resumed(
    plan: Plan,
    scenario: Scenario,
    network: TransportNetwork,
    now_s: int,
    limits: Limits | None = None,
    on_update: Callable[[Update], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    memory: Memory | None = None,
) -> Verdict:
    """What begins to load before ``now_s`` is as in ``plan``; the search begins with what follows,
    and, where that is not proven best, once more without it, each in half the time. ``memory``: of
    a search on that scenario as a whole.

    The plan found is an ordinary one of that scenario; only where its beginning leaves something
    that nobody can mend any more (a vehicle beyond a bridge that fell) it is told as one that
    follows a running plan. The bounds of its levels hold for all plans with that beginning.
    Promises that cannot be kept any more are left out of the scenario of the Verdict. Raises
    ScenarioError where that does not help.
    """
    plan = _of(plan, scenario)
    tree = {"at": f"{now_s} s"}
    report = Report(
        load.situation_from_tree(tree), scenario, plan, now_s, tree, frozenset(network.link_open)
    )
    past = happened(report)
    limits = limits or Limits()
    halved = replace(limits, time_s=limits.time_s / 2)
    renewal = Renewal(plan, network, report, past, halved, network, on_update, should_stop)
    verdict = _planned(renewal, scenario, network, memory, cautious=False)
    if any(one.rule == HALLS for one in verdict.violations):
        verdict = _planned(renewal, scenario, network, memory, cautious=True)
    return verdict


def _of(plan: Plan, scenario: Scenario) -> Plan:
    """The plan as one that was made from that scenario; its prices were found for another one."""
    origin = scenario.origin
    patches = tuple(patch.model_dump(mode="json") for patch in origin.patches)
    said = {
        "scenario_title": scenario.title, "scenario_file": origin.file, "tree": origin.tree,
        "scenario_sha256": origin.sha256, "what_if": origin.what_if, "patches": patches,
    }  # fmt: skip
    provenance = plan.provenance.model_copy(update=said)
    return plan.model_copy(update={"provenance": provenance, "certificates": ()})


def _planned(
    renewal: Renewal, scenario: Scenario, network: TransportNetwork, memory: Memory | None, *,
    cautious: bool,
) -> Verdict:  # fmt: skip
    rest, problem, broken = _posed(renewal, scenario, network, cautious=cautious)
    kept = tuple(one for one in scenario.commitments if one not in broken)
    if broken:
        changed = scenario.model_copy(update={"commitments": kept})
        scenario = changed.with_origin(scenario.origin)
        network = replace(network, scenario=scenario, _allowed={})
    search = Search(renewal, rest, problem, scenario, network, broken, prices=memory, reckons=False)
    verdict = search.verdict()
    if not _is_proven(verdict):
        again = replace(search, anew=True).verdict()
        verdict = min(verdict, again, key=_rank)
    found = verdict.plan
    levels = tuple(_unchanged(level) for level in found.levels)
    ordinary = found.model_copy(update={"under_way": None, "levels": levels})
    alone = verify.check(ordinary, scenario, network)
    return verdict if alone.violations and not verdict.violations else alone


def _posed(
    renewal: Renewal, scenario: Scenario, network: TransportNetwork, *, cautious: bool
) -> tuple[Rest, EvacuationProblem, tuple[Commitment, ...]]:
    """What is left to plan, as a problem, and the promises that cannot be kept in it."""
    broken: tuple[Commitment, ...] = ()
    while True:
        left = tuple(one for one in scenario.commitments if one not in broken)
        open_ = scenario.model_copy(update={"commitments": left})
        rest = remainder(
            renewal.report, renewal.past, without_begun(open_, renewal.past), network,
            network.routes, cautious=cautious,
        )  # fmt: skip
        rest = replace(rest, earlier=replace(rest.earlier, moved=0.0, added=0.0))
        try:
            return rest, posed(rest), broken
        except ScenarioError as error:
            lost = lost_promises(error, open_)
            if not lost:
                raise
            broken += lost


def _is_proven(verdict: Verdict) -> bool:
    """Whether no plan with that beginning is better on the first level."""
    first = verdict.plan.levels[0]
    return not verdict.violations and first.value <= first.bound + 1e-6


def _rank(verdict: Verdict) -> tuple[object, ...]:
    values = (round(level.value, 6) for level in verdict.plan.levels)
    return (bool(verdict.violations), *values)


def _unchanged(level: LevelResult) -> LevelResult:
    """Nothing was running: the level of changes, where it is listed, has nothing to count."""
    if level.name != "changes":
        return level
    told = {"value": 0.0, "bound": 0.0, "gap": 0.0, "status": "OPTIMAL"}
    return level.model_copy(update=told)
