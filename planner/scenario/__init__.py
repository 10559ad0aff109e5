"""The Scenario and what it is made of: frozen, unit-typed, no behaviour beyond its own words."""

from __future__ import annotations

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
    Control,
    Count,
    Escort,
    Fleet,
    Group,
    Handling,
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
    Vehicle,
    VehicleDetail,
    Window,
    Zone,
)  # fmt: skip
from planner.scenario.people import Means, Segment, Unit, people, segments

__all__ = [
    "CONTESTED", "LEVELS", "SCHEMA_VERSION", "Applies", "Authorisation", "Circle", "Claim",
    "Commitment", "Control", "Count", "Escort", "Fleet", "Group", "Handling", "Intake", "LevelName",
    "Link", "Means", "Mode", "Notification", "Office", "Origin", "Party", "Patch", "Place",
    "Priorities", "Ring", "Scenario", "Segment", "Team", "Threat", "Unit", "Vehicle",
    "VehicleDetail", "Window", "Zone", "people", "segments",
]  # fmt: skip
