"""Directed ways as parallel arrays: the map's roads, the scenario's links, the access to places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from planner.network.zones import Bools, Floats

Ints = NDArray[np.int64]
Line = list[tuple[float, float]]


class Figures(NamedTuple):
    """What one direction of a way is like; ``limit_mph`` None sets no limit to a vehicle."""

    length_m: float
    road_class: str
    limit_mph: float | None
    motor: bool = True
    foot: bool = True
    rough: bool = False
    source: str = ""
    as_of: str = ""
    estimate: bool = False


@dataclass
class Ways:
    """``tail``, ``head`` index nodes; ``xy[start[i]:start[i+1]]`` are the (lon, lat) of way i.

    ``marks[i]`` indexes ``mark_sets``: the ids of links that speak of the way. Classes, sources and
    dates are codes into their sorted lists, so that the smallest code is the oldest date.
    """

    nodes: int
    tail: Ints
    head: Ints
    length_m: Floats
    limit_mph: Floats
    motor: Bools
    foot: Bools
    rough: Bools
    closed: Bools
    estimate: Bools
    road_class: Ints
    classes: tuple[str, ...]
    source: Ints
    sources: tuple[str, ...]
    as_of: Ints
    dates: tuple[str, ...]
    xy: Floats
    start: Ints
    marks: Ints
    mark_sets: tuple[tuple[str, ...], ...] = ((),)

    def __len__(self) -> int:
        return len(self.tail)

    def marked(self, ids: Iterable[str]) -> Bools:
        """Which ways bear at least one of the marks."""
        wanted = set(ids)
        bears = np.array([not wanted.isdisjoint(marks) for marks in self.mark_sets])
        return np.asarray(bears[self.marks])


@dataclass
class Drawing:
    """Ways while they are being written down, one call a direction."""

    nodes: int = 0
    ends: list[tuple[int, int]] = field(default_factory=list)
    figures: list[Figures] = field(default_factory=list)
    lines: list[Line | Any] = field(default_factory=list)
    """(lon, lat) points, or a shapely LineString of them."""
    marks: dict[int, list[str]] = field(default_factory=dict)
    shut: set[int] = field(default_factory=set)

    def way(self, tail: int, head: int, figures: Figures, line: Line | Any) -> int:
        """Add one direction; returns its index."""
        self.ends.append((tail, head))
        self.figures.append(figures)
        self.lines.append(line)
        return len(self.ends) - 1

    def both(self, tail: int, head: int, figures: Figures, line: Line) -> tuple[int, int]:
        """Add both directions of a way given by its points; returns their indices."""
        return (
            self.way(tail, head, figures, line),
            self.way(head, tail, figures, line[::-1]),
        )

    def finish(self) -> Ways:
        """The arrays."""
        figures = self.figures
        ends = np.array(self.ends, dtype=np.int64).reshape(-1, 2)
        road_class, classes = _codes([f.road_class for f in figures])
        source, sources = _codes([f.source for f in figures])
        as_of, dates = _codes([f.as_of for f in figures])
        sets = [tuple(sorted(self.marks.get(i, ()))) for i in range(len(figures))]
        mark_sets = ((), *sorted(set(sets) - {()}))
        number = {marks: code for code, marks in enumerate(mark_sets)}
        xy, start = _coordinates(self.lines)
        return Ways(
            nodes=self.nodes,
            tail=ends[:, 0],
            head=ends[:, 1],
            length_m=np.array([f.length_m for f in figures], dtype=np.float64),
            limit_mph=np.array(
                [np.inf if f.limit_mph is None else f.limit_mph for f in figures], dtype=np.float64
            ),
            motor=np.array([f.motor for f in figures], dtype=np.bool_),
            foot=np.array([f.foot for f in figures], dtype=np.bool_),
            rough=np.array([f.rough for f in figures], dtype=np.bool_),
            closed=np.array([i in self.shut for i in range(len(figures))], dtype=np.bool_),
            estimate=np.array([f.estimate for f in figures], dtype=np.bool_),
            road_class=road_class,
            classes=classes,
            source=source,
            sources=sources,
            as_of=as_of,
            dates=dates,
            xy=xy,
            start=start,
            marks=np.array([number[marks] for marks in sets], dtype=np.int64),
            mark_sets=mark_sets,
        )


def _codes(words: list[str]) -> tuple[Ints, tuple[str, ...]]:
    known = sorted(set(words))
    number = {word: code for code, word in enumerate(known)}
    return np.array([number[word] for word in words], dtype=np.int64), tuple(known)


def _coordinates(lines: list[Line | Any]) -> tuple[Floats, Ints]:
    """All points of all lines one after the other, and where each line starts."""
    import shapely

    drawn = [i for i, line in enumerate(lines) if not isinstance(line, list)]
    counts = np.array(
        [len(line) if isinstance(line, list) else 0 for line in lines], dtype=np.int64
    )
    shapes = np.array([lines[i] for i in drawn], dtype=object)
    if drawn:
        counts[drawn] = shapely.get_num_coordinates(shapes)
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    xy = np.empty((int(start[-1]), 2), dtype=np.float64)
    if drawn:
        points, owner = shapely.get_coordinates(shapes, return_index=True)
        ways = np.array(drawn, dtype=np.int64)[owner]
        first = np.searchsorted(owner, np.arange(len(drawn)))
        xy[start[ways] + np.arange(len(points)) - first[owner]] = points
    plain = [i for i, line in enumerate(lines) if isinstance(line, list)]
    if plain:
        at = np.concatenate([np.arange(start[i], start[i + 1]) for i in plain])
        xy[at] = np.array([point for i in plain for point in lines[i]], dtype=np.float64)
    return xy, start
