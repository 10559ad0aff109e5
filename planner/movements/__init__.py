"""Movements that exist, in true time: network x fleets x departures, as arrays over the time grid.

An ``Option`` is one way for one mover to go from place to place, empty or loaded. Its arrays say at
which grid moments it may start, and what each start costs. Nothing here knows about an objective's
weights or a solver.
"""

from planner.movements.fleets import Company, convoy_sizes, movers
from planner.movements.ground import (
    CASUALTIES,
    Ground,
    Integrals,
    entries,
    start_mask,
)  # fmt: skip
from planner.movements.options import (
    WALKERS_PER_CAR,
    Bools,
    Carry,
    Condition,
    Effort,
    Floats,
    Mover,
    Option,
    SelfOption,
)  # fmt: skip

__all__ = [
    "CASUALTIES",
    "WALKERS_PER_CAR",
    "Bools",
    "Carry",
    "Company",
    "Condition",
    "Effort",
    "Floats",
    "Ground",
    "Integrals",
    "Mover",
    "Option",
    "SelfOption",
    "convoy_sizes",
    "entries",
    "movers",
    "start_mask",
]
