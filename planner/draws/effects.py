"""What a draw's events do: to which link, place, permission, threat, ground or fleet, and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from planner.draws.draw import Draw, Happening
from planner.scenario import Event
from planner.timeline import Intervals

Touch = tuple[str, str]


@dataclass(frozen=True)
class Effects:
    """The happenings of a draw by what they touch. Where two disagree the harder one holds:
    closed before opened, withdrawn before granted; of two takings the one that began last."""

    draw: Draw
    touched: dict[Touch, tuple[Happening, ...]] = field(default_factory=dict)
    """(what is done, id) to the happenings that do it, in order of time."""

    @staticmethod
    def of(draw: Draw) -> Effects:
        """The effects of everything that happens in the draw."""
        unsure = draw.scenario.uncertainty
        events = {event.id: event for event in unsure.events} if unsure else {}
        found: dict[Touch, list[Happening]] = {}
        for happening in draw.happenings:
            for touch in events[happening.event].effects:
                found.setdefault(touch, []).append(happening)
        return Effects(draw, {touch: tuple(found[touch]) for touch in sorted(found)})

    @cached_property
    def events(self) -> dict[str, Event]:
        """Events by id."""
        unsure = self.draw.scenario.uncertainty
        return {event.id: event for event in unsure.events} if unsure else {}

    def when(self, kind: str, name: str) -> Intervals:
        """When something is done to a thing: ``when("closes", "bridge")``."""
        return Intervals.of((h.start_s, h.end_s) for h in self.touched.get((kind, name), ()))

    def because(self, kind: str, name: str, moment_s: int) -> str | None:
        """The event by which it is done at a moment; None where none does."""
        found = [h for h in self.touched.get((kind, name), ()) if h.start_s <= moment_s < h.end_s]
        return found[-1].event if found else None

    def passable(self, link: str, stated: Intervals, could_be: Intervals) -> Intervals:
        """When a link is open: ``stated`` by the scenario, ``could_be`` were it not closed."""
        opened = could_be & self.when("opens", link)
        return (stated | opened) - self.when("closes", link)

    def granted(self, permission: str, stated: Intervals) -> Intervals:
        """When a permission holds, ``stated`` by the scenario (or assumed by a what-if).

        What an event may grant is granted by it alone: nothing is assumed where it does not happen.
        """
        stated = Intervals() if permission in self._to_be_granted else stated
        return (stated | self.when("grants", permission)) - self.when("withdraws", permission)

    @cached_property
    def _to_be_granted(self) -> frozenset[str]:
        if self.draw.number < 0:
            return frozenset()
        return frozenset(name for event in self.events.values() for name in event.grants)

    def touches(self, kind: str, name: str) -> bool:
        """Whether something is done to a thing, or a permission is up to events in any draw."""
        return (kind, name) in self.touched or (kind == "grants" and name in self._to_be_granted)

    def takings(self, covers: Callable[[str], bool]) -> tuple[tuple[int, int, str], ...]:
        """(from_s, until_s, party) of the takings of a ground whose names ``covers`` knows."""
        found = [
            (h.start_s, h.end_s, self.events[h.event].takes[name])
            for (kind, name), those in self.touched.items()
            if kind == "takes" and covers(name)
            for h in those
        ]
        return tuple(sorted(found))

    def raised(self, threat: str) -> tuple[tuple[int, int, float], ...]:
        """(from_s, until_s, factor) of the events that change a threat's rate."""
        return tuple(
            (h.start_s, h.end_s, self.events[h.event].raises[threat])
            for h in self.touched.get(("raises", threat), ())
        )
