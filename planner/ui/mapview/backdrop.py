"""The ground below everything else: land, coast, borders, rivers, roads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.ui.mapview.sheets import Feature, Sheet

FINENESS_DEG = 0.0001
"""About ten metres: finer than a pixel until the street is seen."""
DIGITS = 5
LAYERS = ("countries", "rivers", "coast", "borders", "roads")


def backdrop_sheet(background: Mapping[str, Mapping[str, Any]], id: str = "ground") -> Sheet:
    """A sheet of the GeoJSON collections that ``charts.backdrop`` gives; each becomes one feature.

    The browser gets it once and cuts it to the view itself.
    """
    features = [
        found
        for name in LAYERS
        if (found := _merged(name, background.get(name, {}).get("features", []))) is not None
    ]
    return Sheet(id, "ground", features)


def _merged(name: str, features: list[dict[str, Any]]) -> Feature | None:
    import shapely
    from shapely.geometry import mapping, shape

    parts = [
        part
        for item in features
        for part in shapely.get_parts(shape(item["geometry"])).tolist()
        if part.geom_type in ("Polygon", "LineString")
    ]
    if not parts:
        return None
    whole: Any
    if name == "countries":
        whole = shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon"])
    else:
        lines = [part for part in parts if part.geom_type == "LineString"]
        whole = shapely.line_merge(shapely.MultiLineString(lines))
    thin = shapely.simplify(whole, FINENESS_DEG)
    geometry = _rounded(mapping(thin))
    return {"type": "Feature", "geometry": geometry, "properties": {"layer": name}}


def _rounded(thing: Any) -> Any:
    if isinstance(thing, float):
        return round(thing, DIGITS)
    if isinstance(thing, dict):
        return {key: _rounded(part) for key, part in thing.items()}
    if isinstance(thing, list | tuple):
        return [_rounded(part) for part in thing]
    return thing
