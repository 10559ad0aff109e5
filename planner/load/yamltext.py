"""YAML text → a tree of nodes in which every scalar is text and every node knows its line.

PyYAML's safe parser is used down to its events only: no implicit types (it takes ``18:00`` for 1080
and ``NO`` for False), no anchors, aliases or tags, no second document, and no recursion, so that a
hostile file ends in an Issue like any other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

from planner.errors import Issue

MAX_BYTES = 2_000_000
MAX_DEPTH = 20
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
# Letters that no document can carry: control characters and halves of surrogate pairs.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")

Step = str | int
Path = tuple[Step, ...]


@dataclass(frozen=True)
class Node:
    """A scalar as text, null, a mapping or a list; ``line`` counts from 1, 0 is no text at all.

    The line of a mapping's value is that of its key.
    """

    value: str | dict[str, Node] | list[Node] | None
    line: int = 0

    @property
    def plain(self) -> Any:
        """Nested dicts, lists, texts and None without lines."""
        if isinstance(self.value, dict):
            return {key: node.plain for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain for node in self.value]
        return self.value

    def child(self, step: Step) -> Node | None:
        """The value under a key, or the item at an index; None where there is none."""
        if isinstance(self.value, dict):
            return self.value.get(str(step))
        if isinstance(self.value, list) and isinstance(step, int) and step < len(self.value):
            return self.value[step]
        return None

    def get(self, step: Step) -> Node:
        """As ``child``; an empty node where there is none."""
        return self.child(step) or Node(None, self.line)

    @property
    def items(self) -> list[Node]:
        """The items of a list; nothing of anything else."""
        return self.value if isinstance(self.value, list) else []

    @property
    def pairs(self) -> dict[str, Node]:
        """The pairs of a mapping; nothing of anything else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def text(self) -> str | None:
        """The scalar, None for anything else."""
        return self.value if isinstance(self.value, str) else None

    def line_of(self, path: Path) -> int:
        """Line of what lies at ``path``, or of the nearest thing above it that exists."""
        node, line = self, self.line
        for step in path:
            found = node.child(step)
            if found is None:
                break
            node, line = found, found.line or line
        return line

    def where(self, path: Path) -> str:
        """``path`` as people read it: ``groups[joura].people``, ``at[#2]`` where there is no id."""
        node, out = self, ""
        for step in path:
            found = node.child(step)
            if isinstance(step, int):
                own = found.child("id") if found else None
                out += f"[{own.text}]" if own and own.text else f"[#{step + 1}]"
            else:
                out += f".{step}" if out else step
            node = found or Node(None)
        return out


def node_of(tree: Any) -> Node:
    """Nested dicts, lists, texts and None → nodes without lines; numbers become text."""
    if isinstance(tree, dict):
        return Node({str(key): node_of(value) for key, value in tree.items()})
    if isinstance(tree, (list, tuple)):
        return Node([node_of(value) for value in tree])
    if isinstance(tree, bool):
        return Node("true" if tree else "false")
    return Node(None if tree is None else str(tree))


@dataclass
class _Open:
    """A mapping or list whose end has not come yet."""

    node: Node
    step: Step
    key: str | None = None
    key_line: int = 0


class _Builder:
    """Takes the parser's events one by one; ``root`` is there when the document ended."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.issues: list[Issue] = []
        self.root: Node | None = None
        self.stack: list[_Open] = []

    def fault(self, line: int, problem: str, remedy: str) -> None:
        self.issues.append(Issue(self.file, line, self._where(), problem, remedy))

    def _where(self) -> str:
        path = [level.step for level in self.stack[1:]]
        if self.stack:
            top = self.stack[-1]
            last = len(top.node.items) if isinstance(top.node.value, list) else top.key
            path += [] if last is None else [last]
        return (self.root or Node(None)).where(tuple(path))

    def take(self, event: yaml.Event) -> bool:
        """One event; False where reading must stop."""
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            self.fault(line, "a second document begins", "keep one scenario in one file")
            return False
        if isinstance(event, yaml.NodeEvent):
            self._refuse_magic(event, line)
        if isinstance(event, yaml.CollectionStartEvent):
            return self._begin(event, line)
        if isinstance(event, yaml.CollectionEndEvent):
            self.stack.pop()
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event, line)
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event, line)
        return True

    def _refuse_magic(self, event: yaml.NodeEvent, line: int) -> None:
        if isinstance(event, yaml.AliasEvent):
            self.fault(line, f"alias '*{event.anchor}'", "write the value out")
        elif event.anchor is not None:
            self.fault(line, f"anchor '&{event.anchor}'", "write the value without an anchor")
        tag = getattr(event, "tag", None)
        if tag is not None:
            short = str(tag).replace("tag:yaml.org,2002:", "!!")
            self.fault(line, f"tag '{short}'", "write the value without a tag")

    def _begin(self, event: yaml.CollectionStartEvent, line: int) -> bool:
        if len(self.stack) >= MAX_DEPTH:
            self.fault(line, f"nested more than {MAX_DEPTH} levels deep", "write it flatter")
            return False
        if self.stack and self._wants_key():
            self.fault(line, "a key that is a list or a mapping", "use plain words as keys")
            return False
        node = Node([] if isinstance(event, yaml.SequenceStartEvent) else {}, line)
        step: Step = ""
        if self.stack:
            above = self.stack[-1]
            step = len(above.node.items) if above.key is None else above.key
        node = self._put(node, line)
        self.stack.append(_Open(node, step))
        return True

    def _wants_key(self) -> bool:
        return isinstance(self.stack[-1].node.value, dict) and self.stack[-1].key is None

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        text = event.value
        if _UNFIT.search(text):
            self.fault(line, "a control character inside a text", "remove it")
            text = _UNFIT.sub("", text)
        if self.stack and self._wants_key():
            self._key(text, line)
        else:
            null = event.style is None and text in _NULL
            self._put(Node(None if null else text, line), line)

    def _alias(self, event: yaml.AliasEvent, line: int) -> None:
        if self.stack and self._wants_key():
            self._key(f"*{event.anchor}", line)
        else:
            self._put(Node(None, line), line)

    def _key(self, key: str, line: int) -> None:
        level = self.stack[-1]
        level.key, level.key_line = key, line
        earlier = level.node.pairs.get(key)
        if earlier is not None:
            first = f"first in line {earlier.line}"
            self.fault(line, f"key '{key[:60]}' stands twice ({first})", "keep one")
        elif key == "<<":
            self.fault(line, "merge key '<<'", "write the keys out")
        if earlier is not None or key == "<<":
            # A name that YAML text cannot spell keeps what follows out of the way.
            level.key = f"\0{len(level.node.pairs)}"

    def _put(self, node: Node, line: int) -> Node:
        if not self.stack:
            self.root = node
            return node
        level = self.stack[-1]
        if isinstance(level.node.value, list):
            level.node.value.append(node)
            return node
        node = Node(node.value, level.key_line or line)
        if level.key is not None:
            level.node.pairs[level.key] = node
        level.key = None
        return node


def parse(text: str, file: str) -> tuple[Node | None, list[Issue]]:
    """The tree of one YAML document and every fault of its form; None where no tree came out.

    Of a text that is not YAML only the first fault is told: nobody knows what the rest means.
    """
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if not builder.take(event):
                return None, builder.issues
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        problem = f"a character that YAML does not allow (U+{ord(text[error.position]):04X})"
        return None, [*builder.issues, Issue(file, line, "", problem, "remove it")]
    except yaml.MarkedYAMLError as error:
        return None, [*builder.issues, _not_yaml(error, file)]
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        return None, [*builder.issues, Issue(file, 0, "", f"not YAML: {error}", "mend the text")]
    root = builder.root
    if root is None or root.value is None:
        issue = Issue(file, 1, "", "empty", "begin with `schema_version: 1` and `title:`")
        return None, [*builder.issues, issue]
    if not isinstance(root.value, dict):
        issue = Issue(file, root.line, "", "no mapping of keys to values", "begin with `title:`")
        return None, [*builder.issues, issue]
    return _without_doubles(root), builder.issues


def _not_yaml(error: yaml.MarkedYAMLError, file: str) -> Issue:
    mark = error.problem_mark or error.context_mark
    problem = error.problem or error.context or "cannot be read"
    remedy = "check indentation, colons, quotes and brackets here and in the lines above"
    if "'\\t'" in problem:
        remedy = "indent with spaces, not with tabs"
    elif "mapping values are not allowed" in problem:
        remedy = "quote a text that holds ': ', and check the indentation"
    return Issue(file, mark.line + 1 if mark else 0, "", f"not YAML: {problem}", remedy)


def _without_doubles(node: Node) -> Node:
    if isinstance(node.value, dict):
        kept = {k: _without_doubles(v) for k, v in node.value.items() if not k.startswith("\0")}
        return Node(kept, node.line)
    if isinstance(node.value, list):
        return Node([_without_doubles(item) for item in node.value], node.line)
    return node


def decode(content: bytes, file: str) -> tuple[str | None, list[Issue]]:
    """Bytes → text; an Issue where they are too many or not UTF-8 (a byte order mark may lead)."""
    if len(content) > MAX_BYTES:
        problem = f"{len(content):,} bytes are more than the {MAX_BYTES:,} that are read"
        return None, [Issue(file, 0, "", problem, "split the crisis into several scenarios")]
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = f"not UTF-8: byte 0x{content[error.start]:02x}"
        return None, [Issue(file, line, "", problem, "save the file as UTF-8")]
