"""The one straight line, written down: Scenario → network → problem → Solution → Plan → Verdict."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import planner
from planner import bounds, footprint, load, roads, verify
from planner import network as ground
from planner.bounds import Recount
from planner.errors import Issue, ScenarioError
from planner.movements import Effort
from planner.network import TransportNetwork
from planner.plan import LevelResult, Plan, Provenance, Status
from planner.problem import EvacuationProblem, pose
from planner.scenario import Origin, Scenario, people
from planner.schedule import Manning, Scheduler
from planner.solvers import LevelProof, Limits, Memory, Solver, Update, clashes, pack
from planner.verify import Verdict

PROVEN = 1e-6
READY = 0.7
"""The share of the time limit beyond which getting ready no longer counts against the search."""
RARELY = (50_000, 20, 100)
WORSE: tuple[Status, ...] = ("OPTIMAL", "FEASIBLE", "NO_PLAN_IN_TIME", "PROVEN_IMPOSSIBLE")

__all__ = [
    "Limits", "Progress", "Result", "check", "make_network", "make_plan", "recount_bounds",
    "summary", "verify_file",
]  # fmt: skip


@dataclass(frozen=True)
class Progress:
    """News while a plan is made; ``gap`` is relative, times are seconds."""

    phase: str
    elapsed_s: float
    left_s: float | None
    level: str | None = None
    value: float | None = None
    bound: float | None = None
    gap: float | None = None
    evacuated: int | None = None
    message: str = ""


@dataclass(frozen=True)
class Result:
    """A Verdict with what it took to get it."""

    verdict: Verdict
    wall_s: float
    peak_rss_mb: float
    memory: Memory | None = field(default=None, repr=False, compare=False)
    """What the next search, on a scenario that differs in a few things, can begin with."""


def make_network(scenario: Scenario) -> TransportNetwork:
    """The scenario's network on its map. Raises ScenarioError with every fault against the map."""
    return ground.build(scenario, roads.load_map(scenario.map) if scenario.map else None)


def make_problem(scenario: Scenario, network: TransportNetwork) -> EvacuationProblem:
    """The problem with the effort weights of the configuration.

    Raises ScenarioError with every commitment that cannot be kept.
    """
    points = load.solver_config().effort
    effort = Effort(points.per_loaded_leg, points.per_empty_leg)
    problem = pose(scenario, network, effort=effort)
    faults = clashes(problem) if scenario.commitments else []
    if faults:
        raise ScenarioError(faults)
    return problem


@contextmanager
def _few_collections() -> Iterator[None]:
    """Lets Python's collector look for cycles rarely: a search makes millions of objects and hardly
    any cycle, and looking through them takes a fifth of its time."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@_few_collections()
def make_plan(
    scenario: Scenario,
    limits: Limits | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    remedies: bool = True,
    memory: Memory | None = None,
    begun: float | None = None,
    network: TransportNetwork | None = None,
) -> Result:
    """Plan, prove and verify; quicker with the ``memory`` of a like scenario's plan.

    Raises ScenarioError with every fault of the scenario, and where it would not fit into memory.
    The time limit counts from ``begun`` (``time.monotonic``), or from now; the search has three
    tenths of it at least. ``network``: the
    scenario's, where it is built already.

    ``should_stop`` is asked often; once it says yes the best plan so far is returned with its
    honest gap. Remedies are searched afterwards, in a budget of their own.
    """
    from planner import worth

    begun = time.monotonic() if begun is None else begun
    limits = limits or Limits()
    told = _Teller(begun, limits, on_progress)
    told.phase("network")
    network = network or make_network(scenario)
    told.phase("problem")
    footprint.check(scenario, network, limits.memory_mb or memory_cap_mb())
    problem = make_problem(scenario, network)
    # Where it takes long to get ready, the search has what it needs all the same.
    searched = max(begun, time.monotonic() - READY * limits.time_s)
    solver = Solver(problem, limits, told.update, should_stop, searched, memory)
    manning = search(problem, solver, told)
    draft = to_plan(problem, solver, manning)
    values = verify.values(draft, scenario, network)
    proofs = solver.prove(values)
    if limits.any_moment_s:
        told.phase("continuous time")
    at_any_moment = solver.prove_any_moment(values)
    wall = time.monotonic() - begun
    told.phase("reasons")
    left = worth.left_behind(problem, solver, manning, search=remedies, should_stop=should_stop)
    levels = tuple(
        level_result(proof, values, at_any_moment) for proof in _all_levels(scenario, proofs)
    )
    if not any(leg.manifest for s in draft.sorties for leg in s.legs) and not draft.self_movements:
        levels = _judged_impossible(levels, network)
    shown = {result.name: result for result in levels}
    certificates = tuple(
        proof.certificate for proof in proofs
        if proof.certificate is not None and shown[proof.level].method == proof.method
    )  # fmt: skip
    plan = draft.model_copy(
        update={"levels": levels, "certificates": certificates, "status": worst_status(levels),
                "left_behind": left, "late": worth.lateness(problem, solver, manning),
                "stopped_by": solver.stopped_by}
    )  # fmt: skip
    told.phase("verifying")
    verdict = verify.check(plan, scenario, network)
    return Result(verdict, wall, peak_rss_mb(), solver.memorise())


def search(problem: EvacuationProblem, solver: Solver, told: _Teller) -> Manning:
    """Whole vehicles, manned with whole households; mended where packing lost people."""
    del told

    def judge(manning: Manning) -> dict[str, float]:
        draft = to_plan(problem, solver, manning)
        return verify.values(draft, problem.scenario, problem.network)

    return solver.search(lambda chosen: Scheduler(problem, chosen, pack).man(), judge)


def to_plan(problem: EvacuationProblem, solver: Solver, manning: Manning) -> Plan:
    """The manned choice as a Plan, without levels and reasons yet."""
    scenario, network = problem.scenario, problem.network
    origin: Origin = scenario.origin
    provenance = Provenance(
        scenario_title=scenario.title, scenario_file=origin.file, scenario_sha256=origin.sha256,
        what_if=origin.what_if,
        patches=tuple(patch.model_dump(mode="json") for patch in origin.patches),
        tree=origin.tree, map=scenario.map, map_sha256=network.map_hashes,
        seed=solver.limits.seed, engine=solver.made_by, engine_reason=solver.choice.reason,
        planner_version=planner.__version__,
    )  # fmt: skip
    draft = Plan(
        provenance=provenance, status="FEASIBLE", stopped_by="gap",
        conditional_on=manning.conditional_on, horizon_s=scenario.horizon_s,
        step_s=problem.grid.step_s, people=people(scenario), levels=(),
        sorties=tuple(manning.sorties), self_movements=tuple(manning.self_movements),
        left_behind=(), teams=tuple(manning.teams), aid=tuple(manning.aid), harm_of_staying=0.0,
    )  # fmt: skip
    nobody_moves = draft.model_copy(update={"sorties": (), "self_movements": ()})
    harm = verify.staying_harm(nobody_moves, scenario, network)
    return draft.model_copy(update={"harm_of_staying": harm})


def _all_levels(scenario: Scenario, proofs: list[LevelProof]) -> list[LevelProof]:
    """The proofs in the scenario's order; a plan that begins anew changes none."""
    known = {proof.level: proof for proof in proofs}
    nothing = LevelProof("changes", 0.0, "any plan", "no plan was running")
    return [known.get(name, nothing) for name in scenario.priorities.levels]


def level_result(
    proof: LevelProof, values: dict[str, float], at_any_moment: dict[str, float]
) -> LevelResult:
    """What is told of a level. A bound above the value cannot be true, and is not told as proof."""
    value, method = values[proof.level], proof.method
    anytime = at_any_moment.get(proof.level)
    bound = proof.bound if anytime is None else max(proof.bound, anytime)
    if bound > value + PROVEN * max(1.0, abs(value)):
        method = CONTRADICTED.format(bound=bound, method=proof.method)
        bound, anytime = 0.0, None if anytime is None else 0.0
    gap = abs(value - bound) / max(1.0, abs(value))
    if gap <= PROVEN:
        bound, gap = value, 0.0
    status: Status = "OPTIMAL" if gap <= PROVEN else "FEASIBLE"
    return LevelResult(
        name=proof.level, value=value, bound=bound, gap=gap, unit=UNITS[proof.level],
        status=status, holds_for=proof.holds_for, method=method,
        any_moment_bound=None if anytime is None else min(bound, anytime),
    )  # fmt: skip


CONTRADICTED = (
    "none: a bound of {bound:.9g} was found ({method}), and this plan is better, so that the bound "
    "is wrong and nothing is claimed; please report it"
)
UNITS = {
    "left_behind": "persons",
    "missed_deadlines": "persons",
    "harm": "expected casualties",
    "changes": "points",
    "arrival": "person-hours",
    "effort": "effort points",
}


def _judged_impossible(
    levels: tuple[LevelResult, ...], network: TransportNetwork
) -> tuple[LevelResult, ...]:
    """Of a plan that moves nobody: the first level is proven impossible where nobody can move."""
    if not ground.nobody_can_move(network):
        return levels
    said: dict[str, Any] = {"status": "PROVEN_IMPOSSIBLE", "gap": 0.0, "method": "reachability"}
    return tuple(
        level.model_copy(update={**said, "bound": level.value})
        if level.name == "left_behind" else level
        for level in levels
    )  # fmt: skip


def worst_status(levels: tuple[LevelResult, ...]) -> Status:
    return max((level.status for level in levels), key=WORSE.index, default="FEASIBLE")


class _Teller:
    """Passes news on as Progress."""

    def __init__(
        self, begun: float, limits: Limits, on_progress: Callable[[Progress], None] | None
    ) -> None:
        self._begun, self._limits = begun, limits
        self._tell = on_progress or (lambda progress: None)

    def _clock(self) -> tuple[float, float]:
        elapsed = time.monotonic() - self._begun
        return elapsed, max(0.0, self._limits.time_s - elapsed)

    def phase(self, name: str) -> None:
        """A new phase has begun."""
        self._tell(Progress(name, *self._clock()))

    def update(self, news: Update) -> None:
        """The solver has news."""
        gap = None
        if news.value is not None and news.bound is not None and news.bound > -1e300:
            gap = abs(news.value - news.bound) / max(1.0, abs(news.value))
        bound = news.bound if gap is not None else None
        self._tell(Progress(news.phase, *self._clock(), news.level, news.value, bound, gap))


def check(path: Path) -> list[Issue]:
    """Every fault and warning of a scenario file, those against the map included."""
    scenario, issues = load.examine_file(path)
    if scenario is None:
        return sorted([*issues, *_unknown_places(path)])
    try:
        region = roads.load_map(scenario.map) if scenario.map else None
    except ScenarioError as error:
        return [*issues, *error.issues]
    told = ground.faults(scenario, region)
    if scenario.commitments and not any(issue.severity == "error" for issue in told):
        try:
            make_problem(scenario, make_network(scenario))
        except ScenarioError as error:
            told = [*told, *error.issues]
    return [*issues, *load.located(told, path.read_bytes(), str(path))]


def _unknown_places(path: Path) -> list[Issue]:
    """Places of a faulty scenario that its map does not know, as far as both can be read."""
    try:
        content = path.read_bytes()
        rest = load.remains(content, str(path))
        if rest is None or rest.map is None:
            return []
        found = ground.place_faults(rest, roads.load_map(rest.map))
    except (OSError, ScenarioError):
        return []
    return load.located(found, content, str(path))


def verify_file(path: Path) -> Verdict:
    """Judge a plan.json with nothing but the map. Raises ScenarioError where it cannot be read."""
    return verify_text(path.read_text(encoding="utf-8"), path.name)


def verify_text(text: str, name: str) -> Verdict:
    """The same of its text; ``name`` is what faults call it."""
    from planner.documents import planjson

    plan = planjson.loads(text, name)
    said = plan.provenance
    origin = Origin(
        file=said.scenario_file, sha256=said.scenario_sha256, what_if=said.what_if,
        patches=tuple(said.patches), tree=said.tree,
    )  # fmt: skip
    scenario = load.from_tree(said.tree, origin)
    network = ground.with_kept(make_network(scenario), plan)
    return verify.check(plan, scenario, network)


def recount_bounds(verdict: Verdict) -> tuple[Recount, ...]:
    """The plan's bounds, reckoned again from the prices it names; see ``planner.bounds``.

    Not those of a plan that goes on from a running one, which are bounds of what was left to plan.
    """
    if verdict.plan.under_way is not None:
        return tuple(Recount(one.name, one.bound, None) for one in verdict.plan.levels)
    return bounds.recount(verdict.plan, make_problem(verdict.scenario, verdict.network))


def summary(found: Result | Verdict) -> dict[str, Any]:
    """The figures of a plan as one object for ``--json``."""
    verdict = found.verdict if isinstance(found, Result) else found
    plan, figures = verdict.plan, verdict.figures
    out: dict[str, Any] = {
        "scenario": plan.provenance.scenario_title,
        "what_if": plan.provenance.what_if,
        "status": plan.status,
        "stopped_by": plan.stopped_by,
        "engine": plan.provenance.engine,
        "engine_reason": plan.provenance.engine_reason,
        "conditional_on": list(plan.conditional_on),
        "levels": [
            {
                key: getattr(level, key)
                for key in (
                    "name",
                    "value",
                    "bound",
                    "gap",
                    "unit",
                    "status",
                    "any_moment_bound",
                    "grid_gap",
                )
            }
            for level in plan.levels
        ],
        "people": figures.people,
        "evacuated": figures.evacuated,
        "by_sortie": figures.by_sortie,
        "self_moved": figures.self_moved,
        "left_behind": figures.left_behind,
        "unwilling": figures.unwilling,
        "harm_of_staying": figures.harm_of_staying,
        "clearance_time_min": round(figures.clearance_s / 60),
        "sorties": figures.sorties,
        "aid": [entry.model_dump() for entry in plan.aid],
        "verified": verdict.verified,
        "verdict": verdict.status,
        "violations": [str(violation) for violation in verdict.violations],
    }
    if isinstance(found, Result):
        out["wall_s"] = round(found.wall_s, 2)
        out["peak_rss_mb"] = round(found.peak_rss_mb, 1)
    return out


def memory_cap_mb() -> float:
    """The configured share of this machine's memory, in MB."""
    import psutil

    share = load.solver_config().limits.memory_bp / 10_000
    return float(share * psutil.virtual_memory().total / 1e6)


def peak_rss_mb() -> float:
    """Most memory this process has held, in MB; what it holds now where no peak is kept."""
    import psutil

    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    memory = psutil.Process().memory_info()
    return float(getattr(memory, "peak_wset", memory.rss)) / 1e6
