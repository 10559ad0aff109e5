"""The map's background, only as fine and as wide as one view needs it."""

from __future__ import annotations

from typing import Any

FINENESS_PX = 0.8
SHORTEST_PX = 1.5
MARGIN = 1.6
SHEETS = ("countries", "coast", "borders", "rivers", "roads")

Collections = dict[str, dict[str, Any]]


def for_view(whole: Collections, view: dict[str, float], size: tuple[int, int]) -> Collections:
    """The collections cut to the view with a margin on each side, and simplified to its pixels.

    The page gets the background again with every move of the slider, so it must be small. Each
    collection becomes one MultiPolygon and one MultiLineString.
    """
    import shapely
    from shapely.geometry import shape

    per_px = 360 / (512 * 2 ** view["zoom"])
    reach_x, reach_y = (side * per_px * MARGIN for side in size)
    lat, lon = view["latitude"], view["longitude"]
    window = (lon - reach_x, lat - reach_y, lon + reach_x, lat + reach_y)
    out: Collections = {}
    for name in SHEETS:
        parts: list[Any] = []
        for feature in whole.get(name, {}).get("features", []):
            found = shapely.clip_by_rect(shape(feature["geometry"]), *window)
            parts += shapely.get_parts(found).tolist()
        out[name] = {"type": "FeatureCollection", "features": _features(parts, per_px)}
    return out


def on_the_roads(spots: list[tuple[float, float]], whole: Collections) -> list[tuple[float, float]]:
    """The (latitude, longitude) spots within the area of the drawn roads; all where none is."""
    import shapely
    from shapely.geometry import shape

    roads = [shape(feature["geometry"]) for feature in whole.get("roads", {}).get("features", [])]
    west, south, east, north = shapely.GeometryCollection(roads).bounds if roads else (0.0,) * 4
    near = [(lat, lon) for lat, lon in spots if south <= lat <= north and west <= lon <= east]
    return near or spots


def _features(parts: list[Any], per_px: float) -> list[dict[str, Any]]:
    import shapely
    from shapely.geometry import mapping

    fine, short = per_px * FINENESS_PX, per_px * SHORTEST_PX
    areas = [part for part in parts if part.geom_type == "Polygon"]
    lines = [part for part in parts if part.geom_type == "LineString"]
    # Roads that lead both ways are there twice: same middle, same length.
    once = {(*rounded(line.centroid.coords[0], 7), round(line.length, 7)): line for line in lines}
    merged = shapely.line_merge(shapely.MultiLineString(list(once.values())))
    drawn = shapely.simplify(shapely.get_parts(merged), fine)
    groups = (
        shapely.MultiPolygon([a for a in shapely.simplify(areas, fine) if a.area > short**2]),
        shapely.MultiLineString([line for line in drawn if line.length > short]),
    )
    digits = 5 if per_px < 1e-4 else 4 if per_px < 1e-3 else 3
    return [
        {"type": "Feature", "properties": {}, "geometry": rounded(mapping(group), digits)}
        for group in groups
        if not group.is_empty
    ]


def rounded(thing: Any, digits: int) -> Any:
    """A GeoJSON geometry with its numbers rounded."""
    if isinstance(thing, float):
        return round(thing, digits)
    if isinstance(thing, dict):
        return {key: rounded(part, digits) for key, part in thing.items()}
    if isinstance(thing, list | tuple):
        return [rounded(part, digits) for part in thing]
    return thing
