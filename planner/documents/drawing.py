"""A drawing whose words the page sets: joined, turned the right way, found by a search.

Shapes become SVG. Words in SVG would come out letter by letter and, in Arabic, without their joins.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from planner.cells import clean
from planner.documents import svg
from planner.documents.labels import SIZE, Labels

Anchor = Literal["start", "middle", "end"]


@dataclass
class Drawing:
    """Shapes and words on one sheet of ``width`` by ``height`` units, the origin at top left."""

    width: float
    height: float
    shapes: list[str] = field(default_factory=list)
    words: list[list[Any]] = field(default_factory=list)

    def add(self, name: str, /, *content: str, **style: str | float) -> None:
        """One more element of SVG."""
        self.shapes.append(svg.element(name, *content, **style))

    def write(
        self,
        at: svg.Point,
        words: str,
        size: float = 9.0,
        anchor: Anchor = "start",
        *,
        colour: str = "#000000",
        bold: bool = False,
        lifted: bool = False,
    ) -> None:
        """A line of text; its base line begins, ends or has its middle at ``at``.

        ``lifted`` text stays readable over lines.
        """
        spot = [round(at[0], 1), round(at[1], 1)]
        self.words.append([*spot, clean(words), size, anchor, colour, bold, lifted])

    def label(self, labels: Labels, words: list[str], spot: svg.Point) -> None:
        """The words beside a point, where they cover nothing; nothing where that is nowhere."""
        found = labels.find(words, spot)
        if found is None:
            return
        lines, area, leader = found
        self.shapes.append(leader)
        for number, line in enumerate(lines):
            at = (area[0] + 1, area[1] + SIZE + number * (SIZE + 1.5))
            size, bold = (SIZE - 1, False) if number else (SIZE, True)
            self.write(at, line, size, bold=bold, lifted=True)

    def picture(self) -> str:
        """The shapes as SVG."""
        return svg.document(self.width, self.height, "".join(self.shapes))

    def sheet(self) -> dict[str, Any]:
        """What the page needs besides: the size, and the words with their places."""
        return {"width": self.width, "height": self.height, "words": self.words}
