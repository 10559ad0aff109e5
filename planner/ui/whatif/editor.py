"""The form in which a what-if is made: overrides of the text, and levers made from the scenario.

While it is open its widgets are the only state; saving reads them and puts the case on the shelf.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from planner.errors import Issue, ScenarioError
from planner.ui import look
from planner.ui.session import Session
from planner.ui.whatif import cases, levers, rows
from planner.ui.whatif.cases import Case
from planner.ui.whatif.levers import Lever, Value
from planner.ui.words import _

if TYPE_CHECKING:
    from planner.scenario import Scenario

KEY = "case_editor"
CHOSEN = "case"


@dataclass
class Opened:
    """The case in the form; ``turn`` makes the widgets' keys new each time the form is opened."""

    case: Case
    turn: int
    issues: tuple[Issue, ...] = ()
    rest: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Value] = field(default_factory=dict)


def opened() -> Opened | None:
    """The form of this tab, where it is open."""
    found = st.session_state.get(KEY)
    return found if isinstance(found, Opened) else None


def open_with(case: Case, scenario: Scenario | None) -> None:
    """Open the form with a case: a new one, or one of the shelf to be changed."""
    turn = int(st.session_state.get("case_turn", 0)) + 1
    st.session_state["case_turn"] = turn
    settings, rest = levers.settings_of(scenario, case.changes) if scenario else ({}, case.changes)
    st.session_state[KEY] = Opened(case, turn, rest=rest, settings=settings)


def close() -> None:
    """Leave the form; nothing is kept."""
    st.session_state.pop(KEY, None)


def show(session: Session, scenario: Scenario, form: Opened) -> None:
    """The form."""
    with st.container(border=True, key="case-form"):
        left, right = st.columns([2, 3])
        with left:
            st.text_input(
                _("Name of the what-if"), form.case.name, max_chars=80, key=_key(form, "name")
            )
        with right:
            names = list(scenario.overrides)
            st.multiselect(
                _("Overrides of the text that it uses"),
                names,
                [name for name in form.case.uses if name in names],
                key=_key(form, "uses"),
                placeholder=_("none") if names else _("the text has none"),
                disabled=not names,
            )
        _levers(scenario, form)
        if form.rest:
            look.note(_("Also set, as it was made elsewhere: {paths}").format(
                paths=", ".join(form.rest)[:300]))  # fmt: skip
        if form.issues:
            look.banner("bad", _("It does not fit."), lines=[str(i) for i in form.issues[:6]])
        with st.container(horizontal=True):
            st.button(
                _("Keep on the shelf"), type="primary", icon=":material/check:", on_click=_save,
                args=(session, scenario, form), key=_key(form, "save"),
            )  # fmt: skip
            st.button(_("Discard"), on_click=close, key=_key(form, "discard"))


def _levers(scenario: Scenario, form: Opened) -> None:
    found = levers.levers(scenario)
    titles = {
        "fleet": _("Vehicles"),
        "road": _("Roads"),
        "permission": _("Permissions"),
        "window": _("Pauses and hours"),
        "start": _("Start and people"),
    }
    kinds = {"pause": "window", "people": "start"}
    groups: dict[str, list[Lever]] = {}
    for lever in found:
        groups.setdefault(kinds.get(lever.kind, lever.kind), []).append(lever)
    shown = [kind for kind in titles if kind in groups]
    for tab, kind in zip(st.tabs([titles[kind] for kind in shown]), shown, strict=True):
        with tab:
            columns = st.columns(3)
            for number, lever in enumerate(groups[kind]):
                with columns[number % 3]:
                    _lever(lever, form)


def _lever(lever: Lever, form: Opened) -> None:
    value = form.settings.get(lever.key, lever.now)
    key = _key(form, lever.key)
    label = lever_label(lever)
    if lever.choices:
        choices = list(lever.choices)
        words = choice_words()
        st.selectbox(
            label, choices, choices.index(str(value)) if str(value) in choices else 0,
            format_func=lambda choice: words.get(choice, choice), key=key,
        )  # fmt: skip
    elif lever.kind == "permission":
        st.toggle(label, bool(value), key=key)
    elif lever.kind in ("fleet", "start"):
        st.slider(label, int(lever.least), int(lever.most), int(value), key=key)
    else:
        st.slider(
            label,
            float(lever.least),
            float(lever.most),
            float(value),
            0.5,
            format="%.1f h",
            key=key,
        )


def lever_label(lever: Lever) -> str:
    """What a lever is called; names out of the scenario stand as plain text."""
    name = look.label(lever.label)
    if lever.kind == "pause":
        return _("Daily pause in the fighting from 08:00, hours")
    if lever.kind == "start":
        return _("Days later (or earlier)")
    if lever.kind == "people":
        return _("Figure of people to plan with")
    if lever.kind == "permission":
        return _("{name}: assume that it is granted").format(name=name)
    if lever.kind == "window":
        return _("{name}: open for").format(name=name)
    return f"{name} ({lever.now})" if lever.kind == "fleet" else name


def choice_words() -> dict[str, str]:
    """The settings of roads and of the people figure, in words."""
    return {
        "operational": _("open"),
        "restricted": _("restricted"),
        "closed": _("closed"),
        levers.OPEN: _("open, also at the hours when it is closed"),
        "low": _("low"),
        "base": _("base"),
        "high": _("high"),
    }


def _key(form: Opened, name: str) -> str:
    return f"form-{form.turn}-{name}"


def made(scenario: Scenario, form: Opened) -> Case:
    """The case that the widgets say now."""
    said = st.session_state
    settings = {
        lever.key: said[_key(form, lever.key)]
        for lever in levers.levers(scenario)
        if _key(form, lever.key) in said
    }
    changes = {**form.rest, **levers.all_changes(scenario, settings)}
    name = " ".join(str(said.get(_key(form, "name")) or "").split())
    uses = tuple(said.get(_key(form, "uses")) or ())
    return replace(form.case, name=name or form.case.name, uses=uses, changes=changes, own=True)


def _save(session: Session, scenario: Scenario, form: Opened) -> None:
    case = made(scenario, form)
    others = [c for c in cases.shelf(session.folder, session.text) if c.id != case.id or not c.id]
    try:
        if any(other.name == case.name for other in others):
            problem, remedy = _("there is a what-if of that name"), _("choose another name")
            raise ScenarioError([Issue(session.file, 0, case.name[:60], problem, remedy)])
        cases.written(session.text, case, session.file)
        kept = cases.put(session.folder, case)
    except ScenarioError as error:
        form.issues = error.issues
        form.case, form.settings = case, form.settings
    except OSError as error:
        form.issues = (Issue("", 0, "", error.strerror or str(error)),)
    else:
        close()
        st.session_state[CHOSEN] = kept.key


def new_case(session: Session) -> Case:
    """A new case with a name that is free."""
    known = cases.shelf(session.folder, session.text)
    return Case(cases.free_name(_("My what-if"), known), own=True)


def changes_table(session: Session, case: Case) -> None:
    """What a case sets, path by path."""
    found = rows.changes_of(session, case)
    if found:
        look.table((_("sets"), _("to")), found)
