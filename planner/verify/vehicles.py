"""Rules about vehicles: where each is when, what it holds, how long it takes, its fitness."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from planner.scenario import Commitment, Place, Vehicle
from planner.verify.replay import Movement, Replay

Found = Iterator[tuple[str, str]]
KEEL_CLEARANCE_M = 0.5
KG_PER_PERSON = 100
UNPAVED = frozenset({"track", "path", "bridleway"})


def continuity(replay: Replay) -> Found:
    """C2: a vehicle exists, starts at its base, and its legs follow in place and time."""
    for (fleet_id, number), moves in replay.by_vehicle.items():
        fleet = replay.fleets[fleet_id]
        if not 1 <= number <= fleet.count:
            yield (
                moves[0].where,
                f"the fleet has {fleet.count} vehicles, there is no number {number}",
            )
        if moves[0].origin != fleet.base:
            yield moves[0].where, f"starts at '{moves[0].origin}', but its base is '{fleet.base}'"
        for before, after in pairwise(moves):
            if after.origin != before.destination:
                yield (
                    after.where,
                    f"starts at '{after.origin}', but stands at '{before.destination}'",
                )
            if after.load_start_s < before.unload_end_s:
                yield (
                    after.where,
                    f"begins at {replay.when(after.load_start_s)}, but the vehicle is busy until "
                    f"{replay.when(before.unload_end_s)}",
                )


def availability(replay: Replay) -> Found:
    """C2: a vehicle moves only inside its fleet's window."""
    for moves in replay.by_vehicle.values():
        fleet = moves[0].fleet
        assert fleet is not None
        start_s = replay.scenario.at_s(fleet.available.from_)
        until_s = replay.scenario.at_s(fleet.available.until, replay.clock.end_s)
        if moves[0].load_start_s < start_s:
            yield moves[0].where, f"is available from {replay.when(start_s)} only"
        last_s = max(m.unload_end_s for m in moves)
        if last_s > until_s:
            yield moves[-1].where, f"is available until {replay.when(until_s)} only"


def ends(replay: Replay) -> Found:
    """C2: a vehicle ends outside every zone still active, and at base where it must return."""
    for moves in replay.by_vehicle.values():
        last, fleet = moves[-1], moves[-1].fleet
        assert fleet is not None
        if last.destination == fleet.base:
            continue
        if fleet.return_to_base:
            yield last.where, f"ends at '{last.destination}' and must be back at '{fleet.base}'"
        horizon_s = replay.scenario.horizon_s
        for threat in replay.threats_at[last.destination]:
            if replay.hazards[threat].between(last.unload_end_s, horizon_s) > 0:
                yield last.where, f"ends at '{last.destination}', inside the zone of '{threat}'"


def rides(replay: Replay) -> Found:
    """C4: a movement follows a route for its kind of vehicle and takes as long as it does."""
    for m in replay.movements:
        if (m.route.origin, m.route.destination) != (m.origin, m.destination):
            yield (
                m.where,
                f"route '{m.route.id}' does not lead from '{m.origin}' to '{m.destination}'",
            )
        if m.route.profile not in _profiles(replay, m):
            yield m.where, f"route '{m.route.id}' is not one for this kind of vehicle"
        if not m.load_start_s <= m.depart_s <= m.arrive_s <= m.unload_end_s:
            yield m.where, "loading, departure, arrival and unloading are not in order"
        elif m.arrive_s - m.depart_s != m.ride_s:
            yield (
                m.where,
                f"the ride takes {m.ride_s} s, the plan gives it {m.arrive_s - m.depart_s} s",
            )


def _profiles(replay: Replay, m: Movement) -> set[str]:
    """Profiles that the movement may use: its own, or that of who goes in company with it."""
    if m.own is not None:
        return {m.own.means}
    assert m.fleet is not None
    tables = (replay.network.profile_of, replay.network.convoy_profile_of)
    wanted = (m.fleet.id, *m.company)
    own = {tables[0][fleet] for fleet in wanted if fleet in tables[0]}
    return own | {tables[1][fleet] for fleet in m.company if fleet in tables[1]}


def capacity(replay: Replay) -> Found:
    """C3: seats, stretcher places, payload and private cars hold who is on board."""
    for m in replay.movements:
        if m.own is not None:
            yield from _cars(replay, m)
            continue
        assert m.kind is not None
        lying = sum(line.stretchers for line in m.manifest)
        seated = m.persons - lying + m.team_persons
        if lying > m.kind.stretchers:
            yield m.where, f"{lying} stretchers on board, {m.kind.stretchers} places"
        if seated > m.kind.seats:
            yield m.where, f"{seated} persons seated, {m.kind.seats} seats"
        weight_kg = (m.persons + m.team_persons) * KG_PER_PERSON + sum(load.kg for load in m.aid)
        if m.kind.payload_kg is not None and weight_kg > m.kind.payload_kg:
            yield m.where, f"{weight_kg} kg on board, payload {m.kind.payload_kg} kg"


def _cars(replay: Replay, m: Movement) -> Found:
    assert m.own is not None
    if m.own.means == "foot":
        if m.own.vehicles:
            yield m.where, "walkers use no cars"
        return
    room = min((replay.groups[g].persons_per_car for g in m.groups), default=0) * m.own.vehicles
    if m.persons > room:
        yield m.where, f"{m.persons} persons in {m.own.vehicles} cars that hold {room}"


def handling(replay: Replay) -> Found:
    """C4: loading and unloading take the fixed time and the time per person who is on board.

    A team gets on in the fixed time and off at once; aid takes the fixed time at both ends.
    """
    for m in replay.sorties:
        assert m.kind is not None
        needed_s = unloading_s = 0
        if m.manifest:
            needed_s = m.kind.loading.fixed_s + m.kind.loading.per_person_s * m.persons
            unloading_s = m.kind.unloading.fixed_s + m.kind.unloading.per_person_s * m.persons
        elif m.handled:
            needed_s = m.kind.loading.fixed_s
            unloading_s = m.kind.unloading.fixed_s if m.aid else 0
        if m.depart_s - m.load_start_s < needed_s:
            yield (
                m.where,
                f"loading takes {needed_s} s, the plan gives {m.depart_s - m.load_start_s} s",
            )
        if m.unload_end_s - m.arrive_s < unloading_s:
            given_s = m.unload_end_s - m.arrive_s
            yield m.where, f"unloading takes {unloading_s} s, the plan gives {given_s} s"


def escorts(replay: Replay) -> Found:
    """C12: who needs an escort goes with one, and no escort takes too many along."""
    legs = {(m.name, m.origin, m.destination, m.depart_s, m.arrive_s): m for m in replay.sorties}
    needed: dict[tuple[str, str, str, int, int], tuple[Fraction, set[str], str]] = {}
    for m in replay.sorties:
        assert m.fleet is not None and m.leg is not None
        if m.fleet.is_escort and m.handled:
            yield m.where, "an escort carries nobody and nothing"
        if m.fleet.escort is None or not m.manifest:
            continue
        by, when = m.fleet.escort.by, (m.origin, m.destination, m.depart_s, m.arrive_s)
        company = {name for name in m.leg.escorted_by if _is_escort(legs.get((name, *when)), by)}
        if not company:
            yield m.where, f"goes without its escort: no leg of '{by}' has the same ends and times"
        share, together, where = needed.get((by, *when), (Fraction(0), set(), m.where))
        share += Fraction(1, m.fleet.escort.ratio) if m.fleet.escort.ratio else Fraction(1 << 30)
        needed[(by, *when)] = (share, together | company, where)
    for (by, *_), (share, together, where) in needed.items():
        if together and share > len(together):
            yield (
                where,
                f"{len(together)} escorts of '{by}' are too few for the vehicles in company",
            )


def _is_escort(m: Movement | None, by: str) -> bool:
    return m is not None and m.fleet is not None and m.fleet.id == by and not m.manifest


def reach(replay: Replay) -> Found:
    """C14: no movement is longer than its vehicle's range."""
    for m in replay.sorties:
        if m.kind is not None and m.kind.range_m is not None and m.route.length_m > m.kind.range_m:
            yield m.where, f"{m.route.length_m} m, the vehicle's range is {m.kind.range_m} m"


def fitness(replay: Replay) -> Found:
    """C15: mode, water, berth, runway, road and the places that a fleet serves fit the vehicle."""
    for m in replay.sorties:
        assert m.kind is not None and m.fleet is not None
        if m.kind.mode != m.route.mode:
            yield m.where, f"a {m.kind.mode} vehicle on a {m.route.mode} route"
        if not m.kind.rough_roads and any(kind in UNPAVED for kind, _, _ in m.route.segments):
            yield m.where, "the vehicle cannot use unpaved roads, the route has some"
        for place in (replay.places[m.origin], replay.places[m.destination]):
            runway_m = replay.network.runway_m(place.id) if m.kind.mode == "air" else None
            for problem in _misfits(m.kind, place, m.handled, runway_m):
                yield m.where, problem
            serves = m.fleet.serves
            if m.handled and serves and place.id not in serves and place.id != m.fleet.base:
                yield m.where, f"'{m.fleet.id}' does not serve '{place.id}'"


def _misfits(kind: Vehicle, place: Place, handled: bool, runway_m: int | None) -> Iterator[str]:
    if kind.runway_m is not None and runway_m is not None and kind.runway_m > runway_m:
        yield f"needs a runway of {kind.runway_m} m, '{place.id}' has {runway_m} m"
    if kind.mode not in ("sea", "river") or not handled:
        return
    if kind.draught_m is not None and place.depth_m is not None:
        depth_m = kind.draught_m + KEEL_CLEARANCE_M
        if depth_m > place.depth_m + 1e-9:
            yield f"needs {depth_m} m of water, '{place.id}' has {place.depth_m} m"
    berth_m = place.berth_length_m
    if kind.length_m is not None and berth_m is not None and kind.length_m > berth_m:
        yield f"is {kind.length_m} m long, a berth at '{place.id}' takes {berth_m} m"


def commitments(replay: Replay) -> Found:
    """C18: what is promised happens: that vehicle, ends, moment, at least those people."""
    known = {promise.id for promise in replay.scenario.commitments}
    for m in replay.sorties:
        if m.leg is not None and m.leg.commitment is not None and m.leg.commitment not in known:
            yield m.where, f"no commitment called '{m.leg.commitment}'"
    for promise in replay.scenario.commitments:
        if not any(_keeps(replay, m, promise) for m in replay.sorties):
            yield promise.id, "no leg of the plan keeps this commitment as it was made"


def _keeps(replay: Replay, m: Movement, promise: Commitment) -> bool:
    aboard = sum(line.persons for line in m.manifest if promise.group in (None, line.group))
    return (
        m.leg is not None
        and m.leg.commitment == promise.id
        and m.fleet is not None
        and (m.fleet.id, m.number) == (promise.fleet, promise.vehicle)
        and (m.origin, m.destination) == (promise.from_, promise.to)
        and m.load_start_s == replay.scenario.at_s(promise.load_start)
        and aboard >= promise.people
    )


def horizon(replay: Replay) -> Found:
    """Nothing begins before the start or ends after the horizon."""
    for m in replay.movements:
        if m.load_start_s < 0:
            yield m.where, "begins before the start of the plan"
        if m.unload_end_s > replay.scenario.horizon_s:
            yield m.where, f"ends at {replay.when(m.unload_end_s)}, after the horizon"
