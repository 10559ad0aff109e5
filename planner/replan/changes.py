"""What is otherwise in the new plan than in the running one: one by one, why, and whom to tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from planner.network import Route, TransportNetwork
from planner.plan import Change, PlanLeg, Sortie
from planner.replan.contradictions import names_of
from planner.replan.happened import Past
from planner.replan.remainder import ahead
from planner.replan.report import Report
from planner.scenario import Commitment
from planner.units import format_duration

Ends = tuple[str, str, str]


@dataclass(frozen=True)
class _Load:
    """A loaded leg that had not begun, of either plan."""

    fleet: str
    vehicle: int
    leg: PlanLeg
    begins_s: int
    """When the vehicle was to set out for it, as far as that had not begun."""

    @property
    def ends(self) -> Ends:
        """Fleet and both places."""
        return self.fleet, self.leg.origin, self.leg.destination

    @property
    def at(self) -> tuple[Ends, int]:
        """What a movement is known by: who goes from where to where, and when."""
        return self.ends, self.leg.load_start_s

    @property
    def heads(self) -> Counter[str]:
        """Persons on board by group; which households of it they are nobody has to be told."""
        found = Counter[str]()
        for line in self.leg.manifest:
            found[line.group] += line.persons
        return found

    @property
    def groups(self) -> tuple[str, ...]:
        """Whose people are on board."""
        return tuple(dict.fromkeys(line.group for line in self.leg.manifest))


_ALIKE: tuple[Callable[[_Load, _Load], bool], ...] = (
    lambda a, b: a.vehicle == b.vehicle and a.heads == b.heads,
    lambda a, b: a.heads == b.heads,
    lambda a, b: a.vehicle == b.vehicle,
    lambda a, b: True,
)
"""In which order movements at one moment are taken for each other."""


@dataclass(frozen=True)
class Comparison:
    """The running plan's part that had not begun, beside the new plan's."""

    report: Report
    past: Past
    network: TransportNetwork
    former_routes: dict[str, Route]
    broken: tuple[Commitment, ...] = ()
    """Promises that cannot be kept."""

    def changes(self, sorties: Iterable[Sortie]) -> tuple[Change, ...]:
        """Every change to the new plan's ``sorties``, by time."""
        out: dict[str, int] = {}
        before = []
        for sortie, _, leg in ahead(self.report, self.past):
            begins_s = out.setdefault(sortie.id, leg.load_start_s)
            if leg.manifest:
                before.append(_Load(sortie.fleet, sortie.vehicle, leg, begins_s))
        after = [
            _Load(s.fleet, s.vehicle, leg, leg.load_start_s) for s in sorties
            for n, leg in enumerate(s.legs, start=1)
            if leg.manifest and (s.id, n) not in self.past.legs
        ]  # fmt: skip
        found: list[Change] = [self._promise(promise) for promise in self.broken]
        gone, new = list(before), list(after)
        for alike in _ALIKE:
            for load in list(gone):
                twin = next((one for one in new if load.at == one.at and alike(load, one)), None)
                if twin is not None:
                    gone.remove(load)
                    new.remove(twin)
                    found += self._same(load, twin)
        for load in gone:
            later = [one for one in new if one.ends == load.ends]
            other = min(later, key=lambda one: (
                one.vehicle != load.vehicle,
                abs(one.leg.load_start_s - load.leg.load_start_s), one.vehicle,
            ), default=None)  # fmt: skip
            if other is not None:
                new.remove(other)
            found.append(self._change("dropped" if other is None else "moved", load, other))
        found += [self._change("added", None, load) for load in new]
        return tuple(sorted(found, key=_by_time))

    def _same(self, before: _Load, after: _Load) -> list[Change]:
        """The movement takes place at the same moment: with others on board, by another vehicle."""
        if before.heads != after.heads:
            return [self._change("aboard", before, after)]
        if before.vehicle != after.vehicle:
            return [self._change("vehicle", before, after)]
        return []

    def _change(self, kind: str, before: _Load | None, after: _Load | None) -> Change:
        now = after or before
        assert now is not None
        return Change.model_validate({
            "kind": kind, "fleet": now.fleet, "vehicle": now.vehicle, "origin": now.leg.origin,
            "destination": now.leg.destination,
            "before_s": before.leg.load_start_s if before else None,
            "after_s": after.leg.load_start_s if after else None,
            "before_persons": before.leg.persons if before else 0,
            "after_persons": after.leg.persons if after else 0,
            "groups": tuple(dict.fromkeys(g for one in (before, after) if one
                                          for g in one.groups)),
            "reason": self._reason(before, after),
            "tell": self._tell(kind, [one for one in (before, after) if one is not None]),
        })  # fmt: skip

    def _promise(self, promise: Commitment) -> Change:
        start_s = self.report.scenario.at_s(promise.load_start)
        state = self.report.vehicles.get((promise.fleet, promise.vehicle))
        reason = "as things are now it cannot be kept"
        if state is not None and state.out is not None:
            reason = self._broken(promise.fleet, promise.vehicle)
        tell = (f"fleet:{promise.fleet}", f"place:{promise.from_}", f"place:{promise.to}")
        return Change(
            kind="promise", fleet=promise.fleet, vehicle=promise.vehicle, origin=promise.from_,
            destination=promise.to, before_s=start_s, after_s=None, before_persons=promise.people,
            groups=(promise.group,) if promise.group else (), reason=reason, tell=tell,
        )  # fmt: skip

    # ------------------------------------------------------------------ why

    def _reason(self, before: _Load | None, after: _Load | None) -> str:
        """The first of what was reported that concerns the movement; else that others need it."""
        for one in (before, after):
            if one is not None and before is not None:
                found = self._own_reason(before)
                if found:
                    return found
        if after is not None:
            new = {entry.id: entry for entry in self.report.situation.new_people}
            come = [g for g in after.groups if g in new]
            if come:
                return f"{new[come[0]].people} people of '{come[0]}' have come up"
            opened = [c.link for c in self.report.links if c.is_open]
            if opened and self._passes(after, opened[0]):
                return f"'{opened[0]}' is open again"
        return f"it follows from: {self.events()}"

    def _own_reason(self, load: _Load) -> str:
        state = self.report.vehicles.get((load.fleet, load.vehicle))
        if state is not None and state.out is not None:
            return self._broken(load.fleet, load.vehicle)
        for closing in self.report.links:
            if not closing.is_open and self._passes(load, closing.link):
                return f"'{closing.link}' is closed since {self.report.when(closing.from_s)}"
        for group in load.groups:
            if group in self.report.refused:
                return f"{self.report.refused[group]} people of '{group}' refuse to leave"
        stand = self.past.stands.get((load.fleet, load.vehicle))
        if stand is not None and stand.free_s > load.begins_s:
            at = self.report.when(stand.free_s)
            return f"vehicle {load.vehicle} of '{load.fleet}' is free only at {at}"
        return ""

    def _broken(self, fleet: str, vehicle: int) -> str:
        state = self.report.vehicles[fleet, vehicle]
        assert state.out is not None
        words = f"vehicle {vehicle} of '{fleet}' is broken since {self.report.when(state.out[0])}"
        if state.out[1] < self.report.scenario.horizon_s:
            words += f", until {self.report.when(state.out[1])}"
        return words

    def _passes(self, load: _Load, link: str) -> bool:
        """Whether the movement's way leads over a link, as far as today's network knows it."""
        names = names_of(self.report, link)
        route = self.former_routes.get(load.leg.route) or self.network.routes.get(load.leg.route)
        return route is not None and any(use.link in names for use in route.links)

    def events(self) -> str:
        """What was reported, in a few words."""
        found = [
            self._broken(*vehicle) for vehicle, state in sorted(self.report.vehicles.items())
            if state.out is not None
        ]  # fmt: skip
        found += [
            f"'{c.link}' is {'open' if c.is_open else 'closed'} since {self.report.when(c.from_s)}"
            for c in self.report.links
        ]
        found += [f"{n} people of '{g}' refuse" for g, n in sorted(self.report.refused.items())]
        found += [f"{new.people} people of '{new.id}' have come up"
                  for new in self.report.situation.new_people]  # fmt: skip
        found += [f"'{sortie}' has not left" for sortie in sorted(self.report.held)]
        found += self._late()
        return "; ".join(found[:4]) or "the plan was made anew at this moment"

    def _late(self) -> list[str]:
        found = []
        for key in sorted({*self.report.departed, *self.report.arrived}):
            leg, planned = self.past.legs.get(key), self.report.leg(key)
            if leg is None:
                continue
            late_s = leg.unload_end_s - planned.unload_end_s
            if late_s > 0:
                found.append(f"'{key[0]}' is {format_duration(late_s)} late")
            elif leg.persons != planned.persons:
                found.append(f"'{key[0]}' has {leg.persons} people on board, not {planned.persons}")
        return found

    # ------------------------------------------------------------------ who must be told

    def _tell(self, kind: str, loads: list[_Load]) -> tuple[str, ...]:
        """The fleet's operator; but for another vehicle of it, who waits, who takes in, and every
        party on whose ground the movement is or was to be."""
        found = [f"fleet:{load.fleet}" for load in loads]
        if kind != "vehicle":
            for load in loads:
                found += [f"place:{load.leg.origin}", f"place:{load.leg.destination}"]
            for load in loads:
                found += [f"party:{party}" for party in self._parties(load)]
        return tuple(dict.fromkeys(found))

    def _parties(self, load: _Load) -> list[str]:
        names = self.former_routes, self.network.routes
        route = next((known[load.leg.route] for known in names if load.leg.route in known), None)
        grounds = [load.leg.origin, load.leg.destination]
        grounds += [passage.ground for passage in route.passages] if route else []
        begin, end = load.leg.load_start_s, load.leg.unload_end_s
        return [
            party
            for name in grounds if name in self.network.grounds
            for start, until, party in self.network.grounds[name].spans
            if party is not None and start < end and begin < until
        ]  # fmt: skip


def _by_time(change: Change) -> tuple[int, str, int, str]:
    moments = [m for m in (change.before_s, change.after_s) if m is not None]
    return min(moments), change.fleet, change.vehicle, change.kind
