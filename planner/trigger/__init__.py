"""Go, wait or stay: what each start date costs and gains, and which triggers have fired.

watch    what a scenario or a draw of it says of the things that triggers watch   (Watch)
dates    start date after start date planned, checked and rehearsed               (appraise)
report   plain figures, and the sentences of a decision maker                     (report)
"""

from __future__ import annotations

from planner.trigger.dates import Appraisal, Date, appraise, daily
from planner.trigger.report import report
from planner.trigger.watch import Watch

__all__ = ["Appraisal", "Date", "Watch", "appraise", "daily", "report"]
