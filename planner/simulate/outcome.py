"""What became of a plan in one draw."""

from __future__ import annotations

from dataclasses import dataclass

from planner.draws import Happening


@dataclass(frozen=True)
class Incident:
    """Something that kept a movement from going as planned."""

    kind: str
    """link, place, permission, control, danger, fleet, breakdown, lateness, hours, crowding, team,
    passengers, company."""
    thing: str
    """Id of the link, place, permission, ground, threat, fleet or entry."""
    event: str | None
    """The event by which it came; None where it was the lateness of something else."""
    sortie: str
    """Whom it hit."""
    did: str
    """held, diverted, turned_back, called_off, lost, late."""
    at_s: int
    """When."""
    cost_s: int
    """Time that it cost by itself."""
    persons: int
    """People on board or promised."""


@dataclass(frozen=True)
class Arrival:
    """A load that reached a haven, or a hub on the way."""

    sortie: str
    leg: int
    """Number of the leg in its sortie, from 0; of people by own means 0."""
    at_s: int
    persons: int
    safe: bool
    """Whether the place is a haven."""


@dataclass(frozen=True)
class Outcome:
    """One draw played to the end of the horizon.

    ``people = evacuated + unwilling + no_shows + left``; ``stranded`` are those of ``left`` who are
    away from home, under way or in a hub.
    """

    number: int
    people: int
    evacuated: int
    by_sortie: int
    self_moved: int
    unwilling: int
    no_shows: int
    left: int
    stranded: int
    clearance_s: int
    """When the last one was safe; 0 where nobody got out."""
    harm: float
    """Expected casualties among the willing who came, and crews: waiting and moving."""
    missed: int
    """People with a deadline who arrived later, or never."""
    by_group: dict[str, tuple[int, int]]
    """Group id to (evacuated, left)."""
    arrivals: tuple[Arrival, ...]
    incidents: tuple[Incident, ...]
    happenings: tuple[Happening, ...]
    waiting_s: int
    """Person-seconds until safe of those who got out, and to the end of the plan of the left."""

    def safe_by(self) -> list[tuple[int, int]]:
        """(moment, persons safe by then), by time."""
        total, found = 0, []
        for arrival in sorted((a for a in self.arrivals if a.safe), key=lambda a: a.at_s):
            total += arrival.persons
            found.append((arrival.at_s, total))
        return found
