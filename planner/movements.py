"""Movements that exist, in true time: network x fleets x departures, as arrays over the time grid.

An ``Option`` is one way for one mover to go from place to place, empty or loaded. Its arrays say at
which grid moments it may start, and what each start costs. Nothing here knows about an objective's
weights or a solver.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from planner.earlier import State
from planner.network import Route, TransportNetwork
from planner.scenario import Fleet, Scenario
from planner.timeline import Intervals, RateFunction
from planner.units import TimeGrid

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Condition = tuple[Intervals, int, int]
PERSON_KG = 100
CASUALTIES = 3.6e12  # nano x seconds in one expected casualty
WALKERS_PER_CAR = 20


@dataclass(frozen=True)
class Mover:
    """Like vehicles that are planned as one kind, singly or in formations that stay together.

    ``ships`` vehicles of ``fleet`` (a convoy, or ships under escort) and ``escorts`` of
    ``escort_fleet`` move as one; ``count`` such formations exist, made up of the vehicles
    ``numbers`` (from 1). ``must`` lists the commitments that the first vehicle of a mover's one
    formation has to fulfil.
    """

    id: str
    fleet: str
    count: int
    numbers: tuple[int, ...]
    ships: int
    escort_fleet: str | None
    escorts: int
    seats: int
    stretchers: int
    load_s: int
    unload_s: int
    overhead_s: int
    crew: int
    car_equivalents: float
    cost_per_km: float
    mode: str
    profile: str
    base: str
    """Where they belong, and end where they must return."""
    start: str
    """Where they stand at first."""
    from_s: int
    until_s: int
    return_to_base: bool
    range_m: int | None = None
    must: tuple[int, ...] = ()
    guards: tuple[int, ...] = ()
    """Numbers of the escorts of all formations, where a running plan has left them apart."""
    worked: tuple[int, int, int] | None = None
    """The end of its last leg, since when its crew is on duty, metres gone since it was filled up;
    None: rested and full."""
    spare_load_s: int = 0
    """In a bound: how much longer than here a full vehicle loads in a plan."""
    spare_unload_s: int = 0
    """In a bound: how much longer than here a full vehicle unloads in a plan."""


@dataclass(frozen=True)
class Carry:
    """One commodity that an option can take: when, and what one unit of it suffers."""

    commodity: int
    may: Bools
    harm: Floats
    missed: Floats


@dataclass(frozen=True)
class Option:
    """One movement of one mover along one route, for every start on the grid.

    ``starts[t]``: whether it may start loading at step t. ``crew_harm[t]``: expected casualties
    among crews. Offsets are seconds from the start of loading: ``depart_s``, ``arrive_s``,
    ``end_s``.
    """

    index: int
    mover: int
    route: str
    origin: str
    destination: str
    loaded: bool
    depart_s: int
    arrive_s: int
    end_s: int
    steps: int
    effort: float
    starts: Bools
    crew_harm: Floats
    link_entries: tuple[tuple[str, int], ...]
    carries: tuple[Carry, ...] = field(default=())
    goods: bool = False
    """An empty leg with time to load aid and to unload it."""
    spread_s: int = 0
    """In a bound: its moments are really up to so many seconds later than here."""
    end_spread_s: int = 0
    """The same for its end."""
    changes: Floats | None = None
    """What each start weighs as a change of a running plan; None where none is."""


@dataclass(frozen=True)
class SelfOption:
    """One way for people to go by their own means, for every departure on the grid."""

    index: int
    commodity: int
    route: str
    origin: str
    destination: str
    ride_s: int
    vehicles_per_unit: float
    link_use_per_unit: float
    link_entries: tuple[tuple[str, int], ...]
    may: Bools
    harm: Floats
    missed: Floats

    def passes(self, kind: str, at: str) -> list[tuple[int, float]]:
        """(seconds after the start, use by one unit) of a limit that counts who passes by."""
        if kind in ("link", "link_persons"):
            use = self.link_use_per_unit if kind == "link" else 1.0
            return [(offset, use) for link, offset in self.link_entries if link == at]
        if kind != "vehicles_rate" or not self.vehicles_per_unit:
            return []
        gates = ((self.origin, 0), (self.destination, self.ride_s))
        return [(moment, self.vehicles_per_unit) for place, moment in gates if place == at]


@dataclass(frozen=True)
class Effort:
    """Weights of the effort level (config/solver.yaml)."""

    per_loaded_leg: float = 10.0
    per_empty_leg: float = 2.0


class Integrals:
    """Vectorised integrals of hazard rates: expected casualties per person."""

    def __init__(self, rates: dict[str, RateFunction]) -> None:
        self._rates = {
            name: (
                np.array(rate.from_s, dtype=np.int64),
                np.array(rate.rate_nano, dtype=np.float64),
                np.array(rate.total, dtype=np.float64),
            )
            for name, rate in rates.items()
        }

    def upto(self, threat: str, moments: NDArray[np.int64]) -> Floats:
        """Expected casualties per person from long ago up to each moment."""
        from_s, rate, total = self._rates[threat]
        at = np.searchsorted(from_s, moments, side="right") - 1
        return np.asarray((total[at] + rate[at] * (moments - from_s[at])) / CASUALTIES)

    def between(self, threat: str, start: NDArray[np.int64], length_s: int) -> Floats:
        """Expected casualties per person over ``length_s`` seconds from each start."""
        return self.upto(threat, start + length_s) - self.upto(threat, start)

    def least(self, threat: str, grid: TimeGrid, shift_s: int, length_s: int) -> Floats:
        """Expected casualties per person over ``length_s`` seconds, ``shift_s`` after each step.

        Where steps are spans of time: the least of any moment in each. As a function of its start
        the integral is linear between the moments at which either end meets a change of the rate,
        so that it is least at one of these, or at an end of the span.
        """
        moments = np.arange(grid.steps, dtype=np.int64) * grid.step_s + shift_s
        found = self.between(threat, moments, length_s)
        if not grid.spread_s:
            return found
        found = np.minimum(found, self.between(threat, moments + grid.spread_s, length_s))
        changes = self._rates[threat][0]
        turns = np.concatenate([changes, changes - length_s])
        steps = (turns - shift_s) // grid.step_s
        inside = (steps >= 0) & (steps < grid.steps)
        turns, steps = turns[inside], steps[inside]
        np.minimum.at(found, steps, self.between(threat, turns, length_s))
        return found


def start_mask(grid: TimeGrid, conditions: Iterable[Condition], last_s: int) -> Bools:
    """Grid moments t for which every condition ``(open, a, b)`` has ``[t+a, t+b]`` inside one span.

    ``last_s`` is the offset at which the movement ends; nothing ends past the horizon. Where steps
    are spans of time, each condition holds at some moment of the span.
    """
    mask = np.zeros(grid.steps, dtype=np.bool_)
    if grid.horizon_s >= last_s:
        mask[: (grid.horizon_s - last_s) // grid.step_s + 1] = True
    for intervals, enter_s, exit_s in conditions:
        allowed = np.zeros(grid.steps, dtype=np.bool_)
        for start, end in intervals.spans:
            first = max(0, -(-(start - enter_s - grid.spread_s) // grid.step_s))
            last = (end - exit_s) // grid.step_s
            if last >= first and end - exit_s >= start - enter_s:
                allowed[first : last + 1] = True
        mask &= allowed
    return mask


def movers(
    scenario: Scenario, network: TransportNetwork, *, relaxed: bool,
    stands: Mapping[tuple[str, int], State] | None = None,
) -> tuple[Mover, ...]:  # fmt: skip
    """Every fleet as movers; ``stands`` are vehicles elsewhere than at base, or free only later.

    In the plan a full vehicle's loading time is kept, and vehicles that go in convoys (C13) or
    under escort (C12) form fixed formations. In the relaxation (for bounds) loading takes its fixed
    part only, vehicles move singly, and escorted ones freely as long as there is an escort at all:
    every plan's movements exist in the relaxation as well.
    """
    out: list[Mover] = []
    stands = stands or {}
    for fleet in scenario.fleets:
        if fleet.is_escort or fleet.count == 0:
            continue
        for state, numbers in _by_state(fleet, stands).items():
            escorts = 0
            if fleet.escort is not None:
                guards = _guards(scenario.fleet(fleet.escort.by), fleet, state, stands, out)
                escorts = len(guards) if fleet.escort.ratio else 0
                if not escorts:
                    continue
            made = _Formations(scenario, network, fleet, relaxed, state).of(list(numbers), escorts)
            out += _guarded(made, guards, stands) if escorts and stands else made
    return tuple(out)


def _guards(
    by: Fleet, fleet: Fleet, state: State | None, stands: Mapping[tuple[str, int], State],
    out: list[Mover],
) -> list[int]:  # fmt: skip
    """Escorts that stand where vehicles of a fleet do; of a running plan those not yet given."""
    if not stands:
        return list(range(1, by.count + 1))
    place = state.place if state else fleet.base
    given = {n for mover in out if mover.escort_fleet == by.id for n in mover.guards}
    return [
        number
        for own, numbers in _by_state(by, stands).items()
        if (own.place if own else by.base) == place
        for number in numbers if number not in given
    ]  # fmt: skip


def _guarded(
    made: list[Mover], guards: list[int], stands: Mapping[tuple[str, int], State]
) -> list[Mover]:
    """The formations with their escorts by number; free once these are."""
    found = []
    for mover in made:
        own = guards[: mover.count * mover.escorts]
        guards = guards[len(own) :]
        free = [stands[mover.escort_fleet or "", n].free_s for n in own
                if (mover.escort_fleet or "", n) in stands]  # fmt: skip
        from_s = max([mover.from_s, *free])
        found.append(replace(mover, guards=tuple(own), from_s=from_s))
    return found


def _by_state(
    fleet: Fleet, stands: Mapping[tuple[str, int], State]
) -> dict[State | None, tuple[int, ...]]:
    """Vehicles of a fleet by where they stand and when they are free; None: as the fleet says."""
    found: dict[State | None, tuple[int, ...]] = {}
    for number in range(1, fleet.count + 1):
        state = stands.get((fleet.id, number))
        found[state] = (*found.get(state, ()), number)
    return found


@dataclass(frozen=True)
class _Formations:
    """Makes movers of vehicles of one fleet that are free at one place at one moment."""

    scenario: Scenario
    network: TransportNetwork
    fleet: Fleet
    relaxed: bool
    state: State | None

    def of(self, numbers: list[int], escorts: int) -> list[Mover]:
        """The movers: those of whom something is promised, then all others in formations."""
        scenario, fleet = self.scenario, self.fleet
        company = Company.of(scenario, fleet, relaxed=self.relaxed)
        own_promises = [c for c in scenario.commitments if c.fleet == fleet.id]
        promised = sorted({c.vehicle for c in own_promises} & set(numbers))
        free = [n for n in numbers if n not in promised]
        out: list[Mover] = []
        for number in promised:
            must = tuple(
                index
                for index, c in enumerate(scenario.commitments)
                if c.fleet == fleet.id and c.vehicle == number
            )
            own = [number, *free[: company.least - 1]]
            free = free[company.least - 1 :]
            escorts -= company.escorts(len(own))
            out.append(self._mover(own, (len(own), company.escorts(len(own))), must))
        sizes = company.sizes(len(free), escorts)
        first = 0
        for size in sorted(set(sizes), reverse=True):
            last = first + size * sizes.count(size)
            out.append(self._mover(free[first:last], (size, company.escorts(size))))
            first = last
        return out

    def _mover(
        self, numbers: list[int], shape: tuple[int, int], must: tuple[int, ...] = ()
    ) -> Mover:
        made = _mover(self.scenario, self.network, self.fleet, numbers, shape, self.relaxed, must)
        if self.state is None:
            return made
        place, free_s, worked = self.state
        name = f"{made.id}@{place}+{free_s}" + ("" if worked is None else f"/{worked}")
        from_s = max(made.from_s, free_s)
        return replace(made, id=name, start=place, from_s=from_s, worked=worked)


@dataclass(frozen=True)
class Company:
    """What goes together: so many vehicles at least and at most, ``ratio`` of them an escort.

    ``guards`` is the fewest escorts that may go along; a ratio of None asks for no escort.
    """

    least: int = 1
    most: int | None = 1
    ratio: int | None = None
    guards: int = 0

    @classmethod
    def of(cls, scenario: Scenario, fleet: Fleet, *, relaxed: bool) -> Company:
        """C12 and C13 of a fleet; in a bound vehicles move singly, and without company."""
        if relaxed:
            return cls()
        convoy = fleet.convoy
        least = 1 if convoy is None else max(1, convoy.min_vehicles)
        if fleet.escort is None:
            # Single vehicles may join others that leave at the same moment: see ``Spacing``.
            return cls(least, 1 if least == 1 or convoy is None else convoy.max_vehicles)
        guards = scenario.fleet(fleet.escort.by).convoy
        fewest = 1 if guards is None or guards.alone_when_empty else max(1, guards.min_vehicles)
        most = None if convoy is None else convoy.max_vehicles
        return cls(least, most, fleet.escort.ratio, fewest)

    def escorts(self, size: int) -> int:
        """Escorts of a formation of so many vehicles."""
        return 0 if self.ratio is None else max(self.guards, -(-size // self.ratio))

    def sizes(self, vehicles: int, escorts: int) -> list[int]:
        """Formations that stay together for good: most vehicles first, then most formations.

        Wherever some of them leave together, their vehicles are so many whole convoys. Vehicles
        beyond the largest size, or beyond what escorts can take along, are left at the base.
        """
        found: list[int] = []
        most = vehicles // self.least
        # Without escorts more formations never hold fewer vehicles.
        for number in range(max(1, most if self.ratio is None else 1), most + 1):
            sizes = self._balanced(vehicles, number, escorts)
            if sizes and sum(sizes) >= sum(found):
                found = sizes
        return found

    def _balanced(self, vehicles: int, number: int, escorts: int) -> list[int]:
        """So many formations, as like as can be; none where some would be too small."""
        used = vehicles if self.most is None else min(vehicles, number * self.most)
        while used >= number * self.least:
            sizes = [used // number + (1 if i < used % number else 0) for i in range(number)]
            if self.ratio is None or sum(map(self.escorts, sizes)) <= escorts:
                return sizes
            used -= 1
        return []


def convoy_sizes(fleet: Fleet, vehicles: int) -> list[int]:
    """C13: sizes of the convoys that vehicles of a fleet without an escort make up."""
    convoy = fleet.convoy
    assert convoy is not None
    return Company(max(1, convoy.min_vehicles), convoy.max_vehicles).sizes(vehicles, 0)


def _mover(
    scenario: Scenario,
    network: TransportNetwork,
    fleet: Fleet,
    numbers: list[int],
    formation: tuple[int, int],
    relaxed: bool,
    must: tuple[int, ...] = (),
) -> Mover:
    vehicle = scenario.vehicle(fleet)
    seats = vehicle.seats
    if vehicle.payload_kg is not None:
        seats = max(0, min(seats, vehicle.payload_kg // PERSON_KG - vehicle.stretchers))
    full = seats + vehicle.stretchers
    handled, spare = (0, full) if relaxed else (full, 0)
    ships, escorts = formation
    escort = fleet.escort.by if fleet.escort and escorts else None
    crew, cars = ships * vehicle.crew, ships * vehicle.car_equivalents
    home = fleet.return_to_base
    guards = []
    if escort:
        company = scenario.fleet(escort)
        guards.append(scenario.vehicle(company))
        crew += escorts * guards[0].crew
        cars += escorts * guards[0].car_equivalents
        home = home or company.return_to_base
    ranges = [kind.range_m for kind in (vehicle, *guards) if kind.range_m is not None]
    return Mover(
        id=f"{fleet.id}#{numbers[0]}x{ships}" if escorts or must or ships > 1 else fleet.id,
        fleet=fleet.id, count=len(numbers) // ships, numbers=tuple(numbers), ships=ships,
        escort_fleet=escort, escorts=escorts,
        seats=ships * seats, stretchers=ships * vehicle.stretchers,
        load_s=vehicle.loading.fixed_s + handled * vehicle.loading.per_person_s,
        unload_s=vehicle.unloading.fixed_s + handled * vehicle.unloading.per_person_s,
        overhead_s=vehicle.overhead_s, crew=crew,
        car_equivalents=cars, cost_per_km=ships * vehicle.cost_per_km,
        mode=vehicle.mode,
        profile=network.convoy_profile_of.get(fleet.id, network.profile_of[fleet.id])
        if fleet.escort
        else network.profile_of[fleet.id],
        base=fleet.base, start=fleet.base,
        from_s=scenario.at_s(fleet.available.from_, 0),
        until_s=scenario.at_s(fleet.available.until),
        return_to_base=home, range_m=min(ranges, default=None), must=must,
        spare_load_s=spare * vehicle.loading.per_person_s,
        spare_unload_s=spare * vehicle.unloading.per_person_s,
    )  # fmt: skip


class Ground:
    """Asks the network whether a mover may be on its way, and what a ride costs in harm."""

    def __init__(self, network: TransportNetwork, grid: TimeGrid) -> None:
        self.network = network
        self.grid = grid
        self.hazard = Integrals(network.hazard)
        self.moments = np.arange(grid.steps, dtype=np.int64) * grid.step_s
        self._open: dict[tuple[str, str | None], Intervals] = {}
        self._place: dict[tuple[str, str | None], Intervals] = {}
        self._allowed: dict[tuple[str, str], Intervals] = {}
        self._acceptable: dict[tuple[str, str], Intervals] = {}

    def fits(self, fleet: str, place: str) -> bool:
        """C15: whether the vehicle may load or unload at the place at all."""
        scenario = self.network.scenario
        vehicle_fleet, spot = scenario.fleet(fleet), scenario.place(place)
        vehicle = scenario.vehicle(vehicle_fleet)
        if vehicle_fleet.serves and place not in vehicle_fleet.serves:
            return False
        if vehicle.mode == "sea":
            if vehicle.length_m and spot.berth_length_m and vehicle.length_m > spot.berth_length_m:
                return False
            if vehicle.draught_m and spot.depth_m and vehicle.draught_m + 0.5 > spot.depth_m:
                return False
            return spot.berths != 0
        if vehicle.mode == "air":
            runway = self.runway_m(place)
            short = vehicle.runway_m and (runway is None or vehicle.runway_m > runway)
            return not short and spot.stands != 0
        return spot.loading_bays != 0

    def runway_m(self, place: str) -> int | None:
        """Runway of a place: the scenario's figure, else the map's; None where neither knows."""
        spot = self.network.scenario.place(place)
        if spot.runway_m is not None or self.network.region is None or not isinstance(spot.at, str):
            return spot.runway_m
        return self.network.region.places[spot.at].runway_m

    def ride(self, route: Route, fleet: str | None, shift_s: int) -> list[Condition]:
        """C9 and C10 for the ride; offsets from the start, the ride begins at ``shift_s``."""
        key = (route.mode, fleet)
        if key not in self._open:
            self._open[key] = self.network.movement_open(route.mode, fleet)
        overhead = self._overhead(fleet)
        found = [(self._open[key], shift_s, shift_s + route.travel_s + overhead)]
        inside = shift_s + overhead // 2
        found += [
            (self.network.link_open[use.link], inside + use.enter_s, inside + use.exit_s)
            for use in route.links
            if use.link in self.network.link_open
        ]
        if fleet is not None:
            found += [
                (self.allowed(pas.ground, fleet), inside + pas.enter_s, inside + pas.exit_s)
                for pas in route.passages
            ]
        return found

    def stop(self, place: str, fleet: str | None, enter_s: int, exit_s: int) -> list[Condition]:
        """C9 and C10 while standing at a place."""
        key = (place, fleet)
        if key not in self._place:
            self._place[key] = self.network.place_open(place, fleet)
        found = [(self._place[key], enter_s, exit_s)]
        if fleet is not None:
            found.append((self.allowed(place, fleet), enter_s, exit_s))
        return found

    def allowed(self, ground: str, fleet: str) -> Intervals:
        """When the fleet may be on the ground (cached)."""
        key = (ground, fleet)
        if key not in self._allowed:
            self._allowed[key] = self.network.allowed(ground, fleet)
        return self._allowed[key]

    def accepts(
        self, route: Route, group: str, depart_s: int, arrive_s: int, overhead_s: int
    ) -> list[Condition]:
        """C11: the group meets no party that it refuses, at either end or on the way."""
        if not self.network.scenario.group(group).refuses:
            return []
        inside = depart_s + overhead_s // 2
        spots = [(route.origin, depart_s, depart_s), (route.destination, arrive_s, arrive_s)]
        spots += [(p.ground, inside + p.enter_s, inside + p.exit_s) for p in route.passages]
        found = []
        for ground, enter, leave in spots:
            if (ground, group) not in self._acceptable:
                self._acceptable[ground, group] = self.network.acceptable(ground, group)
            found.append((self._acceptable[ground, group], enter, leave))
        return found

    def ride_harm(
        self, route: Route, shift_s: int, overhead_s: int, multiplier: dict[str, float]
    ) -> Floats:
        """Expected casualties per person on the ride, for each grid start."""
        harm = np.zeros(self.grid.steps)
        for exposure in route.exposures:
            shift = shift_s + overhead_s // 2 + exposure.enter_s
            factor = multiplier.get(exposure.threat, 1.0)
            length = exposure.exit_s - exposure.enter_s
            harm += factor * self.hazard.least(exposure.threat, self.grid, shift, length)
        return harm

    def stay_harm(
        self, place: str, shift_s: int, length_s: int, multiplier: dict[str, float]
    ) -> Floats:
        """Expected casualties per person who stays at a place, for each grid start."""
        harm = np.zeros(self.grid.steps)
        for threat in self.network.threats_at.get(place, ()):
            factor = multiplier.get(threat, 1.0)
            harm += factor * self.hazard.least(threat, self.grid, shift_s, length_s)
        return harm

    def upto(self, place: str, moments: NDArray[np.int64], multiplier: dict[str, float]) -> Floats:
        """Expected casualties per person at a place from the start up to each moment."""
        harm = np.zeros(len(moments))
        for threat in self.network.threats_at.get(place, ()):
            factor = multiplier.get(threat, 1.0)
            zero = self.hazard.upto(threat, np.zeros(1, dtype=np.int64))[0]
            harm += factor * (self.hazard.upto(threat, moments) - zero)
        return harm

    def safe_to_end(self, place: str) -> Bools:
        """C2: grid moments from which no threat is active at the place until the horizon's end."""
        moments = self.moments
        rest = np.zeros(len(moments))
        for threat in self.network.threats_at.get(place, ()):
            end = np.full(len(moments), self.grid.horizon_s, dtype=np.int64)
            since = np.minimum(moments + self.grid.spread_s, end)
            rest += self.hazard.upto(threat, end) - self.hazard.upto(threat, since)
        return rest <= 1e-15

    def _overhead(self, fleet: str | None) -> int:
        if fleet is None:
            return 0
        scenario = self.network.scenario
        return scenario.vehicle(scenario.fleet(fleet)).overhead_s


def entries(network: TransportNetwork, route: Route, shift_s: int) -> tuple[tuple[str, int], ...]:
    """Limited links with the offset at which the route enters each of them."""
    return tuple(
        (use.link, shift_s + use.enter_s)
        for use in route.links
        if use.link in network.link_capacity
    )
