"""The reviewed part of a region: what a person decided, in small files beside the map.

``maps/<name>/reviewed/``: ``region.json`` (clip, ports, airports, named links), ``joins.csv`` (gaps
in the source, each with a yes or no), ``corridors.csv`` (road classes), ``crossings.csv``,
``names.csv`` (towns), ``airports.csv`` (runways), ``*.geojson`` (cities). A region without them is
built from the packages alone.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planner import assets
from planner.mapbuild.crossings import Known


@dataclass(frozen=True)
class Corridor:
    """A numbered road: its edges lie on the shortest path by way of these places."""

    name: str
    road_class: str
    via: tuple[str, ...]


@dataclass(frozen=True)
class Reviewed:
    """What was decided for one region.

    ``clip`` is a ring of (lon, lat), empty for the whole bbox. Of the ``core`` countries all towns
    are kept; border crossings and towns are those of ``countries`` (all when it is empty).
    """

    bbox: tuple[float, float, float, float] | None = None
    drawing_bbox: tuple[float, float, float, float] | None = None
    clip: tuple[tuple[float, float], ...] = ()
    core: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    airports: tuple[str, ...] = ()
    named_links: dict[str, tuple[str, ...]] = field(default_factory=dict)
    joins: tuple[tuple[int, int, str], ...] = ()
    corridors: tuple[Corridor, ...] = ()
    crossings: tuple[Known, ...] = ()
    names: dict[str, tuple[str, str]] = field(default_factory=dict)
    runways_m: dict[str, int] = field(default_factory=dict)
    cities: tuple[Path, ...] = ()


def read(name: str) -> Reviewed:
    """The reviewed files of a shipped region; an empty Reviewed for any other name."""
    folder = assets.maps_dir() / name / "reviewed"
    if not (folder / "region.json").is_file():
        return Reviewed()
    region = json.loads((folder / "region.json").read_text(encoding="utf-8"))
    return Reviewed(
        bbox=_bbox(region["bbox"]),
        drawing_bbox=_bbox(region["drawing_bbox"]),
        clip=tuple((lon, lat) for lon, lat in region["clip"]),
        core=tuple(region["core"]),
        countries=tuple(region["countries"]),
        ports=tuple(region["seaports"]),
        airports=tuple(region["airports"]),
        named_links={key: tuple(via) for key, via in region["named_links"].items()},
        joins=tuple(
            (int(row["node_u"]), int(row["node_v"]), row["reason"])
            for row in _rows(folder / "joins.csv")
            if row["decision"] == "yes"
        ),
        corridors=tuple(
            Corridor(row["name"], row["class"], tuple(row["via"].split(";")))
            for row in _rows(folder / "corridors.csv")
        ),
        crossings=tuple(
            Known(
                row["id"], row["name"], row["countries"],
                float(row["lat"]), float(row["lon"]), row["note"],
            )
            for row in _rows(folder / "crossings.csv")
        ),
        names={row["geonameid"]: (row["id"], row["name"]) for row in _rows(folder / "names.csv")},
        runways_m={row["icao"]: int(row["runway_m"]) for row in _rows(folder / "airports.csv")},
        cities=tuple(sorted(folder.glob("*.geojson"))),
    )  # fmt: skip


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _bbox(values: list[Any]) -> tuple[float, float, float, float]:
    south, west, north, east = (float(value) for value in values)
    return south, west, north, east
