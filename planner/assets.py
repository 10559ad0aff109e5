"""Where the shipped maps, catalogues and scenarios lie.

In a checkout they lie beside the package (``maps/``, ``config/``, ``scenarios/``), in an installed
wheel inside it (``planner/_data/``). Nothing is read here: these are paths.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def config_dir() -> Path:
    """Folder of the catalogues: vehicles, speeds, solver limits, the scenario's JSON Schema."""
    return _root(_PACKAGE) / "config"


def maps_dir() -> Path:
    """Folder of the shipped map files and their ``.source.yaml`` sidecars."""
    return _root(_PACKAGE) / "maps"


def scenarios_dir() -> Path:
    """Folder of the shipped scenarios, one crisis a file."""
    return _root(_PACKAGE) / "scenarios"


def map_path(name: str) -> Path:
    """Path of the shipped map file ``name`` (with its ending).

    Raises ``FileNotFoundError`` with the names that exist when there is none.
    """
    return _shipped(maps_dir(), name, "map file")


def scenario_path(name: str) -> Path:
    """Path of the shipped scenario ``name``, with or without ``.yaml``.

    Raises ``FileNotFoundError`` with the names that exist when there is none.
    """
    return _shipped(scenarios_dir(), name if name.endswith(".yaml") else f"{name}.yaml", "scenario")


def _root(package: Path) -> Path:
    # The inner folder first: beside an installed package lie other people's folders.
    inner = package / "_data"
    return inner if inner.is_dir() else package.parent


def _shipped(folder: Path, name: str, kind: str) -> Path:
    # Compared with what is there, so that a name with slashes or '..' finds nothing outside.
    found = sorted(path.name for path in folder.glob("*") if path.is_file())
    if name in found:
        return folder / name
    listed = ", ".join(found) or "none"
    raise FileNotFoundError(f"no shipped {kind} is called {name!r}; there are: {listed}")
