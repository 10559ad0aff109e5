"""One table of the scenario to edit in place: what the grid reports becomes a change of the text.

The grid keeps the rows that it began with and reports all that was changed since (rows by their
place). The new text is made of the text that the grid began with and the whole report, so the grid
stays as it is while people type, and keeps its focus. It begins anew as soon as the text says
anything else: after undo, another tab's change, or a change that the reader refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import streamlit as st

from planner import tables
from planner.errors import Issue, ScenarioError
from planner.tables import Cell, Changes, Column, Table
from planner.ui.words import _, counted

if TYPE_CHECKING:
    import pandas as pd
    from streamlit.elements.lib.column_types import ColumnConfig

    from planner.ui.session import Session

MEMORY = "cell-editor"
ROW_PX, MOST_PX = 33, 505


@dataclass
class Memory:
    """What this browser tab's grid began with, and what came of it."""

    section: str = ""
    turn: int = 0
    """Rises whenever the grid begins anew; part of its key."""
    base: str = ""
    made: str = ""
    """The text that the grid's report has led to so far."""
    done: Changes = field(default_factory=Changes)
    wide: bool = False
    fixed: bool = False
    refused: tuple[Issue, ...] = ()
    """Why the last change was not made; told until another one is made."""
    refused_at: tuple[str, str] = ("", "")
    """The section and the text that it would have changed."""

    @property
    def key(self) -> str:
        """The grid's key."""
        return f"grid-{self.section}-{self.turn}"


def memory() -> Memory:
    """This tab's memory of its grid."""
    found = st.session_state.get(MEMORY)
    if not isinstance(found, Memory):
        found = st.session_state[MEMORY] = Memory()
    return found


def editor(session: Session, section: str, title: str, readable: str, wide: bool) -> None:
    """The grid of a section; ``readable`` is the last text with a form, the present one or an
    earlier one: then the grid only shows."""
    fixed = readable != session.text
    held = memory()
    wanted = (section, wide, fixed)
    stale = held.key not in st.session_state or held.made != readable
    if stale or (held.section, held.wide, held.fixed) != wanted:
        held.section, held.wide, held.fixed = wanted
        held.turn += 1
        held.base = held.made = readable
        held.done = Changes()
    found = (tables.tables(held.base) or {})[section]
    shown = found.columns if wide else found.used
    st.data_editor(
        frame(found, shown),
        key=held.key,
        column_config=dict(configs(found, shown)),
        hide_index=True,
        num_rows="delete",
        disabled=fixed,
        height=min(MOST_PX, ROW_PX * (len(found.rows) + 1) + 2),
        placeholder="",
        alt=title,
        on_change=taken_over,
        args=(session, section),
    )


def taken_over(session: Session, section: str) -> None:
    """The grid's report becomes the text, or its refusal a list of problems."""
    held = memory()
    report = changes_of(st.session_state[held.key])
    found = (tables.tables(held.base) or {})[section]
    try:
        new = tables.changed(held.base, section, report, session.file)
    except ScenarioError as error:
        held.refused, held.refused_at = error.issues, (section, session.text)
        held.made = ""  # so that the grid begins anew
        return
    what = name_of(report, held.done, found)
    held.refused, held.done, held.made = (), report, new
    if any("id" in cells for cells in report.cells.values()):
        held.made = ""  # others may name it: they are shown anew
    session.edit(new, what, typed=True)


def changes_of(report: Mapping[str, Any]) -> Changes:
    """What the grid reports: cells by row and key, rows that go."""
    cells = {
        int(row): {key: _cell(value) for key, value in edited.items()}
        for row, edited in report.get("edited_rows", {}).items()
    }
    return Changes(cells, removed=tuple(sorted(map(int, report.get("deleted_rows", ())))))


def _cell(value: Any) -> Cell:
    if isinstance(value, (list, tuple)):
        return tuple(str(item) for item in value)
    return value if value is None or isinstance(value, bool) else str(value)


def name_of(report: Changes, before: Changes, found: Table) -> str:
    """What undo calls the latest change."""
    gone = set(report.removed) - set(before.removed)
    if gone:
        told = counted("{n} row removed", "{n} rows removed", len(gone))
        return f"{told} · {found.section}"
    for row, cells in report.cells.items():
        for key, value in cells.items():
            if before.cells.get(row, {}).get(key, ...) != value and row < len(found.rows):
                return f"{key} · {found.rows[row].id}"[:120]
    return found.section


# ---------------------------------------------------------------------- the grid's data


def frame(found: Table, shown: tuple[Column, ...]) -> pd.DataFrame:
    """The rows as texts, flags as booleans, lists as lists."""
    import pandas as pd

    def series(column: Column) -> pd.Series[Any]:
        cells = [row.cells[column.key] for row in found.rows]
        if column.kind == "flag":
            flags = [cell if isinstance(cell, bool) else column.default for cell in cells]
            return pd.Series(flags, dtype=bool)
        if column.kind == "many":
            return pd.Series([list(c) if isinstance(c, tuple) else [] for c in cells], dtype=object)
        return pd.Series([None if c is None else str(c) for c in cells], dtype=object)

    return pd.DataFrame({column.key: series(column) for column in shown})


def configs(found: Table, shown: tuple[Column, ...]) -> dict[str, ColumnConfig]:
    """How each column is shown and what its cells may be chosen from."""
    return {column.key: _config(found, column) for column in shown}


def label_of(column: Column) -> str:
    """A column's heading."""
    return column.key.replace("_", " ").replace(".", ": ") + (" *" if column.required else "")


def help_of(column: Column) -> str:
    """What a column means, as its tooltip."""
    parts = [_(column.means)]
    if column.example:
        parts.append(_("For example: {example}").format(example=column.example))
    if column.kind == "tree":
        parts.append(_("Written as in the text: [a, b] or {{key: value}}.").format())
    return " ".join([*parts, f"(`{column.key}`)"])


def _config(found: Table, column: Column) -> ColumnConfig:
    options = list(found.options(column))
    label, tip = label_of(column), help_of(column)
    if column.kind == "flag":
        return st.column_config.CheckboxColumn(label, help=tip)
    if column.kind == "many":
        return st.column_config.MultiselectColumn(
            label, help=tip, options=options, accept_new_options=True, width="medium"
        )
    if options:
        odd = {str(row.cells[column.key]) for row in found.rows} - {"None"}
        return st.column_config.SelectboxColumn(
            label, help=tip, options=[*options, *sorted(odd - set(options))],
            required=column.required,
        )  # fmt: skip
    return st.column_config.TextColumn(
        label,
        help=tip,
        pinned=column.key == "id",
        alignment="right" if column.kind in ("number", "share") else None,
        width="medium" if column.key in ("name", "because", "comment", "source") else None,
    )
