"""What Babel finds for the translators of the documents: words in Python code and in templates.

In Python the words are literals in a call of a name that is known for it: ``say("…")``,
``text("…", language)``, ``word("…")`` for what is looked up elsewhere, the titles of
``Document(name, "…")`` and ``Table(name, "…")``, and the data dictionary of ``columns("…")``, one
``name: meaning`` a line. In a template it is ``say("…")``. ``pyproject.toml`` names these two
methods to Babel; what one of them yields is (line, None, text, comments).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import IO, Any

_SAID = re.compile(r'say\("((?:[^"\\]|\\.)*)"\)')
_FIRST = frozenset({"say", "text", "word"})
_TITLED = frozenset({"Document", "Table"})
_LISTED = frozenset({"columns", "_fields"})
Found = tuple[int, None, str, list[str]]


def python(fileobj: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Iterator[Found]:
    """Every text in a Python file."""
    for node in ast.walk(ast.parse(fileobj.read())):
        if not isinstance(node, ast.Call):
            continue
        name = str(getattr(node.func, "id", "") or getattr(node.func, "attr", ""))
        for text in _texts(name, node.args):
            yield node.lineno, None, text, []


def _texts(name: str, arguments: list[ast.expr]) -> Iterator[str]:
    if name in _FIRST and arguments:
        yield from _literals(arguments[0])
    elif name == "words":
        for argument in arguments:
            yield from _literals(argument)
    elif name in _TITLED and len(arguments) > 1:
        yield from _literals(arguments[1])
    elif name in _LISTED and arguments:
        for text in _literals(arguments[0]):
            for line in text.splitlines():
                column, colon, means = line.strip().partition(": ")
                yield from (column, means) if colon else ()


def _literals(node: ast.expr) -> Iterator[str]:
    """The literal itself, or both sides of a choice between two."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)


def template(fileobj: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Iterator[Found]:
    """Every ``say("…")`` in a typst file."""
    for number, line in enumerate(fileobj.read().decode("utf-8").splitlines(), start=1):
        for text in sayings(line):
            yield number, None, text, []


def sayings(text: str) -> list[str]:
    """Every ``say("…")`` in a template's text, in order."""
    return [match[1] for match in _SAID.finditer(text)]
