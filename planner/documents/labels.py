"""Words on a map, put where they cover neither a sign nor each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from planner.documents import svg

SIZE = 8.5
_ASIDE = ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (1, 1), (-1, -1), (-1, 1))
Area = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass
class Labels:
    """What is taken on one sheet; the words that come first get the best places."""

    width: float
    height: float
    taken: list[Area] = field(default_factory=list)

    def keep_free(self, area: Area) -> None:
        """No words here."""
        self.taken.append(area)

    def keep_sign(self, spot: svg.Point, reach: float = 6.0) -> None:
        """No words over the sign at this point."""
        self.keep_free((spot[0] - reach, spot[1] - reach, spot[0] + reach, spot[1] + reach))

    def covers(self, spot: svg.Point) -> bool:
        """Whether a sign at this point would cover something."""
        area = (spot[0] - 6, spot[1] - 6, spot[0] + 6, spot[1] + 6)
        on_sheet = 0 < spot[0] < self.width and 0 < spot[1] < self.height
        return on_sheet and any(overlaps(area, other) for other in self.taken)

    def put(self, words: list[str], spot: svg.Point) -> Iterator[str]:
        """The words beside the point; the first line alone where only that fits, else nothing.

        Further out a thin line leads to the point.
        """
        found = self.find(words, spot)
        if found is not None:
            lines, area, leader = found
            yield leader
            yield from _written(lines, area)

    def find(self, words: list[str], spot: svg.Point) -> tuple[list[str], Area, str] | None:
        """(lines, where they stand, a thin line to the point or nothing) of words beside a point;
        the place is taken then. None where they fit nowhere."""
        for lines, reach in ((words, 10.0), (words, 22.0), (words, 40.0), (words[:1], 10.0),
                             (words[:1], 22.0), (words[:1], 40.0)):  # fmt: skip
            for aside in _ASIDE:
                area = _area(lines, spot, aside, reach)
                if self._fits(area):
                    self.keep_free(area)
                    return lines, area, _leader(spot, area) if reach > 10.0 else ""
        return None

    def _fits(self, area: Area) -> bool:
        if area[0] < 4 or area[1] < 4 or area[2] > self.width - 4 or area[3] > self.height - 4:
            return False
        return not any(overlaps(area, other) for other in self.taken)


def overlaps(a: Area, b: Area) -> bool:
    """Whether two areas have more than an edge in common."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _area(lines: list[str], spot: svg.Point, aside: tuple[int, int], reach: float) -> Area:
    width = max(len(words) for words in lines) * SIZE * 0.56 + 2
    height = len(lines) * (SIZE + 1.5)
    left = spot[0] + aside[0] * reach
    left -= width if aside[0] < 0 else (0 if aside[0] else width / 2)
    top = spot[1] + aside[1] * reach * 0.8
    top -= height if aside[1] < 0 else (0 if aside[1] else height / 2)
    return (left, top, left + width, top + height)


def _leader(spot: svg.Point, area: Area) -> str:
    near = (min(max(spot[0], area[0]), area[2]), min(max(spot[1], area[1]), area[3]))
    return svg.element("path", d=svg.path([spot, near]), stroke="#555", stroke_width=0.6)


def _written(lines: list[str], area: Area) -> Iterator[str]:
    for number, words in enumerate(lines):
        at = (area[0] + 1, area[1] + SIZE + number * (SIZE + 1.5))
        if number:
            yield svg.haloed(at, words, SIZE - 1, fill="#333")
        else:
            yield svg.haloed(at, words, SIZE, fill="#000", font_weight="600")
