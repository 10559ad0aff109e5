"""The map with its time slider, for one plan or for two side by side."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import streamlit as st

from planner import charts
from planner.charts import palette
from planner.ui import ground, look, maps
from planner.ui.result.chart_words import word
from planner.ui.words import _

if TYPE_CHECKING:
    from planner.ui.session import Run

STEPS = 240
ROUND_S = 600
REGION, WHOLE = "(region)", "(whole)"  # no place has such an id
WIDTH_PX = 1200  # of the page's body in a window of 1280; the view is fitted to it


def time_map(runs: list[Run], key: str, height: int) -> None:
    """A slider over the whole horizon and one map a run; a toggle lets the time pass by itself."""
    playing = bool(st.session_state.get(f"{key}-play", False))
    st.session_state["pace_changed"] = False
    st.fragment(_panel, run_every=0.8 if playing else None)(runs, key, height)


def _panel(runs: list[Run], key: str, height: int) -> None:
    if st.session_state.get("pace_changed"):
        st.rerun()  # the pace of a fragment is set when the whole page runs
    scenario = runs[0].verdict.scenario
    end_s = max(run.verdict.plan.horizon_s for run in runs)
    step_s = max(ROUND_S, end_s // STEPS // ROUND_S * ROUND_S)
    start = datetime(*scenario.local(0).timetuple()[:6])
    slider = f"{key}-time"
    if slider not in st.session_state:
        busiest = _busiest_s(runs[0]) // step_s * step_s
        st.session_state[slider] = start + timedelta(seconds=busiest)
    elif st.session_state.get(f"{key}-play"):
        later = st.session_state[slider] + timedelta(seconds=step_s)
        last = start + timedelta(seconds=end_s)
        st.session_state[slider] = min(later, last)
    left, middle, right = st.columns([9, 3, 1.2], vertical_alignment="bottom")
    with middle:
        around = _around(runs[0], key)
    with left:
        moment = st.slider(
            _("Time"),
            min_value=start,
            max_value=start + timedelta(seconds=end_s),
            step=timedelta(seconds=step_s),
            format="ddd D MMM HH:mm",
            key=slider,
            label_visibility="collapsed",
        )
    with right:
        st.toggle(_("Play"), key=f"{key}-play", on_change=_whole_page)
    t_s = round((moment - start).total_seconds())
    for column, run in zip(st.columns(len(runs)), runs, strict=True):
        with column:
            _one(run, t_s, around, f"{key}-{run.number}", (WIDTH_PX // len(runs), height))
    _legend()


def _whole_page() -> None:
    st.session_state["pace_changed"] = True


def _around(run: Run, key: str) -> str:
    """The place to look at closely; REGION or WHOLE for more."""
    places = {place.id: place.label for place in run.verdict.scenario.places}
    areas = {REGION: _("the region"), WHOLE: _("the whole picture")}
    around = _("around {place}")
    chosen = st.selectbox(
        _("Look at"),
        [REGION, WHOLE, *places],
        format_func=lambda at: around.format(place=places[at]) if at in places else areas[at],
        key=f"{key}-around",
        label_visibility="collapsed",
    )
    return chosen or REGION


def _busiest_s(run: Run) -> int:
    """The moment with most people under way, where there is most to see."""
    points = charts.evacuation_points(run.verdict)
    return int(max(points, key=lambda point: (point["under_way"], -point["t_s"]))["t_s"])


def _one(run: Run, t_s: int, around: str, key: str, size: tuple[int, int]) -> None:
    view, background, trails = _drawn(run, around, size)
    spec = charts.map_layers(run.verdict, t_s, background)
    counts = spec.counts
    parts = [
        (counts["waiting"], _("waiting")),
        (counts["under_way"], _("under way")),
        (counts["safe"], _("safe")),
        (counts["left"], _("left behind")),
        (counts["staying"], _("stay by choice")),
    ]
    told = " · ".join(f"{number:,} {word}" for number, word in parts if number)
    look.note(f"{spec.local_time}   {told}")
    surface = "sea" if background["countries"]["features"] else "land"
    with st.container(key=f"map-{surface}-{key}"):
        st.pydeck_chart(
            maps.deck(spec, trails, view),
            height=size[1],
            alt=_("Map at {time}: {told}").format(time=spec.local_time, told=told),
        )


def _drawn(
    run: Run, around: str, size: tuple[int, int]
) -> tuple[dict[str, float], ground.Collections, list[dict[str, Any]]]:
    """View, background and ways: what does not change with time, made once a tab."""
    kept: dict[Any, Any] = st.session_state.setdefault("drawn", {})
    network = run.verdict.network
    if run.number not in kept:
        kept[run.number] = (charts.backdrop(network), charts.trips(run.verdict))
    whole, trails = kept[run.number]
    if (run.number, around, size) not in kept:
        if around in network.positions:
            view = maps.view_around(*network.positions[around], *size)
        else:
            spots = list(network.positions.values())
            near = spots if around == WHOLE else ground.on_the_roads(spots, whole)
            view = maps.view_of(maps.bounds_of(near), *size)
        kept[run.number, around, size] = (view, ground.for_view(whole, view, size))
    view, background = kept[run.number, around, size]
    return view, background, trails


def _legend() -> None:
    modes = [
        (
            palette.MODE_SIGNS[mode],
            palette.MODE_COLOURS[mode],
            word(palette.MODE_WORDS[mode]),
            "disc",
        )
        for mode in ("road", "sea", "air", "car", "foot")
    ]
    roles = [
        (
            palette.ROLE_SIGNS[role],
            palette.ROLE_COLOURS[role],
            word(palette.ROLE_WORDS[role]),
            "disc",
        )
        for role in ("assembly_point", "hospital", "embarkation_port", "safe_haven")
    ]
    danger = ("", palette.THREAT_COLOUR, _("danger now"), "area")
    closed = ("", palette.LINK_COLOURS["closed"], _("closed link"), "line")
    restricted = ("", palette.LINK_COLOURS["restricted"], _("restricted link"), "line")
    look.legend([*modes, *roles, danger, restricted, closed])
