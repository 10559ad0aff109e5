"""People on the time-expanded network: who boards, waits in a hub, goes alone, or stays."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from planner.movements import Mover, Option
from planner.problem import Commodity
from planner.promises import promised_heads
from planner.scenario import Commitment, Team, segments
from planner.solvers.compact_flow import Draft
from planner.solvers.compact_program import Ints
from planner.units import HOUR_S

SMALL = 20
"""Seats below which a vehicle may not be filled by whole households."""
Boarders = list[tuple[Ints, Ints, int]]
"""Per commodity: steps, columns, and how many places one unit takes."""
Events = list[tuple[Ints, Ints]]
"""Seconds after the start, and columns."""


class People:
    """Makes the columns of people and the rows that keep them together (C1, C3, C18)."""

    def __init__(self, draft: Draft, *, plan: bool, spare: bool) -> None:
        """For a ``plan`` counted cars set out full and promises leave room for whole households.

        With ``spare`` seats every small vehicle keeps as many seats free as the largest household
        on board may need beyond one, so that whole households always pack (C16).
        """
        self.draft = draft
        self.problem = draft.problem
        self.builder = draft.builder
        self.conveyance = draft.conveyance
        self.plan = plan
        self.largest = self._largest() if spare else {}
        self.from_home: dict[int, list[Ints]] = defaultdict(list)
        of_class: dict[int, int] = defaultdict(int)
        for who in self.problem.commodities:
            of_class[who.transit] += who.demand
        self.total = [
            of_class[c.transit] if c.is_hub else c.demand for c in self.problem.commodities
        ]

    def make(self) -> None:
        """Everybody."""
        for option in self.conveyance.options:
            if option.loaded:
                self._board(option)
        self._walk()
        self._stay()
        for team in self.problem.scenario.teams:
            self._team(team)
        for opening in self.conveyance.openings:
            for start, number in opening.promised.items():
                self._promise(start, self.problem.scenario.commitments[number])

    # -- boarding -----------------------------------------------------------------------------

    def _board(self, option: Option) -> None:
        """C3: who rides has a seat or a stretcher place in a vehicle that starts."""
        spec = self.conveyance.movers[option.mover]
        sitting: Boarders = []
        lying: Boarders = []
        aboard: list[int] = []
        for carry in option.carries:
            who = self.problem.commodities[carry.commodity]
            steps = np.flatnonzero(carry.may)
            if not len(steps) or not self._leads_on(who, option):
                continue
            whole = who.persons > 1
            columns = self.builder.columns(len(steps), self._most(who, spec), integer=whole)
            self.draft.at.units[option.index, who.index] = self.draft.by_step(steps, columns)
            self.builder.price("harm", columns, carry.harm[steps])
            self.builder.price("missed_deadlines", columns, carry.missed[steps])
            if option.destination in self.problem.havens:
                hours = (self.draft.moments[steps] + option.end_s) / HOUR_S
                self.builder.price("arrival", columns, who.persons * hours)
            if not who.is_hub:
                self.from_home[who.index].append(columns)
            aboard.append(who.index)
            sitting.append((steps, columns, who.unit.seats))
            lying.append((steps, columns, who.unit.stretchers))
        seats = spec.seats
        if seats < SMALL * spec.ships:
            keep = max((self.largest.get(k, 1) - 1 for k in aboard), default=0)
            seats = max(min(1, seats), seats - keep * spec.ships)
        self._seat(option, seats, [part for part in sitting if part[2]])
        self._seat(option, spec.stretchers, [part for part in lying if part[2]])

    def _largest(self) -> dict[int, int]:
        """Heads of the largest household of each commodity that is counted by heads."""
        found: dict[int, int] = {}
        for who in self.problem.commodities:
            groups = self.problem.transit_of[who.transit][1] if who.is_hub else (who.group,)
            sizes = [
                unit.persons
                for group in groups
                for part in segments(self.problem.scenario, self.problem.scenario.group(group))
                for unit, count in part.units
                if count and not unit.stretchers
            ]
            if not who.unit.stretchers:
                found[who.index] = max(sizes, default=1)
        return found

    def _most(self, who: Commodity, spec: Mover) -> int:
        """Units of a commodity that all vehicles of a mover together can hold."""
        most = self.total[who.index]
        for each, there in ((who.unit.seats, spec.seats), (who.unit.stretchers, spec.stretchers)):
            if each:
                most = min(most, spec.count * (there // each))
        return most

    def _leads_on(self, who: Commodity, option: Option) -> bool:
        place = option.destination
        return place in self.problem.havens or self.problem.at_hub(who.transit, place) is not None

    def _seat(self, option: Option, there: int, boarders: Boarders) -> None:
        if not boarders:
            return
        steps = np.unique(np.concatenate([own for own, _, _ in boarders]))
        rows = self.builder.rows(len(steps), -np.inf, 0.0)
        self.builder.put(rows, self.draft.at.vehicles[option.index][steps], -there)
        for own, columns, each in boarders:
            self.builder.put(rows[np.searchsorted(steps, own)], columns, each)

    # -- home ---------------------------------------------------------------------------------

    def _walk(self) -> None:
        """Those who go by their own means; cars that a limit counts are whole cars (C8)."""
        for walk in self.problem.walks:
            who = self.problem.commodities[walk.commodity]
            steps = np.flatnonzero(walk.may)
            columns = self.builder.columns(len(steps), who.demand)
            self.draft.at.walks.append(self.draft.by_step(steps, columns))
            self.from_home[who.index].append(columns)
            self.builder.price("harm", columns, walk.harm[steps])
            self.builder.price("missed_deadlines", columns, walk.missed[steps])
            hours = (self.draft.moments[steps] + walk.ride_s) / HOUR_S
            self.builder.price("arrival", columns, who.persons * hours)
            if who.means == "car" and self.problem.counts(walk):
                each = self.problem.scenario.group(who.group).persons_per_car
                most = -(-who.demand // each)
                cars = self.builder.columns(len(steps), most, integer=True)
                self.draft.at.cars[walk.index] = self.draft.by_step(steps, cars)
                least = 0.0 if self.plan else -np.inf
                rows = self.builder.rows(len(steps), least, 0.0)
                self.builder.put(rows, columns, 1.0)
                self.builder.put(rows, cars, -each)

    def _stay(self) -> None:
        """C1: whoever does not leave home stays there; what that costs on each level."""
        horizon_h = self.draft.grid.horizon_s / HOUR_S
        for who in self.problem.commodities:
            if who.is_hub:
                continue
            row = self.builder.rows(1, who.demand, who.demand)
            left = self.builder.columns(1, who.demand)
            self.draft.at.left[who.index] = int(left[0])
            for columns in [left, *self.from_home[who.index]]:
                self.builder.put(row, columns, 1.0)
            self.builder.price("left_behind", left, who.weight * who.persons)
            if who.deadline_s is not None:
                self.builder.price("missed_deadlines", left, who.persons)
            self.builder.price("harm", left, self.problem.wait_harm[who.index][-1])
            self.builder.price("arrival", left, who.persons * horizon_h)

    # -- teams and promises -------------------------------------------------------------------

    def _team(self, team: Team) -> None:
        """Nobody who needs a team boards before all of it has come, on its fleets' empty ways."""
        waiting = [
            (option, k)
            for option, k in self.draft.at.units
            if self.problem.commodities[k].needs_team == team.id
        ]
        if not waiting or not team.people:
            return
        moments, columns, seats = self._team_rides(team)
        marks = np.unique(moments)
        there = self.builder.columns(len(marks), 1.0, integer=True)
        rows = self.builder.rows(len(marks), -np.inf, 0.0)
        self.builder.put(rows, there, team.people)
        for mark, row in zip(marks.tolist(), rows.tolist(), strict=True):
            early = moments <= mark
            self.builder.put(row, columns[early], -seats[early])
        for option, k in waiting:
            steps, own = self.draft.boardings(option, k)
            moved = self.conveyance.options[option]
            depart = self.draft.moments[steps] + moved.depart_s + moved.spread_s
            after = np.searchsorted(marks, depart, side="right") - 1
            rows = self.builder.rows(len(steps), -np.inf, 0.0)
            self.builder.put(rows, own, 1.0)
            known = after >= 0
            self.builder.put(rows[known], there[after[known]], -self.total[k])

    def _team_rides(self, team: Team) -> tuple[Ints, Ints, Ints]:
        """When the team's fleets arrive empty at its place, the columns, and their seats."""
        none: Ints = np.empty(0, dtype=np.int64)
        moments, columns, seats = [none], [none], [none]
        for option in self.conveyance.options:
            mover = self.conveyance.movers[option.mover]
            ends = (option.origin, option.destination)
            if mover.fleet in team.fleets and ends == (team.start, team.to) and not option.loaded:
                steps, own = self.draft.starts(option.index)
                moments.append(self.draft.moments[steps] + option.arrive_s)
                columns.append(own)
                seats.append(np.full(len(own), mover.seats))
        return np.concatenate(moments), np.concatenate(columns), np.concatenate(seats)

    def _promise(self, start: tuple[int, int], promise: Commitment) -> None:
        """C18: at least the promised people ride, as far as there are so many and so many seats."""
        if promise.group is None:
            return
        there = sum(
            c.demand * c.persons
            for c in self.problem.commodities
            if c.group == promise.group and not c.is_hub
        )
        mover = self.conveyance.movers[self.conveyance.options[start[0]].mover]
        heads = promised_heads(self.problem.scenario, promise) if self.plan else promise.people
        wanted = min(heads, mover.seats + mover.stretchers, there)
        row = self.builder.rows(1, wanted, np.inf)
        for (option, k), columns in self.draft.at.units.items():
            if option == start[0] and columns[start[1]] >= 0 and self._is_of(k, promise.group):
                persons = self.problem.commodities[k].persons
                self.builder.put(row, columns[start[1]], persons)

    def _is_of(self, commodity: int, group: str) -> bool:
        who = self.problem.commodities[commodity]
        if who.is_hub:
            return group in self.problem.transit_of[who.transit][1]
        return who.group == group


class Hubs:
    """Who is in a hub when: balance rows at every moment at which somebody can leave (C1, C7)."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.problem = draft.problem
        self.builder = draft.builder
        self.options = draft.conveyance.options

    def make(self) -> None:
        """All hubs; where few can wait, the classes there share their marks."""
        blurred = {
            place for o in self.options if o.end_spread_s for place in (o.origin, o.destination)
        }
        caps = {
            x.at: x.cap for x in self.problem.limits if x.kind == "waiting" and x.at not in blurred
        }
        by_place: dict[str, list[Commodity]] = defaultdict(list)
        for who in self.problem.commodities:
            if who.is_hub:
                by_place[who.place].append(who)
        for place, classes in sorted(by_place.items()):
            flows = [(who, *self._flow(who)) for who in classes]
            if place not in caps:
                for _, come, go in flows:
                    self._balance(come, go, np.unique(go[0]))
                continue
            marks = np.unique(np.concatenate([go[0] for _, _, go in flows]))
            full = self.builder.rows(len(marks), -np.inf, caps[place])
            peak = self.builder.rows(len(marks), -np.inf, caps[place])
            for who, come, go in flows:
                hold = self._balance(come, go, marks)
                self.builder.put(full[:-1], hold, who.persons)
                self.builder.put(peak[1:], hold, who.persons)
                at = np.searchsorted(marks, come[0], side="left")
                early = at < len(marks)
                early[early] &= come[0][early] < marks[at[early]]
                self.builder.put(peak[at[early]], come[1][early], who.persons)

    def _flow(self, who: Commodity) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints]]:
        """((moments, columns) of arrivals, (moments, columns) of departures) of a class."""
        none: Ints = np.empty(0, dtype=np.int64)
        come, go = [(none, none)], [(none, none)]
        for index, k in self.draft.at.units:
            option, other = self.options[index], self.problem.commodities[k]
            into = self.problem.at_hub(other.transit, option.destination)
            if who.index not in (k, into):
                continue
            steps, columns = self.draft.boardings(index, k)
            if k == who.index:
                leaves = option.depart_s + option.spread_s
                go.append((self.draft.moments[steps] + leaves, columns))
            if into == who.index:
                come.append((self.draft.moments[steps] + option.end_s, columns))
        return _joined(come), _joined(go)

    def _balance(self, come: tuple[Ints, Ints], go: tuple[Ints, Ints], marks: Ints) -> Ints:
        """Rows at ``marks``; the columns of who stays after each of them but the last."""
        rows = self.builder.rows(len(marks), 0.0, 0.0)
        hold = self.builder.columns(max(0, len(marks) - 1), np.inf)
        self.builder.put(rows[:-1], hold, -1.0)
        self.builder.put(rows[1:], hold, 1.0)
        self.builder.put(rows[np.searchsorted(marks, go[0])], go[1], -1.0)
        at = np.searchsorted(marks, come[0], side="left")
        on = at < len(marks)
        self.builder.put(rows[at[on]], come[1][on], 1.0)
        stranded = come[1][~on]
        self.builder.put(self.builder.rows(len(stranded), 0.0, 0.0), stranded, 1.0)
        return hold


def _joined(parts: Events) -> tuple[Ints, Ints]:
    return np.concatenate([a for a, _ in parts]), np.concatenate([b for _, b in parts])
