"""Compiled kernels of the earliest arrival flow.

The time-expanded network is never built: node (v, t) is "at place v at step t", and ``flow[a, t]``
are the persons who enter arc a at step t. Every source has a star, where its people wait until
they leave; ``leaving[s, t]`` are those of source number s who do so at step t. In the residual
network (v, t) can be reached from

- (tail, t - transit) by an arc into v that is not full,
- (head, t + transit) by an arc out of v that carries somebody, who is then sent another way,
- the star of v, and the star from each (v, t') at which somebody leaves it.

Tested through ``.py_func`` as well, because compiled lines count as uncovered. The two innermost
loops (``reach``, ``fill``) call nothing while they scan: counting the references to the arrays of
a call took longer there than the scan.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

NEVER = 1 << 29
STAR = -1  # as a step: not a moment but the star of a source; as a way: from a moment to it


class Ground(NamedTuple):
    """What stays: arcs (``transit`` in steps, ``capacity`` in persons per step), and for every
    place v its ways ``first[v] : first[v + 1]``: the arc, whether it leads into v, its other end.
    ``source[v]`` numbers the sources, minus one elsewhere."""

    first: Any
    arc: Any
    into: Any
    other: Any
    transit: Any
    capacity: Any
    source: Any
    havens: Any


class Moves(NamedTuple):
    """What changes: ``flow[arc, step]``, ``leaving[source, step]`` with the steps ``low[source]``
    to ``high[source]`` outside of which it is zero, persons not yet sent ``left[source]``,
    ``arrivals[step]``, and labels ``hops[place, step]``, ``star_hops[source]``."""

    flow: Any
    leaving: Any
    low: Any
    high: Any
    left: Any
    arrivals: Any
    hops: Any
    star_hops: Any


@njit(cache=True)
def unlink(place, step, head, after, before):  # type: ignore[no-untyped-def]
    """Takes a place out of the list of a step."""
    if before[place] >= 0:
        after[before[place]] = after[place]
    else:
        head[step] = after[place]
    if after[place] >= 0:
        before[after[place]] = before[place]


@njit(cache=True)
def link(place, step, head, after, before):  # type: ignore[no-untyped-def]
    """Puts a place at the front of the list of a step."""
    before[place] = -1
    after[place] = head[step]
    if head[step] >= 0:
        before[head[step]] = place
    head[step] = place


@njit(cache=True)
def start(ground, moves, earliest, head, after, before):  # type: ignore[no-untyped-def]
    """Whoever has not been sent is at home from step 0 on; nobody is anywhere else yet."""
    head[:] = -1
    for v in range(earliest.size):
        earliest[v] = NEVER
        s = ground.source[v]
        if s < 0:
            continue
        while moves.high[s] >= 0 and moves.leaving[s, moves.high[s]] == 0:
            moves.high[s] -= 1
        if moves.left[s] > 0:
            earliest[v] = 0
            link(v, 0, head, after, before)


@njit(cache=True)
def reach(ground, moves, earliest, head, after, before):  # type: ignore[no-untyped-def]
    """Fills ``earliest[place]``: when somebody who has not been sent yet could first be there.

    In the residual network with waiting allowed everywhere; NEVER where that is past the last
    column. Label correction in order of time: a place is looked at again when a full arc's
    traveller, sent another way, makes room at an earlier step.
    """
    first, arc, into, other, transit, capacity, source, _ = ground
    flow, high, columns = moves.flow, moves.high, head.size
    start(ground, moves, earliest, head, after, before)
    now = 0
    while now < columns:
        v = head[now]
        if v < 0:
            now += 1
            continue
        unlink(v, now, head, after, before)
        after[v] = -2  # in no list
        s = source[v]
        if s >= 0 and earliest[v] <= high[s]:
            earliest[v] = 0  # somebody who left then stays, and another leaves at any step
        for way in range(first[v], first[v + 1]):
            w, a = other[way], arc[way]
            end = min(columns, earliest[w])  # no gain from there on
            if into[way]:
                t = max(0, earliest[v] - transit[a])
                while t < end and flow[a, t] <= 0:
                    t += 1
            else:
                t = earliest[v]
                end -= transit[a]
                while t < end and flow[a, t] >= capacity[a]:
                    t += 1
            if t < end:
                t += 0 if into[way] else transit[a]
                if earliest[w] < NEVER and after[w] != -2:
                    unlink(w, earliest[w], head, after, before)
                earliest[w] = t
                link(w, t, head, after, before)
                now = min(now, t)


@njit(cache=True)
def nearest(ground, moves, used, least, queue):  # type: ignore[no-untyped-def]
    """Fills ``least[place]``: arcs, at the fewest, between it and somebody who has not been sent.

    Time apart; ``used[arc]`` tells over which arcs anybody was ever sent, so that a residual way
    back may exist. A lower bound of every label.
    """
    end = 0
    for v in range(least.size):
        least[v] = NEVER
        s = ground.source[v]
        if s >= 0 and moves.left[s] > 0:
            least[v] = 0
            queue[end] = v
            end += 1
    begin = 0
    while begin < end:
        v = queue[begin]
        begin += 1
        for way in range(ground.first[v], ground.first[v + 1]):
            w = ground.other[way]
            if least[w] == NEVER and (not ground.into[way] or used[ground.arc[way]]):
                least[w] = least[v] + 1
                queue[end] = w
                end += 1


@njit(cache=True)
def room(ground, moves, v, t, way):  # type: ignore[no-untyped-def]
    """How many more can be sent over one residual way into (v, t), or into the star of v."""
    if t == STAR:
        return moves.leaving[ground.source[v], way]
    if way == STAR:
        return NEVER
    a = ground.arc[way]
    if ground.into[way]:
        return ground.capacity[a] - moves.flow[a, t - ground.transit[a]]
    return moves.flow[a, t]


@njit(cache=True)
def leave(moves, s, t, persons):  # type: ignore[no-untyped-def]
    """More persons of source number s leave at step t (fewer, if negative)."""
    moves.leaving[s, t] += persons
    moves.low[s] = min(moves.low[s], t)
    moves.high[s] = max(moves.high[s], t)


@njit(cache=True)
def send(ground, moves, used, place, step, way, top):  # type: ignore[no-untyped-def]
    """Sends as many as fit from the source at the top of the stack down to the haven.

    Returns (persons, height): the lowest frame whose way is now full, ``top`` if none.
    """
    s = ground.source[place[top]]
    persons = moves.left[s]
    for i in range(top):
        persons = min(persons, room(ground, moves, place[i], step[i], way[i]))
    moves.left[s] -= persons
    leave(moves, s, step[top], persons)
    height = top
    for i in range(top - 1, -1, -1):
        v, t, way_in = place[i], step[i], way[i]
        if t == STAR:
            leave(moves, ground.source[v], way_in, -persons)
        elif way_in == STAR:
            leave(moves, ground.source[v], t, persons)
        else:
            a = ground.arc[way_in]
            used[a] = 1
            if ground.into[way_in]:
                moves.flow[a, t - ground.transit[a]] += persons
            else:
                moves.flow[a, t] -= persons
        if room(ground, moves, v, t, way_in) == 0:
            height = i
    return persons, height


@njit(cache=True)
def fill(ground, moves, dead, least, used, haven, moment, patience, place, step, way):  # type: ignore[no-untyped-def]  # noqa: C901
    """Sends people to ``haven`` by ``moment`` along shortest residual paths (fewest arcs).

    Depth first from (haven, moment) backwards to a source that has people left, always to a lower
    label; where there is none the label is raised to one more than the least that is found
    (Ahuja and Orlin's distance-directed augmentation). (v, t) with t <= ``dead[v]`` is known to be
    out of reach. Stops after the haven's own label was raised ``patience`` times, when its label
    says that nobody is left to come, or when the stack is full. Returns the persons sent.
    """
    first, arc, into, other, transit, capacity, source, _ = ground
    flow, leaving, low, high, left, _, hops, star_hops = moves
    total = 0
    top = 0
    place[0], step[0] = haven, moment
    while patience > 0:
        v, t = place[top], step[top]
        s = source[v]
        if t != STAR and s >= 0 and left[s] > 0:
            persons, top = send(ground, moves, used, place, step, way, top)
            total += persons
            continue
        best, found, there = NEVER, -2, -2
        if t == STAR:  # to the departure that is nearest to somebody not sent
            label = star_hops[s]
            for k in range(max(low[s], dead[v] + 1), high[s] + 1):
                if leaving[s, k] > 0:
                    value = max(hops[v, k], least[v])
                    if value < best:
                        best, found, there = value, k, k
        else:
            label = max(hops[v, t], least[v])
            for k in range(first[v], first[v + 1]):
                a, w = arc[k], other[k]
                if into[k]:
                    come = t - transit[a]
                    if come <= dead[w] or flow[a, come] >= capacity[a]:
                        continue
                else:
                    come = t + transit[a]
                    if flow[a, t] <= 0 or come <= dead[w]:
                        continue
                value = max(hops[w, come], least[w])
                if value < best:
                    best, found, there = value, k, come
                    if value < label:
                        break
            if s >= 0 and best >= label and star_hops[s] < best:
                best, found, there = star_hops[s], STAR, STAR
        if best < label and top + 1 < place.size:
            way[top] = found
            top += 1
            place[top] = other[found] if t != STAR and found != STAR else v
            step[top] = there
            continue
        best = min(best + 1, NEVER)
        if t == STAR:
            star_hops[s] = best
        else:
            hops[v, t] = best
        if top > 0:
            top -= 1
        else:
            patience = 0 if best >= NEVER else patience - 1
    return total


@njit(cache=True)
def advance(ground, moves, used, moment, people, patience, cuts, cut_of, lists, stack):  # type: ignore[no-untyped-def]
    """Earliest arrivals from step ``moment`` on, until all ``people`` are sent or columns end.

    Before each step, and whenever the haven's label was raised ``patience`` times, ``reach`` tells
    the next step at which anybody more can arrive: until then the arrivals are as many as
    possible, and ``cuts`` gets the row that proves it (``cut_of[step]`` is its number): when
    somebody not sent could be at place v at the earliest, less one. Returns (next step, people
    not sent, rows written), rows -1 if labels and ``reach`` contradict each other.
    """
    columns = cut_of.size
    earliest, least, head, after, before, queue = lists
    place, step, way = stack
    rows = 0
    while moment < columns:
        reach(ground, moves, earliest, head, after, before)
        upcoming = columns
        for haven in ground.havens:
            upcoming = min(upcoming, earliest[haven])
        if upcoming > moment:
            cuts[rows] = np.minimum(earliest, columns) - 1
            cut_of[moment:upcoming] = rows
            moment = upcoming
            rows += 1
        if moment >= columns or people == 0:
            break
        nearest(ground, moves, used, least, queue)
        earliest -= 1  # from here on: the last step that is out of reach
        for haven in ground.havens:
            if earliest[haven] < moment:
                sent = fill(ground, moves, earliest, least, used, haven, moment, patience,
                            place, step, way)  # fmt: skip
                people -= sent
                moves.arrivals[moment] += sent
                if sent == 0 and moves.hops[haven, moment] >= NEVER:
                    return moment, people, -1
    return moment, people, rows


@njit(cache=True)
def walk(first, arc, head, transit, rest, ends, taken, place, step, places, steps, ways):  # type: ignore[no-untyped-def]
    """Follows persons from (place, step) to a haven through ``rest[arc, step]``; consumes nothing.

    ``taken[ends[v], t]`` are those whose way ends at haven v at step t (``ends`` minus one
    elsewhere). Fills ``places``, ``steps``, ``ways``; a round without passing of time is taken
    out of ``rest`` and of the path. Returns the number of arcs, or -1 where the flow breaks off.
    """
    length = 0
    places[0], steps[0] = place, step
    while ends[places[length]] < 0 or taken[ends[places[length]], steps[length]] <= 0:
        v, t = places[length], steps[length]
        on = first[v]
        while on < first[v + 1] and (t >= rest.shape[1] or rest[arc[on], t] <= 0):
            on += 1
        if on == first[v + 1] or length + 1 >= places.size:
            return -1
        a = arc[on]
        ways[length] = a
        length += 1
        places[length], steps[length] = head[a], t + transit[a]
        back = length - 1
        while back >= 0 and steps[back] == steps[length] and places[back] != places[length]:
            back -= 1
        if back >= 0 and steps[back] == steps[length]:
            persons = NEVER
            for i in range(back, length):
                persons = min(persons, rest[ways[i], steps[i]])
            for i in range(back, length):
                rest[ways[i], steps[i]] -= persons
            length = back
    return length


@njit(cache=True)
def longer(row, length):  # type: ignore[no-untyped-def]
    """A copy of ``row`` with room for at least ``length`` entries."""
    grown = np.empty(max(2 * row.size, length), row.dtype)
    grown[: row.size] = row
    return grown


@njit(cache=True)
def decompose(first, arc, head, transit, rest, leaving, ends, taken, places, steps, ways):  # type: ignore[no-untyped-def]
    """Path decomposition: the flow as movements of persons who keep together.

    ``leaving[place number, step]`` are departures, where ``places`` lists the place of each number;
    ``steps`` and ``ways`` lend room for one path. Uses up ``rest``, ``leaving`` and ``taken``.
    Returns (table, arcs, enters): a row of the table is source, first step, persons, haven, last
    step, and the end of the movement's stretch in ``arcs`` (which arcs) and ``enters`` (when each
    is entered). A table with one row too many, all -1, says that the flow breaks off.
    """
    table = np.empty((64, 6), np.int64)
    arcs, enters = np.empty(1024, np.int32), np.empty(1024, np.int32)
    path = np.empty(steps.size, np.int32)
    rows, end = 0, 0
    for s in range(leaving.shape[0]):
        for t in range(leaving.shape[1]):
            while leaving[s, t] > 0:
                length = walk(first, arc, head, transit, rest, ends, taken, places[s], t,
                              path, steps, ways)  # fmt: skip
                if rows == table.shape[0]:
                    more = np.empty((2 * rows, 6), np.int64)
                    more[:rows] = table
                    table = more
                if length < 0:
                    table[rows] = -1
                    return table[: rows + 1], arcs[:end], enters[:end]
                haven = path[length]
                persons = min(leaving[s, t], taken[ends[haven], steps[length]])
                for i in range(length):
                    persons = min(persons, rest[ways[i], steps[i]])
                leaving[s, t] -= persons
                taken[ends[haven], steps[length]] -= persons
                if end + length > arcs.size:
                    arcs, enters = longer(arcs, end + length), longer(enters, end + length)
                for i in range(length):
                    rest[ways[i], steps[i]] -= persons
                    arcs[end], enters[end] = ways[i], steps[i]
                    end += 1
                row = table[rows]
                row[0], row[1], row[2] = places[s], t, persons
                row[3], row[4], row[5] = haven, steps[length], end
                rows += 1
    return table[:rows], arcs[:end], enters[:end]
