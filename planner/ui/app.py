"""The desk's router: Streamlit runs it on every turn, here or from ``streamlit_app.py``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

if __name__ == "__main__":
    # Streamlit puts this file's folder on the path, where names such as `maps` would shadow others.
    here = str(Path(__file__).resolve().parent)
    sys.path[:] = [entry for entry in sys.path if entry != here]

from planner.ui import keeping, late, look, memory, words
from planner.ui.session import current
from planner.ui.words import _

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

# Drawn here: Streamlit would fetch the picture of an icon's name from a font server.
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">'
    '<rect width="24" height="24" rx="5" fill="#0b5d8a"/>'
    '<path d="M6 18c0-5 12-6 12-11" fill="none" stroke="#fff" stroke-width="2.4" '
    'stroke-linecap="round"/><circle cx="6" cy="18" r="2.4" fill="#fff"/>'
    '<circle cx="18" cy="6" r="2.4" fill="#fff"/></svg>'
)
SCREENS = Path(__file__).resolve().parent / "screens"


def _page(screen: str, title: str, icon: str, *, default: bool = False) -> StreamlitPage:
    return st.Page(
        SCREENS / f"{screen}.py", title=title, icon=f":material/{icon}:", default=default,
        url_path=screen.replace("_", "-"),
    )  # fmt: skip


def main() -> None:
    """Set the page up, take in a plan that has just been finished, run the open page."""
    late.drop()
    st.set_page_config(
        page_title="Safe Passage",
        page_icon=ICON,
        layout="wide",
        # With something of its own in it the menu is shown, and in it the choice of a dark page.
        menu_items={"About": "Safe Passage plans evacuations. Decision support, not clearance."},
    )
    words.remember()
    look.style(words.language() in words.RIGHT_TO_LEFT)
    pages = {
        "": [
            _page("situation", _("Situation"), "public", default=True),
            _page("scenario", _("Scenario"), "edit_note"),
            _page("plan", _("Plan"), "route"),
            _page("what_ifs", _("What-ifs"), "compare"),
            _page("documents", _("Documents"), "description"),
        ],
        _("Under uncertainty"): [
            _page("worth", _("Worth"), "query_stats"),
            _page("rehearsal", _("Rehearsal"), "casino"),
            _page("when", _("When"), "event"),
            _page("sweep", _("Sweep"), "grid_on"),
            _page("operation", _("Operation"), "update"),
        ],
    }
    page = st.navigation(pages, position="top")
    session = current()
    memory.keep_within(session)
    session.refresh()
    # In a place of its own: the page below keeps its place, and nobody's click misses its button.
    with st.container():
        if any(job.ending() is not None for job in session.jobs):
            with st.spinner(_("Replaying the plan against the scenario …")):
                session.collect()
        if session.told:
            look.banner("wait", session.told)
            session.told = ""
        keeping.offer(session)
    page.run()
    words.choose()
    foot = _("Decision support, not clearance. Everything stays on this machine.")
    look.note(f"{foot} {words.reviewed()}")
    keeping.foot(session)


if __name__ == "__main__":
    main()
