"""Counting over time: how many at once, and how many in any 60 minutes."""

from __future__ import annotations

from collections.abc import Iterable

from planner.units import HOUR_S


def peak(stays: Iterable[tuple[int, int, int]]) -> tuple[int, int]:
    """(largest sum, first moment of it) over half-open stays ``(from_s, until_s, weight)``.

    Who leaves at a moment makes room for who comes at it. (0, 0) where there are none.
    """
    changes: list[tuple[int, int]] = []
    for start, end, weight in stays:
        if end > start:
            changes += [(start, weight), (end, -weight)]
    changes.sort()  # at one moment, departures (negative) come first
    best, moment, level = 0, 0, 0
    for at, change in changes:
        level += change
        if level > best:
            best, moment = level, at
    return best, moment


def busiest_hour(events: Iterable[tuple[int, float]]) -> tuple[float, int]:
    """(largest sum, its beginning) of weighted moments over any half-open 60 minutes.

    The largest is reached by an hour that begins at one of the moments. (0, 0) without any.
    """
    listed = sorted(events)
    best, moment, last, level = 0.0, 0, 0, 0.0
    for at, weight in listed:
        while last < len(listed) and listed[last][0] < at + HOUR_S:
            level += listed[last][1]
            last += 1
        if level > best + 1e-9:
            best, moment = level, at
        level -= weight
    return best, moment
