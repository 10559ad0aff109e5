"""What each audience may know of the legs that it is shown: the table of documents, as data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from planner.redact.audience import Audience
from planner.scenario import Fleet

Medical = Literal["precedence", "stretchers", "none"]


@dataclass(frozen=True)
class Rights:
    """What is kept; everything that is not named here is not there.

    ``ids``: fleets, vehicles and sorties keep their own names. ``geometry``: the road itself; else
    the ends and where the way enters and leaves the party's ground. ``roads``: names, status and
    age of the links on the way, and the hours in which to move. ``alternate``: another way for
    one's own movement. ``crew``: drivers, radios, range and payload of one's own vehicles.
    ``escorts``: the escorts of one's own movements. ``medical``: patients by precedence, stretchers
    and seats, or heads alone. ``leave``: names and conditions of the permissions.
    """

    ids: bool
    geometry: bool
    roads: bool
    alternate: bool
    crew: bool
    escorts: bool
    medical: Medical
    leave: bool


_TABLE: dict[Audience, Rights] = {
    "partners": Rights(True, True, True, False, True, True, "stretchers", False),
    "crew": Rights(False, True, True, True, True, False, "stretchers", False),
    "parties": Rights(False, False, False, False, False, False, "none", True),
}


def rights_of(audience: Audience, fleet: Fleet | None) -> Rights:
    """The row of the table; a partner with impartial medical vehicles sees precedence too."""
    row = _TABLE[audience]
    if audience == "partners" and fleet is not None and fleet.neutral:
        return replace(row, medical="precedence")
    return row
