"""How large the compact programme of a problem would be, counted without making it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.movements import Bools, Option
from planner.problem import Conveyance, EvacuationProblem, Limit
from planner.solvers.compact_limits import MODES
from planner.solvers.rows import RATES

FIXED_MB = 250.0
BYTES_A_LINE = 10_000.0
BYTES_AN_ENTRY = 300.0
"""Of a solve to a gap of 1 % with HiGHS: 837 MB for 55,944 rows and columns with 113,845 entries,
383 MB for 9,846 with 19,291."""


@dataclass(frozen=True)
class Estimate:
    """Rows, columns (``whole`` of them whole numbers) and entries of a programme."""

    rows: int
    columns: int
    whole: int
    entries: int

    @property
    def megabytes(self) -> float:
        """Memory that making and solving it takes, about."""
        size = BYTES_A_LINE * (self.rows + self.columns) + BYTES_AN_ENTRY * self.entries
        return FIXED_MB + size / 1e6

    def __str__(self) -> str:
        return (
            f"about {self.rows:,} rows, {self.columns:,} columns ({self.whole:,} whole) and "
            f"{self.entries:,} entries, {self.megabytes:,.0f} MB"
        )


def estimate(problem: EvacuationProblem, conveyance: Conveyance) -> Estimate:
    """About how large the programme would be; limits that cannot bind count as if they could."""
    vehicles = sum(int(option.starts.sum()) for option in conveyance.options)
    units = seats = 0
    for option in conveyance.options:
        aboard = [carry.may for carry in option.carries]
        units += sum(int(may.sum()) for may in aboard)
        seats += int(np.logical_or.reduce(aboard).sum()) if aboard else 0
    walks = sum(int(walk.may.sum()) for walk in problem.walks)
    nodes = _nodes(conveyance)
    counted, moments = _counted(problem, conveyance.options)
    rows = nodes + seats + 2 * moments + len(problem.commodities)
    columns = vehicles + units + walks + nodes + moments
    entries = 3 * vehicles + 2 * units + 2 * nodes + walks + counted + 4 * moments
    return Estimate(rows, columns, vehicles, entries)


def _nodes(conveyance: Conveyance) -> int:
    """Moments at which a mover can leave a place, over all movers and places."""
    leaving: dict[tuple[int, str], Bools] = {}
    for option in conveyance.options:
        key = (option.mover, option.origin)
        leaving[key] = leaving[key] | option.starts if key in leaving else option.starts
    return sum(int(mask.sum()) for mask in leaving.values())


def _counted(problem: EvacuationProblem, options: tuple[Option, ...]) -> tuple[int, int]:
    """(how often a limit counts a start, at how many moments), over all limits."""
    counted = moments = 0
    for limit in problem.limits:
        at: dict[int, Bools] = {}
        for option in options:
            for offset in _offsets(limit, option):
                at[offset] = at[offset] | option.starts if offset in at else option.starts
                counted += int(option.starts.sum())
        if limit.kind in RATES or limit.kind in MODES:
            moments += sum(int(mask.sum()) for mask in at.values())
    return counted, moments


def _offsets(limit: Limit, option: Option) -> list[int]:
    """Seconds after the start at which a limit may count an option."""
    if limit.kind in ("link", "link_persons"):
        return [offset for link, offset in option.link_entries if link == limit.at]
    ends = ((option.origin, option.depart_s), (option.destination, option.end_s))
    return [offset for place, offset in ends if place == limit.at and option.loaded]
