"""One day a vessel, exactly: all sums of days that can still become a cover.

The people taken so far by source, capped at the demand, are a state; vessel by vessel each state
is carried on by every day. At whole prices a state has lost what the best days would have brought
more; what may be lost in all (``slack``) is known, so most states are dropped. A *no* is exact.
"""

from __future__ import annotations

import numpy as np

from planner.solvers.trips.vessels_days import KEYS, Integers

ROWS = 4_000_000
"""The most states times days that one step may make."""


class TooManyStates(Exception):
    """More states than one step may make."""


def cover_states(
    brings: list[Integers], wanted: Integers, value: Integers, slack: int
) -> list[int] | None:
    """Per vessel the position of its day; None where no days take everyone.

    ``brings[v][day, source]`` people, ``value`` whole prices by source, ``slack`` what the best
    days of all vessels bring at these prices beyond what is wanted. Raises TooManyStates.
    """
    if int(np.prod((wanted + 1).astype(object))) > KEYS:
        raise TooManyStates
    radix = np.cumprod(np.concatenate([[1], wanted[:-1] + 1]))
    order = sorted(range(len(brings)), key=lambda v: (len(brings[v]), v))
    states = np.zeros((1, len(wanted)), dtype=np.int64)
    best = 0
    steps: list[Integers] = []
    for vessel in order:
        days = brings[vessel]
        if len(states) * len(days) > ROWS:
            raise TooManyStates
        best += int((days @ value).max())
        sums = np.minimum(states[:, None, :] + days[None], wanted).reshape(-1, len(wanted))
        kept = np.flatnonzero(best - sums @ value <= slack)
        _, first = np.unique(sums[kept] @ radix, return_index=True)
        steps.append(kept[first])
        states = sums[kept[first]]
    full = np.flatnonzero((states == wanted).all(axis=1))
    return _traced(brings, order, steps, int(full[0])) if len(full) else None


def _traced(brings: list[Integers], order: list[int], steps: list[Integers], at: int) -> list[int]:
    """The days that lead to a state."""
    found = [0] * len(brings)
    for vessel, made in zip(reversed(order), reversed(steps), strict=True):
        at, found[vessel] = divmod(int(made[at]), len(brings[vessel]))
    return found
