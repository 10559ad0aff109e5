"""The first stage: which vehicle leaves when, by which route, whom it is for; and how that goes in
a world that turns out otherwise than planned.

A departure that a world makes impossible (a closed way, a permission that does not hold) is called
off there, and what the vehicle was to do after it on the first day too: it stays where it is until
the first stage is over. On board go those whom the plan names, as many as are there; where more of
a group have come up than was planned with, they fill free seats of its departures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from planner import verify
from planner.network import Route, TransportNetwork
from planner.plan import ManifestLine, Plan, PlanLeg, SelfMovement, Sortie
from planner.replan.happened import Kind, kind_of, supply_of
from planner.scenario import Scenario, Unit, Vehicle
from planner.verify import Verdict

LegKey = tuple[str, int]
"""Id of a sortie and number of its leg, from 1."""
WHOLE_PLAN = frozenset({
    "C1 people", "C17 deadlines", "left behind", "levels", "bounds", "C2 end", "C18 commitments",
    "totals", "teams", "aid told", "origin",
})  # fmt: skip
"""Rules on a plan as a whole, which its first day alone need not keep."""
WHO_BOARDS = frozenset({
    "C1 ready", "C3 capacity", "C7 intake", "C7 waiting", "C11 acceptability", "C16 households",
    "team first",
})  # fmt: skip
"""Rules on who is on board: the vehicle leaves all the same, without them."""
NOT_THERE = " (not there)"


@dataclass(frozen=True)
class FirstStage:
    """What of a plan begins to load before ``until_s``, with what may follow as a hint.

    ``label`` says whose first day it is, ``scenario`` with which numbers of people it was made,
    ``network`` what its routes are called in.
    """

    label: str
    plan: Plan
    scenario: Scenario
    network: TransportNetwork
    until_s: int

    @cached_property
    def legs(self) -> tuple[tuple[LegKey, Sortie, PlanLeg], ...]:
        """The departures in order of time."""
        found = [
            ((sortie.id, number), sortie, leg)
            for sortie in self.plan.sorties
            for number, leg in enumerate(sortie.legs, start=1)
            if leg.load_start_s < self.until_s
        ]
        return tuple(sorted(found, key=lambda item: (item[2].load_start_s, item[0])))

    @cached_property
    def alone(self) -> tuple[SelfMovement, ...]:
        """Who sets out by own means."""
        return tuple(own for own in self.plan.self_movements if own.depart_s < self.until_s)

    @cached_property
    def key(self) -> tuple[object, ...]:
        """The same for two first stages that only number the like vehicles of a fleet otherwise."""
        vehicles: dict[tuple[str, int], list[object]] = {}
        for _, sortie, leg in self.legs:
            whom = tuple(sorted({line.group for line in leg.manifest}))
            vehicles.setdefault((sortie.fleet, sortie.vehicle), []).append(
                (leg.load_start_s, leg.route, whom)
            )
        alone = Counter((own.depart_s, own.route, own.manifest) for own in self.alone)
        rides = Counter((fleet, tuple(moves)) for (fleet, _), moves in vehicles.items())
        return tuple(sorted(rides.items(), key=str)), tuple(sorted(alone.items(), key=str))

    def without(self, keys: Iterable[LegKey]) -> FirstStage:
        """The same without some of its departures, and what was to follow on them."""
        less = set(keys)
        first = {name: min(n for other, n in less if other == name) for name, _ in less}
        sorties = []
        for sortie in self.plan.sorties:
            legs = sortie.legs[: first.get(sortie.id, len(sortie.legs) + 1) - 1]
            if legs:
                sorties.append(sortie.model_copy(update={"legs": legs}))
        plan = self.plan.model_copy(update={"sorties": tuple(sorties)})
        return replace(self, plan=plan)

    def with_fleet(self, fleet: str, other: FirstStage) -> FirstStage:
        """The same, but one fleet does what it does in another first stage."""
        sorties = [s for s in self.plan.sorties if s.fleet != fleet]
        sorties += [s for s in other.plan.sorties if s.fleet == fleet]
        order = sorted(sorties, key=lambda s: (s.start_s, s.fleet, s.vehicle))
        plan = self.plan.model_copy(update={"sorties": tuple(order)})
        return replace(self, plan=plan, label=f"{self.label}, {fleet} as in {other.label}")

    def fleets_apart(self, other: FirstStage) -> list[str]:
        """Fleets that do something else on the first day of another."""
        own, others = self._by_fleet, other._by_fleet
        return sorted(f for f in {*own, *others} if own.get(f) != others.get(f))

    @cached_property
    def _by_fleet(self) -> dict[str, Counter[tuple[int, str]]]:
        found: dict[str, Counter[tuple[int, str]]] = {}
        for _, sortie, leg in self.legs:
            found.setdefault(sortie.fleet, Counter())[leg.load_start_s, leg.route] += 1
        return found

    @cached_property
    def _expected(self) -> Counter[str]:
        return _heads(self.scenario)


@dataclass(frozen=True)
class Held:
    """A first stage as it goes in a world: a plan whose beginning is possible there."""

    plan: Plan
    called_off: tuple[LegKey, ...]
    aboard: int
    """People who have left home on the first day."""


def by_ways_of(stage: FirstStage, network: TransportNetwork) -> FirstStage:
    """The same with each way under its name in another network; one that is not there keeps a name
    that nothing bears."""
    if network is stage.network:
        return stage
    names: dict[str, str] = {}

    def name(route: str) -> str:
        if route not in names:
            names[route] = _name_in(network, stage.network.routes[route])
        return names[route]

    sorties = tuple(
        sortie.model_copy(update={"legs": tuple(
            leg.model_copy(update={"route": name(leg.route)}) for leg in sortie.legs
        )})
        for sortie in stage.plan.sorties
    )  # fmt: skip
    alone = tuple(
        own.model_copy(update={"route": name(own.route)}) for own in stage.plan.self_movements
    )
    plan = stage.plan.model_copy(update={"sorties": sorties, "self_movements": alone})
    return replace(stage, plan=plan, network=network)


def _name_in(network: TransportNetwork, route: Route) -> str:
    for name in network.between.get((route.origin, route.destination, route.profile), ()):
        twin = network.routes[name]
        same = (twin.length_m, twin.travel_s) == (route.length_m, route.travel_s)
        if same and twin.points == route.points:
            return name
    return f"{route.id}{NOT_THERE}"


def held(stage: FirstStage, scenario: Scenario, network: TransportNetwork) -> Held:
    """The stage's plan with the first day as it goes in that world; what follows is as planned."""
    stage = by_ways_of(stage, network)
    without = _Without()
    while True:
        boarded = _Boarding(stage, scenario, without)
        draft = boarded.first_day()
        if not without.learn(boarded, verify.check(draft, scenario, network)):
            break
    sorties = list(draft.sorties)
    return Held(
        stage.plan.model_copy(
            update={
                "sorties": tuple(_with_rest(stage, sorties, boarded)),
                "self_movements": (*draft.self_movements, *_later(stage)),
            }
        ),
        tuple(sorted(boarded.off)),
        boarded.aboard,
    )  # fmt: skip


@dataclass
class _Without:
    """What a world does not let happen of a first day."""

    off: set[LegKey] = field(default_factory=set)
    """Departures that cannot be made."""
    strict: set[LegKey] = field(default_factory=set)
    """Departures that take nobody beyond those planned."""
    empty: set[LegKey] = field(default_factory=set)
    """Departures that nobody may board."""
    staying: set[str] = field(default_factory=set)
    """Movements by own means that cannot be made."""

    def learn(self, boarded: _Boarding, verdict: Verdict) -> bool:
        """What the witness objects to; whether that is something new."""
        known = {own.id for own in boarded.walks}
        before = self._size
        for one in verdict.violations:
            if one.rule in WHOLE_PLAN:
                continue
            if one.where in known:
                self.staying.add(one.where)
            elif one.where in boarded.keys:
                key = boarded.keys[one.where]
                if key in boarded.filled:
                    self.strict.add(key)
                elif one.rule in WHO_BOARDS and key not in self.empty:
                    self.empty.add(key)
                else:
                    self.off.add(key)
        return self._size > before

    @property
    def _size(self) -> int:
        return len(self.off) + len(self.strict) + len(self.empty) + len(self.staying)


def _later(stage: FirstStage) -> Iterator[SelfMovement]:
    return (
        own for own in stage.plan.self_movements
        if own.depart_s >= stage.until_s and not own.route.endswith(NOT_THERE)
    )  # fmt: skip


def _with_rest(
    stage: FirstStage, sorties: list[Sortie], boarded: _Boarding
) -> Iterator[Sortie]:  # fmt: skip
    """The first day's legs with those that were to follow, as a hint for the search."""
    begun = {sortie.id: sortie for sortie in sorties}
    stopped = {key[0] for key in boarded.off}
    for sortie in stage.plan.sorties:
        legs = begun[sortie.id].legs if sortie.id in begun else ()
        later = tuple(leg for leg in sortie.legs if leg.load_start_s >= stage.until_s)
        lost = any(leg.route.endswith(NOT_THERE) for leg in later)
        later = () if sortie.id in stopped or lost else later
        if legs or later:
            yield sortie.model_copy(update={"legs": (*legs, *later)})


# ---------------------------------------------------------------------- who boards


class _Boarding:
    """One way through a first day: who is there, who boards, what is called off."""

    def __init__(self, stage: FirstStage, scenario: Scenario, without: _Without) -> None:
        self.stage = stage
        self.scenario = scenario
        self.homes = {group.id: group.at for group in scenario.groups}
        self.there: dict[str, Counter[Kind]] = {}
        """By home or hub: the units that are there."""
        for kind, units in supply_of(scenario).items():
            if kind[1] != "unwilling":
                place = self.homes[kind[0]]
                self.there.setdefault(place, Counter())[kind] += units
        surplus = _heads(scenario)
        surplus.subtract(stage._expected)
        self.surplus = Counter({group: n for group, n in surplus.items() if n > 0})
        """Heads by group that nobody had planned with."""
        self.off: set[LegKey] = set()
        self.filled: set[LegKey] = set()
        self.keys: dict[str, LegKey] = {}
        self.aboard = 0
        self._due: list[tuple[int, str, Counter[Kind]]] = []
        self._begin(without)

    def _begin(self, without: _Without) -> None:
        self.walks = [
            own for own in map(self._alone, self.stage.alone)
            if own.manifest and own.id not in without.staying
        ]  # fmt: skip
        self.legs: dict[LegKey, PlanLeg] = {}
        stopped: set[tuple[str, int]] = set()
        for key, sortie, leg in self.stage.legs:
            vehicle = (sortie.fleet, sortie.vehicle)
            if key in without.off or vehicle in stopped:
                stopped.add(vehicle)
                self.off.add(key)
                continue
            self._arrive(leg.depart_s)
            self.legs[key] = self._board(key, sortie, leg, without)

    def first_day(self) -> Plan:
        """The first day alone, as a plan."""
        sorties = []
        for sortie in self.stage.plan.sorties:
            own = [(n, self.legs[sortie.id, n]) for n in range(1, len(sortie.legs) + 1)
                   if (sortie.id, n) in self.legs]  # fmt: skip
            for place, (number, _) in enumerate(own, start=1):
                self.keys[f"{sortie.id} leg {place}"] = (sortie.id, number)
            if own:
                legs = tuple(leg for _, leg in own)
                sorties.append(sortie.model_copy(update={"legs": legs}))
        return self.stage.plan.model_copy(
            update={"sorties": tuple(sorties), "self_movements": tuple(self.walks)}
        )

    def _arrive(self, until_s: int) -> None:
        """Those who have come to a hub by then are there."""
        for item in [due for due in self._due if due[0] <= until_s]:
            self._due.remove(item)
            self.there.setdefault(item[1], Counter()).update(item[2])

    def _alone(self, own: SelfMovement) -> SelfMovement:
        manifest = tuple(self._lines(own.origin, own.manifest))
        persons = sum(line.persons for line in manifest)
        self.aboard += persons
        cars = own.vehicles
        if cars and persons < own.persons:
            each = {group.id: group.persons_per_car for group in self.scenario.groups}
            least = min((each[line.group] for line in manifest), default=1)
            cars = min(cars, -(-persons // least))
        return own.model_copy(update={"manifest": manifest, "vehicles": cars})

    def _board(self, key: LegKey, sortie: Sortie, leg: PlanLeg, without: _Without) -> PlanLeg:
        if not leg.manifest or key in without.empty:
            return leg.model_copy(update={"manifest": ()})
        lines = list(self._lines(leg.origin, leg.manifest))
        if key not in without.strict:
            kind = self.scenario.vehicle(self.scenario.fleet(sortie.fleet))
            more = list(self._more(leg, kind, lines))
            if more:
                self.filled.add(key)
                lines = _joined([*lines, *more])
        if leg.origin in set(self.homes.values()):
            self.aboard += sum(line.persons for line in lines)
        if leg.destination not in self._havens:
            came = Counter({kind_of(line): 0 for line in lines})
            for line in lines:
                came[kind_of(line)] += line.units
            self._due.append((leg.unload_end_s, leg.destination, came))
        return leg.model_copy(update={"manifest": tuple(lines)})

    @cached_property
    def _havens(self) -> frozenset[str]:
        return frozenset(p.id for p in self.scenario.places if p.role == "safe_haven")

    def _lines(self, place: str, planned: Iterable[ManifestLine]) -> Iterator[ManifestLine]:
        """Those planned, as far as they are there: like households first, else as many heads."""
        there = self.there.setdefault(place, Counter())
        short: list[tuple[ManifestLine, int]] = []
        for line in planned:
            kind = kind_of(line)
            units = min(line.units, there[kind])
            there[kind] -= units
            if units:
                yield line.model_copy(update={"units": units})
            if units < line.units:
                short.append((line, line.units - units))
        for line, missing in short:
            heads = missing * line.unit_persons
            yield from self._take(place, line, heads, missing * line.unit_stretchers)

    def _more(
        self, leg: PlanLeg, kind: Vehicle, lines: list[ManifestLine]
    ) -> Iterator[ManifestLine]:
        """Those nobody had planned with, of the groups on board, in the seats that are free."""
        lying = sum(line.stretchers for line in lines)
        seats = kind.seats - (sum(line.persons for line in lines) - lying)
        for line in {line.group: line for line in leg.manifest}.values():
            wanted = min(seats, self.surplus[line.group])
            if wanted <= 0 or line.unit_stretchers:
                continue
            for one in self._take(leg.origin, line, wanted, 0):
                self.surplus[line.group] -= one.persons
                seats -= one.persons
                yield one

    def _take(
        self, place: str, line: ManifestLine, heads: int, stretchers: int
    ) -> Iterator[ManifestLine]:
        """Units of a line's group and means from a place: the largest first, as they fit."""
        there = self.there[place]
        like = [
            kind for kind in there
            if kind[:2] == (line.group, line.means)
            and bool(kind[2].stretchers) == bool(line.unit_stretchers)
        ]  # fmt: skip
        for kind in sorted(like, key=lambda k: (-k[2].persons, k)):
            unit = kind[2]
            units = min(there[kind], heads // unit.persons if unit.persons else 0)
            if unit.stretchers:
                units = min(units, stretchers // unit.stretchers)
            if units > 0:
                there[kind] -= units
                heads -= units * unit.persons
                stretchers -= units * unit.stretchers
                yield _line(line, unit, units)


def _line(line: ManifestLine, unit: Unit, units: int) -> ManifestLine:
    return ManifestLine(
        group=line.group, means=line.means, unit_persons=unit.persons,
        unit_stretchers=unit.stretchers, units=units,
    )  # fmt: skip


def _joined(lines: list[ManifestLine]) -> list[ManifestLine]:
    """Lines of the same people as one."""
    found: dict[Kind, ManifestLine] = {}
    for line in lines:
        kind = kind_of(line)
        units = line.units + (found[kind].units if kind in found else 0)
        found[kind] = line.model_copy(update={"units": units})
    return list(found.values())


def _heads(scenario: Scenario) -> Counter[str]:
    """People by group who want to leave."""
    found = Counter[str]()
    for (group, means, unit), units in supply_of(scenario).items():
        found[group] += 0 if means == "unwilling" else units * unit.persons
    return found
