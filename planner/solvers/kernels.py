"""Compiled kernels: the best itinerary of one mover over the whole horizon.

Tested through ``.py_func`` as well, because compiled lines count as uncovered.
"""

from __future__ import annotations

from numba import njit

NONE = -1
WAIT = -2
STOP = -3


@njit(cache=True)
def best_values(first, options, to, steps, value, wait, may_end, best, choice):  # type: ignore[no-untyped-def]
    """Backward pass over time and places.

    ``first[p] : first[p+1]`` are the positions in ``options`` of the movements that leave place p;
    ``to`` and ``steps`` give where and how long each goes, ``value[m, t]`` what it is worth when it
    starts at t (minus infinity: it may not). ``wait[p, t]`` is the price of standing at p from t to
    t+1, ``may_end[p, t]`` whether a mover may stop there for good. Fills ``best[p, t]`` with the
    most that a mover at p can still earn from t on, and ``choice[p, t]`` with what it does.
    """
    places, moments = best.shape
    for t in range(moments - 1, -1, -1):
        for p in range(places):
            top = -1e300
            act = NONE
            if may_end[p, t]:
                top = 0.0
                act = STOP
            if t + 1 < moments:
                stay = best[p, t + 1] - wait[p, t]
                if stay > top:
                    top = stay
                    act = WAIT
            for i in range(first[p], first[p + 1]):
                m = options[i]
                gain = value[m, t]
                if gain > -1e299:
                    arrive = t + steps[m]
                    if arrive < moments:
                        total = gain + best[to[m], arrive]
                        if total > top + 1e-12:
                            top = total
                            act = m
            best[p, t] = top
            choice[p, t] = act
