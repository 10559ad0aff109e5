"""YAML text → the same tree as ``yamltext`` gives, each node with the span of text that it takes.

Made for edits that change nothing but what was meant: offsets count characters of the text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from planner.errors import Issue, ScenarioError
from planner.load.yamltext import parse

_NO_TREE = "the text cannot be edited in this form"


@dataclass
class Mark:
    """One node: its value, the span [start, end) of its text, and how it is written.

    ``style`` is ``block`` or ``flow`` of lists and mappings, and of scalars the character that
    begins them: empty for plain ones, quotes, ``|`` or ``>``. A null that nobody wrote has an empty
    span where it would stand. ``keys`` are the spans of a mapping's keys, ``dashes`` the offsets of
    the dashes of a list in block style.
    """

    value: str | dict[str, Mark] | list[Mark] | None
    start: int
    end: int
    style: str
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)
    dashes: list[int] = field(default_factory=list)

    @property
    def plain(self) -> Any:
        """Nested dicts, lists, texts and None."""
        if isinstance(self.value, dict):
            return {key: mark.plain for key, mark in self.value.items()}
        if isinstance(self.value, list):
            return [mark.plain for mark in self.value]
        return self.value

    @property
    def children(self) -> list[Mark]:
        """The values of a mapping or the items of a list, in order."""
        if isinstance(self.value, dict):
            return list(self.value.values())
        return self.value if isinstance(self.value, list) else []


def marked(text: str, file: str = "scenario.yaml") -> Mark:
    """The marked tree of a text. Raises ScenarioError where its form has a fault."""
    root, issues = parse(text, file)
    if root is None or issues:
        raise ScenarioError(issues)
    mark = _compose(text)
    if mark is None or mark.plain != root.plain:
        raise ScenarioError([Issue(file, 0, "", _NO_TREE, "change it in the text itself")])
    return mark


def _compose(text: str) -> Mark | None:
    """Nodes put together without recursion; the form is known to be sound."""
    stack: list[tuple[Mark, str | None]] = []
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.CollectionEndEvent):
            mark, _ = stack.pop()
            _close(mark, _at(event.end_mark), text)
            if not stack:
                return mark
            continue
        if not isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent)):
            continue
        if isinstance(event, yaml.ScalarEvent) and stack and _key(stack, event):
            continue
        mark = _scalar(event, text) if isinstance(event, yaml.ScalarEvent) else _open(event)
        if stack:
            _put(stack, mark)
        if isinstance(event, yaml.CollectionStartEvent):
            stack.append((mark, None))
    return None


def _at(mark: Any) -> int:
    """PyYAML's marks know their offset in the text."""
    return int(mark.index)


def _key(stack: list[tuple[Mark, str | None]], event: yaml.ScalarEvent) -> bool:
    """Whether this scalar is the key of the innermost mapping, which then waits for its value."""
    above, waiting = stack[-1]
    if not isinstance(above.value, dict) or waiting is not None:
        return False
    above.keys[event.value] = (_at(event.start_mark), _at(event.end_mark))
    stack[-1] = (above, event.value)
    return True


def _put(stack: list[tuple[Mark, str | None]], mark: Mark) -> None:
    above, waiting = stack[-1]
    if isinstance(above.value, list):
        above.value.append(mark)
    elif isinstance(above.value, dict):
        above.value[waiting or ""] = mark
        stack[-1] = (above, None)


def _open(event: yaml.CollectionStartEvent) -> Mark:
    style = "flow" if event.flow_style else "block"
    value: Any = [] if isinstance(event, yaml.SequenceStartEvent) else {}
    return Mark(value, _at(event.start_mark), _at(event.end_mark), style)


def _scalar(event: yaml.ScalarEvent, text: str) -> Mark:
    start, end = _at(event.start_mark), _at(event.end_mark)
    style = event.style or ""
    if style in ("|", ">"):
        end = start + len(text[start:end].rstrip())
    null = not style and event.value in ("", "~", "null", "Null", "NULL")
    return Mark(None if null else event.value, start, end, style)


def _close(mark: Mark, end: int, text: str) -> None:
    """A collection in block style ends where its last child does, before what comments follow."""
    if mark.style == "flow":
        mark.end = end
        return
    mark.end = max((child.end for child in mark.children), default=mark.end)
    if isinstance(mark.value, list):
        mark.dashes = _dashes(mark, text)


def _dashes(mark: Mark, text: str) -> list[int]:
    column = mark.start - line_start(text, mark.start)
    dashes = [mark.start]
    for earlier in mark.children[:-1]:
        begins = line_end(text, earlier.end)
        while not _is_dash(text, begins, column):
            begins = line_end(text, begins)
        dashes.append(begins + column)
    return dashes


def _is_dash(text: str, begins: int, column: int) -> bool:
    at = begins + column
    if at >= len(text):
        return True
    before = text[begins:at]
    return text[at] == "-" and not before.strip() and "\n" not in before


def line_start(text: str, at: int) -> int:
    """Offset of the first character of the line that holds ``at``."""
    return text.rfind("\n", 0, at) + 1


def line_end(text: str, at: int) -> int:
    """Offset of the first character of the next line, or the end of the text."""
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1
