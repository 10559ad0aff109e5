"""How fleets go round: convoys, crews on duty, range and fuel."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor

from planner.load.sense.ground import SHORTEST, straight_m
from planner.load.sense.look import Look
from planner.load.yamltext import Path
from planner.scenario import Convoy, Duty, Fleet, Fuel, Place, Vehicle
from planner.units import HOUR_S, format_duration, format_length

# Nobody is put down at places of these roles on the way out.
_STARTS_ONLY = ("assembly_point", "hospital", "staging_base")


def look_at(look: Look) -> None:
    """Every fleet's convoy, duty and fuel, and the range of its kind of vehicle."""
    for fleet in look.fleets.values():
        for part, judge in (("convoy", _convoy), ("duty", _duty), ("fuel", _fuel)):
            value = getattr(fleet, part)
            if value is not None:
                judge(look, fleet, value)
        _range(look, fleet)


def _convoy(look: Look, fleet: Fleet, convoy: Convoy) -> None:
    path = look.item("fleets", fleet.id, "convoy")
    fewest, most = convoy.min_vehicles, convoy.max_vehicles
    if fewest == 0:
        look.error((*path, "min"), "a convoy of none", "write 1 or more")
    if most is not None and most < max(1, fewest):
        problem = f"at most {most} vehicles, but {max(1, fewest)} at least"
        look.error((*path, "max"), problem, "write no less than `min:`")
    elif 0 < fleet.count < fewest and not fleet.is_escort:
        problem = f"larger than the fleet's count of {fleet.count}: nobody could leave with it"
        look.warn((*path, "min"), problem, "write a smaller `min:`, or join fleets")
    for place in _narrow(look, fleet, fewest):
        problem = f"a convoy loads and unloads together, '{place}' has no room for {fewest}"
        look.warn((*path, "min"), problem, "write a smaller `min:`, or more bays or berths")
    leaders = {c.vehicle for c in look.scenario.commitments if c.fleet == fleet.id}
    if len(leaders) * fewest > fleet.count >= fewest > 1:
        problem = f"{len(leaders)} promised vehicles lead a convoy each, of {fewest} at least: "
        remedy = "write a smaller `min:`, or promise fewer vehicles"
        look.error((*path, "min"), f"{problem}the fleet has {fleet.count}", remedy)


def _narrow(look: Look, fleet: Fleet, fewest: int) -> list[str]:
    """Places of groups and havens at which the smallest convoy cannot stand at one time."""
    kind = look.vehicle(fleet)
    rooms = {"road": "loading_bays", "sea": "berths", "air": "stands"}
    if kind is None or kind.mode not in rooms or fewest < 2:
        return []
    busy = {group.at for group in look.scenario.groups}
    busy |= {place.id for place in look.places.values() if place.role not in _STARTS_ONLY}
    rows = [(place.id, getattr(place, rooms[kind.mode])) for place in _ends(look, fleet)]
    return [ident for ident, room in rows if ident in busy and room is not None and room < fewest]


def _duty(look: Look, fleet: Fleet, duty: Duty) -> None:
    path = look.item("fleets", fleet.id, "duty")
    if duty.rest_s == 0:
        look.error((*path, "rest"), "no rest at all", "write for example '8 h'")
    if duty.crews == 0:
        look.error((*path, "crews"), "nobody at the wheel", "write 1 or more")
    if duty.crews == 1 and "change_s" in duty.model_fields_set:
        look.warn((*path, "change"), "one crew has nobody to change with", "leave `change:` out")
    if duty.crews > 1 and duty.change_s == 0:
        look.error((*path, "change"), "a change of crews takes time", "write for example '30 min'")
    least_s = _least_movement_s(look, fleet)
    if least_s is not None and least_s > duty.longest_s:
        problem = f"the shortest loaded leg takes {format_duration(least_s // 60 * 60)} at least"
        remedy = "write a longer duty, or give the fleet places that are nearer"
        look.error((*path, "longest"), problem, remedy)


def _fuel(look: Look, fleet: Fleet, fuel: Fuel) -> None:
    path = look.item("fleets", fleet.id, "fuel")
    kind = look.vehicle(fleet)
    if kind is not None and kind.range_m is None:
        problem = f"nobody says how far '{fleet.vehicle}' goes on one filling"
        look.error(path, problem, "add `range:`, for example '600 km'")
    if fuel.refuel_s == 0:
        look.error((*path, "refuel"), "filling up takes time", "write for example '45 min'")


def _range(look: Look, fleet: Fleet) -> None:
    kind = look.vehicle(fleet)
    nearest = _shortest_leg_m(look, fleet, kind) if kind else None
    if kind is None or kind.range_m is None or nearest is None or nearest <= kind.range_m:
        return
    problem = f"its range is {format_length(kind.range_m)}, the shortest loaded leg "
    problem += f"{format_length(nearest)} at least"
    remedy = "write a longer range, or give the fleet places that are nearer"
    look.error(_range_path(look, fleet), problem, remedy)


def _range_path(look: Look, fleet: Fleet) -> Path:
    own = fleet.fuel is not None and fleet.fuel.range_m is not None
    return look.item("fleets", fleet.id, *(("fuel", "range") if own else ("vehicle",)))


# ------------------------------------------------------------------ legs by reckoning


def _ends(look: Look, fleet: Fleet) -> list[Place]:
    """Places that the fleet may load or unload at, as far as they are known."""
    served = [fleet.base, *fleet.serves] if fleet.serves else list(look.places)
    return [look.places[end] for end in sorted(set(served) & look.places.keys())]


def _own_links_m(look: Look, pairs: list[tuple[Place, Place]], kind: Vehicle) -> Iterator[int]:
    joined = {frozenset((a.id, b.id)) for a, b in pairs}
    for link in look.scenario.links:
        if link.mode == kind.mode and link.length_m and {link.from_, link.to} in joined:
            yield link.length_m


def _shortest_leg_m(look: Look, fleet: Fleet, kind: Vehicle) -> int | None:
    """No leg with people on board is shorter, in metres; None where it cannot be reckoned.

    Legs lead from where people wait to a hub or a haven. Coordinates are rounded, and an added link
    may be shorter than the straight line: both are allowed for.
    """
    ends = _ends(look, fleet)
    starts = [place for place in ends if place.role != "safe_haven"]
    goals = [place for place in ends if place.role not in _STARTS_ONLY]
    pairs = [(a, b) for a in starts for b in goals if a.id != b.id]
    straight = [straight_m(a, b) for a, b in pairs]
    known = [floor(SHORTEST * metres) for metres in straight if metres is not None]
    if not straight or len(known) < len(straight):
        return None
    return min([*known, *_own_links_m(look, pairs, kind)])


def _least_movement_s(look: Look, fleet: Fleet) -> int | None:
    """No movement with people takes less, loading and unloading included, in seconds."""
    kind = look.vehicle(fleet)
    if kind is None or not kind.speed_mph:
        return None
    nearest = _shortest_leg_m(look, fleet, kind) or 0
    ride_s = nearest * HOUR_S // kind.speed_mph
    return kind.loading.fixed_s + kind.overhead_s + ride_s + kind.unloading.fixed_s
