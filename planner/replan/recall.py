"""The running plan's part that has not begun, as the memory with which the new search begins."""

from __future__ import annotations

from typing import Any

from planner.plan import PlanLeg
from planner.problem import EvacuationProblem
from planner.replan.contradictions import Grounds
from planner.replan.happened import Past
from planner.replan.remainder import ahead
from planner.replan.report import Report, VehicleKey
from planner.solvers import Memory, Trace, names_of_movers, prices_of, spelled
from planner.units import HOUR_S

BY_WINDOW = ("intake", "duty", "fuel")
"""Limits on all that happens in a window; the others are on any moment, or any hour."""
Prices = dict[tuple[Any, ...], float]


def memory_of(
    report: Report, past: Past, problem: EvacuationProblem, grounds: Grounds,
    former: EvacuationProblem | None = None,
) -> Memory:  # fmt: skip
    """Each vehicle's legs to come, as far as today's network knows their ways.

    ``former`` is the problem that the running plan solves; with it the search begins with the
    prices of that plan's certificates.
    """
    legs: dict[VehicleKey, list[PlanLeg]] = {}
    for sortie, _, leg in ahead(report, past):
        legs.setdefault((sortie.fleet, sortie.vehicle), []).append(leg)
    step_s = problem.grid.step_s
    traces = []
    for mover, name in zip(problem.plan.movers, names_of_movers(problem), strict=True):
        for number in mover.numbers[:: mover.ships]:
            own = sorted(legs.get((mover.fleet, number), []), key=lambda leg: leg.load_start_s)
            told = tuple(
                (grounds.route(leg).id, bool(leg.manifest), leg.load_start_s // step_s)
                for leg in own
            )
            if told:
                since = problem.grid.up(mover.from_s)
                traces.append(Trace(name, told, ((),) * len(told), since))
    alone = []
    for walk in report.plan.self_movements:
        step, rest = divmod(walk.depart_s, step_s)
        if walk.depart_s < report.now_s or rest:
            continue
        for line in walk.manifest:
            lying = line.unit_stretchers
            persons = line.unit_persons if lying else 1
            who = (line.group, line.means, persons, lying, walk.origin, False)
            route = grounds.route(walk).id
            alone.append((who, route, step, line.units if lying else line.persons))
    proofs = _still_priced(report, problem, former)
    return Memory(step_s, tuple(traces), (), tuple(alone), (), proofs, proofs)


def _still_priced(
    report: Report, problem: EvacuationProblem, former: EvacuationProblem | None
) -> dict[str, Prices]:
    """The prices with which the running plan's bounds were proven, as far as they are to come.

    Who stands in a hub is a group of its own in what is left to plan: to take a unit of it along
    earns what it cost to take one away that is there by now.
    """
    if former is None:
        return {}
    now_s = report.now_s
    homes = {(c.group, c.means, c.unit): c.index for c in former.commodities if not c.is_hub}
    hubs = {
        (group, c.unit, c.place): c.index
        for c in former.commodities if c.is_hub
        for group in former.transit_of[c.transit][1]
    }  # fmt: skip
    found = {}
    for certificate in report.plan.certificates:
        prices: Prices = dict(prices_of(certificate))
        marks: dict[int, list[tuple[int, float]]] = {}
        kept: Prices = {}
        for (kind, *rest), price in prices.items():
            if kind == "h":
                marks.setdefault(rest[0], []).append((rest[1], price))
            elif kind == "w" or (kind == "r" and not _is_over(rest[0], now_s)):
                kept[kind, *rest] = price
        for who in problem.commodities:
            groups = problem.transit_of[who.transit][1] if who.is_hub else (who.group,)
            named = ((hubs.get((g.partition("|")[0], who.unit, who.place))) for g in groups)
            known = sorted(marks.get(next((n for n in named if n is not None), -1), ()))
            if who.is_hub:
                kept |= {("h", who.index, mark): p for mark, p in known if mark > now_s}
            elif "|" in who.group:
                ready_s = max(who.ready_s, now_s)
                kept["d", who.index] = next((-p for mark, p in known if mark >= ready_s), 0.0)
            else:
                number = homes.get((who.group, who.means, who.unit))
                kept["d", who.index] = prices.get(("d", number), 0.0)
        found[certificate.level] = spelled(problem, kept)
    return found


def _is_over(limit: tuple[str, str, int, int, int], now_s: int) -> bool:
    """Whether a limit's price is for a moment or a window that has passed."""
    kind, _, moment_s, end_s, width_s = limit
    if kind in BY_WINDOW:
        return end_s <= now_s
    return moment_s + max(width_s, HOUR_S, end_s if kind == "headway" else 0) <= now_s
