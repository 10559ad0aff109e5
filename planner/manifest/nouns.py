"""What a manifest is: the movement's frame, its passengers, and what was reported of them.

Whatever is printed of a passenger by accident (a traceback, a log) shows the token and no more.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, ValidationError

from planner.errors import Issue, ScenarioError

SCHEMA_VERSION = 1
Status = Literal["listed", "present", "boarded", "no-show", "refused", "arrived"]
STATUSES: tuple[Status, ...] = ("listed", "present", "boarded", "no-show", "refused", "arrived")
Kind = Literal["seat", "stretcher"]
Instant = Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(UTC))]


class Sheet(BaseModel):
    """Frozen, no unknown keys; a fault found in it does not repeat what was found."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, hide_input_in_errors=True
    )


class Vehicle(Sheet):
    """A vehicle of the movement."""

    id: str
    """The sortie, for example ``raqqa_coaches-2-1``."""
    label: str
    """Fleet and number, as people say it."""
    plate: str = ""
    """Number plate or tail number; blank where nobody gave it."""


class Planned(Sheet):
    """How many of one group (its code) the plan puts on one vehicle."""

    vehicle: str
    group: str
    seats: int
    stretchers: int

    @property
    def persons(self) -> int:
        """Heads."""
        return self.seats + self.stretchers


class Frame(Sheet):
    """What the plan says of a movement. It names nobody."""

    plan: str
    """Number of the plan."""
    movement: str
    """The convoy's id."""
    title: str
    """Of the scenario."""
    timezone: str
    """Clock of the place, an IANA name."""
    origin: str
    """Where it leaves, as people call it; of a protected place the handover point."""
    destination: str
    """Where it goes."""
    depart: Instant
    """It leaves, UTC."""
    arrive: Instant
    """The last vehicle arrives, UTC."""
    vehicles: tuple[Vehicle, ...]
    """In the order of the plan; those that carry evacuees."""
    planned: tuple[Planned, ...]
    """By vehicle and group."""
    groups: tuple[str, ...]
    """Codes of the groups aboard: a group's name may say whom its people are afraid of."""

    @property
    def id(self) -> str:
        """Id of the movement's manifest."""
        return f"{self.plan}-{self.movement}-manifest"

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.timezone)

    def places(self, kind: Kind, vehicle: str | None = None, group: str | None = None) -> int:
        """Seats or stretcher places that the plan fills, of one vehicle or group or of all."""
        return sum(
            line.seats if kind == "seat" else line.stretchers
            for line in self.planned
            if vehicle in (None, line.vehicle) and group in (None, line.group)
        )


class Passenger(Sheet):
    """One person. Empty text and None mean that nothing was written."""

    person: str
    """Opaque token."""
    vehicle: str
    kind: Kind
    number: str = ""
    """Of the seat or stretcher place."""
    group: str
    """Code."""
    family: str = ""
    """Number of the family unit; who shares it travels together."""
    guardian: str = ""
    """Token of the adult in charge."""
    unaccompanied_child: bool = False
    companion_of: str = ""
    """Token of the patient."""
    baggage_kg: int | None = None
    consent: Literal["explicit", "implicit", "proxy"]
    precedence: Literal["", "urgent", "priority", "routine"] = ""
    mobility: Literal["", "walks", "needs help", "wheelchair", "lies"] = ""
    name: str = ""
    sex: Literal["", "f", "m", "x"] = ""
    birth_year: int | None = None
    nationality: str = ""
    """Country of the travel document, ISO 3166 code."""
    document: str = ""
    """Number of the travel document."""

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        return [("person", self.person)]


class Update(Sheet):
    """One report: this person had this status at this moment, says this reporter."""

    person: str
    at: Instant
    status: Status
    by: str
    """Function or initials of who reports."""
    handed_over_to: str = ""
    """Who took the person over on arrival."""

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        return [("person", self.person), ("status", self.status)]


class Manifest(Sheet):
    """Who is aboard a movement, and what was reported of them."""

    schema_version: Literal[1] = 1
    frame: Frame
    passengers: tuple[Passenger, ...]
    """In the order of the table."""
    updates: tuple[Update, ...] = ()
    """Every report once, by time."""

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        return [("id", self.frame.id), ("passengers", len(self.passengers))]

    def passenger(self, person: str) -> Passenger:
        """The passenger of that token; KeyError where there is none."""
        return {one.person: one for one in self.passengers}[person]


def dumps(manifest: Manifest) -> bytes:
    """The manifest as JSON in UTF-8: what is encrypted."""
    tree = manifest.model_dump(mode="json")
    return (json.dumps(tree, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def loads(content: bytes, file: str) -> Manifest:
    """JSON → Manifest. Raises ScenarioError that does not repeat what stands in it."""
    try:
        return Manifest.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"][:3])[:80]
    remedy = "open it with the version of Safe Passage that wrote it, or import the table again"
    issue = Issue(file, 0, where, f"no manifest of version {SCHEMA_VERSION}", remedy)
    raise ScenarioError([issue])


def clock(moment: datetime, frame: Frame) -> str:
    """'13 Dec 08:20' on the clock of the place."""
    return moment.astimezone(frame.zone).strftime("%d %b %H:%M")
