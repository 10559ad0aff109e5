"""What has happened, by a moment, of the things that triggers watch."""

from __future__ import annotations

import re

from planner.network import Clock, TransportNetwork, openings, place_grounds
from planner.scenario import Scenario, Trigger
from planner.timeline import Intervals
from planner.units import DAY_S


class Watch:
    """One scenario, or one draw's world of it, on the ground of ``network``."""

    def __init__(self, scenario: Scenario, network: TransportNetwork) -> None:
        self.scenario = scenario
        clock = Clock(scenario, network.clock.here)
        self._openings = openings(clock)
        self._grounds = place_grounds(clock, network.positions)
        self._always = clock.always
        self._stated = frozenset(item.id for item in network.scenario.authorisations)

    def happened(self, trigger: Trigger, at_s: int) -> tuple[tuple[str, str], ...]:
        """(kind, id) of everything that a trigger watches and that has happened at a moment."""
        return tuple(
            (kind, name) for kind, name in trigger.things if self._has(kind, name, trigger.by, at_s)
        )

    def has_fired(self, trigger: Trigger, at_s: int) -> bool:
        """Whether enough of it has happened."""
        return len(self.happened(trigger, at_s)) >= trigger.at_least

    def _has(self, kind: str, name: str, by: str | None, at_s: int) -> bool:
        if kind == "lost":
            return self.holder(name, at_s) != by
        if kind in ("closed", "shut"):
            return self.is_closed(name, at_s)
        return self.is_in_force(name, at_s) == (kind == "granted")

    def holder(self, place: str, at_s: int) -> str | None:
        """The party that holds a place; None where nobody does or it is contested."""
        spans = self._grounds[place].spans
        return next((party for start, end, party in reversed(spans) if start <= at_s), None)

    def is_closed(self, name: str, at_s: int) -> bool:
        """Whether nobody can use a link, or pass a place, at any time of the next 24 hours."""
        day = Intervals.of([(at_s, at_s + DAY_S)])
        ahead = day & self._always
        return bool(ahead.spans) and not (self._openings.get(name, self._always) & ahead).spans

    def is_in_force(self, permission: str, at_s: int) -> bool:
        """Whether an authorisation is granted, or assumed so, and valid at a moment.

        A draw's world holds one entry a span in which it is: ``gov_west``, ``gov_west_2``.
        """
        parts = re.compile(rf"{re.escape(permission)}(_\d+)?")
        return any(
            self.scenario.at_s(item.from_) <= at_s < self.scenario.at_s(item.until)
            for item in self.scenario.authorisations
            if parts.fullmatch(item.id) and (item.id == permission or item.id not in self._stated)
            and (item.state == "granted" or item.assume == "granted")
        )  # fmt: skip
