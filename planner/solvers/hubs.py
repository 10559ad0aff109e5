"""People in hubs over time: balance rows between marks, split where a solution needs it finer.

For each class of people at each hub and each span between two marks: who comes in and who was
there goes on or stays. Within one span a person may leave before having come, so rows are a
relaxation; a span that a solution abuses so is split at the moment of the abuse.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

import numpy as np
from ortools.math_opt.python import mathopt

from planner.movements import Floats
from planner.problem import EvacuationProblem

Events = list[tuple[int, float]]
"""(moment in seconds, units that leave the hub; arrivals negative)."""


@dataclass
class _Span:
    row: mathopt.LinearConstraint
    stay: mathopt.Variable | None
    """Units that are there at the span's end; None in the last span: nobody stays in a hub."""
    users: list[tuple[mathopt.Variable, Events]] = field(default_factory=list)


class HubRows:
    """Balance rows of every hub commodity in one linear programme."""

    def __init__(self, problem: EvacuationProblem, model: mathopt.Model) -> None:
        self.model = model
        self.heads = {c.index: c.persons for c in problem.commodities if c.is_hub}
        self.place = {c.index: c.place for c in problem.commodities if c.is_hub}
        self.last = problem.grid.horizon_s + 1
        self.marks: dict[int, list[int]] = {}
        self.spans: dict[tuple[int, int], _Span] = {}
        for hub in self.heads:
            self.marks[hub] = [self.last]
            self.spans[hub, self.last] = _Span(self._row(), None)

    def _row(self) -> mathopt.LinearConstraint:
        return self.model.add_linear_constraint(lb=0.0, ub=0.0)

    def count(self, variable: mathopt.Variable, hub: int, events: Events) -> None:
        """A new column's comings and goings (``events`` in order of time)."""
        marks = self.marks[hub]
        parts: dict[int, Events] = {}
        for event in events:
            parts.setdefault(marks[bisect_left(marks, event[0])], []).append(event)
        for mark, part in parts.items():
            span = self.spans[hub, mark]
            span.users.append((variable, part))
            amount = sum(units for _, units in part)
            if amount:
                span.row.set_coefficient(variable, amount)

    def split(self, hub: int, moment_s: int) -> bool:
        """A mark at ``moment_s``; False where there is one."""
        marks = self.marks[hub]
        at = bisect_left(marks, moment_s)
        if marks[at] == moment_s:
            return False
        later = self.spans[hub, marks[at]]
        earlier = _Span(self._row(), self.model.add_variable(lb=0.0))
        assert earlier.stay is not None
        if at:
            before = self.spans[hub, marks[at - 1]].stay
            assert before is not None
            later.row.set_coefficient(before, 0.0)
            earlier.row.set_coefficient(before, -1.0)
        earlier.row.set_coefficient(earlier.stay, 1.0)
        later.row.set_coefficient(earlier.stay, -1.0)
        users, later.users = later.users, []
        for variable, events in users:
            first = [event for event in events if event[0] <= moment_s]
            if not first:
                later.users.append((variable, events))
                continue
            earlier.users.append((variable, first))
            earlier.row.set_coefficient(variable, sum(units for _, units in first))
            rest = events[len(first) :]
            later.row.set_coefficient(variable, sum(units for _, units in rest))
            if rest:
                later.users.append((variable, rest))
        marks.insert(at, moment_s)
        self.spans[hub, moment_s] = earlier
        return True

    def waiting(self, place: str, moment_s: int) -> list[tuple[mathopt.Variable, int]]:
        """(units that wait at a place at a moment, heads in each), by class; marks are made."""
        found = []
        for hub in sorted(self.heads):
            if self.place[hub] == place:
                self.split(hub, moment_s)
                stay = self.spans[hub, moment_s].stay
                assert stay is not None
                found.append((stay, self.heads[hub]))
        return found

    def worth(self, duals: dict[mathopt.LinearConstraint, float]) -> dict[tuple[int, int], float]:
        """By hub commodity and mark: what one unit that comes in before the mark is worth."""
        return {key: -duals.get(span.row, 0.0) for key, span in self.spans.items()}

    def prices(
        self, worth: dict[tuple[int, int], float], waiting: dict[tuple[str, int], float]
    ) -> dict[int, tuple[Floats, Floats]]:
        """By hub commodity: marks, and the worth of a unit in the span before each of them.

        ``waiting`` gives the price of one head at a place at a moment. Staying never pays in the
        end: a worth below the next one's, less what waiting costs, is raised to it.
        """
        found = {}
        for hub, marks in self.marks.items():
            value, later = np.empty(len(marks)), -np.inf
            for position in range(len(marks) - 1, -1, -1):
                toll = self.heads[hub] * waiting.get((self.place[hub], marks[position]), 0.0)
                later = max(worth.get((hub, marks[position]), -np.inf), later - toll)
                value[position] = later
            found[hub] = (np.array(marks, dtype=np.float64), value)
        return found
