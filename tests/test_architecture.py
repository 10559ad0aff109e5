"""The floors: a module imports its own floor and those below, never above.

Every ``import`` in ``planner/`` is read out of the syntax tree: at the top, inside functions, under
``TYPE_CHECKING``, absolute or relative. A module without a row in FLOORS fails: give it a floor.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]

# The first name below ``planner``; a package's submodules share its floor.
FLOORS: dict[str, int] = {
    # 0 words
    "units": 0,
    "timeline": 0,
    "assets": 0,
    "wording": 0,
    "cells": 0,
    "errors": 0,
    # 1 nouns
    "scenario": 1,
    "plan": 1,
    # 2 ground
    "load": 2,
    "schema": 2,
    "draws": 2,
    "edit": 2,
    "tables": 2,
    "speeds": 2,
    "roads": 2,
    "lanes": 2,
    "mapbuild": 2,
    "network": 2,
    # 3 time
    "movements": 3,
    "earlier": 3,
    "promises": 3,
    "rotations": 3,
    "problem": 3,
    "footprint": 3,
    # 4 solve
    "solvers": 4,
    "boarding": 4,
    "schedule": 4,
    # 5 witness
    "verify": 5,
    "bounds": 5,
    "simulate": 5,
    # 6 paper
    "redact": 6,
    "manifest": 6,
    "documents": 6,
    "charts": 6,
    "compare": 6,
    # 7 doors
    "pipeline": 7,
    "sweep": 7,
    "worth": 7,
    "rehearsals": 7,
    "trigger": 7,
    "replan": 7,
    "robust": 7,
    "interrupts": 7,
    "workers": 7,
    "store": 7,
    "searches": 7,
    "cli": 7,
    "__main__": 7,
    # outside
    "ui": 8,
}

# Where less than "own floor and below" is allowed: the highest floor, and modules by name.
NARROW: dict[str, tuple[int, frozenset[str]]] = {
    "verify": (2, frozenset({"verify"})),
    "simulate": (2, frozenset({"simulate"})),
    "bounds": (3, frozenset({"bounds"})),
    "redact": (2, frozenset({"redact", "verify", "charts"})),
    "manifest": (2, frozenset({"manifest", "verify", "redact", "charts"})),
    "documents": (2, frozenset({"documents", "verify", "redact", "charts", "manifest", "compare"})),
    "charts": (2, frozenset({"charts", "verify"})),
    "compare": (1, frozenset({"compare", "verify"})),
    "store": (2, frozenset({"store"})),
}
UI_FLOORS = frozenset({0, 1, 2, 6, 7, 8})
UI_NAMED = frozenset({"verify"})  # the Verdict is the noun that the pages show
UI_NEVER = frozenset({"manifest"})  # session state would keep names and passphrases

# A library that one place alone may import.
SOLE_USERS: dict[str, frozenset[str]] = {
    "ortools": frozenset({"solvers"}),
    "yaml": frozenset({"load"}),
    "osmnx": frozenset({"roads", "mapbuild"}),
    "osmium": frozenset({"mapbuild"}),
    "streamlit": frozenset({"ui"}),
    "typst": frozenset({"documents"}),
    "pyrage": frozenset({"manifest"}),
    "simpy": frozenset({"simulate"}),
    "dask": frozenset({"sweep"}),
    "distributed": frozenset({"sweep"}),
    "pyarrow": frozenset({"sweep"}),
}
# Clash with OR-Tools in one process, or cost seconds and gigabytes when imported.
BANNED_LIBRARIES = frozenset({"highspy", "scgraph", "scgraph_data"})
# Libraries of the two lowest floors, besides the standard library.
LOW_LIBRARIES: dict[str, frozenset[str]] = {
    "units": frozenset(),
    "timeline": frozenset(),
    "assets": frozenset(),
    "errors": frozenset(),
    "wording": frozenset({"babel"}),
    "cells": frozenset(),
    "scenario": frozenset({"pydantic"}),
    "plan": frozenset({"pydantic"}),
}
NOT_PORTABLE = frozenset({"resource", "fcntl", "pwd", "grp", "termios"})
BANNED_NAMES = frozenset({"utils", "helpers", "common", "manager", "data", "process"})


@dataclass(frozen=True)
class Import:
    """One imported name: ``target`` as a dotted path, seen in ``module`` at ``line``."""

    module: str
    line: int
    target: str
    at_load: bool  # executed when the module is imported (not in a function, not TYPE_CHECKING)


@cache
def imports_of(module: str, source: str, is_package: bool = False) -> list[Import]:
    """Every import in ``source``; ``from x import y`` gives ``x.y``, relative ones are resolved."""
    tree = ast.parse(source)
    late = {id(node) for node in _late_nodes(tree)}
    found = []
    for node in ast.walk(tree):
        for target in _targets(node, module, is_package):
            found.append(Import(module, getattr(node, "lineno", 0), target, id(node) not in late))
    return sorted(found, key=lambda item: (item.line, item.target))


def _targets(node: ast.AST, module: str, is_package: bool) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    base = node.module or ""
    if node.level:
        package = module.split(".") if is_package else module.split(".")[:-1]
        kept = package[: len(package) - (node.level - 1)]
        base = ".".join([*kept, *([node.module] if node.module else [])])
    return [f"{base}.{alias.name}" for alias in node.names]


def _late_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from ast.walk(node)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for child in node.body:
                yield from ast.walk(child)


def part_of(dotted: str) -> str:
    """``planner.solvers.columns`` → ``solvers``; ``planner`` and ``planner.__version__`` → ''."""
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 and parts[1] != "__version__" else ""


def breaches(module: str, source: str, is_package: bool = False) -> list[str]:
    """The rules of the house that the imports of one module break, as sentences."""
    part = part_of(module)
    if part and part not in FLOORS:
        return [f"{module}: has no floor; add it to FLOORS in tests/test_architecture.py"]
    out = []
    for item in imports_of(module, source, is_package):
        why = (
            _floor_breach(part, item.target)
            if item.target.split(".")[0] == "planner"
            else _library_breach(part, item.target)
        )
        if why:
            out.append(f"{module}:{item.line}: imports {item.target}: {why}")
    return out


def _floor_breach(part: str, target: str) -> str:
    wanted = part_of(target)
    if not wanted or wanted == part:
        return ""
    if not part:
        return "the package itself imports nothing, so that it stays cheap"
    if wanted not in FLOORS:
        return "has no floor"
    floor, own = FLOORS[wanted], FLOORS[part]
    if part == "ui":
        if wanted in UI_NEVER:
            return "the desk never sees who is aboard"
        allowed = floor in UI_FLOORS or wanted in UI_NAMED
        return "" if allowed else "the desk sees floors 0–2, 6, 7 and the Verdict only"
    if part in NARROW:
        highest, named = NARROW[part]
        allowed = floor <= highest or wanted in named
        return "" if allowed else f"{part} sees floors 0–{highest} and {sorted(named)} only"
    return "" if floor <= own else f"floor {own} may not see floor {floor}"


def _library_breach(part: str, target: str) -> str:
    library = target.split(".")[0]
    if library == "__future__":
        return ""
    if library in BANNED_LIBRARIES:
        return "is not imported anywhere in the product"
    if library in NOT_PORTABLE or target in {"os.fork", "os.forkpty"}:
        return "does not exist on every system"
    if library in SOLE_USERS and part not in SOLE_USERS[library]:
        return f"belongs to {sorted(SOLE_USERS[library])} alone"
    if part in LOW_LIBRARIES and library not in LOW_LIBRARIES[part] | sys.stdlib_module_names:
        return f"floor {FLOORS[part]} is the standard library and {sorted(LOW_LIBRARIES[part])}"
    return ""


HIDING = ("import_module", "fork", "forkpty")


def calls_that_hide_imports(source: str) -> list[int]:
    """Lines that import by a name the syntax tree does not show, or that fork."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            hidden = node.id == "__import__"
        elif isinstance(node, ast.Attribute):
            hidden = node.attr in HIDING and ast.unparse(node) in {
                "importlib.import_module", "os.fork", "os.forkpty",
            }  # fmt: skip
        elif isinstance(node, ast.ImportFrom) and node.module == "importlib":
            hidden = any(alias.name == "import_module" for alias in node.names)
        else:
            continue
        if hidden:
            lines.append(node.lineno)
    return lines


@dataclass(frozen=True)
class Module:
    name: str
    path: Path
    source: str
    is_package: bool


def modules() -> list[Module]:
    out = []
    for path in sorted((ROOT / "planner").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if package else parts)
        out.append(Module(name, path, path.read_text(encoding="utf-8"), package))
    return out


MODULES = modules()


def text_files() -> list[Path]:
    """The tracked files that are text; every file in the folders of the project without git."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
        ).stdout.split("\0")
        paths = [ROOT / name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        folders = ("planner", "tests", "config", "maps", "scenarios", ".ci", ".streamlit")
        paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*"))]
        paths += sorted(ROOT.glob("*.*"))
    endings = {".py", ".md", ".toml", ".yaml", ".yml", ".json", ".csv", ".txt", ".lock", ".typ", ""}
    return [path for path in paths if path.suffix in endings and path.is_file()]


# ------------------------------------------------------------------ the product


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_a_module_sees_its_own_floor_and_those_below(module: Module) -> None:
    assert breaches(module.name, module.source, module.is_package) == []


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_imports_are_written_down_and_nothing_forks(module: Module) -> None:
    assert calls_that_hide_imports(module.source) == []


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_modules_are_named_for_what_they_are(module: Module) -> None:
    assert not BANNED_NAMES & set(module.name.split("."))


def test_the_front_door_only_opens_the_desk() -> None:
    source = (ROOT / "streamlit_app.py").read_text(encoding="utf-8")
    targets = {item.target for item in imports_of("streamlit_app", source)}
    assert targets - {"__future__.annotations"} == {"planner.ui.app.main"}
    assert len(source.splitlines()) <= 12


def test_the_desk_is_as_safe_from_its_file_as_from_the_command() -> None:
    """``streamlit run streamlit_app.py`` reads the file, ``planner desk`` passes flags."""
    from planner.cli.desk import SETTINGS

    text = (ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    written = dict(_settings(tomllib.loads(text)))
    assert written == SETTINGS
    assert written["server.address"] == "127.0.0.1"
    assert written["browser.gatherUsageStats"] == "false"


def _settings(pairs: dict[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for key, value in pairs.items():
        if isinstance(value, dict):
            yield from _settings(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", str(value).lower() if isinstance(value, bool) else str(value)


def test_no_module_imports_itself_by_a_detour() -> None:
    known = {module.name for module in MODULES}
    graph: dict[str, set[str]] = {}
    for module in MODULES:
        targets = imports_of(module.name, module.source, module.is_package)
        graph[module.name] = {
            found
            for item in targets
            if item.at_load and (found := _module_named(item.target, known)) != module.name
        } - {""}
    assert find_cycle(graph) == []


def _module_named(target: str, known: set[str]) -> str:
    if target in known:
        return target
    parent = target.rpartition(".")[0]
    return parent if parent in known else ""


def find_cycle(graph: dict[str, set[str]]) -> list[str]:
    """The modules of one import cycle in order, or an empty list."""
    done: set[str] = set()

    def walk(node: str, trail: list[str]) -> list[str]:
        if node in trail:
            return [*trail[trail.index(node) :], node]
        if node in done:
            return []
        done.add(node)
        for following in sorted(graph.get(node, ())):
            cycle = walk(following, [*trail, node])
            if cycle:
                return cycle
        return []

    return next(filter(None, (walk(node, []) for node in sorted(graph))), [])


def test_what_is_imported_is_declared() -> None:
    """A wheel installed alone must bring every library that ``planner`` imports."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {_distribution(line) for line in project["dependencies"]}
    providers = packages_distributions()
    missing = []
    for module in MODULES:
        for item in imports_of(module.name, module.source, module.is_package):
            library = item.target.split(".")[0]
            if library == "planner" or library in sys.stdlib_module_names:
                continue
            names = {_distribution(name) for name in providers.get(library, [library])}
            if not names & declared:
                missing.append(f"{module.name}:{item.line}: {library}")
    assert missing == []


def test_the_lock_holds_every_declared_package_with_hashes_and_no_address() -> None:
    """``make lock`` was run since ``pyproject.toml`` changed."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries: dict[str, list[str]] = {}
    for match in re.finditer(r"^(\S+?)==(.*?)(?=^\S|\Z)", lock, re.MULTILINE | re.DOTALL):
        entries.setdefault(_distribution(match[1]), []).append(match[2])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"].values()
    wanted = [*project["dependencies"], *(line for lines in optional for line in lines)]
    assert sorted({_distribution(line) for line in wanted} - set(entries)) == []
    for line in wanted:
        for entry in entries[_distribution(line)]:
            assert Requirement(line).specifier.contains(entry.split()[0]), line
    unhashed = [name for name in entries for e in entries[name] if "--hash=sha256:" not in e]
    assert unhashed == []
    assert [line for line in lock.splitlines() if "://" in line or line.startswith("--")] == []


def _distribution(requirement: str) -> str:
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name is not None, requirement
    return re.sub(r"[-_.]+", "-", name[0]).lower()


# Written in pieces, so that this file passes its own test.
MACHINE_FOLDERS = ("/" + "work/", "/" + "root/", "/" + "tmp/", r"/home/[a-z]\w*/")
MACHINE_PATH = re.compile("|".join(MACHINE_FOLDERS))


def test_no_file_names_a_path_of_one_machine() -> None:
    found = []
    for path in text_files():
        for number, line in enumerate(
            path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1
        ):
            if MACHINE_PATH.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert found == []


# ------------------------------------------------------------------ the test itself


@pytest.mark.parametrize(
    ("module", "source", "expected"),
    [
        ("planner.units", "import planner.plan", "floor 0 may not see floor 1"),
        ("planner.network", "def f():\n    from planner.cli import main", "network:2: imports"),
        ("planner.load", "from .problem import x", "floor 2 may not see floor 3"),
        ("planner.scenario.parts", "from ..load import read", "floor 1 may not see floor 2"),
        ("planner.verify", "from planner import movements", "verify sees floors 0–2"),
        ("planner.verify.rules", "from planner.schedule import f", "verify sees floors 0–2"),
        (
            "planner.verify",
            "if TYPE_CHECKING:\n    from planner.solvers.columns import Column",
            "verify sees floors 0–2",
        ),
        ("planner.simulate", "import planner.verify", "simulate sees floors 0–2"),
        ("planner.documents.gpx", "import planner.schedule", "documents sees floors 0–2"),
        ("planner.ui.app", "from planner.solvers import solve", "the desk sees"),
        ("planner.charts", "import streamlit as st", "belongs to ['ui'] alone"),
        ("planner.problem", "from ortools.math_opt.python import mathopt", "['solvers'] alone"),
        ("planner.cli", "import yaml", "belongs to ['load'] alone"),
        ("planner.scenario", "import numpy", "floor 1 is the standard library"),
        ("planner.solvers.pool", "import fcntl", "does not exist on every system"),
        ("planner.solvers.pool", "from os import fork", "does not exist on every system"),
        ("planner.mapbuild.build", "import scgraph_data", "not imported anywhere"),
        ("planner.ui.screens.documents", "from planner.manifest import load", "never sees who"),
        ("planner.documents.manifests", "import pyrage", "belongs to ['manifest'] alone"),
        ("planner.novelty", "", "has no floor"),
        ("planner", "from planner.cli import main", "stays cheap"),
    ],
)
def test_a_planted_breach_is_caught(module: str, source: str, expected: str) -> None:
    (sentence,) = breaches(module, source, is_package=module in {"planner", "planner.scenario"})
    assert expected in sentence


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("planner.verify", "import math\nfrom planner.network import build\nimport numpy"),
        ("planner.solvers.columns", "from ortools.sat.python import cp_model"),
        ("planner.solvers.columns", "from planner.solvers.pool import run"),
        ("planner.documents.pdf", "from planner.charts import curve"),
        ("planner.ui.session", "from planner.verify import Verdict"),
        ("planner.ui.pages.plan", "from planner.pipeline import make_plan\nimport streamlit"),
        ("planner.cli", "from planner import __version__"),
    ],
)
def test_what_the_floors_allow_passes(module: str, source: str) -> None:
    assert breaches(module, source) == []


@pytest.mark.parametrize(
    "source",
    [
        "import importlib\nimportlib.import_module('planner.cli')",
        "from importlib import import_module",
        "x = __import__('planner.cli')",
        "import os\nos.fork()",
    ],
)
def test_a_hidden_import_or_a_fork_is_caught(source: str) -> None:
    assert calls_that_hide_imports(source) != []


def test_a_cycle_is_found() -> None:
    assert find_cycle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert find_cycle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_late_imports_are_told_from_those_at_load() -> None:
    source = "import json\nif TYPE_CHECKING:\n    import csv\ndef f():\n    import re\n"
    assert {item.target: item.at_load for item in imports_of("planner.x", source)} == {
        "json": True,
        "csv": False,
        "re": False,
    }
