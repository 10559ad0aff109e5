"""Changes of a scenario's text: a value, an item, a name; each read again before it counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from planner.edit.splice import spliced
from planner.errors import Issue, ScenarioError
from planner.load import examine
from planner.load.marks import marked
from planner.load.overrides import PathError, resolve, words
from planner.load.references import ids, mentions
from planner.load.shape import keys_at
from planner.load.spelling import meant
from planner.load.yamltext import Path, node_of, parse
from planner.scenario import Claim, Scenario

FILE = "scenario.yaml"
_CLAIM = tuple(Claim.model_fields)
Tree = dict[str, Any]


def tree_of(text: str, file: str = FILE) -> Tree:
    """Nested dicts, lists, texts and None. Raises ScenarioError where the text has no form."""
    root, issues = parse(text, file)
    if root is None or issues:
        raise ScenarioError(issues)
    tree: Tree = root.plain
    return tree


def rewritten(text: str, tree: Mapping[str, Any], file: str = FILE) -> str:
    """The text changed as little as possible so that it means ``tree``.

    Raises ScenarioError where the text has no form, or where what was written does not read as
    meant. Whether the scenario is sound is not asked: see ``agreed``.
    """
    wanted = node_of(dict(tree)).plain
    new = spliced(text, marked(text, file), wanted)
    root, issues = parse(new, file)
    if root is None or issues:
        raise ScenarioError([replace(issue, line=0) for issue in issues])
    if root.plain != wanted:
        problem = "what was written would not read as meant"
        raise ScenarioError([Issue(file, 0, "", problem, "change it in the text itself")])
    return new


def agreed(before: str, after: str, file: str = FILE) -> str:
    """``after``, where it has no fault that ``before`` has not. Raises ScenarioError with those."""
    found = new_faults(before, after, file)
    if found:
        raise ScenarioError(found)
    return after


def new_faults(before: str, after: str, file: str = FILE) -> list[Issue]:
    """The errors that the reader finds in ``after`` alone; lines are those of ``after``."""
    old = Counter((issue.where, issue.problem) for issue in faults(before, file))
    new = []
    for issue in faults(after, file):
        key = (issue.where, issue.problem)
        old[key] -= 1
        if old[key] < 0:
            new.append(issue)
    return new


@lru_cache(maxsize=8)
def faults(text: str, file: str = FILE) -> tuple[Issue, ...]:
    """The errors that the reader finds in a text; the map is not asked. Kept for a few texts."""
    return tuple(issue for issue in examine(text, file)[1] if issue.severity == "error")


# ---------------------------------------------------------------------- operations


def set_value(text: str, path: str, value: Any, file: str = FILE) -> str:
    """One value set; None removes. Paths are those of overrides, see ``load.overrides``."""
    return set_values(text, {path: value}, file)


def set_values(text: str, values: Mapping[str, Any], file: str = FILE) -> str:
    """Several values set in order, the result read again once. Raises ScenarioError."""
    tree = tree_of(text, file)
    for path, value in values.items():
        try:
            steps, whole = resolve(node_of(tree), path), _whole(path, node_of(value).plain)
        except PathError as error:
            raise ScenarioError([Issue(file, 0, path, error.problem, error.remedy)]) from None
        tree = put(tree, steps, whole)
    return agreed(text, rewritten(text, tree, file), file)


def _whole(path: str, value: Any) -> Any:
    """The value of a path that ends at an item knows the item's id."""
    last = words(path)[-1]
    if last.kind == "new" and not isinstance(value, dict):
        raise PathError(f"[+{last.text}] needs the whole item", "write {key: value, …}")
    if last.kind == "key" or not isinstance(value, dict):
        return value
    return {"id": last.text, **value}


def add_items(text: str, section: str, items: Iterable[Mapping[str, Any]], file: str = FILE) -> str:
    """Items added at the end of a list (``groups``), which begins where there was none."""
    tree = tree_of(text, file)
    old = tree.get(section)
    more = [node_of(dict(item)).plain for item in items]
    tree = put(tree, (section,), [*(old if isinstance(old, list) else []), *more])
    return agreed(text, rewritten(text, tree, file), file)


def remove_item(text: str, section: str, ident: str, file: str = FILE) -> str:
    """One item taken out of a list; refused where something else still names it."""
    return set_value(text, f"{section}[{ident}]", None, file)


def rename(text: str, section: str, old: str, new: str, file: str = FILE) -> str:
    """Another id for an item, wherever the text names it, what-ifs included."""
    return agreed(
        text, rewritten(text, renamed(tree_of(text, file), section, old, new), file), file
    )


def renamed(tree: Tree, section: str, old: str, new: str) -> Tree:
    """The tree in which an item and all that names it bear another id."""
    root = node_of(tree)
    known = ids(root, section)
    if old not in known:
        problem, remedy = f"nothing there has the id '{old[:60]}'", meant(old, known)
        raise ScenarioError([Issue(FILE, 0, section, problem, remedy)])
    paths: list[Path] = [(section, known.index(old), "id")]
    for path in [*paths, *mentions(root, section, old)]:
        tree = _instead(tree, path, old, new)
    return _override_paths(tree, section, old, new)


def _instead(tree: Tree, path: Path, old: str, new: str) -> Tree:
    """The name at a path replaced; the last step is the name itself where it is a key."""
    if path[-1] == old:
        above = path[:-1]
        pairs = _at(tree, above)
        if isinstance(pairs, dict) and old in pairs:
            return put(tree, above, _rekeyed(pairs, {old: new}))
    return put(tree, path, new)


def _override_paths(tree: Tree, section: str, old: str, new: str) -> Tree:
    """Override paths that name the item: ``links[old].status`` → ``links[new].status``."""
    overrides = tree.get("overrides")
    if not isinstance(overrides, dict):
        return tree
    head = re.compile(rf"({section}\[\+?){re.escape(old)}(?=\])")
    # A key that names a group: how much more it suffers.
    key = re.compile(rf"(threats\[[^\]]+\]\.multiplier\.){re.escape(old)}$")
    out = {}
    for name, patch in overrides.items():
        changes = {}
        for path in patch if isinstance(patch, dict) else ():
            for pattern in (head, key) if section == "groups" else (head,):
                if pattern.match(path):
                    changes[path] = pattern.sub(rf"\g<1>{new}", path)
        out[name] = _rekeyed(patch, changes) if changes else patch
    return {**tree, "overrides": out}


def _rekeyed(pairs: Tree, changes: Mapping[str, str]) -> Tree:
    return {changes.get(key, key): value for key, value in pairs.items()}


# ---------------------------------------------------------------------- trees


def _at(tree: Any, path: Path) -> Any:
    for step in path:
        tree = tree[step]
    return tree


def put(tree: Tree, path: Path, value: Any) -> Tree:
    """A copy of the tree with ``value`` at a path, None removes; new keys stand in usual order."""
    copy: Tree = _put(tree, path, value, ())
    return copy


def _put(tree: Any, path: Path, value: Any, above: Path) -> Any:
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        items = list(tree or [])
        new = _put(items[step] if step < len(items) else None, rest, value, (*above, step))
        items[step : step + 1] = [] if new is None else [new]
        return items
    pairs = dict(tree or {})
    new = _put(pairs.get(step), rest, value, (*above, step))
    if new is None:
        pairs.pop(step, None)
        return pairs
    if step in pairs:
        pairs[step] = new
        return pairs
    return _inserted(pairs, step, new, usual_order(above))


def _inserted(pairs: Tree, key: str, value: Any, order: list[str]) -> Tree:
    """The pairs with a new key before the first one that usually stands after it."""
    if key not in order:
        return {**pairs, key: value}
    later = set(order[order.index(key) + 1 :])
    before = next((known for known in pairs if known in later), None)
    out: Tree = {}
    for known, inner in pairs.items():
        if known == before:
            out[key] = value
        out[known] = inner
    out.setdefault(key, value)
    return out


def usual_order(path: Path) -> list[str]:
    """The keys that the language knows at a path, what a claim rests on last."""
    keys = keys_at(Scenario, path)
    first = [key for key in ("id", "name", "name_ar") if key in keys]
    return sorted(keys, key=lambda key: (key in _CLAIM, key not in first))
