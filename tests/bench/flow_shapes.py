"""Road networks made here, in several shapes, by seed: what the engine is measured on.

Every shape is drawn without looking at how either engine does on it; ``SHAPES`` lists what the
bench runs, and all of it is told.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests.bench.flow_files import Roads


def _both_ways(roads: Roads, a: str, b: str, rng: np.random.Generator, most: int = 6) -> None:
    """A road in either direction: 1 to ``most`` persons a step, 1 to 4 steps long."""
    for tail, head in ((a, b), (b, a)):
        roads.place(tail)
        roads.place(head)
        roads.arcs.append((tail, head, int(rng.integers(1, most + 1)), int(rng.integers(1, 5))))


def _spread(roads: Roads, people: int, homes: list[str], rng: np.random.Generator) -> None:
    counts = rng.multinomial(people, np.full(len(homes), 1 / len(homes)))
    roads.supply = {name: int(n) for name, n in zip(homes, counts, strict=True) if n}


def _streets(side: int, rng: np.random.Generator, gap: int | None = None) -> Roads:
    """side × side crossings; no street crosses from column ``gap`` to the next one."""
    roads = Roads()
    for x in range(side):
        for y in range(side):
            for other in ((x + 1, y), (x, y + 1)):
                if max(other) < side and not (x == gap and other[0] > x):
                    _both_ways(roads, f"{x}.{y}", f"{other[0]}.{other[1]}", rng)
    return roads


def grid(side: int, people: int, seed: int = 0) -> Roads:
    """A city of side × side crossings, roads both ways (capacity 1–6, transit 1–4), havens at the
    four corners, people spread evenly over all other crossings by lot."""
    rng = np.random.default_rng(seed)
    roads = _streets(side, rng)
    corners = {f"{x}.{y}" for x in (0, side - 1) for y in (0, side - 1)}
    _spread(roads, people, [name for name in roads.names if name not in corners], rng)
    roads.havens = dict.fromkeys(sorted(corners))
    return roads


def river(side: int, people: int, seed: int = 0) -> Roads:
    """The same city, cut in two by a river with three bridges of 4 to 8 persons a step: people on
    the west bank, one haven in the middle of the eastern edge and one in its corner."""
    rng = np.random.default_rng(seed)
    middle = side // 2
    roads = _streets(side, rng, gap=middle - 1)
    for y in (side // 6, side // 2, side - 1 - side // 6):
        for x in (middle - 1, middle):
            there = middle if x < middle else middle - 1
            capacity, transit = int(rng.integers(4, 9)), int(rng.integers(1, 5))
            roads.arcs.append((f"{x}.{y}", f"{there}.{y}", capacity, transit))
    _spread(roads, people, [f"{x}.{y}" for x in range(middle) for y in range(side)], rng)
    roads.havens = {f"{side - 1}.{middle}": None, f"{side - 1}.0": None}
    return roads


def coast(side: int, people: int, seed: int = 0) -> Roads:
    """The same city by the sea: people in the quarter of it by the shore, every fourth crossing
    of the inland edge is a haven, and those farther inland stay at home."""
    rng = np.random.default_rng(seed)
    roads = _streets(side, rng)
    _spread(roads, people, [f"{x}.{y}" for x in range(side // 4) for y in range(side)], rng)
    roads.havens = {f"{side - 1}.{y}": None for y in range(0, side, 4)}
    return roads


def region(places: int, people: int, seed: int = 0) -> Roads:
    """Villages at random on a square, each with roads to its four nearest (length by distance,
    capacity 1–6), towns of uneven size, three havens on the rim."""
    rng = np.random.default_rng(seed)
    at = rng.random((places, 2))
    roads = Roads()
    for v in range(places):
        roads.place(str(v))
    far = ((at[:, None, :] - at[None, :, :]) ** 2).sum(axis=2)
    near = np.argsort(far, axis=1)[:, 1:5]
    pairs = {(min(u, v), max(u, v)) for u in range(places) for v in near[u].tolist()}
    length = 4 * np.sqrt(places)
    for u, v in sorted(pairs):
        transit = max(1, round(float(np.sqrt(far[u, v])) * length / 2))
        for tail, head in ((u, v), (v, u)):
            roads.arcs.append((str(tail), str(head), int(rng.integers(1, 7)), transit))
    rim = np.argsort(-np.abs(at - 0.5).max(axis=1))[:3]
    roads.havens = {str(v): None for v in sorted(rim.tolist())}
    sizes = rng.pareto(1.5, places) + 0.1
    sizes[rim] = 0
    counts = rng.multinomial(people, sizes / sizes.sum())
    roads.supply = {str(v): int(n) for v, n in enumerate(counts) if n}
    return roads


MADE: dict[str, Callable[[int, int, int], Roads]] = {
    "grid": grid, "river": river, "coast": coast, "region": region,
}  # fmt: skip
SHAPES = (
    ("grid", 36, 4800, 0), ("grid", 36, 4800, 1), ("grid", 24, 13000, 0), ("river", 40, 1800, 0),
    ("river", 40, 1800, 1), ("coast", 40, 6500, 0), ("coast", 40, 6500, 1),
    ("region", 1300, 4200, 0), ("region", 1300, 4200, 1),
)  # fmt: skip
"""Shape, size, people, seed: a million arcs in time or more each."""
