"""One compact crisis with a plan written by hand, which breaks no rule; mutants break one each.

A town is shelled from 07:00 to 11:00 (start 06:00, horizon 24 h). Bus 1 takes 20 residents over the
bridge to the haven. Bus 2 takes 15 to the port, where a ferry with a frigate takes them to an
island, and later the 10 wary to the airfield, from where they fly to the capital. 20 leave by car,
20 on foot. An ambulance takes a medical team in and four wounded and companions out. Five are left
behind, 20 do not want to go. 114 people in all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from planner.network import Exposure, Ground, LinkUse, Passage, Route, TransportNetwork
from planner.plan import (
    LeftBehind,
    LevelResult,
    ManifestLine,
    Plan,
    PlanLeg,
    Provenance,
    SelfMovement,
    Sortie,
    TeamDelivery,
    TeamRide,
)
from planner.scenario import Scenario
from planner.verify import conditional_on, staying_harm, values

POSITIONS = {
    "town": (35.00, 36.00),
    "clinic": (35.01, 36.02),
    "depot": (35.10, 36.10),
    "port": (35.00, 35.80),
    "airfield": (35.20, 36.00),
    "haven": (35.12, 36.13),
    "island": (34.70, 35.00),
    "capital": (36.50, 37.50),
}
UNITS = {
    "left_behind": "persons",
    "missed_deadlines": "persons",
    "harm": "expected casualties",
    "arrival": "person-hours",
    "effort": "effort points",
}


def tree() -> dict[str, Any]:
    """The scenario as a planner's YAML would give it; a fresh one each time."""
    role = {
        "town": "assembly_point",
        "clinic": "hospital",
        "depot": "staging_base",
        "port": "embarkation_port",
        "airfield": "embarkation_airport",
    }
    places: dict[str, dict[str, Any]] = {
        name: {"id": name, "role": role.get(name, "safe_haven"), "at": list(at)}
        for name, at in POSITIONS.items()
    }
    places["town"] |= {"control": "opposition", "loading_bays": 1}
    places["clinic"] |= {"control": "opposition", "loading_bays": 1}
    places["port"] |= {
        "control": "government", "capacity": 60, "processing": "60 persons/h", "berths": 1,
        "berth_length": "120 m", "depth": "5 m", "loading_bays": 2,
    }  # fmt: skip
    places["airfield"] |= {
        "control": "council", "capacity": 40, "stands": 1, "slots": "4 movements/h",
        "runway": "2000 m",
    }  # fmt: skip
    places["haven"] |= {"loading_bays": 2, "intake": {"total": 100, "per_day": 100}}
    places["island"] |= {"berths": 2}
    return {
        "title": "The witness' own crisis",
        "timezone": "Asia/Damascus",
        "start": "2012-12-13T06:00",
        "horizon": "24 h",
        "step": "10 min",
        "parties": [
            {"id": "government"},
            {"id": "opposition"},
            {"id": "council", "requires_authorisation": "false"},
        ],
        "places": list(places.values()),
        "groups": [
            {
                "id": "residents", "at": "town", "people": 100, "willing": "80 %",
                "households": {"5": "100 %"}, "own_car": "25 %", "on_foot": "25 %",
                "persons_per_car": 5,
            },
            {
                "id": "wary", "at": "town", "people": 10, "households": {"5": "100 %"},
                "refuses": ["government", "frigates"], "destinations": ["capital"],
            },
            {
                "id": "wounded", "at": "clinic", "people": 2, "stretcher": "50 %", "companions": 1,
                "ready": "70 min", "deadline": "10 h", "weight": 3, "needs_team": "medics",
            },
        ],
        "vehicles": {
            "bus": {
                "mode": "road", "seats": 20, "crew": 1, "speed": "60 km/h", "loading": "10 min",
                "unloading": "5 min", "rough_roads": "false",
            },
            "ambulance": {
                "mode": "road", "seats": 4, "stretchers": 1, "crew": 2, "speed": "60 km/h",
                "loading": "10 min", "unloading": "10 min", "car_equivalents": 1,
            },
            "ferry": {
                "mode": "sea", "seats": 30, "payload": "1600 kg", "crew": 5, "speed": "15 kn",
                "loading": "20 min", "unloading": "20 min", "length": "100 m",
                "draught_metres": "3.5", "overhead": "10 min", "range": "500 km",
            },
            "frigate": {
                "mode": "sea", "seats": 0, "crew": 50, "speed": "25 kn", "loading": "0 min",
                "unloading": "0 min", "overhead": "10 min",
            },
            "plane": {
                "mode": "air", "seats": 30, "crew": 4, "speed": "600 km/h", "loading": "10 min",
                "unloading": "10 min", "runway": "1800 m", "overhead": "10 min",
            },
        },
        "fleets": [
            {
                "id": "buses", "vehicle": "bus", "count": 2, "base": "depot",
                "available": {"from": "1 h", "until": "20 h"}, "return_to_base": "true",
            },
            {
                "id": "ambulances", "vehicle": "ambulance", "count": 2, "base": "depot",
                "neutral": "true",
            },
            {
                "id": "ferries", "vehicle": "ferry", "count": 2, "base": "port",
                "escort": {"by": "frigates", "ratio": 2}, "serves": ["port", "island"],
            },
            {
                "id": "frigates", "vehicle": "frigate", "count": 1, "base": "port",
                "is_escort": "true",
            },
            {"id": "planes", "vehicle": "plane", "count": 3, "base": "capital"},
        ],
        "teams": [
            {
                "id": "medics", "people": 2, "start": "depot", "to": "clinic",
                "fleets": ["ambulances"],
            }
        ],
        "links": [
            {
                "id": "bridge", "map_link": "old_bridge", "capacity": "4 vehicles/h",
                "closed": [["10 h", "11 h"]],
            }
        ],
        "threats": [
            {
                "id": "shelling", "zone": {"circle": {"centre": "town", "radius": "4 km"}},
                "rate": "0.5 per 1000 person-hours", "daily": ["07:00-11:00"],
                "multiplier": {"wounded": 2},
            },
            {"id": "mines", "zone": {"links": ["bridge"]}, "rate": "36 per 1000 person-hours"},
        ],
        "control": [
            {
                "id": "checkpoint", "party": "government", "until": "12 h",
                "zone": {"circle": {"centre": [35.05, 36.05], "radius": "5 km"}},
            },
            {
                "id": "later", "party": "opposition", "from": "12 h",
                "zone": {"circle": {"centre": [35.05, 36.05], "radius": "5 km"}},
            },
        ],
        "authorisations": [
            {"id": "opposition_yes", "party": "opposition", "state": "granted"},
            {
                "id": "checkpoint_yes", "party": "government", "state": "granted",
                "over": ["checkpoint"], "for": {"fleets": ["buses", "ambulances"]},
            },
            {
                "id": "port_pending", "party": "government", "state": "requested",
                "over": ["port"], "assume": "granted", "lead_time": "1 h",
            },
        ],
        "windows": [
            {"id": "curfew", "kind": "curfew", "modes": ["road"], "closed": ["20:00-05:00"]},
            {"id": "bridge_hours", "links": ["bridge"], "open": ["06:00-20:00"]},
            {"id": "haven_hours", "places": ["haven"], "open": ["06:00-22:00"]},
            {"id": "pause", "kind": "pause", "open": ["09:30-10:00"], "suspends": ["shelling"]},
        ],
        "commitments": [
            {
                "id": "promised", "fleet": "buses", "vehicle": 1, "from": "town", "to": "haven",
                "load_start": "2 h", "group": "residents", "people": 20,
            }
        ],
    }  # fmt: skip


# ------------------------------------------------------------------ the network


def _route(
    origin: str, destination: str, mode: str, profile: str, length_m: int, travel_s: int,
    way: int = 1, **more: Any,
) -> Route:  # fmt: skip
    ends = (*POSITIONS[origin], 0), (*POSITIONS[destination], travel_s)
    return Route(
        id=f"{origin}>{destination}:{profile}#{way}",
        origin=origin,
        destination=destination,
        mode=mode,
        profile=profile,
        length_m=length_m,
        travel_s=travel_s,
        points=ends,
        segments=(("secondary" if mode == "road" else mode, length_m, travel_s),),
        **more,
    )


def _routes() -> list[Route]:
    shelled = (Exposure("shelling", 0, 240),)
    mined = (*shelled, Exposure("mines", 600, 660))
    near = (Exposure("shelling", 1560, 1800),)
    on_bridge = (LinkUse("bridge", 600, 660),)
    checkpoint = (Passage("stretch", 720, 1200),)
    out = {"links": on_bridge, "passages": checkpoint}
    return [
        _route("depot", "town", "road", "road-60", 30_000, 1800, exposures=near),
        _route("depot", "clinic", "road", "road-60", 30_000, 1800, exposures=near),
        _route("haven", "depot", "road", "road-60", 30_000, 1800),
        _route("port", "depot", "road", "road-60", 60_000, 3600),
        _route("clinic", "depot", "road", "road-60", 30_000, 1800, exposures=shelled),
        _route("airfield", "depot", "road", "road-60", 30_000, 1800),
        _route("town", "haven", "road", "road-60", 60_000, 3600, exposures=mined, **out),
        _route(
            "town", "haven", "road", "road-60", 60_000, 3600, way=2,
            links=on_bridge, passages=checkpoint,
            exposures=(*shelled, Exposure("mines", 600, 3600)),
        ),
        _route(
            "clinic", "haven", "road", "road-60", 60_000, 3600, exposures=shelled,
            passages=checkpoint,
        ),
        _route("town", "port", "road", "road-60", 45_000, 2700, exposures=shelled),
        _route("town", "airfield", "road", "road-60", 30_000, 1800, exposures=shelled),
        _route("town", "haven", "road", "car", 60_000, 3600, exposures=mined, **out),
        _route(
            "town", "haven", "foot", "foot", 20_000, 18_000,
            exposures=(Exposure("shelling", 0, 3600), Exposure("mines", 3600, 4200)),
            links=(LinkUse("bridge", 3600, 4200),),
        ),
        _route("port", "island", "sea", "sea-28", 111_120, 14_400),
        _route("capital", "airfield", "air", "air-600", 300_000, 1800),
        _route("airfield", "capital", "air", "air-600", 300_000, 1800),
    ]  # fmt: skip


def network_of(scenario: Scenario) -> TransportNetwork:
    """The hand-made network: routes and grounds only, what holds when is left to the witness."""
    return TransportNetwork(
        scenario=scenario,
        region=None,
        positions=dict(POSITIONS),
        routes={route.id: route for route in _routes()},
        between={},
        profile_of={
            "buses": "road-60", "ambulances": "road-60", "ferries": "sea-28", "frigates": "sea-46",
            "planes": "air-600", "car": "car", "foot": "foot",
        },
        grounds={
            "stretch": Ground("stretch", ("checkpoint", "later"), ()),
            **{place: Ground(place, (place,), ()) for place in POSITIONS},
        },
        link_open={},
        link_capacity={},
        hazard={},
        threats_at={},
        map_hashes={},
    )  # fmt: skip


# ------------------------------------------------------------------ the plan


def line(
    group: str, units: int, persons: int = 5, lying: int = 0, means: str = "ride"
) -> ManifestLine:
    """``units`` households on board."""
    return ManifestLine.model_validate(
        {
            "group": group, "means": means, "unit_persons": persons, "unit_stretchers": lying,
            "units": units,
        }
    )  # fmt: skip


def leg(
    route: str, load_start_s: int, load_s: int, ride_s: int, unload_s: int, *manifest: ManifestLine,
    **more: Any,
) -> PlanLeg:  # fmt: skip
    """A leg by durations; the route's id names its ends."""
    origin, destination = route.split(":")[0].split(">")
    depart_s = load_start_s + load_s
    return PlanLeg(
        route=route,
        origin=origin,
        destination=destination,
        load_start_s=load_start_s,
        depart_s=depart_s,
        arrive_s=depart_s + ride_s,
        unload_end_s=depart_s + ride_s + unload_s,
        manifest=manifest,
        **more,
    )


def sortie(fleet: str, vehicle: int, number: int, *legs: PlanLeg) -> Sortie:
    """A sortie with the id that it must have."""
    return Sortie(id=f"{fleet}-{vehicle}-{number}", fleet=fleet, vehicle=vehicle, legs=legs)


def sorties() -> list[Sortie]:
    """Nine movements' worth of sorties: buses, ambulance, ferry with frigate, plane."""
    wounded = (line("wounded", 1, 2, 1), line("wounded", 1, 2))
    medics = (TeamRide(team="medics", persons=2),)
    return [
        sortie(
            "ambulances", 1, 1,
            leg("depot>clinic:road-60#1", 0, 600, 1800, 0, teams=medics),
            leg("clinic>haven:road-60#1", 3600, 600, 3600, 600, *wounded),
            leg("haven>depot:road-60#1", 8400, 0, 1800, 0),
        ),
        sortie(
            "buses", 1, 1,
            leg("depot>town:road-60#1", 3600, 0, 1800, 0),
            leg(
                "town>haven:road-60#1", 7200, 600, 3600, 300, line("residents", 4),
                commitment="promised",
            ),
            leg("haven>depot:road-60#1", 11_700, 0, 1800, 0),
        ),
        sortie(
            "buses", 2, 1,
            leg("depot>town:road-60#1", 3600, 0, 1800, 0),
            leg("town>port:road-60#1", 5400, 600, 2700, 300, line("residents", 3)),
            leg("port>depot:road-60#1", 9000, 0, 3600, 0),
        ),
        sortie(
            "buses", 2, 2,
            leg("depot>town:road-60#1", 14_400, 0, 1800, 0),
            leg("town>airfield:road-60#1", 16_200, 600, 1800, 300, line("wary", 2)),
            leg("airfield>depot:road-60#1", 18_900, 0, 1800, 0),
        ),
        sortie(
            "ferries", 1, 1,
            leg(
                "port>island:sea-28#1", 9600, 1200, 15_000, 1200, line("residents", 3),
                escorted_by=("frigates-1-1",),
            ),
        ),
        sortie("frigates", 1, 1, leg("port>island:sea-28#1", 10_800, 0, 15_000, 0)),
        sortie(
            "planes", 1, 1,
            leg("capital>airfield:air-600#1", 16_800, 0, 2400, 0),
            leg("airfield>capital:air-600#1", 19_200, 600, 2400, 600, line("wary", 2)),
        ),
    ]  # fmt: skip


def own(means: str, depart_s: int, travel_s: int, cars: int, units: int = 4) -> SelfMovement:
    """Residents who leave by themselves."""
    return SelfMovement.model_validate(
        {
            "id": f"residents-{means}-1", "means": means, "route": f"town>haven:{means}#1",
            "origin": "town", "destination": "haven", "depart_s": depart_s,
            "arrive_s": depart_s + travel_s, "vehicles": cars,
            "manifest": (line("residents", units, means=means),),
        }
    )  # fmt: skip


def left(
    group: str, persons: int, code: str = "no_seat", reason: str = "no seat in time"
) -> LeftBehind:
    """People left behind."""
    return LeftBehind(
        group=group, persons=persons, unwilling=code == "unwilling", reason=reason, reason_code=code
    )


@dataclass(frozen=True)
class Case:
    """What the witness is asked: a plan against a scenario and its network."""

    plan: Plan
    scenario: Scenario
    network: TransportNetwork


def level_results(found: dict[str, float]) -> tuple[LevelResult, ...]:
    """Levels as a plan that is proven best would have them."""
    return tuple(
        LevelResult(
            name=name, value=value, bound=value, gap=0.0, unit=UNITS[name], status="OPTIMAL",
            holds_for="the grid", method="by hand",
        )
        for name, value in found.items()
    )  # fmt: skip


def case(
    legs: list[Sortie] | None = None,
    movements: tuple[SelfMovement, ...] | None = None,
    stay: tuple[LeftBehind, ...] | None = None,
    edit: Callable[[dict[str, Any]], None] | None = None,
    settle: bool = True,
    **fields: Any,
) -> Case:
    """The case with some parts replaced; its levels and conditions are those of its own manifests.

    ``edit`` changes the scenario's tree, ``fields`` go straight into the plan.
    """
    text = tree()
    if edit is not None:
        edit(text)
    scenario = Scenario.model_validate(text)
    network = network_of(scenario)
    by_own = (own("car", 3600, 3600, 4), own("foot", 10_800, 18_000, 0))
    plan = Plan(
        provenance=Provenance(
            scenario_title=scenario.title, scenario_file="", scenario_sha256="", what_if=None,
            patches=(), tree={}, map=None, map_sha256={}, seed=0, engine="hand",
            planner_version="0",
        ),
        status="OPTIMAL",
        stopped_by="gap",
        conditional_on=(),
        horizon_s=scenario.horizon_s,
        step_s=scenario.step_s,
        people=114,
        levels=(),
        sorties=tuple(sorties() if legs is None else legs),
        self_movements=by_own if movements is None else movements,
        left_behind=(
            (left("residents", 20, "unwilling", "they stay by choice"), left("residents", 5))
            if stay is None
            else stay
        ),
        teams=(TeamDelivery(team="medics", persons=2, arrive_s=2400),),
        harm_of_staying=0.0,
    )  # fmt: skip
    if settle:
        plan = plan.model_copy(
            update={
                "levels": level_results(values(plan, scenario, network)),
                "conditional_on": conditional_on(plan, scenario, network),
                "harm_of_staying": staying_harm(plan, scenario, network),
            }
        )
    return Case(plan.model_copy(update=fields), scenario, network)
