"""Drawing on the map: what is pending, the form beside it, and the change of the text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import streamlit as st

from planner import charts
from planner.charts import palette
from planner.errors import ScenarioError
from planner.network import TransportNetwork
from planner.network.roadside import Between, Roadside, Stretch
from planner.roads import great_circle_m
from planner.scenario import Link, Scenario
from planner.ui import drawn, look, situation
from planner.ui.drawn import Danger, Grounds, Span
from planner.ui.mapview import Click, Drawn, Mode, Reading, Shape, Sheet, again, feature
from planner.ui.session import Session
from planner.ui.words import _
from planner.units import format_length

PENDING = "drawing-pending"
TOOL = "drawing-tool"
ROUND = "drawing-round"
ROAD_PX = 14
"""A click this near to a road means it."""
ROLES = (
    "assembly_point", "safe_haven", "embarkation_port", "embarkation_airport", "border_crossing",
    "evacuation_control_point", "hospital", "staging_base",
)  # fmt: skip
NEW_LINK = "pending_stretch"
Meant = Between | Stretch | str
"""Of which road a new link speaks: between two places, one piece, or a reviewed name."""


def undo_button(session: Session) -> None:
    """Take the last change of the text back."""
    what = session.can_undo
    if st.button(
        _("Undo"),
        icon=":material/undo:",
        help=_("Undo: {what}").format(what=what) if what else _("Nothing has been changed yet."),
        disabled=not what,
        width="stretch",
        key="situation-undo",
    ):
        session.undo()
        _forget()
        st.rerun()


def tool() -> Mode:
    """What draws a danger zone: a circle or an outline."""
    return "polygon" if st.session_state.get(TOOL) == "polygon" else "circle"


def take(reading: Reading, mode: str) -> None:
    """Keep what was clicked or drawn until the form beside the map is sent or left."""
    found: Any = reading.drawn if mode == "danger" else reading.clicked
    if found is not None:
        st.session_state[PENDING] = (mode, found)
        st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
        again()


def pending(mode: str) -> Any:
    """The click or shape that waits in this mode, or None."""
    kept = st.session_state.get(PENDING)
    return kept[1] if kept is not None and kept[0] == mode else None


def chosen(mode: str) -> tuple[str, str] | None:
    """What is lit up while drawing: the road that was clicked."""
    click = pending(mode)
    if mode != "road" or not isinstance(click, Click):
        return None
    return next((("link", hit.id) for hit in click.hits if hit.kind == "link"), None)


def preview(net: TransportNetwork, mode: str) -> list[Sheet]:
    """What is pending, on the map."""
    found = pending(mode)
    shapes: list[dict[str, Any]] = []
    if isinstance(found, Shape):
        zone = situation.zone_of(found)
        shapes = charts.zone_geometries(net, zone)
    elif isinstance(found, Click) and mode == "place":
        shapes = [{"type": "Point", "coordinates": [found.lon, found.lat]}]
    elif mode == "road":
        shapes = st.session_state.get("drawing-stretch", [])
    kinds: dict[str, Drawn] = {"place": "points", "road": "lines", "danger": "areas"}
    colour = palette.BLUE if mode == "place" else palette.THREAT_COLOUR
    features = [
        feature(shape, colour=colour, fill=0.25, width=6 if mode == "road" else 2, radius=8)
        for shape in shapes
    ]
    return [Sheet("pending", kinds.get(mode, "areas"), features)]


# ------------------------------------------------------------------ forms


def form(
    session: Session, net: TransportNetwork, side: Roadside | None, mode: str, t_s: int
) -> None:
    """The form beside the map for what is drawn in this mode."""
    {"road": _road, "place": _place, "danger": _danger}[mode](session, net, side, t_s)


def _forget() -> None:
    for key in (PENDING, "drawing-stretch"):
        st.session_state.pop(key, None)


def _key(name: str) -> str:
    """Fields begin anew with every new click or shape."""
    return f"drawing-{name}-{st.session_state.get(ROUND, 0)}"


def _apply(session: Session, change: Callable[[], str], what: str) -> None:
    """Change the text, or tell why it cannot be."""
    try:
        text = change()
    except ScenarioError as error:
        st.html(look.issue_list(error.issues, session.text))
        return
    session.edit(text, what)
    _forget()
    st.rerun(scope="app")


def _grounds() -> Grounds:
    source = st.text_input(
        _("Source"),
        key=_key("source"),
        placeholder=_("who says so; empty: an estimate"),
        max_chars=300,
    )
    because = ""
    if not (source or "").strip():
        because = st.text_input(
            _("Why"), key=_key("because"), value=_("drawn on the map"), max_chars=300
        )
    return Grounds(source or "", because or "")


def _spans(scenario: Scenario, t_s: int, label: str) -> list[Span]:
    """From and until, or no span at all: for the whole time."""
    limited = st.toggle(label, key=_key("limited"))
    if not limited:
        return []
    first = scenario.local(0).replace(tzinfo=None)
    last = scenario.local(scenario.horizon_s).replace(tzinfo=None)
    now = scenario.local(t_s // 3600 * 3600).replace(tzinfo=None)
    ends = min(last, now + timedelta(hours=24))
    left, right = st.columns(2)
    with left:
        start = _moment(_("From"), now, first, last, "from")
    with right:
        end = _moment(_("Until"), ends, first, last, "until")
    return [(start, end)] if start is not None and end is not None else []


def _moment(
    label: str, value: datetime, first: datetime, last: datetime, name: str
) -> datetime | None:
    found: datetime | None = st.datetime_input(
        label, value, min_value=first, max_value=last, key=_key(name), step=timedelta(minutes=30)
    )
    return found


# ------------------------------------------------------------------ a road


def _road(session: Session, net: TransportNetwork, side: Roadside | None, t_s: int) -> None:
    click = pending("road")
    links = {link.id: link for link in net.scenario.links}
    found = _clicked_link(click, links)
    look.heading(_("Close a road"))
    picked = st.selectbox(
        _("A road of the scenario"),
        list(links),
        index=list(links).index(found.id) if found is not None else None,
        format_func=lambda ident: links[ident].label,
        placeholder=_("Click a road on the map, or pick one here"),
        key=_key("link"),
    )
    if picked is not None:
        st.session_state.pop("drawing-stretch", None)
        close_link(session, net, links[picked], t_s)
    elif isinstance(click, Click):
        _close_stretch(session, net, side, click, t_s)
    else:
        look.note(_("Any road on the map can be clicked, also one that the scenario is silent on."))


def _clicked_link(click: Any, links: dict[str, Link]) -> Link | None:
    if not isinstance(click, Click):
        return None
    hits = (hit.id for hit in click.hits if hit.kind == "link")
    return next((links[ident] for ident in hits if ident in links), None)


def close_link(
    session: Session, net: TransportNetwork, link: Link, t_s: int, *, beside: bool = False
) -> None:
    """Close a road of the scenario, or open it again.

    ``beside``: below what is told of it, where there is nothing to leave.
    """
    scenario = net.scenario
    if link.status == "closed" or link.closed:
        if not beside:
            look.note(situation.when_words(scenario, charts.link_spans(net, link).get("closed")))
        if st.button(_("Open it again"), key=_key("open"), icon=":material/lock_open:"):
            what = _("Open {road}").format(road=link.label)
            _apply(session, lambda: drawn.open_link(session.text, link, session.file), what)
    if link.status == "closed":
        return
    spans = _spans(scenario, t_s, _("For some hours only"))
    grounds = _grounds()
    _send(
        session,
        _("Close this road"),
        _("Close {road}").format(road=link.label),
        lambda: drawn.close_link(session.text, scenario, link, spans, grounds, session.file),
        leave=not beside,
    )


def _close_stretch(
    session: Session, net: TransportNetwork, side: Roadside | None, click: Click, t_s: int
) -> None:
    scenario = net.scenario
    per_px = 40_075_000 / (512 * 2**click.zoom)
    stretch = None if side is None else side.at(click.lat, click.lon, ROAD_PX * per_px)
    if side is None or stretch is None:
        look.note(_("There is no road where you clicked."))
        return
    choices = _choices(scenario, side, stretch)
    number = st.radio(
        _("Which road is closed?"),
        range(len(choices)),
        format_func=lambda at: choices[at][0],
        key=_key("which"),
    )
    what = choices[number or 0][1]
    _show_stretch(net, what)
    spans = _spans(scenario, t_s, _("For some hours only"))
    grounds = _grounds()

    def change() -> str:
        if isinstance(what, Between):
            return drawn.close_between(session.text, scenario, what, spans, grounds, session.file)
        if isinstance(what, Stretch):
            name = piece_name(side, what)
            return drawn.close_piece(
                session.text, scenario, what, name, spans, grounds, session.file
            )
        return drawn.close_named(session.text, scenario, what, spans, grounds, session.file)

    told = _("Close {road}").format(road=choices[number or 0][0])
    _send(session, _("Close this road"), told, change)


def _choices(scenario: Scenario, side: Roadside, stretch: Stretch) -> list[tuple[str, Meant]]:
    """What the scenario could say: the piece alone, a reviewed name, or between which places."""
    spoken_of = {link.map_link for link in scenario.links}
    length = format_length(round(stretch.length_m))
    found: list[tuple[str, Meant]] = [
        (_("this piece, {length}, junction to junction").format(length=length), stretch)
    ]
    named = (name for name in stretch.named if name not in spoken_of)
    found += [(name.replace("_", " "), name) for name in named]
    for each in side.through(stretch):
        words = _("{a} – {b}, {length}, off the towns").format(
            a=each.names[0], b=each.names[1], length=format_length(round(each.length_m))
        )
        found.append((words, each))
    return found


def piece_name(side: Roadside, stretch: Stretch) -> str:
    """What a piece of road is called: by the place of the map that is nearest."""
    lat, lon = stretch.spot
    places = side.region.places.values()
    nearest = min(places, key=lambda each: (great_circle_m(lat, lon, each.lat, each.lon), each.id))
    return _("Road at {place}").format(place=nearest.name)


def _show_stretch(net: TransportNetwork, what: Meant) -> None:
    """Light the road up; the map has been drawn already, so once more where it is another one."""
    if isinstance(what, Stretch):
        shapes = [{"type": "LineString", "coordinates": what.pieces}]
    else:
        said = {"along": list(what.ends)} if isinstance(what, Between) else {"map_link": what}
        mark = "_".join(what.ends) if isinstance(what, Between) else what
        link = Link.model_validate({"id": f"{NEW_LINK}_{mark}"[:60], **said})
        shapes = charts.link_geometries(net, link)
    if st.session_state.get("drawing-stretch") != shapes:
        st.session_state["drawing-stretch"] = shapes
        again()


def _send(
    session: Session, label: str, what: str, change: Callable[[], str], leave: bool = True
) -> None:
    left, right = st.columns(2)
    with left:
        sent = st.button(label, type="primary", key=_key("send"), width="stretch")
    with right:
        if leave and st.button(_("Leave it"), key=_key("leave"), width="stretch"):
            _forget()
            st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
            again()
    if sent:
        _apply(session, change, what)


# ------------------------------------------------------------------ a place


def _place(session: Session, net: TransportNetwork, side: Roadside | None, t_s: int) -> None:
    scenario, click = net.scenario, pending("place")
    look.heading(_("Add a place"))
    if not isinstance(click, Click):
        look.note(_("Click on the map where it is."))
        return
    look.note(f"{click.lat:.5f}, {click.lon:.5f}")
    name = st.text_input(_("Name"), key=_key("name"), max_chars=120) or ""
    role = st.selectbox(
        _("What it is for"), ROLES, format_func=situation.role_word, key=_key("role")
    )
    parties = [None, *(party.id for party in scenario.parties)]
    control = st.selectbox(
        _("Held by"),
        parties,
        format_func=lambda party: situation.party_word(scenario, party),
        key=_key("control"),
    )
    grounds = _grounds()

    def change() -> str:
        spot = (click.lat, click.lon)
        return drawn.add_place(
            session.text, scenario, spot, name, role, control, grounds, session.file
        )

    _when_named(session, name, _("Add this place"), _("Add {name}").format(name=name), change)


def _when_named(
    session: Session, name: str, label: str, what: str, change: Callable[[], str]
) -> None:
    if name.strip():
        _send(session, label, what, change)
    else:
        look.note(_("Give it a name."))


# ------------------------------------------------------------------ a danger zone


def _danger(session: Session, net: TransportNetwork, side: Roadside | None, t_s: int) -> None:
    scenario, shape = net.scenario, pending("danger")
    look.heading(_("Draw a danger zone"))
    words = {"circle": _("Circle"), "polygon": _("Outline")}
    st.segmented_control(
        _("Shape"),
        list(words),
        default="circle",
        required=True,
        format_func=words.__getitem__,
        key=TOOL,
        label_visibility="collapsed",
    )
    if not isinstance(shape, Shape):
        look.note(_("Draw it on the map: what to click is told at its upper edge."))
        return
    look.note(_shape_words(shape))
    name = st.text_input(_("Name"), key=_key("name"), max_chars=120) or ""
    rate = st.number_input(
        _("Expected casualties per 1000 person-hours"),
        min_value=0.0,
        value=0.05,
        step=0.01,
        format="%.4f",
        key=_key("rate"),
    )
    hours = st.slider(_("Hours of the day"), 0, 24, (0, 24), key=_key("hours"))
    spans = _spans(scenario, t_s, _("Not all the time of the plan"))
    grounds = _grounds()
    danger = Danger(
        name,
        rate,
        daily=() if hours == (0, 24) else (f"{hours[0]:02d}:00-{hours[1]:02d}:00",),
        start=spans[0][0] if spans else None,
        end=spans[0][1] if spans else None,
    )

    def change() -> str:
        return drawn.add_danger(session.text, scenario, shape, danger, grounds, session.file)

    _when_named(session, name, _("Add this danger"), _("Add {name}").format(name=name), change)


def _shape_words(shape: Shape) -> str:
    if shape.centre is not None:
        return _("A circle of {radius} around {lat}, {lon}").format(
            radius=format_length(shape.radius_m), lat=shape.centre[0], lon=shape.centre[1]
        )
    return _("An outline of {n} corners").format(n=len(shape.corners))
