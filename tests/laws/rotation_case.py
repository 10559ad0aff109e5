"""Buses that go round and round: a plan by hand for what convoys, crews and fuel ask of it.

One bus fleet with its base at the depot brings people of the town to the haven. A round is half an
hour out (30 km), ten minutes of loading, an hour's ride (60 km), five minutes of unloading and half
an hour back (30 km): 8100 s and 120 km. A second road leads from town to haven in the same time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from planner.network import Ground, Route, TransportNetwork
from planner.plan import Plan, PlanLeg, Provenance, Sortie
from planner.scenario import Scenario
from planner.verify import staying_harm, values
from tests.laws.witness_case import Case, left, leg, level_results, line

POSITIONS = {"depot": (35.10, 36.10), "town": (35.00, 36.00), "haven": (35.12, 36.13)}
PEOPLE = 400
SEATS = 10
OUT, RIDE, BACK = "depot>town:road-60#1", "town>haven:road-60#1", "haven>depot:road-60#1"
OTHER_RIDE, AGAIN = "town>haven:road-60#2", "haven>town:road-60#1"
ROUND_S, ROUND_M = 8100, 120_000
_RIDES_S = {OUT: 1800, RIDE: 3600, OTHER_RIDE: 3600, BACK: 1800, AGAIN: 3600}
GUARD = "guards-1-1"
_BUS = {
    "mode": "road", "seats": SEATS, "speed": "60 km/h", "loading": "10 min", "unloading": "5 min",
}  # fmt: skip


def drive(route: str, start_s: int) -> PlanLeg:
    """An empty leg."""
    return leg(route, start_s, 0, _RIDES_S[route], 0)


def carry(start_s: int, persons: int = 1, route: str = RIDE, load_s: int = 600) -> PlanLeg:
    """A loaded leg from town to haven; ``start_s`` is when loading begins."""
    return leg(route, start_s, load_s, _RIDES_S[route], 300, line("residents", persons, 1))


def once(start_s: int = 0) -> tuple[PlanLeg, ...]:
    """One round from base to base without waiting anywhere."""
    return drive(OUT, start_s), carry(start_s + 1800), drive(BACK, start_s + 6300)


def twice(gap_s: int) -> tuple[PlanLeg, ...]:
    """Two rounds with so long a stop at base between them."""
    return (*once(), *once(ROUND_S + gap_s))


def to_and_fro(gap_s: int) -> tuple[PlanLeg, ...]:
    """Two loaded rides with so long a stop at the haven between them, then home."""
    second_s = 6300 + gap_s
    return (
        drive(OUT, 0), carry(1800), drive(AGAIN, second_s), carry(second_s + 3600),
        drive(BACK, second_s + 8100),
    )  # fmt: skip


def together(number: int, start_s: int = 0, empty: int = 0) -> list[tuple[PlanLeg, ...]]:
    """So many buses that leave the town at one moment, ``empty`` of them without people."""
    full = [(drive(OUT, start_s), carry(start_s + 3600)) for _ in range(number - empty)]
    light = (drive(OUT, start_s), drive(RIDE, start_s + 4200))
    return [*full, *[light] * empty]


def _network(scenario: Scenario) -> TransportNetwork:
    routes = {}
    for name, ride_s in _RIDES_S.items():
        origin, destination = name.split(":")[0].split(">")
        routes[name] = Route(
            id=name, origin=origin, destination=destination, mode="road", profile="road-60",
            length_m=ride_s * 1000 // 60, travel_s=ride_s,
            points=((*POSITIONS[origin], 0), (*POSITIONS[destination], ride_s)),
            segments=(("secondary", ride_s * 1000 // 60, ride_s),),
        )  # fmt: skip
    return TransportNetwork(
        scenario=scenario, region=None, positions=dict(POSITIONS), routes=routes, between={},
        profile_of={"buses": "road-60", "guards": "road-60"},
        grounds={place: Ground(place, (place,), ()) for place in POSITIONS},
        link_open={}, link_capacity={}, hazard={}, threats_at={}, map_hashes={},
    )  # fmt: skip


def scenario_of(
    fleet: dict[str, Any], vehicle: dict[str, Any] | None = None, **more: Any
) -> Scenario:
    """The crisis with these keys of its bus fleet, of its kind of vehicle, and of its own."""
    role = {"depot": "staging_base", "town": "assembly_point", "haven": "safe_haven"}
    return Scenario.model_validate(
        {
            "title": "Rounds", "timezone": "Asia/Damascus", "start": "2012-12-13T06:00",
            "horizon": "72 h", "step": "10 min",
            "places": [
                {"id": name, "role": role[name], "at": list(at)} for name, at in POSITIONS.items()
            ],
            "groups": [{"id": "residents", "at": "town", "people": PEOPLE}],
            "vehicles": {
                "bus": {**_BUS, **(vehicle or {})},
                "guard": {**_BUS, "seats": 0, "overhead": "10 min"},
            },
            "fleets": [
                {"id": "buses", "vehicle": "bus", "count": 40, "base": "depot", **fleet},
                {
                    "id": "guards", "vehicle": "guard", "count": 1, "base": "depot",
                    "is_escort": "true",
                },
            ],
            **more,
        }
    )  # fmt: skip


def rotation(
    fleet: dict[str, Any],
    *vehicles: Sequence[PlanLeg],
    vehicle: dict[str, Any] | None = None,
    guard: Sequence[PlanLeg] = (),
    **more: Any,
) -> Case:
    """A plan in which bus 1, 2, … and a guard make these legs.

    All that the plan tells of itself is right.
    """
    scenario = scenario_of(fleet, vehicle, **more)
    network = _network(scenario)
    listed = [("buses", number, legs) for number, legs in enumerate(vehicles, start=1)]
    listed += [("guards", 1, guard)] if guard else []
    sorties = tuple(
        Sortie(id=f"{name}-{number}-1", fleet=name, vehicle=number, legs=tuple(legs))
        for name, number, legs in listed
    )
    stay = PEOPLE - sum(part.persons for sortie in sorties for part in sortie.legs)
    plan = Plan(
        provenance=Provenance(
            scenario_title=scenario.title, scenario_file="", scenario_sha256="", what_if=None,
            patches=(), tree={}, map=None, map_sha256={}, seed=0, engine="hand",
            planner_version="0",
        ),
        status="OPTIMAL", stopped_by="gap", conditional_on=(), horizon_s=scenario.horizon_s,
        step_s=scenario.step_s, people=PEOPLE, levels=(), sorties=sorties, self_movements=(),
        left_behind=(left("residents", stay),) if stay else (), harm_of_staying=0.0,
    )  # fmt: skip
    told = {
        "levels": level_results(values(plan, scenario, network)),
        "harm_of_staying": staying_harm(plan, scenario, network),
    }
    return Case(plan.model_copy(update=told), scenario, network)
