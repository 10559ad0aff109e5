"""Lift schedules and drivers' cards: figures recounted, berths shared by nobody, lines to fill."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from functools import cache
from typing import Any

import openpyxl
import pytest

from planner import documents, network
from planner.documents import Issued, Order, cards, issue, liftpages, lifts, press
from planner.documents.berths import stays
from planner.documents.berthstrip import day_strips
from planner.documents.columns import Column
from planner.documents.paper import Paper, prepare
from planner.plan import ManifestLine, Plan, PlanLeg, Sortie
from planner.scenario import Scenario
from planner.verify import Verdict
from tests import paper_case as case
from tests.test_documents import pdf_pages

HOUR, MINUTE = 3600, 60


@cache
def paper(audience: str = "internal", whom: str | None = None, language: str = "en") -> Paper:
    return prepare(case.conditional(), None, audience, whom, language)  # type: ignore[arg-type]


def text(content: bytes) -> str:
    return " ".join(pdf_pages(content))


# ------------------------------------------------------------------ the ferry of the small plan


def test_a_lift_says_what_the_plan_says() -> None:
    (row,) = lifts.table(paper()).rows
    leg = next(s for s in paper().verdict.plan.sorties if s.fleet == "ferries").legs[0]
    assert (row["persons"], row["stretchers"]) == (leg.persons, 0) == (24, 0)
    assert (row["from"], row["to"], row["mode"]) == ("Port", "Far island", "sea")
    assert (row["from_berth"], row["to_berth"]) == ("1", "1")
    assert row["embark_start_local"] == paper().local(leg.load_start_s)
    assert row["depart_utc"] == paper().utc(leg.depart_s)
    assert (row["seats"], row["turnround_min"]) == (100, 30)
    assert row["escort"] == "Cutter 1"
    assert row["allocated"] == f"{paper().verdict.scenario.groups[1].label}: 24"
    assert row["onward"] == "ends there"
    assert (row["registration"], row["standby"], row["cancel_by"], row["from_slot"]) == ("",) * 4


def test_the_same_rows_stand_in_csv_and_xlsx_and_on_the_page() -> None:
    made = documents.files(case.conditional(), documents.Order("lift-schedule"))
    assert set(made) == {f"lift_schedule.{kind}" for kind in ("pdf", "csv", "xlsx", "json")}
    (row,) = csv.DictReader(io.StringIO(made["lift_schedule.csv"].decode("utf-8")))
    book = openpyxl.load_workbook(io.BytesIO(made["lift_schedule.xlsx"]))
    head, cells = book.worksheets[1].iter_rows(values_only=True)
    told = dict(zip(head, cells, strict=True))
    assert [row["persons"], row["lift"], row["escort"]] == ["24", told["lift"], told["escort"]]
    assert told["persons"] == 24 and row["from"] == told["from"] == "Port"
    shown = text(made["lift_schedule.pdf"])
    for words in (row["lift"], "Far island", "24 people, of them lying 0", "escort Cutter 1"):
        assert words in shown
    assert "IMO or tail ..." in shown and "cancel by ..." in shown and "standby ..." in shown
    assert "+cmd|' /C calc'!A0: 24" in shown


def test_every_page_is_stamped() -> None:
    for maker, reader in (
        (liftpages.pdf_bytes, paper()),
        (liftpages.pdf_bytes, prepare(case.failed())),
        (cards.pdf_bytes, paper("crew", "buses-2")),
    ):
        for page in pdf_pages(maker(reader)):
            assert f"{reader.addressee} · Decision support, not clearance" in page
            assert f"Valid until {reader.expiry}" in page
            assert press.band(reader.warning) in page


def test_outside_there_is_no_number_of_a_berth_and_no_escort_but_ones_own() -> None:
    columns: dict[str, list[str]] = {}
    rows: dict[str, dict[str, Any]] = {}
    for audience, whom in (("internal", None), ("partners", "ferries"), ("crew", "ferries-1")):
        made = lifts.table(paper(audience, whom))
        columns[audience] = [column.name for column in made.columns]
        (rows[audience],) = made.rows
    assert {"from_berth", "to_berth"} <= set(columns["internal"])
    for audience in ("partners", "crew"):
        assert not {"from_berth", "to_berth"} & set(columns[audience])
        assert rows[audience]["allocated"] == "Passengers: 24"
        shown = text(liftpages.pdf_bytes(paper(audience, f"ferries{'-1' * (audience == 'crew')}")))
        assert "cmd|" not in shown and ", berth 1" not in shown and "Leave to use" not in shown
    assert rows["partners"]["escort"] == "cutter 1" and rows["crew"]["escort"] == ""
    assert ", berth 1" in text(liftpages.pdf_bytes(paper()))


def test_whoever_sails_nowhere_is_told_so() -> None:
    shown = text(liftpages.pdf_bytes(paper("partners", "buses")))
    assert "No sailing or flight concerns this reader." in shown
    assert lifts.table(paper("partners", "buses")).rows == ()


@pytest.mark.parametrize("language", ["ar", "ru"])
@pytest.mark.parametrize("template", [liftpages.TEMPLATE, cards.TEMPLATE])
def test_every_word_has_its_translation(language: str, template: str) -> None:
    known = press.words(template, language)
    assert [word for word, told in known.items() if told == word] == []


# ------------------------------------------------------------------ berths and stands

AIR: dict[str, Any] = {
    "title": "Two airfields",
    "timezone": "Asia/Damascus",
    "start": "2012-12-13T06:00",
    "horizon": "24 h",
    "places": [
        {"id": "field", "name": "Field", "role": "embarkation_airport", "at": ["35.0", "40.0"],
         "stands": "2"},
        {"id": "home", "name": "Home", "role": "safe_haven", "at": ["36.0", "38.0"]},
    ],
    "groups": [{"id": "many", "at": "field", "people": "200"}],
    "vehicles": {"plane": {"mode": "air", "seats": "50", "speed": "500 km/h", "loading": "30 min",
                           "unloading": "20 min", "range": "3000 km"}},
    "fleets": [{"id": "planes", "name": "Planes", "vehicle": "plane", "count": "3",
                "base": "home"}],
    "links": [{"id": "sky", "from": "field", "to": "home", "mode": "air", "length": "200 km"}],
}  # fmt: skip


def _flight(found: network.TransportNetwork, origin: str, leaves_s: int, **more: Any) -> PlanLeg:
    ends = ("field", "home") if origin == "field" else ("home", "field")
    route = found.routes[found.between[(*ends, found.profile_of["planes"])][0]]
    load_s, off_s = (30 * MINUTE, 20 * MINUTE) if more else (0, 0)
    return PlanLeg(
        route=route.id, origin=ends[0], destination=ends[1], load_start_s=leaves_s - load_s,
        depart_s=leaves_s, arrive_s=leaves_s + route.travel_s,
        unload_end_s=leaves_s + route.travel_s + off_s, **more,
    )  # fmt: skip


@cache
def airlift() -> Paper:
    """Three planes come one after the other and go back with fifty people each."""
    made = Scenario.model_validate(AIR)
    found = network.build(made, None)
    line = ManifestLine(group="many", means="ride", unit_persons=1, units=50)
    sorties = []
    for number in (1, 2, 3):
        there = _flight(found, "home", number * HOUR)
        back = _flight(found, "field", there.arrive_s + (70 if number < 3 else 40) * MINUTE,
                       manifest=(line,))  # fmt: skip
        sorties.append(
            Sortie(id=f"planes-{number}-1", fleet="planes", vehicle=number, legs=(there, back))
        )
    base: Verdict = case.verified()
    plan: Plan = base.plan.model_copy(
        update={
            "sorties": tuple(sorties), "self_movements": (), "left_behind": (), "teams": (),
            "horizon_s": made.horizon_s, "people": 200,
        }
    )  # fmt: skip
    return prepare(replace(base, plan=plan, scenario=made, network=found))


def test_nobody_shares_a_stand_and_no_more_are_used_than_needed() -> None:
    here = [stay for stay in stays(airlift()) if stay.place == "field"]
    assert len(here) == 3
    for a in here:
        for b in here:
            apart = a.until_s <= b.from_s or b.until_s <= a.from_s
            assert a is b or apart or a.number != b.number
    assert sorted({stay.number for stay in here}) == [1, 2]
    assert [row["from_berth"] for row in lifts.table(airlift()).rows] == ["1", "2", "1"]


def test_an_aircraft_is_there_from_landing_to_take_off() -> None:
    for row, sortie in zip(
        lifts.table(airlift()).rows, airlift().verdict.plan.sorties, strict=True
    ):
        there, back = sortie.legs
        assert row["arrives_local"] == airlift().local(there.arrive_s)
        assert row["turnround_min"] == (back.depart_s - there.arrive_s) // MINUTE
    first, *_ = (stay for stay in stays(airlift()) if stay.place == "field")
    assert (first.from_s, first.until_s) == (
        airlift().verdict.plan.sorties[0].legs[0].arrive_s,
        airlift().verdict.plan.sorties[0].legs[1].depart_s,
    )


def test_the_strip_names_each_lift_on_the_stand_that_the_table_gives() -> None:
    (day,) = day_strips(airlift(), lifts.lifts(airlift()))
    assert day.day == "2012-12-13"
    words = [word[2] for word in day.drawing.words]
    assert {"Field, stand 1", "Field, stand 2"} <= set(words)
    rows = {word[2]: word[1] for word in day.drawing.words if ", stand" in word[2]}
    spots = {word[2]: word[1] for word in day.drawing.words if word[2].startswith("c0")}
    for row in lifts.table(airlift()).rows:
        if str(row["lift"]) in spots:
            assert spots[str(row["lift"])] == rows[f"Field, stand {row['from_berth']}"]
    assert len(spots) >= 2


def test_a_port_is_known_by_its_code() -> None:
    ground = case.mapped().network
    assert ground.region is not None
    port = next(place for place in ground.region.places.values() if place.unlocode)
    field = next(place for place in ground.region.places.values() if place.icao)
    spots = {"port": (port.lat, port.lon), "field": (field.lat, field.lon), "joura": (35.3, 40.1)}
    told = replace(
        paper(), verdict=replace(case.mapped(), network=replace(ground, positions=spots))
    )
    assert lifts.code(told, "port", "sea") == port.unlocode
    assert lifts.code(told, "field", "air") == field.icao
    assert lifts.code(told, "joura", "sea") == ""
    assert lifts.code(paper(), "port", "sea") == ""


def test_the_columns_are_in_the_dictionary_once() -> None:
    names = [column.name for column in lifts.COLUMNS]
    assert len(names) == len(set(names))
    assert all(isinstance(column, Column) and column.means for column in lifts.COLUMNS)


# ------------------------------------------------------------------ drivers' cards


def test_a_card_has_the_legs_of_its_vehicle_in_order() -> None:
    (card,) = cards.content(paper("crew", "buses-2"))["cards"]
    (sortie,) = paper("crew", "buses-2").verdict.plan.sorties
    assert [leg["people"] for leg in card["legs"]] == [str(leg.persons) for leg in sortie.legs]
    clock = [paper("crew", "buses-2").local(leg.depart_s) for leg in sortie.legs]
    assert [leg["leaves"] for leg in card["legs"]] == [f"{moment:%H:%M}" for moment in clock]
    assert card["legs"][1]["halts"].startswith("loading ")
    assert card["next"] == "nothing more is planned: released by the leader"
    shown = text(cards.pdf_bytes(paper("crew", "buses-2")))
    assert "24 people, of them lying 0" in shown and "Port" in shown
    for secret in (*case.SECRETS, "Council", "helling of", "buses-2"):
        assert secret not in shown, secret


def test_four_cards_stand_on_a_page_and_a_long_day_goes_on_on_the_next_card() -> None:
    reader = paper("crew", "buses-2")
    (sortie,) = reader.verdict.plan.sorties
    many = tuple(
        sortie.model_copy(update={"id": f"{sortie.id}{n}", "vehicle": 1}) for n in range(9)
    )
    plan = reader.verdict.plan.model_copy(update={"sorties": many})
    wide = replace(
        reader,
        verdict=replace(reader.verdict, plan=plan),
        convoy_of={(one.id, index): "C-XXXXX" for one in many for index in range(2)},
    )
    made = cards.content(wide)["cards"]
    assert [card["part"] for card in made] == [f"{n}/6" for n in range(1, 7)]
    assert sum(len(card["legs"]) for card in made) == 18
    assert len(pdf_pages(cards.pdf_bytes(wide))) == 2


def test_a_card_is_for_the_crew_alone() -> None:
    assert [one.name for one in documents.DOCUMENTS if one.audiences == ("crew",)] == [
        "drivers-card"
    ]
    fleet = paper("crew", "buses-1").verdict.scenario.fleets[0]
    (card,) = cards.content(paper("crew", "buses-1"))["cards"]
    assert card["plate"] == "=1+1" and fleet.vehicles[0].driver == case.HOSTILE_MARKUP
    assert card["driver"].endswith("…") or card["driver"] == case.HOSTILE_MARKUP
    assert "=1+1" in text(cards.pdf_bytes(paper("crew", "buses-1")))


def test_a_ships_master_gets_no_papers_for_roads_and_is_told_so() -> None:
    def given(whom: str) -> Issued:
        order = Order(format="pdf", audience="crew", recipient=whom)
        return issue(case.conditional(), order)

    master, driver = given("ferries-1"), given("buses-2")
    assert sorted(master.files) == ["lift_schedule.pdf", "movements.pdf"]
    assert master.left_out == ("Driver's card", "Movement order")
    assert sorted(driver.files) == ["drivers_cards.pdf", "movement_orders.pdf", "movements.pdf"]
    assert driver.left_out == ("Lift schedule",)
    named = Order("movement-order", audience="crew", recipient="ferries-1")
    assert list(issue(case.conditional(), named).files) == ["movement_orders.pdf"]
