"""Fleets as movers: single vehicles, convoys, ships under escort."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from planner.earlier import State
from planner.movements.options import Mover
from planner.network import TransportNetwork
from planner.scenario import Fleet, Scenario

PERSON_KG = 100


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
