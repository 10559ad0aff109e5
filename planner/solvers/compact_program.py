"""A mixed-integer programme as arrays: columns, rows, entries, and the cost of every level.

Rows and columns are numbered from 0 in the order in which they are made. Entries may be put in any
order; those that meet in one row and column are added up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt

from planner.movements import Bools, Floats

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Program:
    """Σ entries in each row within its bounds, each column within its own, some of them whole.

    ``rows``, ``columns`` and ``values`` are the entries, sorted by row and column, none twice.
    ``costs`` gives the cost of one unit of every column, by level.
    """

    lower: Floats
    upper: Floats
    integer: Bools
    row_lower: Floats
    row_upper: Floats
    rows: Ints
    columns: Ints
    values: Floats
    costs: dict[str, Floats]

    def mathopt(
        self, objective: Floats, holds: list[tuple[Floats, float]], relaxed: bool = False
    ) -> mathopt.Model:
        """The programme as MathOpt's model, minimising ``objective``.

        Each of ``holds`` (coefficients, cap) is one more row: Σ coefficient × column ≤ cap.
        ``relaxed`` drops the whole numbers.
        """
        model = model_pb2.ModelProto(name="compact")
        count = len(self.lower)
        variables, limits = model.variables, model.linear_constraints
        variables.ids.extend(range(count))
        variables.lower_bounds.extend(self.lower.tolist())
        variables.upper_bounds.extend(self.upper.tolist())
        variables.integers.extend([False] * count if relaxed else self.integer.tolist())
        matrix = model.linear_constraint_matrix
        matrix.row_ids.extend(self.rows.tolist())
        matrix.column_ids.extend(self.columns.tolist())
        matrix.coefficients.extend(self.values.tolist())
        first = len(self.row_lower)
        limits.ids.extend(range(first + len(holds)))
        limits.lower_bounds.extend([*self.row_lower.tolist(), *[-np.inf] * len(holds)])
        limits.upper_bounds.extend([*self.row_upper.tolist(), *[cap for _, cap in holds]])
        for number, (coefficients, _) in enumerate(holds):
            used = np.flatnonzero(coefficients)
            matrix.row_ids.extend([first + number] * len(used))
            matrix.column_ids.extend(used.tolist())
            matrix.coefficients.extend(coefficients[used].tolist())
        paid = np.flatnonzero(objective)
        model.objective.linear_coefficients.ids.extend(paid.tolist())
        model.objective.linear_coefficients.values.extend(objective[paid].tolist())
        return mathopt.Model.from_model_proto(model)

    def breach(self, solution: Floats) -> float:
        """By how much a solution leaves a bound or a row at most."""
        use = np.bincount(
            self.rows, weights=self.values * solution[self.columns], minlength=len(self.row_lower)
        )
        over = [
            self.lower - solution, solution - self.upper, self.row_lower - use,
            use - self.row_upper, np.zeros(1),
        ]  # fmt: skip
        return float(max(part.max() for part in over if len(part)))


class Builder:
    """Collects columns, rows and entries in bulk."""

    def __init__(self, levels: tuple[str, ...]) -> None:
        self.levels = levels
        self.size = 0
        self.height = 0
        self._columns: list[tuple[Floats, Floats, Bools]] = []
        self._rows: list[tuple[Floats, Floats]] = []
        self._entries: list[tuple[Ints, Ints, Floats]] = []
        self._costs: dict[str, list[tuple[Ints, Floats]]] = {level: [] for level in levels}

    def columns(
        self, count: int, upper: ArrayLike, *, lower: ArrayLike = 0.0,
        integer: bool | Bools = False,
    ) -> Ints:  # fmt: skip
        """Numbers of ``count`` new columns; ``integer`` for all of them, or one by one."""
        self._columns.append(
            (_full(count, lower), _full(count, upper), np.full(count, integer, dtype=np.bool_))
        )
        self.size += count
        return np.arange(self.size - count, self.size, dtype=np.int64)

    def uppers(self) -> Floats:
        """The most that each column may be, of all columns made so far."""
        return _joined([upper for _, upper, _ in self._columns])

    def rows(self, count: int, lower: ArrayLike, upper: ArrayLike) -> Ints:
        """Numbers of ``count`` new rows."""
        self._rows.append((_full(count, lower), _full(count, upper)))
        self.height += count
        return np.arange(self.height - count, self.height, dtype=np.int64)

    def put(self, rows: ArrayLike, columns: ArrayLike, values: ArrayLike) -> None:
        """Entries; the three are made as long as the longest of them."""
        wide = np.broadcast_arrays(
            np.asarray(rows, dtype=np.int64), np.asarray(columns, dtype=np.int64),
            np.asarray(values, dtype=np.float64),
        )  # fmt: skip
        if wide[0].size:
            self._entries.append((np.ravel(wide[0]), np.ravel(wide[1]), np.ravel(wide[2])))

    def price(self, level: str, columns: ArrayLike, cost: ArrayLike) -> None:
        """What one unit of each column costs on a level; nothing where the level does not count."""
        if level in self._costs:
            numbers, costs = np.broadcast_arrays(
                np.asarray(columns, dtype=np.int64), np.asarray(cost, dtype=np.float64)
            )
            self._costs[level].append((np.ravel(numbers), np.ravel(costs)))

    def finish(self) -> Program:
        """All of it as one programme."""
        empty = (np.empty(0, dtype=np.int64),) * 2 + (np.empty(0),)
        lower, upper, integer = (_joined([part[i] for part in self._columns]) for i in range(3))
        row_lower, row_upper = (_joined([part[i] for part in self._rows]) for i in range(2))
        rows, columns, values = (
            _joined([part[i] for part in self._entries] or [empty[i]]) for i in range(3)
        )
        place = rows.astype(np.int64) * max(1, self.size) + columns.astype(np.int64)
        places, where = np.unique(place, return_inverse=True)
        summed = np.bincount(where, weights=values, minlength=len(places))
        kept = summed != 0
        costs = {}
        for level, parts in self._costs.items():
            costs[level] = np.zeros(self.size)
            for numbers, cost in parts:
                np.add.at(costs[level], numbers, cost)
        return Program(
            lower, upper, integer.astype(np.bool_), row_lower, row_upper,
            places[kept] // max(1, self.size), places[kept] % max(1, self.size),
            summed[kept], costs,
        )  # fmt: skip


def _full(count: int, value: ArrayLike) -> Floats:
    return np.array(np.broadcast_to(np.asarray(value, dtype=np.float64), (count,)))


def _joined(parts: list[NDArray[np.generic]]) -> Floats:
    return np.asarray(np.concatenate(parts)) if parts else np.empty(0)
