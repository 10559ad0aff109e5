"""Opaque names of persons: random, without letters that are mistaken for digits, with a check.

A token is ``P-`` and eight characters of Crockford's base 32; the last one is a check on the others
that finds one wrong character and two neighbours that changed places.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM = 7
_BASE = 31  # a prime: every weight below it finds a wrong character
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_tokens(count: int, taken: Iterable[str] = ()) -> tuple[str, ...]:
    """So many new tokens, none twice and none of those taken."""
    found: dict[str, None] = {}
    known = set(taken)
    while len(found) < count:
        token = _token("".join(secrets.choice(ALPHABET[:_BASE]) for _ in range(_RANDOM)))
        if token not in known:
            found[token] = None
    return tuple(found)


def tidy_token(text: str) -> str:
    """The token as it is written here: capitals, O for 0 and I or L for 1 put right."""
    plain = "".join(text.split()).upper().replace("_", "-")
    head, dash, tail = plain.partition("-")
    return f"{head}{dash}{tail.translate(_READ_AS)}"


def is_token(text: str) -> bool:
    """Whether it is a token with the right check character."""
    body = text[2:]
    if not text.startswith("P-") or len(body) != _RANDOM + 1:
        return False
    return all(c in ALPHABET[:_BASE] for c in body) and text == _token(body[:-1])


def _token(body: str) -> str:
    weighed = sum(weight * ALPHABET.index(c) for weight, c in enumerate(body, start=2))
    return f"P-{body}{ALPHABET[weighed % _BASE]}"
