"""Verdict in, out comes what one audience may know; documents are written from that alone.

What is withheld is not hidden: it is not there. For readers outside the office the scenario, the
network and the plan are put together anew from what their table allows; everything else is missing.
"""

from __future__ import annotations

from planner.redact.audience import (
    AUDIENCES,
    OUTSIDE,
    Audience,
    Recipient,
    recipients,
    refusals,
    wants_recipient,
)
from planner.redact.codes import Code
from planner.redact.handover import hand_over, renamed
from planner.redact.redacted import Redacted, redact
from planner.redact.whole import Whole

__all__ = [
    "AUDIENCES", "OUTSIDE", "Audience", "Code", "Recipient", "Redacted", "Whole", "hand_over",
    "recipients", "redact", "refusals", "renamed", "wants_recipient",
]  # fmt: skip
