"""Bays, berths, stands, runways, registration desks and limited links: where movements queue."""

from __future__ import annotations

from collections.abc import Mapping

import simpy

from planner.scenario import Link
from planner.simulate.conditions import Ride
from planner.simulate.course import Course
from planner.simulate.gates import Gate

_ROOM = {"road": "loading_bays", "sea": "berths", "river": "berths", "air": "stands"}


class Rooms:
    """Whatever has room for so many at once or so many an hour, for one draw."""

    def __init__(self, course: Course, env: simpy.Environment) -> None:
        self._bays: dict[tuple[str, str], simpy.Resource] = {}
        self._runways: dict[str, Gate] = {}
        self._desks: dict[str, Gate] = {}
        self._links: dict[str, tuple[Gate, str]] = {}
        for place in course.scenario.places:
            for mode, name in _ROOM.items():
                room = getattr(place, name)
                if room:
                    self._bays[place.id, mode] = simpy.Resource(env, room)
            if place.slots is not None:
                self._runways[place.id] = Gate(place.slots.count)
            rate = place.processing
            if rate is not None and rate.what == "persons" and place.id in course.hubs:
                self._desks[place.id] = Gate(rate.count)
        for link, limit in course.network.link_capacity.items():
            said = [e.capacity for e in _entries(course, link) if e.capacity is not None]
            least = min(said, key=lambda r: r.count, default=limit)
            self._links[link] = (Gate(least.count), least.what)

    def of(self, place: str, mode: str) -> simpy.Resource | None:
        """Bays, berths or stands of a place; None where they are not limited."""
        return self._bays.get((place, mode))

    def runway(self, place: str) -> Gate | None:
        """Landings and take-offs; None where they are not limited."""
        return self._runways.get(place)

    def desk(self, place: str) -> Gate | None:
        """Registration of those who come in to embark; None where it is not limited."""
        return self._desks.get(place)

    def earliest_s(self, ride: Ride, depart_s: int, weights: Mapping[str, float]) -> int:
        """The first departure at which every limited link, and the runway, has room."""
        for link, offset_s in ride.way.limited:
            gate, what = self._links[link]
            enter_s = depart_s + ride.enter(offset_s)
            depart_s += gate.earliest_s(enter_s, weights.get(what, 0.0)) - enter_s
        runway = self._runway_of(ride)
        return depart_s if runway is None else runway.earliest_s(depart_s, 1.0)

    def enter(self, ride: Ride, depart_s: int, weights: Mapping[str, float]) -> None:
        """The movement leaves."""
        for link, offset_s in ride.way.limited:
            gate, what = self._links[link]
            gate.enter(depart_s + ride.enter(offset_s), weights.get(what, 0.0))
        runway = self._runway_of(ride)
        if runway is not None:
            runway.enter(depart_s, 1.0)

    def _runway_of(self, ride: Ride) -> Gate | None:
        route = ride.way.route
        return self._runways.get(route.origin) if route.mode == "air" else None


def _entries(course: Course, link: str) -> list[Link]:
    return [entry for entry in course.scenario.links if link in (entry.id, entry.map_link)]
