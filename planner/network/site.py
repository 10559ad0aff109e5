"""The ground while it is being put together, and what the scenario's links are like."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from planner import speeds
from planner.errors import Issue
from planner.network.ways import Drawing, Figures, Ints
from planner.network.zones import distance_m
from planner.scenario import Link, Scenario
from planner.units import Rate

if TYPE_CHECKING:
    from planner.roads import RegionMap

TOWN_M = 3000
"""``along`` spares the towns: nothing within this distance of either end is meant."""
ROUGH_CLASSES = frozenset({"track", "path", "bridleway"})


@dataclass
class Site:
    """Everything while the graph is being put together."""

    scenario: Scenario
    region: RegionMap | None
    positions: dict[str, tuple[float, float]]
    table: speeds.SpeedTable
    drawing: Drawing = field(default_factory=Drawing)
    node_of: dict[int, int] = field(default_factory=dict)
    edge_of: dict[tuple[int, int, int], int] = field(default_factory=dict)
    edge_values: list[dict[str, Any]] = field(default_factory=list)
    capacity: dict[str, Rate] = field(default_factory=dict)
    bridges: set[str] = field(default_factory=set)
    issues: list[Issue] = field(default_factory=list)

    def fault(self, where: str, problem: str, remedy: str) -> None:
        """Note something that the scenario says wrongly about the map."""
        self.issues.append(Issue(self.scenario.origin.file, 0, where, problem, remedy))

    def mark(self, link: Link, ways: Ints) -> None:
        """Let ways bear the link's id, and shut them where it is closed."""
        for way in ways.tolist():
            self.drawing.marks.setdefault(way, []).append(link.id)
            if link.status == "closed":
                self.drawing.shut.add(way)


def link_figures(
    scenario: Scenario,
    link: Link,
    table: speeds.SpeedTable,
    positions: dict[str, tuple[float, float]],
) -> Figures:
    """What an added link is like. Its speed, or its class's, times the factor of its condition."""
    length = link.length_m
    if length is None:
        assert link.from_ is not None and link.to is not None
        spots = [np.array([x]) for place in (link.from_, link.to) for x in positions[place]]
        length = round(float(distance_m(spots[0], spots[1], spots[2], spots[3])[0]))
    limit: float | None = link.speed_mph
    road_class = link.road_class
    if road_class is None and link.mode == "road" and link.condition != "good":
        road_class = "unclassified"  # of a damaged road of no class: not the vehicle's own speed
    if limit is None and road_class is not None:
        limit = table.figures(road_class).speed_mph
    factor = table.conditions_bp.get(link.condition, 10000)
    as_of = "" if link.as_of is None else claim_date(scenario, link)
    return Figures(
        length_m=float(length),
        road_class=road_class or link.mode,
        limit_mph=None if limit is None else limit * factor / 10000,
        motor=link.mode != "foot",
        rough=link.road_class in ROUGH_CLASSES,
        source=link.source or "",
        as_of=as_of,
        estimate=link.estimate or link.length_m is None,
    )


def claim_date(scenario: Scenario, link: Link) -> str:
    """Local date of what is said about the link, in ISO 8601."""
    return scenario.local(scenario.at_s(link.as_of)).date().isoformat()
