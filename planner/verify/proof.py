"""Rules about what the plan says of itself: names, reasons, totals, levels, bounds, origin."""

from __future__ import annotations

import math
from collections.abc import Iterator

from planner.plan import LevelResult
from planner.scenario import people
from planner.verify.figures import (
    LEVEL_UNITS,
    harm_of_staying,
    level_values,
    missed_deadlines,
)  # fmt: skip
from planner.verify.replay import Replay

Found = Iterator[tuple[str, str]]
RELATIVE = 1e-6
DEADLINES = "missed_deadlines"
ORDER = ("OPTIMAL", "FEASIBLE", "NO_PLAN_IN_TIME", "PROVEN_IMPOSSIBLE")


def same(a: float, b: float) -> bool:
    """Equal to one millionth of the larger, or of 1."""
    return (
        math.isfinite(a) and math.isfinite(b) and abs(a - b) <= RELATIVE * max(1.0, abs(a), abs(b))
    )


def references(replay: Replay) -> Found:
    """Everything that the plan names exists, ids are unique, and counts are counts."""
    yield from replay.unknown
    seen: set[str] = set()
    ids = [s.id for s in replay.plan.sorties] + [m.id for m in replay.plan.self_movements]
    for name in ids:
        if name in seen:
            yield name, "two movements have this id"
        seen.add(name)
    for m in replay.movements:
        for line in m.manifest:
            if (
                line.units < 1
                or line.unit_persons < 1
                or not 0 <= line.unit_stretchers <= line.unit_persons
            ):
                yield m.where, f"a manifest line of '{line.group}' does not count people"
        for ride in m.leg.teams if m.leg else ():
            if ride.persons < 1:
                yield m.where, f"a ride of team '{ride.team}' does not count people"


def reasons(replay: Replay) -> Found:
    """Everyone who is left behind is told of with a group, a number and a reason."""
    for entry in replay.plan.left_behind:
        if entry.group not in replay.groups:
            yield entry.group, "people are left behind of a group that the scenario does not know"
        if entry.persons < 1:
            yield entry.group, f"{entry.persons} persons left behind is not a count of people"
        if not entry.reason.strip() or not entry.reason_code.strip():
            yield entry.group, "no reason is given for leaving people behind"
        if entry.unwilling != (entry.reason_code == "unwilling"):
            yield entry.group, f"the reason '{entry.reason_code}' does not fit who is left behind"


def totals(replay: Replay) -> Found:
    """The plan's totals are those of the scenario."""
    plan, scenario = replay.plan, replay.scenario
    if plan.people != people(scenario):
        yield "people", f"the plan counts {plan.people} people, the scenario has {people(scenario)}"
    if plan.horizon_s != scenario.horizon_s:
        yield (
            "horizon_s",
            f"the plan's horizon is {plan.horizon_s} s, the scenario's {scenario.horizon_s} s",
        )
    staying = harm_of_staying(replay)
    if not same(plan.harm_of_staying, staying):
        yield "harm_of_staying", f"the plan says {plan.harm_of_staying:g}, recomputed {staying:g}"


def levels(replay: Replay) -> Found:
    """Every level is there in the scenario's order, with the value that the manifests give.

    The value of the missed deadlines has a rule of its own, ``deadlines``.
    """
    told = tuple(level.name for level in replay.plan.levels)
    wanted = replay.scenario.priorities.levels
    if told != wanted:
        yield (
            "levels",
            f"the plan has {', '.join(told) or 'none'}, the scenario asks {', '.join(wanted)}",
        )
    values = level_values(replay)
    for level in replay.plan.levels:
        if level.name not in values:
            continue
        if level.name != DEADLINES:
            yield from _told(level, values[level.name])
        if level.unit != LEVEL_UNITS[level.name]:
            yield level.name, f"is counted in {LEVEL_UNITS[level.name]}, not in {level.unit}"


def deadlines(replay: Replay) -> Found:
    """C17: who arrives after the deadline, or never, is counted as missed, and nobody else."""
    for level in replay.plan.levels:
        if level.name == DEADLINES:
            yield from _told(level, missed_deadlines(replay))


def _told(level: LevelResult, value: float) -> Found:
    if not same(level.value, value):
        yield level.name, f"the plan says {level.value:.9g}, recomputed {value:.9g}"


def bounds(replay: Replay) -> Found:
    """No value beats its bound, gaps are what they say, OPTIMAL means a closed gap."""
    for level in replay.plan.levels:
        yield from _bound(level)
    if "PROVEN_IMPOSSIBLE" in {level.status for level in replay.plan.levels}:
        yield from _impossible(replay)
    worst = max((level.status for level in replay.plan.levels), key=ORDER.index, default=None)
    if worst is not None and ORDER.index(replay.plan.status) != ORDER.index(worst):
        yield "status", f"the plan is {replay.plan.status}, its worst level is {worst}"


def _impossible(replay: Replay) -> Found:
    """That nobody can move is said of no plan that moves somebody, nor where nobody would go."""
    if any(m.manifest for m in replay.movements):
        yield "status", "the plan moves people and says that nobody can be moved"
    willing = level_values(replay).get("left_behind", 0.0)
    if not willing:
        yield "status", "nobody who would go is left behind, and it is called impossible"
    for level in replay.plan.levels:
        if level.status == "PROVEN_IMPOSSIBLE" and level.gap > RELATIVE:
            yield level.name, f"is called impossible with a gap of {level.gap:.3g}"


def _bound(level: LevelResult) -> Found:
    if not (math.isfinite(level.value) and math.isfinite(level.bound) and math.isfinite(level.gap)):
        yield level.name, "value, bound and gap must be numbers"
        return
    room = RELATIVE * max(1.0, abs(level.value))
    if level.bound > level.value + room:
        yield level.name, f"the value {level.value:.9g} is better than its bound {level.bound:.9g}"
    anytime = level.any_moment_bound
    if anytime is not None and not anytime <= level.bound + room:
        yield (
            level.name,
            f"a bound in continuous time of {anytime:.9g} lies above the one on the grid",
        )
    gap = abs(level.value - level.bound) / max(1.0, abs(level.value))
    if abs(gap - level.gap) > RELATIVE:
        yield level.name, f"the gap is {gap:.3g}, the plan says {level.gap:.3g}"
    if level.status == "OPTIMAL" and gap > RELATIVE:
        yield level.name, f"is called OPTIMAL with a gap of {gap:.3g}"


def origin(replay: Replay) -> Found:
    """The plan was made from this scenario and this map."""
    said, known = replay.plan.provenance, replay.scenario.origin
    if known.sha256 and said.scenario_sha256 != known.sha256:
        yield "scenario_sha256", "the plan was made from another scenario file"
    if said.what_if != known.what_if:
        yield "what_if", f"the plan is for what-if {said.what_if!r}, this is {known.what_if!r}"
    if said.map_sha256 != replay.network.map_hashes:
        yield "map_sha256", "the plan was made on another map"
