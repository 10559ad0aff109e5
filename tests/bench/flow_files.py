"""Road networks from files: the dynamic flow format (``.dat``) and TNTP.

Every reader answers a fault with ``BadFile``: one sentence with file and line.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

ROUND_MIN = 60


class BadFile(Exception):
    """A fault in an input file, as a sentence."""


@dataclass
class Roads:
    """What a file says: arcs as (tail, head, capacity per step, transit steps) by place name,
    people by source, havens with the most that they take in (None: no limit), last step."""

    arcs: list[tuple[str, str, int, int]] = field(default_factory=list)
    supply: dict[str, int] = field(default_factory=dict)
    havens: dict[str, int | None] = field(default_factory=dict)
    horizon: int | None = None
    names: dict[str, int] = field(default_factory=dict)

    def place(self, name: str) -> int:
        """The number of a place; a new one if it was not named before."""
        return self.names.setdefault(name, len(self.names))


def _count(text: str, what: str, where: str) -> int:
    try:
        value = int(text)
    except ValueError:
        raise BadFile(f"{where}: {what} is not a whole number: {text!r}") from None
    if value < 0:
        raise BadFile(f"{where}: {what} is negative: {value}")
    return value


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        raise BadFile(f"{path}: cannot be read: {fault}") from None


def read_dynamic(path: Path) -> Roads:
    """A ``.dat`` file: ``N places``, ``TIME last step``, ``V id supply …``, ``S id people``,
    ``T id [people]``, ``E from to capacity transit``; ``%`` or ``#`` begins a comment.

    Stated demands of havens are not limits: havens in this format take in whoever arrives. A place
    with a negative supply on its V line is a haven as well.
    """
    roads = Roads()
    needs = {"V": 2, "S": 3, "T": 2, "E": 5, "TIME": 2}
    for number, line in enumerate(_lines(path), 1):
        parts = line.split("%", 1)[0].split("#", 1)[0].split()
        if not parts:
            continue
        where = f"{path}, line {number}"
        kind = parts[0]
        if kind in ("N", "SCALE"):
            continue
        if kind not in needs:
            raise BadFile(f"{where}: a line begins with N, TIME, V, S, T or E, not {kind!r}")
        if len(parts) < needs[kind]:
            raise BadFile(f"{where}: {kind} needs {needs[kind] - 1} values, not {len(parts) - 1}")
        _take(roads, kind, parts[1:], where)
    if not roads.havens:
        raise BadFile(f"{path}: no haven (no line that begins with T)")
    return roads


def _take(roads: Roads, kind: str, values: list[str], where: str) -> None:
    if kind == "TIME":
        roads.horizon = _count(values[0], "the last step", where)
    elif kind == "E":
        roads.place(values[0])
        roads.place(values[1])
        capacity = _count(values[2], "the capacity", where)
        roads.arcs.append((values[0], values[1], capacity, _count(values[3], "the transit", where)))
    elif kind == "S":
        roads.place(values[0])
        roads.supply[values[0]] = _count(values[1], "the supply", where)
    elif kind == "T":
        roads.place(values[0])
        roads.havens[values[0]] = None
    else:
        roads.place(values[0])
        if len(values) > 1 and values[1].startswith("-"):
            roads.havens[values[0]] = None
        elif len(values) > 1 and _count(values[1], "the supply", where):
            roads.supply.setdefault(values[0], int(values[1]))


def read_tntp(path: Path, sources: dict[str, int], havens: list[str]) -> Roads:
    """A TNTP network: capacity per minute = floor(vehicles per hour / 60), transit = free-flow
    time in minutes, rounded, at least 1."""
    roads = Roads(supply=dict(sources), havens=dict.fromkeys(havens))
    begun = False
    for number, line in enumerate(_lines(path), 1):
        text = line.split("~", 1)[0].strip().rstrip(";")
        if text.startswith("<"):
            begun = begun or text.upper().startswith("<END OF METADATA>")
            continue
        parts = text.split()
        if not parts or not begun:
            continue
        where = f"{path}, line {number}"
        if len(parts) < 5:
            raise BadFile(f"{where}: a link needs from, to, capacity, length, free-flow time")
        try:
            capacity, minutes = float(parts[2]), float(parts[4])
        except ValueError:
            raise BadFile(f"{where}: capacity or free-flow time is not a number") from None
        if not (math.isfinite(capacity) and math.isfinite(minutes)) or min(capacity, minutes) < 0:
            raise BadFile(f"{where}: capacity or free-flow time is negative or endless")
        roads.place(parts[0])
        roads.place(parts[1])
        transit = max(1, math.floor(minutes + 0.5))
        roads.arcs.append((parts[0], parts[1], math.floor(capacity / ROUND_MIN), transit))
    if not begun:
        raise BadFile(f"{path}: no <END OF METADATA> line")
    unknown = sorted((set(sources) | set(havens)) - set(roads.names))
    if unknown:
        raise BadFile(f"{path}: no link touches {', '.join(unknown)}")
    return roads
