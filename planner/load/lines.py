"""Lines for faults that were found later, on the typed Scenario: ``groups[joura].at`` → line 17."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from planner.errors import Issue
from planner.load.yamltext import Node, Path, Step, decode, parse

_TOKEN = re.compile(r"(?P<key>[A-Za-z0-9_]+)|\[#(?P<place>[0-9]{1,6})\]|\[(?P<id>[^\[\]#]+)\]|\.")


def located(issues: Iterable[Issue], content: bytes | str, file: str) -> list[Issue]:
    """The Issues with ``file`` and the line that their ``where`` names in the text.

    An Issue that has a line keeps it; one whose ``where`` the text does not know gets no line.
    """
    text = content if isinstance(content, str) else decode(content, file)[0]
    root = parse(text, file)[0] if text is not None else None
    out = []
    for issue in issues:
        line = issue.line
        if root is not None and not line:
            path = path_of(root, issue.where)
            line = root.line_of(path) if path else 0
        out.append(replace(issue, file=file, line=line))
    return out


def path_of(root: Node, where: str) -> Path:
    """The longest part of ``groups[joura].at[#2]`` that stands in the tree."""
    node, out, position = root, list[Step](), 0
    while position < len(where):
        token = _TOKEN.match(where, position)
        if token is None:
            break
        position = token.end()
        if token.group() == ".":
            continue
        step = _step(node, token)
        found = node.child(step) if step is not None else None
        if step is None or found is None:
            break
        out.append(step)
        node = found
    return tuple(out)


def _step(node: Node, token: re.Match[str]) -> Step | None:
    if token["key"]:
        return token["key"]
    if token["place"]:
        return int(token["place"]) - 1
    ids = [item.get("id").text for item in node.items]
    return ids.index(token["id"]) if token["id"] in ids else None
