"""Successive what-ifs: one number or one status changes, and the plan is made again.

``python -m tests.bench.whatifs SCENARIO.yaml [--changes 20] [--seed 0] [--json]`` plans the base,
then every change with the base's search to begin with, each until every level but the last is
within ``--gap`` of its proven bound or ``--time-limit`` is over. ``--cold`` also plans each change
from nothing and says whether both agree within the gap.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import re
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from planner import load, pipeline
from planner.errors import ScenarioError
from planner.pipeline import Limits, Result
from planner.scenario import Scenario

Tree = dict[str, Any]
Change = tuple[str, Tree]


def changes(tree: Tree) -> Iterator[Change]:
    """Every change of one number or one status that is tried, with the scenario that it makes."""
    for part, key, values in _edits(tree):
        for index, item in enumerate(tree.get(part, ())):
            if key.split(".")[0] not in item:
                continue
            for value in values(item):
                made = copy.deepcopy(tree)
                target, last = made[part][index], key
                while "." in last:
                    first, last = last.split(".", 1)
                    if not isinstance(target[first], dict):
                        break
                    target = target[first]
                else:
                    changed = target.get(last) != value
                    target[last] = value
                    if changed:
                        yield f"{part}[{item['id']}].{key}: {value}", made


def in_turn(tried: list[Change], lot: random.Random) -> list[Change]:
    """By lot, but one of each kind (what is changed in which list) after the other: most changes
    are to numbers that hardly matter, such as one more loading bay."""
    lot.shuffle(tried)
    kinds: dict[str, list[Change]] = {}
    for change in tried:
        kinds.setdefault(re.sub(r"\[.*?\]|:.*", "", change[0]), []).append(change)
    queues = [kinds[kind] for kind in sorted(kinds)]
    return [
        queue[turn]
        for turn in range(max(map(len, queues), default=0))
        for queue in queues
        if turn < len(queue)
    ]


def _edits(tree: Tree) -> list[tuple[str, str, Any]]:
    return [
        ("fleets", "count", lambda f: [str(int(f["count"]) + 1), str(max(1, int(f["count"]) - 1))]),
        ("links", "status", lambda x: ["operational" if x["status"] == "closed" else "closed"]),
        ("threats", "rate", lambda t: [_times(t["rate"], 1.25), _times(t["rate"], 0.8)]),
        ("places", "loading_bays", lambda p: [str(int(p["loading_bays"]) + 1)]),
        ("places", "intake.total", lambda p: [_times(p["intake"].get("total", "9000"), 0.9)]),
        ("groups", "people.base", lambda g: _more(g["people"])),
        ("authorisations", "state", lambda a: _answers(a["state"])),
    ]


def _times(text: str, factor: float) -> str:
    number, rest = re.match(r"([\d.]+)(.*)", text).groups()  # type: ignore[union-attr]
    changed = float(number) * factor
    return (f"{changed:g}" if rest else f"{changed:.0f}") + rest


def _more(people: Any) -> list[str]:
    return [_times(people["base"], 1.1)] if isinstance(people, dict) and "high" in people else []


def _answers(state: str) -> list[str]:
    return {"requested": ["granted", "refused"], "granted": ["refused"]}.get(state, [])


def near(result: Result, gap: float) -> bool:
    """Whether every level but the last is within the gap of its bound."""
    return all(level.gap <= gap + 1e-6 for level in result.verdict.plan.levels[:-1])


def agree(a: Result, b: Result, gap: float) -> bool:
    """Whether two plans are worth the same within the gap, level by level but the last."""
    pairs = zip(a.verdict.plan.levels[:-1], b.verdict.plan.levels[:-1], strict=True)
    return all(abs(x.value - y.value) <= gap * max(1.0, abs(x.value)) for x, y in pairs)


def run(scenario: Scenario, arguments: argparse.Namespace) -> Tree:
    """The base and its changes; seconds of each."""
    limits = Limits(time_s=arguments.time_limit, seed=arguments.seed, gap=arguments.gap)
    base = pipeline.make_plan(scenario, Limits(time_s=60.0, seed=arguments.seed), remedies=False)
    told("base", base, base.wall_s)
    tried = in_turn(list(changes(scenario.origin.tree)), random.Random(arguments.seed))
    rows: list[Tree] = []
    for what, tree in tried:
        if len(rows) == arguments.changes:
            break
        begun = time.monotonic()
        try:
            changed = load.from_tree(tree)
        except ScenarioError:
            continue
        found = pipeline.make_plan(changed, limits, remedies=False, memory=base.memory)
        row = told(what, found, time.monotonic() - begun)
        row["within_gap"] = near(found, arguments.gap)
        if arguments.cold:
            cold = pipeline.make_plan(changed, limits, remedies=False)
            row["cold_s"], row["agrees"] = round(cold.wall_s, 2), agree(found, cold, arguments.gap)
        rows.append(row)
    seconds = sorted(row["seconds"] for row in rows)
    return {
        "scenario": scenario.title, "base_s": round(base.wall_s, 2), "changes": rows,
        "median_s": statistics.median(seconds), "worst_s": seconds[-1],
        "within_gap": sum(row["within_gap"] for row in rows), "of": len(rows), "gap": arguments.gap,
    }  # fmt: skip


def told(what: str, found: Result, seconds: float) -> Tree:
    """One row, printed to standard error as well."""
    levels = found.verdict.plan.levels
    row: Tree = {
        "change": what, "seconds": round(seconds, 2), "plan_s": round(found.wall_s, 2),
        "verdict": found.verdict.status,
        "levels": {
            x.name: {"value": x.value, "bound": x.bound, "gap": round(x.gap, 4)} for x in levels
        },
    }  # fmt: skip
    gaps = " ".join(f"{x.gap:.2%}" for x in levels[:-1])
    print(f"{seconds:6.1f} s  {found.verdict.status:11} {gaps}  {what}", file=sys.stderr)
    return row


def main(argv: list[str] | None = None) -> int:
    """The command; exit status 1 for a faulty scenario."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.whatifs", description=__doc__)
    parser.add_argument("scenario", type=Path)
    parser.add_argument("--changes", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--gap", type=float, default=0.01)
    parser.add_argument("--time-limit", type=float, default=30.0)
    parser.add_argument("--cold", action="store_true")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args(argv)
    try:
        told_all = run(load.read(arguments.scenario), arguments)
    except ScenarioError as error:
        for issue in error.issues:
            print(issue, file=sys.stderr)
        return 1
    if arguments.json:
        print(json.dumps(told_all, ensure_ascii=False))
    else:
        print(
            "{scenario}: {of} changes, median {median_s:.1f} s, worst {worst_s:.1f} s, "
            "{within_gap} of them within {gap:.0%}".format(**told_all)
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
