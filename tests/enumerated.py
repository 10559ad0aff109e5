"""The best first stage of the cases in ``robust_case``, by looking at every one there is.

A bus at the haven can drive out empty (2 steps of 20 min), one at a place can bring people in (3
steps, loading and unloading included). Whoever can ride does, so that only the number of rides from
each place counts. Nothing of the product is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations_with_replacement, product

SEATS, OUT, BACK, STEP_MIN = 50, 2, 3, 20
FIRST = 5
"""Steps that are decided now."""


@dataclass(frozen=True)
class Day:
    """How it turns out: people on either side, and the minute at which the left road falls."""

    left: int
    right: int
    falls_min: int | None


Action = tuple[str, str, int]
"""Where from, where to, and the step at which it begins."""
State = tuple[str, int]
"""Where a bus is, and from which step on it is free."""


def may(action: Action, day: Day) -> bool:
    """Whether the road holds until the ride is over."""
    origin, goal, step = action
    if "left" not in (origin, goal) or day.falls_min is None:
        return True
    ride_ends = step * STEP_MIN + (40 if origin == "haven" else 50)
    return ride_ends <= day.falls_min


def actions(state: State, before: int, horizon: int) -> Iterator[tuple[Action, State]]:
    """What a bus can begin next, before a step, with where it is then."""
    place, free = state
    for step in range(free, before):
        if place == "haven":
            for goal in ("left", "right"):
                if step + OUT <= horizon:
                    yield (place, goal, step), (goal, step + OUT)
        elif step + BACK <= horizon:
            yield (place, "haven", step), ("haven", step + BACK)


def paths(state: State, before: int, horizon: int) -> Iterator[tuple[Action, ...]]:
    """Every series of actions begun before a step, none among them."""
    yield ()
    for action, after in actions(state, before, horizon):
        for rest in paths(after, before, horizon):
            yield (action, *rest)


def followed(path: tuple[Action, ...], day: Day) -> tuple[tuple[int, int], State]:
    """Rides from the left and from the right, and where the bus is: it stops where it cannot go."""
    rides, place, free = [0, 0], "haven", 0
    for action in path:
        if not may(action, day):
            break
        origin, goal, step = action
        place, free = goal, step + (OUT if origin == "haven" else BACK)
        if origin != "haven":
            rides[origin == "right"] += 1
    return (rides[0], rides[1]), (place, max(free, FIRST))


@cache
def goes_on(state: State, day: Day, horizon: int) -> frozenset[tuple[int, int]]:
    """Every (rides from the left, from the right) that a bus can still make."""
    found = {(0, 0)}
    for action, after in actions(state, horizon, horizon):
        if may(action, day):
            own = (int(action[0] == "left"), int(action[0] == "right"))
            found |= {(a + own[0], b + own[1]) for a, b in goes_on(after, day, horizon)}
    return frozenset(found)


def remain(first: tuple[tuple[Action, ...], ...], day: Day, horizon: int) -> int:
    """How many stay behind at least, with a first stage for each bus."""
    begun = [followed(path, day) for path in first]
    best = day.left + day.right
    for rest in product(*(goes_on(state, day, horizon) for _, state in begun)):
        rides = [sum(r[side] for r in rest) + sum(b[0][side] for b in begun) for side in (0, 1)]
        stay = max(0, day.left - SEATS * rides[0]) + max(0, day.right - SEATS * rides[1])
        best = min(best, stay)
    return best


def first_stages(buses: int, horizon: int) -> list[tuple[tuple[Action, ...], ...]]:
    """Every first stage of so many like buses that is possible as the case is stated."""
    own = sorted(set(paths(("haven", 0), FIRST, horizon)))
    return list(combinations_with_replacement(own, buses))
