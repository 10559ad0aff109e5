"""Who holds a ground when, whose yes is needed there, and who refuses to pass: C10 and C11.

A ground is known by its names: a place's or link's id and the ids of the control areas that hold
it. Everything about time and permission is worked out here from the scenario's entries.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from planner.scenario import CONTESTED, Authorisation, Fleet, Group, Scenario
from planner.timeline import Intervals
from planner.verify.clock import Clock
from planner.verify.geometry import LatLon, holds_place

Names = tuple[str, ...]
Holders = tuple[tuple[int, int, str | None], ...]


@dataclass
class Permissions:
    """Control, authorisations and refusals of one scenario; answers are kept."""

    scenario: Scenario
    clock: Clock
    positions: dict[str, LatLon]
    _holders: dict[Names, Holders] = field(default_factory=dict)
    _open: dict[tuple[Names, str, bool], Intervals] = field(default_factory=dict)
    _acceptable: dict[tuple[Names, str], Intervals] = field(default_factory=dict)

    def place_names(self, place: str) -> Names:
        """The place and the control areas that hold it, in file order."""
        areas = [
            entry.id
            for entry in self.scenario.control
            if holds_place(entry.zone, place, self.positions)
        ]
        return (place, *areas)

    def link_names(self, link: str, areas: Names) -> Names:
        """A link, the areas that list it, and those that its ground lies in."""
        listed = [entry.id for entry in self.scenario.control if link in entry.zone.links]
        return (link, *listed, *(name for name in areas if name not in (link, *listed)))

    def holders(self, names: Names) -> Holders:
        """(from_s, until_s, party) over all time; ``None`` where nobody holds it, or contested.

        The last control entry in file order that is active prevails over the place's or link's own.
        """
        if names not in self._holders:
            self._holders[names] = self._timeline(names)
        return self._holders[names]

    def _timeline(self, names: Names) -> Holders:
        standing = next(
            (p.control for p in self.scenario.places if p.id in names and p.control), None
        )
        if standing is None:
            standing = next(
                (k.control for k in self.scenario.links if k.id in names and k.control), None
            )
        entries = [entry for entry in self.scenario.control if entry.id in names]
        spans = [
            self.clock.between(
                self.scenario.at_s(e.from_),
                None if e.until is None else self.scenario.at_s(e.until),
            )
            for e in entries
        ]
        start, end = self.clock.always.spans[0]
        moments = {start, end, *(m for span in spans for pair in span.spans for m in pair)}
        order = sorted(moments)
        found: list[tuple[int, int, str | None]] = []
        for begin, stop in pairwise(order):
            party = standing
            for entry, span in zip(entries, spans, strict=True):
                if span.contains(begin):
                    party = entry.party
            found.append((begin, stop, None if party == CONTESTED else party))
        return tuple(found)

    def applies(self, permission: Authorisation, names: Names, fleet: Fleet) -> bool:
        """Whether the permission is for movements of this fleet over a ground of these names."""
        kind = permission.for_
        mode = self.scenario.vehicle(fleet).mode
        return (
            (not kind.fleets or fleet.id in kind.fleets)
            and (not kind.modes or mode in kind.modes)
            and (not kind.neutral or fleet.neutral)
            and (not permission.over or any(name in permission.over for name in names))
        )

    def valid(self, permission: Authorisation) -> Intervals:
        """When a permission holds; a pending one not before its lead time is over."""
        start = self.scenario.at_s(permission.from_)
        if permission.state == "requested":
            asked = self.scenario.at_s(permission.requested_at)
            start = max(start, asked + permission.lead_time_s)
        until = None if permission.until is None else self.scenario.at_s(permission.until)
        return self.clock.between(start, until)

    def _given(self, party: str, names: Names, fleet: Fleet, with_assumed: bool) -> Intervals:
        spans = Intervals()
        for permission in self.scenario.authorisations:
            assumed = permission.state == "requested" and permission.assume == "granted"
            counts = permission.state == "granted" or (with_assumed and assumed)
            if counts and permission.party == party and self.applies(permission, names, fleet):
                spans = spans | self.valid(permission)
        return spans

    def open_to(self, names: Names, fleet: Fleet, *, with_assumed: bool = True) -> Intervals:
        """When an organised movement of the fleet may be on the ground (C10)."""
        key = (names, fleet.id, with_assumed)
        if key not in self._open:
            asking = {p.id for p in self.scenario.parties if p.requires_authorisation}
            spans: list[tuple[int, int]] = []
            for begin, stop, party in self.holders(names):
                if party is None or party not in asking:
                    spans.append((begin, stop))
                else:
                    given = self._given(party, names, fleet, with_assumed)
                    spans += (Intervals(((begin, stop),)) & given).spans
            self._open[key] = Intervals.of(spans)
        return self._open[key]

    def acceptable(self, names: Names, group: Group) -> Intervals:
        """When no party that the group refuses holds the ground (C11)."""
        key = (names, group.id)
        if key not in self._acceptable:
            self._acceptable[key] = Intervals.of(
                (begin, stop)
                for begin, stop, party in self.holders(names)
                if party not in group.refuses
            )
        return self._acceptable[key]

    def relied_on(self, names: Names, fleet: Fleet, start_s: int, end_s: int) -> set[str]:
        """Assumed permissions without which the fleet could not be there from start to end."""
        granted = self.open_to(names, fleet, with_assumed=False)
        if granted.covers(start_s, end_s):
            return set()
        stretch = Intervals(((start_s, max(end_s, start_s + 1)),))
        missing = stretch - granted
        relied = set()
        for begin, stop, party in self.holders(names):
            held = missing & Intervals(((begin, stop),))
            for permission in self.scenario.authorisations:
                assumed = permission.state == "requested" and permission.assume == "granted"
                if not assumed or permission.party != party or not held.spans:
                    continue
                if self.applies(permission, names, fleet) and (held & self.valid(permission)).spans:
                    relied.add(permission.id)
        return relied
