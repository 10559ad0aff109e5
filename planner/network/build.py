"""Scenario and map → TransportNetwork."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from planner.errors import Issue, ScenarioError
from planner.network.clock import Clock
from planner.network.contraction import Contraction, links_that_matter
from planner.network.direct import DIRECT_MODES, DirectLegs, direct_legs
from planner.network.facts import Fact, facts, place_grounds
from planner.network.mapfaults import ground_faults
from planner.network.nouns import Ground, TransportNetwork, clock_of, place_open
from planner.network.profiles import Profile, profiles_of
from planner.network.roadgraph import RoadGraph, road_graph
from planner.network.stretches import Stretches, cut
from planner.network.ways import Ways
from planner.network.zones import holds_place
from planner.scenario import Scenario
from planner.timeline import Intervals

if TYPE_CHECKING:
    from planner.roads import RegionMap


def locate(
    scenario: Scenario, region: RegionMap | None
) -> tuple[dict[str, tuple[float, float]], list[Issue]]:
    """Place id to (latitude, longitude), and a fault for every place that the map does not know."""
    from difflib import get_close_matches

    positions: dict[str, tuple[float, float]] = {}
    issues = []
    for place in scenario.places:
        if not isinstance(place.at, str):
            positions[place.id] = (place.at[0], place.at[1])
            continue
        known = region.places.get(place.at) if region is not None else None
        if known is not None:
            positions[place.id] = (known.lat, known.lon)
            continue
        if region is None:
            problem = f"'{place.at}' would be a place of a map, but the scenario has no map"
            remedy = "write [latitude, longitude], or name a map with `map:`"
        else:
            problem = f"the map '{region.name}' has no place called '{place.at}'"
            close = get_close_matches(place.at, sorted(region.places), n=1)
            remedy = f"did you mean '{close[0]}'?" if close else "write [latitude, longitude]"
        issues.append(Issue(scenario.origin.file, 0, f"places[{place.id}].at", problem, remedy))
    return positions, issues


def survey(
    scenario: Scenario, region: RegionMap | None
) -> tuple[dict[str, tuple[float, float]], RoadGraph, list[Issue]]:
    """Positions, the road graph, and every fault of the scenario against the map."""
    positions, issues = locate(scenario, region)
    graph = road_graph(scenario, region, positions)
    return positions, graph, [*issues, *graph.issues, *ground_faults(scenario, region, graph)]


def build(
    scenario: Scenario, region: RegionMap | None, around: frozenset[str] = frozenset()
) -> TransportNetwork:
    """The network of a scenario on its map; ``region`` None where it has links of its own only.

    ``around`` names links for which ways round them are looked for too, though they are open.
    Raises ScenarioError with every fault against the map: unknown places, links, roads.
    """
    positions, graph, issues = survey(scenario, region)
    if issues:
        raise ScenarioError(issues)
    return _Builder(scenario, region, positions, graph, around).network()


def outline(scenario: Scenario, region: RegionMap | None) -> TransportNetwork:
    """Where things are and when they hold, without routes: all that a map of the situation shows.

    Raises ScenarioError where the map does not know a place.
    """
    positions, issues = locate(scenario, region)
    if issues:
        raise ScenarioError(issues)
    return _bare(scenario, region, positions, clock_of(scenario, positions), frozenset())


def _bare(
    scenario: Scenario,
    region: RegionMap | None,
    positions: dict[str, tuple[float, float]],
    clock: Clock,
    bridges: frozenset[str],
) -> TransportNetwork:
    """A network without routes, profiles and capacities."""
    return TransportNetwork(
        scenario=scenario,
        region=region,
        positions=positions,
        routes={},
        between={},
        profile_of={},
        grounds=place_grounds(clock, positions),
        link_open=openings(clock, bridges),
        link_capacity={},
        hazard={threat.id: clock.hazard(threat) for threat in scenario.threats},
        threats_at={
            place.id: tuple(
                t.id for t in scenario.threats if holds_place(t.zone, place.id, positions)
            )
            for place in scenario.places
        },
        map_hashes={} if region is None else dict(region.hashes),
    )


@dataclass
class _Builder:
    scenario: Scenario
    region: RegionMap | None
    positions: dict[str, tuple[float, float]]
    graph: RoadGraph
    around: frozenset[str] = frozenset()
    grounds: dict[str, Ground] = field(default_factory=dict)
    direct: dict[str, DirectLegs] = field(default_factory=dict)

    def network(self) -> TransportNetwork:
        scenario = self.scenario
        clock = clock_of(scenario, self.positions)
        profiles, of_fleet, convoy = profiles_of(scenario)
        modes = sorted({p.mode for p in profiles} & set(DIRECT_MODES))
        self.direct = {
            mode: direct_legs(scenario, self.region, self.positions, mode) for mode in modes
        }
        capacity = dict(self.graph.capacity)
        for legs in self.direct.values():
            capacity |= legs.capacity
        plain = _bare(scenario, self.region, self.positions, clock, self.graph.bridges)
        self.grounds = plain.grounds
        network = replace(
            plain,
            profile_of=of_fleet,
            convoy_profile_of=convoy,
            link_capacity={link: capacity[link] for link in sorted(capacity)},
        )
        self._add_routes(network, clock, profiles)
        return network

    def _add_routes(
        self, network: TransportNetwork, clock: Clock, profiles: Sequence[Profile]
    ) -> None:
        scenario = self.scenario
        zones = [t.zone for t in scenario.threats] + [c.zone for c in scenario.control]
        matters = frozenset(links_that_matter(scenario, network) | self.graph.bridges)
        matters |= self.around
        # What may close is told with every route, but no route is chosen for it.
        unsure = scenario.uncertainty
        told = matters | (unsure.names_of_links if unsure else frozenset())
        grounds: dict[str, tuple[Ways, Stretches, tuple[Fact, ...]]] = {}
        for profile in profiles:
            medium = profile.mode if profile.mode in DIRECT_MODES else "ground"
            if medium not in grounds:
                ways = self.graph.ways if medium == "ground" else self.direct[medium].ways
                if len(ways):
                    cuts = cut(ways, zones, self.positions, airborne=medium == "air")
                    known = facts(clock, cuts.kinds, told, self.grounds)
                    grounds[medium] = (ways, cuts, known)
            if medium not in grounds:
                continue
            made = Contraction(network, clock, profile, *grounds[medium], matters)
            if medium == "ground":
                made.over_ground(self.graph)
            else:
                made.direct(self.direct[medium])


def openings(clock: Clock, bridges: frozenset[str] = frozenset()) -> dict[str, Intervals]:
    """When each link may be used; also places with opening hours, for those who pass them."""
    found = {bridge: clock.always for bridge in sorted(bridges)}
    for link in clock.scenario.links:
        when = clock.always if link.status != "closed" else Intervals()
        when = when - Intervals.of(
            (clock.scenario.at_s(start), clock.scenario.at_s(end)) for start, end in link.closed
        )
        for window in clock.scenario.windows:
            if link.id in window.links:
                when = when & clock.passable(window)
        found[link.id] = when
    timed = {place for window in clock.scenario.windows for place in window.places}
    for place in sorted(timed - set(found)):
        found[place] = place_open(clock, place, ("road", "foot"), None)
    return found
