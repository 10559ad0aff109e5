"""What the open tabs hold in memory: counted, bounded, told.

A tab keeps few plans, pictures and documents, each by number (``KEPT``); where the program takes
more than its tabs may all the same, the tab that is looked at lets go of what can be made again.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING
from weakref import WeakSet

import streamlit as st

if TYPE_CHECKING:
    from planner.ui.session import Session

PROGRAM_MB = 400
"""The program itself with its libraries and one map."""
TAB_MB = 150
"""What one open tab may add."""
KEPT = ("movement-kept", "result_kept", "papers")
"""What can be made again from the plans on disk, in this tab's state."""

_tabs: WeakSet[Session] = WeakSet()


def tabs() -> int:
    """Tabs whose desks are in memory; one that was closed goes some minutes later."""
    return max(1, len(_tabs))


def taken_mb() -> float:
    """What the program takes now, without the solves: they are processes of their own."""
    import psutil

    return float(psutil.Process().memory_info().rss) / 1e6


def most_mb() -> int:
    """What the program may take with its open tabs."""
    return PROGRAM_MB + TAB_MB * tabs()


def share_mb() -> float:
    """This tab's share of what is taken beyond the program itself; at least 0."""
    return max(0.0, taken_mb() - PROGRAM_MB) / tabs()


def keep_within(session: Session) -> bool:
    """Count this tab, and let go of what can be made again where too much is taken."""
    _tabs.add(session)
    if taken_mb() <= most_mb():
        return False
    for name in KEPT:
        st.session_state.pop(name, None)
    session.let_go()
    gc.collect()
    return True
