"""Undo and redo by name; revisions that were saved: compared, restored, dropped."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from planner.ui import look
from planner.ui.draft import State, differences
from planner.ui.words import _, counted

if TYPE_CHECKING:
    from planner.ui.session import Session

MOST_LINES = 400
STYLE = """
<style>
.sp-diff { font-family: "Source Code Pro", monospace; font-size: 12.5px; line-height: 1.45;
  direction: ltr; text-align: left; border: 1px solid var(--sp-line); border-radius: 6px;
  padding: .4rem 0; }
.sp-diff div { white-space: pre-wrap; overflow-wrap: anywhere; padding: 0 .8rem 0 2rem;
  text-indent: -1.2rem; unicode-bidi: plaintext; }
.sp-diff .sp-plus { background: color-mix(in srgb, #0072b2 18%, transparent); }
.sp-diff .sp-minus { background: color-mix(in srgb, #d55e00 20%, transparent); }
.sp-diff .sp-at { color: var(--sp-quiet); border-top: 1px dashed var(--sp-line); }
</style>
"""


def buttons(session: Session) -> None:
    """Undo and redo, each with the name of what it would take back or make again."""
    left, right = st.columns(2)
    for column, name, icon, what, step in (
        (left, _("Undo"), ":material/undo:", session.can_undo, session.undo),
        (right, _("Redo"), ":material/redo:", session.can_redo, session.redo),
    ):
        label = f"{name}: {look.label(what, 28)}" if what else name
        column.button(
            label,
            key=f"step-{icon}",
            icon=icon,
            disabled=not what,
            help=look.label(what, 200) or None,
            on_click=step,
            width="stretch",
        )


def revisions(session: Session) -> None:
    """The page's part for revisions that were saved by name."""
    st.html(STYLE)
    left, right = st.columns([4, 1.4], vertical_alignment="bottom")
    # A new key empties the field after saving.
    key = f"revision-name-{len(session.saved)}"
    name = left.text_input(
        _("Name of this revision"), key=key, max_chars=120,
        placeholder=_("for example: as agreed on Tuesday"),
    )  # fmt: skip
    right.button(
        _("Save this revision"),
        icon=":material/bookmark_add:",
        on_click=session.save_revision,
        args=(name or "",),
        disabled=not (name or "").strip(),
        width="stretch",
    )
    saved = list(reversed(session.saved))
    if not saved:
        look.note(_("No revision has been saved yet. Undo goes back step by step all the same."))
        return
    chosen = st.selectbox(
        _("Saved revisions, the newest first"),
        range(len(saved)),
        format_func=lambda index: title_of(saved[index]),
        key=f"revision-{len(saved)}",
    )
    _one(session, saved[chosen or 0])


def title_of(saved: State) -> str:
    """How a saved revision is called in lists."""
    when = datetime.fromtimestamp(saved.at).strftime("%Y-%m-%d %H:%M")
    return f"{saved.what} · {when} · {saved.file}"


def _one(session: Session, saved: State) -> None:
    text = session.text_of(saved)
    lines = differences(text, session.text)
    changed = sum(line[:1] in "+-" for line in lines)
    left, middle, right = st.columns([3, 1, 1], vertical_alignment="center")
    with left:
        if changed:
            look.note(counted("{n} line differs from now.", "{n} lines differ from now.", changed))
        else:
            look.note(_("The same as the text now."))
    middle.button(
        _("Restore"), icon=":material/history:", on_click=session.restore, args=(saved,),
        disabled=not changed, width="stretch",
    )  # fmt: skip
    right.button(
        _("Delete"), icon=":material/delete:", on_click=session.drop_revision, args=(saved,),
        width="stretch",
    )  # fmt: skip
    if changed:
        st.html(coloured(lines))
        look.note(_("− as saved, + as it is now. What is restored can be undone."))


def coloured(lines: Iterable[str]) -> str:
    """A unified diff as HTML; the sign stands before each line, so that colour is not alone."""
    parts = []
    listed = list(lines)
    for line in listed[:MOST_LINES]:
        sign, rest = line[:1], line[1:]
        kind = {"+": "sp-plus", "-": "sp-minus", "@": "sp-at"}.get(sign, "")
        shown = {"-": "−", "@": "…"}.get(sign, sign)
        body = "" if sign == "@" else escape(look.turned(rest))
        parts.append(f'<div class="{kind}">{escape(shown)} {body}</div>')
    if len(listed) > MOST_LINES:
        more = len(listed) - MOST_LINES
        told = counted("… {n} more line", "… {n} more lines", more)
        parts.append(f'<div class="sp-at">{escape(told)}</div>')
    return f'<div class="sp-diff" tabindex="0">{"".join(parts)}</div>'
