"""The notification to a party and the request for its permission, as data: one a party.

Made from the paper of that party alone (audience ``parties``), so that it holds no movement of
anybody else: counts without names, waypoints in degrees and MGRS, what is asked of this party and
until when, and what changed since the notification that it supersedes. What nobody gave is a line
to fill.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from planner.cells import clean
from planner.charts import Convoy, convoy_track
from planner.documents.leadtimes import Ask, asks
from planner.documents.moves import Move, amendment, awaited
from planner.documents.paper import TO_FILL, Paper
from planner.documents.positions import degrees, grid_reference
from planner.plan import PlanLeg
from planner.scenario import Fleet
from planner.units import format_duration
from planner.wording import word

Category = Literal["emergency evacuation", "movement", "static site"]
Purpose = Literal["people", "aid", "team", "empty"]
Point = Literal["start", "edge of the ground", "end"]
PURPOSES: dict[Purpose, str] = {
    "people": word("brings people out of danger"),
    "aid": word("brings aid in"),
    "team": word("brings a team in"),
    "empty": word("goes to collect people, or returns"),
}
"""Why a movement is made, in English."""


@dataclass(frozen=True)
class Waypoint:
    """A point that the convoy passes; ``name`` is empty on the edge of the ground."""

    kind: Point
    name: str
    lat: float
    lon: float
    degrees: str
    mgrs: str
    local: datetime
    utc: datetime


@dataclass(frozen=True)
class Stop:
    """Where the convoy stands: to board, to alight."""

    name: str
    kind: Literal["boarding", "alighting"]
    from_local: datetime
    from_utc: datetime
    until_local: datetime
    until_utc: datetime


@dataclass(frozen=True)
class Cars:
    """Vehicles of one kind in a convoy; colour, logo and roof marking are lines to fill."""

    kind: str
    mode: str
    count: int
    plates: tuple[str, ...]
    marked_impartial: bool
    colour: str = TO_FILL
    logo: str = TO_FILL
    roof_marking: str = TO_FILL


@dataclass(frozen=True)
class Movement:
    """One convoy as the party is told of it. ``overnight``: under way or standing past midnight."""

    id: str
    category: Category
    purpose: Purpose
    start_local: datetime
    start_utc: datetime
    end_local: datetime
    end_utc: datetime
    waypoints: tuple[Waypoint, ...]
    stops: tuple[Stop, ...]
    vehicles: tuple[Cars, ...]
    people: int
    overnight: bool
    permissions: tuple[str, ...]
    """Of this party, that it relies on and that are not granted yet."""


@dataclass(frozen=True)
class Site:
    """A place where people gather and board: a static site."""

    name: str
    degrees: str
    mgrs: str
    from_local: datetime
    from_utc: datetime
    until_local: datetime
    until_utc: datetime


@dataclass(frozen=True)
class Notice:
    """Everything that one party is told and asked. ``asked`` holds its permissions and messages."""

    id: str
    revision: int
    supersedes: str
    party: str
    category: Category
    status: str
    warning: str
    organisation: str
    contact_24h: str
    issued_utc: datetime
    valid_until: str
    start_local: datetime
    start_utc: datetime
    end_local: datetime
    end_utc: datetime
    people: int
    movements: tuple[Movement, ...]
    sites: tuple[Site, ...]
    asked: tuple[Ask, ...]
    change: tuple[tuple[str, str, str], ...]
    """What became of it, the movement now, what it was: a line for each that is not as before."""
    recipients: tuple[tuple[str, str], ...]
    """(field, value) of channel, sent, acknowledged, reference: what stands or a line to fill."""


def notice(paper: Paper) -> Notice:
    """The notice for the party whose paper it is.

    With ``paper.before`` it is an amendment that says what changed since. Raises ValueError for the
    paper of another audience, which would show what is none of the party's business.
    """
    if paper.audience != "parties":
        raise ValueError(f"a notice is made from the paper of a party, not from {paper.audience}")
    office = paper.verdict.scenario.office
    told = tuple(_movement(paper, convoy) for convoy in paper.convoys)
    first, last = min(one.start_utc for one in told), max(one.end_utc for one in told)
    before = paper.before
    carrying = any(one.people for one in told)
    return Notice(
        id=notice_id(paper),
        revision=paper.revision,
        supersedes=notice_id(before) if before is not None else "",
        party=clean(paper.recipient),
        category="emergency evacuation" if carrying else "movement",
        status="draft",
        warning=paper.warning,
        organisation=clean(office.organisation or TO_FILL),
        contact_24h=clean(office.contact_24h or TO_FILL),
        issued_utc=paper.issued_at.astimezone(UTC),
        valid_until=paper.expiry,
        start_local=first.astimezone(paper.verdict.scenario.zone),
        start_utc=first,
        end_local=last.astimezone(paper.verdict.scenario.zone),
        end_utc=last,
        people=sum(one.people for one in told),
        movements=told,
        sites=tuple(_sites(paper)),
        asked=asks(paper),
        change=change_lines(before, paper) if before is not None else (),
        recipients=_recipients(paper),
    )


def notice_id(paper: Paper) -> str:
    """'SP-3f9a379f737f-notification-r2'."""
    return f"{paper.plan_id}-notification-r{paper.revision}"


# ------------------------------------------------------------------ movements


def _movement(paper: Paper, convoy: Convoy) -> Movement:
    start_s = min(leg.load_start_s for leg in convoy.legs)
    end_s = max(leg.unload_end_s for leg in convoy.legs)
    purpose = _purpose(convoy)
    return Movement(
        id=convoy.id,
        category="emergency evacuation" if purpose == "people" else "movement",
        purpose=purpose,
        start_local=paper.local(start_s),
        start_utc=paper.utc(start_s),
        end_local=paper.local(end_s),
        end_utc=paper.utc(end_s),
        waypoints=_waypoints(paper, convoy),
        stops=tuple(_stops(paper, convoy, start_s, end_s)),
        vehicles=tuple(_cars(paper, convoy)),
        people=convoy.persons,
        overnight=paper.local(start_s).date() != paper.local(end_s).date(),
        permissions=awaited(paper, convoy),
    )


def _purpose(convoy: Convoy) -> Purpose:
    if convoy.persons:
        return "people"
    if any(leg.aid for leg in convoy.legs):
        return "aid"
    return "team" if any(leg.teams for leg in convoy.legs) else "empty"


def _waypoints(paper: Paper, convoy: Convoy) -> tuple[Waypoint, ...]:
    points = convoy_track(paper.verdict, convoy)
    last = len(points) - 1
    ends = {0: convoy.origin, last: convoy.destination}
    out = []
    for at, (lat, lon, t_s) in enumerate(points):
        kind: Point = "start" if at == 0 else "end" if at == last else "edge of the ground"
        moment_s = {0: convoy.depart_s, last: convoy.arrive_s}.get(at, t_s)
        out.append(
            Waypoint(
                kind=kind, name=paper.label(ends[at]) if at in ends else "",
                lat=round(lat, 5), lon=round(lon, 5), degrees=degrees(lat, lon),
                mgrs=grid_reference(lat, lon), local=paper.local(moment_s), utc=paper.utc(moment_s),
            )
        )  # fmt: skip
    return tuple(out)


def _stops(paper: Paper, convoy: Convoy, start_s: int, end_s: int) -> Iterable[Stop]:
    first_out_s = max(leg.depart_s for leg in convoy.legs)
    first_in_s = min(leg.arrive_s for leg in convoy.legs)
    if start_s < first_out_s:
        yield _stop(paper, convoy.origin, "boarding", start_s, first_out_s)
    if first_in_s < end_s:
        yield _stop(paper, convoy.destination, "alighting", first_in_s, end_s)


def _stop(
    paper: Paper, place: str, kind: Literal["boarding", "alighting"], from_s: int, until_s: int
) -> Stop:
    return Stop(
        paper.label(place), kind, paper.local(from_s), paper.utc(from_s), paper.local(until_s),
        paper.utc(until_s),
    )  # fmt: skip


def _cars(paper: Paper, convoy: Convoy) -> Iterable[Cars]:
    scenario = paper.verdict.scenario
    for name, count in convoy.vehicles().items():
        fleet = scenario.fleet(name)
        numbers = [sortie.vehicle for sortie, _ in convoy.members if sortie.fleet == name]
        vehicle = scenario.vehicle(fleet)
        yield Cars(
            kind=clean(vehicle.name or fleet.label), mode=vehicle.mode, count=count,
            plates=tuple(_plate(fleet, number) for number in numbers),
            marked_impartial=fleet.neutral,
        )  # fmt: skip


def _plate(fleet: Fleet, number: int) -> str:
    known = fleet.vehicles[number - 1] if number <= len(fleet.vehicles) else None
    return clean((known and (known.plate or known.name)) or TO_FILL)


def _sites(paper: Paper) -> Iterable[Site]:
    """Places where people board, from the first to the last loading there."""
    spans: dict[str, tuple[int, int]] = {}
    legs: Iterable[PlanLeg] = (leg for convoy in paper.convoys for leg in convoy.legs)
    for leg in legs:
        if leg.manifest:
            old = spans.get(leg.origin, (leg.load_start_s, leg.depart_s))
            spans[leg.origin] = (min(old[0], leg.load_start_s), max(old[1], leg.depart_s))
    for place, (from_s, until_s) in sorted(spans.items(), key=lambda item: (item[1], item[0])):
        lat, lon = paper.verdict.network.positions[place]
        yield Site(
            paper.label(place), degrees(lat, lon), grid_reference(lat, lon), paper.local(from_s),
            paper.utc(from_s), paper.local(until_s), paper.utc(until_s),
        )  # fmt: skip


def _recipients(paper: Paper) -> tuple[tuple[str, str], ...]:
    """What is known of the sending of this notice."""
    messages = paper.verdict.scenario.notifications
    sent = [item for item in messages if item.state in ("sent", "acknowledged")]
    at = "; ".join(
        f"{paper.local(paper.verdict.scenario.at_s(item.sent_at)):%Y-%m-%d %H:%M}"
        for item in sent
        if item.sent_at is not None
    )
    received = sent and all(item.state == "acknowledged" for item in sent)
    return (
        (word("Recipient"), clean(paper.recipient)),
        (word("Channel"), TO_FILL),
        (word("Sent"), at or TO_FILL),
        (word("Acknowledged"), "yes" if received else TO_FILL),
        (word("Reference"), TO_FILL),
    )


# ------------------------------------------------------------------ as text


def change_lines(before: Paper, after: Paper) -> tuple[tuple[str, str, str], ...]:
    """(what became of it, the movement now, what it was) of each movement that is not as before."""
    change = amendment(before, after)
    lines = [("added", _told(after, one), "") for one in change.added]
    lines += [("dropped", "", _told(before, one)) for one in change.dropped]
    lines += [
        (f"changed: {', '.join(one.what)}", _told(after, one.after), _told(before, one.before))
        for one in change.changed
    ]
    return tuple(lines)


def _told(paper: Paper, one: Move) -> str:
    ends = f"{paper.label(one.origin)} - {paper.label(one.destination)}"
    return f"{one.id} {ends} {one.depart:%Y-%m-%d %H:%M} UTC, {one.persons} people"


def as_json(found: Notice) -> bytes:
    """The notice as JSON in UTF-8; moments are ISO 8601 with their offset, spans in words."""
    tree = asdict(found)
    tree["movements"] = [
        {**movement, "purpose_words": PURPOSES[one.purpose]}
        for movement, one in zip(tree["movements"], found.movements, strict=True)
    ]
    tree["asked"] = [
        {
            "kind": one.kind, "id": one.id, "name": one.label, "state": one.state,
            "lead_time": format_duration(one.lead_time_s), "timing": one.timing,
            "first_departure_utc": one.first_utc, "latest_moment_to_send_utc": one.latest_utc,
            "late_by": format_duration(one.late_s) if one.late_s else "",
            "movements": list(one.convoys), "too_late_for": list(one.too_late),
        }
        for one in found.asked
    ]  # fmt: skip
    tree["change"] = [
        dict(zip(("change", "now", "before"), line, strict=True)) for line in found.change
    ]
    tree["recipients"] = dict(found.recipients)
    text = json.dumps(tree, ensure_ascii=False, indent=1, allow_nan=False, default=_plain)
    return (text + "\n").encode("utf-8")


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    raise TypeError(f"no JSON: {type(value).__name__}")
