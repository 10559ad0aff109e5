"""The nouns a scenario is made of: places, groups, teams, links, threats, control, permissions.

Attribute docstrings become the descriptions of the JSON Schema. Keys in YAML are the aliases; the
attributes bear the unit: seconds, metres, metres per hour, persons, parts per ten thousand (bp).
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from planner.scenario.quantities import (
    ClockSpan,
    CountNumber,
    Duration,
    Flag,
    FlowRate,
    Hazard,
    Identifier,
    Length,
    Mass,
    Moment,
    Real,
    Share,
    Speed,
    parse_real,
)  # fmt: skip
from planner.units import HOUR_S

IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9_]{0,59}")
Mode = Literal["road", "sea", "air", "foot", "river"]


class Part(BaseModel):
    """What every part shares: frozen, no unknown keys, attribute docstrings as descriptions."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, populate_by_name=False
    )


class Claim(Part):
    """A claim about the world: where it comes from, how old it is, how far it can be relied on."""

    source: str | None = None
    """Where the claim was read."""
    as_of: Moment | None = None
    """When the claim was true."""
    reliability: Literal["confirmed", "probable", "doubtful", "unknown"] | None = None
    """How far the claim can be relied on."""
    estimate: Flag = False
    """True where nobody published the figure."""
    because: str | None = None
    """The reasoning behind an estimate."""
    comment: str | None = None
    """A remark for the reader."""


class Named(Claim):
    """Something with an id, unique among its kind."""

    id: Identifier
    """Lower-case letters, digits and underscores."""
    name: str | None = None
    """What people call it."""
    name_ar: str | None = None
    """The name in Arabic."""

    @field_validator("id")
    @classmethod
    def _plain_id(cls, value: str) -> str:
        if not IDENTIFIER.fullmatch(value):
            raise ValueError(
                f"write lower-case letters, digits and underscores, at most 60 (got '{value[:60]}')"
            )
        return value

    @property
    def label(self) -> str:
        """The name, or the id where nobody gave one."""
        return self.name or self.id


class Count(Claim):
    """A number of people as low, base and high."""

    low: CountNumber
    """The smallest credible figure."""
    base: CountNumber
    """The figure to plan with."""
    high: CountNumber
    """The largest credible figure."""

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: Any) -> Any:
        if isinstance(value, (str, int)):
            return {"low": value, "base": value, "high": value}
        return value

    @model_validator(mode="after")
    def _ordered(self) -> Count:
        if not self.low <= self.base <= self.high:
            raise ValueError(
                f"low {self.low}, base {self.base}, high {self.high}; write them in rising order"
            )
        return self


def parse_position(value: Any) -> Any:
    """``[latitude, longitude]`` in degrees as two numbers; text (an id) passes."""
    if not isinstance(value, (list, tuple)):
        return value
    if len(value) != 2:
        raise ValueError(f"write [latitude, longitude] (got {len(value)} values)")
    latitude, longitude = (parse_real(part) for part in value)
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ValueError(
            f"no such position: {latitude:g}, {longitude:g}; write latitude (-90 to 90) first, "
            "then longitude (-180 to 180)"
        )
    return (latitude, longitude)


Position = Annotated[tuple[Real, Real], BeforeValidator(parse_position)]
Spot = Annotated[tuple[Real, Real] | Identifier, BeforeValidator(parse_position)]


class Intake(Part):
    """What a haven takes in."""

    total: CountNumber | None = None
    """Persons over the whole horizon."""
    per_day: CountNumber | None = None
    """Persons per local calendar day."""


class Place(Named):
    """A place where people wait, change, embark, cross or are safe."""

    role: Literal[
        "assembly_point", "evacuation_control_point", "embarkation_port", "embarkation_airport",
        "border_crossing", "hospital", "staging_base", "safe_haven",
    ]  # fmt: skip
    """What the place is for."""
    at: Position | str
    """[latitude, longitude], or the id of a place on the map."""
    pcode: str | None = None
    """OCHA place code."""
    control: Identifier | None = None
    """The party that holds the place; see `control` for changes over time."""
    capacity: CountNumber | None = None
    """Persons that can wait here after being called forward (home is no waiting place)."""
    processing: FlowRate | None = None
    """Persons that can be embarked, or persons or vehicles that can cross, in any 60 minutes."""
    loading_bays: CountNumber | None = None
    """Road vehicles that can load or unload at one time."""
    berths: CountNumber | None = None
    """Ships that can load or unload at one time."""
    berth_length_m: Length | None = Field(None, alias="berth_length")
    """Longest ship that a berth takes."""
    depth_m: Length | None = Field(None, alias="depth")
    """Water at the berth."""
    stands: CountNumber | None = None
    """Aircraft that can be on the ground at one time."""
    slots: FlowRate | None = None
    """Landings and take-offs in any 60 minutes."""
    runway_m: Length | None = Field(None, alias="runway")
    """Longest runway; taken from the map where it is not given."""
    intake: Intake | None = None
    """What a haven takes in, in all and a day."""
    protected: Flag = False
    """Its position never leaves the office."""
    handover_point: Identifier | None = None
    """The place that stands for a protected one in every document that leaves."""

    @field_validator("at", mode="before")
    @classmethod
    def _position(cls, value: Any) -> Any:
        return parse_position(value)


class Households(Part):
    """Like households of a group that have one means."""

    means: Literal["unwilling", "ride", "car", "foot"]
    """Who stays by choice, rides, drives or walks."""
    persons: CountNumber
    """Heads in each."""
    stretchers: CountNumber = 0
    """How many of them lie."""
    units: CountNumber
    """How many such households."""


class Group(Named):
    """People who wait at one place and can be treated alike."""

    at: Identifier
    """The place where they are."""
    people: Count
    """Residents; of a medical group the patients, whose companions come on top and are people."""
    willing: Share = 10000
    """The share that wants to leave."""
    ready: Moment = 0
    """From when on they can leave."""
    households: dict[int, Share] = Field(default_factory=lambda: {1: 10000})
    """Household size to share of the households; households travel whole."""
    stretcher: Share = 0
    """Share of the patients who need a stretcher place (medical groups)."""
    companions: Real | None = None
    """Companions per patient, in seats; makes the group a medical one."""
    own_car: Share = 0
    """Share of the willing who have a car of their own."""
    on_foot: Share = 0
    """Share of the willing who can walk out."""
    destinations: tuple[Identifier, ...] = ()
    """Havens that they accept; empty means any."""
    refuses: tuple[Identifier, ...] = ()
    """Parties that they will not pass, and escorts (fleets) that they will not go with."""
    precedence: Literal["urgent", "priority", "routine"] | None = None
    """Medical precedence."""
    deadline_s: Duration | None = Field(None, alias="deadline")
    """Latest arrival, counted from the start; arriving later counts as missed."""
    weight: CountNumber = 1
    """Priority: one person left behind counts this often."""
    persons_per_car: CountNumber = 5
    """Seats in a private car."""
    needs_team: Identifier | None = None
    """A team that must have arrived before they can be loaded."""
    exactly: tuple[Households, ...] = ()
    """The group household by household, where more is known than shares: in their place."""

    @field_validator("households", mode="before")
    @classmethod
    def _sizes(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            raise ValueError("not sizes and shares; write for example {1: 20 %, 4: 80 %}")
        for size in value:
            if not re.fullmatch(r"[1-9][0-9]?", str(size)):
                raise ValueError(
                    f"no household has '{str(size)[:20]}' members; write sizes from 1 to 99"
                )
        return {int(size): share for size, share in value.items()}

    @field_validator("households")
    @classmethod
    def _whole(cls, value: dict[int, int]) -> dict[int, int]:
        total = sum(value.values())
        if total != 10000:
            raise ValueError(f"the shares add up to {total / 100:g} %; make them 100 %")
        return value

    @field_validator("companions")
    @classmethod
    def _few(cls, value: float | None) -> float | None:
        if value is not None and not 0 <= value <= 6:
            raise ValueError(f"{value:g} companions per patient; write 0 to 6")
        return value

    @field_validator("persons_per_car")
    @classmethod
    def _somebody(cls, value: int) -> int:
        if value < 1:
            raise ValueError("nobody in a car; write 1 or more")
        return value

    @model_validator(mode="after")
    def _shares(self) -> Group:
        if self.own_car + self.on_foot > 10000:
            raise ValueError("own_car and on_foot exceed 100 %; make them 100 % at most")
        if self.stretcher and self.companions is None:
            raise ValueError("stretchers, but no companions; write `companions:` (0 is an answer)")
        if self.companions is not None and (self.own_car or self.on_foot):
            raise ValueError("patients with own_car or on_foot; make a group of those who walk")
        return self

    @property
    def is_medical(self) -> bool:
        """Whether `people` are patients with companions."""
        return self.companions is not None


class Team(Named):
    """People who go in with the vehicles that bring others out (a medical team)."""

    people: CountNumber
    """How many; they are not counted as evacuees."""
    start: Identifier
    """The place where they join a vehicle."""
    to: Identifier
    """The place where they work."""
    fleets: tuple[Identifier, ...]
    """The fleets that they ride with."""


class Consignment(Named):
    """Aid that goes in with vehicles on their way to collect people; it never goes before people.

    It rides only on legs in that are made anyway, from place to place without a change; a vehicle
    takes as much as its payload holds, or what is left.
    """

    goods: str
    """What it is, in the words of the waybill."""
    mass_kg: Mass = Field(alias="mass")
    """All of it, packed."""
    from_: Identifier = Field(alias="from")
    """The place where it is loaded."""
    to: Identifier
    """The place where it is handed over."""
    fleets: tuple[Identifier, ...]
    """The fleets that take it along."""
    by: Moment | None = None
    """When it should be there; what comes later is delivered all the same, and told."""
    delay_s: Duration = Field(HOUR_S, alias="delay")
    """How much later than without aid people may leave, for the time that it takes to load and to
    unload; at 0 aid rides only where a vehicle would stand idle. Nobody is left behind for it."""


class Link(Named):
    """A stretch of road, water or air: added by the scenario, or a remark on the map's own."""

    from_: Identifier | None = Field(None, alias="from")
    """One end of an added link (a place)."""
    to: Identifier | None = None
    """The other end of an added link (a place)."""
    map_link: str | None = None
    """A named link of the map (a bridge) that this entry speaks of."""
    along: tuple[str, str] | None = None
    """Two places of the map: the entry speaks of the road between them, off the towns."""
    near: Position | None = None
    """[latitude, longitude]: the entry speaks of the piece of the map's roads that is nearest,
    from junction to junction, in both directions."""
    mode: Mode = "road"
    """What moves on an added link."""
    length_m: Length | None = Field(None, alias="length")
    """Length of an added link; the straight line where it is not given is refused."""
    speed_mph: Speed | None = Field(None, alias="speed")
    """Speed that the link allows."""
    road_class: str | None = Field(None, alias="class")
    """Road class (config/speeds.yaml)."""
    condition: Literal["good", "damaged", "bad"] = "good"
    """Slows the traffic by the factor in config/speeds.yaml."""
    one_way: Flag = False
    """An added link that leads only from `from` to `to`."""
    capacity: FlowRate | None = None
    """Vehicles (in car equivalents) or persons onto the link in any 60 minutes."""
    status: Literal["operational", "restricted", "closed"] = "operational"
    """Access status, in LogIE's words (closed = not operational)."""
    closed: tuple[tuple[Moment, Moment], ...] = ()
    """Spans in which nobody can use it."""
    control: Identifier | None = None
    """The party that holds it."""


class Circle(Part):
    """A disc on the ground."""

    centre: Spot
    """[latitude, longitude] or a place."""
    radius_m: Length = Field(alias="radius")
    """Radius."""


class Ring(Part):
    """What missiles from one area can reach."""

    from_: Spot = Field(alias="from")
    """Launch area: [latitude, longitude] or a place."""
    range_m: Length = Field(alias="range")
    """Outer radius."""
    beyond_m: Length = Field(0, alias="beyond")
    """Inner radius: nearer than this is not reached."""


class Zone(Part):
    """Where something holds: exactly one of the shapes."""

    circle: Circle | None = None
    """A disc."""
    ring: Ring | None = None
    """A ring around a launch area."""
    polygon: tuple[Position, ...] | None = None
    """Corners as [latitude, longitude]."""
    links: tuple[Identifier, ...] = ()
    """Stretches of road: links of the scenario."""
    places: tuple[Identifier, ...] = ()
    """Places of the scenario, themselves only."""

    @model_validator(mode="after")
    def _one_shape(self) -> Zone:
        shapes = [self.circle, self.ring, self.polygon, self.links or None, self.places or None]
        if sum(shape is not None for shape in shapes) != 1:
            raise ValueError("not one shape; write one of circle, ring, polygon, links, places")
        return self

    @field_validator("polygon")
    @classmethod
    def _corners(cls, value: tuple[Position, ...] | None) -> tuple[Position, ...] | None:
        if value is not None and len(value) < 3:
            raise ValueError(f"{len(value)} corners; write three or more")
        return value


class Threat(Named):
    """Something that harms whoever is in its zone."""

    zone: Zone
    """Where."""
    rate_nano: Hazard = Field(alias="rate")
    """Expected casualties per 1000 person-hours inside."""
    daily: tuple[ClockSpan, ...] = ()
    """Hours of the day; empty means all day."""
    from_: Moment = Field(0, alias="from")
    """First moment."""
    until: Moment | None = None
    """Last moment."""
    multiplier: dict[Identifier, Real] = Field(default_factory=dict)
    """Group id to factor, for people who suffer more or less."""


class Control(Named):
    """Who holds an area or a list of places and links, over time; later entries prevail."""

    party: Identifier
    """The party, or `contested`."""
    zone: Zone
    """What it holds."""
    from_: Moment = Field(0, alias="from")
    """First moment."""
    until: Moment | None = None
    """Last moment."""


class Applies(Part):
    """The movements that a permission is for; what is empty does not restrict."""

    fleets: tuple[Identifier, ...] = ()
    """Fleets."""
    modes: tuple[Mode, ...] = ()
    """Modes."""
    neutral: Flag = False
    """Only impartial fleets."""


class Authorisation(Named):
    """A party's permission to pass over what it controls. Requested is not granted."""

    party: Identifier
    """The party asked."""
    for_: Applies = Field(Applies.model_validate({}), alias="for")
    """The kind of movement."""
    over: tuple[Identifier, ...] = ()
    """Places, links and control areas; empty means all that the party controls."""
    state: Literal["requested", "granted", "refused", "expired"]
    """Where it stands."""
    from_: Moment = Field(0, alias="from")
    """Valid from."""
    until: Moment | None = None
    """Valid until."""
    lead_time_s: Duration = Field(0, alias="lead_time")
    """What the party wants between request and movement."""
    requested_at: Moment = 0
    """When the request was (or will be) made."""
    conditions: str | None = None
    """The party's conditions."""
    assume: Literal["granted"] | None = None
    """A what-if may assume a requested one; the plan is CONDITIONAL then."""


class Notification(Named):
    """A message to a party about movements. It is no permission."""

    party: Identifier
    """The party told."""
    fleets: tuple[Identifier, ...] = ()
    """The fleets that it is about."""
    state: Literal["drafted", "sent", "acknowledged", "superseded"]
    """Where it stands."""
    sent_at: Moment | None = None
    """When it was sent."""
    lead_time_s: Duration = Field(0, alias="lead_time")
    """What the party wants between message and movement."""


class Window(Named):
    """When movements may be under way: curfew, daylight, weather, a humanitarian pause."""

    kind: Literal["daylight", "curfew", "pause", "weather", "sea_state", "other"] = "other"
    """What it is."""
    open: Annotated[
        Literal["daylight"] | tuple[ClockSpan, ...] | None,
        BeforeValidator(lambda v: [v] if isinstance(v, str) and v != "daylight" else v),
    ] = None
    """Hours of the day in which movement is allowed, or `daylight`."""
    closed: tuple[ClockSpan, ...] = ()
    """Hours of the day in which movement is not allowed."""
    days_from: Moment = Field(0, alias="from")
    """First moment at which the window matters."""
    until: Moment | None = None
    """Last moment at which the window matters."""
    modes: tuple[Mode, ...] = ()
    """Modes; with `links`, `places` and `fleets` empty the window is for all movements of these."""
    links: tuple[Identifier, ...] = ()
    """Links of the scenario; only while on them."""
    places: tuple[Identifier, ...] = ()
    """Places; loading, unloading and passing there."""
    fleets: tuple[Identifier, ...] = ()
    """Fleets."""
    suspends: tuple[Identifier, ...] = ()
    """Threats that do no harm while the window is open (a pause)."""


class Commitment(Named):
    """A sortie that was promised or is under way; it stays as it is."""

    fleet: Identifier
    """The fleet."""
    vehicle: CountNumber = 1
    """Which vehicle of the fleet, from 1."""
    from_: Identifier = Field(alias="from")
    """Where it loads."""
    to: Identifier
    """Where it goes."""
    load_start: Moment
    """When loading begins."""
    group: Identifier | None = None
    """Whom it carries."""
    people: CountNumber = 0
    """How many."""


class Party(Named):
    """Whoever controls ground or grants permissions."""

    requires_authorisation: Flag = True
    """Whether organised movements need its permission where it is in control."""


class Office(Part):
    """Who plans; prints as lines to fill where nobody gave it."""

    organisation: str | None = None
    """Name."""
    contact_24h: str | None = None
    """Reachable at any hour."""
    prepared_by: str | None = None
    """Function, not necessarily a name."""
    approved_by: str | None = None
    """Function."""
    valid_until: Moment | None = None
    """After this the documents are void."""
