"""Large lifts: the planner against the compact model in HiGHS, SCIP and CP-SAT.

``python -m tests.bench.lift --districts N --hours H [--seed S] [--fleets F] [--chain] [--step MIN]
[--only ours,highs,scip,cpsat] [--time-limit S] [--memory-mb MB] [--growth] [--json]``

One generated case (``lift_case``), one objective: the sum of arrival times, whoever is left behind
counting the horizon. Every engine runs in a process of its own, is given the same posed problem and
stops at a gap of 1 % between its own value and its own proven bound, or at the time limit. ``ours``
is the front door (``planner.solvers.Solver``: search, then proof); the others are given the same
compact model (``planner.solvers.compact``), two threads where they take them. Seconds count from
the posed problem to the last answer, building the model or the columns included, ours with manning
and the proof of its bound besides; what all of them load before (packages, compiled kernels, the
scenario, its problem) is not counted. ``wall`` is the whole process with all of that. CPU seconds
tell more where the machine has other work. Values are those that ``planner.verify`` recounts from
the manned plan, which has to stand before it; every bound has to lie below every value, and ours,
at the prices that prove it, has to come out again by a dynamic programme (``planner.bounds``).
With ``--growth`` one case after the other grows, and the others take part as long as their model
fits into the memory given.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import time
from dataclasses import asdict, dataclass, replace
from multiprocessing.connection import Connection
from typing import Any

from planner import bounds, verify
from planner.pipeline import make_network, make_problem, peak_rss_mb, to_plan
from planner.plan import LeftBehind
from planner.problem import EvacuationProblem
from planner.scenario import people
from planner.schedule import Manning, Scheduler
from planner.solvers import LevelProof, Limits, Solver, compact
from planner.solvers.columns import ColumnEngine
from planner.solvers.compact_solve import optimise
from tests.bench.lift_case import Size, components, scenario

ENGINES = ("ours", "highs", "scip", "cpsat")
SOLVER = {"highs": "highs", "scip": "gscip", "cpsat": "cpsat"}
GAP = 0.01
THREADS = 2
LEVEL = "arrival"
REACHED = "within the gap"
GRACE_S = 60.0
TOLERANCE = 1e-6
GROWTH = ((10, 3), (20, 3), (40, 6), (60, 9), (100, 12))
"""Districts and fleets of the growing cases."""
GROWTH_HOURS = (168, 336)


@dataclass(frozen=True)
class Row:
    """What one engine did; ``told`` is the value that it said itself."""

    case: str
    engine: str
    seconds: float | None
    value: float | None
    told: float | None
    bound: float | None
    gap: float | None
    cpu_s: float | None
    rss_mb: float | None
    status: str
    left: int | None = None
    violations: tuple[str, ...] = ()
    checked: float | None = None
    """The bound reckoned a second time, by a plain dynamic programme at the same prices."""
    wall_s: float | None = None
    """The whole process, from its start to its answer."""


@dataclass(frozen=True)
class Task:
    """What a process is asked to do."""

    size: Size
    engine: str
    time_s: float
    memory_mb: float
    seed: int


# ------------------------------------------------------------------ in a process of its own


def _work(task: Task, pipe: Connection) -> None:
    pipe.send(_run(task))
    pipe.close()


def _run(task: Task) -> Row:
    case = scenario(task.size)
    problem = make_problem(case, make_network(case))
    row = Row(task.size.name, task.engine, *[None] * 7, "")
    if task.engine == "ours":
        return _ours(task, problem, row)
    return _peer(task, problem, row)


def _load_kernels(problem: EvacuationProblem) -> None:
    """One round of an engine that nobody keeps: compiled kernels are loaded, as OR-Tools is."""
    ColumnEngine(problem, problem.plan).optimise(LEVEL, {}, until=time.monotonic(), rounds=1)


def _ours(task: Task, problem: EvacuationProblem, row: Row) -> Row:
    _load_kernels(problem)
    begun, cpu = time.monotonic(), time.process_time()
    solver = Solver(problem, Limits(time_s=task.time_s, seed=task.seed, gap=GAP))
    manning = solver.search(lambda chosen: Scheduler(problem, chosen).man())
    draft = to_plan(problem, solver, manning)
    values = verify.values(draft, problem.scenario, problem.network)
    proof = next(proof for proof in solver.prove(values) if proof.level == LEVEL)
    row = replace(row, seconds=time.monotonic() - begun, cpu_s=time.process_time() - cpu,
                  rss_mb=peak_rss_mb())  # fmt: skip
    _, broken, left = _recount(problem, manning)
    return _judged(
        replace(row, told=values[LEVEL], left=left, value=values[LEVEL], bound=proof.bound,
                violations=broken, checked=_checked(problem, proof))
    )  # fmt: skip


def _checked(problem: EvacuationProblem, proof: LevelProof) -> float | None:
    """The bound at the prices that prove it, by other means; None where it has none."""
    return proof.certificate and bounds.bound(problem, proof.certificate, {})


def _peer(task: Task, problem: EvacuationProblem, row: Row) -> Row:
    begun, cpu = time.monotonic(), time.process_time()
    try:
        model = compact.build(problem, problem.plan, cap_mb=task.memory_mb)
    except compact.TooLarge as error:
        return replace(row, status=str(error))
    left_s = task.time_s - (time.monotonic() - begun)
    stop = compact.Stop(left_s, GAP, THREADS, task.seed)
    found = optimise(model.program, model.program.costs[LEVEL], [], SOLVER[task.engine], stop)
    row = replace(row, seconds=time.monotonic() - begun, cpu_s=time.process_time() - cpu,
                  rss_mb=peak_rss_mb(), bound=found.bound)  # fmt: skip
    if found.solution is None:
        return replace(row, status=found.status)
    manning = Scheduler(problem, model.chosen(found.solution)).man()
    values, broken, left = _recount(problem, manning)
    return _judged(
        replace(row, told=found.value, value=values[LEVEL], left=left, violations=broken)
    )  # fmt: skip


def _judged(row: Row) -> Row:
    assert row.value is not None and row.told is not None and row.bound is not None
    gap = (row.value - row.bound) / max(1.0, abs(row.value))
    own = (row.told - row.bound) / max(1.0, abs(row.told))
    status = REACHED if own <= GAP + TOLERANCE else "gap not reached"
    return replace(row, gap=gap, status=status)


def _recount(
    problem: EvacuationProblem, manning: Manning
) -> tuple[dict[str, float], tuple[str, ...], int]:
    """(values by level, rules broken, people left) as the witness finds them in the plan."""
    case, network = problem.scenario, problem.network
    draft = to_plan(problem, Solver(problem, Limits()), manning)
    left: dict[str, int] = {}
    for (group, _, unit), units in manning.left.items():
        left[group] = left.get(group, 0) + units * unit.persons
    entries = tuple(
        LeftBehind(group=group, persons=persons, unwilling=False, reason="not searched",
                   reason_code="no_seat")
        for group, persons in sorted(left.items()) if persons
    )  # fmt: skip
    plan = draft.model_copy(update={"left_behind": entries, "people": people(case)})
    verdict = verify.check(plan, case, network)
    proofs = ("levels", "bounds")
    broken = tuple(str(v) for v in verdict.violations if v.rule not in proofs)
    return dict(verdict.figures.levels), broken, sum(left.values())


# ------------------------------------------------------------------ all of them


def measure(task: Task) -> Row:
    """One engine in a process of its own; ended from outside where it does not keep its time."""
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(task, theirs))
    begun = time.monotonic()
    process.start()
    theirs.close()
    row = Row(task.size.name, task.engine, *[None] * 7, "ended outside")
    try:
        if mine.poll(2 * task.time_s + GRACE_S):
            row = replace(mine.recv(), wall_s=time.monotonic() - begun)
    except EOFError:
        row = replace(row, status="the process broke down")
    if process.is_alive():
        process.join(1.0)
        process.terminate()
    process.join()
    return row


def crossings(rows: list[Row]) -> list[str]:
    """Sentences on every bound that lies above a value of the same case, or above what it comes to
    when it is reckoned a second time."""
    told = [
        f"{row.case}: the bound {row.bound:,.1f} of {row.engine} comes to {row.checked:,.1f} only"
        for row in rows
        if row.bound is not None and row.checked is not None
        and row.bound > row.checked + TOLERANCE * max(1.0, abs(row.checked))
    ]  # fmt: skip
    for a in rows:
        for b in rows:
            if a.case != b.case or a.bound is None or b.value is None:
                continue
            if a.bound > b.value + TOLERANCE * max(1.0, abs(b.value)):
                told.append(
                    f"{a.case}: the bound {a.bound:,.1f} of {a.engine} is above the value "
                    f"{b.value:,.1f} of {b.engine}"
                )
    return told


def ratio(rows: list[Row]) -> float | None:
    """Seconds of the fastest other engine that reached the gap, as a multiple of ours."""
    return _multiple([(row.engine, row.seconds) for row in rows if row.status == REACHED])


def cpu_ratio(rows: list[Row]) -> float | None:
    """The same in CPU seconds, where other work on the machine tells less."""
    return _multiple([(row.engine, row.cpu_s) for row in rows if row.status == REACHED])


def _multiple(spent: list[tuple[str, float | None]]) -> float | None:
    ours = [second for engine, second in spent if engine == "ours" and second]
    peers = [second for engine, second in spent if engine != "ours" and second]
    return min(peers) / ours[0] if ours and peers else None


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _figure(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)


def table(rows: list[Row]) -> str:
    """The rows to read."""
    lines = [
        f"{'engine':7} {'seconds':>8} {'CPU s':>8} {'wall':>6} {'value':>16} {'bound':>16} "
        f"{'reckoned again':>16} {'gap':>8} {'left':>7} {'MB':>7}  status"
    ]
    for row in rows:
        lines.append(
            f"{row.engine:7} {_figure(row.seconds, '.1f'):>8} "
            f"{_figure(row.cpu_s, '.1f'):>8} {_figure(row.wall_s, '.1f'):>6} "
            f"{_figure(row.value, ',.1f'):>16} "
            f"{_figure(row.bound, ',.1f'):>16} {_figure(row.checked, ',.1f'):>16} "
            f"{_figure(row.gap, '.3%'):>8} "
            f"{_figure(row.left, ','):>7} {_figure(row.rss_mb, ',.0f'):>7}  {row.status}"
        )
        lines += [f"        broken: {text}" for text in row.violations[:3]]
    return "\n".join(lines)


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """What the command line asks for; ends with status 2 where it makes no sense."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.lift", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--districts", type=int, default=20)
    parser.add_argument("--hours", type=int, default=168)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fleets", type=int, default=3)
    parser.add_argument("--step", type=int, default=60, metavar="MINUTES")
    parser.add_argument("--chain", action="store_true", help="also bus, port and ship")
    parser.add_argument("--only", default=",".join(ENGINES), metavar="ENGINES")
    parser.add_argument("--time-limit", type=float, default=300.0, metavar="SECONDS")
    parser.add_argument("--memory-mb", type=float, default=6000.0)
    parser.add_argument("--growth", action="store_true", help="one case after the other, growing")
    parser.add_argument("--json", action="store_true")
    said = parser.parse_args(given)
    said.only = tuple(name for name in said.only.split(",") if name)
    unknown = [name for name in said.only if name not in ENGINES]
    if unknown or not said.only:
        parser.error(f"--only: {', '.join(unknown) or 'nobody'}; choose from {', '.join(ENGINES)}")
    for name in ("districts", "hours", "fleets", "step", "time_limit", "memory_mb"):
        if getattr(said, name) <= 0:
            parser.error(f"--{name.replace('_', '-')}: write a number above 0")
    return said


def sizes(said: argparse.Namespace) -> list[Size]:
    """The cases to measure."""
    if not said.growth:
        return [Size(said.districts, said.hours, said.seed, said.fleets, said.chain, said.step)]
    return [
        Size(districts, hours, said.seed, fleets, said.chain, said.step)
        for districts, fleets in GROWTH
        for hours in GROWTH_HOURS
    ]


def about(size: Size) -> dict[str, Any]:
    """How large a case is, and into how many parts that share nothing it falls."""
    case = scenario(size)
    problem = make_problem(case, make_network(case))
    found = compact.estimate(problem, problem.plan)
    parts = [part for part in components(problem) if len(part) > 1]
    return {
        "case": size.name, "people": people(case),
        "vehicles": sum(mover.count for mover in problem.plan.movers),
        "components": len(parts), "model": asdict(found), "model_mb": round(found.megabytes),
    }  # fmt: skip


def main(given: list[str] | None = None) -> int:
    """Measures, prints, and says with status 1 where a bound lies above a value."""
    said = arguments(given)
    cases, rows = [], []
    for size in sizes(said):
        case = about(size)
        cases.append(case)
        _say(
            f"{size.name}: {case['people']:,} people, {case['vehicles']} vehicles, "
            f"{case['components']} component(s), the compact model about {case['model_mb']:,} MB"
        )
        own = []
        for engine in said.only:
            task = Task(size, engine, said.time_limit, said.memory_mb, said.seed)
            own.append(measure(task))
            _say(table(own[-1:]).split("\n", 1)[1])
        rows += own
        case["ratio"], case["cpu_ratio"] = ratio(own), cpu_ratio(own)
        if not said.json:
            print(f"{size.name}\n{table(own)}")
            if case["ratio"] is not None:
                print(
                    f"the best of the others takes {case['ratio']:.1f} times as long as ours, "
                    f"{_figure(case['cpu_ratio'], '.1f')} times in CPU seconds\n"
                )
    wrong = crossings(rows)
    if said.json:
        print(json.dumps({"cases": cases, "rows": [asdict(row) for row in rows], "wrong": wrong}))
    for sentence in wrong:
        _say(sentence)
    return 1 if wrong or any(row.violations for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
