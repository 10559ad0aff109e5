"""Whatever limits a small crisis is given, its plan breaks none of them.

The witness shares no code with the search; every limit that one counts differently from the other
shows up here as a breach.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from planner import load, pipeline

FOLDER = Path(__file__).resolve().parents[1] / "scenarios"
NAMES = ("small_bridge", "small_ship", "small_walkout")
SEEDS = range(30)


def _maybe(lot: random.Random, item: dict[str, Any], chance: float, **choices: list[Any]) -> None:
    """Gives an item further entries by lot, where it has none of the kind."""
    for key, values in choices.items():
        if key not in item and lot.random() < chance:
            item[key] = lot.choice(values)


def _ways_to_go(lot: random.Random, group: dict[str, Any]) -> None:
    """Cars of their own, or patients; never both."""
    goes_alone = "own_car" in group or "on_foot" in group
    if not goes_alone and "stretcher" not in group:
        share, others = lot.choice(["20 %", "50 %"]), lot.choice([2, 4, 5])
        if lot.random() < 0.5:
            group |= {"own_car": share, "persons_per_car": others}
        elif lot.random() < 0.5:
            group |= {"stretcher": share, "companions": lot.choice([0, 1, 2])}


def variation(seed: int) -> tuple[str, str]:
    """(name, text) of a small crisis with limits, fleets and people of its own."""
    lot = random.Random(seed)
    name = NAMES[seed % len(NAMES)]
    tree = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    tree.pop("overrides", None)
    tree.pop("what_ifs", None)
    tree["step"] = lot.choice(["5 min", "10 min", "15 min", "30 min"])
    rates = [f"{n} persons/h" for n in (20, 40, 90)] + [f"{n} vehicles/h" for n in (2, 4, 8)]
    for place in tree["places"]:
        if place["role"] in ("assembly_point", "safe_haven", "embarkation_port"):
            _maybe(lot, place, 0.4, processing=rates)
            _maybe(lot, place, 0.3, capacity=[10, 30, 80], loading_bays=[1, 2])
        if "intake" in place and lot.random() < 0.3:
            place["intake"] = {"total": lot.choice([60, 150]), "per_day": lot.choice([40, 100])}
    for group in tree["groups"]:
        _maybe(lot, group, 0.3, deadline=["3 h", "5 h", "8 h"])
        _maybe(lot, group, 0.4, households=[{1: "20 %", 4: "50 %", 7: "30 %"}])
        _ways_to_go(lot, group)
    for link in tree["links"]:
        _maybe(lot, link, 0.4, capacity=["3 vehicles/h", "6 vehicles/h", "30 persons/h"])
    for fleet in tree["fleets"]:
        _maybe(lot, fleet, 0.3, return_to_base=[True])
        if lot.random() < 0.3:
            fleet["count"] = lot.choice([1, 2, 4])
    return f"{name}_{seed}.yaml", yaml.safe_dump(tree, sort_keys=False, allow_unicode=True)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_variation_breaks_a_rule(seed: int) -> None:
    name, text = variation(seed)
    scenario = load.read_text(text, name)
    limits = pipeline.Limits(time_s=6, node_limit=4, seed=seed)
    verdict = pipeline.make_plan(scenario, limits, remedies=False).verdict
    assert [str(violation) for violation in verdict.violations] == []
    assert verdict.figures.people == verdict.figures.evacuated + verdict.figures.left_behind
    for level in verdict.plan.levels:
        assert level.bound <= level.value + 1e-6 * max(1.0, abs(level.value))
