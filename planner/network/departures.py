"""When a movement may depart on a route, and what does not count when asking what if."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from planner.network.nouns import Route, TransportNetwork
from planner.scenario import Fleet, Group, Place, Vehicle
from planner.timeline import Intervals

UNDER_KEEL_M = 0.5
CASUALTIES = 3.6e12
"""Micro x seconds in one expected casualty."""
CAP_STEP_S = 600
"""Departures looked at where the risk cap rules some out."""
Barrier = Literal["risk_cap", "time", "fitness", "vehicles", "acceptability", "intake"]
BARRIERS: tuple[Barrier, ...] = (
    "risk_cap", "time", "fitness", "vehicles", "acceptability", "intake",
)  # fmt: skip
Condition = tuple[Intervals, int, int]


@dataclass(frozen=True)
class Waiver:
    """What does not count in a search: barriers, and parties whose yes is taken for given.

    ``pending``: every request is taken for granted, after its lead time.
    """

    barriers: frozenset[Barrier] = frozenset()
    parties: frozenset[str] = frozenset()
    pending: bool = False

    def allowed(self, network: TransportNetwork, ground: str, fleet: str) -> Intervals:
        """C10 with the parties' yes."""
        given = network.allowed(ground, fleet, with_requested=self.pending)
        if not self.parties:
            return given
        spans = network.grounds[ground].spans
        return given | Intervals.of((a, b) for a, b, party in spans if party in self.parties)


NOTHING = Waiver()


def departures(
    network: TransportNetwork,
    route: Route,
    fleet: Fleet | None,
    group: Group | None,
    waived: Waiver = NOTHING,
) -> Intervals:
    """Moments at which a movement may depart (whole seconds, as half-open spans).

    ``fleet`` None is by own means; ``group`` None is a leg without passengers. C9, C10, C11 and the
    risk cap; loading and unloading take their fixed time.
    """
    horizon = network.scenario.horizon_s
    found = Intervals(((0, horizon + 1),))
    for when, enter_s, leave_s in _conditions(network, route, fleet, group, waived):
        if "time" in waived.barriers:  # it is enough that there is such a time
            found = found if when.spans else Intervals()
            continue
        found = found & Intervals.of((a - enter_s, b - leave_s + 1) for a, b in when.spans)
    if group is not None and "risk_cap" not in waived.barriers:
        _, overhead_s, _ = handling(network, fleet, True)
        calm = _under_cap(network, route, group, overhead_s, found)
        found = calm if "time" not in waived.barriers else (found if calm.spans else calm)
    return found


def _conditions(
    network: TransportNetwork,
    route: Route,
    fleet: Fleet | None,
    group: Group | None,
    waived: Waiver,
) -> Iterator[Condition]:
    load_s, overhead_s, unload_s = handling(network, fleet, group is not None)
    ride_s, shift = route.travel_s + overhead_s, overhead_s // 2
    ident = fleet.id if fleet else None
    stays = [(route.origin, -load_s, 0), (route.destination, ride_s, ride_s + unload_s)]
    passed = [(p.ground, shift + p.enter_s, shift + p.exit_s) for p in route.passages]
    if "time" not in waived.barriers:
        yield network.movement_open(route.mode, ident), 0, ride_s
        for use in route.links:
            if use.link in network.link_open:
                yield network.link_open[use.link], shift + use.enter_s, shift + use.exit_s
        for place, enter_s, leave_s in stays:
            yield network.place_open(place, ident), enter_s, leave_s
    if fleet is not None:
        for ground, enter_s, leave_s in (*stays, *passed):
            yield waived.allowed(network, ground, fleet.id), enter_s, leave_s
    if group is not None and group.refuses and "acceptability" not in waived.barriers:
        ends = [(route.origin, 0, 0), (route.destination, ride_s, ride_s)]
        for ground, enter_s, leave_s in (*ends, *passed):
            yield network.acceptable(ground, group.id), enter_s, leave_s


def handling(
    network: TransportNetwork, fleet: Fleet | None, is_loaded: bool
) -> tuple[int, int, int]:
    """Seconds of loading (fixed part), overhead and unloading."""
    if fleet is None:
        return 0, 0, 0
    vehicle = network.scenario.vehicle(fleet)
    load, unload = vehicle.loading.fixed_s, vehicle.unloading.fixed_s
    return (load, vehicle.overhead_s, unload) if is_loaded else (0, vehicle.overhead_s, 0)


def _under_cap(
    network: TransportNetwork, route: Route, group: Group, overhead_s: int, when: Intervals
) -> Intervals:
    """Departures on which nobody's risk on the ride passes the cap."""
    cap = network.scenario.priorities.risk_cap_bp / 10000
    factor = {t.id: t.multiplier.get(group.id, 1.0) for t in network.scenario.threats}
    rate = {t.id: t.rate_nano for t in network.scenario.threats}
    worst = sum(factor[e.threat] * rate[e.threat] * (e.exit_s - e.enter_s) for e in route.exposures)
    if worst / CASUALTIES <= cap:
        return when

    # Nothing is known of the danger after the horizon: no ride counts as safe for ending there.
    last = network.scenario.horizon_s - route.travel_s - overhead_s
    when = when & Intervals.of([(0, last + 1)])

    def risk(depart_s: int) -> float:
        begin = depart_s + overhead_s // 2
        return sum(
            factor[e.threat] * network.hazard[e.threat].between(begin + e.enter_s, begin + e.exit_s)
            for e in route.exposures
        )

    return Intervals.of(
        (moment, moment + 1)
        for start, end in when.spans
        for moment in (start, *range(-(-start // CAP_STEP_S) * CAP_STEP_S, end, CAP_STEP_S))
        if risk(moment) / CASUALTIES <= cap
    )


def fits(network: TransportNetwork, fleet: Fleet, place_id: str) -> bool:
    """C15: whether vehicles of the fleet can load and unload at the place (their base always)."""
    if fleet.serves and place_id not in (*fleet.serves, fleet.base):
        return False
    place, vehicle = network.scenario.place(place_id), network.scenario.vehicle(fleet)
    check = _FITS.get(vehicle.mode)
    return check is None or check(network, place, vehicle)


def _fits_ship(network: TransportNetwork, place: Place, vehicle: Vehicle) -> bool:
    too_long = (
        vehicle.length_m is not None
        and place.berth_length_m is not None
        and vehicle.length_m > place.berth_length_m
    )
    too_deep = (
        vehicle.draught_m is not None
        and place.depth_m is not None
        and vehicle.draught_m + UNDER_KEEL_M > place.depth_m
    )
    return place.berths != 0 and not too_long and not too_deep


def _fits_aircraft(network: TransportNetwork, place: Place, vehicle: Vehicle) -> bool:
    runway_m = network.runway_m(place.id)
    needed = vehicle.runway_m
    return place.stands != 0 and (needed is None or (runway_m is not None and needed <= runway_m))


_FITS: dict[str, Callable[[TransportNetwork, Place, Vehicle], bool]] = {
    "sea": _fits_ship,
    "air": _fits_aircraft,
    "road": lambda network, place, vehicle: place.loading_bays != 0,
}
