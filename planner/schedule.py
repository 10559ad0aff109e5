"""What the engine chose → sorties with whole households, true times and manifests."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from planner.boarding import Crowd, Ledger, Load, Offer, Passing, Stop, Who, seat_first
from planner.movements import Mover
from planner.network import TransportNetwork
from planner.plan import (
    AidDelivery,
    AidLoad,
    PlanLeg,
    SelfMovement,
    Sortie,
    TeamDelivery,
    TeamRide,
)  # fmt: skip
from planner.problem import Commodity, EvacuationProblem
from planner.promises import promised_heads
from planner.scenario import CONTESTED, Authorisation, Scenario

Start = tuple[int, int]  # option, step
PATIENT = 12


@dataclass(frozen=True)
class Chosen:
    """A solver's choice: itineraries (mover, starts) with counts, units wanted on departures."""

    itineraries: tuple[tuple[int, tuple[Start, ...], int], ...]
    boarding: Mapping[tuple[int, int, int], float]
    walks: Mapping[Start, float]


Packer = Callable[[EvacuationProblem, list[Offer], Crowd, list[Passing]], None]
"""Loads departures to havens anew: see ``solvers.packing``."""


@dataclass
class Manning:
    """Everything that the schedule decides: sorties, self-movements, who stays."""

    sorties: list[Sortie] = field(default_factory=list)
    self_movements: list[SelfMovement] = field(default_factory=list)
    left: dict[Who, int] = field(default_factory=dict)
    teams: list[TeamDelivery] = field(default_factory=list)
    aid: list[AidDelivery] = field(default_factory=list)
    conditional_on: tuple[str, ...] = ()


@dataclass
class _Vehicle:
    mover: int
    instance: int
    moves: tuple[Start, ...]
    loads: dict[Start, list[Load]] = field(default_factory=dict)
    teams: dict[Start, list[TeamRide]] = field(default_factory=dict)
    aid: dict[tuple[Start, int], list[AidLoad]] = field(default_factory=dict)
    """Aid by movement and by vehicle of the formation."""


class Scheduler:
    """Mans one choice. ``man`` may be called once."""

    def __init__(
        self, problem: EvacuationProblem, chosen: Chosen, pack: Packer | None = None
    ) -> None:
        """``pack`` loads departures anew, all together, where people are left in spite of seats."""
        self.problem = problem
        self.pack = pack
        self.options = problem.plan.options
        self.movers = problem.plan.movers
        self.step_s = problem.grid.step_s
        self.chosen = chosen
        self.vehicles = self._expand()
        self._vehicle_of = {(v.mover, v.instance): v for v in self.vehicles}

    def _expand(self) -> list[_Vehicle]:
        number: dict[int, int] = defaultdict(int)
        found = []
        for mover, moves, count in sorted(self.chosen.itineraries):
            for _ in range(count):
                found.append(_Vehicle(mover, number[mover], moves))
                number[mover] += 1
        return found

    def man(self) -> Manning:
        """Boards whole households until nobody is stranded in a hub."""
        out = Manning()
        out.teams = self._teams()
        cancelled: dict[Who, int] = {}
        everyone = Crowd(self.problem).left()
        for attempt in itertools.count():
            crowd, stops, walks = self._board(out.teams, cancelled)
            stranded = crowd.stranded()
            if not stranded:
                break
            # Whoever stays at home makes room for others, who may be stranded in turn: later
            # attempts keep more people at home than were stranded, so that this comes to an end.
            factor = 1 if attempt < PATIENT else 4
            for pool in stranded.values():
                for who, units in pool.items():
                    kept = cancelled.get(who, 0) + factor * units
                    cancelled[who] = min(everyone[who], kept)
        if cancelled:
            self._give_back(out.teams, cancelled)
            crowd, stops, walks = self._board(out.teams, cancelled)
        crowd.stay(cancelled)
        if self.pack is not None:
            self.pack(self.problem, self._offers(stops, out.teams), crowd,
                      self._passing(stops, walks))  # fmt: skip
        out.left = crowd.left()
        for stop in stops:
            mover, instance, _ = stop.vehicle
            vehicle = self._vehicle(mover, instance)
            vehicle.loads.setdefault(stop.key, []).append(stop.load)
        out.self_movements = walks
        out.sorties = self._sorties()
        out.aid = delivered(self.problem.scenario, out.sorties)
        out.conditional_on = conditional_on(self.problem.network, out.sorties)
        return out

    def _offers(self, stops: list[Stop], teams: list[TeamDelivery]) -> list[Offer]:
        """The departures straight from home to a haven."""
        delivered_s = {t.team: t.arrive_s for t in teams}
        found = []
        for stop in stops:
            if stop.origin in self.problem.hubs or stop.destination not in self.problem.havens:
                continue
            mover = self.movers[stop.vehicle[0]]
            may = frozenset(
                carry.commodity
                for carry in self.options[stop.key[0]].carries
                if carry.may[stop.key[1]]
                and self._team_there(carry.commodity, stop.depart_s, delivered_s)
            )
            first = stop.vehicle[2] == 0
            promised = self.problem.plan.openings[stop.vehicle[0]].promised
            found.append(
                Offer(stop, mover.seats // mover.ships, mover.stretchers // mover.ships, may,
                      promised.get(stop.key) if first else None)
            )  # fmt: skip
        return found

    def _passing(self, stops: list[Stop], walks: list[SelfMovement]) -> list[Passing]:
        """Everybody who moves, as limits count them."""
        routes = self.problem.network.routes
        found = [Passing.of(stop) for stop in stops]
        for walk in walks:
            links = tuple(
                (use.link, walk.depart_s + use.enter_s) for use in routes[walk.route].links
            )
            found.append(
                Passing(walk.origin, walk.depart_s, walk.destination, walk.arrive_s, walk.persons,
                        links)
            )  # fmt: skip
        return found

    def _give_back(self, teams: list[TeamDelivery], cancelled: dict[Who, int]) -> None:
        """Keeps no more people at home than it takes for nobody to be stranded."""
        for who in sorted(cancelled, key=lambda w: (-cancelled[w] * w[2].persons, w))[:PATIENT]:
            least, most = 0, cancelled[who]
            while least < most:
                cancelled[who] = (least + most) // 2
                if self._board(teams, cancelled)[0].stranded():
                    least = cancelled[who] + 1
                else:
                    most = cancelled[who]
            cancelled[who] = most

    def _vehicle(self, mover: int, instance: int) -> _Vehicle:
        return self._vehicle_of[mover, instance]

    # -- boarding -----------------------------------------------------------------------------

    def _stops(self) -> list[Stop]:
        stops = []
        for vehicle in self.vehicles:
            mover = self.movers[vehicle.mover]
            for key in vehicle.moves:
                option = self.options[key[0]]
                if not option.loaded:
                    continue
                start = key[1] * self.step_s
                for ship in range(mover.ships):
                    load = Load(mover.seats // mover.ships, mover.stretchers // mover.ships)
                    stops.append(
                        Stop(key, (vehicle.mover, vehicle.instance, ship), start + option.depart_s,
                             start + option.end_s, option.origin, option.destination, load,
                             tuple((link, start + at) for link, at in option.link_entries))
                    )  # fmt: skip
        stops.sort(key=lambda s: (s.depart_s, s.key, s.vehicle))
        return stops

    def _board(
        self, teams: list[TeamDelivery], cancelled: Mapping[Who, int]
    ) -> tuple[Crowd, list[Stop], list[SelfMovement]]:
        crowd, ledger = Crowd(self.problem), Ledger(self.problem)
        for index, pool in crowd.waiting.items():
            del index
            for who in pool:
                pool[who] -= min(pool[who], cancelled.get(who, 0))
        stops = self._stops()
        wanted: dict[tuple[int, int, int], float] = dict(self.chosen.boarding)
        owed: dict[int, float] = defaultdict(float)
        delivered = {t.team: t.arrive_s for t in teams}
        events: list[tuple[int, int, int]] = [(s.depart_s, 1, i) for i, s in enumerate(stops)]
        walks = sorted(self.chosen.walks.items(), key=lambda item: (item[0][1], item[0][0]))
        events += [(key[1] * self.step_s, 0, i) for i, (key, _) in enumerate(walks)]
        for (index, step, commodity), units in wanted.items():
            end_s = step * self.step_s + self.options[index].end_s
            heads = units * self.problem.commodities[commodity].persons
            ledger.pledge(self.options[index].destination, end_s, heads)
        for (index, step), units in walks:
            walk = self.problem.walks[index]
            heads = units * self.problem.commodities[walk.commodity].persons
            ledger.pledge(walk.destination, step * self.step_s + walk.ride_s, heads)
        moved: list[SelfMovement] = []
        for moment, kind, index in sorted(events):
            crowd.settle(moment)
            if kind == 0:
                self._walk(crowd, ledger, walks[index], owed, moved)
            else:
                self._fill(crowd, ledger, stops[index], wanted, owed, delivered)
        return crowd, stops, moved

    def _fill(
        self, crowd: Crowd, ledger: Ledger, stop: Stop, wanted: dict[tuple[int, int, int], float],
        owed: dict[int, float], delivered: Mapping[str, int | None],
    ) -> None:  # fmt: skip
        option = self.options[stop.key[0]]
        may = [c.commodity for c in option.carries if c.may[stop.key[1]]]
        may = [k for k in may if self._team_there(k, stop.depart_s, delivered)]
        first = self._promised_to(stop)
        for who in sorted(seat_first(self.problem, may), key=lambda c: c.group != first):
            aim = wanted.pop((*stop.key, who.index), 0.0)
            ledger.pledge(stop.destination, stop.end_s, -aim * who.persons)
            owed[who.index] += aim
            if owed[who.index] > 1e-6 and (aim or self._aimed(stop.key, who.index)):
                heads = math.ceil(owed[who.index] - 1e-6) * who.persons
                taken = self._take(crowd, ledger, stop, who.index, heads)
                owed[who.index] -= taken / who.persons
        if stop.destination in self.problem.havens:
            for who in seat_first(self.problem, may):
                spare = ledger.spare(stop.destination, stop.end_s)
                spare = min(spare, self._unpromised(crowd, who, stop.depart_s))
                taken = self._take(crowd, ledger, stop, who.index, spare)
                owed[who.index] -= taken / who.persons

    def _promised_to(self, stop: Stop) -> str | None:
        """C18: the group to which a departure of one vehicle is promised; it boards first."""
        mover, _, ship = stop.vehicle
        number = self.problem.plan.openings[mover].promised.get(stop.key) if ship == 0 else None
        return None if number is None else self.problem.scenario.commitments[number].group

    def _unpromised(self, crowd: Crowd, who: Commodity, moment_s: int) -> int:
        """C18: heads of a commodity still at home whom no later promise needs."""
        scenario = self.problem.scenario
        needed, able = 0, set()
        for opening in self.problem.plan.openings:
            for (option, step), number in opening.promised.items():
                promise = scenario.commitments[number]
                depart_s = step * self.step_s + self.options[option].depart_s
                if promise.group == who.group and not who.is_hub and depart_s > moment_s:
                    needed += promised_heads(scenario, promise)
                    able |= {carry.commodity for carry in self.options[option].carries}
        if who.index not in able:
            return 1 << 30
        there = sum(
            w[2].persons * n
            for index, pool in crowd.waiting.items() if index in able
            for w, n in pool.items() if w[0] == who.group
        )  # fmt: skip
        return max(0, there - needed)

    def _aimed(self, key: Start, commodity: int) -> bool:
        return (*key, commodity) in self.chosen.boarding

    def _team_there(
        self, commodity: int, moment_s: int, delivered: Mapping[str, int | None]
    ) -> bool:
        team = self.problem.commodities[commodity].needs_team
        if team is None:
            return True
        there = delivered.get(team)
        return there is not None and there <= moment_s

    def _take(self, crowd: Crowd, ledger: Ledger, stop: Stop, commodity: int, heads: int) -> int:
        room = ledger.room(stop.origin, stop.depart_s, stop.destination, stop.end_s, stop.links)
        taken = crowd.take(commodity, min(heads, room), stop.load)
        persons = sum(w[2].persons * n for w, n in taken.items())
        if persons:
            ledger.book(
                stop.origin, stop.depart_s, stop.destination, stop.end_s, persons, stop.links
            )
        transit = self.problem.commodities[commodity].transit
        hub = self.problem.at_hub(transit, stop.destination)
        if hub is not None:
            for who, units in taken.items():
                crowd.arrive(stop.end_s, hub, who, units)
        return persons

    def _walk(
        self, crowd: Crowd, ledger: Ledger, walk: tuple[Start, float], owed: dict[int, float],
        moved: list[SelfMovement],
    ) -> None:  # fmt: skip
        (index, step), units = walk
        option = self.problem.walks[index]
        commodity = self.problem.commodities[option.commodity]
        depart = step * self.step_s
        arrive = depart + option.ride_s
        ledger.pledge(option.destination, arrive, -units * commodity.persons)
        links = tuple((link, depart + at) for link, at in option.link_entries)
        room = ledger.room(commodity.place, depart, option.destination, arrive, links)
        owed[option.commodity] += units
        seats = self.problem.scenario.group(commodity.group).persons_per_car
        if self.problem.counts(option):
            # Never more than this moment was planned for, and cars planned full.
            whole = seats if commodity.means == "car" else 1
            heads = math.floor(min(room, units) / whole + 1e-6) * whole
        else:
            heads = min(room, math.ceil(owed[option.commodity] - 1e-6))
        load = Load(max(0, heads), 0)
        taken = crowd.take(option.commodity, max(0, heads), load)
        if not taken:
            return
        owed[option.commodity] -= load.persons
        ledger.book(commodity.place, depart, option.destination, arrive, load.persons, links)
        cars = -(-load.persons // seats) if commodity.means == "car" else 0
        number = sum(
            m.manifest[0].group == commodity.group and m.means == commodity.means for m in moved
        )
        route = self.problem.network.routes[option.route]
        moved.append(
            SelfMovement(
                id=f"{commodity.group}-{commodity.means}-{number + 1}",
                means="car" if commodity.means == "car" else "foot", route=option.route,
                origin=route.origin, destination=route.destination, depart_s=depart,
                arrive_s=arrive, vehicles=cars, manifest=load.manifest(),
            )
        )  # fmt: skip

    # -- teams --------------------------------------------------------------------------------

    def _teams(self) -> list[TeamDelivery]:
        found = []
        for team in self.problem.scenario.teams:
            rides = []
            for vehicle in self.vehicles:
                mover = self.movers[vehicle.mover]
                if mover.fleet not in team.fleets:
                    continue
                for key in vehicle.moves:
                    option = self.options[key[0]]
                    ends = (option.origin, option.destination)
                    if not option.loaded and ends == (team.start, team.to):
                        arrive = key[1] * self.step_s + option.arrive_s
                        rides.append((arrive, vehicle.mover, vehicle.instance, key))
            rides.sort()
            missing, there = team.people, None
            for arrive, mover_index, instance, key in rides:
                vehicle = self._vehicle(mover_index, instance)
                free = self.movers[mover_index].seats - sum(
                    t.persons for t in vehicle.teams.get(key, [])
                )
                seated = min(missing, free)
                if seated > 0:
                    vehicle.teams.setdefault(key, []).append(TeamRide(team=team.id, persons=seated))
                    missing -= seated
                    there = arrive
                if missing == 0:
                    break
            found.append(
                TeamDelivery(
                    team=team.id, persons=team.people - missing, arrive_s=None if missing else there
                )
            )
        return found

    # -- sorties ------------------------------------------------------------------------------

    def _sorties(self) -> list[Sortie]:
        found: list[Sortie] = []
        rounds = [(vehicle, moves) for vehicle in self.vehicles if (moves := self._useful(vehicle))]
        self._load_aid(rounds)
        for vehicle, moves in rounds:
            mover = self.movers[vehicle.mover]
            own = mover.numbers[vehicle.instance * mover.ships :][: mover.ships]
            fleets = [(mover.fleet, number, ship) for ship, number in enumerate(own)]
            guards: list[int] = []
            if mover.escort_fleet is not None:
                guards = self._escort_numbers(vehicle)
                fleets += [(mover.escort_fleet, guard, -1) for guard in guards]
            for fleet, number, ship in fleets:
                company = tuple(f"{mover.escort_fleet}-{guard}" for guard in guards)
                found += self._split(vehicle, moves, fleet, number, ship, company)
        return sorted(found, key=lambda s: (s.start_s, s.id))

    def _load_aid(self, rounds: list[tuple[_Vehicle, list[Start]]]) -> None:
        """Aid goes in on the legs made ready for it, first come first served, before people."""
        left = {aid.id: aid.mass_kg for aid in self.problem.scenario.aid}
        legs = []
        for number, (vehicle, moves) in enumerate(rounds):
            carried = [key for key in moves if self._aboard(vehicle, key)]
            for key in moves:
                collects = next((k for k in carried if k[1] > key[1]), None)
                if self.options[key[0]].goods and collects and not vehicle.teams.get(key):
                    legs.append((key[1], number, key, collects))
        for _, number, key, collects in sorted(legs):
            vehicle = rounds[number][0]
            mover, option = self.movers[vehicle.mover], self.options[key[0]]
            for ship, load in enumerate(vehicle.loads[collects]):
                room = (
                    self.problem.scenario.vehicle(
                        self.problem.scenario.fleet(mover.fleet)
                    ).payload_kg
                    or 0
                )
                for aid in self.problem.scenario.aid if load.persons else ():
                    ends = (aid.from_, aid.to) == (option.origin, option.destination)
                    kg = min(room, left[aid.id]) if ends and mover.fleet in aid.fleets else 0
                    if kg:
                        vehicle.aid.setdefault((key, ship), []).append(AidLoad(aid=aid.id, kg=kg))
                        left[aid.id] -= kg
                        room -= kg

    def _escort_numbers(self, vehicle: _Vehicle) -> list[int]:
        """Each formation has its own escorts, numbered through all formations of that fleet."""
        own = self.movers[vehicle.mover]
        first = vehicle.instance * own.escorts
        if own.guards:
            return list(own.guards[first : first + own.escorts])
        number = 1 + first
        for index, mover in enumerate(self.movers):
            if mover.escort_fleet == own.escort_fleet and index < vehicle.mover:
                number += mover.count * mover.escorts
        return list(range(number, number + own.escorts))

    def _aboard(self, vehicle: _Vehicle, key: Start) -> bool:
        """Whether any vehicle of the formation carries people on a movement."""
        return any(load.persons for load in vehicle.loads.get(key, []))

    def _loaded(self, vehicle: _Vehicle, key: Start) -> bool:
        """Whether a movement has to be: people, a team, or a promise."""
        return (
            self._aboard(vehicle, key)
            or bool(vehicle.teams.get(key))
            or self._promise(vehicle, key) is not None
        )

    def _holds_stand(self, mover: Mover, place: str) -> bool:
        """C5: an aircraft that does not fly off keeps a stand that others may have been given."""
        return mover.mode == "air" and self.problem.scenario.place(place).stands is not None

    def _useful(self, vehicle: _Vehicle) -> list[Start]:
        """The moves without the rounds on which nobody was carried."""
        moves = list(vehicle.moves)
        needed = [self._loaded(vehicle, key) for key in moves]
        while (idle := self._idle(vehicle.mover, moves, needed)) is not None:
            first, end = idle
            moves, needed = moves[:first] + moves[end:], needed[:first] + needed[end:]
        return moves

    def _idle(self, index: int, moves: list[Start], needed: list[bool]) -> tuple[int, int] | None:
        """The first moves of a mover, up to an end, that lead nowhere: back, or to a good end."""
        mover, places = self.movers[index], self.problem.plan.places[index]
        at = [mover.start] + [self.options[key[0]].destination for key in moves]
        for i, is_needed in enumerate(needed):
            if is_needed or (i and self._holds_stand(mover, at[i])):
                continue
            most = next((j for j in range(i, len(moves)) if needed[j]), len(moves))
            free = 0 if i == 0 else moves[i - 1][1] + self.options[moves[i - 1][0]].steps
            for j in range(most, i, -1):
                ends = j == len(moves) and bool(
                    self.problem.plan.may_end[index][places.index(at[i]), free]
                )
                if (at[i] == at[j] or ends) and self._rests(index, moves[:i] + moves[j:]):
                    return i, j
        return None

    def _rests(self, index: int, moves: list[Start]) -> bool:
        """C14: whether crews rest and tanks are filled all the same with these movements alone."""
        rota = self.problem.plan.rotas[index]
        if rota is None:
            return True
        options = [self.options[number] for number, _ in moves]
        return rota.follow(options, [step * self.step_s for _, step in moves]) is not None

    def _split(
        self, vehicle: _Vehicle, moves: list[Start], fleet: str, number: int, ship: int,
        company: tuple[str, ...],
    ) -> list[Sortie]:  # fmt: skip
        sorties: list[list[PlanLeg]] = [[]]
        escort_trip = 0
        for key in moves:
            leg = self._leg(vehicle, key, ship)
            people = self._aboard(vehicle, key)
            if people and company and ship >= 0:
                guards = tuple(f"{guard}-{escort_trip + 1}" for guard in company)
                leg = leg.model_copy(update={"escorted_by": guards})
            sorties[-1].append(leg)
            if people:
                escort_trip += 1
                sorties.append([])
        tail = sorties.pop()
        if tail and sorties:
            sorties[-1] += tail
        elif tail:
            sorties = [tail]
        return [
            Sortie(id=f"{fleet}-{number}-{i}", fleet=fleet, vehicle=number, legs=tuple(legs))
            for i, legs in enumerate(sorties, start=1)
        ]

    def _leg(self, vehicle: _Vehicle, key: Start, ship: int) -> PlanLeg:
        option = self.options[key[0]]
        start = key[1] * self.step_s
        loads = vehicle.loads.get(key, [])
        people = any(x.persons for x in loads)
        manifest = loads[ship].manifest() if ship >= 0 and people else ()
        # The escort (ship -1) boards nobody: it neither loads nor unloads.
        teams = tuple(vehicle.teams.get(key, ())) if ship == 0 else ()
        promise = self._promise(vehicle, key) if ship == 0 else None
        aid = tuple(vehicle.aid.get((key, ship), ()))
        busy = ship >= 0 and (people or bool(teams or aid) or promise is not None)
        arrive = start + option.arrive_s
        return PlanLeg(
            route=option.route, origin=option.origin, destination=option.destination,
            load_start_s=start if busy else start + option.depart_s,
            depart_s=start + option.depart_s, arrive_s=arrive,
            unload_end_s=start + option.end_s if aid or (people and ship >= 0) else arrive,
            manifest=manifest, teams=teams, aid=aid, commitment=promise,
        )  # fmt: skip

    def _promise(self, vehicle: _Vehicle, key: Start) -> str | None:
        """C18: the commitment that a movement keeps."""
        number = self.problem.plan.openings[vehicle.mover].promised.get(key)
        return None if number is None else self.problem.scenario.commitments[number].id


def delivered(scenario: Scenario, sorties: list[Sortie]) -> list[AidDelivery]:
    """Of each consignment how much arrives, and when the last of it is off board."""
    found = []
    for aid in scenario.aid:
        loads = [
            (leg.unload_end_s, load.kg)
            for sortie in sorties for leg in sortie.legs for load in leg.aid if load.aid == aid.id
        ]  # fmt: skip
        last_s = max((moment for moment, _ in loads), default=None)
        total = sum(kg for _, kg in loads)
        found.append(AidDelivery(aid=aid.id, kg=total, arrive_s=last_s))
    return found


def conditional_on(network: TransportNetwork, sorties: list[Sortie]) -> tuple[str, ...]:
    """Assumed authorisations without which some leg could not go."""
    scenario = network.scenario
    assumed = [a for a in scenario.authorisations if a.assume and a.state != "granted"]
    if not assumed:
        return ()
    found: set[str] = set()
    for sortie in sorties:
        overhead = scenario.vehicle(scenario.fleet(sortie.fleet)).overhead_s // 2
        for leg in sortie.legs:
            inside = leg.depart_s + overhead
            spans = [(leg.origin, leg.load_start_s, leg.depart_s)]
            spans.append((leg.destination, leg.arrive_s, leg.unload_end_s))
            spans += [
                (p.ground, inside + p.enter_s, inside + p.exit_s)
                for p in network.routes[leg.route].passages
            ]
            for ground, enter, leave in spans:
                bare = network.allowed(ground, sortie.fleet, with_assumed=False)
                if not bare.covers(enter, leave):
                    found.update(
                        _relied(network, scenario, assumed, sortie.fleet, (ground, enter, leave))
                    )
    return tuple(sorted(found))


def _relied(
    network: TransportNetwork, scenario: Scenario, assumed: list[Authorisation], fleet: str,
    stretch: tuple[str, int, int],
) -> list[str]:  # fmt: skip
    ground, enter, leave = stretch
    place = network.grounds[ground]
    vehicle_fleet = scenario.fleet(fleet)
    mode = scenario.vehicle(vehicle_fleet).mode
    holders = {
        party for start, end, party in place.spans
        if party not in (None, CONTESTED) and start <= leave and enter < max(end, start + 1)
    }  # fmt: skip
    return [
        a.id for a in assumed
        if a.party in holders
        and (not a.over or set(a.over) & set(place.names))
        and (not a.for_.fleets or fleet in a.for_.fleets)
        and (not a.for_.modes or mode in a.for_.modes)
        and (not a.for_.neutral or vehicle_fleet.neutral)
    ]  # fmt: skip
