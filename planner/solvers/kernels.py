"""Compiled kernels: what movements earn at given prices, and the best itinerary of one mover.

Tested through ``.py_func`` as well, because compiled lines count as uncovered.
"""

from __future__ import annotations

from numba import njit

NONE = -1
WAIT = -2
STOP = -3


@njit(cache=True)
def best_values(first, options, to, steps, value, wait, may_end, best, choice):
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


@njit(cache=True)
def worth_at(marks, worth, first, end, stamp):
    """What a unit in a hub is worth at a moment: that of the first mark not before it.

    ``marks[first:end]`` ascend; after the last mark its worth goes on.
    """
    low, high = first, end - 1
    while low < high:
        middle = (low + high) // 2
        if marks[middle] < stamp:
            low = middle + 1
        else:
            high = middle
    return worth[low]


@njit(cache=True)
def unit_gain(
    pair, unit, t, leaves_s, ends_s, harms, prices, demand, toll, hub_first, marks, worth,
):  # fmt: skip
    """What one unit on board earns when a movement starts at t; see ``movement_gains``."""
    gain = -prices[0] * harms[pair[2], t] - unit[0] * toll - prices[1] * harms[pair[3], t]
    into, out = pair[4], pair[5]
    if into < 0:
        gain -= prices[2] * (unit[0] * (ends_s / 3600))
    else:
        gain += worth_at(marks, worth, hub_first[into], hub_first[into + 1], ends_s)
    if out < 0:
        return gain + demand[pair[0]]
    return gain - worth_at(marks, worth, hub_first[out], hub_first[out + 1], leaves_s)


@njit(cache=True)
def movement_gains(
    movement, effort, first, pairs, units_of, flags, harms, prices, demand, step_s,
    vehicle_tolls, head_tolls, hub_first, marks, worth, room, value, seated, lying, units,
):  # fmt: skip
    """Fills ``value[i, t]`` with what movement i of a mover earns when it starts at t.

    ``movement[i]`` is (row of starts in ``flags``, row of crew harm in ``harms``, option,
    departure and end in seconds after the start); its riders are ``pairs[first[i]:first[i + 1]]``:
    (commodity, rows of may, harm and missed, hub that they come into, hub that they leave; -1: no
    hub), with (persons, seats, stretchers) of a unit in ``units_of``, those who sit first.
    ``prices`` are the weights of harm, missed deadlines, arrival and effort; ``room`` the mover's
    seats and stretchers. Seats go to whoever gains most, stretchers to whoever gains more than
    those whose seats are lost: numbers of commodities in ``seated`` and ``lying`` (-1: nobody),
    units lying in ``units``.
    """
    moves, moments = value.shape
    for i in range(moves):
        option = movement[i, 2]
        for t in range(moments):
            if not flags[movement[i, 0], t]:
                value[i, t] = -1e300
                continue
            gain = -prices[0] * harms[movement[i, 1], t] - prices[3] * effort[i]
            gain -= vehicle_tolls[option, t] if option < len(vehicle_tolls) else 0.0
            toll = head_tolls[option, t] if option < len(head_tolls) else 0.0
            start_s = t * step_s
            top, extra, most = 0.0, 0.0, 0.0
            who, below = -1, -1
            for j in range(first[i], first[i + 1]):
                if not flags[pairs[j, 1], t]:
                    continue
                earned = unit_gain(
                    pairs[j], units_of[j], t, start_s + movement[i, 3], start_s + movement[i, 4],
                    harms, prices, demand, toll, hub_first, marks, worth,
                )  # fmt: skip
                if units_of[j, 2] == 0.0:
                    if earned > top:
                        top, who = earned, pairs[j, 0]
                    continue
                able = room[1] / units_of[j, 2]
                more = able * (earned - units_of[j, 1] * top)
                if more > extra:
                    extra, below, most = more, pairs[j, 0], able
            value[i, t] = gain + (room[0] * top + extra)
            seated[i, t], lying[i, t], units[i, t] = who, below, most
