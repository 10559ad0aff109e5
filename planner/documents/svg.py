"""A few words of SVG: text escaped, numbers short, so that drawings are small and repeat."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from planner.cells import clean

FONT = "Noto Sans"
Point = tuple[float, float]


def number(value: float) -> str:
    """At most one decimal, no minus zero."""
    text = f"{value:.1f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def element(name: str, /, *content: str, **attributes: str | float) -> str:
    """One element with its content; underscores in attribute names become hyphens."""
    told = "".join(
        f" {key.rstrip('_').replace('_', '-')}="
        + quoteattr(value if isinstance(value, str) else number(value))
        for key, value in attributes.items()
    )
    return f"<{name}{told}>{''.join(content)}</{name}>" if content else f"<{name}{told}/>"


def text(at: Point, words: str, size: float = 9, **attributes: str | float) -> str:
    """A line of text; its base line begins at ``at``."""
    return element(
        "text", escape(clean(words)), x=at[0], y=at[1], font_size=size, font_family=FONT,
        **attributes,
    )  # fmt: skip


def haloed(at: Point, words: str, size: float = 9, **attributes: str | float) -> str:
    """Text that stays readable over lines: the same words in white, stroked, underneath."""
    halo = text(
        at, words, size, fill="#fff", stroke="#fff", stroke_width=2.6, stroke_linejoin="round",
        **{key: value for key, value in attributes.items() if key != "fill"},
    )  # fmt: skip
    return halo + text(at, words, size, **attributes)


def path(points: Sequence[Point], closed: bool = False) -> str:
    """The 'd' of a path through the points."""
    if not points:
        return ""
    body = "L".join(f"{number(x)} {number(y)}" for x, y in points)
    return f"M{body}{'Z' if closed else ''}"


def document(width: float, height: float, content: str) -> str:
    """A whole drawing."""
    size = f'width="{number(width)}" height="{number(height)}"'
    box = f'viewBox="0 0 {number(width)} {number(height)}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box}>{content}</svg>\n'
