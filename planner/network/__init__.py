"""Where people can go, how long it takes, when they may: scenario and map → TransportNetwork."""

from __future__ import annotations

from planner.network.build import build, openings, outline
from planner.network.clock import Clock
from planner.network.cutoff import CutOff, cut_off, nobody_can_move
from planner.network.departures import departures, fits
from planner.network.facts import place_grounds
from planner.network.faults import faults, place_faults
from planner.network.kept import kept_route, with_kept
from planner.network.nouns import (
    Exposure,
    Ground,
    LinkUse,
    Passage,
    Route,
    TransportNetwork,
)

__all__ = [
    "Clock",
    "CutOff",
    "Exposure",
    "Ground",
    "LinkUse",
    "Passage",
    "Route",
    "TransportNetwork",
    "build",
    "cut_off",
    "departures",
    "faults",
    "fits",
    "kept_route",
    "nobody_can_move",
    "openings",
    "outline",
    "place_faults",
    "place_grounds",
    "with_kept",
]
