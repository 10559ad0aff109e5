"""Small scenarios and maps for the tests of the network: a town, a haven, roads drawn by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx

from planner.network import Route, TransportNetwork
from planner.roads import MapPlace, RegionMap
from planner.scenario import Scenario

KM_LON = 1 / 111.19492664  # degrees of longitude of one kilometre on the equator of OSMnx's sphere


def scenario(**parts: Any) -> Scenario:
    """A scenario of keys as in YAML; what is not given is small and plain.

    Without ``places`` there are ``home`` and ``haven``, 20 km apart on the equator, and one road.
    """
    given: dict[str, Any] = {
        "title": "case",
        "timezone": "Asia/Damascus",
        "start": "2012-12-13T06:00",
        "horizon": "2 days",
        "parties": [
            {"id": "gov"},
            {"id": "opp"},
            {"id": "elders", "requires_authorisation": "false"},
        ],
        "vehicles": {"bus": vehicle()},
        "fleets": [{"id": "buses", "vehicle": "bus", "count": 2, "base": "haven"}],
    }
    if "places" not in parts:
        given["places"] = [place("home", 0), place("haven", 20, "safe_haven")]
        given["links"] = [link("road", "home", "haven", "20 km")]
        given["groups"] = [{"id": "people", "at": "home", "people": 50}]
    return Scenario.model_validate({**given, **parts})


def vehicle(mode: str = "road", speed: str = "60 km/h", **more: Any) -> dict[str, Any]:
    """A vehicle of 50 seats that loads and unloads in 10 minutes."""
    plain = {"mode": mode, "seats": 50, "speed": speed, "loading": "10 min", "unloading": "10 min"}
    return {**plain, **more}


def place(ident: str, km_east: float, role: str = "assembly_point", **more: Any) -> dict[str, Any]:
    """A place on the equator, ``km_east`` kilometres east of longitude 40."""
    km_north = more.pop("km_north", 0.0)
    return {"id": ident, "role": role, "at": [km_north * KM_LON, 40 + km_east * KM_LON], **more}


def link(ident: str, start: str, end: str, length: str, **more: Any) -> dict[str, Any]:
    """A link between two places of the scenario."""
    return {"id": ident, "from": start, "to": end, "length": length, **more}


def circle(km_east: float, radius: str) -> dict[str, Any]:
    """A disc on the equator."""
    return {"circle": {"centre": [0, 40 + km_east * KM_LON], "radius": radius}}


def region(
    nodes: dict[int, tuple[float, float]],
    edges: list[tuple[int, int, dict[str, Any]]],
    places: dict[str, int] | None = None,
    bridges: dict[str, tuple[int, int]] | None = None,
) -> RegionMap:
    """A map: nodes as (km east, km north), two-way edges, places at nodes, named bridges."""
    roads = nx.MultiDiGraph(crs="epsg:4326")
    for node, (east, north) in nodes.items():
        roads.add_node(node, x=40 + east * KM_LON, y=north * KM_LON)
    for u, v, more in edges:
        straight = ((nodes[u][0] - nodes[v][0]) ** 2 + (nodes[u][1] - nodes[v][1]) ** 2) ** 0.5
        values = {
            "length": 1000 * straight, "highway": "primary", "speed_kmh": 60.0, "source": "drawn",
            "as_of": "2012-12", "estimate": False, "link_id": f"{u}-{v}", **more,
        }  # fmt: skip
        roads.add_edge(u, v, 0, **values)
        roads.add_edge(v, u, 0, **values)
    return RegionMap(
        name="drawn",
        roads=roads,
        places={
            ident: MapPlace(
                ident, ident, None, "town", nodes[node][1] * KM_LON, 40 + nodes[node][0] * KM_LON,
                "SY", node,
            )
            for ident, node in (places or {}).items()
        },
        named_links={
            name: ((u, v, 0), (v, u, 0)) for name, (u, v) in (bridges or {}).items()
        },
        sources=(),
        hashes={"roads.graphml": "0" * 64},
        folder=Path(),
    )  # fmt: skip


def ways(network: TransportNetwork, origin: str, destination: str, profile: str) -> list[Route]:
    """The routes between two places."""
    found = network.between.get((origin, destination, profile), ())
    return [network.routes[ident] for ident in found]


def way(
    network: TransportNetwork, origin: str = "home", destination: str = "haven",
    profile: str = "road-60",
) -> Route:  # fmt: skip
    """The only route between two places."""
    (found,) = ways(network, origin, destination, profile)
    return found
