"""Every start of every column, so that a shared limit finds at once who uses it."""

from __future__ import annotations

from array import array

import numpy as np

from planner.solvers.itineraries import Column
from planner.solvers.rows import Row


class Starts:
    """Starts of columns in the order in which they were added.

    ``counted`` is the number of those that rows know already.
    """

    def __init__(self, steps: int) -> None:
        """``steps`` is the length of the grid, as in ``rows.Uses``."""
        self.steps = steps
        self.counted = 0
        self._keys = array("q")
        self._columns = array("q")
        self._vehicles = array("d")
        self._heads = array("d")

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, number: int, column: Column, heads: tuple[float, ...]) -> None:
        """The starts of one column, with the heads aboard each; guests bring no vehicle."""
        own = 0.0 if column.guests else 1.0
        for move, aboard in zip(column.moves, heads, strict=True):
            self._keys.append(move.option * self.steps + move.step)
            self._columns.append(number)
            self._vehicles.append(own)
            self._heads.append(aboard)

    def amounts(self, row: Row, first: int = 0) -> list[tuple[int, float]]:
        """(column, use of the row) of starts from the ``first`` on, wherever there is any."""
        keys = np.array(self._keys[first:], dtype=np.int64)
        use = row.vehicle.of(keys) * np.array(self._vehicles[first:])
        use += row.person.of(keys) * np.array(self._heads[first:])
        (hits,) = np.nonzero(use)
        if not len(hits):
            return []
        columns = np.array(self._columns[first:], dtype=np.int64)[hits]
        numbers, place = np.unique(columns, return_inverse=True)
        total = np.bincount(place, weights=use[hits])
        return [(n, use) for n, use in zip(numbers.tolist(), total.tolist(), strict=True) if use]
