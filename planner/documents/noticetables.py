"""A notice as tables: movements, waypoints, vehicles, sites, what is asked, what changed."""

from __future__ import annotations

from planner.documents.columns import columns
from planner.documents.notices import PURPOSES, Movement, Notice
from planner.documents.rows import Row, Table
from planner.units import format_duration


def tables(found: Notice) -> list[Table]:
    """Every table of a notice, each a sheet of its workbook."""
    return [
        facts(found), movements(found), waypoints(found), vehicles(found), sites(found),
        asked(found), changes(found),
    ]  # fmt: skip


def facts(found: Notice) -> Table:
    """The notice itself, a row a field."""
    pairs = [
        ("Notification", found.id),
        ("Revision", str(found.revision)),
        ("Supersedes", found.supersedes),
        ("Party", found.party),
        ("Category", found.category),
        ("Status", found.status),
        ("Warning", found.warning),
        ("Organisation", found.organisation),
        ("Contact, 24 hours", found.contact_24h),
        ("Start", f"{found.start_local:%Y-%m-%d %H:%M} = {found.start_utc:%Y-%m-%d %H:%M} UTC"),
        ("End", f"{found.end_local:%Y-%m-%d %H:%M} = {found.end_utc:%Y-%m-%d %H:%M} UTC"),
        ("Movements", str(len(found.movements))),
        ("People on board, all movements added", str(found.people)),
        ("Valid until", found.valid_until),
        *found.recipients,
    ]
    rows: list[Row] = [{"field": field, "value": value} for field, value in pairs]
    told = columns("field: what\nvalue: what is known; a line where somebody fills it in")
    return Table("notification", "Notification", told, tuple(rows))


def movements(found: Notice) -> Table:
    """A row a convoy."""
    rows: list[Row] = []
    for one in found.movements:
        stops = "; ".join(
            f"{stop.kind} {stop.name} {stop.from_local:%d %b %H:%M}-{stop.until_local:%H:%M}"
            for stop in one.stops
        )
        rows.append(
            {
                "movement": one.id, "category": one.category, "purpose": PURPOSES[one.purpose],
                "start_local": one.start_local, "start_utc": one.start_utc,
                "end_local": one.end_local, "end_utc": one.end_utc,
                "from": one.waypoints[0].name, "to": one.waypoints[-1].name,
                "vehicles": sum(cars.count for cars in one.vehicles), "people": one.people,
                "stops": stops, "overnight": "yes" if one.overnight else "no",
                "awaits": " ".join(one.permissions),
            }
        )  # fmt: skip
    told = columns(
        """
        movement: code of the convoy
        category: emergency evacuation or movement
        purpose: why it is made
        start_local: loading begins, local clock
        start_utc: the same in UTC
        end_local: the last one is off board, local clock
        end_utc: the same in UTC
        from: where it starts
        to: where it ends
        vehicles: how many
        people: how many are on board; never names
        stops: where it stands, and when
        overnight: yes where it is under way past midnight
        awaits: permissions of this party that are not granted yet
        """
    )
    return Table("movements", "Movements", told, tuple(rows))


def waypoints(found: Notice) -> Table:
    """A row a waypoint, in the order in which they are passed."""
    rows: list[Row] = []
    for one in found.movements:
        for number, point in enumerate(one.waypoints, start=1):
            rows.append(
                {
                    "movement": one.id, "number": number, "kind": point.kind, "name": point.name,
                    "lat": point.lat, "lon": point.lon, "mgrs": point.mgrs,
                    "time_local": point.local, "time_utc": point.utc,
                }
            )  # fmt: skip
    told = columns(
        """
        movement: code of the convoy
        number: order in which it is passed
        kind: start, edge of the ground (where the way enters or leaves what the party holds), end
        name: what people call it
        lat: latitude, WGS 84, degrees
        lon: longitude, WGS 84, degrees
        mgrs: Military Grid Reference System, to a metre
        time_local: when it is passed, local clock
        time_utc: the same in UTC
        """
    )
    return Table("waypoints", "Waypoints", told, tuple(rows))


def vehicles(found: Notice) -> Table:
    """A row for each kind of vehicle in a convoy."""
    rows: list[Row] = [row for one in found.movements for row in _vehicle_rows(one)]
    told = columns(
        """
        movement: code of the convoy
        kind: kind of vehicle
        mode: road, sea, air, river
        count: how many
        plates: number plates or tail numbers
        impartial: yes where it is marked as medical or humanitarian
        colour: to fill in
        logo: to fill in
        roof_marking: to fill in
        """
    )
    return Table("vehicles", "Vehicles", told, tuple(rows))


def _vehicle_rows(one: Movement) -> list[Row]:
    return [
        {
            "movement": one.id, "kind": cars.kind, "mode": cars.mode, "count": cars.count,
            "plates": ", ".join(cars.plates), "impartial": "yes" if cars.marked_impartial else "no",
            "colour": cars.colour, "logo": cars.logo, "roof_marking": cars.roof_marking,
        }
        for cars in one.vehicles
    ]  # fmt: skip


def sites(found: Notice) -> Table:
    """A row for each place where people board."""
    rows: list[Row] = [
        {
            "name": site.name, "degrees": site.degrees, "mgrs": site.mgrs,
            "from_local": site.from_local, "from_utc": site.from_utc,
            "until_local": site.until_local, "until_utc": site.until_utc,
        }
        for site in found.sites
    ]  # fmt: skip
    told = columns(
        """
        name: what people call the place
        degrees: latitude and longitude, WGS 84
        mgrs: Military Grid Reference System, to a metre
        from_local: the first people board, local clock
        from_utc: the same in UTC
        until_local: the last vehicle leaves, local clock
        until_utc: the same in UTC
        """
    )
    return Table("sites", "Static sites", told, tuple(rows))


def asked(found: Notice) -> Table:
    """A row for each permission that this party is asked for, and each message to it."""
    rows: list[Row] = [
        {
            "kind": one.kind, "id": one.id, "name": one.label, "state": one.state,
            "lead_time": format_duration(one.lead_time_s), "movements": len(one.convoys),
            "timing": one.timing, "latest_utc": one.latest_utc,
            "first_departure_utc": one.first_utc, "too_late_for": " ".join(one.too_late),
        }
        for one in found.asked
    ]  # fmt: skip
    told = columns(
        """
        kind: authorisation (asked for) or notification (this message)
        id: its code
        name: what people call it
        state: requested, drafted, sent, acknowledged
        lead_time: what the party wants between message and movement
        movements: how many convoys hang on it
        timing: in time or late for the first of them
        latest_utc: latest moment to send it for the first of them, UTC
        first_departure_utc: when the first of them leaves, UTC
        too_late_for: convoys that leave before the lead time is over
        """
    )
    return Table("asked", "Asked", told, tuple(rows))


def changes(found: Notice) -> Table:
    """A row for each movement that is not as in the notification that this one supersedes."""
    rows: list[Row] = [
        {"change": what, "now": now, "before": before} for what, now, before in found.change
    ]
    told = columns(
        """
        change: added, dropped, or what changed (times, way, vehicles, people, permission)
        now: the movement as it is now
        before: the movement as it was
        """
    )
    return Table("changes", "Changes", told, tuple(rows))
