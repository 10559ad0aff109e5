"""Page: choose or upload a scenario, edit it, see its problems."""

from __future__ import annotations

import streamlit as st

from planner.errors import ScenarioError
from planner.scenario import Scenario, people
from planner.ui import look
from planner.ui.session import Checked, Session, current, shipped
from planner.ui.words import _
from planner.units import format_duration

LARGEST_BYTES = 2_000_000
EDITOR_PX = 560


def render() -> None:
    """The whole page."""
    session = current()
    if session.opened:
        session.opened = False
        st.switch_page("screens/plan.py")
    with st.spinner("Checking the scenario …"):
        checked = session.check()
    _head(session, checked)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _editor(session, checked)
    with right:
        _problems(session, checked)


def _head(session: Session, checked: Checked) -> None:
    left, middle, right = st.columns([6, 2, 2], vertical_alignment="bottom")
    with left:
        name = checked.scenario.title if checked.scenario else session.file or "No scenario"
        look.title(name, f"{session.file} · opened from {session.origin or 'nowhere'}")
    with middle, st.popover("Open a scenario", icon=":material/folder_open:", width="stretch"):
        _choose(session)
    with right:
        st.download_button(
            "Save the text",
            session.text,
            file_name=session.file or "scenario.yaml",
            mime="application/yaml",
            icon=":material/save:",
            on_click="ignore",
            width="stretch",
        )


def _choose(session: Session) -> None:
    names = list(shipped())
    # Opening happens in the callbacks alone: a widget that only still holds a choice opens nothing.
    st.selectbox(
        "Shipped scenarios",
        names,
        index=None,
        placeholder="Choose one",
        key="shipped",
        on_change=_open_shipped,
        args=(session,),
    )
    st.file_uploader(
        "Or a YAML file of your own",
        type=["yaml", "yml"],
        key=f"upload-{session.version}",
        on_change=_open_upload,
        args=(session, f"upload-{session.version}"),
        max_upload_size=4,
    )
    key = f"plan-{session.count}"
    st.file_uploader(
        "Or a plan made before (plan.json)",
        type=["json"],
        key=key,
        on_change=_open_plan,
        args=(session, key),
        max_upload_size=64,
    )
    if session.text:
        look.note("What is in the editor now is replaced; plans already made stay.")


def _open_shipped(session: Session) -> None:
    name = st.session_state["shipped"]
    if name:
        session.open(f"{name}.yaml", shipped()[name].read_text(encoding="utf-8"), "the program")


def _open_upload(session: Session, key: str) -> None:
    upload = st.session_state[key]
    if upload is None:
        return
    content = upload.getvalue()
    if len(content) > LARGEST_BYTES:
        session.refused = f"{len(content):,} bytes are more than a scenario may have (2 MB)"
        return
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        session.refused = f"the file is not UTF-8 (byte {error.start}); save it as UTF-8"
        return
    session.open(upload.name, text, "your computer")


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


def _editor(session: Session, checked: Checked) -> None:
    st.html(look.gutter(session.text, checked.issues))
    with st.container(key="editor"):
        text = st.text_area(
            "Scenario text (YAML)",
            session.text,
            height=EDITOR_PX,
            key=f"text-{session.version}",
            label_visibility="collapsed",
        )
    look.note("Ctrl+Enter, or a click outside, takes the change over and checks it.")
    if text is not None and text != session.text:
        session.edit(text, _("Edit the text"), typed=True)
        st.rerun()


def _problems(session: Session, checked: Checked) -> None:
    if session.refused:
        look.banner("bad", "Not opened.", session.refused)
        session.refused = ""
    warnings = len(checked.issues) - checked.errors
    told = f" {warnings} warning(s)." if warnings else ""
    if checked.errors:
        look.banner("bad", f"{checked.errors} fault(s).", f"It cannot be planned yet.{told}")
    else:
        look.banner("good", "No fault.", f"This scenario can be planned.{told}")
    with st.container(height=EDITOR_PX - 60, border=False):
        if checked.issues:
            ordered = sorted(checked.issues, key=lambda i: (i.severity, i.line, i.where))
            st.html(look.issue_list(ordered, session.text))
        if checked.scenario is not None:
            _contents(checked.scenario)
    if checked.scenario is not None and st.button(
        "Go on to the plan", type="primary", icon=":material/arrow_forward:"
    ):
        st.switch_page("screens/plan.py")


def _contents(scenario: Scenario) -> None:
    begins = f"{scenario.local(0):%a %d %b %Y %H:%M} ({scenario.timezone})"
    rows = {
        **({"situation": scenario.description} if scenario.description else {}),
        "begins": begins,
        "horizon": format_duration(scenario.horizon_s),
        "people": f"{people(scenario):,} in {len(scenario.groups)} groups",
        "fleets": f"{sum(f.count for f in scenario.fleets):,} vehicles in "
        f"{len(scenario.fleets)} fleets",
        "places, links": f"{len(scenario.places)}, {len(scenario.links)}",
        "threats": ", ".join(threat.label for threat in scenario.threats) or "none",
        "authorisations": _states(scenario),
        "what-ifs": ", ".join(scenario.what_ifs) or "none",
    }
    look.facts(rows)


def _states(scenario: Scenario) -> str:
    counted: dict[str, int] = {}
    for entry in scenario.authorisations:
        counted[entry.state] = counted.get(entry.state, 0) + 1
    return ", ".join(f"{count} {state}" for state, count in sorted(counted.items())) or "none"


render()
