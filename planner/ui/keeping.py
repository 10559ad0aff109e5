"""What the desk says of what it keeps: drafts to go on with, limits, the queue, and forgetting."""

from __future__ import annotations

import time

import streamlit as st

from planner import searches
from planner.ui import draft, look, memory, runner, tickets, words, workspace
from planner.ui.runs import VERDICTS_KEPT
from planner.ui.session import KEY, RUNS_KEPT, Session, open_desk
from planner.ui.words import _, counted, language

OFFERED = 3
LISTED = 12
MOVED = "moved"


def offer(session: Session) -> None:
    """In a tab in which nothing was done yet: the drafts that one may go on with."""
    if not session.fresh:
        return
    others = [found for found in draft.found(OFFERED + 1) if found.name != session.id][:OFFERED]
    if not others:
        return
    with st.container(border=True, key="continue"):
        look.heading(_("Continue where you left off"))
        _rows(others, "offer")


def _rows(found: list[draft.Found], key: str) -> None:
    for one in found:
        left, right = st.columns([6, 1], vertical_alignment="center")
        with left:
            look.note(described(one))
        right.button(
            _("Continue"),
            key=f"{key}-{one.name}",
            on_click=_go,
            args=(one.name,),
            width="stretch",
        )


def described(found: draft.Found) -> str:
    """A draft in one line: title, file, plans, how long ago."""
    plans = counted("{n} plan", "{n} plans", found.plans) if found.plans else _("no plan yet")
    return f"{found.title} · {found.file} · {plans} · {ago(found.changed)}"


def ago(moment: float) -> str:
    """How long ago, in this tab's language."""
    from babel.dates import format_timedelta

    seconds = min(0, round(moment - time.time()))
    return format_timedelta(seconds, add_direction=True, locale=language())


def _go(name: str) -> None:
    go(open_desk(name))
    st.session_state[MOVED] = True


def go(session: Session) -> None:
    """Work on another desk in this tab."""
    st.session_state[KEY] = session
    st.query_params["desk"] = session.id


# ------------------------------------------------------------------ the queue


def queue_words(session: Session) -> str:
    """Where the present job stands in the queue; '' where it does not wait."""
    place = session.place_in_queue
    return "" if place is None else place_words(place)


def place_words(place: tickets.Place) -> str:
    """A place in the queue as a sentence."""
    if place.ahead == 0:
        return _("Next in the queue; it starts in a moment.")
    told = counted(
        "{n} plan of this machine's desks is made before yours.",
        "{n} plans of this machine's desks are made before yours.",
        place.ahead,
    )
    if place.left_s is None:
        return told
    left = _("About {time} until it is your turn.").format(time=short(place.left_s))
    return f"{told} {left}"


def short(seconds: float) -> str:
    """A short time in words: seconds below two minutes, minutes above."""
    whole = round(seconds)
    if whole < 120:
        return counted("{n} s", "{n} s", whole)
    return counted("{n} min", "{n} min", -(-whole // 60))


# ------------------------------------------------------------------ the foot of every page


def foot(session: Session) -> None:
    """A popover with what lies on this machine, where it lies, and how to be rid of it."""
    st.fragment(_foot)(session)


def _foot(session: Session) -> None:
    if st.session_state.pop(MOVED, False):
        st.rerun()  # the whole app: another desk was opened, or all were forgotten
    found = st.popover(
        _("On this machine"), icon=":material/hard_drive:", key="machine", on_change="rerun"
    )
    if found.open:
        with found:
            _machine(session)


def _machine(session: Session) -> None:
    look.note(
        _(
            "Whatever you change is kept at once. This page's address opens it again, "
            "also after a restart; a plan in the making goes on when the page is closed."
        )
    )
    look.facts(_facts(session))
    others = [found for found in draft.found(LISTED) if found.name != session.id]
    if others:
        look.heading(_("Other drafts"))
        _rows(others, "draft")
    sure = st.checkbox(
        _("Drafts, plans and what earlier searches found shall be gone for good"),
        key="forget-sure",
    )
    st.button(
        _("Forget everything on this machine"),
        icon=":material/delete_forever:",
        disabled=not sure,
        on_click=forget_everything,
        key="forget",
    )


def _facts(session: Session) -> dict[str, str]:
    size = sum(map(workspace.size, workspace.desk_folders())) / 1e6
    limit = _("{size} MB of at most {most} MB; drafts left alone longest go first")
    plans = _("{n} of at most {most}; the oldest go first")
    held = _("{n} of at most {most}; the others are read from disk when looked at")
    return {
        _("Kept in"): str(workspace.root()),
        _("On disk"): limit.format(size=f"{size:,.1f}", most=f"{workspace.MOST_MB:,}"),
        _("Plans here"): plans.format(n=len(session.runs), most=RUNS_KEPT),
        _("In memory"): held.format(n=session.held, most=VERDICTS_KEPT),
        _("This tab's share"): _memory(),
    }


def _memory() -> str:
    told = _(
        "{share} MB of at most {most} MB; the program takes {all} MB with {tabs}, "
        "and beyond {bound} MB what can be made again goes"
    )
    n = memory.tabs()
    return told.format(
        share=f"{memory.share_mb():,.0f}", most=memory.TAB_MB, all=f"{memory.taken_mb():,.0f}",
        tabs=counted("{n} open tab", "{n} open tabs", n), bound=f"{memory.most_mb():,}",
    )  # fmt: skip


def forget_everything() -> None:
    """End every solve, take every desk and every remembered search away, begin anew."""
    for ticket in tickets.read()[0]:
        if ticket.worker is not None and tickets.lives(ticket.worker):
            runner.end_with_children(ticket.worker[0])
    workspace.forget_all()
    known = searches.kept()
    if known is not None:
        known.clear()
    for key in list(st.session_state):
        if key != words.KEY:
            del st.session_state[key]
    st.query_params.pop("desk", None)
    st.session_state[MOVED] = True
