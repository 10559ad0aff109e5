"""Opening another scenario or a plan made before, and saving the text as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from planner.errors import ScenarioError
from planner.ui import look
from planner.ui.session import shipped
from planner.ui.words import _

if TYPE_CHECKING:
    from planner.ui.session import Session

LARGEST_BYTES = 2_000_000


def chooser(session: Session) -> None:
    """Shipped scenarios, a file of one's own, a plan made before."""
    # Opening happens in the callbacks alone: a widget that only still holds a choice opens nothing.
    st.selectbox(
        _("Shipped scenarios"),
        list(shipped()),
        index=None,
        placeholder=_("Choose one"),
        key="shipped",
        on_change=_open_shipped,
        args=(session,),
    )
    st.file_uploader(
        _("Or a YAML file of your own"),
        type=["yaml", "yml"],
        key=f"upload-{session.version}",
        on_change=_open_upload,
        args=(session, f"upload-{session.version}"),
        max_upload_size=4,
    )
    key = f"plan-{session.count}"
    st.file_uploader(
        _("Or a plan made before (plan.json)"),
        type=["json"],
        key=key,
        on_change=_open_plan,
        args=(session, key),
        max_upload_size=64,
    )
    if session.text:
        look.note(_("What is open now can be had back with Undo; plans already made stay."))


def _open_shipped(session: Session) -> None:
    name = st.session_state["shipped"]
    if name:
        text = shipped()[name].read_text(encoding="utf-8")
        session.open(f"{name}.yaml", text, _("the program"))


def _open_upload(session: Session, key: str) -> None:
    upload = st.session_state[key]
    if upload is None:
        return
    content = upload.getvalue()
    if len(content) > LARGEST_BYTES:
        session.refused = _("{n} bytes are more than a scenario may have (2 MB)").format(
            n=f"{len(content):,}"
        )
        return
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        session.refused = _("the file is not UTF-8 (byte {at}); save it as UTF-8").format(
            at=error.start
        )
        return
    session.open(upload.name, text, _("your computer"))


def _open_plan(session: Session, key: str) -> None:
    upload = st.session_state[key]
    if upload is None:
        return
    try:
        session.open_plan(upload.getvalue())
    except ScenarioError as error:
        session.refused = "; ".join(str(issue) for issue in error.issues[:3])
    else:
        session.refused = ""
        session.opened = True
