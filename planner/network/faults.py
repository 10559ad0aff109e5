"""Faults of a scenario against its ground, and groups that can reach no haven."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.errors import Issue
from planner.network.build import build, survey
from planner.network.nouns import TransportNetwork
from planner.network.reach import BARRIERS, Barrier, Journey, Party, Reach, parties
from planner.scenario import Group, Scenario

if TYPE_CHECKING:
    from planner.roads import RegionMap

CODES: dict[str, str] = {
    "risk_cap": "risk_cap",
    "time": "too_late",
    "fitness": "no_fit",
    "acceptability": "unacceptable",
    "authorisation": "not_authorised",
    "closed": "closed",
}


@dataclass(frozen=True)
class CutOff:
    """People who can reach no haven, whatever the number of vehicles.

    ``codes`` are those of ``plan.LeftBehind.reason_code``, all needed together; ``reason`` says the
    same in the planner's words.
    """

    group: str
    means: str
    stretchers: int
    codes: tuple[str, ...]
    reason: str


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
        return [*issues, *_unreached(network), *_cut_off_groups(network)]
    return [*_unreached(network), *_cut_off_groups(network)]


def cut_off(network: TransportNetwork) -> tuple[CutOff, ...]:
    """Who can reach no haven, by group, means and whether they lie."""
    plain = Reach(network)
    stuck = [
        party
        for group in network.scenario.groups
        for party in parties(network, group)
        if plain.journey(party) is None
    ]
    if not stuck:
        return ()
    opened = _Opened(network)
    return tuple(opened.explain(party) for party in stuck)


def _cut_off_groups(network: TransportNetwork) -> list[Issue]:
    found: dict[str, list[CutOff]] = {}
    for entry in cut_off(network):
        found.setdefault(entry.group, []).append(entry)
    issues = []
    for group in network.scenario.groups:
        told = found.get(group.id, [])
        everyone = len(told) == len(parties(network, group))
        for reason in dict.fromkeys(entry.reason for entry in told):
            some = [entry for entry in told if entry.reason == reason]
            who = "nobody of the group" if everyone else f"who {_who(some[0])} of the group cannot"
            verb = "can reach a haven" if everyone else "reach a haven"
            issues.append(
                Issue(
                    network.scenario.origin.file, 0, f"groups[{group.id}]",
                    f"{who} {verb}: {reason}",
                    "they are left behind in every plan unless that changes", "warning",
                )
            )  # fmt: skip
    return issues


def _who(entry: CutOff) -> str:
    if entry.stretchers:
        return "lies on a stretcher"
    return {"car": "has a car", "foot": "can walk"}.get(entry.means, "rides")


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


class _Opened:
    """Finds the fewest barriers that must fall for somebody to get out."""

    def __init__(self, network: TransportNetwork) -> None:
        self.network = network
        self._reach: dict[tuple[bool, frozenset[Barrier]], Reach] = {}
        self._closed = [link.id for link in network.scenario.links if link.status == "closed"]
        self._wide: TransportNetwork | None = None

    def explain(self, party: Party) -> CutOff:
        ignored = frozenset(BARRIERS)
        wide = bool(self._closed)
        journey = self._journey(party, ignored, wide)
        if journey is None:
            return self._told(party, ("no_route",), "there is no way at all from here to a haven")
        if wide and (found := self._journey(party, ignored, False)) is not None:
            journey, wide = found, False
        for barrier in BARRIERS:
            found = self._journey(party, ignored - {barrier}, wide)
            if found is not None:
                journey, ignored = found, ignored - {barrier}
        needed = [barrier for barrier in BARRIERS if barrier in ignored]
        words = [self._words(barrier, party.group, journey, wide) for barrier in needed]
        codes = [CODES[barrier] for barrier in needed]
        if wide:
            words.insert(0, self._closed_words(journey))
            codes.insert(0, CODES["closed"])
        return self._told(party, tuple(codes), "; and ".join(words))

    def _told(self, party: Party, codes: tuple[str, ...], reason: str) -> CutOff:
        return CutOff(party.group.id, party.means, party.unit.stretchers, codes, reason)

    def _journey(self, party: Party, ignored: frozenset[Barrier], wide: bool) -> Journey | None:
        key = (wide, ignored)
        if key not in self._reach:
            self._reach[key] = Reach(self._ground(wide), ignored)
        return self._reach[key].journey(party)

    def _ground(self, wide: bool) -> TransportNetwork:
        """The network; ``wide``: with every closed link open."""
        if not wide:
            return self.network
        if self._wide is None:
            links = tuple(
                # The empty closure makes routes tell that they use the link.
                link.model_copy(update={"status": "operational", "closed": ((0, 0),)})
                if link.status == "closed"
                else link
                for link in self.network.scenario.links
            )
            opened = self.network.scenario.model_copy(update={"links": links})
            self._wide = build(opened, self.network.region)
        return self._wide

    def _closed_words(self, journey: Journey) -> str:
        routes = self._ground(True).routes
        used = {use.link for route, _ in journey.legs for use in routes[route].links}
        names = {link.id: link.label for link in self.network.scenario.links}
        shut = [names[link] for link in self._closed if link in used]
        verb = "is" if len(shut) == 1 else "are"
        return f"{' and '.join(shut) or 'the way'} {verb} closed"

    def _words(self, barrier: Barrier, group: Group, journey: Journey, wide: bool) -> str:
        if barrier == "risk_cap":
            return "every way passes the cap on risk"
        if barrier == "time":
            return "windows, hours and the horizon leave no time for it"
        if barrier == "fitness":
            return "no vehicle that could take them fits the places on the way"
        network = self._ground(wide)
        if barrier == "authorisation":
            return self._not_granted(network, journey)
        return self._refused(network, group, journey)

    def _not_granted(self, network: TransportNetwork, journey: Journey) -> str:
        names = {party.id: party.label for party in network.scenario.parties}
        holders: dict[str, None] = {}
        pending: dict[str, None] = {}
        for route_id, fleet in journey.legs:
            route = network.routes[route_id]
            grounds = (route.origin, *(p.ground for p in route.passages), route.destination)
            for ground in grounds if fleet is not None else ():
                if fleet is None or network.allowed(ground, fleet) == network.clock.always:
                    continue
                for _, _, party in network.grounds[ground].spans:
                    if party is not None:
                        holders.setdefault(names.get(party, party))
                        pending |= {a: None for a in _requests(network, party)}
        asked = f" (requested: {', '.join(pending)})" if pending else ""
        return f"{' and '.join(holders) or 'a party'} has not authorised the passage{asked}"

    def _refused(self, network: TransportNetwork, group: Group, journey: Journey) -> str:
        names = {party.id: party.label for party in network.scenario.parties}
        names |= {fleet.id: fleet.label for fleet in network.scenario.fleets}
        met: dict[str, None] = {}
        for route_id, fleet_id in journey.legs:
            route = network.routes[route_id]
            fleet = network.scenario.fleet(fleet_id) if fleet_id else None
            company = [fleet.id] + ([fleet.escort.by] if fleet.escort else []) if fleet else []
            met |= {name: None for name in company if name in group.refuses}
            for ground in (route.origin, *(p.ground for p in route.passages), route.destination):
                held = [p for _, _, p in network.grounds[ground].spans if p in group.refuses]
                met |= {party: None for party in held if party is not None}
        if not met:
            return "no haven that they accept can be reached"
        return f"they refuse {' and '.join(names.get(name, name) for name in met)}"


def _requests(network: TransportNetwork, party: str) -> list[str]:
    return [
        permission.id
        for permission in network.scenario.authorisations
        if permission.party == party and permission.state == "requested" and not permission.assume
    ]
