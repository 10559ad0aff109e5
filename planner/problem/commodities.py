"""Who is to be moved: like people at one place, at home and in hubs."""

from __future__ import annotations

from dataclasses import replace

from planner.problem.model import Commodity
from planner.scenario import Group, Scenario, Segment, Unit, segments


def _signature(scenario: Scenario, group: Group, unit: Unit) -> tuple[object, ...]:
    multipliers = tuple(
        (t.id, t.multiplier[group.id]) for t in scenario.threats if group.id in t.multiplier
    )
    return (
        unit, tuple(sorted(group.destinations)), tuple(sorted(group.refuses)), group.weight,
        group.deadline_s, multipliers,
    )  # fmt: skip


def _home_units(segment: Segment) -> list[tuple[Unit, int]]:
    """Seated people counted by heads; stretcher patients by units."""
    seated = sum(u.persons * n for u, n in segment.units if u.stretchers == 0)
    found = [(Unit(1), seated)] if seated else []
    return found + [(u, n) for u, n in segment.units if u.stretchers]


def commodities_of(
    scenario: Scenario, hubs: tuple[str, ...]
) -> tuple[list[Commodity], tuple[tuple[str, tuple[str, ...]], ...]]:
    """Commodities at home, then those at hubs; the groups of each transit class."""
    classes: dict[tuple[object, ...], int] = {}
    members: list[list[str]] = []
    found: list[Commodity] = []
    for group in scenario.groups:
        for segment in segments(scenario, group):
            if segment.means == "unwilling":
                continue
            for unit, count in _home_units(segment):
                key = _signature(scenario, group, unit)
                transit = classes.setdefault(key, len(classes))
                if transit == len(members):
                    members.append([])
                if group.id not in members[transit]:
                    members[transit].append(group.id)
                found.append(
                    Commodity(
                        len(found), group.at, transit, group.id, segment.means, unit, count,
                        group.weight, scenario.at_s(group.ready, 0), group.deadline_s,
                        group.needs_team, is_hub=False,
                    )
                )  # fmt: skip
    for transit in range(len(members)):
        like = next(c for c in found if c.transit == transit)
        for hub in hubs:
            found.append(
                replace(like, index=len(found), place=hub, demand=0, ready_s=0, needs_team=None,
                        means="ride", is_hub=True)
            )  # fmt: skip
    return found, tuple((m[0], tuple(m)) for m in members)
