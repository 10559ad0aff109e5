"""Page: a running plan: the situation in, contradictions by line, changes out, whom to tell."""

from __future__ import annotations

from pathlib import PurePosixPath

import streamlit as st

from planner import documents
from planner.documents import Order
from planner.errors import Issue
from planner.ui import look, renewing, workpage
from planner.ui.renewing import Draft
from planner.ui.result import changes, parts, tell
from planner.ui.runner import Wish
from planner.ui.session import Run, Session, current, fingerprint
from planner.ui.words import _, limit_word, moment
from planner.verify import Verdict

TIMES_S = {"20 s": 20, "60 s": 60, "2 min": 120, "5 min": 300}
READ = "operation_read"


def render() -> None:
    """The whole page."""
    session = current()
    look.title(
        _("Operation: a plan that is running"), _("what has become of it in, what changes out")
    )
    run = _running(session)
    if run is None:
        look.banner("plain", _("There is no plan yet."), _("Make one on the page Plan."))
    else:
        _situation(session, run)
    workpage.under_way(session)
    found = renewing.renewed(session)
    if found:
        _result(session, found)


# ------------------------------------------------------------------ the situation


def _running(session: Session) -> Run | None:
    """The plan that is running: the one of the draft, chosen anew, or the shown one."""
    state = st.session_state
    if not session.runs:
        return None
    mark = f"operation-{session.id}"
    if state.get("operation_of") != mark:
        draft = renewing.load(session.folder)
        state["operation_of"] = mark
        state["operation_text"], state["operation_now"] = draft.text, draft.now
        state["operation_plan"] = draft.plan or session.shown
    numbers = [run.number for run in reversed(session.runs)]
    if state.get("operation_plan") not in numbers:
        state["operation_plan"] = session.shown if session.shown in numbers else numbers[0]
    labels = {run.number: run.label for run in session.runs}
    columns = st.columns([5, 3, 3, 2], vertical_alignment="bottom")
    with columns[0]:
        st.selectbox(
            _("Which plan is running"), numbers, key="operation_plan", on_change=_keep,
            args=(session,), format_func=labels.__getitem__, persist_state="session",
        )  # fmt: skip
    with columns[1]:
        st.text_input(
            _("Plan from when on"), key="operation_now", on_change=_keep, args=(session,),
            placeholder="2012-12-13T12:00", max_chars=60, persist_state="session",
            help=_("Local time, or a duration such as 30 h after the start; empty: the report's."),
        )  # fmt: skip
    with columns[2]:
        st.select_slider(
            _("Time for the search"), list(TIMES_S), value="60 s", key="operation_time",
            persist_state="session", format_func=limit_word(TIMES_S),
        )  # fmt: skip
    columns[3].button(
        _("Plan anew"), type="primary", icon=":material/update:", on_click=_begin,
        args=(session,), width="stretch",
    )  # fmt: skip
    wanted = state["operation_plan"]
    run = session.run(wanted)
    return run if run is not None and run.number == wanted else None


def _draft() -> Draft:
    said = st.session_state
    return Draft(
        int(said.get("operation_plan") or 0), str(said.get("operation_text") or ""),
        str(said.get("operation_now") or ""),
    )  # fmt: skip


def _keep(session: Session) -> None:
    try:
        renewing.keep(session.folder, _draft())
    except OSError as error:
        why = error.strerror or str(error)
        session.told = _("Not saved on this machine: {why}").format(why=why)


def _situation(session: Session, run: Run) -> None:
    """The report, and beside it what contradicts itself or the plan."""
    left, right = st.columns([3, 2])
    with left:
        with st.container(horizontal=True):
            _fill(session, run)
        with st.container(key="report"):
            st.text_area(
                _("Situation report"), key="operation_text", height=330, on_change=_keep,
                args=(session,), persist_state="session",
                placeholder=_("Empty: all went as planned. Begin with a template, or paste one."),
            )  # fmt: skip
    with right:
        draft = _draft()
        if not draft.text.strip() and not draft.now.strip():
            look.note(
                _(
                    "Say what is otherwise than planned: what was held or left late, who was on "
                    "board, what broke down or closed, who refuses, who came up. What is not "
                    "mentioned went as planned; what has left is kept. Each change comes with "
                    "its reason and with who must be told."
                )
            )
            return
        _problems(draft, _issues(run, draft))


def _fill(session: Session, run: Run) -> None:
    """A template with names of this plan, to begin with or to take along; a file from elsewhere."""
    at_s = _template_s(run)
    text = _template(run, at_s)
    st.button(
        _("Begin with a template"), icon=":material/note_add:", on_click=_begin_text,
        args=(session, text), disabled=bool(_draft().text.strip()),
    )  # fmt: skip
    st.download_button(
        _("Template"), text, file_name=f"{_stem(run)}-situation.yaml", mime="application/yaml",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip
    with st.popover(_("Upload"), icon=":material/upload:"):
        st.file_uploader(
            _("A situation report as YAML"), type=["yaml", "yml"], key="operation_file",
            on_change=_uploaded, args=(session,), max_upload_size=1,
        )  # fmt: skip


def _template_s(run: Run) -> int:
    """The moment of the template: that from which to plan, else the middle departure."""
    from planner import replan
    from planner.errors import ScenarioError

    scenario = run.verdict.scenario
    try:
        at_s = replan.moment_of(scenario, _draft().now) if _draft().now.strip() else -1
    except ScenarioError:
        at_s = -1
    if 0 <= at_s < scenario.horizon_s:
        return at_s
    legs = (leg for sortie in run.verdict.plan.sorties for leg in sortie.legs if leg.manifest)
    moments = sorted(leg.depart_s for leg in legs)
    return moments[len(moments) // 2] if moments else 0


def _template(run: Run, at_s: int) -> str:
    from planner.replan.template import blank

    return blank(run.verdict.plan, run.verdict.scenario, at_s)


def _stem(run: Run) -> str:
    return PurePosixPath(run.verdict.plan.provenance.scenario_file).stem or "plan"


def _begin_text(session: Session, text: str) -> None:
    st.session_state["operation_text"] = text
    _keep(session)


def _uploaded(session: Session) -> None:
    file = st.session_state.get("operation_file")
    if file is not None:
        text = file.getvalue().decode("utf-8-sig", errors="replace")
        _begin_text(session, text.replace("\r\n", "\n"))


def _issues(run: Run, draft: Draft) -> tuple[Issue, ...]:
    """Faults and contradictions of the draft; looked for once a text."""
    mark = fingerprint(f"{run.number}\n{draft.now}\n{draft.text}")
    known = st.session_state.get(READ)
    if known is None or known[0] != mark:
        with st.spinner(_("Reading the report against the plan …")):
            found = renewing.reading(run.verdict, draft.text, draft.now)[1]
        known = (mark, found)
        st.session_state[READ] = known
    issues: tuple[Issue, ...] = known[1]
    return issues


def _problems(draft: Draft, issues: tuple[Issue, ...]) -> None:
    if not issues:
        look.banner("good", _("The report contradicts neither itself nor the plan."))
        return
    head = _("{n} problem(s) in the report:").format(n=len(issues))
    look.banner("bad", head, _("correct them, then plan anew"))
    look.scrolled(_("Problems"), 330, look.issue_list(issues, draft.text))


def _begin(session: Session) -> None:
    """Wish for what the page says at the moment of the click."""
    draft = _draft()
    run = next((one for one in session.runs if one.number == draft.plan), None)
    if run is None:
        return
    if not draft.text.strip() and not draft.now.strip():
        session.told = _("Say from when on to plan, or write a report.")
        return
    if _issues(run, draft):
        session.told = _("The report has problems: correct them first.")
        return
    session.begin(
        Wish(
            text="", file=f"{_stem(run)}.yaml", title=run.title, what_if=run.what_if,
            time_s=TIMES_S[st.session_state.get("operation_time", "60 s")], gap=0.005,
            seed=int(st.session_state.get("seed", 0)), remedies=False, kind=renewing.KIND,
            plan=run.number, mark=run.fingerprint,
            asked={"report": draft.text, "now": draft.now},
        )
    )  # fmt: skip


# ------------------------------------------------------------------ what changes


def _result(session: Session, found: list[Run]) -> None:
    numbers = [run.number for run in reversed(found)]
    labels = {run.number: run.label for run in found}
    number = numbers[0]
    if len(numbers) > 1:
        number = st.selectbox(
            _("Shown changes"), numbers, format_func=labels.__getitem__
        )  # fmt: skip
    shown = session.shown
    run = session.run(number)
    session.shown = shown
    if run is None or run.number != number:
        return
    verdict = run.verdict
    look.lead(changes.sentence(verdict), changes.base(verdict))
    parts.standing(verdict)
    frame = changes.table(verdict)
    if len(frame):
        tell.table(frame, height=min(460, 35 * (len(frame) + 1) + 3))
    _onward(session, run, verdict)


def _onward(session: Session, run: Run, verdict: Verdict) -> None:
    former = renewing.former(session, run)
    with st.container(horizontal=True):
        if st.button(_("Show the new plan"), icon=":material/route:"):
            session.shown = run.number
            st.switch_page("screens/plan.py")
        st.download_button(
            _("Amendments: all documents, each with what changed"),
            lambda: _amended(verdict, former), file_name=f"{_stem(run)}-amended.zip",
            mime="application/zip", icon=":material/folder_zip:", on_click="ignore",
        )  # fmt: skip
        st.download_button(
            _("The changes as CSV"), lambda: changes.csv_bytes(verdict),
            file_name=f"{_stem(run)}-changes.csv", mime="text/csv", on_click="ignore",
            icon=":material/download:",
        )  # fmt: skip
    under_way = verdict.plan.under_way
    if under_way is not None:
        look.note(
            _("Follows plan {former}; what had left by {when} is kept as it went.").format(
                former=under_way.former, when=moment(verdict.scenario, under_way.now_s)
            )
        )


def _amended(verdict: Verdict, former: Run | None) -> bytes:
    order = Order(supersedes=former.verdict) if former is not None else Order()
    return documents.issue(verdict, order).bundle()


render()
