"""Who may be where, with what a draw's events do to permissions and control (C10, C11)."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from planner.draws import Effects
from planner.scenario import CONTESTED, Authorisation, Scenario
from planner.timeline import Intervals

if TYPE_CHECKING:
    from planner.network import Ground, TransportNetwork

Holders = tuple[tuple[int, int, str | None], ...]


@dataclass
class Permits:
    """Answers for one draw; what no event touches is the network's own answer."""

    network: TransportNetwork
    effects: Effects
    _held: dict[str, Holders] = field(default_factory=dict)
    _allowed: dict[tuple[str, str], Intervals] = field(default_factory=dict)

    @property
    def scenario(self) -> Scenario:
        """The scenario."""
        return self.network.scenario

    def holders(self, ground_id: str) -> Holders:
        """Who holds a ground when; the taking that began last prevails."""
        if ground_id not in self._held:
            ground = self.network.grounds[ground_id]
            taken = self.effects.takings(lambda name: name in ground.names)
            self._held[ground_id] = _overlaid(ground, taken)
        return self._held[ground_id]

    def allowed(self, ground_id: str, fleet: str) -> Intervals:
        """When vehicles of the fleet may be on the ground."""
        key = (ground_id, fleet)
        if key not in self._allowed:
            touched = self.is_taken(ground_id) or any(
                self._is_touched(permission) for permission in self.permissions(ground_id, fleet)
            )
            self._allowed[key] = (
                self._over(ground_id, fleet) if touched else self.network.allowed(ground_id, fleet)
            )
        return self._allowed[key]

    def acceptable(self, ground_id: str, group: str) -> Intervals:
        """When no party that the group refuses holds the ground."""
        if not self.is_taken(ground_id):
            return self.network.acceptable(ground_id, group)
        refused = self.scenario.group(group).refuses
        return Intervals.of(
            (a, b) for a, b, party in self.holders(ground_id) if party not in refused
        )

    def is_taken(self, ground_id: str) -> bool:
        """Whether an event of the draw gives the ground to somebody."""
        names = self.network.grounds[ground_id].names
        return any(("takes", name) in self.effects.touched for name in names)

    def permissions(self, ground_id: str, fleet_id: str) -> tuple[Authorisation, ...]:
        """Authorisations that speak of this fleet on this ground, whatever their state."""
        fleet, names = self.scenario.fleet(fleet_id), self.network.grounds[ground_id].names
        mode = self.network.mode_of(fleet_id)
        return tuple(
            a
            for a in self.scenario.authorisations
            if (not a.over or set(a.over) & set(names))
            and (not a.for_.fleets or fleet_id in a.for_.fleets)
            and (not a.for_.modes or mode in a.for_.modes)
            and (fleet.neutral or not a.for_.neutral)
        )

    def _is_touched(self, permission: Authorisation) -> bool:
        touches = self.effects.touches
        return touches("grants", permission.id) or touches("withdraws", permission.id)

    def _over(self, ground_id: str, fleet: str) -> Intervals:
        free = {p.id for p in self.scenario.parties if not p.requires_authorisation}
        given: dict[str, Intervals] = {}
        for permission in self.permissions(ground_id, fleet):
            valid = self.effects.granted(permission.id, self._stated(permission))
            given[permission.party] = given.get(permission.party, Intervals()) | valid
        spans: list[tuple[int, int]] = []
        for start, end, party in self.holders(ground_id):
            held = Intervals(((start, end),))
            if party is not None and party not in free:
                held = held & given.get(party, Intervals())
            spans += held.spans
        return Intervals.of(spans)

    def _stated(self, permission: Authorisation) -> Intervals:
        """When it holds by the scenario itself, what a what-if assumes included."""
        start_s = self.scenario.at_s(permission.from_)
        if permission.state == "requested" and permission.assume is not None:
            asked_s = self.scenario.at_s(permission.requested_at)
            start_s = max(start_s, asked_s + permission.lead_time_s)
        elif permission.state != "granted":
            return Intervals()
        return self.network.clock.between(start_s, permission.until)


def _overlaid(ground: Ground, taken: tuple[tuple[int, int, str], ...]) -> Holders:
    """The ground's own timeline with the takings laid over it, in order of their beginnings."""
    if not taken:
        return ground.spans
    ends = {m for a, b, _ in ground.spans for m in (a, b)}
    last = max(ends)
    moments = sorted(ends | {m for a, b, _ in taken for m in (a, b) if m <= last})
    found: list[tuple[int, int, str | None]] = []
    for begin, stop in pairwise(moments):
        party = next((p for a, b, p in ground.spans if a <= begin < b), None)
        for a, b, taker in taken:
            if a <= begin < b:
                party = None if taker == CONTESTED else taker
        found.append((begin, stop, party))
    return tuple(found)
