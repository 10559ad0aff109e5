"""What a map shows: sheets of features, plain data that the browser and the plain map both draw."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from planner.timeline import Intervals

Drawn = Literal["ground", "areas", "lines", "points", "tracks"]
Feature = dict[str, Any]
Bounds = tuple[float, float, float, float]
CAPTION_LENGTH = 48
TEXT_LENGTH = 400
# Marks that turn or hide what follows: harmless in HTML, where each name stands for itself, but not
# in letters painted on a map.
TURNS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x61C])


@dataclass(frozen=True)
class Sheet:
    """One layer of a map, all of its features drawn in one way.

    ``features`` are made by :func:`feature`. Sheets are drawn in their order, the last on top. A
    sheet with a ``title`` can be switched off by the reader; ``off`` says that it begins so.
    Keep the same object over reruns (in the session) and its mark is reckoned once.
    """

    id: str
    drawn: Drawn
    features: list[Feature] = field(repr=False)
    title: str = ""
    off: bool = False

    @cached_property
    def body(self) -> str:
        """The features as JSON."""
        return json.dumps(self.features, separators=(",", ":"), ensure_ascii=False)

    @cached_property
    def mark(self) -> str:
        """Changes when the features do."""
        return hashlib.sha256(self.body.encode("utf-8", "surrogatepass")).hexdigest()[:20]


def feature(
    geometry: dict[str, Any],
    *,
    kind: str = "",
    id: str = "",
    text: str = "",
    caption: str = "",
    when: Intervals | None = None,
    series: dict[str, list[tuple[int, Any]]] | None = None,
    times: Sequence[int] | None = None,
    **drawn: Any,
) -> Feature:
    """A GeoJSON feature in the words that maps know.

    ``kind`` and ``id`` come back with a click. ``text`` is the tooltip (plain, lines by newline),
    ``caption`` stands on the map. ``when``: the moments at which it is there; ``series``: property
    to steps of (second, value), for what changes; ``times``: for a track, one second for each
    coordinate. ``drawn``: colour ('#rrggbb'), width, opacity, dash ('dashed', 'dotted'), fill (the
    opacity of an area), pattern ('#rrggbb|45': stripes), radius (pixels), sign (a letter on it),
    sign_colour, edge, ring (colour of a second rim; 'ink': that of the writing), priority (whose
    caption finds room first).
    """
    properties = {name: value for name, value in drawn.items() if value not in (None, "")}
    said = {"kind": kind, "id": id, "text": plain(text, TEXT_LENGTH)}
    said["caption"] = plain(caption, CAPTION_LENGTH)
    properties |= {name: value for name, value in said.items() if value}
    found: Feature = {"type": "Feature", "geometry": geometry, "properties": properties}
    if when is not None:
        found["when"] = [list(span) for span in when.spans]
    if series:
        found["series"] = {name: [list(step) for step in steps] for name, steps in series.items()}
    if times is not None:
        found["times"] = list(times)
    return found


def plain(text: str, length: int) -> str:
    """Text without marks that turn its direction, cut to ``length`` characters."""
    told = text.translate(TURNS)
    return told if len(told) <= length else told[: length - 1] + "…"


def at_moment(features: Iterable[Feature], t_s: int) -> list[Feature]:
    """The features that are there at the moment, with the properties that they have then."""
    found = []
    for item in features:
        spans = item.get("when")
        if spans is not None and not any(start <= t_s < end for start, end in spans):
            continue
        properties = dict(item["properties"])
        for name, steps in item.get("series", {}).items():
            begun = [value for start, value in steps if start <= t_s]
            properties[name] = begun[-1] if begun else steps[0][1]
        found.append({**item, "properties": properties})
    return found


def named(sheets: Iterable[Sheet]) -> dict[tuple[str, str], str]:
    """(kind, id) of everything that a click can find to the first line of its text."""
    found: dict[tuple[str, str], str] = {}
    for sheet in sheets:
        for item in sheet.features:
            said = item["properties"]
            if said.get("kind") and said.get("id"):
                label = str(said.get("text") or said["id"]).split("\n", 1)[0]
                found.setdefault((said["kind"], said["id"]), label)
    return found
