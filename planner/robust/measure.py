"""One figure for what a plan costs over the draws: the mean, or the mean of the worst."""

from __future__ import annotations

from collections.abc import Sequence

from planner.scenario import Robust


def cvar(values: Sequence[float], alpha: float) -> float:
    """The mean of the worst 1 - ``alpha`` share of equally likely values (the highest).

    A value may count in part: of 4 values the worst 30 % are the worst and a fifth of the second.
    With ``alpha`` 0 it is the mean, towards 1 the worst of all (Rockafellar and Uryasev 2000).
    """
    if not 0 <= alpha < 1:
        raise ValueError(f"alpha {alpha:g} is not within 0 and 1")
    left = share = (1 - alpha) * len(values)
    total = 0.0
    for value in sorted(values, reverse=True):
        part = min(1.0, left)
        total += part * value
        left -= part
        if left <= 0:
            break
    return total / share


def weigh(values: Sequence[float], robust: Robust) -> float:
    """The values by the scenario's measure."""
    return cvar(values, robust.alpha if robust.measure == "cvar" else 0.0)
