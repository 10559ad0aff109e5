"""The map as a still picture, for browsers that cannot draw the other one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from planner.ui.captions import pixel, set_captions
from planner.ui.mapview.sheets import Bounds, Feature, Sheet, at_moment

GROUND = {
    "countries": 'fill="#f7f5ef"',
    "coast": 'fill="none" stroke="#788c9b"',
    "rivers": 'fill="none" stroke="#a9cde2" stroke-width="1.4"',
    "borders": 'fill="none" stroke="#9a8f9a" stroke-dasharray="4 2"',
    "roads": 'fill="none" stroke="#cfc5b3"',
}
DASHES = {"dashed": ' stroke-dasharray="9 6"', "dotted": ' stroke-dasharray="1 5"'}
MARGIN = 0.12
INK = "#1f2d38"
RIMS = {"": "#ffffff", "ink": INK}


class Frame:
    """Degrees to the pixels of a picture that shows ``bounds`` (west, south, east, north)."""

    def __init__(self, bounds: Bounds, width: int, height: int) -> None:
        west, south, east, north = bounds
        left, top = pixel(north, west, 0)
        right, bottom = pixel(south, east, 0)
        wide, high = max(right - left, 1e-6), max(bottom - top, 1e-6)
        self.scale = (1 - MARGIN) * min(width / wide, height / high)
        self.left = (left + right) / 2 - width / 2 / self.scale
        self.top = (top + bottom) / 2 - height / 2 / self.scale

    def spot(self, lon: float, lat: float) -> tuple[float, float]:
        """Where a position stands in the picture."""
        x, y = pixel(lat, lon, 0)
        return (x - self.left) * self.scale, (y - self.top) * self.scale

    def path(self, geometry: dict[str, Any]) -> str:
        """The lines and rings of a geometry as an SVG path."""
        return "".join(
            "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in (self.spot(*at[:2]) for at in line))
            for line in _lines(geometry)
        )


def _lines(geometry: dict[str, Any]) -> list[list[list[float]]]:
    kind, inner = geometry["type"], geometry["coordinates"]
    if kind == "LineString":
        return [inner]
    if kind in ("MultiLineString", "Polygon"):
        return list(inner)
    return [ring for part in inner for ring in part] if kind == "MultiPolygon" else []


def picture(sheets: Iterable[Sheet], bounds: Bounds, t_s: int, width: int, height: int) -> str:
    """The sheets at a moment as SVG; every name in it is escaped."""
    frame = Frame(bounds, width, height)
    parts: list[str] = []
    spots: list[Feature] = []
    for sheet in sheets:
        for item in at_moment(sheet.features, t_s):
            if sheet.drawn == "ground":
                look = GROUND[item["properties"]["layer"]]
                parts.append(f'<path d="{frame.path(item["geometry"])}" {look}/>')
            elif item["geometry"]["type"] == "Point":
                spots.append(item)
            else:
                parts.append(_shape(frame, item))
    parts += _discs(frame, spots)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="sans-serif" font-size="13">'
        f'<rect width="100%" height="100%" fill="#dbe8f0"/>{"".join(parts)}</svg>'
    )


def _shape(frame: Frame, item: Feature) -> str:
    said = item["properties"]
    colour = escape(str(said.get("colour", "#666666")))
    is_area = item["geometry"]["type"] in ("Polygon", "MultiPolygon")
    fill = f'fill="{colour}" fill-opacity="{said.get("fill", 0.15)}"' if is_area else 'fill="none"'
    dash = DASHES.get(str(said.get("dash", "")), "")
    line = f'stroke="{colour}" stroke-width="{said.get("width", 2)}"{dash}'
    told = f"<title>{escape(str(said.get('text', '')))}</title>"
    opacity = f'stroke-opacity="{said.get("opacity", 1)}"'
    return f'<path d="{frame.path(item["geometry"])}" {fill} {line} {opacity}>{told}</path>'


def _discs(frame: Frame, spots: Sequence[Feature]) -> list[str]:
    rows = []
    parts = []
    for number, item in enumerate(spots):
        said = item["properties"]
        lon, lat = item["geometry"]["coordinates"][:2]
        x, y = frame.spot(lon, lat)
        radius = float(said.get("radius", 6))
        ring = str(said.get("ring", ""))
        rim = escape(RIMS.get(ring, ring))
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" stroke="{rim}" stroke-width="2" '
            f'fill="{escape(str(said.get("colour", "#444444")))}">'
            f"<title>{escape(str(said.get('text', '')))}</title></circle>"
            f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle" fill="#ffffff" '
            f'font-weight="700">{escape(str(said.get("sign", "")))}</text>'
        )
        if said.get("caption"):
            rows.append(
                {
                    "id": number,
                    "caption": said["caption"],
                    "priority": said.get("priority", 0),
                    "radius": radius,
                    "lat": lat,
                    "lon": lon,
                }
            )
    for row in set_captions(rows, _zoom(frame)):
        x, y = frame.spot(row["lon"], row["lat"])
        parts.append(
            f'<text x="{x + row["push"][0]:.1f}" y="{y + row["push"][1] + 4:.1f}" '
            f'text-anchor="{row["anchor"]}" fill="{INK}">{escape(row["caption"])}</text>'
        )
    return parts


def _zoom(frame: Frame) -> float:
    import math

    return math.log2(frame.scale)
