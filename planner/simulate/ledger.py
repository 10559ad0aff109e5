"""What is written down while a draw is played: arrivals, harm, and what went wrong."""

from __future__ import annotations

from planner.draws import Draw
from planner.simulate.conditions import Conditions, Ride
from planner.simulate.course import Course, Leg
from planner.simulate.crowd import Crowd, Load, persons_of
from planner.simulate.outcome import Arrival, Incident, Outcome
from planner.units import MINUTE_S

WORTH_TELLING_S = 10 * MINUTE_S
"""Shorter waits are not told."""


class Ledger:
    """Grows while a draw is played; ``outcome`` closes it."""

    def __init__(self, course: Course, holds: Conditions) -> None:
        self.course, self.holds = course, holds
        self.horizon_s = course.scenario.horizon_s
        self.harm = 0.0
        self.arrivals: list[Arrival] = []
        self.incidents: list[Incident] = []
        self.in_time: dict[str, int] = {}
        self.arrival_ps = 0
        self.by_sortie = self.self_moved = 0
        self.last_s = 0

    # ------------------------------------------------------------------ what went wrong

    def note(
        self, leg: Leg, kind: str, thing: str, event: str | None, did: str, at_s: int, cost_s: int,
        heads: int | None = None,
    ) -> None:  # fmt: skip
        """Something happened to a movement."""
        persons = leg.persons if heads is None else heads
        told = Incident(kind, thing, event, leg.sortie, did, at_s, cost_s, persons)
        self.incidents.append(told)

    def waited(self, leg: Leg, kind: str, thing: str, cost_s: int, at_s: int) -> None:
        """It queued or waited for others."""
        if cost_s >= WORTH_TELLING_S:
            self.note(leg, kind, thing, None, "held", at_s, cost_s)

    def held(
        self, leg: Leg, why: tuple[str, str, str | None] | None, since_s: int, at_s: int, heads: int
    ) -> None:
        """It could not leave at once."""
        if why is not None and at_s - since_s >= WORTH_TELLING_S:
            self.note(leg, *why, "held", at_s, at_s - since_s, heads)

    # ------------------------------------------------------------------ harm

    def boards(self, leg: Leg, load: Load, load_start_s: int, depart_s: int) -> None:
        """People have waited until now; the crew since loading began."""
        for group, persons in _by_group(load).items():
            self.harm += persons * self.holds.stay_harm(leg.origin, group, 0, depart_s)
        if leg.kind is not None and leg.kind.crew:
            waited = self.holds.stay_harm(leg.origin, None, load_start_s, depart_s)
            self.harm += leg.kind.crew * waited

    def is_back(self, leg: Leg, load: Load, at_s: int) -> None:
        """People wait again where they boarded."""
        for group, persons in _by_group(load).items():
            self.harm -= persons * self.holds.stay_harm(leg.origin, group, 0, at_s)

    def rides(
        self, leg: Leg, ride: Ride, load: Load, depart_s: int, from_s: int, to_s: int | None
    ) -> None:
        """A part of the ride, between two moments after its departure."""
        if not ride.way.route.exposures or to_s is None:
            return
        exposed = self._exposed(leg, load)
        harm = self.holds.ride_harm(ride, depart_s, (g for g, _ in exposed), from_s, to_s)
        for (_, persons), each in zip(exposed, harm, strict=True):
            self.harm += persons * each

    def stands(self, leg: Leg, ride: Ride, load: Load, done_s: int, from_s: int, to_s: int) -> None:
        """A stop on the way."""
        if ride.way.route.exposures:
            for group, persons in self._exposed(leg, load):
                each = self.holds.standing_harm(ride, done_s, from_s, to_s, group)
                self.harm += persons * each

    def _exposed(self, leg: Leg, load: Load) -> list[tuple[str | None, int]]:
        found: list[tuple[str | None, int]] = list(_by_group(load).items())
        if leg.kind is not None and leg.kind.crew:
            found.append((None, leg.kind.crew))
        return found

    def arrives(self, leg: Leg, load: Load, arrived_s: int, at_s: int) -> None:
        """Everyone is off board."""
        safe = leg.destination in self.course.havens
        for group, persons in _by_group(load).items():
            harm = self.holds.stay_harm(leg.destination, group, arrived_s, at_s)
            if not safe:
                harm -= self.holds.stay_harm(leg.destination, group, 0, at_s)
            self.harm += persons * harm
            deadline_s = self.course.groups[group].deadline_s
            if safe and deadline_s is not None and at_s <= deadline_s:
                self.in_time[group] = self.in_time.get(group, 0) + persons
        if leg.kind is not None and leg.kind.crew:
            crew = self.holds.stay_harm(leg.destination, None, arrived_s, at_s)
            self.harm += leg.kind.crew * crew
        persons = persons_of(load)
        if at_s > self.horizon_s or not leg.carries:
            return
        self.arrivals.append(Arrival(leg.sortie, leg.number, at_s, persons, safe))
        if safe and persons:
            self.arrival_ps += persons * at_s
            self.last_s = max(self.last_s, at_s)
            if leg.kind is None:
                self.self_moved += persons
            else:
                self.by_sortie += persons

    # ------------------------------------------------------------------ the end

    def outcome(self, draw: Draw, crowd: Crowd) -> Outcome:
        """The draw's figures, with those who are left counted to the end of the horizon."""
        by_group, missed, left, waiting = {}, 0, 0, 0
        for group in self.course.scenario.groups:
            out, stay = crowd.out.get(group.id, 0), crowd.left(group.id)
            by_group[group.id] = (out, stay)
            left += stay
            if group.deadline_s is not None:
                missed += out + stay - self.in_time.get(group.id, 0)
        for place, load in crowd.waiting.items():
            for name, persons in _by_group(load).items():
                self.harm += persons * self.holds.stay_harm(place, name, 0, self.horizon_s)
                waiting += persons
        under_way = left - waiting
        return Outcome(
            number=draw.number,
            people=sum(crowd.people.values()),
            evacuated=self.by_sortie + self.self_moved,
            by_sortie=self.by_sortie,
            self_moved=self.self_moved,
            unwilling=sum(crowd.unwilling.values()),
            no_shows=sum(crowd.no_shows.values()),
            left=left,
            stranded=crowd.away() + under_way,
            clearance_s=self.last_s,
            harm=self.harm,
            missed=missed,
            by_group=by_group,
            arrivals=tuple(self.arrivals),
            incidents=tuple(self.incidents),
            happenings=draw.happenings,
            waiting_s=self.arrival_ps + left * self.horizon_s,
        )


def _by_group(load: Load) -> dict[str, int]:
    found: dict[str, int] = {}
    for kind, units in load.items():
        if units:
            found[kind.group] = found.get(kind.group, 0) + units * kind.persons
    return found
