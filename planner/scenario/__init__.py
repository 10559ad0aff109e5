"""The Scenario and what it is made of: frozen, unit-typed, no behaviour beyond its own words."""

from __future__ import annotations

from planner.scenario.fleets import (
    Availability,
    Convoy,
    Duty,
    Escort,
    Fleet,
    Fuel,
    Handling,
    Vehicle,
    VehicleDetail,
)  # fmt: skip
from planner.scenario.model import (
    CONTESTED,
    LEVELS,
    SCHEMA_VERSION,
    LevelName,
    Origin,
    Patch,
    Priorities,
    Scenario,
)  # fmt: skip
from planner.scenario.parts import (
    Applies,
    Authorisation,
    Circle,
    Claim,
    Commitment,
    Consignment,
    Control,
    Count,
    Group,
    Intake,
    Link,
    Mode,
    Notification,
    Office,
    Party,
    Place,
    Ring,
    Team,
    Threat,
    Window,
    Zone,
)  # fmt: skip
from planner.scenario.people import Means, Segment, Unit, people, segments
from planner.scenario.robust import Measure, Robust
from planner.scenario.situation import Situation
from planner.scenario.triggers import Decision, Trigger
from planner.scenario.uncertainty import (
    Breakdown,
    Delay,
    DurationSpread,
    Event,
    FactorSpread,
    GroupShare,
    Intensity,
    PeopleSpread,
    ShareSpread,
    Spread,
    TravelTime,
    Uncertainty,
)  # fmt: skip

__all__ = [
    "CONTESTED", "LEVELS", "SCHEMA_VERSION", "Applies", "Authorisation", "Availability",
    "Breakdown", "Circle", "Claim", "Commitment", "Consignment", "Control", "Convoy", "Count",
    "Decision", "Delay", "DurationSpread", "Duty", "Escort", "Event", "FactorSpread", "Fleet",
    "Fuel", "Group", "GroupShare", "Handling", "Intake", "Intensity", "LevelName", "Link", "Means",
    "Measure", "Mode", "Notification", "Office", "Origin", "Party", "Patch", "PeopleSpread",
    "Place", "Priorities", "Ring", "Robust", "Scenario", "Segment", "ShareSpread", "Situation",
    "Spread", "Team", "Threat", "TravelTime", "Trigger", "Uncertainty", "Unit", "Vehicle",
    "VehicleDetail", "Window", "Zone", "people", "segments",
]  # fmt: skip
