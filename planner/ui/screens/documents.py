"""Page: who gets what: the documents of a plan for an audience, seen before they leave."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from planner.ui import look, maps
from planner.ui.bundles import bundle
from planner.ui.result import papers, parts, tell
from planner.ui.session import Run, Session, current
from planner.ui.words import _

PREVIEW_PX = 560
MAP_PX = (800, 480)
KEPT = "pictures"


def render() -> None:
    """The whole page."""
    session = current()
    if not session.runs:
        look.title(_("Documents"))
        look.banner("plain", _("No plan yet."), _("Make one on the page Plan."))
        return
    run, audience = _choose(session)
    if run is None:
        return
    name, gets = papers.audiences()[audience]
    parts.standing(run.verdict)
    look.note(f"{name}. {gets}")
    with st.spinner(_("Writing the documents …")):
        files = run.documents()
    found = papers.offered(files)
    _withheld(run)
    _look_through(run, files, found)


def _choose(session: Session) -> tuple[Run | None, str]:
    left, middle, right = st.columns([3, 3, 3], vertical_alignment="bottom")
    with left:
        look.title(_("Documents"), _("made from the verified plan"))
    labels = {run.number: run.label for run in session.runs}
    numbers = list(reversed(labels))
    shown = session.run()
    with middle:
        number = st.selectbox(
            _("Plan"), numbers, index=numbers.index(shown.number) if shown else 0,
            format_func=lambda number: labels[number],
        )  # fmt: skip
    with right:
        known = papers.audiences()
        audience = st.selectbox(
            _("For whom"), list(known), format_func=lambda key: known[key][0], key="audience"
        )
    session.shown = number
    return session.run(number), audience or "internal"


def _withheld(run: Run) -> None:
    rows = papers.withheld(run.verdict)
    if not rows:
        look.note(_("Nothing is withheld: no place of this scenario is protected."))
        return
    with st.expander(_("Withheld from every document but plan.json ({n})").format(n=len(rows))):
        look.table((_("what"), _("why"), _("what stands in its place")), rows)


def _look_through(run: Run, files: list[Path], found: dict[str, list[Path]]) -> None:
    """The documents on the left, the chosen one as it leaves on the right."""
    left, right = st.columns([2, 5], gap="medium")
    stem = f"{Path(run.verdict.plan.provenance.scenario_file).stem}-{run.case}"
    with left:
        st.download_button(
            _("Everything as one file ({n} documents)").format(n=len(files)),
            lambda: bundle(run.folder, files), file_name=f"{stem}.zip", mime="application/zip",
            type="primary", icon=":material/folder_zip:", on_click="ignore", width="stretch",
        )  # fmt: skip
        chosen = st.radio(
            _("Look at"), list(found), key="document",
            captions=[f"{papers.kinds().get(n, '')} ({papers.size_words(found[n])})"
                      for n in found],
        )  # fmt: skip
    name = chosen or next(iter(found))
    with right:
        path = found[name][0] if len(found[name]) == 1 else _track(found[name])
        st.download_button(
            _("Download {name}").format(name=path.name), path.read_bytes, file_name=path.name,
            mime=papers.TYPES.get(path.suffix, "application/octet-stream"),
            icon=":material/download:", on_click="ignore", key=f"one-{path.name}",
        )  # fmt: skip
        with st.container(height=PREVIEW_PX, key="preview"):
            _preview(run, path)


def _track(paths: list[Path]) -> Path:
    names = {path.name: path for path in paths}
    return names[st.selectbox(_("Convoy"), list(names)) or next(iter(names))]


def _preview(run: Run, path: Path) -> None:
    """A file as it leaves: read from the file itself."""
    if path.suffix == ".pdf":
        for number, page in enumerate(_pictures(run), start=1):
            told = _("Page {n}").format(n=number)
            st.image(page, width="stretch", caption=told, alt=told)
    elif path.suffix == ".csv":
        frame, rows = papers.csv_head(path.read_bytes())
        look.note(_("{rows} rows; the first {n} are shown.").format(rows=f"{rows:,}", n=len(frame)))
        st.dataframe(frame, hide_index=True, width="stretch", height=PREVIEW_PX - 90)
    elif path.suffix == ".xlsx":
        for title, sheet in papers.sheets(path).items():
            look.heading(title)
            st.dataframe(sheet, hide_index=True, width="stretch", height=240)
    elif path.suffix == ".geojson":
        _map(run, papers.features(path))
    elif path.suffix == ".gpx":
        _points(run, path)
    else:
        look.banner(
            "wait", _("For the office alone."),
            _("The whole plan with everything that it was made from, protected places included: "
              "whoever has it can check it with planner verify."),
        )  # fmt: skip
        st.code(path.read_text(encoding="utf-8")[:4000], language=None, wrap_lines=True)


def _pictures(run: Run) -> list[bytes]:
    """The summary's pages, set once a plan in this tab."""
    kept = st.session_state.get(KEPT)
    if not kept or kept[0] != str(run.folder):
        from planner.documents import summary
        from planner.documents.paper import prepare

        with st.spinner(_("Setting the pages …")):
            kept = (str(run.folder), summary.pictures(prepare(run.verdict)))
        st.session_state[KEPT] = kept
    pages: list[bytes] = kept[1]
    return pages


def _map(run: Run, collection: dict[str, object]) -> None:
    look.note(_("What stands in the file, on the map; point at a line to read its fields."))
    with st.container(key=f"map-land-geojson-{run.number}"):
        st.pydeck_chart(
            maps.file_deck(run.verdict, collection, MAP_PX), height=MAP_PX[1],
            alt=_("Map of the routes in the file"),
        )  # fmt: skip


def _points(run: Run, path: Path) -> None:
    import pandas as pd

    points = papers.track(path)
    line = {
        "type": "Feature", "properties": {"convoy": path.stem},
        "geometry": {"type": "LineString", "coordinates": [[lon, lat] for lat, lon, _at in points]},
    }  # fmt: skip
    with st.container(key=f"map-land-gpx-{run.number}"):
        collection = {"type": "FeatureCollection", "features": [line]}
        st.pydeck_chart(
            maps.file_deck(run.verdict, collection, (MAP_PX[0], 300)), height=300,
            alt=_("Map of the track"),
        )  # fmt: skip
    tell.table(pd.DataFrame(points, columns=["latitude", "longitude", "time_utc"]), height=180)


render()
