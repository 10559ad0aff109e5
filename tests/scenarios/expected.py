"""What `scenarios/expected/` keeps of a planned case, and how near a new plan must come to it.

Figures that follow from the scenario alone (people, the unwilling, the harm of staying, what a
plan depends on) are the same to the last digit. Heads of a base case may differ by 2 % from one
version of the solvers to the next; of a what-if, which the clock cuts off, none are kept. Levels,
sorties and hours are kept to be read: how good a plan is, its own bounds tell.

Written anew by `python -m tests.scenarios.expected [NAME …]` from the top of the checkout.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from planner import assets, load
from planner.pipeline import Result, make_plan
from tests.conftest import limits_of

CRISES = ("deir_al_zor_2012", "russian_citizens_2012")
EXACT = ("people", "unwilling", "harm_of_staying")
BASE_EXACT = ("conditional_on", "verdict")
# Largest accepted difference in heads, as a share of all people.
HEADS_SHARE = 0.02


def path_of(name: str) -> Path:
    """The committed figures of one crisis."""
    return assets.scenarios_dir() / "expected" / f"{name}.json"


def committed(name: str) -> dict[str, dict[str, Any]]:
    """What-if (``base`` for none) to its committed figures."""
    found: dict[str, dict[str, Any]] = json.loads(path_of(name).read_text(encoding="utf-8"))
    return found


def figures(result: Result) -> dict[str, Any]:
    """What is kept of a case: no seconds, no memory."""
    verdict = result.verdict
    counted, plan = verdict.figures, verdict.plan
    return {
        "verdict": verdict.status,
        "conditional_on": list(counted.conditional_on),
        "people": counted.people,
        "evacuated": counted.evacuated,
        "by_sortie": counted.by_sortie,
        "self_moved": counted.self_moved,
        "left_behind": counted.left_behind,
        "unwilling": counted.unwilling,
        "sorties": counted.sorties,
        "clearance_h": round(counted.clearance_s / 3600, 1),
        "harm_of_staying": round(counted.harm_of_staying, 4),
        "levels": {
            level.name: {
                "value": round(level.value, 4),
                "bound": round(level.bound, 4),
                "gap": round(level.gap, 4),
            }
            for level in plan.levels
        },
    }


def differences(found: dict[str, Any], kept: dict[str, Any]) -> list[str]:
    """Sentences on every figure that is further from the committed one than the tolerance."""
    told = [
        f"{key}: {found[key]} instead of {kept[key]}"
        for key in (*EXACT, *BASE_EXACT)
        if key in kept and found[key] != kept[key]
    ]
    most = HEADS_SHARE * kept["people"]
    told += [
        f"{key}: {found[key]}, more than {most:.0f} from {kept[key]}"
        for key in ("evacuated", "left_behind")
        if key in kept and abs(found[key] - kept[key]) > most
    ]
    return told


def write(name: str) -> None:
    """Plan the base case and every what-if of a crisis as a test run does, and keep the figures."""
    path = assets.scenario_path(name)
    kept: dict[str, Any] = {}
    for what_if in (None, *load.read(path).what_ifs):
        result = make_plan(load.read(path, what_if), limits_of(what_if), remedies=False)
        told = figures(result)
        kept[what_if or "base"] = {key: told[key] for key in EXACT} if what_if else told
        levels = told["levels"]
        gaps = ", ".join(f"{level} {said['gap']:.2%}" for level, said in levels.items())
        print(f"{name} {what_if or 'base'}: {result.wall_s:.0f} s, gaps {gaps}", flush=True)
    text = json.dumps(kept, indent=1, ensure_ascii=False) + "\n"
    path_of(name).parent.mkdir(exist_ok=True)
    path_of(name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    for crisis in sys.argv[1:] or CRISES:
        write(crisis)
