"""Prices of the linear programme as a certificate, in the level's own unit."""

from __future__ import annotations

from typing import Any

from planner.plan import Certificate
from planner.solvers.master import SCALE, Key


def certify(level: str, prices: dict[Key, float], holds: dict[str, float]) -> Certificate:
    """The certificate of a bound that was reckoned at ``prices`` with levels before held."""
    unit = SCALE[level]
    found: dict[str, list[str]] = {kind: [] for kind in ("w", "d", "h", "r")}
    for (kind, *rest), price in sorted(prices.items(), key=lambda entry: repr(entry[0])):
        if kind == "w":
            name: Any = rest[0]
            if name in holds:
                found["w"].append(f"{name}|{holds[name]!r}|{SCALE[name] * price / unit!r}")
            continue
        parts: Any = rest[0] if kind == "r" else rest
        if price or kind == "h":
            found[str(kind)].append("|".join([*map(str, parts), repr(float(price / unit))]))
    return Certificate(
        level=level, held=tuple(found["w"]), taken=tuple(found["d"]), hubs=tuple(found["h"]),
        limits=tuple(found["r"]),
    )  # fmt: skip


def prices_of(certificate: Certificate) -> dict[Key, float]:
    """The way back: a certificate's prices as the linear programme has them."""
    unit = SCALE[certificate.level]
    found: dict[Key, float] = {}
    for entry in certificate.held:
        name, _, price = entry.split("|")
        found["w", name] = float(price) * unit / SCALE[name]
    for entry in certificate.taken:
        number, price = entry.split("|")
        found["d", int(number)] = float(price) * unit
    for entry in certificate.hubs:
        number, moment, price = entry.split("|")
        found["h", int(number), int(moment)] = float(price) * unit
    for entry in certificate.limits:
        kind, at, *numbers, price = entry.split("|")
        found["r", (kind, at, *map(int, numbers))] = float(price) * unit
    return found
