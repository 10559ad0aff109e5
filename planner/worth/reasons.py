"""Who stays in a manned plan, and why."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from planner import network as ground
from planner.network import CutOff
from planner.plan import PlanLeg, SelfMovement
from planner.problem import Commodity, EvacuationProblem, Limit, local_days
from planner.scenario import Place, Scenario, Unit
from planner.schedule import Manning
from planner.solvers import Solver
from planner.solvers.bottleneck import bottleneck
from planner.solvers.bottleneck import words as bottleneck_words
from planner.solvers.walkers import suits
from planner.units import format_duration
from planner.worth.cause import Cause
from planner.worth.idle import Rides
from planner.worth.teams import held_up, with_granted
from planner.worth.ways import Ways

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
NEARLY = 0.01
"""A haven that the relaxed problem fills counts as full in the plan with this much room left."""
UNLUCKY = (
    "the search found no seat for them; counted in fractions of vehicles and households there is "
    "room for everybody here who has a way out"
)
MAKE_ROOM = (
    "counted in fractions of vehicles and households, others could go elsewhere and make room"
)
CUT_SHORT = "the search ended before a seat was found for them (more time may find one)"
FRACTION = 0.5
"""Persons: less than this left in the relaxed problem is nobody."""


@dataclass(frozen=True)
class Stay:
    """People of one group who stay for one reason; ``homes`` are indices of home commodities."""

    group: str
    persons: int
    cause: Cause
    homes: tuple[int, ...]


def stays(problem: EvacuationProblem, solver: Solver, manning: Manning) -> tuple[Stay, ...]:
    """Everyone willing who is left behind, by group and reason, sorted by group, most first."""
    explain = _Explainer(problem, solver, manning)
    persons: dict[tuple[str, Cause], int] = defaultdict(int)
    homes: dict[tuple[str, Cause], set[int]] = defaultdict(set)
    for (group, means, unit), units in sorted(manning.left.items()):
        if not units:
            continue
        home = _home(problem, group, means, unit)
        key = (group, explain.cause(home, unit))
        persons[key] += units * unit.persons
        homes[key].add(home.index)
    found = [
        Stay(group, count, cause, tuple(sorted(homes[group, cause])))
        for (group, cause), count in persons.items()
    ]
    return tuple(sorted(found, key=lambda s: (s.group, -s.persons, s.cause.words)))


def _home(problem: EvacuationProblem, group: str, means: str, unit: Unit) -> Commodity:
    """The commodity that the unit is counted in: patients who lie by units, others by heads."""
    counted = unit if unit.stretchers else Unit(1)
    return next(
        c for c in problem.commodities
        if not c.is_hub and (c.group, c.means, c.unit) == (group, means, counted)
    )  # fmt: skip


class _Explainer:
    def __init__(self, problem: EvacuationProblem, solver: Solver, manning: Manning) -> None:
        self.problem = problem
        self.scenario = problem.scenario
        self.manning = manning
        self.ways = Ways(problem)
        self.cut = {(c.group, c.means, c.stretchers): c for c in ground.cut_off(problem.network)}
        self.rides = Rides(problem, self.ways, manning)
        proven = solver.assured.get("left_behind", 0.0)
        self.is_early = solver.stopped_by != "gap" and self._left() > proven + FRACTION
        self.knows_room = problem.scenario.priorities.levels[0] in solver.relaxed
        self.tight = solver.tight
        self.stuck = {k for k, n in solver.stuck.items() if self._persons(k, n) > FRACTION}
        self.legs = [leg for sortie in manning.sorties for leg in sortie.legs if leg.manifest]
        self._cut_after: dict[tuple[str, ...], dict[tuple[str, str, int], CutOff]] = {}
        self._scarcities: dict[tuple[int, int], Cause] = {}
        self._vehicles: dict[str, set[int]] = defaultdict(set)
        self._lasts: dict[str, PlanLeg | None] = {}
        self._known_arrivals: dict[str, list[tuple[int, int]]] = {}
        self._bottleneck: tuple[Limit, ...] | None = None
        self.short = self._short()

    def _left(self) -> float:
        """Heads by weight who stay in the plan against their will."""
        weight = {group.id: group.weight for group in self.scenario.groups}
        left = self.manning.left.items()
        return sum(weight[group] * units * unit.persons for (group, _, unit), units in left)

    def _persons(self, index: int, units: float) -> float:
        return units * self.problem.commodities[index].persons

    def _uses(self, index: int) -> set[str]:
        """Fleets that can carry a commodity, and used-up places and links that it can come by."""
        return {*self.ways.fleets(index), *(self.ways.grounds(index) & self.tight)}

    def _in_use(self) -> dict[str, set[str]]:
        """The same as the plan has it, by group."""
        found: dict[str, set[str]] = defaultdict(set)
        routes = self.problem.network.routes
        moved: list[tuple[PlanLeg | SelfMovement, set[str]]] = []
        moved += [(leg, {s.fleet}) for s in self.manning.sorties for leg in s.legs]
        moved += [(walk, set()) for walk in self.manning.self_movements]
        for move, used in moved:
            on = {move.origin, move.destination, *(u.link for u in routes[move.route].links)}
            for line in move.manifest:
                found[line.group] |= used | (on & self.tight)
        return found

    def _short(self) -> set[str]:
        """What those use whom the relaxed problem leaves although they have a way out; and what
        the others use who are on it in the plan, for they could make room.
        """
        homes = [c for c in self.problem.commodities if not c.is_hub]
        short = {name for c in homes if c.index in self.stuck for name in self._uses(c.index)}
        in_use, size = self._in_use(), -1
        while len(short) > size:
            size = len(short)
            for home in homes:
                if in_use[home.group] & short:
                    short |= self._uses(home.index)
        return short

    def _is_short(self, home: Commodity) -> bool:
        """Whether the relaxed problem lacks room for them, or for others on all that they use."""
        if home.index in self.stuck:
            return True
        walked = {walk.destination for walk in self.ways.onward(home.index).walks}
        return {*self.ways.fleets(home.index), *walked} <= self.short

    def cause(self, home: Commodity, unit: Unit) -> Cause:
        """Why units like this one stay."""
        cut = self.cut.get((home.group, home.means, unit.stretchers))
        waited = self._waits(home)
        if waited is not None:
            return waited if cut is None else self._both(waited, cut)
        if cut is not None:
            is_full = "haven_full" in cut.codes
            shut = self._shut() if is_full else ()
            return Cause(cut.codes[0], cut.reason, is_scarce=is_full, full=shut)
        if not self.ways.onward(home.index).havens:
            step = format_duration(self.problem.grid.step_s)
            return Cause(
                "too_late", f"no departure on a multiple of {step} leads to a haven in time"
            )
        key = (home.index, unit.persons)
        if key not in self._scarcities:
            self._scarcities[key] = self._scarce(home, unit)
        return self._scarcities[key]

    def _shut(self) -> tuple[str, ...]:
        """Havens that take in nobody at all."""
        havens = (p for p in self.scenario.places if p.role == "safe_haven")
        return tuple(p.id for p in havens if p.intake and 0 in (p.intake.total, p.intake.per_day))

    def _waits(self, home: Commodity) -> Cause | None:
        if home.needs_team is None:
            return None
        team = next(t for t in self.scenario.teams if t.id == home.needs_team)
        return held_up(self.problem.network, team)

    def _both(self, waited: Cause, cut: CutOff) -> Cause:
        """Waiting for a team and cut off besides: what still cuts off once the team comes."""
        if waited.asked and waited.asked not in self._cut_after:
            granted = ground.cut_off(with_granted(self.problem.network, waited.asked))
            self._cut_after[waited.asked] = {(c.group, c.means, c.stretchers): c for c in granted}
        after = self._cut_after.get(waited.asked)
        if after is None:
            is_same = set(cut.codes) <= {waited.code}
            still = None if is_same else cut
        else:
            still = after.get((cut.group, cut.means, cut.stretchers))
        if still is None:
            return waited
        return Cause(waited.code, f"{waited.words}; and {still.reason}")

    def _scarce(self, home: Commodity, unit: Unit) -> Cause:
        """A way exists, but not for everybody: too small vehicles, full havens, no seat in time."""
        unfit = self._too_large(home, unit)
        if unfit is not None:
            return unfit
        havens = [self.scenario.place(p) for p in self.ways.onward(home.index).havens]
        told = [self._full(home, haven, unit.persons) for haven in havens]
        if all(told):
            may = not self._is_short(home)
            words = "; ".join([*(word for word in told if word), *([MAKE_ROOM] if may else [])])
            return Cause("haven_full", words, True, may, tuple(p.id for p in havens))
        early = self._cut_short(home, unit)
        if early is not None:
            return early
        return self._seats(home, [(p, word) for p, word in zip(havens, told, strict=True) if word])

    def _too_large(self, home: Commodity, unit: Unit) -> Cause | None:
        fleets = [self.scenario.fleet(f) for f in self.ways.fleets(home.index, at_home=True)]
        if self.ways.onward(home.index).walks or not fleets:
            return None
        most = max(self.scenario.vehicle(fleet).seats for fleet in fleets)
        if unit.seats <= most:
            return None
        words = f"{unit.seats} who travel together fit into no vehicle that may take them"
        return Cause("no_fit", f"{words} (the largest has {most} seats)")

    # -- havens -------------------------------------------------------------------------------

    def _arrived(self, haven: str) -> list[tuple[int, int]]:
        """(moment, persons) of all who are taken in."""
        found = [(leg.unload_end_s, leg.persons) for leg in self.legs if leg.destination == haven]
        walks = self.manning.self_movements
        return found + [(m.arrive_s, m.persons) for m in walks if m.destination == haven]

    def _full(self, home: Commodity, haven: Place, persons: int) -> str:
        """Words where the haven has no room left for so many at any time; empty where it has."""
        if haven.intake is None:
            return ""
        arrived = self._arrived(haven.id)
        total = sum(n for _, n in arrived)
        if haven.intake.total is not None:
            room = haven.intake.total - total
            nearly = haven.id in self.tight and room <= NEARLY * haven.intake.total
            if room < persons or nearly:
                return f"{haven.label} has taken in {total:,} of the {haven.intake.total:,} it can"
        if haven.intake.per_day is None or not arrived:
            return ""
        first = min(moment for moment, _ in arrived)
        moments = self.ways.arrivals(home.index, haven.id)
        for start, end in local_days(self.scenario):
            counted = sum(n for moment, n in arrived if start <= moment < end)
            reachable = end > first and any(start <= moment < end for moment in moments)
            if reachable and haven.intake.per_day - counted >= persons:
                return ""
        return f"{haven.label} takes in its {haven.intake.per_day:,} a day on every day"

    # -- seats --------------------------------------------------------------------------------

    def _seats(self, home: Commodity, full: list[tuple[Place, str]]) -> Cause:
        havens = tuple(place.id for place, _ in full)
        filled = [word for _, word in full]
        if not self._is_short(home):
            words = "; ".join([*self._team_note(home), UNLUCKY, *filled])
            return Cause("no_seat", words, True, True, havens)
        fleets = self.ways.fleets(home.index)
        free = [f for f in fleets if len(self._used(f)) < self.scenario.fleet(f).count]
        notes = [self._under_way(f) for f in fleets] + filled
        notes += [*self._limits(home), *self._team_note(home)]
        code = "too_late" if free or not fleets else "no_seat"
        kind = "stretcher place" if home.unit.stretchers else "seat"
        lead = f"no {kind} in time" if fleets else "no way out in time"
        words = f"{lead}: {'; '.join(notes)}" if notes else lead
        return Cause(code, words, is_scarce=True, full=havens)

    def _cut_short(self, home: Commodity, unit: Unit) -> Cause | None:
        """Where the search ended early: vehicles that could still carry them, or nothing known."""
        if not self.is_early:
            return None
        idle = self.rides.idle(home.index, lambda haven, at: self._takes(haven, at, unit.persons))
        if idle is None and self.knows_room:
            return None
        words = CUT_SHORT
        if idle is not None:
            fleet = self.scenario.fleet(idle.fleet).label
            words += f"; {fleet}: free from {self._when(idle.since_s)}"
        return Cause("no_seat", words, is_scarce=True, short_of_nothing=True, cut_short=True)

    def _takes(self, haven: str, moment_s: int, persons: int) -> bool:
        """Whether the haven has room for so many more at that moment, in all and on its day."""
        intake = self.scenario.place(haven).intake
        if intake is None:
            return True
        arrived = self._arrivals(haven)
        if intake.total is not None and intake.total - sum(n for _, n in arrived) < persons:
            return False
        if intake.per_day is None:
            return True
        days = [(a, b) for a, b in local_days(self.scenario) if a <= moment_s < b]
        counted = [sum(n for at, n in arrived if a <= at < b) for a, b in days]
        return any(intake.per_day - n >= persons for n in counted)

    def _arrivals(self, haven: str) -> list[tuple[int, int]]:
        if haven not in self._known_arrivals:
            self._known_arrivals[haven] = self._arrived(haven)
        return self._known_arrivals[haven]

    def _used(self, fleet: str) -> set[int]:
        if not self._vehicles:
            for sortie in self.manning.sorties:
                self._vehicles[sortie.fleet].add(sortie.vehicle)
        return self._vehicles[fleet]

    def _last(self, fleet: str) -> PlanLeg | None:
        if fleet not in self._lasts:
            legs = [leg for s in self.manning.sorties if s.fleet == fleet for leg in s.legs]
            loaded = [leg for leg in legs if leg.manifest]
            self._lasts[fleet] = max(loaded, key=lambda leg: leg.unload_end_s, default=None)
        return self._lasts[fleet]

    def _under_way(self, fleet_id: str) -> str:
        """How many of the fleet are used, and when the last of its passengers are off board."""
        fleet = self.scenario.fleet(fleet_id)
        used, last = len(self._used(fleet_id)), self._last(fleet_id)
        if last is None:
            none = "none used by this plan" if self.is_early else "none could come in time"
            return f"{fleet.label}: {none}"
        many = f"all {fleet.count}" if used >= fleet.count else f"{used} of {fleet.count}"
        told = f"{fleet.label}: {many} in use until {self._when(last.unload_end_s)}"
        stops = [word for word, part in (("rest", fleet.duty), ("fuel", fleet.fuel)) if part]
        if fleet_id in self.tight and stops:
            told += f", with stops for {' and '.join(stops)}"
        return told

    def _limits(self, home: Commodity) -> list[str]:
        """Shared limits on the way that the relaxed problem uses up."""
        if not self.tight:
            return []
        names = {link.id: link.label for link in self.scenario.links}
        names |= {p.id: p.label for p in self.scenario.places if p.role != "safe_haven"}
        found = sorted(self.ways.grounds(home.index) & self.tight & set(names))
        told = [f"limits used up at {' and '.join(names[x] for x in found)}"] if found else []
        return [*told, *self._narrowest(home)]

    def _narrowest(self, home: Commodity) -> list[str]:
        """The bottleneck on their ways, where people have nothing but their own means."""
        if self._bottleneck is None:
            self._bottleneck = bottleneck(self.problem) if suits(self.problem) is None else ()
        walks = self.ways.onward(home.index).walks
        own = [x for x in self._bottleneck if any(walk.passes(x.kind, x.at) for walk in walks)]
        return [bottleneck_words(self.problem, tuple(own))] if own else []

    def _team_note(self, home: Commodity) -> list[str]:
        for team in self.manning.teams:
            if team.team == home.needs_team:
                label = next(t.label for t in self.scenario.teams if t.id == team.team)
                if team.arrive_s is None:
                    return [f"{label}: not brought to them by this plan"]
                return [f"{label}: with them from {self._when(team.arrive_s)}"]
        return []

    def _when(self, moment_s: int) -> str:
        return moment_words(self.scenario, moment_s)


def moment_words(scenario: Scenario, moment_s: int) -> str:
    """'Fri 28 Dec 14:00', whatever the language of the system."""
    at = scenario.local(moment_s)
    return f"{DAYS[at.weekday()]} {at.day} {MONTHS[at.month - 1]} {at:%H:%M}"
