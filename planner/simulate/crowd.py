"""The people of one draw: who waits where, who is promised a seat, who boards, who is out."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from planner.draws import Draw
from planner.scenario import Group, Intake, segments
from planner.simulate.course import KG_PER_PERSON, Course, Kind, Leg
from planner.units import largest_remainder

Load = dict[Kind, int]


def persons_of(load: Load) -> int:
    """Heads."""
    return sum(kind.persons * units for kind, units in load.items())


def groups_of(load: Load) -> tuple[str, ...]:
    """Groups on board."""
    return tuple(dict.fromkeys(kind.group for kind in load))


class Crowd:
    """Who is where. Whoever is promised a seat keeps it; free seats go to those who lost theirs and
    to those whom nobody had counted, and seats of people who did not come to anybody waiting."""

    def __init__(self, course: Course, draw: Draw) -> None:
        self.course = course
        self.waiting: dict[str, Load] = {}
        self.people: dict[str, int] = {}
        self.unwilling: dict[str, int] = {}
        self.no_shows: dict[str, int] = {}
        self.out: dict[str, int] = {}
        self.promised = dict(course.promised)
        self._expected: dict[str, int] = {}
        self._by_day: dict[tuple[str, int], int] = {}
        for group in course.scenario.groups:
            self._gather(group, draw)
        for place, persons, day in course.bookings:
            self._book(place, persons, day)

    def _gather(self, group: Group, draw: Draw) -> None:
        scenario = self.course.scenario
        figure = draw.people[group.id]
        said = group.people.model_copy(update={"low": figure, "base": figure, "high": figure})
        drawn = group.model_copy(update={"people": said, "willing": draw.willing[group.id]})
        units: Load = {}
        total = unwilling = 0
        for part in segments(scenario, drawn):
            total += part.persons
            if part.means == "unwilling":
                unwilling += part.persons
                continue
            for unit, count in part.units:
                units[self.course.kind(group.id, part.means, unit)] = count
        absent = _absent(units, draw.no_shows.get(group.id, 0))
        place = self.waiting.setdefault(group.at, {})
        for kind, count in units.items():
            place[kind] = count - absent.get(kind, 0)
        self.people[group.id], self.unwilling[group.id] = total, unwilling
        self.no_shows[group.id] = persons_of(absent)

    # ------------------------------------------------------------------ promises

    def keeps(self, leg: Leg) -> None:
        """The leg boards, or is called off: nobody else need keep its people back for it."""
        for kind, units in leg.manifest:
            self.promised[leg.origin, kind] -= units
        for place, persons, day in self.course.booked(leg):
            self._book(place, -persons, day)

    def _book(self, place: str, persons: int, day: int) -> None:
        self._expected[place] = self._expected.get(place, 0) + persons
        key = (place, day)
        self._by_day[key] = self._by_day.get(key, 0) + persons

    def expects(self, place: str, load: Load, moment_s: int, sign: int = 1) -> None:
        """People are under way to a haven (or with ``sign`` -1 no longer)."""
        if place in self.course.havens:
            self._book(place, sign * persons_of(load), self.course.day(moment_s))

    def room(self, place: str, moment_s: int) -> int:
        """How many more than promised a haven can take in, in all and that day."""
        intake = self._intakes.get(place)
        if intake is None:
            return 1 << 30
        rooms = [1 << 30]
        if intake.total is not None:
            rooms.append(intake.total - self._expected.get(place, 0))
        if intake.per_day is not None:
            rooms.append(intake.per_day - self._by_day.get((place, self.course.day(moment_s)), 0))
        return max(0, min(rooms))

    # ------------------------------------------------------------------ boarding

    def here(self, leg: Leg) -> Load:
        """Of the people that the leg is to carry, those who are there."""
        place = self.waiting.get(leg.origin, {})
        found = {kind: min(units, place.get(kind, 0)) for kind, units in leg.manifest}
        return {kind: units for kind, units in found.items() if units > 0}

    def board(
        self, leg: Leg, arrive_s: int, may_come: Callable[[str], bool], not_yet: frozenset[str]
    ) -> Load:
        """Who gets on board: the promised, then of the groups that ``may_come`` whoever fits.

        Groups that are ``not_yet`` to go (their team is not there) stay where they are.
        """
        load = {kind: units for kind, units in self.here(leg).items() if kind.group not in not_yet}
        self.keeps(leg)
        place = self.waiting.get(leg.origin, {})
        for kind, units in load.items():
            place[kind] -= units
        if leg.carries and leg.kind is not None:
            self._fill(leg, load, arrive_s, may_come)
        return load

    def _fill(self, leg: Leg, load: Load, arrive_s: int, may_come: Callable[[str], bool]) -> None:
        spare = self._spare(leg.origin, may_come)
        if not spare:
            return
        seats, beds, heads = _places(leg, load)
        if leg.destination in self.course.havens:
            heads = min(heads, self.room(leg.destination, arrive_s) - persons_of(load))
        freed = leg.persons - persons_of(load)
        place = self.waiting[leg.origin]
        for kind, units, uncounted in spare:
            unit = kind.unit
            for number in range(units):
                fits = unit.persons <= heads and unit.stretchers <= beds and unit.seats <= seats
                if not fits or (number >= uncounted and unit.persons > freed):
                    break
                load[kind] = load.get(kind, 0) + 1
                place[kind] -= 1
                seats, beds, heads = (
                    seats - unit.seats,
                    beds - unit.stretchers,
                    heads - unit.persons,
                )
                freed -= unit.persons if number >= uncounted else 0

    def without_seat(self, place: str, may_come: Callable[[str], bool]) -> int:
        """Heads at a place who lost their seats, or whom nobody had counted."""
        spare = self._spare(place, may_come)
        return sum(kind.persons * uncounted for kind, _, uncounted in spare)

    def _spare(self, place: str, may_come: Callable[[str], bool]) -> list[tuple[Kind, int, int]]:
        """(kind, units whom no later movement is promised to, of them those not left by the plan)
        by weight, deadline and size."""
        found = []
        for kind, there in self.waiting.get(place, {}).items():
            units = there - max(0, self.promised.get((place, kind), 0))
            if units > 0 and may_come(kind.group):
                left = self._left_by_plan(place, kind)
                found.append((kind, units, max(0, units - left)))
        return sorted(found, key=lambda item: self._urgency(item[0]))

    def _left_by_plan(self, place: str, kind: Kind) -> int:
        if place != self.course.groups[kind.group].at:
            return 0
        return max(0, self.course.stated.get(kind, 0) - self.course.promised.get((place, kind), 0))

    def _urgency(self, kind: Kind) -> tuple[int, int, int, str, str]:
        group = self.course.groups[kind.group]
        return (-group.weight, group.deadline_s or 1 << 40, -kind.persons, kind.group, kind.means)

    # ------------------------------------------------------------------ getting off

    def leaves(self, place: str, load: Load) -> None:
        """People get off at a place that is no haven and wait there."""
        there = self.waiting.setdefault(place, {})
        for kind, units in load.items():
            there[kind] = there.get(kind, 0) + units

    def safe(self, load: Load) -> None:
        """People are out."""
        for kind, units in load.items():
            self.out[kind.group] = self.out.get(kind.group, 0) + units * kind.persons

    def left(self, group: str) -> int:
        """Heads of the group that wanted to go, came, and are not out."""
        came = self.people[group] - self.unwilling[group] - self.no_shows[group]
        return came - self.out.get(group, 0)

    def away(self) -> int:
        """Heads that wait at a place which is not their home."""
        groups = self.course.groups
        return sum(
            kind.persons * units
            for place, load in self.waiting.items()
            for kind, units in load.items()
            if place != groups[kind.group].at
        )

    # ------------------------------------------------------------------ days

    @cached_property
    def _intakes(self) -> dict[str, Intake]:
        return {p.id: p.intake for p in self.course.scenario.places if p.intake is not None}


def _absent(units: Load, share_bp: int) -> Load:
    """Which whole units do not come: that share of them, spread over the kinds."""
    total = sum(units.values())
    if not share_bp or not total:
        return {}
    parts = largest_remainder(round(total * share_bp / 10000), list(units.values()))
    return dict(zip(units, parts, strict=True))


def _places(leg: Leg, load: Load) -> tuple[int, int, int]:
    """Free seats, free stretcher places, and heads that the payload still takes."""
    assert leg.kind is not None
    lying = sum(kind.unit.stretchers * units for kind, units in load.items())
    team = sum(persons for _, persons in leg.teams)
    heads = persons_of(load)
    seats = leg.kind.seats - (heads - lying) - team
    room = 1 << 30
    if leg.kind.payload_kg is not None:
        room = leg.kind.payload_kg // KG_PER_PERSON - heads - team
    return max(0, seats), max(0, leg.kind.stretchers - lying), max(0, room)
