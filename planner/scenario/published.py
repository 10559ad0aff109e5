"""Published figures as words: the scenario's own keys, a low and a high one as a range."""

from __future__ import annotations

from collections.abc import Mapping

LOW, HIGH = "_low", "_high"


def published(figures: Mapping[str, float]) -> list[tuple[str, tuple[float, ...]]]:
    """(words, figure or lowest and highest) in the order of the scenario."""
    found = list[tuple[str, tuple[float, ...]]]()
    for key, value in figures.items():
        stem = key.removesuffix(LOW)
        if key.endswith(HIGH) and f"{key.removesuffix(HIGH)}{LOW}" in figures:
            continue
        both = (value, figures[stem + HIGH]) if key != stem and stem + HIGH in figures else (value,)
        found.append(((stem if len(both) > 1 else key).replace("_", " ").strip(), both))
    return found
