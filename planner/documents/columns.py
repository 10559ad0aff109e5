"""The data dictionary: the columns of every table and what stands in them."""

from __future__ import annotations

from dataclasses import dataclass

from planner.redact import Audience


@dataclass(frozen=True)
class Column:
    """A column's name and what stands in it (the data dictionary)."""

    name: str
    means: str


def columns(text: str) -> tuple[Column, ...]:
    """Columns from lines of ``name: what stands in it``."""
    pairs = (line.split(": ", 1) for line in text.splitlines() if line.strip())
    return tuple(Column(name.strip(), means.strip()) for name, means in pairs)


STAMPS = columns(
    """
    plan: number of the plan
    plan_status: VERIFIED, CONDITIONAL (awaits an authorisation) or FAILED (do not use); audience
    valid_until: after this the row is void
    """
)
"""What every table says in each of its rows."""

MOVEMENT_COLUMNS = (
    *columns(
        """
        kind: people (brings people), empty (goes to collect), escort, team in, aid in, own means
        sortie: id of the sortie, or of the movement by own means
        convoy: sorties with the same convoy leave one place together on one route
        fleet_id: id of the fleet
        fleet: what people call it
        vehicle: which vehicle of the fleet, from 1
        plate: number plate, tail number or name; blank where nobody gave it
        driver: driver, master or captain; blank where nobody gave it
        call_sign: radio call sign; blank where nobody gave it
        leg: number of the leg within its sortie, from 1
        mode: road, sea, air, river, car, foot
        from_id: id of the place where it starts
        from: its name
        to_id: id of the place where it goes
        to: its name
        load_start_local: loading begins, local clock
        load_start_utc: the same in UTC
        depart_local: leaves, local clock
        depart_utc: the same in UTC
        arrive_local: arrives, local clock
        arrive_utc: the same in UTC
        unload_end_local: everyone is off board, local clock
        unload_end_utc: the same in UTC
        km: length of the way in kilometres
        links: ids of the limited, timed or named links on the way, in order
        group_id: id of the group
        group: what people call it
        means: ride, car or foot: the part of the group that they belong to
        unit_persons: heads in one household, or in one patient with companions
        units: how many such units
        persons: heads on this row
        stretchers: how many of them lie
        final: yes where it ends at a safe haven: the persons of these rows are all who get out
        team: team that rides in, with the number of its members
        aid: consignment of aid that rides in, with its kilograms
        escorts: sorties that go along as escorts
        authorisations: ids of the authorisations that this movement relies on
        """
    ),
    *STAMPS,
)

PEOPLE_COLUMNS = (
    *columns(
        """
        group_id: id of the group
        group: what people call it
        at_id: id of the place where they are
        at: its name
        people: everybody in the group, companions of patients included
        out_by_sortie: brought to a safe haven by vehicles
        own_means: reach a safe haven in their own cars or on foot
        unwilling: stay by choice
        left_behind: want to leave and do not get out
        reason: why they are left behind
        remedy: the cheapest single remedy that was found
        first_safe_local: when the first of them are safe, local clock
        last_safe_local: when the last of them are safe, local clock
        """
    ),
    *STAMPS,
)

LEFT_COLUMNS = (
    *columns(
        """
        group_id: id of the group
        group: what people call it
        at_id: id of the place where they are
        at: its name
        persons: heads who stay behind
        by_choice: yes where they do not want to leave
        reason_code: the reason in one word
        reason: the binding reason
        remedy_kind: kind of the cheapest single remedy that was found
        remedy: what would help
        remedy_price: what it costs on the planning office's own scale
        remedy_gain: how many more would get out with it at most (vehicles counted in fractions)
        """
    ),
    *STAMPS,
)

CONVOY_COLUMNS = (
    *columns(
        """
        convoy: its name; its route is in gpx/<name>.gpx
        mode: road, sea, air, river
        from: where it leaves
        to: where it goes
        depart_local: leaves, local clock
        depart_utc: the same in UTC
        arrive_local: the last vehicle arrives, local clock
        arrive_utc: the same in UTC
        vehicles: how many, with their fleets
        persons: evacuees on board
        stretchers: how many of them lie
        km: length of the way in kilometres
        """
    ),
    *STAMPS,
)

PLACE_COLUMNS = (
    *columns(
        """
        id: id of the place
        name: what people call it
        role: what the place is for
        haven: yes where people are safe once they are there
        lat: latitude, WGS 84, degrees
        lon: longitude, WGS 84, degrees
        mgrs: Military Grid Reference System, to a metre
        people: who is there at the beginning, companions of patients included
        """
    ),
    *STAMPS,
)

CODE_COLUMNS = (
    *columns(
        """
        kind: convoy, vehicle or permission
        code: what people outside the office call it
        id: its id in internal documents
        name: where the convoy goes, whose vehicle it is, which permission
        """
    ),
    *STAMPS,
)

_OUTSIDE = frozenset({"means", "unit_persons", "units", "group_id"})
_DROPPED: dict[Audience, frozenset[str]] = {
    "partners": _OUTSIDE,
    "crew": _OUTSIDE | {"escorts", "group", "fleet_id", "vehicle"},
    "parties": _OUTSIDE
    | {"escorts", "group", "fleet_id", "driver", "call_sign", "links", "stretchers", "vehicle"},
}


def columns_for(audience: Audience) -> tuple[Column, ...]:
    """The columns of the movement table that an audience gets; the others are not there."""
    dropped = _DROPPED.get(audience, frozenset())
    return tuple(column for column in MOVEMENT_COLUMNS if column.name not in dropped)


FACT_COLUMNS = columns(
    """
    what: which fact
    value: as it is published
    """
)
