"""Ways cut into runs under the same threats, control areas and link remarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from planner.network.ways import Ints, Ways
from planner.network.zones import Bools, Floats, bounds, distance_m, inside, is_outlined
from planner.scenario import Zone

PIECE_M = 200.0
SMALLEST_PIECE_M = 40.0
APPROACH_M = 10_000.0
"""In the air only this much at either end, climb and approach, counts as over the ground."""


@dataclass(frozen=True)
class Kind:
    """What a stretch is like: indices of the zones that hold it, and its marks."""

    zones: tuple[int, ...]
    marks: tuple[str, ...]


@dataclass(frozen=True)
class Stretches:
    """Runs ``start[i]:start[i+1]`` of way i end at the share ``end[j]`` of its length."""

    start: Ints
    end: Floats
    kind: Ints
    kinds: tuple[Kind, ...]

    def share_in(self, zone: int) -> Floats:
        """For every way the share of its length inside a zone."""
        within = np.array([zone in kind.zones for kind in self.kinds], dtype=np.bool_)
        return self.share_of(within)

    def share_of(self, wanted: Bools) -> Floats:
        """For every way the share of its length on the wanted kinds."""
        begin = np.concatenate([[0.0], self.end[:-1]])
        begin[self.start[:-1]] = 0.0
        part = np.where(wanted[self.kind], self.end - begin, 0.0)
        return np.asarray(np.add.reduceat(part, self.start[:-1]))


def cut(
    ways: Ways,
    zones: Sequence[Zone],
    positions: Mapping[str, tuple[float, float]],
    *,
    airborne: bool = False,
) -> Stretches:
    """Cut every way where it enters or leaves a zone, to within ``PIECE_M`` metres or less.

    A piece belongs to a zone when its middle does. ``airborne`` ways touch the ground's zones
    within ``APPROACH_M`` of their ends only. Lists of links hold the ways that bear their marks.
    """
    outlined = [i for i, zone in enumerate(zones) if is_outlined(zone)]
    near = _near_zones(ways, [zones[i] for i in outlined], positions)
    owner, share, lat, lon, away_m = _pieces(ways, near, _piece_m(zones))
    hold = np.zeros((len(owner), len(zones)), dtype=np.bool_)
    for number in outlined:
        south, west, north, east = bounds(zones[number], positions)
        at = np.flatnonzero((lat >= south) & (lat <= north) & (lon >= west) & (lon <= east))
        hold[at, number] = inside(zones[number], lat[at], lon[at], positions)
    if airborne:
        hold[away_m > APPROACH_M] = False
    for number, zone in enumerate(zones):
        if zone.links:
            hold[:, number] = ways.marked(zone.links)[owner]
    return _runs(ways, owner, share, hold)


def _piece_m(zones: Sequence[Zone]) -> float:
    radii = [zone.circle.radius_m for zone in zones if zone.circle is not None]
    return max(SMALLEST_PIECE_M, min([PIECE_M, *(radius / 5 for radius in radii)]))


def _near_zones(
    ways: Ways, zones: Sequence[Zone], positions: Mapping[str, tuple[float, float]]
) -> Bools:
    """Ways whose bounding box meets a zone's."""
    near = np.zeros(len(ways), dtype=np.bool_)
    if not len(ways):
        return near
    first = ways.start[:-1]
    west, south = np.minimum.reduceat(ways.xy, first).T
    east, north = np.maximum.reduceat(ways.xy, first).T
    for zone in zones:
        low_lat, low_lon, high_lat, high_lon = bounds(zone, positions)
        near |= (south <= high_lat) & (north >= low_lat) & (west <= high_lon) & (east >= low_lon)
    return near


def _pieces(ways: Ways, near: Bools, piece_m: float) -> tuple[Ints, Floats, Floats, Floats, Floats]:
    """Owner way, share of its length, latitude and longitude of the middle, metres to an end.

    Ways that are near no zone are one piece each.
    """
    count = len(ways.xy)
    is_last = np.zeros(count, dtype=np.bool_)
    is_last[ways.start[1:] - 1] = True
    begin = np.flatnonzero(~is_last)
    way_of = np.repeat(np.arange(len(ways)), np.diff(ways.start) - 1)
    (lon_a, lat_a), (lon_b, lat_b) = ways.xy[begin].T, ways.xy[begin + 1].T
    step_m = distance_m(lat_a, lon_a, lat_b, lon_b)
    drawn_m = np.bincount(way_of, weights=step_m, minlength=len(ways))
    pieces = np.where(near[way_of], np.maximum(1, np.ceil(step_m / piece_m)), 1).astype(np.int64)
    step = np.repeat(np.arange(len(begin)), pieces)
    number = np.arange(len(step)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    middle = (number + 0.5) / pieces[step]
    owner = way_of[step]
    part_m = step_m[step] / pieces[step]
    whole_m = drawn_m[owner]
    steps_of = np.bincount(owner, minlength=len(ways))[owner]
    share = np.where(whole_m > 0, part_m / np.where(whole_m > 0, whole_m, 1.0), 1.0 / steps_of)
    run_m = np.cumsum(part_m)
    before = np.concatenate([[0.0], np.cumsum(drawn_m)])[owner]
    from_start = run_m - before - part_m / 2
    away_m = np.minimum(from_start, whole_m - from_start)
    lat = lat_a[step] + middle * (lat_b - lat_a)[step]
    lon = lon_a[step] + middle * (lon_b - lon_a)[step]
    return owner, share, lat, lon, away_m


def _runs(ways: Ways, owner: Ints, share: Floats, hold: Bools) -> Stretches:
    packed = np.packbits(hold, axis=1)
    code, first = _distinct(np.column_stack([packed, _as_bytes(ways.marks[owner])]))
    fresh = np.ones(len(owner), dtype=np.bool_)
    fresh[1:] = (owner[1:] != owner[:-1]) | (code[1:] != code[:-1])
    run_of = np.cumsum(fresh) - 1
    length = np.bincount(run_of, weights=share)
    run_owner = owner[fresh]
    start = np.searchsorted(run_owner, np.arange(len(ways) + 1))
    total = np.cumsum(length)
    before = np.concatenate([[0.0], total])[start[:-1]][run_owner]
    end = total - before
    end[start[1:] - 1] = 1.0
    kinds = tuple(
        Kind(
            tuple(np.flatnonzero(hold[piece]).tolist()),
            ways.mark_sets[int(ways.marks[owner[piece]])],
        )
        for piece in first.tolist()
    )
    return Stretches(start.astype(np.int64), end, code[fresh], kinds)


def _as_bytes(codes: Ints) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    return np.ascontiguousarray(codes, dtype=">u4").view(np.uint8).reshape(len(codes), 4)


def _distinct(rows: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> tuple[Ints, Ints]:
    """Code of every row among the distinct ones, and where each distinct one is first seen."""
    width = rows.shape[1]
    whole = np.ascontiguousarray(rows).view(np.dtype((np.void, width))).ravel()
    _, first, code = np.unique(whole, return_index=True, return_inverse=True)
    return code.astype(np.int64), first.astype(np.int64)
