"""Many plans of one scenario: every what-if, in every draw, from every start date.

cases     which cases there are, and the key under which each is known          (Order, cases)
planning  one case: its plan, checked by the witness, as one row                (plan_case)
rows      the columns, and rows on disk as Parquet: written whole, one a case   (Rows)
ground    where cases are planned: processes of this machine, or a Dask scheduler
running   hands out, collects, goes on after whatever ended                     (sweep)
figures   rows put together by what-if and date                                 (summary)
heatmap   the same as a picture                                                 (heatmap)

A case depends on nothing but its key: it is planned from nothing, by one worker, wherever that is.
Its row is on disk before it counts as done; done is never done again.
"""

from __future__ import annotations

from planner.sweep.cases import Case, Order, cases
from planner.sweep.figures import summary
from planner.sweep.ground import Ground
from planner.sweep.heatmap import heatmap
from planner.sweep.running import News, Outcome, sweep

__all__ = ["Case", "Ground", "News", "Order", "Outcome", "cases", "heatmap", "summary", "sweep"]
