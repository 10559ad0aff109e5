"""The witness rejects every single mutation of a valid plan, by the rule's name.

``MUTANTS`` holds broken cases, each with the rule that it breaks. Most break that rule alone: a
witness that skips the rule lets them pass, which shows that the rule is needed and that no other
rule hides its absence. Levels, conditions and totals of a mutant are those of its own manifests, so
that nothing but the planted fault can be found. ``tests/test_register.py`` skips the rules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.network import Exposure, Passage, Route
from planner.plan import LevelResult, PlanLeg, Sortie, TeamDelivery, TeamRide
from planner.verify import check
from tests.laws import witness_case as base
from tests.laws.witness_case import Case, case, left, leg, line, own, sortie, sorties

Edit = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Mutant:
    """A broken case: what was done, the rule that it breaks, and whether it breaks it alone."""

    name: str
    rule: str
    make: Callable[[], Case]
    alone: bool = True


# ------------------------------------------------------------------ ways to break things


def entry(text: dict[str, Any], kind: str, name: str) -> dict[str, Any]:
    """One entry of the scenario's tree by its id."""
    found: dict[str, Any] = next(item for item in text[kind] if item["id"] == name)
    return found


def edited(kind: str, name: str, **changes: Any) -> Callable[[], Case]:
    """The plan as it was, the world changed."""

    def edit(text: dict[str, Any]) -> None:
        entry(text, kind, name).update(changes)

    return lambda: case(edit=edit)


def changed(name: str, number: int, **changes: Any) -> list[Sortie]:
    """The sorties with leg ``number`` (from 0) of one sortie changed."""
    return [
        s.model_copy(
            update={
                "legs": tuple(
                    part.model_copy(update=changes) if index == number else part
                    for index, part in enumerate(s.legs)
                )
            }
        )
        if s.id == name
        else s
        for s in sorties()
    ]


def shifted(legs: tuple[PlanLeg, ...], by_s: int) -> tuple[PlanLeg, ...]:
    """The legs, so many seconds later."""
    keys = ("load_start_s", "depart_s", "arrive_s", "unload_end_s")
    return tuple(
        part.model_copy(update={key: getattr(part, key) + by_s for key in keys}) for part in legs
    )


def later(by_s: int, *names: str, only: slice = slice(None)) -> list[Sortie]:
    """The sorties with some of them shifted in time."""
    found = []
    for s in sorties():
        if s.id in names:
            moved = list(s.legs)
            moved[only] = shifted(tuple(moved[only]), by_s)
            s = s.model_copy(update={"legs": tuple(moved)})
        found.append(s)
    return found


def without(name: str) -> list[Sortie]:
    """All sorties but one."""
    return [s for s in sorties() if s.id != name]


def with_route(name: str, **changes: Any) -> Case:
    """The plan as it was, one route of the network changed."""
    found = case()
    routes = dict(found.network.routes)
    routes[name] = replace(routes[name], **changes)
    network = replace(found.network, routes=routes)
    return Case(found.plan, found.scenario, network)


def with_level(index: int, **changes: Any) -> Case:
    """The plan with one level told otherwise."""
    found = case()
    levels = list(found.plan.levels)
    levels[index] = levels[index].model_copy(update=changes)
    plan = found.plan.model_copy(update={"levels": tuple(levels)})
    return Case(plan, found.scenario, found.network)


def with_value(index: int, factor: float) -> Case:
    level: LevelResult = case().plan.levels[index]
    return with_level(index, value=level.value * factor, bound=level.value * factor)


NOBODY_BUT_UNWILLING = (left("residents", 20, "unwilling", "they stay by choice"),)
SPLIT = (line("residents", 3), line("residents", 1, 2), line("residents", 1, 3))
FERRY = "port>island:sea-28#1"
HAVEN = "town>haven:road-60#1"


def two_ferries(first: int, second: int) -> list[Sortie]:
    """Two ferries that load at the same time behind one frigate."""
    both = [
        sortie(
            "ferries", n, 1,
            leg(
                FERRY, 9600, 1200, 15_000, 1200, line("residents", u),
                escorted_by=("frigates-1-1",),
            ),
        )
        for n, u in ((1, first), (2, second))
    ]  # fmt: skip
    return [*without("ferries-1-1"), *both]


def flights(*times: tuple[int, int]) -> list[Sortie]:
    """Planes that land at these moments and carry so many households of the wary away."""
    found = without("planes-1-1")
    for number, (land_s, units) in enumerate(times, start=1):
        manifest = (line("wary", units),) if units else ()
        away = leg(
            "airfield>capital:air-600#1", land_s, 600 if units else 0, 2400, 600 if units else 0,
            *manifest,
        )  # fmt: skip
        come = leg("capital>airfield:air-600#1", land_s - 2400, 0, 2400, 0)
        found.append(sortie("planes", number, 1, come, away))
    return found


def team_by_second_ambulance() -> Case:
    """The team comes after the patients have left."""
    first = sorties()[0]
    empty = first.legs[0].model_copy(update={"teams": (), "load_start_s": 600})
    second = sortie(
        "ambulances", 2, 1,
        leg("depot>clinic:road-60#1", 4200, 600, 1800, 0, teams=first.legs[0].teams),
        leg("clinic>depot:road-60#1", 6600, 0, 1800, 0),
    )  # fmt: skip
    moved = [first.model_copy(update={"legs": (empty, *first.legs[1:])}), *sorties()[1:], second]
    return case(moved, teams=(TeamDelivery(team="medics", persons=2, arrive_s=6600),))


def ends_under_fire() -> Case:
    """The ambulance goes back to the clinic, which is shelled for hours to come."""

    def shelled_all_day(text: dict[str, Any]) -> None:
        entry(text, "threats", "shelling")["daily"] = ["07:00-11:00", "20:00-21:00"]

    first = sorties()[0]
    back = leg("depot>clinic:road-60#1", 43_200, 0, 1800, 0)
    legs = (*first.legs, back)
    return case([first.model_copy(update={"legs": legs}), *sorties()[1:]], edit=shelled_all_day)


def short_horizon(text: dict[str, Any]) -> None:
    text["horizon"] = "28000 s"


def two_a_bay() -> list[Sortie]:
    """Bus 2 waits in town and loads beside bus 1, where one has room."""
    return [
        s.model_copy(update={"legs": (s.legs[0], *shifted(s.legs[1:], 1800))})
        if s.id == "buses-2-1"
        else s
        for s in sorties()
    ]


def no_frigate_named() -> list[Sortie]:
    return changed("ferries-1-1", 0, escorted_by=())


def permission(name: str, **changes: Any) -> Callable[[], Case]:
    return edited("authorisations", name, **changes)


def refusing(*parties: str) -> Callable[[], Case]:
    return edited("groups", "residents", refuses=list(parties))


def place(name: str, **changes: Any) -> Callable[[], Case]:
    return edited("places", name, **changes)


MUTANTS = [
    Mutant("a sortie's id given twice", "references", lambda: case(
        [s.model_copy(update={"id": "buses-1-1"}) if s.fleet == "ambulances" else s
         for s in sorties()])),
    Mutant("a route that is not there", "references", lambda: case(
        changed("buses-1-1", 1, route="town>haven:road-60#9")), alone=False),
    Mutant("a group that is not there", "references", lambda: case(
        changed("buses-1-1", 1, manifest=(line("ghosts", 1),))), alone=False),
    Mutant("a fleet that is not there", "references", lambda: case(
        [s.model_copy(update={"fleet": "ghosts"}) if s.fleet == "planes" else s
         for s in sorties()]), alone=False),
    Mutant("a place that is not there", "references", lambda: case(
        changed("buses-1-1", 2, destination="nowhere")), alone=False),
    # people
    Mutant("left behind and not told", "C1 people", lambda: case(stay=NOBODY_BUT_UNWILLING)),
    Mutant("one person more told left behind", "C1 people", lambda: case(
        stay=(*NOBODY_BUT_UNWILLING, left("residents", 6)))),
    Mutant("the unwilling forgotten", "C1 people", lambda: case(stay=(left("residents", 5),))),
    Mutant("one car household more than there are", "C1 people", lambda: case(
        movements=(own("car", 3600, 3600, 5, 5), own("foot", 10_800, 18_000, 0))), alone=False),
    Mutant("a household left in the airfield's hall", "C1 chain", lambda: case(
        changed("planes-1-1", 1, manifest=(line("wary", 1),)))),
    Mutant("the ship leaves before the bus is there", "C1 chain", lambda: case(
        later(-2400, "ferries-1-1", "frigates-1-1"))),
    Mutant("people dropped at the depot", "C1 chain", lambda: case(
        changed("buses-2-1", 2, manifest=(line("residents", 3),),
                load_start_s=9000, depart_s=9600, arrive_s=13_200, unload_end_s=13_500)),
           alone=False),
    Mutant("a household brought home", "C1 chain", lambda: case(
        changed("buses-2-1", 0, destination="town", manifest=(line("residents", 1),))),
           alone=False),
    Mutant("a household that boards at the depot", "C1 chain", lambda: case(
        changed("buses-2-2", 0, manifest=(line("wounded", 1, 2),))), alone=False),
    Mutant("a walking family in cars", "C1 chain", lambda: case(
        movements=(
            own("car", 3600, 3600, 4).model_copy(
                update={"manifest": (line("residents", 4, means="foot"),)}),
            own("foot", 10_800, 18_000, 0).model_copy(
                update={"manifest": (line("residents", 4, means="car"),)}),
        ))),
    Mutant("the ambulance a minute before the patients are ready", "C1 ready", lambda: case(
        later(-60, "ambulances-1-1", only=slice(1, 3)))),
    # vehicles
    Mutant("a third bus of two", "C2 vehicles", lambda: case(
        [s.model_copy(update={"vehicle": 3}) if s.vehicle == 2 else s for s in sorties()])),
    Mutant("a bus in two places", "C2 vehicles", lambda: case(
        [s.model_copy(update={"vehicle": 2, "legs": s.legs}) if s.id == "buses-2-2" else s
         for s in later(-3600, "buses-2-2")])),
    Mutant("a plane that starts where it lands", "C2 vehicles", lambda: case(
        [s.model_copy(update={"legs": s.legs[1:]}) if s.fleet == "planes" else s
         for s in sorties()])),
    Mutant("a bus a minute before it is available", "C2 availability", lambda: case(
        later(-60, "buses-2-1", only=slice(0, 1)))),
    Mutant("a bus that does not come home", "C2 end", lambda: case(
        [s.model_copy(update={"legs": s.legs[:2]}) if s.id == "buses-2-2" else s
         for s in sorties()])),
    Mutant("an ambulance that stays under fire", "C2 end", ends_under_fire),
    Mutant("one household too many for the seats", "C3 capacity", lambda: case(
        changed("buses-1-1", 1, manifest=(line("residents", 5),)), stay=NOBODY_BUT_UNWILLING)),
    Mutant("one household too many for the payload", "C3 capacity", lambda: case(
        [s.model_copy(update={"legs": tuple(
            part.model_copy(update={"manifest": (line("residents", 4),)}) if part.manifest else part
            for part in s.legs)}) if s.id in ("buses-2-1", "ferries-1-1") else s
         for s in sorties()], stay=NOBODY_BUT_UNWILLING)),
    Mutant("a stretcher without a place", "C3 capacity",
           edited("fleets", "ambulances", stretchers=0)),
    Mutant("a car too few", "C3 capacity", lambda: case(
        movements=(own("car", 3600, 3600, 3), own("foot", 10_800, 18_000, 0)))),
    Mutant("walkers with a car", "C3 capacity", lambda: case(
        movements=(own("car", 3600, 3600, 4), own("foot", 10_800, 18_000, 1)))),
    Mutant("loading a minute short", "C4 handling", lambda: case(
        changed("buses-2-1", 1, load_start_s=5460))),
    Mutant("unloading a minute short", "C4 handling", lambda: case(
        changed("buses-2-2", 1, unload_end_s=18_840))),
    Mutant("a minute early at the port", "C4 ride", lambda: case(
        changed("buses-2-1", 1, arrive_s=8640))),
    Mutant("a bus on the cars' route", "C4 ride", lambda: case(
        changed("buses-1-1", 1, route="town>haven:car#1"))),
    # room and throughput
    Mutant("two buses in one bay", "C5 bays", lambda: case(two_a_bay())),
    Mutant("two ships at one berth", "C5 berths", lambda: case(two_ferries(2, 1))),
    Mutant("two aircraft on one stand", "C5 stands", lambda: case(
        flights((19_200, 1), (19_500, 1)))),
    Mutant("three flights in an hour of two", "C6 slots", lambda: case(
        flights((19_200, 1), (19_800, 1), (20_400, 0)))),
    Mutant("a port that processes one person less", "C6 processing",
           place("port", processing="14 persons/h")),
    Mutant("vehicles through a gate", "C6 processing", place("depot", processing="2 vehicles/h")),
    Mutant("ships through a lock", "C6 processing", place("port", processing="1 ships/h")),
    Mutant("any movement", "C6 processing", place("airfield", processing="2 movements/h")),
    Mutant("a port where one person less can wait", "C7 waiting", place("port", capacity=14)),
    Mutant("a haven with one place less", "C7 intake", place("haven", intake={"total": 63})),
    Mutant("a haven with one place less a day", "C7 intake",
           place("haven", intake={"per_day": 63})),
    Mutant("cars and bus on the bridge in one hour", "C8 links", lambda: case(
        movements=(own("car", 5400, 3600, 4), own("foot", 10_800, 18_000, 0)))),
    Mutant("a narrower bridge", "C8 links", edited("links", "bridge", capacity="3 vehicles/h")),
    Mutant("persons on the bridge", "C8 links", edited("links", "bridge", capacity="19 persons/h")),
    Mutant("movements over the bridge", "C8 links",
           edited("links", "bridge", capacity="3 movements/h")),
    # windows
    Mutant("passing a place that is closed", "C9 windows", lambda: _past("depot")),
    Mutant("a bus home after curfew", "C9 windows", lambda: case(
        later(33_300, "buses-2-2", only=slice(2, 3)))),
    Mutant("a bridge that opens later", "C9 windows",
           edited("windows", "bridge_hours", open=["08:30-20:00"])),
    Mutant("a haven that closes earlier", "C9 windows",
           edited("windows", "haven_hours", open=["06:00-13:59"])),
    Mutant("daylight, asked of a port at seven", "C9 windows",
           edited("windows", "haven_hours", open="daylight", places=["depot"])),
    Mutant("a fleet that may move by day only", "C9 windows",
           edited("windows", "haven_hours", places=[], fleets=["ferries"], open=["06:00-13:00"])),
    Mutant("walkers on the bridge while it is closed", "C9 closures", lambda: case(
        movements=(own("car", 3600, 3600, 4), own("foot", 33_000, 18_000, 0)))),
    Mutant("a closed bridge", "C9 closures", edited("links", "bridge", status="closed")),
    # permission
    Mutant("a permission refused", "C10 authorisation",
           permission("checkpoint_yes", state="refused")),
    Mutant("a permission requested is not granted", "C10 authorisation",
           edited("authorisations", "port_pending", assume=None)),
    Mutant("a permission for others", "C10 authorisation",
           permission("checkpoint_yes", **{"for": {"fleets": ["ambulances"]}})),
    Mutant("a permission for the impartial", "C10 authorisation",
           permission("checkpoint_yes", **{"for": {"neutral": "true"}})),
    Mutant("a permission for another mode", "C10 authorisation",
           permission("port_pending", **{"for": {"modes": ["sea"]}})),
    Mutant("a permission elsewhere", "C10 authorisation",
           permission("checkpoint_yes", over=["depot"])),
    Mutant("a permission a second late", "C10 authorisation",
           permission("checkpoint_yes", **{"from": "4921 s"})),
    Mutant("a permission that ends on the way", "C10 authorisation",
           permission("checkpoint_yes", until="8999 s")),
    Mutant("a lead time too long", "C10 authorisation",
           permission("port_pending", lead_time="3 h")),
    Mutant("ground that changes hands", "C10 authorisation", lambda: _changed_hands()),
    Mutant("a condition not told", "C10 conditions", lambda: case(conditional_on=())),
    Mutant("a condition too many", "C10 conditions", lambda: case(
        conditional_on=("checkpoint_yes", "port_pending"))),
    Mutant("past a party that they refuse", "C11 acceptability", refusing("government")),
    Mutant("with an escort that they refuse", "C11 acceptability", refusing("frigates")),
    Mutant("on a fleet that they refuse", "C11 acceptability", refusing("buses")),
    Mutant("to a haven that they do not accept", "C11 acceptability",
           edited("groups", "residents", destinations=["haven"])),
    # escorts, fitness, promises
    Mutant("an escort not named", "C12 escort", lambda: case(no_frigate_named())),
    Mutant("an escort that is missing", "C12 escort", lambda: case(without("frigates-1-1"))),
    Mutant("an escort that leaves later", "C12 escort", lambda: case(
        later(600, "frigates-1-1")), alone=False),
    Mutant("an escort with passengers", "C12 escort", lambda: case(
        changed("frigates-1-1", 0, teams=(TeamRide(team="medics", persons=1),))), alone=False),
    Mutant("two ships behind an escort for one", "C12 escort",
           lambda: _second_berth(two_ferries(2, 1))),
    Mutant("further than the range", "C14 range", lambda: _vehicle("ferry", range="100 km")),
    Mutant("too little water", "C15 fitness", place("port", depth="3 m")),
    Mutant("a ship too long for the berth", "C15 fitness", place("port", berth_length="99 m")),
    Mutant("a runway too short", "C15 fitness", place("airfield", runway="1700 m")),
    Mutant("a place that is not served", "C15 fitness",
           edited("fleets", "planes", serves=["port"])),
    Mutant("a track for a bus", "C15 fitness", lambda: with_route(
        HAVEN, segments=(("track", 60_000, 3600),))),
    Mutant("a split family", "C16 households", lambda: case(
        changed("buses-1-1", 1, manifest=SPLIT))),
    Mutant("a patient without the companion", "C16 households", lambda: case(
        changed("ambulances-1-1", 1,
                manifest=(
                    line("wounded", 1, 1, 1), line("wounded", 1, 1), line("wounded", 1, 2))))),
    Mutant("a promise ten minutes late", "C18 commitments", lambda: case(
        later(600, "buses-1-1", only=slice(1, 3)))),
    Mutant("a promise that nobody made", "C18 commitments", lambda: case(
        changed("planes-1-1", 1, commitment="ghost"))),
    Mutant("a promise for more people", "C18 commitments",
           edited("commitments", "promised", people=21)),
    # teams, time, risk
    Mutant("a team told half", "teams", lambda: case(
        teams=(TeamDelivery(team="medics", persons=1, arrive_s=None),))),
    Mutant("a team told early", "teams", lambda: case(
        teams=(TeamDelivery(team="medics", persons=2, arrive_s=2340),))),
    Mutant("a team with the wrong fleet", "teams", edited("teams", "medics", fleets=["buses"])),
    Mutant("patients before their team", "team first", team_by_second_ambulance),
    Mutant("walkers past the horizon", "horizon", lambda: case(edit=short_horizon)),
    Mutant("the mined road", "risk cap", lambda: case(
        changed("buses-1-1", 1, route="town>haven:road-60#2"))),
    # what the plan says of itself
    Mutant("left behind without a reason", "left behind", lambda: case(
        stay=(*NOBODY_BUT_UNWILLING, left("residents", 5, reason=" ")))),
    Mutant("unwilling by another reason", "left behind", lambda: case(
        stay=(NOBODY_BUT_UNWILLING[0].model_copy(update={"reason_code": "no_seat"}),
              left("residents", 5)))),
    Mutant("one person more in the total", "totals", lambda: case(people=115)),
    Mutant("a longer horizon", "totals", lambda: case(horizon_s=86_401)),
    Mutant("a more frightening home", "totals", lambda: case(harm_of_staying=0.2)),
    Mutant("less harm than there is", "levels", lambda: with_value(2, 0.99)),
    Mutant("earlier than they arrive", "levels", lambda: with_value(3, 0.999)),
    Mutant("fewer left behind", "levels", lambda: with_value(0, 0.8)),
    Mutant("less effort", "levels", lambda: with_value(4, 0.5)),
    Mutant("harm in hours", "levels", lambda: with_level(2, unit="person-hours")),
    Mutant("a missed deadline not told", "C17 deadlines", lambda: _told_missed(7200, 0.0)),
    Mutant("a missed deadline too many", "C17 deadlines", lambda: _told_missed(36_000, 4.0)),
    Mutant("a level that is missing", "levels", lambda: case(levels=case().plan.levels[:4])),
    Mutant("better than its bound", "bounds", lambda: with_level(
        3, bound=case().plan.levels[3].value * 1.01, gap=0.01, status="FEASIBLE"), alone=False),
    Mutant("a bound above the value, told well", "bounds", lambda: _told_above()),
    Mutant("a gap that is not the gap", "bounds", lambda: with_level(3, gap=0.05)),
    Mutant("called optimal with a gap", "bounds", lambda: _planted_gap("OPTIMAL", "OPTIMAL")),
    Mutant("a plan better than its worst level", "bounds",
           lambda: _planted_gap("FEASIBLE", "OPTIMAL")),
    Mutant("made from another what-if", "origin", lambda: case(
        provenance=case().plan.provenance.model_copy(update={"what_if": "bridge_down"}))),
    Mutant("made on another map", "origin", lambda: case(
        provenance=case().plan.provenance.model_copy(update={"map_sha256": {"roads": "0"}}))),
    Mutant("a road that drives faster than its parts", "geography", lambda: with_route(
        HAVEN, segments=(("secondary", 60_000, 3660),))),
    Mutant("a bus faster than a bus", "geography", lambda: with_route(
        HAVEN, segments=(("secondary", 40_000, 1200), ("secondary", 20_000, 2400)))),
    Mutant("shelling that the road does not tell of", "geography", lambda: with_route(
        HAVEN, exposures=(Exposure("mines", 600, 660),)), alone=False),
    Mutant("mines that the bridge does not tell of", "geography", lambda: with_route(
        HAVEN, exposures=(Exposure("shelling", 0, 240),)), alone=False),
    Mutant("a checkpoint that the road does not tell of", "geography",
           lambda: _through_checkpoint()),
    Mutant("a held bridge that the road does not tell of", "geography",
           edited("links", "bridge", control="council")),
    Mutant("a road of unknown parts", "geography", lambda: with_route(HAVEN, segments=())),
    Mutant("a threat that nobody knows", "geography", lambda: with_route(
        "haven>depot:road-60#1", exposures=(Exposure("ghost", 0, 60),))),
    Mutant("a stretch beyond the end", "geography", lambda: with_route(
        HAVEN, passages=(Passage("stretch", 720, 4000),)), alone=False),
    Mutant("a road drawn backwards in time", "geography", lambda: with_route(
        "haven>depot:road-60#1",
        points=((35.12, 36.13, 0), (35.11, 36.12, 1900), (35.10, 36.10, 1800)))),
    Mutant("a road shorter than the straight line", "geography", lambda: with_route(
        "capital>airfield:air-600#1", length_m=100_000,
        segments=(("air", 100_000, 1800),)), alone=False),
    Mutant("a ground that nobody knows", "geography", lambda: with_route(
        HAVEN, passages=(Passage("stretch", 720, 1200), Passage("ghost", 1, 2)))),
    Mutant("a road that begins elsewhere", "geography", lambda: with_route(
        "depot>town:road-60#1", points=((33.0, 36.0, 0), (35.0, 36.0, 1800)))),
]  # fmt: skip


def _vehicle(name: str, **changes: Any) -> Case:
    return case(edit=lambda text: text["vehicles"][name].update(changes))


def _past(name: str) -> Case:
    """Bus 1 passes a place at 8460 s, where for 100 seconds nobody may pass before noon."""

    def edit(text: dict[str, Any]) -> None:
        entry(text, "windows", "haven_hours").update(
            places=[name], open=["12:00-18:00"], **{"from": "8400 s", "until": "8500 s"}
        )

    found = case(edit=edit)
    routes = dict(found.network.routes)
    passing = (*routes[HAVEN].passages, Passage(name, 660, 660))
    routes[HAVEN] = replace(routes[HAVEN], passages=passing)
    return Case(found.plan, found.scenario, replace(found.network, routes=routes))


def _changed_hands() -> Case:
    """The checkpoint falls to a party that has agreed to movements in its towns only."""

    def edit(text: dict[str, Any]) -> None:
        entry(text, "control", "later")["from"] = "2 h"
        entry(text, "authorisations", "opposition_yes")["over"] = ["town", "clinic"]

    return case(edit=edit)


def _second_berth(legs: list[Sortie]) -> Case:
    def edit(text: dict[str, Any]) -> None:
        entry(text, "places", "port")["berths"] = 2
        entry(text, "fleets", "ferries")["escort"]["ratio"] = 1

    return case(legs, edit=edit)


def _planted_gap(level: str, plan: str) -> Case:
    """A gap of 5 % on arrival, rightly told, with these statuses."""
    value = case().plan.levels[3].value
    found = with_level(3, bound=value * 0.95, gap=0.05, status=level)
    return Case(found.plan.model_copy(update={"status": plan}), found.scenario, found.network)


def _told_missed(deadline_s: int, told: float) -> Case:
    """The four of the clinic arrive at 8400 s; the plan tells of so many who came too late."""
    found = edited("groups", "wounded", deadline=f"{deadline_s} s")()
    levels = list(found.plan.levels)
    levels[1] = levels[1].model_copy(update={"value": told, "bound": told})
    plan = found.plan.model_copy(update={"levels": tuple(levels)})
    return Case(plan, found.scenario, found.network)


def _told_above() -> Case:
    value = case().plan.levels[3].value
    found = with_level(3, bound=value * 1.05, gap=0.05, status="FEASIBLE")
    return Case(found.plan.model_copy(update={"status": "FEASIBLE"}), found.scenario, found.network)


def _through_checkpoint() -> Case:
    """The way back from the haven is drawn right through the checkpoint's area."""
    drawn = ((35.12, 36.13, 0), (35.05, 36.05, 900), (35.10, 36.10, 1800))
    return with_route("haven>depot:road-60#1", points=drawn)


# ------------------------------------------------------------------ the laws

LOADED = [(s.id, n) for s in sorties() for n, part in enumerate(s.legs) if part.manifest]


def broken_rules(found: Case) -> set[str]:
    """Names of the rules that the witness finds broken."""
    verdict = check(found.plan, found.scenario, found.network)
    assert (verdict.status == "FAILED") == bool(verdict.violations)
    return {violation.rule for violation in verdict.violations}


def test_the_plan_itself_breaks_no_rule() -> None:
    assert broken_rules(case()) == set()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_is_rejected_by_the_rules_name(mutant: Mutant) -> None:
    found = broken_rules(mutant.make())
    assert mutant.rule in found
    if mutant.alone:
        assert found == {mutant.rule}


@given(
    which=st.sampled_from(LOADED),
    key=st.sampled_from(["depart_s", "arrive_s", "unload_end_s"]),
    by_s=st.integers(-90_000, 90_000).filter(bool),
)
@settings(max_examples=60, deadline=None)
def test_no_moment_of_a_loaded_leg_can_be_changed(
    which: tuple[str, int], key: str, by_s: int
) -> None:
    """The plan's levels stay as told: earlier breaks a duration, later a level or a duration."""
    name, number = which
    part = next(s.legs[number] for s in sorties() if s.id == name)
    told = case()
    moved = changed(name, number, **{key: getattr(part, key) + by_s})
    plan = told.plan.model_copy(update={"sorties": tuple(moved)})
    assert broken_rules(Case(plan, told.scenario, told.network))


@given(which=st.sampled_from(LOADED), by=st.integers(-9, 9).filter(bool))
@settings(max_examples=40, deadline=None)
def test_no_household_can_be_added_or_taken_off(which: tuple[str, int], by: int) -> None:
    name, number = which
    part = next(s.legs[number] for s in sorties() if s.id == name)
    first, *rest = part.manifest
    lines = (first.model_copy(update={"units": first.units + by}), *rest)
    assert broken_rules(case(changed(name, number, manifest=lines)))


def test_mutants_have_names_of_their_own() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 25


def test_routes_of_the_case_are_used() -> None:
    """Nothing in the hand-made network is decoration, but the second way over the mined road."""
    plan = case().plan
    used = {part.route for s in plan.sorties for part in s.legs}
    used |= {movement.route for movement in plan.self_movements}
    spare: set[str] = {route.id for route in base._routes() if isinstance(route, Route)} - used
    assert spare == {"town>haven:road-60#2", "clinic>depot:road-60#1"}
