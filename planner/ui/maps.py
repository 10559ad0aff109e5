"""The map as a deck.gl picture: our own layers only, no tiles, nothing fetched."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from planner.charts import MapSpec
from planner.ui.captions import pixel, set_captions

if TYPE_CHECKING:
    import pydeck as pdk

    from planner.verify import Verdict


LAND = [246, 244, 238]
INK = [34, 51, 63]
LARGEST_PX = 26


def bounds_of(spots: list[tuple[float, float]]) -> tuple[float, float, float, float]:
    """(south, west, north, east) of (latitude, longitude) spots."""
    lats, lons = [lat for lat, _ in spots], [lon for _, lon in spots]
    return (min(lats), min(lons), max(lats), max(lons))


def view_of(
    bounds: tuple[float, float, float, float], width_px: int, height_px: int
) -> dict[str, float]:
    """Centre and zoom at which (south, west, north, east) fill three quarters of the picture."""
    south, west, north, east = bounds
    (left, bottom), (right, top) = pixel(south, west, 0), pixel(north, east, 0)
    wide, high = max(right - left, 1e-4), max(bottom - top, 1e-4)
    zoom = math.log2(0.75 * min(width_px / wide, height_px / high))
    return {
        "latitude": (south + north) / 2,
        "longitude": (west + east) / 2,
        "zoom": min(max(zoom, 1.0), 14.0),
        "min_zoom": 1,
        "max_zoom": 17,
    }


def _layer(kind: str, data: Any, **options: Any) -> pdk.Layer:
    import pydeck as pdk

    return pdk.Layer(kind, data, **options)


def _ground(spec: MapSpec) -> list[pdk.Layer]:
    painted = [
        ("countries", {"filled": True, "get_fill_color": LAND, "stroked": False}),
        ("coast", {"get_line_color": [120, 140, 155], "line_width_min_pixels": 1}),
        ("rivers", {"get_line_color": [120, 170, 205], "line_width_min_pixels": 1.4}),
        ("borders", {"get_line_color": [150, 140, 150], "line_width_min_pixels": 1.2}),
        ("roads", {"get_line_color": [205, 196, 180], "line_width_min_pixels": 1}),
    ]
    return [
        _layer("GeoJsonLayer", spec.background[name], id=f"ground-{name}", **options)
        for name, options in painted
        if spec.background.get(name, {}).get("features")
    ]


def _place(row: dict[str, Any]) -> dict[str, Any]:
    crowd = row["to_leave"] + row["left"] + row["safe"]
    number = row["safe"] or row["to_leave"] + row["left"]
    haven = row["role"] == "safe_haven"
    caption = row["label"] + (f"  {number:,}" if number else "")
    return {
        **row,
        "spot": [row["lon"], row["lat"]],
        "radius": min(LARGEST_PX, 6 + crowd**0.5 / 6),
        "caption": caption,
        "priority": crowd + (100_000 if haven else 0),
    }


def _circles(name: str, rows: list[dict[str, Any]], rim: list[int], width: float) -> pdk.Layer:
    import pydeck as pdk

    return _layer(
        "ScatterplotLayer",
        rows,
        id=name,
        get_position="spot",
        get_fill_color="colour",
        get_line_color=rim,
        get_radius="radius",
        radius_units=pdk.types.String("pixels"),
        stroked=True,
        line_width_min_pixels=width,
        pickable=True,
    )


def _words(
    name: str,
    rows: list[dict[str, Any]],
    field: str,
    size: int,
    colour: list[int] | None = None,
    beside: bool = False,
) -> pdk.Layer:
    import pydeck as pdk

    place: dict[str, Any] = {}
    if beside:
        place = {
            "get_pixel_offset": "push",
            "get_text_anchor": "anchor",
            "background": True,
            "get_background_color": [255, 255, 255, 170],
            "background_padding": [2, 0, 2, 0],
        }
    return _layer(
        "TextLayer",
        rows,
        id=name,
        get_position="spot",
        get_text=field,
        get_size=size,
        get_color=colour or [255, 255, 255],
        font_weight=500 if beside else 700,
        font_family=pdk.types.String("Source Sans, sans-serif"),
        character_set=pdk.types.String("auto"),
        **place,
    )


def way_deck(verdict: Verdict, ways: list[dict[str, Any]], size: tuple[int, int]) -> pdk.Deck:
    """The way of one sortie on the ground, with the names of the places that it touches."""
    import pydeck as pdk

    from planner import charts
    from planner.ui import ground

    network = verdict.network
    spots = [(lat, lon) for way in ways for lon, lat in way["path"]]
    view = view_of(bounds_of(spots), *size)
    background = ground.for_view(charts.backdrop(network), view, size)
    spec = charts.map_layers(verdict, 0, background)
    touched = {way[end] for way in ways for end in ("from", "to")}
    places = [_place({**row, "to_leave": 0, "left": 0, "safe": 0}) for row in spec.places
              if row["id"] in touched]  # fmt: skip
    rows = [
        {"path": way["path"], "colour": [*way["colour"], 230 if way["loaded"] else 110],
         "text": f"{way['from']} → {way['to']}"}
        for way in ways
    ]  # fmt: skip
    line = _layer(
        "PathLayer", rows, id="way", get_path="path", get_color="colour", width_min_pixels=4,
        cap_rounded=True, pickable=True,
    )  # fmt: skip
    names = _words("way-names", set_captions(places, view["zoom"]), "caption", 13, INK, beside=True)
    return pdk.Deck(
        layers=[*_ground(spec), line, _circles("stops", places, [255, 255, 255, 255], 1.5), names],
        initial_view_state=pdk.ViewState(**view),
        map_provider=None,
        tooltip={"text": "{text}"},
    )


def file_deck(verdict: Verdict, collection: dict[str, Any], size: tuple[int, int]) -> pdk.Deck:
    """A GeoJSON file on the ground: what stands in it, and nothing else of the plan."""
    import pydeck as pdk

    from planner import charts
    from planner.ui import ground

    spots = list(_spots(collection))
    whole = charts.backdrop(verdict.network)
    near = ground.on_the_roads(spots, whole) if spots else list(verdict.network.positions.values())
    south, west, north, east = bounds_of(near)
    if (south, west) == (north, east):  # one rounded point: a close look would feign precision
        south, west, north, east = south - 1, west - 1, north + 1, east + 1
    view = view_of((south, west, north, east), *size)
    background = ground.for_view(whole, view, size)
    spec = charts.map_layers(verdict, 0, background)
    shown = _layer(
        "GeoJsonLayer", _told(collection), id="file", get_line_color=[0, 114, 178, 200],
        get_fill_color=[0, 158, 115, 220], line_width_min_pixels=2.5, point_radius_min_pixels=5,
        pickable=True,
    )  # fmt: skip
    return pdk.Deck(
        layers=[*_ground(spec), shown], initial_view_state=pdk.ViewState(**view),
        map_provider=None, tooltip={"text": "{text}"},
    )  # fmt: skip


def _spots(collection: dict[str, Any]) -> Iterator[tuple[float, float]]:
    for item in collection["features"]:
        pairs = item["geometry"]["coordinates"]
        for lon, lat, *_ in [pairs] if item["geometry"]["type"] == "Point" else pairs:
            yield lat, lon


def _told(collection: dict[str, Any]) -> dict[str, Any]:
    """Features with their fields as one text for the tooltip."""
    features = []
    for item in collection["features"]:
        fields = [
            f"{key}: {value}" for key, value in item["properties"].items()
            if not isinstance(value, list | dict) and value not in (None, "")
        ]  # fmt: skip
        kept = {"type": "Feature", "geometry": item["geometry"], "properties": {}}
        features.append({**kept, "text": "\n".join(fields[:12])})
    return {"type": "FeatureCollection", "features": features}
