"""Compiled kernels of the bus evacuation: the worth of a route, and annealing over routes.

Tested through ``.py_func`` as well, because compiled lines count as uncovered.
"""

from __future__ import annotations

import numpy as np
from numba import njit

NOTHING = -(1 << 60)


@njit(cache=True)
def best_end(left, rides, gains, after):
    """The most of ``gains[k] + after[k, left - rides[k]]``; NOTHING where no ride is within."""
    top = NOTHING
    for k in range(len(rides)):
        rest = left - rides[k]
        if rides[k] >= 0 and rest >= 0:
            top = max(top, gains[k] + after[k, rest])
    return top


@njit(cache=True)
def worth(loaded, empty, reward, sweeps, stand, free):
    """What a bus can still earn, by where it is and the time that is left.

    ``loaded[i, j]`` and ``empty[j, i]`` are times (negative: no way), ``reward[i, j]`` what one
    trip from point i to shelter j earns. Fills ``stand[i, r]`` for a bus at point i with time r
    left (NOTHING where no shelter is in reach) and ``free[j, r]`` for one at shelter j, at least 0.
    Legs of no time need ``sweeps`` passes a moment; otherwise one will do. Returns whether that was
    enough: False means that a round trip in no time earns something.
    """
    points, shelters = loaded.shape
    nothing = np.zeros(points, np.int64)
    settled = True
    for left in range(stand.shape[1]):
        free[:, left] = 0
        stand[:, left] = NOTHING
        for sweep in range(sweeps):
            changed = False
            for i in range(points):
                stand[i, left] = best_end(left, loaded[i], reward[i], free)
            for j in range(shelters):
                top = best_end(left, empty[j], nothing, stand)
                if top > free[j, left]:
                    free[j, left] = top
                    changed = True
            if not changed:
                break
            if sweep == sweeps - 1 and sweeps > 1:
                settled = False
    return settled


@njit(cache=True)
def length(order, size, start, point, drop, loaded, empty):
    """Time of a bus that fetches the loads ``order[:size]`` one after the other."""
    total = 0
    at = -1
    for k in range(size):
        load = order[k]
        i = point[load]
        total += start[i] if at < 0 else empty[at, i]
        at = drop[load]
        total += loaded[i, at]
    return total


@njit(cache=True)
def exchange(one, at_one, two, at_two, order, drop, used, room, weight, keep):
    """Two loads change places; with ``keep`` the shelters stay with the places. Returns whether the
    shelters have room for it; nothing is changed where not."""
    a, b = order[one, at_one], order[two, at_two]
    if keep and drop[a] != drop[b]:
        gain = weight[b] - weight[a]
        if used[drop[a]] + gain > room[drop[a]] or used[drop[b]] - gain > room[drop[b]]:
            return False
        used[drop[a]] += gain
        used[drop[b]] -= gain
        drop[a], drop[b] = drop[b], drop[a]
    order[one, at_one], order[two, at_two] = b, a
    return True


@njit(cache=True)
def redirect(load, shelter, drop, used, room, weight):
    """A load goes to another shelter. Returns whether there was room; if not, nothing changed."""
    if shelter == drop[load] or used[shelter] + weight[load] > room[shelter]:
        return False
    used[drop[load]] -= weight[load]
    used[shelter] += weight[load]
    drop[load] = shelter
    return True


@njit(cache=True)
def relocate(one, at_one, two, at_two, order, size):
    """A load moves to another place, of the same bus or another (``at_two`` counts without it)."""
    load = order[one, at_one]
    for k in range(at_one, size[one] - 1):
        order[one, k] = order[one, k + 1]
    size[one] -= 1
    for k in range(size[two], at_two, -1):
        order[two, k] = order[two, k - 1]
    order[two, at_two] = load
    size[two] += 1


@njit(cache=True)
def cross(one, at_one, two, at_two, order, size):
    """Two buses exchange all that follows their first ``at_one`` and ``at_two`` loads."""
    tail_one, tail_two = size[one] - at_one, size[two] - at_two
    for k in range(max(tail_one, tail_two)):
        a, b = order[one, at_one + k], order[two, at_two + k]
        if k < tail_two:
            order[one, at_one + k] = b
        if k < tail_one:
            order[two, at_two + k] = a
    size[one] = at_one + tail_two
    size[two] = at_two + tail_one


@njit(cache=True)
def move_one(draw, one, two, order, size, drop, used, room, weight, undo):
    """A load to another shelter, or to another place; see ``change``."""
    at_one = int(draw[3] * size[one])
    if draw[0] < 0.25:
        load = order[one, at_one]
        undo[0], undo[1] = load, drop[load]
        return redirect(load, int(draw[4] * len(room)), drop, used, room, weight)
    rest = size[two] - (1 if one == two else 0)
    if rest == order.shape[1]:
        return False
    relocate(one, at_one, two, int(draw[4] * (rest + 1)), order, size)
    return True


@njit(cache=True)
def change(draw, one, two, order, size, drop, used, room, weight, undo):
    """One random change of the buses ``one`` and ``two`` in place, as ``draw`` (in [0, 1)) says.

    ``undo`` gets up to two loads, each with the shelter that it had (-1: none). Returns whether
    something was changed.
    """
    undo[:] = -1
    if size[one] == 0:
        return False
    if draw[0] < 0.5:
        return move_one(draw, one, two, order, size, drop, used, room, weight, undo)
    if draw[0] < 0.65:
        at_one, at_two = int(draw[3] * size[one]), int(draw[4] * (size[two] + 1))
        longest = max(at_one + size[two] - at_two, at_two + size[one] - at_one)
        if one == two or longest > order.shape[1]:
            return False
        cross(one, at_one, two, at_two, order, size)
        return True
    if size[two] == 0:
        return False
    at_one, at_two = int(draw[3] * size[one]), int(draw[4] * size[two])
    a, b = order[one, at_one], order[two, at_two]
    if a == b:
        return False
    undo[0], undo[1], undo[2], undo[3] = a, drop[a], b, drop[b]
    keep = draw[0] < 0.85
    return exchange(one, at_one, two, at_two, order, drop, used, room, weight, keep)


@njit(cache=True)
def restore(undo, drop, used, weight):
    """Gives the loads in ``undo`` the shelters back that they had."""
    for k in range(0, len(undo), 2):
        load = undo[k]
        if load >= 0:
            used[drop[load]] -= weight[load]
            drop[load] = undo[k + 1]
            used[drop[load]] += weight[load]


@njit(cache=True)
def overtime(lengths, target):
    """Time beyond the target, summed over buses."""
    total = 0
    for own in lengths:
        total += max(0, own - target)
    return total


@njit(cache=True)
def anneal(
    target, floor, heat, slope, draws, room, weight, point, start, loaded, empty, order,
    size, drop, used, lengths, best_order, best_size, best_drop,
):  # fmt: skip
    """Simulated annealing towards buses that are all done within ``target``.

    ``order[b, :size[b]]`` are the loads of bus b in order, ``drop`` their shelters, ``used`` what
    those take in, ``lengths`` the buses' times; all are changed in place. The cost is the time
    beyond the target, plus ``slope`` times all time; ``heat`` (first, last) falls geometrically
    over the rows of ``draws``, whose last entries are logarithms. Whenever all are within the
    target they are written to ``best_…`` and the target is set one below, until it is below
    ``floor``. Returns the best makespan written, or -1.
    """
    buses = len(size)
    spare_one, spare_two = order[0].copy(), order[0].copy()
    undo = np.empty(4, np.int64)
    reached = -1
    beyond = overtime(lengths, target)
    temperature = heat[0]
    cooling = (heat[1] / heat[0]) ** (1.0 / len(draws))
    for step in range(len(draws)):
        draw = draws[step]
        temperature *= cooling
        one, two = int(draw[1] * buses), int(draw[2] * buses)
        size_one, size_two = size[one], size[two]
        spare_one[:size_one] = order[one, :size_one]
        spare_two[:size_two] = order[two, :size_two]
        changed = change(draw, one, two, order, size, drop, used, room, weight, undo)
        if not changed:
            continue
        was_one, was_two = lengths[one], lengths[two]
        lengths[one] = length(order[one], size[one], start[one], point, drop, loaded, empty)
        lengths[two] = length(order[two], size[two], start[two], point, drop, loaded, empty)
        gain = max(0, was_one - target) - max(0, lengths[one] - target)
        slack = was_one - lengths[one]
        if one != two:
            gain += max(0, was_two - target) - max(0, lengths[two] - target)
            slack += was_two - lengths[two]
        if gain + slope * slack >= temperature * draw[5]:
            beyond -= gain
            if beyond == 0:
                reached = lengths.max()
                best_order[:], best_size[:], best_drop[:] = order, size, drop
                target = reached - 1
                if target < floor:
                    break
                beyond = overtime(lengths, target)
            continue
        restore(undo, drop, used, weight)
        lengths[one], lengths[two] = was_one, was_two
        size[one], size[two] = size_one, size_two
        order[one, :size_one] = spare_one[:size_one]
        order[two, :size_two] = spare_two[:size_two]
    return reached
