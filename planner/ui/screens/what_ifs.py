"""Page: the shelf of what-ifs; make one, plan them, lay one beside the base."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import streamlit as st

from planner import edit
from planner.errors import ScenarioError
from planner.ui import casefile, keeping, look
from planner.ui.runner import Job
from planner.ui.session import Run, Session, current, open_desk
from planner.ui.whatif import beside, cases, editor, rows
from planner.ui.whatif.rows import Limits, Row
from planner.ui.words import _, counted, limit_word

LIMITS_S = {"20 s": 20, "60 s": 60, "2 min": 120, "5 min": 300}
TOLD = "case_told"
ROW_PX, MOST_PX = 35, 300


def render() -> None:
    """The whole page."""
    session = current()
    with st.spinner(_("Checking the scenario …")):
        checked = session.check()
    if checked.scenario is None:
        look.title(_("What-ifs"), session.file)
        told = _("Mend the scenario first: {n} fault(s).").format(n=checked.errors)
        look.banner("bad", _("It cannot be planned."), told)
        return
    found = rows.rows(session)
    _head(session, checked.scenario.title, found)
    told = st.session_state.pop(TOLD, None)
    # In a place of its own: what stands below is not built anew, and takes the click meant for it,
    # whatever comes and goes here.
    with st.container():
        if told:
            look.banner("bad", _("Not done."), lines=told)
        form = editor.opened()
        if form is not None:
            editor.show(session, checked.scenario, form)
        if session.jobs:
            _progress(session)
    _table(found)
    row, other = _chosen(session, checked.scenario, found)
    _compare(session, row, other)


# ------------------------------------------------------------------ head


def _head(session: Session, title: str, found: list[Row]) -> None:
    left, limit, new, everything, file = st.columns(
        [4, 1.4, 1.8, 2.2, 1.7], vertical_alignment="bottom"
    )
    with left:
        look.title(_("What-ifs"), title)
    limit.selectbox(
        _("Time for each"), list(LIMITS_S), 1, key="case_limit", persist_state="session",
        format_func=limit_word(LIMITS_S),
    )  # fmt: skip
    new.button(
        _("New what-if"), icon=":material/add:", on_click=_new, args=(session,), width="stretch",
        disabled=editor.opened() is not None,
    )  # fmt: skip
    waiting = len(rows.unplanned(found))
    everything.button(
        counted("Plan {n} not planned", "Plan {n} not planned", waiting),
        icon=":material/playlist_play:", on_click=_plan_all, args=(session,), width="stretch",
        disabled=not waiting,
    )  # fmt: skip

    with file, st.popover(_("Case file"), icon=":material/folder_zip:", width="stretch"):
        _case_file(session)


def _case_file(session: Session) -> None:
    """Take the whole case along, or open a colleague's."""
    look.note(
        _(
            "Text, what-ifs and plans in one file, for a colleague with this program. "
            "It is internal: it holds places, times and routes."
        )
    )
    st.download_button(
        _("Save the case"), lambda: casefile.pack(session), file_name=casefile.name_of(session),
        mime="application/zip", icon=":material/download:", on_click="ignore", key="case-save",
    )  # fmt: skip
    st.file_uploader(
        _("Open a case file; it gets a desk of its own"), type=["zip"], key="case-open",
        on_change=_open_case, max_upload_size=casefile.LARGEST_BYTES // 1_000_000,
    )  # fmt: skip


def _open_case() -> None:
    """A colleague's case becomes a new desk; what was open here stays among the drafts."""
    upload = st.session_state["case-open"]
    if upload is None:
        return
    try:
        packed = casefile.read(upload.getvalue(), upload.name)
        opened = open_desk()
        said = casefile.open_into(opened, packed)
    except (ScenarioError, OSError) as error:
        _tell(error)
    else:
        opened.told = " ".join(said)
        keeping.go(opened)


def _scenario(session: Session) -> Any:
    return session.check().scenario


def _new(session: Session) -> None:
    editor.open_with(editor.new_case(session), _scenario(session))


def _limits() -> Limits:
    return Limits(time_s=LIMITS_S[st.session_state.get("case_limit") or "60 s"])


def _plan_all(session: Session) -> None:
    told = rows.plan_all(session, rows.rows(session), _limits())
    if told:
        st.session_state[TOLD] = told[:8]


# ------------------------------------------------------------------ the queue


@st.fragment(run_every=1.0)
def _progress(session: Session) -> None:
    session.refresh()
    jobs = session.jobs
    if not jobs or any(job.ending() is not None for job in jobs):
        st.rerun()  # the whole app: the router takes the plan in
    with st.container(border=True, key="cases-progress"):
        for job in jobs:
            _one(session, job)


def _one(session: Session, job: Job) -> None:
    left, middle, right = st.columns([3, 6, 2], vertical_alignment="center")
    name = job.wish.what_if or rows.shown_name(cases.THE_BASE)
    with left:
        look.heading(name)
    with middle:
        look.note(_standing(job))
    right.button(
        _("Leave the queue") if job.waiting else _("End without a plan"),
        key=f"case-end-{job.number}", on_click=job.end, width="stretch",
    )  # fmt: skip


def _standing(job: Job) -> str:
    from planner.ui import tickets

    place = tickets.place(job.folder)
    if place is not None:
        return keeping.place_words(place)
    told = _("Being planned: {elapsed} s of at most {most} s of search")
    words = told.format(elapsed=f"{job.elapsed_s:.0f}", most=job.wish.time_s)
    now = (job.progress() or {}).get("now") or {}
    gap = now.get("gap")
    if gap is not None and gap <= 1:
        words += " · " + _("gap {gap} %").format(gap=f"{100 * gap:.2f}")
    return words


# ------------------------------------------------------------------ the shelf


def _table(found: list[Row]) -> None:
    frame = rows.frame(found)
    columns: dict[str, Any] = {
        "what_if": st.column_config.TextColumn(_("what-if"), width=280),
        "written": st.column_config.TextColumn(
            _("where"), help=_("In the scenario's text, or on this desk's shelf alone."),
            width="small",
        ),
        "state": st.column_config.TextColumn(_("state")),
        "out": st.column_config.NumberColumn(_("out"), format="localized"),
        "left_behind": st.column_config.NumberColumn(_("left behind"), format="localized"),
        "casualties": st.column_config.NumberColumn(_("expected casualties"), format="%.2f"),
        "hours": st.column_config.NumberColumn(_("hours until all are safe"), format="%.1f"),
        "gap": st.column_config.NumberColumn(_("gap in %"), format="%.2f"),
        "effort": st.column_config.NumberColumn(_("effort"), format="localized", width=90),
        "sorties": st.column_config.NumberColumn(_("sorties"), format="localized"),
    }  # fmt: skip
    st.dataframe(
        frame, hide_index=True, width="stretch", column_config=columns,
        height=min(MOST_PX, ROW_PX * (len(frame) + 1)), key="cases",
        on_select=lambda: _picked(found), selection_mode="single-row", placeholder="",
    )  # fmt: skip


def _picked(found: list[Row]) -> None:
    """A click on a row of the table chooses that what-if."""
    picked = st.session_state["cases"]["selection"]["rows"]
    if picked and picked[0] < len(found):
        st.session_state[editor.CHOSEN] = found[picked[0]].case.key


def _chosen(session: Session, scenario: Any, found: list[Row]) -> tuple[Row, int | None]:
    """The what-if that the page is about, and the number of the plan that it lies beside."""
    by_key = {row.case.key: row for row in found}
    keys = list(by_key)
    if st.session_state.get(editor.CHOSEN) not in by_key:
        st.session_state[editor.CHOSEN] = keys[1] if len(keys) > 1 else keys[0]
    with st.container(horizontal=True, vertical_alignment="bottom", key="chosen"):
        key = st.selectbox(
            _("Chosen what-if"), keys, format_func=lambda key: by_key[key].name,
            key=editor.CHOSEN, persist_state="session", width=215,
        )  # fmt: skip
        row = by_key[key or keys[0]]
        other = _other(session, found, row)
        _actions(session, scenario, row)
    return row, other


def _other(session: Session, found: list[Row], row: Row) -> int | None:
    """The plan to lay beside the chosen one: the base's where there is one.

    The field is always there: what stands after it keeps its place under the pointer.
    """
    labels: dict[int, str] = {}
    mine = preferred = 0
    if row.run is not None:
        mine = row.run.number
        labels = {run.number: run.label for run in reversed(session.runs) if run.number != mine}
    if labels:
        base = next((one.run for one in found if one.case == cases.THE_BASE and one.run), None)
        known = base is not None and base.number in labels
        preferred = base.number if base is not None and known else next(iter(labels))
    numbers = list(labels)
    return st.selectbox(
        _("Beside"), numbers, numbers.index(preferred) if labels else None,
        format_func=labels.__getitem__, key=f"beside-{mine}-{preferred}", width=215,
        placeholder=_("not planned yet"),  # shut without options; `disabled` would pale its label
    )  # fmt: skip


def _actions(session: Session, scenario: Any, row: Row) -> None:
    own, busy = row.case.own, editor.opened() is not None
    st.button(
        _("Plan it"), icon=":material/play_arrow:", type="primary", on_click=_plan,
        args=(session,), disabled=not row.mark, key="case-plan",
    )  # fmt: skip
    if row.case == cases.THE_BASE:
        return
    with st.popover(_("Sets"), icon=":material/info:", width=100):
        editor.changes_table(session, row.case)
    st.button(
        _("Change"), icon=":material/tune:", on_click=_change, args=(session, scenario),
        disabled=busy or not own, key="case-change",
        help=None if own else _("It stands in the text: change it there, or duplicate it here."),
    )  # fmt: skip
    st.button(
        _("Duplicate"), icon=":material/content_copy:", on_click=_duplicate,
        args=(session,), key="case-duplicate",
    )  # fmt: skip
    st.button(
        _("Into the text"), icon=":material/edit_note:", on_click=_write,
        args=(session,), disabled=not own, key="case-write",
        help=_("Write it into the scenario's text, under `what_ifs:`."),
    )  # fmt: skip
    st.button(
        _("Delete"), icon=":material/delete:", on_click=_delete, args=(session,),
        key="case-delete",
    )  # fmt: skip


def _now(session: Session) -> Row:
    """The what-if that is chosen at the moment of a click.

    A click that follows a choice at once comes before the buttons have been drawn again.
    """
    found = rows.rows(session)
    key = st.session_state.get(editor.CHOSEN)
    return next((row for row in found if row.case.key == key), found[0])


def _change(session: Session, scenario: Any) -> None:
    row = _now(session)
    if row.case.own:
        editor.open_with(row.case, scenario)


def _tell(error: ScenarioError | OSError) -> None:
    lines = (
        [str(issue) for issue in error.issues[:6]]
        if isinstance(error, ScenarioError)
        else [error.strerror or str(error)]
    )
    st.session_state[TOLD] = lines


def _plan(session: Session) -> None:
    try:
        rows.plan(session, _now(session), _limits())
    except ScenarioError as error:
        _tell(error)


def _duplicate(session: Session) -> None:
    known = cases.shelf(session.folder, session.text)
    copy = cases.as_own(_now(session).case)
    try:
        name = cases.free_name(copy.name, known)
        kept = cases.put(session.folder, cases.Case(name, "", copy.uses, copy.changes, own=True))
    except OSError as error:
        _tell(error)
    else:
        st.session_state[editor.CHOSEN] = kept.key


def _write(session: Session) -> None:
    """The what-if goes into the text, and off the shelf."""
    row = _now(session)
    if not row.case.own:
        return
    try:
        text, name = cases.written(session.text, row.case, session.file)
        session.edit(text, _("Write the what-if {name}").format(name=name))
        cases.drop(session.folder, row.case)
    except (ScenarioError, OSError) as error:
        _tell(error)
    else:
        st.session_state[editor.CHOSEN] = f"text:{name}"


def _delete(session: Session) -> None:
    """Off the shelf, or out of the text (that can be undone)."""
    row = _now(session)
    if row.case == cases.THE_BASE:
        return
    try:
        if row.case.own:
            cases.drop(session.folder, row.case)
        else:
            text = edit.remove_what_if(session.text, row.case.name, session.file)
            session.edit(text, _("Delete the what-if {name}").format(name=row.case.name))
    except (ScenarioError, OSError) as error:
        _tell(error)


# ------------------------------------------------------------------ side by side


def _compare(session: Session, row: Row, other: int | None) -> None:
    if row.run is None:
        look.note(_("Plan the chosen what-if to see it beside the base."))
    elif other is None:
        look.note(_("Plan the base as well, or another what-if, to lay two side by side."))
    else:
        pair = _read(session, other), _read(session, row.run.number)
        if pair[0] is not None and pair[1] is not None:
            beside.show(pair[0], pair[1])


def _read(session: Session, number: int) -> Run | None:
    """The run of that number, its verdict read; None where that cannot be done any more."""
    with suppress(ScenarioError, OSError), st.spinner(_("Reading the plan …")):
        run = session.run(number)
        return run if run is not None and run.number == number else None
    return None


render()
