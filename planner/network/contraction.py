"""Legs of one profile between places: searched, chosen, made into Routes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.network.choices import (
    GROUND,
    LINK,
    MOST,
    Avoid,
    Candidate,
    Features,
    Search,
    avoidances,
    features,
)  # fmt: skip
from planner.network.clock import Clock
from planner.network.direct import DirectLegs
from planner.network.facts import Fact
from planner.network.nouns import TransportNetwork
from planner.network.profiles import FOOT, Profile
from planner.network.roadgraph import RoadGraph
from planner.network.routes import Found, Maker, Stop
from planner.network.stretches import Stretches
from planner.network.ways import Ints, Ways
from planner.network.zones import Bools
from planner.scenario import Scenario


def links_that_matter(scenario: Scenario, network: TransportNetwork) -> set[str]:
    """Limited links, and those that are not open all the time."""
    return set(network.link_capacity) | _timed(scenario)


def _timed(scenario: Scenario) -> set[str]:
    """Links that are not open all the time."""
    closed = {link.id for link in scenario.links if link.closed}
    return closed | {link for window in scenario.windows for link in window.links}


@dataclass
class Contraction:
    """Legs of one profile: searched, chosen, made into Routes, entered into the network."""

    network: TransportNetwork
    clock: Clock
    profile: Profile
    ways: Ways
    cuts: Stretches
    facts: tuple[Fact, ...]
    matters: frozenset[str]

    def over_ground(self, graph: RoadGraph) -> None:
        places = sorted(graph.place_node)
        wanted = self._wanted(places)
        if not wanted.any():
            return
        time_ms = self._time_ms()
        search = Search(
            ways=self.ways,
            time_ms=time_ms,
            usable=self._usable(),
            nodes=tuple(graph.place_node[place] for place in places),
            wanted=wanted,
            features=self._features(),
            avoid=self._avoid(),
        )
        chosen = search.run()
        self._enter(
            {(places[i], places[j]): found for (i, j), found in chosen.items()},
            self._maker(time_ms, self._stops(graph)),
        )

    def direct(self, legs: DirectLegs) -> None:
        time_ms = self._time_ms()
        known = self._features()
        usable = ~self.ways.closed
        chosen: dict[tuple[str, str], list[Candidate]] = {}
        for way in np.flatnonzero(usable).tolist():
            candidate = Candidate(
                np.array([way], dtype=np.int64),
                int(time_ms[way]),
                float(known.danger[way] * time_ms[way]),
                tuple(known.bits[way].tolist()),
            )
            pair = legs.ends[way]
            if self._wants(pair[0], pair[1]):
                chosen.setdefault(pair, []).append(candidate)
        ranked = {
            pair: tuple(sorted(found, key=lambda c: (c.time_ms, c.danger, int(c.ways[0])))[:MOST])
            for pair, found in sorted(chosen.items())
        }
        self._enter(ranked, self._maker(time_ms, {}))

    def _enter(self, chosen: dict[tuple[str, str], tuple[Candidate, ...]], maker: Maker) -> None:
        horizon_ms = self.network.scenario.horizon_s * 1000
        found = []
        for (origin, destination), candidates in chosen.items():
            inside = [c for c in candidates if c.time_ms <= horizon_ms]
            found += [
                Found(origin, destination, number, candidate.ways)
                for number, candidate in enumerate(inside, start=1)
            ]
        for one, route in zip(found, maker.routes(found), strict=True):
            self.network.routes[route.id] = route
            key = (one.origin, one.destination, self.profile.name)
            self.network.between[key] = (*self.network.between.get(key, ()), route.id)

    def _maker(self, time_ms: Ints, stops: dict[int, Stop]) -> Maker:
        return Maker(
            self.ways, time_ms, self.cuts, self.facts, stops, self.profile.mode, self.profile.name
        )

    def _wants(self, origin: str, destination: str) -> bool:
        return (
            origin != destination
            and origin in self.profile.origins
            and destination in self.profile.destinations
            and (origin in self.profile.ends or destination in self.profile.ends)
        )

    def _wanted(self, places: list[str]) -> Bools:
        return np.array(
            [[self._wants(one, other) for other in places] for one in places], dtype=np.bool_
        ).reshape(len(places), len(places))

    def _time_ms(self) -> Ints:
        """Milliseconds on every way: the lower of the vehicle's speed and the way's."""
        speed = np.full(len(self.ways), float(self.profile.speed_mph))
        if self.profile.name != FOOT:
            speed = np.minimum(speed, self.ways.limit_mph)
        return np.asarray(np.rint(self.ways.length_m * 3_600_000 / speed), dtype=np.int64)

    def _usable(self) -> Bools:
        if self.profile.name == FOOT:
            return np.asarray(self.ways.foot & ~self.ways.closed)
        usable = self.ways.motor & ~self.ways.closed
        return np.asarray(usable & ~self.ways.rough if self.profile.paved else usable)

    def _features(self) -> Features:
        """Links that matter, and grounds on which not everybody may always be."""
        horizon = self.network.scenario.horizon_s
        danger = np.zeros(len(self.ways))
        for threat, hazard in self.network.hazard.items():
            rate = hazard.between(0, horizon) / max(1, horizon)
            on_it = np.array([threat in fact.threats for fact in self.facts], dtype=np.bool_)
            if rate and on_it.any():
                danger += rate * self.cuts.share_of(on_it)
        borne = [
            [f"{LINK}{link}" for link in fact.links if link in self.matters]
            + ([f"{GROUND}{fact.ground}"] if fact.ground is not None else [])
            for fact in self.facts
        ]
        plain = self._always_open({fact.ground for fact in self.facts if fact.ground is not None})
        borne = [[name for name in row if name not in plain] for row in borne]
        return features(self.cuts, sorted({n for row in borne for n in row}), borne, danger)

    def _always_open(self, grounds: set[str]) -> set[str]:
        """Grounds that everybody in the scenario may be on at any time."""
        movers = [fleet.id for fleet in self.network.scenario.fleets]
        groups = [group.id for group in self.network.scenario.groups if group.refuses]
        always = self.clock.always
        return {
            f"{GROUND}{ground}"
            for ground in grounds
            if all(self.network.allowed(ground, fleet) == always for fleet in movers)
            and all(self.network.acceptable(ground, group) == always for group in groups)
        }

    def _avoid(self) -> tuple[Avoid, ...]:
        grounds = sorted({fact.ground for fact in self.facts if fact.ground is not None})
        forbidden: dict[frozenset[str], None] = {}
        sometimes: dict[frozenset[str], None] = {}
        for fleet in self.profile.fleets or (None,):
            for group in self._refusing():
                never, partly = self._closed_to(grounds, fleet, group)
                forbidden.setdefault(never)
                sometimes.setdefault(partly)
        used = {link for fact in self.facts for link in fact.links}
        parties = sorted({p for g in grounds for _, _, p in self.network.grounds[g].spans if p})
        return avoidances(
            forbidden=tuple(forbidden),
            sometimes=tuple(sometimes),
            links=[f"{LINK}{link}" for link in sorted(used & self.matters)],
            timed=frozenset(f"{LINK}{li}" for li in used & _timed(self.network.scenario)),
            parties=[
                frozenset(
                    f"{GROUND}{g}"
                    for g in grounds
                    if any(span[2] == party for span in self.network.grounds[g].spans)
                )
                for party in parties
            ],
            is_dangerous=any(fact.threats for fact in self.facts),
        )

    def _refusing(self) -> list[str | None]:
        """One group for each distinct list of refusals, and none at all."""
        kinds: dict[tuple[str, ...], str] = {}
        for group in self.network.scenario.groups:
            if group.refuses:
                kinds.setdefault(tuple(sorted(group.refuses)), group.id)
        return [None, *(kinds[key] for key in sorted(kinds))]

    def _closed_to(
        self, grounds: list[str], fleet: str | None, group: str | None
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Grounds never open to the fleet with the group on board, and those not always open."""
        never, partly = set(), set()
        for ground in grounds:
            when = self.clock.always
            if fleet is not None:
                when = when & self.network.allowed(ground, fleet)
            if group is not None:
                when = when & self.network.acceptable(ground, group)
            if not when.spans:
                never.add(f"{GROUND}{ground}")
            if when != self.clock.always:
                partly.add(f"{GROUND}{ground}")
        return frozenset(never), frozenset(partly)

    def _stops(self, graph: RoadGraph) -> dict[int, Stop]:
        """Nodes at which a path passes a place whose ground or opening hours matter.

        A place is passed at its own node, a border crossing also at its node on the map's road.
        """
        scenario = self.network.scenario
        timed = {place for window in scenario.windows for place in window.places}
        found = {}
        for place in scenario.places:
            held = any(party for _, _, party in self.network.grounds[place.id].spans)
            if place.id not in graph.place_node or not (held or place.id in timed):
                continue
            stop = Stop(place.id, held, place.id in timed)
            found[graph.place_node[place.id]] = stop
            if place.role == "border_crossing" and place.id in graph.joined:
                found[graph.joined[place.id]] = stop
        return found
