"""Re-planning while a plan runs: answers known by hand, on the two buses of ``replan_case``.

The plan: both buses bring 50 people twice from ``near`` (0:00 to 2:00), then 48 each from ``far``
over the bridge (loading at 2:40, safe at 3:40), and bus 2 fetches the last 4 (4:20, safe at 5:20).
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from planner import documents, verify
from planner.cli import main
from planner.errors import ScenarioError
from planner.pipeline import recount_bounds, verify_file
from planner.plan import Certificate, Change, dumps, plan_id
from planner.problem import pose
from planner.replan import Replanned, Running, read_report, replan
from planner.replan import running as read_running
from planner.replan.contradictions import Grounds
from planner.replan.recall import memory_of
from planner.replan.remainder import remainder
from planner.verify import Verdict
from tests.network_case import link, place, vehicle
from tests.replan_case import COUNTED, case, running, started

MIN = 60
BROKEN = "at: 2 h\nvehicles:\n  - {fleet: buses, vehicle: 2, at: haven, broken: true}\n"


@cache
def renewed(report: str) -> Replanned:
    found = replan(read_report(running(), report, "x.yaml"), COUNTED)
    assert found.verdict.violations == ()
    adds_up(found.verdict)
    return found


def adds_up(verdict: Verdict) -> None:
    """Everybody is out, unwilling, or left behind with a reason; counted from the plan alone."""
    plan, havens = verdict.plan, frozenset(p.id for p in verdict.scenario.places
                                           if p.role == "safe_haven")  # fmt: skip
    assert plan.evacuated(havens) + plan.left_behind_persons == plan.people
    assert plan.people == verdict.figures.people


def kinds(found: Replanned) -> list[str]:
    return [change.kind for change in found.changes]


def loads(verdict: Verdict, since_s: int = 0) -> list[tuple[int, str, int, int]]:
    """(vehicle, from, minute of loading, persons) of loaded legs."""
    return [
        (sortie.vehicle, leg.origin, leg.load_start_s // MIN, leg.persons)
        for sortie in verdict.plan.sorties for leg in sortie.legs
        if leg.manifest and leg.load_start_s >= since_s
    ]  # fmt: skip


def levels(verdict: Verdict) -> dict[str, float]:
    return {level.name: level.value for level in verdict.plan.levels}


def test_where_nothing_happened_nothing_changes() -> None:
    found = renewed("at: 1 h 30 min\n")
    assert found.changes == ()
    assert found.verdict.plan.sorties == running().plan.sorties
    assert found.verdict.figures.levels["changes"] == 0
    assert plan_id(found.verdict.plan) != plan_id(running().plan)


def test_a_bus_breaks_down_and_the_other_one_takes_the_rest() -> None:
    """100 people wait at far, 48 fit in families of four: bus 1 goes at 2:40, 4:20 and 6:00 and
    brings 48, 48 and 4. Arrival: 100 at 1:00, 100 at 2:00, 48 at 3:40, 48 at 5:20, 4 at 7:00."""
    found = renewed(BROKEN)
    assert loads(found.verdict, 7200) == [
        (1, "far", 160, 48), (1, "far", 260, 48), (1, "far", 360, 4)
    ]  # fmt: skip
    hours = 100 * 1 + 100 * 2 + 48 * 220 / 60 + 48 * 320 / 60 + 4 * 7
    assert levels(found.verdict)["arrival"] == pytest.approx(hours)
    assert levels(found.verdict)["changes"] == 1
    assert found.verdict.figures.left_behind == 0
    moved = next(change for change in found.changes if change.kind == "moved")
    assert (moved.before_s, moved.after_s) == (160 * MIN, 360 * MIN)
    assert moved.reason == "vehicle 2 of 'buses' is broken since 2012-12-13 08:00"
    assert moved.tell == ("fleet:buses", "place:far", "place:haven")


def test_a_bridge_closes_and_who_is_beyond_is_left_behind_for_that_reason() -> None:
    found = renewed("at: 1 h 40 min\nlinks:\n  - {link: bridge, state: closed}\n")
    (left,) = found.verdict.plan.left_behind
    assert (left.group, left.persons, left.reason_code) == ("far_people", 100, "closed")
    assert left.reason == ("every way leads over 'bridge', which is closed since 2012-12-13 07:40")
    assert kinds(found) == ["dropped"] * 3
    assert {change.reason for change in found.changes} == {
        "'bridge' is closed since 2012-12-13 07:40"
    }
    assert found.verdict.figures.evacuated == 200


def test_a_bridge_that_opens_again_is_waited_for() -> None:
    """Both turned back at 3:00 and load when the bridge is open as they come to it: 30 min on the
    road and 10 of loading before 5:00, so at 4:20."""
    found = renewed(
        "at: 3 h\nlinks:\n  - {link: bridge, state: closed, until: 5 h}\n"
        "vehicles:\n  - {fleet: buses, vehicle: 1, at: far}\n"
        "  - {fleet: buses, vehicle: 2, at: far}\n"
    )
    assert loads(found.verdict, 3 * 3600) == [
        (1, "far", 260, 48), (2, "far", 260, 48), (2, "far", 360, 4)
    ] or loads(found.verdict, 3 * 3600) == [
        (1, "far", 260, 48), (2, "far", 260, 48), (1, "far", 360, 4)
    ]  # fmt: skip
    assert found.verdict.figures.left_behind == 0


def test_who_refuses_stays_by_choice_and_the_trip_for_them_is_dropped() -> None:
    found = renewed("at: 2 h\nrefused:\n  - {group: far_people, people: 3}\n")
    (left,) = found.verdict.plan.left_behind
    assert (left.persons, left.unwilling) == (4, True)  # a family of four stays together
    assert kinds(found) == ["dropped"]
    assert found.changes[0].reason == "3 people of 'far_people' refuse to leave"
    assert found.verdict.figures.unwilling == 4 and found.verdict.figures.evacuated == 296


def test_new_people_are_fetched_and_counted() -> None:
    found = renewed("at: 2 h\nnew_people:\n  - {id: late_comers, like: near_people, people: 20}\n")
    assert found.verdict.figures.people == 320 == found.verdict.figures.evacuated
    (added,) = [change for change in found.changes if change.kind == "added"]
    assert (added.origin, added.after_persons) == ("near", 20)
    assert added.reason == "20 people of 'late_comers' have come up"
    assert levels(found.verdict)["changes"] == 2


def test_a_delay_moves_what_comes_after_it_and_nothing_else() -> None:
    found = renewed("at: 2 h\narrived:\n  - {sortie: buses-1-2, at: 2 h}\n")
    (moved,) = found.changes
    assert (moved.kind, moved.vehicle) == ("moved", 1)
    assert (moved.before_s, moved.after_s) == (160 * MIN, 170 * MIN)
    assert moved.reason == "vehicle 1 of 'buses' is free only at 2012-12-13 08:10"
    # The leg that was late is told as it was, and no rule is held against it.
    leg = next(s for s in found.verdict.plan.sorties if s.id == "buses-1-2").legs[1]
    assert (leg.arrive_s, leg.unload_end_s) == (120 * MIN, 130 * MIN)


def test_who_did_not_board_is_fetched_later() -> None:
    found = renewed("at: 1 h\ndeparted:\n  - {sortie: buses-1-1, aboard: {near_people: 30}}\n")
    assert found.verdict.figures.evacuated == 300
    first = next(s for s in found.verdict.plan.sorties if s.id == "buses-1-1")
    assert first.legs[1].persons == 30


def test_levels_can_be_put_in_another_order() -> None:
    """With changes before people left behind nobody new is fetched where that changes anything."""
    report = "at: 2 h\nnew_people:\n  - {id: late_comers, like: near_people, people: 20}\n"
    stiff = case(priorities={"levels": ["changes", "left_behind", "arrival"]})
    found = replan(read_report(started(stiff), report, "x.yaml"), COUNTED).verdict
    assert found.violations == ()
    assert levels(found) == {"changes": 0, "left_behind": 20, "arrival": pytest.approx(
        levels(renewed("at: 2 h\n").verdict)["arrival"] + 20 * 10)}  # fmt: skip
    dear = case(priorities={"changes": {"added": 5}})
    again = replan(read_report(started(dear), report, "x.yaml"), COUNTED).verdict
    assert levels(again)["changes"] == 5


def test_a_promise_is_kept_or_told_to_be_broken() -> None:
    promise = {"id": "last_bus", "fleet": "buses", "vehicle": 2, "from": "far", "to": "haven",
               "load_start": "4 h 20 min", "group": "far_people", "people": 4}  # fmt: skip
    plain = started(case(commitments=[promise]))
    more = "at: 2 h\nnew_people:\n  - {id: late_comers, like: near_people, people: 20}\n"
    kept = replan(read_report(plain, more, "x.yaml"), COUNTED)
    assert kept.verdict.violations == ()
    assert any(leg.commitment == "last_bus" for s in kept.verdict.plan.sorties for leg in s.legs)
    lost = replan(read_report(plain, BROKEN, "x.yaml"), COUNTED)
    assert lost.verdict.violations == ()
    (change,) = [c for c in lost.changes if c.kind == "promise"]
    assert change.reason == "vehicle 2 of 'buses' is broken since 2012-12-13 08:00"
    assert "place:far" in change.tell


def test_a_plan_can_be_made_anew_again_and_again() -> None:
    first = renewed(BROKEN).verdict
    again = Running(first.plan, first.scenario, first.network)
    report = "at: 3 h 40 min\nlinks:\n  - {link: bridge, state: closed}\n"
    calm = replan(read_report(again, "at: 3 h 40 min\n", "x.yaml"), COUNTED)
    assert calm.verdict.violations == () and calm.changes == ()  # bus 2 is broken still
    mended = "at: 3 h 40 min\nvehicles:\n  - {fleet: buses, vehicle: 2}\n"
    both = replan(read_report(again, mended, "x.yaml"), COUNTED)
    assert both.verdict.violations == () and both.verdict.plan.under_way is not None
    assert "broken" not in str(both.verdict.plan.under_way.situation)
    with pytest.raises(ScenarioError, match="this is older"):
        read_report(again, "at: 1 h\n", "x.yaml")
    second = replan(read_report(again, report, "x.yaml"), COUNTED)
    assert second.verdict.violations == ()
    adds_up(second.verdict)
    assert second.verdict.figures.evacuated == 248  # 48 were over the bridge at 3:30
    assert second.verdict.plan.left_behind_persons == 52
    under_way = second.verdict.plan.under_way
    assert under_way is not None and under_way.former == plan_id(first.plan)


def chain() -> Running:
    """A bus brings 40 people to a port, a ship of 40 takes them out."""
    ship = vehicle("sea", "10 kn", seats=40, loading="20 min", unloading="20 min")
    return started(case(
        horizon="24 h",
        places=[place("home", 0), place("port", 20, "embarkation_port", berths=1, capacity=100),
                place("island", 60, "safe_haven", berths=1)],
        links=[link("road", "home", "port", "20 km", speed="60 km/h"),
               {"id": "crossing", "from": "port", "to": "island", "mode": "sea",
                "length": "20 nmi"}],
        groups=[{"id": "people", "at": "home", "people": 40, "households": {"4": "100 %"}}],
        vehicles={"bus": vehicle(), "ship": ship},
        fleets=[{"id": "buses", "vehicle": "bus", "count": 1, "base": "port"},
                {"id": "ferry", "vehicle": "ship", "count": 1, "base": "port"}],
    ))  # fmt: skip


def test_people_on_their_way_go_on_or_are_told_to_be_stuck() -> None:
    plan = chain()
    # By bus: out 0:00 to 0:20, loaded by 0:30, at the port 0:50, off at 1:00.
    calm = replan(read_report(plan, "at: 40 min\n", "x.yaml"), COUNTED)
    assert calm.verdict.violations == () and calm.changes == ()
    wreck = "at: 40 min\nvehicles:\n  - {fleet: ferry, at: port, broken: true}\n"
    stuck = replan(read_report(plan, wreck, "x.yaml"), COUNTED)
    assert stuck.verdict.violations == ()
    adds_up(stuck.verdict)
    (left,) = stuck.verdict.plan.left_behind
    assert (left.group, left.persons) == ("people", 40)
    assert left.reason.startswith("they are at 'port' and get no further: ")
    later = "at: 40 min\nvehicles:\n  - {fleet: ferry, at: port, broken: true, until: 5 h}\n"
    saved = replan(read_report(plan, later, "x.yaml"), COUNTED)
    assert saved.verdict.violations == () and saved.verdict.figures.evacuated == 40
    (moved,) = saved.changes
    assert (moved.kind, moved.origin, moved.after_s) == ("moved", "port", 5 * 3600)


# ------------------------------------------------------------------ the witness


def test_the_witness_reads_the_file_alone(tmp_path: Path) -> None:
    verdict = renewed(BROKEN).verdict
    path = tmp_path / "plan.json"
    path.write_text(dumps(verdict.plan), encoding="utf-8")
    again = verify_file(path)
    assert again.violations == () and again.figures == verdict.figures
    assert all(one.again is None for one in recount_bounds(again))
    assert "under_way" not in json.loads(dumps(running().plan))


def test_bounds_hold_for_the_whole_plan() -> None:
    for level in renewed(BROKEN).verdict.plan.levels:
        assert level.bound <= level.value + 1e-6
        assert level.method.endswith("; what had left before is kept")


def test_the_prices_of_the_running_plan_prove_what_is_left_at_once() -> None:
    """One round each: with them a bound is as near as it was, without them it is far."""
    bare = replace(running(), plan=running().plan.model_copy(update={"certificates": ()}))
    told = {level.name: level.bound for level in running().plan.levels}
    bounds = []
    for plan in (running(), bare):
        reading = read_report(plan, "at: 90 min\n", "x.yaml")
        found = replan(reading, replace(COUNTED, node_limit=1))
        assert found.verdict.violations == () and found.changes == ()
        bounds.append({level.name: level.bound for level in found.verdict.plan.levels})
    assert bounds[0]["effort"] == pytest.approx(told["effort"])
    assert bounds[1]["effort"] < 0.6 * told["effort"]


def test_who_stands_in_a_port_earns_what_it_cost_to_take_them_away() -> None:
    """Prices of moments that are over are dropped; what is to come keeps its price."""
    plan = chain()
    limits = ("intake|island|0|2400|0|1.5", "berths|port|7200|86401|600|2.5")
    certificate = Certificate(
        level="arrival", taken=("0|7.0",), hubs=("1|1800|-4.0", "1|86401|-2.0"), limits=limits
    )
    plan = replace(plan, plan=plan.plan.model_copy(update={"certificates": (certificate,)}))
    reading = read_report(plan, "at: 40 min\n", "x.yaml")
    routes = plan.network.routes
    rest = remainder(reading.report, reading.past, plan.scenario, reading.network, routes)
    problem = pose(rest.scenario, rest.network, earlier=rest.earlier)
    grounds = Grounds(plan.network, reading.network)
    former = pose(plan.scenario, plan.network)
    memory = memory_of(reading.report, reading.past, problem, grounds, former)
    found = memory.proofs["arrival"]
    standing = {key[1][0]: price for key, price in found.items() if key[0] == "d"}  # type: ignore[index]
    in_port = {key[2]: price for key, price in found.items() if key[0] == "h"}
    assert standing.keys() == {"people|ride|port|3600"}
    assert list(in_port) == [86401] and in_port[86401] < 0
    assert standing["people|ride|port|3600"] == -in_port[86401]
    assert [key[1][2] for key in found if key[0] == "r"] == [7200]  # type: ignore[index]


# ------------------------------------------------------------------ the command line


def saved(folder: Path) -> Path:
    path = folder / "plan.json"
    path.write_text(dumps(running().plan), encoding="utf-8")
    return path


def test_the_command_tells_every_change_and_writes_the_plan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan, report = saved(tmp_path), tmp_path / "report.yaml"
    report.write_text(BROKEN, encoding="utf-8")
    told = ["replan", str(plan), "--situation", str(report), "--now", "2 h", "--node-limit", "12"]
    assert main([*told, "--plan-only", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["former"] == plan_id(running().plan) and said["now_s"] == 7200
    assert [Change.model_validate(c) for c in said["changes"]] == list(renewed(BROKEN).changes)
    assert verify_file(tmp_path / "replanned" / "plan.json").verified
    assert main([*told, "--plan-only", "--out", str(tmp_path / "other")]) == 0
    text = capsys.readouterr().out
    assert "From 2012-12-13 08:00 on: 2 changes." in text
    assert "MOVED buses 1, far > haven, loading 13 Dec 12:00 instead of 13 Dec 08:40" in text
    assert "Tell: buses, far, haven" in text


def test_documents_say_what_changed_since_the_running_plan() -> None:
    plan = running()
    former = verify.check(plan.plan, plan.scenario, plan.network)
    order = documents.Order("calendar", supersedes=former)
    again = documents.files(renewed(BROKEN).verdict, order)
    alone = documents.files(renewed(BROKEN).verdict, documents.Order("calendar"))
    (name,) = again
    assert b"SEQUENCE:1" in again[name] and b"SEQUENCE:1" not in alone[name]


def test_a_plan_that_fails_its_check_is_not_gone_on_with(tmp_path: Path) -> None:
    broken = running().plan.model_copy(update={"people": 299})
    path = tmp_path / "plan.json"
    path.write_text(dumps(broken), encoding="utf-8")
    with pytest.raises(ScenarioError, match="fails its check"):
        read_running(path)
