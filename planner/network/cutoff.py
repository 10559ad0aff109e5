"""Who can reach no haven, and the fewest things that would have to change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from planner.network.build import build
from planner.network.departures import BARRIERS, Barrier, Waiver
from planner.network.nouns import TransportNetwork
from planner.network.reach import Journey, Party, Reach, parties
from planner.scenario import Fleet, Group
from planner.timeline import Intervals

CODES: dict[str, str] = {
    "risk_cap": "risk_cap",
    "time": "too_late",
    "fitness": "no_fit",
    "vehicles": "no_seat",
    "acceptability": "unacceptable",
    "intake": "haven_full",
}
NO_ROUTE = {"no_route": "no vehicle of this scenario has a way from here to a haven"}


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


def nobody_can_move(network: TransportNetwork) -> bool:
    """Whether there are people who would go, and reachability in true time lets none of them out.

    Then every plan leaves everybody behind, whatever the number of vehicles.
    """
    plain = Reach(network)
    groups = network.scenario.groups
    found = [party for group in groups for party in parties(network, group)]
    return bool(found) and all(plain.journey(party) is None for party in found)


class _Opened:
    """Finds the fewest barriers that must fall for somebody to get out."""

    def __init__(self, network: TransportNetwork) -> None:
        self.network = network
        self._reach: dict[tuple[bool, Waiver], Reach] = {}
        self._closed = [link.id for link in network.scenario.links if link.status == "closed"]
        self._holders = sorted(
            {p for g in network.grounds.values() for _, _, p in g.spans if p is not None}
        )
        self._wide: TransportNetwork | None = None

    def explain(self, party: Party) -> CutOff:
        """The fewest things that would have to change.

        A way over closed links is told where it asks for no more than the way that is left.
        """
        as_is = self._needed(party, False)
        if not self._closed:
            return self._told(party, as_is or NO_ROUTE)
        opened = self._needed(party, True)
        if as_is is None or opened is None:
            return self._told(party, as_is or opened or NO_ROUTE)
        if len(opened) > len(as_is):
            return self._told(party, as_is)
        left = "; and ".join(as_is.values())
        return replace(
            self._told(party, opened),
            reason=f"{'; and '.join(opened.values())} (by the way that is left: {left})",
        )

    def _needed(self, party: Party, wide: bool) -> dict[str, str] | None:
        """Everything is waived, then put back piece by piece as long as a way out remains."""
        waived = Waiver(frozenset(BARRIERS), frozenset(self._holders), pending=True)
        journey = self._journey(party, waived, wide)
        if journey is None:
            return None
        for less in self._steps(waived):
            smaller = less(waived)
            found = self._journey(party, smaller, wide)
            if found is not None:
                journey, waived = found, smaller
        told = {"closed": self._closed_words(journey)} if wide else {}
        if waived.parties or waived.pending:
            told["not_authorised"] = self._not_granted(self._ground(wide), journey)
        for barrier in BARRIERS:
            if barrier in waived.barriers:
                told[CODES[barrier]] = self._words(barrier, party.group, journey, wide)
        return told

    def _steps(self, waived: Waiver) -> list[Callable[[Waiver], Waiver]]:
        """One function for each that is waived, putting it back; requests are granted longest."""

        def counting(barrier: Barrier) -> Callable[[Waiver], Waiver]:
            return lambda now: replace(now, barriers=now.barriers - {barrier})

        def asked(party: str) -> Callable[[Waiver], Waiver]:
            return lambda now: replace(now, parties=now.parties - {party})

        return [
            *map(counting, BARRIERS),
            *map(asked, sorted(waived.parties)),
            lambda now: replace(now, pending=False),
        ]

    def _told(self, party: Party, words: dict[str, str]) -> CutOff:
        reason = "; and ".join(words.values())
        return CutOff(party.group.id, party.means, party.unit.stretchers, tuple(words), reason)

    def _journey(self, party: Party, waived: Waiver, wide: bool) -> Journey | None:
        key = (wide, waived)
        if key not in self._reach:
            self._reach[key] = Reach(self._ground(wide), waived)
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
        if barrier == "vehicles":
            return self._missing(journey)
        if barrier == "intake":
            haven = self._ground(wide).routes[journey.legs[-1][0]].destination
            return f"{self.network.scenario.place(haven).label} takes in nobody"
        return self._refused(self._ground(wide), group, journey)

    def _fleets(self, journey: Journey) -> list[Fleet]:
        ids = dict.fromkeys(fleet for _, fleet in journey.legs if fleet is not None)
        return [self.network.scenario.fleet(fleet) for fleet in ids]

    def _missing(self, journey: Journey) -> str:
        scenario = self.network.scenario
        empty = []
        for fleet in self._fleets(journey):
            company = [fleet, *([scenario.fleet(fleet.escort.by)] if fleet.escort else [])]
            empty += [one.label for one in company if not one.count]
        return f"there are no vehicles: {' and '.join(dict.fromkeys(empty))}"

    def _not_granted(self, network: TransportNetwork, journey: Journey) -> str:
        """Parties whose yes is missing on the way (at no time, else at some), and what is asked."""
        grounds = [
            (ground, fleet)
            for route, fleet in (*journey.legs, *journey.approaches)
            if fleet is not None
            for ground in _grounds(network, route)
        ]
        partly = [(g, f) for g, f in grounds if network.allowed(g, f) != network.clock.always]
        never = [(g, f) for g, f in partly if not network.allowed(g, f).spans]
        pending: dict[str, None] = {}
        holders: set[str] = set()
        for ground, fleet in never or partly:
            pending |= dict.fromkeys(network.requests(ground, fleet))
            allowed = network.allowed(ground, fleet)
            for start, end, party in network.grounds[ground].spans:
                if party is not None and (Intervals.of([(start, end)]) - allowed).spans:
                    holders.add(party)
        names = {party.id: party.label for party in network.scenario.parties}
        asked = f" (requested: {', '.join(pending)})" if pending else ""
        verb = "has" if len(holders) == 1 else "have"
        told = " and ".join(names.get(party, party) for party in sorted(holders))
        return f"{told} {verb} not authorised the passage{asked}"

    def _refused(self, network: TransportNetwork, group: Group, journey: Journey) -> str:
        names = {party.id: party.label for party in network.scenario.parties}
        names |= {fleet.id: fleet.label for fleet in network.scenario.fleets}
        met: dict[str, None] = {}
        for fleet in self._fleets(journey):
            company = [fleet.id, *([fleet.escort.by] if fleet.escort else [])]
            met |= dict.fromkeys(name for name in company if name in group.refuses)
        for route_id, _ in journey.legs:
            for ground in _grounds(network, route_id):
                held = [p for _, _, p in network.grounds[ground].spans if p in group.refuses]
                met |= dict.fromkeys(party for party in held if party is not None)
        if not met:
            return "no haven that they accept can be reached"
        return f"they refuse {' and '.join(names.get(name, name) for name in met)}"


def _grounds(network: TransportNetwork, route_id: str) -> tuple[str, ...]:
    """Grounds of a route in order, both ends included."""
    route = network.routes[route_id]
    return (route.origin, *(p.ground for p in route.passages), route.destination)
