"""A situation report looked up against its plan: who and what each entry means, in seconds.

Everything that the report names and nobody knows, and everything that it says twice or against
itself, is an Issue; the rest is kept, so that all contradictions are told at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from planner.errors import Issue
from planner.load.spelling import meant
from planner.plan import Plan, PlanLeg, Sortie, plan_id
from planner.scenario import Scenario
from planner.scenario.quantities import Moment
from planner.scenario.situation import LinkReport, Situation, VehicleReport

LegKey = tuple[str, int]
"""Id of a sortie, and the number of its leg from 1."""
VehicleKey = tuple[str, int]
"""Id of a fleet, and the number of its vehicle from 1."""


@dataclass(frozen=True)
class VehicleState:
    """What is reported of one vehicle. ``out`` is when it cannot go on (None: it can)."""

    where: str
    at: str | None
    from_s: int
    out: tuple[int, int] | None


@dataclass(frozen=True)
class Closing:
    """A link that is closed, or open again, over a span of time."""

    where: str
    link: str
    is_open: bool
    from_s: int
    until_s: int


@dataclass
class Report:
    """The situation by what it speaks of; ``issues`` what is wrong with it so far."""

    situation: Situation
    scenario: Scenario
    plan: Plan
    now_s: int
    tree: dict[str, Any] = field(default_factory=dict)
    """The report as it was written, scalars as text."""
    bridges: frozenset[str] = frozenset()
    """Names of links that the map knows by itself."""
    at_s: int = 0
    held: dict[str, int] = field(default_factory=dict)
    """Sortie to the first of its legs that has not begun."""
    departed: dict[LegKey, int | None] = field(default_factory=dict)
    aboard: dict[LegKey, dict[str, int]] = field(default_factory=dict)
    arrived: dict[LegKey, int] = field(default_factory=dict)
    vehicles: dict[VehicleKey, VehicleState] = field(default_factory=dict)
    links: list[Closing] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    wheres: dict[LegKey, str] = field(default_factory=dict)
    """Where the report speaks of a leg."""
    issues: list[Issue] = field(default_factory=list)
    unknown: list[Issue] = field(default_factory=list)
    """Those of the issues that stand by one entry alone: names that nobody knows."""

    def __post_init__(self) -> None:
        self.sorties = {sortie.id: sortie for sortie in self.plan.sorties}
        self._moments()
        self._held()
        self._legs()
        self._vehicles()
        self._links()
        self._people()

    def fault(self, where: str, problem: str, remedy: str) -> None:
        """One more thing that is wrong."""
        self.issues.append(Issue("", 0, where, problem, remedy))

    def no_such(self, where: str, problem: str, remedy: str) -> None:
        """One more name or number that nobody knows."""
        self.fault(where, problem, remedy)
        self.unknown.append(self.issues[-1])

    def when(self, moment_s: int) -> str:
        """Local date and time."""
        return self.scenario.local(moment_s).strftime("%Y-%m-%d %H:%M")

    def leg(self, key: LegKey) -> PlanLeg:
        """The plan's leg."""
        return self.sorties[key[0]].legs[key[1] - 1]

    # ------------------------------------------------------------------ moments

    def _moments(self) -> None:
        said, known = self.situation.plan, plan_id(self.plan)
        if said is not None and said != known:
            problem = f"the report is on plan {said[:40]}, this is {known}"
            self.no_such("plan", problem, "give the plan that is running")
        self.at_s = self.scenario.at_s(self.situation.at)
        under_way = self.plan.under_way
        if under_way is not None and 0 <= self.at_s < under_way.now_s:
            since = self.when(under_way.now_s)
            problem = f"the running plan was made for what comes after {since}; this is older"
            self.fault("at", problem, "report on the plan that ran then, or how things are now")
        elif self.at_s < 0:
            problem = f"lies before the plan's start ({self.when(0)})"
            self.fault("at", problem, "write when this was so")
        elif self.at_s > self.now_s:
            problem = f"lies after the moment from which to plan ({self.when(self.now_s)})"
            self.fault("at", problem, "give a later --now, or an earlier report")

    def _past(self, where: str, moment: Moment | None, default_s: int) -> int:
        """A moment that has come already when the report is made."""
        found = self.scenario.at_s(moment, default_s)
        if found < 0:
            problem = f"lies before the plan's start ({self.when(0)})"
            self.fault(where, problem, "write when it really was")
        elif found > self.at_s:
            problem = f"lies after the report's own time ({self.when(self.at_s)})"
            self.fault(where, problem, "report what has happened, not what is to come")
        return found

    # ------------------------------------------------------------------ sorties

    def _sortie(self, where: str, name: str) -> Sortie | None:
        found = self.sorties.get(name)
        if found is None:
            problem = f"the plan has no sortie called '{name[:60]}'"
            self.no_such(where, problem, meant(name, self.sorties))
        return found

    def _number(self, where: str, sortie: Sortie, leg: int | None) -> int | None:
        """Number of the leg that is meant: the one with people where none is named."""
        if leg is None:
            loaded = [n for n, one in enumerate(sortie.legs, start=1) if one.manifest]
            return loaded[0] if loaded else 1
        if not 1 <= leg <= len(sortie.legs):
            problem = f"'{sortie.id}' has {len(sortie.legs)} legs, there is no number {leg}"
            self.no_such(f"{where}.leg", problem, f"write 1 to {len(sortie.legs)}")
            return None
        return leg

    def _held(self) -> None:
        for number, entry in enumerate(self.situation.held, start=1):
            where = f"held[#{number}]"
            sortie = self._sortie(f"{where}.sortie", entry.sortie)
            leg = self._number(where, sortie, entry.leg) if sortie else None
            if leg is None:
                continue
            if entry.sortie in self.held:
                self._twice(where, f"'{entry.sortie}' is held")
            self.held[entry.sortie] = leg

    def _legs(self) -> None:
        for number, entry in enumerate(self.situation.departed, start=1):
            where = f"departed[#{number}]"
            key = self._key(where, entry.sortie, entry.leg)
            if key is None:
                continue
            if key in self.departed:
                self._twice(where, f"leg {key[1]} of '{key[0]}' has left")
            self.departed[key] = (
                None if entry.at is None else self._past(f"{where}.at", entry.at, 0)
            )
            self._aboard(where, key, entry.aboard)
        for number, reached in enumerate(self.situation.arrived, start=1):
            where = f"arrived[#{number}]"
            key = self._key(where, reached.sortie, reached.leg)
            if key is None:
                continue
            if key in self.arrived:
                self._twice(where, f"leg {key[1]} of '{key[0]}' has arrived")
            self.arrived[key] = self._past(f"{where}.at", reached.at, 0)
        for key in sorted({*self.departed, *self.arrived}):
            self._in_order(key)

    def _key(self, where: str, name: str, leg: int | None) -> LegKey | None:
        sortie = self._sortie(f"{where}.sortie", name)
        number = self._number(where, sortie, leg) if sortie else None
        if number is None:
            return None
        self.wheres.setdefault((name, number), where)
        return name, number

    def _aboard(self, where: str, key: LegKey, aboard: dict[str, int]) -> None:
        groups = {group.id for group in self.scenario.groups}
        for group in aboard:
            if group not in groups:
                problem = f"the plan has no group called '{group[:60]}'"
                self.no_such(f"{where}.aboard.{group}", problem, meant(group, groups))
        known = {group: people for group, people in aboard.items() if group in groups}
        if known:
            self.aboard[key] = known

    def _in_order(self, key: LegKey) -> None:
        """What left and what arrived does not contradict that it was held, or comes in order."""
        name, leg = key
        where = self.wheres[key]
        if name in self.held and leg >= self.held[name]:
            problem = f"leg {leg} of '{name}' is reported under way and held at once"
            self.fault(where, problem, "delete one of the two")
        left, there = self.departed.get(key), self.arrived.get(key)
        planned = self.leg(key).depart_s
        if there is not None and there < (planned if left is None else left):
            began = planned if left is None else left
            problem = (
                f"leg {leg} of '{name}' arrives at {self.when(there)}, before it left "
                f"({self.when(began)})"
            )
            self.fault(f"{where}.at", problem, "write under `departed:` when it left")

    # ------------------------------------------------------------------ vehicles and links

    def _vehicles(self) -> None:
        fleets = {fleet.id: fleet for fleet in self.scenario.fleets}
        places = {place.id for place in self.scenario.places}
        for number, entry in enumerate(self.situation.vehicles, start=1):
            where = f"vehicles[#{number}]"
            fleet = fleets.get(entry.fleet)
            if fleet is None:
                problem = f"the plan has no fleet called '{entry.fleet[:60]}'"
                self.no_such(f"{where}.fleet", problem, meant(entry.fleet, fleets))
                continue
            if not 1 <= entry.vehicle <= fleet.count:
                problem = f"the fleet has {fleet.count} vehicles, there is no number"
                problem += f" {entry.vehicle}"
                self.no_such(f"{where}.vehicle", problem, f"write 1 to {fleet.count}")
                continue
            if entry.at is not None and entry.at not in places:
                problem = f"the plan has no place called '{entry.at[:60]}'"
                self.no_such(f"{where}.at", problem, meant(entry.at, places))
                continue
            self._vehicle(where, entry)

    def _vehicle(self, where: str, entry: VehicleReport) -> None:
        key = (entry.fleet, entry.vehicle)
        before = self.vehicles.get(key)
        if before is not None and entry.at and before.at and before.at != entry.at:
            problem = f"vehicle {entry.vehicle} of '{entry.fleet}' is at '{before.at}' and at"
            self.fault(where, f"{problem} '{entry.at}' at once", "delete one of the two")
            return
        if before is not None:
            self._twice(where, f"vehicle {entry.vehicle} of '{entry.fleet}' stands")
            return
        from_s = self.scenario.at_s(entry.from_, self.at_s)
        out = None
        if entry.broken:
            from_s = self._past(f"{where}.from", entry.from_, self.at_s)
            out = (from_s, self.scenario.at_s(entry.until))
            if out[1] <= from_s:
                problem = f"is repaired at {self.when(out[1])}, before it broke down"
                self.fault(f"{where}.until", problem, "write a later time")
        elif entry.until is not None:
            self.fault(f"{where}.until", "a repair, and nothing is broken", "write `broken: true`")
        self.vehicles[key] = VehicleState(where, entry.at, from_s, out)

    def _links(self) -> None:
        known = {name for link in self.scenario.links for name in (link.id, link.map_link) if name}
        known |= self.bridges
        for number, entry in enumerate(self.situation.links, start=1):
            where = f"links[#{number}]"
            if entry.link not in known:
                problem = f"the scenario has no link called '{entry.link[:60]}'"
                self.no_such(f"{where}.link", problem, meant(entry.link, known))
                continue
            self._link(where, entry)

    def _link(self, where: str, entry: LinkReport) -> None:
        from_s = self._past(f"{where}.from", entry.from_, self.at_s)
        until_s = self.scenario.at_s(entry.until)
        if until_s <= from_s:
            problem = f"ends at {self.when(until_s)}, before it begins"
            self.fault(f"{where}.until", problem, "write a later time")
        for other in self.links:
            both = other.link == entry.link and other.from_s < until_s and from_s < other.until_s
            if both and other.is_open != (entry.state == "open"):
                problem = f"'{entry.link}' is reported closed and open at one time"
                self.fault(where, problem, "delete one of the two, or write from and until")
            elif both:
                self._twice(where, f"'{entry.link}' is {entry.state}")
        self.links.append(Closing(where, entry.link, entry.state == "open", from_s, until_s))

    # ------------------------------------------------------------------ people

    def _people(self) -> None:
        groups = {group.id for group in self.scenario.groups}
        places = {place.id for place in self.scenario.places}
        for number, entry in enumerate(self.situation.refused, start=1):
            where = f"refused[#{number}]"
            if entry.group not in groups:
                problem = f"the plan has no group called '{entry.group[:60]}'"
                self.no_such(f"{where}.group", problem, meant(entry.group, groups))
            elif entry.group in self.refused:
                self._twice(where, f"people of '{entry.group}' refuse")
            else:
                self.refused[entry.group] = entry.people
        seen: set[str] = set()
        for number, new in enumerate(self.situation.new_people, start=1):
            where = f"new_people[#{number}]"
            if new.id in groups | seen:
                problem = f"there is a group called '{new.id}' already"
                self.no_such(f"{where}.id", problem, "give new people an id of their own")
            seen.add(new.id)
            if new.like not in groups:
                problem = f"the plan has no group called '{new.like[:60]}'"
                self.no_such(f"{where}.like", problem, meant(new.like, groups))
            if new.at is not None and new.at not in places:
                problem = f"the plan has no place called '{new.at[:60]}'"
                self.no_such(f"{where}.at", problem, meant(new.at, places))

    def _twice(self, where: str, what: str) -> None:
        self.fault(where, f"the report says twice that {what}", "say it once")


def ordered(issues: Iterable[Issue]) -> list[Issue]:
    """Issues once each, by line."""
    return sorted(set(issues))
