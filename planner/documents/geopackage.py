"""GeoPackage: a layer a kind of thing, for GIS. GDAL writes it; the same plan gives the same bytes.

Its one time is the time of issue, in place of the clock that GDAL would ask.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from planner.cells import clean
from planner.charts import leg_track, link_geometries, overheads, self_track, zone_geometries
from planner.charts.shapes import line, lon_lat
from planner.documents import tracks
from planner.documents.paper import Paper, stamps
from planner.documents.rows import movements

CRS = "EPSG:4326"
_WRITING = Lock()  # GDAL has one clock for the whole program


@dataclass(frozen=True)
class Layer:
    """Geometries as GeoJSON and, for each, a mapping of fields; every one has the same fields.

    A field is text, whole numbers, decimals, moments in UTC, or nothing.
    """

    name: str
    kind: str
    shapes: tuple[dict[str, Any], ...]
    fields: tuple[dict[str, Any], ...]


def gpkg_bytes(paper: Paper) -> bytes:
    """Places, convoys, people on their own, the rows of the movement table; for the office also
    roads and dangers. Layers without anything are left out.

    No layer has a field that the other documents for the same reader have not.
    """
    found = [
        _of_features("places", "Point", tracks.place_features(paper)),
        _of_features("convoys", "LineString", tracks.convoy_features(paper)),
        _of_features("own_means", "LineString", tracks.own_features(paper)),
        _legs(paper),
    ]
    if paper.internal:
        found += [_links(paper), _dangers(paper)]
    with tempfile.TemporaryDirectory(prefix="safe-passage-") as folder:
        path = Path(folder) / "routes.gpkg"
        with _WRITING:
            _write(path, [layer for layer in found if layer.shapes], paper)
        return path.read_bytes()


# ------------------------------------------------------------------ layers


def _of_features(name: str, kind: str, found: Sequence[dict[str, Any]]) -> Layer:
    told = tuple(
        {key: _field(key, value) for key, value in one["properties"].items() if key != "coordTimes"}
        for one in found
    )
    return Layer(name, kind, tuple(one["geometry"] for one in found), told)


def _field(name: str, value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(map(str, value))
    return datetime.fromisoformat(value) if name.endswith("_utc") else value


def _legs(paper: Paper) -> Layer:
    """The movement table, each row with the way of its leg."""
    verdict = paper.verdict
    riding = overheads(verdict.scenario)
    ways: dict[tuple[Any, Any], dict[str, Any]] = {}
    for sortie in verdict.plan.sorties:
        for number, leg in enumerate(sortie.legs, start=1):
            track = leg_track(verdict.network, leg, riding[sortie.fleet])
            ways[sortie.id, number] = line([lon_lat(lat, lon) for lat, lon, _ in track])
    for movement in verdict.plan.self_movements:
        track = self_track(verdict.network, movement)
        ways[movement.id, 1] = line([lon_lat(lat, lon) for lat, lon, _ in track])
    rows = movements(paper).rows
    told = tuple({name: _moment(name, cell) for name, cell in row.items()} for row in rows)
    shapes = tuple(ways[row["sortie"], row["leg"]] for row in rows)
    return Layer("legs", "LineString", shapes, told)


def _moment(name: str, cell: Any) -> Any:
    """Local clocks as text with their offset: the format keeps moments in UTC alone."""
    if isinstance(cell, datetime) and not name.endswith("_utc"):
        return cell.isoformat(timespec="seconds")
    return cell


def _links(paper: Paper) -> Layer:
    network = paper.verdict.network
    shapes, told = [], []
    for link in network.scenario.links:
        for shape in link_geometries(network, link):
            shapes.append(shape)
            told.append({"id": link.id, "name": clean(link.label), "status": link.status})
    return Layer("roads", "LineString", tuple(shapes), tuple(told))


def _dangers(paper: Paper) -> Layer:
    network = paper.verdict.network
    shapes, told = [], []
    for threat in network.scenario.threats:
        rate = threat.rate_nano / 1_000_000
        for shape in zone_geometries(network, threat.zone):
            shapes.append(shape)
            named = {"id": threat.id, "name": clean(threat.label)}
            told.append({**named, "per_1000_person_hours": rate})
    return Layer("dangers", "Unknown", tuple(shapes), tuple(told))


# ------------------------------------------------------------------ the file


def _write(path: Path, layers: Sequence[Layer], paper: Paper) -> None:
    import pyogrio

    at = f"{paper.issued_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": at})
    try:
        for layer in layers:
            _layer(path, layer, paper)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _layer(path: Path, layer: Layer, paper: Paper) -> None:
    import numpy as np
    import shapely
    from pyogrio import raw

    names = list(layer.fields[0])
    columns, masks = [], []
    for name in names:
        values = [row[name] for row in layer.fields]
        columns.append(_column(values))
        masks.append(np.array([value is None for value in values]))
    moments = {
        name: np.full(len(layer.fields), 100, dtype="int8")  # GDAL's word for UTC
        for name, column in zip(names, columns, strict=True)
        if column.dtype.kind == "M"
    }
    shapes = np.array([shapely.to_wkb(shapely.geometry.shape(one)) for one in layer.shapes], object)
    raw.write(
        str(path), shapes, columns, names, field_mask=masks, layer=layer.name, driver="GPKG",
        geometry_type=layer.kind, crs=CRS, gdal_tz_offsets=moments,
        layer_metadata=stamps(paper),
    )  # fmt: skip


def _column(values: Sequence[Any]) -> Any:
    """As few kinds as a table of a database has: moments, whole numbers, decimals, text."""
    import numpy as np

    kinds = {type(value) for value in values if value is not None}
    if kinds == {datetime}:
        naive = [None if v is None else v.astimezone(UTC).replace(tzinfo=None) for v in values]
        return np.array(naive, dtype="datetime64[ms]")
    if kinds and kinds <= {int}:
        return np.array([value or 0 for value in values], dtype="int64")
    if kinds and kinds <= {int, float}:
        return np.array([value or 0 for value in values], dtype="float64")
    return np.array([None if value is None else str(value) for value in values], dtype=object)
