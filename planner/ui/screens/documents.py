"""Page: who gets what: the documents of a plan for an audience, seen before they leave."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import streamlit as st

from planner import documents
from planner.documents import Order
from planner.errors import ScenarioError
from planner.redact import recipients, wants_recipient
from planner.ui import look, maps
from planner.ui.result import papers, parts, tell
from planner.ui.session import Run, Session, current
from planner.ui.words import LANGUAGES, _

if TYPE_CHECKING:
    from planner.documents import Issued
    from planner.redact import Audience

PREVIEW_PX = 560
MAP_PX = (800, 480)
KEPT = "papers"
MOST_KEPT = 4
SHOWN = 4000  # letters of a text file


def render() -> None:
    """The whole page."""
    session = current()
    look.title(_("Documents"), _("what leaves the office, and what does not"))
    if not session.runs:
        look.banner("plain", _("No plan yet."), _("Make one on the page Plan."))
        return
    run, order = _choose(session)
    if run is None:
        return
    other = _against(session, run, order)
    if other is not None:
        order = replace(order, against=other.verdict)
    parts.standing(run.verdict)
    look.note(papers.audiences()[order.audience][1])
    try:
        made = _made(run, order)
        rows = papers.withheld(run.verdict, order)
    except ScenarioError as error:
        _refused(error)
        return
    _withheld(order, rows)
    _leaving(made)
    _look_through(run, order, made)


def _choose(session: Session) -> tuple[Run | None, Order]:
    """Which plan, for whom, in which language."""
    columns = st.columns([3, 3, 3, 1.6], vertical_alignment="bottom")
    labels = {run.number: run.label for run in session.runs}
    numbers = list(reversed(labels))
    shown = session.run()
    number = columns[0].selectbox(
        _("Plan"), numbers, index=numbers.index(shown.number) if shown else 0,
        format_func=lambda number: labels[number],
    )  # fmt: skip
    session.shown = number
    run = session.run(number)
    known = papers.audiences()
    audience: Audience = columns[1].selectbox(
        _("For whom"), list(known), format_func=lambda key: known[key][0], key="audience",
        persist_state="session",
    )  # fmt: skip
    recipient = None
    if run is not None and wants_recipient(audience):
        found = {one.id: one.label for one in recipients(run.verdict, audience)}
        recipient = columns[2].selectbox(
            _("Which one"), list(found), key=f"recipient-{run.number}-{audience}",
            format_func=lambda one: f"{found[one]} ({one})" if found[one] != one else one,
        )  # fmt: skip
    language = columns[3].selectbox(
        _("Written in"), papers.languages(), format_func=lambda code: LANGUAGES[code],
        key="paper_language", persist_state="session",
    )  # fmt: skip
    order = Order(
        audience=audience, recipient=recipient, language=language, with_blanks=False
    )  # fmt: skip
    return run, order


def _against(session: Session, run: Run, order: Order) -> Run | None:
    """The plan that the comparison is made with; in the office, where there is another one."""
    others = {one.number: one for one in reversed(session.runs) if one.number != run.number}
    if order.audience != "internal" or not others:
        return None
    number = st.selectbox(
        _("Compare with"), list(others), index=None, key=f"against-{run.number}",
        format_func=lambda number: others[number].label, placeholder=_("no other plan"),
        help=_("Adds the document that lays two plans side by side."),
    )  # fmt: skip
    return None if number is None else others[number]


def _refused(error: ScenarioError) -> None:
    lines = [f"{issue.problem} → {issue.remedy}" if issue.remedy else issue.problem
             for issue in error.issues[:6]]  # fmt: skip
    look.banner("bad", _("Nothing may be handed to them."), lines=lines)


def _kept(key: tuple[Any, ...], what: str, make: Any) -> Any:
    """Made once in this tab for a plan and an order; the oldest goes."""
    kept = st.session_state.setdefault(KEPT, {})
    if key not in kept:
        while len(kept) >= MOST_KEPT:
            kept.pop(next(iter(kept)))
        with st.spinner(what):
            kept[key] = make()
    return kept[key]


def _key(run: Run, order: Order) -> tuple[Any, ...]:
    """What tells one order of a plan from another; the plan it is compared with by its number."""
    other = None if order.against is None else st.session_state[f"against-{run.number}"]
    return (str(run.folder), replace(order, against=None), other)


def _made(run: Run, order: Order) -> Issued:
    found: Issued = _kept(
        _key(run, order), _("Writing the documents …"),
        lambda: documents.issue(run.verdict, order),
    )  # fmt: skip
    return found


def _leaving(made: Issued) -> None:
    with st.expander(_("What leaves ({n} files)").format(n=len(made.files))):
        look.table((_("file"), _("what"), _("size")), papers.leaving(made))


def _withheld(order: Order, rows: list[tuple[str, str, str]]) -> None:
    if not rows:
        look.note(_("Nothing is withheld: no place of this scenario is protected."))
        return
    head = _("Withheld from all that leaves for them ({n})")
    if order.audience == "internal":
        head = _("Withheld from every document but plan.json ({n})")
    with st.expander(head.format(n=len(rows))):
        look.table((_("what"), _("why"), _("what stands in its place")), rows)


def _look_through(run: Run, order: Order, made: Issued) -> None:
    """The documents on the left, the chosen one as it leaves on the right."""
    found = papers.offered(made)
    left, right = st.columns([2, 5], gap="medium")
    with left:
        st.download_button(
            _("Everything as one file ({n} documents)").format(n=len(made.files)),
            made.bundle, file_name=f"{papers.stem(run, order)}.zip",
            mime="application/zip", type="primary", icon=":material/folder_zip:",
            on_click="ignore", width="stretch",
            help=_("With a list of hashes; planner verify compares it with the files."),
        )  # fmt: skip
        chosen = st.radio(
            _("Look at"), list(found), key=f"document-{order.audience}", format_func=papers.title,
            captions=[", ".join(kinds) for kinds in found.values()],
        )  # fmt: skip
    document = chosen or next(iter(found))
    with right:
        names = _of_format(found[document], f"{order.audience}-{document}")
        name = names[0] if len(names) == 1 else _track(names)
        short = PurePosixPath(name).name
        st.download_button(
            _("Download {name}").format(name=short), made.files[name], file_name=short,
            mime=papers.TYPES.get(papers.suffix(name), "application/octet-stream"),
            icon=":material/download:", on_click="ignore", key=f"one-{name}",
        )  # fmt: skip
        # Not in a part that scrolls by itself: the keyboard could not reach it.
        with st.container(border=True, key="preview"):
            _preview(run, order, name, made.files[name])


def _of_format(kinds: dict[str, tuple[str, ...]], key: str) -> list[str]:
    """The files of one of a document's formats."""
    known = papers.formats()
    chosen = st.radio(
        _("Format"), list(kinds), key=f"format-{key}", horizontal=True,
        format_func=lambda kind: known.get(kind, kind),
    )  # fmt: skip
    return list(kinds[chosen or next(iter(kinds))])


def _track(names: list[str]) -> str:
    """One of many files of a format: mostly one a convoy."""
    short = {PurePosixPath(name).name: name for name in names}
    return short[st.selectbox(_("Which file"), list(short)) or next(iter(short))]


def _preview(run: Run, order: Order, name: str, content: bytes) -> None:
    """A file as it leaves: read from the file itself."""
    kind = papers.suffix(name)
    if kind == ".pdf":
        _pages(run, order, name)
    elif kind == ".csv":
        frame, rows = papers.csv_head(content)
        look.note(_("{rows} rows; the first {n} are shown.").format(rows=f"{rows:,}", n=len(frame)))
        st.dataframe(frame, hide_index=True, width="stretch", height=PREVIEW_PX - 90)
    elif kind == ".xlsx":
        for title, sheet in papers.sheets(content).items():
            look.heading(title)
            st.dataframe(sheet, hide_index=True, width="stretch", height=240)
    elif kind == ".geojson":
        look.note(_("What stands in the file, on the map; point at a line to read its fields."))
        _map(run, papers.features(content), MAP_PX[1], _("Map of what stands in the file"))
    elif kind == ".gpx":
        _points(run, name, content)
    elif kind == ".gpkg":
        look.table((_("layer"), _("rows"), _("fields")), papers.layers(content), right=(1,))
    elif kind == ".kmz":
        st.code(papers.unpacked_kmz(content)[:SHOWN], language=None, wrap_lines=True)
    elif name != papers.WHOLE:
        st.code(content.decode("utf-8")[:SHOWN], language=None, wrap_lines=True)
    else:
        look.banner(
            "wait", _("For the office alone."),
            _("The whole plan with everything that it was made from, protected places included: "
              "whoever has it can check it with planner verify."),
        )  # fmt: skip
        st.code(content.decode("utf-8")[:SHOWN], language=None, wrap_lines=True)


def _pages(run: Run, order: Order, name: str) -> None:
    pages: list[bytes] = _kept(
        (*_key(run, order), name), _("Setting the pages …"),
        lambda: papers.pages(run.verdict, order, name),
    )  # fmt: skip
    for number, page in enumerate(pages, start=1):
        told = _("Page {n}").format(n=number)
        st.image(page, width="stretch", caption=told, alt=told)


def _map(run: Run, collection: dict[str, Any], height_px: int, alt: str) -> None:
    with st.container(key=f"map-land-file-{run.number}"):
        st.pydeck_chart(
            maps.file_deck(run.verdict, collection, (MAP_PX[0], height_px)), height=height_px,
            alt=alt,
        )  # fmt: skip


def _points(run: Run, name: str, content: bytes) -> None:
    import pandas as pd

    points = papers.track(content)
    line = {
        "type": "Feature", "properties": {"convoy": PurePosixPath(name).stem},
        "geometry": {"type": "LineString", "coordinates": [[lon, lat] for lat, lon, _at in points]},
    }  # fmt: skip
    _map(run, {"type": "FeatureCollection", "features": [line]}, 300, _("Map of the track"))
    tell.table(pd.DataFrame(points, columns=["latitude", "longitude", "time_utc"]), height=180)


render()
