"""What carries people: kinds of vehicles, and fleets of them with their convoys, crews and fuel.

Attributes bear the unit: seconds, metres, metres per hour, persons, kilograms.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from planner.scenario.parts import Claim, Mode, Named, Part
from planner.scenario.quantities import (
    CountNumber,
    Duration,
    Flag,
    Identifier,
    Length,
    Mass,
    Moment,
    Real,
    Speed,
)  # fmt: skip


class Handling(Part):
    """Time to load or to unload one vehicle."""

    fixed_s: Duration = Field(alias="fixed")
    """However many are on board."""
    per_person_s: Duration = Field(0, alias="per_person")
    """On top, per person."""

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: Any) -> Any:
        return {"fixed": value} if isinstance(value, (str, int)) else value


class Vehicle(Claim):
    """A kind of vehicle, ship or aircraft out of the catalogue."""

    mode: Mode
    """What it moves on."""
    name: str | None = None
    """What people call it."""
    seats: CountNumber
    """Persons seated."""
    stretchers: CountNumber = 0
    """Stretcher places besides the seats."""
    payload_kg: Mass | None = Field(None, alias="payload")
    """What it can carry; 100 kg a person with baggage count against it."""
    crew: CountNumber = 1
    """Persons who work on board; they are exposed to harm too."""
    speed_mph: Speed = Field(alias="speed")
    """Road vehicles: the most it drives; ships and aircraft: cruise."""
    loading: Handling
    """Time to load."""
    unloading: Handling
    """Time to unload."""
    car_equivalents: Real = 2.0
    """How many private cars it counts for on a link."""
    length_m: Length | None = Field(None, alias="length")
    """Ships: against the berth's length."""
    draught_m: Real | None = Field(None, alias="draught_metres")
    """Ships: metres, against the depth at the berth."""
    runway_m: Length | None = Field(None, alias="runway")
    """Aircraft: runway needed."""
    overhead_s: Duration = Field(0, alias="overhead")
    """Added to each movement: pilotage, taxi, climb and approach."""
    range_m: Length | None = Field(None, alias="range")
    """Distance without refuelling."""
    cost_per_km: Real = 1.0
    """Relative cost, for the effort level."""
    rough_roads: Flag = True
    """Whether it can use tracks and unpaved roads."""


class Escort(Part):
    """Ships or vehicles that go only in company."""

    by: Identifier
    """The escorting fleet."""
    ratio: CountNumber = 1
    """How many of this fleet one escort can take along."""


class VehicleDetail(Part):
    """One vehicle, as a convoy leader knows it."""

    plate: str | None = None
    """Number plate or tail number."""
    driver: str | None = None
    """Driver, master or captain."""
    call_sign: str | None = None
    """Radio call sign."""
    radio: str | None = None
    """Channel or frequency."""
    name: str | None = None
    """A ship's name."""


class Availability(Part):
    """From when until when a fleet can be used."""

    from_: Moment = Field(0, alias="from")
    """First moment of use."""
    until: Moment | None = None
    """Last moment of use; the end of the horizon where it is not given."""


class Convoy(Part):
    """Vehicles of one fleet that go together: so many at least, so many at most.

    The vehicles that leave one place at one moment by one route, and arrive together, are a whole
    number of convoys.
    """

    min_vehicles: CountNumber = Field(1, alias="min")
    """Fewest vehicles of a convoy."""
    max_vehicles: CountNumber | None = Field(None, alias="max")
    """Most vehicles of a convoy; no limit where it is not given."""
    headway_s: Duration = Field(0, alias="headway")
    """Least time between two convoys that leave one place by one route; at 0 several may leave at
    one moment."""
    alone_when_empty: Flag = True
    """Whether vehicles without evacuees may go singly; they may fill up a convoy all the same."""


class Duty(Part):
    """How long a crew may work before it rests.

    A duty lasts from the beginning of the first leg after a rest to the end of the last leg before
    the next one: loading, unloading and waiting between legs count. Crews begin rested.
    """

    longest_s: Duration = Field(alias="longest")
    """Longest duty."""
    rest_s: Duration = Field(alias="rest")
    """A rest: the vehicle stands still at least that long."""
    crews: CountNumber = 1
    """Crews of each vehicle. With two or more they change at its base, and only there; that each
    rests before its next turn is for the roster."""
    change_s: Duration = Field(1800, alias="change")
    """How long the vehicle stands at its base for a change of crews (with two crews or more)."""


class Fuel(Part):
    """How far a vehicle goes on one filling. All are full at the start."""

    range_m: Length | None = Field(None, alias="range")
    """Distance between two fillings; that of the kind of vehicle where it is not given."""
    refuel_s: Duration = Field(alias="refuel")
    """How long it stands idle to be filled up: neither loading nor unloading."""
    at: tuple[Identifier, ...] = ()
    """Places with fuel; empty means its base."""


class Fleet(Named):
    """Like vehicles with one base; a named ship is a fleet of one."""

    vehicle: Identifier
    """Kind of vehicle in the catalogue."""
    count: CountNumber
    """How many."""
    base: Identifier
    """Where they stand at the start."""
    available: Availability = Availability.model_validate({})
    """When they can be used."""
    return_to_base: Flag = False
    """Whether each must be back at its base in the end."""
    neutral: Flag = False
    """Impartial (medical, humanitarian) vehicles, marked as such."""
    escort: Escort | None = None
    """Company that it needs on every loaded movement."""
    is_escort: Flag = False
    """Carries nobody; goes along with others."""
    serves: tuple[Identifier, ...] = ()
    """Places that it may go to; empty means all that it is fit for."""
    seats: CountNumber | None = None
    """Instead of the catalogue's."""
    stretchers: CountNumber | None = None
    """Instead of the catalogue's."""
    speed_mph: Speed | None = Field(None, alias="speed")
    """Instead of the catalogue's."""
    loading: Handling | None = None
    """Instead of the catalogue's."""
    unloading: Handling | None = None
    """Instead of the catalogue's."""
    vehicles: tuple[VehicleDetail, ...] = ()
    """The vehicles one by one, where they are known."""
    convoy: Convoy | None = None
    """How many go together on loaded legs; singly where it is not given."""
    duty: Duty | None = None
    """Crew duty and rest; no limit where it is not given."""
    fuel: Fuel | None = None
    """Fillings; where it is not given each leg is within the range, filled up at every stop."""
