"""Who moves, and each way to go: options over the time grid."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from planner.timeline import Intervals

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Condition = tuple[Intervals, int, int]
WALKERS_PER_CAR = 20


@dataclass(frozen=True)
class Mover:
    """Like vehicles that are planned as one kind, singly or in formations that stay together.

    ``ships`` vehicles of ``fleet`` (a convoy, or ships under escort) and ``escorts`` of
    ``escort_fleet`` move as one; ``count`` such formations exist, made up of the vehicles
    ``numbers`` (from 1). ``must`` lists the commitments that the first vehicle of a mover's one
    formation has to fulfil.
    """

    id: str
    fleet: str
    count: int
    numbers: tuple[int, ...]
    ships: int
    escort_fleet: str | None
    escorts: int
    seats: int
    stretchers: int
    load_s: int
    unload_s: int
    overhead_s: int
    crew: int
    car_equivalents: float
    cost_per_km: float
    mode: str
    profile: str
    base: str
    """Where they belong, and end where they must return."""
    start: str
    """Where they stand at first."""
    from_s: int
    until_s: int
    return_to_base: bool
    range_m: int | None = None
    must: tuple[int, ...] = ()
    guards: tuple[int, ...] = ()
    """Numbers of the escorts of all formations, where a running plan has left them apart."""
    worked: tuple[int, int, int] | None = None
    """The end of its last leg, since when its crew is on duty, metres gone since it was filled up;
    None: rested and full."""
    spare_load_s: int = 0
    """In a bound: how much longer than here a full vehicle loads in a plan."""
    spare_unload_s: int = 0
    """In a bound: how much longer than here a full vehicle unloads in a plan."""


@dataclass(frozen=True)
class Carry:
    """One commodity that an option can take: when, and what one unit of it suffers."""

    commodity: int
    may: Bools
    harm: Floats
    missed: Floats


@dataclass(frozen=True)
class Option:
    """One movement of one mover along one route, for every start on the grid.

    ``starts[t]``: whether it may start loading at step t. ``crew_harm[t]``: expected casualties
    among crews. Offsets are seconds from the start of loading: ``depart_s``, ``arrive_s``,
    ``end_s``.
    """

    index: int
    mover: int
    route: str
    origin: str
    destination: str
    loaded: bool
    depart_s: int
    arrive_s: int
    end_s: int
    steps: int
    effort: float
    starts: Bools
    crew_harm: Floats
    link_entries: tuple[tuple[str, int], ...]
    carries: tuple[Carry, ...] = field(default=())
    goods: bool = False
    """An empty leg with time to load aid and to unload it."""
    spread_s: int = 0
    """In a bound: its moments are really up to so many seconds later than here."""
    end_spread_s: int = 0
    """The same for its end."""
    changes: Floats | None = None
    """What each start weighs as a change of a running plan; None where none is."""


@dataclass(frozen=True)
class SelfOption:
    """One way for people to go by their own means, for every departure on the grid."""

    index: int
    commodity: int
    route: str
    origin: str
    destination: str
    ride_s: int
    vehicles_per_unit: float
    link_use_per_unit: float
    link_entries: tuple[tuple[str, int], ...]
    may: Bools
    harm: Floats
    missed: Floats

    def passes(self, kind: str, at: str) -> list[tuple[int, float]]:
        """(seconds after the start, use by one unit) of a limit that counts who passes by."""
        if kind in ("link", "link_persons"):
            use = self.link_use_per_unit if kind == "link" else 1.0
            return [(offset, use) for link, offset in self.link_entries if link == at]
        if kind != "vehicles_rate" or not self.vehicles_per_unit:
            return []
        gates = ((self.origin, 0), (self.destination, self.ride_s))
        return [(moment, self.vehicles_per_unit) for place, moment in gates if place == at]


@dataclass(frozen=True)
class Effort:
    """Weights of the effort level (config/solver.yaml)."""

    per_loaded_leg: float = 10.0
    per_empty_leg: float = 2.0
