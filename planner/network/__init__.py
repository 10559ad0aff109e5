"""Where people can go, how long it takes, when they may: scenario and map → TransportNetwork."""

from __future__ import annotations

from planner.network.build import build
from planner.network.nouns import (
    Exposure,
    Ground,
    LinkUse,
    Passage,
    Route,
    TransportNetwork,
)

__all__ = [
    "Exposure",
    "Ground",
    "LinkUse",
    "Passage",
    "Route",
    "TransportNetwork",
    "build",
]
