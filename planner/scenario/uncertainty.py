"""What nobody knows for sure: distributions and named events, as the scenario's file states them.

A spread says low, base and high; base is the likeliest. An event happens or does not, at a moment
drawn by lot, and may touch several things at once: that is how they hang together. What is drawn
from all this is in ``planner.draws``.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from planner.scenario.parts import Claim, Mode, Named, Part
from planner.scenario.quantities import Duration, Identifier, Moment, Real, Share
from planner.units import format_duration

Shape = Literal["triangular", "pert", "uniform"]


class Spread(Claim):
    """Low, base, high and how the chances lie between them; a bare value is certain."""

    unit: ClassVar[str] = ""

    shape: Shape = "triangular"
    """`triangular` (base is the likeliest), `pert` (more of it near base), `uniform`."""

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: Any) -> Any:
        if isinstance(value, (str, int, float)):
            return {"low": value, "base": value, "high": value}
        return value

    @property
    def figures(self) -> tuple[float, float, float]:
        """Low, base and high in the unit of the attributes."""
        return (getattr(self, "low"), getattr(self, "base"), getattr(self, "high"))  # noqa: B009

    @classmethod
    def spoken(cls, value: float) -> str:
        """A figure as people write it."""
        return f"{value:g}"

    @model_validator(mode="after")
    def _ordered(self) -> Spread:
        low, base, high = self.figures
        if not low <= base <= high:
            said = [self.spoken(value) for value in (low, base, high)]
            raise ValueError(
                f"low {said[0]}, base {said[1]}, high {said[2]}; write them in rising order"
            )
        return self


class ShareSpread(Spread):
    """A share that is not known for sure, or a bare percentage."""

    low: Share
    """The smallest credible share."""
    base: Share
    """The likeliest."""
    high: Share
    """The largest credible share."""

    @classmethod
    def spoken(cls, value: float) -> str:
        """8500 → '85 %'."""
        return f"{value / 100:g} %"


class DurationSpread(Spread):
    """A time span that is not known for sure, or a bare one."""

    low: Duration
    """The shortest credible."""
    base: Duration
    """The likeliest."""
    high: Duration
    """The longest credible."""

    @classmethod
    def spoken(cls, value: float) -> str:
        """7200 → '2 h'."""
        return format_duration(round(value))


class FactorSpread(Spread):
    """A factor on what the scenario states, or a bare number; 1 leaves it as it is."""

    low: Real
    """The smallest credible factor."""
    base: Real
    """The likeliest."""
    high: Real
    """The largest credible factor."""


class PeopleSpread(Claim):
    """How the groups' numbers of people lie between their low, base and high figures."""

    shape: Shape = "triangular"
    """How the chances lie between the figures."""
    common: Share = 0
    """How far the groups are misjudged alike: 0 % each for itself, 100 % all too high or all too
    low together."""


class GroupShare(Named):
    """A share of people that is not known for sure, for some groups."""

    groups: tuple[Identifier, ...] = ()
    """Whom it is for; empty means every group that no other entry names."""
    share: ShareSpread
    """The share: of people who want to leave, or of the willing who do not come when called."""


class TravelTime(Named):
    """How much longer or shorter rides take, by road class, link, mode or fleet; drawn once."""

    classes: tuple[str, ...] = ()
    """Road classes (config/speeds.yaml)."""
    links: tuple[Identifier, ...] = ()
    """Links of the scenario."""
    modes: tuple[Mode, ...] = ()
    """Modes."""
    fleets: tuple[Identifier, ...] = ()
    """Fleets."""
    factor: FactorSpread
    """On the time of the part of the ride that it is for; several entries multiply."""


class Delay(Named):
    """How much later ships, aircraft or others get away than they are told, leg by leg."""

    modes: tuple[Mode, ...] = ()
    """Modes."""
    fleets: tuple[Identifier, ...] = ()
    """Fleets."""
    chance: Share = 10000
    """How often there is such a delay."""
    by: DurationSpread
    """How long."""


class Breakdown(Named):
    """Vehicles that break down on the way."""

    fleets: tuple[Identifier, ...] = ()
    """Fleets; empty means every one of the modes."""
    modes: tuple[Mode, ...] = ()
    """Modes."""
    chance: Share
    """Chance of a breakdown on one leg, loaded or not."""
    repair: DurationSpread
    """How long it stands until it goes on, or until those on board are fetched."""
    beyond_repair: Share = 0
    """Share of the breakdowns after which the vehicle is out for good; those on board are taken
    back to where they boarded."""


class Intensity(Named):
    """How much worse or better threats are than stated; one draw for all that are named."""

    threats: tuple[Identifier, ...] = ()
    """Threats; empty means every one that no other entry names."""
    factor: FactorSpread
    """On the rate."""


class Event(Named):
    """Something that happens or does not, and everything that it changes while it lasts."""

    chance: Share | None = None
    """It happens once with this chance."""
    per_day: Share | None = None
    """Chance a day, from the first moment to the last; it may come again once it is over."""
    from_: Moment = Field(0, alias="from")
    """First moment at which it can begin."""
    until: Moment | None = None
    """Last moment at which it can begin."""
    follows: Identifier | None = None
    """An event that must have begun before: the chance is the chance then."""
    after: DurationSpread | None = None
    """Time from the first moment (or from the event that it follows) to its beginning; without it
    every moment is as likely as another."""
    lasts: DurationSpread | None = None
    """How long; to the end of the plan where it is not given."""
    either: str | None = None
    """Events with the same word here exclude each other: at most one of them happens."""
    closes: tuple[Identifier, ...] = ()
    """Links that nobody can use."""
    opens: tuple[Identifier, ...] = ()
    """Closed links that can be used."""
    shuts: tuple[Identifier, ...] = ()
    """Places where nobody can load, unload or pass (a port, an airport, a crossing)."""
    grants: tuple[Identifier, ...] = ()
    """Requested authorisations that are granted."""
    withdraws: tuple[Identifier, ...] = ()
    """Granted authorisations that do not hold."""
    takes: dict[Identifier, Identifier] = Field(default_factory=dict)
    """Place, link or control area to the party that holds it, or `contested`."""
    raises: dict[Identifier, Real] = Field(default_factory=dict)
    """Threat to the factor on its rate; 0 ends it."""
    stops: tuple[Identifier, ...] = ()
    """Fleets that cannot set out."""

    @model_validator(mode="after")
    def _one_chance(self) -> Event:
        if (self.chance is None) == (self.per_day is None):
            raise ValueError("not one chance; write `chance:` (in all) or `per_day:`")
        return self

    @property
    def effects(self) -> tuple[tuple[str, str], ...]:
        """(what it does, id) of everything that it touches, in the order of the keys."""
        lists = ("closes", "opens", "shuts", "grants", "withdraws", "takes", "raises", "stops")
        return tuple((kind, name) for kind in lists for name in getattr(self, kind))


class Uncertainty(Part):
    """What nobody knows for sure. What is not named here is as the scenario states it."""

    people: PeopleSpread | None = None
    """Numbers of people between their low, base and high figures; as planned where not given."""
    willing: tuple[GroupShare, ...] = ()
    """Shares that want to leave."""
    no_shows: tuple[GroupShare, ...] = ()
    """Shares of the willing who do not come when they are called."""
    travel: tuple[TravelTime, ...] = ()
    """Times of rides."""
    delays: tuple[Delay, ...] = ()
    """Delays of ships, aircraft and others."""
    breakdowns: tuple[Breakdown, ...] = ()
    """Vehicles that break down."""
    threats: tuple[Intensity, ...] = ()
    """How bad threats are."""
    events: tuple[Event, ...] = ()
    """What may happen."""

    @property
    def names_of_links(self) -> frozenset[str]:
        """Links that an entry speaks of."""
        found = {link for entry in self.travel for link in entry.links}
        for event in self.events:
            found |= {*event.closes, *event.opens, *event.takes}
        return frozenset(found)
