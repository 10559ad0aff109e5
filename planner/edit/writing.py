"""Values → YAML text, as plain as it can be read again: every scalar is a text, None is null."""

from __future__ import annotations

import json
import re
from typing import Any

NULLS = frozenset({"", "~", "null", "Null", "NULL"})
# What may not begin a plain scalar; `-` may where no space follows.
_OPENS = re.compile(r"[,\[\]{}#&*!|>'\"%@`?:]|-(?:\s|$)|---|\.\.\.|<<$")
_ENDS = re.compile(r":(?:\s|$)|\s#")
_ENDS_IN_FLOW = re.compile(r"[,\[\]{}]|[?:](?=[,\[\]{}\s]|$)")
# Line breaks, marks that cannot be seen, and all that YAML prints as an escape only.
_ESCAPED = re.compile("[\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
_WIDTH = 100


def scalar(text: str | None, flow: bool, style: str = "") -> str:
    """One scalar on one line, in the quotes that it had where it had some."""
    if text is None:
        return "null"
    if style == "'" and not _ESCAPED.search(text):
        return "'" + text.replace("'", "''") + "'"
    if style != '"' and _plain(text, flow):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found.group()):04x}", quoted)


def _plain(text: str, flow: bool) -> bool:
    if text in NULLS or text != text.strip() or _ESCAPED.search(text):
        return False
    if _OPENS.match(text) or _ENDS.search(text):
        return False
    return not (flow and _ENDS_IN_FLOW.search(text))


def flow(value: Any) -> str:
    """A value on one line: ``{id: a, at: [35.3, 40.1]}``."""
    if isinstance(value, dict):
        pairs = (f"{scalar(key, True)}: {flow(inner)}" for key, inner in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return scalar(value, True)


def inline(value: Any) -> str:
    """A value that follows its key, or its dash, on the same line."""
    return flow(value) if isinstance(value, (dict, list)) else scalar(value, False)


def pair(key: str, value: Any) -> str:
    """``key: value`` in block style."""
    return f"{scalar(key, False)}: {inline(value)}"


def item(value: Any, column: int, block: bool) -> str:
    """One item of a list in block style behind its dash; a mapping over several lines or on one."""
    if not (block and isinstance(value, dict) and value):
        return inline(value)
    return f"\n{' ' * (column + 2)}".join(pair(key, inner) for key, inner in value.items())


def section(key: str, value: Any) -> str:
    """A key of the scenario itself: a list or a mapping of things takes a line for each."""
    if isinstance(value, list) and any(isinstance(inner, dict) for inner in value):
        return f"{scalar(key, False)}:" + "".join(f"\n  - {inline(inner)}" for inner in value)
    if isinstance(value, dict) and any(isinstance(i, (dict, list)) for i in value.values()):
        lines = (f"\n  {pair(inner, thing)}" for inner, thing in value.items())
        return f"{scalar(key, False)}:" + "".join(lines)
    return pair(key, value)


def folded(text: str, column: int, style: str) -> str | None:
    """A text in the style of ``>`` or ``|``, indented by ``column``; None where it does not fit."""
    body = text.removesuffix("\n")
    lines = body.split("\n")
    strange = any(line != line.strip() or "  " in line or not line for line in lines)
    if strange or _ESCAPED.search(body.replace("\n", "")) or (style == ">" and len(lines) > 1):
        return None
    if style == ">":
        lines = _wrapped(body, _WIDTH - column)
    head = style if text.endswith("\n") else f"{style}-"
    return head + "".join(f"\n{' ' * column}{line}" for line in lines)


def _wrapped(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if len(longer) > width and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
