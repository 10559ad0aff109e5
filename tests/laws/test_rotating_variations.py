"""Whatever convoys, crews, tanks and aid a small crisis has, its plan breaks none of their rules.

The same crises as in ``test_variations``, with duty and rest, fuel, headway and aid by lot; and
aircraft that rest and fill up where stands are few.
"""

from __future__ import annotations

import random
from typing import Any

import pytest
import yaml

from planner import load, pipeline
from planner.scenario import Scenario
from planner.solvers import Solver
from tests.laws.test_variations import variation
from tests.network_case import link, place, scenario, vehicle

SEEDS = range(18)
FLYING = range(8)
Lot = random.Random
Tree = dict[str, Any]


def _duty(lot: Lot, mode: str = "road") -> Tree:
    longest = lot.choice(["6 h", "9 h", "12 h"] if mode == "road" else ["9 h", "12 h", "14 h"])
    rest = lot.choice(["4 h", "8 h", "10 h"])
    crews = {"crews": 2, "change": lot.choice(["30 min", "1 h"])} if lot.random() < 0.4 else {}
    return {"longest": longest, "rest": rest, **crews}


def _fuel(lot: Lot, mode: str, places: list[str]) -> Tree:
    ranges = ["90 km", "150 km", "300 km"] if mode == "road" else ["250 km", "500 km"]
    found = {"range": lot.choice(ranges), "refuel": lot.choice(["30 min", "1 h"])}
    return {**found, "at": lot.sample(places, 2)} if lot.random() < 0.5 else found


def _convoy(lot: Lot) -> Tree:
    least = lot.choice([1, 1, 2])
    found: Tree = {"min": least, "headway": lot.choice(["20 min", "45 min", "2 h"])}
    if lot.random() < 0.6:
        found["max"] = least + lot.choice([0, 1, 3])
    return {**found, "alone_when_empty": lot.random() < 0.6}


def _aid(lot: Lot, tree: Tree) -> list[Tree]:
    homes = [group["at"] for group in tree["groups"]]
    found = []
    for fleet in tree["fleets"]:
        if fleet.get("is_escort") or lot.random() < 0.4:
            continue
        tree["vehicles"].setdefault(fleet["vehicle"], {})["payload"] = "12 t"
        ends = {"from": fleet["base"], "to": lot.choice(homes)}
        if ends["from"] != ends["to"]:
            aid = {"id": f"for_{fleet['id']}", "goods": "flour", "fleets": [fleet["id"]]}
            mass, delay = lot.choice(["3 t", "30 t"]), lot.choice(["0 min", "1 h", "3 h"])
            found.append({**aid, **ends, "mass": mass, "delay": delay})
    return found


def rotating(seed: int) -> Scenario:
    """A small crisis whose fleets rest, fill up, keep apart and take aid along, by lot."""
    name, text = variation(seed)
    lot, tree = random.Random(f"rotating {seed}"), yaml.safe_load(text)
    tree["horizon"] = lot.choice(["30 h", "48 h"])
    places = [spot["id"] for spot in tree["places"]]
    for fleet in tree["fleets"]:
        fleet["count"] = lot.choice([1, 2, 3, 4])
        mode = tree["vehicles"].get(fleet["vehicle"], {}).get("mode", "road")
        parts = {"duty": _duty(lot, mode), "fuel": _fuel(lot, mode, places), "convoy": _convoy(lot)}
        fleet.update({part: value for part, value in parts.items() if lot.random() < 0.6})
    tree["aid"] = _aid(lot, tree)
    return load.read_text(yaml.safe_dump(tree, sort_keys=False, allow_unicode=True), name)


def flying(seed: int) -> Scenario:
    """Aircraft between an airport with a stand or two and home; their crews rest where they may."""
    lot = random.Random(f"flying {seed}")
    plane = vehicle(
        "air", "500 km/h", seats=60, loading="40 min", unloading="30 min", overhead="20 min"
    )
    fleet: Tree = {"id": "planes", "vehicle": "plane", "count": lot.choice([1, 2, 3])}
    fleet |= {"base": lot.choice(["field", "home"]), "return_to_base": lot.random() < 0.5}
    if lot.random() < 0.7:
        fleet["duty"] = {"longest": "9 h", "rest": lot.choice(["6 h", "10 h"])}
    if lot.random() < 0.7:
        fleet["fuel"] = {"range": lot.choice(["900 km", "1300 km"]), "refuel": "90 min",
                         "at": [lot.choice(["field", "home"])]}  # fmt: skip
    buses = {"id": "buses", "vehicle": "bus", "count": 3, "base": "field", "duty": _duty(lot)}
    return scenario(
        horizon="40 h", step="10 min",
        places=[
            place("town", -20),
            place("field", 0, "embarkation_airport", stands=lot.choice([1, 2]), capacity=200,
                  slots="4 movements/h"),
            place("home", 400, "safe_haven", stands=lot.choice([1, 2, 3])),
        ],
        links=[
            link("road", "town", "field", "20 km", speed="60 km/h"),
            {"id": "sky", "from": "field", "to": "home", "mode": "air", "length": "400 km"},
        ],
        groups=[{"id": "people", "at": "town", "people": 400,
                 "households": {2: "50 %", 3: "50 %"}}],
        vehicles={"plane": plane, "bus": vehicle()}, fleets=[fleet, buses],
    )  # fmt: skip


def judged(case: Scenario, seed: int) -> pipeline.Result:
    """The plan, in which nothing is broken; and raw bounds lie below its values."""
    limits = pipeline.Limits(time_s=6, node_limit=4, seed=seed)
    result = pipeline.make_plan(case, limits, remedies=False)
    plan = result.verdict.plan
    assert [str(violation) for violation in result.verdict.violations] == []
    network = pipeline.make_network(case)
    prover = Solver(pipeline.make_problem(case, network), limits).prover
    holds: dict[str, float] = {}
    for level in plan.levels[:2]:
        told = prover.optimise(level.name, holds, until=float("inf"), rounds=40)
        assert told.bound <= level.value + 1e-6 * max(1.0, level.value), level.name
        holds[level.name] = level.value
    return result


@pytest.mark.parametrize("seed", SEEDS)
def test_no_variation_breaks_a_rule(seed: int) -> None:
    case = rotating(seed)
    result = judged(case, seed)
    for told, given in zip(result.verdict.plan.aid, case.aid, strict=True):
        assert 0 <= told.kg <= given.mass_kg


@pytest.mark.parametrize("seed", FLYING)
def test_aircraft_that_rest_have_a_stand(seed: int) -> None:
    judged(flying(seed), seed)


def test_variations_use_what_they_vary() -> None:
    """Some people get out, and some aid in; otherwise these laws would say little."""
    results = [judged(rotating(seed), seed) for seed in (4, 6, 11)]
    assert sum(result.verdict.figures.by_sortie for result in results) > 100
    assert sum(entry.kg for result in results for entry in result.verdict.plan.aid) > 0
