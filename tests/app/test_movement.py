"""A plan on the map over time: crowds, convoys, and the page that shows them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from planner import charts
from planner.ui import movement
from planner.ui.mapview import at_moment
from planner.ui.session import Session
from planner.verify import Verdict
from tests.app.desk_case import show, told

HOUR = 3600


@pytest.fixture
def verdict(planned: Session) -> Verdict:
    return planned.runs[0].verdict


def moments(verdict: Verdict) -> range:
    return range(0, verdict.plan.horizon_s, 331)


def test_the_steps_of_crowds_say_what_every_moment_says(verdict: Verdict) -> None:
    steps = charts.crowd_steps(verdict)
    for t in moments(verdict):
        here = charts.crowds(verdict, t)
        found = {p: [c for begun, c in each if begun <= t][-1] for p, each in steps.items()}
        assert found == here, t


def test_everybody_is_told_once_at_every_moment(verdict: Verdict) -> None:
    notes = movement.movement_notes(verdict)
    assert [t for t, _text in notes] == sorted({t for t, _text in notes})
    for _t, text in notes:
        numbers = [int(part.split(" ")[0].replace(",", "")) for part in text.split(" · ")]
        assert sum(numbers) == verdict.plan.people
    assert f"{verdict.figures.evacuated:,} safe" in notes[-1][1]
    assert "waiting" in notes[0][1] and "waiting" not in notes[-1][1]


def test_places_grow_and_shrink_with_their_people(verdict: Verdict) -> None:
    sheet = next(s for s in movement.movement_sheets(verdict) if s.id == "places")

    def at(t: int) -> dict[str, dict[str, Any]]:
        found = at_moment(sheet.features, t)
        return {item["properties"]["id"]: item["properties"] for item in found}

    first, last = at(0), at(verdict.plan.horizon_s)
    assert first["old_town"]["radius"] > last["old_town"]["radius"]
    assert first["haven"]["radius"] < last["haven"]["radius"]
    assert "safe" in last["haven"]["text"] and "nobody" in first["haven"]["text"]
    assert last["haven"]["caption"] == f"East village  {verdict.figures.evacuated:,}"
    assert first["clinic"]["ring"] == "ink"


def test_convoys_are_there_from_loading_to_unloading(verdict: Verdict) -> None:
    sheet = next(s for s in movement.movement_sheets(verdict) if s.id == "movers")
    by_id = {item["properties"]["id"]: item for item in sheet.features}
    found = charts.convoys(verdict)
    assert set(by_id) >= {convoy.id for convoy in found}
    for convoy in found:
        item = by_id[convoy.id]
        begins = convoy.legs[0].load_start_s
        ends = max(leg.unload_end_s for leg in convoy.legs)
        assert item["when"] == [[begins, ends]]
        points = charts.convoy_track(verdict, convoy)
        assert item["times"] == [moment for _lat, _lon, moment in points]
        assert len(item["geometry"]["coordinates"]) == len(item["times"]) >= 2
        assert ("sign" in item["properties"]) == convoy.loaded


def test_the_map_looks_where_it_is_told(verdict: Verdict) -> None:
    net = verdict.network
    west, south, east, north = movement.close_look(net, "clinic")
    lat, lon = net.positions["clinic"]
    assert ((south + north) / 2, (west + east) / 2) == pytest.approx((lat, lon))
    west, south, east, north = movement.region_bounds(net)
    assert all(south <= a <= north and west <= b <= east for a, b in net.positions.values())


def shown(app: Any) -> list[dict[str, Any]]:
    """What the maps of the page were given."""
    return [json.loads(item.proto.json) for item in app.get("bidi_component")]


def test_the_page_gives_the_map_a_plan_and_its_times(planned: Session) -> None:
    app = show("plan", planned, result_tab="Map")
    (given,) = shown(app)
    assert [sheet["id"] for sheet in given["sheets"]] == [
        "ground", "dangers", "links", "movers", "places",
    ]  # fmt: skip
    verdict = planned.runs[-1].verdict
    assert given["clock"]["end_s"] == verdict.plan.horizon_s and given["together"] == ""
    assert "http" not in json.dumps(given)
    next(box for box in app.selectbox if box.label == "Look at").set_value("clinic").run()
    (west, south), (east, north) = shown(app)[0]["bounds"]
    lat, lon = verdict.network.positions["clinic"]
    assert ((south + north) / 2, (west + east) / 2) == pytest.approx((lat, lon))
    assert shown(app)[0]["bodies"] == {}  # the browser has it all by now
    assert "Click a convoy" in told(app)


def test_without_webgl_the_plan_is_a_picture_and_a_list(planned: Session) -> None:
    app = show("plan", planned, result_tab="Map", map_failed="no WebGL")
    assert "cannot draw the map" in told(app)
    app.slider[0].set_value(1.0).run()
    box = next(box for box in app.selectbox if box.label == "Pick something on the map")
    box.select(("place", "haven")).run()
    assert not app.exception and "East village" in told(app)
