"""Text that people wrote, made harmless: for spreadsheets, XML and paper."""

from __future__ import annotations

import re
import unicodedata

# Marks that turn the direction of writing, with which a name could make a line read otherwise.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# What a spreadsheet takes for the beginning of a formula, full-width forms included. In countries
# that separate lists by semicolons a cell begins after each one, whatever the quotes say.
_FORMULA = re.compile(r"(^|;)('*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])")
_GUARDED = re.compile(r"(^|;)'('*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])")


def clean(text: str) -> str:
    """Without control characters, halves of characters and marks that turn the direction."""
    out = []
    for character in text:
        kind = unicodedata.category(character)
        if kind in ("Cs", "Cn", "Co") or character in _TURNING:
            continue
        out.append(" " if kind in ("Cc", "Zl", "Zp") else character)
    return "".join(out)


def guarded(text: str) -> str:
    """A text cell that no spreadsheet takes for a formula: an apostrophe in front where needed."""
    return _FORMULA.sub(r"\1'\2", text)


def unguarded(cell: str) -> str:
    """The text as it was before :func:`guarded`."""
    return _GUARDED.sub(r"\1\2", cell)
