"""What one audience may know: put together anew, so that nothing else can be found in it."""

from __future__ import annotations

import dataclasses
import json
from functools import cache
from typing import Any

import pytest

from planner import network, verify
from planner.charts import convoys
from planner.errors import ScenarioError
from planner.plan import dumps
from planner.redact import (
    AUDIENCES,
    Audience,
    Redacted,
    Whole,
    recipients,
    redact,
    refusals,
    wants_recipient,
)
from planner.redact.public import rounded
from planner.redact.scene import part
from planner.scenario import Fleet, Scenario
from planner.verify import Verdict
from tests import paper_case as case

HOUR = case.HOUR


@cache
def told(audience: Audience, recipient: str | None = None) -> Redacted:
    return redact(case.conditional(), audience, recipient)


def everything(found: Redacted) -> str:
    """All that can be reached from a redacted plan, as one text."""
    verdict = found.verdict
    ways = verdict.network
    shapes = [dataclasses.asdict(route) for route in ways.routes.values()]
    return "\n".join(
        [
            dumps(verdict.plan), verdict.scenario.model_dump_json(), json.dumps(shapes),
            str((ways.positions, ways.between, ways.profile_of, ways.grounds, ways.hazard)),
            str((ways.link_open, ways.link_capacity, ways.threats_at, ways.map_hashes)),
            str(verdict.figures), str(verdict.violations), str(found.convoys),
            str((found.number, found.recipient, found.authorisations, found.codes)),
            verdict.scenario.origin.model_dump_json(),
        ]
    )  # fmt: skip


MATRIX: list[tuple[Audience, str | None]] = [
    ("partners", "buses"), ("partners", "ferries"), ("partners", "cutters"),
    ("crew", "buses-1"), ("crew", "buses-2"), ("crew", "ferries-1"), ("crew", "c0004"),
    ("parties", "council"), ("parties", "navy"), ("public", None),
]  # fmt: skip


# ------------------------------------------------------------------ who may ask for what


def test_recipients_are_those_whom_the_plan_concerns() -> None:
    verdict = case.conditional()
    assert [one.id for one in recipients(verdict, "partners")] == ["buses", "ferries", "cutters"]
    assert [one.id for one in recipients(verdict, "parties")] == ["council", "navy"]
    crew = [one.id for one in recipients(verdict, "crew")]
    assert crew[:4] == ["buses-1", "buses-2", "cutters-1", "ferries-1"]
    assert crew[4:] == [f"c000{n}" for n in range(1, 6)]
    assert recipients(verdict, "internal") == recipients(verdict, "public") == ()
    assert [name for name in AUDIENCES if wants_recipient(name)] == ["partners", "crew", "parties"]


@pytest.mark.parametrize(
    ("audience", "recipient", "problem", "remedy"),
    [
        ("partners", None, "--for the id of a fleet is missing", "buses, ferries, cutters"),
        ("partners", "bus", "the id of a fleet is wanted (got 'bus')", "did you mean buses?"),
        ("crew", "buses-9", "a vehicle (fleet-number) or a convoy", "did you mean buses-"),
        ("parties", "buses", "the id of a party", "write one of: council, navy"),
        ("public", "navy", "--for says nothing for public", "leave it out"),
        ("internal", "navy", "--for says nothing for internal", "leave it out"),
    ],
)
def test_a_wrong_recipient_is_told_with_its_remedy(
    audience: Audience, recipient: str | None, problem: str, remedy: str
) -> None:
    (issue,) = refusals(case.conditional(), audience, recipient)
    assert problem in issue.problem and remedy in issue.remedy
    with pytest.raises(ScenarioError):
        redact(case.conditional(), audience, recipient)


def test_the_code_on_a_crews_papers_names_its_reader() -> None:
    verdict = case.conditional()
    for wanted in ("buses-1", "c0005"):
        by_id = told("crew", wanted)
        code = by_id.recipient
        assert code[:2] in ("C-", "V-")
        for given in (code, f"{code}-2", code.lower()):
            assert refusals(verdict, "crew", given) == []
            assert redact(verdict, "crew", given).number == by_id.number
    (issue,) = refusals(verdict, "crew", "C-22222")
    assert "write one of" in issue.remedy
    assert refusals(verdict, "parties", told("crew", "buses-1").recipient)


def test_a_list_that_is_cut_off_says_where_all_of_it_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("planner.redact.audience._SHOWN", 2)
    (issue,) = refusals(case.conditional(), "crew", "nobody")
    assert "buses-1, buses-2 … and 7 more, each in codes.csv" in issue.remedy


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_failed_plan_goes_to_nobody_outside(audience: Audience) -> None:
    found = refusals(case.failed(), audience, None)
    refused = [issue for issue in found if "fails its check" in issue.problem]
    assert len(refused) == (audience != "internal")
    # Both faults at once, where there are two.
    assert len(found) == (audience != "internal") + wants_recipient(audience)


def test_who_has_nothing_in_the_plan_is_told_so() -> None:
    verdict = case.conditional()
    parties = (*verdict.scenario.parties, verdict.scenario.parties[0].model_copy(
        update={"id": "bystander", "name": "Bystander"}
    ))  # fmt: skip
    scenario = verdict.scenario.model_copy(update={"parties": parties})
    with pytest.raises(ScenarioError, match="no leg of this plan concerns bystander"):
        redact(dataclasses.replace(verdict, scenario=scenario), "parties", "bystander")


# ------------------------------------------------------------------ what is not there


NEVER = (
    *case.SECRETS, "ab" * 8, "leave_assumed", "town.yaml", "Shelling", "shelling", "missiles",
    "by hand", "they stay by choice", "no_seat", "unwilling", "townspeople", "patients_",
    "duty officer near", "surgeons", "cmd|",
)  # fmt: skip


@pytest.mark.parametrize(("audience", "recipient"), MATRIX)
def test_nothing_withheld_can_be_reached(audience: Audience, recipient: str | None) -> None:
    text = everything(told(audience, recipient))
    words = [word for word in NEVER if word in text]
    # Shares, fields and defaults of the classes themselves are no news.
    assert [word for word in words if word != "unwilling"] == []
    assert '"unwilling": true' not in text
    assert '"rate_nano"' not in text
    assert "harm_of_staying=0.0" in text and "levels={}" in text


def test_the_search_can_find() -> None:
    text = everything(told("internal"))
    assert {"town.yaml", "missiles", "by hand", "townspeople"} <= {w for w in NEVER if w in text}


def test_each_sees_its_own_legs_alone() -> None:
    def ways(found: Redacted) -> list[tuple[str, str, str]]:
        return [
            (sortie.fleet, leg.origin, leg.destination)
            for sortie in found.verdict.plan.sorties
            for leg in sortie.legs
        ]

    bus_ways = [("buses", "gate", "valley"), ("buses", "gate", "town"), ("buses", "town", "port")]
    assert sorted(ways(told("partners", "buses"))) == sorted(bus_ways)
    assert ways(told("crew", "buses-1")) == [("bus", "gate", "valley")]
    assert ways(told("crew", "c0005")) == [("ferry", "port", "island")]
    assert ways(told("parties", "navy")) == [("bus", "town", "port"), ("ferry", "port", "island")]
    assert ways(told("public")) == []
    # The town is nobody's: the council hears of what comes from its gate.
    assert ("bus", "town", "port") not in ways(told("parties", "council"))


def test_escorts_are_told_to_their_partners_alone() -> None:
    found = told("partners", "ferries")
    escorts = [s for s in found.verdict.plan.sorties if s.fleet != "ferries"]
    (escort,) = escorts
    assert escort.id.startswith("V-") and escort.fleet == "cutter"
    (leg,) = [leg for s in found.verdict.plan.sorties for leg in s.legs if leg.escorted_by]
    assert leg.escorted_by == (escort.id,)
    for audience, recipient in (("crew", "ferries-1"), ("crew", "c0005"), ("parties", "navy")):
        text = everything(told(audience, recipient))  # type: ignore[arg-type]
        assert "cutter" not in text.lower()
        assert '"escorted_by": [\n' not in text
    # The escort's own people know where they go.
    assert [s.fleet for s in told("crew", "cutters-1").verdict.plan.sorties] == ["cutter"]


def test_people_are_counted_as_far_as_the_reader_may_know() -> None:
    internal = {(s.id, n): leg.persons for s in case.conditional().plan.sorties
                for n, leg in enumerate(s.legs)}  # fmt: skip

    def lines(found: Redacted) -> list[tuple[str, int, int]]:
        return [
            (line.group, line.persons, line.stretchers)
            for sortie in found.verdict.plan.sorties
            for leg in sortie.legs
            for line in leg.manifest
        ]

    assert internal["buses-1-1", 1] == 8
    assert lines(told("crew", "buses-1")) == [("passengers", 6, 0), ("passengers", 2, 2)]
    assert lines(told("parties", "council")) == [("passengers", 8, 0)]
    assert sum(persons for _, persons, _ in lines(told("partners", "buses"))) == 8 + 24
    kinds = {v.stretchers for v in told("parties", "council").verdict.scenario.vehicles.values()}
    assert kinds == {0}


def test_impartial_partners_see_precedence() -> None:
    verdict = case.conditional()

    def changed(fleet: Fleet) -> Fleet:
        return fleet.model_copy(update={"neutral": fleet.id == "buses"})

    groups = tuple(
        group.model_copy(update={"precedence": "urgent"}) if group.is_medical else group
        for group in verdict.scenario.groups
    )
    fleets = tuple(changed(fleet) for fleet in verdict.scenario.fleets)
    scenario = verdict.scenario.model_copy(update={"fleets": fleets, "groups": groups})
    neutral = dataclasses.replace(verdict, scenario=scenario)
    found = redact(neutral, "partners", "buses").verdict.scenario.groups
    assert {group.label for group in found} == {"Passengers", "Patients, urgent"}
    for audience, recipient in (("crew", "buses-1"), ("parties", "council")):
        assert "urgent" not in everything(redact(neutral, audience, recipient))  # type: ignore[arg-type]


def test_ids_do_not_count_what_others_do() -> None:
    plan = case.conditional()
    for audience, recipient in MATRIX[3:9]:
        found = told(audience, recipient)
        known = {item.code for item in Whole(plan).codes}
        for sortie in found.verdict.plan.sorties:
            assert sortie.id.rpartition("-")[0] in known
            assert sortie.vehicle == 1 or audience == "parties"
        assert {convoy.id for convoy in found.convoys} <= known
    names = [convoy.id for convoy in told("partners", "ferries").convoys]
    assert all(name.startswith("C-") for name in names)
    assert len({item.code for item in Whole(plan).codes}) == len(Whole(plan).codes)
    # Another plan gives other codes: nobody can reckon them without having it.
    other = dataclasses.replace(plan, plan=plan.plan.model_copy(update={"step_s": 900}))
    assert not {i.code for i in Whole(other).codes} & {i.code for i in Whole(plan).codes}


def test_the_clock_begins_with_the_day_of_what_is_shown() -> None:
    found = told("partners", "ferries").verdict
    before = case.conditional()
    (sortie,) = [s for s in found.plan.sorties if s.fleet == "ferries"]
    (old,) = [s for s in before.plan.sorties if s.fleet == "ferries"]
    assert found.scenario.local(sortie.legs[0].depart_s) == before.scenario.local(
        old.legs[0].depart_s
    )
    assert found.scenario.start.hour == 0
    assert found.scenario.local(found.plan.horizon_s).hour == 0


def test_everybody_but_the_public_reads_one_time_of_issue() -> None:
    start = case.conditional().scenario.start_at
    readers: list[tuple[Audience, str | None]] = [
        ("internal", None), ("partners", "ferries"), ("crew", "buses-1"), ("parties", "navy"),
    ]  # fmt: skip
    assert [told(*reader).issued_at for reader in readers] == [start] * 4
    assert told("public").issued_at.day == 1


def test_times_at_a_handover_point_do_not_tell_how_far_the_place_is() -> None:
    """The same plan with the clinic twice as far away looks the same from the arrival back."""
    verdict = case.conditional()
    found = told("crew", "buses-1").verdict
    (leg,) = found.plan.sorties[0].legs
    route = found.network.routes[leg.route]
    assert leg.arrive_s - leg.depart_s == route.travel_s == 40 * 60
    old = verdict.plan.sorties[0].legs[1]
    assert old.arrive_s - old.depart_s > route.travel_s
    assert leg.depart_s - leg.load_start_s == old.depart_s - old.load_start_s


def test_permissions_are_codes_and_parties_read_their_own() -> None:
    navy = told("parties", "navy")
    (item,) = navy.verdict.scenario.authorisations
    assert item.name == "Leave to use the port" and item.party == "navy"
    assert [party.id for party in navy.verdict.scenario.parties] == ["navy"]
    crew = told("crew", "ferries-1")
    (coded,) = crew.verdict.scenario.authorisations
    assert coded.id == item.id and coded.name is None and coded.party == "party"
    assert crew.verdict.scenario.parties == ()
    assert set(crew.authorisations.values()) == {(item.id,)}
    # The council is not told what the navy has been asked.
    council = everything(told("parties", "council"))
    assert "Leave to use the port" not in council and "navy" not in council.lower()
    assert item.id not in council


def test_parties_see_where_a_way_enters_and_leaves_their_ground() -> None:
    """Ten kilometres of a road are the council's; what lies before and after is two points."""
    tree = {
        **case.TREE,
        "control": [
            {"id": "belt", "party": "council",
             "zone": {"polygon": [["35.40", "39.0"], ["35.40", "41.0"],
                                  ["35.45", "41.0"], ["35.45", "39.0"]]}},
        ],
    }  # fmt: skip
    made = Scenario.model_validate(tree)
    ground = network.build(made, None)
    verdict = verify.check(case.plan(made, ground), made, ground)
    verdict = dataclasses.replace(verdict, violations=(), status="VERIFIED")
    found = redact(verdict, "parties", "council").verdict
    route = found.network.routes["gate>valley:1"]
    assert len(route.points) <= 4
    assert route.points[0][:2] == (35.30, 40.10) and route.points[-1][:2] == (35.60, 39.90)
    assert all(moment <= route.travel_s for _, _, moment in route.points)


# ------------------------------------------------------------------ the public


def test_the_public_reads_rounded_figures() -> None:
    found = told("public").verdict
    (place,) = found.scenario.places
    assert place.at == (35.3, 40.1)
    assert found.figures.evacuated == 0  # 40 people: fewer than a hundred
    assert (found.scenario.title, found.scenario.groups, found.scenario.fleets) == ("", (), ())
    assert found.scenario.start.day == 1 and found.scenario.start.hour == 0
    assert found.scenario.local(found.plan.horizon_s).day == 1


@pytest.mark.parametrize(
    ("persons", "shown"), [(0, 0), (99, 0), (100, 100), (149, 150), (15610, 16000), (1, 0)]
)
def test_rounded_to_two_digits(persons: int, shown: int) -> None:
    assert rounded(persons) == shown


# ------------------------------------------------------------------ how it is made


@pytest.mark.parametrize(("audience", "recipient"), MATRIX)
def test_numbers_and_codes_are_no_means_to_try_positions_out(
    audience: Audience, recipient: str | None
) -> None:
    """Somebody who knows all but a secret cannot try secrets out against the plan's number."""
    verdict = case.conditional()
    moved = tuple(
        place.model_copy(update={"at": (35.5, 40.5)}) if place.protected else place
        for place in verdict.scenario.places
    )
    scenario = verdict.scenario.model_copy(update={"places": moved})
    tree = {**verdict.plan.provenance.tree, "title": "x"}
    origin = verdict.plan.provenance.model_copy(update={"tree": tree})
    origin = origin.model_copy(update={"scenario_sha256": "cd" * 32})
    plan = verdict.plan.model_copy(update={"provenance": origin})
    spots = {**verdict.network.positions, "merciful": (35.5, 40.5)}
    ground = dataclasses.replace(verdict.network, positions=spots)
    other = dataclasses.replace(verdict, scenario=scenario, plan=plan, network=ground)
    first, second = told(audience, recipient), redact(other, audience, recipient)
    assert first.number == second.number and first.convoys == second.convoys
    assert first.number != told("internal").number


def test_parts_have_defaults_and_nothing_else() -> None:
    fleet: Any = part(Fleet, id="a", vehicle="b", count=1, base="c")
    assert fleet.serves == () and fleet.escort is None and fleet.label == "a"


def test_internal_convoys_keep_their_numbers() -> None:
    assert [c.id for c in told("internal").convoys] == [f"c000{n}" for n in range(1, 6)]
    assert [c.id for c in convoys(told("internal").verdict)] == [
        c.id for c in told("internal").convoys
    ]
    kinds = {item.kind for item in told("internal").codes}
    assert kinds == {"convoy", "vehicle", "permission"}
    assert not [i for i in told("internal").codes if "merciful" in f"{i.id} {i.label}".lower()]


def test_whoever_reads_a_verdict_reads_a_redacted_one() -> None:
    found: Verdict = told("partners", "buses").verdict
    assert found.status == "CONDITIONAL"
    assert found.figures.people == sum(g.people.base for g in found.scenario.groups)
    assert found.plan.people == found.figures.people
