"""Notices to parties, lead times, what changed from issue to issue, and grid references."""

from __future__ import annotations

import copy
import csv
import dataclasses
import io
import json
import math
import random
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pyproj
import pytest
import yaml

from planner import documents, network
from planner.documents import Order, files, leadtimes, marks, noticepaper, prepare, press
from planner.documents.moves import amendment
from planner.documents.notices import Notice, as_json, notice
from planner.documents.noticetables import tables
from planner.documents.paper import Paper
from planner.documents.positions import degrees, grid_reference
from planner.documents.vocabulary import VEHICLES
from planner.verify import Verdict
from tests import issue_case, paper_case
from tests.test_documents import pdf_pages

ISSUED = datetime(2012, 12, 12, 21, 30, tzinfo=UTC)
HOUR = 3600
ROOT = Path(__file__).resolve().parents[1]


def paper(verdict: Verdict, party: str = "navy", issued: datetime = ISSUED) -> Paper:
    return prepare(verdict, issued, "parties", party)


@cache
def navy() -> Notice:
    return notice(paper(paper_case.conditional()))


# ------------------------------------------------------------------ the notice


def test_a_party_is_told_of_the_movements_on_its_ground_and_of_no_other() -> None:
    found = navy()
    plan = paper_case.conditional().plan
    own = [
        leg
        for sortie in plan.sorties
        for leg in sortie.legs
        if "port" in (leg.origin, leg.destination) and not sortie.id.startswith("cutters")
    ]
    assert len(found.movements) == len(own) == 2
    assert found.people == sum(leg.persons for leg in own) == 48
    assert {one.people for one in found.movements} == {leg.persons for leg in own}
    start = paper_case.conditional().scenario.start_at
    assert {one.start_utc for one in found.movements} == {
        (start + timedelta(seconds=leg.load_start_s)).astimezone(UTC) for leg in own
    }
    text = as_json(found).decode("utf-8")
    for other in ("alley", "gate", "ouncil", "cutter", *paper_case.SECRETS):
        assert other not in text
    assert (found.party, found.category, found.status) == ("@Navy", "emergency evacuation", "draft")
    assert found.warning.startswith("NOT AUTHORISED")
    assert (found.id, found.supersedes, found.change) == (
        f"{paper(paper_case.conditional()).plan_id}-notification-r1",
        "",
        (),
    )


def test_waypoints_are_in_order_of_time_in_both_notations() -> None:
    for one in navy().movements:
        assert [point.kind for point in one.waypoints] == ["start", "end"]
        moments = [point.utc for point in one.waypoints]
        assert moments == sorted(moments)
        assert one.start_utc <= moments[0] < moments[-1] <= one.end_utc
        for point in one.waypoints:
            assert point.local == point.utc and point.local.utcoffset() == timedelta(hours=2)
            assert point.degrees == degrees(point.lat, point.lon)
            assert point.mgrs == grid_reference(point.lat, point.lon)
        boarding, alighting = one.stops
        assert (boarding.from_utc, boarding.until_utc) == (one.start_utc, moments[0])
        assert (alighting.from_utc, alighting.until_utc) == (moments[-1], one.end_utc)
    port = navy().movements[1].waypoints[0]
    assert (port.name, port.degrees, port.mgrs) == (
        "Port", "35.10000, 39.90000", "37S EU 82027 84503",
    )  # fmt: skip


def test_where_a_way_enters_and_leaves_the_ground_is_a_waypoint() -> None:
    control = [
        {"id": "blockade", "party": "navy",
         "zone": {"circle": {"centre": ["35.0", "38.0"], "radius": "60 km"}}},
    ]  # fmt: skip
    base = issue_case.with_scenario(paper_case.conditional(), control=control)
    built = dataclasses.replace(base, network=network.build(base.scenario, None))
    found = notice(paper(built))
    sailing = next(one for one in found.movements if one.waypoints[-1].name == "Far island")
    kinds = [point.kind for point in sailing.waypoints]
    assert kinds == ["start", "edge of the ground", "edge of the ground", "end"]
    assert all(point.name == "" for point in sailing.waypoints[1:-1])
    moments = [point.utc for point in sailing.waypoints]
    assert moments == sorted(moments) and len(set(moments)) == 4


def test_what_nobody_gave_is_a_line_to_fill() -> None:
    found = navy()
    line = "______________________"
    assert found.organisation == "+Relief & Co" and found.contact_24h == line
    assert dict(found.recipients) == {
        "Recipient": "@Navy", "Channel": line, "Sent": line, "Acknowledged": line,
        "Reference": line,
    }  # fmt: skip
    cars = [cars for one in found.movements for cars in one.vehicles]
    assert {(one.kind, one.count, one.colour, one.roof_marking) for one in cars} == {
        ("bus", 1, line, line), ("ferry", 1, line, line)
    }  # fmt: skip


def test_only_the_paper_of_a_party_makes_a_notice() -> None:
    for audience, reader in (("internal", None), ("partners", "buses"), ("crew", "buses-1")):
        with pytest.raises(ValueError, match="paper of a party"):
            notice(prepare(paper_case.conditional(), ISSUED, audience, reader))  # type: ignore[arg-type]


def test_the_files_say_what_the_notice_says() -> None:
    made = files(
        paper_case.conditional(),
        Order("notification", audience="parties", recipient="navy", issued_at=ISSUED),
    )
    assert sorted(made) == [
        "notification.json", "notification.pdf", "notification.xlsx", "notification_waypoints.csv",
    ]  # fmt: skip
    assert made["notification.json"] == as_json(navy())
    told = json.loads(made["notification.json"])
    assert sum(one["people"] for one in told["movements"]) == 48
    rows = list(csv.DictReader(io.StringIO(made["notification_waypoints.csv"].decode("utf-8"))))
    assert len(rows) == 4 and rows[0]["name"] == "'" + paper_case.HOSTILE_NAME
    book = openpyxl.load_workbook(io.BytesIO(made["notification.xlsx"]))
    assert {"Notification", "Movements", "Waypoints", "Vehicles", "Static sites", "Asked"} <= set(
        book.sheetnames
    )
    assert not any(
        cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row
    )
    for one in tables(navy()):
        assert all(set(row) == {column.name for column in one.columns} for row in one.rows), (
            one.name
        )
    again = files(
        paper_case.conditional(),
        Order("notification", audience="parties", recipient="navy", issued_at=ISSUED),
    )
    assert again == made


def test_an_arabic_notification_has_the_arabic_names_and_no_hidden_one() -> None:
    tree = copy.deepcopy(paper_case.TREE)
    tree["parties"][0]["name_ar"] = "المجلس"
    next(one for one in tree["places"] if one["id"] == "gate")["name_ar"] = "البوابة الشمالية"
    tree["vehicles"]["bus"]["name"] = "Coach"
    verdict = paper_case.remade(tree)
    found = noticepaper.content(prepare(verdict, ISSUED, "parties", "council", "ar"))
    shown = json.dumps(found, ensure_ascii=False)
    assert "المجلس" in found["lead"] and "Council" not in shown
    assert "البوابة الشمالية (North gate)" in shown
    assert "حافلة سفر" in shown and "Coach" not in shown
    for secret in paper_case.SECRETS:
        assert secret not in shown
    english = noticepaper.content(prepare(verdict, ISSUED, "parties", "council"))
    assert "البوابة" not in json.dumps(english, ensure_ascii=False)


def test_kinds_of_vehicles_that_come_with_the_program_have_words() -> None:
    shipped = yaml.safe_load((ROOT / "config" / "vehicles.yaml").read_text(encoding="utf-8"))
    names = re.findall(r"'name': '([^']*)'", str(shipped))
    assert len(names) > 10 and set(names) == set(VEHICLES)


def test_conditions_of_a_given_permission_are_told_and_nothing_else_is_announced() -> None:
    tree = copy.deepcopy(paper_case.TREE)
    leave = next(one for one in tree["authorisations"] if one["id"] == "gate_leave")
    leave["conditions"] = "lists of drivers the evening before"
    found = noticepaper.content(prepare(paper_case.remade(tree), ISSUED, "parties", "council"))
    assert found["asked"] == [] and "stands below" not in found["lead"]
    assert "lists of drivers the evening before" in [row[1] for row in found["given"]]
    (page, *_) = pdf_pages(press.pdf(
        prepare(paper_case.remade(tree), ISSUED, "parties", "council"), "notification.typ", found,
        {"map": marks.map_svg(paper(paper_case.conditional()))},
    ))  # fmt: skip
    assert "lists of drivers the evening before" in page
    assert "stands below" in noticepaper.content(paper(paper_case.conditional()))["lead"]


# ------------------------------------------------------------------ lead times


def asked(issued: datetime = ISSUED, notifications: Any = (), **more: Any) -> Any:
    verdict = issue_case.with_scenario(
        paper_case.conditional(),
        authorisations=issue_case.authorised(**more),
        notifications=list(notifications),
    )
    return leadtimes.asks(prepare(verdict, issued))


def first_departure() -> int:
    """Of those that rely on the navy's leave, counted by hand: the bus to the port."""
    sortie = next(s for s in paper_case.conditional().plan.sorties if s.id == "buses-2-1")
    return sortie.legs[1].depart_s


def test_the_latest_moment_is_the_lead_time_before_the_first_departure() -> None:
    (one,) = asked(lead_time="1 h")
    assert (one.id, one.kind, one.party, one.state) == (
        "port_leave", "authorisation", "@Navy", "requested",
    )  # fmt: skip
    assert one.first_s == first_departure() and one.latest_s == first_departure() - HOUR
    assert (one.timing, one.late_s, one.too_late) == ("in time", 0, ())
    assert one.convoys == ("c0003", "c0005")


@pytest.mark.parametrize(
    ("lead_h", "late"), [(1, ()), (2, ("c0003",)), (3, ("c0003",)), (9, ("c0003", "c0005"))]
)
def test_what_is_late_names_each_movement(lead_h: int, late: tuple[str, ...]) -> None:
    (one,) = asked(lead_time=f"{lead_h} h")
    by_hand = tuple(
        convoy.id
        for convoy in prepare(paper_case.conditional()).convoys
        if convoy.id in one.convoys and convoy.depart_s < lead_h * HOUR
    )
    assert one.too_late == by_hand == late
    assert one.late_s == max(0, lead_h * HOUR - first_departure())
    assert one.timing == ("late" if late else "in time")


def test_a_request_that_will_be_made_too_late_is_late_now() -> None:
    (one,) = asked(lead_time="1 h", requested_at="2012-12-13T07:00")
    assert one.sent_s == HOUR and one.timing == "late"
    assert one.late_s == HOUR - (first_departure() - HOUR)


def test_a_granted_permission_is_not_asked_for() -> None:
    assert leadtimes.asks(prepare(issue_case.granted(), ISSUED)) == ()


def test_messages_are_due_before_their_fleets_leave() -> None:
    drafted = {"id": "note", "party": "council", "fleets": ["buses"], "state": "drafted",
               "lead_time": "10 h"}  # fmt: skip
    sent = {**drafted, "id": "sent", "state": "sent", "sent_at": "2012-12-12T20:00"}
    unknown = {**drafted, "id": "unknown", "state": "acknowledged"}
    idle = {**drafted, "id": "gone", "state": "superseded"}
    found = {one.id: one for one in asked(notifications=[drafted, sent, unknown, idle])}
    assert set(found) == {"port_leave", "note", "sent", "unknown"}
    first = min(
        c.depart_s for c in prepare(paper_case.conditional()).convoys if "buses" in c.vehicles()
    )
    assert found["note"].latest_s == first - 10 * HOUR
    # Issued at 23:30 local, half past six hours before the start: too late by what is missing.
    assert found["note"].sent_s == -int(6.5 * HOUR)
    assert found["note"].late_s == found["note"].sent_s - found["note"].latest_s > 0
    assert found["note"].too_late == tuple(
        c.id for c in prepare(paper_case.conditional()).convoys
        if "buses" in c.vehicles() and c.depart_s < 3.5 * HOUR
    )  # fmt: skip
    assert (found["sent"].timing, found["unknown"].timing) == ("in time", "unknown")
    assert found["unknown"].too_late == ()
    early = asked(datetime(2012, 12, 12, 9, tzinfo=UTC), [drafted])
    assert next(one for one in early if one.id == "note").timing == "in time"


def test_who_is_asked_and_not_told_is_named() -> None:
    base = prepare(paper_case.conditional(), ISSUED)
    assert leadtimes.untold(base) == ("Council", "@Navy")
    note = {"id": "note", "party": "council", "state": "drafted"}
    told = issue_case.with_scenario(paper_case.conditional(), notifications=[note])
    assert leadtimes.untold(prepare(told, ISSUED)) == ("@Navy",)


def test_the_list_of_requests_is_a_table_for_the_office() -> None:
    note = {
        "id": "note",
        "party": "council",
        "name": "=1+1",
        "state": "drafted",
        "lead_time": "2 d",
    }
    verdict = issue_case.with_scenario(paper_case.conditional(), notifications=[note])
    (content,) = files(verdict, Order("requests", "csv", issued_at=ISSUED)).values()
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8"))))
    assert [(row["kind"], row["id"], row["timing"]) for row in rows] == [
        ("notification", "note", "late"), ("authorisation", "port_leave", "in time")
    ]  # fmt: skip
    assert rows[0]["name"] == "'=1+1"
    first = datetime.fromisoformat(rows[0]["first_departure_utc"])
    assert datetime.fromisoformat(rows[0]["latest_utc"]) == first - timedelta(days=2)
    assert datetime.fromisoformat(rows[0]["latest_local"]) == first - timedelta(days=2)


def test_a_party_reads_what_is_asked_of_it_alone() -> None:
    notes = [
        {"id": "merciful_note", "party": "navy", "state": "sent", "sent_at": "2012-12-12T20:00",
         "lead_time": "24 h"},
        {"id": "council_note", "party": "council", "state": "drafted", "lead_time": "99 h"},
    ]  # fmt: skip
    verdict = issue_case.with_scenario(
        paper_case.conditional(), notifications=notes,
        authorisations=issue_case.authorised(lead_time="3 h"),
    )  # fmt: skip
    found = notice(paper(verdict))
    message, leave = found.asked
    assert (message.id, message.kind, message.timing) == ("message_1", "notification", "late")
    assert leave.kind == "authorisation" and leave.lead_time_s == 3 * HOUR
    (office,) = asked(lead_time="3 h")
    assert (leave.late_s, leave.latest_utc, len(leave.too_late)) == (
        office.late_s, office.latest_utc, len(office.too_late),
    )  # fmt: skip
    assert dict(found.recipients)["Sent"] == "2012-12-12 20:00"
    text = as_json(found).decode("utf-8")
    assert "merciful" not in text and "council" not in text and "99 h" not in text


# ------------------------------------------------------------------ amendments


def amended(after: Verdict, before: Verdict | None = None) -> Notice:
    order = Order(
        "notification", "json", "parties", "navy", issued_at=ISSUED,
        supersedes=before or paper_case.conditional(),
    )  # fmt: skip
    (content,) = files(after, order).values()
    told = json.loads(content)
    found = notice(documents._paper(after, order))
    assert [(one["change"], one["now"], one["before"]) for one in told["change"]] == [*found.change]
    return found


def test_an_amendment_says_what_changed_and_what_it_supersedes() -> None:
    base = paper_case.conditional()
    found = amended(issue_case.later(base, "ferries-1-1", 2 * HOUR))
    assert found.revision == 2 and found.id.endswith("-notification-r2")
    assert found.supersedes == navy().id
    ((what, now, before),) = found.change
    assert what == "changed: times"
    assert "Port - Far island 2012-12-13 09:42 UTC, 24 people" in now
    assert "Port - Far island 2012-12-13 07:42 UTC, 24 people" in before


def test_dropped_added_and_fewer_people_are_told() -> None:
    base = paper_case.conditional()
    less = issue_case.without(base, "ferries-1-1", "cutters-1-1")
    ((what, now, before),) = amended(less).change
    assert (what, now) == ("dropped", "") and "Far island" in before
    ((what, now, before),) = amended(base, less).change
    assert (what, before) == ("added", "") and "Far island" in now
    ((what, now, before),) = amended(issue_case.emptier(base, "ferries-1-1")).change
    assert what == "changed: people" and "20 people" in now and "24 people" in before
    assert amended(base).change == ()


def test_a_permission_that_came_is_a_change() -> None:
    change = amendment(paper(paper_case.conditional()), paper(issue_case.granted()))
    assert not change.added and not change.dropped
    assert [one.what for one in change.changed] == [("permission",), ("permission",)]
    office = amendment(prepare(paper_case.conditional()), prepare(paper_case.conditional()))
    assert office.is_empty and len(office.kept) == 5


def test_the_header_names_what_is_superseded() -> None:
    order = Order("notification", "xlsx", "parties", "navy", issued_at=ISSUED,
                  supersedes=paper_case.conditional(), revision=5)  # fmt: skip
    (content,) = files(issue_case.granted(), order).values()
    about = openpyxl.load_workbook(io.BytesIO(content))["About"]
    told = {row[0].value: row[1].value for row in about.iter_rows() if row[0].value}
    assert told["Plan"].endswith("revision 5") and told["Supersedes"].endswith("revision 4")


# ------------------------------------------------------------------ grid references


@pytest.mark.parametrize(
    ("lat", "lon", "expected"),
    [
        (0.0, 0.0, "31N AA 66021 00000"),
        (48.8582, 2.2945, "31U DQ 48251 11932"),  # Eiffel tower
        (38.8895, -77.0353, "18S UJ 23478 06483"),  # Washington monument
        (-33.8568, 151.2153, "56H LH 34900 52288"),  # Sydney opera
        (60.0, 5.0, "32V KM 76979 58157"),  # the wide zone of Norway
        (75.0, 20.0, "33X XD 44293 29692"),  # the wide zones of Svalbard
    ],
)
def test_known_positions(lat: float, lon: float, expected: str) -> None:
    assert grid_reference(lat, lon) == expected


def test_grid_references_agree_with_pyproj_to_a_metre() -> None:
    """Zone, easting and northing of PROJ, for 500 positions between the polar circles."""
    draw = random.Random(5)
    worst = 0.0
    for _ in range(500):
        lat, lon = draw.uniform(-56, 56), draw.uniform(-179.999, 179.999)
        zone = math.floor((lon + 180) / 6) + 1
        projected = pyproj.Proj(proj="utm", zone=zone, ellps="WGS84", south=lat < 0)
        east, north = projected(lon, lat)
        square, _, easting, northing = grid_reference(lat, lon).split()
        assert int(square[:-1]) == zone
        assert square[-1] == "CDEFGHJKLMNPQRSTUVWX"[int((lat + 80) // 8)]
        for told, true in ((easting, east), (northing, north)):
            off = abs(int(told) - true % 100_000)
            worst = max(worst, min(off, 100_000 - off))
    assert worst <= 1.0


def test_fewer_digits_are_a_larger_square() -> None:
    assert grid_reference(35.33, 40.14, 4) == "37S FV 0360 1023"
    assert grid_reference(35.33, 40.14, 1) == "37S FV 0 1"
    assert grid_reference(90, 0) == "Z AH 00000 00000"
