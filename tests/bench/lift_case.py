"""Generated evacuations that need many vehicles at once: districts, a river, havens, a few fleets.

Nothing is drawn from a map: every road is a link of the scenario's own. West of the river lie two
districts in three, east of it the others and all havens; one bridge with a rate joins the banks.
Roads are open by daylight, havens take in so many a day, households are of one, so that heads are
exact. With a chain, buses also bring people to a port, from where ships cross to an island.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Any

import networkx as nx
import yaml

from planner import load
from planner.problem import EvacuationProblem
from planner.scenario import Scenario

KM_PER_DEGREE = 111.195
ORIGIN = (35.0, 40.0)
DETOUR = 1.25
HAVENS = (("near_village", 45.0, 18.0), ("market_town", 70.0, -25.0), ("camp", 105.0, 5.0),
          ("far_city", 140.0, 40.0), ("border_town", 150.0, -45.0))  # fmt: skip
KINDS = (("bus", 50, 60), ("coach", 40, 70), ("truck", 24, 50), ("minibus", 16, 70))
"""Name, seats, km/h."""
PEOPLE = (800, 4000)
ROUNDS_A_DAY = 2.0


@dataclass(frozen=True)
class Size:
    """What makes one generated case; the same size gives the same case."""

    districts: int
    hours: int
    seed: int = 0
    fleets: int = 3
    chain: bool = False
    step_min: int = 60

    @property
    def name(self) -> str:
        """Short, for tables and file names."""
        chain = "_chain" if self.chain else ""
        return f"lift_{self.districts}x{self.hours}h_{self.fleets}f{chain}_s{self.seed}"


def tree(size: Size) -> dict[str, Any]:
    """The scenario as keys and values, as in YAML."""
    lot = random.Random(f"lift {size}")
    spots = _spots(size, lot)
    people = {name: lot.randint(*PEOPLE) for name in spots}
    havens = [haven for haven in HAVENS[: 3 + (size.districts > 30) + (size.districts > 60)]]
    found: dict[str, Any] = {
        "schema_version": 1,
        "title": f"Generated lift, {size.districts} districts, {size.hours} h",
        "timezone": "Asia/Damascus",
        "start": "2012-12-13T06:00",
        "horizon": f"{size.hours} h",
        "step": f"{size.step_min} min",
        "places": [
            *(_place(name, spot, "assembly_point") for name, spot in spots.items()),
            _place("west_end", (-2.0, 0.0), "staging_base"),
            _place("east_end", (2.0, 0.0), "staging_base"),
            *_havens(size, havens, sum(people.values())),
        ],
        "groups": [
            {"id": f"{name}_people", "at": name, "people": number, "households": {1: "100 %"}}
            for name, number in people.items()
        ],
        "links": _roads(spots, havens),
        "vehicles": {
            name: _vehicle("road", seats, f"{speed} km/h") for name, seats, speed in KINDS
        },
        "fleets": _fleets(size, havens, sum(people.values())),
        "windows": [
            {"id": "daylight_roads", "kind": "daylight", "modes": ["road"], "open": "daylight"}
        ],
    }
    bridge_per_h = max(6, round(0.6 * 2 * sum(f["count"] for f in found["fleets"])))
    found["links"].append(
        {"id": "bridge", "from": "west_end", "to": "east_end", "mode": "road", "length": "6 km",
         "speed": "30 km/h", "capacity": f"{bridge_per_h} vehicles/h"}
    )  # fmt: skip
    if size.chain:
        _add_chain(found, size, sum(people.values()))
    return found


def text(size: Size) -> str:
    """The scenario as YAML."""
    return yaml.safe_dump(tree(size), sort_keys=False, allow_unicode=True)


def scenario(size: Size) -> Scenario:
    """The scenario, read as any file is, with the arrival level first.

    Who is left behind counts the horizon there, so that this level alone says who is to be moved.
    """
    read = load.read_text(text(size), f"{size.name}.yaml")
    alone = read.priorities.model_copy(update={"levels": ("arrival",)})
    return read.model_copy(update={"priorities": alone})


def _spots(size: Size, lot: random.Random) -> dict[str, tuple[float, float]]:
    """Districts as (km east, km north) of the bridge; every third lies east of the river."""
    found = {}
    for number in range(size.districts):
        east = lot.uniform(4.0, 16.0) * (1 if number % 3 == 2 else -1)
        found[f"district_{number + 1}"] = (round(east, 2), round(lot.uniform(-12.0, 12.0), 2))
    return found


def _place(name: str, spot: tuple[float, float], role: str, **more: Any) -> dict[str, Any]:
    north, east = spot[1] / KM_PER_DEGREE, spot[0] / KM_PER_DEGREE
    east /= math.cos(math.radians(ORIGIN[0]))
    at = [round(ORIGIN[0] + north, 5), round(ORIGIN[1] + east, 5)]
    return {"id": name, "role": role, "at": at, **more}


def _havens(
    size: Size, havens: list[tuple[str, float, float]], people: int
) -> list[dict[str, Any]]:
    """Havens that take in half as many again as need be, the near ones no more than the far."""
    days = max(1, math.ceil(size.hours / 24))
    each = max(1, round(1.5 * people / days / len(havens)))
    return [
        _place(name, (east, north), "safe_haven", intake={"per_day": each})
        for name, east, north in havens
    ]


def _road(
    name: str, ends: tuple[str, str], spots: tuple[tuple[float, float], tuple[float, float]],
    speed: int,
) -> dict[str, Any]:  # fmt: skip
    km = max(0.5, DETOUR * math.dist(*spots))
    return {"id": name, "from": ends[0], "to": ends[1], "mode": "road",
            "length": f"{km:.1f} km", "speed": f"{speed} km/h"}  # fmt: skip


def _roads(
    spots: dict[str, tuple[float, float]], havens: list[tuple[str, float, float]]
) -> list[dict[str, Any]]:
    found = []
    for name, spot in spots.items():
        side, end = ("west_end", -2.0) if spot[0] < 0 else ("east_end", 2.0)
        found.append(_road(f"{name}_road", (name, side), (spot, (end, 0.0)), 30))
    for name, east, north in havens:
        found.append(_road(f"{name}_road", ("east_end", name), ((2.0, 0.0), (east, north)), 60))
    return found


def _vehicle(mode: str, seats: int, speed: str) -> dict[str, Any]:
    handling = "30 min" if mode == "sea" else "10 min"
    return {"mode": mode, "seats": seats, "crew": 1, "speed": speed, "loading": handling,
            "unloading": handling}  # fmt: skip


def _fleets(
    size: Size, havens: list[tuple[str, float, float]], people: int
) -> list[dict[str, Any]]:
    """Fleets of several kinds at a few bases, together about enough for everybody."""
    bases = ["west_end", *(name for name, _, _ in havens[:2])]
    seats = people / (ROUNDS_A_DAY * max(0.5, size.hours / 24))
    found = []
    for number in range(size.fleets):
        kind, each, _ = KINDS[number % len(KINDS)]
        count = max(1, round(seats / size.fleets / each))
        found.append(
            {"id": f"fleet_{number + 1}", "vehicle": kind, "count": count,
             "base": bases[number % len(bases)]}
        )  # fmt: skip
    return found


def _add_chain(found: dict[str, Any], size: Size, people: int) -> None:
    """A port east of the river and two ships to an island, which takes in whoever comes."""
    found["places"] += [
        _place("port", (30.0, -8.0), "embarkation_port", capacity=max(200, people // 20)),
        _place("island", (150.0, -90.0), "safe_haven"),
    ]
    found["links"] += [
        _road("port_road", ("east_end", "port"), ((2.0, 0.0), (30.0, -8.0)), 60),
        {"id": "crossing", "from": "port", "to": "island", "mode": "sea", "length": "90 nmi"},
    ]
    days = max(1.0, size.hours / 24)
    seats = max(50, round(people / days / 8 / 10) * 10)
    found["vehicles"]["ship"] = _vehicle("sea", seats, "15 kn")
    found["fleets"].append({"id": "ships", "vehicle": "ship", "count": 2, "base": "port"})


# ------------------------------------------------------------------ components


def components(problem: EvacuationProblem) -> list[set[tuple[str, int]]]:
    """Parts of the problem that share nothing, the largest first.

    Nodes are commodities, movers and limits, as (kind, index): who can ride with a mover, who
    comes into whose hub, and what a movement uses of a limit that can bind joins them. A group
    that nothing can carry is a part of its own.
    """
    graph = nx.Graph()
    graph.add_nodes_from(("commodity", c.index) for c in problem.commodities)
    graph.add_nodes_from(("mover", i) for i in range(len(problem.plan.movers)))
    graph.add_nodes_from(("limit", i) for i in range(len(problem.limits)))
    for option in problem.plan.options:
        for carry in option.carries:
            who = problem.commodities[carry.commodity]
            graph.add_edge(("mover", option.mover), ("commodity", who.index))
            hub = problem.at_hub(who.transit, option.destination)
            if hub is not None:
                graph.add_edge(("commodity", who.index), ("commodity", hub))
    for number, touched in _users(problem).items():
        graph.add_edges_from((("limit", number), node) for node in touched)
    parts = [set(part) for part in nx.connected_components(graph)]
    return sorted(parts, key=lambda part: (-len(part), sorted(part)))


def _users(problem: EvacuationProblem) -> dict[int, set[tuple[str, int]]]:
    """Per limit the movers and walkers that use it at some moment."""
    found: dict[int, set[tuple[str, int]]] = {}
    for number, limit in enumerate(problem.limits):
        touched: set[tuple[str, int]] = set()
        for option in problem.plan.options:
            ends = limit.at in (option.origin, option.destination)
            if ends or any(link == limit.at for link, _ in option.link_entries):
                touched.add(("mover", option.mover))
        for walk in problem.walks:
            if walk.passes(limit.kind, limit.at) or walk.destination == limit.at:
                touched.add(("commodity", walk.commodity))
        found[number] = touched
    return found
