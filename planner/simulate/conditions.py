"""What holds in one draw: when a movement may go, what stands in its way, how long, how dangerous.

A dispatcher knows what the scenario states (windows, closures, lead times) beforehand; of an event
only that it is on, not when it comes nor when it ends.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from planner.draws import Draw, Effects
from planner.simulate.course import AT_ORIGIN, ON_ROUTE, WHOLE_RIDE, Check, Course, Key, Way
from planner.simulate.permits import Permits
from planner.timeline import Intervals, RateFunction

PER_CASUALTY = 3.6e12
"""Nano x seconds in one expected casualty."""
FOREVER_S = 1 << 40
NOTHING_WRONG = Intervals()


@dataclass(frozen=True, eq=False)
class Ride:
    """How a movement goes on its way: ``slowed_s`` on the route, ``overhead_s`` beside it, half of
    it before the route begins. In a draw one object for all that go alike (``Conditions.ride``)."""

    way: Way
    slowed_s: int
    overhead_s: int = 0
    unload_s: int = 0

    @property
    def ride_s(self) -> int:
        """From departure to arrival."""
        return self.slowed_s + self.overhead_s

    def span(self, check: Check, load_s: int) -> tuple[int, int]:
        """Where a check holds, in seconds after departure; slowed evenly."""
        if check.part == ON_ROUTE:
            return self.enter(check.enter_s), self.leave(check.exit_s)
        if check.part == WHOLE_RIDE:
            return 0, self.ride_s
        if check.part == AT_ORIGIN:
            return -load_s, 0
        return self.ride_s, self.ride_s + self.unload_s

    def enter(self, offset_s: int) -> int:
        """An offset of the undisturbed route in seconds after departure, rounded down."""
        whole = self.way.travel_s
        scaled = offset_s if whole in (0, self.slowed_s) else offset_s * self.slowed_s // whole
        return self.overhead_s // 2 + scaled

    def leave(self, offset_s: int) -> int:
        """As ``enter``, rounded up."""
        whole = self.way.travel_s
        scaled = offset_s if whole in (0, self.slowed_s) else -(-offset_s * self.slowed_s // whole)
        return self.overhead_s // 2 + scaled


@dataclass(frozen=True)
class Obstacle:
    """Something that an event does to a way: from ``at_s`` until ``end_s``."""

    key: Key
    at_s: int
    end_s: int


Live = tuple[Check, Intervals | None, Intervals]
Stated = tuple[Check, Intervals, int, int]
"""What must hold by what is stated beforehand, when it does, and from when to when after departure
it must."""


@dataclass
class Conditions:
    """One draw over a course; answers are kept."""

    course: Course
    draw: Draw
    effects: Effects = field(init=False)
    permits: Permits = field(init=False)
    _known: dict[Key, tuple[Intervals | None, Intervals]] = field(default_factory=dict)
    _rides: dict[tuple[Way, int, int, int], Ride] = field(default_factory=dict)
    _live: dict[tuple[Way, tuple[str, ...]], tuple[Live, ...]] = field(default_factory=dict)
    _hit: dict[tuple[Way, tuple[str, ...]], tuple[Live, ...]] = field(default_factory=dict)
    _stated: dict[tuple[Ride, tuple[str, ...], int], tuple[Stated, ...]] = field(
        default_factory=dict
    )
    _factors: dict[Way, float] = field(default_factory=dict)
    _hazards: dict[str, RateFunction] = field(default_factory=dict)
    _worse: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.effects = Effects.of(self.draw)
        self.permits = Permits(self.course.network, self.effects)
        hazards = self.course.network.hazard
        for threat, hazard in hazards.items():
            factor = self.draw.threats.get(threat, 1.0)
            self._hazards[threat] = scaled(hazard, factor, self.effects.raised(threat))
        self._worse = frozenset(t for t, h in self._hazards.items() if h is not hazards[t])

    def ride(self, way: Way, slowed_s: int, overhead_s: int = 0, unload_s: int = 0) -> Ride:
        """The one object for movements that go alike."""
        key = (way, slowed_s, overhead_s, unload_s)
        found = self._rides.get(key)
        if found is None:
            found = self._rides[key] = Ride(*key)
        return found

    # ------------------------------------------------------------------ may it go?

    def earliest_s(
        self, ride: Ride, groups: tuple[str, ...], moment_s: int, load_s: int = 0, done_s: int = -1
    ) -> int | None:
        """The first departure from ``moment_s`` on by what is stated beforehand; None for never.

        With ``done_s`` the movement has stopped so far on its way: what lies behind it does not
        count, and the answer is still the departure that would have brought it there.
        """
        stated = self._stated_on(ride, groups, load_s)
        last_s = self.course.scenario.horizon_s - ride.ride_s
        moved = True
        while moved and moment_s <= last_s:
            moved = False
            for check, good, first, last in stated:
                if done_s >= 0:
                    if last < done_s or check.part == AT_ORIGIN:
                        continue
                    first = max(first, done_s)
                if not good.covers(moment_s + first, moment_s + last):
                    later = _next(good, moment_s + first, last - first)
                    if later is None:
                        return None
                    moment_s, moved = later - first, True
        return moment_s if moment_s <= last_s else None

    def why_not(self, ride: Ride, groups: tuple[str, ...], moment_s: int) -> Key | None:
        """The first thing stated beforehand that forbids a departure."""
        for check, good, first, last in self._stated_on(ride, groups, 0):
            if not good.covers(moment_s + first, moment_s + last):
                return check.key
        return None

    def blocked(self, way: Way, groups: tuple[str, ...], moment_s: int) -> Obstacle | None:
        """What an event has done to the way by now, as far as one can know."""
        if way.fleet is not None and ("stops", way.fleet) in self.effects.touched:
            end_s = _end(self.effects.when("stops", way.fleet), moment_s)
            if end_s is not None:
                return Obstacle(("fleet", way.fleet, ""), moment_s, end_s)
        for check, _, bad in self._hit_on(way, groups):
            if (end_s := _end(bad, moment_s)) is not None:
                return Obstacle(check.key, moment_s, end_s)
        return None

    def met(
        self, ride: Ride, groups: tuple[str, ...], depart_s: int, done_s: int = 0
    ) -> Obstacle | None:
        """The first obstacle that a movement runs into after it has left, from ``done_s`` on."""
        found: Obstacle | None = None
        for check, _, bad in self._hit_on(ride.way, groups):
            if check.part in (AT_ORIGIN, WHOLE_RIDE):
                continue
            first, last = ride.span(check, 0)
            if last < done_s:
                continue
            begin, end = depart_s + max(first, done_s), depart_s + last
            for bad_from, bad_to in bad.spans:
                at_s = max(begin, bad_from)
                if at_s <= end and at_s < bad_to and (found is None or at_s < found.at_s):
                    found = Obstacle(check.key, at_s, bad_to)
        return found

    def event_of(self, obstacle: Obstacle) -> tuple[str, str, str | None]:
        """(kind, thing, event) of an obstacle."""
        kind, name, who = obstacle.key
        because, moment_s = self.effects.because, obstacle.at_s
        if kind == "fleet":
            return "fleet", name, because("stops", name, moment_s)
        if kind == "link":
            closed = ((e, because("closes", e, moment_s)) for e in self._entries(name))
            entry, event = next((pair for pair in closed if pair[1]), (name, None))
            return "link", entry, event
        if kind == "place" or because("shuts", name, moment_s):
            return "place", name, because("shuts", name, moment_s)
        return self._withheld(kind, name, who, moment_s)

    def _withheld(
        self, kind: str, ground: str, who: str, moment_s: int
    ) -> tuple[str, str, str | None]:
        """Who withdrew what, or took which ground, at a moment."""
        because = self.effects.because
        spoken = self.permits.permissions(ground, who) if kind == "permit" else ()
        for permission in spoken:
            if (event := because("withdraws", permission.id, moment_s)) is not None:
                return "permission", permission.id, event
        for name in self.course.network.grounds[ground].names:
            if (event := because("takes", name, moment_s)) is not None:
                return "control", name, event
        asked = [permission.id for permission in spoken if permission.state == "requested"]
        return "permission", asked[0] if asked else ground, None

    # ------------------------------------------------------------------ how long?

    def factor(self, way: Way) -> float:
        """How much longer the way takes than undisturbed."""
        if way not in self._factors:
            self._factors[way] = self._factor(way)
        return self._factors[way]

    def _factor(self, way: Way) -> float:
        route, unsure = way.route, self.draw.scenario.uncertainty
        if unsure is None or not self.draw.travel or not route.travel_s:
            return 1.0
        whole, extra = 1.0, 0.0
        for entry in unsure.travel:
            drawn = self.draw.travel[entry.id]
            if route.mode in entry.modes or (way.fleet is not None and way.fleet in entry.fleets):
                whole *= drawn
            on_it = sum(s for kind, _, s in route.segments if _plain(kind) in entry.classes)
            on_it += sum(
                u.exit_s - u.enter_s
                for u in route.links
                if set(self._entries(u.link)) & set(entry.links)
            )
            extra += (drawn - 1) * on_it
        return max(0.1, whole * (1 + extra / route.travel_s))

    # ------------------------------------------------------------------ how dangerous?

    def ride_harm(
        self, ride: Ride, depart_s: int, groups: Iterable[str | None], from_s: int = 0,
        to_s: int = FOREVER_S,
    ) -> list[float]:  # fmt: skip
        """Expected casualties per person of each group (None: crews) on a ride, or on the part
        between two moments of it."""
        zones = []
        for zone in ride.way.route.exposures:
            first, last = max(ride.enter(zone.enter_s), from_s), min(ride.leave(zone.exit_s), to_s)
            if first < last:
                harm = self._hazards[zone.threat].between(depart_s + first, depart_s + last)
                zones.append((zone.threat, harm))
        return [
            sum((harm * self._times(threat, group) for threat, harm in zones), 0.0) / PER_CASUALTY
            for group in groups
        ]

    def standing_harm(
        self, ride: Ride, done_s: int, from_s: int, to_s: int, group: str | None
    ) -> float:
        """Expected casualties per person who stands still on the way, ``done_s`` into the ride."""
        return sum(
            self._hazards[zone.threat].between(from_s, to_s) * self._times(zone.threat, group)
            for zone in ride.way.route.exposures
            if ride.enter(zone.enter_s) <= done_s <= ride.leave(zone.exit_s)
        ) / PER_CASUALTY  # fmt: skip

    def stay_harm(self, place: str, group: str | None, from_s: int, to_s: int) -> float:
        """Expected casualties per person at a place."""
        total = 0.0
        for threat in self.course.network.threats_at[place]:
            total += self._hazards[threat].between(from_s, to_s) * self._times(threat, group)
        return total / PER_CASUALTY

    def too_dangerous(self, ride: Ride, groups: Iterable[str], depart_s: int) -> str | None:
        """The threat by whose growth the ride passes the cap on risk; None where it does not."""
        worse = [z.threat for z in ride.way.route.exposures if z.threat in self._worse]
        if not worse:
            return None
        cap = self.course.scenario.priorities.risk_cap_bp / 10000
        if max(self.ride_harm(ride, depart_s, (*groups, None))) <= cap + 1e-12:
            return None
        return max(worse, key=lambda threat: self._hazards[threat].upto(FOREVER_S))

    def _times(self, threat: str, group: str | None) -> float:
        return 1.0 if group is None else self.course.multipliers.get((threat, group), 1.0)

    # ------------------------------------------------------------------ what is known

    def _live_on(self, way: Way, groups: tuple[str, ...]) -> tuple[Live, ...]:
        """The checks of a way, with those of groups on it, that can fail in this draw."""
        key = (way, groups)
        if key not in self._live:
            checks = [*way.checks, *(c for g in groups for c in self.course.acceptance(way, g))]
            known = [(check, *self._holds(check.key)) for check in checks]
            self._live[key] = tuple(
                (check, good, bad) for check, good, bad in known if good is not None or bad.spans
            )
        return self._live[key]

    def _hit_on(self, way: Way, groups: tuple[str, ...]) -> tuple[Live, ...]:
        """Of these checks those that an event makes fail at times."""
        key = (way, groups)
        found = self._hit.get(key)
        if found is None:
            found = tuple(live for live in self._live_on(way, groups) if live[2].spans)
            self._hit[key] = found
        return found

    def _stated_on(self, ride: Ride, groups: tuple[str, ...], load_s: int) -> tuple[Stated, ...]:
        """Of these checks those that do not always hold by what is stated beforehand."""
        key = (ride, groups, load_s)
        found = self._stated.get(key)
        if found is None:
            found = tuple(
                (check, good, *ride.span(check, load_s))
                for check, good, _ in self._live_on(ride.way, groups)
                if good is not None
            )
            self._stated[key] = found
        return found

    def _holds(self, key: Key) -> tuple[Intervals | None, Intervals]:
        """(when it holds as stated or opened, None for always; when an event forbids it)"""
        if key not in self._known:
            stated, actual = self.course.stated_when(key), self._actual(key)
            if actual is None:
                self._known[key] = (stated, NOTHING_WRONG)
            else:
                plain = self.course.always if stated is None else stated
                good = plain | actual
                self._known[key] = (None if good == self.course.always else good, good - actual)
        return self._known[key]

    def _actual(self, key: Key) -> Intervals | None:
        """When it holds with the draw's events; None where they do not touch it."""
        kind, name, who = key
        effects, network = self.effects, self.course.network
        stated = self.course.stated_when(key)
        plain = self.course.always if stated is None else stated
        if kind == "link":
            entries = [e for e in self._entries(name) if self._is_closed_or_opened(e)]
            for entry in entries:
                plain = effects.passable(entry, plain, self.course.link_windows(entry))
            return plain if entries else self._unshut(name, None)
        if kind == "place":
            return self._unshut(name, plain)
        if kind == "permit":
            found = self.permits.allowed(name, who)
            found = found if found is not network.allowed(name, who) else None  # type: ignore[assignment]
            return self._unshut(name, found)
        if kind == "accept" and self.permits.is_taken(name):
            return self.permits.acceptable(name, who)
        return None

    def _unshut(self, place: str, found: Intervals | None) -> Intervals | None:
        if ("shuts", place) not in self.effects.touched:
            return found if found is not None and found is not self.course.always else None
        return (self.course.always if found is None else found) - self.effects.when("shuts", place)

    def _is_closed_or_opened(self, link: str) -> bool:
        touched = self.effects.touched
        return ("closes", link) in touched or ("opens", link) in touched

    def _entries(self, link: str) -> tuple[str, ...]:
        return self.course.entries.get(link, (link,))


def _plain(road_class: str) -> str:
    return road_class.removesuffix("_link")


def _end(bad: Intervals, moment_s: int) -> int | None:
    """When the span that holds a moment ends; None where none does."""
    index = bisect_right(bad.spans, (moment_s, FOREVER_S)) - 1
    if index < 0 or moment_s >= bad.spans[index][1]:
        return None
    return bad.spans[index][1]


def _next(good: Intervals, moment_s: int, length_s: int) -> int | None:
    """The first moment after one that does not fit at which a stay of that length does."""
    for start, end in good.spans:
        if start >= moment_s and end - start >= length_s:
            return start
    return None


def scaled(
    hazard: RateFunction, factor: float, raised: tuple[tuple[int, int, float], ...]
) -> RateFunction:
    """A rate over time by a factor, and by further factors inside spans; itself at factor 1."""
    if factor == 1.0 and not raised:
        return hazard
    moments = sorted({*hazard.from_s, *(m for a, b, _ in raised for m in (a, b))})
    rates, total = [], [0]
    for index, moment in enumerate(moments):
        rate = hazard.rate_nano[bisect_right(hazard.from_s, moment) - 1] * factor
        for start, end, by in raised:
            rate *= by if start <= moment < end else 1.0
        rates.append(round(rate))
        if index:
            total.append(total[-1] + rates[-2] * (moment - moments[index - 1]))
    return RateFunction(tuple(moments), tuple(rates), tuple(total))
