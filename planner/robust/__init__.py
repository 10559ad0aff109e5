"""Plan on several draws at once: the first day the same in all of them, the rest as each one goes.

measure  expected value or CVaR of people left behind                        (cvar, weigh)
worlds   the scenario as it is in a draw or a what-if                        (World)
stage    a first day, and how it goes where things are otherwise             (FirstStage, held)
trials   a world planned on its own, and with a first day that is given      (Asked, Outcome)
exact    all draws in one programme, where it is small enough
compare  candidates in every world; the best is chosen                       (compare)
words    what a planner would read
report   plain figures                                                       (report)
"""

from __future__ import annotations

from planner.robust.compare import MOST_DRAWS, Candidate, Comparison, compare
from planner.robust.measure import cvar, weigh
from planner.robust.report import report
from planner.robust.trials import Asked

__all__ = [
    "MOST_DRAWS", "Asked", "Candidate", "Comparison", "compare", "cvar", "report", "weigh",
]  # fmt: skip
