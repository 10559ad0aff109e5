"""Rules about room and throughput: bays, berths, stands, slots, processing, links (C5, C6, C8)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from planner.scenario import Link
from planner.units import Rate
from planner.verify.replay import HUB_ROLES, Movement, Replay
from planner.verify.tally import busiest_hour, peak

Found = Iterator[tuple[str, str]]
WALKERS_PER_CAR = 20
VESSELS = ("sea", "river")


Stays = dict[str, list[tuple[int, int, int]]]
"""Place or link to (from_s, until_s, how many)."""
Events = dict[str, list[tuple[int, float]]]
"""Place or link to (moment, how many)."""


def handled(replay: Replay, modes: tuple[str, ...]) -> Stays:
    """Vehicles of these modes that load or unload at each place."""
    found: Stays = {}
    for m in replay.sorties:
        if m.route.mode in modes:
            found.setdefault(m.origin, []).append((m.load_start_s, m.depart_s, 1))
            found.setdefault(m.destination, []).append((m.arrive_s, m.unload_end_s, 1))
    return dict(sorted(found.items()))


def bays(replay: Replay) -> Found:
    """C5: road vehicles that load or unload at one time have a loading bay each."""
    for place, stays in handled(replay, ("road",)).items():
        room, (most, moment) = replay.places[place].loading_bays, peak(stays)
        if room is not None and most > room:
            yield (
                place,
                f"{most} vehicles load or unload at {replay.when(moment)}, {room} loading bays",
            )


def berths(replay: Replay) -> Found:
    """C5: ships that load or unload at one time have a berth each."""
    for place, stays in handled(replay, VESSELS).items():
        room, (most, moment) = replay.places[place].berths, peak(stays)
        if room is not None and most > room:
            yield place, f"{most} ships load or unload at {replay.when(moment)}, {room} berths"


def on_ground(replay: Replay) -> Stays:
    """Aircraft on the ground at each place; at their base only while they work."""
    stays: Stays = {}
    for moves in replay.by_vehicle.values():
        if moves[0].route.mode != "air" or moves[0].fleet is None:
            continue
        stays.setdefault(moves[0].origin, []).append((moves[0].load_start_s, moves[0].depart_s, 1))
        for before, after in pairwise(moves):
            stays.setdefault(before.destination, []).append((before.arrive_s, after.depart_s, 1))
        last = moves[-1]
        home = last.destination == moves[0].fleet.base
        until_s = last.unload_end_s if home else replay.scenario.horizon_s
        stays.setdefault(last.destination, []).append((last.arrive_s, until_s, 1))
    return dict(sorted(stays.items()))


def stands(replay: Replay) -> Found:
    """C5: aircraft on the ground have a stand each; at their base only while they work."""
    for place, listed in on_ground(replay).items():
        room, (most, moment) = replay.places[place].stands, peak(listed)
        if room is not None and most > room:
            yield place, f"{most} aircraft on the ground at {replay.when(moment)}, {room} stands"


def flights(replay: Replay) -> Events:
    """Landings and take-offs at each place."""
    found: Events = {}
    for m in replay.sorties:
        if m.route.mode == "air":
            found.setdefault(m.origin, []).append((m.depart_s, 1.0))
            found.setdefault(m.destination, []).append((m.arrive_s, 1.0))
    return dict(sorted(found.items()))


def slots(replay: Replay) -> Found:
    """C6: landings and take-offs in any 60 minutes stay within an airport's slots."""
    for place, events in flights(replay).items():
        yield from _too_busy(
            replay, place, events, replay.places[place].slots, "landings and take-offs"
        )


def processing(replay: Replay) -> Found:
    """C6: in any 60 minutes no more than the processing rate.

    Persons are registered where they come in to embark (at the end of unloading), elsewhere where
    they leave; vehicles are counted when they come and when they go.
    """
    for place in replay.scenario.places:
        if place.processing is not None:
            events = list(processed(replay, place.id, place.processing.what))
            yield from _too_busy(replay, place.id, events, place.processing, "processed")


def processed(replay: Replay, place: str, what: str) -> Iterator[tuple[int, float]]:
    """(moment, how many persons, vehicles, ships or movements) that the place deals with."""
    hub = replay.scenario.place(place).role in HUB_ROLES
    for m in replay.movements:
        if what == "persons":
            if m.own is None and hub and m.destination == place:
                yield m.unload_end_s, float(m.persons)
            elif m.own is None and not hub and m.origin == place:
                yield m.depart_s, float(m.persons)
            continue
        weight = float(_vehicles(m, what))
        if m.origin == place:
            yield m.depart_s, weight
        if m.destination == place:
            yield m.arrive_s, weight


def _vehicles(m: Movement, what: str) -> int:
    """How many vehicles of the counted kind the movement is."""
    if what == "ships":
        return 1 if m.route.mode in VESSELS else 0
    if m.own is not None:
        return m.own.vehicles
    return 1 if what == "movements" or m.route.mode == "road" else 0


def _too_busy(
    replay: Replay, where: str, events: list[tuple[int, float]], rate: Rate | None, what: str
) -> Found:
    if rate is None:
        return
    most, moment = busiest_hour(events)
    if most > rate.count + 1e-6:
        yield (
            where,
            f"{most:g} {rate.what} in the 60 minutes from {replay.when(moment)} ({what}), "
            f"the limit is {rate.count}",
        )


def entering(replay: Replay) -> Events:
    """Movements entering each limited link, in the unit of its capacity."""
    rates: dict[str, Rate | None] = {}
    found: Events = {}
    for m in replay.movements:
        for use in m.route.links:
            if use.link not in rates:
                rates[use.link] = capacity_of(replay, use.link)
            rate = rates[use.link]
            if rate is not None:
                entry = (m.at_s(use.enter_s), _load(m, rate.what))
                found.setdefault(use.link, []).append(entry)
    return dict(sorted(found.items()))


def links(replay: Replay) -> Found:
    """C8: convoys, cars and walkers entering a link in any 60 minutes are within its capacity."""
    for link, events in entering(replay).items():
        yield from _too_busy(replay, link, events, capacity_of(replay, link), "entering")


def entries_for(replay: Replay, link: str) -> list[Link]:
    """The scenario's entries about a link: its own, and those that speak of the map's link."""
    return [entry for entry in replay.scenario.links if link in (entry.id, entry.map_link)]


def capacity_of(replay: Replay, link: str) -> Rate | None:
    """The scenario's capacity of a link (the least that is stated), or the map's."""
    stated = [entry.capacity for entry in entries_for(replay, link) if entry.capacity is not None]
    if stated:
        return min(stated, key=lambda rate: rate.count)
    return replay.network.link_capacity.get(link)


def _load(m: Movement, what: str) -> float:
    """What one movement counts against a link's capacity."""
    if what == "persons":
        return float(m.persons)
    if what == "ships":
        return 1.0 if m.route.mode in VESSELS else 0.0
    if what == "movements":
        return float(m.own.vehicles if m.own else 1)
    if m.own is not None:
        return float(m.own.vehicles) if m.own.means == "car" else m.persons / WALKERS_PER_CAR
    return m.kind.car_equivalents if m.kind else 0.0
