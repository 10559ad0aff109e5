"""A small plan made by hand, with everything that a document has to be careful with.

A protected clinic, names that look like formulas and markup, an escort, a team, people in their own
cars, people left behind, an assumed authorisation. 58 people: 8 patients and companions by bus, 24
by bus and ferry, 8 in cars make 40 who get out; 8 find no seat and 10 stay by choice.
"""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import Any

from planner import network, verify
from planner.plan import (
    LeftBehind,
    LevelResult,
    ManifestLine,
    Plan,
    PlanLeg,
    Provenance,
    Remedy,
    SelfMovement,
    Sortie,
    TeamDelivery,
    TeamRide,
)
from planner.scenario import Origin, Scenario
from planner.verify import Verdict

CLINIC = (35.34717, 40.14391)
HOSTILE_NAME = '=HYPERLINK("http://x.example","click")'
HOSTILE_MARKUP = '#read("/etc/passwd") <b>&amp; *bold* $x$'
SECRETS = ("merciful", "Merciful Clinic", "عيادة الرحمة", "35.347", "40.143")
PEOPLE, EVACUATED, BY_SORTIE, SELF_MOVED, LEFT, UNWILLING = 58, 40, 32, 8, 8, 10
HOUR = 3600

TREE: dict[str, Any] = {
    "title": "Town by the sea",
    "description": "Shelling since dawn near the Merciful Clinic.",
    "timezone": "Asia/Damascus",
    "start": "2012-12-13T06:00",
    "horizon": "48 h",
    "step": "30 min",
    "office": {"organisation": "+Relief & Co", "prepared_by": "duty officer"},
    "parties": [
        {"id": "council", "name": "Council"},
        {"id": "navy", "name": "@Navy"},
    ],
    "places": [
        {"id": "merciful", "name": "Merciful Clinic", "name_ar": "عيادة الرحمة", "role": "hospital",
         "at": [str(CLINIC[0]), str(CLINIC[1])], "control": "council",
         "protected": "true", "handover_point": "gate"},
        {"id": "gate", "name": "North gate", "role": "assembly_point", "at": ["35.30", "40.10"],
         "control": "council"},
        {"id": "town", "name": HOSTILE_NAME, "role": "assembly_point", "at": ["35.25", "40.05"]},
        {"id": "port", "name": "Port", "role": "embarkation_port", "at": ["35.10", "39.90"],
         "control": "navy", "berths": "2"},
        {"id": "island", "name": "Far island", "role": "safe_haven", "at": ["34.67", "33.04"],
         "berths": "2", "intake": {"total": "500"}},
        {"id": "valley", "name": "Valley", "role": "safe_haven", "at": ["35.60", "39.90"]},
    ],
    "groups": [
        {"id": "merciful_patients", "name": "Patients of the Merciful Clinic", "at": "merciful",
         "people": "4", "stretcher": "50 %", "companions": "1"},
        {"id": "townspeople", "name": "+cmd|' /C calc'!A0", "at": "town", "people": "50",
         "willing": "80 %", "households": {"4": "100 %"}, "own_car": "20 %"},
    ],
    "vehicles": {
        "bus": {"mode": "road", "seats": "30", "stretchers": "4", "speed": "60 km/h",
                "loading": "20 min", "unloading": "10 min"},
        "ferry": {"mode": "sea", "seats": "100", "crew": "10", "speed": "15 kn",
                  "loading": "30 min", "unloading": "30 min", "overhead": "40 min"},
        "cutter": {"mode": "sea", "seats": "0", "crew": "20", "speed": "15 kn",
                   "loading": "0 min", "unloading": "0 min", "overhead": "40 min"},
    },
    "fleets": [
        {"id": "buses", "name": "Buses", "vehicle": "bus", "count": "2", "base": "gate",
         "vehicles": [{"plate": "=1+1", "driver": HOSTILE_MARKUP, "call_sign": "-alpha"}]},
        {"id": "ferries", "name": "Ferry", "vehicle": "ferry", "count": "1", "base": "port",
         "escort": {"by": "cutters", "ratio": "1"}},
        {"id": "cutters", "name": "Cutter", "vehicle": "cutter", "count": "1", "base": "port",
         "is_escort": "true"},
    ],
    "teams": [
        {"id": "surgeons", "people": "3", "start": "gate", "to": "merciful", "fleets": ["buses"]}
    ],
    "links": [
        {"id": "merciful_lane", "from": "gate", "to": "merciful", "length": "6 km",
         "speed": "40 km/h"},
        {"id": "bridge", "name": "Old <bridge>", "from": "gate", "to": "town", "length": "8 km",
         "speed": "40 km/h", "capacity": "60 vehicles/h", "status": "restricted"},
        {"id": "coast_road", "from": "town", "to": "port", "length": "30 km", "speed": "60 km/h"},
        {"id": "hill_road", "from": "gate", "to": "valley", "length": "40 km", "speed": "60 km/h"},
        {"id": "crossing", "from": "port", "to": "island", "mode": "sea", "length": "340 nmi"},
    ],
    "threats": [
        {"id": "shelling", "name": "Shelling of the Merciful Clinic",
         "zone": {"circle": {"centre": [str(CLINIC[0]), str(CLINIC[1])], "radius": "2 km"}},
         "rate": "0.4 per 1000 person-hours", "daily": ["07:00-11:00"]},
        {"id": "missiles", "zone": {"ring": {"from": "town", "range": "60 km", "beyond": "20 km"}},
         "rate": "0.01 per 1000 person-hours"},
    ],
    "authorisations": [
        {"id": "merciful_leave", "party": "council", "state": "granted", "over": ["merciful"]},
        {"id": "gate_leave", "party": "council", "state": "granted", "over": ["gate"]},
        {"id": "port_leave", "name": "Leave to use the port", "party": "navy", "over": ["port"],
         "state": "requested", "assume": "granted"},
    ],
}  # fmt: skip


def scenario() -> Scenario:
    """The scenario, as the reader would give it."""
    origin = Origin(file="town.yaml", sha256="ab" * 32, what_if="leave_assumed", tree=TREE)
    return Scenario.model_validate(TREE).with_origin(origin)


def _leg(
    found: network.TransportNetwork,
    way: tuple[str, str, str],
    start_s: int,
    load_s: int = 0,
    overhead_s: int = 0,
    unload_s: int = 0,
    **more: Any,
) -> PlanLeg:
    route = found.routes[found.between[way][0]]
    depart_s = start_s + load_s
    arrive_s = depart_s + route.travel_s + overhead_s
    return PlanLeg(
        route=route.id, origin=way[0], destination=way[1], load_start_s=start_s,
        depart_s=depart_s, arrive_s=arrive_s, unload_end_s=arrive_s + unload_s, **more,
    )  # fmt: skip


def _sorties(found: network.TransportNetwork) -> tuple[Sortie, ...]:
    road, sea = found.profile_of["buses"], found.profile_of["ferries"]
    board, alight = 20 * 60, 10 * 60
    patients = (
        ManifestLine(group="merciful_patients", means="ride", unit_persons=2, unit_stretchers=1,
                     units=2),
        ManifestLine(group="merciful_patients", means="ride", unit_persons=2, units=2),
    )  # fmt: skip
    families = (ManifestLine(group="townspeople", means="ride", unit_persons=4, units=6),)
    inbound = _leg(found, ("gate", "merciful", road), HOUR, board, unload_s=alight,
                   teams=(TeamRide(team="surgeons", persons=3),))  # fmt: skip
    out = _leg(found, ("merciful", "valley", road), inbound.unload_end_s, board, unload_s=alight,
               manifest=patients)  # fmt: skip
    to_town = _leg(found, ("gate", "town", road), HOUR)
    to_port = _leg(found, ("town", "port", road), to_town.unload_end_s, board, unload_s=alight,
                   manifest=families)  # fmt: skip
    sail = to_port.unload_end_s + HOUR
    escorted = _leg(found, ("port", "island", sea), sail, 1800, 2400, 1800, manifest=families,
                    escorted_by=("cutters-1-1",))  # fmt: skip
    escort = _leg(found, ("port", "island", sea), sail + 1800, 0, 2400, 0)
    return (
        Sortie(id="buses-1-1", fleet="buses", vehicle=1, legs=(inbound, out)),
        Sortie(id="buses-2-1", fleet="buses", vehicle=2, legs=(to_town, to_port)),
        Sortie(id="cutters-1-1", fleet="cutters", vehicle=1, legs=(escort,)),
        Sortie(id="ferries-1-1", fleet="ferries", vehicle=1, legs=(escorted,)),
    )


def _own(found: network.TransportNetwork) -> SelfMovement:
    route = found.routes[found.between[("town", "valley", "car")][0]]
    cars = ManifestLine(group="townspeople", means="car", unit_persons=4, units=2)
    return SelfMovement(
        id="townspeople-car-1", means="car", route=route.id, origin="town", destination="valley",
        depart_s=2 * HOUR, arrive_s=2 * HOUR + route.travel_s, vehicles=2, manifest=(cars,),
    )  # fmt: skip


def plan(made: Scenario, found: network.TransportNetwork) -> Plan:
    """The plan."""
    sorties = _sorties(found)
    level = LevelResult(
        name="left_behind", value=8, bound=8, gap=0, unit="persons", status="OPTIMAL",
        holds_for="the grid at 30 min", method="by hand",
    )  # fmt: skip
    arrival = LevelResult(
        name="arrival", value=500, bound=490.5, gap=0.019, unit="person-hours", status="FEASIBLE",
        holds_for="the grid at 30 min", method="by hand",
    )  # fmt: skip
    patch = {"override": "leave", "path": "authorisations[port_leave].assume", "old": None,
             "new": "granted"}  # fmt: skip
    secret = {"override": "move", "path": "places[merciful].at", "old": None, "new": list(CLINIC)}
    return Plan(
        provenance=Provenance(
            scenario_title=made.title, scenario_file="town.yaml", scenario_sha256="ab" * 32,
            what_if="leave_assumed", patches=(patch, secret), tree=TREE, map=None, map_sha256={},
            seed=7, engine="by hand", planner_version="0",
        ),
        status="FEASIBLE", stopped_by="gap", conditional_on=("port_leave",),
        horizon_s=made.horizon_s, step_s=1800, people=PEOPLE, levels=(level, arrival),
        sorties=sorties, self_movements=(_own(found),),
        left_behind=(
            LeftBehind(group="townspeople", persons=UNWILLING, unwilling=True,
                       reason="they stay by choice", reason_code="unwilling"),
            LeftBehind(group="townspeople", persons=LEFT, unwilling=False,
                       reason="no seat is left: the Merciful Clinic goes first",
                       reason_code="no_seat",
                       remedy=Remedy(kind="vehicles", what="one more bus at merciful", price=5,
                                     gain_persons=8)),
        ),
        teams=(TeamDelivery(team="surgeons", persons=3,
                            arrive_s=sorties[0].legs[0].unload_end_s),),
        harm_of_staying=0.5,
    )  # fmt: skip


@cache
def conditional() -> Verdict:
    """The plan with its figures recomputed; it awaits one authorisation."""
    made = scenario()
    found = network.build(made, None)
    verdict = verify.check(plan(made, found), made, found)
    return dataclasses.replace(verdict, violations=(), status="CONDITIONAL")


def remade(tree: dict[str, Any]) -> Verdict:
    """The plan as it would be for another scenario with the same places, people and fleets."""
    made = Scenario.model_validate(tree)
    found = network.build(made, None)
    verdict = verify.check(plan(made, found), made, found)
    return dataclasses.replace(verdict, violations=(), status="VERIFIED")


def verified() -> Verdict:
    """The same as if nothing were assumed."""
    base = conditional()
    figures = dataclasses.replace(base.figures, conditional_on=())
    return dataclasses.replace(
        base, status="VERIFIED", figures=figures,
        plan=base.plan.model_copy(update={"conditional_on": ()}),
    )  # fmt: skip


def failed() -> Verdict:
    """The same with one broken rule."""
    broken = verify.Violation("C3 capacity", "buses-1-1", "31 persons on 30 seats at merciful")
    return dataclasses.replace(conditional(), status="FAILED", violations=(broken,))


MAPPED: dict[str, Any] = {
    "title": "By the river",
    "timezone": "Asia/Damascus",
    "start": "2012-12-13T06:00",
    "horizon": "24 h",
    "map": "syria",
    "places": [
        {"id": "joura", "role": "assembly_point", "at": "al_joura"},
        {"id": "raqqa", "role": "safe_haven", "at": "raqqa"},
    ],
    "groups": [{"id": "few", "at": "joura", "people": "10"}],
    "links": [
        {"id": "bridge", "map_link": "siyasiyeh_bridge", "status": "restricted"},
        {"id": "west_road", "along": ["al_joura", "raqqa"], "capacity": "30 vehicles/h"},
        {"id": "cut_road", "along": ["mayadin", "abu_kamal"], "status": "closed"},
    ],
    "threats": [
        {"id": "mortars", "rate": "1 per 1000 person-hours",
         "zone": {"polygon": [["35.3", "40.1"], ["35.4", "40.1"], ["35.3", "40.2"]]}},
        {"id": "snipers", "zone": {"links": ["west_road"]}, "rate": "1 per 1000 person-hours"},
        {"id": "mines", "zone": {"places": ["joura"]}, "rate": "1 per 1000 person-hours"},
    ],
}  # fmt: skip


@cache
def mapped() -> Verdict:
    """Ten people on the shipped map whom nobody moves."""
    from planner import roads

    made = Scenario.model_validate(MAPPED)
    found = network.build(made, roads.load_map("syria"))
    stay = LeftBehind(group="few", persons=10, unwilling=False, reason="no vehicle",
                      reason_code="no_seat")  # fmt: skip
    idle = plan(scenario(), conditional().network).model_copy(
        update={
            "sorties": (), "self_movements": (), "left_behind": (stay,), "teams": (), "levels": (),
            "people": 10, "horizon_s": made.horizon_s, "conditional_on": (),
        }
    )  # fmt: skip
    return dataclasses.replace(verify.check(idle, made, found), violations=(), status="VERIFIED")
