"""``planner map``: build, import, fetch a region's map; its distances beside known ones."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path

from planner.cli.text import plain, table
from planner.errors import Issue, ScenarioError

SHIPPED = "syria"
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


def run(arguments: argparse.Namespace) -> int:
    """Carry out one action of ``planner map``."""
    actions: dict[str, Callable[[argparse.Namespace], int]] = {
        "build": _build,
        "import": _import,
        "fetch": _fetch,
        "distances": _distances,
    }
    return actions[arguments.action](arguments)


def _told(message: str) -> None:
    print(plain(message), file=sys.stderr, flush=True)


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        problem = f"not a name for a map: '{plain(text)[:60]}'"
        remedy = "lower-case letters, digits, '_' and '-'"
        raise ScenarioError([Issue("", 0, "--name", problem, remedy)])
    return text


def _folder(out: Path | None, name: str) -> Path:
    return out or Path("maps") / name


def _done(folder: Path) -> int:
    print(f"{plain(folder)}: a scenario beside it says  map: {plain(folder)}")
    return 0


def _build(arguments: argparse.Namespace) -> int:
    from planner import mapbuild

    name = _name(arguments.name or SHIPPED)
    folder = _folder(arguments.out, name)
    mapbuild.build(arguments.bbox, name, folder, _told)
    return _done(folder)


def _import(arguments: argparse.Namespace) -> int:
    from planner import mapbuild

    path: Path = arguments.file
    if not path.is_file():
        remedy = "give an .osm.pbf or .osm file"
        raise ScenarioError([Issue(str(path), 0, "", "there is no such file", remedy)])
    stem = path.name.removesuffix(".pbf").removesuffix(".osm")
    name = _name(arguments.name or re.sub(r"[^a-z0-9_-]+", "_", stem.lower()).strip("_-"))
    folder = _folder(arguments.out, name)
    mapbuild.osm_import(path, folder, name, _told)
    return _done(folder)


def _fetch(arguments: argparse.Namespace) -> int:
    from planner import mapbuild

    name = _name(arguments.name)
    folder = _folder(arguments.out, name)
    mapbuild.fetch(arguments.bbox, arguments.place, name, folder, _told)
    return _done(folder)


def _distances(arguments: argparse.Namespace) -> int:
    from planner.mapbuild import distances
    from planner.roads import load_map

    found = distances.table(load_map(arguments.map))
    rows = [("from", "to", "known", "map", "difference", "")]
    for entry in found:
        known, ours = f"{entry.known_m / 1000:.0f} km", f"{entry.map_m / 1000:.0f} km"
        remark = entry.note if entry.holds else f"beyond 10 %  {entry.note}"
        cells = (plain(entry.start), plain(entry.end), known, ours)
        rows.append((*cells, f"{entry.difference:+.1%}", plain(remark.strip())))
    for line in table(rows, right=(2, 3, 4)):
        print(line)
    print(f"{sum(entry.holds for entry in found)} of {len(found)} within 10 %")
    return 0
