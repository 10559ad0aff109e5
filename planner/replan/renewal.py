"""The running plan and what happened → the new plan, verified: what has left is kept in it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from planner import bounds, load, pipeline, verify, worth
from planner.errors import ScenarioError
from planner.movements import Effort
from planner.network import Route, TransportNetwork, build, kept_route, with_kept
from planner.plan import (
    AidDelivery,
    Change,
    KeptRoute,
    Late,
    LeftBehind,
    Plan,
    PlanLeg,
    SelfMovement,
    Sortie,
    TeamDelivery,
    UnderWay,
    plan_id,
)  # fmt: skip
from planner.problem import EvacuationProblem, pose
from planner.replan.changes import Comparison
from planner.replan.contradictions import Grounds, names_of
from planner.replan.happened import Past
from planner.replan.numbering import like_before
from planner.replan.recall import memory_of
from planner.replan.remainder import Rest, ahead, remainder
from planner.replan.renewed import (
    Tree,
    with_changes_level,
    with_ground,
    with_people,
    without_commitments,
)
from planner.replan.report import Report
from planner.scenario import Commitment, Scenario, people
from planner.schedule import Scheduler
from planner.solvers import LevelProof, Limits, Memory, Solver, Update, clashes, pack
from planner.verify import Verdict
from planner.verify.aid import delivered
from planner.verify.figures import missed_of, team_delivery
from planner.verify.replay import Replay

HALLS = "C7 waiting"
PEOPLE = ("left_behind", "missed_deadlines")
NOT_TOLD_YET = ("C1 people", "C17 deadlines", "left behind", "levels", "bounds")
"""Rules on what a plan says of itself: a draft has not said it yet."""
FROM_NOW = "; what had left before is kept"


@dataclass(frozen=True)
class Replanned:
    """The new plan's Verdict, with what it took."""

    verdict: Verdict
    wall_s: float

    @property
    def changes(self) -> tuple[Change, ...]:
        """Everything that is otherwise from now on."""
        under_way = self.verdict.plan.under_way
        return under_way.changes if under_way else ()


@dataclass(frozen=True)
class Renewal:
    """One running plan, one report, and the network with the links as they are now."""

    plan: Plan
    before: TransportNetwork
    report: Report
    past: Past
    limits: Limits
    region_network: TransportNetwork | None = None
    on_update: Callable[[Update], None] | None = None
    should_stop: Callable[[], bool] | None = None

    def make(self) -> Replanned:
        """Plan what is left, put it behind what has happened, and have the witness check it all.

        Raises ScenarioError where what was reported makes a scenario that is faulty itself.
        """
        begun = time.monotonic()
        tree = with_changes_level(with_people(with_ground(self.report), self.report, self.past))
        tree = without_commitments(tree, self._done())
        scenario = load.from_tree(tree, self.report.scenario.origin)
        network = self._network(scenario)
        verdict = self._planned(tree, scenario, network, cautious=False)
        if any(one.rule == HALLS for one in verdict.violations):
            verdict = self._planned(tree, scenario, network, cautious=True)
        return Replanned(verdict, time.monotonic() - begun)

    def _network(self, scenario: Scenario) -> TransportNetwork:
        known = self.region_network
        if known is None:
            known = build(scenario, self.before.region)
        return replace(known, scenario=scenario, _allowed={})

    def _done(self) -> set[str]:
        """Promises whose movement has begun: it went as it went."""
        return {
            leg.commitment
            for (name, number), leg in self.past.legs.items()
            if leg.commitment and self.report.leg((name, number)) != leg
        }

    def _planned(
        self, tree: Tree, scenario: Scenario, network: TransportNetwork, *, cautious: bool
    ) -> Verdict:
        """The whole way from the rest to the Verdict; promises that cannot be kept are given up."""
        broken: list[Commitment] = []
        while True:
            rest = remainder(
                self.report, self.past, without_begun(scenario, self.past), network,
                self.before.routes, cautious=cautious,
            )  # fmt: skip
            try:
                problem = posed(rest)
                break
            except ScenarioError as error:
                lost = lost_promises(error, scenario)
                if not lost:
                    raise
                broken += lost
                tree = without_commitments(tree, {one.id for one in lost})
                scenario = load.from_tree(tree, scenario.origin)
                network = replace(network, scenario=scenario)
        return Search(self, rest, problem, scenario, network, tuple(broken)).verdict()


def lost_promises(error: ScenarioError, scenario: Scenario) -> tuple[Commitment, ...]:
    """The commitments that a problem could not be posed with."""
    found = (re.match(r"commitments\[([^\]]+)\]", issue.where) for issue in error.issues)
    named = {match[1] for match in found if match}
    return tuple(one for one in scenario.commitments if one.id in named)


def without_begun(scenario: Scenario, past: Past) -> Scenario:
    """The scenario with those promises only whose movement has not begun."""
    begun = {leg.commitment for leg in past.legs.values()}
    kept = tuple(one for one in scenario.commitments if one.id not in begun)
    return scenario.model_copy(update={"commitments": kept})


def posed(rest: Rest) -> EvacuationProblem:
    """The problem of the rest. Raises ScenarioError with every promise that cannot be kept."""
    problem = pose(rest.scenario, rest.network, effort=_effort(), earlier=rest.earlier)
    faults = clashes(problem) if rest.scenario.commitments else []
    if faults:
        raise ScenarioError(faults)
    return problem


def _effort() -> Effort:
    points = load.solver_config().effort
    return Effort(points.per_loaded_leg, points.per_empty_leg)


@dataclass(frozen=True)
class _Whole:
    """A plan of what has happened and what is to come, without bounds and reasons yet."""

    plan: Plan
    network: TransportNetwork
    values: dict[str, float]


@dataclass(frozen=True)
class Search:
    """The search for the rest of one plan, and what is made of what it finds."""

    renewal: Renewal
    rest: Rest
    problem: EvacuationProblem
    scenario: Scenario
    network: TransportNetwork
    broken: tuple[Commitment, ...]
    anew: bool = False
    """Whether the search begins without the running plan."""
    reckons: bool = True
    """Whether bounds are reckoned again from their prices, for a plan that will be kept."""
    prices: Memory | None = None
    """What a search of the whole scenario knew: itineraries, and prices for the proof."""

    def verdict(self) -> Verdict:
        """The new plan, checked."""
        renewal = self.renewal
        grounds = Grounds(renewal.before, self.network)
        memory = None
        if not self.anew:
            memory = memory_of(
                renewal.report, renewal.past, self.problem, grounds, self._former_problem()
            )
            if self.prices is not None and self.prices.step_s == memory.step_s:
                memory = replace(self.prices, vehicles=memory.vehicles, alone=memory.alone)
        solver = Solver(
            self.problem, renewal.limits, renewal.on_update, renewal.should_stop, memory=memory
        )
        manning = solver.search(lambda chosen: Scheduler(self.problem, chosen, pack).man())
        draft = pipeline.to_plan(self.problem, solver, manning)
        new = like_before(self.problem, list(ahead(renewal.report, renewal.past)), draft.sorties)
        found = self._whole(
            draft, grounds, [self._own(sortie) for sortie in new], draft.self_movements
        )
        here = verify.values(draft, self.rest.scenario, self.rest.network)
        before = {name: found.values[name] - here.get(name, 0.0) for name in found.values}
        before["changes"] = 0.0
        left = self._left(worth.left_behind(self.problem, solver, manning, search=False))
        late = worth.lateness(self.problem, solver, manning)
        kept = self._gone_on_with(draft, grounds, found)
        if kept is not None:
            told = renewal.plan
            verdict = self._judged(solver, kept, before, told.left_behind, told.late)
            if not verdict.violations:
                return verdict
        return self._judged(solver, found, before, left, late)

    def _former_problem(self) -> EvacuationProblem | None:
        """The problem that the running plan solves; None where it says no prices of it."""
        if not self.renewal.plan.certificates:
            return None
        before = self.renewal.before
        return pose(before.scenario, before, effort=_effort())

    def _judged(
        self, solver: Solver, found: _Whole, before: dict[str, float],
        left: tuple[LeftBehind, ...], late: tuple[Late, ...],
    ) -> Verdict:  # fmt: skip
        """The plan with its bounds and reasons, before the witness; ``before`` is by level what
        had happened is worth, in every plan from now on."""
        here = {name: value - before[name] for name, value in found.values.items()}
        levels = []
        for proof in solver.prove(here):
            bound = self._reckoned_again(proof, here) + before[proof.level]
            method = proof.method + FROM_NOW
            moved = replace(proof, bound=bound, method=method)
            levels.append(pipeline.level_result(moved, found.values, {}))
        told = tuple(levels)
        plan = found.plan.model_copy(
            update={"levels": told, "status": pipeline.worst_status(told), "left_behind": left,
                    "late": self._late(found, late), "stopped_by": solver.stopped_by}
        )  # fmt: skip
        return verify.check(plan, self.scenario, found.network)

    def _reckoned_again(self, proof: LevelProof, values: dict[str, float]) -> float:
        """The bound of what was left to plan, no higher than its prices bear out: the problem that
        they belong to is here now, and in no file later."""
        if not self.reckons or proof.certificate is None or proof.bound <= 0:
            return proof.bound
        again = bounds.bound(self.problem, proof.certificate, values)
        return proof.bound if again is None else min(proof.bound, max(0.0, again))

    def _gone_on_with(self, draft: Plan, grounds: Grounds, found: _Whole) -> _Whole | None:
        """The running plan as it was, where it is as good as what was found, within the gap."""
        renewal, report = self.renewal, self.renewal.report
        rest: dict[str, list[PlanLeg]] = {}
        for sortie, _, leg in ahead(report, renewal.past):
            route = grounds.route(leg)
            if route.id not in self.network.routes:
                return None
            rest.setdefault(sortie.id, []).append(leg.model_copy(update={"route": route.id}))
        sorties = [
            report.sorties[name].model_copy(update={"legs": tuple(legs)})
            for name, legs in rest.items()
        ]
        alone = tuple(
            own.model_copy(update={"route": grounds.route(own).id})
            for own in renewal.plan.self_movements if own.depart_s >= report.now_s
        )  # fmt: skip
        kept = self._whole(draft, grounds, sorties, alone)
        broken = verify.check(kept.plan, self.scenario, kept.network).violations
        if any(one.rule not in NOT_TOLD_YET for one in broken):
            return None
        for name in self.scenario.priorities.levels:
            gap = 0.0 if name in PEOPLE else renewal.limits.gap
            if name == "changes":
                return kept
            if kept.values[name] > found.values[name] * (1 + gap) + 1e-6:
                return None
        return kept

    # ------------------------------------------------------------------ the whole plan

    def _whole(
        self, draft: Plan, grounds: Grounds, new: list[Sortie], walks: tuple[SelfMovement, ...]
    ) -> _Whole:
        """What has happened, and the rest behind it."""
        renewal, past = self.renewal, self.renewal.past
        names = _Names(grounds, plan_id(renewal.plan))
        frozen = [
            sortie.model_copy(update={"legs": tuple(map(names.leg, sortie.legs))})
            for sortie in past.sorties
        ]
        sorties = _joined(frozen, new)
        alone = tuple(map(names.own, past.self_movements))
        alone += _numbered(alone, walks)
        former_routes = {
            leg.route: grounds.route(leg) for sortie in renewal.plan.sorties for leg in sortie.legs
        }
        compared = Comparison(renewal.report, past, self.network, former_routes, self.broken)
        under_way = UnderWay(
            former=plan_id(renewal.plan), now_s=renewal.report.now_s,
            situation=renewal.report.tree,
            sorties=renewal.plan.sorties, self_movements=renewal.plan.self_movements,
            routes=tuple(names.kept.values()), changes=compared.changes(sorties),
        )  # fmt: skip
        provenance = renewal.plan.provenance.model_copy(
            update={"tree": self.scenario.origin.tree, "seed": renewal.limits.seed,
                    "engine": draft.provenance.engine,
                    "engine_reason": draft.provenance.engine_reason,
                    "planner_version": draft.provenance.planner_version}
        )  # fmt: skip
        plan = draft.model_copy(
            update={"provenance": provenance, "people": people(self.scenario),
                    "sorties": tuple(sorties), "self_movements": alone, "under_way": under_way}
        )  # fmt: skip
        network = with_kept(self.network, plan)
        replay = Replay(plan, self.scenario, network)
        plan = plan.model_copy(
            update={"teams": _teams(replay), "aid": _aid(replay),
                    "conditional_on": verify.conditional_on(plan, self.scenario, network),
                    "harm_of_staying": verify.staying_harm(plan, self.scenario, network)}
        )  # fmt: skip
        return _Whole(plan, network, verify.values(plan, self.scenario, network))

    def _own(self, sortie: Sortie) -> Sortie:
        """The sortie with people of hubs under their own groups' names."""
        legs = []
        for leg in sortie.legs:
            lines = [
                line if line.group not in self.rest.whose
                else line.model_copy(update=dict(zip(
                    ("group", "means"), self.rest.whose[line.group], strict=True
                )))
                for line in leg.manifest
            ]  # fmt: skip
            legs.append(leg.model_copy(update={"manifest": tuple(lines)}))
        return sortie.model_copy(update={"legs": tuple(legs)})

    def _left(self, found: tuple[LeftBehind, ...]) -> tuple[LeftBehind, ...]:
        """Who is left behind under their own names; who is stuck in a hub is told so."""
        told = []
        for entry in found:
            entry = self._over_closed_links(entry)
            own = self.rest.whose.get(entry.group)
            if own is not None:
                place = entry.group.split("|")[2]
                reason = f"they are at '{place}' and get no further: {entry.reason}"
                entry = entry.model_copy(update={"group": own[0], "reason": reason})
            told.append(entry)
        return tuple(told)

    def _over_closed_links(self, entry: LeftBehind) -> LeftBehind:
        """People all of whose ways lead over links that were reported closed are told so."""
        place = self.rest.scenario.group(entry.group).at
        ways = [
            self.network.routes[name]
            for (origin, _, profile), names in self.network.between.items()
            if origin == place and profile in self.network.profile_of.values() for name in names
        ]  # fmt: skip
        for closing in self.renewal.report.links:
            names = names_of(self.renewal.report, closing.link)
            over = [any(use.link in names for use in way.links) for way in ways]
            if entry.unwilling or closing.is_open or not ways or not all(over):
                continue
            since = self.renewal.report.when(closing.from_s)
            reason = f"every way leads over '{closing.link}', which is closed since {since}"
            if closing.until_s < self.scenario.horizon_s:
                reason += f" until {self.renewal.report.when(closing.until_s)}"
            return entry.model_copy(update={"reason": reason, "reason_code": "closed"})
        return entry

    def _late(self, whole: _Whole, found: tuple[Late, ...]) -> tuple[Late, ...]:
        """When the last of each group is out, those who left before counted too."""
        reasons = {entry.group: entry.reason for entry in reversed(found)}
        for entry in found:
            own = self.rest.whose.get(entry.group)
            if own is not None:
                reasons.setdefault(own[0], entry.reason)
        replay = Replay(whole.plan, self.scenario, whole.network)
        told = [
            Late(
                group=group, persons=sum(n for _, n, _ in came), missed=missed_of(replay, group),
                last_s=max(at for at, _, _ in came),
                reason=reasons.get(group, "they had left before the plan was made anew"),
            )
            for group, came in replay.arrivals.items()
        ]  # fmt: skip
        return tuple(sorted(told, key=lambda late: (-late.last_s, late.group)))


def _teams(replay: Replay) -> tuple[TeamDelivery, ...]:
    found = []
    for team in replay.scenario.teams:
        persons, arrive_s, _ = team_delivery(replay, team.id)
        found.append(TeamDelivery(team=team.id, persons=persons, arrive_s=arrive_s))
    return tuple(found)


def _aid(replay: Replay) -> tuple[AidDelivery, ...]:
    found = []
    for aid in replay.scenario.aid:
        kg, arrive_s = delivered(replay, aid.id)
        found.append(AidDelivery(aid=aid.id, kg=kg, arrive_s=arrive_s))
    return tuple(found)


class _Names:
    """Ways that have been taken: by today's name where it is the same way, else kept."""

    def __init__(self, grounds: Grounds, former: str) -> None:
        self.grounds = grounds
        self.mark = former.rpartition("-")[2][:6]
        self.kept: dict[str, KeptRoute] = {}

    def _name(self, route: Route) -> str:
        if self.grounds.now.routes.get(route.id) == route:
            return route.id
        name = f"{route.id}~{self.mark}"
        self.kept[name] = kept_route(route, name)
        return name

    def leg(self, leg: PlanLeg) -> PlanLeg:
        """The leg by a way that the new plan knows."""
        return leg.model_copy(update={"route": self._name(self.grounds.before.routes[leg.route])})

    def own(self, own: SelfMovement) -> SelfMovement:
        """The same for a movement by own means."""
        return own.model_copy(update={"route": self._name(self.grounds.before.routes[own.route])})


def _joined(frozen: list[Sortie], new: list[Sortie]) -> list[Sortie]:
    """Sorties in order of time: a sortie that has only gone out so far is gone on with."""
    last: dict[tuple[str, int], int] = {}
    found = list(frozen)
    for index, sortie in enumerate(found):
        key = (sortie.fleet, sortie.vehicle)
        if key not in last or found[last[key]].start_s <= sortie.start_s:
            last[key] = index
    counts = {key: _number(found[index].id) for key, index in last.items()}
    names: dict[str, str] = {}
    for sortie in sorted(new, key=lambda s: (s.fleet, s.vehicle, s.start_s)):
        key = (sortie.fleet, sortie.vehicle)
        index = last.pop(key, -1)
        if index >= 0 and not any(leg.manifest for leg in found[index].legs):
            legs = (*found[index].legs, *sortie.legs)
            names[sortie.id] = found[index].id
            found[index] = found[index].model_copy(update={"legs": legs})
            continue
        counts[key] = counts.get(key, 0) + 1
        name = f"{sortie.fleet}-{sortie.vehicle}-{counts[key]}"
        names[sortie.id] = name
        found.append(sortie.model_copy(update={"id": name}))
    found = [_escorted(sortie, frozen, names) for sortie in found]
    return sorted(found, key=lambda s: (s.start_s, s.fleet, s.vehicle))


def _escorted(sortie: Sortie, frozen: list[Sortie], names: dict[str, str]) -> Sortie:
    """The sortie whose new legs name their escorts as these are called now."""
    kept = {leg for one in frozen if one.id == sortie.id for leg in one.legs}
    legs = tuple(
        leg if leg in kept or not leg.escorted_by
        else leg.model_copy(update={"escorted_by": tuple(names[n] for n in leg.escorted_by)})
        for leg in sortie.legs
    )  # fmt: skip
    return sortie.model_copy(update={"legs": legs})


def _number(name: str) -> int:
    tail = name.rpartition("-")[2]
    return int(tail) if tail.isdigit() else 0


def _numbered(
    before: tuple[SelfMovement, ...], new: tuple[SelfMovement, ...]
) -> tuple[SelfMovement, ...]:
    """Movements by own means with ids that go on from those that have left."""
    last: dict[str, int] = {}
    for own in before:
        head = own.id.rpartition("-")[0]
        last[head] = max(last.get(head, 0), _number(own.id))
    found: list[Any] = []
    for own in new:
        head = own.id.rpartition("-")[0]
        last[head] = last.get(head, 0) + 1
        found.append(own.model_copy(update={"id": f"{head}-{last[head]}"}))
    return tuple(found)
