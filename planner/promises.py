"""C18: what a promised vehicle does first: its promised movements, and the empty ways to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from planner.errors import Issue
from planner.movements import Mover, Option
from planner.rotations import Rota, spacing_of
from planner.scenario import Commitment, Scenario
from planner.units import TimeGrid

Start = tuple[int, int]  # option, step


@dataclass
class Opening:
    """The first starts of a vehicle, which of them keep which commitment, and what cannot be kept.

    ``promised`` maps a start to the number of its commitment in the scenario.
    """

    starts: list[Start] = field(default_factory=list)
    promised: dict[Start, int] = field(default_factory=dict)
    faults: list[Issue] = field(default_factory=list)
    contradicts: bool = False
    """Whether a promise can be kept by no plan at all, finer steps included."""


def opening(
    scenario: Scenario, grid: TimeGrid, mover: Mover, own: list[Option], rota: Rota
) -> Opening:
    """What the mover's one vehicle does until its last commitment is kept.

    ``own`` are the mover's options. It sets out as late as it can, so that it does not wait where
    it loads.
    """
    found = Opening()
    at, free = mover.start, grid.up(mover.from_s)
    due = sorted(mover.must, key=lambda number: scenario.commitments[number].load_start)
    for number in due:
        promise = scenario.commitments[number]
        start_s = scenario.at_s(promise.load_start)
        step = grid.up(start_s)
        kept = [o for o in own if _is(o, promise) and step < grid.steps and o.starts[step]]
        way = _empty_way(own, at, promise.from_, free, step)
        if step * grid.step_s != start_s:
            minutes = f"{grid.step_s / 60:g} min"
            problem = f"loading begins between two steps of {minutes} after the start"
            found.faults.append(_fault(scenario, promise, problem, "move it, or make `step` finer"))
        elif not kept:
            problem = (
                f"nothing of fleet '{promise.fleet}' can begin to load at '{promise.from_}' for "
                f"'{promise.to}' at that moment: no way, a window or a permission stands against it"
            )
            remedy = "move it, or delete the commitment"
            found.contradicts = True
            found.faults.append(_fault(scenario, promise, problem, remedy))
        elif way is None:
            problem = f"the vehicle cannot be at '{promise.from_}' by then"
            remedy = "promise another vehicle or a later moment"
            found.contradicts = True
            found.faults.append(_fault(scenario, promise, problem, remedy))
        else:
            found.starts += [*way, (kept[0].index, step)]
            found.promised[found.starts[-1]] = number
            at, free = promise.to, step + kept[0].steps
    _company(scenario, mover, due, found)
    _rotation(scenario, grid, due, own, rota, found)
    return found


def _company(scenario: Scenario, mover: Mover, due: list[int], found: Opening) -> None:
    """C13: a promised vehicle leads a convoy of its fleet; the fleet must have enough for it."""
    convoy = scenario.fleet(mover.fleet).convoy
    if not due or convoy is None or mover.ships >= convoy.min_vehicles:
        return
    problem = (
        f"its convoy takes {convoy.min_vehicles} vehicles, there are {mover.ships} left for it"
    )
    remedy = "promise fewer vehicles, or write a smaller `min:`"
    found.faults.append(_fault(scenario, scenario.commitments[due[0]], problem, remedy))


def _rotation(
    scenario: Scenario, grid: TimeGrid, due: list[int], own: list[Option], rota: Rota,
    found: Opening,
) -> None:  # fmt: skip
    """C14: what is promised must leave the crew its rest and the tank its fillings."""
    options = {option.index: option for option in own}
    moves = [options[number] for number, _ in found.starts]
    if due and rota.follow(moves, [step * grid.step_s for _, step in found.starts]) is None:
        problem = "what is promised of this vehicle leaves no time for the crew's rest or for fuel"
        last = scenario.commitments[due[-1]]
        found.faults.append(_fault(scenario, last, problem, "promise another vehicle"))


def too_close(
    scenario: Scenario, grid: TimeGrid, options: tuple[Option, ...], openings: tuple[Opening, ...]
) -> list[Issue]:
    """C13: promised departures of one fleet by one route that their headway does not allow."""
    left: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for found in openings:
        for (index, step), number in found.promised.items():
            key = (scenario.commitments[number].fleet, options[index].route)
            depart_s = step * grid.step_s + options[index].depart_s
            left.setdefault(key, []).append((depart_s, number))
    faults = []
    for (fleet, _), departures in sorted(left.items()):
        spacing = spacing_of(scenario.fleet(fleet))
        for (before_s, _), (after_s, number) in pairwise(sorted(departures)):
            if spacing is not None and 0 < after_s - before_s < spacing.headway_s:
                problem = "it leaves too soon after the convoy that is promised before it"
                remedy = "move it, or write a shorter `headway:`"
                faults.append(_fault(scenario, scenario.commitments[number], problem, remedy))
    return faults


def _is(option: Option, promise: Commitment) -> bool:
    ends = (option.origin, option.destination)
    return option.loaded and ends == (promise.from_, promise.to)


def _empty_way(own: list[Option], at: str, to: str, free: int, by: int) -> list[Start] | None:
    """The latest empty start from ``at`` that is there by a step; none needed where it stands."""
    if at == to:
        return [] if free <= by else None
    latest: Start | None = None
    for option in own:
        if option.loaded or (option.origin, option.destination) != (at, to):
            continue
        for step in np.flatnonzero(option.starts)[::-1].tolist():
            if free <= step <= by - option.steps:
                if latest is None or step > latest[1]:
                    latest = (option.index, step)
                break
    return None if latest is None else [latest]


def _fault(scenario: Scenario, promise: Commitment, problem: str, remedy: str) -> Issue:
    where = f"commitments[{promise.id}].load_start"
    return Issue(scenario.origin.file, 0, where, problem, remedy)


def promised_heads(scenario: Scenario, promise: Commitment) -> int:
    """Heads to plan for so that whole households make up the number promised."""
    if promise.group is None:
        return 0
    return promise.people + max(scenario.group(promise.group).households, default=1) - 1
