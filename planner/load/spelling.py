"""Did you mean …?"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

MOST_LISTED = 12


LIKE = 0.6
"""How alike two names are (1: the same) of which one is meant; words of a fixed list are VERY."""
VERY = 0.7


def near(word: str, known: Iterable[str], like: float = LIKE) -> str | None:
    """The known word that is nearest in spelling; None where none is near."""
    found = get_close_matches(word, sorted(set(known)), n=1, cutoff=like)
    return found[0] if found else None


def meant(word: str, known: Iterable[str], like: float = LIKE) -> str:
    """``did you mean 'al_joura'?`` where a known word is near, else the known words."""
    words = sorted({name for name in known if name})
    nearest = near(word, words, like)
    if nearest:
        return f"did you mean '{nearest}'?"
    if not words:
        return "there is none"
    listed = ", ".join(words[:MOST_LISTED])
    more = len(words) - MOST_LISTED
    return f"known: {listed}" + (f" and {more} more" if more > 0 else "")
