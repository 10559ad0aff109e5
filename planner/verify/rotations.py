"""Rules about how a fleet goes round: convoys (C13), crews on duty and fuel (C14).

Everything is judged in true time from the plan's sorties: who leaves together, how long a vehicle
stands where, how far it has gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from planner.scenario import Convoy, Duty, Fleet
from planner.verify.replay import Movement, Replay

Found = Iterator[tuple[str, str]]
Departure = tuple[str, str, int, int]
"""Fleet, route, departure and arrival: vehicles of one departure go together at one speed."""


# ------------------------------------------------------------------ C13


def convoys(replay: Replay) -> Found:
    """C13: vehicles that leave together are whole convoys, with the headway between these.

    k convoys are min·k to max·k vehicles, all of which leave one place at one moment by one route
    and arrive together. Vehicles without evacuees count where they help to make up a convoy, and
    where the fleet says that they do not go singly either.
    """
    begun: dict[tuple[str, str], list[tuple[int, Movement]]] = {}
    for (fleet_id, route, depart_s, _), moves in _departures(replay).items():
        convoy = replay.fleets[fleet_id].convoy
        assert convoy is not None
        loaded = sum(1 for m in moves if m.manifest)
        needed = loaded if convoy.alone_when_empty else len(moves)
        if needed == 0:
            continue
        count = _fewest(needed, convoy)
        if count is None or count * convoy.min_vehicles > len(moves):
            gone = "leaves alone" if len(moves) == 1 else f"{len(moves)} vehicles leave together"
            yield moves[0].where, f"{gone}, {_sizes(convoy)}"
        begun.setdefault((fleet_id, route), []).extend([(depart_s, moves[0])] * (count or 1))
    for (fleet_id, _), starts in begun.items():
        yield from _headways(replay, replay.fleets[fleet_id], starts)


def _departures(replay: Replay) -> dict[Departure, list[Movement]]:
    """Movements of the fleets that go in convoys, by departure."""
    found: dict[Departure, list[Movement]] = {}
    for m in replay.sorties:
        if m.fleet is not None and m.fleet.convoy is not None:
            key = (m.fleet.id, m.route.id, m.depart_s, m.arrive_s)
            found.setdefault(key, []).append(m)
    return found


def _fewest(vehicles: int, convoy: Convoy) -> int | None:
    """The fewest convoys that hold so many vehicles; None where a convoy holds none."""
    most = convoy.max_vehicles
    if most is None:
        return 1
    return -(-vehicles // most) if most else None


def _sizes(convoy: Convoy) -> str:
    most = "more" if convoy.max_vehicles is None else f"{convoy.max_vehicles}"
    return f"convoys are of {convoy.min_vehicles} to {most}"


def _headways(replay: Replay, fleet: Fleet, starts: list[tuple[int, Movement]]) -> Found:
    """C13: convoys of one fleet on one route leave no closer than their headway."""
    assert fleet.convoy is not None
    for (before_s, _), (after_s, m) in pairwise(sorted(starts, key=lambda start: start[0])):
        if after_s - before_s < fleet.convoy.headway_s:
            yield (
                m.where,
                f"a convoy leaves at {replay.when(after_s)}, {after_s - before_s} s after the one "
                f"before; their headway is {fleet.convoy.headway_s} s",
            )


# ------------------------------------------------------------------ C14


def duty(replay: Replay) -> Found:
    """C14: no crew is on duty for longer than it may be between two rests.

    A rest is a stop of that length, wherever; with two crews or more a stop at base that is long
    enough for a change is one too. Crews begin rested.
    """
    for moves in replay.by_vehicle.values():
        fleet = moves[0].fleet
        assert fleet is not None
        if fleet.duty is None:
            continue
        for shift in _shifts(moves, fleet, fleet.duty):
            start_s = shift[0].load_start_s
            worked_s = max(m.unload_end_s for m in shift) - start_s
            if worked_s > fleet.duty.longest_s:
                yield (
                    shift[-1].where,
                    f"the crew is on duty for {worked_s} s since {replay.when(start_s)}, "
                    f"longer than {fleet.duty.longest_s} s",
                )


def _shifts(moves: tuple[Movement, ...], fleet: Fleet, duty: Duty) -> Iterator[list[Movement]]:
    """The movements of one vehicle between its rests."""
    shift = [moves[0]]
    for before, after in pairwise(moves):
        stop_s = after.load_start_s - before.unload_end_s
        changed = duty.crews > 1 and before.destination == fleet.base and stop_s >= duty.change_s
        if stop_s >= duty.rest_s or changed:
            yield shift
            shift = []
        shift.append(after)
    yield shift


def fuel(replay: Replay) -> Found:
    """C14: no vehicle goes further than its range without standing where it can be filled up.

    A stop fills it up that is long enough, at one of the fleet's places with fuel (its base where
    none is listed), while it neither loads nor unloads. One leg too long is the rule of ``reach``.
    """
    for moves in replay.by_vehicle.values():
        fleet, kind = moves[0].fleet, moves[0].kind
        assert fleet is not None and kind is not None
        if fleet.fuel is None or kind.range_m is None:
            continue
        places = fleet.fuel.at or (fleet.base,)
        gone_m = moves[0].route.length_m
        for before, after in pairwise(moves):
            stop_s = after.load_start_s - before.unload_end_s
            filled = before.destination in places and stop_s >= fleet.fuel.refuel_s
            gone_m = after.route.length_m + (0 if filled else gone_m)
            if gone_m > kind.range_m and not filled:
                yield after.where, f"{gone_m} m since it was filled up, range {kind.range_m} m"
                break
