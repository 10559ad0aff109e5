"""Berths and stands: who lies where from when to when, numbered so that nobody shares one."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from planner.documents.paper import Paper
from planner.plan import Sortie

LIFTS = ("sea", "river", "air")
_Turn = tuple[Sortie, int]


@dataclass(frozen=True)
class Stay:
    """A ship or an aircraft at a place. ``number`` counts from 1 at each place.

    ``leg_in`` is the leg that ends here, ``leg_out`` the one that begins here: (sortie id, index).
    """

    place: str
    mode: str
    number: int
    from_s: int
    until_s: int
    leg_in: tuple[str, int] | None
    leg_out: tuple[str, int] | None


def stays(paper: Paper) -> tuple[Stay, ...]:
    """Every stay of the plan, by place, beginning and number.

    Aircraft are on the ground from landing to take-off, at their base only while they work; ships
    take a berth while they load or unload. So the witness counts them, and where a place has room
    for all no number is higher than its berths or stands.
    """
    found: dict[tuple[str, str], list[Stay]] = {}
    for mode, turns in _vehicles(paper):
        visits = _aircraft(paper, turns) if mode == "air" else _ship(turns)
        for one in visits:
            found.setdefault((one.place, "air" if mode == "air" else "sea"), []).append(one)
    return tuple(stay for key in sorted(found) for stay in _numbered(found[key]))


def _vehicles(paper: Paper) -> Iterator[tuple[str, list[_Turn]]]:
    """(mode, legs in order of time) of every ship and aircraft."""
    scenario = paper.verdict.scenario
    modes = {fleet.id: scenario.vehicle(fleet).mode for fleet in scenario.fleets}
    turns: dict[tuple[str, int], list[_Turn]] = {}
    for sortie in paper.verdict.plan.sorties:
        if modes[sortie.fleet] in LIFTS:
            legs = turns.setdefault((sortie.fleet, sortie.vehicle), [])
            legs += [(sortie, index) for index in range(len(sortie.legs))]
    for (fleet, _), legs in sorted(turns.items()):
        legs.sort(key=lambda turn: turn[0].legs[turn[1]].depart_s)
        yield modes[fleet], legs


def _aircraft(paper: Paper, turns: list[_Turn]) -> Iterator[Stay]:
    first, last = turns[0], turns[-1]
    base = paper.verdict.scenario.fleet(first[0].fleet).base
    yield _out(first, "air")
    for before, after in pairwise(turns):
        a, b = before[0].legs[before[1]], after[0].legs[after[1]]
        if a.destination == b.origin != base:
            key_in, key_out = _key(before), _key(after)
            yield Stay(a.destination, "air", 0, a.arrive_s, b.depart_s, key_in, key_out)
        else:
            yield _in(before, "air")
            yield _out(after, "air")
    yield _in(last, "air")


def _ship(turns: list[_Turn]) -> Iterator[Stay]:
    waiting = _out(turns[0], "sea")
    for before, after in pairwise(turns):
        if waiting.from_s < waiting.until_s:
            yield waiting
        came, goes = _in(before, "sea"), _out(after, "sea")
        joined = came.place == goes.place and came.until_s == goes.from_s
        if joined and came.from_s < came.until_s:
            waiting = Stay(came.place, "sea", 0, came.from_s, goes.until_s, came.leg_in,
                           goes.leg_out)  # fmt: skip
            continue
        if came.from_s < came.until_s:
            yield came
        waiting = goes
    for one in (waiting, _in(turns[-1], "sea")):
        if one.from_s < one.until_s:
            yield one


def _key(turn: _Turn) -> tuple[str, int]:
    return (turn[0].id, turn[1])


def _out(turn: _Turn, mode: str) -> Stay:
    leg = turn[0].legs[turn[1]]
    return Stay(leg.origin, mode, 0, leg.load_start_s, leg.depart_s, None, _key(turn))


def _in(turn: _Turn, mode: str) -> Stay:
    leg = turn[0].legs[turn[1]]
    return Stay(leg.destination, mode, 0, leg.arrive_s, leg.unload_end_s, _key(turn), None)


def _numbered(listed: list[Stay]) -> Iterator[Stay]:
    """The lowest free number to each, in order of arrival: as few numbers as can be."""
    free: list[int] = []
    busy: list[tuple[int, int]] = []
    most = 0
    order = sorted(listed, key=lambda s: (s.from_s, s.until_s, s.leg_in or s.leg_out or ("", 0)))
    for stay in order:
        while busy and busy[0][0] <= stay.from_s:
            heapq.heappush(free, heapq.heappop(busy)[1])
        if free:
            number = heapq.heappop(free)
        else:
            most += 1
            number = most
        heapq.heappush(busy, (stay.until_s, number))
        yield Stay(stay.place, stay.mode, number, stay.from_s, stay.until_s, stay.leg_in,
                   stay.leg_out)  # fmt: skip
