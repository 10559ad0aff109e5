"""Page: the documents of a plan, singly or all in one file."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from planner.ui import look
from planner.ui.bundles import bundle
from planner.ui.session import Run, current

WORDS = {
    "summary.pdf": "Printed summary: map, curve, figures, who is left behind and why",
    "movement_table.xlsx": "Movement table for Excel",
    "movement_table.csv": "Movement table as CSV",
    "people.csv": "What becomes of each group",
    "left_behind.csv": "Who is left behind, why, what would help",
    "routes.geojson": "Routes with times for GIS",
    "plan.json": "The whole plan, for planner verify",
}
TYPES = {
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv",
    ".geojson": "application/geo+json",
    ".json": "application/json",
    ".gpx": "application/gpx+xml",
}


def render() -> None:
    """The whole page."""
    session = current()
    look.title("Documents", "Made from the verified plan; for internal use")
    if not session.runs:
        look.banner("plain", "No plan yet.", "Make one on the page Plan.")
        return
    labels = {run.number: run.label for run in session.runs}
    shown = session.run()
    numbers = list(reversed(labels))
    number = st.selectbox(
        "Plan",
        numbers,
        index=numbers.index(shown.number) if shown else 0,
        format_func=lambda number: labels[number],
    )
    session.shown = number
    run = session.run(number)
    if run is not None:
        _offer(run)


def _offer(run: Run) -> None:
    if run.verdict.status == "FAILED":
        look.banner("bad", "FAILED.", "The plan breaks rules; every page says so.")
    elif run.verdict.status == "CONDITIONAL":
        awaited = ", ".join(run.verdict.figures.conditional_on)
        look.banner("wait", "NOT AUTHORISED.", f"Every document says that it awaits {awaited}.")
    with st.spinner("Writing the documents …"):
        files = run.documents()
    stem = f"{Path(run.verdict.plan.provenance.scenario_file).stem}-{run.case}"
    st.download_button(
        f"Everything as one file ({len(files)} documents)",
        lambda: bundle(run.folder, files),
        file_name=f"{stem}.zip",
        mime="application/zip",
        type="primary",
        icon=":material/folder_zip:",
        on_click="ignore",
    )
    by_name = {path.name: path for path in files}
    for name in WORDS:
        if name in by_name:
            _one(by_name[name])
    tracks = [path for path in files if path.suffix == ".gpx"]
    if tracks:
        with st.expander(f"Tracks for phones (GPX), one a convoy: {len(tracks)}"):
            _track(tracks)


def _one(path: Path) -> None:
    right, left = st.columns([1, 3], vertical_alignment="center")
    left.markdown(f"{WORDS[path.name]} :gray[({-(-path.stat().st_size // 1024):,} kB)]")
    right.download_button(
        path.name,
        path.read_bytes,
        file_name=path.name,
        mime=TYPES[path.suffix],
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )


def _track(tracks: list[Path]) -> None:
    names = {path.name: path for path in tracks}
    name = st.selectbox("Convoy", list(names))
    st.download_button(
        f"Download {name}",
        names[name].read_bytes,
        file_name=name,
        mime=TYPES[".gpx"],
        icon=":material/download:",
        on_click="ignore",
        key="track",
    )


render()
