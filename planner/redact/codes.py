"""Codes in place of ids that would tell how many others there are, or whose they are."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from planner.plan import Plan, dumps

# No vowels, so that no words come out; nothing that is taken for something else in handwriting.
_LETTERS = "23456789BCDFGHJKMNPQRSTVWXZ"
_LENGTH = 5


@dataclass(frozen=True)
class Code:
    """What people outside call a thing of the plan: ``kind`` is convoy, vehicle or permission."""

    kind: str
    id: str
    code: str
    label: str


def key_of(base: Plan) -> bytes:
    """Nobody who does not hold all movements can reckon the codes backwards.

    ``base`` is the plan handed over: no protected place has a part in the key, so that nobody who
    knows all the rest can try positions out against the codes.
    """
    origin = base.provenance.model_copy(update={"tree": {}, "patches": (), "scenario_sha256": ""})
    told = base.model_copy(update={"provenance": origin, "certificates": ()})
    return hashlib.sha256(dumps(told).encode("utf-8")).digest()


def coded(key: bytes, kind: str, ids: Iterable[str]) -> dict[str, str]:
    """Id → code, unique among these; the same plan gives the same codes."""
    letter = kind[0].upper()
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in sorted(set(ids)):
        turn = 0
        while True:
            told = hmac.new(key, f"{kind}|{name}|{turn}".encode(), hashlib.sha256).digest()
            number, word = int.from_bytes(told[:16], "big"), ""
            for _ in range(_LENGTH):
                number, digit = divmod(number, len(_LETTERS))
                word += _LETTERS[digit]
            if word not in taken:
                break
            turn += 1
        taken.add(word)
        found[name] = f"{letter}-{word}"
    return found
