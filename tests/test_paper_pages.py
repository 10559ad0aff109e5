"""PDFs read back by another program: what they say, in three languages, against the plan."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pypdfium2
import pytest

from planner import documents, verify, wording
from planner.documents import Order, boardinglists, named
from planner.documents.leadtimes import asks
from planner.documents.notices import notice
from planner.documents.paper import Paper, prepare
from planner.documents.press import Printed
from planner.errors import ScenarioError
from planner.plan import LeftBehind
from planner.redact import Audience
from planner.verify import Verdict
from tests import paper_case as case

ISSUED = datetime(2012, 12, 12, 21, 30, tzinfo=UTC)
PRINTS: list[tuple[str, Audience, str | None]] = [
    ("plan", "internal", None), ("left-behind", "internal", None),
    ("authorisation-request", "internal", None), ("authorisation-request", "parties", "navy"),
    ("notification", "parties", "navy"), ("brief", "public", None),
    ("manifest", "internal", None), ("comparison", "internal", None),
]  # fmt: skip
STATES = ("conditional", "verified", "failed")


@cache
def verdict(state: str) -> Verdict:
    made: Verdict = getattr(case, state)()
    return made


def paper(state: str, audience: Audience, recipient: str | None, language: str = "en") -> Paper:
    made = prepare(verdict(state), ISSUED, audience, recipient, language)
    if audience != "internal":
        return made
    return replace(made, against=prepare(other(), ISSUED, language=language))


@cache
def other() -> Verdict:
    """Another plan: the ferry does not sail."""
    base = verdict("verified")
    kept = tuple(s for s in base.plan.sorties if s.fleet not in ("ferries", "cutters"))
    stay = LeftBehind(
        group="townspeople", persons=24, unwilling=False, reason="no ship", reason_code="no_seat"
    )
    plan = base.plan.model_copy(
        update={"sorties": kept, "left_behind": (*base.plan.left_behind, stay)}
    )
    checked = verify.check(plan, base.scenario, base.network)
    return replace(checked, violations=(), status="VERIFIED")


@cache
def printed(
    name: str, audience: Audience, recipient: str | None, language: str, state: str = "conditional"
) -> dict[str, bytes]:
    writer = named(name).writers["pdf"]
    assert isinstance(writer, Printed)
    return dict(writer(paper(state, audience, recipient, language)))


def pages(content: bytes) -> list[str]:
    """The text of each page, white space made one."""
    file = pypdfium2.PdfDocument(content)
    told = [" ".join(page.get_textpage().get_text_range().split()) for page in file]
    file.close()
    return told


def reads(page: str, words: str) -> bool:
    """Whether a page holds the words; the reader hands over pieces inside Arabic back to front."""
    turned = "".join(reversed(re.findall(r"-?\d+|[A-Za-z]+|.", words)))
    return words in page or turned in page


def told(name: str, audience: Audience, recipient: str | None = None) -> str:
    return " ".join(
        " ".join(pages(content)) for content in printed(name, audience, recipient, "en").values()
    )


def every_print() -> Iterator[tuple[str, Audience, str | None, str]]:
    for name, audience, recipient in PRINTS:
        for language in wording.LANGUAGES:
            yield name, audience, recipient, language


@pytest.mark.parametrize(("name", "audience", "recipient", "language"), list(every_print()))
def test_every_page_says_for_whom_until_when_and_that_nobody_reviewed_it(
    name: str, audience: Audience, recipient: str | None, language: str
) -> None:
    made = printed(name, audience, recipient, language)
    shown = paper("conditional", audience, recipient, language)
    assert made
    for content in made.values():
        file = pypdfium2.PdfDocument(content)
        kept = file.get_metadata_dict()
        assert shown.expiry in kept["Subject"] and shown.expiry in kept["Keywords"]
        assert shown.addressee in kept["Keywords"] and kept["CreationDate"].startswith("D:20121212")
        file.close()
        for page in pages(content):
            assert reads(page, shown.plan_id) and reads(page, shown.expiry.split(" ")[0])
            if language == "en":
                assert f"{shown.addressee} · Decision support, not clearance" in page
            assert reads(page, "reviewed") == (language != "en")


def test_the_same_bytes_twice_and_another_plan_other_bytes() -> None:
    for name, audience, recipient in PRINTS:
        writer = named(name).writers["pdf"]
        again = writer(paper("conditional", audience, recipient, "ar"))
        assert again == printed(name, audience, recipient, "ar"), name
    assert printed("left-behind", "internal", None, "en", "failed") != printed(
        "left-behind", "internal", None, "en"
    )


def test_the_pictures_are_those_of_the_pages() -> None:
    order = Order("notification", "pdf", "parties", "navy", "ar", ISSUED)
    pictures = documents.pictures(verdict("conditional"), order, "notification.pdf", ppi=20)
    assert len(pictures) == len(pages(printed(*PRINTS[4], "ar")["notification.pdf"]))
    assert documents.pictures(verdict("conditional"), order, "brief.pdf", ppi=20) == []


def test_what_failed_its_check_says_so_on_every_page() -> None:
    for name in ("plan", "left-behind"):
        for content in printed(name, "internal", None, "en", "failed").values():
            for page in pages(content):
                assert "FAILED ITS CHECK: DO NOT USE (breaches: 1)" in page and "DO NOT USE" in page


def test_the_plan_counts_as_the_verdict_does() -> None:
    figures, words = verdict("conditional").figures, told("plan", "internal")
    willing = figures.people - figures.unwilling
    left = willing - figures.evacuated
    harm = figures.levels.get("harm", 0.0)
    for expected in (
        f"People in the scenario {figures.people}", f"go by this plan {figures.evacuated} {left}",
        f"everybody stays 0 {willing} {figures.harm_of_staying:.2f}",
        f"Left behind against their will {left}", f"{harm:.3g}",
        "Decision authority", "Abort criteria", "Buses bus 2 30 4 North gate 2 32",
        "Patients of the North gate routine 8 2 8 0",
    ):  # fmt: skip
        assert expected in words, expected


def test_the_report_on_those_left_behind_adds_up() -> None:
    words = told("left-behind", "internal")
    parts = (
        "Safe by vehicle, ship or aircraft", "Safe by own means", "Stay by choice",
        "Left behind against their will",
    )  # fmt: skip
    counts = [int(re.search(rf"{part} (\d+)", words)[1]) for part in parts]  # type: ignore[index]
    assert sum(counts) == int(re.search(r"People in the scenario (\d+)", words)[1])  # type: ignore[index]
    assert f"{case.LEFT} people who want to leave do not get out" in words
    assert f"no seat is left {case.LEFT} 1" in words
    assert "one more bus at North gate (at most 8 more people by the relaxed reckoning" in words


def test_the_request_names_what_waits_for_it() -> None:
    shown = paper("conditional", "parties", "navy")
    (asked,) = (one for one in asks(shown) if one.kind == "authorisation")
    words = told("authorisation-request", "parties", "navy")
    for convoy in shown.convoys:
        row = re.search(rf"{convoy.id} .*? (\d+) in time", words)
        assert (row is not None) == (convoy.id in asked.convoys), convoy.id
    assert f"{len(asked.convoys)} movements wait for it" in words
    counted = sum(c.persons for c in shown.convoys if c.id in asked.convoys)
    assert f"all movements added {counted}" in words
    assert "NOT AUTHORISED: awaits Leave to use the port (@Navy)" in words
    office = told("authorisation-request", "internal")
    assert "c0003" in office and "c0003" not in words
    assert printed("authorisation-request", "internal", None, "en", "verified") != {}


def test_the_notification_tells_each_movement_by_its_way() -> None:
    found = notice(paper("conditional", "parties", "navy"))
    words = told("notification", "parties", "navy")
    assert f"tells of {len(found.movements)} movements" in words
    assert f"People on board, all movements added {found.people}" in words
    for one in found.movements:
        assert re.search(rf"{one.id} Way \d (people|empty|team|aid) {one.start_local:%d %b}", words)
        for point in one.waypoints:
            assert point.degrees in words and point.mgrs in words
    assert "Patients" not in words and "surgeons" not in words


def test_the_blank_lists_have_a_line_for_each_place_and_no_name() -> None:
    made = printed("manifest", "internal", None, "en")
    assert list(made) == ["manifest_blank/2012-12-13.pdf"]
    sheets = pages(made["manifest_blank/2012-12-13.pdf"])
    assert len(sheets) == 3  # a bus with patients, a bus, a ferry
    planned = [re.search(r"seats \d+, stretchers \d+", page) for page in sheets]
    assert sorted(found[0] for found in planned if found) == [
        *["seats 24, stretchers 0"] * 2, "seats 6, stretchers 2",
    ]  # fmt: skip
    for page in sheets:
        places = len(re.findall(r"\b(?:seat|stretcher) G\d\d", page))
        assert places in (8, 24) and f" {places} " in page
        assert "Patients" not in page and "never a name" in page
    assert printed("manifest", "internal", None, "en", "failed") == {}


def test_a_day_of_many_blank_sheets_is_several_files(monkeypatch: pytest.MonkeyPatch) -> None:
    (whole,) = boardinglists.sheets(paper("conditional", "internal", None))
    monkeypatch.setattr(boardinglists, "_IN_A_FILE", 2)
    several = boardinglists.sheets(paper("conditional", "internal", None))
    assert [one.name for one in several] == [
        "manifest_blank/2012-12-13.pdf", "manifest_blank/2012-12-13_2.pdf",
    ]  # fmt: skip
    assert [page for one in several for page in one.content["pages"]] == whole.content["pages"]


def test_two_plans_stand_side_by_side() -> None:
    words = told("comparison", "internal")
    assert "With B 24 people fewer are safe than with A." in words
    assert "evacuated 40 16 -24" in words and "left behind 8 32 +24" in words
    assert "evacuated 40 → 16" in words and "A: 40 safe" in words and "B: 16 safe" in words
    assert "A authorisations[port_leave].assume nothing granted" in words
    alone = prepare(verdict("conditional"), ISSUED)
    assert named("comparison").writers["pdf"](alone) == {}


def test_a_comparison_wants_a_second_plan_and_leaves_with_it() -> None:
    order = Order("comparison", "pdf", issued_at=ISSUED)
    with pytest.raises(ScenarioError) as told:
        documents.files(verdict("conditional"), order)
    assert [issue.remedy for issue in told.value.issues] == ["name it: --against OTHER_PLAN"]
    made = documents.files(verdict("conditional"), replace(order, against=other()))
    assert list(made) == ["comparison.pdf"]


def test_hostile_names_are_text() -> None:
    words = told("plan", "internal") + told("notification", "parties", "navy")
    bare = words.replace(" ", "")
    for name in (case.HOSTILE_NAME, "+cmd|' /C calc'!A0", "@Navy", "+Relief & Co"):
        assert name.replace(" ", "") in bare, name
    assert "root:" not in words


def test_nothing_that_is_withheld_is_in_a_notification_or_request() -> None:
    for name in ("notification", "authorisation-request"):
        for language in wording.LANGUAGES:
            for content in printed(name, "parties", "navy", language).values():
                words = " ".join(pages(content))
                assert not [secret for secret in case.SECRETS if secret in words]
