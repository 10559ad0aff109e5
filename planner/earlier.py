"""What a running plan leaves to the one that follows it: where vehicles are, what is still in use.

The new plan begins at a moment at which vehicles stand all over the place and some are under way;
what these still use of shared limits is booked, and what was planned is known, so that a change of
it can be told from a movement that stays as it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

Ends = tuple[str, str, str]
"""Fleet, origin and destination."""


class State(NamedTuple):
    """Where a vehicle stands and from which second on it is free.

    ``worked``: the end of its last leg, since when its crew has been on duty, and the metres that
    it has gone since it was filled up; None where nobody counts that.
    """

    place: str
    free_s: int
    worked: tuple[int, int, int] | None = None


@dataclass(frozen=True)
class Booking:
    """What a movement under way still uses of a limit: so much from one moment to another.

    ``kind`` and ``at`` are those of the limit; what passes by has both moments the same.
    """

    kind: str
    at: str
    from_s: int
    until_s: int
    use: float


@dataclass(frozen=True)
class Earlier:
    """The running plan as the new one's problem needs it."""

    stands: Mapping[tuple[str, int], State] = field(default_factory=dict)
    """Vehicles (fleet, number) that are elsewhere than at their base, or free only later."""
    booked: tuple[Booking, ...] = ()
    taken_in: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    """Place to (moment, persons) of everybody who came there or is on the way."""
    planned: Mapping[Ends, Counter[int]] = field(default_factory=dict)
    """Loaded movements that have not begun: how many begin to load at each second."""
    moved: float = 1.0
    """What a loaded movement weighs that was planned for another moment."""
    added: float = 2.0
    """What a loaded movement weighs that nobody had planned."""

    def used(self, kind: str, at: str, from_s: int, until_s: int) -> float:
        """What is booked of a limit: passing by within a span, or staying at its first moment."""
        found = 0.0
        for one in self.booked:
            if (one.kind, one.at) != (kind, at):
                continue
            if one.from_s == one.until_s:
                found += one.use if from_s <= one.from_s < until_s else 0.0
            elif one.from_s <= from_s < one.until_s:
                found += one.use
        return found
