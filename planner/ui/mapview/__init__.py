"""The map of the desk: MapLibre in the browser, our own sheets on it, clicks and shapes back."""

from __future__ import annotations

from planner.ui.mapview.backdrop import backdrop_sheet
from planner.ui.mapview.sheets import Bounds, Drawn, Feature, Sheet, at_moment, feature, named
from planner.ui.mapview.view import (
    Click,
    Clock,
    Hit,
    Mode,
    Reading,
    Shape,
    again,
    clock_of,
    map_view,
)

__all__ = [
    "Bounds", "Click", "Clock", "Drawn", "Feature", "Hit", "Mode", "Reading", "Shape", "Sheet",
    "again", "at_moment", "backdrop_sheet", "clock_of", "feature", "map_view", "named",
]  # fmt: skip
