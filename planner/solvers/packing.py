"""Exact loading patterns (C16): whole households into the seats of departures straight to a haven.

Boarding fills one departure after the other; sizes that do not fit in the end cost people. Here all
departures are loaded together, as an integer programme: most people out by weight, then fewest
missed deadlines, then the earliest arrivals. Who goes by a port, or alone, goes as before.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from ortools.sat.python import cp_model

from planner.boarding import Crowd, Ledger, Offer, Passing, Who
from planner.problem import EvacuationProblem
from planner.promises import promised_heads
from planner.solvers import cpsat
from planner.units import HOUR_S

SMALL_SEATS = 20
"""Vehicles with fewer seats are always among those that are loaded anew."""
MOST = 4000
"""Numbers of households that are decided together."""
EFFORT = 0.5
"""Seconds, as CP-SAT counts them: the same on every machine."""
MISSED_H = 24
"""A missed deadline weighs so many hours of arrival: it only breaks ties."""

Cell = tuple[int, Who]  # number of the offer, who


@dataclass
class _Packing:
    """Which households may go on which departures, and how many do."""

    problem: EvacuationProblem
    offers: list[Offer]
    crowd: Crowd
    supply: dict[Who, int]
    cells: list[Cell]


def pack(
    problem: EvacuationProblem, offers: list[Offer], crowd: Crowd, others: list[Passing]
) -> None:
    """Loads the offers anew where that gets more people out; ``others`` pass limits besides."""
    packing = _gather(problem, offers, crowd)
    if packing is None:
        return
    model = cp_model.CpModel()
    units = {
        (number, who): model.new_int_var(0, _most(packing, number, who), "")
        for number, who in packing.cells
    }
    _seats(model, packing, units)
    _limits(model, packing, units, others)
    _promises(model, packing, units)
    for cell, variable in units.items():
        model.add_hint(variable, packing.offers[cell[0]].stop.load.lines.get(cell[1], 0))
    model.maximize(sum(_worth(packing, cell) * variable for cell, variable in units.items()))
    solver = cpsat.solver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = EFFORT
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return
    found = {cell: solver.value(variable) for cell, variable in units.items()}
    now = _now(packing)
    worth = sum(_worth(packing, cell) * (n - now[cell]) for cell, n in found.items())
    if worth > 0 if packing.problem.hours_first else _out(packing, found) > _out(packing, now):
        _load(packing, found)


def _gather(problem: EvacuationProblem, offers: list[Offer], crowd: Crowd) -> _Packing | None:
    """The departures that are worth loading anew; None where no seat could be filled better."""
    left = {
        who: index
        for index, pool in crowd.waiting.items() if not problem.commodities[index].is_hub
        for who, count in pool.items() if count
    }  # fmt: skip
    wanted = [offer for offer in offers if any(index in offer.may for index in left.values())]
    if not any(offer.stop.load.seats for offer in wanted):
        return None
    near = {offer.stop.origin for offer in wanted}
    chosen = [
        offer for offer in offers
        if offer.stop.origin in near
        and (offer.stop.load.seats or offer.seats < SMALL_SEATS)
    ]  # fmt: skip
    chosen.sort(key=lambda offer: (offer.seats >= SMALL_SEATS, -offer.stop.load.seats))
    home = dict(left)
    for offer in chosen:
        for who in offer.stop.load.lines:
            home[who] = next(i for i, pool in crowd.waiting.items()
                             if i in offer.may and who in pool)  # fmt: skip
    cells: list[Cell] = []
    kept: list[Offer] = []
    for offer in chosen:
        own = [(len(kept), who) for who in sorted(home) if home[who] in offer.may]
        if len(cells) + len(own) > MOST:
            break
        kept.append(offer)
        cells += own
    supply = {who: crowd.waiting[index][who] for who, index in home.items()}
    for offer in kept:
        for who, count in offer.stop.load.lines.items():
            supply[who] += count
    return _Packing(problem, kept, crowd, supply, cells)


def _most(packing: _Packing, number: int, who: Who) -> int:
    """How many such households a vehicle holds by itself."""
    offer, unit = packing.offers[number], who[2]
    most = packing.supply[who]
    if unit.seats:
        most = min(most, offer.seats // unit.seats)
    return min(most, offer.stretchers // unit.stretchers) if unit.stretchers else most


def _seats(model: cp_model.CpModel, packing: _Packing, units: dict[Cell, cp_model.IntVar]) -> None:
    for number, offer in enumerate(packing.offers):
        own = [(who[2], variable) for (n, who), variable in units.items() if n == number]
        model.add(sum(unit.seats * v for unit, v in own) <= offer.seats)
        model.add(sum(unit.stretchers * v for unit, v in own) <= offer.stretchers)
    for who, count in packing.supply.items():
        model.add(sum(v for (_, other), v in units.items() if other == who) <= count)


def _limits(
    model: cp_model.CpModel, packing: _Packing, units: dict[Cell, cp_model.IntVar],
    others: list[Passing],
) -> None:  # fmt: skip
    """C6, C7, C8: what counts people, with those who pass by besides."""
    ledger = Ledger(packing.problem)
    aboard: list[list[cp_model.LinearExprT]] = [[] for _ in packing.offers]
    for (number, who), variable in units.items():
        aboard[number].append(who[2].persons * variable)
    heads = [cp_model.LinearExpr.sum(terms) for terms in aboard]
    kept = {id(offer.stop) for offer in packing.offers}
    known: list[tuple[Passing, cp_model.LinearExprT]]
    mine: list[tuple[Passing, cp_model.LinearExprT]]
    known = [(passing, passing.persons) for passing in others if passing.stop not in kept]
    mine = [(Passing.of(o.stop), n) for o, n in zip(packing.offers, heads, strict=True)]
    intakes: dict[int, list[cp_model.LinearExprT]] = defaultdict(list)
    events: dict[tuple[str, str], list[tuple[int, cp_model.LinearExprT]]] = defaultdict(list)
    for passing, persons in [*known, *mine]:
        for index in packing.problem.intakes(passing.destination, passing.end_s):
            intakes[index].append(persons)
        for key, moment in ledger.counted(
            passing.origin, passing.depart_s, passing.destination, passing.end_s, passing.links
        ):
            events[key].append((moment, persons))
    for index, terms in intakes.items():
        _at_most(model, terms, int(packing.problem.limits[index].cap))
    for key, listed in events.items():
        for start in {moment for moment, _ in listed}:
            inside = [n for moment, n in listed if start <= moment < start + HOUR_S]
            _at_most(model, inside, int(ledger.rates[key]))


def _at_most(model: cp_model.CpModel, terms: list[cp_model.LinearExprT], cap: int) -> None:
    if any(not isinstance(term, int) for term in terms):
        model.add(sum(terms) <= cap)


def _promises(
    model: cp_model.CpModel, packing: _Packing, units: dict[Cell, cp_model.IntVar]
) -> None:
    """C18: a promised departure takes no fewer of its group than it does now."""
    scenario = packing.problem.scenario
    for number, offer in enumerate(packing.offers):
        if offer.promise is None:
            continue
        promise = scenario.commitments[offer.promise]
        of_group = [(who, v) for (n, who), v in units.items()
                    if n == number and who[0] == promise.group]  # fmt: skip
        now = sum(who[2].persons * n for who, n in offer.stop.load.lines.items()
                  if who[0] == promise.group)  # fmt: skip
        wanted = min(now, promised_heads(scenario, promise))
        model.add(sum(who[2].persons * v for who, v in of_group) >= wanted)


def _worth(packing: _Packing, cell: Cell) -> int:
    """Weighted people come first; among like ones those in time, and the earlier ones.

    Where arrival comes before people left behind each counts by the hours that are saved.
    """
    number, who = cell
    scenario = packing.problem.scenario
    group, end_s = scenario.group(who[0]), packing.offers[number].stop.end_s
    everybody = sum(w[2].persons * n for w, n in packing.supply.items())
    if packing.problem.hours_first:
        saved = (scenario.horizon_s - end_s) // 60
        return who[2].persons * (saved * (everybody * group.weight + 1) + group.weight)
    late = group.deadline_s is not None and end_s > group.deadline_s
    longest = scenario.horizon_s // 60 + MISSED_H * 60
    minutes = end_s // 60 + (MISSED_H * 60 if late else 0)
    return who[2].persons * (group.weight * longest * (everybody + 1) + longest - minutes)


def _out(packing: _Packing, found: dict[Cell, int]) -> int:
    """Weighted heads on board."""
    weight = {group.id: group.weight for group in packing.problem.scenario.groups}
    return sum(weight[who[0]] * who[2].persons * n for (_, who), n in found.items())


def _now(packing: _Packing) -> dict[Cell, int]:
    return {
        (number, who): packing.offers[number].stop.load.lines.get(who, 0)
        for number, who in packing.cells
    }


def _load(packing: _Packing, found: dict[Cell, int]) -> None:
    """Puts everybody where the programme wants them."""
    for offer in packing.offers:
        offer.stop.load.lines.clear()
        offer.stop.load.seats, offer.stop.load.stretchers = offer.seats, offer.stretchers
    rest = dict(packing.supply)
    for (number, who), count in found.items():
        load = packing.offers[number].stop.load
        if count:
            load.lines[who] += count
            load.seats -= count * who[2].seats
            load.stretchers -= count * who[2].stretchers
            rest[who] -= count
    for index, pool in packing.crowd.waiting.items():
        if not packing.problem.commodities[index].is_hub:
            pool.update({who: rest[who] for who in pool if who in rest})
