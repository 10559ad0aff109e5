"""Vehicles on the time-expanded network: whole numbers per (option, start), conserved in time.

Holdover arcs join only moments at which a mover can leave a place: whoever arrives in between waits
for the next of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from planner.movements import Option
from planner.problem import Conveyance, EvacuationProblem
from planner.solvers.compact_program import Builder, Ints
from planner.solvers.itineraries import COSTS

NOWHERE = -1


@dataclass
class Standing:
    """One mover at one place: the steps of its nodes, and what stays there from each to the next.

    ``begin`` and ``done`` are columns only where waiting takes a stand at the base: vehicles that
    set out for the first time, and those that have come back for good. Elsewhere they are empty.
    """

    mover: int
    place: str
    steps: Ints
    hold: Ints
    begin: Ints
    done: Ints


@dataclass
class Columns:
    """Where everything is in the programme; a step without a column has ``NOWHERE``."""

    vehicles: list[Ints] = field(default_factory=list)
    """Per option, by step: vehicles that start."""
    units: dict[tuple[int, int], Ints] = field(default_factory=dict)
    """Per (option, commodity), by step: units that board."""
    walks: list[Ints] = field(default_factory=list)
    """Per way to go by own means, by step: units that set out."""
    cars: dict[int, Ints] = field(default_factory=dict)
    """Per way by car that a limit counts, by step: cars that set out."""
    left: dict[int, int] = field(default_factory=dict)
    """Per home commodity: units that stay."""
    standing: list[Standing] = field(default_factory=list)


class Draft:
    """A programme in the making: the problem, one conveyance, the builder, what stands where."""

    def __init__(self, problem: EvacuationProblem, conveyance: Conveyance) -> None:
        self.problem = problem
        self.conveyance = conveyance
        self.grid = problem.grid
        self.builder = Builder(COSTS)
        self.at = Columns()
        self.moments: Ints = np.arange(self.grid.steps, dtype=np.int64) * self.grid.step_s

    def by_step(self, steps: Ints, columns: Ints) -> Ints:
        """Columns of some steps as an array over all steps."""
        found = np.full(self.grid.steps, NOWHERE, dtype=np.int64)
        found[steps] = columns
        return found

    def starts(self, option: int) -> tuple[Ints, Ints]:
        """(steps, columns) of an option's vehicles."""
        steps = np.flatnonzero(self.at.vehicles[option] >= 0)
        return steps, self.at.vehicles[option][steps]

    def boardings(self, option: int, commodity: int) -> tuple[Ints, Ints]:
        """(steps, columns) of those of a commodity who board an option."""
        columns = self.at.units[option, commodity]
        steps = np.flatnonzero(columns >= 0)
        return steps, columns[steps]


Flow = tuple[Ints, Ints, Ints, Ints]
"""Steps and columns of what leaves a place, steps and columns of what arrives there."""


class Vehicles:
    """Makes the columns of vehicles and the rows that conserve them (C2)."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.builder = draft.builder
        self.conveyance = draft.conveyance
        self.grid = draft.grid
        self.stands = {x.at for x in draft.problem.limits if x.kind == "stands"}

    def make(self) -> None:
        """All movers at all places."""
        for option in self.conveyance.options:
            self._starts(option)
        own: list[list[Option]] = [[] for _ in self.conveyance.movers]
        for option in self.conveyance.options:
            own[option.mover].append(option)
        for mover, options in enumerate(own):
            for place in self.conveyance.places[mover]:
                self._conserve(mover, place, self._traffic(place, options))

    def _starts(self, option: Option) -> None:
        steps = np.flatnonzero(option.starts)
        count = self.conveyance.movers[option.mover].count
        promised = self.conveyance.openings[option.mover].promised
        lower = [float((option.index, step) in promised) for step in steps.tolist()]
        columns = self.builder.columns(len(steps), count, lower=lower, integer=True)
        self.draft.at.vehicles.append(self.draft.by_step(steps, columns))
        self.builder.price("effort", columns, option.effort)
        self.builder.price("harm", columns, option.crew_harm[steps])

    def _traffic(self, place: str, options: list[Option]) -> Flow:
        none: Ints = np.empty(0, dtype=np.int64)
        leave, leaving, arrive, arriving = [none], [none], [none], [none]
        for option in options:
            if place not in (option.origin, option.destination):
                continue
            steps, columns = self.draft.starts(option.index)
            if option.origin == place:
                leave.append(steps)
                leaving.append(columns)
            else:
                arrive.append(steps + option.steps)
                arriving.append(columns)
        return (
            np.concatenate(leave), np.concatenate(leaving),
            np.concatenate(arrive), np.concatenate(arriving),
        )  # fmt: skip

    def _conserve(self, mover: int, place: str, flow: Flow) -> None:
        """Who was there or arrives leaves or stays; nobody stays for good where he may not."""
        spec = self.conveyance.movers[mover]
        leave, leaving, arrive, arriving = flow
        counted = spec.mode == "air" and place in self.stands
        steps = np.unique(np.concatenate([leave, arrive]) if counted else leave)
        last = len(steps)
        hold = self.builder.columns(last, spec.count)
        rows = self.builder.rows(last, 0.0, 0.0)
        self.builder.put(rows[np.searchsorted(steps, leave)], leaving, -1.0)
        node = np.searchsorted(steps, arrive)
        self.builder.put(rows[node[node < last]], arriving[node < last], 1.0)
        self.builder.put(rows, hold, -1.0)
        self.builder.put(rows[1:], hold[:-1], 1.0)
        begin: Ints = np.empty(0, dtype=np.int64)
        done = begin
        if place == spec.base and counted:
            begin, done = self._pools(rows, hold, spec.count)
        elif place == spec.base:
            first = int(np.searchsorted(steps, self.grid.up(spec.from_s)))
            if first < last:
                source = self.builder.columns(1, spec.count, lower=spec.count)
                self.builder.put(rows[first], source, 1.0)
        else:
            self._end(mover, place, (steps, hold, arrive, arriving))
        self.draft.at.standing.append(Standing(mover, place, steps, hold, begin, done))

    def _pools(self, rows: Ints, hold: Ints, count: int) -> tuple[Ints, Ints]:
        """C5 at an aircraft's base: only between its first and its last flight it takes a stand."""
        begin = self.builder.columns(len(rows), count)
        done = self.builder.columns(len(rows), count)
        self.builder.put(rows, begin, 1.0)
        self.builder.put(rows, done, -1.0)
        if len(rows):
            self.builder.put(self.builder.rows(1, -np.inf, count), begin, 1.0)
            self.builder.put(self.builder.rows(1, 0.0, 0.0), hold[-1:], 1.0)
        return begin, done

    def _end(self, mover: int, place: str, flow: Flow) -> None:
        """C2: those who stay for good have come when nothing threatened the place any more.

        ``flow`` is (steps, holds, steps and columns of arrivals). Who has been there longer leaves
        first, so that it is enough that no more stay than have come since then.
        """
        steps, hold, arrive, arriving = flow
        at = self.conveyance.places[mover].index(place)
        safe = np.flatnonzero(self.conveyance.may_end[mover][at])
        since = int(safe[0]) if len(safe) else 2 * self.grid.steps
        if len(safe):
            arrive = np.minimum(arrive, self.grid.steps - 1)
        later = arrive > steps[-1] if len(steps) else np.ones(len(arrive), dtype=np.bool_)
        stuck = arriving[later & (arrive < since)]
        self.builder.put(self.builder.rows(len(stuck), 0.0, 0.0), stuck, 1.0)
        if len(steps) and since > 0:
            row = self.builder.rows(1, -np.inf, 0.0)
            self.builder.put(row, hold[-1:], 1.0)
            self.builder.put(row, arriving[~later & (arrive >= since)], -1.0)
