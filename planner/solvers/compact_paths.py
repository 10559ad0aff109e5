"""A flow of whole vehicles → one itinerary a vehicle."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np

from planner.movements import Floats
from planner.problem import Conveyance
from planner.schedule import Start
from planner.solvers.compact_flow import Columns, Standing

Itinerary = tuple[int, tuple[Start, ...], int]


def itineraries(conveyance: Conveyance, at: Columns, solution: Floats) -> tuple[Itinerary, ...]:
    """(mover, starts, how many vehicles do so), each vehicle that moves in exactly one.

    Raises ValueError where the flow is none: a start where nothing stands.
    """
    starts = _starts(conveyance, at, solution)
    bases = {there.mover: there for there in at.standing if len(there.begin)}
    found: Counter[tuple[int, tuple[Start, ...]]] = Counter()
    for mover, chosen in sorted(starts.items()):
        yard = _Yard(conveyance, mover)
        if mover in bases:
            yard.limit(bases[mover], solution)
        for start in sorted(chosen, key=lambda start: (start[1], start[0])):
            for _ in range(chosen[start]):
                yard.send(start)
        for moves in yard.moves:
            if moves:
                found[mover, tuple(moves)] += 1
    return tuple((mover, moves, count) for (mover, moves), count in sorted(found.items()))


def _starts(conveyance: Conveyance, at: Columns, solution: Floats) -> dict[int, Counter[Start]]:
    """By mover how many vehicles make each start."""
    starts: dict[int, Counter[Start]] = defaultdict(Counter)
    for option in conveyance.options:
        columns = at.vehicles[option.index]
        for step in np.flatnonzero(columns >= 0).tolist():
            count = round(float(solution[columns[step]]))
            if count:
                starts[option.mover][option.index, step] = count
    return starts


class _Yard:
    """The vehicles of one mover: where each stands, since when, and what it has done.

    Whoever has been at a place longest leaves it first, as the rows of ending take for granted;
    where waiting at the base takes a stand, whoever came last, so that the others have finished.
    """

    def __init__(self, conveyance: Conveyance, mover: int) -> None:
        self.options = conveyance.options
        self.spec = conveyance.movers[mover]
        self.moves: list[list[Start]] = []
        self.standing: dict[str, list[tuple[int, int]]] = defaultdict(list)
        """By place: (free from this step on, number of the vehicle)."""
        self.fresh: list[tuple[int, int]] | None = None
        """Where stands are counted: (step, how many set out for the first time)."""

    def limit(self, base: Standing, solution: Floats) -> None:
        """From now on new vehicles set out when the solution says so."""
        begun = [round(float(value)) for value in solution[base.begin]]
        self.fresh = list(zip(base.steps.tolist(), begun, strict=True))

    def send(self, start: Start) -> None:
        """One vehicle makes a movement."""
        option = self.options[start[0]]
        number = self._leave(option.origin, start[1])
        self.moves[number].append(start)
        self.standing[option.destination].append((start[1] + option.steps, number))

    def _leave(self, place: str, step: int) -> int:
        ready = sorted(item for item in self.standing[place] if item[0] <= step)
        if self.fresh is not None and place == self.spec.base:
            due = sum(count for at, count in self.fresh if at <= step)
            ready = [] if due > len(self.moves) else ready[-1:]
        if ready:
            self.standing[place].remove(ready[0])
            return ready[0][1]
        if place != self.spec.base or len(self.moves) == self.spec.count:
            raise ValueError(f"no '{self.spec.id}' is at '{place}' to leave it at step {step}")
        self.moves.append([])
        return len(self.moves) - 1
