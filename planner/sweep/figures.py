"""Rows put together: for each what-if and date how it goes over its draws."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from planner.sweep.planning import PLANNED, Row

Spread = Callable[[Sequence[float | None]], dict[str, float] | None]
FIGURES = ("evacuated", "left_behind", "harm", "clearance_s")


def summary(rows: Iterable[Row], spread: Spread | None = None) -> list[dict[str, Any]]:
    """One object a what-if and date, in the order of the rows.

    ``cases`` and ``planned`` of them; of each figure the mean and the least and most over the plans
    that were made, or what ``spread`` makes of them; null where there are none.
    """
    spread = spread or _spread
    groups: dict[tuple[str | None, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["what_if"], row["start"]), []).append(row)
    return [
        {
            "what_if": what_if, "start": start, "cases": len(those),
            "planned": sum(row["outcome"] == PLANNED for row in those),
            **{
                name: spread([r[name] for r in those if r["outcome"] == PLANNED])
                for name in FIGURES
            },
        }
        for (what_if, start), those in groups.items()
    ]  # fmt: skip


def _spread(values: Sequence[float | None]) -> dict[str, float] | None:
    told = [value for value in values if value is not None]
    if not told:
        return None
    return {"mean": statistics.fmean(told), "least": min(told), "most": max(told)}
