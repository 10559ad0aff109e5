"""A changed scenario written as the patch that a what-if would be: path → new value.

So that a scenario changed in memory can be made again from its text, by whoever checks it.
"""

from __future__ import annotations

from typing import Any

from planner import load
from planner.errors import ScenarioError
from planner.load import overrides
from planner.load.yamltext import Node, node_of
from planner.scenario import Scenario
from planner.scenario.parts import Named, Part, Window
from planner.units import DAY_S, HOUR_S, MINUTE_S, Rate

Patch = dict[str, Any]


def patch(before: Scenario, after: Scenario) -> Patch:
    """What ``after`` says otherwise, as an override has it: ``fleets[buses].count`` → '4'.

    Items are neither added nor removed. A key that goes back to its default is null.
    """
    found: Patch = {}
    for name, field in Scenario.model_fields.items():
        old, new = getattr(before, name), getattr(after, name)
        if old == new:
            continue
        if isinstance(old, tuple):
            found |= _items(name, old, new)
        else:
            found |= _keys(field.alias or name, old, new)
    return found


def _items(part: str, old: tuple[Any, ...], new: tuple[Any, ...]) -> Patch:
    """Items of a list that differ, by id; what has no id is not changed here."""
    known = {item.id: item for item in new if isinstance(item, Named)}
    found: Patch = {}
    for item in old:
        if isinstance(item, Named) and item.id in known and known[item.id] != item:
            path, after = f"{part}[{item.id}]", known[item.id]
            idle = isinstance(after, Window) and after.open is None and not after.closed
            found |= {path: None} if idle else _keys(path, item, after)
    return found


def _keys(path: str, old: Any, new: Any) -> Patch:
    """Keys that differ, as deep as both sides have them."""
    if not (isinstance(old, Part) and isinstance(new, Part)):
        return {path: said(new)}
    found: Patch = {}
    for name, field in type(old).model_fields.items():
        if getattr(old, name) != getattr(new, name):
            found |= _keys(f"{path}.{field.alias or name}", getattr(old, name), getattr(new, name))
    return found


def said(value: Any) -> Any:
    """A value as the YAML text has it. Raises TypeError for what no change sets."""
    if value is None or value == ():
        return None
    if isinstance(value, (str, bool, int)):
        return value if isinstance(value, str) else str(value).lower()
    if isinstance(value, Rate):
        return f"{value.count} {value.what}/h"
    if isinstance(value, tuple) and all(isinstance(item, str) for item in value):
        return list(value)
    if isinstance(value, tuple):
        return [clock_span(*item) for item in value]
    raise TypeError(f"no text for {type(value).__name__}")


def clock_span(start_s: int, end_s: int) -> str:
    """(25200, 39600) → '07:00-11:00'; a whole day is '00:00-24:00'."""
    if end_s - start_s >= DAY_S:
        return "00:00-24:00"
    return f"{_clock(start_s)}-{_clock(end_s if end_s <= DAY_S else end_s - DAY_S)}"


def _clock(second: int) -> str:
    return f"{second // HOUR_S:02d}:{second % HOUR_S // MINUTE_S:02d}"


def patched(scenario: Scenario, name: str, changes: Patch) -> Scenario:
    """The scenario with one more patch; its origin tells of it under ``name`` as a what-if.

    Raises ScenarioError where the patch leads nowhere or the changed scenario has faults.
    """
    origin = scenario.origin
    tree, found, issues = overrides.apply(
        node_of(origin.tree), node_of({name: changes}), [Node(name)], origin.file
    )
    if issues:
        raise ScenarioError(issues)
    what_if = f"{origin.what_if} + {name}" if origin.what_if else name
    told = {"what_if": what_if, "patches": (*origin.patches, *found)}
    return load.from_tree(tree.plain, origin.model_copy(update=told))
