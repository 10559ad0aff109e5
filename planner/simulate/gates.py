"""So many in any 60 minutes: links, runways and registration desks under a rolling limit."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field

from planner.units import HOUR_S

_SLIGHTLY = 1e-6


@dataclass
class Gate:
    """A limit of ``most`` in any half-open 60 minutes; who comes first is let in first."""

    most: float
    _entries: list[tuple[int, float]] = field(default_factory=list)

    def earliest_s(self, moment_s: int, weight: float) -> int:
        """The first moment from ``moment_s`` on at which ``weight`` more can enter.

        What is heavier than the limit itself passes alone, as soon as the hour before is empty.
        """
        weight = min(weight, self.most)
        while (full := self._full(moment_s, weight)) is not None:
            moment_s = full
        return moment_s

    def enter(self, moment_s: int, weight: float) -> None:
        """Count an entry."""
        insort(self._entries, (moment_s, weight))

    def _full(self, moment_s: int, weight: float) -> int | None:
        """None where it fits; else a later moment that is worth trying."""
        entries = self._entries
        low = bisect_right(entries, (moment_s - HOUR_S, float("inf")))
        begins = [
            moment_s,
            *(at for at, _ in entries[low : bisect_left(entries, (moment_s, -1.0))]),
        ]
        for begin in begins:
            first = bisect_left(entries, (begin, -1.0))
            last = bisect_left(entries, (begin + HOUR_S, -1.0))
            inside = entries[first:last]
            if sum(w for _, w in inside) + weight > self.most + _SLIGHTLY:
                return max(moment_s + 1, inside[0][0] + HOUR_S) if inside else None
        return None
