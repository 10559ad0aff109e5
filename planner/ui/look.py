"""How the desk looks: styles, and small pieces of HTML in which every name is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from urllib.parse import quote

import streamlit as st

from planner.errors import Issue
from planner.ui.words import _, counted

LINE_HEIGHT_PX = 20
GUTTER_PX = 46

STYLE = f"""
<style>
:root {{ --sp-quiet: color-mix(in srgb, currentColor 78%, transparent);
  --sp-line: color-mix(in srgb, currentColor 20%, transparent);
  --sp-tint: color-mix(in srgb, currentColor 6%, transparent); }}
.stMainBlockContainer {{ max-width: 1500px; padding-left: 2rem; padding-right: 2rem; }}
.st-key-report textarea {{ font-family: "Source Code Pro", monospace; direction: ltr !important;
  font-size: 12.5px !important; line-height: {LINE_HEIGHT_PX}px; white-space: pre;
  overflow-x: auto; }}
.st-key-editor textarea {{
  font-family: "Source Code Pro", monospace; font-size: 12.5px !important;
  line-height: {LINE_HEIGHT_PX}px; padding: 10px 12px 10px {GUTTER_PX + 8}px;
  white-space: pre; overflow-x: auto; tab-size: 2; direction: ltr;
}}
[class*="st-key-map"] [data-testid="stDeckGlJsonChart"] {{
  background: #dfeaf1; border: 1px solid #c9d3dc; border-radius: 6px; overflow: hidden;
}}
[class*="st-key-map-land"] [data-testid="stDeckGlJsonChart"] {{ background: #f6f4ee; }}
.st-key-language-choice {{ position: fixed; top: .55rem; right: 4.2rem; width: 8.5rem;
  z-index: 999990; }}
[data-testid="stStatusWidget"] {{ position: fixed; top: .8rem; right: 13.4rem; }}
.sp-note {{ font-size: .9rem; color: var(--sp-quiet); margin: 0; }}
.sp-banner {{ border-radius: 6px; padding: .6rem .9rem; border-left: 6px solid; margin: 0; }}
.sp-banner b {{ letter-spacing: .02em; }}
.sp-good {{ background: color-mix(in srgb, #009e73 14%, transparent); border-color: #009e73; }}
.sp-wait {{ background: color-mix(in srgb, #e69f00 20%, transparent); border-color: #b87900; }}
.sp-bad {{ background: color-mix(in srgb, #d55e00 18%, transparent); border-color: #d55e00; }}
.sp-plain {{ background: color-mix(in srgb, #5b7f9b 14%, transparent); border-color: #5b7f9b; }}
.sp-issue {{ border: 1px solid var(--sp-line); border-left: 4px solid #d55e00; border-radius: 4px;
  padding: .45rem .7rem; margin: 0 0 .5rem 0; font-size: .88rem; line-height: 1.4; }}
.sp-issue.sp-warning {{ border-left-color: #b87900; }}
.sp-issue code {{ background: var(--sp-tint); padding: 0 .3em; border-radius: 3px;
  font-size: .82rem; overflow-wrap: anywhere; }}
.sp-issue .sp-where {{ color: var(--sp-quiet); overflow-wrap: anywhere; }}
.sp-issue .sp-line {{ font-weight: 600; white-space: nowrap; }}
.sp-issue pre {{ margin: .3rem 0 0 0; padding: .25rem .5rem; background: var(--sp-tint);
  white-space: pre-wrap; overflow-wrap: anywhere; font-size: .78rem; direction: ltr;
  border-radius: 3px; }}
.sp-figures {{ display: flex; flex-wrap: wrap; gap: .5rem; }}
.sp-figures div {{ flex: 1 1 auto; border: 1px solid var(--sp-line); border-radius: 6px;
  padding: .35rem .8rem; min-width: 6.5rem; }}
.sp-figures span {{ display: block; font-size: .82rem; color: var(--sp-quiet);
  white-space: nowrap; }}
.sp-figures strong {{ font-size: 1.25rem; font-weight: 600; white-space: nowrap; }}
.sp-figures em {{ display: table; font-style: normal; font-size: .8rem; padding: 0 .4em;
  border-radius: 3px; white-space: nowrap; background: var(--sp-tint); }}
.sp-figures em.sp-good {{ background: color-mix(in srgb, #009e73 24%, transparent); }}
.sp-figures em.sp-bad {{ background: color-mix(in srgb, #d55e00 28%, transparent); }}
.sp-table {{ width: 100%; border-collapse: collapse; font-size: .9rem; }}
.sp-table th, .sp-table td {{ text-align: start; vertical-align: top; padding: .4rem .6rem;
  border-bottom: 1px solid var(--sp-line); overflow-wrap: anywhere; }}
.sp-table th {{ color: var(--sp-quiet); font-weight: 500; background: var(--sp-tint); }}
.sp-table .sp-right {{ text-align: end; white-space: nowrap; }}
.sp-facts {{ width: 100%; border-collapse: collapse; font-size: .9rem; margin: 0; }}
.sp-facts th, .sp-facts td {{ text-align: start; vertical-align: top; padding: .3rem .6rem .3rem 0;
  border-bottom: 1px solid var(--sp-line); font-weight: 400; overflow-wrap: anywhere; }}
.sp-facts th {{ color: var(--sp-quiet); white-space: nowrap; width: 8.5rem; }}
.sp-legend {{ font-size: .82rem; display: flex; flex-wrap: wrap; gap: .2rem 1rem; }}
.sp-legend i {{ display: inline-block; width: 1.25em; height: 1.25em; border-radius: 50%;
  text-align: center; line-height: 1.25em; font-style: normal; font-weight: 700; color: #fff;
  font-size: .74rem; margin-inline-end: .35em; }}
.sp-legend i.sp-area {{ border-radius: 2px; opacity: .45; }}
.sp-legend i.sp-ring {{ background: none !important; border: .28em double; color: inherit; }}
.sp-legend i.sp-line {{ border-radius: 1px; height: .3em; vertical-align: middle; }}
.st-key-as-tables {{ height: 0; align-items: flex-end; position: relative; z-index: 5;
  top: .5rem; }}
.stMain [data-testid="stCaptionContainer"] {{ opacity: 1; color: var(--sp-quiet); }}
.st-key-progress [data-stale="true"] {{ opacity: 1 !important; transition: none; }}
.sp-lead {{ font-size: 1.22rem; line-height: 1.4; font-weight: 600; margin: 0;
  overflow-wrap: anywhere; }}
.sp-cards {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr));
  gap: .6rem; }}
.sp-cards div {{ border: 1px solid var(--sp-line); border-radius: 6px; padding: .45rem .9rem; }}
.sp-cards span {{ display: block; font-size: .85rem; color: var(--sp-quiet); }}
.sp-cards strong {{ display: block; font-size: 1.65rem; font-weight: 650; line-height: 1.25; }}
.sp-term {{ position: relative; font-style: normal; cursor: help;
  text-decoration: underline dotted; text-underline-offset: .2em; }}
.sp-term::after {{ content: attr(data-means); position: absolute; z-index: 1000; display: none;
  left: 0; top: calc(100% + .35rem); width: max-content; max-width: 19rem; padding: .5rem .7rem;
  border-radius: 5px; background: #22333f; color: #fff; font-size: .84rem; font-weight: 400;
  line-height: 1.4; white-space: normal; box-shadow: 0 2px 9px rgb(0 0 0 / 35%); }}
.sp-term:hover::after, .sp-term:focus::after {{ display: block; }}
.sp-cards div:last-child .sp-term::after, .sp-term.sp-left::after {{ left: auto; right: 0; }}
.sp-points {{ padding-inline-start: 1.2rem; }}
.sp-points li {{ margin: .15rem 0; unicode-bidi: plaintext; }}
.sp-calendar {{ overflow-x: auto; }}
.sp-calendar table {{ border-collapse: separate; border-spacing: 2px; font-size: .86rem; }}
.sp-calendar th {{ font-weight: 500; color: var(--sp-quiet); padding: .2rem .5rem;
  text-align: center; white-space: nowrap; }}
.sp-calendar th[scope="row"] {{ text-align: start; white-space: normal; min-width: 13rem;
  max-width: 22rem; overflow-wrap: anywhere; color: inherit; unicode-bidi: plaintext; }}
.sp-calendar th[scope="rowgroup"] {{ text-align: start; font-weight: 650; color: inherit;
  padding-top: .6rem; }}
.sp-calendar td {{ text-align: center; padding: .2rem .5rem; min-width: 4.4rem;
  border-radius: 3px; white-space: nowrap; background: var(--sp-tint); }}
.sp-scrolled {{ overflow-y: auto; padding: 2px; }}
.st-key-grid [aria-label^="Download as CSV"] {{ display: none; }}
.sp-title {{ font-size: 1.55rem; font-weight: 650; margin: 0; line-height: 1.25;
  overflow-wrap: anywhere; }}
.sp-heading {{ font-size: 1.1rem; font-weight: 650; margin: 0; padding: 0; }}
</style>
"""


RIGHT_TO_LEFT = """
<style>
.stMain, .stMain [data-testid="stMarkdownContainer"], .stMain input, .stMain textarea,
[data-testid="stPopoverBody"], [role="listbox"] { direction: rtl; text-align: start; }
[data-testid="stDeckGlJsonChart"], [data-testid="stVegaLiteChart"], [data-testid="stDataFrame"],
.stSlider, code, pre, .st-key-editor textarea { direction: ltr !important; }
/* The program's own sentences are English; a cell reads in the direction of what it holds. */
.sp-issue { direction: ltr; text-align: left; }
.sp-facts td, .sp-table td, .sp-title, .sp-title + .sp-note, .sp-banner bdi {
  unicode-bidi: plaintext; text-align: right; }
</style>
"""


# The theme's colour is light on a dark page, and Streamlit writes white on it.
DARK = """
<style>
.stApp button[kind="primary"], .stApp button[kind="primary"] * { color: #0b1720; }
.stApp .stMultiSelect span[title] { color: #0b1720; }
</style>
"""


def style(right_to_left: bool = False) -> None:
    """The desk's own styles, once a page; colours follow the theme's own text colour."""
    dark = DARK if st.context.theme.type == "dark" else ""
    st.html(STYLE + (RIGHT_TO_LEFT if right_to_left else "") + dark)


def title(text: str, note: str = "") -> None:
    """The page's heading with a line below; both plain text."""
    below = f'<p class="sp-note">{escape(note)}</p>' if note else ""
    st.html(f'<h1 class="sp-title">{escape(text)}</h1>{below}')


def heading(text: str, note: str = "") -> None:
    """A smaller heading with a line below; both plain text."""
    below = f'<p class="sp-note">{escape(note)}</p>' if note else ""
    st.html(f'<h2 class="sp-heading">{escape(text)}</h2>{below}')


def note(text: str) -> None:
    """A quiet line of plain text."""
    st.html(f'<p class="sp-note">{escape(text)}</p>')


def banner(kind: str, head: str, text: str = "", lines: Iterable[str] = ()) -> None:
    """A coloured box: ``kind`` is good, wait, bad or plain; all plain text."""
    rows = "".join(f"<br>{escape(line)}" for line in lines)
    body = f" {escape(text)}" if text else ""
    st.html(f'<p class="sp-banner sp-{kind}"><b>{escape(head)}</b>{body}{rows}</p>')


def issue_list(issues: Sequence[Issue], text: str, limit: int = 60) -> str:
    """Problems as HTML: line, where, what, remedy, and the line itself."""
    source = text.split("\n")
    parts = []
    for issue in issues[:limit]:
        kind = "sp-issue" + (" sp-warning" if issue.severity == "warning" else "")
        line = _("line {n}").format(n=issue.line) if issue.line else _("whole file")
        sign = _("warning") if issue.severity == "warning" else _("fault")
        remedy = f"<br>→ {escape(issue.remedy)}" if issue.remedy else ""
        where = f' <span class="sp-where">{escape(issue.where)}</span>' if issue.where else ""
        shown = ""
        if 0 < issue.line <= len(source) and source[issue.line - 1].strip():
            shown = f"<pre>{escape(source[issue.line - 1].strip()[:120])}</pre>"
        parts.append(
            f'<div class="{kind}"><span class="sp-line"><bdi>{escape(f"{sign}, {line}")}</bdi>'
            f"</span>{where}<br>"
            f"{escape(issue.problem)}{remedy}{shown}</div>"
        )
    if len(issues) > limit:
        more = counted("… and {n} more", "… and {n} more", len(issues) - limit)
        parts.append(f'<p class="sp-note">{escape(more)}</p>')
    return "".join(parts)


def gutter(text: str, issues: Iterable[Issue]) -> str:
    """A style that draws line numbers into the editor and tints the lines with problems.

    The picture is part of the style (a data address), so that nothing is fetched for it; it scrolls
    with the text because its attachment is ``local``.
    """
    lines = text.count("\n") + 60
    shades = {}
    for issue in sorted(issues, key=lambda found: found.severity, reverse=True):
        shades[issue.line] = "#e69f00" if issue.severity == "warning" else "#d55e00"
    size = f'width="4000" height="{lines * LINE_HEIGHT_PX}"'
    bars = "".join(
        f'<rect y="{(line - 1) * LINE_HEIGHT_PX}" width="4000" height="{LINE_HEIGHT_PX}" '
        f'fill="{shade}" fill-opacity="0.25"/>'
        for line, shade in shades.items()
        if line
    )
    numbers = "".join(
        f'<text x="{GUTTER_PX - 8}" y="{line * LINE_HEIGHT_PX - 6}">{line}</text>'
        for line in range(1, lines + 1)
    )
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{bars}'
        f'<rect width="{GUTTER_PX}" height="100%" fill="#7a8794" fill-opacity="0.14"/>'
        f'<g font-family="monospace" font-size="11" fill="#7a8794" text-anchor="end">{numbers}</g>'
        "</svg>"
    )
    address = quote(picture, safe=" =:/'")
    return (
        "<style>.st-key-editor textarea {"
        f'background-image: url("data:image/svg+xml;utf8,{address}");'
        "background-repeat: no-repeat; background-attachment: local;"
        "background-position: 0 10px; }</style>"
    )


def facts(rows: Mapping[str, str]) -> None:
    """Names and what is said of them, one a row; plain text."""
    st.html(fact_table(rows))


def fact_table(rows: Mapping[str, str]) -> str:
    """``facts`` as HTML."""
    parts = [f"<tr><th>{escape(k)}</th><td>{escape(v)}</td></tr>" for k, v in rows.items()]
    return f'<table class="sp-facts">{"".join(parts)}</table>'


def scrolled(label: str, height_px: int, html: str) -> None:
    """HTML in a part of the page that scrolls by itself, by the keyboard too."""
    name = escape(label, quote=True)
    st.html(
        f'<div class="sp-scrolled" role="region" aria-label="{name}" tabindex="0" '
        f'style="max-height: {height_px}px">{html}</div>'
    )


def figures(rows: Iterable[tuple[str, str, str, str]]) -> None:
    """Cards in a row: (label, figure, difference, kind of difference: good, bad or '')."""
    parts = []
    for label, figure, change, kind in rows:
        told = f'<em class="sp-{kind or "same"}">{escape(change)}</em>' if change else ""
        parts.append(
            f"<div><span>{escape(label)}</span><strong>{escape(figure)}</strong>{told}</div>"
        )
    st.html(f'<div class="sp-figures">{"".join(parts)}</div>')


def table(heading: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int] = ()) -> None:
    """A table whose cells wrap; plain text."""
    ends = set(right)

    def cells(row: Sequence[str], tag: str) -> str:
        parts = (
            f"<{tag}{' class=sp-right' if i in ends else ''}>{escape(cell)}</{tag}>"
            for i, cell in enumerate(row)
        )
        return f"<tr>{''.join(parts)}</tr>"

    body = "".join(cells(row, "td") for row in rows)
    st.html(f'<table class="sp-table">{cells(heading, "th")}{body}</table>')


Cell = tuple[str, float, str]
"""What stands in a cell of a calendar, how strongly it is tinted (0 to 1), and the colour."""


def calendar(
    label: str,
    heads: Sequence[str],
    parts: Iterable[tuple[str, Sequence[tuple[str, Sequence[Cell]]]]],
) -> None:
    """Rows by column, in parts with a heading each; the tint only repeats what the words say."""
    columns = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    body = []
    for title, rows in parts:
        if not rows:
            continue
        body.append(
            f'<tr><th scope="rowgroup" colspan="{len(heads) + 1}">{escape(title)}</th></tr>'
        )
        for name, cells in rows:
            told = "".join(map(_calendar_cell, cells))
            body.append(f'<tr><th scope="row">{escape(turned(name))}</th>{told}</tr>')
    name = escape(label, quote=True)
    st.html(
        f'<div class="sp-calendar" role="region" tabindex="0" aria-label="{name}">'
        f"<table><tr><th></th>{columns}</tr>{''.join(body)}</table></div>"
    )


def _calendar_cell(cell: Cell) -> str:
    words, strength, colour = cell
    share = round(60 * min(1.0, max(0.0, strength)))
    tint = f' style="background: color-mix(in srgb, {colour} {share}%, transparent)"'
    return f"<td{tint if share else ''}>{escape(words)}</td>"


def legend(entries: Iterable[tuple[str, str, str, str]]) -> None:
    """(sign, colour, words, shape) beside each other; the shape is disc, area, line or ring."""
    parts = [
        f'<span><i class="sp-{kind}" style="background:{colour}">{escape(sign)}</i>'
        f"{escape(words)}</span>"
        for sign, colour, words, kind in entries
    ]
    st.html(f'<div class="sp-legend">{"".join(parts)}</div>')


def term(word: str, means: str) -> str:
    """A word as HTML, with its explanation on hover and on focus; plain text both."""
    if not means:
        return escape(word)
    told = escape(means, quote=True)
    return (
        f'<dfn class="sp-term" tabindex="0" data-means="{told}" aria-description="{told}">'
        f"{escape(word)}</dfn>"
    )


def points(texts: Iterable[str]) -> None:
    """Quiet sentences, one below the other; plain text."""
    parts = "".join(f"<li>{escape(turned(text))}</li>" for text in texts)
    if parts:
        st.html(f'<ul class="sp-note sp-points">{parts}</ul>')


def lead(text: str, note: str = "") -> None:
    """The one sentence that matters most, and a line below; plain text."""
    below = f'<p class="sp-note">{escape(note)}</p>' if note else ""
    st.html(f'<p class="sp-lead">{escape(text)}</p>{below}')


def cards(rows: Iterable[tuple[str, str, str, str]]) -> None:
    """Large figures side by side: (label, figure, line below, what the label means)."""
    parts = [
        f"<div><span>{term(label, means)}</span><strong>{escape(figure)}</strong>"
        f"<span>{escape(below) or '&nbsp;'}</span></div>"
        for label, figure, below, means in rows
    ]
    st.html(f'<div class="sp-cards">{"".join(parts)}</div>')


_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&=])")
_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def label(text: str, length: int = 60) -> str:
    """A name for the label of a widget, which reads Markdown: as plain text, cut where it is long.

    Marks that turn the direction of what follows are left out.
    """
    told = " ".join(_TURNS.sub("", text).split())
    cut = told if len(told) <= length else told[: length - 1] + "…"
    return _MARKS.sub(r"\\\1", cut)


def turned(text: str) -> str:
    """Marks that turn the direction of writing made visible, so that no line reads otherwise."""
    return _TURNS.sub(lambda found: f"⟨U+{ord(found.group()):04X}⟩", text)
