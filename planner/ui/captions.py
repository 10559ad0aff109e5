"""Where the names on the map stand, so that none covers another: greedy point labelling."""

from __future__ import annotations

import math
from typing import Any

CHARACTER_PX = 6.9
LINE_PX = 15.0
GAP_PX = 4.0
POLE_DEG = 85.05112878  # where Web Mercator ends, so that the world is a square

Box = tuple[float, float, float, float]


def pixel(lat: float, lon: float, zoom: float) -> tuple[float, float]:
    """Web Mercator pixels (x to the east, y to the south); zoom 0 is a world of 512 pixels."""
    scale = 512 * 2**zoom / (2 * math.pi)
    clipped = math.radians(max(-POLE_DEG, min(POLE_DEG, lat)))
    return (
        scale * (math.radians(lon) + math.pi),
        scale * (math.pi - math.log(math.tan(math.pi / 4 + clipped / 2))),
    )


def set_captions(rows: list[dict[str, Any]], zoom: float) -> list[dict[str, Any]]:
    """The rows whose caption finds room at this zoom, with ``anchor`` and ``push`` added.

    Rows have lat, lon, caption, radius (pixels) and priority; the higher priority chooses first
    among right, left, above and below its circle. A name that finds no room is left out: it is
    still in the tooltip, and shows at a closer look.
    """
    discs = []
    for row in rows:
        x, y = pixel(row["lat"], row["lon"], zoom)
        discs.append((x - row["radius"], y - row["radius"], x + row["radius"], y + row["radius"]))
    taken: list[Box] = []
    placed = []
    for index in sorted(range(len(rows)), key=lambda i: (-rows[i]["priority"], rows[i]["id"])):
        row = rows[index]
        others = taken + [disc for i, disc in enumerate(discs) if i != index]
        for anchor, push, box in _choices(row, discs[index]):
            if not any(_meet(box, other) for other in others):
                taken.append(box)
                placed.append({**row, "anchor": anchor, "push": push})
                break
    return placed


def _choices(row: dict[str, Any], disc: Box) -> list[tuple[str, list[float], Box]]:
    x, y = (disc[0] + disc[2]) / 2, (disc[1] + disc[3]) / 2
    width, half = CHARACTER_PX * len(row["caption"]), LINE_PX / 2
    away = row["radius"] + GAP_PX
    high = away + half
    return [
        ("start", [away, 0.0], (x + away, y - half, x + away + width, y + half)),
        ("end", [-away, 0.0], (x - away - width, y - half, x - away, y + half)),
        ("middle", [0.0, -high], (x - width / 2, y - high - half, x + width / 2, y - away)),
        ("middle", [0.0, high], (x - width / 2, y + away, x + width / 2, y + high + half)),
    ]


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
