"""Page: the situation before anything is planned, on a map over time; drawing on it."""

from __future__ import annotations

import streamlit as st

from planner.charts import Unsourced, palette
from planner.errors import ScenarioError
from planner.scenario import CONTESTED
from planner.ui import drawing, look, situation, situation_facts, situation_shown
from planner.ui.mapview import Clock, Mode, Reading, Sheet, again, map_view
from planner.ui.session import Session, current, fingerprint
from planner.ui.situation_shown import Shown
from planner.ui.words import _, counted, language

MAP_PX = 430
PANEL_PX = 470
KEPT = "situation-kept"
TIME = "situation-time"
JUMP = "situation-jump"
CHOSEN = "situation-chosen"
CHECKED, ASKED = "situation-checked", "situation-asked"
CHECK_AFTER_S = 0.7
MODES: tuple[str, ...] = ("look", "road", "place", "danger")


def render() -> None:
    """The whole page."""
    session = current()
    with st.container():  # in a place of its own: the map below is not built anew
        shown, told = _shown(session)
    _head(session, shown)
    if shown is None:
        look.banner("bad", _("There is nothing to show yet."), told)
        if st.button(_("Go to the scenario"), type="primary"):
            st.switch_page("screens/scenario.py")
        return
    with st.container():
        if told:
            look.banner("wait", _("The text has faults; this is the last state without one."), told)
    st.fragment(_panel)(session, shown)
    _legend(shown)
    _check(session)


def _shown(session: Session) -> tuple[Shown | None, str]:
    """The present text's situation, or that of the last sound one, and what is wrong."""
    mark = (fingerprint(session.text), language())
    kept = st.session_state.get(KEPT)
    if kept is not None and kept[0] == mark:
        return kept[1], ""
    with st.spinner(_("Drawing the map …")):
        try:
            shown = situation_shown.shown(session.text, session.file or "scenario.yaml")
        except ScenarioError as error:
            told = "; ".join(str(issue) for issue in error.issues[:2])
            return (kept[1] if kept is not None else None), told
    st.session_state[KEPT] = (mark, shown)
    return shown, ""


def _head(session: Session, shown: Shown | None) -> None:
    left, other, middle, right = st.columns([5, 1.7, 1.2, 1.8], vertical_alignment="center")
    with left:
        name = shown.scenario.title if shown is not None else session.file or _("No scenario")
        below = shown.scenario.description or "" if shown is not None else ""
        look.title(name, below)
    with other:
        if st.button(_("Other scenario"), icon=":material/folder_open:", width="stretch"):
            st.switch_page("screens/scenario.py")
    with middle:
        drawing.undo_button(session)
    with right:
        if st.button(
            _("Go on to the plan"),
            type="primary",
            icon=":material/arrow_forward:",
            width="stretch",
            disabled=shown is None,
        ):
            st.switch_page("screens/plan.py")


# ------------------------------------------------------------------ map and panel


def _panel(session: Session, shown: Shown) -> None:
    left, right = st.columns([13, 6], gap="medium")
    t_s = min(int(st.session_state.get(TIME, 0)), shown.scenario.horizon_s - 1)
    with left:
        mode = _choose_mode()
        reading = _map(shown, mode)
    _take(reading, mode)
    t_s = min(reading.time_s, shown.scenario.horizon_s - 1)
    with right, st.container(height=PANEL_PX + 60, border=False):
        if mode == "look":
            _look(session, shown, t_s)
        else:
            drawing.form(session, shown.net, shown.side, mode, t_s)


def _choose_mode() -> str:
    words = {
        "look": _("Look"),
        "road": _("Close a road"),
        "place": _("Add a place"),
        "danger": _("Draw a danger zone"),
    }
    left, right = st.columns([5, 2], vertical_alignment="bottom")
    with left:
        found = st.segmented_control(
            _("What to do on the map"),
            MODES,
            default="look",
            required=True,
            format_func=words.__getitem__,
            key="situation-mode",
            label_visibility="collapsed",
        )
    with right:
        views = {"near": _("Where people are"), "whole": _("All places")}
        st.selectbox(
            _("View"),
            list(views),
            format_func=views.__getitem__,
            key="situation-view",
            label_visibility="collapsed",
        )
    return found or "look"


def _map(shown: Shown, mode: str) -> Reading:
    tools: dict[str, Mode] = {"road": "road", "place": "point", "danger": drawing.tool()}
    whole = st.session_state.get("situation-view") == "whole"
    sheets: list[Sheet] = [*shown.sheets, *drawing.preview(shown.net, mode)]
    return map_view(
        sheets,
        key="situation",
        label=_("Map of the situation: {title}").format(title=shown.scenario.title),
        bounds=shown.whole if whole else shown.near,
        height=MAP_PX,
        clock=_clock(shown),
        mode=tools.get(mode, "look"),
        chosen=st.session_state.get(CHOSEN) if mode == "look" else drawing.chosen(mode),
        credit=shown.credit,
    )


def _clock(shown: Shown) -> Clock:
    return situation.situation_clock(
        shown.net,
        shown.notes,
        at_s=int(st.session_state.get(TIME, 0)),
        jump=int(st.session_state.get(JUMP, 0)),
    )


def _take(reading: Reading, mode: str) -> None:
    """Keep what was done on the map; the panel beside it shows it in the same run."""
    st.session_state[TIME] = reading.time_s
    if mode != "look":
        drawing.take(reading, mode)
    elif reading.clicked is not None:
        hits = [hit for hit in reading.clicked.hits if hit.kind]
        found = (hits[0].kind, hits[0].id) if hits else None
        if found != st.session_state.get(CHOSEN):
            st.session_state[CHOSEN] = found
            st.session_state["situation-pick"] = found
            again()


def _look(session: Session, shown: Shown, t_s: int) -> None:
    names = [_("On the map"), _("No source yet ({n})").format(n=len(shown.claims))]
    first, second = st.tabs(names)
    with first:
        _facts(session, shown, t_s)
    with second:
        _claims(shown.claims)


def _facts(session: Session, shown: Shown, t_s: int) -> None:
    chosen = st.session_state.get(CHOSEN)
    if chosen is not None and chosen not in shown.names:
        st.session_state[CHOSEN] = st.session_state["situation-pick"] = chosen = None
    st.selectbox(
        _("Pick something on the map"),
        list(shown.names),
        index=None,
        format_func=lambda found: shown.names[found],
        placeholder=_("Click on the map, or pick here"),
        key="situation-pick",
        on_change=_picked,
        label_visibility="collapsed",
    )
    if chosen is None:
        look.note(situation.moment_words(shown.net, t_s))
        look.facts(situation_facts.moment_facts(shown.net, t_s))
        return
    kind, ident = chosen
    heading, rows = situation_facts.facts_of(shown.net, kind, ident, t_s)
    look.heading(heading)
    look.facts(rows)
    link = next((one for one in shown.scenario.links if (kind, one.id) == ("link", ident)), None)
    if link is not None:
        drawing.close_link(session, shown.net, link, t_s, beside=True)


def _picked() -> None:
    st.session_state[CHOSEN] = st.session_state["situation-pick"]


def _claims(kept: list[tuple[int, Unsourced]]) -> None:
    bare = sum(claim.kind == "unsourced" for _line, claim in kept)
    estimates = len(kept) - bare
    parts = [
        counted("{n} claim rests on nothing.", "{n} claims rest on nothing.", bare),
        counted("{n} is an estimate.", "{n} are estimates.", estimates),
    ]
    look.note(" ".join(parts))
    if not kept:
        return
    rows = [
        (
            str(line or "–"),
            claim.label,
            claim.because if claim.kind == "estimate" else _("neither source nor estimate"),
        )
        for line, claim in kept
    ]
    look.table((_("Line"), _("What"), _("Why")), rows, right=(0,))


# ------------------------------------------------------------------ below


def _legend(shown: Shown) -> None:
    scenario = shown.scenario
    roles = dict.fromkeys(place.role for place in scenario.places)
    entries = [
        (palette.ROLE_SIGNS[role], palette.ROLE_COLOURS[role], situation.role_word(role), "disc")
        for role in roles
    ]
    parties = dict.fromkeys(entry.party for entry in scenario.control)
    entries += [
        (
            "",
            situation.party_colour(scenario, party),
            situation.party_word(scenario, party)
            if party == CONTESTED
            else _("held by {party}").format(party=situation.party_word(scenario, party)),
            "area",
        )
        for party in parties
    ]
    entries += [
        ("", palette.THREAT_COLOUR, _("danger at this hour"), "area"),
        ("✕", situation.LINK_COLOURS["closed"], _("closed"), "disc"),
        ("!", situation.LINK_COLOURS["restricted"], _("restricted"), "disc"),
        ("", situation.LINK_COLOURS["open"], _("open"), "line"),
        ("", "", _("double rim: protected, never leaves the office"), "ring"),
    ]
    look.legend(entries)
    look.note(
        _(
            "Lines of roads: dotted is an estimate, dashed is older than a day, unreliable or "
            "without a date, faint is older than three days or without a date. The circle grows "
            "with the people who wait."
        )
    )


def _check(session: Session) -> None:
    """What is wrong with the text; asked after the page has been drawn, as it takes long."""
    mark = fingerprint(session.text)
    pending = st.session_state.get(CHECKED) != mark
    st.fragment(_checked, run_every=CHECK_AFTER_S if pending else None)(session, mark)


def _checked(session: Session, mark: str) -> None:
    if st.session_state.get(CHECKED) == mark:
        checked = session.check()
        if checked.errors:
            head = counted("{n} fault.", "{n} faults.", checked.errors)
            told = [f"{issue.where}: {issue.problem}" for issue in checked.issues[:3]]
            look.banner("bad", head, _("The page Scenario shows them all."), told)
        return
    if st.session_state.get(ASKED) == mark:  # the second turn: the page has been drawn
        with st.spinner(_("Checking the scenario …")):
            session.check()
        st.session_state[CHECKED] = mark
        st.rerun(scope="app")
    st.session_state[ASKED] = mark
    look.note(_("Checking the scenario …"))


render()
