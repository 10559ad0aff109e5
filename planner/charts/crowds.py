"""How many people are where at a moment: waiting at home or at a hub, under way, safe."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from planner.plan import Plan
from planner.scenario import Scenario, segments

if TYPE_CHECKING:
    from planner.verify import Verdict


@dataclass(frozen=True)
class Crowd:
    """People at one place at one moment.

    ``to_leave`` still wait and will leave by this plan, ``left`` want to leave but do not,
    ``staying`` stay by choice, ``safe`` have arrived at a haven.
    """

    to_leave: int = 0
    left: int = 0
    staying: int = 0
    safe: int = 0


def havens(scenario: Scenario) -> frozenset[str]:
    """Ids of the places where a journey ends."""
    return frozenset(place.id for place in scenario.places if place.role == "safe_haven")


def moves(plan: Plan) -> list[tuple[str, str, int, int, int]]:
    """(origin, destination, leaves at, is there at, persons) of every load, own means included."""
    found = [
        (leg.origin, leg.destination, leg.depart_s, leg.unload_end_s, leg.persons)
        for _, leg in plan.final_legs
    ]
    found += [
        (m.origin, m.destination, m.depart_s, m.arrive_s, m.persons) for m in plan.self_movements
    ]
    return found


def crowds(verdict: Verdict, t_s: int) -> dict[str, Crowd]:
    """Place id → who is there at the moment, for every place of the scenario."""
    plan, scenario = verdict.plan, verdict.scenario
    safe_places = havens(scenario)
    present = {place.id: 0 for place in scenario.places}
    left = dict(present)
    staying = dict(present)
    homes = {group.id: group.at for group in scenario.groups}
    for group in scenario.groups:
        present[group.at] += sum(segment.persons for segment in segments(scenario, group))
    for entry in plan.left_behind:
        counted = staying if entry.unwilling else left
        counted[homes[entry.group]] += entry.persons
        present[homes[entry.group]] -= entry.persons
    for origin, destination, leaves_s, there_s, persons in moves(plan):
        if leaves_s <= t_s:
            present[origin] -= persons
        if there_s <= t_s:
            present[destination] += persons
    return {
        place: Crowd(
            to_leave=0 if place in safe_places else number,
            left=left[place],
            staying=staying[place],
            safe=number if place in safe_places else 0,
        )
        for place, number in present.items()
    }


def crowd_steps(verdict: Verdict) -> dict[str, list[tuple[int, Crowd]]]:
    """Place id → (seconds after the start, who is there from then on), from 0 on.

    What :func:`crowds` says of every moment, at once.
    """
    safe_places = havens(verdict.scenario)
    changes: dict[str, dict[int, int]] = {place.id: {} for place in verdict.scenario.places}
    for origin, destination, leaves_s, there_s, persons in moves(verdict.plan):
        for place, moment, number in (
            (origin, leaves_s, -persons),
            (destination, there_s, persons),
        ):
            changes[place][max(0, moment)] = changes[place].get(max(0, moment), 0) + number
    found = {}
    for place, begun in crowds(verdict, -1).items():
        field = "safe" if place in safe_places else "to_leave"
        steps = [(0, begun)]
        for moment, number in sorted(changes[place].items()):
            known = steps[-1][1]
            now = replace(known, **{field: getattr(known, field) + number})
            steps = [*steps[:-1], (0, now)] if moment == 0 else [*steps, (moment, now)]
        found[place] = steps
    return found


def safe_by(verdict: Verdict) -> tuple[tuple[int, int], ...]:
    """(seconds after the start, persons safe by then): the steps of the evacuation curve from 0."""
    total, steps = 0, [(0, 0)]
    for moment, persons in verdict.plan.arrivals(havens(verdict.scenario)):
        total += persons
        if steps[-1][0] == moment:
            steps[-1] = (moment, total)
        else:
            steps.append((moment, total))
    return tuple(steps)


def safe_at(steps: tuple[tuple[int, int], ...], t_s: int) -> int:
    """Persons safe at a moment."""
    index = bisect_right([moment for moment, _ in steps], t_s) - 1
    return steps[index][1] if index >= 0 else 0


def most_that_can_leave(verdict: Verdict) -> int | None:
    """No plan on this grid brings more people out: the willing less those who stay at least.

    The proven bound of level 1 counts heads by weight. As few people as possible stay where the
    heaviest stay first. None where the bound is unknown.
    """
    plan, scenario = verdict.plan, verdict.scenario
    bound = next((level.bound for level in plan.levels if level.name == "left_behind"), None)
    if bound is None:
        return None
    # A bound of 3.2 heads means at least 4; a hair above 3 is rounding.
    missing, least = bound - 1e-6, 0.0
    for group in sorted(scenario.groups, key=lambda one: -one.weight):
        if missing <= 0 or not group.weight:
            break
        willing = sum(s.persons for s in segments(scenario, group) if s.means != "unwilling")
        stay = min(float(willing), missing / group.weight)
        least += stay
        missing -= stay * group.weight
    return plan.people - plan.unwilling - max(0, math.ceil(least))
