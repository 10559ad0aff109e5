"""``map_view``: sheets in, what the planner did on the map out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Any, Literal

import streamlit as st
from streamlit.errors import StreamlitAPIException

from planner.scenario import Scenario
from planner.timeline import Intervals
from planner.ui import look
from planner.ui.mapview.component import EVENTS, component
from planner.ui.mapview.plain import picture
from planner.ui.mapview.sheets import Bounds, Sheet, named
from planner.ui.words import _, language

Mode = Literal["look", "road", "point", "circle", "polygon"]
FAILED = "map_failed"
LOCALES = {"en": "en-GB"}  # the day before the month
PLAIN_WIDTH_PX = 900


@dataclass(frozen=True)
class Clock:
    """The time bar: seconds after ``start_ms`` (milliseconds since 1970), shown in ``zone``.

    ``at_s`` is where it begins; raise ``jump`` to send it there again. ``nights`` are shaded,
    ``midnights`` carry the day's name, ``notes`` are steps of (second, line of text below the bar).
    """

    start_ms: int
    end_s: int
    zone: str
    step_s: int = 600
    at_s: int = 0
    jump: int = 0
    nights: tuple[tuple[int, int], ...] = ()
    midnights: tuple[int, ...] = ()
    notes: tuple[tuple[int, str], ...] = ()

    @cached_property
    def mark(self) -> str:
        """Changes when the notes do; they are sent once, as the bodies of sheets are."""
        return "notes-" + hashlib.sha256(json.dumps(self.notes).encode()).hexdigest()[:20]


@dataclass(frozen=True)
class Hit:
    """Something on the map: what it is called there."""

    kind: str
    id: str
    sheet: str


@dataclass(frozen=True)
class Click:
    """Where the planner clicked (degrees), and what lay there, points before lines before areas."""

    lat: float
    lon: float
    zoom: float
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True)
class Shape:
    """A drawn shape: a circle by ``centre`` and ``radius_m`` or an outline by ``corners``."""

    shape: Literal["circle", "polygon"]
    centre: tuple[float, float] | None = None
    radius_m: int = 0
    corners: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Reading:
    """What the map says in this run.

    ``clicked`` and ``drawn`` are told once, in the run that they cause. ``time_s`` is where the bar
    came to rest, ``view`` (lat, lon, zoom) where the map did, if it was asked to report that.
    """

    time_s: int = 0
    clicked: Click | None = None
    drawn: Shape | None = None
    view: tuple[float, float, float] | None = None
    failed: str = ""


@dataclass
class _Sent:
    """Marks of the bodies that the browser has been given under one key."""

    marks: set[str] = field(default_factory=set)


def clock_of(
    scenario: Scenario,
    *,
    at_s: int = 0,
    jump: int = 0,
    end_s: int | None = None,
    daylight: Intervals | None = None,
    notes: Sequence[tuple[int, str]] = (),
    step_s: int = 600,
) -> Clock:
    """The clock of a scenario's horizon; what is not ``daylight`` is shaded as night."""
    end = scenario.horizon_s if end_s is None else end_s
    nights = daylight.complement(0, end).spans if daylight is not None else ()
    return Clock(
        start_ms=round(scenario.start_at.timestamp() * 1000),
        end_s=end,
        zone=scenario.timezone,
        step_s=step_s,
        at_s=at_s,
        jump=jump,
        nights=nights,
        midnights=tuple(_midnights(scenario, end)),
        notes=tuple(notes),
    )


def _midnights(scenario: Scenario, end_s: int) -> list[int]:
    day = scenario.local(0).date()
    found: list[int] = []
    while True:
        moment = scenario.at_s(datetime.combine(day, time(), tzinfo=scenario.zone))
        if moment > end_s:
            return found
        found += [moment] if moment >= 0 else []
        day += timedelta(days=1)


def map_view(
    sheets: Sequence[Sheet],
    *,
    key: str,
    label: str,
    bounds: Bounds | None = None,
    height: int = 460,
    clock: Clock | None = None,
    mode: Mode = "look",
    chosen: tuple[str, str] | None = None,
    together: str = "",
    credit: str = "",
    reports_view: bool = False,
) -> Reading:
    """Show a map and tell what the planner did on it. Call it inside an ``st.fragment``.

    ``sheets`` are drawn in their order (:class:`Sheet`, :func:`feature`); each is sent once and
    then known by its mark, so that a rerun costs little. ``key`` names the map over reruns; the
    browser keeps where it was left, also while another page is open. ``bounds`` (west, south, east,
    north in degrees) is where it looks at first and whenever they change.

    With a ``clock`` there is a time bar below; what changes with time (``when``, ``series``,
    ``times`` of the features) is redrawn in the browser, and Python runs again when the bar has
    come to rest. ``mode``: look (clicks find things), road and point (clicks give a position),
    circle and polygon (shapes are drawn). ``chosen`` is the (kind, id) that is lit up. Maps with
    the same ``together`` move, zoom and pass time with each other. ``credit`` names whose map data
    this is; ``label`` is what a screen reader calls the map.

    Where the browser cannot draw it, a still picture and a list to pick from stand there instead.
    """
    if st.session_state.get(FAILED):
        return _plain_view(sheets, key, bounds, height, clock)
    sent: dict[str, _Sent] = st.session_state.setdefault("map_sent", {})
    known = sent.setdefault(key, _Sent())
    widget = f"map-{key}"
    bodies: dict[str, Any] = {
        sheet.mark: sheet.features for sheet in sheets if sheet.mark not in known.marks
    }
    if clock is not None and clock.mark not in known.marks:
        bodies[clock.mark] = clock.notes
    result = component()(
        key=widget,
        data={
            "key": key,
            "label": label,
            "height": height,
            "sheets": [
                {"id": s.id, "drawn": s.drawn, "mark": s.mark, "title": s.title, "off": s.off}
                for s in sheets
            ],
            "bodies": bodies,
            "bounds": None if bounds is None else [bounds[:2], bounds[2:]],
            "around_mark": None if bounds is None else json.dumps(bounds),
            "clock": None if clock is None else _said(clock),
            "mode": mode,
            "chosen": None if chosen is None else {"kind": chosen[0], "id": chosen[1]},
            "together": together,
            "credit": credit,
            "reports_view": reports_view,
            "words": _words(),
        },
        **{f"on_{event}_change": _nothing for event in EVENTS},
        # The browser lacks a body that it was given once: send all of them again.
        on_missing_change=known.marks.clear,
    )
    known.marks |= set(bodies)
    if result.failed:
        st.session_state[FAILED] = str(result.failed)
        st.rerun(scope="app")
    return Reading(
        time_s=_time(result.time, clock),
        clicked=_click(result.clicked),
        drawn=_shape(result.drawn),
        view=_view(result.view),
    )


def again() -> None:
    """Run the fragment anew, or the page where it is the page that runs."""
    try:
        st.rerun(scope="fragment")
    except StreamlitAPIException:
        st.rerun()


def _nothing() -> None:
    """Streamlit names an event by its callback; the map's are read from the result."""


def _said(clock: Clock) -> dict[str, Any]:
    """The clock as the browser reads it, its notes by their mark."""
    said = {item.name: getattr(clock, item.name) for item in fields(clock) if item.name != "notes"}
    return {**said, "notes_mark": clock.mark, "language": LOCALES.get(language(), language())}


def _time(value: Any, clock: Clock | None) -> int:
    if clock is None:
        return 0
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return min(max(0, int(value)), clock.end_s) if known else clock.at_s


def _click(value: Any) -> Click | None:
    if not isinstance(value, dict):
        return None
    hits = (Hit(hit["kind"], hit["id"], hit["sheet"]) for hit in value["hits"])
    return Click(float(value["lat"]), float(value["lon"]), float(value["zoom"]), tuple(hits))


def _shape(value: Any) -> Shape | None:
    if not isinstance(value, dict):
        return None
    if value["shape"] == "circle":
        lat, lon = value["centre"]
        return Shape("circle", centre=(float(lat), float(lon)), radius_m=int(value["radius_m"]))
    corners = tuple((float(lat), float(lon)) for lat, lon in value["corners"])
    return Shape("polygon", corners=corners)


def _view(value: Any) -> tuple[float, float, float] | None:
    if not isinstance(value, dict):
        return None
    return float(value["lat"]), float(value["lon"]), float(value["zoom"])


def _plain_view(
    sheets: Sequence[Sheet], key: str, bounds: Bounds | None, height: int, clock: Clock | None
) -> Reading:
    """A still picture, a slider for its time and a list instead of clicks."""
    why = str(st.session_state[FAILED])
    look.banner("wait", _("This browser cannot draw the map."), _("It says: {why}").format(why=why))
    time_s = 0
    if clock is not None and clock.end_s > 0:
        hours = st.slider(_("Hours after the start"), 0.0, clock.end_s / 3600, key=f"plain-{key}")
        time_s = round(hours * 3600)
    shown = picture(sheets, bounds or _reach(sheets), time_s, PLAIN_WIDTH_PX, height)
    st.image(shown, width="stretch")
    names = named(sheets)
    found = st.selectbox(
        _("Pick something on the map"),
        list(names),
        index=None,
        format_func=lambda key: names[key],
        key=f"plain-pick-{key}",
    )
    if st.button(_("Try the other map again"), key=f"plain-again-{key}"):
        del st.session_state[FAILED]
        st.rerun(scope="app")
    clicked = None
    if found is not None and found != st.session_state.get(f"plain-told-{key}"):
        lat, lon = _whereabouts(sheets, found)
        clicked = Click(lat, lon, 10.0, (Hit(*found, sheet=""),))
    st.session_state[f"plain-told-{key}"] = found
    return Reading(time_s=time_s, clicked=clicked, failed=why)


def _spots(geometry: dict[str, Any]) -> list[tuple[float, float]]:
    """Every (lon, lat) of a geometry."""

    def walk(inner: Any) -> list[tuple[float, float]]:
        if inner and isinstance(inner[0], int | float):
            return [(float(inner[0]), float(inner[1]))]
        return [spot for part in inner for spot in walk(part)]

    return walk(geometry["coordinates"])


def _reach(sheets: Sequence[Sheet]) -> Bounds:
    """What the points of the sheets span, or everything that is not ground."""
    for kinds in (("points",), ("points", "lines", "areas", "tracks")):
        spots = [
            spot
            for sheet in sheets
            if sheet.drawn in kinds
            for item in sheet.features
            for spot in _spots(item["geometry"])
        ]
        if spots:
            lons, lats = [lon for lon, _lat in spots], [lat for _lon, lat in spots]
            return min(lons), min(lats), max(lons), max(lats)
    return (-10.0, 20.0, 60.0, 60.0)


def _whereabouts(sheets: Sequence[Sheet], found: tuple[str, str]) -> tuple[float, float]:
    for sheet in sheets:
        for item in sheet.features:
            said = item["properties"]
            if (said.get("kind"), said.get("id")) == found:
                spots = _spots(item["geometry"])
                return spots[len(spots) // 2][1], spots[len(spots) // 2][0]
    return 0.0, 0.0


def _words() -> dict[str, str]:
    return {
        "play": _("Play"),
        "pause": _("Pause"),
        "time": _("Time"),
        "layers": _("Layers"),
        "zoom_in": _("Zoom in"),
        "zoom_out": _("Zoom out"),
        "road": _("Click the stretch of road."),
        "point": _("Click where it is."),
        "centre": _("Click the centre of the circle."),
        "edge": _("Click its edge. Esc begins anew."),
        "corners": _("Click the corners one after the other. Backspace takes one back."),
        "finish": _("Click the first corner again, or press Enter, to finish."),
    }
