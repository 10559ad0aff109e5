"""The ground under printed maps: a region's layers read once, cut to each sheet once.

A plan's documents for hundreds of readers show the same few ways over the same ground.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape

from planner.documents import svg
from planner.documents.view import View
from planner.network import TransportNetwork
from planner.roads import RegionMap, drawing

SEA, LAND, BLANK = "#e3edf4", "#f5f2ea", "#fbfaf6"
_RIM = 9.0  # units around the sheet, where lines end unseen
_FINE = 0.7  # units of the drawing: nobody sees more
_SHEETS = 256
_STYLES: dict[str, dict[str, str | float]] = {
    "countries": {"fill": LAND, "stroke": "none"},
    "rivers": {"fill": "none", "stroke": "#a9c6dc", "stroke_width": 1.0},
    "roads": {"fill": "none", "stroke": "#cdbf9f", "stroke_width": 0.9},
    "coast": {"fill": "none", "stroke": "#8fa7b8", "stroke_width": 0.7},
    "borders": {"fill": "none", "stroke": "#b9b29f", "stroke_width": 1.1,
                "stroke_dasharray": "6 2 1 2"},
}  # fmt: skip


class Terrain:
    """Geometries of the layers of one region with a tree of each, and sheets cut from them."""

    def __init__(self, layers: dict[str, dict[str, Any]]) -> None:
        self._layers: dict[str, tuple[Any, shapely.STRtree]] = {}
        for name in _STYLES:
            lines = layers.get(name, {"features": []})["features"]
            parts = shapely.get_parts([shape(item["geometry"]) for item in lines])
            self._layers[name] = (parts, shapely.STRtree(parts))
        self.sheet = lru_cache(maxsize=_SHEETS)(self._sheet)
        """SVG of what lies on the sheet of a view, bottom first; all white without a map."""

    def _sheet(self, view: View) -> str:
        sea = SEA if len(self._layers["countries"][0]) else BLANK
        out = [svg.element("rect", width=view.width, height=view.height, fill=sea)]
        west, south, east, north = corners(view)
        window = shapely.box(west, south, east, north)
        fine = (east - west) * _FINE / view.width
        for name, style in _STYLES.items():
            parts, tree = self._layers[name]
            near = parts[np.sort(tree.query(window))] if len(parts) else parts
            cut = shapely.clip_by_rect(near, west, south, east, north)
            path = outline(view, shapely.simplify(cut, fine, preserve_topology=False))
            if path:
                out.append(svg.element("path", d=path, **style))
        return "".join(out)


def terrain(network: TransportNetwork) -> Terrain:
    """The ground of a network's region; the last region's is kept."""
    return _terrain(network.region)


@lru_cache(maxsize=1)
def _terrain(region: RegionMap | None) -> Terrain:
    return Terrain({} if region is None else drawing(region))


def corners(view: View) -> tuple[float, float, float, float]:
    """West, south, east, north of the sheet, in degrees, with a rim."""
    west, east = (math.degrees(view.west_x + x / view.scale) for x in (-_RIM, view.width + _RIM))
    south, north = (
        math.degrees(math.atan(math.sinh(view.north_y - y / view.scale)))
        for y in (view.height + _RIM, -_RIM)
    )
    return (west, south, east, north)


def outline(view: View, cut: Any) -> str:
    """Lines and rings of an array of geometries in degrees as the 'd' of one path."""
    drawn = []
    for part in shapely.get_parts(shapely.get_parts(cut)):
        if part.is_empty or part.geom_type == "Point":
            continue
        if part.geom_type == "Polygon":
            for ring in (part.exterior, *part.interiors):
                drawn.append(svg.path(view.points(ring.coords), closed=True))
        else:
            drawn.append(svg.path(view.points(part.coords)))
    return "".join(drawn)
