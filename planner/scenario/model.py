"""The Scenario: one crisis, at one moment, with its what-if applied."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, PrivateAttr, field_validator

from planner.scenario.fleets import Fleet, Handling, Vehicle
from planner.scenario.parts import (
    Authorisation,
    Commitment,
    Consignment,
    Control,
    Group,
    Link,
    Notification,
    Office,
    Part,
    Party,
    Place,
    Team,
    Threat,
    Window,
)  # fmt: skip
from planner.scenario.quantities import CountNumber, Duration, LocalTime, Moment, Real, Share
from planner.scenario.robust import Robust
from planner.scenario.triggers import Trigger
from planner.scenario.uncertainty import Uncertainty

SCHEMA_VERSION = 1
CONTESTED = "contested"
Version = Annotated[Literal[1], BeforeValidator(lambda value: 1 if value == "1" else value)]
LevelName = Literal["left_behind", "missed_deadlines", "harm", "changes", "arrival", "effort"]
LEVELS: tuple[LevelName, ...] = ("left_behind", "missed_deadlines", "harm", "arrival", "effort")


class ChangeWeights(Part):
    """What a change of a running plan weighs, for each loaded movement."""

    moved: CountNumber = 1
    """The fleet goes from there to there at another moment than planned."""
    added: CountNumber = 2
    """The fleet goes from there to there, which nobody had planned."""


class Priorities(Part):
    """What matters in which order."""

    levels: tuple[LevelName, ...] = LEVELS
    """Objective levels, the first weighs infinitely more than the second."""
    risk_cap_bp: Share = Field(200, alias="risk_cap")
    """No leg may expose a person to a greater chance of harm than this (default 2 %)."""
    changes: ChangeWeights = ChangeWeights.model_validate({})
    """Weights of the level `changes`; where it is not listed a plan that follows a running one puts
    it before `arrival`."""


class Patch(Part):
    """One applied change: path, what stood there, what stands there now, the override's name."""

    override: str
    """Name of the override."""
    path: str
    """For example links[siyasiyeh_bridge].status."""
    old: Any
    """As written before; null where nothing was."""
    new: Any
    """As written now."""


class Origin(Part):
    """Where a Scenario came from; not part of the YAML."""

    file: str
    """File name without its folder."""
    sha256: str
    """Of the file's bytes."""
    what_if: str | None = None
    """Name of the what-if."""
    patches: tuple[Patch, ...] = ()
    """What the what-if changed."""
    tree: dict[str, Any] = Field(default_factory=dict)
    """The resolved YAML tree, scalars as text: what plan.json embeds and `load.from_tree` reads."""


WAITING = "waiting_for_the_start"
"""Id of the window of :meth:`Scenario.not_before`."""


class Scenario(Part):
    """A crisis to plan for. Times are seconds after ``start`` once asked through ``at_s``."""

    schema_version: Version = 1
    """Version of this language."""
    title: str
    """Shown on every document."""
    description: str | None = None
    """The situation in a few sentences."""
    timezone: str
    """IANA name, for example Asia/Damascus."""
    start: LocalTime
    """Local time at which the plan begins."""
    horizon_s: Duration = Field(alias="horizon")
    """Length of the plan."""
    step_s: Duration = Field(1800, alias="step")
    """Departures lie on multiples of this step."""
    map: str | None = None
    """Name of the map; none where all movement is on the scenario's own links."""
    people_figure: Literal["low", "base", "high"] = "base"
    """Which of the three figures to plan with."""
    office: Office = Office.model_validate({})
    """Who plans."""
    parties: tuple[Party, ...] = ()
    """Those who control ground."""
    places: tuple[Place, ...]
    """Places."""
    groups: tuple[Group, ...] = ()
    """People."""
    fleets: tuple[Fleet, ...] = ()
    """Vehicles, ships, aircraft."""
    vehicles: dict[str, Vehicle] = Field(default_factory=dict)
    """Kinds of vehicles of this scenario; the rest is in config/vehicles.yaml."""
    teams: tuple[Team, ...] = ()
    """Teams that go in."""
    aid: tuple[Consignment, ...] = ()
    """Aid that goes in with vehicles on their way to collect people."""
    links: tuple[Link, ...] = ()
    """Links added, or remarks on the map's."""
    threats: tuple[Threat, ...] = ()
    """Dangers."""
    control: tuple[Control, ...] = ()
    """Who holds what, over time."""
    authorisations: tuple[Authorisation, ...] = ()
    """Permissions."""
    notifications: tuple[Notification, ...] = ()
    """Messages."""
    windows: tuple[Window, ...] = ()
    """When movement may be under way."""
    commitments: tuple[Commitment, ...] = ()
    """What is promised."""
    priorities: Priorities = Priorities.model_validate({})
    """What matters in which order."""
    overrides: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Named patches, path to new value: `links[some_id].status: closed` sets a key,
    `windows[+new_id]: {...}` adds an item, `windows[some_id]:` with nothing removes one."""
    what_ifs: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Named lists of overrides."""
    remedy_prices: dict[str, CountNumber] = Field(default_factory=dict)
    """Price of one unit of a remedy by kind, instead of config/solver.yaml."""
    sanity: dict[str, Real] = Field(default_factory=dict)
    """Published figures to compare with; shown, never used."""
    uncertainty: Uncertainty | None = None
    """What nobody knows for sure; plans do not use it, rehearsals and `planner robust` do."""
    robust: Robust | None = None
    """How `planner robust` weighs what may happen, and which departures are decided now."""
    triggers: tuple[Trigger, ...] = ()
    """What changes the decision to go, to wait or to stay once it has happened."""

    _origin: Origin | None = PrivateAttr(None)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ValueError, KeyError, OSError):
            raise ValueError(
                f"no IANA time zone called '{value[:40]}'; write for example Asia/Damascus"
            ) from None
        return value

    @property
    def origin(self) -> Origin:
        """Where it came from; an empty one for a Scenario that was built in memory."""
        return self._origin or Origin(file="", sha256="")

    def with_origin(self, origin: Origin) -> Scenario:
        """The same scenario that knows where it came from."""
        copy = self.model_copy()
        copy._origin = origin
        return copy

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.timezone)

    @property
    def start_at(self) -> datetime:
        """The start as an aware datetime."""
        return self.start if self.start.tzinfo else self.start.replace(tzinfo=self.zone)

    def at_s(self, moment: Moment | None, default_s: int | None = None) -> int:
        """Seconds after the start of a moment of the scenario (absolute or relative).

        ``None`` gives ``default_s``, or the end of the horizon.
        """
        if moment is None:
            return self.horizon_s if default_s is None else default_s
        if isinstance(moment, int):
            return moment
        aware = moment if moment.tzinfo else moment.replace(tzinfo=self.zone)
        return round(aware.timestamp() - self.start_at.timestamp())

    def local(self, seconds: int) -> datetime:
        """Local wall-clock time of a moment that lies ``seconds`` after the start."""
        utc = self.start_at.astimezone(ZoneInfo("UTC")) + timedelta(seconds=seconds)
        return utc.astimezone(self.zone)

    def not_before(self, start_s: int) -> Scenario:
        """The same scenario in which nobody is under way before a moment.

        Time does not move: threats, control, permissions and events come when they come, and harm
        counts from the scenario's own start, so that waiting has its price.
        """
        if not start_s:
            return self
        waits = Window.model_validate(
            {"id": WAITING, "closed": ["00:00-24:00"], "from": 0, "until": start_s}
        )
        return self.model_copy(update={"windows": (*self.windows, waits)}).with_origin(self.origin)

    def place(self, place_id: str) -> Place:
        """The place of that id; KeyError where there is none."""
        return {place.id: place for place in self.places}[place_id]

    def group(self, group_id: str) -> Group:
        """The group of that id; KeyError where there is none."""
        return {group.id: group for group in self.groups}[group_id]

    def fleet(self, fleet_id: str) -> Fleet:
        """The fleet of that id; KeyError where there is none."""
        return {fleet.id: fleet for fleet in self.fleets}[fleet_id]

    def vehicle(self, fleet: Fleet) -> Vehicle:
        """The fleet's kind of vehicle with the fleet's own figures in place of the catalogue's."""
        base = self.vehicles[fleet.vehicle]
        own: dict[str, int | Handling | None] = {
            "seats": fleet.seats,
            "stretchers": fleet.stretchers,
            "speed_mph": fleet.speed_mph,
            "loading": fleet.loading,
            "unloading": fleet.unloading,
            "range_m": fleet.fuel.range_m if fleet.fuel else None,
        }
        changes = {key: value for key, value in own.items() if value is not None}
        return base.model_copy(update=changes) if changes else base
