"""Where positions lie on a sheet of paper."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from planner.documents import svg

WIDTH, HEIGHT = 720.0, 560.0
_MARGIN = 30.0
Box = tuple[float, float, float, float]  # south, west, north, east in degrees


@dataclass(frozen=True)
class View:
    """Latitude and longitude to points of a sheet: Mercator, the box fitted in the middle."""

    west_x: float
    north_y: float
    scale: float
    width: float
    height: float

    @staticmethod
    def of(box: Box, width: float = WIDTH, height: float = HEIGHT) -> View:
        """The view that holds the box with a margin."""
        south, west, north, east = box
        left, right = math.radians(west), math.radians(east)
        low, high = _mercator(south), _mercator(north)
        scale = min(
            (width - 2 * _MARGIN) / max(right - left, 1e-4),
            (height - 2 * _MARGIN) / max(high - low, 1e-4),
        )
        west_x = (left + right) / 2 - width / 2 / scale
        return View(west_x, (low + high) / 2 + height / 2 / scale, scale, width, height)

    def spot(self, lat: float, lon: float) -> svg.Point:
        """Where a position lies in the drawing."""
        x = (math.radians(lon) - self.west_x) * self.scale
        return (x, (self.north_y - _mercator(lat)) * self.scale)

    def points(self, coordinates: Iterable[Any]) -> list[svg.Point]:
        """GeoJSON positions in the drawing."""
        return [self.spot(position[1], position[0]) for position in coordinates]

    def holds(self, point: svg.Point, rim: float = 0.0) -> bool:
        """Whether a point lies on the sheet, not within ``rim`` of its edge."""
        across = rim <= point[0] <= self.width - rim
        return across and rim <= point[1] <= self.height - rim

    def touches(self, points: list[svg.Point]) -> bool:
        """Whether a line's box meets the sheet."""
        xs, ys = [x for x, _ in points], [y for _, y in points]
        across = min(xs) <= self.width and max(xs) >= 0
        return across and min(ys) <= self.height and max(ys) >= 0

    def metres(self, lat: float) -> float:
        """Metres that one unit of the drawing stands for at a latitude."""
        return 6_371_009.0 * math.cos(math.radians(lat)) / self.scale


def _mercator(lat: float) -> float:
    return math.asinh(math.tan(math.radians(max(-85.0, min(85.0, lat)))))
