"""The Situation: what has become of a running plan, as it was reported at one moment.

What is not mentioned went as the plan says. Times are as in a scenario: local, with an offset, or
counted from the plan's start.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from planner.scenario.parts import IDENTIFIER, Part
from planner.scenario.quantities import CountNumber, Flag, Identifier, Moment


def _named(value: object) -> object:
    if isinstance(value, str) and not IDENTIFIER.fullmatch(value):
        raise ValueError(
            f"write lower-case letters, digits and underscores, at most 60 (got '{value[:60]}')"
        )
    return value


NewIdentifier = Annotated[Identifier, BeforeValidator(_named)]
Version = Annotated[Literal[1], BeforeValidator(lambda value: 1 if value == "1" else value)]


class Held(Part):
    """A sortie that has not left although the plan says so."""

    sortie: str
    """Id of the sortie in the plan."""
    leg: CountNumber = 1
    """The first of its legs that has not begun, from 1."""
    reason: str | None = None
    """Why, in the words of who reports it."""


class Departed(Part):
    """A leg that has left: at another time than planned, or with others on board."""

    sortie: str
    """Id of the sortie in the plan."""
    leg: CountNumber | None = None
    """Which of its legs, from 1; the one with people on board where it is not given."""
    at: Moment | None = None
    """When it really left; as planned where it is not given."""
    aboard: dict[Identifier, CountNumber] = Field(default_factory=dict)
    """Group id to persons of it who are really on board; as planned where it is not given."""


class Arrived(Part):
    """A leg that has arrived at another time than planned."""

    sortie: str
    """Id of the sortie in the plan."""
    leg: CountNumber | None = None
    """Which of its legs, from 1; the one with people on board where it is not given."""
    at: Moment
    """When it really arrived."""


class VehicleReport(Part):
    """Where one vehicle is, and whether it can go on."""

    fleet: Identifier
    """Fleet id."""
    vehicle: CountNumber = 1
    """Which vehicle of the fleet, from 1."""
    at: Identifier | None = None
    """The place where it stands; where the plan has it, if it is not given. At the origin of a leg
    that is under way by the plan: it has turned back, whoever was on board too."""
    from_: Moment | None = Field(None, alias="from")
    """From when on it can move again, or since when it is broken; the report's time where it is not
    given."""
    broken: Flag = False
    """It cannot go on. That holds in all reports to come, until one of them speaks of it again."""
    until: Moment | None = None
    """When it is repaired; never, where it is not given."""


class LinkReport(Part):
    """A link that has closed or opened."""

    link: str
    """Id of the scenario's link, or the name of the map's (a bridge)."""
    state: Literal["closed", "open"]
    """What it is now."""
    from_: Moment | None = Field(None, alias="from")
    """Since when; the report's time where it is not given."""
    until: Moment | None = None
    """Until when; the end of the plan where it is not given."""


class Refusal(Part):
    """People who do not want to leave any more."""

    group: Identifier
    """Group id."""
    people: CountNumber
    """How many; whole households stay, so that one more may."""
    reason: str | None = None
    """Why, in their words."""


class NewPeople(Part):
    """People nobody had reckoned with."""

    id: NewIdentifier
    """Id of the new group."""
    like: Identifier
    """The group that they are like: households, means, destinations, deadline, priority."""
    people: CountNumber
    """How many, all of whom want to leave."""
    at: Identifier | None = None
    """The place where they are; that of the group they are like where it is not given."""
    ready: Moment | None = None
    """From when on they can leave; the report's time where it is not given."""
    name: str | None = None
    """What people call them."""


class Situation(Part):
    """A situation report on a running plan."""

    schema_version: Version = 1
    """Version of this language."""
    plan: str | None = None
    """The plan's number (SP-…), so that a report on another plan is noticed."""
    at: Moment
    """When this was so."""
    source: str | None = None
    """Who reports it."""
    held: tuple[Held, ...] = ()
    """What has not left."""
    departed: tuple[Departed, ...] = ()
    """What has left, where it differs from the plan."""
    arrived: tuple[Arrived, ...] = ()
    """What has arrived, where it differs from the plan."""
    vehicles: tuple[VehicleReport, ...] = ()
    """Vehicles, where they differ from the plan."""
    links: tuple[LinkReport, ...] = ()
    """Links that closed or opened."""
    refused: tuple[Refusal, ...] = ()
    """Who does not want to leave any more."""
    new_people: tuple[NewPeople, ...] = ()
    """Who has come up."""
