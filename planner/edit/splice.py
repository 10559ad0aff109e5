"""A text and the tree that it should mean → the least change of the text that makes it so.

What is not meant to change keeps its every byte: comments, order, quotes, blank lines. The span of
each value is known (``load.marks``), so a change of one value is a change of its span alone. A new
item of a list is written as its neighbours are. Comments above a removed item stay, as they may
speak of what follows; those inside it go with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

from planner.edit import writing
from planner.load.marks import Mark, line_end, line_start

Written = Callable[[Any], str]


@dataclass(frozen=True, order=True)
class Cut:
    """The text between two offsets gives way to another."""

    start: int
    end: int
    text: str = ""


def spliced(text: str, mark: Mark, tree: Any) -> str:
    """The text changed so that it means ``tree``; the caller reads it again."""
    splice = _Splice(text)
    splice.update(mark, tree, top=True)
    out, at = [], 0
    # Insertions at one place keep the order in which they were made.
    for cut in sorted(splice.cuts, key=lambda cut: (cut.start, cut.end > cut.start)):
        out += [text[at : max(at, cut.start)], cut.text]
        at = max(at, cut.end)
    return "".join([*out, text[at:]])


@dataclass(frozen=True)
class _Plan:
    """What happens to the children of a list or mapping: kept ones, gone ones, new ones."""

    kept: dict[int, Any]  # index of the old child → what it should mean
    renamed: dict[int, str]  # index of the old child → its new key
    added: list[tuple[int, Any]]  # (index of the old child that it follows or -1, new one)


class _Splice:
    def __init__(self, text: str) -> None:
        self.text = text
        self.cuts: list[Cut] = []
        self.line = "\r\n" if "\r\n" in text else "\n"

    def cut(self, start: int, end: int, text: str = "") -> None:
        self.cuts.append(Cut(start, end, text.replace("\n", self.line)))

    # ------------------------------------------------------------------ one value

    def update(
        self, mark: Mark, tree: Any, indent: int = 0, flow: bool = False, top: bool = False
    ) -> None:
        """Make ``mark`` mean ``tree``; ``indent`` is the column of the mapping around it."""
        if mark.plain == tree:
            return
        inside = flow or mark.style == "flow"
        if isinstance(mark.value, dict) and isinstance(tree, dict) and mark.value and tree:
            plan = _pairs(mark, tree)
            for index, key in plan.renamed.items():
                start, end = list(mark.keys.values())[index]
                self.cut(start, end, writing.scalar(key, inside, self._style(start)))
            self._children(mark, plan, inside, top)
        elif isinstance(mark.value, list) and isinstance(tree, list) and mark.value and tree:
            self._children(mark, _items(mark.value, tree), inside, top=False)
        else:
            self._replace(mark, tree, indent, flow)

    def _style(self, start: int) -> str:
        return self.text[start] if self.text[start] in "'\"" else ""

    def _replace(self, mark: Mark, tree: Any, indent: int, flow: bool) -> None:
        if mark.style in ("|", ">") and isinstance(tree, str):
            kept = writing.folded(tree, indent + 2, mark.style)
            if kept is not None:
                self.cut(mark.start, mark.end, kept)
                return
        nested = isinstance(tree, (dict, list))
        style = mark.style if mark.style in ("'", '"') else ""
        new = writing.flow(tree) if nested else writing.scalar(tree, flow, style)
        start = mark.start
        if mark.style == "block":
            # The value moves up to its key where nothing but white space is between.
            before = self.text[:start].rstrip()
            if before.endswith(":") and line_start(self.text, start) > len(before):
                start, new = len(before), f" {new}"
        elif start == mark.end:
            new = f" {new}" if self.text[start - 1 : start] in (":", "-") else f": {new}"
        self.cut(start, mark.end, new)

    def _fill(self, key: tuple[str, tuple[int, int]], mark: Mark, tree: Any) -> None:
        """A section of the scenario that was empty gets lines of its own."""
        name, (_, end) = key
        _, line, rest = writing.section(name, tree).partition("\n")
        if not line:
            self._replace(mark, tree, 0, flow=False)
            return
        colon = self.text.index(":", end) + 1
        self.cut(colon, mark.end)
        at = line_end(self.text, mark.end)
        ended = self.text[at - 1] == "\n"
        self.cut(at, at, f"{rest}\n" if ended else f"\n{rest}")

    # ------------------------------------------------------------------ lists and mappings

    def _children(self, mark: Mark, plan: _Plan, flow: bool, top: bool) -> None:
        column = mark.start - line_start(self.text, mark.start)
        for index, child in enumerate(mark.children):
            if index not in plan.kept:
                continue
            filled = top and not child.value and isinstance(plan.kept[index], (dict, list))
            if filled and not flow:
                self._fill(list(mark.keys.items())[index], child, plan.kept[index])
            else:
                self.update(child, plan.kept[index], column, flow)
        if flow:
            self._remove_in_flow(mark, plan)
            self._add_in_flow(mark, plan)
        else:
            self._remove_lines(mark, plan)
            self._add_lines(mark, plan, column, top)

    def _spans(self, mark: Mark) -> list[tuple[int, int]]:
        """From the key or the dash to the end of each child."""
        if isinstance(mark.value, dict):
            starts = [start for start, _ in mark.keys.values()]
        else:
            starts = mark.dashes or [child.start for child in mark.children]
        return [(s, child.end) for s, child in zip(starts, mark.children, strict=True)]

    def _remove_in_flow(self, mark: Mark, plan: _Plan) -> None:
        spans = self._spans(mark)
        for first, last in _runs(len(spans), plan.kept):
            follows = last + 1 < len(spans)
            start = spans[first][0] if follows or not first else spans[first - 1][1]
            end = spans[last + 1][0] if follows else spans[last][1]
            gaps = "".join(
                self.text[a[1] : b[0]] for a, b in pairwise(spans)
                if start <= a[1] and b[0] <= end
            )  # fmt: skip
            if "#" not in gaps:
                self.cut(start, end)
                continue
            for index in range(first, last + 1):
                self.cut(*spans[index])
            lowest = first if follows or not first else first - 1
            for index in range(lowest, last + 1 if follows else last):
                self._cut_comma(spans[index][1], spans[index + 1][0])

    def _cut_comma(self, start: int, end: int) -> None:
        at = start
        while at < end and self.text[at] != ",":
            at = line_end(self.text, at) if self.text[at] == "#" else at + 1
        self.cut(at, min(at + 1, end))

    def _add_in_flow(self, mark: Mark, plan: _Plan) -> None:
        spans = self._spans(mark)
        for number, (after, new) in enumerate(plan.added):
            text = (
                f"{writing.scalar(new[0], True)}: {writing.flow(new[1])}"
                if isinstance(mark.value, dict)
                else writing.flow(new)
            )
            kept = [index for index in plan.kept if index <= after]
            if kept:
                self.cut(spans[max(kept)][1], spans[max(kept)][1], f", {text}")
            else:
                at = spans[min(plan.kept)][0] if plan.kept else spans[0][0]
                more = plan.kept or number < len(plan.added) - 1
                self.cut(at, at, f"{text}, " if more else text)

    def _remove_lines(self, mark: Mark, plan: _Plan) -> None:
        spans = self._spans(mark)
        column = mark.start - line_start(self.text, mark.start)
        for first, last in _runs(len(spans), plan.kept):
            behind_dash = self._prefix(spans[first][0]).strip()
            if behind_dash and last + 1 < len(spans):
                gone = self.text[spans[first][0] : spans[last + 1][0]]
                if "#" not in gone:  # what follows moves up to the dash
                    self.cut(spans[first][0], spans[last + 1][0])
                    continue
            for start, end in spans[first : last + 1]:
                if self._prefix(start).strip():
                    self.cut(start, end)
                else:
                    self.cut(line_start(self.text, start), self._below(end, column))

    def _prefix(self, at: int) -> str:
        return self.text[line_start(self.text, at) : at]

    def _below(self, end: int, column: int) -> int:
        """Where the next line begins that does not belong to what ends at ``end``."""
        at = line_end(self.text, end)
        while True:
            following = line_end(self.text, at)
            line = self.text[at:following]
            inner = len(line) - len(line.lstrip(" ")) > column
            if not (inner and line.lstrip().startswith("#")):
                return at
            at = following

    def _add_lines(self, mark: Mark, plan: _Plan, column: int, top: bool) -> None:
        spans = self._spans(mark)
        for after, new in plan.added:
            kept = [index for index in plan.kept if index <= after]
            lines = self._lines(mark, new, max(kept, default=0), column, top)
            if kept:
                at = self._below(spans[max(kept)][1], column)
                ended = at == 0 or self.text[at - 1] == "\n"
                spaced = top and ":\n" in lines and self.text[at : at + 1] in ("\n", "\r", "")
                lines = ("\n" if spaced else "") + " " * column + lines
                self.cut(at, at, f"{lines}\n" if ended else f"\n{lines}")
            else:
                self._add_first(spans[0][0], lines, column)

    def _add_first(self, start: int, lines: str, column: int) -> None:
        if self._prefix(start).strip():
            self.cut(start, start, f"{lines}\n{' ' * column}")
        else:
            begins = line_start(self.text, start)
            self.cut(begins, begins, f"{' ' * column}{lines}\n")

    def _lines(self, mark: Mark, new: Any, beside: int, column: int, top: bool) -> str:
        if isinstance(mark.value, dict):
            return writing.section(*new) if top else writing.pair(*new)
        block = mark.children[beside].style == "block"
        return f"- {writing.item(new, column, block)}"


def _runs(length: int, kept: dict[int, Any]) -> Iterator[tuple[int, int]]:
    """(first, last) of each run of children that go."""
    gone = [index for index in range(length) if index not in kept]
    for index in gone:
        if index - 1 in gone:
            continue
        last = index
        while last + 1 in gone:
            last += 1
        yield index, last


def _pairs(mark: Mark, tree: dict[str, Any]) -> _Plan:
    old, new = list(mark.keys), list(tree)
    place = {key: index for index, key in enumerate(old)}
    kept = {place[key]: tree[key] for key in new if key in place}
    renamed: dict[int, str] = {}
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        alone = not set(old[i1:i2]) & set(new) and not set(new[j1:j2]) & set(old)
        if tag == "replace" and i2 - i1 == j2 - j1 and alone:
            for index, key in zip(range(i1, i2), new[j1:j2], strict=True):
                renamed[index], kept[index] = key, tree[key]
    there = place | {key: index for index, key in renamed.items()}
    added, after = [], -1
    for key in new:
        if key in there:
            after = there[key]
        else:
            added.append((after, (key, tree[key])))
    return _Plan(kept, renamed, added)


def _items(marks: list[Mark], tree: list[Any]) -> _Plan:
    old = [_identity(mark.plain) for mark in marks]
    new = [_identity(item) for item in tree]
    kept: dict[int, Any] = {}
    added: list[tuple[int, Any]] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if i2 - i1 == j2 - j1 and tag in ("equal", "replace"):
            kept.update(zip(range(i1, i2), tree[j1:j2], strict=True))
        else:
            added += [(i2 - 1 if tag == "replace" else i1 - 1, item) for item in tree[j1:j2]]
    return _Plan(kept, {}, added)


def _identity(item: Any) -> tuple[str, str]:
    if isinstance(item, dict) and isinstance(item.get("id"), str):
        return "id", item["id"]
    return ("text", item) if isinstance(item, str) else ("other", repr(item))
