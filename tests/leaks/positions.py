"""One position in a text, in whatever form: degrees, sixtieths, grids, whole numbers, radians."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

Spot = tuple[float, float]
NEAR = 6e-4
"""Degrees: some sixty metres."""
_METRES = 111_320.0  # of a degree of latitude
_APART = 3  # how many numbers after the first the second one may stand
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_COMMA = re.compile(r"[+-]?\d+,\d+")
_ANGLE = r"(\d{1,3})\s*[°º]\s*(\d{1,2}(?:[.,]\d+)?)\s*['′’]?\s*(\d{1,2}(?:[.,]\d+)?)?"
_SIGNED = re.compile(rf"{_ANGLE}\s*(?:[\"″”]|'')?\s*([nsew])?")
_SPACED = re.compile(
    r"\b(\d{1,3})[ :-](\d{1,2}(?:\.\d+)?)(?:[ :-](\d{1,2}(?:\.\d+)?))? ?([nsew])\b"
)
_PACKED = re.compile(
    r"(\d{2})(\d{2})(\d{2}(?:\.\d+)?)[ ,]?([ns])[ ,]*(\d{3})(\d{2})(\d{2}(?:\.\d+)?)[ ,]?([ew])"
)
_MINUTES = re.compile(r"(\d{2})(\d{2}\.\d+)[ ,]?([ns])[ ,]*(\d{3})(\d{2}\.\d+)[ ,]?([ew])")
_ISO = re.compile(r"([+-]\d{2})(\d{2})(\d{2}(?:\.\d+)?)([+-]\d{3})(\d{2})(\d{2}(?:\.\d+)?)")
_GRID = re.compile(r"\b(\d{1,2}[c-hj-np-x])\s?([a-hj-np-z]{2})\s?(\d{2,5}\s\d{2,5}|\d{4,10})\b")
_HASH = "0123456789bcdefghjkmnpqrstuvwxyz"


@dataclass(frozen=True)
class _Frame:
    """A pair of numbers that says the position: ``unit`` of them make a degree."""

    first: float
    second: float
    unit: float
    decimals: int = 0
    least: float = 0.0


@dataclass(frozen=True)
class _Numbers:
    """The numbers of a text in its order, as written and as they are."""

    written: list[str]
    values: Any
    places: Any

    @staticmethod
    def of(written: list[str]) -> _Numbers:
        return _Numbers(
            written,
            np.array([float(number) for number in written]),
            np.array([len(number.partition(".")[2]) for number in written]),
        )


class Readings:
    """All that a text may say of positions; read once, asked for many of them."""

    def __init__(self, text: str) -> None:
        self.text = text
        numbers, commas = _NUMBER.findall(text), _COMMA.findall(text)
        rows = (numbers, [number.replace(",", ".") for number in commas])
        self.rows = [_Numbers.of(row) for row in rows if len(row) > 1]
        self.spelled = list(_spelled(text)) if numbers else []


class Spotter:
    """Finds one position; pairs that lie nearer to a ``told`` position are not it."""

    def __init__(self, spot: Spot, told: Iterable[Spot]) -> None:
        self.spot = spot
        self._told = [one for one in told if one != spot]
        self._frames = list(_frames(*spot))
        self._hash = re.compile(rf"\b{_geohash(*spot, 7)}[0-9b-z]*\b")

    def forms(self, told: Readings) -> Iterator[str]:
        """Every form in which a text says it."""
        for numbers in told.rows:
            yield from self._pairs(numbers)
        for lat, lon, near, form in told.spelled:
            beside = max(abs(lat - self.spot[0]), abs(lon - self.spot[1]))
            if beside <= near and self._is_meant(lat, lon):
                yield form
        for found in self._hash.finditer(told.text):
            yield found[0]

    def _pairs(self, numbers: _Numbers) -> Iterator[str]:
        values, places, written = numbers.values, numbers.places, numbers.written
        for frame in self._frames:
            blur = np.where((places >= 2) & (frame.unit == 1), 10.0 ** -np.minimum(places, 9), 0.0)
            near = np.maximum(np.maximum(NEAR * frame.unit, frame.least), blur)
            near[places < frame.decimals] = -1.0
            is_first = np.abs(values - frame.first) <= near
            if not is_first.any():
                continue
            is_second = np.abs(values - frame.second) <= near
            for at in np.flatnonzero(is_first):
                for other in range(max(0, at - _APART), min(len(values), at + _APART + 1)):
                    lat = self.spot[0] + (values[at] - frame.first) / frame.unit
                    lon = self.spot[1] + (values[other] - frame.second) / frame.unit
                    if other != at and is_second[other] and self._is_meant(lat, lon):
                        yield f"{written[at]} {written[other]}"

    def _is_meant(self, lat: float, lon: float) -> bool:
        off = math.dist((lat, lon), self.spot)
        return all(math.dist((lat, lon), one) > off for one in self._told)


def _frames(lat: float, lon: float) -> Iterator[_Frame]:
    yield _Frame(lat, lon, 1.0, decimals=2)
    for scale in (1e3, 1e4, 1e5, 1e6, 1e7):
        yield _Frame(lat * scale, lon * scale, scale, least=0.6)
    yield _Frame(math.radians(lat), math.radians(lon), math.radians(1), decimals=4)
    for first, second in _plane(lat, lon):
        yield _Frame(first, second, _METRES)


@cache
def _plane(lat: float, lon: float) -> tuple[Spot, ...]:
    """Metres on the web's map and on the sheets of UTM around."""
    import pyproj

    zone = int((lon + 180) // 6) + 1
    codes = ["EPSG:3857", *(f"EPSG:{32600 + near}" for near in (zone - 1, zone, zone + 1))]
    found = []
    for code in codes:
        x, y = pyproj.Transformer.from_crs("EPSG:4326", code, always_xy=True).transform(lon, lat)
        found.append((x, y))
    return tuple(found)


@cache
def _geohash(lat: float, lon: float, letters: int) -> str:
    low, high = [-90.0, -180.0], [90.0, 180.0]
    value, bits, out = 0, 0, ""
    for step in range(letters * 5):
        axis = 1 - step % 2
        middle = (low[axis] + high[axis]) / 2
        above = (lat, lon)[axis] >= middle
        (low if above else high)[axis] = middle
        value, bits = value * 2 + above, bits + 1
        if bits == 5:
            out, value, bits = out + _HASH[value], 0, 0
    return out


# ------------------------------------------------------------------ in words and signs


def _spelled(text: str) -> Iterator[tuple[float, float, float, str]]:
    """(latitude, longitude, degrees within which it is meant, the text) of positions in signs."""
    for pattern in (_SIGNED, _SPACED):
        angles = [(_degrees(*found.groups()[:3]), found[0]) for found in pattern.finditer(text)]
        for (one, first), (two, second) in pairwise(angles):
            yield one, two, 1e-3, f"{first} {second}"
            yield two, one, 1e-3, f"{first} {second}"
    for found in (*_PACKED.finditer(text), *_MINUTES.finditer(text), *_ISO.finditer(text)):
        parts = [part for part in found.groups() if part and part not in "nsew"]
        half = len(parts) // 2
        lat, lon = _degrees(*parts[:half]), _degrees(*parts[half:])
        yield lat, lon, 1e-3, found[0]
    for found in _GRID.finditer(text):
        yield from _from_grid(*found.groups())


def _degrees(whole: str, minutes: str = "0", seconds: str | None = "0") -> float:
    small = [float(part.replace(",", ".")) for part in (minutes, seconds or "0")]
    return abs(float(whole)) + small[0] / 60 + small[1] / 3600


def _from_grid(zone: str, square: str, digits: str) -> Iterator[Any]:
    import mgrs

    told = re.sub(r"\s", "", digits)
    name = f"{zone}{square}{told}".upper()
    try:
        lat, lon = mgrs.MGRS().toLatLon(name)
    except mgrs.core.MGRSError:
        return
    # The corner of a square that is so wide.
    yield lat, lon, max(NEAR, 1.5 * 10 ** (5 - len(told) // 2) / _METRES), name
