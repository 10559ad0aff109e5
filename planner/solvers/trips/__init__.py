"""Few, different vessels that shuttle between pick-ups and drop-offs, in continuous time.

The nouns that the trip engines share: what is to be solved, and what came out. Times are integer
milliseconds: public instances have legs of 8.4 minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Vessel:
    """One vehicle: ``capacity`` in persons (or busloads), free from ``available_ms`` on."""

    id: str
    capacity: int
    available_ms: int


@dataclass(frozen=True)
class TripProblem:
    """Everyone is to be brought from the sources to the drop-offs as early as the last can be.

    A vessel waits until it is available, goes empty to a pick-up, loads at most its capacity there,
    goes to a drop-off, unloads, and so on; after its last drop-off it stays. A trip serves one
    pick-up and one drop-off. All times are those of whole movements: loading and unloading belong
    to ``loaded_ms``. ``None`` is no way.
    """

    vessels: tuple[Vessel, ...]
    pickups: tuple[str, ...]
    drops: tuple[str, ...]
    source_of: tuple[int, ...]
    """Per pick-up the source (index into ``demand``) whose people board there."""
    demand: tuple[int, ...]
    """Per source the people to be moved."""
    drop_capacity: tuple[int | None, ...]
    """Per drop-off the most it takes in."""
    start_ms: tuple[tuple[int | None, ...], ...]
    """[vessel][pick-up]: from where it lies at first, without the wait for its availability."""
    loaded_ms: tuple[tuple[tuple[int | None, ...], ...], ...]
    """[vessel][pick-up][drop-off]: loading, ride, unloading."""
    empty_ms: tuple[tuple[tuple[int | None, ...], ...], ...]
    """[vessel][drop-off][pick-up]."""

    @cached_property
    def people(self) -> int:
        """Everyone who is to be moved."""
        return sum(self.demand)


@dataclass(frozen=True)
class Trip:
    """One round: from a pick-up to a drop-off with ``persons`` on board (indices of both)."""

    pickup: int
    drop: int
    persons: int


@dataclass(frozen=True)
class TripPlan:
    """Per vessel its trips in order, the moment of the last drop-off, and a proven bound on it.

    ``status`` is OPTIMAL where the bound meets the value, FEASIBLE where it does not, and
    PROVEN_IMPOSSIBLE (no trips, ``reason`` says why) where nobody can bring everyone.
    """

    trips: tuple[tuple[Trip, ...], ...]
    makespan_ms: int
    bound_ms: int
    status: str
    reason: str = ""
