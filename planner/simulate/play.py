"""One draw played out in time: vehicles as processes, with what a dispatcher would do.

A movement that cannot go waits (hold), takes another route where that is open (divert), comes back
where the road ends in front of it (turn back), and after ``HOLD_LIMIT_S`` gives up: its people wait
for a seat on a later one (next sortie), its vehicle goes on with what it can still do.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import replace
from itertools import islice
from typing import Any

import simpy

from planner.draws import Draw, Misfortune
from planner.simulate.conditions import Conditions, Obstacle, Ride
from planner.simulate.course import WALKERS_PER_CAR, Course, Leg, Way
from planner.simulate.crowd import Crowd, Load, groups_of, persons_of
from planner.simulate.ledger import Ledger
from planner.simulate.outcome import Outcome
from planner.simulate.rooms import Rooms
from planner.units import HOUR_S, MINUTE_S

HOLD_LIMIT_S = 12 * HOUR_S
"""So long a movement waits for an event to pass before it is given up."""
ON_THE_WAY_S = 2 * HOUR_S
"""So long it waits where it was stopped on its way, before it turns back."""
PASSENGERS_S = 3 * HOUR_S
"""So long it waits at a port or airport for people who are on their way there."""
LOOK_AGAIN_S = 30 * MINUTE_S
"""How often a dispatcher looks whether it has become calmer."""
Steps = Generator[simpy.Event, Any, Any]


def play(course: Course, draw: Draw) -> Outcome:
    """What becomes of the plan in one draw."""
    return _Play(course, draw).outcome()


class _Together:
    """A company that waits until all of it is ready or will not come."""

    def __init__(self, env: simpy.Environment, legs: list[Leg]) -> None:
        self.missing = {id(leg) for leg in legs}
        self.ready: list[Leg] = []
        self.complete = env.event()

    def is_there(self, leg: Leg) -> None:
        self.ready.append(leg)
        self._less(leg)

    def will_not_come(self, leg: Leg) -> None:
        self._less(leg)

    def _less(self, leg: Leg) -> None:
        self.missing.discard(id(leg))
        if not self.missing and not self.complete.triggered:
            self.complete.succeed()


class _Play:
    def __init__(self, course: Course, draw: Draw) -> None:
        self.course, self.draw = course, draw
        self.scenario = course.scenario
        self.env = simpy.Environment()
        self.holds = Conditions(course, draw)
        self.crowd = Crowd(course, draw)
        self.rooms = Rooms(course, self.env)
        self.ledger = Ledger(course, self.holds)
        self.under_way_to: dict[str, int] = {}
        self.team_at = {(team, start): n for team, (start, _, n) in course.teams.items()}
        self.team_there = {team: self.env.event() for team in course.teams}
        self.companies: dict[int, _Together] = {}
        self.extras = 0

    def outcome(self) -> Outcome:
        for (fleet, number), legs in self.course.vehicles.items():
            self.env.process(self._vehicle(fleet, number, legs))
        for leg in self.course.own:
            self.env.process(self._own(leg))
        # What happens at the end of the horizon still counts.
        self.env.run(until=self.scenario.horizon_s + 1)
        return self.ledger.outcome(self.draw, self.crowd)

    @property
    def now(self) -> int:
        return self.env.now  # type: ignore[return-value]  # all delays are whole seconds

    def _until(self, moment_s: int) -> simpy.Event:
        return self.env.timeout(max(0, moment_s - self.now))

    # ------------------------------------------------------------------ vehicles

    def _vehicle(self, fleet_id: str, number: int, legs: list[Leg]) -> Steps:
        delays = self.draw.delays(fleet_id, number)
        breakdowns = self.draw.breakdowns(fleet_id, number)
        late = list(islice(delays, len(legs)))
        broken = list(islice(breakdowns, len(legs)))
        place, index = self.scenario.fleet(fleet_id).base, 0
        while index < len(legs):
            leg = legs[index]
            if leg.origin != place:
                ahead = next((j for j in range(index, len(legs)) if legs[j].origin == place), None)
                if ahead is not None:
                    self._call_off(legs[index:ahead])
                    index = ahead
                    continue
                there = yield from self._reposition(legs[index], place)
                if not there:
                    self._call_off(legs[index:])
                    return
                place = leg.origin
            result = yield from self._leg(leg, late[index], broken[index])
            if result == "lost":
                self._call_off(legs[index + 1 :])
                return
            place = leg.destination if result == "there" else leg.origin
            index += 1
        while (extra := self._another(legs, place)) is not None:
            if extra.origin != place and not (yield from self._reposition(extra, place)):
                return
            result = yield from self._leg(extra, next(delays), next(breakdowns))
            if result != "there":
                return
            place = extra.destination

    def _another(self, legs: list[Leg], place: str) -> Leg | None:
        """A round more for those who lost their seats: of the ways that the vehicle takes people,
        the one on which most of them wait; None where they would not fill a quarter of it."""
        best, most = None, 0
        for leg in {(one.origin, one.destination): one for one in legs if one.manifest}.values():
            if leg.company is None and leg.kind is not None:
                waiting = self.crowd.without_seat(leg.origin, self._may_come(leg))
                if waiting > most and 4 * waiting >= leg.kind.seats:
                    best, most = leg, waiting
        if best is None or self.now >= self.scenario.horizon_s:
            return None
        assert best.fleet is not None
        ride_s, unload_s = best.arrive_s - best.depart_s, best.unload_end_s - best.arrive_s
        extra = replace(
            best, sortie=f"{best.fleet.id}-{best.vehicle}-extra", number=self.extras,
            load_start_s=self.now, depart_s=self.now, arrive_s=self.now + ride_s,
            unload_end_s=self.now + ride_s + unload_s, manifest=(), teams=(), has_aid=False,
            pause_s=0, is_extra=True,
        )  # fmt: skip
        self.extras += 1
        return extra

    def _call_off(self, legs: Iterable[Leg]) -> None:
        for leg in legs:
            self.crowd.keeps(leg)
            self._will_not_come(leg)

    def _reposition(self, leg: Leg, place: str) -> Steps:
        """An empty vehicle goes where it is needed next, by the fastest way that is open."""
        assert leg.fleet is not None
        ways = list(self.course.between(place, leg.origin, leg.fleet.id))
        if not ways:
            return False
        ride = yield from self._set_out(leg, ways[0], (), 0)
        if ride is None:
            return False
        result = yield from self._under_way(leg, ride, {}, None)
        return result == "there"

    def _leg(self, leg: Leg, late: Misfortune | None, broken: Misfortune | None) -> Steps:
        begin_s = max(leg.load_start_s, self.now + leg.pause_s if leg.pause_s else 0)
        if begin_s > self.now:
            yield self._until(begin_s)
        needed_s = self._loading_s(leg)
        start = self._when_to_load(leg, needed_s)
        if start is None:
            return self._gives_up(leg, "hours", "horizon", None)
        if start > self.now:
            yield self._until(start)
        load_start_s = self.now
        bay = (
            self.rooms.of(leg.origin, leg.way.route.mode)
            if leg.depart_s > leg.load_start_s
            else None
        )
        request = None
        if bay is not None:
            request = bay.request()
            if not request.triggered:
                yield request
                self.ledger.waited(leg, "place", leg.origin, self.now - load_start_s, self.now)
        ready_s = max(leg.depart_s, self.now + needed_s)
        if ready_s > self.now:
            yield self._until(ready_s)
        if request is not None and bay is not None:
            bay.release(request)
        if late is not None:
            self.ledger.note(leg, "lateness", late.cause, None, "late", self.now, late.seconds)
            yield self.env.timeout(late.seconds)
        yield from self._wait_for_people(leg)
        not_yet = yield from self._wait_for_team(leg)
        yield from self._together(leg)
        if leg.company is not None and not self._escorted(leg):
            return self._gives_up(leg, "company", _named(leg), None)
        return (yield from self._goes(leg, load_start_s, not_yet, broken))

    def _goes(
        self, leg: Leg, load_start_s: int, not_yet: frozenset[str], broken: Misfortune | None
    ) -> Steps:
        arrive_s = self.now + leg.arrive_s - leg.depart_s
        load = self.crowd.board(leg, arrive_s, self._may_come(leg), not_yet)
        if leg.is_extra and not load:
            return "here"
        extra = 0 if leg.is_extra else persons_of(load) - leg.persons
        if extra > 0 and leg.kind is not None:
            yield self.env.timeout(extra * leg.kind.loading.per_person_s)
        teams = self._teams_board(leg)
        groups = groups_of(load)
        ride = yield from self._set_out(leg, leg.way, groups, persons_of(load))
        if ride is None:
            self.crowd.leaves(leg.origin, load)
            self._teams_arrive(leg.origin, teams)
            return "here"
        self.ledger.boards(leg, load, load_start_s, self.now)
        arrival_s = self.now + ride.ride_s + ride.unload_s
        self.crowd.expects(leg.destination, load, arrival_s)
        self._coming(leg, load, 1)
        result = yield from self._under_way(leg, ride, load, broken)
        self._coming(leg, load, -1)
        if result != "there":
            self.crowd.expects(leg.destination, load, arrival_s, -1)
            self.crowd.leaves(leg.origin, load)
            self.ledger.is_back(leg, load, self.now)
            self._teams_arrive(leg.origin, teams)
            return result
        yield from self._unload(leg, load, ride.unload_s)
        self._teams_arrive(leg.destination, teams)
        return "there"

    def _coming(self, leg: Leg, load: Load, sign: int) -> None:
        if load and leg.destination in self.course.hubs:
            known = self.under_way_to.get(leg.destination, 0)
            self.under_way_to[leg.destination] = known + sign * persons_of(load)

    def _unload(self, leg: Leg, load: Load, unload_s: int) -> Steps:
        arrived_s = self.now
        if unload_s:
            bay = self.rooms.of(leg.destination, leg.way.route.mode)
            request = None
            if bay is not None:
                request = bay.request()
                if not request.triggered:
                    yield request
                    self.ledger.waited(
                        leg, "place", leg.destination, self.now - arrived_s, self.now
                    )
            yield self.env.timeout(unload_s)
            desk = self.rooms.desk(leg.destination) if load else None
            if desk is not None:
                heads = float(persons_of(load))
                done_s = desk.earliest_s(self.now, heads)
                desk.enter(done_s, heads)
                self.ledger.waited(leg, "place", leg.destination, done_s - self.now, self.now)
                if done_s > self.now:
                    yield self._until(done_s)
            if request is not None and bay is not None:
                bay.release(request)
        self.ledger.arrives(leg, load, arrived_s, self.now)
        if not load or self.now > self.scenario.horizon_s:
            return
        if leg.destination in self.course.havens:
            self.crowd.safe(load)
        else:
            self.crowd.leaves(leg.destination, load)

    # ------------------------------------------------------------------ before it leaves

    def _loading_s(self, leg: Leg) -> int:
        if leg.kind is None or not leg.is_handled:
            return 0
        persons = leg.kind.seats if leg.is_extra else leg.persons
        return leg.kind.loading.fixed_s + leg.kind.loading.per_person_s * persons

    def _ride(self, leg: Leg, way: Way) -> Ride:
        """The ride as this draw has it; on the planned way the company's pace counts."""
        factor = self.holds.factor(way)
        slowed_s = leg.slowed_s if way is leg.way else way.travel_s
        unload_s = leg.unload_end_s - leg.arrive_s
        return self.holds.ride(way, round(slowed_s * factor), leg.overhead_s, unload_s)

    def _when_to_load(self, leg: Leg, needed_s: int) -> int | None:
        """Loading begins so that who is on board can leave; None where it is too late for that."""
        ready_s = max(leg.depart_s, self.now + needed_s)
        groups = leg.groups
        depart_s = self.holds.earliest_s(self._ride(leg, leg.way), groups, ready_s, needed_s)
        if depart_s is None:
            # Another way may be open: that is seen when it sets out.
            later = any(
                self._in_time(leg, way, groups, ready_s) for way in self.course.others(leg.way)
            )
            return self.now if later else None
        return self.now if depart_s <= ready_s else max(self.now, depart_s - needed_s)

    def _in_time(self, leg: Leg, way: Way, groups: tuple[str, ...], ready_s: int) -> bool:
        return self.holds.earliest_s(self._ride(leg, way), groups, ready_s) is not None

    def _gives_up(self, leg: Leg, kind: str, thing: str, event: str | None) -> str:
        self.ledger.note(leg, kind, thing, event, "called_off", self.now, 0)
        self._call_off([leg])
        return "here"

    def _wait_for_people(self, leg: Leg) -> Steps:
        """At a hub: until the promised are there, while some are on their way; not for ever."""
        if not leg.manifest or leg.origin not in self.course.hubs:
            return
        yield self.env.timeout(0)  # who arrives at this very moment is there
        since_s = self.now
        while (
            persons_of(self.crowd.here(leg)) < leg.persons
            and self.under_way_to.get(leg.origin, 0) > 0
            and self.now - since_s < PASSENGERS_S
        ):
            yield self.env.timeout(10 * MINUTE_S)
        self.ledger.waited(leg, "passengers", leg.origin, self.now - since_s, self.now)

    def _wait_for_team(self, leg: Leg) -> Generator[simpy.Event, Any, frozenset[str]]:
        """Groups that stay, because the team that they need does not come."""
        missing: set[str] = set()
        for group in leg.groups:
            team = self.course.groups[group].needs_team
            if team is None or leg.origin != self.course.groups[group].at:
                continue
            there = self.team_there[team]
            if not there.triggered:
                yield self.env.timeout(0)
            if not there.triggered:
                since_s = self.now
                yield there | self.env.timeout(HOLD_LIMIT_S)
                self.ledger.waited(leg, "team", team, self.now - since_s, self.now)
            if not there.triggered:
                missing.add(group)
        return frozenset(missing)

    def _together(self, leg: Leg) -> Steps:
        if leg.company is not None:
            company = self._company(leg)
            company.is_there(leg)
            since_s = self.now
            yield company.complete
            self.ledger.waited(leg, "company", _named(leg), self.now - since_s, self.now)

    def _company(self, leg: Leg) -> _Together:
        assert leg.company is not None
        key = id(leg.company)
        if key not in self.companies:
            self.companies[key] = _Together(self.env, leg.company.legs)
        return self.companies[key]

    def _will_not_come(self, leg: Leg) -> None:
        if leg.company is not None:
            self._company(leg).will_not_come(leg)

    def _escorted(self, leg: Leg) -> bool:
        """Whether a vehicle that needs an escort has one in its company."""
        if leg.fleet is None or leg.fleet.escort is None or not leg.manifest:
            return True
        by = leg.fleet.escort.by
        return any(one.fleet is not None and one.fleet.id == by for one in self._company(leg).ready)

    def _may_come(self, leg: Leg) -> Any:
        """Whether people of a group could take a free seat on the leg."""
        known: dict[str, bool] = {}

        def allowed(name: str) -> bool:
            if name not in known:
                known[name] = self._could_ride(leg, name)
            return known[name]

        return allowed

    def _could_ride(self, leg: Leg, name: str) -> bool:
        group, haven = self.course.groups[name], leg.destination in self.course.havens
        if haven and group.destinations and leg.destination not in group.destinations:
            return False
        if not haven and name not in self.course.onward.get(leg.destination, ()):
            return False
        fleet = leg.fleet
        if fleet is not None and fleet.id in group.refuses:
            return False
        if fleet is not None and fleet.escort is not None and fleet.escort.by in group.refuses:
            return False
        if leg.origin == group.at:
            team = group.needs_team
            if team is not None and not self.team_there[team].triggered:
                return False
            if self.scenario.at_s(group.ready) > self.now:
                return False
        return self.holds.why_not(self._ride(leg, leg.way), (name,), self.now) is None

    def _teams_board(self, leg: Leg) -> list[tuple[str, int]]:
        aboard = []
        for team, persons in leg.teams:
            there = min(persons, self.team_at.get((team, leg.origin), 0))
            if there:
                self.team_at[team, leg.origin] -= there
                aboard.append((team, there))
        return aboard

    def _teams_arrive(self, place: str, teams: list[tuple[str, int]]) -> None:
        for team, persons in teams:
            known = self.team_at.get((team, place), 0) + persons
            self.team_at[team, place] = known
            _, to, wanted = self.course.teams[team]
            if place == to and known >= wanted and not self.team_there[team].triggered:
                self.team_there[team].succeed()

    # ------------------------------------------------------------------ on its way

    def _set_out(self, leg: Leg, way: Way, groups: tuple[str, ...], heads: int) -> Steps:
        """Wait until it can leave, by this way or another; the ride, or None where it gave up."""
        since_s = self.now
        said: tuple[str, str, str | None] | None = None
        while True:
            ride = self._ride(leg, way)
            depart_s, reason = self._departure(leg, ride, groups, heads)
            if reason is None and depart_s == self.now:
                self.ledger.held(leg, said, since_s, self.now, heads)
                self._enter(leg, ride, heads)
                return ride
            said = reason or said or self._stated_reason(ride, groups)
            other = self._detour(leg, way, groups, heads, depart_s if reason is None else None)
            if other is not None:
                kind, thing, event = said
                cost_s = self.now - since_s + other.ride_s - ride.ride_s
                self.ledger.note(leg, kind, thing, event, "diverted", self.now, cost_s, heads)
                self._enter(leg, other, heads)
                return other
            until_s = self._hold_until(depart_s, reason, groups, way, since_s)
            if until_s is None or until_s > self.scenario.horizon_s:
                yield self._until(min(since_s + HOLD_LIMIT_S, self.scenario.horizon_s))
                kind, thing, event = said
                cost_s = self.now - since_s
                self.ledger.note(leg, kind, thing, event, "called_off", self.now, cost_s, heads)
                self._will_not_come(leg)
                return None
            yield self._until(until_s)

    def _departure(
        self, leg: Leg, ride: Ride, groups: tuple[str, ...], heads: int
    ) -> tuple[int | None, tuple[str, str, str | None] | None]:
        """(when by what is stated, what an event has put in the way now)."""
        found = self.holds.blocked(ride.way, groups, self.now)
        if found is not None:
            return None, self.holds.event_of(found)
        threat = self.holds.too_dangerous(ride, groups, self.now) if leg.carries else None
        if threat is not None:
            return None, ("danger", threat, self.holds.effects.because("raises", threat, self.now))
        depart_s: int | None = self.now
        for _ in range(50):
            assert depart_s is not None
            before = depart_s
            depart_s = self.holds.earliest_s(ride, groups, depart_s)
            if depart_s is None:
                return None, None
            depart_s = self.rooms.earliest_s(ride, depart_s, _weights(leg, heads))
            if depart_s == before:
                break
        return depart_s, None

    def _enter(self, leg: Leg, ride: Ride, heads: int) -> None:
        self.rooms.enter(ride, self.now, _weights(leg, heads))

    def _stated_reason(self, ride: Ride, groups: tuple[str, ...]) -> tuple[str, str, str | None]:
        key = self.holds.why_not(ride, groups, self.now)
        if key is None:
            return ("crowding", ride.way.route.id, None)
        kinds = {"way": "hours", "permit": "permission", "accept": "control"}
        return (kinds.get(key[0], key[0]), key[1], None)

    def _detour(
        self, leg: Leg, way: Way, groups: tuple[str, ...], heads: int, planned_s: int | None
    ) -> Ride | None:
        """Another way that is open now and gets there sooner; None where there is none."""
        best: Ride | None = None
        limit_s = None if planned_s is None else planned_s + self._ride(leg, way).ride_s
        for other in self.course.others(way):
            ride = self._ride(leg, other)
            depart_s, reason = self._departure(leg, ride, groups, heads)
            sooner = limit_s is None or self.now + ride.ride_s < limit_s
            better = sooner and (best is None or ride.ride_s < best.ride_s)
            if reason is None and depart_s == self.now and better:
                best = ride
        return best

    def _hold_until(
        self,
        depart_s: int | None,
        reason: tuple[str, str, str | None] | None,
        groups: tuple[str, ...],
        way: Way,
        since_s: int,
    ) -> int | None:
        """When to look again; None where it has waited too long or can never go."""
        if reason is None:
            return depart_s
        until_s = self.now + LOOK_AGAIN_S
        if reason[0] != "danger":
            found = self.holds.blocked(way, groups, self.now)
            until_s = found.end_s if found is not None else until_s
        return until_s if until_s - since_s <= HOLD_LIMIT_S else None

    def _under_way(self, leg: Leg, ride: Ride, load: Load, broken: Misfortune | None) -> Steps:
        """The ride itself: "there", "here" (it came back) or "lost"."""
        groups = groups_of(load)
        depart_s, done_s = self.now, 0
        stop_s = ride.ride_s // 2 if broken is not None else None
        while True:
            met = self.holds.met(ride, groups, depart_s, done_s)
            breaks_s = None if stop_s is None else depart_s + stop_s
            if breaks_s is not None and (met is None or breaks_s <= met.at_s):
                yield self._until(breaks_s)
                self.ledger.rides(leg, ride, load, depart_s, done_s, stop_s)
                assert broken is not None and stop_s is not None
                done_s, stop_s = stop_s, None
                yield from self._stands(leg, ride, load, done_s, broken.seconds)
                did = "lost" if broken.lost else "held"
                heads = persons_of(load)
                self.ledger.note(
                    leg, "breakdown", broken.cause, None, did, self.now, broken.seconds, heads
                )
                if broken.lost:
                    return "lost"
            elif met is not None:
                yield self._until(met.at_s)
                reached_s = met.at_s - depart_s
                self.ledger.rides(leg, ride, load, depart_s, done_s, reached_s)
                done_s = reached_s
                if not (yield from self._passes(leg, ride, load, met, done_s)):
                    self.ledger.rides(leg, ride, load, self.now - done_s, 0, done_s)
                    yield self.env.timeout(done_s)
                    return "here"
            else:
                yield self._until(depart_s + ride.ride_s)
                self.ledger.rides(leg, ride, load, depart_s, done_s, ride.ride_s)
                yield from self._land(leg, ride)
                return "there"
            since_s = self.now
            again_s = self.holds.earliest_s(ride, groups, since_s - done_s, done_s=done_s)
            if again_s is None:
                return "lost"  # the plan ends with it on its way
            yield from self._stands(leg, ride, load, done_s, again_s + done_s - since_s)
            depart_s = self.now - done_s

    def _passes(self, leg: Leg, ride: Ride, load: Load, met: Obstacle, done_s: int) -> Steps:
        """Whether the obstacle goes away before it turns back."""
        kind, thing, event = self.holds.event_of(met)
        waited_s = min(met.end_s - self.now, ON_THE_WAY_S)
        yield from self._stands(leg, ride, load, done_s, waited_s)
        heads = persons_of(load)
        if self.now >= met.end_s:
            self.ledger.note(leg, kind, thing, event, "held", self.now, waited_s, heads)
            return True
        cost_s = waited_s + 2 * done_s
        self.ledger.note(leg, kind, thing, event, "turned_back", self.now, cost_s, heads)
        return False

    def _stands(self, leg: Leg, ride: Ride, load: Load, done_s: int, seconds: int) -> Steps:
        if seconds > 0:
            from_s = self.now
            yield self.env.timeout(seconds)
            self.ledger.stands(leg, ride, load, done_s, from_s, self.now)

    def _land(self, leg: Leg, ride: Ride) -> Steps:
        """An aircraft needs a slot to land."""
        runway = self.rooms.runway(leg.destination) if ride.way.route.mode == "air" else None
        if runway is not None:
            moment_s = runway.earliest_s(self.now, 1.0)
            runway.enter(moment_s, 1.0)
            self.ledger.waited(leg, "place", leg.destination, moment_s - self.now, self.now)
            if moment_s > self.now:
                yield self._until(moment_s)

    # ------------------------------------------------------------------ by own means

    def _own(self, leg: Leg) -> Steps:
        yield self._until(leg.depart_s)
        load = self.crowd.board(leg, leg.arrive_s, lambda _: False, frozenset())
        if not load:
            return
        groups = groups_of(load)
        ride = yield from self._set_out(leg, leg.way, groups, persons_of(load))
        if ride is None:
            self.crowd.leaves(leg.origin, load)
            return
        self.ledger.boards(leg, load, self.now, self.now)
        self.crowd.expects(leg.destination, load, self.now + ride.ride_s)
        result = yield from self._under_way(leg, ride, load, None)
        if result != "there":
            self.crowd.expects(leg.destination, load, self.now, -1)
            self.crowd.leaves(leg.origin, load)
            self.ledger.is_back(leg, load, self.now)
            return
        self.ledger.arrives(leg, load, self.now, self.now)
        if self.now <= self.scenario.horizon_s:
            self.crowd.safe(load)


def _named(leg: Leg) -> str:
    return "" if leg.fleet is None else leg.fleet.id


def _weights(leg: Leg, heads: int) -> dict[str, float]:
    """What the movement counts against a limit, by what is counted there."""
    if leg.kind is None:
        cars = float(leg.cars) if leg.means == "car" else heads / WALKERS_PER_CAR
        return {"vehicles": cars, "persons": float(heads), "movements": float(leg.cars or 1)}
    is_ship = leg.way.route.mode in ("sea", "river")
    return {
        "vehicles": leg.kind.car_equivalents, "persons": float(heads), "movements": 1.0,
        "ships": 1.0 if is_ship else 0.0,
    }  # fmt: skip
