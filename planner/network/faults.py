"""Faults of a scenario against its ground, and groups that can reach no haven."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.errors import Issue
from planner.network.build import build, locate, survey
from planner.network.cutoff import CutOff, cut_off
from planner.network.direct import LANE_CLASS
from planner.network.nouns import TransportNetwork
from planner.network.reach import parties
from planner.roads import great_circle_m
from planner.scenario import Scenario
from planner.units import format_length

if TYPE_CHECKING:
    from planner.roads import RegionMap

FAR_FROM_SEA_M = 75_000
"""Real ports of the eastern Mediterranean lie within 60 km of their first point on a lane."""


def faults(
    scenario: Scenario, region: RegionMap | None, network: TransportNetwork | None = None
) -> list[Issue]:
    """Everything wrong with the scenario on this map; warnings for who cannot get anywhere.

    ``network``, where one has been built, saves building it again.
    """
    if network is None:
        _, _, issues = survey(scenario, region)
        if any(issue.severity == "error" for issue in issues):
            return issues
        network = build(scenario, region)
        return [*issues, *faults(scenario, region, network)]
    return [*_unreached(network), *_inland(network), *_cut_off_groups(network)]


def place_faults(scenario: Scenario, region: RegionMap | None) -> list[Issue]:
    """Places that the map does not know: all that can be said of a scenario with other faults."""
    return locate(scenario, region)[1]


def _cut_off_groups(network: TransportNetwork) -> list[Issue]:
    found: dict[str, list[CutOff]] = {}
    for entry in cut_off(network):
        found.setdefault(entry.group, []).append(entry)
    issues = []
    for group in network.scenario.groups:
        told = found.get(group.id, [])
        kinds = len(parties(network, group))
        for reason in dict.fromkeys(entry.reason for entry in told):
            some = [_who(entry) for entry in told if entry.reason == reason]
            who = (
                "nobody of the group can reach a haven"
                if len(some) == kinds
                else f"those who {' or '.join(some)} cannot reach a haven"
            )
            issues.append(
                Issue(
                    network.scenario.origin.file, 0, f"groups[{group.id}]", f"{who}: {reason}",
                    "they are left behind in every plan unless that changes", "warning",
                )
            )  # fmt: skip
    return issues


def _who(entry: CutOff) -> str:
    if entry.stretchers:
        return "lie on a stretcher"
    return {"car": "have a car", "foot": "can walk"}.get(entry.means, "need a seat")


def _unreached(network: TransportNetwork) -> list[Issue]:
    """Havens that no movement of this scenario leads to."""
    reached = {destination for _, destination, _ in network.between}
    homes = {group.at for group in network.scenario.groups}
    return [
        Issue(
            network.scenario.origin.file, 0, f"places[{place.id}]",
            "no vehicle of this scenario has a way to this haven",
            "give it a road, berths, stands or a link, or leave it out", "warning",
        )
        for place in network.scenario.places
        if place.role == "safe_haven" and place.id not in reached | homes
    ]  # fmt: skip


def _inland(network: TransportNetwork) -> list[Issue]:
    """Ports from which every sea lane begins far away: the way to it would lead over land."""
    nearest: dict[str, float] = {}
    for route in network.routes.values():
        if any(kind == LANE_CLASS["sea"] for kind, _, _ in route.segments):
            here, there = route.points[0], route.points[1]
            away = great_circle_m(here[0], here[1], there[0], there[1])
            nearest[route.origin] = min(away, nearest.get(route.origin, away))
    return [
        Issue(
            network.scenario.origin.file, 0, f"places[{place}].at",
            f"the nearest sea lane begins {format_length(round(away))} away",
            "is it on the coast? take a port of the map, or add a link of your own", "warning",
        )
        for place, away in sorted(nearest.items())
        if away > FAR_FROM_SEA_M
    ]  # fmt: skip
