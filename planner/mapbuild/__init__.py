"""Make a region's map files: from registry packages, from an OSM file, or from Overpass.

The functions here are what ``planner map build|import|fetch|distances`` calls; each takes a
``progress`` that gets one sentence at a time. The work is in the modules, imported when called.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner.mapbuild.writing import Region

Progress = Callable[[str], None]
Bbox = tuple[float, float, float, float]


def build(bbox: Bbox | None, name: str, out: Path, progress: Progress, date: str = "") -> Region:
    """Build a region from registry packages; see :func:`planner.mapbuild.regions.build`."""
    from planner.mapbuild import regions

    return regions.build(bbox, name, out, progress, date)


def osm_import(path: Path, out: Path, name: str, progress: Progress, date: str = "") -> Region:
    """Make a region of an .osm.pbf or .osm file; see :mod:`planner.mapbuild.osmfile`."""
    from planner.mapbuild import osmfile

    return osmfile.osm_import(path, out, name, progress, date)


def fetch(
    bbox: Bbox | None,
    place: str | None,
    name: str,
    out: Path,
    progress: Progress,
    server: str = "",
    date: str = "",
) -> Region:
    """Fetch a region's roads from Overpass; see :mod:`planner.mapbuild.overpass`."""
    from planner.mapbuild import overpass

    return overpass.fetch(bbox, place, name, out, progress, server, date)
