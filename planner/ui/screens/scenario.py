"""Page: the scenario as tables and as text, its problems, its history."""

from __future__ import annotations

import streamlit as st

from planner.scenario import Scenario, people
from planner.ui import history, look, opening, returning, table_view
from planner.ui.session import Checked, Session, current
from planner.ui.table_view import SHOWN
from planner.ui.words import _, counted, duration

EDITOR_PX = 540
TABS = "scenario-tab"


def render() -> None:
    """The whole page."""
    session = current()
    if session.opened:
        session.opened = False
        st.switch_page("screens/plan.py")
    _head(session)
    if session.refused:
        look.banner("bad", _("Not opened."), session.refused)
        session.refused = ""
    names = [
        _("Text"),
        *(table_view.title_of(section) for section in SHOWN),
        _("More"),
        _("Revisions"),
    ]
    # The tab that was open stays so after another page, and in another language.
    if st.session_state.get(TABS) not in names:
        st.session_state[TABS] = names[st.session_state.get(f"{TABS}-at", 0)]
    found = st.tabs(names, key=TABS, on_change="rerun")
    at = next((index for index, tab in enumerate(found) if tab.open), 0)
    st.session_state[f"{TABS}-at"] = at
    with found[at]:
        if at == 0:
            # The map is asked here alone: it takes longer than a cell of a table should.
            with st.spinner(_("Checking the scenario …")):
                checked = session.check()
            _text(session, checked)
        elif at <= len(SHOWN):
            table_view.show(session, SHOWN[at - 1])
        elif at == len(SHOWN) + 1:
            table_view.more(session)
        else:
            history.revisions(session)


def _head(session: Session) -> None:
    left, right = st.columns([4, 8], vertical_alignment="bottom")
    with left:
        name = table_view.title(session.text) or session.file or _("No scenario")
        origin = session.origin or _("nowhere")
        look.title(name, f"{session.file} · " + _("opened from {origin}").format(origin=origin))
    steps, choose, save = right.columns([5, 2.2, 2], vertical_alignment="bottom")
    with steps:
        history.buttons(session)
    with choose, st.popover(
        _("Open a scenario"), icon=":material/folder_open:", width="stretch"
    ):  # fmt: skip
        opening.chooser(session)
    save.download_button(
        _("Save the text"),
        session.text,
        file_name=session.file or "scenario.yaml",
        mime="application/yaml",
        icon=":material/save:",
        on_click="ignore",
        width="stretch",
    )


def _verdict(checked: Checked) -> None:
    warnings = len(checked.issues) - checked.errors
    told = counted("{n} warning.", "{n} warnings.", warnings) if warnings else ""
    if checked.errors:
        head = counted("{n} fault.", "{n} faults.", checked.errors)
        look.banner("bad", head, _("It cannot be planned yet.") + f" {told}")
    else:
        look.banner("good", _("No fault."), _("This scenario can be planned.") + f" {told}")


def _go_on(checked: Checked) -> None:
    if checked.scenario is not None and st.button(
        _("Go on to the plan"), type="primary", icon=":material/arrow_forward:"
    ):
        st.switch_page("screens/plan.py")


# ---------------------------------------------------------------------- text


def _text(session: Session, checked: Checked) -> None:
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.html(look.gutter(session.text, checked.issues))
        with st.container(key="editor"):
            text = st.text_area(
                _("Scenario text (YAML)"),
                session.text,
                height=EDITOR_PX,
                key=f"text-{session.version}",
                label_visibility="collapsed",
            )
        look.note(_("Ctrl+Enter, or a click outside, takes the change over and checks it."))
        returning.look_out()
        if text is not None and text != session.text:
            session.edit(text, _("Edit the text"), typed=True)
            st.rerun()
    with right:
        _verdict(checked)
        parts = []
        if checked.issues:
            ordered = sorted(checked.issues, key=lambda i: (i.severity, i.line, i.where))
            parts.append(look.issue_list(ordered, session.text))
        if checked.scenario is not None:
            parts.append(look.fact_table(_contents(checked.scenario)))
        look.scrolled(_("Problems and contents"), EDITOR_PX - 100, "".join(parts))
        _go_on(checked)


def _contents(scenario: Scenario) -> dict[str, str]:
    begins = f"{scenario.local(0):%a %d %b %Y %H:%M} ({scenario.timezone})"
    return {
        **({_("situation"): scenario.description} if scenario.description else {}),
        _("begins"): begins,
        _("horizon"): duration(scenario.horizon_s),
        _("people"): _("{people} in {n} groups").format(
            people=f"{people(scenario):,}", n=len(scenario.groups)
        ),
        _("fleets"): _("{vehicles} vehicles in {n} fleets").format(
            vehicles=f"{sum(f.count for f in scenario.fleets):,}", n=len(scenario.fleets)
        ),
        _("places, links"): _("{places} places, {links} links").format(
            places=len(scenario.places), links=len(scenario.links)
        ),
        _("threats"): ", ".join(threat.label for threat in scenario.threats) or _("none"),
        _("authorisations"): _states(scenario),
        _("what-ifs"): ", ".join(scenario.what_ifs) or _("none"),
    }


def _states(scenario: Scenario) -> str:
    found: dict[str, int] = {}
    for entry in scenario.authorisations:
        found[entry.state] = found.get(entry.state, 0) + 1
    return ", ".join(f"{count} {state}" for state, count in sorted(found.items())) or _("none")


render()
