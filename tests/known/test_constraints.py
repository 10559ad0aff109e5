"""One known answer for each constraint: what the real solver makes of it, reckoned by hand.

Unless told otherwise people wait 20 km (20 min) from the haven, a bus takes ten minutes to load and
ten to unload, so that a round from haven to haven takes 20 + 10 + 20 + 10 = 60 min. ``ANSWERS``
lists the cases by constraint; the register test asks for one of each.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from planner.pipeline import Limits, Result
from planner.plan import PlanLeg
from planner.scenario import Scenario
from planner.solvers import Solver
from tests.known import cases
from tests.known.cases import MIN, SINGLES, posed, values
from tests.network_case import link, place, scenario, vehicle

Case = Callable[[], None]
ANSWERS: dict[str, list[Case]] = {}


def answers(constraint: str) -> Callable[[Case], Case]:
    """Enters a case under its constraint."""

    def enter(case: Case) -> Case:
        ANSWERS.setdefault(constraint, []).append(case)
        return case

    return enter


def shuttle(people: int = 100, horizon: str = "8 h", **keys: Any) -> Scenario:
    """``bus``, ``fleet``, ``group``, ``home``, ``haven``, ``road`` are keys of the one of its kind;
    all others are the scenario's own."""
    own = {name: keys.pop(name, {}) for name in ("bus", "fleet", "group", "home", "haven", "road")}
    given: dict[str, Any] = {
        "horizon": horizon,
        "step": "10 min",
        "places": [
            place("haven", 0, "safe_haven", **own["haven"]), place("home", -20, **own["home"]),
        ],
        "links": [link("road", "home", "haven", "20 km", speed="60 km/h", **own["road"])],
        "groups": [
            {"id": "people", "at": "home", "people": people, "households": SINGLES, **own["group"]}
        ],
        "vehicles": {"bus": vehicle(**own["bus"])},
        "fleets": [
            {"id": "buses", "vehicle": "bus", "count": 1, "base": "haven", **own["fleet"]}
        ],
    }  # fmt: skip
    return scenario(**{**given, **keys})


def crossing(ships: list[dict[str, Any]], people: int = 100, **keys: Any) -> Scenario:
    """People in a port and ships of 50 seats beside them: load 20 min, 60 nmi at 15 kn are 4 h,
    unload 20 min; back in 4 h."""
    ship = vehicle("sea", "15 kn", seats=50, loading="20 min", unloading="20 min")
    return scenario(
        horizon=keys.pop("horizon", "12 h"), step="10 min",
        places=[
            place("port", 0, "embarkation_port", **keys.pop("port", {})),
            place("island", 111, "safe_haven"),
        ],
        links=[{"id": "lane", "from": "port", "to": "island", "mode": "sea", "length": "60 nmi"}],
        groups=[{"id": "waiting", "at": "port", "people": people, "households": SINGLES,
                 **keys.pop("group", {})}],
        vehicles={"ship": {**ship, **keys.pop("ship", {})},
                  "frigate": {**ship, "seats": 0, "loading": "0 min", "unloading": "0 min"}},
        fleets=ships, **keys,
    )  # fmt: skip


def ship(count: int, **more: Any) -> dict[str, Any]:
    return {"id": "ships", "vehicle": "ship", "count": count, "base": "port", **more}


def solve(case: Scenario) -> Result:
    """The plan by counted rounds: a busy machine finds the same."""
    return cases.solve(case, Limits(node_limit=60))


def out_of(result: Result) -> int:
    """Heads who get out."""
    return result.verdict.figures.evacuated


def loaded(result: Result) -> list[PlanLeg]:
    """Legs with people on board, in order of time."""
    legs = [leg for sortie in result.verdict.plan.sorties for leg in sortie.legs if leg.manifest]
    return sorted(legs, key=lambda leg: (leg.depart_s, leg.unload_end_s))


def ends_min(result: Result) -> list[int]:
    """Minutes after the start at which loads are safe."""
    return sorted(leg.unload_end_s // MIN for leg in loaded(result))


def bounds_hold(case: Scenario, best: dict[str, float]) -> None:
    """Raw bounds, level by level with those before held at the best, lie below the best values."""
    problem, _ = posed(case)
    prover, holds = Solver(problem, Limits(time_s=10.0)).prover, dict[str, float]()
    for level, value in best.items():
        told = prover.optimise(level, holds, until=float("inf"))
        assert told.bound <= value + 1e-6 * max(1.0, value), level
        holds[level] = value


@answers("C1")
def test_nobody_leaves_before_being_ready() -> None:
    """C1: ready at 02:00, away then, safe 20 + 10 min later at 150 min; the next fifty an hour
    later, at 210; 100 = 50 + 50 out + 0 left."""
    result = solve(shuttle(group={"ready": "2 h"}))
    assert ends_min(result) == [150, 210]
    assert values(result)["left_behind"] == 0


@answers("C2")
def test_a_bus_for_three_hours() -> None:
    """C2: at work from 01:00 to 04:00 it makes three rounds of an hour: 3 x 50 = 150 of 200."""
    result = solve(shuttle(200, fleet={"available": {"from": "1 h", "until": "4 h"}}))
    assert ends_min(result) == [120, 180, 240]
    assert values(result)["left_behind"] == 50


@answers("C3")
def test_two_stretcher_places() -> None:
    """C3: five who lie, two places a round, two rounds of an hour in two hours: 2 x 2 = 4 out."""
    lying = {
        "stretcher": "100 %",
        "companions": 0,
        "precedence": "urgent",
        "households": {1: "100 %"},
    }
    result = solve(shuttle(5, "2 h", group=lying, bus={"seats": 6, "stretchers": 2}))
    assert out_of(result) == 4
    assert values(result)["left_behind"] == 1


@answers("C4")
def test_loading_by_the_head() -> None:
    """C4: loading takes 10 min and a minute for each of ten seats = 20, unloading 5 + 10 x 0.5 =
    10: a round takes 20 + 20 + 20 + 10 = 70 min, three of them 3 h 30."""
    slow = {"seats": 10, "loading": {"fixed": "10 min", "per_person": "60 s"},
            "unloading": {"fixed": "5 min", "per_person": "30 s"}}  # fmt: skip
    result = solve(shuttle(30, bus=slow))
    assert ends_min(result) == [70, 140, 210]


@answers("C5")
def test_one_loading_bay() -> None:
    """C5: two buses are there after 20 min; one loads until 30, the other from 30 to 40:
    30 + 20 + 10 = 60 min and 40 + 20 + 10 = 70 min."""
    result = solve(shuttle(100, fleet={"count": 2}, home={"loading_bays": 1}))
    assert ends_min(result) == [60, 70]


@answers("C6")
def test_fifty_an_hour() -> None:
    """C6: two buses, fifty people an hour let through: they leave at 00:30 and at 01:30, and are
    safe 20 + 10 min later: after 60 and 120 min."""
    result = solve(shuttle(100, fleet={"count": 2}, home={"processing": "50 persons/h"}))
    assert ends_min(result) == [60, 120]


@answers("C7")
def test_a_haven_for_seventy() -> None:
    """C7: the haven takes in 70 of 100: 50 after the first round and 20 after the second."""
    result = solve(shuttle(100, haven={"intake": {"total": 70}}))
    assert out_of(result) == 70
    assert values(result)["left_behind"] == 30


@answers("C8")
def test_two_cars_an_hour() -> None:
    """C8: a bus counts as two cars and the road takes two an hour: whoever drives out empty uses it
    up for the hour. Out at 0 min, back with fifty from 60 to 80, safe at 90; out again at 120, back
    from 180, safe at 210."""
    result = solve(shuttle(100, road={"capacity": "2 vehicles/h"}))
    assert ends_min(result) == [90, 210]


@answers("C9")
def test_a_road_open_for_two_hours() -> None:
    """C9: open from 07:00 to 09:00: out from 60 to 80 min, back from 90 to 110, out from 120 to 140
    and back from 150 to 170 < 180: two loads, safe at 120 and 180, of three."""
    window = {"id": "day", "kind": "curfew", "modes": ["road"], "open": ["07:00-09:00"]}
    result = solve(shuttle(150, windows=[window]))
    assert ends_min(result) == [120, 180]
    assert values(result)["left_behind"] == 50


@answers("C10")
def test_a_yes_from_ten_oclock_on() -> None:
    """C10: the party holds the home and grants passage from 4 h on: out at 220 to be there at 240,
    loaded by 250, safe at 280; asked alone, nobody moves at all."""

    def held(state: str) -> Scenario:
        yes = {"id": "yes", "party": "gov", "state": state, "from": "4 h"}
        return shuttle(50, home={"control": "gov"}, authorisations=[yes])

    assert ends_min(solve(held("granted"))) == [280]
    assert out_of(solve(held("requested"))) == 0


@answers("C11")
def test_whom_they_refuse() -> None:
    """C11: the party grants passage to the home; of 50 + 30 people the 30 refuse it: 50 out."""
    yes = {"id": "yes", "party": "gov", "state": "granted"}
    groups = [
        {"id": "calm", "at": "home", "people": 50, "households": SINGLES},
        {"id": "wary", "at": "home", "people": 30, "households": SINGLES, "refuses": ["gov"]},
    ]
    result = solve(shuttle(home={"control": "gov"}, authorisations=[yes], groups=groups))
    assert (out_of(result), values(result)["left_behind"]) == (50, 30)


@answers("C12")
def test_one_escort_for_two_ships() -> None:
    """C12: three ships of fifty, one escort for two: one ship stays; 2 x 50 = 100 of 150 are across
    after 20 + 240 + 20 min, and back for more only after 20 + 240 + 240 + 260 + 20 > 12 h."""
    frigate = {"id": "guard", "vehicle": "frigate", "count": 1, "base": "port", "is_escort": True}
    ships = ship(3, escort={"by": "guard", "ratio": 2})
    result = solve(crossing([ships, frigate], 150))
    assert ends_min(result) == [280, 280]
    assert values(result)["left_behind"] == 50


@answers("C12")
@answers("C13")
def test_a_convoy_behind_two_escorts() -> None:
    """C13 and C12: convoys of three ships, two behind an escort: a convoy needs two escorts. Four
    ships are one convoy of four behind two: 4 x 50 = 200 of 250 people."""
    frigate = {"id": "guard", "vehicle": "frigate", "count": 2, "base": "port", "is_escort": True}
    ships = ship(4, escort={"by": "guard", "ratio": 2}, convoy={"min": 3})
    result = solve(crossing([ships, frigate], 250))
    assert ends_min(result) == [280] * 4
    assert {len(leg.escorted_by) for leg in loaded(result)} == {2}


@answers("C13")
def test_a_promised_vehicle_leads_its_convoy() -> None:
    """C13 and C18: convoys of two; people are ready at 02:00 and bus 2 is promised to load then.
    The bus that makes up its convoy loads, too: 2 x 50 safe at 120 + 10 + 20 + 10 = 160 min."""
    promise = {"id": "word", "fleet": "buses", "vehicle": 2, "from": "home", "to": "haven",
               "load_start": "2 h", "group": "people", "people": 50}  # fmt: skip
    fleet = {"count": 2, "convoy": {"min": 2}}
    result = solve(shuttle(100, fleet=fleet, group={"ready": "2 h"}, commitments=[promise]))
    assert ends_min(result) == [160, 160]


@answers("C13")
def test_the_third_convoy_leaves_after_two_headways() -> None:
    """C13: six buses in convoys of two, 30 min apart: ready at 20 + 10 = 30 min they leave at 30,
    60 and 90 and are safe 30 min later: 100 each at 60, 90 and 120, in all 100 x 4.5 h."""
    case = shuttle(300, fleet={"count": 6, "convoy": {"min": 2, "max": 2, "headway": "30 min"}})
    result = solve(case)
    assert [leg.depart_s // MIN for leg in loaded(result)] == [30, 30, 60, 60, 90, 90]
    assert values(result)["arrival"] == pytest.approx(450)
    bounds_hold(case, {"left_behind": 0.0, "arrival": 450.0})


def far(**keys: Any) -> Scenario:
    """120 km: two hours out, half an hour of loading, two back, half of unloading: a round of 5
    h."""
    return shuttle(
        2000, "48 h", step="30 min", bus={"loading": "30 min", "unloading": "30 min"},
        places=[place("haven", 0, "safe_haven"), place("home", -120)],
        links=[link("road", "home", "haven", "120 km", speed="60 km/h")], **keys,
    )  # fmt: skip


@answers("C14")
def test_rounds_between_rests() -> None:
    """C14: duty 8 h, rest 8 h, a round of 5 h = 2 h out + 3 h with people, 48 h. Five loads need 5
    x 3 + 5 x 2 = 25 h on duty, so four duties and three rests between: 25 + 24 = 49 h > 48. Four
    loads, the first of them at home again with a rest in town (7 + 8 + 8 h): safe at 5, 18, 23, 36
    h."""
    case = far(fleet={"duty": {"longest": "8 h", "rest": "8 h"}})
    result = solve(case)
    assert values(result)["left_behind"] == 2000 - 4 * 50
    assert ends_min(result) == [5 * 60, 18 * 60, 23 * 60, 36 * 60]
    bounds_hold(case, {"left_behind": 1800.0, "arrival": 50 * 82 + 1800 * 48})


@answers("C14")
def test_two_crews_change_at_base() -> None:
    """C14: duty 8 h, two crews that change in 30 min at base: two rounds of 5 h are too long for
    one duty, so a change after each: n rounds take 5 n + 0.5 (n - 1) h <= 48: n = 8."""
    case = far(fleet={"duty": {"longest": "8 h", "rest": "8 h", "crews": 2, "change": "30 min"}})
    result = solve(case)
    assert ends_min(result) == [round(60 * (5 + 5.5 * n)) for n in range(8)]
    bounds_hold(case, {"left_behind": 2000.0 - 400})


@answers("C14")
def test_a_tank_for_two_rounds() -> None:
    """C14: a round is 2 x 120 = 240 km, the range 500: after two rounds (480 km) an hour at base to
    fill up. 5 + 5 + 1 h: safe at 5, 10, 16, 21, 27, 32, 38, 43 h; the ninth would be at 49 > 48."""
    case = far(fleet={"fuel": {"range": "500 km", "refuel": "1 h"}})
    result = solve(case)
    assert ends_min(result) == [60 * h for h in (5, 10, 16, 21, 27, 32, 38, 43)]
    bounds_hold(case, {"left_behind": 2000.0 - 400, "arrival": 50 * 192 + 1600 * 48})


@answers("C14")
def test_fuel_beside_the_way() -> None:
    """C14: fuel only at a depot 10 km beyond the haven, range 60 km: out and back are 40 km, and a
    second round would end at 80. 40 + 10 to the depot = 50 <= 60, half an hour there, then 30 km
    to the home: the second load is safe 10 + 30 + 30 + 10 + 20 + 10 = 110 min after the first, at
    170."""
    places = [
        place("haven", 0, "safe_haven"),
        place("home", -20),
        place("depot", 10, "staging_base"),
    ]
    links = [
        link("road", "home", "haven", "20 km", speed="60 km/h"),
        link("lane", "haven", "depot", "10 km", speed="60 km/h"),
    ]
    fuel = {"range": "60 km", "refuel": "30 min", "at": ["depot"]}
    result = solve(shuttle(100, places=places, links=links, fleet={"fuel": fuel}))
    assert ends_min(result) == [60, 170]


@answers("C15")
def test_a_ship_too_deep() -> None:
    """C15: two ships of 3.5 m and half a metre under the keel need 4 m; the berth has 3: nobody
    gets across. With 4 m 2 x 50 = 100 do."""
    deep = {"draught_metres": 3.5}
    assert out_of(solve(crossing([ship(2)], ship=deep, port={"depth": "3 m"}))) == 0
    assert out_of(solve(crossing([ship(2)], ship=deep, port={"depth": "4 m"}))) == 100


@answers("C16")
def test_households_of_three_in_four_seats() -> None:
    """C16: three vehicles of four seats make one round: three households of three, 9 of 12 people;
    with three single people besides every seat is taken, 3 x 4 = 12 of 15."""
    small = {"seats": 4}
    threes = shuttle(12, "1 h", bus=small, fleet={"count": 3}, group={"households": {3: "100 %"}})
    assert out_of(solve(threes)) == 9
    mixed = shuttle(
        15, "1 h", bus=small, fleet={"count": 3}, group={"households": {1: "42.86 %", 3: "57.14 %"}}
    )
    assert out_of(solve(mixed)) == 12


@answers("C16")
def test_the_pattern_that_leaves_no_seat_empty() -> None:
    """C16: households of 5, 5, 5, 5, 4, 2, 2 and 1, three departures of 8 seats: 5 + 2 + 1, 5 + 2
    and 5 are 20 people; 4 + 2 + 2, 5 + 1 and 5, the fullest first, only 19."""
    sizes = {1: "12.5 %", 2: "25 %", 4: "12.5 %", 5: "50 %"}
    case = shuttle(29, "1 h", bus={"seats": 8}, fleet={"count": 3}, group={"households": sizes})
    assert out_of(solve(case)) == 20


@answers("C17")
def test_a_deadline_after_two_rounds() -> None:
    """C17: 150 people, due by 02:00: two rounds of an hour bring 100 in time, 50 are late at 03:00
    and counted: 150 - 100 = 50 missed, nobody left."""
    result = solve(shuttle(150, group={"deadline": "2 h"}))
    found = values(result)
    assert (found["left_behind"], found["missed_deadlines"]) == (0, 50)


@answers("C18")
def test_a_promise_is_kept_to_the_minute() -> None:
    """C18: people are ready at 03:00 and the bus is promised to load 50 then, safe at 180 + 10 +
    20 + 10 = 220 min; the other hundred in two rounds of an hour after it, at 280 and 340."""
    promise = {"id": "word", "fleet": "buses", "from": "home", "to": "haven", "load_start": "3 h",
               "group": "people", "people": 50}  # fmt: skip
    result = solve(shuttle(150, group={"ready": "3 h"}, commitments=[promise]))
    (kept,) = [leg for leg in loaded(result) if leg.commitment == "word"]
    assert (kept.load_start_s // MIN, kept.persons) == (180, 50)
    assert ends_min(result) == [220, 280, 340]


def test_aid_in_and_people_out() -> None:
    """40 t of aid, five lorries of 8 t: each takes its share along on its first way out, loading
    and unloading it in 10 min each: there after 10 + 20 + 10 = 40 min, the people 20 min later
    than without: 5 x 50 safe at 80 min, and 5 x 50 more an hour later."""
    flour = {"id": "flour", "goods": "flour", "mass": "40 t", "from": "haven", "to": "home",
             "fleets": ["buses"]}  # fmt: skip
    result = solve(shuttle(500, bus={"payload": "8 t"}, fleet={"count": 5}, aid=[flour]))
    (told,) = result.verdict.plan.aid
    assert (told.aid, told.kg, told.arrive_s) == ("flour", 40_000, 40 * MIN)
    assert ends_min(result) == [80] * 5 + [140] * 5


def test_aid_that_may_not_hold_anybody_up() -> None:
    """The same without delay: people wait until 03:00, so that there is an hour and more to load,
    but with people ready at once no lorry has 20 min to spare, and no aid goes in."""
    flour = {"id": "flour", "goods": "flour", "mass": "40 t", "from": "haven", "to": "home",
             "fleets": ["buses"], "delay": "0 min"}  # fmt: skip
    lorries = {"bus": {"payload": "8 t"}, "fleet": {"count": 5}, "aid": [flour]}
    (late,) = solve(shuttle(250, group={"ready": "3 h"}, **lorries)).verdict.plan.aid
    assert late.kg == 40_000
    (none,) = solve(shuttle(250, **lorries)).verdict.plan.aid
    assert (none.kg, none.arrive_s) == (0, None)
