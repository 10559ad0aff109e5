"""Reasons and remedies with answers that are known by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planner import load, pipeline, worth
from planner.plan import LeftBehind, Plan, TeamDelivery
from planner.problem import EvacuationProblem
from planner.scenario import Scenario, Unit
from planner.schedule import Manning, Scheduler
from planner.solvers import Limits, Solver
from planner.worth.changes import Change, Changes, Room
from planner.worth.reasons import CUT_SHORT
from planner.worth.remedies import LONGER
from tests import network_case as case

SMALL = Path(__file__).parent / "scenarios"
Planned = tuple[EvacuationProblem, Solver, Manning]


def small(name: str, what_if: str | None = None) -> Scenario:
    return load.read(SMALL / f"{name}.yaml", what_if)


def planned(scenario: Scenario) -> Planned:
    problem = pipeline.make_problem(scenario, pipeline.make_network(scenario))
    solver = Solver(problem, Limits(time_s=4.0))
    return problem, solver, solver.search(lambda chosen: Scheduler(problem, chosen).man())


def told(scenario: Scenario) -> dict[str, LeftBehind]:
    """Who stays against their will, by group (one entry each)."""
    entries = [e for e in worth.left_behind(*planned(scenario)) if not e.unwilling]
    assert len({e.group for e in entries}) == len(entries)
    return {e.group: e for e in entries}


def remedy(entry: LeftBehind) -> tuple[str, int | None, int | None]:
    assert entry.remedy is not None
    return entry.remedy.kind, entry.remedy.price, entry.remedy.gain_persons


# ------------------------------------------------------------------ nothing moves them


def test_a_pending_permission_is_named_and_is_the_remedy() -> None:
    entries = told(small("small_bridge"))
    assert list(entries) == ["upper_town_people"]
    entry = entries["upper_town_people"]
    assert (entry.persons, entry.reason_code) == (80, "not_authorised")
    assert entry.reason == (
        "Government has not authorised the passage (requested: government_pending)"
    )
    assert remedy(entry) == ("authorisation", 20, 80)


def test_who_chooses_to_stay_is_told_apart() -> None:
    entries = worth.left_behind(*planned(small("small_bridge")), search=False)
    assert [(e.group, e.persons, e.reason_code) for e in entries if e.unwilling] == [
        ("old_town_people", 24, "unwilling")
    ]
    assert {e.remedy.kind for e in entries if e.remedy} == {"not_searched"}


def test_a_request_that_does_not_concern_them_is_neither_reason_nor_remedy() -> None:
    scenario = small("small_bridge")
    asked = scenario.authorisations[1]
    beside = asked.model_copy(update={"id": "a_other", "party": "opposition", "over": ("haven",)})
    both = (beside, *scenario.authorisations)
    entry = told(scenario.model_copy(update={"authorisations": both}))["upper_town_people"]
    assert "a_other" not in entry.reason
    assert entry.remedy is not None
    assert "government_pending" in entry.remedy.what


def test_who_refuses_the_only_escort_is_helped_by_accepting_it() -> None:
    entry = told(small("small_ship"))["wary"]
    assert (entry.persons, entry.reason_code) == (24, "unacceptable")
    assert remedy(entry) == ("acceptance", 40, 24)


def test_without_any_vehicle_one_helps() -> None:
    entry = told(small("small_walkout", "without_the_bus"))["villagers"]
    assert (entry.persons, entry.reason_code) == (60, "no_seat")
    assert remedy(entry) == ("vehicle", 10, 60)


def test_a_closed_bridge_is_the_remedy_unless_more_is_needed() -> None:
    entries = told(small("small_bridge", "bridge_destroyed"))
    assert {entry.reason_code for entry in entries.values()} == {"closed"}
    assert remedy(entries["old_town_people"]) == ("link", 60, 216)
    assert remedy(entries["patients"]) == ("link", 60, 12)
    assert remedy(entries["upper_town_people"]) == ("none_found", None, None)


def test_who_pays_for_a_permission_is_told() -> None:
    """One bus is full already; those of the upper town come first, once they may go at all."""
    scenario = small("small_bridge", "one_bus_only")
    groups = tuple(
        group.model_copy(update={"weight": 5 if group.id == "upper_town_people" else 1})
        for group in scenario.groups
    )
    entry = told(scenario.model_copy(update={"groups": groups}))["upper_town_people"]
    assert entry.remedy is not None
    assert "fewer of other groups" in entry.remedy.what


def waiting(serves: tuple[str, ...] = (), **more: Any) -> Scenario:
    """A clinic on open ground; the doctors come over ground that the government holds.

    ``serves``: where the buses, which nobody holds up, may go.
    """
    return case.scenario(
        places=[
            case.place("clinic", 0, "hospital"),
            case.place("haven", 20, "safe_haven"),
            case.place("depot", -20, "staging_base", control="gov"),
        ],
        links=[
            case.link("road", "clinic", "haven", "20 km"),
            case.link("depot_road", "depot", "clinic", "20 km"),
        ],
        groups=[{"id": "wounded", "at": "clinic", "people": 10, "needs_team": "doctors"}],
        fleets=[
            {"id": "buses", "vehicle": "bus", "count": 2, "base": "haven",
             "serves": serves},
            {"id": "vans", "name": "Vans", "vehicle": "bus", "count": 1, "base": "depot"},
        ],
        teams=[{"id": "doctors", "name": "The doctors", "people": 4, "start": "depot",
                "to": "clinic", "fleets": ["vans"]}],
        **more,
    )  # fmt: skip


@pytest.mark.parametrize("serves", [(), ("haven",)])
def test_who_waits_for_a_team_is_told_what_holds_the_team_up(serves: tuple[str, ...]) -> None:
    asked = [
        {"id": f"gov_{fleet}", "party": "gov", "for": {"fleets": [fleet]}, "state": "requested"}
        for fleet in ("buses", "vans")
    ]
    problem, solver, manning = planned(waiting(serves, authorisations=asked))
    (stay,) = worth.stays(problem, solver, manning)
    assert (stay.group, stay.persons, stay.cause.code) == ("wounded", 10, "not_authorised")
    assert stay.cause.words == (
        "they wait for The doctors, and gov has not authorised the passage of Vans "
        "(requested: gov_vans)"
    )
    (found,) = worth.Remedies(problem, solver, (stay,)).search()
    assert (found.kind, found.price, found.gain_persons) == ("authorisation", 20, 10)
    assert "gov_vans" in found.what


def test_a_team_that_nobody_asked_for_has_no_remedy() -> None:
    entry = told(waiting())["wounded"]
    assert entry.reason.endswith("gov has not authorised the passage of Vans")
    assert remedy(entry)[0] == "none_found"


def test_a_team_that_may_come_is_no_reason() -> None:
    granted = [{"id": "yes", "party": "gov", "state": "granted"}]
    assert told(waiting(("haven",), authorisations=granted)) == {}


def test_a_team_that_the_plan_does_not_bring_is_told() -> None:
    granted = [{"id": "yes", "party": "gov", "state": "granted"}]
    scenario = waiting(authorisations=granted)
    problem = pipeline.make_problem(scenario, pipeline.make_network(scenario))
    absent = TeamDelivery(team="doctors", persons=0, arrive_s=None)
    manning = Manning(left={("wounded", "ride", Unit(1)): 10}, teams=[absent])
    (stay,) = worth.stays(problem, Solver(problem, Limits(time_s=4.0)), manning)
    assert stay.cause.words.startswith("The doctors: not brought to them")


# ------------------------------------------------------------------ hours, risk, horizon


def test_one_more_hour_helps_where_a_ride_is_longer_than_the_window() -> None:
    # 20 km at 60 km/h take 20 minutes; a quarter of an hour is open.
    window = {"id": "curfew", "modes": ["road"], "open": ["08:00-08:15"]}
    entry = told(case.scenario(windows=[window]))["people"]
    assert entry.reason_code == "too_late"
    assert remedy(entry) == ("window_hour", 15, 50)


def test_one_more_day_helps_where_the_horizon_is_short() -> None:
    entry = told(case.scenario(horizon="30 min"))["people"]
    assert entry.reason_code == "too_late"
    assert remedy(entry) == ("horizon_day", 50, 50)


@pytest.mark.parametrize(("cap", "kind"), [("0.6 %", "risk_cap"), ("0.4 %", "none_found")])
def test_a_doubled_risk_cap_helps_where_it_suffices(cap: str, kind: str) -> None:
    # A third of an hour at 30 per 1000 person-hours is a risk of 1 %.
    threat = {"id": "fire", "zone": {"links": ["road"]}, "rate": "30 per 1000 person-hours"}
    entry = told(case.scenario(threats=[threat], priorities={"risk_cap": cap}))["people"]
    assert entry.reason_code == "risk_cap"
    assert remedy(entry)[0] == kind


def changes(scenario: Scenario) -> list[Change]:
    network = pipeline.make_network(scenario)
    cause = worth.Cause("too_late", "…")
    stay = worth.Stay("people", 50, cause, (0,))
    prices = load.solver_config().remedy_prices
    return Changes(network, prices).of(stay, Room((), frozenset()))


@pytest.mark.parametrize(
    ("hours", "more"),
    [
        ({"open": ["06:00-09:00", "12:00-15:00"]}, {"open": ((21600, 32400), (43200, 57600))}),
        ({"open": ["20:00-06:00"]}, {"open": ((72000, 111600),)}),
        ({"closed": ["18:00-23:00"]}, {"closed": ((68400, 82800),)}),
        ({"closed": ["18:00-18:30"]}, {"closed": ()}),
    ],
)
def test_an_hour_more_of_a_window(hours: dict[str, Any], more: dict[str, Any]) -> None:
    scenario = case.scenario(windows=[{"id": "w", "modes": ["road"], **hours}])
    (hour,) = [change for change in changes(scenario) if change.kind == "window_hour"]
    (window,) = hour.make().windows
    assert {key: getattr(window, key) for key in more} == more


def test_an_hour_more_of_daylight_is_the_hour_after_sunset() -> None:
    window = {"id": "w", "modes": ["road"], "open": "daylight"}
    scenario = case.scenario(windows=[window], horizon="4 days")
    (hour,) = [change for change in changes(scenario) if change.kind == "window_hour"]
    ((start, end),) = hour.make().windows[0].open or ()
    network = pipeline.make_network(scenario)
    light = network.clock.daylight
    longer = pipeline.make_network(hour.make()).movement_open("road", "buses")
    assert (light - longer).spans == ()
    lengths = [b - a for a, b in (longer - light).spans if b < scenario.horizon_s]
    assert max(lengths) <= 3600 + 240  # days differ by a minute or two
    assert end - start < 86400


def test_changes_come_cheapest_first() -> None:
    prices = [change.price for change in changes(small_with_all())]
    assert prices == sorted(prices)
    assert len(set(prices)) > 2


def small_with_all() -> Scenario:
    return case.scenario(
        windows=[{"id": "w", "modes": ["road"], "open": ["08:00-09:00"]}],
        authorisations=[{"id": "a", "party": "gov", "state": "requested"}],
    )


# ------------------------------------------------------------------ not enough for everybody


def crowd(people: int = 300, **more: Any) -> Scenario:
    """One bus of 50 seats, 20 minutes each way, 10 to load and to unload, from 06:00 to 10:00.

    The bus goes out empty (20), then a round takes 60 minutes, the last one 40: three loads.
    """
    given: dict[str, Any] = {
        "horizon": "3 h", "step": "10 min",
        "groups": [{"id": "people", "at": "home", "people": people}],
        "fleets": [{"id": "bus", "name": "The bus", "vehicle": "bus", "count": 1, "base": "haven"}],
        "places": [case.place("home", 0), case.place("haven", 20, "safe_haven")],
        "links": [case.link("road", "home", "haven", "20 km")],
    }  # fmt: skip
    return case.scenario(**{**given, **more})


def test_where_seats_are_short_the_vehicles_are_named_with_their_last_moment() -> None:
    entry = told(crowd())["people"]
    assert (entry.persons, entry.reason_code) == (150, "no_seat")
    assert entry.reason.startswith("no seat in time: The bus: all 1 in use until Thu 13 Dec 0")
    assert remedy(entry) == ("vehicle", 10, 150)


def cut_short(scenario: Scenario, left: int) -> tuple[LeftBehind, ...]:
    """Of a search that ended at once, with wrong ideas of what is short."""
    problem = pipeline.make_problem(scenario, pipeline.make_network(scenario))
    solver = Solver(problem, Limits(time_s=4.0))
    solver.stopped_by, solver.stuck, solver.relaxed = "time", {0: 90.0}, {"left_behind": 90.0}
    manning = Manning(left={("people", "ride", Unit(1)): left})
    return worth.left_behind(problem, solver, manning)


def test_seats_that_a_search_did_not_come_to_are_not_called_used_up() -> None:
    (entry,) = cut_short(crowd(), 300)
    assert entry.reason == f"{CUT_SHORT}; The bus: free from Thu 13 Dec 06:00"
    assert entry.reason_code == "no_seat"
    assert entry.remedy is not None
    assert (entry.remedy.kind, entry.remedy.what) == ("none_found", LONGER)
    # Where the haven takes in nobody more, no ride would help.
    room = {"total": 900, "per_day": 0}
    places = [case.place("home", 0), case.place("haven", 20, "safe_haven", intake=room)]
    (shut,) = cut_short(crowd(places=places), 300)
    assert CUT_SHORT not in shut.reason


def test_a_vehicle_that_is_busy_to_the_end_is_no_idle_one() -> None:
    problem, solver, manning = planned(crowd())
    solver.stopped_by, solver.assured = "time", {}
    (entry,) = worth.left_behind(problem, solver, manning, search=False)
    assert entry.reason.startswith("no seat in time: The bus: all 1 in use until Thu 13 Dec 0")
    # With its last round taken off there is time for one.
    sortie = manning.sorties[-1]
    manning.sorties.remove(sortie)
    (entry,) = worth.left_behind(problem, solver, manning, search=False)
    assert entry.reason.startswith(f"{CUT_SHORT}; The bus: free from Thu 13 Dec 0")
    # What is proven is no matter of time.
    solver.assured = {"left_behind": 150.0}
    (entry,) = worth.left_behind(problem, solver, manning, search=False)
    assert CUT_SHORT not in entry.reason


def test_a_full_haven_is_the_reason_and_the_remedy_is_room() -> None:
    places = [case.place("home", 0), case.place("haven", 20, "safe_haven", intake={"total": 30})]
    entry = told(crowd(50, places=places))["people"]
    assert (entry.persons, entry.reason_code) == (20, "haven_full")
    assert entry.reason == "haven has taken in 30 of the 30 it can"
    assert remedy(entry) == ("intake", 25, 20)


def test_a_haven_full_on_every_day() -> None:
    # From 06:00 on one day to 18:00 on the next: two days of 15.
    room = {"per_day": 15}
    places = [case.place("home", 0), case.place("haven", 20, "safe_haven", intake=room)]
    entry = told(crowd(50, places=places, horizon="36 h"))["people"]
    assert (entry.persons, entry.reason_code) == (20, "haven_full")
    assert entry.reason == "haven takes in its 15 a day on every day"
    assert remedy(entry) == ("intake", 25, 20)


def test_a_full_haven_of_others_is_not_their_reason() -> None:
    places = [
        case.place("home", 0),
        case.place("other", 0, km_north=30),
        case.place("haven", 20, "safe_haven"),
        case.place("tiny", 20, "safe_haven", km_north=30, intake={"total": 10}),
    ]
    links = [
        case.link("road", "home", "haven", "20 km"),
        case.link("far", "other", "tiny", "20 km"),
    ]
    groups = [
        {"id": "people", "at": "home", "people": 300},
        {"id": "others", "at": "other", "people": 30},
    ]
    fleets = [
        {"id": "bus", "name": "The bus", "vehicle": "bus", "count": 1, "base": "haven"},
        {"id": "van", "vehicle": "bus", "count": 1, "base": "tiny"},
    ]
    entries = told(crowd(places=places, links=links, groups=groups, fleets=fleets))
    assert entries["others"].reason_code == "haven_full"
    assert entries["people"].reason_code == "no_seat"
    assert "tiny" not in entries["people"].reason
    assert remedy(entries["people"])[0] == "vehicle"
    assert remedy(entries["others"]) == ("intake", 25, 20)


def test_a_household_larger_than_every_vehicle_does_not_fit() -> None:
    groups = [{"id": "people", "at": "home", "people": 58, "households": {8: "50 %", 50: "50 %"}}]
    vehicles = {"bus": {**case.vehicle(), "seats": 40}}
    entry = told(crowd(groups=groups, vehicles=vehicles, horizon="12 h"))["people"]
    assert (entry.persons, entry.reason_code) == (50, "no_fit")
    assert "the largest has 40 seats" in entry.reason


def test_who_stays_although_nothing_is_short_is_told_so() -> None:
    scenario = crowd(50)
    problem = pipeline.make_problem(scenario, pipeline.make_network(scenario))
    manning = Manning(left={("people", "ride", Unit(1)): 7})
    (entry,) = worth.left_behind(problem, Solver(problem, Limits(time_s=4.0)), manning)
    assert (entry.persons, entry.reason_code) == (7, "no_seat")
    assert entry.reason.startswith("the search found no seat for them")
    assert remedy(entry)[0] == "none_found"


def test_a_shortage_elsewhere_is_not_their_reason() -> None:
    places = [
        case.place("home", 0),
        case.place("other", 0, km_north=30),
        case.place("haven", 20, "safe_haven"),
        case.place("calm", 20, "safe_haven", km_north=30),
    ]
    links = [
        case.link("road", "home", "haven", "20 km"),
        case.link("far", "other", "calm", "20 km"),
    ]
    groups = [
        {"id": "people", "at": "home", "people": 300},
        {"id": "others", "at": "other", "people": 30},
    ]
    fleets = [
        {"id": "bus", "vehicle": "bus", "count": 1, "base": "haven"},
        {"id": "van", "vehicle": "bus", "count": 1, "base": "calm"},
    ]
    crowded = crowd(places=places, links=links, groups=groups, fleets=fleets)
    problem, solver, manning = planned(crowded)
    manning.left["others", "ride", Unit(1)] = 5  # as if the search had overlooked them
    found = {s.group: s.cause for s in worth.stays(problem, solver, manning)}
    assert not found["people"].short_of_nothing
    assert found["people"].words.startswith("no seat in time: bus: all 1 in use")
    assert found["others"].short_of_nothing


def test_a_haven_that_others_could_leave_to_them_is_told_so() -> None:
    room = {"total": 5}
    places = [case.place("home", 0), case.place("haven", 20, "safe_haven", intake=room)]
    scenario = crowd(7, places=places)
    problem = pipeline.make_problem(scenario, pipeline.make_network(scenario))
    manning = Manning(left={("people", "ride", Unit(7)): 1})
    unsearched = Solver(problem, Limits(time_s=4.0))  # knows of nobody whom the relaxation leaves
    (entry,) = worth.left_behind(problem, unsearched, manning)
    assert entry.reason_code == "haven_full"
    assert entry.reason.startswith("haven has taken in 0 of the 5 it can; counted in fractions")
    assert entry.remedy is not None
    assert "longer search" in entry.remedy.what


# ------------------------------------------------------------------ the budget


@pytest.fixture(scope="module")
def two_behind_one_yes() -> Planned:
    groups = [
        {"id": ident, "at": "home", "people": 20, "weight": weight}
        for ident, weight in (("one", 1), ("two", 2))
    ]
    places = [case.place("home", 0, control="gov"), case.place("haven", 20, "safe_haven")]
    asked = [{"id": "yes", "party": "gov", "state": "requested"}]
    return planned(crowd(places=places, groups=groups, authorisations=asked))


def test_one_change_is_planned_once_for_all_groups(two_behind_one_yes: Planned) -> None:
    problem, solver, manning = two_behind_one_yes
    remedies = worth.Remedies(problem, solver, worth.stays(problem, solver, manning))
    assert [(r.kind, r.gain_persons) for r in remedies.search()] == [("authorisation", 20)] * 2
    assert remedies.solves == 1


@pytest.mark.parametrize("budget", [(60.0, 0), (-1.0, 10)])
def test_past_the_budget_nothing_is_searched(
    two_behind_one_yes: Planned, budget: tuple[float, int]
) -> None:
    problem, solver, manning = two_behind_one_yes
    found = worth.stays(problem, solver, manning)
    remedies = worth.Remedies(problem, solver, found, budget=budget)
    assert {r.kind for r in remedies.search()} == {"not_searched"}
    assert remedies.solves == 0


def test_a_stop_is_heeded(two_behind_one_yes: Planned) -> None:
    entries = worth.left_behind(*two_behind_one_yes, should_stop=lambda: True)
    assert [remedy(e)[0] for e in entries] == ["not_searched", "not_searched"]


def test_prices_of_the_scenario_prevail() -> None:
    scenario = small("small_bridge").model_copy(update={"remedy_prices": {"authorisation": 7}})
    assert remedy(told(scenario)["upper_town_people"]) == ("authorisation", 7, 80)


def test_the_plan_takes_the_entries(solved: Callable[..., Any]) -> None:
    plan: Plan = solved("small_bridge").verdict.plan
    assert {e.group: e.persons for e in plan.left_behind if not e.unwilling} == {
        "upper_town_people": 80
    }
