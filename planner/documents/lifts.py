"""The lift schedule: every loaded sailing and flight with its port, berth, times and load."""

from __future__ import annotations

from dataclasses import dataclass

from planner.cells import clean
from planner.charts import Convoy, havens
from planner.documents.berths import LIFTS, Stay, stays
from planner.documents.columns import STAMPS, columns
from planner.documents.paper import Paper
from planner.documents.rows import Row, Table, stamps
from planner.plan import PlanLeg, Sortie
from planner.roads import great_circle_m
from planner.scenario import Fleet
from planner.units import MINUTE_S

COLUMNS = (
    *columns(
        """
        lift: code of the sailing or flight; its route is in gpx/<code>.gpx
        sortie: id of the sortie
        mode: road, sea, air, river
        carrier: who runs it
        name: name of the ship or kind of aircraft, and which of them
        registration: IMO or tail number; to fill in where nobody gave it
        master: driver, master or captain; to fill in where nobody gave it
        from: port or airport of embarkation
        from_code: UN/LOCODE of a port, ICAO code of an airport, where known
        from_berth: berth or stand as planned; the port has the last word
        from_slot: slot or berth reference of the port; to fill in
        arrives_local: it is there for embarkation, local clock; empty where it starts there
        arrives_utc: the same in UTC
        embark_start_local: the first people board, local clock
        embark_start_utc: the same in UTC
        embark_end_local: the last people are on board, local clock
        embark_end_utc: the same in UTC
        depart_local: leaves, local clock
        depart_utc: the same in UTC
        to: port or airport of disembarkation
        to_code: its UN/LOCODE or ICAO code, where known
        to_berth: berth or stand as planned; the port has the last word
        arrive_local: arrives, local clock
        arrive_utc: the same in UTC
        unload_end_local: everyone is off board, local clock
        unload_end_utc: the same in UTC
        seats: how many it has
        stretcher_places: how many it has besides
        payload_kg: what it can carry
        persons: evacuees on board
        stretchers: how many of them lie
        allocated: people by group
        inbound_cargo: aid that it brought in
        escort: who goes along
        turnround_min: minutes from its arrival, or from the first loading, to departure
        crew_rest: how long the crew may work, and then rests
        standby: who moves up if seats stay free; to fill in
        cancel_by: after this it cannot be called off; to fill in
        onward: how people go on from there
        authorisations: ids of the authorisations that this movement relies on
        """
    ),
    *STAMPS,
)
_OFFICE = frozenset({"from_berth", "to_berth"})
_NEAR_M = 4000  # a port of the map this near is the port of the scenario


@dataclass(frozen=True)
class Lift:
    """A loaded sailing or flight, or one that brings a team or aid in."""

    id: str
    convoy: Convoy
    sortie: Sortie
    index: int

    @property
    def leg(self) -> PlanLeg:
        """The movement itself."""
        return self.sortie.legs[self.index]

    @property
    def key(self) -> tuple[str, int]:
        """(sortie id, index of the leg)."""
        return (self.sortie.id, self.index)


def lifts(paper: Paper) -> tuple[Lift, ...]:
    """Every lift by departure; those of one convoy bear its code and a number."""
    fleets = {fleet.id: fleet for fleet in paper.verdict.scenario.fleets}
    found = []
    for convoy in paper.convoys:
        if convoy.mode not in LIFTS:
            continue
        with_load = [
            (sortie, index)
            for sortie, index in convoy.members
            if not fleets[sortie.fleet].is_escort and _carries(sortie.legs[index])
        ]
        for number, (sortie, index) in enumerate(with_load, start=1):
            name = convoy.id if len(with_load) == 1 else f"{convoy.id}/{number}"
            found.append(Lift(name, convoy, sortie, index))
    return tuple(found)


def _carries(leg: PlanLeg) -> bool:
    return bool(leg.manifest or leg.teams or leg.aid)


def table(paper: Paper) -> Table:
    """A row a lift; the numbers of berths are the office's own and told to nobody else."""
    book = _Book(paper)
    kept = tuple(one for one in COLUMNS if paper.internal or one.name not in _OFFICE)
    names = [column.name for column in kept]
    rows = tuple({name: row[name] for name in names} for row in map(book.row, lifts(paper)))
    return Table("lift_schedule", "Lift schedule", kept, rows)


class _Book:
    """What the lifts of one paper share."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        scenario = paper.verdict.scenario
        self.fleets = {fleet.id: fleet for fleet in scenario.fleets}
        self.sorties = {sortie.id: sortie for sortie in paper.verdict.plan.sorties}
        self.havens = havens(scenario)
        found = stays(paper)
        self.outs: dict[tuple[str, int], Stay] = {s.leg_out: s for s in found if s.leg_out}
        self.ins: dict[tuple[str, int], Stay] = {s.leg_in: s for s in found if s.leg_in}
        self.before = _before(paper)

    def row(self, lift: Lift) -> Row:
        """One lift."""
        paper, leg = self.paper, lift.leg
        fleet = self.fleets[lift.sortie.fleet]
        kind = paper.verdict.scenario.vehicle(fleet)
        known = fleet.vehicles[lift.sortie.vehicle - 1 : lift.sortie.vehicle]
        came = self.before.get(lift.key)
        here_s = came.arrive_s if came is not None and came.destination == leg.origin else None
        numbers: Row = {
            "seats": kind.seats, "stretcher_places": kind.stretchers, "payload_kg": kind.payload_kg,
            "persons": leg.persons, "stretchers": sum(line.stretchers for line in leg.manifest),
            "turnround_min": (leg.depart_s - (leg.load_start_s if here_s is None else here_s))
            // MINUTE_S,
        }  # fmt: skip
        texts: Row = {
            "lift": lift.id, "sortie": lift.sortie.id, "mode": kind.mode,
            "carrier": clean(fleet.label), "name": self._name(lift, fleet),
            "registration": clean((known and known[0].plate) or ""),
            "master": clean((known and known[0].driver) or ""),
            "from": paper.label(leg.origin), "from_code": code(paper, leg.origin, kind.mode),
            "from_berth": _number(self.outs.get(lift.key)), "from_slot": "",
            "to": paper.label(leg.destination),
            "to_code": code(paper, leg.destination, kind.mode),
            "to_berth": _number(self.ins.get(lift.key)), "allocated": self._allocated(leg),
            "inbound_cargo": self._cargo(leg, came), "escort": self._escort(leg),
            "crew_rest": self._rest(fleet), "standby": "", "cancel_by": "",
            "onward": self._onward(lift),
            "authorisations": " ".join(paper.authorisations.get(lift.key, ())),
        }  # fmt: skip
        moments = {
            "arrives": here_s, "embark_start": leg.load_start_s, "embark_end": leg.depart_s,
            "depart": leg.depart_s, "arrive": leg.arrive_s, "unload_end": leg.unload_end_s,
        }  # fmt: skip
        return {**texts, **numbers, **_clocks(paper, moments), **stamps(paper)}

    def _name(self, lift: Lift, fleet: Fleet) -> str:
        known = fleet.vehicles[lift.sortie.vehicle - 1 : lift.sortie.vehicle]
        if known and known[0].name:
            return clean(known[0].name)
        kind = self.paper.verdict.scenario.vehicle(fleet)
        return f"{clean(kind.name or fleet.vehicle.replace('_', ' '))} {lift.sortie.vehicle}"

    def _allocated(self, leg: PlanLeg) -> str:
        """'Families: 120; Patients: 8': heads by group; outside the groups are few words."""
        paper = self.paper
        counted: dict[str, int] = {}
        for line in leg.manifest:
            counted[line.group] = counted.get(line.group, 0) + line.persons
        told = []
        for name, persons in counted.items():
            label = clean(paper.verdict.scenario.group(name).label)
            told.append(f"{label if paper.internal else paper.say(label)}: {persons}")
        told += [f"{paper.say('team')}: {ride.persons}" for ride in leg.teams]
        return "; ".join(told)

    def _cargo(self, leg: PlanLeg, came: PlanLeg | None) -> str:
        goods = {item.id: clean(item.goods) for item in self.paper.verdict.scenario.aid}
        loads = [*leg.aid, *(came.aid if came is not None else ())]
        word = self.paper.say("aid")
        return "; ".join(f"{goods.get(load.aid, word)}: {load.kg} kg" for load in loads)

    def _escort(self, leg: PlanLeg) -> str:
        names = []
        for name in leg.escorted_by:
            sortie = self.sorties.get(name)
            if sortie is not None:
                names.append(f"{clean(self.fleets[sortie.fleet].label)} {sortie.vehicle}")
        return "; ".join(names)

    def _rest(self, fleet: Fleet) -> str:
        if fleet.duty is None:
            return ""
        return self.paper.say("{rest} rest after {duty} at most").format(
            rest=self.paper.span(fleet.duty.rest_s), duty=self.paper.span(fleet.duty.longest_s)
        )

    def _onward(self, lift: Lift) -> str:
        """Where people go from there: a safe haven is the end, else the next convoy that leaves."""
        paper, leg = self.paper, lift.leg
        if leg.destination in self.havens:
            return paper.say("ends there")
        if not paper.internal:
            return ""
        groups = {line.group for line in leg.manifest}
        found = [
            convoy
            for convoy in paper.convoys
            if convoy.origin == leg.destination
            and convoy.depart_s >= leg.unload_end_s
            and groups & {line.group for one in convoy.legs for line in one.manifest}
        ]
        return ", ".join(
            f"{one.id} {paper.local(one.depart_s):%Y-%m-%d %H:%M} {paper.label(one.destination)}"
            for one in found[:1]
        )


def _before(paper: Paper) -> dict[tuple[str, int], PlanLeg]:
    """(sortie id, index) → the leg that this vehicle made before."""
    turns: dict[tuple[str, int], list[tuple[Sortie, int]]] = {}
    for sortie in paper.verdict.plan.sorties:
        legs = turns.setdefault((sortie.fleet, sortie.vehicle), [])
        legs += [(sortie, index) for index in range(len(sortie.legs))]
    found = {}
    for legs in turns.values():
        legs.sort(key=lambda turn: turn[0].legs[turn[1]].depart_s)
        for at in range(1, len(legs)):
            sortie, index = legs[at - 1]
            found[legs[at][0].id, legs[at][1]] = sortie.legs[index]
    return found


def _number(stay: Stay | None) -> str:
    return "" if stay is None else str(stay.number)


def _clocks(paper: Paper, moments: dict[str, int | None]) -> Row:
    told: Row = {}
    for name, t_s in moments.items():
        told[f"{name}_local"] = None if t_s is None else paper.local(t_s)
        told[f"{name}_utc"] = None if t_s is None else paper.utc(t_s)
    return told


def code(paper: Paper, place: str, mode: str) -> str:
    """UN/LOCODE of the port or ICAO code of the airport that the map knows at the place."""
    network = paper.verdict.network
    if network.region is None:
        return ""
    kind = "airport" if mode == "air" else "port"
    lat, lon = network.positions[place]
    near = [
        (great_circle_m(lat, lon, known.lat, known.lon), known)
        for known in network.region.places.values()
        if known.kind == kind and abs(known.lat - lat) < 0.1 and abs(known.lon - lon) < 0.2
    ]
    for distance_m, known in sorted(near, key=lambda one: (one[0], one[1].id)):
        told = known.icao if kind == "airport" else known.unlocode
        if told and distance_m <= _NEAR_M:
            return told
    return ""
