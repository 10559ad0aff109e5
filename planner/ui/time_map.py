"""The map with its time bar, for one plan or for two side by side that move with each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from planner import charts
from planner.charts import palette
from planner.timeline import Intervals
from planner.ui import look, movement, situation
from planner.ui.mapview import Bounds, Reading, Sheet, again, clock_of, map_view
from planner.ui.words import _, language

if TYPE_CHECKING:
    from planner.ui.session import Run

STEP_S = 600
REGION, WHOLE = "(region)", "(whole)"  # no place has such an id
KEPT = "movement-kept"
MOST_KEPT = 4


class Shown:
    """What the map shows of one plan, made once a tab and language."""

    def __init__(self, run: Run) -> None:
        verdict = run.verdict
        self.sheets: list[Sheet] = movement.movement_sheets(verdict)
        self.notes = movement.movement_notes(verdict)
        self.region: Bounds = movement.region_bounds(verdict.network)
        self.credit = situation.ground(verdict.scenario)[2]
        self.daylight: Intervals = verdict.network.clock.daylight
        self.busiest_s = _busiest_s(run) // STEP_S * STEP_S
        self.texts = {
            (item["properties"]["kind"], item["properties"]["id"]): item["properties"]["text"]
            for sheet in self.sheets
            for item in sheet.features
            if "id" in item["properties"] and "text" in item["properties"]
        }


def time_map(runs: list[Run], key: str, height: int) -> None:
    """One map a run over the whole horizon; two move, zoom and pass time with each other."""
    st.fragment(_panel)(runs, key, height)


def _panel(runs: list[Run], key: str, height: int) -> None:
    left, right = st.columns([9, 3], vertical_alignment="bottom")
    with right:
        around = _around(runs[0], key)
    told = left.empty()
    readings = []
    for column, run in zip(st.columns(len(runs)), runs, strict=True):
        with column:
            readings.append(_one(runs, run, around, key, height))
    with told:
        _clicked(runs, readings, key)
    _legend()


def _one(runs: list[Run], run: Run, around: str, key: str, height: int) -> Reading:
    shown, net = _shown(run), run.verdict.network
    if around in net.positions:
        bounds = movement.close_look(net, around)
    elif around == WHOLE:
        bounds = movement.bounds_of(list(net.positions.values()))
    else:
        bounds = shown.region
    return map_view(
        shown.sheets,
        key=f"{key}-{run.number}",
        label=_("Map of {plan}").format(plan=run.label),
        bounds=bounds,
        height=height,
        clock=clock_of(
            run.verdict.scenario,
            at_s=_shown(runs[0]).busiest_s,
            end_s=max(other.verdict.plan.horizon_s for other in runs),
            daylight=shown.daylight,
            notes=shown.notes,
            step_s=STEP_S,
        ),
        chosen=st.session_state.get(f"{key}-chosen"),
        together=key if len(runs) > 1 else "",
        credit=shown.credit,
    )


def _shown(run: Run) -> Shown:
    kept: dict[tuple[int, str], Shown] = st.session_state.setdefault(KEPT, {})
    mark = (run.number, language())
    if mark not in kept:
        while len(kept) >= MOST_KEPT:
            del kept[next(iter(kept))]
        kept[mark] = Shown(run)
    return kept[mark]


def _clicked(runs: list[Run], readings: list[Reading], key: str) -> None:
    """What was clicked last, in words; it is lit up on every map."""
    name, chosen = f"{key}-chosen", st.session_state.get(f"{key}-chosen")
    for reading in readings:
        if reading.clicked is not None:
            hits = [(hit.kind, hit.id) for hit in reading.clicked.hits if hit.kind]
            found = hits[0] if hits else None
            if found != chosen:
                st.session_state[name] = found
                again()
    text = _shown(runs[0]).texts.get(chosen, "") if chosen is not None else ""
    look.note(" · ".join(text.split("\n")) or _("Click a convoy, a place or a danger."))


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


def _legend() -> None:
    modes = [
        (
            palette.MODE_SIGNS[mode],
            palette.MODE_COLOURS[mode],
            situation.mode_word(mode),
            "disc",
        )
        for mode in ("road", "sea", "air", "car", "foot")
    ]
    roles = [
        (
            palette.ROLE_SIGNS[role],
            palette.ROLE_COLOURS[role],
            situation.role_word(role),
            "disc",
        )
        for role in ("assembly_point", "hospital", "embarkation_port", "safe_haven")
    ]
    danger = ("", palette.THREAT_COLOUR, _("danger now"), "area")
    closed = ("", palette.LINK_COLOURS["closed"], _("closed link"), "line")
    restricted = ("", palette.LINK_COLOURS["restricted"], _("restricted link"), "line")
    look.legend([*modes, *roles, danger, restricted, closed])
