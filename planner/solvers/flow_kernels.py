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
FAR = NEVER // 4  # above every guess
OPEN, HOLDS, LOST, ASKED = 0, 1, 2, 3
DOUBT, CONTRADICTION = -1, -2  # instead of persons
SLACK = 16  # this and the next two change the speed only
DETOUR = 16
PATIENCE = 16
STAR = -1  # as a step: not a moment but the star of a source; as a way: from a moment to it


class Ground(NamedTuple):
    """What stays. The ways of place v are ``first[v] : first[v + 1]``, those below ``middle[v]``
    by arcs into v, the others by arcs out of v; by way: the arc, its other end, ``transit`` in
    steps, ``capacity`` in persons per step. ``source[v]`` numbers the sources, minus one
    elsewhere."""

    first: Any
    middle: Any
    arc: Any
    other: Any
    transit: Any
    capacity: Any
    source: Any
    havens: Any


class Moves(NamedTuple):
    """What changes: ``flow[arc, step]``, ``leaving[source, step]`` with the steps ``low[source]``
    to ``high[source]`` outside of which it is zero, persons not yet sent ``left[source]``,
    ``arrivals[step]``, and the guesses ``hops[place, step]``, ``star_hops[source]`` of how many
    residual arcs lie between there and somebody not sent."""

    flow: Any
    leaving: Any
    low: Any
    high: Any
    left: Any
    arrivals: Any
    hops: Any
    star_hops: Any


@njit(cache=True)
def unlink(place, step, head, after, before):
    """Takes a place out of the list of a step."""
    if before[place] >= 0:
        after[before[place]] = after[place]
    else:
        head[step] = after[place]
    if after[place] >= 0:
        before[after[place]] = before[place]


@njit(cache=True)
def link(place, step, head, after, before):
    """Puts a place at the front of the list of a step."""
    before[place] = -1
    after[place] = head[step]
    if head[step] >= 0:
        before[head[step]] = place
    head[step] = place


@njit(cache=True)
def hold(ground, moves, known, state):
    """Fills ``state[place]`` with HOLDS or LOST: can its time still be had in the way it was found?

    Not if that way is full (or carries nobody to send elsewhere) by now, or if the place that it
    came from is lost. Places that refer to each other in a round (from a later moment at one others
    are reached back in time, and from them an earlier moment at it) are taken to hold, though they
    may be out of reach by now: see ``reach``.
    """
    earliest, came, origin, by, at, queue = known
    for v in range(state.size):
        s = ground.source[v]
        if s >= 0:
            while moves.high[s] >= 0 and moves.leaving[s, moves.high[s]] == 0:
                moves.high[s] -= 1
        state[v] = OPEN
        if s >= 0 and moves.left[s] > 0:
            state[v] = HOLDS
        elif origin[v] < 0 or (earliest[v] < came[v] and came[v] > moves.high[s]):
            state[v] = LOST
        else:
            persons = moves.flow[ground.arc[by[v]], at[v]]
            is_back = by[v] < ground.middle[origin[v]]
            if persons == 0 if is_back else persons >= ground.capacity[by[v]]:
                state[v] = LOST
    for v in range(state.size):
        end, u = 0, v
        while state[u] == OPEN:
            state[u] = ASKED
            queue[end] = u
            end += 1
            u = origin[u]
        found = LOST if state[u] == LOST else HOLDS
        for i in range(end):
            state[queue[i]] = found


@njit(cache=True)
def start(ground, moves, known, state, head, after, before):
    """Puts into the lists whoever has not been sent, and places that hold beside such as are lost.

    What is lost counts as out of reach for now.
    """
    earliest, came, origin, _, _, _ = known
    hold(ground, moves, known, state)
    head[:] = -1
    for v in range(state.size):
        after[v] = -2  # in no list
        s = ground.source[v]
        if s >= 0 and moves.left[s] > 0:
            if earliest[v] > 0:
                earliest[v], came[v], origin[v] = 0, 0, -1
                link(v, 0, head, after, before)
        elif state[v] == LOST:
            earliest[v], origin[v] = NEVER, -1
    for v in range(state.size):
        if state[v] == LOST:
            for way in range(ground.first[v], ground.first[v + 1]):
                w = ground.other[way]
                if state[w] == HOLDS and after[w] == -2 and earliest[w] < head.size:
                    link(w, earliest[w], head, after, before)


@njit(cache=True)
def reach(ground, moves, begun, known, state, head, after, before):
    """Brings ``earliest[place]`` up to date: when somebody not sent could first be there.

    In the residual network with waiting allowed everywhere; NEVER where that is past the last
    column. Sending people only ever makes that later (nothing gets into reach), so that what still
    holds is kept, and the rest is found anew. What is kept may be too early (``hold``), but never
    too late, and no residual way leads out of it: as a cut it is right, and where it promises more
    than can be sent, ``advance`` begins it anew. Label correction in order of time: a place is
    looked at again when a full arc's traveller, sent another way, makes room at an earlier step. A
    place was reached at ``came[place]`` from ``origin[place]`` over the way ``by[place]``, whose
    arc is entered at step ``at[place]``; no arc a carries anybody before ``begun[a]``.
    """
    first, middle, arc, other, transit, capacity, source, _ = ground
    flow, high, columns = moves.flow, moves.high, head.size
    earliest, came, origin, by, at, _ = known
    start(ground, moves, known, state, head, after, before)
    now = 0
    while now < columns:
        v = head[now]
        if v < 0:
            now += 1
            continue
        unlink(v, now, head, after, before)
        after[v] = -2
        s = source[v]
        if s >= 0 and earliest[v] <= high[s]:
            earliest[v] = 0  # somebody who left then stays, and another leaves at any step
        for way in range(first[v], first[v + 1]):
            w, a = other[way], arc[way]
            end = min(columns, earliest[w])  # no gain from there on
            if way < middle[v]:
                t = max(begun[a], earliest[v] - transit[way])
                while t < end and flow[a, t] <= 0:
                    t += 1
                step = t
            else:
                t = earliest[v]
                end -= transit[way]
                while t < end and flow[a, t] >= capacity[way]:
                    t += 1
                step = t + transit[way]
            if t < end:
                if after[w] != -2:
                    unlink(w, earliest[w], head, after, before)
                earliest[w], came[w], origin[w], by[w], at[w] = step, step, v, way, t
                link(w, step, head, after, before)
                now = min(now, step)


@njit(cache=True)
def nearest(ground, moves, begun, least, queue):
    """Fills ``least[place]``: arcs, at the fewest, between it and somebody who has not been sent.

    Time apart; over arcs that anybody was ever sent over (``begun[arc]`` is a step) a residual way
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
            if least[w] == NEVER and (way >= ground.middle[v] or begun[ground.arc[way]] < NEVER):
                least[w] = least[v] + 1
                queue[end] = w
                end += 1


@njit(cache=True)
def room(ground, moves, v, t, way):
    """How many more can be sent over one residual way into (v, t), or into the star of v."""
    if t == STAR:
        return moves.leaving[ground.source[v], way]
    if way == STAR:
        return NEVER
    a = ground.arc[way]
    if way < ground.middle[v]:
        return ground.capacity[way] - moves.flow[a, t - ground.transit[way]]
    return moves.flow[a, t]


@njit(cache=True)
def leave(moves, s, t, persons):
    """More persons of source number s leave at step t (fewer, if negative)."""
    moves.leaving[s, t] += persons
    moves.low[s] = min(moves.low[s], t)
    moves.high[s] = max(moves.high[s], t)


@njit(cache=True)
def send(ground, moves, begun, place, step, way, top):
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
            if way_in < ground.middle[v]:
                moves.flow[a, t - ground.transit[way_in]] += persons
                begun[a] = min(begun[a], t - ground.transit[way_in])
            else:
                moves.flow[a, t] -= persons
        if room(ground, moves, v, t, way_in) == 0:
            height = i
    return persons, height


@njit(cache=True)
def forget(ground, seen, star_seen, place, step, since, until):
    """The frames ``since`` to ``until`` of a path that was sent over may be entered again."""
    for i in range(since, until + 1):
        if step[i] == STAR:
            star_seen[ground.source[place[i]]] = 0
        else:
            seen[place[i], step[i]] = 0


@njit(cache=True)
def fill(ground, moves, dead, least, begun, haven, moment, limit, turn, marks, stack):  # noqa: C901
    """One round: sends people to ``haven`` by ``moment`` over residual paths, depth first.

    From (haven, moment) backwards to a source that has people left, always to where the guess is
    least, as long as the path and the guess together are at most ``limit`` arcs; what has failed
    (``seen`` in this ``turn``) is not entered again. On the way guesses are raised to one more
    than the least of what can be entered from there (Korf's learning real-time search 1990), and
    by DETOUR more where all has failed. (v, t) with t <= ``dead[v]`` is known to be out of reach.
    With no limit nothing is left out: then a round that sends nobody proves that nobody can come.
    Returns the persons sent.
    """
    first, middle, arc, other, transit, capacity, source, _ = ground
    flow, leaving, low, high, left, _, hops, star_hops = moves
    seen, star_seen = marks
    place, step, way = stack
    total = 0
    top = 0
    place[0], step[0] = haven, moment
    seen[haven, moment] = turn
    while top >= 0:
        v, t = place[top], step[top]
        s = source[v]
        if t != STAR and s >= 0 and left[s] > 0:
            end = top
            persons, top = send(ground, moves, begun, place, step, way, top)
            forget(ground, seen, star_seen, place, step, top + 1, end)
            total += persons
            continue
        best, found, there, nearby = FAR, -2, -2, FAR
        if t == STAR:  # to the departure that is nearest to somebody not sent
            for k in range(max(low[s], dead[v] + 1), high[s] + 1):
                if leaving[s, k] > 0:
                    value = max(hops[v, k], least[v])
                    nearby = min(nearby, value)
                    if value < best and seen[v, k] != turn:
                        best, found, there = value, k, k
            if nearby < FAR:
                star_hops[s] = max(star_hops[s], nearby + 1)
        else:
            for k in range(first[v], middle[v]):
                w, come = other[k], t - transit[k]
                if come > dead[w] and flow[arc[k], come] < capacity[k]:
                    value = max(hops[w, come], least[w])
                    nearby = min(nearby, value)
                    if value < best and seen[w, come] != turn:
                        best, found, there = value, k, come
            for k in range(middle[v], first[v + 1]):
                w, come = other[k], t + transit[k]
                if flow[arc[k], t] > 0 and come > dead[w]:
                    value = max(hops[w, come], least[w])
                    nearby = min(nearby, value)
                    if value < best and seen[w, come] != turn:
                        best, found, there = value, k, come
            if s >= 0 and high[s] >= 0:
                nearby = min(nearby, star_hops[s])
                if star_hops[s] < best and star_seen[s] != turn:
                    best, found, there = star_hops[s], STAR, STAR
            if nearby < FAR:
                hops[v, t] = max(hops[v, t], nearby + 1)
        if found != -2 and top + 1 + best <= limit and top + 1 < place.size:
            way[top] = found
            top += 1
            place[top] = v if t == STAR or found == STAR else other[found]
            step[top] = there
            if there == STAR:
                star_seen[s] = turn
            else:
                seen[place[top], there] = turn
            continue
        if t == STAR:
            star_hops[s] = min(star_hops[s] + DETOUR, FAR - 1)
        else:
            hops[v, t] = min(hops[v, t] + DETOUR, FAR - 1)
        top -= 1
    return total


@njit(cache=True)
def fill_all(ground, moves, dead, least, begun, moment, slack, turn, marks, stack):
    """One round for every haven that somebody can still reach by ``moment``.

    ``slack``: how many arcs a path may have more than twice the guess at the haven. Returns the
    persons sent.
    """
    total = 0
    for haven in ground.havens:
        if dead[haven] < moment:
            limit = 2 * max(moves.hops[haven, moment], least[haven]) + slack
            total += fill(ground, moves, dead, least, begun, haven, moment, limit, turn, marks,
                          stack)  # fmt: skip
    return total


@njit(cache=True)
def fill_step(ground, moves, dead, least, begun, moment, patience, is_new, turn, marks, stack):
    """Up to ``patience`` rounds for one step, as long as somebody can be sent; the first ones with
    twice the slack each until somebody is. Unless what is in reach was found anew, it is doubted
    soon. Returns (turns so far, persons sent, or DOUBT, or CONTRADICTION)."""
    sent, slack, rounds = 0, SLACK, 0
    while rounds < patience:
        turn += 1
        more = fill_all(ground, moves, dead, least, begun, moment, slack, turn, marks, stack)
        if more > 0:
            sent += more
            rounds += 1
        elif sent > 0:
            break
        elif slack > SLACK and not is_new:
            return turn, DOUBT
        elif slack > FAR:
            return turn, CONTRADICTION
        else:
            slack *= 2
    return turn, sent


@njit(cache=True)
def advance(ground, moves, begun, moment, people, cuts, cut_of, marks, lists, stack):
    """Earliest arrivals from step ``moment`` on, until all ``people`` are sent or columns end.

    ``reach`` tells the next step at which anybody more can arrive: until then the arrivals are as
    many as possible, and ``cuts`` gets the row that proves it (``cut_of[step]`` is its number):
    when somebody not sent could be at place v at the earliest, less one. How many rounds are made
    before it is asked again follows what it said before. Returns (next step, people not sent, rows
    written), rows -1 if the search and ``reach`` contradict each other.
    """
    columns = cut_of.size
    known, state, least, head, after, before = lists
    earliest, _, origin, _, _, queue = known
    earliest[:], origin[:] = NEVER, -1
    dead = np.empty_like(earliest)
    rows, turn, patience, asked, is_new = 0, 0, 1, -1, True
    while moment < columns:
        reach(ground, moves, begun, known, state, head, after, before)
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
        patience = min(2 * patience, PATIENCE) if asked == moment else max(1, patience - 1)
        asked = moment
        nearest(ground, moves, begun, least, queue)
        dead[:] = earliest
        dead -= 1  # the last step that is out of reach
        turn, sent = fill_step(ground, moves, dead, least, begun, moment, patience, is_new, turn,
                               marks, stack)  # fmt: skip
        if sent == CONTRADICTION:
            return moment, people, -1
        is_new = sent == DOUBT
        if not is_new:
            people -= sent
            moves.arrivals[moment] += sent
        if is_new or people == 0:
            earliest[:], origin[:] = NEVER, -1
    return moment, people, rows


@njit(cache=True)
def walk(first, arc, head, transit, rest, ends, taken, place, step, places, steps, ways):
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
def longer(row, length):
    """A copy of ``row`` with room for at least ``length`` entries."""
    grown = np.empty(max(2 * row.size, length), row.dtype)
    grown[: row.size] = row
    return grown


@njit(cache=True)
def decompose(first, arc, head, transit, rest, leaving, ends, taken, places, steps, ways):
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
