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

__all__ = [
    "CONTESTED", "LEVELS", "SCHEMA_VERSION", "Applies", "Authorisation", "Availability", "Circle",
    "Claim", "Commitment", "Consignment", "Control", "Convoy", "Count", "Duty", "Escort", "Fleet",
    "Fuel", "Group", "Handling", "Intake", "LevelName", "Link", "Means", "Mode", "Notification",
    "Office", "Origin", "Party", "Patch", "Place", "Priorities", "Ring", "Scenario", "Segment",
    "Team", "Threat", "Unit", "Vehicle", "VehicleDetail", "Window", "Zone", "people", "segments",
]  # fmt: skip
