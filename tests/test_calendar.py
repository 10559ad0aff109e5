"""The calendar of movements, read back by icalendar: what stands in it, and how it is re-issued."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import icalendar
import pytest

from planner import pipeline
from planner.documents import Order, files, prepare
from planner.documents.moves import Move, differences, moves, paired
from planner.errors import ScenarioError
from planner.verify import Verdict
from tests import issue_case, paper_case
from tests.command import run

ISSUED = datetime(2012, 12, 12, 21, 30, tzinfo=UTC)
HOUR = 3600


def issue(verdict: Verdict, former: bytes | None = None, revision: int = 1, **more: Any) -> bytes:
    order = Order(
        "calendar", "ics", issued_at=ISSUED, calendar_before=former,
        revision=revision if former is not None else None, **more,
    )  # fmt: skip
    (content,) = files(verdict, order).values()
    return content


def events(content: bytes) -> dict[str, Any]:
    """UID → event, read by icalendar."""
    calendar = icalendar.Calendar.from_ical(content)
    found = {str(event["UID"]): event for event in calendar.walk("VEVENT")}
    assert len(found) == len(calendar.walk("VEVENT"))
    return found


def status_of(content: bytes) -> dict[str, str]:
    return {uid: str(event["STATUS"]) for uid, event in events(content).items()}


def sailing(content: bytes) -> Any:
    """The ferry's event."""
    (found,) = [e for e in events(content).values() if str(e["X-SAFE-PASSAGE-TO"]) == "island"]
    return found


def test_each_convoy_is_an_event_at_its_time_and_place() -> None:
    verdict = paper_case.conditional()
    paper = prepare(verdict, ISSUED)
    found = events(issue(verdict))
    assert len(found) == len(paper.convoys) == 5
    told = {(e.decoded("DTSTART"), e.decoded("DTEND")) for e in found.values()}
    assert told == {(paper.utc(c.depart_s), paper.utc(c.arrive_s)) for c in paper.convoys}
    assert {e.decoded("DTSTAMP") for e in found.values()} == {ISSUED}
    assert {int(e["SEQUENCE"]) for e in found.values()} == {0}
    event = sailing(issue(verdict))
    assert str(event["LOCATION"]) == "Port" and "Far island" in str(event["SUMMARY"])
    assert "24 people" in str(event["DESCRIPTION"])
    assert "Awaits: Leave to use the port" in str(event["DESCRIPTION"])
    assert event["GEO"].to_ical() == "35.1;39.9"


def test_only_what_awaits_a_permission_is_tentative() -> None:
    paper = prepare(paper_case.conditional(), ISSUED)
    found = status_of(issue(paper_case.conditional()))
    awaiting = [one for one in moves(paper) if "port" in (one.origin, one.destination)]
    assert len(awaiting) == 2
    assert sorted(found.values()) == ["CONFIRMED"] * 3 + ["TENTATIVE"] * 2
    assert set(status_of(issue(issue_case.granted())).values()) == {"CONFIRMED"}
    failed = events(issue(paper_case.failed()))
    assert all(str(event["SUMMARY"]).startswith("FAILED: ") for event in failed.values())
    assert {str(event["STATUS"]) for event in failed.values()} == {"TENTATIVE"}


def test_same_plan_and_time_same_bytes() -> None:
    first = issue(paper_case.conditional())
    assert first == issue(paper_case.conditional())
    assert first.count(b"20121212T213000Z") == 5
    assert all(len(line) <= 75 for line in first.split(b"\r\n"))


def test_a_movement_keeps_its_entry_through_every_issue() -> None:
    base = paper_case.conditional()
    first = issue(base)
    uid = str(sailing(first)["UID"])
    moved = issue_case.later(base, "ferries-1-1", 3 * HOUR)
    second = issue(moved, first, 2)
    assert str(sailing(second)["UID"]) == uid and int(sailing(second)["SEQUENCE"]) == 1
    again = issue_case.later(moved, "ferries-1-1", 5 * HOUR)
    third = issue(again, second, 3)
    assert str(sailing(third)["UID"]) == uid and int(sailing(third)["SEQUENCE"]) == 2
    assert sailing(third).decoded("DTSTART") - sailing(first).decoded("DTSTART") == (
        sailing(third).decoded("DTEND") - sailing(first).decoded("DTEND")
    )
    assert (
        sailing(third).decoded("DTSTART") - sailing(first).decoded("DTSTART")
    ).seconds == 8 * HOUR
    fourth = issue(issue_case.granted(), third, 4)
    assert set(events(fourth)) == set(events(first))
    assert set(status_of(fourth).values()) == {"CONFIRMED"}
    assert {int(event["SEQUENCE"]) for event in events(fourth).values()} == {3}


def test_what_is_dropped_is_cancelled_stays_so_and_comes_back_as_itself() -> None:
    base = paper_case.conditional()
    first = issue(base)
    uid = str(sailing(first)["UID"])
    less = issue_case.without(base, "ferries-1-1", "cutters-1-1")
    second = issue(less, first, 2)
    third = issue(less, second, 3)
    for content, sequence in ((second, 1), (third, 2)):
        event = events(content)[uid]
        assert str(event["STATUS"]) == "CANCELLED" and int(event["SEQUENCE"]) == sequence
        assert str(event["SUMMARY"]).startswith("CANCELLED: c0005 Port - Far island")
        assert event.decoded("DTSTART") == sailing(first).decoded("DTSTART")
        assert len(events(content)) == 5
    fourth = issue(base, third, 4)
    assert status_of(fourth)[uid] == "TENTATIVE" and len(events(fourth)) == 5


def test_without_the_calendar_the_former_plan_will_do() -> None:
    base = paper_case.conditional()
    moved = issue_case.later(base, "ferries-1-1", HOUR)
    second = issue(moved, supersedes=base)
    assert str(sailing(second)["UID"]) == str(sailing(issue(base))["UID"])
    assert int(sailing(second)["SEQUENCE"]) == 1
    assert b"X-SAFE-PASSAGE-REVISION:2" in second


@pytest.mark.parametrize(
    ("audience", "recipient"),
    [("partners", "ferries"), ("crew", "ferries-1"), ("parties", "navy")],
)
def test_readers_outside_keep_their_entries_and_see_no_others(
    audience: Any, recipient: str
) -> None:
    base = paper_case.conditional()
    first = issue(base, audience=audience, recipient=recipient)
    moved = issue_case.later(base, "ferries-1-1", HOUR)
    second = issue(moved, first, 2, audience=audience, recipient=recipient, supersedes=base)
    assert set(events(first)) == set(events(second))
    assert not set(events(first)) & set(events(issue(base)))
    shown = {str(event["X-SAFE-PASSAGE-TO"]) for event in events(first).values()}
    assert shown <= {"port", "island"} and b"alley" not in first
    assert not any(secret.encode() in first for secret in paper_case.SECRETS)


def test_a_calendar_of_another_reader_is_refused() -> None:
    base = paper_case.conditional()
    for other in (issue(base), issue(base, audience="partners", recipient="buses")):
        with pytest.raises(ScenarioError, match="another reader"):
            issue(base, other, 2, audience="partners", recipient="ferries")


def test_what_is_no_former_calendar_is_told() -> None:
    base = paper_case.conditional()
    first = issue(base)
    for content in (
        b"", b"nonsense", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        first.replace(b"X-SAFE-PASSAGE-WITH", b"X-OTHER-WITH"),
        re.sub(rb"DTSTART:(2012\d{4})T\d{6}Z", rb"DTSTART;VALUE=DATE:\1", first),
        first.replace(b"X-SAFE-PASSAGE-REVISION:1", b"X-SAFE-PASSAGE-REVISION:one"),
    ):  # fmt: skip
        with pytest.raises(ScenarioError, match="none of ours"):
            issue(base, content, 2)
    third = issue(base, issue(base, first, 2), 3)
    with pytest.raises(ScenarioError, match="revision 2 does not follow revision 3"):
        issue(base, third, 2)
    with pytest.raises(ScenarioError, match="revision 1 of a re-issue"):
        issue(base, first, 1)


def test_hostile_names_add_no_line() -> None:
    hostile = "x\r\nATTENDEE:mailto:a@b\nBEGIN:VALARM;\\,\u202e\x00🚢" + "n" * 10_000
    places = [dict(place) for place in paper_case.TREE["places"]]
    places[3]["name"] = places[2]["name"] = hostile
    base = issue_case.with_scenario(paper_case.conditional(), places=places)
    first = issue(base)
    assert len(first) < 40_000 and b"\nATTENDEE" not in first and b"VALARM\r" not in first
    assert b"\x00" not in first and "\u202e".encode() not in first
    assert all(len(line) <= 75 for line in first.split(b"\r\n"))
    second = issue(issue_case.without(base, "ferries-1-1", "cutters-1-1"), first, 2)
    assert sorted(status_of(second).values()).count("CANCELLED") == 1
    (gone,) = [e for e in events(second).values() if str(e["STATUS"]) == "CANCELLED"]
    assert str(gone["SUMMARY"]).startswith(
        "CANCELLED: c0005 x  ATTENDEE:mailto:a@b BEGIN:VALARM;\\,"
    )


# ------------------------------------------------------------------ the same movement again


def made(number: int, hour: int, **more: Any) -> Move:
    known: dict[str, Any] = {
        "id": f"c{number}", "mode": "road", "origin": "a", "destination": "b",
        "depart": datetime(2012, 12, 13, hour, tzinfo=UTC),
        "arrive": datetime(2012, 12, 13, hour + 1, tzinfo=UTC),
        "vehicles": (("bus", 1),), "persons": 10, "settled": True,
    }  # fmt: skip
    return Move(**{**known, **more})


def test_movements_are_known_again_by_what_they_have_most_in_common() -> None:
    old = [made(1, 6), made(2, 8), made(3, 10), made(4, 12, destination="c")]
    new = [
        made(11, 8), made(12, 7), made(13, 10, vehicles=(("truck", 1),)),
        made(14, 13, destination="d"), made(15, 6, mode="sea"),
    ]  # fmt: skip
    for order in itertools.permutations(new):
        pairs, dropped, added = paired(reversed(old), order)
        assert {(a.id, b.id) for a, b in pairs} == {
            ("c2", "c11"), ("c1", "c12"), ("c3", "c13"), ("c4", "c14")
        }  # fmt: skip
        assert dropped == [] and [one.id for one in added] == ["c15"]
    what = {b.id: differences(a, b) for a, b in pairs}
    assert what == {
        "c11": (), "c12": ("times",), "c13": ("vehicles",), "c14": ("times", "way")
    }  # fmt: skip


def test_like_movements_at_one_time_are_paired_one_by_one() -> None:
    twins = [made(1, 6), made(2, 6)]
    pairs, dropped, added = paired(twins, [made(3, 6), made(4, 6), made(5, 6)])
    assert len(pairs) == 2 and dropped == [] and [one.id for one in added] == ["c5"]
    assert {a.id for a, _ in pairs} == {"c1", "c2"}


def test_the_command_reissues_a_calendar(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    base = paper_case.conditional()
    plans = {"old.json": base, "new.json": issue_case.later(base, "ferries-1-1", HOUR)}
    monkeypatch.setattr(pipeline, "verify_file", lambda path: plans[path.name])
    for name in plans:
        (tmp_path / name).write_text("{}", encoding="utf-8")
    common = ("--document", "calendar", "--format", "ics", "--issued-at", "2012-12-12T21:30+00:00")
    assert run("export", tmp_path / "old.json", *common, "--out", tmp_path / "first.ics") == 0
    first = tmp_path / "first.ics"
    assert run("export", tmp_path / "new.json", *common, "--former-calendar", first,
               "--out", tmp_path / "second.ics") == 0  # fmt: skip
    second = (tmp_path / "second.ics").read_bytes()
    assert str(sailing(second)["UID"]) == str(sailing(first.read_bytes())["UID"])
    assert int(sailing(second)["SEQUENCE"]) == 1
    former = ("--former-calendar", tmp_path / "second.ics", "--out", tmp_path / "third.ics")
    assert run("export", tmp_path / "new.json", *common, *former, "--revision", "2") == 1
    assert "say --revision 3" in capsys.readouterr().err
    assert run("export", tmp_path / "new.json", *common, *former) == 0
    assert int(sailing((tmp_path / "third.ics").read_bytes())["SEQUENCE"]) == 2
