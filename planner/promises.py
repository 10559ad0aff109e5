"""C18: what a promised vehicle does first: its promised movements, and the empty ways to them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from planner.errors import Issue
from planner.movements import Mover, Option
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


def opening(scenario: Scenario, grid: TimeGrid, mover: Mover, own: list[Option]) -> Opening:
    """What the mover's one vehicle does until its last commitment is kept.

    ``own`` are the mover's options. It sets out as late as it can, so that it does not wait where
    it loads.
    """
    found = Opening()
    at, free = mover.base, grid.up(mover.from_s)
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
    return found


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
