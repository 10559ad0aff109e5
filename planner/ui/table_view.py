"""A section of the scenario on the page: problems, grid, a form for a new row, lists."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import streamlit as st

from planner import edit, tables
from planner.errors import Issue, ScenarioError
from planner.load.yamltext import parse
from planner.tables import IMPORTED, SECTIONS, Cell, Changes, Column, Table
from planner.ui import cell_editor, lists, look
from planner.ui.words import _, counted

if TYPE_CHECKING:
    from planner.ui.session import Session

SHOWN = SECTIONS[:7]
MORE = SECTIONS[7:]
# What a new item is asked for besides what every item of its kind needs.
ASKED = {
    "links": ("from", "to", "mode", "length", "map_link"),
    "windows": ("kind", "open", "closed", "modes"),
    "threats": ("daily",),
}


@lru_cache(maxsize=8)
def title(text: str) -> str:
    """The scenario's title; empty while the text cannot be read."""
    root, _issues = parse(text, "")
    return (root.get("title").text or "") if root else ""


def title_of(section: str) -> str:
    """What a section is called on the page."""
    return {
        "places": _("Places"), "groups": _("Groups"), "fleets": _("Fleets"), "links": _("Links"),
        "threats": _("Threats"), "authorisations": _("Authorisations"), "windows": _("Windows"),
        "parties": _("Parties"), "control": _("Control"), "teams": _("Teams"), "aid": _("Aid"),
        "notifications": _("Notifications"), "commitments": _("Commitments"),
    }[section]  # fmt: skip


def more(session: Session) -> None:
    """The tables that have no tab of their own."""
    section = st.selectbox(
        _("Table"), MORE, format_func=title_of, key="more-section", width=320,
        persist_state="session",
    )  # fmt: skip
    show(session, section or MORE[0])


def show(session: Session, section: str) -> None:
    """The table of a section with its problems, its form and its lists."""
    readable = last_readable(session)
    if readable is None:
        look.banner("bad", _("The text cannot be read."), _("Mend it under Text."))
        return
    if readable != session.text:
        look.banner(
            "wait",
            _("Read-only."),
            _("The text cannot be read now; this is the last one that could. Mend it under Text."),
        )
    else:
        _problems(session, section)
    found = (tables.tables(readable) or {})[section]
    wide = st.session_state.get(f"wide-{section}", False)
    if found.rows:
        # The grid's own download knows nothing of formulas: see `Lists`.
        with st.container(key="grid"):
            cell_editor.editor(session, section, title_of(section), readable, wide)
    else:
        look.note(_("Nothing here yet."))
    _below(session, found, fixed=readable != session.text)


def _below(session: Session, found: Table, fixed: bool) -> None:
    section = found.section
    left, middle, right = st.columns([2, 2, 5], vertical_alignment="center")
    if not fixed:
        with left, st.popover(
            _("Add a row"), icon=":material/add:", width="stretch"
        ):  # fmt: skip
            _add(session, found)
    middle.toggle(_("All columns"), key=f"wide-{section}", persist_state="session")
    with right:
        look.note(
            _("Enter or a double click changes a cell; rows ticked on the left go with Delete.")
            + " "
            + _("Columns marked * are needed.")
        )
    if section in IMPORTED and not fixed:
        _lists(session, found)


def _lists(session: Session, found: Table) -> None:
    """Lists to take in and hand out, behind a heading that stays as it was left."""
    key = f"lists-{found.section}"
    kept = f"{key}-open"
    if key not in st.session_state:  # another tab or page was open in the meantime
        st.session_state[key] = st.session_state.get(kept, False)
    head = _("Lists: take in or hand out")
    part = st.expander(head, icon=":material/table_view:", key=key, on_change="rerun")
    st.session_state[kept] = part.open
    if not part.open:
        return
    with part:
        left, right = st.columns([1, 3], gap="medium")
        with left:
            lists.exports(session, found)
        with right:
            lists.imports(session, found)


def _problems(session: Session, section: str) -> None:
    held = cell_editor.memory()
    if held.refused and held.refused_at == (section, session.text):
        look.banner("bad", _("Not changed."), lines=[told(issue) for issue in held.refused[:8]])
    faults = edit.faults(session.text, session.file)
    here = [issue for issue in faults if issue.where.startswith(section)]
    if here:
        lines = [_("line {n}: {told}").format(n=i.line, told=told(i)) for i in here[:5]]
        look.banner("wait", counted("{n} fault here.", "{n} faults here.", len(here)), lines=lines)
    elif faults:
        head = counted("{n} fault elsewhere.", "{n} faults elsewhere.", len(faults))
        look.banner("wait", head, _("They stand under Text."))


def told(issue: Issue) -> str:
    """A refusal in one line."""
    remedy = f" → {issue.remedy}" if issue.remedy else ""
    return f"{issue.where}: {issue.problem}{remedy}" if issue.where else issue.problem + remedy


def last_readable(session: Session) -> str | None:
    """The text, or the newest one before it that can be read as tables."""
    if tables.tables(session.text) is not None:
        return session.text
    return next((text for text in session.earlier() if tables.tables(text) is not None), None)


def _add(session: Session, found: Table) -> None:
    asked = [
        c for c in found.columns if c.required or c.key in ("name", *ASKED.get(found.section, ()))
    ]
    turn = f"{found.section}-{session.version}"
    with st.form(f"add-{found.section}", border=False):
        cells = {column.key: _asked(found, column, f"add-{turn}-{column.key}") for column in asked}
        if st.form_submit_button(_("Add"), type="primary"):
            _added(session, found.section, cells)


def _asked(found: Table, column: Column, key: str) -> Cell:
    label, tip = cell_editor.label_of(column), cell_editor.help_of(column)
    options = found.options(column)
    if column.kind == "many":
        chosen = st.multiselect(label, options, key=key, help=tip, accept_new_options=not options)
        return tuple(chosen)
    if column.kind == "flag":
        return st.checkbox(label, value=column.default, key=key, help=tip)
    if options:
        return st.selectbox(label, options, index=None, key=key, help=tip)
    return st.text_input(label, key=key, help=tip, placeholder=column.example or None) or None


def _added(session: Session, section: str, cells: dict[str, Cell]) -> None:
    given = {key: cell for key, cell in cells.items() if cell not in (None, ())}
    try:
        new = tables.changed(session.text, section, Changes(added=[given]), session.file)
    except ScenarioError as error:
        look.banner("bad", _("Not added."), lines=[told(issue) for issue in error.issues[:8]])
        return
    session.edit(
        new, _("Add {id} to {table}").format(id=given.get("id", ""), table=title_of(section))
    )
    st.rerun()
