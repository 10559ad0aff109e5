"""Plans with what earlier runs have found: the same again at once, something like it sooner.

The key of a plan is all that it depends on: the scenario with its patches (not the name of its
file), the map, the configuration, the version of the planner, seed and gap, and whether remedies
are searched. A plan that is proven as far as was asked is checked by the witness again and
returned; any other is where its next search begins. A search of which nothing is kept begins with
the newest one of the same crisis: that of its base where there is one.

A run that counts rounds instead of seconds repeats itself, byte by byte, whatever else has been
planned before: it neither asks nor keeps anything here.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

import planner
from planner import assets, pipeline, store, verify
from planner.documents import planjson
from planner.errors import ScenarioError
from planner.network import TransportNetwork
from planner.pipeline import Limits, Progress, Result
from planner.plan import Plan
from planner.scenario import Scenario
from planner.solvers import Memory, memory
from planner.store import Store

FORMAT = 3
"""Goes up when entries of old can no longer be understood."""
KEPT = ("gap", "time")
WHOLE = ("left_behind", "missed_deadlines")
NOUNS: dict[str, Any] = {
    name: noun for name, noun in vars(memory).items()
    if is_dataclass(noun) and noun.__module__ == memory.__name__
}  # fmt: skip
"""What may be made of an entry: the nouns of a memory, and nothing else."""


def kept() -> Store | None:
    """The store of this user; None where nothing is to be kept."""
    place = store.folder()
    return None if place is None else Store(place)


def make_plan(
    scenario: Scenario,
    limits: Limits,
    known: Store | None,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    remedies: bool = True,
    memory: Memory | None = None,
    begun: float | None = None,
) -> Result:
    """``pipeline.make_plan`` with what is ``known``; ``memory`` stands before what is kept."""
    begun = time.monotonic() if begun is None else begun
    if known is None or limits.node_limit is not None:
        return pipeline.make_plan(
            scenario, limits, on_progress, should_stop, remedies, memory, begun
        )  # fmt: skip
    network = pipeline.make_network(scenario)
    keys = _keys(scenario, network, limits, remedies)
    found = _entry(known, keys[0])
    if found is not None and found[0] is not None and _answers(found[0], limits):
        again = _checked(found[0], scenario, network)
        if again is not None:
            wall_s = time.monotonic() - begun
            return Result(again, wall_s, pipeline.peak_rss_mb(), found[1])
        known.drop(keys[0])
    memory = memory or (found[1] if found else None)
    memory = memory or next((one for key in keys[1:] for one in _memories(known, key)), None)
    result = pipeline.make_plan(
        scenario, limits, on_progress, should_stop, remedies, memory, begun, network
    )  # fmt: skip
    _keep(known, keys, result, is_base=scenario.origin.what_if is None)
    return result


def _answers(plan: Plan, limits: Limits) -> bool:
    """Whether a plan that is kept is all that is asked for."""
    timeless = any(level.any_moment_bound is not None for level in plan.levels)
    return is_done(plan, limits.gap) and (timeless or not limits.any_moment_s)


def is_done(plan: Plan, gap: float) -> bool:
    """Whether a search that began with the plan would end at once.

    It came to its end; or every level but the last is proven near enough (whole people to the
    head): the last one is never searched for its own sake.
    """
    if plan.stopped_by == "gap":
        return True
    enough = (level.gap <= (0.0 if level.name in WHOLE else gap) for level in plan.levels[:-1])
    return bool(plan.levels) and all(enough)


def _checked(plan: Plan, scenario: Scenario, network: TransportNetwork) -> verify.Verdict | None:
    """The kept plan under the names that the scenario bears today, where the witness accepts it."""
    origin = scenario.origin
    said = plan.provenance.model_copy(
        update={
            "scenario_title": scenario.title, "scenario_file": origin.file,
            "scenario_sha256": origin.sha256, "what_if": origin.what_if, "tree": origin.tree,
            "patches": tuple(patch.model_dump(mode="json") for patch in origin.patches),
        }
    )  # fmt: skip
    verdict = verify.check(plan.model_copy(update={"provenance": said}), scenario, network)
    return None if verdict.status == "FAILED" else verdict


# ------------------------------------------------------------------ keys


def _keys(
    scenario: Scenario, network: TransportNetwork, limits: Limits, remedies: bool
) -> tuple[str, str, str]:
    """Of exactly this plan, of its crisis' base, and of anything planned of the crisis."""
    ground = [FORMAT, planner.__version__, config_digests(), network.map_hashes]
    unused = {"uncertainty", "robust", "triggers"}
    tree = scenario.model_dump(mode="json", by_alias=True, exclude=unused)
    exact = [*ground, tree, limits.seed, limits.gap, remedies]
    start = scenario.start_at.isoformat()
    crisis = [*ground, scenario.title, start, scenario.step_s]
    return _digest(["plan", exact]), _digest(["base", crisis]), _digest(["any", crisis])


def _digest(thing: Any) -> str:
    text = json.dumps(thing, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def config_digests() -> dict[str, str]:
    """Name to digest of every file of the configuration."""
    files = sorted(assets.config_dir().glob("*.yaml"))
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


# ------------------------------------------------------------------ entries


def _keep(known: Store, keys: tuple[str, str, str], result: Result, *, is_base: bool) -> None:
    plan = result.verdict.plan
    if result.verdict.status == "FAILED" or plan.stopped_by not in KEPT:
        return
    remembered = None if result.memory is None else _spelled(result.memory)
    known.put(keys[0], _bytes({"plan": planjson.dumps(plan), "memory": remembered}))
    for key in keys[1:] if is_base else keys[2:]:
        known.put(key, _bytes({"plan": None, "memory": remembered}))


def _memories(known: Store, key: str) -> list[Memory]:
    found = _entry(known, key)
    return [found[1]] if found is not None and found[1] is not None else []


def _entry(known: Store, key: str) -> tuple[Plan | None, Memory | None] | None:
    """The plan and the memory kept under a key; what cannot be understood is taken away."""
    text = known.get(key)
    if text is None:
        return None
    try:
        entry = json.loads(text)
        plan = None if entry["plan"] is None else planjson.loads(entry["plan"])
        remembered = None if entry["memory"] is None else _read(entry["memory"])
        if remembered is not None and not isinstance(remembered, Memory):
            raise TypeError("not a memory")
    except (ValueError, KeyError, TypeError, RecursionError, ScenarioError):
        known.drop(key)
        return None
    return plan, remembered


def _bytes(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry, ensure_ascii=False).encode("utf-8")


def _spelled(thing: Any) -> Any:
    """Tuples, mappings with any keys and the nouns of a memory as JSON that tells them apart."""
    if is_dataclass(thing) and not isinstance(thing, type):
        told = {field.name: _spelled(getattr(thing, field.name)) for field in fields(thing)}
        return {"noun": type(thing).__name__, "fields": told}
    if isinstance(thing, dict):
        return {"pairs": [[_spelled(key), _spelled(value)] for key, value in thing.items()]}
    if isinstance(thing, (tuple, list)):
        kind = "tuple" if isinstance(thing, tuple) else "list"
        return {kind: [_spelled(item) for item in thing]}
    return thing.item() if hasattr(thing, "item") else thing


def _read(thing: Any) -> Any:
    """The way back. Raises KeyError or TypeError where it is nothing that was spelled here."""
    if not isinstance(thing, dict):
        return thing
    if "noun" in thing:
        told = {name: _read(value) for name, value in thing["fields"].items()}
        return NOUNS[thing["noun"]](**told)
    if "pairs" in thing:
        return {_read(key): _read(value) for key, value in thing["pairs"]}
    if "tuple" in thing:
        return tuple(_read(item) for item in thing["tuple"])
    return [_read(item) for item in thing["list"]]
