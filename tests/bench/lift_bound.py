"""Lagrange's bound of a lift, reckoned a second time by a plain dynamic programme.

Nothing of the engine is used, only the posed problem's arrays and prices, whoever named them: at
any prices, none below zero,

    Σ price x demand + Σ demand x min(0, staying - price) - Σ price x limit
      - Σ vehicles x max(0, worth of the best itinerary)

is no more than the arrival hours of any plan. Prices only decide how good the bound is. A limit of
a kind that this module does not know costs nothing here, which keeps the bound true.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.movements import Option
from planner.problem import EvacuationProblem, Limit

Floats = NDArray[np.float64]
NEVER = -np.inf
HOUR_S = 3600


@dataclass(frozen=True)
class Priced:
    """A link's limit in the hour from ``moment_s`` on, or a haven's intake in its window."""

    limit: Limit
    moment_s: int
    price: float


Rows = dict[tuple[str, str], list[Priced]]


def takes(problem: EvacuationProblem) -> bool:
    """Whether this module can reckon: nobody changes vehicles, lies, or goes by own means."""
    plain = all(not c.is_hub and not c.unit.stretchers for c in problem.commodities)
    return plain and not problem.walks and all(not o.starts for o in problem.relaxed.openings)


def read(
    problem: EvacuationProblem, prices: Mapping[tuple[object, ...], float], unit: float
) -> tuple[dict[int, float], list[Priced]]:
    """(hours for each unit of a commodity that is moved, priced limits) out of an engine's prices.

    ``unit`` is how many of the prices' units make an hour.
    """
    demand: dict[int, float] = {}
    priced = []
    for key, price in prices.items():
        if price <= 0:
            continue
        if key[0] == "d" and isinstance(key[1], int):
            demand[key[1]] = price / unit
        if key[0] == "r" and isinstance(key[1], tuple):
            kind, at, moment_s, end_s, width_s = key[1]
            if width_s == 0 and kind in ("link", "intake"):
                (limit,) = (
                    one for one in problem.limits
                    if (one.kind, one.at, one.window[1]) == (kind, at, end_s)
                )  # fmt: skip
                priced.append(Priced(limit, moment_s, price / unit))
    return demand, priced


def bound(problem: EvacuationProblem, demand: Mapping[int, float], priced: list[Priced]) -> float:
    """Person-hours that no plan can do without."""
    total = 0.0
    for who in problem.commodities:
        price = demand.get(who.index, 0.0)
        staying = who.persons * problem.grid.horizon_s / HOUR_S
        total += who.demand * (price + min(0.0, staying - price))
    total -= sum(row.price * row.limit.cap for row in priced)
    rows: Rows = {}
    for row in priced:
        rows.setdefault((row.limit.kind, row.limit.at), []).append(row)
    for index, mover in enumerate(problem.relaxed.movers):
        total -= mover.count * max(0.0, _best(problem, index, demand, rows))
    return total


def _best(
    problem: EvacuationProblem, index: int, demand: Mapping[int, float], priced: Rows
) -> float:
    """What the best itinerary of one vehicle is worth, backwards in time."""
    conveyance, grid = problem.relaxed, problem.grid
    mover = conveyance.movers[index]
    own = [option for option in conveyance.options if option.mover == index]
    number = {place: i for i, place in enumerate(conveyance.places[index])}
    gain = np.array([_gain(problem, option, demand, priced) for option in own])
    origin = np.array([number[option.origin] for option in own])
    target = np.array([number[option.destination] for option in own])
    length = np.array([option.steps for option in own])
    worth = np.full((len(number), grid.steps), NEVER)
    for step in range(grid.steps - 1, -1, -1):
        now = np.where(conveyance.may_end[index][:, step], 0.0, NEVER)
        if step + 1 < grid.steps:
            now = np.maximum(now, worth[:, step + 1])
        (able,) = np.nonzero((gain[:, step] > NEVER) & (step + length < grid.steps))
        later = gain[able, step] + worth[target[able], step + length[able]]
        np.maximum.at(now, origin[able], later)
        worth[:, step] = now
    begin = -(-mover.from_s // grid.step_s)
    return float(worth[number[mover.base], begin]) if begin < grid.steps else 0.0


def _hourly(rows: list[Priced], moments: Floats) -> Floats:
    """What it costs to come onto a link at each moment: the prices of all hours that hold it."""
    late = moments[:, None] - np.array([row.moment_s for row in rows])[None, :]
    return ((late >= 0) & (late < HOUR_S)) @ np.array([row.price for row in rows])


def _gain(
    problem: EvacuationProblem, option: Option, demand: Mapping[int, float], priced: Rows
) -> Floats:
    """What one movement earns at each start, its seats filled with whoever earns most."""
    mover = problem.relaxed.movers[option.mover]
    begin = np.arange(problem.grid.steps) * problem.grid.step_s
    end = begin + option.end_s
    vehicle, head = np.zeros(len(begin)), np.zeros(len(begin))
    for link, offset in option.link_entries:
        vehicle += mover.car_equivalents * _hourly(priced.get(("link", link), []), begin + offset)
    for row in priced.get(("intake", option.destination), []) if option.loaded else ():
        since, until = row.limit.window
        head[(end >= since) & (end < until)] += row.price
    best = np.zeros(len(begin))
    for carry in option.carries if option.loaded else ():
        who = problem.commodities[carry.commodity]
        earned = demand.get(who.index, 0.0) - who.persons * (end / HOUR_S + head)
        best = np.maximum(best, np.where(carry.may, earned, 0.0) / who.unit.seats)
    return np.where(option.starts, mover.seats * best - vehicle, NEVER)
