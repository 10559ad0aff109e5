"""What-ifs: named patches laid over a scenario's tree, each change kept old → new.

The path of a patch names keys with dots and the items of a list by their id:

- ``people_figure`` · ``links[dez_palmyra].status`` · ``groups[joura].people.base`` ·
  ``vehicles.coach.seats``: sets the key (the thing before the last dot must exist);
- ``windows[+truce]``: adds an item of that id at the end of the list, its value a mapping;
- ``windows[curfew]``: with a mapping replaces the item, with null (nothing written) removes it.

A key set to null is as if it were not written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from planner.errors import Issue
from planner.load.spelling import meant
from planner.load.yamltext import Node, Path, Step
from planner.scenario import Patch, Scenario

_TOKEN = re.compile(r"(?P<key>[A-Za-z0-9_]+)|\[(?P<new>\+?)(?P<id>[^\[\]+]+)\]")
_FIXED = frozenset({"schema_version", "overrides", "what_ifs"})
_TOP = frozenset(f.alias or name for name, f in Scenario.model_fields.items()) - _FIXED
_GRAMMAR = "write for example `links[some_id].status`, `people_figure` or `windows[+new_id]`"


class PathError(ValueError):
    """A path that leads nowhere; ``problem`` and ``remedy`` as in an Issue."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem} -> {remedy}")
        self.problem, self.remedy = problem, remedy


@dataclass(frozen=True)
class _Word:
    text: str
    kind: str  # "key", "item" or "new"


def words(path: str) -> tuple[_Word, ...]:
    """``links[a].status`` → key links, item a, key status. Raises PathError."""
    found: list[_Word] = []
    position = 0
    while position < len(path):
        if found and path[position] == ".":
            position += 1
        token = _TOKEN.match(path, position)
        glued = token and token["key"] and found and path[position - 1] != "."
        dotted = token and token["id"] and found and path[position - 1] == "."
        if token is None or glued or dotted or (not found and not token["key"]):
            raise PathError(f"cannot read the path '{path[:80]}'", _GRAMMAR)
        kind = "key" if token["key"] else ("new" if token["new"] else "item")
        found.append(_Word(token["key"] or token["id"], kind))
        position = token.end()
    if not found or path.endswith("."):
        raise PathError(f"cannot read the path '{path[:80]}'", _GRAMMAR)
    return tuple(found)


def resolve(root: Node, path: str) -> Path:
    """Keys and indexes of what ``path`` names in the tree; PathError where it leads nowhere."""
    node, out = root, list[Step]()
    parts = words(path)
    if parts[0].text not in _TOP:
        raise PathError(f"no '{parts[0].text}' to change", meant(parts[0].text, _TOP))
    for number, word in enumerate(parts):
        last = number == len(parts) - 1
        step = _key_step(node, word, last) if word.kind == "key" else _item_step(node, word, last)
        out.append(step)
        node = node.child(step) or Node({} if last or parts[number + 1].kind == "key" else [])
    return tuple(out)


def _key_step(node: Node, word: _Word, last: bool) -> Step:
    if isinstance(node.value, (str, list)):
        what = "a single value" if isinstance(node.value, str) else "a list"
        remedy = "set the whole of it" if isinstance(node.value, str) else "name an item: `[id]`"
        raise PathError(f"no '{word.text}' there: it is {what}", remedy)
    return word.text


def _item_step(node: Node, word: _Word, last: bool) -> Step:
    if isinstance(node.value, (str, dict)):
        raise PathError(f"no [{word.text}] there: it is no list", "use dots between keys")
    ids = [item.get("id").text or "" for item in node.items]
    if word.kind == "new":
        if not last:
            raise PathError(f"nothing may follow [+{word.text}]", "give the whole item as value")
        if word.text in ids:
            raise PathError(f"'{word.text}' exists already", f"write [{word.text}] to change it")
        return len(ids)
    if word.text not in ids:
        raise PathError(f"nothing there has the id '{word.text}'", meant(word.text, ids))
    return ids.index(word.text)


def changed(node: Node, path: Path, value: Node) -> Node:
    """The tree with ``value`` at ``path``; null removes. The tree given stays as it is."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        items = list(node.items)
        new = changed(items[step] if step < len(items) else Node(None), rest, value)
        items[step : step + 1] = [] if new.value is None else [new]
        return Node(items, node.line)
    pairs = dict(node.pairs)
    new = changed(pairs.get(step, Node(None)), rest, value)
    if new.value is None:
        pairs.pop(step, None)
    else:
        pairs[step] = new
    return Node(pairs, node.line or value.line)


def _apply_one(root: Node, override: str, path: str, value: Node) -> tuple[Node, Patch]:
    at = resolve(root, path)
    last = words(path)[-1]
    if last.kind == "new":
        if not isinstance(value.value, dict):
            raise PathError(f"[+{last.text}] needs the whole item", "write {key: value, …}")
        value = Node({"id": Node(last.text, value.line), **value.pairs}, value.line)
        if value.get("id").text != last.text:
            raise PathError("the item has another id than the path", "leave `id:` out of it")
    elif last.kind == "item" and isinstance(value.value, dict):
        value = Node({"id": Node(last.text, value.line), **value.pairs}, value.line)
    old = root
    for step in at:
        old = old.get(step)
    return changed(root, at, value), Patch(
        override=override, path=path, old=old.plain, new=value.plain
    )


def apply(
    root: Node, overrides: Node, names: Sequence[Node], file: str
) -> tuple[Node, tuple[Patch, ...], list[Issue]]:
    """The tree with the named overrides laid over it, the changes in order, and every fault.

    ``overrides`` is the scenario's section, ``names`` the texts of one what-if's list.
    """
    issues: list[Issue] = []
    patches: list[Patch] = []
    seen: dict[tuple[_Word, ...], str] = {}
    tree = root
    for name in names:
        for path, value in overrides.get(name.text or "").pairs.items():
            where = f"overrides.{name.text}.{path}"
            try:
                clash = _clash(seen, words(path), name.text or "")
                if clash is not None:
                    issues.append(Issue(file, value.line, where, *clash))
                    continue
                tree, patch = _apply_one(tree, name.text or "", path, value)
            except PathError as error:
                issues.append(Issue(file, value.line, where, error.problem, error.remedy))
            else:
                patches.append(patch)
    return tree, tuple(patches), issues


def _clash(
    seen: dict[tuple[_Word, ...], str], path: tuple[_Word, ...], override: str
) -> tuple[str, str] | None:
    path = tuple(_Word(word.text, "item" if word.kind == "new" else word.kind) for word in path)
    for other, name in seen.items():
        short = min(len(path), len(other))
        if path[:short] == other[:short]:
            by = "this override itself" if name == override else f"'{name}'"
            return f"sets what {by} sets too", "let one of them go, or give each its own what-if"
    seen[path] = override
    return None
