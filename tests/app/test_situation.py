"""The situation: what holds at a moment, what the map shows of it, what drawing writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from planner import charts, load, roads
from planner import network as ground
from planner.network import TransportNetwork
from planner.network.roadside import Roadside
from planner.roads import great_circle_m
from planner.scenario import Link
from planner.ui import drawing, drawn, situation, situation_facts
from planner.ui.drawn import Danger, Grounds
from planner.ui.mapview import Click, Hit, Shape, at_moment
from planner.ui.session import KEY, Session

ROOT = Path(__file__).resolve().parents[2]
BRIDGE = ROOT / "tests" / "scenarios" / "small_bridge.yaml"
DEIR = ROOT / "scenarios" / "deir_al_zor_2012.yaml"
HOUR = 3600
HOSTILE = "<script>alert(1)</script>\u202e" + "x" * 10_000
PALMYRA_ROAD = (35.2835, 40.0)


@cache
def bridge() -> TransportNetwork:
    return ground.outline(load.read(BRIDGE), None)


@cache
def side() -> Roadside:
    return Roadside(roads.load_map("syria"))


@cache
def deir() -> TransportNetwork:
    return ground.outline(load.read(DEIR), side().region)


def changed(text: str, *pairs: tuple[str, str]) -> TransportNetwork:
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return ground.outline(load.read_text(text), None)


# ------------------------------------------------------------------ at a moment


def test_an_outline_says_what_the_whole_network_says() -> None:
    whole = ground.build(load.read(DEIR), side().region)
    plain = deir()
    assert plain.positions == whole.positions
    assert plain.hazard == whole.hazard
    assert plain.threats_at == whole.threats_at
    assert {link: plain.link_open[link] for link in plain.link_open} == {
        link: whole.link_open[link] for link in plain.link_open
    }


def test_dangers_keep_to_their_hours() -> None:
    # The shelling falls from 07:00 to 10:00 and from 15:00 to 17:00; the plan begins at 06:00.
    hours = [h for h in range(12) if charts.dangers_at(bridge(), h * HOUR)]
    assert hours == [1, 2, 3, 9, 10]
    assert charts.dangers_at(bridge(), 4 * HOUR) == ()


def test_people_in_danger_are_those_inside_a_zone_at_work() -> None:
    # Old town 240 and the clinic's 6 patients with a companion each; upper town lies 2.1 km away.
    assert charts.people_at(bridge().scenario) == {"old_town": 240, "upper_town": 80, "clinic": 12}
    assert charts.in_danger_at(bridge(), HOUR) == 252
    assert charts.in_danger_at(bridge(), 0) == 0


def test_a_link_is_closed_in_its_spans_only() -> None:
    net = changed(
        BRIDGE.read_text("utf-8"),
        ("status: restricted", "closed: [[2012-12-13T08:00, 2012-12-13T10:00]]"),
    )
    link = next(link for link in net.scenario.links if link.id == "bridge")
    states = [charts.link_state(net, link, h * HOUR) for h in (1, 2, 3, 4)]
    assert states == ["open", "closed", "closed", "open"]
    spans = charts.link_spans(net, link)
    assert spans["closed"].spans == ((2 * HOUR, 4 * HOUR),)
    assert set(spans) == {"open", "closed"}


def test_a_link_that_is_closed_for_good_is_never_open() -> None:
    net = changed(BRIDGE.read_text("utf-8"), ("status: restricted", "status: closed"))
    link = next(link for link in net.scenario.links if link.id == "bridge")
    assert set(charts.link_spans(net, link)) == {"closed"}
    assert charts.link_state(net, link, 5 * HOUR) == "closed"


def test_a_window_on_a_link_closes_it() -> None:
    window = "  - {id: guarded, links: [bridge], open: ['09:00-11:00']}\n"
    text = BRIDGE.read_text("utf-8").replace("windows:\n", f"windows:\n{window}")
    net = changed(text)
    link = next(link for link in net.scenario.links if link.id == "bridge")
    found = [charts.link_state(net, link, h * HOUR) for h in range(12)]
    assert [h for h in range(12) if found[h] == "restricted"] == [3, 4]
    assert charts.windows_at(net, 0)["guarded"] is False
    assert charts.windows_at(net, 4 * HOUR)["guarded"] is True


def test_the_holder_of_a_place_changes_with_the_control_entries() -> None:
    # al-Ommal is contested until 16 December at noon, then the opposition's.
    turn = 3 * 24 * HOUR + 6 * HOUR
    assert charts.holder_at(deir(), "al_ommal", 0) == "contested"
    assert charts.holder_at(deir(), "al_ommal", turn) == "opposition"
    assert charts.holder_at(deir(), "al_ommal", deir().scenario.horizon_s) == "opposition"
    assert charts.holder_spans(deir(), "raqqa") == [(0, deir().scenario.horizon_s, "government")]


def test_changes_are_all_moments_at_which_anything_changes() -> None:
    moments = charts.changes(bridge())
    assert moments == sorted(set(moments)) and moments[0] == 0
    states = {t: situation.moment_words(bridge(), t) for t in range(0, 12 * HOUR, 300)}
    for t, told in states.items():
        last = max(moment for moment in moments if moment <= t)
        assert situation.moment_words(bridge(), last) == told


# ------------------------------------------------------------------ claims and their age


def test_a_claim_is_as_old_as_the_start_says() -> None:
    links = {link.id: link for link in deir().scenario.links}
    stands = charts.standing(deir().scenario, links["siyasiyeh_bridge"])  # 10 December, 12:00
    assert (stands.kind, stands.age_s) == ("estimate", 66 * HOUR)
    assert stands.is_old and not stands.is_very_old and stands.doubtful
    assert situation.basis(stands) == "2 d 18 h old, an estimate, doubtful"
    undated = charts.standing(deir().scenario, links["airport_road"])
    assert undated.age_s is None and undated.is_old and undated.is_very_old


@pytest.mark.parametrize(
    ("claim", "kind", "look"),
    [
        ("source: a report, as_of: 2012-12-13T00:00", "sourced", {"dash": "", "opacity": 1}),
        ("source: a report, as_of: 2012-12-11T18:00", "sourced", {"dash": "dashed", "opacity": 1}),
        ("source: a report", "sourced", {"dash": "dashed", "opacity": 0.5}),
        ("estimate: true, because: x", "estimate", {"dash": "dotted", "opacity": 0.5}),
        ("comment: seen", "unsourced", {"dash": "dotted", "opacity": 0.5}),
    ],
)
def test_old_and_unsure_information_looks_so(claim: str, kind: str, look: dict[str, Any]) -> None:
    text = BRIDGE.read_text("utf-8")
    net = changed(text, ("status: restricted}", f"status: restricted, {claim}}}"))
    link = next(link for link in net.scenario.links if link.id == "bridge")
    stands = charts.standing(net.scenario, link)
    assert stands.kind == kind
    assert situation.age_look(stands) == look


def test_what_has_no_source_is_listed_with_its_line() -> None:
    text = DEIR.read_text(encoding="utf-8")
    rows = situation_facts.without_source(deir(), text)
    lines = text.split("\n")
    assert len(rows) > 40
    for line, claim in rows:
        assert line > 0, claim
        ident = claim.where.split("[")[1].split("]")[0]
        near = "\n".join(lines[max(0, line - 6) : line])
        assert ident in near, (line, claim)
    found = {claim.where for _line, claim in rows}
    assert "links[siyasiyeh_bridge]" in found and "groups[joura_residents].people" in found
    assert "windows[daylight_roads]" not in found  # it has a source


def test_claims_without_any_ground_stand_first() -> None:
    rows = charts.without_source(bridge().scenario)
    kinds = [claim.kind for claim in rows]
    assert kinds == sorted(kinds, key=lambda kind: kind != "unsourced")
    assert kinds.count("estimate") == 1  # old_town_people
    assert [claim.because for claim in rows if claim.kind == "estimate"] == ["made up for a test"]


# ------------------------------------------------------------------ sheets


def shown(net: TransportNetwork, sheet: str, t_s: int) -> dict[str, dict[str, Any]]:
    sheets = {each.id: each for each in situation.situation_sheets(net)}
    found = at_moment(sheets[sheet].features, t_s)
    return {item["properties"]["id"]: item["properties"] for item in found}


def test_the_map_shows_the_dangers_of_the_moment() -> None:
    assert set(shown(bridge(), "dangers", HOUR)) == {"shelling"}
    assert shown(bridge(), "dangers", 0) == {}


def test_the_map_shows_a_road_as_it_stands_at_the_moment() -> None:
    left_bank = shown(deir(), "links", 0)["raqqa_left_bank"]
    assert left_bank["sign"] == "✕" and "closed" in left_bank["text"]
    later = shown(deir(), "links", 3 * 24 * HOUR)["raqqa_left_bank"]
    assert "sign" not in later and "open" in later["text"]
    assert "66 h" not in later["text"] and "date not known" in later["text"]


def test_protected_places_are_marked_and_people_sized() -> None:
    places = shown(bridge(), "places", 0)
    assert (
        places["clinic"]["ring"] == "ink" and "never leaves the office" in places["clinic"]["text"]
    )
    assert [p for p, said in places.items() if "ring" in said] == ["clinic"]
    assert places["old_town"]["radius"] > places["upper_town"]["radius"] > places["haven"]["radius"]
    assert "240" in places["old_town"]["caption"]


def test_the_holder_in_a_tooltip_follows_the_time() -> None:
    turn = 3 * 24 * HOUR + 6 * HOUR
    assert "held by: contested" in shown(deir(), "places", 0)["al_ommal"]["text"]
    assert "held by: Opposition" in shown(deir(), "places", turn)["al_ommal"]["text"]


def test_a_place_outside_its_hours_is_faint() -> None:
    window = "  - {id: hours, places: [haven], open: ['08:00-16:00']}\n"
    text = BRIDGE.read_text("utf-8").replace("windows:\n", f"windows:\n{window}")
    net = changed(text)
    assert shown(net, "places", 0)["haven"]["opacity"] < 0.5
    assert "closed at this hour" in shown(net, "places", 0)["haven"]["text"]
    assert shown(net, "places", 3 * HOUR)["haven"]["opacity"] == 1


def test_the_map_begins_where_people_wait() -> None:
    west, south, east, north = situation.spread(deir())
    lat, lon = deir().positions["al_joura"]
    assert south < lat < north and west < lon < east
    far_lat, far_lon = deir().positions["palmyra"]
    assert not (south < far_lat < north and west < far_lon < east)
    west, south, east, north = situation.everything(deir())
    assert south <= far_lat <= north and west <= far_lon <= east


@pytest.mark.parametrize("kind", ["place", "link", "danger", "control"])
def test_facts_are_told_of_everything_on_the_map(kind: str) -> None:
    net = deir()
    for item in getattr(net.scenario, situation_facts.SECTION_OF[kind]):
        heading, rows = situation_facts.facts_of(net, kind, item.id, 5 * HOUR)
        assert heading == item.label and rows and all(rows.values())
    assert situation_facts.facts_of(net, kind, "gone", 0) == ("", {})


def test_facts_of_a_road_name_age_source_and_hours() -> None:
    _heading, rows = situation_facts.facts_of(deir(), "link", "siyasiyeh_bridge", 0)
    assert rows["now"] == "restricted" and rows["at most"] == "40 vehicles/h"
    assert "2 d 18 h old" in rows["how sure"] and "only road bridge left" in rows["why"]
    _heading, rows = situation_facts.facts_of(deir(), "link", "raqqa_left_bank", 0)
    assert rows["closed"] == "13.12. 06:00 – 15.12. 12:00"


# ------------------------------------------------------------------ the road at a spot


def test_the_road_at_a_spot_is_the_nearest_one() -> None:
    stretch = side().at(*PALMYRA_ROAD, within_m=3000)
    assert stretch is not None and stretch.away_m < 3000
    assert "palmyra_road" in stretch.named
    assert side().at(30.0, 50.0, within_m=3000) is None


@pytest.mark.parametrize("spot", [(35.2835, 40.0), (35.6, 39.6), (34.65, 37.7)])
def test_what_is_offered_for_a_stretch_closes_it(spot: tuple[float, float]) -> None:
    stretch = side().at(*spot, within_m=60_000)
    assert stretch is not None
    middle = stretch.points[len(stretch.points) // 2]
    offers = side().through(stretch)
    assert offers, spot
    assert [o.length_m for o in offers] == sorted(o.length_m for o in offers)
    for number, offer in enumerate(offers):
        said = {"id": f"test_{number}_{spot[0]}".replace(".", "_"), "along": list(offer.ends)}
        shapes = charts.link_geometries(deir(), Link.model_validate(said))
        away = min(
            great_circle_m(*middle, lat, lon)
            for shape in shapes
            for lon, lat in shape["coordinates"]
        )
        assert away < 50, (offer, away)


# ------------------------------------------------------------------ what drawing writes


def sound(text: str) -> Any:
    return load.read_text(text)


def test_closing_a_link_for_good_changes_one_word() -> None:
    text, scenario = BRIDGE.read_text("utf-8"), load.read(BRIDGE)
    link = next(link for link in scenario.links if link.id == "bridge")
    new = drawn.close_link(text, scenario, link, [], Grounds(), "x.yaml")
    assert new == text.replace("status: restricted", "status: closed")
    again = next(link for link in sound(new).links if link.id == "bridge")
    assert drawn.open_link(new, again, "x.yaml") == text.replace("restricted", "operational")


def test_closing_a_link_for_hours_keeps_the_hours_that_were_there() -> None:
    text, scenario = DEIR.read_text("utf-8"), load.read(DEIR)
    link = next(link for link in scenario.links if link.id == "raqqa_left_bank")
    span = (datetime(2012, 12, 16, 6), datetime(2012, 12, 17, 6))
    grounds = Grounds(source="a driver: said so #1")
    new = drawn.close_link(text, scenario, link, [span], grounds, "x.yaml")
    again = next(link for link in sound(new).links if link.id == "raqqa_left_bank")
    assert len(again.closed) == 2 and again.closed[1] == span
    assert again.source == "a driver: said so #1" and again.as_of == datetime(2012, 12, 13, 6)
    opened = drawn.open_link(new, again, "x.yaml")
    assert next(link for link in sound(opened).links if link.id == again.id).closed == ()


def test_closing_a_stretch_adds_a_link_that_speaks_of_it() -> None:
    text, scenario = DEIR.read_text("utf-8"), load.read(DEIR)
    stretch = side().at(35.6, 39.6, within_m=60_000)
    assert stretch is not None
    offer = side().through(stretch)[0]
    grounds = Grounds(because="shelled")
    new = drawn.close_between(text, scenario, offer, [], grounds, "x.yaml")
    added = sound(new).links[-1]
    assert added.along == offer.ends and added.status == "closed"
    assert added.estimate and added.because == "shelled" and added.name is not None
    told = ground.faults(sound(new), side().region)
    assert [issue for issue in told if issue.severity == "error"] == []
    twice = drawn.close_between(new, sound(new), offer, [], grounds, "x.yaml")
    assert len({link.id for link in sound(twice).links}) == len(scenario.links) + 2


def test_closing_one_piece_shuts_it_and_nothing_else() -> None:
    text, scenario = DEIR.read_text("utf-8"), load.read(DEIR)
    stretch = side().at(35.36, 40.19, within_m=5_000)
    assert stretch is not None
    name = drawing.piece_name(side(), stretch)
    new = drawn.close_piece(text, scenario, stretch, name, [], Grounds(because="mined"), "x.yaml")
    added = sound(new).links[-1]
    assert added.near is not None and added.status == "closed" and added.name == name
    again = side().at(*added.near, within_m=100)
    assert again is not None and {again.u, again.v} == {stretch.u, stretch.v}
    assert again.away_m < 2  # the spot is written to five digits
    (shape,) = charts.link_geometries(ground.outline(sound(new), side().region), added)
    assert sorted(shape["coordinates"]) == sorted(stretch.pieces)
    told = ground.faults(sound(new), side().region)
    assert [issue for issue in told if issue.severity == "error"] == []


def test_closing_a_named_link_of_the_map() -> None:
    new = drawn.close_named(
        DEIR.read_text("utf-8"), load.read(DEIR), "palmyra_road", [], Grounds(), "x.yaml"
    )
    added = sound(new).links[-1]
    assert (added.id, added.map_link, added.status) == ("palmyra_road", "palmyra_road", "closed")


def test_a_place_is_added_where_it_was_clicked() -> None:
    text, scenario = BRIDGE.read_text("utf-8"), load.read(BRIDGE)
    new = drawn.add_place(
        text, scenario, (35.331234, 40.1), "Old town", "safe_haven", "government",
        Grounds("the council"), "x.yaml",
    )  # fmt: skip
    place = sound(new).places[-1]
    assert (place.id, place.at, place.control) == ("old_town_2", (35.33123, 40.1), "government")
    assert place.source == "the council" and place.name == "Old town"


@pytest.mark.parametrize("name", ["الجورة", "", HOSTILE, "a: b # c", "- x", "💥"])
def test_any_name_can_be_written(name: str) -> None:
    text, scenario = BRIDGE.read_text("utf-8"), load.read(BRIDGE)
    new = drawn.add_place(text, scenario, (35.3, 40.1), name, "hospital", None, Grounds(), "x.yaml")
    place = sound(new).places[-1]
    assert place.name == (name or None) or place.name == name
    assert re.fullmatch(r"[a-z0-9_]{1,60}", place.id)


def test_a_danger_is_added_as_circle_and_as_outline() -> None:
    text, scenario = BRIDGE.read_text("utf-8"), load.read(BRIDGE)
    circle = Shape("circle", centre=(35.3, 40.1), radius_m=900)
    danger = Danger("Mortars", 0.05, daily=("07:00-10:00",), start=datetime(2012, 12, 13, 8))
    new = drawn.add_danger(text, scenario, circle, danger, Grounds(because="heard"), "x.yaml")
    found = sound(new).threats[-1]
    assert found.zone.circle is not None and found.zone.circle.radius_m == 900
    assert found.rate_nano == 50_000 and found.daily == ((25200, 36000),)
    assert sound(new).at_s(found.from_) == 2 * HOUR
    outline = Shape("polygon", corners=((35.3, 40.1), (35.3, 40.2), (35.4, 40.2)))
    new = drawn.add_danger(new, sound(new), outline, Danger("Mortars", 1), Grounds(), "x.yaml")
    found = sound(new).threats[-1]
    assert found.id == "mortars_2" and found.zone.polygon == outline.corners


# ------------------------------------------------------------------ the page


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    session = Session(tmp_path / "tab")
    session.open(BRIDGE.name, BRIDGE.read_text(encoding="utf-8"), "a test")
    yield session


def show(session: Session, **state: Any) -> AppTest:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.session_state[KEY] = session
    for key, value in state.items():
        app.session_state[key.replace("_", "-")] = value
    app.run()
    app.switch_page("planner/ui/screens/situation.py").run()
    assert not app.exception, app.exception[0].message
    return app


def told(app: AppTest) -> str:
    bodies = (block.body for block in app.html if "<style>" not in block.body)
    return unescape(re.sub(r"<[^>]+>", " ", "\n".join(bodies)))


def box(app: AppTest, label: str) -> Any:
    return next(item for item in app.selectbox if item.label == label)


def field(app: AppTest, label: str) -> Any:
    return next(item for item in app.text_input if item.label == label)


def button(app: AppTest, label: str) -> Any:
    return next(item for item in app.button if item.label == label)


def test_the_page_opens_and_checks_the_text(session: Session) -> None:
    app = show(session)
    assert "Small bridge shuttle" in told(app)
    assert "dangers at work" in told(app) and "332" in told(app)
    assert [tab.label for tab in app.tabs][1].startswith("No source yet (")
    app.run()
    assert not app.exception and "Checking" not in told(app)


def test_the_page_says_what_a_picked_thing_is(session: Session) -> None:
    app = show(session, situation_time=HOUR)
    box(app, "Pick something on the map").select(("place", "clinic")).run()
    assert "its position never leaves the office" in told(app)
    assert "Shelling of the old town" in told(app)
    box(app, "Pick something on the map").select(("danger", "shelling")).run()
    assert "0.5 expected casualties" in told(app) and "07:00–10:00" in told(app)


def test_a_broken_text_shows_the_last_sound_state(session: Session) -> None:
    app = show(session)
    session.edit(session.text.replace("horizon: 12 h", "horizon: 12"), "break it")
    app.run()
    assert not app.exception and "last state without one" in told(app)
    assert "dangers at work" in told(app)


def test_a_text_that_never_was_sound_shows_its_faults(session: Session) -> None:
    session.edit("title: [", "break it")
    app = show(session)
    assert "nothing to show yet" in told(app)
    assert button(app, "Go to the scenario") is not None


def test_a_road_is_closed_and_the_change_undone(session: Session) -> None:
    before = session.text
    click = Click(35.346, 40.152, 12.0, (Hit("link", "bridge", "links"),))
    app = show(session, situation_mode="road", drawing_pending=("road", click))
    assert box(app, "A road of the scenario").value == "bridge"
    field(app, "Source").set_value("the office's driver").run()
    button(app, "Close this road").click().run()
    assert not app.exception
    link = next(link for link in load.read_text(session.text).links if link.id == "bridge")
    assert link.status == "closed" and link.source == "the office's driver"
    assert "Close" in session.can_undo
    button(app, "Undo").click().run()
    assert not app.exception and session.text == before


def test_a_road_is_picked_without_the_map(session: Session) -> None:
    app = show(session, situation_mode="road")
    box(app, "A road of the scenario").select("east_road").run()
    app.toggle[0].set_value(True).run()
    button(app, "Close this road").click().run()
    assert not app.exception
    link = next(link for link in load.read_text(session.text).links if link.id == "east_road")
    assert len(link.closed) == 1 and link.status == "operational" and link.estimate is False


def test_a_click_beside_every_road_says_so(session: Session) -> None:
    app = show(session, situation_mode="road", drawing_pending=("road", Click(35.0, 40.0, 12.0)))
    assert "no road where you clicked" in told(app)


def test_a_stretch_of_the_map_is_closed(session: Session) -> None:
    session.open(DEIR.name, DEIR.read_text(encoding="utf-8"), "a test")
    click = Click(*PALMYRA_ROAD, 8.0)
    app = show(session, situation_mode="road", drawing_pending=("road", click))
    piece, named, between = app.radio[0].options[:3]
    assert "this piece" in piece and named == "palmyra road" and "off the towns" in between
    app.radio[0].set_value(2).run()
    button(app, "Close this road").click().run()
    assert not app.exception
    added = load.read_text(session.text).links[-1]
    assert added.along is not None and added.status == "closed"


def test_a_place_is_added_on_the_page(session: Session) -> None:
    click = Click(35.4, 40.2, 12.0)
    app = show(session, situation_mode="place", drawing_pending=("place", click))
    assert "Give it a name" in told(app)
    field(app, "Name").set_value(HOSTILE[:100]).run()
    box(app, "What it is for").select("embarkation_port").run()
    button(app, "Add this place").click().run()
    assert not app.exception
    place = load.read_text(session.text).places[-1]
    assert (place.at, place.role, place.name) == ((35.4, 40.2), "embarkation_port", HOSTILE[:100])
    assert "<script>" not in "".join(b.body for b in app.html if "<style>" not in b.body)


def test_a_danger_is_added_on_the_page(session: Session) -> None:
    shape = Shape("circle", centre=(35.3, 40.1), radius_m=1500)
    app = show(session, situation_mode="danger", drawing_pending=("danger", shape))
    assert "1.5 km" in told(app)
    field(app, "Name").set_value("Snipers").run()
    app.slider[0].set_value((6, 18)).run()
    button(app, "Add this danger").click().run()
    assert not app.exception
    threat = load.read_text(session.text).threats[-1]
    assert threat.label == "Snipers" and threat.daily == ((6 * HOUR, 18 * HOUR),)


def test_what_was_drawn_can_be_left(session: Session) -> None:
    before = session.text
    shape = Shape("circle", centre=(35.3, 40.1), radius_m=1500)
    app = show(session, situation_mode="danger", drawing_pending=("danger", shape))
    field(app, "Name").set_value("Snipers").run()
    button(app, "Leave it").click().run()
    assert not app.exception and session.text == before
    assert drawing.PENDING not in app.session_state


def test_a_refused_change_is_told_as_a_problem(session: Session) -> None:
    span = Shape("polygon", corners=((35.3, 40.1), (35.3, 40.2)))  # two corners make no area
    with pytest.raises(Exception, match="write three or more"):
        drawn.add_danger(session.text, load.read(BRIDGE), span, Danger("x", 1), Grounds(), "x.yaml")


def test_without_webgl_the_page_still_works(session: Session) -> None:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.session_state[KEY] = session
    app.session_state["map_failed"] = "no WebGL"
    app.run()
    app.switch_page("planner/ui/screens/situation.py").run()
    assert not app.exception
    assert "cannot draw the map" in told(app)
    app.slider[0].set_value(1.0).run()
    assert "Shelling of the old town" in told(app)
