"""A table's part for lists of people's own: taken in from CSV or XLSX, handed out as both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from planner import tables
from planner.errors import ScenarioError
from planner.tables import ENCODINGS, Cell, Import, Table
from planner.ui import look
from planner.ui.words import _, counted

if TYPE_CHECKING:
    from planner.ui.session import Session

TYPES = ["csv", "tsv", "txt", "xlsx"]
MOST_MB = 4
MOST_SHOWN = 40
ROUND = "list-round"  # rises when a list was taken in, so that the field is empty again


def exports(session: Session, found: Table) -> None:
    """Two files to download: what is there now."""
    stem = f"{session.file.removesuffix('.yaml')}_{found.section}"
    left, right = st.columns(2)
    for column, ending, content, mime in (
        (left, "csv", tables.csv_bytes, "text/csv"),
        (right, "xlsx", tables.xlsx_bytes,
         "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ):  # fmt: skip
        column.download_button(
            _("As {form}").format(form=ending.upper()),
            content(found),
            file_name=f"{stem}.{ending}",
            mime=mime,
            icon=":material/download:",
            key=f"export-{found.section}-{ending}",
            on_click="ignore",
            width="stretch",
        )


def imports(session: Session, found: Table) -> None:
    """A file to take in; what it would do is told before anything is done."""
    section, turn = found.section, st.session_state.get(ROUND, 0)
    upload = st.file_uploader(
        _("A list of your own: CSV or XLSX with a row of headers or of HXL hashtags"),
        type=TYPES,
        key=f"list-{section}-{turn}",
        max_upload_size=MOST_MB,
    )
    if upload is None:
        look.note(
            _(
                "A row whose id is known changes that item, the others are added. "
                "An empty cell leaves what is there."
            )
        )
        return
    encoding = _encoding(section, upload.name)
    try:
        result = tables.imported(
            session.text, section, upload.getvalue(), upload.name,
            _defaults(session, found, upload.getvalue(), upload.name, encoding),
            encoding, session.file,
        )  # fmt: skip
    except ScenarioError as error:
        _refused(error)
        return
    _preview(session, section, upload.name, result)


def _refused(error: ScenarioError) -> None:
    lines = [f"{issue.problem} → {issue.remedy}" for issue in error.issues[:5]]
    look.banner("bad", _("This file cannot be read."), lines=lines)


def _encoding(section: str, name: str) -> str:
    if name.lower().endswith(".xlsx"):
        return ""
    names = {"": _("found out"), "utf-8": "UTF-8"}
    names |= {code: code.replace("cp", "Windows-") for code in ENCODINGS}
    chosen = st.selectbox(
        _("Encoding of the letters"), list(names), format_func=names.__getitem__,
        key=f"encoding-{section}", help=_("Choose another one where names look wrong below."),
    )  # fmt: skip
    return chosen or ""


def _defaults(
    session: Session, found: Table, content: bytes, name: str, encoding: str
) -> dict[str, Cell]:
    """What every item needs and the file has no column for, chosen for all new rows."""
    first = tables.imported(session.text, found.section, content, name, None, encoding)
    out: dict[str, Cell] = {}
    for key in first.missing:
        column = next(c for c in found.columns if c.key == key)
        options = found.options(column)
        label = _("{column}, for all new rows").format(column=key)
        widget = f"default-{found.section}-{key}"
        if options:
            out[key] = st.selectbox(label, options, index=None, key=widget)
        elif key != "id":
            out[key] = st.text_input(label, key=widget) or None
    return {key: cell for key, cell in out.items() if cell}


def _preview(session: Session, section: str, name: str, result: Import) -> None:
    look.note(_("Read as {how}; {n} rows.").format(how=result.how, n=result.rows))
    if result.taken:
        heading = (_("In the file"), _("Taken as"), _("First row"))
        look.table(heading, [(h, key, cell[:120]) for h, key, cell in result.taken])
    if result.ignored:
        ignored = ", ".join(header[:40] for header in result.ignored[:20])
        look.note(_("Left aside: {columns}").format(columns=ignored))
    n = result.bad_rows
    if result.faults:
        head = counted("{n} row does not fit.", "{n} rows do not fit.", n) if n else ""
        look.banner("bad", head, _("Nothing has been taken in."))
        rows = [
            (f"{fault.row or '–'} · {fault.column}", fault.problem, fault.remedy)
            for fault in result.faults[:MOST_SHOWN]
        ]
        heading = (_("Row, column"), _("What is wrong"), _("What helps"))
        look.table(heading, rows, right=[0])
        if len(result.faults) > MOST_SHOWN:
            more = len(result.faults) - MOST_SHOWN
            look.note(counted("… and {n} more", "… and {n} more", more))
    _take_in(session, section, name, result)


def _take_in(session: Session, section: str, name: str, result: Import) -> None:
    what = _("Take in {file}").format(file=name[:60])
    if result.text == session.text and not result.faults:
        look.banner("plain", _("Everything in it is there already."))
        return
    if result.text is not None:
        told = _("{added} new, {updated} known.").format(added=result.added, updated=result.updated)
        look.banner("good", counted("{n} row fits.", "{n} rows fit.", result.rows), told)
    good = result.rows - result.bad_rows
    left, right = st.columns(2)
    left.button(
        _("Take in all {n} rows").format(n=result.rows),
        type="primary", disabled=result.text is None, icon=":material/playlist_add:",
        key=f"take-{section}", on_click=_taken, args=(session, result.text, what), width="stretch",
    )  # fmt: skip
    if result.without_bad is not None:
        right.button(
            _("Take in {good} rows, leave out {bad}").format(good=good, bad=result.bad_rows),
            key=f"take-good-{section}", on_click=_taken, args=(session, result.without_bad, what),
            width="stretch",
        )  # fmt: skip


def _taken(session: Session, text: str | None, what: str) -> None:
    if text is not None:
        session.edit(text, what)
        st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
