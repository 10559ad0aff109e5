"""From what an engine chose to sorties: whole households, no useless rounds, escorts, teams."""

from __future__ import annotations

from planner.plan import Sortie
from planner.problem import EvacuationProblem
from planner.scenario import Scenario
from planner.schedule import Chosen, Manning, Scheduler
from tests.known.cases import HOUR, MIN, SINGLES, posed, shuttle
from tests.network_case import link, place, scenario, vehicle


def _option(problem: EvacuationProblem, origin: str, destination: str, loaded: bool) -> int:
    (found,) = [
        option.index
        for option in problem.plan.options
        if (option.origin, option.destination, option.loaded) == (origin, destination, loaded)
    ]
    return found


def _round_trips(problem: EvacuationProblem, rounds: int) -> tuple[tuple[int, int], ...]:
    """Out empty and back loaded, an hour each, from the start."""
    out, back = (
        _option(problem, "haven", "home", False), _option(problem, "home", "haven", True)
    )  # fmt: skip
    return tuple(
        move for number in range(rounds) for move in ((out, 6 * number), (back, 6 * number + 2))
    )


def _man(
    problem: EvacuationProblem, rounds: int, boarding: dict[int, float], count: int = 1
) -> Manning:
    """``boarding``: number of the round → units wanted on it."""
    moves = _round_trips(problem, rounds)
    back = moves[1][0]
    wanted = {(back, 6 * number + 2, 0): units for number, units in boarding.items()}
    return Scheduler(problem, Chosen(((0, moves, count),), wanted, {})).man()


def _carried(sorties: list[Sortie]) -> list[int]:
    return [leg.persons for sortie in sorties for leg in sortie.legs if leg.manifest]


def test_departures_are_filled_with_whoever_waits() -> None:
    problem, _ = posed(shuttle({"home": (20, 120)}))
    manning = _man(problem, 3, {0: 50.0, 1: 50.0, 2: 20.0})
    assert _carried(manning.sorties) == [50, 50, 20]
    assert manning.left == {}
    assert [sortie.id for sortie in manning.sorties] == ["buses-1-1", "buses-1-2", "buses-1-3"]
    leg = manning.sorties[0].legs[1]
    assert (leg.load_start_s, leg.depart_s, leg.arrive_s, leg.unload_end_s) == (
        20 * MIN, 30 * MIN, 50 * MIN, HOUR,
    )  # fmt: skip


def test_rounds_on_which_nobody_rides_are_not_driven() -> None:
    problem, _ = posed(shuttle({"home": (20, 60)}))
    manning = _man(problem, 5, {0: 50.0, 1: 10.0})
    assert _carried(manning.sorties) == [50, 10]
    assert sum(len(sortie.legs) for sortie in manning.sorties) == 4


def test_two_vehicles_share_what_a_departure_wants() -> None:
    problem, _ = posed(shuttle({"home": (20, 80)}, buses=2))
    manning = _man(problem, 1, {0: 80.0}, count=2)
    assert sorted(_carried(manning.sorties)) == [30, 50]
    assert {(sortie.fleet, sortie.vehicle) for sortie in manning.sorties} == {
        ("buses", 1), ("buses", 2),
    }  # fmt: skip


def test_households_stay_together_even_if_seats_stay_empty() -> None:
    groups = [{"id": "people", "at": "home", "people": 60, "households": {6: "100 %"}}]
    problem, _ = posed(shuttle({"home": (20, 60)}, groups=groups))
    manning = _man(problem, 1, {0: 50.0})
    assert _carried(manning.sorties) == [48]
    assert sum(who[2].persons * n for who, n in manning.left.items()) == 12


def _harbour() -> Scenario:
    return scenario(
        horizon="1 day",
        step="30 min",
        places=[
            place("city", 0), place("port", 30, "embarkation_port"),
            place("island", 90, "safe_haven"),
        ],
        links=[
            link("road", "city", "port", "30 km", speed="60 km/h"),
            link("crossing", "port", "island", "30 nmi", mode="sea"),
        ],
        groups=[{"id": "people", "at": "city", "people": 50, "households": SINGLES}],
        vehicles={
            "bus": vehicle(), "ship": vehicle("sea", "15 kn", seats=20),
            "frigate": vehicle("sea", "25 kn", seats=0),
        },
        fleets=[
            {"id": "buses", "vehicle": "bus", "count": 1, "base": "city"},
            {"id": "ferries", "vehicle": "ship", "count": 2, "base": "port",
             "escort": {"by": "frigates", "ratio": 1}},
            {"id": "frigates", "vehicle": "frigate", "count": 2, "base": "port",
             "is_escort": True},
        ],
    )  # fmt: skip


def test_nobody_is_taken_to_a_port_from_which_no_ship_takes_them_on() -> None:
    """Fifty could ride to the port, forty find a place on the ships: ten stay at home."""
    problem, _ = posed(_harbour())
    ride, sail = _option(problem, "city", "port", True), _option(problem, "port", "island", True)
    bus, ships = (problem.plan.options[index].mover for index in (ride, sail))
    hub = problem.at_hub(problem.commodities[0].transit, "port")
    assert hub is not None
    chosen = Chosen(
        ((bus, ((ride, 0),), 1), (ships, ((sail, 4),), 2)),
        {(ride, 0, 0): 50.0, (sail, 4, hub): 40.0},
        {},
    )
    manning = Scheduler(problem, chosen).man()
    assert sum(who[2].persons * n for who, n in manning.left.items()) == 10
    by_fleet = {
        fleet: sum(leg.persons for s in manning.sorties if s.fleet == fleet for leg in s.legs)
        for fleet in ("buses", "ferries", "frigates")
    }
    assert by_fleet == {"buses": 40, "ferries": 40, "frigates": 0}


def test_each_ship_has_its_own_escort_beside_it() -> None:
    problem, _ = posed(_harbour())
    ride, sail = _option(problem, "city", "port", True), _option(problem, "port", "island", True)
    bus, ships = (problem.plan.options[index].mover for index in (ride, sail))
    hub = problem.at_hub(0, "port")
    assert hub is not None
    chosen = Chosen(
        ((bus, ((ride, 0),), 1), (ships, ((sail, 4),), 2)),
        {(ride, 0, 0): 40.0, (sail, 4, hub): 40.0},
        {},
    )
    sorties = {sortie.id: sortie for sortie in Scheduler(problem, chosen).man().sorties}
    for number in (1, 2):
        (ship,), (frigate,) = (
            sorties[f"ferries-{number}-1"].legs,
            sorties[f"frigates-{number}-1"].legs,
        )
        assert ship.escorted_by == (f"frigates-{number}-1",)
        assert (frigate.depart_s, frigate.arrive_s) == (ship.depart_s, ship.arrive_s)
        assert frigate.load_start_s == frigate.depart_s
        assert frigate.unload_end_s == frigate.arrive_s


def test_cars_leave_full_where_a_bridge_counts_them() -> None:
    groups = [
        {"id": "people", "at": "home", "people": 20, "own_car": "100 %", "persons_per_car": 4,
         "households": SINGLES}
    ]  # fmt: skip
    links = [link("bridge", "home", "haven", "20 km", speed="60 km/h", capacity="2 vehicles/h")]
    problem, _ = posed(shuttle({"home": (20, 20)}, groups=groups, links=links))
    (walk,) = [w for w in problem.walks if problem.commodities[w.commodity].means == "car"]
    chosen = Chosen((), {}, {(walk.index, 0): 6.0, (walk.index, 6): 6.0})
    manning = Scheduler(problem, chosen).man()
    told = [(m.vehicles, sum(x.persons for x in m.manifest)) for m in manning.self_movements]
    assert told == [(1, 4), (1, 4)]
    assert sum(who[2].persons * n for who, n in manning.left.items()) == 12


def test_a_team_rides_in_on_the_first_vehicle_that_goes_there() -> None:
    case = shuttle(
        {"home": (20, 60)},
        teams=[{"id": "medics", "people": 3, "start": "haven", "to": "home", "fleets": ["buses"]}],
    )
    problem, _ = posed(case)
    boarded = next(option for option in problem.plan.options if not option.loaded)
    # A team boards as anybody does: ten minutes before the vehicle leaves.
    assert (boarded.depart_s, boarded.arrive_s) == (10 * MIN, 30 * MIN)
    back = _option(problem, "home", "haven", True)
    chosen = Chosen(((0, ((boarded.index, 0), (back, 3)), 1),), {(back, 3, 0): 50.0}, {})
    manning = Scheduler(problem, chosen).man()
    (delivery,) = manning.teams
    assert (delivery.persons, delivery.arrive_s) == (3, 30 * MIN)
    first = manning.sorties[0].legs[0]
    assert [(ride.team, ride.persons) for ride in first.teams] == [("medics", 3)]
