"""Compiled kernel: one day a vessel so that two sources are emptied.

Tested through ``.py_func`` as well, because compiled lines count as uncovered.
"""

from __future__ import annotations

from numba import njit


@njit(cache=True)
def cover_two(first, one, two, wanted, most, choice):
    """Multiple-choice knapsack over the vessels, by people taken from the first source.

    ``one[c]`` and ``two[c]`` are the people whom day c can take from either source; the days of
    vessel v are ``first[v] : first[v+1]``. Fills ``most[v, a]`` with the most of the second source
    that the first v vessels can take while they take a (or, at a = ``wanted``, at least that many)
    from the first, -1 where they cannot, and ``choice[v, a]`` with the day of vessel v - 1.
    """
    vessels = len(first) - 1
    for a in range(wanted + 1):
        most[0, a] = -1
    most[0, 0] = 0
    for v in range(vessels):
        for a in range(wanted + 1):
            most[v + 1, a] = -1
        for c in range(first[v], first[v + 1]):
            for a in range(wanted + 1):
                had = most[v, a]
                if had >= 0:
                    to = min(wanted, a + one[c])
                    if had + two[c] > most[v + 1, to]:
                        most[v + 1, to] = had + two[c]
                        choice[v + 1, to] = c * (wanted + 1) + a


@njit(cache=True)
def _short(left, brings, c):
    """How many people stay behind of ``left`` where day c is sailed as well."""
    total = 0
    for s in range(len(left)):
        total += max(0, left[s] - brings[c, s])
    return total


@njit(cache=True)
def _best_pair(first, brings, left, a, b, begin, width):
    """(people behind, day of a, day of b): the best for two vessels, ``left`` without both."""
    low, best_a, best_b = -1, -1, -1
    days = first[a + 1] - first[a]
    for i in range(min(days, width)):
        c = first[a] + (begin + i) % days
        for s in range(len(left)):
            left[s] -= brings[c, s]
        for k in range(first[b], first[b + 1]):
            total = _short(left, brings, k)
            if low < 0 or total < low:
                low, best_a, best_b = total, c, k
        for s in range(len(left)):
            left[s] += brings[c, s]
    return low, best_a, best_b


@njit(cache=True)
def _move(left, brings, c, sign):
    """Adds a day's people to ``left`` (1) or takes them (-1); how many are behind then."""
    behind = 0
    for s in range(len(left)):
        left[s] += sign * brings[c, s]
        behind += max(0, left[s])
    return behind


@njit(cache=True)
def exchange(first, brings, wanted, chosen, seed, pairs, width):
    """Local search for a cover: two vessels at a time get the best pair of days.

    ``brings[c]`` are the people by source whom day c can take; the days of vessel v are
    ``first[v] : first[v+1]``. ``chosen[v]`` is changed in place. Of the first vessel's days
    ``width`` are tried, from a place drawn at random. Returns how many people stay behind; ends at
    0, or after ``pairs`` pairs.
    """
    vessels = len(first) - 1
    left = wanted.copy()
    behind = 0
    for v in range(vessels):
        behind = _move(left, brings, chosen[v], -1)
    if vessels < 2:
        return behind
    state = seed % 2147483648
    for _ in range(pairs):
        if behind == 0:
            break
        state = (state * 1103515245 + 12345) % 2147483648
        a = (state >> 8) % vessels
        state = (state * 1103515245 + 12345) % 2147483648
        b = (a + 1 + (state >> 8) % (vessels - 1)) % vessels
        state = (state * 1103515245 + 12345) % 2147483648
        _move(left, brings, chosen[a], 1)
        behind = _move(left, brings, chosen[b], 1)
        low, best_a, best_b = _best_pair(first, brings, left, a, b, state >> 8, width)
        stay = _move(left, brings, chosen[a], -1)
        stay = _move(left, brings, chosen[b], -1)
        if low <= stay:
            _move(left, brings, chosen[a], 1)
            _move(left, brings, chosen[b], 1)
            chosen[a] = best_a
            chosen[b] = best_b
            _move(left, brings, best_a, -1)
            stay = _move(left, brings, best_b, -1)
        behind = stay
    return behind


@njit(cache=True)
def best_rounds(steps, gain, best):
    """The most that a vessel can still gain by where it is and the time left.

    ``steps[row, good, d]`` is how many units of time one more round of a good takes that ends at
    drop-off d, at least 1 (0: no way); ``gain[good]`` what it is worth. Fills ``best[row, t]``;
    row 1 + d is drop-off d.
    """
    rows, goods, drops = steps.shape
    for t in range(best.shape[1]):
        for row in range(rows):
            top = 0
            for g in range(goods):
                for d in range(drops):
                    took = steps[row, g, d]
                    if 0 < took <= t and gain[g] + best[1 + d, t - took] > top:
                        top = gain[g] + best[1 + d, t - took]
            best[row, t] = top
