"""The scenario and the network of a recipient's own legs, put together from nothing.

Nothing is taken over by copying and leaving out: a field that no line here names is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from planner.charts import position
from planner.network import LinkUse, Route, TransportNetwork
from planner.plan import ManifestLine, PlanLeg
from planner.redact.audience import Audience
from planner.redact.rights import Rights
from planner.redact.shown import Shown
from planner.redact.whole import Whole
from planner.scenario import (
    Authorisation,
    Count,
    Fleet,
    Group,
    Link,
    Mode,
    Notification,
    Office,
    Party,
    Place,
    Scenario,
    Vehicle,
    VehicleDetail,
    Window,
)  # fmt: skip
from planner.timeline import Intervals
from planner.units import MINUTE_S

if TYPE_CHECKING:
    from planner.verify import Verdict

_Part = TypeVar("_Part", bound=BaseModel)
_PATIENTS = {"urgent": "Patients, urgent", "priority": "Patients, priority"}
_HOURS = frozenset({"daylight", "curfew", "weather", "sea_state"})


def part(of: type[_Part], /, **fields: Any) -> _Part:
    """A part of a scenario with these fields and the defaults of the others."""
    return of.model_construct().model_copy(update=fields)


@dataclass(frozen=True)
class Reader:
    """Who reads, of which verdict."""

    whole: Whole
    audience: Audience
    recipient: str
    rights: Rights

    @property
    def verdict(self) -> Verdict:
        """The verdict as it is."""
        return self.whole.verdict

    @property
    def base(self) -> Verdict:
        """The verdict with its protected places handed over."""
        return self.whole.base


@dataclass
class Scene:
    """The recipient's scenario while it is put together: clock, names of fleets, ways."""

    reader: Reader
    legs: tuple[Shown, ...]
    start: datetime = field(init=False)
    shift_s: int = field(init=False)
    horizon_s: int = field(init=False)
    fleets: dict[int, Fleet] = field(init=False)
    numbers: dict[tuple[int, int], int] = field(init=False)
    vehicles: dict[str, Vehicle] = field(default_factory=dict)
    routes: dict[str, Route] = field(default_factory=dict)
    boarding: dict[str, tuple[str, str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        scenario = self.reader.base.scenario
        first = scenario.local(min(one.leg.load_start_s for one in self.legs))
        last = scenario.local(max(one.leg.unload_end_s for one in self.legs))
        self.start = datetime(first.year, first.month, first.day)
        self.shift_s = scenario.at_s(self.start)
        ends = datetime(last.year, last.month, last.day) + timedelta(days=1)
        self.horizon_s = scenario.at_s(ends) - self.shift_s
        self.numbers = self._numbers()
        self.fleets = self._fleets()

    # -------------------------------------------------------------- vehicles

    def _numbers(self) -> dict[tuple[int, int], int]:
        """(fleet, vehicle) → its number for the reader, who is not to count the others."""
        found: dict[tuple[int, int], int] = {}
        used: dict[int, int] = {}
        for one in self.legs:
            key = (one.fleet, one.sortie.vehicle)
            if key not in found:
                used[one.fleet] = used.get(one.fleet, 0) + 1
                keeps = self.reader.rights.ids and not one.is_escort
                found[key] = one.sortie.vehicle if keeps else used[one.fleet]
        return found

    def _fleets(self) -> dict[int, Fleet]:
        found: dict[int, Fleet] = {}
        for one in self.legs:
            if one.fleet not in found:
                found[one.fleet] = self._fleet(one)
        return found

    def _fleet(self, one: Shown) -> Fleet:
        reader = self.reader
        rights, old = reader.rights, reader.base.scenario.fleets[one.fleet]
        whole = rights.ids and not one.is_escort
        kind = reader.base.scenario.vehicle(old)
        label = kind.name or old.vehicle.replace("_", " ")
        name = self._kind(old.vehicle, kind, rights.crew and not one.is_escort)
        used = [number for (fleet, _), number in self.numbers.items() if fleet == one.fleet]
        return part(
            Fleet,
            id=old.id if whole else name,
            name=old.label if rights.crew and not one.is_escort else label,
            vehicle=name,
            count=old.count if whole else max(used),
            base=one.leg.origin,
            neutral=old.neutral,
            is_escort=old.is_escort,
            vehicles=self._details(one, old, whole),
        )

    def _kind(self, name: str, kind: Vehicle, own: bool) -> str:
        """Keep what everybody sees of a kind of vehicle; its id, one for each fleet shown.

        Of one's ``own`` also how far it goes and what it carries.
        """
        more = {"range_m": kind.range_m, "payload_kg": kind.payload_kg} if own else {}
        number, found = 1, name
        while found in self.vehicles:
            number += 1
            found = f"{name}_{number}"
        lying = 0 if self.reader.rights.medical == "none" else kind.stretchers
        self.vehicles[found] = part(
            Vehicle, mode=kind.mode, name=kind.name, seats=kind.seats, stretchers=lying,
            speed_mph=kind.speed_mph, loading=kind.loading, unloading=kind.unloading,
            overhead_s=kind.overhead_s, crew=0, length_m=kind.length_m, **more,
        )  # fmt: skip
        return found

    def _details(self, one: Shown, old: Fleet, whole: bool) -> tuple[VehicleDetail, ...]:
        if not old.vehicles:
            return ()
        shown = {new: was for (fleet, was), new in self.numbers.items() if fleet == one.fleet}
        known = range(1, len(old.vehicles) + 1) if whole else range(1, max(shown) + 1)
        told = (n if whole else shown.get(n, 0) for n in known)
        return tuple(self._detail(old, number, one.is_escort) for number in told)

    def _detail(self, old: Fleet, number: int, is_escort: bool) -> VehicleDetail:
        """One vehicle; of an escort, how to call it."""
        if not 1 <= number <= len(old.vehicles):
            return VehicleDetail()
        told = old.vehicles[number - 1]
        if not self.reader.rights.crew:
            return VehicleDetail(plate=told.plate, name=told.name)
        if is_escort:
            return VehicleDetail(call_sign=told.call_sign, radio=told.radio, name=told.name)
        return told

    # -------------------------------------------------------------- people and ways

    def manifest(self, leg: PlanLeg) -> tuple[ManifestLine, ...]:
        """Who is on board, as far as the reader may know: heads, or heads and stretchers."""
        counted: dict[tuple[str, str], list[int]] = {}
        for line in leg.manifest:
            entry = counted.setdefault(self._class(line.group), [0, 0])
            lying = 0 if self.reader.rights.medical == "none" else line.stretchers
            entry[0] += line.persons - lying
            entry[1] += lying
        out = []
        for (name, label), (seated, lying) in sorted(counted.items()):
            origin, _, persons = self.boarding.get(name, (leg.origin, label, 0))
            self.boarding[name] = (origin, label, persons + seated + lying)
            out += [
                ManifestLine(
                    group=name, means="ride", unit_persons=1, unit_stretchers=flat, units=units
                )
                for flat, units in ((0, seated), (1, lying))
                if units
            ]
        return tuple(out)

    def _class(self, group_id: str) -> tuple[str, str]:
        group = self.reader.base.scenario.group(group_id)
        if self.reader.rights.medical == "precedence" and group.is_medical:
            level = group.precedence or "routine"
            return f"patients_{level}", _PATIENTS.get(level, "Patients, routine")
        return "passengers", "Passengers"

    def route(self, one: Shown) -> str:
        """Id of the way that the reader is shown for a leg; the way is kept."""
        old = self.reader.base.network.routes[one.leg.route]
        points = old.points
        if not self.reader.rights.geometry:
            points = tuple(_waypoints(old, one.inside))
        return self._kept(old, points)

    def alternate(self, one: Shown) -> str | None:
        """Id of another way for the leg; None where the reader may not know or there is none."""
        name = self.reader.whole.alternates.get((one.sortie.id, one.index))
        if name is None or not self.reader.rights.alternate:
            return None
        old = self.reader.base.network.routes[name]
        return self._kept(old, old.points)

    def _kept(self, old: Route, points: tuple[tuple[float, float, int], ...]) -> str:
        number = 0
        while True:
            number += 1
            name = f"{old.origin}>{old.destination}:{number}"
            new = self._route(old, name, points)
            if self.routes.setdefault(name, new) == new:
                return name

    def _route(self, old: Route, name: str, points: tuple[tuple[float, float, int], ...]) -> Route:
        roads = self.reader.rights.roads
        return Route(
            id=name, origin=old.origin, destination=old.destination, mode=old.mode,
            profile=old.mode, length_m=old.length_m, travel_s=old.travel_s,
            links=tuple(self._uses(old)) if roads else (), points=points,
            segments=old.segments if roads else (), estimate=old.estimate,
            oldest_as_of=old.oldest_as_of if roads else None,
        )  # fmt: skip

    def _uses(self, old: Route) -> Iterator[LinkUse]:
        told = {link.id for link in self._told_links()}
        return (use for use in old.links if use.link in told)

    def _told_links(self) -> list[Link]:
        """Links whose ids did not have to be changed for a protected place."""
        before = {link.id for link in self.reader.verdict.scenario.links}
        return [link for link in self.reader.base.scenario.links if link.id in before]

    # -------------------------------------------------------------- the scenario

    def scenario(self) -> Scenario:
        """The scenario of these legs alone. Ask for it after the legs' manifests and ways."""
        old = self.reader.base.scenario
        return part(
            Scenario, title=old.title, timezone=old.timezone, start=self.start,
            horizon_s=self.horizon_s, step_s=60, map=old.map, office=self._office(old.office),
            parties=tuple(self._parties()), places=tuple(self._places()),
            groups=tuple(self._groups()), fleets=tuple(self.fleets.values()),
            vehicles=self.vehicles, links=tuple(self._links()),
            authorisations=tuple(self._authorisations()),
            notifications=tuple(self._notifications()), windows=tuple(self._windows()),
        )  # fmt: skip

    def _moment(self, moment: Any, default_s: int | None = None) -> int:
        return self.reader.base.scenario.at_s(moment, default_s) - self.shift_s

    def _span(self, from_: Any, until: Any) -> tuple[int, int | None]:
        """From and until as far as they fall into what is shown; no date that nobody gave.

        What begins with the scenario or before what is shown begins with it; what ends later or at
        no stated moment has no end.
        """
        begins = self.reader.base.scenario.at_s(from_) > 0
        start_s = min(max(self._moment(from_), 0), self.horizon_s) if begins else 0
        end_s = self.horizon_s if until is None else max(self._moment(until), 0)
        return start_s, end_s if end_s < self.horizon_s else None

    def _office(self, old: Office) -> Office:
        until = self.horizon_s if old.valid_until is None else self._moment(old.valid_until)
        return old.model_copy(update={"valid_until": until})

    def _parties(self) -> Iterator[Party]:
        for party in self.reader.base.scenario.parties:
            if self.reader.audience == "parties" and party.id == self.reader.recipient:
                yield part(Party, id=party.id, name=party.name, name_ar=party.name_ar)

    def _places(self) -> Iterator[Place]:
        used = {end for one in self.legs for end in (one.leg.origin, one.leg.destination)}
        network = self.reader.base.network
        for place in self.reader.base.scenario.places:
            if place.id in used:
                hidden = place.role == "hospital" and self.reader.rights.medical == "none"
                role = "assembly_point" if hidden else place.role
                yield part(
                    Place, id=place.id, name=place.name, name_ar=place.name_ar, role=role,
                    at=network.positions[place.id],
                )  # fmt: skip

    def _groups(self) -> Iterator[Group]:
        for name, (origin, label, persons) in sorted(self.boarding.items()):
            count = part(Count, low=persons, base=persons, high=persons)
            yield part(Group, id=name, name=label, at=origin, people=count)

    def _links(self) -> Iterator[Link]:
        used = {use.link for route in self.routes.values() for use in route.links}
        for link in self._told_links():
            if link.id in used:
                as_of = None if link.as_of is None else self._moment(link.as_of)
                yield part(
                    Link, id=link.id, name=link.name, name_ar=link.name_ar, status=link.status,
                    mode=link.mode, as_of=as_of,
                )  # fmt: skip

    def _authorisations(self) -> Iterator[Authorisation]:
        told = self.permissions()
        for item in self.reader.verdict.scenario.authorisations:
            if item.id not in told:
                continue
            start, until = self._span(item.from_, item.until)
            if self.reader.rights.leave:
                start = self._moment(item.from_)
                until = None if item.until is None else self._moment(item.until)
            new = part(
                Authorisation, id=told[item.id], party="party", state=item.state, from_=start,
                until=until, assume=item.assume,
            )  # fmt: skip
            if self.reader.rights.leave:
                kept = {"party": item.party, **self._words_of(item.id)}
                due = {"requested_at": self._moment(item.requested_at)}
                new = new.model_copy(update={**kept, **due, "lead_time_s": item.lead_time_s})
            yield new

    def _notifications(self) -> Iterator[Notification]:
        """The messages to the party that reads, without what they are called in the office."""
        told = [
            item
            for item in self.reader.verdict.scenario.notifications
            if self.reader.rights.leave and item.party == self.reader.recipient
        ]
        for number, item in enumerate(told, start=1):
            sent = None if item.sent_at is None else self._moment(item.sent_at)
            yield part(
                Notification, id=f"message_{number}", party=item.party, state=item.state,
                sent_at=sent, lead_time_s=item.lead_time_s,
            )  # fmt: skip

    def _words_of(self, name: str) -> dict[str, str | None]:
        """Name and conditions with the words of protected places replaced."""
        old = self.reader.verdict.scenario.authorisations
        number = next(at for at, item in enumerate(old) if item.id == name)
        item = self.reader.base.scenario.authorisations[number]
        return {"name": item.name, "name_ar": item.name_ar, "conditions": item.conditions}

    def permissions(self) -> dict[str, str]:
        """Id of an authorisation that the reader is told of → its code; parties see their own."""
        relied = {name for one in self.legs for name in one.permissions}
        own = {
            item.id
            for item in self.reader.verdict.scenario.authorisations
            if not self.reader.rights.leave or item.party == self.reader.recipient
        }
        return {
            n: code
            for n, code in self.reader.whole.coded["permission"].items()
            if n in relied & own
        }

    def _windows(self) -> Iterator[Window]:
        if not self.reader.rights.roads:
            return
        modes = {vehicle.mode for vehicle in self.vehicles.values()}
        told = [w for w in self.reader.base.scenario.windows if _is_for_all(w, modes)]
        for number, window in enumerate(told, start=1):
            start_s, until_s = self._span(window.days_from, window.until)
            yield part(
                Window, id=f"hours_{number}", kind=window.kind, open=window.open,
                closed=window.closed, days_from=start_s, until=until_s, modes=window.modes,
            )  # fmt: skip

    # -------------------------------------------------------------- the network

    def network(self, scenario: Scenario) -> TransportNetwork:
        """The network of these ways alone; the map's own ground is public."""
        old = self.reader.base.network
        between: dict[tuple[str, str, str], tuple[str, ...]] = {}
        for route in self.routes.values():
            key = (route.origin, route.destination, route.profile)
            between[key] = (*between.get(key, ()), route.id)
        return TransportNetwork(
            scenario=scenario, region=old.region,
            positions={place.id: old.positions[place.id] for place in scenario.places},
            routes=self.routes, between=between,
            profile_of={fleet.id: scenario.vehicle(fleet).mode for fleet in scenario.fleets},
            grounds={}, link_open={}, link_capacity={}, hazard={}, threats_at={}, map_hashes={},
            span=self._known(), sun=self._daylight(),
        )  # fmt: skip

    def _known(self) -> tuple[int, int]:
        """What of the days shown lies within the plan: nothing is allowed before it or after."""
        begin_s = max(0, -self.shift_s)
        end_s = min(self.horizon_s, self.reader.base.scenario.horizon_s - self.shift_s)
        return begin_s, max(begin_s + 1, end_s)

    def _daylight(self) -> Intervals:
        """The office's daylight in whole minutes, never longer: seconds would tell where it was."""
        spans = [
            (-(-(start - self.shift_s) // MINUTE_S) * MINUTE_S,
             (end - self.shift_s) // MINUTE_S * MINUTE_S)
            for start, end in self.reader.base.network.clock.daylight.spans
        ]  # fmt: skip
        return Intervals.of(spans) & Intervals(((0, self.horizon_s),))


def _waypoints(
    route: Route, inside: Iterable[tuple[int, int]]
) -> Iterator[tuple[float, float, int]]:
    """The ends, and where the way enters and leaves what the party holds."""
    offsets = {0, route.travel_s} | {moment for span in inside for moment in span}
    for moment in sorted(offsets):
        lat, lon = position(route.points, moment)
        yield round(lat, 5), round(lon, 5), moment


def _is_for_all(window: Window, modes: set[Mode]) -> bool:
    """Hours that hold everywhere for one of the modes; a pause tells what was agreed with whom."""
    everywhere = not (window.links or window.places or window.fleets or window.suspends)
    for_them = not window.modes or bool(modes & {*window.modes})
    return everywhere and for_them and window.kind in _HOURS
